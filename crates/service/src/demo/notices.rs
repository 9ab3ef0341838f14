//! Calls for experts: one that is open in every pool whose pack knows them, and in the large pool one whose time is
//! over.

use domain::actor::Role;
use domain::event::{Event, EventKind, Subject};
use domain::id::{PoolId, RecordId};
use domain::solicitation::{Content, Notice, Paragraph, State, Window};
use domain::special_invitation::By;
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::document;

use super::cities::CITIES;
use super::{Office, back};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::solicitations::{Outline, Wording, keys};

/// How long a notice is open, in days.
const OPEN: i32 = 32;
/// How many it asks for, of whatever it counts.
const WANTED: &str = "10";

impl Service {
    /// A notice goes the whole way: its number and its last day. Before it, in the large pool, one is put on record
    /// as it would stand after its time, because no ledger takes an event dated before its last one.
    pub(super) async fn demo_notice(&self, office: &Office) -> Result<Option<(String, Date)>> {
        let pool = office.pool;
        let [officer, approver] =
            [Role::Officer, Role::Approver].map(|role| office.city.login(role));
        let officer = officer.ok_or(Error::NotFound)?;
        let officer = self.as_demo(officer, Role::Officer, pool).await?;
        let approver = approver.ok_or(Error::NotFound)?;
        let approver = self.as_demo(approver, Role::Approver, pool).await?;
        let open = self.pool_numbered(&officer, office.no).await?;
        if open.pack.admission.solicitation.is_none() {
            return Ok(None);
        }
        let outline = self.notice_outline(&officer, pool).await?;
        if office.city.pack == CITIES[0].pack {
            self.demo_closed(&officer, &approver, pool, &outline)
                .await?;
        }
        let today = officer.today();
        let last = today.checked_add(OPEN.days()).unwrap_or(today);
        let mut words = Wording {
            opens_on: today.to_string(),
            closes_on: last.to_string(),
            wanted: outline
                .wanted
                .iter()
                .map(|row| (row.key.clone(), WANTED.to_owned()))
                .collect(),
            ..outline.beginning
        };
        for (heading, text) in office.city.paragraphs {
            words
                .paragraphs
                .insert((*heading).to_owned(), (*text).to_owned());
        }
        let id = self.draft_notice(&officer, pool, &words).await?;
        self.submit_notice(&officer, id).await?;
        self.approve_notice(&approver, id, true).await?;
        self.publish_notice(&officer, id).await?;
        let view = self.notice(&officer, id).await?;
        Ok(view.notice.number.map(|number| (number, last)))
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
