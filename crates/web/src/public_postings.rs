//! 公示 for everybody: the lists, one list with its days left, the form of an objection, its receipt, and
//! what became of it. No log-in, no script, readable on a phone.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use service::attachments::MOST_BYTES;
use service::objections::{Acknowledged, Answer, Statement};
use service::postings::{PublicLine, Shown, Standing};
use service::{Ctx, PageRequest};

use crate::components::{Note, Status, Tone};
use crate::error::WebError;
use crate::files::{pdf, sent};
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::limits::Kind;
use crate::page;
use crate::public_notices::strip;
use crate::routes::{Access, Routes};
use crate::session::Origin;
use crate::state::App;

/// Routes of public lists.
pub fn routes() -> Routes {
    let filing = post(file).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .get("/public/postings", Access::Public, list)
        .get("/public/postings/{number}", Access::Public, show)
        .get(
            "/public/postings/{number}/list.pdf",
            Access::Public,
            document,
        )
        .get("/public/postings/{number}/list.txt", Access::Public, text)
        .get("/public/postings/{number}/objection", Access::Public, blank)
        .add(
            Method::POST,
            "/public/postings/{number}/objection",
            Access::Public,
            filing,
        )
        .get("/public/objections", Access::Public, ask)
        .post("/public/objections", Access::Public, look_up)
}

pub(crate) fn status(line: &PublicLine) -> Status {
    match line.standing {
        Standing::Open => Status::good(format!("公示中，剩 {} 天", line.days_left)),
        Standing::Over => Status::idle(line.standing.zh()),
        Standing::Withdrawn => Status::stopped(line.standing.zh()),
    }
}

#[derive(Template)]
#[template(path = "public_postings/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<(PublicLine, Status)>,
    next: Option<String>,
}

async fn list(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let after = visit.query.after();
    let found = app
        .service
        .public_postings(&PageRequest::after(after, 20))
        .await?;
    page::page(&ListPage {
        layout: Layout::new(&app.site.now(), &visit, "名单公示"),
        rows: found
            .items
            .into_iter()
            .map(|line| {
                let status = status(&line);
                (line, status)
            })
            .collect(),
        next: found
            .next
            .map(|cursor| format!("/public/postings?after={cursor}")),
    })
}

#[derive(Template)]
#[template(path = "public_postings/show.html")]
struct ShowPage {
    layout: Layout,
    shown: Shown,
    status: Status,
    note: Option<Note>,
    until: String,
    /// Where the result is told, once there is one.
    result: Option<String>,
}

impl ShowPage {
    fn body(&self) -> std::str::Lines<'_> {
        self.shown.body.lines()
    }
    fn objects(&self) -> bool {
        match self.shown.line.standing {
            Standing::Open => true,
            Standing::Over => self.shown.late_taken,
            Standing::Withdrawn => false,
        }
    }
    fn is_open(&self) -> bool {
        self.shown.line.standing == Standing::Open
    }
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let shown = app.service.public_posting(&number).await?;
    let note = match (&shown.withdrawn, shown.line.standing) {
        (Some(reason), _) => Some(Note::new(
            Tone::Bad,
            "这份公示已撤回：",
            format!("{}。名单不再显示。", reason.trim_end_matches('。')),
        )),
        (None, Standing::Over) => Some(Note::new(
            Tone::Plain,
            "公示已期满：",
            if shown.late_taken {
                "现在提出的，转作举报核查，不影响这次公示的结果。"
            } else {
                "不再受理异议。"
            },
        )),
        _ => None,
    };
    let result = match shown.line.standing {
        Standing::Over => app
            .service
            .public_result(&shown.line.number)
            .await
            .map(Some),
        Standing::Open | Standing::Withdrawn => Ok(None),
    };
    let result = match result {
        Ok(result) => result,
        Err(service::Error::NotFound) => None,
        Err(other) => return Err(other.into()),
    };
    let layout = Layout::new(&app.site.now(), &visit, shown.line.title.clone())
        .of_office(shown.signed.clone());
    page::page(&ShowPage {
        result: result.map(|one| format!("/public/results/{}", one.line.number)),
        layout: strip(layout, shown.banner.clone(), shown.demonstration),
        status: status(&shown.line),
        until: shown.line.last_day.strftime("%Y年%-m月%-d日").to_string(),
        note,
        shown,
    })
}

async fn document(
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_public_posting(&number).await?))
}

async fn text(State(app): State<App>, Path(number): Path<String>) -> Result<Response, WebError> {
    let text = app.service.public_posting_text(&number).await?;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, plain)], text).into_response())
}

#[derive(Template)]
#[template(path = "public_postings/objection.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    shown: Shown,
    action: String,
    people: Vec<Choice>,
    until: String,
    named: &'static str,
}

fn form_page(app: &App, visit: &Visit, shown: Shown, form: FormState) -> FormPage {
    let layout = Layout::new(&app.site.now(), visit, "提出异议").judged(&form);
    FormPage {
        layout: strip(layout, shown.banner.clone(), shown.demonstration),
        action: format!("/public/postings/{}/objection", shown.line.number),
        people: shown
            .rows
            .iter()
            .enumerate()
            .map(|(place, cells)| Choice::new((place + 1).to_string(), cells.join("　")))
            .collect(),
        until: shown.line.last_day.strftime("%Y年%-m月%-d日").to_string(),
        named: if shown.signature_needed { "" } else { "选填" },
        shown,
        form,
    }
}

async fn blank(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let shown = app.service.public_posting(&number).await?;
    let closed = match shown.line.standing {
        Standing::Open => false,
        Standing::Over => !shown.late_taken,
        Standing::Withdrawn => true,
    };
    if closed {
        return Ok(page::see_other(&format!(
            "/public/postings/{}",
            shown.line.number
        )));
    }
    let form = FormState::blank().with("person", visit.query.text("person"));
    page::page(&form_page(&app, &visit, shown, form))
}

/// An objection as the form says it.
pub(crate) fn statement(form: &FormState) -> Statement {
    Statement {
        person: form.text("person"),
        fact: form.value("fact").to_owned(),
        name: form.text("name"),
        contact: form.text("contact"),
    }
}

/// Who asks, for the ledger.
pub(crate) fn visitor(app: &App, origin: &Origin) -> Ctx {
    app.service.visitor(&origin.address, &origin.request)
}

#[derive(Template)]
#[template(path = "public_postings/received.html")]
struct ReceivedPage {
    layout: Layout,
    note: Note,
    facts: Vec<(String, String)>,
    back: String,
}

async fn file(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path(number): Path<String>,
    body: Multipart,
) -> Result<Response, WebError> {
    let (mut form, uploads) = sent(body, "attachment").await?;
    let files = uploads.len();
    let outcome = match app.limits.filing(&origin.network) {
        Ok(()) => {
            let ctx = visitor(&app, &origin);
            app.service
                .file_objection(&ctx, &number, &statement(&form), uploads)
                .await
        }
        Err(refused) => Err(refused),
    };
    match outcome {
        Ok(taken) => received(&app, &visit, &number, &taken),
        Err(error) => {
            form.refuse(error)?;
            if files > 0 {
                form.reject(
                    "attachment",
                    "附件没有保存。改好其他内容后，请重新选择附件。",
                );
            }
            let shown = app.service.public_posting(&number).await?;
            page::rejected(&form_page(&app, &visit, shown, form))
        }
    }
}

fn received(
    app: &App,
    visit: &Visit,
    number: &str,
    taken: &Acknowledged,
) -> Result<Response, WebError> {
    let (note, facts) = crate::objections::receipt(taken);
    page::page(&ReceivedPage {
        layout: Layout::new(&app.site.now(), visit, "异议回执"),
        note,
        facts,
        back: format!("/public/postings/{number}"),
    })
}

#[derive(Template)]
#[template(path = "public_postings/answer.html")]
struct AnswerPage {
    layout: Layout,
    form: FormState,
    answer: Option<(Answer, Vec<(String, String)>)>,
}

fn answer_page(app: &App, visit: &Visit, form: FormState) -> AnswerPage {
    AnswerPage {
        layout: Layout::new(&app.site.now(), visit, "查询异议").judged(&form),
        form,
        answer: None,
    }
}

async fn ask(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    page::page(&answer_page(&app, &visit, FormState::blank()))
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
        .objection_answer(&form.text("number"), form.value("code"))
        .await;
    match found {
        Ok(answer) => {
            let at = answer.received.strftime("%Y年%-m月%-d日 %H:%M:%S");
            let facts = vec![
                ("回执编号".to_owned(), answer.number.clone()),
                ("公示".to_owned(), answer.posting.clone()),
                ("性质".to_owned(), answer.taken.zh().to_owned()),
                ("收到时间".to_owned(), at.to_string()),
            ];
            let mut page = answer_page(&app, &visit, FormState::blank());
            page.answer = Some((answer, facts));
            page::page(&page)
        }
        Err(service::Error::NotFound) => {
            form.reject(
                "number",
                "没有查到：回执编号和查询码对不上。请对照回执核对这两项，字母不分大小写。",
            );
            page::rejected(&answer_page(&app, &visit, form))
        }
        Err(other) => Err(other.into()),
    }
}
