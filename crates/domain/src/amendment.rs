//! 信息变更申请: an expert asks that what is held about them be changed, with proof where the instrument
//! asks for it; the office approves or refuses, and the record keeps what it was (DG 第十三条(三),
//! 第十六条(一)). What is to stand instead is not here: it is sealed beside it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::application::By;
use crate::id::{ExpertId, PoolId, RecordId};
use crate::policy::pack::InformationRules;
use crate::text::tidy;

/// What can be asked to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// 工作单位
    Employer,
    /// 职务
    Post,
    /// 职称: one more, or a higher one.
    Title,
    /// 职业资格、技能等级: one more, or a higher one.
    Skill,
    /// 学历学位: one more.
    Education,
    /// 手机
    Mobile,
    /// 电子邮箱
    Email,
    /// 通讯地址
    Address,
}

impl Matter {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 8] = [
        Self::Employer,
        Self::Post,
        Self::Title,
        Self::Skill,
        Self::Education,
        Self::Mobile,
        Self::Email,
        Self::Address,
    ];

    /// Its field in the form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Employer => "employer",
            Self::Post => "post",
            Self::Title => "title",
            Self::Skill => "skill",
            Self::Education => "education",
            Self::Mobile => "mobile",
            Self::Email => "email",
            Self::Address => "address",
        }
    }

    /// The matter a field of the form belongs to; rows of tables are `title.0.name` and so on.
    pub fn of_field(name: &str) -> Option<Self> {
        let first = name.split('.').next().unwrap_or(name);
        Self::ALL.into_iter().find(|matter| matter.code() == first)
    }

    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Employer => "工作单位",
            Self::Post => "职务",
            Self::Title => "职称",
            Self::Skill => "技能等级",
            Self::Education => "学历",
            Self::Mobile => "手机",
            Self::Email => "电子邮箱",
            Self::Address => "通讯地址",
        }
    }

    /// Does a field the instrument lists speak of it? When its name holds the matter's word (专业技术职称
    /// speaks of 职称), or 联系方式 for where somebody is reached.
    fn is_named(self, label: &str) -> bool {
        let contact = matches!(self, Self::Mobile | Self::Email | Self::Address);
        label.contains(self.zh()) || contact && label.contains("联系方式")
    }

    /// May an expert ask for it? Where the instrument is silent, for everything.
    pub fn is_open(self, rules: Option<&InformationRules>) -> bool {
        rules.is_none_or(|rules| {
            rules.open || rules.fields.iter().any(|field| self.is_named(&field.label))
        })
    }

    /// Does the instrument ask for proof of it?
    pub fn needs_proof(self, rules: Option<&InformationRules>) -> bool {
        let fields = rules.iter().flat_map(|rules| &rules.fields);
        fields
            .filter(|field| field.proof)
            .any(|field| self.is_named(&field.label))
    }
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待审核
    Waiting,
    /// 已变更
    Approved {
        /// Who approved it.
        by: By,
        /// On what it was checked.
        note: String,
        /// Conditions of the instrument that no longer hold with what stands now, as sentences.
        unmet: Vec<String>,
    },
    /// 未同意
    Refused {
        /// Who refused it.
        by: By,
        /// Why.
        reason: String,
    },
    /// 本人撤回
    Withdrawn,
}

impl State {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The words users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Waiting => "待审核",
            Self::Approved { .. } => "已变更",
            Self::Refused { .. } => "未同意",
            Self::Withdrawn => "本人撤回",
        }
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// Identifier.
    pub id: RecordId,
    /// The pool it was handed in to.
    pub pool: PoolId,
    /// Number, e.g. BG01-2026-0003.
    pub number: String,
    /// The membership it is about.
    pub expert: ExpertId,
    /// Name of the expert.
    pub name: String,
    /// What is to be changed.
    pub matters: Vec<Matter>,
    /// Since when, or why.
    pub reason: String,
    /// When it was handed in.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub state: State,
}

/// Why a step is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing was changed.
    #[error("没有填写要变更的内容。请只填写有变化的项目，其他留空。")]
    Nothing,
    /// No reason.
    #[error("没有填写变更原因。请写明，例如“2026年3月调动工作”。")]
    NoReason,
    /// Proof is still to come.
    #[error("“{0}”变更须提供证明材料，还没有收到。请退回让本人补交，或等本人上传后再审核。")]
    NoProof(String),
    /// Nothing to be found out from it later.
    #[error("没有写明依据什么核对。请写明，例如“已核对调动文件原件”。")]
    NoNote,
    /// A refusal needs a reason.
    #[error("没有写明不同意的理由。理由会告知本人，请写清楚还缺什么。")]
    NoGround,
    /// It was decided or taken back before.
    #[error("这份变更申请{0}，不能再处理。需要变更的，请重新申请。")]
    Decided(&'static str),
}

impl Amendment {
    /// Checks what an expert asks for.
    ///
    /// # Errors
    /// [`Refused::Nothing`], [`Refused::NoReason`].
    pub fn ask(matters: &[Matter], reason: &str) -> Result<String, Refused> {
        if matters.is_empty() {
            return Err(Refused::Nothing);
        }
        match tidy(reason) {
            reason if reason.is_empty() => Err(Refused::NoReason),
            reason => Ok(reason),
        }
    }

    fn waiting(&self) -> Result<(), Refused> {
        match self.state {
            State::Waiting => Ok(()),
            _ => Err(Refused::Decided(self.state.zh())),
        }
    }

    /// 同意变更, with so many files as proof (DG 第十六条(一)).
    ///
    /// # Errors
    /// [`Refused::Decided`], [`Refused::NoProof`], [`Refused::NoNote`].
    pub fn approve(
        self,
        by: By,
        note: &str,
        rules: Option<&InformationRules>,
        files: usize,
        unmet: Vec<String>,
    ) -> Result<Self, Refused> {
        self.waiting()?;
        let unproven = self.matters.iter().find(|matter| matter.needs_proof(rules));
        if let (Some(matter), 0) = (unproven, files) {
            return Err(Refused::NoProof(matter.zh().to_owned()));
        }
        let note = tidy(note);
        if note.is_empty() {
            return Err(Refused::NoNote);
        }
        Ok(Self {
            state: State::Approved { by, note, unmet },
            ..self
        })
    }

    /// 不同意变更, with a reason the expert is told.
    ///
    /// # Errors
    /// [`Refused::Decided`], [`Refused::NoGround`].
    pub fn refuse(self, by: By, reason: &str) -> Result<Self, Refused> {
        self.waiting()?;
        let reason = tidy(reason);
        if reason.is_empty() {
            return Err(Refused::NoGround);
        }
        Ok(Self {
            state: State::Refused { by, reason },
            ..self
        })
    }

    /// 撤回 by the expert.
    ///
    /// # Errors
    /// [`Refused::Decided`].
    pub fn withdraw(self) -> Result<Self, Refused> {
        self.waiting()?;
        Ok(Self {
            state: State::Withdrawn,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::AccountId;
    use crate::policy::{check, library::shipped};

    fn by() -> By {
        By {
            account: AccountId(Uuid::from_u128(1)),
            name: "经办甲".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn asked(matters: &[Matter]) -> Amendment {
        Amendment {
            id: RecordId(Uuid::from_u128(2)),
            pool: PoolId(Uuid::from_u128(3)),
            number: "BG01-2022-0001".into(),
            expert: ExpertId(Uuid::from_u128(4)),
            name: "何申甲".into(),
            matters: matters.to_vec(),
            reason: "调动工作".into(),
            asked_at: Timestamp::UNIX_EPOCH,
            state: State::Waiting,
        }
    }

    #[test]
    fn the_instrument_says_what_needs_proof() {
        let pack = check(shipped("dg-2021").expect("shipped").pack).expect("sound");
        let rules = pack.information.as_ref();
        let proven = Matter::ALL.into_iter().filter(|one| one.needs_proof(rules));
        assert_eq!(proven.collect::<Vec<_>>(), [Matter::Title]);
        assert!(!Matter::Title.needs_proof(None));
        let mut closed = rules.expect("rules").clone();
        closed.open = false;
        let open = Matter::ALL
            .into_iter()
            .filter(|one| !one.is_open(Some(&closed)));
        assert_eq!(
            open.collect::<Vec<_>>(),
            [Matter::Post, Matter::Skill, Matter::Education]
        );
        let title = asked(&[Matter::Employer, Matter::Title]);
        let bare = title.clone().approve(by(), "已核对", rules, 0, Vec::new());
        assert_eq!(bare, Err(Refused::NoProof("职称".into())));
        assert!(title.approve(by(), "已核对", rules, 1, Vec::new()).is_ok());
        let employer = asked(&[Matter::Employer]);
        assert!(
            employer
                .approve(by(), "已核对", rules, 0, Vec::new())
                .is_ok()
        );
    }

    #[test]
    fn it_is_decided_once_and_with_reasons() {
        assert_eq!(Amendment::ask(&[], "调动"), Err(Refused::Nothing));
        assert_eq!(Amendment::ask(&[Matter::Post], " "), Err(Refused::NoReason));
        let one = asked(&[Matter::Post]);
        assert_eq!(
            one.clone().approve(by(), " ", None, 0, Vec::new()),
            Err(Refused::NoNote)
        );
        assert_eq!(one.clone().refuse(by(), ""), Err(Refused::NoGround));
        let ends = [
            one.clone().approve(by(), "已核对", None, 0, Vec::new()),
            one.clone().refuse(by(), "与证件不符"),
            one.withdraw(),
        ];
        for ended in ends {
            let ended = ended.expect("a first step");
            let again = ended.clone().withdraw();
            assert_eq!(again, Err(Refused::Decided(ended.state.zh())));
            assert!(ended.clone().refuse(by(), "理由").is_err());
            assert!(ended.approve(by(), "依据", None, 1, Vec::new()).is_err());
        }
    }
}
