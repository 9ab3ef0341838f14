//! 专家本人: what waits for me, what is held about me, who opened it, the relations I declare, my
//! messages.

mod relations;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use domain::actor::Action;
use domain::engagement::State as Seated;
use domain::exit::State as Leaving;
use domain::id::{ExpertId, RecordId};
use domain::renewal::{State as Decision, Will};
use service::PageRequest;
use service::exits::OwnExit;
use service::own::{OwnMembership, OwnMessage, Reading};
use service::renewals::OwnRenewal;

use crate::certificates::HeldCertificate;
use crate::components::{Pager, Status};
use crate::error::WebError;
use crate::experts::standing_under;
use crate::files::{PDF, pdf};
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Session};
use crate::state::App;
use crate::tasks::half_days;

/// Routes of an expert's own space.
pub fn routes() -> Routes {
    Routes::new()
        .get("/m", Access::Person, home)
        .get("/m/me", Access::Person, record)
        .get(
            "/m/certificates/{certificate}/certificate.pdf",
            Access::Person,
            certificate,
        )
        .get("/m/readings", Access::Person, readings)
        .get("/m/messages", Access::Person, messages)
        .post(
            "/p/{no}/experts/{id}/account",
            Access::Pool(Action::EditExperts),
            open_account,
        )
        .api(
            Method::GET,
            "/api/v1/me",
            Access::Person,
            says("专家本人", "本人在各专家库的资料")
                .gives("items：专家库、编号、状态、持有的资料、证书、参与"),
            record_json,
        )
        .api(
            Method::GET,
            "/api/v1/me/certificates/{certificate}",
            Access::Person,
            says("专家本人", "本人的证书").gives_file(PDF),
            certificate,
        )
        .and(relations::routes())
}

#[derive(Template)]
#[template(path = "own/home.html")]
struct HomePage {
    layout: Layout,
    name: String,
    waiting: Vec<Row>,
    others: Vec<Row>,
    updates: Vec<(String, String, Status)>,
    /// What is to be undertaken before tasks are shown.
    pledges: Vec<String>,
}

struct Row {
    href: String,
    content: String,
    when: String,
    requester: String,
    status: Status,
    due: String,
}

async fn home(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let all = app.service.own_invitations(&session.ctx).await?;
    let updates = app.service.own_updates(&session.ctx).await?;
    let renewals = app.service.own_renewals(&session.ctx).await?;
    let (exits, _) = app.service.own_exits(&session.ctx).await?;
    let pledges = app.service.own_undertakings(&session.ctx).await?;
    let row = |one: &service::invitations::Invitation| {
        let state = &one.engagement.state;
        let (status, due) = match state {
            Seated::Invited { .. } if one.task.is_closed() => {
                (Status::idle("已办结"), String::new())
            }
            Seated::Invited { answer_by, .. } => (
                Status::waiting(state.zh()),
                format!("{} 前答复", page::moment(*answer_by)),
            ),
            Seated::Accepted { .. } if one.engagement.leave_asked.is_some() => {
                (Status::waiting("已请假，等使用方受理"), String::new())
            }
            Seated::Accepted { .. } => (Status::good(state.zh()), String::new()),
            _ => (Status::idle(state.zh()), String::new()),
        };
        Row {
            href: format!("/m/invites/{}", one.engagement.id),
            content: one.task.request.content.clone(),
            when: half_days(&one.task.request),
            requester: one.requester.clone(),
            status,
            due,
        }
    };
    let (waiting, others): (Vec<_>, Vec<_>) = all
        .iter()
        .partition(|one| one.engagement.state.is_open() && !one.task.is_closed());
    page::page(&HomePage {
        layout: session.layout(&app, &visit, "我的任务"),
        name: session.ctx.actor.name.clone(),
        waiting: waiting.into_iter().map(row).collect(),
        others: others.into_iter().map(row).collect(),
        pledges: pledges
            .iter()
            .map(|one| format!("{}，{}", one.label, one.pool))
            .collect(),
        updates: updates
            .iter()
            .map(|one| {
                let word = one.answer.zh();
                let status = match one.answer {
                    domain::campaign::Answer::Silent => Status::waiting("待确认"),
                    _ => Status::good(word),
                };
                (
                    format!("/m/updates/{}", one.campaign.id),
                    format!(
                        "{}年入库信息确认，{}前答复",
                        one.campaign.year,
                        one.campaign.closes_on.strftime("%-m月%-d日")
                    ),
                    status,
                )
            })
            .chain(renewals.iter().map(question))
            .chain(exits.iter().filter_map(exit))
            .collect(),
    })
}

/// 是否愿意续任, as the first page lists it.
fn question(one: &OwnRenewal) -> (String, String, Status) {
    let status = match (&one.renewal.state, &one.renewal.will) {
        (Decision::Open, Will::Silent { .. }) => Status::waiting("待答复"),
        (Decision::Open, will) => Status::good(will.zh()),
        (decided, _) => Status::idle(decided.zh()),
    };
    (
        format!("/m/renewals/{}", one.renewal.id),
        format!("是否愿意续任，聘期到 {}", one.renewal.term.to),
        status,
    )
}

/// A case of leaving that is not over, as the first page lists it.
fn exit(own: &OwnExit) -> Option<(String, String, Status)> {
    let word = match (&own.exit.state, own.may_state) {
        (Leaving::Open { .. }, true) => "可陈述意见",
        (Leaving::Open { .. }, false) => own.exit.state.zh(),
        _ => return None,
    };
    let title = format!("{} {}", own.title, own.exit.number);
    Some(("/m/exits".to_owned(), title, Status::waiting(word)))
}

#[derive(Template)]
#[template(path = "own/record.html")]
struct RecordPage {
    layout: Layout,
    rows: Vec<Membership>,
    login: String,
    /// There is a case of leaving, or a pool one may ask to leave.
    leaving: bool,
}

struct Membership {
    pool: String,
    status: Status,
    facts: Vec<(String, String)>,
    certificates: Vec<HeldCertificate>,
    counts: Vec<(String, String)>,
    rest: String,
}

fn membership(own: OwnMembership, today: jiff::civil::Date) -> Membership {
    let term = own.term;
    let team = own.pool.pack.pool.team_words(own.expert.team.as_deref());
    let mut facts: Vec<(String, String)> = team
        .map(|team| ("队伍".to_owned(), team.to_owned()))
        .into_iter()
        .collect();
    facts.extend([
        ("专家编号".to_owned(), own.expert.number.clone()),
        ("聘期".to_owned(), format!("{} 至 {}", term.from, term.to)),
    ]);
    facts.extend(own.held);
    let calls = &own.participations;
    let served = calls.calls.iter().filter(|call| call.served(today)).count();
    let count = |label: &str, number: usize| (label.to_owned(), format!("{number} 次"));
    let rest = match (&calls.rule, calls.rests_next) {
        (Some((article, _)), true) => {
            format!("您已连续多次被抽中，按{article}，下一次抽取暂停一次。")
        }
        _ => String::new(),
    };
    Membership {
        pool: own.pool.pool.name.clone(),
        status: standing_under(&own.pool.pack, own.status),
        facts,
        certificates: own
            .certificates
            .into_iter()
            .map(|one| {
                let pdf = format!("/m/certificates/{}/certificate.pdf", one.id);
                HeldCertificate::of(one, pdf)
            })
            .collect(),
        counts: vec![
            count("被抽中、选用", calls.calls.len()),
            count("同意参加", calls.count(&["accepted"])),
            count("已完成", served),
            count("不能参加", calls.count(&["declined"])),
            count("未答复", calls.count(&["no_answer"])),
            count("回避", calls.count(&["recused"])),
        ],
        rest,
    }
}

async fn record(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let own = app.service.own_record(&session.ctx).await?;
    let (exits, asking) = app.service.own_exits(&session.ctx).await?;
    let today = session.ctx.today();
    page::page(&RecordPage {
        layout: session.layout(&app, &visit, "我的资料"),
        rows: own.into_iter().map(|one| membership(one, today)).collect(),
        login: session.login.clone(),
        leaving: !exits.is_empty() || !asking.is_empty(),
    })
}

/// The paper of one's own certificate.
async fn certificate(
    State(app): State<App>,
    session: Session,
    Path(id): Path<RecordId>,
) -> Result<Response, WebError> {
    let printed = app.service.print_own_certificate(&session.ctx, id).await?;
    Ok(pdf(printed))
}

async fn record_json(
    State(app): State<App>,
    session: Session,
) -> Result<axum::Json<serde_json::Value>, WebError> {
    let own = app.service.own_record(&session.ctx).await?;
    let items: Vec<_> = own
        .iter()
        .map(|one| {
            serde_json::json!({
                "pool": one.pool.pool.name, "number": one.expert.number,
                "team": one.pool.pack.pool.team_words(one.expert.team.as_deref()),
                "status": one.status.code(), "held": one.held,
                "certificates": one.certificates,
                "participations": one.participations,
            })
        })
        .collect();
    Ok(axum::Json(serde_json::json!({ "items": items })))
}

#[derive(Template)]
#[template(path = "own/readings.html")]
struct ReadingsPage {
    layout: Layout,
    rows: Vec<(String, Reading)>,
}

async fn readings(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let found = app.service.own_readings(&session.ctx).await?;
    page::page(&ReadingsPage {
        layout: session.layout(&app, &visit, "谁查看过我的资料"),
        rows: found
            .into_iter()
            .map(|reading| (page::moment(reading.at), reading))
            .collect(),
    })
}

#[derive(Template)]
#[template(path = "own/messages.html")]
struct MessagesPage {
    layout: Layout,
    rows: Vec<(String, OwnMessage)>,
    pager: Pager,
}

async fn messages(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let after = visit.query.after();
    let request = PageRequest::after(after.clone(), 30);
    let found = app.service.own_messages(&session.ctx, &request).await?;
    let rows: Vec<_> = found
        .items
        .into_iter()
        .map(|message| (page::moment(message.at), message))
        .collect();
    page::page(&MessagesPage {
        layout: session.layout(&app, &visit, "我的消息"),
        pager: Pager {
            range: format!("本页 {} 条", rows.len()),
            first: after.map(|_| "/m/messages".to_owned()),
            next: found
                .next
                .map(|cursor| format!("/m/messages?after={cursor}")),
            ..Pager::default()
        },
        rows,
    })
}

#[derive(Template)]
#[template(path = "own/account.html")]
struct AccountPage {
    layout: Layout,
    back: String,
    link: Option<(service::accounts::OneTimeLink, String)>,
}

async fn open_account(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: ExpertId = id.parse().map_err(|_| WebError::NotFound)?;
    let link = app
        .service
        .open_expert_account(here.ctx(), here.no, id)
        .await?;
    let back = here.href(format!("experts/{id}"));
    page::page(&AccountPage {
        layout: here
            .layout(&app, &visit, "开通专家账号")
            .under(&[("专家库", &here.href("experts")), ("专家", &back)]),
        back,
        link: link.map(|link| {
            let until = page::moment(link.expires_at);
            (link, until)
        }),
    })
}
