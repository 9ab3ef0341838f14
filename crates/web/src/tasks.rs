//! 使用需求: the list; below, one request with its chances, and what may be done with it.

mod acts;
mod chances;
mod show;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::draw_process::State as DrawState;
use domain::task::{Request, State as TaskState};
use service::PageRequest;

pub(crate) use chances::{Chances, chances};

use crate::components::{Column, Empty, Link, Pager, Status, Tab};
use crate::error::WebError;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const READ: Access = Access::Pool(Action::ReadTasks);

/// Routes of requests.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/tasks", READ, list)
        .and(show::routes())
        .and(acts::routes())
}

/// The groups of states the list can be narrowed to.
const VIEWS: [(&str, &str, &[&str]); 5] = [
    ("", "全部", &[]),
    ("filed", "待审核", &["filed"]),
    ("ready", "待抽取", &["accepted"]),
    ("drawing", "抽取中", &["drawing", "drawn"]),
    ("done", "已启封、办结", &["published", "closed"]),
];

#[derive(Template)]
#[template(path = "tasks/list.html", blocks = ["list"])]
struct ListPage {
    layout: Layout,
    tabs: Vec<Tab>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    file: Option<String>,
}

struct Row {
    href: String,
    number: String,
    content: String,
    requester: String,
    seats: u32,
    when: String,
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
    let request = PageRequest::after(after.clone(), 20);
    let found = app
        .service
        .tasks(here.ctx(), here.pool.id, &statuses, &request)
        .await?;
    let base = here.href("tasks");
    let rows: Vec<Row> = found
        .items
        .into_iter()
        .map(|row| Row {
            href: here.href(format!("tasks/{}", row.task.id)),
            number: row.task.number.clone(),
            content: row.task.request.content.chars().take(40).collect(),
            requester: row.requester,
            seats: row.task.request.seats(),
            when: row
                .task
                .request
                .work_date()
                .map(|day| day.to_string())
                .unwrap_or_default(),
            status: status(&row.task.state),
        })
        .collect();
    let may_file = here.ctx().actor.reach_in(Action::FileTask, here.pool.id) != Reach::None;
    let file = may_file.then(|| here.href("tasks/new"));
    let page = ListPage {
        layout: here
            .layout(&app, &visit, "使用需求")
            .under(&[(&here.pool.name, &here.href(""))])
            .announce(format!("本页 {} 件", rows.len())),
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
        columns: ["编号", "工作内容", "使用方", "人数", "工作日期", "状态"]
            .map(Column::plain)
            .into(),
        pager: Pager {
            range: format!("本页 {} 件", rows.len()),
            first: after.is_some().then(|| format!("{base}?status={code}")),
            next: found
                .next
                .map(|cursor| format!("{base}?status={code}&after={cursor}")),
            ..Pager::default()
        },
        rows,
        empty: Empty {
            what: "没有使用需求".to_owned(),
            hint: "使用方提出需求后会列在这里，等待库管方审核。".to_owned(),
            actions: file
                .iter()
                .map(|href| Link::new("提出使用需求", href))
                .collect(),
        },
        file,
    };
    if visit.fragment.wants("#list") {
        return page::part(&page.layout, &page.as_list());
    }
    page::page(&page)
}

pub(crate) fn status(state: &TaskState) -> Status {
    let word = state.zh();
    match state {
        TaskState::Filed { .. } | TaskState::Drawing { .. } | TaskState::Drawn { .. } => {
            Status::waiting(word)
        }
        TaskState::Returned { .. } => Status::stopped(word),
        TaskState::Accepted { .. } => Status::notice(word),
        TaskState::Published { .. } => Status::good(word),
        TaskState::Closed { .. } | TaskState::Withdrawn { .. } => Status::idle(word),
    }
}

pub(crate) fn half_days(request: &Request) -> String {
    let mut days = request.half_days.clone();
    days.sort_unstable();
    let words = days
        .iter()
        .map(|half| format!("{}{}", half.date.strftime("%-m月%-d日"), half.slot.label()));
    let days: Vec<String> = words.collect();
    match &request.starts_at {
        Some(hour) => format!("{}，{hour} 开始", days.join("、")),
        None => days.join("、"),
    }
}

pub(crate) fn draw_status(state: &DrawState) -> Status {
    let word = state.zh();
    match state {
        DrawState::Committing { .. } | DrawState::Revealing { .. } | DrawState::Sealed { .. } => {
            Status::waiting(word)
        }
        DrawState::Unsealed { .. } => Status::good(word),
        DrawState::Void { .. } => Status::stopped(word),
    }
}
