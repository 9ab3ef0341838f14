//! 评审邀请 on the expert's phone: by the link of a message, or logged in. Nothing is pre-selected.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::engagement::{Answer, Declaration, State as Seated};
use domain::half_day::Slot;
use service::invitations::{GroundQuestion, Invitation, answer_from};

use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::{Origin, Session};
use crate::state::App;
use crate::tasks::half_days;
use crate::undertakings;

/// Routes of invitations.
pub fn routes() -> Routes {
    Routes::new()
        .get("/m/i/{token}", Access::Public, show)
        .post("/m/i/{token}", Access::Public, answer)
        .get("/m/i/{token}/decline", Access::Public, decline)
        .get("/m/i/{token}/recuse", Access::Public, recuse)
        .get("/m/i/{token}/leave", Access::Public, leave)
        .post("/m/i/{token}/leave", Access::Public, ask_leave)
        .get("/m/i/{token}/calendar.ics", Access::Public, calendar)
        .get("/m/invites/{invitation}", Access::Person, own_show)
        .post("/m/invites/{invitation}", Access::Person, own_answer)
        .post(
            "/m/invites/{invitation}/leave",
            Access::Person,
            own_ask_leave,
        )
        .get(
            "/m/invites/{invitation}/calendar.ics",
            Access::Person,
            own_calendar,
        )
}

/// Which of the four pages of an invitation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    /// What, when, where, and accepting.
    Accept,
    /// 不能参加
    Decline,
    /// 需要回避
    Recuse,
    /// 请假
    Leave,
}

#[derive(Template)]
#[template(path = "invitations/show.html")]
struct InvitePage {
    layout: Layout,
    form: FormState,
    view: View,
    base: String,
    name: String,
    facts: Vec<(String, String)>,
    answer_by: String,
    note: Option<Note>,
    open: bool,
    accepted: bool,
    /// Leave was asked and waits for the requester.
    on_leave: bool,
    asks_tail: bool,
    grounds: Vec<Choice>,
    declared: Vec<Choice>,
    relations: Vec<Choice>,
    reasons: Vec<Choice>,
    basis: String,
    phone: String,
    calendar: String,
    /// Addresses of the other three pages of the invitation.
    ways: Ways,
}

struct Ways {
    decline: String,
    recuse: String,
    leave: String,
}

impl Ways {
    /// Below a link each is an address of its own; in one's own space they are views of one address.
    fn of(base: &str) -> Self {
        let join = if base.starts_with("/m/invites") {
            "?view="
        } else {
            "/"
        };
        let way = |view: &str| format!("{base}{join}{view}");
        Self {
            decline: way("decline"),
            recuse: way("recuse"),
            leave: way("leave"),
        }
    }
}

fn invite_page(
    app: &App,
    visit: &Visit,
    one: &Invitation,
    base: String,
    form: FormState,
    view: View,
) -> InvitePage {
    let request = &one.task.request;
    let demand = request.demands.get(one.engagement.demand as usize);
    let mut facts = vec![
        ("工作".to_owned(), request.content.clone()),
        ("时间".to_owned(), half_days(request)),
        (
            "地点".to_owned(),
            format!("{}（{}）", request.place, request.venue.zh()),
        ),
        ("使用方".to_owned(), one.requester.clone()),
    ];
    if let Some(demand) = demand {
        facts.push((
            "担任".to_owned(),
            format!("{}（共 {} 人）", demand.label, demand.seats),
        ));
    }
    let today = app.service.visitor("", "").today();
    if let Some(post) = one.engagement.post_on(&one.task, today) {
        facts.push(("职务".to_owned(), format!("{}（随任务结束）", post.label)));
    }
    let reviewed: Vec<&str> = request
        .reviewed
        .iter()
        .map(|one| one.organisation.name.as_str())
        .collect();
    if !reviewed.is_empty() {
        facts.push(("被评审单位".to_owned(), reviewed.join("、")));
    }
    let phone = one.pool.pool.phone.clone().unwrap_or_default();
    if !phone.is_empty() {
        facts.push(("联系电话".to_owned(), phone.clone()));
    }
    let closed = one.task.is_closed();
    let (note, answer_by) = match &one.engagement.state {
        Seated::Invited { .. } | Seated::Accepted { .. } if closed => (
            Some(Note::new(
                Tone::Plain,
                "这项工作已经办结：",
                "不需要再答复。如有疑问请联系通知中的联系人。",
            )),
            String::new(),
        ),
        Seated::Invited { answer_by, .. } => (None, page::moment(*answer_by)),
        Seated::Accepted { at, .. } => {
            let asked = one.engagement.leave_asked.is_some();
            let text = if asked {
                "您已提出请假，等使用方受理。"
            } else {
                "请按时参加。时间、地点有变会再通知您。"
            };
            (
                Some(Note::new(
                    Tone::Good,
                    "您已同意参加：",
                    format!("{text}（{}答复）", page::moment(*at)),
                )),
                String::new(),
            )
        }
        Seated::Recused { .. } => {
            let text = "名额由下一顺位递补。如实申报不影响您今后被抽取。";
            (
                Some(Note::new(Tone::Good, "您已申报回避：", text)),
                String::new(),
            )
        }
        Seated::Declined { .. } => (
            Some(Note::new(
                Tone::Plain,
                "您已答复不能参加：",
                "名额由下一顺位递补，不需要再做什么。",
            )),
            String::new(),
        ),
        other => {
            let text = "这份邀请不能再答复。如有疑问请联系通知中的联系人。";
            (
                Some(Note::new(
                    Tone::Warn,
                    format!("现在是“{}”：", other.zh()),
                    text,
                )),
                String::new(),
            )
        }
    };
    let relations = one.grounds.iter().flat_map(|ground| &ground.relations);
    let label = |ground: &GroundQuestion| format!("{}（{}）", ground.label, ground.article);
    InvitePage {
        layout: Layout::new(&app.site.now(), visit, "评审邀请").judged(&form),
        name: one.name.clone(),
        facts,
        answer_by,
        note,
        open: !closed && one.engagement.state.is_open(),
        accepted: !closed && matches!(one.engagement.state, Seated::Accepted { .. }),
        on_leave: one.engagement.leave_asked.is_some(),
        asks_tail: one.asks_tail,
        grounds: one
            .grounds
            .iter()
            .map(|ground| Choice::new(&ground.id, label(ground)))
            .collect(),
        declared: vec![
            Choice::new("none", "没有").detail("我承诺以上各项都不存在，并对工作内容保密"),
            Choice::new("some", "有，需要回避").detail("下一步选择情形，不影响您今后被抽取"),
        ],
        relations: relations
            .map(|relation| Choice::new(relation, relation))
            .collect(),
        reasons: ["时间冲突", "出差或不在本地", "身体原因", "单位工作安排"]
            .map(|reason| Choice::new(reason, reason))
            .into_iter()
            .chain([Choice::new("其他", "其他").detail("请在下面写明")])
            .collect(),
        basis: format!("《{}》", one.pool.pack.identity.title),
        phone,
        calendar: format!("{base}/calendar.ics"),
        ways: Ways::of(&base),
        view,
        base,
        form,
    }
}

async fn opened(app: &App, visit: &Visit, token: &str, view: View) -> Result<Response, WebError> {
    let pledge = undertakings::before_task(app, visit, token, FormState::blank()).await?;
    if let Some(page) = pledge {
        return Ok(page);
    }
    let one = app.service.invitation(token).await?;
    page::page(&invite_page(
        app,
        visit,
        &one,
        format!("/m/i/{token}"),
        FormState::blank(),
        view,
    ))
}

type At = (State<App>, Visit, Path<String>);

async fn show((State(app), visit, Path(token)): At) -> Result<Response, WebError> {
    opened(&app, &visit, &token, View::Accept).await
}

async fn decline((State(app), visit, Path(token)): At) -> Result<Response, WebError> {
    opened(&app, &visit, &token, View::Decline).await
}

async fn recuse((State(app), visit, Path(token)): At) -> Result<Response, WebError> {
    opened(&app, &visit, &token, View::Recuse).await
}

async fn leave((State(app), visit, Path(token)): At) -> Result<Response, WebError> {
    opened(&app, &visit, &token, View::Leave).await
}

/// What the form answers. Declaring a ground while accepting leads on to the page for it.
fn read(form: &FormState) -> service::Result<(Answer, View)> {
    let view = match form.value("answer") {
        "decline" => View::Decline,
        "recuse" => View::Recuse,
        _ => View::Accept,
    };
    let said = [form.text("reason"), form.text("reason_note")];
    let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
    let reason = Some(said.join("：")).filter(|text| !text.is_empty());
    let note = form.text("note");
    let relation = Some(form.text("relation")).filter(|text| !text.is_empty());
    let declared: Vec<Declaration> = form
        .values("ground")
        .map(|ground| Declaration {
            ground: ground.to_owned(),
            relation: relation.clone(),
            note: note.clone(),
        })
        .collect();
    if view == View::Recuse && declared.is_empty() {
        return Err(service::Error::field(
            "ground",
            "没有选择回避情形。请选择一项；没有需要回避的，请返回接受邀请。",
        ));
    }
    answer_from(
        form.value("answer"),
        form.value("declared") == "none",
        reason,
        declared,
    )
    .map(|answer| (answer, view))
}

/// The control that a problem of an answer belongs to.
fn field(problem: &str) -> &str {
    match problem {
        "declaration" => "declared",
        other => other,
    }
}

async fn answer(
    (State(app), visit, Path(token)): At,
    origin: Origin,
    mut form: FormState,
) -> Result<Response, WebError> {
    let base = format!("/m/i/{token}");
    if form.value("answer") == "accept" && form.value("declared") == "some" {
        return Ok(page::see_other(&format!("{base}/recuse")));
    }
    let view = match form.value("answer") {
        "decline" => View::Decline,
        "recuse" => View::Recuse,
        _ => View::Accept,
    };
    let outcome = match read(&form) {
        Ok((answer, _)) => {
            app.service
                .answer_by_link(&origin.network, &token, &form.text("id_tail"), answer)
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(page::see_other(&base)),
        Err(service::Error::Invalid(problems)) => {
            for problem in problems {
                form.reject(field(&problem.field), problem.sentence);
            }
            let one = app.service.invitation(&token).await?;
            page::rejected(&invite_page(&app, &visit, &one, base, form, view))
        }
        Err(other) => Err(other.into()),
    }
}

async fn ask_leave(
    (State(app), visit, Path(token)): At,
    origin: Origin,
    mut form: FormState,
) -> Result<Response, WebError> {
    let base = format!("/m/i/{token}");
    let (tail, reason) = (form.text("id_tail"), form.text("reason"));
    match app
        .service
        .leave_by_link(&origin.network, &token, &tail, &reason)
        .await
    {
        Ok(()) => Ok(page::see_other(&base)),
        Err(service::Error::Invalid(problems)) => {
            form.note(problems);
            let one = app.service.invitation(&token).await?;
            page::rejected(&invite_page(&app, &visit, &one, base, form, View::Leave))
        }
        Err(other) => Err(other.into()),
    }
}

async fn calendar((State(app), _, Path(token)): At) -> Result<Response, WebError> {
    Ok(calendar_of(&app.service.invitation(&token).await?))
}

fn calendar_of(one: &Invitation) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"invitation.ics\"",
        ),
    ];
    (headers, ics(one)).into_response()
}

/// The task as RFC 5545 events, one for each half-day, in China's time (it knows no summer time).
fn ics(one: &Invitation) -> String {
    let escape = |text: &str| {
        text.replace('\\', "\\\\")
            .replace(';', "\\;")
            .replace(',', "\\,")
            .replace(['\r', '\n'], " ")
    };
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Linxuan//ZH".to_owned(),
    ];
    let stamp = one.task.filed_at.strftime("%Y%m%dT%H%M%SZ").to_string();
    for (index, half) in one.task.request.half_days.iter().enumerate() {
        // Beijing 09:00 is 01:00 universal time of the same day.
        let (from, to) = match half.slot {
            Slot::Morning => ("010000", "040000"),
            Slot::Afternoon => ("060000", "093000"),
            Slot::Evening => ("103000", "130000"),
        };
        let day = half.date.strftime("%Y%m%d");
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}-{index}@linxuan", one.engagement.id),
            format!("DTSTAMP:{stamp}"),
            format!("DTSTART:{day}T{from}Z"),
            format!("DTEND:{day}T{to}Z"),
            format!(
                "SUMMARY:{}",
                escape(
                    &one.task
                        .request
                        .content
                        .chars()
                        .take(20)
                        .collect::<String>()
                )
            ),
            format!(
                "LOCATION:{}",
                escape(&one.task.request.place.chars().take(20).collect::<String>())
            ),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.join("\r\n") + "\r\n"
}

async fn mine(
    app: &App,
    session: &Session,
    id: domain::id::EngagementId,
) -> Result<Invitation, WebError> {
    let all = app.service.own_invitations(&session.ctx).await?;
    all.into_iter()
        .find(|one| one.engagement.id == id)
        .ok_or(WebError::NotFound)
}

type OwnAt = (State<App>, Session, Visit, Path<domain::id::EngagementId>);

fn own_view(visit: &Visit) -> View {
    match visit.query.value("view") {
        "decline" => View::Decline,
        "recuse" => View::Recuse,
        "leave" => View::Leave,
        _ => View::Accept,
    }
}

async fn own_calendar((State(app), session, _, Path(id)): OwnAt) -> Result<Response, WebError> {
    Ok(calendar_of(&mine(&app, &session, id).await?))
}

async fn own_ask_leave(
    (State(app), session, visit, Path(id)): OwnAt,
    form: FormState,
) -> Result<Response, WebError> {
    let base = format!("/m/invites/{id}");
    let outcome = app
        .service
        .ask_leave(&session.ctx, id, &form.text("reason"))
        .await;
    let next = outcome.map(|()| base);
    page::answered(next, form, async |form| {
        let one = mine(&app, &session, id).await?;
        Ok(own_page(&app, &session, &visit, &one, form, View::Leave))
    })
    .await
}

async fn own_show((State(app), session, visit, Path(id)): OwnAt) -> Result<Response, WebError> {
    let one = mine(&app, &session, id).await?;
    let view = own_view(&visit);
    page::page(&own_page(
        &app,
        &session,
        &visit,
        &one,
        FormState::blank(),
        view,
    ))
}

/// The same page in one's own space, with the way back.
fn own_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    one: &Invitation,
    form: FormState,
    view: View,
) -> InvitePage {
    let base = format!("/m/invites/{}", one.engagement.id);
    let page = invite_page(app, visit, one, base, form, view);
    InvitePage {
        layout: session.layout(app, visit, "评审邀请").judged(&page.form),
        ..page
    }
}

async fn own_answer(
    (State(app), session, visit, Path(id)): OwnAt,
    mut form: FormState,
) -> Result<Response, WebError> {
    let base = format!("/m/invites/{id}");
    if form.value("answer") == "accept" && form.value("declared") == "some" {
        return Ok(page::see_other(&format!("{base}?view=recuse")));
    }
    let view = match form.value("answer") {
        "decline" => View::Decline,
        "recuse" => View::Recuse,
        _ => View::Accept,
    };
    let outcome = match read(&form) {
        Ok((answer, _)) => {
            app.service
                .answer_invitation(&session.ctx, id, answer)
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(page::see_other(&base)),
        Err(service::Error::Invalid(problems)) => {
            for problem in problems {
                form.reject(field(&problem.field), problem.sentence);
            }
            let one = mine(&app, &session, id).await?;
            page::rejected(&own_page(&app, &session, &visit, &one, form, view))
        }
        Err(other) => Err(other.into()),
    }
}
