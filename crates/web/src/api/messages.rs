//! 消息记录 as data; numbers and addresses stay masked.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use domain::actor::Action;
use service::Problem;
use service::outbox::{Delivery, MessageRow};

use super::{page_of, paged};
use crate::error::WebError;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of messages.
pub fn routes() -> Routes {
    Routes::new().api(
        Method::GET,
        "/api/v1/pools/{no}/messages",
        Access::Pool(Action::NotifyExperts),
        says("消息", "消息记录，新的在前")
            .paged()
            .asks(&[(
                "delivery",
                "只要这种状态的：waiting、sending、sent、failed、cancelled",
            )])
            .gives(
                "items：渠道、收件人（站内消息写姓名，号码和邮箱打码）、状态、各次发送的结果；next",
            ),
        list,
    )
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let delivery = match visit.query.text("delivery").as_str() {
        "" => None,
        code => Some(Delivery::from_code(code).ok_or_else(|| {
            WebError::Invalid(vec![Problem::new(
                "delivery",
                format!("没有“{code}”这种发送状态。"),
            )])
        })?),
    };
    let page = app
        .service
        .messages(here.ctx(), here.pool.id, delivery, &paged(&visit)?)
        .await?;
    let items: Vec<_> = page.items.iter().map(line).collect();
    Ok(page_of(&items, page.next.as_deref()))
}

fn line(row: &MessageRow) -> serde_json::Value {
    let log: Vec<_> = row
        .log
        .iter()
        .map(|tried| serde_json::json!({ "at": tried.at, "outcome": tried.outcome }))
        .collect();
    serde_json::json!({
        "channel": row.channel, "recipient": row.recipient, "subject": row.subject, "delivery": row.delivery.code(),
        "about": { "kind": row.reference.0, "id": row.reference.1 }, "created_at": row.created_at,
        "next_at": row.next_at, "deadline": row.deadline, "log": log,
    })
}
