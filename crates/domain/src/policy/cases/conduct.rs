//! Cases on counters and exits.

use super::reading::{Day, typed};
use super::{Scene, case, differs};
use crate::policy::counter::{Occurred, Since, firings};
use crate::policy::exit::{self, MemberFacts, RaisedHow};
use crate::policy::pack::Occurrence;

/// Something that happened, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Happened {
    on: Day,
    what: Occurrence,
    #[serde(default)]
    task: Option<String>,
}

case! {
    /// 不良行为计数
    CounterCase = "counter" {
        /// Kind of misconduct.
        kind: String,
        /// What happened, in time.
        happened: Vec<Happened>,
        /// Days on which a record is proposed.
        fires_on: Vec<Day>,
    }
}

impl CounterCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let counter = scene
            .pack
            .conduct
            .as_ref()
            .and_then(|conduct| conduct.kind(&self.kind))
            .and_then(|kind| kind.counter.as_ref());
        let Some(counter) = counter else {
            return vec![format!("“{}”没有计数规则。", self.kind)];
        };
        let occurred: Vec<Occurred> = self
            .happened
            .iter()
            .map(|h| Occurred {
                on: h.on.0,
                what: h.what,
                task: h.task.clone(),
                kind: None,
            })
            .collect();
        let found: Vec<_> = firings(counter, &occurred, Since::EVER)
            .iter()
            .map(|f| f.on)
            .collect();
        let expected: Vec<_> = self.fires_on.iter().map(|day| day.0).collect();
        differs("提请记录的日期", &found, &expected)
            .into_iter()
            .collect()
    }
}

case! {
    /// 解聘情形
    ExitCase = "exit" {
        /// The member.
        member: toml::Table,
        /// Day.
        on: Day,
        /// Grounds proposed.
        proposed: Vec<String>,
        /// Grounds of which there is early notice.
        #[serde(default)]
        alerts: Vec<String>,
        /// Grounds that take effect by themselves.
        #[serde(default)]
        automatic: Vec<String>,
    }
}

impl ExitCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let member: MemberFacts = match typed(self.member.clone()) {
            Ok(member) => member,
            Err(error) => return vec![error],
        };
        let raised = exit::raised(scene.pack, &member, self.on.0);
        let of = |how: RaisedHow| -> Vec<String> {
            raised
                .iter()
                .filter(|r| r.how == how)
                .map(|r| r.ground.id.clone())
                .collect()
        };
        let mut failures = Vec::new();
        failures.extend(differs(
            "提请解聘的情形",
            &of(RaisedHow::Proposal),
            &self.proposed,
        ));
        failures.extend(differs("预警的情形", &of(RaisedHow::Alert), &self.alerts));
        failures.extend(differs(
            "自动办理的情形",
            &of(RaisedHow::Automatic),
            &self.automatic,
        ));
        failures
    }
}

case! {
    /// 解聘材料
    ExitFile = "exit_file" {
        /// Ground.
        ground: String,
        /// Reason.
        #[serde(default)]
        reason: Option<String>,
        /// The document is there.
        #[serde(default)]
        document: bool,
        /// Kind.
        #[serde(default)]
        kind: Option<String>,
        /// What is lacking: 理由, 文件, 种类.
        lacking: Vec<String>,
    }
}

impl ExitFile {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let exit = scene.pack.exit.as_ref();
        let Some(ground) = exit.and_then(|exit| exit.ground(&self.ground)) else {
            return vec![format!("没有“{}”这个解聘情形。", self.ground)];
        };
        let found: Vec<String> = exit::lacks(
            ground,
            self.reason.as_deref(),
            self.document,
            self.kind.as_deref(),
        )
        .iter()
        .flat_map(|finding| finding.facts.iter().map(|fact| fact.name.clone()))
        .collect();
        differs("缺少的内容", &found, &self.lacking)
            .into_iter()
            .collect()
    }
}
