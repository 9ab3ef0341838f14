//! 届: everybody's term ends with the cohort's, whoever joins in its course included
//! (GZ 第十五条; A-GZ-4).

use jiff::civil::Date;

use super::pack::{CohortRules, Duration, Force, Pack, SupplementEnd};
use super::term;
use super::words::day;
use crate::expert::Term;
use crate::finding::Finding;
use crate::period;

/// Code: there is no such cohort on that day.
pub const OUTSIDE: &str = "outside";
/// Code: the need is not stated.
pub const REASON: &str = "reason";
/// Code: the term does not end when it must.
pub const END: &str = "end";
/// Code: little is left of the cohort.
pub const SHORT: &str = "short";

/// The cohort that starts on a day.
pub fn opened(pack: &Pack, start: Date) -> Term {
    term::first(pack, start, None, None)
}

/// The cohort that follows: it starts the day after.
pub fn following(pack: &Pack, cohort: Term) -> Term {
    term::next(pack, cohort)
}

/// An appointment in the course of a cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplement {
    /// Its term.
    pub term: Term,
    /// What stands in the way, and with force `may` what is only worth knowing.
    pub findings: Vec<Finding>,
}

/// Appoints somebody in the course of a cohort from a day on. `end` is a last day typed by the
/// officer, if any; `reason` is the need.
pub fn supplement(
    pack: &Pack,
    cohort: Term,
    from: Date,
    end: Option<Date>,
    reason: &str,
) -> Supplement {
    let term = term::first(pack, from, Some(cohort), None);
    let Some(rules) = &pack.admission.term.cohort else {
        return Supplement {
            term,
            findings: Vec::new(),
        };
    };
    let says = |code: &str, force, sentence: String| Finding {
        force,
        ..Finding::unmet(code, &rules.citation, sentence)
    };
    let mut findings = Vec::new();
    if !cohort.covers(from) {
        let sentence = format!(
            "{} 不在本届（{} 至 {}）之内，不能增补。请改为下一届聘任。",
            day(from),
            day(cohort.from),
            day(cohort.to)
        );
        findings.push(says(OUTSIDE, Force::Must, sentence));
    }
    if rules.reason && reason.trim().is_empty() {
        let sentence = "临时增补没有写明工作需要。请补写。".to_owned();
        findings.push(says(REASON, Force::Must, sentence));
    }
    if let Some(end) = end.filter(|end| *end != term.to) {
        let sentence = format!(
            "聘期止于 {}，应当止于 {}。请改为后者。",
            day(end),
            day(term.to)
        );
        findings.push(says(END, Force::Must, sentence));
    }
    if little_left(rules, term) {
        let sentence = format!("本届 {} 届满，聘期不长。请确认是否仍要增补。", day(term.to));
        findings.push(says(SHORT, Force::May, sentence));
    }
    Supplement { term, findings }
}

/// Is less left than the pack finds worth a warning?
fn little_left(rules: &CohortRules, term: Term) -> bool {
    if rules.supplement_end == SupplementEnd::FullLength {
        return false;
    }
    let last_long = match rules.warn_under {
        None => return false,
        // A term of so many days from its first day on, that day included.
        Some(Duration::Days(days)) => jiff::Span::new()
            .try_days(i64::from(days).saturating_sub(1))
            .ok()
            .and_then(|span| term.from.checked_add(span).ok()),
        Some(other) => other.as_months().map(|months| {
            period::term_end(term.from, months, period::TermEnd::DayBeforeAnniversary)
        }),
    };
    last_long.is_some_and(|last| term.to < last)
}
