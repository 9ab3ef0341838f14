//! Somebody of the public waits for an answer.

use domain::feedback::About as Concerned;

use super::{About, Found};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    for one in service.feedback_open(found.ctx, found.pool).await? {
        let concerns = one.about.as_ref().map(Concerned::words);
        let facts = [Some(one.number.clone()), concerns];
        found.add(
            "意见反馈",
            "答复",
            About {
                title: one.topic.zh(),
                path: format!("feedback/{}", one.id),
                facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                due: None,
                since: one.received,
            },
        );
    }
    Ok(())
}
