//! 续聘名单 as a workbook, 续聘审核表 of one expert as PDF.

use documents::form::{Block, Field, FormView, Size, TableColumn};
use documents::xlsx::{ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::actor::Action;
use domain::event::Subject;
use domain::id::ExpertId;
use domain::policy::words::Word as _;
use domain::renewal::{State, Will};
use store::document::PageRequest;

use super::{RenewalLine, RenewalView, View};
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::experts::need_purpose;
use crate::exports::MadeFile;
use crate::service::Service;

/// Most rows of one workbook: more are exported part by part.
const MOST: usize = 50_000;

const LIST: ExportTable<'static> = ExportTable {
    name: "续聘名单",
    columns: &[
        ExportColumn::new("专家编号", 14.0, ExportKind::Text),
        ExportColumn::new("姓名", 10.0, ExportKind::Text),
        ExportColumn::new("工作单位", 30.0, ExportKind::Text),
        ExportColumn::new("聘期开始", 12.0, ExportKind::Date),
        ExportColumn::new("聘期届满", 12.0, ExportKind::Date),
        ExportColumn::new("本人意愿", 12.0, ExportKind::Text),
        ExportColumn::new("决定", 12.0, ExportKind::Text),
        ExportColumn::new("理由", 40.0, ExportKind::Text),
    ],
};

impl Service {
    /// Exports a part of the list for a stated purpose.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] without a purpose, [`Error::Refused`] when there are too
    /// many for one workbook.
    pub async fn export_renewals(
        &self,
        ctx: &Ctx,
        no: i64,
        view: View,
        purpose: &str,
    ) -> Result<MadeFile> {
        let pool = self.open_part(ctx, no, Action::ExportExperts).await?;
        let purpose = need_purpose(purpose)?;
        let mut lines: Vec<RenewalLine> = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest::after(after, 100);
            let found = self.renewals(ctx, no, view, &page).await?;
            lines.extend(found.rows);
            if lines.len() > MOST {
                return Err(Error::state(
                    "renewal.too_many",
                    format!("超过 {MOST} 人，一份表格放不下。请在专家库按条件分批导出。"),
                ));
            }
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        let name = format!("{}_续聘名单_{}", pool.pool.name, ctx.today());
        let rows = lines.into_iter().map(row);
        let made = self.workbook(&name, &LIST, rows).await?;
        // Only now: others write while the workbook is made.
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::ExportExperts, &pool)?;
        let form = format!("renewals.{}", view.code());
        let event = made.exported(Subject::new("pool", pool.id()), &form, &purpose);
        change.record(event).await?;
        change.commit().await?;
        Ok(made)
    }

    /// 续聘审核表 of one expert: term, record of work, conditions looked at again, willingness, decision.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Document`].
    pub async fn print_renewal(&self, ctx: &Ctx, no: i64, expert: ExpertId) -> Result<Printed> {
        let pool = self.open_part(ctx, no, Action::DecideRenewals).await?;
        let view = self.renewal(ctx, no, expert).await?;
        let law = super::rules(&pool)?;
        let basis = format!("《{}》{}", pool.pack.identity.title, law.citation);
        let name = format!("续聘审核表-{}-{}.pdf", view.line.number, view.line.name);
        let demonstration = pool.pool.demonstration.then(|| "演示".to_owned());
        let marks = pool.standing(ctx.today()).banner().into_iter();
        let form = FormView {
            title: vec![pool.pool.name.clone(), "续聘审核表".to_owned()],
            size: Size::Five,
            marks: marks.chain(demonstration).collect(),
            blocks: blocks(&view, basis, pool.pack.party_label(&law.by)),
            ..FormView::default()
        };
        self.print(form, ctx.now, name).await
    }
}

fn row(line: RenewalLine) -> Vec<ExportValue> {
    let (will, decision) = (line.will(), line.decision());
    let reason = line.record.as_ref().map(reason).unwrap_or_default();
    vec![
        ExportValue::Text(line.number),
        ExportValue::Text(line.name),
        ExportValue::Text(line.employer),
        ExportValue::Date(line.term.from),
        ExportValue::Date(line.term.to),
        ExportValue::Text(will.to_owned()),
        ExportValue::Text(decision.to_owned()),
        ExportValue::Text(reason),
    ]
}

/// The reason of the decision, or of an unwilling answer while there is none.
fn reason(one: &domain::renewal::Renewal) -> String {
    match (&one.state, &one.will) {
        (State::Renewed { reason, .. } | State::NotRenewed { reason, .. }, _)
        | (_, Will::Unwilling { reason, .. }) => reason.clone(),
        _ => String::new(),
    }
}

fn blocks(view: &RenewalView, basis: String, party: &str) -> Vec<Block> {
    let line = &view.line;
    let terms = view.terms.iter();
    let terms: Vec<String> = terms
        .map(|term| format!("{} 至 {}", term.from, term.to))
        .collect();
    let mut blocks = vec![Block::Facts {
        fields: vec![
            Field::new("姓名", &line.name),
            Field::new("专家编号", &line.number),
            Field::new("工作单位", &line.employer),
            Field::new("历次聘期", terms.join("；")),
            Field::new("本人意愿", line.will()),
            Field::new("依据", basis),
        ],
    }];
    if !view.dossier.is_empty() {
        blocks.push(Block::Table {
            columns: vec![
                TableColumn::left("工作情况", 2.4),
                TableColumn::left("记录", 10.0),
            ],
            rows: view
                .dossier
                .iter()
                .map(|part| vec![part.label.to_owned(), part.lines.join("\n")])
                .collect(),
            row_height: 8.0,
        });
    }
    if !view.conditions.is_empty() {
        blocks.push(Block::Table {
            columns: vec![
                TableColumn::centre("复核", 1.6),
                TableColumn::left("条件", 8.2),
                TableColumn::left("条款", 2.6),
            ],
            rows: view
                .conditions
                .iter()
                .map(|one| {
                    vec![
                        one.verdict.zh().to_owned(),
                        one.sentence.clone(),
                        one.citation.clone(),
                    ]
                })
                .collect(),
            row_height: 8.0,
        });
    }
    blocks.push(Block::Paragraph {
        text: decision(view),
    });
    blocks.push(Block::Signatures {
        places: vec!["经办人".to_owned(), format!("{party}（盖章）")],
    });
    blocks
}

fn decision(view: &RenewalView) -> String {
    let said = |reason: &str| match reason {
        "" => String::new(),
        reason => format!("理由：{reason}。"),
    };
    match view.line.record.as_ref().map(|one| &one.state) {
        Some(State::Renewed {
            by,
            reason,
            given,
            term,
            ..
        }) => {
            let found: Vec<&str> = given.iter().map(|need| need.zh()).collect();
            format!(
                "决定：续聘，聘期 {} 至 {}（{}，{}）。{}",
                term.from,
                term.to,
                found.join("、"),
                by.name,
                said(reason)
            )
        }
        Some(State::NotRenewed { by, reason }) => {
            format!("决定：不续聘（{}）。{}", by.name, said(reason))
        }
        Some(State::Lapsed { on }) => format!("期满未作决定，{on} 起聘期届满。"),
        _ => "决定：□ 续聘　　□ 不续聘　　理由：".to_owned(),
    }
}
