//! What is kept on the work: the ledger, money to be got back.

use serde::Serialize;

use super::{Duration, LiabilityField};
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
