//! Reads delimited text. Nothing in it can exhaust memory beyond a few times its own size, so it is
//! read in this process.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::limits::Limits;
use super::{Cell, Origin, Row, Sheet, TableError, TableSink, Value, address};

/// Lines looked at to tell the delimiter.
const SAMPLE: usize = 20;
/// For each wrong byte sequence, this many right ones make a text damaged UTF-8 rather than GBK:
/// in GBK text read as UTF-8 nearly every Chinese character is wrong.
const DAMAGED_UTF8: usize = 4;

pub(super) fn read(
    bytes: &[u8],
    limits: &Limits,
    sink: &mut dyn TableSink,
) -> Result<(), TableError> {
    let (text, encoding) = decode(bytes)?;
    if text.contains('\0') {
        return Err(TableError::NotATable);
    }
    let name = format!("CSV（{encoding}）");
    sink.sheet(Sheet {
        name: name.clone(),
        all: vec![name],
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut number, mut count) = (0_u32, 0_u64);
    loop {
        let before = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let line = reader.position().line();
        if !reader
            .read_record(&mut record)
            .map_err(|_| TableError::Delimited { line })?
        {
            return Ok(());
        }
        // The parser skips empty lines; people see them as rows.
        number = number
            .saturating_add(1)
            .saturating_add(empty_lines(text.as_bytes(), before));
        let mut cells = Vec::new();
        for (column, field) in record.iter().enumerate() {
            if field.trim().is_empty() {
                continue;
            }
            // An unclosed quotation mark swallows the rest of the file.
            if field.len() > limits.cell && field.chars().count() > limits.cell {
                return Err(TableError::Delimited { line });
            }
            let column = u16::try_from(column).unwrap_or(u16::MAX);
            if column >= limits.columns || number > limits.rows {
                return Err(TableError::StrayCell {
                    address: address(column, number),
                    rows: limits.rows,
                    columns: limits.columns,
                });
            }
            count += 1;
            cells.push(Cell {
                column,
                value: Value::Text(field.to_owned()),
                origin: Origin::Entered,
            });
        }
        if count > limits.cells {
            return Err(TableError::TooManyCells {
                limit: limits.cells,
            });
        }
        if !cells.is_empty() {
            sink.row(Row { number, cells })?;
        }
    }
}

/// Line ends between the end of one record and the beginning of the next.
fn empty_lines(text: &[u8], from: usize) -> u32 {
    let rest = text.get(from..).unwrap_or_default();
    let run = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let ends = run.filter(|byte| **byte == b'\n').count();
    // The line feed of the record's own \r\n may still stand there.
    let own = from > 0 && text.get(from - 1) == Some(&b'\r') && rest.first() == Some(&b'\n');
    u32::try_from(ends)
        .unwrap_or(u32::MAX)
        .saturating_sub(u32::from(own))
}

/// The text and the name of its encoding.
///
/// A byte order mark decides. Without one the bytes are UTF-8 when all of them are valid: valid
/// UTF-8 of any length is next to never Chinese text in another encoding. Else they are GB18030
/// (which contains GBK and GB 2312) when all of them are valid there and they are not UTF-8 with a
/// few broken characters, which GB18030 would accept and turn into other characters.
fn decode(bytes: &[u8]) -> Result<(String, &'static str), TableError> {
    let lossless = |encoding: &'static encoding_rs::Encoding, bytes: &[u8]| {
        encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(|text| text.into_owned())
            .ok_or(TableError::Encoding)
    };
    let (text, name) = if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        (
            String::from_utf8(rest.to_vec()).map_err(|_| TableError::Encoding)?,
            "UTF-8",
        )
    } else if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        (lossless(UTF_16LE, rest)?, "UTF-16")
    } else if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        (lossless(UTF_16BE, rest)?, "UTF-16")
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        (text.to_owned(), "UTF-8")
    } else {
        let (mut right, mut wrong) = (0, 0);
        for chunk in bytes.utf8_chunks() {
            right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            wrong += usize::from(!chunk.invalid().is_empty());
        }
        if right > wrong * DAMAGED_UTF8 {
            return Err(TableError::Encoding);
        }
        (lossless(GB18030, bytes)?, "GBK")
    };
    // Old Macintosh line ends; the row count relies on line feeds.
    if text.contains('\n') || !text.contains('\r') {
        Ok((text, name))
    } else {
        Ok((text.replace('\r', "\n"), name))
    }
}

/// The candidate that stands most often in the first lines, a comma when none does.
fn delimiter(text: &str) -> u8 {
    let sample: Vec<&str> = text.lines().take(SAMPLE).collect();
    let count = |delimiter: u8| {
        sample
            .iter()
            .flat_map(|line| line.bytes())
            .filter(|byte| *byte == delimiter)
            .count()
    };
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|delimiter| count(*delimiter))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;

    fn table(bytes: &[u8]) -> Result<Table, TableError> {
        let mut table = Table::default();
        read(bytes, &Limits::default(), &mut table)?;
        Ok(table)
    }

    fn numbers_and_first(bytes: &[u8]) -> Vec<(u32, String)> {
        table(bytes)
            .unwrap()
            .rows
            .iter()
            .map(|row| (row.number, row.cells[0].value.text()))
            .collect()
    }

    #[test]
    fn every_usual_encoding_gives_the_same_text() {
        let text = "姓名,性别\r\n陈示范,男\r\n龑㛃,女\r\n";
        let gbk = GB18030.encode(text).0.into_owned();
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let bom = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        let expected = numbers_and_first(text.as_bytes());
        assert_eq!(
            expected,
            [(1, "姓名".into()), (2, "陈示范".into()), (3, "龑㛃".into())]
        );
        for bytes in [gbk, utf16, bom] {
            assert_eq!(numbers_and_first(&bytes), expected);
        }
    }

    #[test]
    fn damaged_utf8_is_refused_instead_of_read_as_gbk() {
        let mut bytes = "姓名,性别,工作单位\n陈示范,男,云岭市高级技工学校\n"
            .repeat(10)
            .into_bytes();
        bytes[9] = 0xFF;
        assert_eq!(table(&bytes), Err(TableError::Encoding));
    }

    #[test]
    fn rows_have_the_numbers_a_spreadsheet_shows() {
        let text = "a,1\r\n\r\nb,\"two\nlines\"\r\n,\r\n\r\n\r\nc,3";
        assert_eq!(
            numbers_and_first(text.as_bytes()),
            [(1, "a".into()), (3, "b".into()), (7, "c".into())]
        );
        let text = text.replace("\r\n", "\n");
        assert_eq!(
            numbers_and_first(text.as_bytes()),
            [(1, "a".into()), (3, "b".into()), (7, "c".into())]
        );
        assert_eq!(
            numbers_and_first(b"\n\na\rb"),
            [(3, "a".into()), (4, "b".into())]
        );
        assert_eq!(
            numbers_and_first(b"a\rb\r\rc"),
            [(1, "a".into()), (2, "b".into()), (4, "c".into())]
        );
    }

    #[test]
    fn tabs_and_semicolons_delimit_too() {
        for delimiter in ["\t", ";", ","] {
            let text = ["姓名", "性别\n陈示范", "男\n"].join(delimiter);
            assert_eq!(table(text.as_bytes()).unwrap().rows[1].cells.len(), 2);
        }
    }

    #[test]
    fn an_unclosed_quotation_mark_is_named() {
        let text = format!("姓名,性别\n\"陈示范,男\n{}", "x,y\n".repeat(20_000));
        assert_eq!(
            table(text.as_bytes()),
            Err(TableError::Delimited { line: 2 })
        );
    }
}
