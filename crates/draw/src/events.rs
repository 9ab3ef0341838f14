//! What happens to a panel after the draw.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::header::object;
use crate::json::{At, ReadError};
use crate::suite::Ref;

/// Why somebody leaves his seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// He said no.
    Declined,
    /// He did not answer in time.
    NoAnswer,
    /// He must not take part.
    Recused,
    /// He was stopped.
    Stopped,
    /// He did not come.
    Absent,
    /// He turned out not to qualify.
    Ineligible,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Declined,
        Self::NoAnswer,
        Self::Recused,
        Self::Stopped,
        Self::Absent,
        Self::Ineligible,
    ];

    /// The word in the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::NoAnswer => "no_answer",
            Self::Recused => "recused",
            Self::Stopped => "stopped",
            Self::Absent => "absent",
            Self::Ineligible => "ineligible",
        }
    }
}

/// What becomes of a seat whose holder left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fill {
    /// The next in the order takes it, if there is one.
    Next,
    /// It closes.
    Close,
}

/// One entry of a record's `events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody left.
    Left {
        /// Why.
        kind: EventKind,
        /// Who.
        reference: Ref,
        /// When, as the keeper of the record writes it; not interpreted, not empty.
        at: String,
        /// Whether the seat was to be filled.
        fill: Fill,
        /// Who took the seat; none if it closed.
        replacement: Option<Ref>,
    },
    /// The attempt counts for nothing; always last.
    Void {
        /// Why, not empty.
        reason: String,
        /// When, as the keeper of the record writes it; not interpreted, not empty.
        at: String,
    },
}

impl Event {
    /// A void event.
    pub(crate) fn void(reason: &str, at: &str) -> Result<Self, EventError> {
        for (what, text) in [("作废理由", reason), ("时间", at)] {
            if text.is_empty() {
                return Err(EventError::Empty(what));
            }
        }
        let (reason, at) = (reason.to_owned(), at.to_owned());
        Ok(Self::Void { reason, at })
    }

    pub(crate) fn read(at: At) -> Result<Self, ReadError> {
        object(at, |fields| {
            let kind = fields.take("type")?.word(
                "declined、no_answer、recused、stopped、absent、ineligible 或 void",
                |word| match word {
                    "void" => Some(None),
                    _ => EventKind::ALL
                        .into_iter()
                        .find(|kind| kind.name() == word)
                        .map(Some),
                },
            )?;
            let Some(kind) = kind else {
                return Ok(Self::Void {
                    reason: fields.take("reason")?.text()?,
                    at: fields.take("at")?.text()?,
                });
            };
            Ok(Self::Left {
                kind,
                reference: fields.take("ref")?.parsed()?,
                at: fields.take("at")?.text()?,
                fill: match fields.take("fill")?.flag()? {
                    true => Fill::Next,
                    false => Fill::Close,
                },
                replacement: fields.take("replacement")?.optional(At::parsed)?,
            })
        })
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Left {
                kind,
                reference,
                at,
                fill,
                replacement,
            } => {
                let mut out = serializer.serialize_struct("Event", 5)?;
                out.serialize_field("type", kind.name())?;
                out.serialize_field("ref", reference)?;
                out.serialize_field("at", at)?;
                out.serialize_field("fill", &(*fill == Fill::Next))?;
                out.serialize_field("replacement", replacement)?;
                out.end()
            }
            Self::Void { reason, at } => {
                let mut out = serializer.serialize_struct("Event", 3)?;
                out.serialize_field("type", "void")?;
                out.serialize_field("reason", reason)?;
                out.serialize_field("at", at)?;
                out.end()
            }
        }
    }
}

/// Why an event cannot be entered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The person does not hold a seat now.
    #[error("{0} 此刻不在名单上，不能离开。只有在席的人才能登记离席，请核对编号")]
    NotSeated(Ref),
    /// The attempt has been declared void.
    #[error("本次抽取已作废，不能再登记任何事项。如需继续，请发起下一次抽取")]
    Void,
    /// No time or no reason given.
    #[error("{0}为空。每个事项都要写明，请补上")]
    Empty(&'static str),
}
