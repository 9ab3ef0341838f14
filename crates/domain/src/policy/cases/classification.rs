//! Cases on groups: names, fallbacks, bounds, suggestions, and conditions judged group by group.

use std::collections::BTreeMap;

use super::reading::Day;
use super::{Scene, case, differs};
use crate::policy::classification::{group_name, judge_each, settle, suggested};
use crate::policy::words::Word;

case! {
    /// 分类
    ClassificationCase = "classification" {
        /// Values chosen, by axis.
        #[serde(default)]
        chosen: BTreeMap<String, Vec<String>>,
        /// Values the person gets, by axis.
        #[serde(default)]
        gets: Option<BTreeMap<String, Vec<String>>>,
        /// Axes that do not fit.
        #[serde(default)]
        unfit: Option<Vec<String>>,
        /// Words the findings must have.
        #[serde(default)]
        says: Vec<String>,
        /// Names of groups, by value, of one axis.
        #[serde(default)]
        names: BTreeMap<String, BTreeMap<String, String>>,
        /// What the applicant ticked, by the axis it suggests values of.
        #[serde(default)]
        ticked: BTreeMap<String, Vec<String>>,
        /// Values suggested, by axis.
        #[serde(default)]
        suggests: BTreeMap<String, Vec<String>>,
    }
}

impl ClassificationCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let settled = settle(scene.pack, &self.chosen);
        let mut failures = Vec::new();
        if let Some(expected) = &self.gets {
            failures.extend(differs("归入", &settled.values, expected));
        }
        if let Some(expected) = &self.unfit {
            let found: Vec<String> = settled.findings.iter().map(|f| f.code.clone()).collect();
            failures.extend(differs("不合的分类", &found, expected));
        }
        let sentences: String = settled
            .findings
            .iter()
            .map(|f| f.sentence.as_str())
            .collect();
        for words in self
            .says
            .iter()
            .filter(|words| !sentences.contains(words.as_str()))
        {
            failures.push(format!("说明中应有“{words}”，实为：{sentences}"));
        }
        for (id, names) in &self.names {
            let Some(axis) = scene.pack.axis(id) else {
                failures.push(format!("没有“{id}”这个分类维度。"));
                continue;
            };
            for (value, expected) in names {
                failures.extend(differs("专家组名称", &group_name(axis, value), expected));
            }
        }
        for (id, ticked) in &self.ticked {
            let found: Vec<String> = scene
                .pack
                .axis(id)
                .map(|axis| {
                    suggested(axis, ticked)
                        .into_iter()
                        .map(str::to_owned)
                        .collect()
                })
                .unwrap_or_default();
            let expected = self.suggests.get(id).cloned().unwrap_or_default();
            failures.extend(differs("建议归入", &found, &expected));
        }
        failures
    }
}

case! {
    /// 分组判断
    Judged = "judged" {
        /// Person to start from.
        #[serde(default)]
        person: Option<String>,
        /// What differs.
        #[serde(default)]
        facts: toml::Table,
        /// Day decided for.
        on: Day,
        /// The answer for each duty applied for.
        expect: BTreeMap<String, String>,
        /// Leaves that stand in the way, by duty.
        #[serde(default)]
        blocking: BTreeMap<String, Vec<String>>,
    }
}

impl Judged {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let facts = match scene.facts(self.person.as_deref(), &self.facts) {
            Ok(facts) => facts,
            Err(error) => return vec![error],
        };
        let judged = judge_each(scene.pack, &facts, self.on.0);
        let name = |value: &Option<String>| value.clone().unwrap_or_else(|| "全部".to_owned());
        let found: BTreeMap<String, String> = judged
            .iter()
            .map(|one| (name(&one.value), one.outcome.word().to_owned()))
            .collect();
        let mut failures: Vec<String> = differs("各组结论", &found, &self.expect)
            .into_iter()
            .collect();
        for (value, expected) in &self.blocking {
            let found = judged.iter().find(|one| name(&one.value) == *value);
            let found = found.map(|one| one.blocking.clone()).unwrap_or_default();
            failures.extend(differs(&format!("{value} 未通过的条件"), &found, expected));
        }
        failures
    }
}
