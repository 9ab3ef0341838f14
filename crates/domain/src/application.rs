//! 入库申请: one application of one person by one channel of a pack, from the draft to the certificate.
//! Which stations it passes, in which order, is the channel's; what must hold at each is in [`guard`],
//! how it goes from one to the next in [`State`].

pub mod guard;
mod state;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Verdict};
use crate::id::{OrganisationId, PoolId, RecordId, SpecialtyId};
use crate::person::Profile;
use crate::policy::checklist::HandedIn;
use crate::policy::exception::Exception;
use crate::policy::facts::{Facts, Filing, Listing, Ticks};
use crate::policy::pack::{Field, Force, Situation, Station};
pub use crate::special_invitation::By;
pub use state::{Hand, Refused, State};

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
    /// How it is marked since its applicant left over it: 申报材料不实 (JM 第十二条(二)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
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
            mark: None,
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
