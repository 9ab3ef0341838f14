//! 不良行为 and 解聘: kinds, the counters that raise them, grounds, triggers, procedure.

use serde::Serialize;

use super::{Bound, Duration};
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// An occurrence counters count.
    Occurrence {
        /// 无故缺席
        AbsentUnexcused = "absent_unexcused", "无故缺席";
        /// 无理由不参加
        DeclinedWithoutReason = "declined_without_reason", "无理由不参加";
        /// 未答复
        NoAnswer = "no_answer", "未答复";
        /// 无故迟到
        LateUnexcused = "late_unexcused", "无故迟到";
        /// 无故早退
        LeftEarlyUnexcused = "left_early_unexcused", "无故早退";
        /// 参加
        Attended = "attended", "参加";
        /// 请假、有故不参加
        Excused = "excused", "请假或有故";
        /// 回避
        Recused = "recused", "回避";
        /// 暂停一次
        Rested = "rested", "暂停一次";
        /// 认定的不良行为记录
        MisconductConfirmed = "misconduct_confirmed", "已认定的不良行为记录";
        /// 未接受委派
        DispatchRefused = "dispatch_refused", "未接受委派";
        /// 接受委派
        DispatchAccepted = "dispatch_accepted", "接受委派";
    }
    /// How occurrences add up.
    Counting {
        /// One after another; others break or are neutral.
        Consecutive = "consecutive", "连续";
        /// All within the window.
        Cumulative = "cumulative", "累计";
    }
    /// In which time a counter counts.
    Window {
        /// The calendar year.
        CalendarYear = "calendar_year", "当年";
        /// The current term.
        Term = "term", "本聘期";
        /// The whole membership.
        Membership = "membership", "在库期间";
    }
    /// What a counter does once it has fired.
    AfterFiring {
        /// Starts from zero.
        Restart = "restart", "重新计数";
        /// Goes on.
        Rolling = "rolling", "滚动计数";
    }
    /// What else brings a kind of misconduct up.
    RaisedBy {
        /// An expert was stopped for an undeclared ground of recusal.
        RecusalStop = "recusal_stop", "发现应回避未回避";
        /// An enquiry was refused an answer.
        EnquiryRefused = "enquiry_refused", "拒不答复";
        /// The counter fired.
        Counter = "counter", "计数达到";
        /// Leave was asked for later than the pack allows.
        LateLeave = "late_leave", "请假迟于规定";
        /// A mark of the report on the work.
        ReportMark = "report_mark", "报告载明";
    }
    /// What a record must show before it is confirmed.
    Evidence {
        /// 证据
        Proof = "proof", "证据";
        /// 不良影响说明
        BadEffect = "bad_effect", "不良影响说明";
    }
    /// What the record of a liability (追究责任、移送) says before its case may be closed.
    LiabilityField {
        /// 受理机关
        Authority = "authority", "受理机关";
        /// 日期
        Date = "date", "日期";
        /// 文书号
        Document = "document", "文书号";
        /// 结果
        Result = "result", "处理结果";
    }
    /// How a trigger acts.
    TriggerMode {
        /// Puts the matter up for decision.
        Propose = "propose", "提请处理";
        /// Acts by itself.
        Automatic = "automatic", "自动处理";
    }
    /// What a trigger watches.
    Watch {
        /// 法定退休日期
        Retirement = "retirement", "法定退休日期";
        /// 年龄
        Age = "age", "年龄";
        /// Every specialty of the expert is retired.
        SpecialtiesRetired = "specialties_retired", "所有专业领域均已淘汰";
        /// A counter.
        Counter = "counter", "计数";
        /// A register lists the person.
        Listed = "listed", "列入名单";
        /// Work was offered and none accepted, period after period.
        NothingAccepted = "nothing_accepted", "连续不接受委派";
    }
    /// How the years of a standing refusal are cut (A-JM-6).
    PeriodCounting {
        /// Twelve months each, back from the day.
        Rolling = "rolling", "从当日往前，每十二个月";
        /// Whole calendar years.
        CalendarYear = "calendar_year", "自然年度";
    }
    /// To whom the retirement trigger applies (A-DG-5).
    RetirementScope {
        /// Who reaches it within the term.
        DuringTerm = "during_term", "聘期内退休的";
        /// Everybody retired.
        All = "all", "全部已退休的";
    }
    /// What a dismissal does.
    ExitEffect {
        /// No longer drawn.
        LeavesPool = "leaves_pool", "出库";
        /// The certificate is void.
        CertificateVoid = "certificate_void", "聘书作废";
        /// Running tasks go to others.
        TasksReassigned = "tasks_reassigned", "在办任务另行安排";
    }
}

/// Counts occurrences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counter {
    /// What is counted.
    pub counts: Vec<Occurrence>,
    /// Of confirmed records only those of these kinds of misconduct; empty = of every kind.
    pub kinds: Vec<String>,
    /// How many fire it.
    pub at: u32,
    /// One after another, or all together.
    pub counting: Counting,
    /// In which time; `None` = without limit.
    pub window: Option<Window>,
    /// In which rolling time before the day.
    pub within: Option<Duration>,
    /// What breaks a run.
    pub breaks: Vec<Occurrence>,
    /// Fires only when none of these happened in the same time (A-GZ-5: offered and never attended).
    pub without: Vec<Occurrence>,
    /// Count one task once at most.
    pub once_per_task: bool,
    /// Afterwards.
    pub after: AfterFiring,
}

/// 不良行为
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConductRules {
    /// Name of the register.
    pub register: String,
    /// Kinds.
    pub kinds: Vec<MisconductKind>,
    /// Parties that may bring a record up.
    pub proposed_by: Vec<String>,
    /// Party that confirms.
    pub confirmed_by: String,
    /// What every record must show before it is confirmed.
    pub evidence: Vec<Evidence>,
    /// The expert may attach a statement before it is decided (A-G-16).
    pub statement: bool,
    /// Where.
    pub citation: Citation,
}

/// One kind of misconduct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MisconductKind {
    /// Id (`18-7`).
    pub id: String,
    /// In a few Chinese words.
    pub label: String,
    /// What it must show besides.
    pub evidence: Vec<Evidence>,
    /// What brings it up, apart from a person.
    pub raised_by: Option<RaisedBy>,
    /// The counter, for kinds a counter raises.
    pub counter: Option<Counter>,
    /// The case may be handed to other authorities.
    pub transferable: bool,
    /// 依法追究责任: what that record must say before the case is closed; empty = no such duty.
    pub liability: Vec<LiabilityField>,
    /// What of it happened, one of which is named; empty = the kind says it.
    pub reasons: Vec<String>,
    /// Where.
    pub citation: Citation,
}

/// 解聘
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExitRules {
    /// What the instrument calls it: 解聘, 取消专家资格, 终止任用.
    pub label: String,
    /// Grounds.
    pub grounds: Vec<ExitGround>,
    /// Steps in order; none may be skipped.
    pub steps: Vec<ExitStep>,
    /// What it does.
    pub effects: Vec<ExitEffect>,
    /// The sentence on compensation the letter carries, if any.
    pub no_compensation: Option<super::Statement>,
    /// Fees earned before are still paid.
    pub earned_fees_payable: bool,
    /// Handing a case over to the judicial authorities.
    pub transfer: Option<Transfer>,
    /// Where.
    pub citation: Citation,
}

/// 移送
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transfer {
    /// What it is called.
    pub label: String,
    /// What its record must say.
    pub needs: Vec<LiabilityField>,
    /// Where.
    pub citation: Citation,
}

/// A step of the exit procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExitStep {
    /// Id, where a parameter points at the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Party.
    pub by: String,
    /// What it does.
    pub label: String,
    /// The record needs minutes.
    pub minutes: bool,
    /// Whoever opens a case thereby takes this step, which is the first (CY: 提出并附证明材料).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opens: bool,
}

/// One ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExitGround {
    /// Id (`19-5`).
    pub id: String,
    /// In a few Chinese words.
    pub label: String,
    /// A reason in words is needed.
    pub reason: bool,
    /// Document needed.
    pub document: Option<String>,
    /// Kinds one of which is named.
    pub kinds: Vec<String>,
    /// Hidden from requesters.
    pub sensitive: bool,
    /// The expert asks for it (DG 第十九条(三)).
    pub own: bool,
    /// How those who leave on this ground are listed (JM 第十二条: 终止任用, 自动退任).
    pub becomes: Option<String>,
    /// How their application is marked from then on.
    pub application_becomes: Option<String>,
    /// What brings it up.
    pub triggers: Vec<Trigger>,
    /// Where.
    pub citation: Citation,
}

/// Brings a ground up by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// Id, where a parameter points at the trigger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Propose, or act.
    pub mode: TriggerMode,
    /// Only persons with this flag (`true`) or without it (`false`).
    pub flag: Option<(String, bool)>,
    /// What is watched.
    pub on: TriggerOn,
}

/// What a trigger watches, with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "watch", rename_all = "snake_case")]
pub enum TriggerOn {
    /// The statutory retirement date is reached.
    Retirement {
        /// Of whom.
        of: RetirementScope,
    },
    /// An age.
    Age {
        /// Proposal.
        bound: Bound,
        /// Early notice from this completed age on.
        alert_at: Option<u32>,
    },
    /// Every specialty is retired.
    SpecialtiesRetired,
    /// A counter fires.
    Counter {
        /// The counter.
        counter: Counter,
    },
    /// A register lists the person.
    Listed {
        /// The register.
        register: String,
    },
    /// Work was offered and none accepted.
    NothingAccepted(NothingAccepted),
}

/// 连续若干年不接受委派: in each of so many years on end work was offered, and none was accepted.
/// Years without an offer prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NothingAccepted {
    /// How many years on end.
    pub periods: u32,
    /// How many offers each of them needs.
    pub offers_each: u32,
    /// How the years are cut.
    pub counting: PeriodCounting,
}

impl ConductRules {
    /// A kind by id.
    pub fn kind(&self, id: &str) -> Option<&MisconductKind> {
        self.kinds.iter().find(|kind| kind.id == id)
    }
}

impl ExitRules {
    /// A ground by id.
    pub fn ground(&self, id: &str) -> Option<&ExitGround> {
        self.grounds.iter().find(|ground| ground.id == id)
    }

    /// The first step that a meeting takes, if there is one.
    pub fn meeting_step(&self) -> Option<&ExitStep> {
        self.steps.iter().find(|step| step.minutes)
    }

    /// The ground on which an expert asks to leave, if there is one.
    pub fn own_ground(&self) -> Option<&ExitGround> {
        self.grounds.iter().find(|ground| ground.own)
    }
}

impl ExitGround {
    /// Nothing is asked for in words or on paper: it holds when what the program knows says so.
    pub fn rests_on_records(&self) -> bool {
        !self.triggers.is_empty()
            && !self.reason
            && self.document.is_none()
            && self.kinds.is_empty()
    }
}
