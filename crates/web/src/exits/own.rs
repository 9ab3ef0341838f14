//! The expert's phone: asking to leave, saying something of a case the office opened, taking one's own
//! request back.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::exit::State as Stands;
use domain::id::{ExpertId, RecordId};
use service::attachments::MOST_BYTES;
use service::exits::{Asking, OwnExit, opened_words};

use super::{choose_again, day, ground_words, opened_at, status};
use crate::components::{Moment, Progress, Status};
use crate::error::WebError;
use crate::files::sent;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

const PERSON: Access = Access::Person;

pub(super) fn routes() -> Routes {
    let asking = post(ask).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .get("/m/exits", PERSON, list)
        .add(Method::POST, "/m/exits", PERSON, asking)
        .post("/m/exits/{exit}/statement", PERSON, state)
        .post("/m/exits/{exit}/withdraw", PERSON, withdraw)
}

/// A case with the words its forms are told apart by, where several stand on the page.
struct Row {
    base: String,
    number: String,
    title: String,
    pool: String,
    status: Status,
    facts: Vec<(String, String)>,
    moments: Vec<Moment>,
    /// What was said last.
    said: String,
    stating: Option<String>,
    withdrawing: Option<String>,
}

fn moments(own: &OwnExit) -> Vec<Moment> {
    let one = &own.exit;
    let moment = |time: String, text: String, progress| Moment {
        time,
        text,
        link: None,
        progress,
    };
    let done = |time: String, text: String| moment(time, text, Progress::Done);
    let mut moments = vec![done(
        day(opened_at(&one.opened)).to_string(),
        opened_words(&one.opened),
    )];
    moments.extend(one.state.taken().iter().map(|step| {
        let paper = step.document.as_deref();
        let paper = paper.map_or_else(String::new, |paper| format!("，{paper}"));
        done(step.on.to_string(), format!("{}通过{paper}", step.step))
    }));
    match &one.state {
        Stands::Open { .. } => {
            moments.extend(own.next.iter().map(|step| {
                let text = format!("等待{step}");
                moment("现在".to_owned(), text, Progress::Now)
            }));
        }
        Stands::Left { on, .. } => {
            moments.push(done(on.to_string(), "自该日起出库".to_owned()));
        }
        Stands::Refused { no, .. } => {
            let text = format!("{}不同意：{}", no.step, no.opinion);
            moments.push(done(no.on.to_string(), text));
        }
        Stands::Withdrawn { by, at, reason, .. } => {
            let text = format!("{by}撤回：{reason}");
            moments.push(done(day(*at).to_string(), text));
        }
    }
    moments
}

fn row(own: OwnExit) -> Row {
    let (moments, one) = (moments(&own), own.exit);
    let files: Vec<String> = own.documents.into_iter().map(|file| file.name).collect();
    let said = one.statement.map(|said| said.text).unwrap_or_default();
    let mut facts = vec![
        ("情形", ground_words(&own.ground)),
        ("种类", one.kind.unwrap_or_default()),
        ("理由", one.reason),
        ("系统记录", one.raised.unwrap_or_default()),
        ("材料", files.join("、")),
        ("本人陈述", said.clone()),
    ];
    facts.retain(|(_, text)| !text.is_empty());
    Row {
        base: format!("/m/exits/{}", one.id),
        title: own.title,
        pool: own.pool_name,
        status: status(&one.state),
        facts: facts
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text))
            .collect(),
        moments,
        said,
        stating: own.may_state.then(|| format!("state-{}", one.id)),
        withdrawing: own.may_withdraw.then(|| format!("withdraw-{}", one.id)),
        number: one.number,
    }
}

/// A membership one may ask to leave.
struct Ask {
    act: String,
    steps: String,
    one: Asking,
}

#[derive(Template)]
#[template(path = "exits/own.html")]
struct OwnPage {
    layout: Layout,
    form: FormState,
    rows: Vec<Row>,
    asking: Vec<Ask>,
}

async fn own_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<OwnPage, WebError> {
    let (cases, asking) = app.service.own_exits(&session.ctx).await?;
    Ok(OwnPage {
        layout: session.layout(app, visit, "退出专家库").judged(&form),
        rows: cases.into_iter().map(row).collect(),
        asking: asking
            .into_iter()
            .map(|one| Ask {
                act: format!("ask-{}", one.expert),
                steps: one.steps.join(" → "),
                one,
            })
            .collect(),
        form,
    })
}

async fn list(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&own_page(&app, &session, &visit, FormState::blank()).await?)
}

const HOME: &str = "/m/exits";

async fn ask(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    body: Multipart,
) -> Result<Response, WebError> {
    let (form, uploads) = sent(body, "attachment").await?;
    let expert: ExpertId = form
        .value("expert")
        .parse()
        .map_err(|_| WebError::NotFound)?;
    let files = uploads.len();
    let asked = app
        .service
        .ask_to_leave(&session.ctx, expert, form.value("reason"), uploads)
        .await;
    let next = asked.map(|_| HOME.to_owned());
    page::answered(next, form, |form| {
        let form = choose_again(form, files);
        own_page(&app, &session, &visit, form)
    })
    .await
}

type At = (State<App>, Session, Visit, Path<RecordId>);

async fn answered(
    (State(app), session, visit, _): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| HOME.to_owned());
    page::answered(next, form, |form| own_page(&app, &session, &visit, form)).await
}

async fn state(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, session, id) = (&at.0.0, &at.1, at.3.0);
    let outcome = app
        .service
        .state_on_exit(&session.ctx, id, form.value("statement"))
        .await;
    answered(at, form, outcome).await
}

async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, session, id) = (&at.0.0, &at.1, at.3.0);
    let outcome = app
        .service
        .withdraw_own_exit(&session.ctx, id, form.value("reason"))
        .await;
    answered(at, form, outcome).await
}
