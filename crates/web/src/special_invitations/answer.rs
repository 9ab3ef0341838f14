//! The page behind the link of the letter.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::special_invitation::State as Stands;
use service::special_invitations::Invited;

use super::answer_of;
use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Origin;
use crate::state::App;

/// Routes of the page.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/m/s/{token}", Access::Public, open)
        .post("/m/s/{token}", Access::Public, answer)
}

#[derive(Template)]
#[template(path = "special_invitations/answer.html")]
struct AnswerPage {
    layout: Layout,
    form: FormState,
    action: String,
    one: Invited,
    facts: Vec<(String, String)>,
    reply_by: String,
    note: Option<Note>,
    phone: String,
}

fn answer_page(app: &App, visit: &Visit, token: &str, one: Invited, form: FormState) -> AnswerPage {
    let invitation = &one.invitation;
    let (note, reply_by) = match &invitation.state {
        Stands::Sent { reply_by, .. } => (None, reply_by.strftime("%-m月%-d日").to_string()),
        Stands::Accepted { .. } => (
            Some(Note::new(
                Tone::Good,
                "您已接受邀请：",
                "请按下面的清单提交资料，联系人会与您联系。",
            )),
            String::new(),
        ),
        Stands::Declined { .. } => (
            Some(Note::new(
                Tone::Plain,
                "您已谢绝邀请：",
                "感谢答复，不需要再做什么。",
            )),
            String::new(),
        ),
        other => (
            Some(Note::new(
                Tone::Warn,
                format!("现在是“{}”：", other.zh()),
                "不用再答复。如有疑问请联系下面的联系人。",
            )),
            String::new(),
        ),
    };
    AnswerPage {
        layout: Layout::new(&app.site.now(), visit, "特约邀请").judged(&form),
        action: format!("/m/s/{token}"),
        facts: vec![
            ("专家库".to_owned(), one.pool.pool.name.clone()),
            ("专业领域".to_owned(), one.specialty.clone()),
            ("邀请理由".to_owned(), invitation.reason.clone()),
            ("邀请单位".to_owned(), one.sign.clone()),
        ],
        reply_by,
        note,
        phone: one.pool.pool.phone.clone().unwrap_or_default(),
        form,
        one,
    }
}

type LinkAt = (State<App>, Visit, Path<String>);

async fn open((State(app), visit, Path(token)): LinkAt) -> Result<Response, WebError> {
    let one = app.service.invited(&token).await?;
    page::page(&answer_page(&app, &visit, &token, one, FormState::blank()))
}

async fn answer(
    (State(app), visit, Path(token)): LinkAt,
    origin: Origin,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = match answer_of(form.value("answer"), form.text("reason")) {
        Ok(answer) => {
            app.service
                .answer_special_invitation(&origin.network, &token, answer)
                .await
        }
        Err(error) => Err(error),
    };
    let next = outcome.map(|_| format!("/m/s/{token}"));
    page::answered(next, form, async |form| {
        let one = app.service.invited(&token).await?;
        Ok(answer_page(&app, &visit, &token, one, form))
    })
    .await
}
