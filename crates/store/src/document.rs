//! The one mechanism of most tables: an id, a version for optimistic saving, typed index columns
//! and a JSON body. A concept declares its index columns once (`document!`); inserting, saving,
//! finding, listing by key and counting are the same for all.

mod select;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::door::WriteTx;
use crate::error::{Error, Result};
use crate::sql::{Field, Row, Sql, Val};
use crate::store::Db;

pub use select::{
    ByNumber, ByText, COUNT_BOUND, Count, Direction, Page, PageRequest, Select, Sort, read_cursor,
    write_cursor,
};

/// The index columns of one table.
pub trait Keys: Sized + Send + Sync {
    /// Type of its ids.
    type Id: Field + Copy + Send + Sync + std::fmt::Display;
    /// Table.
    const TABLE: &'static str;
    /// Index columns, in the order of `values` and `read`.
    const COLUMNS: &'static [&'static str];
    /// `t.id, t.version, t.body, t.<column> …`
    const SELECTED: &'static str;
    /// The values of the index columns.
    fn values(&self) -> Vec<Val>;
    /// Reads the index columns, which begin at `from`.
    fn read(row: &Row, from: usize) -> Result<Self>;
}

/// A stored row: what is indexed and what is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<K: Keys, B> {
    /// Its id.
    pub id: K::Id,
    /// Grows with every save.
    pub version: i64,
    /// Index columns.
    pub keys: K,
    /// Everything else.
    pub body: B,
}

/// Declares the index columns of a table, and with them the table's document.
macro_rules! document {
    ($(#[$doc:meta])* $name:ident in $table:literal by $id:ty {
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $crate::document::Keys for $name {
            type Id = $id;
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];
            const SELECTED: &'static str = concat!("t.id, t.version, t.body", $(", t.", stringify!($field)),*);
            fn values(&self) -> Vec<$crate::Val> {
                vec![$($crate::Bind::to_val(&self.$field)),*]
            }
            fn read(row: &$crate::Row, from: usize) -> $crate::Result<Self> {
                let mut column = from;
                let mut next = || { column += 1; column - 1 };
                Ok(Self { $($field: row.get(next())?),* })
            }
        }
    };
}
pub(crate) use document;

pub(crate) fn encode<B: Serialize>(table: &'static str, body: &B) -> Result<String> {
    serde_json::to_string(body).map_err(|cause| Error::Corrupt {
        table,
        column: "body",
        why: cause.to_string(),
    })
}

pub(crate) fn decode<B: DeserializeOwned>(table: &'static str, text: &str) -> Result<B> {
    serde_json::from_str(text).map_err(|cause| Error::Corrupt {
        table,
        column: "body",
        why: cause.to_string(),
    })
}

pub(crate) fn read_stored<K: Keys, B: DeserializeOwned>(row: &Row) -> Result<Stored<K, B>> {
    let body: String = row.get(2)?;
    Ok(Stored {
        id: row.get(0)?,
        version: row.get(1)?,
        keys: K::read(row, 3)?,
        body: decode(K::TABLE, &body)?,
    })
}

/// Inserts a row with version 1.
///
/// # Errors
/// [`Error::Duplicate`] when the id or a unique column is taken.
pub async fn insert<K: Keys, B: Serialize>(
    tx: &mut WriteTx,
    id: K::Id,
    keys: K,
    body: B,
) -> Result<Stored<K, B>> {
    insert_with(
        tx,
        &[],
        Stored {
            id,
            version: 1,
            keys,
            body,
        },
    )
    .await
}

/// Inserts a row with columns beyond the index columns, e.g. sealed ones.
pub(crate) async fn insert_with<K: Keys, B: Serialize>(
    tx: &mut WriteTx,
    more: &[(&'static str, Val)],
    row: Stored<K, B>,
) -> Result<Stored<K, B>> {
    let mut sql = insertion::<K>(more);
    values(&mut sql, &row, more)?;
    tx.execute(sql).await?;
    Ok(row)
}

/// A row to insert, with columns beyond the index columns.
type Extended<K, B, const N: usize> = (Stored<K, B>, [(&'static str, Val); N]);

/// Inserts many rows, each with the same columns beyond the index columns.
pub(crate) async fn insert_many_with<K: Keys, B: Serialize, const N: usize>(
    tx: &mut WriteTx,
    rows: Vec<Extended<K, B, N>>,
) -> Result<()> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        let Some((_, more)) = some.first() else {
            continue;
        };
        let mut sql = insertion::<K>(more);
        for (n, (row, more)) in some.iter().enumerate() {
            sql.push(if n == 0 { "" } else { ", " });
            values(&mut sql, row, more)?;
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Rows written by one statement: engines bound the number of placeholders.
const ROWS_AT_ONCE: usize = 50;

fn insertion<K: Keys>(more: &[(&'static str, Val)]) -> Sql {
    let mut sql = Sql::new("INSERT INTO ");
    sql.push(K::TABLE).push(" (id, version, body");
    for column in K::COLUMNS.iter().chain(more.iter().map(|(name, _)| name)) {
        sql.push(", ").push(column);
    }
    sql.push(") VALUES ");
    sql
}

fn values<K: Keys, B: Serialize>(
    sql: &mut Sql,
    row: &Stored<K, B>,
    more: &[(&'static str, Val)],
) -> Result<()> {
    sql.push("(")
        .bind(row.id)
        .push(", ")
        .bind(row.version)
        .push(", ")
        .bind(encode(K::TABLE, &row.body)?);
    for value in row
        .keys
        .values()
        .into_iter()
        .chain(more.iter().map(|(_, value)| value.clone()))
    {
        sql.push(", ").bind_val(value);
    }
    sql.push(")");
    Ok(())
}

/// Saves index columns and body if nobody else did since `row` was read; its version grows.
///
/// # Errors
/// [`Error::Stale`] when the row is gone or newer.
pub async fn save<K: Keys, B: Serialize>(tx: &mut WriteTx, row: &mut Stored<K, B>) -> Result<()> {
    save_with(tx, &[], row).await
}

pub(crate) async fn save_with<K: Keys, B: Serialize>(
    tx: &mut WriteTx,
    more: &[(&'static str, Val)],
    row: &mut Stored<K, B>,
) -> Result<()> {
    let mut sql = Sql::new("UPDATE ");
    sql.push(K::TABLE)
        .push(" SET version = ")
        .bind(row.version + 1)
        .push(", body = ")
        .bind(encode(K::TABLE, &row.body)?);
    for (column, value) in K::COLUMNS.iter().zip(row.keys.values()) {
        sql.push(", ").push(column).push(" = ").bind_val(value);
    }
    for (column, value) in more {
        sql.push(", ")
            .push(column)
            .push(" = ")
            .bind_val(value.clone());
    }
    sql.push(" WHERE id = ")
        .bind(row.id)
        .push(" AND version = ")
        .bind(row.version);
    match tx.execute(sql).await? {
        0 => Err(Error::Stale {
            table: K::TABLE,
            id: row.id.to_string(),
        }),
        _ => {
            row.version += 1;
            Ok(())
        }
    }
}

/// Deletes a row.
///
/// # Errors
/// [`Error::Stale`] when it is gone or newer; [`Error::Reference`] when something points to it.
pub async fn remove<K: Keys>(tx: &mut WriteTx, id: K::Id, version: i64) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM ");
    sql.push(K::TABLE)
        .push(" WHERE id = ")
        .bind(id)
        .push(" AND version = ")
        .bind(version);
    match tx.execute(sql).await? {
        0 => Err(Error::Stale {
            table: K::TABLE,
            id: id.to_string(),
        }),
        _ => Ok(()),
    }
}

/// The row of an id.
pub async fn find<K: Keys, B: DeserializeOwned>(
    db: &mut impl Db,
    id: K::Id,
) -> Result<Option<Stored<K, B>>> {
    Select::<K>::new().equal("id", id).first(db).await
}

/// The rows of some ids, in no particular order.
pub async fn find_all<K: Keys, B: DeserializeOwned>(
    db: &mut impl Db,
    ids: impl IntoIterator<Item = K::Id>,
) -> Result<Vec<Stored<K, B>>> {
    let ids: Vec<K::Id> = ids.into_iter().collect();
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(200) {
        found.extend(Select::<K>::new().one_of("id", some).all(db).await?);
    }
    Ok(found)
}
