//! 公示 in the office: the lists, the form of a draft, one list with its people and objections.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::id::RecordId;
use domain::objection::{Objection, State as Raised, Taken};
use domain::posting::{Posting, State as Stands, days_left};
use jiff::civil::Date;
use service::PageRequest;
use service::postings::{Candidate, Draft, PersonLine, PostingView, Step};

use crate::components::{Empty, Link, Note, Pager, Status, Tone};
use crate::error::WebError;
use crate::files::pdf;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const READ: Access = Access::Pool(Action::ReadPostings);
pub(crate) const POST: Access = Access::Pool(Action::PostCandidates);
pub(crate) const DECIDE: Access = Access::Pool(Action::DecideObjections);

/// Routes of lists for public notice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/postings", READ, list)
        .get("/p/{no}/postings/new", POST, blank)
        .post("/p/{no}/postings/new", POST, begin)
        .get("/p/{no}/postings/{posting}", READ, show)
        .get("/p/{no}/postings/{posting}/edit", POST, edit)
        .post("/p/{no}/postings/{posting}/edit", POST, rewrite)
        .get("/p/{no}/postings/{posting}/list.pdf", READ, document)
        .post("/p/{no}/postings/{posting}/post", POST, put_up)
        .post("/p/{no}/postings/{posting}/withdraw", POST, withdraw)
        .post("/p/{no}/postings/{posting}/objections", DECIDE, record)
}

pub(crate) fn status(state: &Stands, today: Date) -> Status {
    match state {
        Stands::Draft => Status::idle(state.zh()),
        Stands::Posted { posted } => match days_left(posted.last_day, today) {
            0 => Status::notice("期满，待办结"),
            left => Status::good(format!("公示中，剩 {left} 天")),
        },
        Stands::Over { left, .. } if left.is_empty() => Status::idle(state.zh()),
        Stands::Over { .. } => Status::waiting(state.zh()),
        Stands::Withdrawn { .. } => Status::stopped(state.zh()),
    }
}

pub(crate) fn raised(one: &Objection) -> Status {
    let word = one.state.zh();
    match one.state {
        Raised::Received | Raised::Investigated { .. } => Status::waiting(word),
        Raised::Upheld { .. } => Status::stopped(word),
        Raised::Dismissed { .. } => Status::idle(word),
    }
}

/// First and last day, as lists write them.
fn period(one: &Posting) -> String {
    one.state.posted().map_or_else(
        || "未发布".to_owned(),
        |posted| format!("{} 至 {}", posted.at.date(), posted.last_day),
    )
}

#[derive(Template)]
#[template(path = "postings/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    draft: Option<String>,
}

struct Row {
    href: String,
    number: String,
    title: String,
    people: usize,
    period: String,
    status: Status,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let ctx = here.ctx();
    let after = visit.query.after();
    let found = app
        .service
        .postings(ctx, here.no, &[], &PageRequest::after(after.clone(), 50))
        .await?;
    let base = here.href("postings");
    let noticed = here.pack.admission.public_notice.is_some();
    let may = ctx.actor.reach_in(Action::PostCandidates, here.pool.id) != Reach::None;
    let rows: Vec<Row> = found
        .items
        .iter()
        .map(|one| Row {
            href: format!("{base}/{}", one.id),
            number: one
                .state
                .posted()
                .map_or_else(|| "未编号".to_owned(), |posted| posted.number.clone()),
            title: titled(&one.content.title).to_owned(),
            people: one.content.people.len(),
            period: period(one),
            status: status(&one.state, ctx.today()),
        })
        .collect();
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "名单公示")
            .under(&[(&here.pool.name, &here.href(""))]),
        pager: Pager {
            range: format!("本页 {} 份", rows.len()),
            first: after.map(|_| base.clone()),
            previous: None,
            next: found.next.map(|cursor| format!("{base}?after={cursor}")),
            sizes: Vec::new(),
        },
        empty: Empty {
            what: "还没有公示名单".to_owned(),
            hint: if noticed {
                "资格审核通过的人员列入名单，公示期满无异议的进入下一环节。".to_owned()
            } else {
                "本库的办法没有规定公示。".to_owned()
            },
            actions: Vec::new(),
        },
        draft: (may && noticed).then(|| format!("{base}/new")),
        rows,
    })
}

fn titled(title: &str) -> &str {
    match title {
        "" => "（无标题）",
        title => title,
    }
}

#[derive(Template)]
#[template(path = "postings/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    article: String,
    length: String,
    columns: String,
    people: Vec<Choice>,
}

async fn form_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: Option<RecordId>,
    form: FormState,
) -> Result<FormPage, WebError> {
    let list = here.href("postings");
    let (article, length, columns) = app.service.posting_rules(here.ctx(), here.no).await?;
    let candidates = app.service.candidates(here.ctx(), here.no, id).await?;
    let (title, action, back) = match id {
        Some(id) => (
            "修改公示名单",
            format!("{list}/{id}/edit"),
            format!("{list}/{id}"),
        ),
        None => ("起草公示名单", format!("{list}/new"), list.clone()),
    };
    Ok(FormPage {
        layout: here
            .layout(app, visit, title)
            .under(&[(&here.pool.name, &here.href("")), ("名单公示", &list)])
            .judged(&form),
        people: candidates.iter().map(choice).collect(),
        columns: columns.join("、"),
        article,
        length,
        action,
        back,
        form,
    })
}

fn choice(one: &Candidate) -> Choice {
    let listed = &one.listed;
    Choice::new(listed.application.to_string(), listed.cells.join("　")).detail(&listed.number)
}

fn typed(form: &FormState) -> Draft {
    Draft {
        title: form.text("title"),
        body: form.value("body").to_owned(),
        contact: form.text("contact"),
        applications: form.ids("application"),
    }
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let mut form = FormState::blank()
        .with("title", format!("{}拟任名单公示", here.pool.name))
        .with(
            "body",
            "经审核，下列人员符合条件，现予公示。公示期满无异议的，按规定办理。",
        );
    for one in app.service.candidates(here.ctx(), here.no, None).await? {
        form = form.with("application", one.listed.application.to_string());
    }
    page::page(&form_page(&app, &here, &visit, None, form).await?)
}

async fn begin(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .draft_posting(here.ctx(), here.no, &typed(&form))
        .await;
    let next = outcome.map(|id| here.href(format!("postings/{id}")));
    page::answered(next, form, |form| {
        form_page(&app, &here, &visit, None, form)
    })
    .await
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn edit((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    let view = app.service.posting(here.ctx(), here.no, id).await?;
    if !view.steps.contains(&Step::Edit) {
        return Ok(page::see_other(&here.href(format!("postings/{id}"))));
    }
    let content = &view.posting.content;
    let mut form = FormState::blank()
        .with("version", view.version.to_string())
        .with("title", &content.title)
        .with("body", &content.body)
        .with("contact", &content.contact);
    for one in &content.people {
        form = form.with("application", one.application.to_string());
    }
    page::page(&form_page(&app, &here, &visit, Some(id), form).await?)
}

async fn rewrite(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
) -> Result<Response, WebError> {
    let version = form.value("version").parse().unwrap_or(0);
    let outcome = app
        .service
        .rewrite_posting(here.ctx(), here.no, id, version, &typed(&form))
        .await;
    let next = match outcome {
        Ok(()) => Ok(here.href(format!("postings/{id}"))),
        Err(service::Error::Stale) => Err(service::Error::field(
            "",
            "这份名单刚被他人修改，您的修改没有保存，填写的内容还在下面。请在另一个窗口打开名单核对，再重新进入修改。",
        )),
        Err(error) => Err(error),
    };
    page::answered(next, form, |form| {
        form_page(&app, &here, &visit, Some(id), form)
    })
    .await
}

#[derive(Template)]
#[template(path = "postings/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    view: PostingView,
    number: String,
    status: Status,
    note: Option<Note>,
    facts: Vec<(String, String)>,
    objections: Vec<(String, Objection, Status)>,
    persons: Vec<Choice>,
    confirm_status: String,
    public: Option<String>,
    digest: String,
}

impl ShowPage {
    fn may(&self, step: Step) -> bool {
        self.view.steps.contains(&step)
    }
    fn edit(&self) -> String {
        format!("{}/edit", self.base)
    }
    fn title(&self) -> &str {
        titled(&self.view.posting.content.title)
    }
    fn body(&self) -> std::str::Lines<'_> {
        self.view.posting.content.body.lines()
    }
    fn people(&self) -> &[PersonLine] {
        &self.view.people
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.posting(here.ctx(), here.no, id).await?;
    let today = here.ctx().today();
    let posting = &view.posting;
    let posted = posting.state.posted();
    let number = posted.map_or_else(|| "未编号".to_owned(), |posted| posted.number.clone());
    let confirm_status = if view.steps.contains(&Step::Post) {
        here.confirm_status("办理")
    } else {
        String::new()
    };
    let held = view
        .objections
        .iter()
        .filter(|one| one.taken == Taken::Objection && !one.state.is_over())
        .count();
    let note = match &posting.state {
        _ if !view.intact => Some(Note::new(
            Tone::Bad,
            "名单与指纹不一致：",
            "保存的名单和发布时的不同。请停止办理，联系技术支持核对台账。",
        )),
        Stands::Withdrawn { by, reason, .. } => Some(Note::new(
            Tone::Bad,
            format!("{}撤回：", by.name),
            reason.clone(),
        )),
        Stands::Posted { .. } | Stands::Over { .. } if held > 0 => Some(Note::new(
            Tone::Warn,
            format!("{held} 份异议没有办结："),
            "只影响异议针对的人，其他人期满后照常进入下一环节。",
        )),
        _ => None,
    };
    let mut facts = vec![
        ("依据".to_owned(), view.article.clone()),
        (
            "公示时间".to_owned(),
            format!("{}（{}）", period(posting), view.length),
        ),
        ("异议受理".to_owned(), posting.content.contact.clone()),
        ("起草".to_owned(), posting.drafted.name.clone()),
    ];
    if let Some(posted) = posted {
        let at = posted.at.strftime("%Y-%m-%d %H:%M");
        facts.push(("发布".to_owned(), format!("{}，{at}", posted.by.name)));
    }
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("名单公示 {number}"))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("名单公示", &here.href("postings")),
            ])
            .judged(&form),
        base: here.href(format!("postings/{id}")),
        status: status(&posting.state, today),
        public: posted.map(|posted| format!("/public/postings/{}", posted.number)),
        digest: posted
            .map(|posted| posted.digest.clone())
            .unwrap_or_default(),
        objections: view
            .objections
            .iter()
            .map(|one| {
                let href = here.href(format!("objections/{}", one.id));
                (href, one.clone(), raised(one))
            })
            .collect(),
        persons: posting
            .content
            .people
            .iter()
            .enumerate()
            .map(|(place, one)| Choice::new((place + 1).to_string(), one.cells.join("　")))
            .collect(),
        number,
        note,
        facts,
        confirm_status,
        form,
        view,
    })
}

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn document((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app
        .service
        .print_posting(here.ctx(), here.no, id)
        .await?))
}

async fn answered<T>(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    let next = outcome.map(|_| here.href(format!("postings/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

async fn put_up(at: At, form: FormState) -> Result<Response, WebError> {
    let confirmed = form.value("status_confirmed") == "yes";
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .post_posting(here.ctx(), here.no, id, confirmed)
        .await;
    answered(at, form, outcome).await
}

async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .withdraw_posting(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn record(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, visit, id) = (&at.0.0, &at.1, &at.2, at.3.0.1);
    let statement = crate::public_postings::statement(&form);
    let outcome = app
        .service
        .record_objection(
            here.ctx(),
            here.no,
            id,
            &statement,
            form.value("received_on"),
        )
        .await;
    match outcome {
        Ok(taken) => {
            let back = Link::new("返回名单", here.href(format!("postings/{id}")));
            let layout = here.layout(app, visit, "登记了一份异议").under(&[
                (&here.pool.name, &here.href("")),
                ("名单公示", &here.href("postings")),
            ]);
            crate::objections::recorded(layout, &taken, back)
        }
        Err(error) => answered::<()>(at, form, Err(error)).await,
    }
}
