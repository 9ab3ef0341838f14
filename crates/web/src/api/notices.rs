//! 征集公告 as data: for everybody what is published, for the office every step.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::id::RecordId;
use serde::Deserialize;
use service::solicitations::{Appearance, Wording};
use utoipa::ToSchema;

use super::{Body, Why, done, items, made, page_of, paged};
use crate::error::WebError;
use crate::files::{PDF, pdf};
use crate::layout::Visit;
use crate::notices::{APPROVE, DRAFT, READ};
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "征集公告";
const PUBLIC: &str = "公开";

/// Routes of notices.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/public/notices",
            Access::Public,
            says(PUBLIC, "已发布的征集公告，新的在前")
                .paged()
                .gives("items：编号、标题、专家库、征集时间、状态；next"),
            published,
        )
        .api(
            Method::GET,
            "/api/v1/public/notices/{number}",
            Access::Public,
            says(PUBLIC, "一份征集公告和申请方式").gives("公告内容；channels：各渠道的材料和环节"),
            read,
        )
        .api(
            Method::GET,
            "/api/v1/public/notices/{number}/document",
            Access::Public,
            says(PUBLIC, "征集公告正文").gives_file(PDF),
            document,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/notices",
            READ,
            says(GROUP, "征集公告，新的在前").gives("items：公告、状态、未覆盖的媒体"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/notices/outline",
            DRAFT,
            says(GROUP, "办法要求公告写明什么").gives("headings、wanted、channels、media"),
            outline,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/notices/duty",
            READ,
            says(GROUP, "年度征集次数")
                .gives("state、count、at_least、behind、notices；没有规定时为 null"),
            duty,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices",
            DRAFT,
            says(GROUP, "起草").takes::<WordingShape>().makes("id"),
            draft,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/notices/{notice}",
            READ,
            says(GROUP, "一份征集公告").gives("公告、版本、状态、可办的事"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices/{notice}",
            DRAFT,
            says(GROUP, "修改草稿").takes::<Rewritten>(),
            rewrite,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices/{notice}/submit",
            DRAFT,
            says(GROUP, "提请审批"),
            submit,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices/{notice}/approve",
            APPROVE,
            says(GROUP, "审批").takes::<Approval>(),
            approve,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices/{notice}/return",
            APPROVE,
            says(GROUP, "退回修改").takes::<Why>(),
            send_back,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices/{notice}/publish",
            DRAFT,
            says(GROUP, "发布"),
            publish,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices/{notice}/media",
            DRAFT,
            says(GROUP, "登记媒体发布").takes::<AppearanceShape>(),
            appear,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/notices/{notice}/withdraw",
            DRAFT,
            says(GROUP, "撤回").takes::<Why>(),
            withdraw,
        )
}

/// 公告：title 标题，body 正文，paragraphs 各项内容（按办法的项目名），wanted 人数（按队伍或专业领域的编号），channels 渠道，opens_on、opens_at 开始日期和时刻，closes_on、closes_at 截止日期和时刻，contact 联系方式
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct WordingShape(Wording);

/// 修改后的公告
#[derive(Deserialize, ToSchema)]
struct Rewritten {
    /// 读到的版本号
    version: i64,
    /// 公告，同起草
    #[schema(value_type = Object)]
    notice: Wording,
}

/// 审批
#[derive(Deserialize, ToSchema)]
struct Approval {
    /// 办法已过有效期或为征求意见稿时，确认仍按此办理
    #[serde(default)]
    status_confirmed: bool,
}

/// 媒体发布：medium 媒体，address 网址或版面，on 日期，time 时刻
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct AppearanceShape(Appearance);

async fn published(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let found = app.service.published_notices(&paged(&visit)?).await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn read(State(app): State<App>, Path(key): Path<String>) -> Result<Response, WebError> {
    Ok(Json(app.service.published_notice(&key).await?).into_response())
}

async fn document(State(app): State<App>, Path(key): Path<String>) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_published_notice(&key).await?))
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let status = Some(visit.query.text("status")).filter(|text| !text.is_empty());
    let statuses: Vec<String> = status.into_iter().collect();
    let words = visit.query.text("q");
    let found = app
        .service
        .notices(here.ctx(), here.pool.id, &statuses, &words)
        .await?;
    Ok(items(&found))
}

async fn outline(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let outline = app.service.notice_outline(here.ctx(), here.pool.id).await?;
    Ok(Json(outline).into_response())
}

async fn duty(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let duty = app.service.notice_duty(here.ctx(), here.pool.id).await?;
    Ok(Json(duty).into_response())
}

async fn draft(
    State(app): State<App>,
    here: InPool,
    Body(WordingShape(wording)): Body<WordingShape>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .draft_notice(here.ctx(), here.pool.id, &wording)
        .await?;
    Ok(made(id))
}

type At = (State<App>, InPool, Path<(i64, RecordId)>);

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(Json(app.service.notice(here.ctx(), id).await?).into_response())
}

async fn rewrite(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Rewritten>,
) -> Result<Response, WebError> {
    app.service
        .rewrite_notice(here.ctx(), id, sent.version, &sent.notice)
        .await?;
    Ok(done())
}

async fn submit((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    app.service.submit_notice(here.ctx(), id).await?;
    Ok(done())
}

async fn approve(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Approval>,
) -> Result<Response, WebError> {
    app.service
        .approve_notice(here.ctx(), id, sent.status_confirmed)
        .await?;
    Ok(done())
}

async fn send_back(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .return_notice(here.ctx(), id, &sent.reason)
        .await?;
    Ok(done())
}

async fn publish((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    app.service.publish_notice(here.ctx(), id).await?;
    Ok(done())
}

async fn appear(
    (State(app), here, Path((_, id))): At,
    Body(AppearanceShape(sent)): Body<AppearanceShape>,
) -> Result<Response, WebError> {
    app.service.record_appearance(here.ctx(), id, &sent).await?;
    Ok(done())
}

async fn withdraw(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_notice(here.ctx(), id, &sent.reason)
        .await?;
    Ok(done())
}
