//! What lists and requests see of every pool's experts, kept in memory and brought up to date before
//! each answer: a list or a funnel over a million people is a walk over a few dozen megabytes.
//!
//! The stored truth stays in the database. A roster remembers how far its pool's ledger had come
//! when it was read; rows changed since are read again, whichever server changed them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::PoolId;
use domain::roster::Roster;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use crate::error::{Error, Result};
use crate::service::Service;

/// The rosters of all pools asked about so far.
#[derive(Default)]
pub(crate) struct Rosters {
    pools: Mutex<HashMap<PoolId, Arc<RwLock<Kept>>>>,
}

/// One pool's roster.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) roster: Roster,
    /// Where the pool's ledger stood; nothing was read yet without it.
    position: Option<i64>,
}

impl Rosters {
    fn of(&self, pool: PoolId) -> Arc<RwLock<Kept>> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pools.entry(pool).or_default())
    }
}

impl Service {
    /// The roster of a pool as it is now.
    pub(crate) async fn roster(&self, pool: PoolId) -> Result<OwnedRwLockReadGuard<Kept>> {
        let kept = self.rosters.of(pool);
        let mut db = self.store.read();
        let guard = Arc::clone(&kept).read_owned().await;
        if let Some(since) = guard.position {
            let now = store::experts::position(&mut db, pool).await?;
            if now == since
                && store::experts::cards_since(&mut db, pool, since)
                    .await?
                    .is_empty()
            {
                return Ok(guard);
            }
        }
        drop(guard);
        // Whoever holds this sees every commit that came before, so rosters only move forward.
        let mut guard = kept.write_owned().await;
        let now = store::experts::position(&mut db, pool).await?;
        let bad = |error: domain::roster::BadCard| Error::Internal(error.to_string());
        match guard.position {
            Some(since) => {
                let changed = store::experts::cards_since(&mut db, pool, since).await?;
                guard.roster.entering().enter(changed).map_err(bad)?;
            }
            None => {
                let mut roster = Roster::default();
                let mut wrong = None;
                let mut entering = roster.entering();
                store::experts::cards(&mut db, pool, &mut |entries| {
                    if let Err(error) = entering.enter(entries) {
                        wrong.get_or_insert(error);
                    }
                    Ok(())
                })
                .await?;
                drop(entering);
                if let Some(error) = wrong {
                    return Err(bad(error));
                }
                guard.roster = roster;
            }
        }
        guard.position = Some(now);
        Ok(guard.downgrade())
    }

    /// Reads the rosters of all pools ahead of the first question.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn warm_up(&self) -> Result<()> {
        let pools = store::pools::all::<domain::pool::Pool>(&mut self.store.read()).await?;
        for pool in pools {
            drop(self.roster(pool.id).await?);
        }
        Ok(())
    }
}
