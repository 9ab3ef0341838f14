//! Campaigns with changes to enter, or past their last day.

use domain::actor::{Action, Target};
use domain::campaign::State;

use super::{About, Found, before, noon};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    if !found.may(Action::RunCampaign, Target::pool(found.pool)) {
        return Ok(());
    }
    for line in service.campaigns(found.ctx, found.pool).await? {
        let campaign = &line.campaign;
        if campaign.state != State::Open {
            continue;
        }
        let over = campaign.closes_on < found.ctx.today();
        let (verb, facts) = match (line.changed, over) {
            (0, false) => continue,
            (0, true) => ("结束", format!("已到期，{} 人未答复", line.silent)),
            (changed, _) => ("登记", format!("{changed} 人的信息有变化，待登记")),
        };
        let title = format!("{}年专家信息集中更新", campaign.year);
        let since = noon(campaign.opens_on).unwrap_or(found.ctx.now);
        found.add(
            "信息更新",
            verb,
            About {
                title: &title,
                path: format!("campaigns/{}", campaign.id),
                facts,
                due: campaign.closes_on.tomorrow().ok().and_then(before),
                since,
            },
        );
    }
    Ok(())
}
