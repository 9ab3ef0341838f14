//! The law and the processes it governs, pure: facts, pack, date and chance go in; decisions,
//! findings and events come out. Nothing here reads a clock, a file, a network or a dice.

pub mod account;
pub mod actor;
pub mod assembly;
pub mod bank_card;
pub mod calendar;
pub mod contact;
pub mod credit_code;
pub mod date_text;
pub mod draw_process;
pub mod engagement;
pub mod event;
pub mod expert;
pub mod explain;
pub mod finding;
pub mod frame;
pub mod half_day;
pub mod id;
pub mod identity;
pub mod money;
pub mod organisation;
pub mod period;
pub mod person;
pub mod person_name;
pub mod policy;
pub mod pool;
pub mod recusal;
pub mod relation;
pub mod relaxation;
pub mod rotation;
pub mod task;
pub mod text;
