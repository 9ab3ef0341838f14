//! 公示: the list of those to be appointed, put up for everybody to see. What is put up is frozen: the
//! rows show the columns of the pack and nothing else, the last day follows from the statutory
//! calendar, and a digest covers every byte of it (JM 第七条(四); A-JM-1, A-G-18).

use draw::{Digest, Suite};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::application::Application;
pub use crate::application::By;
use crate::calendar::Calendar;
use crate::id::{PoolId, RecordId};
use crate::policy::pack::PublicNotice;
use crate::policy::public_notice::last_day;
use crate::text::{tidy, tidy_lines};

/// Most characters of a title.
pub const TITLE_MOST: usize = 100;
/// Most characters of the words before the list, and of those about objections.
pub const TEXT_MOST: usize = 2000;

/// One person on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The application; never shown in public.
    pub application: RecordId,
    /// Its number; never shown in public.
    pub number: String,
    /// What is shown, in the order of the columns.
    pub cells: Vec<String>,
}

/// What is said besides the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// 标题
    pub title: String,
    /// What stands before the list.
    pub body: String,
    /// 异议受理: how and where, besides this site.
    pub contact: String,
    /// Who is on it.
    pub people: Vec<Listed>,
}

/// What was put up, for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Number, e.g. GS01-2026-0001.
    pub number: String,
    /// Who put it up.
    pub by: By,
    /// When, in the time of Shanghai.
    pub at: DateTime,
    /// Last day; objections are taken until its end.
    pub last_day: Date,
    /// What the columns are called.
    pub columns: Vec<String>,
    /// The instrument and its article.
    pub basis: String,
    /// Who signs it.
    pub signed: String,
    /// SM3 of [`Posting::text`], lower hexadecimal.
    pub digest: String,
}

/// Where a list stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 起草中
    Draft,
    /// 公示中
    Posted {
        /// What was put up.
        posted: Posted,
    },
    /// 公示期满
    Over {
        /// What was put up.
        posted: Posted,
        /// When its end was noted.
        at: DateTime,
        /// Whom an open objection holds up still.
        left: Vec<RecordId>,
    },
    /// 已撤回
    Withdrawn {
        /// By whom.
        by: By,
        /// Why.
        reason: String,
        /// What had been put up, if it was.
        posted: Option<Posted>,
    },
}

/// One list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// What it says.
    pub content: Content,
    /// Who drafted it.
    pub drafted: By,
    /// Where it stands.
    pub state: State,
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It stands elsewhere.
    #[error("这份公示名单现在是“{now}”，不能{step}。请刷新页面查看最新状态。")]
    WrongState {
        /// The word for the present state.
        now: &'static str,
        /// The verb that was tried.
        step: &'static str,
    },
    /// Nobody is on it.
    #[error("名单上没有人。请勾选要公示的人员。")]
    Nobody,
    /// No title.
    #[error("没有填写标题。公众从标题看出公示的是什么，请填写。")]
    NoTitle,
    /// Nobody could tell where to object.
    #[error("没有填写异议受理方式。公众要知道向谁提出异议，请写明受理单位、电话和地址。")]
    NoContact,
    /// Something is too long.
    #[error("{label}最多 {most} 个字，现在是 {now} 个。请精简。")]
    TooLong {
        /// Name of the field.
        field: &'static str,
        /// What it is called.
        label: &'static str,
        /// Most characters.
        most: usize,
        /// Characters there are.
        now: usize,
    },
    /// The pack shows a column the program has nothing for.
    #[error("办法要求公示“{0}”，申请中没有这一项。请联系技术支持核对规则包。")]
    UnknownColumn(String),
    /// A reason is missing.
    #[error("没有写明理由。理由会公开显示并留痕，请写明后再提交。")]
    NoReason,
    /// Its last day is not over.
    #[error("公示到 {0} 为止，还没有期满。")]
    NotOver(Date),
}

/// What one column shows of a person, `None` when it is not a column that may be shown. The closed list
/// is the guard: no pack can put an identity number, a phone or a date of birth on a public page.
pub fn cell(column: &str, one: &Application, specialties: &[String]) -> Option<String> {
    let profile = &one.profile;
    let text = match column {
        "姓名" => profile.name.clone(),
        "单位" | "工作单位" | "所在单位" => profile
            .employer
            .as_ref()
            .map(|known| known.name.clone())
            .unwrap_or_default(),
        "任用范围" | "类别" => one.category.clone().unwrap_or_default(),
        "申报身份" => one.member_kind.clone().unwrap_or_default(),
        "专业领域" | "行业、专业、工种" => specialties.join("、"),
        "职务" => profile.post.clone().unwrap_or_default(),
        "职称" => profile
            .titles
            .iter()
            .map(|title| title.name.clone())
            .collect::<Vec<_>>()
            .join("、"),
        _ => return None,
    };
    // One cell is one line: the canonical text of a list separates cells and rows by what tidying
    // removes.
    Some(tidy(&text))
}

/// Who signs, and on what it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Number given to it.
    pub number: String,
    /// The instrument and its article.
    pub basis: String,
    /// 署名
    pub signed: String,
}

impl Content {
    /// What was typed, tidied.
    pub fn new(title: &str, body: &str, contact: &str, people: Vec<Listed>) -> Self {
        Self {
            title: tidy(title),
            body: tidy_lines(body),
            contact: tidy(contact),
            people,
        }
    }

    /// What is too long.
    pub fn too_long(&self) -> Option<Refused> {
        [
            ("title", "标题", TITLE_MOST, &self.title),
            ("body", "正文", TEXT_MOST, &self.body),
            ("contact", "异议受理方式", TEXT_MOST, &self.contact),
        ]
        .into_iter()
        .find_map(|(field, label, most, text)| {
            let now = text.chars().count();
            (now > most).then_some(Refused::TooLong {
                field,
                label,
                most,
                now,
            })
        })
    }
}

impl State {
    /// Stable code, as indexed. Over with somebody left is a code of its own: work is still to be done.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Posted { .. } => "posted",
            Self::Over { left, .. } if left.is_empty() => "over",
            Self::Over { .. } => "held",
            Self::Withdrawn {
                posted: Some(_), ..
            } => "withdrawn",
            Self::Withdrawn { .. } => "dropped",
        }
    }

    /// The word users see.
    pub fn zh(&self) -> &'static str {
        match self {
            Self::Draft => "起草中",
            Self::Posted { .. } => "公示中",
            Self::Over { left, .. } if left.is_empty() => "公示期满",
            Self::Over { .. } => "期满，有异议未办结",
            Self::Withdrawn {
                posted: Some(_), ..
            } => "已撤回",
            Self::Withdrawn { .. } => "不再公示",
        }
    }

    /// What was put up, if it ever was.
    pub const fn posted(&self) -> Option<&Posted> {
        match self {
            Self::Posted { posted } | Self::Over { posted, .. } => Some(posted),
            Self::Withdrawn { posted, .. } => posted.as_ref(),
            Self::Draft => None,
        }
    }

    /// What stands for everybody to see now: put up and not taken back.
    pub const fn standing(&self) -> Option<&Posted> {
        match self {
            Self::Posted { posted } | Self::Over { posted, .. } => Some(posted),
            Self::Draft | Self::Withdrawn { .. } => None,
        }
    }
}

impl Posting {
    fn refuse(&self, step: &'static str) -> Refused {
        Refused::WrongState {
            now: self.state.zh(),
            step,
        }
    }

    /// Is this application on it?
    pub fn lists(&self, application: RecordId) -> bool {
        self.content
            .people
            .iter()
            .any(|one| one.application == application)
    }

    /// Changes what a draft says.
    ///
    /// # Errors
    /// [`Refused`] once it was put up; what is too long.
    pub fn rewrite(&mut self, content: Content) -> Result<(), Refused> {
        if self.state != State::Draft {
            return Err(self.refuse("修改"));
        }
        if let Some(long) = content.too_long() {
            return Err(long);
        }
        self.content = content;
        Ok(())
    }

    /// 发布公示. `people` are the rows as of now, which are the ones that are frozen.
    ///
    /// # Errors
    /// [`Refused`] unless a draft with people, a title and an address for objections.
    pub fn post(
        &mut self,
        people: Vec<Listed>,
        frame: Frame,
        rules: &PublicNotice,
        calendar: &Calendar,
        by: By,
        at: DateTime,
    ) -> Result<(), Refused> {
        if self.state != State::Draft {
            return Err(self.refuse("发布"));
        }
        if people.is_empty() {
            return Err(Refused::Nobody);
        }
        if self.content.title.is_empty() {
            return Err(Refused::NoTitle);
        }
        if self.content.contact.is_empty() {
            return Err(Refused::NoContact);
        }
        self.content.people = people;
        let mut posted = Posted {
            number: frame.number,
            by,
            at,
            last_day: last_day(rules, at.date(), calendar).value,
            columns: rules.columns.clone(),
            basis: frame.basis,
            signed: frame.signed,
            digest: String::new(),
        };
        posted.digest = self.digest_of(&posted).to_hex();
        self.state = State::Posted { posted };
        Ok(())
    }

    fn text_of(&self, posted: &Posted) -> String {
        let content = &self.content;
        let mut text = format!(
            "公示\n编号\t{}\n标题\t{}\n依据\t{}\n发布\t{}\n期满\t{}\n署名\t{}\n受理\t{}\n",
            posted.number,
            content.title,
            posted.basis,
            posted.at.strftime("%Y-%m-%dT%H:%M:%S"),
            posted.last_day,
            posted.signed,
            content.contact,
        );
        for line in content.body.lines() {
            text.push_str(&format!("正文\t{line}\n"));
        }
        text.push_str(&format!("栏目\t{}\n", posted.columns.join("\t")));
        for (place, one) in content.people.iter().enumerate() {
            text.push_str(&format!("{}\t{}\n", place + 1, one.cells.join("\t")));
        }
        text
    }

    fn digest_of(&self, posted: &Posted) -> Digest {
        Suite::Sm3.hash(self.text_of(posted).as_bytes())
    }

    /// The list as one text, byte by byte what the digest covers: lines end in LF, cells are separated
    /// by tabs. `None` before it is put up.
    pub fn text(&self) -> Option<String> {
        self.state.posted().map(|posted| self.text_of(posted))
    }

    /// Is what is stored still what was put up?
    pub fn is_intact(&self) -> bool {
        self.state
            .posted()
            .is_none_or(|posted| self.digest_of(posted).to_hex() == posted.digest)
    }

    /// 期满: its last day is over. `left` are those an open objection holds up. Again for one that is
    /// over already, with those still left.
    ///
    /// # Errors
    /// [`Refused`] unless put up, and before its last day is over.
    pub fn close(&mut self, left: Vec<RecordId>, now: DateTime) -> Result<(), Refused> {
        let (posted, at) = match &self.state {
            State::Posted { posted } => (posted.clone(), now),
            State::Over { posted, at, .. } => (posted.clone(), *at),
            _ => return Err(self.refuse("办结")),
        };
        if now.date() <= posted.last_day {
            return Err(Refused::NotOver(posted.last_day));
        }
        self.state = State::Over { posted, at, left };
        Ok(())
    }

    /// 撤回, with a reason: a list put up by mistake. Those on it wait for another.
    ///
    /// # Errors
    /// [`Refused`] once over or withdrawn, or without a reason.
    pub fn withdraw(&mut self, reason: &str, by: By) -> Result<(), Refused> {
        let posted = match &self.state {
            State::Draft => None,
            State::Posted { posted } => Some(posted.clone()),
            _ => return Err(self.refuse("撤回")),
        };
        let reason = tidy(reason);
        if reason.is_empty() {
            return Err(Refused::NoReason);
        }
        self.state = State::Withdrawn { by, reason, posted };
        Ok(())
    }
}

/// Whole days left including the last one; zero once it is over.
pub fn days_left(last_day: Date, today: Date) -> i32 {
    let span = today.until(last_day).map_or(-1, |span| span.get_days());
    (span + 1).max(0)
}

#[cfg(test)]
mod tests;
