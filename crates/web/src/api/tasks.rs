//! 使用需求 as data: filed, changed, reviewed, its chances computed, its frame frozen.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::id::TaskId;
use domain::task::{Request, Task};
use serde::Deserialize;
use service::tasks::TaskView;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{Body, Why, done, made, page_of, paged};
use crate::error::WebError;
use crate::layout::Visit;
use crate::openapi::{object, says};
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "使用需求";
const READ: Access = Access::Pool(Action::ReadTasks);
const FILE: Access = Access::Pool(Action::FileTask);
const REVIEW: Access = Access::Pool(Action::ReviewTask);
const CONSENT: Access = Access::Pool(Action::ConsentDesignation);

/// Routes of requests.
pub fn routes() -> Routes {
    let read = Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks",
            READ,
            says(GROUP, "使用需求，开始日晚的在前")
                .paged()
                .asks(&[("status", "只要这些状态的，可重复：filed、returned、accepted、drawing、drawn、published、closed、withdrawn"),
                ])
                .gives("items；next"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}",
            READ,
            says(GROUP, "一项需求").gives("task：内容和状态；version；draws：历次抽取的编号和状态"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/feasibility",
            READ,
            says(GROUP, "试算：按这些条件有多少人可抽，放宽哪一条影响多大")
                .takes::<Asked>()
                .gives("enough、逐步筛减、各组人数、可放宽的条件及其效果"),
            try_out,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}/feasibility",
            READ,
            says(GROUP, "已提出的需求现在有多少人可抽").gives("与试算相同"),
            feasibility,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/tasks/{task}/shortage",
            READ,
            says(GROUP, "人数不足时办到哪一步").gives("不足的名额和依办法可以采取的步骤；没有不足时为空"),
            shortage,
        );
    let write = Routes::new()
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks",
            FILE,
            says(GROUP, "提出使用需求").takes::<Asked>().makes("id"),
            file,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}",
            FILE,
            says(GROUP, "修改后重新提交退回的需求").takes::<Refiled>(),
            refile,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/accept",
            REVIEW,
            says(GROUP, "受理"),
            accept,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/return",
            REVIEW,
            says(GROUP, "退回修改").takes::<Why>(),
            send_back,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/withdraw",
            FILE,
            says(GROUP, "撤回").takes::<Why>(),
            withdraw,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/waive-rest",
            REVIEW,
            says(GROUP, "人数不足时恢复应暂停的专家").takes::<Why>(),
            waive_rest,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/close",
            REVIEW,
            says(GROUP, "办结"),
            close,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/consent",
            CONSENT,
            says(GROUP, "同意定向选用").takes::<Confirmed>(),
            consent,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/refuse",
            CONSENT,
            says(GROUP, "不同意定向选用").takes::<Why>(),
            refuse,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/tasks/{task}/freeze",
            Access::Pool(Action::RunDraw),
            says(
                GROUP,
                "封存候选名单，开始一次抽取；作废后再次封存即重新抽取",
            )
            .takes::<Confirmed>()
            .makes("id：抽取场次"),
            freeze,
        );
    read.and(write)
}

/// 一项需求。half_days 的 slot 为 morning、afternoon；venue 为 on_site、online；level 写作 {"at_least":"any"}、
/// {"at_least":"title","rung":"副高级"} 或 {"at_least":"skill","rung":"技师"}；没有回避要求须写明 nobody；定向选用时 mode
/// 写作 {"mode":"designated","ground":…,"why_not_random":…,"experts":[…]}。
#[derive(Deserialize)]
#[serde(transparent)]
struct Asked(Request);

impl ToSchema for Asked {}

impl PartialSchema for Asked {
    fn schema() -> RefOr<Schema> {
        object(
            "一项需求。half_days 的 slot 为 morning、afternoon；venue 为 on_site、online；level 写作 {\"at_least\":\"any\"}、{\"at_least\":\"title\",\"rung\":\"副高级\"} 或 {\"at_least\":\"skill\",\"rung\":\"技师\"}；没有回避要求须写明 nobody；定向选用时 mode写作 {\"mode\":\"designated\",\"ground\":…,\"why_not_random\":…,\"experts\":[…]}。",
            serde_json::json!({
                "content": "焊接项目评审", "scope": "考核评价", "kind": "8-4", "sub_kind": "项目评审",
                "half_days": [{ "date": "2022-06-20", "slot": "morning" }], "starts_at": "09:00",
                "place": "云岭区会议室", "venue": "on_site",
                "reviewed": [{
                    "organisation": { "name": "受评单位" }, "listed": false,
                    "people": [{ "name": "项目负责人甲", "leads": true }],
                    "call": { "guideline": "G1", "round": "2022-1" }
                }],
                "demands": [{
                    "label": "焊接组", "specialties": ["01890000-0000-7000-8000-000000000001"],
                    "level": { "at_least": "title", "rung": "副高级" }, "seats": 3, "reserves": 2
                }],
                "recusal": { "recusal": "nobody" }, "mode": { "mode": "random" }
            }),
        )
    }
}

/// 修改后的需求
#[derive(Deserialize, ToSchema)]
struct Refiled {
    /// 读到的版本号
    version: i64,
    /// 修改后的全部内容，与提出时相同
    request: Asked,
}

/// 办法已过有效期时的确认
#[derive(Deserialize, ToSchema)]
struct Confirmed {
    /// 已知悉办法现在的效力，仍要办理
    #[serde(default)]
    status_confirmed: bool,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let statuses: Vec<String> = visit.query.values("status").map(str::to_owned).collect();
    let found = app
        .service
        .tasks(here.ctx(), here.pool.id, &statuses, &paged(&visit)?)
        .await?;
    let items: Vec<Task> = found.items.into_iter().map(|row| row.task).collect();
    Ok(page_of(&items, found.next.as_deref()))
}

type At = (State<App>, InPool, Path<(i64, TaskId)>);

/// A task of this pool; one of another is as good as none.
async fn open(app: &App, here: &InPool, id: TaskId) -> Result<TaskView, WebError> {
    let view = app.service.task(here.ctx(), id).await?;
    if view.task.pool == here.pool.id {
        Ok(view)
    } else {
        Err(WebError::NotFound)
    }
}

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    let view = open(&app, &here, id).await?;
    let draws: Vec<_> = app
        .service
        .draws_of_task(here.ctx(), &view.task)
        .await?
        .iter()
        .map(|attempt| {
            serde_json::json!({
                "id": attempt.id, "number": attempt.number, "attempt": attempt.attempt, "state": attempt.state.code(),
            })
        })
        .collect();
    Ok(
        Json(serde_json::json!({ "task": view.task, "version": view.version, "draws": draws }))
            .into_response(),
    )
}

async fn try_out(
    State(app): State<App>,
    here: InPool,
    Body(Asked(request)): Body<Asked>,
) -> Result<Response, WebError> {
    let found = app
        .service
        .request_feasibility(here.ctx(), &here.open, &request)
        .await?;
    Ok(Json(found).into_response())
}

async fn feasibility((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    Ok(Json(app.service.task_feasibility(here.ctx(), id).await?).into_response())
}

async fn shortage((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    Ok(Json(app.service.shortage(here.ctx(), id).await?).into_response())
}

async fn file(
    State(app): State<App>,
    here: InPool,
    Body(Asked(request)): Body<Asked>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .file_task(here.ctx(), here.pool.id, request)
        .await?;
    Ok(made(id))
}

async fn refile(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Refiled>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    let Asked(request) = sent.request;
    app.service
        .refile_task(here.ctx(), id, sent.version, request)
        .await?;
    Ok(done())
}

async fn accept((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.accept_task(here.ctx(), id).await?;
    Ok(done())
}

async fn send_back(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.return_task(here.ctx(), id, &why.reason).await?;
    Ok(done())
}

async fn withdraw(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service
        .withdraw_task(here.ctx(), id, &why.reason)
        .await?;
    Ok(done())
}

async fn waive_rest(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.waive_rest(here.ctx(), id, &why.reason).await?;
    Ok(done())
}

async fn close((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service.close_task(here.ctx(), id).await?;
    Ok(done())
}

async fn consent(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Confirmed>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service
        .consent_designation(here.ctx(), id, sent.status_confirmed)
        .await?;
    Ok(done())
}

async fn refuse(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    app.service
        .refuse_designation(here.ctx(), id, &why.reason)
        .await?;
    Ok(done())
}

async fn freeze(
    (State(app), here, Path((_, id))): At,
    Body(sent): Body<Confirmed>,
) -> Result<Response, WebError> {
    open(&app, &here, id).await?;
    let draw = app
        .service
        .freeze_frame(here.ctx(), id, sent.status_confirmed)
        .await?;
    Ok(made(draw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_description_is_a_request() {
        let schema = serde_json::to_value(<Asked as PartialSchema>::schema()).expect("json");
        let example = schema["examples"][0].clone();
        let Asked(request) = serde_json::from_value(example).expect("a request");
        assert_eq!((request.seats(), request.reviewed.len()), (3, 1));
    }
}
