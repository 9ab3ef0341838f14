//! Statements and values. Statement text is made of `&'static str` only, so nothing a user typed
//! can become SQL; placeholders are `$1`, `$2` … on both engines.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{Decode, Type};
use sqlx_postgres::{PgRow, Postgres};
use sqlx_sqlite::{Sqlite, SqliteRow};

use crate::error::{Error, Result};

/// A bound value. The variant is the column type, so that a NULL has a type too (PostgreSQL asks).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Val {
    /// TEXT
    Text(Option<String>),
    /// BIGINT
    Int(Option<i64>),
    /// BYTEA
    Bytes(Option<Vec<u8>>),
}

/// A statement under construction: static text plus values.
#[derive(Debug, Clone)]
pub struct Sql {
    text: String,
    values: Vec<Val>,
}

impl Sql {
    /// Begins with fixed text.
    pub fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Gives the next value of a text that already names its placeholders.
    pub fn arg(mut self, value: impl Bind) -> Self {
        self.values.push(value.to_val());
        self
    }

    /// Appends fixed text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends the next placeholder and its value.
    pub fn bind(&mut self, value: impl Bind) -> &mut Self {
        self.bind_val(value.to_val())
    }

    /// Appends the next placeholder and an already typed value.
    pub fn bind_val(&mut self, value: Val) -> &mut Self {
        use std::fmt::Write as _;
        self.values.push(value);
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Appends `$a, $b, …`; an empty list becomes NULL, which no value equals.
    pub fn bind_list<T: Bind>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        let mut first = true;
        for value in values {
            if !first {
                self.push(", ");
            }
            first = false;
            self.bind(value);
        }
        if first {
            self.push("NULL");
        }
        self
    }

    /// Appends another statement whose placeholders continue this one's numbering. `other` must
    /// have been made with `bind` only.
    pub(crate) fn append(&mut self, other: Sql) -> &mut Self {
        let mut rest = other.text.as_str();
        let mut values = other.values.into_iter();
        while let Some(at) = rest.find('$') {
            self.text.push_str(&rest[..at]);
            let digits = rest[at + 1..]
                .find(|c: char| !c.is_ascii_digit())
                .map_or(rest.len(), |n| at + 1 + n);
            if let Some(value) = values.next() {
                self.bind_val(value);
            }
            rest = &rest[digits..];
        }
        self.text.push_str(rest);
        self
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Val>) {
        (self.text, self.values)
    }
}

/// A fixed, complete statement with its values in order. `tests/statements.rs` finds every use in
/// the sources and prepares it on both engines.
#[macro_export]
macro_rules! sql {
    ($text:literal $(, $value:expr)* $(,)?) => {
        $crate::Sql::new($text)$(.arg($value))*
    };
}

/// One result row of either engine.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A type both drivers decode natively.
pub trait Native:
    Sized + Type<Sqlite> + Type<Postgres> + for<'r> Decode<'r, Sqlite> + for<'r> Decode<'r, Postgres>
{
}
impl<T> Native for T where
    T: Sized
        + Type<Sqlite>
        + Type<Postgres>
        + for<'r> Decode<'r, Sqlite>
        + for<'r> Decode<'r, Postgres>
{
}

impl Row {
    /// The value of column `index`, counted from 0.
    pub fn get<T: Field>(&self, index: usize) -> Result<T> {
        T::from_row(self, index)
    }

    fn native<T: Native>(&self, index: usize) -> Result<T> {
        use sqlx::Row as _;
        Ok(match self {
            Row::Sqlite(row) => row.try_get::<T, _>(index)?,
            Row::Postgres(row) => row.try_get::<T, _>(index)?,
        })
    }
}

/// A Rust type that can be bound to a placeholder.
pub trait Bind {
    /// As a bound value.
    fn to_val(&self) -> Val;
    /// The typed NULL of this column.
    fn null() -> Val;
}

/// A Rust type that is one column.
pub trait Field: Bind + Sized {
    /// From column `index`.
    fn from_row(row: &Row, index: usize) -> Result<Self>;
    /// From column `index` when it may be NULL.
    fn from_nullable(row: &Row, index: usize) -> Result<Option<Self>>;
}

macro_rules! native_field {
    ($($type:ty => $variant:ident),*) => {$(
        impl Bind for $type {
            fn to_val(&self) -> Val {
                Val::$variant(Some(self.clone()))
            }
            fn null() -> Val {
                Val::$variant(None)
            }
        }
        impl Field for $type {
            fn from_row(row: &Row, index: usize) -> Result<Self> {
                row.native(index)
            }
            fn from_nullable(row: &Row, index: usize) -> Result<Option<Self>> {
                row.native(index)
            }
        }
    )*};
}
native_field!(String => Text, i64 => Int, Vec<u8> => Bytes);

/// Types that are stored as text or number and parsed back.
macro_rules! mapped_field {
    ($($type:ty: $native:ty, $variant:ident, $to:expr, $from:expr);* $(;)?) => {$(
        impl Bind for $type {
            fn to_val(&self) -> Val {
                let to: fn(&$type) -> $native = $to;
                Val::$variant(Some(to(self)))
            }
            fn null() -> Val {
                Val::$variant(None)
            }
        }
        impl Field for $type {
            fn from_row(row: &Row, index: usize) -> Result<Self> {
                let from: fn($native) -> Option<$type> = $from;
                from(row.native::<$native>(index)?).ok_or_else(|| undecodable(stringify!($type), index))
            }
            fn from_nullable(row: &Row, index: usize) -> Result<Option<Self>> {
                let from: fn($native) -> Option<$type> = $from;
                row.native::<Option<$native>>(index)?
                    .map(|value| from(value).ok_or_else(|| undecodable(stringify!($type), index)))
                    .transpose()
            }
        }
    )*};
}

mapped_field! {
    Date: String, Text, |d| d.to_string(), |t| t.parse().ok();
    Timestamp: i64, Int, |t| t.as_millisecond(), |ms| Timestamp::from_millisecond(ms).ok();
    u64: i64, Int, |n| i64::try_from(*n).unwrap_or(i64::MAX), |n| u64::try_from(n).ok();
    u32: i64, Int, |n| i64::from(*n), |n| u32::try_from(n).ok();
    u16: i64, Int, |n| i64::from(*n), |n| u16::try_from(n).ok();
    bool: i64, Int, |b| i64::from(*b), |n| match n { 0 => Some(false), 1 => Some(true), _ => None };
}

fn undecodable(kind: &'static str, index: usize) -> Error {
    Error::Corrupt {
        table: "（查询结果）",
        column: kind,
        why: format!("第 {} 列", index + 1),
    }
}

impl<T: Bind> Bind for Option<T> {
    fn to_val(&self) -> Val {
        self.as_ref().map_or_else(T::null, Bind::to_val)
    }
    fn null() -> Val {
        T::null()
    }
}

impl<T: Field> Field for Option<T> {
    fn from_row(row: &Row, index: usize) -> Result<Self> {
        T::from_nullable(row, index)
    }
    fn from_nullable(row: &Row, index: usize) -> Result<Option<Self>> {
        T::from_nullable(row, index).map(Some)
    }
}

impl Bind for str {
    fn to_val(&self) -> Val {
        Val::Text(Some(self.to_owned()))
    }
    fn null() -> Val {
        Val::Text(None)
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn to_val(&self) -> Val {
        (*self).to_val()
    }
    fn null() -> Val {
        T::null()
    }
}

macro_rules! id_field {
    ($($id:ident),* $(,)?) => {$(
        impl Bind for domain::id::$id {
            fn to_val(&self) -> Val {
                Val::Text(Some(self.to_string()))
            }
            fn null() -> Val {
                Val::Text(None)
            }
        }
        impl Field for domain::id::$id {
            fn from_row(row: &Row, index: usize) -> Result<Self> {
                row.native::<String>(index)?.parse().map_err(|_| undecodable(stringify!($id), index))
            }
            fn from_nullable(row: &Row, index: usize) -> Result<Option<Self>> {
                row.native::<Option<String>>(index)?
                    .map(|text| text.parse().map_err(|_| undecodable(stringify!($id), index)))
                    .transpose()
            }
        }
    )*};
}
id_field!(
    OrganisationId,
    AccountId,
    PoolId,
    SpecialtyId,
    PersonId,
    ExpertId,
    RelationId,
    TaskId,
    DrawId,
    EngagementId,
    FileId,
    MessageId,
    ImportId,
    FilterId,
    CampaignId,
    RecordId,
    MisconductId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appended_statements_continue_the_numbering() {
        let mut inner = Sql::new("x = ");
        inner.bind("b").push(" OR y = ").bind(3_i64);
        let mut outer = Sql::new("a = ");
        outer.bind("a").push(" AND (").append(inner).push(")");
        let (text, values) = outer.into_parts();
        assert_eq!(text, "a = $1 AND (x = $2 OR y = $3)");
        assert_eq!(values.len(), 3);
    }

    #[test]
    fn an_empty_list_matches_nothing() {
        let mut sql = Sql::new("x IN (");
        sql.bind_list(Vec::<String>::new()).push(")");
        assert_eq!(sql.into_parts().0, "x IN (NULL)");
    }
}
