//! One application with everything its page shows, and the fields of its form.

use domain::application::guard::Case;
use domain::application::{Application, State};
use domain::finding::Finding;
use domain::id::{PoolId, RecordId};
use domain::policy::decide::Outcome;
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use jiff::civil::Date;

use super::checklist::{MaterialLine, materials};
use super::conditions::{ConditionLine, ExceptionLine, PointLine, conditions, exceptions, points};
use super::materials::places;
use super::steps::steps;
use super::{Row, Step, channel_of, file_of};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::persons::Masked;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::Fields;

/// One application with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ApplicationView {
    /// Version of the stored row.
    pub version: i64,
    /// The application.
    pub application: Application,
    /// Name of the channel.
    pub channel: String,
    /// Its article.
    pub citation: String,
    /// The words for its route.
    pub stations: Vec<(Station, String, String)>,
    /// Identity number and contacts, masked.
    pub masked: Masked,
    /// The facts in lines, as pages show them.
    #[serde(skip)]
    pub lines: Vec<(&'static str, String)>,
    /// What the conditions as a whole say today.
    pub outcome: Outcome,
    /// The alternatives that carry it.
    pub branches: Vec<String>,
    /// Every condition.
    pub conditions: Vec<ConditionLine>,
    /// Points the vetting concludes on.
    pub points: Vec<PointLine>,
    /// What may be relaxed or let pass, and what was.
    pub exceptions: Vec<ExceptionLine>,
    /// Every material.
    pub materials: Vec<MaterialLine>,
    /// Where files may stand.
    pub places: Vec<(String, String)>,
    /// What may be asked to be put right.
    pub correctable: Vec<(String, String)>,
    /// What stands in the way of the next step.
    pub in_the_way: Vec<Finding>,
    /// The same person elsewhere, in words.
    pub elsewhere: Vec<String>,
    /// Names of the specialties.
    pub specialties: Vec<String>,
    /// Last day of what is waited for.
    pub due: Option<Date>,
    /// What this actor may do.
    pub steps: Vec<Step>,
}

impl Service {
    /// The fields of the form of an application, for changing it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn application_fields(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Fields, i64, Masked)> {
        let (_, row) = self.seen_application(ctx, no, id).await?;
        let masked = Masked::of(&self.open_applicant(&row)?);
        Ok((fields_of(&row.body.application), row.version, masked))
    }

    /// One application.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that does not exist or is not the actor's to see.
    pub async fn application(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<ApplicationView> {
        let (pool, row) = self.seen_application(ctx, no, id).await?;
        let private = self.open_applicant(&row)?;
        let mut view = self.view_of(ctx, &pool, &row).await?;
        view.elsewhere = self.elsewhere(ctx, &pool, id, &private).await?;
        Ok(view)
    }

    /// What there is to see of an application, without where else the same person is known.
    pub(super) async fn view_of(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
    ) -> Result<ApplicationView> {
        let one = &row.body.application;
        let channel = channel_of(pool, one)?;
        let mut read = self.store.read();
        let facts = self.facts_of_application(&mut read, pool, row).await?;
        let on = ctx.today();
        let station = match &one.state {
            State::Draft | State::Returned { .. } => Some(Station::Submit),
            state => state.station(),
        };
        let posting = match station {
            Some(station) => {
                self.posting_before(&mut read, pool, one, station, on)
                    .await?
            }
            None => domain::application::guard::Posting::NotYet,
        };
        let case = Case {
            pack: &pool.pack,
            channel,
            application: one,
            facts: &facts,
            call: &self.call(&mut read, channel, one).await?,
            posting: &posting,
        };
        let decision = case.decision(on);
        let places = places(pool, one)?;
        let files = self
            .files_of_application(&mut read, row.id, &places)
            .await?;
        let mut before = station
            .map(|station| case.before(station, on))
            .unwrap_or_default();
        if station == Some(Station::Submit) {
            before.extend(self.lacking(pool, row).await?);
        }
        let private = self.open_applicant(row)?;
        let known = self.specialties_of(pool.id()).await?;
        Ok(ApplicationView {
            version: row.version,
            channel: channel.label.clone(),
            citation: channel.citation.to_string(),
            stations: channel
                .stations
                .iter()
                .map(|station| {
                    let step = pool.pack.admission.step(*station);
                    let label = step.map_or(station.zh(), |step| &step.label);
                    let article = step.map(|step| step.citation.to_string());
                    (*station, label.to_owned(), article.unwrap_or_default())
                })
                .collect(),
            masked: Masked::of(&private),
            lines: crate::persons::lines(&file_of(one)),
            outcome: decision.outcome,
            branches: decision
                .branches()
                .map(|branch| format!("{} {}", branch.citation, branch.label))
                .collect(),
            conditions: conditions(pool, one, &decision, &files),
            points: points(&pool.pack, one, station),
            exceptions: exceptions(&decision, one),
            materials: materials(pool, &case, on, &files)?,
            correctable: self.correctable(pool, one)?,
            in_the_way: before.into_iter().filter(Finding::blocks).collect(),
            specialties: Self::names_of(&known, &one.specialties),
            due: self.due(pool, one),
            steps: steps(ctx, row),
            application: row.body.application.clone(),
            places,
            elsewhere: Vec::new(),
        })
    }

    /// The specialties an applicant may name. They are no secret.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn specialties_to_apply_for(
        &self,
        pool: PoolId,
    ) -> Result<Vec<domain::pool::Specialty>> {
        let all = self.specialties_of(pool).await?;
        let active =
            |one: &domain::pool::Specialty| one.status == domain::pool::SpecialtyStatus::Active;
        Ok(all.into_iter().filter(active).collect())
    }
}

/// The form of an application as it was read. Sealed values are never in it.
pub(super) fn fields_of(one: &Application) -> Fields {
    let mut fields = crate::persons::fields(&file_of(one));
    fields.push("channel", &one.channel);
    fields.push("received_on", one.received_on.to_string());
    if let Some(notice) = &one.notice {
        fields.push("notice", &notice.number);
        fields.push("notice_closes", notice.closes_on.to_string());
    }
    for (name, value) in [
        ("recommender", &one.recommender),
        ("source", &one.source),
        ("team", &one.team),
        ("category", &one.category),
        ("member_kind", &one.member_kind),
        ("relies_on", &one.relies_on),
    ] {
        if let Some(value) = value {
            fields.push(name, value);
        }
    }
    if let Some(unit) = one.unit {
        fields.push("unit", unit.to_string());
    }
    for id in &one.specialties {
        fields.push("specialty", id.to_string());
    }
    for duty in &one.duties {
        fields.push("duty", duty);
    }
    for leaf in one.declared.keys() {
        fields.push("declared", leaf);
    }
    for (name, agreed) in [("pledge", &one.pledge), ("privacy", &one.privacy)] {
        if agreed.is_some() {
            fields.push(name, "yes");
        }
    }
    fields
}
