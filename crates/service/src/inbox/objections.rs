//! Objections and tip-offs wait for their investigation or their conclusion. While the list is up there is
//! time; afterwards somebody is held up every day.

use domain::objection::{State, Taken};

use super::{About, Found, before};
use crate::ctx::shanghai;
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    for (one, last_day) in service.objections_open(found.ctx, found.pool).await? {
        let (tag, due) = match one.taken {
            Taken::Objection => (
                "异议核查",
                last_day.and_then(|day| before(day.tomorrow().ok()?)),
            ),
            Taken::TipOff => ("举报核查", None),
        };
        let verb = match one.state {
            State::Received => "核查",
            _ => "作结论",
        };
        let received = one.received.to_zoned(shanghai());
        found.add(
            tag,
            verb,
            About {
                title: &one.person,
                path: format!("objections/{}", one.id),
                facts: format!(
                    "{} · {} · {}",
                    one.number,
                    one.signature.zh(),
                    one.state.zh()
                ),
                due,
                since: received.map_or(found.ctx.now, |at| at.timestamp()),
            },
        );
    }
    Ok(())
}
