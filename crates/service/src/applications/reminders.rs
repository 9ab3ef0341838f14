//! 催办: whoever works at a station is told once when its time is about to end and once when it is over;
//! an applicant, once before the last day to put things right. How long a station has is the pack's.

use domain::actor::Role;
use domain::application::{Application, State};
use domain::event::EventKind;
use domain::id::{AccountId, MessageId};
use domain::policy::pack::{Medium, Station};
use domain::policy::words::Word as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Secret;
use store::messages::Message;
use store::records::RecordFilter;

use super::{KIND, Kept, Row, event, find};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::pools::OpenPool;
use crate::service::Service;

/// How far along the time allowed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Pressing {
    /// It ends today or tomorrow.
    Soon,
    /// It is over.
    Over,
}

/// What was said of which last day, so that nothing is said twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reminded {
    due: Date,
    pressing: Pressing,
}

fn pressing(due: Date, today: Date) -> Option<Pressing> {
    let tomorrow = today.tomorrow().unwrap_or(today);
    if due < today {
        Some(Pressing::Over)
    } else {
        (due <= tomorrow).then_some(Pressing::Soon)
    }
}

impl Service {
    /// Reminds of everything whose time is about to end or over; returns how many applications. Scheduled
    /// work: idempotent, and what was missed while nothing ran is caught up once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remind_applications(&self, ctx: &Ctx) -> Result<u32> {
        let today = ctx.today();
        let statuses = Station::ALL.iter().map(|station| station.word().to_owned());
        let filter = RecordFilter {
            kinds: vec![KIND.to_owned()],
            statuses: statuses.chain(["returned".to_owned()]).collect(),
            due_on: today.tomorrow().ok(),
            ..RecordFilter::default()
        };
        let mut told = 0;
        for row in store::records::all::<Kept>(&mut self.store.read(), &filter).await? {
            let pool = self.any_pool(row.body.application.pool).await?;
            if self.reminder(&pool, &row, today).is_none() {
                continue;
            }
            let mut change = self.change(ctx, pool.id()).await?;
            // It may have moved on since the list was read.
            let mut row = find(&mut *change, row.id).await?;
            let Some(reminded) = self.reminder(&pool, &row, today) else {
                continue;
            };
            self.remind(&mut change, ctx, &pool, &row, &reminded)
                .await?;
            let said = event(EventKind::ApplicationReminded, &row.body.application)
                .fact("due", reminded.due);
            row.body.reminded = Some(reminded);
            self.save_application(&mut change, &pool, &mut row).await?;
            change.record(said).await?;
            change.commit().await?;
            told += 1;
        }
        Ok(told)
    }

    /// What has to be said now and was not.
    fn reminder(&self, pool: &OpenPool, row: &Row, today: Date) -> Option<Reminded> {
        let one = &row.body.application;
        let due = self.due(pool, one)?;
        let pressing = pressing(due, today)?;
        // After the last day to put things right there is nothing left to ask the applicant for.
        if matches!(one.state, State::Returned { .. }) && pressing == Pressing::Over {
            return None;
        }
        let now = Reminded { due, pressing };
        (row.body.reminded.as_ref() != Some(&now)).then_some(now)
    }

    async fn remind(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
        reminded: &Reminded,
    ) -> Result<()> {
        let one = &row.body.application;
        let due = reminded.due;
        let State::At { station, .. } = &one.state else {
            let text = format!("须在 {due} 前补正后重新提交，请尽快办理。");
            return self
                .tell_applicant(change, ctx, pool, row, "入库申请补正即将到期", &text)
                .await;
        };
        let step = pool.pack.admission.step(*station);
        let label = step.map_or(station.zh(), |step| &step.label);
        let (subject, words) = match reminded.pressing {
            Pressing::Soon => (
                "入库申请即将到期",
                format!("“{label}”办理期限到 {due} 为止"),
            ),
            Pressing::Over => ("入库申请已超期", format!("“{label}”办理期限 {due} 已过")),
        };
        let text = format!(
            "【{}】入库申请 {} {}：{words}，请尽快办理。",
            pool.pool.name, one.number, one.profile.name
        );
        for account in self.working_at(change, pool, *station, one).await? {
            let message = Message {
                id: self.id::<MessageId>(ctx),
                pool: Some(one.pool),
                channel: Medium::InApp.word().to_owned(),
                recipient: Secret::new(account.to_string()),
                account: Some(account),
                subject: subject.to_owned(),
                content: Secret::new(text.as_str()),
                reference_kind: KIND.to_owned(),
                reference_id: one.id.to_string(),
                created_at: ctx.now,
                send_at: ctx.now,
                deadline: None,
            };
            change.enqueue(&message).await?;
        }
        Ok(())
    }

    /// The accounts of the party that works at a station; of units only the one concerned.
    async fn working_at(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        station: Station,
        one: &Application,
    ) -> Result<Vec<AccountId>> {
        let step = pool.pack.admission.step(station);
        let party = step.and_then(|step| pool.pack.party(step.party.as_deref()?));
        let mut accounts = Vec::new();
        for role in party
            .map(|party| party.roles.as_slice())
            .unwrap_or_default()
        {
            let holders = store::accounts::holders::<serde_json::Value>(
                &mut **change,
                Some(pool.id()),
                role.code(),
            )
            .await?;
            for holder in holders {
                let concerned =
                    *role != Role::Recommender || holder.keys.organisation == one.unit();
                if concerned && !accounts.contains(&holder.id) {
                    accounts.push(holder.id);
                }
            }
        }
        Ok(accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_day_before_and_the_last_day_press_and_then_it_is_over() {
        let due = date(2022, 6, 10);
        let at = |day| pressing(due, date(2022, 6, day));
        assert_eq!(at(8), None);
        assert_eq!(at(9), Some(Pressing::Soon));
        assert_eq!(at(10), Some(Pressing::Soon));
        assert_eq!(at(11), Some(Pressing::Over));
    }
}
