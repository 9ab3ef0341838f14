//! 导出: what the list shows as a workbook or CSV, 附件2 of several experts. Plain
//! identity numbers and phones leave only for a stated purpose, and every export is in the ledger.

use documents::annex::{qualifications, sex};
use documents::docx;
use documents::summary_list::{SummaryList, SummaryRow};
use documents::xlsx::{self, ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::{Chosen, ExpertRow, PersonFile, need_purpose};
use crate::persons;
use crate::pools::OpenPool;
use crate::service::Service;

/// In which form a list leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    /// The columns of the list, as a workbook.
    Xlsx,
    /// The columns of the list, as CSV in UTF-8 with a mark, as spreadsheets expect it.
    Csv,
    /// 附件2 汇总表 as a workbook, with plain identity numbers and phones.
    SummaryXlsx,
    /// 附件2 汇总表 as PDF, with plain identity numbers and phones.
    SummaryPdf,
    /// 附件2 汇总表 as a document to be edited, with plain identity numbers and phones.
    SummaryDocx,
}

impl ExportForm {
    /// Every form, in the order offered.
    pub const ALL: [Self; 5] = [
        Self::Xlsx,
        Self::Csv,
        Self::SummaryXlsx,
        Self::SummaryPdf,
        Self::SummaryDocx,
    ];

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::SummaryXlsx => "summary.xlsx",
            Self::SummaryPdf => "summary.pdf",
            Self::SummaryDocx => "summary.docx",
        }
    }

    /// The words users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Xlsx => "列表（.xlsx）",
            Self::Csv => "列表（.csv）",
            Self::SummaryXlsx => "附件2 名单汇总表（.xlsx，含证件号码和联系方式）",
            Self::SummaryPdf => "附件2 名单汇总表（PDF，含证件号码和联系方式）",
            Self::SummaryDocx => "附件2 名单汇总表（.docx，含证件号码和联系方式）",
        }
    }

    const fn is_plain(self) -> bool {
        matches!(
            self,
            Self::SummaryXlsx | Self::SummaryPdf | Self::SummaryDocx
        )
    }
}

/// A file made for one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFile {
    /// Name under which it is saved.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// Bytes.
    pub bytes: Vec<u8>,
    /// How many experts are in it.
    pub count: usize,
}

impl MadeFile {
    /// What the ledger says of a list that left as this file.
    pub(crate) fn exported(&self, subject: Subject, form: &str, purpose: &str) -> Event {
        Event::new(EventKind::ListExported, subject)
            .fact("form", form)
            .fact("count", self.count)
            .fact("purpose", purpose)
            .fact("digest", crate::imports::digest(&self.bytes))
    }
}

const PDF: &str = "application/pdf";

impl Service {
    /// Exports the experts chosen.
    ///
    /// # Errors
    /// Denied, no purpose, nobody chosen; or the document could not be made.
    pub async fn export_experts(
        &self,
        ctx: &Ctx,
        no: i64,
        chosen: &Chosen,
        form: ExportForm,
        purpose: &str,
    ) -> Result<MadeFile> {
        let pool = self.open_part(ctx, no, Action::ExportExperts).await?;
        let purpose = need_purpose(purpose)?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::ExportExperts, &pool)?;
        if form.is_plain() {
            change.authorize_in(Action::RevealIdentity, &pool)?;
        }
        let members = self
            .chosen_members(ctx, &pool, &mut *change, chosen)
            .await?;
        if members.is_empty() {
            return Err(Error::field(
                "id",
                "没有选中任何专家。请勾选或查询到专家后再导出。",
            ));
        }
        let count = members.len();
        let name = format!("{}_{}", pool.pool.name, ctx.today());
        let made = if form.is_plain() {
            let list = self.summary_list(ctx, &pool, &mut change, members).await?;
            let (ending, media_type, bytes) = match form {
                ExportForm::SummaryPdf => ("pdf", PDF, self.typeset(list.view(), ctx.now).await?),
                ExportForm::SummaryDocx => {
                    let view = list.view();
                    let bytes = self.make(move || docx::form(&view)).await?;
                    ("docx", docx::MEDIA_TYPE, bytes)
                }
                _ => {
                    let bytes = self.make(move || xlsx::summary_list(&list)).await?;
                    ("xlsx", xlsx::MEDIA_TYPE, bytes)
                }
            };
            MadeFile {
                name: format!("{name}_名单汇总表.{ending}"),
                media_type,
                bytes,
                count,
            }
        } else {
            let rows = self.expert_rows(ctx, &pool, members).await?;
            let name = format!("{name}_专家名单");
            match form {
                ExportForm::Csv => MadeFile {
                    name: format!("{name}.csv"),
                    media_type: "text/csv; charset=utf-8",
                    bytes: csv(&rows),
                    count,
                },
                _ => {
                    let rows = rows.into_iter().map(|row| cells(&row));
                    self.workbook(&name, &LIST, rows).await?
                }
            }
        };
        let event = made.exported(Subject::new("pool", pool.id()), form.code(), &purpose);
        change.record(event).await?;
        change.commit().await?;
        Ok(made)
    }

    /// A list as a workbook. `name` without its ending.
    pub(crate) async fn workbook(
        &self,
        name: &str,
        table: &'static ExportTable<'static>,
        rows: impl ExactSizeIterator<Item = Vec<ExportValue>> + Send + 'static,
    ) -> Result<MadeFile> {
        let count = rows.len();
        Ok(MadeFile {
            name: format!("{name}.xlsx"),
            media_type: xlsx::MEDIA_TYPE,
            bytes: self.make(move || xlsx::export(table, rows)).await?,
            count,
        })
    }

    async fn summary_list(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        change: &mut crate::change::Change<'_>,
        members: Vec<crate::experts::Member>,
    ) -> Result<SummaryList> {
        let ids: Vec<_> = members.iter().map(|member| member.keys.person).collect();
        let files: std::collections::HashMap<_, PersonFile> =
            store::persons::find_all::<PersonFile>(&mut **change, ids.iter().copied())
                .await?
                .into_iter()
                .map(|person| (person.id, person.body))
                .collect();
        let mut private: std::collections::HashMap<_, _> =
            store::persons::private(&mut **change, self.store.seals(), ids)
                .await?
                .into_iter()
                .collect();
        let known = self.specialties_of(pool.id()).await?;
        let rows = members.into_iter().map(|member| {
            let file = files.get(&member.keys.person).cloned().unwrap_or_default();
            let private = private.remove(&member.keys.person).unwrap_or_default();
            let plain = crate::experts::PlainValues::of(&private);
            SummaryRow {
                name: member.keys.name,
                sex: file.profile.sex.map_or("", sex).to_owned(),
                id_number: plain.id_number,
                specialty: Self::names_of(&known, &member.body.expert.specialties).join("、"),
                employer: member.keys.employer,
                qualification: qualifications(&file.profile),
                honour: persons::highest_honour(pool, &file.profile),
                contact: if plain.phone.is_empty() {
                    file.office_phone.unwrap_or_default()
                } else {
                    plain.phone
                },
            }
        });
        let rows = rows.collect();
        let form = pool.pack.form("annex2");
        let official = SummaryList::dg();
        Ok(SummaryList {
            annex: form.map_or(official.annex, |form| form.annex.clone()),
            title: form.map_or(official.title, |form| form.title.clone()),
            channels: pool
                .pack
                .admission
                .channels
                .iter()
                .filter(|channel| channel.batch)
                .map(|c| c.label.clone())
                .collect(),
            marks: pool.standing(ctx.today()).banner().into_iter().collect(),
            filled_by: ctx.actor.name.clone(),
            on: Some(ctx.today()),
            rows,
            ..SummaryList::default()
        })
    }
}

const LIST: ExportTable<'static> = ExportTable {
    name: "专家名单",
    columns: &[
        ExportColumn::new("专家编号", 16.0, ExportKind::Text),
        ExportColumn::new("姓名", 12.0, ExportKind::Text),
        ExportColumn::new("专业领域", 28.0, ExportKind::Text),
        ExportColumn::new("队伍、分组", 22.0, ExportKind::Text),
        ExportColumn::new("职称、等级", 20.0, ExportKind::Text),
        ExportColumn::new("工作单位", 36.0, ExportKind::Text),
        ExportColumn::new("聘期至", 14.0, ExportKind::Date),
        ExportColumn::new("状态", 12.0, ExportKind::Centre),
    ],
};

fn cells(row: &ExpertRow) -> Vec<ExportValue> {
    vec![
        ExportValue::Text(row.number.clone()),
        ExportValue::Text(row.name.clone()),
        ExportValue::Text(row.specialties.join("、")),
        ExportValue::Text(row.groups()),
        ExportValue::Text(row.level.clone()),
        ExportValue::Text(row.employer.clone()),
        ExportValue::Date(row.term_to),
        ExportValue::Text(row.status.zh().to_owned()),
    ]
}

fn csv(rows: &[ExpertRow]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    let line = |cells: &[String]| {
        let quoted: Vec<String> = cells
            .iter()
            .map(|cell| format!("\"{}\"", xlsx::safe_text(cell).replace('"', "\"\"")))
            .collect();
        quoted.join(",") + "\r\n"
    };
    let heads = LIST.columns.iter().map(|column| column.head.to_owned());
    text += &line(&heads.collect::<Vec<_>>());
    for row in rows {
        text += &line(&[
            row.number.clone(),
            row.name.clone(),
            row.specialties.join("、"),
            row.groups(),
            row.level.clone(),
            row.employer.clone(),
            row.term_to.to_string(),
            row.status.zh().to_owned(),
        ]);
    }
    text.into_bytes()
}
