//! Candidates folded into classes: everybody with the same groups and the same
//! cap tokens behaves the same, and the tokens of nested caps form a forest.

use std::collections::HashMap;

use crate::suite::Ref;

/// The groups somebody may sit in; bit `g` for group `g`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupSet(u64);

impl GroupSet {
    /// Adds group `group` (below 64); false if it was there.
    pub(crate) fn insert(&mut self, group: u32) -> bool {
        let bit = 1 << group;
        let fresh = self.0 & bit == 0;
        self.0 |= bit;
        fresh
    }

    /// Whether `group` is in the set.
    pub fn contains(self, group: usize) -> bool {
        group < 64 && self.0 >> group & 1 == 1
    }

    /// The groups, ascending.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..64).filter(move |group| self.contains(*group))
    }

    /// Only the groups for which `keep` holds.
    pub(crate) fn retain(self, keep: impl Fn(usize) -> bool) -> Self {
        Self(
            self.iter()
                .filter(|group| keep(*group))
                .fold(0, |bits, group| bits | 1 << group),
        )
    }

    /// Whether every group here is also in `other`.
    pub(crate) fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// How many groups.
    pub(crate) fn len(self) -> u32 {
        self.0.count_ones()
    }
}

/// The node above all tokens.
pub(crate) const ROOT: u32 = 0;

/// One token of one cap, or the root.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Index of the cap; meaningless for the root.
    pub(crate) cap: u32,
    /// The token, empty for the root.
    pub(crate) token: Box<str>,
    /// The token of the next wider cap that has one here, or the root. Parents
    /// come before their children.
    pub(crate) parent: u32,
    /// The first of the node's own classes; they end where the next node's begin.
    first_class: u32,
    /// Some candidate below, to name in an error.
    witness: Ref,
}

/// Candidates that differ in nothing but their reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    /// Where they may sit.
    pub(crate) groups: GroupSet,
    /// Their narrowest token.
    pub(crate) node: u32,
    /// How many they are.
    pub(crate) size: u32,
}

/// Two tokens of a wider cap inside one token of a narrower cap.
pub(crate) struct Crossing {
    pub(crate) narrow: usize,
    pub(crate) wide: usize,
    pub(crate) token: String,
    pub(crate) witness: Ref,
}

/// The classes of a frame and the forest of cap tokens above them.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    nodes: Vec<Node>,
    classes: Vec<Class>,
    /// The class of each candidate, in the order of the frame.
    of: Vec<u32>,
}

impl Classes {
    pub(crate) fn class_of(&self, candidate: u32) -> u32 {
        self.of.get(candidate as usize).copied().unwrap_or_default()
    }

    /// The class of each candidate.
    pub(crate) fn of(&self) -> &[u32] {
        &self.of
    }

    pub(crate) fn all(&self) -> &[Class] {
        &self.classes
    }

    pub(crate) fn class(&self, class: u32) -> Class {
        self.classes[class as usize]
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    /// Indexes of the classes whose narrowest token is `node`.
    pub(crate) fn own(&self, node: u32) -> std::ops::Range<u32> {
        let end = match self.nodes.get(node as usize + 1) {
            Some(next) => next.first_class,
            None => u32::try_from(self.classes.len()).unwrap_or(u32::MAX),
        };
        self.node(node).first_class..end
    }

    /// The node and the wider ones above it, without the root.
    pub(crate) fn path(&self, node: u32) -> impl Iterator<Item = u32> {
        let mut at = node;
        std::iter::from_fn(move || {
            let here = at;
            at = self.node(here).parent;
            (here != ROOT).then_some(here)
        })
    }

    /// One entry per cap, as a candidate of the class carries them.
    pub(crate) fn tokens(&self, class: u32, caps: usize) -> Vec<Option<String>> {
        let mut tokens = vec![None; caps];
        for node in self.path(self.class(class).node) {
            let node = self.node(node);
            tokens[node.cap as usize] = Some(node.token.to_string());
        }
        tokens
    }
}

/// Builds [`Classes`] from candidates in the order of the frame.
pub(crate) struct Folding {
    nodes: Vec<Node>,
    named: Vec<HashMap<Box<str>, u32>>,
    classes: Vec<Class>,
    known: HashMap<(u32, GroupSet), u32>,
    of: Vec<u32>,
}

impl Folding {
    pub(crate) fn new(caps: usize, candidates: usize) -> Self {
        Self {
            nodes: vec![Node {
                cap: 0,
                token: Box::default(),
                parent: ROOT,
                first_class: 0,
                witness: Ref([0; 16]),
            }],
            named: vec![HashMap::new(); caps],
            classes: Vec::new(),
            known: HashMap::new(),
            of: Vec::with_capacity(candidates),
        }
    }

    /// Adds the next candidate; `caps` has one entry per cap.
    pub(crate) fn push(
        &mut self,
        reference: Ref,
        groups: GroupSet,
        caps: &[Option<String>],
    ) -> Result<(), Crossing> {
        let mut node = ROOT;
        for (cap, token) in caps.iter().enumerate().rev() {
            let Some(token) = token else { continue };
            node = self.descend(node, cap, token, reference)?;
        }
        let fresh = index(self.classes.len());
        let class = *self.known.entry((node, groups)).or_insert(fresh);
        if class == fresh {
            self.classes.push(Class {
                groups,
                node,
                size: 0,
            });
        }
        self.classes[class as usize].size += 1;
        self.of.push(class);
        Ok(())
    }

    /// The node of `token`, which must lie under `parent`.
    fn descend(
        &mut self,
        parent: u32,
        cap: usize,
        token: &str,
        reference: Ref,
    ) -> Result<u32, Crossing> {
        if let Some(&node) = self.named[cap].get(token) {
            let known = &self.nodes[node as usize];
            if known.parent == parent {
                return Ok(node);
            }
            return Err(Crossing {
                narrow: cap,
                wide: self.first_difference(known.parent, parent),
                token: token.to_owned(),
                witness: known.witness,
            });
        }
        let node = index(self.nodes.len());
        self.nodes.push(Node {
            cap: index(cap),
            token: token.into(),
            parent,
            first_class: 0,
            witness: reference,
        });
        self.named[cap].insert(token.into(), node);
        Ok(node)
    }

    /// The narrowest cap in which two different chains of tokens disagree.
    fn first_difference(&self, a: u32, b: u32) -> usize {
        let chain = |mut node: u32| {
            let mut tokens = vec![ROOT; self.named.len()];
            while node != ROOT {
                let here = &self.nodes[node as usize];
                tokens[here.cap as usize] = node;
                node = here.parent;
            }
            tokens
        };
        let (a, b) = (chain(a), chain(b));
        a.iter()
            .zip(&b)
            .position(|(a, b)| a != b)
            .unwrap_or_default()
    }

    /// Puts each node's classes side by side.
    pub(crate) fn finish(mut self) -> Classes {
        let mut sorted: Vec<u32> = (0..index(self.classes.len())).collect();
        sorted.sort_unstable_by_key(|&class| {
            let class = &self.classes[class as usize];
            (class.node, class.groups)
        });
        let mut moved = vec![0; sorted.len()];
        for (to, &from) in sorted.iter().enumerate() {
            moved[from as usize] = index(to);
        }
        for class in &mut self.of {
            *class = moved[*class as usize];
        }
        let classes: Vec<Class> = sorted
            .iter()
            .map(|&from| self.classes[from as usize])
            .collect();
        let mut first = 0;
        for (node, at) in self.nodes.iter_mut().zip(0..) {
            while classes.get(first).is_some_and(|class| class.node < at) {
                first += 1;
            }
            node.first_class = index(first);
        }
        Classes {
            nodes: self.nodes,
            classes,
            of: self.of,
        }
    }
}

/// Indexes fit: a frame holds fewer than 2^27 candidates.
fn index(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
