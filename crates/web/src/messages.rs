//! 消息记录: what was sent to whom and what became of it, for officers.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::actor::Action;
use serde::Deserialize;
use service::PageRequest;
use service::outbox::{Delivery, MessageRow, delivery_zh};
use service::own::OwnMessage;

use crate::components::{Empty, Link, Pager, Status, Tab};
use crate::error::WebError;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::{InPool, Session};
use crate::state::App;

/// Routes of the list.
pub fn routes() -> Routes {
    Routes::new()
        .get(
            "/p/{no}/messages",
            Access::Pool(Action::NotifyExperts),
            list,
        )
        .get("/messages", Access::SignedIn, own)
}

/// Messages to whoever is signed in.
#[derive(Template)]
#[template(path = "messages/own.html")]
struct OwnPage {
    layout: Layout,
    rows: Vec<(String, OwnMessage)>,
    pager: Pager,
    empty: Empty,
}

async fn own(State(app): State<App>, session: Session, visit: Visit) -> Result<Response, WebError> {
    let after = visit.query.after();
    let found = app
        .service
        .own_messages(&session.ctx, &PageRequest::after(after.clone(), 20))
        .await?;
    page::page(&OwnPage {
        layout: session.layout(&app, &visit, "我的消息"),
        pager: Pager {
            range: format!("本页 {} 条", found.items.len()),
            first: after.is_some().then(|| "/messages".to_owned()),
            next: found
                .next
                .map(|next| crate::experts::address("/messages", &[("after", &next)])),
            ..Pager::default()
        },
        rows: found
            .items
            .into_iter()
            .map(|message| (page::moment_short(message.at), message))
            .collect(),
        empty: Empty {
            what: "没有发给您的消息".to_owned(),
            hint: "需要您办理的事项在“待办”里。".to_owned(),
            actions: vec![Link::new("回到首页", "/")],
        },
    })
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "messages/list.html")]
struct MessagesPage {
    layout: Layout,
    tabs: Vec<Tab>,
    rows: Vec<Line>,
    pager: Pager,
    empty: Empty,
}

struct Line {
    at: String,
    channel: &'static str,
    recipient: String,
    subject: String,
    status: Status,
    outcome: String,
    tries: usize,
}

const STATES: [(&str, &str, Option<Delivery>); 5] = [
    ("", "全部", None),
    ("waiting", "待发送", Some(Delivery::Waiting)),
    ("sent", "已发出、已记录", Some(Delivery::Sent)),
    ("failed", "未发出", Some(Delivery::Failed)),
    ("cancelled", "已撤回", Some(Delivery::Cancelled)),
];

async fn list(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let known = STATES.iter().find(|(code, ..)| *code == asked.state);
    let (state, _, delivery) = known.copied().unwrap_or(STATES[0]);
    let request = PageRequest {
        after: asked.after.clone(),
        limit: 50,
    };
    let found = app
        .service
        .messages(here.ctx(), here.pool.id, delivery, &request)
        .await?;
    let at = |state: &str| here.href(format_args!("messages?state={state}"));
    let tabs = STATES
        .iter()
        .map(|(code, label, _)| Tab::plain(*label, at(code), *code == state));
    let next = found
        .next
        .map(|after| format!("{}&after={after}", at(state)));
    page::page(&MessagesPage {
        layout: here.layout(&app, &visit, "消息记录"),
        tabs: tabs.collect(),
        pager: Pager {
            range: format!("本页 {} 条", found.items.len()),
            first: asked.after.is_some().then(|| at(state)),
            next,
            ..Pager::default()
        },
        rows: found.items.into_iter().map(line).collect(),
        empty: Empty {
            what: "没有消息".to_owned(),
            hint: "启封后发出的邀请、补抽通知会记录在这里。".to_owned(),
            actions: Vec::new(),
        },
    })
}

fn line(row: MessageRow) -> Line {
    let recorded = row.only_recorded();
    let word = delivery_zh(row.delivery);
    Line {
        at: page::moment_short(row.created_at),
        channel: row.channel_zh,
        recipient: row.recipient,
        subject: row.subject,
        status: match row.delivery {
            Delivery::Waiting | Delivery::Sending => Status::waiting(word),
            Delivery::Sent if recorded => Status::idle("只作记录"),
            Delivery::Sent => Status::good(word),
            Delivery::Failed => Status::stopped(word),
            Delivery::Cancelled => Status::idle(word),
        },
        tries: row.log.len(),
        outcome: row
            .log
            .last()
            .map(|last| last.outcome.clone())
            .unwrap_or_default(),
    }
}
