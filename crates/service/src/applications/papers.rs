//! 申请的表格: the form of the pack as it was filled in; who may take plain values away on paper, and what
//! is written down of it.

mod approval;
mod bundle;
mod recommended;

use documents::annex::{Annex, Opinion, Signed, Stated};
use documents::form::FormView;
use domain::actor::Action;
use domain::application::{Application, Filed, State};
use domain::event::EventKind;
use domain::id::RecordId;
use domain::policy::checklist;
use domain::policy::pack::{Form, SignedBy};
use domain::pool::Specialty;
use jiff::civil::Date;

use super::materials::places;
use super::{KIND, Row, channel_of, event, file_of, find, target};
use crate::certificates::photo_kinds;
use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::experts::{PlainValues, need_purpose};
use crate::exports::MadeFile;
use crate::papers::{Contacts, PaperFile, Shown, stated, title_of};
use crate::persons::Masked;
use crate::pools::OpenPool;
use crate::service::Service;

/// Most applications in one zip or on one list.
const MOST: usize = 2_000;

/// The form an application is made on: the one its materials name, or the only one of the pack.
pub(super) fn form_of<'p>(pool: &'p OpenPool, one: &Application) -> Result<&'p Form> {
    let named = checklist::items(&pool.pack, channel_of(pool, one)?)
        .into_iter()
        .filter_map(|item| pool.pack.form(item.form.as_deref()?))
        .find(|form| form.is_of_one_person());
    named
        .or_else(|| pool.pack.application_form())
        .ok_or(Error::NotFound)
}

fn day(at: jiff::Timestamp) -> Date {
    at.to_zoned(shanghai()).date()
}

/// How the applicant signed: electronically where the pledge of the form was agreed to here.
fn signed(one: &Application) -> Signed {
    match (&one.pledge, &one.filed) {
        (Some(agreed), Filed::Online) => Signed::Electronically {
            name: one.profile.name.clone(),
            on: day(agreed.at),
        },
        _ => Signed::OnPaper,
    }
}

/// What a unit said in its own account. Seal and day stay blank for the paper that is filed.
fn opinions(one: &Application) -> Vec<(SignedBy, Opinion)> {
    let said = one.recommendation.iter().map(|said| {
        let text = format!(
            "{}\n（{}于{}以单位账号出具）",
            said.opinion,
            said.unit,
            documents::dates::long(day(said.by.at))
        );
        (SignedBy::Unit, Opinion { text, on: None })
    });
    said.collect()
}

/// What stands on the form of an application, but for the photo. `known` are the specialties of the pool.
pub(super) fn stated_of(
    pool: &OpenPool,
    one: &Application,
    contacts: Contacts,
    known: &[Specialty],
) -> Result<Stated> {
    let pack = &pool.pack;
    let mut form = stated(pool, &file_of(one), contacts);
    form.channel = channel_of(pool, one)?.label.clone();
    let mut teams = pack.pool.teams.iter();
    let team = teams.find(|team| Some(&team.id) == one.team.as_ref());
    form.team = team.map(|team| team.label.clone()).unwrap_or_default();
    let mut branches = pack.eligibility.branches.iter();
    let branch = branches.find(|branch| Some(&branch.id) == one.relies_on.as_ref());
    form.branch = branch
        .map(|branch| branch.citation.to_string())
        .unwrap_or_default();
    form.specialties = Service::names_of(known, &one.specialties);
    form.filled_on = match (one.handed_in(), &one.filed) {
        (_, Filed::Desk { .. }) => Some(one.received_on),
        (Some(passed), _) => Some(passed.on),
        (None, _) => None,
    };
    Ok(form)
}

impl Service {
    async fn photo_of_application(
        &self,
        pool: &OpenPool,
        one: &Application,
    ) -> Result<Option<documents::photo::Photo>> {
        let labels = photo_kinds(pool);
        // What became an expert took its files along, under their labels.
        if let State::Appointed { expert, .. } = &one.state {
            let owner = expert.to_string();
            return self
                .newest_photo(crate::attachments::OWNER, &owner, &labels)
                .await;
        }
        let places = places(pool, one)?.into_iter();
        let kinds: Vec<String> = places
            .filter(|(_, label)| labels.iter().any(|known| label.contains(known.as_str())))
            .map(|(place, _)| place)
            .collect();
        self.newest_photo(KIND, &one.id.to_string(), &kinds).await
    }

    fn masked(&self, row: &Row) -> Result<Contacts> {
        Ok(Masked::of(&self.open_applicant(row)?).into())
    }

    fn plain(&self, row: &Row) -> Result<Contacts> {
        Ok(PlainValues::of(&self.open_applicant(row)?).into())
    }

    /// The printed form of an application, with these contacts.
    async fn form_view(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
        contacts: Contacts,
    ) -> Result<FormView> {
        let one = &row.body.application;
        let form = form_of(pool, one)?;
        let known = self.specialties_of(pool.id()).await?;
        let mut on_form = stated_of(pool, one, contacts, &known)?;
        on_form.photo = self.photo_of_application(pool, one).await?;
        let sheet = Annex {
            form,
            stated: &on_form,
            signed: signed(one),
            opinions: opinions(one),
            marks: self.marks(pool, ctx.now),
            watermark: one.handed_in().is_none().then(|| "草稿　未提交".to_owned()),
        };
        Ok(sheet.view())
    }

    fn paper_name(pool: &OpenPool, one: &Application) -> Result<String> {
        Ok(format!(
            "{}_{}_{}",
            one.number,
            one.profile.name,
            title_of(form_of(pool, one)?)
        ))
    }

    /// 申请表 of an application: masked for whoever may read it; in full for a purpose, which is
    /// recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not the actor's to see, and where the pack has no form;
    /// [`Error::Forbidden`]; [`Error::Invalid`] without a purpose; [`Error::Document`].
    pub async fn application_form(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: PaperFile,
        shown: Shown<'_>,
    ) -> Result<MadeFile> {
        let (pool, row) = self.seen_application(ctx, no, id).await?;
        // Where there is no form, nothing leaves and nothing is written down.
        let name = Self::paper_name(&pool, &row.body.application)?;
        let contacts = match shown {
            Shown::Masked => self.masked(&row)?,
            Shown::Plain(purpose) => {
                let purpose = need_purpose(purpose)?;
                let taken = ("身份证号码、手机、电子邮箱、通讯地址", file.code());
                let rows = std::slice::from_ref(&row);
                self.record_taken(ctx, &pool, rows, &purpose, taken).await?;
                self.plain(&row)?
            }
        };
        let view = self.form_view(ctx, &pool, &row, contacts).await?;
        self.made_paper(view, file, &name, ctx.now).await
    }

    /// Who may take plain values away: whoever may read them anywhere, and the unit of those it handed
    /// in itself.
    fn authorize_plain(change: &mut Change<'_>, one: &Application) -> Result<()> {
        let allowed = change.authorize(Action::RevealIdentity, target(one));
        match (allowed, &one.filed) {
            (Err(_), Filed::Unit { .. }) => {
                change.authorize(Action::RecommendApplicant, target(one))?;
            }
            (allowed, _) => {
                allowed?;
            }
        }
        Ok(())
    }

    /// One's own form, in full: what stands on it is the applicant's. Taking it away is recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere, and where the pack has no form;
    /// [`Error::Document`].
    pub async fn own_application_form(
        &self,
        token: &str,
        id: RecordId,
        file: PaperFile,
    ) -> Result<MadeFile> {
        let own = self.own_application(token, id).await?;
        let row = find(&mut self.store.read(), id).await?;
        let one = &row.body.application;
        let pool = own.pool;
        let name = Self::paper_name(&pool, one)?;
        let ctx = self.applicant("", id, &one.profile.name);
        let (mut change, row, _) = self.application_change(&ctx, pool.id(), id).await?;
        let taken = event(EventKind::PlainValueRead, &row.body.application)
            .fact("purpose", "本人下载")
            .fact("form", file.code());
        change.record(taken).await?;
        change.commit().await?;
        let contacts = self.plain(&row)?;
        let view = self.form_view(&ctx, &pool, &row, contacts).await?;
        self.made_paper(view, file, &name, ctx.now).await
    }

    /// The certificate one's own application ended in, as PDF.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere, and before the appointment;
    /// [`Error::Document`].
    pub async fn own_application_certificate(&self, token: &str, id: RecordId) -> Result<Printed> {
        let own = self.own_application(token, id).await?;
        let one = &own.view.application;
        let ctx = self.applicant("", id, &one.profile.name);
        self.print_applicants_certificate(&ctx, &own.pool, one)
            .await
    }

    /// The applications asked for, as far as the actor may see them, in the order asked for.
    async fn chosen_applications(
        &self,
        ctx: &Ctx,
        no: i64,
        ids: &[RecordId],
    ) -> Result<(OpenPool, Vec<Row>)> {
        let pool = self.pool_numbered(ctx, no).await?;
        if ids.is_empty() {
            return Err(Error::field(
                "application",
                "没有选中任何申请。请勾选后再导出。",
            ));
        }
        if ids.len() > MOST {
            return Err(Error::field(
                "application",
                format!(
                    "一次最多导出 {MOST} 份，现在选了 {} 份。请分批导出。",
                    ids.len()
                ),
            ));
        }
        let mut rows = Vec::new();
        for id in ids {
            let (_, row) = self.seen_application(ctx, no, *id).await?;
            rows.push(row);
        }
        Ok((pool, rows))
    }

    /// Writes down for each application which of its plain values leave, on which paper, and why.
    async fn record_taken(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        rows: &[Row],
        purpose: &str,
        (fields, form): (&str, &str),
    ) -> Result<()> {
        let mut change = self.change(ctx, pool.id()).await?;
        for row in rows {
            let one = &row.body.application;
            Self::authorize_plain(&mut change, one)?;
            let read = event(EventKind::PlainValueRead, one)
                .fact("purpose", purpose)
                .fact("fields", fields)
                .fact("form", form);
            change.record(read).await?;
        }
        change.commit().await?;
        Ok(())
    }
}
