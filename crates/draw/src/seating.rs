//! Who sits where so far, and whether all remaining seats can still be filled.

use std::collections::HashMap;

use crate::classes::{Classes, GroupSet, ROOT};
use crate::flow::{Network, NodeId, SINK, SOURCE};
use crate::shapes::Shapes;

/// Seats being filled from the classes of a frame under caps.
#[derive(Debug)]
pub(crate) struct Seating<'a> {
    classes: &'a Classes,
    shapes: &'a Shapes,
    limits: &'a [u64],
    /// Seats still empty, per group.
    remaining: Vec<u64>,
    /// How many sit below each token that has anybody seated below it.
    used: HashMap<u32, u64>,
    /// How many of each class sit.
    taken: HashMap<u32, u64>,
}

impl<'a> Seating<'a> {
    pub(crate) fn new(
        classes: &'a Classes,
        shapes: &'a Shapes,
        limits: &'a [u64],
        seats: &[u64],
    ) -> Self {
        Self {
            classes,
            shapes,
            limits,
            remaining: seats.to_vec(),
            used: HashMap::new(),
            taken: HashMap::new(),
        }
    }

    /// Whether one more of `class` breaks no cap.
    pub(crate) fn within_caps(&self, class: u32) -> bool {
        self.classes
            .path(self.classes.class(class).node)
            .all(|node| {
                let limit = self.limits[self.classes.node(node).cap as usize];
                self.used.get(&node).copied().unwrap_or(0) < limit
            })
    }

    /// Equal for two classes exactly when seating either has the same consequences.
    pub(crate) fn kind(&self, class: u32) -> (u32, u32, GroupSet) {
        let class = self.classes.class(class);
        let touched = self
            .classes
            .path(class.node)
            .find(|node| self.used.contains_key(node));
        (
            touched.unwrap_or(ROOT),
            self.shapes.kind(class.node),
            class.groups,
        )
    }

    /// Seats one of `class` in `group`.
    pub(crate) fn seat(&mut self, class: u32, group: usize) {
        self.remaining[group] = self.remaining[group].saturating_sub(1);
        *self.taken.entry(class).or_insert(0) += 1;
        for node in self.classes.path(self.classes.class(class).node) {
            *self.used.entry(node).or_insert(0) += 1;
        }
    }

    /// Takes back what [`Seating::seat`] did.
    pub(crate) fn unseat(&mut self, class: u32, group: usize) {
        self.remaining[group] += 1;
        leave(&mut self.taken, class);
        for node in self.classes.path(self.classes.class(class).node) {
            leave(&mut self.used, node);
        }
    }

    /// Whether every remaining seat can be filled.
    pub(crate) fn fillable(&self) -> bool {
        let wanted = self.wanted();
        self.most() == wanted
    }

    /// Seats still empty in all groups.
    pub(crate) fn wanted(&self) -> u64 {
        self.remaining
            .iter()
            .fold(0, |sum, seats| sum.saturating_add(*seats))
    }

    /// How many of the remaining seats can be filled at once.
    pub(crate) fn most(&self) -> u64 {
        let wanted = self.wanted();
        let mut build = Build {
            shapes: self.shapes,
            network: Network::new(),
            groups: Vec::new(),
            bound: wanted,
        };
        for seats in &self.remaining {
            let node = build.network.node();
            build.network.edge(SOURCE, node, *seats);
            build.groups.push((node, *seats > 0));
        }
        let mut touched: Vec<u32> = self.used.keys().copied().collect();
        touched.sort_unstable();
        self.emit_touched(&mut build, &touched, ROOT, SINK);
        build.network.run(wanted)
    }

    /// A token with people seated below it: its numbers are its own.
    fn emit_touched(&self, build: &mut Build<'_>, touched: &[u32], node: u32, above: NodeId) {
        let mut here = above;
        if node != ROOT {
            let limit = self.limits[self.classes.node(node).cap as usize];
            let used = self.used.get(&node).copied().unwrap_or(0);
            here = build.network.node();
            build.network.edge(here, above, limit.saturating_sub(used));
        }
        for class in self.classes.own(node) {
            let taken = self.taken.get(&class).copied().unwrap_or(0);
            let class = self.classes.class(class);
            build.people(
                class.groups,
                u64::from(class.size).saturating_sub(taken),
                here,
            );
        }
        let mut below = self.shapes.shape(self.shapes.of(node)).below.clone();
        for &child in touched {
            if child == ROOT || self.classes.node(child).parent != node {
                continue;
            }
            let shape = self.shapes.of(child);
            if let Some((_, count)) = below.iter_mut().find(|(id, _)| *id == shape) {
                *count -= 1;
            }
            self.emit_touched(build, touched, child, here);
        }
        for (shape, count) in below {
            build.shape(shape, count, here);
        }
    }
}

fn leave(counts: &mut HashMap<u32, u64>, key: u32) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

/// The network being built: source → groups → people → tokens → sink.
struct Build<'a> {
    shapes: &'a Shapes,
    network: Network,
    /// Node of each group, and whether it still wants anybody.
    groups: Vec<(NodeId, bool)>,
    /// No edge need carry more.
    bound: u64,
}

impl Build<'_> {
    fn people(&mut self, groups: GroupSet, count: u64, above: NodeId) {
        let wanting =
            groups.retain(|group| self.groups.get(group).is_some_and(|(_, wants)| *wants));
        if count == 0 || wanting.len() == 0 {
            return;
        }
        let node = self.network.node();
        self.network.edge(node, above, count.min(self.bound));
        for group in wanting.iter() {
            let (from, _) = self.groups[group];
            self.network.edge(from, node, self.bound);
        }
    }

    /// `count` equal tokens, none of them touched.
    fn shape(&mut self, shape: u32, count: u64, above: NodeId) {
        let shapes = self.shapes;
        let shape = shapes.shape(shape);
        if count == 0 || shape.limit == 0 {
            return;
        }
        let here = self.network.node();
        self.network.edge(
            here,
            above,
            shape.limit.saturating_mul(count).min(self.bound),
        );
        for &(groups, people) in &shape.own {
            self.people(groups, people.saturating_mul(count), here);
        }
        for &(below, each) in &shape.below {
            self.shape(below, each.saturating_mul(count), here);
        }
    }
}
