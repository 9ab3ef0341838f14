//! 参与: inviting the drawn, their answers, top-up in the fixed order, stopping, leave.

mod answering;
mod calls;
mod inviting;
mod leave;
mod reading;
mod replacing;
mod stopping;

use domain::actor::Target;
use domain::draw_process::Annex;
use domain::engagement::{Engagement, Refused, State};
use domain::event::Subject;
use domain::id::{EngagementId, ExpertId, PersonId};
use domain::person::Profile;
use domain::task::Task;
use draw::Ref;
use store::document;
use store::engagements::EngagementKeys;

pub use leave::FollowUp;
pub use reading::Seat;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

pub(crate) type Row = store::engagements::Engagement<Engagement>;

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let code = match refused {
            Refused::State(_) => "engagement.state",
            Refused::TooLate => "engagement.too_late",
            Refused::Closed(_) => "engagement.closed",
            Refused::WorkOver => "engagement.work_over",
            Refused::NotDeclared => return Self::field("declaration", refused.to_string()),
            Refused::NoWords => return Self::field("note", refused.to_string()),
            Refused::NoReason => return Self::field("reason", refused.to_string()),
        };
        Self::state(code, refused)
    }
}

pub(crate) fn subject(engagement: &Engagement) -> Subject {
    Subject::new("engagement", engagement.id)
}

impl Service {
    /// Opens the door for a change of one engagement, with its task. Callers authorize.
    pub(crate) async fn engagement_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: EngagementId,
    ) -> Result<(Change<'c>, Row, Task)> {
        let seen = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let seen = seen.ok_or(Error::NotFound)?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        let row = store::engagements::find::<Engagement>(&mut *change, id).await?;
        let row = row.ok_or(Error::NotFound)?;
        let task = store::tasks::find::<Task>(&mut *change, row.body.task).await?;
        Ok((change, row, task.ok_or(Error::NotFound)?.body))
    }

    pub(crate) async fn profile(&self, person: PersonId) -> Result<Profile> {
        let row = store::persons::find::<Profile>(&mut self.store.read(), person).await?;
        Ok(row.ok_or(Error::NotFound)?.body)
    }

    /// An expert's own engagement as a target.
    pub(crate) fn own(engagement: &Engagement) -> Target<'static> {
        Target::pool(engagement.pool).of_person(engagement.person)
    }
}

fn annexed(annex: &Annex, reference: Ref) -> Result<(ExpertId, PersonId)> {
    let entry = annex
        .entry(reference)
        .ok_or_else(|| Error::Internal("抽取结果中有名单之外的编号".to_owned()))?;
    Ok((entry.place.expert, entry.place.person))
}

pub(crate) fn keys(engagement: &Engagement) -> EngagementKeys {
    EngagementKeys {
        pool: engagement.pool,
        task: engagement.task,
        draw: engagement.draw,
        expert: engagement.expert,
        status: engagement.state.code().to_owned(),
        answer_by: match engagement.state {
            State::Invited { answer_by, .. } => Some(answer_by),
            _ => None,
        },
    }
}

pub(crate) async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body);
    document::save(change, row).await?;
    Ok(())
}
