use domain::explain::Explain;
use serde::{Deserialize, Serialize};

use crate::worker::Break;
use crate::worker::parent::Failure;

/// Why pages of a file are not shown. Nothing of its content is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unshown {
    /// Neither a PDF nor a JPEG or PNG.
    #[error("file has no pages")]
    NoPages,
    /// More bytes, or a picture of more pixels, than is read.
    #[error("file or a picture in it is too large")]
    TooLarge,
    /// Encrypted, or with a password.
    #[error("file is encrypted")]
    Locked,
    /// Torn, or not what it says it is.
    #[error("file is damaged")]
    Damaged,
    /// The pages that follow are beyond what is drawn of a file, or of a pack of files.
    #[error("pages are beyond the limit")]
    Beyond,
    /// The child ended without an answer: it ran out of memory or time, or broke down.
    #[error("drawing was broken off: {0:?}")]
    BrokenOff(Break),
    /// The child could not be started. A fault of the installation, not of the file.
    #[error("drawing of pages could not be started: {detail}")]
    NotStarted {
        /// The operating system's words, for logs.
        detail: String,
    },
}

impl From<Failure> for Unshown {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotStarted(detail) => Self::NotStarted { detail },
            Failure::BrokenOff(how) => Self::BrokenOff(how),
        }
    }
}

impl Explain for Unshown {
    fn code(&self) -> &'static str {
        match self {
            Self::NoPages => "pages.none",
            Self::TooLarge => "pages.too_large",
            Self::Locked => "pages.locked",
            Self::Damaged => "pages.damaged",
            Self::Beyond => "pages.beyond",
            Self::BrokenOff(_) => "pages.broken_off",
            Self::NotStarted { .. } => "pages.not_started",
        }
    }

    fn sentence(&self) -> String {
        let why = match self {
            Self::NoPages => "文件不是 PDF、JPG 或 PNG，没有页面可附",
            Self::TooLarge => "文件或画面过大，没有附上",
            Self::Locked => "文件加密或有打开密码，没有附上",
            Self::Damaged => "文件已损坏或不完整，没有附上",
            Self::Beyond => "超出附页的上限，其余没有附上",
            Self::BrokenOff(Break::Time) => "展开用时过长，已经停止",
            Self::BrokenOff(Break::Crash | Break::Answer) => "文件结构异常，展开被中止",
            Self::NotStarted { .. } => "展开程序没有启动，这是服务器的问题",
        };
        format!("{why}。请在系统中打开原件。")
    }
}
