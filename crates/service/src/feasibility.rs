//! 可行性: who could be drawn for a request, the funnel that got there, and, when too few are left,
//! what each single change of the request would bring.

use std::collections::HashMap;

use domain::crowd::{self, Crowd};
use domain::expert::Expert;
use domain::frame::{self, Prospect, Question, Step};
use domain::id::{ExpertId, PersonId, PoolId, SpecialtyId, TaskId};
use domain::person::Profile;
use domain::policy::pack::RequestField;
use domain::relation::Relation;
use domain::relaxation::{self, Relaxation};
use domain::rotation::{Rotation, Use};
use domain::task::{Request, State};
use store::experts::Singled;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::pools::OpenPool;
use crate::rotations::UseLog;
use crate::service::Service;

/// What a page shows of a request's chances. Counts only, no names.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Feasibility {
    /// People in scope: in a specialty asked for.
    pub scope: u32,
    /// What took people out, and how many were left.
    pub funnel: Vec<Step>,
    /// Candidates of each demand; someone fit for two is counted in both.
    pub candidates: Vec<u32>,
    /// People who can be drawn, each counted once.
    pub drawable: u32,
    /// Every seat can be filled at once, and the pack's ratio is kept.
    pub enough: bool,
    /// There are just as many candidates as seats, everybody is drawn, nothing is left to chance; and
    /// the pack warns of it.
    pub no_chance: bool,
    /// Why not, when not.
    pub conflict: Option<String>,
    /// What single changes would bring.
    pub relaxations: Vec<Relaxation>,
    /// The article of the draw.
    pub article: String,
    /// The remedies the pack names, in order (特约邀请、会议审定、入库、再随机抽取).
    pub remedies: Vec<String>,
    /// log₂ of the number of equally likely panels: how hard the panel is to guess.
    pub guess_bits: f64,
}

impl Service {
    /// The chances of a task as it stands.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] for a task the actor may not see.
    pub async fn task_feasibility(&self, ctx: &Ctx, id: TaskId) -> Result<Feasibility> {
        let view = self.task(ctx, id).await?;
        let waived = rest_waived(&view.task.state);
        self.feasibility(ctx, &view.pool, &view.task.request, waived)
            .await
    }

    /// The chances of a request that is being written.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] unless the actor may file in this pool.
    pub async fn request_feasibility(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        request: &Request,
    ) -> Result<Feasibility> {
        crate::tasks::readable(ctx, pool.pool.id)?;
        self.feasibility(ctx, pool, request, false).await
    }

    async fn feasibility(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        request: &Request,
        rest_waived: bool,
    ) -> Result<Feasibility> {
        let question = Question {
            pack: &pool.pack,
            request,
            today: ctx.today(),
            rest_waived,
        };
        let crowd = self.crowd(pool, &question).await?;
        let placed = crowd.place(&question);
        let (scope, funnel) = frame::funnel(crowd::counted(&placed));
        let candidates = relaxation::candidates(request, crowd::counted(&placed));
        let drawable: u32 = placed
            .iter()
            .filter(|placed| placed.place.is_candidate())
            .map(|placed| placed.people)
            .sum();
        let rules = &pool.pack.draw;
        let conflict = crowd::seatable(&pool.pack, request, &placed).err();
        let ratio = relaxation::ratio_kept(rules.ratio, request, &candidates);
        let enough = conflict.is_none() && ratio;
        let relaxations = if enough {
            Vec::new()
        } else {
            relaxation::relaxations(&question, &crowd, &placed, &|request, placed| {
                let candidates = relaxation::candidates(request, crowd::counted(placed));
                relaxation::ratio_kept(rules.ratio, request, &candidates)
                    && crowd::is_seatable(&pool.pack, request, placed)
            })
        };
        let seats = request.seats();
        // A pack without rules on shortage says nothing against the warning.
        let warned = rules
            .insufficiency
            .as_ref()
            .is_none_or(|rule| rule.warn_when_equal);
        use domain::policy::words::Word as _;
        Ok(Feasibility {
            scope,
            funnel,
            enough,
            no_chance: enough && drawable == seats && warned,
            conflict: conflict.or_else(|| {
                (!ratio)
                    .then(|| format!("每 {} 席至少要有 {} 名候选人", rules.ratio.1, rules.ratio.0))
            }),
            relaxations,
            article: rules.citation.to_string(),
            remedies: rules
                .insufficiency
                .iter()
                .flat_map(|rule| rule.remedies.iter().map(|remedy| remedy.zh().to_owned()))
                .collect(),
            guess_bits: panels(request, &candidates),
            candidates,
            drawable,
        })
    }

    /// Everybody in scope of a request, people who are alike to it as one. Whoever something more
    /// is known of than the roster says is looked at in full.
    async fn crowd(&self, pool: &OpenPool, question: &Question<'_>) -> Result<Crowd> {
        let request = question.request;
        let id = pool.pool.id;
        let kept = self.roster(id).await?;
        let busy = self.busy(request).await?;
        let mut rotations = self.rotations(pool).await?;
        let listed = self.listed_persons(pool).await?;
        let mut read = self.store.read();
        let mut persons = related(&mut read, id, request).await?;
        persons.extend(busy.keys().chain(listed.keys()));
        persons.sort_unstable();
        persons.dedup();
        let rest = rotations.iter().filter(|(_, rotation)| rotation.rests());
        let singled = Singled {
            numbers: kept.roster.apart(question),
            experts: rest.map(|(expert, _)| *expert).collect(),
            persons,
        };
        let whole = store::experts::whole::<Expert, Profile>(&mut read, id, &singled).await?;
        let of: Vec<PersonId> = whole.iter().map(|(_, person, ..)| *person).collect();
        let relations = self.relations_of_all(&of).await?;
        let apart = whole
            .into_iter()
            .map(|(number, person, expert, profile)| {
                let prospect = Prospect {
                    relations: relations.get(&person).cloned().unwrap_or_default(),
                    busy: busy.get(&person).cloned(),
                    rotation: rotations.remove(&expert.id).unwrap_or_default(),
                    listed: listed.get(&person).cloned(),
                    expert,
                    profile,
                };
                (number, prospect)
            })
            .collect();
        Ok(kept.roster.crowd(question, apart))
    }

    /// Everything on file about everybody in scope of a request.
    pub(crate) async fn prospects(
        &self,
        pool: &OpenPool,
        request: &Request,
    ) -> Result<Vec<Prospect>> {
        let id = pool.pool.id;
        let mut wanted: Vec<SpecialtyId> = request
            .demands
            .iter()
            .flat_map(|demand| demand.specialties.iter().copied())
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        // A demand may name none; then everybody is in its scope.
        if request
            .demands
            .iter()
            .any(|demand| demand.specialties.is_empty())
        {
            if pool.pack.draw.request.contains(&RequestField::Specialty) {
                return Ok(Vec::new());
            }
            wanted.clear();
        }
        let mut found: Vec<(Expert, Profile)> = Vec::new();
        let mut read = self.store.read();
        store::experts::scan_whole::<Expert, Profile>(
            &mut read,
            id,
            &wanted,
            &mut |row, profile| {
                found.push((row.body, profile));
                Ok(())
            },
        )
        .await?;
        let persons: Vec<PersonId> = found.iter().map(|(expert, _)| expert.person).collect();
        let relations = self.relations_of_all(&persons).await?;
        let busy = self.busy(request).await?;
        let mut rotations = self.rotations(pool).await?;
        let listed = self.listed_persons(pool).await?;
        Ok(found
            .into_iter()
            .map(|(expert, profile)| Prospect {
                relations: relations.get(&expert.person).cloned().unwrap_or_default(),
                busy: busy.get(&expert.person).cloned(),
                rotation: rotations.remove(&expert.id).unwrap_or_default(),
                listed: listed.get(&expert.person).cloned(),
                expert,
                profile,
            })
            .collect())
    }

    async fn relations_of_all(
        &self,
        persons: &[PersonId],
    ) -> Result<HashMap<PersonId, Vec<Relation>>> {
        let mut all: HashMap<PersonId, Vec<Relation>> = HashMap::new();
        let rows = store::relations::of_persons::<Relation>(
            &mut self.store.read(),
            persons.iter().copied(),
        )
        .await?;
        for row in rows {
            all.entry(row.body.person).or_default().push(row.body);
        }
        Ok(all)
    }

    /// Who is taken in one of the request's half-days, and by which other task.
    async fn busy(&self, request: &Request) -> Result<HashMap<PersonId, String>> {
        let mut busy = HashMap::new();
        for slot in store::engagements::busy(&mut self.store.read(), &request.half_days).await? {
            let half = slot.half_day;
            let label = format!("{}{}的其他任务", half.date, half.slot.label());
            busy.entry(slot.person).or_insert(label);
        }
        Ok(busy)
    }

    /// The rest rule's state of each expert: what is on record, with draws that are still sealed.
    async fn rotations(&self, pool: &OpenPool) -> Result<HashMap<ExpertId, Rotation>> {
        let Some(rest) = &pool.pack.draw.rest else {
            return Ok(HashMap::new());
        };
        let rows =
            store::rotations::of_pool::<UseLog>(&mut self.store.read(), pool.pool.id).await?;
        let mut logs: HashMap<ExpertId, UseLog> = rows
            .into_iter()
            .map(|(expert, row)| (expert, row.body))
            .collect();
        let sealed = self.sealed_uses(pool.pool.id).await?;
        let uses = || sealed.iter().flat_map(|uses| uses.iter());
        for (expert, entry) in uses().filter(|(_, entry)| entry.used != Use::NotDrawn) {
            logs.entry(*expert).or_default().enter(*entry);
        }
        // A miss of somebody with nothing on record changes nothing.
        for (expert, entry) in uses().filter(|(_, entry)| entry.used == Use::NotDrawn) {
            if let Some(log) = logs.get_mut(expert) {
                log.enter(*entry);
            }
        }
        Ok(logs
            .into_iter()
            .map(|(expert, log)| (expert, log.state(rest.rule())))
            .collect())
    }
}

/// The persons of a pool with a relation to somebody or something the request names.
async fn related(db: &mut store::Read, pool: PoolId, request: &Request) -> Result<Vec<PersonId>> {
    let mut names = Vec::new();
    let mut organisations = Vec::new();
    for reviewed in &request.reviewed {
        organisations.push(reviewed.organisation.clone());
        names.push(reviewed.organisation.name.clone());
        names.extend(reviewed.people.iter().map(|person| person.name.clone()));
        names.extend(reviewed.call.iter().map(|call| call.guideline.clone()));
    }
    Ok(store::relations::persons_with(db, pool, &names, &organisations).await?)
}

/// Was the rest waived for this task?
pub(crate) fn rest_waived(state: &State) -> bool {
    matches!(
        state,
        State::Accepted {
            rest_waived: Some(_),
            ..
        } | State::Drawing {
            rest_waived: Some(_),
            ..
        }
    )
}

/// log₂ of the number of panels, every demand by itself: Σ log₂ C(candidates, seats).
fn panels(request: &Request, candidates: &[u32]) -> f64 {
    request
        .demands
        .iter()
        .zip(candidates)
        .map(|(demand, count)| {
            let (n, k) = (f64::from(*count), demand.seats.min(*count));
            (0..k)
                .map(|i| ((n - f64::from(i)) / f64::from(i + 1)).log2())
                .sum::<f64>()
        })
        .sum()
}
