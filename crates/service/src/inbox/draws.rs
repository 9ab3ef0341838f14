//! Shares to hand in, unsealings and voidings to propose and to confirm.

use domain::actor::Action;
use domain::draw_process::{Attempt, Party, State};
use domain::task::Task;

use super::{About, Found, before};
use crate::error::Result;
use crate::service::Service;

/// What waits of the last attempt for this task.
pub(super) async fn waiting(service: &Service, found: &mut Found<'_>, task: &Task) -> Result<()> {
    let attempts = store::draws::of_task::<Attempt>(&mut service.store.read(), task.id).await?;
    let attempts = attempts.iter().map(|row| &row.body);
    if let Some(last) = attempts.max_by_key(|one| one.attempt) {
        found.attempt(last, task);
    }
    Ok(())
}

impl Found<'_> {
    fn attempt(&mut self, attempt: &Attempt, task: &Task) {
        let target = crate::tasks::target(task);
        let due = task.request.work_date().and_then(before);
        let path = format!("draws/{}", attempt.id);
        let about = |facts: String, since| About {
            title: &task.request.content,
            path: path.clone(),
            facts: format!("{} 第 {} 次 · {facts}", attempt.number, attempt.attempt),
            due,
            since,
        };
        if let Some(proposal) = &attempt.void_proposed
            && self.may(Action::ConfirmVoid, target)
        {
            let facts = format!("{}提请作废：{}", proposal.by.name, proposal.reason);
            self.add("确认作废", "审批", about(facts, proposal.by.at));
            return;
        }
        let since = attempt.frozen.at;
        for party in Party::ALL {
            if !self.may(party.action(), target) {
                continue;
            }
            match &attempt.state {
                State::Committing { commitments } if !commitments.contains_key(&party) => {
                    let facts = format!("核对指纹 {} 后交密签", attempt.check_code());
                    self.add("交密签", "去交", about(facts, since));
                }
                State::Revealing { shares, .. } if !shares.contains_key(&party) => {
                    let facts = format!("已有 {} 方揭示", shares.len());
                    self.add("揭示", "去揭示", about(facts, since));
                }
                _ => {}
            }
        }
        match &attempt.state {
            State::Sealed {
                at, proposed: None, ..
            } if self.may(Action::ProposeUnsealing, target) => {
                self.add("提请启封", "提请", about("结果已密封".to_owned(), *at));
            }
            State::Sealed {
                proposed: Some(proposal),
                ..
            } if self.may(Action::ConfirmUnsealing, target) => {
                let facts = format!("{}已提请", proposal.by.name);
                self.add("同意启封", "去启封", about(facts, proposal.by.at));
            }
            _ => {}
        }
    }
}
