//! What proves a case: written applications, conclusions, penalty decisions. Kept sealed; opening one is
//! an event with a purpose.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::exit::{Exit, FILES_MOST, Refused, State};
use domain::id::{FileId, RecordId};
use store::attachments::{self, FileKeys};
use store::document;

use super::{ExitDocument, KIND, event, find};
use crate::attachments::{Body, Media, examine};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::experts::need_purpose;
use crate::exports::MadeFile;
use crate::objections::Upload;
use crate::service::Service;

/// A file found fit to be kept, its bytes sealed and stored.
pub(super) struct Sealed {
    id: FileId,
    media_type: &'static str,
    name: String,
    size: i64,
    digest: String,
    /// Of the bytes as uploaded.
    plain_digest: String,
}

/// The documents of a case, oldest first.
pub(super) async fn of(db: &mut impl store::Db, id: RecordId) -> Result<Vec<ExitDocument>> {
    let files = attachments::of::<Body>(db, KIND, &id.to_string()).await?;
    let row = |file: attachments::Attachment<Body>| ExitDocument {
        id: file.id,
        name: file.keys.name,
        size: u64::try_from(file.keys.size).unwrap_or_default(),
        by: file.body.by,
    };
    Ok(files.into_iter().map(row).collect())
}

impl Service {
    /// Examines what was uploaded, all of it before anything is kept.
    pub(super) async fn seal_documents(
        &self,
        ctx: &Ctx,
        uploads: Vec<Upload>,
    ) -> Result<Vec<Sealed>> {
        if uploads.len() > FILES_MOST {
            return Err(Error::field("attachment", too_many()));
        }
        let mut fit = Vec::new();
        for upload in uploads {
            let name = domain::text::tidy(&upload.name);
            let media = examine(&upload.bytes).map_err(|problem| {
                let sentence = format!("“{name}”：{}", problem.sentence);
                Error::Invalid(vec![Problem::new(problem.field, sentence)])
            })?;
            fit.push((media, name, upload.bytes));
        }
        let mut sealed = Vec::new();
        for (media, name, bytes) in fit {
            let id: FileId = self.id(ctx);
            sealed.push(Sealed {
                id,
                media_type: media.media_type(),
                name: name.chars().take(100).collect(),
                size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                digest: self.put_sealed(id, &bytes).await?,
                plain_digest: crate::imports::digest(&bytes),
            });
        }
        Ok(sealed)
    }

    /// Enters documents of a case, and says so in the ledger.
    pub(super) async fn keep_documents(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        exit: &Exit,
        kind: &str,
        sealed: Vec<Sealed>,
    ) -> Result<()> {
        for one in sealed {
            let keys = FileKeys {
                pool: Some(exit.pool),
                owner_kind: KIND.to_owned(),
                owner_id: exit.id.to_string(),
                name: one.name,
                media_type: one.media_type.to_owned(),
                size: one.size,
                digest: one.digest,
                state: "kept".to_owned(),
                created_at: ctx.now,
            };
            let body = Body {
                kind: kind.to_owned(),
                by: ctx.actor.name.clone(),
            };
            document::insert(change, one.id, keys, body).await?;
            let kept = event(EventKind::ExitDocument, exit)
                .fact("file", one.id)
                .fact("file_digest", one.plain_digest);
            change.record(kept).await?;
        }
        Ok(())
    }

    /// 上传材料 to a case that is open.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] once it is over; [`Error::Invalid`]
    /// for a file that is not taken, or too many.
    pub async fn add_exit_document(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        upload: Upload,
    ) -> Result<()> {
        let pool = self.open_part(ctx, no, Action::HandleExits).await?;
        let sealed = self.seal_documents(ctx, vec![upload]).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::HandleExits, &pool)?;
        let exit = find(&mut *change, pool.id(), id).await?.body;
        self.member(&mut *change, &pool, exit.expert).await?;
        if !matches!(exit.state, State::Open { .. }) {
            return Err(Refused::Over(exit.state.zh()).into());
        }
        if of(&mut *change, id).await?.len() >= FILES_MOST {
            return Err(Error::field("attachment", too_many()));
        }
        let rules = super::rules(&pool)?;
        let kind = super::ground(rules, &exit.ground)?.document.clone();
        let kind = kind.unwrap_or_else(|| "证明材料".to_owned());
        self.keep_documents(&mut change, ctx, &exit, &kind, sealed)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// 下载材料, for a stated purpose.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] without a purpose.
    pub async fn open_exit_document(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: FileId,
        purpose: &str,
    ) -> Result<MadeFile> {
        let pool = self.open_part(ctx, no, Action::ReadExits).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::ReadExits, &pool)?;
        let exit = find(&mut *change, pool.id(), id).await?.body;
        self.member(&mut *change, &pool, exit.expert).await?;
        let file = attachments::find::<Body>(&mut *change, file)
            .await?
            .filter(|file| file.keys.owner_kind == KIND && file.keys.owner_id == id.to_string())
            .ok_or(Error::NotFound)?;
        let purpose = need_purpose(purpose)?;
        let bytes = self.open_sealed(file.id, &file.keys.digest).await?;
        // Under the expert, who sees who read what of them.
        let read = Event::new(
            EventKind::PlainValueRead,
            Subject::new("expert", exit.expert),
        )
        .fact("purpose", purpose)
        .fact("fields", format!("解聘退出材料：{}", file.body.kind))
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
}

fn too_many() -> String {
    format!("材料最多 {FILES_MOST} 个文件。请把几页合并成一个文件。")
}
