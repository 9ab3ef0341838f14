//! Where an application stands, and every step from there: each takes a state and gives the next, or says
//! why not.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{By, Correction, Passed};
use crate::finding::Finding;
use crate::id::ExpertId;
use crate::policy::pack::{Force, Station};
use crate::policy::words::Word as _;

/// Where an application stands. What earlier stations concluded goes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 草稿
    Draft,
    /// At a station of its channel.
    At {
        /// Which.
        station: Station,
        /// Since when.
        since: Timestamp,
        /// What earlier stations concluded.
        passed: Vec<Passed>,
    },
    /// 退回补正
    Returned {
        /// The station that returned it, to which it comes back.
        from: Station,
        /// By whom.
        by: By,
        /// Item by item.
        corrections: Vec<Correction>,
        /// Last day to hand it in again.
        until: Option<Date>,
        /// What earlier stations concluded.
        passed: Vec<Passed>,
    },
    /// 不予通过
    Refused {
        /// At which station.
        at: Station,
        /// By whom.
        by: By,
        /// On which day.
        on: Date,
        /// What it rests on.
        document: Option<String>,
        /// Why.
        reason: String,
        /// What earlier stations concluded.
        passed: Vec<Passed>,
    },
    /// 已撤回
    Withdrawn {
        /// Who asked for it.
        by: By,
        /// Why.
        reason: String,
        /// What earlier stations concluded.
        passed: Vec<Passed>,
    },
    /// 已聘任
    Appointed {
        /// The membership.
        expert: ExpertId,
        /// Number of the certificate.
        certificate: String,
        /// When.
        at: Timestamp,
        /// What all stations concluded.
        passed: Vec<Passed>,
    },
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The application stands elsewhere.
    #[error("这份入库申请现在是“{now}”，不能{step}。请刷新页面查看最新状态。")]
    WrongState {
        /// The word for the present state.
        now: &'static str,
        /// The verb that was tried.
        step: &'static str,
    },
    /// A reason is missing.
    #[error("没有写明理由。理由会告知申请人并留痕，请写明后再提交。")]
    NoReason,
    /// Nothing to be put right was named.
    #[error("没有指出要补正哪一项。退回补正要逐项写明原因，请至少选择一项。")]
    NothingToCorrect,
    /// The last day to put it right is not ahead.
    #[error("补正期限 {0} 不晚于今天，申请人来不及补正。请改到今天以后。")]
    NoTime(Date),
    /// The station decides in a meeting, and there are no minutes.
    #[error("没有填写会议纪要编号。审定以会议纪要为据，请填写编号后再保存。")]
    NoMinutes,
    /// What must hold does not.
    #[error("{}", words(.0))]
    Blocked(Vec<Finding>),
    /// Conditions that bind 原则上 do not hold, and nobody said why the person passes all the same.
    #[error("有原则性条件不符合，通过须写明理由：{}", words(.0))]
    NeedsReason(Vec<Finding>),
}

fn words(findings: &[Finding]) -> String {
    let said: Vec<String> = findings
        .iter()
        .map(|finding| {
            format!(
                "{}（{}）",
                finding.sentence.trim_end_matches('。'),
                finding.citation
            )
        })
        .collect();
    said.join("；")
}

/// Who acts on which day, and on what paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// Who.
    pub by: By,
    /// The day it counts for.
    pub on: Date,
    /// The paper it rests on.
    pub document: Option<String>,
}

impl State {
    /// Stable code, as indexed: the station's word while at a station.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::At { station, .. } => station.word(),
            Self::Returned { .. } => "returned",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Appointed { .. } => "appointed",
        }
    }

    /// The word users see.
    pub fn zh(&self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::At { station, .. } => station.zh(),
            Self::Returned { .. } => "退回补正",
            Self::Refused { .. } => "不予通过",
            Self::Withdrawn { .. } => "已撤回",
            Self::Appointed { .. } => "已聘任",
        }
    }

    /// Nothing more can happen to it.
    pub const fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::Withdrawn { .. } | Self::Appointed { .. }
        )
    }

    /// May what the applicant states be changed?
    pub const fn is_open_to_applicant(&self) -> bool {
        matches!(self, Self::Draft | Self::Returned { .. })
    }

    /// The station it is at.
    pub const fn station(&self) -> Option<Station> {
        match self {
            Self::At { station, .. } => Some(*station),
            _ => None,
        }
    }

    /// What stations concluded so far.
    pub fn passed(&self) -> &[Passed] {
        match self {
            Self::Draft => &[],
            Self::At { passed, .. }
            | Self::Returned { passed, .. }
            | Self::Refused { passed, .. }
            | Self::Withdrawn { passed, .. }
            | Self::Appointed { passed, .. } => passed,
        }
    }

    fn refuse(&self, step: &'static str) -> Refused {
        Refused::WrongState {
            now: self.zh(),
            step,
        }
    }

    /// 提交: on to the first station behind the submission; what was returned goes back to the station
    /// that returned it. `findings` are those of [`before`](super::guard::Case::before) the submission.
    /// What binds 原则上 does not keep anybody from applying: whoever vets sets it aside with a reason,
    /// or not.
    ///
    /// # Errors
    /// [`Refused`] unless a draft or returned, or while something that must hold does not.
    pub fn submit(
        self,
        route: &[Station],
        hand: Hand,
        findings: &[Finding],
    ) -> Result<Self, Refused> {
        match self {
            Self::Draft => {
                holds(findings)?;
                Ok(onward(route, Station::Submit, hand, None, Vec::new()))
            }
            Self::Returned { from, passed, .. } => {
                holds(findings)?;
                Ok(Self::At {
                    station: from,
                    since: hand.by.at,
                    passed,
                })
            }
            other => Err(other.refuse("提交")),
        }
    }

    /// 通过 the station it is at, on to the next. A station that decides in a meeting needs its minutes.
    ///
    /// # Errors
    /// [`Refused`] unless at a station before the certificate; while a finding blocks; while one that
    /// binds 原则上 does and no reason was given.
    pub fn pass(
        self,
        route: &[Station],
        hand: Hand,
        findings: &[Finding],
        discretion: Option<&str>,
    ) -> Result<Self, Refused> {
        match self {
            Self::At {
                station, passed, ..
            } if station != Station::Certificate => {
                if station == Station::Committee && hand.document.is_none() {
                    return Err(Refused::NoMinutes);
                }
                let discretion = lets(findings, discretion)?;
                Ok(onward(route, station, hand, discretion, passed))
            }
            other => Err(other.refuse("通过")),
        }
    }

    /// 退回补正, item by item.
    ///
    /// # Errors
    /// [`Refused`] unless at a station; without an item or a reason for one; with a day that is past.
    pub fn give_back(
        self,
        hand: Hand,
        corrections: Vec<Correction>,
        until: Option<Date>,
    ) -> Result<Self, Refused> {
        let Self::At {
            station, passed, ..
        } = self
        else {
            return Err(self.refuse("退回补正"));
        };
        if corrections.is_empty() {
            return Err(Refused::NothingToCorrect);
        }
        if corrections.iter().any(|one| one.reason.trim().is_empty()) {
            return Err(Refused::NoReason);
        }
        if let Some(day) = until.filter(|day| *day <= hand.on) {
            return Err(Refused::NoTime(day));
        }
        Ok(Self::Returned {
            from: station,
            by: hand.by,
            corrections,
            until,
            passed,
        })
    }

    /// 不予通过, with a reason. A station that decides in a meeting needs its minutes.
    ///
    /// # Errors
    /// [`Refused`] unless at a station or returned; without a reason or minutes.
    pub fn reject(self, hand: Hand, reason: &str) -> Result<Self, Refused> {
        let (at, passed) = match self {
            Self::At {
                station, passed, ..
            } => (station, passed),
            Self::Returned { from, passed, .. } => (from, passed),
            other => return Err(other.refuse("作出不予通过的结论")),
        };
        if at == Station::Committee && hand.document.is_none() {
            return Err(Refused::NoMinutes);
        }
        Ok(Self::Refused {
            at,
            by: hand.by,
            on: hand.on,
            document: hand.document,
            reason: reasoned(reason)?,
            passed,
        })
    }

    /// 撤回, at any moment before the appointment.
    ///
    /// # Errors
    /// [`Refused`] once over, or without a reason.
    pub fn withdraw(self, by: By, reason: &str) -> Result<Self, Refused> {
        match self {
            Self::Draft | Self::At { .. } | Self::Returned { .. } => Ok(Self::Withdrawn {
                by,
                reason: reasoned(reason)?,
                passed: self.passed().to_vec(),
            }),
            other => Err(other.refuse("撤回")),
        }
    }

    /// 聘任: the certificate is issued. Nobody comes here past a station of the channel.
    ///
    /// # Errors
    /// [`Refused`] unless at the last station.
    pub fn appoint(self, hand: Hand, expert: ExpertId, certificate: &str) -> Result<Self, Refused> {
        match self {
            Self::At {
                station: Station::Certificate,
                mut passed,
                ..
            } => {
                let at = hand.by.at;
                passed.push(Passed {
                    station: Station::Certificate,
                    by: hand.by,
                    on: hand.on,
                    document: Some(certificate.to_owned()),
                    discretion: None,
                });
                Ok(Self::Appointed {
                    expert,
                    certificate: certificate.to_owned(),
                    at,
                    passed,
                })
            }
            other => Err(other.refuse("颁发聘书")),
        }
    }
}

fn reasoned(reason: &str) -> Result<String, Refused> {
    match reason.trim() {
        "" => Err(Refused::NoReason),
        reason => Ok(reason.to_owned()),
    }
}

fn blocking(findings: &[Finding], force: Force) -> Vec<Finding> {
    findings
        .iter()
        .filter(|finding| finding.blocks() && finding.force == force)
        .cloned()
        .collect()
}

/// Whether everything holds that must.
fn holds(findings: &[Finding]) -> Result<(), Refused> {
    let must = blocking(findings, Force::Must);
    match must.is_empty() {
        true => Ok(()),
        false => Err(Refused::Blocked(must)),
    }
}

/// Whether these findings let somebody pass; what was set aside with a reason is remembered.
fn lets(findings: &[Finding], reason: Option<&str>) -> Result<Option<String>, Refused> {
    holds(findings)?;
    let soft = blocking(findings, Force::InPrinciple);
    match (soft.is_empty(), reason.map(str::trim).unwrap_or_default()) {
        (true, _) => Ok(None),
        (false, "") => Err(Refused::NeedsReason(soft)),
        (false, reason) => Ok(Some(reason.to_owned())),
    }
}

/// Past `station`, to the next of the route.
fn onward(
    route: &[Station],
    station: Station,
    hand: Hand,
    discretion: Option<String>,
    mut passed: Vec<Passed>,
) -> State {
    let since = hand.by.at;
    passed.push(Passed {
        station,
        by: hand.by,
        on: hand.on,
        document: hand.document,
        discretion,
    });
    let next = route
        .iter()
        .position(|one| *one == station)
        .and_then(|place| route.get(place + 1))
        .copied();
    State::At {
        // A route that ends early still ends with the appointment.
        station: next.unwrap_or(Station::Certificate),
        since,
        passed,
    }
}
