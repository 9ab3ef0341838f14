//! People wait for a meeting to be called, a meeting for its materials, or one that was held for its
//! record.

use super::{About, Found, before};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let (waiting, called) = service.meetings_due(found.ctx, found.pool).await?;
    if waiting > 0 {
        let about = About {
            title: "有人等待会议审定，请安排会议",
            path: "meetings".to_owned(),
            facts: format!("{waiting} 人等待审定"),
            due: None,
            since: found.ctx.now,
        };
        found.add("会议审定", "安排", about);
    }
    for one in called {
        // Before the day the materials are laid out; from the day on its results are recorded.
        let (verb, due) = match one.on <= found.ctx.today() {
            true => ("登记", None),
            false => ("备会", before(one.on)),
        };
        let about = About {
            title: &format!("{} {}", one.body, one.on),
            path: format!("meetings/{}", one.id),
            facts: format!("{} · {} · {} 人", one.number, one.place, one.agenda.len()),
            due,
            since: one.called.at,
        };
        found.add("会议审定", verb, about);
    }
    Ok(())
}
