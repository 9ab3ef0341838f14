//! 使用需求: requests for experts.

use std::collections::BTreeSet;

use domain::id::{OrganisationId, PoolId, TaskId};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::document::{
    self, ByText, Count, Direction, Page, PageRequest, Select, Stored, document,
};
use crate::error::Result;
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

document! {
    /// Index columns of a task. Added and saved with [`document`]'s functions.
    TaskKeys in "task" by TaskId {
        /// The pool.
        pool: PoolId,
        /// Number, unique everywhere.
        number: String,
        /// 使用方
        requester: OrganisationId,
        /// Status code.
        status: String,
        /// First day of the work.
        work_from: Date,
        /// Last day of the work.
        work_to: Date,
        /// As which team its experts work, where the pool has teams; else empty.
        team: String,
        /// What it is called in lists.
        title: String,
    }
}

/// A stored task.
pub type Task<B> = Stored<TaskKeys, B>;

/// The task with this id.
pub async fn find<B: DeserializeOwned>(db: &mut impl Db, id: TaskId) -> Result<Option<Task<B>>> {
    document::find(db, id).await
}

/// The task with this number.
pub async fn by_number<B: DeserializeOwned>(
    db: &mut impl Db,
    number: &str,
) -> Result<Option<Task<B>>> {
    Select::<TaskKeys>::new()
        .equal("number", number)
        .first(db)
        .await
}

/// The largest number that begins so, for giving the next; lengths being equal, text order is
/// number order.
pub async fn last_number(db: &mut impl Db, beginning: &str) -> Result<Option<String>> {
    let rows = db
        .rows(sql!(
            "SELECT MAX(number) FROM task WHERE number >= $1 AND number < $2",
            beginning,
            format!("{beginning}~")
        ))
        .await?;
    rows.first().map_or(Ok(None), |row| row.get(0))
}

/// Which tasks to list.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Of this pool.
    pub pool: Option<PoolId>,
    /// Of this requester.
    pub requester: Option<OrganisationId>,
    /// Any of these status codes.
    pub statuses: Vec<String>,
    /// Work begins on or after this day.
    pub from: Option<Date>,
    /// Work begins on or before this day.
    pub to: Option<Date>,
    /// Part of the title.
    pub title: Option<String>,
    /// Part of the number.
    pub number: Option<String>,
    /// For experts of any of these teams.
    pub teams: Option<BTreeSet<String>>,
}

impl TaskFilter {
    fn select(&self) -> Select<TaskKeys> {
        Select::new()
            .also_if(self.teams.as_ref(), |sql, teams| {
                sql.push("t.team IN (").bind_list(teams).push(")");
            })
            .equal_if("pool", self.pool)
            .equal_if("requester", self.requester)
            .one_of_if("status", &self.statuses)
            .from_if("work_from", self.from)
            .upto_if("work_from", self.to)
            .holds_if("title", self.title.as_deref())
            .holds_if("number", self.number.as_deref())
    }
}

/// One page by first day of work.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &TaskFilter,
    direction: Direction,
    request: &PageRequest,
) -> Result<Page<Task<B>>> {
    filter
        .select()
        .page::<ByText, B>(db, "work_from", direction, request)
        .await
}

/// How many match.
pub async fn count(db: &mut impl Db, filter: &TaskFilter) -> Result<Count> {
    filter.select().count(db).await
}

/// The condition that a column names a task of this requester.
pub(crate) fn of_requester(sql: &mut Sql, column: &'static str, requester: OrganisationId) {
    sql.push("EXISTS (SELECT 1 FROM task q WHERE q.id = ")
        .push(column)
        .push(" AND q.requester = ")
        .bind(requester)
        .push(")");
}
