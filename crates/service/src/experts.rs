//! 专家: memberships of a pool, from entry on a documented basis to suspension; listed, searched,
//! changed, and looked at with the reason of every condition.

mod batch;
mod change;
mod eligibility;
mod entry;
mod history;
mod index;
mod list;
mod participation;
mod suspension;

use std::collections::BTreeMap;

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::expert::{Expert, Status, Term};
use domain::id::{ExpertId, PersonId, SpecialtyId};
use domain::policy::classification;
use domain::policy::facts::Ticks;
use domain::pool::SpecialtyStatus;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::persons::Private;
use store::{Db, experts, persons as stored_persons};

pub use batch::{BatchAct, BatchReport, Chosen};
pub use eligibility::{Decided, EligibilityCard, EligibilityLine};
pub(crate) use eligibility::{decided_by_facts, kept};
pub(crate) use entry::{NewMember, called, number_of, refuse_unmet};
pub use history::HistoryLine;
pub(crate) use index::{index_standing, keys, person_keys, refresh_keys};
pub use list::{ExpertList, ExpertQuery, ExpertRow, NO_TEAM, SavedFilter};
pub use participation::{Participation, Participations, RestEntry};
pub(crate) use suspension::plan as plan_suspension;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
pub(crate) use crate::persons::PersonFile;
use crate::persons::{self, Masked};
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
    /// The terms after the first, each from the day after the one before: so often it was renewed.
    #[serde(default)]
    pub renewed: Vec<Term>,
}

impl Membership {
    /// Every term, oldest first.
    pub fn terms(&self) -> Vec<Term> {
        let whole = self.expert.standing.term();
        let first = match self.renewed.first() {
            Some(next) => Term {
                from: whole.from,
                to: next.from.yesterday().unwrap_or(whole.to),
            },
            None => whole,
        };
        std::iter::once(first)
            .chain(self.renewed.iter().copied())
            .collect()
    }

    /// The term that runs on a day: the last that has begun, or the first.
    pub fn term_on(&self, day: Date) -> Term {
        let terms = self.terms();
        let begun = terms.iter().rev().find(|term| term.from <= day);
        begun.copied().unwrap_or(self.expert.standing.term())
    }

    /// The term granted last: what a renewal continues.
    pub fn last_term(&self) -> Term {
        let terms = self.terms();
        terms.last().copied().unwrap_or(self.expert.standing.term())
    }
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
    /// Name of the team, where the pool has teams.
    pub team: Option<String>,
    /// Names of the specialties, retired ones marked.
    pub specialties: Vec<String>,
}

impl ExpertView {
    /// The form of this expert as a page shows it for changing.
    pub fn fields(&self) -> Fields {
        let mut fields = persons::fields(&self.person);
        let member = &self.member;
        fields.push("number", &member.expert.number);
        fields.push("team", member.expert.team.as_deref().unwrap_or_default());
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
    /// Of which team, where the pool has some and one is settled.
    pub(crate) team: Option<String>,
    pub(crate) specialties: Vec<SpecialtyId>,
    pub(crate) duties: Vec<String>,
    pub(crate) declared: BTreeMap<String, Ticks>,
    pub(crate) reviewed: BTreeMap<String, bool>,
}

impl Service {
    /// The membership in the part of this pool that is open.
    pub(crate) async fn member(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        id: ExpertId,
    ) -> Result<Member> {
        let member = experts::find::<Membership>(db, id).await?;
        let member = member
            .filter(|member| member.keys.pool == pool.id())
            .ok_or(Error::NotFound)?;
        pool.within(member.body.expert.team.as_deref())?;
        Ok(member)
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
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
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
            team: pool
                .pack
                .pool
                .team_words(member.body.expert.team.as_deref())
                .map(str::to_owned),
            masked: Masked::of(&private),
            member: member.body,
            person: person.body,
        })
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
        let pool = self.open_part(ctx, no, Action::RevealIdentity).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::RevealIdentity, &pool)?;
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
        let mut draft = self.read_claim(ctx, pool, fields, kept, problems).await?;
        if let Err(why) = pool.pack.pool.membership(fields.text("team")) {
            problems.push(Problem::new("team", why.to_string()));
        }
        let needed = pool.pack.axis("specialty").map_or(1, |axis| axis.at_least);
        if draft.specialties.len() < usize::try_from(needed).unwrap_or(usize::MAX) {
            problems.push(Problem::new(
                "specialty",
                format!("还没有分类。入库前至少选择 {needed} 个专业领域，抽取按专业领域进行。"),
            ));
            return Ok(draft);
        }
        let names: Vec<String> = draft.specialties.iter().map(ToString::to_string).collect();
        let chosen = BTreeMap::from([
            ("specialty".to_owned(), names),
            ("duty".to_owned(), std::mem::take(&mut draft.duties)),
        ]);
        let mut settled = classification::settle(&pool.pack, &chosen);
        draft.duties = settled.values.remove("duty").unwrap_or_default();
        problems.extend(
            settled
                .findings
                .into_iter()
                .map(|finding| Problem::new(&finding.code, finding.sentence)),
        );
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
            team: pool
                .pack
                .pool
                .membership(fields.text("team"))
                .unwrap_or_default()
                .map(|team| team.id.clone()),
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
