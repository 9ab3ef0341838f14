//! The 专家编号 of a roster, one after the other in one text.

use crate::search::{self, Run, Term};

/// Added to a length, so that no length is a letter or a digit.
const LENGTH: u32 = 0x80;
/// Digits that are enough to tell a number from most others.
const FEW_HOLD: usize = 4;

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
        let length = u32::try_from(number.len()).ok()?;
        let length = char::from_u32(length.checked_add(LENGTH)?)?;
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

    /// Where words begin so, in order, if it asks for digits: they are found in one pass over the text.
    pub(super) fn places(&self, term: &Term) -> Option<Vec<u32>> {
        let Term::Word(asked) = term else { return None };
        let digits = asked.trim_start();
        if digits.len() < FEW_HOLD || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let bytes = self.text.as_bytes();
        let begins = |at: &usize| {
            at.checked_sub(1)
                .is_none_or(|before| !bytes[before].is_ascii_alphanumeric())
        };
        let found = self.text.match_indices(digits).map(|(at, _)| at);
        found
            .filter(begins)
            .map(|at| u32::try_from(at).ok())
            .collect()
    }

    /// Might the number that begins here hold one of these places?
    pub(super) fn holds(&self, begin: u32, places: &[u32]) -> bool {
        let next = places.partition_point(|place| *place < begin);
        let end = || begin as usize + self.at(begin).len();
        places
            .get(next)
            .is_some_and(|place| *place as usize <= end())
    }

    pub(super) fn at(&self, begin: u32) -> &str {
        let mut rest = self.text[begin as usize..].chars();
        let length = rest
            .next()
            .map_or(0, |length| (length as u32 - LENGTH) as usize);
        &rest.as_str()[..length]
    }
}
