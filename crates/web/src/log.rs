//! 系统留痕: what the audit administrator reads; page and JSON.

use askama::Template;
use axum::extract::{Json, Query, State};
use axum::response::Response;
use domain::actor::Action;
use domain::event::EventKind;
use serde::{Deserialize, Serialize};
use service::system_log::{LogFilter, LogLine};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

const NEEDS: Access = Access::System(Action::ReadSystemLog);

/// Routes of the system's log.
pub fn routes() -> Routes {
    Routes::new()
        .get("/settings/log", NEEDS, list)
        .get("/api/v1/log", NEEDS, api_list)
}

#[derive(Template)]
#[template(path = "log/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<Row>,
    query: FormState,
    kinds: Vec<Choice>,
    next: Option<String>,
}

struct Row {
    line: LogLine,
    at: String,
    facts: String,
}

/// Kinds of events the system's ledger holds.
fn kinds() -> impl Iterator<Item = EventKind> {
    let of_system = |kind: &&EventKind| {
        [
            "system.",
            "account.",
            "session.",
            "access.",
            "pool.",
            "organisation.",
        ]
        .iter()
        .any(|group| kind.code().starts_with(group))
    };
    EventKind::ALL.iter().filter(of_system).copied()
}

async fn list(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let filter = LogFilter {
        kind: EventKind::from_code(visit.query.value("kind")),
        before: visit.query.value("before").parse().ok(),
        ..LogFilter::default()
    };
    let (lines, next) = app.service.system_log(&session.ctx, &filter).await?;
    let row = |line: LogLine| Row {
        at: line
            .at
            .to_zoned(service::ctx::shanghai())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        facts: line
            .facts
            .iter()
            .filter_map(|(name, value)| domain::event_words::fact_words(name, value))
            .collect::<Vec<_>>()
            .join("，"),
        line,
    };
    page::page(&ListPage {
        layout: session.layout(&app, &visit, "系统留痕"),
        rows: lines.into_iter().map(row).collect(),
        next: next.map(|before| {
            format!(
                "/settings/log?kind={}&before={before}",
                filter.kind.map_or("", EventKind::code)
            )
        }),
        query: visit.query,
        kinds: kinds()
            .map(|kind| Choice::new(kind.code(), kind.zh()))
            .collect(),
    })
}

/// Which entries to list.
#[derive(Deserialize, IntoParams)]
struct ApiQuery {
    /// Code of a kind of event.
    kind: Option<String>,
    /// Only entries below this number.
    before: Option<u64>,
}

/// An entry of the log.
#[derive(Serialize, ToSchema)]
struct ApiEntry {
    seq: u64,
    at: String,
    kind: String,
    by: String,
    actor: String,
    source: String,
    about: String,
    done: bool,
}

/// One page of the log, newest first.
#[derive(Serialize, ToSchema)]
struct ApiLog {
    items: Vec<ApiEntry>,
    next: Option<u64>,
}

/// 系统留痕
#[utoipa::path(get, path = "/api/v1/log", params(ApiQuery), responses((status = 200, body = ApiLog)))]
async fn api_list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ApiQuery>,
) -> Result<Json<ApiLog>, WebError> {
    let kind = query.kind.as_deref().and_then(EventKind::from_code);
    let filter = LogFilter {
        kind,
        before: query.before,
        ..LogFilter::default()
    };
    let (lines, next) = app.service.system_log(&session.ctx, &filter).await?;
    let entry = |line: LogLine| ApiEntry {
        seq: line.seq,
        at: line.at.to_string(),
        kind: line.kind,
        by: line.by,
        actor: line.actor,
        source: line.source,
        about: line.about,
        done: line.done,
    };
    Ok(Json(ApiLog {
        items: lines.into_iter().map(entry).collect(),
        next,
    }))
}

/// Its part of the description.
#[derive(OpenApi)]
#[openapi(paths(api_list))]
pub(crate) struct Api;
