//! Who may be an expert: leaves, the one expression over them, relaxations.

use serde::Serialize;

use super::{Bound, Condition, Duration, Post, Rung};
use crate::policy::citation::Citation;
use crate::policy::expression::Expression;
use crate::policy::words::words;

words! {
    /// How strongly the text binds.
    Force {
        /// 应当、必须、不得
        Must = "must", "应当";
        /// 原则上、一般: an authorised person may make an exception with a reason (A-G-15).
        InPrinciple = "in_principle", "原则上";
        /// 可以、advice: shown, never blocks.
        May = "may", "可以";
    }
    /// How it becomes known whether a leaf holds. Several may be needed together.
    How {
        /// From the facts on file.
        Computed = "computed", "按资料计算";
        /// The person declares it.
        Declared = "declared", "本人承诺";
        /// A reviewer confirms it.
        Reviewed = "reviewed", "审核确认";
        /// A register kept by others says so.
        External = "external", "外部名单";
    }
    /// Which record of a person a leaf looks through.
    Record {
        /// 荣誉称号、奖项
        Honours = "honours", "荣誉称号、奖项";
        /// 主要专业工作业绩
        Achievements = "achievements", "主要专业工作业绩";
        /// 证书、证卡, by the rung of their issuer
        Credentials = "credentials", "证书、证卡";
    }
    /// Which rank of a person a ladder leaf reads.
    Ranked {
        /// 职称
        Title = "title", "职称";
        /// 职业资格、技能等级
        Skill = "skill", "职业资格（技能等级）";
        /// 学历
        Education = "education", "学历";
    }
    /// What a `held` leaf looks for among.
    Holding {
        /// Names of titles.
        Titles = "titles", "职称";
        /// Occupations of skills.
        Skills = "skills", "职业资格";
        /// Names of honours.
        Honours = "honours", "荣誉称号";
        /// Degrees.
        Degrees = "degrees", "学位";
        /// Current post.
        Post = "post", "职务";
        /// Names of licences and cards.
        Credentials = "credentials", "证书、证卡";
    }
    /// What a `one_of` or `min_selected` leaf counts.
    Selection {
        /// 能承担的工作
        TaskKinds = "task_kinds", "可承担的工作类别";
        /// 专业领域
        Specialties = "specialties", "专业领域";
        /// 申报的专家组
        Teams = "teams", "申报专家组";
    }
    /// How a person stands to a subject on a register (DG 第二十条).
    Standing {
        /// The person is listed.
        Self_ = "self", "本人";
        /// 法定代表人
        LegalRepresentative = "legal_representative", "法定代表人";
        /// 主要负责人
        PersonInCharge = "person_in_charge", "主要负责人";
        /// 直接责任人员
        DirectlyResponsible = "directly_responsible", "直接责任人员";
        /// An ordinary employee.
        Employee = "employee", "一般工作人员";
        /// Speaks for the unit on the register.
        Representative = "representative", "单位代表";
        /// An occupation or specialty the person applies in.
        Specialty = "specialty", "申请的专业";
    }
    /// When eligibility binds (A-G-4).
    ReferenceDate {
        /// 提交日
        Submission = "submission", "提交日";
        /// 审定日
        Decision = "decision", "审定日";
        /// 聘任日
        Appointment = "appointment", "聘任日";
        /// The whole term.
        WholeTerm = "whole_term", "整个聘期";
    }
    /// What a relaxation does once its grounds hold.
    RelaxMode {
        /// The relaxed leaves no longer block.
        Automatic = "automatic", "自动放宽";
        /// An authorised person may let them pass, with a reason.
        Discretion = "discretion", "可酌情放宽";
        /// Nothing is relaxed: the ground only opens another way of proceeding (A-CY-2).
        Never = "never", "不放宽";
    }
    /// When a leaf on a register is looked up again.
    CheckAt {
        /// On entry.
        Entry = "entry", "入库时";
        /// On renewal.
        Renewal = "renewal", "续聘时";
        /// Every month.
        Monthly = "monthly", "每月";
    }
}

/// One condition: a closed, typed test with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaf {
    /// Id, as the expression names it.
    pub id: String,
    /// The condition in a few Chinese words.
    pub label: String,
    /// Where.
    pub citation: Citation,
    /// How strongly it binds.
    pub force: Force,
    /// How it becomes known; all of these are needed.
    pub how: Vec<How>,
    /// The test on the facts; `None` when only a declaration or a review decides.
    pub test: Option<Test>,
    /// A review that confirms it counts only with a note of what it rests on.
    pub note: bool,
    /// Elements a person ticks one by one when declaring; empty = the label is the one element.
    pub elements: Vec<String>,
    /// Applies only so; otherwise the leaf is neutral.
    pub when: Vec<Condition>,
    /// When a register is looked up again.
    pub check_at: Vec<CheckAt>,
    /// Parties that, as organisations, may not stand on the register either (DG 第二十条).
    pub bars: Vec<String>,
}

/// The closed list of tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Test {
    /// Some rank held reaches this rung.
    Ladder {
        /// Title, skill or education.
        of: Ranked,
        /// Rung needed.
        at_least: Rung,
        /// May a rung of another ladder the text pairs with it serve? (A-G-11)
        equivalents: bool,
    },
    /// Completed years of age.
    Age {
        /// The bound.
        bound: Bound,
    },
    /// Completed years of work.
    Years {
        /// Only periods with this tag; `None` = all work.
        tag: Option<String>,
        /// The bound.
        bound: Bound,
    },
    /// Something held has one of these names.
    Held {
        /// Among what.
        among: Holding,
        /// Accepted names.
        names: Vec<String>,
    },
    /// An entry of a record reaches this rung.
    Record {
        /// Which record.
        of: Record,
        /// Rung needed.
        at_least: Rung,
        /// Only entries of these names; empty = any.
        names: Vec<String>,
    },
    /// The employer is of one of these kinds.
    Employer {
        /// Accepted kinds.
        one_of: Vec<String>,
    },
    /// The person, a unit they speak for, or something of theirs stands on a register that opens the
    /// way in: a published course standard (JM 第五条(五)), an occupation in short supply (GZ).
    Listed {
        /// The register.
        register: String,
        /// How the person stands to what is listed.
        as_: Vec<Standing>,
        /// Only entries begun within this time before the day; `None` = entries in force.
        within: Option<Duration>,
    },
    /// Neither the person nor a body they answer for stands on a register.
    NotListed {
        /// The register.
        register: String,
        /// Standings that count.
        as_: Vec<Standing>,
        /// Only entries begun within this time before the day; `None` = entries in force.
        within: Option<Duration>,
    },
    /// The person speaks for a unit (JM 第二条).
    Represents {
        /// Of one of these kinds; empty = any.
        one_of: Vec<String>,
    },
    /// A plain fact that is so or not.
    Flag {
        /// Its name in the pack's vocabulary.
        name: String,
    },
    /// A plain fact is stated, whichever way (JM 第十条 pays no civil servants, so it must be known).
    Stated {
        /// Its name in the pack's vocabulary.
        name: String,
    },
    /// At least so many of a selection are chosen.
    Selected {
        /// Which selection.
        of: Selection,
        /// How many.
        at_least: u32,
    },
    /// One of these values is among a selection.
    OneOf {
        /// Which selection.
        of: Selection,
        /// Accepted values.
        values: Vec<String>,
    },
    /// Every one of these.
    All {
        /// Tests.
        of: Vec<Test>,
    },
    /// At least one of these.
    Any {
        /// Tests.
        of: Vec<Test>,
    },
}

/// Eligibility as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Eligibility {
    /// Leaves in the order of the pack.
    pub leaves: Vec<Leaf>,
    /// The expression over them; leaf numbers index `leaves`.
    pub rule: Expression,
    /// The expression as written.
    pub written: String,
    /// Leaves the expression negates, as indexes.
    pub negated: Vec<u16>,
    /// Day that binds.
    pub reference: ReferenceDate,
    /// Alternatives of which the one that carried the decision is named (DG 第四条(三)).
    pub branches: Vec<Branch>,
    /// Exceptions the text provides.
    pub relaxations: Vec<Relaxation>,
    /// Special posts with conditions of their own.
    pub posts: Vec<Post>,
    /// Where.
    pub citation: Citation,
}

/// One alternative of a choice in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// Id.
    pub id: String,
    /// The alternative in a few Chinese words.
    pub label: String,
    /// Its expression.
    pub rule: Expression,
    /// Material items (ids) that must prove it (DG-6-1-2).
    pub proof: Vec<String>,
    /// Material items of which any one must prove it besides.
    pub proof_any: Vec<String>,
    /// Where.
    pub citation: Citation,
}

/// 适当放宽
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relaxation {
    /// Id.
    pub id: String,
    /// In a few Chinese words.
    pub label: String,
    /// Grounds, an expression over leaves.
    pub grounds: Expression,
    /// Leaves that may be relaxed, as indexes.
    pub relaxes: Vec<u16>,
    /// By itself or at discretion.
    pub mode: RelaxMode,
    /// Where.
    pub citation: Citation,
}

impl Eligibility {
    /// Does the rule or a relaxation ask for this leaf? Leaves only a special post asks for say
    /// nothing on who may be an expert.
    pub fn asks_for(&self, number: u16) -> bool {
        let mut asked = false;
        let mut look = |found: u16, _: bool| asked |= found == number;
        self.rule.leaves(&mut look);
        for relaxation in &self.relaxations {
            relaxation.grounds.leaves(&mut look);
        }
        asked
    }

    /// A leaf by id.
    pub fn leaf(&self, id: &str) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.id == id)
    }
}

impl Ranked {
    /// Id of the ladder it is measured on.
    pub const fn ladder(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Skill => "skill",
            Self::Education => "education",
        }
    }
}
