//! 参与: one expert's part in one task, from the invitation to the day of work.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{DrawId, EngagementId, ExpertId, PersonId, PoolId, TaskId};
use crate::task::Task;

/// 回避申报: one ground, declared or found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// A recusal ground of the pack (10-1 … 10-7).
    pub ground: String,
    /// The relation within the ground, where it names several.
    #[serde(default)]
    pub relation: Option<String>,
    /// In the expert's words, or the evidence found.
    pub note: String,
}

/// How an answer reached us. An answer counts only with the expert's own token, or as a call
/// recorded by two people (T-06).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Answered {
    /// On the expert's own page.
    Expert,
    /// By telephone, recorded by one officer and confirmed by another person.
    Call {
        /// Who called.
        officer: String,
        /// Who listened and confirms.
        witness: String,
    },
}

/// Where an engagement stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待答复
    Invited {
        /// When the invitation left.
        at: Timestamp,
        /// Answer by then, or count as 未答复.
        answer_by: Timestamp,
    },
    /// 同意参加: has declared to have no ground for recusal.
    Accepted {
        /// When.
        at: Timestamp,
        /// How it reached us.
        answered: Answered,
    },
    /// 不能参加
    Declined {
        /// When.
        at: Timestamp,
        /// Why; without a reason it counts towards 第十八条(七).
        reason: Option<String>,
        /// How it reached us.
        answered: Answered,
    },
    /// 未答复
    NoAnswer {
        /// The deadline that passed.
        at: Timestamp,
    },
    /// 回避: declared by the expert; no bad mark.
    Recused {
        /// When.
        at: Timestamp,
        /// What was declared.
        declared: Vec<Declaration>,
    },
    /// 停止参与: a ground found by the requester or the manager (DG 第十条末款).
    Stopped {
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
        /// What was found.
        found: Declaration,
    },
    /// 请假: accepted by the requester, so excused (DG 第十一条).
    OnLeave {
        /// When accepted.
        at: Timestamp,
        /// 临时退出 or 因故缺席, in writing.
        reason: String,
    },
    /// 已出库: left the pool before the work; the manager arranges what follows.
    Left {
        /// When.
        at: Timestamp,
        /// Number of the case.
        exit: String,
    },
    /// The whole attempt was made void.
    Void {
        /// When.
        at: Timestamp,
    },
}

impl Engagement {
    /// The post held on a day: it ends with the seat, and with the task, which nobody has to say
    /// (A-GZ-6).
    pub fn post_on(&self, task: &Task, day: Date) -> Option<&HeldPost> {
        self.post
            .as_ref()
            .filter(|_| self.state.holds_seat() && task.goes_on(day))
    }
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invited { .. } => "invited",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::NoAnswer { .. } => "no_answer",
            Self::Recused { .. } => "recused",
            Self::Stopped { .. } => "stopped",
            Self::OnLeave { .. } => "on_leave",
            Self::Left { .. } => "left",
            Self::Void { .. } => "void",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Invited { .. } => "待答复",
            Self::Accepted { .. } => "同意参加",
            Self::Declined { .. } => "不能参加",
            Self::NoAnswer { .. } => "未答复",
            Self::Recused { .. } => "已回避",
            Self::Stopped { .. } => "已停止参与",
            Self::OnLeave { .. } => "已请假",
            Self::Left { .. } => "已出库",
            Self::Void { .. } => "场次作废",
        }
    }

    /// Does the person still owe an answer?
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Invited { .. })
    }

    /// Does the person still hold the seat?
    pub const fn holds_seat(&self) -> bool {
        matches!(self, Self::Invited { .. } | Self::Accepted { .. })
    }
}

/// A post held in one task (GZ 第七条): 专家组组长.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPost {
    /// A post of the pack.
    pub post: String,
    /// What it is called.
    pub label: String,
    /// On what it rests: the conditions of the post, or another way to it, with the article.
    pub basis: String,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// One expert's part in one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    /// Identifier.
    pub id: EngagementId,
    /// The pool.
    pub pool: PoolId,
    /// The task.
    pub task: TaskId,
    /// The attempt that drew the expert; `None` for a designation.
    pub draw: Option<DrawId>,
    /// The expert.
    pub expert: ExpertId,
    /// The person.
    pub person: PersonId,
    /// Index of the demand whose seat this is.
    pub demand: u32,
    /// Round: 1 for the panel, 2, 3 … for top-ups in order.
    pub round: u32,
    /// 书面请假 waiting for the requester, with its text.
    #[serde(default)]
    pub leave_asked: Option<String>,
    /// An answer given by telephone, waiting for the second person.
    #[serde(default)]
    pub call: Option<Call>,
    /// Seat given up and waiting for the manager to fill or close it (DG 第十一条).
    #[serde(default)]
    pub to_arrange: bool,
    /// Where it stands.
    pub state: State,
    /// The post given in this task, whether still held or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<HeldPost>,
}

/// An answer by telephone, as the first of two persons heard it (T-06). It is the whole answer, the
/// declaration included: nobody accepts by telephone without having been asked about every ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Who called.
    pub by: crate::id::AccountId,
    /// Name as printed.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// What the expert said.
    pub answer: Answer,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Someone answered first, or the attempt is void.
    #[error("这份邀请现在是“{0}”，不能再答复。如有疑问请联系通知中的联系人。")]
    State(&'static str),
    /// The time to answer has passed.
    #[error("答复时间已过，名额已由候补递补。如确能参加，请联系通知中的联系人。")]
    TooLate,
    /// DG 第十三条(二): declare first.
    #[error("还没有作回避申报。请先逐项确认有无应当回避的情形，再答复是否参加。")]
    NotDeclared,
    /// The task is closed; with what was tried.
    #[error("这项工作已经办结，不能再{0}：人员以办结时为准。如有疑问请联系库管方。")]
    Closed(&'static str),
    /// No seat is filled again once the work is over.
    #[error("工作已经结束，不能再补抽：递补的人来不及参加。请写明理由改为减员。")]
    WorkOver,
    /// The catch-all ground needs words (DG 第十条(七)).
    #[error("选择了“其他可能妨碍公正性的情形”，但没有写明情况。请补充说明后再提交。")]
    NoWords,
    /// Leave must be in writing (DG 第十一条).
    #[error("请假没有写明事由。请填写书面事由后再提交。")]
    NoReason,
}

/// What the expert answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Accepts, having said of every ground that it does not apply.
    Accept {
        /// The declaration was made.
        declared_none: bool,
    },
    /// Declines.
    Decline {
        /// Why, if said.
        reason: Option<String>,
    },
    /// Declares grounds for recusal.
    Recuse {
        /// Which.
        declared: Vec<Declaration>,
    },
}

impl Answer {
    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "同意参加",
            Self::Decline { .. } => "不能参加",
            Self::Recuse { .. } => "申请回避",
        }
    }

    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "accept",
            Self::Decline { .. } => "decline",
            Self::Recuse { .. } => "recuse",
        }
    }
}

/// People of a task are settled with the task: `step` is taken only before it is closed.
///
/// # Errors
/// [`Refused::Closed`].
pub fn before_closing(task: &Task, step: &'static str) -> Result<(), Refused> {
    if task.is_closed() {
        Err(Refused::Closed(step))
    } else {
        Ok(())
    }
}

impl State {
    /// The expert answers.
    ///
    /// # Errors
    /// [`Refused`]; the state is unchanged then.
    pub fn answer(
        self,
        answer: Answer,
        answered: Answered,
        at: Timestamp,
    ) -> Result<Self, Refused> {
        match &self {
            Self::Invited { answer_by, .. } if at > *answer_by => return Err(Refused::TooLate),
            Self::Invited { .. } => {}
            // A ground may come to light after accepting; it must still be declared.
            Self::Accepted { .. } if matches!(answer, Answer::Recuse { .. }) => {}
            other => return Err(Refused::State(other.zh())),
        }
        match answer {
            Answer::Accept {
                declared_none: false,
            } => Err(Refused::NotDeclared),
            Answer::Accept {
                declared_none: true,
            } => Ok(Self::Accepted { at, answered }),
            Answer::Decline { reason } => {
                let reason = reason
                    .map(|r| r.trim().to_owned())
                    .filter(|r| !r.is_empty());
                Ok(Self::Declined {
                    at,
                    reason,
                    answered,
                })
            }
            Answer::Recuse { declared } if declared.is_empty() => Err(Refused::NotDeclared),
            Answer::Recuse { declared } => Ok(Self::Recused { at, declared }),
        }
    }

    /// The deadline passed without an answer.
    ///
    /// # Errors
    /// When an answer came, or the time is not up.
    pub fn lapse(self, at: Timestamp) -> Result<Self, Refused> {
        match self {
            Self::Invited { answer_by, .. } if at >= answer_by => {
                Ok(Self::NoAnswer { at: answer_by })
            }
            other => Err(Refused::State(other.zh())),
        }
    }

    /// Stopped by the requester or the manager.
    ///
    /// # Errors
    /// When the seat is no longer held.
    pub fn stop(self, by: String, found: Declaration, at: Timestamp) -> Result<Self, Refused> {
        match self {
            Self::Invited { .. } | Self::Accepted { .. } => Ok(Self::Stopped { at, by, found }),
            other => Err(Refused::State(other.zh())),
        }
    }

    /// The requester accepts the leave the expert asked for in writing.
    ///
    /// # Errors
    /// Unless the expert had accepted the invitation.
    pub fn leave(self, reason: String, at: Timestamp) -> Result<Self, Refused> {
        if reason.trim().is_empty() {
            return Err(Refused::NoReason);
        }
        match self {
            Self::Accepted { .. } => Ok(Self::OnLeave { at, reason }),
            other => Err(Refused::State(other.zh())),
        }
    }

    /// The expert left the pool before the work; `exit` is the number of that case.
    ///
    /// # Errors
    /// When the seat is no longer held.
    pub fn give_up(self, exit: String, at: Timestamp) -> Result<Self, Refused> {
        match self {
            Self::Invited { .. } | Self::Accepted { .. } => Ok(Self::Left { at, exit }),
            other => Err(Refused::State(other.zh())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn invited() -> State {
        State::Invited {
            at: at(0),
            answer_by: at(100),
        }
    }

    /// Covers: DG-13-2.
    #[test]
    fn nobody_accepts_without_declaring() {
        let answer = Answer::Accept {
            declared_none: false,
        };
        assert_eq!(
            invited().answer(answer, Answered::Expert, at(1)),
            Err(Refused::NotDeclared)
        );
        let answer = Answer::Accept {
            declared_none: true,
        };
        let accepted = invited()
            .answer(answer, Answered::Expert, at(1))
            .expect("taken");
        assert_eq!(accepted.code(), "accepted");
    }

    #[test]
    fn an_answer_counts_until_the_deadline_and_once() {
        let decline = Answer::Decline {
            reason: Some("  ".into()),
        };
        let state = invited()
            .answer(decline.clone(), Answered::Expert, at(100))
            .expect("in time");
        assert_eq!(
            state,
            State::Declined {
                at: at(100),
                reason: None,
                answered: Answered::Expert
            }
        );
        assert_eq!(
            invited().answer(decline.clone(), Answered::Expert, at(101)),
            Err(Refused::TooLate)
        );
        assert_eq!(
            state.answer(decline, Answered::Expert, at(100)),
            Err(Refused::State("不能参加"))
        );
    }

    /// Covers: DG-10-0.
    #[test]
    fn a_ground_that_comes_to_light_later_still_recuses() {
        let accepted = State::Accepted {
            at: at(1),
            answered: Answered::Expert,
        };
        let declared = vec![Declaration {
            ground: "10-2".into(),
            relation: Some("顾问".into()),
            note: "现任顾问".into(),
        }];
        let answer = Answer::Recuse {
            declared: declared.clone(),
        };
        let state = accepted
            .answer(answer, Answered::Expert, at(500))
            .expect("taken");
        assert_eq!(
            state,
            State::Recused {
                at: at(500),
                declared
            }
        );
        assert!(!state.holds_seat());
    }

    #[test]
    fn lapse_needs_the_deadline() {
        assert!(invited().lapse(at(99)).is_err());
        assert_eq!(
            invited().lapse(at(130)),
            Ok(State::NoAnswer { at: at(100) })
        );
    }

    /// Covers: DG-11-c.
    #[test]
    fn leave_is_in_writing_and_after_accepting() {
        let accepted = State::Accepted {
            at: at(1),
            answered: Answered::Expert,
        };
        assert_eq!(
            accepted.clone().leave(" ".into(), at(2)),
            Err(Refused::NoReason)
        );
        assert_eq!(
            accepted
                .leave("住院".into(), at(2))
                .expect("excused")
                .code(),
            "on_leave"
        );
        assert!(invited().leave("住院".into(), at(2)).is_err());
    }
}
