//! One request: what was asked, its chances, its draws, and what this visitor may do now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::draw_process::{Attempt, State as DrawState};
use domain::half_day::HalfDay;
use domain::id::TaskId;
use domain::task::{Level, Mode, RecusalDemand, Request, State as TaskState, Task};
use service::feasibility::Feasibility;
use service::tasks::TaskView;

use super::{Chances, READ, chances, draw_status, half_days, status};
use crate::components::{Link, Moment, Note, Progress, Status, Tone};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::Routes;
use crate::session::InPool;
use crate::shortage::ShortageCard;
use crate::state::App;

/// Routes of one request.
pub(super) fn routes() -> Routes {
    Routes::new().get("/p/{no}/tasks/{task}", READ, show)
}

#[derive(Template)]
#[template(path = "tasks/show.html")]
pub(super) struct ShowPage {
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
    /// May close it once this half-day of work is over.
    close_after: Option<HalfDay>,
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
            || self.close_after.is_some()
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

pub(super) async fn show_page(
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
    let shortage = match &found {
        Some(found) => service::shortage::before_draw(here.ctx(), &view, found),
        None => app.service.shortage(here.ctx(), id).await?,
    };
    let invited = app.service.invitations_of_task(here.ctx(), id).await?;
    let confirm_status = if may.freeze || may.consent {
        here.confirm_status("办理")
    } else {
        String::new()
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
    let closing = published && can(Action::ReviewTask);
    let ahead = view
        .task
        .request
        .ahead(here.ctx().civil(), here.pack.slot_clock());
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
        close: closing && ahead.is_none(),
        close_after: ahead.filter(|_| closing),
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
    if !request.scope.is_empty() {
        facts.insert(2, ("业务范围".to_owned(), request.scope.clone()));
    }
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
