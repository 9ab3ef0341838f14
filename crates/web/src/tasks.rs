//! 使用需求: the list, one request with its chances, and what may be done with it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::draw_process::{Attempt, State as DrawState};
use domain::id::TaskId;
use domain::task::{Level, Mode, RecusalDemand, Request, State as TaskState, Task};
use service::PageRequest;
use service::feasibility::Feasibility;
use service::tasks::TaskView;

use crate::components::{
    Column, Empty, FunnelKind, FunnelRow, Here, Link, Meter, Moment, Note, Pager, Progress, Status,
    Tab, Tone,
};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::shortage::ShortageCard;
use crate::state::App;

const READ: Access = Access::Pool(Action::ReadTasks);
const REVIEW: Access = Access::Pool(Action::ReviewTask);

/// Routes of requests.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/tasks", READ, list)
        .get("/p/{no}/tasks/{task}", READ, show)
        .post("/p/{no}/tasks/{task}/accept", REVIEW, accept)
        .post("/p/{no}/tasks/{task}/return", REVIEW, send_back)
        .post(
            "/p/{no}/tasks/{task}/withdraw",
            Access::Pool(Action::FileTask),
            withdraw,
        )
        .post("/p/{no}/tasks/{task}/waive-rest", REVIEW, waive_rest)
        .post("/p/{no}/tasks/{task}/close", REVIEW, close)
        .post(
            "/p/{no}/tasks/{task}/consent",
            Access::Pool(Action::ConsentDesignation),
            consent,
        )
        .post(
            "/p/{no}/tasks/{task}/refuse",
            Access::Pool(Action::ConsentDesignation),
            refuse,
        )
        .post(
            "/p/{no}/tasks/{task}/freeze",
            Access::Pool(Action::RunDraw),
            freeze,
        )
}

/// The groups of states the list can be narrowed to.
const VIEWS: [(&str, &str, &[&str]); 5] = [
    ("", "全部", &[]),
    ("filed", "待审核", &["filed"]),
    ("ready", "待抽取", &["accepted"]),
    ("drawing", "抽取中", &["drawing", "drawn"]),
    ("done", "已启封、办结", &["published", "closed"]),
];

#[derive(Template)]
#[template(path = "tasks/list.html", blocks = ["list"])]
struct ListPage {
    layout: Layout,
    tabs: Vec<Tab>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    file: Option<String>,
}

struct Row {
    href: String,
    number: String,
    content: String,
    requester: String,
    seats: u32,
    when: String,
    status: Status,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let wanted = visit.query.text("status");
    let (code, _, statuses) = VIEWS
        .iter()
        .find(|(code, ..)| *code == wanted)
        .unwrap_or(&VIEWS[0]);
    let statuses: Vec<String> = statuses.iter().map(|&status| status.to_owned()).collect();
    let after = Some(visit.query.text("after")).filter(|text| !text.is_empty());
    let request = PageRequest::after(after.clone(), 20);
    let found = app
        .service
        .tasks(here.ctx(), here.pool.id, &statuses, &request)
        .await?;
    let base = here.href("tasks");
    let rows: Vec<Row> = found
        .items
        .into_iter()
        .map(|row| Row {
            href: here.href(format!("tasks/{}", row.task.id)),
            number: row.task.number.clone(),
            content: row.task.request.content.chars().take(40).collect(),
            requester: row.requester,
            seats: row.task.request.seats(),
            when: row
                .task
                .request
                .work_date()
                .map(|day| day.to_string())
                .unwrap_or_default(),
            status: status(&row.task.state),
        })
        .collect();
    let may_file = here.ctx().actor.reach_in(Action::FileTask, here.pool.id) != Reach::None;
    let file = may_file.then(|| here.href("tasks/new"));
    let page = ListPage {
        layout: here
            .layout(&app, &visit, "使用需求")
            .under(&[(&here.pool.name, &here.href(""))])
            .announce(format!("本页 {} 件", rows.len())),
        tabs: VIEWS
            .iter()
            .map(|(value, label, _)| Tab {
                link: Link::new(
                    *label,
                    if value.is_empty() {
                        base.clone()
                    } else {
                        format!("{base}?status={value}")
                    },
                ),
                count: None,
                here: Here::when(value == code),
            })
            .collect(),
        columns: ["编号", "工作内容", "使用方", "人数", "工作日期", "状态"]
            .map(Column::plain)
            .into(),
        pager: Pager {
            range: format!("本页 {} 件", rows.len()),
            first: after.is_some().then(|| format!("{base}?status={code}")),
            next: found
                .next
                .map(|cursor| format!("{base}?status={code}&after={cursor}")),
            ..Pager::default()
        },
        rows,
        empty: Empty {
            what: "没有使用需求".to_owned(),
            hint: "使用方提出需求后会列在这里，等待库管方审核。".to_owned(),
            actions: file
                .iter()
                .map(|href| Link::new("提出使用需求", href))
                .collect(),
        },
        file,
    };
    if visit.fragment.wants("#list") {
        return page::part(&page.layout, &page.as_list());
    }
    page::page(&page)
}

pub(crate) fn status(state: &TaskState) -> Status {
    let word = state.zh();
    match state {
        TaskState::Filed { .. } | TaskState::Drawing { .. } | TaskState::Drawn { .. } => {
            Status::waiting(word)
        }
        TaskState::Returned { .. } => Status::stopped(word),
        TaskState::Accepted { .. } => Status::notice(word),
        TaskState::Published { .. } => Status::good(word),
        TaskState::Closed { .. } | TaskState::Withdrawn { .. } => Status::idle(word),
    }
}

/// The chances of a request, as a page shows them: counts only.
pub(crate) struct Chances {
    pub(crate) groups: Vec<(String, Meter)>,
    pub(crate) total: Meter,
    pub(crate) funnel: Vec<FunnelRow>,
    pub(crate) notes: Vec<Note>,
    pub(crate) relaxations: Vec<Relaxed>,
    pub(crate) clock: String,
    pub(crate) bits: String,
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
    let mut funnel = vec![FunnelRow {
        label: "专业领域相符".to_owned(),
        count: found.scope.to_string(),
        kind: FunnelKind::Remain,
    }];
    funnel.extend(
        found
            .funnel
            .iter()
            .filter(|step| step.out > 0)
            .map(|step| FunnelRow {
                label: format!("－ {}", step.label),
                count: step.out.to_string(),
                kind: FunnelKind::Cut,
            }),
    );
    funnel.push(FunnelRow {
        label: "可抽".to_owned(),
        count: found.drawable.to_string(),
        kind: FunnelKind::Sum,
    });
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
            }
        })
        .collect();
    Chances {
        groups,
        total: Meter {
            eligible: found.drawable,
            needed: request
                .demands
                .iter()
                .map(|demand| demand.seats + demand.reserves)
                .sum(),
        },
        funnel,
        notes,
        relaxations,
        clock: page::moment(here.ctx().now),
        bits: format!("{:.1}", found.guess_bits),
    }
}

#[derive(Template)]
#[template(path = "tasks/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    task: Task,
    status: Status,
    notes: Vec<Note>,
    facts: Vec<(String, String)>,
    demands: Vec<(String, String, String, u32, u32)>,
    reviewed: Vec<(String, String)>,
    chances: Option<Chances>,
    attempts: Vec<AttemptRow>,
    moments: Vec<Moment>,
    may: May,
    confirm_status: String,
    shortage: Option<ShortageCard>,
    invitations: Vec<(Link, String, Status)>,
    edit: String,
    seats: String,
}

/// One attempt of the request.
struct AttemptRow {
    href: String,
    number: String,
    attempt: u32,
    status: Status,
    at: String,
    why: String,
}

/// What this visitor may do with the request now.
#[derive(Default)]
struct May {
    accept: bool,
    send_back: bool,
    withdraw: bool,
    waive_rest: bool,
    close: bool,
    consent: bool,
    freeze: bool,
    edit: bool,
    seats: bool,
}

impl May {
    fn anything(&self) -> bool {
        self.accept
            || self.send_back
            || self.withdraw
            || self.waive_rest
            || self.close
            || self.consent
            || self.freeze
            || self.edit
    }
}

async fn show(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, TaskId)>,
) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: TaskId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.task(here.ctx(), id).await?;
    if view.task.pool != here.pool.id {
        return Err(WebError::NotFound);
    }
    let before_draw = matches!(
        view.task.state,
        TaskState::Filed { .. } | TaskState::Returned { .. } | TaskState::Accepted { .. }
    );
    let found = match (&view.task.request.mode, before_draw) {
        (Mode::Random, true) => Some(app.service.task_feasibility(here.ctx(), id).await?),
        _ => None,
    };
    let attempts = match here.ctx().actor.allow(Action::ReadDraws, view.target()) {
        Ok(_) => app.service.draws_of_task(here.ctx(), &view.task).await?,
        Err(_) => Vec::new(),
    };
    let may = may(here, &view, found.as_ref());
    let shortage = app.service.shortage(here.ctx(), id).await?;
    let invited = app.service.invitations_of_task(here.ctx(), id).await?;
    let standing = here.standing(here.ctx().today());
    let confirm_status = match (standing.effect(), standing.banner()) {
        (Some(_), Some(words)) if may.freeze || may.consent => {
            format!(
                "已知《{}》{words}，仍按此办法办理；此确认会留痕。",
                here.pack.identity.title
            )
        }
        _ => String::new(),
    };
    let base = here.href(format!("tasks/{id}"));
    let title = format!("使用需求 {}", view.task.number);
    Ok(ShowPage {
        layout: here
            .layout(app, visit, title)
            .under(&[
                (&here.pool.name, &here.href("")),
                ("使用需求", &here.href("tasks")),
            ])
            .judged(&form),
        form,
        status: status(&view.task.state),
        notes: notes(&view),
        facts: facts(&view, here),
        demands: demands(&view),
        reviewed: reviewed(&view.task.request),
        chances: found
            .as_ref()
            .map(|found| chances(here, &view.task.request, found)),
        attempts: attempts
            .iter()
            .map(|attempt| attempt_row(here, attempt))
            .collect(),
        moments: moments(&view, &attempts),
        shortage: shortage.map(|found| ShortageCard::new(here, id, found)),
        invitations: invited
            .into_iter()
            .map(|one| {
                let href = here.href(format!("special-invitations/{}", one.id));
                let status = crate::special_invitations::status(&one.state);
                (Link::new(one.number, href), one.name, status)
            })
            .collect(),
        edit: format!("{base}/edit"),
        seats: format!("{base}/seats"),
        may,
        confirm_status,
        task: view.task,
        base,
    })
}

fn may(here: &InPool, view: &TaskView, found: Option<&Feasibility>) -> May {
    let can = |action| here.ctx().actor.allow(action, view.target()).is_ok();
    let designated = matches!(view.task.request.mode, Mode::Designated { .. });
    let state = &view.task.state;
    let (filed, accepted, returned, published) = (
        matches!(state, TaskState::Filed { .. }),
        matches!(state, TaskState::Accepted { .. }),
        matches!(state, TaskState::Returned { .. }),
        matches!(state, TaskState::Published { .. }),
    );
    May {
        accept: filed && !designated && can(Action::ReviewTask),
        send_back: (filed || accepted) && can(Action::ReviewTask),
        withdraw: (filed || accepted || returned) && can(Action::FileTask),
        waive_rest: accepted
            && can(Action::ReviewTask)
            && matches!(
                state,
                TaskState::Accepted {
                    rest_waived: None,
                    ..
                }
            )
            && here.pack.draw.rest.is_some()
            && found.is_some_and(|found| !found.enough),
        close: published && can(Action::ReviewTask),
        consent: filed && designated && can(Action::ConsentDesignation),
        freeze: accepted && !designated && can(Action::RunDraw),
        edit: returned && can(Action::FileTask),
        seats: (published || matches!(state, TaskState::Closed { .. })) && can(Action::ReadPanel),
    }
}

fn notes(view: &TaskView) -> Vec<Note> {
    match &view.task.state {
        TaskState::Returned { reason, at } => {
            vec![Note::new(
                Tone::Warn,
                "已退回修改：",
                format!("{reason}（{}）", page::moment(*at)),
            )]
        }
        TaskState::Withdrawn { reason, at } => {
            vec![Note::new(
                Tone::Plain,
                "已撤回：",
                format!("{reason}（{}）", page::moment(*at)),
            )]
        }
        TaskState::Accepted {
            rest_waived: Some(reason),
            ..
        } => {
            vec![Note::new(
                Tone::Warn,
                "已恢复应暂停的专家：",
                reason.clone(),
            )]
        }
        _ => Vec::new(),
    }
}

fn facts(view: &TaskView, here: &InPool) -> Vec<(String, String)> {
    let request = &view.task.request;
    let kind = here
        .pack
        .task_kind(&request.kind)
        .map_or(request.kind.as_str(), |kind| kind.label.as_str());
    let mut facts = vec![
        ("使用方".to_owned(), view.requester.clone()),
        ("工作内容".to_owned(), request.content.clone()),
        ("业务范围".to_owned(), request.scope.clone()),
        (
            "工作类别".to_owned(),
            request
                .sub_kind
                .as_ref()
                .map_or_else(|| kind.to_owned(), |sub| format!("{kind}：{sub}")),
        ),
        ("工作时间".to_owned(), half_days(request)),
        (
            "地点".to_owned(),
            format!("{}（{}）", request.place, request.venue.zh()),
        ),
        (
            "同单位上限".to_owned(),
            request
                .per_employer
                .map_or_else(|| "不限".to_owned(), |most| format!("{most} 人")),
        ),
        (
            "回避要求".to_owned(),
            match &request.recusal {
                RecusalDemand::Nobody => "无".to_owned(),
                RecusalDemand::Organisations {
                    organisations,
                    reason,
                } => {
                    let names: Vec<_> = organisations.iter().map(|one| one.name.as_str()).collect();
                    format!("{}（{reason}）", names.join("、"))
                }
            },
        ),
        (
            "选取方式".to_owned(),
            match &request.mode {
                Mode::Random => "随机抽取".to_owned(),
                Mode::Designated {
                    ground,
                    why_not_random,
                    experts,
                } => {
                    format!("定向选用 {} 人：{ground}。{why_not_random}", experts.len())
                }
            },
        ),
    ];
    for (id, text) in &request.fields {
        let label = here.pack.tasks.fields.iter().find(|field| field.id == *id);
        facts.push((
            label
                .map_or(id.as_str(), |field| field.label.as_str())
                .to_owned(),
            text.clone(),
        ));
    }
    facts
}

pub(crate) fn half_days(request: &Request) -> String {
    let mut days = request.half_days.clone();
    days.sort_unstable();
    let words = days
        .iter()
        .map(|half| format!("{}{}", half.date.strftime("%-m月%-d日"), half.slot.label()));
    let days: Vec<String> = words.collect();
    match &request.starts_at {
        Some(hour) => format!("{}，{hour} 开始", days.join("、")),
        None => days.join("、"),
    }
}

fn demands(view: &TaskView) -> Vec<(String, String, String, u32, u32)> {
    let name = |id| {
        view.specialties
            .iter()
            .find(|one| one.id == id)
            .map_or("—", |one| one.name.as_str())
    };
    let demands = view.task.request.demands.iter();
    demands
        .map(|demand| {
            let names: Vec<_> = demand.specialties.iter().map(|id| name(*id)).collect();
            let level = match &demand.level {
                Level::Any => "不限等级".to_owned(),
                Level::Title { rung } | Level::Skill { rung } => format!("{rung}以上或相当"),
            };
            let level = demand
                .duty
                .as_ref()
                .map_or(level.clone(), |duty| format!("{level}，{duty}"));
            (
                demand.label.clone(),
                names.join("、"),
                level,
                demand.seats,
                demand.reserves,
            )
        })
        .collect()
}

fn reviewed(request: &Request) -> Vec<(String, String)> {
    let one = |reviewed: &domain::task::Reviewed| {
        let mut words = Vec::new();
        if reviewed.listed {
            words.push("上市公司".to_owned());
        }
        for person in &reviewed.people {
            words.push(format!(
                "{}{}",
                if person.leads {
                    "负责人"
                } else {
                    "参与人"
                },
                person.name
            ));
        }
        if let Some(call) = &reviewed.call {
            words.push(format!("{} {}", call.guideline, call.round));
        }
        (reviewed.organisation.name.clone(), words.join("、"))
    };
    request.reviewed.iter().map(one).collect()
}

pub(crate) fn draw_status(state: &DrawState) -> Status {
    let word = state.zh();
    match state {
        DrawState::Committing { .. } | DrawState::Revealing { .. } | DrawState::Sealed { .. } => {
            Status::waiting(word)
        }
        DrawState::Unsealed { .. } => Status::good(word),
        DrawState::Void { .. } => Status::stopped(word),
    }
}

fn attempt_row(here: &InPool, attempt: &Attempt) -> AttemptRow {
    AttemptRow {
        href: here.href(format!("draws/{}", attempt.id)),
        number: attempt.number.clone(),
        attempt: attempt.attempt,
        status: draw_status(&attempt.state),
        at: page::moment_short(attempt.frozen.at),
        why: match &attempt.state {
            DrawState::Void { reason, .. } => reason.clone(),
            _ => String::new(),
        },
    }
}

fn moments(view: &TaskView, attempts: &[Attempt]) -> Vec<Moment> {
    let done = |at, text: String| Moment {
        time: page::moment_short(at),
        text,
        link: None,
        progress: Progress::Done,
    };
    let mut moments = vec![done(
        view.task.filed_at,
        format!("{}提出需求", view.requester),
    )];
    for attempt in attempts {
        moments.push(done(
            attempt.frozen.at,
            format!("第 {} 次抽取：封存候选名单", attempt.attempt),
        ));
        if let DrawState::Void { reason, at, .. } = &attempt.state {
            moments.push(done(
                *at,
                format!("第 {} 次抽取作废：{reason}", attempt.attempt),
            ));
        }
    }
    match &view.task.state {
        TaskState::Filed { at } if *at != view.task.filed_at => {
            moments.push(done(*at, "修改后重新提交".to_owned()))
        }
        TaskState::Returned { at, .. } => moments.push(done(*at, "退回修改".to_owned())),
        TaskState::Accepted { at, .. } if attempts.is_empty() => {
            moments.push(done(*at, "受理".to_owned()))
        }
        TaskState::Published { at, .. } => moments.push(done(*at, "结果启封，通知专家".to_owned())),
        TaskState::Closed { at } => moments.push(done(*at, "办结".to_owned())),
        TaskState::Withdrawn { at, .. } => moments.push(done(*at, "撤回".to_owned())),
        _ => {}
    }
    if let Some(last) = moments.last_mut() {
        last.progress = Progress::Now;
    }
    moments.reverse();
    moments
}

/// After an act: back to the request, or the page again with what is wrong.
async fn answered(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: TaskId,
    mut form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    match outcome {
        Ok(()) => Ok(page::see_other(&here.href(format!("tasks/{id}")))),
        Err(service::Error::Invalid(problems)) => {
            for problem in problems {
                form.reject(&problem.field, problem.sentence);
            }
            page::rejected(&show_page(app, here, visit, id, form).await?)
        }
        Err(other) => Err(other.into()),
    }
}

type Act = (State<App>, InPool, Visit, Path<(i64, TaskId)>);

async fn accept(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app.service.accept_task(here.ctx(), id).await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn send_back(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .return_task(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn withdraw(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .withdraw_task(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn waive_rest(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .waive_rest(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn close(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app.service.close_task(here.ctx(), id).await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn consent(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let confirmed = form.holds("status_confirmed", "yes");
    let outcome = app
        .service
        .consent_designation(here.ctx(), id, confirmed)
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn refuse(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .refuse_designation(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn freeze(
    (State(app), here, _, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let draw = app
        .service
        .freeze_frame(here.ctx(), id, form.holds("status_confirmed", "yes"))
        .await?;
    Ok(page::see_other(&here.href(format!("draws/{draw}"))))
}
