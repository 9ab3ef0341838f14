//! Scheduled work: rows with a due time, claimed under a lease, done at least once, so that every
//! kind must be idempotent. After downtime everything overdue is simply due.

use domain::id::PoolId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dialect;
use crate::document;
use crate::door::WriteTx;
use crate::error::Result;
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

/// Work to be done once, at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job<B> {
    /// What kind of work.
    pub kind: String,
    /// Which piece of it; kind and key name a job for ever.
    pub key: String,
    /// In which pool, if any.
    pub pool: Option<PoolId>,
    /// When.
    pub due: Timestamp,
    /// Tries so far.
    pub attempts: u32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// What it needs.
    pub body: B,
}

/// Plans a job. Planning the same kind and key again only moves it (and wakes it if it was done),
/// so it may be repeated.
pub async fn schedule<B: Serialize>(
    tx: &mut WriteTx,
    kind: &str,
    key: &str,
    pool: Option<PoolId>,
    due: Timestamp,
    body: &B,
) -> Result<()> {
    let body = document::encode("job", body)?;
    let moved = tx
        .execute(sql!(
            "UPDATE job SET due = $1, state = 'waiting', leased_until = 0, leased_by = '', attempts = 0, \
             last_error = NULL, body = $2 WHERE kind = $3 AND key = $4",
            due,
            &body,
            kind,
            key
        ))
        .await?;
    if moved == 0 {
        tx.execute(sql!(
            "INSERT INTO job (kind, key, pool, state, due, leased_until, leased_by, attempts, last_error, body) \
             VALUES ($1, $2, $3, 'waiting', $4, 0, '', 0, NULL, $5)",
            kind,
            key,
            pool,
            due,
            body
        ))
        .await?;
    }
    Ok(())
}

/// Claims up to `limit` due jobs of the given kinds for `lease`. Whoever claims names itself, so
/// that a claimer whose lease ran out cannot finish what another has taken over.
pub async fn claim<B: DeserializeOwned>(
    tx: &mut WriteTx,
    kinds: &[&str],
    claimer: &str,
    now: Timestamp,
    lease: SignedDuration,
    limit: u32,
) -> Result<Vec<Job<B>>> {
    let mut sql = Sql::new(
        "SELECT kind, key, pool, due, attempts, last_error, body FROM job WHERE state = 'waiting'",
    );
    sql.push(" AND due <= ")
        .bind(now)
        .push(" AND leased_until <= ")
        .bind(now);
    sql.push(" AND kind IN (")
        .bind_list(kinds)
        .push(") ORDER BY due, kind, key LIMIT ")
        .bind(limit);
    sql.push(dialect::for_claim(tx.kind()));
    let rows = tx.rows(sql).await?;
    let jobs: Vec<Job<B>> = rows.iter().map(read).collect::<Result<_>>()?;
    for job in &jobs {
        tx.execute(sql!(
            "UPDATE job SET leased_until = $1, leased_by = $2, attempts = attempts + 1 WHERE kind = $3 AND key = $4",
            now + lease,
            claimer,
            &job.kind,
            &job.key
        ))
        .await?;
    }
    Ok(jobs)
}

/// Marks a job done. `false` when the lease was lost, in which case nothing may be committed.
pub async fn finish(tx: &mut WriteTx, kind: &str, key: &str, claimer: &str) -> Result<bool> {
    let done = tx
        .execute(sql!(
            "UPDATE job SET state = 'done', leased_until = 0 WHERE kind = $1 AND key = $2 AND leased_by = $3 \
             AND state = 'waiting'",
            kind,
            key,
            claimer
        ))
        .await?;
    Ok(done == 1)
}

/// Puts a failed job back until `due`, with the reason.
pub async fn put_back(
    tx: &mut WriteTx,
    kind: &str,
    key: &str,
    claimer: &str,
    due: Timestamp,
    why: &str,
) -> Result<bool> {
    let moved = tx
        .execute(sql!(
            "UPDATE job SET due = $1, leased_until = 0, last_error = $2 WHERE kind = $3 AND key = $4 AND leased_by = $5 \
             AND state = 'waiting'",
            due,
            why,
            kind,
            key,
            claimer
        ))
        .await?;
    Ok(moved == 1)
}

/// Calls a job off.
pub async fn cancel(tx: &mut WriteTx, kind: &str, key: &str) -> Result<()> {
    tx.execute(sql!(
        "DELETE FROM job WHERE kind = $1 AND key = $2",
        kind,
        key
    ))
    .await
    .map(drop)
}

/// When the next job is due.
pub async fn next_due(db: &mut impl Db) -> Result<Option<Timestamp>> {
    let rows = db
        .rows(sql!("SELECT MIN(due) FROM job WHERE state = 'waiting'"))
        .await?;
    rows.first().map_or(Ok(None), |row| row.get(0))
}

/// The jobs not done yet, soonest first.
pub async fn waiting<B: DeserializeOwned>(db: &mut impl Db, limit: u32) -> Result<Vec<Job<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT kind, key, pool, due, attempts, last_error, body FROM job WHERE state = 'waiting' \
             ORDER BY due, kind, key LIMIT $1",
            limit
        ))
        .await?;
    rows.iter().map(read).collect()
}

fn read<B: DeserializeOwned>(row: &crate::Row) -> Result<Job<B>> {
    let body: String = row.get(6)?;
    Ok(Job {
        kind: row.get(0)?,
        key: row.get(1)?,
        pool: row.get(2)?,
        due: row.get(3)?,
        attempts: row.get(4)?,
        last_error: row.get(5)?,
        body: document::decode("job", &body)?,
    })
}
