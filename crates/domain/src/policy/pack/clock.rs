//! How this instrument counts time: ages, years of work, terms, working days.

use std::fmt;

use serde::Serialize;

use crate::period::{AgeClock, AgeTurns, Exceeds, LeapBirthday, TermEnd, YearsMode};
use crate::policy::words::{Word, spelled, words};

pub use crate::period::Duration;

words! {
    /// How a number is compared (A-G-2).
    Relation {
        /// 以上、不少于
        AtLeast = "at_least", "不少于";
        /// 超过
        MoreThan = "more_than", "超过";
        /// 以内、不超过
        AtMost = "at_most", "不超过";
        /// 未满、不足
        LessThan = "less_than", "未满";
    }
}

spelled! {
    AgeTurns {
        Birthday = "birthday", "生日当日";
        DayAfter = "day_after", "生日次日";
    }
    LeapBirthday {
        Mar1 = "march_1", "3月1日";
        Feb28 = "february_28", "2月28日";
    }
    Exceeds {
        CompletedYears = "completed_years", "满下一周岁";
        ExactDate = "exact_date", "满周岁次日";
    }
    YearsMode {
        MergedSum = "merged_sum", "各段相加，重叠只计一次";
        Continuous = "continuous", "最近连续一段";
    }
    TermEnd {
        DayBeforeAnniversary = "day_before_anniversary", "周年前一日";
        Anniversary = "anniversary", "周年当日";
    }
}

/// The conventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// When a person turns an age; the birthday of those born on 29 February.
    pub ages: AgeClock,
    /// When 超过 begins.
    pub exceeds: Exceeds,
    /// Last day of a term.
    pub term_end: TermEnd,
    /// How years of work add up.
    pub years: YearsMode,
}

/// Reads a length of time as packs write it: 3年, 24个月, 7日, 10个工作日, 24小时.
pub fn duration(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count = text[..digits].parse().ok().filter(|count| *count > 0)?;
    match text[digits..].trim() {
        "年" => Some(Duration::Years(count)),
        "个月" => Some(Duration::Months(count)),
        "日" | "天" => Some(Duration::Days(count)),
        "个工作日" => Some(Duration::WorkingDays(count)),
        "小时" => Some(Duration::Hours(count)),
        _ => None,
    }
}

/// A number with the direction it bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// Direction.
    pub relation: Relation,
    /// The number.
    pub value: u32,
}

impl Bound {
    /// Does `actual` keep the bound?
    pub const fn holds(self, actual: u32) -> bool {
        match self.relation {
            Relation::AtLeast => actual >= self.value,
            Relation::MoreThan => actual > self.value,
            Relation::AtMost => actual <= self.value,
            Relation::LessThan => actual < self.value,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.relation.zh(), self.value)
    }
}
