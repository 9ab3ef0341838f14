//! 专业领域: added, renamed, retired and restored on one page.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::id::SpecialtyId;
use domain::pool::SpecialtyStatus;
use service::groups::Groups;
use service::specialties::{SpecialtyRow, Stranded};

use crate::error::WebError;
use crate::form::{FormState, renamed};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of specialties.
pub fn routes() -> Routes {
    let (read, keep) = (
        Access::Pool(Action::ReadExperts),
        Access::Pool(Action::ManageSpecialties),
    );
    Routes::new()
        .get("/p/{no}/specialties", read, list)
        .post("/p/{no}/specialties", keep, add)
        .post("/p/{no}/specialties/{id}", keep, change)
}

#[derive(Template)]
#[template(path = "specialties/list.html")]
struct ListPage {
    layout: Layout,
    base: String,
    experts: String,
    form: FormState,
    groups: Groups,
    rows: Vec<SpecialtyRow>,
    stranded: Vec<Stranded>,
    may_keep: bool,
}

async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let groups = app.service.groups(ctx, here.no).await?;
    let title = if here.open.is_grouped() {
        "队伍与分组"
    } else {
        "专业领域"
    };
    Ok(ListPage {
        layout: here
            .layout(app, visit, title)
            .under(&[("专家库", &here.href("experts"))])
            .judged(&form),
        base: here.href("specialties"),
        experts: here.href("experts"),
        groups,
        rows: app.service.specialties(ctx, here.no).await?,
        stranded: app.service.stranded_experts(ctx, here.no).await?,
        may_keep: ctx
            .actor
            .remit(Action::ManageSpecialties, here.pool.id)
            .is_ok(),
        form,
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, FormState::blank()).await?)
}

async fn answer(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href("specialties"));
    page::answered(next, form, |form| list_page(app, here, visit, form)).await
}

async fn add(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .add_specialty(
            here.ctx(),
            here.no,
            form.value("name"),
            form.value("reason"),
        )
        .await;
    answer(&app, &here, &visit, form, outcome.map(drop)).await
}

async fn change(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let id: SpecialtyId = id.parse().map_err(|_| WebError::NotFound)?;
    let version = form.version()?;
    let (ctx, no, text) = (here.ctx(), here.no, form.value("text"));
    let outcome = match form.value("act") {
        "rename" => {
            app.service
                .rename_specialty(ctx, no, id, version, text)
                .await
        }
        "retire" => {
            app.service
                .retire_specialty(ctx, no, id, version, text)
                .await
        }
        "restore" => {
            app.service
                .restore_specialty(ctx, no, id, version, text)
                .await
        }
        _ => return Err(WebError::Unreadable),
    };
    // One control of the row takes the new name and the reason alike.
    let outcome = outcome.map_err(|error| {
        let error = renamed(error, "name", "text");
        renamed(error, "reason", "text")
    });
    let form = form.with("row", id.to_string());
    answer(&app, &here, &visit, form, outcome).await
}
