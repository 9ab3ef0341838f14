//! Cases on work and what it is paid: requests, objects, dispatches, leave, fees.

use std::collections::BTreeMap;

use jiff::civil::date;
use uuid::Uuid;

use super::reading::Day;
use super::use_of_experts::request;
use super::{Scene, case, differs};
use crate::calendar::Calendar;
use crate::half_day::{HalfDay, Slot};
use crate::id::SpecialtyId;
use crate::money::Fen;
use crate::organisation::OrganisationRef;
use crate::period::Span;
use crate::policy::capped_fee::{self, Due};
use crate::policy::dispatch::{self, Sent};
use crate::policy::pack::{Field, Situation};
use crate::policy::words::Word;
use crate::policy::{leave, object};
use crate::request_check;
use crate::task::{Demand, Level, Reviewed};

case! {
    /// 使用需求的内容
    RequestCase = "request" {
        /// Kind of work.
        kind: String,
        /// Kind below it.
        #[serde(default)]
        sub_kind: Option<String>,
        /// Scope.
        #[serde(default)]
        scope: String,
        /// An organisation is named.
        #[serde(default)]
        object: bool,
        /// Further fields.
        #[serde(default)]
        fields: BTreeMap<String, String>,
        /// Fields that must be mended.
        problems: Vec<String>,
        /// Document whose procedure is followed.
        #[serde(default)]
        procedure: Option<String>,
    }
}

impl RequestCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let organisation = OrganisationRef {
            name: "某某学校".to_owned(),
            ..OrganisationRef::default()
        };
        let reviewed = self.object.then(|| Reviewed {
            organisation,
            listed: false,
            people: Vec::new(),
            call: None,
        });
        let mut request = request(reviewed.into_iter().collect());
        let today = date(2024, 6, 14);
        request.content = "现场监督".to_owned();
        request.place = "某某路".to_owned();
        request.scope.clone_from(&self.scope);
        request.kind.clone_from(&self.kind);
        request.sub_kind.clone_from(&self.sub_kind);
        request.fields.clone_from(&self.fields);
        request.half_days = vec![HalfDay {
            date: today,
            slot: Slot::Morning,
        }];
        request.demands = vec![Demand {
            label: String::new(),
            specialties: vec![SpecialtyId(Uuid::nil())],
            level: Level::Any,
            duty: None,
            seats: 2,
            reserves: 0,
        }];
        let problems = request_check::problems(scene.pack, &request, today, |_| true);
        let found: Vec<String> = problems.into_iter().map(|p| p.field).collect();
        let procedure = request_check::procedure(scene.pack, &request).map(str::to_owned);
        let mut failures = Vec::new();
        failures.extend(differs("须改正的栏目", &found, &self.problems));
        failures.extend(differs("适用的工作程序", &procedure, &self.procedure));
        failures
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
        let calendar = Calendar::built_in();
        let found = leave::assess(rules, &self.kind, self.asked.0, self.work.0, &calendar);
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

/// Work of one half-day, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Worked {
    on: Day,
    slot: Slot,
    units: u32,
}

/// When a flag held, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    from: Day,
    #[serde(default)]
    to: Option<Day>,
}

case! {
    /// 劳务费
    FeeCase = "fee" {
        /// Item.
        item: String,
        /// What the task is.
        #[serde(default)]
        situation: BTreeMap<Field, Vec<String>>,
        /// When flags of the person held.
        #[serde(default)]
        flags: BTreeMap<String, Vec<Held>>,
        /// What was done.
        #[serde(default)]
        work: Vec<Worked>,
        /// Amount in yuan; absent = none is due.
        #[serde(default)]
        amount: Option<String>,
        /// Flag for which nothing is due.
        #[serde(default)]
        excluded: Option<String>,
        /// Class hours in so many minutes, as `[minutes, hours]`.
        #[serde(default)]
        hours: Option<(u32, u32)>,
    }
}

impl FeeCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.fee else {
            return vec!["规则包没有劳务费规则。".to_owned()];
        };
        let work: Vec<(HalfDay, u32)> = self
            .work
            .iter()
            .map(|worked| {
                let (date, slot) = (worked.on.0, worked.slot);
                (HalfDay { date, slot }, worked.units)
            })
            .collect();
        let span = |held: &Held| Span {
            from: held.from.0,
            to: held.to.map(|day| day.0),
        };
        let flags: BTreeMap<String, Vec<Span>> = self
            .flags
            .iter()
            .map(|(flag, held)| (flag.clone(), held.iter().map(span).collect()))
            .collect();
        let situation = situation(&self.situation);
        let due = match capped_fee::due(rules, &self.item, &situation, &flags, &work) {
            Ok(due) => due,
            Err(error) => return vec![format!("算不出：{error}")],
        };
        let (amount, excluded) = match due {
            Due::Amount { amount, .. } => (Some(amount), None),
            Due::Excluded { flag } => (None, Some(flag.to_owned())),
            Due::NotCovered | Due::ToBeChosen { .. } => (None, None),
        };
        let expected = match self.amount.as_deref().map(Fen::parse) {
            Some(Err(error)) => return vec![format!("金额读不懂：{error}")],
            Some(Ok(fen)) => Some(fen),
            None => None,
        };
        let mut failures = Vec::new();
        failures.extend(differs("应付", &amount, &expected));
        failures.extend(differs("不付的原因", &excluded, &self.excluded));
        if let Some((minutes, hours)) = self.hours {
            let found = rules.class_hour.map(|rule| rule.of(minutes));
            failures.extend(differs("学时", &found, &Some(hours)));
        }
        failures
    }
}

fn situation(fields: &BTreeMap<Field, Vec<String>>) -> Situation {
    let values = fields
        .iter()
        .flat_map(|(field, values)| values.iter().map(move |value| (*field, value)));
    values.fold(Situation::EMPTY, |situation, (field, value)| {
        situation.with(field, value)
    })
}

case! {
    /// 资金来源
    FundCase = "fund" {
        /// Who pays.
        #[serde(default)]
        situation: BTreeMap<Field, Vec<String>>,
        /// Sources they may draw on.
        offered: Vec<String>,
    }
}

impl FundCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.fee else {
            return vec!["规则包没有劳务费规则。".to_owned()];
        };
        let situation = situation(&self.situation);
        let found: Vec<String> = rules
            .funds_for(&situation)
            .map(|fund| fund.label.clone())
            .collect();
        differs("可用的资金来源", &found, &self.offered)
            .into_iter()
            .collect()
    }
}
