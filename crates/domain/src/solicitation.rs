//! 征集公告: the public call for applications. Drafted by one person, approved by another, published,
//! and open from its first to its last second; what needs a notice is taken in that time only
//! (DG 第五条(一), CY 第十条, JM 第七条).

mod content;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

pub use content::{
    BeyondWanted, Content, Lack, Paragraph, Phase, TEXT_MOST, TITLE_MOST, WANTED_MOST, Wanted,
    Window, channels, counted_per, headings, within_wanted,
};

use crate::id::{PoolId, RecordId};
use crate::policy::pack::{Admission, Channel, Solicitation};
use crate::policy::solicitation::uncovered;
use crate::special_invitation::By;

/// Sent back to whoever drafted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// By whom.
    pub by: By,
    /// Why.
    pub reason: String,
}

/// Where a notice stands. Whether a published one is open follows from its window and the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 起草中
    Draft {
        /// Why it came back, if it did.
        returned: Option<Returned>,
    },
    /// 待审批
    Submitted {
        /// By whom.
        by: By,
    },
    /// 已审批，待发布
    Approved {
        /// Who asked for approval.
        submitted: By,
        /// Who approved.
        by: By,
    },
    /// 已发布
    Published {
        /// Who approved.
        approved: By,
        /// Who published it here.
        by: By,
        /// When, in the time of Shanghai.
        at: DateTime,
    },
    /// 已撤回
    Withdrawn {
        /// By whom.
        by: By,
        /// Why.
        reason: String,
        /// When it had been published; `None` when it never was.
        published: Option<DateTime>,
    },
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Submitted { .. } => "submitted",
            Self::Approved { .. } => "approved",
            Self::Published { .. } => "published",
            Self::Withdrawn {
                published: Some(_), ..
            } => "withdrawn",
            Self::Withdrawn { .. } => "dropped",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Draft { returned: None } => "起草中",
            Self::Draft { .. } => "退回修改",
            Self::Submitted { .. } => "待审批",
            Self::Approved { .. } => "已审批，待发布",
            Self::Published { .. } => "已发布",
            Self::Withdrawn {
                published: Some(_), ..
            } => "已撤回",
            Self::Withdrawn { .. } => "不再发布",
        }
    }
}

/// One appearance in a medium outside this site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// 媒体, as the pack names it, or another.
    pub medium: String,
    /// Address of the page, or issue and page of a newspaper.
    pub address: String,
    /// When it appeared, in the time of Shanghai.
    pub at: DateTime,
    /// Who entered it.
    pub by: By,
}

/// Where a notice stands to the clock, as lists sort it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not published.
    Unpublished,
    /// Published, the window not yet begun.
    Ahead,
    /// Applications are taken.
    Open,
    /// The window is over.
    Closed,
    /// Withdrawn after it was published.
    Withdrawn,
}

impl Standing {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Unpublished => "未发布",
            Self::Ahead => "未开始",
            Self::Open => "征集中",
            Self::Closed => "已截止",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. ZJ01-2026-0002; given with the approval, so that numbers have no gaps.
    pub number: Option<String>,
    /// What it says.
    pub content: Content,
    /// The article it rests on.
    pub article: String,
    /// Who drafted it.
    pub drafted: By,
    /// Where it appeared besides this site.
    #[serde(default)]
    pub publications: Vec<Publication>,
    /// Where it stands.
    pub state: State,
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The notice stands elsewhere.
    #[error("这份征集公告现在是“{now}”，不能{step}。请刷新页面查看最新状态。")]
    WrongState {
        /// The word for the present state.
        now: &'static str,
        /// The verb that was tried.
        step: &'static str,
    },
    /// Something the pack asks for is missing.
    #[error("征集公告还没有写全。")]
    Incomplete(Vec<Lack>),
    /// The second person is the first.
    #[error("起草、提请审批和审批须由不同的人办理。这份公告是您起草或提请的，请由另一位审批。")]
    SamePerson,
    /// A reason is missing.
    #[error("没有写明理由。理由会留痕并随公告保存，请写明后再提交。")]
    NoReason,
    /// The window is over before it was published.
    #[error("征集截止时间已过，现在发布没有人能申请。请退回修改征集时间后再发布。")]
    WindowOver,
    /// A medium without name.
    #[error("没有选择媒体。请选择公告登在哪里。")]
    NoMedium,
    /// A publication without address.
    #[error("没有填写网址或版面。日后要能查到这次发布，请填写。")]
    NoAddress,
    /// A publication that has not happened.
    #[error("发布时间 {0} 还没有到。请填写实际登出的时间。")]
    NotYet(String),
    /// A publication before the approval.
    #[error("发布时间 {0} 早于审批时间。公告经审批才能发布，请核对时间。")]
    BeforeApproval(String),
    /// The same appearance twice.
    #[error("这次发布已经登记过。请核对媒体和网址。")]
    Twice,
}

fn reasoned(reason: &str) -> Result<String, Refused> {
    match reason.trim() {
        "" => Err(Refused::NoReason),
        reason => Ok(reason.to_owned()),
    }
}

fn said(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

impl Notice {
    fn refuse(&self, step: &'static str) -> Refused {
        Refused::WrongState {
            now: self.state.zh(),
            step,
        }
    }

    /// Changes what a draft says.
    ///
    /// # Errors
    /// [`Refused`] once it was handed in; what is too long.
    pub fn rewrite(&mut self, content: Content) -> Result<(), Refused> {
        if !matches!(self.state, State::Draft { .. }) {
            return Err(self.refuse("修改"));
        }
        let long = content.too_long();
        if !long.is_empty() {
            return Err(Refused::Incomplete(long));
        }
        self.content = content;
        Ok(())
    }

    /// 提请审批.
    ///
    /// # Errors
    /// [`Refused`] unless a draft that says everything the pack asks for.
    pub fn submit(&mut self, by: By, rules: &Solicitation) -> Result<(), Refused> {
        if !matches!(self.state, State::Draft { .. }) {
            return Err(self.refuse("提请审批"));
        }
        self.complete(rules)?;
        self.state = State::Submitted { by };
        Ok(())
    }

    fn complete(&self, rules: &Solicitation) -> Result<(), Refused> {
        match self.content.lacking(rules) {
            lacking if lacking.is_empty() => Ok(()),
            lacking => Err(Refused::Incomplete(lacking)),
        }
    }

    /// 退回修改, with a reason; also an approved one that is not yet published.
    ///
    /// # Errors
    /// [`Refused`] unless it waits for approval or publication, or without a reason.
    pub fn send_back(&mut self, reason: &str, by: By) -> Result<(), Refused> {
        match self.state {
            State::Submitted { .. } | State::Approved { .. } => {
                let reason = reasoned(reason)?;
                self.state = State::Draft {
                    returned: Some(Returned { by, reason }),
                };
                Ok(())
            }
            _ => Err(self.refuse("退回")),
        }
    }

    /// 审批: by a second person.
    ///
    /// # Errors
    /// [`Refused`] unless handed in and complete, or by one who drafted it or handed it in.
    pub fn approve(&mut self, by: By, rules: &Solicitation) -> Result<(), Refused> {
        let State::Submitted { by: submitted } = &self.state else {
            return Err(self.refuse("审批"));
        };
        if [submitted.account, self.drafted.account].contains(&by.account) {
            return Err(Refused::SamePerson);
        }
        self.complete(rules)?;
        self.state = State::Approved {
            submitted: submitted.clone(),
            by,
        };
        Ok(())
    }

    /// 发布 on the public site.
    ///
    /// # Errors
    /// [`Refused`] unless approved, complete and with some of its window left.
    pub fn publish(&mut self, by: By, at: DateTime, rules: &Solicitation) -> Result<(), Refused> {
        let State::Approved { by: approved, .. } = &self.state else {
            return Err(self.refuse("发布"));
        };
        let approved = approved.clone();
        self.complete(rules)?;
        let window = self.content.window();
        if window.is_none_or(|window| window.phase(at) == Phase::Over) {
            return Err(Refused::WindowOver);
        }
        self.state = State::Published { approved, by, at };
        Ok(())
    }

    /// 登记媒体发布: where else it appeared, and when. `approved` and `now` in the time of Shanghai.
    ///
    /// # Errors
    /// [`Refused`] unless published, for what has not happened, and for what is entered already.
    pub fn appear(
        &mut self,
        publication: Publication,
        approved: DateTime,
        now: DateTime,
    ) -> Result<(), Refused> {
        if !matches!(self.state, State::Published { .. }) {
            return Err(self.refuse("登记媒体发布"));
        }
        if publication.medium.trim().is_empty() {
            return Err(Refused::NoMedium);
        }
        if publication.address.trim().is_empty() {
            return Err(Refused::NoAddress);
        }
        if publication.at > now {
            return Err(Refused::NotYet(said(publication.at)));
        }
        if publication.at < approved {
            return Err(Refused::BeforeApproval(said(publication.at)));
        }
        let same = |one: &Publication| {
            one.medium == publication.medium && one.address == publication.address
        };
        if self.publications.iter().any(same) {
            return Err(Refused::Twice);
        }
        self.publications.push(publication);
        self.publications.sort_by_key(|one| one.at);
        Ok(())
    }

    /// 撤回, with a reason. What was published stays to be read, marked.
    ///
    /// # Errors
    /// [`Refused`] when it is withdrawn already, or without a reason.
    pub fn withdraw(&mut self, reason: &str, by: By) -> Result<(), Refused> {
        let published = match self.state {
            State::Withdrawn { .. } => return Err(self.refuse("撤回")),
            State::Published { at, .. } => Some(at),
            _ => None,
        };
        self.state = State::Withdrawn {
            by,
            reason: reasoned(reason)?,
            published,
        };
        Ok(())
    }

    /// Where it stands at an instant of Shanghai.
    pub fn standing(&self, at: DateTime) -> Standing {
        match self.state {
            State::Published { .. } => match self.content.window().map(|one| one.phase(at)) {
                Some(Phase::Before) => Standing::Ahead,
                Some(Phase::Open) => Standing::Open,
                Some(Phase::Over) | None => Standing::Closed,
            },
            State::Withdrawn {
                published: Some(_), ..
            } => Standing::Withdrawn,
            _ => Standing::Unpublished,
        }
    }

    /// Does it take applications by this channel at an instant of Shanghai?
    pub fn takes(&self, channel: &str, at: DateTime) -> bool {
        self.standing(at) == Standing::Open && self.content.channels.iter().any(|id| id == channel)
    }

    /// When it was first published anywhere; `None` before, and when it was withdrawn: a call taken
    /// back is no call.
    pub fn first_published(&self) -> Option<DateTime> {
        let State::Published { at, .. } = self.state else {
            return None;
        };
        let elsewhere = self.publications.iter().map(|one| one.at);
        elsewhere.chain([at]).min()
    }

    /// The day that counts for the yearly number (A-JM-2).
    pub fn counts_on(&self) -> Option<Date> {
        self.first_published().map(DateTime::date)
    }

    /// The media in which it still has to appear: shown, not a failure (A-JM-2).
    pub fn uncovered<'r>(&self, rules: &'r Solicitation) -> Vec<&'r str> {
        let media = self.publications.iter().map(|one| one.medium.clone());
        uncovered(rules, &media.collect::<Vec<_>>())
    }

    /// When it was approved, for what may not be earlier.
    pub fn approved_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Approved { by, .. } => Some(by.at),
            State::Published { approved, .. } => Some(approved.at),
            _ => None,
        }
    }
}

/// Why an application is not taken now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{channel}只在征集期内受理，现在没有开放这一渠道的{notice}。请留意公开页面上的下一次征集。"
)]
pub struct NoOpenNotice {
    /// Name of the channel.
    pub channel: String,
    /// What the pack calls its notices.
    pub notice: String,
    /// The article that ties the channel to a notice.
    pub article: String,
}

/// The guard of every channel that needs a notice: `open` are the notices that are open now.
///
/// # Errors
/// [`NoOpenNotice`] when the channel needs one, the instrument takes no standing applications, and
/// none of them takes this channel.
pub fn admits(
    admission: &Admission,
    channel: &Channel,
    open: &[&Notice],
    at: DateTime,
) -> Result<(), NoOpenNotice> {
    let rules = admission.solicitation.as_ref();
    let standing = rules.is_some_and(|rules| rules.standing);
    if !channel.needs_notice || standing || open.iter().any(|one| one.takes(&channel.id, at)) {
        return Ok(());
    }
    Err(NoOpenNotice {
        channel: channel.label.clone(),
        notice: rules.map_or_else(|| "征集公告".to_owned(), |rules| rules.label.clone()),
        article: channel.citation.to_string(),
    })
}

#[cfg(test)]
mod tests;
