//! What waits for whoever decides on renewals, for the inbox.

use domain::expert::Standing;
use domain::policy::renewal as policy;
use domain::renewal::Renewal;
use jiff::civil::Date;
use store::document::Count;
use store::records as stored;

use super::{Row, of_pool};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::pools::OpenPool;
use crate::service::Service;

/// What waits for the clerk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Terms about to end, nothing decided.
    pub ending: usize,
    /// Terms that ended lately, nothing decided, where it still may be.
    pub over: usize,
    /// The first of the days on which one ends.
    pub first: Option<Date>,
    /// How many were asked and are silent.
    pub silent: u64,
    /// The article.
    pub article: String,
}

impl Service {
    /// What waits for whoever decides on renewals in a pool; `None` where nothing does.
    pub(crate) async fn renewals_pending(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
    ) -> Result<Option<Pending>> {
        let Some(law) = &pool.pack.admission.renewal else {
            return Ok(None);
        };
        let today = ctx.today();
        let Some(horizon) = policy::horizon(&pool.pack, today) else {
            return Ok(None);
        };
        // Where it may still be decided afterwards, it waits as long after the end as before it.
        let lately = match law.after_end {
            true => policy::days(&pool.pack, today).map_or(today, |days| days.from),
            false => today,
        };
        let here = |standing: &Standing| !matches!(standing, Standing::Left { .. });
        let ends = |standing: &Standing| standing.term().to;
        let teams = pool.experts_of();
        let (ending, over, first) = {
            let kept = self.roster(pool.id()).await?;
            let ahead = |one: &Standing| here(one) && today <= ends(one) && ends(one) <= horizon;
            let past = |one: &Standing| here(one) && lately <= ends(one) && ends(one) < today;
            let both = |one: &Standing| ahead(one) || past(one);
            let roster = &kept.roster;
            match &teams {
                None => (
                    roster.count(ahead),
                    roster.count(past),
                    roster.first_end(both),
                ),
                Some(teams) => (
                    roster.ends_in(teams, ahead).0,
                    roster.ends_in(teams, past).0,
                    roster.ends_in(teams, both).1,
                ),
            }
        };
        if ending + over == 0 {
            return Ok(None);
        }
        // Whoever is not renewed stays until the last day, and waits for nothing.
        let filter = stored::RecordFilter {
            due_on: Some(horizon),
            experts_of: teams.clone(),
            ..of_pool(pool.id(), &["not_renewed"])
        };
        let mut read = self.store.read();
        let refused = stored::all::<Renewal>(&mut read, &filter).await?;
        let decided = |from: Date, to: Date| {
            let within = |row: &&Row| from <= row.body.term.to && row.body.term.to <= to;
            refused.iter().filter(within).count()
        };
        let before = today.yesterday().unwrap_or(today);
        let silent = stored::RecordFilter {
            experts_of: teams,
            ..of_pool(pool.id(), &["silent"])
        };
        let pending = Pending {
            ending: ending.saturating_sub(decided(today, horizon)),
            over: over.saturating_sub(decided(lately, before)),
            first,
            silent: match stored::count(&mut read, &silent).await? {
                Count::Exactly(number) | Count::AtLeast(number) => number,
            },
            article: law.citation.to_string(),
        };
        Ok((pending.ending + pending.over > 0).then_some(pending))
    }
}
