//! The columns a roster may have, and the many words offices head them with.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::text::match_key;
use serde::{Deserialize, Serialize};

/// What a column of a roster says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 序号
    Serial,
    /// 姓名
    Name,
    /// 性别
    Sex,
    /// 身份证号码
    Id,
    /// 出生日期
    Born,
    /// 手机
    Mobile,
    /// 办公电话
    Landline,
    /// 联系方式: mobile, fixed line or both
    Contact,
    /// 电子邮箱
    Email,
    /// 通讯地址
    Address,
    /// 工作单位
    Employer,
    /// 统一社会信用代码
    CreditCode,
    /// 工作单位属性
    UnitKind,
    /// 职务
    Post,
    /// 职称
    Title,
    /// 职称等级
    TitleLevel,
    /// 职称专业
    TitleField,
    /// 职称取得时间
    TitleObtained,
    /// 职称审批机关
    TitleAuthority,
    /// 职业(工种)
    Occupation,
    /// 职业技能等级
    SkillLevel,
    /// 技能等级取得时间
    SkillObtained,
    /// 技能等级证书编号
    SkillCertificate,
    /// 职业资格等级/职称, either or both in one cell
    Qualification,
    /// 申请专业、职业专业: what the expert is entered for
    Specialty,
    /// 队伍: of which team of the pool
    Team,
    /// 专业特长/研究领域
    Expertise,
    /// 参加工作时间
    WorkStart,
    /// 从事相关工作起始时间
    RelatedStart,
    /// 从事相关工作年限
    RelatedYears,
    /// 获得荣誉
    Honour,
    /// 荣誉级别
    HonourLevel,
    /// 获奖时间
    HonourDate,
    /// 授予单位
    HonourBy,
    /// 最高学历
    EducationLevel,
    /// 学位
    Degree,
    /// 毕业学校
    School,
    /// 所学专业
    Major,
    /// 毕业时间
    Graduated,
    /// 学制
    StudyYears,
    /// 是否企业技术骨干
    Backbone,
    /// 法定退休日期
    RetiresOn,
}

/// Field, the head our own template uses, and other heads seen in rosters.
const HEADS: &[(Field, &str, &[&str])] = &[
    (Field::Serial, "序号", &["编号", "No", "项次"]),
    (
        Field::Name,
        "姓名",
        &[
            "专家姓名",
            "名字",
            "姓 名",
            "推荐人选",
            "人员姓名",
            "被推荐人姓名",
        ],
    ),
    (Field::Sex, "性别", &["男女"]),
    (
        Field::Id,
        "身份证号码",
        &[
            "身份证号",
            "身份证",
            "公民身份号码",
            "居民身份证号码",
            "证件号码",
            "证件号",
            "有效身份证件号码",
            "身份证件号码",
        ],
    ),
    (
        Field::Born,
        "出生日期",
        &["出生年月", "出生年月日", "出生时间", "生日", "出生"],
    ),
    (
        Field::Mobile,
        "手机",
        &["手机号", "手机号码", "移动电话", "本人手机", "联系手机"],
    ),
    (
        Field::Landline,
        "办公电话",
        &["固定电话", "座机", "单位电话", "办公室电话"],
    ),
    (
        Field::Contact,
        "联系方式",
        &["联系电话", "电话", "电话号码", "联系方法"],
    ),
    (
        Field::Email,
        "电子邮箱",
        &[
            "邮箱",
            "电子邮件",
            "Email",
            "E-mail",
            "邮箱地址",
            "电子信箱",
        ],
    ),
    (
        Field::Address,
        "通讯地址",
        &["联系地址", "通信地址", "地址", "住址", "家庭住址"],
    ),
    (
        Field::Employer,
        "工作单位",
        &[
            "现工作单位",
            "所在单位",
            "单位名称",
            "单位",
            "单位全称",
            "工作单位全称",
            "所在单位名称",
        ],
    ),
    (
        Field::CreditCode,
        "统一社会信用代码",
        &["信用代码", "单位统一社会信用代码", "社会信用代码"],
    ),
    (
        Field::UnitKind,
        "工作单位属性",
        &[
            "单位属性",
            "单位性质",
            "单位类型",
            "单位类别",
            "工作单位性质",
        ],
    ),
    (
        Field::Post,
        "职务",
        &["现任职务", "行政职务", "岗位", "现职务"],
    ),
    (
        Field::Title,
        "职称",
        &[
            "职称名称",
            "专业技术职称",
            "专业技术职务",
            "专业技术资格",
            "专业技术职务任职资格",
        ],
    ),
    (
        Field::TitleLevel,
        "职称等级",
        &["职称级别", "专业技术等级", "专业技术职称等级"],
    ),
    (
        Field::TitleField,
        "职称专业",
        &["职称专业领域", "职称所属专业"],
    ),
    (
        Field::TitleObtained,
        "职称取得时间",
        &[
            "职称取得日期",
            "职称评定时间",
            "职称获得时间",
            "取得职称时间",
            "职称发证时间",
        ],
    ),
    (
        Field::TitleAuthority,
        "职称审批机关",
        &["审批机关", "职称评审机构", "职称发证机关", "职称发证单位"],
    ),
    (
        Field::Occupation,
        "职业（工种）",
        &[
            "职业",
            "工种",
            "从事职业",
            "从事工种",
            "职业工种",
            "职业技能等级职业",
            "职业资格职业",
            "技能工种",
            "职业资格工种",
            "技能等级职业",
        ],
    ),
    (
        Field::SkillLevel,
        "职业技能等级",
        &[
            "技能等级",
            "职业资格等级",
            "职业资格",
            "职业等级",
            "技能级别",
            "职业资格技能等级",
            "职业资格职业技能等级",
            "技能等级级别",
            "职业技能等级等级",
        ],
    ),
    (
        Field::SkillObtained,
        "技能等级取得时间",
        &[
            "技能等级取得日期",
            "职业资格取得时间",
            "职业技能等级取得时间",
            "技能证书取得时间",
            "技能等级发证时间",
        ],
    ),
    (
        Field::SkillCertificate,
        "技能等级证书编号",
        &[
            "证书编号",
            "职业资格证书编号",
            "技能证书编号",
            "职业技能等级证书编号",
            "证书号",
        ],
    ),
    (
        Field::Qualification,
        "职业资格等级/职称",
        &[
            "职称/职业资格",
            "职称或职业资格",
            "职称或技能等级",
            "技能等级/职称",
            "职称/技能等级",
            "职业资格等级或职称",
            "职称职业技能等级",
            "职称（技能等级）",
            "职业技能等级/职称",
        ],
    ),
    (
        Field::Specialty,
        "职业、专业",
        &[
            "专业领域",
            "申报专业",
            "申请专业",
            "申请专家组专业",
            "专业类别",
            "专业方向",
            "擅长专业",
            "专家类别",
            "专业",
            "从事专业",
            "熟悉专业",
        ],
    ),
    (Field::Team, "队伍", &["专家队伍", "专家组", "所属队伍"]),
    (
        Field::Expertise,
        "专业特长/研究领域",
        &["专业特长", "研究领域", "特长", "专长", "擅长领域"],
    ),
    (
        Field::WorkStart,
        "参加工作时间",
        &[
            "参加工作日期",
            "工作起始时间",
            "开始工作时间",
            "参加工作年月",
        ],
    ),
    (
        Field::RelatedStart,
        "从事相关工作起始时间",
        &[
            "从事相关领域工作起始时间",
            "从事相关工作开始时间",
            "从事本专业起始时间",
            "从事专业起始时间",
        ],
    ),
    (
        Field::RelatedYears,
        "从事相关工作年限",
        &[
            "从事相关领域工作年限",
            "相关工作年限",
            "工作年限",
            "专业工作年限",
            "从业年限",
            "从事专业年限",
        ],
    ),
    (
        Field::Honour,
        "获得荣誉",
        &[
            "荣誉",
            "荣誉称号",
            "获奖情况",
            "获得荣誉称号",
            "获得何荣誉称号",
            "获奖荣誉",
            "主要荣誉",
            "奖项",
        ],
    ),
    (
        Field::HonourLevel,
        "荣誉级别",
        &["荣誉等级", "获奖级别", "奖项级别", "荣誉称号级别"],
    ),
    (
        Field::HonourDate,
        "荣誉取得时间",
        &["获奖时间", "荣誉时间", "荣誉授予时间"],
    ),
    (
        Field::HonourBy,
        "荣誉授予单位",
        &["授予单位", "颁奖单位", "荣誉授予机关"],
    ),
    (
        Field::EducationLevel,
        "最高学历",
        &["学历", "文化程度", "学历层次", "全日制学历"],
    ),
    (Field::Degree, "学位", &["最高学位", "学历学位"]),
    (
        Field::School,
        "毕业学校",
        &["毕业院校", "学校", "毕业院校名称", "院校"],
    ),
    (
        Field::Major,
        "所学专业",
        &["毕业专业", "学历专业", "最高学历专业", "专业名称"],
    ),
    (
        Field::Graduated,
        "毕业时间",
        &["毕业日期", "毕（肄、结）业时间", "毕业年月"],
    ),
    (Field::StudyYears, "学制", &[]),
    (
        Field::Backbone,
        "是否企业技术骨干",
        &["企业技术骨干", "技术骨干", "是否技术骨干"],
    ),
    (
        Field::RetiresOn,
        "法定退休日期",
        &["退休日期", "退休时间", "法定退休时间", "预计退休时间"],
    ),
];

impl Field {
    /// The head our own template gives the column.
    pub fn head(self) -> &'static str {
        HEADS
            .iter()
            .find(|(field, ..)| *field == self)
            .map_or("", |(_, head, _)| head)
    }

    /// Every field, in the order of the template.
    pub fn all() -> impl Iterator<Item = Field> {
        HEADS.iter().map(|(field, ..)| *field)
    }

    /// The field a column head means: letter by letter first, then without what stands in brackets
    /// (身份证号码（18位）).
    pub(super) fn of_head(head: &str) -> Option<Field> {
        static KEYS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
            let heads = |(field, head, others): &(Field, &'static str, &'static [&'static str])| {
                let field = *field;
                std::iter::once(*head)
                    .chain(others.iter().copied())
                    .map(move |head| (match_key(head), field))
                    .collect::<Vec<_>>()
            };
            HEADS.iter().flat_map(heads).collect()
        });
        let find = |key: &str| KEYS.get(key).copied();
        let key = match_key(head);
        if key.is_empty() || key.chars().count() > 30 {
            return None;
        }
        find(&key).or_else(|| {
            let outside = match_key(&without_brackets(head));
            (!outside.is_empty() && outside != key)
                .then(|| find(&outside))
                .flatten()
        })
    }

    /// Whether a person may have several of it, each in a column of its own.
    pub(super) fn repeats(self) -> bool {
        matches!(
            self,
            Field::Serial
                | Field::Title
                | Field::Qualification
                | Field::Specialty
                | Field::Honour
                | Field::Expertise
                | Field::Contact
        )
    }

    /// Whether its value is shown masked in problems.
    pub(super) fn sealed(self) -> bool {
        matches!(
            self,
            Field::Id
                | Field::Mobile
                | Field::Landline
                | Field::Contact
                | Field::Address
                | Field::Email
        )
    }
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| match c {
            '(' | '（' | '[' | '【' => {
                depth += 1;
                false
            }
            ')' | '）' | ']' | '】' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_head_means_two_fields() {
        let mut seen = BTreeMap::new();
        for (field, head, others) in HEADS {
            for head in std::iter::once(head).chain(*others) {
                if let Some(other) = seen.insert(match_key(head), *field) {
                    assert_eq!(other, *field, "{head}");
                }
            }
        }
    }

    #[test]
    fn heads_are_known_by_their_many_words() {
        for (head, field) in [
            ("姓　名", Field::Name),
            ("*身份证号码（18位）", Field::Id),
            ("职业、专业", Field::Specialty),
            ("职业资格等级\n/职称", Field::Qualification),
            ("E-MAIL", Field::Email),
            ("联系方式：", Field::Contact),
        ] {
            assert_eq!(Field::of_head(head), Some(field), "{head}");
        }
        assert_eq!(Field::of_head("民族"), None);
        assert_eq!(Field::of_head(""), None);
    }
}
