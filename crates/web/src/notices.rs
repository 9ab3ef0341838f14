//! 征集公告 in the office: the list with the yearly number, the form of a draft, one notice with what may
//! be done now, the preview.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::id::RecordId;
use domain::policy::due::State as Due;
use domain::solicitation::{Notice, Standing, State as Stands};
use service::papers::PaperFile;
use service::solicitations::{Appearance, NoticeDuty, NoticeView, Outline, Step, Wording};

use crate::components::{Empty, Here, Link, Moment, Note, Progress, Status, Tab, Tone};
use crate::draws::pdf;
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::papers::blanks;
use crate::public_notices::{NoticeText, window_words};
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const READ: Access = Access::Pool(Action::ReadNotices);
pub(crate) const DRAFT: Access = Access::Pool(Action::DraftNotice);
pub(crate) const APPROVE: Access = Access::Pool(Action::ApproveNotice);

/// Routes of notices in the office.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/notices", READ, list)
        .get("/p/{no}/notices/new", DRAFT, blank)
        .post("/p/{no}/notices/new", DRAFT, begin)
        .get("/p/{no}/notices/{notice}", READ, show)
        .get("/p/{no}/notices/{notice}/edit", DRAFT, edit)
        .post("/p/{no}/notices/{notice}/edit", DRAFT, rewrite)
        .get("/p/{no}/notices/{notice}/preview", READ, preview)
        .get("/p/{no}/notices/{notice}/notice.pdf", READ, document)
        .post("/p/{no}/notices/{notice}/submit", DRAFT, submit)
        .post("/p/{no}/notices/{notice}/approve", APPROVE, approve)
        .post("/p/{no}/notices/{notice}/return", APPROVE, send_back)
        .post("/p/{no}/notices/{notice}/publish", DRAFT, publish)
        .post("/p/{no}/notices/{notice}/media", DRAFT, appear)
        .post("/p/{no}/notices/{notice}/withdraw", DRAFT, withdraw)
}

/// The groups the list can be narrowed to: code, words, status codes, and whether the clock decides
/// which of them belong.
const VIEWS: [(&str, &str, &[&str], Option<Standing>); 5] = [
    ("", "全部", &[], None),
    (
        "work",
        "起草和审批",
        &["draft", "submitted", "approved"],
        None,
    ),
    ("open", "征集中", &["published"], Some(Standing::Open)),
    ("closed", "已截止", &["published"], Some(Standing::Closed)),
    ("withdrawn", "已撤回", &["withdrawn", "dropped"], None),
];

fn status(notice: &Notice, standing: Standing) -> Status {
    let word = notice.state.zh();
    match (&notice.state, standing) {
        (Stands::Published { .. }, Standing::Open) => Status::good(standing.zh()),
        (Stands::Published { .. }, Standing::Ahead) => Status::notice(standing.zh()),
        (Stands::Published { .. }, _) => Status::idle(standing.zh()),
        (Stands::Draft { returned: Some(_) }, _) => Status::stopped(word),
        (Stands::Draft { .. } | Stands::Withdrawn { .. }, _) => Status::idle(word),
        (Stands::Submitted { .. }, _) => Status::waiting(word),
        (Stands::Approved { .. }, _) => Status::notice(word),
    }
}

#[derive(Template)]
#[template(path = "notices/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    duty: Option<Note>,
    counted: Vec<(Link, String)>,
    tabs: Vec<Tab>,
    action: String,
    view: &'static str,
    rows: Vec<Row>,
    empty: Empty,
    draft: Option<String>,
}

struct Row {
    href: String,
    number: String,
    title: String,
    window: String,
    by: String,
    status: Status,
    uncovered: String,
}

fn duty_note(duty: &NoticeDuty) -> Note {
    let lead = format!("{}（{}）：", duty.label, duty.article);
    let done = format!(
        "今年已发布 {} 次，办法规定 {} 次",
        duty.count, duty.at_least
    );
    let (tone, words) = match (duty.state, duty.behind) {
        (Due::Spared, _) => (
            Tone::Plain,
            format!("{done}；办法在今年内届满，今年不要求次数。"),
        ),
        (Due::Kept, _) => (Tone::Good, format!("{done}，达标。")),
        (Due::Exceeded, _) => (Tone::Warn, format!("{done}，已超过。")),
        (Due::Missed, _) => (Tone::Bad, format!("{done}，不达标。")),
        (Due::Due, Some((from, at_least))) => (
            Tone::Bad,
            format!(
                "{done}。到{}应有 {at_least} 次，已经滞后，请尽快起草。",
                from.strftime("%-m月%-d日")
            ),
        ),
        (Due::Due, None) => (
            Tone::Warn,
            format!(
                "{done}，还要在{}前发布。",
                duty.last_day.strftime("%-m月%-d日")
            ),
        ),
    };
    Note::new(tone, lead, words)
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let wanted = visit.query.text("status");
    let (code, _, statuses, standing) = VIEWS
        .iter()
        .find(|(code, ..)| *code == wanted)
        .unwrap_or(&VIEWS[0]);
    let statuses: Vec<String> = statuses.iter().map(|&status| status.to_owned()).collect();
    let words = visit.query.text("q");
    let (ctx, pool) = (here.ctx(), here.pool.id);
    let found = app.service.notices(ctx, pool, &statuses, &words).await?;
    let duty = app.service.notice_duty(ctx, pool).await?;
    let base = here.href("notices");
    let rows: Vec<Row> = found
        .into_iter()
        .filter(|line| standing.is_none_or(|wanted| line.standing == wanted))
        .map(|line| Row {
            href: format!("{base}/{}", line.notice.id),
            number: line
                .notice
                .number
                .clone()
                .unwrap_or_else(|| "未编号".to_owned()),
            title: match line.notice.content.title.as_str() {
                "" => "（无标题）".to_owned(),
                title => title.to_owned(),
            },
            window: window_words(line.notice.content.opens, line.notice.content.closes),
            by: line.notice.drafted.name.clone(),
            status: status(&line.notice, line.standing),
            uncovered: line.uncovered.join("、"),
        })
        .collect();
    let counted = duty.iter().flat_map(|duty| &duty.notices).map(|one| {
        let media = match one.uncovered.join("、").as_str() {
            "" => "各媒体均已登记".to_owned(),
            media => format!("未覆盖：{media}"),
        };
        (
            Link::new(
                format!("{} {}", one.on, one.number),
                format!("{base}/{}", one.id),
            ),
            media,
        )
    });
    let drafts = ctx.actor.reach_in(Action::DraftNotice, pool) != Reach::None
        && here.pack.admission.solicitation.is_some();
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "征集公告")
            .under(&[(&here.pool.name, &here.href(""))]),
        counted: counted.collect(),
        duty: duty.as_ref().map(duty_note),
        tabs: VIEWS
            .iter()
            .map(|(value, label, ..)| Tab {
                link: Link::new(
                    *label,
                    if value.is_empty() {
                        base.clone()
                    } else {
                        format!("{base}?status={value}")
                    },
                ),
                count: None,
                here: Here::when(value == code),
            })
            .collect(),
        empty: if words.is_empty() && code.is_empty() {
            Empty {
                what: "还没有征集公告".to_owned(),
                hint: match here.pack.admission.solicitation {
                    Some(_) => "发布后，申请人可以在公开页面上看到怎样申请。".to_owned(),
                    None => "本库的办法没有规定征集公告。".to_owned(),
                },
                actions: Vec::new(),
            }
        } else {
            Empty {
                what: "没有符合条件的征集公告".to_owned(),
                hint: "换一个状态，或去掉标题中的字。".to_owned(),
                actions: vec![Link::new("看全部公告", base.clone())],
            }
        },
        draft: drafts.then(|| format!("{base}/new")),
        form: visit.query.clone(),
        view: code,
        action: base,
        rows,
    })
}

#[derive(Template)]
#[template(path = "notices/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    outline: Outline,
    channels: Vec<Choice>,
    returned: Option<Note>,
}

impl FormPage {
    fn paragraph(&self, place: &usize) -> String {
        format!("paragraph.{place}")
    }
    fn wanted(&self, place: &usize) -> String {
        format!("wanted.{place}")
    }
}

/// A wording as the form's fields.
fn filled(outline: &Outline, wording: &Wording) -> FormState {
    let mut form = FormState::blank()
        .with("title", &wording.title)
        .with("body", &wording.body)
        .with("opens_on", &wording.opens_on)
        .with("opens_at", &wording.opens_at)
        .with("closes_on", &wording.closes_on)
        .with("closes_at", &wording.closes_at)
        .with("materials", &wording.materials)
        .with("contact", &wording.contact);
    for (place, label) in outline.headings.iter().enumerate() {
        let text = wording.paragraphs.get(label).cloned().unwrap_or_default();
        form = form.with(&format!("paragraph.{place}"), text);
    }
    for (place, row) in outline.wanted.iter().enumerate() {
        let number = wording.wanted.get(&row.key).cloned().unwrap_or_default();
        form = form.with(&format!("wanted.{place}"), number);
    }
    for channel in &wording.channels {
        form = form.with("channels", channel);
    }
    form
}

/// The form's fields as a wording.
fn wording(outline: &Outline, form: &FormState) -> Wording {
    let paragraphs: BTreeMap<String, String> = outline
        .headings
        .iter()
        .enumerate()
        .map(|(place, label)| {
            let text = form.value(&format!("paragraph.{place}"));
            (label.clone(), text.to_owned())
        })
        .collect();
    let wanted: BTreeMap<String, String> = outline
        .wanted
        .iter()
        .enumerate()
        .map(|(place, row)| (row.key.clone(), form.text(&format!("wanted.{place}"))))
        .collect();
    Wording {
        title: form.text("title"),
        body: form.value("body").to_owned(),
        paragraphs,
        wanted,
        materials: form.value("materials").to_owned(),
        channels: form.values("channels").map(str::to_owned).collect(),
        opens_on: form.text("opens_on"),
        opens_at: form.text("opens_at"),
        closes_on: form.text("closes_on"),
        closes_at: form.text("closes_at"),
        contact: form.text("contact"),
    }
}

fn form_page(
    (app, here, visit): (&App, &InPool, &Visit),
    outline: Outline,
    form: FormState,
    notice: Option<&Notice>,
) -> FormPage {
    let title = match notice {
        Some(_) => format!("修改{}", outline.label),
        None => format!("起草{}", outline.label),
    };
    let list = here.href("notices");
    let action = notice.map_or_else(
        || format!("{list}/new"),
        |notice| format!("{list}/{}/edit", notice.id),
    );
    let returned = match notice.map(|notice| &notice.state) {
        Some(Stands::Draft {
            returned: Some(returned),
        }) => Some(Note::new(
            Tone::Warn,
            format!("{}退回：", returned.by.name),
            returned.reason.clone(),
        )),
        _ => None,
    };
    FormPage {
        layout: here
            .layout(app, visit, title)
            .under(&[(&here.pool.name, &here.href("")), ("征集公告", &list)])
            .judged(&form),
        back: notice.map_or_else(|| list.clone(), |notice| format!("{list}/{}", notice.id)),
        channels: outline
            .channels
            .iter()
            .map(|(id, label)| Choice::new(id, label))
            .collect(),
        action,
        outline,
        returned,
        form,
    }
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let outline = app.service.notice_outline(here.ctx(), here.pool.id).await?;
    let form = filled(&outline, &outline.beginning);
    page::page(&form_page((&app, &here, &visit), outline, form, None))
}

/// 提请审批 after saving, if the button says so; problems stand in the form beside what was saved.
async fn submitted(
    app: &App,
    here: &InPool,
    id: RecordId,
    form: &mut FormState,
) -> Result<(), WebError> {
    if form.value("then") != "submit" {
        return Ok(());
    }
    match app.service.submit_notice(here.ctx(), id).await {
        Ok(()) => Ok(()),
        Err(error) => form.refuse(error),
    }
}

async fn begin(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let (ctx, pool) = (here.ctx(), here.pool.id);
    let outline = app.service.notice_outline(ctx, pool).await?;
    match app
        .service
        .draft_notice(ctx, pool, &wording(&outline, &form))
        .await
    {
        Ok(id) => {
            submitted(&app, &here, id, &mut form).await?;
            again(&app, &here, &visit, id, form).await
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&form_page((&app, &here, &visit), outline, form, None))
        }
    }
}

/// The notice, or the form of the saved draft with what is still missing.
async fn again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<Response, WebError> {
    if form.is_sound() {
        return Ok(page::see_other(&here.href(format!("notices/{id}"))));
    }
    let view = app.service.notice(here.ctx(), id).await?;
    let outline = app.service.notice_outline(here.ctx(), here.pool.id).await?;
    // The version is the stored one now: what was typed is saved, only not handed in.
    let mut kept: Vec<(String, String)> = form.pairs().to_vec();
    kept.retain(|(name, _)| name != "version");
    kept.push(("version".to_owned(), view.version.to_string()));
    let mut shown = FormState::from(kept);
    for error in form.errors() {
        shown.reject(&error.field, error.message.clone());
    }
    page::rejected(&form_page(
        (app, here, visit),
        outline,
        shown,
        Some(&view.notice),
    ))
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn edit((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    let view = app.service.notice(here.ctx(), id).await?;
    if !view.steps.contains(&Step::Edit) {
        return Ok(page::see_other(&here.href(format!("notices/{id}"))));
    }
    let outline = app.service.notice_outline(here.ctx(), here.pool.id).await?;
    let form = filled(&outline, &Wording::of(&view.notice.content))
        .with("version", view.version.to_string());
    page::page(&form_page(
        (&app, &here, &visit),
        outline,
        form,
        Some(&view.notice),
    ))
}

async fn rewrite(
    (State(app), here, visit, Path((_, id))): At,
    mut form: FormState,
) -> Result<Response, WebError> {
    let (ctx, pool) = (here.ctx(), here.pool.id);
    let outline = app.service.notice_outline(ctx, pool).await?;
    let version = form.value("version").parse().unwrap_or(0);
    let outcome = app
        .service
        .rewrite_notice(ctx, id, version, &wording(&outline, &form))
        .await;
    match outcome {
        Ok(()) => {
            submitted(&app, &here, id, &mut form).await?;
            again(&app, &here, &visit, id, form).await
        }
        Err(service::Error::Stale) => {
            form.reject(
                "",
                "这份公告刚被他人修改，您的修改没有保存，填写的内容还在下面。请核对后再保存一次，将以您的内容为准。",
            );
            again(&app, &here, &visit, id, form).await
        }
        Err(error) => {
            form.refuse(error)?;
            let view = app.service.notice(ctx, id).await?;
            let page = form_page((&app, &here, &visit), outline, form, Some(&view.notice));
            page::rejected(&page)
        }
    }
}

#[derive(Template)]
#[template(path = "notices/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    view: NoticeView,
    status: Status,
    text: NoticeText,
    note: Option<Note>,
    moments: Vec<Moment>,
    media: Vec<Choice>,
    appeared: Vec<(String, String, String)>,
    confirm_status: String,
    public: Option<String>,
}

impl ShowPage {
    fn may(&self, step: Step) -> bool {
        self.view.steps.contains(&step)
    }
    fn edit(&self) -> String {
        format!("{}/edit", self.base)
    }
    fn title(&self) -> &str {
        match self.view.notice.content.title.as_str() {
            "" => "（无标题）",
            title => title,
        }
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.notice(here.ctx(), id).await?;
    let shown = app.service.preview_notice(here.ctx(), id).await?;
    let notice = &view.notice;
    let standing = here.standing(here.ctx().today());
    let confirm_status = match (standing.effect(), standing.banner()) {
        (Some(_), Some(words)) if view.steps.contains(&Step::Approve) => format!(
            "已知《{}》{words}，仍按此办法办理；此确认会留痕。",
            here.pack.identity.title
        ),
        _ => String::new(),
    };
    let note = match &notice.state {
        Stands::Draft {
            returned: Some(returned),
        } => Some(Note::new(
            Tone::Warn,
            format!("{}退回：", returned.by.name),
            returned.reason.clone(),
        )),
        Stands::Withdrawn { by, reason, .. } => Some(Note::new(
            Tone::Bad,
            format!("{}撤回：", by.name),
            reason.clone(),
        )),
        Stands::Published { .. } if !view.uncovered.is_empty() => Some(Note::new(
            Tone::Warn,
            "还没有登记的媒体：",
            view.uncovered.join("、"),
        )),
        _ => None,
    };
    let public = match &notice.state {
        Stands::Published { .. } => notice.number.as_ref(),
        Stands::Withdrawn {
            published: Some(_), ..
        } => notice.number.as_ref(),
        _ => None,
    };
    let number = notice.number.clone().unwrap_or_else(|| "未编号".to_owned());
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("征集公告 {number}"))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("征集公告", &here.href("notices")),
            ])
            .judged(&form),
        base: here.href(format!("notices/{id}")),
        status: status(notice, view.standing),
        public: public.map(|number| format!("/public/notices/{number}")),
        text: NoticeText::of(&shown),
        moments: moments(&view),
        media: view
            .media
            .iter()
            .map(|medium| Choice::new(medium, medium))
            .collect(),
        appeared: notice
            .publications
            .iter()
            .map(|one| {
                let at = one.at.strftime("%Y-%m-%d %H:%M").to_string();
                (one.medium.clone(), one.address.clone(), at)
            })
            .collect(),
        confirm_status,
        note,
        form,
        view,
    })
}

fn moments(view: &NoticeView) -> Vec<Moment> {
    let done = |at, text: String| Moment {
        time: page::moment_short(at),
        text,
        link: None,
        progress: Progress::Done,
    };
    let ahead = |text: String| Moment {
        time: "之后".to_owned(),
        text,
        link: None,
        progress: Progress::Ahead,
    };
    let notice = &view.notice;
    let window = window_words(notice.content.opens, notice.content.closes);
    let approval = || ahead(format!("{}审批", view.approver));
    let publication = || ahead(format!("{}发布", view.publisher));
    let mut moments = vec![done(
        notice.drafted.at,
        format!("{}起草", notice.drafted.name),
    )];
    match &notice.state {
        Stands::Draft { returned } => {
            if let Some(one) = returned {
                moments.push(done(
                    one.by.at,
                    format!("{}退回：{}", one.by.name, one.reason),
                ));
            }
            moments.extend([ahead("提请审批".to_owned()), approval(), publication()]);
        }
        Stands::Submitted { by } => {
            moments.push(done(by.at, format!("{}提请审批", by.name)));
            moments.extend([approval(), publication()]);
        }
        Stands::Approved { submitted, by } => {
            moments.push(done(submitted.at, format!("{}提请审批", submitted.name)));
            moments.push(done(by.at, format!("{}审批", by.name)));
            moments.push(publication());
        }
        Stands::Published { approved, by, .. } => {
            moments.push(done(approved.at, format!("{}审批", approved.name)));
            moments.push(done(by.at, format!("{}发布", by.name)));
            moments.push(match view.standing {
                Standing::Ahead | Standing::Open => ahead(format!("征集时间：{window}")),
                _ => Moment {
                    time: String::new(),
                    text: format!("征集时间：{window}，已截止"),
                    link: None,
                    progress: Progress::Done,
                },
            });
        }
        Stands::Withdrawn { by, reason, .. } => {
            moments.push(done(by.at, format!("{}撤回：{reason}", by.name)));
        }
    }
    moments
}

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

#[derive(Template)]
#[template(path = "public_notices/show.html")]
struct PreviewPage {
    layout: Layout,
    text: NoticeText,
    note: Option<Note>,
    back: Link,
    pdf: String,
    apply: Option<String>,
    forms: Vec<(String, String)>,
}

async fn preview((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    let shown = app.service.preview_notice(here.ctx(), id).await?;
    let back = here.href(format!("notices/{id}"));
    page::page(&PreviewPage {
        layout: Layout::new(&app.site.now(), &visit, "预览征集公告"),
        text: NoticeText::of(&shown),
        note: Some(Note::new(
            Tone::Warn,
            "预览：",
            "公众看到的就是这样。现在只有库管方能看到这一页。",
        )),
        pdf: format!("{back}/notice.pdf"),
        apply: None,
        forms: blanks(&here.pack, &format!("/public/guide/{}", here.no)),
        back: Link::new("返回办理", back),
    })
}

async fn document((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_notice(here.ctx(), id).await?))
}

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("notices/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

async fn submit(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.submit_notice(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn approve(at: At, form: FormState) -> Result<Response, WebError> {
    let confirmed = form.value("status_confirmed") == "yes";
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app.service.approve_notice(ctx, id, confirmed).await;
    answered(at, form, outcome).await
}

async fn send_back(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .return_notice(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn publish(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.publish_notice(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn appear(at: At, form: FormState) -> Result<Response, WebError> {
    let medium = match form.text("medium").as_str() {
        "" => form.text("other_medium"),
        medium => medium.to_owned(),
    };
    let appearance = Appearance {
        medium,
        address: form.text("address"),
        on: form.text("on"),
        time: form.text("time"),
    };
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app.service.record_appearance(ctx, id, &appearance).await;
    answered(at, form, outcome).await
}

async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .withdraw_notice(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}
