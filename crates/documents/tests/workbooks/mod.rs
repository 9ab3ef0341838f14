//! Workbooks made for tests, honest and hostile.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A file inside an archive.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Part {
    pub(crate) fn new(name: &str, bytes: Vec<u8>) -> Self {
        Part {
            name: name.to_owned(),
            bytes,
        }
    }
}

/// An archive of these files.
pub(crate) fn zip_of(parts: &[Part]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        writer
            .start_file(part.name.as_str(), SimpleFileOptions::default())
            .unwrap();
        writer.write_all(&part.bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Builds a workbook cell by cell; rows and columns count from 0.
pub(crate) struct Workbook {
    sheets: Vec<Worksheet>,
}

impl Workbook {
    pub(crate) fn new(name: &str) -> Self {
        Workbook { sheets: Vec::new() }.sheet(name)
    }

    pub(crate) fn sheet(mut self, name: &str) -> Self {
        let mut sheet = Worksheet::new();
        sheet.set_name(name).unwrap();
        self.sheets.push(sheet);
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Worksheet)) -> Self {
        change(self.sheets.last_mut().unwrap());
        self
    }

    pub(crate) fn text(self, row: u32, column: u16, text: &str) -> Self {
        self.with(|sheet| {
            sheet.write_string(row, column, text).unwrap();
        })
    }

    pub(crate) fn number(self, row: u32, column: u16, number: f64) -> Self {
        self.with(|sheet| {
            sheet.write_number(row, column, number).unwrap();
        })
    }

    pub(crate) fn date(self, row: u32, column: u16, year: u16, month: u8, day: u8) -> Self {
        self.with(|sheet| {
            let date = ExcelDateTime::from_ymd(year, month, day).unwrap();
            sheet
                .write_datetime_with_format(
                    row,
                    column,
                    &date,
                    &Format::new().set_num_format("yyyy/m/d"),
                )
                .unwrap();
        })
    }

    pub(crate) fn formula(self, row: u32, column: u16, formula: &str, result: &str) -> Self {
        self.with(|sheet| {
            sheet
                .write_formula(row, column, Formula::new(formula).set_result(result))
                .unwrap();
        })
    }

    pub(crate) fn blank(self, row: u32, column: u16) -> Self {
        self.with(|sheet| {
            sheet
                .write_blank(row, column, &Format::new().set_bold())
                .unwrap();
        })
    }

    pub(crate) fn merged(
        self,
        row: u32,
        column: u16,
        last_row: u32,
        last_column: u16,
        text: &str,
    ) -> Self {
        self.with(|sheet| {
            sheet
                .merge_range(row, column, last_row, last_column, text, &Format::new())
                .unwrap();
        })
    }

    /// A header and rows of text from the row numbered `from`.
    pub(crate) fn rows(mut self, from: u32, rows: &[&[&str]]) -> Self {
        for (row, texts) in (from..).zip(rows) {
            for (column, text) in (0..).zip(*texts) {
                if !text.is_empty() {
                    self = self.text(row, column, text);
                }
            }
        }
        self
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        for sheet in self.sheets {
            workbook.push_worksheet(sheet);
        }
        workbook.save_to_buffer().unwrap()
    }

    pub(crate) fn parts(self) -> Vec<Part> {
        let mut archive = ZipArchive::new(Cursor::new(self.bytes())).unwrap();
        let mut parts = Vec::new();
        for place in 0..archive.len() {
            let mut file = archive.by_index(place).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            parts.push(Part {
                name: file.name().unwrap().into_owned(),
                bytes,
            });
        }
        parts
    }

    /// The workbook with one of its XML files changed.
    pub(crate) fn edited(self, name: &str, edit: impl FnOnce(&str) -> String) -> Vec<u8> {
        let mut parts = self.parts();
        let part = parts.iter_mut().find(|part| part.name == name).unwrap();
        part.bytes = edit(std::str::from_utf8(&part.bytes).unwrap()).into_bytes();
        zip_of(&parts)
    }
}
