//! 统一社会信用代码 (GB 32100-2015).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::text;

/// The 31 characters, each standing for its place. I, O, S, V and Z are left out.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first 17 characters, 3^(i-1) mod 31.
const WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// An organisation's code whose form and check character are right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(String);

/// Why a text is no credit code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditCodeError {
    /// Nothing was typed.
    #[error("credit code is empty")]
    Empty,
    /// Not 18 characters.
    #[error("credit code has {found} characters instead of 18")]
    Length {
        /// Characters counted, blanks left out.
        found: usize,
    },
    /// A character that may not stand there.
    #[error("credit code has {found:?} at position {position}")]
    Character {
        /// Place of the first such character, from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// The last character does not follow from the others.
    #[error("credit code fails its check character")]
    CheckCharacter,
}

impl CreditCode {
    /// Reads a typed code: blanks, hyphens, full-width and lower-case letters are understood.
    ///
    /// # Errors
    /// See [`CreditCodeError`].
    pub fn parse(typed: &str) -> Result<Self, CreditCodeError> {
        let code = text::compact(typed).replace('-', "").to_uppercase();
        match code.chars().count() {
            0 => return Err(CreditCodeError::Empty),
            18 => {}
            found => return Err(CreditCodeError::Length { found }),
        }
        let mut sum = 0;
        for (index, found) in code.chars().enumerate() {
            let place = ALPHABET.find(found);
            // 3-8 are the division code of the registering body: digits only.
            let value = place.filter(|value| !(2..8).contains(&index) || *value < 10);
            let value = value.ok_or(CreditCodeError::Character {
                position: index + 1,
                found,
            })?;
            sum += value * WEIGHTS.get(index).copied().unwrap_or(0);
        }
        let expected = ALPHABET.as_bytes()[(31 - sum % 31) % 31];
        if code.as_bytes()[17] != expected {
            return Err(CreditCodeError::CheckCharacter);
        }
        Ok(Self(code))
    }

    /// The code, 18 upper-case characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Kind of body by the first two characters, when they say so.
    pub fn registered_as(&self) -> Option<&'static str> {
        Some(match &self.0[..2] {
            "11" => "机关",
            "12" => "事业单位",
            "13" => "群众团体",
            "51" => "社会团体",
            "52" => "民办非企业单位",
            "53" => "基金会",
            "91" => "企业",
            "92" => "个体工商户",
            "93" => "农民专业合作社",
            _ => return None,
        })
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CreditCode {
    type Error = CreditCodeError;
    fn try_from(text: String) -> Result<Self, CreditCodeError> {
        Self::parse(&text)
    }
}

impl From<CreditCode> for String {
    fn from(code: CreditCode) -> Self {
        code.0
    }
}

impl Explain for CreditCodeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "credit_code.empty",
            Self::Length { .. } => "credit_code.length",
            Self::Character { .. } => "credit_code.character",
            Self::CheckCharacter => "credit_code.check_character",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => {
                "没有填写统一社会信用代码。单位靠它区分同名，请填写营业执照或法人证书上的 18 位代码。".into()
            }
            Self::Length { found } => format!(
                "统一社会信用代码应为 18 位，现在是 {found} 位。可能漏录或多录，请对照营业执照或法人证书重新填写。"
            ),
            Self::Character { position, found } => format!(
                "统一社会信用代码第 {position} 位是“{found}”。代码只含数字和大写字母，不用 I、O、S、V、Z，\
                 第 3 至 8 位只能是数字，请检查是否把 0 录成 O、1 录成 I。"
            ),
            Self::CheckCharacter => {
                "统一社会信用代码校验没有通过。最后一位与前 17 位对不上，通常是某一位录错，请对照证照逐位核对。"
                    .into()
            }
        }
    }
}

/// The code of an invented body: eight characters of registration, eight of the organisation code
/// without its check character. `None` when they do not make a code.
pub(crate) fn complete(registration: &str, organisation: &str) -> Option<CreditCode> {
    // GB 11714: letters count from A = 10; 11 - sum mod 11, where 10 is X and 11 is 0.
    let sum: u32 = organisation
        .chars()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(c, weight)| c.to_digit(36).map(|value| value * weight))
        .sum::<Option<u32>>()?;
    let inner = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10)?,
    };
    let first = format!("{registration}{organisation}{inner}");
    ALPHABET
        .chars()
        .find_map(|check| CreditCode::parse(&format!("{first}{check}")).ok())
}
