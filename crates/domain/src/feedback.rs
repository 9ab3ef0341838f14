//! 意见反馈: what anybody writes to the office that runs a pool, answered or closed by a named person. It
//! holds up nothing and nobody: who objects to a person on a public list files an objection instead.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::application::By;
use crate::id::{PoolId, RecordId};
use crate::text::{tidy, tidy_lines};

/// Most characters of what is said, and of the answer.
pub const TEXT_MOST: usize = 2000;
/// Most characters of a reason for closing.
pub const REASON_MOST: usize = 500;

/// What it is about, as its writer chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// 征集与申请
    Admission,
    /// 公示与任用
    Appointment,
    /// 抽取与评审
    Draw,
    /// 专家表现
    Conduct,
    /// 其他
    Other,
}

impl Topic {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 5] = [
        Self::Admission,
        Self::Appointment,
        Self::Draw,
        Self::Conduct,
        Self::Other,
    ];

    /// Stable code, as the form sends it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Admission => "admission",
            Self::Appointment => "appointment",
            Self::Draw => "draw",
            Self::Conduct => "conduct",
            Self::Other => "other",
        }
    }

    /// The topic with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.code() == code)
    }

    /// The words users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Admission => "征集与申请",
            Self::Appointment => "公示与任用",
            Self::Draw => "抽取与评审",
            Self::Conduct => "专家表现",
            Self::Other => "其他",
        }
    }
}

/// A kind of thing everybody can name, because it has a public number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// 征集公告
    Notice,
    /// 名单公示
    Posting,
    /// 抽取
    Draw,
    /// 证书
    Certificate,
}

impl Thing {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Notice => "征集公告",
            Self::Posting => "名单公示",
            Self::Draw => "抽取",
            Self::Certificate => "证书",
        }
    }
}

/// What it concerns in particular.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What kind of thing.
    pub thing: Thing,
    /// Its number, as published.
    pub number: String,
}

impl About {
    /// Kind and number, as pages write it.
    pub fn words(&self) -> String {
        format!("{} {}", self.thing.zh(), self.number)
    }
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待答复
    Open,
    /// 已答复
    Answered {
        /// Who answered.
        by: By,
        /// The answer, as its writer reads it.
        text: String,
    },
    /// 已关闭, without an answer.
    Closed {
        /// Who closed it.
        by: By,
        /// Why, as its writer reads it.
        reason: String,
    },
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered { .. } => "answered",
            Self::Closed { .. } => "closed",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Open => "待答复",
            Self::Answered { .. } => "已答复",
            Self::Closed { .. } => "已关闭",
        }
    }

    /// Nothing more can happen to it.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Answered { .. } | Self::Closed { .. })
    }

    /// Who ended it, and when.
    pub const fn by(&self) -> Option<&By> {
        match self {
            Self::Open => None,
            Self::Answered { by, .. } | Self::Closed { by, .. } => Some(by),
        }
    }
}

/// One message to the office. What it says and who wrote it are not here: both are sealed beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. FK01-2026-0002.
    pub number: String,
    /// What it is about.
    pub topic: Topic,
    /// What it concerns in particular.
    pub about: Option<About>,
    /// When it came in.
    pub received: Timestamp,
    /// Where it stands.
    pub state: State,
}

/// Why it is not taken, or a step not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No topic was chosen.
    #[error("没有选择主题。意见按主题分给办理人，请选择最接近的一项，都不合适的选“其他”。")]
    NoTopic,
    /// It says nothing.
    #[error("没有填写内容。请写明您的意见或建议，涉及具体事情的写明时间和经过。")]
    Nothing,
    /// Too much.
    #[error("内容最多 {TEXT_MOST} 个字，现在是 {0} 个。请精简，或分几次提交。")]
    TooLong(usize),
    /// It was answered or closed before.
    #[error("这份意见{0}，不能再{1}。请刷新页面查看办理情况。")]
    Over(&'static str, &'static str),
    /// The answer is missing.
    #[error("没有填写答复。答复由提出意见的人凭查询码查看，请写明办理情况。")]
    NoAnswer,
    /// The answer is too long.
    #[error("答复最多 {TEXT_MOST} 个字，现在是 {0} 个。请精简。")]
    AnswerTooLong(usize),
    /// The reason is missing.
    #[error("没有写明关闭的理由。理由由提出意见的人凭查询码查看并留痕，请写明后再提交。")]
    NoReason,
    /// The reason is too long.
    #[error("理由最多 {REASON_MOST} 个字，现在是 {0} 个。请精简。")]
    ReasonTooLong(usize),
}

/// What somebody wants to say, tidied: several lines stay several lines.
///
/// # Errors
/// [`Refused::Nothing`], [`Refused::TooLong`].
pub fn said(typed: &str) -> Result<String, Refused> {
    let text = tidy_lines(typed);
    match text.chars().count() {
        0 => Err(Refused::Nothing),
        length if length > TEXT_MOST => Err(Refused::TooLong(length)),
        _ => Ok(text),
    }
}

impl Feedback {
    fn open(&self, step: &'static str) -> Result<(), Refused> {
        if self.state.is_over() {
            return Err(Refused::Over(self.state.zh(), step));
        }
        Ok(())
    }

    /// 答复.
    ///
    /// # Errors
    /// [`Refused`] once answered or closed, without a word, or with too many.
    pub fn answer(&mut self, typed: &str, by: By) -> Result<(), Refused> {
        self.open("答复")?;
        let text = tidy_lines(typed);
        match text.chars().count() {
            0 => return Err(Refused::NoAnswer),
            length if length > TEXT_MOST => return Err(Refused::AnswerTooLong(length)),
            _ => {}
        }
        self.state = State::Answered { by, text };
        Ok(())
    }

    /// 关闭 without an answer: what was sent twice, or says nothing that could be answered.
    ///
    /// # Errors
    /// [`Refused`] once answered or closed, without a reason, or with one too long.
    pub fn close(&mut self, typed: &str, by: By) -> Result<(), Refused> {
        self.open("关闭")?;
        let reason = tidy(typed);
        match reason.chars().count() {
            0 => return Err(Refused::NoReason),
            length if length > REASON_MOST => return Err(Refused::ReasonTooLong(length)),
            _ => {}
        }
        self.state = State::Closed { by, reason };
        Ok(())
    }

    /// The words for where it stands, as whoever wrote it reads them: without who decided.
    pub fn reply(&self) -> String {
        match &self.state {
            State::Open => "已收到，等待答复。答复后在这里可以看到。".to_owned(),
            State::Answered { text, .. } => text.clone(),
            State::Closed { reason, .. } => {
                format!("不作答复，理由：{}。", reason.trim_end_matches('。'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn by() -> By {
        By {
            account: Uuid::from_u128(1).into(),
            name: "经办甲".into(),
            at: "2022-06-10T01:00:00Z".parse().expect("a time"),
        }
    }

    fn one() -> Feedback {
        Feedback {
            id: Uuid::from_u128(2).into(),
            pool: Uuid::from_u128(3).into(),
            number: "FK01-2022-0001".into(),
            topic: Topic::Draw,
            about: None,
            received: "2022-06-09T01:00:00Z".parse().expect("a time"),
            state: State::Open,
        }
    }

    #[test]
    fn what_is_said_has_words_and_not_too_many_and_keeps_its_lines() {
        assert_eq!(said(" \n　\n"), Err(Refused::Nothing));
        assert_eq!(said("第一行 \n 第二行\n"), Ok("第一行\n第二行".to_owned()));
        assert_eq!(
            said(&"字".repeat(TEXT_MOST)).map(|text| text.len()),
            Ok(TEXT_MOST * 3)
        );
        let long = "字".repeat(TEXT_MOST + 1);
        assert_eq!(said(&long), Err(Refused::TooLong(TEXT_MOST + 1)));
    }

    #[test]
    fn an_answer_is_given_once_by_somebody_named() {
        let mut feedback = one();
        assert_eq!(feedback.answer(" \n", by()), Err(Refused::NoAnswer));
        let long = "字".repeat(TEXT_MOST + 1);
        let refused = feedback.answer(&long, by());
        assert_eq!(refused, Err(Refused::AnswerTooLong(TEXT_MOST + 1)));
        assert_eq!(feedback.state, State::Open);
        feedback.answer("已核对，\n结果如下。", by()).expect("open");
        assert_eq!(feedback.state.by(), Some(&by()));
        assert_eq!(feedback.reply(), "已核对，\n结果如下。");
        let again = feedback.answer("再答一次", by());
        assert_eq!(again, Err(Refused::Over("已答复", "答复")));
        let closed = feedback.close("重复", by());
        assert_eq!(closed, Err(Refused::Over("已答复", "关闭")));
    }

    #[test]
    fn it_is_closed_with_a_reason_that_its_writer_reads() {
        let mut feedback = one();
        assert_eq!(feedback.close("　", by()), Err(Refused::NoReason));
        let long = "字".repeat(REASON_MOST + 1);
        let refused = feedback.close(&long, by());
        assert_eq!(refused, Err(Refused::ReasonTooLong(REASON_MOST + 1)));
        feedback
            .close("与 FK01-2022-0001 内容相同。", by())
            .expect("open");
        assert_eq!(feedback.state.zh(), "已关闭");
        assert_eq!(
            feedback.reply(),
            "不作答复，理由：与 FK01-2022-0001 内容相同。"
        );
        let late = feedback.answer("补一句", by());
        assert_eq!(late, Err(Refused::Over("已关闭", "答复")));
    }

    #[test]
    fn topics_read_back_from_their_codes() {
        for topic in Topic::ALL {
            assert_eq!(Topic::from_code(topic.code()), Some(topic));
        }
        assert_eq!(Topic::from_code("praise"), None);
    }
}
