//! Notices wait for whoever takes their next step, and the year for the notices it asks for.

use domain::actor::Action;
use domain::solicitation::{Notice, State};

use super::{About, Found, before, noon};
use crate::error::Result;
use crate::service::Service;
use crate::solicitations::{NoticeDuty, Step};

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let (ctx, pool) = (found.ctx, found.pool);
    let Some(open) = service.any_part_of(ctx, pool, Action::ReadNotices).await? else {
        return Ok(());
    };
    for (notice, steps) in service.notices_at_work(ctx, &open).await? {
        found.notice(&notice, &steps);
    }
    if let Some(duty) = service.notice_duty(ctx, pool).await? {
        let drafts = ctx.actor.remit(Action::DraftNotice, pool).is_ok();
        if drafts && duty.presses(ctx.today()) {
            found.notice_duty(&duty);
        }
    }
    Ok(())
}

impl Found<'_> {
    fn notice(&mut self, notice: &Notice, steps: &[Step]) {
        let (verb, facts, since) = match &notice.state {
            State::Draft {
                returned: Some(returned),
            } if steps.contains(&Step::Edit) => (
                "修改",
                format!("{}退回：{}", returned.by.name, returned.reason),
                returned.by.at,
            ),
            State::Submitted { by } if steps.contains(&Step::Approve) => {
                ("审批", format!("{}提请审批", by.name), by.at)
            }
            State::Approved { by, .. } if steps.contains(&Step::Publish) => {
                ("发布", format!("{}已审批", by.name), by.at)
            }
            _ => return,
        };
        // Nobody can apply before it is published, and after its last day it is published in vain.
        let due = notice.content.opens.map(jiff::civil::DateTime::date);
        self.add(
            "征集公告",
            verb,
            About {
                title: &notice.content.title,
                path: format!("notices/{}", notice.id),
                facts,
                due: due.and_then(before),
                since,
            },
        );
    }

    /// Too few notices this year by a day the pack names.
    fn notice_duty(&mut self, duty: &NoticeDuty) {
        let facts = match duty.behind {
            Some((from, at_least)) => format!(
                "{}起应有 {at_least} 次，今年发布 {} 次（{}）",
                from.strftime("%-m月%-d日"),
                duty.count,
                duty.article
            ),
            None => format!(
                "今年发布 {} 次，办法规定 {} 次（{}）",
                duty.count, duty.at_least, duty.article
            ),
        };
        let since = duty.behind.and_then(|(from, _)| noon(from));
        self.add(
            "年度应办",
            "起草",
            About {
                title: &duty.label,
                path: "notices".to_owned(),
                facts,
                due: duty.last_day.tomorrow().ok().and_then(before),
                since: since.unwrap_or(self.ctx.now),
            },
        );
    }
}
