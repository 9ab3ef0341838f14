//! The chances of a request in words and meters.

use domain::task::Request;
use service::feasibility::Feasibility;

use crate::components::{FunnelRow, Meter, Note, Status, Tone};
use crate::page;
use crate::session::InPool;

/// The chances of a request, as a page shows them: counts only.
pub(crate) struct Chances {
    pub(crate) groups: Vec<(String, Meter)>,
    pub(crate) total: Meter,
    pub(crate) funnel: Vec<FunnelRow>,
    pub(crate) notes: Vec<Note>,
    pub(crate) relaxations: Vec<Relaxed>,
    pub(crate) clock: String,
    /// Enough or not, in a word.
    pub(crate) verdict: Status,
    /// The chance of each and of the whole panel; nothing where nothing can be drawn.
    pub(crate) odds: Option<String>,
}

impl Chances {
    /// The meter of the group in this place.
    pub(crate) fn meter(&self, place: &usize) -> Option<&Meter> {
        self.groups.get(*place).map(|(_, meter)| meter)
    }
}

/// One computed way out.
pub(crate) struct Relaxed {
    pub(crate) change: String,
    pub(crate) effect: String,
    pub(crate) cost: String,
    pub(crate) suffices: Status,
    /// What still binds; empty when it suffices.
    pub(crate) binds: String,
}

pub(crate) fn chances(here: &InPool, request: &Request, found: &Feasibility) -> Chances {
    let groups: Vec<(String, Meter)> = request
        .demands
        .iter()
        .zip(&found.candidates)
        .map(|(demand, eligible)| {
            (
                demand.label.clone(),
                Meter {
                    eligible: *eligible,
                    needed: demand.seats + demand.reserves,
                },
            )
        })
        .collect();
    let funnel = FunnelRow::all(Some(found.scope), &found.funnel, found.drawable);
    let mut notes = Vec::new();
    if let Some(conflict) = &found.conflict {
        let mut text = format!("{conflict}。");
        if !found.remedies.is_empty() {
            text.push_str(&format!(
                "按{}可依次{}，或按下列办法放宽使用要求。",
                found.article,
                found.remedies.join("、")
            ));
        }
        notes.push(Note::new(Tone::Bad, "现在抽不出来：", text));
    }
    if found.no_chance {
        notes.push(Note::new(
            Tone::Warn,
            "全部抽中，不算随机：",
            "可抽的人数正好等于名额，每个人都会被抽中。请放宽条件或减少名额。",
        ));
    }
    let relaxations = found
        .relaxations
        .iter()
        .map(|one| {
            let pairs = one.candidates.iter().zip(&one.seats).zip(&request.demands);
            let effect: Vec<String> = pairs
                .map(|((candidates, seats), demand)| {
                    format!("{}：可抽 {candidates} / 需 {seats}", demand.label)
                })
                .collect();
            Relaxed {
                change: one.change.clone(),
                effect: effect.join("；"),
                cost: one.cost.clone(),
                suffices: if one.suffices {
                    Status::good("够")
                } else {
                    Status::waiting("仍不够")
                },
                binds: one.binds.clone().unwrap_or_default(),
            }
        })
        .collect();
    let total = Meter {
        eligible: found.drawable,
        needed: request
            .demands
            .iter()
            .map(|demand| demand.seats + demand.reserves)
            .sum(),
    };
    Chances {
        groups,
        // Heads may be enough while the conditions cannot hold together.
        verdict: if found.enough || total.eligible < total.needed {
            total.verdict()
        } else {
            Status::stopped("抽不出来")
        },
        odds: found.enough.then(|| {
            format!(
                "每人被抽中的机会约 {}%，整组被猜中的难度 {:.1} 位",
                total.chance(),
                found.guess_bits
            )
        }),
        total,
        funnel,
        notes,
        relaxations,
        clock: page::moment(here.ctx().now),
    }
}
