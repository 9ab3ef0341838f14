//! 停止参与: one expert is stopped for a ground that was not declared, all of them with a void attempt.

use domain::actor::Action;
use domain::draw_process::Attempt;
use domain::engagement::{Answer, Declaration, Engagement, State, before_closing};
use domain::event::{Event, EventKind};
use domain::id::EngagementId;
use draw::{EventKind as Leaving, Fill};
use store::engagements::EngagementFilter;

use super::{save, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

impl Service {
    /// 停止参与: the requester or the manager found a ground the expert did not declare
    /// (DG 第十条末款). The seat is filled, and a misconduct record is proposed.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without evidence.
    pub async fn stop_expert(&self, ctx: &Ctx, id: EngagementId, found: Declaration) -> Result<()> {
        if found.note.trim().is_empty() {
            return Err(Error::field(
                "note",
                "没有写明依据。停止专家参与须写明发现的事实，请填写。",
            ));
        }
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        change.authorize(Action::StopExpert, crate::tasks::target(&task))?;
        before_closing(&task, "停止参与")?;
        let answer = Answer::Recuse {
            declared: vec![found.clone()],
        };
        self.check_declaration(&task, &answer).await?;
        let event = Event::new(EventKind::ExpertStopped, subject(&row.body))
            .fact("ground", &found.ground)
            .detail(serde_json::json!({ "found": found }));
        row.body.state =
            row.body
                .state
                .clone()
                .stop(ctx.actor.name.clone(), found.clone(), ctx.now)?;
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        self.vacate(
            &mut change,
            ctx,
            &row.body,
            &task,
            Leaving::Stopped,
            Fill::Next,
        )
        .await?;
        self.propose_after_stop(&mut change, ctx, &row.body, &task, &found)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// A void attempt ends every engagement it made.
    pub(crate) async fn void_engagements(
        &self,
        change: &mut Change<'_>,
        attempt: &Attempt,
        ctx: &Ctx,
    ) -> Result<()> {
        let filter = EngagementFilter {
            draw: Some(attempt.id),
            ..EngagementFilter::default()
        };
        let rows = store::engagements::all::<Engagement>(&mut **change, &filter).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for mut row in rows {
            row.body.state = State::Void { at: ctx.now };
            save(change, &mut row).await?;
            store::engagements::release(change, &row.body.id.to_string()).await?;
        }
        self.forget_uses(change, attempt).await
    }
}
