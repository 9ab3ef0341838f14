//! 专家: one person's membership of one pool.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{ExpertId, PersonId, PoolId, SpecialtyId};

/// 聘期, both days inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Term {
    /// Is the day inside the term?
    pub fn covers(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

/// Where a membership stands. What is true only in one state lives in that state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// In the pool for this term; whether the term has ended depends on the day asked.
    Appointed {
        /// 聘期
        term: Term,
    },
    /// 暂停抽取: not drawn while it lasts (A-G-16).
    Suspended {
        /// 聘期
        term: Term,
        /// Why.
        reason: String,
        /// Last day, or until lifted.
        until: Option<Date>,
    },
    /// 期满: the last day is past and nothing was renewed. Nobody put the person out.
    Lapsed {
        /// The term that ran out.
        term: Term,
        /// Why and until when the person was suspended, if that was so; it counts again in the next term.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suspended: Option<(String, Option<Date>)>,
    },
    /// 出库: left the pool for good.
    Left {
        /// The term that was running.
        term: Term,
        /// The ground, a code of the pack.
        ground: String,
        /// Since when.
        on: Date,
    },
}

/// What an [`Expert`] may be asked on a given day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 在库
    Active,
    /// 聘期未开始
    NotYet,
    /// 聘期已满
    Expired,
    /// 暂停抽取
    Suspended,
    /// 已出库
    Left,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::NotYet,
        Self::Expired,
        Self::Suspended,
        Self::Left,
    ];

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NotYet => "not_yet",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }

    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Active => "在库",
            Self::NotYet => "聘期未开始",
            Self::Expired => "聘期已满",
            Self::Suspended => "暂停抽取",
            Self::Left => "已出库",
        }
    }

    /// The status with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl Standing {
    /// The term that runs or ran.
    pub const fn term(&self) -> Term {
        match self {
            Self::Appointed { term }
            | Self::Suspended { term, .. }
            | Self::Lapsed { term, .. }
            | Self::Left { term, .. } => *term,
        }
    }

    /// What holds on this day.
    pub fn on(&self, day: Date) -> Status {
        match self {
            Self::Left { on, .. } if *on <= day => Status::Left,
            Self::Suspended { until, .. } if until.is_none_or(|last| day <= last) => {
                Status::Suspended
            }
            _ if day < self.term().from => Status::NotYet,
            _ if self.term().to < day => Status::Expired,
            _ => Status::Active,
        }
    }
}

/// A transition that the present state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongStanding {
    /// The person has left the pool.
    #[error("该专家已出库，不能再变更")]
    Left,
    /// The term ran out.
    #[error("该专家聘期已满，不能再变更")]
    Lapsed,
    /// Nothing to lift.
    #[error("该专家没有被暂停抽取")]
    NotSuspended,
}

impl Standing {
    /// 暂停抽取.
    ///
    /// # Errors
    /// [`WrongStanding::Left`].
    pub fn suspend(self, reason: String, until: Option<Date>) -> Result<Self, WrongStanding> {
        match self {
            Self::Appointed { term } | Self::Suspended { term, .. } => Ok(Self::Suspended {
                term,
                reason,
                until,
            }),
            Self::Lapsed { .. } => Err(WrongStanding::Lapsed),
            Self::Left { .. } => Err(WrongStanding::Left),
        }
    }

    /// 恢复抽取.
    ///
    /// # Errors
    /// [`WrongStanding`] unless suspended.
    pub fn resume(self) -> Result<Self, WrongStanding> {
        match self {
            Self::Suspended { term, .. } => Ok(Self::Appointed { term }),
            Self::Appointed { .. } => Err(WrongStanding::NotSuspended),
            Self::Lapsed { .. } => Err(WrongStanding::Lapsed),
            Self::Left { .. } => Err(WrongStanding::Left),
        }
    }

    /// 续聘: the membership goes on to the last day of the next term. Whoever had run out is in it again.
    ///
    /// # Errors
    /// [`WrongStanding::Left`].
    pub fn renew(self, next: Term) -> Result<Self, WrongStanding> {
        let longer = |term: Term| Term {
            from: term.from,
            to: next.to,
        };
        match self {
            Self::Appointed { term }
            | Self::Lapsed {
                term,
                suspended: None,
            } => Ok(Self::Appointed { term: longer(term) }),
            Self::Suspended {
                term,
                reason,
                until,
            }
            | Self::Lapsed {
                term,
                suspended: Some((reason, until)),
            } => Ok(Self::Suspended {
                term: longer(term),
                reason,
                until,
            }),
            Self::Left { .. } => Err(WrongStanding::Left),
        }
    }

    /// Is there something to be said about the end of the term on this day: past, and not said yet?
    pub fn runs_out(&self, day: Date) -> bool {
        match self {
            Self::Appointed { term } | Self::Suspended { term, .. } => term.to < day,
            Self::Lapsed { .. } | Self::Left { .. } => false,
        }
    }

    /// 期满. The same standing where there is nothing to be said.
    #[must_use]
    pub fn lapse(self, day: Date) -> Self {
        if !self.runs_out(day) {
            return self;
        }
        let term = self.term();
        let suspended = match self {
            Self::Suspended { reason, until, .. } => Some((reason, until)),
            _ => None,
        };
        Self::Lapsed { term, suspended }
    }

    /// Was or is the person in the pool on this day, drawn or not? This is what an update report counts.
    pub fn is_in(&self, day: Date) -> bool {
        matches!(self.held(), Some((from, to)) if from <= day && day <= to)
    }

    /// First and last day in the pool; `None` for whoever left before the first.
    pub fn held(&self) -> Option<(Date, Date)> {
        let term = self.term();
        let last = match self {
            Self::Left { on, .. } => on.yesterday().unwrap_or(*on).min(term.to),
            _ => term.to,
        };
        (term.from <= last).then_some((term.from, last))
    }

    /// 出库.
    ///
    /// # Errors
    /// [`WrongStanding::Left`] when already gone.
    pub fn leave(self, ground: String, on: Date) -> Result<Self, WrongStanding> {
        match self {
            Self::Left { .. } => Err(WrongStanding::Left),
            other => Ok(Self::Left {
                term: other.term(),
                ground,
                on,
            }),
        }
    }
}

/// One person's membership of one pool, or of one team of it: whoever is in two teams has two memberships,
/// each with its own term, number and certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expert {
    /// Identifier.
    pub id: ExpertId,
    /// The pool.
    pub pool: PoolId,
    /// The person.
    pub person: PersonId,
    /// The team, where membership is of a team; `None` there = not settled yet (队伍未定).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Number inside the pool, as on the certificate.
    pub number: String,
    /// 专业领域
    pub specialties: Vec<SpecialtyId>,
    /// Duties of the pack's duty axis (督导, 考评).
    #[serde(default)]
    pub duties: Vec<String>,
    /// Where the membership stands.
    pub standing: Standing,
    /// How the person came in: a channel of the pack.
    #[serde(default)]
    pub channel: Option<String>,
    /// Where the entry rests: minutes, register, legacy roster.
    #[serde(default)]
    pub basis: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn term() -> Term {
        Term {
            from: date(2021, 3, 1),
            to: date(2024, 2, 29),
        }
    }

    /// Covers: DG-7-4-b.
    #[test]
    fn the_last_day_counts_and_the_next_does_not() {
        let standing = Standing::Appointed { term: term() };
        assert_eq!(standing.on(date(2021, 2, 28)), Status::NotYet);
        assert_eq!(standing.on(date(2021, 3, 1)), Status::Active);
        assert_eq!(standing.on(date(2024, 2, 29)), Status::Active);
        assert_eq!(standing.on(date(2024, 3, 1)), Status::Expired);
    }

    #[test]
    fn every_state_answers_every_transition() {
        let appointed = Standing::Appointed { term: term() };
        let until = Some(date(2022, 5, 1));
        let suspended = appointed
            .clone()
            .suspend("材料核实".into(), until)
            .expect("allowed");
        assert_eq!(suspended.on(date(2022, 5, 1)), Status::Suspended);
        assert_eq!(suspended.on(date(2022, 5, 2)), Status::Active);
        assert_eq!(suspended.clone().resume(), Ok(appointed.clone()));
        assert_eq!(appointed.clone().resume(), Err(WrongStanding::NotSuspended));
        let left = suspended
            .leave("19-3".into(), date(2022, 6, 1))
            .expect("allowed");
        assert_eq!(left.on(date(2022, 5, 31)), Status::Active);
        assert_eq!(left.on(date(2022, 6, 1)), Status::Left);
        assert_eq!(
            left.clone().suspend(String::new(), None),
            Err(WrongStanding::Left)
        );
        assert_eq!(left.clone().resume(), Err(WrongStanding::Left));
        assert_eq!(
            left.leave("19-1".into(), date(2022, 7, 1)),
            Err(WrongStanding::Left)
        );
    }

    /// Covers: JM-11-c.
    #[test]
    fn a_term_that_ran_out_is_said_once_and_is_no_leaving() {
        let appointed = Standing::Appointed { term: term() };
        assert!(!appointed.runs_out(date(2024, 2, 29)));
        assert_eq!(appointed.clone().lapse(date(2024, 2, 29)), appointed);
        let lapsed = appointed.lapse(date(2024, 3, 1));
        assert_eq!(
            lapsed,
            Standing::Lapsed {
                term: term(),
                suspended: None
            }
        );
        assert!(!lapsed.runs_out(date(2024, 4, 1)));
        assert_eq!(lapsed.on(date(2024, 3, 1)), Status::Expired);
        assert_eq!(
            lapsed.clone().suspend(String::new(), None),
            Err(WrongStanding::Lapsed)
        );
        assert_eq!(lapsed.clone().resume(), Err(WrongStanding::Lapsed));
        let next = Term {
            from: date(2024, 3, 1),
            to: date(2027, 2, 28),
        };
        let again = lapsed.renew(next).expect("allowed");
        assert_eq!(again.on(date(2024, 3, 1)), Status::Active);
        assert_eq!(again.on(date(2027, 3, 1)), Status::Expired);
        let suspended = again.suspend("核实".into(), None).expect("allowed");
        assert_eq!(suspended.clone().renew(next), Ok(suspended));
        let left = Standing::Left {
            term: term(),
            ground: "19-3".into(),
            on: date(2022, 6, 1),
        };
        assert_eq!(left.clone().renew(next), Err(WrongStanding::Left));
        assert!(left.is_in(date(2022, 5, 31)) && !left.is_in(date(2022, 6, 1)));
    }
}
