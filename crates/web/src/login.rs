//! 登录: password, one-time code, log-out; pages and JSON.

use askama::Template;
use axum::extract::{Json, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, extract::Path};
use serde::{Deserialize, Serialize};
use service::sessions::{Credentials, Gate, Started};
use utoipa::{OpenApi, ToSchema};

use crate::auth::{LoginPage, PasswordPage, SetupPage, TotpPage};
use crate::components::Link;
use crate::error::{WebError, gate_page};
use crate::form::FormState;
use crate::layout::{Layout, Visit, local_address};
use crate::limits::Kind;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::{self, Origin, Session};
use crate::state::App;
use domain::actor::Role;
use service::accounts::OneTimeLink;
use service::pool_set_up::NewPool;
use service::set_up::{NewPerson, SetUp, fields};

/// Routes before a visitor is known, and the way out.
pub fn routes() -> Routes {
    Routes::new()
        .get("/login", Access::Public, login_page)
        .post("/login", Access::Public, log_in)
        .get("/login/code", Access::At(Gate::Code), code_page)
        .post("/login/code", Access::At(Gate::Code), enter_code)
        .post("/logout", Access::Session, log_out)
        .get("/setup/{token}", Access::Public, set_up_page)
        .post("/setup/{token}", Access::Public, set_up)
        .get("/link/{token}", Access::Public, link_page)
        .post("/link/{token}", Access::Public, use_link)
        .post("/api/v1/session", Access::Public, api_log_in)
        .post("/api/v1/session/code", Access::At(Gate::Code), api_code)
        .post("/api/v1/session/end", Access::Session, api_log_out)
        .get("/api/v1/session", Access::Session, api_session)
}

/// Leaves nothing of the session in the browser.
const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");

fn bare(app: &App, visit: &Visit, title: &str) -> Layout {
    Layout::new(&app.site.now(), visit, title)
}

fn count(app: &App, origin: &Origin) -> Result<(), WebError> {
    app.limits
        .take(Kind::Secret, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })
}

fn with_cookie(app: &App, token: String, response: Response) -> Response {
    (
        [(
            SET_COOKIE,
            session::cookie(&app.transport, token).to_string(),
        )],
        response,
    )
        .into_response()
}

fn login(app: &App, visit: &Visit, form: FormState, notice: &str) -> LoginPage {
    LoginPage {
        layout: bare(app, visit, "登录").judged(&form),
        notice: notice.to_owned(),
        back: local_address(form.value("back")).unwrap_or("/").to_owned(),
        form,
    }
}

async fn login_page(
    State(app): State<App>,
    visit: Visit,
    known: Option<Extension<Session>>,
) -> Result<Response, WebError> {
    if let Some(Extension(known)) = known {
        return Ok(page::see_other(gate_page(known.gate)));
    }
    let back = visit.query.value("back").to_owned();
    let notice = match (visit.query.value("done"), back.as_str()) {
        ("password", _) => "密码已设好，请用它登录。",
        ("out", _) => "已退出登录。",
        (_, "" | "/") => "",
        _ => "登录后会回到原来的页面。",
    };
    page::page(&login(
        &app,
        &visit,
        FormState::blank().with("back", back),
        notice,
    ))
}

async fn log_in(
    State(app): State<App>,
    origin: Origin,
    visit: Visit,
    known: Option<Extension<Session>>,
    mut form: FormState,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    let typed = Credentials {
        login: form.value("account").to_owned(),
        password: form.value("password").to_owned(),
        network: origin.network.clone(),
        agent: origin.agent.clone(),
    };
    let ctx = app.service.visitor(&origin.address, &origin.request);
    match app.service.log_in(&ctx, &typed).await {
        Ok(started) => {
            // The session of whoever sat here before ends; its token is worth nothing any more.
            if let Some(Extension(known)) = known {
                app.service.log_out(&known).await?;
            }
            let target = match started.gate {
                Gate::Open => local_address(form.value("back")).unwrap_or("/").to_owned(),
                gate => gate_page(gate).to_owned(),
            };
            Ok(with_cookie(&app, started.token, page::see_other(&target)))
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&login(&app, &visit, form, ""))
        }
    }
}

fn code_form(app: &App, visit: &Visit, form: FormState) -> TotpPage {
    TotpPage {
        layout: bare(app, visit, "输入动态口令").judged(&form),
        form,
        enrolment: None,
        action: "/login/code".to_owned(),
        back: "/".to_owned(),
    }
}

async fn code_page(
    State(app): State<App>,
    visit: Visit,
    session: Session,
) -> Result<Response, WebError> {
    match session.gate {
        Gate::Code => page::page(&code_form(&app, &visit, FormState::blank())),
        _ => Ok(page::see_other("/")),
    }
}

async fn enter_code(
    State(app): State<App>,
    origin: Origin,
    visit: Visit,
    session: Session,
    mut form: FormState,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    match app
        .service
        .enter_code(&session, form.value("code"), &origin.network, &origin.agent)
        .await
    {
        Ok(started) => Ok(with_cookie(&app, started.token, page::see_other("/"))),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&code_form(&app, &visit, form))
        }
    }
}

fn gone(app: &App) -> [(HeaderName, String); 2] {
    let mut cookie = session::cookie(&app.transport, String::new());
    cookie.make_removal();
    [
        (SET_COOKIE, cookie.to_string()),
        (CLEAR, "\"cache\", \"storage\"".to_owned()),
    ]
}

async fn log_out(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    app.service.log_out(&session).await?;
    Ok((gone(&app), page::see_other("/login?done=out")).into_response())
}

// --- first set-up and one-time links ---

/// People of the pool that may be named at once, in the order of the form.
const COLLEAGUES: [Role; 4] = [
    Role::Officer,
    Role::Approver,
    Role::Requester,
    Role::Supervisor,
];

fn set_up_form(
    app: &App,
    visit: &Visit,
    token: &str,
    ctx: &service::Ctx,
    form: FormState,
) -> SetupPage {
    SetupPage {
        layout: bare(app, visit, "首次设置").judged(&form),
        packs: crate::pools::pack_choices(app, ctx),
        form,
        action: format!("/setup/{token}"),
    }
}

/// One-time links just made; they are in this answer and nowhere else.
#[derive(Template)]
#[template(path = "auth/links.html")]
pub(crate) struct LinksPage {
    pub(crate) layout: Layout,
    pub(crate) heading: String,
    pub(crate) links: Vec<(OneTimeLink, String)>,
    pub(crate) next: Link,
}

impl LinksPage {
    /// Links with the time they end at, in words.
    pub(crate) fn new(
        layout: Layout,
        heading: impl Into<String>,
        links: Vec<OneTimeLink>,
        next: Link,
    ) -> Self {
        let dated = |link: OneTimeLink| {
            let until = page::moment(link.expires_at);
            (link, until)
        };
        Self {
            layout,
            heading: heading.into(),
            links: links.into_iter().map(dated).collect(),
            next,
        }
    }
}

async fn set_up_page(
    State(app): State<App>,
    origin: Origin,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    let ctx = app.service.visitor(&origin.address, &origin.request);
    app.service.check_set_up_link(&ctx, &token).await?;
    page::page(&set_up_form(&app, &visit, &token, &ctx, FormState::blank()))
}

async fn set_up(
    State(app): State<App>,
    origin: Origin,
    visit: Visit,
    Path(token): Path<String>,
    mut form: FormState,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    let ctx = app.service.visitor(&origin.address, &origin.request);
    let person = |role| {
        let (login, name) = fields(role);
        NewPerson {
            login: form.text(&login),
            name: form.text(&name),
        }
    };
    let typed = SetUp {
        bureau: form.text("bureau"),
        help_phone: form.text("help_phone"),
        pool: NewPool {
            name: form.text("pool"),
            pack: form.value("pack").to_owned(),
            phone: form.text("help_phone"),
            despite_standing: form.holds("despite_standing", "yes"),
        },
        system_admin: person(Role::SystemAdmin),
        password: form.value("password").to_owned(),
        password_again: form.value("password_again").to_owned(),
        security_admin: person(Role::SecurityAdmin),
        auditor: person(Role::Auditor),
        colleagues: COLLEAGUES
            .into_iter()
            .map(|role| (role, person(role)))
            .collect(),
    };
    match app.service.set_up(&ctx, &token, &typed).await {
        Ok(done) => {
            app.reload_site().await?;
            // Shown in the answer itself and not after a redirect: the links are stored nowhere.
            page::page(&LinksPage::new(
                bare(&app, &visit, "设置完成"),
                "设置完成",
                done.links,
                Link::new("登录", "/login"),
            ))
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&set_up_form(&app, &visit, &token, &ctx, form))
        }
    }
}

fn password_form(
    app: &App,
    visit: &Visit,
    token: &str,
    who: &(String, String),
    form: FormState,
) -> PasswordPage {
    PasswordPage {
        layout: bare(app, visit, "设置密码").judged(&form),
        form,
        reason: format!(
            "为 {}（账号 {}）设置密码。这个链接只能用一次。",
            who.1, who.0
        ),
        current: false,
        action: format!("/link/{token}"),
    }
}

async fn link_page(
    State(app): State<App>,
    origin: Origin,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    let ctx = app.service.visitor(&origin.address, &origin.request);
    let who = app.service.check_password_link(&ctx, &token).await?;
    page::page(&password_form(
        &app,
        &visit,
        &token,
        &who,
        FormState::blank(),
    ))
}

async fn use_link(
    State(app): State<App>,
    origin: Origin,
    visit: Visit,
    Path(token): Path<String>,
    form: FormState,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    let ctx = app.service.visitor(&origin.address, &origin.request);
    let who = app.service.check_password_link(&ctx, &token).await?;
    let outcome = app
        .service
        .use_password_link(
            &ctx,
            &token,
            form.value("password"),
            form.value("password_again"),
        )
        .await;
    let next = outcome.map(|()| "/login?done=password".to_owned());
    page::answered(next, form, async |form| {
        Ok(password_form(&app, &visit, &token, &who, form))
    })
    .await
}

// --- JSON ---

/// What a program sends to log in.
#[derive(Deserialize, ToSchema)]
struct ApiCredentials {
    login: String,
    password: String,
}

/// A one-time code.
#[derive(Deserialize, ToSchema)]
struct ApiCode {
    code: String,
}

/// What a session still has to do: `open`, `code`, `password` or `enrolment`.
#[derive(Serialize, ToSchema)]
struct ApiGate {
    #[schema(value_type = String)]
    gate: Gate,
}

/// Whose session it is.
#[derive(Serialize, ToSchema)]
struct ApiSession {
    login: String,
    name: String,
    #[schema(value_type = String)]
    gate: Gate,
    roles: Vec<&'static str>,
}

fn started(app: &App, started: Started) -> Response {
    with_cookie(
        app,
        started.token,
        Json(ApiGate { gate: started.gate }).into_response(),
    )
}

/// 登录；会话写入 Cookie
#[utoipa::path(post, path = "/api/v1/session", request_body = ApiCredentials, responses((status = 200, body = ApiGate), (status = 401, description = "账号或密码不对")))]
async fn api_log_in(
    State(app): State<App>,
    origin: Origin,
    Json(sent): Json<ApiCredentials>,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    let typed = Credentials {
        login: sent.login,
        password: sent.password,
        network: origin.network.clone(),
        agent: origin.agent.clone(),
    };
    let ctx = app.service.visitor(&origin.address, &origin.request);
    Ok(started(&app, app.service.log_in(&ctx, &typed).await?))
}

/// 输入动态口令
#[utoipa::path(post, path = "/api/v1/session/code", request_body = ApiCode, responses((status = 200, body = ApiGate), (status = 422, description = "动态口令不对")))]
async fn api_code(
    State(app): State<App>,
    origin: Origin,
    session: Session,
    Json(sent): Json<ApiCode>,
) -> Result<Response, WebError> {
    count(&app, &origin)?;
    Ok(started(
        &app,
        app.service
            .enter_code(&session, &sent.code, &origin.network, &origin.agent)
            .await?,
    ))
}

/// 退出登录
#[utoipa::path(post, path = "/api/v1/session/end", responses((status = 204)))]
async fn api_log_out(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    app.service.log_out(&session).await?;
    Ok((StatusCode::NO_CONTENT, gone(&app)).into_response())
}

/// 当前会话
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = ApiSession)))]
async fn api_session(session: Session) -> Json<ApiSession> {
    let actor = &session.ctx.actor;
    Json(ApiSession {
        login: session.login.clone(),
        name: actor.name.clone(),
        gate: session.gate,
        roles: actor.grants.iter().map(|grant| grant.role.code()).collect(),
    })
}

/// Its part of the description.
#[derive(OpenApi)]
#[openapi(paths(api_log_in, api_code, api_log_out, api_session))]
pub(crate) struct Api;
