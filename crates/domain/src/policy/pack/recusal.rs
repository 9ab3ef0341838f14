//! 回避: grounds, how far back they look, what is excepted, who finds out.

use serde::Serialize;

use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// To what the expert stands in a relation.
    Subject {
        /// 项目负责人
        ProjectLeader = "project_leader", "项目负责人";
        /// 被评审、被督查单位
        ReviewedOrganisation = "reviewed_organisation", "被评审或被督查单位";
        /// 指南与批次
        Call = "call", "项目指南";
        /// Anything.
        Any = "any", "任何情形";
    }
    /// A fact the engine can match by itself.
    Match {
        /// The expert is a leader or participant of the project.
        PersonInProject = "person_in_project", "本人是负责人或参与人员";
        /// The expert belongs to the leader's legal person.
        SameLegalPerson = "same_legal_person", "与负责人同属一个法人单位";
        /// Same guideline and same round.
        SameCall = "same_call", "同期申报同一指南";
        /// The expert belongs to the reviewed organisation.
        ReviewedEmployer = "reviewed_employer", "受聘于被评审单位";
        /// The expert speaks for the reviewed organisation.
        ReviewedRepresented = "reviewed_represented", "代表被评审单位";
    }
    /// How a ground comes to light.
    Detect {
        /// From facts on file.
        Automatic = "automatic", "按登记事实核对";
        /// The expert declares it.
        Declared = "declared", "本人申报";
    }
    /// From which day a look-back counts.
    LookBackFrom {
        /// The work.
        Work = "work", "工作日期";
        /// The draw.
        Draw = "draw", "抽取日期";
    }
    /// How an organisation is recognised (A-DG-17).
    OrganisationMatch {
        /// 统一社会信用代码
        CreditCode = "credit_code", "统一社会信用代码";
        /// Name.
        Name = "name", "单位名称";
    }
    /// What exempts a relation.
    ExceptWhen {
        /// The reviewed organisation is listed on an exchange.
        Listed = "listed_company", "申报单位为上市公司";
    }
}

/// 回避规则
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecusalRules {
    /// Grounds in the order of the text.
    pub grounds: Vec<Ground>,
    /// The declaration must be answered before attendance is confirmed.
    pub declare_before_confirming: bool,
    /// A ground found at work may still be declared there: the expert leaves, which is no
    /// misconduct (JM 第九条(六)).
    pub declare_on_discovery: bool,
    /// Parties that stop an expert found conflicted.
    pub stopped_by: Vec<String>,
    /// Misconduct kind a stop makes a candidate of.
    pub stop_suggests: Option<String>,
    /// How organisations are recognised.
    pub organisation_match: OrganisationMatch,
    /// Where.
    pub citation: Citation,
    /// Where the duty to stop stands.
    pub stop_citation: Citation,
}

/// One ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// Id (`10-2`).
    pub id: String,
    /// In a few Chinese words.
    pub label: String,
    /// To what.
    pub subject: Subject,
    /// Facts the engine matches.
    pub matches: Vec<Match>,
    /// Kinds of relation it covers (聘用, 论文, 近亲属 …).
    pub relations: Vec<RelationKind>,
    /// How far back; `None` = present only unless the kind says otherwise.
    pub look_back: Option<LookBack>,
    /// How it comes to light.
    pub detect: Vec<Detect>,
    /// Relations that do not count in some case.
    pub exceptions: Vec<Exception>,
    /// Needs words of the expert.
    pub text_required: bool,
    /// Where.
    pub citation: Citation,
}

/// A kind of relation a ground names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelationKind {
    /// Name, as relations on file spell it.
    pub name: String,
    /// Counts for ever, however long ago (近亲属, 师生).
    pub lasting: bool,
}

/// How far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LookBack {
    /// How many months. The day exactly so long ago is inside.
    pub months: u32,
    /// From which day.
    pub from: LookBackFrom,
}

/// A relation that does not count in some case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// Relation kind.
    pub relation: String,
    /// The case.
    pub when: ExceptWhen,
}

impl RecusalRules {
    /// A ground by id.
    pub fn ground(&self, id: &str) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.id == id)
    }
}
