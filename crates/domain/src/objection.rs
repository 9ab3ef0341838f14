//! 异议: what somebody has against one person on a public list. One in time holds up that person until it
//! is decided, and nobody else; one that comes late is a tip-off, where the pack takes it at all, and
//! holds up nobody (JM 第七条(四)(五); A-JM-16). It cannot be taken back: what was said is verified.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

pub use crate::application::By;
use crate::id::{PoolId, RecordId};
use crate::policy::pack::PublicNotice;
use crate::policy::public_notice::{self, ObjectionState, Receipt, receive};
use crate::policy::words::Word as _;
use crate::text::{tidy, tidy_lines};

/// Fewest characters of a fact that could be verified.
pub const FACT_LEAST: usize = 10;
/// Most characters of what is said.
pub const FACT_MOST: usize = 2000;
/// Most files with one objection.
pub const FILES_MOST: usize = 5;

/// Whether it says whose it is. Names and addresses themselves are kept apart, sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// 署名
    Named,
    /// 匿名
    Anonymous,
}

impl Signature {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Named => "署名",
            Self::Anonymous => "匿名",
        }
    }
}

/// How it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Filed {
    /// 公开页面
    Online,
    /// 来信、来访、来电, entered by an officer.
    Desk {
        /// Who entered it.
        by: By,
    },
}

/// As what it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// In time: it holds up the person it is about.
    Objection,
    /// Late: a tip-off, which holds up nobody.
    TipOff,
}

impl Taken {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Objection => "异议",
            Self::TipOff => "举报",
        }
    }
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 已收到，待核查
    Received,
    /// 核查中
    Investigated {
        /// Who looked into it.
        by: By,
        /// What was found out so far.
        findings: String,
    },
    /// 成立
    Upheld {
        /// Who decided.
        by: By,
        /// Why.
        reason: String,
        /// What had been found out.
        findings: String,
    },
    /// 不成立
    Dismissed {
        /// Who decided.
        by: By,
        /// Why.
        reason: String,
        /// What had been found out.
        findings: String,
    },
}

/// One objection. What it says and whose it is are not here: both are sealed beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. YY01-2026-0002.
    pub number: String,
    /// The list.
    pub posting: RecordId,
    /// Number of the list.
    pub posting_number: String,
    /// The application it is about.
    pub application: RecordId,
    /// The person it is about, as listed.
    pub person: String,
    /// Named or not.
    pub signature: Signature,
    /// How it came.
    pub filed: Filed,
    /// When it came in, in the time of Shanghai.
    pub received: DateTime,
    /// As what it was taken.
    pub taken: Taken,
    /// Where it stands.
    pub state: State,
}

/// The outcome of an investigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 成立
    Upheld,
    /// 不成立
    Dismissed,
}

/// Why it is not taken, or a step not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It names nobody although it must.
    #[error(
        "没有填写姓名。按办法的规定异议须署名，姓名加密保存，只有办理人能看到。请填写后再提交。"
    )]
    Anonymous,
    /// A name without a way to reach the person.
    #[error("填写了姓名，没有填写联系方式。核查时可能要向您了解情况，请填写电话或邮箱。")]
    NoContact,
    /// It names no fact that could be verified.
    #[error(
        "没有写明具体事实，无法核查。请写明什么时间、什么事、有什么依据，至少 {FACT_LEAST} 个字。"
    )]
    NoFact,
    /// It says nothing.
    #[error("没有填写异议内容。请写明您对这位人员有什么异议。")]
    Nothing,
    /// Too much.
    #[error("异议内容最多 {FACT_MOST} 个字，现在是 {0} 个。请精简，其余写在附件里。")]
    TooLong(usize),
    /// Too late, and no longer taken.
    #[error("公示已于 {0} 期满，不再受理异议。如掌握违规线索，请向单位的举报渠道反映。")]
    Late(Date),
    /// It was decided already.
    #[error("这份异议已经办结（{0}），不能再{1}。请刷新页面查看结论。")]
    Decided(&'static str, &'static str),
    /// What was found out is missing.
    #[error("没有写明核查情况。结论要有依据，请写明怎样核查、查到什么。")]
    NoFindings,
    /// A reason is missing.
    #[error("没有写明理由。理由会告知提出异议的人并留痕，请写明后再提交。")]
    NoReason,
}

/// What becomes of one that comes in at a moment. `signed`: it says whose it is.
///
/// # Errors
/// [`Refused`] as the pack's rules have it.
pub fn admit(
    rules: &PublicNotice,
    last_day: Date,
    at: DateTime,
    signed: bool,
    fact: &str,
) -> Result<Taken, Refused> {
    let length = fact.chars().count();
    if length == 0 {
        return Err(Refused::Nothing);
    }
    if length > FACT_MOST {
        return Err(Refused::TooLong(length));
    }
    let concrete = length >= FACT_LEAST;
    match receive(rules, last_day, at.date(), signed, concrete) {
        Receipt::Admitted => Ok(Taken::Objection),
        Receipt::TipOff => Ok(Taken::TipOff),
        Receipt::Anonymous => Err(Refused::Anonymous),
        Receipt::NoFact => Err(Refused::NoFact),
        Receipt::Refused => Err(Refused::Late(last_day)),
    }
}

/// What was typed, tidied: several lines stay several lines.
pub fn fact(typed: &str) -> String {
    tidy_lines(typed)
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Investigated { .. } => "investigated",
            Self::Upheld { .. } => "upheld",
            Self::Dismissed { .. } => "dismissed",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Received => "已收到，待核查",
            Self::Investigated { .. } => "核查中",
            Self::Upheld { .. } => "成立",
            Self::Dismissed { .. } => "不成立",
        }
    }

    /// Nothing more can happen to it.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Upheld { .. } | Self::Dismissed { .. })
    }
}

impl Objection {
    /// As the rule about the person reads it; `None` for a tip-off.
    pub fn counted(&self) -> Option<public_notice::Objection> {
        (self.taken == Taken::Objection).then(|| public_notice::Objection {
            on: self.received.date(),
            state: match self.state {
                State::Received | State::Investigated { .. } => ObjectionState::Open,
                State::Upheld { .. } => ObjectionState::Upheld,
                State::Dismissed { .. } => ObjectionState::Dismissed,
            },
        })
    }

    fn decided(&self, step: &'static str) -> Refused {
        Refused::Decided(self.state.zh(), step)
    }

    /// 核查: what was found out so far, written over what was there.
    ///
    /// # Errors
    /// [`Refused`] once decided, or without a word.
    pub fn investigate(&mut self, findings: &str, by: By) -> Result<(), Refused> {
        if self.state.is_over() {
            return Err(self.decided("登记核查情况"));
        }
        let findings = tidy_lines(findings);
        if findings.is_empty() {
            return Err(Refused::NoFindings);
        }
        self.state = State::Investigated { by, findings };
        Ok(())
    }

    /// 作出结论, which rests on an investigation.
    ///
    /// # Errors
    /// [`Refused`] unless investigated, or without a reason.
    pub fn decide(&mut self, outcome: Outcome, reason: &str, by: By) -> Result<(), Refused> {
        let findings = match &self.state {
            State::Received => return Err(Refused::NoFindings),
            State::Investigated { findings, .. } => findings.clone(),
            State::Upheld { .. } | State::Dismissed { .. } => {
                return Err(self.decided("作出结论"));
            }
        };
        let reason = tidy(reason);
        if reason.is_empty() {
            return Err(Refused::NoReason);
        }
        self.state = match outcome {
            Outcome::Upheld => State::Upheld {
                by,
                reason,
                findings,
            },
            Outcome::Dismissed => State::Dismissed {
                by,
                reason,
                findings,
            },
        };
        Ok(())
    }

    /// The words for where it stands, as whoever filed it reads them: without who decided.
    pub fn answer(&self) -> String {
        match &self.state {
            State::Received => "已收到，等待核查。".to_owned(),
            State::Investigated { .. } => "正在核查，办结后在这里告知结论。".to_owned(),
            State::Upheld { reason, .. } => {
                format!("经核查，{}：{reason}", ObjectionState::Upheld.zh())
            }
            State::Dismissed { reason, .. } => {
                format!("经核查，{}：{reason}", ObjectionState::Dismissed.zh())
            }
        }
    }
}

#[cfg(test)]
mod tests;
