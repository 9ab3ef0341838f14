//! Text search in the database, for organisations: names become pairs of characters, typed text
//! becomes the same, and both engines only compare whole tokens. (Experts are searched in memory.)
//!
//! Characters beyond ASCII are written as their code point in hex, so that neither engine's
//! tokenizer nor a server's locale decides whether a rare character is a letter.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::search::{self, Run, runs};

/// One token of a text search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Equal to an indexed gram.
    Whole(String),
    /// The beginning of an indexed gram.
    Prefix(String),
}

/// Short beginnings of words are tokens of their own, since merging every word that begins so would
/// take long. The mark keeps them apart from words.
const BEGINNING: &str = "qq0";
/// Longest beginning that is a token of its own.
const SHORT: usize = 3;

/// What a row can be found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchText {
    grams: BTreeSet<String>,
}

impl SearchText {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A word that is found by its beginning: full pinyin, initials, a number.
    #[must_use]
    pub fn word(self, word: &str) -> Self {
        self.text(word)
    }

    /// Running text such as a name: found by any two neighbouring characters.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        for run in runs(text) {
            self.add(&run);
        }
        self
    }

    fn add(&mut self, run: &Run) {
        match run {
            Run::Word(word) => {
                for end in 1..=SHORT.min(word.len()) {
                    self.grams.insert(format!("{BEGINNING}{}", &word[..end]));
                }
                self.grams.insert(word.clone());
            }
            Run::Characters(characters) if characters.len() == 1 => {
                self.grams.insert(spell(characters));
            }
            Run::Characters(characters) => self.grams.extend(characters.windows(2).map(spell)),
        }
    }

    /// The tokens one by one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.grams.iter().map(String::as_str)
    }
}

/// What typed text asks for; nothing when it holds no letter.
pub(crate) fn tokens(typed: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for run in runs(typed) {
        match run {
            Run::Word(word) if word.len() <= SHORT => {
                tokens.push(Token::Whole(format!("{BEGINNING}{word}")));
            }
            Run::Word(word) => tokens.push(Token::Prefix(word)),
            Run::Characters(characters) if characters.len() == 1 => {
                tokens.push(Token::Whole(spell(&characters)))
            }
            Run::Characters(characters) => {
                tokens.extend(characters.windows(2).map(|pair| Token::Whole(spell(pair))))
            }
        }
    }
    // More tokens narrow nothing a person would notice.
    tokens.truncate(search::MOST_TERMS);
    tokens
}

fn spell(characters: &[char]) -> String {
    let mut spelt = String::with_capacity(characters.len() * 5);
    for c in characters {
        // Writing to a String cannot fail.
        let _ = write!(spelt, "u{:x}", *c as u32);
    }
    spelt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Token {
        Token::Whole(text.into())
    }

    #[test]
    fn what_is_indexed_is_what_is_asked_for() {
        let text = SearchText::new()
            .text("欧阳伟")
            .word("ouyangwei")
            .word("oyw")
            .text("示例市3M机电（集团）");
        let grams: Vec<&str> = text.iter().collect();
        for asked in ["欧阳", "阳伟", "欧阳伟", "集团", "机电", "欧阳　机电"] {
            for token in tokens(asked) {
                let Token::Whole(token) = token else {
                    panic!("{asked} is no word")
                };
                assert!(grams.contains(&token.as_str()), "{asked}");
            }
        }
        assert_eq!(tokens("OuYang"), [Token::Prefix("ouyang".into())]);
        assert_eq!(tokens("３ｍ"), [whole("qq03m")]);
        assert!(grams.contains(&"qq03m") && grams.contains(&"qq0oyw"));
        assert!(grams.contains(&"3m"));
        assert!(
            !grams.contains(&"u673a"),
            "running text is not found by one character"
        );
    }

    #[test]
    fn quotes_operators_and_blanks_never_reach_the_engine() {
        assert_eq!(tokens("  \"*' OR -()：·、"), [whole("qq0or")]);
        assert_eq!(tokens("买·提"), [whole("u4e70"), whole("u63d0")]);
        assert_eq!(tokens("\u{2ccb9}\u{e000}"), [whole("u2ccb9ue000")]);
        assert!(tokens("…… ！").is_empty());
    }
}
