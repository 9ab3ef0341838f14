//! Which instrument this is, and from when to when it binds.

use jiff::civil::Date;
use serde::Serialize;

use super::Statement;
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// What an instrument governs.
    Kind {
        /// 专家库
        ExpertPool = "expert_pool", "专家库";
        /// 研修项目
        Programme = "programme", "研修项目";
    }
    /// Where an instrument stands apart from its dates.
    LegalStatus {
        /// 征求意见稿
        Draft = "draft", "征求意见稿";
        /// 已发布
        Issued = "issued", "已发布";
        /// 已废止
        Repealed = "repealed", "已废止";
    }
    /// What happens to new business when an instrument is a draft, expired or repealed.
    Consequence {
        /// A banner and an explicit confirmation (A-G-12).
        Warn = "warn", "提示并须确认";
        /// No new business; what runs may be finished.
        BlockNew = "block_new", "不得新办，在办可办结";
        /// Nothing but reading.
        BlockAll = "block_all", "仅可查阅";
    }
    /// Which day decides which version of a rule applies (A-G-13).
    Moment {
        /// The day of the appointment.
        Appointment = "appointment", "聘任日";
        /// The day of the act.
        Act = "act", "办理日";
        /// The day of the work.
        Work = "work", "工作日期";
    }
}

/// Which instrument: title, number, issuer, legal status, dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Short stable name of the pack (`dg-2021`).
    pub id: String,
    /// What it governs.
    pub kind: Kind,
    /// Full title.
    pub title: String,
    /// 发文机关
    pub issuer: String,
    /// 适用地区
    pub jurisdiction: String,
    /// 文号; a draft may have none.
    pub document: Option<String>,
    /// 规范性文件编号
    pub normative_code: Option<String>,
    /// 合法性审查
    pub legality_review: Option<String>,
    /// Draft, issued or repealed.
    pub status: LegalStatus,
    /// 试行
    pub trial: bool,
    /// 印发日期
    pub issued: Option<Date>,
    /// First day in force.
    pub from: Date,
    /// Last day in force; `None` when the text sets none.
    pub to: Option<Date>,
    /// What expiry or repeal does to new business.
    pub on_expired: Consequence,
    /// What being a draft does to new business.
    pub on_draft: Consequence,
    /// Do appointments outlive the instrument? (A-G-13)
    pub appointments_survive: bool,
    /// Documents it repeals, whole or in part.
    pub supersedes: Vec<Superseded>,
    /// 解释机关
    pub interpreter: Option<Statement>,
    /// 管理原则
    pub principles: Vec<String>,
    /// Where the principles stand.
    pub principles_citation: Option<Citation>,
    /// 目的
    pub purpose: Option<Statement>,
    /// 主送机关
    pub addressees: Vec<String>,
    /// 依据
    pub basis: Vec<Basis>,
    /// Who answers questions on how it is carried out.
    pub questions: Option<Statement>,
    /// Departments to ask. Names of people are not law: each bureau keeps its own.
    pub contacts: Vec<Contact>,
    /// Where the dates stand in the text.
    pub force_citation: Citation,
    /// Which day decides which version of a rule applies.
    pub binding: VersionBinding,
}

/// 承办部门、联系部门, as the instrument prints them: whom applicants ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Department.
    pub department: String,
    /// Telephone of the office; `None` = each bureau keeps its own.
    pub phone: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// A document repealed by this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Superseded {
    /// 文号
    pub document: String,
    /// What of it is repealed; `None` is the whole.
    pub scope: Option<String>,
}

/// A document this one rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// 文号
    pub document: String,
    /// Title.
    pub title: Option<String>,
    /// Where it is cited.
    pub citation: Citation,
}

/// Which day decides which version applies, per matter (A-G-13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct VersionBinding {
    /// For the length of a term.
    pub term: Moment,
    /// For draws, conduct and exits.
    pub act: Moment,
    /// For fees.
    pub fee: Moment,
}
