//! Cases on what a pack says outright: status, permissions, obligations, parameters, forms, values.

use std::collections::BTreeMap;

use super::reading::Day;
use super::{Scene, case, differs};
use crate::policy::due;
use crate::policy::in_force::{Extension, legal_status};
use crate::policy::pack::{Act, Consequence, Field, Input, ObligationCount, Situation};
use crate::policy::source::Setting;
use crate::policy::words::Word;

case! {
    /// 效力状态
    LegalStatus = "legal_status" {
        /// Day.
        on: Day,
        /// Document of an extension.
        #[serde(default)]
        extended_by: Option<String>,
        /// What new business meets: `warn`, `block_new`, `block_all`; absent = nothing.
        #[serde(default)]
        effect: Option<Consequence>,
        /// Words of the banner; absent = no banner.
        #[serde(default)]
        banner: Option<String>,
    }
}

impl LegalStatus {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let extension = self
            .extended_by
            .clone()
            .map(|document| Extension { document, to: None });
        let standing = legal_status(&scene.pack.identity, self.on.0, extension.as_ref());
        let mut failures: Vec<String> = differs("对新业务的影响", &standing.effect(), &self.effect)
            .into_iter()
            .collect();
        match (standing.banner(), &self.banner) {
            (Some(found), Some(words)) if found.contains(words.as_str()) => {}
            (None, None) => {}
            (found, expected) => failures.extend(differs("提示", &found, expected)),
        }
        failures
    }
}

case! {
    /// 权限
    PermissionCase = "permission" {
        /// Party.
        party: String,
        /// Act.
        act: Act,
        /// Situation.
        #[serde(default)]
        situation: BTreeMap<Field, Vec<String>>,
        /// May it?
        allowed: bool,
    }
}

impl PermissionCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        if scene.pack.party(&self.party).is_none() {
            return vec![format!("没有“{}”这个主体。", self.party)];
        }
        let mut situation = Situation::EMPTY;
        for (field, values) in &self.situation {
            for value in values {
                situation = situation.with(*field, value);
            }
        }
        let found = scene.pack.may(&self.party, self.act, &situation);
        differs(
            &format!("{}能否{}", self.party, self.act.zh()),
            &found,
            &self.allowed,
        )
        .into_iter()
        .collect()
    }
}

case! {
    /// 主体的全部权限
    PartyCase = "party" {
        /// Party.
        party: String,
        /// Roles that act for it.
        roles: Vec<String>,
        /// Everything the text lets it do, with conditions or without, in the order of the pack.
        may: Vec<Act>,
    }
}

impl PartyCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(party) = scene.pack.party(&self.party) else {
            return vec![format!("没有“{}”这个主体。", self.party)];
        };
        let roles: Vec<String> = party
            .roles
            .iter()
            .map(|role| role.code().to_owned())
            .collect();
        let acts: Vec<Act> = scene
            .pack
            .permissions
            .iter()
            .filter(|permission| permission.parties.contains(&self.party))
            .map(|permission| permission.act)
            .collect();
        let mut failures = Vec::new();
        failures.extend(differs("岗位", &roles, &self.roles));
        failures.extend(differs("权限", &acts, &self.may));
        failures
    }
}

/// Something done, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    what: ObligationCount,
    on: Day,
    #[serde(default)]
    group: Option<String>,
}

case! {
    /// 年度应办
    ObligationCase = "obligation" {
        /// Obligation.
        obligation: String,
        /// What was done.
        #[serde(default)]
        done: Vec<Done>,
        /// Day.
        on: Day,
        /// `kept`, `exceeded`, `due`, `missed`.
        state: String,
        /// The group, for what each group of an axis has to do.
        #[serde(default)]
        group: Option<String>,
        /// Does a reminder go out?
        #[serde(default)]
        reminded: Option<bool>,
    }
}

impl ObligationCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let found = self.standing(scene);
        let reminded = found.as_ref().map(|standing| standing.behind.is_some());
        let mut failures = Vec::new();
        if self.reminded.is_some() {
            failures.extend(differs("是否提醒", &reminded, &self.reminded));
        }
        let found = found.map(|standing| standing.state);
        match found.map(serde_json::to_value) {
            Some(Ok(state)) => {
                failures.extend(differs("状态", &state, &self.state.clone().into()));
                failures
            }
            _ => vec![format!("没有“{}”这项应办事项。", self.obligation)],
        }
    }

    fn standing<'p>(&self, scene: &Scene<'p>) -> Option<due::Standing<'p>> {
        let of_this = |standing: &due::Standing<'_>| standing.obligation.id == self.obligation;
        let Some(group) = &self.group else {
            let done: Vec<_> = self
                .done
                .iter()
                .map(|done| (done.what, done.on.0))
                .collect();
            return due::standings(scene.pack, &done, self.on.0)
                .into_iter()
                .find(of_this);
        };
        let done: Vec<_> = self
            .done
            .iter()
            .map(|done| due::GroupDone {
                what: done.what,
                group: done.group.clone().unwrap_or_default(),
                on: done.on.0,
            })
            .collect();
        let obligation = scene
            .pack
            .obligations
            .iter()
            .find(|o| o.id == self.obligation)?;
        let axis = obligation.each.as_deref()?;
        due::of_groups(
            scene.pack,
            axis,
            std::slice::from_ref(group),
            &done,
            self.on.0,
        )
        .into_iter()
        .map(|(_, standing)| standing)
        .find(of_this)
    }
}

case! {
    /// 可调整的参数
    SettingCase = "setting" {
        /// Path.
        path: String,
        /// Value.
        value: String,
        /// Is it accepted?
        accepted: bool,
        /// By whom.
        #[serde(default)]
        by: Option<String>,
    }
}

impl SettingCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let setting = Setting {
            path: self.path.clone(),
            value: self.value.clone(),
        };
        let found = scene.pack.accepts(&setting);
        let mut failures: Vec<String> = differs("能否这样设", &found.is_ok(), &self.accepted)
            .into_iter()
            .collect();
        if let (Some(expected), Ok(parameter)) = (&self.by, found) {
            failures.extend(differs("由谁调整", &parameter.by, expected));
        }
        failures
    }
}

case! {
    /// 表格
    FormCase = "form" {
        /// Form.
        form: String,
        /// Lines of the title.
        #[serde(default)]
        title: Option<Vec<String>>,
        /// Labels of all fields in order.
        #[serde(default)]
        labels: Option<Vec<String>>,
        /// Labels of the fields without which nothing is submitted.
        #[serde(default)]
        required: Option<Vec<String>>,
        /// Columns of tables, by field.
        #[serde(default)]
        columns: BTreeMap<String, Vec<String>>,
        /// Values to tick, by field.
        #[serde(default)]
        choices: BTreeMap<String, Vec<String>>,
        /// Blank rows of tables, by field.
        #[serde(default)]
        blank_rows: BTreeMap<String, u16>,
        /// Typeface and size.
        #[serde(default)]
        print: Option<(String, String)>,
        /// Where a value comes from, by field.
        #[serde(default)]
        source: BTreeMap<String, String>,
        /// How a field is filled, by field; those not named are one line.
        #[serde(default)]
        input: Option<BTreeMap<String, String>>,
        /// 附件 n
        #[serde(default)]
        annex: Option<String>,
        /// Self-checks with their force.
        #[serde(default)]
        checks: BTreeMap<String, String>,
        /// Words the commitment must have.
        #[serde(default)]
        commitment: Option<String>,
        /// Labels of signatures.
        #[serde(default)]
        signatures: Option<Vec<String>>,
        /// Rows that do not fit go on a further sheet.
        #[serde(default)]
        overflow_sheet: Option<bool>,
    }
}

impl FormCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(form) = scene.pack.form(&self.form) else {
            return vec![format!("没有“{}”这张表。", self.form)];
        };
        let mut failures = Vec::new();
        let mut expect = |what: &str, found: Vec<String>, expected: &Option<Vec<String>>| {
            if let Some(expected) = expected {
                failures.extend(differs(what, &found, expected));
            }
        };
        expect("标题", form.title.clone(), &self.title);
        expect(
            "栏目",
            form.fields.iter().map(|f| f.label.clone()).collect(),
            &self.labels,
        );
        let required = form
            .fields
            .iter()
            .filter(|f| f.required)
            .map(|f| f.label.clone());
        expect("必填栏目", required.collect(), &self.required);
        expect(
            "签章",
            form.signatures.iter().map(|s| s.label.clone()).collect(),
            &self.signatures,
        );
        for (field, expected) in &self.columns {
            let found = form
                .field(field)
                .map(|f| f.columns.iter().map(|c| c.label.clone()).collect());
            expect(
                &format!("{field} 的列"),
                found.unwrap_or_default(),
                &Some(expected.clone()),
            );
        }
        for (field, expected) in &self.choices {
            let found = form
                .field(field)
                .map(|f| f.choices.clone())
                .unwrap_or_default();
            expect(&format!("{field} 的选项"), found, &Some(expected.clone()));
        }
        for (field, expected) in &self.blank_rows {
            let found = form.field(field).map(|f| f.blank_rows);
            failures.extend(differs(
                &format!("{field} 的空行"),
                &found,
                &Some(*expected),
            ));
        }
        for (field, expected) in &self.source {
            let found = form.field(field).map(|f| f.source.word().to_owned());
            failures.extend(differs(
                &format!("{field} 的来源"),
                &found,
                &Some(expected.clone()),
            ));
        }
        if let Some(expected) = &self.input {
            let found: BTreeMap<String, String> = form
                .fields
                .iter()
                .filter(|field| field.input != Input::Line)
                .map(|field| (field.id.clone(), field.input.word().to_owned()))
                .collect();
            failures.extend(differs("填写方式", &found, expected));
        }
        if let Some(expected) = &self.annex {
            failures.extend(differs("附件号", &form.annex, expected));
        }
        for (check, force) in &self.checks {
            let found = form
                .checks
                .iter()
                .find(|c| c.check.word() == check)
                .map(|c| c.force.word());
            failures.extend(differs(
                &format!("核对 {check}"),
                &found,
                &Some(force.as_str()),
            ));
        }
        if let Some(expected) = &self.print {
            let found = (form.font.clone(), form.size.word().to_owned());
            failures.extend(differs("字体字号", &found, expected));
        }
        if let Some(words) = &self.commitment
            && !form
                .commitment
                .as_ref()
                .is_some_and(|text| text.contains(words.as_str()))
        {
            failures.push(format!("承诺应有“{words}”，实为 {:?}。", form.commitment));
        }
        if let Some(expected) = &self.overflow_sheet {
            failures.extend(differs("另附表", &form.overflow_sheet, expected));
        }
        failures
    }
}

case! {
    /// 规则包写明的值
    ValueCase = "value" {
        /// Path into the checked rules: names and ids joined by dots.
        path: String,
        /// The value.
        #[serde(default)]
        is: Option<toml::Value>,
        /// How many it has.
        #[serde(default)]
        count: Option<usize>,
        /// Ids or texts among it.
        #[serde(default)]
        has: Vec<String>,
        /// There is nothing here.
        #[serde(default)]
        absent: bool,
    }
}

impl ValueCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let found = at(&scene.rules, &self.path);
        if self.absent {
            return match found {
                None | Some(serde_json::Value::Null) => Vec::new(),
                Some(value) => vec![format!("“{}”应当没有，实为 {value}。", self.path)],
            };
        }
        let Some(found) = found else {
            return vec![format!("规则包里没有“{}”。", self.path)];
        };
        let mut failures = Vec::new();
        if let Some(expected) = &self.is {
            let expected = match expected {
                toml::Value::Datetime(moment) => moment.to_string().into(),
                other => serde_json::to_value(other).unwrap_or_default(),
            };
            failures.extend(differs(&self.path, found, &expected));
        }
        let items = found.as_array().cloned().unwrap_or_default();
        if let Some(expected) = self.count {
            failures.extend(differs(
                &format!("{} 的项数", self.path),
                &items.len(),
                &expected,
            ));
        }
        for wanted in &self.has {
            let there = items.iter().any(|item| {
                [
                    item.as_str(),
                    item["id"].as_str(),
                    item["text"].as_str(),
                    item["label"].as_str(),
                    item["document"].as_str(),
                ]
                .contains(&Some(wanted.as_str()))
            });
            if !there {
                failures.push(format!("“{}”里应有“{wanted}”。", self.path));
            }
        }
        if self.is.is_none() && self.count.is_none() && self.has.is_empty() {
            failures.push("请写明 is、count、has 或 absent。".to_owned());
        }
        failures
    }
}

/// The value at a path; in lists a segment is an id, a label, or a number from 0.
fn at<'v>(value: &'v serde_json::Value, path: &str) -> Option<&'v serde_json::Value> {
    path.split('.')
        .try_fold(value, |value, segment| match value {
            serde_json::Value::Array(items) => items
                .iter()
                .find(|item| item["id"] == segment || item["label"] == segment)
                .or_else(|| {
                    segment
                        .parse::<usize>()
                        .ok()
                        .and_then(|place| items.get(place))
                }),
            other => other.get(segment),
        })
}
