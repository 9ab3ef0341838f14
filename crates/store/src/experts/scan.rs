//! Everybody in scope of a draw, and single experts, with everything on file about them.

use domain::id::{ExpertId, PersonId, PoolId, SpecialtyId};
use serde::de::DeserializeOwned;

use super::{Expert, ExpertKeys, range};
use crate::document::{self, Keys as _};
use crate::error::Result;
use crate::sql::{Row, Sql};
use crate::store::Db;

/// What is selected of a whole expert: the membership, then the body of the person.
fn selection() -> Sql {
    let mut sql = Sql::new("SELECT ");
    sql.push(ExpertKeys::SELECTED)
        .push(", (SELECT p.body FROM person p WHERE p.id = t.person) FROM ");
    sql
}

fn read<B: DeserializeOwned, P: DeserializeOwned>(row: &Row) -> Result<(Expert<B>, P)> {
    let person: String = row.get(3 + ExpertKeys::COLUMNS.len())?;
    Ok((
        document::read_stored(row)?,
        document::decode("person", &person)?,
    ))
}

/// Visits everybody of a pool with at least one of the specialties (none given: everybody), each
/// once, in the order of `seq`, with the bodies of membership and person, without holding them all.
/// Behind the write door, or in a snapshot, everybody is seen in one state.
pub async fn scan_whole<B: DeserializeOwned, P: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    specialties: &[SpecialtyId],
    visit: &mut (dyn FnMut(Expert<B>, P) -> Result<()> + Send),
) -> Result<()> {
    let (from, to) = range(db, pool).await?;
    let mut sql = selection();
    if specialties.is_empty() {
        sql.push("expert t");
    } else {
        sql.push("(SELECT DISTINCT expert FROM expert_specialty WHERE specialty IN (")
            .bind_list(specialties);
        sql.push(")) AS scope CROSS JOIN expert t");
    }
    sql.push(" WHERE t.seq > ")
        .bind(from)
        .push(" AND t.seq < ")
        .bind(to);
    if !specialties.is_empty() {
        sql.push(" AND t.seq = scope.expert");
    }
    sql.push(" ORDER BY t.seq");
    db.each(sql, &mut |row| {
        let (expert, person) = read(&row)?;
        visit(expert, person)
    })
    .await
}

/// Single experts of a pool, named in any of three ways.
#[derive(Debug, Clone, Default)]
pub struct Singled {
    /// By number inside the pool.
    pub numbers: Vec<u32>,
    /// By person.
    pub persons: Vec<PersonId>,
    /// By identifier.
    pub experts: Vec<ExpertId>,
}

/// Whole experts of a pool, each once, with their numbers inside the pool and their persons.
pub async fn whole<B: DeserializeOwned, P: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    singled: &Singled,
) -> Result<Vec<(u32, PersonId, B, P)>> {
    let (from, to) = range(db, pool).await?;
    let mut found = Vec::new();
    let mut take = |rows: Vec<Row>| -> Result<()> {
        for row in rows {
            let seq: i64 = row.get(0)?;
            // Whoever is in several pools is named for each of them.
            if from < seq && seq < to {
                let number = u32::try_from(seq - from).unwrap_or_default();
                let (body, profile): (String, String) = (row.get(2)?, row.get(3)?);
                found.push((
                    number,
                    row.get(1)?,
                    document::decode("expert", &body)?,
                    document::decode("person", &profile)?,
                ));
            }
        }
        Ok(())
    };
    // The pool is asked of the row: beside a list of keys it would only lead the planner astray.
    let begin = |condition: &'static str| {
        let mut sql = Sql::new(
            "SELECT t.seq, t.person, t.body, (SELECT p.body FROM person p WHERE p.id = t.person) \
             FROM expert t WHERE ",
        );
        sql.push(condition);
        sql
    };
    for some in singled.numbers.chunks(200) {
        let mut sql = begin("t.seq IN (");
        sql.bind_list(some.iter().map(|number| from + i64::from(*number)));
        sql.push(")");
        take(db.rows(sql).await?)?;
    }
    for some in singled.persons.chunks(200) {
        let mut sql = begin("t.person IN (");
        sql.bind_list(some).push(")");
        take(db.rows(sql).await?)?;
    }
    for some in singled.experts.chunks(200) {
        let mut sql = begin("t.id IN (");
        sql.bind_list(some).push(")");
        take(db.rows(sql).await?)?;
    }
    found.sort_unstable_by_key(|(number, ..)| *number);
    found.dedup_by_key(|(number, ..)| *number);
    Ok(found)
}
