//! 我要申报 as data: by phone or mailbox, then by the link behind it. What an applicant reads is theirs:
//! nothing of what the office notes is in it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::application::State as Stands;
use domain::id::RecordId;
use serde::Deserialize;
use serde_json::{Map, Value};
use service::applications::online::{Opening, OwnApplication, Section};
use service::attachments::MOST_BYTES;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{Body, Why, done, fields_of, made};
use crate::error::WebError;
use crate::files::PDF;
use crate::layout::Visit;
use crate::limits::Kind;
use crate::openapi::{object, says};
use crate::public_postings::visitor;
use crate::routes::{Access, Routes};
use crate::session::Origin;
use crate::state::App;

const GROUP: &str = "我要申报（申请人）";

/// Routes of applications in the applicant's own hand.
pub fn routes() -> Routes {
    let upload = post(attach).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    let public = Access::Public;
    Routes::new()
        .api(
            Method::POST,
            "/api/v1/public/applications",
            public,
            says(
                GROUP,
                "向手机或邮箱发送链接和验证码；不写 channel 的为继续填报",
            )
            .takes::<Asking>()
            .gives("ticket、sent_to"),
            ask,
        )
        .api(
            Method::POST,
            "/api/v1/public/applications/code",
            public,
            says(GROUP, "输入验证码").takes::<Coded>().gives("token"),
            enter_code,
        )
        .api(
            Method::GET,
            "/api/v1/applicants/{token}",
            public,
            says(GROUP, "凭链接查看本人的申报").gives("contact、begins、applications"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/applicants/{token}",
            public,
            says(GROUP, "开始填报").takes::<Agreeing>().makes("id"),
            begin,
        )
        .api(
            Method::GET,
            "/api/v1/applicants/{token}/{application}",
            public,
            says(GROUP, "一份申报").gives("编号、状态、各部分、还缺什么、补正、回执、证书"),
            show,
        )
        .api(
            Method::GET,
            "/api/v1/applicants/{token}/{application}/certificate",
            public,
            says(GROUP, "聘任后的证书").gives_file(PDF),
            crate::papers::own_certificate,
        )
        .api(
            Method::POST,
            "/api/v1/applicants/{token}/{application}/sections/{section}",
            public,
            says(GROUP, "保存一部分，不论是否有误")
                .takes::<SectionShape>()
                .gives("problems"),
            save,
        )
        .api_on(
            Method::POST,
            "/api/v1/applicants/{token}/{application}/materials",
            public,
            says(GROUP, "上传材料：正文为文件内容")
                .asks(&[
                    ("place", "材料编号，分项的写成 材料/分项"),
                    ("name", "文件名"),
                ])
                .takes_bytes("application/octet-stream")
                .makes("id"),
            upload,
        )
        .api(
            Method::POST,
            "/api/v1/applicants/{token}/{application}/submit",
            public,
            says(GROUP, "提交").gives("回执：number、at、recipient、station"),
            submit,
        )
        .api(
            Method::POST,
            "/api/v1/applicants/{token}/{application}/hand-over",
            public,
            says(GROUP, "交推荐单位").gives("unit"),
            hand_over,
        )
        .api(
            Method::POST,
            "/api/v1/applicants/{token}/{application}/withdraw",
            public,
            says(GROUP, "撤回").takes::<Why>(),
            withdraw,
        )
}

/// 手机或邮箱
#[derive(Deserialize, ToSchema)]
struct Asking {
    /// 专家库编号
    #[serde(default)]
    pool: i64,
    /// 征集公告编号
    #[serde(default)]
    notice: String,
    /// 渠道；不写的为继续填报
    #[serde(default)]
    channel: String,
    /// 手机或电子邮箱
    #[serde(default)]
    contact: String,
}

/// 验证码
#[derive(Deserialize, ToSchema)]
struct Coded {
    /// 获取验证码时得到的 ticket
    #[serde(default)]
    ticket: String,
    /// 6 位验证码
    #[serde(default)]
    code: String,
}

/// 开始填报
#[derive(Deserialize, ToSchema)]
struct Agreeing {
    /// 已阅知个人信息处理告知
    #[serde(default)]
    privacy: bool,
}

/// 一部分的内容，字段与申请表相同。
#[derive(Deserialize)]
#[serde(transparent)]
struct SectionShape(Map<String, Value>);

impl ToSchema for SectionShape {}

impl PartialSchema for SectionShape {
    fn schema() -> RefOr<Schema> {
        object(
            "申请表一部分的内容，字段与申请表相同（见专家）；不属于这一部分的字段不保存。",
            serde_json::json!({ "name": "何玉珍", "id_number": "440000199001010005" }),
        )
    }
}

async fn ask(
    State(app): State<App>,
    origin: Origin,
    Body(asked): Body<Asking>,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Filing, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let ctx = visitor(&app, &origin);
    let sent = if asked.channel.is_empty() {
        app.service
            .find_own_applications(&ctx, &asked.contact)
            .await?
    } else {
        let opening = Opening {
            pool: asked.pool,
            notice: asked.notice,
            channel: asked.channel,
            contact: asked.contact,
        };
        app.service.open_own_application(&ctx, &opening).await?
    };
    Ok(Json(sent).into_response())
}

async fn enter_code(
    State(app): State<App>,
    origin: Origin,
    Body(coded): Body<Coded>,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Secret, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let ctx = visitor(&app, &origin);
    let token = app
        .service
        .enter_contact_code(&ctx, &coded.ticket, &coded.code)
        .await?;
    Ok(Json(serde_json::json!({ "token": token })).into_response())
}

async fn list(State(app): State<App>, Path(token): Path<String>) -> Result<Response, WebError> {
    let all = app.service.own_applications(&token).await?;
    let lines: Vec<Value> = all
        .applications
        .iter()
        .map(|line| {
            serde_json::json!({
                "id": line.id, "number": line.number, "pool": line.pool,
                "channel": line.channel, "state": line.state.code(), "begun": line.begun,
            })
        })
        .collect();
    let answer = serde_json::json!({
        "contact": all.contact, "begins": all.begins, "applications": lines,
    });
    Ok(Json(answer).into_response())
}

async fn begin(
    State(app): State<App>,
    origin: Origin,
    Path(token): Path<String>,
    Body(agreeing): Body<Agreeing>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .begin_own_application(&origin.address, &token, agreeing.privacy)
        .await?;
    Ok(made(id))
}

/// What an applicant may know of the application.
fn line(own: &OwnApplication) -> Value {
    let one = &own.view.application;
    let (corrections, until) = match &one.state {
        Stands::Returned {
            corrections, until, ..
        } => (corrections.as_slice(), *until),
        _ => (&[][..], None),
    };
    let materials: Vec<Value> = own
        .view
        .materials
        .iter()
        .map(|line| {
            serde_json::json!({
                "id": line.id, "label": line.label, "article": line.citation,
                "verdict": line.verdict, "sentence": line.sentence, "parts": line.parts,
            })
        })
        .collect();
    serde_json::json!({
        "number": one.number, "channel": own.view.channel, "state": one.state.code(),
        "hand": own.hand, "sections": own.sections, "problems": own.problems,
        "materials": materials, "corrections": corrections, "until": until,
        "in_the_way": own.view.in_the_way, "receipt": own.receipt,
        "certificate": own.certificate,
    })
}

type At = Path<(String, RecordId)>;

async fn show(State(app): State<App>, Path((token, id)): At) -> Result<Response, WebError> {
    let own = app.service.own_application(&token, id).await?;
    Ok(Json(line(&own)).into_response())
}

async fn save(
    State(app): State<App>,
    origin: Origin,
    Path((token, id, section)): Path<(String, RecordId, String)>,
    Body(SectionShape(form)): Body<SectionShape>,
) -> Result<Response, WebError> {
    let section = Section::from_code(&section).ok_or(WebError::NotFound)?;
    let problems = app
        .service
        .save_own_section(&origin.address, &token, id, section, &fields_of(&form))
        .await?;
    Ok(Json(serde_json::json!({ "problems": problems })).into_response())
}

async fn attach(
    State(app): State<App>,
    origin: Origin,
    visit: Visit,
    Path((token, id)): At,
    bytes: Bytes,
) -> Result<Response, WebError> {
    let (place, name) = (visit.query.text("place"), visit.query.text("name"));
    let file = app
        .service
        .add_own_material(&origin.address, &token, id, (&place, &name, bytes.to_vec()))
        .await?;
    Ok(made(file))
}

async fn submit(
    State(app): State<App>,
    origin: Origin,
    Path((token, id)): At,
) -> Result<Response, WebError> {
    let receipt = app
        .service
        .submit_own_application(&origin.address, &token, id)
        .await?;
    Ok(Json(receipt).into_response())
}

async fn hand_over(
    State(app): State<App>,
    origin: Origin,
    Path((token, id)): At,
) -> Result<Response, WebError> {
    let unit = app
        .service
        .hand_over_own_application(&origin.address, &token, id)
        .await?;
    Ok(Json(serde_json::json!({ "unit": unit })).into_response())
}

async fn withdraw(
    State(app): State<App>,
    origin: Origin,
    Path((token, id)): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_own_application(&origin.address, &token, id, &why.reason)
        .await?;
    Ok(done())
}
