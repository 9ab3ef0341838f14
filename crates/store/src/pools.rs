//! 专家库, their specialties and parameters.

use domain::id::{PoolId, SpecialtyId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{self, Select, Stored, document};
use crate::door::WriteTx;
use crate::error::{Error, Result};
use crate::ledger::LedgerId;
use crate::sql;
use crate::store::Db;

document! {
    /// Index columns of a pool.
    PoolKeys in "pool" by PoolId {
        /// Running number; the store sets it.
        no: i64,
        /// Name.
        name: String,
        /// Pack id.
        pack: String,
        /// Pack digest.
        pack_digest: String,
        /// Status code.
        status: String,
    }
}

/// A stored pool.
pub type Pool<B> = Stored<PoolKeys, B>;

/// Adds a pool and opens its ledger. The door must be that of the system ledger. `no` is set here.
pub async fn insert<B: Serialize>(
    tx: &mut WriteTx,
    id: PoolId,
    mut keys: PoolKeys,
    body: B,
) -> Result<Pool<B>> {
    let rows = tx
        .rows(sql!("SELECT COALESCE(MAX(no), 0) FROM pool"))
        .await?;
    keys.no = rows.first().map_or(Ok(0), |row| row.get::<i64>(0))? + 1;
    let pool = document::insert(tx, id, keys, body).await?;
    tx.open_ledger(LedgerId::Pool(id)).await?;
    Ok(pool)
}

/// The pool with this id.
pub async fn find<B: DeserializeOwned>(db: &mut impl Db, id: PoolId) -> Result<Option<Pool<B>>> {
    document::find(db, id).await
}

/// The pool with this running number.
pub async fn numbered<B: DeserializeOwned>(db: &mut impl Db, no: i64) -> Result<Option<Pool<B>>> {
    Select::<PoolKeys>::new().equal("no", no).first(db).await
}

/// Every pool, in the order they were set up.
pub async fn all<B: DeserializeOwned>(db: &mut impl Db) -> Result<Vec<Pool<B>>> {
    Select::<PoolKeys>::new().all_by(db, "no").await
}

document! {
    /// Index columns of a specialty.
    SpecialtyKeys in "specialty" by SpecialtyId {
        /// The pool.
        pool: PoolId,
        /// Name, unique in the pool.
        name: String,
        /// Status code.
        status: String,
        /// Place in lists.
        position: i64,
    }
}

/// A stored specialty.
pub type Specialty<B> = Stored<SpecialtyKeys, B>;

/// The specialties of a pool, in their order.
pub async fn specialties<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
) -> Result<Vec<Specialty<B>>> {
    Select::<SpecialtyKeys>::new()
        .equal("pool", pool)
        .all_by(db, "position")
        .await
}

/// The specialty with this name.
pub async fn specialty_named<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    name: &str,
) -> Result<Option<Specialty<B>>> {
    Select::<SpecialtyKeys>::new()
        .equal("pool", pool)
        .equal("name", name)
        .first(db)
        .await
}

/// One setting of a pool (a pack's parameter, an extension document), or of the system when there
/// is no pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter<B> {
    /// Its key within the kind.
    pub key: String,
    /// Grows with every change; 0 = not stored yet.
    pub version: i64,
    /// Its value.
    pub body: B,
}

fn scope(pool: Option<PoolId>) -> String {
    pool.map(|pool| pool.to_string()).unwrap_or_default()
}

/// One parameter.
pub async fn parameter<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: Option<PoolId>,
    kind: &str,
    key: &str,
) -> Result<Option<Parameter<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT key, version, body FROM parameter WHERE pool = $1 AND kind = $2 AND key = $3",
            scope(pool),
            kind,
            key
        ))
        .await?;
    rows.first().map(read_parameter).transpose()
}

/// All parameters of a kind, by key.
pub async fn parameters<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: Option<PoolId>,
    kind: &str,
) -> Result<Vec<Parameter<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT key, version, body FROM parameter WHERE pool = $1 AND kind = $2 ORDER BY key",
            scope(pool),
            kind
        ))
        .await?;
    rows.iter().map(read_parameter).collect()
}

fn read_parameter<B: DeserializeOwned>(row: &crate::Row) -> Result<Parameter<B>> {
    let body: String = row.get(2)?;
    Ok(Parameter {
        key: row.get(0)?,
        version: row.get(1)?,
        body: document::decode("parameter", &body)?,
    })
}

/// Adds (`version` 0) or changes a parameter.
///
/// # Errors
/// [`Error::Stale`] when it is not at `version` any more.
pub async fn set_parameter<B: Serialize>(
    tx: &mut WriteTx,
    pool: Option<PoolId>,
    kind: &str,
    parameter: &Parameter<B>,
) -> Result<()> {
    let body = document::encode("parameter", &parameter.body)?;
    let Parameter { key, version, .. } = parameter;
    if *version == 0 {
        let insert = sql!(
            "INSERT INTO parameter (pool, kind, key, version, body) VALUES ($1, $2, $3, 1, $4)",
            scope(pool),
            kind,
            key,
            body
        );
        return tx.execute(insert).await.map(drop);
    }
    let changed = tx
        .execute(sql!(
            "UPDATE parameter SET version = $1 + 1, body = $2 WHERE pool = $3 AND kind = $4 AND key = $5 AND version = $1",
            version,
            body,
            scope(pool),
            kind,
            key
        ))
        .await?;
    if changed == 0 {
        Err(Error::Stale {
            table: "parameter",
            id: key.clone(),
        })
    } else {
        Ok(())
    }
}

/// Removes a parameter.
pub async fn remove_parameter(
    tx: &mut WriteTx,
    pool: Option<PoolId>,
    kind: &str,
    key: &str,
) -> Result<()> {
    tx.execute(sql!(
        "DELETE FROM parameter WHERE pool = $1 AND kind = $2 AND key = $3",
        scope(pool),
        kind,
        key
    ))
    .await
    .map(drop)
}
