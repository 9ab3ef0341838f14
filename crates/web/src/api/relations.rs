//! 回避关系 of an expert.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use domain::actor::Action;
use domain::id::{ExpertId, RelationId};
use serde::Deserialize;
use service::relations::RelationDraft;
use utoipa::ToSchema;

use super::experts::Removal;
use super::{Body, done, items, made};
use crate::error::WebError;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "回避关系";
const EDIT: Access = Access::Pool(Action::EditRelations);

/// Routes of relations.
pub fn routes() -> Routes {
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts/{id}/relations",
            Access::Pool(Action::ReadExperts),
            says(GROUP, "一位专家的回避关系").gives("items：种类、对方、起止、版本"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/relations",
            EDIT,
            says(GROUP, "登记回避关系").takes::<Relation>().makes("id"),
            add,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/relations/{relation}/end",
            EDIT,
            says(GROUP, "关系结束").takes::<End>(),
            end,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/relations/{relation}/remove",
            EDIT,
            says(GROUP, "撤销误登记的关系").takes::<Removal>(),
            remove,
        )
}

/// 一项回避关系
#[derive(Deserialize, ToSchema)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Relation {
    /// 种类的代码
    kind: String,
    /// 对方：organisation 单位、person 个人、call 同期申报的项目
    with: String,
    /// 单位全称
    organisation: String,
    /// 单位编号
    organisation_id: String,
    /// 姓名
    person: String,
    /// 指南
    guideline: String,
    /// 批次
    round: String,
    /// 起
    from: String,
    /// 止；空或“至今”为仍存在
    to: String,
    /// 说明
    note: String,
}

impl Relation {
    /// As the use cases take it.
    pub(crate) fn draft(self) -> RelationDraft {
        RelationDraft {
            kind: self.kind,
            with: self.with,
            organisation: self.organisation,
            organisation_id: self.organisation_id,
            person: self.person,
            guideline: self.guideline,
            round: self.round,
            from: self.from,
            to: self.to,
            note: self.note,
        }
    }
}

fn expert(id: &str) -> Result<ExpertId, WebError> {
    id.parse().map_err(|_| WebError::NotFound)
}

fn ids(id: &str, relation: &str) -> Result<(ExpertId, RelationId), WebError> {
    let relation = relation.parse().map_err(|_| WebError::NotFound)?;
    Ok((expert(id)?, relation))
}

async fn list(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let rows = app
        .service
        .relations_of(here.ctx(), here.no, expert(&id)?)
        .await?;
    Ok(items(&rows))
}

async fn add(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
    Body(sent): Body<Relation>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .add_relation(here.ctx(), here.no, expert(&id)?, &sent.draft())
        .await?;
    Ok(made(id))
}

/// 结束
#[derive(Deserialize, ToSchema)]
struct End {
    /// 读到的版本号
    version: i64,
    /// 最后一天
    to: String,
}

async fn end(
    State(app): State<App>,
    here: InPool,
    Path((_, id, relation)): Path<(i64, String, String)>,
    Body(sent): Body<End>,
) -> Result<Response, WebError> {
    let (id, relation) = ids(&id, &relation)?;
    app.service
        .end_relation(here.ctx(), here.no, id, relation, sent.version, &sent.to)
        .await?;
    Ok(done())
}

async fn remove(
    State(app): State<App>,
    here: InPool,
    Path((_, id, relation)): Path<(i64, String, String)>,
    Body(sent): Body<Removal>,
) -> Result<Response, WebError> {
    let (id, relation) = ids(&id, &relation)?;
    app.service
        .remove_relation(
            here.ctx(),
            here.no,
            id,
            relation,
            sent.version,
            &sent.why.reason,
        )
        .await?;
    Ok(done())
}
