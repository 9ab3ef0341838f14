//! 职称: from the name on a certificate to its series and rung.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::skill_level::SkillLevel;
use crate::text;

const SERIES: &str = include_str!("../data/titles.txt");

/// A rung, lowest first. 高级 means 副高级 and above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TitleLevel {
    /// 员级
    #[serde(rename = "员级")]
    Basic,
    /// 助理级
    #[serde(rename = "助理级")]
    Assistant,
    /// 中级
    #[serde(rename = "中级")]
    Intermediate,
    /// 副高级
    #[serde(rename = "副高级")]
    Associate,
    /// 正高级
    #[serde(rename = "正高级")]
    Full,
}

impl TitleLevel {
    /// Every rung, lowest first.
    pub const ALL: [Self; 5] = [
        Self::Basic,
        Self::Assistant,
        Self::Intermediate,
        Self::Associate,
        Self::Full,
    ];

    /// Name of the rung in the packs' title ladder.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Basic => "员级",
            Self::Assistant => "助理级",
            Self::Intermediate => "中级",
            Self::Associate => "副高级",
            Self::Full => "正高级",
        }
    }
}

/// One title of the national list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TitleName {
    /// 系列, e.g. 工程技术人员.
    pub series: &'static str,
    /// Its rung.
    pub level: TitleLevel,
    /// Its name, e.g. 高级工程师.
    pub name: &'static str,
}

/// What a typed title means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleReading {
    /// The rung.
    pub level: TitleLevel,
    /// Series that have a title of this name; empty when only the rung was written.
    pub series: Vec<&'static str>,
    /// How sure the reading is.
    pub by: ReadBy,
}

/// On what a reading rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadBy {
    /// The name stands in the national list.
    Name,
    /// The ending does: 机械工程师 by 工程师. To be confirmed by a person.
    Ending,
    /// Only the rung was written: 中级, 副高职称.
    Level,
}

/// Why a text cannot be taken as a title.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TitleError {
    /// Nothing was typed.
    #[error("title is empty")]
    Empty,
    /// 技师: a junior title of the health series and a skill level at once.
    #[error("title is a junior health title or a skill level of the same name")]
    Technician,
    /// A skill level in the place of a title.
    #[error("a skill level was given as a title")]
    SkillLevel {
        /// The level.
        level: SkillLevel,
    },
    /// Not in the list.
    #[error("unknown title")]
    Unknown,
}

static NAMES: LazyLock<Vec<TitleName>> = LazyLock::new(|| {
    let lines = SERIES.lines().filter(|line| !line.starts_with('#'));
    let mut names: Vec<TitleName> = lines
        .flat_map(|line| {
            let (series, rungs) = line.split_once('|').unwrap_or((line, ""));
            let levels = TitleLevel::ALL.into_iter().rev();
            levels
                .zip(rungs.split('|'))
                .flat_map(move |(level, names)| {
                    names.split('/').map(move |name| TitleName {
                        series,
                        level,
                        name,
                    })
                })
        })
        .filter(|title| !title.name.is_empty())
        .collect();
    // Longest first, so that endings meet 高级工程师 before 工程师.
    names.sort_by_key(|title| std::cmp::Reverse(title.name.len()));
    names
});

/// The national list, longest names first.
pub fn all() -> &'static [TitleName] {
    &NAMES
}

/// Reads a title as people write it: 工程师, 高级工程师(机械), 机械工程师, 教授级高工, 副高职称, 中级.
///
/// # Errors
/// See [`TitleError`]. 技师 alone is refused: health 技师 is a junior title, skill 技师 a level.
pub fn read(typed: &str) -> Result<TitleReading, TitleError> {
    let tidy = text::tidy(typed);
    // A field in brackets does not belong to the name.
    let outside = tidy.split(['(', '（']).next().unwrap_or_default();
    let written = text::match_key(if outside.trim().is_empty() {
        &tidy
    } else {
        outside
    });
    let written = common_name(&written);
    if written.is_empty() {
        return Err(TitleError::Empty);
    }
    if let Some(level) = bare_level(written) {
        return Ok(TitleReading {
            level,
            series: Vec::new(),
            by: ReadBy::Level,
        });
    }
    match SkillLevel::parse(written) {
        Ok(SkillLevel::Technician) if written == "技师" => return Err(TitleError::Technician),
        Ok(level) => return Err(TitleError::SkillLevel { level }),
        Err(_) => {}
    }
    if let Some(reading) = reading(|title| title.name == written, ReadBy::Name) {
        return Ok(reading);
    }
    let ending = by_ending(written).ok_or(TitleError::Unknown)?;
    if ending == "技师" {
        return Err(TitleError::Technician);
    }
    reading(|title| title.name == ending, ReadBy::Ending).ok_or(TitleError::Unknown)
}

/// The listed title that a longer name ends in. A rung in front is part of the title: 助理机械工程师
/// is 助理工程师.
fn by_ending(written: &str) -> Option<&'static str> {
    let base = NAMES
        .iter()
        .find(|title| written.ends_with(title.name))?
        .name;
    let front = written.strip_suffix(base)?;
    for rung in ["正高级", "高级", "助理"] {
        if front.starts_with(rung) {
            let whole = format!("{rung}{base}");
            return NAMES
                .iter()
                .find(|title| title.name == whole)
                .map(|title| title.name);
        }
    }
    // 副 and 初级 in front mean another rung that the list does not name this way.
    let changes = ["副", "准", "初级", "中级", "见习", "实习"];
    (!changes.iter().any(|word| front.starts_with(word))).then_some(base)
}

fn reading(fits: impl Fn(&TitleName) -> bool, by: ReadBy) -> Option<TitleReading> {
    let fitting: Vec<&TitleName> = NAMES.iter().filter(|title| fits(title)).collect();
    let level = fitting.first()?.level;
    // One name means one rung everywhere in the list; a test holds this.
    Some(TitleReading {
        level,
        series: fitting.iter().map(|title| title.series).collect(),
        by,
    })
}

/// Everyday and former names of listed titles.
fn common_name(written: &str) -> &str {
    match written {
        "教授级高级工程师" | "教授级高工" | "正高工" | "研究员级高级工程师" => {
            "正高级工程师"
        }
        "高工" => "高级工程师",
        "助工" => "助理工程师",
        "教授级高级经济师" => "正高级经济师",
        "教授级高级会计师" => "正高级会计师",
        other => other,
    }
}

/// A rung written without a title.
fn bare_level(written: &str) -> Option<TitleLevel> {
    let bare = [
        "专业技术职务任职资格",
        "专业技术资格",
        "专业技术职称",
        "任职资格",
        "职称",
    ]
    .iter()
    .fold(written, |text, ending| {
        text.strip_suffix(ending).unwrap_or(text)
    });
    Some(match bare {
        "员级" => TitleLevel::Basic,
        "助理级" | "助理" | "初级" => TitleLevel::Assistant,
        "中级" => TitleLevel::Intermediate,
        "副高级" | "副高" | "高级" => TitleLevel::Associate,
        "正高级" | "正高" => TitleLevel::Full,
        _ => return None,
    })
}

impl Explain for TitleError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "title.empty",
            Self::Technician => "title.technician",
            Self::SkillLevel { .. } => "title.skill_level",
            Self::Unknown => "title.unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写职称。入库条件按职称等级判断，请按证书填写；没有职称的请留空整栏。".into(),
            Self::Technician => "职称栏填的是“技师”。卫生系列的技师是初级职称，职业技能的技师是二级等级，\
                 两者不同。属职业技能的请改填技能等级栏，属卫生系列的请写明“初级职称”。"
                .into(),
            Self::SkillLevel { level } => format!(
                "职称栏填的是技能等级“{}”。职称和技能等级分别计算，请把它移到技能等级栏。",
                level.on_certificate()
            ),
            Self::Unknown => {
                "职称无法识别。它不在国家公布的 27 个职称系列名称中，请对照证书核对，或直接选择级别。".into()
            }
        }
    }
}
