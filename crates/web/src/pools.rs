//! 专家库设置: which pools there are, and setting up another one of one's own bureau.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::Action;
use domain::pool::Pool;
use service::Ctx;
use service::pool_set_up::NewPool;

use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

const NEEDS: Access = Access::System(Action::CreatePool);

/// Routes of pools as a whole.
pub fn routes() -> Routes {
    Routes::new()
        .get("/settings/pools", NEEDS, list)
        .post("/settings/pools", NEEDS, create)
}

/// The instruments a pool may obey, each with what it is worth today.
pub(crate) fn pack_choices(app: &App, ctx: &Ctx) -> Vec<Choice> {
    let choice = |pack: service::pool_set_up::PackChoice| {
        Choice::new(pack.id, format!("{}（{}）", pack.title, pack.standing)).detail(pack.document)
    };
    app.service
        .pack_choices(ctx)
        .into_iter()
        .map(choice)
        .collect()
}

#[derive(Template)]
#[template(path = "pools/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<(i64, Pool)>,
    packs: Vec<Choice>,
    form: FormState,
}

async fn page_of(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    Ok(ListPage {
        layout: session.layout(app, visit, "专家库设置").judged(&form),
        rows: app.service.every_pool(&session.ctx).await?,
        packs: pack_choices(app, &session.ctx),
        form,
    })
}

async fn list(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&page_of(&app, &session, &visit, FormState::blank()).await?)
}

async fn create(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let new = NewPool {
        name: form.text("pool"),
        pack: form.value("pack").to_owned(),
        phone: form.text("phone"),
        despite_standing: form.holds("despite_standing", "yes"),
    };
    let manager = session.ctx.actor.organisation.ok_or(WebError::NotFound)?;
    let outcome = app.service.create_pool(&session.ctx, manager, &new).await;
    let next = outcome.map(|_| "/settings/pools".to_owned());
    page::answered(next, form, |form| page_of(&app, &session, &visit, form)).await
}
