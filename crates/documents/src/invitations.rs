//! 邀请函 to a drawn expert, and 特约邀请函 to somebody not yet in the pool.

use jiff::civil::{Date, DateTime};

use crate::dates;
use crate::letter::{LetterPart, LetterView};

/// An invitation to an expert who was drawn. Names no other expert and no unit under review.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// 发文机关标志; `None` for a letter without a red head.
    pub head: Option<String>,
    /// 发文字号
    pub number: Option<String>,
    /// 专家姓名
    pub expert: String,
    /// 专家库 the expert was drawn from.
    pub pool: String,
    /// 活动名称
    pub task: String,
    /// 工作内容
    pub work: String,
    /// When, in words: nobody is told an hour that was not filed.
    pub time: String,
    /// 地点
    pub place: String,
    /// 报到方式 and what to bring, or none.
    pub arrival: Option<String>,
    /// Last moment to answer.
    pub answer_by: DateTime,
    /// How to answer besides the code.
    pub answer_how: String,
    /// Address behind the square code, with the code's SVG.
    pub answer_code: Option<AnswerCode>,
    /// The article on recusal, e.g. 《…》第十条.
    pub recusal_basis: String,
    /// Who to ask: name and phone.
    pub contact: String,
    /// 署名
    pub sign: String,
    /// 成文日期
    pub on: Date,
    /// Whether it belongs to a rehearsal.
    pub standing: Standing,
    /// Further status words (已过有效期 …).
    pub marks: Vec<String>,
}

/// A square code by which the expert answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerCode {
    /// SVG document.
    pub svg: String,
    /// Six digits for those without a camera.
    pub digits: String,
}

/// Whether a document counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    #[default]
    Real,
    /// 演练: it never does, and says so on every page.
    Rehearsal,
}

impl Standing {
    /// Status words for the marked line.
    pub fn marks(self) -> Vec<String> {
        match self {
            Standing::Real => Vec::new(),
            Standing::Rehearsal => vec!["演练".to_owned(), "不作为正式结果".to_owned()],
        }
    }

    /// Words across the page.
    pub fn watermark(self) -> Option<String> {
        match self {
            Standing::Real => None,
            Standing::Rehearsal => Some("演练　不作为正式结果".to_owned()),
        }
    }
}

impl Invitation {
    /// The printable letter.
    pub fn view(&self) -> LetterView {
        let mut parts = vec![
            LetterPart::paragraph(format!(
                "经从{}中随机抽取，现邀请您参加{}。有关事项函告如下。",
                self.pool, self.task
            )),
            LetterPart::item("一、工作内容：", &self.work),
            LetterPart::item("二、时间：", &self.time),
            LetterPart::item("三、地点：", &self.place),
        ];
        let mut ordinals = ["四", "五", "六"].into_iter();
        let mut next = |label: &str, text: String| {
            if let Some(ordinal) = ordinals.next() {
                parts.push(LetterPart::item(format!("{ordinal}、{label}："), text));
            }
        };
        if let Some(arrival) = &self.arrival {
            next("报到", arrival.clone());
        }
        next(
            "答复",
            format!(
                "请于{}前答复能否参加。{}逾期未答复的，名额由候补专家递补。",
                dates::long_time(self.answer_by),
                self.answer_how
            ),
        );
        next(
            "回避与保密",
            format!(
                "请按照{}的规定自查，有应当回避情形的，请在答复时主动申请回避。本函内容及所知悉的工作事项请勿对外透露。",
                self.recusal_basis
            ),
        );
        parts.extend(self.answer_code.as_ref().map(|code| LetterPart::Code {
            svg: code.svg.clone(),
            lines: vec![
                "扫码答复".to_owned(),
                "或输入答复码".to_owned(),
                code.digits.clone(),
            ],
        }));
        let mut marks = self.standing.marks();
        marks.extend(self.marks.iter().cloned());
        LetterView {
            head: self.head.clone(),
            number: self.number.clone(),
            title: vec!["邀请函".to_owned()],
            to: Some(format!("{}专家", self.expert)),
            parts,
            sign: self.sign.clone(),
            date: dates::long(self.on),
            contact: Some(format!("联系人：{}", self.contact)),
            marks,
            watermark: self.standing.watermark(),
            ..LetterView::default()
        }
    }
}

/// 特约邀请函: asks somebody to join the pool (DG 第五条(三), 第九条(一)).
#[derive(Debug, Clone)]
pub struct SpecialInvitation {
    /// 发文机关标志
    pub head: Option<String>,
    /// 发文字号
    pub number: Option<String>,
    /// 受邀人姓名
    pub invitee: String,
    /// 受邀人所在单位
    pub employer: Option<String>,
    /// 专家库
    pub pool: String,
    /// The instrument and article, e.g. 《…办法》第五条第（三）项.
    pub basis: String,
    /// Why he or she is asked: the need in words.
    pub reason: String,
    /// 专业领域
    pub specialty: String,
    /// Materials to hand in (the pack's list for this channel).
    pub materials: Vec<String>,
    /// Last day to accept and hand in.
    pub reply_by: Date,
    /// Where to hand in.
    pub reply_to: String,
    /// What follows after acceptance, in the pack's words.
    pub then: String,
    /// Enclosures.
    pub attachments: Vec<String>,
    /// Who to ask.
    pub contact: String,
    /// 署名
    pub sign: String,
    /// 成文日期
    pub on: Date,
    /// Status words (已过有效期 …).
    pub marks: Vec<String>,
}

impl SpecialInvitation {
    /// The printable letter.
    pub fn view(&self) -> LetterView {
        let mut parts = vec![
            LetterPart::paragraph(format!(
                "{}根据{}，现特邀请您作为{}方面的专家加入{}。",
                self.reason, self.basis, self.specialty, self.pool
            )),
            LetterPart::paragraph(format!(
                "如您接受邀请，请于{}前将下列资料提交至{}：",
                dates::long(self.reply_by),
                self.reply_to
            )),
        ];
        for (place, material) in self.materials.iter().enumerate() {
            let stop = if place + 1 == self.materials.len() {
                "。"
            } else {
                "；"
            };
            parts.push(LetterPart::paragraph(format!(
                "{}.{material}{stop}",
                place + 1
            )));
        }
        parts.push(LetterPart::paragraph(self.then.clone()));
        parts.push(LetterPart::paragraph(
            "如您不便接受邀请，也请告知。感谢您对职业能力建设工作的支持。",
        ));
        let to = match &self.employer {
            Some(employer) => format!("{employer}　{}先生/女士", self.invitee),
            None => format!("{}先生/女士", self.invitee),
        };
        LetterView {
            head: self.head.clone(),
            number: self.number.clone(),
            title: vec!["特约邀请函".to_owned()],
            to: Some(to),
            parts,
            attachments: self.attachments.clone(),
            sign: self.sign.clone(),
            date: dates::long(self.on),
            contact: Some(format!("联系人：{}", self.contact)),
            marks: self.marks.clone(),
            ..LetterView::default()
        }
    }
}
