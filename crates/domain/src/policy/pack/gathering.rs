//! 会议与培训: who is invited, what is on the agenda, what is followed up.

use serde::Serialize;

use super::{Force, ObligationCount};
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// Who is invited.
    Invites {
        /// Every expert whose term runs.
        Everybody = "everybody", "全体在任专家";
        /// Those who match what was chosen.
        Chosen = "chosen", "选定范围的专家";
    }
}

/// 全体会议, 专题会议, 培训 (CY 第二十条, JM 第四条, 第十三条).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gathering {
    /// Id (`plenary`).
    pub id: String,
    /// Name.
    pub label: String,
    /// Party that calls it.
    pub by: String,
    /// Who is invited.
    pub invites: Invites,
    /// Yearly obligation it counts towards; `None` = none.
    pub counts: Option<ObligationCount>,
    /// Parts of the agenda, topics of a training; the record must fill at least one.
    pub agenda: Vec<String>,
    /// Closed by 等: another topic may be named.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// What its record holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub record: Vec<String>,
    /// Kinds of contribution that need somebody to follow them up.
    pub follow_up: Vec<String>,
    /// Must be attended before the first task: `may` warns, `must` blocks.
    pub before_first_task: Option<Force>,
    /// Where.
    pub citation: Citation,
}
