//! What an actor may do with an application now, and under which act of the pack.

use domain::actor::Action;
use domain::application::{Filed, State};
use domain::policy::pack::{Act, Station};

use super::{Row, Step, target};
use crate::ctx::Ctx;

/// The act an officer does at a station, as the pack names it.
pub(super) const fn act_at(station: Station) -> Act {
    match station {
        Station::Submit => Act::Apply,
        Station::Classify => Act::Classify,
        Station::Certificate => Act::IssueCertificate,
        Station::Committee => Act::Decide,
        Station::Recommendation => Act::Recommend,
        Station::Approval => Act::Approve,
        _ => Act::Vet,
    }
}

pub(super) fn steps(ctx: &Ctx, row: &Row) -> Vec<Step> {
    let one = &row.body.application;
    let may = |action| ctx.actor.allow(action, target(one)).is_ok();
    let (enters, vets) = (may(Action::EnterApplications), may(Action::VetApplications));
    let recommends = may(Action::RecommendApplicant);
    // A unit says what it thinks of those it hands in.
    let own = recommends && matches!(one.filed, Filed::Unit { .. });
    let offered: &[(Step, bool)] = match &one.state {
        State::Draft => &[
            (Step::Edit, enters),
            (Step::Material, enters),
            (Step::Recommend, own),
            (Step::Submit, enters),
            (Step::Withdraw, enters),
        ],
        State::Returned { .. } => &[
            (Step::Edit, enters),
            (Step::Material, enters),
            (Step::Recommend, own),
            (Step::Submit, enters),
            (Step::Refuse, vets),
            (Step::Withdraw, enters),
        ],
        State::At { station, .. } => match station {
            Station::Vetting => &[
                (Step::Check, vets),
                (Step::Material, vets),
                (Step::Pass, vets),
                (Step::Return, vets),
                (Step::Refuse, vets),
                (Step::Withdraw, enters),
            ],
            Station::Recommendation => &[
                (Step::Recommend, recommends),
                (Step::Check, vets),
                (Step::Material, vets),
                (Step::Pass, vets),
                (Step::Refuse, vets || recommends),
                (Step::Withdraw, enters && !recommends),
            ],
            Station::Approval => &[
                (Step::Check, vets),
                (Step::Material, vets),
                (Step::Pass, vets),
                (Step::Refuse, vets),
                (Step::Withdraw, enters),
            ],
            Station::Classify => &[(Step::Classify, vets), (Step::Withdraw, enters)],
            _ => &[
                (Step::Check, vets),
                (Step::Material, vets),
                (Step::Withdraw, enters),
            ],
        },
        State::Refused { .. } | State::Withdrawn { .. } | State::Appointed { .. } => &[],
    };
    offered
        .iter()
        .filter(|(_, may)| *may)
        .map(|(step, _)| *step)
        .collect()
}
