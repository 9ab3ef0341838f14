//! The page on which an expert confirms what is held, by the link of the message or in their own space.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::campaign::{Answer, Change, Said, State as Stands};
use domain::id::CampaignId;
use service::campaigns::OwnUpdate;

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
        .get("/m/u/{token}", Access::Public, by_link)
        .post("/m/u/{token}", Access::Public, answer_by_link)
        .get("/m/updates/{campaign}", Access::Person, own)
        .post("/m/updates/{campaign}", Access::Person, answer_own)
}

#[derive(Template)]
#[template(path = "campaigns/answer.html")]
struct AnswerPage {
    layout: Layout,
    form: FormState,
    action: String,
    one: OwnUpdate,
    closes_on: String,
    note: Option<Note>,
    choices: Vec<Choice>,
    /// What may have changed: the value is the name of the field's control, the detail a hint.
    fields: Vec<Choice>,
    open: bool,
}

fn answer_page(layout: Layout, action: String, one: OwnUpdate, form: FormState) -> AnswerPage {
    let open = one.campaign.state == Stands::Open;
    let note = match (&one.answer, open) {
        (Answer::Silent, true) => None,
        (Answer::Silent, false) => Some(Note::new(
            Tone::Warn,
            "本次更新已结束：",
            "信息有变化的，请直接联系专家库办公室。",
        )),
        (Answer::Unchanged { at }, _) => Some(Note::new(
            Tone::Good,
            "您已确认无变化：",
            format!("{}答复。截止前可以重新答复。", page::moment(*at)),
        )),
        (Answer::Changed { at, entered, .. }, _) => Some(Note::new(
            Tone::Good,
            "您已申报变化：",
            match entered {
                None => format!("{}答复，等专家库办公室登记。", page::moment(*at)),
                Some(done) => format!("专家库办公室已办理：{}", done.note),
            },
        )),
    };
    AnswerPage {
        layout: layout.judged(&form),
        action,
        closes_on: one.campaign.closes_on.strftime("%-m月%-d日").to_string(),
        note,
        choices: vec![
            Choice::new("unchanged", "没有变化").detail("上面的信息都对"),
            Choice::new("changed", "有变化").detail("在下面写明变成什么"),
        ],
        fields: one
            .fields
            .iter()
            .enumerate()
            .map(|(index, (field, proof))| {
                let hint = if *proof {
                    "变更时须提供证明材料"
                } else {
                    ""
                };
                Choice::new(format!("field.{index}"), field).detail(hint)
            })
            .collect(),
        open,
        one,
        form,
    }
}

/// What the form says: the fields named, or that nothing changed.
fn said(form: &FormState, one: &OwnUpdate) -> service::Result<Said> {
    match form.value("answer") {
        "unchanged" => Ok(Said::Unchanged),
        "changed" => Ok(Said::Changed(
            one.fields
                .iter()
                .enumerate()
                .filter_map(|(index, (field, _))| {
                    let now = form.text(&format!("field.{index}"));
                    (!now.is_empty()).then(|| Change {
                        field: field.clone(),
                        now,
                    })
                })
                .collect(),
        )),
        _ => Err(service::Error::field(
            "answer",
            "还没有选择。请选择没有变化，或有变化并写明。",
        )),
    }
}

type LinkAt = (State<App>, Visit, Path<String>);

async fn by_link((State(app), visit, Path(token)): LinkAt) -> Result<Response, WebError> {
    let one = app.service.update_by_link(&token).await?;
    let layout = Layout::new(&app.site.now(), &visit, "确认入库信息");
    let action = format!("/m/u/{token}");
    page::page(&answer_page(layout, action, one, FormState::blank()))
}

async fn answer_by_link(
    (State(app), visit, Path(token)): LinkAt,
    origin: Origin,
    form: FormState,
) -> Result<Response, WebError> {
    let one = app.service.update_by_link(&token).await?;
    let outcome = match said(&form, &one) {
        Ok(said) => {
            app.service
                .answer_update_by_link(&origin.network, &token, &form.text("id_tail"), said)
                .await
        }
        Err(error) => Err(error),
    };
    let action = format!("/m/u/{token}");
    let next = outcome.map(|_| action.clone());
    page::answered(next, form, async |form| {
        let layout = Layout::new(&app.site.now(), &visit, "确认入库信息");
        Ok(answer_page(layout, action, one, form))
    })
    .await
}

type OwnAt = (State<App>, Session, Visit, Path<CampaignId>);

async fn mine(app: &App, session: &Session, id: CampaignId) -> Result<OwnUpdate, WebError> {
    let all = app.service.own_updates(&session.ctx).await?;
    all.into_iter()
        .find(|one| one.campaign.id == id)
        .ok_or(WebError::NotFound)
}

async fn own((State(app), session, visit, Path(id)): OwnAt) -> Result<Response, WebError> {
    let one = mine(&app, &session, id).await?;
    let layout = session.layout(&app, &visit, "确认入库信息");
    let action = format!("/m/updates/{id}");
    page::page(&answer_page(layout, action, one, FormState::blank()))
}

async fn answer_own(
    (State(app), session, visit, Path(id)): OwnAt,
    form: FormState,
) -> Result<Response, WebError> {
    let one = mine(&app, &session, id).await?;
    let outcome = match said(&form, &one) {
        Ok(said) => app.service.answer_update(&session.ctx, id, said).await,
        Err(error) => Err(error),
    };
    let action = format!("/m/updates/{id}");
    let next = outcome.map(|_| action.clone());
    page::answered(next, form, async |form| {
        let layout = session.layout(&app, &visit, "确认入库信息");
        Ok(answer_page(layout, action, one, form))
    })
    .await
}
