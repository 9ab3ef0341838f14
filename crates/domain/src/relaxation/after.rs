//! A request after some changes: whether it suffices then, with how much, and what still binds.

use super::{Feasible, ratio_kept};
use crate::crowd::Placed;
use crate::task::Request;

/// The question after some changes: what is asked then, and where everybody stands.
pub(super) struct After {
    pub(super) request: Request,
    pub(super) places: Vec<Placed>,
    pub(super) candidates: Vec<u32>,
}

impl After {
    /// It suffices with at most so many of one employer.
    fn of_employer(&self, most: u32, feasible: Feasible<'_>) -> bool {
        let mut request = self.request.clone();
        request.per_employer = Some(most);
        feasible(&request, &self.places)
    }

    /// The least number of one employer above `max` with which it suffices, if any does.
    pub(super) fn least_of_employer(&self, max: u32, feasible: Feasible<'_>) -> Option<u32> {
        let next = max.saturating_add(1);
        // As many as there are seats bind nobody.
        let all = self.request.seats().max(next);
        if !self.of_employer(all, feasible) {
            return None;
        }
        let (mut low, mut high) = (max, all);
        if self.of_employer(next, feasible) {
            high = next;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.of_employer(middle, feasible) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }

    /// It suffices with so many seats of each demand.
    pub(super) fn with_seats(&self, seats: &[u32], feasible: Feasible<'_>) -> bool {
        let mut request = self.request.clone();
        for (demand, seats) in request.demands.iter_mut().zip(seats) {
            demand.seats = *seats;
        }
        feasible(&request, &self.places)
    }

    /// The most seats of one demand, from one to `ceiling`, with which it suffices while the others have
    /// what `seats` says.
    pub(super) fn most_seats(
        &self,
        seats: &[u32],
        demand: usize,
        ceiling: u32,
        feasible: Feasible<'_>,
    ) -> Option<u32> {
        let holds = |number: u32| {
            let others = seats.iter().enumerate();
            let tried: Vec<u32> = others
                .map(|(place, seats)| if place == demand { number } else { *seats })
                .collect();
            self.with_seats(&tried, feasible)
        };
        if ceiling == 0 {
            return None;
        }
        if holds(ceiling) {
            return Some(ceiling);
        }
        if ceiling == 1 || !holds(1) {
            return None;
        }
        let (mut low, mut high) = (1, ceiling);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if holds(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(low)
    }

    /// What still stands in the way.
    pub(super) fn binds(&self, ratio: (u32, u32), feasible: Feasible<'_>) -> String {
        let short = self
            .request
            .demands
            .iter()
            .zip(&self.candidates)
            .find(|(demand, count)| **count < demand.seats);
        if let Some((demand, count)) = short {
            return format!(
                "“{}”可抽 {count} 人，少于 {} 席",
                demand.label, demand.seats
            );
        }
        if !ratio_kept(ratio, &self.request, &self.candidates) {
            return format!("每 {} 席至少要有 {} 名候选人", ratio.1, ratio.0);
        }
        match self.request.per_employer {
            Some(max) if self.of_employer(self.request.seats(), feasible) => {
                format!("同一单位至多 {max} 人")
            }
            _ => "几组可抽的是同一批人，一人只占一席".to_owned(),
        }
    }
}
