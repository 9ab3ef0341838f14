//! The list of a campaign as a workbook: who answered what, who is silent.

use documents::xlsx::{ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::campaign::Answer;
use domain::id::CampaignId;

use super::subject;
use crate::ctx::{Ctx, shanghai};
use crate::error::Result;
use crate::experts::need_purpose;
use crate::exports::MadeFile;
use crate::service::Service;

const ANSWERS: ExportTable<'static> = ExportTable {
    name: "信息集中更新",
    columns: &[
        ExportColumn::new("专家编号", 14.0, ExportKind::Text),
        ExportColumn::new("姓名", 10.0, ExportKind::Text),
        ExportColumn::new("工作单位", 30.0, ExportKind::Text),
        ExportColumn::new("答复", 16.0, ExportKind::Text),
        ExportColumn::new("答复时间", 18.0, ExportKind::Text),
        ExportColumn::new("变化", 40.0, ExportKind::Text),
    ],
};

impl Service {
    /// Exports the experts of a campaign with an answer of this status, or all, for a stated purpose.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`]; [`crate::Error::Invalid`] without a
    /// purpose.
    pub async fn export_campaign(
        &self,
        ctx: &Ctx,
        id: CampaignId,
        status: Option<&str>,
        purpose: &str,
    ) -> Result<MadeFile> {
        let purpose = need_purpose(purpose)?;
        let (mut change, row, _) = self.campaign_change(ctx, id).await?;
        let mut lines = Vec::new();
        let mut after = None;
        loop {
            let some = self.campaign_answers(ctx, id, status, after, 1_000).await?;
            let Some(last) = some.last() else { break };
            after = Some(last.expert);
            lines.extend(some);
        }
        let rows = lines.into_iter().map(|line| {
            let at = line.answer.at().map(|at| {
                at.to_zoned(shanghai())
                    .strftime("%Y-%m-%d %H:%M")
                    .to_string()
            });
            let changes = match &line.answer {
                Answer::Changed { changes, .. } => changes
                    .iter()
                    .map(|change| format!("{}：{}", change.field, change.now))
                    .collect::<Vec<_>>()
                    .join("；"),
                _ => String::new(),
            };
            vec![
                ExportValue::Text(line.number),
                ExportValue::Text(line.name),
                ExportValue::Text(line.employer),
                ExportValue::Text(line.answer.zh().to_owned()),
                ExportValue::Text(at.unwrap_or_default()),
                ExportValue::Text(changes),
            ]
        });
        let name = format!("{}年信息集中更新_{}", row.body.year, ctx.today());
        let made = self.workbook(&name, &ANSWERS, rows).await?;
        let event = made.exported(subject(&row.body), "campaign", &purpose);
        change.record(event).await?;
        change.commit().await?;
        Ok(made)
    }
}
