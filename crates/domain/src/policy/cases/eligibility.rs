//! Cases on who may be an expert, who may stay one, and which organisations may take part.

use std::collections::BTreeMap;

use super::{Scene, case, differs};
use crate::policy::decide::decide;
use crate::policy::facts::Listing;
use crate::policy::pack::RenewalNeed;
use crate::policy::renewal;
use crate::policy::words::Word;
use crate::policy::{eligible_party, term};

use super::reading::{Day, typed};

case! {
    /// 入库条件
    Eligibility = "eligibility" {
        /// Person to start from.
        #[serde(default)]
        person: Option<String>,
        /// What differs.
        #[serde(default)]
        facts: toml::Table,
        /// Day decided for.
        on: Day,
        /// `met`, `discretion`, `undetermined`, `unmet`.
        expect: String,
        /// Leaves that stand in the way, in the order of the rule.
        #[serde(default)]
        blocking: Option<Vec<String>>,
        /// Alternatives that carry.
        #[serde(default)]
        branches: Option<Vec<String>>,
        /// Articles of what stands in the way.
        #[serde(default)]
        cites: Option<Vec<String>>,
        /// Words the explanation must have.
        #[serde(default)]
        says: Vec<String>,
    }
}

impl Eligibility {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let facts = match scene.facts(self.person.as_deref(), &self.facts) {
            Ok(facts) => facts,
            Err(error) => return vec![error],
        };
        let decision = decide(scene.pack, &facts, self.on.0);
        let mut failures: Vec<String> =
            differs("结论", &decision.outcome.word().to_owned(), &self.expect)
                .into_iter()
                .collect();
        let blocking = decision.blocking();
        if let Some(expected) = &self.blocking {
            let found: Vec<String> = blocking
                .iter()
                .map(|finding| finding.leaf.id.clone())
                .collect();
            failures.extend(differs("未通过的条件", &found, expected));
        }
        if let Some(expected) = &self.branches {
            let found: Vec<String> = decision
                .branches()
                .map(|branch| branch.id.clone())
                .collect();
            failures.extend(differs("依据的情形", &found, expected));
        }
        if let Some(expected) = &self.cites {
            let mut found: Vec<String> = blocking
                .iter()
                .map(|finding| finding.leaf.citation.to_string())
                .collect();
            found.dedup();
            failures.extend(differs("未通过条件的出处", &found, expected));
        }
        let explanation = decision.explanation();
        for words in &self.says {
            if !explanation.contains(words.as_str()) {
                failures.push(format!("说明中应有“{words}”，实为：{explanation}"));
            }
        }
        failures
    }
}

case! {
    /// 续聘复核
    Renewal = "renewal" {
        /// Person to start from.
        #[serde(default)]
        person: Option<String>,
        /// What differs.
        #[serde(default)]
        facts: toml::Table,
        /// Day decided for.
        on: Day,
        /// Leaves that bar it.
        bars: Vec<String>,
        /// What is there for it: `review_passed`, `need`, `willing`.
        #[serde(default)]
        given: Vec<RenewalNeed>,
        /// What it still needs.
        #[serde(default)]
        lacking: Option<Vec<RenewalNeed>>,
        /// Last day of the term.
        #[serde(default)]
        ends: Option<Day>,
        /// May it be decided that day?
        #[serde(default)]
        open: Option<bool>,
    }
}

impl Renewal {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        match scene.facts(self.person.as_deref(), &self.facts) {
            Ok(facts) => {
                let bars = term::renewal_bars(scene.pack, &facts, self.on.0);
                let found: Vec<String> =
                    bars.iter().map(|finding| finding.leaf.id.clone()).collect();
                let mut failures: Vec<String> = differs("不予续聘的条件", &found, &self.bars)
                    .into_iter()
                    .collect();
                if let Some(expected) = &self.lacking {
                    let renewal = scene.pack.admission.renewal.as_ref();
                    let found = renewal.map_or_else(Vec::new, |r| r.lacking(&self.given));
                    failures.extend(differs("续聘还缺", &found, expected));
                }
                if let (Some(ends), Some(expected)) = (&self.ends, &self.open) {
                    let days = renewal::days(scene.pack, ends.0);
                    let found = days.is_some_and(|days| days.covers(self.on.0));
                    failures.extend(differs("当日可以办理续聘", &found, expected));
                }
                failures
            }
            Err(error) => vec![error],
        }
    }
}

case! {
    /// 单位是否在名单上
    ListedParty = "listed" {
        /// Which party the organisation is.
        party: String,
        /// What the registers say of it.
        registers: toml::Table,
        /// Day.
        on: Day,
        /// Leaves that bar it.
        barred_by: Vec<String>,
    }
}

impl ListedParty {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let registers: BTreeMap<String, Vec<Listing>> = match typed(self.registers.clone()) {
            Ok(registers) => registers,
            Err(error) => return vec![error],
        };
        let found: Vec<String> =
            eligible_party::barred(scene.pack, &self.party, &registers, self.on.0)
                .into_iter()
                .map(|finding| finding.code)
                .collect();
        differs("不得参与的依据", &found, &self.barred_by)
            .into_iter()
            .collect()
    }
}
