//! Cases on the work itself: who is sent together and does what, undertakings, notifications, leave, arrival, what is not yet paid.

use std::collections::BTreeMap;

use super::reading::{Day, Moment};
use super::{Scene, case, differs};
use crate::policy::dispatch::{self, Sent};
use crate::policy::pack::{Force, UndertakenAt};
use crate::policy::words::Word;
use crate::policy::{attendance, leave, ledger, notification, undertaking, work};

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

/// Somebody sent, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SentOut {
    trained: bool,
    #[serde(default)]
    sent_before: bool,
}

case! {
    /// 选派
    DispatchCase = "dispatch" {
        /// Who is sent together.
        team: Vec<SentOut>,
        /// Staff of the bureau go along.
        #[serde(default)]
        accompanied: bool,
        /// What stands in the way, with its force.
        found: BTreeMap<String, String>,
    }
}

impl DispatchCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let sent = |one: &SentOut| Sent {
            trained: one.trained,
            sent_before: one.sent_before,
        };
        let team: Vec<Sent> = self.team.iter().map(sent).collect();
        let found: BTreeMap<String, String> = dispatch::review(scene.pack, &team, self.accompanied)
            .into_iter()
            .map(|finding| (finding.code, finding.force.word().to_owned()))
            .collect();
        differs("选派的提示", &found, &self.found)
            .into_iter()
            .collect()
    }
}

case! {
    /// 请假
    LeaveCase = "leave" {
        /// Kind.
        kind: String,
        /// Day of the work.
        work: Day,
        /// Day it is asked for.
        asked: Day,
        /// Last day for notice.
        #[serde(default)]
        latest: Option<Day>,
        /// Later than allowed.
        late: bool,
        /// Proof is needed.
        #[serde(default)]
        proof: bool,
        /// Misconduct kind it makes a candidate of.
        #[serde(default)]
        suggests: Option<String>,
    }
}

impl LeaveCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.leave else {
            return vec!["规则包没有请假规则。".to_owned()];
        };
        let found = leave::assess(
            rules,
            &self.kind,
            self.asked.0,
            self.work.0,
            &scene.calendar,
        );
        let latest = found.latest.map(|answer| answer.value);
        let mut failures = Vec::new();
        if !rules.kinds.contains(&self.kind) {
            failures.push(format!("没有“{}”这种请假。", self.kind));
        }
        failures.extend(differs(
            "最迟通知日",
            &latest,
            &self.latest.map(|day| day.0),
        ));
        failures.extend(differs("是否迟于规定", &found.late, &self.late));
        failures.extend(differs("是否须证明", &found.proof, &self.proof));
        failures.extend(differs(
            "提请的记录",
            &found.suggests,
            &self.suggests.as_deref(),
        ));
        failures
    }
}

case! {
    /// 任务中的分工
    RolesCase = "roles" {
        /// Kind of work.
        kind: String,
        /// Roles, by expert.
        given: BTreeMap<String, Vec<String>>,
        /// What stands in the way.
        wrong: Vec<String>,
        /// What is only worth knowing.
        #[serde(default)]
        warned: Vec<String>,
    }
}

impl RolesCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(kind) = scene.pack.task_kind(&self.kind) else {
            return vec![format!("没有“{}”这类工作。", self.kind)];
        };
        let findings = work::roles_wrong(kind, &self.given);
        let of = |advice: bool| -> Vec<String> {
            let found = findings.iter();
            found
                .filter(|finding| (finding.force == Force::May) == advice)
                .map(|finding| finding.code.clone())
                .collect()
        };
        let mut failures = Vec::new();
        failures.extend(differs("分工的问题", &of(false), &self.wrong));
        failures.extend(differs("提示", &of(true), &self.warned));
        failures
    }
}

case! {
    /// 承诺
    UndertakingCase = "undertaking" {
        /// On which occasion.
        at: UndertakenAt,
        /// What was ticked, by undertaking.
        #[serde(default)]
        given: BTreeMap<String, Vec<String>>,
        /// Undertakings still open.
        open: Vec<String>,
    }
}

impl UndertakingCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let open = undertaking::open(scene.pack, self.at, &self.given);
        let found: Vec<String> = open
            .iter()
            .map(|undertaking| undertaking.id.clone())
            .collect();
        differs("尚未作出的承诺", &found, &self.open)
            .into_iter()
            .collect()
    }
}
