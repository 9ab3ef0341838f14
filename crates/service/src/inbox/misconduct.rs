//! 不良行为 proposed, for whoever confirms it.

use domain::actor::Action;
use domain::misconduct::Misconduct;
use store::document::PageRequest;
use store::misconduct::MisconductFilter;

use super::{About, Found, MOST, noon};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let Ok(part) = found.ctx.actor.remit(Action::ConfirmMisconduct, found.pool) else {
        return Ok(());
    };
    let filter = MisconductFilter {
        pool: Some(found.pool),
        statuses: vec!["proposed".to_owned()],
        experts_of: part.teams(),
        ..MisconductFilter::default()
    };
    let page = PageRequest::first(MOST);
    let mut read = service.store.read();
    let proposed = store::misconduct::page::<Misconduct>(&mut read, &filter, &page).await?;
    for record in proposed.items {
        let record = record.body;
        let since = noon(record.on).unwrap_or(found.ctx.now);
        found.add(
            "不良行为",
            "认定",
            About {
                title: &record.evidence,
                path: "misconduct?status=proposed".to_owned(),
                facts: format!("{}发生，待认定", record.on.strftime("%-m月%-d日")),
                due: None,
                since,
            },
        );
    }
    Ok(())
}
