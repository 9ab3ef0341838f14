//! 待办: what waits for this person in this pool, found from where the work stands, so that an item
//! leaves the list because the work is done and never because it was marked as read.

mod amendments;
mod applications;
mod campaigns;
mod certificates;
mod draws;
mod engagements;
mod exits;
mod feedback;
mod figures;
mod meetings;
mod messages;
mod misconduct;
mod objections;
mod postings;
mod reconciliations;
mod renewals;
mod solicitations;
mod special_invitations;
mod tasks;

use domain::actor::{Action, Target};
use domain::id::PoolId;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::ctx::{Ctx, shanghai};
use crate::error::Result;
use crate::service::Service;

/// Most things of one kind that are looked at; nobody works through more in a day.
const MOST: u32 = 200;

/// How pressing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 已超期
    Overdue,
    /// 今天到期
    Today,
    /// Later, or without a date.
    Later,
}

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Item {
    /// What kind of thing, at most six characters.
    pub tag: &'static str,
    /// What it is called.
    pub title: String,
    /// Its page, below the address of the pool, e.g. `tasks/…`.
    pub path: String,
    /// What is needed to decide whether to open it.
    pub facts: String,
    /// The one thing to do.
    pub verb: &'static str,
    /// Until when.
    pub due: Option<Timestamp>,
    /// How pressing.
    pub urgency: Urgency,
    /// Waiting since.
    pub since: Timestamp,
}

/// A number above the list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Figure {
    /// What is counted.
    pub label: &'static str,
    /// How many.
    pub count: u64,
    /// What it is compared with, or where it comes from.
    pub note: String,
    /// The list behind it, below the address of the pool.
    pub path: &'static str,
}

/// Everything of the first page.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Inbox {
    /// What waits, the most pressing first.
    pub items: Vec<Item>,
    /// At most four numbers.
    pub figures: Vec<Figure>,
}

impl Service {
    /// What waits for the actor in a pool.
    ///
    /// # Errors
    /// When the store fails. Whoever may do nothing here has an empty inbox.
    pub async fn inbox(&self, ctx: &Ctx, pool: PoolId) -> Result<Inbox> {
        let mut found = Found {
            ctx,
            pool,
            items: Vec::new(),
        };
        tasks::waiting(self, &mut found).await?;
        misconduct::waiting(self, &mut found).await?;
        exits::waiting(self, &mut found).await?;
        special_invitations::waiting(self, &mut found).await?;
        solicitations::waiting(self, &mut found).await?;
        applications::waiting(self, &mut found).await?;
        meetings::waiting(self, &mut found).await?;
        postings::waiting(self, &mut found).await?;
        amendments::waiting(self, &mut found).await?;
        objections::waiting(self, &mut found).await?;
        feedback::waiting(self, &mut found).await?;
        certificates::waiting(self, &mut found).await?;
        renewals::waiting(self, &mut found).await?;
        reconciliations::waiting(self, &mut found).await?;
        campaigns::waiting(self, &mut found).await?;
        messages::waiting(self, &mut found).await?;
        let mut items = found.items;
        items.sort_by_key(|item| {
            (
                item.urgency,
                item.due.is_none(),
                item.due,
                item.since,
                item.path.clone(),
            )
        });
        Ok(Inbox {
            items,
            figures: figures::of(self, ctx, pool).await?,
        })
    }
}

/// What was found so far for one actor in one pool.
struct Found<'c> {
    ctx: &'c Ctx,
    pool: PoolId,
    items: Vec<Item>,
}

/// What all items about one thing share.
struct About<'t> {
    title: &'t str,
    path: String,
    facts: String,
    due: Option<Timestamp>,
    since: Timestamp,
}

impl Found<'_> {
    fn may(&self, action: Action, target: Target<'_>) -> bool {
        self.ctx.actor.allow(action, target).is_ok()
    }

    fn add(&mut self, tag: &'static str, verb: &'static str, about: About<'_>) {
        let urgency = match about.due {
            Some(due) if due < self.ctx.now => Urgency::Overdue,
            Some(due) if due.to_zoned(shanghai()).date() <= self.ctx.today() => Urgency::Today,
            _ => Urgency::Later,
        };
        let About {
            title,
            path,
            facts,
            due,
            since,
        } = about;
        let title = title.chars().take(40).collect();
        self.items.push(Item {
            tag,
            title,
            path,
            facts,
            verb,
            due,
            urgency,
            since,
        });
    }
}

/// The last second before the day of work: everything must be done by then.
fn before(day: Date) -> Option<Timestamp> {
    let midnight = day.to_zoned(shanghai()).ok()?.timestamp();
    midnight
        .checked_sub(jiff::SignedDuration::from_secs(1))
        .ok()
}

fn noon(day: Date) -> Option<Timestamp> {
    Some(day.at(12, 0, 0, 0).to_zoned(shanghai()).ok()?.timestamp())
}
