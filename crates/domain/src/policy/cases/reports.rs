//! Cases on what comes of the work: reports, feedback, meetings, the list of experts.

use std::collections::BTreeMap;

use super::reading::{Day, Moment, typed};
use super::{Scene, case, differs};
use crate::policy::gathering::{self, Contribution, Invitee};
use crate::policy::pack::ReportRules;
use crate::policy::pool_register::{self, Change, Changed};
use crate::policy::report::{self, Answered, Problem, Report};

case! {
    /// 工作报告
    ReportCase = "report" {
        /// Kind of task.
        kind: String,
        /// Report it asks for.
        #[serde(default)]
        report: Option<String>,
        /// Party of the team at hand that gets it.
        #[serde(default)]
        to: Option<String>,
        /// Parts offered.
        #[serde(default)]
        parts: Option<Vec<String>>,
        /// Parts answered in words.
        #[serde(default)]
        answers: BTreeMap<String, String>,
        /// Parts answered with 不涉及.
        #[serde(default)]
        not_applicable: Vec<String>,
        /// What is said of the whole.
        #[serde(default)]
        overall: String,
        /// Problems found: `what`, `suggestion`.
        #[serde(default)]
        problems: Vec<Problem>,
        /// Questions answered yes.
        #[serde(default)]
        yes: Vec<String>,
        /// What is still lacking: parts, `overall`, `problem`.
        #[serde(default)]
        lacking: Option<Vec<String>>,
        /// Words the findings must have.
        #[serde(default)]
        says: Vec<String>,
        /// Parties that hear of it besides.
        #[serde(default)]
        alerts: Option<Vec<String>>,
        /// Misconduct kinds it makes a candidate of.
        #[serde(default)]
        suggests: Vec<String>,
        /// End of the work.
        #[serde(default)]
        work_ends: Option<Moment>,
        /// Deadline filled in beforehand.
        #[serde(default)]
        deadline: Option<Moment>,
        /// When it was filed.
        #[serde(default)]
        filed: Option<Moment>,
        /// Did it come late?
        #[serde(default)]
        late: Option<bool>,
    }
}

impl ReportCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(kind) = scene.pack.task_kind(&self.kind) else {
            return vec![format!("没有“{}”这类工作。", self.kind)];
        };
        let Some(rules) = scene.pack.report_of(kind) else {
            return vec![format!("“{}”没有规定工作报告。", kind.label)];
        };
        let mut failures = Vec::new();
        if let Some(expected) = &self.report {
            failures.extend(differs("工作报告", &rules.id, expected));
        }
        if let Some(expected) = &self.to {
            let meant: Vec<&str> = kind
                .teams
                .iter()
                .filter_map(|team| scene.pack.meant(&rules.to, team))
                .collect();
            failures.extend(differs("反馈给", &meant, &vec![expected.as_str()]));
        }
        if let Some(expected) = &self.parts {
            let found: Vec<String> = report::parts(rules).map(str::to_owned).collect();
            failures.extend(differs("报告各项", &found, expected));
        }
        failures.extend(self.content(rules));
        failures.extend(self.time(rules, scene));
        failures
    }

    /// What it says, and what follows from that.
    fn content(&self, rules: &ReportRules) -> Vec<String> {
        let words =
            |(part, words): (&String, &String)| (part.clone(), Answered::Words(words.clone()));
        let none = |part: &String| (part.clone(), Answered::NotApplicable);
        let answers = self.answers.iter().map(words);
        let report = Report {
            answers: answers
                .chain(self.not_applicable.iter().map(none))
                .collect(),
            overall: self.overall.clone(),
            problems: self.problems.clone(),
            yes: self.yes.clone(),
        };
        let mut failures = Vec::new();
        let findings = report::lacking(rules, &report);
        if let Some(expected) = &self.lacking {
            let found: Vec<String> = findings.iter().map(|f| f.code.clone()).collect();
            failures.extend(differs("还须填写", &found, expected));
        }
        let sentences: String = findings.iter().map(|f| f.sentence.as_str()).collect();
        for words in &self.says {
            if !sentences.contains(words.as_str()) {
                failures.push(format!("说明中应有“{words}”，实为：{sentences}"));
            }
        }
        let texts = |found: Vec<&str>| found.into_iter().map(str::to_owned).collect::<Vec<_>>();
        if let Some(expected) = &self.alerts {
            failures.extend(differs("告知", &texts(rules.alerts(&report)), expected));
        }
        let suggests = texts(rules.suggests(&report));
        failures.extend(differs("提请的记录", &suggests, &self.suggests));
        failures
    }

    /// Until when it is due, and whether it came late.
    fn time(&self, rules: &ReportRules, scene: &Scene<'_>) -> Vec<String> {
        let mut failures = Vec::new();
        if let Some(ends) = self.work_ends {
            let found = report::deadline(rules, ends.0, &scene.calendar).map(|answer| answer.value);
            let expected = self.deadline.map(|moment| moment.0);
            failures.extend(differs("预填的期限", &found, &expected));
        }
        if let (Some(deadline), Some(filed)) = (self.deadline, self.filed) {
            let found = report::late(deadline.0, filed.0);
            failures.extend(differs("是否逾期", &Some(found), &self.late));
        }
        failures
    }
}

case! {
    /// 反馈
    FeedbackCase = "feedback" {
        /// Which.
        feedback: String,
        /// Kind.
        #[serde(default)]
        kind: Option<String>,
        /// Who may read it, by party.
        #[serde(default)]
        readable: BTreeMap<String, bool>,
        /// Step from one state to another.
        #[serde(default)]
        step: Option<(String, String)>,
        /// Result in words.
        #[serde(default)]
        result: Option<String>,
        /// May the step be taken?
        #[serde(default)]
        allowed: Option<bool>,
    }
}

impl FeedbackCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = scene.pack.feedback.iter().find(|f| f.id == self.feedback) else {
            return vec![format!("没有“{}”这种反馈。", self.feedback)];
        };
        let mut failures = Vec::new();
        let kind = self.kind.as_deref().unwrap_or_default();
        if self.kind.is_some() && !rules.kinds.iter().any(|known| known == kind) {
            failures.push(format!("没有“{kind}”这个种类。"));
        }
        for (party, expected) in &self.readable {
            let found = rules.readable_by(party, kind);
            failures.extend(differs(&format!("{party} 能否查阅"), &found, expected));
        }
        if let Some((from, to)) = &self.step {
            let found = Some(rules.may_move(from, to, self.result.as_deref()));
            failures.extend(differs("能否办到下一步", &found, &self.allowed));
        }
        failures
    }
}

case! {
    /// 会议与培训
    GatheringCase = "gathering" {
        /// Which.
        gathering: String,
        /// Experts: `term`, `left`, `specialties`.
        #[serde(default)]
        experts: Vec<toml::Table>,
        /// Specialties chosen.
        #[serde(default)]
        chosen: Vec<String>,
        /// Day.
        #[serde(default)]
        on: Option<Day>,
        /// Numbers (from 1) of those invited.
        #[serde(default)]
        invited: Option<Vec<usize>>,
        /// Parts of the agenda that say something.
        #[serde(default)]
        filled: Vec<String>,
        /// May the record be closed?
        #[serde(default)]
        may_close: Option<bool>,
        /// Contributions: `kind`, `owner`.
        #[serde(default)]
        contributions: Vec<toml::Table>,
        /// Numbers (from 1) of those nobody follows up yet.
        #[serde(default)]
        open: Option<Vec<usize>>,
    }
}

impl GatheringCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let all = &scene.pack.gatherings;
        let Some(rules) = all.iter().find(|g| g.id == self.gathering) else {
            return vec![format!("没有“{}”这种会议或培训。", self.gathering)];
        };
        let from_one = |places: Vec<usize>| places.into_iter().map(|p| p + 1).collect::<Vec<_>>();
        let mut failures = Vec::new();
        if let (Some(expected), Some(on)) = (&self.invited, self.on) {
            let experts: Vec<Invitee> = match self.experts.iter().cloned().map(typed).collect() {
                Ok(experts) => experts,
                Err(error) => return vec![error],
            };
            let found = from_one(gathering::invited(rules, &experts, &self.chosen, on.0));
            failures.extend(differs("受邀的专家", &found, expected));
        }
        if let Some(expected) = self.may_close {
            let found = gathering::may_close(rules, &self.filled);
            failures.extend(differs("记录能否办结", &found, &expected));
        }
        if let Some(expected) = &self.open {
            let said = self.contributions.iter().cloned().map(typed);
            let said: Vec<Contribution> = match said.collect() {
                Ok(said) => said,
                Err(error) => return vec![error],
            };
            let found = from_one(gathering::open(rules, &said));
            failures.extend(differs("未落实跟进人的意见", &found, expected));
        }
        if self.invited.is_none() && self.may_close.is_none() && self.open.is_none() {
            failures.push("请写明 invited、may_close 或 open。".to_owned());
        }
        failures
    }
}

/// A change of the list, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ListChange {
    on: Day,
    what: Change,
}

case! {
    /// 信息库定期更新
    RegisterCase = "register" {
        /// Every change.
        changes: Vec<ListChange>,
        /// A day of the period.
        on: Day,
        /// First and last day of the period.
        period: (Day, Day),
        /// Joined in it.
        joined: usize,
        /// Left in it.
        left: usize,
        /// On the list at its end.
        held: usize,
    }
}

impl RegisterCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let information = scene.pack.information.as_ref();
        let Some(rules) = information.and_then(|i| i.reconcile.as_ref()) else {
            return vec!["规则包没有定期更新。".to_owned()];
        };
        let changed = |change: &ListChange| Changed {
            on: change.on.0,
            what: change.what,
        };
        let changes: Vec<Changed> = self.changes.iter().map(changed).collect();
        let found = pool_register::summary(rules.every, &changes, self.on.0);
        let mut failures = Vec::new();
        let expected = (self.period.0.0, self.period.1.0);
        failures.extend(differs("期间", &(found.from, found.to), &expected));
        failures.extend(differs("新增", &found.joined, &self.joined));
        failures.extend(differs("退出", &found.left, &self.left));
        failures.extend(differs("在库", &found.held, &self.held));
        failures
    }
}
