//! 批量导入: the file is sent, read without writing, and confirmed by a second request.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::actor::Action;
use domain::id::ImportId;
use serde::Deserialize;
use service::exports::MadeFile;
use service::imports::{MOST_BYTES, RowsWithErrors, Step};
use utoipa::ToSchema;

use super::{Body, items};
use crate::error::WebError;
use crate::experts::fields;
use crate::files::{XLSX, download};
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "批量导入";
const IMPORT: Access = Access::Pool(Action::ImportExperts);

/// Routes of imports.
pub fn routes() -> Routes {
    let upload = post(begin).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/imports",
            IMPORT,
            says(GROUP, "历次导入").gives("items：文件、状态、各类行数"),
            list,
        )
        .api_on(
            Method::POST,
            "/api/v1/pools/{no}/imports",
            IMPORT,
            says(
                GROUP,
                "上传名册并预检：正文为 .xlsx 或 .csv 的内容；什么都不写入",
            )
            .asks(&[
                ("name", "文件名，按它的后缀判断格式"),
                ("basis", "入库依据"),
                ("basis_on", "依据日期"),
                ("term_from", "聘期开始；不写即依据日期"),
            ])
            .takes_bytes("application/octet-stream")
            .gives("import：导入；preview：新增、变更、没有变化、有错各几行及逐条内容"),
            upload,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/imports/{id}",
            IMPORT,
            says(GROUP, "一次导入及其预检").gives("import；preview；running：正在办理的进度"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/imports/{id}/confirm",
            IMPORT,
            says(GROUP, "确认写入：全部写入或一行不写")
                .takes::<Confirm>()
                .gives("导入"),
            confirm,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/imports/{id}/errors",
            IMPORT,
            says(GROUP, "需要改正的行").gives_file(XLSX),
            errors,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/import-template",
            IMPORT,
            says(GROUP, "导入模板").gives_file(XLSX),
            template,
        )
}

fn import(id: &str) -> Result<ImportId, WebError> {
    id.parse().map_err(|_| WebError::NotFound)
}

async fn list(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    Ok(items(&app.service.imports(here.ctx(), here.no).await?))
}

async fn begin(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    bytes: Bytes,
) -> Result<Response, WebError> {
    let name = visit.query.text("name");
    let id = app
        .service
        .begin_import(
            here.ctx(),
            here.no,
            &name,
            bytes.to_vec(),
            &fields(&visit.query),
        )
        .await?;
    app.service.read_import(here.ctx(), here.no, id).await?;
    state(&app, &here, id).await
}

async fn state(app: &App, here: &InPool, id: ImportId) -> Result<Response, WebError> {
    // Asked first: what ends in between is found ended.
    let running = app.service.running_imports().of(id);
    let import = app.service.import(here.ctx(), here.no, id).await?;
    let preview = match import.state.counts() {
        Some(_) => Some(app.service.import_preview(here.ctx(), here.no, id).await?),
        None => None,
    };
    let running = running.map(|step| match step {
        Step::At { done, of } => serde_json::json!({ "done": done, "of": of }),
        Step::Failed(why) => serde_json::json!({ "failed": why }),
    });
    Ok(
        Json(serde_json::json!({ "import": import, "preview": preview, "running": running }))
            .into_response(),
    )
}

async fn show(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    state(&app, &here, import(&id)?).await
}

/// 确认
#[derive(Deserialize, ToSchema)]
struct Confirm {
    /// 有错的行不导入，其余写入；不写即有错就整批不写
    #[serde(default)]
    leave_out_errors: bool,
}

async fn confirm(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
    Body(sent): Body<Confirm>,
) -> Result<Response, WebError> {
    let rows = if sent.leave_out_errors {
        RowsWithErrors::LeaveOut
    } else {
        RowsWithErrors::Refuse
    };
    let import = app
        .service
        .confirm_import(here.ctx(), here.no, import(&id)?, rows)
        .await?;
    Ok(Json(import).into_response())
}

fn workbook(name: &str, bytes: Vec<u8>) -> Response {
    download(MadeFile {
        name: name.to_owned(),
        media_type: XLSX,
        bytes,
        count: 0,
    })
}

async fn errors(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let bytes = app
        .service
        .import_errors(here.ctx(), here.no, import(&id)?)
        .await?;
    Ok(workbook("需要改正的行.xlsx", bytes))
}

async fn template(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let bytes = app.service.import_template(here.ctx(), here.no).await?;
    Ok(workbook("专家名册导入模板.xlsx", bytes))
}
