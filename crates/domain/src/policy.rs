//! The law as data: source → check → pack → decide.

pub mod citation;
pub mod expression;
pub mod pack;
pub mod words;

pub use citation::Citation;
pub use pack::Pack;
pub use words::Word;
