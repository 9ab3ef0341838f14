//! Requests with a key of their own: a repetition gets the first answer and does nothing again.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};
use store::answers;

pub use store::answers::Known;

use crate::error::{Error, Result};
use crate::service::Service;
use crate::sessions::SignedIn;

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers that belong to the body.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// This request: it may go on, and is answered with [`Service::keep_answer`] or
    /// [`Service::release_key`].
    Now,
    /// This very request, answered before.
    Before(Answer),
    /// This very request, not answered yet: under way, or cut off.
    Unanswered,
    /// Another request.
    Other,
}

impl Service {
    /// Takes a key for a request; `request` is everything that makes it this request.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_key(
        &self,
        session: &SignedIn,
        key: &str,
        request: &[&[u8]],
    ) -> Result<Taken> {
        let mut digest = Sm3::new();
        for part in request {
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        }
        let request = hex::encode(digest.finalize());
        let mut lost = 0;
        let known = loop {
            let mut tx = self.store.upkeep().await?;
            let now = session.ctx.now;
            match answers::take(&mut tx, session.account, key, &request, now).await {
                Ok(known) => {
                    tx.commit().await?;
                    break known;
                }
                // The same key was taken at the same moment.
                Err(store::Error::Duplicate | store::Error::Conflict) if lost < 20 => lost += 1,
                Err(error) => return Err(error.into()),
            }
        };
        Ok(match known {
            Known::New => Taken::Now,
            Known::Unanswered => Taken::Unanswered,
            Known::Other => Taken::Other,
            Known::Answered(bytes) => Taken::Before(
                serde_json::from_slice(&bytes)
                    .map_err(|error| Error::Internal(error.to_string()))?,
            ),
        })
    }

    /// Keeps the answer to the request that took the key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_answer(&self, session: &SignedIn, key: &str, answer: &Answer) -> Result<()> {
        let bytes =
            serde_json::to_vec(answer).map_err(|error| Error::Internal(error.to_string()))?;
        let mut tx = self.store.upkeep().await?;
        answers::keep(&mut tx, session.account, key, &bytes).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives the key back: the request was not understood or not admitted, and nothing was done.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release_key(&self, session: &SignedIn, key: &str) -> Result<()> {
        let mut tx = self.store.upkeep().await?;
        answers::release(&mut tx, session.account, key).await?;
        tx.commit().await?;
        Ok(())
    }
}
