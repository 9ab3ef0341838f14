//! 信息变更申请: in the office the list and one request with before and after; on the expert's phone the
//! form, the proof and what became of it.

mod own;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::amendment::{Amendment, Matter, State as Stands};
use domain::id::{FileId, RecordId};
use serde::Deserialize;
use service::PageRequest;
use service::amendments::AmendmentView;
use utoipa::ToSchema;

use crate::api::{Body, Why, done, page_of, paged};
use crate::components::{Empty, Pager, Status};
use crate::error::WebError;
use crate::files::shown;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const EDIT: Access = Access::Pool(Action::EditExperts);
const GROUP: &str = "信息变更";

/// Routes of requests for a change of what is held.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/amendments", EDIT, list)
        .get("/p/{no}/amendments/{amendment}", EDIT, show)
        .get("/p/{no}/amendments/{amendment}/files/{file}", EDIT, open)
        .post("/p/{no}/amendments/{amendment}/approve", EDIT, approve)
        .post("/p/{no}/amendments/{amendment}/refuse", EDIT, refuse)
        .api(
            Method::GET,
            "/api/v1/pools/{no}/amendments",
            EDIT,
            says(GROUP, "信息变更申请")
                .paged()
                .asks(&[("waiting", "yes 只列待审核的")])
                .gives("items；next"),
            list_json,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/amendments/{amendment}",
            EDIT,
            says(GROUP, "一份变更申请").gives("变更前后、证明材料、变更后不再符合的条件"),
            show_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/amendments/{amendment}/approve",
            EDIT,
            says(GROUP, "同意变更").takes::<Note>(),
            approve_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/amendments/{amendment}/refuse",
            EDIT,
            says(GROUP, "不同意变更").takes::<Why>(),
            refuse_json,
        )
        .and(own::routes())
}

fn status(state: &Stands) -> Status {
    let word = state.zh();
    match state {
        Stands::Waiting => Status::waiting(word),
        Stands::Approved { .. } => Status::good(word),
        Stands::Refused { .. } => Status::stopped(word),
        Stands::Withdrawn => Status::idle(word),
    }
}

fn words(matters: &[Matter]) -> String {
    let words: Vec<&str> = matters.iter().map(|matter| matter.zh()).collect();
    words.join("、")
}

struct Row {
    href: String,
    number: String,
    name: String,
    matters: String,
    asked: String,
    status: Status,
}

#[derive(Template)]
#[template(path = "amendments/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let base = here.href("amendments");
    let after = visit.query.after();
    let request = PageRequest::after(after.clone(), 50);
    let found = app
        .service
        .amendments(here.ctx(), here.no, false, &request)
        .await?;
    let rows: Vec<Row> = found
        .items
        .into_iter()
        .map(|one| Row {
            href: format!("{base}/{}", one.id),
            matters: words(&one.matters),
            asked: page::moment_short(one.asked_at),
            status: status(&one.state),
            number: one.number,
            name: one.name,
        })
        .collect();
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "信息变更申请")
            .under(&[(&here.pool.name, &here.href(""))]),
        pager: Pager {
            range: format!("本页 {} 份", rows.len()),
            first: after.map(|_| base.clone()),
            next: found.next.map(|cursor| format!("{base}?after={cursor}")),
            ..Pager::default()
        },
        empty: Empty {
            what: "没有变更申请".to_owned(),
            hint: "专家在手机上“我的资料”里申请变更后，列在这里。".to_owned(),
            actions: Vec::new(),
        },
        rows,
    })
}

#[derive(Template)]
#[template(path = "amendments/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    expert: String,
    status: Status,
    facts: Vec<(String, String)>,
    view: AmendmentView,
}

impl ShowPage {
    fn proof_missing(&self) -> String {
        match self.view.files.is_empty() {
            true => words(&self.view.needs_proof),
            false => String::new(),
        }
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.amendment(here.ctx(), here.no, id).await?;
    let one: &Amendment = &view.amendment;
    let list = here.href("amendments");
    let mut facts = vec![
        ("申请变更".to_owned(), words(&one.matters)),
        ("变更原因".to_owned(), one.reason.clone()),
        ("申请时间".to_owned(), page::moment(one.asked_at)),
    ];
    facts.extend(match &one.state {
        Stands::Approved { by, note, .. } => {
            let text = format!("{}，{note}（{}）", page::moment_short(by.at), by.name);
            Some(("同意".to_owned(), text))
        }
        Stands::Refused { by, reason } => {
            let text = format!("{}，{reason}（{}）", page::moment_short(by.at), by.name);
            Some(("不同意".to_owned(), text))
        }
        Stands::Waiting | Stands::Withdrawn => None,
    });
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("信息变更申请 {}", one.number))
            .under(&[(&here.pool.name, &here.href("")), ("信息变更申请", &list)])
            .judged(&form),
        base: format!("{list}/{id}"),
        expert: here.href(format!("experts/{}", one.expert)),
        status: status(&one.state),
        facts,
        form,
        view,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn open(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .open_amendment_file(here.ctx(), here.no, id, file)
        .await?;
    Ok(shown(made))
}

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("amendments/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

async fn approve(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .approve_amendment(here.ctx(), here.no, id, form.value("note"))
        .await;
    answered(at, form, outcome).await
}

async fn refuse(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .refuse_amendment(here.ctx(), here.no, id, form.value("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn list_json(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let waiting = visit.query.text("waiting") == "yes";
    let found = app
        .service
        .amendments(here.ctx(), here.no, waiting, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

type JsonAt = (State<App>, InPool, Path<(i64, RecordId)>);

async fn show_json((State(app), here, Path((_, id))): JsonAt) -> Result<Response, WebError> {
    let view = app.service.amendment(here.ctx(), here.no, id).await?;
    Ok(axum::Json(view).into_response())
}

/// 核对依据
#[derive(Deserialize, ToSchema)]
struct Note {
    /// 依据什么核对
    note: String,
}

async fn approve_json(
    (State(app), here, Path((_, id))): JsonAt,
    Body(sent): Body<Note>,
) -> Result<Response, WebError> {
    app.service
        .approve_amendment(here.ctx(), here.no, id, &sent.note)
        .await?;
    Ok(done())
}

async fn refuse_json(
    (State(app), here, Path((_, id))): JsonAt,
    Body(sent): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .refuse_amendment(here.ctx(), here.no, id, &sent.reason)
        .await?;
    Ok(done())
}
