//! Two calls for experts: one whose time is over, one that is open.

use domain::actor::Role;
use domain::event::{Event, EventKind, Subject};
use domain::id::{PoolId, RecordId};
use domain::solicitation::{Content, Notice, Paragraph, State, Window};
use domain::special_invitation::By;
use jiff::ToSpan as _;
use store::document;

use super::back;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::solicitations::{Outline, Wording, keys};

impl Service {
    /// The open one goes the whole way; the closed one is put on record as it would stand, because no
    /// ledger takes an event dated before its last one.
    pub(super) async fn demo_notices(&self, pool: PoolId) -> Result<()> {
        let officer = self.as_demo("jingban", Role::Officer, pool).await?;
        let approver = self.as_demo("shenpi", Role::Approver, pool).await?;
        let outline = self.notice_outline(&officer, pool).await?;
        self.demo_closed(&officer, &approver, pool, &outline)
            .await?;
        let today = officer.today();
        let last = today.checked_add(20.days()).unwrap_or(today);
        let words = Wording {
            opens_on: today.to_string(),
            closes_on: last.to_string(),
            ..outline.beginning
        };
        let id = self.draft_notice(&officer, pool, &words).await?;
        self.submit_notice(&officer, id).await?;
        self.approve_notice(&approver, id, true).await?;
        self.publish_notice(&officer, id).await
    }

    async fn demo_closed(
        &self,
        officer: &Ctx,
        approver: &Ctx,
        pool: PoolId,
        outline: &Outline,
    ) -> Result<()> {
        let today = officer.today();
        let (first, last) = (back(today, 75), back(today, 45));
        let window = Window::days(first, last);
        let by = |ctx: &Ctx| -> Result<By> {
            let at = first.to_zoned(crate::ctx::shanghai());
            Ok(By {
                account: ctx.actor.account.ok_or(Error::LoggedOut)?,
                name: ctx.actor.name.clone(),
                at: at.map_or(ctx.now, |midnight| midnight.timestamp()),
            })
        };
        let beginning = &outline.beginning;
        let notice = Notice {
            id: self.id::<RecordId>(officer),
            pool,
            number: Some(format!("ZJ01-{}-0001", first.year())),
            content: Content {
                title: format!("{}（上一期）", beginning.title),
                paragraphs: outline
                    .headings
                    .iter()
                    .map(|label| Paragraph {
                        label: label.clone(),
                        text: beginning.paragraphs.get(label).cloned().unwrap_or_default(),
                    })
                    .collect(),
                materials: Vec::new(),
                channels: beginning.channels.clone(),
                opens: Some(window.opens),
                closes: Some(window.closes),
                contact: beginning.contact.clone(),
                ..Content::default()
            },
            article: outline.article.clone(),
            drafted: by(officer)?,
            publications: Vec::new(),
            state: State::Published {
                approved: by(approver)?,
                by: by(officer)?,
                at: window.opens,
            },
        };
        let mut change = self.change(officer, pool).await?;
        document::insert(&mut change, notice.id, keys(&notice), &notice).await?;
        let event = Event::new(
            EventKind::SolicitationPublished,
            Subject::new("solicitation", notice.id),
        );
        change.record(event.fact("demonstration", "yes")).await?;
        change.commit().await?;
        Ok(())
    }
}
