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

/// Where every obligation of the whole pool stands on a day, in the period that day lies in.
pub fn standings<'p>(
    pack: &'p Pack,
    done: &[(ObligationCount, Date)],
    on: Date,
) -> Vec<Standing<'p>> {
    pack.obligations
        .iter()
        .filter(|obligation| obligation.each.is_none())
        .map(|obligation| {
            let of = done.iter().filter(|(what, _)| *what == obligation.counts);
            standing(pack, obligation, of.map(|(_, date)| *date), on)
        })
        .collect()
}

/// Something a group did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDone {
    /// What.
    pub what: ObligationCount,
    /// The group, as a value of the axis.
    pub group: String,
    /// When.
    pub on: Date,
}

/// Where every obligation of each group of an axis stands on a day, group by group (GZ 第十条).
pub fn of_groups<'p, 'g>(
    pack: &'p Pack,
    axis: &str,
    groups: &'g [String],
    done: &[GroupDone],
    on: Date,
) -> Vec<(&'g str, Standing<'p>)> {
    let of_axis = |o: &&Obligation| o.each.as_deref() == Some(axis);
    let mut all = Vec::new();
    for obligation in pack.obligations.iter().filter(of_axis) {
        for group in groups {
            let of = done
                .iter()
                .filter(|done| done.what == obligation.counts && done.group == *group);
            let standing = standing(pack, obligation, of.map(|d| d.on), on);
            all.push((group.as_str(), standing));
        }
    }
    all
}

fn standing<'p>(
    pack: &Pack,
    obligation: &'p Obligation,
    done: impl Iterator<Item = Date>,
    on: Date,
) -> Standing<'p> {
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
    let times = done.filter(|date| same(*date) && *date <= on).count();
    let count = u32::try_from(times).unwrap_or(u32::MAX);
    let ends_before = |to: Date| same(to) && to < last_day;
    let spared =
        obligation.last_period == LastPeriod::Exempt && pack.identity.to.is_some_and(ends_before);
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
    let begun = |reminder: &&Reminder| (reminder.month, reminder.day) <= (on.month(), on.day());
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
}
