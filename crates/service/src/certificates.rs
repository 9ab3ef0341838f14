//! 聘任与聘书: whoever passed every station becomes a member, gets the next number and a certificate
//! anybody can check; one by one or in a batch that goes on where it stopped (DG 第七条(四)).

mod issue;

use documents::certificates::Paper;
use documents::form::Field;
use domain::actor::Action;
use domain::certificate::{Certificate, Detail, Refused, Standing};
use domain::event::{Event, EventKind, Subject};
use domain::id::{PoolId, RecordId};
use domain::policy::pack::{Certificate as Rule, CertificatePaper};
use jiff::civil::Date;
use store::document::{self, Direction, Page, PageRequest};
use store::records::{RecordFilter, RecordKeys};

pub use issue::{Issuance, Order};

use crate::applications::by;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
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
    /// Day it was revoked.
    pub revoked_on: Option<Date>,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoReason => Self::field("reason", refused.to_string()),
            Refused::Revoked(_) => Self::state("certificate.revoked", refused),
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
        let pool = self.open_pool(ctx, no, Action::IssueCertificates).await?;
        let filter = RecordFilter {
            title: Some(name.to_owned()).filter(|name| !name.is_empty()),
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
        let pool = self.open_pool(ctx, no, Action::IssueCertificates).await?;
        Ok(find(&mut self.store.read(), pool.id(), id).await?.body)
    }

    /// 补发: the same number again, with a reason; the paper says that it replaces the one before.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once revoked, [`Error::Invalid`] without a reason.
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
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::IssueCertificates, pool.target())?;
        let row = find(&mut *change, pool.id(), id).await?;
        Ok((change, row))
    }

    async fn save_certificate(&self, change: &mut Change<'_>, row: &mut Row) -> Result<()> {
        row.keys = keys(&row.body);
        document::save(change, row).await?;
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
        Ok(CheckedCertificate {
            standing: one.standing(ctx.today()),
            revoked_on: match &one.state {
                domain::certificate::State::Revoked { on, .. } => Some(*on),
                domain::certificate::State::InForce => None,
            },
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

    /// One or several certificates as one PDF, one page each.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Document`].
    pub async fn print_certificates(
        &self,
        ctx: &Ctx,
        no: i64,
        ids: &[RecordId],
    ) -> Result<Printed> {
        let pool = self.open_pool(ctx, no, Action::IssueCertificates).await?;
        let mut read = self.store.read();
        let mut pages = Vec::new();
        for id in ids {
            let one = find(&mut read, pool.id(), *id).await?.body;
            pages.push(self.certificate_page(ctx, &pool, &one).await?);
        }
        let name = match &pages[..] {
            [one] => format!("{}-{}.pdf", one.title, one.number),
            [] => return Err(Error::NotFound),
            [first, ..] => format!("{}-{}等{}份.pdf", first.title, first.number, pages.len()),
        };
        let card = pool.pack.admission.certificate.as_ref();
        let card = card.is_some_and(|rule| rule.paper == CertificatePaper::Card);
        let view = documents::certificates::Certificates {
            paper: if card { Paper::Card } else { Paper::Sheet },
            pages,
        };
        self.print(view, ctx.now, name).await
    }

    async fn certificate_page(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        one: &Certificate,
    ) -> Result<documents::certificates::Certificate> {
        let rule = pool.pack.admission.certificate.as_ref();
        let address = format!(
            "{}/public/certificates/{}",
            self.settings.public_url, one.code
        );
        let svg =
            documents::qr::svg(&address).map_err(|error| Error::Document(error.to_string()))?;
        let demonstration = pool.pool.demonstration.then(|| "演示".to_owned());
        let standing = one.standing(ctx.today());
        let state = (standing == Standing::Revoked).then(|| standing.zh().to_owned());
        let lines = rule.map(|rule| lines(rule, one)).unwrap_or_default();
        let reissued = (!one.reissued.is_empty()).then(|| Field {
            label: "补发".to_owned(),
            value: format!("第 {} 次补发，原件作废", one.reissued.len()),
        });
        Ok(documents::certificates::Certificate {
            title: one.title.clone(),
            number: one.number.clone(),
            name: one.name.clone(),
            body: rule.map(|rule| body(pool, rule)).unwrap_or_default(),
            lines: lines.into_iter().chain(reissued).collect(),
            photo: rule.is_some_and(|rule| rule.fields.iter().any(|field| is_photo(field))),
            sign: self.organisation_name(pool.pool.manager).await?,
            on: one.issued_on,
            svg,
            code: grouped(&one.code),
            marks: demonstration.into_iter().chain(state).collect(),
        })
    }
}

fn is_photo(field: &str) -> bool {
    Detail::named(field) == Some(Detail::Photo)
}

/// What it says of the person. A card has no room for the article.
fn body(pool: &OpenPool, rule: &Rule) -> String {
    let phrase = match &rule.phrase {
        Some(phrase) => phrase.clone(),
        None => format!("聘请您为{}专家", pool.pool.name),
    };
    match rule.paper {
        CertificatePaper::Card => phrase,
        CertificatePaper::Sheet => format!(
            "根据《{}》{}，{phrase}",
            pool.pack.identity.title, rule.citation
        ),
    }
}

/// What it shows besides name and photo. A card has no other place for its number.
fn lines(rule: &Rule, one: &Certificate) -> Vec<Field> {
    let mut lines = Vec::new();
    for field in &rule.fields {
        let value = match Detail::named(field) {
            Some(Detail::Number) if rule.paper == CertificatePaper::Card => one.number.clone(),
            Some(Detail::Specialties) => one.specialties.join("、"),
            Some(Detail::Term) => format!(
                "{}至{}",
                documents::dates::long(one.term.from),
                documents::dates::long(one.term.to)
            ),
            _ => {
                let shown = one.shown.iter().find(|(name, _)| name == field);
                shown.map(|(_, value)| value.clone()).unwrap_or_default()
            }
        };
        if !value.is_empty() {
            lines.push(Field::new(field, value));
        }
    }
    lines
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
