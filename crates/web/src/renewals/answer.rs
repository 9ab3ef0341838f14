//! The page on which an expert says whether they want to go on, by the link of the message or in their own
//! space.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::id::RecordId;
use domain::renewal::{State as Decision, Will};
use service::renewals::OwnRenewal;

use super::said;
use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::{Origin, Session};
use crate::state::App;

/// Routes of the page.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/m/r/{token}", Access::Public, by_link)
        .post("/m/r/{token}", Access::Public, answer_by_link)
        .get("/m/renewals/{renewal}", Access::Person, own)
        .post("/m/renewals/{renewal}", Access::Person, answer_own)
}

#[derive(Template)]
#[template(path = "renewals/answer.html")]
struct AnswerPage {
    layout: Layout,
    form: FormState,
    action: String,
    one: OwnRenewal,
    ends: String,
    note: Option<Note>,
    choices: Vec<Choice>,
    open: bool,
}

fn answer_page(layout: Layout, action: String, one: OwnRenewal, form: FormState) -> AnswerPage {
    let again = "决定以前可以重新答复。";
    let note = match (&one.renewal.state, &one.renewal.will) {
        (Decision::Renewed { term, .. }, _) => Some(Note::new(
            Tone::Good,
            "已续聘：",
            format!("新的聘期 {} 至 {}。", term.from, term.to),
        )),
        (Decision::NotRenewed { .. } | Decision::Lapsed { .. }, _) => Some(Note::new(
            Tone::Plain,
            "已决定：",
            format!("聘期到 {} 届满，届满后不再续聘。", one.renewal.term.to),
        )),
        (Decision::Open, Will::Willing { at, .. }) => Some(Note::new(
            Tone::Good,
            "您已答复愿意：",
            format!("{}答复。{again}", page::moment(*at)),
        )),
        (Decision::Open, Will::Unwilling { at, .. }) => Some(Note::new(
            Tone::Good,
            "您已答复不愿意：",
            format!("{}答复。{again}", page::moment(*at)),
        )),
        (Decision::Open, _) => None,
    };
    AnswerPage {
        layout: layout.judged(&form),
        action,
        ends: one.renewal.term.to.strftime("%Y年%-m月%-d日").to_string(),
        note,
        choices: vec![
            Choice::new("willing", "愿意").detail("是否续聘由专家库办公室按工作需要决定"),
            Choice::new("unwilling", "不愿意").detail("请在下面写明原因，届满后不再续聘"),
        ],
        open: one.renewal.state == Decision::Open,
        one,
        form,
    }
}

const TITLE: &str = "是否愿意续任";

type LinkAt = (State<App>, Visit, Path<String>);

async fn by_link((State(app), visit, Path(token)): LinkAt) -> Result<Response, WebError> {
    let one = app.service.renewal_by_link(&token).await?;
    let layout = Layout::new(&app.site.now(), &visit, TITLE);
    let action = format!("/m/r/{token}");
    page::page(&answer_page(layout, action, one, FormState::blank()))
}

async fn answer_by_link(
    (State(app), visit, Path(token)): LinkAt,
    origin: Origin,
    form: FormState,
) -> Result<Response, WebError> {
    let one = app.service.renewal_by_link(&token).await?;
    let outcome = match said(form.value("answer"), &form.text("reason")) {
        Ok(said) => {
            let tail = form.text("id_tail");
            app.service
                .answer_renewal_by_link(&origin.network, &token, &tail, said)
                .await
        }
        Err(error) => Err(error),
    };
    let action = format!("/m/r/{token}");
    let next = outcome.map(|_| action.clone());
    page::answered(next, form, async |form| {
        let layout = Layout::new(&app.site.now(), &visit, TITLE);
        Ok(answer_page(layout, action, one, form))
    })
    .await
}

type OwnAt = (State<App>, Session, Visit, Path<RecordId>);

async fn mine(app: &App, session: &Session, id: RecordId) -> Result<OwnRenewal, WebError> {
    let all = app.service.own_renewals(&session.ctx).await?;
    all.into_iter()
        .find(|one| one.renewal.id == id)
        .ok_or(WebError::NotFound)
}

async fn own((State(app), session, visit, Path(id)): OwnAt) -> Result<Response, WebError> {
    let one = mine(&app, &session, id).await?;
    let layout = session.layout(&app, &visit, TITLE);
    let action = format!("/m/renewals/{id}");
    page::page(&answer_page(layout, action, one, FormState::blank()))
}

async fn answer_own(
    (State(app), session, visit, Path(id)): OwnAt,
    form: FormState,
) -> Result<Response, WebError> {
    let one = mine(&app, &session, id).await?;
    let outcome = match said(form.value("answer"), &form.text("reason")) {
        Ok(said) => app.service.answer_renewal(&session.ctx, id, said).await,
        Err(error) => Err(error),
    };
    let action = format!("/m/renewals/{id}");
    let next = outcome.map(|_| action.clone());
    page::answered(next, form, async |form| {
        let layout = session.layout(&app, &visit, TITLE);
        Ok(answer_page(layout, action, one, form))
    })
    .await
}
