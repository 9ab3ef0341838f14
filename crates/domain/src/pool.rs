//! 专家库: a pool under one pack, and its specialties.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{OrganisationId, PoolId, SpecialtyId};
use crate::policy::in_force::Extension;
use crate::policy::source::Setting;

/// One pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Identifier.
    pub id: PoolId,
    /// Name.
    pub name: String,
    /// Id of the pack it obeys.
    pub pack: String,
    /// Digest of the pack, as hex, when the pool was last bound to it.
    pub pack_digest: String,
    /// The bureau that manages it.
    pub manager: OrganisationId,
    /// 联系电话 of the office, public.
    #[serde(default)]
    pub phone: Option<String>,
    /// 延期文件 (DG 第二十二条; A-G-12).
    #[serde(default)]
    pub extension: Option<Extension>,
    /// Values of the pack's parameters that differ from the pack's own (DG 第二十一条).
    #[serde(default)]
    pub settings: Vec<PoolSetting>,
    /// A demonstration: every page says so.
    #[serde(default)]
    pub demonstration: bool,
}

/// A parameter set by the authority that may, with who, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSetting {
    /// What, and to what.
    #[serde(flatten)]
    pub setting: Setting,
    /// By whom, as printed in the ledger.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// Whether a specialty may be asked for (DG 第十六条(二)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum SpecialtyStatus {
    /// 在用
    Active,
    /// 已移除: kept for the record, never drawn.
    Retired {
        /// Since when.
        on: Date,
        /// Why.
        reason: String,
    },
}

impl SpecialtyStatus {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired { .. } => "retired",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Active => "在用",
            Self::Retired { .. } => "已移除",
        }
    }
}

/// 专业领域 of one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specialty {
    /// Identifier.
    pub id: SpecialtyId,
    /// The pool.
    pub pool: PoolId,
    /// Name.
    pub name: String,
    /// Code of the occupation it stands for, when it is one.
    #[serde(default)]
    pub occupation: Option<String>,
    /// Whether it may be asked for.
    pub status: SpecialtyStatus,
}
