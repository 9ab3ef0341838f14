//! The conditions of the pack asked about one expert, each with verdict, fact and article.

use domain::actor::Action;
use domain::finding::{Finding, Verdict};
use domain::id::{ExpertId, SpecialtyId};
use domain::policy::decide::{Outcome, decide};
use domain::policy::facts::{Facts, Filing, Listing};
use domain::policy::pack::{self, Field, Situation};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::registers;
use store::{Db, PageRequest, Secret};

use super::{Draft, Membership};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::persons::PersonFile;
use crate::pools::OpenPool;
use crate::service::Service;

/// A decision as it is kept: by which pack, for which day, with every finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Id of the pack.
    pub pack: String,
    /// Its digest, hex.
    pub digest: String,
    /// The day decided for.
    pub on: Date,
    /// The answer.
    pub outcome: Outcome,
    /// Every condition.
    pub findings: Vec<Finding>,
    /// Codes of the conditions that stand in the way.
    pub blocking: Vec<String>,
    /// The alternatives that carried it.
    pub branches: Vec<String>,
}

/// One condition as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EligibilityLine {
    /// The condition.
    pub label: String,
    /// Where it stands.
    pub citation: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The sentence with the fact.
    pub sentence: String,
    /// Whether it stands in the way of the whole.
    pub blocks: bool,
}

/// 入库条件核对: the answer for today, and the decision the entry rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EligibilityCard {
    /// The answer for today.
    pub outcome: Outcome,
    /// The day asked.
    pub on: Date,
    /// Title of the instrument.
    pub instrument: String,
    /// The alternatives that carry it.
    pub branches: Vec<String>,
    /// Every condition in the order of the text.
    pub lines: Vec<EligibilityLine>,
}

impl Decided {
    /// Without the sentences, for thousands of entries at once: they can be made again from pack and
    /// facts.
    pub(crate) fn in_short(mut self) -> Self {
        self.findings.clear();
        self
    }
}

/// The decision on a draft when no register has anything to say.
pub(crate) fn decided_by_facts(pool: &OpenPool, draft: &Draft, on: Date) -> Decided {
    let mut facts = bare_facts(&draft.file, &draft.specialties, draft.team.as_ref());
    facts.declared.clone_from(&draft.declared);
    facts.reviewed.clone_from(&draft.reviewed);
    kept(pool, &facts, on)
}

impl Service {
    /// Every condition of the pack for one expert, today.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn expert_eligibility(
        &self,
        ctx: &Ctx,
        no: i64,
        id: ExpertId,
    ) -> Result<EligibilityCard> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let mut db = self.store.read();
        let member = self.member(&mut db, &pool, id).await?;
        let person = self.person(&mut db, member.keys.person).await?;
        let private = self.private_of(&mut db, member.keys.person).await?;
        let facts = self
            .facts(
                &mut db,
                &pool,
                &member.body,
                &person.body,
                private.id_number.as_ref(),
            )
            .await?;
        let decided = kept(&pool, &facts, ctx.today());
        let label = |code: &str| {
            pool.pack
                .eligibility
                .leaf(code)
                .map_or(code.to_owned(), |leaf| leaf.label.clone())
        };
        Ok(EligibilityCard {
            outcome: decided.outcome,
            on: decided.on,
            instrument: pool.pack.identity.title.clone(),
            lines: decided
                .findings
                .into_iter()
                .map(|finding| EligibilityLine {
                    label: label(&finding.code),
                    citation: finding.citation.to_string(),
                    verdict: finding.verdict,
                    blocks: decided.blocking.contains(&finding.code),
                    sentence: finding.sentence,
                })
                .collect(),
            branches: decided.branches,
        })
    }

    /// Facts of a member for the conditions of a pack.
    pub(crate) async fn facts(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        member: &Membership,
        person: &PersonFile,
        id_number: Option<&Secret>,
    ) -> Result<Facts> {
        let expert = &member.expert;
        let mut facts = bare_facts(person, &expert.specialties, expert.team.as_ref());
        facts.declared.clone_from(&member.declared);
        facts.reviewed.clone_from(&member.reviewed);
        if let Some(channel) = &member.expert.channel {
            facts.situation = facts.situation.with(Field::Channel, channel.clone());
        }
        self.look_up(db, pool, &mut facts, id_number).await?;
        Ok(facts)
    }

    /// The decision on a draft for a day.
    pub(crate) async fn decided(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        draft: &Draft,
        on: Date,
    ) -> Result<Decided> {
        let mut facts = bare_facts(&draft.file, &draft.specialties, draft.team.as_ref());
        facts.declared.clone_from(&draft.declared);
        facts.reviewed.clone_from(&draft.reviewed);
        self.look_up(db, pool, &mut facts, draft.private.id_number.as_ref())
            .await?;
        Ok(kept(pool, &facts, on))
    }

    /// Looks the person up in every register the pack names. A register nobody has filled in was not
    /// looked up.
    pub(crate) async fn look_up(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        facts: &mut Facts,
        id_number: Option<&Secret>,
    ) -> Result<()> {
        let Some(number) = id_number else {
            return Ok(());
        };
        for register in &pool.pack.vocabulary.registers {
            let filled =
                registers::page::<serde_json::Value>(db, &register.id, &PageRequest::first(1))
                    .await?;
            if filled.items.is_empty() {
                continue;
            }
            let about =
                registers::about::<serde_json::Value>(db, self.store.seals(), number).await?;
            let listings = about
                .into_iter()
                .filter(|entry| entry.register == register.id)
                .map(|entry| Listing {
                    standing: pack::Standing::Self_,
                    subject: entry.name,
                    from: entry.from_day.unwrap_or(Date::MIN),
                    to: entry.to_day,
                    source: Some(entry.source),
                })
                .collect();
            facts.registers.insert(register.id.clone(), listings);
        }
        Ok(())
    }
}

fn bare_facts(person: &PersonFile, specialties: &[SpecialtyId], team: Option<&String>) -> Facts {
    let mut situation = Situation::EMPTY;
    if let Some(team) = team {
        situation = situation.with(Field::Team, team);
    }
    if let Some(kind) = person
        .profile
        .employer
        .as_ref()
        .and_then(|employer| employer.kind.clone())
    {
        situation = situation.with(Field::EmployerKind, kind);
    }
    Facts {
        profile: person.profile.clone(),
        // An officer types from papers; an empty list may only mean that nobody has typed it.
        filing: Filing::Draft,
        specialties: specialties.iter().map(ToString::to_string).collect(),
        situation,
        ..Facts::default()
    }
}

pub(crate) fn kept(pool: &OpenPool, facts: &Facts, on: Date) -> Decided {
    let decision = decide(&pool.pack, facts, on);
    Decided {
        pack: pool.pack.id().to_owned(),
        digest: pool.pack.digest().to_string(),
        on,
        outcome: decision.outcome,
        findings: decision.findings(),
        blocking: decision
            .blocking()
            .into_iter()
            .map(|finding| finding.leaf.id.clone())
            .collect(),
        branches: decision
            .branches()
            .map(|branch| format!("{} {}", branch.citation, branch.label))
            .collect(),
    }
}
