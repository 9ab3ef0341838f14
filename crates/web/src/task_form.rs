//! The form of 使用需求: rows come and go by submit buttons, so it works without scripts, and everything typed
//! stays whatever is wrong.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::half_day::{HalfDay, Slot};
use domain::id::{SpecialtyId, TaskId};
use domain::organisation::OrganisationRef;
use domain::policy::pack::DrawMode;
use domain::pool::SpecialtyStatus;
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue,
};

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
    let (mut form, request) = match acted(form) {
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
    match filed {
        Ok(id) => Ok(page::see_other(&here.href(format!("tasks/{id}")))),
        Err(service::Error::Invalid(problems)) => {
            note_all(&mut form, problems);
            page::rejected(&form_page(&app, &here, &visit, form, action, 0, Vec::new()).await?)
        }
        Err(other) => Err(other.into()),
    }
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
    let (mut form, request) = match acted(form) {
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
    match filed {
        Ok(()) => Ok(page::see_other(&here.href(format!("tasks/{id}")))),
        Err(service::Error::Invalid(problems)) => {
            note_all(&mut form, problems);
            page::rejected(
                &form_page(&app, &here, &visit, form, action, version, Vec::new()).await?,
            )
        }
        Err(other) => Err(other.into()),
    }
}

/// What the rules say besides what could not be read: all problems are shown at once.
async fn check(app: &App, here: &InPool, request: &Request) -> Result<service::Error, WebError> {
    Ok(service::Error::Invalid(
        app.service
            .check_request(here.ctx(), &here.open, request)
            .await?,
    ))
}

fn note_all(form: &mut FormState, problems: Vec<service::Problem>) {
    for problem in problems {
        // The control that a rule speaks of, where it has another name in the form.
        let field = match problem.field.as_str() {
            "half_days" => "half_days.0.date",
            "reviewed" => "reviewed.0.name",
            "demands" => "demands.0.label",
            "recusal" => "recusal_units",
            other => other.strip_suffix(".organisation").map_or(other, |_| other),
        };
        let field = field
            .strip_suffix(".organisation")
            .map_or(field.to_owned(), |row| format!("{row}.name"));
        form.reject(&field, problem.sentence);
    }
}

/// What the button meant.
enum Acted {
    /// The rows changed, or only the chances were asked for.
    Rows(FormState),
    /// The request is to be filed.
    File(FormState),
}

fn acted(form: FormState) -> Acted {
    let act = form.value("do").to_owned();
    if act == "file" {
        return Acted::File(form);
    }
    let (verb, rest) = act.split_once(':').unwrap_or((&act, ""));
    let mut pairs: Vec<(String, String)> = form
        .pairs()
        .iter()
        .filter(|(name, _)| name != "do")
        .cloned()
        .collect();
    match (verb, rest.split_once('.')) {
        ("add", _) => {
            let next = rows(&form, rest);
            let first = match rest {
                "half_days" => "date",
                "reviewed" => "name",
                _ => "label",
            };
            pairs.push((format!("{rest}.{next}.{first}"), String::new()));
        }
        ("drop", Some((list, index))) => {
            let gone = index.parse::<usize>().unwrap_or(usize::MAX);
            pairs = pairs
                .into_iter()
                .filter_map(|pair| without(pair, list, gone))
                .collect();
        }
        _ => {}
    }
    Acted::Rows(FormState::from(pairs))
}

/// A field after row `gone` of `list` was removed: later rows move up.
fn without((name, value): (String, String), list: &str, gone: usize) -> Option<(String, String)> {
    let Some((index, field)) = row_of(&name, list) else {
        return Some((name, value));
    };
    match index.cmp(&gone) {
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Less => Some((name, value)),
        std::cmp::Ordering::Greater => Some((format!("{list}.{}.{field}", index - 1), value)),
    }
}

fn row_of<'n>(name: &'n str, list: &str) -> Option<(usize, &'n str)> {
    let (index, field) = name
        .strip_prefix(list)?
        .strip_prefix('.')?
        .split_once('.')?;
    Some((index.parse().ok()?, field))
}

/// How many rows of a list were sent; never more than a request may have.
fn rows(form: &FormState, list: &str) -> usize {
    let highest = form
        .pairs()
        .iter()
        .filter_map(|(name, _)| row_of(name, list))
        .map(|(index, _)| index + 1)
        .max();
    highest.unwrap_or(0).min(60)
}

fn at(list: &str, index: usize, field: &str) -> String {
    format!("{list}.{index}.{field}")
}

fn level_code(level: &Level) -> String {
    match level {
        Level::Any => "any".to_owned(),
        Level::Title { rung } => format!("title:{rung}"),
        Level::Skill { rung } => format!("skill:{rung}"),
    }
}

/// A request as it would have been typed.
fn typed(request: &Request, experts: &[String]) -> FormState {
    let mut form = FormState::blank()
        .with("content", &request.content)
        .with("scope", &request.scope)
        .with("kind", &request.kind)
        .with("sub_kind", request.sub_kind.clone().unwrap_or_default())
        .with("place", &request.place)
        .with("starts_at", request.starts_at.clone().unwrap_or_default())
        .with(
            "venue",
            if request.venue == Venue::OnSite {
                "on_site"
            } else {
                "online"
            },
        )
        .with(
            "per_employer",
            request
                .per_employer
                .map(|most| most.to_string())
                .unwrap_or_default(),
        );
    for (id, text) in &request.fields {
        form = form.with(&format!("fields.{id}"), text);
    }
    for (index, half) in request.half_days.iter().enumerate() {
        form = form
            .with(&at("half_days", index, "date"), half.date.to_string())
            .with(&at("half_days", index, "slot"), slot_code(half.slot));
    }
    for (index, reviewed) in request.reviewed.iter().enumerate() {
        let people = |leads: bool| {
            let names = reviewed
                .people
                .iter()
                .filter(|one| one.leads == leads)
                .map(|one| one.name.as_str());
            names.collect::<Vec<_>>().join("、")
        };
        form = form
            .with(&at("reviewed", index, "name"), &reviewed.organisation.name)
            .with(
                &at("reviewed", index, "code"),
                reviewed
                    .organisation
                    .credit_code
                    .clone()
                    .unwrap_or_default(),
            )
            .with(&at("reviewed", index, "leader"), people(true))
            .with(&at("reviewed", index, "people"), people(false));
        if reviewed.listed {
            form = form.with(&at("reviewed", index, "listed"), "yes");
        }
        if let Some(call) = &reviewed.call {
            form = form
                .with(&at("reviewed", index, "guideline"), &call.guideline)
                .with(&at("reviewed", index, "round"), &call.round);
        }
    }
    for (index, demand) in request.demands.iter().enumerate() {
        form = form
            .with(&at("demands", index, "label"), &demand.label)
            .with(&at("demands", index, "level"), level_code(&demand.level))
            .with(
                &at("demands", index, "duty"),
                demand.duty.clone().unwrap_or_default(),
            )
            .with(&at("demands", index, "seats"), demand.seats.to_string())
            .with(
                &at("demands", index, "reserves"),
                demand.reserves.to_string(),
            );
        for specialty in &demand.specialties {
            form = form.with(&at("demands", index, "specialties"), specialty.to_string());
        }
    }
    form = match &request.recusal {
        RecusalDemand::Nobody => form.with("recusal", "nobody"),
        RecusalDemand::Organisations {
            organisations,
            reason,
        } => {
            let names: Vec<_> = organisations.iter().map(|one| one.name.as_str()).collect();
            form.with("recusal", "organisations")
                .with("recusal_units", names.join("\n"))
                .with("recusal_reason", reason)
        }
    };
    match &request.mode {
        Mode::Random => form.with("mode", "random"),
        Mode::Designated {
            ground,
            why_not_random,
            ..
        } => form
            .with("mode", "designated")
            .with("ground", ground)
            .with("why_not_random", why_not_random)
            .with("experts", experts.join("\n")),
    }
}

const fn slot_code(slot: Slot) -> &'static str {
    match slot {
        Slot::Morning => "morning",
        Slot::Afternoon => "afternoon",
        Slot::Evening => "evening",
    }
}

fn lines(text: &str) -> Vec<String> {
    text.split(['\n', '、', ',', '，', ';', '；'])
        .map(crate::form::plain)
        .filter(|line| !line.is_empty())
        .collect()
}

fn organisation(name: String, code: String) -> OrganisationRef {
    OrganisationRef {
        id: None,
        name,
        credit_code: Some(code.to_uppercase()).filter(|code| !code.is_empty()),
    }
}

/// What was typed as a request. What cannot be read is noted in the form; what is wrong by rule is found later.
async fn read(app: &App, here: &InPool, form: &mut FormState) -> Result<Request, WebError> {
    let mut half_days = Vec::new();
    for index in 0..rows(form, "half_days") {
        let day = form.date(&at("half_days", index, "date"), "工作日期");
        let slot = Slot::ALL
            .into_iter()
            .find(|slot| form.value(&at("half_days", index, "slot")) == slot_code(*slot));
        match (day, slot) {
            (Some(date), Some(slot)) => half_days.push(HalfDay { date, slot }),
            (Some(_), None) => form.reject(
                &at("half_days", index, "slot"),
                format!(
                    "第 {} 个半天没有选上午、下午或晚间，无法排时间。请选择。",
                    index + 1
                ),
            ),
            (None, _) => {}
        }
    }
    let reviewed = (0..rows(form, "reviewed"))
        .filter_map(|index| reviewed_row(form, index))
        .collect();
    let mut demands = Vec::new();
    for index in 0..rows(form, "demands") {
        demands.push(demand_row(form, index));
    }
    let recusal = match form.value("recusal") {
        "organisations" => RecusalDemand::Organisations {
            organisations: lines(form.value("recusal_units"))
                .into_iter()
                .map(|name| organisation(name, String::new()))
                .collect(),
            reason: form.text("recusal_reason"),
        },
        "nobody" => RecusalDemand::Nobody,
        _ => {
            form.reject(
                "recusal",
                "没有说明回避要求。没有也要写明，请选择“无”或填写单位。",
            );
            RecusalDemand::Nobody
        }
    };
    let venue = match form.value("venue") {
        "on_site" => Venue::OnSite,
        "online" => Venue::Online,
        _ => {
            form.reject("venue", "没有选择线上或线下，专家不知道怎样参加。请选择。");
            Venue::OnSite
        }
    };
    let mode = match form.value("mode") {
        "designated" => {
            let names = lines(form.value("experts"));
            let experts = match app
                .service
                .experts_named(here.ctx(), here.pool.id, &names)
                .await
            {
                Ok(experts) => experts,
                Err(service::Error::Invalid(problems)) => {
                    note_all(form, problems);
                    Vec::new()
                }
                Err(other) => return Err(other.into()),
            };
            Mode::Designated {
                ground: form.text("ground"),
                why_not_random: form.text("why_not_random"),
                experts,
            }
        }
        "random" => Mode::Random,
        _ => {
            form.reject("mode", "没有选择选取方式。请选择随机抽取或定向选用。");
            Mode::Random
        }
    };
    let per_employer = form.number("per_employer", "同一单位人数上限", 1..=99);
    let fields: BTreeMap<String, String> = here
        .pack
        .tasks
        .fields
        .iter()
        .map(|field| (field.id.clone(), form.text(&format!("fields.{}", field.id))))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let optional = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(Request {
        content: form.text("content"),
        scope: form.text("scope"),
        kind: form.text("kind"),
        sub_kind: optional(form.text("sub_kind")),
        fields,
        half_days,
        starts_at: optional(form.text("starts_at")),
        place: form.text("place"),
        venue,
        reviewed,
        demands,
        per_employer: per_employer.and_then(|most| u32::try_from(most).ok()),
        recusal,
        mode,
    })
}

/// One 受评单位; a row left blank is none.
fn reviewed_row(form: &FormState, index: usize) -> Option<Reviewed> {
    let text = |field: &str| form.text(&at("reviewed", index, field));
    let people = |field: &str, leads: bool| {
        let names = lines(form.value(&at("reviewed", index, field)));
        names
            .into_iter()
            .map(move |name| ReviewedPerson { name, leads })
            .collect::<Vec<_>>()
    };
    let mut all = people("leader", true);
    all.extend(people("people", false));
    let (name, guideline, round) = (text("name"), text("guideline"), text("round"));
    if name.is_empty() && all.is_empty() && guideline.is_empty() && round.is_empty() {
        return None;
    }
    Some(Reviewed {
        organisation: organisation(name, text("code")),
        listed: form.holds(&at("reviewed", index, "listed"), "yes"),
        people: all,
        call: (!guideline.is_empty() || !round.is_empty()).then_some(Call { guideline, round }),
    })
}

fn demand_row(form: &mut FormState, index: usize) -> Demand {
    let key = |field: &str| at("demands", index, field);
    let level = form.text(&key("level"));
    let level = match level.split_once(':') {
        Some(("title", rung)) => Level::Title {
            rung: rung.to_owned(),
        },
        Some(("skill", rung)) => Level::Skill {
            rung: rung.to_owned(),
        },
        _ => {
            if level != "any" {
                let sentence = format!(
                    "第 {} 组没有选专业技术等级。没有要求也要写明，请选“不限”。",
                    index + 1
                );
                form.reject(&key("level"), sentence);
            }
            Level::Any
        }
    };
    let label = form.text(&key("label"));
    let number = |form: &mut FormState, field: &str, name: &str| {
        let number = form.number(&key(field), name, 0..=99).unwrap_or_default();
        u32::try_from(number).unwrap_or_default()
    };
    Demand {
        label: if label.is_empty() {
            format!("第 {} 组", index + 1)
        } else {
            label
        },
        specialties: form
            .values(&key("specialties"))
            .filter_map(|id| id.parse::<SpecialtyId>().ok())
            .collect(),
        level,
        duty: Some(form.text(&key("duty"))).filter(|duty| !duty.is_empty()),
        seats: number(form, "seats", "人数"),
        reserves: number(form, "reserves", "候补人数"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> FormState {
        FormState::from(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn rows_come_and_go_and_keep_what_was_typed() {
        let typed = [
            ("content", "评审"),
            ("demands.0.label", "甲"),
            ("demands.0.specialties", "a"),
            ("demands.1.label", "乙"),
            ("demands.1.specialties", "b"),
            ("demands.1.specialties", "c"),
        ];
        let mut more = typed.to_vec();
        more.push(("do", "add:demands"));
        let Acted::Rows(added) = acted(form(&more)) else {
            panic!("rows")
        };
        assert_eq!(rows(&added, "demands"), 3);
        assert_eq!(added.value("content"), "评审");
        let mut less = typed.to_vec();
        less.push(("do", "drop:demands.0"));
        let Acted::Rows(left) = acted(form(&less)) else {
            panic!("rows")
        };
        assert_eq!(rows(&left, "demands"), 1);
        assert_eq!(left.value("demands.0.label"), "乙");
        assert_eq!(
            left.values("demands.0.specialties").collect::<Vec<_>>(),
            ["b", "c"]
        );
    }

    #[test]
    fn a_blank_row_of_reviewed_is_none_and_people_are_told_apart() {
        assert_eq!(reviewed_row(&form(&[("reviewed.0.name", " ")]), 0), None);
        let row = reviewed_row(
            &form(&[
                ("reviewed.0.name", "甲公司"),
                ("reviewed.0.leader", "张三"),
                ("reviewed.0.people", "李四、王五"),
            ]),
            0,
        )
        .expect("a row");
        assert_eq!(row.people.iter().filter(|one| one.leads).count(), 1);
        assert_eq!(row.people.len(), 3);
    }
}
