//! 特约邀请: the list, a proposal, one invitation with what may be done now, and the page behind the
//! link of the letter.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::{Action, Reach};
use domain::id::{RecordId, TaskId};
use domain::special_invitation::{Answer, Reply, SpecialInvitation, State as Stands, Verdict};
use service::PageRequest;
use service::special_invitations::{InvitationView, Invited, MaterialLine, Proposal, Step};

use crate::api::Body;
use crate::components::{Empty, Here, Link, Moment, Note, Pager, Progress, Status, Tab, Tone};
use crate::draws::pdf;
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Origin};
use crate::state::App;

const READ: Access = Access::AnyOf(&[
    Action::ProposeInvitation,
    Action::SendInvitation,
    Action::RecordDecision,
    Action::ReadFrame,
]);
const PROPOSE: Access = Access::Pool(Action::ProposeInvitation);
const SIGN: Access = Access::Pool(Action::SendInvitation);

/// Routes of special invitations.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/special-invitations", READ, list)
        .get("/p/{no}/special-invitations/new", PROPOSE, blank)
        .post("/p/{no}/special-invitations/new", PROPOSE, propose)
        .get("/p/{no}/special-invitations/{invitation}", READ, show)
        .get(
            "/p/{no}/special-invitations/{invitation}/letter.pdf",
            READ,
            letter,
        )
        .post("/p/{no}/special-invitations/{invitation}/send", SIGN, send)
        .post(
            "/p/{no}/special-invitations/{invitation}/refuse",
            SIGN,
            refuse,
        )
        .post(
            "/p/{no}/special-invitations/{invitation}/withdraw",
            PROPOSE,
            withdraw,
        )
        .post(
            "/p/{no}/special-invitations/{invitation}/reply",
            Access::Pool(Action::NotifyExperts),
            reply,
        )
        .post(
            "/p/{no}/special-invitations/{invitation}/materials",
            Access::Pool(Action::EditExperts),
            materials,
        )
        .post(
            "/p/{no}/special-invitations/{invitation}/decision",
            Access::Pool(Action::RecordDecision),
            decide,
        )
        .get("/m/s/{token}", Access::Public, open)
        .post("/m/s/{token}", Access::Public, answer)
        .api(
            Method::GET,
            "/api/v1/pools/{no}/special-invitations",
            READ,
            says("特约邀请", "特约邀请").gives("items；next"),
            list_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/special-invitations",
            PROPOSE,
            says("特约邀请", "提议特约邀请")
                .takes::<ProposalShape>()
                .makes("id"),
            propose_json,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/special-invitations/{invitation}",
            READ,
            says("特约邀请", "一项特约邀请").gives("邀请、状态、材料"),
            show_json,
        )
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
    let after = Some(visit.query.text("after")).filter(|text| !text.is_empty());
    let found = app
        .service
        .special_invitations(
            here.ctx(),
            here.pool.id,
            &statuses,
            &PageRequest::after(after.clone(), 50),
        )
        .await?;
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
            .map(|(value, label, _)| Tab {
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
        pager: Pager {
            range: format!("本页 {} 份", rows.len()),
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
                    "{}。依据{}，可特约邀请符合条件的人选；受邀人经会议审定入库后，与其他专家一起随机抽取。",
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
                "受邀人接受邀请、交齐资料，经会议审定后入库。",
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
    mut form: FormState,
) -> Result<Response, WebError> {
    match app
        .service
        .propose_special_invitation(here.ctx(), here.pool.id, &proposal(&form))
        .await
    {
        Ok(id) => Ok(page::see_other(
            &here.href(format!("special-invitations/{id}")),
        )),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&form_page(&app, &here, &visit, form).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "special_invitations/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    view: InvitationView,
    status: Status,
    facts: Vec<(String, String)>,
    task: Option<Link>,
    expert: Option<String>,
    moments: Vec<Moment>,
    confirm_status: String,
    suggested: String,
    enter: String,
}

impl ShowPage {
    fn may(&self, step: Step) -> bool {
        self.view.steps.contains(&step)
    }
    fn materials(&self) -> &[MaterialLine] {
        match self.view.invitation.state {
            Stands::Proposed
            | Stands::Sent { .. }
            | Stands::Refused { .. }
            | Stands::Declined { .. }
            | Stands::Lapsed { .. }
            | Stands::Withdrawn { .. } => &[],
            _ => &self.view.materials,
        }
    }
    fn acts(&self) -> bool {
        self.view.steps.iter().any(|step| *step != Step::Print)
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.special_invitation(here.ctx(), id).await?;
    let one = &view.invitation;
    if one.pool != here.pool.id {
        return Err(WebError::NotFound);
    }
    let standing = here.standing(here.ctx().today());
    let confirm_status = match (standing.effect(), standing.banner()) {
        (Some(_), Some(words)) if view.steps.contains(&Step::Send) => format!(
            "已知《{}》{words}，仍按此办法办理；此确认会留痕。",
            here.pack.identity.title
        ),
        _ => String::new(),
    };
    let reads_experts = here.ctx().actor.reach_in(Action::ReadExperts, here.pool.id) != Reach::None;
    let expert = match &one.state {
        Stands::Entered { expert, .. } if reads_experts => {
            Some(here.href(format!("experts/{expert}")))
        }
        _ => None,
    };
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("特约邀请 {}", one.number))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("特约邀请", &here.href("special-invitations")),
            ])
            .judged(&form),
        base: here.href(format!("special-invitations/{id}")),
        status: status(&one.state),
        facts: facts(&view),
        task: view.task.as_ref().map(|(id, number, content)| {
            Link::new(
                format!("{number} {content}"),
                here.href(format!("tasks/{id}")),
            )
        }),
        expert,
        moments: moments(one),
        confirm_status,
        suggested: view.suggested.to_string(),
        enter: here.href(format!("experts/new?invitation={id}")),
        form,
        view,
    })
}

fn facts(view: &InvitationView) -> Vec<(String, String)> {
    let one = &view.invitation;
    let reached: Vec<&str> = [view.masked.phone.as_str(), view.masked.email.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let mut rows = vec![
        ("受邀人".to_owned(), one.name.clone()),
        ("工作单位".to_owned(), one.employer.clone()),
        ("联系方式".to_owned(), reached.join("，")),
        ("专业领域".to_owned(), view.specialty.clone()),
        ("符合条件".to_owned(), one.fitness.clone()),
        ("邀请理由".to_owned(), one.reason.clone()),
        ("依据".to_owned(), one.article.clone()),
        (
            "签发".to_owned(),
            format!("{}（{}）", view.signer.0, view.signer.1),
        ),
    ];
    if let Some(requester) = &view.requester {
        rows.push(("使用方".to_owned(), requester.clone()));
    }
    rows
}

fn moments(one: &SpecialInvitation) -> Vec<Moment> {
    let done = |at, text: String| Moment {
        time: page::moment_short(at),
        text,
        link: None,
        progress: Progress::Done,
    };
    let ahead = |text: &str| Moment {
        time: "之后".to_owned(),
        text: text.to_owned(),
        link: None,
        progress: Progress::Ahead,
    };
    let reply_words = |reply: &Reply| match reply {
        Reply::Link => "本人在函件链接内答复".to_owned(),
        Reply::Written { officer, note } => format!("书面答复（{note}），{officer}登记"),
    };
    let meeting = |decision: &domain::special_invitation::Decision, result: &str| {
        done(
            decision.by.at,
            format!(
                "{}会议{result}，会议纪要 {}，{}登记",
                decision.on, decision.minutes, decision.by.name
            ),
        )
    };
    let mut moments = vec![done(
        one.proposed.at,
        format!("{}提议特约邀请", one.proposed.name),
    )];
    match &one.state {
        Stands::Proposed => moments.extend([
            ahead("签发邀请函"),
            ahead("受邀人答复，交齐资料"),
            ahead("会议审定"),
            ahead("入库，参加随机抽取"),
        ]),
        Stands::Sent { by, reply_by } => moments.extend([
            done(by.at, format!("{}签发，{reply_by} 前答复", by.name)),
            ahead("受邀人答复，交齐资料"),
            ahead("会议审定"),
            ahead("入库，参加随机抽取"),
        ]),
        Stands::Refused { by, reason } => {
            moments.push(done(by.at, format!("{}不予发出：{reason}", by.name)));
        }
        Stands::Withdrawn { by, reason } => {
            moments.push(done(by.at, format!("{}撤回：{reason}", by.name)));
        }
        Stands::Lapsed { reply_by } => moments.push(Moment {
            time: reply_by.to_string(),
            text: "到期未答复".to_owned(),
            link: None,
            progress: Progress::Done,
        }),
        Stands::Declined { at, reason, reply } => {
            let why = reason.as_ref().map(|why| format!("：{why}"));
            let text = format!("谢绝{}；{}", why.unwrap_or_default(), reply_words(reply));
            moments.push(done(*at, text));
        }
        Stands::Accepted { at, reply, .. } => moments.extend([
            done(*at, format!("接受邀请；{}", reply_words(reply))),
            ahead("收齐资料，会议审定"),
            ahead("入库，参加随机抽取"),
        ]),
        Stands::NotApproved { decision, reason } => {
            moments.push(meeting(decision, &format!("审定未通过：{reason}")));
        }
        Stands::Approved { decision } => {
            moments.extend([meeting(decision, "审定通过"), ahead("入库，参加随机抽取")]);
        }
        Stands::Entered { decision, at, .. } => moments.extend([
            meeting(decision, "审定通过"),
            done(*at, "入库，与其他专家一起参加随机抽取".to_owned()),
        ]),
    }
    moments
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn letter((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app
        .service
        .print_special_invitation(here.ctx(), id)
        .await?))
}

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    mut form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    match outcome {
        Ok(()) => Ok(page::see_other(
            &here.href(format!("special-invitations/{id}")),
        )),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&show_page(&app, &here, &visit, id, form).await?)
        }
    }
}

async fn send(at: At, mut form: FormState) -> Result<Response, WebError> {
    let reply_by = form.date("reply_by", "答复期限");
    if !form.is_sound() {
        return answered(at, form, Err(service::Error::Invalid(Vec::new()))).await;
    }
    let confirmed = form.value("status_confirmed") == "yes";
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .send_special_invitation(ctx, id, reply_by, confirmed)
        .await;
    answered(at, form, outcome).await
}

async fn refuse(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .refuse_special_invitation(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn withdraw(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = app
        .service
        .withdraw_special_invitation(ctx, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

fn answer_of(form: &FormState) -> service::Result<Answer> {
    match form.value("answer") {
        "accept" => Ok(Answer::Accept),
        "decline" => Ok(Answer::Decline {
            reason: Some(form.text("reason")),
        }),
        _ => Err(service::Error::field(
            "answer",
            "还没有选择答复。请选择接受邀请或谢绝。",
        )),
    }
}

async fn reply(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = match answer_of(&form) {
        Ok(answer) => {
            app.service
                .record_special_reply(ctx, id, answer, &form.text("note"))
                .await
        }
        Err(error) => Err(error),
    };
    answered(at, form, outcome).await
}

async fn materials(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let received: Vec<String> = form.values("received").map(str::to_owned).collect();
    let outcome = app
        .service
        .receive_special_materials(ctx, id, &received)
        .await;
    answered(at, form, outcome).await
}

async fn decide(at: At, mut form: FormState) -> Result<Response, WebError> {
    let met_on = form.date("met_on", "会议日期");
    let verdict = match form.value("result") {
        "approved" => Some(Verdict::Approved),
        "not_approved" => Some(Verdict::NotApproved {
            reason: form.text("reason"),
        }),
        _ => None,
    };
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = match verdict {
        _ if !form.is_sound() => Err(service::Error::Invalid(Vec::new())),
        None => Err(service::Error::field(
            "result",
            "还没有选择审定结果。请选择通过或不通过。",
        )),
        Some(verdict) => {
            app.service
                .decide_special_invitation(ctx, id, verdict, &form.text("minutes"), met_on)
                .await
        }
    };
    answered(at, form, outcome).await
}

#[derive(Template)]
#[template(path = "special_invitations/answer.html")]
struct AnswerPage {
    layout: Layout,
    form: FormState,
    action: String,
    one: Invited,
    facts: Vec<(String, String)>,
    reply_by: String,
    note: Option<Note>,
    phone: String,
}

fn answer_page(app: &App, visit: &Visit, token: &str, one: Invited, form: FormState) -> AnswerPage {
    let invitation = &one.invitation;
    let (note, reply_by) = match &invitation.state {
        Stands::Sent { reply_by, .. } => (None, reply_by.strftime("%-m月%-d日").to_string()),
        Stands::Accepted { .. } => (
            Some(Note::new(
                Tone::Good,
                "您已接受邀请：",
                "请按下面的清单提交资料，联系人会与您联系。",
            )),
            String::new(),
        ),
        Stands::Declined { .. } => (
            Some(Note::new(
                Tone::Plain,
                "您已谢绝邀请：",
                "感谢答复，不需要再做什么。",
            )),
            String::new(),
        ),
        other => (
            Some(Note::new(
                Tone::Warn,
                format!("现在是“{}”：", other.zh()),
                "不用再答复。如有疑问请联系下面的联系人。",
            )),
            String::new(),
        ),
    };
    AnswerPage {
        layout: Layout::new(&app.site.now(), visit, "特约邀请").judged(&form),
        action: format!("/m/s/{token}"),
        facts: vec![
            ("专家库".to_owned(), one.pool.pool.name.clone()),
            ("专业领域".to_owned(), one.specialty.clone()),
            ("邀请理由".to_owned(), invitation.reason.clone()),
            ("邀请单位".to_owned(), one.sign.clone()),
        ],
        reply_by,
        note,
        phone: one.pool.pool.phone.clone().unwrap_or_default(),
        form,
        one,
    }
}

type LinkAt = (State<App>, Visit, Path<String>);

async fn open((State(app), visit, Path(token)): LinkAt) -> Result<Response, WebError> {
    let one = app.service.invited(&token).await?;
    page::page(&answer_page(&app, &visit, &token, one, FormState::blank()))
}

async fn answer(
    (State(app), visit, Path(token)): LinkAt,
    origin: Origin,
    mut form: FormState,
) -> Result<Response, WebError> {
    let outcome = match answer_of(&form) {
        Ok(answer) => {
            app.service
                .answer_special_invitation(&origin.network, &token, answer)
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(page::see_other(&format!("/m/s/{token}"))),
        Err(error) => {
            form.refuse(error)?;
            let one = app.service.invited(&token).await?;
            page::rejected(&answer_page(&app, &visit, &token, one, form))
        }
    }
}

async fn list_json(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let status = Some(visit.query.text("status")).filter(|text| !text.is_empty());
    let statuses: Vec<String> = status.into_iter().collect();
    let after = Some(visit.query.text("after")).filter(|text| !text.is_empty());
    let found = app
        .service
        .special_invitations(
            here.ctx(),
            here.pool.id,
            &statuses,
            &PageRequest::after(after, 50),
        )
        .await?;
    Ok(Json(serde_json::json!({ "items": found.items, "next": found.next })).into_response())
}

/// 提议：task 有关的需求，name 姓名，employer 单位，phone 手机，email 邮箱，specialty 专业领域，reason 理由，fitness 胜任情况
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct ProposalShape(Proposal);

async fn propose_json(
    State(app): State<App>,
    here: InPool,
    Body(ProposalShape(proposal)): Body<ProposalShape>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .propose_special_invitation(here.ctx(), here.pool.id, &proposal)
        .await?;
    let created = axum::http::StatusCode::CREATED;
    Ok((created, Json(serde_json::json!({ "id": id }))).into_response())
}

async fn show_json((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    let view = app.service.special_invitation(here.ctx(), id).await?;
    if view.invitation.pool != here.pool.id {
        return Err(WebError::NotFound);
    }
    Ok(Json(view).into_response())
}
