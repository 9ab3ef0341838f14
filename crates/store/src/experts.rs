//! 专家: memberships of a pool, listed, searched and scanned at a million rows.

use std::collections::HashMap;

use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, SpecialtyId};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dialect;
use crate::document::{self, Count, Direction, Keys, Page, PageRequest, Stored, document};
use crate::door::WriteTx;
use crate::error::{Error, Result};
use crate::grams::{self, SearchText};
use crate::persons;
use crate::sealed::{Seals, Secret};
use crate::sql;
use crate::sql::{Bind as _, Sql};
use crate::store::Db;

document! {
    /// Index columns of an expert.
    ExpertKeys in "expert" by ExpertId {
        /// Number by which rows are clustered; the store sets it.
        seq: i64,
        /// The pool.
        pool: PoolId,
        /// Who.
        person: PersonId,
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
    }
}

/// A stored expert.
pub type Expert<B> = Stored<ExpertKeys, B>;

/// A pool's experts lie in one range of `seq`.
const RANGE_BITS: u32 = 40;
/// A condition with at most this many experts is read whole and sorted.
const FEW: u64 = 2_000;
/// A condition with more experts than this is so common that walking the list meets one soon.
const MANY: u64 = 120_000;

async fn range(db: &mut impl Db, pool: PoolId) -> Result<(i64, i64)> {
    let rows = db.rows(sql!("SELECT no FROM pool WHERE id = $1", pool)).await?;
    let no: i64 = rows.first().ok_or(Error::Reference)?.get(0)?;
    Ok((no << RANGE_BITS, (no + 1) << RANGE_BITS))
}

/// Adds an expert under the write lock of its pool. `seq` and `number_sort` are set here.
///
/// # Errors
/// [`Error::Duplicate`] when the person or the number is in the pool already.
pub async fn insert<B: Serialize>(
    tx: &mut WriteTx,
    id: ExpertId,
    mut keys: ExpertKeys,
    search: &SearchText,
    specialties: &[SpecialtyId],
    body: B,
) -> Result<Expert<B>> {
    let (from, to) = range(tx, keys.pool).await?;
    let rows = tx.rows(sql!("SELECT COALESCE(MAX(seq), $1) FROM expert WHERE seq > $1 AND seq < $2", from, to)).await?;
    keys.seq = rows.first().map_or(Ok(from), |row| row.get::<i64>(0))? + 1;
    keys.number_sort = keys.number.clone().unwrap_or_default();
    let row = Stored { id, version: 1, keys, body };
    let row = document::insert_with(tx, &[("grams", search.grams().to_val())], row).await?;
    set_specialties(tx, row.keys.seq, specialties).await?;
    Ok(row)
}

/// Saves an expert whose version is still the stored one.
pub async fn save<B: Serialize>(tx: &mut WriteTx, expert: &mut Expert<B>, search: &SearchText) -> Result<()> {
    expert.keys.number_sort = expert.keys.number.clone().unwrap_or_default();
    document::save_with(tx, &[("grams", search.grams().to_val())], expert).await
}

/// Replaces the specialties of an expert.
pub async fn set_specialties(tx: &mut WriteTx, seq: i64, specialties: &[SpecialtyId]) -> Result<()> {
    tx.execute(sql!("DELETE FROM expert_specialty WHERE expert = $1", seq)).await?;
    if specialties.is_empty() {
        return Ok(());
    }
    let mut insert = Sql::new("INSERT INTO expert_specialty (specialty, expert) VALUES ");
    for (n, specialty) in specialties.iter().enumerate() {
        insert.push(if n == 0 { "(" } else { ", (" }).bind(specialty).push(", ").bind(seq).push(")");
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
pub async fn find<B: DeserializeOwned>(db: &mut impl Db, id: ExpertId) -> Result<Option<Expert<B>>> {
    document::find(db, id).await
}

/// The experts with these ids, in no particular order.
pub async fn find_all<B: DeserializeOwned>(
    db: &mut impl Db,
    ids: impl IntoIterator<Item = ExpertId>,
) -> Result<Vec<Expert<B>>> {
    document::find_all(db, ids).await
}

/// The membership of a person in a pool.
pub async fn of_person<B: DeserializeOwned>(db: &mut impl Db, pool: PoolId, person: PersonId) -> Result<Option<Expert<B>>> {
    document::Select::<ExpertKeys>::new().equal("pool", pool).equal("person", person).first(db).await
}

/// All memberships of a person.
pub async fn all_of_person<B: DeserializeOwned>(db: &mut impl Db, person: PersonId) -> Result<Vec<Expert<B>>> {
    document::Select::<ExpertKeys>::new().equal("person", person).all(db).await
}

/// The expert with this number in a pool.
pub async fn by_number<B: DeserializeOwned>(db: &mut impl Db, pool: PoolId, number: &str) -> Result<Option<Expert<B>>> {
    document::Select::<ExpertKeys>::new().equal("pool", pool).equal("number", number).first(db).await
}

/// Which experts of a pool to list. Conditions left empty do not narrow.
#[derive(Debug, Clone)]
pub struct ExpertFilter {
    /// The pool.
    pub pool: PoolId,
    /// Typed text: name, pinyin, initials, employer, number.
    pub text: String,
    /// Any of these specialties.
    pub specialties: Vec<SpecialtyId>,
    /// Any of these status codes.
    pub statuses: Vec<String>,
    /// At least this rung of the title ladder.
    pub title_at_least: Option<i64>,
    /// At least this rung of the skill ladder.
    pub skill_at_least: Option<i64>,
    /// Employed there.
    pub employer: Option<OrganisationId>,
    /// Term ends on or before this day.
    pub term_to: Option<Date>,
    /// Blind index of the last characters of the identity number (see `persons::tail_index`).
    pub id_tail: Option<Vec<u8>>,
}

impl ExpertFilter {
    /// Everybody of a pool.
    pub fn all(pool: PoolId) -> Self {
        Self {
            pool,
            text: String::new(),
            specialties: Vec::new(),
            statuses: Vec::new(),
            title_at_least: None,
            skill_at_least: None,
            employer: None,
            term_to: None,
            id_tail: None,
        }
    }

    /// Narrows to the last characters of an identity number.
    #[must_use]
    pub fn id_tail(mut self, seals: &Seals, tail: &Secret) -> Self {
        self.id_tail = Some(persons::tail_index(seals, tail));
        self
    }
}

/// How experts are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExpertOrder {
    /// By the sort key of the name.
    #[default]
    Name,
    /// By number.
    Number,
}

impl ExpertOrder {
    fn column(self) -> &'static str {
        match self {
            ExpertOrder::Name => "name_sort",
            ExpertOrder::Number => "number_sort",
        }
    }
}

/// How the rows of a page are reached.
enum Plan {
    /// Read this condition's experts whole, then sort.
    From(Sql),
    /// Follow the order's index and test each row.
    Walk,
}

/// The conditions of a filter that an index answers, as subqueries giving `seq`.
fn drivers(kind: crate::Kind, filter: &ExpertFilter, (from, to): (i64, i64)) -> Vec<Sql> {
    let mut drivers = Vec::new();
    let tokens = grams::tokens(&filter.text);
    if !tokens.is_empty() {
        let mut sql = dialect::matching_experts(kind, &tokens);
        let seq = dialect::matched_seq(kind);
        sql.push(" AND ").push(seq).push(" > ").bind(from).push(" AND ").push(seq).push(" < ").bind(to);
        drivers.push(sql);
    }
    if !filter.specialties.is_empty() {
        let distinct = if filter.specialties.len() > 1 { "SELECT DISTINCT" } else { "SELECT" };
        let mut sql = Sql::new(distinct);
        sql.push(" expert AS seq FROM expert_specialty WHERE specialty IN (").bind_list(&filter.specialties).push(")");
        drivers.push(sql);
    }
    if let Some(employer) = filter.employer {
        let mut sql = Sql::new("SELECT seq FROM expert WHERE employer_organisation = ");
        sql.bind(employer).push(" AND pool = ").bind(filter.pool);
        drivers.push(sql);
    }
    if let Some(tail) = &filter.id_tail {
        let mut sql = Sql::new("SELECT e.seq FROM person p JOIN expert e ON e.person = p.id WHERE p.id_tail_index = ");
        sql.bind(tail).push(" AND e.pool = ").bind(filter.pool);
        drivers.push(sql);
    }
    if !filter.statuses.is_empty() {
        let mut sql = Sql::new("SELECT seq FROM expert WHERE pool = ");
        sql.bind(filter.pool).push(" AND status IN (").bind_list(&filter.statuses).push(")");
        drivers.push(sql);
    }
    if let Some(day) = filter.term_to {
        let mut sql = Sql::new("SELECT seq FROM expert WHERE pool = ");
        sql.bind(filter.pool).push(" AND term_to <= ").bind(day);
        drivers.push(sql);
    }
    drivers
}

/// Appends every condition as a test of row `t`.
fn conditions(kind: crate::Kind, filter: &ExpertFilter, sql: &mut Sql) {
    sql.push("t.pool = ").bind(filter.pool);
    let tokens = grams::tokens(&filter.text);
    if !tokens.is_empty() {
        sql.push(" AND ").append(dialect::matches_row(kind, &tokens));
    }
    if !filter.specialties.is_empty() {
        sql.push(" AND EXISTS (SELECT 1 FROM expert_specialty s WHERE s.expert = t.seq AND s.specialty IN (");
        sql.bind_list(&filter.specialties).push("))");
    }
    if !filter.statuses.is_empty() {
        sql.push(" AND t.status IN (").bind_list(&filter.statuses).push(")");
    }
    if let Some(rank) = filter.title_at_least {
        sql.push(" AND t.title_rank >= ").bind(rank);
    }
    if let Some(rank) = filter.skill_at_least {
        sql.push(" AND t.skill_rank >= ").bind(rank);
    }
    if let Some(employer) = filter.employer {
        sql.push(" AND t.employer_organisation = ").bind(employer);
    }
    if let Some(day) = filter.term_to {
        sql.push(" AND t.term_to <= ").bind(day);
    }
    if let Some(tail) = &filter.id_tail {
        sql.push(" AND EXISTS (SELECT 1 FROM person p WHERE p.id = t.person AND p.id_tail_index = ").bind(tail).push(")");
    }
}

/// The rarest condition, if any is rare enough to begin with.
async fn plan(db: &mut impl Db, filter: &ExpertFilter) -> Result<Plan> {
    let range = range(db, filter.pool).await?;
    let drivers = drivers(db.kind(), filter, range);
    for bound in [FEW, MANY] {
        let mut best: Option<(u64, &Sql)> = None;
        for driver in &drivers {
            let mut count = Sql::new("SELECT COUNT(*) FROM (");
            count.append(driver.clone()).push(" LIMIT ").bind(bound + 1).push(") AS matched");
            let found: u64 = db.rows(count).await?.first().map_or(Ok(0), |row| row.get(0))?;
            if found <= bound && best.as_ref().is_none_or(|(least, _)| found < *least) {
                best = Some((found, driver));
            }
        }
        if let Some((_, driver)) = best {
            return Ok(Plan::From(driver.clone()));
        }
    }
    Ok(Plan::Walk)
}

/// One page of experts.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &ExpertFilter,
    order: ExpertOrder,
    direction: Direction,
    request: &PageRequest,
) -> Result<Page<Expert<B>>> {
    let limit = request.rows();
    let column = order.column();
    let (operator, descending) = match direction {
        Direction::Ascending => (", t.seq) > (", ""),
        Direction::Descending => (", t.seq) < (", " DESC"),
    };
    let mut wanted = Sql::new("");
    conditions(db.kind(), filter, &mut wanted);
    if let Some(cursor) = &request.after {
        let (sort, seq) = document::read_cursor(cursor)?;
        let seq: i64 = seq.parse().map_err(|_| Error::Cursor)?;
        wanted.push(" AND (t.").push(column).push(operator).bind(sort).push(", ").bind(seq).push(")");
    }
    let ordered = |sql: &mut Sql| {
        sql.push(" ORDER BY t.").push(column).push(descending).push(", t.seq").push(descending);
    };
    let mut sql;
    match plan(db, filter).await? {
        Plan::Walk => {
            sql = Sql::new("SELECT ");
            sql.push(ExpertKeys::SELECTED).push(" FROM expert t WHERE ").append(wanted);
            ordered(&mut sql);
            sql.push(" LIMIT ").bind(limit + 1);
        }
        Plan::From(driver) => {
            // Ids and sort keys first; bodies only of the rows that are shown.
            sql = Sql::new("WITH hit AS MATERIALIZED (");
            sql.append(driver);
            sql.push("), shown AS MATERIALIZED (SELECT t.seq FROM hit CROSS JOIN expert t WHERE t.seq = hit.seq AND ");
            sql.append(wanted);
            ordered(&mut sql);
            sql.push(" LIMIT ").bind(limit + 1).push(") SELECT ").push(ExpertKeys::SELECTED);
            sql.push(" FROM shown CROSS JOIN expert t WHERE t.seq = shown.seq");
            ordered(&mut sql);
        }
    }
    let rows = db.rows(sql).await?;
    let kept = &rows[..rows.len().min(limit as usize)];
    let items: Vec<Expert<B>> = kept.iter().map(document::read_stored).collect::<Result<_>>()?;
    let next = items.last().filter(|_| rows.len() > kept.len()).map(|last| {
        let sort = match order {
            ExpertOrder::Name => &last.keys.name_sort,
            ExpertOrder::Number => &last.keys.number_sort,
        };
        document::write_cursor(sort, &last.keys.seq.to_string())
    });
    Ok(Page { items, next })
}

/// How many experts match, up to [`document::COUNT_BOUND`].
pub async fn count(db: &mut impl Db, filter: &ExpertFilter) -> Result<Count> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM ");
    if let Plan::From(driver) = plan(db, filter).await? {
        sql.push("(").append(driver).push(") AS hit CROSS JOIN expert t WHERE t.seq = hit.seq AND ");
    } else {
        sql.push("expert t WHERE ");
    }
    conditions(db.kind(), filter, &mut sql);
    sql.push(" LIMIT ").bind(document::COUNT_BOUND + 1).push(") AS matched");
    let found = db.rows(sql).await?.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(Count::of(found, document::COUNT_BOUND))
}

/// Exactly how many experts of a pool have each status.
pub async fn by_status(db: &mut impl Db, pool: PoolId) -> Result<Vec<(String, u64)>> {
    let rows = db
        .rows(sql!("SELECT status, COUNT(*) FROM expert WHERE pool = $1 GROUP BY status ORDER BY status", pool))
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Exactly how many experts each specialty of a pool has.
pub async fn by_specialty(db: &mut impl Db, pool: PoolId) -> Result<Vec<(SpecialtyId, u64)>> {
    let rows = db
        .rows(sql!(
            "SELECT s.id, COUNT(e.expert) FROM specialty s LEFT JOIN expert_specialty e ON e.specialty = s.id \
             WHERE s.pool = $1 GROUP BY s.id ORDER BY s.id",
            pool
        ))
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

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
    sql.push(ExpertKeys::SELECTED).push(", (SELECT p.body FROM person p WHERE p.id = t.person) FROM ");
    in_scope(&mut sql, (from, to), specialties);
    db.each(sql, &mut |row| {
        let profile: String = row.get(3 + ExpertKeys::COLUMNS.len())?;
        visit(document::read_stored(&row)?, document::decode("person", &profile)?)
    })
    .await
}

fn in_scope(sql: &mut Sql, (from, to): (i64, i64), specialties: &[SpecialtyId]) {
    if specialties.is_empty() {
        sql.push("expert t");
    } else {
        sql.push("(SELECT DISTINCT expert FROM expert_specialty WHERE specialty IN (").bind_list(specialties);
        sql.push(")) AS scope CROSS JOIN expert t");
    }
    sql.push(" WHERE t.seq > ").bind(from).push(" AND t.seq < ").bind(to);
    if !specialties.is_empty() {
        sql.push(" AND t.seq = scope.expert");
    }
    sql.push(" ORDER BY t.seq");
}
