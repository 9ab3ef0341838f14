//! Whoever writes to an office without a log-in: name and contact are sealed, shown masked, and opened for a
//! stated purpose; number and code of the receipt lead back to what was written.

use domain::actor::Action;
use domain::contact::Mobile;
use domain::event::{Event, EventKind, Subject};
use domain::id::RecordId;
use serde::de::DeserializeOwned;
use store::records::RecordFilter;
use store::sealed::Column;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::need_purpose;
use crate::pools::OpenPool;
use crate::service::Service;

/// Name and contact, as far as a page shows them unasked; what was left empty stays empty.
pub(crate) fn masked((name, contact): &(String, String)) -> (String, String) {
    let hidden = |text: &str, shown: usize, rest: &str| match text.is_empty() {
        true => String::new(),
        false => text.chars().take(shown).chain(rest.chars()).collect(),
    };
    let contact = Mobile::parse(contact)
        .map_or_else(|_| hidden(contact, 2, "****"), |number| number.masked());
    (hidden(name, 1, "＊＊"), contact)
}

/// Writes down for what purpose a writer was read, and closes the door.
pub(crate) async fn writer_read(
    mut change: Change<'_>,
    written: Subject,
    purpose: &str,
    fields: &str,
) -> Result<()> {
    let read = Event::new(EventKind::PlainValueRead, written)
        .fact("purpose", need_purpose(purpose)?)
        .fact("fields", fields);
    change.record(read).await?;
    change.commit().await?;
    Ok(())
}

impl Service {
    /// Name and contact, sealed for their record; none where neither was given.
    pub(crate) fn seal_writer(
        &self,
        column: &Column,
        id: RecordId,
        writer: Option<&(String, String)>,
    ) -> Result<Option<String>> {
        let Some(writer) = writer else {
            return Ok(None);
        };
        let text =
            serde_json::to_string(writer).map_err(|error| Error::Internal(error.to_string()))?;
        self.seal_for(column, id, &text).map(Some)
    }

    /// Name and contact, as they were left.
    pub(crate) fn open_writer(
        &self,
        column: &Column,
        id: RecordId,
        sealed: Option<&str>,
    ) -> Result<Option<(String, String)>> {
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let text = self.open_for(column, id, sealed)?;
        serde_json::from_str(text.reveal())
            .map(Some)
            .map_err(|error| Error::Internal(error.to_string()))
    }

    /// Opens the door for reading who wrote something that is itself read by this action.
    pub(crate) async fn writer_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        reads: Action,
    ) -> Result<(Change<'c>, OpenPool)> {
        let pool = self.open_pool(ctx, no, Action::RevealIdentity).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::RevealIdentity, pool.target())?;
        change.authorize(reads, pool.target())?;
        Ok((change, pool))
    }

    /// What was written under this number, for whoever has the code of its receipt. Which of them is wrong
    /// is not told.
    pub(crate) async fn by_receipt<B: DeserializeOwned>(
        &self,
        kind: &str,
        number: &str,
        code: &str,
        code_of: fn(&B) -> &str,
    ) -> Result<B> {
        let filter = RecordFilter {
            kinds: vec![kind.to_owned()],
            number: Some(domain::text::compact(number).to_uppercase()),
            ..RecordFilter::default()
        };
        let rows = store::records::all::<B>(&mut self.store.read(), &filter).await?;
        let given = self.code_hash(kind, code);
        let mut written = rows.into_iter().map(|row| row.body);
        written
            .find(|one| code_of(one) == given)
            .ok_or(Error::NotFound)
    }

    /// Keyed hash of the code on the receipt of something of this kind, hex; how the code was typed does
    /// not matter.
    pub(crate) fn code_hash(&self, kind: &str, code: &str) -> String {
        let plain: String = code
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let seals = self.store.seals();
        hex::encode(seals.keyed_hash(&[kind, "code"], plain.as_bytes()))
    }
}
