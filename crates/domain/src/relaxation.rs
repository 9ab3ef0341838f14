//! 放宽建议: when too few can be drawn, what each change of the request would bring, by asking the
//! same question again, what it costs, and what still binds after it. Cheapest first: changes that
//! keep every seat come before changes that give some up, one change before two.

mod after;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::crowd::{self, Crowd, Placed};
use crate::frame::{Place, Prospect, Question};
use crate::policy::pack::Force;
use crate::task::{Level, RecusalDemand, Request};
use after::After;

/// What one change, or two together, would bring.
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
    /// What still stands in the way, as a clause; `None` when it suffices.
    #[serde(default)]
    pub binds: Option<String>,
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

/// Pairs of changes asked about, at most: each asks the whole pool again.
const MOST_PAIRS: usize = 40;
/// Pairs that suffice and are offered, at most.
const MOST_OFFERED: usize = 3;

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// The rest is waived.
    Rest,
    /// More of one employer: the least number that suffices.
    Employer {
        /// At most so many now.
        max: u32,
    },
    /// A lower level for the demand in this place.
    Level { demand: usize, level: Level },
    /// The recusal the requester asked for on top of the law is dropped.
    Recusal,
}

/// One change that keeps every seat, with its words.
#[derive(Debug, Clone)]
struct Step {
    what: What,
    change: String,
    cost: String,
}

impl Step {
    fn new(what: What, change: impl Into<String>, cost: impl Into<String>) -> Self {
        Self {
            what,
            change: change.into(),
            cost: cost.into(),
        }
    }

    /// Both change the same thing, so that together they say no more than one.
    fn is_like(&self, other: &Self) -> bool {
        match (&self.what, &other.what) {
            (What::Level { demand: one, .. }, What::Level { demand: two, .. }) => one == two,
            (one, two) => one == two,
        }
    }

    /// Whose place it may touch, by where they stand without it.
    fn moves(&self, question: &Question<'_>, prospect: &Prospect, place: &Place) -> bool {
        match &self.what {
            What::Rest => place.only_resting,
            What::Employer { .. } => false,
            What::Level { demand, .. } => {
                let asked = question.request.demands.get(*demand);
                asked.is_some_and(|asked| question.in_field(asked, &prospect.expert.specialties))
                    && !place.demands.iter().any(|one| *one as usize == *demand)
            }
            What::Recusal => !place.is_candidate(),
        }
    }
}

/// Asks the same question again and again.
struct Asking<'a> {
    question: &'a Question<'a>,
    crowd: &'a Crowd,
    base: &'a [Placed],
    feasible: Feasible<'a>,
}

impl Asking<'_> {
    fn after(&self, steps: &[&Step]) -> After {
        let mut request = self.question.request.clone();
        let mut rest_waived = self.question.rest_waived;
        for step in steps {
            match &step.what {
                What::Rest => rest_waived = true,
                What::Employer { .. } => {}
                What::Level { demand, level } => {
                    if let Some(asked) = request.demands.get_mut(*demand) {
                        asked.level = level.clone();
                    }
                }
                What::Recusal => request.recusal = RecusalDemand::Nobody,
            }
        }
        let asked = Question {
            request: &request,
            rest_waived,
            ..*self.question
        };
        let moved = |prospect: &Prospect, place: &Place| {
            let mut steps = steps.iter();
            steps.any(|step| step.moves(self.question, prospect, place))
        };
        let places = self.crowd.place_again(&asked, self.base, moved);
        debug_assert_eq!(places, self.crowd.place(&asked), "{steps:?}");
        let candidates = candidates(&request, crowd::counted(&places));
        After {
            request,
            places,
            candidates,
        }
    }

    /// What these changes bring together.
    fn brings(&self, steps: &[&Step]) -> Relaxation {
        let mut after = self.after(steps);
        let max = steps.iter().find_map(|step| match step.what {
            What::Employer { max } => Some(max),
            _ => None,
        });
        let mut changes: Vec<String> = steps.iter().map(|step| step.change.clone()).collect();
        let suffices = match max {
            None => (self.feasible)(&after.request, &after.places),
            Some(max) => match after.least_of_employer(max, self.feasible) {
                None => false,
                Some(least) => {
                    after.request.per_employer = Some(least);
                    for (step, change) in steps.iter().zip(&mut changes) {
                        if let What::Employer { .. } = step.what {
                            change.push_str(&format!("到 {least} 人"));
                        }
                    }
                    true
                }
            },
        };
        let binds = (!suffices).then(|| after.binds(self.question.pack.draw.ratio, self.feasible));
        relaxation(&after, changes, costs(steps), binds)
    }

    /// Two changes that suffice together, cheapest first.
    fn pairs(&self, steps: &[Step]) -> Vec<Relaxation> {
        let pairs = (1..).zip(steps).flat_map(|(next, first)| {
            let rest = steps.iter().skip(next);
            rest.map(move |second| [first, second])
        });
        pairs
            .filter(|[first, second]| !first.is_like(second))
            .take(MOST_PAIRS)
            .map(|pair| self.brings(&pair))
            .filter(|brought| brought.suffices)
            .take(MOST_OFFERED)
            .collect()
    }

    /// Fewer seats after these changes: of one demand, as many as can really be filled; where no single
    /// demand is the cause, of several, the first ones served first.
    fn fewer(&self, steps: &[&Step]) -> Vec<Relaxation> {
        let after = self.after(steps);
        let asked: Vec<u32> = after.request.demands.iter().map(|one| one.seats).collect();
        let mut all = Vec::new();
        for (demand, (seats, count)) in asked.iter().zip(&after.candidates).enumerate() {
            let ceiling = seats.saturating_sub(1).min(*count);
            let most = after.most_seats(&asked, demand, ceiling, self.feasible);
            all.extend(most.map(|most| {
                let mut seats = asked.clone();
                seats[demand] = most;
                self.reduced(steps, &after, &seats)
            }));
        }
        let mut seats = vec![1; asked.len()];
        if !all.is_empty() || asked.len() < 2 || !after.with_seats(&seats, self.feasible) {
            return all;
        }
        for (demand, (wanted, count)) in asked.iter().zip(&after.candidates).enumerate() {
            let ceiling = (*wanted).min(*count);
            let most = after.most_seats(&seats, demand, ceiling, self.feasible);
            seats[demand] = most.unwrap_or(1);
        }
        vec![self.reduced(steps, &after, &seats)]
    }

    /// A reduction in words.
    fn reduced(&self, steps: &[&Step], after: &After, seats: &[u32]) -> Relaxation {
        let mut reduced = After {
            request: after.request.clone(),
            places: Vec::new(),
            candidates: after.candidates.clone(),
        };
        let (mut words, mut everybody) = (Vec::new(), true);
        let demands = reduced.request.demands.iter_mut().zip(seats);
        for ((demand, seats), count) in demands.zip(&after.candidates) {
            if *seats < demand.seats {
                words.push(format!(
                    "“{}”由 {} 席减为 {seats} 席",
                    demand.label, demand.seats
                ));
                everybody &= seats == count;
                demand.seats = *seats;
            }
        }
        let mut changes: Vec<String> = steps.iter().map(|step| step.change.clone()).collect();
        changes.push(words.join("、"));
        let mut costs = costs(steps);
        costs.push(if everybody {
            "少用专家，且全部抽中，没有随机性"
        } else {
            "少用专家"
        });
        relaxation(&reduced, changes, costs, None)
    }
}

fn costs<'s>(steps: &[&'s Step]) -> Vec<&'s str> {
    steps.iter().map(|step| step.cost.as_str()).collect()
}

fn relaxation(
    after: &After,
    changes: Vec<String>,
    costs: Vec<&str>,
    binds: Option<String>,
) -> Relaxation {
    Relaxation {
        change: changes.join("，并且"),
        cost: costs.join("；"),
        candidates: after.candidates.clone(),
        seats: after.request.demands.iter().map(|one| one.seats).collect(),
        suffices: binds.is_none(),
        binds,
    }
}

/// Every change that brings more; two at once where none suffices that keeps all seats; and fewer seats,
/// as many as can really be filled. `base` is where everybody stands as the request is.
pub fn relaxations(
    question: &Question<'_>,
    crowd: &Crowd,
    base: &[Placed],
    feasible: Feasible<'_>,
) -> Vec<Relaxation> {
    let asking = Asking {
        question,
        crowd,
        base,
        feasible,
    };
    let before = candidates(question.request, crowd::counted(base));
    let steps = steps(question, base);
    let helps = |brought: &Relaxation| {
        let mut counts = brought.candidates.iter().zip(&before);
        brought.suffices || counts.any(|(after, before)| after > before)
    };
    let mut found: Vec<Relaxation> = steps
        .iter()
        .map(|step| asking.brings(&[step]))
        .filter(helps)
        .collect();
    if !found.iter().any(|one| one.suffices) {
        found.extend(asking.pairs(&steps));
    }
    found.extend(asking.fewer(&[]));
    if !found.iter().any(|one| one.suffices) {
        let placing = steps
            .iter()
            .filter(|step| !matches!(step.what, What::Employer { .. }));
        let mut fewer = placing.map(|step| asking.fewer(&[step]));
        found.extend(fewer.find(|all| !all.is_empty()).unwrap_or_default());
    }
    found.sort_by_key(|relaxation| !relaxation.suffices);
    found
}

/// Every change there is, cheapest first.
fn steps(question: &Question<'_>, base: &[Placed]) -> Vec<Step> {
    let request = question.request;
    let mut steps = Vec::new();
    if let Some(rest) = &question.pack.draw.rest
        && rest.force != Force::Must
        && !question.rest_waived
        && base.iter().any(|placed| placed.place.only_resting)
    {
        steps.push(Step::new(
            What::Rest,
            "恢复本次应暂停的专家参加抽取",
            format!("{}为“原则上”，须写明理由并留痕", rest.citation),
        ));
    }
    if let Some(max) = request.per_employer {
        steps.push(Step::new(
            What::Employer { max },
            format!("同一单位专家由至多 {max} 人放宽"),
            "同一单位的意见比重增加",
        ));
    }
    for (number, demand) in request.demands.iter().enumerate() {
        for level in lower(question, &demand.level) {
            let to = match &level {
                Level::Any => "不限等级".to_owned(),
                Level::Title { rung } | Level::Skill { rung } => format!("{rung}以上"),
            };
            steps.push(Step::new(
                What::Level {
                    demand: number,
                    level,
                },
                format!("“{}”的专业技术等级放宽到{to}", demand.label),
                "专家等级降低，须使用方同意",
            ));
        }
    }
    if let RecusalDemand::Organisations { .. } = request.recusal {
        steps.push(Step::new(
            What::Recusal,
            "取消使用方另行提出的单位回避",
            "法定回避仍然执行，只取消额外要求",
        ));
    }
    steps
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

#[cfg(test)]
mod tests;
