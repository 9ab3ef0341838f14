//! The three-party ceremony as data. No share of a party is made here: each makes its own and sends
//! first the commitment, then the share.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::draw_process::{Attempt, Party as Side, State as DrawState};
use domain::id::DrawId;
use serde::Deserialize;
use service::Error;
use service::draws::DrawView;
use utoipa::ToSchema;

use super::{Body, WhatFor, Why, items};
use crate::error::WebError;
use crate::files::{PDF, attachment, pdf};
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "三方抽取";
const READ: Access = Access::Pool(Action::ReadDraws);
const SHARE: Access = Access::AnyOf(&[
    Action::ShareAsManager,
    Action::ShareAsRequester,
    Action::ShareAsSupervisor,
]);
/// What every act answers with.
const STANDING: &str =
    "场次现在的状态：编号、第几次、frame_digest、各方是否已交密签、已揭示；启封后含 record";

/// Routes of draws.
pub fn routes() -> Routes {
    let ceremony = Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/draws/{draw}",
            READ,
            says(GROUP, "一次抽取")
                .gives("draw：场次；parties：本人可代表的一方；attempts：同一需求的历次抽取"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/commit",
            SHARE,
            says(
                GROUP,
                "交密签（对 frame_digest、本方名称和随机数的承诺，见 docs/draw-protocol.md）",
            )
            .takes::<Commitment>()
            .gives(STANDING),
            commit,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/reveal",
            SHARE,
            says(GROUP, "揭示密签；最后一方揭示后立即抽取；与指纹不符即作废")
                .takes::<Revelation>()
                .gives(STANDING),
            reveal,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/unseal",
            Access::Pool(Action::ProposeUnsealing),
            says(GROUP, "提请启封").gives(STANDING),
            propose_unsealing,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/unseal/confirm",
            Access::Pool(Action::ConfirmUnsealing),
            says(GROUP, "同意启封，邀请随即发出").gives(STANDING),
            confirm_unsealing,
        );
    let rest = Routes::new()
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/void",
            Access::Pool(Action::RunDraw),
            says(GROUP, "提请作废").takes::<Why>().gives(STANDING),
            propose_void,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/void/confirm",
            Access::Pool(Action::ConfirmVoid),
            says(GROUP, "确认作废").gives(STANDING),
            confirm_void,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/void/reject",
            Access::Pool(Action::ConfirmVoid),
            says(GROUP, "不同意作废").gives(STANDING),
            reject_void,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/draws/{draw}/frame",
            Access::Pool(Action::ReadFrame),
            says(
                GROUP,
                "候选范围：每个人为什么可抽、为什么不可抽（须写用途，记入留痕）",
            )
            .takes::<WhatFor>()
            .gives("items：姓名、结果、依据的条款和事实"),
            frame,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/draws/{draw}/record",
            READ,
            says(GROUP, "抽取记录，供 linxuan verify 复核").gives_file("application/json"),
            record,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/draws/{draw}/record.pdf",
            READ,
            says(GROUP, "抽取记录（打印）").gives_file(PDF),
            record_pdf,
        );
    ceremony.and(rest)
}

/// 一方的密签
#[derive(Deserialize, ToSchema)]
struct Commitment {
    /// manager 库管理方、requester 使用方、supervisor 纪检监督
    party: String,
    /// 密签，64 位十六进制
    commitment: String,
}

/// 一方揭示的随机数
#[derive(Deserialize, ToSchema)]
struct Revelation {
    /// manager 库管理方、requester 使用方、supervisor 纪检监督
    party: String,
    /// 随机数，64 位十六进制
    share: String,
}

type At = (State<App>, InPool, Path<(i64, DrawId)>);

/// A draw of this pool; one of another is as good as none.
async fn open(app: &App, here: &InPool, id: DrawId) -> Result<DrawView, WebError> {
    let view = app.service.draw(here.ctx(), id).await?;
    if view.attempt.pool == here.pool.id {
        Ok(view)
    } else {
        Err(WebError::NotFound)
    }
}

/// What a machine may know of an attempt: never more than the page of the same visitor.
fn summary(attempt: &Attempt) -> serde_json::Value {
    let record = match &attempt.state {
        DrawState::Unsealed { record, .. } => {
            serde_json::from_str::<serde_json::Value>(record).ok()
        }
        _ => None,
    };
    let given = attempt.handed_in();
    let committed = |side: Side| match &attempt.state {
        DrawState::Sealed { .. } | DrawState::Unsealed { .. } => true,
        _ => given.commitments.contains_key(&side),
    };
    let revealed = |side: Side| match &attempt.state {
        DrawState::Sealed { .. } | DrawState::Unsealed { .. } => true,
        _ => given.shares.contains_key(&side),
    };
    let mismatched = match &attempt.state {
        DrawState::Void { mismatched, .. } => mismatched.map(Side::code),
        _ => None,
    };
    let codes = |given: &dyn Fn(Side) -> bool| -> Vec<&'static str> {
        Side::ALL
            .into_iter()
            .filter(|side| given(*side))
            .map(Side::code)
            .collect()
    };
    serde_json::json!({
        "id": attempt.id, "number": attempt.number, "attempt": attempt.attempt, "rehearsal": attempt.rehearsal,
        "state": attempt.state.code(), "frame_digest": attempt.frame_digest.to_hex(), "scope": attempt.scope,
        "funnel": attempt.funnel, "candidates": attempt.candidates,
        "committed": codes(&committed), "revealed": codes(&revealed), "mismatched": mismatched,
        "void_proposed": attempt.void_proposed, "record": record,
    })
}

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    let view = open(&app, &here, id).await?;
    let parties: Vec<_> = view.parties.iter().map(|side| side.code()).collect();
    let attempts: Vec<_> = view
        .attempts
        .iter()
        .map(|one| {
            serde_json::json!({
                "id": one.id, "number": one.number, "attempt": one.attempt, "state": one.state.code(),
            })
        })
        .collect();
    Ok(Json(serde_json::json!({
        "draw": summary(&view.attempt), "task": view.task.id, "parties": parties, "attempts": attempts,
    }))
    .into_response())
}

async fn standing(app: &App, here: &InPool, id: DrawId) -> Result<Response, WebError> {
    Ok(Json(summary(&open(app, here, id).await?.attempt)).into_response())
}

fn side(code: &str) -> Result<Side, WebError> {
    Side::from_code(code).ok_or_else(|| {
        Error::field(
            "party",
            format!("party 写成了“{code}”，只能是 manager、requester 或 supervisor。"),
        )
        .into()
    })
}

async fn commit(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Commitment>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service
        .commit_share(here.ctx(), id, side(&sent.party)?, &sent.commitment)
        .await?;
    standing(&app, &here, id).await
}

async fn reveal(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Revelation>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service
        .reveal_share(here.ctx(), id, side(&sent.party)?, &sent.share)
        .await?;
    standing(&app, &here, id).await
}

async fn propose_unsealing((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.propose_unsealing(here.ctx(), id).await?;
    standing(&app, &here, id).await
}

async fn confirm_unsealing((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.confirm_unsealing(here.ctx(), id).await?;
    standing(&app, &here, id).await
}

async fn propose_void(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service
        .propose_void(here.ctx(), id, &why.reason)
        .await?;
    standing(&app, &here, id).await
}

async fn confirm_void((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.confirm_void(here.ctx(), id).await?;
    standing(&app, &here, id).await
}

async fn reject_void((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.reject_void(here.ctx(), id).await?;
    standing(&app, &here, id).await
}

async fn frame(
    (State(app), here, Path((_, id))): At,
    Body(what): Body<WhatFor>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    let lines = app
        .service
        .frame_lines(here.ctx(), id, &what.purpose)
        .await?;
    Ok(items(&lines))
}

async fn record((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    let (name, json) = app.service.draw_record(here.ctx(), id).await?;
    Ok(attachment("application/json", &name, json.into_bytes()))
}

async fn record_pdf((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    Ok(pdf(app.service.print_draw_record(here.ctx(), id).await?))
}
