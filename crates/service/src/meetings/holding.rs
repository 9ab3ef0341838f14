//! 登记审定结果: what the minutes say of everybody on the agenda, carried out at once.

use domain::actor::{Action, Role};
use domain::application::Hand;
use domain::event::EventKind;
use domain::id::RecordId;
use domain::meeting::{AgendaItem, Matter, Minutes, Verdict};
use domain::policy::pack::{Act, Station};
use domain::special_invitation::Decision as Invited;
use store::document;

use super::{committee, event, keys};
use crate::applications::{self, Row as Application, by};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::exits;
use crate::pools::OpenPool;
use crate::service::Service;

/// A matter of the agenda that is still before the meeting.
enum Before {
    Entry(Box<Application>),
    Exit(RecordId),
}

impl Service {
    /// 登记审定结果: minutes, attendance, recusal and each person's result, all of it or nothing. Whoever
    /// is approved moves on; the conditions are judged by the day of the meeting.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] when the record is not whole; [`Error::Refused`] naming
    /// whoever was approved though a condition stands in the way.
    pub async fn hold_meeting(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        minutes: Minutes,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.meeting_change(ctx, no, id).await?;
        let role = change.authorize(Action::RecordDecision, pool.target())?;
        let rules = committee(&pool)?;
        let mut before: Vec<(AgendaItem, Before)> = Vec::new();
        let mut gone: Vec<RecordId> = Vec::new();
        for item in &row.body.agenda {
            match self.still_before(&mut change, &pool, item).await? {
                Some(matter) => before.push((item.clone(), matter)),
                None => gone.push(item.record),
            }
        }
        let by = by(ctx)?;
        let hand = Hand {
            by: by.clone(),
            on: minutes.on,
            document: Some(minutes.number.trim().to_owned()).filter(|number| !number.is_empty()),
        };
        let held = row
            .body
            .clone()
            .hold(minutes.clone(), by, ctx.today(), &rules, &gone)?;
        let mut reasons = Vec::new();
        let (mut approved, mut refused) = (0, 0);
        for (item, matter) in before {
            let mut results = minutes.results.iter();
            let result = results.find(|result| result.record == item.record);
            let Some(verdict) = result.map(|result| &result.verdict) else {
                continue;
            };
            match verdict {
                Verdict::Approved => approved += 1,
                Verdict::NotApproved { .. } => refused += 1,
                Verdict::Deferred => {}
            }
            let done = match matter {
                Before::Entry(mut one) => {
                    self.decide_entry(&mut change, ctx, &pool, role, &mut one, &hand, verdict)
                        .await
                }
                Before::Exit(id) => {
                    self.decide_leaving(&mut change, ctx, &pool, role, id, &hand, verdict)
                        .await
                }
            };
            match done {
                Err(Error::Refused(found)) => reasons.extend(found.into_iter().map(|one| Reason {
                    sentence: format!("{}：{}", item.name, one.sentence),
                    ..one
                })),
                other => other?,
            }
        }
        if !reasons.is_empty() {
            return Err(Error::Refused(reasons));
        }
        row.body = held;
        row.keys = keys(&row.body);
        document::save(&mut change, &mut row).await?;
        let recorded = event(EventKind::MeetingHeld, &row.body)
            .fact("minutes", minutes.number.trim())
            .fact("on", minutes.on)
            .fact("approved", approved)
            .fact("not_approved", refused)
            .detail(serde_json::json!({ "minutes": minutes }));
        change.record(recorded).await?;
        change.commit().await?;
        Ok(())
    }

    /// The matter, if it still waits for the meeting.
    async fn still_before(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        item: &AgendaItem,
    ) -> Result<Option<Before>> {
        match item.matter {
            Matter::Entry => {
                let one = applications::find(&mut **change, item.record).await?;
                let here = one.body.application.state.station() == Some(Station::Committee);
                Ok(here.then(|| Before::Entry(Box::new(one))))
            }
            Matter::Exit => {
                let exit = exits::find(&mut **change, pool.id(), item.record).await?;
                let here = exits::is_before_meeting(pool, &exit.body);
                Ok(here.then_some(Before::Exit(item.record)))
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one result is exactly these facts"
    )]
    async fn decide_entry(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        role: Role,
        one: &mut Application,
        hand: &Hand,
        verdict: &Verdict,
    ) -> Result<()> {
        Self::check_act(pool, Act::Decide, role, &one.body.application)?;
        let invitation = one.body.application.invitation;
        match verdict {
            Verdict::Approved => {
                self.pass_row(change, pool, one, hand.clone(), "会议审定通过")
                    .await?;
            }
            Verdict::NotApproved { reason } => {
                self.refuse_row(change, ctx, pool, one, hand.clone(), reason)
                    .await?;
            }
            Verdict::Deferred => {}
        }
        if let (Some(id), Some(verdict)) = (invitation, invited(verdict)) {
            let decision = Invited {
                minutes: hand.document.clone().unwrap_or_default(),
                on: hand.on,
                by: hand.by.clone(),
            };
            self.decided_by_application(change, pool, id, verdict, decision)
                .await?;
        }
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one result is exactly these facts"
    )]
    async fn decide_leaving(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        role: Role,
        id: RecordId,
        hand: &Hand,
        verdict: &Verdict,
    ) -> Result<()> {
        let refused = match verdict {
            Verdict::Approved => None,
            Verdict::NotApproved { reason } => Some(reason.as_str()),
            Verdict::Deferred => return Ok(()),
        };
        self.decide_exit_in_meeting(change, ctx, pool, (id, role), hand, refused)
            .await
    }
}

/// What the invitation somebody came by hears of it.
fn invited(verdict: &Verdict) -> Option<domain::special_invitation::Verdict> {
    match verdict {
        Verdict::Approved => Some(domain::special_invitation::Verdict::Approved),
        Verdict::NotApproved { reason } => Some(domain::special_invitation::Verdict::NotApproved {
            reason: reason.clone(),
        }),
        Verdict::Deferred => None,
    }
}
