//! 批量办理: one act on the experts ticked, or on everybody a query finds, in one transaction; whoever
//! it cannot be done to is left out and named with the reason.

use std::collections::BTreeMap;

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::{ExpertId, SpecialtyId};
use domain::pool::SpecialtyStatus;
use jiff::civil::Date;
use serde::Serialize;
use store::{PageRequest, experts};

use super::list::ExpertQuery;
use super::{Member, Membership, PersonFile, refresh_keys};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::specialties::need_reason;
use crate::typed;

/// Most experts one batch may concern.
const MOST: usize = 20_000;

/// On whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// These.
    Ticked(Vec<ExpertId>),
    /// Everybody the query finds when the batch runs.
    Query(Box<ExpertQuery>),
}

/// What.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchAct {
    /// 暂停抽取, until a day or until resumed.
    Suspend {
        /// Last day as typed, or empty.
        until: String,
    },
    /// 恢复抽取
    Resume,
    /// 增加专业领域
    AddSpecialty {
        /// Which.
        specialty: SpecialtyId,
    },
}

impl BatchAct {
    /// The verb of the button.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Suspend { .. } => "暂停抽取",
            Self::Resume => "恢复抽取",
            Self::AddSpecialty { .. } => "增加专业领域",
        }
    }
}

/// How a batch went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BatchReport {
    /// How many it was done to.
    pub done: usize,
    /// Whom it was not done to: name, number, why.
    pub left_out: Vec<(String, String, String)>,
}

impl Service {
    /// Runs a batch.
    ///
    /// # Errors
    /// Denied, without a reason, nobody chosen, or too many.
    pub async fn run_expert_batch(
        &self,
        ctx: &Ctx,
        no: i64,
        chosen: &Chosen,
        act: &BatchAct,
        reason: &str,
    ) -> Result<BatchReport> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditExperts, &pool)?;
        let reason = need_reason(reason)?;
        let until = match act {
            BatchAct::Suspend { until } => {
                let mut problems = Vec::new();
                let day = typed::date(&mut problems, "until", until, "暂停至");
                if let Some(day) = day
                    && day < ctx.today()
                {
                    problems.push(Problem::new(
                        "until",
                        format!(
                            "暂停至 {day} 已经过去。请填写今天或以后的日期，或留空到手动恢复为止。"
                        ),
                    ));
                }
                if !problems.is_empty() {
                    return Err(Error::Invalid(problems));
                }
                day
            }
            BatchAct::Resume | BatchAct::AddSpecialty { .. } => None,
        };
        if let BatchAct::AddSpecialty { specialty } = act {
            let known = self.specialties_of(pool.id()).await?;
            if !known
                .iter()
                .any(|s| s.id == *specialty && s.status == SpecialtyStatus::Active)
            {
                return Err(Error::field(
                    "specialty",
                    "所选专业领域不在用。请从在用的专业领域中选择。",
                ));
            }
        }
        let members = self
            .chosen_members(ctx, &pool, &mut *change, chosen)
            .await?;
        if members.is_empty() {
            return Err(Error::field("id", "没有选中任何专家。请勾选后再试。"));
        }
        let mut report = BatchReport::default();
        let mut files = self.files_of(&mut change, &members).await?;
        for mut member in members {
            let event = match apply(&pool, &mut member, act, until, &reason) {
                Ok(event) => event,
                Err(why) => {
                    report
                        .left_out
                        .push((member.keys.name, member.body.expert.number, why));
                    continue;
                }
            };
            let file = files.remove(&member.keys.person).unwrap_or_default();
            refresh_keys(&pool, &mut member, &file);
            experts::save(&mut change, &mut member).await?;
            if matches!(act, BatchAct::AddSpecialty { .. }) {
                experts::set_specialties(
                    &mut change,
                    member.keys.seq,
                    &member.body.expert.specialties,
                )
                .await?;
            }
            change.record(event).await?;
            super::suspension::plan(&mut change, &member).await?;
            report.done += 1;
        }
        if report.done > 0 {
            change.commit().await?;
        }
        Ok(report)
    }

    /// The members chosen, in the pool of the door.
    pub(crate) async fn chosen_members(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        db: &mut impl store::Db,
        chosen: &Chosen,
    ) -> Result<Vec<Member>> {
        match chosen {
            Chosen::Ticked(ids) => {
                let mut members =
                    experts::find_all::<Membership>(db, ids.iter().copied().take(MOST)).await?;
                members.retain(|member| member.keys.pool == pool.id());
                for member in &members {
                    pool.within(member.body.expert.team.as_deref())?;
                }
                members.sort_by(|a, b| {
                    (&a.keys.name_sort, a.keys.seq).cmp(&(&b.keys.name_sort, b.keys.seq))
                });
                Ok(members)
            }
            Chosen::Query(query) => {
                let (filter, problems) = self.expert_filter(ctx, pool, query).await?;
                let filter = filter.ok_or(Error::Invalid(problems))?;
                let mut members = Vec::new();
                let mut page = PageRequest::first(1000);
                loop {
                    let found = self
                        .list_members(pool, &filter, query.order(), &page)
                        .await?;
                    members.extend(found.members);
                    if members.len() > MOST {
                        return Err(Error::state(
                            "batch.size",
                            format!(
                                "符合条件的超过 {MOST} 人，一次办理太多。请增加条件，分几次办理。"
                            ),
                        ));
                    }
                    match found.next {
                        Some(next) => page = PageRequest::after(Some(next), 1000),
                        None => return Ok(members),
                    }
                }
            }
        }
    }

    async fn files_of(
        &self,
        change: &mut Change<'_>,
        members: &[Member],
    ) -> Result<BTreeMap<domain::id::PersonId, PersonFile>> {
        let ids = members.iter().map(|member| member.keys.person);
        let persons = store::persons::find_all::<PersonFile>(&mut **change, ids).await?;
        Ok(persons
            .into_iter()
            .map(|person| (person.id, person.body))
            .collect())
    }
}

fn apply(
    pool: &OpenPool,
    member: &mut Member,
    act: &BatchAct,
    until: Option<Date>,
    reason: &str,
) -> Result<Event, String> {
    let subject = Subject::new("expert", member.id);
    let expert = &mut member.body.expert;
    match act {
        BatchAct::Suspend { .. } => {
            expert.standing = expert
                .standing
                .clone()
                .suspend(reason.to_owned(), until)
                .map_err(|wrong| wrong.to_string())?;
            let until = until.map(|day| day.to_string()).unwrap_or_default();
            Ok(Event::new(EventKind::ExpertSuspended, subject)
                .fact("reason", reason)
                .fact("until", until))
        }
        BatchAct::Resume => {
            expert.standing = expert
                .standing
                .clone()
                .resume()
                .map_err(|wrong| wrong.to_string())?;
            Ok(Event::new(EventKind::ExpertResumed, subject).fact("reason", reason))
        }
        BatchAct::AddSpecialty { specialty } => {
            if expert.specialties.contains(specialty) {
                return Err("已有这个专业领域".to_owned());
            }
            let most = pool.most_specialties();
            if expert.specialties.len() >= most {
                return Err(format!("已有 {most} 个专业领域，不能再多"));
            }
            expert.specialties.push(*specialty);
            Ok(Event::new(EventKind::ExpertChanged, subject)
                .fact("fields", "专业领域")
                .fact("reason", reason))
        }
    }
}
