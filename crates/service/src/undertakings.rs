//! 受聘承诺: what an instrument has an expert undertake on appointment, confirmed online before any task is
//! seen, once for each term, with the version that was read (GZ 第三条).

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::{Action, Target};
use domain::engagement::Engagement;
use domain::event::{Event, EventKind, Subject};
use domain::expert::{Status, Term};
use domain::id::{ExpertId, PersonId, PoolId, RecordId};
use domain::policy::pack::{UndertakenAt, Undertaking};
use domain::policy::undertaking;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::records::{RecordFilter, RecordKeys};
use store::{Db, document, experts};

use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::experts::{Member, Membership};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Kind of the stored records.
const KIND: &str = "undertaking";
/// Code of the refusal to show a task before the undertaking was given.
pub const OPEN: &str = "undertaking.open";

/// What somebody undertook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    id: RecordId,
    expert: ExpertId,
    /// Of the pack.
    undertaking: String,
    /// As it was read.
    elements: Vec<String>,
    /// Pack and digest.
    version: String,
    term: Term,
    at: Timestamp,
}

/// An undertaking that is still to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnUndertaking {
    /// The membership it is about.
    pub expert: ExpertId,
    /// Of the pack.
    pub id: String,
    /// Name of the pool.
    pub pool: String,
    /// 受聘承诺
    pub label: String,
    /// What is undertaken, ticked one by one.
    pub elements: Vec<String>,
    /// The instrument and its article.
    pub article: String,
    /// The last four characters of the identity number must be given with it.
    pub asks_tail: bool,
}

fn number(expert: ExpertId, undertaking: &str, term: Term) -> String {
    format!("{expert}:{undertaking}:{}", term.from)
}

impl Service {
    /// What a member still has to undertake before tasks are shown; nothing outside the term.
    async fn open_undertakings<'p>(
        &self,
        db: &mut impl Db,
        pool: &'p OpenPool,
        member: &Member,
        on: Date,
    ) -> Result<Vec<&'p Undertaking>> {
        let standing = member.body.expert.standing.on(on);
        if matches!(standing, Status::Left | Status::Expired) {
            return Ok(Vec::new());
        }
        let term = member.body.term_on(on);
        let mut given = BTreeMap::new();
        for one in &pool.pack.undertakings {
            let number = number(member.id, &one.id, term);
            let row = store::records::by_number::<Given>(db, pool.id(), KIND, &number).await?;
            given.extend(row.map(|row| (one.id.clone(), row.body.elements)));
        }
        Ok(undertaking::open(
            &pool.pack,
            UndertakenAt::Appointment,
            &given,
        ))
    }

    /// The memberships of a person whose tasks are not shown yet.
    pub(crate) async fn unpledged(
        &self,
        ctx: &Ctx,
        person: PersonId,
    ) -> Result<BTreeSet<ExpertId>> {
        let mut read = self.store.read();
        let members = experts::all_of_person::<Membership>(&mut read, person).await?;
        let mut open = BTreeSet::new();
        for member in members {
            let pool = self.any_pool(member.keys.pool).await?;
            let lacks = self
                .open_undertakings(&mut read, &pool, &member, ctx.today())
                .await?;
            if !lacks.is_empty() {
                open.insert(member.id);
            }
        }
        Ok(open)
    }

    /// A task is shown and answered only after the undertaking.
    pub(crate) async fn refuse_unpledged(&self, one: &Engagement) -> Result<()> {
        let ctx = self.schedule();
        let pool = self.any_pool(one.pool).await?;
        let mut read = self.store.read();
        let member = experts::find::<Membership>(&mut read, one.expert).await?;
        let member = member.ok_or(Error::NotFound)?;
        let open = self
            .open_undertakings(&mut read, &pool, &member, ctx.today())
            .await?;
        match open.first() {
            None => Ok(()),
            Some(first) => Err(Error::Refused(vec![Reason::law(
                OPEN,
                &first.citation,
                format!(
                    "还没有作出{}，不能查看和答复工作。请先逐项确认。",
                    first.label
                ),
            )])),
        }
    }

    /// What I still have to undertake, in every pool.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert.
    pub async fn own_undertakings(&self, ctx: &Ctx) -> Result<Vec<OwnUndertaking>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut read = self.store.read();
        let members = experts::all_of_person::<Membership>(&mut read, person).await?;
        let mut own = Vec::new();
        for member in members {
            let pool = self.any_pool(member.keys.pool).await?;
            let open = self
                .open_undertakings(&mut read, &pool, &member, ctx.today())
                .await?;
            own.extend(
                open.into_iter()
                    .map(|one| shown(&pool, member.id, one, false)),
            );
        }
        Ok(own)
    }

    /// What a member undertook, in every term: what it is called, when, in which version.
    pub(crate) async fn undertaken(
        &self,
        db: &mut impl Db,
        pool: PoolId,
        expert: ExpertId,
    ) -> Result<Vec<(String, Timestamp, String)>> {
        let filter = RecordFilter {
            subject: Some(expert.to_string()),
            ..records::of_kind(pool, KIND, &[])
        };
        let rows = store::records::all::<Given>(db, &filter).await?;
        let given = rows.into_iter();
        Ok(given
            .map(|row| (row.keys.title, row.body.at, row.body.version))
            .collect())
    }

    /// What is to be undertaken before the task behind a link is shown.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere or has run out.
    pub async fn undertakings_by_link(&self, token: &str) -> Result<Vec<OwnUndertaking>> {
        let engagement = self.behind(token).await?;
        let ctx = self.schedule();
        let pool = self.any_pool(engagement.pool).await?;
        let mut read = self.store.read();
        let member = experts::find::<Membership>(&mut read, engagement.expert).await?;
        let member = member.ok_or(Error::NotFound)?;
        let private = self.private_of(&mut read, member.keys.person).await?;
        let open = self
            .open_undertakings(&mut read, &pool, &member, ctx.today())
            .await?;
        let asks = private.id_number.is_some();
        Ok(open
            .into_iter()
            .map(|one| shown(&pool, member.id, one, asks))
            .collect())
    }

    /// Undertakes, logged in.
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody else's membership; [`Error::Invalid`] unless everything is
    /// ticked; [`Error::Refused`] when it was given before.
    pub async fn undertake(
        &self,
        ctx: &Ctx,
        expert: ExpertId,
        id: &str,
        ticked: &[String],
    ) -> Result<()> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let member = experts::find::<Membership>(&mut self.store.read(), expert).await?;
        let member = member
            .filter(|member| member.keys.person == person)
            .ok_or(Error::NotFound)?;
        ctx.actor
            .allow(
                Action::AnswerInvitation,
                Target::pool(member.keys.pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        self.take_undertaking(ctx, member.keys.pool, expert, id, ticked)
            .await
    }

    /// Undertakes by the link of an invitation.
    ///
    /// # Errors
    /// As [`Service::undertake`]; [`Error::TooMany`] after too many wrong digits.
    pub async fn undertake_by_link(
        &self,
        source: &str,
        token: &str,
        tail: &str,
        id: &str,
        ticked: &[String],
    ) -> Result<()> {
        let engagement = self.behind(token).await?;
        self.check_tail(engagement.person, token, tail).await?;
        let ctx = self.link_ctx(engagement.person, source).await?;
        self.take_undertaking(&ctx, engagement.pool, engagement.expert, id, ticked)
            .await
    }

    async fn take_undertaking(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        expert: ExpertId,
        id: &str,
        ticked: &[String],
    ) -> Result<()> {
        let pool = self.any_pool(pool).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let member = self.member(&mut *change, &pool, expert).await?;
        let open = self
            .open_undertakings(&mut *change, &pool, &member, ctx.today())
            .await?;
        let Some(one) = open.into_iter().find(|one| one.id == id) else {
            return Err(Error::state(
                "undertaking.given",
                "这项承诺已经作出，不用再办。",
            ));
        };
        let open = one.elements.iter().filter(|part| !ticked.contains(part));
        let open: Vec<&str> = open.map(String::as_str).collect();
        if !open.is_empty() {
            return Err(Error::field(
                "element",
                format!(
                    "还有 {} 项没有勾选：{}。请逐项确认。",
                    open.len(),
                    open.join("；")
                ),
            ));
        }
        let given = Given {
            id: self.id(ctx),
            expert,
            undertaking: one.id.clone(),
            elements: one.elements.clone(),
            version: format!("{} {}", pool.pack.id(), pool.pack.digest()),
            term: member.body.term_on(ctx.today()),
            at: ctx.now,
        };
        let keys = RecordKeys {
            pool: pool.id(),
            kind: KIND.to_owned(),
            number: Some(number(expert, &one.id, given.term)),
            status: "given".to_owned(),
            parent: None,
            subject: Some(expert.to_string()),
            team: String::new(),
            due_on: None,
            sort: ctx.now.to_string(),
            title: one.label.clone(),
        };
        let event = Event::new(EventKind::UndertakingGiven, Subject::new("expert", expert))
            .fact("undertaking", &one.label)
            .fact("article", &one.citation)
            .fact("version", &given.version)
            .fact("term", format!("{} — {}", given.term.from, given.term.to))
            .detail(serde_json::json!({ "elements": given.elements }));
        document::insert(&mut change, given.id, keys, &given).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}

fn shown(pool: &OpenPool, expert: ExpertId, one: &Undertaking, asks_tail: bool) -> OwnUndertaking {
    OwnUndertaking {
        expert,
        id: one.id.clone(),
        pool: pool.pool.name.clone(),
        label: one.label.clone(),
        elements: one.elements.clone(),
        article: format!("《{}》{}", pool.pack.identity.title, one.citation),
        asks_tail,
    }
}
