//! The pool: its axes of classification and the kinds of work it serves.

use serde::Serialize;

use super::{Bound, Condition, Force, TaskRoles};
use crate::policy::citation::Citation;
use crate::policy::words::words;

/// 专家库
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolRules {
    /// What users call it.
    pub label: String,
    /// Member name (在库专家).
    pub member: String,
    /// One pool shared by every requester, none of whom keeps a pool of their own.
    pub shared: bool,
    /// Axes of classification.
    pub axes: Vec<Axis>,
    /// Teams, where membership is of a team.
    pub teams: Vec<Team>,
    /// Experts who speak for a unit; `None` = there are none.
    pub representative: Option<Representative>,
    /// Where.
    pub citation: Citation,
}

words! {
    /// To whom the place of a 单位代表 belongs (A-JM-11).
    Seat {
        /// To the person: a change of unit calls for another look at the conditions.
        Personal = "personal", "本人";
        /// To the unit, which may send somebody else.
        UnitSeat = "unit_seat", "单位";
    }
}

/// 单位代表
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Representative {
    /// To whom the place belongs.
    pub seat: Seat,
    /// Leaves (ids) looked at again when the person changes units.
    pub recheck: Vec<String>,
    /// Where.
    pub citation: Citation,
}

/// One way experts are sorted: 专业领域, 职责, 专家组.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// Id (`specialty`, `duty`).
    pub id: String,
    /// What users call it.
    pub label: String,
    /// Fixed values; empty when the values are kept in the pool's register.
    pub values: Vec<String>,
    /// How many values an expert must have at least before they can be drawn.
    pub at_least: u32,
    /// How many at most.
    pub at_most: Option<u32>,
    /// Party that assigns the values; `None` = the applicant states them.
    pub assigned_by: Option<String>,
    /// Values are added and retired in the life of the pool; a retired value cannot be drawn.
    pub dynamic: bool,
    /// Name of a group made of a value, with `{}` for it.
    pub name_template: Option<String>,
    /// Value for experts no value of this axis fits.
    pub fallback: Option<String>,
    /// Axis the fallback is a value of; `None` = this one.
    pub fallback_axis: Option<String>,
    /// What values the applicant's own ticks suggest, before whoever assigns them decides.
    pub suggestion: Option<Suggestion>,
    /// Are the conditions judged for each value applied for on its own?
    pub judged: Judged,
    /// Where.
    pub citation: Citation,
}

words! {
    /// How the conditions are judged for an applicant who asks for several values of an axis
    /// (A-GZ-8).
    Judged {
        /// Once: what any of them asks must hold.
        Together = "together", "合并判断";
        /// Each on its own: failing one does not bar the others.
        Each = "each", "逐项判断";
    }
}

/// A table from what an applicant ticks to values of an axis (A-GZ-7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Id of the list the applicant ticks from.
    pub list: String,
    /// Tick by tick.
    pub pairs: Vec<SuggestedValue>,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SuggestedValue {
    /// What is ticked.
    pub ticked: String,
    /// What it suggests.
    pub value: String,
}

/// A team with its own channels and owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Team {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// The team this is part of.
    pub part_of: Option<String>,
    /// Party that owns people and money of the team (CY 第五条); `None` = that of the team around it.
    pub owner: Option<String>,
    /// Ids of the channels that lead here; empty = those of the team around it, or all.
    pub channels: Vec<String>,
    /// Where.
    pub citation: Citation,
}

/// 工作类别
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskKind {
    /// Id (`8-4`).
    pub id: String,
    /// Name.
    pub label: String,
    /// Kinds below it.
    pub sub_kinds: Vec<SubKind>,
    /// Fields of the request that must be filled for it (ids of [`RequestField`](super::RequestField)
    /// or of the pack's own `task_field` list).
    pub required: Vec<String>,
    /// Teams that do it, by id; empty where the pool has no teams. A task of a kind that several
    /// teams do says as which of them its experts work.
    pub teams: Vec<String>,
    /// What an expert is called in it, where it has a name of its own (督考员).
    pub called: Option<String>,
    /// What each expert is to do in it; `None` = they all do the same.
    pub roles: Option<TaskRoles>,
    /// Report each expert files, by id.
    pub report: Option<String>,
    /// Where.
    pub citation: Citation,
}

impl TaskKind {
    /// A kind below it by name.
    pub fn sub_kind(&self, label: &str) -> Option<&SubKind> {
        self.sub_kinds.iter().find(|sub| sub.label == label)
    }
}

/// A kind below a task kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubKind {
    /// Name.
    pub label: String,
    /// Value of the axis `duty` the experts then serve in.
    pub duty: Option<String>,
    /// Fields of the request that must be filled besides those of the kind (JM 第二条: the way of
    /// evaluating).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Document whose procedure and templates the work follows (JM 第八条(一)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
}

/// A field of a task that some kinds require.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskField {
    /// Id (`project_leader`).
    pub id: String,
    /// What users call it.
    pub label: String,
    /// Id of the vocabulary list its value is taken from; `None` = words.
    pub list: Option<String>,
    /// Asked for only so (线下 …).
    pub when: Vec<Condition>,
}

/// Who may be reviewed or supervised (JM 第三条).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectRules {
    /// Id of the vocabulary list of kinds of organisation.
    pub list: String,
    /// Only organisations registered in this place, written out as in official addresses.
    pub registered_in: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// How many experts work on a task together (JM 第九条(一): nobody alone).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeamSize {
    /// The number.
    pub bound: Bound,
    /// `in_principle`: may be gone below with a reason.
    pub force: Force,
    /// Where.
    pub citation: Citation,
}

/// Does staff of the bureau go along (A-JM-3)?
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accompanied {
    /// It must.
    pub needed: bool,
    /// Where.
    pub citation: Citation,
}

/// Rules on tasks as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskRules {
    /// Kinds of work.
    pub kinds: Vec<TaskKind>,
    /// Fields kinds may require.
    pub fields: Vec<TaskField>,
    /// Id of the vocabulary list a request names its scope from.
    pub scope: Option<String>,
    /// Smallest number of experts on a task.
    pub team_size: Option<TeamSize>,
    /// Staff of the bureau go along; `None` = the text does not say.
    pub accompanied: Option<Accompanied>,
    /// Who may be reviewed or supervised; `None` = the text does not say.
    pub object: Option<ObjectRules>,
}
