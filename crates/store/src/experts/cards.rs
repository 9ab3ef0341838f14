//! What requests look at of everybody in a pool, packed for holding in memory.

use domain::id::PoolId;

use super::range;
use crate::error::{Error, Result};
use crate::ledger::LedgerId;
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

/// Cards read by one statement.
const STRIDE: i64 = 4_096;
/// Separate number and card, and cards; they occur in neither (a card has other separators).
const COLUMN: char = '\u{1d}';
const ROW: char = '\u{1e}';

/// How far the ledger of a pool has come. Cards read after this hold at least everything up to it.
pub async fn position(db: &mut impl Db, pool: PoolId) -> Result<i64> {
    let rows = db
        .rows(sql!(
            "SELECT size FROM ledger WHERE id = $1",
            LedgerId::Pool(pool).to_string()
        ))
        .await?;
    rows.first().ok_or(Error::Reference)?.get(0)
}

/// Takes some cards, each with the expert's number inside the pool.
pub(super) type Visit<'a> =
    dyn FnMut(&mut dyn Iterator<Item = (u32, &str)>) -> Result<()> + Send + 'a;

/// Visits the cards of everybody in a pool, some thousands at a time, each with the expert's number
/// inside the pool.
///
/// The database packs them into one text: handing over a million rows one by one costs the driver
/// many times what reading them costs the engine.
pub async fn cards(db: &mut impl Db, pool: PoolId, visit: &mut Visit<'_>) -> Result<()> {
    let (from, to) = range(db, pool).await?;
    let last = db
        .rows(sql!(
            "SELECT COALESCE(MAX(seq), $1) FROM expert WHERE seq > $1 AND seq < $2",
            from,
            to
        ))
        .await?;
    let last: i64 = last.first().map_or(Ok(from), |row| row.get(0))?;
    let mut begin = from;
    while begin < last {
        let end = (begin + STRIDE).min(last);
        let mut sql = Sql::new("SELECT string_agg(CAST(t.seq - ");
        sql.bind(from)
            .push(" AS TEXT) || ")
            .bind(COLUMN.to_string());
        sql.push(" || t.card, ").bind(ROW.to_string());
        sql.push(") FROM expert t WHERE t.seq > ").bind(begin);
        sql.push(" AND t.seq <= ").bind(end);
        let rows = db.rows(sql).await?;
        let text: Option<String> = rows.first().map_or(Ok(None), |row| row.get(0))?;
        if let Some(text) = text {
            let read: Option<Vec<(u32, &str)>> = text
                .split(ROW)
                .map(|line| {
                    let (number, card) = line.split_once(COLUMN)?;
                    Some((number.parse().ok()?, card))
                })
                .collect();
            let read = read.ok_or_else(|| corrupt("not a number and a card"))?;
            visit(&mut read.into_iter())?;
        }
        begin = end;
    }
    Ok(())
}

/// The cards changed since the ledger of the pool was at this position, and those changed from
/// another pool, which have none.
pub async fn cards_since(
    db: &mut impl Db,
    pool: PoolId,
    position: i64,
) -> Result<Vec<(u32, String)>> {
    let (from, _) = range(db, pool).await?;
    let mut rows = db
        .rows(sql!(
            "SELECT seq - $1, card FROM expert WHERE pool = $2 AND touched > $3",
            from,
            pool,
            position
        ))
        .await?;
    let unnumbered = sql!(
        "SELECT seq - $1, card FROM expert WHERE pool = $2 AND touched IS NULL",
        from,
        pool
    );
    rows.extend(db.rows(unnumbered).await?);
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// A card that cannot be read.
fn corrupt(why: &str) -> Error {
    Error::Corrupt {
        table: "expert",
        column: "card",
        why: why.to_owned(),
    }
}
