//! The cases of a pool, those that wait for somebody, and one with everything its page shows.

use domain::actor::Action;
use domain::exit::{Exit, Opened, State};
use domain::expert::Standing;
use domain::id::{ExpertId, FileId, PoolId, RecordId};
use domain::misconduct::Misconduct;
use jiff::civil::Date;
use serde::Serialize;
use store::document::{Direction, Page, PageRequest};
use store::records::RecordFilter;

use super::{Ground, Row, action_of, called, documents, find, ground, is_of, of_pool, rules};
use crate::ctx::Ctx;
use crate::error::{Reason, Result};
use crate::experts::{Member, Membership, Participations};
use crate::pools::OpenPool;
use crate::service::Service;

/// A document of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExitDocument {
    /// Identifier.
    pub id: FileId,
    /// Name as uploaded.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Who uploaded it.
    pub by: String,
}

/// A confirmed record of misconduct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfirmedRecord {
    /// When it happened.
    pub on: Date,
    /// Its kind with the article.
    pub kind: String,
    /// Facts and evidence.
    pub evidence: String,
}

/// The step a case waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// What the pack calls it.
    pub label: String,
    /// Whose it is.
    pub party: String,
    /// It is taken in a meeting, not here.
    pub by_meeting: bool,
    /// With it the expert leaves.
    pub last: bool,
    /// May the actor take it?
    pub may: bool,
}

/// A case with everything its page shows.
#[derive(Debug, Clone, Serialize)]
pub struct ExitView {
    /// The case.
    pub exit: Exit,
    /// What the pack calls leaving on this ground.
    pub title: String,
    /// Its ground.
    pub ground: Ground,
    /// 专家编号
    pub expert_number: String,
    /// 工作单位
    pub employer: String,
    /// 专业领域
    pub specialties: Vec<String>,
    /// The team, where there are some.
    pub team: Option<String>,
    /// Its documents.
    pub documents: Vec<ExitDocument>,
    /// What it still lacks, in sentences with articles.
    pub lacking: Vec<Reason>,
    /// Confirmed records of misconduct, oldest first.
    pub misconduct: Vec<ConfirmedRecord>,
    /// How the expert served: label and number.
    pub service: Vec<(&'static str, usize)>,
    /// Every step of the pack: its word and whose it is.
    pub steps: Vec<(String, String)>,
    /// The step it waits for.
    pub next: Option<NextStep>,
    /// May the actor add documents and withdraw it?
    pub may_handle: bool,
}

impl ExitView {
    /// What the case says, label and text, as its page and the materials of a meeting show it.
    pub fn facts(&self) -> Vec<(String, String)> {
        let one = &self.exit;
        let ground = format!("{}（{}）", self.ground.label, self.ground.article);
        let facts = [
            ("情形", ground),
            ("种类", one.kind.clone().unwrap_or_default()),
            ("理由", one.reason.clone()),
            ("系统记录", one.raised.clone().unwrap_or_default()),
            ("专家编号", self.expert_number.clone()),
            ("队伍", self.team.clone().unwrap_or_default()),
            ("工作单位", self.employer.clone()),
            ("专业领域", self.specialties.join("、")),
        ];
        facts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(label, text)| (label.to_owned(), text))
            .collect()
    }
}

impl Service {
    /// The cases of a pool, newest first; in one status, or all where none is named.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn exits(
        &self,
        ctx: &Ctx,
        no: i64,
        status: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Exit>> {
        let pool = self.open_part(ctx, no, Action::ReadExits).await?;
        let statuses: Vec<&str> = status.into_iter().collect();
        let filter = RecordFilter {
            experts_of: pool.experts_of(),
            ..of_pool(pool.id(), &statuses)
        };
        let mut read = self.store.read();
        let found =
            store::records::page::<Exit>(&mut read, &filter, Direction::Descending, page).await?;
        Ok(Page {
            items: found.items.into_iter().map(|row| row.body).collect(),
            next: found.next,
        })
    }

    /// The cases that wait for a step this actor takes, for the inbox; those a meeting takes are on its
    /// agenda.
    pub(crate) async fn exits_due(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
    ) -> Result<Vec<(Exit, String)>> {
        let Some(rules) = pool.pack.exit.as_ref() else {
            return Ok(Vec::new());
        };
        let filter = RecordFilter {
            experts_of: pool.experts_of(),
            ..of_pool(pool.id(), &["open"])
        };
        let rows = store::records::all::<Exit>(&mut self.store.read(), &filter).await?;
        let mine = |one: &Exit| {
            let step = one.next(rules)?;
            let role = ctx
                .actor
                .allow_in(action_of(rules, step), pool.id(), &pool.remit)
                .ok()?;
            (!step.minutes && is_of(pool, step, role)).then(|| step.label.clone())
        };
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((mine(&row.body)?, row.body)))
            .map(|(step, one)| (one, step))
            .collect())
    }

    /// One case.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`].
    pub async fn exit(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<ExitView> {
        let pool = self.open_part(ctx, no, Action::ReadExits).await?;
        self.exit_view(ctx, &pool, id).await
    }

    async fn exit_view(&self, ctx: &Ctx, pool: &OpenPool, id: RecordId) -> Result<ExitView> {
        let rules = rules(pool)?;
        let mut read = self.store.read();
        let exit = find(&mut read, pool.id(), id).await?.body;
        let ground = ground(rules, &exit.ground)?;
        let member = self.member(&mut read, pool, exit.expert).await?;
        let person = self.person(&mut read, member.keys.person).await?;
        let documents = documents::of(&mut read, id).await?;
        let open = matches!(exit.state, State::Open { .. });
        let lacking = if open {
            let found = exit.lacks(ground, documents.len());
            let reasons = found.into_iter();
            reasons
                .map(|one| Reason::law(&one.code, &one.citation, one.sentence))
                .collect()
        } else {
            Vec::new()
        };
        let specialties = self.specialties_of(pool.id()).await?;
        let calls = self.participations_of(&mut read, pool, member.id).await?;
        let allowed = |action| ctx.actor.allow_in(action, pool.id(), &pool.remit).ok();
        let next = exit.next(rules).map(|step| NextStep {
            label: step.label.clone(),
            party: pool.pack.party_label(&step.by).to_owned(),
            by_meeting: step.minutes,
            last: rules.steps.last() == Some(step),
            may: !step.minutes
                && allowed(action_of(rules, step)).is_some_and(|role| is_of(pool, step, role)),
        });
        let teams = &pool.pack.pool;
        let team = member.body.expert.team.as_deref();
        Ok(ExitView {
            title: called(rules, ground).to_owned(),
            ground: ground.into(),
            expert_number: member.body.expert.number.clone(),
            employer: person
                .body
                .profile
                .employer
                .as_ref()
                .map(|employer| employer.name.clone())
                .unwrap_or_default(),
            specialties: Self::names_of(&specialties, &member.body.expert.specialties),
            team: team
                .and_then(|id| teams.team(id))
                .map(|team| team.label.clone()),
            misconduct: self.confirmed_of(&mut read, pool, &member).await?,
            service: served(&calls),
            steps: rules
                .steps
                .iter()
                .map(|step| {
                    let party = pool.pack.party_label(&step.by);
                    (step.label.clone(), party.to_owned())
                })
                .collect(),
            may_handle: open && allowed(Action::HandleExits).is_some(),
            documents,
            lacking,
            next,
            exit,
        })
    }

    /// Confirmed records of misconduct of a member, oldest first.
    async fn confirmed_of(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        member: &Member,
    ) -> Result<Vec<ConfirmedRecord>> {
        let rows = store::misconduct::of_expert::<Misconduct>(db, member.id).await?;
        let confirmed = rows
            .into_iter()
            .map(|row| row.body)
            .filter(|record| record.state.code() == "confirmed");
        let kinds = pool.pack.conduct.as_ref();
        let words = |id: &str| {
            let kind = kinds.and_then(|rules| rules.kind(id));
            kind.map_or_else(
                || id.to_owned(),
                |kind| format!("{}（{}）", kind.label, kind.citation),
            )
        };
        Ok(confirmed
            .map(|record| ConfirmedRecord {
                on: record.on,
                kind: words(&record.kind),
                evidence: record.evidence,
            })
            .collect())
    }

    /// The number of the case by which somebody has left, where they have.
    pub(crate) async fn case_of_leaver(
        &self,
        db: &mut impl store::Db,
        pool: PoolId,
        expert: ExpertId,
    ) -> Result<Option<String>> {
        let member = store::experts::find::<Membership>(&mut *db, expert).await?;
        let left = |member: &Member| matches!(member.body.expert.standing, Standing::Left { .. });
        if !member.as_ref().is_some_and(left) {
            return Ok(None);
        }
        let filter = RecordFilter {
            subject: Some(expert.to_string()),
            ..of_pool(pool, &["left"])
        };
        let cases = store::records::all::<Exit>(db, &filter).await?;
        // Rosters of old bring people who left before there were cases.
        Ok(Some(
            cases
                .into_iter()
                .next_back()
                .map_or_else(String::new, |row| row.body.number),
        ))
    }

    /// The case of a member that is still open.
    pub(super) async fn open_case(
        &self,
        db: &mut impl store::Db,
        pool: PoolId,
        member: &Member,
    ) -> Result<Option<Row>> {
        let filter = RecordFilter {
            subject: Some(member.id.to_string()),
            ..of_pool(pool, &["open"])
        };
        let rows = store::records::all::<Exit>(db, &filter).await?;
        Ok(rows.into_iter().next())
    }
}

/// How somebody served, in numbers.
fn served(calls: &Participations) -> Vec<(&'static str, usize)> {
    vec![
        ("受邀", calls.calls.len()),
        ("同意参加", calls.count(&["accepted"])),
        ("不能参加", calls.count(&["declined"])),
        ("未答复", calls.count(&["no_answer"])),
        ("请假", calls.count(&["on_leave"])),
        ("被停止参与", calls.count(&["stopped"])),
    ]
}

/// How a case came up, in words.
pub fn opened_words(opened: &Opened) -> String {
    match opened {
        Opened::Office { by } => format!("{} 提出", by.name),
        Opened::Own { .. } => "本人申请".to_owned(),
        Opened::Automatic { .. } => "达到规定情形，自动办理".to_owned(),
    }
}
