//! 不良行为记录: proposed with evidence, confirmed or rejected by the manager; only confirmed ones
//! count (DG 第十八条; A-DG-20).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{ExpertId, MisconductId, PoolId, TaskId};

/// Who proposed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Proposer {
    /// A person.
    Person {
        /// Name as printed.
        name: String,
    },
    /// The program: a stop, or a counter.
    System,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待认定
    Proposed,
    /// 已认定: counts.
    Confirmed {
        /// By whom.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// 不予认定: does not count.
    Rejected {
        /// By whom.
        by: String,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed { .. } => "confirmed",
            Self::Rejected { .. } => "rejected",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Proposed => "待认定",
            Self::Confirmed { .. } => "已认定",
            Self::Rejected { .. } => "不予认定",
        }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misconduct {
    /// Identifier.
    pub id: MisconductId,
    /// The pool.
    pub pool: PoolId,
    /// The expert.
    pub expert: ExpertId,
    /// A kind of the pack (18-1 … 18-8).
    pub kind: String,
    /// When it happened.
    pub on: Date,
    /// The task it happened in, if any.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// Evidence: facts, in words.
    pub evidence: String,
    /// 造成的不良影响, for kinds that need it.
    #[serde(default)]
    pub effect: Option<String>,
    /// 本人陈述, if the expert gave one (A-G-16).
    #[serde(default)]
    pub statement: Option<String>,
    /// Who proposed it.
    pub proposer: Proposer,
    /// Where it stands.
    pub state: State,
}

/// Why a record is not decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Decided before.
    #[error("这条记录已经是“{0}”，不能重复办理。")]
    Decided(&'static str),
    /// Nothing to go by.
    #[error("没有写明事实依据，不能认定。请补充时间、地点、经过和证据。")]
    NoEvidence,
    /// The kind needs the effect to be shown (DG 第十八条(六)).
    #[error("认定此类行为须写明造成的不良影响。请补充后再认定。")]
    NoEffect,
    /// A rejection says why.
    #[error("没有写明不予认定的理由。请填写。")]
    NoReason,
}

impl Misconduct {
    /// 认定.
    ///
    /// # Errors
    /// [`Refused`] when decided, without evidence, or without the effect the kind needs.
    pub fn confirm(&self, needs_effect: bool, by: String, at: Timestamp) -> Result<State, Refused> {
        let blank = |text: Option<&str>| text.is_none_or(|text| text.trim().is_empty());
        match self.state {
            State::Proposed if blank(Some(&self.evidence)) => Err(Refused::NoEvidence),
            State::Proposed if needs_effect && blank(self.effect.as_deref()) => {
                Err(Refused::NoEffect)
            }
            State::Proposed => Ok(State::Confirmed { by, at }),
            _ => Err(Refused::Decided(self.state.zh())),
        }
    }

    /// 不予认定.
    ///
    /// # Errors
    /// [`Refused`] when decided or without a reason.
    pub fn reject(&self, reason: &str, by: String, at: Timestamp) -> Result<State, Refused> {
        if reason.trim().is_empty() {
            return Err(Refused::NoReason);
        }
        match self.state {
            State::Proposed => Ok(State::Rejected {
                by,
                at,
                reason: reason.trim().to_owned(),
            }),
            _ => Err(Refused::Decided(self.state.zh())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    fn record(evidence: &str) -> Misconduct {
        Misconduct {
            id: MisconductId(Uuid::nil()),
            pool: PoolId(Uuid::nil()),
            expert: ExpertId(Uuid::nil()),
            kind: "18-6".into(),
            on: date(2026, 5, 1),
            task: None,
            evidence: evidence.into(),
            effect: None,
            statement: None,
            proposer: Proposer::System,
            state: State::Proposed,
        }
    }

    /// Covers: DG-18-0, DG-18-6.
    #[test]
    fn nothing_is_confirmed_without_evidence_or_the_effect_it_needs() {
        let at = Timestamp::UNIX_EPOCH;
        let by = || "审批".to_owned();
        assert_eq!(
            record(" ").confirm(false, by(), at),
            Err(Refused::NoEvidence)
        );
        let mut shown = record("现场笔录");
        assert_eq!(shown.confirm(true, by(), at), Err(Refused::NoEffect));
        shown.effect = Some("媒体报道".into());
        shown.state = shown.confirm(true, by(), at).expect("complete");
        assert_eq!(
            shown.confirm(true, by(), at),
            Err(Refused::Decided("已认定"))
        );
        assert_eq!(record("笔录").reject("", by(), at), Err(Refused::NoReason));
        assert_eq!(
            record("笔录")
                .reject("证据不足", by(), at)
                .expect("reason")
                .code(),
            "rejected"
        );
    }
}
