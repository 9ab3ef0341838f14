//! Cases on what stands between an application and an appointment: notices and where they appear,
//! points of a review, public notices and objections.

use std::collections::BTreeMap;

use super::reading::Day;
use super::{Scene, case, differs};
use crate::calendar::Calendar;
use crate::policy::public_notice::{
    self, Candidate, Objection, ObjectionState, Receipt, candidate, last_day,
};
use crate::policy::words::Word;

case! {
    /// 征集公告发布的媒体
    NoticeCase = "notice" {
        /// Media it appeared in.
        published: Vec<String>,
        /// Media it still has to appear in.
        uncovered: Vec<String>,
    }
}

impl NoticeCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(solicitation) = &scene.pack.admission.solicitation else {
            return vec!["规则包没有征集公告。".to_owned()];
        };
        let found = solicitation.uncovered(&self.published);
        let expected: Vec<&str> = self.uncovered.iter().map(String::as_str).collect();
        differs("未覆盖的媒体", &found, &expected)
            .into_iter()
            .collect()
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
        let last = last_day(notice, self.published.0, &Calendar::built_in()).value;
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
        let last = last_day(notice, self.published.0, &Calendar::built_in()).value;
        let found = public_notice::receive(notice, last, self.on.0, self.signed, self.fact);
        differs("异议的受理", &found, &self.expect)
            .into_iter()
            .collect()
    }
}
