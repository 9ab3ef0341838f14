//! 人数不足 as pages of a request show it: what is short, and every way on with its article.

use domain::id::TaskId;
use service::shortage::{NextStep, Shortage, Way};

use crate::components::Link;
use crate::session::InPool;

/// The card.
pub(crate) struct ShortageCard {
    pub(crate) why: String,
    pub(crate) article: String,
    pub(crate) steps: Vec<StepRow>,
}

/// One way on.
pub(crate) struct StepRow {
    pub(crate) what: String,
    pub(crate) article: String,
    pub(crate) by: String,
    pub(crate) link: Option<Link>,
}

impl ShortageCard {
    /// The card of a shortage on a page of this request.
    pub(crate) fn new(here: &InPool, task: TaskId, shortage: Shortage) -> Self {
        let row = |step: NextStep| {
            let link = match (step.mine, step.way) {
                (false, _) | (true, Way::Arrange) => None,
                (true, Way::Invite) => Some(Link::new(
                    "提议特约邀请",
                    here.href(format!("special-invitations/new?task={task}")),
                )),
                (true, Way::WaiveRest) => Some(Link::new(
                    "恢复暂停专家",
                    here.href(format!("tasks/{task}#waive-reason")),
                )),
                (true, Way::DrawAgain) => Some(Link::new(
                    "另提需求",
                    here.href(format!("tasks/new?again={task}")),
                )),
                (true, Way::Designate) if shortage.after_draw => Some(Link::new(
                    "另提定向选用",
                    here.href(format!("tasks/new?again={task}&mode=designated")),
                )),
                (true, Way::Designate) => Some(Link::new(
                    "去撤回",
                    here.href(format!("tasks/{task}#withdraw-reason")),
                )),
            };
            StepRow {
                what: step.what,
                article: step.article,
                by: step.by,
                link,
            }
        };
        Self {
            why: shortage.why,
            article: shortage.article,
            steps: shortage.steps.into_iter().map(row).collect(),
        }
    }
}
