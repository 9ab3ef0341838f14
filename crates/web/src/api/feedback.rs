//! 意见反馈 as data: for everybody the offices, writing and looking up; for the office every step.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::RecordId;
use serde::Deserialize;
use service::feedback::Letter;
use utoipa::ToSchema;

use super::{Body, WhatFor, Why, done, items, page_of, paged};
use crate::error::WebError;
use crate::feedback::{ANSWER, READ};
use crate::layout::Visit;
use crate::limits::Kind;
use crate::objections::REVEAL;
use crate::openapi::says;
use crate::public_feedback::numbered;
use crate::public_postings::visitor;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Origin};
use crate::state::App;

const GROUP: &str = "意见反馈";
const PUBLIC: &str = "公开";

/// Routes of feedback.
pub fn routes() -> Routes {
    public().and(office())
}

fn public() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/public/feedback",
            Access::Public,
            says(PUBLIC, "可以提意见的专家库").gives("items：序号、专家库、管理单位、电话"),
            offices,
        )
        .api(
            Method::POST,
            "/api/v1/public/feedback/{pool}",
            Access::Public,
            says(PUBLIC, "提交意见")
                .takes::<LetterShape>()
                .makes("number 编号、code 查询码（只给这一次）"),
            send,
        )
        .api(
            Method::POST,
            "/api/v1/public/feedback",
            Access::Public,
            says(PUBLIC, "按编号和查询码查看答复")
                .takes::<Slip>()
                .gives("status、answer、replied"),
            look_up,
        )
}

fn office() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/feedback",
            READ,
            says(GROUP, "意见反馈，新的在前")
                .paged()
                .asks(&[("status", "open 待答复，answered 已答复，closed 已关闭")])
                .gives("items；next"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/feedback/{feedback}",
            READ,
            says(GROUP, "一份意见").gives("内容、提出人（遮盖）、办理情况、可办的事"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/feedback/{feedback}/answer",
            ANSWER,
            says(GROUP, "答复").takes::<Answered>(),
            answer,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/feedback/{feedback}/close",
            ANSWER,
            says(GROUP, "不作答复，关闭").takes::<Why>(),
            close,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/feedback/{feedback}/reveal",
            REVEAL,
            says(GROUP, "查看提出人的姓名和联系方式，记入留痕")
                .takes::<WhatFor>()
                .gives("name、contact"),
            reveal,
        )
}

/// 意见：topic 主题（admission 征集与申请、appointment 公示与任用、draw 抽取与评审、conduct 专家表现、other 其他），text 内容，about 有关编号（可不填），name 姓名（可不填），contact 联系方式（可不填）
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct LetterShape(Letter);

/// 意见的编号和查询码
#[derive(Deserialize, ToSchema)]
struct Slip {
    /// 编号
    #[serde(default)]
    number: String,
    /// 查询码
    #[serde(default)]
    code: String,
}

/// 答复
#[derive(Deserialize, ToSchema)]
struct Answered {
    /// 答复，提出意见的人凭查询码查看
    #[serde(default)]
    answer: String,
}

async fn offices(State(app): State<App>) -> Result<Response, WebError> {
    Ok(items(&app.service.feedback_offices().await?))
}

async fn send(
    State(app): State<App>,
    origin: Origin,
    Path(pool): Path<String>,
    Body(letter): Body<LetterShape>,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Filing, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let ctx = visitor(&app, &origin);
    let no = numbered(&pool)?;
    let taken = app.service.send_feedback(&ctx, no, &letter.0).await?;
    Ok((StatusCode::CREATED, Json(taken)).into_response())
}

async fn look_up(
    State(app): State<App>,
    origin: Origin,
    Body(slip): Body<Slip>,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Secret, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let reply = app.service.feedback_reply(&slip.number, &slip.code).await?;
    Ok(Json(reply).into_response())
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let status = visit.query.text("status");
    let statuses: Vec<&str> = Some(status.as_str())
        .filter(|code| !code.is_empty())
        .into_iter()
        .collect();
    let found = app
        .service
        .feedback(here.ctx(), here.no, &statuses, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

type At = (State<App>, InPool, Path<(i64, RecordId)>);

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    let view = app
        .service
        .feedback_message(here.ctx(), here.no, id)
        .await?;
    Ok(Json(view).into_response())
}

async fn answer(
    (State(app), here, Path((_, id))): At,
    Body(typed): Body<Answered>,
) -> Result<Response, WebError> {
    app.service
        .answer_feedback(here.ctx(), here.no, id, &typed.answer)
        .await?;
    Ok(done())
}

async fn close(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .close_feedback(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn reveal(
    (State(app), here, Path((_, id))): At,
    Body(asked): Body<WhatFor>,
) -> Result<Response, WebError> {
    let plain = app
        .service
        .reveal_feedback_writer(here.ctx(), here.no, id, &asked.purpose)
        .await?;
    Ok(Json(plain).into_response())
}
