//! 账号: who may log in.

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Grant, Within};
use crate::id::{AccountId, OrganisationId, PersonId};

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// 启用
    Active,
    /// 须先修改密码: every other page is closed.
    MustChangePassword,
    /// 停用
    Disabled,
}

impl AccountStatus {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::MustChangePassword => "must_change_password",
            Self::Disabled => "disabled",
        }
    }

    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Active => "启用",
            Self::MustChangePassword => "待修改初始密码",
            Self::Disabled => "停用",
        }
    }

    /// The status with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Active, Self::MustChangePassword, Self::Disabled]
            .into_iter()
            .find(|status| status.code() == code)
    }
}

/// One log-in account. Its password and second factor are kept by the store and never leave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// Log-in name: lower case, unique.
    pub login: String,
    /// Name as printed in the ledger.
    pub name: String,
    /// The organisation the account belongs to.
    pub organisation: Option<OrganisationId>,
    /// The natural person behind an expert's account.
    pub person: Option<PersonId>,
    /// Whether it may be used.
    pub status: AccountStatus,
    /// Roles held.
    pub grants: Vec<Grant>,
}

impl Account {
    /// The account as an actor.
    pub fn actor(&self) -> Actor {
        Actor {
            account: Some(self.id),
            name: self.name.clone(),
            organisation: self.organisation,
            person: self.person,
            grants: self.grants.clone(),
            within: Within::Everything,
        }
    }
}
