//! What lists and requests look at of everybody in a pool, packed for holding in memory.

use domain::id::PoolId;
use domain::roster::Entry;

use super::range;
use crate::error::{Error, Result};
use crate::ledger::LedgerId;
use crate::sql;
use crate::sql::{Row, Sql};
use crate::store::Db;

/// Cards read by one statement.
const STRIDE: i64 = 4_096;
/// Separate the parts of an entry, and entries. They occur in no part: typed text has no control
/// characters, and a card has other separators.
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

/// Takes some entries.
pub(super) type Visit<'a> = dyn FnMut(Vec<Entry<'_>>) -> Result<()> + Send + 'a;

/// Visits everybody in a pool, some thousands at a time.
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
        for column in [" || t.name || ", " || t.number_sort || "] {
            sql.push(column).bind(COLUMN.to_string());
        }
        sql.push(" || t.card, ").bind(ROW.to_string());
        sql.push(") FROM expert t WHERE t.seq > ").bind(begin);
        sql.push(" AND t.seq <= ").bind(end);
        let rows = db.rows(sql).await?;
        let text: Option<String> = rows.first().map_or(Ok(None), |row| row.get(0))?;
        if let Some(text) = text {
            let read: Option<Vec<Entry<'_>>> = text.split(ROW).map(entry).collect();
            visit(read.ok_or_else(|| corrupt("not four columns"))?)?;
        }
        begin = end;
    }
    Ok(())
}

fn entry(line: &str) -> Option<Entry<'_>> {
    let mut columns = line.split(COLUMN);
    let mut next = || columns.next();
    let entry = Entry {
        place: next()?.parse().ok()?,
        name: next()?.into(),
        number: next()?.into(),
        card: next()?.into(),
    };
    next().is_none().then_some(entry)
}

/// Whoever changed since the ledger of the pool was at this position, and those changed from
/// another pool, which note none.
pub async fn cards_since(
    db: &mut impl Db,
    pool: PoolId,
    position: i64,
) -> Result<Vec<Entry<'static>>> {
    let (from, _) = range(db, pool).await?;
    let mut rows = db
        .rows(sql!(
            "SELECT seq - $1, name, number_sort, card FROM expert WHERE pool = $2 AND touched > $3",
            from,
            pool,
            position
        ))
        .await?;
    let unnumbered = sql!(
        "SELECT seq - $1, name, number_sort, card FROM expert WHERE pool = $2 AND touched IS NULL",
        from,
        pool
    );
    rows.extend(db.rows(unnumbered).await?);
    let text = |row: &Row, column| row.get::<String>(column).map(Into::into);
    rows.iter()
        .map(|row| {
            Ok(Entry {
                place: row.get(0)?,
                name: text(row, 1)?,
                number: text(row, 2)?,
                card: text(row, 3)?,
            })
        })
        .collect()
}

/// An entry that cannot be read.
fn corrupt(why: &str) -> Error {
    Error::Corrupt {
        table: "expert",
        column: "card",
        why: why.to_owned(),
    }
}
