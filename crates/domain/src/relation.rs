//! Facts that may call for recusal: who worked where, who advised whom, who is kin to whom.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{PersonId, RelationId};
use crate::organisation::OrganisationRef;

/// The other side of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum Other {
    /// An organisation.
    Organisation {
        /// Which.
        organisation: OrganisationRef,
    },
    /// A person, by name and the organisation they belong to where known.
    Person {
        /// Name.
        name: String,
        /// Their organisation.
        #[serde(default)]
        organisation: Option<OrganisationRef>,
    },
    /// A call for projects: guideline and round (DG 第十条(四)).
    Call {
        /// 指南
        guideline: String,
        /// 批次
        round: String,
    },
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The expert.
    Declared,
    /// An officer, with evidence.
    Officer,
    /// An imported roster.
    Imported,
    /// The reviewed organisation.
    Reviewed,
}

impl Source {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Declared => "本人申报",
            Self::Officer => "库管方登记",
            Self::Imported => "导入",
            Self::Reviewed => "受评单位申报",
        }
    }
}

/// One fact. `kind` is a relation of the pack's recusal grounds (聘用, 顾问, 论文, 近亲属, 股权 …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Identifier.
    pub id: RelationId,
    /// The expert as a person.
    pub person: PersonId,
    /// Kind of relation.
    pub kind: String,
    /// With whom.
    pub other: Other,
    /// Since when, if known.
    #[serde(default)]
    pub from: Option<Date>,
    /// Until when; `None` = still so.
    #[serde(default)]
    pub to: Option<Date>,
    /// Who says so.
    pub source: Source,
    /// Evidence or remark.
    #[serde(default)]
    pub note: Option<String>,
}
