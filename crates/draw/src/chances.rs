//! Everybody's chance before the draw, and how hard the panel is to guess.

use std::collections::HashMap;

use crate::classes::{Classes, GroupSet, ROOT};
use crate::frame::Frame;
use crate::infeasible::Infeasible;
use crate::order::Sequence;
use crate::seating::Seating;
use crate::selection::panel;
use crate::shapes::Shapes;
use crate::suite::{Digest, Ref};

/// The chances of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Chances {
    /// One entry per class of candidates that differ in nothing but who they are.
    pub classes: Vec<ClassChance>,
    /// How hard the panel is to guess.
    pub guess: Guess,
    /// How the numbers were found.
    pub method: Method,
    /// Per candidate of the frame, an index into `classes`.
    of: Vec<u32>,
}

/// The chance of each candidate of one class to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassChance {
    /// Groups they may sit in.
    pub groups: GroupSet,
    /// One token or none per cap.
    pub caps: Vec<Option<String>>,
    /// How many they are.
    pub size: u32,
    /// The chance of each, from 0 to 1.
    pub chance: f64,
    /// Standard error of `chance`; 0 if exact.
    pub error: f64,
}

/// How the numbers were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By formula: no candidate fits two groups and no cap can bind.
    Exact,
    /// By that many simulated draws.
    Simulated {
        /// How many.
        draws: u32,
    },
}

/// The chance of guessing the whole panel with the best guess, as bits:
/// a chance of 2^−bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guess {
    /// All possible panels are equally likely: log2 of their number.
    Exactly {
        /// The bits.
        bits: f64,
    },
    /// At least this many, at 99 % confidence of the simulation; the truth may be
    /// far higher, a simulation of n draws cannot show much more than log2 n.
    AtLeast {
        /// The bits.
        bits: f64,
    },
}

impl Guess {
    /// The bits, exact or at least.
    pub fn bits(self) -> f64 {
        match self {
            Self::Exactly { bits } | Self::AtLeast { bits } => bits,
        }
    }

    /// The chance of the best guess, exact or at most.
    pub fn probability(self) -> f64 {
        (-self.bits()).exp2()
    }
}

impl Chances {
    /// The chances of `frame`. Where they are not cheap to compute exactly, `draws`
    /// draws (at least 1) are simulated from `seed`, which has nothing to do with
    /// the seed of the real draw.
    ///
    /// # Errors
    /// If the seats cannot all be filled.
    pub fn of(frame: &Frame, seed: Digest, draws: u32) -> Result<Self, Infeasible> {
        frame.feasibility()?;
        Ok(match exact(frame) {
            Some((chances, bits)) => {
                let without_error = chances.into_iter().map(|chance| (chance, 0.0)).collect();
                Self::new(frame, without_error, Guess::Exactly { bits }, Method::Exact)
            }
            None => {
                let draws = draws.max(1);
                let (chances, bits) = simulate(frame, seed, draws);
                let guess = Guess::AtLeast { bits };
                Self::new(frame, chances, guess, Method::Simulated { draws })
            }
        })
    }

    fn new(frame: &Frame, chances: Vec<(f64, f64)>, guess: Guess, method: Method) -> Self {
        let caps = frame.header().caps.len();
        let classes = frame.classes();
        let classes_with_chance = classes
            .all()
            .iter()
            .zip(0..)
            .zip(chances)
            .map(|((class, index), (chance, error))| ClassChance {
                groups: class.groups,
                caps: classes.tokens(index, caps),
                size: class.size,
                chance,
                error,
            })
            .collect();
        Self {
            classes: classes_with_chance,
            guess,
            method,
            of: classes.of().to_vec(),
        }
    }

    /// The chance of one candidate of the same frame; none if he is not in it.
    pub fn of_candidate(&self, frame: &Frame, reference: Ref) -> Option<&ClassChance> {
        let index = frame.index_of(reference)?;
        self.classes.get(*self.of.get(index as usize)? as usize)
    }

    /// The lowest and the highest chance of anybody; none without candidates.
    pub fn range(&self) -> Option<(f64, f64)> {
        let chances = || self.classes.iter().map(|class| class.chance);
        Some((chances().reduce(f64::min)?, chances().reduce(f64::max)?))
    }
}

/// Chance per class and bits, if no candidate fits two groups that have seats and
/// no cap can bind.
fn exact(frame: &Frame) -> Option<(Vec<f64>, f64)> {
    let (classes, seats) = (frame.classes(), frame.seats());
    let total = seats.iter().fold(0u64, |sum, s| sum.saturating_add(*s));
    let wanted = |class: GroupSet| class.retain(|group| seats[group] > 0);
    if classes
        .all()
        .iter()
        .any(|class| wanted(class.groups).len() > 1)
        || caps_can_bind(frame, total)
    {
        return None;
    }
    let mut people = vec![0u64; seats.len()];
    for class in classes.all() {
        for group in wanted(class.groups).iter() {
            people[group] += u64::from(class.size);
        }
    }
    let chances = classes
        .all()
        .iter()
        .map(|class| match wanted(class.groups).iter().next() {
            Some(group) => seats[group] as f64 / people[group] as f64,
            None => 0.0,
        })
        .collect();
    let bits = people
        .iter()
        .zip(&seats)
        .map(|(people, seats)| ln_choose(*people, *seats))
        .sum::<f64>();
    Some((chances, bits / std::f64::consts::LN_2))
}

/// Whether some token has more candidates with a seat to take than its cap lets sit.
fn caps_can_bind(frame: &Frame, total: u64) -> bool {
    let (classes, seats) = (frame.classes(), frame.seats());
    let mut below = vec![0u64; classes.nodes().len()];
    for class in classes.all() {
        if class.groups.iter().any(|group| seats[group] > 0) {
            for node in classes.path(class.node) {
                below[node as usize] += u64::from(class.size);
            }
        }
    }
    let limits = frame.limits();
    classes
        .nodes()
        .iter()
        .zip(below)
        .skip(ROOT as usize + 1)
        .any(|(node, people)| limits[node.cap as usize] < people.min(total))
}

/// Natural logarithm of the number of ways to choose `few` of `many`.
fn ln_choose(many: u64, few: u64) -> f64 {
    let few = few.min(many.saturating_sub(few));
    (0..few)
        .map(|i| (((many - i) as f64) / ((i + 1) as f64)).ln())
        .sum()
}

/// Chance and standard error per class, and the bits that can be vouched for.
fn simulate(frame: &Frame, seed: Digest, draws: u32) -> (Vec<(f64, f64)>, f64) {
    let (classes, seats, limits) = (frame.classes(), frame.seats(), frame.limits());
    let bound = seats.iter().fold(0u64, |sum, s| sum.saturating_add(*s));
    let shapes = Shapes::new(classes, &limits, bound);
    let mut shuffle = Shuffle::new(frame.len(), seed);
    let mut sums = vec![(0.0, 0.0); classes.all().len()];
    // How often each way of spreading the seats over classes came up.
    let mut patterns: HashMap<Vec<(u32, usize, u32)>, u32> = HashMap::new();
    for _ in 0..draws {
        shuffle.restart();
        let seating = Seating::new(classes, &shapes, &limits, &seats);
        let Some(panel) = panel(classes, seating, &seats, &mut shuffle) else {
            break;
        };
        let pattern = pattern(classes, &panel);
        let mut at = pattern.as_slice();
        while let Some(&(class, _, _)) = at.first() {
            let same = at
                .iter()
                .take_while(|(other, _, _)| *other == class)
                .count();
            let drawn = f64::from(at[..same].iter().map(|(_, _, count)| count).sum::<u32>());
            sums[class as usize].0 += drawn;
            sums[class as usize].1 += drawn * drawn;
            at = &at[same..];
        }
        *patterns.entry(pattern).or_insert(0) += 1;
    }
    let n = f64::from(draws);
    let chances = classes
        .all()
        .iter()
        .zip(sums)
        .map(|(class, (sum, squares))| {
            let size = f64::from(class.size);
            let mean = sum / n;
            let variance = (squares / n - mean * mean).max(0.0);
            // Nobody (or everybody) drawn every time does not prove a certainty.
            let error = (variance / n).sqrt().max(1.0 / n);
            (mean / size, error / size)
        })
        .collect();
    let bits = patterns
        .iter()
        .map(|(pattern, count)| {
            ln_panels(classes, pattern) / std::f64::consts::LN_2 - upper(*count, draws).log2()
        })
        // A pattern never seen may be a single panel.
        .fold(-upper(0, draws).log2(), f64::min);
    (chances, bits.max(0.0))
}

/// Upper 99 % bound of a probability seen `count` times in `draws`.
fn upper(count: u32, draws: u32) -> f64 {
    let (k, n, z) = (f64::from(count), f64::from(draws), 2.576);
    // Wilson's score interval; for no sighting it is a little above 1 − 0.01^(1/n).
    let (p, z2) = (k / n, z * z);
    let middle = p + z2 / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle + spread) / (1.0 + z2 / n)).min(1.0)
}

/// Class, group and how many, sorted: panels of one pattern are equally likely.
fn pattern(classes: &Classes, panel: &[(u32, usize)]) -> Vec<(u32, usize, u32)> {
    let mut seats: Vec<(u32, usize)> = panel
        .iter()
        .map(|&(candidate, group)| (classes.class_of(candidate), group))
        .collect();
    seats.sort_unstable();
    let mut pattern: Vec<(u32, usize, u32)> = Vec::new();
    for (class, group) in seats {
        match pattern.last_mut() {
            Some((c, g, count)) if (*c, *g) == (class, group) => *count += 1,
            _ => pattern.push((class, group, 1)),
        }
    }
    pattern
}

/// Natural logarithm of the number of panels of one pattern.
fn ln_panels(classes: &Classes, pattern: &[(u32, usize, u32)]) -> f64 {
    let mut left: HashMap<u32, u64> = HashMap::new();
    pattern
        .iter()
        .map(|&(class, _, count)| {
            let left = left
                .entry(class)
                .or_insert_with(|| u64::from(classes.class(class).size));
            let ways = ln_choose(*left, u64::from(count));
            *left = left.saturating_sub(u64::from(count));
            ways
        })
        .sum()
}

/// A fair random order, made up as far as asked (Fisher–Yates from the front).
struct Shuffle {
    people: Vec<u32>,
    /// How many at the front are settled.
    settled: usize,
    random: Xoshiro,
}

impl Shuffle {
    fn new(people: usize, seed: Digest) -> Self {
        Self {
            people: (0..).take(people).collect(),
            settled: 0,
            random: Xoshiro::new(seed),
        }
    }

    /// Forgets the order; any arrangement is as good a start as another.
    fn restart(&mut self) {
        self.settled = 0;
    }
}

impl Sequence for Shuffle {
    fn at(&mut self, place: usize) -> Option<u32> {
        if place >= self.people.len() {
            return None;
        }
        while self.settled <= place {
            let left = (self.people.len() - self.settled) as u64;
            let other = self.settled + self.random.below(left) as usize;
            self.people.swap(self.settled, other);
            self.settled += 1;
        }
        self.people.get(place).copied()
    }
}

/// xoshiro256**: good and quick; what it decides is an estimate, never a draw.
struct Xoshiro([u64; 4]);

impl Xoshiro {
    fn new(seed: Digest) -> Self {
        let mut state = [0; 4];
        for (word, bytes) in state.iter_mut().zip(seed.0.chunks_exact(8)) {
            *word = bytes
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        // All zeros would stay all zeros.
        state[0] |= 1;
        Self(state)
    }

    fn next(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform below `bound` (at least 1), by rejection.
    fn below(&mut self, bound: u64) -> u64 {
        let accepted = u64::MAX - u64::MAX % bound;
        loop {
            let value = self.next();
            if value < accepted {
                return value % bound;
            }
        }
    }
}
