//! The expert's side: asking, adding proof, taking back.

use domain::actor::{Action, Target};
use domain::amendment::{Amendment, Matter, State};
use domain::event::EventKind;
use domain::id::{FileId, PoolId, RecordId};
use store::attachments::FileKeys;
use store::document;
use store::records::RecordFilter;

use super::{KIND, Kept, Proof, Row, WANTED, event, keys, proofs, save};
use crate::attachments::{Body, examine};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::experts::Membership;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::typed::{self, Fields};

/// Most files with one request.
const MOST_FILES: usize = 5;
/// Most characters of a reason.
const REASON: usize = 300;

/// One request as its expert sees it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct OwnAmendment {
    /// The request.
    pub amendment: Amendment,
    /// Name of the pool.
    pub pool: String,
    /// What of it needs proof.
    pub needs_proof: Vec<Matter>,
    /// The proof so far.
    pub files: Vec<Proof>,
}

impl Service {
    /// My requests, newest first.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert.
    pub async fn own_amendments(&self, ctx: &Ctx) -> Result<Vec<OwnAmendment>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut read = self.store.read();
        let members = store::experts::all_of_person::<Membership>(&mut read, person).await?;
        let mut own = Vec::new();
        for member in members {
            let pool = self.any_pool(member.keys.pool).await?;
            let rules = pool.pack.information.as_ref();
            let filter = RecordFilter {
                subject: Some(member.id.to_string()),
                ..records::of_kind(pool.id(), KIND, &[])
            };
            for row in store::records::all::<Kept>(&mut read, &filter).await? {
                let matters = row.body.amendment.matters.iter().copied();
                own.push(OwnAmendment {
                    needs_proof: matters.filter(|matter| matter.needs_proof(rules)).collect(),
                    files: proofs(&mut read, row.id).await?,
                    pool: pool.pool.name.clone(),
                    amendment: row.body.amendment,
                });
            }
        }
        own.sort_by(|one, other| other.amendment.number.cmp(&one.amendment.number));
        Ok(own)
    }

    /// 申请变更: only what differs is filled in, the rest is left empty.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a pool one is not in; [`Error::Refused`] while another request waits;
    /// [`Error::Invalid`] with everything wrong.
    pub async fn ask_amendment(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        fields: &Fields,
    ) -> Result<RecordId> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let open = self.any_pool(pool).await?;
        let mut change = self.door_of_person(ctx, pool).await?;
        // What is asked is about the person; any membership of the pool carries it.
        let held = store::experts::of_person::<Membership>(&mut *change, pool, person).await?;
        let teams = held.len();
        let member = held.into_iter().next().ok_or(Error::NotFound)?;
        let waiting = RecordFilter {
            subject: Some(member.id.to_string()),
            statuses: vec![State::Waiting.code().to_owned()],
            ..records::of_kind(pool, KIND, &[])
        };
        let waiting = store::records::all::<Kept>(&mut *change, &waiting).await?;
        if let Some(row) = waiting.first() {
            return Err(Error::state(
                "amendment.waiting",
                format!(
                    "变更申请 {} 还在审核。请等审核完成，或撤回后重新申请。",
                    row.body.amendment.number
                ),
            ));
        }
        let (matters, wanted) = asked(fields);
        let reason = Amendment::ask(&matters, fields.text("reason"))?;
        if matters.contains(&Matter::Specialty) && teams > 1 {
            return Err(Error::field(
                "specialty",
                "您在本库的几个队伍中，专业领域各不相同。请清空这一项，联系专家库办公室变更。",
            ));
        }
        let (expert, name) = (member.id, member.keys.name.clone());
        let mut outcome = self
            .wanted(&mut *change, ctx, &open, member, &wanted)
            .await?;
        typed::at_most(&mut outcome.problems, "reason", "变更原因", &reason, REASON);
        let rules = open.pack.information.as_ref();
        for matter in matters.iter().filter(|matter| !matter.is_open(rules)) {
            outcome.problems.push(Problem::new(
                matter.code(),
                format!(
                    "本库的办法没有把{}列为本人申请变更的项目。请清空这一项，或联系专家库办公室。",
                    matter.zh()
                ),
            ));
        }
        if !outcome.problems.is_empty() {
            return Err(Error::Invalid(outcome.problems));
        }
        let id: RecordId = self.id(ctx);
        let year = ctx.today().year();
        let text =
            serde_json::to_string(&wanted).map_err(|error| Error::Internal(error.to_string()))?;
        let kept = Kept {
            wanted: self.seal_for(&WANTED, id, &text)?,
            amendment: Amendment {
                id,
                pool,
                number: records::next_number(&mut change, &open, year, KIND, "BG").await?,
                expert,
                name,
                matters,
                reason,
                asked_at: ctx.now,
                state: State::Waiting,
            },
        };
        document::insert(&mut change, id, keys(&kept.amendment), &kept).await?;
        let asked = event(EventKind::AmendmentAsked, &kept.amendment)
            .fact("reason", &kept.amendment.reason);
        change.record(asked).await?;
        change.commit().await?;
        Ok(id)
    }

    /// 上传证明.
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody else's; [`Error::Refused`] once decided; [`Error::Invalid`] for a
    /// file that is not taken, or too many.
    pub async fn prove_amendment(
        &self,
        ctx: &Ctx,
        id: RecordId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<FileId> {
        let media = examine(&bytes).map_err(|problem| Error::Invalid(vec![problem]))?;
        // Nothing is kept of a file that is not taken.
        drop(self.provable(ctx, id).await?);
        let file: FileId = self.id(ctx);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let digest = self.put_sealed(file, &bytes).await?;
        let (mut change, row) = self.provable(ctx, id).await?;
        let one = &row.body.amendment;
        let matters: Vec<&str> = one.matters.iter().map(|matter| matter.zh()).collect();
        let keys = FileKeys {
            pool: Some(one.pool),
            owner_kind: KIND.to_owned(),
            owner_id: id.to_string(),
            name: domain::text::tidy(name).chars().take(100).collect(),
            media_type: media.media_type().to_owned(),
            size,
            digest,
            state: "kept".to_owned(),
            created_at: ctx.now,
        };
        let body = Body {
            kind: format!("变更证明（{}）", matters.join("、")),
            by: ctx.actor.name.clone(),
        };
        document::insert(&mut change, file, keys, body).await?;
        let proof = event(EventKind::AmendmentProof, one)
            .fact("file", file)
            .fact("file_digest", crate::imports::digest(&bytes));
        change.record(proof).await?;
        change.commit().await?;
        Ok(file)
    }

    /// My request, if a file may still come to it.
    async fn provable<'c>(&self, ctx: &'c Ctx, id: RecordId) -> Result<(Change<'c>, Row)> {
        let (mut change, row) = self.own_amendment_change(ctx, id).await?;
        // Only to see that it still waits.
        row.body.amendment.clone().withdraw()?;
        if proofs(&mut *change, id).await?.len() >= MOST_FILES {
            return Err(Error::field(
                "attachment",
                format!("证明材料已有 {MOST_FILES} 个，不能再加。请把几页合并成一个文件。"),
            ));
        }
        Ok((change, row))
    }

    /// 撤回 my request.
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody else's; [`Error::Refused`] once decided.
    pub async fn withdraw_amendment(&self, ctx: &Ctx, id: RecordId) -> Result<()> {
        let (mut change, mut row) = self.own_amendment_change(ctx, id).await?;
        row.body.amendment = row.body.amendment.clone().withdraw()?;
        let withdrawn = event(EventKind::AmendmentWithdrawn, &row.body.amendment);
        save(&mut change, &mut row).await?;
        change.record(withdrawn).await?;
        change.commit().await?;
        Ok(())
    }

    async fn door_of_person<'c>(&self, ctx: &'c Ctx, pool: PoolId) -> Result<Change<'c>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut change = self.change(ctx, pool).await?;
        change
            .authorize(
                Action::AnswerInvitation,
                Target::pool(pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        Ok(change)
    }

    async fn own_amendment_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: RecordId,
    ) -> Result<(Change<'c>, Row)> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let seen: Row = records::find(&mut self.store.read(), id, KIND).await?;
        let mut change = self.door_of_person(ctx, seen.keys.pool).await?;
        let row: Row = records::find(&mut *change, id, KIND).await?;
        let pool: OpenPool = self.any_pool(row.keys.pool).await?;
        let member = self
            .member(&mut *change, &pool, row.body.amendment.expert)
            .await?;
        if member.keys.person == person {
            Ok((change, row))
        } else {
            Err(Error::NotFound)
        }
    }
}

/// What was filled in, as fields of the form of a person.
fn asked(fields: &Fields) -> (Vec<Matter>, Vec<(String, String)>) {
    let mut matters = Vec::new();
    let mut wanted = Vec::new();
    for matter in Matter::ALL {
        let names: &[&str] = match matter {
            Matter::Title => &[
                "title.0.name",
                "title.0.level",
                "title.0.obtained",
                "title.0.authority",
            ],
            Matter::Skill => &[
                "skill.0.occupation",
                "skill.0.level",
                "skill.0.obtained",
                "skill.0.certificate",
            ],
            Matter::Education => &[
                "education.0.level",
                "education.0.ended",
                "education.0.school",
                "education.0.major",
                "education.0.degree",
            ],
            _ => &[matter.code()],
        };
        let mut filled = Vec::new();
        for name in names {
            let typed = fields.all(name).map(str::trim);
            let typed = typed.filter(|value| !value.is_empty());
            filled.extend(typed.map(|value| ((*name).to_owned(), value.to_owned())));
        }
        if !filled.is_empty() {
            matters.push(matter);
            wanted.extend(filled);
        }
    }
    (matters, wanted)
}
