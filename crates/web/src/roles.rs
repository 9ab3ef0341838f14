//! 岗位授权: what the security administrator does; pages and JSON.

use askama::Template;
use axum::extract::{Json, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::actor::{Action, Role};
use serde::Deserialize;
use service::roles::{RoleIn, is_of_system};
use service::second_factor::SecondFactorPolicy;
use utoipa::{OpenApi, ToSchema};

use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;
use crate::users::{Row, account, grant_words, row};

const NEEDS: Access = Access::System(Action::GrantRoles);

/// Routes of roles.
pub fn routes() -> Routes {
    Routes::new()
        .get("/settings/roles", NEEDS, list)
        .post("/settings/roles/second-factor", NEEDS, second_factor)
        .get("/settings/roles/{account}", NEEDS, show)
        .post("/settings/roles/{account}/grant", NEEDS, grant)
        .post("/settings/roles/{account}/withdraw", NEEDS, withdraw)
        .post("/api/v1/accounts/{account}/grant", NEEDS, api_grant)
        .post("/api/v1/accounts/{account}/withdraw", NEEDS, api_withdraw)
}

#[derive(Template)]
#[template(path = "roles/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<Row>,
    query: FormState,
    form: FormState,
    choices: Vec<Choice>,
    next: Option<String>,
}

async fn list(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let name = Some(visit.query.text("name")).filter(|name| !name.is_empty());
    let after = visit.query.after();
    let (lines, next) = app.service.accounts(&session.ctx, name, after).await?;
    let policy = app.service.second_factor_policy().await?;
    let form = policy.roles.iter().fold(FormState::blank(), |form, role| {
        form.with("role", role.code())
    });
    page::page(&ListPage {
        layout: session.layout(&app, &visit, "岗位授权"),
        rows: lines.into_iter().map(row).collect(),
        next: next.map(|cursor| {
            format!(
                "/settings/roles?name={}&after={cursor}",
                crate::error::escape_query(&visit.query.text("name"))
            )
        }),
        query: visit.query,
        form,
        choices: Role::ALL
            .iter()
            .map(|role| Choice::new(role.code(), role.zh()))
            .collect(),
    })
}

async fn second_factor(
    State(app): State<App>,
    session: Session,
    form: FormState,
) -> Result<Response, WebError> {
    let roles = form.values("role").filter_map(Role::from_code).collect();
    app.service
        .set_second_factor_policy(&session.ctx, SecondFactorPolicy { roles })
        .await?;
    Ok(page::see_other("/settings/roles"))
}

/// A role held.
struct Held {
    words: String,
    role: &'static str,
    pool: String,
    party: String,
}

#[derive(Template)]
#[template(path = "roles/show.html")]
struct ShowPage {
    layout: Layout,
    row: Row,
    held: Vec<Held>,
    roles: Vec<Choice>,
    pools: Vec<Choice>,
    parties: Vec<Choice>,
    form: FormState,
    own: bool,
}

async fn page_of(
    app: &App,
    session: &Session,
    visit: &Visit,
    id: &str,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let id = account(id)?;
    let line = app.service.account(&session.ctx, id).await?;
    let pools = app.service.every_pool(&session.ctx).await?;
    let held = line.grants.iter().map(|grant| Held {
        words: grant_words(grant),
        role: grant.role.code(),
        pool: grant.pool.map(|no| no.to_string()).unwrap_or_default(),
        party: grant.party.clone(),
    });
    let mut parties = Vec::new();
    for (no, pool) in &pools {
        for owner in app.service.owners_of_teams(&session.ctx, *no).await? {
            let teams = owner.teams.join("、");
            let words = format!("{}（{}：{teams}）", owner.label, pool.name);
            parties.push(Choice::new(owner.party, words));
        }
    }
    let offered = |role: &&Role| !matches!(role, Role::Expert);
    let word = |role: &Role| {
        if is_of_system(*role) {
            format!("{}（整个系统）", role.zh())
        } else {
            role.zh().to_owned()
        }
    };
    Ok(ShowPage {
        layout: session
            .layout(app, visit, line.name.clone())
            .under(&[("岗位授权", "/settings/roles")])
            .judged(&form),
        held: held.collect(),
        parties,
        roles: Role::ALL
            .iter()
            .filter(offered)
            .map(|role| Choice::new(role.code(), word(role)))
            .collect(),
        pools: pools
            .into_iter()
            .map(|(no, pool)| Choice::new(no.to_string(), pool.name))
            .collect(),
        own: session.account == id,
        row: row(line),
        form,
    })
}

async fn show(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page::page(&page_of(&app, &session, &visit, &id, FormState::blank()).await?)
}

/// The role of a form and where it counts; whether they go together is for the use case to say.
fn typed(form: &FormState) -> service::Result<RoleIn> {
    let role = Role::from_code(form.value("role"))
        .ok_or_else(|| service::Error::field("role", "还没有选择岗位。请选择要授予的岗位。"))?;
    let pool = match form.value("pool") {
        "" => None,
        no => Some(
            no.parse()
                .map_err(|_| service::Error::field("pool", "没有这个专家库。请从列表中选择。"))?,
        ),
    };
    Ok(RoleIn::new(role, pool).for_party(form.text("party")))
}

async fn grant(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    Path(id): Path<String>,
    form: FormState,
) -> Result<Response, WebError> {
    let who = account(&id)?;
    let done = match typed(&form) {
        Ok(wanted) => app.service.grant_role(&session.ctx, who, wanted).await,
        Err(error) => Err(error),
    };
    let next = done.map(|()| format!("/settings/roles/{who}"));
    page::answered(next, form, |form| {
        page_of(&app, &session, &visit, &id, form)
    })
    .await
}

async fn withdraw(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    Path(id): Path<String>,
    form: FormState,
) -> Result<Response, WebError> {
    let who = account(&id)?;
    let done = match typed(&form) {
        Ok(given) => app.service.withdraw_role(&session.ctx, who, given).await,
        Err(error) => Err(error),
    };
    let next = done.map(|()| format!("/settings/roles/{who}"));
    page::answered(next, form, |form| {
        page_of(&app, &session, &visit, &id, form)
    })
    .await
}

/// A role, in the pool with this number or, for the three administrators, in none.
#[derive(Deserialize, ToSchema)]
struct ApiRole {
    /// Code of the role: `officer`, `approver`, `requester` …
    #[schema(value_type = String)]
    role: Role,
    pool: Option<i64>,
    /// Id of a party of the pack that owns teams: the role counts for them alone.
    #[serde(default)]
    party: String,
}

impl From<ApiRole> for RoleIn {
    fn from(sent: ApiRole) -> Self {
        Self::new(sent.role, sent.pool).for_party(sent.party)
    }
}

/// 授予岗位
#[utoipa::path(post, path = "/api/v1/accounts/{account}/grant", params(("account" = String, Path)), request_body = ApiRole, responses((status = 204), (status = 422, description = "岗位互斥，或授予本人")))]
async fn api_grant(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Json(sent): Json<ApiRole>,
) -> Result<StatusCode, WebError> {
    app.service
        .grant_role(&session.ctx, account(&id)?, sent.into())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 收回岗位
#[utoipa::path(post, path = "/api/v1/accounts/{account}/withdraw", params(("account" = String, Path)), request_body = ApiRole, responses((status = 204), (status = 404)))]
async fn api_withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Json(sent): Json<ApiRole>,
) -> Result<StatusCode, WebError> {
    app.service
        .withdraw_role(&session.ctx, account(&id)?, sent.into())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Its part of the description.
#[derive(OpenApi)]
#[openapi(paths(api_grant, api_withdraw))]
pub(crate) struct Api;
