//! Working days (工作日): the State Council's yearly notices with their make-up days.
//!
//! Years 2021 to 2026 are built in; an administrator registers a new notice each November. A year
//! without a notice is answered by weekdays alone, and every [`Answer`] says so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::explain::Explain;

const BUILT_IN: &str = include_str!("../data/holidays.txt");

/// One holiday of a notice: the days off it names and the weekend days worked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// 元旦, 春节 …
    pub name: String,
    /// First day off.
    pub from: Date,
    /// Last day off.
    pub to: Date,
    /// 调休上班 days.
    #[serde(default)]
    pub make_up: Vec<Date>,
}

/// 国务院办公厅关于某年部分节假日安排的通知, as a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayNotice {
    /// The year it arranges. Its days may reach into the Decembers and Januaries beside it.
    pub year: i16,
    /// 文号
    pub document: String,
    /// Holidays in order.
    pub holidays: Vec<Holiday>,
}

/// What a notice makes of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Off(String),
    MakeUp(String),
}

/// Working days, as far as notices are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    notices: BTreeMap<i16, HolidayNotice>,
    days: BTreeMap<Date, Named>,
}

/// An answer about working days, and the years for which weekdays had to stand in for a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// Years without a notice that the answer leans on. Empty: the answer is certain.
    pub assumed_years: BTreeSet<i16>,
}

/// What is wrong with a notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No holiday at all.
    #[error("a notice for {year} names no holidays")]
    Empty {
        /// The year.
        year: i16,
    },
    /// A day lies far outside the year of the notice.
    #[error("{day} does not belong to a notice for {year}")]
    OutsideYear {
        /// The year.
        year: i16,
        /// The day.
        day: Date,
    },
    /// A holiday ends before it begins, or lasts longer than 15 days.
    #[error("holiday {from} to {to} has an impossible length")]
    Length {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// A make-up day that is a weekday: it would be worked anyway, so it is a typing error.
    #[error("make-up day {day} is a weekday")]
    MakeUpOnWeekday {
        /// The day.
        day: Date,
    },
    /// One day is named as off and as worked.
    #[error("{day} is both a day off and a make-up day")]
    Contradiction {
        /// The day.
        day: Date,
    },
    /// A line that does not follow the form of the notice text.
    #[error("line {line} cannot be read")]
    Line {
        /// Number of the line, from 1.
        line: usize,
    },
}

impl<T> Answer<T> {
    /// An answer that needs no notice.
    pub fn sure(value: T) -> Self {
        Self {
            value,
            assumed_years: BTreeSet::new(),
        }
    }

    /// The same certainty about another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        Answer {
            value: change(self.value),
            assumed_years: self.assumed_years,
        }
    }

    /// What to tell the reader when years were assumed.
    pub fn caution(&self) -> Option<String> {
        let years: Vec<String> = self
            .assumed_years
            .iter()
            .map(|year| format!("{year} 年"))
            .collect();
        (!years.is_empty()).then(|| {
            format!(
                "{}放假安排尚未录入，工作日暂按周一至周五计算。国务院办公厅通知发布后，请系统管理员录入放假安排，\
                 届时将重新计算。",
                years.join("、")
            )
        })
    }
}

impl HolidayNotice {
    /// Reads notices in the compact form of `data/holidays.txt`:
    ///
    /// ```text
    /// 2026 国办发明电〔2025〕7号
    /// 春节 0215-0223 +0214 +0228
    /// ```
    ///
    /// A head line with year and document number, then one line per holiday: name, first and last
    /// day off, make-up days after `+`. A day of another year is written with it: `20221231`.
    ///
    /// # Errors
    /// [`CalendarError::Line`] with the first line that cannot be read.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, CalendarError> {
        let mut notices: Vec<Self> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let bad = CalendarError::Line { line: index + 1 };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (first, rest) = line.split_once(' ').ok_or(bad.clone())?;
            if let Ok(year) = first.parse() {
                let document = rest.trim().to_owned();
                notices.push(Self {
                    year,
                    document,
                    holidays: Vec::new(),
                });
                continue;
            }
            let notice = notices.last_mut().ok_or(bad.clone())?;
            let holiday = holiday(notice.year, first, rest).ok_or(bad)?;
            notice.holidays.push(holiday);
        }
        Ok(notices)
    }

    /// Every rule a notice must keep before it may count.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn check(&self) -> Result<(), CalendarError> {
        let year = self.year;
        if self.holidays.is_empty() {
            return Err(CalendarError::Empty { year });
        }
        let near = |day: Date| {
            day.year() == year
                || day.year() == year - 1 && day.month() == 12
                || day.year() == year + 1 && day.month() == 1
        };
        let mut off = BTreeSet::new();
        for holiday in &self.holidays {
            let (from, to) = (holiday.from, holiday.to);
            if let Some(day) = [from, to]
                .iter()
                .chain(&holiday.make_up)
                .find(|day| !near(**day))
            {
                return Err(CalendarError::OutsideYear { year, day: *day });
            }
            let days: Vec<Date> = holiday.days().take(16).collect();
            if days.is_empty() || days.len() > 15 {
                return Err(CalendarError::Length { from, to });
            }
            off.extend(days);
        }
        for &day in self.holidays.iter().flat_map(|holiday| &holiday.make_up) {
            if off.contains(&day) {
                return Err(CalendarError::Contradiction { day });
            }
            if !is_weekend(day) {
                return Err(CalendarError::MakeUpOnWeekday { day });
            }
        }
        Ok(())
    }
}

impl Holiday {
    fn days(&self) -> impl Iterator<Item = Date> {
        let to = self.to;
        self.from
            .series(jiff::Span::new().days(1))
            .take_while(move |day| *day <= to)
    }
}

impl Calendar {
    /// The calendar of the built-in notices, 2021 to 2026.
    ///
    /// # Panics
    /// Never: the built-in text is a constant that the tests read.
    pub fn built_in() -> Self {
        let notices = HolidayNotice::parse_all(BUILT_IN).expect("built-in notices are well formed");
        let mut calendar = Self::default();
        for notice in notices {
            calendar
                .register(notice)
                .expect("built-in notices keep the rules");
        }
        calendar
    }

    /// Adds a notice; one for a year that is known replaces it.
    ///
    /// # Errors
    /// See [`HolidayNotice::check`]; the calendar is unchanged then.
    pub fn register(&mut self, notice: HolidayNotice) -> Result<(), CalendarError> {
        notice.check()?;
        self.notices.insert(notice.year, notice);
        // From all notices anew: one may reach into the December of the year before.
        self.days.clear();
        for holiday in self.notices.values().flat_map(|notice| &notice.holidays) {
            let off = holiday
                .days()
                .map(|day| (day, Named::Off(holiday.name.clone())));
            self.days.extend(off);
            let make_up = holiday.make_up.iter();
            self.days
                .extend(make_up.map(|day| (*day, Named::MakeUp(holiday.name.clone()))));
        }
        Ok(())
    }

    /// The notices in force, by year.
    pub fn notices(&self) -> impl Iterator<Item = &HolidayNotice> {
        self.notices.values()
    }

    /// Whether `day` is worked.
    pub fn is_workday(&self, day: Date) -> Answer<bool> {
        let assumed = (!self.notices.contains_key(&day.year())).then_some(day.year());
        Answer {
            value: self.works(day),
            assumed_years: assumed.into_iter().collect(),
        }
    }

    /// The holiday that gives `day` off, e.g. 春节; `None` on ordinary weekends.
    pub fn holiday(&self, day: Date) -> Option<&str> {
        match self.days.get(&day) {
            Some(Named::Off(name)) => Some(name),
            _ => None,
        }
    }

    /// The holiday for which `day`, a weekend day, is worked.
    pub fn made_up_for(&self, day: Date) -> Option<&str> {
        match self.days.get(&day) {
            Some(Named::MakeUp(name)) => Some(name),
            _ => None,
        }
    }

    /// The `count`-th working day after `start`, which does not count. Zero: `start` itself.
    /// Saturates at the last day of the calendar.
    pub fn ahead(&self, start: Date, count: u16) -> Answer<Date> {
        self.walk(start, count, |day| day.tomorrow().ok())
    }

    /// The `count`-th working day before `end`, which does not count. Zero: `end` itself.
    pub fn back(&self, end: Date, count: u16) -> Answer<Date> {
        self.walk(end, count, |day| day.yesterday().ok())
    }

    /// `day` if it is worked, otherwise the next working day.
    pub fn roll(&self, day: Date) -> Answer<Date> {
        if self.works(day) {
            self.is_workday(day).map(|_| day)
        } else {
            self.ahead(day, 1)
        }
    }

    /// How many working days lie after `start` up to and including `end`; 0 when `end` is not later.
    pub fn count(&self, start: Date, end: Date) -> Answer<u32> {
        let mut answer = Answer::sure(0);
        let mut day = start;
        while day < end {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            answer.value += u32::from(self.works(day));
            self.note(day, &mut answer.assumed_years);
        }
        answer
    }

    fn walk(&self, from: Date, count: u16, step: impl Fn(Date) -> Option<Date>) -> Answer<Date> {
        let mut answer = Answer::sure(from);
        let mut left = count;
        while left > 0 {
            let Some(day) = step(answer.value) else { break };
            answer.value = day;
            left -= u16::from(self.works(day));
            self.note(day, &mut answer.assumed_years);
        }
        answer
    }

    fn note(&self, day: Date, assumed: &mut BTreeSet<i16>) {
        if !self.notices.contains_key(&day.year()) {
            assumed.insert(day.year());
        }
    }

    fn works(&self, day: Date) -> bool {
        match self.days.get(&day) {
            Some(Named::Off(_)) => false,
            Some(Named::MakeUp(_)) => true,
            None => !is_weekend(day),
        }
    }
}

impl Explain for CalendarError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "calendar.empty",
            Self::OutsideYear { .. } => "calendar.outside_year",
            Self::Length { .. } => "calendar.length",
            Self::MakeUpOnWeekday { .. } => "calendar.make_up_on_weekday",
            Self::Contradiction { .. } => "calendar.contradiction",
            Self::Line { .. } => "calendar.line",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Empty { year } => format!(
                "{year} 年的放假安排里没有节日。空的安排会把所有节日算成工作日，请按国务院办公厅通知录入。"
            ),
            Self::OutsideYear { year, day } => format!(
                "{day} 不属于 {year} 年的放假安排。一份通知只安排当年及相邻的 12 月、1 月，请核对年份。"
            ),
            Self::Length { from, to } => format!(
                "放假 {from} 至 {to} 的天数不对。最后一天不能早于第一天，一个假期不超过 15 天，请核对起止日期。"
            ),
            Self::MakeUpOnWeekday { day } => format!(
                "调休上班日 {day} 不是周末。周一至周五本来就上班，多半录错了日期，请对照通知核对。"
            ),
            Self::Contradiction { day } => {
                format!("{day} 既列为放假又列为上班。同一天只能有一种安排，请对照通知保留一个。")
            }
            Self::Line { line } => format!(
                "第 {line} 行无法识别。每行应为“节日 起-止 +调休日”，如“春节 0215-0223 +0214 +0228”，请改正后重新提交。"
            ),
        }
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// One holiday line after its name: `0215-0223 +0214 +0228`.
fn holiday(year: i16, name: &str, rest: &str) -> Option<Holiday> {
    let mut words = rest.split_whitespace();
    let days_off = words.next()?;
    let (from, to) = days_off.split_once('-').unwrap_or((days_off, days_off));
    let make_up = words
        .map(|word| month_day(year, word.strip_prefix('+')?))
        .collect::<Option<Vec<_>>>()?;
    Some(Holiday {
        name: name.to_owned(),
        from: month_day(year, from)?,
        to: month_day(year, to)?,
        make_up,
    })
}

/// `0214` in `year`, or `20221231` as it stands.
fn month_day(year: i16, digits: &str) -> Option<Date> {
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match digits.len() {
        4 => (year, digits),
        8 => (digits[..4].parse().ok()?, &digits[4..]),
        _ => return None,
    };
    Date::new(year, rest[..2].parse().ok()?, rest[2..].parse().ok()?).ok()
}
