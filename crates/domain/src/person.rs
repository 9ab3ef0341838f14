//! What is known of a person: the facts every condition is tested against.
//!
//! Identity numbers, phones and addresses are not here: they are sealed fields of the store
//! (`Contact`, `IdentityNumber`) and never part of a body that is listed, logged or compared.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::OrganisationId;

/// 性别.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

/// Everything a form, an import or an officer may state of a person. A missing fact is `None` or
/// an empty list and makes conditions that need it undetermined, never false.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Option<Sex>,
    /// 出生日期
    pub born: Option<Date>,
    /// 现工作单位
    pub employer: Option<Employer>,
    /// 职务
    pub post: Option<String>,
    /// 职称 (专业技术职务任职资格)
    pub titles: Vec<Title>,
    /// 职业资格、职业技能等级
    pub skills: Vec<Skill>,
    /// 学历学位
    pub education: Vec<Education>,
    /// 工作经历
    pub work: Vec<Work>,
    /// 主要专业工作业绩
    pub achievements: Vec<Achievement>,
    /// 荣誉称号、奖项
    pub honours: Vec<Honour>,
    /// 专业特长、研究领域
    pub expertise: Option<String>,
    /// Facts that are simply so or not, keyed by the pack's vocabulary
    /// (e.g. `technical_backbone`, `civil_servant`, `exceptional`). Absent = not stated.
    pub flags: std::collections::BTreeMap<String, bool>,
    /// Task kinds the person says they can do (ids of the pack's task kinds).
    pub task_kinds: Vec<String>,
    /// 法定退休日期, when known.
    pub retires_on: Option<Date>,
    /// 证书、证卡 that are neither a title nor a skill level (考评员证, 质量督导员证).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<Credential>,
    /// The unit a 单位代表 speaks for; it need not be the employer (JM 第二条).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub represents: Option<Employer>,
    /// What a form of the pack asks and no condition tests (政治面貌, 民族, 邮编 …), by the word of its
    /// source; several answers where boxes are ticked.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub particulars: std::collections::BTreeMap<String, Vec<String>>,
}

/// A licence or card. `level` is the rung of the pack's administrative ladder on which its issuer
/// stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Name.
    pub name: String,
    /// Rung of the administrative ladder, when stated.
    #[serde(default)]
    pub level: Option<String>,
    /// 发证机构
    #[serde(default)]
    pub issuer: Option<String>,
    /// 证书编号
    #[serde(default)]
    pub number: Option<String>,
}

/// 现工作单位
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employer {
    /// The organisation, once matched to the register of organisations.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Name as stated.
    pub name: String,
    /// 统一社会信用代码, when known.
    #[serde(default)]
    pub credit_code: Option<String>,
    /// 单位属性: a value of the pack's list (企业, 技工院校 …).
    #[serde(default)]
    pub kind: Option<String>,
}

/// 职称. `level` is a rung of the pack's title ladder (员级 … 正高级).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// Name, e.g. 高级工程师.
    pub name: String,
    /// Rung of the title ladder.
    pub level: String,
    /// 专业领域
    #[serde(default)]
    pub field: Option<String>,
    /// 取得时间
    #[serde(default)]
    pub obtained: Option<Date>,
    /// 审批机关
    #[serde(default)]
    pub authority: Option<String>,
}

/// 职业资格或职业技能等级. `level` is a rung of the pack's skill ladder (初级工 … 首席技师).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// 职业(工种)
    pub occupation: String,
    /// Rung of the skill ladder.
    pub level: String,
    /// 取得时间
    #[serde(default)]
    pub obtained: Option<Date>,
    /// 证书编号
    #[serde(default)]
    pub certificate: Option<String>,
}

/// 学历学位
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Education {
    /// 学历 (大学本科 …)
    pub level: String,
    /// 毕(肄、结)业时间
    #[serde(default)]
    pub ended: Option<Date>,
    /// 学校
    #[serde(default)]
    pub school: Option<String>,
    /// 专业
    #[serde(default)]
    pub major: Option<String>,
    /// 学制, years
    #[serde(default)]
    pub years: Option<u8>,
    /// 学位
    #[serde(default)]
    pub degree: Option<String>,
}

/// One line of 工作经历. Both ends inclusive; `to` = `None` means to this day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// First day.
    pub from: Date,
    /// Last day, or still there.
    #[serde(default)]
    pub to: Option<Date>,
    /// 工作单位
    pub employer: String,
    /// 统一社会信用代码, when known.
    #[serde(default)]
    pub credit_code: Option<String>,
    /// 所属行业领域
    #[serde(default)]
    pub industry: Option<String>,
    /// 从事何专业技术工作
    #[serde(default)]
    pub duty: Option<String>,
    /// 职务
    #[serde(default)]
    pub post: Option<String>,
    /// What the period counts towards, in the pack's vocabulary (`related`, `evaluation`, `training`).
    #[serde(default)]
    pub tags: Vec<String>,
}

/// One line of 主要专业工作业绩.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achievement {
    /// First day, when stated.
    #[serde(default)]
    pub from: Option<Date>,
    /// Last day, when stated.
    #[serde(default)]
    pub to: Option<Date>,
    /// 专业技术工作名称(项目/课题/成果等)
    pub name: String,
    /// 工作内容及本人地位(主持/参加/独立)
    #[serde(default)]
    pub role: Option<String>,
    /// 完成情况及效果
    #[serde(default)]
    pub outcome: Option<String>,
    /// Rung of the administrative ladder (镇街 … 国家级), when stated.
    #[serde(default)]
    pub level: Option<String>,
}

/// 荣誉称号、奖项. `level` is a rung of the pack's administrative ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Honour {
    /// Name.
    pub name: String,
    /// Rung of the administrative ladder.
    pub level: String,
    /// Day of the award.
    #[serde(default)]
    pub awarded: Option<Date>,
    /// Who awarded it.
    #[serde(default)]
    pub by: Option<String>,
}
