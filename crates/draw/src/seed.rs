//! Commit, reveal, seed.

use crate::suite::{Digest, Suite};

crate::suite::hex_bytes!(
    /// A party's secret contribution to the seed: 32 random bytes.
    Share,
    32
);

/// Fewest throws of a six-sided die that carry 128 bits.
pub const FEWEST_THROWS: usize = 50;

/// A dice sequence too short or with something that is not a face of a die.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiceError {
    /// Not a digit from 1 to 6 (spaces are ignored).
    #[error("“{0}”不是骰子的点数，只能是 1 至 6。请对照记录改正")]
    NotAFace(char),
    /// Fewer than [`FEWEST_THROWS`].
    #[error("只掷了 {0} 次，至少要 50 次才有 128 位随机。请接着掷")]
    TooFew(usize),
}

impl Share {
    /// The share of somebody who throws dice instead of trusting a machine:
    /// `H("dice", throws)`, the throws as digits without spaces.
    ///
    /// # Errors
    /// If anything but 1 to 6 and spaces is in it, or there are fewer than 50 throws.
    pub fn from_dice(suite: Suite, throws: &str) -> Result<Self, DiceError> {
        let mut digits = Vec::new();
        for face in throws.chars().filter(|c| !c.is_whitespace()) {
            match face {
                '1'..='6' => digits.push(face as u8),
                _ => return Err(DiceError::NotAFace(face)),
            }
        }
        if digits.len() < FEWEST_THROWS {
            return Err(DiceError::TooFew(digits.len()));
        }
        Ok(Self(suite.tagged("dice", &[&digits]).0))
    }
}

/// What a party hands in before anybody reveals: `H("commit", frame_digest, party, share)`.
pub fn commitment(suite: Suite, frame_digest: Digest, party: &str, share: &Share) -> Digest {
    suite.tagged("commit", &[&frame_digest.0, party.as_bytes(), &share.0])
}

/// A revealed share that is not the one committed to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{party} 揭示的随机数与其密签不符。密签须在揭示之前交出且不得更换，本次抽取应作废")]
pub struct ShareMismatch {
    /// Whose.
    pub party: String,
}

/// Checks a revealed share against the commitment handed in before.
///
/// # Errors
/// If it does not match.
pub fn check_reveal(
    suite: Suite,
    frame_digest: Digest,
    party: &str,
    share: &Share,
    committed: &Digest,
) -> Result<(), ShareMismatch> {
    if commitment(suite, frame_digest, party, share) == *committed {
        return Ok(());
    }
    Err(ShareMismatch {
        party: party.to_owned(),
    })
}

/// `H("seed", frame_digest, share of party 1, …, share of party n, beacon value or "")`.
pub fn seed(
    suite: Suite,
    frame_digest: Digest,
    shares: &[Share],
    beacon_value: Option<&str>,
) -> Digest {
    let mut parts: Vec<&[u8]> = vec![&frame_digest.0];
    parts.extend(shares.iter().map(|share| share.0.as_slice()));
    parts.push(beacon_value.unwrap_or_default().as_bytes());
    suite.tagged("seed", &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_need_fifty_throws_of_real_faces() {
        let throws = "1234 5".repeat(10);
        let share = Share::from_dice(Suite::Sm3, &throws).unwrap();
        assert_eq!(
            share.0,
            Suite::Sm3
                .tagged("dice", &["12345".repeat(10).as_bytes()])
                .0
        );
        assert_eq!(
            Share::from_dice(Suite::Sm3, &"6".repeat(49)),
            Err(DiceError::TooFew(49))
        );
        assert_eq!(
            Share::from_dice(Suite::Sm3, &"7".repeat(50)),
            Err(DiceError::NotAFace('7'))
        );
    }

    #[test]
    fn a_share_counts_for_one_party_of_one_frame() {
        let suite = Suite::Sha256;
        let share = Share([7; 32]);
        let frame = suite.hash(b"frame");
        let committed = commitment(suite, frame, "甲", &share);
        assert_eq!(check_reveal(suite, frame, "甲", &share, &committed), Ok(()));
        assert!(check_reveal(suite, frame, "乙", &share, &committed).is_err());
        assert!(check_reveal(suite, suite.hash(b"other"), "甲", &share, &committed).is_err());
        assert!(check_reveal(suite, frame, "甲", &Share([8; 32]), &committed).is_err());
        assert!(check_reveal(Suite::Sm3, frame, "甲", &share, &committed).is_err());
    }
}
