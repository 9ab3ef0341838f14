//! Reports of experts: what is still missing, until when they are due, whether one came late
//! (CY 第十四条 to 第十六条, 第十九条).

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::pack::ReportRules;
use crate::calendar::{Answer, Calendar};

/// What a part of a report is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// In words.
    Words(String),
    /// 不涉及
    NotApplicable,
}

/// Parts not answered, in the order of the pack.
pub fn lacking<'p>(rules: &'p ReportRules, answers: &BTreeMap<String, Answered>) -> Vec<&'p str> {
    let answered = |part: &&String| match answers.get(*part) {
        Some(Answered::Words(words)) => !words.trim().is_empty(),
        Some(Answered::NotApplicable) => rules.not_applicable,
        None => false,
    };
    rules
        .parts
        .iter()
        .filter(|part| !answered(part))
        .map(String::as_str)
        .collect()
}

/// The deadline a task is filled in with beforehand; it may be set otherwise.
pub fn deadline(rules: &ReportRules, work_ends: DateTime, calendar: &Calendar) -> Answer<DateTime> {
    rules.due.after(work_ends, calendar)
}

/// Did it come after the deadline? The very moment of the deadline is still in time.
pub fn late(deadline: DateTime, filed: DateTime) -> bool {
    filed > deadline
}
