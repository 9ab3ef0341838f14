//! 请假: asked for by the expert, accepted by the requester, followed up by the manager.

use domain::actor::Action;
use domain::engagement::{Refused, State, before_closing};
use domain::event::{Event, EventKind};
use domain::id::EngagementId;
use draw::{EventKind as Leaving, Fill};

use super::{save, subject};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

/// What the pool's manager may arrange for a seat given up by leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// 补抽
    TopUp,
    /// 减员
    Reduce,
}

impl Service {
    /// 请假, in writing, by the expert (DG 第十一条).
    pub(crate) async fn take_leave_request(
        &self,
        ctx: &Ctx,
        id: EngagementId,
        reason: &str,
    ) -> Result<()> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Refused::NoReason.into());
        }
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        before_closing(&task, "请假")?;
        if !matches!(row.body.state, State::Accepted { .. }) {
            return Err(Refused::State(row.body.state.zh()).into());
        }
        let begins = task
            .request
            .work_date()
            .is_some_and(|day| day < ctx.today());
        if begins {
            return Err(Error::state(
                "leave.too_late",
                "工作已经开始，不能再请假。请直接联系使用方说明情况。",
            ));
        }
        row.body.leave_asked = Some(reason.to_owned());
        save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::LeaveAsked, subject(&row.body))
            .detail(serde_json::json!({ "reason": reason }));
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 受理请假 by the requester; the manager is told at once and arranges what follows.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] when no leave was asked.
    pub async fn accept_leave(&self, ctx: &Ctx, id: EngagementId) -> Result<()> {
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        change.authorize(Action::AcceptLeave, crate::tasks::target(&task))?;
        before_closing(&task, "受理请假")?;
        let reason = row.body.leave_asked.take().ok_or(Refused::NoReason)?;
        row.body.state = row.body.state.clone().leave(reason, ctx.now)?;
        row.body.to_arrange = true;
        save(&mut change, &mut row).await?;
        store::engagements::release(&mut change, &row.body.id.to_string()).await?;
        change
            .record(Event::new(EventKind::LeaveAccepted, subject(&row.body)))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// What the manager arranges for a seat given up by leave: 补抽, or 减员 with a reason.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`].
    pub async fn arrange_follow_up(
        &self,
        ctx: &Ctx,
        id: EngagementId,
        follow_up: FollowUp,
        reason: &str,
    ) -> Result<()> {
        if follow_up == FollowUp::Reduce && reason.trim().is_empty() {
            return Err(Error::field(
                "reason",
                "没有写明减员理由。请填写，或改为补抽。",
            ));
        }
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        change.authorize(Action::NotifyExperts, crate::tasks::target(&task))?;
        before_closing(&task, "安排名额")?;
        if !row.body.to_arrange {
            return Err(Error::state(
                "leave.arranged",
                "这个名额已经安排过。请刷新页面查看。",
            ));
        }
        let clock = self.any_pool(task.pool).await?.pack.slot_clock();
        if follow_up == FollowUp::TopUp && task.request.ahead(ctx.civil(), clock).is_none() {
            return Err(Refused::WorkOver.into());
        }
        row.body.to_arrange = false;
        save(&mut change, &mut row).await?;
        let fill = match follow_up {
            FollowUp::TopUp => Fill::Next,
            FollowUp::Reduce => Fill::Close,
        };
        let leaving = match row.body.state {
            State::Left { .. } => Leaving::Ineligible,
            _ => Leaving::Absent,
        };
        self.vacate(&mut change, ctx, &row.body, &task, leaving, fill)
            .await?;
        change.commit().await?;
        Ok(())
    }
}
