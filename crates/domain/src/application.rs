//! 入库申请: one application of one person by one channel of a pack, from the draft to the certificate.
//! Which stations it passes, in which order, is the channel's; what must hold at each is in [`guard`].

pub mod guard;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Verdict};
use crate::id::{ExpertId, OrganisationId, PoolId, RecordId, SpecialtyId};
use crate::person::Profile;
use crate::policy::checklist::HandedIn;
use crate::policy::exception::Exception;
use crate::policy::facts::{Facts, Filing, Listing, Ticks};
use crate::policy::pack::{Field, Force, Situation, Station};
use crate::policy::words::Word as _;
pub use crate::special_invitation::By;

/// Who handed it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Filed {
    /// 本人在网上填报
    Online,
    /// 推荐单位的账号
    Unit {
        /// The unit.
        organisation: OrganisationId,
        /// Who entered it.
        by: By,
    },
    /// 经办人代录纸质申请
    Desk {
        /// Who entered it.
        by: By,
    },
}

/// The notice an application answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeAnswered {
    /// Its number.
    pub number: String,
    /// Last day of its window.
    pub closes_on: Date,
    /// What it asks to be handed in besides the pack's list, as it was when it was answered
    /// (JM 第七条(二)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
}

/// One station passed, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// The station.
    pub station: Station,
    /// Who passed it.
    pub by: By,
    /// On which day: of the meeting, the notice, the decision.
    pub on: Date,
    /// What it rests on, where there is a paper: 会议纪要编号.
    #[serde(default)]
    pub document: Option<String>,
    /// Why conditions that bind 原则上 were set aside.
    #[serde(default)]
    pub discretion: Option<String>,
}

/// One thing to be put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Code of the condition or id of the material.
    pub item: String,
    /// What it is called.
    pub label: String,
    /// What is wrong and what to do.
    pub reason: String,
}

/// 推荐意见 a unit gave in its own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The words.
    pub opinion: String,
    /// Name of the unit.
    pub unit: String,
    /// Who gave it for the unit.
    pub by: By,
}

/// What somebody agreed to, in which version, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// Digest of the words agreed to, hex.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// What an officer saw with their own eyes of one condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Whether it holds.
    pub holds: bool,
    /// What that rests on, in words, where the pack asks for it.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says so.
    pub by: By,
}

/// A register looked up by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedUp {
    /// Whether the person is listed.
    pub listed: bool,
    /// Where it was looked up.
    pub source: String,
    /// On which day.
    pub on: Date,
    /// Who did.
    pub by: By,
}

/// What the office found out about an application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// Conditions that need a human eye, by leaf.
    pub confirmed: BTreeMap<String, Confirmed>,
    /// Registers, by id.
    pub looked_up: BTreeMap<String, LookedUp>,
    /// Points of the vetting, by name (JM 第七条(三)).
    pub points: BTreeMap<String, Confirmed>,
    /// What was relaxed or let pass, to what extent and why (GZ 第十一条(七)).
    pub exceptions: Vec<Granted>,
    /// What was given back to be put right, oldest first.
    pub returns: Vec<GivenBack>,
}

/// A relaxation or exception, and who granted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Which condition, how far, why.
    pub exception: Exception,
    /// The article it rests on.
    pub article: String,
    /// Who.
    pub by: By,
}

/// One return to the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    /// The station that returned it.
    pub from: Station,
    /// By whom.
    pub by: By,
    /// Item by item.
    pub corrections: Vec<Correction>,
}

impl Review {
    /// What was granted, without by whom.
    pub fn granted(&self) -> Vec<Exception> {
        let all = self.exceptions.iter();
        all.map(|granted| granted.exception.clone()).collect()
    }
}

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
    /// that returned it. `findings` are those of [`guard::Case::before`] for the submission. What binds
    /// 原则上 does not keep anybody from applying: whoever vets sets it aside with a reason, or not.
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

/// One application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. SQ01-2026-0003.
    pub number: String,
    /// Channel of the pack.
    pub channel: String,
    /// The notice it answers, for channels that need one.
    pub notice: Option<NoticeAnswered>,
    /// Who handed it in.
    pub filed: Filed,
    /// The day it was received.
    pub received_on: Date,
    /// 推荐单位, for channels by which a unit recommends.
    #[serde(default)]
    pub recommender: Option<String>,
    /// The unit whose account sees the application and recommends the person, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<OrganisationId>,
    /// 来源专家库, for channels that name one.
    #[serde(default)]
    pub source: Option<String>,
    /// 专家组 applied for, for packs with teams.
    #[serde(default)]
    pub team: Option<String>,
    /// 任用范围 the application rests on: a value of the pack's list `category`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// 申报身份, for oneself or for a unit: a value of the pack's list `member_kind`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_kind: Option<String>,
    /// What the unit said in its own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation: Option<Recommendation>,
    /// The alternative of the conditions the person relies on, where they say so: id of a branch of the
    /// pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relies_on: Option<String>,
    /// The accepted invitation it comes from.
    #[serde(default)]
    pub invitation: Option<RecordId>,
    /// What is stated of the person.
    pub profile: Profile,
    /// 办公电话
    #[serde(default)]
    pub office_phone: Option<String>,
    /// Specialties applied for, then assigned.
    #[serde(default)]
    pub specialties: Vec<SpecialtyId>,
    /// 职责 applied for, then assigned.
    #[serde(default)]
    pub duties: Vec<String>,
    /// What the person declared, by leaf.
    #[serde(default)]
    pub declared: BTreeMap<String, Ticks>,
    /// What was handed in, by material.
    #[serde(default)]
    pub handed: BTreeMap<String, HandedIn>,
    /// What the office found out.
    #[serde(default)]
    pub review: Review,
    /// 承诺书
    #[serde(default)]
    pub pledge: Option<Agreed>,
    /// 个人信息告知
    #[serde(default)]
    pub privacy: Option<Agreed>,
    /// Where it stands.
    pub state: State,
}

impl Application {
    /// An empty draft begun or received on a day: what is stated comes with the form.
    pub fn draft(
        (id, pool): (RecordId, PoolId),
        number: String,
        channel: &str,
        filed: Filed,
        received_on: Date,
    ) -> Self {
        Self {
            id,
            pool,
            number,
            channel: channel.to_owned(),
            notice: None,
            filed,
            received_on,
            recommender: None,
            unit: None,
            source: None,
            team: None,
            category: None,
            member_kind: None,
            recommendation: None,
            relies_on: None,
            invitation: None,
            profile: Profile::default(),
            office_phone: None,
            specialties: Vec::new(),
            duties: Vec::new(),
            declared: BTreeMap::new(),
            handed: BTreeMap::new(),
            review: Review::default(),
            pledge: None,
            privacy: None,
            state: State::Draft,
        }
    }

    /// When it was handed in first; `None` for a draft.
    pub fn handed_in(&self) -> Option<&Passed> {
        let passed = self.state.passed();
        passed.iter().find(|one| one.station == Station::Submit)
    }

    /// The unit it belongs to: the one whose account entered it, or whose recommendation it needs.
    pub fn unit(&self) -> Option<OrganisationId> {
        match &self.filed {
            Filed::Unit { organisation, .. } => Some(*organisation),
            Filed::Online | Filed::Desk { .. } => self.unit,
        }
    }

    /// Begun by its applicant and not handed in: nobody else sees it.
    pub fn is_private(&self) -> bool {
        self.filed == Filed::Online && self.handed_in().is_none()
    }

    /// The facts conditions are tested against. `registers` are the ones the system itself looked up;
    /// those looked up by hand come on top.
    pub fn facts(&self, registers: BTreeMap<String, Vec<Listing>>) -> Facts {
        let mut registers = registers;
        for (register, found) in &self.review.looked_up {
            let entries = registers.entry(register.clone()).or_default();
            if found.listed {
                entries.push(Listing {
                    standing: crate::policy::pack::Standing::Self_,
                    subject: self.profile.name.clone(),
                    from: found.on,
                    to: None,
                    source: Some(found.source.clone()),
                });
            }
        }
        let mut situation = Situation::EMPTY.with(Field::Channel, &self.channel);
        if let Some(kind) = self
            .profile
            .employer
            .as_ref()
            .and_then(|one| one.kind.as_ref())
        {
            situation = situation.with(Field::EmployerKind, kind);
        }
        if let Some(team) = &self.team {
            situation = situation.with(Field::Team, team);
        }
        if let Some(category) = &self.category {
            situation = situation.with(Field::Category, category);
        }
        if let Some(kind) = &self.member_kind {
            situation = situation.with(Field::MemberKind, kind);
        }
        for duty in &self.duties {
            situation = situation.with(Field::Duty, duty);
        }
        for (flag, holds) in &self.profile.flags {
            if *holds {
                situation = situation.with(Field::Flag, flag);
            }
        }
        Facts {
            profile: self.profile.clone(),
            filing: Filing::Signed,
            declared: self.declared.clone(),
            reviewed: self
                .review
                .confirmed
                .iter()
                .map(|(leaf, confirmed)| (leaf.clone(), confirmed.holds))
                .collect(),
            notes: self
                .review
                .confirmed
                .iter()
                .filter_map(|(leaf, confirmed)| Some((leaf.clone(), confirmed.note.clone()?)))
                .collect(),
            registers,
            specialties: self.specialties.iter().map(ToString::to_string).collect(),
            situation,
        }
    }
}

/// Does any finding that must hold fail outright? Missing facts may still come.
pub fn fails(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.force == Force::Must && finding.verdict == Verdict::Unmet)
}

#[cfg(test)]
mod tests;
