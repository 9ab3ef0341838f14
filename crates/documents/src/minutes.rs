//! 会议纪要: what a meeting decided of each person, who was there, who recused themselves.

use crate::form::{Block, Field, FormView, Size, TableColumn};

/// The record of a meeting.
#[derive(Debug, Clone, Default)]
pub struct Minutes {
    /// Title lines.
    pub title: Vec<String>,
    /// Status words.
    pub marks: Vec<String>,
    /// The body that decided.
    pub body: String,
    /// 会议纪要编号; empty until it is recorded.
    pub number: String,
    /// Day, in words.
    pub on: String,
    /// 地点
    pub place: String,
    /// The article it meets under.
    pub basis: String,
    /// 出席人员
    pub attendees: Vec<String>,
    /// Everybody on the agenda, in its order.
    pub people: Vec<Decided>,
}

/// What was decided of one person.
#[derive(Debug, Clone, Default)]
pub struct Decided {
    /// The list the person is on.
    pub heading: String,
    /// Number of the application.
    pub number: String,
    /// 姓名
    pub name: String,
    /// 工作单位
    pub employer: String,
    /// Votes, where counted.
    pub votes: String,
    /// Who recused themselves.
    pub recused: Vec<String>,
    /// The result; empty leaves room.
    pub result: String,
}

impl Minutes {
    /// The printable record; before the meeting it is a form to be filled in.
    pub fn view(&self) -> FormView {
        let mut blocks = vec![Block::Facts {
            fields: vec![
                Field::new("审定机构", &self.body),
                Field::new("纪要编号", &self.number),
                Field::new("会议日期", &self.on),
                Field::new("会议地点", &self.place),
                Field::new("依据", &self.basis),
                Field::new("出席人员", self.attendees.join("、")),
            ],
        }];
        let mut headings: Vec<&str> = Vec::new();
        for person in &self.people {
            if !headings.contains(&person.heading.as_str()) {
                headings.push(&person.heading);
            }
        }
        for heading in headings {
            blocks.push(Block::Heading {
                text: heading.to_owned(),
            });
            let people = self.people.iter().filter(|one| one.heading == heading);
            let rows = people.enumerate().map(|(place, one)| {
                vec![
                    (place + 1).to_string(),
                    one.number.clone(),
                    one.name.clone(),
                    one.employer.clone(),
                    one.recused.join("、"),
                    one.votes.clone(),
                    one.result.clone(),
                ]
            });
            blocks.push(Block::Table {
                columns: vec![
                    TableColumn::centre("序号", 1.0),
                    TableColumn::centre("申请编号", 3.2),
                    TableColumn::centre("姓名", 1.8),
                    TableColumn::left("工作单位", 3.3),
                    TableColumn::left("回避", 1.6),
                    TableColumn::left("表决", 1.9),
                    TableColumn::left("审定结果", 2.4),
                ],
                rows: rows.collect(),
                row_height: 8.0,
            });
        }
        blocks.push(Block::Signatures {
            places: ["主持人", "记录人", "出席人员"].map(str::to_owned).to_vec(),
        });
        FormView {
            title: self.title.clone(),
            size: Size::SmallFour,
            marks: self.marks.clone(),
            blocks,
            ..FormView::default()
        }
    }
}
