//! 办法与规则: what the pool's instrument is, what it says of rights and duties, what may be switched,
//! and the document that prolongs it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Target};
use domain::policy::Pack;
use service::instrument::ExtensionDraft;

use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of the instrument's page.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/instrument", Access::Member, show)
        .post(
            "/p/{no}/instrument/extension",
            Access::Pool(Action::EditParameters),
            extend,
        )
}

#[derive(Template)]
#[template(path = "instrument/show.html")]
struct ShowPage {
    layout: Layout,
    base: String,
    parameters: String,
    form: FormState,
    pack: Arc<Pack>,
    facts: Vec<(String, String)>,
    version: i64,
    may_extend: bool,
    draft: bool,
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let ctx = here.ctx();
    let pool = app.service.pool_numbered(ctx, here.no).await?;
    let version = app.service.pool_version(&pool).await?;
    let identity = &pool.pack.identity;
    let day = |day: Option<jiff::civil::Date>| {
        day.map_or_else(|| "没有规定".to_owned(), domain::date_text::plain)
    };
    let mut facts = vec![
        ("名称".to_owned(), identity.title.clone()),
        (
            "文号".to_owned(),
            identity
                .document
                .clone()
                .unwrap_or_else(|| "没有文号".to_owned()),
        ),
        ("发文机关".to_owned(), identity.issuer.clone()),
        ("印发日期".to_owned(), day(identity.issued)),
        (
            "施行日期".to_owned(),
            domain::date_text::plain(identity.from),
        ),
        ("有效期至".to_owned(), day(identity.to)),
        (
            "现在的效力".to_owned(),
            pool.standing(ctx.today())
                .banner()
                .unwrap_or_else(|| "现行有效".to_owned()),
        ),
    ];
    if let Some(extension) = &pool.pool.extension {
        facts.push((
            if identity.status == domain::policy::pack::LegalStatus::Draft {
                "印发文件".to_owned()
            } else {
                "延期文件".to_owned()
            },
            match extension.to {
                Some(last) => format!(
                    "{}，有效期至 {}",
                    extension.document,
                    domain::date_text::plain(last)
                ),
                None => extension.document.clone(),
            },
        ));
    }
    facts.extend(identity.contacts.iter().map(|contact| {
        let whom = [Some(&contact.department), contact.phone.as_ref()];
        let whom: Vec<&str> = whom.into_iter().flatten().map(String::as_str).collect();
        ("联系".to_owned(), whom.join(" "))
    }));
    facts.push((
        "规则包".to_owned(),
        format!("{}，指纹 {}", pool.pack.id(), pool.pack.digest()),
    ));
    Ok(ShowPage {
        layout: here
            .layout(app, visit, "办法与规则")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        base: here.href("instrument"),
        parameters: here.href("parameters"),
        facts,
        version,
        draft: identity.status == domain::policy::pack::LegalStatus::Draft,
        may_extend: ctx
            .actor
            .allow(Action::EditParameters, Target::pool(here.pool.id))
            .is_ok(),
        pack: Arc::clone(&pool.pack),
        form,
    })
}

async fn show(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, FormState::blank()).await?)
}

async fn extend(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let version = form.version()?;
    let text = |name: &str| form.value(name).to_owned();
    let draft = ExtensionDraft {
        document: text("document"),
        issued: text("issued"),
        until: text("until"),
    };
    let outcome = app
        .service
        .register_extension(here.ctx(), here.no, version, &draft)
        .await;
    let next = outcome.map(|()| here.href("instrument"));
    page::answered(next, form, |form| show_page(&app, &here, &visit, form)).await
}
