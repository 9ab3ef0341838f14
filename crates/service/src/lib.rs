//! Use cases: each is one function, behind pages, JSON and the command line alike.

pub mod accounts;
pub mod attempts;
pub mod change;
pub mod ctx;
pub mod designations;
pub mod draws;
pub mod engagements;
pub mod error;
pub mod feasibility;
pub mod inbox;
pub mod health;
pub mod installation;
pub mod invitations;
pub mod links;
pub mod misconduct;
pub mod outbox;
pub mod packs;
pub mod password;
pub mod pool_set_up;
pub mod pools;
pub mod port;
pub mod registers;
pub mod roles;
pub mod rotations;
pub mod schedule;
pub mod second_factor;
pub mod service;
pub mod sessions;
pub mod set_up;
pub mod system_log;
pub mod tasks;

pub use ctx::Ctx;
pub use error::{Error, Problem, Reason, Result};
pub use packs::Packs;
pub use pools::OpenPool;
pub use service::{Service, Settings};
