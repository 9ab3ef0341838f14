//! 人数不足: what may be done when chance cannot fill the seats of a request, before the draw or after
//! a top-up has used up everybody; exactly what the instrument allows, each with its article.

use domain::actor::Action;
use domain::draw_process::{Attempt, State as DrawState};
use domain::engagement::Engagement;
use domain::id::TaskId;
use domain::policy::pack::Pack;
use domain::policy::words::Word as _;
use domain::task::{Mode, State};
use draw::Fill;
use store::engagements::EngagementFilter;

use crate::ctx::Ctx;
use crate::draws::read_record;
use crate::error::Result;
use crate::feasibility::Feasibility;
use crate::service::Service;
use crate::tasks::TaskView;

/// One way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// 特约邀请
    Invite,
    /// 恢复本次应暂停的专家
    WaiveRest,
    /// 再随机抽取
    DrawAgain,
    /// 定向选用
    Designate,
    /// 安排请假空出的名额
    Arrange,
}

/// One way on, as it is offered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NextStep {
    /// Which.
    pub way: Way,
    /// What is done.
    pub what: String,
    /// The article that allows it.
    pub article: String,
    /// Who does it, in the instrument's words.
    pub by: String,
    /// The actor is one of them and may do it now.
    pub mine: bool,
}

/// Seats that cannot be filled as things stand.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shortage {
    /// A result exists: what is missing is asked for anew.
    pub after_draw: bool,
    /// Seats without anybody to draw for them.
    pub missing: u32,
    /// The same for each demand of the request, in its order; empty before a draw.
    pub by_demand: Vec<u32>,
    /// What is short.
    pub why: String,
    /// The article on shortage; of the draw where the pack has none.
    pub article: String,
    /// What may be done, in the order of the text.
    pub steps: Vec<NextStep>,
}

/// When the shortage shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Before a frame is frozen.
    BeforeDraw,
    /// After the candidates of a draw were used up.
    AfterTopUp,
}

impl Service {
    /// The shortage of a task, if it has one.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] for a task the actor may not see.
    pub async fn shortage(&self, ctx: &Ctx, id: TaskId) -> Result<Option<Shortage>> {
        let view = self.task(ctx, id).await?;
        if view.task.request.mode != Mode::Random {
            return Ok(None);
        }
        match &view.task.state {
            State::Filed { .. } | State::Returned { .. } | State::Accepted { .. } => {
                let found = self.task_feasibility(ctx, id).await?;
                Ok(before_draw(ctx, &view, &found))
            }
            State::Published { draw: Some(_), .. } => self.after_top_up(ctx, &view).await,
            _ => Ok(None),
        }
    }

    async fn after_top_up(&self, ctx: &Ctx, view: &TaskView) -> Result<Option<Shortage>> {
        let State::Published {
            draw: Some(draw), ..
        } = view.task.state
        else {
            return Ok(None);
        };
        let mut read = self.store.read();
        let filter = EngagementFilter {
            draw: Some(draw),
            ..EngagementFilter::default()
        };
        let rows = store::engagements::all::<Engagement>(&mut read, &filter).await?;
        let row = store::draws::find::<Attempt>(&mut read, draw).await?;
        let Some(DrawState::Unsealed { record, .. }) = row.map(|row| row.body.state) else {
            return Ok(None);
        };
        // A seat closed with a reason (减员) is not missing; one that leave gave up waits to be arranged.
        let record = read_record(&record)?;
        let closed = record
            .events()
            .iter()
            .filter(|event| {
                matches!(
                    event,
                    draw::Event::Left {
                        fill: Fill::Close,
                        ..
                    }
                )
            })
            .count();
        let held = rows
            .iter()
            .filter(|row| row.body.state.holds_seat())
            .count();
        let waiting = rows.iter().filter(|row| row.body.to_arrange).count();
        let filled = u32::try_from(closed + held + waiting).unwrap_or(u32::MAX);
        let missing = view.task.request.seats().saturating_sub(filled);
        if missing == 0 {
            return Ok(None);
        }
        let why = format!("同一次抽取的候选人已全部用完，还缺 {missing} 人");
        let steps = steps(ctx, view, When::AfterTopUp, waiting);
        let by_demand = view.task.request.demands.iter().zip(0_u32..);
        let by_demand = by_demand.map(|(demand, index)| {
            let held = rows
                .iter()
                .filter(|row| row.body.demand == index)
                .filter(|row| row.body.state.holds_seat() || row.body.to_arrange)
                .count();
            demand
                .seats
                .saturating_sub(u32::try_from(held).unwrap_or(u32::MAX))
        });
        Ok(Some(Shortage {
            after_draw: true,
            by_demand: by_demand.collect(),
            ..shortage(&view.pool.pack, missing, why, steps)
        }))
    }
}

/// What is missing before a draw, from the chances of the task.
pub fn before_draw(ctx: &Ctx, view: &TaskView, found: &Feasibility) -> Option<Shortage> {
    if found.enough {
        return None;
    }
    let seats = view.task.request.seats();
    let missing = seats.saturating_sub(found.drawable).max(1);
    let why = found
        .conflict
        .clone()
        .unwrap_or_else(|| "可抽专家少于名额".to_owned());
    let steps = steps(ctx, view, When::BeforeDraw, 0);
    Some(shortage(&view.pool.pack, missing, why, steps))
}

fn shortage(pack: &Pack, missing: u32, why: String, steps: Vec<NextStep>) -> Shortage {
    let article = pack
        .draw
        .insufficiency
        .as_ref()
        .map_or(&pack.draw.citation, |rule| &rule.citation);
    Shortage {
        after_draw: false,
        missing,
        by_demand: Vec::new(),
        why,
        article: article.to_string(),
        steps,
    }
}

fn steps(ctx: &Ctx, view: &TaskView, when: When, waiting: usize) -> Vec<NextStep> {
    let pack = &view.pool.pack;
    let can = |action| ctx.actor.allow(action, view.target()).is_ok();
    let mut steps = Vec::new();
    if waiting > 0
        && let Some(leave) = &pack.leave
    {
        steps.push(NextStep {
            way: Way::Arrange,
            what: "先安排请假空出的名额：补抽或减员".to_owned(),
            article: leave.citation.to_string(),
            by: "库管方经办".to_owned(),
            mine: can(Action::NotifyExperts),
        });
    }
    if when == When::BeforeDraw
        && matches!(
            view.task.state,
            State::Accepted {
                rest_waived: None,
                ..
            }
        )
        && let Some(rest) = &pack.draw.rest
    {
        steps.push(NextStep {
            way: Way::WaiveRest,
            what: "写明理由，恢复本次原则上应暂停的专家".to_owned(),
            article: rest.citation.to_string(),
            by: "库管方经办".to_owned(),
            mine: can(Action::ReviewTask),
        });
    }
    let invites = pack
        .admission
        .channels
        .iter()
        .any(|channel| channel.invitation.is_some());
    if invites && let Some(rule) = &pack.draw.insufficiency {
        let then: Vec<&str> = rule
            .remedies
            .iter()
            .skip(1)
            .map(|remedy| remedy.zh())
            .collect();
        steps.push(NextStep {
            way: Way::Invite,
            what: format!("特约邀请符合条件的人选，之后依次{}", then.join("、")),
            article: rule.citation.to_string(),
            by: "使用方或库管方提议".to_owned(),
            mine: can(Action::ProposeInvitation),
        });
        if when == When::AfterTopUp {
            steps.push(NextStep {
                way: Way::DrawAgain,
                what: "为所缺人数另提一份使用需求，重新随机抽取".to_owned(),
                article: rule.citation.to_string(),
                by: "使用方".to_owned(),
                mine: can(Action::FileTask),
            });
        }
    }
    if let Some(rule) = &pack.draw.designation {
        let what = match when {
            When::BeforeDraw => "撤回后改提定向选用，经库管方同意人选",
            When::AfterTopUp => "为所缺人数另提定向选用，经库管方同意人选",
        };
        steps.push(NextStep {
            way: Way::Designate,
            what: what.to_owned(),
            article: rule.citation.to_string(),
            by: "使用方".to_owned(),
            mine: can(Action::FileTask),
        });
    }
    steps
}
