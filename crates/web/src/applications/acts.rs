//! What is done with one application: handing in, vetting, recommending, classifying, taking back.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::id::SpecialtyId;

use super::At;
use super::show::show_page;
use crate::error::WebError;
use crate::experts::fields;
use crate::form::FormState;
use crate::page;

/// The application again: after what was done, or with what is wrong about it.
pub(super) async fn answered<T>(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    let next = outcome.map(|_| here.href(format!("applications/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

/// After one of a queue is done, the next one comes.
async fn onward(
    at: At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let queue = form.text("queue");
    if outcome.is_ok() && !queue.is_empty() {
        let after = form.text("number");
        let here = &at.1;
        return Ok(page::see_other(&here.href(format!(
            "applications/next?state={}&after={}",
            urlsafe(&queue),
            urlsafe(&after)
        ))));
    }
    answered(at, form, outcome).await
}

fn urlsafe(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
}

pub(super) async fn submit(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .submit_application(here.ctx(), here.no, id)
        .await;
    answered(at, form, outcome).await
}

pub(super) async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .withdraw_application(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

pub(super) async fn check(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .check_application(here.ctx(), here.no, id, &fields(&form))
        .await;
    answered(at, form, outcome).await
}

pub(super) async fn recommend(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .recommend_application(here.ctx(), here.no, id, form.value("opinion"))
        .await;
    answered(at, form, outcome).await
}

pub(super) async fn pass(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .pass_application(here.ctx(), here.no, id, &form.text("discretion"))
        .await;
    onward(at, form, outcome.map(drop)).await
}

/// Every field `fix.<item>` that says something is one thing to be put right.
pub(super) async fn give_back(at: At, mut form: FormState) -> Result<Response, WebError> {
    let until = form.date("until", "补正期限");
    if !form.is_sound() {
        return answered(at, form, Err::<(), _>(service::Error::Invalid(Vec::new()))).await;
    }
    let corrections = form
        .pairs()
        .iter()
        .filter_map(|(name, value)| {
            let item = name.strip_prefix("fix.")?;
            (!value.trim().is_empty()).then(|| (item.to_owned(), value.clone()))
        })
        .collect();
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .return_application(here.ctx(), here.no, id, &corrections, until)
        .await;
    onward(at, form, outcome).await
}

pub(super) async fn refuse(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .refuse_application(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    onward(at, form, outcome).await
}

pub(super) async fn classify(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let specialties: Vec<SpecialtyId> = form.ids("specialty");
    let duties: Vec<String> = form.values("duty").map(str::to_owned).collect();
    let outcome = app
        .service
        .classify_application(here.ctx(), here.no, id, &specialties, &duties)
        .await;
    onward(at, form, outcome.map(drop)).await
}
