//! 续聘 as data.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::id::{ExpertId, RecordId};
use domain::policy::pack::RenewalNeed;
use domain::policy::words::Word as _;
use domain::renewal::Checked;
use serde::Deserialize;
use service::renewals::{Decision, OwnRenewal, Verdict, View};
use utoipa::ToSchema;

use super::{DECIDE, EXPORT, READ, said};
use crate::api::{Body, WhatFor, done, items, paged};
use crate::error::WebError;
use crate::files::{XLSX, download};
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Origin, Session};
use crate::state::App;

const GROUP: &str = "续聘";
const OWN: &str = "续聘（专家本人）";

/// Routes of renewals as data.
pub(super) fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/renewals",
            READ,
            says(GROUP, "即将届满的专家，及其意愿和决定")
                .paged()
                .asks(&[(
                    "view",
                    "ending（默认）、over、silent、willing、unwilling、renewed、not_renewed",
                )])
                .gives("rows；next；until；needs 决定时须认定的；by；article"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/renewals",
            DECIDE,
            says(GROUP, "决定续聘与否，一人或多人")
                .takes::<RenewalDecision>()
                .gives("done；refused：姓名和理由"),
            decide,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/renewals/remind",
            DECIDE,
            says(GROUP, "催办未答复意愿的，一天一次").gives("count：通知的人数"),
            remind,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/renewals/export",
            EXPORT,
            says(GROUP, "导出名单")
                .asks(&[("view", "同上")])
                .takes::<WhatFor>()
                .gives_file(XLSX),
            export,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/renewals/{expert}",
            READ,
            says(GROUP, "一位专家的工作记录、复核的条件、现在不能续聘的理由")
                .gives("line；dossier；conditions；obstacles；next；terms；certificates；open"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/renewals/{expert}/will",
            DECIDE,
            says(GROUP, "登记本人以电话或书面表示的意愿").takes::<WillRecorded>(),
            record_will,
        )
        .api(
            Method::GET,
            "/api/v1/renewals/{token}",
            Access::Public,
            says(OWN, "凭消息中的链接查看").gives(SHOWN),
            by_link,
        )
        .api(
            Method::POST,
            "/api/v1/renewals/{token}",
            Access::Public,
            says(OWN, "凭链接答复是否愿意")
                .takes::<WillAnswer>()
                .gives("will"),
            answer_by_link,
        )
        .api(
            Method::GET,
            "/api/v1/me/renewals",
            Access::Person,
            says(OWN, "征求本人意愿的聘期").gives("items：与凭链接查看的相同，另有 id"),
            own,
        )
        .api(
            Method::POST,
            "/api/v1/me/renewals/{renewal}",
            Access::Person,
            says(OWN, "本人答复是否愿意")
                .takes::<WillAnswer>()
                .gives("will"),
            answer_own,
        )
}

const SHOWN: &str = "pool；name；article；term；will；state；asks_tail：答复时须给出证件号后四位";

/// One decision.
#[derive(Deserialize, ToSchema)]
struct RenewalDecision {
    /// 专家的 id，最多 200 个
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    experts: Vec<ExpertId>,
    /// renew 或 refuse
    verdict: String,
    /// 认定：review_passed、need、work_record
    #[serde(default)]
    given: Vec<String>,
    /// 理由，记入留痕
    #[serde(default)]
    reason: String,
    /// 重新核对的：what 为 register（名单，未列入）或 condition（条件，符合），id，basis 依据
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    checked: Vec<Checked>,
    /// 较短的聘期（年），办法只规定上限时可写
    #[serde(default)]
    years: Option<u16>,
    /// 已知办法的效力状态，仍按此决定
    #[serde(default)]
    status_confirmed: bool,
}

/// What an expert said at the desk.
#[derive(Deserialize, ToSchema)]
struct WillRecorded {
    /// willing 或 unwilling
    answer: String,
    /// 不愿意的原因
    #[serde(default)]
    reason: String,
    /// 怎样表示的，如 6月1日电话
    #[serde(default)]
    basis: String,
}

/// What an expert answers.
#[derive(Deserialize, ToSchema)]
struct WillAnswer {
    /// willing 或 unwilling
    answer: String,
    /// 不愿意的原因
    #[serde(default)]
    reason: String,
    /// 身份证号后四位，凭链接答复且 asks_tail 时须写
    #[serde(default)]
    id_tail: String,
}

fn view(visit: &Visit) -> View {
    View::named(&visit.query.text("view"))
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let page = paged(&visit)?;
    let list = app
        .service
        .renewals(here.ctx(), here.no, view(&visit), &page)
        .await?;
    Ok(Json(list).into_response())
}

async fn decide(
    State(app): State<App>,
    here: InPool,
    Body(asked): Body<RenewalDecision>,
) -> Result<Response, WebError> {
    let verdict = match asked.verdict.as_str() {
        "renew" => Verdict::Renew,
        "refuse" => Verdict::Refuse,
        other => {
            return Err(service::Error::field(
                "verdict",
                format!("verdict 应是 renew 或 refuse，现在是“{other}”。"),
            )
            .into());
        }
    };
    let needs = RenewalNeed::ALL.iter().copied();
    let given: Vec<RenewalNeed> = needs
        .filter(|need| asked.given.iter().any(|code| code == need.word()))
        .collect();
    let decision = Decision {
        experts: &asked.experts,
        verdict,
        given: &given,
        reason: &asked.reason,
        checked: &asked.checked,
        years: asked.years,
        status_confirmed: asked.status_confirmed,
    };
    let decided = app
        .service
        .decide_renewals(here.ctx(), here.no, &decision)
        .await?;
    Ok(Json(decided).into_response())
}

async fn remind(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let count = app.service.remind_renewals(here.ctx(), here.no).await?;
    Ok(Json(serde_json::json!({ "count": count })).into_response())
}

async fn export(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Body(asked): Body<WhatFor>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .export_renewals(here.ctx(), here.no, view(&visit), &asked.purpose)
        .await?;
    Ok(download(made))
}

async fn show(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, ExpertId)>,
) -> Result<Response, WebError> {
    let view = app.service.renewal(here.ctx(), here.no, id).await?;
    Ok(Json(view).into_response())
}

async fn record_will(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, ExpertId)>,
    Body(asked): Body<WillRecorded>,
) -> Result<Response, WebError> {
    let said = said(&asked.answer, &asked.reason)?;
    app.service
        .record_willingness(here.ctx(), here.no, id, said, &asked.basis)
        .await?;
    Ok(done())
}

fn shown(one: &OwnRenewal) -> serde_json::Value {
    serde_json::json!({
        "id": one.renewal.id, "pool": one.pool.pool.name, "name": one.name,
        "article": one.article, "term": one.renewal.term, "will": one.renewal.will.code(),
        "state": one.renewal.state.code(), "asks_tail": one.asks_tail,
    })
}

async fn by_link(State(app): State<App>, Path(token): Path<String>) -> Result<Response, WebError> {
    let one = app.service.renewal_by_link(&token).await?;
    Ok(Json(shown(&one)).into_response())
}

async fn answer_by_link(
    State(app): State<App>,
    Path(token): Path<String>,
    origin: Origin,
    Body(asked): Body<WillAnswer>,
) -> Result<Response, WebError> {
    let said = said(&asked.answer, &asked.reason)?;
    let will = app
        .service
        .answer_renewal_by_link(&origin.network, &token, &asked.id_tail, said)
        .await?;
    Ok(Json(serde_json::json!({ "will": will.code() })).into_response())
}

async fn own(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    let own = app.service.own_renewals(&session.ctx).await?;
    let own: Vec<serde_json::Value> = own.iter().map(shown).collect();
    Ok(items(&own))
}

async fn answer_own(
    State(app): State<App>,
    session: Session,
    Path(id): Path<RecordId>,
    Body(asked): Body<WillAnswer>,
) -> Result<Response, WebError> {
    let said = said(&asked.answer, &asked.reason)?;
    let will = app.service.answer_renewal(&session.ctx, id, said).await?;
    Ok(Json(serde_json::json!({ "will": will.code() })).into_response())
}
