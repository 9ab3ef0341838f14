//! People wait for their certificate.

use domain::actor::Action;

use super::{About, Found};
use crate::error::Result;
use crate::service::Service;

pub(super) async fn waiting(service: &Service, found: &mut Found<'_>) -> Result<()> {
    let open = service
        .any_part_of(found.ctx, found.pool, Action::IssueCertificates)
        .await?;
    let Some(open) = open else {
        return Ok(());
    };
    let word = open.pack.certificate_word();
    let since = service.appointments_due(&open).await?;
    if let Some(first) = since.iter().min() {
        let about = About {
            title: &format!("有专家等待颁发{word}"),
            path: "certificates".to_owned(),
            facts: format!("{} 人", since.len()),
            due: None,
            since: *first,
        };
        found.add("颁发证书", "颁发", about);
    }
    Ok(())
}
