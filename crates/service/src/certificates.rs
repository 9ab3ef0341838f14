//! 聘任与聘书: whoever passed every station becomes a member, gets the next number and a certificate
//! anybody can check; one by one or in a batch that goes on where it stopped (DG 第七条(四)).

mod issue;
mod own;
mod print;
mod renewed;

use domain::actor::Action;
use domain::certificate::{Certificate, Refused, Standing};
use domain::event::{Event, EventKind, Subject};
use domain::id::{ExpertId, PoolId, RecordId};
use jiff::civil::Date;
use store::document::{self, Direction, Page, PageRequest};
use store::records::{RecordFilter, RecordKeys};

pub use issue::{Issuance, Order};
pub use own::OwnCertificate;
pub(crate) use print::photo_kinds;
pub use print::{MOST_PAGES, Pieces};

use crate::applications::by;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Kind of the stored records.
pub(crate) const KIND: &str = "certificate";

type Row = store::records::Record<Certificate>;

/// A certificate as anybody sees it who has its code.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CheckedCertificate {
    /// What it is called.
    pub title: String,
    /// 编号
    pub number: String,
    /// 姓名
    pub name: String,
    /// 专家库
    pub pool: String,
    /// 专业领域
    pub specialties: Vec<String>,
    /// 聘期 first day
    pub from: Date,
    /// 聘期 last day
    pub to: Date,
    /// How often it was issued again.
    pub reissued: usize,
    /// What holds today.
    pub standing: Standing,
    /// First day on which it counts no more, once that day has come.
    pub ended_on: Option<Date>,
    /// What else the pack has it show.
    #[serde(skip)]
    pub shown: Vec<(String, String)>,
    /// What the instrument is worth today, unless it simply binds.
    #[serde(skip)]
    pub banner: Option<String>,
    /// Made up.
    #[serde(skip)]
    pub demonstration: bool,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoReason => Self::field("reason", refused.to_string()),
            Refused::Revoked(_) | Refused::Ended(_) => Self::state("certificate.revoked", refused),
        }
    }
}

fn keys(one: &Certificate) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(one.number.clone()),
        status: match one.state {
            domain::certificate::State::InForce => "in_force".to_owned(),
            domain::certificate::State::Revoked { .. } => "revoked".to_owned(),
        },
        parent: Some(one.code.clone()),
        subject: Some(one.expert.to_string()),
        team: String::new(),
        due_on: None,
        sort: one.number.clone(),
        title: one.name.clone(),
    }
}

fn event(kind: EventKind, one: &Certificate) -> Event {
    Event::new(kind, Subject::new(KIND, one.id))
        .fact("number", &one.number)
        .fact("term", format!("{} — {}", one.term.from, one.term.to))
}

fn of_pool(pool: PoolId) -> RecordFilter {
    RecordFilter {
        pool: Some(pool),
        kinds: vec![KIND.to_owned()],
        ..RecordFilter::default()
    }
}

async fn find(db: &mut impl store::Db, pool: PoolId, id: RecordId) -> Result<Row> {
    records::find_in(db, pool, id, KIND).await
}

impl Service {
    /// The certificates of a pool, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn certificates(
        &self,
        ctx: &Ctx,
        no: i64,
        name: &str,
        page: &PageRequest,
    ) -> Result<Page<Certificate>> {
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        let filter = RecordFilter {
            title: Some(name.to_owned()).filter(|name| !name.is_empty()),
            experts_of: pool.experts_of(),
            ..of_pool(pool.id())
        };
        let mut read = self.store.read();
        let found =
            store::records::page::<Certificate>(&mut read, &filter, Direction::Descending, page)
                .await?;
        Ok(Page {
            items: found.items.into_iter().map(|row| row.body).collect(),
            next: found.next,
        })
    }

    /// One certificate.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn certificate(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Certificate> {
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        Ok(self
            .certificate_of(&mut self.store.read(), &pool, id)
            .await?
            .body)
    }

    /// A certificate of somebody in the part of the pool that is open.
    async fn certificate_of(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        id: RecordId,
    ) -> Result<Row> {
        let row = find(db, pool.id(), id).await?;
        if pool.experts_of().is_some() {
            self.member(db, pool, row.body.expert).await?;
        }
        Ok(row)
    }

    /// 补发: the same number again, with a reason; the paper says that it replaces the one before.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once revoked or ended, [`Error::Invalid`] without a reason.
    pub async fn reissue_certificate(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row) = self.certificate_change(ctx, no, id).await?;
        row.body = row.body.clone().reissue(by(ctx)?, reason)?;
        let replaced = event(EventKind::CertificateReplaced, &row.body)
            .fact("reason", domain::text::tidy(reason));
        self.save_certificate(&mut change, &mut row).await?;
        change.record(replaced).await?;
        change.commit().await?;
        Ok(())
    }

    /// 注销, with a reason: the public check says so from now on. The membership itself ends by its own
    /// procedure.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once revoked, [`Error::Invalid`] without a reason.
    pub async fn revoke_certificate(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row) = self.certificate_change(ctx, no, id).await?;
        row.body = row.body.clone().revoke(by(ctx)?, ctx.today(), reason)?;
        let revoked = event(EventKind::CertificateRevoked, &row.body)
            .fact("reason", domain::text::tidy(reason));
        self.save_certificate(&mut change, &mut row).await?;
        change.record(revoked).await?;
        change.commit().await?;
        Ok(())
    }

    async fn certificate_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Change<'c>, Row)> {
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::IssueCertificates, &pool)?;
        let row = self.certificate_of(&mut *change, &pool, id).await?;
        Ok((change, row))
    }

    async fn save_certificate(&self, change: &mut Change<'_>, row: &mut Row) -> Result<()> {
        row.keys = keys(&row.body);
        document::save(change, row).await?;
        Ok(())
    }

    /// 失效: the certificates of a membership that ends on this day.
    pub(crate) async fn end_certificates(
        &self,
        change: &mut Change<'_>,
        pool: PoolId,
        expert: ExpertId,
        on: Date,
    ) -> Result<()> {
        let filter = RecordFilter {
            subject: Some(expert.to_string()),
            ..of_pool(pool)
        };
        for mut row in store::records::all::<Certificate>(&mut **change, &filter).await? {
            let ended = row.body.clone().end(on);
            if ended != row.body {
                row.body = ended;
                self.save_certificate(change, &mut row).await?;
            }
        }
        Ok(())
    }

    /// 核验: what a code says, to anybody.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a code nobody issued.
    pub async fn check_certificate(&self, ctx: &Ctx, code: &str) -> Result<CheckedCertificate> {
        let code: String = code
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if code.is_empty() {
            return Err(Error::NotFound);
        }
        let filter = RecordFilter {
            kinds: vec![KIND.to_owned()],
            parent: Some(code),
            ..RecordFilter::default()
        };
        let found = store::records::all::<Certificate>(&mut self.store.read(), &filter).await?;
        let one = found.into_iter().next().ok_or(Error::NotFound)?.body;
        let pool = self.any_pool(one.pool).await?;
        let holder =
            store::experts::find::<crate::experts::Membership>(&mut self.store.read(), one.expert)
                .await?;
        let left = holder.and_then(|member| own::left_on(&member.body));
        let (standing, ended_on) = one.checked(left, ctx.today());
        Ok(CheckedCertificate {
            standing,
            ended_on,
            banner: pool.standing(ctx.today()).banner(),
            demonstration: pool.pool.demonstration,
            shown: one.shown.clone(),
            title: one.title,
            number: one.number,
            name: one.name,
            pool: pool.pool.name,
            specialties: one.specialties,
            from: one.term.from,
            to: one.term.to,
            reissued: one.reissued.len(),
        })
    }
}

/// A code in groups of four, as people read it off paper.
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}
