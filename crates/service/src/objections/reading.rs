//! Objections as the office reads them, and as whoever filed one finds out what became of it.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::{FileId, PoolId, RecordId};
use domain::objection::{Objection, Taken};
use domain::policy::pack::Act;
use jiff::civil::Date;
use store::attachments;
use store::document::{Direction, Page, PageRequest};

use super::{FACT, KIND, Kept, OBJECTOR, Row, find};
use crate::attachments::{Body, Media};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::exports::MadeFile;
use crate::postings::{self, acts};
use crate::records;
use crate::service::Service;
use crate::writers::{masked, writer_read};

/// Most that are looked at for an inbox.
const QUEUE: u32 = 200;

/// A file that came with an objection.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StatedFile {
    /// Identifier.
    pub id: FileId,
    /// Name as uploaded.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// One objection with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ObjectionView {
    /// The objection.
    pub objection: Objection,
    /// What is said.
    pub fact: String,
    /// Who says it, masked: name and contact; none for an anonymous one.
    pub objector: Option<(String, String)>,
    /// Files.
    pub files: Vec<StatedFile>,
    /// Last day of the list.
    pub last_day: Option<Date>,
    /// May the actor investigate and decide?
    pub may_decide: bool,
    /// May the actor read who filed it?
    pub may_reveal: bool,
}

/// Who filed one, plain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Objector {
    /// 姓名
    pub name: String,
    /// 联系方式
    pub contact: String,
}

/// What became of an objection, for whoever filed it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    /// 回执编号
    pub number: String,
    /// Number of the list.
    pub posting: String,
    /// As what it was taken.
    pub taken: Taken,
    /// When it came in.
    pub received: jiff::civil::DateTime,
    /// The word for where it stands.
    pub status: &'static str,
    /// The same in a sentence, with the conclusion and its reason.
    pub answer: String,
}

impl Service {
    /// The objections of a pool with any of these status codes, newest first; all when there are none.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn objections(
        &self,
        ctx: &Ctx,
        no: i64,
        statuses: &[&str],
        page: &PageRequest,
    ) -> Result<Page<Objection>> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let filter = records::of_kind(pool.id(), KIND, statuses);
        let mut read = self.store.read();
        let found =
            store::records::page::<Kept>(&mut read, &filter, Direction::Descending, page).await?;
        let items = found.items.into_iter().map(|row| row.body.objection);
        Ok(Page {
            items: items.collect(),
            next: found.next,
        })
    }

    fn objector_of(&self, row: &Row) -> Result<Option<(String, String)>> {
        self.open_writer(&OBJECTOR, row.id, row.body.objector.as_deref())
    }

    /// One objection.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn objection(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<ObjectionView> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let mut read = self.store.read();
        let row = find(&mut read, pool.id(), id).await?;
        let fact = self.open_for(&FACT, id, &row.body.fact)?;
        let objector = self.objector_of(&row)?;
        let posting = postings::find(&mut read, pool.id(), row.body.objection.posting).await?;
        let files = attachments::of::<Body>(&mut read, KIND, &id.to_string()).await?;
        let decides = ctx.actor.allow(Action::DecideObjections, pool.target());
        Ok(ObjectionView {
            fact: fact.reveal().to_owned(),
            may_reveal: objector.is_some()
                && ctx
                    .actor
                    .allow(Action::RevealIdentity, pool.target())
                    .is_ok(),
            objector: objector.as_ref().map(masked),
            files: files
                .into_iter()
                .map(|file| StatedFile {
                    id: file.id,
                    name: file.keys.name,
                    size: u64::try_from(file.keys.size).unwrap_or_default(),
                })
                .collect(),
            last_day: posting.body.state.posted().map(|posted| posted.last_day),
            may_decide: !row.body.objection.state.is_over()
                && decides.is_ok_and(|role| acts(&pool, Act::DecideObjection, role)),
            objection: row.body.objection,
        })
    }

    /// Who filed it, for a stated purpose; the reading is recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for an anonymous one; [`Error::Forbidden`]; [`Error::Invalid`] without a
    /// purpose.
    pub async fn reveal_objector(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        purpose: &str,
    ) -> Result<Objector> {
        let (mut change, pool) = self.writer_change(ctx, no, Action::ReadPostings).await?;
        let row = find(&mut *change, pool.id(), id).await?;
        let (name, contact) = self.objector_of(&row)?.ok_or(Error::NotFound)?;
        let filed = Subject::new(KIND, id);
        writer_read(change, filed, purpose, "异议人姓名、联系方式").await?;
        Ok(Objector { name, contact })
    }

    /// A file that came with one; opening it is recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn open_objection_file(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: FileId,
    ) -> Result<MadeFile> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::ReadPostings, pool.target())?;
        let row = find(&mut *change, pool.id(), id).await?;
        let file = attachments::find::<Body>(&mut *change, file)
            .await?
            .filter(|file| file.keys.owner_kind == KIND && file.keys.owner_id == row.id.to_string())
            .ok_or(Error::NotFound)?;
        let bytes = self.open_sealed(file.id, &file.keys.digest).await?;
        let read = Event::new(EventKind::PlainValueRead, Subject::new(KIND, id))
            .fact("purpose", "核查异议")
            .fact("fields", "异议附件")
            .fact("file", file.id);
        change.record(read).await?;
        change.commit().await?;
        Ok(MadeFile {
            name: file.keys.name,
            media_type: Media::of_type(&file.keys.media_type),
            bytes,
            count: 1,
        })
    }

    /// What became of an objection, by the number and the code on the receipt.
    ///
    /// # Errors
    /// [`Error::NotFound`] when number and code do not belong together; which of them is wrong is not
    /// told.
    pub async fn objection_answer(&self, number: &str, code: &str) -> Result<Answer> {
        let kept = self
            .by_receipt(KIND, number, code, |kept: &Kept| &kept.code)
            .await?;
        let one = kept.objection;
        Ok(Answer {
            posting: one.posting_number.clone(),
            taken: one.taken,
            received: one.received,
            status: one.state.zh(),
            answer: one.answer(),
            number: one.number,
        })
    }

    /// Open objections and tip-offs, for the inbox of whoever decides, with the last day of their list.
    pub(crate) async fn objections_open(
        &self,
        ctx: &Ctx,
        pool: PoolId,
    ) -> Result<Vec<(Objection, Option<Date>)>> {
        let open = self.any_pool(pool).await?;
        let role = ctx.actor.allow(Action::DecideObjections, open.target());
        if !role.is_ok_and(|role| acts(&open, Act::DecideObjection, role)) {
            return Ok(Vec::new());
        }
        let filter = records::of_kind(
            pool,
            KIND,
            &[
                "received",
                "investigated",
                "tip_off.received",
                "tip_off.investigated",
            ],
        );
        let mut read = self.store.read();
        let found = store::records::page::<Kept>(
            &mut read,
            &filter,
            Direction::Ascending,
            &PageRequest::first(QUEUE),
        )
        .await?;
        let mut open = Vec::new();
        for row in found.items {
            let one = row.body.objection;
            let posting = postings::find(&mut read, pool, one.posting).await?;
            let last = posting.body.state.posted().map(|posted| posted.last_day);
            open.push((one, last));
        }
        Ok(open)
    }
}
