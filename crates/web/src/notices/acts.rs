//! What is done with one notice: handing in, approving, publishing, taking back.

use axum::extract::{Path, State};
use axum::response::Response;
use service::solicitations::Appearance;

use super::At;
use super::show::show_page;
use crate::error::WebError;
use crate::form::FormState;
use crate::page;

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("notices/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

pub(super) async fn submit(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.submit_notice(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

pub(super) async fn approve(at: At, form: FormState) -> Result<Response, WebError> {
    let confirmed = form.value("status_confirmed") == "yes";
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app.service.approve_notice(ctx, id, confirmed).await;
    answered(at, form, outcome).await
}

pub(super) async fn send_back(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .return_notice(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

pub(super) async fn publish(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.publish_notice(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

pub(super) async fn appear(at: At, form: FormState) -> Result<Response, WebError> {
    let medium = match form.text("medium").as_str() {
        "" => form.text("other_medium"),
        medium => medium.to_owned(),
    };
    let appearance = Appearance {
        medium,
        address: form.text("address"),
        on: form.text("on"),
        time: form.text("time"),
    };
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app.service.record_appearance(ctx, id, &appearance).await;
    answered(at, form, outcome).await
}

pub(super) async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .withdraw_notice(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}
