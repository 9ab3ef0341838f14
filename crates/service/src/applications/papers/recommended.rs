//! 推荐名单: the applications chosen on one list, to be sealed by the unit.

use documents::annex::{Annex, Stated};
use documents::form::{Block, Field, FormView, Paper, TableColumn};
use domain::id::RecordId;
use domain::policy::pack::{Form, Source};

use super::stated_of;
use crate::applications::Row;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::experts::need_purpose;
use crate::exports::MadeFile;
use crate::papers::{PaperFile, Shown};
use crate::pools::OpenPool;
use crate::service::Service;

impl Service {
    /// 推荐名单: the applications chosen on the summary list of the pack, or on a plain one where it has
    /// none; to be sealed by the unit. A channel of the form is ticked when all rows came by it.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`]; [`crate::Error::Invalid`] without
    /// applications, or without a purpose for plain values; [`crate::Error::Document`].
    pub async fn recommendation_list(
        &self,
        ctx: &Ctx,
        no: i64,
        ids: &[RecordId],
        file: PaperFile,
        shown: Shown<'_>,
    ) -> Result<MadeFile> {
        let (pool, rows) = self.chosen_applications(ctx, no, ids).await?;
        if let Shown::Plain(purpose) = shown {
            let purpose = need_purpose(purpose)?;
            let taken = ("身份证号码和联系方式", "推荐名单");
            self.record_taken(ctx, &pool, &rows, &purpose, taken)
                .await?;
        }
        let mut list = Stated {
            filled_by: ctx.actor.name.clone(),
            filled_on: Some(ctx.today()),
            unit: self.unit_of(ctx, &rows).await?,
            ..Stated::default()
        };
        let known = self.specialties_of(pool.id()).await?;
        for row in &rows {
            let contacts = match shown {
                Shown::Masked => self.masked(row)?,
                Shown::Plain(_) => self.plain(row)?,
            };
            let one = &row.body.application;
            list.rows.push(stated_of(&pool, one, contacts, &known)?);
        }
        let first = list.rows.first().map(|one| one.channel.clone());
        let same = list
            .rows
            .iter()
            .all(|one| Some(&one.channel) == first.as_ref());
        list.channel = first.filter(|_| same).unwrap_or_default();
        let marks = self.marks(&pool, ctx.now);
        let of_batch = |form: &&Form| {
            let mut fields = form.fields.iter();
            fields.any(|field| field.source == Source::BatchRows)
        };
        let view = match pool.pack.forms.iter().find(of_batch) {
            Some(form) => Annex::blank(form, &list, marks).view(),
            None => plain_list(&pool, &list, &rows, marks),
        };
        let name = format!("{}_{}_推荐名单", pool.pool.name, ctx.today());
        let made = self.made_paper(view, file, &name, ctx.now).await?;
        Ok(MadeFile {
            count: rows.len(),
            ..made
        })
    }

    /// The unit a list is of: the actor's own, or the one all its applications name.
    async fn unit_of(&self, ctx: &Ctx, rows: &[Row]) -> Result<String> {
        if let Some(unit) = ctx.actor.organisation {
            return self.organisation_name(unit).await;
        }
        let mut units = rows
            .iter()
            .map(|row| row.body.application.recommender.as_ref());
        let first = units.next().flatten();
        let same = units.all(|unit| unit == first);
        Ok(first.filter(|_| same).cloned().unwrap_or_default())
    }
}

/// A list of those recommended, for packs whose text has none.
fn plain_list(pool: &OpenPool, list: &Stated, rows: &[Row], marks: Vec<String>) -> FormView {
    let texts = list
        .rows
        .iter()
        .zip(rows)
        .enumerate()
        .map(|(place, (one, row))| {
            let person = &one.profile;
            let said = row.body.application.recommendation.as_ref();
            vec![
                (place + 1).to_string(),
                person.name.clone(),
                person.sex.map_or("", documents::annex::sex).to_owned(),
                one.id_number.clone(),
                one.specialties.join("、"),
                person
                    .employer
                    .as_ref()
                    .map(|one| one.name.clone())
                    .unwrap_or_default(),
                documents::annex::qualifications(person),
                said.map(|said| said.opinion.clone()).unwrap_or_default(),
            ]
        });
    FormView {
        title: vec![pool.pool.name.clone(), "推荐专家名单".to_owned()],
        paper: Paper::Landscape,
        marks,
        blocks: vec![
            Block::Line {
                fields: vec![
                    Field::new("推荐单位", format!("{}（盖章）", list.unit)),
                    Field::new("填报人", &list.filled_by),
                    Field::new("", documents::dates::long_or_blank(list.filled_on)),
                ],
                widths: vec![2.4, 1.2, 1.4],
            },
            Block::Table {
                columns: vec![
                    TableColumn::centre("序号", 1.0),
                    TableColumn::centre("姓名", 1.7),
                    TableColumn::centre("性别", 1.0),
                    TableColumn::centre("身份证号码", 4.0),
                    TableColumn::left("申请专业", 3.0),
                    TableColumn::left("工作单位", 4.2),
                    TableColumn::left("职业资格/职称", 3.0),
                    TableColumn::left("推荐意见", 4.6),
                ],
                rows: texts.collect(),
                row_height: 9.5,
            },
        ],
        ..FormView::default()
    }
}
