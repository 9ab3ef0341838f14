//! 公示名单: the list with its period, where to object, and the digest of what was put up.

use jiff::civil::Date;

use crate::dates;
use crate::form::{Block, Field, FormView, TableColumn};
use crate::qr;

/// A list for public notice.
#[derive(Debug, Clone, Default)]
pub struct PublicList {
    /// Number; none in a draft.
    pub number: Option<String>,
    /// 标题
    pub title: String,
    /// What stands before the list, line by line.
    pub body: String,
    /// What the columns are called.
    pub columns: Vec<String>,
    /// What is shown of each person; numbered from 1.
    pub rows: Vec<Vec<String>>,
    /// First and last day; none in a draft.
    pub period: Option<(Date, Date)>,
    /// How long it stands, in words.
    pub length: String,
    /// 异议受理
    pub contact: String,
    /// The instrument and its article.
    pub basis: String,
    /// 署名
    pub sign: String,
    /// 成文日期
    pub on: Date,
    /// SM3 of the text that was put up, lower hexadecimal.
    pub digest: Option<String>,
    /// Where it can be read and objected to.
    pub address: Option<String>,
    /// Status words.
    pub marks: Vec<String>,
}

impl PublicList {
    /// The printable list; its header repeats on every page.
    pub fn view(&self) -> FormView {
        let mut blocks: Vec<Block> = self
            .body
            .lines()
            .map(|line| Block::Paragraph {
                text: line.to_owned(),
            })
            .collect();
        let period = match self.period {
            Some((first, last)) => format!(
                "{}至{}（{}），末日24时止",
                dates::long(first),
                dates::long(last),
                self.length
            ),
            None => format!("自发布之日起{}", self.length),
        };
        blocks.push(Block::Paragraph {
            text: format!("公示时间：{period}。"),
        });
        blocks.push(Block::Paragraph {
            text: format!("依据：{}。", self.basis),
        });
        blocks.push(Block::Paragraph {
            text: format!(
                "对名单中的人员有异议的，请在公示时间内提出。受理方式：{}。",
                self.contact.trim_end_matches('。')
            ),
        });
        blocks.push(self.table());
        blocks.push(Block::Line {
            fields: vec![
                Field::new("", &self.sign),
                Field::new("", dates::long(self.on)),
            ],
            widths: vec![2.0, 1.0],
        });
        if let Some(hex) = &self.digest {
            blocks.push(Block::Digest {
                label: "名单指纹（SM3）".to_owned(),
                hex: hex.clone(),
            });
        }
        if let Some(address) = &self.address
            && let Ok(svg) = qr::svg(address)
        {
            blocks.push(Block::Code {
                svg,
                lines: vec!["扫码查看公示、提出异议".to_owned(), address.clone()],
            });
        }
        FormView {
            annex: self.number.clone(),
            title: vec![self.title.clone()],
            marks: self.marks.clone(),
            watermark: self.number.is_none().then(|| "草稿　未发布".to_owned()),
            blocks,
            ..FormView::default()
        }
    }

    fn table(&self) -> Block {
        let columns = std::iter::once(TableColumn::centre("序号", 1.0)).chain(
            self.columns
                .iter()
                .enumerate()
                .map(|(place, title)| match place {
                    0 => TableColumn::centre(title, 2.0),
                    _ => TableColumn::left(title, 4.5),
                }),
        );
        let rows = self.rows.iter().enumerate().map(|(place, cells)| {
            std::iter::once((place + 1).to_string())
                .chain(cells.iter().cloned())
                .collect()
        });
        Block::Table {
            columns: columns.collect(),
            rows: rows.collect(),
            row_height: 8.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn list(people: usize) -> PublicList {
        PublicList {
            number: Some("GS01-2022-0001".into()),
            title: "社会监督专家拟任用名单公示".into(),
            body: "现将拟任用名单予以公示。".into(),
            columns: ["姓名", "单位", "任用范围"].map(str::to_owned).to_vec(),
            rows: (0..people)
                .map(|n| {
                    vec![
                        format!("何申{n}"),
                        "示例理工大学".into(),
                        "技师、高级技师".into(),
                    ]
                })
                .collect(),
            period: Some((date(2022, 6, 6), date(2022, 6, 13))),
            length: "7 天，发布当日不计入，末日不顺延".into(),
            contact: "示例市人社局，电话 0000-12345".into(),
            basis: "《办法》第七条(四)".into(),
            sign: "示例市人社局".into(),
            on: date(2022, 6, 6),
            digest: Some("0123456789abcdef".repeat(4)),
            address: Some("https://zjk.example.gov.cn/public/postings/GS01-2022-0001".into()),
            marks: Vec::new(),
        }
    }

    #[test]
    fn everybody_has_a_numbered_row_and_a_draft_says_that_it_is_one() {
        let view = list(40).view();
        let rows = view.blocks.iter().find_map(|block| match block {
            Block::Table { rows, columns, .. } => Some((rows.len(), columns.len())),
            _ => None,
        });
        assert_eq!(rows, Some((40, 4)));
        assert_eq!(view.watermark, None);
        let draft = PublicList {
            number: None,
            period: None,
            digest: None,
            address: None,
            ..list(1)
        };
        assert_eq!(draft.view().watermark.as_deref(), Some("草稿　未发布"));
    }
}
