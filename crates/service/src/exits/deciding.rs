//! 初核、审定、解聘: the steps of a case, and what the last of them does: the expert leaves, the
//! certificate counts no more, and work that is not over goes to others.

use domain::actor::{Action, Role};
use domain::application::Hand;
use domain::engagement::Engagement;
use domain::event::{Event, EventKind, Subject};
use domain::exit::{Exit, Opened, Refused, State, Taken, words};
use domain::id::RecordId;
use domain::policy::pack::{ExitEffect, ExitRules, ExitStep, Medium};
use domain::task::Task;
use jiff::civil::Date;
use store::engagements::EngagementFilter;

use super::{
    Row, action_of, documents, event, find, ground, in_a_message, left_words, of_party, of_pool,
    rules, save,
};
use crate::applications::{self, by};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::experts::{index_standing, plan_suspension};
use crate::pools::OpenPool;
use crate::questions::{Words, end_of};
use crate::service::Service;
use crate::typed;

/// Days within which a message about a case is still sent.
const MESSAGE_DAYS: i64 = 7;

impl Service {
    /// Takes the step a case waits for: its word as the page showed it, an opinion, and the number of
    /// the paper where there is one. With the last the expert leaves today.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] when it is over, waits for another
    /// step or for a meeting, the actor is not of the party, or something is missing; [`Error::Invalid`].
    pub async fn take_exit_step(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        step: &str,
        opinion: &str,
        document: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.exit_change(ctx, no, id).await?;
        let rules = rules(&pool)?;
        let mut taken = self.own_step(ctx, &mut change, &pool, &row.body, step)?;
        let mut problems = Vec::new();
        let document = domain::text::tidy(document);
        typed::at_most(&mut problems, "document", "文号", &document, 60);
        match words(opinion) {
            Ok(opinion) => taken.opinion = opinion,
            Err(wrong) => problems.push(Problem::new("opinion", wrong.to_string())),
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        taken.document = Some(document).filter(|text| !text.is_empty());
        self.pass_exit(&mut change, ctx, &pool, rules, &mut row, taken)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// 不同意: the step is not taken, with a reason; the expert stays.
    ///
    /// # Errors
    /// As [`Service::take_exit_step`]; [`Error::Invalid`] without a reason.
    pub async fn refuse_exit(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        step: &str,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.exit_change(ctx, no, id).await?;
        let mut taken = self.own_step(ctx, &mut change, &pool, &row.body, step)?;
        taken.opinion = words(reason)?;
        self.stop_exit(&mut change, ctx, &pool, &mut row, taken)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// 撤回, with a reason, by the office.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] once it is over; [`Error::Invalid`]
    /// without a reason.
    pub async fn withdraw_exit(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.exit_change(ctx, no, id).await?;
        change.authorize_in(Action::HandleExits, &pool)?;
        let rules = rules(&pool)?;
        self.take_back_exit(&mut change, ctx, &mut row, reason)
            .await?;
        let text = match row.body.opened {
            Opened::Own { .. } => "专家库办公室已撤回您的退出申请，您继续担任专家".to_owned(),
            _ => format!("对您的{}已经撤回，您继续担任专家", rules.label),
        };
        self.tell_leaver(&mut change, ctx, &pool, &row.body, "事项撤回", text)
            .await?;
        change.commit().await?;
        Ok(())
    }

    pub(super) async fn take_back_exit(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        row: &mut Row,
        reason: &str,
    ) -> Result<()> {
        let name = ctx.actor.name.clone();
        row.body = row.body.clone().withdraw(name, ctx.now, reason)?;
        save(change, row).await?;
        let withdrawn = event(EventKind::ExitWithdrawn, &row.body)
            .detail(serde_json::json!({ "reason": reason }));
        change.record(withdrawn).await?;
        Ok(())
    }

    /// The cases that wait for the body that decides in a meeting, oldest first.
    pub(crate) async fn exits_before_meeting(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
    ) -> Result<Vec<Exit>> {
        if meets(pool).is_none() {
            return Ok(Vec::new());
        }
        let rows = store::records::all::<Exit>(db, &of_pool(pool.id(), &["open"])).await?;
        let exits = rows.into_iter().map(|row| row.body);
        Ok(exits.filter(|one| is_before_meeting(pool, one)).collect())
    }

    /// What the meeting decided of a case: it goes on, or the expert stays.
    pub(crate) async fn decide_exit_in_meeting(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        (id, role): (RecordId, Role),
        hand: &Hand,
        refused: Option<&str>,
    ) -> Result<()> {
        let mut row = find(&mut **change, pool.id(), id).await?;
        let rules = rules(pool)?;
        let step = row.body.next(rules).filter(|step| step.minutes);
        let step = step.ok_or(Error::NotFound)?;
        of_party(pool, step, role, &rules.citation)?;
        let opinion = words(refused.unwrap_or_default()).map_err(|wrong| {
            let sentence = format!("{}：{wrong}", row.body.name);
            Error::field("results", sentence)
        })?;
        let taken = Taken {
            step: step.label.clone(),
            by: hand.by.clone(),
            on: hand.on,
            document: hand.document.clone(),
            opinion,
        };
        match refused {
            None => {
                self.pass_exit(change, ctx, pool, rules, &mut row, taken)
                    .await
            }
            Some(_) => self.stop_exit(change, ctx, pool, &mut row, taken).await,
        }
    }

    /// The step of somebody at the page, without their words yet, checked: theirs to take, and not a
    /// meeting's.
    fn own_step(
        &self,
        ctx: &Ctx,
        change: &mut Change<'_>,
        pool: &OpenPool,
        exit: &Exit,
        step: &str,
    ) -> Result<Taken> {
        let rules = rules(pool)?;
        let Some(next) = exit.next(rules) else {
            return Err(Refused::Over(exit.state.zh()).into());
        };
        if next.minutes {
            return Err(in_a_meeting(next, rules));
        }
        let role = change.authorize_in(action_of(rules, next), pool)?;
        of_party(pool, next, role, &rules.citation)?;
        Ok(Taken {
            step: step.to_owned(),
            by: by(ctx)?,
            on: ctx.today(),
            document: None,
            opinion: String::new(),
        })
    }

    /// Takes a step; nothing goes on that lacks what its ground asks for.
    async fn pass_exit(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        rules: &ExitRules,
        row: &mut Row,
        taken: Taken,
    ) -> Result<()> {
        let ground = ground(rules, &row.body.ground)?;
        let files = documents::of(&mut **change, row.id).await?;
        let lacking = row.body.lacks(ground, files.len());
        if !lacking.is_empty() {
            let reasons = lacking.into_iter();
            return Err(Error::Refused(
                reasons
                    .map(|one| Reason::law(&one.code, &one.citation, one.sentence))
                    .collect(),
            ));
        }
        let said = taken.clone();
        row.body = row.body.clone().take(rules, taken, ctx.today())?;
        save(change, row).await?;
        let step = event(EventKind::ExitStepTaken, &row.body)
            .fact("step", &said.step)
            .fact("on", said.on)
            .fact("minutes", said.document.as_deref().unwrap_or_default())
            .fact("article", &rules.citation)
            .detail(serde_json::json!({ "opinion": said.opinion }));
        change.record(step).await?;
        if let State::Left { on, .. } = row.body.state {
            self.carry_out(change, ctx, pool, rules, &row.body, on)
                .await?;
        }
        Ok(())
    }

    async fn stop_exit(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        no: Taken,
    ) -> Result<()> {
        let rules = rules(pool)?;
        let said = no.clone();
        row.body = row.body.clone().refuse(rules, no, ctx.today())?;
        save(change, row).await?;
        let refused = event(EventKind::ExitRefused, &row.body)
            .fact("step", &said.step)
            .fact("on", said.on)
            .fact("minutes", said.document.as_deref().unwrap_or_default())
            .detail(serde_json::json!({ "reason": said.opinion }));
        change.record(refused).await?;
        let text = format!("{}（{}）没有通过，您继续担任专家", rules.label, said.step);
        self.tell_leaver(change, ctx, pool, &row.body, "事项结果", text)
            .await
    }

    /// Everything the pack says leaving does.
    pub(super) async fn carry_out(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        rules: &ExitRules,
        exit: &Exit,
        on: Date,
    ) -> Result<()> {
        let ground = ground(rules, &exit.ground)?;
        let mut member = self.member(&mut **change, pool, exit.expert).await?;
        let standing = member.body.expert.standing.clone();
        member.body.expert.standing = standing
            .leave(ground.id.clone(), on)
            .map_err(|gone| Error::state("exit.left", format!("{gone}。请刷新页面查看。")))?;
        let person = self.person(&mut **change, member.keys.person).await?;
        index_standing(&mut member, &person.body);
        plan_suspension(change, &member).await?;
        store::experts::save(change, &mut member).await?;
        let effects: Vec<&str> = rules.effects.iter().map(|one| word(*one)).collect();
        let left = Event::new(EventKind::ExpertLeft, Subject::new("expert", member.id))
            .fact("number", &exit.number)
            .fact("on", on)
            .fact("effects", effects.join("、"))
            .fact(
                "lapse",
                left_words(pool, &member.body.expert.standing).unwrap_or_default(),
            );
        change.record(left).await?;
        if rules.effects.contains(&ExitEffect::CertificateVoid) {
            self.end_certificates(change, pool.id(), member.id, on)
                .await?;
        }
        if rules.effects.contains(&ExitEffect::TasksReassigned) {
            self.give_up_seats(change, ctx, exit).await?;
        }
        if let Some(mark) = &ground.application_becomes {
            let since = member.body.expert.standing.term().from;
            self.mark_applications(change, pool, exit, (mark.as_str(), since))
                .await?;
        }
        let mut text = format!(
            "自 {on} 起您不再担任本库专家：{}",
            in_a_message(rules, ground)
        );
        if let Some(clause) = &rules.no_compensation {
            text = format!("{text}。{}", clause.text.trim_end_matches('。'));
        }
        self.tell_leaver(change, ctx, pool, exit, "退出结果", text)
            .await
    }

    /// Seats in work that is not over are given up; whoever runs the task arranges what follows.
    async fn give_up_seats(&self, change: &mut Change<'_>, ctx: &Ctx, exit: &Exit) -> Result<()> {
        let filter = EngagementFilter {
            pool: Some(exit.pool),
            experts: vec![exit.expert],
            statuses: vec!["invited".to_owned(), "accepted".to_owned()],
            ..EngagementFilter::default()
        };
        let rows = store::engagements::all::<Engagement>(&mut **change, &filter).await?;
        for mut row in rows {
            let task = store::tasks::find::<Task>(&mut **change, row.body.task).await?;
            let task = task.ok_or(Error::NotFound)?.body;
            let over = task.is_closed()
                || task
                    .request
                    .last_date()
                    .is_some_and(|last| last < ctx.today());
            if over {
                continue;
            }
            row.body.state = row
                .body
                .state
                .clone()
                .give_up(exit.number.clone(), ctx.now)?;
            row.body.to_arrange = true;
            row.body.leave_asked = None;
            row.body.call = None;
            crate::engagements::save(change, &mut row).await?;
            store::engagements::release(change, &row.body.id.to_string()).await?;
            let given_up = Event::new(
                EventKind::SeatGivenUp,
                crate::engagements::subject(&row.body),
            )
            .fact("task", &task.number)
            .fact("number", &exit.number);
            change.record(given_up).await?;
        }
        Ok(())
    }

    /// The applications a membership rests on say from now on what was found of them; not those of one that
    /// ended before it began.
    async fn mark_applications(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        exit: &Exit,
        (mark, since): (&str, Date),
    ) -> Result<()> {
        let held = self
            .certificates_of(&mut **change, pool.id(), exit.expert)
            .await?;
        let held = held.iter().filter(|one| since <= one.term.from);
        for id in held.filter_map(|one| one.application) {
            let mut row = applications::find(&mut **change, id).await?;
            row.body.application.mark = Some(mark.to_owned());
            self.save_application(change, pool, &mut row).await?;
            let marked = applications::event(EventKind::ApplicationMarked, &row.body.application)
                .fact("reason", mark)
                .fact("exit", &exit.number);
            change.record(marked).await?;
        }
        Ok(())
    }

    async fn exit_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let pool = self.open_part(ctx, no, Action::ReadExits).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let row = find(&mut *change, pool.id(), id).await?;
        self.member(&mut *change, &pool, row.body.expert).await?;
        Ok((change, row, pool))
    }

    /// Tells the expert, in the program and by the channels of the pack.
    pub(super) async fn tell_leaver(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        exit: &Exit,
        subject: &str,
        sentence: String,
    ) -> Result<()> {
        let member = self.member(&mut **change, pool, exit.expert).await?;
        let until = jiff::Span::new().days(MESSAGE_DAYS);
        let words = Words {
            pool: pool.id(),
            person: member.keys.person,
            channels: &[Medium::Sms, Medium::Email],
            subject: subject.to_owned(),
            sentence: format!("【{}】{sentence}", pool.pool.name),
            more: String::new(),
            about: ("expert", member.id.to_string()),
            until: end_of(ctx.today().checked_add(until).unwrap_or(ctx.today())),
        };
        self.put::<()>(change, ctx, words, None).await
    }
}

fn word(effect: ExitEffect) -> &'static str {
    use domain::policy::words::Word as _;
    effect.zh()
}

fn in_a_meeting(step: &ExitStep, rules: &ExitRules) -> Error {
    Error::Refused(vec![Reason::law(
        "exit.meeting",
        &rules.citation,
        format!(
            "“{}”以会议纪要为据。请在“会议审定”中安排会议，把本事项列入议程并登记结果。",
            step.label
        ),
    )])
}

/// The step a meeting takes, where there is one.
fn meets(pool: &OpenPool) -> Option<&ExitStep> {
    pool.pack.exit.as_ref().and_then(ExitRules::meeting_step)
}

/// Does the case wait for the body that decides in a meeting?
pub(crate) fn is_before_meeting(pool: &OpenPool, exit: &Exit) -> bool {
    let next = pool.pack.exit.as_ref().and_then(|rules| exit.next(rules));
    next.is_some_and(|step| step.minutes)
}

/// The heading under which a meeting decides on those who are to leave.
pub(crate) fn heading(rules: &ExitRules) -> String {
    format!("拟{}名单", rules.label)
}
