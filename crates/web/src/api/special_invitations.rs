//! 特约邀请 as data: proposed, signed, answered on paper or by the link of the letter, decided.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::id::{RecordId, TaskId};
use domain::special_invitation::State as Stands;
use jiff::civil::Date;
use serde::Deserialize;
use service::special_invitations::{Invited, Proposal};
use utoipa::ToSchema;

use super::{Body, Why, done, made, page_of, paged};
use crate::error::WebError;
use crate::files::{PDF, pdf};
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Origin};
use crate::special_invitations::{PROPOSE, READ, SIGN, answer_of, verdict_of};
use crate::state::App;

const GROUP: &str = "特约邀请";

/// Routes of special invitations.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/special-invitations",
            READ,
            says(GROUP, "特约邀请，新的在前")
                .paged()
                .asks(&[("status", "状态的代码")])
                .gives("items：邀请、专业领域、使用需求编号；next"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations",
            PROPOSE,
            says(GROUP, "提议特约邀请")
                .takes::<SpecialProposal>()
                .makes("id"),
            propose,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/special-invitations/{invitation}",
            READ,
            says(GROUP, "一项特约邀请").gives("邀请、状态、材料、本岗位现在可以办的步骤"),
            show,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/special-invitations/{invitation}/letter.pdf",
            READ,
            says(GROUP, "特约邀请函，签发后、答复前").gives_file(PDF),
            letter,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations/{invitation}/send",
            SIGN,
            says(GROUP, "签发并发出").takes::<SpecialSend>(),
            send,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations/{invitation}/refuse",
            SIGN,
            says(GROUP, "不予发出").takes::<Why>(),
            refuse,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations/{invitation}/withdraw",
            PROPOSE,
            says(GROUP, "撤回").takes::<Why>(),
            withdraw,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations/{invitation}/reply",
            Access::Pool(Action::NotifyExperts),
            says(GROUP, "登记书面答复").takes::<SpecialReply>(),
            reply,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations/{invitation}/materials",
            Access::Pool(Action::EditExperts),
            says(GROUP, "登记收到的入库资料").takes::<SpecialMaterials>(),
            materials,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations/{invitation}/decision",
            Access::Pool(Action::RecordDecision),
            says(
                GROUP,
                "登记会议审定；通过后凭 experts 接口的 invitation 字段入库",
            )
            .takes::<SpecialDecision>(),
            decide,
        )
        .api(
            Method::GET,
            "/api/v1/special-invitations/{token}",
            Access::Public,
            says("特约邀请（受邀人）", "凭函件中的链接查看邀请")
                .gives("专家库、专业领域、理由、签发方、答复期限、应交资料、状态"),
            by_link,
        )
        .api(
            Method::POST,
            "/api/v1/special-invitations/{token}",
            Access::Public,
            says("特约邀请（受邀人）", "凭链接答复")
                .takes::<SpecialAnswer>()
                .gives("state"),
            answer_by_link,
        )
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let status = Some(visit.query.text("status")).filter(|text| !text.is_empty());
    let statuses: Vec<String> = status.into_iter().collect();
    let (found, _) = app
        .service
        .special_invitations(here.ctx(), here.pool.id, &statuses, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

/// 提议
#[derive(Deserialize, ToSchema)]
struct SpecialProposal {
    /// 有关的使用需求；库管理方可以不写，为全库邀请
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    task: Option<TaskId>,
    /// 姓名
    #[serde(default)]
    name: String,
    /// 工作单位
    #[serde(default)]
    employer: String,
    /// 手机
    #[serde(default)]
    phone: String,
    /// 电子邮箱
    #[serde(default)]
    email: String,
    /// 专业领域的编号
    #[serde(default)]
    specialty: String,
    /// 为什么要邀请
    #[serde(default)]
    reason: String,
    /// 为什么是这位
    #[serde(default)]
    fitness: String,
}

async fn propose(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<SpecialProposal>,
) -> Result<Response, WebError> {
    let proposal = Proposal {
        task: sent.task,
        name: sent.name,
        employer: sent.employer,
        phone: sent.phone,
        email: sent.email,
        specialty: sent.specialty,
        reason: sent.reason,
        fitness: sent.fitness,
    };
    let id = app
        .service
        .propose_special_invitation(here.ctx(), here.pool.id, &proposal)
        .await?;
    Ok(made(id))
}

type At = (State<App>, InPool, Path<(i64, RecordId)>);

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(Json(app.service.special_invitation(here.ctx(), id).await?).into_response())
}

async fn letter((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app
        .service
        .print_special_invitation(here.ctx(), id)
        .await?))
}

/// 签发
#[derive(Deserialize, ToSchema)]
struct SpecialSend {
    /// 答复期限；不写按建议的日期
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reply_by: Option<Date>,
    /// 已知办法的效力状态，仍按此办理
    #[serde(default)]
    status_confirmed: bool,
}

async fn send(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<SpecialSend>,
) -> Result<Response, WebError> {
    app.service
        .send_special_invitation(here.ctx(), id, sent.reply_by, sent.status_confirmed)
        .await?;
    Ok(done())
}

async fn refuse(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .refuse_special_invitation(here.ctx(), id, &why.reason)
        .await?;
    Ok(done())
}

async fn withdraw(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_special_invitation(here.ctx(), id, &why.reason)
        .await?;
    Ok(done())
}

/// 书面答复
#[derive(Deserialize, ToSchema)]
struct SpecialReply {
    /// accept 接受、decline 谢绝
    #[serde(default)]
    answer: String,
    /// 谢绝的原因，可以不写
    #[serde(default)]
    reason: String,
    /// 书面答复的来源和存放处
    #[serde(default)]
    note: String,
}

async fn reply(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<SpecialReply>,
) -> Result<Response, WebError> {
    let answer = answer_of(&sent.answer, sent.reason)?;
    app.service
        .record_special_reply(here.ctx(), id, answer, &sent.note)
        .await?;
    Ok(done())
}

/// 收到的资料
#[derive(Deserialize, ToSchema)]
struct SpecialMaterials {
    /// 已收到的各项的 id，全部写出；没有写的视为还没有收到
    #[serde(default)]
    received: Vec<String>,
}

async fn materials(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<SpecialMaterials>,
) -> Result<Response, WebError> {
    app.service
        .receive_special_materials(here.ctx(), id, &sent.received)
        .await?;
    Ok(done())
}

/// 会议审定
#[derive(Deserialize, ToSchema)]
struct SpecialDecision {
    /// approved 通过、not_approved 不通过
    #[serde(default)]
    result: String,
    /// 不通过的理由
    #[serde(default)]
    reason: String,
    /// 会议纪要编号
    #[serde(default)]
    minutes: String,
    /// 会议日期
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    met_on: Option<Date>,
}

async fn decide(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<SpecialDecision>,
) -> Result<Response, WebError> {
    let verdict = verdict_of(&sent.result, sent.reason)?;
    app.service
        .decide_special_invitation(here.ctx(), id, verdict, &sent.minutes, sent.met_on)
        .await?;
    Ok(done())
}

fn line(one: &Invited) -> serde_json::Value {
    let invitation = &one.invitation;
    let reply_by = match &invitation.state {
        Stands::Sent { reply_by, .. } => Some(*reply_by),
        _ => None,
    };
    serde_json::json!({
        "number": invitation.number, "name": invitation.name, "state": invitation.state.code(),
        "pool": one.pool.pool.name, "phone": one.pool.pool.phone, "specialty": one.specialty,
        "reason": invitation.reason, "sign": one.sign, "reply_by": reply_by,
        "materials": one.materials, "then": one.then,
    })
}

async fn by_link(State(app): State<App>, Path(token): Path<String>) -> Result<Response, WebError> {
    Ok(Json(line(&app.service.invited(&token).await?)).into_response())
}

/// 受邀人的答复
#[derive(Deserialize, ToSchema)]
struct SpecialAnswer {
    /// accept 接受、decline 谢绝
    #[serde(default)]
    answer: String,
    /// 谢绝的原因，可以不写
    #[serde(default)]
    reason: String,
}

async fn answer_by_link(
    State(app): State<App>,
    origin: Origin,
    Path(token): Path<String>,
    Body(given): Body<SpecialAnswer>,
) -> Result<Response, WebError> {
    // Whether the link leads anywhere comes before what was sent.
    app.service.invited(&token).await?;
    let answer = answer_of(&given.answer, given.reason)?;
    let now = app
        .service
        .answer_special_invitation(&origin.network, &token, answer)
        .await?;
    Ok(Json(serde_json::json!({ "state": now.code() })).into_response())
}
