//! Applications wait at a station an officer works, or to be put right by who entered them.

use domain::application::{Application, Filed, State};
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use jiff::civil::Date;

use super::{About, Found, before};
use crate::applications::Step;
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let waiting = service.waiting_applications(found.ctx, found.pool).await?;
    for (one, due, steps) in waiting {
        found.application(&one, due, &steps);
    }
    Ok(())
}

impl Found<'_> {
    fn application(&mut self, one: &Application, due: Option<Date>, steps: &[Step]) {
        let (tag, verb, since) = match &one.state {
            State::At { since, .. } if steps.contains(&Step::Recommend) => {
                ("单位推荐", "推荐", *since)
            }
            // Filled in by the person and handed to the unit.
            State::Draft if steps.contains(&Step::Recommend) => match &one.filed {
                Filed::Unit { by, .. } if Some(by.account) != self.ctx.actor.account => {
                    ("单位推荐", "核对并推荐", by.at)
                }
                _ => return,
            },
            State::At { since, station, .. } if steps.contains(&Step::Pass) => {
                let verb = match station {
                    Station::Approval => "审批",
                    _ => "审核",
                };
                (station.zh(), verb, *since)
            }
            State::At { since, .. } if steps.contains(&Step::Classify) => {
                ("分类入库", "分类", *since)
            }
            State::Returned { by, .. } if steps.contains(&Step::Edit) => {
                ("退回补正", "补正", by.at)
            }
            _ => return,
        };
        let employer = one.profile.employer.as_ref();
        let employer = employer.map_or("", |employer| employer.name.as_str());
        self.add(
            tag,
            verb,
            About {
                title: &format!("{} {employer}", one.profile.name),
                path: format!("applications/{}", one.id),
                facts: format!("{} · {}", one.number, one.state.zh()),
                due: due.and_then(|day| day.tomorrow().ok()).and_then(before),
                since,
            },
        );
    }
}
