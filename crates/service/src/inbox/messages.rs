//! Messages that did not arrive.

use domain::actor::{Action, Target};
use store::document::PageRequest;
use store::messages::{Delivery, MessageFilter};

use super::{About, Found, MOST};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    if !found.may(Action::NotifyExperts, Target::pool(found.pool)) {
        return Ok(());
    }
    let filter = MessageFilter {
        pool: Some(found.pool),
        delivery: Some(Delivery::Failed),
        ..MessageFilter::default()
    };
    let seals = service.store.seals();
    let page = PageRequest::first(MOST);
    let mut read = service.store.read();
    let failed = store::messages::page(&mut read, seals, &filter, &page).await?;
    let failed = failed.items.iter().map(|queued| queued.message.created_at);
    let failed: Vec<_> = failed.collect();
    if let Some(first) = failed.iter().min() {
        found.add(
            "消息未发出",
            "查看",
            About {
                title: "有消息没有送达，请改用电话通知",
                path: "messages?state=failed".to_owned(),
                facts: format!("{} 条未发出", failed.len()),
                due: None,
                since: *first,
            },
        );
    }
    Ok(())
}
