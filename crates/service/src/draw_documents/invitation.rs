//! 邀请函 of one expert.

use documents::dates;
use documents::invitations::Invitation as Letter;
use domain::actor::Action;
use domain::engagement::{Engagement, State as Answer};
use domain::id::EngagementId;
use domain::task::Task;
use jiff::civil::Date;

use super::{Printed, civil, real};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

impl Service {
    /// 邀请函 of one expert. The link of the invitation is not in it: only the expert ever has that.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless the actor may notify experts of the pool; [`Error::Document`].
    pub async fn print_invitation(&self, ctx: &Ctx, id: EngagementId) -> Result<Printed> {
        let row = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let engagement = row.ok_or(Error::NotFound)?.body;
        let task = store::tasks::find::<Task>(&mut self.store.read(), engagement.task).await?;
        let task = task.ok_or(Error::NotFound)?.body;
        ctx.actor
            .allow(Action::NotifyExperts, crate::tasks::target(&task))
            .map_err(|_| Error::NotFound)?;
        let Answer::Invited { at, answer_by } = engagement.state else {
            return Err(Error::state(
                "engagement.state",
                format!(
                    "这位专家现在是“{}”，不再需要邀请函。",
                    engagement.state.zh()
                ),
            ));
        };
        let pool = self.any_pool(engagement.pool).await?;
        let profile = self.profile(engagement.person).await?;
        let recusal = pool
            .pack
            .recusal
            .as_ref()
            .map(|rules| rules.citation.to_string());
        let office = self.organisation_name(pool.pool.manager).await?;
        let phone = pool.pool.phone.as_ref();
        let letter = Letter {
            head: None,
            number: None,
            expert: profile.name,
            pool: pool.pool.name.clone(),
            task: task.request.content.clone(),
            work: task.request.content.clone(),
            time: when(&task),
            place: task.request.place.clone(),
            arrival: task
                .request
                .starts_at
                .as_ref()
                .map(|hour| format!("请于 {hour} 前到场签到")),
            answer_by: civil(answer_by),
            answer_how: match phone {
                Some(_) => "可在短信或邮件中的链接内答复，也可致电联系人。".to_owned(),
                None => "请在短信或邮件中的链接内答复。".to_owned(),
            },
            answer_code: None,
            recusal_basis: recusal.map_or_else(
                || pool.pack.identity.title.clone(),
                |article| format!("《{}》{article}", pool.pack.identity.title),
            ),
            contact: phone.map_or_else(|| office.clone(), |phone| format!("{office}，电话{phone}")),
            sign: office,
            on: civil(at).date(),
            standing: real(pool.pool.demonstration),
            marks: pool.standing(ctx.today()).banner().into_iter().collect(),
        };
        self.print(
            letter.view(),
            ctx.now,
            format!("邀请函-{}.pdf", task.number),
        )
        .await
    }
}

/// The half-days day by day, and the hour if one was filed: 2026年11月26日上午、下午，09:00开始.
fn when(task: &Task) -> String {
    let mut halves = task.request.half_days.clone();
    halves.sort_unstable();
    let mut days: Vec<(Date, Vec<&str>)> = Vec::new();
    for half in halves {
        match days.last_mut() {
            Some((day, slots)) if *day == half.date => slots.push(half.slot.label()),
            _ => days.push((half.date, vec![half.slot.label()])),
        }
    }
    let days = days
        .into_iter()
        .map(|(day, slots)| format!("{}{}", dates::long(day), slots.join("、")));
    let days = days.collect::<Vec<_>>().join("，");
    match &task.request.starts_at {
        Some(hour) => format!("{days}，{hour}开始"),
        None => days,
    }
}
