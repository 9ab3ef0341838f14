//! What a piece of work is paid: the row of the table in force on the day of the work, times the units
//! done, capped by the half-day where the row says so (CY 第二十五条 and its annex, JM 第十条).

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use super::evidence;
use super::pack::{FeePick, FeeRow, FeeRules, FeeUnit, Participation, SameSlot, Situation};
use super::payable::{Payable, payable};
use super::words::{Word, day};
use crate::half_day::HalfDay;
use crate::money::Fen;
use crate::period::Span;

/// One person's work in one task, as far as pay is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Item of the fee asked for.
    pub item: String,
    /// Team, venue and other fields rows ask for.
    pub situation: Situation,
    /// Half-days of work, each with the units done in it: class hours, or 1 for a row by the
    /// half-day. The first day decides which table applies (A-G-13).
    pub done: Vec<(HalfDay, u32)>,
    /// When flags of the person held; only the days of work matter.
    pub flags: BTreeMap<String, Vec<Span>>,
    /// Where the person's part stands.
    pub participation: Participation,
}

/// What the work may be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote<'p> {
    /// The row.
    pub row: &'p FeeRow,
    /// Units paid, after the cap.
    pub units: u32,
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
    /// Nobody said when the work was done.
    #[error("没有登记工作时间，无法计算劳务费。请先登记完成情况。")]
    NoWork,
    /// The person is not to be paid (公务员).
    #[error("工作当日是{}，不支付劳务费。", evidence::flag(flag))]
    Excluded {
        /// The flag that says so.
        flag: String,
    },
    /// The pack does not pay for such work.
    #[error("这项工作不在给付报酬的范围内，不支付劳务费。请核对工作类别。")]
    NotPaidFor,
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
    if payable(rules, &work.situation) == Payable::Never {
        return Err(Unpaid::NotPaidFor);
    }
    let first_day = work.done.iter().map(|(half, _)| half.date).min();
    let on = first_day.ok_or(Unpaid::NoWork)?;
    let rows = rules.rows_on(first, on).ok_or(Unpaid::TooEarly { on })?;
    if let Some(flag) = rules.excluded_flags.iter().find(|flag| held(work, flag)) {
        let flag = flag.clone();
        return Err(Unpaid::Excluded { flag });
    }
    let row = rows
        .iter()
        .find(|row| row.item == work.item && work.situation.meets(&row.when) == Some(true))
        .ok_or(Unpaid::NoRow)?;
    let units = units(row, rules.same_slot, &work.done);
    let times = |amount: Fen| amount.times(units).map_err(|_| Unpaid::Range);
    let (least, most) = (times(row.from)?, times(row.to)?);
    let proposed = match rules.pick {
        _ if least == most => Some(least),
        FeePick::Least => Some(least),
        FeePick::Most => Some(most),
        FeePick::Chosen => None,
    };
    Ok(Quote {
        row,
        units,
        least,
        most,
        proposed,
    })
}

/// Did a flag hold on a day of the work?
fn held(work: &Work, flag: &str) -> bool {
    let spans = work.flags.get(flag).map_or(&[][..], Vec::as_slice);
    let covers = |span: &Span, on: Date| span.from <= on && span.to.is_none_or(|to| on <= to);
    let mut days = work.done.iter().map(|(half, _)| half.date);
    days.any(|on| spans.iter().any(|span| covers(span, on)))
}

/// How many units of a row some work comes to.
fn units(row: &FeeRow, same_slot: SameSlot, done: &[(HalfDay, u32)]) -> u32 {
    let cap = match (row.unit, same_slot) {
        (FeeUnit::HalfDay, SameSlot::Once) => 1,
        _ => row.cap_per_half_day.unwrap_or(u32::MAX),
    };
    let mut slots: BTreeMap<HalfDay, u32> = BTreeMap::new();
    for (half, units) in done {
        let so_far = slots.entry(*half).or_default();
        *so_far = so_far.saturating_add(*units);
    }
    match row.unit {
        FeeUnit::HalfDay | FeeUnit::ClassHour => slots
            .values()
            .fold(0, |sum: u32, units| sum.saturating_add((*units).min(cap))),
        FeeUnit::Day => {
            let mut dates: Vec<Date> = slots.keys().map(|half| half.date).collect();
            dates.dedup();
            u32::try_from(dates.len()).unwrap_or(u32::MAX)
        }
        FeeUnit::Task => 1,
    }
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
