//! 会议审定材料: the agenda by headings and a dossier for each person, one document.

use crate::form::{Block, Field, FormView, Size, TableColumn};

/// Everything laid before the body that decides.
#[derive(Debug, Clone)]
pub struct AgendaPack {
    /// Title lines.
    pub title: Vec<String>,
    /// The body that decides.
    pub body: String,
    /// Number of the meeting.
    pub number: String,
    /// Day, in words.
    pub on: String,
    /// 地点
    pub place: String,
    /// Everybody, in the order of the agenda.
    pub people: Vec<Dossier>,
    /// Status words.
    pub marks: Vec<String>,
}

/// One person.
#[derive(Debug, Clone, Default)]
pub struct Dossier {
    /// The list the person is on.
    pub heading: String,
    /// Number of the application.
    pub number: String,
    /// 姓名
    pub name: String,
    /// 工作单位
    pub employer: String,
    /// 专业领域
    pub specialties: String,
    /// What the conditions say as a whole.
    pub status: String,
    /// What the form says: label and text.
    pub facts: Vec<(String, String)>,
    /// Every condition.
    pub conditions: Vec<Line>,
    /// Every material.
    pub materials: Vec<Line>,
    /// Every file that came with them.
    pub files: Vec<Evidence>,
}

/// A file laid before the body, by the digest of which it is known in the ledger.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// What it proves.
    pub proves: String,
    /// Name as uploaded.
    pub name: String,
    /// SM3 of its bytes, lower hex.
    pub digest: String,
}

impl Evidence {
    /// As a row of a table. A long name may break after its marks, and a digest runs over four lines.
    fn cells(&self) -> Vec<String> {
        let name = self
            .name
            .replace('_', "_\u{200b}")
            .replace('-', "-\u{200b}")
            .replace('.', ".\u{200b}");
        let digits: Vec<char> = self.digest.chars().collect();
        let lines = digits
            .chunks(16)
            .map(|line| line.iter().collect::<String>());
        vec![
            self.proves.clone(),
            name,
            lines.collect::<Vec<_>>().join("\n"),
        ]
    }
}

/// One finding.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// 符合, 不符合 …
    pub verdict: String,
    /// The fact in a sentence.
    pub text: String,
    /// Article.
    pub article: String,
}

impl Line {
    /// As a row of a table: verdict, fact, article.
    pub(crate) fn cells(&self) -> Vec<String> {
        vec![
            self.verdict.clone(),
            self.text.clone(),
            self.article.clone(),
        ]
    }
}

const ORDINALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

impl AgendaPack {
    /// The printable document: the agenda, then each person on pages of their own.
    pub fn view(&self) -> FormView {
        let mut blocks = vec![Block::Facts {
            fields: vec![
                Field::new("审定机构", &self.body),
                Field::new("会议编号", &self.number),
                Field::new("会议日期", &self.on),
                Field::new("会议地点", &self.place),
                Field::new("审定人数", format!("{} 人", self.people.len())),
            ],
        }];
        let mut headings: Vec<&str> = Vec::new();
        for person in &self.people {
            if !headings.contains(&person.heading.as_str()) {
                headings.push(&person.heading);
            }
        }
        for (place, heading) in headings.iter().enumerate() {
            let ordinal = ORDINALS
                .get(place)
                .map_or_else(|| (place + 1).to_string(), |ordinal| (*ordinal).to_owned());
            blocks.push(Block::Heading {
                text: format!("{ordinal}、{heading}"),
            });
            blocks.push(self.list(heading));
        }
        for person in &self.people {
            blocks.push(Block::NewPage);
            blocks.extend(person.blocks());
        }
        FormView {
            title: self.title.clone(),
            size: Size::Five,
            marks: self.marks.clone(),
            blocks,
            ..FormView::default()
        }
    }

    fn list(&self, heading: &str) -> Block {
        let people = self
            .people
            .iter()
            .filter(|person| person.heading == heading);
        Block::Table {
            columns: vec![
                TableColumn::centre("序号", 1.0),
                TableColumn::centre("申请编号", 3.4),
                TableColumn::centre("姓名", 2.0),
                TableColumn::left("工作单位", 4.6),
                TableColumn::left("专业领域", 3.0),
                TableColumn::centre("入库条件", 2.0),
            ],
            rows: people
                .enumerate()
                .map(|(place, person)| {
                    vec![
                        (place + 1).to_string(),
                        person.number.clone(),
                        person.name.clone(),
                        person.employer.clone(),
                        person.specialties.clone(),
                        person.status.clone(),
                    ]
                })
                .collect(),
            row_height: 8.0,
        }
    }
}

impl Dossier {
    fn blocks(&self) -> Vec<Block> {
        let found = |title: &str, lines: &[Line]| Block::Table {
            columns: vec![
                TableColumn::centre("结论", 1.6),
                TableColumn::left(title, 9.0),
                TableColumn::left("条款", 2.6),
            ],
            rows: lines.iter().map(Line::cells).collect(),
            row_height: 7.0,
        };
        let mut blocks = vec![
            Block::Heading {
                text: format!("{}　{}（{}）", self.number, self.name, self.heading),
            },
            Block::Facts {
                fields: self
                    .facts
                    .iter()
                    .map(|(label, text)| Field::new(label, text))
                    .collect(),
            },
            found("入库条件", &self.conditions),
            found("入库材料", &self.materials),
        ];
        if !self.files.is_empty() {
            blocks.push(Block::Table {
                columns: vec![
                    TableColumn::left("证明什么", 4.0),
                    TableColumn::left("佐证文件", 5.0),
                    TableColumn::centre("文件指纹（SM3）", 4.2),
                ],
                rows: self.files.iter().map(Evidence::cells).collect(),
                row_height: 7.0,
            });
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_laid_before_the_body_is_named_with_its_whole_digest() {
        let digest = "0123456789abcdef".repeat(4);
        let dossier = Dossier {
            files: vec![Evidence {
                proves: "职称证书复印件".to_owned(),
                name: "scan_2022-06-06.pdf".to_owned(),
                digest: digest.clone(),
            }],
            ..Dossier::default()
        };
        let blocks = dossier.blocks();
        let Some(Block::Table { rows, .. }) = blocks.last() else {
            panic!("a table of files");
        };
        let plain: Vec<String> = rows[0]
            .iter()
            .map(|text| text.replace(['\u{200b}', '\n'], ""))
            .collect();
        assert_eq!(plain, ["职称证书复印件", "scan_2022-06-06.pdf", &digest]);
        let none = Dossier::default().blocks();
        assert_eq!(none.len() + 1, blocks.len(), "no table of nothing");
    }
}
