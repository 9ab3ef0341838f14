//! 录入与修改: by an officer from paper, or by a recommending unit with its own account.

use domain::actor::{Action, Role};
use domain::application::{Application, Filed};
use domain::event::EventKind;
use domain::id::RecordId;
use store::document;

use super::claim::{Hand, agree};
use super::{KIND, Kept, by, channel_of, event, target};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::persons::PersonFile;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::Fields;

impl Service {
    /// 录入入库申请, as a draft: an officer from paper, a recommending unit for its candidate.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when the channel is not this party's, or the unit is
    /// listed; [`Error::Invalid`] with everything wrong, a second application of the same person too.
    pub async fn enter_application(&self, ctx: &Ctx, no: i64, fields: &Fields) -> Result<RecordId> {
        let pool = self.pool_numbered(ctx, no).await?;
        let own = ctx.actor.organisation;
        let unit = own.map_or(pool.target(), |unit| pool.target().of_organisation(unit));
        let mut change = self.change(ctx, pool.id()).await?;
        let role = change.authorize(Action::EnterApplications, unit)?;
        let channel = self.typed_channel(&pool, role, fields)?;
        let filed = match (role, own) {
            (Role::Recommender, Some(organisation)) => Filed::Unit {
                organisation,
                by: by(ctx)?,
            },
            _ => Filed::Desk { by: by(ctx)? },
        };
        let mut problems = Vec::new();
        let mut claim = self
            .read_application(
                ctx,
                &pool,
                (channel, Hand::Account),
                fields,
                None,
                &mut problems,
            )
            .await?;
        let unit_name = match &filed {
            Filed::Unit { organisation, .. } => Some(self.organisation_name(*organisation).await?),
            Filed::Online | Filed::Desk { .. } => None,
        };
        self.refuse_listed_unit(ctx, &pool, channel, &filed).await?;
        let invitation = self
            .accepted_invitation(&mut change, &pool, channel, fields, &mut problems)
            .await?;
        let identity = self.identity_index(&claim.draft.private);
        self.refuse_second_application(
            &mut change,
            ctx,
            &pool,
            (&claim.draft.private, claim.draft.team.as_deref()),
            None,
            &mut problems,
        )
        .await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let id: RecordId = self.id(ctx);
        let number = self
            .next_application_number(&mut change, &pool, ctx.today().year())
            .await?;
        let private = claim.draft.private.clone();
        self.match_employer(&mut change, &mut claim.draft.file)
            .await?;
        let mut application =
            Application::draft((id, pool.id()), number, &channel.id, filed, ctx.today());
        application.recommender = unit_name;
        application.invitation = invitation;
        claim.write(&mut application);
        agree(ctx, &pool, channel, fields, &mut application);
        let kept = Kept {
            sealed: self.seal_applicant(id, &private)?,
            identity,
            typed: None,
            reminded: None,
            application,
        };
        let entered = event(EventKind::ApplicationEntered, &kept.application)
            .fact("channel", &channel.label)
            .detail(serde_json::json!({ "name": kept.application.profile.name }));
        document::insert(&mut change, id, self.keys(&pool, &kept), kept).await?;
        change.record(entered).await?;
        change.commit().await?;
        Ok(id)
    }

    /// The next number of a pool's applications in a year: no gaps, because the pool's door is held.
    pub(super) async fn next_application_number(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        year: i16,
    ) -> Result<String> {
        let beginning = format!("SQ{:02}-{year}-", pool.no);
        let last = store::records::last_number(&mut **change, pool.id(), KIND, &beginning).await?;
        let last = last
            .and_then(|number| number.rsplit('-').next()?.parse::<u32>().ok())
            .unwrap_or(0);
        Ok(format!("{beginning}{:05}", last + 1))
    }

    /// 修改 of a draft or a returned application; sealed fields left empty keep their value.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Stale`], [`Error::Refused`] once handed in, [`Error::Invalid`].
    pub async fn change_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        version: i64,
        fields: &Fields,
    ) -> Result<()> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        change.authorize(Action::EnterApplications, target(&row.body.application))?;
        if row.version != version {
            return Err(Error::Stale);
        }
        if !row.body.application.state.is_open_to_applicant() {
            return Err(domain::application::Refused::WrongState {
                now: row.body.application.state.zh(),
                step: "修改",
            }
            .into());
        }
        let channel = channel_of(&pool, &row.body.application)?;
        let before = self.open_applicant(&row)?;
        let mut problems = Vec::new();
        let mut claim = self
            .read_application(
                ctx,
                &pool,
                (channel, Hand::Account),
                fields,
                Some(&before),
                &mut problems,
            )
            .await?;
        let private = claim.draft.private.clone();
        let whom = (&private, claim.draft.team.as_deref());
        self.refuse_second_application(&mut change, ctx, &pool, whom, Some(id), &mut problems)
            .await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.match_employer(&mut change, &mut claim.draft.file)
            .await?;
        let old = PersonFile {
            profile: row.body.application.profile.clone(),
            office_phone: row.body.application.office_phone.clone(),
        };
        let found = crate::persons::differences((&old, &before), (&claim.draft.file, &private));
        claim.write(&mut row.body.application);
        agree(ctx, &pool, channel, fields, &mut row.body.application);
        row.body.identity = self.identity_index(&private);
        row.body.sealed = self.seal_applicant(id, &private)?;
        let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
        let changed = event(EventKind::ApplicationChanged, &row.body.application)
            .fact("fields", labels.join("、"))
            .detail(serde_json::json!({ "changes": found }));
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(changed).await?;
        change.commit().await?;
        Ok(())
    }
}
