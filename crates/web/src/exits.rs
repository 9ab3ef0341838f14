//! 解聘、退任、取消资格 in the office: who has reached a ground, the cases by where they stand, one case
//! with its steps; on the expert's phone asking to leave and saying something of a case.

mod form;
mod json;
mod own;
mod show;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::exit::{Exit, Opened, State as Stands};
use domain::id::ExpertId;
use domain::policy::exit::RaisedHow;
use domain::policy::pack::Pack;
use jiff::Timestamp;
use jiff::civil::Date;
use service::PageRequest;
use service::ctx::shanghai;
use service::exits::{Ground, RaisedExit, opened_words};

use crate::components::{Empty, Link, Pager, Status, Tab};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::menu;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const READ: Access = Access::Pool(Action::ReadExits);
const HANDLE: Access = Access::Pool(Action::HandleExits);
/// Whoever takes one step or another; which of them is whose depends on the case.
const STEP: Access = Access::AnyOf(&[Action::HandleExits, Action::DismissExperts]);

/// Routes of leaving the pool before the term ends.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/exits", READ, list)
        .and(form::routes())
        .and(show::routes())
        .and(own::routes())
        .and(json::routes())
}

/// What the list shows by code: the words of the tab, and the state behind it.
const VIEWS: [(&str, &str, Option<&str>); 5] = [
    ("", "办理中", Some("open")),
    ("left", "已办结", Some("left")),
    ("refused", "不同意", Some("refused")),
    ("withdrawn", "已撤回", Some("withdrawn")),
    ("all", "全部", None),
];

fn status(state: &Stands) -> Status {
    let word = state.zh();
    match state {
        Stands::Open { .. } => Status::waiting(word),
        Stands::Left { .. } => Status::good(word),
        Stands::Refused { .. } => Status::stopped(word),
        Stands::Withdrawn { .. } => Status::idle(word),
    }
}

fn raised_status(how: RaisedHow) -> Status {
    match how {
        RaisedHow::Alert => Status::notice("预警"),
        RaisedHow::Proposal => Status::waiting("提请"),
        RaisedHow::Automatic => Status::stopped("自动"),
    }
}

/// A ground with its article.
fn ground_words(ground: &Ground) -> String {
    format!("{}（{}）", ground.label, ground.article)
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(shanghai()).date()
}

fn opened_at(opened: &Opened) -> Timestamp {
    match opened {
        Opened::Office { by } => by.at,
        Opened::Own { at } | Opened::Automatic { at } => *at,
    }
}

/// The step a case waits for, or how it ended.
fn stands(pack: &Pack, one: &Exit) -> String {
    match &one.state {
        Stands::Open { .. } => {
            let rules = pack.exit.as_ref();
            let next = rules.and_then(|rules| one.next(rules));
            next.map_or_else(String::new, |step| format!("等待{}", step.label))
        }
        Stands::Left { on, .. } => format!("{on} 起出库"),
        Stands::Refused { no, .. } => format!("{} {}不同意", no.on, no.step),
        Stands::Withdrawn { by, at, .. } => format!("{} {by}撤回", day(*at)),
    }
}

/// Browsers do not send a file twice: whoever is shown the form again chooses it again.
fn choose_again(mut form: FormState, files: usize) -> FormState {
    if files > 0 {
        form.reject(
            "attachment",
            "文件没有保存。改好其他内容后，请重新选择文件。",
        );
    }
    form
}

struct Row {
    href: String,
    number: String,
    name: String,
    ground: String,
    opened: String,
    stands: String,
    status: Status,
}

/// Somebody who has reached a ground.
struct Reached {
    file: Option<String>,
    propose: Option<String>,
    status: Status,
    one: RaisedExit,
}

#[derive(Template)]
#[template(path = "exits/list.html")]
struct ListPage {
    layout: Layout,
    basis: String,
    tabs: Vec<Tab>,
    reached: Vec<Reached>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
}

fn row(here: &InPool, base: &str, one: Exit) -> Row {
    let rules = here.pack.exit.as_ref();
    let ground = rules.and_then(|rules| rules.ground(&one.ground));
    Row {
        href: format!("{base}/{}", one.id),
        ground: ground.map_or_else(
            || one.ground.clone(),
            |ground| format!("{}（{}）", ground.label, ground.citation),
        ),
        opened: format!(
            "{} {}",
            day(opened_at(&one.opened)),
            opened_words(&one.opened)
        ),
        stands: stands(&here.pack, &one),
        status: status(&one.state),
        number: one.number,
        name: one.name,
    }
}

/// Where a case on somebody is opened.
pub(crate) fn opening(here: &InPool, expert: ExpertId) -> String {
    here.href(format!("exits/new?expert={expert}"))
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    menu::needs(&here, menu::EXITS)?;
    let base = here.href("exits");
    let wanted = visit.query.text("status");
    let known = VIEWS.iter().find(|(code, ..)| *code == wanted);
    let (view, _, state) = known.copied().unwrap_or(VIEWS[0]);
    let at = |code: &str| match code {
        "" => base.clone(),
        code => format!("{base}?status={code}"),
    };
    let after = visit.query.after();
    let request = PageRequest::after(after.clone(), 50);
    let found = app
        .service
        .exits(here.ctx(), here.no, state, &request)
        .await?;
    let raised = if view.is_empty() && after.is_none() {
        app.service.raised_exits(here.ctx(), here.no).await?
    } else {
        Vec::new()
    };
    let may = |action| here.ctx().actor.reach_in(action, here.pool.id) != Reach::None;
    let (reads, handles) = (may(Action::ReadExperts), may(Action::HandleExits));
    let rows: Vec<Row> = found
        .items
        .into_iter()
        .map(|one| row(&here, &base, one))
        .collect();
    let rules = here.pack.exit.as_ref();
    let basis = rules.map_or_else(String::new, |rules| {
        format!("《{}》{}", here.pack.identity.title, rules.citation)
    });
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "解聘退出")
            .under(&[(&here.pool.name, &here.href(""))]),
        basis,
        tabs: VIEWS
            .iter()
            .map(|(code, label, _)| Tab::plain(*label, at(code), *code == view))
            .collect(),
        reached: raised
            .into_iter()
            .map(|one| Reached {
                file: reads.then(|| here.href(format!("experts/{}", one.expert))),
                propose: (handles && one.is_reached())
                    .then(|| format!("{}&ground={}", opening(&here, one.expert), one.ground)),
                status: raised_status(one.how),
                one,
            })
            .collect(),
        pager: Pager {
            range: format!("本页 {} 件", rows.len()),
            first: after.map(|_| at(view)),
            next: found.next.map(|cursor| match view {
                "" => format!("{base}?after={cursor}"),
                view => format!("{base}?status={view}&after={cursor}"),
            }),
            ..Pager::default()
        },
        empty: match view {
            "" => Empty {
                what: "没有办理中的事项".to_owned(),
                hint: "从专家页面提出的、本人申请退出的，列在这里。".to_owned(),
                actions: Vec::new(),
            },
            _ => Empty {
                what: "没有这个状态的事项".to_owned(),
                hint: "换一个状态查看。".to_owned(),
                actions: vec![Link::new("查看全部", at("all"))],
            },
        },
        rows,
    })
}
