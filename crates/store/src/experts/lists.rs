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

/// A condition with at most this many experts is read whole and sorted without further thought.
const FEW: u64 = 2_000;
/// Rows of the order that are tested in the hope of a full page before anything is sorted.
const NEAR: u32 = 3_000;
/// A condition with more experts than this is never read whole.
const MANY: u64 = 300_000;

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

/// One condition of a filter.
#[derive(Clone)]
struct Condition {
    /// The experts it holds for, as a subquery giving `seq`; an index answers it.
    whole: Sql,
    /// The same as a test of row `t`.
    test: Sql,
}

/// The conditions of a filter, beyond the pool itself.
fn conditions(kind: crate::Kind, filter: &ExpertFilter, (from, to): (i64, i64)) -> Vec<Condition> {
    let mut conditions = Vec::new();
    let tokens = grams::tokens(&filter.text);
    if !tokens.is_empty() {
        let mut whole = dialect::matching_experts(kind, &tokens);
        let seq = dialect::matched_seq(kind);
        whole.push(" AND ").push(seq).push(" > ").bind(from);
        whole.push(" AND ").push(seq).push(" < ").bind(to);
        // Reading the row's own grams is many times cheaper than asking the text index about it.
        let mut test = Sql::new("(");
        for (n, token) in tokens.iter().enumerate() {
            test.push(if n == 0 { "" } else { " AND " });
            test.push("' ' || t.grams || ' ' LIKE ").bind(token.like());
        }
        test.push(")");
        conditions.push(Condition { whole, test });
    }
    if !filter.specialties.is_empty() {
        let distinct = if filter.specialties.len() > 1 {
            "SELECT DISTINCT"
        } else {
            "SELECT"
        };
        let mut whole = Sql::new(distinct);
        whole.push(" expert AS seq FROM expert_specialty WHERE specialty IN (");
        whole
            .bind_list(&filter.specialties)
            .push(") AND expert > ")
            .bind(from);
        whole.push(" AND expert < ").bind(to);
        let mut test = Sql::new("EXISTS (SELECT 1 FROM expert_specialty s WHERE s.expert = t.seq");
        test.push(" AND s.specialty IN (")
            .bind_list(&filter.specialties)
            .push("))");
        conditions.push(Condition { whole, test });
    }
    if let Some(employer) = filter.employer {
        conditions.push(of_column(filter.pool, |sql| {
            sql.push("t.employer_organisation = ").bind(employer);
        }));
    }
    if let Some(tail) = &filter.id_tail {
        let mut whole = Sql::new("SELECT e.seq FROM person p JOIN expert e ON e.person = p.id");
        whole
            .push(" WHERE p.id_tail_index = ")
            .bind(tail)
            .push(" AND e.pool = ")
            .bind(filter.pool);
        let mut test = Sql::new("EXISTS (SELECT 1 FROM person p WHERE p.id = t.person");
        test.push(" AND p.id_tail_index = ").bind(tail).push(")");
        conditions.push(Condition { whole, test });
    }
    if !filter.statuses.is_empty() {
        conditions.push(of_column(filter.pool, |sql| {
            sql.push("t.status IN (")
                .bind_list(&filter.statuses)
                .push(")");
        }));
    }
    if let Some(day) = filter.term_to {
        conditions.push(of_column(filter.pool, |sql| {
            sql.push("t.term_to <= ").bind(day);
        }));
    }
    if let Some((status, day)) = filter.standing {
        let stored = match status {
            Status::NotYet | Status::Expired => Status::Active,
            other => other,
        };
        conditions.push(of_column(filter.pool, |sql| {
            sql.push("t.status = ").bind(stored.code());
            match status {
                Status::Active => {
                    sql.push(" AND t.term_from <= ").bind(day);
                    sql.push(" AND t.term_to >= ").bind(day);
                }
                Status::NotYet => {
                    sql.push(" AND t.term_from > ").bind(day);
                }
                Status::Expired => {
                    sql.push(" AND t.term_to < ").bind(day);
                }
                Status::Suspended | Status::Left => {}
            }
        }));
    }
    for (column, least) in [
        ("t.title_rank >= ", filter.title_at_least),
        ("t.skill_rank >= ", filter.skill_at_least),
    ] {
        if let Some(least) = least {
            conditions.push(of_column(filter.pool, |sql| {
                sql.push(column).bind(least);
            }));
        }
    }
    conditions
}

/// A condition on an indexed column of the expert itself.
fn of_column(pool: PoolId, write: impl Fn(&mut Sql)) -> Condition {
    let mut whole = Sql::new("SELECT t.seq FROM expert t WHERE t.pool = ");
    whole.bind(pool).push(" AND ");
    write(&mut whole);
    let mut test = Sql::new("");
    write(&mut test);
    Condition { whole, test }
}

/// The condition with the fewest experts, if that is at most `bound`.
async fn rarest(db: &mut impl Db, conditions: &[Condition], bound: u64) -> Result<Option<usize>> {
    let mut best: Option<(u64, usize)> = None;
    for (place, condition) in conditions.iter().enumerate() {
        let mut count = Sql::new("SELECT COUNT(*) FROM (");
        count
            .append(condition.whole.clone())
            .push(" LIMIT ")
            .bind(bound + 1)
            .push(") AS matched");
        let found: u64 = db
            .rows(count)
            .await?
            .first()
            .map_or(Ok(0), |row| row.get(0))?;
        if found <= bound && best.is_none_or(|(least, _)| found < least) {
            best = Some((found, place));
        }
    }
    Ok(best.map(|(_, place)| place))
}

/// The condition to read whole when its experts lie elsewhere in the order: the only one there is,
/// or the rarest.
async fn narrowest(db: &mut impl Db, conditions: &[Condition]) -> Result<Option<usize>> {
    match conditions {
        [_only] => Ok(Some(0)),
        several => rarest(db, several, MANY).await,
    }
}

/// Where rows of `expert t` come from and what is left to test of them.
struct Source {
    /// `FROM …`
    from: Sql,
    /// Conditions joined by AND; never empty.
    tests: Sql,
}

impl Source {
    /// The experts of one condition, looked up one by one.
    fn whole(kind: crate::Kind, mut conditions: Vec<Condition>, place: usize) -> Self {
        let mut from = Sql::new("(");
        from.append(conditions.swap_remove(place).whole);
        from.push(") AS hit CROSS JOIN ")
            .push(dialect::experts_to_sort(kind));
        Self {
            from,
            tests: all_of(Sql::new("t.seq = hit.seq"), conditions),
        }
    }

    /// The whole pool.
    fn pool(pool: PoolId, conditions: Vec<Condition>) -> Self {
        let mut tests = Sql::new("t.pool = ");
        tests.bind(pool);
        Self {
            from: Sql::new("expert t"),
            tests: all_of(tests, conditions),
        }
    }
}

fn all_of(mut tests: Sql, conditions: Vec<Condition>) -> Sql {
    for condition in conditions {
        tests.push(" AND ").append(condition.test);
    }
    tests
}

/// The order of a list and where in it the page begins.
struct Place {
    column: &'static str,
    direction: Direction,
    after: Option<(String, i64)>,
}

impl Place {
    fn new(order: ExpertOrder, direction: Direction, request: &PageRequest) -> Result<Self> {
        let after = match &request.after {
            Some(cursor) => {
                let (sort, seq) = document::read_cursor(cursor)?;
                Some((sort, seq.parse().map_err(|_| Error::Cursor)?))
            }
            None => None,
        };
        Ok(Self {
            column: order.column(),
            direction,
            after,
        })
    }

    /// Appends `AND (…) > (…)` if the page is not the first.
    fn test(&self, sql: &mut Sql) {
        let operator = match self.direction {
            Direction::Ascending => ", t.seq) > (",
            Direction::Descending => ", t.seq) < (",
        };
        if let Some((sort, seq)) = &self.after {
            sql.push(" AND (t.").push(self.column).push(operator);
            sql.bind(sort).push(", ").bind(*seq).push(")");
        }
    }

    /// Appends `ORDER BY … LIMIT …`.
    fn order(&self, sql: &mut Sql, limit: u32) {
        let descending = match self.direction {
            Direction::Ascending => "",
            Direction::Descending => " DESC",
        };
        sql.push(" ORDER BY t.").push(self.column).push(descending);
        sql.push(", t.seq")
            .push(descending)
            .push(" LIMIT ")
            .bind(limit);
    }

    /// The rows of a source, sort keys first: bodies are read only of the rows that are shown.
    fn rows(&self, source: Source, limit: u32) -> Sql {
        let mut sql = Sql::new("WITH shown AS MATERIALIZED (SELECT t.seq FROM ");
        sql.append(source.from).push(" WHERE ").append(source.tests);
        self.test(&mut sql);
        self.order(&mut sql, limit);
        sql.push(") SELECT ").push(ExpertKeys::SELECTED);
        sql.push(" FROM shown CROSS JOIN expert t WHERE t.seq = shown.seq");
        self.order(&mut sql, limit);
        sql
    }

    /// The rows among the next [`NEAR`] of the order that pass.
    fn near(&self, pool: PoolId, conditions: Vec<Condition>, limit: u32) -> Sql {
        let mut from = Sql::new("(SELECT t.seq FROM expert t WHERE t.pool = ");
        from.bind(pool);
        self.test(&mut from);
        self.order(&mut from, NEAR);
        from.push(") AS near CROSS JOIN expert t");
        let tests = all_of(Sql::new("t.seq = near.seq"), conditions);
        self.rows(Source { from, tests }, limit)
    }
}

/// One page of experts.
///
/// A rare condition is read whole and sorted. Otherwise the next few thousand rows of the order
/// are tested, which fills the page unless the matches lie elsewhere in it, as when a common
/// surname is looked for in the order of names; then the rarest condition is read whole after all.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &ExpertFilter,
    order: ExpertOrder,
    direction: Direction,
    request: &PageRequest,
) -> Result<Page<Expert<B>>> {
    let limit = request.rows();
    let place = Place::new(order, direction, request)?;
    let range = range(db, filter.pool).await?;
    let kind = db.kind();
    let conditions = conditions(kind, filter, range);
    let mut rows = None;
    let mut best = rarest(db, &conditions, FEW).await?;
    if best.is_none() && !conditions.is_empty() {
        let near = db
            .rows(place.near(filter.pool, conditions.clone(), limit + 1))
            .await?;
        if near.len() > limit as usize {
            rows = Some(near);
        } else {
            best = narrowest(db, &conditions).await?;
        }
    }
    let rows = match (rows, best) {
        (Some(rows), _) => rows,
        (None, Some(rare)) => {
            db.rows(place.rows(Source::whole(kind, conditions, rare), limit + 1))
                .await?
        }
        (None, None) => {
            db.rows(place.rows(Source::pool(filter.pool, conditions), limit + 1))
                .await?
        }
    };
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
    let range = range(db, filter.pool).await?;
    let kind = db.kind();
    let conditions = conditions(kind, filter, range);
    let matched = match conditions.as_slice() {
        [Condition { whole, .. }] => whole.clone(),
        _ => {
            let mut best = rarest(db, &conditions, FEW).await?;
            if best.is_none() {
                best = rarest(db, &conditions, MANY).await?;
            }
            let Source { from, tests } = match best {
                Some(rare) => Source::whole(kind, conditions, rare),
                None => Source::pool(filter.pool, conditions),
            };
            let mut matched = Sql::new("SELECT 1 FROM ");
            matched.append(from).push(" WHERE ").append(tests);
            matched
        }
    };
    let mut sql = Sql::new("SELECT COUNT(*) FROM (");
    sql.append(matched)
        .push(" LIMIT ")
        .bind(document::COUNT_BOUND + 1)
        .push(") AS matched");
    let found = db
        .rows(sql)
        .await?
        .first()
        .map_or(Ok(0), |row| row.get(0))?;
    Ok(Count::of(found, document::COUNT_BOUND))
}
