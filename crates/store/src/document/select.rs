//! Lists: conditions, pages cut by key, bounded counts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub use domain::direction::Direction;
use serde::de::DeserializeOwned;

use super::{Keys, Stored, read_stored};
use crate::error::{Error, Result};
use crate::sql::{Bind, Row, Sql, Val};
use crate::store::Db;

/// Where a page begins and how long it is. Pages are cut by key: a cursor names the last row seen,
/// so that rows added or removed meanwhile neither repeat nor hide others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows, at most 1,000.
    pub limit: u32,
}

impl PageRequest {
    /// The first `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }

    /// The rows after a cursor.
    pub fn after(cursor: Option<String>, limit: u32) -> Self {
        Self {
            after: cursor,
            limit,
        }
    }

    /// Rows as bounded.
    pub fn rows(&self) -> u32 {
        self.limit.clamp(1, 1000)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

/// How many rows match. Counting stops at a bound: no reader acts on the difference between
/// 40,000 and 41,000, and an exact count of a loose search costs more than the page itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Exactly so many.
    Exactly(u64),
    /// So many and more; shown as “1000+”.
    AtLeast(u64),
}

/// Where counting stops.
pub const COUNT_BOUND: u64 = 1000;

impl Count {
    /// What was counted up to a bound.
    pub fn of(found: u64, bound: u64) -> Self {
        if found > bound {
            Count::AtLeast(bound)
        } else {
            Count::Exactly(found)
        }
    }
}

/// Things counted apart, together.
impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::Exactly(0), |sum, one| match (sum, one) {
            (Self::Exactly(a), Self::Exactly(b)) => Self::Exactly(a + b),
            (Self::Exactly(a) | Self::AtLeast(a), Self::Exactly(b) | Self::AtLeast(b)) => {
                Self::AtLeast(a + b)
            }
        })
    }
}

/// A cursor: the sort value and the id of the last row.
pub fn write_cursor(sort: &str, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{sort}\u{1}{id}"))
}

/// The sort value and the id a cursor names.
///
/// # Errors
/// [`Error::Cursor`] for what [`write_cursor`] did not write.
pub fn read_cursor(text: &str) -> Result<(String, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Cursor)?;
    let text = String::from_utf8(bytes).map_err(|_| Error::Cursor)?;
    // Ids hold no control characters; sort values may.
    let (sort, id) = text.rsplit_once('\u{1}').ok_or(Error::Cursor)?;
    Ok((sort.to_owned(), id.to_owned()))
}

/// A list being described. Columns are names from this crate, values are bound.
pub struct Select<K: Keys> {
    conditions: Sql,
    _keys: std::marker::PhantomData<K>,
}

impl<K: Keys> Default for Select<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Keys> Select<K> {
    /// All rows.
    pub fn new() -> Self {
        Self {
            conditions: Sql::new(" WHERE 1 = 1"),
            _keys: std::marker::PhantomData,
        }
    }

    fn compare(mut self, column: &'static str, operator: &'static str, value: impl Bind) -> Self {
        self.conditions
            .push(" AND t.")
            .push(column)
            .push(operator)
            .bind(value);
        self
    }

    /// Rows where the column equals the value.
    pub fn equal(self, column: &'static str, value: impl Bind) -> Self {
        self.compare(column, " = ", value)
    }

    /// Like `equal`, when there is a value.
    pub fn equal_if(self, column: &'static str, value: Option<impl Bind>) -> Self {
        match value {
            Some(value) => self.equal(column, value),
            None => self,
        }
    }

    /// Rows where the column is one of the values; no values, no rows.
    pub fn one_of<T: Bind>(
        mut self,
        column: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        self.conditions
            .push(" AND t.")
            .push(column)
            .push(" IN (")
            .bind_list(values)
            .push(")");
        self
    }

    /// Like `one_of`, unless the list is empty.
    pub fn one_of_if<T: Bind>(self, column: &'static str, values: &[T]) -> Self {
        if values.is_empty() {
            self
        } else {
            self.one_of(column, values)
        }
    }

    /// Rows where the column is at least the value.
    pub fn from_if(self, column: &'static str, value: Option<impl Bind>) -> Self {
        match value {
            Some(value) => self.compare(column, " >= ", value),
            None => self,
        }
    }

    /// Rows where the column is at most the value.
    pub fn upto_if(self, column: &'static str, value: Option<impl Bind>) -> Self {
        match value {
            Some(value) => self.compare(column, " <= ", value),
            None => self,
        }
    }

    /// Rows whose column holds the text. For columns of small tables; `%` and `_` mean themselves.
    pub fn holds_if(mut self, column: &'static str, text: Option<&str>) -> Self {
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            let escaped = text
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            self.conditions
                .push(" AND t.")
                .push(column)
                .push(" LIKE ")
                .bind(format!("%{escaped}%"))
                .push(" ESCAPE '\\'");
        }
        self
    }

    /// A condition of its own making.
    pub(crate) fn also(mut self, condition: impl FnOnce(&mut Sql)) -> Self {
        self.conditions.push(" AND ");
        condition(&mut self.conditions);
        self
    }

    /// A condition of its own making, when there is a value for it.
    pub(crate) fn also_if<T>(self, value: Option<T>, condition: impl FnOnce(&mut Sql, T)) -> Self {
        match value {
            Some(value) => self.also(|sql| condition(sql, value)),
            None => self,
        }
    }

    fn statement(self) -> Sql {
        let mut sql = Sql::new("SELECT ");
        sql.push(K::SELECTED)
            .push(" FROM ")
            .push(K::TABLE)
            .push(" t");
        sql.append(self.conditions);
        sql
    }

    /// The only or first row.
    pub async fn first<B: DeserializeOwned>(
        self,
        db: &mut impl Db,
    ) -> Result<Option<Stored<K, B>>> {
        let mut sql = self.statement();
        sql.push(" ORDER BY t.id LIMIT 1");
        db.rows(sql).await?.first().map(read_stored).transpose()
    }

    /// All rows by id. For lists known to be short.
    pub async fn all<B: DeserializeOwned>(self, db: &mut impl Db) -> Result<Vec<Stored<K, B>>> {
        let mut sql = self.statement();
        sql.push(" ORDER BY t.id");
        db.rows(sql).await?.iter().map(read_stored).collect()
    }

    /// All rows by a column. For lists known to be short.
    pub async fn all_by<B: DeserializeOwned>(
        self,
        db: &mut impl Db,
        column: &'static str,
    ) -> Result<Vec<Stored<K, B>>> {
        let mut sql = self.statement();
        sql.push(" ORDER BY t.").push(column).push(", t.id");
        db.rows(sql).await?.iter().map(read_stored).collect()
    }

    /// One page, ordered by a text or number column (never NULL) and then by id.
    pub async fn page<S: Sort, B: DeserializeOwned>(
        mut self,
        db: &mut impl Db,
        column: &'static str,
        direction: Direction,
        request: &PageRequest,
    ) -> Result<Page<Stored<K, B>>> {
        if let Some(cursor) = &request.after {
            let (sort, id) = read_cursor(cursor)?;
            let operator = match direction {
                Direction::Ascending => ", t.id) > (",
                Direction::Descending => ", t.id) < (",
            };
            let sort = S::from_cursor(&sort).ok_or(Error::Cursor)?;
            self.conditions
                .push(" AND (t.")
                .push(column)
                .push(operator)
                .bind_val(sort)
                .push(", ")
                .bind(id)
                .push(")");
        }
        let limit = request.rows();
        let mut sql = Sql::new("SELECT ");
        sql.push(K::SELECTED)
            .push(", t.")
            .push(column)
            .push(" FROM ")
            .push(K::TABLE)
            .push(" t")
            .append(self.conditions);
        let order = match direction {
            Direction::Ascending => ", t.id",
            Direction::Descending => " DESC, t.id DESC",
        };
        sql.push(" ORDER BY t.")
            .push(column)
            .push(order)
            .push(" LIMIT ")
            .bind(limit + 1);
        let rows = db.rows(sql).await?;
        let kept = &rows[..rows.len().min(limit as usize)];
        let items = kept.iter().map(read_stored).collect::<Result<Vec<_>>>()?;
        let next = match kept.last() {
            Some(last) if rows.len() > kept.len() => Some(write_cursor(
                &S::to_cursor(last, 3 + K::COLUMNS.len())?,
                &last.get::<String>(0)?,
            )),
            _ => None,
        };
        Ok(Page { items, next })
    }

    /// How many rows match, up to [`COUNT_BOUND`].
    pub async fn count(self, db: &mut impl Db) -> Result<Count> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM ");
        sql.push(K::TABLE)
            .push(" t")
            .append(self.conditions)
            .push(" LIMIT ")
            .bind(COUNT_BOUND + 1)
            .push(") AS matched");
        let found = db
            .rows(sql)
            .await?
            .first()
            .map_or(Ok(0), |row| row.get(0))?;
        Ok(Count::of(found, COUNT_BOUND))
    }
}

/// A type lists can be ordered by.
pub trait Sort {
    /// The value as a cursor spells it.
    fn to_cursor(row: &Row, column: usize) -> Result<String>;
    /// The bound value of a cursor.
    fn from_cursor(text: &str) -> Option<Val>;
}

/// Ordered by a text column.
pub struct ByText;
/// Ordered by a number column.
pub struct ByNumber;

impl Sort for ByText {
    fn to_cursor(row: &Row, column: usize) -> Result<String> {
        row.get(column)
    }
    fn from_cursor(text: &str) -> Option<Val> {
        Some(Val::Text(Some(text.to_owned())))
    }
}

impl Sort for ByNumber {
    fn to_cursor(row: &Row, column: usize) -> Result<String> {
        Ok(row.get::<i64>(column)?.to_string())
    }
    fn from_cursor(text: &str) -> Option<Val> {
        Some(Val::Int(Some(text.parse().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_any_sort_value_and_refuse_anything_else() {
        for sort in ["", "zhangwei\u{1}张伟", "2026-11-22", "\u{1}"] {
            let cursor = write_cursor(sort, "id-1");
            assert_eq!(
                read_cursor(&cursor).unwrap(),
                (sort.to_owned(), "id-1".to_owned())
            );
        }
        assert!(matches!(read_cursor("!!"), Err(Error::Cursor)));
        assert!(matches!(read_cursor("YWJj"), Err(Error::Cursor)));
    }
}
