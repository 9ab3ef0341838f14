//! 放宽建议: when too few can be drawn, what each single change of the request would bring, by
//! asking the same question again, and what it costs. Cheapest first: changes that keep every
//! demand of the requester come before changes that give one up.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::crowd::{self, Crowd, Placed};
use crate::frame::{Place, Prospect, Question};
use crate::policy::pack::Force;
use crate::task::{Level, RecusalDemand, Request};

/// What one change would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relaxation {
    /// What to change, as a sentence.
    pub change: String,
    /// What it costs, as a sentence.
    pub cost: String,
    /// Candidates of each demand after it.
    pub candidates: Vec<u32>,
    /// Seats of each demand after it.
    pub seats: Vec<u32>,
    /// All seats can be filled after it.
    pub suffices: bool,
}

/// Candidates of each demand, from places with how many people stand there.
pub fn candidates<'a>(
    request: &Request,
    places: impl IntoIterator<Item = (&'a Place, u32)>,
) -> Vec<u32> {
    let mut counts = vec![0; request.demands.len()];
    for (place, people) in places {
        for demand in &place.demands {
            if let Some(count) = counts.get_mut(*demand as usize) {
                *count += people;
            }
        }
    }
    counts
}

/// Is the ratio the pack asks for kept by every demand (A-DG-9)?
pub fn ratio_kept(ratio: (u32, u32), request: &Request, candidates: &[u32]) -> bool {
    request
        .demands
        .iter()
        .zip(candidates)
        .all(|(demand, count)| {
            u64::from(*count) * u64::from(ratio.1) >= u64::from(demand.seats) * u64::from(ratio.0)
        })
}

/// Can every seat be filled at once? The exact test of the draw, on the places of a question.
pub type Feasible<'f> = &'f dyn Fn(&Request, &[Placed]) -> bool;

/// The same question, changed.
struct Change<'m> {
    request: Request,
    rest_waived: bool,
    /// Whose place the change may touch, by where they stand without it.
    moved: &'m dyn Fn(&Prospect, &Place) -> bool,
}

impl<'m> Change<'m> {
    /// Another request about the same people.
    fn to(
        request: Request,
        question: &Question<'_>,
        moved: &'m dyn Fn(&Prospect, &Place) -> bool,
    ) -> Self {
        Self {
            request,
            rest_waived: question.rest_waived,
            moved,
        }
    }
}

/// Every single change that helps some demand that is short. `base` is where everybody stands as the
/// request is.
pub fn relaxations(
    question: &Question<'_>,
    crowd: &Crowd,
    base: &[Placed],
    feasible: Feasible<'_>,
) -> Vec<Relaxation> {
    let before = candidates(question.request, crowd::counted(base));
    let mut found = Vec::new();
    let mut consider = |change: String, cost: String, to: Change<'_>| {
        let Change {
            request,
            rest_waived,
            moved,
        } = to;
        let asked = Question {
            request: &request,
            rest_waived,
            ..*question
        };
        let places = crowd.place_again(&asked, base, moved);
        debug_assert_eq!(places, crowd.place(&asked), "{change}");
        let after = candidates(&request, crowd::counted(&places));
        let suffices = feasible(&request, &places);
        let fewer = request.seats() < question.request.seats();
        if suffices
            || fewer
            || after
                .iter()
                .zip(&before)
                .any(|(after, before)| after > before)
        {
            found.push(Relaxation {
                change,
                cost,
                candidates: after,
                seats: request.demands.iter().map(|demand| demand.seats).collect(),
                suffices,
            });
        }
    };
    let request = question.request;
    let nobody = |_: &Prospect, _: &Place| false;
    if let Some(rest) = &question.pack.draw.rest
        && rest.force != Force::Must
        && !question.rest_waived
        && base.iter().any(|placed| placed.place.only_resting)
    {
        consider(
            "恢复本次应暂停的专家参加抽取".to_owned(),
            format!("{}为“原则上”，须写明理由并留痕", rest.citation),
            Change {
                request: request.clone(),
                rest_waived: true,
                moved: &|_, place| place.only_resting,
            },
        );
    }
    if let Some(max) = request.per_employer {
        let mut relaxed = request.clone();
        relaxed.per_employer = Some(max + 1);
        consider(
            format!("同一单位专家由至多 {max} 人放宽到 {} 人", max + 1),
            "同一单位的意见比重增加".to_owned(),
            Change::to(relaxed, question, &nobody),
        );
    }
    for (number, (index, demand)) in (0_u32..).zip(request.demands.iter().enumerate()) {
        for level in lower(question, &demand.level) {
            let mut relaxed = request.clone();
            relaxed.demands[index].level = level.clone();
            let to = match &level {
                Level::Any => "不限等级".to_owned(),
                Level::Title { rung } | Level::Skill { rung } => format!("{rung}以上"),
            };
            consider(
                format!("“{}”的专业技术等级放宽到{to}", demand.label),
                "专家等级降低，须使用方同意".to_owned(),
                Change::to(relaxed, question, &|prospect, place| {
                    question.in_field(demand, &prospect.expert.specialties)
                        && !place.demands.contains(&number)
                }),
            );
        }
        let count = before.get(index).copied().unwrap_or(0);
        if count < demand.seats && count > 0 {
            let mut relaxed = request.clone();
            relaxed.demands[index].seats = count;
            consider(
                format!("“{}”由 {} 席减为 {count} 席", demand.label, demand.seats),
                "少用专家，且全部抽中，没有随机性".to_owned(),
                Change::to(relaxed, question, &nobody),
            );
        }
    }
    if let RecusalDemand::Organisations { .. } = request.recusal {
        let mut relaxed = request.clone();
        relaxed.recusal = RecusalDemand::Nobody;
        consider(
            "取消使用方另行提出的单位回避".to_owned(),
            "法定回避仍然执行，只取消额外要求".to_owned(),
            Change::to(relaxed, question, &|_, place| !place.is_candidate()),
        );
    }
    found.sort_by_key(|relaxation| !relaxation.suffices);
    found
}

/// Places of everybody. Whoever is a member of several teams sits on one panel once.
pub fn place_all(question: &Question<'_>, prospects: &[Prospect]) -> Vec<Place> {
    let mut places: Vec<Place> = prospects
        .iter()
        .map(|prospect| question.place(prospect))
        .collect();
    if !question.pack.pool.teams.is_empty() {
        let mut seated = HashSet::new();
        for place in places.iter_mut().filter(|place| place.is_candidate()) {
            if !seated.insert(place.person) {
                place.demands.clear();
                place.reasons.push(question.twice());
            }
        }
    }
    places
}

/// The next lower rung, then no level at all.
fn lower(question: &Question<'_>, level: &Level) -> Vec<Level> {
    let below = |ladder: &str, rung: &str| {
        let ladder = question.pack.vocabulary.ladder(ladder)?;
        let place = usize::from(ladder.rung(rung)?).checked_sub(1)?;
        ladder.rungs.get(place).cloned()
    };
    match level {
        Level::Any => Vec::new(),
        Level::Title { rung } => below("title", rung)
            .map(|rung| Level::Title { rung })
            .into_iter()
            .chain([Level::Any])
            .collect(),
        Level::Skill { rung } => below("skill", rung)
            .map(|rung| Level::Skill { rung })
            .into_iter()
            .chain([Level::Any])
            .collect(),
    }
}
