//! An attempt as its page shows it, and what its record says.

use domain::actor::{Action, Target};
use domain::draw_process::{Attempt, Party};
use domain::id::DrawId;
use domain::task::Task;

use super::{frame_of, read_record};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
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

impl Service {
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
