//! Lists as workbooks with typed columns: numbers of people as text, dates as dates, money as
//! numbers.

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::{Styles, WorkbookError, safe_text};

/// A list to be exported.
#[derive(Debug, Clone)]
pub struct ExportTable<'a> {
    /// Name of the sheet, at most 31 characters; characters a sheet name may not have are left out.
    pub name: &'a str,
    /// Columns, left to right.
    pub columns: &'a [ExportColumn<'a>],
}

/// A column of an exported list.
#[derive(Debug, Clone, Copy)]
pub struct ExportColumn<'a> {
    /// Its head.
    pub head: &'a str,
    /// Its width in characters of half width.
    pub width: f64,
    /// What its cells are, for those left empty and for sorting by hand.
    pub kind: ExportKind,
}

impl<'a> ExportColumn<'a> {
    /// A column of this head, this width in characters of half width, and these cells.
    pub const fn new(head: &'a str, width: f64, kind: ExportKind) -> Self {
        Self { head, width, kind }
    }
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// Words, names, identity and phone numbers.
    Text,
    /// Short words in the middle of the cell.
    Centre,
    /// Whole numbers.
    Count,
    /// Money.
    Money,
    /// Days.
    Date,
    /// Days with a time.
    Time,
}

/// A cell of an exported list.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportValue {
    /// Nothing.
    Blank,
    /// Text; identity numbers and phones too.
    Text(String),
    /// A whole number, exact up to 2^53.
    Count(i64),
    /// 分; shown in yuan with two places.
    Fen(i64),
    /// A day.
    Date(Date),
    /// A day and a time.
    Time(DateTime),
}

/// Writes `rows` below the columns of `table`, row by row, so that memory stays flat; header frozen
/// and filterable.
///
/// # Errors
/// [`WorkbookError`] when the workbook cannot be made.
pub fn export(
    table: &ExportTable<'_>,
    rows: impl IntoIterator<Item = Vec<ExportValue>>,
) -> Result<Vec<u8>, WorkbookError> {
    let styles = Styles::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_low_memory()?;
    let allowed = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    let name: String = table.name.chars().filter(allowed).take(31).collect();
    sheet.set_name(if name.is_empty() { "名单" } else { &name })?;
    let count = styles.centre.clone().set_num_format("0");
    for (index, column) in (0..).zip(table.columns) {
        sheet.set_column_width(index, column.width)?;
        sheet.write_string_with_format(0, index, safe_text(column.head), &styles.head)?;
    }
    let mut last = 0;
    for (row, values) in (1..).zip(rows) {
        for ((index, column), value) in (0..).zip(table.columns).zip(values) {
            match value {
                ExportValue::Blank => {
                    let style = if column.kind == ExportKind::Text {
                        &styles.text
                    } else {
                        &styles.centre
                    };
                    sheet.write_blank(row, index, style)?
                }
                ExportValue::Text(text) => {
                    let style = if column.kind == ExportKind::Text {
                        &styles.text
                    } else {
                        &styles.centre
                    };
                    sheet.write_string_with_format(row, index, safe_text(&text), style)?
                }
                ExportValue::Count(number) => {
                    sheet.write_number_with_format(row, index, number as f64, &count)?
                }
                ExportValue::Fen(fen) => {
                    sheet.write_number_with_format(row, index, fen as f64 / 100.0, &styles.money)?
                }
                ExportValue::Date(day) => {
                    sheet.write_datetime_with_format(row, index, day, &styles.date)?
                }
                ExportValue::Time(at) => {
                    sheet.write_datetime_with_format(row, index, at, &styles.time)?
                }
            };
        }
        last = row;
    }
    finish(sheet, last, table.columns.len())?;
    Ok(workbook.save_to_buffer()?)
}

fn finish(
    sheet: &mut rust_xlsxwriter::Worksheet,
    last: u32,
    columns: usize,
) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    if let Some(last_column) = u16::try_from(columns)
        .ok()
        .and_then(|columns| columns.checked_sub(1))
    {
        sheet.autofilter(0, 0, last, last_column)?;
    }
    super::print_across(sheet, 0)
}
