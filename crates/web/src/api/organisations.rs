//! 单位 as data.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::id::OrganisationId;
use serde::Deserialize;
use service::organisations::OrganisationDraft;
use utoipa::ToSchema;

use super::{Body, done, made, page_of, paged};
use crate::error::WebError;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "单位";
const READ: Access = Access::Pool(Action::ReadRelations);
const EDIT: Access = Access::Pool(Action::EditRelations);

/// Routes of organisations.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/organisations",
            READ,
            says(GROUP, "查询单位")
                .paged()
                .asks(&[
                    ("q", "名称、拼音、首字母、统一社会信用代码"),
                    ("kind", "单位属性，可重复"),
                ])
                .gives("items：单位和版本；next"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/organisations",
            EDIT,
            says(GROUP, "登记单位").takes::<Organisation>().makes("id"),
            add,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/organisations/{id}",
            READ,
            says(GROUP, "一个单位").gives("单位和版本"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/organisations/{id}",
            EDIT,
            says(GROUP, "变更单位").takes::<ChangedOrganisation>(),
            change,
        )
}

/// 单位
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct Organisation {
    /// 全称
    name: String,
    /// 统一社会信用代码
    credit_code: String,
    /// 单位属性
    kind: String,
    /// 上市公司
    listed: bool,
    /// 行政事业单位
    public_body: bool,
    /// 联系人
    contact: String,
}

impl Organisation {
    fn draft(self) -> OrganisationDraft {
        OrganisationDraft {
            name: self.name,
            credit_code: self.credit_code,
            kind: self.kind,
            listed: self.listed,
            public_body: self.public_body,
            contact: self.contact,
        }
    }
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let kinds = visit.query.values("kind").map(str::to_owned).collect();
    let (page, _) = app
        .service
        .organisations(
            here.ctx(),
            here.no,
            visit.query.value("q"),
            kinds,
            &paged(&visit)?,
        )
        .await?;
    Ok(page_of(&page.items, page.next.as_deref()))
}

async fn add(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<Organisation>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .add_organisation(here.ctx(), here.no, &sent.draft())
        .await?;
    Ok(made(id))
}

fn organisation(id: &str) -> Result<OrganisationId, WebError> {
    id.parse().map_err(|_| WebError::NotFound)
}

async fn show(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let found = app
        .service
        .organisation(here.ctx(), here.no, organisation(&id)?)
        .await?;
    Ok(Json(found).into_response())
}

/// 变更后的单位
#[derive(Deserialize, ToSchema)]
struct ChangedOrganisation {
    /// 读到的版本号
    version: i64,
    #[serde(flatten)]
    organisation: Organisation,
}

async fn change(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
    Body(sent): Body<ChangedOrganisation>,
) -> Result<Response, WebError> {
    app.service
        .change_organisation(
            here.ctx(),
            here.no,
            organisation(&id)?,
            sent.version,
            &sent.organisation.draft(),
        )
        .await?;
    Ok(done())
}
