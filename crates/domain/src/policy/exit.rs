//! Who falls under a ground of exit by a date, an age or a count (DG 第十九条(五)(六)(七)).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::counter::{Occurred, Since, firings, stands_on};
use super::facts::Listing;
use super::inactivity;
use super::pack::{
    Duration, ExitGround, Pack, Relation, RetirementScope, Transfer, Trigger, TriggerMode,
    TriggerOn,
};
use super::recovery::Liability;
use super::words::{Word, day};
use crate::expert::Term;
use crate::finding::{FactUsed, Finding, Verdict};

/// What triggers look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFacts {
    /// 出生日期
    #[serde(default)]
    pub born: Option<Date>,
    /// 法定退休日期
    #[serde(default)]
    pub retires_on: Option<Date>,
    /// Facts that are simply so or not.
    #[serde(default)]
    pub flags: BTreeMap<String, bool>,
    /// First day in the pool.
    pub entered: Date,
    /// Current term.
    pub term: Term,
    /// Specialties held, and whether each is still active.
    #[serde(default)]
    pub specialties: BTreeMap<String, bool>,
    /// What happened, ordered by day.
    #[serde(default)]
    pub occurred: Vec<Occurred>,
    /// Registers looked up.
    #[serde(default)]
    pub registers: BTreeMap<String, Vec<Listing>>,
}

/// A ground that comes up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised<'p> {
    /// The ground.
    pub ground: &'p ExitGround,
    /// Early notice, a proposal, or done by itself.
    pub how: RaisedHow,
    /// Why, in Chinese.
    pub reason: String,
}

/// How a ground comes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RaisedHow {
    /// Early notice, nothing to decide yet.
    Alert,
    /// For decision.
    Proposal,
    /// Takes effect by itself.
    Automatic,
}

/// Every ground that comes up on a day.
pub fn raised<'p>(pack: &'p Pack, member: &MemberFacts, on: Date) -> Vec<Raised<'p>> {
    let grounds = pack.exit.iter().flat_map(|exit| &exit.grounds);
    grounds
        .flat_map(|ground| ground.triggers.iter().map(move |trigger| (ground, trigger)))
        .filter_map(|(ground, trigger)| {
            let (alert, reason) = pulls(pack, trigger, member, on)?;
            let how = match (alert, trigger.mode) {
                (true, _) => RaisedHow::Alert,
                (false, TriggerMode::Propose) => RaisedHow::Proposal,
                (false, TriggerMode::Automatic) => RaisedHow::Automatic,
            };
            Some(Raised {
                ground,
                how,
                reason,
            })
        })
        .collect()
}

/// `(only an alert, why)`, if the trigger is pulled.
fn pulls(pack: &Pack, trigger: &Trigger, member: &MemberFacts, on: Date) -> Option<(bool, String)> {
    if let Some((flag, wanted)) = &trigger.flag
        && member.flags.get(flag).copied().unwrap_or(false) != *wanted
    {
        return None;
    }
    match &trigger.on {
        TriggerOn::Retirement { of } => {
            let date = member.retires_on.filter(|date| *date <= on)?;
            let counts = *of == RetirementScope::All || member.term.covers(date);
            counts.then(|| (false, format!("法定退休日期为 {}，在本聘期内", day(date))))
        }
        TriggerOn::Age { bound, alert_at } => {
            let born = member.born?;
            let clock = &pack.clock;
            let age = clock.ages.age(born, on)?;
            let value = u16::try_from(bound.value).ok()?;
            let holds = match bound.relation {
                Relation::MoreThan => clock.ages.is_over(born, on, value, clock.exceeds),
                Relation::AtMost => !clock.ages.is_over(born, on, value, clock.exceeds),
                Relation::AtLeast | Relation::LessThan => bound.holds(age.into()),
            };
            if holds {
                return Some((false, format!("{} 满 {age} 周岁，{bound} 周岁", day(on))));
            }
            let alert = (*alert_at).filter(|alert| u32::from(age) >= *alert)?;
            Some((true, format!("已满 {alert} 周岁，{bound} 周岁时提请处理")))
        }
        TriggerOn::SpecialtiesRetired => {
            let all =
                !member.specialties.is_empty() && member.specialties.values().all(|active| !active);
            let names: Vec<&str> = member.specialties.keys().map(String::as_str).collect();
            all.then(|| (false, format!("所在专业领域均已移除：{}", names.join("、"))))
        }
        TriggerOn::Counter { counter } => {
            let since = Since {
                membership: member.entered,
                term: member.term.from,
            };
            let until: Vec<Occurred> = member
                .occurred
                .iter()
                .filter(|occurred| occurred.on <= on)
                .cloned()
                .collect();
            if !counter.without.is_empty() {
                return stands_on(counter, &until, since, on).then(|| {
                    let months = counter.within.and_then(Duration::as_months);
                    let span = months.map_or_else(String::new, |n| format!("{n} 个月内"));
                    let words: Vec<&str> = counter.without.iter().map(|w| w.zh()).collect();
                    let never = words.join("、");
                    (
                        false,
                        format!("{span}达到 {} 次，其间没有{never}", counter.at),
                    )
                });
            }
            let firing = firings(counter, &until, since).pop()?;
            Some((
                false,
                format!("累计 {} 次，达到 {} 次", firing.counted.len(), counter.at),
            ))
        }
        TriggerOn::NothingAccepted(rule) => {
            let since = inactivity::since(*rule, member.entered, &member.occurred, on)?;
            Some((
                false,
                format!("至 {} 已连续 {} 年有委派而不接受", day(since), rule.periods),
            ))
        }
        TriggerOn::Listed { register } => {
            let entry = member
                .registers
                .get(register)?
                .iter()
                .find(|entry| entry.in_force(on))?;
            let label = pack
                .vocabulary
                .register(register)
                .map_or(register.as_str(), |r| &r.label);
            Some((
                false,
                format!("{} 自 {} 列入{label}", entry.subject, day(entry.from)),
            ))
        }
    }
}

/// What a case for dismissal still lacks: the reason, the document, the kind.
pub fn lacks(
    ground: &ExitGround,
    reason: Option<&str>,
    document: bool,
    kind: Option<&str>,
) -> Vec<Finding> {
    let finding = |name: &str, holds: bool, sentence: String| Finding {
        code: ground.id.clone(),
        force: super::pack::Force::Must,
        verdict: Verdict::of(holds),
        citation: ground.citation.clone(),
        facts: vec![FactUsed {
            name: name.to_owned(),
            value: None,
        }],
        sentence,
    };
    let mut found = Vec::new();
    if ground.reason && reason.is_none_or(|reason| reason.trim().is_empty()) {
        found.push(finding(
            "理由",
            false,
            format!("{}：须写明理由。", ground.label),
        ));
    }
    if let Some(needed) = ground.document.as_ref().filter(|_| !document) {
        found.push(finding(
            "文件",
            false,
            format!("{}：须附{needed}。", ground.label),
        ));
    }
    if !ground.kinds.is_empty() && !kind.is_some_and(|kind| ground.kinds.iter().any(|k| k == kind))
    {
        let kinds = ground.kinds.join("、");
        found.push(finding(
            "种类",
            false,
            format!("{}：须指明是{kinds}中的哪一种。", ground.label),
        ));
    }
    found
}

/// What the record of a transfer to other authorities still lacks, in the order of the pack.
pub fn transfer_lacks(transfer: &Transfer, record: &Liability) -> Vec<Finding> {
    record
        .open(&transfer.needs)
        .into_iter()
        .map(|need| Finding {
            code: need.word().to_owned(),
            force: super::pack::Force::Must,
            verdict: Verdict::Unmet,
            citation: transfer.citation.clone(),
            facts: vec![FactUsed {
                name: need.zh().to_owned(),
                value: None,
            }],
            sentence: format!("{}：缺少{}。请补上。", transfer.label, need.zh()),
        })
        .collect()
}
