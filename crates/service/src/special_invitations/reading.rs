//! The invitations as lists and pages show them, and what the reader may do with each.

use domain::actor::{Action, Denied, Reach};
use domain::id::{OrganisationId, PoolId, RecordId, TaskId};
use domain::policy::checklist;
use domain::policy::pack::{Channel, InvitationRule};
use domain::special_invitation::{SpecialInvitation, State};
use domain::task::Task;
use store::document::{Count, Direction, Page, PageRequest};
use store::records::RecordFilter;

use super::{
    InvitationLine, InvitationView, KIND, MaterialLine, READERS, Row, Step, channel, find, letter,
    needed_channel, roles_of, target,
};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::persons::Masked;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

impl Service {
    /// The invitations of a pool the actor may see, newest first, and how many there are; a requester
    /// sees those of its own requests.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn special_invitations(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        statuses: &[String],
        page: &PageRequest,
    ) -> Result<(Page<InvitationLine>, Count)> {
        let pool = self.any_pool(pool).await?;
        let filter = RecordFilter {
            statuses: statuses.to_vec(),
            requester: seen_of(ctx, &pool)?,
            ..records::of_kind(pool.id(), KIND, &[])
        };
        let mut read = self.store.read();
        let found = store::records::page::<SpecialInvitation>(
            &mut read,
            &filter,
            Direction::Descending,
            page,
        )
        .await?;
        let count = store::records::count(&mut read, &filter).await?;
        let specialties = self.specialties_of(pool.id()).await?;
        let mut items = Vec::new();
        for row in found.items {
            let one = row.body;
            items.push(InvitationLine {
                specialty: Self::names_of(&specialties, &[one.specialty]).join(""),
                task: match one.task {
                    Some(id) => store::tasks::find::<Task>(&mut read, id)
                        .await?
                        .map(|row| row.body.number),
                    None => None,
                },
                invitation: one,
            });
        }
        let next = found.next;
        Ok((Page { items, next }, count))
    }

    /// The invitations of one request, for its page.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a request the actor may not see.
    pub async fn invitations_of_task(
        &self,
        ctx: &Ctx,
        task: TaskId,
    ) -> Result<Vec<SpecialInvitation>> {
        let view = self.task(ctx, task).await?;
        let rows = self.of_task(view.task.pool, task).await?;
        Ok(rows
            .into_iter()
            .map(|row| row.body)
            .filter(|one| self.readable(ctx, one).is_ok())
            .collect())
    }

    async fn of_task(&self, pool: PoolId, task: TaskId) -> Result<Vec<Row>> {
        let filter = RecordFilter {
            parent: Some(task.to_string()),
            ..records::of_kind(pool, KIND, &[])
        };
        Ok(store::records::all(&mut self.store.read(), &filter).await?)
    }

    /// How many people entered by invitation for a request; anybody may know the number.
    pub(crate) async fn entered_by_invitation(&self, pool: PoolId, task: TaskId) -> Result<u32> {
        let rows = self.of_task(pool, task).await?;
        let entered = rows
            .iter()
            .filter(|row| matches!(row.body.state, State::Entered { .. }))
            .count();
        Ok(u32::try_from(entered).unwrap_or(u32::MAX))
    }

    /// The invitations that are not over and what this actor may do with each.
    pub(crate) async fn open_special_invitations(
        &self,
        ctx: &Ctx,
        pool: PoolId,
    ) -> Result<Vec<(SpecialInvitation, Vec<Step>)>> {
        let pool = self.any_pool(pool).await?;
        let Some((_, rule)) = channel(&pool.pack) else {
            return Ok(Vec::new());
        };
        let filter = records::of_kind(pool.id(), KIND, &["proposed", "accepted", "approved"]);
        let rows =
            store::records::all::<SpecialInvitation>(&mut self.store.read(), &filter).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let steps = steps(ctx, &pool, rule, &row.body);
                (row.body, steps)
            })
            .collect())
    }

    pub(super) fn readable(&self, ctx: &Ctx, one: &SpecialInvitation) -> Result<()> {
        READERS
            .iter()
            .chain(&[Action::ProposeInvitation])
            .any(|action| ctx.actor.allow(*action, target(one)).is_ok())
            .then_some(())
            .ok_or(Error::NotFound)
    }

    /// Is there such an invitation in this pool, as far as the actor may know?
    pub(crate) async fn is_invitation_in_pool(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        id: RecordId,
    ) -> Result<bool> {
        match find(&mut self.store.read(), id).await {
            Ok(row) => Ok(row.body.pool == pool && self.readable(ctx, &row.body).is_ok()),
            Err(Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// One invitation.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that does not exist or is not the actor's to see.
    pub async fn special_invitation(&self, ctx: &Ctx, id: RecordId) -> Result<InvitationView> {
        let mut read = self.store.read();
        let one = find(&mut read, id).await?.body;
        self.readable(ctx, &one)?;
        let pool = self.any_pool(one.pool).await?;
        let task = match one.task {
            Some(id) => store::tasks::find::<Task>(&mut read, id).await?,
            None => None,
        };
        let requester = match one.requester {
            Some(id) => Some(self.organisation_name(id).await?),
            None => None,
        };
        let private = self.private_of(&mut read, one.person).await?;
        let specialties = self.specialties_of(pool.id()).await?;
        let (channel, rule) = needed_channel(&pool)?;
        let signer = pool.pack.party(&rule.sent_by);
        Ok(InvitationView {
            specialty: Self::names_of(&specialties, &[one.specialty]).join(""),
            task: task.map(|row| (row.id, row.body.number, row.body.request.content)),
            requester,
            masked: Masked::of(&private),
            signer: (
                signer.map_or_else(|| rule.sent_by.clone(), |party| party.label.clone()),
                channel.citation.to_string(),
            ),
            materials: materials(&pool, channel, &one.state),
            committee: letter::committee(&pool),
            steps: steps(ctx, &pool, rule, &one),
            suggested: letter::reply_by_default(ctx.today(), &self.calendar),
            invitation: one,
        })
    }
}

/// Whose requests the invitations must belong to, for this actor to see them; `None`: all are seen.
fn seen_of(ctx: &Ctx, pool: &OpenPool) -> Result<Option<OrganisationId>> {
    let wide = READERS
        .iter()
        .any(|action| ctx.actor.allow(*action, pool.target()).is_ok());
    let reach = ctx.actor.reach_in(Action::ProposeInvitation, pool.id());
    match (ctx.actor.organisation, reach) {
        _ if wide => Ok(None),
        (_, Reach::Pool) => Ok(None),
        (Some(own), Reach::Unit) => Ok(Some(own)),
        _ => Err(Denied {
            action: Action::ProposeInvitation,
        }
        .into()),
    }
}

fn materials(pool: &OpenPool, channel: &Channel, state: &State) -> Vec<MaterialLine> {
    let received: &[String] = match state {
        State::Accepted { materials, .. } => materials,
        _ => &[],
    };
    let all = matches!(
        state,
        State::NotApproved { .. } | State::Approved { .. } | State::Entered { .. }
    );
    checklist::items(&pool.pack, channel)
        .into_iter()
        .map(|item| MaterialLine {
            id: item.id.clone(),
            label: item.label.clone(),
            article: item.citation.to_string(),
            received: all || received.contains(&item.id),
        })
        .collect()
}

fn steps(ctx: &Ctx, pool: &OpenPool, rule: &InvitationRule, one: &SpecialInvitation) -> Vec<Step> {
    let role = |action| ctx.actor.allow(action, target(one)).ok();
    let signs = role(Action::SendInvitation)
        .is_some_and(|role| roles_of(pool, &rule.sent_by).contains(&role));
    let notifies = role(Action::NotifyExperts).is_some();
    let proposes = role(Action::ProposeInvitation).is_some();
    let edits = role(Action::EditExperts).is_some();
    let decides = role(Action::RecordDecision).is_some();
    let offered: &[(Step, bool)] = match &one.state {
        State::Proposed => &[
            (Step::Send, signs),
            (Step::Refuse, signs),
            (Step::Withdraw, proposes),
        ],
        State::Sent { .. } => &[
            (Step::RecordReply, notifies),
            (Step::Print, notifies || signs),
            (Step::Withdraw, proposes),
        ],
        State::Lapsed { .. } => &[(Step::RecordReply, notifies)],
        State::Accepted { .. } => &[
            (Step::Receive, edits),
            (Step::Decide, decides),
            (Step::Withdraw, proposes),
        ],
        State::Approved { .. } => &[(Step::Enter, edits)],
        _ => &[],
    };
    offered
        .iter()
        .filter(|(_, may)| *may)
        .map(|(step, _)| *step)
        .collect()
}
