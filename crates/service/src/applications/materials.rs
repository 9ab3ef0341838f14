//! 入库材料: files of an application, each for one item of the channel's list or one part of it. What a
//! file is, its first bytes say. Kept sealed; looking at one is an event.

use domain::actor::Action;
use domain::application::Application;
use domain::event::EventKind;
use domain::id::{FileId, RecordId};
use domain::policy::checklist;
use store::attachments::{self, Attachment, FileKeys};
use store::{Db, document};

use super::{KIND, Row, channel_of, event};
use crate::attachments::{Body, Media, examine};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::exports::MadeFile;
use crate::pools::OpenPool;
use crate::service::Service;

/// Most files one application may have.
const MOST_FILES: usize = 60;

/// A file that came in, its bytes put away already.
pub(super) struct SentFile {
    id: FileId,
    place: String,
    label: String,
    media: Media,
    size: i64,
    sealed: String,
    digest: String,
    name: String,
}

/// The item a place belongs to, and which part of it.
fn parted(place: &str) -> (&str, Option<&str>) {
    place
        .split_once('/')
        .map_or((place, None), |(item, part)| (item, Some(part)))
}

/// The places a file of an application may stand: `item` or `item/part`, each with its label.
pub(super) fn places(pool: &OpenPool, one: &Application) -> Result<Vec<(String, String)>> {
    let channel = channel_of(pool, one)?;
    let mut places = Vec::new();
    for item in checklist::items(&pool.pack, channel) {
        if item.parts.is_empty() {
            places.push((item.id.clone(), item.label.clone()));
        }
        for part in &item.parts {
            places.push((format!("{}/{}", item.id, part.id), part.label.clone()));
        }
    }
    places.extend(asked_by_notice(pool, one)?.map(|name| (name.clone(), name.clone())));
    Ok(places)
}

/// What the notice answered asks for besides, on channels whose list leaves items to it.
pub(super) fn asked_by_notice<'a>(
    pool: &OpenPool,
    one: &'a Application,
) -> Result<impl Iterator<Item = &'a String> + use<'a>> {
    let channel = channel_of(pool, one)?;
    let list = pool.pack.admission.list_of(channel);
    let asks = list.is_some_and(|list| list.by_notice);
    let notice = one.notice.as_ref().filter(|_| asks);
    Ok(notice.into_iter().flat_map(|notice| &notice.materials))
}

impl Service {
    /// The places of the files of an application.
    pub(super) async fn material_files(
        &self,
        db: &mut impl Db,
        id: RecordId,
    ) -> Result<Vec<String>> {
        let files = attachments::of::<Body>(db, KIND, &id.to_string()).await?;
        Ok(files.into_iter().map(|file| file.body.kind).collect())
    }

    /// 上传材料 for one place of the channel's list; it counts as handed in.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once over, or everything wrong with the file.
    pub async fn add_material(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        place: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<FileId> {
        let (pool, seen) = self.seen_application(ctx, no, id).await?;
        let sent = self
            .sealed_file(ctx, &pool, &seen, (place, name, bytes))
            .await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        self.authorize_materials(&mut change, &row)?;
        let file = self
            .keep_file_of(&mut change, ctx, &pool, &mut row, sent)
            .await?;
        change.commit().await?;
        Ok(file)
    }

    /// Examines a file and puts its bytes away, sealed, before the door is opened.
    pub(super) async fn sealed_file(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        seen: &Row,
        (place, name, bytes): (&str, &str, Vec<u8>),
    ) -> Result<SentFile> {
        let mut problems = Vec::new();
        let places = places(pool, &seen.body.application)?;
        let label = places.into_iter().find(|(known, _)| known == place);
        if label.is_none() {
            problems.push(Problem::new(
                "attachment_kind",
                "没有选择是哪一项材料。材料按清单核对，请从列表中选择。",
            ));
        }
        let media = examine(&bytes)
            .map_err(|problem| problems.push(problem))
            .ok();
        let (Some(media), Some((place, label)), true) = (media, label, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let id: FileId = self.id(ctx);
        Ok(SentFile {
            id,
            place,
            label,
            media,
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            sealed: self.put_sealed(id, &bytes).await?,
            digest: crate::imports::digest(&bytes),
            name: domain::text::tidy(name).chars().take(100).collect(),
        })
    }

    /// Keeps a file of an application. Callers authorize.
    pub(super) async fn keep_file_of(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        sent: SentFile,
    ) -> Result<FileId> {
        let count = self.material_files(&mut **change, row.id).await?.len();
        if count >= MOST_FILES {
            return Err(Error::field(
                "attachment",
                format!("材料文件已有 {MOST_FILES} 个，不能再加。请先移除不用的。"),
            ));
        }
        let keys = FileKeys {
            pool: Some(pool.id()),
            owner_kind: KIND.to_owned(),
            owner_id: row.id.to_string(),
            name: sent.name,
            media_type: sent.media.media_type().to_owned(),
            size: sent.size,
            digest: sent.sealed,
            state: "kept".to_owned(),
            created_at: ctx.now,
        };
        let body = Body {
            kind: sent.place.clone(),
            by: ctx.actor.name.clone(),
        };
        document::insert(change, sent.id, keys, body).await?;
        let (item, part) = parted(&sent.place);
        let handed = row
            .body
            .application
            .handed
            .entry(item.to_owned())
            .or_default();
        handed.given = true;
        if let Some(part) = part
            && !handed.parts.iter().any(|known| known == part)
        {
            handed.parts.push(part.to_owned());
            handed.not_held.retain(|known| known != part);
        }
        let added = event(EventKind::ApplicationMaterial, &row.body.application)
            .fact("added", &sent.label)
            .fact("file", sent.id)
            .fact("file_digest", sent.digest);
        self.save_application(change, pool, row).await?;
        change.record(added).await?;
        Ok(sent.id)
    }

    /// 查看材料, by whoever vets, decides or supervises, or handed it in. Who looked at what is in the
    /// ledger; the purpose is the application itself.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn open_material(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: FileId,
    ) -> Result<MadeFile> {
        let (pool, _) = self.seen_application(ctx, no, id).await?;
        let (mut change, row, _) = self.application_change(ctx, pool.id(), id).await?;
        let one = &row.body.application;
        change.authorize(Action::ReadApplications, super::target(one))?;
        let kept = self.material_file(&mut *change, id, file).await?;
        let read = event(EventKind::PlainValueRead, one)
            .fact("purpose", "资格审核")
            .fact("fields", format!("材料：{}", kept.body.kind))
            .fact("file", file);
        let made = self.made(kept).await?;
        change.record(read).await?;
        change.commit().await?;
        Ok(made)
    }

    /// The bytes of a file. Callers authorize.
    pub(super) async fn made(&self, kept: Attachment<Body>) -> Result<MadeFile> {
        let bytes = self.open_sealed(kept.id, &kept.keys.digest).await?;
        Ok(MadeFile {
            name: kept.keys.name,
            media_type: Media::of_type(&kept.keys.media_type),
            bytes,
            count: 1,
        })
    }

    pub(super) async fn material_file(
        &self,
        db: &mut impl Db,
        id: RecordId,
        file: FileId,
    ) -> Result<Attachment<Body>> {
        attachments::find::<Body>(db, file)
            .await?
            .filter(|kept| kept.keys.owner_kind == KIND && kept.keys.owner_id == id.to_string())
            .ok_or(Error::NotFound)
    }

    /// 移除材料: the bytes go, the ledger keeps their digest.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Refused`] once over.
    pub async fn remove_material(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: FileId,
    ) -> Result<()> {
        let (pool, _) = self.seen_application(ctx, no, id).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        self.authorize_materials(&mut change, &row)?;
        let digest = self
            .drop_file_of(&mut change, &pool, &mut row, file)
            .await?;
        change.commit().await?;
        // The row is gone; bytes that stay behind would only be garbage.
        self.store.files().remove(&digest).await?;
        Ok(())
    }

    /// Forgets a file; gives the digest of its bytes, to be removed once committed. Callers authorize.
    pub(super) async fn drop_file_of(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        row: &mut Row,
        file: FileId,
    ) -> Result<String> {
        let kept = self.material_file(&mut **change, row.id, file).await?;
        document::remove::<FileKeys>(change, file, kept.version).await?;
        let left = self.material_files(&mut **change, row.id).await?;
        let place = kept.body.kind.as_str();
        let (item, part) = parted(place);
        if !left.iter().any(|known| known == place)
            && let Some(handed) = row.body.application.handed.get_mut(item)
        {
            handed.parts.retain(|known| Some(known.as_str()) != part);
            handed.given = left
                .iter()
                .any(|known| known == item || known.starts_with(&format!("{item}/")));
        }
        let removed = event(EventKind::ApplicationMaterial, &row.body.application)
            .fact("what", format!("移除：{place}"))
            .fact("file", file);
        self.save_application(change, pool, row).await?;
        change.record(removed).await?;
        Ok(kept.keys.digest)
    }

    /// Hands the files of an application to the membership it led to.
    pub(crate) async fn move_materials(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        one: &Application,
        expert: domain::id::ExpertId,
    ) -> Result<()> {
        let labels = places(pool, one)?;
        let files = attachments::of::<Body>(&mut **change, KIND, &one.id.to_string()).await?;
        for mut file in files {
            if let Some((_, label)) = labels.iter().find(|(place, _)| *place == file.body.kind) {
                file.body.kind.clone_from(label);
            }
            file.keys.owner_kind = "expert".to_owned();
            file.keys.owner_id = expert.to_string();
            document::save(change, &mut file).await?;
        }
        Ok(())
    }
}
