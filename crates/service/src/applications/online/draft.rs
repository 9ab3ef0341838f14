//! What was typed, kept as it was typed: nothing is lost because something else is wrong.

use store::Secret;
use store::sealed::{Column, Shape};

use crate::applications::Row;
use crate::applications::view::fields_of;
use crate::error::{Error, Problem, Result};
use crate::service::Service;
use crate::typed::Fields;

/// What was typed, sealed as one.
const TYPED: Column = Column {
    table: "record",
    name: "typed",
    pad: 1024,
    shape: Shape::Text,
};
/// Most values of a form, and bytes of all of them.
const MOST: (usize, usize) = (2_000, 200_000);

impl Service {
    /// The form as it stands: as typed, or as it was read.
    pub(super) fn form_of(&self, row: &Row) -> Result<Fields> {
        let Some(sealed) = &row.body.typed else {
            return Ok(fields_of(&row.body.application));
        };
        let broken = || Error::Internal("填报的草稿读不出来".to_owned());
        let sealed = hex::decode(sealed).map_err(|_| broken())?;
        let text = self
            .store
            .seals()
            .open(&TYPED, &row.id.to_string(), &sealed)
            .map_err(store::Error::from)?;
        let pairs: Vec<(String, String)> =
            serde_json::from_str(text.reveal()).map_err(|_| broken())?;
        Ok(Fields::from(pairs))
    }

    /// Keeps a form as typed.
    pub(super) fn keep_typed(&self, row: &mut Row, form: &Fields) -> Result<()> {
        let length: usize = form.pairs().iter().map(|(_, value)| value.len()).sum();
        if form.pairs().len() > MOST.0 || length > MOST.1 {
            return Err(Error::Invalid(vec![Problem::new(
                "",
                "填写的内容超出申报表的容量，这一部分没有保存。请精简后再保存。",
            )]));
        }
        let text = serde_json::to_string(form.pairs())
            .map_err(|error| Error::Internal(error.to_string()))?;
        let sealed = self
            .store
            .seals()
            .seal(&TYPED, &row.id.to_string(), &Secret::new(text))
            .map_err(store::Error::from)?;
        row.body.typed = Some(hex::encode(sealed));
        Ok(())
    }
}
