//! Tokens: listed, issued and revoked by their owner, logged in.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::actor::Scope;
use serde::Deserialize;
use service::tokens::NewToken;
use utoipa::ToSchema;

use super::{Body, done, items};
use crate::error::WebError;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

const GROUP: &str = "接口令牌";

/// Routes of tokens.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/tokens",
            Access::SignedIn,
            says(GROUP, "本人的令牌（须登录，不能用令牌查看）")
                .gives("items：令牌列表，不含令牌本身"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/tokens",
            Access::SignedIn,
            says(GROUP, "签发令牌（须登录）")
                .takes::<Wish>()
                .makes("token：令牌，只出现这一次；line：列表中的一行"),
            issue,
        )
        .api(
            Method::POST,
            "/api/v1/tokens/{token}/revoke",
            Access::SignedIn,
            says(GROUP, "收回令牌（须登录）"),
            revoke,
        )
}

/// 要签发的令牌
#[derive(Deserialize, ToSchema)]
struct Wish {
    /// 用途，如“招聘网同步”
    label: String,
    /// 读取以外的范围：experts、tasks、draws、panels、system
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    scopes: BTreeSet<Scope>,
    /// 有效天数，1 至 365
    days: i64,
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    Ok(items(&app.service.own_tokens(&session).await?))
}

async fn issue(
    State(app): State<App>,
    session: Session,
    Body(wish): Body<Wish>,
) -> Result<Response, WebError> {
    let new = NewToken {
        label: wish.label,
        scopes: wish.scopes,
        days: wish.days,
    };
    let issued = app.service.issue_token(&session, &new).await?;
    let answer = serde_json::json!({ "token": issued.token, "line": issued.line });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn revoke(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    app.service.revoke_token(&session, &id).await?;
    Ok(done())
}
