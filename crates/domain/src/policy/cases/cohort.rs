//! Cases on cohorts and appointments in their course.

use super::reading::Day;
use super::{Scene, case, differs};
use crate::expert::Term;
use crate::policy::cohort;
use crate::policy::pack::Force;

case! {
    /// 届与增补
    CohortCase = "cohort" {
        /// First day of the cohort.
        start: Day,
        /// Last day of the cohort.
        end: Day,
        /// First and last day of the following cohort.
        #[serde(default)]
        next: Option<(Day, Day)>,
        /// First day of somebody appointed in its course.
        #[serde(default)]
        from: Option<Day>,
        /// Last day of that term.
        #[serde(default)]
        to: Option<Day>,
        /// Last day typed by the officer.
        #[serde(default)]
        typed: Option<Day>,
        /// The need.
        #[serde(default)]
        reason: String,
        /// What stands in the way.
        #[serde(default)]
        refused: Vec<String>,
        /// What is only worth knowing.
        #[serde(default)]
        warned: Vec<String>,
    }
}

impl CohortCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let opened = cohort::opened(scene.pack, self.start.0);
        let term = |from: Day, to: Day| Term {
            from: from.0,
            to: to.0,
        };
        let mut failures: Vec<String> = differs("本届", &opened, &term(self.start, self.end))
            .into_iter()
            .collect();
        if let Some((from, to)) = self.next {
            let next = cohort::following(scene.pack, opened);
            failures.extend(differs("下一届", &next, &term(from, to)));
        }
        let Some(from) = self.from else {
            return failures;
        };
        let typed = self.typed.map(|day| day.0);
        let added = cohort::supplement(scene.pack, opened, from.0, typed, &self.reason);
        if let Some(to) = self.to {
            failures.extend(differs("增补的聘期", &added.term, &term(from, to)));
        }
        let of = |advice: bool| -> Vec<String> {
            let found = added.findings.iter();
            found
                .filter(|finding| (finding.force == Force::May) == advice)
                .map(|finding| finding.code.clone())
                .collect()
        };
        failures.extend(differs("不予增补的原因", &of(false), &self.refused));
        failures.extend(differs("提示", &of(true), &self.warned));
        failures
    }
}
