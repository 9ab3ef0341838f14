//! 公开核验 as data: what everybody may see, never a name.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use service::publications::check_record;

use super::{page_of, paged};
use crate::error::WebError;
use crate::files::attachment;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::state::App;

const GROUP: &str = "公开核验";

/// Routes for everybody.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/public/draws",
            Access::Public,
            says(GROUP, "各次抽取，新的在前")
                .paged()
                .gives("items；next"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/public/draws/{key}",
            Access::Public,
            says(GROUP, "一次抽取及其核验结论").gives("编号、时间、人数、指纹、核验结论"),
            show,
        )
        .api(
            Method::GET,
            "/api/v1/public/draws/{key}/record",
            Access::Public,
            says(GROUP, "抽取记录（启封后）").gives_file("application/json"),
            record,
        )
        .api(
            Method::POST,
            "/api/v1/public/check",
            Access::Public,
            says(GROUP, "验算任何一份抽取记录：正文为记录")
                .takes_bytes("application/json")
                .gives("是否成立；不成立的原因"),
            check,
        )
}

async fn list(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let found = app.service.published_draws(&paged(&visit)?).await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn show(State(app): State<App>, Path(key): Path<String>) -> Result<Response, WebError> {
    Ok(Json(app.service.published_draw(&key).await?).into_response())
}

async fn record(State(app): State<App>, Path(key): Path<String>) -> Result<Response, WebError> {
    let (name, json) = app.service.published_record(&key).await?;
    Ok(attachment("application/json", &name, json.into_bytes()))
}

async fn check(body: Bytes) -> Response {
    Json(check_record(&body)).into_response()
}
