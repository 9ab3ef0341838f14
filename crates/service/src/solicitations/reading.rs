//! The notices as lists and pages of the office show them, and what the reader may do with each.

use domain::actor::Action;
use domain::id::{PoolId, RecordId};
use domain::policy::pack::Solicitation;
use domain::solicitation::{Notice, Standing, State};
use store::records::RecordFilter;

use super::{KIND, approvers, civil, find, publishers, rules};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// What this actor may do with a notice as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 修改
    Edit,
    /// 提请审批
    Submit,
    /// 审批
    Approve,
    /// 退回修改
    SendBack,
    /// 发布
    Publish,
    /// 登记媒体发布
    Appear,
    /// 撤回
    Withdraw,
}

/// One line of the list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct NoticeLine {
    /// The notice.
    pub notice: Notice,
    /// Where it stands to the clock.
    pub standing: Standing,
    /// Media the pack names in which it has not appeared, once it is published.
    pub uncovered: Vec<String>,
}

/// One notice with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct NoticeView {
    /// The notice.
    pub notice: Notice,
    /// Version of the stored row.
    pub version: i64,
    /// Where it stands to the clock.
    pub standing: Standing,
    /// What the actor may do.
    pub steps: Vec<Step>,
    /// Media the pack names.
    pub media: Vec<String>,
    /// Those of them in which it has not appeared.
    pub uncovered: Vec<String>,
    /// What the pack calls a notice.
    pub label: String,
    /// Who approves, in the pack's words.
    pub approver: String,
    /// Who publishes, in the pack's words.
    pub publisher: String,
}

pub(super) fn readable(ctx: &Ctx, notice: &Notice) -> Result<()> {
    ctx.actor
        .remit(Action::ReadNotices, notice.pool)
        .map(drop)
        .map_err(|_| Error::NotFound)
}

/// Media the pack names in which a published notice has not appeared; for others the question does
/// not arise.
fn uncovered(notice: &Notice, rules: &Solicitation) -> Vec<String> {
    match notice.state {
        State::Published { .. } => notice
            .uncovered(rules)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn steps(ctx: &Ctx, pool: &OpenPool, rules: &Solicitation, notice: &Notice) -> Vec<Step> {
    let role = |action| {
        let part = ctx.actor.remit(action, pool.id()).ok()?;
        ctx.actor.allow_in(action, pool.id(), &part).ok()
    };
    let publishes =
        role(Action::DraftNotice).is_some_and(|role| publishers(pool).0.contains(&role));
    let approves =
        role(Action::ApproveNotice).is_some_and(|role| approvers(pool, rules).0.contains(&role));
    let first = |by: &domain::special_invitation::By| Some(by.account) == ctx.actor.account;
    let offered: &[(Step, bool)] = match &notice.state {
        State::Draft { .. } => &[
            (Step::Edit, publishes),
            (Step::Submit, publishes),
            (Step::Withdraw, publishes),
        ],
        State::Submitted { by } => &[
            (
                Step::Approve,
                approves && !first(by) && !first(&notice.drafted),
            ),
            (Step::SendBack, approves),
            (Step::Withdraw, publishes),
        ],
        State::Approved { .. } => &[
            (Step::Publish, publishes),
            (Step::SendBack, approves),
            (Step::Withdraw, publishes),
        ],
        State::Published { .. } => &[(Step::Appear, publishes), (Step::Withdraw, publishes)],
        State::Withdrawn { .. } => &[],
    };
    offered
        .iter()
        .filter(|(_, may)| *may)
        .map(|(step, _)| *step)
        .collect()
}

impl Service {
    /// The notices of a pool with any of these status codes, newest first; all when there are none.
    /// `words` are part of the title.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn notices(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        statuses: &[String],
        words: &str,
    ) -> Result<Vec<NoticeLine>> {
        let pool = self.part_of(ctx, pool, Action::ReadNotices).await?;
        let Some(rules) = &pool.pack.admission.solicitation else {
            return Ok(Vec::new());
        };
        let words = words.trim();
        let filter = RecordFilter {
            statuses: statuses.to_vec(),
            title: (!words.is_empty()).then(|| words.to_owned()),
            ..records::of_kind(pool.id(), KIND, &[])
        };
        let rows = store::records::all::<Notice>(&mut self.store.read(), &filter).await?;
        let at = civil(ctx.now);
        Ok(rows
            .into_iter()
            .rev()
            .map(|row| NoticeLine {
                standing: row.body.standing(at),
                uncovered: uncovered(&row.body, rules),
                notice: row.body,
            })
            .collect())
    }

    /// One notice.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that does not exist or is not the actor's to see.
    pub async fn notice(&self, ctx: &Ctx, id: RecordId) -> Result<NoticeView> {
        let row = find(&mut self.store.read(), id).await?;
        readable(ctx, &row.body)?;
        let pool = self.any_pool(row.body.pool).await?;
        let rules = rules(&pool)?;
        Ok(NoticeView {
            version: row.version,
            standing: row.body.standing(civil(ctx.now)),
            steps: steps(ctx, &pool, rules, &row.body),
            media: rules.media.clone(),
            uncovered: uncovered(&row.body, rules),
            label: rules.label.clone(),
            approver: approvers(&pool, rules).1,
            publisher: publishers(&pool).1,
            notice: row.body,
        })
    }

    /// The notices on which somebody has to act, and what this actor may do with each.
    pub(crate) async fn notices_at_work(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
    ) -> Result<Vec<(Notice, Vec<Step>)>> {
        let Some(rules) = &pool.pack.admission.solicitation else {
            return Ok(Vec::new());
        };
        let filter = records::of_kind(pool.id(), KIND, &["draft", "submitted", "approved"]);
        let rows = store::records::all::<Notice>(&mut self.store.read(), &filter).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let steps = steps(ctx, pool, rules, &row.body);
                (row.body, steps)
            })
            .collect())
    }
}
