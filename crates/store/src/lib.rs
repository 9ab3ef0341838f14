//! SQL and nothing but SQL: one statement text for SQLite and PostgreSQL, the write door, the
//! ledger, sealed fields, the outbox and files. No use-case logic lives here.
//!
//! Start with [`Store::open`]; read through [`Store::read`], change through [`Store::write`].
//! `docs/storage.md` explains the tables and the rules.

mod dialect;
pub mod door;
mod engine;
mod error;
mod files;
pub mod keys;
pub mod ledger;
mod schema;
pub mod sealed;
mod sql;
mod startup;
mod store;

pub use door::{Receipt, WriteTx};
pub use engine::Kind;
pub use error::{Error, Result};
pub use files::Files;
pub use ledger::LedgerId;
pub use schema::VERSION as SCHEMA_VERSION;
pub use sealed::Secret;
pub use sql::{Bind, Field, Native, Row, Sql, Val};
pub use store::{Db, Read, Recovery, Snapshot, Store, StoreConfig};
