//! The error workbook: the rows that were left out, as they stood in the file, with their numbers,
//! the wrong cells marked and a sentence for each. It can be corrected and uploaded as it is.

use std::collections::HashMap;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{Styles, WorkbookError, print_across, safe_text};
use crate::roster::{Column, Roster, RowProblem, Severity};
use crate::table::{Value, column_name};

/// Head of the column of original row numbers.
const ROW_HEAD: &str = "原行号";
/// Head of the column of sentences.
const PROBLEM_HEAD: &str = "需要改正的问题";

/// The rejected rows of `roster`, with all columns of the file.
///
/// # Errors
/// [`WorkbookError`] when the workbook cannot be made.
pub fn error_workbook(roster: &Roster) -> Result<Vec<u8>, WorkbookError> {
    let mut columns: Vec<&Column> = roster.columns.iter().chain(&roster.dropped).collect();
    columns.sort_by_key(|column| column.index);
    let mut problems: HashMap<u32, Vec<&RowProblem>> = HashMap::new();
    for problem in roster
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
    {
        problems.entry(problem.row).or_default().push(problem);
    }
    let styles = Styles::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("需要改正的行")?;
    let last = u16::try_from(columns.len() + 1).unwrap_or(u16::MAX);
    sheet.set_column_width(0, 8)?;
    sheet.write_string_with_format(0, 0, ROW_HEAD, &styles.head)?;
    for (place, column) in (1..).zip(&columns) {
        sheet.set_column_width(place, 16)?;
        sheet.write_string_with_format(0, place, safe_text(&column.head), &styles.head)?;
    }
    sheet.set_column_width(last, 80)?;
    sheet.write_string_with_format(0, last, PROBLEM_HEAD, &styles.head)?;
    for (row, rejected) in (1..).zip(&roster.rejected) {
        let found = problems
            .get(&rejected.number)
            .map(Vec::as_slice)
            .unwrap_or_default();
        sheet.write_number_with_format(
            row,
            0,
            rejected.number,
            &styles.centre.clone().set_num_format("0"),
        )?;
        for (place, column) in (1..).zip(&columns) {
            let name = column_name(column.index);
            let wrong = found
                .iter()
                .any(|problem| problem.column.as_deref() == Some(&name));
            let style = if wrong { &styles.wrong } else { &styles.text };
            match rejected
                .cells
                .iter()
                .find(|(index, _)| *index == column.index)
            {
                Some((_, value)) => write(sheet, row, place, value, style)?,
                None => {
                    sheet.write_blank(row, place, style)?;
                }
            }
        }
        let sentences: Vec<String> = found.iter().map(|problem| sentence(problem)).collect();
        sheet.write_string_with_format(
            row,
            last,
            safe_text(&sentences.join("\n")),
            &styles.text,
        )?;
    }
    sheet.set_freeze_panes(1, 1)?;
    print_across(sheet, 0)?;
    Ok(workbook.save_to_buffer()?)
}

fn sentence(problem: &RowProblem) -> String {
    if problem.head.is_empty() {
        problem.sentence.clone()
    } else {
        format!("【{}】{}", problem.head, problem.sentence)
    }
}

/// Dates stay dates and so remain sortable; everything else is text as it was shown.
fn write(
    sheet: &mut rust_xlsxwriter::Worksheet,
    row: u32,
    column: u16,
    value: &Value,
    style: &Format,
) -> Result<(), XlsxError> {
    match value {
        Value::Date(at) => sheet.write_datetime_with_format(
            row,
            column,
            at.date(),
            &style.clone().set_num_format("yyyy-mm-dd"),
        )?,
        other => sheet.write_string_with_format(row, column, safe_text(&other.text()), style)?,
    };
    Ok(())
}
