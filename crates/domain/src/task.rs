//! 使用需求: what a requester asks for, and where the request stands.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::half_day::{HalfDay, SlotClock};
use crate::id::{AccountId, DrawId, ExpertId, OrganisationId, PoolId, SpecialtyId, TaskId};
use crate::organisation::OrganisationRef;

/// A person of the reviewed side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewedPerson {
    /// Name.
    pub name: String,
    /// Leads the project (负责人), or for an inspection the unit's person in charge; else takes part.
    pub leads: bool,
}

/// 被评审、被督查对象
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// The organisation.
    pub organisation: OrganisationRef,
    /// 上市公司
    #[serde(default)]
    pub listed: bool,
    /// Leader and participants.
    #[serde(default)]
    pub people: Vec<ReviewedPerson>,
    /// 指南, with the round of the call.
    #[serde(default)]
    pub call: Option<Call>,
}

/// A call for projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// 指南
    pub guideline: String,
    /// 批次
    pub round: String,
}

/// 专业技术等级: at least this rung of the title ladder, or what the pack counts as equal to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at_least", rename_all = "snake_case")]
pub enum Level {
    /// No level is asked; the requester says so explicitly.
    Any,
    /// This rung of the title ladder or its equivalent.
    Title {
        /// The rung.
        rung: String,
    },
    /// This rung of the skill ladder or its equivalent.
    Skill {
        /// The rung.
        rung: String,
    },
}

/// 名额: how many of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// What users call it: 专业组.
    pub label: String,
    /// Any of these specialties will do.
    pub specialties: Vec<SpecialtyId>,
    /// 专业技术等级
    pub level: Level,
    /// A duty of the pack's duty axis (督导, 考评).
    #[serde(default)]
    pub duty: Option<String>,
    /// 正选
    pub seats: u32,
    /// 候补
    #[serde(default)]
    pub reserves: u32,
}

/// 回避要求 of the requester. "None" must be said, not left out (DG 第九条(一)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "recusal", rename_all = "snake_case")]
pub enum RecusalDemand {
    /// 无
    Nobody,
    /// These organisations' people stay out.
    Organisations {
        /// Which.
        organisations: Vec<OrganisationRef>,
        /// Why.
        reason: String,
    },
}

/// 随机抽取 or 定向选用.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Mode {
    /// 随机抽取
    Random,
    /// 定向选用: never a draw (DG 第九条(二)).
    Designated {
        /// A ground of the pack.
        ground: String,
        /// Why random drawing cannot find suitable experts.
        why_not_random: String,
        /// Who.
        experts: Vec<ExpertId>,
    },
}

/// 线下 or 线上.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Venue {
    /// 线下
    OnSite,
    /// 线上
    Online,
}

impl Venue {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::OnSite => "线下",
            Self::Online => "线上",
        }
    }
}

/// What is asked. Frozen once the frame is (T-15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// 专家工作内容
    pub content: String,
    /// 业务范围, a value of the pack's list (DG 第二条).
    pub scope: String,
    /// Task kind, an id of the pack (DG 第八条).
    pub kind: String,
    /// Sub-kind, where the kind has some.
    #[serde(default)]
    pub sub_kind: Option<String>,
    /// Further fields the kind asks for (竞赛名称, 说明 …), by the pack's field id.
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
    /// When, in half-days, in order, none twice.
    pub half_days: Vec<HalfDay>,
    /// Hour the experts are expected, HH:MM.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// 地点
    pub place: String,
    /// 线上、线下
    pub venue: Venue,
    /// 被评审对象
    pub reviewed: Vec<Reviewed>,
    /// 名额, in the order they are drawn.
    pub demands: Vec<Demand>,
    /// At most this many experts of one employer on the panel.
    #[serde(default)]
    pub per_employer: Option<u32>,
    /// 回避要求
    pub recusal: RecusalDemand,
    /// 随机或定向
    pub mode: Mode,
}

/// Id of the field of a request that says as which team its experts work.
pub const TEAM_FIELD: &str = "team";

impl Request {
    /// Seats asked for, all demands together.
    pub fn seats(&self) -> u32 {
        self.demands.iter().map(|demand| demand.seats).sum()
    }

    /// As which team its experts work, where the request says so.
    pub fn team(&self) -> Option<&str> {
        let said = self.fields.get(TEAM_FIELD)?.trim();
        (!said.is_empty()).then_some(said)
    }

    /// The first day of work; look-backs count from it (A-DG-3).
    pub fn work_date(&self) -> Option<Date> {
        self.half_days.iter().map(|half| half.date).min()
    }

    /// The last day of work.
    pub fn last_date(&self) -> Option<Date> {
        self.half_days.iter().map(|half| half.date).max()
    }

    /// The last half-day of work, unless it is over at this moment.
    pub fn ahead(&self, now: DateTime, clock: SlotClock) -> Option<HalfDay> {
        let last = self.half_days.iter().max().copied();
        last.filter(|last| now <= clock.end_of(*last))
    }
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待审核
    Filed {
        /// When.
        at: Timestamp,
    },
    /// 退回修改
    Returned {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// 已受理: the frame may be frozen. For a designation: consent was given to the names.
    Accepted {
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
        /// A rest waived because too few are left, with the reason (DG 第九条(一), 原则上).
        rest_waived: Option<String>,
    },
    /// 抽取中: this attempt is under way.
    Drawing {
        /// The attempt.
        draw: DrawId,
        /// Carried over for the next attempt should this one be void.
        rest_waived: Option<String>,
    },
    /// 已抽取: a result exists and is sealed.
    Drawn {
        /// The attempt that gave the result.
        draw: DrawId,
    },
    /// 已启封: the result is published to the parties and the drawn.
    Published {
        /// The attempt, or `None` for a designation.
        draw: Option<DrawId>,
        /// When.
        at: Timestamp,
    },
    /// 已办结
    Closed {
        /// When.
        at: Timestamp,
    },
    /// 已撤回
    Withdrawn {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Filed { .. } => "filed",
            Self::Returned { .. } => "returned",
            Self::Accepted { .. } => "accepted",
            Self::Drawing { .. } => "drawing",
            Self::Drawn { .. } => "drawn",
            Self::Published { .. } => "published",
            Self::Closed { .. } => "closed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Filed { .. } => "待审核",
            Self::Returned { .. } => "已退回修改",
            Self::Accepted { .. } => "已受理",
            Self::Drawing { .. } => "抽取中",
            Self::Drawn { .. } => "已抽取，未启封",
            Self::Published { .. } => "已启封",
            Self::Closed { .. } => "已办结",
            Self::Withdrawn { .. } => "已撤回",
        }
    }
}

/// One request for experts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Identifier.
    pub id: TaskId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. XQ-2026-0007.
    pub number: String,
    /// 使用方
    pub requester: OrganisationId,
    /// Who filed it.
    pub filed_by: AccountId,
    /// When it was first filed; eligibility of facts entered later does not count for it (T-03).
    pub filed_at: Timestamp,
    /// As which team its experts work, settled by the pack when it was filed; `None` where the pool
    /// has no teams for such work.
    #[serde(default)]
    pub team: Option<String>,
    /// What is asked.
    pub request: Request,
    /// Where it stands.
    pub state: State,
}

impl Task {
    /// Is its work under way or ahead: its experts known, its last day not past?
    pub fn goes_on(&self, day: Date) -> bool {
        let over = self.request.last_date().is_some_and(|last| last < day);
        matches!(self.state, State::Published { .. }) && !over
    }

    /// Is it closed? Nobody of it changes any more.
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    /// 办结, once the work is over and nobody still owes an answer: `unanswered` is how many do,
    /// `now` the civil time of `at`, `clock` says when a half-day ends.
    ///
    /// # Errors
    /// [`NotClosed`]; the state is unchanged then.
    pub fn close(
        &self,
        at: Timestamp,
        now: DateTime,
        clock: SlotClock,
        unanswered: usize,
    ) -> Result<State, NotClosed> {
        let State::Published { .. } = self.state else {
            return Err(self.state.refuse("办结").into());
        };
        if let Some(last) = self.request.ahead(now, clock) {
            return Err(NotClosed::WorkAhead(last));
        }
        if unanswered > 0 {
            return Err(NotClosed::Unanswered(unanswered));
        }
        Ok(State::Closed { at })
    }
}

/// A step that the present state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("需求现在是“{now}”，不能{step}。请刷新页面查看最新状态。")]
pub struct WrongState {
    /// The word for the present state.
    pub now: &'static str,
    /// The verb that was tried.
    pub step: &'static str,
}

/// Why a task is not closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotClosed {
    /// Nothing was published, or it is closed already.
    #[error(transparent)]
    State(#[from] WrongState),
    /// This half-day of work is not over.
    #[error(
        "工作要到 {} {}才结束，现在不能办结：办结后不能再递补、请假或停止参与。请在工作结束后办结。",
        .0.date,
        .0.slot.label()
    )]
    WorkAhead(HalfDay),
    /// So many experts still owe an answer.
    #[error(
        "还有 {0} 位专家没有答复，不能办结：他们是否参加还没有定。请等答复期满，或在“专家组与答复”记录电话答复后再办结。"
    )]
    Unanswered(usize),
}

impl State {
    fn refuse(&self, step: &'static str) -> WrongState {
        WrongState {
            now: self.zh(),
            step,
        }
    }

    /// 受理
    ///
    /// # Errors
    /// Unless filed.
    pub fn accept(
        self,
        by: AccountId,
        at: Timestamp,
        rest_waived: Option<String>,
    ) -> Result<Self, WrongState> {
        match self {
            Self::Filed { .. } => Ok(Self::Accepted {
                by,
                at,
                rest_waived,
            }),
            other => Err(other.refuse("受理")),
        }
    }

    /// 原则上暂停的专家因人数不足恢复参加抽取, with a reason.
    ///
    /// # Errors
    /// Unless accepted and not yet frozen.
    pub fn waive_rest(self, reason: String) -> Result<Self, WrongState> {
        match self {
            Self::Accepted { by, at, .. } => Ok(Self::Accepted {
                by,
                at,
                rest_waived: Some(reason),
            }),
            other => Err(other.refuse("恢复暂停专家")),
        }
    }

    /// 退回修改
    ///
    /// # Errors
    /// Unless filed, or accepted and not yet frozen.
    pub fn send_back(self, reason: String, at: Timestamp) -> Result<Self, WrongState> {
        match self {
            Self::Filed { .. } | Self::Accepted { .. } => Ok(Self::Returned { reason, at }),
            other => Err(other.refuse("退回")),
        }
    }

    /// 重新提交
    ///
    /// # Errors
    /// Unless returned.
    pub fn refile(self, at: Timestamp) -> Result<Self, WrongState> {
        match self {
            Self::Returned { .. } => Ok(Self::Filed { at }),
            other => Err(other.refuse("重新提交")),
        }
    }

    /// 撤回
    ///
    /// # Errors
    /// Once a frame is frozen the request can no longer be withdrawn quietly.
    pub fn withdraw(self, reason: String, at: Timestamp) -> Result<Self, WrongState> {
        match self {
            Self::Filed { .. } | Self::Returned { .. } | Self::Accepted { .. } => {
                Ok(Self::Withdrawn { reason, at })
            }
            other => Err(other.refuse("撤回")),
        }
    }

    /// 封存候选名单
    ///
    /// # Errors
    /// Unless accepted.
    pub fn freeze(self, draw: DrawId) -> Result<Self, WrongState> {
        match self {
            Self::Accepted { rest_waived, .. } => Ok(Self::Drawing { draw, rest_waived }),
            other => Err(other.refuse("封存候选名单")),
        }
    }

    /// The attempt under way is void; the request stays and may be frozen again.
    ///
    /// # Errors
    /// Unless an attempt is under way or its result is still sealed.
    pub fn void(self, by: AccountId, at: Timestamp) -> Result<Self, WrongState> {
        match self {
            Self::Drawing { rest_waived, .. } => Ok(Self::Accepted {
                by,
                at,
                rest_waived,
            }),
            Self::Drawn { .. } | Self::Published { draw: Some(_), .. } => Ok(Self::Accepted {
                by,
                at,
                rest_waived: None,
            }),
            other => Err(other.refuse("作废本次抽取")),
        }
    }

    /// 抽取完成
    ///
    /// # Errors
    /// Unless this attempt is under way.
    pub fn drawn(self, by: DrawId) -> Result<Self, WrongState> {
        match self {
            Self::Drawing { draw, .. } if draw == by => Ok(Self::Drawn { draw }),
            other => Err(other.refuse("登记抽取结果")),
        }
    }

    /// 启封
    ///
    /// # Errors
    /// Unless a sealed result exists, or consent to a designation was just given.
    pub fn publish(self, at: Timestamp) -> Result<Self, WrongState> {
        match self {
            Self::Drawn { draw } => Ok(Self::Published {
                draw: Some(draw),
                at,
            }),
            Self::Accepted { .. } => Ok(Self::Published { draw: None, at }),
            other => Err(other.refuse("启封")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;
    use crate::half_day::Slot;

    fn published(half_days: Vec<HalfDay>) -> Task {
        Task {
            id: TaskId(Uuid::from_u128(1)),
            pool: PoolId(Uuid::from_u128(2)),
            number: "XQ-1".into(),
            requester: OrganisationId(Uuid::from_u128(3)),
            filed_by: AccountId(Uuid::from_u128(4)),
            filed_at: Timestamp::UNIX_EPOCH,
            team: None,
            request: Request {
                content: "评审".into(),
                scope: "考核评价".into(),
                kind: "8-4".into(),
                sub_kind: None,
                fields: BTreeMap::new(),
                half_days,
                starts_at: None,
                place: "会议室".into(),
                venue: Venue::OnSite,
                reviewed: Vec::new(),
                demands: Vec::new(),
                per_employer: None,
                recusal: RecusalDemand::Nobody,
                mode: Mode::Random,
            },
            state: State::Published {
                draw: None,
                at: Timestamp::UNIX_EPOCH,
            },
        }
    }

    #[test]
    fn a_task_is_closed_after_its_last_half_day_and_the_last_answer() {
        let day = date(2026, 6, 10);
        let half = |slot| HalfDay { date: day, slot };
        let clock = SlotClock::default();
        let at = Timestamp::UNIX_EPOCH;
        let mut task = published(vec![half(Slot::Afternoon), half(Slot::Morning)]);
        let last = half(Slot::Afternoon);
        for early in [
            day.at(0, 0, 0, 0),
            day.at(12, 31, 0, 0),
            day.at(18, 0, 0, 0),
        ] {
            assert_eq!(
                task.close(at, early, clock, 0),
                Err(NotClosed::WorkAhead(last))
            );
        }
        let after = day.at(18, 0, 1, 0);
        let waiting = task.close(at, after, clock, 2);
        assert_eq!(waiting, Err(NotClosed::Unanswered(2)));
        task.state = task.close(at, after, clock, 0).expect("over and answered");
        assert!(task.is_closed());
        let twice = task.close(at, after, clock, 0).expect_err("closed already");
        assert!(twice.to_string().contains("已办结"), "{twice}");

        let evening = published(vec![half(Slot::Evening)]);
        let late = day.at(23, 59, 59, 0);
        assert!(evening.close(at, late, clock, 0).is_err());
        assert!(
            evening
                .close(at, date(2026, 6, 11).at(0, 0, 1, 0), clock, 0)
                .is_ok()
        );
    }
}
