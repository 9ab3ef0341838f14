//! Sealed fields: SM4-GCM ciphertexts bound to table, column and row, and HMAC-SM3 blind indexes
//! that find equal values without opening them.
//!
//! Stored form: `0x01 ‖ algorithm ‖ key generation (u32) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`.
//! The plaintext is a length (u32) and the text, padded to a fixed multiple per column, so that
//! the length of a ciphertext tells nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use hmac::{Hmac, Mac as _};
use rand::Rng as _;
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroizing;

use crate::keys::{KeyError, Material, Roots};

type Cipher = AesGcm<Sm4, U12>;
/// Generation, table and column.
type CipherName = (u32, &'static str, &'static str);

const FORMAT: u8 = 1;
const SM4_GCM: u8 = 1;
const HEADER: usize = 6 + 12;

/// A text that must not be shown, logged or serialised by accident. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a plain text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The plain text. The caller records why it was read.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How values of a column are made equal before they are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Identity numbers, credit codes: no blanks, upper case.
    Code,
    /// Telephone numbers: digits only, without +86.
    Phone,
    /// Mail addresses: lower case.
    Email,
    /// Anything else: trimmed.
    Text,
}

impl Shape {
    /// The normal form of a value.
    pub fn normalise(self, text: &str) -> String {
        let narrow = text.trim().chars().map(|c| match c {
            // Full-width forms of ASCII, as an input method types them.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        });
        match self {
            Shape::Code => narrow
                .filter(|c| !c.is_whitespace() && *c != '-')
                .map(|c| c.to_ascii_uppercase())
                .collect(),
            Shape::Phone => {
                let digits: String = narrow.filter(char::is_ascii_digit).collect();
                let local = digits
                    .strip_prefix("0086")
                    .or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() == 11));
                local.unwrap_or(&digits).to_owned()
            }
            Shape::Email => narrow
                .filter(|c| !c.is_whitespace())
                .flat_map(char::to_lowercase)
                .collect(),
            Shape::Text => narrow.collect::<String>().trim().to_owned(),
        }
    }
}

/// A sealed column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub name: &'static str,
    /// Plaintexts are padded to a multiple of this many bytes.
    pub pad: usize,
    /// Normal form for the blind index.
    pub shape: Shape,
}

/// Seals, opens and indexes.
pub struct Seals {
    roots: Roots,
    ciphers: RwLock<HashMap<CipherName, Arc<Cipher>>>,
}

impl Seals {
    /// From key material.
    pub fn new(material: &Material) -> Self {
        Self {
            roots: Roots::new(material),
            ciphers: RwLock::default(),
        }
    }

    pub(crate) fn check_value(&self) -> String {
        self.roots.check_value()
    }

    /// Seals a text for one row.
    pub fn seal(&self, column: &Column, row: &str, secret: &Secret) -> Result<Vec<u8>, KeyError> {
        self.seal_bytes(column, row, secret.reveal().as_bytes())
    }

    /// Opens the text of one row.
    pub fn open(&self, column: &Column, row: &str, sealed: &[u8]) -> Result<Secret, KeyError> {
        let bytes = self.open_bytes(column, row, sealed)?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| broken(column))?;
        Ok(Secret::new(text))
    }

    /// Seals up to 4 GiB of bytes for one row.
    pub fn seal_bytes(
        &self,
        column: &Column,
        row: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        let generation = self.roots.active();
        let length = u32::try_from(plain.len()).map_err(|_| broken(column))?;
        let padded = (plain.len() + 4).next_multiple_of(column.pad.max(1));
        let mut buffer = Zeroizing::new(Vec::with_capacity(padded));
        buffer.extend_from_slice(&length.to_be_bytes());
        buffer.extend_from_slice(plain);
        buffer.resize(padded, 0);

        let mut nonce = [0; 12];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = Vec::with_capacity(HEADER + padded + 16);
        sealed.extend_from_slice(&[FORMAT, SM4_GCM]);
        sealed.extend_from_slice(&generation.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        let aad = aad(column, row);
        let payload = Payload {
            msg: &buffer,
            aad: &aad,
        };
        let text = self
            .cipher(generation, column)?
            .encrypt(&nonce.into(), payload)
            .map_err(|_| broken(column))?;
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Opens bytes of one row: the right bytes or an error, never a part.
    pub fn open_bytes(
        &self,
        column: &Column,
        row: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (header, text) = sealed
            .split_at_checked(HEADER)
            .ok_or_else(|| broken(column))?;
        let (&[format, algorithm, g0, g1, g2, g3], nonce) = header
            .split_first_chunk::<6>()
            .ok_or_else(|| broken(column))?;
        if (format, algorithm) != (FORMAT, SM4_GCM) {
            return Err(broken(column));
        }
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| broken(column))?;
        let cipher = self.cipher(u32::from_be_bytes([g0, g1, g2, g3]), column)?;
        let aad = aad(column, row);
        let plain = cipher
            .decrypt(
                &nonce.into(),
                Payload {
                    msg: text,
                    aad: &aad,
                },
            )
            .map_err(|_| broken(column))?;
        let plain = Zeroizing::new(plain);
        let (length, rest) = plain
            .split_first_chunk::<4>()
            .ok_or_else(|| broken(column))?;
        let text = rest
            .get(..u32::from_be_bytes(*length) as usize)
            .ok_or_else(|| broken(column))?;
        Ok(Zeroizing::new(text.to_vec()))
    }

    /// The blind index of a value: equal values of one column, and only they, are equal.
    pub fn index(&self, column: &Column, secret: &Secret) -> Vec<u8> {
        let plain = Zeroizing::new(column.shape.normalise(secret.reveal()));
        self.keyed_hash(&["index", column.table, column.name], plain.as_bytes())
    }

    /// HMAC-SM3 under a key of its own purpose, e.g. a pepper over a password hash or the opaque
    /// candidate references of a draw.
    pub fn keyed_hash(&self, purpose: &[&str], data: &[u8]) -> Vec<u8> {
        let key = self
            .roots
            .derive::<32>(self.roots.first(), purpose)
            .unwrap_or_default();
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sm3>::new_from_slice(key.as_slice()) else {
            return Vec::new();
        };
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    }

    fn cipher(&self, generation: u32, column: &Column) -> Result<Arc<Cipher>, KeyError> {
        let name = (generation, column.table, column.name);
        if let Ok(ciphers) = self.ciphers.read()
            && let Some(cipher) = ciphers.get(&name)
        {
            return Ok(Arc::clone(cipher));
        }
        let key = self
            .roots
            .derive::<16>(generation, &["field", column.table, column.name])
            .ok_or_else(|| broken(column))?;
        let cipher = Arc::new(Cipher::new_from_slice(key.as_slice()).map_err(|_| broken(column))?);
        if let Ok(mut ciphers) = self.ciphers.write() {
            ciphers.insert(name, Arc::clone(&cipher));
        }
        Ok(cipher)
    }
}

fn aad(column: &Column, row: &str) -> Vec<u8> {
    [column.table, column.name, row].join("|").into_bytes()
}

fn broken(column: &Column) -> KeyError {
    KeyError::Sealed {
        table: column.table,
        column: column.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const ID_NUMBER: Column = Column {
        table: "person",
        name: "id_number",
        pad: 32,
        shape: Shape::Code,
    };
    const PHONE: Column = Column {
        table: "person",
        name: "phone",
        pad: 32,
        shape: Shape::Phone,
    };

    fn material(roots: &[(u32, u8)]) -> Material {
        let roots: BTreeMap<_, _> = roots
            .iter()
            .map(|(n, b)| (*n, Zeroizing::new([*b; 32])))
            .collect();
        Material {
            roots,
            signing: Zeroizing::new([1; 32]),
        }
    }

    /// GB/T 32905 example 1 and RFC 8998 appendix A.2.
    #[test]
    fn known_answers_of_sm3_and_sm4_gcm() {
        use sm3::Digest as _;
        assert_eq!(
            hex::encode(Sm3::digest(b"abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        let bytes = |text: &str| hex::decode(text.replace(' ', "")).unwrap();
        let cipher = Cipher::new_from_slice(&bytes("0123456789ABCDEFFEDCBA9876543210")).unwrap();
        let nonce: [u8; 12] = bytes("00001234567800000000ABCD").try_into().unwrap();
        let plain = bytes(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
             EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
        );
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let sealed = cipher
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: &plain,
                    aad: &aad,
                },
            )
            .unwrap();
        assert_eq!(
            hex::encode_upper(&sealed),
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
             D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D\
             83DE3541E4C2B58177E065A9BF7B62EC"
        );
    }

    #[test]
    fn a_value_opens_only_in_its_own_table_column_and_row() {
        let seals = Seals::new(&material(&[(1, 7)]));
        let secret = Secret::new("440000199001010007");
        let sealed = seals.seal(&ID_NUMBER, "p1", &secret).unwrap();
        assert_eq!(seals.open(&ID_NUMBER, "p1", &sealed).unwrap(), secret);
        assert!(
            seals.open(&ID_NUMBER, "p2", &sealed).is_err(),
            "moved to another row"
        );
        assert!(
            seals.open(&PHONE, "p1", &sealed).is_err(),
            "moved to another column"
        );
        assert!(
            Seals::new(&material(&[(1, 8)]))
                .open(&ID_NUMBER, "p1", &sealed)
                .is_err(),
            "another root"
        );
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert!(
                    seals.open(&ID_NUMBER, "p1", &changed).is_err(),
                    "bit {bit} of byte {at}"
                );
            }
            assert!(
                seals.open(&ID_NUMBER, "p1", &sealed[..at]).is_err(),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn lengths_tell_nothing_and_equal_values_differ_when_sealed() {
        let seals = Seals::new(&material(&[(1, 7)]));
        let seal = |text: &str| seals.seal(&PHONE, "p1", &Secret::new(text)).unwrap();
        assert_eq!(seal("").len(), seal("16012345678").len());
        assert_ne!(seal("16012345678"), seal("16012345678"));
    }

    #[test]
    fn an_older_generation_still_opens_and_the_newest_seals() {
        let before = Seals::new(&material(&[(1, 7)]));
        let old = before
            .seal(&PHONE, "p1", &Secret::new("16012345678"))
            .unwrap();
        let after = Seals::new(&material(&[(1, 7), (2, 9)]));
        assert_eq!(
            after.open(&PHONE, "p1", &old).unwrap().reveal(),
            "16012345678"
        );
        let new = after
            .seal(&PHONE, "p1", &Secret::new("16012345678"))
            .unwrap();
        assert!(before.open(&PHONE, "p1", &new).is_err());
        assert_eq!(
            before.index(&PHONE, &Secret::new("16012345678")),
            after.index(&PHONE, &Secret::new("16012345678"))
        );
    }

    #[test]
    fn the_index_sees_through_spelling_and_not_through_columns() {
        let seals = Seals::new(&material(&[(1, 7)]));
        let phone = |text: &str| seals.index(&PHONE, &Secret::new(text));
        for spelling in [
            "+86 160 1234 5678",
            "１６０１２３４５６７８",
            "160-1234-5678",
            "8616012345678",
            "008616012345678",
        ] {
            assert_eq!(phone(spelling), phone("16012345678"), "{spelling}");
        }
        assert_ne!(phone("16012345679"), phone("16012345678"));
        let id = |text: &str| seals.index(&ID_NUMBER, &Secret::new(text));
        assert_eq!(id("44000019900101000x"), id(" 44000019900101000Ｘ"));
        assert_ne!(
            seals.index(&ID_NUMBER, &Secret::new("16012345678")),
            phone("16012345678")
        );
    }

    #[test]
    fn a_secret_never_prints() {
        assert_eq!(format!("{:?}", Secret::new("16012345678")), "***");
    }
}
