//! May this expert hold a special post? (GZ 第七条, 第十二条, 第十三条)

use jiff::civil::Date;
use serde::Serialize;

use super::decide::decide;
use super::expression::Expression;
use super::facts::Facts;
use super::pack::{Pack, Post, PostAlternative, PostPer, Waives};
use crate::expert::Status;
use crate::finding::{Finding, Verdict};

/// Code of the finding that somebody is no expert of the pool.
pub const MEMBERSHIP: &str = "membership";
/// Code of the finding that the post is taken.
pub const TAKEN: &str = "taken";

/// On what an appointment to a post rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis<'p> {
    /// The conditions of the post.
    Conditions,
    /// Another way.
    Alternative(&'p PostAlternative),
}

/// Whether somebody may hold a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held<'p> {
    /// On what; `None` = may not.
    pub basis: Option<Basis<'p>>,
    /// What stands in the way, each with its article; empty when there is a basis.
    pub findings: Vec<Finding>,
}

/// Judges. `status` is where the person stands in the pool on that day, `holders` how many hold the
/// post already in the same task or group.
pub fn judge<'p>(
    pack: &'p Pack,
    post: &'p Post,
    facts: &Facts,
    status: Status,
    holders: u32,
    on: Date,
) -> Held<'p> {
    let decision = decide(pack, facts, on);
    let holds =
        |rule: &Expression| rule.verdict(&|number| decision.verdict_of(number)) == Verdict::Met;
    let mut findings = Vec::new();
    if holders >= post.at_most {
        findings.push(Finding::unmet(
            TAKEN,
            &post.citation,
            format!(
                "{}只设 {} 名，已有 {holders} 名。请先免去现任的。",
                post.label, post.at_most
            ),
        ));
    }
    let alternative = post.alternatives.iter().find(|way| holds(&way.rule));
    let spared = alternative.is_some_and(|way| way.waives == Waives::Membership);
    if status != Status::Active && !spared {
        findings.push(Finding::unmet(
            MEMBERSHIP,
            &post.citation,
            format!("{}须是在聘专家，此人{}。", post.label, status.zh()),
        ));
    }
    let basis = if holds(&post.rule) {
        Some(Basis::Conditions)
    } else {
        alternative.map(Basis::Alternative)
    };
    if basis.is_none() {
        for part in post.rule.conjuncts() {
            if part.verdict(&|number| decision.verdict_of(number)) == Verdict::Met {
                continue;
            }
            part.leaves(&mut |number, _| {
                let finding = decision.leaves.get(usize::from(number));
                findings.extend(finding.map(|finding| finding.finding(pack)));
            });
        }
    }
    Held {
        basis: basis.filter(|_| findings.is_empty()),
        findings,
    }
}

/// Is the post still held once the task it was given for is closed?
pub const fn outlives_task(post: &Post) -> bool {
    matches!(post.per, PostPer::Standing)
}
