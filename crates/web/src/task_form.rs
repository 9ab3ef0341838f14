//! The form of 使用需求: rows come and go by submit buttons, so it works without scripts, and everything typed
//! stays whatever is wrong.

mod request;
mod rows;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::half_day::Slot;
use domain::id::TaskId;
use domain::policy::pack::DrawMode;
use domain::pool::SpecialtyStatus;
use domain::task::{Mode, Request};

use self::request::{read, slot_code, typed};
use self::rows::{Acted, acted, at, rows};
use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;
use crate::tasks::{Chances, chances};

const FILE: Access = Access::Pool(Action::FileTask);

/// Routes of the form.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/tasks/new", FILE, blank)
        .post("/p/{no}/tasks/new", FILE, submit_new)
        .get("/p/{no}/tasks/{task}/edit", FILE, edit)
        .post("/p/{no}/tasks/{task}/edit", FILE, submit_edit)
}

#[derive(Template)]
#[template(path = "tasks/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    version: i64,
    back: String,
    notes: Vec<Note>,
    kinds: Vec<Choice>,
    sub_kinds: Vec<Choice>,
    fields: Vec<Choice>,
    scopes: Vec<Choice>,
    slots: Vec<Choice>,
    venues: Vec<Choice>,
    specialties: Vec<Choice>,
    levels: Vec<Choice>,
    duties: Vec<Choice>,
    recusals: Vec<Choice>,
    modes: Vec<Choice>,
    grounds: Vec<Choice>,
    half_days: Vec<String>,
    reviewed: Vec<String>,
    demands: Vec<DemandRow>,
    chances: Option<Chances>,
    designation: bool,
}

/// One row of 名额.
struct DemandRow {
    at: String,
    chosen: String,
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let form = FormState::blank()
        .with("half_days.0.date", "")
        .with("reviewed.0.name", "")
        .with("demands.0.label", "")
        .with("demands.0.reserves", "0");
    let action = here.href("tasks/new");
    if let Ok(id) = visit.query.value("again").parse::<TaskId>() {
        let (form, note) = remainder(&app, &here, &visit, id).await?;
        return page::page(&form_page(&app, &here, &visit, form, action, 0, vec![note]).await?);
    }
    page::page(&form_page(&app, &here, &visit, form, action, 0, Vec::new()).await?)
}

/// A request for the seats an earlier one could not fill, to be drawn or designated anew.
async fn remainder(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: TaskId,
) -> Result<(FormState, Note), WebError> {
    let view = app.service.task(here.ctx(), id).await?;
    let missing = app.service.shortage(here.ctx(), id).await?;
    let missing = missing.map(|found| found.by_demand).unwrap_or_default();
    let mut request = view.task.request.clone();
    request.mode = if visit.query.value("mode") == "designated" {
        Mode::Designated {
            ground: String::new(),
            why_not_random: String::new(),
            experts: Vec::new(),
        }
    } else {
        Mode::Random
    };
    let short = |index: usize| missing.get(index).copied().unwrap_or(0);
    let demands = std::mem::take(&mut request.demands);
    for (index, mut demand) in demands.into_iter().enumerate() {
        if missing.is_empty() {
            request.demands.push(demand);
        } else if short(index) > 0 {
            demand.seats = short(index);
            request.demands.push(demand);
        }
    }
    let note = Note::new(
        Tone::Plain,
        format!("补足 {}：", view.task.number),
        "已按原需求填好，人数为所缺人数。请核对时间和条件后提交。",
    );
    Ok((typed(&request, &[]), note))
}

async fn edit(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, TaskId)>,
) -> Result<Response, WebError> {
    let view = app.service.task(here.ctx(), id).await?;
    let domain::task::State::Returned { reason, .. } = &view.task.state else {
        return Ok(page::see_other(&here.href(format!("tasks/{id}"))));
    };
    let notes = vec![Note::new(Tone::Warn, "退回理由：", reason.clone())];
    let names = app.service.names_of_experts(here.ctx(), &view.task).await?;
    let form = typed(&view.task.request, &names);
    let action = here.href(format!("tasks/{id}/edit"));
    page::page(&form_page(&app, &here, &visit, form, action, view.version, notes).await?)
}

async fn submit_new(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let action = here.href("tasks/new");
    let (form, request) = match acted(form) {
        Acted::Rows(form) => {
            return page::page(&form_page(&app, &here, &visit, form, action, 0, Vec::new()).await?);
        }
        Acted::File(mut form) => {
            let request = read(&app, &here, &mut form).await?;
            (form, request)
        }
    };
    let filed = match form.is_sound() {
        true => {
            app.service
                .file_task(here.ctx(), here.pool.id, request)
                .await
        }
        false => Err(check(&app, &here, &request).await?),
    };
    let next = filed.map(|id| here.href(format!("tasks/{id}")));
    page::answered(next.map_err(in_form), form, |form| {
        form_page(&app, &here, &visit, form, action, 0, Vec::new())
    })
    .await
}

async fn submit_edit(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, TaskId)>,
    form: FormState,
) -> Result<Response, WebError> {
    let action = here.href(format!("tasks/{id}/edit"));
    let version = form.text("version").parse().unwrap_or_default();
    let (form, request) = match acted(form) {
        Acted::Rows(form) => {
            return page::page(
                &form_page(&app, &here, &visit, form, action, version, Vec::new()).await?,
            );
        }
        Acted::File(mut form) => {
            let request = read(&app, &here, &mut form).await?;
            (form, request)
        }
    };
    let filed = match form.is_sound() {
        true => {
            app.service
                .refile_task(here.ctx(), id, version, request)
                .await
        }
        false => Err(check(&app, &here, &request).await?),
    };
    let next = filed.map(|()| here.href(format!("tasks/{id}")));
    page::answered(next.map_err(in_form), form, |form| {
        form_page(&app, &here, &visit, form, action, version, Vec::new())
    })
    .await
}

/// What the rules say besides what could not be read: all problems are shown at once.
async fn check(app: &App, here: &InPool, request: &Request) -> Result<service::Error, WebError> {
    Ok(service::Error::Invalid(
        app.service
            .check_request(here.ctx(), &here.open, request)
            .await?,
    ))
}

/// Problems as this form says them: of the control that a rule speaks of, where it has another name here.
fn in_form(error: service::Error) -> service::Error {
    let service::Error::Invalid(mut problems) = error else {
        return error;
    };
    for problem in &mut problems {
        let field = match problem.field.as_str() {
            "half_days" => "half_days.0.date",
            "reviewed" => "reviewed.0.name",
            "demands" => "demands.0.label",
            "recusal" => "recusal_units",
            other => other,
        };
        problem.field = field
            .strip_suffix(".organisation")
            .map_or(field.to_owned(), |row| format!("{row}.name"));
    }
    service::Error::Invalid(problems)
}

async fn form_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
    action: String,
    version: i64,
    mut notes: Vec<Note>,
) -> Result<FormPage, WebError> {
    let pack = &here.pack;
    // The chances follow what is typed so far, whether or not the rest is complete.
    let mut draft = form.clone();
    let request = read(app, here, &mut draft).await?;
    let asked = request
        .demands
        .iter()
        .any(|demand| !demand.specialties.is_empty() && demand.seats > 0);
    let chances = match (&request.mode, asked) {
        (Mode::Random, true) => {
            let found = app
                .service
                .request_feasibility(here.ctx(), &here.open, &request)
                .await?;
            Some(chances(here, &request, &found))
        }
        _ => None,
    };
    if let Some(words) = here.standing(here.ctx().today()).banner() {
        notes.push(Note::new(
            Tone::Warn,
            "办法状态：",
            format!("《{}》{words}。", pack.identity.title),
        ));
    }
    let specialties: Vec<Choice> = app
        .service
        .specialties_to_ask(here.ctx(), here.pool.id)
        .await?
        .into_iter()
        .filter(|one| one.status == SpecialtyStatus::Active)
        .map(|one| Choice::new(one.id.to_string(), one.name))
        .collect();
    let demands = (0..rows(&form, "demands").max(1))
        .map(|index| {
            let name = at("demands", index, "specialties");
            let chosen = form.values(&name).filter_map(|id| {
                specialties
                    .iter()
                    .find(|choice| choice.value == id)
                    .map(|choice| choice.label.as_str())
            });
            DemandRow {
                at: format!("demands.{index}"),
                chosen: chosen.collect::<Vec<_>>().join("、"),
            }
        })
        .collect();
    let numbered = |list: &str| {
        (0..rows(&form, list).max(1))
            .map(|index| format!("{list}.{index}"))
            .collect()
    };
    let ladder = |id: &str| {
        let rungs = pack
            .vocabulary
            .ladder(id)
            .map(|ladder| ladder.rungs.clone())
            .unwrap_or_default();
        rungs
            .into_iter()
            .map(|rung| Choice::new(format!("{id}:{rung}"), format!("{rung}以上")))
            .collect::<Vec<_>>()
    };
    let mut levels = vec![Choice::new("any", "不限")];
    levels.extend(ladder("title"));
    levels.extend(ladder("skill"));
    let listed = pack
        .tasks
        .scope
        .as_ref()
        .and_then(|id| pack.vocabulary.list(id));
    let plain = |values: Vec<&str>| {
        values
            .into_iter()
            .map(|value| Choice::new(value, value))
            .collect::<Vec<_>>()
    };
    let kind = pack.task_kind(form.value("kind"));
    let own = [
        "project_leader",
        "reviewed_organisation",
        "guideline",
        "round",
    ];
    let title = if version == 0 {
        "提出使用需求"
    } else {
        "修改使用需求"
    };
    Ok(FormPage {
        layout: here
            .layout(app, visit, title)
            .under(&[
                (&here.pool.name, &here.href("")),
                ("使用需求", &here.href("tasks")),
            ])
            .judged(&form),
        action,
        version,
        back: here.href("tasks"),
        notes,
        kinds: pack
            .tasks
            .kinds
            .iter()
            .map(|kind| Choice::new(&kind.id, format!("{}（{}）", kind.label, kind.citation)))
            .collect(),
        sub_kinds: kind
            .map(|kind| {
                kind.sub_kinds
                    .iter()
                    .map(|sub| Choice::new(&sub.label, &sub.label))
                    .collect()
            })
            .unwrap_or_default(),
        fields: kind
            .map(|kind| {
                let asked = kind
                    .required
                    .iter()
                    .filter(|id| !own.contains(&id.as_str()));
                let label = |id: &String| pack.tasks.fields.iter().find(|field| field.id == *id);
                asked
                    .filter_map(|id| {
                        label(id).map(|field| Choice::new(format!("fields.{id}"), &field.label))
                    })
                    .collect()
            })
            .unwrap_or_default(),
        scopes: listed
            .map(|list| plain(list.offered().collect()))
            .unwrap_or_default(),
        slots: Slot::ALL
            .into_iter()
            .map(|slot| Choice::new(slot_code(slot), slot.label()))
            .collect(),
        venues: vec![
            Choice::new("on_site", "线下"),
            Choice::new("online", "线上"),
        ],
        specialties,
        levels,
        duties: pack
            .axis("duty")
            .map(|axis| {
                axis.values
                    .iter()
                    .map(|value| Choice::new(value, value))
                    .collect()
            })
            .unwrap_or_default(),
        recusals: vec![
            Choice::new("nobody", "无").detail("除办法规定的回避情形外，没有其他单位需要回避"),
            Choice::new("organisations", "下列单位的专家回避"),
        ],
        modes: pack
            .draw
            .modes
            .iter()
            .map(|mode| match mode {
                DrawMode::Random => Choice::new("random", "随机抽取"),
                DrawMode::Designation => Choice::new("designated", "定向选用")
                    .detail("随机方式难以确定合适专家时，由审批岗位同意人选"),
            })
            .collect(),
        grounds: pack
            .draw
            .designation
            .as_ref()
            .map(|rule| {
                rule.grounds
                    .iter()
                    .map(|ground| Choice::new(ground, ground))
                    .collect()
            })
            .unwrap_or_default(),
        half_days: numbered("half_days"),
        reviewed: numbered("reviewed"),
        designation: pack.draw.designation.is_some(),
        demands,
        chances,
        form,
    })
}
