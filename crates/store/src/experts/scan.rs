//! Everybody in scope of a draw, row by row.

use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, SpecialtyId};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::{Expert, ExpertKeys, range};
use crate::document::{self, Keys as _};
use crate::error::{Error, Result};
use crate::sql;
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

/// Seqs looked at in one statement: with specialties few of them are in scope.
const STRIDE: i64 = 4_096;
const STRIDE_IN_SCOPE: i64 = 65_536;
/// Separate columns and rows in a packed answer; they occur in no code, id or day.
const COLUMN: char = '\u{1f}';
const ROW: char = '\u{1e}';

/// Visits everybody of a pool with at least one of the specialties (none given: everybody), each
/// once, in the order of `seq`, without holding them all. Behind the write door, or in a snapshot,
/// everybody is seen in one state.
///
/// The database packs a few thousand rows into one text: handing over a million rows column by
/// column costs the driver many times what reading them costs the engine.
pub async fn scan(
    db: &mut impl Db,
    pool: PoolId,
    specialties: &[SpecialtyId],
    visit: &mut (dyn FnMut(Candidate) -> Result<()> + Send),
) -> Result<()> {
    let (from, to) = range(db, pool).await?;
    let last = db
        .rows(sql!(
            "SELECT COALESCE(MAX(seq), $1) FROM expert WHERE seq > $1 AND seq < $2",
            from,
            to
        ))
        .await?;
    let last: i64 = last.first().map_or(Ok(from), |row| row.get(0))?;
    let stride = if specialties.is_empty() {
        STRIDE
    } else {
        STRIDE_IN_SCOPE
    };
    let mut begin = from;
    while begin < last {
        let end = (begin + stride).min(last);
        let rows = db.rows(packed((begin, end), specialties)).await?;
        let text: Option<String> = rows.first().map_or(Ok(None), |row| row.get(0))?;
        for line in text.iter().flat_map(|text| text.split(ROW)) {
            visit(unpack(line).ok_or_else(|| Error::Corrupt {
                table: "expert",
                column: "seq",
                why: line.replace(COLUMN, " "),
            })?)?;
        }
        begin = end;
    }
    Ok(())
}

/// Candidates of `begin < seq <= end`, packed into one text.
fn packed((begin, end): (i64, i64), specialties: &[SpecialtyId]) -> Sql {
    let column = COLUMN.to_string();
    let mut sql = Sql::new("SELECT string_agg(CAST(t.seq AS TEXT)");
    for value in [
        "t.id",
        "t.person",
        "t.status",
        "COALESCE(t.term_from, '')",
        "COALESCE(t.term_to, '')",
        "COALESCE(t.employer_organisation, '')",
        "CAST(t.title_rank AS TEXT)",
        "CAST(t.skill_rank AS TEXT)",
    ] {
        sql.push(" || ").bind(&column).push(" || ").push(value);
    }
    sql.push(", ")
        .bind(ROW.to_string())
        .push(" ORDER BY t.seq) FROM ");
    if specialties.is_empty() {
        sql.push("expert t WHERE t.seq > ")
            .bind(begin)
            .push(" AND t.seq <= ")
            .bind(end);
    } else {
        sql.push("(SELECT DISTINCT expert FROM expert_specialty WHERE specialty IN (");
        sql.bind_list(specialties)
            .push(") AND expert > ")
            .bind(begin);
        sql.push(" AND expert <= ").bind(end);
        sql.push(") AS scope CROSS JOIN expert t WHERE t.seq = scope.expert");
    }
    sql
}

fn unpack(line: &str) -> Option<Candidate> {
    let mut columns = line.split(COLUMN);
    let mut next = || columns.next();
    let day = |text: &str| {
        if text.is_empty() {
            Some(None)
        } else {
            text.parse().ok().map(Some)
        }
    };
    let candidate = Candidate {
        seq: next()?.parse().ok()?,
        id: next()?.parse().ok()?,
        person: next()?.parse().ok()?,
        status: next()?.to_owned(),
        term_from: day(next()?)?,
        term_to: day(next()?)?,
        employer_organisation: match next()? {
            "" => None,
            id => Some(id.parse().ok()?),
        },
        title_rank: next()?.parse().ok()?,
        skill_rank: next()?.parse().ok()?,
    };
    next().is_none().then_some(candidate)
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
