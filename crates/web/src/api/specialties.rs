//! 专业领域 as data.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::id::SpecialtyId;
use serde::Deserialize;
use service::Error;
use utoipa::ToSchema;

use super::{Body, done, items, made};
use crate::error::WebError;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "专业领域";
const EDIT: Access = Access::Pool(Action::ManageSpecialties);

/// Routes of specialties.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/specialties",
            Access::Pool(Action::ReadExperts),
            says(GROUP, "专业领域").gives("items：名称、状态、人数、版本"),
            list,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/groups",
            Access::Pool(Action::ReadExperts),
            says(GROUP, "队伍与分组")
                .gives("divisions：队伍和各分类的组、人数；people：按人计；memberships：按队伍计"),
            groups,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/specialties",
            EDIT,
            says(GROUP, "新增专业领域")
                .takes::<NewSpecialty>()
                .makes("id"),
            add,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/specialties/{id}",
            EDIT,
            says(GROUP, "改名、移除、恢复").takes::<ChangedSpecialty>(),
            change,
        )
}

async fn list(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    Ok(items(&app.service.specialties(here.ctx(), here.no).await?))
}

async fn groups(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let groups = app.service.groups(here.ctx(), here.no).await?;
    Ok(Json(groups).into_response())
}

/// 新的专业领域
#[derive(Deserialize, ToSchema)]
struct NewSpecialty {
    /// 名称
    name: String,
    /// 理由
    #[serde(default)]
    reason: String,
}

async fn add(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<NewSpecialty>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .add_specialty(here.ctx(), here.no, &sent.name, &sent.reason)
        .await?;
    Ok(made(id))
}

/// 对一个专业领域的变更
#[derive(Deserialize, ToSchema)]
struct ChangedSpecialty {
    /// 读到的版本号
    version: i64,
    /// rename 改名、retire 移除、restore 恢复
    act: String,
    /// 新名称（改名时）
    #[serde(default)]
    name: String,
    /// 理由（移除、恢复时）
    #[serde(default)]
    reason: String,
}

async fn change(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
    Body(sent): Body<ChangedSpecialty>,
) -> Result<Response, WebError> {
    let id: SpecialtyId = id.parse().map_err(|_| WebError::NotFound)?;
    let (ctx, no, service) = (here.ctx(), here.no, &app.service);
    match sent.act.as_str() {
        "rename" => {
            service
                .rename_specialty(ctx, no, id, sent.version, &sent.name)
                .await?;
        }
        "retire" => {
            service
                .retire_specialty(ctx, no, id, sent.version, &sent.reason)
                .await?;
        }
        "restore" => {
            service
                .restore_specialty(ctx, no, id, sent.version, &sent.reason)
                .await?;
        }
        other => {
            return Err(Error::field(
                "act",
                format!("act 写成了“{other}”，只能是 rename、retire 或 restore。"),
            )
            .into());
        }
    }
    Ok(done())
}
