//! Forms and other papers as files: `{file}` is `pdf`, `docx` or `xlsx`.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use domain::actor::Action;
use domain::id::{ExpertId, RecordId};
use serde::Deserialize;
use service::papers::Shown;
use utoipa::ToSchema;

use super::{Body, WhatFor};
use crate::certificates::sent;
use crate::error::WebError;
use crate::files::download;
use crate::openapi::says;
use crate::papers::{self, PLAIN, file_of};
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "表格";
const FILE: &str = "application/octet-stream";

/// Routes of papers.
pub fn routes() -> Routes {
    let applications = Access::Pool(Action::ReadApplications);
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/public/notices/{number}/forms/{form}/{file}",
            Access::Public,
            says(GROUP, "公告所属专家库的空白表格；file 为 pdf、docx、xlsx").gives_file(FILE),
            papers::blank,
        )
        .api(
            Method::GET,
            "/api/v1/public/guide/{pool}/forms/{form}/{file}",
            Access::Public,
            says(GROUP, "专家库的空白表格；file 为 pdf、docx、xlsx").gives_file(FILE),
            papers::blank_in,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/applications/{id}/paper/{file}",
            applications,
            says(GROUP, "申请的表格，证件与联系方式打码").gives_file(FILE),
            papers::masked,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/paper/{file}",
            PLAIN,
            says(GROUP, "申请的表格，原文（须写用途，记入留痕）")
                .takes::<WhatFor>()
                .gives_file(FILE),
            plain,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/applications/{id}/approval/{file}",
            applications,
            says(GROUP, "入库审批表").gives_file(FILE),
            papers::approval,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/list/{file}",
            applications,
            says(GROUP, "推荐名单；写了用途的为原文（记入留痕），没写的打码")
                .takes::<ChosenApplications>()
                .gives_file(FILE),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/bundle",
            PLAIN,
            says(GROUP, "申请表和材料打包，附目录（须写用途，记入留痕）")
                .takes::<ChosenApplications>()
                .gives_file("application/zip"),
            bundle,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts/{id}/paper/{file}",
            Access::Pool(Action::ReadExperts),
            says(GROUP, "专家的申请表，证件与联系方式打码").gives_file(FILE),
            papers::masked_expert,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/paper/{file}",
            Access::Pool(Action::RevealIdentity),
            says(GROUP, "专家的申请表，原文（须写用途，记入留痕）")
                .takes::<WhatFor>()
                .gives_file(FILE),
            plain_expert,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/meetings/{id}/minutes/{file}",
            applications,
            says(GROUP, "会议审定纪要").gives_file(FILE),
            papers::minutes,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/postings/{id}/list/{file}",
            Access::Pool(Action::ReadPostings),
            says(GROUP, "公示名单，可编辑").gives_file(FILE),
            papers::posting,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/notices/{id}/docx",
            Access::Pool(Action::ReadNotices),
            says(GROUP, "征集公告，可编辑").gives_file(FILE),
            papers::notice,
        )
}

/// Which applications, and what for.
#[derive(Debug, Deserialize, ToSchema)]
struct ChosenApplications {
    /// 申请的 id
    #[schema(value_type = Vec<String>)]
    applications: Vec<RecordId>,
    /// 用途，记入留痕
    #[serde(default)]
    purpose: String,
}

async fn plain(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, String)>,
    Body(what): Body<WhatFor>,
) -> Result<Response, WebError> {
    let shown = Shown::Plain(&what.purpose);
    let made = app
        .service
        .application_form(here.ctx(), here.no, id, file_of(&file)?, shown)
        .await?;
    Ok(download(made))
}

async fn plain_expert(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, ExpertId, String)>,
    Body(what): Body<WhatFor>,
) -> Result<Response, WebError> {
    let shown = Shown::Plain(&what.purpose);
    let made = app
        .service
        .expert_form(here.ctx(), here.no, id, file_of(&file)?, shown)
        .await?;
    Ok(download(made))
}

async fn list(
    State(app): State<App>,
    here: InPool,
    Path((_, file)): Path<(i64, String)>,
    Body(what): Body<ChosenApplications>,
) -> Result<Response, WebError> {
    let shown = match what.purpose.trim() {
        "" => Shown::Masked,
        purpose => Shown::Plain(purpose),
    };
    let made = app
        .service
        .recommendation_list(
            here.ctx(),
            here.no,
            &what.applications,
            file_of(&file)?,
            shown,
        )
        .await?;
    Ok(download(made))
}

async fn bundle(
    State(app): State<App>,
    here: InPool,
    Body(what): Body<ChosenApplications>,
) -> Result<Response, WebError> {
    let pieces = app
        .service
        .bundle_applications(here.ctx(), here.no, &what.applications, &what.purpose)
        .await?;
    Ok(sent(pieces))
}
