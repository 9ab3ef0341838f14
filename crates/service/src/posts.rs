//! 专家组组长 and other posts in a task: who may hold one and why not, given and taken back. A post ends
//! with its task by itself (GZ 第七条, 第十二条, 第十三条).

use domain::actor::Action;
use domain::engagement::{Engagement, HeldPost};
use domain::event::{Event, EventKind};
use domain::id::{EngagementId, ExpertId, TaskId};
use domain::policy::pack::{How, Post, PostPer};
use domain::policy::post::{self, Basis};
use domain::task::Task;
use serde::Serialize;
use store::Db;
use store::engagements::EngagementFilter;

use crate::ctx::Ctx;
use crate::engagements::{save, subject};
use crate::error::{Error, Reason, Result};
use crate::experts::Membership;
use crate::pools::OpenPool;
use crate::service::Service;

/// Somebody of the task as a holder of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The seat.
    pub seat: EngagementId,
    /// The expert.
    pub expert: ExpertId,
    /// Name.
    pub name: String,
    /// Holds it now.
    pub holds: bool,
    /// On what it would rest, with the article; `None` = may not.
    pub basis: Option<String>,
    /// Another way to it, open once somebody says in words that it holds (GZ 第十三条).
    pub by_words: Option<String>,
    /// What stands in the way: sentence and article.
    pub findings: Vec<(String, String)>,
    /// A condition waits to be confirmed on the expert's file.
    pub unconfirmed: bool,
}

/// What was found of somebody and a post.
struct Judged {
    /// On what it would rest, with the article; `None` = may not.
    basis: Option<String>,
    reasons: Vec<Reason>,
    /// Some of them only because nobody has confirmed it yet.
    unconfirmed: bool,
}

/// A post of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskPost {
    /// Id in the pack.
    pub id: String,
    /// What users call it.
    pub label: String,
    /// The article.
    pub article: String,
    /// Everybody on the task, in the order of the seats.
    pub candidates: Vec<Candidate>,
}

impl Service {
    /// The posts of a task, each with who may hold it and why not.
    ///
    /// # Errors
    /// As [`Service::seats`].
    pub async fn task_posts(&self, ctx: &Ctx, id: TaskId) -> Result<Vec<TaskPost>> {
        let view = self.task(ctx, id).await?;
        let seats = self.seats(ctx, id).await?;
        let mut posts = Vec::new();
        for rule in of_tasks(&view.pool) {
            let mut candidates = Vec::new();
            for seat in &seats {
                let one = &seat.engagement;
                if !one.state.holds_seat() {
                    continue;
                }
                let held = one.post_on(&view.task, ctx.today());
                let holds = held.is_some_and(|held| held.post == rule.id);
                let others = seats
                    .iter()
                    .filter(|other| other.engagement.id != one.id)
                    .filter_map(|other| other.engagement.post_on(&view.task, ctx.today()))
                    .filter(|held| held.post == rule.id);
                let others = u32::try_from(others.count()).unwrap_or(u32::MAX);
                let mut read = self.store.read();
                let judged = self
                    .judge_post(&mut read, ctx, &view.pool, rule, (one, ""), others)
                    .await?;
                let by_words = if judged.basis.is_none() {
                    self.judge_post(&mut read, ctx, &view.pool, rule, (one, "—"), others)
                        .await?
                        .basis
                } else {
                    None
                };
                candidates.push(Candidate {
                    seat: one.id,
                    expert: one.expert,
                    name: seat.name.clone(),
                    holds,
                    basis: judged.basis,
                    by_words,
                    unconfirmed: judged.unconfirmed,
                    findings: judged
                        .reasons
                        .into_iter()
                        .map(|reason| (reason.sentence, reason.article))
                        .collect(),
                });
            }
            posts.push(TaskPost {
                id: rule.id.clone(),
                label: rule.label.clone(),
                article: rule.citation.to_string(),
                candidates,
            });
        }
        Ok(posts)
    }

    /// Gives somebody on a task a post in it. `words` say why another way to it holds, where it does only
    /// on somebody's word.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] with every condition in the way, when the post is taken,
    /// and once the task is over.
    pub async fn give_post(
        &self,
        ctx: &Ctx,
        id: EngagementId,
        post: &str,
        words: &str,
    ) -> Result<()> {
        let words = domain::text::tidy(words);
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        let role = change.authorize(Action::AppointPost, crate::tasks::target(&task))?;
        let pool = self.any_pool(task.pool).await?;
        let rule = of_tasks(&pool).find(|rule| rule.id == post);
        let rule = rule.ok_or(Error::NotFound)?;
        let party = pool.pack.party(&rule.appointed_by);
        if !party.is_some_and(|party| party.roles.contains(&role)) {
            return Err(Error::Refused(vec![Reason::law(
                "post.party",
                &rule.citation,
                format!(
                    "{}由{}聘任，您的岗位不代表这一方。",
                    rule.label,
                    pool.pack.party_label(&rule.appointed_by)
                ),
            )]));
        }
        open(ctx, &task, rule)?;
        if !row.body.state.holds_seat() {
            return Err(Error::state(
                "post.seat",
                format!(
                    "此人{}，不在这项任务的专家组中。请改选。",
                    row.body.state.zh()
                ),
            ));
        }
        let filter = EngagementFilter {
            task: Some(task.id),
            ..EngagementFilter::default()
        };
        let all = store::engagements::all::<Engagement>(&mut *change, &filter).await?;
        let holders = all
            .iter()
            .filter_map(|other| other.body.post_on(&task, ctx.today()))
            .filter(|held| held.post == rule.id)
            .count();
        let holders = u32::try_from(holders).unwrap_or(u32::MAX);
        let Judged { basis, reasons, .. } = self
            .judge_post(&mut *change, ctx, &pool, rule, (&row.body, &words), holders)
            .await?;
        let Some(basis) = basis else {
            return Err(Error::Refused(reasons));
        };
        let given = Event::new(EventKind::PostGiven, subject(&row.body))
            .fact("task", &task.number)
            .fact("post", &rule.label)
            .fact("basis", &basis)
            .detail(serde_json::json!({ "expert": row.body.expert, "words": words }));
        row.body.post = Some(HeldPost {
            post: rule.id.clone(),
            label: rule.label.clone(),
            basis,
            by: ctx.actor.name.clone(),
            at: ctx.now,
        });
        save(&mut change, &mut row).await?;
        change.record(given).await?;
        change.commit().await?;
        Ok(())
    }

    /// Takes a post back, so that another may have it.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when none is held; [`Error::Invalid`] without a reason.
    pub async fn release_post(&self, ctx: &Ctx, id: EngagementId, reason: &str) -> Result<()> {
        let reason = crate::tasks::required(
            reason,
            "post_reason",
            "没有写明免去的理由。会留痕，请填写。",
        )?;
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        change.authorize(Action::AppointPost, crate::tasks::target(&task))?;
        let Some(held) = row.body.post_on(&task, ctx.today()).cloned() else {
            return Err(Error::state(
                "post.none",
                "此人现在没有担任组长。请刷新页面查看最新情况。",
            ));
        };
        row.body.post = None;
        save(&mut change, &mut row).await?;
        let released = Event::new(EventKind::PostReleased, subject(&row.body))
            .fact("task", &task.number)
            .fact("post", &held.label)
            .fact("reason", reason)
            .detail(serde_json::json!({ "expert": row.body.expert }));
        change.record(released).await?;
        change.commit().await?;
        Ok(())
    }

    /// On what a post would rest, or what stands in the way.
    async fn judge_post(
        &self,
        db: &mut impl Db,
        ctx: &Ctx,
        pool: &OpenPool,
        rule: &Post,
        (one, words): (&Engagement, &str),
        holders: u32,
    ) -> Result<Judged> {
        let member = self.member(db, pool, one.expert).await?;
        let person = self.person(db, one.person).await?;
        let private = self.private_of(db, one.person).await?;
        let body: &Membership = &member.body;
        let mut facts = self
            .facts(db, pool, body, &person.body, private.id_number.as_ref())
            .await?;
        for way in rule.alternatives.iter().filter(|_| !words.is_empty()) {
            way.rule.leaves(&mut |number, _| {
                let leaf = pool.pack.eligibility.leaves.get(usize::from(number));
                if let Some(leaf) = leaf.filter(|leaf| leaf.how == [How::Reviewed]) {
                    facts.reviewed.insert(leaf.id.clone(), true);
                    facts.notes.insert(leaf.id.clone(), words.to_owned());
                }
            });
        }
        let today = ctx.today();
        let status = body.expert.standing.on(today);
        let held = post::judge(&pool.pack, rule, &facts, status, holders, today);
        let basis = held.basis.map(|basis| match basis {
            Basis::Conditions => format!("符合{}条件（{}）", rule.label, rule.citation),
            Basis::Alternative(way) => format!("{}（{}）", way.label, way.citation),
        });
        let unconfirmed = held.findings.iter().any(|finding| {
            let mut leaves = pool.pack.eligibility.leaves.iter();
            leaves.any(|leaf| {
                leaf.id == finding.code
                    && leaf.how.contains(&How::Reviewed)
                    && !facts.reviewed.contains_key(&leaf.id)
            })
        });
        let reasons = held
            .findings
            .into_iter()
            .map(|finding| Reason::law(&finding.code, &finding.citation, finding.sentence))
            .collect();
        Ok(Judged {
            basis,
            reasons,
            unconfirmed,
        })
    }
}

/// The posts a pack knows that are held for one task.
fn of_tasks(pool: &OpenPool) -> impl Iterator<Item = &Post> {
    let posts = pool.pack.eligibility.posts.iter();
    posts.filter(|post| post.per == PostPer::Task)
}

/// Is the task still under way?
fn open(ctx: &Ctx, task: &Task, rule: &Post) -> Result<()> {
    if task.goes_on(ctx.today()) {
        return Ok(());
    }
    Err(Error::Refused(vec![Reason::law(
        "post.over",
        &rule.citation,
        format!(
            "{}只为一项任务设立，这项任务不在进行中，不能再设。",
            rule.label
        ),
    )]))
}
