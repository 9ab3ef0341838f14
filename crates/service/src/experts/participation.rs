//! 参与记录: every task an expert was called for and what became of it, and when the rest rule left
//! them out.

use domain::actor::Action;
use domain::engagement::{Engagement, State};
use domain::id::{ExpertId, TaskId};
use domain::rotation::Use;
use domain::task::Task;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::Db;
use store::engagements::EngagementFilter;

use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::rotations::UseLog;
use crate::service::Service;

/// One call.
#[derive(Debug, Clone, Serialize)]
pub struct Participation {
    /// The task.
    pub task: TaskId,
    /// Its number.
    pub number: String,
    /// 工作内容
    pub content: String,
    /// 使用方
    pub requester: String,
    /// First day of work.
    pub on: Option<Date>,
    /// How the expert came to it: 抽取, 补抽, 定向选用.
    pub how: &'static str,
    /// Where it stands.
    pub state: State,
}

/// One time the rest rule left the expert out, or the rest was waived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestEntry {
    /// When that draw took place.
    pub at: Timestamp,
    /// Number of the request.
    pub number: String,
    /// What happened, in words.
    pub what: &'static str,
}

/// Everything the tab shows.
#[derive(Debug, Clone, Serialize)]
pub struct Participations {
    /// Calls, newest first.
    pub calls: Vec<Participation>,
    /// Rests, newest first.
    pub rests: Vec<RestEntry>,
    /// 连续抽中 so far, where the pack has a rest rule.
    pub streak: Option<u32>,
    /// Rests in the next use.
    pub rests_next: bool,
    /// The article of the rest rule, with how many consecutive draws call for it.
    pub rule: Option<(String, u32)>,
}

impl Participations {
    /// How many calls ended in one of these states.
    pub fn count(&self, codes: &[&str]) -> usize {
        self.calls
            .iter()
            .filter(|call| codes.contains(&call.state.code()))
            .count()
    }
}

impl Service {
    /// The calls of an expert and what the rest rule did. Draws whose result is still sealed are not
    /// in it.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn participations(&self, ctx: &Ctx, no: i64, id: ExpertId) -> Result<Participations> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        ctx.actor.allow(Action::ReadPanel, pool.target())?;
        let mut db = self.store.read();
        self.member(&mut db, &pool, id).await?;
        self.participations_of(&mut db, &pool, id).await
    }

    pub(crate) async fn participations_of(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        id: ExpertId,
    ) -> Result<Participations> {
        let filter = EngagementFilter {
            experts: vec![id],
            ..EngagementFilter::default()
        };
        let mut rows = store::engagements::all::<Engagement>(db, &filter).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        let mut calls = Vec::with_capacity(rows.len());
        for row in rows {
            let task = store::tasks::find::<Task>(db, row.body.task).await?;
            let task = task.ok_or(Error::NotFound)?.body;
            calls.push(Participation {
                task: task.id,
                requester: self.organisation_name(task.requester).await?,
                on: task.request.work_date(),
                how: match (row.body.draw, row.body.round) {
                    (None, _) => "定向选用",
                    (_, 1) => "抽取",
                    _ => "补抽",
                },
                number: task.number,
                content: task.request.content,
                state: row.body.state,
            });
        }
        let log = store::rotations::find::<UseLog>(db, id).await?;
        let log = log.map(|row| row.body).unwrap_or_default();
        let mut rests = Vec::new();
        for entry in log.uses.iter().rev() {
            let what = match entry.used {
                Use::Rested => "按规定暂停一次，没有参加抽取",
                Use::WaivedDrawn => "应暂停，因人数不足恢复参加，被抽中",
                Use::WaivedNotDrawn => "应暂停，因人数不足恢复参加，未抽中",
                Use::Drawn | Use::NotDrawn | Use::Recused => continue,
            };
            let draw = store::draws::find::<domain::draw_process::Attempt>(db, entry.draw).await?;
            let task = match draw {
                Some(draw) => store::tasks::find::<Task>(db, draw.body.task).await?,
                None => None,
            };
            rests.push(RestEntry {
                at: entry.at,
                number: task.map(|row| row.body.number).unwrap_or_default(),
                what,
            });
        }
        let rest = pool.pack.draw.rest.as_ref();
        let now = rest.map(|rest| log.state(rest.rule()));
        Ok(Participations {
            calls,
            rests,
            streak: now.map(|now| now.streak),
            rests_next: now.is_some_and(|now| now.rests()),
            rule: rest.map(|rest| (rest.citation.to_string(), rest.streak)),
        })
    }
}

impl Participation {
    /// When the present state was reached, as a day.
    pub fn since(&self) -> Date {
        let at = match &self.state {
            State::Invited { at, .. }
            | State::Accepted { at, .. }
            | State::Declined { at, .. }
            | State::NoAnswer { at }
            | State::Recused { at, .. }
            | State::Stopped { at, .. }
            | State::OnLeave { at, .. }
            | State::Left { at, .. }
            | State::Void { at } => *at,
        };
        at.to_zoned(shanghai()).date()
    }

    /// Accepted, and the day of work is past.
    pub fn served(&self, today: Date) -> bool {
        matches!(self.state, State::Accepted { .. }) && self.on.is_some_and(|day| day < today)
    }
}
