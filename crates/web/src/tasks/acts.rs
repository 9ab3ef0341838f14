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

/// After an act: back to the request, or the page again with what is wrong.
async fn answered(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: TaskId,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    match outcome {
        Ok(()) => Ok(page::see_other(&here.href(format!("tasks/{id}")))),
        Err(error) => again(app, here, visit, id, form, error).await,
    }
}

/// The page again, with what is wrong.
async fn again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: TaskId,
    mut form: FormState,
    error: service::Error,
) -> Result<Response, WebError> {
    form.refuse(error)?;
    page::rejected(&show_page(app, here, visit, id, form).await?)
}

type Act = (State<App>, InPool, Visit, Path<(i64, TaskId)>);

async fn accept(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app.service.accept_task(here.ctx(), id).await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn send_back(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .return_task(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn withdraw(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .withdraw_task(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn waive_rest(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .waive_rest(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn close(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app.service.close_task(here.ctx(), id).await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn consent(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let confirmed = form.holds("status_confirmed", "yes");
    let outcome = app
        .service
        .consent_designation(here.ctx(), id, confirmed)
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn refuse(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .refuse_designation(here.ctx(), id, &form.text("reason"))
        .await;
    answered(&app, &here, &visit, id, form, outcome).await
}

async fn freeze(
    (State(app), here, visit, Path((_, id))): Act,
    form: FormState,
) -> Result<Response, WebError> {
    let frozen = app
        .service
        .freeze_frame(here.ctx(), id, form.holds("status_confirmed", "yes"))
        .await;
    match frozen {
        Ok(draw) => Ok(page::see_other(&here.href(format!("draws/{draw}")))),
        Err(error) => again(&app, &here, &visit, id, form, error).await,
    }
}
