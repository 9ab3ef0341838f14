//! 不良行为记录: proposals by requesters, officers and the program; decisions by the approver.

use domain::actor::{Action, Denied, Reach, Target};
use domain::engagement::{Declaration, Engagement};
use domain::event::{Event, EventKind, Subject};
use domain::expert::Expert;
use domain::id::{ExpertId, MisconductId, PoolId, TaskId};
use domain::misconduct::{Misconduct, Proposer, Refused, State};
use domain::policy::pack::Evidence;
use domain::task::Task;
use jiff::civil::Date;
use serde::Serialize;
use store::document::{self, Count, Page, PageRequest};
use store::misconduct::{MisconductFilter, MisconductKeys};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::service::Service;

/// What a proposal says.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The expert.
    pub expert: ExpertId,
    /// A kind of the pack.
    pub kind: String,
    /// When it happened.
    pub on: Date,
    /// The task.
    pub task: Option<TaskId>,
    /// Facts and evidence.
    pub evidence: String,
    /// 造成的不良影响
    pub effect: Option<String>,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Decided(_) => Self::state("misconduct.decided", refused),
            Refused::NoEvidence => Self::field("evidence", refused.to_string()),
            Refused::NoEffect => Self::field("effect", refused.to_string()),
            Refused::NoReason => Self::field("reason", refused.to_string()),
        }
    }
}

fn subject(record: &Misconduct) -> Subject {
    Subject::new("misconduct", record.id)
}

fn keys(record: &Misconduct) -> MisconductKeys {
    MisconductKeys {
        pool: record.pool,
        expert: record.expert,
        kind: record.kind.clone(),
        status: record.state.code().to_owned(),
        happened_on: record.on,
        task: record.task,
    }
}

impl Service {
    /// Proposes a record. A requester may do so only of an expert it used.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn propose_misconduct(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        proposal: Proposal,
    ) -> Result<MisconductId> {
        let open = self.any_pool(pool).await?;
        let member =
            store::experts::find::<Expert>(&mut self.store.read(), proposal.expert).await?;
        let member = member
            .filter(|member| member.keys.pool == pool)
            .ok_or(Error::NotFound)?;
        let mut target = open.target_of(member.body.team.as_deref());
        if let Some(task) = proposal.task {
            let row = store::tasks::find::<Task>(&mut self.store.read(), task).await?;
            let row = row.filter(|row| row.body.pool == pool);
            target.organisation = Some(row.ok_or(Error::NotFound)?.body.requester);
        }
        let mut change = self.change(ctx, pool).await?;
        change.authorize(Action::ProposeMisconduct, target)?;
        let mut problems = Vec::new();
        let known = open
            .pack
            .conduct
            .as_ref()
            .is_some_and(|rules| rules.kinds.iter().any(|kind| kind.id == proposal.kind));
        if !known {
            problems.push(Problem::new(
                "kind",
                "没有选择行为类型。请从办法列出的类型中选择。",
            ));
        }
        if proposal.evidence.trim().is_empty() {
            problems.push(Problem::new("evidence", Refused::NoEvidence.to_string()));
        }
        if proposal.on > ctx.today() {
            problems.push(Problem::new("on", "发生日期在今天之后。请核对日期。"));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let record = Misconduct {
            id: self.id(ctx),
            pool,
            expert: proposal.expert,
            kind: proposal.kind,
            on: proposal.on,
            task: proposal.task,
            evidence: proposal.evidence,
            effect: proposal.effect,
            statement: None,
            proposer: Proposer::Person {
                name: ctx.actor.name.clone(),
            },
            state: State::Proposed,
        };
        self.enter_proposal(&mut change, &record).await?;
        change.commit().await?;
        Ok(record.id)
    }

    async fn enter_proposal(&self, change: &mut Change<'_>, record: &Misconduct) -> Result<()> {
        document::insert(change, record.id, keys(record), record).await?;
        let event = Event::new(EventKind::MisconductProposed, subject(record))
            .fact("kind", &record.kind)
            .detail(serde_json::json!({ "expert": record.expert, "evidence": record.evidence }));
        change.record(event).await?;
        Ok(())
    }

    /// A stop makes a candidate record of the kind the pack names (DG 第十条末款、第十八条(三)).
    pub(crate) async fn propose_after_stop(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        engagement: &Engagement,
        task: &Task,
        found: &Declaration,
    ) -> Result<()> {
        let pool = self.any_pool(engagement.pool).await?;
        let suggests = pool
            .pack
            .recusal
            .as_ref()
            .and_then(|rules| rules.stop_suggests.clone());
        let Some(kind) = suggests else { return Ok(()) };
        let record = Misconduct {
            id: self.id(ctx),
            pool: engagement.pool,
            expert: engagement.expert,
            kind,
            on: ctx.today(),
            task: Some(task.id),
            evidence: format!("{}：{}", found.ground, found.note),
            effect: None,
            statement: None,
            proposer: Proposer::System,
            state: State::Proposed,
        };
        self.enter_proposal(change, &record).await
    }

    /// 认定 or 不予认定 (with a reason).
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`].
    pub async fn decide_misconduct(
        &self,
        ctx: &Ctx,
        id: MisconductId,
        confirm: bool,
        reason: &str,
    ) -> Result<()> {
        let seen = store::misconduct::find::<Misconduct>(&mut self.store.read(), id).await?;
        let seen = seen.ok_or(Error::NotFound)?;
        let member =
            store::experts::find::<Expert>(&mut self.store.read(), seen.body.expert).await?;
        let member = member.ok_or(Error::NotFound)?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        change.authorize(
            Action::ConfirmMisconduct,
            Target::pool(seen.body.pool).of_team(member.body.team.as_deref()),
        )?;
        let row = store::misconduct::find::<Misconduct>(&mut *change, id).await?;
        let mut row = row.ok_or(Error::NotFound)?;
        let pool = self.any_pool(row.body.pool).await?;
        let needs_effect = pool.pack.conduct.as_ref().is_some_and(|rules| {
            rules.kinds.iter().any(|kind| {
                kind.id == row.body.kind && kind.evidence.contains(&Evidence::BadEffect)
            })
        });
        let by = ctx.actor.name.clone();
        let event = if confirm {
            row.body.state = row.body.confirm(needs_effect, by, ctx.now)?;
            Event::new(EventKind::MisconductConfirmed, subject(&row.body))
        } else {
            row.body.state = row.body.reject(reason, by, ctx.now)?;
            Event::new(EventKind::MisconductRejected, subject(&row.body)).fact("reason", reason)
        };
        let event = event.fact("kind", &row.body.kind);
        row.keys = keys(&row.body);
        document::save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}

/// Which records to list. Conditions left empty do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MisconductQuery {
    /// Status code.
    pub status: Option<String>,
    /// A kind of the pack.
    pub kind: Option<String>,
    /// Of this expert.
    pub expert: Option<ExpertId>,
    /// Happened on or after.
    pub from: Option<Date>,
    /// Happened on or before.
    pub to: Option<Date>,
}

/// The records of a pool this actor may see: all, those of experts it answers for, or those of its own
/// requests.
fn seen_by(ctx: &Ctx, pool: PoolId) -> Result<MisconductFilter> {
    let action = Action::ProposeMisconduct;
    let of_pool = MisconductFilter {
        pool: Some(pool),
        ..MisconductFilter::default()
    };
    let part = ctx.actor.remit(Action::ConfirmMisconduct, pool);
    let part = part.or_else(|_| ctx.actor.remit(action, pool));
    match (
        part,
        ctx.actor.reach_in(action, pool),
        ctx.actor.organisation,
    ) {
        (Ok(part), ..) => Ok(MisconductFilter {
            experts_of: part.teams(),
            ..of_pool
        }),
        (_, Reach::Unit, Some(own)) => Ok(MisconductFilter {
            requester: Some(own),
            ..of_pool
        }),
        _ => Err(Denied { action }.into()),
    }
}

/// One record with what a list shows of it.
#[derive(Debug, Clone, Serialize)]
pub struct MisconductLine {
    /// The record.
    pub record: Misconduct,
    /// Name of the expert.
    pub name: String,
    /// Number of the request it happened in.
    pub task: Option<String>,
    /// Confirmed records of this expert, this one included when it is.
    pub confirmed: u64,
}

impl Service {
    /// Records of a pool, newest first, and how many there are: all of them for the approver and the
    /// officer, those of its own requests for a requester.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn misconduct(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        query: &MisconductQuery,
        page: &PageRequest,
    ) -> Result<(Page<MisconductLine>, Count)> {
        let filter = MisconductFilter {
            expert: query.expert,
            kinds: query.kind.iter().cloned().collect(),
            statuses: query.status.iter().cloned().collect(),
            from: query.from,
            to: query.to,
            ..seen_by(ctx, pool)?
        };
        let mut read = self.store.read();
        let found = store::misconduct::page::<Misconduct>(&mut read, &filter, page).await?;
        let count = store::misconduct::count(&mut read, &filter).await?;
        let mut items = Vec::new();
        for record in found.items.into_iter().map(|row| row.body) {
            let task = match record.task {
                Some(task) => store::tasks::find::<Task>(&mut read, task).await?,
                None => None,
            };
            let expert =
                store::experts::find::<domain::expert::Expert>(&mut read, record.expert).await?;
            let confirmed = MisconductFilter {
                expert: Some(record.expert),
                statuses: vec!["confirmed".to_owned()],
                ..MisconductFilter::default()
            };
            let confirmed = store::misconduct::count(&mut read, &confirmed).await?;
            items.push(MisconductLine {
                name: expert
                    .map(|row| row.keys.name)
                    .unwrap_or_else(|| "—".to_owned()),
                task: task.map(|row| row.body.number),
                confirmed: match confirmed {
                    Count::Exactly(count) | Count::AtLeast(count) => count,
                },
                record,
            });
        }
        let next = found.next;
        Ok((Page { items, next }, count))
    }

    /// The expert of this name who was invited for the task of this number.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such task, or nobody or more than one of that name in it.
    pub async fn engaged_expert(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        number: &str,
        name: &str,
    ) -> Result<(TaskId, ExpertId)> {
        let no_task = || {
            Error::field(
                "task",
                format!("没有编号为“{number}”且已启封的使用需求。请核对编号。"),
            )
        };
        let row = store::tasks::by_number::<Task>(&mut self.store.read(), number).await?;
        let row = row
            .filter(|row| row.body.pool == pool)
            .ok_or_else(no_task)?;
        let seats = self.seats(ctx, row.id).await.map_err(|_| no_task())?;
        let mut experts: Vec<ExpertId> = seats
            .iter()
            .filter(|seat| seat.name == name)
            .map(|seat| seat.engagement.expert)
            .collect();
        experts.dedup();
        match experts.as_slice() {
            [only] => Ok((row.id, *only)),
            _ => Err(Error::field(
                "expert",
                format!("这次使用的专家中找不到唯一的“{name}”。请核对姓名。"),
            )),
        }
    }
}
