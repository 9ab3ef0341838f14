//! The law as data: source → check → pack → decide.

pub mod check;
pub mod citation;
pub mod expression;
pub mod library;
pub mod pack;
pub mod problem;
pub mod source;
pub mod words;

pub use check::{check, check_with};
pub use citation::Citation;
pub use pack::Pack;
pub use problem::Problem;
pub use words::Word;
