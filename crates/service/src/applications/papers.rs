//! 申请的表格: the form of the pack as it was filled in, the sheet on which it is approved, the list of
//! those a unit recommends, and all of several applications as one zip.

use std::sync::Arc;

use documents::annex::{Annex, Opinion, Signed, Stated};
use documents::approvals::{ApprovalSheet, StationOpinion};
use documents::bundle::Bundle;
use documents::form::{Block, Field, FormView, Paper, TableColumn};
use documents::meetings::Line;
use documents::xlsx::{self, ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::actor::Action;
use domain::application::{Application, Filed, State};
use domain::event::EventKind;
use domain::explain::Explain as _;
use domain::id::{OrganisationId, RecordId};
use domain::policy::checklist;
use domain::policy::pack::{Form, SignedBy, Source, Station};
use domain::policy::words::Word as _;
use jiff::civil::Date;
use store::attachments;
use tokio::sync::mpsc;

use super::materials::places;
use super::{ApplicationView, KIND, Row, channel_of, event, file_of, find, target};
use crate::attachments::{Body, Media};
use crate::certificates::{Pieces, photo_kinds};
use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Result};
use crate::experts::{PlainValues, need_purpose};
use crate::exports::MadeFile;
use crate::papers::{Contacts, PaperFile, Shown, stated, title_of};
use crate::persons::Masked;
use crate::pools::OpenPool;
use crate::service::Service;

/// Most applications in one zip or on one list.
const MOST: usize = 2_000;
/// Pieces of a zip that wait for a slow reader.
const AHEAD: usize = 4;
/// Longest part of a file's name that somebody wrote, characters.
const LABEL_MOST: usize = 40;

/// The form an application is made on: the one its materials name, or the only one of the pack.
pub(super) fn form_of<'p>(pool: &'p OpenPool, one: &Application) -> Result<&'p Form> {
    let named = checklist::items(&pool.pack, channel_of(pool, one)?)
        .into_iter()
        .filter_map(|item| pool.pack.form(item.form.as_deref()?))
        .find(|form| form.is_of_one_person());
    named
        .or_else(|| pool.pack.application_form())
        .ok_or(Error::NotFound)
}

fn day(at: jiff::Timestamp) -> Date {
    at.to_zoned(shanghai()).date()
}

/// How the applicant signed: electronically where the pledge of the form was agreed to here.
fn signed(one: &Application) -> Signed {
    match (&one.pledge, &one.filed) {
        (Some(agreed), Filed::Online) => Signed::Electronically {
            name: one.profile.name.clone(),
            on: day(agreed.at),
        },
        _ => Signed::OnPaper,
    }
}

/// What a unit said in its own account. Seal and day stay blank for the paper that is filed.
fn opinions(one: &Application) -> Vec<(SignedBy, Opinion)> {
    let said = one.recommendation.iter().map(|said| {
        let text = format!(
            "{}\n（{}于{}以单位账号出具）",
            said.opinion,
            said.unit,
            documents::dates::long(day(said.by.at))
        );
        (SignedBy::Unit, Opinion { text, on: None })
    });
    said.collect()
}

impl Service {
    /// What stands on the form of an application.
    async fn stated_of(&self, pool: &OpenPool, row: &Row, contacts: Contacts) -> Result<Stated> {
        let one = &row.body.application;
        let pack = &pool.pack;
        let mut form = stated(pool, &file_of(one), contacts);
        form.channel = channel_of(pool, one)?.label.clone();
        let team = pack
            .pool
            .teams
            .iter()
            .find(|team| Some(&team.id) == one.team.as_ref());
        form.team = team.map(|team| team.label.clone()).unwrap_or_default();
        let branch = one.relies_on.as_ref().and_then(|id| {
            let branches = pack.eligibility.branches.iter();
            branches.clone().find(|branch| branch.id == *id)
        });
        form.branch = branch
            .map(|branch| branch.citation.to_string())
            .unwrap_or_default();
        let known = self.specialties_of(pool.id()).await?;
        form.specialties = Self::names_of(&known, &one.specialties);
        form.filled_on = match (one.handed_in(), &one.filed) {
            (_, Filed::Desk { .. }) => Some(one.received_on),
            (Some(passed), _) => Some(passed.on),
            (None, _) => None,
        };
        form.photo = self.photo_of_application(pool, one).await?;
        Ok(form)
    }

    async fn photo_of_application(
        &self,
        pool: &OpenPool,
        one: &Application,
    ) -> Result<Option<documents::photo::Photo>> {
        let labels = photo_kinds(pool);
        // What became an expert took its files along, under their labels.
        if let State::Appointed { expert, .. } = &one.state {
            let owner = expert.to_string();
            return self
                .newest_photo(crate::attachments::OWNER, &owner, &labels)
                .await;
        }
        let places = places(pool, one)?.into_iter();
        let kinds: Vec<String> = places
            .filter(|(_, label)| labels.iter().any(|known| label.contains(known.as_str())))
            .map(|(place, _)| place)
            .collect();
        self.newest_photo(KIND, &one.id.to_string(), &kinds).await
    }

    fn masked(&self, row: &Row) -> Result<Contacts> {
        Ok(Masked::of(&self.open_applicant(row)?).into())
    }

    fn plain(&self, row: &Row) -> Result<Contacts> {
        Ok(PlainValues::of(&self.open_applicant(row)?).into())
    }

    /// The printed form of an application, with these contacts.
    async fn form_view(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
        contacts: Contacts,
    ) -> Result<FormView> {
        let one = &row.body.application;
        let form = form_of(pool, one)?;
        let on_form = self.stated_of(pool, row, contacts).await?;
        let sheet = Annex {
            form,
            stated: &on_form,
            signed: signed(one),
            opinions: opinions(one),
            marks: self.marks(pool, ctx.now),
            watermark: one.handed_in().is_none().then(|| "草稿　未提交".to_owned()),
        };
        Ok(sheet.view())
    }

    fn paper_name(pool: &OpenPool, one: &Application) -> Result<String> {
        Ok(format!(
            "{}_{}_{}",
            one.number,
            one.profile.name,
            title_of(form_of(pool, one)?)
        ))
    }

    /// 申请表 of an application: masked for whoever may read it; in full for a purpose, which is
    /// recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not the actor's to see, and where the pack has no form;
    /// [`Error::Forbidden`]; [`Error::Invalid`] without a purpose; [`Error::Document`].
    pub async fn application_form(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: PaperFile,
        shown: Shown<'_>,
    ) -> Result<MadeFile> {
        let (pool, row) = self.seen_application(ctx, no, id).await?;
        let contacts = match shown {
            Shown::Masked => self.masked(&row)?,
            Shown::Plain(purpose) => {
                let purpose = need_purpose(purpose)?;
                self.record_plain(ctx, &pool, id, &purpose, file.code())
                    .await?;
                self.plain(&row)?
            }
        };
        let view = self.form_view(ctx, &pool, &row, contacts).await?;
        let name = Self::paper_name(&pool, &row.body.application)?;
        self.made_paper(view, file, &name, ctx.now).await
    }

    /// Who may take plain values away: whoever may read them anywhere, and the unit of those it handed
    /// in itself.
    fn authorize_plain(change: &mut Change<'_>, one: &Application) -> Result<()> {
        let allowed = change.authorize(Action::RevealIdentity, target(one));
        match (allowed, &one.filed) {
            (Err(_), Filed::Unit { .. }) => {
                change.authorize(Action::RecommendApplicant, target(one))?;
            }
            (allowed, _) => {
                allowed?;
            }
        }
        Ok(())
    }

    async fn record_plain(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        id: RecordId,
        purpose: &str,
        what: &str,
    ) -> Result<()> {
        let (mut change, row, _) = self.application_change(ctx, pool.id(), id).await?;
        let one = &row.body.application;
        Self::authorize_plain(&mut change, one)?;
        let read = event(EventKind::PlainValueRead, one)
            .fact("purpose", purpose)
            .fact("fields", "身份证号码、手机、电子邮箱、通讯地址")
            .fact("form", what);
        change.record(read).await?;
        change.commit().await?;
        Ok(())
    }

    /// One's own form, in full: what stands on it is the applicant's. Taking it away is recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere, and where the pack has no form;
    /// [`Error::Document`].
    pub async fn own_application_form(
        &self,
        token: &str,
        id: RecordId,
        file: PaperFile,
    ) -> Result<MadeFile> {
        let own = self.own_application(token, id).await?;
        let row = find(&mut self.store.read(), id).await?;
        let one = &row.body.application;
        let pool = own.pool;
        let name = Self::paper_name(&pool, one)?;
        let ctx = self.applicant("", id, &one.profile.name);
        let (mut change, row, _) = self.application_change(&ctx, pool.id(), id).await?;
        let taken = event(EventKind::PlainValueRead, &row.body.application)
            .fact("purpose", "本人下载")
            .fact("form", file.code());
        change.record(taken).await?;
        change.commit().await?;
        let contacts = self.plain(&row)?;
        let view = self.form_view(&ctx, &pool, &row, contacts).await?;
        self.made_paper(view, file, &name, ctx.now).await
    }

    /// 入库审批表: who, by which channel, each condition in short, and what every station concluded, with
    /// room for signature and seal.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not the actor's to see; [`Error::Document`].
    pub async fn approval_sheet(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: PaperFile,
    ) -> Result<MadeFile> {
        let (pool, row) = self.seen_application(ctx, no, id).await?;
        let view = self.view_of(ctx, &pool, &row).await?;
        let name = format!(
            "{}_{}_入库审批表",
            view.application.number, view.application.profile.name
        );
        let sheet = approval(&pool, &view, self.marks(&pool, ctx.now));
        self.made_paper(sheet.view(), file, &name, ctx.now).await
    }

    /// The applications asked for, as far as the actor may see them, in the order asked for.
    async fn chosen_applications(
        &self,
        ctx: &Ctx,
        no: i64,
        ids: &[RecordId],
    ) -> Result<(OpenPool, Vec<Row>)> {
        let pool = self.pool_numbered(ctx, no).await?;
        if ids.is_empty() {
            return Err(Error::field(
                "application",
                "没有选中任何申请。请勾选后再导出。",
            ));
        }
        if ids.len() > MOST {
            return Err(Error::field(
                "application",
                format!(
                    "一次最多导出 {MOST} 份，现在选了 {} 份。请分批导出。",
                    ids.len()
                ),
            ));
        }
        let mut rows = Vec::new();
        for id in ids {
            let (_, row) = self.seen_application(ctx, no, *id).await?;
            rows.push(row);
        }
        Ok((pool, rows))
    }

    /// 推荐名单: the applications chosen on the summary list of the pack, or on a plain one where it has
    /// none; to be sealed by the unit. A channel of the form is ticked when all rows came by it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] without applications, or without a
    /// purpose for plain values; [`Error::Document`].
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
            self.record_taken(ctx, &pool, &rows, &purpose, "推荐名单")
                .await?;
        }
        let mut list = Stated {
            filled_by: ctx.actor.name.clone(),
            filled_on: Some(ctx.today()),
            unit: self.unit_of(ctx, &rows).await?,
            ..Stated::default()
        };
        for row in &rows {
            let contacts = match shown {
                Shown::Masked => self.masked(row)?,
                Shown::Plain(_) => self.plain(row)?,
            };
            let mut one = self.stated_of(&pool, row, contacts).await?;
            one.photo = None;
            list.rows.push(one);
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
        let named: Option<OrganisationId> = ctx.actor.organisation;
        if let Some(unit) = named {
            return self.organisation_name(unit).await;
        }
        let mut units = rows
            .iter()
            .map(|row| row.body.application.recommender.as_ref());
        let first = units.next().flatten();
        let same = units.all(|unit| unit == first);
        Ok(first.filter(|_| same).cloned().unwrap_or_default())
    }

    /// Writes down for each application that its plain values leave, and why.
    async fn record_taken(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        rows: &[Row],
        purpose: &str,
        what: &str,
    ) -> Result<()> {
        let mut change = self.change(ctx, pool.id()).await?;
        for row in rows {
            let one = &row.body.application;
            Self::authorize_plain(&mut change, one)?;
            let read = event(EventKind::PlainValueRead, one)
                .fact("purpose", purpose)
                .fact("fields", "申请表和材料")
                .fact("form", what);
            change.record(read).await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// 打包导出: of each application its form and its materials, and a workbook that lists them. Made
    /// while it is read, so that it may be larger than memory.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] without applications or without a
    /// purpose.
    pub async fn bundle_applications(
        &self,
        ctx: &Ctx,
        no: i64,
        ids: &[RecordId],
        purpose: &str,
    ) -> Result<Pieces> {
        let purpose = need_purpose(purpose)?;
        let (pool, rows) = self.chosen_applications(ctx, no, ids).await?;
        self.record_taken(ctx, &pool, &rows, &purpose, "applications.zip")
            .await?;
        let (pieces, bytes) = mpsc::channel(AHEAD);
        let name = format!("{}_{}_入库申请.zip", pool.pool.name, ctx.today());
        let (service, ctx, pool) = (self.clone(), ctx.clone(), Arc::new(pool));
        tokio::spawn(async move {
            let made = service.pack_applications(&ctx, &pool, rows, &pieces).await;
            if let Err(error) = made {
                tracing::error!(%error, "a bundle was not finished");
                // A reader that is gone need not be told.
                pieces.send(Err(error)).await.ok();
            }
        });
        Ok(Pieces { name, bytes })
    }

    async fn pack_applications(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        rows: Vec<Row>,
        pieces: &mpsc::Sender<Result<Vec<u8>>>,
    ) -> Result<()> {
        let mut bundle = Bundle::new();
        let mut listed = Vec::new();
        for (place, row) in (1..).zip(&rows) {
            let one = &row.body.application;
            let stem = format!("{place:04}_{}_{}", one.number, one.profile.name);
            let (paper, view) = self.paper_of(ctx, pool, row).await?;
            let paper = format!("{stem}_{paper}.pdf");
            let bytes = self.typeset(view, ctx.now).await?;
            let mut piece = bundle.add(&paper, &bytes).map_err(unpacked)?;
            let labels = places(pool, one)?;
            let mut read = self.store.read();
            let (owner, id) = match &one.state {
                State::Appointed { expert, .. } => (crate::attachments::OWNER, expert.to_string()),
                _ => (KIND, one.id.to_string()),
            };
            let files = attachments::of::<Body>(&mut read, owner, &id).await?;
            let mut names = vec![paper];
            for (n, file) in (1..).zip(&files) {
                let bytes = self.open_sealed(file.id, &file.keys.digest).await?;
                let label = labels
                    .iter()
                    .find(|(place, _)| *place == file.body.kind)
                    .map_or(file.body.kind.as_str(), |(_, label)| label);
                let label: String = label.chars().take(LABEL_MOST).collect();
                let name = format!(
                    "{stem}_材料{n:02}_{label}.{}",
                    ending(Media::of_type(&file.keys.media_type))
                );
                piece.extend(bundle.add(&name, &bytes).map_err(unpacked)?);
                names.push(name);
            }
            if pieces.send(Ok(piece)).await.is_err() {
                return Ok(());
            }
            listed.push(vec![
                ExportValue::Count(place),
                ExportValue::Text(one.number.clone()),
                ExportValue::Text(one.profile.name.clone()),
                ExportValue::Text(
                    one.profile
                        .employer
                        .as_ref()
                        .map(|employer| employer.name.clone())
                        .unwrap_or_default(),
                ),
                ExportValue::Text(channel_of(pool, one)?.label.clone()),
                ExportValue::Text(one.state.zh().to_owned()),
                ExportValue::Count(i64::try_from(files.len()).unwrap_or(i64::MAX)),
                ExportValue::Text(names.join("\n")),
            ]);
        }
        let index =
            xlsx::export(&INDEX, listed).map_err(|error| Error::Document(error.sentence()))?;
        let mut last = bundle.add("目录.xlsx", &index).map_err(unpacked)?;
        last.extend(bundle.finish().map_err(unpacked)?);
        pieces.send(Ok(last)).await.ok();
        Ok(())
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
                let sheet = approval(pool, &view, self.marks(pool, ctx.now));
                Ok(("入库审批表".to_owned(), sheet.view()))
            }
        }
    }
}

fn unpacked(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
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
        column("序号", 6.0, ExportKind::Count),
        column("申请编号", 18.0, ExportKind::Text),
        column("姓名", 12.0, ExportKind::Text),
        column("工作单位", 32.0, ExportKind::Text),
        column("入库方式", 14.0, ExportKind::Text),
        column("办理状态", 12.0, ExportKind::Text),
        column("材料", 8.0, ExportKind::Count),
        column("文件", 60.0, ExportKind::Text),
    ],
};

const fn column(head: &'static str, width: f64, kind: ExportKind) -> ExportColumn<'static> {
    ExportColumn { head, width, kind }
}

/// Stations that conclude something about the person, in the order of the channel.
fn concludes(station: Station) -> bool {
    !matches!(station, Station::Submit | Station::Certificate)
}

/// The sheet on which an application is approved.
fn approval(pool: &OpenPool, view: &ApplicationView, marks: Vec<String>) -> ApprovalSheet {
    let one = &view.application;
    let fact = |label: &str, text: String| (label.to_owned(), text);
    let profile = &one.profile;
    let employer = profile.employer.as_ref().map(|one| one.name.clone());
    let mut facts = vec![
        fact("姓名", profile.name.clone()),
        fact("申请编号", one.number.clone()),
        fact(
            "性别",
            profile.sex.map_or("", documents::annex::sex).to_owned(),
        ),
        fact(
            "出生年月",
            profile
                .born
                .map(documents::dates::month)
                .unwrap_or_default(),
        ),
        fact("身份证号码", view.masked.id_number.clone()),
        fact("职务", profile.post.clone().unwrap_or_default()),
        fact("工作单位", employer.unwrap_or_default()),
        fact("职称/职业资格", documents::annex::qualifications(profile)),
        fact("入库方式", format!("{}（{}）", view.channel, view.citation)),
        fact("申请专业", view.specialties.join("、")),
        fact("推荐单位", one.recommender.clone().unwrap_or_default()),
        fact("符合的条件", view.branches.join("；")),
    ];
    facts.retain(|(_, text)| !text.is_empty());
    let handed = view
        .materials
        .iter()
        .filter(|line| line.verdict == domain::finding::Verdict::Met)
        .count();
    // A unit that hands in recommends before the first station.
    let early = one.recommender.is_some()
        && !view
            .stations
            .iter()
            .any(|(station, _, _)| *station == Station::Recommendation);
    let early = early.then(|| {
        let label = "推荐单位".to_owned();
        (Station::Recommendation, label, view.citation.clone())
    });
    let opinions = early
        .iter()
        .chain(&view.stations)
        .filter(|(station, _, _)| concludes(*station))
        .map(|(station, label, article)| StationOpinion {
            label: label.clone(),
            article: article.clone(),
            text: concluded(one, *station),
        })
        .collect();
    ApprovalSheet {
        title: vec![pool.pool.name.clone(), "专家入库审批表".to_owned()],
        marks,
        facts,
        conditions: view
            .conditions
            .iter()
            .map(|line| Line {
                verdict: line.verdict.zh().to_owned(),
                text: line.sentence.clone(),
                article: line.citation.clone(),
            })
            .collect(),
        materials: format!("应交 {} 项，齐备 {handed} 项", view.materials.len()),
        opinions,
    }
}

/// What a station concluded, in words; empty while it has not.
fn concluded(one: &Application, station: Station) -> String {
    if station == Station::Recommendation
        && let Some(said) = &one.recommendation
    {
        return format!("{}（{}）", said.opinion, said.unit);
    }
    if let State::Refused {
        at,
        by,
        on,
        document,
        reason,
        ..
    } = &one.state
        && *at == station
    {
        let paper = document
            .as_ref()
            .map(|paper| format!("，依据 {paper}"))
            .unwrap_or_default();
        return format!("不予通过：{reason}（{}，{on}{paper}）", by.name);
    }
    let passed = one.state.passed().iter().rev();
    let mut here = passed.filter(|passed| passed.station == station);
    here.next().map_or_else(String::new, |passed| {
        let paper = passed
            .document
            .as_ref()
            .map(|paper| format!("，依据 {paper}"))
            .unwrap_or_default();
        let discretion = passed
            .discretion
            .as_ref()
            .map(|why| format!("。破格理由：{why}"))
            .unwrap_or_default();
        format!(
            "通过（{}，{}{paper}）{discretion}",
            passed.by.name, passed.on
        )
    })
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
