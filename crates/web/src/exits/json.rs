//! 解聘退出 as data: for the office every step, for the expert their own cases.

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::exit::State as Stands;
use domain::id::{ExpertId, FileId, RecordId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use service::Problem;
use service::attachments::MOST_BYTES;
use service::exits::{NewExit, OwnExit};
use service::objections::Upload;
use utoipa::ToSchema;

use super::{HANDLE, READ, STEP};
use crate::api::{Body, WhatFor, Why, done, items, made, page_of, paged};
use crate::error::WebError;
use crate::files::{download, sent};
use crate::layout::Visit;
use crate::openapi::says;
use crate::papers::file_of;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Session};
use crate::state::App;

const GROUP: &str = "解聘退出";
const OWN: &str = "解聘退出（专家本人）";
const PERSON: Access = Access::Person;
const BYTES: &str = "application/octet-stream";

pub(super) fn routes() -> Routes {
    office().and(own())
}

fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MOST_BYTES + 64 * 1024)
}

fn office() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/exits",
            READ,
            says(GROUP, "任期届满前离开专家库的事项，新的在前")
                .paged()
                .asks(&[(
                    "status",
                    "open 办理中，left 已办结，refused 不同意，withdrawn 已撤回；不写为全部",
                )])
                .gives("items；next"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/exits/raised",
            READ,
            says(GROUP, "按系统记录达到规定情形的专家").gives("items：专家、情形、条款、事实"),
            raised,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/exits/{exit}",
            READ,
            says(GROUP, "一件事项").gives("事项、专家、情形、材料、还缺什么、环节、可办的事"),
            show,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/exits/{exit}/letter/{file}",
            READ,
            says(GROUP, "通知书：file 为 pdf 或 docx").gives_file(BYTES),
            letter,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts/{id}/exits",
            HANDLE,
            says(GROUP, "提出前：可选的情形及其要求，系统记录已达到的")
                .gives("grounds；raised；open：正在办理的事项"),
            form,
        )
        .api_on(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/exits",
            HANDLE,
            says(
                GROUP,
                "提出。须附文件的情形用 multipart/form-data 提交同名字段，文件放在 attachment",
            )
            .takes::<NewCase>()
            .makes("id"),
            post(open).layer(limit()),
        )
        .api_on(
            Method::POST,
            "/api/v1/pools/{no}/exits/{exit}/documents",
            HANDLE,
            says(GROUP, "上传材料：正文为文件内容")
                .asks(&[("name", "文件名")])
                .takes_bytes(BYTES),
            post(add).layer(limit()),
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/exits/{exit}/documents/{file}",
            READ,
            says(GROUP, "打开材料（须写用途，记入留痕）")
                .takes::<WhatFor>()
                .gives_file(BYTES),
            read,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/exits/{exit}/step",
            STEP,
            says(GROUP, "通过当前环节；最后一个环节通过后专家自当日起出库").takes::<StepTaken>(),
            step,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/exits/{exit}/refuse",
            STEP,
            says(GROUP, "当前环节不同意，专家继续在库").takes::<StepRefused>(),
            refuse,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/exits/{exit}/withdraw",
            HANDLE,
            says(GROUP, "撤回").takes::<Why>(),
            withdraw,
        )
}

fn own() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/me/exits",
            PERSON,
            says(OWN, "与本人有关的事项，可以申请退出的专家库").gives("items；asking"),
            own_list,
        )
        .api_on(
            Method::POST,
            "/api/v1/me/exits",
            PERSON,
            says(
                OWN,
                "申请退出。须附文件的用 multipart/form-data 提交同名字段，文件放在 attachment",
            )
            .takes::<Leaving>()
            .makes("id"),
            post(ask).layer(limit()),
        )
        .api(
            Method::POST,
            "/api/v1/me/exits/{exit}/statement",
            PERSON,
            says(OWN, "陈述意见，以最后一次为准").takes::<Said>(),
            own_state,
        )
        .api(
            Method::POST,
            "/api/v1/me/exits/{exit}/withdraw",
            PERSON,
            says(OWN, "撤回本人的申请").takes::<Why>(),
            own_withdraw,
        )
}

/// Words with their files: a JSON body brings words only, a form the same words and its files.
struct WithFiles<T>(T, Vec<Upload>);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequest<S> for WithFiles<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let Body(words) = Body::<T>::from_request(request, state).await?;
            return Ok(Self(words, Vec::new()));
        }
        let body = Multipart::from_request(request, state)
            .await
            .map_err(|rejection| WebError::from_status(rejection.status()))?;
        let (form, files) = sent(body, "attachment").await?;
        let pairs = form.pairs().iter();
        let object = pairs.map(|(name, text)| (name.clone(), Value::String(text.clone())));
        let words = serde_json::from_value(Value::Object(object.collect())).map_err(|error| {
            let sentence =
                format!("表单不是这个接口要的内容（{error}）。请对照 /api/v1/openapi.json 改正。");
            WebError::Invalid(vec![Problem::new("", sentence)])
        })?;
        Ok(Self(words, files))
    }
}

/// 提出：ground 情形的代码（如 19-3），kind 种类（情形有几种的必填），reason 理由
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct NewCase(NewExit);

/// 通过当前环节
#[derive(Deserialize, ToSchema)]
struct StepTaken {
    /// 环节的名称，见事项的 next.label；与当前环节不符的不予办理
    #[serde(default)]
    step: String,
    /// 意见
    #[serde(default)]
    opinion: String,
    /// 文号
    #[serde(default)]
    document: String,
}

/// 当前环节不同意
#[derive(Deserialize, ToSchema)]
struct StepRefused {
    /// 环节的名称，见事项的 next.label
    #[serde(default)]
    step: String,
    /// 理由，告知本人
    #[serde(default)]
    reason: String,
}

/// 本人申请退出
#[derive(Deserialize, ToSchema)]
struct Leaving {
    /// 本人在专家库中的 id，见 asking
    #[schema(value_type = String)]
    expert: ExpertId,
    /// 理由
    #[serde(default)]
    reason: String,
}

/// 陈述意见
#[derive(Deserialize, ToSchema)]
struct Said {
    /// 内容
    #[serde(default)]
    statement: String,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let status = Some(visit.query.text("status")).filter(|code| !code.is_empty());
    let found = app
        .service
        .exits(here.ctx(), here.no, status.as_deref(), &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn raised(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    Ok(items(&app.service.raised_exits(here.ctx(), here.no).await?))
}

type At = (State<App>, InPool, Path<(i64, RecordId)>);

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    let view = app.service.exit(here.ctx(), here.no, id).await?;
    Ok(Json(view).into_response())
}

async fn letter(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .exit_letter(here.ctx(), here.no, id, file_of(&file)?)
        .await?;
    Ok(download(made))
}

async fn form(
    State(app): State<App>,
    here: InPool,
    Path((_, expert)): Path<(i64, ExpertId)>,
) -> Result<Response, WebError> {
    let form = app.service.exit_form(here.ctx(), here.no, expert).await?;
    Ok(Json(form).into_response())
}

async fn open(
    State(app): State<App>,
    here: InPool,
    Path((_, expert)): Path<(i64, ExpertId)>,
    WithFiles(NewCase(new), files): WithFiles<NewCase>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .open_exit(here.ctx(), here.no, expert, &new, files)
        .await?;
    Ok(made(id))
}

async fn add(
    (State(app), here, Path((_, id))): At,
    visit: Visit,
    bytes: Bytes,
) -> Result<Response, WebError> {
    let upload = Upload {
        name: visit.query.text("name"),
        bytes: bytes.to_vec(),
    };
    app.service
        .add_exit_document(here.ctx(), here.no, id, upload)
        .await?;
    Ok(done())
}

async fn read(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
    Body(asked): Body<WhatFor>,
) -> Result<Response, WebError> {
    let opened = app
        .service
        .open_exit_document(here.ctx(), here.no, id, file, &asked.purpose)
        .await?;
    Ok(download(opened))
}

async fn step(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<StepTaken>,
) -> Result<Response, WebError> {
    app.service
        .take_exit_step(
            here.ctx(),
            here.no,
            id,
            &sent.step,
            &sent.opinion,
            &sent.document,
        )
        .await?;
    Ok(done())
}

async fn refuse(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<StepRefused>,
) -> Result<Response, WebError> {
    app.service
        .refuse_exit(here.ctx(), here.no, id, &sent.step, &sent.reason)
        .await?;
    Ok(done())
}

async fn withdraw(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_exit(here.ctx(), here.no, id, &sent.reason)
        .await?;
    Ok(done())
}

/// A case as its expert's page shows it: the steps without the opinions of those who took them.
fn shown(own: &OwnExit) -> Value {
    let one = &own.exit;
    let steps = one.state.taken().iter();
    let steps: Vec<Value> = steps
        .map(|step| {
            serde_json::json!({ "step": step.step, "on": step.on, "document": step.document })
        })
        .collect();
    let why = match &one.state {
        Stands::Refused { no, .. } => Some(&no.opinion),
        Stands::Withdrawn { reason, .. } => Some(reason),
        Stands::Open { .. } | Stands::Left { .. } => None,
    };
    serde_json::json!({
        "id": one.id, "pool": own.pool_name, "number": one.number, "title": own.title,
        "ground": own.ground, "kind": one.kind, "reason": one.reason, "raised": one.raised,
        "state": one.state.code(), "steps": steps, "why": why, "next": own.next,
        "statement": one.statement, "documents": own.documents,
        "may_state": own.may_state, "may_withdraw": own.may_withdraw,
    })
}

async fn own_list(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    let (cases, asking) = app.service.own_exits(&session.ctx).await?;
    let cases: Vec<Value> = cases.iter().map(shown).collect();
    Ok(Json(serde_json::json!({ "items": cases, "asking": asking })).into_response())
}

async fn ask(
    State(app): State<App>,
    session: Session,
    WithFiles(sent, files): WithFiles<Leaving>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .ask_to_leave(&session.ctx, sent.expert, &sent.reason, files)
        .await?;
    Ok(made(id))
}

async fn own_state(
    State(app): State<App>,
    session: Session,
    Path(id): Path<RecordId>,
    Body(sent): Body<Said>,
) -> Result<Response, WebError> {
    app.service
        .state_on_exit(&session.ctx, id, &sent.statement)
        .await?;
    Ok(done())
}

async fn own_withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<RecordId>,
    Body(sent): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_own_exit(&session.ctx, id, &sent.reason)
        .await?;
    Ok(done())
}
