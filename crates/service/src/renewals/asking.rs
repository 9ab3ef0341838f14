//! 征求意愿: where the instrument needs it, everybody whose term is about to end is asked once by the
//! program, may be reminded once a day, and answers by the link, in their own space, or through the desk.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::PoisonError;

use domain::actor::{Action, Target};
use domain::event::{Event, EventKind, Subject};
use domain::expert::Standing;
use domain::id::{ExpertId, PoolId, RecordId};
use domain::policy::pack::Medium;
use domain::policy::renewal as policy;
use domain::renewal::{Renewal, Said, State, Through, Will};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{experts, records as stored};

use super::deciding::gone;
use super::{KIND, PORTION, Row, event, of_members, of_pool, rules, save};
use crate::applications::by;
use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Result};
use crate::experts::{Member, Membership};
use crate::pools::OpenPool;
use crate::questions::{LinkTo, Words, end_of};
use crate::records;
use crate::schedule::done_for;
use crate::service::Service;

/// Purpose of the link in the message.
const PURPOSE: &str = "renewal";

/// What a link leads to.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pointer {
    renewal: RecordId,
}

/// The question as the expert sees it. Nothing is pre-selected.
#[derive(Debug, Clone)]
pub struct OwnRenewal {
    /// The term, the answer so far and the decision.
    pub renewal: Renewal,
    /// The pool.
    pub pool: OpenPool,
    /// Name of the expert.
    pub name: String,
    /// The article.
    pub article: String,
    /// The last four characters of the identity number must be given with an answer.
    pub asks_tail: bool,
}

fn same_day(one: Timestamp, other: Timestamp) -> bool {
    let day = |at: Timestamp| at.to_zoned(shanghai()).date();
    day(one) == day(other)
}

impl Service {
    /// Asks everybody who is to be asked and has not been, in every pool. Scheduled work: again and
    /// again it finds whoever is left, and asks nobody twice.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ask_for_willingness(&self, ctx: &Ctx) -> Result<usize> {
        let pools = store::pools::all::<domain::pool::Pool>(&mut self.store.read()).await?;
        let mut asked = 0;
        for pool in pools {
            let done = self.ask_pool(ctx, pool.id).await;
            asked += done_for("willingness", pool.id, done);
        }
        Ok(asked)
    }

    async fn ask_pool(&self, ctx: &Ctx, pool: PoolId) -> Result<usize> {
        let pool = &self.any_pool(pool).await?;
        let rules = pool.pack.admission.renewal.as_ref();
        if !rules.is_some_and(policy::asks) {
            return Ok(0);
        }
        let today = ctx.today();
        let Some(horizon) = policy::horizon(&pool.pack, today) else {
            return Ok(0);
        };
        let ends = |standing: &Standing| {
            let last = standing.term().to;
            let holds = matches!(
                standing,
                Standing::Appointed { .. } | Standing::Suspended { .. }
            );
            holds && today <= last && last <= horizon
        };
        let places = self.roster(pool.id()).await?.roster.standing(ends);
        let mut hasher = DefaultHasher::new();
        places.hash(&mut hasher);
        let round = hasher.finish();
        let rounds = &self.renewal_rounds.0;
        let known = |rounds: &std::collections::HashMap<PoolId, u64>| {
            rounds.get(&pool.id()).copied() == Some(round)
        };
        if known(&rounds.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(0);
        }
        let mut asked = 0;
        for some in places.chunks(PORTION) {
            asked += self.ask_portion(ctx, pool, some).await?;
        }
        let mut rounds = rounds.lock().unwrap_or_else(PoisonError::into_inner);
        rounds.insert(pool.id(), round);
        Ok(asked)
    }

    async fn ask_portion(&self, ctx: &Ctx, pool: &OpenPool, places: &[u32]) -> Result<usize> {
        let unasked = |known: Option<&Row>| {
            known.is_none_or(|row| row.body.will == Will::Unasked && row.body.state == State::Open)
        };
        let mut read = self.store.read();
        let seen = experts::numbered::<Membership>(&mut read, pool.id(), places).await?;
        let known = of_members(&mut read, pool.id(), &seen).await?;
        drop(read);
        if !seen.iter().any(|member| unasked(known.get(&member.id))) {
            return Ok(0);
        }
        // Another server may have asked meanwhile: only what stands behind the door counts.
        let mut change = self.change(ctx, pool.id()).await?;
        let members = experts::numbered::<Membership>(&mut *change, pool.id(), places).await?;
        let known = of_members(&mut *change, pool.id(), &members).await?;
        let mut asked = 0;
        for member in members {
            if unasked(known.get(&member.id)) {
                let mut row = self.renewal_of(&mut change, ctx, pool, &member).await?;
                self.ask_one(&mut change, ctx, pool, &member, &mut row, false)
                    .await?;
                asked += 1;
            }
        }
        if asked == 0 {
            return Ok(0);
        }
        change.record(asked_event(pool, asked)).await?;
        change.commit().await?;
        Ok(asked)
    }

    async fn ask_one(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
        row: &mut Row,
        again: bool,
    ) -> Result<()> {
        row.body = row.body.clone().ask(ctx.now, same_day)?;
        save(change, row).await?;
        let ends = row.body.term.to;
        let again = if again { "再次提醒：" } else { "" };
        let words = Words {
            pool: pool.id(),
            person: member.keys.person,
            channels: &[Medium::Sms, Medium::Email],
            subject: "是否愿意续任".to_owned(),
            sentence: format!(
                "【{}】{again}您的聘期到{}届满，请您答复是否愿意续任",
                pool.pool.name,
                ends.strftime("%Y年%-m月%-d日")
            ),
            more: "愿意或不愿意都请答复；不答复的，到期自然结束。".to_owned(),
            about: (KIND, row.id.to_string()),
            until: end_of(ends),
        };
        let link = LinkTo {
            purpose: PURPOSE,
            pointer: Pointer { renewal: row.id },
            path: "/m/r",
        };
        self.put(change, ctx, words, Some(link)).await
    }

    /// 催办: asks everybody who is silent once more, each at most once a day.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when nobody is silent or everybody was asked today.
    pub async fn remind_renewals(&self, ctx: &Ctx, no: i64) -> Result<usize> {
        let pool = self.open_part(ctx, no, Action::DecideRenewals).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::DecideRenewals, &pool)?;
        rules(&pool)?;
        let rows = {
            let filter = stored::RecordFilter {
                experts_of: pool.experts_of(),
                ..of_pool(pool.id(), &["silent"])
            };
            stored::all::<Renewal>(&mut *change, &filter).await?
        };
        let silent = rows.len();
        let today = ctx.today();
        let due: Vec<Row> = rows
            .into_iter()
            .filter(|row| today <= row.body.term.to)
            .filter(|row| row.body.clone().ask(ctx.now, same_day).is_ok())
            .collect();
        let mut count = 0;
        for some in due.chunks(PORTION) {
            let ids = some.iter().map(|row| row.body.expert);
            let members = experts::find_all::<Membership>(&mut *change, ids).await?;
            let stays =
                |member: &&Member| !matches!(member.body.expert.standing, Standing::Left { .. });
            for row in some {
                let mut those = members.iter().filter(stays);
                let Some(member) = those.find(|one| one.id == row.body.expert) else {
                    continue;
                };
                let mut row = row.clone();
                self.ask_one(&mut change, ctx, &pool, member, &mut row, true)
                    .await?;
                count += 1;
            }
        }
        if count == 0 {
            return Err(Error::state(
                "renewal.reminded",
                match silent {
                    0 => "没有未答复的专家，不用催办。",
                    _ => "未答复的专家今天都已通知过，不再重复发送。请明天再催，急需的请电话联系。",
                },
            ));
        }
        change.record(asked_event(&pool, count)).await?;
        change.commit().await?;
        Ok(count)
    }

    /// 登记本人意愿: what an expert said by telephone or on paper.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] once decided, or for whoever left;
    /// [`Error::Invalid`] without how it was said, or without a reason for 不愿意.
    pub async fn record_willingness(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        said: Said,
        basis: &str,
    ) -> Result<()> {
        let pool = self.open_part(ctx, no, Action::DecideRenewals).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::DecideRenewals, &pool)?;
        rules(&pool)?;
        let member = self.member(&mut *change, &pool, expert).await?;
        let mut row = self.renewal_of(&mut change, ctx, &pool, &member).await?;
        let through = Through::Desk {
            by: by(ctx)?,
            basis: basis.to_owned(),
        };
        self.take_will(&mut change, ctx, &mut row, said, through)
            .await?;
        change.commit().await?;
        Ok(())
    }

    async fn take_will(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        row: &mut Row,
        said: Said,
        through: Through,
    ) -> Result<()> {
        let member = experts::find::<Membership>(&mut **change, row.body.expert).await?;
        if let Some(reason) = member.as_ref().and_then(gone) {
            return Err(Error::Refused(vec![reason]));
        }
        let how = match &through {
            Through::Expert => "本人答复",
            Through::Desk { .. } => "经办人登记",
        };
        row.body = row.body.clone().answer(said, through, ctx.now)?;
        save(change, row).await?;
        // Whoever has answered needs no reminder that still waits to be sent.
        store::messages::cancel(change, KIND, &row.id.to_string()).await?;
        let answered = event(EventKind::RenewalAnswered, &row.body)
            .fact("answer", row.body.will.code())
            .fact("through", how)
            .detail(serde_json::json!({ "will": row.body.will }));
        change.record(answered).await?;
        Ok(())
    }

    /// The questions put to me that are not decided, and what became of the others of terms that run.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert.
    pub async fn own_renewals(&self, ctx: &Ctx) -> Result<Vec<OwnRenewal>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut read = self.store.read();
        let members = experts::all_of_person::<Membership>(&mut read, person).await?;
        let mut own = Vec::new();
        for member in members {
            if matches!(member.body.expert.standing, Standing::Left { .. }) {
                continue;
            }
            let filter = stored::RecordFilter {
                subject: Some(member.id.to_string()),
                ..of_pool(member.keys.pool, &[])
            };
            for row in stored::all::<Renewal>(&mut read, &filter).await? {
                let asked = row.body.will != Will::Unasked && ctx.today() <= row.body.term.to;
                if asked {
                    own.push(self.own_renewal(row.body, &member, false).await?);
                }
            }
        }
        Ok(own)
    }

    async fn own_renewal(
        &self,
        renewal: Renewal,
        member: &Member,
        by_link: bool,
    ) -> Result<OwnRenewal> {
        let pool = self.any_pool(renewal.pool).await?;
        let private = self
            .private_of(&mut self.store.read(), member.keys.person)
            .await?;
        Ok(OwnRenewal {
            name: member.keys.name.clone(),
            article: rules(&pool)?.citation.to_string(),
            asks_tail: by_link && private.id_number.is_some(),
            renewal,
            pool,
        })
    }

    /// The question behind a link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere or has run out.
    pub async fn renewal_by_link(&self, token: &str) -> Result<OwnRenewal> {
        let row = self.renewal_behind(token).await?;
        let member = experts::find::<Membership>(&mut self.store.read(), row.body.expert).await?;
        self.own_renewal(row.body, &member.ok_or(Error::NotFound)?, true)
            .await
    }

    async fn renewal_behind(&self, token: &str) -> Result<Row> {
        let mut read = self.store.read();
        let link = store::accounts::link::<Pointer>(&mut read, &self.token_hash(token)).await?;
        let link =
            link.filter(|link| link.purpose == PURPOSE && link.expires_at > self.clock.now());
        let id = link.ok_or(Error::NotFound)?.body.renewal;
        records::find(&mut read, id, KIND).await
    }

    /// The expert answers in their own space.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless asked; [`Error::Refused`] once decided; [`Error::Invalid`].
    pub async fn answer_renewal(&self, ctx: &Ctx, id: RecordId, said: Said) -> Result<Will> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let row: Row = records::find(&mut self.store.read(), id, KIND).await?;
        let member = experts::find::<Membership>(&mut self.store.read(), row.body.expert).await?;
        member
            .filter(|member| member.keys.person == person)
            .ok_or(Error::NotFound)?;
        ctx.actor
            .allow(
                Action::AnswerInvitation,
                Target::pool(row.keys.pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        self.take_own_will(ctx, row.keys.pool, id, said).await
    }

    /// The expert answers by the link of the message.
    ///
    /// # Errors
    /// As [`Service::answer_renewal`]; [`Error::TooMany`] after too many wrong digits.
    pub async fn answer_renewal_by_link(
        &self,
        source: &str,
        token: &str,
        tail: &str,
        said: Said,
    ) -> Result<Will> {
        let row = self.renewal_behind(token).await?;
        let member = experts::find::<Membership>(&mut self.store.read(), row.body.expert).await?;
        let person = member.ok_or(Error::NotFound)?.keys.person;
        self.check_tail(person, token, tail).await?;
        let ctx = self.link_ctx(person, source).await?;
        self.take_own_will(&ctx, row.keys.pool, row.id, said).await
    }

    async fn take_own_will(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        id: RecordId,
        said: Said,
    ) -> Result<Will> {
        let mut change = self.change(ctx, pool).await?;
        let mut row: Row = records::find_in(&mut *change, pool, id, KIND).await?;
        if row.body.term.to < ctx.today() {
            return Err(Error::state(
                "renewal.over",
                format!(
                    "聘期已于 {} 届满，不能再答复。如有疑问请联系专家库办公室。",
                    row.body.term.to
                ),
            ));
        }
        self.take_will(&mut change, ctx, &mut row, said, Through::Expert)
            .await?;
        change.commit().await?;
        Ok(row.body.will)
    }
}

fn asked_event(pool: &OpenPool, count: usize) -> Event {
    Event::new(EventKind::RenewalAsked, Subject::new("pool", pool.id())).fact("count", count)
}
