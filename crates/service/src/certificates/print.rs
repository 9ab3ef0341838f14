//! 印制: certificates on paper, one or many; a batch keeps what it printed and is taken away as one zip.

use documents::bundle::safe_name;
use documents::certificates::{Certificates, Paper};
use documents::form::Field;
use documents::xlsx::{ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::actor::Action;
use domain::certificate::{Certificate, Detail, Standing};
use domain::event::{Event, EventKind, Subject};
use domain::id::{FileId, RecordId};
use domain::policy::pack::{Certificate as Rule, CertificatePaper, Source};
use serde::{Deserialize, Serialize};
use store::attachments::{self, FileKeys};

pub use crate::bundles::Pieces;

use super::{Issuance, find, grouped};
use crate::bundles::{Packing, packed};
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::service::Service;

/// To whom a file belongs that a batch printed.
const OWNER: &str = "issuance";
/// Most certificates in one PDF: more would keep whoever asked waiting, and are taken as a zip.
pub const MOST_PAGES: usize = 200;

/// Beside the file a batch printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sheet {
    /// Whose page it is.
    pub(super) certificate: RecordId,
}

impl Service {
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
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        if ids.len() > MOST_PAGES {
            return Err(Error::state(
                "certificate.many",
                format!(
                    "一份 PDF 最多 {MOST_PAGES} 份证书，这里有 {} 份。请打包下载。",
                    ids.len()
                ),
            ));
        }
        let mut read = self.store.read();
        let mut certificates = Vec::new();
        for id in ids {
            certificates.push(self.certificate_of(&mut read, &pool, *id).await?.body);
        }
        let name = match &certificates[..] {
            [one] => file_name(one),
            [] => return Err(Error::NotFound),
            [first, ..] => format!(
                "{}-{}等{}份.pdf",
                first.title,
                first.number,
                certificates.len()
            ),
        };
        let view = self.on_paper(ctx, &pool, &certificates).await?;
        self.print(view, ctx.now, name).await
    }

    /// One certificate as a PDF, for whoever was found to hold it.
    pub(super) async fn print_certificate(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        one: Certificate,
    ) -> Result<Printed> {
        let name = file_name(&one);
        let view = self.on_paper(ctx, pool, &[one]).await?;
        self.print(view, ctx.now, name).await
    }

    /// Typesets these certificates, each by itself.
    pub(super) async fn typeset_each(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        ids: &[RecordId],
    ) -> Result<Vec<(Certificate, Vec<u8>)>> {
        let mut read = self.store.read();
        let mut pages = Vec::new();
        for id in ids {
            let one = find(&mut read, pool.id(), *id).await?.body;
            let view = self.on_paper(ctx, pool, std::slice::from_ref(&one)).await?;
            pages.push((one, self.typeset(view, ctx.now).await?));
        }
        Ok(pages)
    }

    /// Keeps what was typeset of a batch; what is to be written down of each.
    pub(super) async fn keep_prints(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        batch: RecordId,
        pages: Vec<(Certificate, Vec<u8>)>,
    ) -> Result<Vec<(FileId, FileKeys, Sheet)>> {
        let mut prints = Vec::new();
        for (one, bytes) in pages {
            let file: FileId = self.id(ctx);
            let keys = FileKeys {
                pool: Some(pool.id()),
                owner_kind: OWNER.to_owned(),
                owner_id: batch.to_string(),
                name: file_name(&one),
                media_type: "application/pdf".to_owned(),
                size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                digest: self.put_sealed(file, &bytes).await?,
                state: "kept".to_owned(),
                created_at: ctx.now,
            };
            let certificate = one.id;
            prints.push((file, keys, Sheet { certificate }));
        }
        Ok(prints)
    }

    /// 打包下载: every certificate of a batch as a PDF of its own, and a workbook that lists them. What was
    /// issued again or revoked since the batch printed it is printed as it is today.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] while the batch still prints.
    pub async fn bundle_certificates(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Pieces> {
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        let batch = self.issuance(ctx, no, id).await?;
        if !batch.is_done() {
            return Err(Error::state(
                "certificate.printing",
                format!(
                    "这一批还在印制（{} / {}）。请等进度完成后再打包下载。",
                    batch.printed,
                    batch.done.len()
                ),
            ));
        }
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::IssueCertificates, &pool)?;
        let taken = Event::new(EventKind::ListExported, Subject::new("pool", pool.id()))
            .fact("form", "certificates.zip")
            .fact("number", &batch.number)
            .fact("count", batch.done.len());
        change.record(taken).await?;
        change.commit().await?;
        let name = format!("{}_{}_证书.zip", pool.pool.name, batch.number);
        let (service, ctx) = (self.clone(), ctx.clone());
        Ok(packed(name, |packing| async move {
            service.bundle(&ctx, &pool, &batch, packing).await
        }))
    }

    async fn bundle(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        batch: &Issuance,
        mut packing: Packing,
    ) -> Result<()> {
        let mut read = self.store.read();
        let kept = attachments::of::<Sheet>(&mut read, OWNER, &batch.id.to_string()).await?;
        let mut listed = Vec::new();
        for (place, id) in (1..).zip(&batch.done) {
            let one = find(&mut read, pool.id(), *id).await?.body;
            let changed = !one.reissued.is_empty() || counts_no_more(one.standing(ctx.today()));
            let print = kept.iter().find(|file| file.body.certificate == *id);
            let bytes = match print.filter(|_| !changed) {
                Some(file) => self.open_sealed(file.id, &file.keys.digest).await?,
                None => {
                    let view = self.on_paper(ctx, pool, std::slice::from_ref(&one)).await?;
                    self.typeset(view, ctx.now).await?
                }
            };
            let name = safe_name(&format!("{place:04}_{}", file_name(&one)));
            if !packing.add(&name, &bytes).await? {
                return Ok(());
            }
            listed.push(index_row(place, &one, name));
        }
        let index = self.workbook("目录", &INDEX, listed.into_iter()).await?;
        packing.finish(index).await
    }

    /// Certificates as they are printed, with the photos of their people where the pack shows one.
    async fn on_paper(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        certificates: &[Certificate],
    ) -> Result<Certificates> {
        let rule = pool.pack.admission.certificate.as_ref();
        let card = rule.is_some_and(|rule| rule.paper == CertificatePaper::Card);
        let kinds = photo_kinds(pool);
        let mut view = Certificates {
            paper: if card { Paper::Card } else { Paper::Sheet },
            ..Certificates::default()
        };
        for one in certificates {
            let page = self.certificate_page(ctx, pool, one).await?;
            let photo = match page.photo {
                true => {
                    let expert = one.expert.to_string();
                    self.newest_photo(crate::attachments::OWNER, &expert, &kinds)
                        .await?
                }
                false => None,
            };
            view.push(page, photo);
        }
        Ok(view)
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
        // That the text may still change is said on paper too; that it ran out does not touch an appointment.
        let instrument = pool.standing(ctx.today());
        let draft = match &instrument {
            domain::policy::in_force::Standing::Draft { .. } => instrument.banner(),
            _ => None,
        };
        let standing = one.standing(ctx.today());
        let state = counts_no_more(standing).then(|| standing.zh().to_owned());
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
            picture: None,
            sign: self.organisation_name(pool.pool.manager).await?,
            on: one.issued_on,
            svg,
            code: grouped(&one.code),
            marks: draft
                .into_iter()
                .chain(demonstration)
                .chain(state)
                .collect(),
        })
    }
}

/// Is it void before its term is over? The paper says so.
const fn counts_no_more(standing: Standing) -> bool {
    matches!(standing, Standing::Revoked | Standing::Ended)
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

/// Kinds of files that are photos of the person.
pub(crate) fn photo_kinds(pool: &OpenPool) -> Vec<String> {
    let named = pool
        .pack
        .forms
        .iter()
        .flat_map(|form| &form.fields)
        .filter(|field| field.source == Source::Photo)
        .map(|field| field.label.clone());
    let shown = pool
        .pack
        .admission
        .certificate
        .iter()
        .flat_map(|rule| &rule.fields)
        .filter(|field| is_photo(field))
        .cloned();
    let mut kinds: Vec<String> = named.chain(shown).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn file_name(one: &Certificate) -> String {
    format!("{}-{}-{}.pdf", one.title, one.number, one.name)
}

/// The columns of the workbook in a bundle.
const INDEX: ExportTable<'static> = ExportTable {
    name: "目录",
    columns: &[
        ExportColumn::new("序号", 6.0, ExportKind::Count),
        ExportColumn::new("编号", 16.0, ExportKind::Text),
        ExportColumn::new("姓名", 12.0, ExportKind::Text),
        ExportColumn::new("专业领域", 30.0, ExportKind::Text),
        ExportColumn::new("聘期开始", 12.0, ExportKind::Date),
        ExportColumn::new("聘期届满", 12.0, ExportKind::Date),
        ExportColumn::new("核验码", 18.0, ExportKind::Text),
        ExportColumn::new("文件", 44.0, ExportKind::Text),
    ],
};

fn index_row(place: i64, one: &Certificate, file: String) -> Vec<ExportValue> {
    vec![
        ExportValue::Count(place),
        ExportValue::Text(one.number.clone()),
        ExportValue::Text(one.name.clone()),
        ExportValue::Text(one.specialties.join("、")),
        ExportValue::Date(one.term.from),
        ExportValue::Date(one.term.to),
        ExportValue::Text(grouped(&one.code)),
        ExportValue::Text(file),
    ]
}
