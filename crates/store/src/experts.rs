//! 专家: memberships of a pool, written one by one and by the thousand, read back by what names them.

mod cards;
mod listed;
mod often;
mod scan;

use std::collections::{BTreeSet, HashMap};

use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, SpecialtyId};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{self, Count, Keys as _, Stored, document};
use crate::door::WriteTx;
use crate::error::{Error, Result};
use crate::sql;
use crate::sql::{Bind as _, Row, Sql, Val};
use crate::store::Db;

pub use cards::{cards, cards_since, position};
pub use listed::{numbered, with_id_tail};
pub use often::Often;
pub use scan::{Singled, scan_whole, whole};

document! {
    /// Index columns of an expert.
    ExpertKeys in "expert" by ExpertId {
        /// Number by which rows are clustered; the store sets it.
        seq: i64,
        /// The pool.
        pool: PoolId,
        /// Who.
        person: PersonId,
        /// Of which team, for pools with teams; else empty.
        team: String,
        /// 专家编号, unique in the pool.
        number: Option<String>,
        /// The number, or nothing; the store sets it.
        number_sort: String,
        /// Status code.
        status: String,
        /// First day of the term.
        term_from: Option<Date>,
        /// Last day of the term.
        term_to: Option<Date>,
        /// 姓名
        name: String,
        /// Sort key of the name.
        name_sort: String,
        /// 所在单位, as stated.
        employer: String,
        /// The employer in the register of organisations.
        employer_organisation: Option<OrganisationId>,
        /// Rung of the title ladder, 0 = none.
        title_rank: i64,
        /// Rung of the skill ladder, 0 = none.
        skill_rank: i64,
        /// What lists and requests look at, as `domain::roster::card` writes it.
        card: String,
    }
}

/// A stored expert.
pub type Expert<B> = Stored<ExpertKeys, B>;

/// A pool's experts lie in one range of `seq`.
const RANGE_BITS: u32 = 40;

async fn range(db: &mut impl Db, pool: PoolId) -> Result<(i64, i64)> {
    let rows = db
        .rows(sql!("SELECT no FROM pool WHERE id = $1", pool))
        .await?;
    let no: i64 = rows.first().ok_or(Error::Reference)?.get(0)?;
    Ok((no << RANGE_BITS, (no + 1) << RANGE_BITS))
}

/// Somebody to be added.
#[derive(Debug)]
pub struct NewExpert<B> {
    /// Identifier.
    pub id: ExpertId,
    /// Index columns; `seq` and `number_sort` are set when inserted.
    pub keys: ExpertKeys,
    /// The specialties.
    pub specialties: Vec<SpecialtyId>,
    /// The body.
    pub body: B,
}

/// The columns of `keys` that depend on others.
fn columns(tx: &WriteTx, keys: &mut ExpertKeys) -> [(&'static str, Val); 1] {
    keys.number_sort = keys.number.clone().unwrap_or_default();
    [("touched", tx.position_in(keys.pool).to_val())]
}

/// Adds an expert under the write lock of its pool. `seq` and `number_sort` are set here.
///
/// # Errors
/// [`Error::Duplicate`] when the number, or the person in this team, is in the pool already.
pub async fn insert<B: Serialize>(
    tx: &mut WriteTx,
    id: ExpertId,
    mut keys: ExpertKeys,
    specialties: &[SpecialtyId],
    body: B,
) -> Result<Expert<B>> {
    keys.seq = last_seq(tx, keys.pool).await? + 1;
    let more = columns(tx, &mut keys);
    let row = Stored {
        id,
        version: 1,
        keys,
        body,
    };
    let row = document::insert_with(tx, &more, row).await?;
    set_specialties(tx, row.keys.seq, specialties).await?;
    Ok(row)
}

/// Adds many experts of one pool in their order, with a fraction of the statements.
///
/// # Errors
/// As [`insert`].
pub async fn insert_many<B: Serialize>(
    tx: &mut WriteTx,
    pool: PoolId,
    experts: Vec<NewExpert<B>>,
) -> Result<()> {
    let mut seq = last_seq(tx, pool).await?;
    let mut rows = Vec::with_capacity(experts.len());
    let mut specialties: Vec<(SpecialtyId, i64)> = Vec::new();
    for mut new in experts {
        seq += 1;
        (new.keys.seq, new.keys.pool) = (seq, pool);
        let more = columns(tx, &mut new.keys);
        specialties.extend(new.specialties.into_iter().map(|one| (one, seq)));
        let row = Stored {
            id: new.id,
            version: 1,
            keys: new.keys,
            body: new.body,
        };
        rows.push((row, more));
    }
    document::insert_many_with(tx, rows).await?;
    for some in specialties.chunks(ROWS_AT_ONCE) {
        let mut insert = Sql::new("INSERT INTO expert_specialty (specialty, expert) VALUES ");
        for (n, (specialty, expert)) in some.iter().enumerate() {
            insert
                .push(if n == 0 { "(" } else { ", (" })
                .bind(specialty)
                .push(", ")
                .bind(*expert)
                .push(")");
        }
        tx.execute(insert).await?;
    }
    Ok(())
}

/// Rows whose column names an expert of one of these teams.
pub(crate) fn of_teams(sql: &mut Sql, column: &'static str, teams: &BTreeSet<String>) {
    sql.push("EXISTS (SELECT 1 FROM expert e WHERE e.id = ")
        .push(column)
        .push(" AND e.team IN (")
        .bind_list(teams)
        .push("))");
}

/// Rows of the link table written by one statement.
const ROWS_AT_ONCE: usize = 500;

async fn last_seq(tx: &mut WriteTx, pool: PoolId) -> Result<i64> {
    let (from, to) = range(tx, pool).await?;
    let rows = tx
        .rows(sql!(
            "SELECT COALESCE(MAX(seq), $1) FROM expert WHERE seq > $1 AND seq < $2",
            from,
            to
        ))
        .await?;
    rows.first().map_or(Ok(from), |row| row.get(0))
}

/// Saves an expert whose version is still the stored one.
pub async fn save<B: Serialize>(tx: &mut WriteTx, expert: &mut Expert<B>) -> Result<()> {
    let more = columns(tx, &mut expert.keys);
    document::save_with(tx, &more, expert).await
}

/// Replaces the specialties of an expert.
pub async fn set_specialties(
    tx: &mut WriteTx,
    seq: i64,
    specialties: &[SpecialtyId],
) -> Result<()> {
    tx.execute(sql!("DELETE FROM expert_specialty WHERE expert = $1", seq))
        .await?;
    if specialties.is_empty() {
        return Ok(());
    }
    let mut insert = Sql::new("INSERT INTO expert_specialty (specialty, expert) VALUES ");
    for (n, specialty) in specialties.iter().enumerate() {
        insert
            .push(if n == 0 { "(" } else { ", (" })
            .bind(specialty)
            .push(", ")
            .bind(seq)
            .push(")");
    }
    tx.execute(insert).await.map(drop)
}

/// The specialties of some experts, by `seq`.
pub async fn specialties(db: &mut impl Db, seqs: &[i64]) -> Result<HashMap<i64, Vec<SpecialtyId>>> {
    let mut found: HashMap<i64, Vec<SpecialtyId>> = HashMap::new();
    for some in seqs.chunks(500) {
        let mut sql = Sql::new("SELECT expert, specialty FROM expert_specialty WHERE expert IN (");
        sql.bind_list(some).push(") ORDER BY expert, specialty");
        for row in db.rows(sql).await? {
            found.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
    }
    Ok(found)
}

/// The expert with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: ExpertId,
) -> Result<Option<Expert<B>>> {
    document::find(db, id).await
}

/// The experts with these ids, in no particular order.
pub async fn find_all<B: DeserializeOwned>(
    db: &mut impl Db,
    ids: impl IntoIterator<Item = ExpertId>,
) -> Result<Vec<Expert<B>>> {
    document::find_all(db, ids).await
}

/// The memberships of a person in a pool, oldest first: one, or one for each team.
pub async fn of_person<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    person: PersonId,
) -> Result<Vec<Expert<B>>> {
    of_persons(db, pool, &[person]).await
}

/// The membership of a person in a team of a pool; in a pool without teams the only one, of no team.
pub async fn in_team<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    person: PersonId,
    team: Option<&str>,
) -> Result<Option<Expert<B>>> {
    document::Select::<ExpertKeys>::new()
        .equal("pool", pool)
        .equal("person", person)
        .equal("team", team.unwrap_or_default())
        .first(db)
        .await
}

/// The memberships of some persons in a pool, oldest first.
pub async fn of_persons<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    persons: &[PersonId],
) -> Result<Vec<Expert<B>>> {
    let mut found = Vec::new();
    for some in persons.chunks(200) {
        let select = document::Select::<ExpertKeys>::new()
            .equal("pool", pool)
            .one_of("person", some);
        found.extend(select.all(db).await?);
    }
    found.sort_unstable_by_key(|one: &Expert<B>| one.keys.seq);
    Ok(found)
}

/// All memberships of a person, pool by pool, oldest first.
pub async fn all_of_person<B: DeserializeOwned>(
    db: &mut impl Db,
    person: PersonId,
) -> Result<Vec<Expert<B>>> {
    let mut found: Vec<Expert<B>> = document::Select::<ExpertKeys>::new()
        .equal("person", person)
        .all(db)
        .await?;
    found.sort_unstable_by_key(|one| one.keys.seq);
    Ok(found)
}

/// The expert with this number in a pool.
pub async fn by_number<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    number: &str,
) -> Result<Option<Expert<B>>> {
    document::Select::<ExpertKeys>::new()
        .equal("pool", pool)
        .equal("number", number)
        .first(db)
        .await
}

/// How many experts a pool has, up to [`document::COUNT_BOUND`].
pub async fn count(db: &mut impl Db, pool: PoolId) -> Result<Count> {
    let rows = db
        .rows(sql!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM expert WHERE pool = $1 LIMIT $2) AS found",
            pool,
            document::COUNT_BOUND + 1
        ))
        .await?;
    let found = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(Count::of(found, document::COUNT_BOUND))
}

/// Where counting a status stops.
const STATUS_BOUND: u64 = 10_000;

/// How many experts of a pool have this status code, up to 10,000.
pub async fn of_status(db: &mut impl Db, pool: PoolId, status: &str) -> Result<Count> {
    let rows = db
        .rows(sql!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM expert WHERE pool = $1 AND status = $2 LIMIT $3) AS found",
            pool,
            status,
            STATUS_BOUND + 1
        ))
        .await?;
    let found = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(Count::of(found, STATUS_BOUND))
}

/// How many different people are in a pool on a day, suspended or not, whatever teams they are in.
pub async fn people_on(db: &mut impl Db, pool: PoolId, day: Date) -> Result<u64> {
    let rows = db
        .rows(sql!(
            "SELECT COUNT(DISTINCT person) FROM expert WHERE pool = $1 \
             AND status IN ('active', 'suspended') AND term_from <= $2 AND term_to >= $2",
            pool,
            day
        ))
        .await?;
    let found: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(u64::try_from(found).unwrap_or_default())
}

/// How many experts each specialty of a pool has, up to [`document::COUNT_BOUND`] each.
pub async fn by_specialty(db: &mut impl Db, pool: PoolId) -> Result<Vec<(SpecialtyId, Count)>> {
    let rows = db
        .rows(sql!(
            "SELECT s.id, (SELECT COUNT(*) FROM (SELECT 1 FROM expert_specialty e WHERE e.specialty = s.id \
             LIMIT $1) AS found) FROM specialty s WHERE s.pool = $2 ORDER BY s.id",
            document::COUNT_BOUND + 1,
            pool
        ))
        .await?;
    let counted = |row: &Row| {
        let found = row.get(1)?;
        Ok((row.get(0)?, Count::of(found, document::COUNT_BOUND)))
    };
    rows.iter().map(counted).collect()
}

/// How many members a specialty has who are in the pool, suspended or not.
pub async fn serving(db: &mut impl Db, specialty: SpecialtyId) -> Result<u64> {
    let rows = db
        .rows(sql!(
            "SELECT COUNT(*) FROM expert_specialty s JOIN expert t ON t.seq = s.expert \
             WHERE s.specialty = $1 AND t.status IN ('active', 'suspended')",
            specialty
        ))
        .await?;
    let found: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(u64::try_from(found).unwrap_or_default())
}

/// The highest number that begins so, as the sort order has it.
pub async fn last_number(db: &mut impl Db, pool: PoolId, prefix: &str) -> Result<Option<String>> {
    let rows = db
        .rows(sql!(
            "SELECT MAX(number_sort) FROM expert WHERE pool = $1 AND number_sort > $2 AND number_sort < $3",
            pool,
            prefix,
            format!("{prefix}\u{7f}")
        ))
        .await?;
    rows.first().map_or(Ok(None), |row| row.get(0))
}

/// Experts still in the pool all of whose specialties are retired, by `seq`, at most `limit`.
pub async fn with_only_retired<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    limit: u32,
) -> Result<Vec<Expert<B>>> {
    let mut sql = Sql::new("SELECT ");
    sql.push(ExpertKeys::SELECTED).push(
        " FROM (SELECT DISTINCT s.expert FROM specialty r JOIN expert_specialty s ON s.specialty = r.id WHERE r.pool = ",
    );
    sql.bind(pool).push(
        " AND r.status = 'retired') AS hit CROSS JOIN expert t WHERE t.seq = hit.expert AND t.status <> 'left' \
         AND NOT EXISTS (SELECT 1 FROM expert_specialty o JOIN specialty p ON p.id = o.specialty \
         WHERE o.expert = t.seq AND p.status <> 'retired') ORDER BY t.seq LIMIT ",
    );
    sql.bind(limit);
    db.rows(sql)
        .await?
        .iter()
        .map(document::read_stored)
        .collect()
}
