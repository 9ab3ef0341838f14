//! 颁发: the membership, the next number and the certificate in one step; a batch goes through its list
//! in portions, each whole or not at all, and after a crash goes on with whoever is left.

use domain::actor::{Action, Remit};
use domain::application::{Application, Filed, Hand, State as Applied};
use domain::certificate::{Certificate, Detail, State};
use domain::event::EventKind;
use domain::expert::{Standing, Status, Term};
use domain::id::{PoolId, RecordId};
use domain::policy::pack::{Act, Station, TermStart};
use domain::policy::words::Word as _;
use serde::{Deserialize, Serialize};
use store::document;
use store::records::{RecordFilter, RecordKeys};

use super::{event, grouped, keys};
use crate::applications::{self, Row as Kept, by, channel_of};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::{Draft, Entry, NewMember, Person, PersonFile, person_keys, refresh_keys};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Kind of the stored batches.
const BATCH: &str = "issuance";
/// How many are appointed behind one closed door.
const PORTION: usize = 20;
/// How many portions one round of scheduled work does, before other work has its turn.
const PORTIONS: usize = 4;
/// Letters of a verification code: none that is mistaken for another.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// 31^12 is more than 2^59: nobody guesses one.
const CODE: usize = 12;

/// 批量颁发: what is done of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuance {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. PF01-2022-0001.
    pub number: String,
    /// Who started it.
    pub by: domain::application::By,
    /// Why people are appointed in the course of a cohort, where they are.
    #[serde(default)]
    pub need: String,
    /// How many there are.
    pub total: usize,
    /// Who is left.
    pub left: Vec<RecordId>,
    /// The certificates issued.
    pub done: Vec<RecordId>,
    /// Who was left out, and why: number of the application and the sentence.
    pub refused: Vec<(String, String)>,
    /// How many of those issued are printed, in the same order.
    #[serde(default)]
    pub printed: usize,
}

impl Issuance {
    /// Everybody is appointed or left out, and every certificate is printed.
    pub fn is_done(&self) -> bool {
        self.left.is_empty() && self.printed >= self.done.len()
    }
}

/// Whom to give certificates.
#[derive(Debug, Clone, Copy, Default)]
pub struct Order<'a> {
    /// These applications; empty = everybody who waits.
    pub chosen: &'a [RecordId],
    /// The need for a supplement, where the instrument asks for one.
    pub need: &'a str,
    /// The instrument is known to be a draft or out of date, and is followed all the same.
    pub status_confirmed: bool,
}

type Row = store::records::Record<Issuance>;

/// What a membership is, beyond its specialties and its term.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'a> {
    /// Name of the team.
    pub(super) team: Option<&'a str>,
    /// 任用范围
    pub(super) range: Option<&'a str>,
    /// Groups it serves in.
    pub(super) duties: &'a [String],
}

fn batch_keys(one: &Issuance) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: BATCH.to_owned(),
        number: Some(one.number.clone()),
        status: if one.is_done() { "done" } else { "running" }.to_owned(),
        parent: None,
        subject: None,
        team: String::new(),
        due_on: None,
        sort: one.number.clone(),
        title: one.by.name.clone(),
    }
}

impl Service {
    /// How many wait for their certificate.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn waiting_for_certificates(&self, ctx: &Ctx, no: i64) -> Result<Vec<Application>> {
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        let rows = self.ready(&mut self.store.read(), &pool).await?;
        Ok(rows.into_iter().map(|row| row.body.application).collect())
    }

    /// Since when each of them waits, for the inbox.
    pub(crate) async fn appointments_due(&self, pool: &OpenPool) -> Result<Vec<jiff::Timestamp>> {
        let rows = self.ready(&mut self.store.read(), pool).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| match row.body.application.state {
                Applied::At { since, .. } => Some(since),
                _ => None,
            })
            .collect())
    }

    async fn ready(&self, db: &mut impl store::Db, pool: &OpenPool) -> Result<Vec<Kept>> {
        let filter = RecordFilter {
            statuses: vec![Station::Certificate.word().to_owned()],
            teams: pool.experts_of(),
            ..applications::of_pool(pool.id())
        };
        Ok(store::records::all(db, &filter).await?)
    }

    /// 颁发聘书 to these, or to everybody who waits: a batch is written down and begun; scheduled work
    /// ends it.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when the pack lets another party issue, nobody waits, no
    /// cohort is open or the need for a supplement is not stated, or the instrument's status was not
    /// confirmed.
    pub async fn issue_certificates(
        &self,
        ctx: &Ctx,
        no: i64,
        order: Order<'_>,
    ) -> Result<RecordId> {
        let Order {
            chosen,
            need,
            status_confirmed,
        } = order;
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let role = change.authorize_in(Action::IssueCertificates, &pool)?;
        self.check_status(ctx, &pool, status_confirmed)?;
        let mut ready = self.ready(&mut *change, &pool).await?;
        if !chosen.is_empty() {
            ready.retain(|row| chosen.contains(&row.id));
        }
        let Some(first) = ready.first() else {
            return Err(Error::state(
                "certificate.nobody",
                format!(
                    "没有人等待颁发{}。审定通过并分类后，会列在这里。",
                    pool.pack.certificate_word()
                ),
            ));
        };
        Self::check_act(&pool, Act::IssueCertificate, role, &first.body.application)?;
        if pool.pack.admission.term.start == TermStart::Certificate
            && let Err(reasons) = self
                .term_from(&mut *change, &pool, ctx.today(), need)
                .await?
        {
            return Err(Error::Refused(reasons));
        }
        let year = ctx.today().year();
        let one = Issuance {
            id: self.id(ctx),
            pool: pool.id(),
            number: records::next_number(&mut change, &pool, year, BATCH, "PF").await?,
            by: by(ctx)?,
            need: need.trim().to_owned(),
            total: ready.len(),
            left: ready.iter().map(|row| row.id).collect(),
            done: Vec::new(),
            refused: Vec::new(),
            printed: 0,
        };
        document::insert(&mut change, one.id, batch_keys(&one), &one).await?;
        let begun = domain::event::Event::new(
            EventKind::CertificateIssued,
            domain::event::Subject::new("pool", pool.id()),
        )
        .fact("number", &one.number)
        .fact("people", one.total);
        let begun = match one.need.as_str() {
            "" => begun,
            need => begun.fact("need", need),
        };
        change.record(begun).await?;
        change.commit().await?;
        self.issue_portion(ctx, pool.id(), one.id).await?;
        Ok(one.id)
    }

    /// What is done of a batch.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn issuance(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Issuance> {
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        let batch = batch(&mut self.store.read(), pool.id(), id).await?.body;
        // Somebody who answers for a part knows of the batches they began themselves.
        match pool.remit {
            Remit::Teams(_) if Some(batch.by.account) != ctx.actor.account => Err(Error::NotFound),
            _ => Ok(batch),
        }
    }

    /// Goes on with every batch that is not done; how many people were appointed and certificates
    /// printed. Scheduled work; each portion once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn continue_issuances(&self, ctx: &Ctx) -> Result<usize> {
        let filter = RecordFilter {
            kinds: vec![BATCH.to_owned()],
            statuses: vec!["running".to_owned()],
            ..RecordFilter::default()
        };
        let running = store::records::all::<Issuance>(&mut self.store.read(), &filter).await?;
        let mut worked = 0;
        for row in running {
            // One that fails does not hold up the others, and is tried again in the next round.
            match self.continue_issuance(ctx, row.body.pool, row.id).await {
                Ok(some) => worked += some,
                Err(error) => {
                    tracing::error!(%error, batch = %row.body.number, "a batch was not gone on with");
                }
            }
        }
        Ok(worked)
    }

    /// Some portions of one batch.
    async fn continue_issuance(&self, ctx: &Ctx, pool: PoolId, id: RecordId) -> Result<usize> {
        let mut worked = 0;
        for _ in 0..PORTIONS {
            worked += match self.issue_portion(ctx, pool, id).await? {
                0 => match self.print_portion(ctx, pool, id).await? {
                    0 => break,
                    printed => printed,
                },
                appointed => appointed,
            };
        }
        Ok(worked)
    }

    /// The next portion of a batch, in the name of who started it; how many were worked through.
    async fn issue_portion(&self, ctx: &Ctx, pool: PoolId, id: RecordId) -> Result<usize> {
        let seen = batch(&mut self.store.read(), pool, id).await?;
        let mut own = ctx.clone();
        own.actor.account = Some(seen.body.by.account);
        own.actor.name.clone_from(&seen.body.by.name);
        let open = self.any_pool(pool).await?;
        let mut change = self.change(&own, pool).await?;
        let mut row = batch(&mut *change, pool, id).await?;
        let portion: Vec<RecordId> = row.body.left.iter().take(PORTION).copied().collect();
        if portion.is_empty() {
            return Ok(0);
        }
        for id in &portion {
            let application = applications::find(&mut *change, *id).await?;
            let number = application.body.application.number.clone();
            let need = row.body.need.clone();
            match self
                .appoint(&mut change, &own, &open, application, &need)
                .await?
            {
                Ok(certificate) => row.body.done.push(certificate),
                Err(why) => row.body.refused.push((number, why)),
            }
        }
        row.body.left.retain(|id| !portion.contains(id));
        row.keys = batch_keys(&row.body);
        document::save(&mut change, &mut row).await?;
        change.commit().await?;
        Ok(portion.len())
    }

    /// Prints the next portion of what a batch issued; how many were printed. Typesetting is slow, so the
    /// door is closed only afterwards; what another server printed meanwhile is left alone.
    async fn print_portion(&self, ctx: &Ctx, pool: PoolId, id: RecordId) -> Result<usize> {
        let open = self.any_pool(pool).await?;
        let seen = batch(&mut self.store.read(), pool, id).await?.body;
        let waiting = seen.done.iter().skip(seen.printed);
        let portion: Vec<RecordId> = waiting.take(PORTION).copied().collect();
        if portion.is_empty() {
            return Ok(0);
        }
        let pages = self.typeset_each(ctx, &open, &portion).await?;
        let now = batch(&mut self.store.read(), pool, id).await?.body;
        if now.printed != seen.printed {
            return Ok(0);
        }
        let prints = self.keep_prints(ctx, &open, id, pages).await?;
        let mut change = self.change(ctx, pool).await?;
        let mut row = batch(&mut *change, pool, id).await?;
        if row.body.printed != seen.printed {
            return Ok(0);
        }
        let mut digests = Vec::new();
        for (file, keys, sheet) in prints {
            digests
                .push(serde_json::json!({ "certificate": sheet.certificate, "file": keys.digest }));
            document::insert(&mut change, file, keys, sheet).await?;
        }
        row.body.printed += portion.len();
        let printed = domain::event::Event::new(
            EventKind::CertificatesPrinted,
            domain::event::Subject::new("pool", pool),
        )
        .fact("number", &row.body.number)
        .fact("people", portion.len())
        .detail(serde_json::json!({ "printed": digests }));
        change.record(printed).await?;
        row.keys = batch_keys(&row.body);
        document::save(&mut change, &mut row).await?;
        change.commit().await?;
        Ok(portion.len())
    }

    /// One appointment. What is refused is refused before anything is written.
    async fn appoint(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        mut row: Kept,
        need: &str,
    ) -> Result<Result<RecordId, String>> {
        let one = row.body.application.clone();
        if one.state.station() != Some(Station::Certificate) {
            return Ok(Err(format!("现在是“{}”，没有颁发。", one.state.zh())));
        }
        let private = self.open_applicant(&row)?;
        let known = match &private.id_number {
            Some(number) => {
                let seals = self.store.seals();
                store::persons::by_id_number::<PersonFile>(&mut **change, seals, number).await?
            }
            None => return Ok(Err("没有身份证号码，不能入库。".to_owned())),
        };
        let member = match &known {
            Some(person) => {
                self.member_as(&mut **change, pool, person.id, one.team.as_deref())
                    .await?
            }
            None => None,
        };
        if let Err(why) = pool
            .pack
            .pool
            .membership(one.team.as_deref().unwrap_or_default())
        {
            return Ok(Err(why.to_string()));
        }
        let status = member
            .as_ref()
            .map(|one| one.body.expert.standing.on(ctx.today()));
        if let Some(status) = status.filter(|one| !matches!(one, Status::Left | Status::Expired)) {
            return Ok(Err(format!("已在库（{}），不再颁发。", status.zh())));
        }
        let facts = self.facts_of_application(&mut **change, pool, &row).await?;
        let decision = crate::experts::kept(pool, &facts, ctx.today());
        if let Err(Error::Refused(reasons)) = crate::experts::refuse_unmet(pool, &decision) {
            let said: Vec<String> = reasons.into_iter().map(|one| one.sentence).collect();
            return Ok(Err(said.join("；")));
        }
        let findings = self
            .before_station(&mut **change, pool, &row, Station::Certificate, ctx.today())
            .await?;
        let open: Vec<String> = findings
            .into_iter()
            .filter(domain::finding::Finding::blocks)
            .map(|finding| finding.sentence)
            .collect();
        if !open.is_empty() {
            return Ok(Err(open.join("；")));
        }
        let decided = one
            .state
            .passed()
            .iter()
            .rev()
            .find(|passed| passed.document.is_some())
            .or(one.state.passed().last());
        let (paper, on) = decided.map_or((one.number.clone(), ctx.today()), |passed| {
            let paper = passed
                .document
                .clone()
                .unwrap_or_else(|| one.number.clone());
            (paper, passed.on)
        });
        let from = match pool.pack.admission.term.start {
            TermStart::Certificate => ctx.today(),
            TermStart::Decision => on,
        };
        let term = match self.term_from(&mut **change, pool, from, need).await? {
            Ok(term) => term,
            Err(reasons) => {
                let said: Vec<String> = reasons.into_iter().map(|one| one.sentence).collect();
                return Ok(Err(said.join("；")));
            }
        };
        let number = self.next_number(&mut **change, pool, from).await?;
        let draft = Draft {
            file: applications::file_of(&one),
            private,
            team: one.team.clone(),
            specialties: one.specialties.clone(),
            duties: one.duties.clone(),
            declared: one.declared.clone(),
            reviewed: facts.reviewed,
        };
        let new = NewMember {
            number: number.clone(),
            term,
            channel: Some(one.channel.clone()),
            entry: Entry {
                document: paper,
                on,
                decision,
            },
        };
        let expert = match (member, known) {
            (Some(member), Some(person)) => {
                self.readmit(change, pool, member, person, draft, new)
                    .await?
            }
            (_, known) => self.write_new(ctx, change, pool, draft, known, new).await?,
        };
        let hand = Hand {
            by: by(ctx)?,
            on: ctx.today(),
            document: None,
        };
        let application = &mut row.body.application;
        application.state = application.state.clone().appoint(hand, expert, &number)?;
        let channel = channel_of(pool, application)?.label.clone();
        self.save_application(change, pool, &mut row).await?;
        self.move_materials(change, pool, &one, expert).await?;
        let certificate = self
            .new_certificate(change, ctx, pool, &one, expert, &number, term)
            .await?;
        if let Some(invitation) = one.invitation {
            self.entered_by_application(change, ctx, invitation, expert)
                .await?;
        }
        let issued = event(EventKind::CertificateIssued, &certificate).fact("channel", channel);
        change.record(issued).await?;
        let text = self.appointed_words(&one, &certificate);
        self.tell_applicant(change, ctx, pool, &row, "入库申请结果", &text)
            .await?;
        Ok(Ok(certificate.id))
    }

    /// What the applicant is told: what they hold now, by which code anybody checks it, where it is.
    fn appointed_words(&self, one: &Application, held: &Certificate) -> String {
        let site = &self.settings.public_url;
        let place = match one.filed {
            Filed::Online => format!("到 {site}/public/applications 凭验证码下载。"),
            Filed::Unit { .. } | Filed::Desk { .. } => {
                format!("核验：{site}/public/certificates/{}", held.code)
            }
        };
        format!(
            "已聘任。{}编号 {}，聘期 {} 至 {}，核验码 {}。{place}",
            held.title,
            held.number,
            held.term.from,
            held.term.to,
            grouped(&held.code)
        )
    }

    /// Somebody whose membership had ended comes back under it: a new number, a new term.
    async fn readmit(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        mut member: crate::experts::Member,
        mut person: Person,
        draft: Draft,
        new: NewMember,
    ) -> Result<domain::id::ExpertId> {
        person.keys = person_keys(&draft.file);
        person.body = draft.file;
        store::persons::save_with_private(change, &mut person, &draft.private).await?;
        self.follow_person(change, Some(member.id), &person).await?;
        let added = domain::event::Event::new(
            EventKind::ExpertAdded,
            domain::event::Subject::new("expert", member.id),
        )
        .fact("number", &new.number)
        .fact("basis", &new.entry.document)
        .fact("basis_on", new.entry.on)
        .fact("term", format!("{} — {}", new.term.from, new.term.to))
        .fact("pack", &new.entry.decision.pack)
        .fact("pack_digest", &new.entry.decision.digest);
        let expert = &mut member.body.expert;
        expert.team = draft.team;
        expert.number = new.number;
        expert.specialties.clone_from(&draft.specialties);
        expert.duties = draft.duties;
        expert.standing = Standing::Appointed { term: new.term };
        expert.channel = new.channel;
        expert.basis = Some(new.entry.document.clone());
        member.body.entry = Some(new.entry);
        member.body.declared = draft.declared;
        member.body.reviewed = draft.reviewed;
        member.body.renewed.clear();
        refresh_keys(pool, &mut member, &person.body);
        store::experts::save(change, &mut member).await?;
        store::experts::set_specialties(change, member.keys.seq, &draft.specialties).await?;
        change.record(added).await?;
        Ok(member.id)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what a certificate says comes from as many places"
    )]
    async fn new_certificate(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        one: &Application,
        expert: domain::id::ExpertId,
        number: &str,
        term: Term,
    ) -> Result<Certificate> {
        let known = self.specialties_of(pool.id()).await?;
        let team = one.team.as_ref().and_then(|id| {
            let known = pool.pack.pool.teams.iter().find(|team| team.id == *id);
            known.map(|team| team.label.as_str())
        });
        let held = Held {
            team,
            range: one.category.as_deref(),
            duties: &one.duties,
        };
        let certificate = Certificate {
            id: self.id(ctx),
            pool: pool.id(),
            number: number.to_owned(),
            code: self.verification_code(),
            title: pool.pack.certificate_word().to_owned(),
            expert,
            name: one.profile.name.clone(),
            specialties: Self::names_of(&known, &one.specialties),
            shown: self.shown_of(&mut **change, pool, held, term).await?,
            term,
            issued_on: ctx.today(),
            application: Some(one.id),
            renews: None,
            reissued: Vec::new(),
            ended: None,
            state: State::InForce,
        };
        document::insert(change, certificate.id, keys(&certificate), &certificate).await?;
        Ok(certificate)
    }

    /// What the pack has a certificate show that does not stand in its own fields.
    pub(super) async fn shown_of(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        held: Held<'_>,
        term: Term,
    ) -> Result<Vec<(String, String)>> {
        let Some(rule) = &pool.pack.admission.certificate else {
            return Ok(Vec::new());
        };
        let mut shown = Vec::new();
        for field in &rule.fields {
            let value = match Detail::named(field) {
                Some(Detail::Duties) => held.duties.join("、"),
                Some(Detail::Range) => held.range.unwrap_or_default().to_owned(),
                Some(Detail::Team) => held.team.unwrap_or_default().to_owned(),
                Some(Detail::Cohort) => self
                    .cohort_on(db, pool, term.from)
                    .await?
                    .map(|cohort| cohort.label())
                    .unwrap_or_default(),
                Some(Detail::Authority) => self.organisation_name(pool.pool.manager).await?,
                _ => continue,
            };
            shown.push((field.clone(), value));
        }
        Ok(shown)
    }

    /// Chance of 256 bits, told in letters.
    pub(crate) fn verification_code(&self) -> String {
        let secret = self.entropy.secret();
        secret
            .iter()
            .filter(|byte| usize::from(**byte) < LETTERS.len() * 8)
            .take(CODE)
            .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
            .map(|letter| char::from(*letter))
            .collect()
    }
}

async fn batch(db: &mut impl store::Db, pool: PoolId, id: RecordId) -> Result<Row> {
    records::find_in(db, pool, id, BATCH).await
}
