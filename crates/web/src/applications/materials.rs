//! 入库材料 of an application: uploaded, registered from paper, looked at, removed.

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::actor::Action;
use domain::id::{FileId, RecordId};
use service::attachments::MOST_BYTES;

use super::acts::answered;
use super::{At, READ};
use crate::error::WebError;
use crate::experts::fields;
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

pub(super) fn unreadable(error: MultipartError) -> WebError {
    WebError::from_status(error.status())
}

/// What a form with a file says: where the file stands, its name and its bytes.
pub(crate) async fn uploaded(mut body: Multipart) -> Result<(String, String, Vec<u8>), WebError> {
    let (mut place, mut name, mut bytes) = (String::new(), String::new(), Vec::new());
    while let Some(field) = body.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("attachment") => {
                name = field.file_name().unwrap_or_default().to_owned();
                bytes = field.bytes().await.map_err(unreadable)?.to_vec();
            }
            Some("attachment_kind") => place = field.text().await.map_err(unreadable)?,
            _ => {}
        }
    }
    Ok((place, name, bytes))
}

async fn add(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((no, id)): Path<(i64, RecordId)>,
    body: Multipart,
) -> Result<Response, WebError> {
    let (place, name, bytes) = uploaded(body).await?;
    let outcome = app
        .service
        .add_material(here.ctx(), here.no, id, &place, &name, bytes)
        .await;
    let form = FormState::blank().with("attachment_kind", place);
    answered((State(app), here, visit, Path((no, id))), form, outcome).await
}

/// A file shown in the browser: pictures and PDF only, by their first bytes. A picture is put where
/// nothing could run; a PDF needs the browser's own viewer, which such a place would not give it.
pub(crate) fn shown(made: service::exports::MadeFile) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(made.media_type),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("inline"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, made.bytes).into_response();
    if made.media_type.starts_with("image/") {
        let nothing = HeaderValue::from_static("default-src 'none'; sandbox");
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
    response
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
