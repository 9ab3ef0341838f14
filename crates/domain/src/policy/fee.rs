//! What a piece of work is paid: the row of the table in force on the day of the work, times the units
//! done (CY 第二十五条 and its annex).

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use super::pack::{FeePick, FeeRow, FeeRules, Participation, Situation};
use super::words::{Word, day};
use crate::half_day::HalfDay;
use crate::money::Fen;

/// One person's work in one task, as far as pay is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Team, venue and other fields rows ask for.
    pub situation: Situation,
    /// First day of the work; decides which table applies (A-G-13).
    pub on: Date,
    /// How many units: half-days, class hours.
    pub units: u32,
    /// Where the person's part stands.
    pub participation: Participation,
}

/// What the work may be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote<'p> {
    /// The row.
    pub row: &'p FeeRow,
    /// Least amount for all units.
    pub least: Fen,
    /// Greatest amount for all units.
    pub most: Fen,
    /// What is proposed; `None` = whoever settles must choose.
    pub proposed: Option<Fen>,
}

/// Why nothing is paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpaid {
    /// The work was not done.
    #[error("专家{how}，未完成本次工作，不支付劳务费。")]
    NotDone {
        /// Where the person's part stands, in words.
        how: &'static str,
    },
    /// No table yet on the day of the work.
    #[error("{}的工作早于费用标准施行之日，没有可用的标准。", day(*on))]
    TooEarly {
        /// Day of the work.
        on: Date,
    },
    /// No row for this work.
    #[error("费用标准中没有这类工作的一行。请核对专家队伍和工作方式。")]
    NoRow,
    /// Amounts too great to count.
    #[error("金额超出可计算的范围。请核对数量。")]
    Range,
    /// The amount chosen lies outside the range.
    #[error("金额 {amount} 元不在 {least} 元至 {most} 元之间。请在标准内填写。")]
    Outside {
        /// Chosen.
        amount: String,
        /// Least.
        least: String,
        /// Greatest.
        most: String,
    },
    /// Nobody chose an amount.
    #[error("这一行是区间，没有填写金额。请在标准内填写。")]
    NotChosen,
}

impl FeeRules {
    /// The table in force on a day of work. `first` is the first day of the pack.
    pub fn rows_on(&self, first: Date, on: Date) -> Option<&[FeeRow]> {
        if on < first {
            return None;
        }
        let revised = self.revisions.iter().rev().find(|r| r.since <= on);
        Some(revised.map_or(&self.rows, |revision| &revision.rows))
    }

    /// May this source pay? A pack that names none leaves it open.
    pub fn may_fund(&self, fund: &str) -> bool {
        self.funds.is_empty() || self.funds.iter().any(|known| known == fund)
    }
}

/// What the work may be paid and what is proposed.
///
/// # Errors
/// Why nothing is paid.
pub fn quote<'p>(rules: &'p FeeRules, first: Date, work: &Work) -> Result<Quote<'p>, Unpaid> {
    if rules.only_completed && work.participation != Participation::Completed {
        return Err(Unpaid::NotDone {
            how: work.participation.zh(),
        });
    }
    let rows = rules
        .rows_on(first, work.on)
        .ok_or(Unpaid::TooEarly { on: work.on })?;
    let row = rows
        .iter()
        .find(|row| work.situation.meets(&row.when) == Some(true))
        .ok_or(Unpaid::NoRow)?;
    let times = |amount: Fen| amount.times(work.units).map_err(|_| Unpaid::Range);
    let (least, most) = (times(row.from)?, times(row.to)?);
    let proposed = match rules.pick {
        _ if least == most => Some(least),
        FeePick::Least => Some(least),
        FeePick::Most => Some(most),
        FeePick::Chosen => None,
    };
    Ok(Quote {
        row,
        least,
        most,
        proposed,
    })
}

impl Quote<'_> {
    /// The amount to pay: the one chosen, or the one proposed.
    ///
    /// # Errors
    /// It lies outside the range, or nobody chose.
    pub fn settle(&self, chosen: Option<Fen>) -> Result<Fen, Unpaid> {
        let amount = chosen.or(self.proposed).ok_or(Unpaid::NotChosen)?;
        if (self.least..=self.most).contains(&amount) {
            Ok(amount)
        } else {
            Err(Unpaid::Outside {
                amount: amount.plain(),
                least: self.least.plain(),
                most: self.most.plain(),
            })
        }
    }
}

/// The half-days somebody worked, and those beyond the number a day counts without a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfDays {
    /// All, in order, none twice.
    pub worked: Vec<HalfDay>,
    /// Those of them that need a reason.
    pub beyond: Vec<HalfDay>,
}

/// Counts half-days from the times somebody was present. `None` where the pack does not cut the day.
pub fn half_days(rules: &FeeRules, present: &[(DateTime, DateTime)]) -> Option<HalfDays> {
    let rule = rules.half_day?;
    let mut worked: Vec<HalfDay> = present
        .iter()
        .flat_map(|(from, until)| rule.clock.touched(*from, *until))
        .collect();
    worked.sort_unstable();
    worked.dedup();
    let mut of_day: BTreeMap<Date, u32> = BTreeMap::new();
    let beyond = worked
        .iter()
        .filter(|half| {
            let count = of_day.entry(half.date).or_default();
            *count += 1;
            rule.per_day.is_some_and(|most| *count > most)
        })
        .copied()
        .collect();
    Some(HalfDays { worked, beyond })
}

/// The first step taken by the same hand as the step before it, from 0.
pub fn repeated_hand<T: PartialEq>(hands: &[T]) -> Option<usize> {
    hands
        .windows(2)
        .position(|pair| pair[0] == pair[1])
        .map(|place| place + 1)
}
