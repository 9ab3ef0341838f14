//! 职业技能等级: the one ladder behind five numbers, two naming systems and many spellings.

use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::text;

/// A rung, lowest first. 特级技师 and 首席技师 stand above 一级 and have no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SkillLevel {
    /// 五级/初级工
    #[serde(rename = "初级工")]
    Junior,
    /// 四级/中级工
    #[serde(rename = "中级工")]
    Intermediate,
    /// 三级/高级工
    #[serde(rename = "高级工")]
    Senior,
    /// 二级/技师
    #[serde(rename = "技师")]
    Technician,
    /// 一级/高级技师
    #[serde(rename = "高级技师")]
    SeniorTechnician,
    /// 特级技师
    #[serde(rename = "特级技师")]
    SpecialTechnician,
    /// 首席技师
    #[serde(rename = "首席技师")]
    ChiefTechnician,
}

/// Why a text names no rung.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkillLevelError {
    /// Nothing was typed.
    #[error("skill level is empty")]
    Empty,
    /// 学徒工: a post below the first certificate.
    #[error("apprentice is no certified skill level")]
    Apprentice,
    /// Number and name say different things, e.g. 三级/技师.
    #[error("number and name of the skill level disagree")]
    Disagree {
        /// The rung the number means.
        number: SkillLevel,
        /// The rung the name means.
        name: SkillLevel,
    },
    /// A text that names no rung.
    #[error("unknown skill level")]
    Unknown,
}

impl SkillLevel {
    /// Every rung, lowest first.
    pub const ALL: [Self; 7] = [
        Self::Junior,
        Self::Intermediate,
        Self::Senior,
        Self::Technician,
        Self::SeniorTechnician,
        Self::SpecialTechnician,
        Self::ChiefTechnician,
    ];

    /// Name of the rung in the packs' skill ladder.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Junior => "初级工",
            Self::Intermediate => "中级工",
            Self::Senior => "高级工",
            Self::Technician => "技师",
            Self::SeniorTechnician => "高级技师",
            Self::SpecialTechnician => "特级技师",
            Self::ChiefTechnician => "首席技师",
        }
    }

    /// As certificates print it: 二级/技师.
    pub const fn on_certificate(self) -> &'static str {
        match self {
            Self::Junior => "五级/初级工",
            Self::Intermediate => "四级/中级工",
            Self::Senior => "三级/高级工",
            Self::Technician => "二级/技师",
            Self::SeniorTechnician => "一级/高级技师",
            Self::SpecialTechnician => "特级技师",
            Self::ChiefTechnician => "首席技师",
        }
    }

    /// Reads 技师, 二级, 2级, 二级/技师, 技师（二级）, 二级技师, 国家职业资格二级, 职业技能等级二级 …
    ///
    /// # Errors
    /// See [`SkillLevelError`].
    pub fn parse(typed: &str) -> Result<Self, SkillLevelError> {
        let mut rest = text::match_key(typed);
        if rest.is_empty() {
            return Err(SkillLevelError::Empty);
        }
        for prefix in [
            "国家职业资格",
            "职业技能等级",
            "职业资格",
            "技能等级",
            "职业技能",
            "等级",
            "证书",
        ] {
            rest = rest.replace(prefix, "");
        }
        if rest == "学徒工" || rest == "学徒" {
            return Err(SkillLevelError::Apprentice);
        }
        let number = take_number(&mut rest);
        let name = match rest.as_str() {
            "" => None,
            name => Some(by_name(name).ok_or(SkillLevelError::Unknown)?),
        };
        match (number, name) {
            (Some(number), Some(name)) if number != name => {
                Err(SkillLevelError::Disagree { number, name })
            }
            (Some(level), _) | (None, Some(level)) => Ok(level),
            (None, None) => Err(SkillLevelError::Unknown),
        }
    }
}

/// Takes 五级 … 一级, in Chinese or Arabic digits, out of the text.
fn take_number(text: &mut String) -> Option<SkillLevel> {
    const NUMBERS: [[&str; 2]; 5] = [
        ["五级", "5级"],
        ["四级", "4级"],
        ["三级", "3级"],
        ["二级", "2级"],
        ["一级", "1级"],
    ];
    for (level, words) in SkillLevel::ALL.into_iter().zip(NUMBERS) {
        if let Some(word) = words.iter().find(|word| text.contains(**word)) {
            *text = text.replacen(word, "", 1);
            return Some(level);
        }
    }
    None
}

fn by_name(name: &str) -> Option<SkillLevel> {
    Some(match name {
        "初级工" | "初级技能" | "初级" => SkillLevel::Junior,
        "中级工" | "中级技能" | "中级" => SkillLevel::Intermediate,
        "高级工" | "高级技能" | "高级" => SkillLevel::Senior,
        "技师" => SkillLevel::Technician,
        "高级技师" => SkillLevel::SeniorTechnician,
        "特级技师" => SkillLevel::SpecialTechnician,
        "首席技师" => SkillLevel::ChiefTechnician,
        _ => return None,
    })
}

impl Explain for SkillLevelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "skill_level.empty",
            Self::Apprentice => "skill_level.apprentice",
            Self::Disagree { .. } => "skill_level.disagree",
            Self::Unknown => "skill_level.unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写技能等级。入库条件按等级判断，请按证书填写，如“二级/技师”。".into(),
            Self::Apprentice => {
                "填写的是学徒工。学徒工是岗位等级，没有职业技能等级证书，请填写已取得的证书等级。".into()
            }
            Self::Disagree { number, name } => format!(
                "技能等级的级别和名称不一致。按级别是“{}”，按名称是“{}”，请对照证书改成一致的写法。",
                number.on_certificate(),
                name.on_certificate()
            ),
            Self::Unknown => {
                "技能等级无法识别。只认五级/初级工至一级/高级技师以及特级技师、首席技师，请对照证书选择。".into()
            }
        }
    }
}
