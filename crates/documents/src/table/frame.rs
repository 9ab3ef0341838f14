//! How the child hands a table to its parent.

use std::io::{self, Read, Write};

use jiff::civil::DateTime;

use super::{Cell, Origin, Row, Sheet, TableError, TableSink, Value};
use crate::worker::frame::{self, Stream};

/// No honest frame is longer: 256 columns of 32,767 characters do not occur in one row.
const LONGEST: u32 = 16 * 1024 * 1024;

const SHEET: u8 = b'S';
const ROW: u8 = b'R';

/// The child's side: a sink that writes frames.
pub(crate) struct FrameSink<W: Write> {
    out: W,
    body: Vec<u8>,
}

impl<W: Write> FrameSink<W> {
    pub(crate) fn new(out: W) -> Self {
        FrameSink {
            out,
            body: Vec::new(),
        }
    }

    /// Says how the reading ended.
    pub(crate) fn finish(mut self, outcome: &Result<(), TableError>) -> io::Result<()> {
        frame::finish(&mut self.out, outcome)
    }

    fn send(&mut self, tag: u8) -> io::Result<()> {
        frame::send(&mut self.out, tag, &self.body)
    }

    fn text(&mut self, text: &str) {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.body.extend(length.to_le_bytes());
        self.body.extend(text.as_bytes());
    }

    fn cell(&mut self, cell: &Cell) {
        self.body.extend(cell.column.to_le_bytes());
        self.body.push(match cell.origin {
            Origin::Entered => 0,
            Origin::Formula => 1,
            Origin::Merged => 2,
        });
        match &cell.value {
            Value::Text(text) => {
                self.body.push(0);
                self.text(text);
            }
            Value::Number(number) => {
                self.body.push(1);
                self.body.extend(number.to_le_bytes());
            }
            Value::Date(at) => {
                self.body.push(2);
                self.text(&at.to_string());
            }
            Value::Bool(value) => self.body.extend([3, u8::from(*value)]),
            Value::Error(error) => {
                self.body.push(4);
                self.text(error);
            }
        }
    }
}

/// The parent has gone; there is nobody to tell.
fn gone(_: io::Error) -> TableError {
    TableError::Stopped
}

impl<W: Write> TableSink for FrameSink<W> {
    fn sheet(&mut self, sheet: Sheet) -> Result<(), TableError> {
        self.body.clear();
        serde_json::to_writer(&mut self.body, &sheet).map_err(|_| TableError::Stopped)?;
        self.send(SHEET).map_err(gone)
    }

    fn row(&mut self, row: Row) -> Result<(), TableError> {
        self.body.clear();
        self.body.extend(row.number.to_le_bytes());
        let count = u16::try_from(row.cells.len()).map_err(|_| TableError::Stopped)?;
        self.body.extend(count.to_le_bytes());
        for cell in &row.cells {
            self.cell(cell);
        }
        self.send(ROW).map_err(gone)
    }
}

/// The parent's side: gives what comes out of `from` to `sink`.
pub(crate) fn relay(from: impl Read, sink: &mut dyn TableSink) -> Stream<TableError> {
    frame::relay(from, LONGEST, |tag, body| match tag {
        SHEET => Some(sink.sheet(serde_json::from_slice(body).ok()?)),
        ROW => Some(sink.row(row(&mut Body(body))?)),
        _ => None,
    })
}

struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = u32::from_le_bytes(self.take()?) as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

fn row(body: &mut Body<'_>) -> Option<Row> {
    let number = u32::from_le_bytes(body.take()?);
    let count = u16::from_le_bytes(body.take()?);
    let cells = (0..count).map(|_| cell(body)).collect::<Option<Vec<_>>>()?;
    body.0.is_empty().then_some(Row { number, cells })
}

fn cell(body: &mut Body<'_>) -> Option<Cell> {
    let column = u16::from_le_bytes(body.take()?);
    let origin = match body.take()? {
        [0] => Origin::Entered,
        [1] => Origin::Formula,
        [2] => Origin::Merged,
        _ => return None,
    };
    let value = match body.take()? {
        [0] => Value::Text(body.text()?.to_owned()),
        [1] => Value::Number(f64::from_le_bytes(body.take()?)),
        [2] => Value::Date(body.text()?.parse::<DateTime>().ok()?),
        [3] => Value::Bool(body.take()? == [1]),
        [4] => Value::Error(body.text()?.to_owned()),
        _ => return None,
    };
    Some(Cell {
        column,
        value,
        origin,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::table::Table;

    fn sample() -> Row {
        let cell = |column, value, origin| Cell {
            column,
            value,
            origin,
        };
        Row {
            number: 7,
            cells: vec![
                cell(0, Value::Text("欧阳".into()), Origin::Entered),
                cell(1, Value::Number(-1.5), Origin::Formula),
                cell(
                    2,
                    Value::Date(date(2026, 11, 22).at(9, 30, 0, 0)),
                    Origin::Merged,
                ),
                cell(3, Value::Bool(true), Origin::Entered),
                cell(255, Value::Error("#N/A".into()), Origin::Entered),
            ],
        }
    }

    fn written(outcome: &Result<(), TableError>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut sink = FrameSink::new(&mut bytes);
        sink.sheet(Sheet {
            name: "名单".into(),
            all: vec!["名单".into()],
        })
        .unwrap();
        sink.row(sample()).unwrap();
        sink.finish(outcome).unwrap();
        bytes
    }

    #[test]
    fn what_goes_in_comes_out() {
        let mut table = Table::default();
        assert!(matches!(
            relay(&written(&Ok(()))[..], &mut table),
            Stream::Ended(Ok(()))
        ));
        assert_eq!(table.rows, [sample()]);
        let error = TableError::StrayCell {
            address: "XFD1048576".into(),
            rows: 9,
            columns: 9,
        };
        let bytes = written(&Err(error.clone()));
        assert!(
            matches!(relay(&bytes[..], &mut Table::default()), Stream::Ended(Err(e)) if e == error)
        );
    }

    #[test]
    fn a_stream_cut_or_bent_anywhere_is_broken_and_never_panics() {
        let bytes = written(&Ok(()));
        for cut in 0..bytes.len() {
            assert!(
                matches!(relay(&bytes[..cut], &mut Table::default()), Stream::Broken),
                "cut at {cut}"
            );
            let mut bent = bytes.clone();
            bent[cut] ^= 0xFF;
            let _ = relay(&bent[..], &mut Table::default());
        }
    }
}
