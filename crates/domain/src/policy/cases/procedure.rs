//! Cases on what stands between an application and an appointment: notices and where they appear,
//! points of a review, public notices and objections.

use std::collections::BTreeMap;

use super::reading::Day;
use super::{Scene, case, differs};
use crate::policy::pack::Force;
use crate::policy::public_notice::{
    self, Candidate, Objection, ObjectionState, Receipt, candidate, last_day,
};
use crate::policy::solicitation;
use crate::policy::words::Word;

case! {
    /// 征集通知：内容、媒体、拟聘人数
    NoticeCase = "notice" {
        /// Fields filled in.
        #[serde(default)]
        given: Vec<String>,
        /// Fields still empty.
        #[serde(default)]
        lacking: Option<Vec<String>>,
        /// Persons planned.
        #[serde(default)]
        planned: u32,
        /// Persons on the list.
        #[serde(default)]
        listed: u32,
        /// What exceeding meets; absent: nothing.
        #[serde(default)]
        meets: Option<Force>,
        /// Media it appeared in.
        #[serde(default)]
        published: Vec<String>,
        /// Media it still has to appear in.
        #[serde(default)]
        uncovered: Option<Vec<String>>,
    }
}

impl NoticeCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.admission.solicitation else {
            return vec!["规则包没有征集规则。".to_owned()];
        };
        let owned = |found: Vec<&str>| found.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let mut failures = Vec::new();
        if let Some(expected) = &self.lacking {
            let given: Vec<&str> = self.given.iter().map(String::as_str).collect();
            let found = owned(solicitation::lacking(rules, &given));
            failures.extend(differs("还须写明", &found, expected));
        }
        if let Some(expected) = &self.uncovered {
            let found = owned(solicitation::uncovered(rules, &self.published));
            failures.extend(differs("未覆盖的媒体", &found, expected));
        }
        if self.lacking.is_none() && self.uncovered.is_none() {
            failures.push("请写明 lacking 或 uncovered。".to_owned());
        }
        let meets = solicitation::over_headcount(rules, self.planned, self.listed);
        failures.extend(differs("超出拟聘人数", &meets, &self.meets));
        failures
    }
}

case! {
    /// 逐点审核
    ReviewCase = "review" {
        /// Station.
        station: String,
        /// Points concluded: in order, or not.
        #[serde(default)]
        concluded: BTreeMap<String, bool>,
        /// Points that stand in the way.
        open: Vec<String>,
    }
}

impl ReviewCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let steps = &scene.pack.admission.steps;
        let Some(step) = steps.iter().find(|s| s.station.word() == self.station) else {
            return vec![format!("没有“{}”这个环节。", self.station)];
        };
        let found = step.open_points(&self.concluded);
        let expected: Vec<&str> = self.open.iter().map(String::as_str).collect();
        differs("未审核通过的各点", &found, &expected)
            .into_iter()
            .collect()
    }
}

/// An objection admitted, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Objected {
    on: Day,
    state: ObjectionState,
}

case! {
    /// 公示
    PublicNoticeCase = "public_notice" {
        /// Day of publication.
        published: Day,
        /// Last day.
        last: Day,
        /// Objections to the person.
        #[serde(default)]
        objections: Vec<Objected>,
        /// Day asked about.
        #[serde(default)]
        on: Option<Day>,
        /// `not_over`, `held`, `barred`, `clear`.
        #[serde(default)]
        expect: Option<Candidate>,
    }
}

impl PublicNoticeCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(notice) = &scene.pack.admission.public_notice else {
            return vec!["规则包没有公示。".to_owned()];
        };
        let last = last_day(notice, self.published.0, &scene.calendar).value;
        let mut failures: Vec<String> = differs("公示末日", &last, &self.last.0)
            .into_iter()
            .collect();
        let objection = |objected: &Objected| Objection {
            on: objected.on.0,
            state: objected.state,
        };
        let objections: Vec<Objection> = self.objections.iter().map(objection).collect();
        match (self.on, self.expect) {
            (Some(on), Some(expected)) => {
                let found = candidate(last, &objections, on.0);
                failures.extend(differs("能否任用", &found, &expected));
            }
            (None, None) => {}
            _ => failures.push("on 和 expect 应同时写。".to_owned()),
        }
        failures
    }
}

case! {
    /// 收到异议
    ObjectionCase = "objection" {
        /// Day of publication.
        published: Day,
        /// Day it comes in.
        on: Day,
        /// It names who objects.
        signed: bool,
        /// It names a concrete fact.
        fact: bool,
        /// `admitted`, `anonymous`, `no_fact`, `refused`, `tip_off`.
        expect: Receipt,
    }
}

impl ObjectionCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(notice) = &scene.pack.admission.public_notice else {
            return vec!["规则包没有公示。".to_owned()];
        };
        let last = last_day(notice, self.published.0, &scene.calendar).value;
        let found = public_notice::receive(notice, last, self.on.0, self.signed, self.fact);
        differs("异议的受理", &found, &self.expect)
            .into_iter()
            .collect()
    }
}
