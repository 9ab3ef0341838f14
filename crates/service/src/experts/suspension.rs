//! A suspension with a last day ends by itself on the day after, so that lists, counts and draws say
//! the same; that it ended is an event like any other.

use domain::event::{Event, EventKind, Subject};
use domain::expert::Standing;
use domain::id::ExpertId;
use jiff::{SignedDuration, Timestamp};
use store::{experts, jobs};

use super::{Member, Membership, index_standing};
use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::Result;
use crate::service::Service;

/// Kind of the planned work; its key is the expert.
const KIND: &str = "lift_suspension";
/// How long one server keeps a piece of work to itself.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Pieces of work taken at a time.
const ROUND: u32 = 50;

/// Plans the end of a suspension, or calls it off when there is none.
pub(crate) async fn plan(change: &mut Change<'_>, member: &Member) -> Result<()> {
    let key = member.id.to_string();
    let last = match &member.body.expert.standing {
        Standing::Suspended { until, .. } => *until,
        Standing::Appointed { .. } | Standing::Lapsed { .. } | Standing::Left { .. } => None,
    };
    let over: Option<Timestamp> = last
        .and_then(|last| last.tomorrow().ok())
        .and_then(|day| day.to_zoned(shanghai()).ok())
        .map(|zoned| zoned.timestamp());
    match over {
        Some(due) => jobs::schedule(change, KIND, &key, Some(member.keys.pool), due, &()).await?,
        None => jobs::cancel(change, KIND, &key).await?,
    }
    Ok(())
}

impl Service {
    /// Ends every suspension whose last day is past. Scheduled work, once for each.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lift_suspensions(&self, ctx: &Ctx) -> Result<u32> {
        let claimer = self.token();
        let mut tx = self.store.upkeep().await?;
        let due = jobs::claim::<()>(&mut tx, &[KIND], &claimer, ctx.now, LEASE, ROUND).await?;
        tx.commit().await?;
        let mut lifted = 0;
        for job in due {
            let (Some(pool), Ok(id)) = (job.pool, job.key.parse::<ExpertId>()) else {
                continue;
            };
            let mut change = self.change(ctx, pool).await?;
            if !jobs::finish(&mut change, KIND, &job.key, &claimer).await? {
                continue;
            }
            let member = experts::find::<Membership>(&mut *change, id).await?;
            let over = |member: &Member| match &member.body.expert.standing {
                Standing::Suspended { until, .. } => until.is_some_and(|last| last < ctx.today()),
                _ => false,
            };
            let Some(mut member) = member.filter(over) else {
                // Lifted, prolonged or gone meanwhile: nothing to say in the ledger.
                drop(change);
                let mut tx = self.store.upkeep().await?;
                jobs::finish(&mut tx, KIND, &job.key, &claimer).await?;
                tx.commit().await?;
                continue;
            };
            let standing = member.body.expert.standing.clone();
            let Ok(standing) = standing.resume() else {
                continue;
            };
            member.body.expert.standing = standing;
            let person = self.person(&mut *change, member.keys.person).await?;
            index_standing(&mut member, &person.body);
            experts::save(&mut change, &mut member).await?;
            let event = Event::new(EventKind::ExpertResumed, Subject::new("expert", id))
                .fact("reason", "暂停期满");
            change.record(event).await?;
            change.commit().await?;
            lifted += 1;
        }
        Ok(lifted)
    }
}
