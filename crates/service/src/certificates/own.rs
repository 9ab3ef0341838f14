//! The certificate in its holder's hand: what it says today, the code by which anybody checks it, and the
//! paper. Nobody gets another's.

use domain::actor::{Action, Target};
use domain::application::{Application, State as Applied};
use domain::certificate::{Certificate, Standing};
use domain::event::{Event, EventKind, Subject};
use domain::expert::Standing as Stands;
use domain::id::RecordId;
use jiff::civil::Date;

use super::{KIND, Row, grouped};
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::experts::{Member, Membership};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// A certificate as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OwnCertificate {
    /// Identifier.
    pub id: RecordId,
    /// What it is called.
    pub title: String,
    /// 编号
    pub number: String,
    /// 聘期 first day
    pub from: Date,
    /// 聘期 last day
    pub to: Date,
    /// What holds today.
    pub standing: Standing,
    /// First day on which it counts no more, once that day has come.
    pub ended_on: Option<Date>,
    /// 核验码, in groups of four.
    pub code: String,
}

impl OwnCertificate {
    fn of(one: &Certificate, left: Option<Date>, today: Date) -> Self {
        let (standing, ended_on) = one.checked(left, today);
        Self {
            id: one.id,
            title: one.title.clone(),
            number: one.number.clone(),
            from: one.term.from,
            to: one.term.to,
            standing,
            ended_on,
            code: grouped(&one.code),
        }
    }
}

/// The day on which a membership ended before its time, if it did.
pub(super) fn left_on(member: &Membership) -> Option<Date> {
    match member.expert.standing {
        Stands::Left { on, .. } => Some(on),
        _ => None,
    }
}

/// That the holder took the paper.
fn taken(one: &Certificate) -> Event {
    Event::new(
        EventKind::PlainValueRead,
        Subject::new("expert", one.expert),
    )
    .fact("purpose", "本人下载")
    .fact("fields", &one.title)
}

impl Service {
    /// The certificates of a member, the newest term first.
    pub(crate) async fn held_by(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
    ) -> Result<Vec<OwnCertificate>> {
        let mut read = self.store.read();
        let held = self
            .certificates_of(&mut read, pool.id(), member.id)
            .await?;
        let left = left_on(&member.body);
        let held = held.iter().rev();
        Ok(held
            .map(|one| OwnCertificate::of(one, left, ctx.today()))
            .collect())
    }

    /// The certificate in which an application ended.
    async fn certificate_from(&self, one: &Application) -> Result<Option<Certificate>> {
        let Applied::Appointed { expert, .. } = &one.state else {
            return Ok(None);
        };
        let mut read = self.store.read();
        let held = self.certificates_of(&mut read, one.pool, *expert).await?;
        Ok(held
            .into_iter()
            .find(|held| held.application == Some(one.id)))
    }

    /// The same as its applicant sees it.
    pub(crate) async fn held_by_applicant(
        &self,
        ctx: &Ctx,
        one: &Application,
    ) -> Result<Option<OwnCertificate>> {
        let Some(held) = self.certificate_from(one).await? else {
            return Ok(None);
        };
        let mut read = self.store.read();
        let member = store::experts::find::<Membership>(&mut read, held.expert).await?;
        let left = member.and_then(|member| left_on(&member.body));
        Ok(Some(OwnCertificate::of(&held, left, ctx.today())))
    }

    /// One's own certificate as PDF; taking it leaves a trace.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert; [`Error::NotFound`] for somebody else's;
    /// [`Error::Document`].
    pub async fn print_own_certificate(&self, ctx: &Ctx, id: RecordId) -> Result<Printed> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let row: Row = records::find(&mut self.store.read(), id, KIND).await?;
        let one = row.body;
        let member = store::experts::find::<Membership>(&mut self.store.read(), one.expert).await?;
        member
            .filter(|member| member.keys.person == person)
            .ok_or(Error::NotFound)?;
        let mut change = self.change(ctx, one.pool).await?;
        change
            .authorize(
                Action::ReadOwnRecord,
                Target::pool(one.pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        change.record(taken(&one)).await?;
        change.commit().await?;
        let pool = self.any_pool(one.pool).await?;
        self.print_certificate(ctx, &pool, one).await
    }

    /// The certificate in which an application ended, as PDF for whoever holds the application; taking it
    /// leaves a trace.
    pub(crate) async fn print_applicants_certificate(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        one: &Application,
    ) -> Result<Printed> {
        let held = self.certificate_from(one).await?.ok_or(Error::NotFound)?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.record(taken(&held)).await?;
        change.commit().await?;
        self.print_certificate(ctx, pool, held).await
    }
}
