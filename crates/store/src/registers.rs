//! Lists kept by others that decide about standing, e.g. 失信联合惩戒.

use domain::id::{PersonId, PoolId};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::document;
use crate::door::WriteTx;
use crate::error::Result;
use crate::persons;
use crate::sealed::{Column, Seals, Secret, Shape};
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

const SUBJECT: Column = Column {
    table: "register_entry",
    name: "subject",
    pad: 32,
    shape: Shape::Code,
};

/// One line of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry<B> {
    /// Its id.
    pub id: Uuid,
    /// Which register.
    pub register: String,
    /// Name as listed.
    pub name: String,
    /// In force from.
    pub from_day: Option<Date>,
    /// In force until.
    pub to_day: Option<Date>,
    /// Where it was read.
    pub source: String,
    /// Everything else.
    pub body: B,
}

/// Blind index of an identity number or credit code, for looking it up in registers.
pub fn subject_index(seals: &Seals, code: &Secret) -> Vec<u8> {
    seals.index(&SUBJECT, code)
}

/// Adds an entry; `code` is the identity number or credit code, of which only the index is kept.
pub async fn add<B: Serialize>(
    tx: &mut WriteTx,
    entry: &RegisterEntry<B>,
    code: Option<&Secret>,
) -> Result<()> {
    let index = code.map(|code| subject_index(tx.seals(), code));
    let person = code.map(|code| tx.seals().index(&persons::ID_NUMBER, code));
    tx.execute(sql!(
        "INSERT INTO register_entry (id, register, name, subject_index, person_index, from_day, to_day, source, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        entry.id.to_string(),
        &entry.register,
        &entry.name,
        index,
        person,
        entry.from_day,
        entry.to_day,
        &entry.source,
        document::encode("register_entry", &entry.body)?
    ))
    .await
    .map(drop)
}

/// Removes an entry. `false` when there was none.
pub async fn remove(tx: &mut WriteTx, id: Uuid) -> Result<bool> {
    Ok(tx
        .execute(sql!(
            "DELETE FROM register_entry WHERE id = $1",
            id.to_string()
        ))
        .await?
        == 1)
}

const COLUMNS: &str =
    "SELECT id, register, name, from_day, to_day, source, body FROM register_entry";

fn read<B: DeserializeOwned>(row: &crate::Row) -> Result<RegisterEntry<B>> {
    let body: String = row.get(6)?;
    Ok(RegisterEntry {
        id: entry_id(row, 0)?,
        register: row.get(1)?,
        name: row.get(2)?,
        from_day: row.get(3)?,
        to_day: row.get(4)?,
        source: row.get(5)?,
        body: document::decode("register_entry", &body)?,
    })
}

fn entry_id(row: &crate::Row, column: usize) -> Result<Uuid> {
    let id: String = row.get(column)?;
    Uuid::parse_str(&id).map_err(|cause| crate::Error::Corrupt {
        table: "register_entry",
        column: "id",
        why: cause.to_string(),
    })
}

/// The entry with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: Uuid,
) -> Result<Option<RegisterEntry<B>>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE id = ").bind(id.to_string());
    db.rows(sql).await?.first().map(read).transpose()
}

/// Every entry about one identity number or credit code.
pub async fn about<B: DeserializeOwned>(
    db: &mut impl Db,
    seals: &Seals,
    code: &Secret,
) -> Result<Vec<RegisterEntry<B>>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE subject_index = ")
        .bind(subject_index(seals, code))
        .push(" ORDER BY register, id");
    db.rows(sql).await?.iter().map(read).collect()
}

/// The persons of a pool of whom a register speaks, by identity number, with the entry.
pub async fn persons_listed(db: &mut impl Db, pool: PoolId) -> Result<Vec<(PersonId, Uuid)>> {
    let rows = db
        .rows(sql!(
            "SELECT p.id, r.id FROM register_entry r JOIN person p ON p.id_number_index = r.person_index \
             WHERE r.person_index IS NOT NULL \
             AND EXISTS (SELECT 1 FROM expert e WHERE e.person = p.id AND e.pool = $1) ORDER BY p.id, r.id",
            pool
        ))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, entry_id(row, 1)?)))
        .collect()
}

/// The entries of a register by name, after the given name and id.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    register: &str,
    request: &document::PageRequest,
) -> Result<document::Page<RegisterEntry<B>>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE register = ").bind(register);
    if let Some(cursor) = &request.after {
        let (name, id) = document::read_cursor(cursor)?;
        sql.push(" AND (name, id) > (")
            .bind(name)
            .push(", ")
            .bind(id)
            .push(")");
    }
    let limit = request.rows();
    sql.push(" ORDER BY name, id LIMIT ").bind(limit + 1);
    let mut items: Vec<RegisterEntry<B>> = db
        .rows(sql)
        .await?
        .iter()
        .map(read)
        .collect::<Result<_>>()?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| document::write_cursor(&last.name, &last.id.to_string()));
    Ok(document::Page { items, next })
}
