//! 抽取场次: one numbered attempt at a draw, from the frozen frame to the unsealed result.
//!
//! The order is fixed: freeze, all commit, all reveal, draw, two roles unseal. Nothing leads back;
//! an attempt that fails is void, with a reason and a second person, and the next one is numbered.

use std::collections::BTreeMap;

use draw::{Digest, Share};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Action;
use crate::frame::{Place, Step};
use crate::id::{AccountId, DrawId, ExpertId, PoolId, TaskId};

/// Who makes the seed together. The code is the party's name in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// 库管理方
    Manager,
    /// 使用方
    Requester,
    /// 纪检监督
    Supervisor,
}

impl Party {
    /// Every party, in the order of the record.
    pub const ALL: [Self; 3] = [Self::Manager, Self::Requester, Self::Supervisor];

    /// The name in the record.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Requester => "requester",
            Self::Supervisor => "supervisor",
        }
    }

    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Manager => "库管理方",
            Self::Requester => "使用方",
            Self::Supervisor => "纪检监督",
        }
    }

    /// The party with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|party| party.code() == code)
    }

    /// What its representative must be allowed to do.
    pub const fn action(self) -> Action {
        match self {
            Self::Manager => Action::ShareAsManager,
            Self::Requester => Action::ShareAsRequester,
            Self::Supervisor => Action::ShareAsSupervisor,
        }
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The account.
    pub account: AccountId,
    /// Name as printed.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// A party's commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// `H("commit", frame digest, party, share)`.
    pub commitment: Digest,
    /// By whom.
    pub by: Signature,
}

/// A party's revealed share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revealed {
    /// The share.
    pub share: Share,
    /// By whom.
    pub by: Signature,
}

/// What the parties had handed in when collecting ended, kept for whoever looks later: who, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    /// Commitments.
    pub commitments: BTreeMap<Party, Committed>,
    /// Shares that match them.
    pub shares: BTreeMap<Party, Revealed>,
}

impl HandedIn {
    /// Commitments by the party's name in the record.
    pub fn commitments_by_name(&self) -> BTreeMap<String, Digest> {
        let all = self.commitments.iter();
        all.map(|(party, one)| (party.code().to_owned(), one.commitment))
            .collect()
    }

    /// Shares by the party's name in the record.
    pub fn shares_by_name(&self) -> BTreeMap<String, Share> {
        let all = self.shares.iter();
        all.map(|(party, one)| (party.code().to_owned(), one.share))
            .collect()
    }
}

/// A proposal of the first of two persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Why; empty for unsealing.
    pub reason: String,
    /// By whom.
    pub by: Signature,
}

/// Where an attempt stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 各方交密签
    Committing {
        /// In so far.
        commitments: BTreeMap<Party, Committed>,
    },
    /// 各方揭示
    Revealing {
        /// All of them.
        commitments: BTreeMap<Party, Committed>,
        /// In so far.
        shares: BTreeMap<Party, Revealed>,
    },
    /// 已抽取，未启封
    Sealed {
        /// The record, as canonical JSON.
        record: String,
        /// When it was drawn.
        at: Timestamp,
        /// The first of two to unseal.
        proposed: Option<Proposal>,
        /// What the draw was made of; empty where it was not kept.
        #[serde(default)]
        handed_in: HandedIn,
    },
    /// 已启封
    Unsealed {
        /// The record, as canonical JSON; grows with declines and top-ups.
        record: String,
        /// When it was drawn.
        drawn: Timestamp,
        /// First of two.
        proposed: Proposal,
        /// Second of two.
        confirmed: Signature,
        /// What the draw was made of; empty where it was not kept.
        #[serde(default)]
        handed_in: HandedIn,
    },
    /// 作废
    Void {
        /// Why.
        reason: String,
        /// First of two; `None` when the protocol itself voids it (a share that does not match).
        proposed: Option<Signature>,
        /// Second of two.
        confirmed: Option<Signature>,
        /// When.
        at: Timestamp,
        /// The record, if it had been drawn.
        record: Option<String>,
        /// Digest the next attempt names.
        digest: Digest,
        /// What had been handed in by then; empty where it was not kept.
        #[serde(default)]
        handed_in: HandedIn,
        /// Whose share does not match its commitment, if that is why.
        #[serde(default)]
        mismatched: Option<Party>,
    },
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Committing { .. } => "committing",
            Self::Revealing { .. } => "revealing",
            Self::Sealed { .. } => "sealed",
            Self::Unsealed { .. } => "unsealed",
            Self::Void { .. } => "void",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Committing { .. } => "各方交密签",
            Self::Revealing { .. } => "各方揭示",
            Self::Sealed { .. } => "已抽取，未启封",
            Self::Unsealed { .. } => "已启封",
            Self::Void { .. } => "作废",
        }
    }
}

/// One attempt at drawing for a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Identifier.
    pub id: DrawId,
    /// The pool.
    pub pool: PoolId,
    /// The task.
    pub task: TaskId,
    /// Number of the draw, the same for all attempts, e.g. CQ-2026-0007.
    pub number: String,
    /// 1, 2, …
    pub attempt: u32,
    /// A rehearsal is never a real draw.
    pub rehearsal: bool,
    /// Who froze the frame.
    pub frozen: Signature,
    /// The frame, as canonical JSON: header, candidates, excluded; references only.
    pub frame: String,
    /// Its digest, which every party compares.
    pub frame_digest: Digest,
    /// People in scope, and how many each kind of reason took out.
    pub scope: u32,
    /// The funnel.
    pub funnel: Vec<Step>,
    /// Candidates of each demand.
    pub candidates: Vec<u32>,
    /// A proposal to void the attempt, waiting for the second person.
    #[serde(default)]
    pub void_proposed: Option<Proposal>,
    /// Where it stands.
    pub state: State,
}

/// What only the server may open, and only for its purpose: who is behind each reference, and why
/// each person in scope was in or out. Stored sealed, under a key outside the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annex {
    /// The key that made the references, in hex.
    pub key: String,
    /// Everybody in scope.
    pub entries: Vec<AnnexEntry>,
}

/// One person of the annex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnexEntry {
    /// The reference in the record.
    pub reference: draw::Ref,
    /// The place in the frame.
    pub place: Place,
}

impl Annex {
    /// The person behind a reference.
    pub fn entry(&self, reference: draw::Ref) -> Option<&AnnexEntry> {
        self.entries
            .iter()
            .find(|entry| entry.reference == reference)
    }

    /// The entry of an expert.
    pub fn of(&self, expert: ExpertId) -> Option<&AnnexEntry> {
        self.entries
            .iter()
            .find(|entry| entry.place.expert == expert)
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The attempt is past it, or not there yet.
    #[error("本场次现在是“{now}”，不能{step}。请刷新页面查看最新进度。")]
    WrongState {
        /// The word for the present state.
        now: &'static str,
        /// The verb that was tried.
        step: &'static str,
    },
    /// Committed or revealed already.
    #[error("{}已经交过，不能更换。若确需更换，只能作废本场次后重新组织。", .0.zh())]
    Already(Party),
    /// Two persons are needed.
    #[error("需要两人分别办理：提请人不能自己同意。请由另一岗位的人员办理。")]
    SamePerson,
    /// Nobody has proposed it.
    #[error("还没有人提请，不能直接同意。请先由库管方经办提请。")]
    NotProposed,
    /// A reason is missing.
    #[error("没有写明理由。作废会印在结果上，请写明理由后再提交。")]
    NoReason,
}

/// What a reveal leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterReveal {
    /// Others still have to reveal.
    Waiting(State),
    /// All are in: run the draw with these.
    Complete(HandedIn),
    /// The share is not the one committed to: the attempt is void.
    Mismatch(Party),
}

impl Attempt {
    fn refuse(&self, step: &'static str) -> Refused {
        Refused::WrongState {
            now: self.state.zh(),
            step,
        }
    }

    /// 各方交密签. When the last one is in, revealing begins.
    ///
    /// # Errors
    /// [`Refused`] unless commitments are being collected and this one is not in yet.
    pub fn commit(
        &self,
        party: Party,
        commitment: Digest,
        by: Signature,
    ) -> Result<State, Refused> {
        let State::Committing { commitments } = &self.state else {
            return Err(self.refuse("交密签"));
        };
        if commitments.contains_key(&party) {
            return Err(Refused::Already(party));
        }
        let mut commitments = commitments.clone();
        commitments.insert(party, Committed { commitment, by });
        if commitments.len() < Party::ALL.len() {
            return Ok(State::Committing { commitments });
        }
        Ok(State::Revealing {
            commitments,
            shares: BTreeMap::new(),
        })
    }

    /// 揭示.
    ///
    /// # Errors
    /// [`Refused`] unless all have committed and this share is not in yet.
    pub fn reveal(
        &self,
        party: Party,
        share: Share,
        by: Signature,
    ) -> Result<AfterReveal, Refused> {
        let State::Revealing {
            commitments,
            shares,
        } = &self.state
        else {
            return Err(self.refuse("揭示"));
        };
        if shares.contains_key(&party) {
            return Err(Refused::Already(party));
        }
        let suite = draw::Suite::Sm3;
        let committed = commitments
            .get(&party)
            .map(|committed| committed.commitment);
        if committed
            != Some(draw::commitment(
                suite,
                self.frame_digest,
                party.code(),
                &share,
            ))
        {
            return Ok(AfterReveal::Mismatch(party));
        }
        let mut shares = shares.clone();
        shares.insert(party, Revealed { share, by });
        if shares.len() < Party::ALL.len() {
            return Ok(AfterReveal::Waiting(State::Revealing {
                commitments: commitments.clone(),
                shares,
            }));
        }
        Ok(AfterReveal::Complete(HandedIn {
            commitments: commitments.clone(),
            shares,
        }))
    }

    /// 提请启封.
    ///
    /// # Errors
    /// [`Refused`] unless a sealed result exists.
    pub fn propose_unsealing(&self, by: Signature) -> Result<State, Refused> {
        match &self.state {
            State::Sealed {
                record,
                at,
                handed_in,
                ..
            } => Ok(State::Sealed {
                record: record.clone(),
                at: *at,
                handed_in: handed_in.clone(),
                proposed: Some(Proposal {
                    reason: String::new(),
                    by,
                }),
            }),
            _ => Err(self.refuse("提请启封")),
        }
    }

    /// 同意启封, by a second person.
    ///
    /// # Errors
    /// [`Refused`] unless proposed by somebody else.
    pub fn unseal(&self, by: Signature) -> Result<State, Refused> {
        let State::Sealed {
            record,
            at,
            proposed,
            handed_in,
        } = &self.state
        else {
            return Err(self.refuse("启封"));
        };
        let proposed = proposed.clone().ok_or(Refused::NotProposed)?;
        if proposed.by.account == by.account {
            return Err(Refused::SamePerson);
        }
        Ok(State::Unsealed {
            record: record.clone(),
            drawn: *at,
            proposed,
            confirmed: by,
            handed_in: handed_in.clone(),
        })
    }

    /// 提请作废.
    ///
    /// # Errors
    /// [`Refused`] when void already or without a reason.
    pub fn propose_void(&self, reason: &str, by: Signature) -> Result<Proposal, Refused> {
        if matches!(self.state, State::Void { .. }) {
            return Err(self.refuse("提请作废"));
        }
        if reason.trim().is_empty() {
            return Err(Refused::NoReason);
        }
        Ok(Proposal {
            reason: reason.trim().to_owned(),
            by,
        })
    }

    /// Who proposed to void it, checked against the second person.
    ///
    /// # Errors
    /// [`Refused`] unless proposed by somebody else.
    pub fn second_void(&self, by: &Signature) -> Result<Proposal, Refused> {
        let proposed = self.void_proposed.clone().ok_or(Refused::NotProposed)?;
        if proposed.by.account == by.account {
            return Err(Refused::SamePerson);
        }
        Ok(proposed)
    }

    /// What the parties have handed in so far, or had when it ended.
    pub fn handed_in(&self) -> HandedIn {
        match &self.state {
            State::Committing { commitments } => HandedIn {
                commitments: commitments.clone(),
                shares: BTreeMap::new(),
            },
            State::Revealing {
                commitments,
                shares,
            } => HandedIn {
                commitments: commitments.clone(),
                shares: shares.clone(),
            },
            State::Sealed { handed_in, .. }
            | State::Unsealed { handed_in, .. }
            | State::Void { handed_in, .. } => handed_in.clone(),
        }
    }

    /// The record, once drawn.
    pub fn record(&self) -> Option<&str> {
        match &self.state {
            State::Sealed { record, .. } | State::Unsealed { record, .. } => Some(record),
            State::Void { record, .. } => record.as_deref(),
            State::Committing { .. } | State::Revealing { .. } => None,
        }
    }

    /// The eight characters every screen shows, so that all parties see they look at the same list.
    pub fn check_code(&self) -> String {
        let hex = self.frame_digest.to_hex().to_uppercase();
        format!("{} {}", &hex[..4], &hex[4..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn by(n: u128) -> Signature {
        Signature {
            account: AccountId(Uuid::from_u128(n)),
            name: format!("经办{n}"),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn attempt() -> Attempt {
        Attempt {
            id: DrawId(Uuid::from_u128(1)),
            pool: PoolId(Uuid::from_u128(2)),
            task: TaskId(Uuid::from_u128(3)),
            number: "CQ-2026-0001".into(),
            attempt: 1,
            rehearsal: false,
            frozen: by(1),
            frame: String::new(),
            frame_digest: Digest([7; 32]),
            scope: 0,
            funnel: Vec::new(),
            candidates: Vec::new(),
            void_proposed: None,
            state: State::Committing {
                commitments: BTreeMap::new(),
            },
        }
    }

    fn commit(attempt: &Attempt, party: Party, share: &Share) -> Result<State, Refused> {
        let commitment =
            draw::commitment(draw::Suite::Sm3, attempt.frame_digest, party.code(), share);
        attempt.commit(party, commitment, by(party as u128))
    }

    #[test]
    fn nobody_reveals_before_all_have_committed_and_nobody_twice() {
        let mut draw = attempt();
        let share = Share([1; 32]);
        assert!(draw.reveal(Party::Manager, share, by(1)).is_err());
        draw.state = commit(&draw, Party::Manager, &share).expect("first");
        assert_eq!(
            commit(&draw, Party::Manager, &share),
            Err(Refused::Already(Party::Manager))
        );
        draw.state = commit(&draw, Party::Requester, &share).expect("second");
        assert!(draw.reveal(Party::Manager, share, by(1)).is_err());
        draw.state = commit(&draw, Party::Supervisor, &share).expect("third");
        assert_eq!(draw.state.code(), "revealing");
        assert!(commit(&draw, Party::Supervisor, &share).is_err());
        let wrong = draw.reveal(Party::Manager, Share([2; 32]), by(1));
        assert_eq!(wrong, Ok(AfterReveal::Mismatch(Party::Manager)));
        for party in [Party::Manager, Party::Requester] {
            match draw.reveal(party, share, by(1)) {
                Ok(AfterReveal::Waiting(state)) => draw.state = state,
                other => panic!("expected to wait, got {other:?}"),
            }
        }
        assert_eq!(
            draw.reveal(Party::Manager, share, by(1)),
            Err(Refused::Already(Party::Manager))
        );
        let last = draw.reveal(Party::Supervisor, share, by(1));
        let handed_in = match last {
            Ok(AfterReveal::Complete(handed_in)) => handed_in,
            other => panic!("expected all to be in, got {other:?}"),
        };
        let names = ["manager", "requester", "supervisor"];
        let given = handed_in.shares_by_name();
        assert!(given.keys().eq(names) && given.values().all(|one| *one == share));
        assert!(handed_in.commitments_by_name().keys().eq(names));
    }

    #[test]
    fn what_was_handed_in_stays_known_after_the_draw_and_after_a_void() {
        let mut draw = attempt();
        assert_eq!(draw.handed_in(), HandedIn::default());
        draw.state = commit(&draw, Party::Manager, &Share([1; 32])).expect("first");
        let given = draw.handed_in();
        assert_eq!(
            given.commitments[&Party::Manager].by,
            by(Party::Manager as u128)
        );
        draw.state = State::Sealed {
            record: "{}".into(),
            at: Timestamp::UNIX_EPOCH,
            proposed: None,
            handed_in: given.clone(),
        };
        draw.state = draw.propose_unsealing(by(1)).expect("sealed");
        draw.state = draw.unseal(by(2)).expect("second");
        assert_eq!(draw.handed_in(), given);
    }

    /// What was stored before these facts were kept is still read.
    #[test]
    fn an_older_void_attempt_is_read_without_what_was_handed_in() {
        let mut body = serde_json::json!({
            "state": "void", "reason": "设备故障", "proposed": null, "confirmed": null,
            "at": "2026-06-01T00:00:00Z", "record": null, "digest": Digest([7; 32]).to_hex(),
        });
        let state: State = serde_json::from_value(body.clone()).expect("an older row");
        let State::Void {
            handed_in,
            mismatched,
            ..
        } = state
        else {
            panic!("expected a void attempt")
        };
        assert_eq!((handed_in, mismatched), (HandedIn::default(), None));
        body["mismatched"] = "manager".into();
        let state: State = serde_json::from_value(body).expect("a newer row");
        assert!(matches!(
            state,
            State::Void {
                mismatched: Some(Party::Manager),
                ..
            }
        ));
    }

    #[test]
    fn unsealing_and_voiding_take_two_persons() {
        let mut draw = attempt();
        draw.state = State::Sealed {
            record: "{}".into(),
            at: Timestamp::UNIX_EPOCH,
            proposed: None,
            handed_in: HandedIn::default(),
        };
        assert_eq!(draw.unseal(by(2)), Err(Refused::NotProposed));
        draw.state = draw.propose_unsealing(by(1)).expect("sealed");
        assert_eq!(draw.unseal(by(1)), Err(Refused::SamePerson));
        assert_eq!(draw.unseal(by(2)).expect("second").code(), "unsealed");
        assert_eq!(draw.propose_void("  ", by(1)), Err(Refused::NoReason));
        draw.void_proposed = Some(draw.propose_void("设备故障", by(1)).expect("reasoned"));
        assert_eq!(draw.second_void(&by(1)), Err(Refused::SamePerson));
        assert!(draw.second_void(&by(2)).is_ok());
    }
}
