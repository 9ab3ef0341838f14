//! The applications of a pool as a list, as tabs and as a queue.

use std::collections::BTreeSet;

use domain::actor::{Action, Denied, Reach, Remit};
use domain::application::{Application, State};
use domain::id::{PoolId, RecordId};
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use jiff::civil::Date;
use store::document::{Direction, Page, PageRequest};
use store::records::RecordFilter;

use super::steps::steps;
use super::{KIND, Step, channel_of};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Most applications of one state that are looked at for the next one.
const QUEUE: u32 = 200;

/// Which applications a list shows.
#[derive(Debug, Clone, Default)]
pub struct ApplicationQuery {
    /// Codes of states; none: all.
    pub statuses: Vec<String>,
    /// Id of a channel; empty: all.
    pub channel: String,
    /// Part of the name.
    pub name: String,
}

/// One line of the list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ApplicationLine {
    /// Identifier.
    pub id: RecordId,
    /// Number.
    pub number: String,
    /// 姓名
    pub name: String,
    /// 现工作单位
    pub employer: String,
    /// Name of the channel.
    pub channel: String,
    /// Day it was received.
    pub received_on: Date,
    /// Last day of what is waited for.
    pub due: Option<Date>,
    /// Where it stands.
    pub state: State,
    /// The word for it.
    pub status: &'static str,
}

/// The teams for which alone the actor sees applications; `None` where it sees them all, or those of
/// its own unit.
fn teams_of(ctx: &Ctx, pool: PoolId) -> Option<BTreeSet<String>> {
    let part = ctx.actor.remit(Action::ReadApplications, pool);
    part.ok().and_then(Remit::teams)
}

impl Service {
    /// The applications of a pool the actor may see, newest first; a recommending unit sees its own.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn applications(
        &self,
        ctx: &Ctx,
        no: i64,
        query: &ApplicationQuery,
        page: &PageRequest,
    ) -> Result<Page<ApplicationLine>> {
        let pool = self.pool_numbered(ctx, no).await?;
        let action = Action::ReadApplications;
        if ctx.actor.reach_in(action, pool.id()) == Reach::None {
            return Err(Denied { action }.into());
        }
        let filter = RecordFilter {
            statuses: query.statuses.clone(),
            parent: Some(query.channel.clone()).filter(|channel| !channel.is_empty()),
            title: Some(query.name.clone()).filter(|name| !name.is_empty()),
            teams: teams_of(ctx, pool.id()),
            ..of_pool(pool.id())
        };
        let mut read = self.store.read();
        let found =
            store::records::page::<super::Kept>(&mut read, &filter, Direction::Descending, page)
                .await?;
        let mut items = Vec::new();
        for row in found.items {
            if Self::readable_application(ctx, &row.body.application).is_ok() {
                items.push(self.application_line(&pool, row.body.application)?);
            }
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    fn application_line(&self, pool: &OpenPool, one: Application) -> Result<ApplicationLine> {
        Ok(ApplicationLine {
            id: one.id,
            channel: channel_of(pool, &one)?.label.clone(),
            due: self.due(pool, &one),
            status: one.state.zh(),
            employer: one
                .profile
                .employer
                .as_ref()
                .map(|employer| employer.name.clone())
                .unwrap_or_default(),
            name: one.profile.name,
            number: one.number,
            received_on: one.received_on,
            state: one.state,
        })
    }

    /// How many applications stand in each state, for the tabs of the list.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn count_applications(&self, ctx: &Ctx, no: i64, statuses: &[String]) -> Result<u64> {
        let pool = self.open_part(ctx, no, Action::ReadApplications).await?;
        let filter = RecordFilter {
            statuses: statuses.to_vec(),
            teams: pool.experts_of(),
            ..of_pool(pool.id())
        };
        Ok(
            match store::records::count(&mut self.store.read(), &filter).await? {
                store::Count::Exactly(count) | store::Count::AtLeast(count) => count,
            },
        )
    }

    /// The one that comes after `number` in the queue of a state: by number, and from the front again.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn next_application(
        &self,
        ctx: &Ctx,
        no: i64,
        status: &str,
        number: &str,
    ) -> Result<Option<RecordId>> {
        let pool = self.open_part(ctx, no, Action::ReadApplications).await?;
        let filter = RecordFilter {
            statuses: vec![status.to_owned()],
            teams: pool.experts_of(),
            ..of_pool(pool.id())
        };
        let found = store::records::page::<serde::de::IgnoredAny>(
            &mut self.store.read(),
            &filter,
            Direction::Ascending,
            &PageRequest::first(QUEUE),
        )
        .await?;
        let others = || found.items.iter().filter(|row| row.keys.sort != number);
        let next = others().find(|row| row.keys.sort.as_str() > number);
        Ok(next.or_else(|| others().next()).map(|row| row.id))
    }

    /// Applications that wait for this actor, for the inbox.
    pub(crate) async fn waiting_applications(
        &self,
        ctx: &Ctx,
        pool: PoolId,
    ) -> Result<Vec<(Application, Option<Date>, Vec<Step>)>> {
        if ctx.actor.reach_in(Action::ReadApplications, pool) == Reach::None {
            return Ok(Vec::new());
        }
        let open = self.any_pool(pool).await?;
        let filter = RecordFilter {
            statuses: [
                Station::Recommendation.word(),
                Station::Vetting.word(),
                Station::Approval.word(),
                Station::Classify.word(),
                "returned",
                "draft",
            ]
            .map(str::to_owned)
            .to_vec(),
            teams: teams_of(ctx, pool),
            ..of_pool(pool)
        };
        let found = store::records::page::<super::Kept>(
            &mut self.store.read(),
            &filter,
            Direction::Ascending,
            &PageRequest::first(QUEUE),
        )
        .await?;
        Ok(found
            .items
            .into_iter()
            .filter(|row| Self::readable_application(ctx, &row.body.application).is_ok())
            .map(|row| {
                let steps = steps(ctx, &row);
                let due = self.due(&open, &row.body.application);
                (row.body.application, due, steps)
            })
            .collect())
    }
}

pub(crate) fn of_pool(pool: PoolId) -> RecordFilter {
    records::of_kind(pool, KIND, &[])
}
