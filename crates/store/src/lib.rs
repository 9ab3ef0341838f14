//! SQL and nothing but SQL: one statement text for SQLite and PostgreSQL, the write door, the
//! ledger, sealed fields, the outbox and files. No use-case logic lives here.
//!
//! Start with [`Store::open`]; read through [`Store::read`], change through [`Store::write`].
//! `docs/storage.md` explains the tables and the rules.

pub mod accounts;
pub mod answers;
pub mod attachments;
pub mod backup;
pub mod campaigns;
mod dialect;
pub mod document;
mod door;
pub mod draws;
pub mod engagements;
mod engine;
mod error;
pub mod experts;
mod files;
mod grams;
pub mod imports;
pub mod jobs;
pub mod keys;
pub mod ledger;
pub mod messages;
pub mod misconduct;
pub mod organisations;
pub mod persons;
pub mod pools;
pub mod records;
pub mod registers;
pub mod relations;
pub mod rotations;
mod schema;
pub mod sealed;
pub mod sessions;
mod sql;
mod startup;
mod store;
pub mod tasks;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tokens;
pub mod tries;

pub use document::{Count, Direction, Page, PageRequest, Stored};
pub use door::{Receipt, WriteTx};
pub use engine::Kind;
pub use error::{Error, Result};
pub use files::Files;
pub use grams::SearchText;
pub use ledger::LedgerId;
pub use schema::VERSION as SCHEMA_VERSION;
pub use sealed::Secret;
pub use sql::{Bind, Field, Native, Row, Sql, Val};
pub use store::{Db, Read, Recovery, Snapshot, Store, StoreConfig};
