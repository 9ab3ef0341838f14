//! 我要申报: from the public page to one's own form. A link and a code go to the phone or mailbox given;
//! behind the link stand the applications begun with it. No log-in, no script, made for a phone.

mod form;
mod materials;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::id::RecordId;
use domain::solicitation::Standing;
use service::Error;
use service::applications::PRIVACY_NOTICE;
use service::applications::online::{Asked, Begun, Hand, Opening, OwnApplications};
use service::solicitations::{ChannelGuide, PublicNotice};

use crate::applications::status;
use crate::components::Status;
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::limits::Kind;
use crate::page;
use crate::public_notices::strip;
use crate::public_postings::visitor;
use crate::routes::{Access, Routes};
use crate::session::Origin;
use crate::state::App;

/// Routes of applications in the applicant's own hand.
pub fn routes() -> Routes {
    Routes::new()
        .get("/public/notices/{number}/apply", Access::Public, answering)
        .post("/public/notices/{number}/apply", Access::Public, answer)
        .get("/public/guide/{pool}/apply", Access::Public, choosing)
        .post("/public/guide/{pool}/apply", Access::Public, choose)
        .get("/public/applications", Access::Public, coming_back)
        .post("/public/applications", Access::Public, come_back)
        .post("/public/applications/code", Access::Public, enter_code)
        .get("/m/a/{token}", Access::Public, list)
        .post("/m/a/{token}", Access::Public, begin)
        .and(form::routes())
        .and(materials::routes())
}

/// Where the form that asks for a phone or mailbox stands.
struct Place {
    layout: Layout,
    action: String,
    lead: String,
    channels: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "own_applications/ask.html")]
struct AskPage {
    layout: Layout,
    form: FormState,
    action: String,
    lead: String,
    channels: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "own_applications/sent.html")]
struct SentPage {
    layout: Layout,
    form: FormState,
    sent_to: String,
    shown: Option<String>,
}

/// The channels somebody may use by themselves, as choices.
fn own_channels(guides: &[ChannelGuide]) -> Vec<Choice> {
    guides
        .iter()
        .filter_map(|guide| {
            let detail = match guide.own? {
                Hand::Applies => "本人填写并提交",
                Hand::FillsFor => "本人填写，由推荐单位提交",
            };
            Some(Choice::new(guide.id.clone(), guide.label.clone()).detail(detail))
        })
        .collect()
}

fn ask_page(place: Place, form: FormState) -> AskPage {
    // One channel needs no choice.
    let form = match place.channels.as_slice() {
        [only] if form.value("channel").is_empty() => form.with("channel", &only.value),
        _ => form,
    };
    AskPage {
        layout: place.layout.judged(&form),
        action: place.action,
        lead: place.lead,
        channels: place.channels,
        form,
    }
}

async fn of_notice(app: &App, visit: &Visit, key: &str) -> Result<(Place, PublicNotice), WebError> {
    let shown = app.service.published_notice(key).await?;
    let number = &shown.line.number;
    let layout = Layout::new(&app.site.now(), visit, "我要申报");
    let place = Place {
        layout: strip(layout, shown.banner.clone(), shown.demonstration),
        action: format!("/public/notices/{number}/apply"),
        lead: format!("{}（{number}）", shown.line.title),
        channels: own_channels(&shown.channels),
    };
    if place.channels.is_empty() {
        return Err(WebError::NotFound);
    }
    Ok((place, shown.line))
}

async fn of_pool(app: &App, visit: &Visit, key: &str) -> Result<(Place, i64), WebError> {
    let no = key.parse().map_err(|_| WebError::NotFound)?;
    let (pool, guides) = app.service.application_guide(no).await?;
    let guides: Vec<ChannelGuide> = guides
        .into_iter()
        .filter(|guide| !guide.needs_notice)
        .collect();
    let layout = Layout::new(&app.site.now(), visit, "我要申报");
    let today = app.service.schedule().today();
    let place = Place {
        layout: strip(
            layout,
            pool.standing(today).banner(),
            pool.pool.demonstration,
        ),
        action: format!("/public/guide/{no}/apply"),
        lead: pool.pool.name.clone(),
        channels: own_channels(&guides),
    };
    if place.channels.is_empty() {
        return Err(WebError::NotFound);
    }
    Ok((place, no))
}

async fn answering(
    State(app): State<App>,
    visit: Visit,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    let (place, notice) = of_notice(&app, &visit, &key).await?;
    // The notice says why nothing is taken; a form would only be filled in for nothing.
    if notice.standing != Standing::Open {
        return Ok(page::see_other(&format!(
            "/public/notices/{}",
            notice.number
        )));
    }
    page::page(&ask_page(place, FormState::blank()))
}

async fn choosing(
    State(app): State<App>,
    visit: Visit,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    let (place, _) = of_pool(&app, &visit, &key).await?;
    page::page(&ask_page(place, FormState::blank()))
}

/// Whether this network may have another message sent.
fn may_send(app: &App, origin: &Origin) -> Result<(), Error> {
    app.limits
        .take(Kind::Filing, &origin.network)
        .map_err(|wait| {
            let seconds = wait.as_secs() + 1;
            let words = format!("这一网络刚才获取得太多。请过 {seconds} 秒再试。");
            Error::field("contact", words)
        })
}

async fn send(
    (app, visit, origin): (&App, &Visit, &Origin),
    place: Place,
    mut form: FormState,
    opening: Opening,
) -> Result<Response, WebError> {
    let sent = match may_send(app, origin) {
        Ok(()) => {
            let ctx = visitor(app, origin);
            app.service.open_own_application(&ctx, &opening).await
        }
        Err(error) => Err(error),
    };
    match sent {
        Ok(asked) => sent_page(app, visit, &asked),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&ask_page(place, form))
        }
    }
}

async fn answer(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path(key): Path<String>,
    form: FormState,
) -> Result<Response, WebError> {
    let (place, notice) = of_notice(&app, &visit, &key).await?;
    let opening = Opening {
        pool: notice.pool,
        notice: notice.number,
        channel: form.text("channel"),
        contact: form.text("contact"),
    };
    send((&app, &visit, &origin), place, form, opening).await
}

async fn choose(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path(key): Path<String>,
    form: FormState,
) -> Result<Response, WebError> {
    let (place, pool) = of_pool(&app, &visit, &key).await?;
    let opening = Opening {
        pool,
        notice: String::new(),
        channel: form.text("channel"),
        contact: form.text("contact"),
    };
    send((&app, &visit, &origin), place, form, opening).await
}

fn back_place(app: &App, visit: &Visit) -> Place {
    Place {
        layout: Layout::new(&app.site.now(), visit, "继续填报和查询进度"),
        action: "/public/applications".to_owned(),
        lead: "填写开始申报时用的手机或电子邮箱，凭验证码继续填报、补正、查询进度。".to_owned(),
        channels: Vec::new(),
    }
}

async fn coming_back(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    page::page(&ask_page(back_place(&app, &visit), FormState::blank()))
}

async fn come_back(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    mut form: FormState,
) -> Result<Response, WebError> {
    let sent = match may_send(&app, &origin) {
        Ok(()) => {
            let ctx = visitor(&app, &origin);
            app.service
                .find_own_applications(&ctx, &form.text("contact"))
                .await
        }
        Err(error) => Err(error),
    };
    match sent {
        Ok(asked) => sent_page(&app, &visit, &asked),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&ask_page(back_place(&app, &visit), form))
        }
    }
}

fn sent_page(app: &App, visit: &Visit, asked: &Asked) -> Result<Response, WebError> {
    let form = FormState::blank()
        .with("ticket", &asked.ticket)
        .with("sent_to", &asked.sent_to);
    let mut sent = code_page(app, visit, form);
    sent.shown = asked.shown.clone();
    page::page(&sent)
}

fn code_page(app: &App, visit: &Visit, form: FormState) -> SentPage {
    SentPage {
        layout: Layout::new(&app.site.now(), visit, "输入验证码").judged(&form),
        sent_to: form.text("sent_to"),
        shown: None,
        form,
    }
}

async fn enter_code(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    form: FormState,
) -> Result<Response, WebError> {
    app.limits
        .take(Kind::Secret, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let ctx = visitor(&app, &origin);
    let outcome = app
        .service
        .enter_contact_code(&ctx, form.value("ticket"), form.value("code"))
        .await;
    let next = outcome.map(|token| format!("/m/a/{token}"));
    page::answered(next, form, async |form| Ok(code_page(&app, &visit, form))).await
}

#[derive(Template)]
#[template(path = "own_applications/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    base: String,
    contact: String,
    begins: Option<Begun>,
    rows: Vec<(String, Status, service::applications::online::OwnLine)>,
    privacy: &'static str,
}

fn list_page(
    app: &App,
    visit: &Visit,
    token: &str,
    all: OwnApplications,
    form: FormState,
) -> ListPage {
    let base = format!("/m/a/{token}");
    ListPage {
        layout: Layout::new(&app.site.now(), visit, "我的申报").judged(&form),
        contact: all.contact,
        begins: all.begins,
        rows: all
            .applications
            .into_iter()
            .map(|line| (format!("{base}/{}", line.id), status(&line.state), line))
            .collect(),
        privacy: PRIVACY_NOTICE,
        base,
        form,
    }
}

async fn list(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    let all = app.service.own_applications(&token).await?;
    page::page(&list_page(&app, &visit, &token, all, FormState::blank()))
}

async fn begin(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path(token): Path<String>,
    form: FormState,
) -> Result<Response, WebError> {
    let agrees = form.holds("privacy", "yes");
    let outcome = app
        .service
        .begin_own_application(&origin.address, &token, agrees)
        .await;
    let next = outcome.map(|id| format!("/m/a/{token}/{id}"));
    page::answered(next, form, async |form| {
        let all = app.service.own_applications(&token).await?;
        Ok(list_page(&app, &visit, &token, all, form))
    })
    .await
}

/// The address of one's own application.
fn base_of(token: &str, id: RecordId) -> String {
    format!("/m/a/{token}/{id}")
}
