//! The way in: channels, what is handed in, the steps, and what stands at the end.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CohortRules, Condition, Duration, Force};
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// Whether an item of a list must be handed in.
    Need {
        /// Always.
        Always = "always", "必交";
        /// Whatever of it the person holds; the proof of the branch used always.
        IfHeld = "if_held", "持有即交";
        /// Any one of its parts (CY 第十二条: 职称或职业资格证书).
        OnePart = "one_part", "交其中之一";
    }
    /// For whom an item is handed in once.
    Per {
        /// Each person.
        Person = "person", "每人一份";
        /// The batch.
        Batch = "batch", "每批一份";
    }
    /// How a seal may be given (A-G-17).
    Seal {
        /// Scan of the sealed paper.
        Scan = "scan", "盖章扫描件";
        /// Confirmation by the verified account of the unit.
        UnitAccount = "unit_account", "单位账号确认";
    }
    /// The stations of an admission. Closed: each has its own page and record.
    Station {
        /// 提交
        Submit = "submit", "提交";
        /// 单位推荐: the employer's recommendation of somebody who applied (CY 第十二条).
        Recommendation = "recommendation", "单位推荐";
        /// 资料审核
        Vetting = "vetting", "资料审核";
        /// 会议审定
        Committee = "committee", "会议审定";
        /// 批准: a head approves who is appointed (CY 第十一条、第十二条).
        Approval = "approval", "批准";
        /// 公示
        PublicNotice = "public_notice", "公示";
        /// 分类入库
        Classify = "classify", "分类入库";
        /// 颁发聘书
        Certificate = "certificate", "颁发聘书";
    }
    /// What must hold before a station is passed. Closed vocabulary of the engine.
    Guard {
        /// Every item of the material list is there.
        MaterialsComplete = "materials_complete", "材料齐全";
        /// Every declared leaf is ticked.
        DeclaredLeaves = "declared_leaves", "承诺事项齐全";
        /// Every computed or external `must` leaf holds.
        ComputedLeaves = "computed_leaves", "可计算的硬性条件符合";
        /// The whole expression holds, counting the exceptions granted.
        Eligible = "eligible", "符合入库条件";
        /// Enough values on every axis.
        Classified = "classified", "已分类";
        /// The public notice is over and nothing was upheld or is open against the person.
        NoticeClear = "notice_clear", "公示期满无异议";
        /// An open notice covers the application.
        OpenNotice = "open_notice", "在征集期内";
    }
    /// A person's result at a station.
    StepOutcome {
        /// 通过
        Passed = "passed", "通过";
        /// 退回补正
        Returned = "returned", "退回补正";
        /// 不通过
        Refused = "refused", "不通过";
    }
    /// What a meeting's record must hold.
    MinutesField {
        /// 日期
        Date = "date", "会议日期";
        /// 出席人员
        Attendees = "attendees", "出席人员";
        /// 纪要编号
        Number = "number", "纪要编号";
        /// 逐人结论
        PerPerson = "per_person", "逐人结论";
        /// 各成员意见
        Opinions = "opinions", "各成员意见";
    }
    /// How a panel comes to its conclusion (A-CY-15).
    PanelVote {
        /// The conclusion recorded counts; votes are not added up.
        Conclusion = "conclusion", "以记录的结论为准";
        /// 过半数
        Majority = "majority", "过半数同意";
        /// 三分之二
        TwoThirds = "two_thirds", "三分之二以上同意";
    }
    /// How often an appointment may be renewed (A-CY-13).
    RenewalTimes {
        /// 不限
        Unlimited = "unlimited", "不限次数";
        /// 一次
        Once = "once", "一次";
        /// 两次
        Twice = "twice", "两次";
    }
    /// How a term is set.
    TermMode {
        /// So many years each.
        Fixed = "fixed", "固定年限";
        /// At most so many.
        Max = "max", "不超过";
        /// Everybody's term ends with the cohort's.
        Cohort = "cohort", "按届";
    }
    /// What starts a term (A-G-5).
    TermStart {
        /// The date on the certificate.
        Certificate = "certificate", "聘书日期";
        /// The decision.
        Decision = "decision", "决定日期";
    }
    /// What a renewal needs.
    RenewalNeed {
        /// 审核合格
        ReviewPassed = "review_passed", "审核合格";
        /// 工作需要
        Need = "need", "工作需要";
        /// 本人愿意
        Willing = "willing", "本人愿意";
        /// 工作开展情况 (CY 第三条)
        WorkRecord = "work_record", "工作开展情况";
    }
    /// By which way a renewal goes (A-JM-12).
    RenewalSteps {
        /// A decision alone.
        Decision = "decision", "直接决定";
        /// The whole way in again.
        Full = "full", "重新办理入库程序";
    }
    /// What is laid before the one who decides on a renewal.
    Dossier {
        /// 评价
        Evaluations = "evaluations", "评价";
        /// 不良行为记录
        Misconduct = "misconduct", "不良行为记录";
        /// 出勤
        Attendance = "attendance", "出勤";
        /// 工作台账
        Ledger = "ledger", "工作台账";
    }
    /// Per what a notice says how many experts are wanted (CY 第十条).
    HeadcountPer {
        /// Each team.
        Team = "team", "各队伍";
        /// Each specialty.
        Specialty = "specialty", "各专业领域";
        /// The pool as a whole.
        Pool = "pool", "全库";
    }
    /// What a certificate is printed on.
    CertificatePaper {
        /// A page.
        Sheet = "sheet", "证书";
        /// A card to be worn.
        Card = "card", "工作证";
    }
    /// What a public notice does when its last day is no working day (A-JM-1).
    Roll {
        /// It ends on that day.
        None = "none", "不顺延";
        /// It ends on the next working day.
        NextWorkday = "next_workday", "顺延至下一工作日";
    }
    /// In how many of the named media a notice must appear (A-JM-2).
    MediaNeeded {
        /// Every one of them.
        All = "all", "各媒体均须发布";
        /// One is enough.
        Any = "any", "其一即可";
    }
    /// Does an objection stop the matter?
    LateObjection {
        /// Refused.
        Refuse = "refuse", "不再受理";
        /// Taken as a tip-off.
        TipOff = "tip_off", "转作举报";
    }
}

/// 入库渠道
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Id (`self_nominated`, `by_employer`, `cross_pool`, `invited`).
    pub id: String,
    /// Name.
    pub label: String,
    /// What it is part of (公开征集).
    pub group: Option<String>,
    /// Party that submits; anybody else is refused.
    pub submitter: String,
    /// Party that fills the form in, where it is not the submitter.
    pub filled_by: Option<String>,
    /// Many persons in one submission.
    pub batch: bool,
    /// Only while a notice is open.
    pub needs_notice: bool,
    /// Source pool must be named and recorded.
    pub names_source: bool,
    /// An invitation must be accepted before anything is handed in; who may start it.
    pub invitation: Option<InvitationRule>,
    /// Id of the material list.
    pub materials: String,
    /// Stations in order.
    pub stations: Vec<Station>,
    /// Heading under which the committee sees these persons.
    pub agenda_heading: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// 特约邀请
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvitationRule {
    /// Party that sends the letter.
    pub sent_by: String,
    /// Parties that may propose it (A-DG-10).
    pub proposed_by: Vec<String>,
}

/// 应交材料
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MaterialList {
    /// Id.
    pub id: String,
    /// Items in the order of the text.
    pub items: Vec<Material>,
    /// Each notice calling for applications names further items, all of which are needed (JM
    /// 第七条(二)).
    pub by_notice: bool,
    /// Where.
    pub citation: Citation,
}

/// One item of a material list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Material {
    /// Id.
    pub id: String,
    /// What it is.
    pub label: String,
    /// The form to be filled, if it is one.
    pub form: Option<String>,
    /// Whose opinion it must carry.
    pub opinion: Option<String>,
    /// Ways a seal may be given; empty = no seal needed.
    pub seal: Vec<Seal>,
    /// Always or if held.
    pub need: Need,
    /// How strongly it is asked for; `may` only warns.
    pub force: Force,
    /// Every part must be handed in or said not to be held; silence on one is not enough.
    pub parts_answered: bool,
    /// Each person or each batch.
    pub per: Per,
    /// Parts that are ticked one by one as handed in or not held.
    pub parts: Vec<MaterialPart>,
    /// Must not have expired on the day of submission.
    pub valid_on_submission: bool,
    /// Party that may waive it with a reason, and the only reason that counts.
    pub waiver: Option<Waiver>,
    /// Only so.
    pub when: Vec<Condition>,
    /// Where.
    pub citation: Citation,
}

/// One part of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MaterialPart {
    /// Id.
    pub id: String,
    /// What it is.
    pub label: String,
}

/// Who may do without an item, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiver {
    /// Party.
    pub by: String,
    /// The reason that counts (无工作单位).
    pub reason: String,
}

/// 办理环节
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Id, where a parameter points at the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which station.
    pub station: Station,
    /// Name.
    pub label: String,
    /// Party that acts; `None` = the channel's submitter.
    pub party: Option<String>,
    /// What must hold.
    pub guards: Vec<Guard>,
    /// Results a person may get; empty = done or not.
    pub outcomes: Vec<StepOutcome>,
    /// Results that need a reason.
    pub reason_for: Vec<StepOutcome>,
    /// Points each of which must be found in order before anybody passes (JM 第七条(三)).
    pub points: Vec<String>,
    /// What the record of a meeting must hold.
    pub minutes: Vec<MinutesField>,
    /// Who sits in judgement, where several do.
    pub panel: Option<Panel>,
    /// Document it produces.
    pub produces: Option<String>,
    /// Time allowed.
    pub due: Option<Duration>,
    /// Where.
    pub citation: Citation,
}

/// A panel chosen anew for every round (CY 第十二条: 组织相关部门进行评审).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Panel {
    /// Fewest members.
    pub at_least: u32,
    /// How it concludes.
    pub vote: PanelVote,
}

/// 征集公告
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Solicitation {
    /// What it is called.
    pub label: String,
    /// What it must say.
    pub fields: Vec<String>,
    /// Where it must appear.
    pub media: Vec<String>,
    /// In how many of these.
    pub media_needed: MediaNeeded,
    /// May an application stand without an open notice?
    pub standing: bool,
    /// Party that approves a notice; `None` = whoever may publish. Always another person than the
    /// one who drafted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// How many are wanted, where a notice must say so (CY 第十条).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount: Option<Headcount>,
    /// Where.
    pub citation: Citation,
}

/// 拟聘人数
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headcount {
    /// What it is called; the same words as in the list of what a notice must say.
    pub label: String,
    /// Per what it is given.
    pub per: HeadcountPer,
    /// What appointing more than the planned number meets; `None` = nothing (CY 第十条).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond: Option<Force>,
}

/// 公示
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicNotice {
    /// How long.
    pub length: Duration,
    /// Is the day of publication the first day?
    pub first_day_counts: bool,
    /// When the last day is no working day.
    pub roll: Roll,
    /// What is shown of a person (A-G-18).
    pub columns: Vec<String>,
    /// May an objection be anonymous?
    pub anonymous_objection: bool,
    /// Must an objection name a concrete fact?
    pub objection_needs_fact: bool,
    /// What becomes of an objection that comes late.
    pub late: LateObjection,
    /// Where.
    pub citation: Citation,
}

/// 聘书
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// 聘书, 任用证书, 工作证.
    pub title: String,
    /// Number, with `{year}` and `{seq:04}`.
    pub number: String,
    /// What it shows, in the words of the text: those of [`Detail::named`](crate::certificate::Detail).
    pub fields: Vec<String>,
    /// What it says of the person after the article it rests on; `None` = 聘请您为……专家.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phrase: Option<String>,
    /// What it is printed on.
    #[serde(skip_serializing_if = "CertificatePaper::is_sheet")]
    pub paper: CertificatePaper,
    /// Where.
    pub citation: Citation,
}

impl CertificatePaper {
    /// The usual paper.
    fn is_sheet(&self) -> bool {
        *self == Self::Sheet
    }
}

impl Certificate {
    /// The number of the `sequence`-th certificate of a year.
    pub fn number(&self, year: i16, sequence: u32) -> String {
        let mut number = self.number.replace("{year}", &year.to_string());
        for width in 1..=8 {
            let hole = format!("{{seq:0{width}}}");
            if number.contains(&hole) {
                number = number.replace(&hole, &format!("{sequence:0width$}"));
            }
        }
        number.replace("{seq}", &sequence.to_string())
    }
}

/// 聘期
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermRules {
    /// Years.
    pub years: u16,
    /// Fixed, at most, or with the cohort.
    pub mode: TermMode,
    /// The cohort, for terms that end with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohort: Option<CohortRules>,
    /// What starts it.
    pub start: TermStart,
    /// May an expert be appointed for one task only (CY 第三条), and how?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_off: Option<OneOff>,
    /// What a person is after the last day without renewal.
    pub lapse: String,
    /// Where.
    pub citation: Citation,
}

/// 一次性聘用: bound to one task, over when the task is closed, never renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OneOff {
    /// A certificate is issued all the same, valid as long as the appointment (A-CY-13).
    pub certificate: bool,
}

/// 续聘
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Renewal {
    /// Party that decides.
    pub by: String,
    /// What it needs.
    pub needs: Vec<RenewalNeed>,
    /// Leaves tested again, as indexes.
    pub recheck: Vec<u16>,
    /// By which way it goes.
    pub steps: RenewalSteps,
    /// Leaves that do not bar a person with this flag (DG: 特别优秀或紧缺领域 and age).
    pub spared: Option<Spared>,
    /// What is laid before the one who decides.
    pub dossier: Vec<Dossier>,
    /// How long before the end it falls due.
    pub remind: Duration,
    /// The decision, either way, needs a reason.
    pub reason: bool,
    /// It may still be decided when the term is over: the text lets it be reviewed 期满后. Otherwise the
    /// person is out on the next day.
    pub after_end: bool,
    /// How often.
    pub times: RenewalTimes,
    /// Where.
    pub citation: Citation,
}

impl Step {
    /// The points not yet found in order, in the order of the pack.
    pub fn open_points(&self, concluded: &BTreeMap<String, bool>) -> Vec<&str> {
        self.points
            .iter()
            .map(String::as_str)
            .filter(|point| concluded.get(*point) != Some(&true))
            .collect()
    }
}

impl Renewal {
    /// What a renewal still needs (JM 第十一条: work need and willingness, both).
    pub fn lacking(&self, given: &[RenewalNeed]) -> Vec<RenewalNeed> {
        let open = self.needs.iter().filter(|need| !given.contains(need));
        open.copied().collect()
    }
}

/// Leaves that do not bar a person of whom something is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spared {
    /// Flag of the person.
    pub flag: String,
    /// Leaves, as indexes.
    pub leaves: Vec<u16>,
}

/// Everything about the way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Admission {
    /// Channels.
    pub channels: Vec<Channel>,
    /// Material lists.
    pub materials: Vec<MaterialList>,
    /// Steps, one per station used.
    pub steps: Vec<Step>,
    /// Notices calling for applications.
    pub solicitation: Option<Solicitation>,
    /// Public notice of those admitted.
    pub public_notice: Option<PublicNotice>,
    /// Certificate.
    pub certificate: Option<Certificate>,
    /// Term.
    pub term: TermRules,
    /// Renewal.
    pub renewal: Option<Renewal>,
}

impl Admission {
    /// A channel by id.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// A step by station.
    pub fn step(&self, station: Station) -> Option<&Step> {
        self.steps.iter().find(|step| step.station == station)
    }

    /// The material list of a channel.
    pub fn list_of(&self, channel: &Channel) -> Option<&MaterialList> {
        self.materials
            .iter()
            .find(|list| list.id == channel.materials)
    }
}
