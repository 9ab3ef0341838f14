//! Yearly obligations: kept, still due, missed, or done too often (DG 第十六条(一)).

use jiff::civil::Date;
use serde::Serialize;

use super::pack::{LastPeriod, Obligation, ObligationCount, ObligationPer, Pack};

/// Where one obligation stands in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing<'p> {
    /// The obligation.
    pub obligation: &'p Obligation,
    /// Last day of the period.
    pub last_day: Date,
    /// How often it was done.
    pub count: u32,
    /// Where it stands.
    pub state: State,
}

/// Where an obligation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Done often enough, or not asked for in this period.
    Kept,
    /// Done more often than the pack expects.
    Exceeded,
    /// Not yet, and there is time.
    Due,
    /// The period is over, or this is its last day, and it was not done (不达标).
    Missed,
}

/// Where every obligation stands on a day, in the period that day lies in.
pub fn standings<'p>(
    pack: &'p Pack,
    done: &[(ObligationCount, Date)],
    on: Date,
) -> Vec<Standing<'p>> {
    pack.obligations
        .iter()
        .map(|obligation| {
            let half = |date: Date| (date.year(), date.month() > 6);
            let same = |date: Date| match obligation.per {
                ObligationPer::CalendarYear => date.year() == on.year(),
                ObligationPer::HalfYear => half(date) == half(on),
            };
            let last_day = match obligation.per {
                ObligationPer::HalfYear if on.month() <= 6 => Date::new(on.year(), 6, 30),
                _ => Date::new(on.year(), 12, 31),
            }
            .unwrap_or(on);
            let times = done
                .iter()
                .filter(|(what, date)| *what == obligation.counts && same(*date) && *date <= on)
                .count();
            let count = u32::try_from(times).unwrap_or(u32::MAX);
            let ends_before = |to: Date| same(to) && to < last_day;
            let exempt = obligation.last_period == LastPeriod::Exempt
                && pack.identity.to.is_some_and(ends_before);
            let state = if obligation.warn_above.is_some_and(|most| count > most) {
                State::Exceeded
            } else if count >= obligation.at_least || exempt {
                State::Kept
            } else if on < last_day {
                State::Due
            } else {
                State::Missed
            };
            Standing {
                obligation,
                last_day,
                count,
                state,
            }
        })
        .collect()
}
