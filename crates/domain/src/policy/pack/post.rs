//! Special posts: 专家组组长 and the like, with conditions above those of every expert.

use serde::Serialize;

use crate::policy::citation::Citation;
use crate::policy::expression::Expression;
use crate::policy::words::words;

words! {
    /// For how long a post is held.
    PostPer {
        /// For one task; it ends with the task.
        Task = "task", "每项任务";
        /// Until taken back or the term ends.
        Standing = "standing", "聘期内";
    }
    /// What an alternative way to a post lets pass.
    Waives {
        /// The further conditions only: an expert in the pool it must be.
        Conditions = "conditions", "只免附加条件";
        /// Being an expert of the pool as well.
        Membership = "membership", "连同专家基本条件一并免除";
    }
}

/// 组长
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Post {
    /// Id (`leader`).
    pub id: String,
    /// What users call it.
    pub label: String,
    /// How long it is held.
    pub per: PostPer,
    /// How many may hold it at a time, in one task or one group.
    pub at_most: u32,
    /// Party that appoints.
    pub appointed_by: String,
    /// The conditions besides being an expert of the pool, over the pack's leaves.
    pub rule: Expression,
    /// Other ways to the post.
    pub alternatives: Vec<PostAlternative>,
    /// Where.
    pub citation: Citation,
}

/// Another way to a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostAlternative {
    /// Id.
    pub id: String,
    /// In a few Chinese words.
    pub label: String,
    /// What must hold instead.
    pub rule: Expression,
    /// What it lets pass.
    pub waives: Waives,
    /// Where.
    pub citation: Citation,
}
