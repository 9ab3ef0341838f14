//! The law as data: source → check → pack → decide.

pub mod cases;
pub mod check;
pub mod checklist;
pub mod citation;
pub mod compare;
pub mod counter;
pub mod coverage;
pub mod decide;
pub mod due;
pub mod eligible_party;
pub mod evidence;
pub mod exit;
pub mod expression;
pub mod facts;
pub mod in_force;
pub mod library;
pub mod pack;
pub mod problem;
pub mod source;
pub mod term;
mod test;
pub mod words;

pub use check::{check, check_with, reset};
pub use citation::Citation;
pub use decide::{Decision, Outcome, decide};
pub use facts::Facts;
pub use in_force::{Extension, legal_status};
pub use pack::Pack;
pub use problem::Problem;
pub use words::Word;
