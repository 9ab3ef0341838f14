//! One's own application: where it stands, its sections, what is still missing, handing in, withdrawal.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::application::{Correction, State as Stands};
use domain::id::RecordId;
use service::applications::online::{Hand, OwnApplication, Section};
use service::papers::PaperFile;

use super::base_of;
use super::materials::is_open_to_more;
use crate::applications::status;
use crate::certificates::HeldCertificate;
use crate::components::{Moment, Note, Progress, Status, Tone};
use crate::error::WebError;
use crate::experts::fields;
use crate::experts::form::PersonFields;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::public_notices::strip;
use crate::routes::{Access, Routes};
use crate::session::Origin;
use crate::state::App;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/m/a/{token}/{application}", Access::Public, show)
        .post("/m/a/{token}/{application}/submit", Access::Public, submit)
        .post(
            "/m/a/{token}/{application}/hand-over",
            Access::Public,
            hand_over,
        )
        .post(
            "/m/a/{token}/{application}/withdraw",
            Access::Public,
            withdraw,
        )
        .get(
            "/m/a/{token}/{application}/form/{section}",
            Access::Public,
            section,
        )
        .post(
            "/m/a/{token}/{application}/form/{section}",
            Access::Public,
            save,
        )
}

/// One section in the overview.
struct Part {
    href: String,
    label: &'static str,
    status: Status,
}

#[derive(Template)]
#[template(path = "own_applications/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    home: String,
    number: String,
    channel: String,
    status: Status,
    open: bool,
    withdraws: bool,
    fills_for: bool,
    corrections: Vec<Correction>,
    until: String,
    receipt: Vec<(String, String)>,
    note: Option<Note>,
    held: Option<HeldCertificate>,
    parts: Vec<Part>,
    lacking: Vec<(String, String)>,
    materials: Status,
    lines: Vec<(&'static str, String)>,
    /// What the form of the pack is called; empty where it has none.
    paper: String,
    moments: Vec<Moment>,
    unit: String,
}

/// A page of an application in its applicant's hand, under the banner of its instrument.
pub(super) fn layout(app: &App, visit: &Visit, own: &OwnApplication, title: &str) -> Layout {
    let today = app.service.schedule().today();
    strip(
        Layout::new(&app.site.now(), visit, title),
        own.pool.standing(today).banner(),
        own.pool.pool.demonstration,
    )
}

fn is_open(own: &OwnApplication) -> bool {
    let one = &own.view.application;
    one.filed == domain::application::Filed::Online && one.state.is_open_to_applicant()
}

fn part(own: &OwnApplication, base: &str, section: Section) -> Part {
    let wrong = own
        .problems
        .iter()
        .filter(|problem| section.holds(&problem.field))
        .count();
    let typed = own
        .form
        .pairs()
        .iter()
        .any(|(name, value)| section.holds(name) && !value.trim().is_empty());
    Part {
        href: format!("{base}/form/{}", section.code()),
        label: section.zh(),
        status: match (typed, wrong) {
            (false, _) => Status::idle("没有填写"),
            (true, 0) => Status::good("已填写"),
            (true, wrong) => Status::waiting(format!("{wrong} 处要改")),
        },
    }
}

fn show_page(
    app: &App,
    visit: &Visit,
    token: &str,
    own: OwnApplication,
    form: FormState,
) -> ShowPage {
    let one = &own.view.application;
    let base = base_of(token, one.id);
    let open = is_open(&own);
    let missing = own
        .view
        .materials
        .iter()
        .filter(|line| line.verdict != domain::finding::Verdict::Met)
        .count();
    let (corrections, until) = match &one.state {
        Stands::Returned {
            corrections, until, ..
        } => (
            corrections.clone(),
            until
                .map(|day| format!("请在 {day} 前补正后重新提交。"))
                .unwrap_or_default(),
        ),
        _ => (Vec::new(), String::new()),
    };
    let receipt = own.receipt.as_ref().map_or_else(Vec::new, |receipt| {
        let at = receipt.at.strftime("%Y年%-m月%-d日 %H:%M:%S");
        vec![
            ("申请编号".to_owned(), receipt.number.clone()),
            ("收到时间".to_owned(), at.to_string()),
            ("受理单位".to_owned(), receipt.recipient.clone()),
            ("下一环节".to_owned(), receipt.station.clone()),
        ]
    });
    let note = match &one.state {
        Stands::Refused { reason, .. } => Some(Note::new(Tone::Bad, "没有通过：", reason.clone())),
        Stands::Withdrawn { reason, .. } => {
            Some(Note::new(Tone::Plain, "已撤回：", reason.clone()))
        }
        Stands::Appointed { certificate, .. } => Some(Note::new(
            Tone::Good,
            "已聘任：",
            format!("{}编号 {certificate}。", own.pool.pack.certificate_word()),
        )),
        Stands::Draft if !open => Some(Note::new(
            Tone::Good,
            "已交推荐单位：",
            format!(
                "由{}核对、盖章并提交，提交后会通知您。",
                one.recommender.clone().unwrap_or_default()
            ),
        )),
        _ => None,
    };
    ShowPage {
        layout: layout(app, visit, &own, &format!("申报 {}", one.number)).judged(&form),
        home: format!("/m/a/{token}"),
        number: one.number.clone(),
        channel: own.view.channel.clone(),
        status: status(&one.state),
        withdraws: !one.state.is_over() && one.filed == domain::application::Filed::Online,
        fills_for: own.hand == Hand::FillsFor,
        parts: own
            .sections
            .iter()
            .map(|section| part(&own, &base, *section))
            .collect(),
        lacking: own
            .view
            .in_the_way
            .iter()
            .map(|finding| (finding.sentence.clone(), finding.citation.to_string()))
            .collect(),
        materials: match missing {
            0 if own.view.materials.iter().any(is_open_to_more) => Status::good("必交的已齐全"),
            0 => Status::good("已齐全"),
            some => Status::waiting(format!("还缺 {some} 项")),
        },
        held: own.certificate.clone().map(|one| {
            let pdf = format!("{base}/certificate.pdf");
            HeldCertificate::of(one, pdf)
        }),
        lines: own.view.lines.clone(),
        paper: crate::papers::title(&own.pool.pack),
        moments: moments(&own),
        unit: one.recommender.clone().unwrap_or_default(),
        open,
        corrections,
        until,
        receipt,
        note,
        base,
        form,
    }
}

/// The stations of the way, those passed with their time; who worked there is the office's.
fn moments(own: &OwnApplication) -> Vec<Moment> {
    let state = &own.view.application.state;
    let moment = |time, text: &str, progress| Moment {
        time,
        text: text.to_owned(),
        link: None,
        progress,
    };
    own.view
        .stations
        .iter()
        .filter_map(|(station, label, _)| {
            let passed = state.passed().iter().find(|one| one.station == *station);
            match passed {
                Some(passed) => Some(moment(
                    page::moment_short(passed.by.at),
                    label,
                    Progress::Done,
                )),
                None if state.station() == Some(*station) => {
                    Some(moment("办理中".to_owned(), label, Progress::Now))
                }
                None if state.is_over() => None,
                None => Some(moment("之后".to_owned(), label, Progress::Ahead)),
            }
        })
        .collect()
}

type At = Path<(String, RecordId)>;

async fn show(
    State(app): State<App>,
    visit: Visit,
    Path((token, id)): At,
) -> Result<Response, WebError> {
    let own = app.service.own_application(&token, id).await?;
    page::page(&show_page(&app, &visit, &token, own, FormState::blank()))
}

/// The application again: after what was done, or with what is wrong about it.
async fn answered<T>(
    (app, visit): (&App, &Visit),
    (token, id): (&str, RecordId),
    form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    let next = outcome.map(|_| base_of(token, id));
    page::answered(next, form, async |form| {
        let own = app.service.own_application(token, id).await?;
        Ok(show_page(app, visit, token, own, form))
    })
    .await
}

async fn submit(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path((token, id)): At,
    form: FormState,
) -> Result<Response, WebError> {
    let done = app
        .service
        .submit_own_application(&origin.address, &token, id)
        .await;
    answered((&app, &visit), (&token, id), form, done).await
}

async fn hand_over(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path((token, id)): At,
    form: FormState,
) -> Result<Response, WebError> {
    let done = app
        .service
        .hand_over_own_application(&origin.address, &token, id)
        .await;
    answered((&app, &visit), (&token, id), form, done).await
}

async fn withdraw(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path((token, id)): At,
    form: FormState,
) -> Result<Response, WebError> {
    let done = app
        .service
        .withdraw_own_application(&origin.address, &token, id, &form.text("reason"))
        .await;
    answered((&app, &visit), (&token, id), form, done).await
}

#[derive(Template)]
#[template(path = "own_applications/section.html")]
struct SectionPage {
    layout: Layout,
    form: FormState,
    action: String,
    base: String,
    section: Section,
    place: usize,
    places: usize,
    person: PersonFields,
    teams: Vec<Choice>,
    categories: Vec<Choice>,
    member_kinds: Vec<Choice>,
    branches: Vec<Choice>,
    units: Vec<Choice>,
    pledge: String,
    kept: bool,
}

impl SectionPage {
    fn is(&self, code: &str) -> bool {
        self.section.code() == code
    }
}

async fn section_page(
    app: &App,
    visit: &Visit,
    (token, id, section): (&str, RecordId, Section),
    typed: Option<FormState>,
) -> Result<SectionPage, WebError> {
    let own = app.service.own_application(token, id).await?;
    let place = own.sections.iter().position(|one| *one == section);
    let place = place.filter(|_| is_open(&own)).ok_or(WebError::NotFound)?;
    let kept = typed.is_some();
    let form = match typed {
        Some(form) => form,
        None => {
            let mut form = FormState::from(own.form.pairs().to_vec());
            let wrong = own
                .problems
                .iter()
                .filter(|problem| section.holds(&problem.field));
            let typed = own
                .form
                .pairs()
                .iter()
                .any(|(name, value)| section.holds(name) && !value.trim().is_empty());
            if typed {
                form.note(wrong.cloned().collect());
            }
            form
        }
    };
    let specialties = app
        .service
        .specialties_to_apply_for(own.pool.id())
        .await?
        .iter()
        .map(|one| Choice::new(one.id.to_string(), one.name.clone()))
        .collect();
    let listed = |list: &str| -> Vec<Choice> {
        let list = own.pool.pack.vocabulary.list(list);
        list.into_iter()
            .flat_map(|list| &list.values)
            .map(|value| Choice::new(value, value))
            .collect()
    };
    let mut person = PersonFields::of(
        &own.pool,
        &form,
        specialties,
        String::new(),
        Some(own.view.masked.clone()),
    );
    person.tables.retain(|table| section.holds(table.name));
    let base = base_of(token, id);
    Ok(SectionPage {
        layout: layout(app, visit, &own, section.zh()).judged(&form),
        action: format!("{base}/form/{}", section.code()),
        places: own.sections.len(),
        place: place + 1,
        teams: crate::experts::team_choices(&own.pool),
        categories: listed("category"),
        member_kinds: listed("member_kind"),
        branches: own
            .branches
            .iter()
            .map(|(id, label)| Choice::new(id, label))
            .collect(),
        units: own
            .units
            .iter()
            .map(|(id, name)| Choice::new(id.to_string(), name.clone()))
            .collect(),
        pledge: own.pledge.clone().unwrap_or_default(),
        kept: kept && form.is_sound(),
        section,
        person,
        base,
        form,
    })
}

fn known(code: &str) -> Result<Section, WebError> {
    Section::from_code(code).ok_or(WebError::NotFound)
}

async fn section(
    State(app): State<App>,
    visit: Visit,
    Path((token, id, code)): Path<(String, RecordId, String)>,
) -> Result<Response, WebError> {
    let at = (token.as_str(), id, known(&code)?);
    page::page(&section_page(&app, &visit, at, None).await?)
}

/// Kept whatever is wrong with it: then the section comes again, saying so; else the next one follows.
async fn save(
    State(app): State<App>,
    visit: Visit,
    origin: Origin,
    Path((token, id, code)): Path<(String, RecordId, String)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let section = known(&code)?;
    let saved = app
        .service
        .save_own_section(&origin.address, &token, id, section, &fields(&form))
        .await;
    let at = (token.as_str(), id, section);
    match saved {
        Ok(_) if !form.value("add").is_empty() => {
            page::page(&section_page(&app, &visit, at, Some(form)).await?)
        }
        Ok(problems) if problems.is_empty() => {
            let own = app.service.own_application(&token, id).await?;
            let after = own
                .sections
                .iter()
                .skip_while(|one| **one != section)
                .nth(1);
            let base = base_of(&token, id);
            Ok(page::see_other(&match (form.value("then"), after) {
                ("next", Some(next)) => format!("{base}/form/{}", next.code()),
                ("next", None) => format!("{base}/materials"),
                _ => base,
            }))
        }
        Ok(problems) => {
            form.note(problems);
            page::rejected(&section_page(&app, &visit, at, Some(form)).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&section_page(&app, &visit, at, Some(form)).await?)
        }
    }
}
