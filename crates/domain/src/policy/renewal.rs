//! What stands in the way of another term, decided on a day (DG 第七条(四), CY 第三条, GZ 第十五条,
//! JM 第十一条).

use jiff::civil::Date;

use super::appointment::Appointment;
use super::citation::Citation;
use super::facts::Facts;
use super::pack::{Force, How, Leaf, Pack, Register, Renewal, RenewalNeed, RenewalSteps, Test};
use super::term;
use super::words::{Word as _, day};
use crate::expert::Term;
use crate::finding::{FactUsed, Finding, Verdict};

/// Code: the instrument knows no renewal.
pub const NONE: &str = "renewal.none";
/// Code: the term does not end soon enough.
pub const EARLY: &str = "renewal.early";
/// Code: the term is over, and with it the appointment.
pub const LATE: &str = "renewal.late";
/// Code: renewed as often as may be.
pub const TIMES: &str = "renewal.times";
/// Code: the whole way in has to be gone again.
pub const STEPS: &str = "renewal.steps";
/// Code: the reason is missing.
pub const REASON: &str = "renewal.reason";

/// Another term for somebody, as it is to be decided.
#[derive(Debug, Clone, Copy)]
pub struct Proposed<'a> {
    /// The term that ends.
    pub term: Term,
    /// Renewals before it.
    pub renewals: u32,
    /// What is found to be so: the willingness by the expert, the rest by whoever decides.
    pub given: &'a [RenewalNeed],
    /// Why.
    pub reason: &'a str,
}

/// The days on which the renewal of a term may be decided: from the reminder to the last day, or for
/// good where the pack lets it be decided 期满后. `None` where it knows no renewal.
pub fn days(pack: &Pack, ends: Date) -> Option<Term> {
    let rules = pack.admission.renewal.as_ref()?;
    let from = term::before(ends, rules.remind)?;
    let to = if rules.after_end { Date::MAX } else { ends };
    Some(Term { from, to })
}

/// The last day of those whose end is to be thought of on a day: whoever ends until then is listed.
pub fn horizon(pack: &Pack, on: Date) -> Option<Date> {
    let length = pack.admission.renewal.as_ref()?.remind;
    let last = match length {
        crate::period::Duration::Days(days) => on
            .checked_add(jiff::Span::new().try_days(i64::from(days)).ok()?)
            .ok()?,
        other => on
            .checked_add(jiff::Span::new().try_months(other.as_months()?).ok()?)
            .ok()?,
    };
    Some(last)
}

/// Everything that stands in the way on a day, each with its article and the fact.
pub fn obstacles(pack: &Pack, facts: &Facts, proposed: Proposed<'_>, on: Date) -> Vec<Finding> {
    let ends = proposed.term.to;
    let Some(rules) = &pack.admission.renewal else {
        return vec![finding(
            NONE,
            &pack.admission.term.citation,
            ("聘期末日", day(ends)),
            "办法没有规定续聘。期满后请按入库程序重新申请。".to_owned(),
        )];
    };
    let says = |code: &str, fact: (&str, String), sentence: String| {
        finding(code, &rules.citation, fact, sentence)
    };
    let mut found = Vec::new();
    if let Some(days) = days(pack, ends) {
        let fact = ("聘期末日", day(ends));
        if on < days.from {
            let sentence = format!(
                "聘期到 {}，{} 起才办理续聘。请到时再办。",
                day(ends),
                day(days.from)
            );
            found.push(says(EARLY, fact, sentence));
        } else if days.to < on {
            let sentence = format!(
                "聘期已于 {} 届满，到期没有续即{}，不能再续。请本人按入库程序重新申请。",
                day(ends),
                pack.admission.term.lapse
            );
            found.push(says(LATE, fact, sentence));
        }
    }
    if rules.steps == RenewalSteps::Full {
        let fact = ("续聘方式", rules.steps.zh().to_owned());
        let sentence = "续聘须重新办理入库程序，不能直接决定。请本人期满后重新申请。".to_owned();
        found.push(says(STEPS, fact, sentence));
    }
    let appointment = Appointment::Term {
        term: proposed.term,
        renewals: proposed.renewals,
    };
    if !appointment.renewable(pack) {
        let sentence = format!(
            "已续聘 {} 次，最多续聘{}。请按入库程序重新申请。",
            proposed.renewals,
            rules.times.zh()
        );
        let fact = ("已续聘次数", proposed.renewals.to_string());
        found.push(says(TIMES, fact, sentence));
    }
    for need in rules.lacking(proposed.given) {
        let (sentence, fact) = (lack(need).to_owned(), (need.zh(), "没有".to_owned()));
        found.push(says(need.word(), fact, sentence));
    }
    found.extend(bars(pack, facts, proposed.reason, on));
    if rules.reason && proposed.reason.trim().is_empty() {
        let sentence = "没有写明续聘的理由。请写明工作开展情况和决定的依据。".to_owned();
        found.push(says(REASON, ("理由", String::new()), sentence));
    }
    found
}

/// The conditions tested again that do not hold; those that bind 原则上 give way to a reason.
fn bars(pack: &Pack, facts: &Facts, reason: &str, on: Date) -> Vec<Finding> {
    let reasoned = !reason.trim().is_empty();
    term::renewal_bars(pack, facts, on)
        .into_iter()
        .map(|leaf| leaf.finding(pack))
        .filter(|finding| match finding.force {
            Force::Must => true,
            Force::May => false,
            _ => !reasoned,
        })
        .collect()
}

fn tested_again(pack: &Pack) -> impl Iterator<Item = &Leaf> {
    let rules = pack.admission.renewal.iter();
    let numbers = rules.flat_map(|rules| &rules.recheck);
    numbers.filter_map(|number| pack.eligibility.leaves.get(usize::from(*number)))
}

/// The conditions tested again that need a human eye, in the order of the pack.
pub fn reviewed(pack: &Pack) -> Vec<&Leaf> {
    let again = tested_again(pack);
    again
        .filter(|leaf| leaf.how.contains(&How::Reviewed))
        .collect()
}

/// The registers that the conditions tested again ask about, in the order of the pack.
pub fn registers(pack: &Pack) -> Vec<&Register> {
    let asked: Vec<&String> = tested_again(pack)
        .filter_map(|leaf| match &leaf.test {
            Some(Test::NotListed { register, .. }) => Some(register),
            _ => None,
        })
        .collect();
    let known = pack.vocabulary.registers.iter();
    known
        .filter(|register| asked.contains(&&register.id))
        .collect()
}

/// Does somebody have to be asked before the term ends?
pub fn asks(rules: &Renewal) -> bool {
    rules.needs.contains(&RenewalNeed::Willing)
}

fn lack(need: RenewalNeed) -> &'static str {
    match need {
        RenewalNeed::ReviewPassed => "没有审核合格的结论。请审核后勾选审核合格。",
        RenewalNeed::Need => "没有确认工作需要。请确认后勾选。",
        RenewalNeed::Willing => "没有本人愿意续任的答复。请先征求本人意愿。",
        RenewalNeed::WorkRecord => "没有核对工作开展情况。请看过工作记录后勾选。",
    }
}

fn finding(code: &str, citation: &Citation, fact: (&str, String), sentence: String) -> Finding {
    Finding {
        code: code.to_owned(),
        force: Force::Must,
        verdict: Verdict::Unmet,
        citation: citation.clone(),
        facts: vec![FactUsed {
            name: fact.0.to_owned(),
            value: Some(fact.1).filter(|value| !value.is_empty()),
        }],
        sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::check::check;
    use crate::policy::library::shipped;
    use jiff::civil::date;

    fn pack(id: &str) -> Pack {
        check(shipped(id).expect("shipped").pack).expect("sound")
    }

    fn codes(pack: &Pack, proposed: Proposed<'_>, on: Date) -> Vec<String> {
        obstacles(pack, &Facts::default(), proposed, on)
            .into_iter()
            .map(|finding| finding.code)
            .collect()
    }

    fn until(to: Date) -> Term {
        Term {
            from: date(2024, 3, 1),
            to,
        }
    }

    /// Covers: JM-11-b.
    #[test]
    fn jiangmen_needs_both_and_decides_before_the_end() {
        let pack = pack("jm-2022");
        let term = until(date(2026, 2, 28));
        let asked = |given| Proposed {
            term,
            renewals: 0,
            given,
            reason: "",
        };
        let on = date(2026, 1, 10);
        let none = codes(&pack, asked(&[]), on);
        assert!(
            none.starts_with(&["need".into(), "willing".into()]),
            "{none:?}"
        );
        let both = [RenewalNeed::Need, RenewalNeed::Willing];
        let found = codes(&pack, asked(&both[..1]), on);
        assert_eq!(found[0], "willing");
        let found = codes(&pack, asked(&both), date(2026, 3, 1));
        assert_eq!(found[0], LATE);
        let found = codes(&pack, asked(&both), date(2025, 12, 29));
        assert_eq!(found[0], EARLY);
        let first = codes(&pack, asked(&both), date(2025, 12, 30));
        assert!(!first.contains(&EARLY.to_owned()), "{first:?}");
        assert_eq!(horizon(&pack, date(2025, 12, 30)), Some(term.to));
    }

    /// Covers: CY-3-g.
    #[test]
    fn chaoyang_decides_after_the_end_too_and_says_why() {
        let pack = pack("cy-2021");
        let proposed = Proposed {
            term: until(date(2027, 2, 28)),
            renewals: 4,
            given: &[RenewalNeed::WorkRecord],
            reason: " ",
        };
        let over = date(2027, 3, 1);
        assert_eq!(codes(&pack, proposed, over), [REASON]);
        let reason = "三年完成督导十二次，评价良好";
        let sound = Proposed { reason, ..proposed };
        assert!(codes(&pack, sound, over).is_empty());
        let unseen = Proposed {
            given: &[],
            ..sound
        };
        assert_eq!(codes(&pack, unseen, over), ["work_record"]);
    }
}
