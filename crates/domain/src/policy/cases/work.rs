//! Cases on the work itself: reports, notifications, arrival, headcount, what is not yet paid.

use std::collections::BTreeMap;

use super::reading::{Day, Moment};
use super::{Scene, case, differs};
use crate::policy::pack::Force;
use crate::policy::report::{self, Answered};
use crate::policy::words::Word;
use crate::policy::{attendance, ledger, notification, solicitation};

case! {
    /// 评审意见、检查情况反馈
    ReportCase = "report" {
        /// Kind of task.
        kind: String,
        /// Report it asks for.
        #[serde(default)]
        report: Option<String>,
        /// Party of the team at hand that gets it.
        #[serde(default)]
        to: Option<String>,
        /// Parts answered in words.
        #[serde(default)]
        answered: Vec<String>,
        /// Parts answered with 不涉及.
        #[serde(default)]
        not_applicable: Vec<String>,
        /// Parts still to be answered.
        #[serde(default)]
        lacking: Option<Vec<String>>,
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
        let found = kind.report.as_ref();
        let Some(rules) = scene.pack.reports.iter().find(|r| Some(&r.id) == found) else {
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
        if let Some(expected) = &self.lacking {
            let words = |part: &String| (part.clone(), Answered::Words("如实记录".to_owned()));
            let answers: BTreeMap<String, Answered> = self
                .answered
                .iter()
                .map(words)
                .chain(
                    self.not_applicable
                        .iter()
                        .map(|part| (part.clone(), Answered::NotApplicable)),
                )
                .collect();
            let found: Vec<String> = report::lacking(rules, &answers)
                .into_iter()
                .map(str::to_owned)
                .collect();
            failures.extend(differs("还须填写", &found, expected));
        }
        let prefilled = self
            .work_ends
            .map(|ends| report::deadline(rules, ends.0, &scene.calendar).value);
        if let (Some(found), Some(expected)) = (prefilled, self.deadline) {
            failures.extend(differs("预填的期限", &found, &expected.0));
        }
        if let (Some(deadline), Some(filed)) = (self.deadline, self.filed) {
            let found = report::late(deadline.0, filed.0);
            failures.extend(differs("是否逾期", &Some(found), &self.late));
        }
        failures
    }
}

case! {
    /// 通知
    NotificationCase = "notification" {
        /// Fields filled in.
        given: Vec<String>,
        /// Fields still empty.
        lacking: Vec<String>,
        /// When it is sent.
        #[serde(default)]
        sent: Option<Moment>,
        /// When the work starts.
        #[serde(default)]
        starts: Option<Moment>,
        /// `in_time`, `short`, `too_late`.
        #[serde(default)]
        timing: Option<String>,
        /// How strongly the pack minds.
        #[serde(default)]
        force: Option<Force>,
    }
}

impl NotificationCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.notification else {
            return vec!["规则包没有通知规则。".to_owned()];
        };
        let given: Vec<&str> = self.given.iter().map(String::as_str).collect();
        let found: Vec<String> = notification::lacking(rules, &given)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut failures: Vec<String> = differs("还须写明", &found, &self.lacking)
            .into_iter()
            .collect();
        let timed = self
            .sent
            .zip(self.starts)
            .map(|(sent, starts)| notification::timing(rules, sent.0, starts.0, &scene.calendar));
        let timing = timed.map(|(timing, _)| timing.word().to_owned());
        if self.timing.is_some() {
            failures.extend(differs("提前时间", &timing, &self.timing));
        }
        if self.force.is_some() {
            failures.extend(differs(
                "约束力",
                &timed.map(|(_, force)| force),
                &self.force,
            ));
        }
        failures
    }
}

case! {
    /// 到场
    ArrivalCase = "arrival" {
        /// When the work starts.
        starts: Moment,
        /// When the expert came; absent: never.
        #[serde(default)]
        arrived: Option<Moment>,
        /// `on_time`, `late`, `absent`.
        attended: String,
    }
}

impl ArrivalCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.attendance else {
            return vec!["规则包没有出勤规则。".to_owned()];
        };
        let arrived = self.arrived.map(|moment| moment.0);
        let found = attendance::arrival(rules, self.starts.0, arrived);
        differs("出勤", &found.word().to_owned(), &self.attended)
            .into_iter()
            .collect()
    }
}

case! {
    /// 聘任通知与拟聘人数
    HeadcountCase = "headcount" {
        /// Fields of the notice filled in.
        given: Vec<String>,
        /// Fields still empty.
        lacking: Vec<String>,
        /// Persons planned.
        #[serde(default)]
        planned: u32,
        /// Persons on the list.
        #[serde(default)]
        listed: u32,
        /// What exceeding meets; absent: nothing.
        #[serde(default)]
        meets: Option<Force>,
    }
}

impl HeadcountCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.admission.solicitation else {
            return vec!["规则包没有征集规则。".to_owned()];
        };
        let given: Vec<&str> = self.given.iter().map(String::as_str).collect();
        let found: Vec<String> = solicitation::lacking(rules, &given)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut failures = Vec::new();
        failures.extend(differs("还须写明", &found, &self.lacking));
        let meets = solicitation::over_headcount(rules, self.planned, self.listed);
        failures.extend(differs("超出拟聘人数", &meets, &self.meets));
        failures
    }
}

case! {
    /// 已完成未支付
    UnpaidCase = "unpaid" {
        /// Day the work was done.
        done: Day,
        /// Day it was paid.
        #[serde(default)]
        paid: Option<Day>,
        /// Day.
        on: Day,
        /// Is it listed?
        listed: bool,
    }
}

impl UnpaidCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.ledger else {
            return vec!["规则包没有台账规则。".to_owned()];
        };
        let paid = self.paid.map(|day| day.0);
        let found = ledger::unpaid(rules, self.done.0, paid, self.on.0, &scene.calendar);
        differs("是否列入提醒", &found, &self.listed)
            .into_iter()
            .collect()
    }
}
