//! People a request cannot tell apart, counted instead of listed. A pool of a million is a few
//! thousand different prospects; what a page shows of them is counts.

use draw::{Digest, Infeasible};

use crate::assembly::{self, Heading};
use crate::frame::{Place, Prospect, Question};
use crate::id::{DrawId, ExpertId};
use crate::policy::pack::Pack;
use crate::task::Request;

/// Prospects, each standing for so many people.
#[derive(Debug, Clone, Default)]
pub struct Crowd {
    members: Vec<(Prospect, u32)>,
}

/// The place of so many people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Where each of them stands.
    pub place: Place,
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
                place: question.place(prospect),
                people: *people,
            })
            .collect()
    }
}

/// Places with their numbers, as [`crate::frame::funnel`] counts them.
pub fn counted(placed: &[Placed]) -> impl Iterator<Item = (&Place, u32)> {
    placed.iter().map(|placed| (&placed.place, placed.people))
}

/// Can every seat be filled at once? The exact test of the draw.
///
/// No assignment of seats takes more than all seats from people who are alike, so that many of
/// each kind are as good as all of them.
///
/// # Errors
/// What cannot hold together, as a sentence with the demands' own labels.
pub fn seatable(pack: &Pack, request: &Request, placed: &[Placed]) -> Result<(), String> {
    let heading = Heading {
        id: DrawId(uuid::Uuid::nil()),
        number: "可行性",
        attempt: 1,
        previous: Digest([0; 32]),
        rehearsal: true,
    };
    let mut number = 0_u128;
    let places = placed
        .iter()
        .filter(|placed| placed.place.is_candidate())
        .flat_map(|placed| {
            std::iter::repeat_n(&placed.place, placed.people.min(request.seats()) as usize)
        })
        .map(|place| {
            number += 1;
            Place {
                expert: ExpertId(uuid::Uuid::from_u128(number)),
                ..place.clone()
            }
        })
        .collect();
    let (frame, _) = assembly::assemble(pack, request, &heading, places, &[0; 32])
        .map_err(|error| error.to_string())?;
    frame
        .feasibility()
        .map_err(|conflict| in_words(conflict, request, placed))
}

/// The conflict with labels instead of group ids, and with everybody counted.
fn in_words(mut conflict: Infeasible, request: &Request, placed: &[Placed]) -> String {
    let all = crate::relaxation::candidates(request, counted(placed));
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
