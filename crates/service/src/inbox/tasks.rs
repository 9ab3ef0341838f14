//! Tasks to review, to put right and to draw for; what is drawn for them and who takes the seats wait
//! with them.

use domain::actor::Action;
use domain::id::PoolId;
use domain::task::{Mode, State, Task};
use store::document::{Direction, PageRequest};
use store::tasks::TaskFilter;

use super::{About, Found, MOST, before, draws, engagements};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    for task in open(service, found.pool).await? {
        let requester = service.organisation_name(task.requester).await?;
        found.task(&task, &requester);
        let own = crate::tasks::target(&task);
        if !found.may(Action::ReadDraws, own) {
            continue;
        }
        draws::waiting(service, found, &task).await?;
        engagements::waiting(service, found, &task).await?;
    }
    Ok(())
}

/// Tasks on which somebody may have to act, soonest work first.
async fn open(service: &Service, pool: PoolId) -> Result<Vec<Task>> {
    let statuses = [
        "filed",
        "returned",
        "accepted",
        "drawing",
        "drawn",
        "published",
    ];
    let filter = TaskFilter {
        pool: Some(pool),
        statuses: statuses.map(str::to_owned).to_vec(),
        ..TaskFilter::default()
    };
    let page = PageRequest::first(MOST);
    let direction = Direction::Descending;
    let mut read = service.store.read();
    let found = store::tasks::page::<Task>(&mut read, &filter, direction, &page).await?;
    Ok(found.items.into_iter().map(|row| row.body).collect())
}

impl Found<'_> {
    fn task(&mut self, task: &Task, requester: &str) {
        let target = crate::tasks::target(task);
        let request = &task.request;
        let work = request.work_date();
        let when = work.map_or_else(
            || "时间未定".to_owned(),
            |day| format!("{}使用", day.strftime("%-m月%-d日")),
        );
        let about = |since| About {
            title: &request.content,
            path: format!("tasks/{}", task.id),
            facts: format!(
                "{} · {requester} · {} 人 · {when}",
                task.number,
                request.seats()
            ),
            due: work.and_then(before),
            since,
        };
        match (&task.state, &request.mode) {
            (State::Filed { at }, Mode::Random) if self.may(Action::ReviewTask, target) => {
                self.add("需求受理", "受理", about(*at));
            }
            (State::Filed { at }, Mode::Designated { .. })
                if self.may(Action::ConsentDesignation, target) =>
            {
                self.add("定向选用", "审批", about(*at));
            }
            (State::Returned { reason, at }, _) if self.may(Action::FileTask, target) => {
                let mut about = about(*at);
                about.facts = format!("{} · 退回理由：{reason}", task.number);
                self.add("退回修改", "修改", about);
            }
            (State::Accepted { at, .. }, Mode::Random) if self.may(Action::RunDraw, target) => {
                self.add("待抽取", "去抽取", about(*at));
            }
            _ => {}
        }
    }
}
