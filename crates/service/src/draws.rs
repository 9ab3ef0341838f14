//! 抽取: the parties' commitments and reveals, the draw, unsealing.

mod freezing;
mod reading;
mod voiding;

use domain::actor::Action;
use domain::draw_process::{AfterReveal, Annex, Attempt, Party, Signature, State};
use domain::event::{Event, EventKind, Subject};
use domain::id::DrawId;
use domain::task::Task;
use draw::{Digest, Draw, Record, Share};
use store::draws::DrawKeys;

pub use reading::{DrawView, Replayed, drawable, replay, suite};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;
use voiding::{By, void_event, voided};

pub(crate) fn subject(attempt: &Attempt) -> Subject {
    Subject::new("draw", attempt.id)
}

pub(crate) fn signature(ctx: &Ctx) -> Result<Signature> {
    let account = ctx.actor.account.ok_or(Error::LoggedOut)?;
    Ok(Signature {
        account,
        name: ctx.actor.name.clone(),
        at: ctx.now,
    })
}

/// A stored record. What the store holds was written by this program, so anything else is a fault.
pub(crate) fn read_record(json: &str) -> Result<Record> {
    draw::verify(json.as_bytes())
        .map(|verified| verified.record)
        .map_err(|error| Error::Internal(format!("抽取记录不能复核：{error}")))
}

/// How times stand in records: Shanghai, to the second.
pub(crate) fn stamp(at: jiff::Timestamp) -> String {
    at.to_zoned(crate::ctx::shanghai())
        .strftime("%Y-%m-%dT%H:%M:%S+08:00")
        .to_string()
}

impl From<domain::draw_process::Refused> for Error {
    fn from(refused: domain::draw_process::Refused) -> Self {
        use domain::draw_process::Refused as R;
        let code = match &refused {
            R::WrongState { .. } => "draw.state",
            R::Already(_) => "draw.already",
            R::SamePerson => "draw.same_person",
            R::NotProposed => "draw.not_proposed",
            R::NoReason => return Self::field("reason", refused.to_string()),
        };
        Self::state(code, refused)
    }
}

impl Service {
    /// 交密签: the fingerprint of a share made on the party's own machine.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor stands for this party; [`Error::Refused`].
    pub async fn commit_share(
        &self,
        ctx: &Ctx,
        id: DrawId,
        party: Party,
        commitment: &str,
    ) -> Result<()> {
        let commitment: Digest = commitment
            .trim()
            .parse()
            .map_err(|error| Error::field("commitment", format!("{error}")))?;
        let (mut change, mut row, _) = self.draw_change(ctx, id, party.action()).await?;
        row.body.state = row.body.commit(party, commitment, signature(ctx)?)?;
        save(&mut change, &mut row).await?;
        change
            .record(
                Event::new(EventKind::ShareCommitted, subject(&row.body))
                    .fact("party", party.code())
                    .fact("commitment", commitment.to_hex()),
            )
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// 揭示: hands in the share. The last one draws, in the same transaction; one that does not match
    /// its commitment voids the attempt.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`].
    pub async fn reveal_share(
        &self,
        ctx: &Ctx,
        id: DrawId,
        party: Party,
        share: &str,
    ) -> Result<State> {
        let share: Share = share
            .trim()
            .parse()
            .map_err(|error| Error::field("share", format!("{error}")))?;
        let (mut change, mut row, mut task) = self.draw_change(ctx, id, party.action()).await?;
        let event = Event::new(EventKind::ShareRevealed, subject(&row.body))
            .fact("party", party.code())
            .fact("share", share.to_hex());
        match row.body.reveal(party, share, signature(ctx)?)? {
            AfterReveal::Waiting(state) => {
                row.body.state = *state;
                change.record(event).await?;
            }
            AfterReveal::Mismatch(party) => {
                change.record(event.fact("matches", "no")).await?;
                let reason = format!("{}揭示的随机数与其密签不符", party.zh());
                let by = ctx.actor.account.ok_or(Error::LoggedOut)?;
                row.body.state = voided(&row.body, reason.clone(), By::Protocol(party), ctx)?;
                task.body.state = task.body.state.clone().void(by, ctx.now)?;
                change.record(void_event(&row.body, &reason)).await?;
            }
            AfterReveal::Complete(handed_in) => {
                let commitments = handed_in.commitments_by_name();
                let shares = handed_in.shares_by_name();
                change.record(event).await?;
                let frame = frame_of(&row.body)?;
                let record = Draw::run(frame, &commitments, &shares, None)
                    .map_err(|error| Error::state("draw.run", error))?;
                task.body.state = task.body.state.clone().drawn(id)?;
                change
                    .record(
                        Event::new(EventKind::Drawn, subject(&row.body))
                            .fact("seed", record.seed().to_hex())
                            .fact("record_digest", record.digest().to_hex())
                            .fact("seats", record.outcome().panel.len()),
                    )
                    .await?;
                row.body.state = State::Sealed {
                    record: record.to_json(),
                    at: ctx.now,
                    proposed: None,
                    handed_in,
                };
            }
        }
        let state = row.body.state.clone();
        save(&mut change, &mut row).await?;
        crate::tasks::save(&mut change, &mut task).await?;
        change.commit().await?;
        Ok(state)
    }

    /// 提请启封, the first of two roles.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`].
    pub async fn propose_unsealing(&self, ctx: &Ctx, id: DrawId) -> Result<()> {
        let (mut change, mut row, _) = self.draw_change(ctx, id, Action::ProposeUnsealing).await?;
        row.body.state = row.body.propose_unsealing(signature(ctx)?)?;
        save(&mut change, &mut row).await?;
        change
            .record(Event::new(EventKind::UnsealProposed, subject(&row.body)))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// 同意启封, the second of two roles: the result is published to the requester and the drawn, and
    /// the manager's invitations go out (DG 第十条、第十一条; A-DG-15).
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`].
    pub async fn confirm_unsealing(&self, ctx: &Ctx, id: DrawId) -> Result<()> {
        let (mut change, mut row, mut task) =
            self.draw_change(ctx, id, Action::ConfirmUnsealing).await?;
        row.body.state = row.body.unseal(signature(ctx)?)?;
        task.body.state = task.body.state.clone().publish(ctx.now)?;
        change
            .record(
                Event::new(EventKind::Unsealed, subject(&row.body))
                    .fact("published_to", "requester,drawn"),
            )
            .await?;
        save(&mut change, &mut row).await?;
        crate::tasks::save(&mut change, &mut task).await?;
        self.enter_uses(&mut change, &row.body).await?;
        self.invite_panel(&mut change, ctx, &row.body, &task.body)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// The annex of an attempt, opened for a purpose the caller has authorized.
    pub(crate) async fn annex(&self, id: DrawId) -> Result<Annex> {
        let bytes =
            store::draws::open_annex(&mut self.store.read(), self.store.seals(), id).await?;
        let bytes = bytes.ok_or_else(|| Error::Internal("抽取名单附件不存在".to_owned()))?;
        serde_json::from_slice(&bytes).map_err(|error| Error::Internal(error.to_string()))
    }

    /// Opens the door for a change of one attempt, with its task.
    pub(crate) async fn draw_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: DrawId,
        action: Action,
    ) -> Result<(
        Change<'c>,
        store::draws::Draw<Attempt>,
        store::tasks::Task<Task>,
    )> {
        let seen = store::draws::find::<Attempt>(&mut self.store.read(), id).await?;
        let seen = seen.ok_or(Error::NotFound)?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        let row = store::draws::find::<Attempt>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        let task = store::tasks::find::<Task>(&mut *change, row.body.task).await?;
        let task = task.ok_or(Error::NotFound)?;
        let target = crate::tasks::target(&task.body);
        ctx.actor
            .allow(Action::ReadDraws, target)
            .map_err(|_| Error::NotFound)?;
        change.authorize(action, target)?;
        Ok((change, row, task))
    }
}

pub(crate) fn keys(attempt: &Attempt) -> DrawKeys {
    DrawKeys {
        pool: attempt.pool,
        task: attempt.task,
        attempt: i64::from(attempt.attempt),
        status: attempt.state.code().to_owned(),
        opened_at: attempt.frozen.at,
    }
}

pub(crate) async fn save(
    change: &mut Change<'_>,
    row: &mut store::draws::Draw<Attempt>,
) -> Result<()> {
    row.keys = keys(&row.body);
    store::document::save(change, row).await?;
    Ok(())
}

fn frame_of(attempt: &Attempt) -> Result<draw::Frame> {
    draw::Frame::from_json(attempt.frame.as_bytes())
        .map_err(|error| Error::Internal(error.to_string()))
}
