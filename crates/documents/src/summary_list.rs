//! 推荐（遴选）入库名单汇总表 (DG 附件2) on paper; `xlsx::summary_list` writes the workbook.

use jiff::civil::Date;

use crate::dates;
use crate::form::{Block, Field, FormView, Paper, Size, TableColumn, choices};

/// 推荐（遴选）入库名单汇总表.
#[derive(Debug, Clone, Default)]
pub struct SummaryList {
    /// 附件 2
    pub annex: String,
    /// Title lines; DG's own when empty.
    pub title: Vec<String>,
    /// Status words to mark the sheet with.
    pub marks: Vec<String>,
    /// Ways a batch may come, in the order of the form.
    pub channels: Vec<String>,
    /// The way of this batch.
    pub channel: Option<String>,
    /// 单位（盖章）
    pub unit: String,
    /// 填报人
    pub filled_by: String,
    /// 联系电话
    pub phone: String,
    /// Date of the list.
    pub on: Option<Date>,
    /// The experts, in order; numbered from 1.
    pub rows: Vec<SummaryRow>,
}

/// One expert of a summary list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryRow {
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: String,
    /// 身份证号码
    pub id_number: String,
    /// 职业、专业
    pub specialty: String,
    /// 工作单位
    pub employer: String,
    /// 职业资格等级/职称
    pub qualification: String,
    /// 获得荣誉
    pub honour: String,
    /// 联系方式
    pub contact: String,
}

/// The nine columns of 附件2, left to right.
pub const SUMMARY_COLUMNS: [&str; 9] = [
    "序号",
    "姓名",
    "性别",
    "身份证号码",
    "职业、专业",
    "工作单位",
    "职业资格等级/职称",
    "获得荣誉",
    "联系方式",
];

/// Numbered rows a blank list offers.
pub const BLANK_SUMMARY_ROWS: usize = 5;

impl SummaryList {
    /// A blank list in the official wording of DG-2021 附件2.
    pub fn dg() -> Self {
        SummaryList {
            annex: "附件 2".to_owned(),
            title: vec![
                "东莞市人力资源和社会保障局职业能力建设专家库".to_owned(),
                "推荐（遴选）入库名单汇总表".to_owned(),
            ],
            channels: vec!["单位推荐".to_owned(), "互通遴选".to_owned()],
            ..SummaryList::default()
        }
    }

    /// The printable list, A4 landscape; its header repeats on every page.
    pub fn view(&self) -> FormView {
        let widths = [1.0, 1.7, 1.0, 4.0, 2.9, 4.2, 3.1, 3.1, 2.7];
        let columns = SUMMARY_COLUMNS
            .iter()
            .zip(widths)
            .map(|(title, width)| match *title {
                "职业资格等级/职称" => TableColumn::centre("职业资格等级\n/职称", width),
                "工作单位" | "获得荣誉" | "职业、专业" => {
                    TableColumn::left(*title, width)
                }
                title => TableColumn::centre(title, width),
            });
        let channels = self.channels.iter().map(String::as_str);
        FormView {
            annex: Some(self.annex.clone()),
            title: self.title.clone(),
            paper: Paper::Landscape,
            size: Size::SmallFour,
            marks: self.marks.clone(),
            blocks: vec![
                Block::Choices {
                    options: choices(channels, self.channel.as_deref()),
                },
                Block::Line {
                    fields: vec![
                        Field::new("单位", format!("{}（盖章）", self.unit)),
                        Field::new("填报人", &self.filled_by),
                        Field::new("联系电话", &self.phone),
                        Field::new("", dates::long_or_blank(self.on)),
                    ],
                    widths: vec![2.4, 1.2, 1.5, 1.3],
                },
                Block::Table {
                    columns: columns.collect(),
                    rows: self.numbered(),
                    row_height: 9.5,
                },
            ],
            ..FormView::default()
        }
    }

    /// The rows with their numbers, filled up to the five of the official form.
    pub fn numbered(&self) -> Vec<Vec<String>> {
        let blank = SummaryRow::default();
        let count = self.rows.len().max(BLANK_SUMMARY_ROWS);
        (0..count)
            .map(|place| {
                let row = self.rows.get(place).unwrap_or(&blank);
                vec![
                    (place + 1).to_string(),
                    row.name.clone(),
                    row.sex.clone(),
                    row.id_number.clone(),
                    row.specialty.clone(),
                    row.employer.clone(),
                    row.qualification.clone(),
                    row.honour.clone(),
                    row.contact.clone(),
                ]
            })
            .collect()
    }
}
