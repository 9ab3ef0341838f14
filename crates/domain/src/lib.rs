//! The law and the processes it governs, pure: facts, pack, date and chance go in; decisions,
//! findings and events come out. Nothing here reads a clock, a file, a network or a dice.

pub mod actor;
pub mod engagement;
pub mod event;
pub mod expert;
pub mod id;
pub mod organisation;
pub mod person;
pub mod relation;
pub mod rotation;
pub mod task;
