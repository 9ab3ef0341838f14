//! 留痕: what supervisors and approvers read of a pool's ledger, and the bundle anybody can check
//! without this program's database.

use domain::actor::{Action, Target};
use domain::event::EventKind;
use domain::id::PoolId;
use jiff::Timestamp;
use jiff::civil::Date;
use store::LedgerId;
use store::ledger::{EntryFilter, Outcome};

use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

/// Which entries to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Only this kind of event.
    pub kind: Option<EventKind>,
    /// Only about this object: kind, id.
    pub object: Option<(String, String)>,
    /// Only up to this day.
    pub until: Option<Date>,
    /// Only below this number: the last one of the page before.
    pub before: Option<u64>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LedgerLine {
    /// Its number, from 0.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What, as a stable code.
    pub kind: String,
    /// What, in words.
    pub words: String,
    /// Who, by the name at that time.
    pub by: String,
    /// The role that allowed it, as its word; empty for scheduled work and experts.
    pub role: String,
    /// What it is about: kind and id.
    pub object: (String, String),
    /// Facts of the event; never personal data.
    pub facts: Vec<(String, String)>,
    /// Was it done, or refused?
    pub done: bool,
}

/// A page of a ledger.
#[derive(Debug, Clone)]
pub struct LedgerPage {
    /// Entries, newest first.
    pub lines: Vec<LedgerLine>,
    /// Go on below this number.
    pub next: Option<u64>,
    /// 核验码 of the newest signature; with it anybody sees that nothing before was changed.
    pub code: Option<String>,
}

/// One signature over everything up to an entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckpointLine {
    /// How many entries it covers.
    pub size: u64,
    /// When the last of them was made.
    pub at: Timestamp,
    /// 核验码
    pub code: String,
    /// The signed text with its signature.
    pub note: String,
}

/// Checkpoints that are shown.
const CHECKPOINTS: u32 = 50;
/// Entries of a page.
const PAGE: u32 = 50;

impl Service {
    /// One page of a pool's ledger.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn pool_ledger(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        filter: &LedgerFilter,
    ) -> Result<LedgerPage> {
        ctx.actor.allow(Action::ReadLedger, Target::pool(pool))?;
        let ledger = LedgerId::Pool(pool);
        let mut db = self.store.read();
        let last = filter.until.and_then(|day| {
            Some(
                day.tomorrow()
                    .ok()?
                    .to_zoned(crate::ctx::shanghai())
                    .ok()?
                    .timestamp(),
            )
        });
        let mut before = filter.before;
        let mut entries = Vec::new();
        // Numbers grow with time, so pages above the day are passed over until it is reached.
        loop {
            let wanted = EntryFilter {
                ledger: Some(ledger),
                object: filter.object.clone(),
                actor: None,
                action: filter.kind.map(|kind| kind.code().to_owned()),
                before,
            };
            let found = store::ledger::list(&mut db, &wanted, PAGE + 1).await?;
            let (full, lowest) = (
                found.len() > PAGE as usize,
                found.last().map(|entry| entry.seq),
            );
            let late = |at: i64| last.is_some_and(|last| at >= last.as_millisecond());
            entries.extend(found.into_iter().filter(|entry| !late(entry.at)));
            if !full || !entries.is_empty() {
                break;
            }
            before = lowest;
        }
        let shown = &entries[..entries.len().min(PAGE as usize)];
        let next = (entries.len() > shown.len())
            .then(|| shown.last().map(|entry| entry.seq))
            .flatten();
        let mut lines = Vec::with_capacity(shown.len());
        for entry in shown {
            let body = store::ledger::body(&self.store, &mut db, ledger, entry.seq).await?;
            let body: serde_json::Value = body
                .and_then(|body| serde_json::from_slice(&body.json).ok())
                .unwrap_or_default();
            let facts = body.get("facts").and_then(|facts| facts.as_object());
            let kind = EventKind::from_code(&entry.action);
            let role = domain::actor::Role::from_code(&entry.actor.role);
            lines.push(LedgerLine {
                seq: entry.seq,
                at: Timestamp::from_millisecond(entry.at).unwrap_or(Timestamp::UNIX_EPOCH),
                words: kind.map_or_else(|| entry.action.clone(), |kind| kind.zh().to_owned()),
                kind: entry.action.clone(),
                by: body
                    .get("by")
                    .and_then(|by| by.as_str())
                    .unwrap_or_default()
                    .to_owned(),
                role: role.map_or_else(String::new, |role| role.zh().to_owned()),
                object: (entry.object.kind.clone(), entry.object.id.clone()),
                facts: facts
                    .into_iter()
                    .flatten()
                    .map(|(name, value)| {
                        (name.clone(), value.as_str().unwrap_or_default().to_owned())
                    })
                    .collect(),
                done: entry.outcome == Outcome::Done,
            });
        }
        let checkpoint = store::ledger::latest_checkpoint(&mut db, ledger).await?;
        let code = checkpoint.map(|signed| signed.checkpoint.code().to_string());
        Ok(LedgerPage { lines, next, code })
    }

    /// The newest signed checkpoints of a pool's ledger, newest first.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn ledger_checkpoints(&self, ctx: &Ctx, pool: PoolId) -> Result<Vec<CheckpointLine>> {
        ctx.actor.allow(Action::ReadLedger, Target::pool(pool))?;
        let mut db = self.store.read();
        let found = store::ledger::checkpoints(&mut db, LedgerId::Pool(pool), CHECKPOINTS).await?;
        let line = |signed: store::ledger::SignedCheckpoint| CheckpointLine {
            size: signed.checkpoint.size,
            at: Timestamp::from_millisecond(signed.checkpoint.at).unwrap_or(Timestamp::UNIX_EPOCH),
            code: signed.checkpoint.code().to_string(),
            note: signed.note,
        };
        Ok(found.into_iter().map(line).collect())
    }

    /// The whole ledger of a pool as a bundle for `linxuan verify`. Bodies of draws are shown, they
    /// hold no personal data of experts; all others stay commitments.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn ledger_bundle(&self, ctx: &Ctx, pool: PoolId) -> Result<Vec<u8>> {
        ctx.actor.allow(Action::ReadLedger, Target::pool(pool))?;
        let mut bundle = Vec::new();
        let mut shown = |action: &str, _: u64| action.starts_with("draw.");
        let ledger = LedgerId::Pool(pool);
        store::ledger::write_bundle(&self.store, ledger, 100, &mut shown, &mut bundle).await?;
        Ok(bundle)
    }
}
