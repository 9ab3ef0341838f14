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
    /// The expert no longer claims it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawal>,
}

/// 撤回: an expert takes back what he declared himself. The fact stays on file with this beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Frames made from this day on do not look at the relation.
    pub on: Date,
    /// Why.
    pub reason: String,
}

/// Why a relation cannot be withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Somebody else said so.
    #[error(
        "这项回避关系不是您本人申报的（来源：{}），不能由您撤回。您认为与实际不符的，请联系专家库办公室更正。", .0.zh()
    )]
    NotDeclared(Source),
    /// Done before.
    #[error("这项回避关系已于 {0} 撤回，不用再办。情形又出现的，请重新申报。")]
    Withdrawn(Date),
    /// Without saying why.
    #[error("没有写明撤回的理由。撤回后抽取时不再按它回避，请写明，例如“填错单位”。")]
    NoReason,
}

impl Relation {
    /// Does it count? What was withdrawn does not.
    pub const fn stands(&self) -> bool {
        self.withdrawn.is_none()
    }

    /// The expert takes it back, for a reason.
    ///
    /// # Errors
    /// [`Refused`] for what somebody else entered, for what was withdrawn before, and without a reason.
    pub fn withdraw(&self, reason: &str, on: Date) -> Result<Withdrawal, Refused> {
        if self.source != Source::Declared {
            return Err(Refused::NotDeclared(self.source));
        }
        if let Some(before) = &self.withdrawn {
            return Err(Refused::Withdrawn(before.on));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Refused::NoReason);
        }
        Ok(Withdrawal {
            on,
            reason: reason.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    fn relation(source: Source) -> Relation {
        Relation {
            id: RelationId(Uuid::from_u128(1)),
            person: PersonId(Uuid::from_u128(2)),
            kind: "顾问".into(),
            other: Other::Call {
                guideline: "G1".into(),
                round: "1".into(),
            },
            from: None,
            to: None,
            source,
            note: None,
            withdrawn: None,
        }
    }

    #[test]
    fn only_ones_own_declaration_is_withdrawn_once_and_for_a_reason() {
        let today = date(2022, 6, 6);
        for source in [Source::Officer, Source::Imported, Source::Reviewed] {
            let refused = relation(source).withdraw("填错", today);
            assert_eq!(refused, Err(Refused::NotDeclared(source)));
        }
        let mut own = relation(Source::Declared);
        assert_eq!(own.withdraw(" \u{3000}", today), Err(Refused::NoReason));
        assert!(own.stands());
        own.withdrawn = own.withdraw(" 填错 ", today).ok();
        assert_eq!(
            own.withdrawn.as_ref().map(|one| one.reason.as_str()),
            Some("填错")
        );
        assert!(!own.stands());
        assert_eq!(own.withdraw("填错", today), Err(Refused::Withdrawn(today)));
    }

    #[test]
    fn what_was_stored_before_there_were_withdrawals_stands() {
        let mut json = serde_json::to_value(relation(Source::Declared)).expect("json");
        assert!(json.get("withdrawn").is_none());
        json["source"] = "officer".into();
        let read: Relation = serde_json::from_value(json).expect("a relation");
        assert!(read.stands());
    }
}
