//! 核对、通过、退回、不予通过、分类: what the office does with an application at a station.

use std::collections::BTreeMap;

use domain::actor::{Action, Role};
use domain::application::{Application, Correction, GivenBack, Refused, State};
use domain::event::{Event, EventKind};
use domain::id::{RecordId, SpecialtyId};
use domain::policy::classification;
use domain::policy::pack::{Station, StepOutcome};
use domain::policy::words::Word as _;
use domain::pool::SpecialtyStatus;
use jiff::civil::Date;

use super::materials::asked_by_notice;
use super::steps::act_at;
use super::{Row, by, channel_of, event, hand, target};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::pools::OpenPool;
use crate::service::Service;

/// What is to be put right: code of the item and what is wrong with it.
pub type Corrections = Vec<(String, String)>;

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct PassedBatch {
    /// How many passed.
    pub passed: usize,
    /// Who did not, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// What the paper behind a conclusion is, as the ledger names it.
const fn paper(station: Station) -> &'static str {
    match station {
        Station::PublicNotice => "posting",
        _ => "minutes",
    }
}

impl Service {
    /// Opens the door at the station of an application, for whoever the pack lets act there.
    pub(super) async fn at_station<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
        step: &'static str,
        outcome: Option<StepOutcome>,
    ) -> Result<(Change<'c>, Row, OpenPool, Station)> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, row, pool) = self.application_change(ctx, pool.id(), id).await?;
        let one = &row.body.application;
        Self::readable_application(ctx, one)?;
        let at_unit = one.state.station() == Some(Station::Recommendation);
        let role = match change.authorize(Action::RecommendApplicant, target(one)) {
            Ok(role) if at_unit => role,
            _ => change.authorize(Action::VetApplications, target(one))?,
        };
        // What was returned may still be refused where it came from.
        let station = match (&one.state, outcome) {
            (State::At { station, .. }, _) => *station,
            (State::Returned { from, .. }, Some(StepOutcome::Refused)) => *from,
            _ => {
                return Err(Refused::WrongState {
                    now: one.state.zh(),
                    step,
                }
                .into());
            }
        };
        if !Self::worked_by_hand(station) {
            return Err(Error::state(
                "application.station",
                format!(
                    "这份入库申请在“{}”环节，结论在那一环节统一登记，不能单独{step}。",
                    station.zh()
                ),
            ));
        }
        if station == Station::Recommendation && role != Role::Recommender {
            recommended_on_paper(&pool, one)?;
        } else {
            Self::check_act(&pool, act_at(station), role, one)?;
        }
        if let (Some(outcome), Some(rule)) = (outcome, pool.pack.admission.step(station))
            && !rule.outcomes.is_empty()
            && !rule.outcomes.contains(&outcome)
        {
            return Err(Error::Refused(vec![Reason::law(
                "application.outcome",
                &rule.citation,
                format!("“{}”环节没有“{}”这一结论。", rule.label, outcome.zh()),
            )]));
        }
        Ok((change, row, pool, station))
    }

    /// Stations an officer concludes one by one; the others conclude for many at once, in a meeting, a
    /// public notice or a batch.
    pub(super) const fn worked_by_hand(station: Station) -> bool {
        matches!(
            station,
            Station::Recommendation | Station::Vetting | Station::Approval | Station::Classify
        )
    }

    /// 通过 the station an officer works by hand. What a `must` blocks does not pass; what binds 原则上
    /// passes with a reason.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] with every finding in the way, [`Error::Invalid`].
    pub async fn pass_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        discretion: &str,
    ) -> Result<State> {
        let outcome = Some(StepOutcome::Passed);
        let (mut change, mut row, pool, _) = self.at_station(ctx, no, id, "通过", outcome).await?;
        // A unit passes somebody on with its opinion.
        let one = &row.body.application;
        change.authorize(Action::VetApplications, target(one))?;
        self.pass_row(&mut change, &pool, &mut row, hand(ctx, None)?, discretion)
            .await?;
        let state = row.body.application.state.clone();
        change.commit().await?;
        Ok(state)
    }

    /// 批量通过: each by itself, so that one that is stopped does not hold up the others; who was left out
    /// is told with the reason.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] when nobody was chosen.
    pub async fn pass_applications(
        &self,
        ctx: &Ctx,
        no: i64,
        ids: &[RecordId],
    ) -> Result<PassedBatch> {
        self.open_part(ctx, no, Action::VetApplications).await?;
        if ids.is_empty() {
            return Err(Error::field(
                "application",
                "没有选择申请。请勾选要通过的申请。",
            ));
        }
        let mut batch = PassedBatch::default();
        for id in ids {
            let (_, seen) = self.seen_application(ctx, no, *id).await?;
            let one = seen.body.application;
            match self.pass_application(ctx, no, *id, "").await {
                Ok(_) => batch.passed += 1,
                Err(stopped @ (Error::Refused(_) | Error::Invalid(_) | Error::Stale)) => {
                    let name = format!("{} {}", one.number, one.profile.name);
                    batch.left_out.push((name, stopped.to_string()));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(batch)
    }

    /// Passes one application on; the day of the hand is the day conditions are judged by.
    pub(crate) async fn pass_row(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        row: &mut Row,
        hand: domain::application::Hand,
        discretion: &str,
    ) -> Result<()> {
        let at = row
            .body
            .application
            .state
            .station()
            .unwrap_or(Station::Submit);
        let findings = self
            .before_station(&mut **change, pool, row, at, hand.on)
            .await?;
        let stations = channel_of(pool, &row.body.application)?.stations.clone();
        let document = hand.document.clone();
        let application = &mut row.body.application;
        application.state =
            application
                .state
                .clone()
                .pass(&stations, hand, &findings, Some(discretion))?;
        let mut passed = event(EventKind::ApplicationPassed, application)
            .fact("station", at.zh())
            .fact("pack", pool.pack.id())
            .fact("pack_digest", pool.pack.digest().to_string())
            .detail(serde_json::json!({ "findings": findings }));
        if let Some(document) = document {
            passed = passed.fact(paper(at), document);
        }
        let last = application.state.passed().last();
        if let Some(reason) = last.and_then(|last| last.discretion.as_ref()) {
            passed = passed.fact("discretion", reason);
        }
        self.save_application(change, pool, row).await?;
        change.record(passed).await?;
        Ok(())
    }

    /// 退回补正, item by item, with a last day.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without items or reasons.
    pub async fn return_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        corrections: &Corrections,
        until: Option<Date>,
    ) -> Result<()> {
        let outcome = Some(StepOutcome::Returned);
        let (mut change, mut row, pool, station) =
            self.at_station(ctx, no, id, "退回补正", outcome).await?;
        let labels = self.correctable(&pool, &row.body.application)?;
        let mut problems = Vec::new();
        let mut named = Vec::new();
        for (item, reason) in corrections {
            match labels.iter().find(|(code, _)| code == item) {
                Some((code, label)) => named.push(Correction {
                    item: code.clone(),
                    label: label.clone(),
                    reason: domain::text::tidy(reason),
                }),
                None => problems.push(Problem::new(
                    "corrections",
                    format!("“{item}”不是这一渠道的条件或材料。请从列表中选择要补正的项目。"),
                )),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let words: Vec<String> = named
            .iter()
            .map(|one| format!("{}：{}", one.label, one.reason))
            .collect();
        let items: Vec<&str> = named.iter().map(|one| one.label.as_str()).collect();
        row.body.application.review.returns.push(GivenBack {
            from: station,
            by: by(ctx)?,
            corrections: named.clone(),
        });
        let returned = event(EventKind::ApplicationReturned, &row.body.application)
            .fact("station", station.zh())
            .fact("items", items.join("；"))
            .detail(serde_json::json!({ "corrections": named }));
        let application = &mut row.body.application;
        application.state = application
            .state
            .clone()
            .give_back(hand(ctx, None)?, named, until)?;
        self.save_application(&mut change, &pool, &mut row).await?;
        let until = until.map(|day| format!("请在 {day} 前补正后重新提交。"));
        let text = format!(
            "已退回补正：{}。{}",
            words.join("；"),
            until.unwrap_or_else(|| "请补正后重新提交。".to_owned())
        );
        self.tell_applicant(&mut change, ctx, &pool, &row, "入库申请退回补正", &text)
            .await?;
        change.record(returned).await?;
        change.commit().await?;
        Ok(())
    }

    /// Codes and labels of everything that can be asked to be put right.
    pub(super) fn correctable(
        &self,
        pool: &OpenPool,
        one: &Application,
    ) -> Result<Vec<(String, String)>> {
        let channel = channel_of(pool, one)?;
        let items = domain::policy::checklist::items(&pool.pack, channel)
            .into_iter()
            .map(|item| (item.id.clone(), item.label.clone()));
        let leaves = pool
            .pack
            .eligibility
            .leaves
            .iter()
            .map(|leaf| (leaf.id.clone(), leaf.label.clone()));
        let named = asked_by_notice(pool, one)?.map(|name| (name.clone(), name.clone()));
        let form = [("profile".to_owned(), "申请表填写内容".to_owned())];
        Ok(form
            .into_iter()
            .chain(items)
            .chain(named)
            .chain(leaves)
            .collect())
    }

    /// 不予通过, with a reason that the applicant is told.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without a reason.
    pub async fn refuse_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let outcome = Some(StepOutcome::Refused);
        let (mut change, mut row, pool, _) = self
            .at_station(ctx, no, id, "作出不予通过的结论", outcome)
            .await?;
        let hand = hand(ctx, None)?;
        self.refuse_row(&mut change, ctx, &pool, &mut row, hand, reason)
            .await?;
        change.commit().await?;
        Ok(())
    }

    pub(crate) async fn refuse_row(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        hand: domain::application::Hand,
        reason: &str,
    ) -> Result<()> {
        let document = hand.document.clone();
        let application = &mut row.body.application;
        let station = application.state.zh();
        let at = application.state.station().unwrap_or(Station::Vetting);
        application.state = application.state.clone().reject(hand, reason)?;
        let mut refused: Event = event(EventKind::ApplicationRefused, application)
            .fact("station", station)
            .fact("reason", domain::text::tidy(reason));
        if let Some(document) = document {
            refused = refused.fact(paper(at), document);
        }
        self.save_application(change, pool, row).await?;
        let text = format!(
            "未通过：{}。",
            domain::text::tidy(reason).trim_end_matches('。')
        );
        self.tell_applicant(change, ctx, pool, row, "入库申请结果", &text)
            .await?;
        change.record(refused).await?;
        Ok(())
    }

    /// 分类: the specialties and duties assigned, and on to the certificate (DG 第七条(三)).
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] unless it waits for classification, [`Error::Invalid`] for
    /// too few or too many values of an axis.
    pub async fn classify_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        specialties: &[SpecialtyId],
        duties: &[String],
    ) -> Result<State> {
        let (mut change, mut row, pool, station) =
            self.at_station(ctx, no, id, "分类", None).await?;
        if station != Station::Classify {
            return Err(Refused::WrongState {
                now: row.body.application.state.zh(),
                step: "分类",
            }
            .into());
        }
        let known = self.specialties_of(pool.id()).await?;
        let active = |id: &SpecialtyId| {
            known
                .iter()
                .any(|one| one.id == *id && one.status == SpecialtyStatus::Active)
        };
        if !specialties.iter().all(active) {
            return Err(Error::field(
                "specialty",
                "所选专业领域不在本库中，或已移除。请刷新页面后重新选择。",
            ));
        }
        let offered: Vec<&String> = pool
            .pack
            .pool
            .axes
            .iter()
            .flat_map(|axis| &axis.values)
            .collect();
        let mut specialties = specialties.to_vec();
        specialties.sort_unstable();
        specialties.dedup();
        let chosen = BTreeMap::from([
            (
                "specialty".to_owned(),
                specialties.iter().map(ToString::to_string).collect(),
            ),
            (
                "duty".to_owned(),
                duties
                    .iter()
                    .filter(|duty| offered.contains(duty))
                    .cloned()
                    .collect(),
            ),
        ]);
        // Who fits no group of an axis gets its fallback; every axis keeps its bounds (GZ 第五条, 第八条).
        let mut settled = classification::settle(&pool.pack, &chosen);
        if !settled.findings.is_empty() {
            let problems = settled.findings.into_iter();
            return Err(Error::Invalid(
                problems
                    .map(|finding| Problem::new(&finding.code, finding.sentence))
                    .collect(),
            ));
        }
        let application = &mut row.body.application;
        application.specialties = specialties;
        application.duties = settled.values.remove("duty").unwrap_or_default();
        self.pass_row(&mut change, &pool, &mut row, hand(ctx, None)?, "")
            .await?;
        let state = row.body.application.state.clone();
        change.commit().await?;
        Ok(state)
    }
}

/// An officer registers the recommendation of a unit from its paper: the opinion and the seal are there.
fn recommended_on_paper(pool: &OpenPool, one: &Application) -> Result<()> {
    let channel = channel_of(pool, one)?;
    let carries = |item: &&domain::policy::pack::Material| item.opinion.is_some();
    let given = |item: &domain::policy::pack::Material| {
        let handed = one.handed.get(&item.id);
        handed.is_some_and(|handed| handed.given && handed.opinion && handed.sealed)
    };
    let mut carriers = domain::policy::checklist::items(&pool.pack, channel)
        .into_iter()
        .filter(carries)
        .peekable();
    if carriers.peek().is_some() && carriers.all(given) {
        return Ok(());
    }
    let step = pool.pack.admission.step(Station::Recommendation);
    Err(Error::Refused(vec![Reason::law(
        "application.recommendation",
        step.map(|step| step.citation.to_string())
            .unwrap_or_default(),
        "还没有收到所在单位写有推荐意见并盖章的申报表。收到后在材料中登记，再登记推荐结论。",
    )]))
}
