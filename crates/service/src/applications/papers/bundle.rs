//! 打包导出: several applications as one zip, each with its form and its materials, and a workbook that
//! lists them.

use documents::bundle::safe_name;
use documents::form::FormView;
use documents::xlsx::{ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::application::{Application, State};
use domain::id::{FileId, RecordId};
use jiff::Timestamp;
use store::attachments::{self, Attachment};

use super::{approval, form_of};
use crate::applications::materials::places;
use crate::applications::{KIND, Row, channel_of};
use crate::attachments::{Body, Media, OWNER};
use crate::bundles::{Packing, Pieces, packed};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::experts::need_purpose;
use crate::papers::title_of;
use crate::pools::OpenPool;
use crate::service::Service;

/// Longest label of a material in the name of its file, characters.
const LABEL_MOST: usize = 40;

impl Service {
    /// 打包导出: of each application its form and its materials, and a workbook that lists them. Made
    /// while it is read, so that it may be larger than memory.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`]; [`crate::Error::Invalid`] without
    /// applications or without a purpose.
    pub async fn bundle_applications(
        &self,
        ctx: &Ctx,
        no: i64,
        ids: &[RecordId],
        purpose: &str,
    ) -> Result<Pieces> {
        let purpose = need_purpose(purpose)?;
        let (pool, rows) = self.chosen_applications(ctx, no, ids).await?;
        let taken = ("申请表和材料", "applications.zip");
        self.record_taken(ctx, &pool, &rows, &purpose, taken)
            .await?;
        let name = format!("{}_{}_入库申请.zip", pool.pool.name, ctx.today());
        let (service, ctx) = (self.clone(), ctx.clone());
        Ok(packed(name, |packing| async move {
            service.pack_applications(&ctx, &pool, rows, packing).await
        }))
    }

    async fn pack_applications(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        rows: Vec<Row>,
        mut packing: Packing,
    ) -> Result<()> {
        let mut listed = Vec::new();
        for (place, row) in (1..).zip(&rows) {
            let one = &row.body.application;
            let stem = format!("{place:04}_{}_{}", one.number, one.profile.name);
            let (paper, view) = self.paper_of(ctx, pool, row).await?;
            let paper = safe_name(&format!("{stem}_{paper}.pdf"));
            let bytes = self.typeset(view, ctx.now).await?;
            if !packing.add(&paper, &bytes).await? {
                return Ok(());
            }
            let labels = places(pool, one)?;
            let mut names = vec![paper];
            for (n, file) in (1..).zip(self.materials_of(one).await?) {
                let bytes = self.open_sealed(file.id, &file.keys.digest).await?;
                let name = safe_name(&format!("{stem}_材料{n:02}_{}", label_of(&labels, &file)));
                // One by one: the files of an application together may be larger than memory.
                if !packing.add(&name, &bytes).await? {
                    return Ok(());
                }
                names.push(name);
            }
            let channel = channel_of(pool, one)?.label.clone();
            listed.push(index_row(place, one, channel, &names));
        }
        let index = self.workbook("目录", &INDEX, listed.into_iter()).await?;
        packing.finish(index).await
    }

    /// The files of an application. Those of somebody appointed went over to the membership, where what
    /// the office keeps of an expert besides is none of the application's.
    pub(in crate::applications) async fn materials_of(
        &self,
        one: &Application,
    ) -> Result<Vec<Attachment<Body>>> {
        let mut read = self.store.read();
        match &one.state {
            State::Appointed { expert, at, .. } => {
                let expert = expert.to_string();
                let mut files = attachments::of::<Body>(&mut read, OWNER, &expert).await?;
                files.retain(|file| came_with(one.id, *at, file.id, file.keys.created_at));
                Ok(files)
            }
            _ => Ok(attachments::of(&mut read, KIND, &one.id.to_string()).await?),
        }
    }

    /// The form of an application in full; the approval sheet where the pack has no form.
    async fn paper_of(&self, ctx: &Ctx, pool: &OpenPool, row: &Row) -> Result<(String, FormView)> {
        match form_of(pool, &row.body.application) {
            Ok(form) => {
                let contacts = self.plain(row)?;
                let view = self.form_view(ctx, pool, row, contacts).await?;
                Ok((title_of(form), view))
            }
            Err(_) => {
                let view = self.view_of(ctx, pool, row).await?;
                let sheet = approval::sheet(pool, &view, self.marks(pool, ctx.now));
                Ok(("入库审批表".to_owned(), sheet.view()))
            }
        }
    }
}

/// The ending of a file, by what its bytes are.
fn ending(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        _ => "bin",
    }
}

/// The columns of the workbook in a bundle.
const INDEX: ExportTable<'static> = ExportTable {
    name: "目录",
    columns: &[
        ExportColumn::new("序号", 6.0, ExportKind::Count),
        ExportColumn::new("申请编号", 18.0, ExportKind::Text),
        ExportColumn::new("姓名", 12.0, ExportKind::Text),
        ExportColumn::new("工作单位", 32.0, ExportKind::Text),
        ExportColumn::new("入库方式", 14.0, ExportKind::Text),
        ExportColumn::new("办理状态", 12.0, ExportKind::Text),
        ExportColumn::new("材料", 8.0, ExportKind::Count),
        ExportColumn::new("文件", 60.0, ExportKind::Text),
    ],
};

fn index_row(place: i64, one: &Application, channel: String, files: &[String]) -> Vec<ExportValue> {
    let employer = one.profile.employer.as_ref();
    // The first is the form.
    let materials = files.len().saturating_sub(1);
    vec![
        ExportValue::Count(place),
        ExportValue::Text(one.number.clone()),
        ExportValue::Text(one.profile.name.clone()),
        ExportValue::Text(employer.map(|one| one.name.clone()).unwrap_or_default()),
        ExportValue::Text(channel),
        ExportValue::Text(one.state.zh().to_owned()),
        ExportValue::Count(i64::try_from(materials).unwrap_or(i64::MAX)),
        ExportValue::Text(files.join("\n")),
    ]
}

/// What a file is called in the zip: what it proves, and what its bytes are.
fn label_of(labels: &[(String, String)], file: &Attachment<Body>) -> String {
    let kind = file.body.kind.as_str();
    let known = labels.iter().find(|(place, _)| place == kind);
    let label = known.map_or(kind, |(_, label)| label);
    let label: String = label.chars().take(LABEL_MOST).collect();
    format!("{label}.{}", ending(Media::of_type(&file.keys.media_type)))
}

/// Whether a file of an expert came with the application that led to the appointment.
fn came_with(one: RecordId, appointed: Timestamp, file: FileId, stored: Timestamp) -> bool {
    // Identifiers begin with the millisecond in which they were made.
    let made = |id: uuid::Uuid| id.as_u128() >> 80;
    made(file.0) >= made(one.0) && stored <= appointed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_with_the_application_is_its_own() {
        let id =
            |millis: u64| uuid::Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid();
        let at = |millis: i64| Timestamp::from_millisecond(millis).expect("a time");
        let one = RecordId::from(id(2_000));
        let came =
            |made: u64, stored: i64| came_with(one, at(5_000), FileId::from(id(made)), at(stored));
        assert!(came(3_000, 3_000));
        // Of an earlier term; put into the file of the expert later.
        assert!(!came(1_000, 1_000));
        assert!(!came(6_000, 6_000));
    }
}
