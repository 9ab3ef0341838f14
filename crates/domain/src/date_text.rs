//! Dates as Chinese offices write them: read from rosters, written into documents.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::explain::Explain;
use crate::text;

/// Years that a roster may speak of; anything else is a typing error.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A date as exact as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LooseDate {
    /// 2026年11月22日
    Day(Date),
    /// 2026年11月
    Month {
        /// Year.
        year: i16,
        /// 1 to 12.
        month: i8,
    },
}

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Nothing was typed.
    #[error("date is empty")]
    Empty,
    /// Neither of the forms known.
    #[error("date has an unknown form")]
    Form,
    /// Only a year.
    #[error("date is only a year")]
    YearOnly,
    /// The year does not come first with four digits.
    #[error("date does not begin with a four-digit year")]
    YearFirst,
    /// A year outside 1900 to 2199.
    #[error("year {year} is out of range")]
    Year {
        /// The year read.
        year: i16,
    },
    /// A month outside 1 to 12.
    #[error("month {month} does not exist")]
    Month {
        /// The month read.
        month: i8,
    },
    /// A day the month does not have.
    #[error("{year}-{month} has no day {day}")]
    Day {
        /// Year.
        year: i16,
        /// Month.
        month: i8,
        /// The day read.
        day: i8,
    },
    /// A spreadsheet's day number, such as 46348, that was saved as text.
    #[error("date is a spreadsheet day number")]
    DayNumber,
}

impl LooseDate {
    /// Reads 20261122, 2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日, the same without a day,
    /// 二〇二六年十一月二十二日, full-width digits, and a clock time behind, which is dropped.
    ///
    /// # Errors
    /// See [`DateError`].
    pub fn parse(typed: &str) -> Result<Self, DateError> {
        let tidy = text::tidy(typed);
        let day = match tidy.split_once([' ', 'T']) {
            Some((day, clock)) if clock.contains(':') => day,
            _ => &tidy,
        };
        let text = text::compact(day);
        if text.is_empty() {
            return Err(DateError::Empty);
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return match text.len() {
                8 => Self::new(&text[..4], &text[4..6], Some(&text[6..])),
                6 => Self::new(&text[..4], &text[4..], None).map_err(|_| DateError::YearFirst),
                5 => Err(DateError::DayNumber),
                4 => Err(DateError::YearOnly),
                _ => Err(DateError::Form),
            };
        }
        let arabic = text
            .contains('年')
            .then(|| from_numerals(&text))
            .flatten()
            .unwrap_or(text);
        let plain = arabic.replace(['年', '月', '/', '.', '\\'], "-");
        let plain = plain.trim_end_matches(['日', '号', '-']);
        let parts: Vec<&str> = plain.split('-').collect();
        if parts
            .iter()
            .any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(DateError::Form);
        }
        match parts[..] {
            [year] if year.len() == 4 => Err(DateError::YearOnly),
            [year, ..] if year.len() != 4 => Err(DateError::YearFirst),
            [year, month] => Self::new(year, month, None),
            [year, month, day] => Self::new(year, month, Some(day)),
            _ => Err(DateError::Form),
        }
    }

    fn new(year: &str, month: &str, day: Option<&str>) -> Result<Self, DateError> {
        let year: i16 = year.parse().map_err(|_| DateError::Form)?;
        let month: i8 = month.parse().map_err(|_| DateError::Form)?;
        if !YEARS.contains(&year) {
            return Err(DateError::Year { year });
        }
        if !(1..=12).contains(&month) {
            return Err(DateError::Month { month });
        }
        let Some(day) = day else {
            return Ok(Self::Month { year, month });
        };
        let day: i8 = day.parse().map_err(|_| DateError::Form)?;
        Date::new(year, month, day)
            .map(Self::Day)
            .map_err(|_| DateError::Day { year, month, day })
    }

    /// The day written, or the first of the month: for the beginning of a period.
    pub fn first_day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month { year, month } => Date::new(year, month, 1).unwrap_or(Date::MIN),
        }
    }

    /// The day written, or the last of the month: for the end of a period.
    pub fn last_day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month { .. } => self.first_day().last_of_month(),
        }
    }

    /// The day, when one was written.
    pub fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month { .. } => None,
        }
    }
}

impl fmt::Display for LooseDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Month { year, month } => write!(f, "{year}-{month:02}"),
        }
    }
}

impl Explain for DateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "date.empty",
            Self::Form => "date.form",
            Self::YearOnly => "date.year_only",
            Self::YearFirst => "date.year_first",
            Self::Year { .. } => "date.year",
            Self::Month { .. } => "date.month",
            Self::Day { .. } => "date.day",
            Self::DayNumber => "date.day_number",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty => "没有填写日期。年限和期限都按日期计算，请填写，如 2026-11-22。".into(),
            Self::Form => {
                "日期无法识别。只认年月日或年月，请写成 2026-11-22、20261122 或 2026年11月22日。"
                    .into()
            }
            Self::YearOnly => {
                "日期只有年份。按月计算年限至少要有月份，请补上，如 2026年11月。".into()
            }
            Self::YearFirst => {
                "日期没有以四位年份开头。两位年份或年份在后容易读错，请写成 2026-11-22。".into()
            }
            Self::Year { year } => format!(
                "年份 {year} 不在 {} 至 {} 之间。多半录错了一位，请核对年份。",
                YEARS.start(),
                YEARS.end()
            ),
            Self::Month { month } => {
                format!("月份是 {month}。月份只能是 1 至 12，请核对是否把日和月写反。")
            }
            Self::Day { year, month, day } => {
                format!("{year}年{month}月没有 {day} 日。请对照原件核对日期。")
            }
            Self::DayNumber => "日期是一个五位数。电子表格把日期存成了序号，\
                 请把该列的单元格格式改为“日期”后重新保存。"
                .into(),
        }
    }
}

/// 2026年11月22日, for pages and letters.
pub fn plain(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 二〇二六年十一月二十二日, for official documents (GB/T 15835-2011).
pub fn formal(date: Date) -> String {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    format!(
        "{}年{}月{}日",
        each(date.year(), DIGITS),
        tens(date.month(), DIGITS, ("十", '十')),
        tens(date.day(), DIGITS, ("十", '十'))
    )
}

/// 贰零贰陆年零壹拾月零贰拾日, as bills and vouchers demand so that nothing can be added.
pub fn on_voucher(date: Date) -> String {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    let guard = |needed| if needed { "零" } else { "" };
    let (month, day) = (date.month(), date.day());
    format!(
        "{}年{}{}月{}{}日",
        each(date.year(), DIGITS),
        guard(matches!(month, 1 | 2 | 10)),
        tens(month, DIGITS, ("壹拾", '拾')),
        guard(day < 10 || day % 10 == 0),
        tens(day, DIGITS, ("壹拾", '拾')),
    )
}

/// Digit by digit.
fn each(number: i16, digits: [char; 10]) -> String {
    number
        .to_string()
        .bytes()
        .map(|b| digits[usize::from(b.saturating_sub(b'0') % 10)])
        .collect()
}

/// 1 to 99 with a word for ten: `(from 10 to 19, from 20)`.
fn tens(number: i8, digits: [char; 10], (ten, tens): (&str, char)) -> String {
    let digit = |n: i8| digits[usize::from(n.unsigned_abs() % 10)];
    let mut words = match number / 10 {
        0 => String::new(),
        1 => ten.to_owned(),
        many => format!("{}{tens}", digit(many)),
    };
    if number % 10 != 0 {
        words.push(digit(number));
    }
    words
}

/// 二〇二六年十一月二十二日 with Arabic digits; `None` when a character is no numeral.
fn from_numerals(text: &str) -> Option<String> {
    let digit = |c: char| match c {
        '○' | '零' | 'O' => Some(0),
        _ => "〇一二三四五六七八九"
            .chars()
            .position(|numeral| numeral == c),
    };
    let mut out = String::new();
    let mut number: Vec<char> = Vec::new();
    for c in text.chars() {
        if !"年月日号".contains(c) {
            number.push(c);
            continue;
        }
        let value = match number.iter().position(|c| *c == '十') {
            None => number
                .iter()
                .try_fold(0, |sum, c| Some(sum * 10 + digit(*c)?))?,
            Some(ten) => {
                let one = |part: &[char], otherwise| match part {
                    [] => Some(otherwise),
                    [c] => digit(*c),
                    _ => None,
                };
                one(&number[..ten], 1)? * 10 + one(&number[ten + 1..], 0)?
            }
        };
        out.push_str(&value.to_string());
        out.push(c);
        number.clear();
    }
    number.is_empty().then_some(out)
}
