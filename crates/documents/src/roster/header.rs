//! Finding the header of a roster: below titles, over one row or two, columns in any order.

use std::collections::BTreeMap;

use domain::text;

use super::field::Field;
use super::{Column, RosterError};
use crate::table::{Origin, Row, column_name};

/// The header must begin within this many filled rows.
pub(super) const SEARCHED: usize = 30;
/// Ways to tick a box in a spreadsheet.
const TICKS: &str = "☑☒√✓✔✅■●◆";

/// Where the header is and what its columns mean.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// Index in the rows searched of the first row after the header.
    pub(super) after: usize,
    pub(super) columns: Vec<Column>,
    pub(super) dropped: Vec<Column>,
}

/// Finds the header among the first rows of a sheet.
///
/// Each row, and each pair of rows read as one header, is scored by the fields it names; a header
/// names 姓名 and at least one field more. The best wins, the earlier and the shorter on a tie.
pub(super) fn find(rows: &[Row]) -> Option<Result<Header, RosterError>> {
    let mut best: Option<(usize, Header)> = None;
    for start in 0..rows.len() {
        for height in [1, 2] {
            let Some(block) = rows.get(start..start + height) else {
                continue;
            };
            let header = header(block, start + height);
            let mut fields: Vec<Field> = header
                .columns
                .iter()
                .filter_map(|column| column.field)
                .collect();
            fields.sort();
            fields.dedup();
            let score = fields.len();
            if score >= 2
                && fields.contains(&Field::Name)
                && best.as_ref().is_none_or(|(most, _)| score > *most)
            {
                best = Some((score, header));
            }
        }
    }
    best.map(|(_, header)| check(header))
}

fn header(block: &[Row], after: usize) -> Header {
    let mut heads: BTreeMap<u16, Vec<(String, Origin)>> = BTreeMap::new();
    for row in block {
        for cell in &row.cells {
            let text = text::tidy(&cell.value.text());
            let parts = heads.entry(cell.column).or_default();
            // A head merged over both rows arrives twice.
            if !parts.iter().any(|(part, _)| *part == text) {
                parts.push((text, cell.origin));
            }
        }
    }
    let mut columns = Vec::new();
    let mut dropped = Vec::new();
    for (index, parts) in heads {
        let words: Vec<&str> = parts.iter().map(|(word, _)| word.as_str()).collect();
        let (head, field) = meaning(&words);
        // A title merged over the whole sheet is no column.
        let only_spread =
            parts.iter().all(|(_, origin)| *origin == Origin::Merged) && field.is_none();
        let column = Column { index, head, field };
        match field {
            Some(_) => columns.push(column),
            None if !only_spread => dropped.push(column),
            None => {}
        }
    }
    Header {
        after,
        columns,
        dropped,
    }
}

/// 职称 over 等级 means 职称等级; a lower head that is clear by itself needs no upper one. Two rows
/// are one header only where the lower one says something of its own.
fn meaning(words: &[&str]) -> (String, Option<Field>) {
    let joined = words.concat();
    let field = Field::of_head(&joined).or_else(|| match words {
        [_, lower] => Field::of_head(lower),
        _ => None,
    });
    (joined, field)
}

fn check(mut header: Header) -> Result<Header, RosterError> {
    let mut seen: BTreeMap<Field, u16> = BTreeMap::new();
    let has = |header: &Header, field| {
        header
            .columns
            .iter()
            .any(|column| column.field == Some(field))
    };
    // 专业 beside a school is what was studied.
    if has(&header, Field::School) && !has(&header, Field::Major) {
        let school = header
            .columns
            .iter()
            .find(|column| column.field == Some(Field::School))
            .map(|column| column.index);
        let plain = |column: &&mut Column| {
            column.field == Some(Field::Specialty)
                && text::match_key(&column.head) == "专业"
                && school.is_some_and(|school| column.index.abs_diff(school) <= 2)
        };
        if let Some(column) = header.columns.iter_mut().find(plain) {
            column.field = Some(Field::Major);
        }
    }
    for column in &header.columns {
        let Some(field) = column.field else { continue };
        if let Some(first) = seen.insert(field, column.index)
            && !field.repeats()
        {
            return Err(RosterError::ColumnTwice {
                head: field.head(),
                first: column_name(first),
                second: column_name(column.index),
            });
        }
    }
    if !seen.contains_key(&Field::Id) {
        return Err(RosterError::ColumnMissing {
            head: Field::Id.head(),
        });
    }
    Ok(header)
}

/// What stands above the header of a 名单汇总表.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preface {
    /// 单位
    pub unit: Option<String>,
    /// 填报人
    pub filled_by: Option<String>,
    /// 联系电话
    pub phone: Option<String>,
    /// Ways of entry that are ticked; the form allows one.
    pub channels: Vec<String>,
}

/// Reads the lines above the header. `channels` are the words beside the boxes.
pub(super) fn preface(rows: &[Row], channels: &[String]) -> Preface {
    let mut preface = Preface::default();
    for cell in rows
        .iter()
        .flat_map(|row| &row.cells)
        .filter(|cell| cell.origin != Origin::Merged)
    {
        let line = text::tidy(&cell.value.text());
        preface.unit = preface.unit.or_else(|| labelled(&line, "单位"));
        preface.filled_by = preface.filled_by.or_else(|| labelled(&line, "填报人"));
        preface.phone = preface.phone.or_else(|| labelled(&line, "联系电话"));
        for channel in channels {
            let ticked = line.match_indices(channel.as_str()).any(|(at, _)| {
                let before = line.get(..at).unwrap_or_default().trim_end();
                before
                    .trim_end_matches('□')
                    .chars()
                    .next_back()
                    .is_some_and(|c| TICKS.contains(c))
            });
            if ticked && !preface.channels.contains(channel) {
                preface.channels.push(channel.clone());
            }
        }
    }
    preface
}

/// The text after `label：` up to the next label or a wide gap.
fn labelled(line: &str, label: &str) -> Option<String> {
    let rest = [
        format!("{label}："),
        format!("{label}:"),
        format!("{label}（盖章）："),
        format!("{label}(盖章):"),
        format!("{label}（盖章）:"),
    ]
    .iter()
    .find_map(|head| line.split_once(head.as_str()).map(|(_, rest)| rest))?;
    let next = ["单位：", "填报人", "联系电话", "日期", "年 月", "  "]
        .iter()
        .filter_map(|stop| rest.find(stop))
        .min();
    let value = rest.get(..next.unwrap_or(rest.len())).unwrap_or(rest);
    let value = value.replace("（盖章）", "").replace("(盖章)", "");
    let value = value.trim_matches(|c: char| c.is_whitespace() || c == '_');
    (!value.is_empty()).then(|| value.to_owned())
}
