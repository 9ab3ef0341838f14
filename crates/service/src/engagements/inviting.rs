//! Inviting: whoever was drawn gets a seat and the question whether to come.

use domain::draw_process::Attempt;
use domain::engagement::{Engagement, State};
use domain::event::{Event, EventKind};
use domain::id::{DrawId, ExpertId, PersonId};
use domain::task::Task;
use draw::{EventKind as Leaving, Fill};
use store::document;

use super::{annexed, keys, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::draws::read_record;
use crate::error::Result;
use crate::service::Service;

impl Service {
    /// Invites everybody on the panel of an unsealed attempt; the seat of whoever has left the pool since
    /// the draw goes to the next in its order.
    pub(crate) async fn invite_panel(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        attempt: &Attempt,
        task: &Task,
    ) -> Result<()> {
        let Some(record) = attempt.record() else {
            return Ok(());
        };
        let record = read_record(record)?;
        let annex = self.annex(attempt.id).await?;
        for seat in record.present() {
            let who = annexed(&annex, seat.reference)?;
            let engaged = self
                .engage(change, ctx, task, Some(attempt.id), who, seat.group, 1)
                .await?;
            if !engaged.state.holds_seat() {
                self.vacate(change, ctx, &engaged, task, Leaving::Ineligible, Fill::Next)
                    .await?;
            }
        }
        Ok(())
    }

    /// Gives a person a seat and sends the invitation. Whoever has left the pool is only noted: nothing is
    /// sent, and the seat is not held.
    #[expect(clippy::too_many_arguments, reason = "one seat is exactly these facts")]
    pub(crate) async fn engage(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        task: &Task,
        draw: Option<DrawId>,
        who: (ExpertId, PersonId),
        demand: u32,
        round: u32,
    ) -> Result<Engagement> {
        let pool = self.any_pool(task.pool).await?;
        let left = self.case_of_leaver(&mut **change, task.pool, who.0).await?;
        let engagement = Engagement {
            id: self.id(ctx),
            pool: task.pool,
            task: task.id,
            draw,
            expert: who.0,
            person: who.1,
            demand,
            round,
            leave_asked: None,
            call: None,
            to_arrange: false,
            post: None,
            state: match left {
                Some(exit) => State::Left { at: ctx.now, exit },
                None => State::Invited {
                    at: ctx.now,
                    answer_by: self.answer_by(ctx, &pool, task),
                },
            },
        };
        document::insert(change, engagement.id, keys(&engagement), &engagement).await?;
        if let State::Left { exit, .. } = &engagement.state {
            let given_up = Event::new(EventKind::SeatGivenUp, subject(&engagement))
                .fact("task", &task.number)
                .fact("number", exit);
            change.record(given_up).await?;
            return Ok(engagement);
        }
        self.send_invitation(change, ctx, &pool, task, &engagement)
            .await?;
        change
            .record(
                Event::new(EventKind::ExpertNotified, subject(&engagement))
                    .fact("task", &task.number)
                    .fact("round", round)
                    .detail(serde_json::json!({ "expert": who.0 })),
            )
            .await?;
        Ok(engagement)
    }
}
