//! 意见反馈 in the office: what the public wrote, by where it stands, and one message with its answer. Who
//! wrote it is masked; reading it asks for a purpose and leaves a trace.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::feedback::{About, Feedback, State as Stands, Thing};
use domain::id::RecordId;
use service::PageRequest;
use service::feedback::{FeedbackView, Writer};

use crate::components::{Empty, Link, Pager, Status, Tab};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::objections::REVEAL;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const READ: Access = Access::Pool(Action::ReadFeedback);
pub(crate) const ANSWER: Access = Access::Pool(Action::AnswerFeedback);

/// Routes of feedback.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/feedback", READ, list)
        .get("/p/{no}/feedback/{feedback}", READ, show)
        .post("/p/{no}/feedback/{feedback}/answer", ANSWER, answer)
        .post("/p/{no}/feedback/{feedback}/close", ANSWER, close)
        .post("/p/{no}/feedback/{feedback}/reveal", REVEAL, reveal)
}

/// What the list shows by code: the words of the tab, and the status codes behind it.
const VIEWS: [(&str, &str, &[&str]); 4] = [
    ("", "待答复", &["open"]),
    ("answered", "已答复", &["answered"]),
    ("closed", "已关闭", &["closed"]),
    ("all", "全部", &[]),
];

fn status(state: &Stands) -> Status {
    let word = state.zh();
    match state {
        Stands::Open => Status::waiting(word),
        Stands::Answered { .. } => Status::good(word),
        Stands::Closed { .. } => Status::idle(word),
    }
}

fn concerns(one: &Feedback) -> String {
    let about = one.about.as_ref().map(About::words);
    about.unwrap_or_default()
}

struct Row {
    href: String,
    number: String,
    topic: &'static str,
    concerns: String,
    received: String,
    by: String,
    status: Status,
}

#[derive(Template)]
#[template(path = "feedback/list.html")]
struct ListPage {
    layout: Layout,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    public: String,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let base = here.href("feedback");
    let wanted = visit.query.text("status");
    let known = VIEWS.iter().find(|(code, ..)| *code == wanted);
    let (view, _, statuses) = known.copied().unwrap_or(VIEWS[0]);
    let at = |code: &str| match code {
        "" => base.clone(),
        code => format!("{base}?status={code}"),
    };
    let after = visit.query.after();
    let request = PageRequest::after(after.clone(), 50);
    let found = app
        .service
        .feedback(here.ctx(), here.no, statuses, &request)
        .await?;
    let rows: Vec<Row> = found
        .items
        .into_iter()
        .map(|one| Row {
            href: format!("{base}/{}", one.id),
            topic: one.topic.zh(),
            concerns: concerns(&one),
            received: page::moment_short(one.received),
            by: one
                .state
                .by()
                .map(|by| format!("{} {}", by.name, page::moment_short(by.at)))
                .unwrap_or_default(),
            status: status(&one.state),
            number: one.number,
        })
        .collect();
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "意见反馈")
            .under(&[(&here.pool.name, &here.href(""))]),
        tabs: VIEWS
            .iter()
            .map(|(code, label, _)| Tab::plain(*label, at(code), *code == view))
            .collect(),
        pager: Pager {
            range: format!("本页 {} 份", rows.len()),
            first: after.map(|_| at(view)),
            next: found.next.map(|cursor| match view {
                "" => format!("{base}?after={cursor}"),
                view => format!("{base}?status={view}&after={cursor}"),
            }),
            ..Pager::default()
        },
        empty: match view {
            "" => Empty {
                what: "没有待答复的意见".to_owned(),
                hint: "公众在公开页面提交的意见列在这里，等待答复。".to_owned(),
                actions: Vec::new(),
            },
            _ => Empty {
                what: "没有这个状态的意见".to_owned(),
                hint: "换一个状态查看。".to_owned(),
                actions: vec![Link::new("查看全部", at("all"))],
            },
        },
        public: format!("/public/feedback/{}", here.no),
        rows,
    })
}

#[derive(Template)]
#[template(path = "feedback/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    view: FeedbackView,
    plain: Option<Writer>,
    status: Status,
    facts: Vec<(String, String)>,
    concerned: Option<Link>,
    ending: Option<Ending>,
}

/// How it was answered or closed.
struct Ending {
    heading: &'static str,
    lines: Vec<String>,
    facts: Vec<(String, String)>,
}

impl Ending {
    fn of(state: &Stands) -> Option<Self> {
        let (heading, text, by) = match state {
            Stands::Open => return None,
            Stands::Answered { by, text } => ("答复", text, by),
            Stands::Closed { by, reason } => ("关闭的理由", reason, by),
        };
        Some(Self {
            heading,
            lines: text.lines().map(str::to_owned).collect(),
            facts: vec![
                ("办理人".to_owned(), by.name.clone()),
                ("办理时间".to_owned(), page::moment(by.at)),
            ],
        })
    }
}

impl ShowPage {
    fn text(&self) -> std::str::Lines<'_> {
        self.view.text.lines()
    }
}

/// The public page of what a message concerns; of a certificate there is none by its number.
fn concerned(about: &About) -> Option<Link> {
    let folder = match about.thing {
        Thing::Notice => "notices",
        Thing::Posting => "postings",
        Thing::Draw => "draws",
        Thing::Certificate => return None,
    };
    let href = format!("/public/{folder}/{}", about.number);
    Some(Link::new(about.words(), href))
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
    plain: Option<Writer>,
) -> Result<ShowPage, WebError> {
    let view = app
        .service
        .feedback_message(here.ctx(), here.no, id)
        .await?;
    let one = &view.feedback;
    let list = here.href("feedback");
    let mut facts = vec![
        ("主题".to_owned(), one.topic.zh().to_owned()),
        ("收到时间".to_owned(), page::moment(one.received)),
    ];
    let concerns = concerns(one);
    if !concerns.is_empty() {
        facts.push(("有关".to_owned(), concerns));
    }
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("意见 {}", one.number))
            .under(&[(&here.pool.name, &here.href("")), ("意见反馈", &list)])
            .judged(&form),
        base: format!("{list}/{id}"),
        status: status(&one.state),
        concerned: one.about.as_ref().and_then(concerned),
        ending: Ending::of(&one.state),
        facts,
        plain,
        form,
        view,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank(), None).await?)
}

async fn done(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("feedback/{id}")));
    page::answered(next, form, |form| {
        show_page(&app, &here, &visit, id, form, None)
    })
    .await
}

async fn answer(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .answer_feedback(here.ctx(), here.no, id, form.value("answer"))
        .await;
    done(at, form, outcome).await
}

async fn close(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .close_feedback(here.ctx(), here.no, id, form.value("reason"))
        .await;
    done(at, form, outcome).await
}

async fn reveal(
    (State(app), here, visit, Path((_, id))): At,
    mut form: FormState,
) -> Result<Response, WebError> {
    let read = app
        .service
        .reveal_feedback_writer(here.ctx(), here.no, id, form.value("purpose"))
        .await;
    match read {
        Ok(plain) => {
            let page = show_page(&app, &here, &visit, id, form, Some(plain)).await?;
            page::page(&page)
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&show_page(&app, &here, &visit, id, form, None).await?)
        }
    }
}
