//! Which pool an object belongs to: what an address names below one pool must be that pool's, and
//! within what whoever asks may know of.

use domain::actor::{Action, Target};
use domain::id::{CampaignId, DrawId, EngagementId, MisconductId, PoolId, RecordId, TaskId};
use serde::de::IgnoredAny;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

impl Service {
    /// Is there such an object in this pool, as far as the actor may know? `kind` is the word before it
    /// in an address; what is no identifier, and kinds that are always looked up within their pool, are
    /// left to the use case.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_in_pool(&self, ctx: &Ctx, pool: PoolId, kind: &str, id: &str) -> Result<bool> {
        let mut db = self.store.read();
        let task = match kind {
            "tasks" => match id.parse::<TaskId>() {
                Ok(id) => Some(id),
                Err(_) => return Ok(true),
            },
            "draws" => match id.parse::<DrawId>() {
                Ok(id) => store::draws::find::<IgnoredAny>(&mut db, id)
                    .await?
                    .map(|row| row.keys.task),
                Err(_) => return Ok(true),
            },
            "seats" => match id.parse::<EngagementId>() {
                Ok(id) => store::engagements::find::<IgnoredAny>(&mut db, id)
                    .await?
                    .map(|row| row.keys.task),
                Err(_) => return Ok(true),
            },
            "misconduct" => {
                let Ok(id) = id.parse::<MisconductId>() else {
                    return Ok(true);
                };
                let row = store::misconduct::find::<IgnoredAny>(&mut db, id).await?;
                return Ok(row.is_some_and(|row| row.keys.pool == pool));
            }
            "notices" | "applications" | "meetings" | "certificates" | "issuances" | "postings"
            | "objections" | "feedback" => {
                let Ok(id) = id.parse::<RecordId>() else {
                    return Ok(true);
                };
                let row = store::records::find::<IgnoredAny>(&mut db, id).await?;
                return Ok(row.is_some_and(|row| row.keys.pool == pool));
            }
            "campaigns" => {
                let Ok(id) = id.parse::<CampaignId>() else {
                    return Ok(true);
                };
                let row = store::campaigns::find::<IgnoredAny>(&mut db, id).await?;
                return Ok(row.is_some_and(|row| row.keys.pool == pool));
            }
            "special-invitations" => {
                let Ok(id) = id.parse::<RecordId>() else {
                    return Ok(true);
                };
                return self.is_invitation_in_pool(ctx, pool, id).await;
            }
            _ => return Ok(true),
        };
        let Some(task) = task else { return Ok(false) };
        let row = store::tasks::find::<IgnoredAny>(&mut db, task).await?;
        Ok(row.is_some_and(|row| {
            let target = Target::pool(row.keys.pool)
                .of_organisation(row.keys.requester)
                .of_team(Some(&row.keys.team));
            row.keys.pool == pool && ctx.actor.allow(Action::ReadTasks, target).is_ok()
        }))
    }
}
