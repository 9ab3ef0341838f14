//! 成批录入: a summary table becomes drafts; rows with errors come back in a workbook.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::id::FileId;
use service::Error;
use service::applications::{BatchEntered, open_channels};
use service::imports::MOST_BYTES;

use super::ENTER;
use crate::error::WebError;
use crate::experts::fields;
use crate::files::{download, uploaded};
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::Routes;
use crate::session::InPool;
use crate::state::App;

pub(super) fn routes() -> Routes {
    let upload = post(enter).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .get("/p/{no}/applications/table", ENTER, blank)
        .add(Method::POST, "/p/{no}/applications/table", ENTER, upload)
        .get("/p/{no}/applications/table/{file}", ENTER, errors)
}

#[derive(Template)]
#[template(path = "applications/table.html")]
struct TablePage {
    layout: Layout,
    form: FormState,
    base: String,
    channels: Vec<Choice>,
    notice: bool,
    done: Option<BatchEntered>,
}

fn table_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
    done: Option<BatchEntered>,
) -> TablePage {
    let list = here.href("applications");
    let open = open_channels(&here.open, &here.ctx().actor);
    let batches = || open.iter().filter(|channel| channel.batch);
    TablePage {
        layout: here
            .layout(app, visit, "上传名单汇总表")
            .under(&[(&here.pool.name, &here.href("")), ("入库申请", &list)])
            .judged(&form),
        channels: batches()
            .map(|channel| {
                Choice::new(channel.id.clone(), channel.label.clone())
                    .detail(channel.citation.to_string())
            })
            .collect(),
        notice: batches().any(|channel| channel.needs_notice),
        base: list,
        form,
        done,
    }
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&table_page(&app, &here, &visit, FormState::blank(), None))
}

async fn enter(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    body: Multipart,
) -> Result<Response, WebError> {
    let (mut form, _, bytes) = uploaded(body, "file").await?;
    let outcome = app
        .service
        .enter_batch(here.ctx(), here.no, &fields(&form), bytes)
        .await;
    match outcome {
        Ok(done) => {
            let page = table_page(&app, &here, &visit, FormState::blank(), Some(done));
            page::page(&page)
        }
        Err(Error::Document(why)) => {
            form.reject("file", why);
            page::rejected(&table_page(&app, &here, &visit, form, None))
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&table_page(&app, &here, &visit, form, None))
        }
    }
}

async fn errors(
    State(app): State<App>,
    here: InPool,
    Path((_, file)): Path<(i64, FileId)>,
) -> Result<Response, WebError> {
    let made = app.service.batch_errors(here.ctx(), here.no, file).await?;
    Ok(download(made))
}
