//! 接口令牌 on one's own pages: issued, shown once, revoked.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Scope;
use service::tokens::{IssuedToken, LONGEST, NewToken, TokenLine};

use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

/// Routes of one's own tokens.
pub fn routes() -> Routes {
    Routes::new()
        .get("/me/tokens", Access::SignedIn, show)
        .post("/me/tokens", Access::SignedIn, issue)
        .post("/me/tokens/{token}/revoke", Access::SignedIn, revoke)
}

/// A token as the table shows it.
struct Row {
    line: TokenLine,
    scopes: String,
    created: String,
    seen: String,
    expires: String,
}

#[derive(Template)]
#[template(path = "tokens/show.html")]
struct TokensPage {
    layout: Layout,
    form: FormState,
    scopes: Vec<Choice>,
    rows: Vec<Row>,
    /// The token just made; it is never shown again.
    fresh: Option<IssuedToken>,
}

fn row(line: TokenLine) -> Row {
    let scopes: Vec<_> = line.scopes.iter().map(|scope| scope.zh()).collect();
    Row {
        scopes: if scopes.is_empty() {
            "只读".to_owned()
        } else {
            format!("读取；{}", scopes.join("；"))
        },
        created: page::moment_short(line.created_at),
        seen: line
            .seen_at
            .map_or_else(|| "还没有用过".to_owned(), page::moment_short),
        expires: page::moment_short(line.expires_at),
        line,
    }
}

async fn tokens_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
    fresh: Option<IssuedToken>,
) -> Result<TokensPage, WebError> {
    let own = app.service.own_tokens(session).await?;
    Ok(TokensPage {
        layout: session
            .layout(app, visit, "接口令牌")
            .under(&[("账号与安全", "/me")])
            .judged(&form),
        form,
        scopes: Scope::ALL
            .iter()
            .map(|scope| Choice::new(scope.code(), scope.zh()))
            .collect(),
        rows: own.into_iter().map(row).collect(),
        fresh,
    })
}

async fn show(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let form = FormState::blank().with("days", "90");
    page::page(&tokens_page(&app, &session, &visit, form, None).await?)
}

async fn issue(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let scopes: BTreeSet<Scope> = form.values("scopes").filter_map(Scope::from_code).collect();
    let days = form.number("days", "有效天数", 1..=LONGEST);
    if days.is_none() && form.is_sound() {
        form.reject("days", "没有写有效天数。请填写 1 到 365 之间的整数。");
    }
    let new = NewToken {
        label: form.text("label"),
        scopes,
        days: days.unwrap_or(1),
    };
    let outcome = if form.is_sound() {
        app.service.issue_token(&session, &new).await
    } else {
        Err(service::Error::Invalid(Vec::new()))
    };
    match outcome {
        Ok(issued) => {
            let form = FormState::blank().with("days", "90");
            page::page(&tokens_page(&app, &session, &visit, form, Some(issued)).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&tokens_page(&app, &session, &visit, form, None).await?)
        }
    }
}

async fn revoke(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    app.service.revoke_token(&session, &id).await?;
    Ok(page::see_other("/me/tokens"))
}
