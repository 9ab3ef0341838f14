//! 聘书 as data: cohorts, issuing with its progress, what becomes of one, the public check of a code.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::id::RecordId;
use serde::Deserialize;
use service::certificates::Order;
use utoipa::ToSchema;

use super::{Body, Why, done, made, page_of, paged};
use crate::certificates::{ISSUE, bundle};
use crate::error::WebError;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "聘书";

/// Routes of certificates.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/certificates",
            ISSUE,
            says(GROUP, "聘书")
                .paged()
                .asks(&[("q", "姓名的一部分")])
                .gives("items；next"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/certificates",
            ISSUE,
            says(GROUP, "颁发聘书，不写 applications 即全部待颁发的")
                .takes::<IssueOrder>()
                .makes("id"),
            issue,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/cohorts",
            ISSUE,
            says(GROUP, "届").gives("all、next、article；办法没有规定届的为 null"),
            cohorts,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/cohorts",
            ISSUE,
            says(GROUP, "开届；第一届须写 from，以后各届从上一届期满次日开始")
                .takes::<CohortOrder>()
                .makes("id"),
            open_cohort,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/issuances/{issuance}",
            ISSUE,
            says(GROUP, "一批颁发的进度").gives("total、done、left、refused、printed"),
            progress,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/issuances/{issuance}/certificates.zip",
            ISSUE,
            says(GROUP, "一批证书打包，一人一份 PDF，附目录").gives("zip"),
            bundle,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/certificates/{certificate}/reissue",
            ISSUE,
            says(GROUP, "补发（编号不变）").takes::<Why>(),
            reissue,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/certificates/{certificate}/revoke",
            ISSUE,
            says(GROUP, "注销").takes::<Why>(),
            revoke,
        )
        .api(
            Method::GET,
            "/api/v1/public/certificates/{code}",
            Access::Public,
            says(GROUP, "核验聘书")
                .gives("编号、姓名、聘期、standing：valid、not_yet、expired、ended、revoked；ended_on：失效之日"),
            check,
        )
}

/// 颁发
#[derive(Deserialize, ToSchema)]
struct IssueOrder {
    /// 申请的编号；不写即全部待颁发的
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    applications: Vec<RecordId>,
    /// 届中临时增补的工作需要
    #[serde(default)]
    need: String,
    /// 已知办法的效力状态，仍按此颁发
    #[serde(default)]
    status_confirmed: bool,
}

/// What opening a cohort takes.
#[derive(Deserialize, ToSchema)]
struct CohortOrder {
    /// 第一届的第一天；以后各届不写
    #[schema(value_type = Option<String>)]
    from: Option<jiff::civil::Date>,
}

async fn cohorts(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    Ok(Json(app.service.cohorts(here.ctx(), here.no).await?).into_response())
}

async fn open_cohort(
    State(app): State<App>,
    here: InPool,
    Body(asked): Body<CohortOrder>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .open_cohort(here.ctx(), here.no, asked.from)
        .await?;
    Ok(made(id))
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let name = visit.query.text("q");
    let found = app
        .service
        .certificates(here.ctx(), here.no, &name, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn issue(
    State(app): State<App>,
    here: InPool,
    Body(asked): Body<IssueOrder>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .issue_certificates(
            here.ctx(),
            here.no,
            Order {
                chosen: &asked.applications,
                need: &asked.need,
                status_confirmed: asked.status_confirmed,
            },
        )
        .await?;
    Ok(made(id))
}

async fn progress(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
) -> Result<Response, WebError> {
    let batch = app.service.issuance(here.ctx(), here.no, id).await?;
    Ok(Json(batch).into_response())
}

async fn reissue(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .reissue_certificate(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn revoke(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .revoke_certificate(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn check(State(app): State<App>, Path(code): Path<String>) -> Result<Response, WebError> {
    let ctx = app.service.visitor("", "");
    let one = app.service.check_certificate(&ctx, &code).await?;
    Ok(Json(one).into_response())
}
