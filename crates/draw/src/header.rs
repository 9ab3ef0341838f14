//! What a draw is asked to do, fixed before any chance exists.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::json::{At, Fields, ReadError};
use crate::suite::{Digest, Ref, Suite};

/// The head of a frame: everything about the draw but the people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The hash function used throughout.
    pub suite: Suite,
    /// The caller's number of the draw, not empty.
    pub draw: String,
    /// 1 for the first attempt, then 2, 3, …
    pub attempt: u32,
    /// Record digest of the attempt before; [`Digest::ZERO`] exactly when `attempt` is 1.
    pub previous: Digest,
    /// Whether this is a rehearsal, whose result binds nobody.
    pub rehearsal: bool,
    /// The rules and the request this draw answers.
    pub basis: Basis,
    /// Groups of seats in the order they are filled; at most [`Header::MOST_GROUPS`].
    pub groups: Vec<Group>,
    /// Caps from the narrowest to the widest; at most [`Header::MOST_CAPS`].
    pub caps: Vec<Cap>,
    /// Who contributes a share of the seed, in order; at least one, no repeats.
    pub parties: Vec<String>,
    /// A public value that does not exist yet and will be mixed in.
    pub beacon: Option<Beacon>,
}

/// The rules and the request a draw answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// Name of the rule pack.
    pub pack: String,
    /// Digest of the rule pack.
    pub pack_digest: Digest,
    /// Digest of the request.
    pub request_digest: Digest,
}

/// Seats of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Name, not empty, unique in the frame.
    pub id: String,
    /// How many to seat.
    pub seats: u32,
    /// How many reserves to name.
    pub reserves: u32,
}

/// At most `max` people with the same token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cap {
    /// Name, not empty, unique in the frame.
    pub id: String,
    /// How many people with one token may sit at the same time.
    pub max: u32,
}

/// A public random value of the future.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Beacon {
    /// Who publishes it.
    pub source: String,
    /// Which of its values.
    pub round: String,
}

/// Somebody who can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Who, opaque.
    #[serde(rename = "ref")]
    pub reference: Ref,
    /// Indexes of the groups he may sit in, ascending, at least one.
    pub groups: Vec<u32>,
    /// One opaque token per cap, or none where the cap does not touch him.
    pub caps: Vec<Option<String>>,
}

/// Somebody in scope who cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excluded {
    /// Who, opaque.
    #[serde(rename = "ref")]
    pub reference: Ref,
    /// Codes of the reasons, at least one.
    pub grounds: Vec<String>,
}

impl Header {
    /// The protocol version, field `v`.
    pub const VERSION: u32 = 1;
    /// Most groups in one frame.
    pub const MOST_GROUPS: usize = 64;
    /// Most caps in one frame.
    pub const MOST_CAPS: usize = 16;

    /// Writes the eleven header fields into a larger object.
    pub(crate) fn serialize_into<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error> {
        out.serialize_field("v", &Self::VERSION)?;
        out.serialize_field("suite", &self.suite)?;
        out.serialize_field("draw", &self.draw)?;
        out.serialize_field("attempt", &self.attempt)?;
        out.serialize_field("previous", &self.previous)?;
        out.serialize_field("rehearsal", &self.rehearsal)?;
        out.serialize_field("basis", &self.basis)?;
        out.serialize_field("groups", &self.groups)?;
        out.serialize_field("caps", &self.caps)?;
        out.serialize_field("parties", &self.parties)?;
        out.serialize_field("beacon", &self.beacon)
    }

    /// How many fields [`Header::serialize_into`] writes.
    pub(crate) const FIELDS: usize = 11;

    pub(crate) fn read(fields: &mut Fields) -> Result<Self, ReadError> {
        let version = fields.take("v")?.number()?;
        if version != Self::VERSION {
            return Err(At::wrong(
                "v",
                "1（本程序只认协议 LX1）",
                version.to_string(),
            ));
        }
        Ok(Self {
            suite: fields.take("suite")?.word("SM3 或 SHA-256", Suite::named)?,
            draw: fields.take("draw")?.text()?,
            attempt: fields.take("attempt")?.number()?,
            previous: fields.take("previous")?.parsed()?,
            rehearsal: fields.take("rehearsal")?.flag()?,
            basis: object(fields.take("basis")?, |basis| {
                Ok(Basis {
                    pack: basis.take("pack")?.text()?,
                    pack_digest: basis.take("pack_digest")?.parsed()?,
                    request_digest: basis.take("request_digest")?.parsed()?,
                })
            })?,
            groups: fields.take("groups")?.list(|at| {
                object(at, |group| {
                    Ok(Group {
                        id: group.take("id")?.text()?,
                        seats: group.take("seats")?.number()?,
                        reserves: group.take("reserves")?.number()?,
                    })
                })
            })?,
            caps: fields.take("caps")?.list(|at| {
                object(at, |cap| {
                    Ok(Cap {
                        id: cap.take("id")?.text()?,
                        max: cap.take("max")?.number()?,
                    })
                })
            })?,
            parties: fields.take("parties")?.list(At::text)?,
            beacon: fields.take("beacon")?.optional(|at| {
                object(at, |beacon| {
                    Ok(Beacon {
                        source: beacon.take("source")?.text()?,
                        round: beacon.take("round")?.text()?,
                    })
                })
            })?,
        })
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Header", Self::FIELDS)?;
        self.serialize_into(&mut out)?;
        out.end()
    }
}

impl Candidate {
    pub(crate) fn read(at: At) -> Result<Self, ReadError> {
        object(at, |candidate| {
            Ok(Self {
                reference: candidate.take("ref")?.parsed()?,
                groups: candidate.take("groups")?.list(At::number)?,
                caps: candidate
                    .take("caps")?
                    .list(|token| token.optional(At::text))?,
            })
        })
    }
}

impl Excluded {
    pub(crate) fn read(at: At) -> Result<Self, ReadError> {
        object(at, |excluded| {
            Ok(Self {
                reference: excluded.take("ref")?.parsed()?,
                grounds: excluded.take("grounds")?.list(At::text)?,
            })
        })
    }
}

/// Reads an object whose fields are all named by `read`.
pub(crate) fn object<T>(
    at: At,
    read: impl FnOnce(&mut Fields) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let mut fields = at.fields()?;
    let value = read(&mut fields)?;
    fields.done()?;
    Ok(value)
}
