//! Cases on requests: what one must say, and who may be reviewed or supervised.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::use_of_experts::{organisation, request};
use super::{Scene, case, differs};
use crate::half_day::{HalfDay, Slot};
use crate::id::{ExpertId, SpecialtyId};
use crate::policy::object;
use crate::policy::pack::DrawMode;
use crate::request_check;
use crate::task::{Demand, Level, Mode, Request, Reviewed, Venue};

case! {
    /// 使用需求是否完整
    RequestCase = "request" {
        /// Kind of work.
        kind: String,
        /// Kind below it.
        #[serde(default)]
        sub_kind: Option<String>,
        /// Scope; absent: the first the pack offers.
        #[serde(default)]
        scope: Option<String>,
        /// 线上 instead of 线下.
        #[serde(default)]
        online: bool,
        /// An organisation is reviewed or supervised.
        #[serde(default)]
        reviewed: bool,
        /// Further fields.
        #[serde(default)]
        fields: BTreeMap<String, String>,
        /// Places of the form where something is wrong.
        problems: Vec<String>,
        /// Words the sentences must have.
        #[serde(default)]
        says: Vec<String>,
        /// Document whose procedure is followed.
        #[serde(default)]
        procedure: Option<String>,
    }
}

impl RequestCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let asked = self.asked(scene);
        let today = asked.half_days[0].date;
        let problems = request_check::problems(scene.pack, &asked, today, |_| true);
        let found: Vec<String> = problems.iter().map(|p| p.field.clone()).collect();
        let procedure = request_check::procedure(scene.pack, &asked).map(str::to_owned);
        let mut failures = Vec::new();
        failures.extend(differs("须补正之处", &found, &self.problems));
        failures.extend(differs("适用的工作程序", &procedure, &self.procedure));
        let sentences: String = problems.iter().map(|p| p.sentence.as_str()).collect();
        for words in &self.says {
            if !sentences.contains(words.as_str()) {
                failures.push(format!("说明中应有“{words}”，实为：{sentences}"));
            }
        }
        failures
    }

    /// A request in order but for what the case says.
    fn asked(&self, scene: &Scene<'_>) -> Request {
        let object = Reviewed {
            organisation: organisation("某某培训学校"),
            listed: false,
            people: Vec::new(),
            call: None,
        };
        let mut asked = request(self.reviewed.then_some(object).into_iter().collect());
        asked.content = "一项工作".to_owned();
        asked.place = "某处".to_owned();
        let scopes = scene.pack.tasks.scope.as_ref();
        let scopes = scopes.and_then(|id| scene.pack.vocabulary.list(id));
        let first = scopes.and_then(|list| list.values.first().cloned());
        asked.scope = self.scope.clone().or(first).unwrap_or_default();
        asked.kind.clone_from(&self.kind);
        asked.sub_kind.clone_from(&self.sub_kind);
        asked.fields.clone_from(&self.fields);
        asked.venue = if self.online {
            Venue::Online
        } else {
            Venue::OnSite
        };
        asked.half_days = vec![HalfDay {
            date: jiff::civil::date(2024, 5, 10),
            slot: Slot::Morning,
        }];
        asked.demands = vec![Demand {
            label: "专家".to_owned(),
            specialties: vec![SpecialtyId(Uuid::nil())],
            level: Level::Any,
            duty: None,
            seats: 1,
            reserves: 0,
        }];
        if scene.pack.draw.default_mode == DrawMode::Designation {
            asked.mode = Mode::Designated {
                ground: String::new(),
                why_not_random: String::new(),
                experts: vec![ExpertId(Uuid::nil())],
            };
        }
        asked
    }
}

case! {
    /// 被监督、被评审单位
    ObjectCase = "object" {
        /// Kind.
        #[serde(default)]
        kind: Option<String>,
        /// Where it is registered.
        #[serde(default)]
        registered_in: Option<String>,
        /// What stands in the way: `object.kind`, `object.place`.
        barred_by: Vec<String>,
        /// Words the findings must have.
        #[serde(default)]
        says: Vec<String>,
    }
}

impl ObjectCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let (kind, place) = (self.kind.as_deref(), self.registered_in.as_deref());
        let bars = object::bars(scene.pack, kind, place);
        let found: Vec<String> = bars.iter().map(|finding| finding.code.clone()).collect();
        let mut failures: Vec<String> = differs("不能作为对象的原因", &found, &self.barred_by)
            .into_iter()
            .collect();
        let sentences: String = bars
            .iter()
            .map(|finding| finding.sentence.as_str())
            .collect();
        for words in &self.says {
            if !sentences.contains(words.as_str()) {
                failures.push(format!("说明中应有“{words}”，实为：{sentences}"));
            }
        }
        failures
    }
}
