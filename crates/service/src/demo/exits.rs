//! Leaving before the term ends: in every pool a case under way, as far as the desk can take it.

use documents::letter::{LetterPart, LetterView};
use domain::actor::Role;
use store::document::PageRequest;

use super::Office;
use crate::error::{Error, Result};
use crate::exits::{NewExit, rules};
use crate::experts::ExpertQuery;
use crate::objections::Upload;
use crate::service::Service;

impl Service {
    /// The office brings one case up, with what its ground asks for, and takes the steps that are its own.
    pub(super) async fn demo_exit(&self, office: &Office) -> Result<()> {
        let officer = office.city.login(Role::Officer).ok_or(Error::NotFound)?;
        let officer = self.as_demo(officer, Role::Officer, office.pool).await?;
        let pool = self.pool_numbered(&officer, office.no).await?;
        let rules = rules(&pool)?;
        let mut grounds: Vec<_> = rules.grounds.iter().filter(|one| one.reason).collect();
        grounds.sort_by_key(|ground| ground.document.is_some());
        let ground = grounds.first().ok_or(Error::NotFound)?;
        let (query, page) = (ExpertQuery::default(), PageRequest::first(50));
        let experts = self.experts(&officer, office.no, &query, &page).await?;
        let expert = experts.rows.last().ok_or(Error::NotFound)?.id;
        let mut documents = Vec::new();
        if let Some(document) = &ground.document {
            let letter = LetterView {
                title: vec![document.clone()],
                parts: vec![LetterPart::paragraph("情况说明附后。（演示）")],
                sign: office.city.office.to_owned(),
                ..LetterView::default()
            };
            documents.push(Upload {
                name: format!("{document}.pdf"),
                bytes: self.typeset(letter, officer.now).await?,
            });
        }
        let new = NewExit {
            ground: ground.id.clone(),
            kind: ground.kinds.first().cloned().unwrap_or_default(),
            reason: "经核实，情况属实，详见书面说明。（演示）".to_owned(),
        };
        let case = self
            .open_exit(&officer, office.no, expert, &new, documents)
            .await?;
        let view = self.exit(&officer, office.no, case).await?;
        if let Some(next) = view.next.filter(|next| next.may) {
            self.take_exit_step(&officer, office.no, case, &next.label, "情况属实。", "")
                .await?;
        }
        Ok(())
    }
}
