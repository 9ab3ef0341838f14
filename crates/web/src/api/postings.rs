//! 公示 and 异议 as data: for everybody what is put up, filing and looking up; for the office every step.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::{FileId, RecordId};
use serde::Deserialize;
use service::objections::Statement;
use service::postings::Draft;
use utoipa::ToSchema;

use super::{Body, WhatFor, Why, done, items, made, page_of, paged};
use crate::error::WebError;
use crate::files::{PDF, download, pdf};
use crate::layout::Visit;
use crate::limits::Kind;
use crate::objections::{REVEAL, outcome_of};
use crate::openapi::says;
use crate::postings::{DECIDE, POST, READ};
use crate::public_postings::visitor;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Origin};
use crate::state::App;

const GROUP: &str = "公示和异议";
const PUBLIC: &str = "公开";

/// Routes of public notices of lists, and of objections.
pub fn routes() -> Routes {
    public().and(lists()).and(objections())
}

fn public() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/public/postings",
            Access::Public,
            says(PUBLIC, "公示名单，新的在前")
                .paged()
                .gives("items：编号、标题、专家库、公示时间、剩余天数；next"),
            published,
        )
        .api(
            Method::GET,
            "/api/v1/public/postings/{number}",
            Access::Public,
            says(PUBLIC, "一份公示名单")
                .gives("columns、rows：办法规定公开的各栏；digest：名单指纹"),
            read,
        )
        .api(
            Method::GET,
            "/api/v1/public/postings/{number}/document",
            Access::Public,
            says(PUBLIC, "公示名单正文").gives_file(PDF),
            document,
        )
        .api(
            Method::POST,
            "/api/v1/public/postings/{number}/objections",
            Access::Public,
            says(PUBLIC, "提出异议；附件请在公开页面提交")
                .takes::<StatementShape>()
                .gives("number 回执编号、code 查询码（只给这一次）、taken"),
            file,
        )
        .api(
            Method::POST,
            "/api/v1/public/objections",
            Access::Public,
            says(PUBLIC, "按回执编号和查询码查询异议")
                .takes::<Receipt>()
                .gives("status、answer"),
            look_up,
        )
}

fn lists() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/postings",
            READ,
            says(GROUP, "公示名单，新的在前")
                .paged()
                .gives("items；next"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/postings/candidates",
            POST,
            says(GROUP, "等待公示的人员").gives("items：申请的编号、公示各栏"),
            candidates,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/postings",
            POST,
            says(GROUP, "起草公示名单")
                .takes::<DraftShape>()
                .makes("id"),
            draft,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/postings/{posting}",
            READ,
            says(GROUP, "一份公示名单").gives("名单、版本、每人的公示结果、异议、可办的事"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/postings/{posting}",
            POST,
            says(GROUP, "修改草稿").takes::<Rewritten>(),
            rewrite,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/postings/{posting}/post",
            POST,
            says(GROUP, "发布公示").takes::<Posting>(),
            put_up,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/postings/{posting}/withdraw",
            POST,
            says(GROUP, "撤回公示").takes::<Why>(),
            withdraw,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/postings/{posting}/objections",
            DECIDE,
            says(GROUP, "登记来信、来访、来电的异议")
                .takes::<Recorded>()
                .gives("number、code、taken"),
            record,
        )
}

fn objections() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/objections",
            READ,
            says(GROUP, "异议，新的在前").paged().gives("items；next"),
            raised,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/objections/{objection}",
            READ,
            says(GROUP, "一份异议").gives("内容、附件、提出人（遮盖）、可办的事"),
            objection,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/objections/{objection}/files/{file}",
            READ,
            says(GROUP, "异议的附件，打开会留痕").gives_file("application/octet-stream"),
            open,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/objections/{objection}/investigate",
            DECIDE,
            says(GROUP, "登记核查情况").takes::<Findings>(),
            investigate,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/objections/{objection}/decide",
            DECIDE,
            says(GROUP, "作出结论").takes::<Conclusion>(),
            decide,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/objections/{objection}/reveal",
            REVEAL,
            says(GROUP, "查看提出人的姓名和联系方式，记入留痕")
                .takes::<WhatFor>()
                .gives("name、contact"),
            reveal,
        )
}

/// 名单：title 标题，body 正文，contact 异议受理方式，applications 申请的编号，按名单的顺序
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct DraftShape(Draft);

/// 修改后的名单
#[derive(Deserialize, ToSchema)]
struct Rewritten {
    /// 读到的版本号
    version: i64,
    /// 名单，同起草
    #[serde(default)]
    #[schema(value_type = Object)]
    posting: Draft,
}

/// 发布
#[derive(Deserialize, ToSchema)]
struct Posting {
    /// 办法已过有效期或为征求意见稿时，确认仍按此办理
    #[serde(default)]
    status_confirmed: bool,
}

/// 异议：person 名单上的序号，fact 内容，name 姓名（匿名不填），contact 联系方式
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct StatementShape(Statement);

/// 登记的异议
#[derive(Deserialize, ToSchema)]
struct Recorded {
    /// 异议，同公开页面
    #[serde(default)]
    #[schema(value_type = Object)]
    objection: Statement,
    /// 收到日期，不写按今天
    #[serde(default)]
    received_on: String,
}

/// 回执
#[derive(Deserialize, ToSchema)]
struct Receipt {
    /// 回执编号
    #[serde(default)]
    number: String,
    /// 查询码
    #[serde(default)]
    code: String,
}

/// 核查
#[derive(Deserialize, ToSchema)]
struct Findings {
    /// 核查情况
    #[serde(default)]
    findings: String,
}

/// 结论
#[derive(Deserialize, ToSchema)]
struct Conclusion {
    /// upheld 成立，dismissed 不成立
    #[serde(default)]
    outcome: String,
    /// 理由，告知提出异议的人
    #[serde(default)]
    reason: String,
}

async fn published(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let found = app.service.public_postings(&paged(&visit)?).await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn read(State(app): State<App>, Path(number): Path<String>) -> Result<Response, WebError> {
    Ok(Json(app.service.public_posting(&number).await?).into_response())
}

async fn document(
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_public_posting(&number).await?))
}

async fn file(
    State(app): State<App>,
    origin: Origin,
    Path(number): Path<String>,
    Body(statement): Body<StatementShape>,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Filing, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let ctx = visitor(&app, &origin);
    let taken = app
        .service
        .file_objection(&ctx, &number, &statement.0, Vec::new())
        .await?;
    Ok((StatusCode::CREATED, Json(taken)).into_response())
}

async fn look_up(
    State(app): State<App>,
    origin: Origin,
    Body(receipt): Body<Receipt>,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Secret, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let answer = app
        .service
        .objection_answer(&receipt.number, &receipt.code)
        .await?;
    Ok(Json(answer).into_response())
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let found = app
        .service
        .postings(here.ctx(), here.no, &[], &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn candidates(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let found = app.service.candidates(here.ctx(), here.no, None).await?;
    Ok(items(&found))
}

async fn draft(
    State(app): State<App>,
    here: InPool,
    Body(typed): Body<DraftShape>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .draft_posting(here.ctx(), here.no, &typed.0)
        .await?;
    Ok(made(id))
}

type At = (State<App>, InPool, Path<(i64, RecordId)>);

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(Json(app.service.posting(here.ctx(), here.no, id).await?).into_response())
}

async fn rewrite(
    (State(app), here, Path((_, id))): At,
    Body(typed): Body<Rewritten>,
) -> Result<Response, WebError> {
    app.service
        .rewrite_posting(here.ctx(), here.no, id, typed.version, &typed.posting)
        .await?;
    Ok(done())
}

async fn put_up(
    (State(app), here, Path((_, id))): At,
    Body(asked): Body<Posting>,
) -> Result<Response, WebError> {
    app.service
        .post_posting(here.ctx(), here.no, id, asked.status_confirmed)
        .await?;
    Ok(done())
}

async fn withdraw(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_posting(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn record(
    (State(app), here, Path((_, id))): At,
    Body(typed): Body<Recorded>,
) -> Result<Response, WebError> {
    let taken = app
        .service
        .record_objection(
            here.ctx(),
            here.no,
            id,
            &typed.objection,
            &typed.received_on,
        )
        .await?;
    Ok((StatusCode::CREATED, Json(taken)).into_response())
}

async fn raised(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let found = app
        .service
        .objections(here.ctx(), here.no, &[], &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn objection((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(Json(app.service.objection(here.ctx(), here.no, id).await?).into_response())
}

async fn open(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .open_objection_file(here.ctx(), here.no, id, file)
        .await?;
    Ok(download(made))
}

async fn investigate(
    (State(app), here, Path((_, id))): At,
    Body(typed): Body<Findings>,
) -> Result<Response, WebError> {
    app.service
        .investigate_objection(here.ctx(), here.no, id, &typed.findings)
        .await?;
    Ok(done())
}

async fn decide(
    (State(app), here, Path((_, id))): At,
    Body(typed): Body<Conclusion>,
) -> Result<Response, WebError> {
    let outcome = outcome_of(&typed.outcome)?;
    app.service
        .decide_objection(here.ctx(), here.no, id, outcome, &typed.reason)
        .await?;
    Ok(done())
}

async fn reveal(
    (State(app), here, Path((_, id))): At,
    Body(asked): Body<WhatFor>,
) -> Result<Response, WebError> {
    let plain = app
        .service
        .reveal_objector(here.ctx(), here.no, id, &asked.purpose)
        .await?;
    Ok(Json(plain).into_response())
}
