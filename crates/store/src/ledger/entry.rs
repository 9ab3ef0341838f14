//! One line of a ledger. What is hashed names ids, never persons; what happened in detail is in
//! the body, of which the entry carries only a salted commitment.

use domain::id::PoolId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};

use super::tree::Hash;
use crate::error::Result;
use crate::sql::{Bind, Field, Row, Val};

/// Which ledger: every pool has its own, and one serves what belongs to no pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LedgerId {
    /// Accounts, organisations, pools, keys, backups.
    System,
    /// Everything of one pool.
    Pool(PoolId),
}

impl std::fmt::Display for LedgerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LedgerId::System => f.write_str("system"),
            LedgerId::Pool(pool) => pool.fmt(f),
        }
    }
}

impl std::str::FromStr for LedgerId {
    type Err = domain::id::BadId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "system" => Ok(LedgerId::System),
            pool => pool.parse().map(LedgerId::Pool),
        }
    }
}

impl From<PoolId> for LedgerId {
    fn from(pool: PoolId) -> Self {
        LedgerId::Pool(pool)
    }
}

impl Bind for LedgerId {
    fn to_val(&self) -> Val {
        Val::Text(Some(self.to_string()))
    }
    fn null() -> Val {
        Val::Text(None)
    }
}

impl Field for LedgerId {
    fn from_row(row: &Row, index: usize) -> Result<Self> {
        row.get::<String>(index)?
            .parse()
            .map_err(|_| crate::Error::Corrupt {
                table: "ledger",
                column: "id",
                why: "不是台账编号".into(),
            })
    }
    fn from_nullable(row: &Row, index: usize) -> Result<Option<Self>> {
        row.get::<Option<String>>(index)?
            .map(|_| Self::from_row(row, index))
            .transpose()
    }
}

/// Who acted. Only ids and roles: a name would be personal data in a tree nobody can erase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// How the session was authenticated, e.g. `password+totp`; empty for the system itself.
    pub factors: String,
    /// Account id, or a fixed word such as `system`.
    pub id: String,
    /// Role in which the act was done.
    pub role: String,
    /// Organisation or unit id; empty when there is none.
    pub unit: String,
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its id.
    pub id: String,
    /// Kind, e.g. `draw`.
    pub kind: String,
}

/// How the act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Done,
    /// The rules refused it.
    Refused,
    /// The actor may not.
    Forbidden,
}

/// An event to be appended.
#[derive(Debug, Clone)]
pub struct Event {
    /// Dotted name, e.g. `draw.committed`.
    pub action: String,
    /// Who.
    pub actor: Actor,
    /// On what.
    pub object: Object,
    /// How it ended.
    pub outcome: Outcome,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Everything else. Sealed in the store; only its salted commitment is in the tree.
    pub body: serde_json::Value,
}

/// An entry as it is hashed. Field order here is the canonical order (alphabetical, at every
/// level), so the JSON of this struct without blanks *is* the canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Dotted name.
    pub action: String,
    /// Who.
    pub actor: Actor,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// SM3(salt ‖ body), lower hex.
    pub body: String,
    /// Ledger id.
    pub ledger: String,
    /// On what.
    pub object: Object,
    /// How it ended.
    pub outcome: Outcome,
    /// Number in this ledger, from 0.
    pub seq: u64,
    /// Version of this form, 1.
    pub v: u8,
}

impl Entry {
    /// The bytes that are hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, integers and plain structs always serialise.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads an entry; `None` unless `bytes` are exactly its canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let entry: Entry = serde_json::from_slice(bytes).ok()?;
        (entry.v == 1 && entry.to_bytes() == bytes).then_some(entry)
    }
}

/// A body that was opened: the salt and the bytes it commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// 32 random bytes.
    pub salt: Hash,
    /// JSON text.
    pub json: Vec<u8>,
}

impl Body {
    /// SM3(salt ‖ body).
    pub fn commitment(&self) -> Hash {
        let mut hash = Sm3::new();
        hash.update(self.salt);
        hash.update(&self.json);
        hash.finalize().into()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [self.salt.as_slice(), &self.json].concat()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (salt, json) = bytes.split_at_checked(32)?;
        Some(Self {
            salt: salt.try_into().ok()?,
            json: json.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_pinned_and_nothing_else_is_read() {
        let entry = Entry {
            action: "draw.committed".into(),
            actor: Actor {
                factors: "password+totp".into(),
                id: "a1".into(),
                role: "officer".into(),
                unit: String::new(),
            },
            at: 1_795_000_000_000,
            body: "00".repeat(32),
            ledger: "system".into(),
            object: Object {
                id: "d1".into(),
                kind: "draw".into(),
            },
            outcome: Outcome::Done,
            seq: 7,
            v: 1,
        };
        let text = format!(
            r#"{{"action":"draw.committed","actor":{{"factors":"password+totp","id":"a1","role":"officer","unit":""}},"at":1795000000000,"body":"{}","ledger":"system","object":{{"id":"d1","kind":"draw"}},"outcome":"done","seq":7,"v":1}}"#,
            "00".repeat(32)
        );
        assert_eq!(String::from_utf8(entry.to_bytes()).unwrap(), text);
        assert_eq!(Entry::from_bytes(text.as_bytes()), Some(entry));
        assert_eq!(
            Entry::from_bytes(text.replace(":7", ": 7").as_bytes()),
            None
        );
        assert_eq!(
            Entry::from_bytes(text.replace("\"v\":1", "\"v\":2").as_bytes()),
            None
        );
        assert_eq!(
            Entry::from_bytes(text.replace("draw.c", "draw\\u002ec").as_bytes()),
            None
        );
    }
}
