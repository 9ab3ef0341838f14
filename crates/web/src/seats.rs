//! 专家组与答复: who holds which seat, who has not answered, what happened to the others.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::engagement::{Declaration, State as Seated};
use domain::id::{EngagementId, TaskId};
use service::engagements::{FollowUp, Seat};
use service::posts::{Candidate, TaskPost};

use crate::components::{Note, Status, Tone};
use crate::error::WebError;
use crate::files::pdf;
use crate::form::{Choice, FormState, renamed};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::shortage::ShortageCard;
use crate::state::App;

const READ: Access = Access::Pool(Action::ReadPanel);
const NOTIFY: Access = Access::Pool(Action::NotifyExperts);

/// Routes of seats.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/tasks/{task}/seats", READ, show)
        .get("/p/{no}/tasks/{task}/confirmation.pdf", READ, confirmation)
        .get("/p/{no}/tasks/{task}/sign-in.pdf", READ, sign_in)
        .get(
            "/p/{no}/tasks/{task}/seats/{seat}/invitation.pdf",
            NOTIFY,
            invitation,
        )
        .post(
            "/p/{no}/tasks/{task}/seats/{seat}/call",
            NOTIFY,
            record_call,
        )
        .post(
            "/p/{no}/tasks/{task}/seats/{seat}/call/confirm",
            Access::Pool(Action::ReadFrame),
            confirm_call,
        )
        .post(
            "/p/{no}/tasks/{task}/seats/{seat}/stop",
            Access::Pool(Action::StopExpert),
            stop,
        )
        .post(
            "/p/{no}/tasks/{task}/seats/{seat}/leave",
            Access::Pool(Action::AcceptLeave),
            accept_leave,
        )
        .post(
            "/p/{no}/tasks/{task}/seats/{seat}/follow-up",
            NOTIFY,
            follow_up,
        )
        .post(
            "/p/{no}/tasks/{task}/seats/{seat}/post",
            Access::Pool(Action::AppointPost),
            give_post,
        )
        .post(
            "/p/{no}/tasks/{task}/seats/{seat}/post/release",
            Access::Pool(Action::AppointPost),
            release_post,
        )
}

#[derive(Template)]
#[template(path = "seats/show.html")]
struct SeatsPage {
    layout: Layout,
    form: FormState,
    number: String,
    content: String,
    task: String,
    note: Note,
    settled: usize,
    held: usize,
    needed: u32,
    rows: Vec<Row>,
    grounds: Vec<Choice>,
    shortage: Option<ShortageCard>,
    posts: Vec<PostCard>,
    may_appoint: bool,
    base: String,
}

/// A post of the task.
struct PostCard {
    id: String,
    label: String,
    article: String,
    /// Somebody may not hold it only for want of a confirmation.
    unconfirmed: bool,
    candidates: Vec<PostRow>,
}

/// Somebody of the task as a holder of the post.
struct PostRow {
    one: Candidate,
    /// The expert's file, for those who may see it.
    file: Option<String>,
    /// Where what is missing is confirmed, for those who may.
    confirm: Option<String>,
}

impl PostCard {
    fn of(here: &InPool, seats: &[Seat], post: TaskPost) -> Self {
        let row = |one: Candidate| {
            let seat = seats.iter().find(|seat| seat.engagement.id == one.seat);
            let editable = seat.is_some_and(|seat| seat.editable);
            let edit = here.href(format!("experts/{}/edit#reviewed", one.expert));
            PostRow {
                file: seat.and_then(|seat| file(here, seat)),
                confirm: (editable && one.unconfirmed).then_some(edit),
                one,
            }
        };
        Self {
            unconfirmed: post.candidates.iter().any(|one| one.unconfirmed),
            id: post.id,
            label: post.label,
            article: post.article,
            candidates: post.candidates.into_iter().map(row).collect(),
        }
    }
}

struct Row {
    /// Name of the post held in the task.
    post: Option<String>,
    act: String,
    name: String,
    /// The expert's file, for those who may see it.
    file: Option<String>,
    employer: String,
    demand: String,
    round: String,
    invited: Option<String>,
    status: Status,
    time: String,
    why: String,
    call: String,
    may_call: bool,
    may_confirm_call: bool,
    may_stop: bool,
    may_accept_leave: bool,
    may_arrange: bool,
    may_print: bool,
}

async fn page_of(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: TaskId,
    form: FormState,
) -> Result<SeatsPage, WebError> {
    let view = app.service.task(here.ctx(), id).await?;
    let seats = app.service.seats(here.ctx(), id).await?;
    if view.task.pool != here.pool.id || seats.is_empty() {
        return Err(WebError::NotFound);
    }
    let task = here.href(format!("tasks/{id}"));
    let base = format!("{task}/seats");
    let target = view.target();
    let can = |action| here.ctx().actor.allow(action, target).is_ok();
    let closed = view.task.is_closed();
    let may = |action| !closed && can(action);
    let rows = seats
        .iter()
        .map(|seat| row(here, &base, seat, &may))
        .collect();
    let settled = seats
        .iter()
        .filter(|seat| matches!(seat.engagement.state, Seated::Accepted { .. }))
        .count();
    let held = seats
        .iter()
        .filter(|seat| seat.engagement.state.holds_seat())
        .count();
    let needed = view.task.request.seats();
    let next = seats
        .iter()
        .filter_map(|seat| match seat.engagement.state {
            Seated::Invited { answer_by, .. } => Some((answer_by, seat.name.as_str())),
            _ => None,
        })
        .min();
    let open = usize::try_from(needed)
        .unwrap_or(usize::MAX)
        .saturating_sub(settled);
    let note = match next {
        _ if closed => Note::new(
            Tone::Plain,
            "已办结：",
            "人员以办结时为准，只能查看和打印。",
        ),
        Some((by, name)) => Note::new(
            Tone::Warn,
            format!("还差 {open} 人答复："),
            format!(
                "{name}须在 {} 前答复，到时未答复由下一顺位递补。",
                page::moment(by)
            ),
        ),
        None if open == 0 => Note::new(
            Tone::Good,
            "人员已齐：",
            format!("{settled} 人都已同意参加。"),
        ),
        None => Note::new(
            Tone::Bad,
            format!("还缺 {open} 人："),
            "同一次抽取的候选人已用完，或名额待安排，办法见下。",
        ),
    };
    let posts = app.service.task_posts(here.ctx(), id).await?;
    let posts = posts
        .into_iter()
        .map(|post| PostCard::of(here, &seats, post))
        .collect();
    let may_appoint = can(Action::AppointPost) && view.task.goes_on(here.ctx().today());
    let shortage = app.service.shortage(here.ctx(), id).await?;
    Ok(SeatsPage {
        posts,
        may_appoint,
        base,
        shortage: shortage.map(|found| ShortageCard::new(here, id, found)),
        layout: here
            .layout(app, visit, format!("专家组 {}", view.task.number))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("使用需求", &here.href("tasks")),
                (&view.task.number, &task),
            ])
            .judged(&form),
        form,
        number: view.task.number.clone(),
        content: view.task.request.content.clone(),
        task,
        note,
        settled,
        held,
        needed,
        rows,
        grounds: here
            .pack
            .recusal
            .iter()
            .flat_map(|rules| &rules.grounds)
            .map(|ground| {
                Choice::new(
                    &ground.id,
                    format!("{}（{}）", ground.label, ground.citation),
                )
            })
            .collect(),
    })
}

/// `may` says what this visitor may still do; nothing once the task is closed.
fn row(here: &InPool, base: &str, seat: &Seat, may: &dyn Fn(Action) -> bool) -> Row {
    let one = &seat.engagement;
    let (status, at, why) = match &one.state {
        Seated::Invited { answer_by, .. } => (
            Status::waiting("待答复"),
            *answer_by,
            format!("须在 {} 前答复", page::moment_short(*answer_by)),
        ),
        Seated::Accepted { at, .. } => (Status::good("同意参加"), *at, String::new()),
        Seated::Declined { at, reason, .. } => (
            Status::stopped("不能参加"),
            *at,
            reason.clone().unwrap_or_else(|| "没有说明理由".to_owned()),
        ),
        Seated::NoAnswer { at } => (Status::stopped("未答复"), *at, "到时未答复".to_owned()),
        Seated::Recused { at, declared } => {
            let grounds = declared
                .iter()
                .map(|declared| ground(here, &declared.ground));
            (
                Status::stopped("已回避"),
                *at,
                grounds.collect::<Vec<_>>().join("、"),
            )
        }
        Seated::Stopped { at, found, .. } => (
            Status::stopped("已停止参与"),
            *at,
            format!("{}：{}", ground(here, &found.ground), found.note),
        ),
        Seated::Left { at, .. } => (
            Status::stopped("已出库"),
            *at,
            "本人已退出专家库，名额由库管方安排".to_owned(),
        ),
        Seated::OnLeave { at, reason } => (Status::stopped("已请假"), *at, reason.clone()),
        Seated::Void { at } => (Status::idle("场次作废"), *at, String::new()),
    };
    let invited = one.state.is_open();
    Row {
        act: format!("{base}/{}", one.id),
        name: seat.name.clone(),
        file: file(here, seat),
        post: seat.post.clone(),
        employer: seat.employer.clone(),
        demand: seat.demand.clone(),
        round: match (one.draw, one.round) {
            (None, _) => "定向".to_owned(),
            (_, 1) => "抽取".to_owned(),
            (_, round) => format!("补抽 {}", round - 1),
        },
        invited: seat.invited.clone(),
        status,
        time: page::moment_short(at),
        why: match &one.leave_asked {
            Some(reason) => format!("请假：{reason}"),
            None => why,
        },
        call: one
            .call
            .as_ref()
            .map(|call| format!("{}电话记录：{}，待另一人确认", call.name, call.answer.zh()))
            .unwrap_or_default(),
        may_call: invited && one.call.is_none() && may(Action::NotifyExperts),
        may_confirm_call: one
            .call
            .as_ref()
            .is_some_and(|call| Some(call.by) != here.ctx().actor.account)
            && may(Action::ReadFrame),
        may_stop: one.state.holds_seat() && may(Action::StopExpert),
        may_accept_leave: one.leave_asked.is_some() && may(Action::AcceptLeave),
        may_arrange: one.to_arrange && may(Action::NotifyExperts),
        may_print: invited && may(Action::NotifyExperts),
    }
}

fn file(here: &InPool, seat: &Seat) -> Option<String> {
    let expert = seat.engagement.expert;
    seat.readable
        .then(|| here.href(format!("experts/{expert}")))
}

fn ground(here: &InPool, id: &str) -> String {
    let known = here
        .pack
        .recusal
        .as_ref()
        .and_then(|rules| rules.ground(id));
    known.map_or_else(|| id.to_owned(), |ground| ground.label.clone())
}

type At = (State<App>, InPool, Visit, Path<(i64, TaskId)>);
type SeatAt = (State<App>, InPool, Visit, Path<(i64, TaskId, EngagementId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&page_of(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn confirmation((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_confirmation(here.ctx(), id).await?))
}

async fn sign_in((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_sign_in(here.ctx(), id).await?))
}

async fn invitation(
    (State(app), here, _, Path((_, _, seat))): SeatAt,
) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_invitation(here.ctx(), seat).await?))
}

async fn answered<T>(
    (State(app), here, visit, Path((_, id, _))): SeatAt,
    form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    let next = outcome.map(|_| here.href(format!("tasks/{id}/seats")));
    page::answered(next, form, |form| page_of(&app, &here, &visit, id, form)).await
}

async fn record_call(at: SeatAt, mut form: FormState) -> Result<Response, WebError> {
    let declared = vec![Declaration {
        ground: form.text("ground"),
        relation: None,
        note: form.text("reason"),
    }];
    let Ok(answer) = service::invitations::answer_from(
        form.value("answer"),
        form.value("declared") == "none",
        Some(form.text("reason")),
        declared,
    ) else {
        form.reject(
            "answer",
            "没有选择电话里的答复。请选同意参加、不能参加或申请回避。",
        );
        return answered::<()>(at, form, Err(service::Error::Invalid(Vec::new()))).await;
    };
    let outcome = at.0.service.record_call(at.1.ctx(), at.3.0.2, answer).await;
    // One control takes the reason of who cannot come and the words of who stays away.
    let outcome = outcome.map_err(|error| renamed(error, "note", "reason"));
    answered(at, form, outcome).await
}

async fn confirm_call(at: SeatAt, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.confirm_call(at.1.ctx(), at.3.0.2).await;
    answered(at, form, outcome).await
}

async fn stop(at: SeatAt, form: FormState) -> Result<Response, WebError> {
    let found = Declaration {
        ground: form.text("ground"),
        relation: None,
        note: form.text("note"),
    };
    let outcome = at.0.service.stop_expert(at.1.ctx(), at.3.0.2, found).await;
    answered(at, form, outcome).await
}

async fn accept_leave(at: SeatAt, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.accept_leave(at.1.ctx(), at.3.0.2).await;
    answered(at, form, outcome).await
}

async fn give_post(at: SeatAt, form: FormState) -> Result<Response, WebError> {
    let outcome =
        at.0.service
            .give_post(
                at.1.ctx(),
                at.3.0.2,
                form.value("post"),
                form.value("words"),
            )
            .await;
    answered(at, form, outcome).await
}

async fn release_post(at: SeatAt, form: FormState) -> Result<Response, WebError> {
    let outcome =
        at.0.service
            .release_post(at.1.ctx(), at.3.0.2, form.value("post_reason"))
            .await;
    answered(at, form, outcome).await
}

async fn follow_up(at: SeatAt, form: FormState) -> Result<Response, WebError> {
    let follow = if form.value("follow") == "reduce" {
        FollowUp::Reduce
    } else {
        FollowUp::TopUp
    };
    let outcome =
        at.0.service
            .arrange_follow_up(at.1.ctx(), at.3.0.2, follow, &form.text("reason"))
            .await;
    answered(at, form, outcome).await
}
