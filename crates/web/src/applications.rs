//! 入库申请: the list and queue, one application with its conditions, materials and evidence, and what is
//! done with it; entry and change, and its files, stand in modules of their own.

mod batch;
mod form;
mod materials;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::application::{Filed, State as Stands};
use domain::finding::Verdict;
use domain::id::{RecordId, SpecialtyId};
use domain::policy::decide::Outcome;
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use service::PageRequest;
use service::applications::{
    AdmissionStatistics, ApplicationLine, ApplicationQuery, ApplicationView, PassedBatch, Step,
    open_channels,
};
use service::papers::PaperFile;

use crate::components::{Empty, Here, Link, Moment, Pager, Progress, Status, Step as Stage, Tab};
use crate::error::WebError;
use crate::experts::{address, fields};
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) use materials::{HANDLE, shown, uploaded};

pub(crate) const READ: Access = Access::Pool(Action::ReadApplications);
pub(crate) const ENTER: Access = Access::Pool(Action::EnterApplications);
pub(crate) const VET: Access = Access::Pool(Action::VetApplications);

pub(crate) const RECOMMEND: Access = Access::Pool(Action::RecommendApplicant);
/// The office refuses at its stations, a unit at its own.
pub(crate) const CONCLUDE: Access =
    Access::AnyOf(&[Action::VetApplications, Action::RecommendApplicant]);

/// Routes of applications.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/applications", READ, list)
        .get("/p/{no}/applications/next", READ, next)
        .get("/p/{no}/applications/statistics", READ, statistics)
        .post("/p/{no}/applications/batch", VET, pass_batch)
        .and(batch::routes())
        .and(form::routes())
        .get("/p/{no}/applications/{id}", READ, show)
        .post("/p/{no}/applications/{id}/submit", ENTER, submit)
        .post("/p/{no}/applications/{id}/withdraw", ENTER, withdraw)
        .post("/p/{no}/applications/{id}/check", VET, check)
        .post("/p/{no}/applications/{id}/pass", VET, pass)
        .post("/p/{no}/applications/{id}/return", VET, give_back)
        .post("/p/{no}/applications/{id}/refuse", CONCLUDE, refuse)
        .post("/p/{no}/applications/{id}/recommend", RECOMMEND, recommend)
        .post("/p/{no}/applications/{id}/classify", VET, classify)
        .and(materials::routes())
}

/// Shape and word of where an application stands.
pub(crate) fn status(state: &Stands) -> Status {
    let word = state.zh();
    match state {
        Stands::Draft | Stands::Withdrawn { .. } => Status::idle(word),
        Stands::At { .. } => Status::notice(word),
        Stands::Returned { .. } => Status::waiting(word),
        Stands::Refused { .. } => Status::stopped(word),
        Stands::Appointed { .. } => Status::good(word),
    }
}

pub(crate) fn verdict(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Met => Status::good(verdict.zh()),
        Verdict::Unmet => Status::stopped(verdict.zh()),
        Verdict::Undetermined => Status::waiting(verdict.zh()),
        Verdict::NotApplicable => Status::idle(verdict.zh()),
    }
}

/// The stations of the pack in the order its channels pass them, each once.
fn stations(here: &InPool) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for step in &here.pack.admission.steps {
        if step.station != Station::Submit {
            found.push((step.station.word(), step.label.clone()));
        }
    }
    found
}

#[derive(Template)]
#[template(path = "applications/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    base: String,
    state: String,
    /// Where in the list, for the form that is sent from there.
    after: String,
    tabs: Vec<Tab>,
    channels: Vec<Choice>,
    rows: Vec<Shown>,
    pager: Pager,
    empty: Empty,
    may_enter: bool,
    may_pass: bool,
    may_plain: bool,
    counts: bool,
    batches: bool,
    first: Option<String>,
}

struct Shown {
    href: String,
    line: ApplicationLine,
    due: String,
    late: bool,
    status: Status,
    /// The attribute of its box.
    ticked: &'static str,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, visit.query.clone()).await?)
}

/// The list again, with what is wrong with what was to be done with those chosen.
pub(crate) async fn list_again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    mut form: FormState,
    error: service::Error,
) -> Result<Response, WebError> {
    form.refuse(error)?;
    page::rejected(&list_page(app, here, visit, form).await?)
}

/// The list as asked for by its address, or by a form of it that is shown again.
async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let base = here.href("applications");
    let wanted = form.text("state");
    let whole = ctx
        .actor
        .remit(Action::ReadApplications, here.pool.id)
        .is_ok();
    let mut views: Vec<(&str, String)> = vec![("", "全部".to_owned())];
    views.extend(stations(here));
    views.extend([
        ("returned", "退回补正".to_owned()),
        ("draft", "草稿".to_owned()),
        ("over", "已办结".to_owned()),
    ]);
    let statuses = |code: &str| -> Vec<String> {
        match code {
            "" => Vec::new(),
            "over" => ["appointed", "refused", "withdrawn"]
                .map(str::to_owned)
                .to_vec(),
            code => vec![code.to_owned()],
        }
    };
    let code = views
        .iter()
        .map(|(code, _)| *code)
        .find(|code| *code == wanted)
        .unwrap_or("");
    let query = ApplicationQuery {
        statuses: statuses(code),
        channel: form.text("channel"),
        name: form.text("q"),
    };
    let after = Some(form.text("after")).filter(|text| !text.is_empty());
    let found = app
        .service
        .applications(ctx, here.no, &query, &PageRequest::after(after.clone(), 50))
        .await?;
    let today = ctx.today();
    let rows: Vec<Shown> = found
        .items
        .into_iter()
        .map(|line| Shown {
            href: format!("{base}/{}", line.id),
            status: status(&line.state),
            late: line.due.is_some_and(|due| due < today),
            due: line.due.map(|due| due.to_string()).unwrap_or_default(),
            ticked: if form.holds("application", &line.id.to_string()) {
                "checked"
            } else {
                ""
            },
            line,
        })
        .collect();
    let with = |more: &[(&str, &str)]| {
        let all = [
            ("channel", query.channel.as_str()),
            ("q", query.name.as_str()),
        ];
        let all: Vec<(&str, &str)> = all
            .into_iter()
            .chain(more.iter().copied())
            .filter(|(_, value)| !value.is_empty())
            .collect();
        address(&base, &all)
    };
    let mut tabs = Vec::new();
    for (value, label) in &views {
        let value = *value;
        let count = match (whole, value) {
            (true, value) if !value.is_empty() && value != "over" => Some(page::thousands(
                app.service
                    .count_applications(ctx, here.no, &statuses(value))
                    .await?,
            )),
            _ => None,
        };
        tabs.push(Tab {
            link: Link::new(label, with(&[("state", value)])),
            count,
            here: Here::when(value == code),
        });
    }
    let may_vet = ctx.actor.reach_in(Action::VetApplications, here.pool.id) != Reach::None;
    let queue = matches!(code, "vetting" | "classify") && may_vet && !rows.is_empty();
    Ok(ListPage {
        layout: here
            .layout(app, visit, "入库申请")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        after: after.clone().unwrap_or_default(),
        state: code.to_owned(),
        tabs,
        channels: here
            .pack
            .admission
            .channels
            .iter()
            .map(|channel| Choice::new(channel.id.clone(), channel.label.clone()))
            .collect(),
        pager: Pager {
            range: format!("本页 {} 份", rows.len()),
            first: after.is_some().then(|| with(&[("state", code)])),
            next: found
                .next
                .map(|cursor| with(&[("state", code), ("after", cursor.as_str())])),
            ..Pager::default()
        },
        empty: Empty {
            what: "没有入库申请".to_owned(),
            hint: "网上提交和代录的申请都列在这里。".to_owned(),
            actions: Vec::new(),
        },
        may_enter: ctx.actor.reach_in(Action::EnterApplications, here.pool.id) != Reach::None,
        may_pass: code == "vetting" && may_vet,
        may_plain: may_plain(here),
        counts: whole,
        batches: open_channels(&here.open, &ctx.actor)
            .iter()
            .any(|one| one.batch),
        first: queue.then(|| format!("{base}/next?state={code}")),
        form,
        base,
        rows,
    })
}

#[derive(Template)]
#[template(path = "applications/batch.html")]
struct BatchPage {
    layout: Layout,
    back: String,
    batch: PassedBatch,
}

async fn pass_batch(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let chosen: Vec<RecordId> = form
        .values("application")
        .filter_map(|id| id.parse().ok())
        .collect();
    let passed = app
        .service
        .pass_applications(here.ctx(), here.no, &chosen)
        .await;
    let batch = match passed {
        Ok(batch) => batch,
        Err(error) => return list_again(&app, &here, &visit, form, error).await,
    };
    let list = here.href("applications");
    page::page(&BatchPage {
        layout: here
            .layout(&app, &visit, "批量通过的结果")
            .under(&[(&here.pool.name, &here.href("")), ("入库申请", &list)]),
        back: format!("{list}?state=vetting"),
        batch,
    })
}

#[derive(Template)]
#[template(path = "applications/statistics.html")]
struct StatisticsPage {
    layout: Layout,
    base: String,
    teams: bool,
    figures: AdmissionStatistics,
}

async fn statistics(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let list = here.href("applications");
    page::page(&StatisticsPage {
        layout: here
            .layout(&app, &visit, "入库统计")
            .under(&[(&here.pool.name, &here.href("")), ("入库申请", &list)]),
        figures: app
            .service
            .admission_statistics(here.ctx(), here.no)
            .await?,
        teams: !here.pack.pool.teams.is_empty(),
        base: list,
    })
}

/// On to the next of a queue; the list when nothing is left.
async fn next(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let state = visit.query.text("state");
    let found = app
        .service
        .next_application(here.ctx(), here.no, &state, &visit.query.text("after"))
        .await?;
    Ok(page::see_other(&match found {
        Some(id) => here.href(format!("applications/{id}")),
        None => here.href(format!("applications?state={state}")),
    }))
}

#[derive(Template)]
#[template(path = "applications/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    status: Status,
    outcome: Status,
    stages: Vec<Stage>,
    facts: Vec<(String, String)>,
    conditions: Vec<(Status, service::applications::ConditionLine)>,
    materials: Vec<(Status, service::applications::MaterialLine)>,
    places: Vec<Choice>,
    specialties: Vec<Choice>,
    duties: Vec<Choice>,
    moments: Vec<Moment>,
    next: Option<String>,
    suggested: String,
    may_open: bool,
    /// What the form of the pack is called; empty where it has none.
    paper: String,
    may_plain: bool,
    view: ApplicationView,
}

impl ShowPage {
    fn may(&self, step: Step) -> bool {
        self.view.steps.contains(&step)
    }
    fn corrections(&self) -> &[domain::application::Correction] {
        match &self.view.application.state {
            Stands::Returned { corrections, .. } => corrections,
            _ => &[],
        }
    }
    fn acts(&self) -> bool {
        self.view
            .steps
            .iter()
            .any(|step| !matches!(step, Step::Check | Step::Material))
    }
}

/// The page again with what is wrong with one of its forms.
pub(crate) async fn rejected(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<Response, WebError> {
    page::rejected(&show_page(app, here, visit, id, form).await?)
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let ctx = here.ctx();
    let view = app.service.application(ctx, here.no, id).await?;
    let one = &view.application;
    let list = here.href("applications");
    let next = match &one.state {
        Stands::At { station, .. }
            if view.steps.contains(&Step::Check) || view.steps.contains(&Step::Classify) =>
        {
            Some(format!(
                "{list}/next?state={}&after={}",
                station.word(),
                one.number
            ))
        }
        _ => None,
    };
    let outcome = match view.outcome {
        Outcome::Met => Status::good(view.outcome.zh()),
        Outcome::Unmet => Status::stopped(view.outcome.zh()),
        Outcome::Discretion | Outcome::Undetermined => Status::waiting(view.outcome.zh()),
    };
    let specialties = if view.steps.contains(&Step::Classify) {
        app.service.specialties_to_apply_for(here.pool.id).await?
    } else {
        Vec::new()
    };
    let form = if form.value("specialty").is_empty() && form.is_sound() {
        let chosen = one
            .specialties
            .iter()
            .map(|id| ("specialty", id.to_string()));
        let duties = one.duties.iter().map(|duty| ("duty", duty.clone()));
        chosen
            .chain(duties)
            .fold(form, |form, (name, value)| form.with(name, value))
    } else {
        form
    };
    let duties = here
        .pack
        .pool
        .axes
        .iter()
        .filter(|axis| axis.id != "specialty")
        .flat_map(|axis| &axis.values);
    let channel = here.pack.admission.channel(&one.channel);
    let pledged =
        channel.is_some_and(|channel| service::applications::pledges(&here.pack, channel));
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("入库申请 {}", one.number))
            .under(&[(&here.pool.name, &here.href("")), ("入库申请", &list)])
            .judged(&form),
        base: format!("{list}/{id}"),
        status: status(&one.state),
        outcome,
        stages: stages(&view),
        facts: facts(&view, pledged),
        conditions: view
            .conditions
            .iter()
            .map(|line| (verdict(line.verdict), line.clone()))
            .collect(),
        materials: view
            .materials
            .iter()
            .map(|line| (verdict(line.verdict), line.clone()))
            .collect(),
        places: view
            .places
            .iter()
            .map(|(place, label)| Choice::new(place.clone(), label.clone()))
            .collect(),
        specialties: specialties
            .iter()
            .map(|one| Choice::new(one.id.to_string(), one.name.clone()))
            .collect(),
        duties: duties
            .map(|duty| Choice::new(duty.clone(), duty.clone()))
            .collect(),
        moments: moments(&view),
        suggested: ctx
            .today()
            .saturating_add(jiff::Span::new().days(14))
            .to_string(),
        may_open: ctx.actor.reach_in(Action::ReadApplications, here.pool.id) != Reach::None,
        paper: crate::papers::title(&here.pack),
        may_plain: may_plain(here),
        next,
        form,
        view,
    })
}

fn stages(view: &ApplicationView) -> Vec<Stage> {
    let state = &view.application.state;
    let at = match state {
        Stands::Draft => Some(Station::Submit),
        Stands::Returned { from, .. } | Stands::Refused { at: from, .. } => Some(*from),
        other => other.station(),
    };
    view.stations
        .iter()
        .map(|(station, label, article)| {
            let passed = state.passed().iter().any(|one| one.station == *station);
            Stage {
                title: label.clone(),
                detail: article.clone(),
                progress: match (passed, at == Some(*station)) {
                    (_, true) => Progress::Now,
                    (true, false) => Progress::Done,
                    (false, false) => Progress::Ahead,
                },
            }
        })
        .collect()
}

/// Whether plain values may leave in this person's hands.
fn may_plain(here: &InPool) -> bool {
    [Action::RevealIdentity, Action::RecommendApplicant]
        .into_iter()
        .any(|action| here.ctx().actor.reach_in(action, here.pool.id) != Reach::None)
}

fn facts(view: &ApplicationView, pledged: bool) -> Vec<(String, String)> {
    let one = &view.application;
    let filed = match &one.filed {
        Filed::Online => "本人网上提交".to_owned(),
        Filed::Unit { by, .. } => format!("推荐单位账号（{}）", by.name),
        Filed::Desk { by } => format!("{}代录", by.name),
    };
    let mut rows = vec![
        (
            "入库渠道".to_owned(),
            format!("{}（{}）", view.channel, view.citation),
        ),
        ("提交方式".to_owned(), filed),
        ("收到日期".to_owned(), one.received_on.to_string()),
    ];
    if let Some(notice) = &one.notice {
        let text = format!("{}，{} 截止", notice.number, notice.closes_on);
        rows.push(("征集公告".to_owned(), text));
    }
    for (label, value) in [("推荐单位", &one.recommender), ("来源专家库", &one.source)] {
        if let Some(value) = value {
            rows.push((label.to_owned(), value.clone()));
        }
    }
    for (label, value) in [
        ("身份证号码", &view.masked.id_number),
        ("手机", &view.masked.phone),
        ("电子邮箱", &view.masked.email),
    ] {
        if !value.is_empty() {
            rows.push((label.to_owned(), value.clone()));
        }
    }
    rows.push(("专业领域".to_owned(), view.specialties.join("、")));
    let agreed = |label: &str, agreed: &Option<domain::application::Agreed>| {
        let text = agreed.as_ref().map_or_else(
            || "没有确认".to_owned(),
            |agreed| {
                let version: String = agreed.version.chars().take(8).collect();
                format!("{}，文本指纹 {version}", page::moment_short(agreed.at))
            },
        );
        (label.to_owned(), text)
    };
    // A form without a pledge asks for none.
    if pledged {
        rows.push(agreed("承诺", &one.pledge));
    }
    rows.push(agreed("个人信息告知", &one.privacy));
    if let Some(said) = &one.recommendation {
        let text = format!("{}：{}（{}）", said.unit, said.opinion, said.by.name);
        rows.push(("推荐意见".to_owned(), text));
    }
    if let Some(due) = view.due {
        rows.push(("办理期限".to_owned(), due.to_string()));
    }
    rows
}

/// What a condition is called.
fn condition<'v>(view: &'v ApplicationView, code: &'v str) -> &'v str {
    let known = view.conditions.iter().find(|line| line.code == code);
    known.map_or(code, |line| &line.label)
}

fn moments(view: &ApplicationView) -> Vec<Moment> {
    let done = |at, text: String| Moment {
        time: page::moment_short(at),
        text,
        link: None,
        progress: Progress::Done,
    };
    let state = &view.application.state;
    let label = |station: Station| {
        let known = view.stations.iter().find(|(known, ..)| *known == station);
        known.map_or(station.zh(), |(_, label, _)| label)
    };
    let mut moments: Vec<Moment> = state
        .passed()
        .iter()
        .map(|one| {
            let paper = one.document.as_ref().map(|paper| format!("，{paper}"));
            let why = one.discretion.as_ref().map(|why| format!("，理由：{why}"));
            done(
                one.by.at,
                format!(
                    "{}：{}{}{}",
                    label(one.station),
                    one.by.name,
                    paper.unwrap_or_default(),
                    why.unwrap_or_default()
                ),
            )
        })
        .collect();
    let review = &view.application.review;
    for one in &review.exceptions {
        let extent = one.exception.extent.clone().unwrap_or_default();
        let text = format!(
            "放宽“{}”：{extent}（{}，{}）",
            condition(view, &one.exception.leaf),
            one.by.name,
            one.exception.reason
        );
        moments.push(done(one.by.at, text));
    }
    for one in &review.returns {
        let items: Vec<String> = one
            .corrections
            .iter()
            .map(|one| format!("{}：{}", one.label, one.reason))
            .collect();
        moments.push(done(
            one.by.at,
            format!("{}退回补正。{}", one.by.name, items.join("；")),
        ));
    }
    match state {
        Stands::Refused {
            by,
            reason,
            at,
            document,
            ..
        } => {
            let paper = document.as_ref().map(|paper| format!("，{paper}"));
            moments.push(done(
                by.at,
                format!(
                    "{}不予通过：{reason}（{}{}）",
                    label(*at),
                    by.name,
                    paper.unwrap_or_default()
                ),
            ));
        }
        Stands::Withdrawn { by, reason, .. } => {
            moments.push(done(by.at, format!("撤回：{reason}（{}）", by.name)));
        }
        Stands::Draft | Stands::Returned { .. } | Stands::At { .. } | Stands::Appointed { .. } => {}
    }
    moments.sort_by(|one, other| one.time.cmp(&other.time));
    let ahead = view.stations.iter().filter(|(station, ..)| {
        !state.is_over() && !state.passed().iter().any(|one| one.station == *station)
    });
    moments.extend(ahead.map(|(_, label, _)| Moment {
        time: "之后".to_owned(),
        text: label.clone(),
        link: None,
        progress: Progress::Ahead,
    }));
    moments
}

pub(super) type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

/// The application again: after what was done, or with what is wrong about it.
pub(super) async fn answered<T>(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    let next = outcome.map(|_| here.href(format!("applications/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

/// After one of a queue is done, the next one comes.
async fn onward(
    at: At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let queue = form.text("queue");
    if outcome.is_ok() && !queue.is_empty() {
        let after = form.text("number");
        let here = &at.1;
        return Ok(page::see_other(&here.href(format!(
            "applications/next?state={}&after={}",
            urlsafe(&queue),
            urlsafe(&after)
        ))));
    }
    answered(at, form, outcome).await
}

fn urlsafe(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
}

async fn submit(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .submit_application(here.ctx(), here.no, id)
        .await;
    answered(at, form, outcome).await
}

async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .withdraw_application(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn check(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .check_application(here.ctx(), here.no, id, &fields(&form))
        .await;
    answered(at, form, outcome).await
}

async fn recommend(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .recommend_application(here.ctx(), here.no, id, form.value("opinion"))
        .await;
    answered(at, form, outcome).await
}

async fn pass(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .pass_application(here.ctx(), here.no, id, &form.text("discretion"))
        .await;
    onward(at, form, outcome.map(drop)).await
}

/// Every field `fix.<item>` that says something is one thing to be put right.
async fn give_back(at: At, mut form: FormState) -> Result<Response, WebError> {
    let until = form.date("until", "补正期限");
    if !form.is_sound() {
        return answered(at, form, Err::<(), _>(service::Error::Invalid(Vec::new()))).await;
    }
    let corrections = form
        .pairs()
        .iter()
        .filter_map(|(name, value)| {
            let item = name.strip_prefix("fix.")?;
            (!value.trim().is_empty()).then(|| (item.to_owned(), value.clone()))
        })
        .collect();
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .return_application(here.ctx(), here.no, id, &corrections, until)
        .await;
    onward(at, form, outcome).await
}

async fn refuse(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .refuse_application(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    onward(at, form, outcome).await
}

async fn classify(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let specialties: Vec<SpecialtyId> = form
        .values("specialty")
        .filter_map(|id| id.parse().ok())
        .collect();
    let duties: Vec<String> = form.values("duty").map(str::to_owned).collect();
    let outcome = app
        .service
        .classify_application(here.ctx(), here.no, id, &specialties, &duties)
        .await;
    onward(at, form, outcome.map(drop)).await
}
