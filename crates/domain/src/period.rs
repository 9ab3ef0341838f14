//! Date arithmetic as the regulations mean it: ages, years of work, look-backs, terms, lengths.
//!
//! Conventions that a text leaves open are small enums; their words are the pack's words.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::calendar::{Answer, Calendar};

/// On which day a person completes a year of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeTurns {
    /// On the birthday.
    #[default]
    Birthday,
    /// On the day after, as in criminal law.
    DayAfter,
}

/// The birthday, in a common year, of a person born on 29 February.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeapBirthday {
    /// 1 March
    #[default]
    Mar1,
    /// 28 February
    Feb28,
}

/// When somebody is 超过 a number of years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exceeds {
    /// When the next year is complete: over 65 begins on the 66th birthday.
    #[default]
    CompletedYears,
    /// On the day after turning: over 65 begins the day after the 65th birthday.
    ExactDate,
}

/// How ages (周岁) are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AgeClock {
    /// Day on which a year is complete.
    pub turns: AgeTurns,
    /// Birthday of those born on 29 February.
    pub leap_birthday: LeapBirthday,
}

impl AgeClock {
    /// The day on which somebody born on `born` turns `years`. Saturates at the year 9999.
    pub fn turns_on(self, born: Date, years: u16) -> Date {
        let year = born.year().saturating_add_unsigned(years);
        let birthday = Date::new(year, born.month(), born.day()).unwrap_or_else(|_| {
            let leap_day_missing =
                |day: i8, month| Date::new(year, month, day).unwrap_or(Date::MAX);
            match self.leap_birthday {
                LeapBirthday::Mar1 => leap_day_missing(1, 3),
                LeapBirthday::Feb28 => leap_day_missing(28, 2),
            }
        });
        match self.turns {
            AgeTurns::Birthday => birthday,
            AgeTurns::DayAfter => birthday.tomorrow().unwrap_or(Date::MAX),
        }
    }

    /// Completed years of age on `on`; `None` before birth.
    pub fn age(self, born: Date, on: Date) -> Option<u16> {
        let most = u16::try_from(on.year().checked_sub(born.year())?).ok()?;
        let age = if self.turns_on(born, most) <= on {
            Some(most)
        } else {
            most.checked_sub(1)
        };
        age.filter(|_| born <= on).or((born <= on).then_some(0))
    }

    /// Whether the person is 超过 `years` on `on`. 不超过 is the negation.
    pub fn is_over(self, born: Date, on: Date, years: u16, exceeds: Exceeds) -> bool {
        match exceeds {
            Exceeds::CompletedYears => self.age(born, on).is_some_and(|age| age > years),
            Exceeds::ExactDate => on > self.turns_on(born, years),
        }
    }
}

/// A stretch of days, both ends included; no end means to this day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Option<Date>,
}

/// How years of experience add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearsMode {
    /// All periods, overlaps counted once.
    #[default]
    MergedSum,
    /// Only the latest unbroken period.
    Continuous,
}

/// An amount of time worked.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Served {
    /// Completed calendar months.
    pub months: u32,
    /// Days beyond them, 0 to 30.
    pub days: u32,
}

impl Served {
    /// Completed years.
    pub fn years(self) -> u32 {
        self.months / 12
    }
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.years(), self.months % 12) {
            (0, 0) => write!(f, "{} 天", self.days),
            (0, months) => write!(f, "{months} 个月"),
            (years, 0) => write!(f, "{years} 年"),
            (years, months) => write!(f, "{years} 年 {months} 个月"),
        }
    }
}

/// Time served by the start of day `on`.
///
/// A closed span counts its last day; an open or later one counts up to `on`, which itself does not
/// count, so that a job begun on 1 March 2021 makes three years on 1 March 2024. Within a span,
/// anniversaries count; left-over days of several spans join at 30 days to the month.
pub fn served(spans: impl IntoIterator<Item = Span>, on: Date, mode: YearsMode) -> Served {
    let merged = merge(spans, on);
    let counted = match mode {
        YearsMode::MergedSum => merged.as_slice(),
        YearsMode::Continuous => merged.last().map_or(&[][..], std::slice::from_ref),
    };
    let mut total = Served::default();
    for &(from, end) in counted {
        let part = between(from, end);
        total.months += part.months;
        total.days += part.days;
    }
    if counted.len() > 1 {
        total.months += total.days / 30;
        total.days %= 30;
    }
    total
}

/// The spans as half-open `(first day, day after the last)`, cut at `on`, ordered, none touching.
fn merge(spans: impl IntoIterator<Item = Span>, on: Date) -> Vec<(Date, Date)> {
    let mut cut: Vec<(Date, Date)> = spans
        .into_iter()
        .map(|span| {
            let end = span.to.map_or(on, |to| to.tomorrow().unwrap_or(Date::MAX));
            (span.from, end.min(on))
        })
        .filter(|(from, end)| from < end)
        .collect();
    cut.sort();
    let mut merged: Vec<(Date, Date)> = Vec::new();
    for (from, end) in cut {
        match merged.last_mut() {
            Some((_, last)) if from <= *last => *last = end.max(*last),
            _ => merged.push((from, end)),
        }
    }
    merged
}

/// Whole months from `from` to `end`, and the days beyond.
fn between(from: Date, end: Date) -> Served {
    let months_apart =
        i32::from(end.year() - from.year()) * 12 + i32::from(end.month() - from.month());
    let mut months = months_apart.max(0);
    if add_months(from, months) > end {
        months -= 1;
    }
    let days = end
        .since(add_months(from, months))
        .map_or(0, |span| span.get_days());
    Served {
        months: months.max(0).unsigned_abs(),
        days: days.unsigned_abs(),
    }
}

/// The same day `months` later (earlier when negative); the month's last day where there is no such
/// day. Saturates at the ends of the calendar.
pub fn add_months(date: Date, months: i32) -> Date {
    let end = if months < 0 { Date::MIN } else { Date::MAX };
    date.checked_add(months.clamp(-200_000, 200_000).months())
        .unwrap_or(end)
}

/// The earliest day that lies within the last `months` months on `on`: both ends count, so a
/// relation that ended exactly 24 months ago still lies within 24 months.
pub fn look_back(on: Date, months: u32) -> Date {
    add_months(on, i32::try_from(months).map_or(i32::MIN, |months| -months))
}

/// Which day is the last of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermEnd {
    /// The day before the anniversary of the first.
    #[default]
    DayBeforeAnniversary,
    /// The anniversary itself.
    Anniversary,
}

/// Last day of a term of `months` months that begins on `start`.
///
/// Where the last month has no day like `start` (a term from 29 February or the 31st), its last day
/// is the last day of the term under both conventions.
pub fn term_end(start: Date, months: u32, convention: TermEnd) -> Date {
    let anniversary = add_months(start, i32::try_from(months).unwrap_or(i32::MAX));
    match convention {
        TermEnd::DayBeforeAnniversary if anniversary.day() == start.day() => {
            anniversary.yesterday().unwrap_or(anniversary)
        }
        _ => anniversary,
    }
}

/// A length of time as packs write it: `3y`, `24m`, `7d`, `3wd` (working days), `24h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Duration {
    /// Years.
    Years(u16),
    /// Calendar months.
    Months(u16),
    /// Calendar days.
    Days(u16),
    /// Working days.
    WorkingDays(u16),
    /// Hours.
    Hours(u16),
}

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no length of time: write a number up to 65535 and y, m, d, wd or h, e.g. 24m")]
pub struct BadDuration(pub String);

impl Duration {
    /// The moment this length after `start`. The first day does not count: `3wd` after a Friday is
    /// the third working day that follows. Time of day is kept.
    pub fn after(self, start: DateTime, calendar: &Calendar) -> Answer<DateTime> {
        self.shift(start, 1, calendar)
    }

    /// The moment this length before `end`; `3wd` before a Monday is the third working day back.
    pub fn before(self, end: DateTime, calendar: &Calendar) -> Answer<DateTime> {
        self.shift(end, -1, calendar)
    }

    /// The length in months, when it is one of years or months.
    pub fn as_months(self) -> Option<u32> {
        match self {
            Self::Years(years) => Some(u32::from(years) * 12),
            Self::Months(months) => Some(u32::from(months)),
            Self::Days(_) | Self::WorkingDays(_) | Self::Hours(_) => None,
        }
    }

    fn shift(self, from: DateTime, sign: i32, calendar: &Calendar) -> Answer<DateTime> {
        let end = if sign < 0 {
            DateTime::MIN
        } else {
            DateTime::MAX
        };
        let at = |date: Date| date.to_datetime(from.time());
        let sure = |moment: Option<DateTime>| Answer::sure(moment.unwrap_or(end));
        match self {
            Self::Years(years) => {
                Answer::sure(at(add_months(from.date(), sign * i32::from(years) * 12)))
            }
            Self::Months(months) => {
                Answer::sure(at(add_months(from.date(), sign * i32::from(months))))
            }
            Self::Days(days) => sure(from.checked_add((sign * i32::from(days)).days()).ok()),
            Self::Hours(hours) => sure(from.checked_add((sign * i32::from(hours)).hours()).ok()),
            Self::WorkingDays(days) if sign < 0 => calendar.back(from.date(), days).map(at),
            Self::WorkingDays(days) => calendar.ahead(from.date(), days).map(at),
        }
    }

    /// The length in Chinese: 3 年, 24 个月, 7 天, 3 个工作日, 24 小时.
    pub fn words(self) -> String {
        match self {
            Self::Years(n) => format!("{n} 年"),
            Self::Months(n) => format!("{n} 个月"),
            Self::Days(n) => format!("{n} 天"),
            Self::WorkingDays(n) => format!("{n} 个工作日"),
            Self::Hours(n) => format!("{n} 小时"),
        }
    }
}

impl FromStr for Duration {
    type Err = BadDuration;
    fn from_str(text: &str) -> Result<Self, BadDuration> {
        let bad = || BadDuration(text.to_owned());
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let (number, unit) = text.split_at(split);
        let number = number.parse().map_err(|_| bad())?;
        Ok(match unit {
            "y" => Self::Years(number),
            "m" => Self::Months(number),
            "d" => Self::Days(number),
            "wd" => Self::WorkingDays(number),
            "h" => Self::Hours(number),
            _ => return Err(bad()),
        })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Years(n) => write!(f, "{n}y"),
            Self::Months(n) => write!(f, "{n}m"),
            Self::Days(n) => write!(f, "{n}d"),
            Self::WorkingDays(n) => write!(f, "{n}wd"),
            Self::Hours(n) => write!(f, "{n}h"),
        }
    }
}

impl TryFrom<String> for Duration {
    type Error = BadDuration;
    fn try_from(text: String) -> Result<Self, BadDuration> {
        text.parse()
    }
}

impl From<Duration> for String {
    fn from(duration: Duration) -> Self {
        duration.to_string()
    }
}
