//! The applications begun with a phone or mailbox: begun, filled in, handed in, put right, withdrawn.

use domain::application::{Application, Filed, Refused, State};
use domain::event::EventKind;
use domain::id::{OrganisationId, RecordId};
use domain::policy::pack::Channel;
use jiff::Timestamp;
use serde::Serialize;
use store::persons::Private;
use store::records::RecordKeys;
use store::{Secret, document};

use super::contact::{Contact, Proof};
use super::{HOLDER, Hand, Holder, Section, hand};
use crate::applications::claim::{self, PRIVACY_NOTICE, agreed, pledge_words};
use crate::applications::submitting::{Receipt, receipt};
use crate::applications::{
    ApplicationView, Kept, Row, by, channel_of, event, find, hand as signed,
};
use crate::certificates::OwnCertificate;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::solicitations;
use crate::typed::Fields;

/// Most applications one phone or mailbox has open at once.
const MOST_OPEN: usize = 5;

/// Fields that are kept under a seal of their own.
const SEALED: [&str; 4] = ["id_number", "mobile", "email", "address"];

/// One application in the list of one's own.
#[derive(Debug, Clone, Serialize)]
pub struct OwnLine {
    /// Identifier.
    pub id: RecordId,
    /// Number.
    pub number: String,
    /// Name of the pool.
    pub pool: String,
    /// Name of the channel.
    pub channel: String,
    /// Where it stands.
    pub state: State,
    /// When it was begun.
    pub begun: Timestamp,
}

/// What a link is about to begin.
#[derive(Debug, Clone, Serialize)]
pub struct Begun {
    /// Name of the pool.
    pub pool: String,
    /// Title of the instrument.
    pub instrument: String,
    /// Name of the channel.
    pub channel: String,
    /// The notice answered: number and title.
    pub notice: Option<(String, String)>,
    /// What the applicant may do by the channel.
    pub hand: Hand,
}

/// Everything behind a link.
#[derive(Debug, Clone, Serialize)]
pub struct OwnApplications {
    /// The phone or mailbox, masked.
    pub contact: String,
    /// What may be begun with this link.
    pub begins: Option<Begun>,
    /// What was begun, newest first.
    pub applications: Vec<OwnLine>,
}

/// One's own application with its form.
#[derive(Debug, Clone)]
pub struct OwnApplication {
    /// The pool.
    pub pool: OpenPool,
    /// What there is to see.
    pub view: ApplicationView,
    /// The form, as typed.
    pub form: Fields,
    /// The sections of the form.
    pub sections: Vec<Section>,
    /// What is still wrong with what was typed.
    pub problems: Vec<Problem>,
    /// The words of the pledge, where the channel has one.
    pub pledge: Option<String>,
    /// What the applicant may do by the channel.
    pub hand: Hand,
    /// The receipt, once handed in.
    pub receipt: Option<Receipt>,
    /// The certificate it ended in.
    pub certificate: Option<OwnCertificate>,
    /// The alternatives of the conditions to choose from: id and what it is.
    pub branches: Vec<(String, String)>,
    /// The units it may be filled in for: id and name.
    pub units: Vec<(OrganisationId, String)>,
}

impl Service {
    /// What is behind a link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere or has run out.
    pub async fn own_applications(&self, token: &str) -> Result<OwnApplications> {
        let proof = self.proof(token).await?;
        let mut applications = Vec::new();
        for (_, id) in self.begun_with(&proof.index).await? {
            let row = find(&mut self.store.read(), id).await?;
            let one = row.body.application;
            let pool = self.any_pool(one.pool).await?;
            applications.push(OwnLine {
                id,
                channel: channel_of(&pool, &one)?.label.clone(),
                pool: pool.pool.name.clone(),
                begun: one
                    .privacy
                    .as_ref()
                    .map_or(Timestamp::UNIX_EPOCH, |one| one.at),
                number: one.number,
                state: one.state,
            });
        }
        Ok(OwnApplications {
            contact: self.contact_of(&proof)?.masked(),
            begins: self.begins(&proof).await?,
            applications,
        })
    }

    async fn begins(&self, proof: &Proof) -> Result<Option<Begun>> {
        let Some(wanted) = &proof.wanted else {
            return Ok(None);
        };
        let pool = self.any_pool(wanted.pool).await?;
        let channel = pool.pack.admission.channel(&wanted.channel);
        let Some((channel, hand)) = channel.and_then(|one| Some((one, hand(&pool.pack, one)?)))
        else {
            return Ok(None);
        };
        let notice = match &wanted.notice {
            Some(number) => {
                let notice =
                    solicitations::numbered(&mut self.store.read(), pool.id(), number).await?;
                notice.map(|notice| (number.clone(), notice.content.title))
            }
            None => None,
        };
        Ok(Some(Begun {
            pool: pool.pool.name.clone(),
            instrument: pool.pack.identity.title.clone(),
            channel: channel.label.clone(),
            notice,
            hand,
        }))
    }

    /// 开始填报: an empty draft with a number. The privacy notice is agreed to before anything is asked.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] when the notice is not open any more, or too many are
    /// open; [`Error::Invalid`] without agreement.
    pub async fn begin_own_application(
        &self,
        source: &str,
        token: &str,
        agrees: bool,
    ) -> Result<RecordId> {
        let proof = self.proof(token).await?;
        let wanted = proof.wanted.clone().ok_or(Error::NotFound)?;
        let pool = self.any_pool(wanted.pool).await?;
        let channel = pool.pack.admission.channel(&wanted.channel);
        let channel = channel.ok_or(Error::NotFound)?;
        if !agrees {
            return Err(Error::field(
                "privacy",
                "还没有确认个人信息处理告知。不同意的不能在网上填报，可以按公告所写的其他方式申报。",
            ));
        }
        for (known, id) in self.begun_with(&proof.index).await? {
            let row = find(&mut self.store.read(), id).await?;
            let one = &row.body.application;
            // Pressing the button twice leads to the same form.
            if known == pool.id()
                && one.channel == channel.id
                && one.is_private()
                && !one.state.is_over()
            {
                return Ok(id);
            }
        }
        let id: RecordId = RecordId(self.entropy.uuid(self.clock.now()));
        let ctx = self.applicant(source, id, "");
        let mut change = self.change(&ctx, pool.id()).await?;
        self.refuse_crowd(&proof).await?;
        let notice = match &wanted.notice {
            Some(number) => {
                let notice = solicitations::numbered(&mut *change, pool.id(), number).await?;
                let at = solicitations::civil(ctx.now);
                let notice = notice.filter(|notice| notice.takes(&channel.id, at));
                Some(answered(&notice.ok_or_else(|| closed(channel))?))
            }
            None => None,
        };
        let number = self
            .next_application_number(&mut change, &pool, ctx.today().year())
            .await?;
        let mut application = Application::draft(
            (id, pool.id()),
            number,
            &channel.id,
            Filed::Online,
            ctx.today(),
        );
        application.notice = notice;
        application.privacy = Some(agreed(&ctx, PRIVACY_NOTICE));
        let contact = self.contact_of(&proof)?;
        let address = Some(Secret::new(contact.expose()));
        let private = match contact {
            Contact::Phone(_) => Private {
                phone: address,
                ..Private::default()
            },
            Contact::Mailbox(_) => Private {
                email: address,
                ..Private::default()
            },
        };
        let kept = Kept {
            sealed: self.seal_applicant(id, &private)?,
            identity: None,
            typed: None,
            reminded: None,
            application,
        };
        let entered =
            event(EventKind::ApplicationEntered, &kept.application).fact("channel", &channel.label);
        document::insert(&mut change, id, self.keys(&pool, &kept), kept).await?;
        let holder: RecordId = self.id(&ctx);
        let keys = RecordKeys {
            pool: pool.id(),
            kind: HOLDER.to_owned(),
            number: None,
            status: "open".to_owned(),
            parent: Some(id.to_string()),
            subject: Some(proof.index.clone()),
            team: String::new(),
            due_on: None,
            sort: id.to_string(),
            title: String::new(),
        };
        document::insert(&mut change, holder, keys, Holder { application: id }).await?;
        change.record(entered).await?;
        change.commit().await?;
        Ok(id)
    }

    /// One phone opens a few applications, not hundreds.
    async fn refuse_crowd(&self, proof: &Proof) -> Result<()> {
        let mut open = 0;
        for (_, id) in self.begun_with(&proof.index).await? {
            let row = find(&mut self.store.read(), id).await?;
            open += usize::from(!row.body.application.state.is_over());
        }
        if open >= MOST_OPEN {
            return Err(Error::state(
                "application.crowd",
                format!(
                    "用这个手机或邮箱开始的申报已有 {open} 份没有办结。请先办结或撤回，或换用本人的手机。"
                ),
            ));
        }
        Ok(())
    }

    /// The application of this id, if the link's phone or mailbox began it.
    pub(super) async fn own_row(&self, token: &str, id: RecordId) -> Result<(OpenPool, Row)> {
        let proof = self.proof(token).await?;
        let mine = self.begun_with(&proof.index).await?;
        let mine = mine.into_iter().find(|(_, own)| *own == id);
        let (pool, _) = mine.ok_or(Error::NotFound)?;
        let row = find(&mut self.store.read(), id).await?;
        Ok((self.any_pool(pool).await?, row))
    }

    /// One's own application.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere, and for what was not begun with it.
    pub async fn own_application(&self, token: &str, id: RecordId) -> Result<OwnApplication> {
        let (pool, row) = self.own_row(token, id).await?;
        let one = &row.body.application;
        let ctx = self.applicant("", id, &one.profile.name);
        let channel = channel_of(&pool, one)?;
        let form = self.form_of(&row)?;
        let mut problems = Vec::new();
        if row.body.typed.is_some() || one.is_private() {
            let kept = self.open_applicant(&row)?;
            let asked = (channel, claim::Hand::Own(one));
            self.read_application(&ctx, &pool, asked, &form, Some(&kept), &mut problems)
                .await?;
        }
        let hand = hand(&pool.pack, channel).ok_or(Error::NotFound)?;
        Ok(OwnApplication {
            view: self.view_of(&ctx, &pool, &row).await?,
            sections: Section::of(&pool, channel),
            pledge: pledge_words(&pool, channel).map(str::to_owned),
            receipt: receipt(&pool, one),
            certificate: self.held_by_applicant(&ctx, one).await?,
            branches: claim::branches(&pool, channel),
            units: match hand {
                Hand::Applies => Vec::new(),
                Hand::FillsFor => self.recommending_units(&pool).await?,
            },
            hand,
            problems,
            form,
            pool,
        })
    }

    /// Opens the door for the applicant, as long as the application is theirs to change.
    pub(super) async fn own_change<'c>(
        &self,
        ctx: &'c Ctx,
        token: &str,
        id: RecordId,
        step: &'static str,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        self.own_row(token, id).await?;
        let seen = find(&mut self.store.read(), id).await?;
        let pool = self.any_pool(seen.body.application.pool).await?;
        let (change, row, pool) = self.application_change(ctx, pool.id(), id).await?;
        let one = &row.body.application;
        // What was handed over to a unit is the unit's.
        if one.filed != Filed::Online || !one.state.is_open_to_applicant() {
            return Err(Refused::WrongState {
                now: one.state.zh(),
                step,
            }
            .into());
        }
        Ok((change, row, pool))
    }

    /// 保存一部分: kept exactly as typed, whatever is wrong with it; what is wrong with it comes back.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] once handed in; [`Error::Invalid`] when it is more than a
    /// form holds, and then nothing was kept.
    pub async fn save_own_section(
        &self,
        source: &str,
        token: &str,
        id: RecordId,
        section: Section,
        typed: &Fields,
    ) -> Result<Vec<Problem>> {
        let ctx = self.applicant(source, id, "");
        let (mut change, mut row, pool) = self.own_change(&ctx, token, id, "修改").await?;
        let form = section.replaced(&self.form_of(&row)?, typed);
        let problems = self
            .read_own(&mut change, &ctx, &pool, &mut row, &form)
            .await?;
        if section == Section::Claim {
            let units = self.recommending_units(&pool).await?;
            let unit = form.text("unit");
            let known = units
                .into_iter()
                .find(|(known, _)| known.to_string() == unit);
            let one = &mut row.body.application;
            (one.unit, one.recommender) =
                known.map_or((None, None), |(id, name)| (Some(id), Some(name)));
        }
        let changed = event(EventKind::ApplicationChanged, &row.body.application)
            .fact("what", format!("本人填写：{}", section.zh()));
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(changed).await?;
        change.commit().await?;
        Ok(problems
            .into_iter()
            .filter(|problem| section.holds(&problem.field))
            .collect())
    }

    /// Reads a form as a whole: sound, it becomes what the application says; else it is kept as typed.
    async fn read_own(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        form: &Fields,
    ) -> Result<Vec<Problem>> {
        let one = &row.body.application;
        let channel = channel_of(pool, one)?;
        let before = self.open_applicant(row)?;
        let mut problems = Vec::new();
        let mut claim = self
            .read_application(
                ctx,
                pool,
                (channel, claim::Hand::Own(one)),
                form,
                Some(&before),
                &mut problems,
            )
            .await?;
        let private = claim.draft.private.clone();
        if !problems.is_empty() {
            // Identity number and contacts go under their own seal as soon as they can be read.
            row.body.sealed = self.seal_applicant(row.id, &private)?;
            let sealed = |name: &str| {
                SEALED.contains(&name) && problems.iter().all(|problem| problem.field != name)
            };
            let pairs = form.pairs().iter().filter(|(name, _)| !sealed(name));
            self.keep_typed(row, &Fields::from(pairs.cloned().collect::<Vec<_>>()))?;
            return Ok(problems);
        }
        self.match_employer(change, &mut claim.draft.file).await?;
        let privacy = row.body.application.privacy.clone();
        claim.write(&mut row.body.application);
        claim::agree(ctx, pool, channel, form, &mut row.body.application);
        row.body.application.privacy = privacy;
        row.body.identity = self.identity_index(&private);
        row.body.sealed = self.seal_applicant(row.id, &private)?;
        row.body.typed = None;
        Ok(problems)
    }

    /// 提交: in time by the server's clock, with everything the pack and the notice ask for.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] with everything wrong in the form; [`Error::Refused`] with
    /// every finding in the way, each with its article.
    pub async fn submit_own_application(
        &self,
        source: &str,
        token: &str,
        id: RecordId,
    ) -> Result<Receipt> {
        let name = self
            .own_row(token, id)
            .await?
            .1
            .body
            .application
            .profile
            .name;
        let ctx = self.applicant(source, id, &name);
        let (mut change, mut row, pool) = self.own_change(&ctx, token, id, "提交").await?;
        let channel = channel_of(&pool, &row.body.application)?;
        if hand(&pool.pack, channel) != Some(Hand::Applies) {
            return Err(Error::Refused(vec![Reason::law(
                "application.submitter",
                &channel.citation,
                format!(
                    "“{}”由{}提交，本人填写后交推荐单位。请选择推荐单位后交给单位。",
                    channel.label,
                    pool.pack.party_label(&channel.submitter)
                ),
            )]));
        }
        let form = self.form_of(&row)?;
        let problems = self
            .read_own(&mut change, &ctx, &pool, &mut row, &form)
            .await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if row.body.application.is_private() {
            row.body.application.received_on = ctx.today();
        }
        let by_hand = signed(&ctx, None)?;
        self.submit_row(&mut change, &ctx, &pool, &mut row, by_hand)
            .await?;
        self.refuse_known_person(&mut change, &ctx, &pool, &row)
            .await?;
        let receipt = receipt(&pool, &row.body.application);
        change.commit().await?;
        receipt.ok_or_else(|| Error::Internal("提交后没有回执".to_owned()))
    }

    /// One person, one application. Whose other one it is, the applicant is not told: an identity number
    /// typed by somebody proves nothing.
    async fn refuse_known_person(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
    ) -> Result<()> {
        let private = self.open_applicant(row)?;
        let mut known = Vec::new();
        let whom = (&private, row.body.application.team.as_deref());
        self.refuse_second_application(change, ctx, pool, whom, Some(row.id), &mut known)
            .await?;
        if known.is_empty() {
            return Ok(());
        }
        Err(Error::field(
            "id_number",
            "这个身份证号码已经有一份申请在办，或已经在库，不能再申报一份。请用原来的手机或邮箱继续办理，或联系专家库办公室核实。",
        ))
    }

    /// 交推荐单位: what was filled in becomes a draft of the unit, which completes it and hands it in
    /// (GZ 第十四条).
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] with everything wrong in the form, or without a unit.
    pub async fn hand_over_own_application(
        &self,
        source: &str,
        token: &str,
        id: RecordId,
    ) -> Result<String> {
        let name = self
            .own_row(token, id)
            .await?
            .1
            .body
            .application
            .profile
            .name;
        let ctx = self.applicant(source, id, &name);
        let (mut change, mut row, pool) = self.own_change(&ctx, token, id, "交推荐单位").await?;
        let channel = channel_of(&pool, &row.body.application)?;
        if hand(&pool.pack, channel) != Some(Hand::FillsFor) {
            return Err(Error::NotFound);
        }
        let form = self.form_of(&row)?;
        let mut problems = self
            .read_own(&mut change, &ctx, &pool, &mut row, &form)
            .await?;
        let unit = row.body.application.unit;
        let units = self.recommending_units(&pool).await?;
        let unit = units.into_iter().find(|(known, _)| Some(*known) == unit);
        if unit.is_none() {
            problems.push(Problem::new(
                "unit",
                "没有选择推荐单位。本库只受理单位推荐，请选择由哪个单位推荐您。",
            ));
        }
        let (Some((organisation, unit)), true) = (unit, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let one = &mut row.body.application;
        one.filed = Filed::Unit {
            organisation,
            by: by(&ctx)?,
        };
        one.recommender = Some(unit.clone());
        one.received_on = ctx.today();
        let filed = one.filed.clone();
        let handed = event(EventKind::ApplicationChanged, one)
            .fact("what", format!("本人填写完毕，交推荐单位：{unit}"));
        self.refuse_listed_unit(&ctx, &pool, channel, &filed)
            .await?;
        self.save_application(&mut change, &pool, &mut row).await?;
        self.refuse_known_person(&mut change, &ctx, &pool, &row)
            .await?;
        change.record(handed).await?;
        change.commit().await?;
        Ok(unit)
    }

    /// 撤回. A draft that was never handed in stays nobody else's.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Refused`] once over, [`Error::Invalid`] without a reason.
    pub async fn withdraw_own_application(
        &self,
        source: &str,
        token: &str,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (pool, seen) = self.own_row(token, id).await?;
        let ctx = self.applicant(source, id, &seen.body.application.profile.name);
        let (mut change, mut row, pool) = self.application_change(&ctx, pool.id(), id).await?;
        self.withdraw_row(&mut change, &ctx, &pool, &mut row, reason)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// The units with an account by which they recommend in a pool.
    pub(crate) async fn recommending_units(
        &self,
        pool: &OpenPool,
    ) -> Result<Vec<(OrganisationId, String)>> {
        let role = domain::actor::Role::Recommender.code();
        let holders = store::accounts::holders::<serde_json::Value>(
            &mut self.store.read(),
            Some(pool.id()),
            role,
        )
        .await?;
        let mut units = Vec::new();
        for account in holders {
            let Some(unit) = account.keys.organisation else {
                continue;
            };
            if !units.iter().any(|(known, _)| *known == unit) {
                units.push((unit, self.organisation_name(unit).await?));
            }
        }
        Ok(units)
    }
}

fn answered(notice: &domain::solicitation::Notice) -> domain::application::NoticeAnswered {
    domain::application::NoticeAnswered {
        number: notice.number.clone().unwrap_or_default(),
        closes_on: notice
            .content
            .closes
            .map_or(jiff::civil::Date::MAX, |closes| closes.date()),
        materials: notice.content.materials.clone(),
    }
}

fn closed(channel: &Channel) -> Error {
    Error::Refused(vec![Reason::law(
        "open_notice",
        &channel.citation,
        "这份征集公告已经截止或撤回，不再受理申报。请留意下一次征集。",
    )])
}
