//! Cases of leaving the pool before the term ends, for whoever takes the next step.

use domain::actor::Action;
use domain::exit::Opened;

use super::{About, Found};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let part = service
        .any_part_of(found.ctx, found.pool, Action::ReadExits)
        .await?;
    let Some(pool) = part else { return Ok(()) };
    for (exit, step) in service.exits_due(found.ctx, &pool).await? {
        let since = match (exit.state.taken().last(), &exit.opened) {
            (Some(last), _) => last.by.at,
            (None, Opened::Office { by }) => by.at,
            (None, Opened::Own { at } | Opened::Automatic { at }) => *at,
        };
        found.add(
            "解聘退出",
            "办理",
            About {
                title: &format!("{} {step}", exit.name),
                path: format!("exits/{}", exit.id),
                facts: format!(
                    "{} · {}",
                    exit.number,
                    crate::exits::opened_words(&exit.opened)
                ),
                due: None,
                since,
            },
        );
    }
    Ok(())
}
