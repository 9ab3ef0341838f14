//! What experts hand in about the reviewed: reports on their work, and what others told them.

use serde::Serialize;

use super::Duration;
use crate::policy::citation::Citation;
use crate::policy::report::Report;

/// 评审意见, 检查情况反馈, 监督评估报告: what each expert files at the end of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRules {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Party it goes to, and to nobody else but those a problem or a mark alerts.
    pub to: String,
    /// Parts each of which is answered.
    pub parts: Vec<String>,
    /// Closed by 等: further parts may be added.
    pub open: bool,
    /// A part may be answered with 不涉及 instead of words.
    pub not_applicable: bool,
    /// What is said of the whole (客观评价); `None` = nothing.
    pub overall: Option<String>,
    /// What is said to each problem found (建议和意见); `None` = nothing.
    pub per_problem: Option<String>,
    /// What the expert signs with it.
    pub statement: Option<String>,
    /// Time after the work with which the deadline of a task is filled in beforehand, where every
    /// task has a deadline of its own; `None` = not said.
    pub due: Option<Duration>,
    /// Party to which problems found go, whoever dispatched the expert (JM 第九条(四)).
    pub problems_to: Option<String>,
    /// Questions it answers with yes or no.
    pub marks: Vec<ReportMark>,
    /// Where.
    pub citation: Citation,
}

/// A question of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportMark {
    /// The question.
    pub label: String,
    /// Party alerted by a yes.
    pub alerts: String,
    /// Misconduct kind a yes makes a candidate of.
    pub suggests: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// 反馈: what experts pass on (JM 第八条(二)(三)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// From whom it comes; empty = the expert.
    pub sources: Vec<String>,
    /// Kinds, one of which is named.
    pub kinds: Vec<String>,
    /// Party that receives and handles it.
    pub to: String,
    /// Further parties that may read it.
    pub readers: Vec<String>,
    /// Kinds only the receiving party may read (举报).
    pub restricted: Vec<String>,
    /// Where it may stand, in order; the last is closed.
    pub states: Vec<String>,
    /// It is not closed without a result in words.
    pub result: bool,
    /// Where.
    pub citation: Citation,
}

impl Feedback {
    /// May this party read what was passed on under a kind?
    pub fn readable_by(&self, party: &str, kind: &str) -> bool {
        let restricted = self.restricted.iter().any(|known| known == kind);
        party == self.to || !restricted && self.readers.iter().any(|reader| reader == party)
    }

    /// Is the step from one state to another the next one, with all it needs?
    pub fn may_move(&self, from: &str, to: &str, result: Option<&str>) -> bool {
        let place = |name: &str| self.states.iter().position(|state| state == name);
        let next = place(from)
            .zip(place(to))
            .is_some_and(|(from, to)| to == from + 1);
        let closes = self.states.last().is_some_and(|last| last == to);
        let lacking = self.result && result.is_none_or(|result| result.trim().is_empty());
        next && !(closes && lacking)
    }
}

impl ReportRules {
    /// Parties that hear of a report with such problems and questions answered yes, besides the one
    /// it goes to.
    pub fn alerts<'r>(&'r self, report: &'r Report) -> Vec<&'r str> {
        let mut parties: Vec<&str> = Vec::new();
        let problems_to = self.problems_to.as_deref();
        parties.extend(problems_to.filter(|_| !report.problems.is_empty()));
        parties.extend(self.answered(report).map(|mark| mark.alerts.as_str()));
        parties.sort_unstable();
        parties.dedup();
        parties
    }

    /// Misconduct kinds these answers make a candidate of.
    pub fn suggests<'r>(&'r self, report: &'r Report) -> Vec<&'r str> {
        self.answered(report)
            .filter_map(|mark| mark.suggests.as_deref())
            .collect()
    }

    fn answered<'r>(&'r self, report: &'r Report) -> impl Iterator<Item = &'r ReportMark> {
        let yes = |mark: &&ReportMark| report.yes.contains(&mark.label);
        self.marks.iter().filter(yes)
    }
}
