//! 自动退任: grounds that take effect by themselves (JM 第十二条(三)), looked for once a day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::exit::Opened;
use domain::id::{ExpertId, PoolId};
use domain::policy::exit::RaisedHow;
use domain::policy::pack::TriggerMode;
use jiff::civil::Date;

use super::opening::{Brought, NewExit};
use super::{RaisedExit, find, ground, rules, runs, save};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::experts::{Member, Membership};
use crate::pools::OpenPool;
use crate::schedule::done_for;
use crate::service::Service;

/// The day on which a pool was last looked through for grounds that take effect by themselves. What counts
/// is days, so once a day is enough, and once more after every start.
#[derive(Debug, Default)]
pub(crate) struct LookedThrough(Mutex<HashMap<PoolId, Date>>);

impl Service {
    /// Grounds that take effect by themselves, in every pool. Scheduled work; doing it again changes
    /// nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leave_by_themselves(&self, ctx: &Ctx) -> Result<usize> {
        let pools = store::pools::all::<domain::pool::Pool>(&mut self.store.read()).await?;
        let mut left = 0;
        for pool in pools {
            left += done_for("exits", pool.id, self.leave_of(ctx, pool.id).await);
        }
        Ok(left)
    }

    async fn leave_of(&self, ctx: &Ctx, pool: PoolId) -> Result<usize> {
        let pool = self.any_pool(pool).await?;
        let grounds = pool.pack.exit.iter().flat_map(|rules| &rules.grounds);
        let automatic = grounds
            .flat_map(|ground| &ground.triggers)
            .any(|trigger| trigger.mode == TriggerMode::Automatic);
        let today = ctx.today();
        let done = |days: &HashMap<PoolId, Date>| days.get(&pool.id()) == Some(&today);
        let days = &self.exits_looked_through.0;
        if !automatic || done(&days.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(0);
        }
        let (mut left, mut failed) = (0, false);
        let candidates = self
            .could_have_reached(&mut self.store.read(), &pool, u32::MAX)
            .await?;
        for expert in candidates {
            // One that fails does not hold up the others, and is tried again in the next round.
            match self.leave_by_itself(ctx, &pool, expert).await {
                Ok(gone) => left += usize::from(gone),
                Err(error) => {
                    failed = true;
                    tracing::error!(%error, %expert, "an expert was not put out");
                }
            }
        }
        if !failed {
            let mut days = days.lock().unwrap_or_else(PoisonError::into_inner);
            days.insert(pool.id(), today);
        }
        Ok(left)
    }

    async fn leave_by_itself(&self, ctx: &Ctx, pool: &OpenPool, expert: ExpertId) -> Result<bool> {
        let mut read = self.store.read();
        let reached = |found: &[RaisedExit]| {
            let mut all = found.iter();
            all.find(|one| one.how == RaisedHow::Automatic).cloned()
        };
        let stays = |member: &Member| runs(&member.body.expert.standing);
        let seen = store::experts::find::<Membership>(&mut read, expert).await?;
        let Some(seen) = seen.filter(stays) else {
            return Ok(false);
        };
        if reached(&self.raised_of(&mut read, ctx, pool, &seen).await?).is_none() {
            return Ok(false);
        }
        drop(read);
        let mut change = self.change(ctx, pool.id()).await?;
        // Another server may have been here.
        let member = self.member(&mut *change, pool, expert).await?;
        let found = self.raised_of(&mut *change, ctx, pool, &member).await?;
        let Some(one) = reached(&found).filter(|_| stays(&member)) else {
            return Ok(false);
        };
        let rules = rules(pool)?;
        let ground = ground(rules, &one.ground)?;
        let mut row = match self.open_case(&mut *change, pool.id(), &member).await? {
            Some(row) if row.body.ground == ground.id => row,
            // Somebody is deciding on another ground: that decision comes first.
            Some(_) => return Ok(false),
            None => {
                let new = NewExit {
                    ground: ground.id.clone(),
                    ..NewExit::default()
                };
                let brought = Brought {
                    opened: Opened::Automatic { at: ctx.now },
                    raised: Some(one.reason),
                    documents: Vec::new(),
                    taken: Vec::new(),
                };
                let exit = self
                    .enter_exit(&mut change, ctx, pool, &member, ground, (&new, brought))
                    .await?;
                find(&mut *change, pool.id(), exit.id).await?
            }
        };
        let on = ctx.today();
        row.body = row.body.clone().end(on)?;
        save(&mut change, &mut row).await?;
        self.carry_out(&mut change, ctx, pool, rules, &row.body, on)
            .await?;
        change.commit().await?;
        Ok(true)
    }
}
