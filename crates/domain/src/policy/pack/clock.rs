//! How this instrument counts time: ages, years of work, terms, working days.

use std::fmt;

use serde::Serialize;

use crate::policy::words::{Word, words};

words! {
    /// When a person turns an age (A-G-1).
    AgeTurns {
        /// On the birthday.
        Birthday = "birthday", "生日当日";
        /// The day after.
        DayAfter = "day_after", "生日次日";
    }
    /// When 超过 n 周岁 begins (A-G-1).
    Exceeds {
        /// When n + 1 years are completed.
        CompletedYears = "completed_years", "满下一周岁";
        /// The day after turning n.
        ExactDate = "exact_date", "满周岁次日";
    }
    /// The anniversary of 29 February in a common year (A-G-1).
    LeapDay {
        /// 1 March.
        March1 = "march_1", "3月1日";
        /// 28 February.
        February28 = "february_28", "2月28日";
    }
    /// The last day of a term of years (A-G-5).
    TermEnd {
        /// The day before the anniversary.
        DayBefore = "day_before_anniversary", "周年前一日";
        /// The anniversary.
        Anniversary = "anniversary", "周年当日";
    }
    /// How years of work add up (A-G-3).
    YearsMode {
        /// All periods that count, overlaps once, gaps left out.
        MergedSum = "merged_sum", "各段相加，重叠只计一次";
        /// The last unbroken period.
        Continuous = "continuous", "最近连续一段";
    }
    /// Unit of a duration.
    TimeUnit {
        /// Years.
        Year = "年", "年";
        /// Months.
        Month = "个月", "个月";
        /// Calendar days.
        Day = "日", "日";
        /// Working days of the statutory calendar (A-G-9).
        WorkingDay = "个工作日", "个工作日";
        /// Hours.
        Hour = "小时", "小时";
        /// Minutes.
        Minute = "分钟", "分钟";
    }
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

/// The conventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// When a person turns an age.
    pub age_turns: AgeTurns,
    /// When 超过 begins.
    pub exceeds: Exceeds,
    /// Anniversary of 29 February.
    pub leap_day: LeapDay,
    /// Last day of a term.
    pub term_end: TermEnd,
    /// How years of work add up.
    pub years: YearsMode,
}

/// A length of time as the text or a parameter states it: 24个月, 10个工作日.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Duration {
    /// How many, at least 1 unless the rule says otherwise.
    pub count: u32,
    /// Of what.
    pub unit: TimeUnit,
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.zh())
    }
}

impl std::str::FromStr for Duration {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count = text[..digits].parse().map_err(|_| ())?;
        let unit = match text[digits..].trim() {
            "天" => TimeUnit::Day,
            "月" => TimeUnit::Month,
            word => TimeUnit::from_word(word).ok_or(())?,
        };
        Ok(Self { count, unit })
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
