//! 续聘: one term of one expert that is about to end: whether they were asked and what they said, and
//! what was decided (DG 第七条(四), CY 第三条, GZ 第十五条, JM 第十一条).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use crate::application::By;
use crate::expert::Term;
use crate::id::{ExpertId, PoolId, RecordId};
use crate::policy::pack::RenewalNeed;

/// Longest reason, in characters.
pub const REASON: usize = 300;

/// Through whom an answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "through", rename_all = "snake_case")]
pub enum Through {
    /// 本人在网上答复
    Expert,
    /// 经办人登记: by telephone or on paper.
    Desk {
        /// Who entered it.
        by: By,
        /// How and when it was said.
        basis: String,
    },
}

/// 本人意愿
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "will", rename_all = "snake_case")]
pub enum Will {
    /// Not asked: the instrument does not, or not yet.
    Unasked,
    /// 未答复
    Silent {
        /// Every time the question went out.
        asked: Vec<Timestamp>,
    },
    /// 愿意
    Willing {
        /// When.
        at: Timestamp,
        /// Through whom.
        through: Through,
    },
    /// 不愿意
    Unwilling {
        /// When.
        at: Timestamp,
        /// Through whom.
        through: Through,
        /// Why.
        reason: String,
    },
}

impl Will {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unasked => "unasked",
            Self::Silent { .. } => "silent",
            Self::Willing { .. } => "willing",
            Self::Unwilling { .. } => "unwilling",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Unasked => "未征求",
            Self::Silent { .. } => "未答复",
            Self::Willing { .. } => "愿意",
            Self::Unwilling { .. } => "不愿意",
        }
    }
}

/// What was looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookedAt {
    /// A register, and the person is not on it.
    Register,
    /// A condition that needs a human eye, and it holds.
    Condition,
}

/// What whoever decides looked at again for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// A register or a condition.
    pub what: LookedAt,
    /// Its id.
    pub id: String,
    /// Where it was looked up, or what it rests on.
    #[serde(default)]
    pub basis: String,
}

/// What became of the term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待决定
    Open,
    /// 续聘
    Renewed {
        /// By whom.
        by: By,
        /// Why, where something was said.
        reason: String,
        /// What was found to be so.
        given: Vec<RenewalNeed>,
        /// What was looked at again.
        #[serde(default)]
        checked: Vec<Checked>,
        /// The next term.
        term: Term,
        /// Its certificate.
        certificate: RecordId,
    },
    /// 不续聘
    NotRenewed {
        /// By whom.
        by: By,
        /// Why.
        reason: String,
    },
    /// 期满: nobody decided before the term was over.
    Lapsed {
        /// First day after it.
        on: Date,
    },
}

impl State {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Renewed { .. } => "renewed",
            Self::NotRenewed { .. } => "not_renewed",
            Self::Lapsed { .. } => "lapsed",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Open => "待决定",
            Self::Renewed { .. } => "续聘",
            Self::NotRenewed { .. } => "不续聘",
            Self::Lapsed { .. } => "期满未决定",
        }
    }
}

/// What the expert says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// 愿意
    Willing,
    /// 不愿意, with why.
    Unwilling(String),
}

/// The next term, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// By whom.
    pub by: By,
    /// Why.
    pub reason: String,
    /// What was found to be so.
    pub given: Vec<RenewalNeed>,
    /// What was looked at again.
    pub checked: Vec<Checked>,
    /// The next term.
    pub term: Term,
    /// Its certificate.
    pub certificate: RecordId,
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Decided already.
    #[error("已经决定{0}，不能再改。请核对后联系上级。")]
    Decided(&'static str),
    /// The question went out today.
    #[error("今天已经问过，不再重复发送。请明天再催，急需的请电话联系。")]
    AskedToday,
    /// There is an answer.
    #[error("本人已经答复“{0}”，不用再催。")]
    Answered(&'static str),
    /// A reason is missing.
    #[error("没有写明理由。请写明后再提交。")]
    NoReason,
    /// The officer does not say how the expert said it.
    #[error("没有写明本人怎样表示的。请写明电话或书面、日期。")]
    NoBasis,
    /// Longer than [`REASON`].
    #[error("写了 {0} 个字，最多 {REASON} 个字。请缩短。")]
    TooLong(usize),
}

/// One term about to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Whose.
    pub expert: ExpertId,
    /// The term that ends.
    pub term: Term,
    /// 本人意愿
    pub will: Will,
    /// What became of it.
    pub state: State,
}

fn written(text: &str, missing: Refused) -> Result<String, Refused> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(missing),
        long if long > REASON => Err(Refused::TooLong(long)),
        _ => Ok(text.to_owned()),
    }
}

impl Renewal {
    /// One about which nothing is known yet.
    pub const fn new(id: RecordId, pool: PoolId, expert: ExpertId, term: Term) -> Self {
        Self {
            id,
            pool,
            expert,
            term,
            will: Will::Unasked,
            state: State::Open,
        }
    }

    /// 征求意愿, and again whoever is silent, at most once a day; `same_day` tells whether two moments
    /// lie on one.
    ///
    /// # Errors
    /// [`Refused`] once decided or answered, or when asked on the same day.
    pub fn ask(
        mut self,
        at: Timestamp,
        same_day: impl Fn(Timestamp, Timestamp) -> bool,
    ) -> Result<Self, Refused> {
        self.undecided()?;
        let mut asked = match self.will {
            Will::Unasked => Vec::new(),
            Will::Silent { asked } => asked,
            ref answered => return Err(Refused::Answered(answered.zh())),
        };
        if asked.iter().any(|before| same_day(*before, at)) {
            return Err(Refused::AskedToday);
        }
        asked.push(at);
        self.will = Will::Silent { asked };
        Ok(self)
    }

    /// The expert answers, or answers anew while nothing is decided.
    ///
    /// # Errors
    /// [`Refused`] once decided; without a reason for 不愿意; without a basis from the desk.
    pub fn answer(mut self, said: Said, through: Through, at: Timestamp) -> Result<Self, Refused> {
        self.undecided()?;
        let through = match through {
            Through::Desk { by, basis } => Through::Desk {
                by,
                basis: written(&basis, Refused::NoBasis)?,
            },
            Through::Expert => Through::Expert,
        };
        self.will = match said {
            Said::Willing => Will::Willing { at, through },
            Said::Unwilling(reason) => Will::Unwilling {
                at,
                through,
                reason: written(&reason, Refused::NoReason)?,
            },
        };
        Ok(self)
    }

    /// 续聘. A refusal may be thought over; a renewal is a new appointment and stays.
    ///
    /// # Errors
    /// [`Refused::Decided`] when renewed before; [`Refused::TooLong`].
    pub fn renew(mut self, granted: Granted) -> Result<Self, Refused> {
        if let State::Renewed { .. } = self.state {
            return Err(Refused::Decided(self.state.zh()));
        }
        let reason = match granted.reason.trim() {
            "" => String::new(),
            _ => written(&granted.reason, Refused::NoReason)?,
        };
        self.state = State::Renewed {
            by: granted.by,
            reason,
            given: granted.given,
            checked: granted.checked,
            term: granted.term,
            certificate: granted.certificate,
        };
        Ok(self)
    }

    /// 不续聘, with the reason.
    ///
    /// # Errors
    /// [`Refused`] once decided, or without a reason.
    pub fn refuse(mut self, by: By, reason: &str) -> Result<Self, Refused> {
        if let State::Renewed { .. } | State::NotRenewed { .. } = self.state {
            return Err(Refused::Decided(self.state.zh()));
        }
        let reason = written(reason, Refused::NoReason)?;
        self.state = State::NotRenewed { by, reason };
        Ok(self)
    }

    /// 期满: what was left open is over; what was decided stays.
    #[must_use]
    pub fn lapse(mut self, on: Date) -> Self {
        if self.state == State::Open {
            self.state = State::Lapsed { on };
        }
        self
    }

    const fn undecided(&self) -> Result<(), Refused> {
        match self.state {
            State::Open => Ok(()),
            _ => Err(Refused::Decided(self.state.zh())),
        }
    }

    /// Where it stands, as lists are cut: the decision, and while there is none the answer.
    pub const fn status(&self) -> &'static str {
        match self.state {
            State::Open => self.will.code(),
            _ => self.state.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;
    use jiff::civil::date;
    use uuid::Uuid;

    fn by() -> By {
        By {
            account: AccountId(Uuid::from_u128(1)),
            name: "经办".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn open() -> Renewal {
        let term = Term {
            from: date(2024, 3, 1),
            to: date(2026, 2, 28),
        };
        let id = |n| Uuid::from_u128(n);
        Renewal::new(RecordId(id(1)), PoolId(id(2)), ExpertId(id(3)), term)
    }

    fn granted() -> Granted {
        Granted {
            by: by(),
            reason: String::new(),
            given: vec![RenewalNeed::Need, RenewalNeed::Willing],
            checked: Vec::new(),
            term: Term {
                from: date(2026, 3, 1),
                to: date(2028, 2, 29),
            },
            certificate: RecordId(Uuid::from_u128(9)),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn the_silent_are_asked_once_a_day_and_nobody_after_the_answer() {
        let same = |a: Timestamp, b: Timestamp| a.as_second() / 86_400 == b.as_second() / 86_400;
        let asked = open().ask(at(10), same).expect("asked");
        assert_eq!(asked.status(), "silent");
        assert_eq!(asked.clone().ask(at(20), same), Err(Refused::AskedToday));
        let again = asked.ask(at(90_000), same).expect("asked again");
        let willing = again
            .answer(Said::Willing, Through::Expert, at(90_001))
            .expect("answered");
        assert_eq!(willing.status(), "willing");
        assert_eq!(
            willing.clone().ask(at(900_000), same),
            Err(Refused::Answered("愿意"))
        );
        let other = Said::Unwilling("身体原因".into());
        let unwilling = willing.answer(other, Through::Expert, at(90_002));
        assert_eq!(unwilling.expect("thought over").status(), "unwilling");
    }

    #[test]
    fn a_no_has_its_reason_and_the_desk_says_how_it_heard() {
        let silent = Said::Unwilling("  ".into());
        assert_eq!(
            open().answer(silent, Through::Expert, at(1)),
            Err(Refused::NoReason)
        );
        let unfounded = Through::Desk {
            by: by(),
            basis: String::new(),
        };
        assert_eq!(
            open().answer(Said::Willing, unfounded, at(1)),
            Err(Refused::NoBasis)
        );
        assert_eq!(open().refuse(by(), ""), Err(Refused::NoReason));
        let long = "长".repeat(REASON + 1);
        assert_eq!(
            open().refuse(by(), &long),
            Err(Refused::TooLong(REASON + 1))
        );
    }

    #[test]
    fn what_was_decided_stays_and_a_refusal_may_be_thought_over() {
        let refused = open().refuse(by(), "两年没有承担工作").expect("decided");
        assert_eq!(
            refused.clone().refuse(by(), "再次"),
            Err(Refused::Decided("不续聘"))
        );
        assert_eq!(refused.clone().lapse(date(2026, 3, 1)), refused);
        assert_eq!(
            refused
                .clone()
                .answer(Said::Willing, Through::Expert, at(1)),
            Err(Refused::Decided("不续聘"))
        );
        let renewed = refused.renew(granted()).expect("thought over");
        assert_eq!(renewed.status(), "renewed");
        assert_eq!(
            renewed.clone().renew(granted()),
            Err(Refused::Decided("续聘"))
        );
        assert_eq!(
            renewed.refuse(by(), "改主意"),
            Err(Refused::Decided("续聘"))
        );
        let lapsed = open().lapse(date(2026, 3, 1));
        assert_eq!(lapsed.status(), "lapsed");
        assert_eq!(lapsed.clone().lapse(date(2026, 3, 2)), lapsed);
    }
}
