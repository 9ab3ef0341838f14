//! The report of the last period waits to be filed.

use domain::actor::{Action, Target};

use super::{About, Found, noon};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    if !found.may(Action::EditExperts, Target::pool(found.pool)) {
        return Ok(());
    }
    let open = service.any_pool(found.pool).await?;
    let Some(report) = service.update_report_due(found.ctx, &open).await? else {
        return Ok(());
    };
    let since = report.to.tomorrow().ok().and_then(noon);
    found.add(
        "信息更新",
        "登记",
        About {
            title: &format!("信息库更新 {} 至 {}", report.from, report.to),
            path: format!("update-report?day={}", report.from),
            facts: format!(
                "新增 {}、退出 {}、在库 {} 人 · {}",
                report.joined, report.left, report.held, report.article
            ),
            due: None,
            since: since.unwrap_or(found.ctx.now),
        },
    );
    Ok(())
}
