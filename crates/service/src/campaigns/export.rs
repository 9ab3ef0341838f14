//! The list of a campaign as a workbook: who answered what, who is silent.

use documents::xlsx::{self, ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::campaign::Answer;
use domain::event::{Event, EventKind};
use domain::explain::Explain as _;
use domain::id::CampaignId;

use super::subject;
use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Result};
use crate::experts::need_purpose;
use crate::exports::MadeFile;
use crate::service::Service;

const HEADS: [(&str, f64, ExportKind); 6] = [
    ("专家编号", 14.0, ExportKind::Text),
    ("姓名", 10.0, ExportKind::Text),
    ("工作单位", 30.0, ExportKind::Text),
    ("答复", 16.0, ExportKind::Text),
    ("答复时间", 18.0, ExportKind::Text),
    ("变化", 40.0, ExportKind::Text),
];

impl Service {
    /// Exports the experts of a campaign with an answer of this status, or all, for a stated purpose.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`] without a purpose.
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
        let count = lines.len();
        let values = lines.into_iter().map(|line| {
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
        let columns = HEADS.map(|(head, width, kind)| ExportColumn { head, width, kind });
        let table = ExportTable {
            name: "信息集中更新",
            columns: &columns,
        };
        let bytes =
            xlsx::export(&table, values).map_err(|error| Error::Document(error.sentence()))?;
        let event = Event::new(EventKind::ListExported, subject(&row.body))
            .fact("form", "campaign")
            .fact("count", count)
            .fact("purpose", purpose)
            .fact("digest", crate::imports::digest(&bytes));
        change.record(event).await?;
        change.commit().await?;
        Ok(MadeFile {
            name: format!("{}年信息集中更新_{}.xlsx", row.body.year, ctx.today()),
            media_type: xlsx::MEDIA_TYPE,
            bytes,
            count,
        })
    }
}
