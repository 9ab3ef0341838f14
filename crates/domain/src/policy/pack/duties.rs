//! What experts may and owe, secrecy, keeping data up to date, what is due every year, and the
//! values an authority may switch.

use serde::Serialize;

use super::{Duration, Medium, Statement};
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// What follows when an expert does not answer the yearly update (A-DG-27).
    NonResponse {
        /// Listed, nothing more.
        List = "list", "列出名单";
        /// Not drawn until answered.
        Pause = "pause", "暂停抽取";
    }
    /// What a yearly obligation counts.
    ObligationCount {
        /// 信息集中更新
        Campaign = "update.campaign", "信息集中更新";
        /// 征集公告
        Notice = "notice.published", "征集公告";
        /// 全体会议
        Plenary = "gathering.plenary", "全体会议";
        /// 专家培训
        Training = "gathering.training", "专家培训";
        /// 专家组工作会议、座谈
        Group = "gathering.group", "专家组会议";
    }
    /// Is an obligation due in the last period of an instrument, which ends before the period does?
    LastPeriod {
        /// Like any other.
        Due = "due", "照常应办";
        /// Not.
        Exempt = "exempt", "不要求";
    }
    /// How often the list of experts is gone through.
    RegisterPeriod {
        /// 每月
        Month = "month", "每月";
        /// 每季度
        Quarter = "quarter", "每季度";
        /// 每半年
        HalfYear = "half_year", "每半年";
        /// 每年
        Year = "year", "每年";
    }
    /// In which time an obligation recurs.
    ObligationPer {
        /// Calendar year.
        CalendarYear = "calendar_year", "每年";
        /// Half-year.
        HalfYear = "half_year", "每半年";
    }
    /// Per what a secrecy document is signed.
    SignedPer {
        /// Each term.
        Term = "term", "每个聘期";
        /// Each task.
        Task = "task", "每次任务";
    }
}

/// 权利与义务
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duties {
    /// Rights, item by item.
    pub rights: Vec<Statement>,
    /// Duties, item by item.
    pub duties: Vec<Statement>,
    /// 保密
    pub confidentiality: Option<Confidentiality>,
    /// 询问、质疑、投诉
    pub enquiry: Option<Enquiry>,
    /// 意见性质声明
    pub disclaimer: Option<Statement>,
}

/// 保密协议或承诺书
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confidentiality {
    /// Documents any one of which will do; empty = the duty binds without a signature.
    pub documents: Vec<String>,
    /// Signed how often.
    pub per: SignedPer,
    /// What is secret.
    pub covers: Vec<String>,
    /// Every download of a task's file is on record.
    pub log_downloads: bool,
    /// Misconduct kind of a leak.
    pub leak: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// 询问、质疑、投诉
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enquiry {
    /// Kinds.
    pub kinds: Vec<String>,
    /// Party that asks.
    pub from: String,
    /// Time to answer.
    pub due: Duration,
    /// Misconduct kind of a refusal.
    pub refusal: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// 信息更新
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InformationRules {
    /// Fields an expert asks to change.
    pub fields: Vec<UpdateField>,
    /// Other fields may be changed too.
    pub open: bool,
    /// Party that decides.
    pub approved_by: String,
    /// A change the manager starts needs the expert's confirmation on record.
    pub confirmed_by_expert: bool,
    /// The yearly campaign.
    pub campaign: Option<Campaign>,
    /// Specialties are added and retired.
    pub specialties: Option<SpecialtyUpdate>,
    /// The list of experts is gone through in turns (JM 第十四条).
    pub reconcile: Option<Reconcile>,
    /// Where.
    pub citation: Citation,
}

/// A field an expert asks to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateField {
    /// Name.
    pub label: String,
    /// Needs proof.
    pub proof: bool,
}

/// 集中更新
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Campaign {
    /// Channels, all of which are tried.
    pub channels: Vec<Medium>,
    /// Answers.
    pub answers: Vec<String>,
    /// No answer.
    pub non_response: NonResponse,
    /// Where.
    pub citation: Citation,
}

/// 专业类别更新
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpecialtyUpdate {
    /// Party on whose need one is added.
    pub added_for: String,
    /// Party that retires one.
    pub retired_by: String,
    /// Exit ground for experts left without any.
    pub leaves: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// 定期更新
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconcile {
    /// How often.
    pub every: RegisterPeriod,
    /// Where.
    pub citation: Citation,
}

/// 年度应办事项
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// What is counted.
    pub counts: ObligationCount,
    /// How often at least.
    pub at_least: u32,
    /// How often at most before a warning; `None` = no limit.
    pub warn_above: Option<u32>,
    /// In which time.
    pub per: ObligationPer,
    /// Days of the year from which too few call for a reminder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    /// Is it due in the last period of the instrument, which its last day cuts short (A-JM-2)?
    pub last_period: LastPeriod,
    /// Axis each of whose groups has to do it; `None` = once for the whole pool.
    pub each: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// From this day of the year on, fewer than so many call for a reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reminder {
    /// Month, 1 to 12.
    pub month: i8,
    /// Day of the month.
    pub day: i8,
    /// How many are expected by then.
    pub at_least: u32,
}

/// A value of this pack an authority may switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Path of the value: `draw.rest.streak`, `leaf.AGE.less_than`.
    pub path: String,
    /// What users call it.
    pub label: String,
    /// Accepted values, as a pack writes them; empty = any whole number in `range`.
    pub choices: Vec<String>,
    /// What users call each accepted value; empty where the value itself can be read.
    pub words: Vec<String>,
    /// Least and greatest whole number.
    pub range: Option<(i64, i64)>,
    /// Party that may switch it.
    pub by: String,
    /// Where.
    pub citation: Citation,
}

impl Parameter {
    /// What users call a value.
    pub fn words_of<'a>(&'a self, value: &'a str) -> &'a str {
        let place = self.choices.iter().position(|choice| choice == value);
        place
            .and_then(|place| self.words.get(place))
            .map_or(value, String::as_str)
    }
}

/// One article of the text with what it is about, in our own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Article {
    /// Where.
    pub citation: Citation,
    /// One line.
    pub about: String,
    /// It only states a purpose, defines a term or forwards a duty nobody counts: carried by being
    /// shown, not by a rule.
    pub shown: bool,
    /// Items below it.
    pub items: Vec<Article>,
}
