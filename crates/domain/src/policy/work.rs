//! Who does what in a task: experts without a role, roles kept apart (GZ 第四条(三)).

use std::collections::BTreeMap;

use super::citation::Citation;
use super::pack::{Force, TaskKind};
use crate::finding::{FactUsed, Finding, Verdict};

/// Code: an expert has no role.
pub const NO_ROLE: &str = "no_role";
/// Code: there is no such role.
pub const STRANGE_ROLE: &str = "strange_role";
/// Code: one person has two roles that are kept apart.
pub const APART: &str = "apart";

fn finding(
    citation: &Citation,
    code: &str,
    force: Force,
    about: &str,
    sentence: String,
) -> Finding {
    Finding {
        code: code.to_owned(),
        force,
        verdict: Verdict::Unmet,
        citation: citation.clone(),
        facts: vec![FactUsed {
            name: about.to_owned(),
            value: None,
        }],
        sentence,
    }
}

/// What does not do about the roles of a task's experts, each expert by any stable text with the
/// roles given. Nothing where the kind has no roles.
pub fn roles_wrong(kind: &TaskKind, given: &BTreeMap<String, Vec<String>>) -> Vec<Finding> {
    let Some(rules) = &kind.roles else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (expert, roles) in given {
        let says = |code: &str, force, sentence: String| {
            finding(&kind.citation, code, force, expert, sentence)
        };
        if roles.iter().all(|role| role.trim().is_empty()) {
            let all = rules.values.join("、");
            let sentence = format!("{expert}在“{}”中还没有分工。请从{all}中选定。", kind.label);
            found.push(says(NO_ROLE, Force::Must, sentence));
        }
        for role in roles.iter().filter(|_| !rules.open) {
            if !rules.values.contains(role) {
                let sentence = format!("“{}”没有“{role}”这种分工。", kind.label);
                found.push(says(STRANGE_ROLE, Force::Must, sentence));
            }
        }
        for pair in &rules.apart {
            if roles.contains(&pair.one) && roles.contains(&pair.other) {
                let sentence = format!(
                    "{expert}同时承担{}和{}，可能影响公正。请确认或改派。",
                    pair.one, pair.other
                );
                found.push(says(APART, pair.force, sentence));
            }
        }
    }
    found
}
