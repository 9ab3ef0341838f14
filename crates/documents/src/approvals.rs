//! 入库审批表: who applies by which channel, what each condition says in short, and room for what every
//! station concludes, signs and seals.

use crate::dates;
use crate::form::{Block, Cell, Content, Flow, FormView, GridRow, Size, TableColumn};
use crate::meetings::Line;

/// Least height of a row of facts, millimetres.
const ROW: f32 = 9.0;
/// Room for what a station concludes, signs and seals.
const OPINION: f32 = 34.0;

/// Columns of the sheet in shares: two facts a line.
const COLUMNS: [f32; 4] = [1.3, 2.7, 1.3, 2.7];

/// One application for approval.
#[derive(Debug, Clone, Default)]
pub struct ApprovalSheet {
    /// Title lines.
    pub title: Vec<String>,
    /// Status words.
    pub marks: Vec<String>,
    /// Who applies and how: label and text.
    pub facts: Vec<(String, String)>,
    /// Every condition.
    pub conditions: Vec<Line>,
    /// What was handed in, in short.
    pub materials: String,
    /// What each station says, in the order of the route.
    pub opinions: Vec<StationOpinion>,
}

/// What a station says.
#[derive(Debug, Clone, Default)]
pub struct StationOpinion {
    /// What the station is called.
    pub label: String,
    /// Its article.
    pub article: String,
    /// What it concluded; empty leaves room.
    pub text: String,
}

impl ApprovalSheet {
    /// The printable sheet.
    pub fn view(&self) -> FormView {
        // Two facts a line, a long one by itself.
        let mut rows = Vec::new();
        let mut waiting: Option<&(String, String)> = None;
        let half = |fact: &(String, String)| vec![Cell::label(&fact.0, 1), Cell::value(&fact.1, 1)];
        let whole = |fact: &(String, String)| {
            GridRow::new(ROW, vec![Cell::label(&fact.0, 1), Cell::value(&fact.1, 3)])
        };
        for fact in &self.facts {
            let long = fact.1.chars().count() > 26;
            match waiting.take() {
                None if long => rows.push(whole(fact)),
                None => waiting = Some(fact),
                Some(before) if long => rows.extend([whole(before), whole(fact)]),
                Some(before) => {
                    let mut cells = half(before);
                    cells.extend(half(fact));
                    rows.push(GridRow::new(ROW, cells));
                }
            }
        }
        rows.extend(waiting.map(whole));
        rows.push(whole(&("申报材料".to_owned(), self.materials.clone())));
        let mut blocks = vec![
            Block::Grid {
                columns: COLUMNS.to_vec(),
                rows,
                flow: Flow::Breaks,
            },
            Block::Table {
                columns: vec![
                    TableColumn::centre("结论", 1.4),
                    TableColumn::left("入库条件", 9.0),
                    TableColumn::left("条款", 2.6),
                ],
                rows: self.conditions.iter().map(Line::cells).collect(),
                row_height: 7.0,
            },
        ];
        blocks.extend(self.opinions.iter().map(StationOpinion::block));
        FormView {
            title: self.title.clone(),
            size: Size::Five,
            marks: self.marks.clone(),
            blocks,
            ..FormView::default()
        }
    }
}

impl StationOpinion {
    fn block(&self) -> Block {
        let heading = match self.article.as_str() {
            "" => format!("{}意见：", self.label),
            article => format!("{}意见（{article}）：", self.label),
        };
        let content = Content::Statement {
            heading: Some(heading),
            text: self.text.clone(),
            sign: vec![
                "签名：　　　　　　　　盖　章".to_owned(),
                dates::BLANK_DATE.to_owned(),
            ],
        };
        let cell = Cell {
            across: 4,
            down: 1,
            content,
        };
        Block::Grid {
            columns: COLUMNS.to_vec(),
            rows: vec![GridRow::new(OPINION, vec![cell])],
            flow: Flow::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_station_has_room_to_sign_and_no_fact_is_lost() {
        let fact = |label: &str, text: &str| (label.to_owned(), text.to_owned());
        let long = "长".repeat(60);
        let sheet = ApprovalSheet {
            facts: vec![
                fact("姓名", "何申"),
                fact("工作单位", &long),
                fact("职务", "教师"),
            ],
            opinions: vec![StationOpinion::default(), StationOpinion::default()],
            ..ApprovalSheet::default()
        };
        let view = sheet.view();
        let texts: Vec<String> = view
            .blocks
            .iter()
            .flat_map(|block| match block {
                Block::Grid { rows, .. } => rows.clone(),
                _ => Vec::new(),
            })
            .flat_map(|row| row.cells)
            .map(|cell| crate::measure::words(&cell.content))
            .collect();
        for text in ["何申", long.as_str(), "教师"] {
            assert!(texts.iter().any(|one| one == text), "{texts:?}");
        }
        let rooms = texts.iter().filter(|one| one.contains("签名：")).count();
        assert_eq!(rooms, 2);
    }
}
