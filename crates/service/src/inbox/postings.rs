//! People wait for a list, and drafts of one to be put up.

use super::{About, Found};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let (waiting, drafts) = service.postings_due(found.ctx, found.pool).await?;
    if let Some(first) = waiting.iter().min() {
        found.add(
            "名单公示",
            "起草",
            About {
                title: "资格审核通过，等待公示",
                path: "postings/new".to_owned(),
                facts: format!("{} 人", waiting.len()),
                due: None,
                since: *first,
            },
        );
    }
    for one in drafts {
        found.add(
            "名单公示",
            "发布",
            About {
                title: &one.content.title,
                path: format!("postings/{}", one.id),
                facts: format!("{} 人 · {}起草", one.content.people.len(), one.drafted.name),
                due: None,
                since: one.drafted.at,
            },
        );
    }
    Ok(())
}
