//! Everybody in scope of a draw, row by row.

use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, SpecialtyId};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::{Expert, ExpertKeys, range};
use crate::document::{self, Keys as _};
use crate::error::Result;
use crate::sql::Sql;
use crate::store::Db;

/// What a frame looks at first of everybody in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Cluster number.
    pub seq: i64,
    /// Who.
    pub id: ExpertId,
    /// The person behind.
    pub person: PersonId,
    /// Status code.
    pub status: String,
    /// First day of the term.
    pub term_from: Option<Date>,
    /// Last day of the term.
    pub term_to: Option<Date>,
    /// The employer in the register of organisations.
    pub employer_organisation: Option<OrganisationId>,
    /// Rung of the title ladder, 0 = none.
    pub title_rank: i64,
    /// Rung of the skill ladder, 0 = none.
    pub skill_rank: i64,
}

/// Visits everybody of a pool with at least one of the specialties (none given: everybody), each
/// once, in the order of `seq`, without holding them all.
pub async fn scan(
    db: &mut impl Db,
    pool: PoolId,
    specialties: &[SpecialtyId],
    visit: &mut (dyn FnMut(Candidate) -> Result<()> + Send),
) -> Result<()> {
    let (from, to) = range(db, pool).await?;
    let mut sql = Sql::new(
        "SELECT t.seq, t.id, t.person, t.status, t.term_from, t.term_to, t.employer_organisation, t.title_rank, \
         t.skill_rank FROM ",
    );
    in_scope(&mut sql, (from, to), specialties);
    db.each(sql, &mut |row| {
        visit(Candidate {
            seq: row.get(0)?,
            id: row.get(1)?,
            person: row.get(2)?,
            status: row.get(3)?,
            term_from: row.get(4)?,
            term_to: row.get(5)?,
            employer_organisation: row.get(6)?,
            title_rank: row.get(7)?,
            skill_rank: row.get(8)?,
        })
    })
    .await
}

/// Like [`scan`], with the bodies of membership and person.
pub async fn scan_whole<B: DeserializeOwned, P: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    specialties: &[SpecialtyId],
    visit: &mut (dyn FnMut(Expert<B>, P) -> Result<()> + Send),
) -> Result<()> {
    let (from, to) = range(db, pool).await?;
    let mut sql = Sql::new("SELECT ");
    sql.push(ExpertKeys::SELECTED)
        .push(", (SELECT p.body FROM person p WHERE p.id = t.person) FROM ");
    in_scope(&mut sql, (from, to), specialties);
    db.each(sql, &mut |row| {
        let profile: String = row.get(3 + ExpertKeys::COLUMNS.len())?;
        visit(
            document::read_stored(&row)?,
            document::decode("person", &profile)?,
        )
    })
    .await
}

fn in_scope(sql: &mut Sql, (from, to): (i64, i64), specialties: &[SpecialtyId]) {
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
}
