//! Checkpoints: what the ledger was at a size, in the text form of C2SP tlog-checkpoint and
//! signed-note, with SM3 for the hash and SM2 (GB/T 32918) for the signature.
//!
//! ```text
//! linxuan/3f…/system+sm3
//! 42
//! <base64 root>
//! at 1795000000000
//!
//! — linxuan/3f… <base64 (key id ‖ signature)>
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm3::{Digest as _, Sm3};

use super::tree::Hash;

/// The distinguishing id GB/T 35276 prescribes when the parties agreed on no other.
pub const DISTINGUISHING_ID: &str = "1234567812345678";

/// State of one ledger at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// `<instance>/<ledger>+sm3`
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Milliseconds since 1970 of the last entry.
    pub at: i64,
}

impl Checkpoint {
    /// The signed text, ending in a line feed.
    pub fn to_text(&self) -> String {
        format!(
            "{}\n{}\n{}\nat {}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root),
            self.at
        )
    }

    /// Reads the signed text; `None` unless it is exactly what `to_text` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let checkpoint = Self {
            origin: lines.next()?.to_owned(),
            size: lines.next()?.parse().ok()?,
            root: STANDARD.decode(lines.next()?).ok()?.try_into().ok()?,
            at: lines.next()?.strip_prefix("at ")?.parse().ok()?,
        };
        (checkpoint.to_text() == text).then_some(checkpoint)
    }

    /// What is printed on a sheet: size and the first 16 hex digits of the root.
    pub fn code(&self) -> Code {
        Code {
            size: self.size,
            root: self.root[..8].try_into().unwrap_or_default(),
        }
    }
}

/// The short form printed on draw sheets, notices and statements, e.g. `42-66c7f0f462eeedd9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Entries.
    pub size: u64,
    /// First 8 bytes of the root.
    pub root: [u8; 8],
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.size, hex::encode(self.root))
    }
}

impl std::str::FromStr for Code {
    type Err = BadCode;
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let (size, root) = text.trim().split_once('-').ok_or(BadCode)?;
        let mut bytes = [0; 8];
        hex::decode_to_slice(root, &mut bytes).map_err(|_| BadCode)?;
        Ok(Self {
            size: size.parse().map_err(|_| BadCode)?,
            root: bytes,
        })
    }
}

/// A text that is no checkpoint code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("核验码应为“条数-16 位十六进制”，例如 42-66c7f0f462eeedd9。请照单据上的核验码重新填写。")]
pub struct BadCode;

/// A checkpoint with its signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// The whole note.
    pub note: String,
}

impl SignedCheckpoint {
    /// Splits a note into text and signature and checks the signature.
    pub fn verify(note: &str, key: &PublicKey) -> Option<Self> {
        let checkpoint = Self::read(note)?;
        let line = note
            .strip_prefix(&checkpoint.to_text())?
            .strip_prefix('\n')?
            .strip_suffix('\n')?;
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        let holds = name == key.name
            && *id == key.id()
            && key.verifies(checkpoint.to_text().as_bytes(), signature);
        holds.then(|| Self {
            checkpoint,
            note: note.to_owned(),
        })
    }

    /// Reads the checkpoint of a note without looking at the signature.
    pub fn read(note: &str) -> Option<Checkpoint> {
        let end = note.find("\n\n")?;
        Checkpoint::parse(&note[..=end])
    }
}

/// The key that checks signatures, with the name it signs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Name on signature lines: the instance.
    pub name: String,
    /// Uncompressed point, 65 bytes.
    pub point: Vec<u8>,
}

impl PublicKey {
    /// First four bytes of SM3(name ‖ LF ‖ 0xff ‖ "sm2-sm3" ‖ point).
    pub fn id(&self) -> [u8; 4] {
        let mut hash = Sm3::new();
        hash.update(self.name.as_bytes());
        hash.update(b"\n\xffsm2-sm3");
        hash.update(&self.point);
        let hash: Hash = hash.finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Hex SM3 of the point, for comparing by eye.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sm3::digest(&self.point))
    }

    /// True when `signature` (r ‖ s) is this key's over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::from_sec1_bytes(DISTINGUISHING_ID, &self.point);
        let signature = Signature::from_slice(signature);
        matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
    }
}

/// Signs checkpoints and exported bundles.
pub struct Signer {
    key: SigningKey,
    public: PublicKey,
}

impl Signer {
    /// From a scalar; `None` when it is outside the group order.
    pub fn new(name: &str, scalar: &[u8; 32]) -> Option<Self> {
        let key = SigningKey::from_slice(DISTINGUISHING_ID, scalar).ok()?;
        let point = key.verifying_key().to_sec1_bytes().to_vec();
        Some(Self {
            key,
            public: PublicKey {
                name: name.to_owned(),
                point,
            },
        })
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// r ‖ s over `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(message);
        signature.to_vec()
    }

    /// Signs a checkpoint.
    pub fn checkpoint(&self, checkpoint: Checkpoint) -> SignedCheckpoint {
        let text = checkpoint.to_text();
        let line = [self.public.id().as_slice(), &self.sign(text.as_bytes())].concat();
        let note = format!("{text}\n— {} {}\n", self.public.name, STANDARD.encode(line));
        SignedCheckpoint { checkpoint, note }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (Signer, SignedCheckpoint) {
        let signer = Signer::new("linxuan/test", &[5; 32]).unwrap();
        let checkpoint = Checkpoint {
            origin: "linxuan/test/system+sm3".into(),
            size: 42,
            root: [9; 32],
            at: 1_795_000_000_000,
        };
        let note = signer.checkpoint(checkpoint);
        (signer, note)
    }

    #[test]
    fn a_note_verifies_and_any_changed_byte_does_not() {
        let (signer, signed) = signed();
        assert_eq!(
            SignedCheckpoint::verify(&signed.note, signer.public()),
            Some(signed.clone())
        );
        let bytes = signed.note.as_bytes();
        for at in 0..bytes.len() {
            for change in [1_u8, 0x20, 0x80] {
                let mut changed = bytes.to_vec();
                changed[at] ^= change;
                if let Ok(text) = String::from_utf8(changed) {
                    assert_eq!(
                        SignedCheckpoint::verify(&text, signer.public()),
                        None,
                        "byte {at}"
                    );
                }
            }
        }
        let other = Signer::new("linxuan/test", &[6; 32]).unwrap();
        assert_eq!(SignedCheckpoint::verify(&signed.note, other.public()), None);
    }

    #[test]
    fn the_printed_code_reads_back() {
        let (_, signed) = signed();
        let code = signed.checkpoint.code();
        assert_eq!(code.to_string(), "42-0909090909090909");
        assert_eq!(code.to_string().parse(), Ok(code));
        assert_eq!("42".parse::<Code>(), Err(BadCode));
    }

    /// A signature made by OpenSSL 3 (`openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt
    /// distid:1234567812345678`) over the text below, key and signature kept as a known answer.
    #[test]
    fn a_foreign_sm2_signature_verifies() {
        let known: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/sm2.json")).unwrap();
        let bytes = |name: &str| hex::decode(known[name].as_str().unwrap()).unwrap();
        let key = PublicKey {
            name: "x".into(),
            point: bytes("point"),
        };
        assert!(key.verifies(
            known["message"].as_str().unwrap().as_bytes(),
            &bytes("signature")
        ));
        assert!(!key.verifies(b"another message", &bytes("signature")));
    }
}
