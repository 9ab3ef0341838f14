//! 抽取: freezing the frame, the parties' commitments and reveals, the draw, unsealing, voiding.

use std::collections::BTreeMap;

use domain::actor::{Action, Target};
use domain::assembly::{self, Heading};
use domain::draw_process::{AfterReveal, Annex, Attempt, Party, Proposal, Signature, State};
use domain::event::{Event, EventKind, Subject};
use domain::frame::{self, Question};
use domain::id::{DrawId, TaskId};
use domain::policy::pack::Consequence;
use domain::relaxation;
use domain::task::{Mode, Task};
use draw::{Digest, Draw, Record, Share};
use store::draws::DrawKeys;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::feasibility::rest_waived;
use crate::service::Service;

/// An attempt as its page shows it. Names are elsewhere, and only after unsealing.
#[derive(Debug, Clone)]
pub struct DrawView {
    /// The attempt.
    pub attempt: Attempt,
    /// The task.
    pub task: Task,
    /// Name of the requester.
    pub requester: String,
    /// Every attempt of the task, this one included, in order.
    pub attempts: Vec<Attempt>,
    /// The parties this actor may act for.
    pub parties: Vec<Party>,
}

impl DrawView {
    /// The task it draws for, as the target of an action.
    pub fn target(&self) -> Target<'_> {
        crate::tasks::target(&self.task)
    }
}

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
    /// 封存候选名单: the list is fixed and fingerprinted before any chance exists.
    ///
    /// `status_confirmed` says that the officer was told the instrument is past its validity, or a
    /// draft, and goes on (A-G-12).
    ///
    /// # Errors
    /// [`Error::Refused`] when too few can be drawn (DG 第九条(一)), with what is short.
    pub async fn freeze_frame(
        &self,
        ctx: &Ctx,
        task: TaskId,
        status_confirmed: bool,
    ) -> Result<DrawId> {
        let view = self.task(ctx, task).await?;
        self.check_status(ctx, &view.pool, status_confirmed)?;
        let (mut change, mut row) = self.task_change(ctx, task, Action::RunDraw).await?;
        if !matches!(row.body.request.mode, Mode::Random) {
            return Err(Error::state(
                "draw.designation",
                "定向选用不抽取。请由审批岗位办理同意。",
            ));
        }
        let id: DrawId = self.id(ctx);
        let waived = rest_waived(&row.body.state);
        row.body.state = row.body.state.clone().freeze(id)?;
        let request = &row.body.request;
        let prospects = self.prospects(&view.pool, request).await?;
        let pack = &view.pool.pack;
        let question = Question {
            pack,
            request,
            today: ctx.today(),
            rest_waived: waived,
        };
        let places = relaxation::place_all(&question, &prospects);
        let (scope, funnel) = frame::funnel(frame::each(&places));
        let candidates = relaxation::candidates(request, frame::each(&places));
        let earlier = store::draws::of_task::<Attempt>(&mut *change, task).await?;
        let last = earlier
            .iter()
            .map(|row| &row.body)
            .max_by_key(|attempt| attempt.attempt);
        let previous = match last.map(|attempt| &attempt.state) {
            Some(State::Void { digest, .. }) => *digest,
            _ => Digest([0; 32]),
        };
        let number = match last {
            Some(attempt) => attempt.number.clone(),
            None => row.body.number.replacen("XQ", "CQ", 1),
        };
        let attempt = last.map_or(1, |attempt| attempt.attempt + 1);
        let rehearsal = view.pool.pool.demonstration;
        let heading = Heading {
            id,
            number: &number,
            attempt,
            previous,
            rehearsal,
        };
        let key = self.entropy.secret();
        let (frame, annex) = assembly::assemble(pack, request, &heading, places, &key)
            .map_err(|error| Error::state("draw.frame", error))?;
        if let Err(short) = frame.feasibility() {
            return Err(too_few(pack, short.to_string()));
        }
        if !relaxation::ratio_kept(pack.draw.ratio, request, &candidates) {
            let (people, seats) = pack.draw.ratio;
            return Err(too_few(
                pack,
                format!("每 {seats} 席至少要有 {people} 名候选人"),
            ));
        }
        let drawn = Attempt {
            id,
            pool: row.body.pool,
            task,
            number: number.clone(),
            attempt,
            rehearsal,
            frozen: signature(ctx)?,
            frame: frame.to_json(),
            frame_digest: frame.digest(),
            scope,
            funnel,
            candidates,
            void_proposed: None,
            state: State::Committing {
                commitments: BTreeMap::new(),
            },
        };
        let sealed = serde_json::to_vec(&annex).map_err(|e| Error::Internal(e.to_string()))?;
        store::document::insert(&mut change, id, keys(&drawn), &drawn).await?;
        store::draws::seal_annex(&mut change, id, &sealed).await?;
        crate::tasks::save(&mut change, &mut row).await?;
        change
            .record(
                Event::new(EventKind::FrameFrozen, subject(&drawn))
                    .fact("task", &row.body.number)
                    .fact("number", &number)
                    .fact("attempt", attempt)
                    .fact("pack", pack.id())
                    .fact("pack_digest", pack.digest())
                    .fact("frame_digest", drawn.frame_digest.to_hex())
                    .fact("scope", scope)
                    .fact("candidates", frame.len()),
            )
            .await?;
        change.commit().await?;
        Ok(id)
    }

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
                row.body.state = state;
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
                let frame = draw::Frame::from_json(row.body.frame.as_bytes())
                    .map_err(|error| Error::Internal(error.to_string()))?;
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

    /// 提请作废, the first of two persons.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without a reason.
    pub async fn propose_void(&self, ctx: &Ctx, id: DrawId, reason: &str) -> Result<()> {
        let (mut change, mut row, _) = self.draw_change(ctx, id, Action::RunDraw).await?;
        let proposal = row.body.propose_void(reason, signature(ctx)?)?;
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

    /// An attempt the actor may see, without names.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn draw(&self, ctx: &Ctx, id: DrawId) -> Result<DrawView> {
        let mut read = self.store.read();
        let row = store::draws::find::<Attempt>(&mut read, id)
            .await?
            .ok_or(Error::NotFound)?;
        let task = store::tasks::find::<Task>(&mut read, row.body.task).await?;
        let task = task.ok_or(Error::NotFound)?.body;
        let target = crate::tasks::target(&task);
        ctx.actor
            .allow(Action::ReadDraws, target)
            .map_err(|_| Error::NotFound)?;
        let attempts = store::draws::of_task::<Attempt>(&mut read, task.id).await?;
        let parties = Party::ALL
            .into_iter()
            .filter(|party| ctx.actor.allow(party.action(), target).is_ok())
            .collect();
        Ok(DrawView {
            requester: self.organisation_name(task.requester).await?,
            attempt: row.body,
            attempts: attempts.into_iter().map(|row| row.body).collect(),
            task,
            parties,
        })
    }

    /// The attempts of a task, in order, for those who may see the task's draws.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn draws_of_task(&self, ctx: &Ctx, task: &Task) -> Result<Vec<Attempt>> {
        ctx.actor
            .allow(Action::ReadDraws, crate::tasks::target(task))
            .map_err(|_| Error::NotFound)?;
        let rows = store::draws::of_task::<Attempt>(&mut self.store.read(), task.id).await?;
        Ok(rows.into_iter().map(|row| row.body).collect())
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

    /// The pack's legal status lets new acts happen, or the officer confirmed the warning.
    pub(crate) fn check_status(
        &self,
        ctx: &Ctx,
        pool: &crate::pools::OpenPool,
        confirmed: bool,
    ) -> Result<()> {
        let standing = pool.standing(ctx.today());
        let (Some(effect), Some(banner)) = (standing.effect(), standing.banner()) else {
            return Ok(());
        };
        let article = pool.pack.identity.force_citation.to_string();
        match effect {
            Consequence::Warn if confirmed => Ok(()),
            Consequence::Warn => Err(Error::Refused(vec![Reason::law(
                "pack.confirm",
                article,
                format!(
                    "《{}》{banner}。如仍按此办法办理，请确认后再提交；确认会留痕。",
                    pool.pack.identity.title
                ),
            )])),
            Consequence::BlockNew | Consequence::BlockAll => {
                Err(Error::Refused(vec![Reason::law(
                    "pack.blocked",
                    article,
                    format!(
                        "《{}》{banner}，不能新办。请登记延期文件或改用现行办法。",
                        pool.pack.identity.title
                    ),
                )]))
            }
        }
    }

    /// Numbered void attempts of a task, as they are printed on its result.
    pub(crate) fn void_attempts(attempts: &[Attempt]) -> impl Iterator<Item = &Attempt> {
        attempts
            .iter()
            .filter(|attempt| matches!(attempt.state, State::Void { .. }))
    }
}

/// DG 第九条(一)后段: not enough for a random draw; the remedies follow in the order of the text.
fn too_few(pack: &domain::policy::pack::Pack, what: String) -> Error {
    use domain::policy::words::Word as _;
    let (article, remedies) = pack.draw.insufficiency.as_ref().map_or_else(
        || (pack.draw.citation.to_string(), String::new()),
        |rule| {
            let names: Vec<_> = rule.remedies.iter().map(|remedy| remedy.zh()).collect();
            (
                rule.citation.to_string(),
                format!("。可按规定依次{}", names.join("、")),
            )
        },
    );
    Error::Refused(vec![Reason::law(
        "draw.too_few",
        article,
        format!("可抽专家数量不足，不能随机抽取：{what}{remedies}，或放宽使用要求。"),
    )])
}

/// Who voids an attempt.
enum By {
    /// Nobody: the share of this party does not match its commitment.
    Protocol(Party),
    /// First and second of two.
    Two(Signature, Signature),
}

fn voided(attempt: &Attempt, reason: String, by: By, ctx: &Ctx) -> Result<State> {
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
            let frame = draw::Frame::from_json(attempt.frame.as_bytes())
                .map_err(|error| Error::Internal(error.to_string()))?;
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

fn void_event(attempt: &Attempt, reason: &str) -> Event {
    let event = Event::new(EventKind::DrawVoided, subject(attempt)).fact("reason", reason);
    match &attempt.state {
        State::Void { digest, .. } => event.fact("digest", digest.to_hex()),
        _ => event,
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

/// The parts of a record a page shows; whoever shows them decides whether it is unsealed.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// Party code and commitment, lower hex.
    pub commitments: Vec<(String, String)>,
    /// The seed, lower hex.
    pub seed: String,
    /// Fingerprint of the record, lower hex.
    pub digest: String,
}

/// Replays a stored record.
///
/// # Errors
/// [`Error::Internal`] when it does not verify: what is stored was written by this program.
pub fn replay(json: &str) -> Result<Replayed> {
    let record = read_record(json)?;
    Ok(Replayed {
        commitments: record
            .commitments()
            .map(|(code, digest)| (code.to_owned(), digest.to_hex()))
            .collect(),
        seed: record.seed().to_hex(),
        digest: record.digest().to_hex(),
    })
}

fn frame_of(attempt: &Attempt) -> Result<draw::Frame> {
    draw::Frame::from_json(attempt.frame.as_bytes())
        .map_err(|error| Error::Internal(error.to_string()))
}

/// How many people the frozen list holds.
///
/// # Errors
/// [`Error::Internal`] when the stored list cannot be read.
pub fn drawable(attempt: &Attempt) -> Result<usize> {
    frame_of(attempt).map(|frame| frame.len())
}

/// The suite of the fingerprints of an attempt.
///
/// # Errors
/// As [`drawable`].
pub fn suite(attempt: &Attempt) -> Result<&'static str> {
    frame_of(attempt).map(|frame| frame.header().suite.name())
}
