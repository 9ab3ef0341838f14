//! Reading of uploaded tables: `.xlsx` in a child process with limits, `.csv` here.
//!
//! A table arrives as one [`Sheet`] followed by its rows in order; empty cells and empty rows are
//! left out, and row numbers are those a person sees in Excel or WPS. Nothing is evaluated: a
//! formula gives the value that was last computed and stored in the file.

mod csv;
mod error;
mod frame;
mod limits;
mod screen;
mod xlsx;

use std::ffi::OsString;
use std::io::{self, BufWriter};

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

pub use error::{Refusal, TableError};
pub use limits::Limits;

use crate::worker::{self, Isolation, parent};
use frame::FrameSink;

/// The first argument by which a program knows that it is to read a table for its parent.
pub const CHILD_ARGUMENT: &str = "__read-table";

/// What is said of a table before its first row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Name of the sheet that is read (the file's encoding for a CSV).
    pub name: String,
    /// Names of the visible sheets of the workbook, this one included, in order.
    pub all: Vec<String>,
}

/// A row with at least one cell that is not empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Row number as Excel and WPS show it, from 1.
    pub number: u32,
    /// Cells that hold something, by column.
    pub cells: Vec<Cell>,
}

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Column, from 0 (A).
    pub column: u16,
    /// What it holds.
    pub value: Value,
    /// How it came to hold it.
    pub origin: Origin,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, as stored.
    Text(String),
    /// A number. Numbers above 10^15 have lost digits in the spreadsheet already.
    Number(f64),
    /// A day or a time of a day.
    Date(DateTime),
    /// TRUE or FALSE.
    Bool(bool),
    /// An error value such as #N/A.
    Error(String),
}

/// How a cell came to hold its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was entered.
    Entered,
    /// It is the stored result of a formula.
    Formula,
    /// It lies in a merged region and shows the value of the region's first cell.
    Merged,
}

/// Largest whole number a spreadsheet keeps digit by digit.
const EXACT: f64 = 1e15;

impl Value {
    /// What a person sees in the cell.
    pub fn text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Number(number) if number.fract() == 0.0 && number.abs() < EXACT => {
                format!("{number:.0}")
            }
            Value::Number(number) => number.to_string(),
            Value::Date(at) if at.time() == jiff::civil::Time::midnight() => at.date().to_string(),
            Value::Date(at) => format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute()),
            Value::Bool(true) => "是".to_owned(),
            Value::Bool(false) => "否".to_owned(),
            Value::Error(error) => error.clone(),
        }
    }

    /// Whether it is a number whose last digits the spreadsheet has replaced by zeros.
    pub fn lost_digits(&self) -> bool {
        matches!(self, Value::Number(number) if number.abs() >= EXACT)
    }
}

/// Letters of a column: 0 is A, 26 is AA.
pub fn column_name(column: u16) -> String {
    let mut name = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        name.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}

/// Address of a cell: column 0, row 12 is A12.
pub fn address(column: u16, row: u32) -> String {
    format!("{}{row}", column_name(column))
}

/// Receives a table while it is read.
pub trait TableSink {
    /// The sheet that follows. Called once, first.
    ///
    /// # Errors
    /// Whatever makes the receiver stop the reading.
    fn sheet(&mut self, sheet: Sheet) -> Result<(), TableError>;
    /// The next row.
    ///
    /// # Errors
    /// Whatever makes the receiver stop the reading.
    fn row(&mut self, row: Row) -> Result<(), TableError>;
}

/// A table held in memory, for small ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The sheet, once it has been announced.
    pub sheet: Option<Sheet>,
    /// Its rows.
    pub rows: Vec<Row>,
}

impl TableSink for Table {
    fn sheet(&mut self, sheet: Sheet) -> Result<(), TableError> {
        self.sheet = Some(sheet);
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), TableError> {
        self.rows.push(row);
        Ok(())
    }
}

/// Which sheet of a workbook is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choose<'a> {
    /// The first visible one that is not empty.
    #[default]
    First,
    /// The one of this name.
    Named(&'a str),
}

/// Reads uploaded tables within limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReader {
    /// Where `.xlsx` files are parsed.
    pub isolation: Isolation,
    /// How much a table may cost.
    pub limits: Limits,
}

impl TableReader {
    /// A reader that starts this very program as its child.
    ///
    /// # Errors
    /// When the operating system does not tell where this program is.
    pub fn of_this_program() -> io::Result<Self> {
        Ok(TableReader {
            isolation: Isolation::of_this_program()?,
            limits: Limits::default(),
        })
    }

    /// Reads `bytes`, an `.xlsx` or `.csv` file whatever its name, into `sink`. Blocks.
    ///
    /// # Errors
    /// [`TableError`]: what the file is instead, which limit it breaks, or how its reading ended.
    pub fn read(
        &self,
        bytes: &[u8],
        choose: Choose<'_>,
        sink: &mut dyn TableSink,
    ) -> Result<(), TableError> {
        if bytes.len() as u64 > self.limits.upload {
            return Err(TableError::TooLarge {
                limit: self.limits.upload,
            });
        }
        match kind(bytes)? {
            Kind::Csv => csv::read(bytes, &self.limits, sink),
            Kind::Xlsx => match &self.isolation {
                Isolation::InProcess => xlsx::read(bytes, choose, &self.limits, sink),
                Isolation::Child { program } => {
                    let mut arguments =
                        vec![CHILD_ARGUMENT.into(), worker::as_argument(&self.limits)];
                    if let Choose::Named(name) = choose {
                        arguments.push(name.into());
                    }
                    let errand = parent::Errand {
                        program,
                        arguments,
                        pieces: &[bytes],
                        wall: self.limits.wall,
                    };
                    parent::run(&errand, |from| frame::relay(from, sink))
                }
            },
        }
    }
}

/// The child's side: reads the workbook it is fed. `arguments` are those after [`CHILD_ARGUMENT`].
pub(crate) fn child(mut arguments: impl Iterator<Item = OsString>) -> io::Result<()> {
    let limits: Limits = worker::argument(arguments.next())?;
    let sheet = arguments.next().and_then(|name| name.into_string().ok());
    worker::restrain(limits.memory, limits.cpu)?;
    let bytes = worker::fed(limits.upload)?;
    let mut sink = FrameSink::new(BufWriter::with_capacity(64 * 1024, io::stdout().lock()));
    let choose = sheet.as_deref().map_or(Choose::First, Choose::Named);
    let outcome = if bytes.len() as u64 > limits.upload {
        Err(TableError::TooLarge {
            limit: limits.upload,
        })
    } else {
        xlsx::read(&bytes, choose, &limits, &mut sink)
    };
    sink.finish(&outcome)
}

enum Kind {
    Xlsx,
    Csv,
}

/// What a file is by its first bytes; its name proves nothing.
fn kind(bytes: &[u8]) -> Result<Kind, TableError> {
    const CFB: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(TableError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Xlsx);
    }
    if bytes.starts_with(&CFB) {
        let name: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let locked = memchr::memmem::find(bytes, &name).is_some();
        return Err(if locked {
            TableError::Password
        } else {
            TableError::OldFormat
        });
    }
    let start = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(bytes)
        .trim_ascii_start();
    let lower = start
        .get(..64.min(start.len()))
        .unwrap_or_default()
        .to_ascii_lowercase();
    if lower.starts_with(b"<") {
        return Err(TableError::WebPage);
    }
    let other = [
        &b"%PDF"[..],
        b"\x89PNG",
        b"\xFF\xD8\xFF",
        b"Rar!",
        b"7z\xBC\xAF",
        b"{\\rtf",
    ];
    if other.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(TableError::NotATable);
    }
    Ok(Kind::Csv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (column, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16_383, "XFD"),
        ] {
            assert_eq!(column_name(column), name);
        }
    }

    #[test]
    fn long_numbers_say_that_they_lost_digits() {
        assert!(Value::Number(440_000_197_806_019_990.0).lost_digits());
        assert!(!Value::Number(15_400_000_001.0).lost_digits());
        assert_eq!(Value::Number(15_400_000_001.0).text(), "15400000001");
        assert_eq!(Value::Number(3.5).text(), "3.5");
    }
}
