//! From places to the frozen frame of the protocol: references instead of people, demands as
//! groups, "at most so many of one employer" as a cap.

use draw::{Basis, Candidate, Cap, Digest, Excluded, Frame, FrameError, Group, Header, Ref, Suite};

use crate::draw_process::{Annex, AnnexEntry, Party};
use crate::frame::Place;
use crate::id::{DrawId, ExpertId};
use crate::policy::pack::Pack;
use crate::task::Request;

/// The cap on experts of one employer.
pub const EMPLOYER_CAP: &str = "employer";

/// What the header of an attempt says besides its request.
#[derive(Debug, Clone)]
pub struct Heading<'a> {
    /// The attempt's identifier, which keeps references of different attempts apart.
    pub id: DrawId,
    /// Number of the draw.
    pub number: &'a str,
    /// 1, 2, …
    pub attempt: u32,
    /// Record digest of the attempt before.
    pub previous: Digest,
    /// A rehearsal.
    pub rehearsal: bool,
}

/// Digest of the request as filed: what was asked can be compared with what was drawn.
pub fn request_digest(request: &Request) -> Digest {
    // Serialising a plain structure of strings and numbers cannot fail.
    let text = serde_json::to_vec(request).unwrap_or_default();
    Suite::Sm3.tagged("request", &[&text])
}

/// The reference of one expert in one attempt: keyed, so that records cannot be joined.
pub fn reference(key: &[u8; 32], id: DrawId, expert: ExpertId) -> Ref {
    let full = Suite::Sm3.tagged("ref", &[key, id.0.as_bytes(), expert.0.as_bytes()]);
    let mut short = [0; 16];
    short.copy_from_slice(&full.0[..16]);
    Ref(short)
}

/// What an attempt says of itself: the request's demands as groups, its law, its parties.
pub fn header(pack: &Pack, request: &Request, heading: &Heading<'_>) -> Header {
    let groups = request.demands.iter().enumerate();
    let groups = groups.map(|(index, demand)| Group {
        id: format!("g{index}"),
        seats: demand.seats,
        reserves: demand.reserves,
    });
    let cap = request.per_employer.map(|max| Cap {
        id: EMPLOYER_CAP.to_owned(),
        max,
    });
    Header {
        suite: Suite::Sm3,
        draw: heading.number.to_owned(),
        attempt: heading.attempt,
        previous: heading.previous,
        rehearsal: heading.rehearsal,
        basis: Basis {
            pack: pack.id().to_owned(),
            pack_digest: Digest(pack.digest().0),
            request_digest: request_digest(request),
        },
        groups: groups.collect(),
        caps: cap.into_iter().collect(),
        parties: Party::ALL
            .iter()
            .map(|party| party.code().to_owned())
            .collect(),
        beacon: None,
    }
}

/// The frame, and the annex that says who is behind each reference.
///
/// # Errors
/// [`FrameError`] when the request makes no frame (no seats, too many groups).
pub fn assemble(
    pack: &Pack,
    request: &Request,
    heading: &Heading<'_>,
    places: Vec<Place>,
    key: &[u8; 32],
) -> Result<(Frame, Annex), FrameError> {
    let header = header(pack, request, heading);
    let mut candidates = Vec::new();
    let mut excluded = Vec::new();
    let mut entries = Vec::with_capacity(places.len());
    for place in places {
        let reference = reference(key, heading.id, place.expert);
        if place.is_candidate() {
            let token = |employer: &String| {
                hex::encode(&Suite::Sm3.tagged("cap", &[key, employer.as_bytes()]).0[..8])
            };
            candidates.push(Candidate {
                reference,
                groups: place.demands.clone(),
                caps: header
                    .caps
                    .iter()
                    .map(|_| place.employer.as_ref().map(token))
                    .collect(),
            });
        } else {
            let mut grounds: Vec<String> = place
                .reasons
                .iter()
                .map(|reason| reason.code.clone())
                .collect();
            grounds.sort_unstable();
            grounds.dedup();
            excluded.push(Excluded { reference, grounds });
        }
        entries.push(AnnexEntry { reference, place });
    }
    candidates.sort_unstable_by_key(|candidate| candidate.reference);
    excluded.sort_unstable_by_key(|excluded| excluded.reference);
    entries.sort_unstable_by_key(|entry| entry.reference);
    let frame = Frame::new(header, candidates, excluded)?;
    Ok((
        frame,
        Annex {
            key: hex::encode(key),
            entries,
        },
    ))
}
