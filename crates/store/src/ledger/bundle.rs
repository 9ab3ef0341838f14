//! The exported form of a ledger: one JSON value per line, so that a file of any size is written
//! and checked in one pass, and a person can read it.
//!
//! ```text
//! {"bundle":{"keys":[…],"ledger":"…","origin":"…","v":1}}
//! {"entry":{"leaf":"…","text":"…"}}              in order of seq
//! {"body":{"json":"…","salt":"…","seq":0}}       after its entry, where it may be shown
//! {"checkpoint":"…"}                             after the entry that completes its size
//! {"end":{"digest":"…","signature":"…"}}         over every byte before this line
//! ```

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};

use super::{Body, Hash, LedgerId, SignedCheckpoint, origin};
use crate::error::{Error, Result};
use crate::sql;
use crate::store::{Db, Store};

/// Version of the bundle form.
pub const BUNDLE_FORMAT: u8 = 1;

/// Entries read at a time.
const PAGE: u64 = 2000;

/// One line of a bundle. Its canonical form is its JSON without blanks, fields in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// First line.
    Bundle {
        /// Keys that sign checkpoints.
        keys: Vec<KeyLine>,
        /// Ledger id.
        ledger: String,
        /// First line of every checkpoint.
        origin: String,
        /// [`BUNDLE_FORMAT`]
        v: u8,
    },
    /// An entry in canonical form and its leaf hash.
    Entry {
        /// Lower hex.
        leaf: String,
        /// Canonical JSON.
        text: String,
    },
    /// An opened body.
    Body {
        /// What happened.
        json: String,
        /// Lower hex.
        salt: String,
        /// Of which entry.
        seq: u64,
    },
    /// A signed note.
    Checkpoint(String),
    /// Last line.
    End {
        /// SM3 of all bytes before this line, lower hex.
        digest: String,
        /// SM2 over that hex text, base64.
        signature: String,
    },
}

/// A public key as a bundle carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLine {
    /// Name on signature lines.
    pub name: String,
    /// Uncompressed point, lower hex.
    pub point: String,
}

/// Counts every byte into a digest on its way out.
struct Digested<W> {
    out: W,
    hash: Sm3,
}

impl<W: Write> Digested<W> {
    fn line(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line).map_err(io::Error::other)?;
        text.push('\n');
        self.hash.update(text.as_bytes());
        self.out.write_all(text.as_bytes())
    }
}

/// Writes one ledger as a bundle from one consistent state.
///
/// `opened` decides which bodies are shown (it gets the action and the sequence number); the
/// others stay commitments. Of the checkpoints, the last and one in `every` entries are included;
/// `every` = 1 keeps all. Returns how many entries were written.
pub async fn write_bundle(
    store: &Store,
    ledger: LedgerId,
    every: u64,
    opened: &mut (dyn FnMut(&str, u64) -> bool + Send),
    out: impl Write + Send,
) -> Result<u64> {
    let mut db = store.snapshot().await?;
    let size = super::size(&mut db, ledger).await?;
    let name = &store.public_key().name;
    let mut keys = Vec::new();
    for row in db
        .rows(sql!(
            "SELECT name, point FROM ledger_key ORDER BY since, fingerprint"
        ))
        .await?
    {
        keys.push(KeyLine {
            name: row.get(0)?,
            point: hex::encode(row.get::<Vec<u8>>(1)?),
        });
    }
    let mut out = Digested {
        out,
        hash: Sm3::new(),
    };
    out.line(&Line::Bundle {
        keys,
        ledger: ledger.to_string(),
        origin: origin(name, ledger),
        v: BUNDLE_FORMAT,
    })?;

    let mut from = 0;
    let mut signed_upto = 0;
    while from < size {
        let to = (from + PAGE).min(size);
        let entries = db
            .rows(sql!(
                "SELECT e.seq, e.action, e.entry, e.leaf, b.sealed FROM ledger_entry e \
                 LEFT JOIN ledger_body b ON b.ledger = e.ledger AND b.seq = e.seq \
                 WHERE e.ledger = $1 AND e.seq >= $2 AND e.seq < $3 ORDER BY e.seq",
                ledger,
                from,
                to
            ))
            .await?;
        let notes = db
            .rows(sql!(
                "SELECT size, note FROM ledger_checkpoint WHERE ledger = $1 AND size > $2 AND size <= $3 ORDER BY size",
                ledger,
                from,
                to
            ))
            .await?;
        let mut notes = notes.into_iter().peekable();
        for row in &entries {
            let seq: u64 = row.get(0)?;
            let text = String::from_utf8(row.get(2)?).map_err(|_| Error::Corrupt {
                table: "ledger_entry",
                column: "entry",
                why: format!("第 {seq} 条不是文本"),
            })?;
            out.line(&Line::Entry {
                leaf: hex::encode(row.get::<Vec<u8>>(3)?),
                text,
            })?;
            if let Some(sealed) = row.get::<Option<Vec<u8>>>(4)?
                && opened(&row.get::<String>(1)?, seq)
            {
                let Body { salt, json } = super::open_body(store.seals(), ledger, seq, &sealed)?;
                let json = String::from_utf8(json)
                    .map_err(|_| super::LedgerError::Broken { ledger, seq })?;
                out.line(&Line::Body {
                    json,
                    salt: hex::encode(salt),
                    seq,
                })?;
            }
            while let Some(note) = notes.peek() {
                let at: u64 = note.get(0)?;
                if at > seq + 1 {
                    break;
                }
                if at == size || at >= signed_upto + every {
                    out.line(&Line::Checkpoint(note.get(1)?))?;
                    signed_upto = at;
                }
                notes.next();
            }
        }
        from = to;
    }
    let Digested { mut out, hash } = out;
    let digest = hex::encode(hash.finalize());
    let signature = STANDARD.encode(store.inner.signer.sign(digest.as_bytes()));
    let end = serde_json::to_string(&Line::End { digest, signature }).map_err(io::Error::other)?;
    writeln!(out, "{end}")?;
    out.flush()?;
    Ok(size)
}

pub(super) fn read_hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok()?;
    (hex::encode(hash) == text).then_some(hash)
}

pub(super) fn is_signed_by(keys: &[super::PublicKey], message: &str, signature: &str) -> bool {
    let Ok(bytes) = STANDARD.decode(signature) else {
        return false;
    };
    keys.iter()
        .any(|key| key.verifies(message.as_bytes(), &bytes))
}

pub(super) fn verify_note(keys: &[super::PublicKey], note: &str) -> Option<SignedCheckpoint> {
    keys.iter()
        .find_map(|key| SignedCheckpoint::verify(note, key))
}
