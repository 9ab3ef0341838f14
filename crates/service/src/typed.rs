//! What was typed into a form, made facts: each function notes what is wrong and goes on, so that
//! everything wrong is said at once.

use domain::date_text::LooseDate;
use domain::explain::Explain;
use domain::text;
use jiff::civil::Date;

use crate::error::Problem;

/// The text, tidied; `None` when nothing was typed.
pub(crate) fn optional(typed: &str) -> Option<String> {
    let tidy = text::tidy(typed);
    (!tidy.is_empty()).then_some(tidy)
}

/// The text, tidied; notes `sentence` when nothing was typed.
pub(crate) fn required(
    problems: &mut Vec<Problem>,
    field: &str,
    typed: &str,
    sentence: &str,
) -> String {
    let tidy = text::tidy(typed);
    if tidy.is_empty() {
        problems.push(Problem::new(field, sentence));
    }
    tidy
}

/// A text of at most so many characters.
pub(crate) fn at_most(
    problems: &mut Vec<Problem>,
    field: &str,
    label: &str,
    text: &str,
    limit: usize,
) {
    let count = text.chars().count();
    if count > limit {
        problems.push(Problem::new(
            field,
            format!("{label}最多 {limit} 个字，现在是 {count} 个。请精简。"),
        ));
    }
}

/// A parser of the domain over typed text; `None` when nothing was typed.
pub(crate) fn parsed<T, E: Explain>(
    problems: &mut Vec<Problem>,
    field: &str,
    typed: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    if typed.trim().is_empty() {
        return None;
    }
    parse(typed)
        .map_err(|error| problems.push(Problem::new(field, error.sentence())))
        .ok()
}

fn loose(problems: &mut Vec<Problem>, field: &str, typed: &str, label: &str) -> Option<LooseDate> {
    if typed.trim().is_empty() {
        return None;
    }
    LooseDate::parse(typed)
        .map_err(|error| {
            problems.push(Problem::new(
                field,
                format!("{label}：{}", error.sentence()),
            ))
        })
        .ok()
}

/// A day; `None` when nothing was typed. A month alone is refused.
pub(crate) fn date(
    problems: &mut Vec<Problem>,
    field: &str,
    typed: &str,
    label: &str,
) -> Option<Date> {
    let loose = loose(problems, field, typed, label)?;
    if loose.day().is_none() {
        problems.push(Problem::new(
            field,
            format!("{label}只写到月，要写到日才能计算。请写成 2026-11-22 这样。"),
        ));
    }
    loose.day()
}

/// The beginning of a period: a day, or the first of a month.
pub(crate) fn from_day(
    problems: &mut Vec<Problem>,
    field: &str,
    typed: &str,
    label: &str,
) -> Option<Date> {
    loose(problems, field, typed, label).map(LooseDate::first_day)
}

/// The day of something that has happened: a day, or the first of a month, not after today.
pub(crate) fn past_day(
    problems: &mut Vec<Problem>,
    field: &str,
    typed: &str,
    label: &str,
    today: Date,
) -> Option<Date> {
    let day = from_day(problems, field, typed, label)?;
    if today < day {
        problems.push(Problem::new(
            field,
            format!("{label} {day} 还没有到，今天是 {today}。请对照证书改正。"),
        ));
    }
    Some(day)
}

/// The end of a period: a day, or the last of a month. 至今 and nothing mean that it goes on.
pub(crate) fn last_day(
    problems: &mut Vec<Problem>,
    field: &str,
    typed: &str,
    label: &str,
) -> Option<Date> {
    if text::compact(typed) == "至今" {
        return None;
    }
    loose(problems, field, typed, label).map(LooseDate::last_day)
}

/// Adds "请填写" for each of these fields that nothing was typed in.
pub(crate) fn missing(
    mut problems: Vec<Problem>,
    fields: &[(&str, &String, &str)],
) -> Vec<Problem> {
    for (field, typed, label) in fields {
        if typed.trim().is_empty() {
            problems.push(Problem::new(*field, format!("没有填写{label}。请填写。")));
        }
    }
    problems
}

/// A form as sent: values by name, in order, possibly repeated. Rows of a table are named
/// `work.0.employer`, `work.1.employer` …
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a field; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the field has this value among others.
    pub fn holds(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|held| held == value)
    }

    /// The numbers of a table's rows that hold anything, in order.
    pub fn rows(&self, table: &str) -> Vec<usize> {
        let number = |(key, value): &(String, String)| {
            let rest = key.strip_prefix(table)?.strip_prefix('.')?;
            let (number, _) = rest.split_once('.')?;
            (!value.trim().is_empty())
                .then(|| number.parse().ok())
                .flatten()
        };
        let mut rows: Vec<usize> = self.0.iter().filter_map(number).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Adds a value.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Every name and value.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl From<Vec<(String, String)>> for Fields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}
