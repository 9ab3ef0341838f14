//! 特约邀请: the list and a proposal; below, one invitation with what may be done now, and the page
//! behind the link of the letter.

mod answer;
mod show;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::id::TaskId;
use domain::policy::pack::Station;
use domain::special_invitation::{Answer, SpecialInvitation, State as Stands, Verdict};
use service::PageRequest;
use service::special_invitations::Proposal;

use crate::components::{Empty, Note, Pager, Status, Tab, Tone};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::menu;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const READ: Access = Access::AnyOf(&[
    Action::ProposeInvitation,
    Action::SendInvitation,
    Action::RecordDecision,
    Action::ReadFrame,
]);
pub(crate) const PROPOSE: Access = Access::Pool(Action::ProposeInvitation);
pub(crate) const SIGN: Access = Access::Pool(Action::SendInvitation);

/// Routes of special invitations.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/special-invitations", READ, list)
        .get("/p/{no}/special-invitations/new", PROPOSE, blank)
        .post("/p/{no}/special-invitations/new", PROPOSE, propose)
        .and(show::routes())
        .and(answer::routes())
}

/// The groups of states the list can be narrowed to.
const VIEWS: [(&str, &str, &[&str]); 5] = [
    ("", "全部", &[]),
    ("proposed", "待签发", &["proposed"]),
    ("sent", "待答复", &["sent"]),
    ("open", "待审定、待入库", &["accepted", "approved"]),
    (
        "over",
        "已了结",
        &[
            "entered",
            "declined",
            "lapsed",
            "refused",
            "withdrawn",
            "not_approved",
        ],
    ),
];

pub(crate) fn status(state: &Stands) -> Status {
    let word = state.zh();
    match state {
        Stands::Proposed | Stands::Sent { .. } | Stands::Accepted { .. } => Status::waiting(word),
        Stands::Approved { .. } => Status::notice(word),
        Stands::Entered { .. } => Status::good(word),
        Stands::Refused { .. } | Stands::NotApproved { .. } => Status::stopped(word),
        Stands::Withdrawn { .. } | Stands::Lapsed { .. } | Stands::Declined { .. } => {
            Status::idle(word)
        }
    }
}

#[derive(Template)]
#[template(path = "special_invitations/list.html")]
struct ListPage {
    layout: Layout,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    propose: Option<String>,
}

struct Row {
    href: String,
    one: SpecialInvitation,
    specialty: String,
    task: String,
    on: String,
    status: Status,
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let wanted = visit.query.text("status");
    let (code, _, statuses) = VIEWS
        .iter()
        .find(|(code, ..)| *code == wanted)
        .unwrap_or(&VIEWS[0]);
    let statuses: Vec<String> = statuses.iter().map(|&status| status.to_owned()).collect();
    let after = visit.query.after();
    let (found, count) = app
        .service
        .special_invitations(
            here.ctx(),
            here.pool.id,
            &statuses,
            &PageRequest::after(after.clone(), 50),
        )
        .await?;
    menu::needs(&here, menu::SPECIAL_INVITATIONS)?;
    let base = here.href("special-invitations");
    let rows: Vec<Row> = found
        .items
        .into_iter()
        .map(|line| Row {
            href: format!("{base}/{}", line.invitation.id),
            status: status(&line.invitation.state),
            on: day(line.invitation.proposed.at),
            specialty: line.specialty,
            task: line.task.unwrap_or_else(|| "全库".to_owned()),
            one: line.invitation,
        })
        .collect();
    let may = here
        .ctx()
        .actor
        .reach_in(Action::ProposeInvitation, here.pool.id);
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "特约邀请")
            .under(&[(&here.pool.name, &here.href(""))]),
        tabs: VIEWS
            .iter()
            .map(|(value, label, _)| {
                Tab::plain(
                    *label,
                    if value.is_empty() {
                        base.clone()
                    } else {
                        format!("{base}?status={value}")
                    },
                    value == code,
                )
            })
            .collect(),
        pager: Pager {
            range: format!("本页 {} 份，共 {} 份", rows.len(), page::counted(count)),
            first: after.is_some().then(|| format!("{base}?status={code}")),
            next: found
                .next
                .map(|cursor| format!("{base}?status={code}&after={cursor}")),
            ..Pager::default()
        },
        rows,
        empty: Empty {
            what: "没有特约邀请".to_owned(),
            hint: "在库专家不足以随机抽取时，可以从使用需求页面提议特约邀请。".to_owned(),
            actions: Vec::new(),
        },
        propose: (may == Reach::Pool).then(|| format!("{base}/new")),
    })
}

fn day(at: jiff::Timestamp) -> String {
    at.to_zoned(service::ctx::shanghai()).date().to_string()
}

#[derive(Template)]
#[template(path = "special_invitations/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    note: Note,
    specialties: Vec<Choice>,
}

async fn form_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<FormPage, WebError> {
    menu::needs(here, menu::SPECIAL_INVITATIONS)?;
    let decided = here.pack.admission.step(Station::Committee);
    let decided = decided.map_or_else(String::new, |step| format!("经{}", step.label));
    let asked = app
        .service
        .specialties_to_ask(here.ctx(), here.pool.id)
        .await?;
    let mut specialties: Vec<Choice> = asked
        .iter()
        .filter(|one| one.status == domain::pool::SpecialtyStatus::Active)
        .map(|one| Choice::new(one.id.to_string(), &one.name))
        .collect();
    let (note, back) = match form.value("task").parse::<TaskId>() {
        Ok(id) => {
            let view = app.service.task(here.ctx(), id).await?;
            let shortage = app.service.shortage(here.ctx(), id).await?;
            let wanted: Vec<String> = view
                .task
                .request
                .demands
                .iter()
                .flat_map(|demand| &demand.specialties)
                .map(|id| id.to_string())
                .collect();
            specialties.retain(|choice| wanted.contains(&choice.value));
            let words = match shortage {
                Some(shortage) => format!(
                    "{}。依据{}，可特约邀请符合条件的人选；受邀人{decided}入库后，与其他专家一起随机抽取。",
                    shortage.why, shortage.article
                ),
                None => "这份使用需求的在库专家足够随机抽取，不用特约邀请。".to_owned(),
            };
            (
                Note::new(Tone::Warn, format!("{}：", view.task.number), words),
                here.href(format!("tasks/{id}")),
            )
        }
        Err(_) => (
            Note::new(
                Tone::Plain,
                "为全库邀请：",
                format!("受邀人接受邀请、交齐资料，{decided}入库。"),
            ),
            here.href("special-invitations"),
        ),
    };
    Ok(FormPage {
        layout: here
            .layout(app, visit, "提议特约邀请")
            .under(&[
                (&here.pool.name, &here.href("")),
                ("特约邀请", &here.href("special-invitations")),
            ])
            .judged(&form),
        action: here.href("special-invitations/new"),
        back,
        note,
        specialties,
        form,
    })
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let form = visit.query.clone();
    page::page(&form_page(&app, &here, &visit, form).await?)
}

fn proposal(form: &FormState) -> Proposal {
    Proposal {
        task: form.value("task").parse().ok(),
        name: form.text("name"),
        employer: form.text("employer"),
        phone: form.text("phone"),
        email: form.text("email"),
        specialty: form.text("specialty"),
        reason: form.text("reason"),
        fitness: form.text("fitness"),
    }
}

async fn propose(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .propose_special_invitation(here.ctx(), here.pool.id, &proposal(&form))
        .await;
    let next = outcome.map(|id| here.href(format!("special-invitations/{id}")));
    page::answered(next, form, |form| form_page(&app, &here, &visit, form)).await
}

/// What the invited person said.
pub(crate) fn answer_of(answer: &str, reason: String) -> service::Result<Answer> {
    match answer {
        "accept" => Ok(Answer::Accept),
        "decline" => Ok(Answer::Decline {
            reason: Some(reason),
        }),
        _ => Err(service::Error::field(
            "answer",
            "还没有选择答复。请选择接受邀请或谢绝。",
        )),
    }
}

/// What the committee decided.
pub(crate) fn verdict_of(result: &str, reason: String) -> service::Result<Verdict> {
    match result {
        "approved" => Ok(Verdict::Approved),
        "not_approved" => Ok(Verdict::NotApproved { reason }),
        _ => Err(service::Error::field(
            "result",
            "还没有选择审定结果。请选择通过或不通过。",
        )),
    }
}
