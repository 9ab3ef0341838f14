//! 分类: which values of the axes an expert gets, under which names, and whether the conditions hold
//! for each value applied for (GZ 第五条, 第八条).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::decide::{Outcome, decide};
use super::facts::Facts;
use super::pack::{Axis, Field, Force, Judged, Pack};
use crate::finding::{FactUsed, Finding, Verdict};

/// The axis whose values conditions read as [`Field::Duty`].
const DUTY: &str = "duty";

/// The values an expert gets, axis by axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Classified {
    /// Values by axis id, fallbacks included, in the order given.
    pub values: BTreeMap<String, Vec<String>>,
    /// What does not fit; empty = may be entered.
    pub findings: Vec<Finding>,
}

/// Settles the values chosen for a person: who fits no value of an axis gets its fallback, and every
/// axis keeps its bounds. Axes without fixed values take any name; whether it is one of the pool's
/// is the caller's business.
pub fn settle(pack: &Pack, chosen: &BTreeMap<String, Vec<String>>) -> Classified {
    let mut values = chosen.clone();
    for axis in &pack.pool.axes {
        let nothing = chosen.get(&axis.id).is_none_or(Vec::is_empty);
        if let Some(fallback) = axis.fallback.as_ref().filter(|_| nothing) {
            let home = axis.fallback_axis.as_ref().unwrap_or(&axis.id);
            let there = values.entry(home.clone()).or_default();
            if !there.contains(fallback) {
                there.push(fallback.clone());
            }
        }
    }
    let findings = pack
        .pool
        .axes
        .iter()
        .filter_map(|axis| {
            let given = values.get(&axis.id).map_or(&[][..], Vec::as_slice);
            unfit(axis, given)
        })
        .collect();
    Classified { values, findings }
}

/// The first thing that does not fit about the values of one axis.
fn unfit(axis: &Axis, given: &[String]) -> Option<Finding> {
    let count = u32::try_from(given.len()).unwrap_or(u32::MAX);
    let strange = given
        .iter()
        .find(|value| !axis.values.is_empty() && !axis.values.contains(value));
    let twice = given
        .iter()
        .enumerate()
        .find(|(place, value)| given[..*place].contains(value));
    let label = &axis.label;
    let sentence = if let Some(value) = strange {
        format!(
            "没有“{value}”这个{label}。可以选：{}。",
            axis.values.join("、")
        )
    } else if let Some((_, value)) = twice {
        format!("{label}“{value}”选了两次。请只留一个。")
    } else if count < axis.at_least {
        format!(
            "{label}只选了 {count} 个，至少要 {} 个。请补选。",
            axis.at_least
        )
    } else if let Some(most) = axis.at_most.filter(|most| count > *most) {
        format!("{label}选了 {count} 个，不超过 {most} 个。请删去多选的。")
    } else {
        return None;
    };
    Some(Finding {
        code: axis.id.clone(),
        force: Force::Must,
        verdict: Verdict::Unmet,
        citation: axis.citation.clone(),
        facts: vec![FactUsed {
            name: label.clone(),
            value: (!given.is_empty()).then(|| given.join("、")),
        }],
        sentence,
    })
}

/// The name of the group a value makes (广州市某某专业职业技能培训评价专家组); the value itself where
/// the axis has no template.
pub fn group_name(axis: &Axis, value: &str) -> String {
    axis.name_template
        .as_ref()
        .map_or_else(|| value.to_owned(), |name| name.replace("{}", value))
}

/// The values the applicant's ticks suggest, in the order of the axis, none twice.
pub fn suggested<'p>(axis: &'p Axis, ticked: &[String]) -> Vec<&'p str> {
    let pairs = axis
        .suggestion
        .as_ref()
        .map_or(&[][..], |suggestion| &suggestion.pairs);
    axis.values
        .iter()
        .map(String::as_str)
        .filter(|value| {
            pairs
                .iter()
                .any(|pair| pair.value == *value && ticked.contains(&pair.ticked))
        })
        .collect()
}

/// The answer for one value applied for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// The value; `None` where the axis is judged together.
    pub value: Option<String>,
    /// The answer.
    pub outcome: Outcome,
    /// Leaves that stand in the way.
    pub blocking: Vec<String>,
    /// Every finding, standing on its own.
    pub findings: Vec<Finding>,
}

/// May this person serve in each of the duties applied for? One judgement for each where the pack
/// judges them on their own, otherwise one for all.
pub fn judge_each(pack: &Pack, facts: &Facts, on: Date) -> Vec<Judgement> {
    let each = pack.axis(DUTY).map(|axis| axis.judged) == Some(Judged::Each);
    let applied: Vec<String> = facts
        .situation
        .values(Field::Duty)
        .map(str::to_owned)
        .collect();
    if !each || applied.is_empty() {
        return vec![judgement(pack, facts, on, None)];
    }
    applied
        .into_iter()
        .map(|value| {
            let mut narrowed = facts.clone();
            narrowed.situation = narrowed.situation.only(Field::Duty, &value);
            judgement(pack, &narrowed, on, Some(value))
        })
        .collect()
}

fn judgement(pack: &Pack, facts: &Facts, on: Date, value: Option<String>) -> Judgement {
    let decision = decide(pack, facts, on);
    Judgement {
        value,
        outcome: decision.outcome,
        blocking: decision
            .blocking()
            .into_iter()
            .map(|finding| finding.leaf.id.clone())
            .collect(),
        findings: decision.findings(),
    }
}
