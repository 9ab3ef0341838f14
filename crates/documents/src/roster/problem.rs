//! What is wrong in a row, in sentences a clerk can act on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::field::Field;

/// Whether a problem keeps its row out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 提醒: the row is read; somebody should look.
    Warning,
    /// 错误: the row is not read.
    Error,
}

/// One thing wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// Row number in the file.
    pub row: u32,
    /// Column letters, when it is about a cell or a column.
    pub column: Option<String>,
    /// Head of the column in the file.
    pub head: String,
    /// What the cell shows; identity numbers, phones and addresses masked.
    pub value: String,
    /// Stable name of the kind of problem, `field.reason`.
    pub code: String,
    /// Whether it keeps the row out.
    pub severity: Severity,
    /// What happened, why, and what to do.
    pub sentence: String,
}

/// Kinds of problem that are the roster's own; those of single values come from `domain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Complaint {
    Formula,
    ErrorValue,
    LostDigits {
        field: Field,
    },
    MergedPerson,
    Sex,
    SexDiffers,
    BornDiffers,
    SameId {
        first: u32,
    },
    SameMobile {
        first: u32,
    },
    NoContact,
    TooLong {
        found: usize,
        most: usize,
    },
    UnknownTitle,
    UnknownSkill,
    TitleByEnding {
        text: String,
        rung: String,
    },
    SkillByEnding {
        text: String,
        rung: String,
    },
    UnknownHonour,
    UnknownUnitKind,
    Years,
    YesOrNo,
    Serial {
        read: String,
    },
    Future {
        read: Date,
        on: Date,
    },
    Text {
        sentence: String,
        code: &'static str,
        severity: Severity,
    },
}

impl Complaint {
    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Formula
            | Self::SexDiffers
            | Self::BornDiffers
            | Self::SameMobile { .. }
            | Self::NoContact
            | Self::UnknownTitle
            | Self::UnknownSkill
            | Self::TitleByEnding { .. }
            | Self::SkillByEnding { .. }
            | Self::UnknownHonour
            | Self::UnknownUnitKind
            | Self::Serial { .. }
            | Self::Future { .. } => Severity::Warning,
            Self::Text { severity, .. } => *severity,
            _ => Severity::Error,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Formula => "cell.formula",
            Self::ErrorValue => "cell.error_value",
            Self::LostDigits { .. } => "cell.lost_digits",
            Self::MergedPerson => "cell.merged_person",
            Self::Sex => "sex.form",
            Self::SexDiffers => "sex.differs",
            Self::BornDiffers => "born.differs",
            Self::SameId { .. } => "identity.twice",
            Self::SameMobile { .. } => "mobile.twice",
            Self::NoContact => "contact.missing",
            Self::TooLong { .. } => "cell.too_long",
            Self::UnknownTitle => "title.unknown",
            Self::UnknownSkill => "skill.unknown",
            Self::TitleByEnding { .. } => "title.by_ending",
            Self::SkillByEnding { .. } => "skill.by_ending",
            Self::UnknownHonour => "honour.unknown",
            Self::UnknownUnitKind => "unit_kind.unknown",
            Self::Years => "years.form",
            Self::YesOrNo => "cell.yes_or_no",
            Self::Serial { .. } => "date.serial",
            Self::Future { .. } => "date.future",
            Self::Text { code, .. } => code,
        }
    }

    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Formula => "单元格是公式。系统不计算公式，只取文件中保存的结果。请核对结果是否正确，或把公式粘贴为数值。".into(),
            Self::ErrorValue => "单元格是错误值（如 #N/A），公式没有得出结果。请填写实际内容后重新上传。".into(),
            Self::LostDigits { field } => format!(
                "{}被电子表格存成了数字，超过 15 位的末几位已变成 0，无法还原。请先把这一列设为“文本”格式，再对照原件重新填写。",
                field.head()
            ),
            Self::MergedPerson => "姓名或身份证号码与上一行是合并单元格。系统按一人一行读取，无法判断这一行是谁。请取消合并，每人填写一行。".into(),
            Self::Sex => "性别应为“男”或“女”。请改正。".into(),
            Self::SexDiffers => "性别与身份证号码第 17 位表示的不一致，已按身份证号码读取。请核对是性别填错还是号码录错。".into(),
            Self::BornDiffers => "出生日期与身份证号码第 7 至 14 位不一致，已按身份证号码读取。请核对是日期填错还是号码录错。".into(),
            Self::SameId { first } => format!("身份证号码与第 {first} 行相同。同一人只能出现一次，请删除重复的一行，或核对号码是否录错。"),
            Self::SameMobile { first } => format!("手机号与第 {first} 行相同。通知会发到同一部手机，请核对是否填错。"),
            Self::NoContact => "没有填写联系方式。抽中后无法通知本人，请补填手机号。".into(),
            Self::TooLong { found, most } => format!("内容有 {found} 个字，最多 {most} 个字。可能把其他栏目的内容也粘贴进来了，请精简。"),
            Self::UnknownTitle => "职称不在词表里，等级没有确定。请写职称全称（如“高级工程师”），或在审核时由经办人选定等级。".into(),
            Self::UnknownSkill => "技能等级不在词表里，等级没有确定。请写“高级技师”“一级”等等级名称，或在审核时由经办人选定等级。".into(),
            Self::TitleByEnding { text, rung } => format!("职称“{text}”不在职称目录里，只按词尾读作{rung}。请对照证书核对：写错的改成证书上的名称，确是这样写的可以照此导入。"),
            Self::SkillByEnding { text, rung } => format!("“{text}”不是技能等级的名称，前面也不是职业名称，只按词尾读作{rung}。请对照证书核对：写错的改正，写法无误的可以照此导入。"),
            Self::UnknownHonour => "看不出荣誉的级别，没有作为入库条件。请在荣誉名称里写明授予机关，或在审核时由经办人选定级别。".into(),
            Self::UnknownUnitKind => "单位属性不在可选项里，没有读取。请按填表说明列出的选项填写。".into(),
            Self::Years => "年限应为 0 至 80 的整数，如 12。请改正。".into(),
            Self::YesOrNo => "这一列只能填“是”或“否”。请改正。".into(),
            Self::Serial { read } => format!("日期被存成了序号，已按电子表格的规则读作 {read}。请核对；把单元格格式改为“日期”可避免误读。"),
            Self::Future { read, on } => format!("日期 {read} 还没有到（按 {on} 读取）。取得、毕业、获奖应在今天以前，请对照证书核对。"),
            Self::Text { sentence, .. } => sentence.clone(),
        }
    }
}
