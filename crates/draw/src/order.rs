//! Tickets, and the one order they give.

use std::cmp::Ordering;

use crate::suite::{Digest, Ref, Suite};

/// `ticket(ref)` = hash( "T" ‖ seed ‖ 16 bytes of ref ): anybody can compute his
/// own; it depends on nobody else.
pub fn ticket(suite: Suite, seed: Digest, reference: Ref) -> Digest {
    suite.hash_parts(&[b"T", &seed.0, &reference.0])
}

/// Candidates from first to last, as far as somebody asks.
pub(crate) trait Sequence {
    /// The candidate at `place`, from 0; none after the last.
    fn at(&mut self, place: usize) -> Option<u32>;
}

/// The beginning of a ticket and whose it is: 16 bytes.
#[derive(Clone, Copy, Debug)]
struct Entry {
    head: u64,
    candidate: u32,
}

/// The order of all candidates by ticket, then reference, sorted only as far as needed.
pub(crate) struct Order<'a> {
    suite: Suite,
    seed: Digest,
    refs: &'a [Ref],
    entries: Vec<Entry>,
    /// How many entries at the front are in their final place.
    sorted: usize,
}

impl<'a> Order<'a> {
    /// Hashes every candidate once.
    pub(crate) fn new(suite: Suite, seed: Digest, refs: &'a [Ref]) -> Self {
        let entries = match suite {
            Suite::Sm3 => entries::<sm3::Sm3>(seed, refs),
            Suite::Sha256 => entries::<sha2::Sha256>(seed, refs),
        };
        Self {
            suite,
            seed,
            refs,
            entries,
            sorted: 0,
        }
    }

    /// Brings at least `wanted` entries into their final place.
    fn sort_to(&mut self, wanted: usize) {
        let (suite, seed, refs) = (self.suite, self.seed, self.refs);
        let full = |entry: &Entry| {
            let reference = refs[entry.candidate as usize];
            (ticket(suite, seed, reference), reference)
        };
        let rest = &mut self.entries[self.sorted..];
        let step = wanted.saturating_sub(self.sorted).min(rest.len());
        if step < rest.len() {
            rest.select_nth_unstable_by(step, |a, b| compare(a, b, full));
        }
        rest[..step].sort_unstable_by(|a, b| compare(a, b, full));
        self.sorted += step;
    }
}

impl Sequence for Order<'_> {
    fn at(&mut self, place: usize) -> Option<u32> {
        if place >= self.sorted && self.sorted < self.entries.len() {
            self.sort_to((place + 1).saturating_mul(4).max(256));
        }
        self.entries.get(place).map(|entry| entry.candidate)
    }
}

/// Whole tickets are compared only where the heads agree (once in 2^64).
fn compare<T: Ord>(a: &Entry, b: &Entry, full: impl Fn(&Entry) -> T) -> Ordering {
    a.head
        .cmp(&b.head)
        .then_with(|| match a.candidate == b.candidate {
            true => Ordering::Equal,
            false => full(a).cmp(&full(b)),
        })
}

fn entries<D: sm3::Digest + Clone>(seed: Digest, refs: &[Ref]) -> Vec<Entry> {
    let mut prefix = D::new();
    prefix.update(b"T");
    prefix.update(seed.0);
    refs.iter()
        .zip(0..)
        .map(|(reference, candidate)| {
            let mut hasher = prefix.clone();
            hasher.update(reference.0);
            let ticket = hasher.finalize();
            let head = ticket
                .iter()
                .take(8)
                .fold(0, |head, byte| head << 8 | u64::from(*byte));
            Entry { head, candidate }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs(count: u128) -> Vec<Ref> {
        (0..count).map(|i| Ref(i.to_be_bytes())).collect()
    }

    #[test]
    fn lazy_order_is_the_full_order() {
        for suite in [Suite::Sm3, Suite::Sha256] {
            let refs = refs(3000);
            let seed = suite.hash(b"seed");
            let mut expected: Vec<u32> = (0..3000).collect();
            expected.sort_by_key(|&i| (ticket(suite, seed, refs[i as usize]), refs[i as usize]));
            let mut order = Order::new(suite, seed, &refs);
            let found: Vec<u32> = (0..).map_while(|place| order.at(place)).collect();
            assert_eq!(found, expected);
            let mut jumping = Order::new(suite, seed, &refs);
            assert_eq!(jumping.at(1500), Some(expected[1500]));
            assert_eq!(jumping.at(3), Some(expected[3]));
            assert_eq!(jumping.at(3000), None);
        }
    }

    #[test]
    fn equal_heads_are_settled_by_the_whole_ticket_then_the_reference() {
        let entry = |candidate| Entry { head: 5, candidate };
        let full = |entry: &Entry| [(2, 0), (1, 1), (1, 2)][entry.candidate as usize];
        assert_eq!(compare(&entry(0), &entry(1), full), Ordering::Greater);
        assert_eq!(compare(&entry(1), &entry(2), full), Ordering::Less);
        assert_eq!(compare(&entry(2), &entry(2), full), Ordering::Equal);
        let smaller = Entry {
            head: 4,
            candidate: 0,
        };
        assert_eq!(compare(&smaller, &entry(1), full), Ordering::Less);
    }
}
