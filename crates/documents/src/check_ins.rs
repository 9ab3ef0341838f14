//! The sheet experts sign on arrival.

use jiff::civil::Date;

use crate::dates;
use crate::form::{Block, Field, FormView, Paper, Size, TableColumn};
use crate::invitations::Standing;

/// 签到表.
#[derive(Debug, Clone, Default)]
pub struct SignInSheet {
    /// Title lines, e.g. 专家签到表.
    pub title: Vec<String>,
    /// 活动名称
    pub task: String,
    /// 日期
    pub on: Option<Date>,
    /// 地点
    pub place: String,
    /// 主办单位
    pub host: String,
    /// Experts expected, in order.
    pub experts: Vec<ExpectedExpert>,
    /// Rows left empty for others.
    pub spare_rows: usize,
    /// Whether it counts.
    pub standing: Standing,
    /// Further status words.
    pub marks: Vec<String>,
}

/// An expert expected to sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedExpert {
    /// 姓名
    pub name: String,
    /// 所在单位
    pub employer: String,
    /// 职称/技能等级
    pub qualification: String,
    /// 签到时间, when signed in by the system; else empty to be written.
    pub signed_in: String,
}

impl SignInSheet {
    /// The printable sheet, A4 landscape.
    pub fn view(&self) -> FormView {
        let columns = vec![
            TableColumn::centre("序号", 1.0),
            TableColumn::centre("姓名", 2.9),
            TableColumn::left("所在单位", 5.4),
            TableColumn::centre("职称/技能等级", 3.0),
            TableColumn::centre("签到时间", 2.4),
            TableColumn::centre("签到签名", 3.0),
            TableColumn::centre("签退时间", 2.4),
            TableColumn::centre("签退签名", 3.0),
        ];
        let blank = ExpectedExpert::default();
        let count = self.experts.len() + self.spare_rows;
        let rows = (0..count).map(|place| {
            let expert = self.experts.get(place).unwrap_or(&blank);
            let mut row = vec![
                (place + 1).to_string(),
                expert.name.clone(),
                expert.employer.clone(),
                expert.qualification.clone(),
                expert.signed_in.clone(),
            ];
            row.resize(8, String::new());
            row
        });
        let mut marks = self.standing.marks();
        marks.extend(self.marks.iter().cloned());
        FormView {
            title: self.title.clone(),
            paper: Paper::Landscape,
            size: Size::SmallFour,
            marks,
            watermark: self.standing.watermark(),
            blocks: vec![
                Block::Line {
                    fields: vec![
                        Field::new("活动名称", &self.task),
                        Field::new("日期", dates::long_or_blank(self.on)),
                    ],
                    widths: vec![2.4, 1.0],
                },
                Block::Line {
                    fields: vec![
                        Field::new("地点", &self.place),
                        Field::new("主办单位", &self.host),
                    ],
                    widths: vec![1.2, 1.2],
                },
                Block::Table {
                    columns,
                    rows: rows.collect(),
                    row_height: 12.0,
                },
                Block::Line {
                    fields: vec![
                        Field::new("应到", format!("{}人", self.experts.len())),
                        Field::new("实到", "　　人"),
                        Field::new("工作人员签名", ""),
                    ],
                    widths: vec![1.0, 1.0, 2.4],
                },
            ],
            ..FormView::default()
        }
    }
}
