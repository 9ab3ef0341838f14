//! Checking a bundle without trusting who made it, without a database and without a network.

use std::io::BufRead;

use sm3::{Digest as _, Sm3};

use super::bundle::{BUNDLE_FORMAT, Line, is_signed_by, read_hash, verify_note};
use super::{Body, Code, Entry, Frontier, Hash, PublicKey, RECOVERED, SignedCheckpoint, leaf};

/// What the checker brings along from outside the bundle. Empty, a bundle can only be consistent
/// in itself; with one old sheet, a rewritten history shows.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Fingerprints of the keys that may sign; empty = whatever keys the bundle names.
    pub fingerprints: Vec<String>,
    /// Codes printed on sheets.
    pub codes: Vec<Code>,
    /// Whole checkpoints kept, e.g. scanned from a sheet.
    pub checkpoints: Vec<String>,
}

/// A bundle that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// First line of its checkpoints.
    pub origin: String,
    /// Ledger id.
    pub ledger: String,
    /// Entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Checkpoints whose signature and root hold.
    pub checkpoints: u64,
    /// Opened bodies that match their commitments.
    pub bodies: u64,
    /// Fingerprints of the keys that signed.
    pub fingerprints: Vec<String>,
    /// Printed codes and kept checkpoints found on this history.
    pub witnesses: u64,
}

/// Where and why a bundle fails. Numbers count from 0 as in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not a bundle line.
    #[error("第 {line} 行无法读取：不是台账包的内容，或文件不完整。请重新导出。")]
    Unreadable {
        /// Line of the file, from 1.
        line: u64,
    },
    /// Readable, but not written as the exporter writes it.
    #[error("第 {line} 行不是规范写法：文件在导出之后被改动过。")]
    NotCanonical {
        /// Line of the file, from 1.
        line: u64,
    },
    /// A line where it does not belong.
    #[error("第 {line} 行出现在不该出现的位置：文件被拼接或调换过。")]
    Misplaced {
        /// Line of the file, from 1.
        line: u64,
    },
    /// Signed by keys the checker does not accept.
    #[error("台账包里没有可信的公钥：签名者与您指定的指纹不符。请核对来源。")]
    UntrustedKey,
    /// An entry that is not in canonical form.
    #[error("第 {seq} 条留痕不是规范写法：该条被改动过。")]
    EntryForm {
        /// Entry.
        seq: u64,
    },
    /// An entry is missing, doubled or out of order.
    #[error("应为第 {expected} 条留痕，却是第 {found} 条：有留痕被删除、重复或调换。")]
    Order {
        /// Expected entry.
        expected: u64,
        /// Found entry.
        found: u64,
    },
    /// An entry of another ledger.
    #[error("第 {seq} 条留痕属于另一本台账：被移到这里。")]
    OtherLedger {
        /// Entry.
        seq: u64,
    },
    /// Time runs backwards.
    #[error("第 {seq} 条留痕的时间早于前一条：时间被改动过。")]
    Clock {
        /// Entry.
        seq: u64,
    },
    /// An entry does not hash to its leaf.
    #[error("第 {seq} 条留痕与其散列不符：该条被改动过。")]
    Leaf {
        /// Entry.
        seq: u64,
    },
    /// A body does not match the commitment in its entry.
    #[error("第 {seq} 条留痕的内容与其承诺不符：内容被改动，或从别的条目移来。")]
    Body {
        /// Entry.
        seq: u64,
    },
    /// A checkpoint whose signature does not hold.
    #[error("共 {size} 条处的签名不成立：签名或被签内容被改动过。")]
    Signature {
        /// Entries so far.
        size: u64,
    },
    /// Entries that do not give the signed root.
    #[error("第 {from} 条至第 {} 条留痕与签名的根不符：其中至少一条被改动过。", size - 1)]
    Root {
        /// First entry that may be wrong.
        from: u64,
        /// Entries so far.
        size: u64,
    },
    /// Entries after the last signature.
    #[error("第 {from} 条起没有签名覆盖：末尾的签名被去掉，或末尾被添加。")]
    Unsigned {
        /// First entry without signature.
        from: u64,
    },
    /// A sheet knows more entries than the bundle holds.
    #[error("单据上的核验码是 {known} 条，这里只有 {found} 条：末尾被截去 {} 条。", known - found)]
    Truncated {
        /// Entries on the sheet.
        known: u64,
        /// Entries here.
        found: u64,
    },
    /// A sheet knows another history.
    #[error("共 {size} 条处与单据上的核验码不符：前 {size} 条里有留痕被改写。")]
    Witness {
        /// Entries so far.
        size: u64,
    },
    /// The last line is missing or does not match the rest.
    #[error("文件末尾的总签名不成立：文件被截断或改动过。")]
    End,
}

/// What outsiders remember: at this size the root began like this.
struct Witness {
    size: u64,
    root: Vec<u8>,
}

/// Checks a bundle in one pass. `visit` sees every entry, with its body where that is opened, in
/// order, so that the caller can replay the facts of the domain.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(
    bundle: impl BufRead,
    trust: &Trust,
    visit: &mut dyn FnMut(&Entry, Option<&Body>),
) -> Result<Verified, Failure> {
    let mut lines = Lines {
        bundle,
        number: 0,
        hash: Sm3::new(),
    };
    let Some((
        Line::Bundle {
            keys,
            ledger,
            origin,
            v: BUNDLE_FORMAT,
        },
        _,
    )) = lines.next()?
    else {
        return Err(Failure::Unreadable { line: 1 });
    };
    let keys = accepted_keys(keys, trust)?;
    let mut witnesses = collect_witnesses(trust, &keys)?;
    let mut state = State {
        frontier: Frontier::default(),
        last_at: i64::MIN,
        signed_upto: 0,
        pending: None,
    };
    let mut verified = Verified {
        origin,
        ledger,
        size: 0,
        root: super::empty(),
        checkpoints: 0,
        bodies: 0,
        fingerprints: keys.iter().map(PublicKey::fingerprint).collect(),
        witnesses: 0,
    };
    loop {
        let before = lines.hash.clone();
        let number = lines.number + 1;
        let Some((line, _)) = lines.next()? else {
            return Err(Failure::End);
        };
        match line {
            Line::Bundle { .. } => return Err(Failure::Misplaced { line: number }),
            Line::Entry { leaf, text } => {
                state.flush(visit);
                state.entry(&verified.ledger, &leaf, &text)?;
                let (size, root) = (state.frontier.size(), state.frontier.root());
                while let Some(witness) = witnesses.pop_if(|witness| witness.size == size) {
                    if root[..witness.root.len()] != witness.root {
                        return Err(Failure::Witness { size });
                    }
                    verified.witnesses += 1;
                }
            }
            Line::Body { json, salt, seq } => {
                state.body(json, &salt, seq, number)?;
                verified.bodies += 1;
            }
            Line::Checkpoint(note) => {
                state.checkpoint(&note, &keys, &verified.origin)?;
                verified.checkpoints += 1;
            }
            Line::End { digest, signature } => {
                let found = hex::encode(before.finalize());
                if digest != found
                    || !is_signed_by(&keys, &digest, &signature)
                    || lines.next()?.is_some()
                {
                    return Err(Failure::End);
                }
                break;
            }
        }
    }
    state.flush(visit);
    verified.size = state.frontier.size();
    verified.root = state.frontier.root();
    if state.signed_upto != verified.size {
        return Err(Failure::Unsigned {
            from: state.signed_upto,
        });
    }
    match witnesses.last() {
        Some(witness) => Err(Failure::Truncated {
            known: witness.size,
            found: verified.size,
        }),
        None => Ok(verified),
    }
}

fn accepted_keys(
    keys: Vec<super::bundle::KeyLine>,
    trust: &Trust,
) -> Result<Vec<PublicKey>, Failure> {
    let mut accepted = Vec::new();
    for key in keys {
        let point = hex::decode(&key.point).map_err(|_| Failure::UntrustedKey)?;
        if hex::encode(&point) != key.point {
            return Err(Failure::UntrustedKey);
        }
        let key = PublicKey {
            name: key.name,
            point,
        };
        if trust.fingerprints.is_empty() || trust.fingerprints.contains(&key.fingerprint()) {
            accepted.push(key);
        }
    }
    if accepted.is_empty() {
        Err(Failure::UntrustedKey)
    } else {
        Ok(accepted)
    }
}

/// Witnesses, largest size first, so that the next one to meet is the last.
fn collect_witnesses(trust: &Trust, keys: &[PublicKey]) -> Result<Vec<Witness>, Failure> {
    let mut witnesses: Vec<Witness> = trust
        .codes
        .iter()
        .map(|code| Witness {
            size: code.size,
            root: code.root.to_vec(),
        })
        .collect();
    for note in &trust.checkpoints {
        let size = SignedCheckpoint::read(note).map_or(0, |checkpoint| checkpoint.size);
        let SignedCheckpoint { checkpoint, .. } =
            verify_note(keys, note).ok_or(Failure::Signature { size })?;
        witnesses.push(Witness {
            size: checkpoint.size,
            root: checkpoint.root.to_vec(),
        });
    }
    // At size 0 there is nothing to compare.
    witnesses.retain(|witness| witness.size > 0);
    witnesses.sort_by_key(|witness| std::cmp::Reverse(witness.size));
    Ok(witnesses)
}

struct State {
    frontier: Frontier,
    last_at: i64,
    signed_upto: u64,
    /// The last entry, until it is known whether its body follows.
    pending: Option<(Entry, Option<Body>)>,
}

impl State {
    fn flush(&mut self, visit: &mut dyn FnMut(&Entry, Option<&Body>)) {
        if let Some((entry, body)) = self.pending.take() {
            visit(&entry, body.as_ref());
        }
    }

    fn entry(&mut self, ledger: &str, hash: &str, text: &str) -> Result<(), Failure> {
        let expected = self.frontier.size();
        let entry =
            Entry::from_bytes(text.as_bytes()).ok_or(Failure::EntryForm { seq: expected })?;
        if read_hash(hash) != Some(leaf(text.as_bytes())) {
            return Err(Failure::Leaf { seq: expected });
        }
        if entry.seq != expected {
            return Err(Failure::Order {
                expected,
                found: entry.seq,
            });
        }
        if entry.ledger != ledger {
            return Err(Failure::OtherLedger { seq: expected });
        }
        if entry.at < self.last_at && entry.action != RECOVERED {
            return Err(Failure::Clock { seq: expected });
        }
        self.last_at = entry.at;
        self.frontier.push(leaf(text.as_bytes()));
        self.pending = Some((entry, None));
        Ok(())
    }

    fn body(&mut self, json: String, salt: &str, seq: u64, line: u64) -> Result<(), Failure> {
        let Some((entry, slot @ None)) = &mut self.pending else {
            return Err(Failure::Misplaced { line });
        };
        if entry.seq != seq {
            return Err(Failure::Misplaced { line });
        }
        let salt = read_hash(salt).ok_or(Failure::Body { seq })?;
        let body = Body {
            salt,
            json: json.into_bytes(),
        };
        if hex::encode(body.commitment()) != entry.body {
            return Err(Failure::Body { seq });
        }
        *slot = Some(body);
        Ok(())
    }

    fn checkpoint(&mut self, note: &str, keys: &[PublicKey], origin: &str) -> Result<(), Failure> {
        let size = self.frontier.size();
        let SignedCheckpoint { checkpoint, .. } =
            verify_note(keys, note).ok_or(Failure::Signature { size })?;
        if checkpoint.origin != origin {
            return Err(Failure::Signature { size });
        }
        if checkpoint.size != size
            || checkpoint.root != self.frontier.root()
            || checkpoint.at != self.last_at
        {
            return Err(Failure::Root {
                from: self.signed_upto,
                size: checkpoint.size.max(1),
            });
        }
        self.signed_upto = size;
        Ok(())
    }
}

struct Lines<R> {
    bundle: R,
    number: u64,
    hash: Sm3,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<(Line, String)>, Failure> {
        let line = self.number + 1;
        let mut text = String::new();
        if self
            .bundle
            .read_line(&mut text)
            .map_err(|_| Failure::Unreadable { line })?
            == 0
        {
            return Ok(None);
        }
        self.number = line;
        let json = text
            .strip_suffix('\n')
            .ok_or(Failure::Unreadable { line })?;
        let parsed: Line = serde_json::from_str(json).map_err(|_| Failure::Unreadable { line })?;
        if serde_json::to_string(&parsed).ok().as_deref() != Some(json) {
            return Err(Failure::NotCanonical { line });
        }
        self.hash.update(text.as_bytes());
        Ok(Some((parsed, text)))
    }
}
