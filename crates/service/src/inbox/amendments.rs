//! Experts ask that what is held be changed.

use domain::actor::Action;

use super::{About, Found};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let open = service
        .any_part_of(found.ctx, found.pool, Action::EditExperts)
        .await?;
    let Some(open) = open else {
        return Ok(());
    };
    for one in service.amendments_due(&open).await? {
        let matters: Vec<&str> = one.matters.iter().map(|matter| matter.zh()).collect();
        found.add(
            "信息变更",
            "审核",
            About {
                title: &one.name,
                path: format!("amendments/{}", one.id),
                facts: format!("{} · {}", one.number, matters.join("、")),
                due: None,
                since: one.asked_at,
            },
        );
    }
    Ok(())
}
