//! 专家组与答复 as data: who holds which seat, and what the office does about it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::engagement::Declaration;
use domain::id::{EngagementId, TaskId};
use serde::Deserialize;
use service::Error;
use service::engagements::FollowUp;
use service::invitations::answer_from;
use utoipa::ToSchema;

use super::{Body, done, items};
use crate::error::WebError;
use crate::files::{PDF, pdf};
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "专家组与答复";
const READ: Access = Access::Pool(Action::ReadPanel);
const NOTIFY: Access = Access::Pool(Action::NotifyExperts);

/// Routes of seats.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}/seats",
            READ,
            says(GROUP, "专家组（启封后）")
                .gives("items：姓名、单位、名额、第几轮、状态、电话答复、请假"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/call",
            NOTIFY,
            says(GROUP, "登记电话答复（第一人）").takes::<Call>(),
            record_call,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/call/confirm",
            Access::Pool(Action::ReadFrame),
            says(GROUP, "确认电话答复（第二人）").gives("state：名额现在的状态"),
            confirm_call,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/stop",
            Access::Pool(Action::StopExpert),
            says(GROUP, "发现应回避，停止专家参与，随即补抽").takes::<Found>(),
            stop,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/leave",
            Access::Pool(Action::AcceptLeave),
            says(GROUP, "受理请假"),
            accept_leave,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/follow-up",
            NOTIFY,
            says(GROUP, "空出的名额：补抽或减员").takes::<Arranged>(),
            follow_up,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}/posts",
            READ,
            says(GROUP, "专家组组长：谁可任、依据、谁不可任及原因").gives("items"),
            posts,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/post",
            Access::Pool(Action::AppointPost),
            says(GROUP, "设为专家组组长").takes::<Given>(),
            give_post,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/post/release",
            Access::Pool(Action::AppointPost),
            says(GROUP, "免去专家组组长").takes::<Released>(),
            release_post,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}/confirmation.pdf",
            READ,
            says(GROUP, "结果确认表").gives_file(PDF),
            confirmation,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}/sign-in.pdf",
            READ,
            says(GROUP, "签到表").gives_file(PDF),
            sign_in,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}/seats/{seat}/invitation.pdf",
            NOTIFY,
            says(GROUP, "邀请函").gives_file(PDF),
            invitation,
        )
}

type At = (State<App>, InPool, Path<(i64, TaskId)>);
type SeatAt = (State<App>, InPool, Path<(i64, TaskId, EngagementId)>);

/// The task is of this pool; one of another is as good as none.
async fn known(app: &App, here: &InPool, id: TaskId) -> Result<(), WebError> {
    let view = app.service.task(here.ctx(), id).await?;
    if view.task.pool == here.pool.id {
        Ok(())
    } else {
        Err(WebError::NotFound)
    }
}

/// The seat is of this task.
async fn seated(
    app: &App,
    here: &InPool,
    task: TaskId,
    seat: EngagementId,
) -> Result<(), WebError> {
    known(app, here, task).await?;
    let seats = app.service.seats(here.ctx(), task).await?;
    let known = seats.iter().any(|one| one.engagement.id == seat);
    known.then_some(()).ok_or(WebError::NotFound)
}

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    known(&app, &here, id).await?;
    let seats = app.service.seats(here.ctx(), id).await?;
    let lines: Vec<_> = seats
        .iter()
        .map(|seat| {
            let one = &seat.engagement;
            serde_json::json!({
                "id": one.id, "expert": one.expert, "name": seat.name, "employer": seat.employer,
                "demand": seat.demand, "round": one.round, "designated": one.draw.is_none(),
                "state": one.state.code(), "standing": one.state, "call": one.call,
                "post": seat.post, "leave_asked": one.leave_asked, "invited": seat.invited, "to_arrange": one.to_arrange,
            })
        })
        .collect();
    Ok(items(&lines))
}

/// 电话里的答复
#[derive(Deserialize, ToSchema)]
struct Call {
    /// accept 参加、decline 不能参加、recuse 需要回避
    #[serde(default)]
    answer: String,
    /// 参加的：已当面问过，没有应当回避的情形
    #[serde(default)]
    declared_none: bool,
    /// 不能参加的原因
    #[serde(default)]
    reason: Option<String>,
    /// 需要回避的情形：ground 情形的代码，note 事实
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    declared: Vec<Declaration>,
}

async fn record_call(
    (State(app), here, Path((_, task, seat))): SeatAt,
    Body(sent): Body<Call>,
) -> Result<Response, WebError> {
    seated(&app, &here, task, seat).await?;
    let answer = answer_from(&sent.answer, sent.declared_none, sent.reason, sent.declared)?;
    app.service.record_call(here.ctx(), seat, answer).await?;
    Ok(done())
}

async fn confirm_call(
    (State(app), here, Path((_, task, seat))): SeatAt,
) -> Result<Response, WebError> {
    seated(&app, &here, task, seat).await?;
    let state = app.service.confirm_call(here.ctx(), seat).await?;
    Ok(Json(serde_json::json!({ "state": state.code() })).into_response())
}

/// 发现的回避情形
#[derive(Deserialize, ToSchema)]
struct Found {
    /// 情形的代码，如 10-7
    ground: String,
    /// 事实
    #[serde(default)]
    note: String,
}

async fn stop(
    (State(app), here, Path((_, task, seat))): SeatAt,
    Body(sent): Body<Found>,
) -> Result<Response, WebError> {
    seated(&app, &here, task, seat).await?;
    let found = Declaration {
        ground: sent.ground,
        relation: None,
        note: sent.note,
    };
    app.service.stop_expert(here.ctx(), seat, found).await?;
    Ok(done())
}

async fn accept_leave(
    (State(app), here, Path((_, task, seat))): SeatAt,
) -> Result<Response, WebError> {
    seated(&app, &here, task, seat).await?;
    app.service.accept_leave(here.ctx(), seat).await?;
    Ok(done())
}

/// 空出的名额怎么办
#[derive(Deserialize, ToSchema)]
struct Arranged {
    /// top_up 补抽、reduce 减员
    follow: String,
    /// 理由
    #[serde(default)]
    reason: String,
}

async fn follow_up(
    (State(app), here, Path((_, task, seat))): SeatAt,
    Body(sent): Body<Arranged>,
) -> Result<Response, WebError> {
    let follow = match sent.follow.as_str() {
        "top_up" => FollowUp::TopUp,
        "reduce" => FollowUp::Reduce,
        other => {
            return Err(Error::field(
                "follow",
                format!("follow 写成了“{other}”，只能是 top_up 或 reduce。"),
            )
            .into());
        }
    };
    seated(&app, &here, task, seat).await?;
    app.service
        .arrange_follow_up(here.ctx(), seat, follow, &sent.reason)
        .await?;
    Ok(done())
}

async fn confirmation((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    known(&app, &here, id).await?;
    Ok(pdf(app.service.print_confirmation(here.ctx(), id).await?))
}

async fn sign_in((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    known(&app, &here, id).await?;
    Ok(pdf(app.service.print_sign_in(here.ctx(), id).await?))
}

async fn invitation(
    (State(app), here, Path((_, task, seat))): SeatAt,
) -> Result<Response, WebError> {
    seated(&app, &here, task, seat).await?;
    Ok(pdf(app.service.print_invitation(here.ctx(), seat).await?))
}

async fn posts((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    known(&app, &here, id).await?;
    Ok(items(&app.service.task_posts(here.ctx(), id).await?))
}

/// 设为组长
#[derive(Deserialize, ToSchema)]
struct Given {
    /// 职务在规则包中的编号，如 leader
    post: String,
    /// 按另一途径设立时的说明
    #[serde(default)]
    words: String,
}

async fn give_post(
    (State(app), here, Path((_, task, seat))): SeatAt,
    Body(sent): Body<Given>,
) -> Result<Response, WebError> {
    seated(&app, &here, task, seat).await?;
    app.service
        .give_post(here.ctx(), seat, &sent.post, &sent.words)
        .await?;
    Ok(done())
}

/// 免去组长
#[derive(Deserialize, ToSchema)]
struct Released {
    /// 理由
    reason: String,
}

async fn release_post(
    (State(app), here, Path((_, task, seat))): SeatAt,
    Body(sent): Body<Released>,
) -> Result<Response, WebError> {
    seated(&app, &here, task, seat).await?;
    app.service
        .release_post(here.ctx(), seat, &sent.reason)
        .await?;
    Ok(done())
}
