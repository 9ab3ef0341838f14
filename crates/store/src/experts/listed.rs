//! Experts of a pool by their number inside it, as lists name them.

use domain::id::PoolId;
use serde::de::DeserializeOwned;

use super::{Expert, ExpertKeys, range};
use crate::document::{self, Keys as _};
use crate::error::Result;
use crate::persons;
use crate::sealed::{Seals, Secret};
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

/// The experts with these numbers inside the pool, in this order. Whoever is gone is left out.
pub async fn numbered<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    numbers: &[u32],
) -> Result<Vec<Expert<B>>> {
    let (from, _) = range(db, pool).await?;
    let mut found: Vec<Expert<B>> = Vec::with_capacity(numbers.len());
    for some in numbers.chunks(200) {
        let mut sql = Sql::new("SELECT ");
        sql.push(ExpertKeys::SELECTED)
            .push(" FROM expert t WHERE t.seq IN (");
        sql.bind_list(some.iter().map(|number| from + i64::from(*number)));
        sql.push(")");
        let mut rows: Vec<Expert<B>> = db
            .rows(sql)
            .await?
            .iter()
            .map(document::read_stored)
            .collect::<Result<_>>()?;
        rows.sort_by_key(|row| {
            let number = some
                .iter()
                .position(|n| from + i64::from(*n) == row.keys.seq);
            number.unwrap_or(usize::MAX)
        });
        found.extend(rows);
    }
    Ok(found)
}

/// Numbers inside the pool of those whose identity number ends so, in order.
pub async fn with_id_tail(
    db: &mut impl Db,
    seals: &Seals,
    pool: PoolId,
    tail: &Secret,
) -> Result<Vec<u32>> {
    let (from, _) = range(db, pool).await?;
    let rows = db
        .rows(sql!(
            "SELECT e.seq - $1 FROM person p JOIN expert e ON e.person = p.id \
             WHERE p.id_tail_index = $2 AND e.pool = $3 ORDER BY e.seq",
            from,
            persons::tail_index(seals, tail),
            pool
        ))
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}
