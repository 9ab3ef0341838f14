//! 入库材料: files of an application, each for one item of the channel's list or one part of it. What a
//! file is, its first bytes say. Kept sealed; looking at one is an event.

use domain::actor::Action;
use domain::application::Application;
use domain::event::EventKind;
use domain::id::{FileId, RecordId};
use domain::policy::checklist;
use store::attachments::{self, Attachment, FileKeys};
use store::{Db, document};

use super::{KIND, channel_of, event};
use crate::attachments::{Body, Media, examine};
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::exports::MadeFile;
use crate::pools::OpenPool;
use crate::service::Service;

/// Most files one application may have.
const MOST_FILES: usize = 60;

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
    Ok(places)
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
        let mut problems = Vec::new();
        let places = places(&pool, &seen.body.application)?;
        let label = places.iter().find(|(known, _)| known == place);
        if label.is_none() {
            problems.push(Problem::new(
                "attachment_kind",
                "没有选择是哪一项材料。材料按清单核对，请从列表中选择。",
            ));
        }
        let media = examine(&bytes)
            .map_err(|problem| problems.push(problem))
            .ok();
        let (Some(media), Some((_, label)), true) = (media, label, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let file: FileId = self.id(ctx);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let digest = self.put_sealed(file, &bytes).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        self.authorize_materials(&mut change, &row)?;
        let count = self.material_files(&mut *change, id).await?.len();
        if count >= MOST_FILES {
            return Err(Error::field(
                "attachment",
                format!("材料文件已有 {MOST_FILES} 个，不能再加。请先移除不用的。"),
            ));
        }
        let keys = FileKeys {
            pool: Some(pool.id()),
            owner_kind: KIND.to_owned(),
            owner_id: id.to_string(),
            name: domain::text::tidy(name).chars().take(100).collect(),
            media_type: Media::media_type(media).to_owned(),
            size,
            digest,
            state: "kept".to_owned(),
            created_at: ctx.now,
        };
        let body = Body {
            kind: place.to_owned(),
            by: ctx.actor.name.clone(),
        };
        document::insert(&mut change, file, keys, body).await?;
        let (item, part) = place
            .split_once('/')
            .map_or((place, None), |(item, part)| (item, Some(part)));
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
        }
        let added = event(EventKind::ApplicationMaterial, &row.body.application)
            .fact("added", label)
            .fact("file", file)
            .fact("file_digest", crate::imports::digest(&bytes));
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(added).await?;
        change.commit().await?;
        Ok(file)
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
        let bytes = self.open_sealed(file, &kept.keys.digest).await?;
        let read = event(EventKind::PlainValueRead, one)
            .fact("purpose", "资格审核")
            .fact("fields", format!("材料：{}", kept.body.kind))
            .fact("file", file);
        change.record(read).await?;
        change.commit().await?;
        Ok(MadeFile {
            name: kept.keys.name,
            media_type: Media::of_type(&kept.keys.media_type),
            bytes,
            count: 1,
        })
    }

    async fn material_file(
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
        let kept = self.material_file(&mut *change, id, file).await?;
        document::remove::<FileKeys>(&mut change, file, kept.version).await?;
        let left = self.material_files(&mut *change, id).await?;
        let place = kept.body.kind.as_str();
        let (item, part) = place
            .split_once('/')
            .map_or((place, None), |(item, part)| (item, Some(part)));
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
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(removed).await?;
        change.commit().await?;
        // The row is gone; bytes that stay behind would only be garbage.
        self.store.files().remove(&kept.keys.digest).await?;
        Ok(())
    }

    /// Hands the files of an application to the membership it led to.
    pub(crate) async fn move_materials(
        &self,
        change: &mut crate::change::Change<'_>,
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
