//! 聘书 on paper: one page for each person, with the square code by which anybody can check it.

use jiff::civil::Date;

use crate::dates;
use crate::form::{Block, Field, FormView, Size};

/// One certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// What it is called.
    pub title: String,
    /// 编号
    pub number: String,
    /// 姓名
    pub name: String,
    /// The pool.
    pub pool: String,
    /// The instrument and article.
    pub basis: String,
    /// 专业领域
    pub specialties: String,
    /// 聘期
    pub term: (Date, Date),
    /// 颁发机关
    pub sign: String,
    /// 颁发日期
    pub on: Date,
    /// How often it was issued again.
    pub reissued: usize,
    /// The square code as SVG, with the code in letters.
    pub code: (String, String),
    /// Status words.
    pub marks: Vec<String>,
}

/// Certificates printed together, one page each.
#[derive(Debug, Clone)]
pub struct Certificates(pub Vec<Certificate>);

impl Certificates {
    /// The printable document.
    pub fn view(&self) -> FormView {
        let mut blocks = Vec::new();
        for (place, one) in self.0.iter().enumerate() {
            if place > 0 {
                blocks.push(Block::NewPage);
                blocks.push(Block::Heading {
                    text: one.title.clone(),
                });
            }
            blocks.extend(one.blocks());
        }
        let first = self.0.first();
        FormView {
            title: first.map(|one| vec![one.title.clone()]).unwrap_or_default(),
            size: Size::SmallFour,
            marks: first.map(|one| one.marks.clone()).unwrap_or_default(),
            blocks,
            ..FormView::default()
        }
    }
}

impl Certificate {
    fn blocks(&self) -> Vec<Block> {
        let (svg, code) = &self.code;
        let mut facts = vec![
            Field::new("编号", &self.number),
            Field::new("专业领域", &self.specialties),
            Field::new(
                "聘期",
                format!("{}至{}", dates::long(self.term.0), dates::long(self.term.1)),
            ),
        ];
        if self.reissued > 0 {
            facts.push(Field::new(
                "补发",
                format!("第 {} 次补发，原件作废", self.reissued),
            ));
        }
        vec![
            Block::Paragraph {
                text: format!("{}：", self.name),
            },
            Block::Paragraph {
                text: format!("根据{}，聘请您为{}专家。", self.basis, self.pool),
            },
            Block::Facts { fields: facts },
            Block::Closing {
                lines: vec![self.sign.clone(), dates::long(self.on)],
            },
            Block::Code {
                svg: svg.clone(),
                lines: vec!["扫码核验".to_owned(), "核验码".to_owned(), code.clone()],
            },
        ]
    }
}
