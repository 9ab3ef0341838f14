//! 银行卡号: form, and doubts that warn without blocking.

use std::fmt;

use crate::explain::Explain;
use crate::text;

/// A debit card number of 16 to 19 digits. `Debug` is masked.
///
/// Old cards exist that follow neither the UnionPay prefix nor the check digit, and only the bank
/// can say whose a card is, so both are [`BankCardDoubt`]s and not errors.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BankCard(String);

/// Why a text is no card number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankCardError {
    /// Nothing was typed.
    #[error("card number is empty")]
    Empty,
    /// A character other than a digit.
    #[error("card number contains {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
    /// Not 16 to 19 digits.
    #[error("card number has {found} digits")]
    Length {
        /// Digits counted.
        found: usize,
    },
    /// Only zeros.
    #[error("card number is all zeros")]
    Zeros,
}

/// Something about a card number that is probably, not certainly, a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BankCardDoubt {
    /// The last digit does not follow from the others (Luhn).
    #[error("card number fails the Luhn check")]
    CheckDigit,
    /// It does not begin with 62.
    #[error("card number does not begin with 62")]
    Prefix,
}

impl BankCard {
    /// Reads a typed number: blanks, hyphens and full-width digits are understood.
    ///
    /// # Errors
    /// See [`BankCardError`].
    pub fn parse(typed: &str) -> Result<Self, BankCardError> {
        let number = text::compact(typed).replace('-', "");
        if number.is_empty() {
            return Err(BankCardError::Empty);
        }
        if let Some(found) = number.chars().find(|c| !c.is_ascii_digit()) {
            return Err(BankCardError::Character { found });
        }
        if !(16..=19).contains(&number.len()) {
            return Err(BankCardError::Length {
                found: number.len(),
            });
        }
        if number.bytes().all(|digit| digit == b'0') {
            return Err(BankCardError::Zeros);
        }
        Ok(Self(number))
    }

    /// What looks wrong and should be confirmed by the holder, most serious first.
    pub fn doubts(&self) -> Vec<BankCardDoubt> {
        let luhn = (!luhn_holds(&self.0)).then_some(BankCardDoubt::CheckDigit);
        let prefix = (!self.0.starts_with("62")).then_some(BankCardDoubt::Prefix);
        luhn.into_iter().chain(prefix).collect()
    }

    /// The digits.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form for lists: `6200 **** 0005`.
    pub fn masked(&self) -> String {
        format!("{} **** {}", &self.0[..4], &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for BankCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankCard({})", self.masked())
    }
}

impl Explain for BankCardError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "bank_card.empty",
            Self::Character { .. } => "bank_card.character",
            Self::Length { .. } => "bank_card.length",
            Self::Zeros => "bank_card.zeros",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写银行卡号。劳务费转入本人银行卡，请填写借记卡卡号。".into(),
            Self::Character { found } => {
                format!("银行卡号中有“{found}”。卡号只含数字，请删除其他字符。")
            }
            Self::Length { found } => format!(
                "银行卡号应为 16 至 19 位，现在是 {found} 位。可能漏录、多录，或填成了存折账号，请对照卡面核对。"
            ),
            Self::Zeros => "银行卡号全是 0。这不是真实卡号，请对照卡面填写。".into(),
        }
    }
}

impl Explain for BankCardDoubt {
    fn code(&self) -> &'static str {
        match self {
            Self::CheckDigit => "bank_card.check_digit",
            Self::Prefix => "bank_card.prefix",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::CheckDigit => {
                "银行卡号校验没有通过。最后一位与前面各位对不上，多半是某一位录错，请对照卡面核对；确认无误可以保存。"
            }
            Self::Prefix => {
                "银行卡号不以 62 开头。新发的银联卡都以 62 开头，请核对是否为境内借记卡；确认无误可以保存。"
            }
        }
        .into()
    }
}

/// Luhn: from the right, every second digit doubled, the sum of all digits divisible by 10.
fn luhn_holds(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .map(|digit| u32::from(digit - b'0'))
        .enumerate()
        .map(|(place, digit)| {
            if place % 2 == 1 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
