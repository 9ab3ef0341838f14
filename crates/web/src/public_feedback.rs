//! 意见反馈 for everybody: which office to write to, the form, the receipt, and the answer by number and
//! code. No log-in, no script, readable on a phone.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::feedback::Topic;
use service::feedback::{Acknowledged, Letter, Office, Reply};

use crate::error::WebError;
use crate::experts::address;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::limits::Kind;
use crate::page;
use crate::public_notices::strip;
use crate::public_postings::visitor;
use crate::routes::{Access, Routes};
use crate::session::Origin;
use crate::state::App;

/// Routes of what everybody may write to an office.
pub fn routes() -> Routes {
    Routes::new()
        .get("/public/feedback", Access::Public, choose)
        .post("/public/feedback", Access::Public, look_up)
        .get("/public/feedback/{pool}", Access::Public, blank)
        .post("/public/feedback/{pool}", Access::Public, send)
}

#[derive(Template)]
#[template(path = "public_feedback/choose.html")]
struct ChoosePage {
    layout: Layout,
    form: FormState,
    offices: Vec<Office>,
    reply: Option<(Reply, Vec<(String, String)>)>,
}

async fn choose_page(app: &App, visit: &Visit, form: FormState) -> Result<ChoosePage, WebError> {
    Ok(ChoosePage {
        layout: Layout::new(&app.site.now(), visit, "意见反馈").judged(&form),
        offices: app.service.feedback_offices().await?,
        reply: None,
        form,
    })
}

/// The offices; whoever comes from a public page with its number is led to the form of its pool.
async fn choose(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
) -> Result<Response, WebError> {
    let number = visit.query.text("about");
    if !number.is_empty() {
        app.limits
            .take(Kind::Lookup, &origin.network)
            .map_err(|wait| WebError::TooMany { wait })?;
        if let Some((no, about)) = app.service.feedback_about(&number).await? {
            let form = format!("/public/feedback/{no}");
            return Ok(page::see_other(&address(
                &form,
                &[("about", &about.number)],
            )));
        }
    }
    page::page(&choose_page(&app, &visit, FormState::blank()).await?)
}

fn reply_facts(reply: &Reply) -> Vec<(String, String)> {
    let mut facts = vec![
        ("编号".to_owned(), reply.number.clone()),
        ("专家库".to_owned(), reply.pool.clone()),
        ("主题".to_owned(), reply.topic.zh().to_owned()),
        ("收到时间".to_owned(), page::moment(reply.received)),
    ];
    let replied = reply.replied.map(page::moment);
    facts.extend(replied.map(|at| ("办结时间".to_owned(), at)));
    facts
}

async fn look_up(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    mut form: FormState,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Secret, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let found = app
        .service
        .feedback_reply(&form.text("number"), form.value("code"))
        .await;
    match found {
        Ok(reply) => {
            let mut shown = choose_page(&app, &visit, FormState::blank()).await?;
            shown.layout = strip(shown.layout, reply.banner.clone(), reply.demonstration);
            let facts = reply_facts(&reply);
            shown.reply = Some((reply, facts));
            page::page(&shown)
        }
        Err(service::Error::NotFound) => {
            form.reject(
                "number",
                "没有查到：编号和查询码对不上。请对照回执核对这两项，字母不分大小写。",
            );
            page::rejected(&choose_page(&app, &visit, form).await?)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "public_feedback/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    office: Office,
    topics: Vec<Choice>,
}

fn form_page(app: &App, visit: &Visit, office: Office, form: FormState) -> FormPage {
    let layout = Layout::new(&app.site.now(), visit, "提交意见").judged(&form);
    FormPage {
        layout: strip(layout, office.banner.clone(), office.demonstration),
        topics: Topic::ALL
            .iter()
            .map(|topic| Choice::new(topic.code(), topic.zh()))
            .collect(),
        office,
        form,
    }
}

/// The number of the pool in an address.
pub(crate) fn numbered(pool: &str) -> Result<i64, WebError> {
    pool.parse().map_err(|_| WebError::NotFound)
}

async fn blank(
    State(app): State<App>,
    visit: Visit,
    Path(pool): Path<String>,
) -> Result<Response, WebError> {
    let office = app.service.feedback_office(numbered(&pool)?).await?;
    let form = FormState::blank()
        .with("topic", visit.query.text("topic"))
        .with("about", visit.query.text("about"));
    page::page(&form_page(&app, &visit, office, form))
}

/// A message as the form says it.
fn letter(form: &FormState) -> Letter {
    Letter {
        topic: form.text("topic"),
        text: form.value("text").to_owned(),
        about: form.text("about"),
        name: form.text("name"),
        contact: form.text("contact"),
    }
}

#[derive(Template)]
#[template(path = "public_feedback/received.html")]
struct ReceivedPage {
    layout: Layout,
    facts: Vec<(String, String)>,
}

async fn send(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path(pool): Path<String>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let office = app.service.feedback_office(numbered(&pool)?).await?;
    let outcome = match app.limits.filing(&origin.network) {
        Ok(()) => {
            let ctx = visitor(&app, &origin);
            let letter = letter(&form);
            app.service.send_feedback(&ctx, office.no, &letter).await
        }
        Err(refused) => Err(refused),
    };
    match outcome {
        Ok(taken) => received(&app, &visit, office, &taken),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&form_page(&app, &visit, office, form))
        }
    }
}

fn received(
    app: &App,
    visit: &Visit,
    office: Office,
    taken: &Acknowledged,
) -> Result<Response, WebError> {
    let layout = Layout::new(&app.site.now(), visit, "意见回执");
    page::page(&ReceivedPage {
        layout: strip(layout, office.banner, office.demonstration),
        facts: vec![
            ("编号".to_owned(), taken.number.clone()),
            ("查询码".to_owned(), taken.code.clone()),
            ("主题".to_owned(), taken.topic.zh().to_owned()),
            ("专家库".to_owned(), office.pool),
            ("收到时间".to_owned(), page::moment(taken.received)),
        ],
    })
}
