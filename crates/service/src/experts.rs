//! 专家: memberships of a pool, from entry on a documented basis to suspension; listed, searched,
//! changed, and looked at with the reason of every condition.

mod batch;
mod eligibility;
mod history;
mod list;
mod participation;
mod suspension;

use std::collections::BTreeMap;

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::expert::{Expert, Standing, Status, Term};
use domain::id::{ExpertId, PersonId, PoolId, SpecialtyId};
use domain::pinyin::{self, SearchKeys};
use domain::policy::facts::Ticks;
use domain::policy::term;
use domain::policy::words::Word as _;
use domain::pool::SpecialtyStatus;
use domain::roster;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::experts::ExpertKeys;
use store::persons::{PersonKeys, Private};
use store::{Db, SearchText, experts, persons as stored_persons};

pub use batch::{BatchAct, BatchReport, Chosen};
pub use eligibility::{Decided, EligibilityCard, EligibilityLine};
pub(crate) use eligibility::{decided_by_facts, kept};
pub use history::HistoryLine;
pub use list::{ExpertList, ExpertQuery, ExpertRow, SavedFilter};
pub use participation::{Participation, Participations, RestEntry};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
pub(crate) use crate::persons::PersonFile;
use crate::persons::{self, Difference, Masked};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

/// What is stored of a membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The membership.
    #[serde(flatten)]
    pub expert: Expert,
    /// On what the entry rests.
    #[serde(default)]
    pub entry: Option<Entry>,
    /// What the person declared, by condition of the pack.
    #[serde(default)]
    pub declared: BTreeMap<String, Ticks>,
    /// What a reviewer confirmed, by condition of the pack.
    #[serde(default)]
    pub reviewed: BTreeMap<String, bool>,
}

/// 入库依据: the document an entry rests on, and what the conditions said on its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// 会议纪要编号 or 文号
    pub document: String,
    /// Its date.
    pub on: Date,
    /// The decision under the pack.
    pub decision: Decided,
}

/// A stored membership with its keys.
pub type Member = experts::Expert<Membership>;
/// A stored person with their keys.
pub type Person = stored_persons::Person<PersonFile>;

/// An expert with everything a page shows.
#[derive(Debug, Clone, Serialize)]
pub struct ExpertView {
    /// Version of the stored membership.
    pub version: i64,
    /// Version of the stored person.
    pub person_version: i64,
    /// The membership.
    pub member: Membership,
    /// What holds today.
    pub status: Status,
    /// The facts.
    pub person: PersonFile,
    /// What is sealed, masked.
    pub masked: Masked,
    /// Names of the specialties, retired ones marked.
    pub specialties: Vec<String>,
}

impl ExpertView {
    /// The form of this expert as a page shows it for changing.
    pub fn fields(&self) -> Fields {
        let mut fields = persons::fields(&self.person);
        let member = &self.member;
        fields.push("number", &member.expert.number);
        let specialties = member
            .expert
            .specialties
            .iter()
            .map(|id| ("specialty", id.to_string()));
        let duties = member
            .expert
            .duties
            .iter()
            .map(|duty| ("duty", duty.clone()));
        let declared = member
            .declared
            .iter()
            .filter(|(_, ticks)| **ticks == Ticks::Whole(true))
            .map(|(id, _)| ("declared", id.clone()));
        let reviewed = member
            .reviewed
            .iter()
            .filter(|(_, holds)| **holds)
            .map(|(id, _)| ("reviewed", id.clone()));
        for (name, value) in specialties.chain(duties).chain(declared).chain(reviewed) {
            fields.push(name, value);
        }
        fields
    }
}

/// Plain values, opened for one answer (查看原文).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlainValues {
    /// 身份证号码
    pub id_number: String,
    /// 手机
    pub phone: String,
    /// 电子邮箱
    pub email: String,
    /// 通讯地址
    pub address: String,
}

impl PlainValues {
    pub(crate) fn of(private: &Private) -> Self {
        let plain = |secret: &Option<store::Secret>| {
            secret
                .as_ref()
                .map(|s| s.reveal().to_owned())
                .unwrap_or_default()
        };
        Self {
            id_number: plain(&private.id_number),
            phone: plain(&private.phone),
            email: plain(&private.email),
            address: plain(&private.address),
        }
    }
}

/// An expert checked and ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) file: PersonFile,
    pub(crate) private: Private,
    pub(crate) specialties: Vec<SpecialtyId>,
    pub(crate) duties: Vec<String>,
    pub(crate) declared: BTreeMap<String, Ticks>,
    pub(crate) reviewed: BTreeMap<String, bool>,
}

impl Service {
    /// The membership in this pool, or nothing the actor may know of.
    pub(crate) async fn member(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        id: ExpertId,
    ) -> Result<Member> {
        let member = experts::find::<Membership>(db, id).await?;
        member
            .filter(|member| member.keys.pool == pool.id())
            .ok_or(Error::NotFound)
    }

    pub(crate) async fn person(&self, db: &mut impl Db, id: PersonId) -> Result<Person> {
        stored_persons::find(db, id).await?.ok_or(Error::NotFound)
    }

    pub(crate) async fn private_of(&self, db: &mut impl Db, id: PersonId) -> Result<Private> {
        let opened = stored_persons::private(db, self.store.seals(), [id]).await?;
        Ok(opened
            .into_iter()
            .next()
            .map(|(_, private)| private)
            .unwrap_or_default())
    }

    /// One expert.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn expert(&self, ctx: &Ctx, no: i64, id: ExpertId) -> Result<ExpertView> {
        let pool = self.open_pool(ctx, no, Action::ReadExperts).await?;
        let mut db = self.store.read();
        let member = self.member(&mut db, &pool, id).await?;
        let person = self.person(&mut db, member.keys.person).await?;
        let private = self.private_of(&mut db, member.keys.person).await?;
        let known = self.specialties_of(pool.id()).await?;
        let specialties = member
            .body
            .expert
            .specialties
            .iter()
            .filter_map(|id| known.iter().find(|s| s.id == *id));
        let name = |s: &domain::pool::Specialty| match s.status {
            SpecialtyStatus::Active => s.name.clone(),
            SpecialtyStatus::Retired { .. } => format!("{}（已移除）", s.name),
        };
        Ok(ExpertView {
            version: member.version,
            person_version: person.version,
            status: member.body.expert.standing.on(ctx.today()),
            specialties: specialties.map(name).collect(),
            masked: Masked::of(&private),
            member: member.body,
            person: person.body,
        })
    }

    /// 直接登记: enters an expert on a documented basis (minutes of the committee, or the document by
    /// which a roster that existed before was adopted).
    ///
    /// # Errors
    /// Denied; everything wrong with what was typed; refused when a condition of the pack does not
    /// hold on the day of the basis.
    pub async fn add_expert(&self, ctx: &Ctx, no: i64, fields: &Fields) -> Result<ExpertId> {
        let pool = self.open_pool(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::EditExperts, pool.target())?;
        let mut entering = self.entering(&mut change, &pool, fields).await?;
        let fields = entering.as_ref().map_or(fields, |(_, fields)| fields);
        let kept = match &entering {
            Some((row, _)) => Some(self.private_of(&mut *change, row.body.person).await?),
            None => None,
        };
        let mut problems = Vec::new();
        let mut draft = self
            .read_draft(ctx, &pool, fields, kept.as_ref(), &mut problems)
            .await?;
        let document = typed::required(
            &mut problems,
            "basis",
            fields.text("basis"),
            "没有填写入库依据。请填写委员会会议纪要编号，或原名册的文号。",
        );
        let on = typed::date(
            &mut problems,
            "basis_on",
            fields.text("basis_on"),
            "依据日期",
        );
        let mut problems = typed::missing(
            problems,
            &[("basis_on", &fields.text("basis_on").to_owned(), "依据日期")],
        );
        if let Some(on) = on
            && ctx.today() < on
        {
            problems.push(Problem::new(
                "basis_on",
                format!("依据日期 {on} 还没有到。请按会议纪要或文件的日期填写。"),
            ));
        }
        let term = self.typed_term(&pool, fields, on, &mut problems);
        let number = typed::optional(fields.text("number"));
        if let Some(number) = &number
            && experts::by_number::<Membership>(&mut *change, pool.id(), number)
                .await?
                .is_some()
        {
            problems.push(Problem::new(
                "number",
                format!("专家编号 {number} 已在使用。请核对，或留空由系统编号。"),
            ));
        }
        let known = match &draft.private.id_number {
            Some(secret) => {
                stored_persons::by_id_number::<PersonFile>(&mut *change, self.store.seals(), secret)
                    .await?
            }
            None => None,
        };
        if let Some(person) = &known
            && let Some(member) =
                experts::of_person::<Membership>(&mut *change, pool.id(), person.id).await?
        {
            problems.push(Problem::new(
                "id_number",
                format!(
                    "这个身份证号码的专家已在库：{}（{}）。请在原记录上修改。",
                    member.keys.name, member.body.expert.number
                ),
            ));
        }
        let (Some(on), Some(term), true) = (on, term, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        // Who was invited is on file since the proposal, without identity number.
        let known = match (known, &entering) {
            (None, Some((row, _))) => Some(self.person(&mut *change, row.body.person).await?),
            (known, _) => known,
        };
        self.match_employer(&mut change, &mut draft.file).await?;
        let decision = self.decided(&mut *change, &pool, &draft, on).await?;
        refuse_unmet(&pool, &decision)?;
        let number = match number {
            Some(number) => number,
            None => self.next_number(&mut *change, &pool, term.from).await?,
        };
        let channel = typed::optional(fields.text("channel"))
            .filter(|id| pool.pack.admission.channel(id).is_some());
        let entry = Entry {
            document,
            on,
            decision,
        };
        let id = self
            .write_new(
                ctx,
                &mut change,
                &pool,
                draft,
                known,
                NewMember {
                    number,
                    term,
                    channel,
                    entry,
                },
            )
            .await?;
        if let Some((row, _)) = &mut entering {
            self.entered(&mut change, ctx, row, id).await?;
        }
        change.commit().await?;
        Ok(id)
    }

    /// 变更: replaces what is known of an expert; sealed fields left empty keep their value.
    ///
    /// # Errors
    /// Denied, stale, without a reason, or everything wrong with what was typed.
    pub async fn change_expert(
        &self,
        ctx: &Ctx,
        no: i64,
        id: ExpertId,
        versions: (i64, i64),
        fields: &Fields,
    ) -> Result<Vec<Difference>> {
        let pool = self.open_pool(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::EditExperts, pool.target())?;
        let mut member = self.member(&mut *change, &pool, id).await?;
        let mut person = self.person(&mut *change, member.keys.person).await?;
        if (member.version, person.version) != versions {
            return Err(Error::Stale);
        }
        let before = self.private_of(&mut *change, person.id).await?;
        let mut problems = Vec::new();
        let mut draft = self
            .read_draft(ctx, &pool, fields, Some(&before), &mut problems)
            .await?;
        let reason = typed::required(
            &mut problems,
            "reason",
            fields.text("reason"),
            "没有填写变更原因。变更会留痕，请写明依据，如“本人申请并附新聘书”。",
        );
        if let Some(secret) = &draft.private.id_number
            && let Some(other) =
                stored_persons::by_id_number::<PersonFile>(&mut *change, self.store.seals(), secret)
                    .await?
            && other.id != person.id
        {
            problems.push(Problem::new(
                "id_number",
                "这个身份证号码已登记给另一个人。请核对号码；确属同一人的，请联系系统管理员合并。",
            ));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.match_employer(&mut change, &mut draft.file).await?;
        let mut found =
            persons::differences((&person.body, &before), (&draft.file, &draft.private));
        found.extend(
            self.membership_differences(&pool, &member.body, &draft)
                .await?,
        );
        if found.is_empty() {
            return Err(Error::state(
                "expert.unchanged",
                "没有改动任何内容，因此没有保存。请修改后再提交，或返回专家详情。",
            ));
        }
        let public = found
            .iter()
            .map(|difference| difference.label.as_str())
            .collect::<Vec<_>>()
            .join("、");
        let event = Event::new(EventKind::ExpertChanged, Subject::new("expert", id))
            .fact("fields", public)
            .detail(serde_json::json!({ "reason": reason, "changes": found }));
        person.keys = person_keys(&draft.file);
        person.body = draft.file;
        stored_persons::save_with_private(&mut change, &mut person, &draft.private).await?;
        self.follow_person(&mut change, pool.id(), &person).await?;
        let body = &mut member.body;
        body.expert.specialties.clone_from(&draft.specialties);
        body.expert.duties = draft.duties;
        body.declared = draft.declared;
        body.reviewed = draft.reviewed;
        refresh_keys(&pool, &mut member, &person.body);
        let text = search_text(&member, &person.body);
        experts::save(&mut change, &mut member, &text).await?;
        experts::set_specialties(&mut change, member.keys.seq, &draft.specialties).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(found)
    }

    /// 查看原文: opens what is sealed of an expert, for a stated purpose, and says so in the ledger.
    ///
    /// # Errors
    /// Denied, or no purpose.
    pub async fn reveal_expert(
        &self,
        ctx: &Ctx,
        no: i64,
        id: ExpertId,
        purpose: &str,
    ) -> Result<PlainValues> {
        let pool = self.open_pool(ctx, no, Action::RevealIdentity).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::RevealIdentity, pool.target())?;
        let member = self.member(&mut *change, &pool, id).await?;
        let purpose = need_purpose(purpose)?;
        let private = self.private_of(&mut *change, member.keys.person).await?;
        let event = Event::new(EventKind::PlainValueRead, Subject::new("expert", id))
            .fact("purpose", purpose)
            .fact("fields", "身份证号码、手机、电子邮箱、通讯地址");
        change.record(event).await?;
        change.commit().await?;
        Ok(PlainValues::of(&private))
    }

    pub(crate) async fn read_draft(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        fields: &Fields,
        kept: Option<&Private>,
        problems: &mut Vec<Problem>,
    ) -> Result<Draft> {
        let draft = self.read_claim(ctx, pool, fields, kept, problems).await?;
        let needed = pool.pack.axis("specialty").map_or(1, |axis| axis.at_least);
        if draft.specialties.len() < usize::try_from(needed).unwrap_or(usize::MAX) {
            problems.push(Problem::new(
                "specialty",
                format!("还没有分类。入库前至少选择 {needed} 个专业领域，抽取按专业领域进行。"),
            ));
        }
        Ok(draft)
    }

    /// What is stated of a person, classified or not.
    pub(crate) async fn read_claim(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        fields: &Fields,
        kept: Option<&Private>,
        problems: &mut Vec<Problem>,
    ) -> Result<Draft> {
        let (file, private) = persons::read(fields, pool, ctx.today(), kept, problems);
        let known = self.specialties_of(pool.id()).await?;
        let mut specialties = Vec::new();
        for id in fields.all("specialty").filter(|id| !id.is_empty()) {
            match known
                .iter()
                .find(|specialty| specialty.id.to_string() == id)
            {
                Some(specialty) => specialties.push(specialty.id),
                None => problems.push(Problem::new(
                    "specialty",
                    "所选专业领域不在本库中。请刷新页面后重新选择。",
                )),
            }
        }
        specialties.sort_unstable();
        specialties.dedup();
        let duties = pool
            .pack
            .axis("duty")
            .map(|axis| axis.values.clone())
            .unwrap_or_default();
        let ticked = |name: &'static str| {
            fields
                .all(name)
                .filter(|id| pool.pack.eligibility.leaf(id).is_some())
                .map(str::to_owned)
        };
        Ok(Draft {
            file,
            private,
            specialties,
            duties: duties
                .into_iter()
                .filter(|duty| fields.holds("duty", duty))
                .collect(),
            declared: ticked("declared")
                .map(|id| (id, Ticks::Whole(true)))
                .collect(),
            reviewed: ticked("reviewed").map(|id| (id, true)).collect(),
        })
    }

    fn typed_term(
        &self,
        pool: &OpenPool,
        fields: &Fields,
        on: Option<Date>,
        problems: &mut Vec<Problem>,
    ) -> Option<Term> {
        let from =
            typed::date(problems, "term_from", fields.text("term_from"), "聘期开始").or(on)?;
        let full = term::first(&pool.pack, from, None, None);
        let Some(to) = typed::date(problems, "term_to", fields.text("term_to"), "聘期结束")
        else {
            return Some(full);
        };
        if to < from {
            problems.push(Problem::new(
                "term_to",
                format!("聘期结束 {to} 早于聘期开始 {from}。请核对聘书。"),
            ));
        }
        if full.to < to {
            problems.push(Problem::new(
                "term_to",
                format!(
                    "聘期从 {from} 起最长到 {}（{}），填写的是 {to}。请核对聘书。",
                    full.to, pool.pack.admission.term.citation
                ),
            ));
        }
        Some(Term { from, to })
    }

    /// An employer named but not chosen from the register is matched when exactly one has that name.
    pub(crate) async fn match_employer(
        &self,
        change: &mut Change<'_>,
        file: &mut PersonFile,
    ) -> Result<()> {
        let Some(employer) = &mut file.profile.employer else {
            return Ok(());
        };
        let chosen = employer
            .organisation
            .map(|id| id.to_string())
            .unwrap_or_default();
        let found = crate::relations::resolve(change, &employer.name, &chosen).await?;
        employer.organisation = found.id;
        if employer.credit_code.is_none() {
            employer.credit_code = found.credit_code;
        }
        Ok(())
    }

    /// The next number of the pack's certificates for the year of a day.
    pub(crate) async fn next_number(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        on: Date,
    ) -> Result<String> {
        let sequence = self.last_sequence(db, pool, on.year()).await?;
        Ok(number_of(pool, on.year(), sequence + 1))
    }

    /// The last sequence used in a year.
    pub(crate) async fn last_sequence(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        year: i16,
    ) -> Result<u32> {
        let first = number_of(pool, year, 0);
        let prefix = first.trim_end_matches(|c: char| c.is_ascii_digit() && c == '0');
        let last = experts::last_number(db, pool.id(), prefix).await?;
        Ok(last
            .and_then(|number| number.strip_prefix(prefix)?.parse().ok())
            .unwrap_or(0))
    }

    pub(crate) async fn write_new(
        &self,
        ctx: &Ctx,
        change: &mut Change<'_>,
        pool: &OpenPool,
        draft: Draft,
        known: Option<Person>,
        new: NewMember,
    ) -> Result<ExpertId> {
        let person = match known {
            Some(mut person) => {
                person.keys = person_keys(&draft.file);
                person.body = draft.file;
                stored_persons::save_with_private(change, &mut person, &draft.private).await?;
                self.follow_person(change, pool.id(), &person).await?;
                person
            }
            None => {
                let id: PersonId = self.id(ctx);
                stored_persons::insert(
                    change,
                    id,
                    person_keys(&draft.file),
                    &draft.private,
                    draft.file,
                )
                .await?
            }
        };
        let id: ExpertId = self.id(ctx);
        let event = Event::new(EventKind::ExpertAdded, Subject::new("expert", id))
            .fact("number", &new.number)
            .fact("basis", &new.entry.document)
            .fact("basis_on", new.entry.on)
            .fact("term", format!("{} — {}", new.term.from, new.term.to))
            .fact("pack", &new.entry.decision.pack)
            .fact("pack_digest", &new.entry.decision.digest)
            .fact("outcome", new.entry.decision.outcome.word())
            .detail(serde_json::json!({ "name": person.body.profile.name, "findings": new.entry.decision.findings }));
        let body = Membership {
            expert: Expert {
                id,
                pool: pool.id(),
                person: person.id,
                number: new.number,
                specialties: draft.specialties.clone(),
                duties: draft.duties,
                standing: Standing::Appointed { term: new.term },
                channel: new.channel,
                basis: Some(new.entry.document.clone()),
            },
            entry: Some(new.entry),
            declared: draft.declared,
            reviewed: draft.reviewed,
        };
        let keys = keys(pool, &body, &person.body);
        let member = store::Stored {
            id,
            version: 1,
            keys,
            body,
        };
        let text = search_text(&member, &person.body);
        experts::insert(
            change,
            id,
            member.keys,
            &text,
            &draft.specialties,
            member.body,
        )
        .await?;
        change.record(event).await?;
        Ok(id)
    }

    /// What other pools index of a person follows the person.
    pub(crate) async fn follow_person(
        &self,
        change: &mut Change<'_>,
        here: PoolId,
        person: &Person,
    ) -> Result<()> {
        let members = experts::all_of_person::<Membership>(&mut **change, person.id).await?;
        for mut member in members {
            if member.keys.pool == here {
                continue;
            }
            let pool = self.any_pool(member.keys.pool).await?;
            refresh_keys(&pool, &mut member, &person.body);
            let text = search_text(&member, &person.body);
            experts::save(change, &mut member, &text).await?;
        }
        Ok(())
    }

    async fn membership_differences(
        &self,
        pool: &OpenPool,
        before: &Membership,
        after: &Draft,
    ) -> Result<Vec<Difference>> {
        let known = self.specialties_of(pool.id()).await?;
        let leaf = |id: &String| {
            pool.pack
                .eligibility
                .leaf(id)
                .map_or(id.clone(), |leaf| leaf.label.clone())
        };
        let mut found = Vec::new();
        let mut compare = |label: &str, before: Vec<String>, after: Vec<String>| {
            if before != after {
                found.push(Difference {
                    label: label.to_owned(),
                    before: before.join("、"),
                    after: after.join("、"),
                });
            }
        };
        let mut old = before.expert.specialties.clone();
        old.sort_unstable();
        compare(
            "专业领域",
            Self::names_of(&known, &old),
            Self::names_of(&known, &after.specialties),
        );
        compare("职责", before.expert.duties.clone(), after.duties.clone());
        compare(
            "本人承诺",
            before.declared.keys().map(leaf).collect(),
            after.declared.keys().map(leaf).collect(),
        );
        compare(
            "审核确认",
            before.reviewed.keys().map(leaf).collect(),
            after.reviewed.keys().map(leaf).collect(),
        );
        Ok(found)
    }
}

/// What makes a person a member.
#[derive(Debug, Clone)]
pub(crate) struct NewMember {
    pub(crate) number: String,
    pub(crate) term: Term,
    pub(crate) channel: Option<String>,
    pub(crate) entry: Entry,
}

/// The number of the n-th certificate of a year.
pub(crate) fn number_of(pool: &OpenPool, year: i16, sequence: u32) -> String {
    match &pool.pack.admission.certificate {
        Some(certificate) => certificate.number(year, sequence),
        None => format!("{year}{sequence:04}"),
    }
}

/// A decision that a condition does not hold keeps the person out, with every condition in the way.
pub(crate) fn refuse_unmet(pool: &OpenPool, decision: &Decided) -> Result<()> {
    if decision.outcome != domain::policy::decide::Outcome::Unmet {
        return Ok(());
    }
    let reasons: Vec<Reason> = decision
        .findings
        .iter()
        .filter(|finding| {
            decision.blocking.contains(&finding.code)
                && finding.verdict == domain::finding::Verdict::Unmet
        })
        .map(|finding| Reason::law(&finding.code, &finding.citation, finding.sentence.clone()))
        .collect();
    if reasons.is_empty() {
        return Err(Error::Refused(vec![Reason::law(
            "eligibility",
            &pool.pack.eligibility.citation,
            "不符合入库条件。",
        )]));
    }
    Err(Error::Refused(reasons))
}

pub(crate) fn need_purpose(typed_purpose: &str) -> Result<String> {
    let mut problems = Vec::new();
    let purpose = typed::required(
        &mut problems,
        "purpose",
        typed_purpose,
        "没有填写用途。查看和导出个人信息会留痕，请写明用途，如“电话通知评审”。",
    );
    typed::at_most(&mut problems, "purpose", "用途", &purpose, 200);
    if problems.is_empty() {
        Ok(purpose)
    } else {
        Err(Error::Invalid(problems))
    }
}

pub(crate) fn person_keys(file: &PersonFile) -> PersonKeys {
    PersonKeys {
        name: file.profile.name.clone(),
        name_sort: pinyin::sort_key(&file.profile.name),
    }
}

/// Code of a standing as lists filter by it; whether a term has ended is asked of its days.
pub(crate) fn standing_code(standing: &Standing) -> &'static str {
    match standing {
        Standing::Appointed { .. } => Status::Active.code(),
        Standing::Suspended { .. } => Status::Suspended.code(),
        Standing::Left { .. } => Status::Left.code(),
    }
}

pub(crate) fn keys(pool: &OpenPool, member: &Membership, file: &PersonFile) -> ExpertKeys {
    let term = member.expert.standing.term();
    let profile = &file.profile;
    ExpertKeys {
        seq: 0,
        pool: member.expert.pool,
        person: member.expert.person,
        number: Some(member.expert.number.clone()).filter(|number| !number.is_empty()),
        number_sort: member.expert.number.clone(),
        status: standing_code(&member.expert.standing).to_owned(),
        term_from: Some(term.from),
        term_to: Some(term.to),
        name: profile.name.clone(),
        name_sort: pinyin::sort_key(&profile.name),
        employer: profile
            .employer
            .as_ref()
            .map(|e| e.name.clone())
            .unwrap_or_default(),
        employer_organisation: profile.employer.as_ref().and_then(|e| e.organisation),
        title_rank: pool.rank(
            "title",
            profile.titles.iter().map(|title| title.level.as_str()),
        ),
        skill_rank: pool.rank(
            "skill",
            profile.skills.iter().map(|skill| skill.level.as_str()),
        ),
        card: roster::card(&member.expert, profile),
    }
}

/// What lists and rosters index of a standing that has changed.
pub(crate) fn index_standing(member: &mut Member, file: &PersonFile) {
    standing_code(&member.body.expert.standing).clone_into(&mut member.keys.status);
    member.keys.card = roster::card(&member.body.expert, &file.profile);
}

pub(crate) fn refresh_keys(pool: &OpenPool, member: &mut Member, file: &PersonFile) {
    let seq = member.keys.seq;
    member.keys = ExpertKeys {
        seq,
        ..keys(pool, &member.body, file)
    };
}

pub(crate) fn search_text(member: &Member, file: &PersonFile) -> SearchText {
    let mut text = SearchText::new()
        .name(&file.profile.name)
        .word(&member.body.expert.number);
    for key in SearchKeys::of_name(&file.profile.name).tokens() {
        text = text.word(key);
    }
    if let Some(employer) = &file.profile.employer {
        text = text.text(&employer.name);
        for key in SearchKeys::of_text(&employer.name).initials.iter().take(2) {
            text = text.word(key);
        }
    }
    text
}
