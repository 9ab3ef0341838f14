//! Answers to chase and to confirm, seats to arrange, leave to accept.

use domain::actor::Action;
use domain::engagement::{Engagement, State};
use domain::task::{State as TaskState, Task};
use jiff::Timestamp;
use store::engagements::EngagementFilter;

use super::{About, Found, before};
use crate::error::Result;
use crate::service::Service;

/// What waits of the seats of this task, once it is unsealed.
pub(super) async fn waiting(service: &Service, found: &mut Found<'_>, task: &Task) -> Result<()> {
    let TaskState::Published { at, .. } = task.state else {
        return Ok(());
    };
    let filter = EngagementFilter {
        task: Some(task.id),
        ..EngagementFilter::default()
    };
    let seats = store::engagements::all::<Engagement>(&mut service.store.read(), &filter).await?;
    let seats: Vec<Engagement> = seats.into_iter().map(|row| row.body).collect();
    found.seats(&seats, task, at);
    Ok(())
}

impl Found<'_> {
    fn seats(&mut self, seats: &[Engagement], task: &Task, unsealed: Timestamp) {
        let target = crate::tasks::target(task);
        let due = task.request.work_date().and_then(before);
        let about = |facts: String, due| About {
            title: &task.request.content,
            path: format!("tasks/{}", task.id),
            facts: format!("{} · {facts}", task.number),
            due,
            since: unsealed,
        };
        let count = |test: fn(&Engagement) -> bool| seats.iter().filter(|seat| test(seat)).count();
        if self.may(Action::NotifyExperts, target) {
            let waiting = seats.iter().filter_map(|seat| match seat.state {
                State::Invited { answer_by, .. } => Some(answer_by),
                _ => None,
            });
            let waiting: Vec<Timestamp> = waiting.collect();
            if let Some(first) = waiting.iter().min() {
                let facts = format!("{} 人尚未答复", waiting.len());
                self.add("催办答复", "查看", about(facts, Some(*first)));
            }
            let vacant = count(|seat| seat.to_arrange);
            if vacant > 0 {
                self.add(
                    "补抽安排",
                    "安排",
                    about(format!("{vacant} 个名额空出"), due),
                );
            }
            let own = self.ctx.actor.account;
            let calls = seats
                .iter()
                .filter(|seat| seat.call.as_ref().is_some_and(|call| Some(call.by) != own));
            let calls = calls.count();
            if calls > 0 {
                self.add(
                    "电话答复",
                    "确认",
                    about(format!("{calls} 份待第二人确认"), due),
                );
            }
        }
        let leave = count(|seat| seat.leave_asked.is_some());
        if leave > 0 && self.may(Action::AcceptLeave, target) {
            self.add("书面请假", "受理", about(format!("{leave} 人请假"), due));
        }
    }
}
