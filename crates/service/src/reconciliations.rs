//! 信息库定期更新: how many joined, left and remain in a period, counted from the members themselves, so that
//! the report and the list cannot differ; filing it puts the numbers into the ledger (JM 第十四条).

use documents::form::{Block, Field, FormView, Size, TableColumn};
use documents::xlsx::{ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::expert::Standing;
use domain::id::{ExpertId, RecordId};
use domain::policy::pack::Reconcile;
use domain::policy::pool_register::{last_whole, period};
use domain::policy::words::Word as _;
use domain::renewal::By;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::document;
use store::experts;
use store::records::RecordKeys;

use crate::applications::by;
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::experts::{Member, Membership, need_purpose};
use crate::exports::MadeFile;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Kind of the stored records.
const KIND: &str = "reconciliation";
/// Most people named on a page or in a document; a workbook names everybody.
const SHOWN: usize = 200;

const MOVED: ExportTable<'static> = ExportTable {
    name: "信息库更新",
    columns: &[
        ExportColumn::new("变动", 14.0, ExportKind::Text),
        ExportColumn::new("日期", 12.0, ExportKind::Date),
        ExportColumn::new("专家编号", 14.0, ExportKind::Text),
        ExportColumn::new("姓名", 10.0, ExportKind::Text),
        ExportColumn::new("工作单位", 30.0, ExportKind::Text),
    ],
};

/// What happened to somebody's membership in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedLine {
    /// Who.
    pub expert: ExpertId,
    /// 姓名
    pub name: String,
    /// 专家编号
    pub number: String,
    /// 工作单位
    pub employer: String,
    /// First day in the pool, or first day out of it.
    pub on: Date,
    /// 新增, or how it ended.
    pub what: String,
}

/// The numbers of a period, as they were filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// Identifier.
    pub id: RecordId,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// 新增
    pub joined: usize,
    /// 退出
    pub left: usize,
    /// 在库 at the end of the last day.
    pub held: usize,
    /// Who filed it.
    pub by: By,
}

/// The report of a period, as the members stand today.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateReport {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// How often it is due, in words.
    pub every: &'static str,
    /// The article.
    pub article: String,
    /// 新增
    pub joined: usize,
    /// 退出
    pub left: usize,
    /// 在库 at the end of the last day; of a period that still runs, today.
    pub held: usize,
    /// The first of those who joined and left.
    pub moved: Vec<MovedLine>,
    /// The period is over.
    pub over: bool,
    /// The numbers filed for it.
    pub filed: Option<Filed>,
}

fn joined(standing: &Standing, (from, to): (Date, Date)) -> bool {
    let held = standing.held();
    held.is_some_and(|(first, _)| from <= first && first <= to)
}

/// First day out of the pool.
fn gone(standing: &Standing) -> Option<Date> {
    standing.held()?.1.tomorrow().ok()
}

fn left(standing: &Standing, (from, to): (Date, Date)) -> bool {
    gone(standing).is_some_and(|day| from <= day && day <= to)
}

fn law(pool: &OpenPool) -> Result<&Reconcile> {
    let information = pool.pack.information.as_ref();
    information
        .and_then(|rules| rules.reconcile.as_ref())
        .ok_or_else(|| {
            Error::state(
                "reconciliation.none",
                "本库的办法没有规定定期更新。专家的增减可在专家库和留痕中查看。",
            )
        })
}

fn number(from: Date, to: Date) -> String {
    format!("{from}/{to}")
}

impl Service {
    /// The report of the period a day lies in, or of the last that is over.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] where the instrument knows no such report.
    pub async fn update_report(
        &self,
        ctx: &Ctx,
        no: i64,
        day: Option<Date>,
    ) -> Result<UpdateReport> {
        let pool = self.open_pool(ctx, no, Action::ReadExperts).await?;
        self.report_of(ctx, &pool, day, SHOWN).await
    }

    async fn report_of(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        day: Option<Date>,
        most: usize,
    ) -> Result<UpdateReport> {
        let law = law(pool)?;
        let days = match day {
            Some(day) => period(law.every, day),
            None => last_whole(law.every, ctx.today()),
        };
        let (from, to) = days;
        // Of a period that still runs, nothing that lies ahead is counted.
        let days = (from, to.min(ctx.today()));
        let kept = self.roster(pool.id()).await?;
        let came = kept.roster.standing(|standing| joined(standing, days));
        let went = kept.roster.standing(|standing| left(standing, days));
        let held = kept.roster.count(|standing| standing.is_in(days.1));
        drop(kept);
        let mut read = self.store.read();
        let mut moved = Vec::new();
        for (places, out) in [(&came, false), (&went, true)] {
            let some = &places[..places.len().min(most)];
            let members = experts::numbered::<Membership>(&mut read, pool.id(), some).await?;
            moved.extend(members.into_iter().map(|member| line(pool, member, out)));
        }
        let number = number(from, to);
        let stored =
            store::records::by_number::<Filed>(&mut read, pool.id(), KIND, &number).await?;
        Ok(UpdateReport {
            from,
            to,
            every: law.every.zh(),
            article: law.citation.to_string(),
            joined: came.len(),
            left: went.len(),
            held,
            moved,
            over: to < ctx.today(),
            filed: stored.map(|row| row.body),
        })
    }

    /// 登记更新: the numbers of a period that is over go into the ledger.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] while the period runs, or once it was filed.
    pub async fn file_update_report(
        &self,
        ctx: &Ctx,
        no: i64,
        day: Option<Date>,
    ) -> Result<RecordId> {
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::EditExperts, pool.target())?;
        let report = self.report_of(ctx, &pool, day, 0).await?;
        if !report.over {
            return Err(Error::state(
                "reconciliation.runs",
                format!("{} 才到期末，现在不能登记。请期满后再办。", report.to),
            ));
        }
        let number = number(report.from, report.to);
        let known =
            store::records::by_number::<Filed>(&mut *change, pool.id(), KIND, &number).await?;
        if let Some(known) = known {
            return Err(Error::state(
                "reconciliation.filed",
                format!("这一期已由{}登记，不用再办。", known.body.by.name),
            ));
        }
        let filed = Filed {
            id: self.id(ctx),
            from: report.from,
            to: report.to,
            joined: report.joined,
            left: report.left,
            held: report.held,
            by: by(ctx)?,
        };
        let keys = RecordKeys {
            pool: pool.id(),
            kind: KIND.to_owned(),
            number: Some(number),
            status: "filed".to_owned(),
            parent: None,
            subject: None,
            team: String::new(),
            due_on: None,
            sort: filed.from.to_string(),
            title: format!("{} 至 {}", filed.from, filed.to),
        };
        document::insert(&mut change, filed.id, keys, &filed).await?;
        let event = Event::new(
            EventKind::PoolReconciled,
            Subject::new("reconciliation", filed.id),
        )
        .fact("term", format!("{} — {}", filed.from, filed.to))
        .fact("joined", filed.joined)
        .fact("left", filed.left)
        .fact("in_pool", filed.held)
        .fact("article", &report.article);
        change.record(event).await?;
        change.commit().await?;
        Ok(filed.id)
    }

    /// The last period that is over, if its report waits to be filed and there was anybody to report on.
    pub(crate) async fn update_report_due(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
    ) -> Result<Option<UpdateReport>> {
        if law(pool).is_err() {
            return Ok(None);
        }
        let report = self.report_of(ctx, pool, None, 0).await?;
        let anything = report.joined + report.left + report.held > 0;
        Ok((report.filed.is_none() && anything).then_some(report))
    }

    /// The reports filed so far, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn filed_reports(&self, ctx: &Ctx, no: i64) -> Result<Vec<Filed>> {
        let pool = self.open_pool(ctx, no, Action::ReadExperts).await?;
        let filter = records::of_kind(pool.id(), KIND, &[]);
        let rows = store::records::all::<Filed>(&mut self.store.read(), &filter).await?;
        Ok(rows.into_iter().rev().map(|row| row.body).collect())
    }

    /// The report as PDF, with the first of those who joined and left.
    ///
    /// # Errors
    /// As [`Service::update_report`]; [`Error::Document`].
    pub async fn print_update_report(
        &self,
        ctx: &Ctx,
        no: i64,
        day: Option<Date>,
    ) -> Result<Printed> {
        let pool = self.open_pool(ctx, no, Action::ReadExperts).await?;
        let report = self.report_of(ctx, &pool, day, SHOWN).await?;
        let demonstration = pool.pool.demonstration.then(|| "演示".to_owned());
        let marks = pool.standing(ctx.today()).banner().into_iter();
        let name = format!("信息库更新报告_{}_{}.pdf", report.from, report.to);
        let sign = self.organisation_name(pool.pool.manager).await?;
        let form = FormView {
            title: vec![pool.pool.name.clone(), "信息库更新报告".to_owned()],
            size: Size::Five,
            marks: marks.chain(demonstration).collect(),
            blocks: blocks(&pool, &report, &sign, ctx.today()),
            ..FormView::default()
        };
        self.print(form, ctx.now, name).await
    }

    /// Everybody who joined or left in the period as a workbook, for a stated purpose.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] without a purpose.
    pub async fn export_update_report(
        &self,
        ctx: &Ctx,
        no: i64,
        day: Option<Date>,
        purpose: &str,
    ) -> Result<MadeFile> {
        let pool = self.open_pool(ctx, no, Action::ExportExperts).await?;
        let purpose = need_purpose(purpose)?;
        let report = self.report_of(ctx, &pool, day, usize::MAX).await?;
        let name = format!("信息库更新_{}_{}", report.from, report.to);
        let rows = report.moved.into_iter().map(|one| {
            vec![
                ExportValue::Text(one.what),
                ExportValue::Date(one.on),
                ExportValue::Text(one.number),
                ExportValue::Text(one.name),
                ExportValue::Text(one.employer),
            ]
        });
        let made = self.workbook(&name, &MOVED, rows).await?;
        // Only now: others write while the workbook is made.
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::ExportExperts, pool.target())?;
        let event = made.exported(Subject::new("pool", pool.id()), "update_report", &purpose);
        change.record(event).await?;
        change.commit().await?;
        Ok(made)
    }
}

fn line(pool: &OpenPool, member: Member, out: bool) -> MovedLine {
    let standing = &member.body.expert.standing;
    let (on, what) = match (out, standing) {
        (false, _) => (Some(standing.term().from), "新增".to_owned()),
        (true, Standing::Left { .. }) => (gone(standing), "退出（出库）".to_owned()),
        (true, _) => (
            gone(standing),
            format!("退出（{}）", pool.pack.admission.term.lapse),
        ),
    };
    MovedLine {
        expert: member.id,
        on: on.unwrap_or(standing.term().to),
        what,
        number: member.body.expert.number.clone(),
        name: member.keys.name,
        employer: member.keys.employer,
    }
}

fn blocks(pool: &OpenPool, report: &UpdateReport, sign: &str, today: Date) -> Vec<Block> {
    let people = |number: usize| format!("{number} 人");
    let mut blocks = vec![
        Block::Facts {
            fields: vec![
                Field::new("期间", format!("{} 至 {}", report.from, report.to)),
                Field::new("更新周期", report.every),
                Field::new("新增", people(report.joined)),
                Field::new("退出", people(report.left)),
                Field::new("期末在库", people(report.held)),
                Field::new(
                    "依据",
                    format!("《{}》{}", pool.pack.identity.title, report.article),
                ),
            ],
        },
        Block::Table {
            columns: vec![
                TableColumn::centre("序号", 1.0),
                TableColumn::left("变动", 2.6),
                TableColumn::centre("日期", 2.4),
                TableColumn::left("专家编号", 2.6),
                TableColumn::centre("姓名", 2.0),
                TableColumn::left("工作单位", 4.4),
            ],
            rows: report
                .moved
                .iter()
                .enumerate()
                .map(|(place, one)| {
                    vec![
                        (place + 1).to_string(),
                        one.what.clone(),
                        one.on.to_string(),
                        one.number.clone(),
                        one.name.clone(),
                        one.employer.clone(),
                    ]
                })
                .collect(),
            row_height: 7.0,
        },
    ];
    if report.moved.len() < report.joined + report.left {
        blocks.push(Block::Remark {
            text: "人数较多，这里只列一部分，全部人员见电子表格。".to_owned(),
        });
    }
    blocks.push(Block::Closing {
        lines: vec![sign.to_owned(), documents::dates::long(today)],
    });
    blocks
}
