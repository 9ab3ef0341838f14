//! What the form of an application still lacks, where what is kept here is the form itself.

use domain::application::{Application, Filed};
use domain::finding::Finding;
use domain::policy::filled_form;
use domain::policy::pack::{Form, Input, Source};

use super::Row;
use super::papers::{form_of, stated_of};
use crate::error::{Error, Result};
use crate::experts::PlainValues;
use crate::pools::OpenPool;
use crate::service::Service;

impl Service {
    /// The fields of the pack's form that are not filled, or not as the form has it (GZ 附件). What was
    /// entered from paper is not judged: there the paper is the form, and it is among the materials.
    pub(super) async fn lacking(&self, pool: &OpenPool, row: &Row) -> Result<Vec<Finding>> {
        let one = &row.body.application;
        let form = match form_of(pool, one) {
            Ok(form) if is_here(one) => form,
            Ok(_) | Err(Error::NotFound) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let known = self.specialties_of(pool.id()).await?;
        let plain = PlainValues::of(&self.open_applicant(row)?);
        let stated = stated_of(pool, one, plain.into(), &known)?;
        let mut lacking = filled_form::lacking(form, &stated.answers(form));
        lacking.retain(|finding| is_asked(form, &finding.code));
        Ok(lacking)
    }
}

const fn is_here(one: &Application) -> bool {
    match one.filed {
        Filed::Online | Filed::Unit { .. } => true,
        Filed::Desk { .. } => false,
    }
}

/// Is it for the applicant to fill? The day is that of handing in, and a photo is asked for with the
/// materials.
fn is_asked(form: &Form, id: &str) -> bool {
    let field = form.fields.iter().find(|field| field.id == id);
    field.is_some_and(|field| field.input != Input::Picture && field.source != Source::FilledOn)
}
