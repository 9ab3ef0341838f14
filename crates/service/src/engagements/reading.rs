//! The seats of a task as its page shows them.

use domain::actor::{Action, Target};
use domain::engagement::Engagement;
use domain::id::TaskId;
use store::engagements::EngagementFilter;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

/// One seat as the task's page shows it, after unsealing.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The engagement.
    pub engagement: Engagement,
    /// Name of the expert.
    pub name: String,
    /// The employer.
    pub employer: String,
    /// Label of the demand.
    pub demand: String,
    /// The channel by which the expert was invited into the pool (特约邀请); `None` for all others.
    pub invited: Option<String>,
    /// Name of the post held in the task today.
    pub post: Option<String>,
    /// The expert's file is this actor's to look at.
    pub readable: bool,
    /// The expert's file is this actor's to change.
    pub editable: bool,
}

impl Service {
    /// The seats of a task, once its result is unsealed, in the order they were called.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a task the actor may not see, or whose names are still sealed.
    pub async fn seats(&self, ctx: &Ctx, id: TaskId) -> Result<Vec<Seat>> {
        let view = self.task(ctx, id).await?;
        ctx.actor
            .allow(Action::ReadPanel, view.target())
            .map_err(|_| Error::NotFound)?;
        let filter = EngagementFilter {
            task: Some(id),
            ..EngagementFilter::default()
        };
        let mut read = self.store.read();
        let rows = store::engagements::all::<Engagement>(&mut read, &filter).await?;
        let mut seats = Vec::with_capacity(rows.len());
        for row in rows {
            let profile = self.profile(row.body.person).await?;
            let demand = view.task.request.demands.get(row.body.demand as usize);
            let member =
                store::experts::find::<domain::expert::Expert>(&mut read, row.body.expert).await?;
            let member = member.map(|member| member.body);
            let team = member.as_ref().and_then(|member| member.team.clone());
            let file = Target::pool(view.task.pool).of_team(team.as_deref());
            let may = |action| ctx.actor.allow(action, file).is_ok();
            let (readable, editable) = (may(Action::ReadExperts), may(Action::EditExperts));
            let channel = member.and_then(|member| member.channel);
            let invited = crate::special_invitations::channel(&view.pool.pack)
                .filter(|(invited, _)| Some(&invited.id) == channel.as_ref())
                .map(|(invited, _)| invited.label.clone());
            let post = row.body.post_on(&view.task, ctx.today());
            seats.push(Seat {
                invited,
                readable,
                editable,
                post: post.map(|post| post.label.clone()),
                name: profile.name,
                employer: profile
                    .employer
                    .map(|employer| employer.name)
                    .unwrap_or_default(),
                demand: demand
                    .map(|demand| demand.label.clone())
                    .unwrap_or_default(),
                engagement: row.body,
            });
        }
        seats.sort_by_key(|seat| {
            (
                seat.engagement.round,
                seat.engagement.demand,
                seat.engagement.id,
            )
        });
        Ok(seats)
    }
}
