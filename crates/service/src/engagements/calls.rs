//! 电话答复: heard by one person, confirmed by a second.

use domain::actor::Action;
use domain::engagement::{Answer, Answered, Call, Engagement, Refused, State, before_closing};
use domain::event::{Event, EventKind};
use domain::id::EngagementId;

use super::{save, subject};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

impl Service {
    /// An answer by telephone, first of two persons. What the page would not take is not taken here
    /// either: accepting needs the declaration to have been asked for and given.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`].
    pub async fn record_call(&self, ctx: &Ctx, id: EngagementId, answer: Answer) -> Result<()> {
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        change.authorize(Action::NotifyExperts, crate::tasks::target(&task))?;
        before_closing(&task, "记录电话答复")?;
        if !row.body.state.is_open() {
            return Err(Refused::State(row.body.state.zh()).into());
        }
        self.check_declaration(&task, &answer).await?;
        let heard = Answered::Call {
            officer: ctx.actor.name.clone(),
            witness: String::new(),
        };
        row.body
            .state
            .clone()
            .answer(answer.clone(), heard, ctx.now)?;
        let event = Event::new(EventKind::CallRecorded, subject(&row.body))
            .fact("answer", answer.code())
            .detail(serde_json::json!({ "answer": answer }));
        row.body.call = Some(Call {
            by: ctx.actor.account.ok_or(Error::LoggedOut)?,
            name: ctx.actor.name.clone(),
            at: ctx.now,
            answer,
        });
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// The second person confirms what was heard; only now it counts.
    ///
    /// # Errors
    /// [`Error::Refused`] for the same person or when nothing was recorded.
    pub async fn confirm_call(&self, ctx: &Ctx, id: EngagementId) -> Result<State> {
        let row = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let row = row.ok_or(Error::NotFound)?;
        let task = self
            .task(ctx, row.body.task)
            .await
            .map_err(|_| Error::NotFound)?;
        ctx.actor.allow(Action::ReadFrame, task.target())?;
        let call = row.body.call.ok_or_else(|| {
            Error::state(
                "engagement.no_call",
                "没有待确认的电话答复。请刷新页面查看最新状态。",
            )
        })?;
        if Some(call.by) == ctx.actor.account {
            return Err(domain::draw_process::Refused::SamePerson.into());
        }
        let answered = Answered::Call {
            officer: call.name,
            witness: ctx.actor.name.clone(),
        };
        self.take_answer(ctx, id, call.answer, answered).await
    }
}
