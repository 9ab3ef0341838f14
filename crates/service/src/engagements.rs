//! 参与: inviting the drawn, their answers, top-up in the fixed order, stopping, leave.

use domain::actor::{Action, Target};
use domain::draw_process::{Annex, Attempt, State as DrawState};
use domain::engagement::{
    Answer, Answered, Call, Declaration, Engagement, Refused, State, before_closing,
};
use domain::event::{Event, EventKind, Subject};
use domain::id::{DrawId, EngagementId, ExpertId, PersonId, TaskId};
use domain::person::Profile;
use domain::task::Task;
use draw::{EventKind as Leaving, Fill, Ref};
use store::document;
use store::engagements::{Busy, EngagementFilter, EngagementKeys, Hold};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::draws::{read_record, stamp};
use crate::error::{Error, Reason, Result};
use crate::rotations;
use crate::service::Service;

/// One seat as the task's page shows it, after unsealing.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The engagement.
    pub engagement: Engagement,
    /// Name of the expert.
    pub name: String,
    /// The employer.
    pub employer: String,
    /// Label of the demand.
    pub demand: String,
    /// The channel by which the expert was invited into the pool (特约邀请); `None` for all others.
    pub invited: Option<String>,
    /// Name of the post held in the task today.
    pub post: Option<String>,
    /// The expert's file is this actor's to look at.
    pub readable: bool,
    /// The expert's file is this actor's to change.
    pub editable: bool,
}

/// What the pool's manager may arrange for a seat given up by leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// 补抽
    TopUp,
    /// 减员
    Reduce,
}

pub(crate) type Row = store::engagements::Engagement<Engagement>;

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let code = match refused {
            Refused::State(_) => "engagement.state",
            Refused::TooLate => "engagement.too_late",
            Refused::Closed(_) => "engagement.closed",
            Refused::WorkOver => "engagement.work_over",
            Refused::NotDeclared => return Self::field("declaration", refused.to_string()),
            Refused::NoWords => return Self::field("note", refused.to_string()),
            Refused::NoReason => return Self::field("reason", refused.to_string()),
        };
        Self::state(code, refused)
    }
}

pub(crate) fn subject(engagement: &Engagement) -> Subject {
    Subject::new("engagement", engagement.id)
}

impl Service {
    /// The seats of a task, once its result is unsealed, in the order they were called.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a task the actor may not see, or whose names are still sealed.
    pub async fn seats(&self, ctx: &Ctx, id: TaskId) -> Result<Vec<Seat>> {
        let view = self.task(ctx, id).await?;
        ctx.actor
            .allow(Action::ReadPanel, view.target())
            .map_err(|_| Error::NotFound)?;
        let filter = EngagementFilter {
            task: Some(id),
            ..EngagementFilter::default()
        };
        let mut read = self.store.read();
        let rows = store::engagements::all::<Engagement>(&mut read, &filter).await?;
        let mut seats = Vec::with_capacity(rows.len());
        for row in rows {
            let profile = self.profile(row.body.person).await?;
            let demand = view.task.request.demands.get(row.body.demand as usize);
            let member =
                store::experts::find::<domain::expert::Expert>(&mut read, row.body.expert).await?;
            let member = member.map(|member| member.body);
            let team = member.as_ref().and_then(|member| member.team.clone());
            let file = Target::pool(view.task.pool).of_team(team.as_deref());
            let may = |action| ctx.actor.allow(action, file).is_ok();
            let (readable, editable) = (may(Action::ReadExperts), may(Action::EditExperts));
            let channel = member.and_then(|member| member.channel);
            let invited = crate::special_invitations::channel(&view.pool.pack)
                .filter(|(invited, _)| Some(&invited.id) == channel.as_ref())
                .map(|(invited, _)| invited.label.clone());
            let post = row.body.post_on(&view.task, ctx.today());
            seats.push(Seat {
                invited,
                readable,
                editable,
                post: post.map(|post| post.label.clone()),
                name: profile.name,
                employer: profile
                    .employer
                    .map(|employer| employer.name)
                    .unwrap_or_default(),
                demand: demand
                    .map(|demand| demand.label.clone())
                    .unwrap_or_default(),
                engagement: row.body,
            });
        }
        seats.sort_by_key(|seat| {
            (
                seat.engagement.round,
                seat.engagement.demand,
                seat.engagement.id,
            )
        });
        Ok(seats)
    }

    /// Invites everybody on the panel of an unsealed attempt.
    pub(crate) async fn invite_panel(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        attempt: &Attempt,
        task: &Task,
    ) -> Result<()> {
        let Some(record) = attempt.record() else {
            return Ok(());
        };
        let record = read_record(record)?;
        let annex = self.annex(attempt.id).await?;
        for seat in record.present() {
            let who = annexed(&annex, seat.reference)?;
            self.engage(change, ctx, task, Some(attempt.id), who, seat.group, 1)
                .await?;
        }
        Ok(())
    }

    /// Gives a person a seat and sends the invitation.
    #[expect(clippy::too_many_arguments, reason = "one seat is exactly these facts")]
    pub(crate) async fn engage(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        task: &Task,
        draw: Option<DrawId>,
        who: (ExpertId, PersonId),
        demand: u32,
        round: u32,
    ) -> Result<()> {
        let pool = self.any_pool(task.pool).await?;
        let engagement = Engagement {
            id: self.id(ctx),
            pool: task.pool,
            task: task.id,
            draw,
            expert: who.0,
            person: who.1,
            demand,
            round,
            leave_asked: None,
            call: None,
            to_arrange: false,
            post: None,
            state: State::Invited {
                at: ctx.now,
                answer_by: self.answer_by(ctx, &pool, task),
            },
        };
        document::insert(change, engagement.id, keys(&engagement), &engagement).await?;
        self.send_invitation(change, ctx, &pool, task, &engagement)
            .await?;
        change
            .record(
                Event::new(EventKind::ExpertNotified, subject(&engagement))
                    .fact("task", &task.number)
                    .fact("round", round)
                    .detail(serde_json::json!({ "expert": who.0 })),
            )
            .await
            .map(drop)
    }

    /// The expert answers, by token or logged in.
    pub(crate) async fn take_answer(
        &self,
        ctx: &Ctx,
        id: EngagementId,
        answer: Answer,
        answered: Answered,
    ) -> Result<State> {
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        before_closing(&task, "答复")?;
        self.check_declaration(&task, &answer).await?;
        row.body.state = row.body.state.clone().answer(answer, answered, ctx.now)?;
        row.body.call = None;
        let event = match &row.body.state {
            State::Accepted { .. } => {
                self.hold_days(&mut change, &row.body, &task).await?;
                Event::new(EventKind::ExpertAccepted, subject(&row.body))
            }
            State::Declined { reason, .. } => {
                Event::new(EventKind::ExpertDeclined, subject(&row.body))
                    .fact("reason_given", if reason.is_some() { "yes" } else { "no" })
                    .detail(serde_json::json!({ "reason": reason }))
            }
            State::Recused { declared, .. } => {
                let grounds: Vec<&str> = declared.iter().map(|d| d.ground.as_str()).collect();
                Event::new(EventKind::ExpertRecused, subject(&row.body))
                    .fact("grounds", grounds.join(","))
                    .detail(serde_json::json!({ "declared": declared }))
            }
            other => return Err(Error::state("engagement.state", other.zh())),
        };
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        let leaving = match &row.body.state {
            State::Declined { .. } => Some(Leaving::Declined),
            State::Recused { .. } => Some(Leaving::Recused),
            _ => None,
        };
        if let Some(leaving) = leaving {
            self.vacate(&mut change, ctx, &row.body, &task, leaving, Fill::Next)
                .await?;
        }
        let state = row.body.state.clone();
        change.commit().await?;
        Ok(state)
    }

    /// Declared grounds exist in the pack, and the catch-all comes with words (DG 第十条(七)).
    async fn check_declaration(&self, task: &Task, answer: &Answer) -> Result<()> {
        let Answer::Recuse { declared } = answer else {
            return Ok(());
        };
        let pool = self.any_pool(task.pool).await?;
        let Some(rules) = &pool.pack.recusal else {
            return Ok(());
        };
        for declaration in declared {
            let ground = rules.ground(&declaration.ground).ok_or_else(|| {
                Error::field(
                    "ground",
                    "选择的回避情形不在办法之列。请从列出的情形中选择。",
                )
            })?;
            if ground.text_required && declaration.note.trim().is_empty() {
                return Err(Refused::NoWords.into());
            }
            let relation = declaration.relation.as_deref();
            if !domain::recusal::declaration_holds(ground, relation, &task.request) {
                return Err(Error::Refused(vec![Reason::law(
                    "recusal.excepted",
                    &ground.citation,
                    "申报单位为上市公司，持有其股权不属于应当回避的情形。如另有经济利害关系，请选择该项并说明。",
                )]));
            }
        }
        Ok(())
    }

    /// Somebody's half-days are taken; a task of another requester in the same half-day is a
    /// conflict the expert must know of (A-G-7).
    async fn hold_days(
        &self,
        change: &mut Change<'_>,
        engagement: &Engagement,
        task: &Task,
    ) -> Result<()> {
        for half_day in &task.request.half_days {
            let busy = Busy {
                person: engagement.person,
                half_day: *half_day,
                reference: engagement.id.to_string(),
                pool: task.pool,
                hold: Hold::Exclusive,
            };
            match store::engagements::take(change, &busy).await {
                Ok(()) => {}
                Err(store::Error::Duplicate) => {
                    return Err(Error::state(
                        "engagement.busy",
                        format!(
                            "您{}{}已答应参加另一项任务，不能同时参加。请联系通知中的联系人，或选择不能参加。",
                            half_day.date,
                            half_day.slot.label()
                        ),
                    ));
                }
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }

    /// A seat is given up: the record grows, and the next feasible in the same order is called
    /// (补抽 needs no new chance; DG 第十一条), unless the work is over.
    pub(crate) async fn vacate(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        engagement: &Engagement,
        task: &Task,
        leaving: Leaving,
        fill: Fill,
    ) -> Result<()> {
        store::engagements::release(change, &engagement.id.to_string()).await?;
        let Some(draw) = engagement.draw else {
            return Ok(());
        };
        let row = document::find::<store::draws::DrawKeys, Attempt>(&mut **change, draw).await?;
        let mut row = row.ok_or(Error::NotFound)?;
        let DrawState::Unsealed {
            record: json,
            drawn,
            ..
        } = &mut row.body.state
        else {
            return Err(Error::state(
                "draw.state",
                "本场次没有启封或已作废，不能补抽。",
            ));
        };
        let clock = self.any_pool(task.pool).await?.pack.slot_clock();
        let fill = match task.request.ahead(ctx.civil(), clock) {
            Some(_) => fill,
            None => Fill::Close,
        };
        let mut record = read_record(json)?;
        let drawn = *drawn;
        let annex = self.annex(draw).await?;
        let reference = annex
            .of(engagement.expert)
            .ok_or_else(|| Error::Internal("专家不在本场次名单中".to_owned()))?
            .reference;
        let replacement = record
            .apply(leaving, reference, &stamp(ctx.now), fill)
            .map_err(|error| Error::state("draw.event", error))?;
        *json = record.to_json();
        crate::draws::save(change, &mut row).await?;
        let mut event = Event::new(
            if replacement.is_some() {
                EventKind::SeatFilled
            } else {
                EventKind::SeatClosed
            },
            Subject::new("draw", draw),
        )
        .fact("because", leaving.name())
        .fact("record_digest", record.digest().to_hex());
        if replacement.is_none() && fill == Fill::Next {
            event = event.fact("exhausted", "yes");
        }
        change.record(event).await?;
        let touched: Vec<Ref> = [Some(reference), replacement]
            .into_iter()
            .flatten()
            .collect();
        self.correct_uses(change, &row.body, &annex, &record, drawn, &touched)
            .await?;
        if let Some(next) = replacement {
            let who = annexed(&annex, next)?;
            let round = engagement.round + 1;
            self.engage(change, ctx, task, Some(draw), who, engagement.demand, round)
                .await?;
        }
        Ok(())
    }

    async fn correct_uses(
        &self,
        change: &mut Change<'_>,
        attempt: &Attempt,
        annex: &Annex,
        record: &draw::Record,
        drawn: jiff::Timestamp,
        touched: &[Ref],
    ) -> Result<()> {
        let experts: Vec<ExpertId> = touched
            .iter()
            .filter_map(|reference| annex.entry(*reference))
            .map(|entry| entry.place.expert)
            .collect();
        for (expert, entry) in rotations::uses(attempt, annex, record, drawn) {
            if experts.contains(&expert) {
                self.enter_use(change, attempt.pool, expert, entry).await?;
            }
        }
        Ok(())
    }

    /// An answer by telephone, first of two persons. What the page would not take is not taken here
    /// either: accepting needs the declaration to have been asked for and given.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`].
    pub async fn record_call(&self, ctx: &Ctx, id: EngagementId, answer: Answer) -> Result<()> {
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        change.authorize(Action::NotifyExperts, crate::tasks::target(&task))?;
        before_closing(&task, "记录电话答复")?;
        if !row.body.state.is_open() {
            return Err(Refused::State(row.body.state.zh()).into());
        }
        self.check_declaration(&task, &answer).await?;
        let heard = Answered::Call {
            officer: ctx.actor.name.clone(),
            witness: String::new(),
        };
        row.body
            .state
            .clone()
            .answer(answer.clone(), heard, ctx.now)?;
        let event = Event::new(EventKind::CallRecorded, subject(&row.body))
            .fact("answer", answer.code())
            .detail(serde_json::json!({ "answer": answer }));
        row.body.call = Some(Call {
            by: ctx.actor.account.ok_or(Error::LoggedOut)?,
            name: ctx.actor.name.clone(),
            at: ctx.now,
            answer,
        });
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// The second person confirms what was heard; only now it counts.
    ///
    /// # Errors
    /// [`Error::Refused`] for the same person or when nothing was recorded.
    pub async fn confirm_call(&self, ctx: &Ctx, id: EngagementId) -> Result<State> {
        let row = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let row = row.ok_or(Error::NotFound)?;
        let task = self
            .task(ctx, row.body.task)
            .await
            .map_err(|_| Error::NotFound)?;
        ctx.actor.allow(Action::ReadFrame, task.target())?;
        let call = row.body.call.ok_or_else(|| {
            Error::state(
                "engagement.no_call",
                "没有待确认的电话答复。请刷新页面查看最新状态。",
            )
        })?;
        if Some(call.by) == ctx.actor.account {
            return Err(domain::draw_process::Refused::SamePerson.into());
        }
        let answered = Answered::Call {
            officer: call.name,
            witness: ctx.actor.name.clone(),
        };
        self.take_answer(ctx, id, call.answer, answered).await
    }

    /// 停止参与: the requester or the manager found a ground the expert did not declare
    /// (DG 第十条末款). The seat is filled, and a misconduct record is proposed.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without evidence.
    pub async fn stop_expert(&self, ctx: &Ctx, id: EngagementId, found: Declaration) -> Result<()> {
        if found.note.trim().is_empty() {
            return Err(Error::field(
                "note",
                "没有写明依据。停止专家参与须写明发现的事实，请填写。",
            ));
        }
        let (mut change, mut row, task) = self.engagement_change(ctx, id).await?;
        change.authorize(Action::StopExpert, crate::tasks::target(&task))?;
        before_closing(&task, "停止参与")?;
        let answer = Answer::Recuse {
            declared: vec![found.clone()],
        };
        self.check_declaration(&task, &answer).await?;
        let event = Event::new(EventKind::ExpertStopped, subject(&row.body))
            .fact("ground", &found.ground)
            .detail(serde_json::json!({ "found": found }));
        row.body.state =
            row.body
                .state
                .clone()
                .stop(ctx.actor.name.clone(), found.clone(), ctx.now)?;
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        self.vacate(
            &mut change,
            ctx,
            &row.body,
            &task,
            Leaving::Stopped,
            Fill::Next,
        )
        .await?;
        self.propose_after_stop(&mut change, ctx, &row.body, &task, &found)
            .await?;
        change.commit().await?;
        Ok(())
    }

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
        self.vacate(&mut change, ctx, &row.body, &task, Leaving::Absent, fill)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Everybody whose time to answer has passed counts as 未答复, and the next is called. Runs once
    /// for each, however often and on however many servers it is tried; nobody of a closed task is
    /// touched.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lapse_invitations(&self, ctx: &Ctx) -> Result<u32> {
        let filter = EngagementFilter {
            statuses: vec!["invited".to_owned()],
            answer_by: Some(ctx.now),
            ..EngagementFilter::default()
        };
        let due = store::engagements::all::<Engagement>(&mut self.store.read(), &filter).await?;
        let mut lapsed = 0;
        for seen in due {
            let (mut change, mut row, task) = self.engagement_change(ctx, seen.id).await?;
            if task.is_closed() {
                continue;
            }
            let Ok(state) = row.body.state.clone().lapse(ctx.now) else {
                continue;
            };
            row.body.state = state;
            row.body.call = None;
            save(&mut change, &mut row).await?;
            change
                .record(Event::new(
                    EventKind::ExpertDidNotAnswer,
                    subject(&row.body),
                ))
                .await?;
            self.vacate(
                &mut change,
                ctx,
                &row.body,
                &task,
                Leaving::NoAnswer,
                Fill::Next,
            )
            .await?;
            change.commit().await?;
            lapsed += 1;
        }
        Ok(lapsed)
    }

    /// A void attempt ends every engagement it made.
    pub(crate) async fn void_engagements(
        &self,
        change: &mut Change<'_>,
        attempt: &Attempt,
        ctx: &Ctx,
    ) -> Result<()> {
        let filter = EngagementFilter {
            draw: Some(attempt.id),
            ..EngagementFilter::default()
        };
        let rows = store::engagements::all::<Engagement>(&mut **change, &filter).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for mut row in rows {
            row.body.state = State::Void { at: ctx.now };
            save(change, &mut row).await?;
            store::engagements::release(change, &row.body.id.to_string()).await?;
        }
        self.forget_uses(change, attempt).await
    }

    /// Opens the door for a change of one engagement, with its task. Callers authorize.
    pub(crate) async fn engagement_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: EngagementId,
    ) -> Result<(Change<'c>, Row, Task)> {
        let seen = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let seen = seen.ok_or(Error::NotFound)?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        let row = store::engagements::find::<Engagement>(&mut *change, id).await?;
        let row = row.ok_or(Error::NotFound)?;
        let task = store::tasks::find::<Task>(&mut *change, row.body.task).await?;
        Ok((change, row, task.ok_or(Error::NotFound)?.body))
    }

    pub(crate) async fn profile(&self, person: PersonId) -> Result<Profile> {
        let row = store::persons::find::<Profile>(&mut self.store.read(), person).await?;
        Ok(row.ok_or(Error::NotFound)?.body)
    }

    /// An expert's own engagement as a target.
    pub(crate) fn own(engagement: &Engagement) -> Target<'static> {
        Target::pool(engagement.pool).of_person(engagement.person)
    }
}

fn annexed(annex: &Annex, reference: Ref) -> Result<(ExpertId, PersonId)> {
    let entry = annex
        .entry(reference)
        .ok_or_else(|| Error::Internal("抽取结果中有名单之外的编号".to_owned()))?;
    Ok((entry.place.expert, entry.place.person))
}

pub(crate) fn keys(engagement: &Engagement) -> EngagementKeys {
    EngagementKeys {
        pool: engagement.pool,
        task: engagement.task,
        draw: engagement.draw,
        expert: engagement.expert,
        status: engagement.state.code().to_owned(),
        answer_by: match engagement.state {
            State::Invited { answer_by, .. } => Some(answer_by),
            _ => None,
        },
    }
}

pub(crate) async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body);
    document::save(change, row).await?;
    Ok(())
}
