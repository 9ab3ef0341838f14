//! 请假: until which day notice must be given, and what follows when it comes later (JM 第九条(七);
//! A-JM-4).

use jiff::civil::{Date, Time};

use super::pack::{LeadCount, LeaveRules};
use crate::calendar::{Answer, Calendar};

/// How a leave stands to the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed<'p> {
    /// Last day for notice, with the years the calendar had to guess; `None` when any day before the
    /// work will do.
    pub latest: Option<Answer<Date>>,
    /// It came later. The leave is accepted all the same.
    pub late: bool,
    /// Proof is needed.
    pub proof: bool,
    /// Misconduct kind it makes a candidate of.
    pub suggests: Option<&'p str>,
}

/// Assesses a leave of some kind asked for on a day.
pub fn assess<'p>(
    rules: &'p LeaveRules,
    kind: &str,
    asked: Date,
    work: Date,
    calendar: &Calendar,
) -> Assessed<'p> {
    let names = |kinds: &[String]| kinds.iter().any(|known| known == kind);
    let bound = rules.lead_kinds.is_empty() || names(&rules.lead_kinds);
    let latest = latest(rules, work, calendar).filter(|_| bound);
    let late = latest.as_ref().is_some_and(|latest| asked > latest.value);
    Assessed {
        latest,
        late,
        proof: names(&rules.proof_kinds),
        suggests: rules.late_suggests.as_deref().filter(|_| late),
    }
}

/// Last day for notice of work on a day.
fn latest(rules: &LeaveRules, work: Date, calendar: &Calendar) -> Option<Answer<Date>> {
    let last = rules
        .lead?
        .before(work.to_datetime(Time::midnight()), calendar)
        .map(|moment| moment.date());
    Some(match rules.lead_count {
        LeadCount::Subtract => last,
        LeadCount::Clear => last.map(|day| day.yesterday().unwrap_or(day)),
    })
}
