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

/// One condition of a filter.
struct Condition {
    /// The experts it holds for, as a subquery giving `seq`, where an index answers that.
    whole: Option<Sql>,
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
        conditions.push(Condition {
            whole: Some(whole),
            test,
        });
    }
    if !filter.specialties.is_empty() {
        let distinct = if filter.specialties.len() > 1 {
            "SELECT DISTINCT"
        } else {
            "SELECT"
        };
        let mut whole = Sql::new(distinct);
        whole.push(" expert AS seq FROM expert_specialty WHERE specialty IN (");
        whole.bind_list(&filter.specialties).push(")");
        let mut test = Sql::new("EXISTS (SELECT 1 FROM expert_specialty s WHERE s.expert = t.seq");
        test.push(" AND s.specialty IN (")
            .bind_list(&filter.specialties)
            .push("))");
        conditions.push(Condition {
            whole: Some(whole),
            test,
        });
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
        conditions.push(Condition {
            whole: Some(whole),
            test,
        });
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
            let mut test = Sql::new(column);
            test.bind(least);
            conditions.push(Condition { whole: None, test });
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
    Condition {
        whole: Some(whole),
        test,
    }
}

/// How the rows of a page are reached.
struct Plan {
    /// Read this condition's experts whole, then sort; or, if none is rare enough, follow the
    /// order's index and test each row.
    from: Option<Sql>,
    /// What remains to be tested of row `t`.
    tests: Sql,
}

/// Begins with the rarest condition, if any is rare enough.
async fn plan(db: &mut impl Db, filter: &ExpertFilter) -> Result<Plan> {
    let (from, to) = range(db, filter.pool).await?;
    let mut conditions = conditions(db.kind(), filter, (from, to));
    let mut best: Option<(u64, usize)> = None;
    for bound in [FEW, MANY] {
        for (place, whole) in conditions
            .iter()
            .enumerate()
            .filter_map(|(place, c)| Some((place, c.whole.as_ref()?)))
        {
            let mut count = Sql::new("SELECT COUNT(*) FROM (");
            count
                .append(whole.clone())
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
        if best.is_some() {
            break;
        }
    }
    let whole = best.and_then(|(_, place)| conditions.swap_remove(place).whole);
    // The pool, as what the way chosen can tell without reading the row.
    let mut tests = if whole.is_some() {
        let mut tests = Sql::new("t.seq > ");
        tests.bind(from).push(" AND t.seq < ").bind(to);
        tests
    } else {
        let mut tests = Sql::new("t.pool = ");
        tests.bind(filter.pool);
        tests
    };
    for condition in conditions {
        tests.push(" AND ").append(condition.test);
    }
    Ok(Plan { from: whole, tests })
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
    let Plan {
        from,
        tests: mut wanted,
    } = plan(db, filter).await?;
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
    match from {
        None => {
            sql = Sql::new("SELECT ");
            sql.push(ExpertKeys::SELECTED)
                .push(" FROM expert t WHERE ")
                .append(wanted);
            ordered(&mut sql);
            sql.push(" LIMIT ").bind(limit + 1);
        }
        Some(whole) => {
            // Ids and sort keys first; bodies only of the rows that are shown.
            sql = Sql::new("WITH shown AS MATERIALIZED (SELECT t.seq FROM (");
            sql.append(whole).push(") AS hit CROSS JOIN ");
            sql.push(dialect::experts_to_sort(db.kind()));
            sql.push(" WHERE t.seq = hit.seq AND ");
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
    let Plan { from, tests } = plan(db, filter).await?;
    let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM ");
    if let Some(whole) = from {
        sql.push("(")
            .append(whole)
            .push(") AS hit CROSS JOIN ")
            .push(dialect::experts_to_sort(db.kind()))
            .push(" WHERE t.seq = hit.seq AND ");
    } else {
        sql.push("expert t WHERE ");
    }
    sql.append(tests)
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
