//! 暂停一次: whoever is drawn in consecutive uses rests in the next (DG 第九条(一); reading A-DG-1).
//!
//! One sequence per expert, advanced only by random draws for which the expert was a valid
//! candidate. Draws of one request, top-ups included, are one use. Void attempts never happened.

use serde::{Deserialize, Serialize};

/// How a pack sets the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRule {
    /// Consecutive hits that call for a rest (DG: 2).
    pub streak: u32,
    /// Uses rested (DG: 1).
    pub rest: u32,
}

/// Where one expert stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// Consecutive uses drawn so far.
    pub streak: u32,
    /// Uses still to be rested.
    pub rest: u32,
}

/// What one use meant for an expert who was a valid candidate for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Was drawn (in any round) and not recused.
    Drawn,
    /// Could have been drawn and was not.
    NotDrawn,
    /// Was left out because resting.
    Rested,
    /// Was drawn, then recused: counts as neither.
    Recused,
    /// Was resting, but the rest was waived with a reason because too few were left, and was drawn.
    WaivedDrawn,
    /// The rest was waived and the expert was not drawn.
    WaivedNotDrawn,
}

impl Rotation {
    /// Is the expert to rest in the next use?
    pub const fn rests(self) -> bool {
        self.rest > 0
    }

    /// The state after one use.
    pub const fn after(self, used: Use, rule: RotationRule) -> Self {
        match used {
            Use::Drawn => {
                let streak = self.streak + 1;
                if streak >= rule.streak {
                    Self {
                        streak: 0,
                        rest: rule.rest,
                    }
                } else {
                    Self { streak, rest: 0 }
                }
            }
            Use::NotDrawn => Self { streak: 0, rest: 0 },
            Use::Rested => Self {
                streak: 0,
                rest: self.rest.saturating_sub(1),
            },
            Use::Recused => self,
            Use::WaivedDrawn => Self { streak: 1, rest: 0 },
            Use::WaivedNotDrawn => Self { streak: 0, rest: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Use::{Drawn, NotDrawn, Recused, Rested, WaivedDrawn};

    const DG: RotationRule = RotationRule { streak: 2, rest: 1 };

    fn after(uses: &[Use]) -> Rotation {
        uses.iter()
            .fold(Rotation::default(), |state, used| state.after(*used, DG))
    }

    /// Covers: DG-9-1-c.
    #[test]
    fn two_hits_rest_once_and_then_come_back() {
        assert!(after(&[Drawn, Drawn]).rests());
        assert!(!after(&[Drawn, Drawn, Rested]).rests());
        assert!(
            !after(&[Drawn, NotDrawn, Drawn]).rests(),
            "a miss breaks the streak"
        );
        assert!(
            after(&[Drawn, Recused, Drawn]).rests(),
            "a recusal is neutral"
        );
        assert_eq!(
            after(&[Drawn, Drawn, Rested, Drawn]),
            Rotation { streak: 1, rest: 0 }
        );
    }

    /// Covers: DG-9-1-c2.
    #[test]
    fn a_waived_rest_is_used_up_and_starts_a_new_streak() {
        assert_eq!(
            after(&[Drawn, Drawn, WaivedDrawn]),
            Rotation { streak: 1, rest: 0 }
        );
    }
}
