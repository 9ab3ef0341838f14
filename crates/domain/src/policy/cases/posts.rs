//! Cases on special posts, and on exceptions granted by discretion.

use super::reading::Day;
use super::{Scene, case, differs};
use crate::expert::Status;
use crate::policy::decide::decide;
use crate::policy::exception::{self, Exception};
use crate::policy::post::{self, Basis};
use crate::policy::words::Word;

const fn active() -> Status {
    Status::Active
}

case! {
    /// 专家组组长等职务
    PostCase = "post" {
        /// Post.
        post: String,
        /// Person to start from.
        #[serde(default)]
        person: Option<String>,
        /// What differs.
        #[serde(default)]
        facts: toml::Table,
        /// Where the person stands in the pool.
        #[serde(default = "active")]
        status: Status,
        /// How many hold the post already.
        #[serde(default)]
        holders: u32,
        /// Day.
        on: Day,
        /// On what the appointment rests: `conditions`, or the id of an alternative; absent = refused.
        #[serde(default)]
        basis: Option<String>,
        /// What stands in the way.
        #[serde(default)]
        blocking: Vec<String>,
        /// Articles of what stands in the way.
        #[serde(default)]
        cites: Option<Vec<String>>,
        /// Is it held after the task is closed?
        #[serde(default)]
        outlives_task: Option<bool>,
    }
}

impl PostCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let posts = &scene.pack.eligibility.posts;
        let Some(rules) = posts.iter().find(|post| post.id == self.post) else {
            return vec![format!("没有“{}”这个职务。", self.post)];
        };
        let facts = match scene.facts(self.person.as_deref(), &self.facts) {
            Ok(facts) => facts,
            Err(error) => return vec![error],
        };
        let held = post::judge(
            scene.pack,
            rules,
            &facts,
            self.status,
            self.holders,
            self.on.0,
        );
        let basis = held.basis.map(|basis| match basis {
            Basis::Conditions => "conditions".to_owned(),
            Basis::Alternative(way) => way.id.clone(),
        });
        let mut failures = Vec::new();
        failures.extend(differs("依据", &basis, &self.basis));
        let found: Vec<String> = held.findings.iter().map(|f| f.code.clone()).collect();
        failures.extend(differs("不能担任的原因", &found, &self.blocking));
        if let Some(expected) = &self.cites {
            let mut found: Vec<String> = held
                .findings
                .iter()
                .map(|finding| finding.citation.to_string())
                .collect();
            found.dedup();
            failures.extend(differs("原因的出处", &found, expected));
        }
        if let Some(expected) = &self.outlives_task {
            failures.extend(differs(
                "任务办结后是否仍担任",
                &post::outlives_task(rules),
                expected,
            ));
        }
        failures
    }
}

case! {
    /// 放宽与例外的批准
    ExceptionCase = "exception" {
        /// Person to start from.
        #[serde(default)]
        person: Option<String>,
        /// What differs.
        #[serde(default)]
        facts: toml::Table,
        /// Day.
        on: Day,
        /// The answer before any exception.
        expect: String,
        /// Leaves that need one, by part of the rule, in its order.
        #[serde(default)]
        needed: Vec<Vec<String>>,
        /// Id of the relaxation it rests on.
        #[serde(default)]
        relaxation: Option<String>,
        /// What was granted.
        #[serde(default)]
        granted: Vec<Exception>,
        /// Leaves for which something is still lacking.
        #[serde(default)]
        lacking: Vec<String>,
        /// Words the findings must have.
        #[serde(default)]
        says: Vec<String>,
    }
}

impl ExceptionCase {
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
        let needed: Vec<Vec<String>> = exception::needed(&decision)
            .iter()
            .map(|needed| needed.leaves.iter().map(|f| f.leaf.id.clone()).collect())
            .collect();
        failures.extend(differs("须批准的条件", &needed, &self.needed));
        let relaxation = decision.relaxation.map(|relaxation| relaxation.id.clone());
        failures.extend(differs("放宽的依据", &relaxation, &self.relaxation));
        let lacking = exception::lacking(&decision, &self.granted);
        let found: Vec<String> = lacking.iter().map(|finding| finding.code.clone()).collect();
        failures.extend(differs("批准还缺", &found, &self.lacking));
        let sentences: String = lacking.iter().map(|f| f.sentence.as_str()).collect();
        for words in self
            .says
            .iter()
            .filter(|words| !sentences.contains(words.as_str()))
        {
            failures.push(format!("说明中应有“{words}”，实为：{sentences}"));
        }
        failures
    }
}
