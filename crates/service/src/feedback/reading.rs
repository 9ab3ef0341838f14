//! Feedback as the office reads it, and as whoever wrote it finds the answer.

use domain::actor::{Action, Target};
use domain::event::Subject;
use domain::feedback::{Feedback, Topic};
use domain::id::{PoolId, RecordId};
use jiff::Timestamp;
use store::document::{Direction, Page, PageRequest};

use super::{KIND, Kept, Row, TEXT, WRITER, find};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::records;
use crate::service::Service;
use crate::writers::{masked, writer_read};

/// Most that are looked at for an inbox.
const QUEUE: u32 = 200;

/// One message with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct FeedbackView {
    /// The message.
    pub feedback: Feedback,
    /// What is said.
    pub text: String,
    /// Who says it, masked: name and contact, either may be empty; none where neither was given.
    pub writer: Option<(String, String)>,
    /// May the actor answer or close it?
    pub may_answer: bool,
    /// May the actor read who wrote it?
    pub may_reveal: bool,
}

/// Who wrote one, plain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Writer {
    /// 姓名, empty where none was given.
    pub name: String,
    /// 联系方式, empty where none was given.
    pub contact: String,
}

/// What became of a message, for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reply {
    /// 编号
    pub number: String,
    /// Name of the pool.
    pub pool: String,
    /// What it is about.
    pub topic: Topic,
    /// When it came in.
    pub received: Timestamp,
    /// The word for where it stands.
    pub status: &'static str,
    /// The answer, or the same in a sentence.
    pub answer: String,
    /// When it was answered or closed.
    pub replied: Option<Timestamp>,
    /// What is to be known of the instrument's force.
    pub banner: Option<String>,
    /// It belongs to a demonstration.
    pub demonstration: bool,
}

impl Service {
    /// What was written to the office of a pool with any of these status codes, newest first; all when
    /// there are none.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn feedback(
        &self,
        ctx: &Ctx,
        no: i64,
        statuses: &[&str],
        page: &PageRequest,
    ) -> Result<Page<Feedback>> {
        let pool = self.open_pool(ctx, no, Action::ReadFeedback).await?;
        let filter = records::of_kind(pool.id(), KIND, statuses);
        let mut read = self.store.read();
        let found =
            store::records::page::<Kept>(&mut read, &filter, Direction::Descending, page).await?;
        let items = found.items.into_iter().map(|row| row.body.feedback);
        Ok(Page {
            items: items.collect(),
            next: found.next,
        })
    }

    /// Name and contact, as they were left.
    pub(super) fn writer_of(&self, row: &Row) -> Result<Option<(String, String)>> {
        self.open_writer(&WRITER, row.id, row.body.writer.as_deref())
    }

    /// One message.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn feedback_message(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<FeedbackView> {
        let pool = self.open_pool(ctx, no, Action::ReadFeedback).await?;
        let row = find(&mut self.store.read(), pool.id(), id).await?;
        let text = self.open_for(&TEXT, id, &row.body.text)?;
        let writer = self.writer_of(&row)?;
        let may = |action| ctx.actor.allow(action, pool.target()).is_ok();
        Ok(FeedbackView {
            text: text.reveal().to_owned(),
            may_answer: !row.body.feedback.state.is_over() && may(Action::AnswerFeedback),
            may_reveal: writer.is_some() && may(Action::RevealIdentity),
            writer: writer.as_ref().map(masked),
            feedback: row.body.feedback,
        })
    }

    /// Who wrote it, for a stated purpose; the reading is recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`] also where nobody said; [`Error::Forbidden`]; [`Error::Invalid`] without a
    /// purpose.
    pub async fn reveal_feedback_writer(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        purpose: &str,
    ) -> Result<Writer> {
        let (mut change, pool) = self.writer_change(ctx, no, Action::ReadFeedback).await?;
        let row = find(&mut *change, pool.id(), id).await?;
        let (name, contact) = self.writer_of(&row)?.ok_or(Error::NotFound)?;
        let message = Subject::new(KIND, id);
        writer_read(change, message, purpose, "提出意见的人的姓名、联系方式").await?;
        Ok(Writer { name, contact })
    }

    /// What became of a message, by the number and the code on the receipt.
    ///
    /// # Errors
    /// [`Error::NotFound`] when number and code do not belong together; which of them is wrong is not
    /// told.
    pub async fn feedback_reply(&self, number: &str, code: &str) -> Result<Reply> {
        let kept = self
            .by_receipt(KIND, number, code, |kept: &Kept| &kept.code)
            .await?;
        let one = kept.feedback;
        let pool = self.any_pool(one.pool).await?;
        Ok(Reply {
            topic: one.topic,
            received: one.received,
            status: one.state.zh(),
            answer: one.reply(),
            replied: one.state.by().map(|by| by.at),
            banner: pool.standing(self.schedule().today()).banner(),
            demonstration: pool.pool.demonstration,
            pool: pool.pool.name,
            number: one.number,
        })
    }

    /// Messages nobody has answered, oldest first, for the inbox of whoever answers.
    pub(crate) async fn feedback_open(&self, ctx: &Ctx, pool: PoolId) -> Result<Vec<Feedback>> {
        let target = Target::pool(pool);
        if ctx.actor.allow(Action::AnswerFeedback, target).is_err() {
            return Ok(Vec::new());
        }
        let filter = records::of_kind(pool, KIND, &["open"]);
        let page = PageRequest::first(QUEUE);
        let mut read = self.store.read();
        let found =
            store::records::page::<Kept>(&mut read, &filter, Direction::Ascending, &page).await?;
        Ok(found
            .items
            .into_iter()
            .map(|row| row.body.feedback)
            .collect())
    }
}
