//! 期满: from the day after the last day on whoever was not renewed is what the instrument calls it. That
//! follows from the date alone; what is done here is to say so in the ledger, once for each, whenever the
//! program notices and whichever server does.

use domain::event::EventKind;
use domain::id::PoolId;
use domain::renewal::State;
use store::experts;

use super::{PORTION, of_members, save};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::experts::{Membership, index_standing};
use crate::pools::OpenPool;
use crate::schedule::done_for;
use crate::service::Service;

impl Service {
    /// Ends every term whose last day is past, in every pool. Scheduled work; doing it again changes
    /// nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_terms(&self, ctx: &Ctx) -> Result<usize> {
        let pools = store::pools::all::<domain::pool::Pool>(&mut self.store.read()).await?;
        let mut ended = 0;
        for pool in pools {
            let done = self.end_terms_of(ctx, pool.id).await;
            ended += done_for("ends of terms", pool.id, done);
        }
        Ok(ended)
    }

    async fn end_terms_of(&self, ctx: &Ctx, pool: PoolId) -> Result<usize> {
        let today = ctx.today();
        let kept = self.roster(pool).await?;
        let places = kept.roster.standing(|standing| standing.runs_out(today));
        drop(kept);
        if places.is_empty() {
            return Ok(0);
        }
        let open = self.any_pool(pool).await?;
        let mut ended = 0;
        for some in places.chunks(PORTION) {
            ended += self.end_portion(ctx, &open, some).await?;
        }
        Ok(ended)
    }

    async fn end_portion(&self, ctx: &Ctx, pool: &OpenPool, places: &[u32]) -> Result<usize> {
        let today = ctx.today();
        let mut change = self.change(ctx, pool.id()).await?;
        let mut members = experts::numbered::<Membership>(&mut *change, pool.id(), places).await?;
        // Another server may have been here, or somebody was renewed meanwhile.
        members.retain(|member| member.body.expert.standing.runs_out(today));
        if members.is_empty() {
            return Ok(0);
        }
        let mut records = of_members(&mut *change, pool.id(), &members).await?;
        let ended = members.len();
        for mut member in members {
            let term = member.body.last_term();
            let standing = &mut member.body.expert.standing;
            *standing = standing.clone().lapse(today);
            let person = self.person(&mut *change, member.keys.person).await?;
            index_standing(&mut member, &person.body);
            experts::save(&mut change, &mut member).await?;
            let first_after = term.to.tomorrow().unwrap_or(today);
            if let Some(mut row) = records
                .remove(&member.id)
                .filter(|row| row.body.state == State::Open)
            {
                row.body = row.body.clone().lapse(first_after);
                save(&mut change, &mut row).await?;
            }
            let over = domain::event::Event::new(
                EventKind::TermOver,
                domain::event::Subject::new("expert", member.id),
            )
            .fact("term", format!("{} — {}", term.from, term.to))
            .fact("on", first_after)
            .fact("lapse", &pool.pack.admission.term.lapse)
            .fact("article", &pool.pack.admission.term.citation);
            change.record(over).await?;
        }
        change.commit().await?;
        Ok(ended)
    }
}
