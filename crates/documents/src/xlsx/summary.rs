//! 推荐（遴选）入库名单汇总表 (DG 附件2) as a workbook.

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::{Styles, WorkbookError, print_across, safe_text};
use crate::dates;
use crate::summary_list::{SUMMARY_COLUMNS, SummaryList};

/// Widths in characters of the nine columns.
const WIDTHS: [f64; 9] = [6.0, 11.0, 6.0, 22.0, 20.0, 28.0, 20.0, 22.0, 15.0];

/// The list with its title, boxes, head line and numbered rows, ready to be printed and sealed, and
/// to be read again by the import.
///
/// # Errors
/// [`WorkbookError`] when the workbook cannot be made.
pub fn summary_list(list: &SummaryList) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), list)?;
    Ok(workbook.save_to_buffer()?)
}

fn fill(sheet: &mut Worksheet, list: &SummaryList) -> Result<(), XlsxError> {
    let styles = Styles::new();
    let last = (SUMMARY_COLUMNS.len() - 1) as u16;
    sheet.set_name("汇总表")?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.write_string_with_format(0, 0, &list.annex, &styles.plain)?;
    sheet.merge_range(1, 0, 1, last, &list.title.join("\n"), &styles.title)?;
    sheet.set_row_height(1, 52)?;
    let box_of = |channel: &String| {
        let mark = if list.channel.as_ref() == Some(channel) {
            "☑"
        } else {
            "□"
        };
        format!("{mark}{channel}")
    };
    let boxes: Vec<String> = list.channels.iter().map(box_of).collect();
    sheet.merge_range(
        2,
        0,
        2,
        last,
        &boxes.join("　　"),
        &styles
            .plain
            .clone()
            .set_align(rust_xlsxwriter::FormatAlign::Center),
    )?;
    let line = |label: &str, value: &str| safe_text(&format!("{label}：{value}"));
    sheet.merge_range(
        3,
        0,
        3,
        3,
        &line("单位", &format!("{}（盖章）", list.unit)),
        &styles.plain,
    )?;
    sheet.write_string_with_format(3, 4, line("填报人", &list.filled_by), &styles.plain)?;
    sheet.merge_range(3, 5, 3, 6, &line("联系电话", &list.phone), &styles.plain)?;
    sheet.merge_range(3, 7, 3, last, &dates::long_or_blank(list.on), &styles.plain)?;
    for (column, head) in (0..).zip(SUMMARY_COLUMNS) {
        sheet.write_string_with_format(4, column, head, &styles.head)?;
    }
    for (row, texts) in (5..).zip(list.numbered()) {
        for (column, text) in (0..).zip(texts) {
            let style = if matches!(column, 4..=7) {
                &styles.text
            } else {
                &styles.centre
            };
            match (column, text.parse::<u32>()) {
                (0, Ok(number)) => sheet.write_number_with_format(
                    row,
                    column,
                    number,
                    &styles.centre.clone().set_num_format("0"),
                )?,
                _ => sheet.write_string_with_format(row, column, safe_text(&text), style)?,
            };
        }
    }
    print_across(sheet, 4)
}
