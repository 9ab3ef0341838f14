//! One case: its facts, the steps with who took them, what proves it, and what may be done with it.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::actor::{Action, Reach};
use domain::exit::{State as Stands, Taken};
use domain::id::{FileId, RecordId};
use domain::policy::words::Word as _;
use service::attachments::MOST_BYTES;
use service::exits::{ExitView, opened_words};
use service::objections::Upload;
use service::papers::PaperFile;

use super::{HANDLE, READ, STEP, opened_at, status};
use crate::components::{Moment, Note, Progress, Status, Tone};
use crate::error::WebError;
use crate::files::{download, uploaded};
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::Routes;
use crate::session::InPool;
use crate::state::App;

pub(super) fn routes() -> Routes {
    let upload = post(add).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .get("/p/{no}/exits/{exit}", READ, show)
        .get("/p/{no}/exits/{exit}/letter.pdf", READ, letter_pdf)
        .get("/p/{no}/exits/{exit}/letter.docx", READ, letter_docx)
        .post("/p/{no}/exits/{exit}/step", STEP, step)
        .post("/p/{no}/exits/{exit}/refuse", STEP, refuse)
        .post("/p/{no}/exits/{exit}/withdraw", HANDLE, withdraw)
        .add(
            Method::POST,
            "/p/{no}/exits/{exit}/documents",
            HANDLE,
            upload,
        )
        .post("/p/{no}/exits/{exit}/documents/{file}", READ, open)
}

#[derive(Template)]
#[template(path = "exits/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    /// The expert's page, for those who may read it.
    file: Option<String>,
    status: Status,
    note: Option<Note>,
    facts: Vec<(String, String)>,
    served: Vec<(String, String)>,
    moments: Vec<Moment>,
    /// What to tick before the last step; empty before the others.
    consequences: String,
    /// The meetings, where the case waits for one.
    meetings: Option<String>,
    /// There is, or may come to be, a letter.
    letter: bool,
    view: ExitView,
}

impl ShowPage {
    fn statement(&self) -> std::str::Lines<'_> {
        let said = self.view.exit.statement.as_ref();
        said.map_or("", |said| said.text.as_str()).lines()
    }
    fn stated_at(&self) -> String {
        let said = self.view.exit.statement.as_ref();
        said.map_or_else(String::new, |said| page::moment(said.at))
    }
}

/// What no step is taken without.
fn lacking(view: &ExitView) -> Option<Note> {
    let lines: Vec<String> = view
        .lacking
        .iter()
        .map(|one| format!("{}（{}）", one.sentence.trim_end_matches('。'), one.article))
        .collect();
    (!lines.is_empty()).then(|| Note::new(Tone::Warn, "还缺：", lines.join("；")))
}

/// A step taken, in one line.
fn taken(step: &Taken, verdict: &str) -> String {
    let mut text = format!("{}：{}{verdict}", step.step, step.by.name);
    let paper = step.document.as_deref().unwrap_or_default();
    for part in [paper, step.opinion.as_str()] {
        if !part.is_empty() {
            text = format!("{text}，{part}");
        }
    }
    text
}

fn moments(view: &ExitView) -> Vec<Moment> {
    let one = &view.exit;
    let moment = |time: String, text: String, progress| Moment {
        time,
        text,
        link: None,
        progress,
    };
    let done = |time: String, text: String| moment(time, text, Progress::Done);
    let mut moments = vec![done(
        page::moment_short(opened_at(&one.opened)),
        opened_words(&one.opened),
    )];
    let steps = one.state.taken();
    moments.extend(
        steps
            .iter()
            .map(|step| done(step.on.to_string(), taken(step, ""))),
    );
    match &one.state {
        Stands::Open { .. } => {
            let ahead = view.steps.iter().skip(steps.len());
            moments.extend(ahead.enumerate().map(|(place, (label, party))| {
                let (time, progress) = match place {
                    0 => ("现在", Progress::Now),
                    _ => ("之后", Progress::Ahead),
                };
                let text = format!("{label}，由{party}办理");
                moment(time.to_owned(), text, progress)
            }));
        }
        Stands::Left { on, .. } => {
            moments.push(done(on.to_string(), "自该日起出库".to_owned()));
        }
        Stands::Refused { no, .. } => {
            moments.push(done(no.on.to_string(), taken(no, "不同意")));
        }
        Stands::Withdrawn { by, at, reason, .. } => {
            let text = format!("{by}撤回：{reason}");
            moments.push(done(page::moment_short(*at), text));
        }
    }
    moments
}

/// What the last step does, in the words of the pack.
fn consequences(here: &InPool) -> String {
    let rules = here.pack.exit.iter();
    let effects = rules.flat_map(|rules| rules.effects.iter().map(|effect| effect.zh()));
    let effects: Vec<&str> = effects.collect();
    format!(
        "已核对：专家自今日起{}，办结后不能恢复。",
        effects.join("，")
    )
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.exit(here.ctx(), here.no, id).await?;
    let one = &view.exit;
    let list = here.href("exits");
    let reach = |action| here.ctx().actor.reach_in(action, here.pool.id);
    let next = view.next.as_ref();
    let last = next.is_some_and(|next| next.last && next.may);
    let meets = next.is_some_and(|next| next.by_meeting);
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("{} {}", view.title, one.number))
            .under(&[(&here.pool.name, &here.href("")), ("解聘退出", &list)])
            .judged(&form),
        base: format!("{list}/{id}"),
        file: (reach(Action::ReadExperts) != Reach::None)
            .then(|| here.href(format!("experts/{}", one.expert))),
        status: status(&one.state),
        note: lacking(&view),
        facts: view.facts(),
        served: view
            .service
            .iter()
            .map(|(label, number)| ((*label).to_owned(), format!("{number} 次")))
            .collect(),
        moments: moments(&view),
        consequences: if last {
            consequences(here)
        } else {
            Default::default()
        },
        meetings: (meets && reach(Action::ReadApplications) == Reach::Pool)
            .then(|| here.href("meetings")),
        letter: matches!(one.state, Stands::Open { .. } | Stands::Left { .. }),
        form,
        view,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("exits/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

/// The box of the last step: whoever could take it and did not tick is asked to.
async fn unticked(
    app: &App,
    here: &InPool,
    id: RecordId,
    form: &FormState,
) -> Result<bool, WebError> {
    if form.value("status_confirmed") == "yes" {
        return Ok(false);
    }
    let view = app.service.exit(here.ctx(), here.no, id).await?;
    Ok(view.next.is_some_and(|next| next.last && next.may))
}

async fn step(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    if unticked(app, here, id, &form).await? {
        let words = "没有确认后果。请核对后勾选，再提交。";
        let outcome = Err(service::Error::field("status_confirmed", words));
        return answered(at, form, outcome).await;
    }
    let outcome = app
        .service
        .take_exit_step(
            here.ctx(),
            here.no,
            id,
            form.value("step"),
            form.value("opinion"),
            form.value("document"),
        )
        .await;
    answered(at, form, outcome).await
}

async fn refuse(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .refuse_exit(
            here.ctx(),
            here.no,
            id,
            form.value("step"),
            form.value("reason"),
        )
        .await;
    // The opinion of whoever agrees stands on the same page.
    answered(at, form, outcome).await
}

async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .withdraw_exit(here.ctx(), here.no, id, form.value("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn add(at: At, body: Multipart) -> Result<Response, WebError> {
    let (form, name, bytes) = uploaded(body, "attachment").await?;
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = if bytes.is_empty() {
        Err(service::Error::field(
            "attachment",
            "没有选择文件。请选择后再上传。",
        ))
    } else {
        let upload = Upload { name, bytes };
        app.service
            .add_exit_document(here.ctx(), here.no, id, upload)
            .await
    };
    answered(at, form, outcome).await
}

async fn open(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id, file)): Path<(i64, RecordId, FileId)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let opened = app
        .service
        .open_exit_document(here.ctx(), here.no, id, file, form.value("purpose"))
        .await;
    match opened {
        Ok(made) => Ok(download(made)),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&show_page(&app, &here, &visit, id, form).await?)
        }
    }
}

async fn letter(
    app: &App,
    here: &InPool,
    id: RecordId,
    file: PaperFile,
) -> Result<Response, WebError> {
    let made = app.service.exit_letter(here.ctx(), here.no, id, file);
    Ok(download(made.await?))
}

async fn letter_pdf((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    letter(&app, &here, id, PaperFile::Pdf).await
}

async fn letter_docx((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    letter(&app, &here, id, PaperFile::Docx).await
}
