//! Access to the cells of one row, and complaints about them.

use std::borrow::Cow;

use domain::date_text::LooseDate;
use domain::explain::Explain;
use domain::text;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::Column;
use super::field::Field;
use super::problem::{Complaint, RowProblem, Severity};
use super::ranks::RosterVocabulary;
use crate::table::{Cell, Origin, Row, Value, column_name};

/// Longest text of a cell that holds a name of something.
pub(super) const SHORT: usize = 200;
/// Longest text of a cell that describes.
pub(super) const LONG: usize = 2_000;
/// Days of a spreadsheet's calendar that can be meant: 1915 to 2064.
const SERIALS: std::ops::RangeInclusive<i64> = 5_480..=60_000;
/// Separates several things in one cell.
pub(super) const SEPARATORS: &[char] = &['、', '，', ',', '；', ';', '\n', '|'];

/// Reads one row, collecting what is wrong with it.
pub(super) struct RowReader<'a> {
    pub(super) row: &'a Row,
    pub(super) columns: &'a [Column],
    pub(super) vocabulary: &'a RosterVocabulary,
    pub(super) on: Date,
    pub(super) problems: Vec<RowProblem>,
}

impl<'a> RowReader<'a> {
    /// The columns of a field that hold something, with their cells.
    pub(super) fn cells(
        &self,
        field: Field,
    ) -> impl Iterator<Item = (&'a Column, &'a Cell)> + use<'a> {
        let row = self.row;
        self.columns
            .iter()
            .filter(move |column| column.field == Some(field))
            .filter_map(move |column| {
                let place = row
                    .cells
                    .binary_search_by_key(&column.index, |cell| cell.column)
                    .ok()?;
                let cell = row.cells.get(place)?;
                (!matches!(cell.value, Value::Error(_))).then_some((column, cell))
            })
    }

    pub(super) fn column(&self, field: Field) -> Option<&'a Column> {
        self.columns
            .iter()
            .find(|column| column.field == Some(field))
    }

    pub(super) fn complain(&mut self, field: Field, complaint: Complaint) {
        let found = self.cells(field).next();
        let column = found
            .map(|(column, _)| column)
            .or_else(|| self.column(field));
        let value = found
            .map(|(_, cell)| shown(field, &cell.value))
            .unwrap_or_default();
        self.complain_at(column, value, &complaint);
    }

    pub(super) fn complain_at(
        &mut self,
        column: Option<&Column>,
        value: String,
        complaint: &Complaint,
    ) {
        self.problems.push(RowProblem {
            row: self.row.number,
            column: column.map(|column| column_name(column.index)),
            head: column.map(|column| column.head.clone()).unwrap_or_default(),
            value,
            code: complaint.code().to_owned(),
            severity: complaint.severity(),
            sentence: complaint.sentence(),
        });
    }

    pub(super) fn explained(&mut self, field: Field, error: &dyn Explain, severity: Severity) {
        self.complain(
            field,
            Complaint::Text {
                sentence: error.sentence(),
                code: error.code(),
                severity,
            },
        );
    }

    /// Complaints that do not depend on what the column means.
    pub(super) fn check_cells(&mut self) {
        for cell in &self.row.cells {
            let Some(column) = self
                .columns
                .iter()
                .find(|column| column.index == cell.column)
            else {
                continue;
            };
            let Some(field) = column.field else { continue };
            let complaint = match (&cell.value, cell.origin) {
                (Value::Error(_), _) => Complaint::ErrorValue,
                (_, Origin::Formula) if field != Field::Serial => Complaint::Formula,
                (_, Origin::Merged) if matches!(field, Field::Name | Field::Id) => {
                    Complaint::MergedPerson
                }
                _ => continue,
            };
            self.complain_at(Some(column), shown(field, &cell.value), &complaint);
        }
    }

    /// The text of a field, tidied, at most `most` characters.
    pub(super) fn text(&mut self, field: Field, most: usize) -> Option<String> {
        let (_, cell) = self.cells(field).next()?;
        self.limited(field, text::tidy(&unguarded(&cell.value)), most)
    }

    /// The texts of a field that may stand in several columns.
    pub(super) fn texts(&mut self, field: Field, most: usize) -> Vec<String> {
        let all: Vec<String> = self
            .cells(field)
            .map(|(_, cell)| text::tidy_lines(&unguarded(&cell.value)))
            .collect();
        all.into_iter()
            .filter_map(|text| self.limited(field, text, most))
            .collect()
    }

    pub(super) fn limited(&mut self, field: Field, text: String, most: usize) -> Option<String> {
        if is_nothing(&text) {
            return None;
        }
        let found = text.chars().count();
        if found > most {
            self.complain(field, Complaint::TooLong { found, most });
            return None;
        }
        Some(text)
    }

    pub(super) fn date(&mut self, field: Field) -> Option<LooseDate> {
        let (_, cell) = self.cells(field).next()?;
        let serial = match &cell.value {
            Value::Date(at) => return Some(LooseDate::Day(at.date())),
            Value::Number(number) if number.fract() == 0.0 => Some(*number as i64),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        if let Some(days) = serial.filter(|days| SERIALS.contains(days)) {
            // Day 1 is 1900-01-01 in a calendar that believes in 1900-02-29.
            let day = date(1899, 12, 30).checked_add(days.days()).ok()?;
            self.complain(
                field,
                Complaint::Serial {
                    read: day.to_string(),
                },
            );
            return Some(LooseDate::Day(day));
        }
        let text = unguarded(&cell.value);
        if is_nothing(&text) {
            return None;
        }
        match LooseDate::parse(&text) {
            Ok(date) => Some(date),
            Err(error) => {
                self.explained(field, &error, Severity::Error);
                None
            }
        }
    }

    /// A date of something that has happened; one that lies ahead is read all the same.
    pub(super) fn past(&mut self, field: Field) -> Option<LooseDate> {
        let date = self.date(field)?;
        let (read, on) = (date.first_day(), self.on);
        if on < read {
            self.complain(field, Complaint::Future { read, on });
        }
        Some(date)
    }

    pub(super) fn number(&mut self, field: Field, most: u8) -> Option<u8> {
        let text = self.text(field, SHORT)?;
        let digits = text::compact(&text);
        let number = digits
            .trim_end_matches(['年', '周'])
            .parse::<u8>()
            .ok()
            .filter(|number| *number <= most);
        if number.is_none() {
            self.complain(field, Complaint::Years);
        }
        number
    }

    pub(super) fn yes_or_no(&mut self, field: Field) -> Option<bool> {
        let text = self.text(field, SHORT)?;
        match text::match_key(&text).as_str() {
            "是" | "y" | "yes" | "true" | "1" => Some(true),
            "否" | "n" | "no" | "false" | "0" => Some(false),
            _ if text == "√" => Some(true),
            _ => {
                self.complain(field, Complaint::YesOrNo);
                None
            }
        }
    }
}

pub(super) fn parts(text: &str) -> Vec<String> {
    text.split(SEPARATORS)
        .map(str::trim)
        .filter(|part| !is_nothing(part))
        .map(str::to_owned)
        .collect()
}

/// 无, a dash or nothing: people fill cells so that none is empty.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(
        text.trim(),
        "" | "无" | "/" | "-" | "—" | "——" | "\\" | "暂无" | "没有" | "N/A"
    )
}

/// The text of a value without the apostrophe that an export puts before signs that could begin a
/// formula.
pub(super) fn unguarded(value: &Value) -> Cow<'_, str> {
    let Value::Text(text) = value else {
        return Cow::Owned(value.text());
    };
    match text.strip_prefix('\'') {
        Some(rest) if crate::xlsx::could_begin_formula(rest) => Cow::Borrowed(rest),
        _ => Cow::Borrowed(text),
    }
}

/// What a problem shows of a value: short, and masked where it could identify somebody.
pub(super) fn shown(field: Field, value: &Value) -> String {
    let text = value.text();
    let letters: Vec<char> = text.chars().collect();
    if field.sealed() && letters.len() > 7 {
        let (head, tail): (String, String) = (
            letters.iter().take(3).collect(),
            letters.iter().skip(letters.len() - 2).collect(),
        );
        return format!("{head}***{tail}");
    }
    if letters.len() > 40 {
        return format!("{}…", letters.iter().take(40).collect::<String>());
    }
    text
}
