//! 待办: the first page of a pool.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::Action;
use jiff::Timestamp;
use service::inbox::{Figure, Item, Urgency as Pressing};

use crate::components::{Empty, Here, Link, Stat, Tab, Todo, Tone, Urgency};
use crate::error::WebError;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of the first page.
pub fn routes() -> Routes {
    Routes::new().get("/p/{no}", Access::Member, show)
}

#[derive(Template)]
#[template(path = "inbox/show.html")]
struct InboxPage {
    layout: Layout,
    sentence: String,
    stats: Vec<Stat>,
    tabs: Vec<Tab>,
    todos: Vec<Todo>,
    empty: Empty,
}

/// The parts of the list: code, words, and which items belong to it.
const VIEWS: [(&str, &str, &[Pressing]); 3] = [
    (
        "",
        "全部",
        &[Pressing::Overdue, Pressing::Today, Pressing::Later],
    ),
    (
        "now",
        "超期和今天到期",
        &[Pressing::Overdue, Pressing::Today],
    ),
    ("later", "以后", &[Pressing::Later]),
];

async fn show(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let ctx = here.ctx();
    let inbox = app.service.inbox(ctx, here.pool.id).await?;
    let pressing = |urgency| {
        inbox
            .items
            .iter()
            .filter(|item| item.urgency == urgency)
            .count()
    };
    let (overdue, today) = (pressing(Pressing::Overdue), pressing(Pressing::Today));
    let day = ctx.today().strftime("%Y年%-m月%-d日").to_string();
    let sentence = match (inbox.items.len(), overdue, today) {
        (0, _, _) => format!("{day}，没有需要您办理的事项。"),
        (all, 0, 0) => format!("{day}，有 {all} 件事项需要您办理，没有超期。"),
        (all, overdue, today) => format!(
            "{day}，有 {all} 件事项需要您办理，其中已超期 {overdue} 件、今天到期 {today} 件。"
        ),
    };
    let stats = inbox.figures.iter().map(|figure| Stat {
        label: figure.label.to_owned(),
        value: page::thousands(figure.count),
        unit: if figure.path == "experts" {
            "人"
        } else {
            "件"
        }
        .to_owned(),
        compared: figure.note.clone(),
        href: here.href(figure.path),
        trend: Vec::new(),
    });
    let wanted = visit.query.value("view");
    let (view, _, shown) = VIEWS
        .iter()
        .find(|(code, ..)| *code == wanted)
        .unwrap_or(&VIEWS[0]);
    let of = |urgencies: &[Pressing]| {
        let fits = |item: &&Item| urgencies.contains(&item.urgency);
        inbox.items.iter().filter(fits).count()
    };
    let home = here.href("");
    let home = home.trim_end_matches('/');
    let tabs = VIEWS.iter().map(|(code, label, urgencies)| Tab {
        link: Link::new(
            *label,
            if code.is_empty() {
                home.to_owned()
            } else {
                format!("{home}?view={code}")
            },
        ),
        count: Some(of(urgencies).to_string()),
        here: Here::when(code == view),
    });
    let todos = inbox
        .items
        .iter()
        .filter(|item| shown.contains(&item.urgency))
        .map(|item| todo(item, &here, ctx.now));
    let nobody = |figure: &Figure| figure.path == "experts" && figure.count == 0;
    let may_import = ctx.actor.remit(Action::ImportExperts, here.pool.id).is_ok();
    let empty = if inbox.items.is_empty() && inbox.figures.iter().any(nobody) && may_import {
        Empty {
            what: "库里还没有专家".to_owned(),
            hint: "先导入现有名册，或逐个登记；之后要办的事项会出现在这里。".to_owned(),
            actions: vec![
                Link::new("批量导入", here.href("imports")),
                Link::new("新增专家", here.href("experts/new")),
            ],
        }
    } else {
        Empty {
            what: "没有需要您办理的事项".to_owned(),
            hint: "有新的事项时会出现在这里，办完自动消失。".to_owned(),
            actions: if inbox.items.is_empty() {
                Vec::new()
            } else {
                vec![Link::new("看全部待办", home)]
            },
        }
    };
    page::page(&InboxPage {
        layout: here.layout(&app, &visit, "待办"),
        sentence,
        stats: stats.collect(),
        tabs: tabs.collect(),
        todos: todos.collect(),
        empty,
    })
}

fn todo(item: &Item, here: &InPool, now: Timestamp) -> Todo {
    let waited = now.duration_since(item.since).as_hours();
    let (today, day) = (date(now), item.due.map(date));
    let due = match (item.due, day) {
        (Some(due), _) if item.urgency == Pressing::Overdue => {
            format!("超期，原定 {}", page::moment_short(due))
        }
        (Some(due), Some(day)) if day == today => {
            format!(
                "今天 {} 前",
                due.to_zoned(service::ctx::shanghai()).strftime("%H:%M")
            )
        }
        (Some(_), Some(day)) => format!("{} 前", day.strftime("%-m月%-d日")),
        _ => "不限时".to_owned(),
    };
    let soon = item
        .due
        .is_some_and(|due| due.duration_since(now).as_hours() < 48);
    Todo {
        kind: item.tag.to_owned(),
        tone: if item.urgency == Pressing::Overdue {
            Tone::Bad
        } else {
            Tone::Plain
        },
        title: item.title.clone(),
        href: here.href(&item.path),
        facts: item.facts.clone(),
        urgency: match item.urgency {
            Pressing::Overdue => Urgency::Overdue,
            Pressing::Today => Urgency::Today,
            Pressing::Later if soon => Urgency::Soon,
            Pressing::Later => Urgency::Later,
        },
        due,
        waited: match waited {
            ..1 => "刚刚".to_owned(),
            1..24 => format!("已等 {waited} 小时"),
            _ => format!("已等 {} 天", waited / 24),
        },
        verb: item.verb.to_owned(),
    }
}

fn date(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(service::ctx::shanghai()).date()
}
