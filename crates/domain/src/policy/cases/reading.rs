//! Facts as officials write them: TOML with dates, people to start from, no key that nobody reads.

use jiff::civil::{Date, DateTime};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use crate::money::Fen;
use crate::policy::facts::Facts;

/// A day as TOML writes it, without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let moment = toml::value::Datetime::deserialize(deserializer)?;
        date(&moment)
            .map(Day)
            .ok_or_else(|| D::Error::custom("此处应是日期，如 2021-01-15"))
    }
}

/// A moment as TOML writes it, without quotes and without an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub DateTime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let moment = toml::value::Datetime::deserialize(deserializer)?;
        moment
            .to_string()
            .parse()
            .map(Moment)
            .map_err(|_| D::Error::custom("此处应是日期和时刻，如 2021-01-15T09:00:00"))
    }
}

/// An amount in yuan, as packs write it.
pub(super) fn yuan(text: &str) -> Result<Fen, String> {
    Fen::parse(text).map_err(|_| format!("“{text}”不是金额。"))
}

fn date(moment: &toml::value::Datetime) -> Option<Date> {
    let day = moment.date.filter(|_| moment.time.is_none())?;
    let (year, month, day) = (
        day.year.try_into(),
        day.month.try_into(),
        day.day.try_into(),
    );
    Date::new(year.ok()?, month.ok()?, day.ok()?).ok()
}

/// Facts from a table.
///
/// # Errors
/// A sentence naming what cannot be read, or the first key nobody reads.
pub fn facts(table: toml::Table) -> Result<Facts, String> {
    typed(table)
}

/// Any value from a table, in which every key must be known.
pub(super) fn typed<T: DeserializeOwned + Serialize>(table: toml::Table) -> Result<T, String> {
    let written = plain(toml::Value::Table(table));
    let value: T =
        serde_json::from_value(written.clone()).map_err(|error| format!("资料读不懂：{error}"))?;
    let read = serde_json::to_value(&value).map_err(|error| format!("资料读不懂：{error}"))?;
    match unread(&written, &read, "") {
        None => Ok(value),
        Some(path) => Err(format!("资料中没有“{path}”这一项，写在这里不会起作用。")),
    }
}

/// Dates become texts, as the types read them.
fn plain(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(plain).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, plain(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The first key of `written` that `read` does not have.
fn unread(written: &serde_json::Value, read: &serde_json::Value, path: &str) -> Option<String> {
    use serde_json::Value;
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => written.iter().find_map(|(key, value)| {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            match read.get(key) {
                Some(read) => unread(value, read, &path),
                None => Some(path),
            }
        }),
        (Value::Array(written), Value::Array(read)) => written
            .iter()
            .zip(read)
            .find_map(|(written, read)| unread(written, read, path)),
        _ => None,
    }
}

/// `over` laid over `base`: tables join, everything else is replaced.
pub(super) fn laid_over(base: &toml::Table, over: &toml::Table) -> toml::Table {
    let mut joined = base.clone();
    for (key, value) in over {
        let value = match (joined.get(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => {
                toml::Value::Table(laid_over(below, above))
            }
            _ => value.clone(),
        };
        joined.insert(key.clone(), value);
    }
    joined
}

impl super::Scene<'_> {
    /// The facts of a case: a person to start from, and what differs.
    pub(super) fn facts(&self, person: Option<&str>, over: &toml::Table) -> Result<Facts, String> {
        let nobody = toml::Table::new();
        let base = match person {
            None => &nobody,
            Some(name) => self
                .people
                .get(name)
                .ok_or_else(|| format!("没有定义人物“{name}”（[person.{name}]）。"))?,
        };
        facts(laid_over(base, over))
    }
}
