//! 解聘、退任、取消资格: one expert's leaving the pool before the term ends, from whoever brings it up to
//! the day it takes effect. The pack says on which grounds, what each asks for, and who takes which step;
//! no step is skipped, and the expert may say something before the last (DG 第十九条; A-G-16).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use crate::application::By;
use crate::finding::Finding;
use crate::id::{ExpertId, PoolId, RecordId};
use crate::policy;
use crate::policy::pack::{ExitGround, ExitRules, ExitStep};
use crate::text::tidy_lines;

/// Most characters of a reason, an opinion or a statement.
pub const WORDS_MOST: usize = 1000;
/// Most documents of one case.
pub const FILES_MOST: usize = 10;

/// How a case came up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Opened {
    /// The office.
    Office {
        /// Who.
        by: By,
    },
    /// 本人申请
    Own {
        /// When.
        at: Timestamp,
    },
    /// A ground that takes effect by itself (JM 第十二条(三)).
    Automatic {
        /// When.
        at: Timestamp,
    },
}

/// One step taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// What the pack calls it.
    pub step: String,
    /// Who.
    pub by: By,
    /// The day it counts for: of the meeting, of the decision.
    pub on: Date,
    /// The paper it rests on: 会议纪要编号, 文号.
    #[serde(default)]
    pub document: Option<String>,
    /// 意见
    #[serde(default)]
    pub opinion: String,
}

/// What the expert says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The words.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 办理中
    Open {
        /// The steps taken so far, in the order of the pack.
        taken: Vec<Taken>,
    },
    /// 已办结: the membership has ended.
    Left {
        /// Every step.
        taken: Vec<Taken>,
        /// From this day on.
        on: Date,
    },
    /// 不同意: the expert stays.
    Refused {
        /// The steps taken before.
        taken: Vec<Taken>,
        /// The step that said no, its `opinion` saying why.
        no: Taken,
    },
    /// 已撤回
    Withdrawn {
        /// The steps taken before.
        taken: Vec<Taken>,
        /// By whom, as printed.
        by: String,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl State {
    /// Every code, in the order of tabs.
    pub const CODES: [&'static str; 4] = ["open", "left", "refused", "withdrawn"];

    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Left { .. } => "left",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Open { .. } => "办理中",
            Self::Left { .. } => "已办结",
            Self::Refused { .. } => "不同意",
            Self::Withdrawn { .. } => "已撤回",
        }
    }

    /// The steps taken.
    pub fn taken(&self) -> &[Taken] {
        match self {
            Self::Open { taken }
            | Self::Left { taken, .. }
            | Self::Refused { taken, .. }
            | Self::Withdrawn { taken, .. } => taken,
        }
    }
}

/// Why something is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is over.
    #[error("这件事项现在是“{0}”，不能再办理。请刷新页面查看最新状态。")]
    Over(&'static str),
    /// Another step comes first.
    #[error("现在的环节是“{0}”，不能越过。请先办理这一环节。")]
    Order(String),
    /// A reason is missing.
    #[error("没有写明理由。理由会告知本人并留痕，请写明后再提交。")]
    NoReason,
    /// An empty statement.
    #[error("没有填写陈述意见。请写明后再提交。")]
    NoStatement,
    /// Too many characters.
    #[error("文字有 {0} 字，最多 {WORDS_MOST} 字。请精简后再提交。")]
    TooLong(usize),
    /// A paper from the time ahead.
    #[error("日期 {0} 还没有到。请按实际日期填写。")]
    Ahead(Date),
    /// A paper older than the step before it.
    #[error("日期 {on} 早于“{step}”的 {before}，次序不对。请核对日期。")]
    Before {
        /// The day given.
        on: Date,
        /// The step before.
        step: String,
        /// Its day.
        before: Date,
    },
}

/// Words as typed, tidied, at most [`WORDS_MOST`] characters.
///
/// # Errors
/// [`Refused::TooLong`].
pub fn words(text: &str) -> Result<String, Refused> {
    let text = tidy_lines(text);
    match text.chars().count() {
        count if count > WORDS_MOST => Err(Refused::TooLong(count)),
        _ => Ok(text),
    }
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. TC01-2026-0002.
    pub number: String,
    /// The membership.
    pub expert: ExpertId,
    /// 姓名
    pub name: String,
    /// A ground of the pack.
    pub ground: String,
    /// Which of the kinds the ground names.
    #[serde(default)]
    pub kind: Option<String>,
    /// 理由; empty where the ground asks for none.
    #[serde(default)]
    pub reason: String,
    /// What the program knew that raised the ground, in words.
    #[serde(default)]
    pub raised: Option<String>,
    /// How it came up.
    pub opened: Opened,
    /// 本人陈述
    #[serde(default)]
    pub statement: Option<Statement>,
    /// Where it stands.
    pub state: State,
}

impl Exit {
    /// What the case still lacks before any step is taken.
    pub fn lacks(&self, ground: &ExitGround, documents: usize) -> Vec<Finding> {
        let reason = Some(self.reason.as_str());
        policy::exit::lacks(ground, reason, documents > 0, self.kind.as_deref())
    }

    /// The step that comes next; `None` once it is over.
    pub fn next<'p>(&self, rules: &'p ExitRules) -> Option<&'p ExitStep> {
        match &self.state {
            State::Open { taken } => rules.steps.get(taken.len()),
            _ => None,
        }
    }

    fn open(self) -> Result<(Self, Vec<Taken>), Refused> {
        match self.state {
            State::Open { ref taken } => {
                let taken = taken.clone();
                Ok((self, taken))
            }
            over => Err(Refused::Over(over.zh())),
        }
    }

    /// Checks that a step is the next one, and dated neither ahead nor before the step before it.
    fn due(&self, rules: &ExitRules, step: &Taken, today: Date) -> Result<(), Refused> {
        let before = self.state.taken().last();
        match (self.next(rules), before) {
            (Some(next), _) if next.label != step.step => Err(Refused::Order(next.label.clone())),
            _ if today < step.on => Err(Refused::Ahead(step.on)),
            (_, Some(before)) if step.on < before.on => Err(Refused::Before {
                on: step.on,
                step: before.step.clone(),
                before: before.on,
            }),
            _ => Ok(()),
        }
    }

    /// Takes the next step. With the last the expert leaves, from the day of that step on.
    ///
    /// # Errors
    /// [`Refused`] when it is over, or another step comes first.
    pub fn take(self, rules: &ExitRules, step: Taken, today: Date) -> Result<Self, Refused> {
        let (one, mut taken) = self.open()?;
        one.due(rules, &step, today)?;
        let on = step.on;
        taken.push(step);
        let state = if taken.len() < rules.steps.len() {
            State::Open { taken }
        } else {
            State::Left { taken, on }
        };
        Ok(Self { state, ..one })
    }

    /// 不同意: whoever takes the next step says no, and why; the expert stays.
    ///
    /// # Errors
    /// [`Refused`] when it is over, another step comes first, or without a reason.
    pub fn refuse(self, rules: &ExitRules, step: Taken, today: Date) -> Result<Self, Refused> {
        let (one, taken) = self.open()?;
        one.due(rules, &step, today)?;
        if step.opinion.is_empty() {
            return Err(Refused::NoReason);
        }
        Ok(Self {
            state: State::Refused { taken, no: step },
            ..one
        })
    }

    /// 撤回, with a reason.
    ///
    /// # Errors
    /// [`Refused`] when it is over, or without a reason.
    pub fn withdraw(self, by: String, at: Timestamp, reason: &str) -> Result<Self, Refused> {
        let (one, taken) = self.open()?;
        let reason = words(reason)?;
        if reason.is_empty() {
            return Err(Refused::NoReason);
        }
        Ok(Self {
            state: State::Withdrawn {
                taken,
                by,
                at,
                reason,
            },
            ..one
        })
    }

    /// 本人陈述: as often as wished until it is over; the last one counts.
    ///
    /// # Errors
    /// [`Refused`] when it is over, or without words.
    pub fn state(self, text: &str, at: Timestamp) -> Result<Self, Refused> {
        let (one, _) = self.open()?;
        let text = words(text)?;
        if text.is_empty() {
            return Err(Refused::NoStatement);
        }
        Ok(Self {
            statement: Some(Statement { text, at }),
            ..one
        })
    }

    /// Takes effect by itself: no step of anybody.
    ///
    /// # Errors
    /// [`Refused`] when it is over.
    pub fn end(self, on: Date) -> Result<Self, Refused> {
        let (one, taken) = self.open()?;
        Ok(Self {
            state: State::Left { taken, on },
            ..one
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;
    use jiff::civil::date;
    use uuid::Uuid;

    fn rules() -> ExitRules {
        let text = crate::policy::library::shipped("dg-2021")
            .expect("shipped")
            .pack;
        let pack = crate::policy::check(text).expect("sound");
        pack.exit.clone().expect("rules")
    }

    fn step(rules: &ExitRules, place: usize, opinion: &str) -> Taken {
        Taken {
            step: rules.steps[place].label.clone(),
            by: By {
                account: AccountId(Uuid::from_u128(1)),
                name: "经办".into(),
                at: Timestamp::UNIX_EPOCH,
            },
            on: date(2022, 6, 1),
            document: None,
            opinion: opinion.into(),
        }
    }

    fn case() -> Exit {
        Exit {
            id: RecordId(Uuid::from_u128(2)),
            pool: PoolId(Uuid::from_u128(3)),
            number: "TC01-2022-0001".into(),
            expert: ExpertId(Uuid::from_u128(4)),
            name: "甲".into(),
            ground: "19-1".into(),
            kind: None,
            reason: "调离本行业".into(),
            raised: None,
            opened: Opened::Own {
                at: Timestamp::UNIX_EPOCH,
            },
            statement: None,
            state: State::Open { taken: Vec::new() },
        }
    }

    const TODAY: Date = date(2022, 6, 1);

    /// Covers: DG-19-0.
    #[test]
    fn no_step_is_skipped_and_the_last_ends_the_membership() {
        let rules = rules();
        let first = step(&rules, 0, "");
        let second = step(&rules, 1, "");
        let third = step(&rules, 2, "");
        assert_eq!(
            case().take(&rules, third.clone(), TODAY),
            Err(Refused::Order(rules.steps[0].label.clone()))
        );
        let checked = case().take(&rules, first.clone(), TODAY).expect("first");
        assert_eq!(
            checked.clone().take(&rules, third.clone(), TODAY),
            Err(Refused::Order(rules.steps[1].label.clone()))
        );
        let decided = checked.take(&rules, second, TODAY).expect("second");
        assert_eq!(decided.state.code(), "open");
        let left = decided.take(&rules, third, TODAY).expect("third");
        assert!(
            matches!(&left.state, State::Left { taken, on } if taken.len() == 3 && *on == TODAY)
        );
        assert_eq!(left.next(&rules), None);
        assert_eq!(
            left.clone().take(&rules, first, TODAY),
            Err(Refused::Over("已办结"))
        );
        assert_eq!(
            left.clone().state("不同意", Timestamp::UNIX_EPOCH),
            Err(Refused::Over("已办结"))
        );
        assert!(
            left.withdraw("甲".into(), Timestamp::UNIX_EPOCH, "不办了")
                .is_err()
        );
    }

    #[test]
    fn whoever_says_no_says_why_and_no_date_is_out_of_order() {
        let rules = rules();
        assert_eq!(
            case().refuse(&rules, step(&rules, 0, ""), TODAY),
            Err(Refused::NoReason)
        );
        let tomorrow = Taken {
            on: date(2022, 6, 2),
            ..step(&rules, 0, "")
        };
        assert_eq!(
            case().take(&rules, tomorrow, TODAY),
            Err(Refused::Ahead(date(2022, 6, 2)))
        );
        let checked = case().take(&rules, step(&rules, 0, ""), TODAY);
        let yesterday = Taken {
            on: date(2022, 5, 31),
            ..step(&rules, 1, "")
        };
        assert_eq!(
            checked.expect("checked").take(&rules, yesterday, TODAY),
            Err(Refused::Before {
                on: date(2022, 5, 31),
                step: rules.steps[0].label.clone(),
                before: TODAY,
            })
        );
        let refused = case().refuse(&rules, step(&rules, 0, "仍在一线工作"), TODAY);
        assert_eq!(refused.expect("refused").state.code(), "refused");
    }

    #[test]
    fn the_expert_may_speak_until_it_is_over_and_a_withdrawal_says_why() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(case().state(" \n ", at), Err(Refused::NoStatement));
        let long = "字".repeat(WORDS_MOST + 1);
        assert_eq!(
            case().state(&long, at),
            Err(Refused::TooLong(WORDS_MOST + 1))
        );
        let spoke = case().state("第一次", at).expect("said");
        let again = spoke.state(" 第二次\n另起一行 ", at).expect("said again");
        let words = again.statement.as_ref().map(|said| said.text.as_str());
        assert_eq!(words, Some("第二次\n另起一行"));
        assert_eq!(
            again.clone().withdraw("甲".into(), at, ""),
            Err(Refused::NoReason)
        );
        let back = again
            .withdraw("甲".into(), at, "继续担任")
            .expect("taken back");
        assert_eq!(back.state.code(), "withdrawn");
    }

    /// Covers: DG-19-3, DG-19-4.
    #[test]
    fn a_case_without_what_its_ground_asks_for_lacks_it() {
        let rules = rules();
        let own = rules.grounds.iter().find(|ground| ground.own).expect("own");
        assert_eq!(case().lacks(own, 0).len(), 1);
        assert!(case().lacks(own, 1).is_empty());
        let kinds = rules.grounds.iter().find(|ground| !ground.kinds.is_empty());
        let kinds = kinds.expect("a ground of several kinds");
        assert_eq!(case().lacks(kinds, 1).len(), 1);
        let named = Exit {
            kind: kinds.kinds.first().cloned(),
            ..case()
        };
        assert!(named.lacks(kinds, 1).is_empty());
    }
}
