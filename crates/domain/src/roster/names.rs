//! The names of a roster, each once, with its place in the order of names and what finds it.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::{Mix, hash};
use crate::pinyin::{self, SearchKeys};
use crate::search;

/// Where the parts of a name begin in the common text.
#[derive(Debug, Clone, Copy)]
struct Span {
    name: u32,
    key: u32,
    form: u32,
    end: u32,
}

/// Names by place. A million people bear a few hundred thousand names, so all of them lie in one
/// text: about a hundred bytes a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    text: String,
    spans: Vec<Span>,
    /// By hash of the name; one that is taken by another name moves to the next number.
    known: HashMap<u64, u32, BuildHasherDefault<Mix>>,
    /// Places in the order of names.
    order: Vec<u32>,
    /// By place: how many names stand before it. Names that sort alike have the same rank.
    ranks: Vec<u32>,
}

impl Names {
    /// The place of a name, a new one if it was not there.
    pub(super) fn enter(&mut self, name: &str) -> Option<u32> {
        let free = match self.find(name) {
            Ok(place) => return Some(place),
            Err(free) => free,
        };
        let place = u32::try_from(self.spans.len()).ok()?;
        let keys = SearchKeys::of_name(name);
        let form = search::form(std::iter::once(name).chain(keys.tokens()));
        let mut begin = |part: &str| {
            let at = u32::try_from(self.text.len()).ok();
            self.text.push_str(part);
            at
        };
        let span = Span {
            name: begin(name)?,
            key: begin(&pinyin::sort_key(name))?,
            form: begin(&form)?,
            end: begin("")?,
        };
        self.spans.push(span);
        self.known.insert(free, place);
        Some(place)
    }

    /// The place of a name, or where in `known` it would go.
    fn find(&self, name: &str) -> Result<u32, u64> {
        let mut at = hash(name);
        while let Some(place) = self.known.get(&at) {
            if self.name(*place) == name {
                return Ok(*place);
            }
            at = at.wrapping_add(1);
        }
        Err(at)
    }

    /// The place of a name somebody bears.
    pub(super) fn place(&self, name: &str) -> Option<u32> {
        self.find(name).ok()
    }

    pub(super) const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Puts those in order that are new.
    pub(super) fn settle(&mut self) {
        let new = self.order.len()..self.spans.len();
        if new.is_empty() {
            return;
        }
        let mut order = std::mem::take(&mut self.order);
        order.extend(new.filter_map(|place| u32::try_from(place).ok()));
        // A stable sort merges what is in order already with the few that came after it.
        order.sort_by(|one, other| self.key(*one).cmp(self.key(*other)));
        self.ranks.resize(order.len(), 0);
        let mut before: Option<u32> = None;
        for (rank, place) in (0..).zip(&order) {
            self.ranks[*place as usize] = match before {
                Some(before) if self.key(before) == self.key(*place) => self.rank(before),
                _ => rank,
            };
            before = Some(*place);
        }
        self.order = order;
    }

    pub(super) fn name(&self, place: u32) -> &str {
        let span = self.spans[place as usize];
        &self.text[span.name as usize..span.key as usize]
    }

    /// What the order of names compares.
    pub(super) fn key(&self, place: u32) -> &str {
        let span = self.spans[place as usize];
        &self.text[span.key as usize..span.form as usize]
    }

    pub(super) fn rank(&self, place: u32) -> u32 {
        self.ranks[place as usize]
    }

    /// The rank a sort key has, or that of the next name after it.
    pub(super) fn rank_of_key(&self, key: &str) -> Result<u32, u32> {
        let before = self.order.partition_point(|place| self.key(*place) < key);
        match self.order.get(before) {
            Some(place) if self.key(*place) == key => Ok(self.rank(*place)),
            Some(place) => Err(self.rank(*place)),
            None => Err(u32::MAX),
        }
    }

    /// What finds each name, by place.
    pub(super) fn forms(&self) -> impl Iterator<Item = &str> {
        self.spans
            .iter()
            .map(|span| &self.text[span.form as usize..span.end as usize])
    }
}
