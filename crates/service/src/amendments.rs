//! 信息变更申请: an expert asks for a change of what is held, with proof; the office sees before and after
//! side by side, approves or refuses, and the conditions are asked again of what then stands
//! (DG 第十三条(三), 第十六条(一)).

mod own;

use std::collections::BTreeMap;

use domain::actor::Action;
use domain::amendment::{Amendment, Matter, Refused, State};
use domain::event::{Event, EventKind, Subject};
use domain::id::{FileId, PersonId, PoolId, RecordId, SpecialtyId};
use domain::policy::classification;
use domain::policy::pack::Medium;
use domain::policy::words::Word as _;
use serde::{Deserialize, Serialize};
use store::Secret;
use store::attachments;
use store::document::{self, Direction, Page, PageRequest};
use store::messages::Message;
use store::persons::Private;
use store::records::{RecordFilter, RecordKeys};
use store::sealed::{Column, Shape};

pub use own::OwnAmendment;

use crate::applications::by;
use crate::attachments::{Body, Media};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::experts::{Draft, Member, Membership, Person, kept};
use crate::exports::MadeFile;
use crate::persons::{Difference, Masked, PersonFile, differences};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::typed::Fields;

/// Kind of the stored records, and of the owner of their files.
pub(crate) const KIND: &str = "amendment";

/// What is to stand instead.
const WANTED: Column = Column {
    table: "record",
    name: "amendment",
    pad: 256,
    shape: Shape::Text,
};

/// A request as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The request.
    pub(crate) amendment: Amendment,
    /// Names and values of the form's fields that are to stand instead, sealed, hex.
    wanted: String,
}

type Row = store::records::Record<Kept>;

/// A file that proves a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Identifier.
    pub id: FileId,
    /// Name as uploaded.
    pub name: String,
}

/// One request as the office sees it.
#[derive(Debug, Clone, Serialize)]
pub struct AmendmentView {
    /// The request.
    pub amendment: Amendment,
    /// What differs, before and after; addresses masked.
    pub changes: Vec<Difference>,
    /// What of it needs proof.
    pub needs_proof: Vec<Matter>,
    /// The proof.
    pub files: Vec<Proof>,
    /// Conditions of the instrument that would no longer hold, as sentences.
    pub unmet: Vec<String>,
    /// The article that lets experts ask.
    pub citation: Option<String>,
    /// May the actor decide it?
    pub may_decide: bool,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        let field = match refused {
            Refused::Decided(_) => return Self::state("amendment.state", sentence),
            Refused::NoProof(_) => return Self::state("amendment.proof", sentence),
            Refused::Nothing => "employer",
            Refused::NoReason | Refused::NoGround => "reason",
            Refused::NoNote => "note",
        };
        Self::field(field, sentence)
    }
}

/// Index columns: `subject` is the membership.
fn keys(one: &Amendment) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(one.number.clone()),
        status: one.state.code().to_owned(),
        parent: None,
        subject: Some(one.expert.to_string()),
        team: String::new(),
        due_on: None,
        sort: one.number.clone(),
        title: one.name.clone(),
    }
}

fn event(kind: EventKind, one: &Amendment) -> Event {
    let matters: Vec<&str> = one.matters.iter().map(|matter| matter.zh()).collect();
    Event::new(kind, Subject::new(KIND, one.id))
        .fact("number", &one.number)
        .fact("fields", matters.join("、"))
}

/// What of the pack's bounds specialties do not keep.
fn misclassified(
    pool: &OpenPool,
    specialties: &[SpecialtyId],
    duties: &[String],
) -> impl Iterator<Item = Problem> {
    let names = specialties.iter().map(ToString::to_string).collect();
    let chosen = BTreeMap::from([
        ("specialty".to_owned(), names),
        ("duty".to_owned(), duties.to_vec()),
    ]);
    let findings = classification::settle(&pool.pack, &chosen).findings;
    let problems = findings.into_iter();
    problems.map(|finding| Problem::new(&finding.code, finding.sentence))
}

/// What a request would make of what is held.
struct Outcome {
    member: Member,
    person: Person,
    before: Private,
    draft: Draft,
    problems: Vec<Problem>,
}

impl Service {
    /// The requests of a pool, newest first; those that wait alone when `waiting`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn amendments(
        &self,
        ctx: &Ctx,
        no: i64,
        waiting: bool,
        page: &PageRequest,
    ) -> Result<Page<Amendment>> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let filter = RecordFilter {
            statuses: waiting
                .then(|| State::Waiting.code().to_owned())
                .into_iter()
                .collect(),
            experts_of: pool.experts_of(),
            ..of_pool(pool.id())
        };
        let mut read = self.store.read();
        let found =
            store::records::page::<Kept>(&mut read, &filter, Direction::Descending, page).await?;
        Ok(Page {
            items: found
                .items
                .into_iter()
                .map(|row| row.body.amendment)
                .collect(),
            next: found.next,
        })
    }

    /// Since when each of a pool's requests waits, for the inbox.
    pub(crate) async fn amendments_due(&self, pool: &OpenPool) -> Result<Vec<Amendment>> {
        let filter = RecordFilter {
            statuses: vec![State::Waiting.code().to_owned()],
            experts_of: pool.experts_of(),
            ..of_pool(pool.id())
        };
        let rows = store::records::all::<Kept>(&mut self.store.read(), &filter).await?;
        Ok(rows.into_iter().map(|row| row.body.amendment).collect())
    }

    /// One request, what is held beside what is to stand, and what the conditions say of that.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn amendment(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<AmendmentView> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut read = self.store.read();
        let row: Row = records::find_in(&mut read, pool.id(), id, KIND).await?;
        let one = row.body.amendment.clone();
        self.member(&mut read, &pool, one.expert).await?;
        let waiting = one.state == State::Waiting;
        let (mut changes, mut unmet) = (Vec::new(), Vec::new());
        if waiting {
            let outcome = self.outcome(&mut read, ctx, &pool, &row).await?;
            unmet = self.unmet(&mut read, ctx, &pool, &outcome).await?;
            changes = differences(
                (&outcome.person.body, &outcome.before),
                (&outcome.draft.file, &outcome.draft.private),
            );
            // Sealed values are only told apart there; here their masks stand.
            let sealed = masked(&outcome.before, &outcome.draft.private);
            changes.retain(|one| sealed.iter().all(|other| other.label != one.label));
            changes.extend(sealed);
            if one.matters.contains(&Matter::Specialty) {
                let (member, draft) = (&outcome.member.body, &outcome.draft);
                changes.extend(self.membership_differences(&pool, member, draft).await?);
            }
        } else if let State::Approved { unmet: known, .. } = &one.state {
            unmet.clone_from(known);
        }
        let rules = pool.pack.information.as_ref();
        let needs_proof = one.matters.iter().copied();
        Ok(AmendmentView {
            changes,
            needs_proof: needs_proof
                .filter(|matter| matter.needs_proof(rules))
                .collect(),
            files: proofs(&mut read, id).await?,
            unmet,
            citation: rules.map(|rules| rules.citation.to_string()),
            may_decide: waiting,
            amendment: one,
        })
    }

    /// 同意变更: the record is changed, and what it was stays in the ledger; every pool the expert is in
    /// sees the new facts, recusal included.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] once decided, or without the proof the instrument asks for;
    /// [`Error::Invalid`] without a note, or when what was asked for cannot stand any more.
    pub async fn approve_amendment(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        note: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.amendment_change(ctx, no, id).await?;
        let outcome = self.outcome(&mut *change, ctx, &pool, &row).await?;
        if !outcome.problems.is_empty() {
            return Err(Error::Invalid(outcome.problems));
        }
        let unmet = self.unmet(&mut *change, ctx, &pool, &outcome).await?;
        let rules = pool.pack.information.as_ref();
        let files = proofs(&mut *change, id).await?;
        let one = row.body.amendment.clone();
        row.body.amendment = one.approve(by(ctx)?, note, rules, files.len(), unmet.clone())?;
        let one = &row.body.amendment;
        let reason = format!("{}（变更申请 {}）", one.reason, one.number);
        let approved = event(EventKind::AmendmentApproved, one)
            .fact("note", domain::text::tidy(note))
            .detail(serde_json::json!({ "unmet": unmet }));
        let (expert, person) = (one.expert, outcome.person.id);
        self.replace(
            &mut change,
            &pool,
            (outcome.member, outcome.person),
            (&outcome.before, outcome.draft),
            &reason,
        )
        .await?;
        // The proof stays with the expert.
        for mut file in attachments::of::<Body>(&mut *change, KIND, &id.to_string()).await? {
            file.keys.owner_kind = crate::attachments::OWNER.to_owned();
            file.keys.owner_id = expert.to_string();
            document::save(&mut change, &mut file).await?;
        }
        save(&mut change, &mut row).await?;
        change.record(approved).await?;
        let words = "已经同意，资料已变更。";
        self.tell_expert(&mut change, ctx, &pool, person, &row.body.amendment, words)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// 不同意变更, with a reason the expert is told.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] once decided; [`Error::Invalid`] without a reason.
    pub async fn refuse_amendment(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.amendment_change(ctx, no, id).await?;
        row.body.amendment = row.body.amendment.clone().refuse(by(ctx)?, reason)?;
        let reason = domain::text::tidy(reason);
        let refused =
            event(EventKind::AmendmentRefused, &row.body.amendment).fact("reason", &reason);
        save(&mut change, &mut row).await?;
        change.record(refused).await?;
        let member = self
            .member(&mut *change, &pool, row.body.amendment.expert)
            .await?;
        let words = format!("没有同意：{}。", reason.trim_end_matches('。'));
        let person = member.keys.person;
        self.tell_expert(&mut change, ctx, &pool, person, &row.body.amendment, &words)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// A file that proves a change; opening it leaves a trace.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn open_amendment_file(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: FileId,
    ) -> Result<MadeFile> {
        let (mut change, row, _) = self.amendment_change(ctx, no, id).await?;
        let file = attachments::find::<Body>(&mut *change, file)
            .await?
            .filter(|file| file.keys.owner_kind == KIND && file.keys.owner_id == row.id.to_string())
            .ok_or(Error::NotFound)?;
        let bytes = self.open_sealed(file.id, &file.keys.digest).await?;
        let subject = Subject::new("expert", row.body.amendment.expert);
        let read = Event::new(EventKind::PlainValueRead, subject)
            .fact(
                "purpose",
                format!("审核变更申请 {}", row.body.amendment.number),
            )
            .fact("fields", "变更证明材料")
            .fact("file", file.id);
        change.record(read).await?;
        change.commit().await?;
        Ok(MadeFile {
            name: file.keys.name,
            media_type: Media::of_type(&file.keys.media_type),
            bytes,
            count: 1,
        })
    }

    async fn amendment_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditExperts, &pool)?;
        let row: Row = records::find_in(&mut *change, pool.id(), id, KIND).await?;
        let expert = row.body.amendment.expert;
        self.member(&mut *change, &pool, expert).await?;
        Ok((change, row, pool))
    }

    /// What the request would make of what is held now.
    async fn outcome(
        &self,
        db: &mut impl store::Db,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
    ) -> Result<Outcome> {
        let text = self.open_for(&WANTED, row.id, &row.body.wanted)?;
        let wanted: Vec<(String, String)> = serde_json::from_str(text.reveal())
            .map_err(|error| Error::Internal(error.to_string()))?;
        let member = self.member(db, pool, row.body.amendment.expert).await?;
        self.wanted(db, ctx, pool, member, &wanted).await
    }

    /// The same of what was typed.
    async fn wanted(
        &self,
        db: &mut impl store::Db,
        ctx: &Ctx,
        pool: &OpenPool,
        member: Member,
        wanted: &[(String, String)],
    ) -> Result<Outcome> {
        let person = self.person(db, member.keys.person).await?;
        let before = self.private_of(db, member.keys.person).await?;
        let form = Fields::from(wanted.to_vec());
        let mut problems = Vec::new();
        let read = self
            .read_claim(ctx, pool, &form, Some(&before), &mut problems)
            .await?;
        // What else is on file may have faults of its own, which are not this person's to mend here.
        let asked: Vec<Matter> = wanted
            .iter()
            .filter_map(|(name, _)| Matter::of_field(name))
            .collect();
        let expert = &member.body.expert;
        if asked.contains(&Matter::Specialty) {
            problems.extend(misclassified(pool, &read.specialties, &expert.duties));
        }
        problems.retain(|problem| {
            Matter::of_field(&problem.field).is_some_and(|matter| asked.contains(&matter))
        });
        let mut draft = Draft {
            file: person.body.clone(),
            private: before.clone(),
            team: expert.team.clone(),
            specialties: expert.specialties.clone(),
            duties: expert.duties.clone(),
            declared: member.body.declared.clone(),
            reviewed: member.body.reviewed.clone(),
        };
        let (stated, private) = (read.file.profile, read.private);
        let held = &mut draft.file.profile;
        for (name, _) in wanted {
            match Matter::of_field(name) {
                Some(Matter::Employer) => held.employer.clone_from(&stated.employer),
                Some(Matter::Post) => held.post.clone_from(&stated.post),
                Some(Matter::Specialty) => draft.specialties.clone_from(&read.specialties),
                Some(Matter::Mobile) => draft.private.phone.clone_from(&private.phone),
                Some(Matter::Email) => draft.private.email.clone_from(&private.email),
                Some(Matter::Address) => draft.private.address.clone_from(&private.address),
                Some(Matter::Title | Matter::Skill | Matter::Education) | None => {}
            }
        }
        // What was obtained since comes to what is held.
        held.titles.extend(stated.titles);
        held.skills.extend(stated.skills);
        held.education.extend(stated.education);
        Ok(Outcome {
            member,
            person,
            before,
            draft,
            problems,
        })
    }

    /// The conditions that hold today and would not any more.
    async fn unmet(
        &self,
        db: &mut impl store::Db,
        ctx: &Ctx,
        pool: &OpenPool,
        outcome: &Outcome,
    ) -> Result<Vec<String>> {
        let number = outcome.draft.private.id_number.as_ref();
        let mut blocking = async |member: &Membership, file: &PersonFile| {
            let facts = self.facts(&mut *db, pool, member, file, number).await?;
            let decided = kept(pool, &facts, ctx.today());
            let findings = decided.findings.into_iter();
            let blocking = findings.filter(domain::finding::Finding::blocks);
            let sentences = blocking.map(|finding| finding.sentence);
            Ok::<Vec<String>, Error>(sentences.collect())
        };
        let now = &outcome.member.body;
        let before = blocking(now, &outcome.person.body).await?;
        let mut then = now.clone();
        then.expert
            .specialties
            .clone_from(&outcome.draft.specialties);
        let mut after = blocking(&then, &outcome.draft.file).await?;
        after.retain(|sentence| !before.contains(sentence));
        Ok(after)
    }

    /// Tells the expert by every channel an address is known for, and in their own space.
    async fn tell_expert(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        person: PersonId,
        one: &Amendment,
        words: &str,
    ) -> Result<()> {
        let private = self.private_of(&mut **change, person).await?;
        let account = self.account_of(change, person).await?;
        let text = format!(
            "【{}】您的信息变更申请 {} {words}",
            pool.pool.name, one.number
        );
        let here = Some(Secret::new(person.to_string()));
        for (medium, recipient) in [
            (Medium::Sms, private.phone),
            (Medium::Email, private.email),
            (Medium::InApp, here),
        ] {
            let Some(recipient) = recipient else { continue };
            let message = Message {
                id: self.id(ctx),
                pool: Some(one.pool),
                channel: medium.word().to_owned(),
                recipient,
                account,
                subject: "信息变更申请结果".to_owned(),
                content: Secret::new(text.as_str()),
                reference_kind: KIND.to_owned(),
                reference_id: one.id.to_string(),
                created_at: ctx.now,
                send_at: ctx.now,
                deadline: None,
            };
            change.enqueue(&message).await?;
        }
        Ok(())
    }
}

fn of_pool(pool: PoolId) -> RecordFilter {
    records::of_kind(pool, KIND, &[])
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body.amendment);
    document::save(change, row).await?;
    Ok(())
}

async fn proofs(db: &mut impl store::Db, id: RecordId) -> Result<Vec<Proof>> {
    let files = attachments::of::<Body>(db, KIND, &id.to_string()).await?;
    Ok(files
        .into_iter()
        .map(|file| Proof {
            id: file.id,
            name: file.keys.name,
        })
        .collect())
}

/// The sealed values that differ, masked.
fn masked(before: &Private, after: &Private) -> Vec<Difference> {
    let (old, new) = (Masked::of(before), Masked::of(after));
    let rows = [
        (
            Matter::Mobile,
            old.phone,
            new.phone,
            before.phone != after.phone,
        ),
        (
            Matter::Email,
            old.email,
            new.email,
            before.email != after.email,
        ),
        (
            Matter::Address,
            old.address,
            new.address,
            before.address != after.address,
        ),
    ];
    rows.into_iter()
        .filter(|(.., differs)| *differs)
        .map(|(matter, before, after, _)| Difference {
            label: matter.zh().to_owned(),
            before,
            after,
        })
        .collect()
}
