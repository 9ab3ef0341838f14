//! What is to be handed in, and what is still missing (DG 第六条).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::{Branch, Channel, Field, Force, Material, MaterialPart, Need, Pack, Situation};
use super::words::day;
use crate::finding::{FactUsed, Finding, Verdict};

/// What was handed in of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandedIn {
    /// The item itself is there.
    pub given: bool,
    /// The opinion it must carry is there.
    pub opinion: bool,
    /// The seal is there.
    pub sealed: bool,
    /// Last day it is valid, for documents that expire.
    pub valid_to: Option<Date>,
    /// Parts handed in.
    pub parts: Vec<String>,
    /// Parts the person says they do not hold (不适用).
    pub not_held: Vec<String>,
    /// Waived, with the reason.
    pub waived: Option<String>,
}

/// The items of a channel, in the order of the text.
pub fn items<'p>(pack: &'p Pack, channel: &Channel) -> Vec<&'p Material> {
    let situation = Situation::EMPTY.with(Field::Channel, &channel.id);
    let list = pack
        .admission
        .materials
        .iter()
        .find(|list| list.id == channel.materials);
    list.into_iter()
        .flat_map(|list| &list.items)
        .filter(|item| situation.meets(&item.when) == Some(true))
        .collect()
}

/// One finding per item. `branches` are the alternatives of the eligibility rule the person relies
/// on: at least one of them must be proved by something handed in (DG 第六条(一)2).
pub fn review(
    pack: &Pack,
    channel: &Channel,
    handed: &BTreeMap<String, HandedIn>,
    branches: &[&Branch],
    on: Date,
) -> Vec<Finding> {
    let nothing = HandedIn::default();
    items(pack, channel)
        .into_iter()
        .map(|item| {
            let given = handed.get(&item.id).unwrap_or(&nothing);
            let lacking = lacking(item, given, branches, on);
            Finding {
                code: item.id.clone(),
                force: item.force,
                verdict: Verdict::of(lacking.is_none()),
                citation: item.citation.clone(),
                facts: vec![FactUsed {
                    name: item.label.clone(),
                    value: given.given.then(|| "已提交".to_owned()),
                }],
                sentence: match lacking {
                    // Nobody knows yet whether there is anything to hand in.
                    None if item.need == Need::IfHeld && *given == nothing => {
                        format!("{}：没有提交，持有的须提交。", item.label)
                    }
                    None => format!("{}：齐全。", item.label),
                    Some(lacking) => format!("{}：{lacking}。", item.label),
                },
            }
        })
        .collect()
}

/// One finding per item a notice calling for applications names, on channels whose list leaves them to
/// the notice (JM 第七条(二)). Items go by their name.
pub fn named(
    pack: &Pack,
    channel: &Channel,
    names: &[String],
    handed: &BTreeMap<String, HandedIn>,
) -> Vec<Finding> {
    let list = pack.admission.list_of(channel);
    let Some(list) = list.filter(|list| list.by_notice) else {
        return Vec::new();
    };
    let finding = |name: &String| {
        let given = handed.get(name).is_some_and(|handed| handed.given);
        let state = if given { "齐全" } else { "尚未提交" };
        Finding {
            code: name.clone(),
            force: Force::Must,
            verdict: Verdict::of(given),
            citation: list.citation.clone(),
            facts: vec![FactUsed {
                name: name.clone(),
                value: given.then(|| "已提交".to_owned()),
            }],
            sentence: format!("{name}：{state}。"),
        }
    };
    names.iter().map(finding).collect()
}

fn lacking(item: &Material, given: &HandedIn, branches: &[&Branch], on: Date) -> Option<String> {
    let waived = given.waived.as_ref().is_some_and(|reason| {
        item.waiver
            .as_ref()
            .is_some_and(|waiver| waiver.reason == *reason)
    });
    if item.need == Need::Always && !given.given {
        return Some("尚未提交".to_owned());
    }
    let handed = |part: &MaterialPart| given.parts.contains(&part.id);
    if item.need == Need::OnePart && !item.parts.iter().any(handed) {
        let parts: Vec<&str> = item.parts.iter().map(|part| part.label.as_str()).collect();
        return Some(format!("须提交其中之一：{}", parts.join("、")));
    }
    if !waived {
        if let Some(whose) = item.opinion.as_ref().filter(|_| !given.opinion) {
            return Some(format!("缺少{whose}的意见"));
        }
        if !item.seal.is_empty() && !given.sealed {
            return Some("没有盖章".to_owned());
        }
    }
    if item.valid_on_submission {
        match given.valid_to {
            None => return Some("缺少证件有效期".to_owned()),
            Some(last) if last < on => {
                return Some(format!("证件有效期至 {}，提交时已过期", day(last)));
            }
            Some(_) => {}
        }
    }
    unproved(item, given, branches).or_else(|| unanswered(item, given))
}

/// The parts neither handed in nor said not to be held, where the pack asks for an answer on each.
fn unanswered(item: &Material, given: &HandedIn) -> Option<String> {
    let open: Vec<&str> = item
        .parts
        .iter()
        .filter(|_| item.parts_answered)
        .filter(|part| !given.parts.contains(&part.id) && !given.not_held.contains(&part.id))
        .map(|part| part.label.as_str())
        .collect();
    (!open.is_empty()).then(|| format!("既没有提交也没有注明不适用：{}", open.join("、")))
}

/// The parts of this item any of which would prove a branch relied on, if none is there.
fn unproved(item: &Material, given: &HandedIn, branches: &[&Branch]) -> Option<String> {
    let is_part = |id: &String| item.parts.iter().any(|part| part.id == *id);
    let mut provable = branches
        .iter()
        .filter(|branch| branch.proof.iter().chain(&branch.proof_any).any(is_part))
        .peekable();
    provable.peek()?;
    let there = |id: &String| given.parts.contains(id);
    let proved = |branch: &&&Branch| {
        branch.proof.iter().all(there)
            && (branch.proof_any.is_empty() || branch.proof_any.iter().any(there))
    };
    if provable.clone().any(|branch| proved(&branch)) {
        return None;
    }
    let label = |id: &String| {
        let found: Option<&MaterialPart> = item.parts.iter().find(|part| part.id == *id);
        found.map_or(id.clone(), |part| part.label.clone())
    };
    let needed: Vec<String> = provable
        .map(|branch| {
            let mut all: Vec<String> = branch.proof.iter().map(label).collect();
            if !branch.proof_any.is_empty() {
                let any: Vec<String> = branch.proof_any.iter().map(label).collect();
                all.push(any.join("或"));
            }
            all.join("和")
        })
        .collect();
    Some(format!("缺少证明入库条件的材料：{}", needed.join("，或")))
}
