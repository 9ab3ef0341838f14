//! People a request cannot tell apart, counted instead of listed. A pool of a million is a few
//! thousand different prospects; what a page shows of them is counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use draw::{Candidate, Digest, Frame, FrameError, Infeasible, Ref};

use crate::assembly::{self, Heading};
use crate::frame::{Place, Prospect, Question};
use crate::id::DrawId;
use crate::policy::pack::Pack;
use crate::relaxation;
use crate::task::Request;

/// Prospects, each standing for so many people.
#[derive(Debug, Clone, Default)]
pub struct Crowd {
    members: Vec<(Prospect, u32)>,
}

/// The place of so many people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Where each of them stands; shared by every answer in which it is the same.
    pub place: Arc<Place>,
    /// How many they are.
    pub people: u32,
}

impl Crowd {
    /// Each prospect is one person.
    pub fn of(prospects: impl IntoIterator<Item = Prospect>) -> Self {
        Self {
            members: prospects
                .into_iter()
                .map(|prospect| (prospect, 1))
                .collect(),
        }
    }

    /// Adds `people` who are all like this prospect.
    pub fn add(&mut self, prospect: Prospect, people: u32) {
        self.members.push((prospect, people));
    }

    /// Different prospects.
    pub fn kinds(&self) -> usize {
        self.members.len()
    }

    /// Everybody's place.
    pub fn place(&self, question: &Question<'_>) -> Vec<Placed> {
        self.members
            .iter()
            .map(|(prospect, people)| Placed {
                place: Arc::new(question.place(prospect)),
                people: *people,
            })
            .collect()
    }

    /// Everybody's place in a question that differs from the one of `base` only for those who may have
    /// `moved`.
    pub fn place_again(
        &self,
        question: &Question<'_>,
        base: &[Placed],
        moved: impl Fn(&Prospect, &Place) -> bool,
    ) -> Vec<Placed> {
        let again = |((prospect, people), before): (&(Prospect, u32), &Placed)| Placed {
            place: if moved(prospect, &before.place) {
                Arc::new(question.place(prospect))
            } else {
                Arc::clone(&before.place)
            },
            people: *people,
        };
        self.members.iter().zip(base).map(again).collect()
    }
}

/// Places with their numbers, as [`crate::frame::funnel`] counts them.
pub fn counted(placed: &[Placed]) -> impl Iterator<Item = (&Place, u32)> {
    placed.iter().map(|placed| (&*placed.place, placed.people))
}

/// Can every seat be filled at once? The exact test of the draw.
///
/// # Errors
/// What cannot hold together, as a sentence with the demands' own labels.
pub fn seatable(pack: &Pack, request: &Request, placed: &[Placed]) -> Result<(), String> {
    let frame = sketch(pack, request, placed).map_err(|error| error.to_string())?;
    frame
        .feasibility()
        .map_err(|conflict| in_words(conflict, request, placed))
}

/// [`seatable`] without the reasons.
pub fn is_seatable(pack: &Pack, request: &Request, placed: &[Placed]) -> bool {
    // Most requests that fail, fail here.
    let short = relaxation::candidates(request, counted(placed))
        .into_iter()
        .zip(&request.demands)
        .any(|(count, demand)| count < demand.seats);
    !short && sketch(pack, request, placed).is_ok_and(|frame| frame.is_feasible())
}

/// The frame the draw would have, with numbers for references.
///
/// No assignment of seats takes more than all seats from people who are alike, nor more of one employer
/// than its cap, so that many of each kind are as good as all of them.
fn sketch(pack: &Pack, request: &Request, placed: &[Placed]) -> Result<Frame, FrameError> {
    let heading = Heading {
        id: DrawId(uuid::Uuid::nil()),
        number: "可行性",
        attempt: 1,
        previous: Digest::ZERO,
        rehearsal: true,
    };
    let header = assembly::header(pack, request, &heading);
    let mut alike = BTreeMap::new();
    for (place, people) in counted(placed).filter(|(place, _)| place.is_candidate()) {
        let employer = place.employer.as_ref().filter(|_| !header.caps.is_empty());
        *alike.entry((&place.demands, employer)).or_insert(0_u32) += people;
    }
    let candidates = alike.into_iter().flat_map(|((demands, employer), people)| {
        let most = match (employer, request.per_employer) {
            (Some(_), Some(cap)) => request.seats().min(cap),
            _ => request.seats(),
        };
        std::iter::repeat_n((demands, employer), people.min(most) as usize)
    });
    let numbered = (1_u128..).zip(candidates);
    let numbered = numbered.map(|(number, (demands, employer))| Candidate {
        reference: Ref(number.to_be_bytes()),
        groups: demands.clone(),
        caps: header.caps.iter().map(|_| employer.cloned()).collect(),
    });
    let numbered = numbered.collect();
    Frame::new(header, numbered, Vec::new())
}

/// The conflict with labels instead of group ids, and with everybody counted.
fn in_words(mut conflict: Infeasible, request: &Request, placed: &[Placed]) -> String {
    let all = relaxation::candidates(request, counted(placed));
    for demand in &mut conflict.conflict {
        match demand {
            draw::Demand::Seats {
                group,
                id,
                candidates,
                ..
            } => {
                if let (Some(asked), Some(count)) = (request.demands.get(*group), all.get(*group)) {
                    id.clone_from(&asked.label);
                    *candidates = u64::from(*count);
                }
            }
            draw::Demand::Cap { id, .. } => "同一单位人数上限".clone_into(id),
        }
    }
    conflict.to_string()
}
