//! Tokens for text search in Chinese: pairs of neighbouring characters, the same on both sides.
//!
//! Full-text indexes split on blanks, which Chinese has not. The store writes [`tokens`] joined by
//! blanks into its index; a query asks for all of [`terms`]. Tokens contain letters and digits only,
//! so they need no quoting in any query language.

use crate::text;

/// One thing a query asks the index for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// A token equal to this.
    Whole(String),
    /// A token beginning with this.
    Prefix(String),
}

/// Tokens of a stored text (a name, an employer): each pair of neighbouring Chinese characters, the
/// last character of each run alone, and each word of other letters or digits, in lower case.
///
/// Because of the lone last character every single character begins some token.
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for run in runs(text) {
        match run {
            Run::Han(run) => {
                tokens.extend(run.windows(2).map(|pair| pair.iter().collect()));
                tokens.extend(run.last().map(char::to_string));
            }
            Run::Word(word) => tokens.push(word),
        }
    }
    tokens.sort();
    tokens.dedup();
    tokens
}

/// What a typed query asks for; all terms must be found. Empty when there is nothing to look for.
pub fn terms(query: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for run in runs(query) {
        match run {
            Run::Han(run) if run.len() == 1 => terms.push(Term::Prefix(run.iter().collect())),
            Run::Han(run) => {
                terms.extend(
                    run.windows(2)
                        .map(|pair| Term::Whole(pair.iter().collect())),
                );
            }
            Run::Word(word) => terms.push(Term::Prefix(word)),
        }
    }
    terms.sort();
    terms.dedup();
    terms
}

enum Run {
    Han(Vec<char>),
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    for c in text::tidy(text).chars().flat_map(char::to_lowercase) {
        if !c.is_alphanumeric() && !text::is_han(c) {
            open = false;
            continue;
        }
        match (runs.last_mut(), text::is_han(c)) {
            (Some(Run::Han(run)), true) if open => run.push(c),
            (Some(Run::Word(word)), false) if open => word.push(c),
            (_, true) => runs.push(Run::Han(vec![c])),
            (_, false) => runs.push(Run::Word(c.to_string())),
        }
        open = true;
    }
    runs
}
