//! When the seats cannot all be filled: which demands cannot hold together, and
//! what giving in on each of them would bring.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::classes::Classes;
use crate::frame::Frame;
use crate::seating::Seating;
use crate::shapes::Shapes;

/// Seats that cannot all be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("共需 {wanted} 席，最多只能补满 {most} 席：{} 不能同时满足。请放宽其中一项", listed(&self.conflict))]
pub struct Infeasible {
    /// Seats asked for in all groups.
    pub wanted: u64,
    /// Most seats that can be filled at once under all demands.
    pub most: u64,
    /// A smallest set of demands that cannot hold together, in the order of the
    /// header, groups first.
    pub conflict: Vec<Demand>,
    /// Seats asked for by the groups of the conflict.
    pub conflict_wanted: u64,
    /// Most of those that can be filled under the caps of the conflict alone.
    pub conflict_most: u64,
    /// Whether no smaller set exists, or only no member can be left out.
    pub minimality: Minimality,
    /// What giving in would bring: groups in order, then caps, then all groups together.
    pub relaxations: Vec<Relaxation>,
}

/// One thing the header asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// That a group's seats are filled.
    Seats {
        /// Index of the group.
        group: usize,
        /// Its name.
        id: String,
        /// How many seats.
        seats: u32,
        /// How many candidates may sit in it.
        candidates: u64,
    },
    /// That a cap holds.
    Cap {
        /// Index of the cap.
        cap: usize,
        /// Its name.
        id: String,
        /// Its maximum.
        max: u32,
    },
}

/// How small a conflict is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Minimality {
    /// No smaller set of demands conflicts.
    Smallest,
    /// Too many sets to try them all: leaving out any one demand ends the conflict.
    Irreducible,
}

/// Giving in on one demand (or on all seats at once).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxation {
    /// What to change.
    pub change: Change,
    /// Most seats that can be filled after it.
    pub most: u64,
    /// Seats asked for after it; all can be filled exactly when this equals `most`.
    pub wanted: u64,
}

/// What to change in the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Ask for fewer seats of a group: the most that still lets everything be
    /// filled, or none at all if even that does not help.
    FewerSeats {
        /// Index of the group.
        group: usize,
        /// From how many.
        from: u32,
        /// To how many.
        to: u32,
    },
    /// Raise a cap to the least maximum that lets everything be filled.
    RaiseCap {
        /// Index of the cap.
        cap: usize,
        /// From what maximum.
        from: u32,
        /// To what maximum.
        to: u32,
    },
    /// Drop a cap, where no raise of it alone is enough.
    DropCap {
        /// Index of the cap.
        cap: usize,
    },
    /// Ask for what can be filled, earlier groups first.
    FillWhatIsPossible {
        /// Seats of each group.
        seats: Vec<u32>,
    },
}

impl Relaxation {
    /// Whether all seats can be filled after it.
    pub fn suffices(&self) -> bool {
        self.most == self.wanted
    }
}

/// Sets of demands tried before settling for an irreducible conflict.
const MOST_SETS: usize = 5_000;
/// Sets of limits whose shapes are kept.
const MOST_SHAPES: usize = 32;

impl Frame {
    /// Whether all seats can be filled at once, without the reasons.
    pub fn is_feasible(&self) -> bool {
        let question = Question::of(self);
        question.most(&question.seats, &question.limits) == total(&question.seats)
    }

    /// Whether all seats can be filled at once.
    ///
    /// # Errors
    /// What cannot hold together, and what giving in would bring.
    pub fn feasibility(&self) -> Result<(), Infeasible> {
        if self.is_feasible() {
            return Ok(());
        }
        Err(Infeasible::explain(self))
    }
}

impl Infeasible {
    /// Explains a frame whose seats cannot all be filled.
    pub(crate) fn explain(frame: &Frame) -> Self {
        let question = Question::of(frame);
        let (set, minimality) = question.conflict();
        let (seats, limits) = question.only(&set);
        Self {
            wanted: total(&question.seats),
            most: question.most(&question.seats, &question.limits),
            conflict: question.demands(frame, &set),
            conflict_wanted: total(&seats),
            conflict_most: question.most(&seats, &limits),
            minimality,
            relaxations: question.relaxations(),
        }
    }
}

fn listed(conflict: &[Demand]) -> String {
    let parts: Vec<String> = conflict.iter().map(Demand::to_string).collect();
    parts.join("、")
}

impl std::fmt::Display for Demand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seats {
                id,
                seats,
                candidates,
                ..
            } => {
                write!(f, "组别“{id}”要 {seats} 席（可抽 {candidates} 人）")
            }
            Self::Cap { id, max, .. } => write!(f, "限额“{id}”至多 {max} 人"),
        }
    }
}

fn total(seats: &[u64]) -> u64 {
    seats
        .iter()
        .fold(0, |sum, seats| sum.saturating_add(*seats))
}

/// No limit at all.
const UNLIMITED: u64 = u64::MAX;

struct Question<'a> {
    classes: &'a Classes,
    seats: Vec<u64>,
    limits: Vec<u64>,
    /// Shapes already worked out, by the limits they hold for.
    shapes: RefCell<HashMap<Vec<u64>, Rc<Shapes>>>,
}

impl<'a> Question<'a> {
    fn of(frame: &'a Frame) -> Self {
        Self {
            classes: frame.classes(),
            seats: frame.seats(),
            limits: frame.limits(),
            shapes: RefCell::default(),
        }
    }

    fn shapes(&self, limits: &[u64]) -> Rc<Shapes> {
        let mut known = self.shapes.borrow_mut();
        if known.len() >= MOST_SHAPES {
            known.clear();
        }
        let new = || Rc::new(Shapes::new(self.classes, limits, total(&self.seats)));
        known.entry(limits.to_vec()).or_insert_with(new).clone()
    }

    /// Most seats that can be filled at once.
    fn most(&self, seats: &[u64], limits: &[u64]) -> u64 {
        let shapes = self.shapes(limits);
        Seating::new(self.classes, &shapes, limits, seats).most()
    }

    fn conflicts(&self, set: &[usize]) -> bool {
        let (seats, limits) = self.only(set);
        self.most(&seats, &limits) < total(&seats)
    }

    /// The question with the demands of `set` alone; demand `i` is group `i`, or
    /// after the groups, cap `i − groups`.
    fn only(&self, set: &[usize]) -> (Vec<u64>, Vec<u64>) {
        let mut seats = vec![0; self.seats.len()];
        let mut limits = vec![UNLIMITED; self.limits.len()];
        for &demand in set {
            match demand.checked_sub(seats.len()) {
                None => seats[demand] = self.seats[demand],
                Some(cap) => limits[cap] = self.limits[cap],
            }
        }
        (seats, limits)
    }

    /// A smallest conflicting set, trying sets by size.
    fn conflict(&self) -> (Vec<usize>, Minimality) {
        let demands = self.seats.len() + self.limits.len();
        let mut tried = 0;
        for size in 1..=demands {
            let mut set: Vec<usize> = (0..size).collect();
            loop {
                tried += 1;
                if tried > MOST_SETS {
                    return (self.irreducible(demands), Minimality::Irreducible);
                }
                if self.conflicts(&set) {
                    return (set, Minimality::Smallest);
                }
                if !next_subset(&mut set, demands) {
                    break;
                }
            }
        }
        ((0..demands).collect(), Minimality::Smallest)
    }

    /// Leaves out one demand after another as long as a conflict remains.
    fn irreducible(&self, demands: usize) -> Vec<usize> {
        let mut set: Vec<usize> = (0..demands).collect();
        for demand in (0..demands).rev() {
            let without: Vec<usize> = set.iter().copied().filter(|d| *d != demand).collect();
            if self.conflicts(&without) {
                set = without;
            }
        }
        set
    }

    fn demands(&self, frame: &Frame, set: &[usize]) -> Vec<Demand> {
        let header = frame.header();
        set.iter()
            .map(|&demand| match demand.checked_sub(self.seats.len()) {
                None => Demand::Seats {
                    group: demand,
                    id: header.groups[demand].id.clone(),
                    seats: header.groups[demand].seats,
                    candidates: self
                        .classes
                        .all()
                        .iter()
                        .filter(|class| class.groups.contains(demand))
                        .map(|class| u64::from(class.size))
                        .sum(),
                },
                Some(cap) => Demand::Cap {
                    cap,
                    id: header.caps[cap].id.clone(),
                    max: header.caps[cap].max,
                },
            })
            .collect()
    }

    fn relaxations(&self) -> Vec<Relaxation> {
        let mut found = Vec::new();
        for group in 0..self.seats.len() {
            if self.seats[group] > 0 {
                found.push(self.fewer_seats(group));
            }
        }
        for cap in 0..self.limits.len() {
            found.push(self.looser_cap(cap));
        }
        found.push(self.what_is_possible());
        found
    }

    fn relaxation(&self, change: Change, seats: &[u64], limits: &[u64]) -> Relaxation {
        Relaxation {
            change,
            most: self.most(seats, limits),
            wanted: total(seats),
        }
    }

    fn fewer_seats(&self, group: usize) -> Relaxation {
        // Fewer seats of one group never make it harder: the others are served
        // first, then as many of this group as still fit.
        let mut seats = self.seats.clone();
        seats[group] = 0;
        let others = self.most(&seats, &self.limits);
        if others == total(&seats) {
            seats[group] = self.most(&self.seats, &self.limits) - others;
        }
        let change = Change::FewerSeats {
            group,
            from: count(self.seats[group]),
            to: count(seats[group]),
        };
        self.relaxation(change, &seats, &self.limits)
    }

    fn looser_cap(&self, cap: usize) -> Relaxation {
        let wanted = total(&self.seats);
        let mut limits = self.limits.clone();
        limits[cap] = UNLIMITED;
        if self.most(&self.seats, &limits) < wanted {
            return self.relaxation(Change::DropCap { cap }, &self.seats, &limits);
        }
        let (mut low, mut high) = (self.limits[cap], wanted);
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            limits[cap] = middle;
            match self.most(&self.seats, &limits) == wanted {
                true => high = middle,
                false => low = middle,
            }
        }
        limits[cap] = high;
        let change = Change::RaiseCap {
            cap,
            from: count(self.limits[cap]),
            to: count(high),
        };
        self.relaxation(change, &self.seats, &limits)
    }

    fn what_is_possible(&self) -> Relaxation {
        let mut seats = vec![0; self.seats.len()];
        let mut filled = 0;
        for group in 0..seats.len() {
            seats[group] = self.seats[group];
            let most = self.most(&seats, &self.limits);
            seats[group] = most - filled;
            filled = most;
        }
        let change = Change::FillWhatIsPossible {
            seats: seats.iter().map(|seats| count(*seats)).collect(),
        };
        self.relaxation(change, &seats, &self.limits)
    }
}

/// Numbers of seats come from `u32` fields and only shrink; maxima stay below the
/// number of candidates.
fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The next subset of the same size of `0..most`, in lexicographic order.
fn next_subset(set: &mut [usize], most: usize) -> bool {
    let size = set.len();
    for place in (0..size).rev() {
        if set[place] < most - size + place {
            set[place] += 1;
            for after in place + 1..size {
                set[after] = set[after - 1] + 1;
            }
            return true;
        }
    }
    false
}
