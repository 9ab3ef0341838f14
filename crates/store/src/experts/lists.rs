//! Pages and counts of a pool's experts, by whichever way is shortest.

use domain::expert::Status;
use domain::id::{OrganisationId, PoolId, SpecialtyId};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::{Expert, ExpertKeys, range};
use crate::dialect;
use crate::document::{self, Count, Direction, Keys as _, Page, PageRequest};
use crate::error::{Error, Result};
use crate::grams;
use crate::persons;
use crate::sealed::{Seals, Secret};
use crate::sql::Sql;
use crate::store::Db;

/// A condition with at most this many experts is read whole and sorted.
const FEW: u64 = 2_000;
/// A condition with more experts than this is so common that walking the list meets one soon.
const MANY: u64 = 120_000;

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
    /// Of this status on this day.
    pub standing: Option<(Status, Date)>,
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
            standing: None,
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
        sql.push(" AND ")
            .push(seq)
            .push(" > ")
            .bind(from)
            .push(" AND ")
            .push(seq)
            .push(" < ")
            .bind(to);
        drivers.push(sql);
    }
    if !filter.specialties.is_empty() {
        let distinct = if filter.specialties.len() > 1 {
            "SELECT DISTINCT"
        } else {
            "SELECT"
        };
        let mut sql = Sql::new(distinct);
        sql.push(" expert AS seq FROM expert_specialty WHERE specialty IN (")
            .bind_list(&filter.specialties)
            .push(")");
        drivers.push(sql);
    }
    if let Some(employer) = filter.employer {
        let mut sql = Sql::new("SELECT seq FROM expert WHERE employer_organisation = ");
        sql.bind(employer).push(" AND pool = ").bind(filter.pool);
        drivers.push(sql);
    }
    if let Some(tail) = &filter.id_tail {
        let mut sql = Sql::new(
            "SELECT e.seq FROM person p JOIN expert e ON e.person = p.id WHERE p.id_tail_index = ",
        );
        sql.bind(tail).push(" AND e.pool = ").bind(filter.pool);
        drivers.push(sql);
    }
    if !filter.statuses.is_empty() {
        let mut sql = Sql::new("SELECT seq FROM expert WHERE pool = ");
        sql.bind(filter.pool)
            .push(" AND status IN (")
            .bind_list(&filter.statuses)
            .push(")");
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
        sql.push(" AND ")
            .append(dialect::matches_row(kind, &tokens));
    }
    if !filter.specialties.is_empty() {
        sql.push(" AND EXISTS (SELECT 1 FROM expert_specialty s WHERE s.expert = t.seq AND s.specialty IN (");
        sql.bind_list(&filter.specialties).push("))");
    }
    if !filter.statuses.is_empty() {
        sql.push(" AND t.status IN (")
            .bind_list(&filter.statuses)
            .push(")");
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
    if let Some((status, day)) = filter.standing {
        let stored = if matches!(status, Status::NotYet | Status::Expired) {
            Status::Active
        } else {
            status
        };
        sql.push(" AND t.status = ").bind(stored.code());
        match status {
            Status::Active => sql
                .push(" AND t.term_from <= ")
                .bind(day)
                .push(" AND t.term_to >= ")
                .bind(day),
            Status::NotYet => sql.push(" AND t.term_from > ").bind(day),
            Status::Expired => sql.push(" AND t.term_to < ").bind(day),
            Status::Suspended | Status::Left => &mut *sql,
        };
    }
    if let Some(tail) = &filter.id_tail {
        sql.push(
            " AND EXISTS (SELECT 1 FROM person p WHERE p.id = t.person AND p.id_tail_index = ",
        )
        .bind(tail)
        .push(")");
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
            count
                .append(driver.clone())
                .push(" LIMIT ")
                .bind(bound + 1)
                .push(") AS matched");
            let found: u64 = db
                .rows(count)
                .await?
                .first()
                .map_or(Ok(0), |row| row.get(0))?;
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
        wanted
            .push(" AND (t.")
            .push(column)
            .push(operator)
            .bind(sort)
            .push(", ")
            .bind(seq)
            .push(")");
    }
    let ordered = |sql: &mut Sql| {
        sql.push(" ORDER BY t.")
            .push(column)
            .push(descending)
            .push(", t.seq")
            .push(descending);
    };
    let mut sql;
    match plan(db, filter).await? {
        Plan::Walk => {
            sql = Sql::new("SELECT ");
            sql.push(ExpertKeys::SELECTED)
                .push(" FROM expert t WHERE ")
                .append(wanted);
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
            sql.push(" LIMIT ")
                .bind(limit + 1)
                .push(") SELECT ")
                .push(ExpertKeys::SELECTED);
            sql.push(" FROM shown CROSS JOIN expert t WHERE t.seq = shown.seq");
            ordered(&mut sql);
        }
    }
    let rows = db.rows(sql).await?;
    let kept = &rows[..rows.len().min(limit as usize)];
    let items: Vec<Expert<B>> = kept
        .iter()
        .map(document::read_stored)
        .collect::<Result<_>>()?;
    let next = items
        .last()
        .filter(|_| rows.len() > kept.len())
        .map(|last| {
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
        sql.push("(")
            .append(driver)
            .push(") AS hit CROSS JOIN expert t WHERE t.seq = hit.seq AND ");
    } else {
        sql.push("expert t WHERE ");
    }
    conditions(db.kind(), filter, &mut sql);
    sql.push(" LIMIT ")
        .bind(document::COUNT_BOUND + 1)
        .push(") AS matched");
    let found = db
        .rows(sql)
        .await?
        .first()
        .map_or(Ok(0), |row| row.get(0))?;
    Ok(Count::of(found, document::COUNT_BOUND))
}
