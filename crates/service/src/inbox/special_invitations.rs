//! Special invitations wait for whoever takes their next step.

use domain::special_invitation::State;

use super::{About, Found};
use crate::error::Result;
use crate::service::Service;
use crate::special_invitations::Step;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let open = service
        .open_special_invitations(found.ctx, found.pool)
        .await?;
    for (one, steps) in open {
        let (tag, verb) = match &one.state {
            State::Proposed if steps.contains(&Step::Send) => ("特约邀请", "签发"),
            State::Accepted { .. } if steps.contains(&Step::Decide) => ("会议审定", "登记"),
            State::Accepted { .. } if steps.contains(&Step::Receive) => ("入库资料", "登记"),
            State::Approved { .. } if steps.contains(&Step::Enter) => ("邀请入库", "入库"),
            _ => continue,
        };
        let title = format!("{} {}", one.name, one.employer);
        found.add(
            tag,
            verb,
            About {
                title: &title,
                path: format!("special-invitations/{}", one.id),
                facts: format!("{} · {}", one.number, one.state.zh()),
                due: None,
                since: one.proposed.at,
            },
        );
    }
    Ok(())
}
