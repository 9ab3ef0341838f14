//! Does the instrument bind on a day, and what follows if it does not?

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::{Consequence, Identity, LegalStatus};
use super::words::day;

/// A document that lets an instrument run on after its last day, or by which a draft was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// 文号
    pub document: String,
    /// New last day; `None` = until replaced.
    #[serde(default)]
    pub to: Option<Date>,
}

/// Where an instrument stands on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// It binds.
    InForce,
    /// It has run out and a document lets it run on.
    Extended {
        /// The document.
        document: String,
    },
    /// Its last day is past.
    Expired {
        /// The last day.
        on: Date,
        /// What that does to new business.
        effect: Consequence,
    },
    /// It is not yet in force.
    NotYet {
        /// First day.
        from: Date,
    },
    /// It is a draft for comment.
    Draft {
        /// What that does to new business.
        effect: Consequence,
    },
    /// It was repealed.
    Repealed,
}

/// The standing of an instrument on a day (DG 第二十二条; A-G-12).
pub fn legal_status(identity: &Identity, on: Date, extension: Option<&Extension>) -> Standing {
    match identity.status {
        LegalStatus::Draft
            if on >= identity.from
                && extension.is_some_and(|one| one.to.is_none_or(|last| on <= last)) =>
        {
            return Standing::InForce;
        }
        LegalStatus::Draft => {
            // A draft names its first day too: before it nothing new is done even where a draft may
            // be tried out (CY 第二十八条).
            let early = on < identity.from;
            return Standing::Draft {
                effect: if early {
                    identity.on_draft.max(Consequence::BlockNew)
                } else {
                    identity.on_draft
                },
            };
        }
        LegalStatus::Repealed => return Standing::Repealed,
        LegalStatus::Issued => {}
    }
    if on < identity.from {
        return Standing::NotYet {
            from: identity.from,
        };
    }
    let Some(to) = identity.to.filter(|to| on > *to) else {
        return Standing::InForce;
    };
    match extension {
        Some(extension) if extension.to.is_none_or(|last| on <= last) => Standing::Extended {
            document: extension.document.clone(),
        },
        Some(Extension { to: Some(last), .. }) => Standing::Expired {
            on: *last,
            effect: identity.on_expired,
        },
        _ => Standing::Expired {
            on: to,
            effect: identity.on_expired,
        },
    }
}

impl Standing {
    /// What new business meets: nothing, a warning to confirm, or a refusal.
    pub const fn effect(&self) -> Option<Consequence> {
        match self {
            Self::InForce | Self::Extended { .. } => None,
            Self::Expired { effect, .. } | Self::Draft { effect } => Some(*effect),
            Self::NotYet { .. } => Some(Consequence::BlockNew),
            Self::Repealed => Some(Consequence::BlockAll),
        }
    }

    /// The words printed on pages and documents; `None` while it simply binds.
    pub fn banner(&self) -> Option<String> {
        match self {
            Self::InForce => None,
            Self::Extended { document } => Some(format!("依据{document}延续执行")),
            Self::Expired { on, .. } => Some(format!("已过有效期（{}届满）", day(*on))),
            Self::NotYet { from } => Some(format!("{} 起施行，尚未生效", day(*from))),
            Self::Draft { .. } => Some("征求意见稿".to_owned()),
            Self::Repealed => Some("已废止".to_owned()),
        }
    }
}
