//! 会议审定: the meetings, one meeting with its agenda by headings, the record of its results, and the
//! materials laid before it as one PDF.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::{Action, Reach};
use domain::id::RecordId;
use domain::meeting::{
    Matter, Meeting, Minutes, Opinion, PersonResult, State as Stands, Verdict, Votes,
};
use jiff::civil::Date;
use serde::Deserialize;
use service::PageRequest;
use service::meetings::{AgendaView, MeetingView};
use service::papers::PaperFile;
use utoipa::ToSchema;

use crate::api::{Body, done, made, page_of, paged};
use crate::applications::READ;
use crate::components::{Empty, Pager, Status};
use crate::error::WebError;
use crate::files::pdf;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::menu;
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const RECORD: Access = Access::Pool(Action::RecordDecision);
const GROUP: &str = "会议审定";

/// Routes of meetings.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/meetings", READ, list)
        .post("/p/{no}/meetings", RECORD, call)
        .get("/p/{no}/meetings/{meeting}", READ, show)
        .get("/p/{no}/meetings/{meeting}/materials.pdf", READ, print)
        .post("/p/{no}/meetings/{meeting}/agenda", RECORD, refresh)
        .post("/p/{no}/meetings/{meeting}/record", RECORD, record)
        .post("/p/{no}/meetings/{meeting}/cancel", RECORD, cancel)
        .api(
            Method::GET,
            "/api/v1/pools/{no}/meetings",
            READ,
            says(GROUP, "会议审定").paged().gives("items；next"),
            list_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/meetings",
            RECORD,
            says(GROUP, "安排会议：等待审定的人都列入议程")
                .takes::<MeetingCall>()
                .makes("id"),
            call_json,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/meetings/{meeting}",
            READ,
            says(GROUP, "一次会议").gives("会议、议程、每人还缺什么"),
            show_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/meetings/{meeting}/record",
            RECORD,
            says(GROUP, "登记审定结果，逐人一次登记齐全").takes::<MeetingRecord>(),
            record_json,
        )
}

fn status(state: &Stands) -> Status {
    match state {
        Stands::Called => Status::waiting(state.zh()),
        Stands::Held { .. } => Status::good(state.zh()),
        Stands::Cancelled { .. } => Status::idle(state.zh()),
    }
}

#[derive(Template)]
#[template(path = "meetings/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    base: String,
    rows: Vec<(Meeting, Status)>,
    pager: Pager,
    empty: Empty,
    may_record: bool,
}

async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let after = visit.query.after();
    let found = app
        .service
        .meetings(ctx, here.no, &PageRequest::after(after.clone(), 50))
        .await?;
    menu::needs(here, menu::MEETINGS)?;
    let base = here.href("meetings");
    let rows: Vec<(Meeting, Status)> = found
        .items
        .into_iter()
        .map(|meeting| {
            let status = status(&meeting.state);
            (meeting, status)
        })
        .collect();
    Ok(ListPage {
        layout: here
            .layout(app, visit, "会议审定")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        pager: Pager {
            range: format!("本页 {} 次", rows.len()),
            first: after.is_some().then(|| base.clone()),
            next: found.next.map(|cursor| format!("{base}?after={cursor}")),
            ..Pager::default()
        },
        rows,
        empty: Empty {
            what: "还没有安排会议".to_owned(),
            hint: "有人等待审定时，填写日期和地点即可安排，议程自动列出。".to_owned(),
            actions: Vec::new(),
        },
        may_record: ctx.actor.reach_in(Action::RecordDecision, here.pool.id) != Reach::None,
        base,
        form,
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, FormState::blank()).await?)
}

async fn call(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let on = form.date("met_on", "会议日期");
    let outcome = if form.is_sound() {
        app.service
            .call_meeting(here.ctx(), here.no, on, &form.text("place"))
            .await
    } else {
        Err(service::Error::Invalid(Vec::new()))
    };
    let next = outcome.map(|id| here.href(format!("meetings/{id}")));
    page::answered(next, form, |form| list_page(&app, &here, &visit, form)).await
}

#[derive(Template)]
#[template(path = "meetings/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    status: Status,
    facts: Vec<(String, String)>,
    headings: Vec<(String, Vec<Person>)>,
    view: MeetingView,
}

/// One person of the agenda, with what was decided.
struct Person {
    line: AgendaView,
    /// The page of the application, or of the case of leaving.
    href: String,
    /// The words for yes and no.
    yes: String,
    no: &'static str,
    result: String,
    recused: String,
}

impl ShowPage {
    fn called(&self) -> bool {
        self.view.meeting.state == Stands::Called
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.meeting(here.ctx(), here.no, id).await?;
    let meeting = &view.meeting;
    let results: &[PersonResult] = match &meeting.state {
        Stands::Held { minutes, .. } => &minutes.results,
        Stands::Called | Stands::Cancelled { .. } => &[],
    };
    let mut headings: Vec<(String, Vec<Person>)> = Vec::new();
    for line in &view.agenda {
        let result = results
            .iter()
            .find(|result| result.record == line.item.record);
        let votes = result.and_then(|result| result.votes).map(|votes| {
            format!(
                "（同意 {}，不同意 {}，弃权 {}）",
                votes.yes, votes.no, votes.abstained
            )
        });
        let matter = line.item.matter;
        let (folder, no) = match matter {
            Matter::Entry => ("applications", "不通过"),
            Matter::Exit => ("exits", "不同意"),
        };
        let person = Person {
            href: here.href(format!("{folder}/{}", line.item.record)),
            yes: Verdict::Approved.words(matter),
            no,
            result: result
                .map(|result| result.verdict.words(line.item.matter) + &votes.unwrap_or_default())
                .unwrap_or_default(),
            recused: result
                .map(|result| result.recused.join("、"))
                .unwrap_or_default(),
            line: line.clone(),
        };
        match headings
            .iter_mut()
            .find(|(known, _)| *known == line.item.heading)
        {
            Some((_, people)) => people.push(person),
            None => headings.push((line.item.heading.clone(), vec![person])),
        }
    }
    let mut facts = vec![
        (
            "审定机构".to_owned(),
            format!("{}（{}）", meeting.body, view.citation),
        ),
        ("会议日期".to_owned(), meeting.on.to_string()),
        ("会议地点".to_owned(), meeting.place.clone()),
        (
            "审定人数".to_owned(),
            format!("{} 人", meeting.agenda.len()),
        ),
        ("安排".to_owned(), meeting.called.name.clone()),
    ];
    match &meeting.state {
        Stands::Held { minutes, by } => facts.extend(
            [
                ("会议纪要".to_owned(), minutes.number.clone()),
                ("出席人员".to_owned(), minutes.attendees.join("、")),
            ]
            .into_iter()
            .chain(
                minutes
                    .opinions
                    .iter()
                    .map(|one| (format!("{}意见", one.of), one.text.clone())),
            )
            .chain([(
                "登记".to_owned(),
                format!("{} {}", by.name, page::moment_short(by.at)),
            )]),
        ),
        Stands::Cancelled { by, reason } => {
            facts.push(("取消".to_owned(), format!("{}：{reason}", by.name)));
        }
        Stands::Called => {}
    }
    let list = here.href("meetings");
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("会议审定 {}", meeting.number))
            .under(&[(&here.pool.name, &here.href("")), ("会议审定", &list)])
            .judged(&form),
        base: format!("{list}/{id}"),
        status: status(&meeting.state),
        facts,
        headings,
        view,
        form,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn print((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app
        .service
        .print_agenda(here.ctx(), here.no, id)
        .await?))
}

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("meetings/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

async fn refresh(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app.service.refresh_agenda(here.ctx(), here.no, id).await;
    answered(at, form, outcome).await
}

async fn cancel(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .cancel_meeting(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

/// Names as typed: one a line, or separated by the usual marks.
fn names(text: &str) -> Vec<String> {
    text.split(['\n', '、', '，', ',', '；', ';', ' '])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What the form says of everybody on the agenda: `result.<id>`, `why.<id>`, `recused.<id>`, and votes.
fn results(form: &FormState, view: &MeetingView) -> Vec<PersonResult> {
    let mut found = Vec::new();
    for line in view.agenda.iter().filter(|line| !line.gone) {
        let id = line.item.record;
        let at = |what: &str| format!("{what}.{id}");
        let verdict = match form.value(&at("result")) {
            "approved" => Verdict::Approved,
            "not_approved" => Verdict::NotApproved {
                reason: form.text(&at("why")),
            },
            "deferred" => Verdict::Deferred,
            _ => continue,
        };
        let count = |what: &str| form.text(&at(what)).parse::<u16>().ok();
        let (yes, no, abstained) = (count("yes"), count("no"), count("abstained"));
        let any = yes.or(no).or(abstained);
        found.push(PersonResult {
            record: id,
            verdict,
            recused: names(form.value(&at("recused"))),
            votes: any.map(|_| Votes {
                yes: yes.unwrap_or(0),
                no: no.unwrap_or(0),
                abstained: abstained.unwrap_or(0),
            }),
        });
    }
    found
}

async fn record(at: At, mut form: FormState) -> Result<Response, WebError> {
    let on = form.date("met_on", "会议日期");
    if on.is_none() {
        form.reject("met_on", "没有填写会议日期。请按会议纪要填写。");
    }
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let (Some(on), true) = (on, form.is_sound()) else {
        return answered(at, form, Err(service::Error::Invalid(Vec::new()))).await;
    };
    let view = app.service.meeting(here.ctx(), here.no, id).await?;
    let minutes = Minutes {
        number: form.text("minutes"),
        on,
        attendees: names(form.value("attendees")),
        opinions: Opinion::read(form.value("opinions")),
        results: results(&form, &view),
    };
    let outcome = app
        .service
        .hold_meeting(here.ctx(), here.no, id, minutes)
        .await;
    answered(at, form, outcome).await
}

/// 安排会议
#[derive(Deserialize, ToSchema)]
struct MeetingCall {
    /// 会议日期，如 2022-06-10
    #[schema(value_type = Option<String>)]
    on: Option<Date>,
    /// 会议地点
    #[serde(default)]
    place: String,
}

/// 审定结果：number 会议纪要编号，on 会议日期，attendees 出席人员，opinions 各成员意见（of 成员，text 意见；办法要求时每名出席人员一条），results 逐人结论（record 议程中的事项；verdict 为含 verdict 的对象：approved、not_approved 加 reason、deferred；recused 回避人员；votes 表决）
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct MeetingRecord(Minutes);

async fn list_json(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let found = app
        .service
        .meetings(here.ctx(), here.no, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn call_json(
    State(app): State<App>,
    here: InPool,
    Body(call): Body<MeetingCall>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .call_meeting(here.ctx(), here.no, call.on, &call.place)
        .await?;
    Ok(made(id))
}

async fn show_json((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    let view = app.service.meeting(here.ctx(), here.no, id).await?;
    Ok(Json(view).into_response())
}

async fn record_json(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
    Body(MeetingRecord(minutes)): Body<MeetingRecord>,
) -> Result<Response, WebError> {
    app.service
        .hold_meeting(here.ctx(), here.no, id, minutes)
        .await?;
    Ok(done())
}
