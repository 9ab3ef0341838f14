//! 不良行为记录 as data.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use domain::actor::Action;
use domain::id::{ExpertId, MisconductId, TaskId};
use jiff::civil::Date;
use serde::Deserialize;
use service::misconduct::{MisconductQuery, Proposal};
use utoipa::ToSchema;

use super::{Body, done, made, page_of, paged};
use crate::error::WebError;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "不良行为记录";

/// Routes of misconduct.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/misconduct",
            Access::AnyOf(&[Action::ConfirmMisconduct, Action::ProposeMisconduct]),
            says(GROUP, "不良行为记录，新的在前")
                .paged()
                .asks(&[("status", "状态的代码"), ("kind", "种类的代码，如 18-7")])
                .gives("items：专家、种类、事实、状态；next"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/misconduct",
            Access::Pool(Action::ProposeMisconduct),
            says(GROUP, "提出不良行为记录")
                .takes::<Proposed>()
                .makes("id"),
            propose,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/misconduct/{record}",
            Access::Pool(Action::ConfirmMisconduct),
            says(GROUP, "认定或不予认定").takes::<Decided>(),
            decide,
        )
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let text = |name: &str| Some(visit.query.text(name)).filter(|text| !text.is_empty());
    let query = MisconductQuery {
        status: text("status"),
        kind: text("kind"),
        ..MisconductQuery::default()
    };
    let (found, _) = app
        .service
        .misconduct(here.ctx(), here.pool.id, &query, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

/// 提出的记录
#[derive(Deserialize, ToSchema)]
struct Proposed {
    /// 专家
    #[schema(value_type = String)]
    expert: ExpertId,
    /// 种类，规则包中的代码，如 18-7
    kind: String,
    /// 发生日期
    #[schema(value_type = String)]
    on: Date,
    /// 有关的使用需求
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    task: Option<TaskId>,
    /// 事实和证据
    #[serde(default)]
    evidence: String,
    /// 造成的不良影响
    #[serde(default)]
    effect: Option<String>,
}

async fn propose(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<Proposed>,
) -> Result<Response, WebError> {
    let proposal = Proposal {
        expert: sent.expert,
        kind: sent.kind,
        on: sent.on,
        task: sent.task,
        evidence: sent.evidence,
        effect: sent.effect,
    };
    let id = app
        .service
        .propose_misconduct(here.ctx(), here.pool.id, proposal)
        .await?;
    Ok(made(id))
}

/// 决定
#[derive(Deserialize, ToSchema)]
struct Decided {
    /// 认定
    confirm: bool,
    /// 不予认定的理由
    #[serde(default)]
    reason: String,
}

async fn decide(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, MisconductId)>,
    Body(sent): Body<Decided>,
) -> Result<Response, WebError> {
    app.service
        .decide_misconduct(here.ctx(), id, sent.confirm, &sent.reason)
        .await?;
    Ok(done())
}
