//! Pools: which there are, what their instrument is worth today, and the parameters set for it.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::policy::source::Setting;
use serde::Deserialize;
use service::instrument::ExtensionDraft;
use service::{Ctx, OpenPool};
use utoipa::ToSchema;

use super::{Body, done, items};
use crate::error::WebError;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Session};
use crate::state::App;

const GROUP: &str = "专家库与规则";
const EDIT: Access = Access::Pool(Action::EditParameters);

/// Routes of pools.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools",
            Access::SignedIn,
            says(GROUP, "本人有岗位的专家库").gives("items：序号、名称、办法及其效力、本人岗位"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}",
            Access::Member,
            says(GROUP, "一个专家库").gives("序号、名称、办法及其效力、版本（version）、本人岗位"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/extension",
            EDIT,
            says(GROUP, "登记延期文件").takes::<Extension>(),
            extend,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/parameters",
            Access::Member,
            says(GROUP, "规则参数")
                .gives("items：条款、可取值、规则包的值、现行值、谁在何时依何文件设定"),
            parameters,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/parameters",
            EDIT,
            says(GROUP, "调整规则参数").takes::<Set>(),
            set,
        )
}

fn line(ctx: &Ctx, open: &OpenPool) -> serde_json::Value {
    let grants = ctx.actor.grants.iter();
    let roles: Vec<_> = grants
        .filter(|grant| grant.pool == Some(open.pool.id))
        .map(|grant| grant.role.code())
        .collect();
    let standing = open.standing(ctx.today());
    serde_json::json!({
        "no": open.no, "id": open.pool.id, "name": open.pool.name, "roles": roles,
        "instrument": {
            "pack": open.pack.id(), "digest": open.pack.digest().to_string(), "title": open.pack.identity.title,
            "from": open.pack.identity.from, "to": open.pack.identity.to,
            "notice": standing.banner(), "extension": open.pool.extension,
        },
    })
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    let ctx = &session.ctx;
    let pools = app.service.pools(ctx).await?;
    let lines: Vec<_> = pools.iter().map(|open| line(ctx, open)).collect();
    Ok(items(&lines))
}

async fn show(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let mut answer = line(here.ctx(), &here.open);
    let version = app.service.pool_version(&here.open).await?;
    if let Some(object) = answer.as_object_mut() {
        object.insert("version".to_owned(), version.into());
    }
    Ok(Json(answer).into_response())
}

/// 延期文件
#[derive(Deserialize, ToSchema)]
struct Extension {
    /// 专家库的版本，见 GET /api/v1/pools/{no}
    version: i64,
    /// 文号
    document: String,
    /// 印发日期
    issued: String,
    /// 新的截止日
    until: String,
}

async fn extend(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<Extension>,
) -> Result<Response, WebError> {
    let draft = ExtensionDraft {
        document: sent.document,
        issued: sent.issued,
        until: sent.until,
    };
    app.service
        .register_extension(here.ctx(), here.no, sent.version, &draft)
        .await?;
    Ok(done())
}

async fn parameters(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    Ok(items(&app.service.parameters(here.ctx(), here.no).await?))
}

/// 要调整的参数
#[derive(Deserialize, ToSchema)]
struct Set {
    /// 专家库的版本，见 GET /api/v1/pools/{no}
    version: i64,
    /// 参数的路径，见 GET …/parameters
    path: String,
    /// 新的值；写回规则包的值即恢复
    value: String,
    /// 依据的文件
    #[serde(default)]
    reason: String,
}

async fn set(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<Set>,
) -> Result<Response, WebError> {
    let setting = Setting {
        path: sent.path,
        value: sent.value,
    };
    app.service
        .set_pool_parameter(here.ctx(), here.no, sent.version, &setting, &sent.reason)
        .await?;
    Ok(done())
}
