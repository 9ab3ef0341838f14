//! 使用需求: filing, feasibility, review, withdrawal, consent to a designation.

use std::collections::{BTreeSet, HashMap};

use domain::actor::{Action, Denied, Reach, Target};
use domain::engagement::Engagement;
use domain::event::{Event, EventKind, Subject};
use domain::expert::Expert;
use domain::id::{ExpertId, OrganisationId, PoolId, TaskId};
use domain::organisation::Organisation;
use domain::person::Profile;
use domain::pool::{Specialty, SpecialtyStatus};
use domain::request_check;
use domain::task::{Mode, Request, State, Task};
use store::document::{self, Direction, Page, PageRequest};
use store::engagements::EngagementFilter;
use store::organisations::OrganisationKeys;
use store::tasks::{TaskFilter, TaskKeys};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::pools::OpenPool;
use crate::service::Service;

/// A task as a list shows it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TaskRow {
    /// The task.
    pub task: Task,
    /// Name of the requester.
    pub requester: String,
}

/// A task with what its page needs.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// Its version, for changes.
    pub version: i64,
    /// The pool.
    pub pool: OpenPool,
    /// Name of the requester.
    pub requester: String,
    /// Every specialty of the pool.
    pub specialties: Vec<Specialty>,
}

impl TaskView {
    /// The task as the target of an action.
    pub fn target(&self) -> Target<'_> {
        target(&self.task)
    }
}

pub(crate) fn target(task: &Task) -> Target<'_> {
    Target::pool(task.pool)
        .of_organisation(task.requester)
        .of_team(task.team.as_deref())
}

/// The tasks of a pool this actor may see: all, those of the teams it answers for, or its own.
///
/// # Errors
/// [`Denied`] without any reach.
pub(crate) fn readable(ctx: &Ctx, pool: PoolId) -> Result<TaskFilter, Denied> {
    let action = Action::ReadTasks;
    let of_pool = TaskFilter {
        pool: Some(pool),
        ..TaskFilter::default()
    };
    match (ctx.actor.reach_in(action, pool), ctx.actor.organisation) {
        (Reach::Pool, _) => Ok(of_pool),
        (Reach::Teams, _) => Ok(TaskFilter {
            teams: ctx.actor.remit(action, pool)?.teams(),
            ..of_pool
        }),
        (Reach::Unit, Some(own)) => Ok(TaskFilter {
            requester: Some(own),
            ..of_pool
        }),
        _ => Err(Denied { action }),
    }
}

/// Whoever may file anything at all in a pool.
fn may_file(ctx: &Ctx, pool: PoolId) -> Result<(), Denied> {
    let action = Action::FileTask;
    match ctx.actor.reach_in(action, pool) {
        Reach::None => Err(Denied { action }),
        _ => Ok(()),
    }
}

pub(crate) fn subject(task: &Task) -> Subject {
    Subject::new("task", task.id)
}

impl From<domain::task::WrongState> for Error {
    fn from(wrong: domain::task::WrongState) -> Self {
        Self::state("task.state", wrong)
    }
}

impl From<domain::task::NotClosed> for Error {
    fn from(refused: domain::task::NotClosed) -> Self {
        use domain::task::NotClosed as N;
        let code = match &refused {
            N::State(_) => "task.state",
            N::WorkAhead(_) => "task.work_ahead",
            N::Unanswered(_) => "task.unanswered",
        };
        Self::state(code, refused)
    }
}

impl Service {
    /// Everything wrong with a request, as the form shows it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn check_request(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        request: &Request,
    ) -> Result<Vec<Problem>> {
        let specialties = self.specialties_of(pool.pool.id).await?;
        let active = |id| {
            specialties
                .iter()
                .any(|s| s.id == id && s.status == SpecialtyStatus::Active)
        };
        let problems = request_check::problems(&pool.pack, request, ctx.today(), active);
        Ok(problems
            .into_iter()
            .map(|problem| {
                let sentence = if problem.article.is_empty() {
                    problem.sentence
                } else {
                    format!("{}（{}）", problem.sentence, problem.article)
                };
                Problem::new(problem.field, sentence)
            })
            .collect())
    }

    /// Files a request.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] with every problem; [`Error::Refused`] when the
    /// requester is on the register that the pack bars, or the pack's status allows nothing new.
    pub async fn file_task(&self, ctx: &Ctx, pool: PoolId, request: Request) -> Result<TaskId> {
        let requester = ctx.actor.organisation.ok_or(Error::NotFound)?;
        let open = self.any_pool(pool).await?;
        let mut change = self.change(ctx, pool).await?;
        // Where the team is not settled, the check below says so to whoever may file at all.
        let own = open.target().of_organisation(requester);
        let team = match open.pack.team_of_request(&request) {
            Ok(team) => {
                let team = team.map(|team| team.id.as_str());
                let asked = change.authorize(Action::FileTask, own.of_team(team));
                asked.map_err(|denied| open.refused(&ctx.actor, denied, team))?;
                team.map(str::to_owned)
            }
            Err(_) => {
                may_file(ctx, pool)?;
                None
            }
        };
        let problems = self.check_request(ctx, &open, &request).await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.refuse_barred(&open, requester, ctx.today()).await?;
        let number = next_number(&mut change, open.no, ctx.today().year()).await?;
        let task = Task {
            id: self.id(ctx),
            pool,
            number,
            requester,
            filed_by: ctx.actor.account.ok_or(Error::LoggedOut)?,
            filed_at: ctx.now,
            team,
            request,
            state: State::Filed { at: ctx.now },
        };
        document::insert(&mut change, task.id, keys(&task), &task).await?;
        change
            .record(
                Event::new(EventKind::TaskFiled, subject(&task))
                    .fact("number", &task.number)
                    .fact("seats", task.request.seats())
                    .fact(
                        "request",
                        domain::assembly::request_digest(&task.request).to_hex(),
                    ),
            )
            .await?;
        change.commit().await?;
        Ok(task.id)
    }

    /// Files a returned request again.
    ///
    /// # Errors
    /// As [`Service::file_task`]; [`Error::Stale`] when somebody changed it meanwhile.
    pub async fn refile_task(
        &self,
        ctx: &Ctx,
        id: TaskId,
        version: i64,
        request: Request,
    ) -> Result<()> {
        let view = self.task(ctx, id).await?;
        let problems = self.check_request(ctx, &view.pool, &request).await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let (mut change, mut row) = self.task_change(ctx, id, Action::FileTask).await?;
        if row.version != version {
            return Err(Error::Stale);
        }
        row.body.state = row.body.state.clone().refile(ctx.now)?;
        let team = view.pool.pack.team_of_request(&request);
        row.body.team = team.ok().flatten().map(|team| team.id.clone());
        row.body.request = request;
        let asked = change.authorize(Action::FileTask, target(&row.body));
        asked.map_err(|denied| {
            let team = row.body.team.as_deref();
            view.pool.refused(&ctx.actor, denied, team)
        })?;
        let event = Event::new(EventKind::TaskRefiled, subject(&row.body)).fact(
            "request",
            domain::assembly::request_digest(&row.body.request).to_hex(),
        );
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// A task the actor may see.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a task that does not exist or is not the actor's to see.
    pub async fn task(&self, ctx: &Ctx, id: TaskId) -> Result<TaskView> {
        let mut read = self.store.read();
        let row = store::tasks::find::<Task>(&mut read, id)
            .await?
            .ok_or(Error::NotFound)?;
        let view = target(&row.body);
        ctx.actor
            .allow(Action::ReadTasks, view)
            .map_err(|_| Error::NotFound)?;
        let pool = self.any_pool(row.body.pool).await?;
        Ok(TaskView {
            requester: self.organisation_name(row.body.requester).await?,
            specialties: self.specialties_of(row.body.pool).await?,
            version: row.version,
            pool,
            task: row.body,
        })
    }

    /// Tasks of a pool the actor may see: a requester sees its own.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without any reach.
    pub async fn tasks(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        statuses: &[String],
        page: &PageRequest,
    ) -> Result<Page<TaskRow>> {
        let filter = TaskFilter {
            statuses: statuses.to_vec(),
            ..readable(ctx, pool)?
        };
        let found = {
            let mut read = self.store.read();
            store::tasks::page::<Task>(&mut read, &filter, Direction::Descending, page).await?
        };
        let asking: BTreeSet<OrganisationId> =
            found.items.iter().map(|row| row.body.requester).collect();
        let names: HashMap<OrganisationId, String> =
            document::find_all::<OrganisationKeys, Organisation>(&mut self.store.read(), asking)
                .await?
                .into_iter()
                .map(|row| (row.id, row.body.name))
                .collect();
        let name = |id| names.get(&id).cloned().unwrap_or_else(|| "—".to_owned());
        let rows = found.items.into_iter().map(|row| TaskRow {
            requester: name(row.body.requester),
            task: row.body,
        });
        Ok(Page {
            items: rows.collect(),
            next: found.next,
        })
    }

    /// 受理
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`]. A designation is accepted by consent instead.
    pub async fn accept_task(&self, ctx: &Ctx, id: TaskId) -> Result<()> {
        let (mut change, mut row) = self.task_change(ctx, id, Action::ReviewTask).await?;
        if matches!(row.body.request.mode, Mode::Designated { .. }) {
            return Err(Error::state(
                "task.designation",
                "定向选用须由审批岗位同意人选，不能直接受理。请转审批人员办理。",
            ));
        }
        let by = ctx.actor.account.ok_or(Error::LoggedOut)?;
        row.body.state = row.body.state.clone().accept(by, ctx.now, None)?;
        save(&mut change, &mut row).await?;
        change
            .record(Event::new(EventKind::TaskAccepted, subject(&row.body)))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// 退回修改, with a reason.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without a reason.
    pub async fn return_task(&self, ctx: &Ctx, id: TaskId, reason: &str) -> Result<()> {
        let reason = required(
            reason,
            "reason",
            "没有写明退回理由。使用方要据此修改，请填写。",
        )?;
        let (mut change, mut row) = self.task_change(ctx, id, Action::ReviewTask).await?;
        row.body.state = row.body.state.clone().send_back(reason.clone(), ctx.now)?;
        save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::TaskReturned, subject(&row.body)).fact("reason", reason);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 撤回, with a reason.
    ///
    /// # Errors
    /// As [`Service::return_task`].
    pub async fn withdraw_task(&self, ctx: &Ctx, id: TaskId, reason: &str) -> Result<()> {
        let reason = required(reason, "reason", "没有写明撤回理由。撤回会留痕，请填写。")?;
        let (mut change, mut row) = self.task_change(ctx, id, Action::FileTask).await?;
        row.body.state = row.body.state.clone().withdraw(reason.clone(), ctx.now)?;
        save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::TaskWithdrawn, subject(&row.body)).fact("reason", reason);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 人数不足时恢复应暂停的专家 (DG 第九条(一), 原则上): offered only when too few are left, with a
    /// reason, on record.
    ///
    /// # Errors
    /// [`Error::Refused`] when enough are left or the pack does not allow it.
    pub async fn waive_rest(&self, ctx: &Ctx, id: TaskId, reason: &str) -> Result<()> {
        let reason = required(
            reason,
            "reason",
            "没有写明理由。恢复应暂停的专家须说明理由，请填写。",
        )?;
        let feasibility = self.task_feasibility(ctx, id).await?;
        if feasibility.enough {
            return Err(Error::Refused(vec![Reason::law(
                "draw.rest_not_needed",
                &feasibility.article,
                "可抽专家已够，不能恢复应暂停的专家。暂停是为避免同一专家反复参加。",
            )]));
        }
        let (mut change, mut row) = self.task_change(ctx, id, Action::ReviewTask).await?;
        row.body.state = row.body.state.clone().waive_rest(reason.clone())?;
        save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::RestWaived, subject(&row.body)).fact("reason", reason);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 办结, once the work is over and everybody called has answered.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`].
    pub async fn close_task(&self, ctx: &Ctx, id: TaskId) -> Result<()> {
        let (mut change, mut row) = self.task_change(ctx, id, Action::ReviewTask).await?;
        let pool = self.any_pool(row.body.pool).await?;
        let filter = EngagementFilter {
            task: Some(id),
            ..EngagementFilter::default()
        };
        let seats = store::engagements::all::<Engagement>(&mut *change, &filter).await?;
        let unanswered = seats
            .iter()
            .filter(|seat| seat.body.state.is_open())
            .count();
        let clock = pool.pack.slot_clock();
        row.body.state = row.body.close(ctx.now, ctx.civil(), clock, unanswered)?;
        save(&mut change, &mut row).await?;
        change
            .record(Event::new(EventKind::TaskClosed, subject(&row.body)))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Opens the door for a change of one task.
    pub(crate) async fn task_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: TaskId,
        action: Action,
    ) -> Result<(Change<'c>, store::tasks::Task<Task>)> {
        let seen = store::tasks::find::<Task>(&mut self.store.read(), id).await?;
        let seen = seen.ok_or(Error::NotFound)?;
        ctx.actor
            .allow(Action::ReadTasks, target(&seen.body))
            .map_err(|_| Error::NotFound)?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        change.authorize(action, target(&seen.body))?;
        let row = store::tasks::find::<Task>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        Ok((change, row))
    }

    /// Name of an organisation; a dash when it is gone.
    pub(crate) async fn organisation_name(&self, id: OrganisationId) -> Result<String> {
        let row = store::organisations::find::<Organisation>(&mut self.store.read(), id).await?;
        Ok(row.map_or_else(|| "—".to_owned(), |row| row.body.name))
    }

    /// 第二十条: an organisation on the register may not use the pool (A-DG-21).
    async fn refuse_barred(
        &self,
        pool: &OpenPool,
        requester: OrganisationId,
        today: jiff::civil::Date,
    ) -> Result<()> {
        let mut read = self.store.read();
        let row = store::organisations::find::<Organisation>(&mut read, requester).await?;
        let Some(organisation) = row.map(|row| row.body) else {
            return Err(Error::NotFound);
        };
        let Some((register, citation)) = crate::registers::barring(&pool.pack) else {
            return Ok(());
        };
        let label = pool
            .pack
            .vocabulary
            .register(&register)
            .map_or(register.as_str(), |known| known.label.as_str());
        if self
            .is_listed(&register, organisation.credit_code.as_deref(), today)
            .await?
        {
            return Err(Error::Refused(vec![Reason::law(
                "task.requester_listed",
                citation,
                format!(
                    "“{}”列在{label}中，不能使用专家库。移出名单后可重新提出。",
                    organisation.name
                ),
            )]));
        }
        Ok(())
    }
}

pub(crate) fn keys(task: &Task) -> TaskKeys {
    let today = task.filed_at.to_zoned(crate::ctx::shanghai()).date();
    TaskKeys {
        pool: task.pool,
        number: task.number.clone(),
        requester: task.requester,
        status: task.state.code().to_owned(),
        work_from: task.request.work_date().unwrap_or(today),
        work_to: task.request.last_date().unwrap_or(today),
        team: task.team.clone().unwrap_or_default(),
        title: task.request.content.chars().take(60).collect(),
    }
}

pub(crate) async fn save(
    change: &mut Change<'_>,
    row: &mut store::tasks::Task<Task>,
) -> Result<()> {
    row.keys = keys(&row.body);
    document::save(change, row).await?;
    Ok(())
}

pub(crate) fn required(text: &str, field: &str, sentence: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        Err(Error::field(field, sentence))
    } else {
        Ok(text.to_owned())
    }
}

/// The next number of a pool's tasks in a year: no gaps, because the pool's door is held.
async fn next_number(change: &mut Change<'_>, pool: i64, year: i16) -> Result<String> {
    let beginning = format!("XQ{pool:02}-{year}-");
    let last = store::tasks::last_number(&mut **change, &beginning).await?;
    let last = last
        .and_then(|number| number.rsplit('-').next()?.parse::<u32>().ok())
        .unwrap_or(0);
    Ok(format!("{beginning}{:04}", last + 1))
}

impl Service {
    /// Every specialty of a pool, retired ones included, for those who may file or see requests.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a pool in which the actor has no such reach.
    pub async fn specialties_to_ask(&self, ctx: &Ctx, pool: PoolId) -> Result<Vec<Specialty>> {
        match ctx.actor.reach_in(Action::ReadTasks, pool) {
            Reach::Pool | Reach::Teams | Reach::Unit => self.specialties_of(pool).await,
            _ => Err(Error::NotFound),
        }
    }

    /// The experts a requester names for a designation: by name, or by name and employer where a name
    /// is not alone. Nothing but the match is told.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] naming each line that fits nobody or several.
    pub async fn experts_named(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        team: Option<&str>,
        lines: &[String],
    ) -> Result<Vec<ExpertId>> {
        may_file(ctx, pool)?;
        let mut read = self.store.read();
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        for line in lines {
            let (name, employer) = line.split_once(' ').unwrap_or((line, ""));
            let mut fits = Vec::new();
            for person in store::persons::named::<Profile>(&mut read, name).await? {
                let at = person
                    .body
                    .employer
                    .as_ref()
                    .map_or("", |employer| employer.name.as_str());
                if !employer.is_empty() && at != employer.trim() {
                    continue;
                }
                let held = store::experts::of_person::<Expert>(&mut read, pool, person.id).await?;
                // Whoever is in several teams is meant as a member of the one the work is for.
                let meant = held
                    .iter()
                    .find(|row| team.is_some() && row.body.team.as_deref() == team);
                fits.extend(meant.or(held.first()).map(|row| row.id));
            }
            match fits.as_slice() {
                [only] => found.push(*only),
                [] => problems.push(format!("库中没有“{line}”。请核对姓名，或改为随机抽取。")),
                _ => problems.push(format!(
                    "“{name}”有同名专家，无法确定是哪一位。请写成“姓名 单位全称”。"
                )),
            }
        }
        if problems.is_empty() {
            Ok(found)
        } else {
            Err(Error::field("experts", problems.join("")))
        }
    }

    /// Names of the experts a designation names, as the requester wrote them.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a task the actor may not see.
    pub async fn names_of_experts(&self, ctx: &Ctx, task: &Task) -> Result<Vec<String>> {
        ctx.actor
            .allow(Action::ReadTasks, target(task))
            .map_err(|_| Error::NotFound)?;
        let Mode::Designated { experts, .. } = &task.request.mode else {
            return Ok(Vec::new());
        };
        let mut names = Vec::with_capacity(experts.len());
        for id in experts {
            let row = store::experts::find::<Expert>(&mut self.store.read(), *id).await?;
            let profile = self
                .profile(row.ok_or(Error::NotFound)?.body.person)
                .await?;
            let employer = profile
                .employer
                .map(|employer| employer.name)
                .unwrap_or_default();
            names.push(format!("{} {employer}", profile.name).trim().to_owned());
        }
        Ok(names)
    }
}
