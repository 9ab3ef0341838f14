//! 单位推荐: a unit says in its own account that it recommends somebody, and why. Where the pack lets the
//! account of the unit stand for its seal, that is opinion and seal at once (A-G-17).

use domain::actor::{Action, Role};
use domain::application::{Application, Filed, Recommendation, Refused, State};
use domain::event::EventKind;
use domain::id::{OrganisationId, RecordId};
use domain::policy::checklist;
use domain::policy::pack::{Channel, Seal, Station, StepOutcome};

use super::{Row, by, channel_of, event, hand, target};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed;

/// Longest opinion, characters.
const OPINION_MOST: usize = 500;

impl Service {
    /// 出具推荐意见: of somebody the unit hands in, before it does; of somebody who applied, at the
    /// station of the recommendation, which is passed with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not the unit's; [`Error::Forbidden`]; [`Error::Refused`] when it
    /// stands elsewhere, or the unit is on a register that bars recommenders; [`Error::Invalid`] without
    /// an opinion.
    pub async fn recommend_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        opinion: &str,
    ) -> Result<State> {
        let mut problems = Vec::new();
        let opinion = typed::required(
            &mut problems,
            "opinion",
            opinion,
            "没有填写推荐意见。审核以单位的意见为据，请写明推荐的理由。",
        );
        typed::at_most(&mut problems, "opinion", "推荐意见", &opinion, OPINION_MOST);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let (pool, seen) = self.seen_application(ctx, no, id).await?;
        let at_station = seen.body.application.state.station() == Some(Station::Recommendation);
        if at_station {
            let outcome = Some(StepOutcome::Passed);
            let (mut change, mut row, pool, _) =
                self.at_station(ctx, no, id, "推荐", outcome).await?;
            self.give_opinion(&mut change, ctx, &pool, &mut row, opinion)
                .await?;
            self.pass_row(&mut change, &pool, &mut row, hand(ctx, None)?, "")
                .await?;
            let state = row.body.application.state.clone();
            change.commit().await?;
            return Ok(state);
        }
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        let one = &row.body.application;
        change.authorize(Action::RecommendApplicant, target(one))?;
        let own = matches!(one.filed, Filed::Unit { .. });
        if !own || !one.state.is_open_to_applicant() {
            return Err(Refused::WrongState {
                now: one.state.zh(),
                step: "出具推荐意见",
            }
            .into());
        }
        self.give_opinion(&mut change, ctx, &pool, &mut row, opinion)
            .await?;
        let state = row.body.application.state.clone();
        self.save_application(&mut change, &pool, &mut row).await?;
        change.commit().await?;
        Ok(state)
    }

    /// Takes an opinion down; it stands for the seal where the pack says so.
    async fn give_opinion(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        opinion: String,
    ) -> Result<()> {
        change.authorize(Action::RecommendApplicant, target(&row.body.application))?;
        let organisation = ctx.actor.organisation.ok_or(Error::NotFound)?;
        let channel = channel_of(pool, &row.body.application)?;
        let unit = Filed::Unit {
            organisation,
            by: by(ctx)?,
        };
        self.refuse_listed_unit(ctx, pool, channel, &unit).await?;
        let name = self.organisation_name(organisation).await?;
        let one = &mut row.body.application;
        for item in checklist::items(&pool.pack, channel) {
            if item.opinion.is_none() || !item.seal.contains(&Seal::UnitAccount) {
                continue;
            }
            let handed = one.handed.entry(item.id.clone()).or_default();
            handed.opinion = true;
            handed.sealed = true;
            // A form filled in here is there.
            handed.given |= item.form.is_some();
        }
        one.recommender = Some(name.clone());
        one.recommendation = Some(Recommendation {
            opinion,
            unit: name,
            by: by(ctx)?,
        });
        let said = event(EventKind::ApplicationRecommended, one);
        change.record(said).await?;
        Ok(())
    }
}

/// Whether a channel is a unit's to hand in by: then an application names its unit.
pub(super) fn needs_unit(pool: &OpenPool, channel: &Channel, one: &Application) -> bool {
    let party = pool.pack.party(&channel.submitter);
    let unit = party.is_some_and(|party| party.roles.contains(&Role::Recommender));
    unit && !channel.names_source && one.recommender.is_none()
}

/// The unit whose account sees an application that is to be recommended by the employer.
pub(super) fn employer_of(channel: &Channel, one: &Application) -> Option<OrganisationId> {
    let recommended = channel.stations.contains(&Station::Recommendation);
    let employer = one.profile.employer.as_ref().filter(|_| recommended)?;
    employer.organisation
}
