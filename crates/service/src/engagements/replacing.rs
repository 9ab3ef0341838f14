//! 补抽: a seat is given up, and the next in the order of the draw is called.

use domain::draw_process::{Annex, Attempt, State as DrawState};
use domain::engagement::Engagement;
use domain::event::{Event, EventKind, Subject};
use domain::id::ExpertId;
use domain::task::Task;
use draw::{EventKind as Leaving, Fill, Ref};
use store::document;

use super::annexed;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::draws::{read_record, stamp};
use crate::error::{Error, Result};
use crate::rotations;
use crate::service::Service;

impl Service {
    /// A seat is given up: the record grows, and the next feasible in the same order is called
    /// (补抽 needs no new chance; DG 第十一条), unless the work is over.
    pub(crate) async fn vacate(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        engagement: &Engagement,
        task: &Task,
        leaving: Leaving,
        fill: Fill,
    ) -> Result<()> {
        store::engagements::release(change, &engagement.id.to_string()).await?;
        let Some(draw) = engagement.draw else {
            return Ok(());
        };
        let row = document::find::<store::draws::DrawKeys, Attempt>(&mut **change, draw).await?;
        let mut row = row.ok_or(Error::NotFound)?;
        let DrawState::Unsealed {
            record: json,
            drawn,
            ..
        } = &mut row.body.state
        else {
            return Err(Error::state(
                "draw.state",
                "本场次没有启封或已作废，不能补抽。",
            ));
        };
        let clock = self.any_pool(task.pool).await?.pack.slot_clock();
        let fill = match task.request.ahead(ctx.civil(), clock) {
            Some(_) => fill,
            None => Fill::Close,
        };
        let mut record = read_record(json)?;
        let drawn = *drawn;
        let annex = self.annex(draw).await?;
        let reference = annex
            .of(engagement.expert)
            .ok_or_else(|| Error::Internal("专家不在本场次名单中".to_owned()))?
            .reference;
        let mut gone = (leaving, reference);
        let mut round = engagement.round;
        let mut touched: Vec<Ref> = vec![reference];
        // Whoever has left the pool since the draw is passed over, which the record shows.
        loop {
            let (leaving, reference) = gone;
            let replacement = record
                .apply(leaving, reference, &stamp(ctx.now), fill)
                .map_err(|error| Error::state("draw.event", error))?;
            let mut event = Event::new(
                if replacement.is_some() {
                    EventKind::SeatFilled
                } else {
                    EventKind::SeatClosed
                },
                Subject::new("draw", draw),
            )
            .fact("because", leaving.name())
            .fact("record_digest", record.digest().to_hex());
            if replacement.is_none() && fill == Fill::Next {
                event = event.fact("exhausted", "yes");
            }
            change.record(event).await?;
            let Some(next) = replacement else { break };
            touched.push(next);
            round += 1;
            let who = annexed(&annex, next)?;
            let engaged = self
                .engage(change, ctx, task, Some(draw), who, engagement.demand, round)
                .await?;
            if engaged.state.holds_seat() {
                break;
            }
            gone = (Leaving::Ineligible, next);
        }
        *json = record.to_json();
        crate::draws::save(change, &mut row).await?;
        self.correct_uses(change, &row.body, &annex, &record, drawn, &touched)
            .await
    }

    async fn correct_uses(
        &self,
        change: &mut Change<'_>,
        attempt: &Attempt,
        annex: &Annex,
        record: &draw::Record,
        drawn: jiff::Timestamp,
        touched: &[Ref],
    ) -> Result<()> {
        let experts: Vec<ExpertId> = touched
            .iter()
            .filter_map(|reference| annex.entry(*reference))
            .map(|entry| entry.place.expert)
            .collect();
        for (expert, entry) in rotations::uses(attempt, annex, record, drawn) {
            if experts.contains(&expert) {
                self.enter_use(change, attempt.pool, expert, entry).await?;
            }
        }
        Ok(())
    }
}
