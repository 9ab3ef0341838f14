//! Applications for entry: listed, entered, completed, submitted, vetted. The person is sent as the form
//! spells it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::id::{FileId, RecordId, SpecialtyId};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};
use service::applications::{ApplicationQuery, Corrections};
use service::attachments::MOST_BYTES;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{Body, Why, done, fields_of, made, page_of, paged};
use crate::applications::{CONCLUDE, ENTER, HANDLE, READ, RECOMMEND, VET};
use crate::error::WebError;
use crate::files::download;
use crate::layout::Visit;
use crate::openapi::{object, says};
use crate::routes::Routes;
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "入库申请";

/// Routes of applications.
pub fn routes() -> Routes {
    let upload = post(attach).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/applications",
            READ,
            says(GROUP, "查询入库申请")
                .paged()
                .asks(&[
                    ("status", "draft、vetting、committee、classify、certificate、returned、refused、withdrawn、appointed"),
                    ("channel", "渠道的编号"),
                    ("q", "姓名的一部分"),
                ])
                .gives("items；next"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications",
            ENTER,
            says(GROUP, "录入入库申请（草稿）").takes::<ApplicationShape>().makes("id"),
            enter,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/applications/{id}",
            READ,
            says(GROUP, "一份入库申请").gives("申请、逐条条件、逐项材料、还缺什么、可以做什么"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}",
            ENTER,
            says(GROUP, "修改草稿或退回的申请").takes::<ApplicationShape>(),
            change,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/received",
            HANDLE,
            says(GROUP, "登记收到的材料").takes::<ReceivedMaterials>(),
            received,
        )
        .api_on(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/materials",
            HANDLE,
            says(GROUP, "上传材料：正文为文件内容")
                .asks(&[("place", "材料编号，分项的写成 材料/分项"), ("name", "文件名")])
                .takes_bytes("application/octet-stream")
                .makes("id"),
            upload,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/applications/{id}/materials/{file}",
            READ,
            says(GROUP, "打开材料（记入留痕）").gives_file("application/octet-stream"),
            open,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/materials/{file}/remove",
            HANDLE,
            says(GROUP, "移除材料"),
            detach,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/submit",
            ENTER,
            says(GROUP, "提交申请").gives("state：现在的环节"),
            submit,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/check",
            VET,
            says(GROUP, "核对需要人工确认的条件和名单").takes::<CheckedConditions>(),
            check,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/pass",
            VET,
            says(GROUP, "通过当前环节").takes::<Why>().gives("state：现在的环节"),
            pass,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/recommend",
            RECOMMEND,
            says(GROUP, "推荐单位出具推荐意见").takes::<Opinion>().gives("state：现在的环节"),
            recommend,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/applications/statistics",
            READ,
            says(GROUP, "入库统计").gives("channels：各入库方式的人数；relaxed：放宽条件的人员"),
            statistics,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/return",
            VET,
            says(GROUP, "退回补正").takes::<Correcting>(),
            give_back,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/refuse",
            CONCLUDE,
            says(GROUP, "不予通过").takes::<Why>(),
            refuse,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/withdraw",
            ENTER,
            says(GROUP, "申请人撤回").takes::<Why>(),
            withdraw,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/applications/{id}/classify",
            VET,
            says(GROUP, "分类入库").takes::<AssignedClasses>().gives("state：现在的环节"),
            classify,
        )
}

/// 一份入库申请，字段与申请表相同，另有 channel、received_on、notice、notice_closes、recommender、source、pledge、privacy；
/// 修改另需 version。
#[derive(Deserialize)]
#[serde(transparent)]
struct ApplicationShape(Map<String, Value>);

impl ToSchema for ApplicationShape {}

impl PartialSchema for ApplicationShape {
    fn schema() -> RefOr<Schema> {
        object(
            "一份入库申请，字段与申请表相同（见专家），另有 channel（渠道）、received_on、notice、notice_closes、recommender、source、pledge、privacy；修改另需 version，证件和联系方式不写即不变。",
            serde_json::json!({
                "channel": "self_nominated", "notice": "ZJ01-2022-0001", "notice_closes": "2022-06-30",
                "name": "何玉珍", "id_number": "440000199001010005", "mobile": "16400000001", "employer": "云津市机械厂",
                "title": [{ "name": "高级工程师", "level": "副高级" }], "declared": ["L1"], "pledge": true, "privacy": true
            }),
        )
    }
}

/// 逐项登记：given、opinion、sealed、valid_to、waived 之下以材料编号为名，part 之下为收到的分项。
#[derive(Deserialize)]
#[serde(transparent)]
struct ReceivedMaterials(Map<String, Value>);

impl ToSchema for ReceivedMaterials {}

impl PartialSchema for ReceivedMaterials {
    fn schema() -> RefOr<Schema> {
        object(
            "逐项登记：given、opinion、sealed、valid_to、waived 之下以材料编号为名，part 之下为收到的分项。没有写到的材料即没有收到。",
            serde_json::json!({
                "given": { "form1": true, "identity": true }, "opinion": { "form1": true }, "sealed": { "form1": true },
                "valid_to": { "identity": "2030-01-01" }, "part": { "certs": ["title_proof"] }
            }),
        )
    }
}

/// 核对：confirm 之下以条件编号为名，是否符合；register 之下以名单编号为名，clear 或 listed，register_source 为查询来源。
#[derive(Deserialize)]
#[serde(transparent)]
struct CheckedConditions(Map<String, Value>);

impl ToSchema for CheckedConditions {}

impl PartialSchema for CheckedConditions {
    fn schema() -> RefOr<Schema> {
        object(
            "核对：confirm 之下以条件编号为名，是否符合；register 之下以名单编号为名，clear 或 listed；register_source 为查询来源。",
            serde_json::json!({
                "confirm": { "L1": true, "L5": true }, "register": { "dishonesty": "clear" },
                "register_source": { "dishonesty": "信用中国网站" }
            }),
        )
    }
}

/// 退回补正
#[derive(Deserialize, ToSchema)]
struct Correcting {
    /// 要补正的项目
    #[serde(default)]
    corrections: Vec<CorrectionShape>,
    /// 补正期限，如 2022-06-30
    #[schema(value_type = Option<String>)]
    until: Option<Date>,
}

/// 推荐意见
#[derive(Deserialize, ToSchema)]
struct Opinion {
    /// 意见，代替书面意见和盖章
    #[serde(default)]
    opinion: String,
}

/// 一项补正
#[derive(Deserialize, ToSchema)]
struct CorrectionShape {
    /// 条件或材料的编号
    item: String,
    /// 原因
    reason: String,
}

/// 分类
#[derive(Deserialize, ToSchema)]
struct AssignedClasses {
    /// 专业领域的编号
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    specialties: Vec<SpecialtyId>,
    /// 职责
    #[serde(default)]
    duties: Vec<String>,
}

type At = (State<App>, InPool, Path<(i64, RecordId)>);

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let status = visit.query.text("status");
    let query = ApplicationQuery {
        statuses: Some(status)
            .filter(|code| !code.is_empty())
            .into_iter()
            .collect(),
        channel: visit.query.text("channel"),
        name: visit.query.text("q"),
    };
    let found = app
        .service
        .applications(here.ctx(), here.no, &query, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn enter(
    State(app): State<App>,
    here: InPool,
    Body(ApplicationShape(form)): Body<ApplicationShape>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .enter_application(here.ctx(), here.no, &fields_of(&form))
        .await?;
    Ok(made(id))
}

async fn show((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    let view = app.service.application(here.ctx(), here.no, id).await?;
    Ok(Json(view).into_response())
}

async fn change(
    (State(app), here, Path((_, id))): At,
    Body(ApplicationShape(form)): Body<ApplicationShape>,
) -> Result<Response, WebError> {
    let version = form.get("version").and_then(Value::as_i64);
    let version = version.ok_or(WebError::Unreadable)?;
    app.service
        .change_application(here.ctx(), here.no, id, version, &fields_of(&form))
        .await?;
    Ok(done())
}

async fn received(
    (State(app), here, Path((_, id))): At,
    Body(ReceivedMaterials(form)): Body<ReceivedMaterials>,
) -> Result<Response, WebError> {
    app.service
        .record_materials(here.ctx(), here.no, id, &fields_of(&form))
        .await?;
    Ok(done())
}

async fn attach(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, RecordId)>,
    bytes: Bytes,
) -> Result<Response, WebError> {
    let place = visit.query.text("place");
    let name = visit.query.text("name");
    let file = app
        .service
        .add_material(here.ctx(), here.no, id, &place, &name, bytes.to_vec())
        .await?;
    Ok(made(file))
}

async fn open(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
) -> Result<Response, WebError> {
    let opened = app
        .service
        .open_material(here.ctx(), here.no, id, file)
        .await?;
    Ok(download(opened))
}

async fn detach(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
) -> Result<Response, WebError> {
    app.service
        .remove_material(here.ctx(), here.no, id, file)
        .await?;
    Ok(done())
}

fn stands(state: &domain::application::State) -> Response {
    Json(serde_json::json!({ "state": state.code() })).into_response()
}

async fn submit((State(app), here, Path((_, id))): At) -> Result<Response, WebError> {
    let state = app
        .service
        .submit_application(here.ctx(), here.no, id)
        .await?;
    Ok(stands(&state))
}

async fn check(
    (State(app), here, Path((_, id))): At,
    Body(CheckedConditions(form)): Body<CheckedConditions>,
) -> Result<Response, WebError> {
    app.service
        .check_application(here.ctx(), here.no, id, &fields_of(&form))
        .await?;
    Ok(done())
}

async fn pass(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    let state = app
        .service
        .pass_application(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(stands(&state))
}

async fn recommend(
    (State(app), here, Path((_, id))): At,
    Body(said): Body<Opinion>,
) -> Result<Response, WebError> {
    let state = app
        .service
        .recommend_application(here.ctx(), here.no, id, &said.opinion)
        .await?;
    Ok(stands(&state))
}

async fn statistics(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let figures = app
        .service
        .admission_statistics(here.ctx(), here.no)
        .await?;
    Ok(Json(figures).into_response())
}

async fn give_back(
    (State(app), here, Path((_, id))): At,
    Body(asked): Body<Correcting>,
) -> Result<Response, WebError> {
    let corrections: Corrections = asked
        .corrections
        .into_iter()
        .map(|fix| (fix.item, fix.reason))
        .collect();
    app.service
        .return_application(here.ctx(), here.no, id, &corrections, asked.until)
        .await?;
    Ok(done())
}

async fn refuse(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .refuse_application(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn withdraw(
    (State(app), here, Path((_, id))): At,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_application(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn classify(
    (State(app), here, Path((_, id))): At,
    Body(classes): Body<AssignedClasses>,
) -> Result<Response, WebError> {
    let state = app
        .service
        .classify_application(
            here.ctx(),
            here.no,
            id,
            &classes.specialties,
            &classes.duties,
        )
        .await?;
    Ok(stands(&state))
}
