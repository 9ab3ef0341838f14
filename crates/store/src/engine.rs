//! The two engines behind one enum: two pools each, one for reading, one for writing.
//!
//! SQLite: WAL with synchronous=FULL (an acknowledged row survives a power cut), one writing
//! connection, readers that cannot write. PostgreSQL: the same statements by URL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Database, Pool, SqlSafeStr as _};
use sqlx_core::transaction::TransactionManager;
use sqlx_postgres::{PgArguments, PgConnectOptions, PgConnection, Postgres};
use sqlx_sqlite::{
    Sqlite, SqliteArguments, SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode,
    SqliteSynchronous,
};

use crate::error::{Error, Result};
use crate::sql::{Row, Sql, Val};

/// How often a file that another program is just making is tried again, and how long apart.
const OPENING_TRIES: u32 = 40;
const OPENING_PAUSE: Duration = Duration::from_millis(50);

/// How long a writer waits for another before it gives up with [`Error::Busy`].
const LOCK_WAIT: Duration = Duration::from_secs(20);
/// Reading connections.
const READERS: u32 = 4;
/// Writing connections on PostgreSQL, i.e. pools that may be written at once by this server.
const WRITERS: u32 = 8;
/// First SQLite version without the WAL-reset defect.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Which engine, without its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bundled SQLite.
    Sqlite,
    /// PostgreSQL or a database that speaks its protocol.
    Postgres,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// `postgres://…`
    Url(String),
}

/// Connections to one database.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Sqlite {
        readers: Pool<Sqlite>,
        writer: Pool<Sqlite>,
    },
    Postgres {
        readers: Pool<Postgres>,
        writers: Pool<Postgres>,
    },
}

impl Engine {
    pub(crate) async fn connect(location: &Location) -> Result<Self> {
        match location {
            Location::File(path) => Self::sqlite(path).await,
            Location::Url(url) => Self::postgres(url).await,
        }
    }

    async fn sqlite(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(LOCK_WAIT)
            .statement_cache_capacity(400)
            .row_buffer_size(500)
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
            // A connection keeps 16 MiB; the rest is the page cache of the system. A map would count
            // every page of the file towards this process, once for each connection.
            .pragma("cache_size", "-16384")
            // After a large import the log shrinks again.
            .pragma("journal_size_limit", "67108864");
        let mut writing = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .optimize_on_close(true, 1000);
        // Said again of a file that has something in it, it would write to the header at every opening.
        if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
            writing = writing.auto_vacuum(SqliteAutoVacuum::Incremental);
        }
        let writer = PoolOptions::<Sqlite>::new()
            .max_connections(1)
            .acquire_timeout(LOCK_WAIT)
            .idle_timeout(None)
            .max_lifetime(None);
        // While one program makes the file and its log, SQLite answers another at once that it is busy.
        let mut tries = 0;
        let writer = loop {
            match writer.clone().connect_with(writing.clone()).await {
                Ok(pool) => break pool,
                Err(cause) => match Error::from(cause) {
                    Error::Busy if tries < OPENING_TRIES => tries += 1,
                    other => return Err(other),
                },
            }
            tokio::time::sleep(OPENING_PAUSE).await;
        };
        // Opened now and kept: what a new connection sets up would wait for a writer under way.
        let readers = PoolOptions::<Sqlite>::new()
            .min_connections(READERS)
            .max_connections(READERS)
            .acquire_timeout(LOCK_WAIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        let engine = Engine::Sqlite { readers, writer };
        let rows = engine.read(Sql::new("SELECT sqlite_version()")).await?;
        let version: String = rows
            .first()
            .map(|row| row.get(0))
            .transpose()?
            .unwrap_or_default();
        if parse_version(&version) < Some(OLDEST_SQLITE) {
            return Err(Error::OldSqlite(version));
        }
        Ok(engine)
    }

    async fn postgres(url: &str) -> Result<Self> {
        let known = url.starts_with("postgres://") || url.starts_with("postgresql://");
        let options: Option<PgConnectOptions> = url.parse().ok().filter(|_| known);
        let options = options
            .ok_or_else(|| Error::Setting("数据库地址无法识别，应形如 postgres://用户:口令@主机:5432/库名。请检查 --database。".into()))?;
        let options = options
            .application_name("linxuan")
            .statement_cache_capacity(400)
            .options([
                ("lock_timeout", format!("{}s", LOCK_WAIT.as_secs()).as_str()),
                ("default_transaction_isolation", "read committed"),
            ]);
        // A pool tries again and again, and in the end knows only that it waited too long.
        let probe = tokio::time::timeout(LOCK_WAIT, PgConnection::connect_with(&options)).await;
        match probe {
            Ok(Ok(connection)) => connection.close().await?,
            // It is recovering, as after a power cut; that is worth waiting for.
            Ok(Err(sqlx::Error::Database(cause))) if cause.code().as_deref() == Some("57P03") => {}
            Ok(Err(cause)) => return Err(cause.into()),
            Err(_) => return Err(Error::Unreachable("没有回应".into())),
        }
        let pool = |most| {
            PoolOptions::<Postgres>::new()
                .max_connections(most)
                .acquire_timeout(LOCK_WAIT)
                .connect_lazy_with(options.clone())
        };
        let engine = Engine::Postgres {
            readers: pool(READERS),
            writers: pool(WRITERS),
        };
        engine.read(Sql::new("SELECT 1")).await?;
        Ok(engine)
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Engine::Sqlite { .. } => Kind::Sqlite,
            Engine::Postgres { .. } => Kind::Postgres,
        }
    }

    /// Runs one reading statement on any free connection.
    pub(crate) async fn read(&self, sql: Sql) -> Result<Vec<Row>> {
        match self {
            Engine::Sqlite { readers, .. } => {
                Session::Sqlite(Hold::outside(readers.acquire().await?))
                    .rows(sql)
                    .await
            }
            Engine::Postgres { readers, .. } => {
                Session::Postgres(Hold::outside(readers.acquire().await?))
                    .rows(sql)
                    .await
            }
        }
    }

    /// Like `read`, row by row.
    pub(crate) async fn each(
        &self,
        sql: Sql,
        visit: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        match self {
            Engine::Sqlite { readers, .. } => {
                Session::Sqlite(Hold::outside(readers.acquire().await?))
                    .each(sql, visit)
                    .await
            }
            Engine::Postgres { readers, .. } => {
                Session::Postgres(Hold::outside(readers.acquire().await?))
                    .each(sql, visit)
                    .await
            }
        }
    }

    /// A reading transaction that sees one state throughout.
    pub(crate) async fn snapshot(&self) -> Result<Session> {
        Ok(match self {
            Engine::Sqlite { readers, .. } => {
                Session::Sqlite(Hold::begin(readers.acquire().await?, "BEGIN DEFERRED").await?)
            }
            Engine::Postgres { readers, .. } => Session::Postgres(
                Hold::begin(
                    readers.acquire().await?,
                    "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                )
                .await?,
            ),
        })
    }

    /// A writing transaction. On SQLite it holds the one write lock from here on.
    pub(crate) async fn begin(&self) -> Result<Session> {
        Ok(match self {
            Engine::Sqlite { writer, .. } => {
                Session::Sqlite(Hold::begin(writer.acquire().await?, "BEGIN IMMEDIATE").await?)
            }
            Engine::Postgres { writers, .. } => {
                Session::Postgres(Hold::begin(writers.acquire().await?, "BEGIN").await?)
            }
        })
    }

    /// A writing transaction in which tables others refer to may be made again. SQLite checks no
    /// foreign keys in it, which can only be said before it begins; the connection is not used again.
    pub(crate) async fn begin_rebuilding(&self) -> Result<Session> {
        let Engine::Sqlite { writer, .. } = self else {
            return self.begin().await;
        };
        let mut connection = writer.acquire().await?;
        connection.close_on_drop();
        sqlx::raw_sql("PRAGMA foreign_keys = OFF")
            .execute(&mut *connection)
            .await?;
        let hold = Hold::begin(connection, "BEGIN IMMEDIATE").await?;
        Ok(Session::Sqlite(hold))
    }

    /// A writing connection outside any transaction (VACUUM INTO and the like).
    pub(crate) async fn outside_transaction(&self) -> Result<Session> {
        Ok(match self {
            Engine::Sqlite { writer, .. } => {
                Session::Sqlite(Hold::outside(writer.acquire().await?))
            }
            Engine::Postgres { writers, .. } => {
                Session::Postgres(Hold::outside(writers.acquire().await?))
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Engine::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres { readers, writers } => {
                readers.close().await;
                writers.close().await;
            }
        }
    }
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

/// One connection in use, in or outside a transaction. Dropped in the middle of a transaction, it
/// rolls back.
///
/// This does what `sqlx::Transaction` does and one thing more: SQLite ends a transaction by itself
/// when the disk is full or fails, after which the driver's count of open transactions is wrong
/// for ever. A connection that met such an error is closed instead of going back to its pool.
pub(crate) struct Hold<D: Database> {
    connection: PoolConnection<D>,
    open: bool,
    spoiled: bool,
}

impl<D: Database> Hold<D> {
    fn outside(connection: PoolConnection<D>) -> Self {
        Self {
            connection,
            open: false,
            spoiled: false,
        }
    }

    async fn begin(mut connection: PoolConnection<D>, statement: &'static str) -> Result<Self> {
        <D::TransactionManager as TransactionManager>::begin(
            &mut connection,
            Some(statement.into_sql_str()),
        )
        .await?;
        Ok(Self {
            connection,
            open: true,
            spoiled: false,
        })
    }

    async fn commit(mut self) -> Result<()> {
        if self.open {
            let result =
                <D::TransactionManager as TransactionManager>::commit(&mut self.connection)
                    .await
                    .map_err(Error::from);
            self.note(&result);
            result?;
            self.open = false;
        }
        Ok(())
    }

    fn note<T>(&mut self, result: &Result<T>) {
        let harmless = matches!(
            result,
            Ok(_)
                | Err(Error::Duplicate
                    | Error::Reference
                    | Error::Immutable
                    | Error::Refused(_)
                    | Error::Corrupt { .. }
                    | Error::ReadOnly)
        );
        self.spoiled |= !harmless;
    }
}

impl<D: Database> Drop for Hold<D> {
    fn drop(&mut self) {
        if self.spoiled {
            self.connection.close_on_drop();
        } else if self.open {
            <D::TransactionManager as TransactionManager>::start_rollback(&mut self.connection);
        }
    }
}

/// A connection of either engine. Dropping it rolls an open transaction back.
pub(crate) enum Session {
    Sqlite(Hold<Sqlite>),
    Postgres(Hold<Postgres>),
}

/// Binds the values in their native types.
macro_rules! arguments {
    ($arguments:ident, $values:expr) => {{
        use sqlx::Arguments as _;
        let mut arguments = $arguments::default();
        for value in $values {
            match value {
                Val::Text(value) => arguments.add(value),
                Val::Int(value) => arguments.add(value),
                Val::Bytes(value) => arguments.add(value),
            }
            .map_err(|cause| Error::Engine(sqlx::Error::Encode(cause)))?;
        }
        arguments
    }};
}

/// Runs the query on the connection of whichever engine it is. `AssertSqlSafe` is true because
/// `Sql` is built of `&'static str` only.
macro_rules! on_either {
    ($session:expr, $sql:expr, |$query:ident, $connection:ident, $row:ident| $run:expr) => {{
        let (text, values) = $sql.into_parts();
        match $session {
            Session::Sqlite(hold) => {
                let $query = sqlx::query_with::<Sqlite, _>(
                    AssertSqlSafe(text),
                    arguments!(SqliteArguments, values),
                );
                let $row = Row::Sqlite;
                let $connection = &mut *hold.connection;
                let result = async { $run }.await;
                hold.note(&result);
                result
            }
            Session::Postgres(hold) => {
                let $query = sqlx::query_with::<Postgres, _>(
                    AssertSqlSafe(text),
                    arguments!(PgArguments, values),
                );
                let $row = Row::Postgres;
                let $connection = &mut *hold.connection;
                let result = async { $run }.await;
                hold.note(&result);
                result
            }
        }
    }};
}

impl Session {
    pub(crate) async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>> {
        on_either!(self, sql, |query, connection, row| {
            Ok(query
                .fetch_all(connection)
                .await?
                .into_iter()
                .map(row)
                .collect())
        })
    }

    pub(crate) async fn each(
        &mut self,
        sql: Sql,
        visit: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        on_either!(self, sql, |query, connection, row| {
            let mut stream = query.fetch(connection);
            while let Some(next) =
                std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await
            {
                visit(row(next?))?;
            }
            Ok(())
        })
    }

    /// Runs a statement; returns how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: Sql) -> Result<u64> {
        on_either!(self, sql, |query, connection, _row| Ok(query
            .execute(connection)
            .await?
            .rows_affected()))
    }

    /// Runs a script of several statements. Only texts of this crate come here.
    pub(crate) async fn script(&mut self, text: String) -> Result<()> {
        match self {
            Session::Sqlite(hold) => sqlx::raw_sql(AssertSqlSafe(text))
                .execute(&mut *hold.connection)
                .await
                .map(drop)?,
            Session::Postgres(hold) => sqlx::raw_sql(AssertSqlSafe(text))
                .execute(&mut *hold.connection)
                .await
                .map(drop)?,
        }
        Ok(())
    }

    /// Prepares a statement without running it.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) async fn prepare(&mut self, text: String) -> Result<()> {
        use sqlx::Executor as _;
        let text = AssertSqlSafe(text).into_sql_str();
        match self {
            Session::Sqlite(hold) => hold.connection.prepare(text).await.map(drop)?,
            Session::Postgres(hold) => hold.connection.prepare(text).await.map(drop)?,
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Session::Sqlite(hold) => hold.commit().await,
            Session::Postgres(hold) => hold.commit().await,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Session::Sqlite(_) => Kind::Sqlite,
            Session::Postgres(_) => Kind::Postgres,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("3.53.0") > Some(OLDEST_SQLITE));
        assert!(parse_version("3.51.2") < Some(OLDEST_SQLITE));
        assert!(parse_version("3.9.0") < Some(OLDEST_SQLITE));
        assert_eq!(parse_version("unknown"), None);
    }
}
