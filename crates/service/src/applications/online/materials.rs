//! The materials of one's own application: sent, described, looked at, removed.

use domain::id::{FileId, RecordId};

use crate::applications::received::{Way, open_to_materials};
use crate::error::Result;
use crate::exports::MadeFile;
use crate::service::Service;
use crate::typed::Fields;

impl Service {
    /// 上传材料 for one place of the list.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`]; [`crate::Error::Refused`] once handed in; [`crate::Error::Invalid`]
    /// with everything wrong with the file.
    pub async fn add_own_material(
        &self,
        source: &str,
        token: &str,
        id: RecordId,
        (place, name, bytes): (&str, &str, Vec<u8>),
    ) -> Result<FileId> {
        let (pool, seen) = self.own_row(token, id).await?;
        let ctx = self.applicant(source, id, &seen.body.application.profile.name);
        open_to_materials(&seen.body.application)?;
        let sent = self
            .sealed_file(&ctx, &pool, &seen, (place, name, bytes))
            .await?;
        let (mut change, mut row, pool) = self.own_change(&ctx, token, id, "增减材料").await?;
        let file = self
            .keep_file_of(&mut change, &ctx, &pool, &mut row, sent)
            .await?;
        change.commit().await?;
        Ok(file)
    }

    /// What is said of the materials: opinion, seal, until when valid, what is not held.
    ///
    /// # Errors
    /// As [`Service::add_own_material`].
    pub async fn describe_own_materials(
        &self,
        source: &str,
        token: &str,
        id: RecordId,
        fields: &Fields,
    ) -> Result<()> {
        let ctx = self.applicant(source, id, "");
        let (mut change, mut row, pool) = self.own_change(&ctx, token, id, "增减材料").await?;
        self.take_materials(&mut change, &pool, &mut row, (fields, Way::Upload))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// One's own file again.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`].
    pub async fn open_own_material(
        &self,
        token: &str,
        id: RecordId,
        file: FileId,
    ) -> Result<MadeFile> {
        self.own_row(token, id).await?;
        let kept = self.material_file(&mut self.store.read(), id, file).await?;
        self.made(kept).await
    }

    /// 移除材料.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`]; [`crate::Error::Refused`] once handed in.
    pub async fn remove_own_material(
        &self,
        source: &str,
        token: &str,
        id: RecordId,
        file: FileId,
    ) -> Result<()> {
        let ctx = self.applicant(source, id, "");
        let (mut change, mut row, pool) = self.own_change(&ctx, token, id, "增减材料").await?;
        let digest = self
            .drop_file_of(&mut change, &pool, &mut row, file)
            .await?;
        change.commit().await?;
        self.store.files().remove(&digest).await?;
        Ok(())
    }
}
