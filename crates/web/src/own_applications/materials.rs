//! The materials of one's own application: exactly those of the channel and the notice, each uploaded,
//! shown and removed by itself.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::finding::Verdict;
use domain::id::{FileId, RecordId};
use domain::policy::checklist::HandedIn;
use service::applications::MaterialLine;
use service::attachments::MOST_BYTES;

use super::base_of;
use super::form::layout;
use crate::components::Status;
use crate::error::WebError;
use crate::experts::fields;
use crate::files::{shown, uploaded};
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::limits::Kind;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Origin;
use crate::state::App;

pub(super) fn routes() -> Routes {
    let upload = post(add).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .get("/m/a/{token}/{application}/materials", Access::Public, list)
        .post(
            "/m/a/{token}/{application}/materials",
            Access::Public,
            describe,
        )
        .add(
            Method::POST,
            "/m/a/{token}/{application}/files",
            Access::Public,
            upload,
        )
        .get(
            "/m/a/{token}/{application}/files/{file}",
            Access::Public,
            open,
        )
        .post(
            "/m/a/{token}/{application}/files/{file}/remove",
            Access::Public,
            remove,
        )
}

#[derive(Template)]
#[template(path = "own_applications/materials.html")]
struct MaterialsPage {
    layout: Layout,
    form: FormState,
    base: String,
    open: bool,
    lines: Vec<(Status, MaterialLine)>,
    places: Vec<Choice>,
}

impl MaterialsPage {
    /// Whether anything is to be said of an item besides the file.
    fn is_described(&self, line: &MaterialLine) -> bool {
        line.opinion.is_some() || line.seal || line.expires || line.waiver.is_some() || line.unheld
    }
    fn describes(&self) -> bool {
        self.lines.iter().any(|(_, line)| self.is_described(line))
    }
}

/// Is it handed in by whoever holds it, and has nobody said yet whether this person does?
pub(super) fn is_open_to_more(line: &MaterialLine) -> bool {
    !line.always && line.handed == HandedIn::default()
}

async fn materials_page(
    app: &App,
    visit: &Visit,
    (token, id): (&str, RecordId),
    form: FormState,
) -> Result<MaterialsPage, WebError> {
    let own = app.service.own_application(token, id).await?;
    let one = &own.view.application;
    Ok(MaterialsPage {
        layout: layout(app, visit, &own, "上传材料").judged(&form),
        base: base_of(token, id),
        open: one.filed == domain::application::Filed::Online && one.state.is_open_to_applicant(),
        lines: own
            .view
            .materials
            .iter()
            .map(|line| {
                let status = match line.verdict {
                    Verdict::Met if is_open_to_more(line) => Status::idle("持有的请上传"),
                    Verdict::Met => Status::good("齐全"),
                    _ => Status::waiting("还缺"),
                };
                (status, line.clone())
            })
            .collect(),
        places: own
            .view
            .places
            .iter()
            .map(|(place, label)| Choice::new(place.clone(), label.clone()))
            .collect(),
        form,
    })
}

type At = Path<(String, RecordId)>;

async fn list(
    State(app): State<App>,
    visit: Visit,
    Path((token, id)): At,
) -> Result<Response, WebError> {
    let form = FormState::blank();
    page::page(&materials_page(&app, &visit, (&token, id), form).await?)
}

async fn answered<T>(
    (app, visit): (&App, &Visit),
    (token, id): (&str, RecordId),
    form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    let next = outcome.map(|_| format!("{}/materials", base_of(token, id)));
    page::answered(next, form, |form| {
        materials_page(app, visit, (token, id), form)
    })
    .await
}

async fn describe(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path((token, id)): At,
    form: FormState,
) -> Result<Response, WebError> {
    let done = app
        .service
        .describe_own_materials(&origin.address, &token, id, &fields(&form))
        .await;
    answered((&app, &visit), (&token, id), form, done).await
}

async fn add(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path((token, id)): At,
    body: Multipart,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Lookup, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let (form, name, bytes) = uploaded(body, "attachment").await?;
    let place = form.value("attachment_kind");
    let done = app
        .service
        .add_own_material(&origin.address, &token, id, (place, &name, bytes))
        .await;
    answered((&app, &visit), (&token, id), form, done).await
}

async fn open(
    State(app): State<App>,
    Path((token, id, file)): Path<(String, RecordId, FileId)>,
) -> Result<Response, WebError> {
    Ok(shown(
        app.service.open_own_material(&token, id, file).await?,
    ))
}

async fn remove(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path((token, id, file)): Path<(String, RecordId, FileId)>,
    form: FormState,
) -> Result<Response, WebError> {
    let done = app
        .service
        .remove_own_material(&origin.address, &token, id, file)
        .await;
    answered((&app, &visit), (&token, id), form, done).await
}
