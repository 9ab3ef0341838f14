//! 失信名单: the register that bars people and organisations, entered with its source.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use domain::actor::{Action, Reach};
use service::registers::{EntryDraft, EntryRow, RegisterHead};
use service::{Page, PageRequest};

use crate::components::Pager;
use crate::error::WebError;
use crate::experts::address;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of the register.
pub fn routes() -> Routes {
    let read = Access::Pool(Action::ReadRelations);
    let keep = Access::Pool(Action::EditRelations);
    Routes::new()
        .get("/p/{no}/register", read, list)
        .post("/p/{no}/register", keep, add)
        .post("/p/{no}/register/{entry}/remove", keep, remove)
        .api(
            Method::GET,
            "/api/v1/pools/{no}/register",
            read,
            says("失信名单", "失信联合惩戒名单")
                .asks(&[("after", "上一页答复里的 next")])
                .gives("items；next"),
            list_json,
        )
}

#[derive(Template)]
#[template(path = "registers/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    base: String,
    head: RegisterHead,
    rows: Vec<EntryRow>,
    pager: Pager,
    /// Where in the list, for what is sent from there.
    place: String,
    may_keep: bool,
}

async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let head = app.service.register_head(ctx, here.no).await?;
    let head = head.ok_or(WebError::NotFound)?;
    let after = visit.query.after();
    let request = PageRequest::after(after.clone(), 50);
    let found = app.service.register_entries(ctx, here.no, &request).await?;
    let base = here.href("register");
    Ok(ListPage {
        layout: here
            .layout(app, visit, head.label.clone())
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        pager: Pager {
            range: format!("本页 {} 条", found.items.len()),
            first: after.as_ref().map(|_| base.clone()),
            next: found.next.map(|cursor| format!("{base}?after={cursor}")),
            ..Pager::default()
        },
        place: after
            .as_deref()
            .map_or_else(String::new, |after| address("", &[("after", after)])),
        rows: found.items,
        may_keep: ctx.actor.reach_in(Action::EditRelations, here.pool.id) != Reach::None,
        head,
        base,
        form,
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, FormState::blank()).await?)
}

async fn answered(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href("register"));
    page::answered(next, form, |form| list_page(app, here, visit, form)).await
}

async fn add(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let draft = EntryDraft {
        name: form.text("name"),
        code: form.text("code"),
        from: form.text("from"),
        to: form.text("to"),
        source: form.text("source"),
    };
    let outcome = app
        .service
        .add_register_entry(here.ctx(), here.no, &draft)
        .await;
    answered(&app, &here, &visit, form, outcome.map(drop)).await
}

async fn remove(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, entry)): Path<(i64, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let entry = entry.parse().map_err(|_| WebError::NotFound)?;
    let outcome = app
        .service
        .remove_register_entry(here.ctx(), here.no, entry, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, form, outcome).await
}

async fn list_json(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Json<serde_json::Value>, WebError> {
    let after = visit.query.after();
    let Page { items, next } = app
        .service
        .register_entries(here.ctx(), here.no, &PageRequest::after(after, 50))
        .await?;
    Ok(Json(serde_json::json!({ "items": items, "next": next })))
}
