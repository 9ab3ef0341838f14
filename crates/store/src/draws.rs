//! 抽取: numbered attempts, each with a sealed annex that names the people behind the references.

use domain::id::{DrawId, PoolId, TaskId};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::document::{
    self, ByNumber, Count, Direction, Page, PageRequest, Select, Stored, document,
};
use crate::door::WriteTx;
use crate::error::Result;
use crate::sealed::{Column, Seals, Shape};
use crate::sql;
use crate::store::Db;

const ANNEX: Column = Column {
    table: "draw",
    name: "annex",
    pad: 4096,
    shape: Shape::Text,
};

document! {
    /// Index columns of a draw. Added and saved with [`document`]'s functions; a second draw with
    /// the same task and attempt is [`crate::Error::Duplicate`].
    DrawKeys in "draw" by DrawId {
        /// The pool.
        pool: PoolId,
        /// For this task.
        task: TaskId,
        /// 1, 2, …
        attempt: i64,
        /// Status code.
        status: String,
        /// When the attempt was opened.
        opened_at: Timestamp,
    }
}

/// A stored draw, without its annex.
pub type Draw<B> = Stored<DrawKeys, B>;

/// The draw with this id.
pub async fn find<B: DeserializeOwned>(db: &mut impl Db, id: DrawId) -> Result<Option<Draw<B>>> {
    document::find(db, id).await
}

/// All attempts for a task, first to last.
pub async fn of_task<B: DeserializeOwned>(db: &mut impl Db, task: TaskId) -> Result<Vec<Draw<B>>> {
    Select::<DrawKeys>::new()
        .equal("task", task)
        .all_by(db, "attempt")
        .await
}

/// Which draws to list.
#[derive(Debug, Clone, Default)]
pub struct DrawFilter {
    /// Of this pool.
    pub pool: Option<PoolId>,
    /// Any of these status codes.
    pub statuses: Vec<String>,
    /// Opened at or after.
    pub from: Option<Timestamp>,
    /// Opened at or before.
    pub to: Option<Timestamp>,
}

impl DrawFilter {
    fn select(&self) -> Select<DrawKeys> {
        Select::new()
            .equal_if("pool", self.pool)
            .one_of_if("status", &self.statuses)
            .from_if("opened_at", self.from)
            .upto_if("opened_at", self.to)
    }
}

/// One page by the time the attempt was opened.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &DrawFilter,
    direction: Direction,
    request: &PageRequest,
) -> Result<Page<Draw<B>>> {
    filter
        .select()
        .page::<ByNumber, B>(db, "opened_at", direction, request)
        .await
}

/// How many match.
pub async fn count(db: &mut impl Db, filter: &DrawFilter) -> Result<Count> {
    filter.select().count(db).await
}

/// Ids and versions of the draws of a pool with this status, in the order they were opened.
pub async fn versions(db: &mut impl Db, pool: PoolId, status: &str) -> Result<Vec<(DrawId, i64)>> {
    let rows = db
        .rows(sql!(
            "SELECT id, version FROM draw WHERE pool = $1 AND status = $2 ORDER BY opened_at, id",
            pool,
            status
        ))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Seals the annex of a draw.
pub async fn seal_annex(tx: &mut WriteTx, id: DrawId, annex: &[u8]) -> Result<()> {
    let sealed = tx.seals().seal_bytes(&ANNEX, &id.to_string(), annex)?;
    tx.execute(sql!("UPDATE draw SET annex = $1 WHERE id = $2", sealed, id))
        .await
        .map(drop)
}

/// Opens the annex of a draw. The caller decides whether it may be, and records it.
pub async fn open_annex(db: &mut impl Db, seals: &Seals, id: DrawId) -> Result<Option<Vec<u8>>> {
    let rows = db
        .rows(sql!("SELECT annex FROM draw WHERE id = $1", id))
        .await?;
    let sealed: Option<Vec<u8>> = rows.first().map_or(Ok(None), |row| row.get(0))?;
    let opened = sealed
        .map(|sealed| seals.open_bytes(&ANNEX, &id.to_string(), &sealed))
        .transpose()?;
    Ok(opened.map(|annex| annex.to_vec()))
}
