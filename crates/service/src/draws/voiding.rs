//! 作废: proposed by one person and confirmed by a second, or by the protocol itself.

use domain::actor::Action;
use domain::draw_process::{Attempt, Party, Proposal, Signature, State};
use domain::event::{Event, EventKind};
use domain::id::DrawId;

use super::{frame_of, read_record, save, signature, stamp, subject};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

/// Who voids an attempt.
pub(super) enum By {
    /// Nobody: the share of this party does not match its commitment.
    Protocol(Party),
    /// First and second of two.
    Two(Signature, Signature),
}

impl Service {
    /// 提请作废, the first of two persons.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without a reason.
    pub async fn propose_void(&self, ctx: &Ctx, id: DrawId, reason: &str) -> Result<()> {
        let (mut change, mut row, task) = self.draw_change(ctx, id, Action::RunDraw).await?;
        let by = signature(ctx)?;
        let account = by.account;
        let proposal = row.body.propose_void(reason, by)?;
        // What nobody could confirm is not proposed: a closed task keeps its result.
        task.body.state.clone().void(account, ctx.now)?;
        let event = Event::new(EventKind::VoidProposed, subject(&row.body))
            .fact("reason", &proposal.reason);
        row.body.void_proposed = Some(proposal);
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 同意作废, the second of two. The request stays; the next attempt is numbered and names this
    /// one.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] for the same person or without a proposal.
    pub async fn confirm_void(&self, ctx: &Ctx, id: DrawId) -> Result<()> {
        let (mut change, mut row, mut task) =
            self.draw_change(ctx, id, Action::ConfirmVoid).await?;
        let by = signature(ctx)?;
        let Proposal { reason, by: first } = row.body.second_void(&by)?;
        let second = by.clone();
        row.body.state = voided(&row.body, reason.clone(), By::Two(first, second), ctx)?;
        row.body.void_proposed = None;
        task.body.state = task.body.state.clone().void(by.account, ctx.now)?;
        self.void_engagements(&mut change, &row.body, ctx).await?;
        change.record(void_event(&row.body, &reason)).await?;
        save(&mut change, &mut row).await?;
        crate::tasks::save(&mut change, &mut task).await?;
        change.commit().await?;
        Ok(())
    }

    /// 不同意作废.
    ///
    /// # Errors
    /// As [`Service::confirm_void`].
    pub async fn reject_void(&self, ctx: &Ctx, id: DrawId) -> Result<()> {
        let (mut change, mut row, _) = self.draw_change(ctx, id, Action::ConfirmVoid).await?;
        row.body.second_void(&signature(ctx)?)?;
        row.body.void_proposed = None;
        save(&mut change, &mut row).await?;
        change
            .record(Event::new(EventKind::VoidRejected, subject(&row.body)))
            .await?;
        change.commit().await?;
        Ok(())
    }
}

pub(super) fn voided(attempt: &Attempt, reason: String, by: By, ctx: &Ctx) -> Result<State> {
    let (mismatched, proposed, confirmed) = match by {
        By::Protocol(party) => (Some(party), None, None),
        By::Two(first, second) => (None, Some(first), Some(second)),
    };
    // A drawn attempt ends its record; one that never was drawn has none, but is named all the same.
    let (record, digest) = match attempt.record() {
        Some(json) => {
            let mut record = read_record(json)?;
            record
                .void(&reason, &stamp(ctx.now))
                .map_err(|error| Error::state("draw.void", error))?;
            (Some(record.to_json()), record.digest())
        }
        None => {
            let frame = frame_of(attempt)?;
            let digest = draw::abandoned(&frame, &reason, &stamp(ctx.now))
                .map_err(|error| Error::state("draw.void", error))?;
            (None, digest)
        }
    };
    Ok(State::Void {
        reason,
        proposed,
        confirmed,
        at: ctx.now,
        record,
        digest,
        handed_in: attempt.handed_in(),
        mismatched,
    })
}

pub(super) fn void_event(attempt: &Attempt, reason: &str) -> Event {
    let event = Event::new(EventKind::DrawVoided, subject(attempt)).fact("reason", reason);
    match &attempt.state {
        State::Void { digest, .. } => event.fact("digest", digest.to_hex()),
        _ => event,
    }
}
