//! Streams one sheet of a workbook, cell by cell. Runs in the child.

use std::collections::VecDeque;
use std::io::Cursor;

use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use jiff::civil::DateTime;

use super::limits::Limits;
use super::{Cell, Choose, Origin, Row, Sheet, TableError, TableSink, Value, address, screen};

/// Columns of one merged region that are filled; a title over a whole row needs no more.
const MERGED_ACROSS: u32 = 64;
/// Merged regions that may be open in one row.
const MERGED_OPEN: usize = 512;

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads the chosen sheet of the workbook `bytes` into `sink`.
pub(crate) fn read(
    bytes: &[u8],
    choose: Choose<'_>,
    limits: &Limits,
    sink: &mut dyn TableSink,
) -> Result<(), TableError> {
    let screened = screen::screen(bytes, limits)?;
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let visible: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let name = match choose {
        Choose::First => first_filled(&mut workbook, &visible)?,
        Choose::Named(name) if visible.iter().any(|known| known == name) => name.to_owned(),
        Choose::Named(name) => {
            return Err(TableError::SheetMissing {
                name: name.to_owned(),
            });
        }
    };
    let merges = if screened.merged {
        Merges::new(workbook.merge_cells_by_sheet_name(&name).map_err(damaged)?)
    } else {
        Merges::default()
    };
    sink.sheet(Sheet {
        name: name.clone(),
        all: visible,
    })?;
    rows(&mut workbook, &name, merges, limits, sink)
}

fn first_filled(workbook: &mut Workbook<'_>, names: &[String]) -> Result<String, TableError> {
    for name in names {
        let mut cells = workbook.worksheet_cells_reader(name).map_err(damaged)?;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            if value(cell.get_value()).is_some() {
                return Ok(name.clone());
            }
        }
    }
    Err(TableError::NoSheet)
}

fn rows(
    workbook: &mut Workbook<'_>,
    name: &str,
    mut merges: Merges,
    limits: &Limits,
    sink: &mut dyn TableSink,
) -> Result<(), TableError> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(damaged)?;
    let mut cells: Vec<Cell> = Vec::new();
    let mut at = 0_u32;
    let mut count = 0_u64;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
        let Some(value) = value(&record.value) else {
            continue;
        };
        let (row, column) = record.pos;
        if row >= limits.rows || column >= u32::from(limits.columns) {
            let column = u16::try_from(column).unwrap_or(u16::MAX);
            return Err(TableError::StrayCell {
                address: address(column, row.saturating_add(1)),
                rows: limits.rows,
                columns: limits.columns,
            });
        }
        if matches!(&value, Value::Text(text) if text.len() > limits.cell && text.chars().count() > limits.cell)
        {
            return Err(TableError::Damaged {
                detail: "cell text longer than a spreadsheet allows".to_owned(),
            });
        }
        count += 1;
        if count > limits.cells {
            return Err(TableError::TooManyCells {
                limit: limits.cells,
            });
        }
        if row != at && !cells.is_empty() {
            if row < at {
                return Err(TableError::Damaged {
                    detail: "rows out of order".to_owned(),
                });
            }
            sink.row(merges.complete(at, std::mem::take(&mut cells)))?;
        }
        at = row;
        let origin = if record.formula.is_some() {
            Origin::Formula
        } else {
            Origin::Entered
        };
        cells.push(Cell {
            column: u16::try_from(column).unwrap_or(u16::MAX),
            value,
            origin,
        });
    }
    if !cells.is_empty() {
        sink.row(merges.complete(at, cells))?;
    }
    Ok(())
}

/// `None` for an empty cell; blanks alone are empty.
fn value(data: &DataRef<'_>) -> Option<Value> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| Value::Text(text.to_owned()));
    match data {
        DataRef::Empty => None,
        DataRef::String(string) | DataRef::DateTimeIso(string) | DataRef::DurationIso(string) => {
            text(string)
        }
        DataRef::SharedString(string) => text(string),
        DataRef::Int(number) => Some(Value::Number(*number as f64)),
        DataRef::Float(number) => Some(Value::Number(*number)),
        DataRef::Bool(truth) => Some(Value::Bool(*truth)),
        DataRef::Error(error) => Some(Value::Error(error.to_string())),
        DataRef::DateTime(at) if at.is_duration() => Some(Value::Number(at.as_f64())),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let part = |n: u8| i8::try_from(n).ok();
            let date = || {
                DateTime::new(
                    i16::try_from(year).ok()?,
                    part(month)?,
                    part(day)?,
                    part(hour)?,
                    part(minute)?,
                    part(second)?,
                    0,
                )
                .ok()
            };
            Some(date().map_or(Value::Number(at.as_f64()), Value::Date))
        }
    }
}

/// Merged regions by their first row, and those the current row lies in.
#[derive(Default)]
struct Merges {
    coming: VecDeque<Dimensions>,
    open: Vec<(Dimensions, Value)>,
}

impl Merges {
    fn new(mut regions: Vec<Dimensions>) -> Self {
        regions.sort_by_key(|region| region.start);
        Merges {
            coming: regions.into(),
            open: Vec::new(),
        }
    }

    /// The row numbered `at` from 0, with the values its merged regions show.
    fn complete(&mut self, at: u32, mut cells: Vec<Cell>) -> Row {
        cells.sort_by_key(|cell| cell.column);
        cells.dedup_by_key(|cell| cell.column);
        self.open.retain(|(region, _)| region.end.0 >= at);
        while let Some(region) = self.coming.pop_front_if(|region| region.start.0 <= at) {
            let first = cells
                .iter()
                .find(|cell| u32::from(cell.column) == region.start.1);
            if let Some(first) = first
                && region.start.0 == at
                && region.end.0 >= at
                && self.open.len() < MERGED_OPEN
            {
                self.open.push((region, first.value.clone()));
            }
        }
        let mut shown = Vec::new();
        for (region, value) in &self.open {
            let last = region
                .end
                .1
                .min(region.start.1.saturating_add(MERGED_ACROSS));
            for column in region.start.1..=last {
                let Ok(column) = u16::try_from(column) else {
                    continue;
                };
                if cells
                    .binary_search_by_key(&column, |cell| cell.column)
                    .is_err()
                {
                    shown.push(Cell {
                        column,
                        value: value.clone(),
                        origin: Origin::Merged,
                    });
                }
            }
        }
        if !shown.is_empty() {
            cells.extend(shown);
            cells.sort_by_key(|cell| cell.column);
            cells.dedup_by_key(|cell| cell.column);
        }
        Row {
            number: at + 1,
            cells,
        }
    }
}

fn damaged(error: XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::Password,
        other => TableError::Damaged {
            detail: other.to_string(),
        },
    }
}
