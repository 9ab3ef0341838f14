//! Filing: from the public page, or by an officer for whoever came, wrote or called.

use domain::actor::Action;
use domain::event::EventKind;
use domain::id::{FileId, RecordId};
use domain::objection::{
    FILES_MOST, Filed, Objection, Refused, Signature, State, Taken, admit, fact,
};
use domain::policy::pack::Act;
use domain::posting::Posting;
use jiff::civil::{Date, DateTime, time};
use store::attachments::FileKeys;
use store::document;

use super::{FACT, KIND, Kept, OBJECTOR, event, keys};
use crate::applications::by;
use crate::attachments::{Body, examine};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::postings::{self, check_party, civil};
use crate::records;
use crate::service::Service;
use crate::typed;

/// An objection as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Statement {
    /// Number of the person on the list, from 1.
    pub person: String,
    /// What is said.
    pub fact: String,
    /// 姓名; empty: anonymous.
    pub name: String,
    /// 联系方式
    pub contact: String,
}

/// A file that comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Name as uploaded.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the objector keeps.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Acknowledged {
    /// 回执编号
    pub number: String,
    /// 查询码, told only now.
    pub code: String,
    /// As what it was taken.
    pub taken: Taken,
    /// Whom it is about.
    pub person: String,
    /// When it came in, in the time of Shanghai.
    pub received: DateTime,
    /// How many files came with it.
    pub files: usize,
}

/// What was typed, read.
struct Claim {
    application: RecordId,
    person: String,
    fact: String,
    objector: Option<(String, String)>,
}

impl Statement {
    /// Everything that can be told without knowing when it came.
    fn read(&self, posting: &Posting) -> Result<Claim> {
        let mut problems = Vec::new();
        let people = &posting.content.people;
        let chosen = domain::text::compact(&self.person)
            .parse::<usize>()
            .ok()
            .and_then(|row| people.get(row.checked_sub(1)?));
        if chosen.is_none() {
            problems.push(Problem::new(
                "person",
                "没有选择对谁有异议。每份异议针对名单上的一个人，请从名单中选择。",
            ));
        }
        let name = domain::text::tidy(&self.name);
        let contact = domain::text::tidy(&self.contact);
        typed::at_most(&mut problems, "name", "姓名", &name, 40);
        typed::at_most(&mut problems, "contact", "联系方式", &contact, 100);
        if !name.is_empty() && contact.is_empty() {
            problems.push(Problem::new("contact", Refused::NoContact.to_string()));
        }
        let (Some(chosen), true) = (chosen, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        Ok(Claim {
            application: chosen.application,
            person: chosen.cells.first().cloned().unwrap_or_default(),
            fact: fact(&self.fact),
            objector: (!name.is_empty()).then_some((name, contact)),
        })
    }
}

impl Service {
    /// 提出异议 on the public page. It counts from the moment it came in: the last second of the last day
    /// is in time.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not on show; [`Error::Refused`] when it is too late and the pack
    /// takes none; [`Error::Invalid`] with everything wrong.
    pub async fn file_objection(
        &self,
        ctx: &Ctx,
        number: &str,
        statement: &Statement,
        uploads: Vec<Upload>,
    ) -> Result<Acknowledged> {
        let seen = self.put_up(&mut self.store.read(), number).await?.body;
        let pool = self.any_pool(seen.pool).await?;
        let (received, filed) = (civil(ctx.now), Filed::Online);
        self.take_objection(ctx, &pool, &seen, statement, uploads, (received, filed))
            .await
    }

    /// 登记异议 that came by letter, telephone or in person, on the day it came.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; as [`Service::file_objection`].
    pub async fn record_objection(
        &self,
        ctx: &Ctx,
        no: i64,
        posting: RecordId,
        statement: &Statement,
        received_on: &str,
    ) -> Result<Acknowledged> {
        let pool = self.open_pool(ctx, no, Action::DecideObjections).await?;
        let role = ctx.actor.allow(Action::DecideObjections, pool.target())?;
        check_party(&pool, Act::DecideObjection, role)?;
        let seen = postings::find(&mut self.store.read(), pool.id(), posting)
            .await?
            .body;
        let received = self.received(ctx, &seen, received_on)?;
        let filed = Filed::Desk { by: by(ctx)? };
        self.take_objection(ctx, &pool, &seen, statement, Vec::new(), (received, filed))
            .await
    }

    /// The moment of a day typed: now, if it is today; else the end of that day.
    fn received(&self, ctx: &Ctx, posting: &Posting, typed_day: &str) -> Result<DateTime> {
        let mut problems = Vec::new();
        let day: Option<Date> = typed::date(&mut problems, "received_on", typed_day, "收到日期");
        let day = day.unwrap_or(ctx.today());
        if ctx.today() < day {
            problems.push(Problem::new(
                "received_on",
                format!("收到日期 {day} 还没有到。请按实际收到的日期填写。"),
            ));
        }
        if let Some(posted) = posting.state.posted().filter(|up| day < up.at.date()) {
            problems.push(Problem::new(
                "received_on",
                format!(
                    "收到日期 {day} 早于公示发布的 {}。请按实际收到的日期填写。",
                    posted.at.date()
                ),
            ));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        Ok(if day == ctx.today() {
            civil(ctx.now)
        } else {
            day.to_datetime(time(23, 59, 59, 0))
        })
    }

    async fn take_objection(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        posting: &Posting,
        statement: &Statement,
        uploads: Vec<Upload>,
        (received, filed): (DateTime, Filed),
    ) -> Result<Acknowledged> {
        let posted = posting.state.standing().ok_or_else(|| {
            Error::state(
                "objection.withdrawn",
                "这份公示已经撤回，不再据此任用，也就不再受理异议。重新公示后可以提出。",
            )
        })?;
        let rules = postings::rules(pool)?;
        let claim = statement.read(posting)?;
        let signed = claim.objector.is_some();
        let taken = admit(rules, posted.last_day, received, signed, &claim.fact)?;
        if uploads.len() > FILES_MOST {
            return Err(Error::field(
                "attachment",
                format!(
                    "附件有 {} 个，最多 {FILES_MOST} 个。请合并后重新选择。",
                    uploads.len()
                ),
            ));
        }
        let id: RecordId = self.id(ctx);
        let mut files = Vec::new();
        for upload in uploads {
            let media = examine(&upload.bytes).map_err(|problem| {
                let name = domain::text::tidy(&upload.name);
                let sentence = format!("“{name}”：{}", problem.sentence);
                Error::Invalid(vec![Problem::new(problem.field, sentence)])
            })?;
            files.push((self.id::<FileId>(ctx), media.media_type(), upload));
        }
        let mut kept_files = Vec::new();
        for (file, media_type, upload) in files {
            let digest = self.put_sealed(file, &upload.bytes).await?;
            kept_files.push((file, media_type, upload, digest));
        }
        let code = self.verification_code();
        let objector = self.seal_writer(&OBJECTOR, id, claim.objector.as_ref())?;
        let sealed = self.seal_for(&FACT, id, &claim.fact)?;
        let mut change = self.change(ctx, pool.id()).await?;
        if let Filed::Desk { .. } = filed {
            change.authorize(Action::DecideObjections, pool.target())?;
        }
        // It may have been taken back while the form was written.
        let now = postings::find(&mut *change, pool.id(), posting.id).await?;
        now.body.state.standing().ok_or(Error::Stale)?;
        let year = received.year();
        let objection = Objection {
            id,
            pool: pool.id(),
            number: records::next_number(&mut change, pool, year, KIND, "YY").await?,
            posting: posting.id,
            posting_number: posted.number.clone(),
            application: claim.application,
            person: claim.person,
            signature: if signed {
                Signature::Named
            } else {
                Signature::Anonymous
            },
            filed,
            received,
            taken,
            state: State::Received,
        };
        for (file, media_type, upload, digest) in &kept_files {
            self.keep_file(
                &mut change,
                ctx,
                &objection,
                (*file, media_type),
                upload,
                digest,
            )
            .await?;
        }
        let kept = Kept {
            fact: sealed,
            objector,
            code: self.code_hash(KIND, &code),
            objection,
        };
        document::insert(&mut change, id, keys(&kept.objection), &kept).await?;
        let one = &kept.objection;
        let filed = event(EventKind::ObjectionReceived, one)
            .fact("signature", one.signature.zh())
            .fact("at", one.received)
            .fact("count", kept_files.len())
            .detail(serde_json::json!({ "person": one.person }));
        change.record(filed).await?;
        change.commit().await?;
        Ok(Acknowledged {
            number: one.number.clone(),
            code: crate::certificates::grouped(&code),
            taken,
            person: one.person.clone(),
            received,
            files: kept_files.len(),
        })
    }

    async fn keep_file(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        one: &Objection,
        (id, media_type): (FileId, &str),
        upload: &Upload,
        digest: &str,
    ) -> Result<()> {
        let keys = FileKeys {
            pool: Some(one.pool),
            owner_kind: KIND.to_owned(),
            owner_id: one.id.to_string(),
            name: domain::text::tidy(&upload.name).chars().take(100).collect(),
            media_type: media_type.to_owned(),
            size: i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX),
            digest: digest.to_owned(),
            state: "kept".to_owned(),
            created_at: ctx.now,
        };
        let body = Body {
            kind: "异议附件".to_owned(),
            by: one.signature.zh().to_owned(),
        };
        document::insert(change, id, keys, body).await?;
        Ok(())
    }
}
