//! Yearly obligations: kept, still due, missed, or done too often (DG 第十六条(一), JM 第七条(一)).

use jiff::civil::Date;
use serde::Serialize;

use super::pack::{LastPeriod, Obligation, ObligationCount, ObligationPer, Pack, Reminder};

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
    /// The reminder that applies: its day has come and too little was done by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<&'p Reminder>,
}

/// Where an obligation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Done often enough.
    Kept,
    /// Done more often than the pack expects.
    Exceeded,
    /// Not yet, and there is time.
    Due,
    /// The period is over, or this is its last day, and it was not done (不达标).
    Missed,
    /// Not asked for: the instrument ends within the period.
    Spared,
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
            let spared = obligation.last_period == LastPeriod::Exempt
                && pack.identity.to.is_some_and(ends_before);
            let state = if obligation.warn_above.is_some_and(|most| count > most) {
                State::Exceeded
            } else if count >= obligation.at_least {
                State::Kept
            } else if spared {
                State::Spared
            } else if on < last_day {
                State::Due
            } else {
                State::Missed
            };
            let begun =
                |reminder: &&Reminder| (reminder.month, reminder.day) <= (on.month(), on.day());
            let behind = obligation
                .reminders
                .iter()
                .filter(begun)
                .filter(|reminder| count < reminder.at_least)
                .max_by_key(|reminder| (reminder.month, reminder.day))
                .filter(|_| matches!(state, State::Due | State::Missed));
            Standing {
                obligation,
                last_day,
                count,
                state,
                behind,
            }
        })
        .collect()
}
