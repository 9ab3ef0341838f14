//! What can go wrong between a use case and the disk. Each message says what happened, why, and
//! what to do, in Chinese, because an operator reads it.

use std::io;

use crate::keys::KeyError;
use crate::ledger::LedgerError;

/// Result of every store function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the store. `Conflict`, `Busy` and `Stale` are ordinary outcomes a caller answers;
/// the others need an operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another transaction won (SQLSTATE 40001, 40P01). Run the whole use case again.
    #[error("数据正被他人修改，本次未保存。请重试一次。")]
    Conflict,
    /// The write lock was not free in time, or all connections are taken.
    #[error(
        "数据库正忙，本次未保存。请稍后重试；若持续出现，请检查数据库服务是否在运行，以及是否有长时间运行的导入或备份。"
    )]
    Busy,
    /// The row changed since it was read (optimistic version).
    #[error("这条记录已被他人更新，本次未保存。请刷新后在最新内容上修改。")]
    Stale {
        /// Table of the row.
        table: &'static str,
        /// Its id.
        id: String,
    },
    /// A unique key is taken.
    #[error("已有相同的记录，本次未保存。请查询后在原记录上修改。")]
    Duplicate,
    /// A referenced row does not exist, or is still referenced.
    #[error("关联的记录不存在或仍被引用，本次未保存。请刷新后重试。")]
    Reference,
    /// A value outside what the schema allows.
    #[error("有一项内容超出允许的范围，本次未保存（{0}）。请核对后重试。")]
    Refused(String),
    /// An append-only row was about to be changed.
    #[error("留痕只能追加，不能修改或删除，本次未保存。")]
    Immutable,
    /// A write transaction changed data and appended nothing to its ledger.
    #[error("本次变更没有写入留痕，已全部撤销。这是程序缺陷，请把操作时间告知维护人员。")]
    Unrecorded,
    /// No room on the disk.
    #[error("磁盘空间已满，本次未保存，已有数据完好。请清理或扩容数据目录所在磁盘，然后重试。")]
    DiskFull,
    /// The database or its folder cannot be written.
    #[error(
        "数据库为只读，本次未保存。请检查数据目录的所有者与写权限，或数据库是否处于只读备用状态。"
    )]
    ReadOnly,
    /// The engine cannot be reached.
    #[error("连接不上数据库（{0}）。请确认数据库服务已启动、地址与账号正确，然后重试。")]
    Unreachable(String),
    /// The engine reports damaged storage.
    #[error("数据库文件损坏（{0}）。请停止服务，用最近一份备份恢复，并保留现有文件备查。")]
    Damaged(String),
    /// A stored value does not decode.
    #[error("{table} 表 {column} 列的内容无法读取（{why}）。请用最近一份备份核对该行。")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Cause.
        why: String,
    },
    /// The database was made by a newer program.
    #[error("数据库版本为 {found}，本程序只认识到 {known}。数据未作任何改动，请改用新版程序启动。")]
    NewerDatabase {
        /// Version found.
        found: i64,
        /// Last version this program knows.
        known: i64,
    },
    /// A migration that already ran differs from the one in this program.
    #[error(
        "数据库第 {0} 版的结构与本程序记录的不一致，已停止启动，数据未作改动。请使用原来的程序版本，或从备份恢复。"
    )]
    ForeignSchema(i64),
    /// The bundled SQLite is too old to be trusted.
    #[error("SQLite 版本 {0} 有已知的数据丢失缺陷，至少需要 3.51.3。请更换程序版本。")]
    OldSqlite(String),
    /// A setting that cannot work.
    #[error("{0}")]
    Setting(String),
    /// Keys and sealed fields.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The ledger and its checkpoints.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A list cursor that this list did not issue.
    #[error("翻页位置无效。请回到第一页。")]
    Cursor,
    /// A backup that cannot be used.
    #[error("备份无法使用：{0}。请换一份备份。")]
    Backup(String),
    /// A folder or file.
    #[error("读写文件失败（{0}），本次未保存。请检查数据目录是否存在、权限与剩余空间，然后重试。")]
    Io(#[from] io::Error),
    /// Anything else the engine says.
    #[error("数据库报告了意外的错误（{0}）。本次未保存，请把时间与此信息告知维护人员。")]
    Engine(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(cause) => {
                let code = cause.code().unwrap_or_default().into_owned();
                let sqlite = cause
                    .try_downcast_ref::<sqlx_sqlite::SqliteError>()
                    .is_some();
                let known = if sqlite {
                    sqlite_kind(&code, cause.message())
                } else {
                    postgres_kind(&code, cause.message())
                };
                known.unwrap_or(Error::Engine(sqlx::Error::Database(cause)))
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => Error::Busy,
            sqlx::Error::Io(cause) => match cause.kind() {
                io::ErrorKind::StorageFull => Error::DiskFull,
                _ => Error::Unreachable(cause.to_string()),
            },
            sqlx::Error::PoolClosed => Error::Unreachable("连接池已关闭".into()),
            sqlx::Error::Tls(cause) => Error::Unreachable(cause.to_string()),
            other => Error::Engine(other),
        }
    }
}

/// SQLite result codes: the low byte is the primary code, the whole number the extended one.
fn sqlite_kind(code: &str, message: &str) -> Option<Error> {
    let code: i64 = code.parse().ok()?;
    Some(match (code & 0xff, code) {
        (5 | 6, _) => Error::Busy,
        (8, _) => Error::ReadOnly,
        (13, _) => Error::DiskFull,
        (10, _) => Error::Io(io::Error::other(message.to_owned())),
        (11 | 26, _) => Error::Damaged(message.to_owned()),
        (14, _) => Error::Unreachable(message.to_owned()),
        (_, 1555 | 2067 | 2579) => Error::Duplicate,
        (_, 787) => Error::Reference,
        (_, 1811) => Error::Immutable,
        (19, _) => Error::Refused(message.to_owned()),
        _ => return None,
    })
}

/// SQLSTATE classes of PostgreSQL.
fn postgres_kind(code: &str, message: &str) -> Option<Error> {
    Some(match code {
        "40001" | "40P01" => Error::Conflict,
        "55P03" | "57014" | "53300" => Error::Busy,
        "53100" | "53200" => Error::DiskFull,
        "25006" => Error::ReadOnly,
        "57P01" | "57P02" | "57P03" | "28000" | "28P01" | "3D000" => {
            Error::Unreachable(message.to_owned())
        }
        "XX001" | "XX002" => Error::Damaged(message.to_owned()),
        "23505" => Error::Duplicate,
        "23503" => Error::Reference,
        "P0001" => Error::Immutable,
        "23514" | "23502" | "22001" | "22003" => Error::Refused(message.to_owned()),
        _ => return None,
    })
}

impl Error {
    /// True when running the whole use case again may succeed without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Conflict | Error::Busy)
    }

    /// True when neither the request nor the program is at fault: somebody else was faster, or the
    /// disk, the clock, the keys or the database need an operator. Nothing was saved; the message
    /// says what to do and may be shown as it is.
    pub fn is_circumstance(&self) -> bool {
        match self {
            Error::Conflict
            | Error::Busy
            | Error::DiskFull
            | Error::ReadOnly
            | Error::Unreachable(_)
            | Error::Damaged(_)
            | Error::Corrupt { .. }
            | Error::Keys(_)
            | Error::Ledger(_)
            | Error::Io(_) => true,
            Error::Stale { .. }
            | Error::Duplicate
            | Error::Reference
            | Error::Refused(_)
            | Error::Immutable
            | Error::Unrecorded
            | Error::NewerDatabase { .. }
            | Error::ForeignSchema(_)
            | Error::OldSqlite(_)
            | Error::Setting(_)
            | Error::Cursor
            | Error::Backup(_)
            | Error::Engine(_) => false,
        }
    }
}
