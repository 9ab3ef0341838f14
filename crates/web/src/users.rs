//! 账号: what the system administrator does with accounts; pages and JSON.

use askama::Template;
use axum::extract::{Json, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::account::AccountStatus;
use domain::actor::Action;
use domain::id::AccountId;
use serde::{Deserialize, Serialize};
use service::accounts::{AccountLine, Device, GrantLine, NewAccount};
use service::sessions::SessionLine;
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::components::{Link, Status};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::login::LinksPage;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

const NEEDS: Access = Access::System(Action::ManageAccounts);

/// Routes of accounts.
pub fn routes() -> Routes {
    Routes::new()
        .get("/settings/users", NEEDS, list)
        .post("/settings/users", NEEDS, create)
        .get("/settings/users/{account}", NEEDS, show)
        .post("/settings/users/{account}/disable", NEEDS, disable)
        .post("/settings/users/{account}/enable", NEEDS, enable)
        .post("/settings/users/{account}/unlock", NEEDS, unlock)
        .post("/settings/users/{account}/reset", NEEDS, reset)
        .post(
            "/settings/users/{account}/sessions/end",
            NEEDS,
            end_sessions,
        )
        .get("/api/v1/accounts", NEEDS, api_list)
        .post("/api/v1/accounts", NEEDS, api_create)
        .get("/api/v1/accounts/{account}", NEEDS, api_show)
        .post("/api/v1/accounts/{account}/disable", NEEDS, api_disable)
        .post("/api/v1/accounts/{account}/enable", NEEDS, api_enable)
        .post("/api/v1/accounts/{account}/reset", NEEDS, api_reset)
}

/// A role with its pool and, where it counts for some teams only, whose they are.
#[must_use]
pub(crate) fn grant_words(grant: &GrantLine) -> String {
    let role = grant.role.zh();
    match (grant.pool_name.as_str(), grant.party_name.as_str()) {
        ("", _) => role.to_owned(),
        (pool, "") => format!("{role}（{pool}）"),
        (pool, party) => format!("{role}（{pool}，只管{party}的队伍）"),
    }
}

/// An account as lists show it.
pub(crate) struct Row {
    pub(crate) line: AccountLine,
    pub(crate) status: Status,
    pub(crate) roles: Vec<String>,
    pub(crate) seen: String,
}

pub(crate) fn row(line: AccountLine) -> Row {
    let status = match (line.status, line.locked_until, line.password) {
        (AccountStatus::Disabled, ..) => Status::stopped("停用"),
        (_, Some(until), _) => {
            Status::stopped(format!("有网络被锁定至 {}", page::moment_short(until)))
        }
        (_, None, false) => Status::waiting("待本人设置密码"),
        (AccountStatus::MustChangePassword, None, true) => Status::waiting("待修改密码"),
        (AccountStatus::Active, None, true) => Status::good("启用"),
    };
    Row {
        status,
        roles: line.grants.iter().map(grant_words).collect(),
        seen: line
            .seen_at
            .map_or_else(|| "—".to_owned(), page::moment_short),
        line,
    }
}

#[derive(Template)]
#[template(path = "users/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<Row>,
    query: FormState,
    form: FormState,
    next: Option<String>,
}

async fn page_of(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let name = Some(visit.query.text("name")).filter(|name| !name.is_empty());
    let after = visit.query.after();
    let (lines, next) = app.service.accounts(&session.ctx, name, after).await?;
    Ok(ListPage {
        layout: session.layout(app, visit, "账号").judged(&form),
        rows: lines.into_iter().map(row).collect(),
        next: next.map(|cursor| {
            format!(
                "/settings/users?name={}&after={cursor}",
                crate::error::escape_query(&visit.query.text("name"))
            )
        }),
        query: visit.query.clone(),
        form,
    })
}

async fn list(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&page_of(&app, &session, &visit, FormState::blank()).await?)
}

async fn create(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let new = NewAccount {
        login: form.text("login"),
        name: form.text("new_name"),
        unit: form.text("unit"),
        ..NewAccount::default()
    };
    match app.service.create_account(&session.ctx, &new).await {
        Ok((_, link)) => links(&app, &session, &visit, "账号已建好", link),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&page_of(&app, &session, &visit, form).await?)
        }
    }
}

/// Shown in the answer itself and not after a redirect: the link is stored nowhere.
fn links(
    app: &App,
    session: &Session,
    visit: &Visit,
    heading: &str,
    link: service::accounts::OneTimeLink,
) -> Result<Response, WebError> {
    let layout = session.layout(app, visit, heading);
    page::page(&LinksPage::new(
        layout,
        heading,
        vec![link],
        Link::new("回到账号", "/settings/users"),
    ))
}

#[derive(Template)]
#[template(path = "users/show.html")]
struct ShowPage {
    layout: Layout,
    row: Row,
    sessions: Vec<(SessionLine, String)>,
    own: bool,
}

async fn show(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = account(&id)?;
    let line = app.service.account(&session.ctx, id).await?;
    let sessions = app.service.sessions(&session.ctx, id).await?;
    page::page(&ShowPage {
        layout: session
            .layout(&app, &visit, line.name.clone())
            .under(&[("账号", "/settings/users")]),
        own: session.account == id,
        row: row(line),
        sessions: sessions
            .into_iter()
            .map(|line| (line.clone(), page::moment_short(line.seen_at)))
            .collect(),
    })
}

/// An id that is none is an account that does not exist.
pub(crate) fn account(id: &str) -> Result<AccountId, WebError> {
    id.parse().map_err(|_| WebError::NotFound)
}

fn back(id: AccountId) -> Response {
    page::see_other(&format!("/settings/users/{id}"))
}

async fn disable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = account(&id)?;
    app.service.disable_account(&session.ctx, id).await?;
    Ok(back(id))
}

async fn enable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = account(&id)?;
    app.service.enable_account(&session.ctx, id).await?;
    Ok(back(id))
}

async fn unlock(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = account(&id)?;
    app.service.unlock_account(&session.ctx, id).await?;
    Ok(back(id))
}

async fn reset(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    Path(id): Path<String>,
    form: FormState,
) -> Result<Response, WebError> {
    let device = if form.holds("device", "lost") {
        Device::Lost
    } else {
        Device::Kept
    };
    let link = app
        .service
        .reset_account(&session.ctx, account(&id)?, device)
        .await?;
    links(&app, &session, &visit, "密码已重置", link)
}

async fn end_sessions(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = account(&id)?;
    app.service.end_sessions(&session.ctx, id).await?;
    Ok(back(id))
}

// --- JSON ---

/// Which accounts to list.
#[derive(Deserialize, IntoParams)]
struct ApiQuery {
    /// Part of the name.
    name: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A role with its pool's number.
#[derive(Serialize, ToSchema)]
struct ApiGrant {
    role: &'static str,
    pool: Option<i64>,
    /// The party of the pack for whose teams alone it counts; empty = the whole pool.
    party: String,
}

/// An account.
#[derive(Serialize, ToSchema)]
struct ApiAccount {
    id: String,
    login: String,
    name: String,
    organisation: String,
    status: &'static str,
    roles: Vec<ApiGrant>,
    password_set: bool,
    second_factor: bool,
}

/// One page of accounts.
#[derive(Serialize, ToSchema)]
struct ApiAccounts {
    items: Vec<ApiAccount>,
    next: Option<String>,
}

/// A new account.
#[derive(Deserialize, ToSchema)]
struct ApiNewAccount {
    login: String,
    name: String,
    /// Name of the unit; left out, the unit of whoever asks.
    #[serde(default)]
    unit: String,
}

/// The one-time link to set the password; it is in this answer and nowhere else.
#[derive(Serialize, ToSchema)]
struct ApiLink {
    login: String,
    address: String,
    expires_at: String,
}

fn api(line: AccountLine) -> ApiAccount {
    ApiAccount {
        id: line.id.to_string(),
        login: line.login,
        name: line.name,
        organisation: line.organisation,
        status: line.status.code(),
        roles: line
            .grants
            .iter()
            .map(|grant| ApiGrant {
                role: grant.role.code(),
                pool: grant.pool,
                party: grant.party.clone(),
            })
            .collect(),
        password_set: line.password,
        second_factor: line.second_factor,
    }
}

fn api_link(link: service::accounts::OneTimeLink) -> Json<ApiLink> {
    Json(ApiLink {
        login: link.login,
        address: link.address,
        expires_at: link.expires_at.to_string(),
    })
}

/// 账号列表
#[utoipa::path(get, path = "/api/v1/accounts", params(ApiQuery), responses((status = 200, body = ApiAccounts)))]
async fn api_list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ApiQuery>,
) -> Result<Json<ApiAccounts>, WebError> {
    let (lines, next) = app
        .service
        .accounts(&session.ctx, query.name, query.after)
        .await?;
    Ok(Json(ApiAccounts {
        items: lines.into_iter().map(api).collect(),
        next,
    }))
}

/// 新建账号
#[utoipa::path(post, path = "/api/v1/accounts", request_body = ApiNewAccount, responses((status = 201, body = ApiLink), (status = 422, description = "填写有误")))]
async fn api_create(
    State(app): State<App>,
    session: Session,
    Json(sent): Json<ApiNewAccount>,
) -> Result<Response, WebError> {
    let new = NewAccount {
        login: sent.login,
        name: sent.name,
        unit: sent.unit,
        ..NewAccount::default()
    };
    let (_, link) = app.service.create_account(&session.ctx, &new).await?;
    Ok((StatusCode::CREATED, api_link(link)).into_response())
}

/// 一个账号
#[utoipa::path(get, path = "/api/v1/accounts/{account}", params(("account" = String, Path)), responses((status = 200, body = ApiAccount), (status = 404)))]
async fn api_show(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Json<ApiAccount>, WebError> {
    Ok(Json(api(app
        .service
        .account(&session.ctx, account(&id)?)
        .await?)))
}

/// 停用账号，登录立即失效
#[utoipa::path(post, path = "/api/v1/accounts/{account}/disable", params(("account" = String, Path)), responses((status = 204), (status = 404)))]
async fn api_disable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    app.service
        .disable_account(&session.ctx, account(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 启用账号
#[utoipa::path(post, path = "/api/v1/accounts/{account}/enable", params(("account" = String, Path)), responses((status = 204), (status = 404)))]
async fn api_enable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    app.service
        .enable_account(&session.ctx, account(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 重置密码，返回一次性链接
#[utoipa::path(post, path = "/api/v1/accounts/{account}/reset", params(("account" = String, Path)), responses((status = 200, body = ApiLink), (status = 404)))]
async fn api_reset(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Json<ApiLink>, WebError> {
    Ok(api_link(
        app.service
            .reset_account(&session.ctx, account(&id)?, Device::Kept)
            .await?,
    ))
}

/// Its part of the description.
#[derive(OpenApi)]
#[openapi(paths(api_list, api_create, api_show, api_disable, api_enable, api_reset))]
pub(crate) struct Api;
