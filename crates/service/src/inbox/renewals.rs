//! Terms are about to end, or ended lately, and nothing is decided.

use domain::actor::Action;

use super::{About, Found, before};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let open = service
        .any_part_of(found.ctx, found.pool, Action::DecideRenewals)
        .await?;
    let Some(open) = open else {
        return Ok(());
    };
    let Some(pending) = service.renewals_pending(found.ctx, &open).await? else {
        return Ok(());
    };
    let mut facts = Vec::new();
    if pending.ending > 0 {
        facts.push(format!("{} 人即将届满", pending.ending));
    }
    if pending.over > 0 {
        facts.push(format!("{} 人已届满", pending.over));
    }
    if pending.silent > 0 {
        facts.push(format!("{} 人未答复意愿", pending.silent));
    }
    facts.push(pending.article);
    let first = pending.first;
    let due = first.and_then(|day| day.tomorrow().ok()).and_then(before);
    found.add(
        "续聘",
        "办理",
        About {
            title: "聘期届满，请决定是否续聘",
            path: "renewals".to_owned(),
            facts: facts.join(" · "),
            due,
            since: found.ctx.now,
        },
    );
    Ok(())
}
