//! 选派: are they enough to go together, and has everybody been taught first (JM 第四条, 第九条(一))?

use super::citation::Citation;
use super::pack::{Force, Pack};
use crate::finding::{FactUsed, Finding, Verdict};

/// What is known of somebody about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Took part in the training the pack asks for.
    pub trained: bool,
    /// Was sent before.
    pub sent_before: bool,
}

/// What stands in the way of sending these together, each with its force: `may` only warns,
/// `in_principle` needs a reason, `must` blocks.
pub fn review(pack: &Pack, team: &[Sent], accompanied: bool) -> Vec<Finding> {
    let finding =
        |code: &str, force: Force, citation: &Citation, value: String, sentence| Finding {
            code: code.to_owned(),
            force,
            verdict: Verdict::Unmet,
            citation: citation.clone(),
            facts: vec![FactUsed {
                name: "选派人数".to_owned(),
                value: Some(value),
            }],
            sentence,
        };
    let mut found = Vec::new();
    let size = u32::try_from(team.len()).unwrap_or(u32::MAX);
    if let Some(rule) = &pack.tasks.team_size
        && !rule.bound.holds(size)
    {
        let sentence = format!("本次选派 {size} 人，要求{} 人。", rule.bound);
        let value = format!("{size} 人");
        found.push(finding(
            "team_size",
            rule.force,
            &rule.citation,
            value,
            sentence,
        ));
    }
    let rule = pack.tasks.accompanied.as_ref();
    if let Some(rule) = rule.filter(|rule| rule.needed && !accompanied) {
        let (value, sentence) = ("无".to_owned(), "须有人社部门人员同行。".to_owned());
        found.push(finding(
            "accompanied",
            Force::Must,
            &rule.citation,
            value,
            sentence,
        ));
    }
    let new = team
        .iter()
        .filter(|sent| !sent.trained && !sent.sent_before);
    let new = new.count();
    for gathering in pack.gatherings.iter().filter(|_| new > 0) {
        if let Some(force) = gathering.before_first_task {
            let sentence = format!("有 {new} 人首次选派，尚未参加{}。", gathering.label);
            let value = format!("{new} 人");
            found.push(finding(
                &gathering.id,
                force,
                &gathering.citation,
                value,
                sentence,
            ));
        }
    }
    found
}
