//! The RFC 6962 tree hash over a stream of leaves, without keeping the leaves.

use crate::suite::{Digest, Suite};

/// Computes `root(leaves)`: leaf = hash(0x00 ‖ data), node = hash(0x01 ‖ left ‖
/// right), the root of no leaves = hash of nothing. Holds one digest per level.
pub struct TreeHash {
    suite: Suite,
    /// Roots of complete subtrees, largest first, with their leaf counts.
    complete: Vec<(u64, Digest)>,
}

impl TreeHash {
    /// A tree without leaves.
    pub fn new(suite: Suite) -> Self {
        Self {
            suite,
            complete: Vec::new(),
        }
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: &[u8]) {
        let mut size = 1;
        let mut hash = self.suite.hash_parts(&[&[0], leaf]);
        while let Some((_, left)) = self.complete.pop_if(|(left_size, _)| *left_size == size) {
            hash = self.node(&left, &hash);
            size *= 2;
        }
        self.complete.push((size, hash));
    }

    /// The root of the leaves so far.
    pub fn root(&self) -> Digest {
        self.complete
            .iter()
            .rev()
            .map(|(_, hash)| *hash)
            .reduce(|right, left| self.node(&left, &right))
            .unwrap_or_else(|| self.suite.hash(&[]))
    }

    fn node(&self, left: &Digest, right: &Digest) -> Digest {
        self.suite.hash_parts(&[&[1], &left.0, &right.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962 section 2.1, word for word.
    fn by_definition(leaves: &[Vec<u8>]) -> Digest {
        let suite = Suite::Sm3;
        match leaves {
            [] => suite.hash(&[]),
            [leaf] => suite.hash(&[&[0], leaf.as_slice()].concat()),
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(split);
                let (left, right) = (by_definition(left), by_definition(right));
                suite.hash(&[&[1], left.0.as_slice(), right.0.as_slice()].concat())
            }
        }
    }

    #[test]
    fn streaming_equals_the_definition() {
        let leaves: Vec<Vec<u8>> = (0..40u8).map(|i| vec![i; usize::from(i)]).collect();
        let mut tree = TreeHash::new(Suite::Sm3);
        for count in 0..=leaves.len() {
            assert_eq!(tree.root(), by_definition(&leaves[..count]), "{count}");
            if let Some(leaf) = leaves.get(count) {
                tree.push(leaf);
            }
        }
    }
}
