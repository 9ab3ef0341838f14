//! 入库材料 of an application: uploaded, registered from paper, looked at, removed.

use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::actor::Action;
use domain::id::{FileId, RecordId};
use service::attachments::MOST_BYTES;

use super::acts::answered;
use super::{At, READ};
use crate::error::WebError;
use crate::experts::fields;
use crate::files::{shown, uploaded};
use crate::form::FormState;
use crate::layout::Visit;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Whoever entered an application, or vets it, may add to it; which of them, its state decides.
pub(crate) const HANDLE: Access =
    Access::AnyOf(&[Action::EnterApplications, Action::VetApplications]);

pub(super) fn routes() -> Routes {
    let upload = post(add).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .post("/p/{no}/applications/{id}/received", HANDLE, received)
        .add(
            Method::POST,
            "/p/{no}/applications/{id}/materials",
            HANDLE,
            upload,
        )
        .get("/p/{no}/applications/{id}/materials/{file}", READ, open)
        .post(
            "/p/{no}/applications/{id}/materials/{file}/remove",
            HANDLE,
            remove,
        )
}

async fn received(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .record_materials(here.ctx(), here.no, id, &fields(&form))
        .await;
    answered(at, form, outcome).await
}

async fn add(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((no, id)): Path<(i64, RecordId)>,
    body: Multipart,
) -> Result<Response, WebError> {
    let (form, name, bytes) = uploaded(body, "attachment").await?;
    let place = form.value("attachment_kind");
    let outcome = app
        .service
        .add_material(here.ctx(), here.no, id, place, &name, bytes)
        .await;
    answered((State(app), here, visit, Path((no, id))), form, outcome).await
}

async fn open(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .open_material(here.ctx(), here.no, id, file)
        .await?;
    Ok(shown(made))
}

async fn remove(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((no, id, file)): Path<(i64, RecordId, FileId)>,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .remove_material(here.ctx(), here.no, id, file)
        .await;
    answered((State(app), here, visit, Path((no, id))), form, outcome).await
}
