//! The draw itself, as a function of frame and seed, and its life afterwards.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::events::{Event, EventError, EventKind, Fill};
use crate::frame::Frame;
use crate::header::object;
use crate::json::{At, Fields, ReadError};
use crate::order::{Order, Sequence};
use crate::seating::Seating;
use crate::selection::{panel, reserves};
use crate::shapes::Shapes;
use crate::suite::{Digest, Ref};

/// A seat and who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Seated {
    /// Who.
    #[serde(rename = "ref")]
    pub reference: Ref,
    /// Index of the group.
    pub group: u32,
}

/// What a draw decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The panel in the order seats were filled.
    pub panel: Vec<Seated>,
    /// Per group its reserves in order.
    pub reserves: Vec<Vec<Ref>>,
}

impl Outcome {
    pub(crate) fn read(at: At) -> Result<Self, ReadError> {
        object(at, |fields: &mut Fields| {
            Ok(Self {
                panel: fields.take("panel")?.list(|at| {
                    object(at, |seat| {
                        Ok(Seated {
                            reference: seat.take("ref")?.parsed()?,
                            group: seat.take("group")?.number()?,
                        })
                    })
                })?,
                reserves: fields
                    .take("reserves")?
                    .list(|group| group.list(At::parsed))?,
            })
        })
    }
}

/// A draw in progress: who is seated, who was ever called, and the order.
pub(crate) struct Replay<'a> {
    frame: &'a Frame,
    limits: Vec<u64>,
    order: Order<'a>,
    /// Who sits where now, in the order of sitting down.
    present: Vec<(u32, usize)>,
    called: HashSet<u32>,
    /// How many present carry each token.
    used: HashMap<u32, u64>,
    void: bool,
}

impl<'a> Replay<'a> {
    /// Fills the seats. None if they cannot all be filled.
    pub(crate) fn draw(frame: &'a Frame, seed: Digest) -> Option<(Self, Outcome)> {
        let seats = frame.seats();
        let limits = frame.limits();
        let classes = frame.classes();
        let bound = seats.iter().fold(0u64, |sum, s| sum.saturating_add(*s));
        if bound > frame.len() as u64 {
            return None;
        }
        let mut order = Order::new(frame.header().suite, seed, frame.refs());
        let shapes = Shapes::new(classes, &limits, bound);
        let seating = Seating::new(classes, &shapes, &limits, &seats);
        let panel = panel(classes, seating, &seats, &mut order)?;
        let wanted: Vec<u32> = frame.header().groups.iter().map(|g| g.reserves).collect();
        let reserves = reserves(classes, &panel, &wanted, &mut order);
        let outcome = Outcome {
            panel: panel
                .iter()
                .map(|&(candidate, group)| Seated {
                    reference: frame.reference(candidate),
                    // A frame has at most 64 groups.
                    group: u32::try_from(group).unwrap_or_default(),
                })
                .collect(),
            reserves: reserves
                .into_iter()
                .map(|group| group.into_iter().map(|c| frame.reference(c)).collect())
                .collect(),
        };
        drop(shapes);
        Some((Self::seated(frame, limits, order, panel), outcome))
    }

    fn seated(
        frame: &'a Frame,
        limits: Vec<u64>,
        order: Order<'a>,
        panel: Vec<(u32, usize)>,
    ) -> Self {
        let mut replay = Self {
            frame,
            limits,
            order,
            present: Vec::new(),
            called: HashSet::new(),
            used: HashMap::new(),
            void: false,
        };
        for (candidate, group) in panel {
            replay.sit(candidate, group);
        }
        replay
    }

    /// Enters a departure and says who takes the seat.
    pub(crate) fn leave(&mut self, reference: Ref, fill: Fill) -> Result<Option<Ref>, EventError> {
        if self.void {
            return Err(EventError::Void);
        }
        let place = self
            .present
            .iter()
            .position(|(candidate, _)| self.frame.reference(*candidate) == reference)
            .ok_or(EventError::NotSeated(reference))?;
        let (candidate, group) = self.present.remove(place);
        let classes = self.frame.classes();
        for node in classes.path(classes.class(classes.class_of(candidate)).node) {
            if let Some(count) = self.used.get_mut(&node) {
                *count -= 1;
            }
        }
        if fill == Fill::Close {
            return Ok(None);
        }
        let Some(next) = self.next(group) else {
            return Ok(None);
        };
        self.sit(next, group);
        Ok(Some(self.frame.reference(next)))
    }

    /// Enters an event as decided before; the replacement is found again and returned.
    pub(crate) fn enter(&mut self, event: &Event) -> Result<Option<Ref>, EventError> {
        if self.void {
            return Err(EventError::Void);
        }
        match event {
            Event::Left {
                reference,
                at,
                fill,
                ..
            } => {
                named("时间", at)?;
                self.leave(*reference, *fill)
            }
            Event::Void { reason, at } => {
                named("作废理由", reason)?;
                named("时间", at)?;
                self.void = true;
                Ok(None)
            }
        }
    }

    /// The event of somebody leaving now.
    pub(crate) fn left(
        &mut self,
        kind: EventKind,
        reference: Ref,
        at: &str,
        fill: Fill,
    ) -> Result<Event, EventError> {
        named("时间", at)?;
        let replacement = self.leave(reference, fill)?;
        let at = at.to_owned();
        Ok(Event::Left {
            kind,
            reference,
            at,
            fill,
            replacement,
        })
    }

    fn sit(&mut self, candidate: u32, group: usize) {
        let classes = self.frame.classes();
        self.present.push((candidate, group));
        self.called.insert(candidate);
        for node in classes.path(classes.class(classes.class_of(candidate)).node) {
            *self.used.entry(node).or_insert(0) += 1;
        }
    }

    /// The first in the order never called who may sit in `group` and breaks no
    /// cap given those present.
    fn next(&mut self, group: usize) -> Option<u32> {
        let classes = self.frame.classes();
        (0..)
            .map_while(|place| self.order.at(place))
            .find(|candidate| {
                let class = classes.class(classes.class_of(*candidate));
                class.groups.contains(group)
                    && !self.called.contains(candidate)
                    && classes.path(class.node).all(|node| {
                        let limit = self.limits[classes.node(node).cap as usize];
                        self.used.get(&node).copied().unwrap_or(0) < limit
                    })
            })
    }
}

fn named(what: &'static str, text: &str) -> Result<(), EventError> {
    if text.is_empty() {
        return Err(EventError::Empty(what));
    }
    Ok(())
}
