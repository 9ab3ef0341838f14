//! The template of the fuller roster: our own heads, typed columns, lists to choose from, notes.

use rust_xlsxwriter::{DataValidation, Workbook, Worksheet, XlsxError};

use super::{Styles, WorkbookError, print_across};
use crate::roster::{Field, RosterVocabulary};

/// Rows prepared with formats and lists.
const PREPARED: u32 = 1_000;

/// Columns of the template with their width, the team where the pool has teams; the rest of [`Field`] is
/// understood, not asked for.
const COLUMNS: [(Field, f64); 32] = [
    (Field::Serial, 6.0),
    (Field::Name, 12.0),
    (Field::Sex, 6.0),
    (Field::Id, 22.0),
    (Field::Mobile, 14.0),
    (Field::Landline, 15.0),
    (Field::Email, 22.0),
    (Field::Address, 28.0),
    (Field::Employer, 28.0),
    (Field::CreditCode, 22.0),
    (Field::UnitKind, 12.0),
    (Field::Post, 14.0),
    (Field::Specialty, 22.0),
    (Field::Team, 22.0),
    (Field::Title, 16.0),
    (Field::TitleField, 14.0),
    (Field::TitleObtained, 14.0),
    (Field::TitleAuthority, 24.0),
    (Field::Occupation, 16.0),
    (Field::SkillLevel, 14.0),
    (Field::SkillObtained, 14.0),
    (Field::SkillCertificate, 20.0),
    (Field::WorkStart, 14.0),
    (Field::RelatedStart, 20.0),
    (Field::Backbone, 12.0),
    (Field::Honour, 26.0),
    (Field::HonourBy, 22.0),
    (Field::EducationLevel, 12.0),
    (Field::School, 20.0),
    (Field::Major, 16.0),
    (Field::Graduated, 14.0),
    (Field::Expertise, 28.0),
];

const NOTES: [&str; 8] = [
    "1. 一人一行，从第 2 行填起；列的顺序可以调整，列名请不要改。不用的列可以留空或删除，“姓名”“身份证号码”两列必须保留。",
    "2. 身份证号码填写 18 位。各列已设为文本格式，请直接录入，不要从数字列粘贴，否则末几位会变成 0。",
    "3. 日期写成 2026-11-22 或 2026年11月22日；只知道月份的写成 2026年11月。",
    "4. 职称写全称（如“高级工程师”）；职业技能等级写“高级技师”或“一级”。有多个职称时用顿号分开。",
    "5. 荣誉名称中请写明授予机关或级别（如“全国”“省”“市”），只填最高级别的一项即可。",
    "6. “从事相关工作起始时间”填开始从事申报专业相关工作的年月，系统据此计算年限。",
    "7. 联系方式只用于通知和签到。手机填 11 位号码，固定电话带区号。",
    "8. 上传后先预检，系统会列出每一行的问题，确认之前不写入任何数据。",
];

/// An empty roster with every column the import asks for, and a sheet of notes.
///
/// # Errors
/// [`WorkbookError`] when the workbook cannot be made.
pub fn roster_template(vocabulary: &RosterVocabulary) -> Result<Vec<u8>, WorkbookError> {
    let styles = Styles::new();
    let mut workbook = Workbook::new();
    list(workbook.add_worksheet(), vocabulary, &styles)?;
    let notes = workbook.add_worksheet();
    notes.set_name("填表说明")?;
    notes.set_column_width(0, 100)?;
    for (row, note) in (0..).zip(NOTES) {
        notes.write_string_with_format(row, 0, note, &styles.note)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn list(
    sheet: &mut Worksheet,
    vocabulary: &RosterVocabulary,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("专家名单")?;
    let entry = styles.plain.clone().set_num_format("@").set_text_wrap();
    let asked = |(field, _): &(Field, f64)| match field {
        Field::Team => vocabulary.offered_teams().next().is_some(),
        _ => true,
    };
    for (column, (field, width)) in (0..).zip(COLUMNS.into_iter().filter(asked)) {
        sheet.set_column_width(column, width)?;
        sheet.set_column_format(column, &entry)?;
        sheet.write_string_with_format(0, column, field.head(), &styles.head)?;
        let choices: Vec<&str> = match field {
            Field::Sex => vec!["男", "女"],
            Field::Backbone => vec!["是", "否"],
            Field::UnitKind => vocabulary.offered_unit_kinds().collect(),
            Field::Team => vocabulary.offered_teams().collect(),
            _ => Vec::new(),
        };
        // A list written into the cell rule may have 255 characters.
        if !choices.is_empty() && choices.join(",").chars().count() <= 255 {
            let validation = DataValidation::new()
                .allow_list_strings(&choices)?
                .set_error_title("请从列表中选择")?
                .set_error_message(format!(
                    "{}只能填写：{}。",
                    field.head(),
                    choices.join("、")
                ))?;
            sheet.add_data_validation(1, column, PREPARED, column, &validation)?;
        }
    }
    sheet.set_row_height(0, 32)?;
    sheet.set_freeze_panes(1, 2)?;
    print_across(sheet, 0)
}
