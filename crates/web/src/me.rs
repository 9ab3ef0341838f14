//! 账号与安全: one's own password, one-time codes and sessions.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use service::accounts::AccountLine;
use service::sessions::{Gate, SessionLine};

use crate::auth::{Enrolment, PasswordPage, TotpPage};
use crate::components::Qr;
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

/// Routes of one's own account.
pub fn routes() -> Routes {
    Routes::new()
        .get("/me", Access::SignedIn, overview)
        .get("/me/password", Access::At(Gate::Password), password_page)
        .post("/me/password", Access::At(Gate::Password), change_password)
        .get("/me/totp", Access::At(Gate::Enrolment), totp_page)
        .post("/me/totp", Access::At(Gate::Enrolment), bind)
        .post("/me/totp/off", Access::SignedIn, unbind)
        .post("/me/sessions/{id}/end", Access::SignedIn, end_session)
}

/// What a session line shows.
struct Row {
    line: SessionLine,
    created: String,
    seen: String,
}

#[derive(Template)]
#[template(path = "me/overview.html")]
struct Overview {
    layout: Layout,
    account: AccountLine,
    roles: Vec<String>,
    sessions: Vec<Row>,
    form: FormState,
}

async fn show(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<Overview, WebError> {
    let account = app.service.account(&session.ctx, session.account).await?;
    let row = |line: SessionLine| Row {
        created: page::moment_short(line.created_at),
        seen: page::moment_short(line.seen_at),
        line,
    };
    Ok(Overview {
        layout: session.layout(app, visit, "账号与安全").judged(&form),
        roles: account
            .grants
            .iter()
            .map(crate::users::grant_words)
            .collect(),
        account,
        sessions: app
            .service
            .own_sessions(session)
            .await?
            .into_iter()
            .map(row)
            .collect(),
        form,
    })
}

async fn overview(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&show(&app, &session, &visit, FormState::blank()).await?)
}

fn password_form(app: &App, session: &Session, visit: &Visit, form: FormState) -> PasswordPage {
    let reason = match session.gate {
        Gate::Password => "密码已到期或须首次修改，改好后才能继续。",
        _ => "",
    };
    PasswordPage {
        layout: Layout::new(&app.site.now(), visit, "修改密码").judged(&form),
        form,
        reason: reason.to_owned(),
        current: true,
        action: "/me/password".to_owned(),
    }
}

async fn password_page(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&password_form(&app, &session, &visit, FormState::blank()))
}

async fn change_password(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let (current, new, again) = (
        form.value("current"),
        form.value("password"),
        form.value("password_again"),
    );
    let outcome = app
        .service
        .change_password(&session, current, new, again)
        .await;
    let next = outcome.map(|()| "/me".to_owned());
    page::answered(next, form, async |form| {
        Ok(password_form(&app, &session, &visit, form))
    })
    .await
}

async fn totp_form(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<TotpPage, WebError> {
    let offered = app.service.offer_second_factor(session).await?;
    Ok(TotpPage {
        layout: Layout::new(&app.site.now(), visit, "绑定动态口令").judged(&form),
        form,
        enrolment: Some(Enrolment {
            qr: Qr::new(&offered.address, "动态口令二维码"),
            secret: offered.secret,
        }),
        action: "/me/totp".to_owned(),
        back: "/me".to_owned(),
    })
}

async fn totp_page(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&totp_form(&app, &session, &visit, FormState::blank()).await?)
}

async fn bind(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .enable_second_factor(&session, form.value("code"))
        .await;
    let next = outcome.map(|()| "/me".to_owned());
    page::answered(next, form, |form| totp_form(&app, &session, &visit, form)).await
}

async fn unbind(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .disable_second_factor(&session, form.value("code"))
        .await;
    let next = outcome.map(|()| "/me".to_owned());
    page::answered(next, form, |form| show(&app, &session, &visit, form)).await
}

async fn end_session(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    app.service.end_own_session(&session, &id).await?;
    Ok(page::see_other("/me"))
}
