//! 全局搜索: one line of text against the experts, requests and organisations of every pool, each within
//! what the actor may see there.

use domain::actor::Action;
use domain::organisation::Organisation;
use domain::task::Task;
use store::document::{Direction, PageRequest};
use store::organisations::OrganisationFilter;
use store::tasks::TaskFilter;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::{ExpertQuery, ExpertRow};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::tasks::TaskRow;

/// Most hits of one kind in one pool; whoever wants more opens the list.
pub const MOST: u32 = 8;
/// Longest text looked for, in characters.
const LONGEST: usize = 60;

/// Hits of one kind, and whether there are more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hits<T> {
    /// The first of them.
    pub items: Vec<T>,
    /// Are there more?
    pub more: bool,
}

impl<T> Default for Hits<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            more: false,
        }
    }
}

/// What one pool holds for a text.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PoolHits {
    /// Number of the pool.
    pub no: i64,
    /// Its name.
    pub name: String,
    /// Experts by name, pinyin, initials, number or employer.
    pub experts: Hits<ExpertRow>,
    /// Requests by content or number.
    pub tasks: Hits<TaskRow>,
    /// Organisations by name, pinyin, initials or credit code.
    pub organisations: Hits<Organisation>,
}

impl PoolHits {
    /// Is there anything?
    pub fn is_empty(&self) -> bool {
        self.experts.items.is_empty()
            && self.tasks.items.is_empty()
            && self.organisations.items.is_empty()
    }
}

impl Service {
    /// Everything that fits a text, pool by pool. Nothing for an empty text.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that is too long.
    pub async fn search(&self, ctx: &Ctx, text: &str) -> Result<Vec<PoolHits>> {
        let text = domain::text::tidy(text);
        if text.is_empty() {
            return Ok(Vec::new());
        }
        if text.chars().count() > LONGEST {
            return Err(Error::field(
                "q",
                format!("最多输入 {LONGEST} 个字。请只输入姓名、单位或编号的一部分。"),
            ));
        }
        let mut found = Vec::new();
        for pool in self.pools(ctx).await? {
            let hits = PoolHits {
                experts: self.search_experts(ctx, &pool, &text).await?,
                tasks: self.search_tasks(ctx, &pool, &text).await?,
                organisations: self.search_register(ctx, &pool, &text).await?,
                no: pool.no,
                name: pool.pool.name,
            };
            if !hits.is_empty() {
                found.push(hits);
            }
        }
        Ok(found)
    }

    async fn search_experts(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        text: &str,
    ) -> Result<Hits<ExpertRow>> {
        if ctx.actor.remit(Action::ReadExperts, pool.id()).is_err() {
            return Ok(Hits::default());
        }
        let query = ExpertQuery {
            q: text.to_owned(),
            ..ExpertQuery::default()
        };
        let found = self
            .experts(ctx, pool.no, &query, &PageRequest::first(MOST))
            .await?;
        Ok(Hits {
            more: found.next.is_some(),
            items: found.rows,
        })
    }

    async fn search_tasks(&self, ctx: &Ctx, pool: &OpenPool, text: &str) -> Result<Hits<TaskRow>> {
        let Ok(readable) = crate::tasks::readable(ctx, pool.id()) else {
            return Ok(Hits::default());
        };
        let by_title = TaskFilter {
            title: Some(text.to_owned()),
            ..readable.clone()
        };
        let by_number = TaskFilter {
            number: Some(text.to_uppercase()),
            ..readable
        };
        let mut hits = Hits::default();
        let mut tasks: Vec<Task> = Vec::new();
        for filter in [by_number, by_title] {
            let page = store::tasks::page::<Task>(
                &mut self.store.read(),
                &filter,
                Direction::Descending,
                &PageRequest::first(MOST),
            )
            .await?;
            hits.more |= page.next.is_some();
            for row in page.items {
                if !tasks.iter().any(|known| known.id == row.id) {
                    tasks.push(row.body);
                }
            }
        }
        for task in tasks {
            let requester = self.organisation_name(task.requester).await?;
            hits.items.push(TaskRow { task, requester });
        }
        Ok(hits)
    }

    async fn search_register(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        text: &str,
    ) -> Result<Hits<Organisation>> {
        if ctx.actor.remit(Action::ReadRelations, pool.id()).is_err() {
            return Ok(Hits::default());
        }
        let filter = OrganisationFilter {
            text: text.to_owned(),
            kinds: Vec::new(),
        };
        let page = store::organisations::page::<Organisation>(
            &mut self.store.read(),
            &filter,
            &PageRequest::first(MOST),
        )
        .await?;
        Ok(Hits {
            more: page.next.is_some(),
            items: page.items.into_iter().map(|row| row.body).collect(),
        })
    }
}
