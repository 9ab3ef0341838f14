//! One application with its conditions, materials, evidence and history, and what this visitor may do now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::application::{Filed, State as Stands};
use domain::finding::Verdict;
use domain::id::RecordId;
use domain::policy::decide::Outcome;
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use service::applications::{ApplicationView, Step};
use service::papers::PaperFile;

use super::{At, may_plain, status};
use crate::components::{Moment, Progress, Status, Step as Stage};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::session::InPool;
use crate::state::App;

#[derive(Template)]
#[template(path = "applications/show.html")]
pub(super) struct ShowPage {
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

pub(super) async fn show_page(
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

fn verdict(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Met => Status::good(verdict.zh()),
        Verdict::Unmet => Status::stopped(verdict.zh()),
        Verdict::Undetermined => Status::waiting(verdict.zh()),
        Verdict::NotApplicable => Status::idle(verdict.zh()),
    }
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

pub(super) async fn show(
    (State(app), here, visit, Path((_, id))): At,
) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}
