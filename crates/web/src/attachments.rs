//! 附件 of an expert: uploaded, opened for a purpose, removed with a reason. They are shown on the
//! expert's page.

use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::actor::Action;
use domain::id::{ExpertId, FileId};
use service::attachments::MOST_BYTES;

use crate::error::WebError;
use crate::files::{download, uploaded};
use crate::form::FormState;
use crate::layout::Visit;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of attachments.
pub fn routes() -> Routes {
    let edit = Access::Pool(Action::EditExperts);
    let upload = post(add).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .add(
            Method::POST,
            "/p/{no}/experts/{id}/attachments",
            edit,
            upload,
        )
        .post(
            "/p/{no}/experts/{id}/attachments/{file}/open",
            Access::Pool(Action::RevealIdentity),
            open,
        )
        .post(
            "/p/{no}/experts/{id}/attachments/{file}/remove",
            edit,
            remove,
        )
}

fn ids(id: &str, file: &str) -> Result<(ExpertId, FileId), WebError> {
    let missing = |_| WebError::NotFound;
    Ok((id.parse().map_err(missing)?, file.parse().map_err(missing)?))
}

async fn add(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
    body: Multipart,
) -> Result<Response, WebError> {
    let id: ExpertId = id.parse().map_err(|_| WebError::NotFound)?;
    let (form, name, bytes) = uploaded(body, "attachment").await?;
    let kind = form.value("attachment_kind");
    let outcome = app
        .service
        .add_attachment(here.ctx(), here.no, id, kind, &name, bytes)
        .await;
    match outcome {
        Ok(_) => Ok(page::see_other(
            &here.href(format!("experts/{id}?tab=attachments")),
        )),
        Err(error) => refused(&app, &here, &visit, id, form, error).await,
    }
}

/// The tab again, what is wrong beside the field.
async fn refused(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: ExpertId,
    mut form: FormState,
    error: service::Error,
) -> Result<Response, WebError> {
    form.refuse(error)?;
    crate::experts::show::rejected(app, here, visit, id, "attachments", form).await
}

async fn open(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id, file)): Path<(i64, String, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let (id, file) = ids(&id, &file)?;
    let opened = app
        .service
        .open_attachment(here.ctx(), here.no, id, file, form.value("purpose"))
        .await;
    match opened {
        Ok(made) => Ok(download(made)),
        Err(error) => refused(&app, &here, &visit, id, form, error).await,
    }
}

async fn remove(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id, file)): Path<(i64, String, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let (id, file) = ids(&id, &file)?;
    let version = form.version()?;
    let removed = app
        .service
        .remove_attachment(here.ctx(), here.no, id, file, version, form.value("reason"))
        .await;
    match removed {
        Ok(()) => Ok(page::see_other(
            &here.href(format!("experts/{id}?tab=attachments")),
        )),
        Err(error) => refused(&app, &here, &visit, id, form, error).await,
    }
}
