//! Terms: the first, the next, and what renewal needs (DG 第七条(四); A-G-5).

use jiff::civil::Date;

use super::decide::{LeafFinding, decide};
use super::facts::Facts;
use super::pack::{Pack, SupplementEnd, TermMode, TermRules};
use crate::expert::Term;
use crate::finding::Verdict;
use crate::period;

/// The term that starts on a day. `cohort` is the cohort's, for packs that count by cohort: whoever
/// joins later ends with it. `years` shortens a term that is only bounded above.
pub fn first(pack: &Pack, start: Date, cohort: Option<Term>, years: Option<u16>) -> Term {
    let rules = &pack.admission.term;
    match (rules.mode, cohort) {
        (TermMode::Cohort, Some(cohort)) if !full_length(rules) => Term {
            from: start,
            to: cohort.to,
        },
        (TermMode::Max, _) => of_years(
            pack,
            start,
            years.map_or(rules.years, |y| y.min(rules.years)),
        ),
        (TermMode::Fixed | TermMode::Cohort, _) => of_years(pack, start, rules.years),
    }
}

/// The term after a renewal: it starts the day after the old one ends, whenever it was decided.
pub fn next(pack: &Pack, old: Term) -> Term {
    first(pack, old.to.tomorrow().unwrap_or(Date::MAX), None, None)
}

/// Has a supplement a term of its own length?
fn full_length(rules: &TermRules) -> bool {
    let end = rules.cohort.as_ref().map(|cohort| cohort.supplement_end);
    end == Some(SupplementEnd::FullLength)
}

fn of_years(pack: &Pack, start: Date, years: u16) -> Term {
    Term {
        from: start,
        to: period::term_end(start, u32::from(years) * 12, pack.clock.term_end),
    }
}

/// The day from which renewal is due.
pub fn reminder(pack: &Pack, term: Term) -> Option<Date> {
    let renewal = pack.admission.renewal.as_ref()?;
    before(term.to, renewal.remind)
}

/// The day so long before a last day. Lengths in hours or working days name none.
pub(super) fn before(last: Date, length: period::Duration) -> Option<Date> {
    match length {
        period::Duration::Days(days) => last
            .checked_sub(jiff::Span::new().try_days(i64::from(days)).ok()?)
            .ok(),
        other => Some(period::look_back(last, other.as_months()?)),
    }
}

/// What bars a renewal on a day: the leaves tested again that do not hold, leaving out those the pack
/// spares this person.
pub fn renewal_bars<'a>(pack: &'a Pack, facts: &'a Facts, on: Date) -> Vec<LeafFinding<'a>> {
    let Some(renewal) = &pack.admission.renewal else {
        return Vec::new();
    };
    let spared = |number: u16| {
        renewal.spared.as_ref().is_some_and(|spared| {
            spared.leaves.contains(&number)
                && facts
                    .profile
                    .flags
                    .get(&spared.flag)
                    .copied()
                    .unwrap_or(false)
        })
    };
    let decision = decide(pack, facts, on);
    decision
        .leaves
        .into_iter()
        .zip(0_u16..)
        .filter(|(_, number)| renewal.recheck.contains(number) && !spared(*number))
        .map(|(finding, _)| finding)
        .filter(|finding| matches!(finding.stands(), Verdict::Unmet | Verdict::Undetermined))
        .collect()
}
