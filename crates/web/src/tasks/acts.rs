//! What is done with one request: reviewing it, taking it back, and sending it into a draw.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::id::TaskId;

use super::show::show_page;
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::Visit;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const REVIEW: Access = Access::Pool(Action::ReviewTask);

/// Routes of the acts.
pub(super) fn routes() -> Routes {
    Routes::new()
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

type Act = (State<App>, InPool, Visit, Path<(i64, TaskId)>);

/// After an act: back to the request, or the page again with what is wrong.
async fn answered(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("tasks/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

async fn accept(at: Act, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.accept_task(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn send_back(at: Act, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app.service.return_task(ctx, id, &form.text("reason")).await;
    answered(at, form, outcome).await
}

async fn withdraw(at: Act, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .withdraw_task(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn waive_rest(at: Act, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app.service.waive_rest(ctx, id, &form.text("reason")).await;
    answered(at, form, outcome).await
}

async fn close(at: Act, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.close_task(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn consent(at: Act, form: FormState) -> Result<Response, WebError> {
    let confirmed = form.holds("status_confirmed", "yes");
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app.service.consent_designation(ctx, id, confirmed).await;
    answered(at, form, outcome).await
}

async fn refuse(at: Act, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .refuse_designation(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn freeze(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let frozen = app
        .service
        .freeze_frame(here.ctx(), id, form.holds("status_confirmed", "yes"))
        .await;
    let next = frozen.map(|draw| here.href(format!("draws/{draw}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}
