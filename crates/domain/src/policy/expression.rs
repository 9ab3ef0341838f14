//! The one boolean language of a pack: ids joined by `&`, `|`, `!` and parentheses.

use serde::Serialize;

/// A parsed expression. Numbers index the list of names it was parsed against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// One leaf.
    Leaf(u16),
    /// 不得
    Not(Box<Expression>),
    /// 且
    All(Vec<Expression>),
    /// 或
    Any(Vec<Expression>),
}
