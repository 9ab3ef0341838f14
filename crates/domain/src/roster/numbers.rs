//! The 专家编号 of a roster, one after the other in one text.

use crate::search::{self, Run, Term};

/// Numbers by where they begin.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    /// Before each number stands its length in bytes, as a character.
    text: String,
    /// With which letters and digits words of numbers begin, a bit each. Most numbers of a pool
    /// begin alike, so that most typed words are in none.
    firsts: u128,
    /// Does any number hold other characters?
    characters: bool,
}

impl Numbers {
    /// Adds a number; says where it begins.
    pub(super) fn enter(&mut self, number: &str) -> Option<u32> {
        let at = u32::try_from(self.text.len()).ok()?;
        let length = u32::try_from(number.len()).ok().and_then(char::from_u32)?;
        self.note(number);
        self.text.push(length);
        self.text.push_str(number);
        Some(at)
    }

    fn note(&mut self, number: &str) {
        for run in search::runs(number) {
            match run {
                Run::Word(word) => {
                    let first = word.bytes().next().unwrap_or_default();
                    self.firsts |= 1 << (first & 127);
                }
                Run::Characters(_) => self.characters = true,
            }
        }
    }

    /// Might any number hold this?
    pub(super) fn may_hold(&self, term: &Term) -> bool {
        match term.first() {
            Some(first) => self.firsts & (1 << (first & 127)) != 0,
            None => self.characters,
        }
    }

    pub(super) fn at(&self, begin: u32) -> &str {
        let mut rest = self.text[begin as usize..].chars();
        let length = rest.next().map_or(0, |length| length as usize);
        &rest.as_str()[..length]
    }
}
