//! The Merkle tree of RFC 6962 with SM3: hashes, the incremental frontier, inclusion and
//! consistency proofs (RFC 9162 §2.1). Pure.

use sm3::{Digest, Sm3};

/// One SM3 value.
pub type Hash = [u8; 32];

/// Hash of a leaf: SM3(0x00 ‖ entry).
pub fn leaf(entry: &[u8]) -> Hash {
    let mut hash = Sm3::new();
    hash.update([0]);
    hash.update(entry);
    hash.finalize().into()
}

/// Hash of an inner node: SM3(0x01 ‖ left ‖ right).
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sm3::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// Root of the empty tree: SM3 of nothing.
pub fn empty() -> Hash {
    Sm3::digest([]).into()
}

/// A complete subtree: `index` counts subtrees of 2^`level` leaves from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Height; 0 is a leaf.
    pub level: u32,
    /// Number among the subtrees of this height.
    pub index: u64,
}

/// The right edge of a tree: enough to append and to know the root, O(log n) large.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Rebuilds a frontier from its stored form; `None` when the number of peaks does not fit.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != size.count_ones() as usize * 32 {
            return None;
        }
        let peaks = bytes
            .chunks_exact(32)
            .map(|chunk| chunk.try_into().ok())
            .collect::<Option<_>>()?;
        Some(Self { size, peaks })
    }

    /// Stored form: the peaks, largest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf hash. Returns the subtrees (level 1 and up) it completed.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Position, Hash)> {
        let mut completed = Vec::new();
        let mut hash = leaf;
        let mut level = 0;
        while self.size >> level & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            level += 1;
            completed.push((
                Position {
                    level,
                    index: self.size >> level,
                },
                hash,
            ));
        }
        self.peaks.push(hash);
        self.size += 1;
        completed
    }

    /// Root over all leaves so far.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => empty(),
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
        }
    }
}

/// The complete subtrees that make up leaves `from..to`, left to right, where `from` is aligned
/// (as all ranges of the proofs below are).
fn cover(from: u64, to: u64) -> Vec<Position> {
    let mut positions = Vec::new();
    let mut at = from;
    while at < to {
        let fits = (to - at).ilog2();
        let level = if at == 0 {
            fits
        } else {
            fits.min(at.trailing_zeros())
        };
        positions.push(Position {
            level,
            index: at >> level,
        });
        at += 1 << level;
    }
    positions
}

/// What a proof is made of: each element is the root over some subtrees, left to right.
pub(crate) type Plan = Vec<Vec<Position>>;

/// The subtrees whose hashes give the root of a tree of `size` leaves.
pub(crate) fn root_plan(size: u64) -> Vec<Position> {
    cover(0, size)
}

/// Elements of the inclusion proof of leaf `index` in a tree of `size`; `index < size`.
pub(crate) fn inclusion_plan(index: u64, size: u64) -> Plan {
    fn path(index: u64, from: u64, to: u64, plan: &mut Plan) {
        if to - from <= 1 {
            return;
        }
        let half = from + largest_half(to - from);
        if index < half {
            path(index, from, half, plan);
            plan.push(cover(half, to));
        } else {
            path(index, half, to, plan);
            plan.push(cover(from, half));
        }
    }
    let mut plan = Vec::new();
    path(index, 0, size, &mut plan);
    plan
}

/// Elements of the proof that the tree of `old` leaves is a prefix of the tree of `size`;
/// `0 < old <= size`.
pub(crate) fn consistency_plan(old: u64, size: u64) -> Plan {
    fn sub(old: u64, from: u64, to: u64, whole: bool, plan: &mut Plan) {
        if old == to {
            if !whole {
                plan.push(cover(from, to));
            }
            return;
        }
        let half = from + largest_half(to - from);
        if old <= half {
            sub(old, from, half, whole, plan);
            plan.push(cover(half, to));
        } else {
            sub(old, half, to, false, plan);
            plan.push(cover(from, half));
        }
    }
    let mut plan = Vec::new();
    sub(old, 0, size, true, &mut plan);
    plan
}

/// Largest power of two below `n`; `n >= 2`.
fn largest_half(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Root over adjacent subtrees, left to right.
pub(crate) fn fold(hashes: &[Hash]) -> Hash {
    let mut hashes = hashes.iter().rev();
    match hashes.next() {
        None => empty(),
        Some(last) => hashes.fold(*last, |right, left| node(left, &right)),
    }
}

/// Checks an inclusion proof (RFC 9162 §2.1.3.2).
pub fn is_included(leaf: &Hash, index: u64, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Checks a consistency proof (RFC 9162 §2.1.4.2).
pub fn is_consistent(old: u64, old_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if old == size {
        return proof.is_empty() && old_root == root;
    }
    if old == 0 || old > size {
        return false;
    }
    let mut steps = proof.iter();
    let first = if old.is_power_of_two() {
        *old_root
    } else {
        match steps.next() {
            Some(step) => *step,
            None => return false,
        }
    };
    let (mut at, mut last) = (old - 1, size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (first, first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            before = node(step, &before);
            after = node(step, &after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = node(&after, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && before == *old_root && after == *root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of RFC 6962 §2.1, written as it reads: the oracle of everything above.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => empty(),
            1 => leaves[0],
            n => {
                let (left, right) = leaves.split_at(largest_half(n as u64) as usize);
                node(&by_definition(left), &by_definition(right))
            }
        }
    }

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf(&i.to_be_bytes())).collect()
    }

    fn at(leaves: &[Hash], position: &Position) -> Hash {
        let width = 1_usize << position.level;
        let from = position.index as usize * width;
        by_definition(&leaves[from..from + width])
    }

    fn proof(leaves: &[Hash], plan: Plan) -> Vec<Hash> {
        plan.iter()
            .map(|part| fold(&part.iter().map(|p| at(leaves, p)).collect::<Vec<_>>()))
            .collect()
    }

    #[test]
    fn the_frontier_gives_the_root_of_every_size_and_names_completed_subtrees() {
        let all = leaves(70);
        let mut frontier = Frontier::default();
        for (n, hash) in all.iter().enumerate() {
            for (position, completed) in frontier.push(*hash) {
                assert_eq!(completed, at(&all, &position));
            }
            let size = n as u64 + 1;
            assert_eq!(frontier.root(), by_definition(&all[..=n]));
            assert_eq!(
                Frontier::from_bytes(size, &frontier.to_bytes()),
                Some(frontier.clone())
            );
            assert_eq!(
                Frontier::from_bytes(size + 1, &frontier.to_bytes()).is_some(),
                size.count_ones() == (size + 1).count_ones()
            );
            let parts: Vec<Hash> = root_plan(size).iter().map(|p| at(&all, p)).collect();
            assert_eq!(fold(&parts), frontier.root());
        }
    }

    #[test]
    fn every_inclusion_proof_up_to_40_holds_and_no_other_leaf_passes() {
        let all = leaves(40);
        for size in 1..=40_u64 {
            let root = by_definition(&all[..size as usize]);
            for index in 0..size {
                let proof = proof(&all, inclusion_plan(index, size));
                for other in 0..size {
                    assert_eq!(
                        is_included(&all[other as usize], index, size, &root, &proof),
                        other == index
                    );
                }
                let mut longer = proof.clone();
                longer.push(leaf(b"x"));
                assert!(!is_included(
                    &all[index as usize],
                    index,
                    size,
                    &root,
                    &longer
                ));
                for step in 0..proof.len() {
                    let mut forged = proof.clone();
                    forged[step] = leaf(b"forged");
                    assert!(!is_included(
                        &all[index as usize],
                        index,
                        size,
                        &root,
                        &forged
                    ));
                }
            }
        }
    }

    #[test]
    fn every_consistency_proof_up_to_40_holds_and_a_changed_prefix_fails() {
        let all = leaves(40);
        for size in 1..=40_u64 {
            let root = by_definition(&all[..size as usize]);
            for old in 1..=size {
                let proof = proof(&all, consistency_plan(old, size));
                let old_root = by_definition(&all[..old as usize]);
                assert!(
                    is_consistent(old, &old_root, size, &root, &proof),
                    "{old} in {size}"
                );
                let mut forged = all[..old as usize].to_vec();
                forged[0] = leaf(b"forged");
                assert!(!is_consistent(
                    old,
                    &by_definition(&forged),
                    size,
                    &root,
                    &proof
                ));
            }
        }
    }
}
