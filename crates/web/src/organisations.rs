//! 单位: the register, its form, and the answers of the text field that looks organisations up.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use domain::actor::Action;
use domain::id::OrganisationId;
use domain::organisation::Organisation;
use service::list::PageRequest;
use service::organisations::{OrganisationDraft, OrganisationRow};

use crate::components::Pager;
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of organisations.
pub fn routes() -> Routes {
    let (read, edit) = (
        Access::Pool(Action::ReadRelations),
        Access::Pool(Action::EditRelations),
    );
    Routes::new()
        .get("/p/{no}/organisations", read, list)
        .get("/p/{no}/organisations/search", Access::Member, search)
        .get("/p/{no}/organisations/new", edit, blank)
        .post("/p/{no}/organisations/new", edit, create)
        .get("/p/{no}/organisations/{id}", edit, filled)
        .post("/p/{no}/organisations/{id}", edit, change)
}

#[derive(Template)]
#[template(path = "organisations/list.html")]
struct ListPage {
    layout: Layout,
    base: String,
    form: FormState,
    rows: Vec<OrganisationRow>,
    pager: Pager,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "organisations/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    kinds: Vec<Choice>,
}

/// The answers of a text field.
#[derive(Template)]
#[template(path = "organisations/options.html")]
struct Options {
    rows: Vec<Organisation>,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let after = visit.query.after();
    let text = visit.query.text("q");
    let request = PageRequest::after(after.clone(), 50);
    let (found, count) = app
        .service
        .organisations(here.ctx(), here.no, &text, Vec::new(), &request)
        .await?;
    let count = page::counted(count);
    let base = here.href("organisations");
    let query = crate::experts::address(&base, &[("q", &text)]);
    let pager = Pager {
        range: format!("本页 {} 家，共 {count} 家", found.items.len()),
        first: after.map(|_| query),
        next: found
            .next
            .map(|next| crate::experts::address(&base, &[("q", &text), ("after", &next)])),
        ..Pager::default()
    };
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "单位")
            .under(&[("专家库", &here.href("experts"))]),
        form: visit.query.clone(),
        rows: found.items,
        pager,
        may_edit: here
            .ctx()
            .actor
            .remit(Action::EditRelations, here.pool.id)
            .is_ok(),
        base,
    })
}

async fn search(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let rows = app
        .service
        .search_organisations(here.ctx(), here.no, &visit.query.text("q"))
        .await?;
    let body = Options { rows }.render().map_err(WebError::internal)?;
    Ok(([("cache-control", "no-store")], Html(body)).into_response())
}

async fn form_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: Option<OrganisationId>,
    form: FormState,
) -> Result<FormPage, WebError> {
    let pool = app.service.pool_numbered(here.ctx(), here.no).await?;
    let base = here.href("organisations");
    let title = if id.is_some() {
        "变更单位"
    } else {
        "登记单位"
    };
    Ok(FormPage {
        layout: here
            .layout(app, visit, title)
            .under(&[("单位", &base)])
            .judged(&form),
        action: id.map_or_else(|| format!("{base}/new"), |id| format!("{base}/{id}")),
        kinds: pool
            .offered("employer_kind")
            .into_iter()
            .map(|kind| Choice::new(kind.clone(), kind))
            .collect(),
        back: base,
        form,
    })
}

fn draft(form: &FormState) -> OrganisationDraft {
    let text = |name: &str| form.value(name).to_owned();
    OrganisationDraft {
        name: text("name"),
        credit_code: text("credit_code"),
        kind: text("kind"),
        listed: form.holds("traits", "listed"),
        public_body: form.holds("traits", "public_body"),
        contact: text("contact"),
    }
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&form_page(&app, &here, &visit, None, FormState::blank()).await?)
}

async fn create(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .add_organisation(here.ctx(), here.no, &draft(&form))
        .await;
    let next = outcome.map(|_| here.href("organisations"));
    page::answered(next, form, |form| {
        form_page(&app, &here, &visit, None, form)
    })
    .await
}

async fn filled(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: OrganisationId = id.parse().map_err(|_| WebError::NotFound)?;
    let row = app.service.organisation(here.ctx(), here.no, id).await?;
    let unit = row.organisation;
    let mut form = FormState::blank()
        .with("version", row.version.to_string())
        .with("name", unit.name)
        .with("credit_code", unit.credit_code.unwrap_or_default())
        .with("kind", unit.kind.unwrap_or_default())
        .with("contact", unit.contact.unwrap_or_default());
    for (holds, name) in [(unit.listed, "listed"), (unit.public_body, "public_body")] {
        if holds {
            form = form.with("traits", name);
        }
    }
    page::page(&form_page(&app, &here, &visit, Some(id), form).await?)
}

async fn change(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let id: OrganisationId = id.parse().map_err(|_| WebError::NotFound)?;
    let version = form.version()?;
    let outcome = app
        .service
        .change_organisation(here.ctx(), here.no, id, version, &draft(&form))
        .await;
    let next = outcome.map(|()| here.href("organisations"));
    page::answered(next, form, |form| {
        form_page(&app, &here, &visit, Some(id), form)
    })
    .await
}
