//! 专家本人: what is held about me, who opened it, which relations I declared, my messages; and how an
//! expert gets a log-in (DG 第十二条, 第十三条).

mod held;

use std::collections::BTreeSet;

use domain::actor::{Action, Role, Target, exclusive};
use domain::event::{Event, EventKind, Subject};
use domain::expert::{Expert, Status, Term};
use domain::id::{AccountId, ExpertId, PersonId, PoolId, RelationId};
use domain::relation::{Relation, Source};
use jiff::Timestamp;
use serde::Serialize;
use store::accounts::RoleGrant;
use store::ledger::{self, EntryFilter};
use store::messages::MessageFilter;
use store::{LedgerId, Page, PageRequest, relations};

use crate::accounts::{AccountBody, NewAccount, OneTimeLink};
use crate::certificates::OwnCertificate;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::{Member, Membership, Participations};
use crate::pools::OpenPool;
use crate::relations::{RelationDraft, RelationRow};
use crate::roles::held_roles;
use crate::service::Service;
use crate::typed;

/// Most entries one page shows.
const MOST: u32 = 100;

/// One membership as its expert sees it.
#[derive(Debug, Clone)]
pub struct OwnMembership {
    /// The pool.
    pub pool: OpenPool,
    /// The membership.
    pub expert: Expert,
    /// The term that runs.
    pub term: Term,
    /// What holds today.
    pub status: Status,
    /// Everything held, label and value; identity number and addresses masked.
    pub held: Vec<(String, String)>,
    /// My certificates, the newest term first.
    pub certificates: Vec<OwnCertificate>,
    /// What I was called for.
    pub participations: Participations,
}

/// One time somebody opened my plain values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// When.
    pub at: Timestamp,
    /// Who, with their post.
    pub by: String,
    /// What was opened.
    pub what: String,
    /// For what.
    pub purpose: String,
    /// Number of the entry in the pool's ledger.
    pub number: u64,
}

/// One message in the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnMessage {
    /// When.
    pub at: Timestamp,
    /// What about.
    pub subject: String,
    /// The words.
    pub content: String,
    /// The page on which to do what it asks.
    pub path: Option<String>,
}

impl Service {
    /// My memberships with everything held about me.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert.
    pub async fn own_record(&self, ctx: &Ctx) -> Result<Vec<OwnMembership>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut read = self.store.read();
        let members = store::experts::all_of_person::<Membership>(&mut read, person).await?;
        let unpledged = self.unpledged(ctx, person).await?;
        let mut own = Vec::with_capacity(members.len());
        for member in members {
            let target = Target::pool(member.keys.pool).of_person(person);
            if ctx.actor.allow(Action::ReadOwnRecord, target).is_err() {
                continue;
            }
            let pool = self.any_pool(member.keys.pool).await?;
            let mut participations = self.participations_of(&mut read, &pool, member.id).await?;
            if unpledged.contains(&member.id) {
                participations.calls.clear();
            }
            own.push(OwnMembership {
                certificates: self.held_by(ctx, &pool, &member).await?,
                participations,
                term: member.body.term_on(ctx.today()),
                status: member.body.expert.standing.on(ctx.today()),
                held: self.everything_held(&mut read, &pool, &member).await?,
                expert: member.body.expert,
                pool,
            });
        }
        Ok(own)
    }

    /// Who opened my identity number, phone or files, when and for what, newest first.
    ///
    /// # Errors
    /// As [`Service::own_record`].
    pub async fn own_readings(&self, ctx: &Ctx) -> Result<Vec<Reading>> {
        let mut read = self.store.read();
        let mut readings = Vec::new();
        for own in self.own_record(ctx).await? {
            let ledger = LedgerId::Pool(own.pool.id());
            let filter = EntryFilter {
                ledger: Some(ledger),
                object: Some(("expert".to_owned(), own.expert.id.to_string())),
                action: Some(EventKind::PlainValueRead.code().to_owned()),
                ..EntryFilter::default()
            };
            for entry in ledger::list(&mut read, &filter, MOST).await? {
                let body = ledger::body(&self.store, &mut read, ledger, entry.seq).await?;
                let content: serde_json::Value = body
                    .and_then(|body| serde_json::from_slice(&body.json).ok())
                    .unwrap_or_default();
                let text = |path: &str| {
                    let found = content.pointer(path).and_then(serde_json::Value::as_str);
                    found.unwrap_or_default().to_owned()
                };
                let what = [text("/facts/fields"), text("/facts/kind")];
                readings.push(Reading {
                    at: Timestamp::from_millisecond(entry.at).unwrap_or(Timestamp::UNIX_EPOCH),
                    by: text("/by"),
                    what: what
                        .into_iter()
                        .find(|what| !what.is_empty())
                        .unwrap_or_default(),
                    purpose: text("/facts/purpose"),
                    number: entry.seq,
                });
            }
        }
        readings.sort_by_key(|reading| std::cmp::Reverse(reading.at));
        Ok(readings)
    }

    /// The recusal facts on file about me, whoever entered them.
    ///
    /// # Errors
    /// As [`Service::own_record`].
    pub async fn own_relations(&self, ctx: &Ctx) -> Result<Vec<RelationRow>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let found = relations::of_persons::<Relation>(&mut self.store.read(), [person]).await?;
        Ok(found
            .into_iter()
            .map(|row| RelationRow {
                version: row.version,
                relation: row.body,
            })
            .collect())
    }

    /// 申报回避关系, before anybody asks: it counts in every later draw (DG 第十三条(二)).
    ///
    /// # Errors
    /// [`Error::NotFound`] for a pool one is not in; everything wrong with what was typed.
    pub async fn declare_relation(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        draft: &RelationDraft,
    ) -> Result<RelationId> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let open = self.any_pool(pool).await?;
        let mut change = self.change(ctx, pool).await?;
        change
            .authorize(
                Action::AnswerInvitation,
                Target::pool(pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        // A relation is of the person; any membership of the pool carries it.
        let held = store::experts::of_person::<Membership>(&mut *change, pool, person).await?;
        let member = held.into_iter().next().ok_or(Error::NotFound)?;
        let id = self
            .enter_relation(&mut change, ctx, &open, &member, draft, Source::Declared)
            .await?;
        change.commit().await?;
        Ok(id)
    }

    /// 撤回 a relation I declared: no later frame looks at it, those made before keep what they used,
    /// and it stays on file as withdrawn.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that is not about me; [`Error::Refused`] for one that somebody else
    /// entered or that was withdrawn before; [`Error::Invalid`] without a reason; [`Error::Stale`].
    pub async fn withdraw_relation(
        &self,
        ctx: &Ctx,
        id: RelationId,
        version: i64,
        reason: &str,
    ) -> Result<()> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let member = self.declared_as(person, id).await?;
        let pool = member.keys.pool;
        let mut change = self.change(ctx, pool).await?;
        change
            .authorize(
                Action::AnswerInvitation,
                Target::pool(pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        let row = relations::find::<Relation>(&mut *change, id).await?;
        let row = row.filter(|row| row.keys.person == person);
        let mut row = row.ok_or(Error::NotFound)?;
        let withdrawal = row.body.withdraw(reason, ctx.today())?;
        if row.version != version {
            return Err(Error::Stale);
        }
        let mut problems = Vec::new();
        typed::at_most(&mut problems, "reason", "理由", &withdrawal.reason, 300);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        row.body.withdrawn = Some(withdrawal);
        store::document::save(&mut change, &mut row).await?;
        let event = Event::new(
            EventKind::RelationWithdrawn,
            Subject::new("expert", member.id),
        )
        .fact("relation", id)
        .fact("kind", &row.body.kind)
        .detail(serde_json::json!({ "relation": row.body }));
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// The membership whose ledger tells of a declaration: whoever is in one pool only declared it
    /// there.
    async fn declared_as(&self, person: PersonId, id: RelationId) -> Result<Member> {
        let mut read = self.store.read();
        let members = store::experts::all_of_person::<Membership>(&mut read, person).await?;
        let about = id.to_string();
        for member in members.iter().filter(|_| members.len() > 1) {
            let place = LedgerId::Pool(member.keys.pool);
            let filter = EntryFilter {
                ledger: Some(place),
                object: Some(("expert".to_owned(), member.id.to_string())),
                action: Some(EventKind::RelationAdded.code().to_owned()),
                ..EntryFilter::default()
            };
            for entry in ledger::list(&mut read, &filter, MOST).await? {
                let body = ledger::body(&self.store, &mut read, place, entry.seq).await?;
                let content: Option<serde_json::Value> =
                    body.and_then(|body| serde_json::from_slice(&body.json).ok());
                let relation = content
                    .as_ref()
                    .and_then(|one| one.pointer("/facts/relation"));
                if relation.and_then(serde_json::Value::as_str) == Some(&about) {
                    return Ok(member.clone());
                }
            }
        }
        members.into_iter().next().ok_or(Error::NotFound)
    }

    /// My messages in the program, newest first.
    ///
    /// # Errors
    /// [`Error::LoggedOut`].
    pub async fn own_messages(&self, ctx: &Ctx, page: &PageRequest) -> Result<Page<OwnMessage>> {
        let filter = MessageFilter {
            account: Some(ctx.actor.account.ok_or(Error::LoggedOut)?),
            channel: Some("in_app".to_owned()),
            ..MessageFilter::default()
        };
        let seals = self.store.seals();
        let found = store::messages::page(&mut self.store.read(), seals, &filter, page).await?;
        let unpledged = match ctx.actor.person {
            Some(person) => self.unpledged(ctx, person).await?,
            None => BTreeSet::new(),
        };
        let unpledged: Vec<PoolId> =
            store::experts::find_all::<Membership>(&mut self.store.read(), unpledged)
                .await?
                .into_iter()
                .map(|member| member.keys.pool)
                .collect();
        let hidden = |message: &store::messages::Message| {
            message.reference_kind == "engagement"
                && message.pool.is_some_and(|pool| unpledged.contains(&pool))
        };
        let shown = |message: store::messages::Message| {
            let hidden = hidden(&message);
            let about = &message.reference_id;
            OwnMessage {
                path: match message.reference_kind.as_str() {
                    _ if hidden => Some("/m/undertakings".to_owned()),
                    "engagement" => Some(format!("/m/invites/{about}")),
                    "amendment" => Some("/m/amendments".to_owned()),
                    "campaign" => Some(format!("/m/updates/{about}")),
                    "renewal" => Some(format!("/m/renewals/{about}")),
                    _ => None,
                },
                at: message.created_at,
                content: if hidden {
                    "作出受聘承诺后，才能看到工作内容。".to_owned()
                } else {
                    message.content.reveal().to_owned()
                },
                subject: message.subject,
            }
        };
        Ok(Page {
            items: found
                .items
                .into_iter()
                .map(|queued| shown(queued.message))
                .collect(),
            next: found.next,
        })
    }

    /// Opens a log-in for an expert, or adds this pool to the one they have. The link by which they
    /// set their password is returned when the account is new.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; refused when the person holds a post that an expert
    /// may not hold, or has the log-in already.
    pub async fn open_expert_account(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
    ) -> Result<Option<OneTimeLink>> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize_in(Action::EditExperts, &pool)?;
        let member = self.member(&mut *change, &pool, expert).await?;
        let person = member.keys.person;
        let grant = RoleGrant {
            role: Role::Expert.code().to_owned(),
            pool: Some(pool.id()),
            unit: String::new(),
        };
        let accounts = store::accounts::of_person::<AccountBody>(&mut *change, person).await?;
        for account in &accounts {
            let roles = store::accounts::roles(&mut *change, account.id).await?;
            if roles.contains(&grant) {
                return Err(Error::state(
                    "account.exists",
                    format!(
                        "{}已有账号 {}。忘记密码的，请系统管理员重置。",
                        member.keys.name, account.keys.login
                    ),
                ));
            }
            if let Some(held) = held_roles(&roles).find(|held| exclusive(*held, Role::Expert)) {
                return Err(Error::state(
                    "exclusive_roles",
                    format!(
                        "{}已任{}，不能同时以专家身份登录。请先由安全管理员收回原岗位。",
                        member.keys.name,
                        held.zh()
                    ),
                ));
            }
        }
        let (id, link) = match accounts.first() {
            Some(account) => (account.id, None),
            None => {
                let login = self
                    .free_login(&mut change, &member.body.expert.number)
                    .await?;
                let new = NewAccount {
                    login,
                    name: member.keys.name.clone(),
                    person: Some(person),
                    ..NewAccount::default()
                };
                let id = self.add_account(&mut change, ctx, &new).await?;
                let link = self.password_link(&mut change, ctx, id).await?;
                (id, Some(link))
            }
        };
        let mut roles = store::accounts::roles(&mut *change, id).await?;
        roles.push(grant);
        store::accounts::set_roles(&mut change, id, &roles).await?;
        let filter = store::engagements::EngagementFilter {
            experts: vec![expert],
            ..store::engagements::EngagementFilter::default()
        };
        let calls =
            store::engagements::all::<domain::engagement::Engagement>(&mut *change, &filter)
                .await?;
        for call in calls {
            let about = call.id.to_string();
            store::messages::assign(&mut change, "engagement", &about, id).await?;
        }
        let event = Event::new(EventKind::RoleGranted, Subject::new("account", id))
            .fact("role", Role::Expert.code())
            .fact("pool", pool.id());
        change.record(event).await?;
        change.commit().await?;
        Ok(link)
    }

    /// The expert's number as a log-in name; numbered on when another pool gave the same one.
    async fn free_login(
        &self,
        change: &mut crate::change::Change<'_>,
        number: &str,
    ) -> Result<String> {
        let base: String = number
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        let base = if base.is_empty() {
            "zj".to_owned()
        } else {
            base
        };
        for n in 1..1_000 {
            let login = if n == 1 {
                base.clone()
            } else {
                format!("{base}-{n}")
            };
            let known = store::accounts::by_login::<AccountBody>(&mut **change, &login).await?;
            if known.is_none() {
                return Ok(login);
            }
        }
        Err(Error::state(
            "account.login",
            "这个专家编号对应的登录名都已占用。请联系系统管理员建账号。",
        ))
    }

    /// The log-in of an expert, for whoever keeps the pool: name and whether it may be used.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn expert_account(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
    ) -> Result<Option<(AccountId, String)>> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut read = self.store.read();
        let member = self.member(&mut read, &pool, expert).await?;
        let accounts =
            store::accounts::of_person::<AccountBody>(&mut read, member.keys.person).await?;
        Ok(accounts
            .into_iter()
            .next()
            .map(|row| (row.id, row.keys.login)))
    }
}
