//! Hash suites, digests and the tagged hash every step of the protocol uses.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::Sha256;
use sm3::Sm3;

/// The hash function a draw uses throughout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Suite {
    /// SM3 (GB/T 32905-2016), the default.
    #[default]
    Sm3,
    /// SHA-256 (FIPS 180-4), for parties abroad or tools without SM3.
    Sha256,
}

impl Suite {
    /// The name written into a record: `SM3` or `SHA-256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sm3 => "SM3",
            Self::Sha256 => "SHA-256",
        }
    }

    /// The suite of that exact name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sm3, Self::Sha256]
            .into_iter()
            .find(|suite| suite.name() == name)
    }

    /// The hash of `bytes`.
    pub fn hash(self, bytes: &[u8]) -> Digest {
        self.hash_parts(&[bytes])
    }

    /// The hash of the concatenation of `parts`.
    pub(crate) fn hash_parts(self, parts: &[&[u8]]) -> Digest {
        match self {
            Self::Sm3 => hash_with::<Sm3>(parts),
            Self::Sha256 => hash_with::<Sha256>(parts),
        }
    }

    /// `H(tag, p1, …, pn)`: hash of `"LX1" ‖ lp(tag) ‖ lp(p1) ‖ … ‖ lp(pn)`,
    /// `lp(x)` being the four-byte big-endian length of `x`, then `x`.
    pub fn tagged(self, tag: &str, parts: &[&[u8]]) -> Digest {
        let size = parts.iter().map(|part| part.len() + 4).sum::<usize>();
        let mut bytes = Vec::with_capacity(3 + 4 + tag.len() + size);
        bytes.extend_from_slice(b"LX1");
        for part in std::iter::once(tag.as_bytes()).chain(parts.iter().copied()) {
            // A part longer than 4 GiB cannot be held by any caller of this crate.
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(part);
        }
        self.hash(&bytes)
    }
}

fn hash_with<D: sm3::Digest>(parts: &[&[u8]]) -> Digest {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(hasher.finalize()) {
        *to = from;
    }
    Digest(out)
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Suite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Text that should be lower-case hexadecimal of a fixed length and is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}”不是 {bytes} 字节的小写十六进制数，应正好 {} 个字符（0-9、a-f）", bytes * 2)]
pub struct NotHex {
    /// What was written, cut after 80 characters.
    pub text: String,
    /// How many bytes it should stand for.
    pub bytes: usize,
}

pub(crate) fn lower_hex<const N: usize>(text: &str) -> Result<[u8; N], NotHex> {
    let mut out = [0; N];
    let lower = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if lower && hex::decode_to_slice(text, &mut out).is_ok() {
        return Ok(out);
    }
    Err(NotHex {
        text: text.chars().take(80).collect(),
        bytes: N,
    })
}

macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// The raw bytes.
            pub fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }

            /// Lower-case hexadecimal, as written in records.
            pub fn to_hex(&self) -> String {
                hex::encode(self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::suite::NotHex;

            fn from_str(text: &str) -> Result<Self, $crate::suite::NotHex> {
                $crate::suite::lower_hex(text).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.to_hex())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.to_hex())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.to_hex())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use hex_bytes;

hex_bytes!(
    /// 32 bytes from the draw's hash function.
    Digest,
    32
);
hex_bytes!(
    /// An opaque candidate: 16 bytes, a keyed hash made by the caller so that
    /// the records of two draws cannot be joined.
    Ref,
    16
);

impl Digest {
    /// 32 zero bytes: the `previous` of a first attempt.
    pub const ZERO: Self = Self([0; 32]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        // GB/T 32905-2016 A.1 and FIPS 180-4.
        assert_eq!(
            Suite::Sm3.hash(b"abc").to_hex(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(
            Suite::Sha256.hash(b"abc").to_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_tagged_hash_depends_on_where_parts_end() {
        let suite = Suite::Sm3;
        assert_ne!(
            suite.tagged("t", &[b"ab", b"c"]),
            suite.tagged("t", &[b"a", b"bc"])
        );
        assert_eq!(
            suite.tagged("t", &[b"ab"]),
            suite.hash(b"LX1\0\0\0\x01t\0\0\0\x02ab")
        );
    }

    #[test]
    fn hexadecimal_is_lower_case_and_of_exact_length() {
        assert!("00".repeat(16).parse::<Ref>().is_ok());
        for bad in ["", "0", "AA", "0g"] {
            assert!(
                format!("{}{bad}", "00".repeat(15)).parse::<Ref>().is_err(),
                "{bad}"
            );
        }
        assert!("é".repeat(16).parse::<Ref>().is_err());
    }
}
