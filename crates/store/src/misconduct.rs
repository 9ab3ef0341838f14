//! 不良行为记录.

use std::collections::BTreeSet;

use domain::id::{ExpertId, MisconductId, OrganisationId, PoolId, TaskId};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::document::{
    self, ByText, Count, Direction, Page, PageRequest, Select, Stored, document,
};
use crate::error::Result;
use crate::experts::{Often, of_teams};
use crate::sql::Sql;
use crate::store::Db;
use crate::tasks::of_requester;

document! {
    /// Index columns of a record. Added and saved with [`document`]'s functions.
    MisconductKeys in "misconduct" by MisconductId {
        /// The pool.
        pool: PoolId,
        /// Of whom.
        expert: ExpertId,
        /// Kind code.
        kind: String,
        /// Status code.
        status: String,
        /// When it happened.
        happened_on: Date,
        /// In which task.
        task: Option<TaskId>,
    }
}

/// A stored record.
pub type Misconduct<B> = Stored<MisconductKeys, B>;

/// The record with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: MisconductId,
) -> Result<Option<Misconduct<B>>> {
    document::find(db, id).await
}

/// All records of an expert, oldest first.
pub async fn of_expert<B: DeserializeOwned>(
    db: &mut impl Db,
    expert: ExpertId,
) -> Result<Vec<Misconduct<B>>> {
    Select::<MisconductKeys>::new()
        .equal("expert", expert)
        .all_by(db, "happened_on")
        .await
}

/// Which records to list.
#[derive(Debug, Clone, Default)]
pub struct MisconductFilter {
    /// Of this pool.
    pub pool: Option<PoolId>,
    /// Of this expert.
    pub expert: Option<ExpertId>,
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// Any of these status codes.
    pub statuses: Vec<String>,
    /// In a task of this requester.
    pub requester: Option<OrganisationId>,
    /// Happened on or after.
    pub from: Option<Date>,
    /// Happened on or before.
    pub to: Option<Date>,
    /// Of experts of any of these teams.
    pub experts_of: Option<BTreeSet<String>>,
}

impl MisconductFilter {
    fn select(&self) -> Select<MisconductKeys> {
        Select::new()
            .also_if(self.requester, |sql, requester| {
                of_requester(sql, "t.task", requester);
            })
            .also_if(self.experts_of.as_ref(), |sql, teams| {
                of_teams(sql, "t.expert", teams);
            })
            .equal_if("pool", self.pool)
            .equal_if("expert", self.expert)
            .one_of_if("kind", &self.kinds)
            .one_of_if("status", &self.statuses)
            .from_if("happened_on", self.from)
            .upto_if("happened_on", self.to)
    }
}

/// One page, newest first.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &MisconductFilter,
    request: &PageRequest,
) -> Result<Page<Misconduct<B>>> {
    filter
        .select()
        .page::<ByText, B>(db, "happened_on", Direction::Descending, request)
        .await
}

/// Whoever serves and has so many confirmed records; of these kinds, where any are named.
pub async fn often(db: &mut impl Db, often: &Often<'_>, kinds: &[String]) -> Result<Vec<ExpertId>> {
    let mut which = Sql::new("t.status = 'confirmed'");
    if !kinds.is_empty() {
        which.push(" AND t.kind IN (").bind_list(kinds).push(")");
    }
    often.among(db, "misconduct", which, "t.happened_on").await
}

/// How many match.
pub async fn count(db: &mut impl Db, filter: &MisconductFilter) -> Result<Count> {
    filter.select().count(db).await
}
