//! 劳务费 at a fixed rate with a cap per half-day (JM 第十条): what is due, and why nothing is.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::citation::Citation;
use super::pack::{FeeRules, FeeUnit, Situation};
use crate::half_day::HalfDay;
use crate::money::{Fen, MoneyError};
use crate::period::Span;

/// What is due for one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due<'p> {
    /// So much.
    Amount {
        /// The amount.
        amount: Fen,
        /// Units paid, after the cap.
        units: u32,
        /// Where the rate stands.
        citation: &'p Citation,
    },
    /// Nothing: the person is not to be paid (公务员).
    Excluded {
        /// The flag that says so.
        flag: &'p str,
    },
    /// Nothing: no row of the table covers such work.
    NotCovered,
    /// The row names a range; somebody has to choose.
    ToBeChosen {
        /// Least.
        from: Fen,
        /// Greatest.
        to: Fen,
    },
}

/// What is due for one item of work done in some half-days, each with the units worked (class hours,
/// or 1 for a row by the half-day). `flags` say when a flag held: only the days of work matter.
///
/// # Errors
/// [`MoneyError::Range`].
pub fn due<'p>(
    rules: &'p FeeRules,
    item: &str,
    situation: &Situation,
    flags: &BTreeMap<String, Vec<Span>>,
    work: &[(HalfDay, u32)],
) -> Result<Due<'p>, MoneyError> {
    let days = || work.iter().map(|(half_day, _)| half_day.date);
    if let Some(flag) = rules.excluded_flags.iter().find(|flag| {
        let spans = flags.get(*flag).map_or(&[][..], Vec::as_slice);
        days().any(|day| spans.iter().any(|span| covers(*span, day)))
    }) {
        return Ok(Due::Excluded { flag });
    }
    let row = rules
        .rows
        .iter()
        .find(|row| row.item == item && situation.meets(&row.when) == Some(true));
    let Some(row) = row else {
        return Ok(Due::NotCovered);
    };
    if row.from != row.to {
        let (from, to) = (row.from, row.to);
        return Ok(Due::ToBeChosen { from, to });
    }
    let cap = row.cap_per_half_day.unwrap_or(u32::MAX);
    let mut slots: BTreeMap<HalfDay, u32> = BTreeMap::new();
    for (half_day, units) in work {
        let so_far = slots.entry(*half_day).or_default();
        *so_far = so_far.saturating_add(*units);
    }
    let units = match row.unit {
        FeeUnit::HalfDay | FeeUnit::ClassHour => slots
            .values()
            .fold(0_u32, |sum, units| sum.saturating_add((*units).min(cap))),
        FeeUnit::Day => {
            let mut dates: Vec<Date> = slots.keys().map(|half_day| half_day.date).collect();
            dates.dedup();
            u32::try_from(dates.len()).unwrap_or(u32::MAX)
        }
        FeeUnit::Task => 1,
    };
    let amount = row
        .from
        .0
        .checked_mul(i64::from(units))
        .ok_or(MoneyError::Range)?;
    Ok(Due::Amount {
        amount: Fen(amount),
        units,
        citation: &row.citation,
    })
}

fn covers(span: Span, day: Date) -> bool {
    span.from <= day && span.to.is_none_or(|to| day <= to)
}
