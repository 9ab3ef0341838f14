//! Money in fen: checked arithmetic, rounding with a name, 大写金额.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::text;

/// An amount in fen (0.01 yuan). May be negative; never rounded silently.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// What becomes of a fraction of a fen (or of a yuan in [`Fen::round_to_yuan`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 四舍五入, halves away from zero.
    #[default]
    HalfUp,
    /// 舍去, towards zero.
    Down,
    /// 进一, away from zero.
    Up,
}

/// Why an amount cannot be read or computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Nothing was typed.
    #[error("amount is empty")]
    Empty,
    /// Not a number in yuan.
    #[error("amount is no number")]
    Form,
    /// More than two digits after the point.
    #[error("amount has more than two decimals")]
    Decimals,
    /// Commas that do not part groups of three digits.
    #[error("amount has commas in the wrong place")]
    Commas,
    /// The result does not fit.
    #[error("amount is out of range")]
    Range,
    /// A share of zero parts.
    #[error("amount divided by zero")]
    DividedByZero,
}

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whole yuan.
    ///
    /// # Errors
    /// [`MoneyError::Range`].
    pub fn from_yuan(yuan: i64) -> Result<Self, MoneyError> {
        yuan.checked_mul(100).map(Self).ok_or(MoneyError::Range)
    }

    /// Reads yuan: `100`, `100.00`, `1,600.5`, `￥1600元`, `-500`, full-width digits.
    ///
    /// # Errors
    /// See [`MoneyError`].
    pub fn parse(typed: &str) -> Result<Self, MoneyError> {
        let compact = text::compact(typed);
        let (negative, rest) = match compact.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, compact.as_str()),
        };
        let rest = rest.trim_start_matches(['¥', '￥']).trim_end_matches('元');
        if rest.is_empty() {
            return Err(MoneyError::Empty);
        }
        let (yuan, decimals) = rest.split_once('.').unwrap_or((rest, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let whole = yuan.replace(',', "");
        if whole.is_empty() || !digits(&whole) || !digits(decimals) || rest.ends_with('.') {
            return Err(MoneyError::Form);
        }
        let mut groups = yuan.split(',');
        let first = groups.next().unwrap_or_default();
        let grouped = yuan.contains(',');
        if grouped && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3))
        {
            return Err(MoneyError::Commas);
        }
        if decimals.len() > 2 {
            return Err(MoneyError::Decimals);
        }
        let fen: i64 = format!("{whole}{decimals:0<2}")
            .parse()
            .map_err(|_| MoneyError::Range)?;
        Ok(Self(if negative { -fen } else { fen }))
    }

    /// Sum.
    ///
    /// # Errors
    /// [`MoneyError::Range`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .ok_or(MoneyError::Range)
    }

    /// Difference.
    ///
    /// # Errors
    /// [`MoneyError::Range`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_sub(other.0)
            .map(Self)
            .ok_or(MoneyError::Range)
    }

    /// So many times the amount.
    ///
    /// # Errors
    /// [`MoneyError::Range`].
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        self.0
            .checked_mul(i64::from(count))
            .map(Self)
            .ok_or(MoneyError::Range)
    }

    /// `numerator / denominator` of the amount, e.g. 20 % as `(1, 5)`.
    ///
    /// # Errors
    /// [`MoneyError::DividedByZero`], [`MoneyError::Range`].
    pub fn share(
        self,
        numerator: u32,
        denominator: u32,
        rounding: Rounding,
    ) -> Result<Self, MoneyError> {
        let product = i128::from(self.0) * i128::from(numerator);
        divide(product, i128::from(denominator), rounding)
    }

    /// The amount in whole yuan.
    ///
    /// # Errors
    /// [`MoneyError::Range`].
    pub fn round_to_yuan(self, rounding: Rounding) -> Result<Self, MoneyError> {
        divide(i128::from(self.0), 100, rounding)?.times(100)
    }

    /// Sum of many.
    ///
    /// # Errors
    /// [`MoneyError::Range`].
    pub fn total(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// As in running text: 1,600 for whole yuan, otherwise 1,600.50.
    pub fn in_text(self) -> String {
        let full = self.to_string();
        full.strip_suffix(".00").unwrap_or(&full).to_owned()
    }

    /// As in packs and files: `1600.00`.
    pub fn plain(self) -> String {
        self.to_string().replace(',', "")
    }

    /// 大写金额 without the prefix 人民币: 陆仟伍佰陆拾元整. Leaves out every optional 零 and writes
    /// 整 after 元 only. Negative amounts get 负, which vouchers do not allow: use red ink there.
    pub fn words(self) -> String {
        let fen = self.0.unsigned_abs();
        let (yuan, tenths, hundredths) = (fen / 100, fen / 10 % 10, fen % 10);
        let mut words = String::new();
        if self.0 < 0 {
            words.push('负');
        }
        if yuan > 0 || fen == 0 {
            words.push_str(&integer(yuan));
            words.push('元');
        }
        if fen.is_multiple_of(100) {
            words.push('整');
            return words;
        }
        match tenths {
            0 if yuan > 0 => words.push('零'),
            0 => {}
            _ => words.extend([digit(tenths), '角']),
        }
        if hundredths > 0 {
            words.extend([digit(hundredths), '分']);
        }
        words
    }
}

impl fmt::Display for Fen {
    /// As in tables: 1,600.00.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fen = self.0.unsigned_abs();
        let yuan = (fen / 100).to_string();
        let mut grouped = String::new();
        for (index, digit) in yuan.chars().enumerate() {
            if index > 0 && (yuan.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{grouped}.{:02}", fen % 100))
    }
}

impl Explain for MoneyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "money.empty",
            Self::Form => "money.form",
            Self::Decimals => "money.decimals",
            Self::Commas => "money.commas",
            Self::Range => "money.range",
            Self::DividedByZero => "money.divided_by_zero",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写金额。没有金额无法核算，请以元为单位填写，如 1600.00。",
            Self::Form => "金额无法识别。金额只含数字和小数点，单位是元，请写成 1600.00。",
            Self::Decimals => "金额的小数超过两位。最小单位是分，请四舍五入到两位小数后填写。",
            Self::Commas => "金额中逗号的位置不对。千分位每三位一个逗号，请核对数字或去掉逗号。",
            Self::Range => "金额太大，无法计算。多半多录了数字，请核对金额和数量。",
            Self::DividedByZero => "份数为 0，无法分摊金额。请先填写人数或份数。",
        }
        .into()
    }
}

fn divide(amount: i128, by: i128, rounding: Rounding) -> Result<Fen, MoneyError> {
    if by == 0 {
        return Err(MoneyError::DividedByZero);
    }
    let (whole, rest) = (amount / by, amount % by);
    let away = match rounding {
        Rounding::HalfUp => rest.abs() * 2 >= by,
        Rounding::Down => false,
        Rounding::Up => rest != 0,
    };
    let rounded = if away { whole + amount.signum() } else { whole };
    i64::try_from(rounded)
        .map(Fen)
        .map_err(|_| MoneyError::Range)
}

fn digit(value: u64) -> char {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    DIGITS[(value % 10) as usize]
}

/// A whole number in words; between two groups one 零 stands for any number of zeros.
fn integer(value: u64) -> String {
    const UNITS: [(u64, char); 5] = [
        (100_000_000, '亿'),
        (10_000, '万'),
        (1_000, '仟'),
        (100, '佰'),
        (10, '拾'),
    ];
    let Some(&(size, unit)) = UNITS.iter().find(|(size, _)| value >= *size) else {
        return digit(value).to_string();
    };
    let rest = value % size;
    let gap = if rest > 0 && rest < size / 10 {
        "零"
    } else {
        ""
    };
    let tail = if rest > 0 {
        integer(rest)
    } else {
        String::new()
    };
    format!("{}{unit}{gap}{tail}", integer(value / size))
}
