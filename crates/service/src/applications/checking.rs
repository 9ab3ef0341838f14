//! 核对: what an officer saw with their own eyes of each condition, what registers said, which points of
//! the vetting are in order, what is relaxed and why.

use domain::actor::Action;
use domain::application::{Confirmed, Granted, LookedUp, Refused, Review};
use domain::event::EventKind;
use domain::id::RecordId;
use domain::policy::decide::decide;
use domain::policy::exception::{Exception, Needed, needed};
use domain::policy::pack::{Act, How, Pack, Test};
use domain::special_invitation::By;
use jiff::civil::Date;

use super::{Row, by, event, target};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

/// Yes, no, or nothing said.
fn said(fields: &Fields, name: &str) -> Option<bool> {
    match fields.text(name) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Who first said so stays the one who said so.
fn confirm(known: Option<Confirmed>, holds: bool, note: Option<String>, by: &By) -> Confirmed {
    match known {
        Some(known) if known.holds == holds && known.note == note => known,
        _ => Confirmed {
            holds,
            note,
            by: by.clone(),
        },
    }
}

/// Conditions that need a human eye, and registers.
fn conditions(
    pack: &Pack,
    fields: &Fields,
    review: &mut Review,
    (by, today): (&By, Date),
    problems: &mut Vec<Problem>,
) {
    for leaf in &pack.eligibility.leaves {
        if leaf.how.contains(&How::Reviewed) {
            let known = review.confirmed.remove(&leaf.id);
            if let Some(holds) = said(fields, &format!("confirm.{}", leaf.id)) {
                let note = typed::optional(fields.text(&format!("note.{}", leaf.id)));
                let confirmed = confirm(known, holds, note, by);
                review.confirmed.insert(leaf.id.clone(), confirmed);
            }
        }
        if let Some(Test::NotListed { register, .. }) = &leaf.test {
            let listed = match fields.text(&format!("register.{register}")) {
                "clear" => false,
                "listed" => true,
                _ => {
                    review.looked_up.remove(register);
                    continue;
                }
            };
            let field = format!("register_source.{register}");
            let source = typed::required(
                problems,
                &field,
                fields.text(&field),
                "没有写明名单的查询来源。请写明，例如“信用中国网站，查询编号”。",
            );
            let known = review.looked_up.get(register);
            if known.is_none_or(|one| one.listed != listed || one.source != source) {
                let looked = LookedUp {
                    listed,
                    source,
                    on: today,
                    by: by.clone(),
                };
                review.looked_up.insert(register.clone(), looked);
            }
        }
    }
}

/// The points of all steps, by their place in the pack.
pub(super) fn points(pack: &Pack) -> impl Iterator<Item = (String, &String)> {
    let steps = pack.admission.steps.iter();
    let all = steps.flat_map(|step| &step.points).enumerate();
    all.map(|(place, point)| (format!("point.{place}"), point))
}

/// What is typed about relaxing one part of the rule.
fn exception(
    needed: &Needed<'_, '_>,
    fields: &Fields,
    problems: &mut Vec<Problem>,
) -> Option<Exception> {
    let leaf = &needed.leaves.first()?.leaf;
    let (extent_field, reason_field) = (
        format!("relax.{}", leaf.id),
        format!("relax_reason.{}", leaf.id),
    );
    let extent = typed::optional(fields.text(&extent_field));
    let reason = typed::optional(fields.text(&reason_field));
    if extent.is_none() && reason.is_none() {
        return None;
    }
    if needed.relaxation.is_some() && extent.is_none() {
        problems.push(Problem::new(
            extent_field,
            format!("没有写明“{}”放宽到什么程度。请写明。", leaf.label),
        ));
    }
    if reason.is_none() {
        problems.push(Problem::new(
            reason_field,
            format!("没有写明“{}”放宽或例外的理由。请写明。", leaf.label),
        ));
    }
    Some(Exception {
        leaf: leaf.id.clone(),
        extent,
        reason: reason.unwrap_or_default(),
    })
}

impl Service {
    /// 核对: which conditions that need a human eye hold, what a register said, which points are in order,
    /// and what is relaxed. Possible at every station, so that a committee has it before it decides.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] unless at a station, [`Error::Invalid`] for a
    /// relaxation without extent or reason.
    pub async fn check_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        fields: &Fields,
    ) -> Result<()> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        let role = change.authorize(Action::VetApplications, target(&row.body.application))?;
        if row.body.application.state.station().is_none() {
            return Err(Refused::WrongState {
                now: row.body.application.state.zh(),
                step: "核对",
            }
            .into());
        }
        let by = by(ctx)?;
        let mut problems = Vec::new();
        let before = row.body.application.review.clone();
        let review = &mut row.body.application.review;
        conditions(
            &pool.pack,
            fields,
            review,
            (&by, ctx.today()),
            &mut problems,
        );
        for (field, point) in points(&pool.pack) {
            let known = review.points.remove(point);
            if let Some(holds) = said(fields, &field) {
                let confirmed = confirm(known, holds, None, &by);
                review.points.insert(point.clone(), confirmed);
            }
        }
        let granted = self
            .exceptions(&mut change, ctx, &pool, (&row, &by), fields, &mut problems)
            .await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if granted != before.exceptions && !granted.is_empty() {
            Self::check_act(&pool, Act::GrantException, role, &row.body.application)?;
        }
        row.body.application.review.exceptions = granted;
        let review = &row.body.application.review;
        let holds = |said: &Confirmed| if said.holds { "符合" } else { "不符合" };
        let words: Vec<String> = review
            .confirmed
            .iter()
            .chain(&review.points)
            .map(|(what, one)| format!("{what}{}", holds(one)))
            .chain(review.looked_up.iter().map(|(register, one)| {
                format!("{register}{}", if one.listed { "列入" } else { "未列入" })
            }))
            .chain(review.exceptions.iter().map(|one| {
                let extent = one.exception.extent.clone().unwrap_or_default();
                format!("{}放宽：{extent}", one.exception.leaf)
            }))
            .collect();
        let checked = event(EventKind::ApplicationChecked, &row.body.application)
            .detail(serde_json::json!({ "said": words }));
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(checked).await?;
        change.commit().await?;
        Ok(())
    }

    /// What is relaxed or let pass, of what needs it once everything else said is taken in.
    async fn exceptions(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        (row, by): (&Row, &By),
        fields: &Fields,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Granted>> {
        let facts = self.facts_of_application(&mut **change, pool, row).await?;
        let decision = decide(&pool.pack, &facts, ctx.today());
        let known = &row.body.application.review.exceptions;
        let mut granted = Vec::new();
        for part in needed(&decision) {
            let Some(exception) = exception(&part, fields, problems) else {
                continue;
            };
            let same = known.iter().find(|one| one.exception == exception);
            let article = match (part.relaxation, part.leaves.first()) {
                (Some(relaxation), _) => relaxation.citation.to_string(),
                (None, Some(first)) => first.leaf.citation.to_string(),
                (None, None) => String::new(),
            };
            granted.push(same.cloned().unwrap_or_else(|| Granted {
                exception,
                article,
                by: by.clone(),
            }));
        }
        Ok(granted)
    }
}
