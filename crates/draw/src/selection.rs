//! Filling seats and naming reserves in ticket order.

use std::collections::HashSet;

use crate::classes::Classes;
use crate::order::Sequence;
use crate::seating::Seating;

/// Somebody on the panel: candidate and group, both by index.
pub(crate) type Seat = (u32, usize);

/// Fills the seats of each group in turn with the first in the order who is not
/// taken, may sit there, breaks no cap and leaves every remaining seat fillable.
/// None if the seats cannot all be filled.
pub(crate) fn panel(
    classes: &Classes,
    mut seating: Seating<'_>,
    seats: &[u64],
    order: &mut impl Sequence,
) -> Option<Vec<Seat>> {
    if !seating.fillable() {
        return None;
    }
    let mut panel: Vec<Seat> = Vec::new();
    let mut taken = HashSet::new();
    for (group, &seats) in seats.iter().enumerate() {
        // Whoever is passed over for one seat of a group stays unfit for its later
        // seats: more people seated never makes a cap or the test looser.
        let mut blocked = HashSet::new();
        let mut place = 0;
        for _ in 0..seats {
            loop {
                let candidate = order.at(place)?;
                place += 1;
                let class = classes.class_of(candidate);
                if !classes.class(class).groups.contains(group)
                    || taken.contains(&candidate)
                    || !seating.within_caps(class)
                {
                    continue;
                }
                let kind = seating.kind(class);
                if blocked.contains(&kind) {
                    continue;
                }
                seating.seat(class, group);
                if seating.fillable() {
                    taken.insert(candidate);
                    panel.push((candidate, group));
                    break;
                }
                seating.unseat(class, group);
                blocked.insert(kind);
            }
        }
    }
    Some(panel)
}

/// Per group the first `wanted` in the order, not on the panel, who may sit there.
pub(crate) fn reserves(
    classes: &Classes,
    panel: &[Seat],
    wanted: &[u32],
    order: &mut impl Sequence,
) -> Vec<Vec<u32>> {
    let seated: HashSet<u32> = panel.iter().map(|(candidate, _)| *candidate).collect();
    wanted
        .iter()
        .enumerate()
        .map(|(group, &wanted)| {
            let mut found = Vec::new();
            let mut place = 0;
            while found.len() < wanted as usize {
                let Some(candidate) = order.at(place) else {
                    break;
                };
                place += 1;
                let groups = classes.class(classes.class_of(candidate)).groups;
                if groups.contains(group) && !seated.contains(&candidate) {
                    found.push(candidate);
                }
            }
            found
        })
        .collect()
}
