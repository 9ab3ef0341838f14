//! 评审邀请 as data: by the link of a message, or of one's own, logged in.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::engagement::{Declaration, State as Seated};
use domain::id::EngagementId;
use serde::Deserialize;
use service::invitations::{Invitation, answer_from};
use utoipa::ToSchema;

use super::{Body, Why, done, items};
use crate::error::WebError;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::{Origin, Session};
use crate::state::App;

const GROUP: &str = "邀请与答复（专家本人）";

/// Routes of invitations.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/invitations/{token}",
            Access::Public,
            says(GROUP, "凭消息中的链接查看邀请")
                .gives("工作、时间、地点、答复期限、须申报的回避情形"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/invitations/{token}",
            Access::Public,
            says(GROUP, "凭链接答复").takes::<Given>().gives("state"),
            answer,
        )
        .api(
            Method::POST,
            "/api/v1/invitations/{token}/leave",
            Access::Public,
            says(GROUP, "凭链接请假").takes::<Leave>(),
            leave,
        )
        .api(
            Method::GET,
            "/api/v1/me/invitations",
            Access::Person,
            says(GROUP, "本人的邀请").gives("items：与凭链接查看的相同，另有 id"),
            own,
        )
        .api(
            Method::POST,
            "/api/v1/me/invitations/{invitation}",
            Access::Person,
            says(GROUP, "本人答复").takes::<Given>().gives("state"),
            own_answer,
        )
        .api(
            Method::POST,
            "/api/v1/me/invitations/{invitation}/leave",
            Access::Person,
            says(GROUP, "本人请假").takes::<Why>(),
            own_leave,
        )
}

fn line(one: &Invitation) -> serde_json::Value {
    let request = &one.task.request;
    let answer_by = match &one.engagement.state {
        Seated::Invited { answer_by, .. } => Some(*answer_by),
        _ => None,
    };
    serde_json::json!({
        "id": one.engagement.id, "state": one.engagement.state.code(), "answer_by": answer_by,
        "content": request.content, "half_days": request.half_days, "starts_at": request.starts_at,
        "place": request.place, "venue": request.venue, "requester": one.requester,
        "reviewed": request.reviewed.iter().map(|one| one.organisation.name.as_str()).collect::<Vec<_>>(),
        "grounds": one.grounds, "asks_tail": one.asks_tail, "leave_asked": one.engagement.leave_asked,
    })
}

/// 答复
#[derive(Deserialize, ToSchema)]
struct Given {
    /// accept 参加、decline 不能参加、recuse 需要回避
    #[serde(default)]
    answer: String,
    /// 参加时须申报：没有应当回避的情形
    #[serde(default)]
    declared_none: bool,
    /// 不能参加的原因
    #[serde(default)]
    reason: Option<String>,
    /// 需要回避的情形：ground 情形的代码，note 事实
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    declared: Vec<Declaration>,
    /// 凭链接答复且要求核对时：身份证号码末四位
    #[serde(default)]
    id_tail: String,
}

fn state(state: &Seated) -> Response {
    Json(serde_json::json!({ "state": state.code() })).into_response()
}

async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, WebError> {
    Ok(Json(line(&app.service.invitation(&token).await?)).into_response())
}

async fn answer(
    State(app): State<App>,
    origin: Origin,
    Path(token): Path<String>,
    Body(given): Body<Given>,
) -> Result<Response, WebError> {
    // Whether there is such an invitation comes before what was sent.
    app.service.invitation(&token).await?;
    let answer = answer_from(
        &given.answer,
        given.declared_none,
        given.reason,
        given.declared,
    )?;
    let now = app
        .service
        .answer_by_link(&origin.network, &token, &given.id_tail, answer)
        .await?;
    Ok(state(&now))
}

/// 请假
#[derive(Deserialize, ToSchema)]
struct Leave {
    /// 原因
    #[serde(default)]
    reason: String,
    /// 要求核对时：身份证号码末四位
    #[serde(default)]
    id_tail: String,
}

async fn leave(
    State(app): State<App>,
    origin: Origin,
    Path(token): Path<String>,
    Body(sent): Body<Leave>,
) -> Result<Response, WebError> {
    app.service
        .leave_by_link(&origin.network, &token, &sent.id_tail, &sent.reason)
        .await?;
    Ok(done())
}

async fn own(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    let found = app.service.own_invitations(&session.ctx).await?;
    Ok(items(&found.iter().map(line).collect::<Vec<_>>()))
}

async fn own_answer(
    State(app): State<App>,
    session: Session,
    Path(id): Path<EngagementId>,
    Body(given): Body<Given>,
) -> Result<Response, WebError> {
    let own = app.service.own_invitations(&session.ctx).await?;
    if !own.iter().any(|one| one.engagement.id == id) {
        return Err(WebError::NotFound);
    }
    let answer = answer_from(
        &given.answer,
        given.declared_none,
        given.reason,
        given.declared,
    )?;
    let now = app
        .service
        .answer_invitation(&session.ctx, id, answer)
        .await?;
    Ok(state(&now))
}

async fn own_leave(
    State(app): State<App>,
    session: Session,
    Path(id): Path<EngagementId>,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service.ask_leave(&session.ctx, id, &why.reason).await?;
    Ok(done())
}
