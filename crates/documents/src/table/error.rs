use domain::explain::Explain;
use serde::{Deserialize, Serialize};

use crate::worker::Break;
use crate::worker::parent::Failure;

/// Why a file was not read as a table. Nothing of its content is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableError {
    /// No bytes, or blanks only.
    #[error("file is empty")]
    Empty,
    /// More bytes than [`super::Limits::upload`].
    #[error("file is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// `.xls`, `.doc` and their kin.
    #[error("file has the binary format of Office 97 to 2003")]
    OldFormat,
    /// Encrypted workbook.
    #[error("workbook is encrypted")]
    Password,
    /// A web page, often named `.xls` by older systems.
    #[error("file is a web page or XML")]
    WebPage,
    /// A picture, PDF, archive …
    #[error("file is no table")]
    NotATable,
    /// A zip archive that is no workbook of the `.xlsx` kind.
    #[error("archive is no .xlsx workbook: {found}")]
    NotAWorkbook {
        /// What it looks like (`.ods`, `.xlsb`, `.docx`, `.zip`).
        found: String,
    },
    /// The archive breaks a limit or carries what a roster never carries.
    #[error("archive was refused: {0:?}")]
    Refused(Refusal),
    /// The workbook is damaged.
    #[error("workbook is damaged: {detail}")]
    Damaged {
        /// The parser's words, for logs.
        detail: String,
    },
    /// The child ended without an answer: it ran out of memory or time, or broke down.
    #[error("reading was broken off: {0:?}")]
    BrokenOff(Break),
    /// The child could not be started. A fault of the installation, not of the file.
    #[error("table reader could not be started: {detail}")]
    NotStarted {
        /// The operating system's words, for logs.
        detail: String,
    },
    /// No visible sheet holds anything.
    #[error("workbook has no filled sheet")]
    NoSheet,
    /// The sheet asked for does not exist.
    #[error("workbook has no sheet of that name")]
    SheetMissing {
        /// The name asked for.
        name: String,
    },
    /// A cell far outside of any roster.
    #[error("cell {address} is out of bounds")]
    StrayCell {
        /// Its address.
        address: String,
        /// Highest row number read.
        rows: u32,
        /// Number of columns read.
        columns: u16,
    },
    /// More cells than [`super::Limits::cells`].
    #[error("sheet has more than {limit} cells")]
    TooManyCells {
        /// The limit.
        limit: u64,
    },
    /// Text in no encoding we know.
    #[error("text is neither UTF-8 nor GB18030")]
    Encoding,
    /// A quotation mark that is never closed, or the like.
    #[error("delimited text is malformed in line {line}")]
    Delimited {
        /// Line of the file.
        line: u64,
    },
    /// The receiver stopped the reading.
    #[error("reading was stopped by the receiver")]
    Stopped,
}

/// What an archive was refused for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Too many files inside.
    Entries {
        /// The limit.
        limit: usize,
    },
    /// It unpacks to too much, or far more than its packed size.
    Bomb,
    /// Files overlap, share a name, or differ from what the directory says.
    Forged,
    /// Another archive or document inside.
    Nested,
    /// A file inside is encrypted.
    Encrypted,
}

impl From<Failure> for TableError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotStarted(detail) => Self::NotStarted { detail },
            Failure::BrokenOff(how) => Self::BrokenOff(how),
        }
    }
}

/// What to do with a workbook that cannot be read.
const SAVE_AGAIN: &str =
    "请用 Excel 或 WPS 打开，把名单复制到一个新建的工作簿，另存为 .xlsx 后重新上传。";

impl Explain for TableError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "table.empty",
            Self::TooLarge { .. } => "table.too_large",
            Self::OldFormat => "table.old_format",
            Self::Password => "table.password",
            Self::WebPage => "table.web_page",
            Self::NotATable => "table.not_a_table",
            Self::NotAWorkbook { .. } => "table.not_a_workbook",
            Self::Refused(_) => "table.refused",
            Self::Damaged { .. } => "table.damaged",
            Self::BrokenOff(_) => "table.broken_off",
            Self::NotStarted { .. } => "table.not_started",
            Self::NoSheet => "table.no_sheet",
            Self::SheetMissing { .. } => "table.sheet_missing",
            Self::StrayCell { .. } => "table.stray_cell",
            Self::TooManyCells { .. } => "table.too_many_cells",
            Self::Encoding => "table.encoding",
            Self::Delimited { .. } => "table.delimited",
            Self::Stopped => "table.stopped",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "文件是空的，没有可以读取的内容。请确认选对了文件，保存后重新上传。".into(),
            Self::TooLarge { limit } => format!(
                "文件超过 {} MB，没有读取。名单本身不会这么大，多半带了图片或附件。请只保留名单所在的工作表，另存后重新上传，或分成几个文件上传。",
                limit / (1024 * 1024)
            ),
            Self::OldFormat => "这是旧版 .xls 文件，系统只读取 .xlsx 和 .csv。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后重新上传。".into(),
            Self::Password => "文件设置了打开密码，系统无法读取。请在 Excel 或 WPS 中取消密码，保存后重新上传。".into(),
            Self::WebPage => "文件的内容是网页，不是电子表格。有些系统会把网页导出成 .xls 的名字。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新上传。".into(),
            Self::NotATable => "文件不是电子表格。系统只读取 .xlsx 和 .csv 名单，图片、PDF、压缩包都不能导入。请换成名单文件重新上传。".into(),
            Self::NotAWorkbook { found } => format!(
                "文件是 {found}，不是 .xlsx 工作簿。请用 Excel 或 WPS 打开名单，另存为“Excel 工作簿（.xlsx）”后重新上传。"
            ),
            Self::Refused(Refusal::Entries { limit }) => format!(
                "文件里含有 {limit} 个以上的组成部分，没有读取。普通名单不会有这么多，多半带了图片或很多工作表。{SAVE_AGAIN}"
            ),
            Self::Refused(Refusal::Bomb) => format!(
                "文件展开后过大，没有读取。可能在名单之外设置了整列格式，或文件被人为改动。{SAVE_AGAIN}"
            ),
            Self::Refused(Refusal::Forged) => format!(
                "文件内部的目录与内容不一致，没有读取。文件可能已损坏或被改动。{SAVE_AGAIN}"
            ),
            Self::Refused(Refusal::Nested) => format!(
                "文件里嵌有别的文档或压缩包，没有读取。名单不需要附件。{SAVE_AGAIN}"
            ),
            Self::Refused(Refusal::Encrypted) => "文件里有加密的内容，系统无法读取。请取消密码后另存，重新上传。".into(),
            Self::Damaged { .. } => format!("文件已损坏或格式不完整，无法读取。{SAVE_AGAIN}"),
            Self::BrokenOff(Break::Time) => format!(
                "读取超过了时限，已经停止，没有写入任何数据。文件内容过多或结构异常。{SAVE_AGAIN}"
            ),
            Self::BrokenOff(Break::Crash | Break::Answer) => format!(
                "文件结构异常，读取被中止，没有写入任何数据，系统运行不受影响。{SAVE_AGAIN}"
            ),
            Self::NotStarted { .. } => "读取程序没有启动，文件还没有打开，没有写入任何数据。这是服务器的问题，请稍后再试；仍不行时请联系技术支持。".into(),
            Self::NoSheet => "工作簿里没有内容。请确认名单所在的工作表没有被隐藏，保存后重新上传。".into(),
            Self::SheetMissing { name } => format!("工作簿里没有名为“{name}”的工作表。可能改过名，请重新选择工作表。"),
            Self::StrayCell { address, rows, columns } => format!(
                "单元格 {address} 有内容，远在名单之外（系统读取前 {rows} 行、前 {columns} 列）。请按 Ctrl+End 找到它，删除多余的行和列，保存后重新上传。"
            ),
            Self::TooManyCells { limit } => format!(
                "工作表的内容超过 {limit} 个单元格，没有读取。请把名单分成几个文件，分次上传。"
            ),
            Self::Encoding => "文件的文字编码无法识别，读出来会是乱码。系统支持 UTF-8 和 GBK（GB18030）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新上传。".into(),
            Self::Delimited { line } => format!(
                "CSV 文件从第 {line} 行起无法分列，多半是引号没有成对。请用 Excel 或 WPS 打开核对，另存为 .xlsx 后重新上传。"
            ),
            Self::Stopped => "读取已经停止，没有写入任何数据。".into(),
        }
    }
}
