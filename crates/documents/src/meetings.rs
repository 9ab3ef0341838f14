//! 会议审定材料: the agenda by headings, a dossier for each person and the pages of every file that came
//! with it, one document.

use domain::explain::Explain as _;

use crate::form::{Block, Field, FormView, Size, TableColumn};
use crate::pages::Pages;

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
    /// What it comes to, in a word: of the conditions as a whole, or the ground of leaving.
    pub status: String,
    /// What the form or the case says: label and text.
    pub facts: Vec<(String, String)>,
    /// What was found, by subject: 入库条件, 入库材料, 不良行为记录. One without lines is left out.
    pub findings: Vec<(String, Vec<Line>)>,
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
    /// Its pages, as far as they can be shown.
    pub pages: Pages,
}

impl Evidence {
    /// As a row of a table; a digest runs over four lines.
    fn cells(&self) -> Vec<String> {
        let digits: Vec<char> = self.digest.chars().collect();
        let lines = digits
            .chunks(16)
            .map(|line| line.iter().collect::<String>());
        vec![
            self.proves.clone(),
            self.breakable_name(),
            lines.collect::<Vec<_>>().join("\n"),
            self.enclosed(),
        ]
    }

    /// The name; a long one may break after its marks.
    fn breakable_name(&self) -> String {
        self.name
            .replace('_', "_\u{200b}")
            .replace('-', "-\u{200b}")
            .replace('.', ".\u{200b}")
    }

    /// How many of its pages follow, and why not all.
    fn enclosed(&self) -> String {
        let why = self.pages.unshown.as_ref().map(|why| why.sentence());
        let why = why.unwrap_or_default();
        match (self.pages.shown.len(), self.pages.total) {
            (0, _) => why,
            (shown, total) if shown < total => {
                format!("附前 {shown} 页，共 {total} 页。{why}")
            }
            (shown, _) => format!("附 {shown} 页。{why}"),
        }
    }

    /// Its pages one by one, `file` being its place among the files of the view.
    fn sheets(&self, owner: &str, file: usize) -> Vec<Block> {
        let total = self.pages.total.max(self.pages.shown.len());
        let pages = (1..).zip(&self.pages.shown);
        pages
            .map(|(page, shown)| {
                let lacking = if shown.lacking {
                    "　（本页有内容无法显示，请看原件）"
                } else {
                    ""
                };
                Block::Page {
                    caption: format!(
                        "{owner}　{}　{}　第 {page}/{total} 页{lacking}",
                        self.proves,
                        self.breakable_name()
                    ),
                    note: format!("SM3 {}", self.digest),
                    file,
                    page,
                    paper: shown.paper,
                }
            })
            .collect()
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
    /// The printable document: the agenda, then each person on pages of their own, followed by the
    /// pages of the person's files.
    pub fn view(self) -> FormView {
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
        let mut pages = Vec::new();
        for person in self.people {
            blocks.push(Block::NewPage);
            blocks.extend(person.blocks());
            let owner = format!("{} {}", person.number, person.name);
            for file in person.files {
                if !file.pages.shown.is_empty() {
                    blocks.extend(file.sheets(&owner, pages.len()));
                    pages.push(file.pages);
                }
            }
        }
        FormView {
            title: self.title,
            size: Size::Five,
            marks: self.marks,
            blocks,
            pages,
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
                TableColumn::centre("编号", 3.4),
                TableColumn::centre("姓名", 2.0),
                TableColumn::left("工作单位", 4.6),
                TableColumn::left("专业领域", 2.6),
                TableColumn::left("审核情况", 2.6),
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
        ];
        let findings = self.findings.iter();
        let findings = findings.filter(|(_, lines)| !lines.is_empty());
        blocks.extend(findings.map(|(subject, lines)| found(subject, lines)));
        if !self.files.is_empty() {
            blocks.push(Block::Table {
                columns: vec![
                    TableColumn::left("证明什么", 3.0),
                    TableColumn::left("佐证文件", 4.0),
                    TableColumn::centre("文件指纹（SM3）", 4.2),
                    TableColumn::left("附页", 3.4),
                ],
                rows: self.files.iter().map(Evidence::cells).collect(),
                row_height: 7.0,
            });
            blocks.push(Block::Remark {
                text: "附页由系统展开原件制成，供审阅；以系统中的原件为准。".to_owned(),
            });
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Paper;
    use crate::pages::{Page, Unshown};

    #[test]
    fn every_file_laid_before_the_body_is_named_with_its_whole_digest() {
        let digest = "0123456789abcdef".repeat(4);
        let dossier = Dossier {
            files: vec![Evidence {
                proves: "职称证书复印件".to_owned(),
                name: "scan_2022-06-06.pdf".to_owned(),
                digest: digest.clone(),
                pages: pages(3, 5, Some(Unshown::Beyond)),
            }],
            ..Dossier::default()
        };
        let blocks = dossier.blocks();
        let [.., Block::Table { rows, .. }, Block::Remark { .. }] = blocks.as_slice() else {
            panic!("a table of files");
        };
        let plain: Vec<String> = rows[0]
            .iter()
            .map(|text| text.replace(['\u{200b}', '\n'], ""))
            .collect();
        let enclosed = "附前 3 页，共 5 页。超出附页的上限，其余没有附上。请在系统中打开原件。";
        assert_eq!(
            plain,
            ["职称证书复印件", "scan_2022-06-06.pdf", &digest, enclosed]
        );
        let none = Dossier::default().blocks();
        assert_eq!(none.len() + 2, blocks.len(), "no table of nothing");
    }

    #[test]
    fn the_pages_of_every_file_follow_its_owner() {
        let file = |name: &str, pages| Evidence {
            proves: "职称证书复印件".to_owned(),
            name: name.to_owned(),
            digest: "ab".to_owned(),
            pages,
        };
        let person = |number: &str, files| Dossier {
            number: number.to_owned(),
            name: "何申甲".to_owned(),
            files,
            ..Dossier::default()
        };
        let torn = pages(0, 0, Some(Unshown::Damaged));
        let pack = AgendaPack {
            title: vec!["会议审定材料".to_owned()],
            body: String::new(),
            number: String::new(),
            on: String::new(),
            place: String::new(),
            people: vec![
                person("1", vec![file("一", torn), file("二", pages(2, 2, None))]),
                person("2", vec![file("三", pages(1, 1, None))]),
            ],
            marks: Vec::new(),
        };
        let view = pack.view();
        assert_eq!(view.pages.len(), 2, "nothing of the torn one");
        let captions: Vec<(&str, usize, usize)> = view
            .blocks
            .iter()
            .filter_map(|block| match block {
                Block::Page {
                    caption,
                    file,
                    page,
                    ..
                } => Some((caption.as_str(), *file, *page)),
                _ => None,
            })
            .collect();
        assert_eq!(
            captions,
            [
                ("1 何申甲　职称证书复印件　二　第 1/2 页", 0, 1),
                ("1 何申甲　职称证书复印件　二　第 2/2 页", 0, 2),
                ("2 何申甲　职称证书复印件　三　第 1/1 页", 1, 1),
            ]
        );
    }

    fn pages(shown: usize, total: usize, unshown: Option<Unshown>) -> Pages {
        let page = Page {
            paper: Paper::Portrait,
            lacking: false,
        };
        Pages {
            shown: vec![page; shown],
            total,
            unshown,
            ..Pages::default()
        }
    }
}
