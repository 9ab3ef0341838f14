//! 信息集中更新 as data: run by the manager, answered by the link of a message or in one's own name.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::campaign::{Change, Said};
use domain::id::{CampaignId, ExpertId};
use jiff::civil::Date;
use serde::Deserialize;
use service::campaigns::OwnUpdate;
use service::papers::PaperFile;
use utoipa::ToSchema;

use super::{Body, done, items, made};
use crate::error::WebError;
use crate::files::download;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Origin, Session};
use crate::state::App;

const GROUP: &str = "信息集中更新";
const OWN: &str = "信息集中更新（专家本人）";
const RUN: Access = Access::Pool(Action::RunCampaign);
/// Experts of one answer.
const ROWS: u32 = 50;

/// Routes of campaigns.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/campaigns",
            RUN,
            says(GROUP, "历次集中更新").gives("items；duty：本年度应办未办的"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/campaigns",
            RUN,
            says(GROUP, "启动集中更新，逐人通知")
                .takes::<CampaignStart>()
                .makes("id"),
            start,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/campaigns/{campaign}",
            RUN,
            says(GROUP, "一次集中更新及各人的答复")
                .asks(&[
                    ("status", "只要这种答复的"),
                    ("after", "上一页最后一位专家的编号"),
                ])
                .gives("campaign；answers"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/campaigns/{campaign}/remind",
            RUN,
            says(GROUP, "催办未答复的专家，一天一次").gives("count：通知的人数"),
            remind,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/campaigns/{campaign}/close",
            RUN,
            says(GROUP, "结束集中更新"),
            close,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/campaigns/{campaign}/export",
            RUN,
            says(GROUP, "导出各人的答复")
                .takes::<CampaignExport>()
                .gives_file(PaperFile::Xlsx.media_type()),
            export,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/campaigns/{campaign}/experts/{expert}",
            RUN,
            says(GROUP, "登记一位专家的变化已办理").takes::<UpdateEntered>(),
            enter,
        )
        .api(
            Method::GET,
            "/api/v1/updates/{token}",
            Access::Public,
            says(OWN, "凭消息中的链接查看待确认的信息").gives(SHOWN),
            by_link,
        )
        .api(
            Method::POST,
            "/api/v1/updates/{token}",
            Access::Public,
            says(OWN, "凭链接答复")
                .takes::<UpdateAnswer>()
                .gives("answer"),
            answer_by_link,
        )
        .api(
            Method::GET,
            "/api/v1/me/updates",
            Access::Person,
            says(OWN, "本人待确认的信息").gives("items：与凭链接查看的相同"),
            own,
        )
        .api(
            Method::POST,
            "/api/v1/me/updates/{campaign}",
            Access::Person,
            says(OWN, "本人答复")
                .takes::<UpdateAnswer>()
                .gives("answer"),
            answer_own,
        )
}

const SHOWN: &str = "campaign、截止日期、持有的资料、可以申报变化的项目、已有的答复";

async fn list(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let items = app.service.campaigns(here.ctx(), here.pool.id).await?;
    let duty = app.service.yearly_duty(here.ctx(), here.pool.id).await?;
    Ok(Json(serde_json::json!({ "items": items, "duty": duty })).into_response())
}

/// 启动
#[derive(Deserialize, ToSchema)]
struct CampaignStart {
    /// 截止日期，今天以后、本年以内
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    closes_on: Option<Date>,
    /// 本年度已经组织过，仍再组织一次
    #[serde(default)]
    again: bool,
}

async fn start(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<CampaignStart>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .start_campaign(here.ctx(), here.pool.id, sent.closes_on, sent.again)
        .await?;
    Ok(made(id))
}

type At = (State<App>, InPool, Path<(i64, CampaignId)>);

async fn show((State(app), here, Path((_, id))): At, visit: Visit) -> Result<Response, WebError> {
    let line = app.service.campaign(here.ctx(), id).await?;
    let wanted = visit.query.text("status");
    let wanted = Some(wanted.as_str()).filter(|code| !code.is_empty());
    let after: Option<ExpertId> = visit.query.value("after").parse().ok();
    let answers = app
        .service
        .campaign_answers(here.ctx(), id, wanted, after, ROWS)
        .await?;
    Ok(Json(serde_json::json!({ "campaign": line, "answers": answers })).into_response())
}

async fn remind((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    let count = app.service.remind_campaign(here.ctx(), id).await?;
    Ok(Json(serde_json::json!({ "count": count })).into_response())
}

async fn close((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    app.service.close_campaign(here.ctx(), id).await?;
    Ok(done())
}

/// 导出
#[derive(Deserialize, ToSchema)]
struct CampaignExport {
    /// 只要这种答复的：silent 未答复、unchanged 无变化、changed 有变化、entered 已办理；不写为全部
    #[serde(default)]
    status: String,
    /// 用途，记入留痕
    #[serde(default)]
    purpose: String,
}

async fn export(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<CampaignExport>,
) -> Result<Response, WebError> {
    let wanted = Some(sent.status.as_str()).filter(|code| !code.is_empty());
    let made = app
        .service
        .export_campaign(here.ctx(), id, wanted, &sent.purpose)
        .await?;
    Ok(download(made))
}

/// 办理
#[derive(Deserialize, ToSchema)]
struct UpdateEntered {
    /// 怎样办理的，记入留痕
    #[serde(default)]
    note: String,
}

async fn enter(
    State(app): State<App>,
    here: InPool,
    Path((_, id, expert)): Path<(i64, CampaignId, ExpertId)>,
    Body(sent): Body<UpdateEntered>,
) -> Result<Response, WebError> {
    app.service
        .enter_update(here.ctx(), id, expert, &sent.note)
        .await?;
    Ok(done())
}

/// 答复
#[derive(Deserialize, ToSchema)]
struct UpdateAnswer {
    /// unchanged 无变化、changed 有变化
    #[serde(default)]
    answer: String,
    /// 有变化时逐项写明：field 项目，now 现在是什么
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    changes: Vec<Change>,
    /// 凭链接答复且要求核对时：身份证号码末四位
    #[serde(default)]
    id_tail: String,
}

fn said(answer: &str, changes: Vec<Change>) -> service::Result<Said> {
    match answer {
        "unchanged" => Ok(Said::Unchanged),
        "changed" => Ok(Said::Changed(changes)),
        _ => Err(service::Error::field(
            "answer",
            "没有写明答复。answer 应是 unchanged（没有变化）或 changed（有变化并写明）。",
        )),
    }
}

fn line(one: &OwnUpdate) -> serde_json::Value {
    let fields = one
        .fields
        .iter()
        .map(|(field, proof)| serde_json::json!({ "field": field, "proof": proof }));
    serde_json::json!({
        "campaign": one.campaign.id, "year": one.campaign.year, "closes_on": one.campaign.closes_on,
        "pool": one.pool.pool.name, "name": one.name, "held": one.held,
        "fields": fields.collect::<Vec<_>>(), "answer": one.answer, "asks_tail": one.asks_tail,
    })
}

async fn by_link(State(app): State<App>, Path(token): Path<String>) -> Result<Response, WebError> {
    Ok(Json(line(&app.service.update_by_link(&token).await?)).into_response())
}

async fn answer_by_link(
    State(app): State<App>,
    origin: Origin,
    Path(token): Path<String>,
    Body(given): Body<UpdateAnswer>,
) -> Result<Response, WebError> {
    // Whether the link leads anywhere comes before what was sent.
    app.service.update_by_link(&token).await?;
    let said = said(&given.answer, given.changes)?;
    let now = app
        .service
        .answer_update_by_link(&origin.network, &token, &given.id_tail, said)
        .await?;
    Ok(Json(serde_json::json!({ "answer": now })).into_response())
}

async fn own(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    let found = app.service.own_updates(&session.ctx).await?;
    Ok(items(&found.iter().map(line).collect::<Vec<_>>()))
}

async fn answer_own(
    State(app): State<App>,
    session: Session,
    Path(id): Path<CampaignId>,
    Body(given): Body<UpdateAnswer>,
) -> Result<Response, WebError> {
    let asked = app.service.own_updates(&session.ctx).await?;
    if !asked.iter().any(|one| one.campaign.id == id) {
        return Err(WebError::NotFound);
    }
    let said = said(&given.answer, given.changes)?;
    let now = app.service.answer_update(&session.ctx, id, said).await?;
    Ok(Json(serde_json::json!({ "answer": now })).into_response())
}
