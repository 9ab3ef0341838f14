//! 证书核验: what everybody may ask of a code.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::certificate::Standing;
use domain::date_text::plain;
use service::certificates::CheckedCertificate;

use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::public_notices::strip;
use crate::state::App;

#[derive(Template)]
#[template(path = "certificates/check.html")]
struct CheckPage {
    layout: Layout,
    form: FormState,
    note: Option<Note>,
    facts: Vec<(String, String)>,
}

fn check_page(app: &App, visit: &Visit, form: FormState) -> CheckPage {
    CheckPage {
        layout: Layout::new(&app.site.now(), visit, "证书核验").judged(&form),
        form,
        note: None,
        facts: Vec::new(),
    }
}

pub(super) async fn ask(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let code = visit.query.text("code");
    if code.is_empty() {
        return page::page(&check_page(&app, &visit, FormState::blank()));
    }
    let ctx = app.service.visitor("", "");
    checked(
        &app,
        &visit,
        &code,
        app.service.check_certificate(&ctx, &code).await,
    )
}

pub(super) async fn check(
    State(app): State<App>,
    visit: Visit,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    let ctx = app.service.visitor("", "");
    checked(
        &app,
        &visit,
        &code,
        app.service.check_certificate(&ctx, &code).await,
    )
}

fn checked(
    app: &App,
    visit: &Visit,
    code: &str,
    outcome: service::Result<CheckedCertificate>,
) -> Result<Response, WebError> {
    let form = FormState::blank().with("code", code);
    let mut page = check_page(app, visit, form);
    match outcome {
        Ok(one) => {
            let title = &one.title;
            let on = one.ended_on.map(plain).unwrap_or_default();
            let (tone, text) = match one.standing {
                Standing::Valid => (Tone::Good, format!("这份{title}在聘期内。")),
                Standing::NotYet => (Tone::Warn, format!("聘期从 {} 开始。", plain(one.from))),
                Standing::Expired => (
                    Tone::Bad,
                    format!(
                        "聘期已于 {} 届满，这份{title}自 {on} 起失效。",
                        plain(one.to)
                    ),
                ),
                Standing::Ended => (
                    Tone::Bad,
                    format!("持有人已不在专家库，这份{title}自 {on} 起失效。"),
                ),
                Standing::Revoked => (Tone::Bad, format!("这份{title}已于 {on} 注销，不再有效。")),
            };
            page.note = Some(Note::new(tone, format!("{}：", one.standing.zh()), text));
            page.facts = vec![
                (one.title.clone(), one.number.clone()),
                ("姓名".to_owned(), one.name.clone()),
                ("专家库".to_owned(), one.pool.clone()),
                ("专业领域".to_owned(), one.specialties.join("、")),
                ("聘期".to_owned(), format!("{} 至 {}", one.from, one.to)),
            ];
            page.facts.extend(one.shown);
            page.layout = strip(page.layout, one.banner, one.demonstration);
            if one.reissued > 0 {
                let text = format!("第 {} 次补发，此前的原件作废", one.reissued);
                page.facts.push(("补发".to_owned(), text));
            }
            page::page(&page)
        }
        Err(service::Error::NotFound) => {
            page.note = Some(Note::new(
                Tone::Bad,
                "查无此证：",
                "没有这个核验码的证书。请核对证书上的核验码，字母不分大小写；确认无误仍查不到的，请向发证单位反映。",
            ));
            page::with_status(axum::http::StatusCode::NOT_FOUND, &page)
        }
        Err(other) => Err(other.into()),
    }
}
