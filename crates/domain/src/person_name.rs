//! 姓名 as typed on forms and in rosters.

use std::fmt;

use crate::explain::Explain;
use crate::text;

/// Longest name accepted, in characters. Names of minorities in full reach about thirty.
pub const LONGEST: usize = 50;

/// A person's name: 1 to [`LONGEST`] letters, any Chinese character however rare, parts joined by
/// `·` (U+00B7); blanks, hyphens and apostrophes only inside names in Latin letters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing was typed.
    #[error("name is empty")]
    Empty,
    /// Longer than [`LONGEST`].
    #[error("name has {found} characters")]
    Length {
        /// Characters counted.
        found: usize,
    },
    /// A control character, a line break included.
    #[error("name contains a control character at position {position}")]
    Control {
        /// Place of the first one, from 1.
        position: usize,
    },
    /// A placeholder or private-use character where a rare character was lost.
    #[error("name lost a character at position {position}")]
    Lost {
        /// Place of the first one, from 1.
        position: usize,
    },
    /// A digit, punctuation mark or symbol.
    #[error("name contains {found:?}, which is no letter")]
    Character {
        /// The first such character.
        found: char,
    },
}

impl PersonName {
    /// Reads a typed name. 张　三 becomes 张三, every kind of middle dot becomes `·`.
    ///
    /// # Errors
    /// See [`PersonNameError`].
    pub fn parse(typed: &str) -> Result<Self, PersonNameError> {
        let trimmed = typed.trim();
        if let Some(index) = trimmed.chars().position(char::is_control) {
            return Err(PersonNameError::Control {
                position: index + 1,
            });
        }
        let letters: Vec<char> = text::tidy(trimmed).chars().map(joint).collect();
        let name: String = letters
            .iter()
            .enumerate()
            .filter(|(index, c)| **c != ' ' || between_latin(&letters, *index))
            .map(|(_, c)| *c)
            .collect();
        let length = name.chars().count();
        if length == 0 {
            return Err(PersonNameError::Empty);
        }
        if length > LONGEST {
            return Err(PersonNameError::Length { found: length });
        }
        for (index, c) in name.chars().enumerate() {
            if is_lost(c) {
                return Err(PersonNameError::Lost {
                    position: index + 1,
                });
            }
            let joins = index > 0 && index + 1 < length;
            if !(c.is_alphabetic() || text::is_han(c) || joins && "·-' .".contains(c)) {
                return Err(PersonNameError::Character { found: c });
            }
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first: String = self.0.chars().take(1).collect();
        write!(f, "PersonName({first}**)")
    }
}

impl Explain for PersonNameError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "name.empty",
            Self::Length { .. } => "name.length",
            Self::Control { .. } => "name.control",
            Self::Lost { .. } => "name.lost",
            Self::Character { .. } => "name.character",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写姓名。聘书和名单都以姓名为准，请按身份证填写。".into(),
            Self::Length { found } => format!(
                "姓名有 {found} 个字，最多 {LONGEST} 个字。可能把其他栏目的内容也粘贴进来了，请只保留姓名。"
            ),
            Self::Control { position } => format!(
                "姓名第 {position} 个字符是看不见的控制符或换行。多半由复制粘贴带入，请清空后重新输入。"
            ),
            Self::Lost { position } => format!(
                "姓名第 {position} 个字没有正确保存（问号、方框或自造字）。生僻字在旧系统中常会丢失，\
                 请用输入法按身份证重新输入这个字。"
            ),
            Self::Character { found } => format!(
                "姓名中有“{found}”。姓名只含文字，各部分之间可用间隔号“·”，请删除其他符号。"
            ),
        }
    }
}

/// One form for every character used as the middle dot.
fn joint(c: char) -> char {
    match c {
        '•' | '‧' | '∙' | '⋅' | '・' | '･' | '．' | '。' | '●' | 'ᐧ' | '᛫' => {
            '·'
        }
        '’' | '‘' | '＇' => '\'',
        other => other,
    }
}

/// A blank is part of a name only between Latin letters (or after an initial's full stop).
fn between_latin(letters: &[char], index: usize) -> bool {
    let latin = |c: &char| *c == '.' || c.is_alphabetic() && !text::is_han(*c);
    index > 0
        && letters.get(index - 1).is_some_and(latin)
        && letters.get(index + 1).is_some_and(latin)
}

/// Characters that stand where a rare character was lost: replacement, boxes, question marks, and
/// the private-use planes in which old systems kept characters of their own making.
fn is_lost(c: char) -> bool {
    matches!(c, '?' | '？' | '□' | '■' | '〓' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}
