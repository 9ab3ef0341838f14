//! 异议 in the office: one objection with its investigation and conclusion. Who filed it is masked;
//! reading it asks for a purpose and leaves a trace.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::id::{FileId, RecordId};
use domain::objection::{Outcome, State as Stands, Taken};
use service::objections::{Acknowledged, ObjectionView, Objector};

use crate::components::{Link, Note, Status, Tone};
use crate::error::WebError;
use crate::files::shown;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::postings::{DECIDE, READ, raised};
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const REVEAL: Access = Access::Pool(Action::RevealIdentity);

/// Routes of objections.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/objections/{objection}", READ, show)
        .get("/p/{no}/objections/{objection}/files/{file}", READ, open)
        .post(
            "/p/{no}/objections/{objection}/investigate",
            DECIDE,
            investigate,
        )
        .post("/p/{no}/objections/{objection}/decide", DECIDE, decide)
        .post("/p/{no}/objections/{objection}/reveal", REVEAL, reveal)
}

#[derive(Template)]
#[template(path = "objections/recorded.html")]
struct RecordedPage {
    layout: Layout,
    note: Note,
    facts: Vec<(String, String)>,
    back: Link,
}

/// The receipt facts of what was taken.
pub(crate) fn receipt(taken: &Acknowledged) -> (Note, Vec<(String, String)>) {
    let note = match taken.taken {
        Taken::Objection => Note::new(
            Tone::Good,
            "异议已收到：",
            "在公示期内。对这位人员的任用等核查结论，其他人员不受影响。",
        ),
        Taken::TipOff => Note::new(
            Tone::Warn,
            "公示期已满，转作举报：",
            "会核查并处理，但不影响这次公示的结果。",
        ),
    };
    let at = taken.received.strftime("%Y年%-m月%-d日 %H:%M:%S");
    let facts = vec![
        ("回执编号".to_owned(), taken.number.clone()),
        ("查询码".to_owned(), taken.code.clone()),
        ("针对".to_owned(), taken.person.clone()),
        ("收到时间".to_owned(), at.to_string()),
        ("附件".to_owned(), format!("{} 个", taken.files)),
    ];
    (note, facts)
}

/// The receipt of what an officer entered, to be handed to whoever came.
pub(crate) fn recorded(
    layout: Layout,
    taken: &Acknowledged,
    back: Link,
) -> Result<Response, WebError> {
    let (note, facts) = receipt(taken);
    page::page(&RecordedPage {
        layout,
        note,
        facts,
        back,
    })
}

#[derive(Template)]
#[template(path = "objections/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    view: ObjectionView,
    plain: Option<Objector>,
    status: Status,
    facts: Vec<(String, String)>,
    findings: String,
    conclusion: Option<Note>,
    outcomes: Vec<Choice>,
    list: Link,
    application: Link,
}

impl ShowPage {
    fn fact(&self) -> std::str::Lines<'_> {
        self.view.fact.lines()
    }
    fn may_conclude(&self) -> bool {
        self.view.may_decide && !self.findings.is_empty()
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
    plain: Option<Objector>,
) -> Result<ShowPage, WebError> {
    let view = app.service.objection(here.ctx(), here.no, id).await?;
    let one = &view.objection;
    let (findings, conclusion) = match &one.state {
        Stands::Received => (String::new(), None),
        Stands::Investigated { findings, .. } => (findings.clone(), None),
        Stands::Upheld {
            by,
            reason,
            findings,
        } => (
            findings.clone(),
            Some(Note::new(
                Tone::Bad,
                format!("{}认定成立：", by.name),
                reason.clone(),
            )),
        ),
        Stands::Dismissed {
            by,
            reason,
            findings,
        } => (
            findings.clone(),
            Some(Note::new(
                Tone::Plain,
                format!("{}认定不成立：", by.name),
                reason.clone(),
            )),
        ),
    };
    let form = if form.value("findings").is_empty() {
        form.with("findings", &findings)
    } else {
        form
    };
    let at = one.received.strftime("%Y-%m-%d %H:%M:%S");
    let last = view.last_day.map(|day| day.to_string()).unwrap_or_default();
    let facts = vec![
        ("针对".to_owned(), one.person.clone()),
        ("性质".to_owned(), one.taken.zh().to_owned()),
        ("收到时间".to_owned(), format!("{at}（公示末日 {last}）")),
        (
            "方式".to_owned(),
            match &one.filed {
                domain::objection::Filed::Online => "公开页面".to_owned(),
                domain::objection::Filed::Desk { by } => format!("{}登记", by.name),
            },
        ),
    ];
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("异议 {}", one.number))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("名单公示", &here.href("postings")),
            ])
            .judged(&form),
        base: here.href(format!("objections/{id}")),
        status: raised(one),
        list: Link::new(
            format!("公示 {}", one.posting_number),
            here.href(format!("postings/{}", one.posting)),
        ),
        application: Link::new(
            "入库申请",
            here.href(format!("applications/{}", one.application)),
        ),
        outcomes: vec![
            Choice::new("dismissed", "不成立").detail("公示期满后进入下一环节"),
            match one.taken {
                Taken::Objection => {
                    Choice::new("upheld", "成立").detail("这份入库申请本次不予通过，理由告知本人")
                }
                Taken::TipOff => {
                    Choice::new("upheld", "成立").detail("举报不影响公示结果，按解聘等规定另行处理")
                }
            },
        ],
        facts,
        findings,
        conclusion,
        plain,
        form,
        view,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank(), None).await?)
}

async fn open(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .open_objection_file(here.ctx(), here.no, id, file)
        .await?;
    Ok(shown(made))
}

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("objections/{id}")));
    page::answered(next, form, |form| {
        show_page(&app, &here, &visit, id, form, None)
    })
    .await
}

async fn investigate(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .investigate_objection(here.ctx(), here.no, id, form.value("findings"))
        .await;
    answered(at, form, outcome).await
}

/// The outcome by its code.
pub(crate) fn outcome_of(code: &str) -> Result<Outcome, service::Error> {
    match code {
        "upheld" => Ok(Outcome::Upheld),
        "dismissed" => Ok(Outcome::Dismissed),
        _ => Err(service::Error::field(
            "outcome",
            "没有选择结论。异议成立与否决定这位人员能否任用，请选择。",
        )),
    }
}

async fn decide(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = match outcome_of(form.value("outcome")) {
        Ok(outcome) => {
            app.service
                .decide_objection(here.ctx(), here.no, id, outcome, &form.text("reason"))
                .await
        }
        Err(error) => Err(error),
    };
    answered(at, form, outcome).await
}

async fn reveal(
    (State(app), here, visit, Path((_, id))): At,
    mut form: FormState,
) -> Result<Response, WebError> {
    let read = app
        .service
        .reveal_objector(here.ctx(), here.no, id, form.value("purpose"))
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
