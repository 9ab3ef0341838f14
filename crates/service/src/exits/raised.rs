//! 达到情形: which grounds the records say are reached. Nobody is put out by that alone, but where the
//! pack says so (JM 第十二条(三)); the office reads the list and opens a case.

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::Action;
use domain::engagement::{Engagement, State as Seated};
use domain::exit::Exit;
use domain::id::ExpertId;
use domain::misconduct::{Misconduct, State as Alleged};
use domain::policy::counter::Occurred;
use domain::policy::exit::{MemberFacts, Raised, RaisedHow, raised};
use domain::policy::pack::{Occurrence, TriggerOn};
use domain::pool::SpecialtyStatus;
use domain::task::Task;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::Db;
use store::engagements::EngagementFilter;
use store::experts::Often;

use super::{of_pool, runs};
use crate::ctx::{Ctx, shanghai};
use crate::error::Result;
use crate::experts::{Member, Membership};
use crate::pools::OpenPool;
use crate::service::Service;

/// Most people looked at for each trigger while somebody waits for the list.
const MOST: u32 = 200;

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
    /// open case. Of more than 200 who could have reached the same ground, those of whom something was
    /// entered last. Ages and retirement dates are judged when a case is opened.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn raised_exits(&self, ctx: &Ctx, no: i64) -> Result<Vec<RaisedExit>> {
        let pool = self.open_part(ctx, no, Action::ReadExits).await?;
        let mut read = self.store.read();
        let open = store::records::all::<Exit>(&mut read, &of_pool(pool.id(), &["open"])).await?;
        let mut could = self.could_have_reached(&mut read, &pool, MOST).await?;
        for row in open {
            could.remove(&row.body.expert);
        }
        let mut members = store::experts::find_all::<Membership>(&mut read, could).await?;
        members.retain(|member| {
            let expert = &member.body.expert;
            pool.remit.covers(expert.team.as_deref()) && runs(&expert.standing)
        });
        members.sort_by_cached_key(|member| member.keys.number.clone());
        let mut found = Vec::new();
        for member in &members {
            found.extend(self.raised_of(&mut read, ctx, &pool, member).await?);
        }
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

    /// Whoever could have reached a ground: with enough confirmed records, with enough calls that became
    /// what the pack counts, with nothing but retired specialties; for each trigger at most so many.
    pub(super) async fn could_have_reached(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        most: u32,
    ) -> Result<BTreeSet<ExpertId>> {
        let teams = pool.experts_of();
        let often = |at_least| Often {
            pool: pool.id(),
            teams: teams.as_ref(),
            at_least,
            most,
        };
        let mut found = BTreeSet::new();
        for on in triggers(pool) {
            match on {
                TriggerOn::Counter { counter } => {
                    let calls = became_of(&counter.counts);
                    let records = counter.counts.contains(&Occurrence::MisconductConfirmed);
                    // Where both count, either may be few.
                    let at_least = match records && !calls.is_empty() {
                        true => 1,
                        false => counter.at,
                    };
                    if records {
                        let kinds = &counter.kinds;
                        let those = store::misconduct::often(db, &often(at_least), kinds).await?;
                        found.extend(those);
                    }
                    if !calls.is_empty() {
                        let those = store::engagements::often(db, &often(at_least), &calls).await?;
                        found.extend(those);
                    }
                }
                TriggerOn::NothingAccepted(rule) => {
                    let at_least = rule.periods.saturating_mul(rule.offers_each);
                    let calls = ["declined", "no_answer", "on_leave"];
                    found.extend(store::engagements::often(db, &often(at_least), &calls).await?);
                }
                TriggerOn::SpecialtiesRetired => {
                    let id = pool.id();
                    let those =
                        store::experts::with_only_retired::<Membership>(db, id, most).await?;
                    found.extend(those.into_iter().map(|row| row.id));
                }
                TriggerOn::Retirement { .. } | TriggerOn::Age { .. } | TriggerOn::Listed { .. } => {
                }
            }
        }
        Ok(found)
    }

    /// What triggers look at. The identity number is opened, and registers are asked, only where one of
    /// them watches a register.
    async fn member_facts(
        &self,
        db: &mut impl Db,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
    ) -> Result<MemberFacts> {
        let person = self.person(db, member.keys.person).await?;
        let mut registers = BTreeMap::new();
        if triggers(pool).any(|on| matches!(on, TriggerOn::Listed { .. })) {
            let private = self.private_of(db, member.keys.person).await?;
            let number = private.id_number.as_ref();
            let facts = self.facts(db, pool, &member.body, &person.body, number);
            registers = facts.await?.registers;
        }
        let known = self.specialties_of(pool.id()).await?;
        let held = &member.body.expert.specialties;
        let specialties = known.iter().filter(|one| held.contains(&one.id));
        let mut occurred = self.happened(db, ctx, member.id).await?;
        occurred.sort_by_key(|one| one.on);
        let profile = person.body.profile;
        Ok(MemberFacts {
            born: profile.born,
            retires_on: profile.retires_on,
            flags: profile.flags,
            entered: member.body.expert.standing.term().from,
            term: member.body.term_on(ctx.today()),
            specialties: specialties
                .map(|one| {
                    let active = matches!(one.status, SpecialtyStatus::Active);
                    (one.name.clone(), active)
                })
                .collect(),
            occurred,
            registers,
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
}

/// What the grounds of a pack watch.
fn triggers(pool: &OpenPool) -> impl Iterator<Item = &TriggerOn> {
    let grounds = pool.pack.exit.iter().flat_map(|rules| &rules.grounds);
    let triggers = grounds.flat_map(|ground| &ground.triggers);
    triggers.map(|trigger| &trigger.on)
}

/// The states of a call behind what is counted, as [`became`] reads them.
fn became_of(counted: &[Occurrence]) -> Vec<&'static str> {
    let state = |what: &Occurrence| match what {
        Occurrence::DeclinedWithoutReason | Occurrence::DispatchRefused => Some("declined"),
        Occurrence::NoAnswer => Some("no_answer"),
        Occurrence::Excused => Some("on_leave"),
        Occurrence::Recused => Some("recused"),
        Occurrence::Attended | Occurrence::DispatchAccepted => Some("accepted"),
        Occurrence::AbsentUnexcused
        | Occurrence::LateUnexcused
        | Occurrence::LeftEarlyUnexcused
        | Occurrence::Rested
        | Occurrence::MisconductConfirmed => None,
    };
    let mut states: Vec<&'static str> = counted.iter().filter_map(state).collect();
    states.sort_unstable();
    states.dedup();
    states
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
