//! Experts: listed, added, changed, suspended and explained. An expert is sent as the form spells it:
//! fields by name, tables as lists of objects.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::actor::Action;
use domain::id::{ExpertId, FileId};
use serde::Deserialize;
use serde_json::{Map, Value};
use service::attachments::MOST_BYTES;
use service::experts::{BatchAct, Chosen, ExpertQuery};
use service::exports::ExportForm;
use service::list::Count;
use service::{Error, Problem};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{Body, WhatFor, Why, done, fields_of, items, made, paged};
use crate::error::WebError;
use crate::experts::fields;
use crate::files::download;
use crate::layout::Visit;
use crate::openapi::{object, says};
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const GROUP: &str = "专家";
const READ: Access = Access::Pool(Action::ReadExperts);
const EDIT: Access = Access::Pool(Action::EditExperts);
const REVEAL: Access = Access::Pool(Action::RevealIdentity);

/// Routes of experts.
pub fn routes() -> Routes {
    let upload = post(attach).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts",
            READ,
            says(GROUP, "查询专家")
                .paged()
                .asks(&[
                    ("q", "姓名、拼音、首字母、编号"),
                    ("employer", "工作单位的一部分"),
                    ("specialty", "专业领域的编号"),
                    ("team", "队伍的编号；none：队伍未定"),
                    ("duty", "职责、专家组等第二分类的一个值"),
                    ("level", "如 title:副高级、skill:技师"),
                    ("status", "active、expired、suspended、left"),
                    ("term_to", "聘期在这一天以前届满"),
                    ("id4", "证件末四位"),
                    ("sort", "name、number，前加 - 为倒序"),
                ])
                .gives("items；next；count：符合的人数；count_is_exact：人数是否准确"),
            list,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts",
            EDIT,
            says(GROUP, "直接登记专家（依会议纪要或原名册）")
                .takes::<Form>()
                .makes("id"),
            add,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts/{id}",
            READ,
            says(GROUP, "一位专家").gives("资料（证件和联系方式已打码）、状态、两个版本号"),
            show,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}",
            EDIT,
            says(GROUP, "变更专家资料")
                .takes::<Form>()
                .gives("items：改了哪些"),
            change,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/batch",
            EDIT,
            says(GROUP, "批量暂停、恢复、增加专业领域")
                .takes::<Batch>()
                .gives("done：办成几人；left_out：没有办的人和原因"),
            batch,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/export",
            Access::Pool(Action::ExportExperts),
            says(GROUP, "导出名单")
                .takes::<Export>()
                .gives_file("application/octet-stream"),
            export,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts/{id}/eligibility",
            READ,
            says(GROUP, "入库条件逐条判断").gives("逐条：结论、事实、条款"),
            eligibility,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts/{id}/history",
            READ,
            says(GROUP, "经历：入库、变更、抽取、参与").gives("items"),
            history,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/reveal",
            REVEAL,
            says(GROUP, "查看证件号码和联系方式原文（须写用途，记入留痕）")
                .takes::<WhatFor>()
                .gives("id_number、phone、email、address"),
            reveal,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/experts/{id}/attachments",
            READ,
            says(GROUP, "附件目录").gives("items"),
            attachments,
        )
        .api_on(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/attachments",
            EDIT,
            says(GROUP, "上传附件：正文为文件内容")
                .asks(&[("kind", "附件种类"), ("name", "文件名")])
                .takes_bytes("application/octet-stream")
                .makes("id"),
            upload,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/attachments/{file}/open",
            REVEAL,
            says(GROUP, "打开附件（须写用途，记入留痕）")
                .takes::<WhatFor>()
                .gives_file("application/octet-stream"),
            open,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/experts/{id}/attachments/{file}/remove",
            EDIT,
            says(GROUP, "删除附件").takes::<Removal>(),
            detach,
        )
}

/// 一位专家，字段与登记表相同。表格写成对象的数组（title、skill、education、work、achievement、honour），多选写成数组
/// （specialty、duty、task_kinds、declared、reviewed），是否写成 true、false（flag 之下）。新增另需 basis、basis_on；
/// 变更另需 version、person_version、reason，证件和联系方式不写即不变。
#[derive(Deserialize)]
#[serde(transparent)]
struct Form(Map<String, Value>);

impl ToSchema for Form {}

impl PartialSchema for Form {
    fn schema() -> RefOr<Schema> {
        object(
            "一位专家，字段与登记表相同。表格写成对象的数组（title、skill、education、work、achievement、honour），多选写成数组（specialty、duty、task_kinds、declared、reviewed），是否写成 true、false（flag 之下）。新增另需 basis、basis_on；变更另需 version、person_version、reason，证件和联系方式不写即不变。",
            serde_json::json!({
                "name": "何玉珍", "id_number": "440000199001010005", "mobile": "16400000001", "employer": "云津市机械厂",
                "specialty": ["01890000-0000-7000-8000-000000000001"], "title": [{ "name": "高级工程师", "level": "副高级" }],
                "education": [{ "level": "本科", "school": "云津大学", "major": "焊接技术" }],
                "work": [{ "employer": "云津市机械厂", "post": "工程师", "from": "2008-07", "to": "" }],
                "flag": { "ETHICS": true }, "basis": "云人社纪〔2022〕3号", "basis_on": "2022-06-01"
            }),
        )
    }
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let query = ExpertQuery::of(&fields(&visit.query));
    let found = app
        .service
        .experts(here.ctx(), here.no, &query, &paged(&visit)?)
        .await?;
    if !found.problems.is_empty() {
        return Err(Error::Invalid(found.problems).into());
    }
    let (count, exact) = match found.count {
        Count::Exactly(count) => (count, true),
        Count::AtLeast(count) => (count, false),
    };
    Ok(Json(serde_json::json!({
        "items": found.rows, "next": found.next, "count": count, "count_is_exact": exact,
    }))
    .into_response())
}

fn expert(id: &str) -> Result<ExpertId, WebError> {
    id.parse().map_err(|_| WebError::NotFound)
}

async fn add(
    State(app): State<App>,
    here: InPool,
    Body(Form(form)): Body<Form>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .add_expert(here.ctx(), here.no, &fields_of(&form))
        .await?;
    Ok(made(id))
}

async fn show(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let found = app
        .service
        .expert(here.ctx(), here.no, expert(&id)?)
        .await?;
    Ok(Json(found).into_response())
}

async fn change(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
    Body(Form(form)): Body<Form>,
) -> Result<Response, WebError> {
    let version = |name: &'static str| {
        form.get(name).and_then(Value::as_i64).ok_or_else(|| {
            Error::field(
                name,
                format!("没有写 {name}。请先读取这位专家，把读到的版本号写在这里。"),
            )
        })
    };
    let versions = (version("version")?, version("person_version")?);
    let changed = app
        .service
        .change_expert(
            here.ctx(),
            here.no,
            expert(&id)?,
            versions,
            &fields_of(&form),
        )
        .await?;
    Ok(items(&changed))
}

/// 哪些专家：ids 或 query
#[derive(Deserialize, ToSchema)]
struct Whom {
    /// 专家编号
    #[serde(default)]
    ids: Vec<String>,
    /// 查询条件，与查询专家的参数相同；写了即对查到的每一位办理
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    query: Option<Map<String, Value>>,
}

impl Whom {
    fn chosen(&self) -> Result<Chosen, WebError> {
        if let Some(query) = &self.query {
            return Ok(Chosen::Query(Box::new(ExpertQuery::of(&fields_of(query)))));
        }
        let ids: Result<Vec<ExpertId>, WebError> = self.ids.iter().map(|id| expert(id)).collect();
        Ok(Chosen::Ticked(ids?))
    }
}

/// 批量办理
#[derive(Deserialize, ToSchema)]
struct Batch {
    #[serde(flatten)]
    whom: Whom,
    /// suspend 暂停抽取、resume 恢复抽取、specialty 增加专业领域
    act: String,
    /// 理由
    #[serde(default)]
    reason: String,
    /// 暂停到哪一天；不写即到手动恢复为止
    #[serde(default)]
    until: String,
    /// 增加的专业领域
    #[serde(default)]
    specialty: String,
}

async fn batch(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<Batch>,
) -> Result<Response, WebError> {
    let act = match sent.act.as_str() {
        "suspend" => BatchAct::Suspend {
            until: sent.until.clone(),
        },
        "resume" => BatchAct::Resume,
        "specialty" => BatchAct::AddSpecialty {
            specialty: sent
                .specialty
                .parse()
                .map_err(|_| Error::field("specialty", "没有这个专业领域。请写专业领域的编号。"))?,
        },
        other => {
            return Err(Error::field(
                "act",
                format!("act 写成了“{other}”，只能是 suspend、resume 或 specialty。"),
            )
            .into());
        }
    };
    let report = app
        .service
        .run_expert_batch(
            here.ctx(),
            here.no,
            &sent.whom.chosen()?,
            &act,
            &sent.reason,
        )
        .await?;
    Ok(Json(report).into_response())
}

/// 导出
#[derive(Deserialize, ToSchema)]
struct Export {
    #[serde(flatten)]
    whom: Whom,
    /// xlsx、csv、summary.xlsx、summary.pdf
    form: String,
    /// 用途
    #[serde(default)]
    purpose: String,
}

async fn export(
    State(app): State<App>,
    here: InPool,
    Body(sent): Body<Export>,
) -> Result<Response, WebError> {
    let form = ExportForm::ALL
        .into_iter()
        .find(|form| form.code() == sent.form)
        .ok_or_else(|| {
            WebError::from(Error::Invalid(vec![Problem::new(
                "form",
                "form 只能是 xlsx、csv、summary.xlsx 或 summary.pdf。",
            )]))
        })?;
    let made = app
        .service
        .export_experts(
            here.ctx(),
            here.no,
            &sent.whom.chosen()?,
            form,
            &sent.purpose,
        )
        .await?;
    Ok(download(made))
}

async fn eligibility(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let card = app
        .service
        .expert_eligibility(here.ctx(), here.no, expert(&id)?)
        .await?;
    Ok(Json(card).into_response())
}

async fn history(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let lines = app
        .service
        .expert_history(here.ctx(), here.no, expert(&id)?)
        .await?;
    Ok(items(&lines))
}

async fn reveal(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
    Body(what): Body<WhatFor>,
) -> Result<Response, WebError> {
    let plain = app
        .service
        .reveal_expert(here.ctx(), here.no, expert(&id)?, &what.purpose)
        .await?;
    Ok(Json(plain).into_response())
}

async fn attachments(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let rows = app
        .service
        .attachments(here.ctx(), here.no, expert(&id)?)
        .await?;
    Ok(items(&rows))
}

async fn attach(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
    visit: Visit,
    bytes: Bytes,
) -> Result<Response, WebError> {
    let (kind, name) = (visit.query.text("kind"), visit.query.text("name"));
    let file = app
        .service
        .add_attachment(
            here.ctx(),
            here.no,
            expert(&id)?,
            &kind,
            &name,
            bytes.to_vec(),
        )
        .await?;
    Ok(made(file))
}

fn file(id: &str) -> Result<FileId, WebError> {
    id.parse().map_err(|_| WebError::NotFound)
}

async fn open(
    State(app): State<App>,
    here: InPool,
    Path((_, id, kept)): Path<(i64, String, String)>,
    Body(what): Body<WhatFor>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .open_attachment(
            here.ctx(),
            here.no,
            expert(&id)?,
            file(&kept)?,
            &what.purpose,
        )
        .await?;
    Ok(download(made))
}

/// 删除
#[derive(Deserialize, ToSchema)]
pub(crate) struct Removal {
    /// 读到的版本号
    pub(crate) version: i64,
    #[serde(flatten)]
    pub(crate) why: Why,
}

async fn detach(
    State(app): State<App>,
    here: InPool,
    Path((_, id, kept)): Path<(i64, String, String)>,
    Body(sent): Body<Removal>,
) -> Result<Response, WebError> {
    app.service
        .remove_attachment(
            here.ctx(),
            here.no,
            expert(&id)?,
            file(&kept)?,
            sent.version,
            &sent.why.reason,
        )
        .await?;
    Ok(done())
}
