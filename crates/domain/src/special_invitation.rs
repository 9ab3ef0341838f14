//! 特约邀请: asking somebody to join the pool when chance cannot fill the seats. Proposed with a
//! reason, signed by whom the instrument names, answered by the person, decided by the committee,
//! entered; whoever has entered is then drawn like everybody else (DG 第五条(三), 第九条(一)).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{
    AccountId, ExpertId, OrganisationId, PersonId, PoolId, RecordId, SpecialtyId, TaskId,
};

/// Who did a step, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The account.
    pub account: AccountId,
    /// Name.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// How an answer reached us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Reply {
    /// On the page behind the link of the letter.
    Link,
    /// In writing, entered by an officer.
    Written {
        /// Who entered it.
        officer: String,
        /// Where the writing is kept.
        note: String,
    },
}

/// 会议审定: one meeting's result for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// 会议纪要编号
    pub minutes: String,
    /// Day of the meeting.
    pub on: Date,
    /// Who entered it.
    pub by: By,
}

/// Where an invitation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待签发
    Proposed,
    /// 不予发出
    Refused {
        /// By whom.
        by: By,
        /// Why.
        reason: String,
    },
    /// 已撤回
    Withdrawn {
        /// By whom.
        by: By,
        /// Why.
        reason: String,
    },
    /// 已发出
    Sent {
        /// Signed by.
        by: By,
        /// Last day to answer.
        reply_by: Date,
    },
    /// 未答复
    Lapsed {
        /// Last day to answer, now past.
        reply_by: Date,
    },
    /// 谢绝
    Declined {
        /// When.
        at: Timestamp,
        /// Why, if said.
        reason: Option<String>,
        /// How it reached us.
        reply: Reply,
    },
    /// 已接受: materials come in, then the committee decides.
    Accepted {
        /// When.
        at: Timestamp,
        /// How it reached us.
        reply: Reply,
        /// Ids of the pack's material items received so far.
        materials: Vec<String>,
    },
    /// 审定未通过
    NotApproved {
        /// The meeting.
        decision: Decision,
        /// Why.
        reason: String,
    },
    /// 审定通过，待入库
    Approved {
        /// The meeting.
        decision: Decision,
    },
    /// 已入库: drawn from now on like everybody else.
    Entered {
        /// The meeting.
        decision: Decision,
        /// The membership.
        expert: ExpertId,
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Sent { .. } => "sent",
            Self::Lapsed { .. } => "lapsed",
            Self::Declined { .. } => "declined",
            Self::Accepted { .. } => "accepted",
            Self::NotApproved { .. } => "not_approved",
            Self::Approved { .. } => "approved",
            Self::Entered { .. } => "entered",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Proposed => "待签发",
            Self::Refused { .. } => "不予发出",
            Self::Withdrawn { .. } => "已撤回",
            Self::Sent { .. } => "已发出，待答复",
            Self::Lapsed { .. } => "逾期未答复",
            Self::Declined { .. } => "已谢绝",
            Self::Accepted { .. } => "已接受，待审定",
            Self::NotApproved { .. } => "审定未通过",
            Self::Approved { .. } => "审定通过，待入库",
            Self::Entered { .. } => "已入库",
        }
    }

    /// Nothing more can happen to it.
    pub const fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Withdrawn { .. }
                | Self::Lapsed { .. }
                | Self::Declined { .. }
                | Self::NotApproved { .. }
                | Self::Entered { .. }
        )
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The invitation stands elsewhere.
    #[error("这份特约邀请现在是“{now}”，不能{step}。请刷新页面查看最新状态。")]
    WrongState {
        /// The word for the present state.
        now: &'static str,
        /// The verb that was tried.
        step: &'static str,
    },
    /// A reason is missing.
    #[error("没有写明理由。理由会留痕并随邀请保存，请写明后再提交。")]
    NoReason,
    /// A meeting without number.
    #[error("没有填写会议纪要编号。审定以会议纪要为据，请填写编号后再保存。")]
    NoMinutes,
    /// Materials are missing.
    #[error("入库资料还没有收齐，不能提交审定。还缺：{0}。")]
    MaterialsMissing(String),
    /// The time to answer has passed.
    #[error("答复时间已过。如仍愿接受邀请，请联系函件中的联系人。")]
    TooLate,
}

/// What the person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 接受
    Accept,
    /// 谢绝
    Decline {
        /// Why, if said.
        reason: Option<String>,
    },
}

/// What the meeting said of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// 通过
    Approved,
    /// 不通过
    NotApproved {
        /// Why.
        reason: String,
    },
}

fn reasoned(reason: &str) -> Result<String, Refused> {
    match reason.trim() {
        "" => Err(Refused::NoReason),
        reason => Ok(reason.to_owned()),
    }
}

impl State {
    fn refuse(&self, step: &'static str) -> Refused {
        Refused::WrongState {
            now: self.zh(),
            step,
        }
    }

    /// 签发: the letter goes out.
    ///
    /// # Errors
    /// [`Refused`] unless proposed.
    pub fn send(self, by: By, reply_by: Date) -> Result<Self, Refused> {
        match self {
            Self::Proposed => Ok(Self::Sent { by, reply_by }),
            other => Err(other.refuse("签发")),
        }
    }

    /// 不予发出, with a reason.
    ///
    /// # Errors
    /// [`Refused`] unless proposed, or without a reason.
    pub fn refuse_to_send(self, reason: &str, by: By) -> Result<Self, Refused> {
        match self {
            Self::Proposed => Ok(Self::Refused {
                by,
                reason: reasoned(reason)?,
            }),
            other => Err(other.refuse("退回")),
        }
    }

    /// 撤回 by whoever proposed it, as long as the committee has not decided.
    ///
    /// # Errors
    /// [`Refused`] once decided or over, or without a reason.
    pub fn withdraw(self, reason: &str, by: By) -> Result<Self, Refused> {
        match self {
            Self::Proposed | Self::Sent { .. } | Self::Accepted { .. } => Ok(Self::Withdrawn {
                by,
                reason: reasoned(reason)?,
            }),
            other => Err(other.refuse("撤回")),
        }
    }

    /// The person answers. An answer in writing may be dated before the deadline and entered later.
    ///
    /// # Errors
    /// [`Refused`] unless the letter is out, and by the link only in time.
    pub fn answer(
        self,
        answer: Answer,
        reply: Reply,
        at: Timestamp,
        today: Date,
    ) -> Result<Self, Refused> {
        match &self {
            Self::Sent { reply_by, .. } if reply == Reply::Link && *reply_by < today => {
                return Err(Refused::TooLate);
            }
            Self::Sent { .. } => {}
            Self::Lapsed { .. } if reply != Reply::Link => {}
            Self::Lapsed { .. } => return Err(Refused::TooLate),
            other => return Err(other.refuse("答复")),
        }
        Ok(match answer {
            Answer::Accept => Self::Accepted {
                at,
                reply,
                materials: Vec::new(),
            },
            Answer::Decline { reason } => Self::Declined {
                at,
                reason: reason
                    .map(|reason| reason.trim().to_owned())
                    .filter(|reason| !reason.is_empty()),
                reply,
            },
        })
    }

    /// 逾期: the last day to answer is past.
    ///
    /// # Errors
    /// [`Refused`] when it was answered, or there is still time.
    pub fn lapse(self, today: Date) -> Result<Self, Refused> {
        match self {
            Self::Sent { reply_by, .. } if reply_by < today => Ok(Self::Lapsed { reply_by }),
            other => Err(other.refuse("按逾期处理")),
        }
    }

    /// What has come in of the materials. Nothing is taken before the invitation is accepted
    /// (DG 第五条(三)).
    ///
    /// # Errors
    /// [`Refused`] unless accepted and not yet decided.
    pub fn receive(self, received: Vec<String>) -> Result<Self, Refused> {
        match self {
            Self::Accepted { at, reply, .. } => Ok(Self::Accepted {
                at,
                reply,
                materials: received,
            }),
            other => Err(other.refuse("登记入库资料")),
        }
    }

    /// 会议审定. `needed` are the ids and names of the pack's materials for this channel.
    ///
    /// # Errors
    /// [`Refused`] unless accepted with everything handed in; without minutes; a refusal without
    /// reason.
    pub fn decide(
        self,
        verdict: Verdict,
        decision: Decision,
        needed: &[(String, String)],
    ) -> Result<Self, Refused> {
        let Self::Accepted { materials, .. } = &self else {
            return Err(self.refuse("审定"));
        };
        let missing: Vec<&str> = needed
            .iter()
            .filter(|(id, _)| !materials.contains(id))
            .map(|(_, name)| name.as_str())
            .collect();
        if !missing.is_empty() {
            return Err(Refused::MaterialsMissing(missing.join("；")));
        }
        if decision.minutes.trim().is_empty() {
            return Err(Refused::NoMinutes);
        }
        Ok(match verdict {
            Verdict::Approved => Self::Approved { decision },
            Verdict::NotApproved { reason } => Self::NotApproved {
                decision,
                reason: reasoned(&reason)?,
            },
        })
    }

    /// 入库, after the committee approved (DG 第七条(二)).
    ///
    /// # Errors
    /// [`Refused`] unless approved.
    pub fn enter(self, expert: ExpertId, at: Timestamp) -> Result<Self, Refused> {
        match self {
            Self::Approved { decision } => Ok(Self::Entered {
                decision,
                expert,
                at,
            }),
            other => Err(other.refuse("入库")),
        }
    }
}

/// One invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialInvitation {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. TY01-2026-0003.
    pub number: String,
    /// The request that cannot be filled; none when the manager asks for the pool as a whole.
    pub task: Option<TaskId>,
    /// The requester of that request.
    pub requester: Option<OrganisationId>,
    /// The person: name and employer there, how to reach them sealed.
    pub person: PersonId,
    /// Name of the person.
    pub name: String,
    /// Their employer.
    pub employer: String,
    /// 专业领域
    pub specialty: SpecialtyId,
    /// Why somebody has to be asked.
    pub reason: String,
    /// Why this person: title, experience, honours.
    pub fitness: String,
    /// The article it rests on.
    pub article: String,
    /// Who proposed it.
    pub proposed: By,
    /// Where it stands.
    pub state: State,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    fn by() -> By {
        By {
            account: AccountId(Uuid::from_u128(1)),
            name: "审批".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn sent() -> State {
        State::Proposed
            .send(by(), date(2026, 6, 20))
            .expect("proposed")
    }

    fn answered(state: State, answer: Answer) -> Result<State, Refused> {
        state.answer(
            answer,
            Reply::Link,
            Timestamp::UNIX_EPOCH,
            date(2026, 6, 20),
        )
    }

    fn meeting(minutes: &str) -> Decision {
        Decision {
            minutes: minutes.into(),
            on: date(2026, 6, 25),
            by: by(),
        }
    }

    /// Covers: DG-5-3.
    #[test]
    fn materials_are_taken_after_acceptance_and_a_refusal_closes_the_case() {
        let received = vec!["form1".to_owned()];
        assert!(matches!(
            sent().receive(received.clone()),
            Err(Refused::WrongState { .. })
        ));
        let accepted = answered(sent(), Answer::Accept).expect("in time");
        assert!(accepted.receive(received.clone()).is_ok());
        let declined = answered(
            sent(),
            Answer::Decline {
                reason: Some(" ".into()),
            },
        )
        .expect("in time");
        assert!(declined.is_over());
        assert!(declined.receive(received).is_err());
    }

    /// Covers: DG-7-2-a, DG-7-2-b.
    #[test]
    fn nobody_enters_without_the_committee_and_its_minutes() {
        let needed = [("form1".to_owned(), "申请表".to_owned())];
        let accepted = answered(sent(), Answer::Accept).expect("in time");
        let expert = ExpertId(Uuid::from_u128(9));
        assert!(
            accepted
                .clone()
                .enter(expert, Timestamp::UNIX_EPOCH)
                .is_err()
        );
        assert_eq!(
            accepted
                .clone()
                .decide(Verdict::Approved, meeting("纪要1"), &needed),
            Err(Refused::MaterialsMissing("申请表".into()))
        );
        let complete = accepted.receive(vec!["form1".into()]).expect("accepted");
        assert_eq!(
            complete
                .clone()
                .decide(Verdict::Approved, meeting(" "), &needed),
            Err(Refused::NoMinutes)
        );
        let turned_down = Verdict::NotApproved { reason: " ".into() };
        assert_eq!(
            complete
                .clone()
                .decide(turned_down, meeting("纪要1"), &needed),
            Err(Refused::NoReason)
        );
        let approved = complete
            .decide(Verdict::Approved, meeting("纪要1"), &needed)
            .expect("complete");
        let entered = approved
            .enter(expert, Timestamp::UNIX_EPOCH)
            .expect("approved");
        assert_eq!(entered.code(), "entered");
        assert!(entered.enter(expert, Timestamp::UNIX_EPOCH).is_err());
    }

    #[test]
    fn the_last_day_counts_and_paper_may_arrive_later() {
        let late = date(2026, 6, 21);
        let at = Timestamp::UNIX_EPOCH;
        assert!(sent().lapse(date(2026, 6, 20)).is_err());
        assert_eq!(
            sent().answer(Answer::Accept, Reply::Link, at, late),
            Err(Refused::TooLate)
        );
        let lapsed = sent().lapse(late).expect("past");
        assert_eq!(
            lapsed.clone().answer(Answer::Accept, Reply::Link, at, late),
            Err(Refused::TooLate)
        );
        let reply = Reply::Written {
            officer: "经办".into(),
            note: "6月19日回函".into(),
        };
        assert_eq!(
            lapsed
                .answer(Answer::Accept, reply, at, late)
                .expect("in writing")
                .code(),
            "accepted"
        );
        assert_eq!(
            State::Proposed.refuse_to_send(" ", by()),
            Err(Refused::NoReason)
        );
        assert!(sent().refuse_to_send("不需要", by()).is_err());
    }
}
