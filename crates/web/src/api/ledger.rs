//! 留痕 as data: entries, signed checkpoints, and the whole as a bundle for `linxuan verify`.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::event::EventKind;
use service::Problem;
use service::ledger::LedgerFilter;

use super::items;
use crate::error::WebError;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "留痕";
const READ: Access = Access::Pool(Action::ReadLedger);

/// Routes of the ledger.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/ledger",
            READ,
            says(GROUP, "留痕，新的在前，每页 50 条")
                .asks(&[
                    ("before", "只要序号小于它的，即上一页的 next"),
                    ("kind", "只要这种事件，如 draw.drawn"),
                    ("object", "只要关于它的，写作 种类:编号，如 task:01…"),
                    ("until", "只要到这一天为止的"),
                ])
                .gives("items：序号、时间、事件、岗位、对象、事实；next；code：最新核验码"),
            entries,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/ledger/checkpoints",
            READ,
            says(GROUP, "签名的检查点，新的在前，最多 50 个")
                .gives("items：序号、根、签名时间、核验码"),
            checkpoints,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/ledger/bundle",
            READ,
            says(GROUP, "留痕包，供 linxuan verify 离线核验").gives_file("application/x-ndjson"),
            bundle,
        )
}

async fn entries(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let mut problems = Vec::new();
    let text = |name: &str| Some(visit.query.text(name)).filter(|text| !text.is_empty());
    let kind = text("kind").map(|code| (EventKind::from_code(&code), code));
    if let Some((None, code)) = &kind {
        problems.push(Problem::new("kind", format!("没有“{code}”这种事件。")));
    }
    let before = text("before").map(|number| (number.parse::<u64>().ok(), number));
    if let Some((None, number)) = &before {
        problems.push(Problem::new(
            "before",
            format!("before 应是序号，现在是“{number}”。"),
        ));
    }
    let until = text("until").map(|day| (crate::form::date(&day), day));
    if let Some((None, day)) = &until {
        problems.push(Problem::new(
            "until",
            format!("until“{day}”不是日期，应写成 2026-11-22 这样。"),
        ));
    }
    if !problems.is_empty() {
        return Err(WebError::Invalid(problems));
    }
    let object = text("object").and_then(|object| {
        let (kind, id) = object.split_once(':')?;
        Some((kind.to_owned(), id.to_owned()))
    });
    let filter = LedgerFilter {
        kind: kind.and_then(|(kind, _)| kind),
        object,
        until: until.and_then(|(day, _)| day),
        before: before.and_then(|(number, _)| number),
    };
    let page = app
        .service
        .pool_ledger(here.ctx(), here.pool.id, &filter)
        .await?;
    Ok(
        Json(serde_json::json!({ "items": page.lines, "next": page.next, "code": page.code }))
            .into_response(),
    )
}

async fn checkpoints(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let found = app
        .service
        .ledger_checkpoints(here.ctx(), here.pool.id)
        .await?;
    Ok(items(&found))
}

async fn bundle(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let bytes = app.service.ledger_bundle(here.ctx(), here.pool.id).await?;
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], bytes).into_response())
}
