//! Second compression: tokens whose contents look the same (say, two employers
//! with one specialist and one lecturer each) are one shape, counted. A sum of
//! equal integer polymatroids is the multiple of one of them, so nothing is lost.

use std::collections::HashMap;

use crate::classes::{Classes, GroupSet, ROOT};

/// What a cap token offers, as far as filling seats can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    /// How many people below may sit at once.
    pub(crate) limit: u64,
    /// Narrower tokens below: shape and how many of it.
    pub(crate) below: Vec<(u32, u64)>,
    /// People directly here: where they may sit and how many.
    pub(crate) own: Vec<(GroupSet, u64)>,
}

/// The shapes of all nodes of a frame.
#[derive(Debug)]
pub(crate) struct Shapes {
    shapes: Vec<Shape>,
    /// Shape of each node.
    of: Vec<u32>,
    /// For each node, a number shared by nodes with the same shapes on the way to the root.
    kinds: Vec<u32>,
}

impl Shapes {
    /// `limits`: the maximum of each cap; `bound`: seats in all, above which no count matters.
    pub(crate) fn new(classes: &Classes, limits: &[u64], bound: u64) -> Self {
        let nodes = classes.nodes();
        let mut shapes = Vec::new();
        let mut known: HashMap<Shape, u32> = HashMap::new();
        let mut of = vec![0; nodes.len()];
        // Per cap (and for the root, last): nodes in it, and (parent, shape) of the nodes below it.
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); limits.len()];
        for (node, at) in nodes.iter().zip(0..).skip(1) {
            members[node.cap as usize].push(at);
        }
        members.push(vec![ROOT]);
        let mut waiting: Vec<Vec<(u32, u32)>> = vec![Vec::new(); members.len()];
        for (level, members) in members.iter().enumerate() {
            let mut below = std::mem::take(&mut waiting[level]);
            below.sort_unstable();
            let mut below = below.as_slice();
            for &node in members {
                let count = below
                    .iter()
                    .take_while(|(parent, _)| *parent == node)
                    .count();
                let (mine, rest) = below.split_at(count);
                below = rest;
                let limit = limits.get(level).copied().unwrap_or(u64::MAX);
                let shape = shape(classes, &shapes, node, mine, limit.min(bound));
                let fresh = u32::try_from(shapes.len()).unwrap_or(u32::MAX);
                let id = match known.get(&shape) {
                    Some(&id) => id,
                    None => {
                        shapes.push(shape.clone());
                        known.insert(shape, fresh);
                        fresh
                    }
                };
                of[node as usize] = id;
                if node != ROOT {
                    let parent = nodes[node as usize].parent;
                    let above = match parent {
                        ROOT => limits.len(),
                        _ => nodes[parent as usize].cap as usize,
                    };
                    waiting[above].push((parent, id));
                }
            }
        }
        let mut kinds = vec![0; nodes.len()];
        let mut kind_of: HashMap<(u32, u32), u32> = HashMap::new();
        for (at, node) in nodes.iter().enumerate().skip(1) {
            let fresh = u32::try_from(kind_of.len() + 1).unwrap_or(u32::MAX);
            kinds[at] = *kind_of
                .entry((kinds[node.parent as usize], of[at]))
                .or_insert(fresh);
        }
        Self { shapes, of, kinds }
    }

    pub(crate) fn shape(&self, id: u32) -> &Shape {
        &self.shapes[id as usize]
    }

    pub(crate) fn of(&self, node: u32) -> u32 {
        self.of[node as usize]
    }

    /// Equal for two untouched nodes exactly when they are interchangeable.
    pub(crate) fn kind(&self, node: u32) -> u32 {
        self.kinds[node as usize]
    }
}

/// `below`: (node, shape) of its children, sorted.
fn shape(
    classes: &Classes,
    shapes: &[Shape],
    node: u32,
    below: &[(u32, u32)],
    limit: u64,
) -> Shape {
    let mut content: u64 = 0;
    let mut grouped: Vec<(u32, u64)> = Vec::new();
    for &(_, id) in below {
        content = content.saturating_add(shapes[id as usize].limit);
        match grouped.last_mut() {
            Some((last, count)) if *last == id => *count += 1,
            _ => grouped.push((id, 1)),
        }
    }
    let mut own = Vec::new();
    for class in classes.own(node) {
        let class = classes.class(class);
        let size = u64::from(class.size).min(limit);
        content = content.saturating_add(size);
        own.push((class.groups, size));
    }
    let limit = limit.min(content);
    if limit == 0 {
        return Shape::default();
    }
    drop_dominated(&mut own, limit);
    Shape {
        limit,
        below: grouped,
        own,
    }
}

/// Forgets people whom others here, fit for all the same groups and more, could
/// always stand in for: those others alone fill the limit.
fn drop_dominated(own: &mut Vec<(GroupSet, u64)>, limit: u64) {
    if own.len() < 2 {
        return;
    }
    let all = own.clone();
    own.retain_mut(|(groups, count)| {
        let better: u64 = all
            .iter()
            .filter(|(others, _)| others != groups && groups.is_subset(*others))
            .fold(0, |sum, (_, count)| sum.saturating_add(*count));
        *count = (*count).min(limit.saturating_sub(better));
        *count > 0
    });
}
