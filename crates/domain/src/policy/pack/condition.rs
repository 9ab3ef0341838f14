//! When a rule applies at all: a field of the situation is one of some values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::policy::words::words;

words! {
    /// A field of a situation. Closed: one vocabulary for all packs.
    Field {
        /// Channel of the application.
        Channel = "channel", "入库渠道";
        /// Team applied for or served in.
        Team = "team", "专家组";
        /// Kind of task.
        TaskKind = "task_kind", "工作类别";
        /// Kind below it.
        SubKind = "sub_kind", "工作子类";
        /// 线上 or 线下.
        Venue = "venue", "工作方式";
        /// Kind of the requester's organisation.
        RequesterKind = "requester_kind", "使用方性质";
        /// Kind of the employer.
        EmployerKind = "employer_kind", "单位属性";
        /// Duty of the expert.
        Duty = "duty", "职责";
        /// Standing of the one who acts to the matter (used_by_me, assigned …).
        Standing = "standing", "与本事项的关系";
        /// Range of persons the application rests on (a value of the list `category`).
        Category = "category", "任用范围";
        /// For oneself or for a unit (a value of the list `member_kind`).
        MemberKind = "member_kind", "申报身份";
        /// Where a report stands (a value of the list `report_state`).
        ReportState = "report_state", "报告状态";
        /// What is known of the expert (`exceptional`).
        Flag = "flag", "认定事项";
    }
}

/// The field has one of these values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// Field of the situation.
    pub field: Field,
    /// Accepted values.
    pub one_of: Vec<String>,
}

/// What a situation says of its fields; several values of one field are allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Situation {
    values: BTreeMap<Field, Vec<String>>,
}

impl Situation {
    /// Nothing known.
    pub const EMPTY: Self = Self {
        values: BTreeMap::new(),
    };

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, field: Field, value: impl Into<String>) -> Self {
        self.values.entry(field).or_default().push(value.into());
        self
    }

    /// The same with this one value of a field in place of all it has.
    #[must_use]
    pub fn only(mut self, field: Field, value: &str) -> Self {
        self.values.insert(field, vec![value.to_owned()]);
        self
    }

    /// Values of one field.
    pub fn values(&self, field: Field) -> impl Iterator<Item = &str> {
        self.values
            .get(&field)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Does every condition hold? `None` when a field a condition asks for is not known.
    pub fn meets(&self, conditions: &[Condition]) -> Option<bool> {
        let mut all = Some(true);
        for condition in conditions {
            let mut known = false;
            let holds = self.values(condition.field).any(|value| {
                known = true;
                condition.one_of.iter().any(|accepted| accepted == value)
            });
            match (holds, known) {
                (true, _) => {}
                (false, true) => return Some(false),
                (false, false) => all = None,
            }
        }
        all
    }
}
