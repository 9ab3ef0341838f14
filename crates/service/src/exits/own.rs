//! The expert's side: asking to leave, in writing where the pack wants it; saying something of a case the
//! office opened; taking one's own request back.

use domain::actor::{Action, Target};
use domain::event::EventKind;
use domain::exit::{Exit, Opened, Refused};
use domain::id::{ExpertId, PoolId, RecordId};
use serde::Serialize;
use store::records::RecordFilter;

use super::opening::{Brought, NewExit};
use super::{
    ExitDocument, Ground, KIND, Row, called, documents, event, hears, of_pool, rules, runs, save,
};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::Membership;
use crate::objections::Upload;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// A membership its holder may ask to leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asking {
    /// The pool.
    pub pool: PoolId,
    /// Its name.
    pub pool_name: String,
    /// The membership.
    pub expert: ExpertId,
    /// Its number.
    pub number: String,
    /// The ground, with what it asks for.
    pub ground: Ground,
    /// What follows: the steps of the pack.
    pub steps: Vec<String>,
}

/// A case as its expert sees it.
#[derive(Debug, Clone, Serialize)]
pub struct OwnExit {
    /// The case.
    pub exit: Exit,
    /// Name of the pool.
    pub pool_name: String,
    /// What leaving on this ground is called.
    pub title: String,
    /// Its ground.
    pub ground: Ground,
    /// Its documents.
    pub documents: Vec<ExitDocument>,
    /// The step it waits for.
    pub next: Option<String>,
    /// May a statement still be given?
    pub may_state: bool,
    /// May it still be taken back?
    pub may_withdraw: bool,
}

impl Service {
    /// My cases, newest first, and the memberships I may ask to leave.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert.
    pub async fn own_exits(&self, ctx: &Ctx) -> Result<(Vec<OwnExit>, Vec<Asking>)> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut read = self.store.read();
        let members = store::experts::all_of_person::<Membership>(&mut read, person).await?;
        let (mut cases, mut asking) = (Vec::new(), Vec::new());
        for member in members {
            let pool = self.any_pool(member.keys.pool).await?;
            let Some(rules) = &pool.pack.exit else {
                continue;
            };
            let filter = RecordFilter {
                subject: Some(member.id.to_string()),
                ..of_pool(pool.id(), &[])
            };
            let mut open = false;
            for row in store::records::all::<Exit>(&mut read, &filter).await? {
                let Some(ground) = rules.ground(&row.body.ground) else {
                    continue;
                };
                let next = row.body.next(rules);
                open |= next.is_some();
                let own = matches!(row.body.opened, Opened::Own { .. });
                cases.push(OwnExit {
                    pool_name: pool.pool.name.clone(),
                    title: called(rules, ground).to_owned(),
                    ground: ground.into(),
                    documents: documents::of(&mut read, row.id).await?,
                    may_state: next.is_some() && hears(&pool) && !own,
                    may_withdraw: next.is_some() && own,
                    next: next.map(|step| step.label.clone()),
                    exit: row.body,
                });
            }
            let may_ask = !open && runs(&member.body.expert.standing);
            if let Some(ground) = rules.own_ground().filter(|_| may_ask) {
                asking.push(Asking {
                    pool: pool.id(),
                    pool_name: pool.pool.name.clone(),
                    expert: member.id,
                    number: member.keys.number.clone().unwrap_or_default(),
                    ground: ground.into(),
                    steps: rules.steps.iter().map(|step| step.label.clone()).collect(),
                });
            }
        }
        cases.sort_by_key(|one| std::cmp::Reverse(one.exit.id));
        Ok((cases, asking))
    }

    /// 本人申请退出.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a membership that is not mine; [`Error::Refused`] where the pack knows no
    /// such ground, a case is open, or I have left; [`Error::Invalid`] for what is missing.
    pub async fn ask_to_leave(
        &self,
        ctx: &Ctx,
        expert: ExpertId,
        reason: &str,
        uploads: Vec<Upload>,
    ) -> Result<RecordId> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let seen = store::experts::find::<Membership>(&mut self.store.read(), expert).await?;
        let seen = seen
            .filter(|member| member.keys.person == person)
            .ok_or(Error::NotFound)?;
        let pool = self.any_pool(seen.keys.pool).await?;
        let rules = rules(&pool)?;
        let ground = rules.own_ground().ok_or_else(|| {
            Error::state(
                "exit.not_own",
                "本库的办法没有规定本人申请退出。请与专家库办公室联系。",
            )
        })?;
        let documents = self.seal_documents(ctx, uploads).await?;
        let mut change = self.door_of_leaver(ctx, pool.id()).await?;
        let member = self.member(&mut *change, &pool, expert).await?;
        let new = NewExit {
            ground: ground.id.clone(),
            kind: String::new(),
            reason: reason.to_owned(),
        };
        let brought = Brought {
            opened: Opened::Own { at: ctx.now },
            raised: None,
            documents,
            taken: Vec::new(),
        };
        let exit = self
            .enter_exit(&mut change, ctx, &pool, &member, ground, (&new, brought))
            .await?;
        change.commit().await?;
        Ok(exit.id)
    }

    /// 本人陈述 of a case the office opened; it is laid before whoever decides, and holds nothing up.
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody else's; [`Error::Refused`] once it is over, or where experts are
    /// not heard; [`Error::Invalid`] without words, or with too many.
    pub async fn state_on_exit(&self, ctx: &Ctx, id: RecordId, text: &str) -> Result<()> {
        let (mut change, mut row) = self.own_exit_change(ctx, id).await?;
        if !hears(&self.any_pool(row.keys.pool).await?) {
            return Err(Error::state(
                "exit.unheard",
                "本库没有设陈述意见的环节。有意见的请与专家库办公室联系。",
            ));
        }
        let stated = row.body.clone().state(text, ctx.now);
        row.body = stated.map_err(|refused| match refused {
            Refused::TooLong(_) => Error::field("statement", refused.to_string()),
            other => other.into(),
        })?;
        save(&mut change, &mut row).await?;
        let stated = event(EventKind::ExitStated, &row.body)
            .detail(serde_json::json!({ "statement": row.body.statement }));
        change.record(stated).await?;
        change.commit().await?;
        Ok(())
    }

    /// 撤回 my own request to leave.
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody else's, or what the office opened; [`Error::Refused`] once it is
    /// over; [`Error::Invalid`] without a reason.
    pub async fn withdraw_own_exit(&self, ctx: &Ctx, id: RecordId, reason: &str) -> Result<()> {
        let (mut change, mut row) = self.own_exit_change(ctx, id).await?;
        if !matches!(row.body.opened, Opened::Own { .. }) {
            return Err(Error::NotFound);
        }
        self.take_back_exit(&mut change, ctx, &mut row, reason)
            .await?;
        change.commit().await?;
        Ok(())
    }

    async fn door_of_leaver<'c>(&self, ctx: &'c Ctx, pool: PoolId) -> Result<Change<'c>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut change = self.change(ctx, pool).await?;
        change
            .authorize(
                Action::AnswerInvitation,
                Target::pool(pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        Ok(change)
    }

    async fn own_exit_change<'c>(&self, ctx: &'c Ctx, id: RecordId) -> Result<(Change<'c>, Row)> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let seen: Row = records::find(&mut self.store.read(), id, KIND).await?;
        let mut change = self.door_of_leaver(ctx, seen.keys.pool).await?;
        let row: Row = records::find(&mut *change, id, KIND).await?;
        let pool: OpenPool = self.any_pool(row.keys.pool).await?;
        let member = self.member(&mut *change, &pool, row.body.expert).await?;
        if member.keys.person == person {
            Ok((change, row))
        } else {
            Err(Error::NotFound)
        }
    }
}
