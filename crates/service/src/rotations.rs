//! The uses of each expert, from which the rest rule's state follows (DG 第九条(一); A-DG-1).
//!
//! What a sealed draw did is not written where a reader of the database could see it: such uses
//! are taken from the sealed annexes when a later frame is made, and entered here at unsealing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::draw_process::{Annex, Attempt, State};
use domain::id::{DrawId, ExpertId, PoolId};
use domain::rotation::{Rotation, RotationRule, Use};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::document::Stored;
use store::rotations::RotationKeys;

use crate::change::Change;
use crate::draws::read_record;
use crate::error::Result;
use crate::service::Service;

/// Uses kept of one expert; older ones cannot matter any more.
const KEPT: usize = 12;

/// One use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseEntry {
    /// The attempt.
    pub draw: DrawId,
    /// When it was drawn: uses are one after the other in this order.
    pub at: Timestamp,
    /// What it meant for the expert.
    pub used: Use,
}

/// The latest uses of one expert, in the order they were drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseLog {
    /// Where the rule stood before the first entry.
    pub base: Rotation,
    /// The uses.
    pub uses: Vec<UseEntry>,
}

impl UseLog {
    /// Enters a use, or corrects the one of the same attempt.
    pub fn enter(&mut self, entry: UseEntry) {
        self.remove(entry.draw);
        self.uses.push(entry);
        self.uses.sort_by_key(|entry| (entry.at, entry.draw));
    }

    /// A void attempt never happened.
    pub fn remove(&mut self, draw: DrawId) {
        self.uses.retain(|entry| entry.draw != draw);
    }

    /// Corrects what an attempt meant.
    pub fn correct(&mut self, draw: DrawId, used: Use) {
        for entry in self.uses.iter_mut().filter(|entry| entry.draw == draw) {
            entry.used = used;
        }
    }

    /// Folds what can no longer be corrected into the base.
    pub fn settle(&mut self, rule: RotationRule) {
        while self.uses.len() > KEPT {
            self.base = self.base.after(self.uses.remove(0).used, rule);
        }
    }

    /// Where the rule stands.
    pub fn state(&self, rule: RotationRule) -> Rotation {
        self.uses
            .iter()
            .fold(self.base, |state, entry| state.after(entry.used, rule))
    }
}

/// What a draw meant for everybody who was a valid candidate for it.
pub(crate) fn uses(
    attempt: &Attempt,
    annex: &Annex,
    record: &draw::Record,
    drawn: Timestamp,
) -> Vec<(ExpertId, UseEntry)> {
    let called = called(record);
    annex
        .entries
        .iter()
        .filter_map(|entry| {
            let place = &entry.place;
            let hit = called
                .iter()
                .find(|(reference, _)| *reference == entry.reference);
            let used = match (
                place.only_resting,
                place.is_candidate(),
                hit,
                place.rest_waived,
            ) {
                (true, ..) => Use::Rested,
                (_, false, ..) => return None,
                (_, _, Some((_, true)), _) => Use::Recused,
                (_, _, Some(_), false) => Use::Drawn,
                (_, _, Some(_), true) => Use::WaivedDrawn,
                (_, _, None, false) => Use::NotDrawn,
                (_, _, None, true) => Use::WaivedNotDrawn,
            };
            Some((
                place.expert,
                UseEntry {
                    draw: attempt.id,
                    at: drawn,
                    used,
                },
            ))
        })
        .collect()
}

/// Everybody ever called in a record, and whether they were recused.
fn called(record: &draw::Record) -> Vec<(draw::Ref, bool)> {
    let mut called: Vec<(draw::Ref, bool)> = record
        .outcome()
        .panel
        .iter()
        .map(|seat| (seat.reference, false))
        .collect();
    for event in record.events() {
        if let draw::Event::Left {
            kind,
            reference,
            replacement,
            ..
        } = event
        {
            let recused = matches!(kind, draw::EventKind::Recused | draw::EventKind::Stopped);
            for (known, flag) in &mut called {
                *flag |= recused && known == reference;
            }
            called.extend(replacement.map(|reference| (reference, false)));
        }
    }
    called
}

impl Service {
    /// Enters what a draw meant for everybody who could have been drawn. A miss of somebody with
    /// nothing on record changes nothing and is not written.
    pub(crate) async fn enter_uses(
        &self,
        change: &mut Change<'_>,
        attempt: &Attempt,
    ) -> Result<()> {
        let State::Unsealed { record, drawn, .. } = &attempt.state else {
            return Ok(());
        };
        let annex = self.annex(attempt.id).await?;
        let entries = uses(attempt, &annex, &read_record(record)?, *drawn);
        for (expert, entry) in entries {
            self.enter_use(change, attempt.pool, expert, entry).await?;
        }
        Ok(())
    }

    /// Enters or corrects one use.
    pub(crate) async fn enter_use(
        &self,
        change: &mut Change<'_>,
        pool: PoolId,
        expert: ExpertId,
        entry: UseEntry,
    ) -> Result<()> {
        let Some(rest) = self.any_pool(pool).await?.pack.draw.rest.clone() else {
            return Ok(());
        };
        let mut row = match store::rotations::find::<UseLog>(&mut **change, expert).await? {
            Some(row) => row,
            None if entry.used == Use::NotDrawn => return Ok(()),
            None => Stored {
                id: expert,
                version: 0,
                keys: RotationKeys {
                    pool,
                    drawn_count: 0,
                    last_drawn: None,
                },
                body: UseLog::default(),
            },
        };
        row.body.enter(entry);
        row.body.settle(rest.rule());
        self.save_uses(change, &mut row).await
    }

    /// Takes a void attempt out of every log.
    pub(crate) async fn forget_uses(
        &self,
        change: &mut Change<'_>,
        attempt: &Attempt,
    ) -> Result<()> {
        let annex = self.annex(attempt.id).await?;
        for entry in annex
            .entries
            .iter()
            .filter(|e| e.place.is_candidate() || e.place.only_resting)
        {
            let found = store::rotations::find::<UseLog>(&mut **change, entry.place.expert).await?;
            if let Some(mut row) = found {
                row.body.remove(attempt.id);
                self.save_uses(change, &mut row).await?;
            }
        }
        Ok(())
    }

    async fn save_uses(
        &self,
        change: &mut Change<'_>,
        row: &mut store::rotations::Rotation<UseLog>,
    ) -> Result<()> {
        let hits = row
            .body
            .uses
            .iter()
            .filter(|e| matches!(e.used, Use::Drawn | Use::WaivedDrawn));
        row.keys.last_drawn = hits
            .clone()
            .map(|e| e.at.to_zoned(crate::ctx::shanghai()).date())
            .max();
        row.keys.drawn_count = i64::try_from(hits.count()).unwrap_or(i64::MAX);
        store::rotations::save(change, row).await?;
        Ok(())
    }

    /// Uses of draws whose result is still sealed, draw by draw.
    ///
    /// A record is verified when it is first met. Its row cannot change without its version, and
    /// what was verified is what is used: a row rewritten behind the program's back is not read.
    pub(crate) async fn sealed_uses(&self, pool: PoolId) -> Result<Vec<Arc<[DrawnUse]>>> {
        let sealed = store::draws::versions(&mut self.store.read(), pool, "sealed").await?;
        let mut all = Vec::with_capacity(sealed.len());
        for (id, version) in &sealed {
            let uses = match self.verified_uses.known(*id, *version) {
                Some(uses) => uses,
                None => {
                    let Some(uses) = self.verify_uses(*id).await? else {
                        continue;
                    };
                    self.verified_uses.remember(pool, *id, *version, &uses);
                    uses
                }
            };
            all.push(uses);
        }
        self.verified_uses.keep(pool, &sealed);
        Ok(all)
    }

    /// What one sealed draw did; `None` once it is no longer sealed.
    async fn verify_uses(&self, id: DrawId) -> Result<Option<Arc<[DrawnUse]>>> {
        let row = store::draws::find::<Attempt>(&mut self.store.read(), id).await?;
        let Some(row) = row else { return Ok(None) };
        let State::Sealed { record, at, .. } = &row.body.state else {
            return Ok(None);
        };
        let annex = self.annex(id).await?;
        Ok(Some(
            uses(&row.body, &annex, &read_record(record)?, *at).into(),
        ))
    }
}

/// What a draw meant for one expert.
pub(crate) type DrawnUse = (ExpertId, UseEntry);

/// The uses of sealed draws whose records were verified by this process.
#[derive(Default)]
pub(crate) struct VerifiedUses {
    draws: Mutex<HashMap<DrawId, Verified>>,
}

struct Verified {
    pool: PoolId,
    version: i64,
    uses: Arc<[DrawnUse]>,
}

/// Uses remembered at once, of all draws together: some forty megabytes. Beyond that a draw is
/// verified each time.
const MOST_REMEMBERED: usize = 1_000_000;

impl VerifiedUses {
    fn draws(&self) -> MutexGuard<'_, HashMap<DrawId, Verified>> {
        self.draws.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, id: DrawId, version: i64) -> Option<Arc<[DrawnUse]>> {
        self.draws()
            .get(&id)
            .filter(|verified| verified.version == version)
            .map(|verified| Arc::clone(&verified.uses))
    }

    fn remember(&self, pool: PoolId, id: DrawId, version: i64, uses: &Arc<[DrawnUse]>) {
        let mut draws = self.draws();
        let held: usize = draws.values().map(|verified| verified.uses.len()).sum();
        if held + uses.len() <= MOST_REMEMBERED {
            let uses = Arc::clone(uses);
            draws.insert(
                id,
                Verified {
                    pool,
                    version,
                    uses,
                },
            );
        }
    }

    /// Forgets the draws of a pool that are sealed no more.
    fn keep(&self, pool: PoolId, sealed: &[(DrawId, i64)]) {
        let sealed: HashMap<DrawId, i64> = sealed.iter().copied().collect();
        self.draws().retain(|id, verified| {
            verified.pool != pool || sealed.get(id) == Some(&verified.version)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const DG: RotationRule = RotationRule { streak: 2, rest: 1 };

    fn entry(n: u128, used: Use) -> UseEntry {
        let at = Timestamp::from_second(i64::try_from(n).expect("small")).expect("in range");
        UseEntry {
            draw: DrawId(Uuid::from_u128(n)),
            at,
            used,
        }
    }

    /// Covers: DG-9-1-c.
    #[test]
    fn uses_count_in_the_order_drawn_and_void_ones_not_at_all() {
        let mut log = UseLog::default();
        log.enter(entry(2, Use::Drawn));
        log.enter(entry(1, Use::Drawn));
        assert!(log.state(DG).rests());
        log.remove(DrawId(Uuid::from_u128(1)));
        assert!(!log.state(DG).rests(), "a void attempt is rolled back");
        log.enter(entry(3, Use::Drawn));
        assert!(log.state(DG).rests());
        log.correct(DrawId(Uuid::from_u128(3)), Use::Recused);
        assert!(!log.state(DG).rests(), "a recusal is neutral");
    }

    #[test]
    fn settling_changes_nothing_that_counts() {
        let mut log = UseLog::default();
        for n in 0..40 {
            log.enter(entry(n, if n % 3 == 2 { Use::Rested } else { Use::Drawn }));
        }
        let before = log.state(DG);
        log.settle(DG);
        assert_eq!(log.uses.len(), KEPT);
        assert_eq!(log.state(DG), before);
    }
}
