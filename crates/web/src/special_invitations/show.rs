//! One invitation, and what may be done with it now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::id::RecordId;
use domain::special_invitation::{Reply, SpecialInvitation, State as Stands};
use service::special_invitations::{InvitationView, MaterialLine, Step};

use super::{PROPOSE, READ, SIGN, answer_of, status, verdict_of};
use crate::components::{Link, Moment, Progress, Status};
use crate::error::WebError;
use crate::files::pdf;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of one invitation.
pub(super) fn routes() -> Routes {
    Routes::new()
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
    answers: Vec<Choice>,
    results: Vec<Choice>,
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
    let confirm_status = if view.steps.contains(&Step::Send) {
        here.confirm_status("办理")
    } else {
        String::new()
    };
    let reads = |action: Action| here.ctx().actor.reach_in(action, here.pool.id) != Reach::None;
    let expert = match &one.state {
        Stands::Entered { expert, .. } if reads(Action::ReadExperts) => {
            Some(here.href(format!("experts/{expert}")))
        }
        _ => None,
    };
    let task = view.task.as_ref().filter(|_| reads(Action::ReadTasks));
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
        task: task.map(|(id, number, content)| {
            Link::new(
                format!("{number} {content}"),
                here.href(format!("tasks/{id}")),
            )
        }),
        expert,
        moments: moments(one),
        answers: vec![
            Choice::new("accept", "接受邀请"),
            Choice::new("decline", "谢绝"),
        ],
        results: vec![
            Choice::new("approved", "通过"),
            Choice::new("not_approved", "不通过"),
        ],
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
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("special-invitations/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
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

async fn reply(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = match answer_of(form.value("answer"), form.text("reason")) {
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
    let verdict = verdict_of(form.value("result"), form.text("reason"));
    let (app, ctx, id) = (&at.0.0, at.1.ctx(), at.3.0.1);
    let outcome = match verdict {
        _ if !form.is_sound() => Err(service::Error::Invalid(Vec::new())),
        Err(error) => Err(error),
        Ok(verdict) => {
            app.service
                .decide_special_invitation(ctx, id, verdict, &form.text("minutes"), met_on)
                .await
        }
    };
    answered(at, form, outcome).await
}
