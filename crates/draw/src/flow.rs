//! Maximum flow by shortest augmenting paths, on the small compressed networks
//! of this crate.

use std::collections::VecDeque;

/// A node of a [`Network`].
pub(crate) type NodeId = usize;

/// Where every unit starts.
pub(crate) const SOURCE: NodeId = 0;
/// Where every unit must arrive.
pub(crate) const SINK: NodeId = 1;

#[derive(Debug)]
struct Edge {
    to: NodeId,
    /// What it can still carry. The edge at `index ^ 1` runs the other way.
    room: u64,
}

/// A directed network with capacities.
#[derive(Debug)]
pub(crate) struct Network {
    edges: Vec<Edge>,
    from: Vec<Vec<usize>>,
}

impl Network {
    /// Source and sink alone.
    pub(crate) fn new() -> Self {
        Self {
            edges: Vec::new(),
            from: vec![Vec::new(), Vec::new()],
        }
    }

    pub(crate) fn node(&mut self) -> NodeId {
        self.from.push(Vec::new());
        self.from.len() - 1
    }

    pub(crate) fn edge(&mut self, from: NodeId, to: NodeId, room: u64) {
        self.from[from].push(self.edges.len());
        self.edges.push(Edge { to, room });
        self.from[to].push(self.edges.len());
        self.edges.push(Edge { to: from, room: 0 });
    }

    /// How much can run from source to sink, at most `enough`.
    pub(crate) fn run(&mut self, enough: u64) -> u64 {
        let mut carried = 0;
        while carried < enough {
            let Some(path) = self.shortest_path() else {
                break;
            };
            let narrowest = path.iter().map(|&edge| self.edges[edge].room).min();
            let Some(amount) = narrowest.map(|room| room.min(enough - carried)) else {
                break;
            };
            for edge in path {
                self.edges[edge].room -= amount;
                let back = &mut self.edges[edge ^ 1].room;
                *back = back.saturating_add(amount);
            }
            carried += amount;
        }
        carried
    }

    /// Edges of a shortest path that can carry more, from sink to source.
    fn shortest_path(&self) -> Option<Vec<usize>> {
        let mut by: Vec<Option<usize>> = vec![None; self.from.len()];
        let mut queue = VecDeque::from([SOURCE]);
        while let Some(node) = queue.pop_front() {
            for &index in &self.from[node] {
                let edge = &self.edges[index];
                if edge.room == 0 || edge.to == SOURCE || by[edge.to].is_some() {
                    continue;
                }
                by[edge.to] = Some(index);
                if edge.to == SINK {
                    let mut path = Vec::new();
                    let mut at = SINK;
                    while let Some(edge) = by[at] {
                        path.push(edge);
                        at = self.edges[edge ^ 1].to;
                    }
                    return Some(path);
                }
                queue.push_back(edge.to);
            }
        }
        None
    }
}
