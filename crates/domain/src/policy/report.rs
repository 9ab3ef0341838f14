//! Reports of experts: what is still missing, until when they are due, whether one came late
//! (CY 第十四条 to 第十六条, 第十九条; GZ 第四条(七)).

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::pack::{Force, OTHER, ReportRules};
use crate::calendar::{Answer, Calendar};
use crate::finding::{FactUsed, Finding, Verdict};

/// Code: nothing is said of the whole.
pub const OVERALL: &str = "overall";
/// Code: nothing is said to a problem.
pub const PROBLEM: &str = "problem";

/// What a part of a report is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// In words.
    Words(String),
    /// 不涉及
    NotApplicable,
}

/// A report as filed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Answers, by part.
    pub answers: BTreeMap<String, Answered>,
    /// What is said of the whole.
    pub overall: String,
    /// Problems found, each with what is said to it.
    pub problems: Vec<Problem>,
    /// Questions answered yes, by label.
    pub yes: Vec<String>,
}

/// A problem found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What it is.
    pub what: String,
    /// What is suggested.
    #[serde(default)]
    pub suggestion: String,
}

/// What a report still lacks, in the order of the pack; with anything it is not filed.
pub fn lacking(rules: &ReportRules, report: &Report) -> Vec<Finding> {
    let blank = |text: &str| text.trim().is_empty();
    let says = |code: &str, sentence: String| Finding {
        code: code.to_owned(),
        force: Force::Must,
        verdict: Verdict::Unmet,
        citation: rules.citation.clone(),
        facts: vec![FactUsed {
            name: rules.label.clone(),
            value: None,
        }],
        sentence,
    };
    let answered = |part: &String| match report.answers.get(part) {
        Some(Answered::Words(words)) => !blank(words),
        Some(Answered::NotApplicable) => rules.not_applicable,
        None => false,
    };
    let mut found = Vec::new();
    for part in rules.parts.iter().filter(|part| !answered(part)) {
        found.push(says(part, format!("“{part}”没有填写。请如实填写。")));
    }
    let offered = |part: &String| parts(rules).any(|offered| offered == part);
    for part in report.answers.keys().filter(|part| !offered(part)) {
        let sentence = format!("报告没有“{part}”这一项。请并入其他项。");
        found.push(says(part, sentence));
    }
    if let Some(overall) = rules.overall.as_ref().filter(|_| blank(&report.overall)) {
        found.push(says(OVERALL, format!("没有写{overall}。请补写。")));
    }
    if let Some(asked) = &rules.per_problem {
        for problem in report.problems.iter().filter(|p| blank(&p.suggestion)) {
            let sentence = format!("发现的问题“{}”没有写{asked}。请补写。", problem.what);
            found.push(says(PROBLEM, sentence));
        }
    }
    found
}

/// Parts a report offers: the pack's, and 其他 where the list is open.
pub fn parts(rules: &ReportRules) -> impl Iterator<Item = &str> {
    let other = rules.open.then_some(OTHER);
    rules.parts.iter().map(String::as_str).chain(other)
}

/// The deadline a task is filled in with beforehand; it may be set otherwise. `None` where the pack
/// does not say how long a report may take.
pub fn deadline(
    rules: &ReportRules,
    work_ends: DateTime,
    calendar: &Calendar,
) -> Option<Answer<DateTime>> {
    Some(rules.due?.after(work_ends, calendar))
}

/// Did it come after the deadline? The very moment of the deadline is still in time.
pub fn late(deadline: DateTime, filed: DateTime) -> bool {
    filed > deadline
}
