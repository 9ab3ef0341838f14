//! What a draw leaves on paper: 抽取记录, 结果确认表, 签到表, 邀请函. Names are printed only once the
//! result is unsealed, and only for those who may see them.

mod invitation;
mod panel;
mod record;

use documents::draws::Verification;
use documents::form::Field;
use documents::invitations::Standing;
use documents::pdf::Printable;
use domain::draw_process::Attempt;
use domain::task::Task;
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::ctx::shanghai;
use crate::error::{Error, Result};
use crate::service::Service;

/// A printed document.
#[derive(Debug, Clone)]
pub struct Printed {
    /// Name of the file, with its ending.
    pub name: String,
    /// PDF.
    pub bytes: Vec<u8>,
}

fn civil(at: Timestamp) -> DateTime {
    at.to_zoned(shanghai()).datetime()
}

impl Service {
    /// Typesets a view under the name of its file.
    pub(crate) async fn print(
        &self,
        view: impl Printable + Send + 'static,
        at: Timestamp,
        name: String,
    ) -> Result<Printed> {
        let bytes = self.typeset(view, at).await?;
        Ok(Printed { name, bytes })
    }

    fn verification(&self, attempt: &Attempt) -> Result<Verification> {
        let address = format!(
            "{}/public/draws/{}",
            self.settings.public_url, attempt.number
        );
        Verification::new(attempt.number.clone(), address)
            .map_err(|error| Error::Document(error.to_string()))
    }
}

const fn real(demonstration: bool) -> Standing {
    if demonstration {
        Standing::Rehearsal
    } else {
        Standing::Real
    }
}

fn standing(attempt: &Attempt) -> Standing {
    real(attempt.rehearsal)
}

fn checkpoint(record: &draw::Record) -> String {
    record.digest().to_hex().chars().take(12).collect()
}

fn half_days(task: &Task) -> String {
    let all = task
        .request
        .half_days
        .iter()
        .map(|half| format!("{}{}", half.date, half.slot.label()));
    all.collect::<Vec<_>>().join("、")
}

fn request_fields(task: &Task, requester: &str) -> Vec<Field> {
    vec![
        Field::new("使用方", requester),
        Field::new("工作内容", &task.request.content),
        Field::new("时间", half_days(task)),
        Field::new("地点", &task.request.place),
    ]
}
