//! 留痕: what the ledger says happened to an expert, newest first, without what is sealed.

use domain::actor::Action;
use domain::event::EventKind;
use domain::id::ExpertId;
use jiff::Timestamp;
use serde::Serialize;
use store::LedgerId;
use store::ledger::{self, EntryFilter};

use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

/// Most entries one page shows.
const MOST: u32 = 100;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// Number in the pool's ledger.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What, in words.
    pub what: String,
    /// Facts anyone in scope may read, in words.
    pub facts: String,
    /// By whom.
    pub by: String,
}

impl Service {
    /// What happened to an expert, newest first.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn expert_history(
        &self,
        ctx: &Ctx,
        no: i64,
        id: ExpertId,
    ) -> Result<Vec<HistoryLine>> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let mut db = self.store.read();
        self.member(&mut db, &pool, id).await?;
        let ledger = LedgerId::Pool(pool.id());
        let filter = EntryFilter {
            ledger: Some(ledger),
            object: Some(("expert".to_owned(), id.to_string())),
            ..EntryFilter::default()
        };
        let mut lines = Vec::new();
        for entry in ledger::list(&mut db, &filter, MOST).await? {
            let body = ledger::body(&self.store, &mut db, ledger, entry.seq).await?;
            let content: serde_json::Value = body
                .and_then(|body| serde_json::from_slice(&body.json).ok())
                .unwrap_or_default();
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let facts: Vec<String> = content
                .get("facts")
                .and_then(|facts| facts.as_object())
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| {
                    domain::event_words::fact_words(name, value.as_str().unwrap_or_default())
                })
                .collect();
            let by = content.get("by").map(text).unwrap_or_default();
            lines.push(HistoryLine {
                number: entry.seq,
                at: Timestamp::from_millisecond(entry.at).unwrap_or(Timestamp::UNIX_EPOCH),
                what: EventKind::from_code(&entry.action)
                    .map_or_else(|| entry.action.clone(), |kind| kind.zh().to_owned()),
                facts: facts.join("，"),
                by,
            });
        }
        Ok(lines)
    }
}
