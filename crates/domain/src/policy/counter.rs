//! Counting occurrences: three in a row, three in a year, three in all (DG 第十八条(七)(八), 第十九条(七)).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::{AfterFiring, Counter, Counting, Occurrence, Window};
use crate::period;

/// Something that happened to an expert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurred {
    /// When.
    pub on: Date,
    /// What.
    pub what: Occurrence,
    /// In which task, for counters that count a task once. Any stable text.
    #[serde(default)]
    pub task: Option<String>,
    /// Kind of misconduct of a confirmed record, an id of the pack.
    #[serde(default)]
    pub kind: Option<String>,
}

/// The counter reached its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Firing {
    /// On the day of the last occurrence counted.
    pub on: Date,
    /// The occurrences counted, as indexes into the list given.
    pub counted: Vec<usize>,
}

/// The first days of the membership and of the current term, for counters limited to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// First day in the pool.
    pub membership: Date,
    /// First day of the term.
    pub term: Date,
}

impl Since {
    /// Nothing is left out.
    pub const EVER: Self = Self {
        membership: Date::MIN,
        term: Date::MIN,
    };
}

/// Every firing, in time. `occurred` must be ordered by day; what happened on one day counts in the
/// order given. Draws by designation are not draws (A-DG-6): the caller leaves them out.
pub fn firings(counter: &Counter, occurred: &[Occurred], since: Since) -> Vec<Firing> {
    run(counter, occurred, since).0
}

/// How many count on a day towards the next firing.
pub fn count_on(counter: &Counter, occurred: &[Occurred], since: Since, on: Date) -> usize {
    let until: Vec<Occurred> = occurred.iter().filter(|o| o.on <= on).cloned().collect();
    let (_, counted) = run(counter, &until, since);
    counted
        .iter()
        .filter_map(|place| until.get(*place))
        .filter(|earlier| together(counter, earlier.on, on))
        .count()
}

/// The firings, and what counts towards the next one.
fn run(counter: &Counter, occurred: &[Occurred], since: Since) -> (Vec<Firing>, Vec<usize>) {
    let mut firings = Vec::new();
    let mut counted: Vec<usize> = Vec::new();
    for (place, occurrence) in occurred.iter().enumerate() {
        if !inside(counter, since, occurrence.on) {
            continue;
        }
        if counter.counting == Counting::Consecutive && counter.breaks.contains(&occurrence.what) {
            counted.clear();
        }
        if !counter.counts.contains(&occurrence.what) || !of_kind(counter, occurrence) {
            continue;
        }
        let at = |place: &usize| occurred.get(*place);
        counted.retain(|earlier| {
            at(earlier).is_some_and(|earlier| together(counter, earlier.on, occurrence.on))
        });
        let again = counter.once_per_task
            && occurrence.task.is_some()
            && counted
                .iter()
                .any(|earlier| at(earlier).is_some_and(|earlier| earlier.task == occurrence.task));
        if again {
            continue;
        }
        counted.push(place);
        let enough = u32::try_from(counted.len()).is_ok_and(|count| count >= counter.at);
        if enough && !forestalled(counter, &occurred[..place], since, occurrence.on) {
            firings.push(Firing {
                on: occurrence.on,
                counted: counted.clone(),
            });
            if counter.after == AfterFiring::Restart {
                counted.clear();
            }
        }
    }
    (firings, counted)
}

/// Is it of a kind of misconduct the counter counts?
fn of_kind(counter: &Counter, occurred: &Occurred) -> bool {
    counter.kinds.is_empty()
        || occurred
            .kind
            .as_ref()
            .is_some_and(|kind| counter.kinds.contains(kind))
}

/// Does the counter stand at its number on this very day? A counter that watches what did *not*
/// happen is asked this, for its firings of the past are no longer true once it happens.
pub fn stands_on(counter: &Counter, occurred: &[Occurred], since: Since, on: Date) -> bool {
    let until: Vec<Occurred> = occurred.iter().filter(|o| o.on <= on).cloned().collect();
    let counted = until
        .iter()
        .filter(|occurrence| counter.counts.contains(&occurrence.what))
        .filter(|occurrence| of_kind(counter, occurrence))
        .filter(|occurrence| inside(counter, since, occurrence.on))
        .filter(|occurrence| together(counter, occurrence.on, on))
        .count();
    u32::try_from(counted).is_ok_and(|count| count >= counter.at)
        && !forestalled(counter, &until, since, on)
}

/// Did something happen in the same time that keeps the counter from firing?
fn forestalled(counter: &Counter, occurred: &[Occurred], since: Since, on: Date) -> bool {
    occurred.iter().any(|occurrence| {
        counter.without.contains(&occurrence.what)
            && inside(counter, since, occurrence.on)
            && together(counter, occurrence.on, on)
    })
}

fn inside(counter: &Counter, since: Since, on: Date) -> bool {
    match counter.window {
        Some(Window::Membership) => on >= since.membership,
        Some(Window::Term) => on >= since.term,
        Some(Window::CalendarYear) | None => true,
    }
}

/// May two occurrences be counted together?
fn together(counter: &Counter, earlier: Date, later: Date) -> bool {
    let same_year = counter.window != Some(Window::CalendarYear) || earlier.year() == later.year();
    let near = counter
        .within
        .and_then(crate::period::Duration::as_months)
        .is_none_or(|months| earlier >= period::look_back(later, months));
    same_year && near
}
