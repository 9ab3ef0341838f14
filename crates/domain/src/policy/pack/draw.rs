//! How experts are chosen: by chance, by name, who rests, what happens when too few are left.

use serde::Serialize;

use super::{Condition, Duration, Force};
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// How experts are chosen for a task.
    DrawMode {
        /// 随机抽取
        Random = "random", "随机抽取";
        /// 定向选用
        Designation = "designation", "定向选用";
    }
    /// A part of the request the requester states.
    RequestField {
        /// 业务范围
        Scope = "scope", "业务范围";
        /// 工作类别
        TaskKind = "task_kind", "工作类别";
        /// 工作内容
        Content = "content", "工作内容";
        /// 专业领域
        Specialty = "specialty", "专业领域";
        /// 专业技术等级
        Level = "level", "专业技术等级";
        /// 回避要求; may be 无.
        Recusal = "recusal", "回避要求";
        /// 人数
        Seats = "seats", "人数";
        /// 时间
        Time = "time", "时间";
        /// 地点
        Place = "place", "地点";
    }
    /// Why an expert in scope is not a candidate. Closed vocabulary of the engine.
    Exclusion {
        /// 聘期已满
        TermOver = "term_over", "聘期已满";
        /// 已出库
        Left = "left", "已出库";
        /// 暂停抽取
        Suspended = "suspended", "暂停抽取";
        /// 同时段已有任务
        Busy = "busy", "同时段已有任务";
        /// 使用方回避要求
        RequestedRecusal = "requested_recusal", "使用方提出回避";
        /// 按登记事实应回避
        Recusal = "recusal", "应当回避";
        /// 失信等名单
        Listed = "listed", "在不适用名单";
        /// 连续抽中后暂停一次
        Resting = "resting", "连续抽中，暂停一次";
        /// 职责不符
        Duty = "duty", "职责不符";
        /// 专业领域不符
        Specialty = "specialty", "专业领域不符";
        /// 等级不足
        Level = "level", "专业技术等级不足";
        /// 不属于承担这项工作的队伍
        Team = "team", "队伍不符";
    }
    /// Who sees a result.
    Audience {
        /// 使用方
        Requester = "requester", "使用方";
        /// 抽中的专家
        Drawn = "drawn", "抽中的专家";
        /// 社会公众
        Public = "public", "社会公众";
    }
    /// A step after the draw, in the pack's order (A-DG-15).
    AfterDraw {
        /// 公布结果
        Publish = "publish", "公布结果";
        /// 通知
        Notify = "notify", "通知";
        /// 申报回避
        Declare = "declare", "申报回避";
        /// 确认
        Confirm = "confirm", "确认参加";
    }
    /// Which draws make up one sequence for the rest rule (A-DG-1).
    Sequence {
        /// Those the expert was a valid candidate for.
        Candidate = "candidate", "本人可抽的各次";
        /// Every draw of the pool.
        Pool = "pool", "全库各次";
        /// Those of one requester.
        Requester = "requester", "同一使用方各次";
        /// Those of one specialty.
        Specialty = "specialty", "同一专业领域各次";
    }
    /// What counts as a hit.
    Hit {
        /// 抽中
        Drawn = "drawn", "抽中";
        /// 确认参加
        Confirmed = "confirmed", "确认参加";
        /// 实际到场
        Attended = "attended", "实际到场";
    }
    /// What is one use.
    Round {
        /// The request with all its top-ups.
        Request = "request", "一次需求";
        /// Each round.
        Round = "round", "一轮抽取";
    }
    /// What consent to a designation covers (A-DG-14).
    Consent {
        /// Mode and names.
        Names = "names", "方式及人选";
        /// Mode only.
        Mode = "mode", "仅方式";
    }
    /// What is done when too few can be drawn, in order.
    Remedy {
        /// 特约邀请
        Invite = "invite", "特约邀请";
        /// 会议审定
        Committee = "committee", "会议审定";
        /// 入库
        Enter = "enter", "入库";
        /// 再随机抽取
        DrawAgain = "draw_again", "再随机抽取";
    }
    /// Who is not called again in a top-up.
    NotAgain {
        /// 不能参加
        Declined = "declined", "不能参加";
        /// 未答复
        NoAnswer = "no_answer", "未答复";
        /// 回避
        Recused = "recused", "回避";
        /// 请假
        OnLeave = "on_leave", "请假";
    }
}

/// 抽取与使用
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawRules {
    /// Mode when the request names none.
    pub default_mode: DrawMode,
    /// Modes there are.
    pub modes: Vec<DrawMode>,
    /// What a request must state.
    pub request: Vec<RequestField>,
    /// Party that draws; nobody else may.
    pub executor: String,
    /// A higher level than asked also serves.
    pub level_at_least: bool,
    /// Who of those in scope is no candidate.
    pub exclude: Vec<Exclusion>,
    /// To whom the result is published.
    pub publish_to: Vec<Audience>,
    /// Steps after the draw in order.
    pub order: Vec<AfterDraw>,
    /// Shares of the seed, as ids of parties, where the pack asks for several.
    pub shares: Vec<String>,
    /// Candidates needed per seat, as a ratio `(candidates, seats)` (A-DG-9).
    pub ratio: (u32, u32),
    /// 暂停一次
    pub rest: Option<Rest>,
    /// 数量不足
    pub insufficiency: Option<Insufficiency>,
    /// 定向选用
    pub designation: Option<Designation>,
    /// 补抽
    pub top_up: Option<TopUp>,
    /// Where.
    pub citation: Citation,
}

/// 在连续两次使用中抽中的，原则上下一次暂停一次
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rest {
    /// Consecutive hits that call for it.
    pub streak: u32,
    /// Uses rested.
    pub uses: u32,
    /// Which uses make up the sequence.
    pub sequence: Sequence,
    /// What is a hit.
    pub hit: Hit,
    /// What is one use.
    pub round: Round,
    /// Modes that advance the sequence.
    pub modes: Vec<DrawMode>,
    /// `in_principle`: may be waived with a reason when too few are left.
    pub force: Force,
    /// Where.
    pub citation: Citation,
}

impl Rest {
    /// As the counter reads it.
    pub const fn rule(&self) -> crate::rotation::RotationRule {
        crate::rotation::RotationRule {
            streak: self.streak,
            rest: self.uses,
        }
    }
}

/// 专家数量不能保证随机抽取需要的
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Insufficiency {
    /// What is done, in order.
    pub remedies: Vec<Remedy>,
    /// Warn when there are just as many candidates as seats, so nothing is left to chance.
    pub warn_when_equal: bool,
    /// May an invited expert be used without a further draw?
    pub use_invitees_directly: bool,
    /// Where.
    pub citation: Citation,
}

/// 定向选用
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Designation {
    /// Grounds, at least one of which is given.
    pub grounds: Vec<String>,
    /// What must be explained besides.
    pub besides: Option<String>,
    /// Party that agrees; `None` = whoever draws may choose without asking (CY 第十七条).
    pub consent_by: Option<String>,
    /// What the consent covers.
    pub consent: Consent,
    /// Only experts of the pool.
    pub pool_only: bool,
    /// Only experts of the specialty asked for.
    pub specialty_match: bool,
    /// Where.
    pub citation: Citation,
}

/// 补抽
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopUp {
    /// Who is not called again.
    pub not_again: Vec<NotAgain>,
    /// No answer for so long counts as none.
    pub answer_within: Duration,
    /// Where.
    pub citation: Citation,
}

/// 通知
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotificationRules {
    /// Party that notifies.
    pub by: String,
    /// Channels, in the order tried.
    pub channels: Vec<Medium>,
    /// What a notice says.
    pub fields: Vec<String>,
    /// Lead time.
    pub lead: Option<(Duration, Force)>,
    /// Answers an expert may give.
    pub answers: Vec<Answer>,
    /// Answers that need a reason.
    pub reason_for: Vec<Answer>,
    /// Where.
    pub citation: Citation,
}

/// 请假
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeaveRules {
    /// Party the leave is asked of.
    pub to: String,
    /// Party told of it at once.
    pub told: Option<String>,
    /// Must be in writing (text or file).
    pub written: bool,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Least time before the start; `None` = any time before it.
    pub lead: Option<Duration>,
    /// How that time is counted.
    pub lead_count: LeadCount,
    /// Kinds of leave bound by it; empty = all.
    pub lead_kinds: Vec<String>,
    /// Kinds of leave that need proof.
    pub proof_kinds: Vec<String>,
    /// Misconduct kind a late notice makes a candidate of; the leave itself is still accepted.
    pub late_suggests: Option<String>,
    /// What may be arranged then.
    pub follow_up: Vec<FollowUp>,
    /// Where.
    pub citation: Citation,
}

words! {
    /// A way to reach a person.
    Medium {
        /// 短信
        Sms = "sms", "短信";
        /// 邮件
        Email = "email", "邮件";
        /// 站内消息
        InApp = "in_app", "站内消息";
        /// 电话
        Phone = "phone", "电话";
    }
    /// What an expert says to an invitation.
    Answer {
        /// 同意
        Agreed = "agreed", "同意";
        /// 不同意
        Declined = "declined", "不同意";
        /// 未回复
        NoAnswer = "no_answer", "未回复";
    }
    /// How 提前若干日 is counted (A-JM-4).
    LeadCount {
        /// The day of the work less so many days.
        Subtract = "subtract", "从工作当日往前数";
        /// So many whole days lie between.
        Clear = "clear", "其间须隔满若干日";
    }
    /// What is arranged after a leave.
    FollowUp {
        /// 补抽
        TopUp = "top_up", "补抽";
        /// 减员
        Reduce = "reduce", "减员";
    }
    /// How somebody attended.
    Attendance {
        /// 准时
        OnTime = "on_time", "准时";
        /// 迟到
        Late = "late", "迟到";
        /// 早退
        LeftEarly = "left_early", "早退";
        /// 缺席
        Absent = "absent", "缺席";
    }
    /// With or without cause.
    Cause {
        /// 有故
        Excused = "excused", "有故";
        /// 无故
        Unexcused = "unexcused", "无故";
    }
}

/// 出勤
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttendanceRules {
    /// How one may attend.
    pub values: Vec<Attendance>,
    /// Minutes after the start that are not yet late.
    pub grace_minutes: u32,
    /// Where.
    pub citation: Citation,
}

/// 评价
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvaluationRules {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Who evaluates.
    pub from: Evaluator,
    /// Whom.
    pub of: Evaluated,
    /// Indicators, each of which is answered.
    pub indicators: Vec<String>,
    /// An opinion in words is needed.
    pub opinion: bool,
    /// Time allowed after the task.
    pub due: Duration,
    /// Only so.
    pub when: Vec<Condition>,
    /// Where.
    pub citation: Citation,
}

/// Who evaluates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluator {
    /// The requester of the task, and no other (谁使用、谁评价).
    Requester,
    /// Experts of the task with this duty.
    Duty(String),
    /// A party.
    Party(String),
}

/// Who is evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluated {
    /// Every expert used.
    EveryExpert,
    /// Experts of the task with this duty.
    Duty(String),
}
