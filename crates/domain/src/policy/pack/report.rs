//! What experts hand in about the reviewed: reports on their work, and what others told them.

use serde::Serialize;

use crate::policy::citation::Citation;

/// 监督评估报告 (JM 第八条(一), 第九条).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRules {
    /// Name.
    pub label: String,
    /// Party to which problems found go, whoever dispatched the expert.
    pub problems_to: String,
    /// Questions the report answers with yes or no.
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
    /// Parties that hear of a report with so many problems and these questions answered yes.
    pub fn alerts<'r>(&'r self, problems: usize, yes: &'r [String]) -> Vec<&'r str> {
        let mut parties: Vec<&str> = Vec::new();
        parties.extend((problems > 0).then_some(self.problems_to.as_str()));
        parties.extend(self.answered(yes).map(|mark| mark.alerts.as_str()));
        parties.sort_unstable();
        parties.dedup();
        parties
    }

    /// Misconduct kinds these answers make a candidate of.
    pub fn suggests<'r>(&'r self, yes: &'r [String]) -> Vec<&'r str> {
        self.answered(yes)
            .filter_map(|mark| mark.suggests.as_deref())
            .collect()
    }

    fn answered<'r>(&'r self, yes: &'r [String]) -> impl Iterator<Item = &'r ReportMark> {
        self.marks.iter().filter(|mark| yes.contains(&mark.label))
    }
}
