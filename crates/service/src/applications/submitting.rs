//! 提交与撤回.

use domain::actor::Action;
use domain::application::{Application, State};
use domain::event::EventKind;
use domain::id::RecordId;
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use jiff::civil::DateTime;

use super::claim::pledge_words;
use super::recommending::{employer_of, needs_unit};
use super::{Row, by, channel_of, event, hand, target};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::solicitations::civil;

impl Service {
    /// 提交: everything the pack asks for before it is there. What was returned goes back to where it
    /// was returned.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] with every finding in the way, each with its article.
    pub async fn submit_application(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<State> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        change.authorize(Action::EnterApplications, target(&row.body.application))?;
        let hand = hand(ctx, None)?;
        self.submit_row(&mut change, ctx, &pool, &mut row, hand)
            .await?;
        let state = row.body.application.state.clone();
        change.commit().await?;
        Ok(state)
    }

    pub(crate) async fn submit_row(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        hand: domain::application::Hand,
    ) -> Result<()> {
        let channel = channel_of(pool, &row.body.application)?;
        let mut open = Vec::new();
        if row.body.application.pledge.is_none() && pledge_words(pool, channel).is_some() {
            open.push(Problem::new(
                "pledge",
                "申请表上的承诺还没有确认。请本人确认内容和材料真实有效后再提交。",
            ));
        }
        if row.body.application.privacy.is_none() {
            open.push(Problem::new(
                "privacy",
                "还没有确认个人信息处理告知。请阅读并确认后再提交。",
            ));
        }
        if let Err(why) = pool.pack.pool.membership_by(
            row.body.application.team.as_deref().unwrap_or_default(),
            Some(channel),
        ) {
            open.push(Problem::new("team", why.to_string()));
        }
        if needs_unit(pool, channel, &row.body.application) {
            open.push(Problem::new(
                "recommender",
                format!(
                    "没有写明推荐单位。“{}”由{}推荐（{}），请填写推荐单位。",
                    channel.label,
                    pool.pack.party_label(&channel.submitter),
                    channel.citation
                ),
            ));
        }
        if !open.is_empty() {
            return Err(Error::Invalid(open));
        }
        let findings = self
            .before_station(&mut **change, pool, row, Station::Submit, ctx.today())
            .await?;
        let application = &mut row.body.application;
        application.state = application
            .state
            .clone()
            .submit(&channel.stations, hand, &findings)?;
        // The employer named is asked for its recommendation.
        application.unit = application.unit.or(employer_of(channel, application));
        let submitted = event(EventKind::ApplicationSubmitted, application)
            .fact("channel", &channel.label)
            .fact("station", application.state.zh());
        let text = receipt(pool, application).map_or_else(
            || format!("已收到，现在是“{}”。", application.state.zh()),
            |receipt| {
                format!(
                    "已于 {} 收到，由{}办理“{}”。",
                    receipt.at.strftime("%Y年%-m月%-d日 %H:%M:%S"),
                    receipt.recipient,
                    receipt.station
                )
            },
        );
        self.save_application(change, pool, row).await?;
        self.tell_applicant(change, ctx, pool, row, "入库申请已收到", &text)
            .await?;
        change.record(submitted).await?;
        Ok(())
    }

    /// 撤回 for the applicant, before the appointment.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once over, [`Error::Invalid`] without a reason.
    pub async fn withdraw_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        change.authorize(Action::EnterApplications, target(&row.body.application))?;
        self.withdraw_row(&mut change, ctx, &pool, &mut row, reason)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Withdraws for whoever may. Callers authorize.
    pub(super) async fn withdraw_row(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        reason: &str,
    ) -> Result<()> {
        let application = &mut row.body.application;
        application.state = application.state.clone().withdraw(by(ctx)?, reason)?;
        let withdrawn = event(EventKind::ApplicationWithdrawn, application)
            .fact("reason", domain::text::tidy(reason));
        self.save_application(change, pool, row).await?;
        change.record(withdrawn).await?;
        Ok(())
    }
}

/// What an applicant is told has been received (JM 第七条(二)).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Receipt {
    /// Number of the application.
    pub number: String,
    /// When it came in, in the time of Shanghai.
    pub at: DateTime,
    /// Who received it.
    pub recipient: String,
    /// What it waits for.
    pub station: String,
}

/// The receipt of an application that was handed in.
pub(super) fn receipt(pool: &OpenPool, one: &Application) -> Option<Receipt> {
    let handed_in = one.handed_in()?;
    let route = &pool.pack.admission.channel(&one.channel)?.stations;
    let first = route.iter().find(|station| **station != Station::Submit)?;
    let step = pool.pack.admission.step(*first);
    let party = step.and_then(|step| pool.pack.party(step.party.as_deref()?));
    Some(Receipt {
        number: one.number.clone(),
        at: civil(handed_in.by.at),
        recipient: party
            .map(|party| party.body.as_ref().unwrap_or(&party.label).clone())
            .unwrap_or_default(),
        station: step.map_or(first.zh(), |step| &step.label).to_owned(),
    })
}
