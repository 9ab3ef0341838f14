//! Tries at a secret: how many wrong ones a network has made at one log-in name, so that guessing
//! is slow and nobody is locked out by somebody elsewhere.

use jiff::{SignedDuration, Timestamp};

use crate::door::WriteTx;
use crate::error::Result;
use crate::sql;
use crate::store::Db;

/// How many tries a network has at a name before it waits, and how long it waits after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Wrong tries in a row.
    pub tries: i64,
    /// The wait.
    pub wait: SignedDuration,
}

/// Takes one try before the secret is looked at, so that parallel guesses are counted too.
/// `Err(until)` inside the result when none is left before `until`. Returns the number of this try.
pub async fn take(
    tx: &mut WriteTx,
    name: &str,
    network: &str,
    now: Timestamp,
    allowance: Allowance,
) -> Result<std::result::Result<i64, Timestamp>> {
    tx.execute(sql!(
        "UPDATE log_in_try SET failures = 0 WHERE name = $1 AND network = $2 AND last_at <= $3",
        name,
        network,
        now - allowance.wait
    ))
    .await?;
    let counted = tx
        .execute(sql!(
            "UPDATE log_in_try SET failures = failures + 1, last_at = $1 WHERE name = $2 AND network = $3 AND failures < $4",
            now,
            name,
            network,
            allowance.tries
        ))
        .await?;
    if counted == 0 {
        tx.execute(sql!(
            "INSERT INTO log_in_try (name, network, failures, last_at) SELECT $1, $2, 0, $3 \
             WHERE NOT EXISTS (SELECT 1 FROM log_in_try WHERE name = $1 AND network = $2)",
            name,
            network,
            now
        ))
        .await?;
    }
    let rows = tx
        .rows(sql!(
            "SELECT failures, last_at FROM log_in_try WHERE name = $1 AND network = $2",
            name,
            network
        ))
        .await?;
    let (failures, last_at): (i64, Timestamp) = match rows.first() {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (0, now),
    };
    match (counted, failures) {
        (0, 0) => {
            tx.execute(sql!(
                "UPDATE log_in_try SET failures = 1 WHERE name = $1 AND network = $2",
                name,
                network
            ))
            .await?;
            Ok(Ok(1))
        }
        (0, _) => Ok(Err(last_at + allowance.wait)),
        (_, failures) => Ok(Ok(failures)),
    }
}

/// Forgets the tries of a network at a name after the right secret.
pub async fn forget(tx: &mut WriteTx, name: &str, network: &str) -> Result<()> {
    tx.execute(sql!(
        "DELETE FROM log_in_try WHERE name = $1 AND network = $2",
        name,
        network
    ))
    .await
    .map(drop)
}

/// Forgets the tries of every network at a name.
pub async fn forgive(tx: &mut WriteTx, name: &str) -> Result<()> {
    tx.execute(sql!("DELETE FROM log_in_try WHERE name = $1", name))
        .await
        .map(drop)
}

/// Removes tries last counted before a time.
pub async fn sweep(tx: &mut WriteTx, before: Timestamp) -> Result<u64> {
    tx.execute(sql!("DELETE FROM log_in_try WHERE last_at < $1", before))
        .await
}
