//! Workbooks out: official lists, typed exports, error workbooks and the import template.
//!
//! Text from people is written as text and, where a spreadsheet could take it for a formula, behind
//! an apostrophe: the cell itself is safe without it, but it may be saved as CSV later (T-23).

mod errors;
mod export;
mod form;
mod summary;
mod template;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

pub use errors::error_workbook;
pub use export::{ExportColumn, ExportKind, ExportTable, ExportValue, export};
pub use form::form;
pub use summary::summary_list;
pub use template::roster_template;

/// Media type of the file.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook could not be made. A defect of this program, or more rows than a sheet holds.
#[derive(Debug, thiserror::Error)]
#[error("workbook could not be written")]
pub struct WorkbookError(#[from] XlsxError);

impl domain::explain::Explain for WorkbookError {
    fn code(&self) -> &'static str {
        "workbook.not_written"
    }

    fn sentence(&self) -> String {
        "电子表格没有生成，数据没有变化。多半是行数超过一张表能放的 1048576 行。请缩小导出范围后重试；仍不行时请联系技术支持。".into()
    }
}

/// What a cell holds at most, in the units of UTF-16: a rare character takes two.
const CELL: usize = 32_767;

/// Whether a spreadsheet could take `text` for a formula.
pub(crate) fn could_begin_formula(text: &str) -> bool {
    text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠',
    ])
}

/// `text` as it may stand in a cell that any program may open: control characters left out, guarded
/// by an apostrophe where it could begin a formula, cut to what a cell holds.
pub fn safe_text(text: &str) -> String {
    let guard = if could_begin_formula(text) { "'" } else { "" };
    let kept = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let mut room = CELL;
    let fits = |c: &char| match room.checked_sub(c.len_utf16()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    guard.chars().chain(kept).take_while(fits).collect()
}

/// The formats every sheet uses.
struct Styles {
    title: Format,
    head: Format,
    text: Format,
    centre: Format,
    plain: Format,
    date: Format,
    time: Format,
    money: Format,
    wrong: Format,
    note: Format,
}

impl Styles {
    fn new() -> Self {
        let cell = Format::new()
            .set_font_name("宋体")
            .set_font_size(10.5)
            .set_align(FormatAlign::VerticalCenter);
        let bordered = cell.clone().set_border(FormatBorder::Thin).set_text_wrap();
        Styles {
            title: Format::new()
                .set_font_name("宋体")
                .set_font_size(18)
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_text_wrap(),
            head: bordered
                .clone()
                .set_font_name("黑体")
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0x00E9_F0FA)),
            text: bordered.clone().set_num_format("@"),
            centre: bordered
                .clone()
                .set_num_format("@")
                .set_align(FormatAlign::Center),
            date: bordered
                .clone()
                .set_num_format("yyyy-mm-dd")
                .set_align(FormatAlign::Center),
            time: bordered
                .clone()
                .set_num_format("yyyy-mm-dd hh:mm")
                .set_align(FormatAlign::Center),
            money: bordered.clone().set_num_format("#,##0.00"),
            wrong: bordered
                .clone()
                .set_num_format("@")
                .set_background_color(Color::RGB(0x00FF_D9D6))
                .set_font_color(Color::RGB(0x00B4_231C)),
            note: cell.clone().set_text_wrap(),
            plain: cell,
        }
    }
}

/// A sheet printed on A4 across, its header repeated on every page.
fn print_across(sheet: &mut Worksheet, head_row: u32) -> Result<(), XlsxError> {
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(head_row, head_row)?;
    sheet.set_footer("&C第 &P 页　共 &N 页");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_could_begin_a_formula_is_guarded() {
        for text in [
            "=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠A",
        ] {
            assert!(safe_text(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(safe_text("a=1"), "a=1");
        assert_eq!(safe_text("\0=1"), "'=1");
        assert_eq!(safe_text(&"长".repeat(40_000)).chars().count(), CELL);
        // Two units each, so that one is left over.
        let rare = safe_text(&"𠮷".repeat(20_000));
        assert_eq!(rare.encode_utf16().count(), CELL - 1);
    }
}
