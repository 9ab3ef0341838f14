//! What comes of the work: reports, the ledger, gatherings of experts, money to be got back.

use serde::Serialize;

use super::{Duration, LiabilityField, ObligationCount};
use crate::policy::citation::Citation;

/// 评审意见, 检查情况反馈: what each expert files at the end of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRules {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Party it goes to, and to nobody else.
    pub to: String,
    /// Parts each of which is answered.
    pub parts: Vec<String>,
    /// Closed by 等: further parts may be added.
    pub open: bool,
    /// A part may be answered with 不涉及 instead of words.
    pub not_applicable: bool,
    /// What the expert signs with it.
    pub statement: Option<String>,
    /// Time after the work with which the deadline of a task is filled in beforehand; every task has
    /// a deadline of its own.
    pub due: Duration,
    /// Where.
    pub citation: Citation,
}

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

/// 培训、会议
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GatheringRules {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// What it counts as for yearly obligations.
    pub counts: ObligationCount,
    /// Party that holds it.
    pub by: String,
    /// Topics.
    pub topics: Vec<String>,
    /// Closed by 等: another topic may be named.
    pub open: bool,
    /// What its record holds.
    pub record: Vec<String>,
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
