//! Typed identifiers: UUIDv7 in text form, one type per table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is no identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: {0}")]
pub struct BadId(pub String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Uuid::parse_str(text).map(Self).map_err(|_| BadId(text.to_owned()))
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A public body, school, enterprise or association (单位).
    OrganisationId,
    /// A log-in account.
    AccountId,
    /// An expert pool (专家库).
    PoolId,
    /// A specialty of one pool (专业领域).
    SpecialtyId,
    /// A natural person, whatever pools they sit in.
    PersonId,
    /// One person's membership of one pool (专家).
    ExpertId,
    /// A fact that may call for recusal: employment, kinship, shares …
    RelationId,
    /// A request for experts (使用需求).
    TaskId,
    /// One numbered attempt at drawing for a task (抽取场次).
    DrawId,
    /// One expert's part in one task, from invitation to report.
    EngagementId,
    /// A stored file.
    FileId,
    /// A message in the outbox.
    MessageId,
    /// An import of a roster.
    ImportId,
    /// A saved list filter.
    FilterId,
    /// A yearly update campaign (信息集中更新).
    CampaignId,
    /// Any other process record of a pool: application, notice, appointment, fee statement …
    RecordId,
    /// A record of misconduct (不良行为记录).
    MisconductId,
}
