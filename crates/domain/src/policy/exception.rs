//! 放宽与例外: what an authorised person must grant before somebody enters who does not meet every
//! condition, and what a grant must say (GZ 第十一条(六)(七): 一般, 可适当放宽).

use serde::{Deserialize, Serialize};

use super::decide::{Conjunct, Decision, LeafFinding, Outcome};
use super::pack::{Force, Relaxation};
use crate::finding::{Finding, Verdict};

/// One exception granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The leaf let pass; of a choice, any one of its leaves.
    pub leaf: String,
    /// To what extent, in words (放宽到高级工); only a relaxation asks for it.
    #[serde(default)]
    pub extent: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// A part of the rule that needs an exception.
#[derive(Debug, Clone)]
pub struct Needed<'d, 'a> {
    /// Leaves of the part that do not hold.
    pub leaves: Vec<&'d LeafFinding<'a>>,
    /// The relaxation it rests on; `None` = the condition itself binds only 原则上.
    pub relaxation: Option<&'a Relaxation>,
}

/// What must be granted for this person, in the order of the rule. Nothing unless the answer is
/// [`Outcome::Discretion`].
pub fn needed<'d, 'a>(decision: &'d Decision<'a>) -> Vec<Needed<'d, 'a>> {
    if decision.outcome != Outcome::Discretion {
        return Vec::new();
    }
    decision
        .conjuncts()
        .filter(|part| part.verdict == Verdict::Unmet)
        .filter_map(|part| of_part(decision, part))
        .collect()
}

fn of_part<'d, 'a>(decision: &'d Decision<'a>, part: Conjunct<'d, 'a>) -> Option<Needed<'d, 'a>> {
    let leaves: Vec<&LeafFinding<'a>> = part
        .leaves
        .into_iter()
        .filter(|finding| finding.stands() == Verdict::Unmet)
        .filter(|finding| finding.leaf.force != Force::May)
        .collect();
    let relaxed = |relaxation: &&Relaxation| {
        relaxation.relaxes.iter().any(|number| {
            let leaf = decision.pack.eligibility.leaves.get(usize::from(*number));
            leaf.is_some_and(|leaf| leaves.iter().any(|finding| finding.leaf.id == leaf.id))
        })
    };
    let relaxation = decision.relaxation.filter(relaxed);
    (!leaves.is_empty()).then_some(Needed { leaves, relaxation })
}

/// What is still lacking: a needed exception that is not granted or does not say why or how far, and
/// a grant for something that cannot be let pass.
pub fn lacking(decision: &Decision<'_>, granted: &[Exception]) -> Vec<Finding> {
    let needed = needed(decision);
    let mut found: Vec<Finding> = needed
        .iter()
        .filter_map(|needed| {
            let first = needed.leaves.first()?;
            let sentence = unsaid(needed, granted)?;
            Some(Finding {
                sentence: format!("{}：{sentence}", first.leaf.label),
                ..first.finding(decision.pack)
            })
        })
        .collect();
    for grant in granted {
        let concerns = |needed: &Needed<'_, '_>| {
            needed
                .leaves
                .iter()
                .any(|finding| finding.leaf.id == grant.leaf)
        };
        if !needed.iter().any(concerns)
            && let Some(finding) = decision.leaf(&grant.leaf)
        {
            found.push(Finding {
                verdict: Verdict::Unmet,
                sentence: format!("{}：不须或者不能放宽。请删去这一项。", finding.leaf.label),
                ..finding.finding(decision.pack)
            });
        }
    }
    found
}

fn unsaid(needed: &Needed<'_, '_>, granted: &[Exception]) -> Option<String> {
    let concerns = |grant: &&Exception| {
        needed
            .leaves
            .iter()
            .any(|finding| finding.leaf.id == grant.leaf)
    };
    let blank = |text: &str| text.trim().is_empty();
    let grant = granted.iter().find(concerns);
    match (grant, needed.relaxation) {
        (None, Some(relaxation)) => Some(format!(
            "不符合。可按{}放宽，须写明放宽到什么程度和理由，经批准。",
            relaxation.citation
        )),
        (None, None) => Some("不符合。属一般要求，可作例外，须写明理由，经批准。".to_owned()),
        (Some(grant), _) if blank(&grant.reason) => {
            Some("没有写明放宽或例外的理由。请补写。".to_owned())
        }
        (Some(grant), Some(_)) if grant.extent.as_deref().is_none_or(blank) => {
            Some("没有写明放宽到什么程度。请补写。".to_owned())
        }
        (Some(_), _) => None,
    }
}
