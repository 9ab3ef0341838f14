//! 答复: what the expert answers, on the page or by telephone, and what silence means.

use domain::engagement::{Answer, Answered, Engagement, Refused, State, before_closing};
use domain::event::{Event, EventKind};
use domain::id::EngagementId;
use domain::task::Task;
use draw::{EventKind as Leaving, Fill};
use store::engagements::{Busy, EngagementFilter, Hold};

use super::{save, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::service::Service;

impl Service {
    /// The expert answers, by token or logged in.
    pub(crate) async fn take_answer(
        &self,
        ctx: &Ctx,
        id: EngagementId,
        answer: Answer,
        answered: Answered,
    ) -> Result<State> {
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        before_closing(&task, "答复")?;
        self.check_declaration(&task, &answer).await?;
        row.body.state = row.body.state.clone().answer(answer, answered, ctx.now)?;
        row.body.call = None;
        let event = match &row.body.state {
            State::Accepted { .. } => {
                self.hold_days(&mut change, &row.body, &task).await?;
                Event::new(EventKind::ExpertAccepted, subject(&row.body))
            }
            State::Declined { reason, .. } => {
                Event::new(EventKind::ExpertDeclined, subject(&row.body))
                    .fact("reason_given", if reason.is_some() { "yes" } else { "no" })
                    .detail(serde_json::json!({ "reason": reason }))
            }
            State::Recused { declared, .. } => {
                let grounds: Vec<&str> = declared.iter().map(|d| d.ground.as_str()).collect();
                Event::new(EventKind::ExpertRecused, subject(&row.body))
                    .fact("grounds", grounds.join(","))
                    .detail(serde_json::json!({ "declared": declared }))
            }
            other => return Err(Error::state("engagement.state", other.zh())),
        };
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        let leaving = match &row.body.state {
            State::Declined { .. } => Some(Leaving::Declined),
            State::Recused { .. } => Some(Leaving::Recused),
            _ => None,
        };
        if let Some(leaving) = leaving {
            self.vacate(&mut change, ctx, &row.body, &task, leaving, Fill::Next)
                .await?;
        }
        let state = row.body.state.clone();
        change.commit().await?;
        Ok(state)
    }

    /// Declared grounds exist in the pack, and the catch-all comes with words (DG 第十条(七)).
    pub(super) async fn check_declaration(&self, task: &Task, answer: &Answer) -> Result<()> {
        let Answer::Recuse { declared } = answer else {
            return Ok(());
        };
        let pool = self.any_pool(task.pool).await?;
        let Some(rules) = &pool.pack.recusal else {
            return Ok(());
        };
        for declaration in declared {
            let ground = rules.ground(&declaration.ground).ok_or_else(|| {
                Error::field(
                    "ground",
                    "选择的回避情形不在办法之列。请从列出的情形中选择。",
                )
            })?;
            if ground.text_required && declaration.note.trim().is_empty() {
                return Err(Refused::NoWords.into());
            }
            let relation = declaration.relation.as_deref();
            if !domain::recusal::declaration_holds(ground, relation, &task.request) {
                return Err(Error::Refused(vec![Reason::law(
                    "recusal.excepted",
                    &ground.citation,
                    "申报单位为上市公司，持有其股权不属于应当回避的情形。如另有经济利害关系，请选择该项并说明。",
                )]));
            }
        }
        Ok(())
    }

    /// Somebody's half-days are taken; a task of another requester in the same half-day is a
    /// conflict the expert must know of (A-G-7).
    async fn hold_days(
        &self,
        change: &mut Change<'_>,
        engagement: &Engagement,
        task: &Task,
    ) -> Result<()> {
        for half_day in &task.request.half_days {
            let busy = Busy {
                person: engagement.person,
                half_day: *half_day,
                reference: engagement.id.to_string(),
                pool: task.pool,
                hold: Hold::Exclusive,
            };
            match store::engagements::take(change, &busy).await {
                Ok(()) => {}
                Err(store::Error::Duplicate) => {
                    return Err(Error::state(
                        "engagement.busy",
                        format!(
                            "您{}{}已答应参加另一项任务，不能同时参加。请联系通知中的联系人，或选择不能参加。",
                            half_day.date,
                            half_day.slot.label()
                        ),
                    ));
                }
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }

    /// Everybody whose time to answer has passed counts as 未答复, and the next is called. Runs once
    /// for each, however often and on however many servers it is tried; nobody of a closed task is
    /// touched.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lapse_invitations(&self, ctx: &Ctx) -> Result<u32> {
        let filter = EngagementFilter {
            statuses: vec!["invited".to_owned()],
            answer_by: Some(ctx.now),
            ..EngagementFilter::default()
        };
        let due = store::engagements::all::<Engagement>(&mut self.store.read(), &filter).await?;
        let mut lapsed = 0;
        for seen in due {
            let (mut change, mut row, task) = self.engagement_change(ctx, seen.id).await?;
            if task.is_closed() {
                continue;
            }
            let Ok(state) = row.body.state.clone().lapse(ctx.now) else {
                continue;
            };
            row.body.state = state;
            row.body.call = None;
            save(&mut change, &mut row).await?;
            change
                .record(Event::new(
                    EventKind::ExpertDidNotAnswer,
                    subject(&row.body),
                ))
                .await?;
            self.vacate(
                &mut change,
                ctx,
                &row.body,
                &task,
                Leaving::NoAnswer,
                Fill::Next,
            )
            .await?;
            change.commit().await?;
            lapsed += 1;
        }
        Ok(lapsed)
    }
}
