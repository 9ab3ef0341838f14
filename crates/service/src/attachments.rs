//! 附件: scans of certificates and identity papers of an expert. What a file is, its first bytes say,
//! not its name; it is kept sealed, and opening one is an event with a purpose.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::{ExpertId, FileId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::attachments::{self, FileKeys};
use store::document;
use store::sealed::{Column, Shape};

use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::experts::need_purpose;
use crate::exports::MadeFile;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::specialties::need_reason;

/// Largest file, bytes.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Most files one expert may have.
const MOST_FILES: usize = 100;
/// To whom the files of an expert belong.
pub(crate) const OWNER: &str = "expert";
const BYTES: Column = Column {
    table: "file",
    name: "bytes",
    pad: 4096,
    shape: Shape::Text,
};

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Pdf,
    Jpeg,
    Png,
}

impl Media {
    /// By its first bytes; a PDF also by its end, without which nobody could open it.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] if ends_as_pdf(bytes) => Some(Self::Pdf),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            _ => None,
        }
    }

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    pub(crate) fn of_type(media_type: &str) -> &'static str {
        let all = [Self::Pdf, Self::Jpeg, Self::Png];
        let known = all
            .into_iter()
            .map(Self::media_type)
            .find(|known| *known == media_type);
        known.unwrap_or("application/octet-stream")
    }
}

/// How far from its end a PDF may say that it ends: some programs write something behind it.
const TAIL: usize = 2048;

/// Does it say near its end that a PDF ends here? A file cut off on its way does not.
fn ends_as_pdf(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(TAIL)..);
    tail.is_some_and(|tail| tail.windows(5).any(|five| five == b"%%EOF"))
}

/// What is stored beside a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) kind: String,
    pub(crate) by: String,
}

/// What the bytes are, or what is wrong with them.
pub(crate) fn examine(bytes: &[u8]) -> Result<Media, Problem> {
    if bytes.is_empty() {
        return Err(Problem::new(
            "attachment",
            "没有选择文件。请选择 PDF、JPG 或 PNG 文件。",
        ));
    }
    if bytes.len() > MOST_BYTES {
        let size = bytes.len().div_ceil(1024 * 1024);
        return Err(Problem::new(
            "attachment",
            format!("文件有 {size} MB，最多 20 MB。请降低扫描分辨率后重新上传。"),
        ));
    }
    Media::of(bytes).ok_or_else(|| {
        if bytes.starts_with(b"%PDF-") {
            return Problem::new(
                "attachment",
                "这个 PDF 不完整，没有结尾，打不开。可能是没有下载或传输完。请在电脑上打开确认后重新上传。",
            );
        }
        Problem::new("attachment", "文件内容不是 PDF、JPG 或 PNG（不看文件名）。网页、SVG 和 Office 文件可能带有程序，不予接收。请另存为 PDF 或扫描成图片。")
    })
}

/// A file of an expert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttachmentRow {
    /// Identifier.
    pub id: FileId,
    /// Version of the stored row.
    pub version: i64,
    /// What it proves (职称证书 …).
    pub kind: String,
    /// Name as uploaded.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Who uploaded it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The kinds of proof the pack's material lists name, the photo a certificate shows, then 其他.
pub fn kinds(pool: &OpenPool) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    let items = pool
        .pack
        .admission
        .materials
        .iter()
        .flat_map(|list| &list.items);
    for item in items {
        let parts = item.parts.iter().map(|part| &part.label);
        let whole = item.parts.is_empty().then_some(&item.label);
        for label in parts.chain(whole) {
            if !kinds.contains(label) {
                kinds.push(label.clone());
            }
        }
    }
    for label in crate::certificates::photo_kinds(pool) {
        if !kinds.contains(&label) {
            kinds.push(label);
        }
    }
    kinds.push("其他".to_owned());
    kinds
}

impl Service {
    /// Keeps bytes sealed under the id of their file; gives the digest by which they are found.
    pub(crate) async fn put_sealed(&self, id: FileId, bytes: &[u8]) -> Result<String> {
        let sealed = self
            .store
            .seals()
            .seal_bytes(&BYTES, &id.to_string(), bytes)
            .map_err(store::Error::from)?;
        Ok(self.store.files().put(sealed).await?)
    }

    /// The bytes of a file.
    pub(crate) async fn open_sealed(&self, id: FileId, digest: &str) -> Result<Vec<u8>> {
        let sealed = self.store.files().bytes(digest).await?;
        let bytes = self
            .store
            .seals()
            .open_bytes(&BYTES, &id.to_string(), &sealed)
            .map_err(store::Error::from)?;
        Ok(bytes.to_vec())
    }

    /// The files of an expert, oldest first.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn attachments(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
    ) -> Result<Vec<AttachmentRow>> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let mut db = self.store.read();
        self.member(&mut db, &pool, expert).await?;
        let files = attachments::of::<Body>(&mut db, OWNER, &expert.to_string()).await?;
        let row = |row: attachments::Attachment<Body>| AttachmentRow {
            id: row.id,
            version: row.version,
            kind: row.body.kind,
            name: row.keys.name,
            size: u64::try_from(row.keys.size).unwrap_or_default(),
            by: row.body.by,
            at: row.keys.created_at,
        };
        Ok(files.into_iter().map(row).collect())
    }

    /// 上传附件.
    ///
    /// # Errors
    /// Denied, or everything wrong with the file: empty, too large, not a PDF, JPEG or PNG by its
    /// content.
    pub async fn add_attachment(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        kind: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<FileId> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut problems = Vec::new();
        if !kinds(&pool).iter().any(|known| known == kind) {
            problems.push(Problem::new(
                "attachment_kind",
                "没有选择附件种类。材料按种类核对，请从列表中选择。",
            ));
        }
        let media = examine(&bytes)
            .map_err(|problem| problems.push(problem))
            .ok();
        let (Some(media), true) = (media, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let id: FileId = self.id(ctx);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let digest = self.put_sealed(id, &bytes).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditExperts, &pool)?;
        self.member(&mut *change, &pool, expert).await?;
        if attachments::of::<Body>(&mut *change, OWNER, &expert.to_string())
            .await?
            .len()
            >= MOST_FILES
        {
            return Err(Error::field(
                "attachment",
                format!("附件已有 {MOST_FILES} 个，不能再加。请先移除不用的。"),
            ));
        }
        let tidy = domain::text::tidy(name);
        let keys = FileKeys {
            pool: Some(pool.id()),
            owner_kind: OWNER.to_owned(),
            owner_id: expert.to_string(),
            name: tidy.chars().take(100).collect(),
            media_type: media.media_type().to_owned(),
            size,
            digest,
            state: "kept".to_owned(),
            created_at: ctx.now,
        };
        let body = Body {
            kind: kind.to_owned(),
            by: ctx.actor.name.clone(),
        };
        document::insert(&mut change, id, keys, body).await?;
        let event = Event::new(EventKind::ExpertChanged, Subject::new(OWNER, expert))
            .fact("fields", format!("新增附件：{kind}"))
            .fact("file", id)
            .fact("file_digest", crate::imports::digest(&bytes));
        change.record(event).await?;
        change.commit().await?;
        Ok(id)
    }

    /// 下载附件, for a stated purpose.
    ///
    /// # Errors
    /// Not found, denied, or no purpose.
    pub async fn open_attachment(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        id: FileId,
        purpose: &str,
    ) -> Result<MadeFile> {
        let pool = self.open_part(ctx, no, Action::RevealIdentity).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::RevealIdentity, &pool)?;
        self.member(&mut *change, &pool, expert).await?;
        let file = attachments::find::<Body>(&mut *change, id)
            .await?
            .filter(|file| belongs(file, expert));
        let file = file.ok_or(Error::NotFound)?;
        let purpose = need_purpose(purpose)?;
        let bytes = self.open_sealed(id, &file.keys.digest).await?;
        let event = Event::new(EventKind::PlainValueRead, Subject::new(OWNER, expert))
            .fact("purpose", purpose)
            .fact("fields", format!("附件：{}", file.body.kind))
            .fact("file", id);
        change.record(event).await?;
        change.commit().await?;
        Ok(MadeFile {
            name: file.keys.name,
            media_type: Media::of_type(&file.keys.media_type),
            bytes,
            count: 1,
        })
    }

    /// 移除附件: the bytes go, the ledger keeps their digest.
    ///
    /// # Errors
    /// Not found, denied, stale, or without a reason.
    pub async fn remove_attachment(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        id: FileId,
        version: i64,
        reason: &str,
    ) -> Result<()> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditExperts, &pool)?;
        self.member(&mut *change, &pool, expert).await?;
        let file = attachments::find::<Body>(&mut *change, id)
            .await?
            .filter(|file| belongs(file, expert));
        let file = file.ok_or(Error::NotFound)?;
        let reason = need_reason(reason)?;
        document::remove::<FileKeys>(&mut change, id, version).await?;
        let event = Event::new(EventKind::ExpertChanged, Subject::new(OWNER, expert))
            .fact("fields", format!("移除附件：{}", file.body.kind))
            .fact("reason", reason)
            .fact("file", id);
        change.record(event).await?;
        change.commit().await?;
        // The row is gone; bytes that stay behind would only be garbage.
        self.store.files().remove(&file.keys.digest).await?;
        Ok(())
    }
}

fn belongs(file: &attachments::Attachment<Body>, expert: ExpertId) -> bool {
    file.keys.owner_kind == OWNER && file.keys.owner_id == expert.to_string()
}
