//! Letters and notices on the page of an official document (GB/T 9704): 三号仿宋, 22 lines of 28
//! characters.

use serde::Serialize;

use crate::pdf::{Printable, Template};

/// A letter.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LetterView {
    /// 发文机关标志 in red above the line; none for a letter without one.
    pub head: Option<String>,
    /// 发文字号, below the head.
    pub number: Option<String>,
    /// Title lines.
    pub title: Vec<String>,
    /// 主送, without its colon.
    pub to: Option<String>,
    /// The body.
    pub parts: Vec<LetterPart>,
    /// 附件 names.
    pub attachments: Vec<String>,
    /// 发文机关署名
    pub sign: String,
    /// 成文日期, e.g. 2026年11月22日.
    pub date: String,
    /// 附注: who to ask, printed in brackets at the end.
    pub contact: Option<String>,
    /// Status words printed as a marked line.
    pub marks: Vec<String>,
    /// Faint words across every page.
    pub watermark: Option<String>,
    /// One line at the foot of every page, e.g. a verification code.
    pub footer: Option<String>,
}

/// A piece of a letter's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "part")]
pub enum LetterPart {
    /// A paragraph with first-line indent.
    Paragraph {
        /// Its words.
        text: String,
    },
    /// 一、… in 黑体.
    Heading {
        /// Its words.
        text: String,
    },
    /// A paragraph that begins with a label in 楷体.
    Item {
        /// The label with its colon or stop.
        label: String,
        /// Its words.
        text: String,
    },
    /// A square code with lines beside it.
    Code {
        /// SVG document.
        svg: String,
        /// Lines beside it.
        lines: Vec<String>,
    },
}

impl LetterPart {
    /// A paragraph.
    pub fn paragraph(text: impl Into<String>) -> Self {
        LetterPart::Paragraph { text: text.into() }
    }

    /// A heading.
    pub fn heading(text: impl Into<String>) -> Self {
        LetterPart::Heading { text: text.into() }
    }

    /// A labelled paragraph.
    pub fn item(label: impl Into<String>, text: impl Into<String>) -> Self {
        LetterPart::Item {
            label: label.into(),
            text: text.into(),
        }
    }
}

impl Printable for LetterView {
    fn template(&self) -> Template {
        Template::Letter
    }

    fn title(&self) -> String {
        self.title.concat()
    }
}
