//! 信息集中更新: once a year everybody in the pool says whether what is held about them is still
//! right (DG 第十六条(一)).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{CampaignId, PoolId};

/// Where a campaign stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 进行中
    Open,
    /// 已结束
    Closed {
        /// By whom.
        by: String,
        /// When.
        at: Timestamp,
        /// How many had not answered.
        silent: u64,
    },
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed { .. } => "closed",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Open => "进行中",
            Self::Closed { .. } => "已结束",
        }
    }
}

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Identifier.
    pub id: CampaignId,
    /// The pool.
    pub pool: PoolId,
    /// The year it is for.
    pub year: i16,
    /// First day.
    pub opens_on: Date,
    /// Last day to answer.
    pub closes_on: Date,
    /// Who started it.
    pub started_by: String,
    /// When reminders went out.
    #[serde(default)]
    pub reminded: Vec<Timestamp>,
    /// Where it stands.
    pub state: State,
}

/// What one expert answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Asked, not answered.
    Silent,
    /// 无变化
    Unchanged {
        /// When.
        at: Timestamp,
    },
    /// 有变化: what changed, in the expert's words, until the manager has entered it.
    Changed {
        /// When.
        at: Timestamp,
        /// The changes.
        changes: Vec<Change>,
        /// Entered by the manager: by whom and when; `None` while it waits.
        entered: Option<Entered>,
    },
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Field, as the instrument names it (工作单位 …).
    pub field: String,
    /// What it is now.
    pub now: String,
}

/// Who dealt with the changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub note: String,
}

impl Answer {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Unchanged { .. } => "unchanged",
            Self::Changed { entered: None, .. } => "changed",
            Self::Changed { .. } => "entered",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Silent => "未答复",
            Self::Unchanged { .. } => "确认无变化",
            Self::Changed { entered: None, .. } => "有变化，待登记",
            Self::Changed { .. } => "有变化，已办理",
        }
    }

    /// When it came.
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Silent => None,
            Self::Unchanged { at } | Self::Changed { at, .. } => Some(*at),
        }
    }
}

/// What an expert says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// 无变化
    Unchanged,
    /// 有变化
    Changed(Vec<Change>),
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The campaign is over.
    #[error("这次信息集中更新已经结束，不能再办理。信息有变化的，请直接联系专家库办公室。")]
    Closed,
    /// Not said what changed.
    #[error("选择了“有变化”，但没有写明什么变了。请至少填写一项。")]
    NothingNamed,
    /// There is nothing to enter.
    #[error("这位专家没有待登记的变化。请刷新页面查看最新状态。")]
    NothingToEnter,
    /// What was done must be said.
    #[error("没有写明怎样办理。请写明，例如“已变更工作单位”或“电话核实，无须变更”。")]
    NoNote,
}

impl Campaign {
    /// The state after everything was said that will be said.
    ///
    /// # Errors
    /// [`Refused::Closed`] when it is over.
    pub fn close(&self, by: String, at: Timestamp, silent: u64) -> Result<State, Refused> {
        match self.state {
            State::Open => Ok(State::Closed { by, at, silent }),
            State::Closed { .. } => Err(Refused::Closed),
        }
    }

    /// Takes an answer; a later one replaces an earlier one while the campaign is open, unless the
    /// manager has entered the change already.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn answer(&self, before: &Answer, said: Said, at: Timestamp) -> Result<Answer, Refused> {
        if self.state != State::Open {
            return Err(Refused::Closed);
        }
        match said {
            Said::Unchanged => match before {
                Answer::Changed {
                    entered: Some(_), ..
                } => Ok(before.clone()),
                _ => Ok(Answer::Unchanged { at }),
            },
            Said::Changed(changes) if changes.is_empty() => Err(Refused::NothingNamed),
            Said::Changed(changes) => Ok(Answer::Changed {
                at,
                changes,
                entered: None,
            }),
        }
    }
}

impl Answer {
    /// The manager has dealt with the changes.
    ///
    /// # Errors
    /// [`Refused`] when nothing waits or nothing is said.
    pub fn enter(self, by: String, at: Timestamp, note: &str) -> Result<Self, Refused> {
        let note = note.trim();
        if note.is_empty() {
            return Err(Refused::NoNote);
        }
        match self {
            Self::Changed {
                at: answered,
                changes,
                entered: None,
            } => Ok(Self::Changed {
                at: answered,
                changes,
                entered: Some(Entered {
                    by,
                    at,
                    note: note.to_owned(),
                }),
            }),
            _ => Err(Refused::NothingToEnter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    fn campaign() -> Campaign {
        Campaign {
            id: CampaignId(Uuid::nil()),
            pool: PoolId(Uuid::nil()),
            year: 2026,
            opens_on: date(2026, 3, 1),
            closes_on: date(2026, 3, 31),
            started_by: "经办".into(),
            reminded: Vec::new(),
            state: State::Open,
        }
    }

    /// Covers: DG-16-1-a.
    #[test]
    fn an_expert_says_unchanged_or_what_changed_until_it_closes() {
        let mut campaign = campaign();
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(
            campaign.answer(&Answer::Silent, Said::Changed(Vec::new()), at),
            Err(Refused::NothingNamed)
        );
        let moved = vec![Change {
            field: "工作单位".into(),
            now: "新单位".into(),
        }];
        let changed = campaign
            .answer(&Answer::Silent, Said::Changed(moved), at)
            .expect("open");
        assert_eq!(changed.code(), "changed");
        assert_eq!(
            changed.clone().enter("经办".into(), at, " "),
            Err(Refused::NoNote)
        );
        let entered = changed
            .enter("经办".into(), at, "已变更工作单位")
            .expect("waiting");
        assert_eq!(entered.code(), "entered");
        assert_eq!(
            entered.clone().enter("经办".into(), at, "再办"),
            Err(Refused::NothingToEnter)
        );
        assert_eq!(
            campaign.answer(&entered, Said::Unchanged, at),
            Ok(entered.clone()),
            "what the manager entered is not taken back"
        );
        campaign.state = campaign.close("经办".into(), at, 3).expect("open");
        assert_eq!(
            campaign.answer(&Answer::Silent, Said::Unchanged, at),
            Err(Refused::Closed)
        );
        assert_eq!(campaign.close("经办".into(), at, 3), Err(Refused::Closed));
    }
}
