//! Any other process record of a pool: solicitation, application, vetting, public notice,
//! appointment, evaluation, fee statement, gathering, programme … One table serves them all: a kind,
//! a status, whom it concerns, when it is due, a sort key and a body.

use std::collections::BTreeSet;

use domain::id::{OrganisationId, PoolId, RecordId};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::document::{
    self, ByText, Count, Direction, Page, PageRequest, Select, Stored, document,
};
use crate::error::Result;
use crate::experts::of_teams;
use crate::sql;
use crate::store::Db;
use crate::tasks::of_requester;

document! {
    /// Index columns of a record. Added, saved and removed with [`document`]'s functions.
    RecordKeys in "record" by RecordId {
        /// The pool.
        pool: PoolId,
        /// What it is, e.g. `appointment`.
        kind: String,
        /// Number, unique per pool and kind.
        number: Option<String>,
        /// Status code.
        status: String,
        /// The record (or other object) it belongs to.
        parent: Option<String>,
        /// Whom it concerns: an expert, person, organisation or account id.
        subject: Option<String>,
        /// The team it asks for, where it belongs to one and to no expert yet; else empty.
        team: String,
        /// Next step due on this day.
        due_on: Option<Date>,
        /// Lists are ordered by this, usually a day.
        sort: String,
        /// What it is called in lists.
        title: String,
    }
}

/// A stored record.
pub type Record<B> = Stored<RecordKeys, B>;

/// The record with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: RecordId,
) -> Result<Option<Record<B>>> {
    document::find(db, id).await
}

/// The record of a kind with this number.
pub async fn by_number<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    kind: &str,
    number: &str,
) -> Result<Option<Record<B>>> {
    Select::<RecordKeys>::new()
        .equal("pool", pool)
        .equal("kind", kind)
        .equal("number", number)
        .first(db)
        .await
}

/// The largest number of a kind that begins so; lengths being equal, text order is number order.
pub async fn last_number(
    db: &mut impl Db,
    pool: PoolId,
    kind: &str,
    beginning: &str,
) -> Result<Option<String>> {
    let rows = db
        .rows(sql!(
            "SELECT MAX(number) FROM record WHERE pool = $1 AND kind = $2 AND number >= $3 AND number < $4",
            pool,
            kind,
            beginning,
            format!("{beginning}~")
        ))
        .await?;
    rows.first().map_or(Ok(None), |row| row.get(0))
}

/// Which records to list.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// Of this pool.
    pub pool: Option<PoolId>,
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// Any of these status codes.
    pub statuses: Vec<String>,
    /// With this number.
    pub number: Option<String>,
    /// Belonging to this object.
    pub parent: Option<String>,
    /// Belonging to a task of this requester.
    pub requester: Option<OrganisationId>,
    /// Concerning this one.
    pub subject: Option<String>,
    /// Concerning any of these.
    pub subjects: Vec<String>,
    /// Due on or before.
    pub due_on: Option<Date>,
    /// Part of the title.
    pub title: Option<String>,
    /// Of any of these teams themselves.
    pub teams: Option<BTreeSet<String>>,
    /// Concerning experts of any of these teams.
    pub experts_of: Option<BTreeSet<String>>,
}

impl RecordFilter {
    fn select(&self) -> Select<RecordKeys> {
        Select::new()
            .also_if(self.requester, |sql, requester| {
                of_requester(sql, "t.parent", requester);
            })
            .also_if(self.experts_of.as_ref(), |sql, teams| {
                of_teams(sql, "t.subject", teams);
            })
            .also_if(self.teams.as_ref(), |sql, teams| {
                sql.push("t.team IN (").bind_list(teams).push(")");
            })
            .equal_if("pool", self.pool)
            .one_of_if("kind", &self.kinds)
            .one_of_if("status", &self.statuses)
            .equal_if("number", self.number.as_deref())
            .equal_if("parent", self.parent.as_deref())
            .equal_if("subject", self.subject.as_deref())
            .one_of_if("subject", &self.subjects)
            .upto_if("due_on", self.due_on)
            .holds_if("title", self.title.as_deref())
    }
}

/// All that match, by sort key. For lists known to be short.
pub async fn all<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &RecordFilter,
) -> Result<Vec<Record<B>>> {
    filter.select().all_by(db, "sort").await
}

/// One page by sort key.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &RecordFilter,
    direction: Direction,
    request: &PageRequest,
) -> Result<Page<Record<B>>> {
    filter
        .select()
        .page::<ByText, B>(db, "sort", direction, request)
        .await
}

/// How many match.
pub async fn count(db: &mut impl Db, filter: &RecordFilter) -> Result<Count> {
    filter.select().count(db).await
}
