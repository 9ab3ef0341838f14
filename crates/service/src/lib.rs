//! Use cases: each is one function, behind pages, JSON and the command line alike.

pub mod change;
pub mod ctx;
pub mod error;
pub mod packs;
pub mod password;
pub mod port;
pub mod service;

pub use ctx::Ctx;
pub use error::{Error, Problem, Reason, Result};
pub use packs::Packs;
pub use service::{Service, Settings};
