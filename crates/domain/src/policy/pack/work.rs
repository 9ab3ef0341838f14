//! What each expert is to do in a task, and what is kept on the work: the ledger, money to be got back.

use serde::Serialize;

use super::{Duration, Force, LiabilityField};
use crate::policy::citation::Citation;

/// 管理台账
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerRules {
    /// Columns.
    pub fields: Vec<String>,
    /// Party that keeps it.
    pub by: String,
    /// Work done and not paid for so long is listed.
    pub unpaid_after: Duration,
    /// Where.
    pub citation: Citation,
}

/// 追回资金
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveryRules {
    /// What it is recovered for.
    pub kinds: Vec<String>,
    /// Party that recovers.
    pub by: String,
    /// What the record of a transfer to the judiciary must say before the case is closed.
    pub transfer: Vec<LiabilityField>,
    /// Where.
    pub citation: Citation,
}

/// What each expert is to do in a task of one kind: 命题, 裁判 …
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskRoles {
    /// Roles, one of which every expert of the task is given.
    pub values: Vec<String>,
    /// Closed by 等: a role may also be named in words.
    pub open: bool,
    /// Roles one person had better not have both of.
    pub apart: Vec<Apart>,
}

/// Two roles kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Apart {
    /// One.
    pub one: String,
    /// The other.
    pub other: String,
    /// How strongly; `may` only warns.
    pub force: Force,
}
