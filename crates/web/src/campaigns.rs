//! 信息集中更新: the campaigns of a pool, one campaign with who answered and who is silent; below, the
//! page on which an expert confirms.

mod answer;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::campaign::{Answer, Change, State as Stands};
use domain::id::{CampaignId, ExpertId};
use domain::policy::due::State as Due;
use service::campaigns::{AnswerLine, CampaignLine, YearlyDuty};

use crate::components::{Note, Pager, Stat, Status, Tab, Tone};
use crate::error::WebError;
use crate::files::download;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::menu;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const RUN: Access = Access::Pool(Action::RunCampaign);
/// Rows of one page.
const ROWS: u32 = 50;

/// Routes of campaigns.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/campaigns", RUN, list)
        .post("/p/{no}/campaigns", RUN, start)
        .get("/p/{no}/campaigns/{campaign}", RUN, show)
        .post("/p/{no}/campaigns/{campaign}/remind", RUN, remind)
        .post("/p/{no}/campaigns/{campaign}/close", RUN, close)
        .post("/p/{no}/campaigns/{campaign}/export", RUN, export)
        .post("/p/{no}/campaigns/{campaign}/experts/{expert}", RUN, enter)
        .and(answer::routes())
}

/// The answers the list can be narrowed to.
const VIEWS: [(&str, &str); 5] = [
    ("", "全部"),
    ("silent", "未答复"),
    ("changed", "有变化，待登记"),
    ("entered", "有变化，已办理"),
    ("unchanged", "确认无变化"),
];

fn status(state: &Stands) -> Status {
    match state {
        Stands::Open => Status::notice(state.zh()),
        Stands::Closed { .. } => Status::idle(state.zh()),
    }
}

fn answer_status(answer: &Answer) -> Status {
    let word = answer.zh();
    match answer {
        Answer::Silent => Status::idle(word),
        Answer::Unchanged { .. } => Status::good(word),
        Answer::Changed { entered: None, .. } => Status::waiting(word),
        Answer::Changed { .. } => Status::good(word),
    }
}

#[derive(Template)]
#[template(path = "campaigns/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    action: String,
    duty: Option<Note>,
    rows: Vec<(String, CampaignLine, Status)>,
    running: bool,
    again: bool,
}

fn duty_note(duty: &YearlyDuty) -> Note {
    let (tone, words) = match duty.state {
        Due::Kept => (Tone::Good, format!("今年已组织 {} 次，达标。", duty.count)),
        Due::Exceeded => (
            Tone::Warn,
            format!("今年已组织 {} 次，办法规定每年一次。", duty.count),
        ),
        Due::Due => (
            Tone::Warn,
            format!("今年还没有组织，须在 {} 前启动。", duty.last_day),
        ),
        Due::Missed => (Tone::Bad, "今年没有组织，不达标。".to_owned()),
        Due::Spared => (Tone::Plain, "办法在今年内届满，今年不要求组织。".to_owned()),
    };
    Note::new(tone, format!("{}（{}）：", duty.label, duty.article), words)
}

async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let lines = app.service.campaigns(here.ctx(), here.pool.id).await?;
    menu::needs(here, menu::CAMPAIGNS)?;
    let duty = app.service.yearly_duty(here.ctx(), here.pool.id).await?;
    let year = here.ctx().today().year();
    Ok(ListPage {
        layout: here
            .layout(app, visit, "信息集中更新")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        action: here.href("campaigns"),
        duty: duty.as_ref().map(duty_note),
        running: lines.iter().any(|line| line.campaign.state == Stands::Open),
        again: lines.iter().any(|line| line.campaign.year == year),
        rows: lines
            .into_iter()
            .map(|line| {
                let href = here.href(format!("campaigns/{}", line.campaign.id));
                let status = status(&line.campaign.state);
                (href, line, status)
            })
            .collect(),
        form,
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, FormState::blank()).await?)
}

async fn start(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let closes_on = form.date("closes_on", "截止日期");
    let outcome = if form.is_sound() {
        let again = form.value("again") == "yes";
        app.service
            .start_campaign(here.ctx(), here.pool.id, closes_on, again)
            .await
    } else {
        Err(service::Error::Invalid(Vec::new()))
    };
    let next = outcome.map(|id| here.href(format!("campaigns/{id}")));
    page::answered(next, form, |form| list_page(&app, &here, &visit, form)).await
}

#[derive(Template)]
#[template(path = "campaigns/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    line: CampaignLine,
    status: Status,
    stats: Vec<Stat>,
    tabs: Vec<Tab>,
    view: String,
    rows: Vec<AnswerRow>,
    pager: Pager,
    reminded: String,
    open: bool,
}

struct AnswerRow {
    href: String,
    act: String,
    line: AnswerLine,
    status: Status,
    at: String,
    changes: Vec<Change>,
    note: String,
    may_enter: bool,
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: CampaignId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let line = app.service.campaign(here.ctx(), id).await?;
    let wanted = match form.text("status") {
        sent if sent.is_empty() => visit.query.text("status"),
        sent => sent,
    };
    let (view, _) = VIEWS
        .iter()
        .find(|(code, _)| *code == wanted)
        .copied()
        .unwrap_or(VIEWS[0]);
    let status_filter = Some(view).filter(|code| !code.is_empty());
    let after: Option<ExpertId> = visit.query.value("after").parse().ok();
    let answers = app
        .service
        .campaign_answers(here.ctx(), id, status_filter, after, ROWS)
        .await?;
    let base = here.href(format!("campaigns/{id}"));
    let place = after.map_or_else(String::new, |after| format!("&after={after}"));
    let full = answers.len() == usize::try_from(ROWS).unwrap_or(usize::MAX);
    let next = answers
        .last()
        .filter(|_| full)
        .map(|last| format!("{base}?status={view}&after={}", last.expert));
    let stat = |label: &str, count: u64, code: &str| Stat {
        label: label.to_owned(),
        value: page::thousands(count),
        unit: "人".to_owned(),
        compared: String::new(),
        href: format!("{base}?status={code}"),
        trend: Vec::new(),
    };
    let rows: Vec<AnswerRow> = answers
        .into_iter()
        .map(|one| {
            let (changes, note, may_enter) = match &one.answer {
                Answer::Changed {
                    changes, entered, ..
                } => (
                    changes.clone(),
                    entered
                        .as_ref()
                        .map(|done| format!("{}：{}", done.by, done.note))
                        .unwrap_or_default(),
                    entered.is_none(),
                ),
                _ => (Vec::new(), String::new(), false),
            };
            AnswerRow {
                href: here.href(format!("experts/{}", one.expert)),
                act: format!("{base}/experts/{}?status={view}{place}", one.expert),
                status: answer_status(&one.answer),
                at: one.answer.at().map(page::moment_short).unwrap_or_default(),
                changes,
                note,
                may_enter,
                line: one,
            }
        })
        .collect();
    let campaign = &line.campaign;
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("{}年信息集中更新", campaign.year))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("信息集中更新", &here.href("campaigns")),
            ])
            .judged(&form),
        status: status(&campaign.state),
        stats: vec![
            stat("未答复", line.silent, "silent"),
            stat("有变化，待登记", line.changed, "changed"),
            stat("有变化，已办理", line.entered, "entered"),
            stat("确认无变化", line.unchanged, "unchanged"),
        ],
        tabs: VIEWS
            .iter()
            .map(|(code, label)| Tab::plain(*label, format!("{base}?status={code}"), *code == view))
            .collect(),
        pager: Pager {
            range: format!("本页 {} 人，共通知 {} 人", rows.len(), line.asked),
            first: after.map(|_| format!("{base}?status={view}")),
            next,
            ..Pager::default()
        },
        reminded: match campaign.reminded.last() {
            Some(at) => format!(
                "已催办 {} 次，最近 {}",
                campaign.reminded.len(),
                page::moment_short(*at)
            ),
            None => "还没有催办".to_owned(),
        },
        open: campaign.state == Stands::Open,
        view: view.to_owned(),
        rows,
        base,
        line,
        form,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, CampaignId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn acted(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("campaigns/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

async fn remind(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.remind_campaign(at.1.ctx(), at.3.0.1).await;
    acted(at, form, outcome.map(drop)).await
}

async fn close(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.close_campaign(at.1.ctx(), at.3.0.1).await;
    acted(at, form, outcome).await
}

async fn export(at: At, form: FormState) -> Result<Response, WebError> {
    let view = form.text("status");
    let wanted = Some(view.as_str()).filter(|code| !code.is_empty());
    let made =
        at.0.service
            .export_campaign(at.1.ctx(), at.3.0.1, wanted, &form.text("purpose"))
            .await;
    match made {
        Ok(file) => Ok(download(file)),
        Err(error) => acted(at, form, Err(error)).await,
    }
}

async fn enter(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((no, id, expert)): Path<(i64, CampaignId, ExpertId)>,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .enter_update(here.ctx(), id, expert, &form.text("note"))
        .await;
    acted((State(app), here, visit, Path((no, id))), form, outcome).await
}
