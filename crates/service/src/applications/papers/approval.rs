//! 入库审批表 of an application: each condition in short, and what every station concluded.

use documents::approvals::{ApprovalSheet, StationOpinion};
use documents::dates;
use documents::meetings::Line;
use domain::application::{Application, By, State};
use domain::id::RecordId;
use domain::policy::pack::Station;
use jiff::civil::Date;

use crate::applications::ApplicationView;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::exports::MadeFile;
use crate::papers::PaperFile;
use crate::pools::OpenPool;
use crate::service::Service;

impl Service {
    /// 入库审批表: who, by which channel, each condition in short, and what every station concluded, with
    /// room for signature and seal.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] for what is not the actor's to see; [`crate::Error::Document`].
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
        let sheet = sheet(&pool, &view, self.marks(&pool, ctx.now));
        self.made_paper(sheet.view(), file, &name, ctx.now).await
    }
}

/// Stations that conclude something about the person, in the order of the channel.
fn concludes(station: Station) -> bool {
    !matches!(station, Station::Submit | Station::Certificate)
}

/// The sheet on which an application is approved.
pub(super) fn sheet(pool: &OpenPool, view: &ApplicationView, marks: Vec<String>) -> ApprovalSheet {
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
            profile.born.map(dates::month).unwrap_or_default(),
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
        conditions: view.conditions.iter().map(Line::from).collect(),
        materials: format!("应交{}项，齐备{handed}项", view.materials.len()),
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
        let concluded = conclusion(by, *on, document.as_deref());
        return format!("不予通过：{reason}（{concluded}）");
    }
    let passed = one.state.passed().iter();
    let mut here = passed.rev().filter(|passed| passed.station == station);
    here.next().map_or_else(String::new, |passed| {
        let concluded = conclusion(&passed.by, passed.on, passed.document.as_deref());
        let discretion = passed
            .discretion
            .as_ref()
            .map(|why| format!("。破格理由：{why}"))
            .unwrap_or_default();
        format!("通过（{concluded}）{discretion}")
    })
}

/// By whom, on which day and on what paper.
fn conclusion(by: &By, on: Date, document: Option<&str>) -> String {
    let paper = document
        .map(|paper| format!("，依据{paper}"))
        .unwrap_or_default();
    format!("{}，{}{paper}", by.name, dates::long(on))
}
