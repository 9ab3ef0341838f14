//! 登记收到的材料: what came, whose opinion and seal it carries, until when it is valid.

use std::collections::BTreeMap;

use domain::actor::Action;
use domain::application::{Application, Refused};
use domain::event::EventKind;
use domain::id::RecordId;
use domain::policy::checklist::{self, HandedIn};
use domain::policy::pack::Material;

use super::materials::asked_by_notice;
use super::{Row, channel_of, event, target};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

/// How materials come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// On paper or as files: what is ticked counts.
    Office,
    /// As files alone.
    Upload,
}

/// What was handed in, by item, from what is ticked and what was uploaded.
pub(super) fn handed(
    pool: &OpenPool,
    one: &Application,
    files: &[String],
    (fields, way): (&Fields, Way),
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<String, HandedIn>> {
    let channel = channel_of(pool, one)?;
    let mut handed = BTreeMap::new();
    for item in checklist::items(&pool.pack, channel) {
        let entry = of_item(item, files, (fields, way), problems);
        handed.insert(item.id.clone(), entry);
    }
    for name in asked_by_notice(pool, one)? {
        let ticked = way == Way::Office && fields.text(&format!("given.{name}")) == "yes";
        let entry = HandedIn {
            given: ticked || files.contains(name),
            ..HandedIn::default()
        };
        handed.insert(name.clone(), entry);
    }
    handed.retain(|_, entry| *entry != HandedIn::default());
    Ok(handed)
}

fn of_item(
    item: &Material,
    files: &[String],
    (fields, way): (&Fields, Way),
    problems: &mut Vec<Problem>,
) -> HandedIn {
    let at = |what: &str| format!("{what}.{}", item.id);
    let yes = |what: &str| fields.text(&at(what)) == "yes";
    let office = way == Way::Office;
    let valid_to = typed::date(
        problems,
        &at("valid_to"),
        fields.text(&at("valid_to")),
        "有效期至",
    );
    let parts: Vec<String> = item
        .parts
        .iter()
        .filter(|part| {
            office && fields.holds(&at("part"), &part.id)
                || files.contains(&format!("{}/{}", item.id, part.id))
        })
        .map(|part| part.id.clone())
        .collect();
    let not_held = item
        .parts
        .iter()
        .filter(|part| fields.holds(&at("not_held"), &part.id) && !parts.contains(&part.id))
        .map(|part| part.id.clone())
        .collect();
    let waived = item.waiver.as_ref().filter(|_| yes("waived"));
    HandedIn {
        given: office && yes("given") || files.contains(&item.id) || !parts.is_empty(),
        opinion: yes("opinion"),
        sealed: yes("sealed"),
        valid_to,
        parts,
        not_held,
        waived: waived.map(|waiver| waiver.reason.clone()),
    }
}

impl Service {
    /// 登记收到的材料: what came on paper, whose opinion and seal it carries, until when it is valid.
    /// The officer on any that is not over; whoever entered it while it is theirs to change.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once over, [`Error::Invalid`].
    pub async fn record_materials(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        fields: &Fields,
    ) -> Result<()> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        self.authorize_materials(&mut change, &row)?;
        self.take_materials(&mut change, &pool, &mut row, (fields, Way::Office))
            .await?;
        change.commit().await?;
        Ok(())
    }

    pub(super) async fn take_materials(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        row: &mut Row,
        said: (&Fields, Way),
    ) -> Result<()> {
        let mut problems = Vec::new();
        let files = self.material_files(&mut **change, row.id).await?;
        let taken = handed(pool, &row.body.application, &files, said, &mut problems)?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        row.body.application.handed = taken;
        let items: Vec<&str> = row
            .body
            .application
            .handed
            .keys()
            .map(String::as_str)
            .collect();
        let recorded = event(EventKind::ApplicationMaterial, &row.body.application)
            .fact("received", items.join(","));
        self.save_application(change, pool, row).await?;
        change.record(recorded).await?;
        Ok(())
    }

    /// Materials are the applicant's as long as it can change them, and the office's afterwards.
    pub(super) fn authorize_materials(&self, change: &mut Change<'_>, row: &Row) -> Result<()> {
        let one = &row.body.application;
        open_to_materials(one)?;
        let action = if one.state.is_open_to_applicant() {
            Action::EnterApplications
        } else {
            Action::VetApplications
        };
        change.authorize(action, target(one))?;
        Ok(())
    }
}

/// Nothing is added to what is over.
pub(super) fn open_to_materials(one: &Application) -> Result<(), Refused> {
    if one.state.is_over() {
        return Err(Refused::WrongState {
            now: one.state.zh(),
            step: "增减材料",
        });
    }
    Ok(())
}
