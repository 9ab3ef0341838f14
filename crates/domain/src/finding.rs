//! What a rule found: the verdict, the fact it looked at, the article, and the sentence that says so.

use serde::{Deserialize, Serialize};

use crate::policy::citation::Citation;
use crate::policy::pack::Force;
use crate::policy::words::words;

words! {
    /// Whether a condition holds. A missing fact is not a failure, and both block.
    Verdict {
        /// It holds.
        Met = "met", "符合";
        /// It does not.
        Unmet = "unmet", "不符合";
        /// A fact is missing.
        Undetermined = "undetermined", "资料不足";
        /// The condition does not apply here.
        NotApplicable = "not_applicable", "不适用";
    }
}

impl Verdict {
    /// 且
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotApplicable, verdict) | (verdict, Self::NotApplicable) => verdict,
            (Self::Unmet, _) | (_, Self::Unmet) => Self::Unmet,
            (Self::Undetermined, _) | (_, Self::Undetermined) => Self::Undetermined,
            (Self::Met, Self::Met) => Self::Met,
        }
    }

    /// 或
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotApplicable, verdict) | (verdict, Self::NotApplicable) => verdict,
            (Self::Met, _) | (_, Self::Met) => Self::Met,
            (Self::Undetermined, _) | (_, Self::Undetermined) => Self::Undetermined,
            (Self::Unmet, Self::Unmet) => Self::Unmet,
        }
    }

    /// 非
    #[must_use]
    pub const fn not(self) -> Self {
        match self {
            Self::Met => Self::Unmet,
            Self::Unmet => Self::Met,
            neutral => neutral,
        }
    }

    /// `Met` or `Unmet`.
    pub const fn of(holds: bool) -> Self {
        if holds { Self::Met } else { Self::Unmet }
    }
}

/// A fact a rule looked at, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactUsed {
    /// What it is (出生日期).
    pub name: String,
    /// What it says; `None` when it is missing.
    pub value: Option<String>,
}

/// What one rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable code: the id of the leaf, ground or rule.
    pub code: String,
    /// How strongly the rule binds.
    pub force: Force,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Where it stands.
    pub citation: Citation,
    /// The facts it looked at.
    pub facts: Vec<FactUsed>,
    /// The whole in one Chinese sentence, without the citation.
    pub sentence: String,
}

impl Finding {
    /// A rule that binds does not hold, whatever the facts of anybody.
    pub fn unmet(code: &str, citation: &Citation, sentence: String) -> Self {
        Self {
            code: code.to_owned(),
            force: Force::Must,
            verdict: Verdict::Unmet,
            citation: citation.clone(),
            facts: Vec::new(),
            sentence,
        }
    }

    /// Does it stand in the way? A `may` never does; an `in_principle` can be overridden with a reason.
    pub const fn blocks(&self) -> bool {
        matches!(self.verdict, Verdict::Unmet | Verdict::Undetermined)
            && !matches!(self.force, Force::May)
    }
}
