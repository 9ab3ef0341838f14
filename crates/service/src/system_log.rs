//! 系统留痕: what the audit administrator reads. Nobody can change or clear it.

use domain::actor::{Action, Target};
use domain::event::EventKind;
use domain::id::AccountId;
use domain::pool::Pool;
use jiff::Timestamp;
use store::LedgerId;
use store::ledger::{EntryFilter, Outcome};

use crate::accounts::AccountBody;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

/// Which entries to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Only this kind of event.
    pub kind: Option<EventKind>,
    /// Only what this account did.
    pub actor: Option<AccountId>,
    /// Only what was done to this account.
    pub about: Option<AccountId>,
    /// Only below this number: the last one of the page before.
    pub before: Option<u64>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LogLine {
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
    /// The account that acted; `system` for the program, the command line and unknown visitors.
    pub actor: String,
    /// From where.
    pub source: String,
    /// To which account, pool or setting.
    pub about: String,
    /// Facts of the event.
    pub facts: Vec<(String, String)>,
    /// Was it done, or refused?
    pub done: bool,
}

/// Entries of a page.
const PAGE: u32 = 50;

impl Service {
    /// One page of the system's ledger, newest first, and the number to go on before.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn system_log(
        &self,
        ctx: &Ctx,
        filter: &LogFilter,
    ) -> Result<(Vec<LogLine>, Option<u64>)> {
        ctx.actor.allow(Action::ReadSystemLog, Target::SYSTEM)?;
        let mut db = self.store.read();
        let wanted = EntryFilter {
            ledger: Some(LedgerId::System),
            object: filter
                .about
                .map(|id| ("account".to_owned(), id.to_string())),
            actor: filter.actor.map(|id| id.to_string()),
            action: filter.kind.map(|kind| kind.code().to_owned()),
            before: filter.before,
        };
        let entries = store::ledger::list(&mut db, &wanted, PAGE + 1).await?;
        let shown = &entries[..entries.len().min(PAGE as usize)];
        let next = (entries.len() > shown.len())
            .then(|| shown.last().map(|entry| entry.seq))
            .flatten();
        let pools = store::pools::all::<Pool>(&mut db).await?;
        let pool_name = |id: &str| {
            pools
                .iter()
                .find(|row| row.id.to_string() == id)
                .map(|row| row.keys.name.clone())
        };
        let mut lines = Vec::with_capacity(shown.len());
        for entry in shown {
            let body =
                store::ledger::body(&self.store, &mut db, LedgerId::System, entry.seq).await?;
            let body: serde_json::Value = body
                .and_then(|body| serde_json::from_slice(&body.json).ok())
                .unwrap_or_default();
            let text = |name: &str| {
                body.get(name)
                    .and_then(|value| value.as_str())
                    .unwrap_or_default()
                    .to_owned()
            };
            let facts = body.get("facts").and_then(|facts| facts.as_object());
            let about = match (
                entry.object.kind.as_str(),
                entry.object.id.parse::<AccountId>(),
            ) {
                ("account", Ok(id)) => store::accounts::find::<AccountBody>(&mut db, id)
                    .await?
                    .map_or_else(String::new, |row| {
                        format!("{}（{}）", row.keys.name, row.keys.login)
                    }),
                ("pool", _) => {
                    pool_name(&entry.object.id).unwrap_or_else(|| entry.object.id.clone())
                }
                _ => entry.object.id.clone(),
            };
            lines.push(LogLine {
                seq: entry.seq,
                at: Timestamp::from_millisecond(entry.at).unwrap_or(Timestamp::UNIX_EPOCH),
                words: EventKind::from_code(&entry.action)
                    .map_or_else(|| entry.action.clone(), |kind| kind.zh().to_owned()),
                kind: entry.action.clone(),
                by: text("by"),
                actor: entry.actor.id.clone(),
                source: text("source"),
                about,
                facts: facts
                    .into_iter()
                    .flatten()
                    .map(|(name, value)| {
                        let value = value.as_str().unwrap_or_default();
                        (
                            name.clone(),
                            pool_name(value).unwrap_or_else(|| value.to_owned()),
                        )
                    })
                    .collect(),
                done: entry.outcome == Outcome::Done,
            });
        }
        Ok((lines, next))
    }
}
