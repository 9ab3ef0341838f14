//! 提出: the form for opening a case, with the grounds of the pack and what the records say is reached.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::id::ExpertId;
use service::attachments::MOST_BYTES;
use service::exits::{Ground, NewExit, OpenForm};

use super::{HANDLE, choose_again, ground_words, raised_status};
use crate::components::{Empty, Link, Note, Status, Tone};
use crate::error::WebError;
use crate::files::sent;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::Routes;
use crate::session::InPool;
use crate::state::App;

pub(super) fn routes() -> Routes {
    let opening = post(open).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new().get("/p/{no}/exits/new", HANDLE, blank).add(
        Method::POST,
        "/p/{no}/exits",
        HANDLE,
        opening,
    )
}

#[derive(Template)]
#[template(path = "exits/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    file: String,
    expert: ExpertId,
    grounds: Vec<Choice>,
    kinds: Vec<Choice>,
    reached: Vec<(Status, String, String)>,
    note: Option<Note>,
    open: Option<Empty>,
    view: OpenForm,
}

/// What a ground asks for.
fn asks(ground: &Ground) -> String {
    let mut asked = Vec::new();
    if !ground.kinds.is_empty() {
        asked.push(format!("指明是{}中的哪一种", ground.kinds.join("、")));
    }
    if ground.reason {
        asked.push("写明理由".to_owned());
    }
    if let Some(document) = &ground.document {
        asked.push(format!("附{document}"));
    }
    if ground.rests_on_records {
        return "以系统记录为准，达到时才能提出".to_owned();
    }
    match asked.is_empty() {
        true => String::new(),
        false => format!("须{}", asked.join("，")),
    }
}

async fn form_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    expert: ExpertId,
    form: FormState,
) -> Result<FormPage, WebError> {
    let view = app.service.exit_form(here.ctx(), here.no, expert).await?;
    let file = here.href(format!("experts/{expert}"));
    let kinds = view.grounds.iter().flat_map(|ground| &ground.kinds);
    Ok(FormPage {
        layout: here
            .layout(app, visit, format!("提出{}", view.title))
            .under(&[("专家库", &here.href("experts")), (&view.name, &file)])
            .judged(&form),
        action: here.href("exits"),
        file,
        expert,
        grounds: view
            .grounds
            .iter()
            .map(|ground| Choice::new(&ground.id, ground_words(ground)).detail(asks(ground)))
            .collect(),
        kinds: kinds.map(|kind| Choice::new(kind, kind)).collect(),
        reached: view
            .raised
            .iter()
            .map(|one| {
                let words = format!("{}（{}）", one.label, one.article);
                (raised_status(one.how), words, one.reason.clone())
            })
            .collect(),
        note: view.first_step.as_ref().map(|step| {
            Note::new(
                Tone::Plain,
                "第一个环节：",
                format!("提交后“{step}”即办结，转下一环节。"),
            )
        }),
        open: view.open.map(|id| Empty {
            what: format!("{}已有一件正在办理", view.name),
            hint: "一名专家同时只有一件。请在该事项上继续办理，或撤回后重新提出。".to_owned(),
            actions: vec![Link::new("查看该事项", here.href(format!("exits/{id}")))],
        }),
        form,
        view,
    })
}

/// The expert the form is about.
fn expert_of(form: &FormState) -> Result<ExpertId, WebError> {
    form.value("expert").parse().map_err(|_| WebError::NotFound)
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let form = visit.query.clone();
    let expert = expert_of(&form)?;
    page::page(&form_page(&app, &here, &visit, expert, form).await?)
}

async fn open(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    body: Multipart,
) -> Result<Response, WebError> {
    let (form, uploads) = sent(body, "attachment").await?;
    let (expert, files) = (expert_of(&form)?, uploads.len());
    let new = NewExit {
        ground: form.text("ground"),
        kind: form.text("kind"),
        reason: form.value("reason").to_owned(),
    };
    let opened = app
        .service
        .open_exit(here.ctx(), here.no, expert, &new, uploads)
        .await;
    let next = opened.map(|id| here.href(format!("exits/{id}")));
    page::answered(next, form, |form| {
        let form = choose_again(form, files);
        form_page(&app, &here, &visit, expert, form)
    })
    .await
}
