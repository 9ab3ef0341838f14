//! 达到情形: which grounds the records say are reached. Nobody is put out by that alone, but where the
//! pack says so (JM 第十二条(三)); the office reads the list and opens a case.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use domain::actor::Action;
use domain::engagement::{Engagement, State as Seated};
use domain::exit::Opened;
use domain::id::{ExpertId, PoolId};
use domain::misconduct::{Misconduct, State as Alleged};
use domain::policy::counter::Occurred;
use domain::policy::exit::{MemberFacts, Raised, RaisedHow, raised};
use domain::policy::pack::{Occurrence, TriggerMode, TriggerOn};
use domain::task::Task;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::Db;
use store::engagements::EngagementFilter;
use store::misconduct::MisconductFilter;

use super::opening::{Brought, NewExit};
use super::{ground, rules, runs, save};
use crate::ctx::{Ctx, shanghai};
use crate::error::Result;
use crate::experts::{Member, Membership};
use crate::pools::OpenPool;
use crate::schedule::done_for;
use crate::service::Service;

/// Most people a list of those who reached a ground names.
const MOST: usize = 500;
/// Rows of misconduct read at a time.
const PORTION: u32 = 200;

/// The day on which a pool was last looked through for grounds that take effect by themselves. What counts
/// is days, so once a day is enough, and once more after every start.
#[derive(Debug, Default)]
pub(crate) struct LookedThrough(Mutex<HashMap<PoolId, Date>>);

/// A ground somebody has reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RaisedExit {
    /// The membership.
    pub expert: ExpertId,
    /// 姓名
    pub name: String,
    /// 专家编号
    pub number: String,
    /// The ground.
    pub ground: String,
    /// In a few words.
    pub label: String,
    /// The article.
    pub article: String,
    /// Early notice, for decision, or by itself.
    pub how: RaisedHow,
    /// What the records say.
    pub reason: String,
}

impl RaisedExit {
    fn of(member: &Member, one: &Raised<'_>) -> Self {
        Self {
            expert: member.id,
            name: member.keys.name.clone(),
            number: member.keys.number.clone().unwrap_or_default(),
            ground: one.ground.id.clone(),
            label: one.ground.label.clone(),
            article: one.ground.citation.to_string(),
            how: one.how,
            reason: one.reason.clone(),
        }
    }

    /// Is it reached, and not only near?
    pub fn is_reached(&self) -> bool {
        self.how != RaisedHow::Alert
    }
}

impl Service {
    /// Everybody on record as having reached a ground that counts occurrences or specialties, without an
    /// open case, at most 500. Ages and retirement dates are judged on the page of each expert.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn raised_exits(&self, ctx: &Ctx, no: i64) -> Result<Vec<RaisedExit>> {
        let pool = self.open_part(ctx, no, Action::ReadExits).await?;
        let mut read = self.store.read();
        let mut found = Vec::new();
        for id in self.could_have_reached(&mut read, &pool).await? {
            let member = store::experts::find::<Membership>(&mut read, id).await?;
            let Some(member) = member else { continue };
            let team = member.body.expert.team.as_deref();
            if pool.within(team).is_err()
                || !runs(&member.body.expert.standing)
                || self
                    .open_case(&mut read, pool.id(), &member)
                    .await?
                    .is_some()
            {
                continue;
            }
            found.extend(self.raised_of(&mut read, ctx, &pool, &member).await?);
            if found.len() >= MOST {
                break;
            }
        }
        found.truncate(MOST);
        Ok(found)
    }

    /// What one member has reached today.
    pub(super) async fn raised_of(
        &self,
        db: &mut impl Db,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
    ) -> Result<Vec<RaisedExit>> {
        let facts = self.member_facts(db, ctx, pool, member).await?;
        let found = raised(&pool.pack, &facts, ctx.today());
        Ok(found
            .iter()
            .map(|one| RaisedExit::of(member, one))
            .collect())
    }

    /// Whoever could have reached a ground: with a confirmed record, with calls not followed, with nothing
    /// but retired specialties. Each is looked at only where the pack asks.
    async fn could_have_reached(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
    ) -> Result<BTreeSet<ExpertId>> {
        let mut found = BTreeSet::new();
        let triggers = pool.pack.exit.iter().flat_map(|rules| &rules.grounds);
        let triggers: Vec<&TriggerOn> = triggers
            .flat_map(|ground| &ground.triggers)
            .map(|trigger| &trigger.on)
            .collect();
        let counts = |wanted: fn(Occurrence) -> bool| {
            triggers.iter().any(|on| match on {
                TriggerOn::Counter { counter } => counter.counts.iter().any(|what| wanted(*what)),
                TriggerOn::NothingAccepted(_) => wanted(Occurrence::NoAnswer),
                _ => false,
            })
        };
        if counts(|what| what == Occurrence::MisconductConfirmed) {
            found.extend(self.with_records(db, pool.id()).await?);
        }
        if counts(|what| what != Occurrence::MisconductConfirmed) {
            let filter = EngagementFilter {
                pool: Some(pool.id()),
                statuses: ["declined", "no_answer", "on_leave"]
                    .map(str::to_owned)
                    .to_vec(),
                ..EngagementFilter::default()
            };
            let rows = store::engagements::all::<Engagement>(db, &filter).await?;
            found.extend(rows.into_iter().map(|row| row.body.expert));
        }
        if triggers.contains(&&TriggerOn::SpecialtiesRetired) {
            let most = u32::try_from(MOST).unwrap_or(u32::MAX);
            let stranded =
                store::experts::with_only_retired::<Membership>(db, pool.id(), most).await?;
            found.extend(stranded.into_iter().map(|row| row.id));
        }
        Ok(found)
    }

    async fn with_records(&self, db: &mut impl Db, pool: PoolId) -> Result<BTreeSet<ExpertId>> {
        let filter = MisconductFilter {
            pool: Some(pool),
            statuses: vec!["confirmed".to_owned()],
            ..MisconductFilter::default()
        };
        let mut found = BTreeSet::new();
        let mut after = None;
        loop {
            let request = store::PageRequest::after(after, PORTION);
            let page = store::misconduct::page::<Misconduct>(db, &filter, &request).await?;
            found.extend(page.items.into_iter().map(|row| row.body.expert));
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// What triggers look at.
    async fn member_facts(
        &self,
        db: &mut impl Db,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
    ) -> Result<MemberFacts> {
        let person = self.person(db, member.keys.person).await?;
        let private = self.private_of(db, member.keys.person).await?;
        let facts = self
            .facts(
                db,
                pool,
                &member.body,
                &person.body,
                private.id_number.as_ref(),
            )
            .await?;
        let known = self.specialties_of(pool.id()).await?;
        let held = &member.body.expert.specialties;
        let specialties = known.iter().filter(|one| held.contains(&one.id));
        let mut occurred = self.happened(db, ctx, member.id).await?;
        occurred.sort_by_key(|one| one.on);
        Ok(MemberFacts {
            born: facts.profile.born,
            retires_on: facts.profile.retires_on,
            flags: facts.profile.flags,
            entered: member.body.expert.standing.term().from,
            term: member.body.term_on(ctx.today()),
            specialties: specialties
                .map(|one| {
                    let active = matches!(one.status, domain::pool::SpecialtyStatus::Active);
                    (one.name.clone(), active)
                })
                .collect(),
            occurred,
            registers: facts.registers,
        })
    }

    /// What is on record of a member: confirmed misconduct, and what became of each call. Whoever agreed
    /// to come and neither took leave nor was stopped counts as having come once the work is over.
    async fn happened(
        &self,
        db: &mut impl Db,
        ctx: &Ctx,
        expert: ExpertId,
    ) -> Result<Vec<Occurred>> {
        let mut occurred = Vec::new();
        for row in store::misconduct::of_expert::<Misconduct>(db, expert).await? {
            let Alleged::Confirmed { at, .. } = &row.body.state else {
                continue;
            };
            occurred.push(Occurred {
                on: day(*at),
                what: Occurrence::MisconductConfirmed,
                task: row.body.task.map(|task| task.to_string()),
                kind: Some(row.body.kind),
            });
        }
        let filter = EngagementFilter {
            experts: vec![expert],
            ..EngagementFilter::default()
        };
        for row in store::engagements::all::<Engagement>(db, &filter).await? {
            let task = row.body.task;
            let over = match &row.body.state {
                Seated::Accepted { .. } => {
                    let task = store::tasks::find::<Task>(db, task).await?;
                    let last = task.and_then(|row| row.body.request.last_date());
                    last.filter(|last| *last < ctx.today())
                }
                _ => None,
            };
            if let Some((on, what)) = became(&row.body.state, over) {
                occurred.push(Occurred {
                    on,
                    what,
                    task: Some(task.to_string()),
                    kind: None,
                });
            }
        }
        Ok(occurred)
    }

    /// Grounds that take effect by themselves, in every pool. Scheduled work; doing it again changes
    /// nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leave_by_themselves(&self, ctx: &Ctx) -> Result<usize> {
        let pools = store::pools::all::<domain::pool::Pool>(&mut self.store.read()).await?;
        let mut left = 0;
        for pool in pools {
            left += done_for("exits", pool.id, self.leave_of(ctx, pool.id).await);
        }
        Ok(left)
    }

    async fn leave_of(&self, ctx: &Ctx, pool: PoolId) -> Result<usize> {
        let pool = self.any_pool(pool).await?;
        let grounds = pool.pack.exit.iter().flat_map(|rules| &rules.grounds);
        let automatic = grounds
            .flat_map(|ground| &ground.triggers)
            .any(|trigger| trigger.mode == TriggerMode::Automatic);
        let today = ctx.today();
        let done = |days: &HashMap<PoolId, Date>| days.get(&pool.id()) == Some(&today);
        let days = &self.exits_looked_through.0;
        if !automatic || done(&days.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(0);
        }
        let mut left = 0;
        let candidates = self
            .could_have_reached(&mut self.store.read(), &pool)
            .await?;
        for expert in candidates {
            left += usize::from(self.leave_by_itself(ctx, &pool, expert).await?);
        }
        let mut days = days.lock().unwrap_or_else(PoisonError::into_inner);
        days.insert(pool.id(), today);
        Ok(left)
    }

    async fn leave_by_itself(&self, ctx: &Ctx, pool: &OpenPool, expert: ExpertId) -> Result<bool> {
        let mut read = self.store.read();
        let reached = |found: &[RaisedExit]| {
            let mut all = found.iter();
            all.find(|one| one.how == RaisedHow::Automatic).cloned()
        };
        let stays = |member: &Member| runs(&member.body.expert.standing);
        let seen = store::experts::find::<Membership>(&mut read, expert).await?;
        let Some(seen) = seen.filter(stays) else {
            return Ok(false);
        };
        if reached(&self.raised_of(&mut read, ctx, pool, &seen).await?).is_none() {
            return Ok(false);
        }
        drop(read);
        let mut change = self.change(ctx, pool.id()).await?;
        // Another server may have been here.
        let member = self.member(&mut *change, pool, expert).await?;
        let found = self.raised_of(&mut *change, ctx, pool, &member).await?;
        let Some(one) = reached(&found).filter(|_| stays(&member)) else {
            return Ok(false);
        };
        let rules = rules(pool)?;
        let ground = ground(rules, &one.ground)?;
        let mut row = match self.open_case(&mut *change, pool.id(), &member).await? {
            Some(row) if row.body.ground == ground.id => row,
            // Somebody is deciding on another ground: that decision comes first.
            Some(_) => return Ok(false),
            None => {
                let new = NewExit {
                    ground: ground.id.clone(),
                    ..NewExit::default()
                };
                let brought = Brought {
                    opened: Opened::Automatic { at: ctx.now },
                    raised: Some(one.reason),
                    documents: Vec::new(),
                    taken: Vec::new(),
                };
                let exit = self
                    .enter_exit(&mut change, ctx, pool, &member, ground, (&new, brought))
                    .await?;
                super::find(&mut *change, pool.id(), exit.id).await?
            }
        };
        let on = ctx.today();
        row.body = row.body.clone().end(on)?;
        save(&mut change, &mut row).await?;
        self.carry_out(&mut change, ctx, pool, rules, &row.body, on)
            .await?;
        change.commit().await?;
        Ok(true)
    }
}

/// What became of a call, and on which day; `over` is the last day of work that is over.
fn became(state: &Seated, over: Option<Date>) -> Option<(Date, Occurrence)> {
    Some(match state {
        Seated::Accepted { at, .. } => match over {
            Some(on) => (on, Occurrence::Attended),
            None => (day(*at), Occurrence::DispatchAccepted),
        },
        Seated::Declined { at, reason, .. } => {
            let what = match reason {
                Some(_) => Occurrence::DispatchRefused,
                None => Occurrence::DeclinedWithoutReason,
            };
            (day(*at), what)
        }
        Seated::NoAnswer { at } => (day(*at), Occurrence::NoAnswer),
        Seated::OnLeave { at, .. } => (day(*at), Occurrence::Excused),
        Seated::Recused { at, .. } => (day(*at), Occurrence::Recused),
        Seated::Invited { .. }
        | Seated::Stopped { .. }
        | Seated::Left { .. }
        | Seated::Void { .. } => return None,
    })
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(shanghai()).date()
}
