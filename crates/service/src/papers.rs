//! 表格: the forms of a pack as files, blank for everybody, filled in for those who may see what stands on
//! them; and every document that offices edit in the format they ask for.

use std::sync::Arc;

use documents::annex::{Annex, Signed, Stated};
use documents::form::FormView;
use documents::letter::LetterView;
use documents::photo::Photo;
use documents::{docx, xlsx};
use domain::actor::Action;
use domain::id::ExpertId;
use domain::policy::pack::{Form, Pack};
use jiff::Timestamp;
use store::attachments;

use crate::certificates::photo_kinds;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::PlainValues;
use crate::exports::MadeFile;
use crate::persons::{self, Masked};
use crate::pools::OpenPool;
use crate::service::Service;

/// As which file a paper is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperFile {
    /// As it is printed.
    Pdf,
    /// To be edited as a text.
    Docx,
    /// To be edited as a sheet.
    Xlsx,
}

impl PaperFile {
    /// Every file, in the order offered.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Docx, Self::Xlsx];

    /// Its ending, and its word in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }

    /// The file of this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The words users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Docx => "Word（.docx）",
            Self::Xlsx => "Excel（.xlsx）",
        }
    }

    /// Media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => docx::MEDIA_TYPE,
            Self::Xlsx => xlsx::MEDIA_TYPE,
        }
    }

    /// What was made as this file. `name` without its ending.
    fn named(self, name: &str, bytes: Vec<u8>) -> MadeFile {
        MadeFile {
            name: format!("{name}.{}", self.code()),
            media_type: self.media_type(),
            bytes,
            count: 1,
        }
    }
}

/// Whether what is sealed is printed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown<'a> {
    /// With stars.
    Masked,
    /// In full, for this purpose, which is recorded.
    Plain(&'a str),
}

/// Identity number and contacts as they are printed.
pub(crate) struct Contacts {
    pub(crate) id_number: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) address: String,
}

impl From<PlainValues> for Contacts {
    fn from(plain: PlainValues) -> Self {
        Self {
            id_number: plain.id_number,
            phone: plain.phone,
            email: plain.email,
            address: plain.address,
        }
    }
}

impl From<Masked> for Contacts {
    fn from(masked: Masked) -> Self {
        Self {
            id_number: masked.id_number,
            phone: masked.phone,
            email: masked.email,
            address: masked.address,
        }
    }
}

/// What a form shows of a person, as far as a person's file says it.
pub(crate) fn stated(pool: &OpenPool, file: &persons::PersonFile, contacts: Contacts) -> Stated {
    Stated {
        honour: persons::highest_honour(pool, &file.profile),
        office_phone: file.office_phone.clone().unwrap_or_default(),
        id_number: contacts.id_number,
        address: contacts.address,
        mobile: contacts.phone,
        email: contacts.email,
        profile: file.profile.clone(),
        ..Stated::default()
    }
}

/// A form as its title calls it: 入库申请表.
pub(crate) fn title_of(form: &Form) -> String {
    form.title.last().cloned().unwrap_or_default()
}

impl Service {
    /// A view as the file asked for. `name` without its ending.
    pub(crate) async fn made_paper(
        &self,
        view: FormView,
        file: PaperFile,
        name: &str,
        at: Timestamp,
    ) -> Result<MadeFile> {
        let bytes = match file {
            PaperFile::Pdf => self.typeset(view, at).await?,
            PaperFile::Docx => self.make(move || docx::form(&view)).await?,
            PaperFile::Xlsx => self.make(move || xlsx::form(&view)).await?,
        };
        Ok(file.named(name, bytes))
    }

    /// A letter or notice as the file asked for; it has no sheet of cells.
    pub(crate) async fn made_letter(
        &self,
        view: LetterView,
        file: PaperFile,
        name: &str,
        at: Timestamp,
    ) -> Result<MadeFile> {
        let bytes = match file {
            PaperFile::Pdf => self.typeset(view, at).await?,
            PaperFile::Docx => self.make(move || docx::letter(&view)).await?,
            PaperFile::Xlsx => return Err(Error::NotFound),
        };
        Ok(file.named(name, bytes))
    }

    /// What stands on every paper of a pool today: 征求意见稿, 已过有效期, 演示.
    pub(crate) fn marks(&self, pool: &OpenPool, at: Timestamp) -> Vec<String> {
        let today = at.to_zoned(crate::ctx::shanghai()).date();
        let banner = pool.standing(today).banner();
        let demonstration = pool.pool.demonstration.then(|| "演示".to_owned());
        banner.into_iter().chain(demonstration).collect()
    }

    /// The pack of a published notice.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a notice nobody may read.
    pub async fn pack_of_notice(&self, notice: &str) -> Result<Arc<Pack>> {
        Ok(self.pool_of_published_notice(notice).await?.pack)
    }

    /// A blank form of the pool of a published notice, for everybody.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a notice nobody may read and a form the pack does not have;
    /// [`Error::Document`].
    pub async fn blank_form(&self, notice: &str, form: &str, file: PaperFile) -> Result<MadeFile> {
        let pool = self.pool_of_published_notice(notice).await?;
        self.blank_form_of(&pool, form, file).await
    }

    /// A blank form of a pool, as its guide offers it to everybody.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number no pool has and a form the pack does not have;
    /// [`Error::Document`].
    pub async fn blank_form_in(&self, no: i64, form: &str, file: PaperFile) -> Result<MadeFile> {
        let (pool, _) = self.application_guide(no).await?;
        self.blank_form_of(&pool, form, file).await
    }

    async fn blank_form_of(
        &self,
        pool: &OpenPool,
        form: &str,
        file: PaperFile,
    ) -> Result<MadeFile> {
        let form = pool.pack.form(form).ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let nothing = Stated::default();
        let view = Annex::blank(form, &nothing, self.marks(pool, now)).view();
        self.made_paper(view, file, &title_of(form), now).await
    }

    /// The form of an expert of the pool, as the pack has it.
    ///
    /// # Errors
    /// Denied; no purpose for what is sealed; [`Error::NotFound`] where the pack has no form;
    /// [`Error::Document`].
    pub async fn expert_form(
        &self,
        ctx: &Ctx,
        no: i64,
        id: ExpertId,
        file: PaperFile,
        shown: Shown<'_>,
    ) -> Result<MadeFile> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let form = pool.pack.application_form().ok_or(Error::NotFound)?;
        let view = self.expert(ctx, no, id).await?;
        let contacts = match shown {
            Shown::Masked => Contacts::from(view.masked),
            Shown::Plain(purpose) => self.reveal_expert(ctx, no, id, purpose).await?.into(),
        };
        let channel = view.member.expert.channel.as_deref();
        let channel = channel.and_then(|id| pool.pack.admission.channel(id));
        let mut on_form = stated(&pool, &view.person, contacts);
        on_form.channel = channel.map(|one| one.label.clone()).unwrap_or_default();
        on_form.specialties = view.specialties;
        let kinds = photo_kinds(&pool);
        on_form.photo = self
            .newest_photo(crate::attachments::OWNER, &id.to_string(), &kinds)
            .await?;
        let sheet = Annex {
            form,
            stated: &on_form,
            signed: Signed::OnPaper,
            opinions: Vec::new(),
            marks: self.marks(&pool, ctx.now),
            watermark: None,
        };
        let name = format!("{}_{}", on_form.profile.name, title_of(form));
        self.made_paper(sheet.view(), file, &name, ctx.now).await
    }

    /// The newest photo among somebody's files; one that cannot be read leaves its place empty.
    pub(crate) async fn newest_photo(
        &self,
        owner: &str,
        id: &str,
        kinds: &[String],
    ) -> Result<Option<Photo>> {
        let mut read = self.store.read();
        let files = attachments::of::<crate::attachments::Body>(&mut read, owner, id).await?;
        let newest = files.into_iter().rev().find(|file| {
            kinds.contains(&file.body.kind) && file.keys.media_type.starts_with("image/")
        });
        let Some(file) = newest else { return Ok(None) };
        let bytes = self.open_sealed(file.id, &file.keys.digest).await?;
        let read = tokio::task::spawn_blocking(move || Photo::read(&bytes)).await;
        let read = read.map_err(|error| Error::Internal(error.to_string()))?;
        if let Err(error) = &read {
            tracing::warn!(%error, file = %file.id, "a photo was not read");
        }
        Ok(read.ok())
    }
}
