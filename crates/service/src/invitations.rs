//! 邀请: what the drawn receive, by which channels, and what they see and answer on their phone.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::actor::{Action, Actor};
use domain::engagement::{Answer, Answered, Declaration, Engagement, State};
use domain::id::{AccountId, EngagementId, MessageId, PersonId};
use domain::policy::pack::{Duration, Medium};
use domain::policy::words::Word as _;
use domain::task::Task;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Secret;
use store::accounts::Link;
use store::engagements::EngagementFilter;
use store::messages::Message;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::service::Service;

/// Purpose of the link in an invitation.
const PURPOSE: &str = "invitation";
/// Wrong digits after which a link is closed to guessing.
const TRIES: u32 = 5;

/// What a link leads to.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pointer {
    engagement: EngagementId,
}

/// One recusal ground as the expert is asked about it.
#[derive(Debug, Clone, Serialize)]
pub struct GroundQuestion {
    /// Id of the ground.
    pub id: String,
    /// In a few words.
    pub label: String,
    /// The article.
    pub article: String,
    /// Relations it names, to choose from.
    pub relations: Vec<String>,
    /// Words are needed.
    pub text_required: bool,
}

/// An invitation as the expert sees it. Nothing is pre-selected.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The engagement.
    pub engagement: Engagement,
    /// The task.
    pub task: Task,
    /// Name of the requester.
    pub requester: String,
    /// The pool.
    pub pool: OpenPool,
    /// Name of the expert.
    pub name: String,
    /// What is asked before accepting.
    pub grounds: Vec<GroundQuestion>,
    /// The last four characters of the identity number must be given with an answer.
    pub asks_tail: bool,
}

impl Service {
    /// When an answer is due: the pack's time, but never after the work begins.
    pub(crate) fn answer_by(&self, ctx: &Ctx, pool: &OpenPool, task: &Task) -> Timestamp {
        let within = pool
            .pack
            .draw
            .top_up
            .as_ref()
            .map(|rule| rule.answer_within);
        let start = ctx.now.to_zoned(crate::ctx::shanghai()).datetime();
        let due = within
            .unwrap_or(Duration::Hours(24))
            .after(start, &self.calendar)
            .value;
        let due = due
            .to_zoned(crate::ctx::shanghai())
            .map_or(ctx.now, |zoned| zoned.timestamp());
        let begins = task
            .request
            .work_date()
            .and_then(|day| day.to_zoned(crate::ctx::shanghai()).ok())
            .map(|zoned| zoned.timestamp());
        match begins {
            Some(begins) if begins > ctx.now => due.min(begins),
            _ => due,
        }
    }

    /// Queues the invitation over every channel of the pack for which an address is on file.
    pub(crate) async fn send_invitation(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        task: &Task,
        engagement: &Engagement,
    ) -> Result<()> {
        let State::Invited { answer_by, .. } = engagement.state else {
            return Ok(());
        };
        let secret = self.entropy.secret();
        let token = BASE64_URL_SAFE_NO_PAD.encode(&secret[..24]);
        let last = task.request.last_date().unwrap_or(ctx.today());
        let end = last
            .tomorrow()
            .unwrap_or(last)
            .to_zoned(crate::ctx::shanghai());
        let link = Link {
            purpose: PURPOSE.to_owned(),
            account: None,
            expires_at: end.map_or(answer_by, |zoned| zoned.timestamp()),
            used_at: None,
            body: Pointer {
                engagement: engagement.id,
            },
        };
        store::accounts::add_link(change, &self.token_hash(&token), &link).await?;
        let address = format!("{}/m/i/{token}", self.settings.public_url);
        let due = answer_by
            .to_zoned(crate::ctx::shanghai())
            .strftime("%-m月%-d日%H:%M")
            .to_string();
        let day = task
            .request
            .work_date()
            .map(|d| d.strftime("%-m月%-d日").to_string());
        let words = format!(
            "【{}】请您{}参加评审工作，请于{due}前答复",
            pool.pool.name,
            day.unwrap_or_default()
        );
        let more = format!(
            "工作内容：{}\n地点：{}\n如有应当回避的情形，请在页面中如实申报。",
            task.request.content, task.request.place
        );
        let short = format!("{words}：{address}");
        let long = format!("{short}\n{more}");
        let plain = format!("{words}。\n{more}");
        let private =
            store::persons::private(&mut **change, self.store.seals(), [engagement.person]).await?;
        let private = private.into_iter().next().map(|(_, private)| private);
        let mut channels: Vec<Medium> = pool
            .pack
            .notification
            .as_ref()
            .map(|rules| rules.channels.clone())
            .unwrap_or_default();
        let account = self.account_of(change, engagement.person).await?;
        if !channels.contains(&Medium::InApp) {
            channels.push(Medium::InApp);
        }
        for medium in channels {
            let recipient = match (medium, &private) {
                (Medium::Sms, Some(p)) => p.phone.clone(),
                (Medium::Email, Some(p)) => p.email.clone(),
                (Medium::InApp, _) => Some(Secret::new(engagement.person.to_string())),
                _ => None,
            };
            let Some(recipient) = recipient else { continue };
            let text = match medium {
                Medium::Sms => &short,
                Medium::InApp => &plain,
                _ => &long,
            };
            let message = Message {
                id: self.id::<MessageId>(ctx),
                pool: Some(engagement.pool),
                channel: medium.word().to_owned(),
                recipient,
                account,
                subject: "评审工作邀请".to_owned(),
                content: Secret::new(text.as_str()),
                reference_kind: "engagement".to_owned(),
                reference_id: engagement.id.to_string(),
                created_at: ctx.now,
                send_at: ctx.now,
                deadline: Some(answer_by),
            };
            change.enqueue(&message).await?;
        }
        Ok(())
    }

    /// The invitation behind a link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere or has run out.
    pub async fn invitation(&self, token: &str) -> Result<Invitation> {
        let engagement = self.behind(token).await?;
        self.refuse_unpledged(&engagement).await?;
        self.open_invitation(engagement, true).await
    }

    /// The expert's own invitations, newest first.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert.
    pub async fn own_invitations(&self, ctx: &Ctx) -> Result<Vec<Invitation>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut read = self.store.read();
        let memberships =
            store::experts::all_of_person::<domain::expert::Expert>(&mut read, person).await?;
        // Nothing is shown before what is to be undertaken is.
        let unpledged = self.unpledged(ctx, person).await?;
        let experts: Vec<_> = memberships
            .iter()
            .map(|row| row.id)
            .filter(|id| !unpledged.contains(id))
            .collect();
        if experts.is_empty() {
            return Ok(Vec::new());
        }
        let filter = EngagementFilter {
            experts,
            ..EngagementFilter::default()
        };
        let mut rows = store::engagements::all::<Engagement>(&mut read, &filter).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(self.open_invitation(row.body, false).await?);
        }
        Ok(all)
    }

    /// Answers by the link of the invitation. The last four characters of the identity number show
    /// that the phone is in the right hands.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Refused`], [`Error::TooMany`] after too many wrong digits.
    pub async fn answer_by_link(
        &self,
        source: &str,
        token: &str,
        tail: &str,
        answer: Answer,
    ) -> Result<State> {
        let engagement = self.behind(token).await?;
        self.refuse_unpledged(&engagement).await?;
        self.check_tail(engagement.person, token, tail).await?;
        let ctx = self.link_ctx(engagement.person, source).await?;
        self.take_answer(&ctx, engagement.id, answer, Answered::Expert)
            .await
    }

    /// Asks leave by the link of the invitation.
    ///
    /// # Errors
    /// As [`Service::answer_by_link`].
    pub async fn leave_by_link(
        &self,
        source: &str,
        token: &str,
        tail: &str,
        reason: &str,
    ) -> Result<()> {
        let engagement = self.behind(token).await?;
        self.check_tail(engagement.person, token, tail).await?;
        let ctx = self.link_ctx(engagement.person, source).await?;
        self.take_leave_request(&ctx, engagement.id, reason).await
    }

    /// Answers while logged in.
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody else's invitation.
    pub async fn answer_invitation(
        &self,
        ctx: &Ctx,
        id: EngagementId,
        answer: Answer,
    ) -> Result<State> {
        let row = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let row = row.ok_or(Error::NotFound)?;
        ctx.actor
            .allow(Action::AnswerInvitation, Self::own(&row.body))
            .map_err(|_| Error::NotFound)?;
        self.refuse_unpledged(&row.body).await?;
        self.take_answer(ctx, id, answer, Answered::Expert).await
    }

    /// Asks leave while logged in, in writing (DG 第十一条).
    ///
    /// # Errors
    /// [`Error::NotFound`] for somebody else's engagement; [`Error::Invalid`] without words.
    pub async fn ask_leave(&self, ctx: &Ctx, id: EngagementId, reason: &str) -> Result<()> {
        let row = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let row = row.ok_or(Error::NotFound)?;
        ctx.actor
            .allow(Action::AnswerInvitation, Self::own(&row.body))
            .map_err(|_| Error::NotFound)?;
        self.take_leave_request(ctx, id, reason).await
    }

    async fn open_invitation(&self, engagement: Engagement, asks: bool) -> Result<Invitation> {
        let mut read = self.store.read();
        let task = store::tasks::find::<Task>(&mut read, engagement.task).await?;
        let task = task.ok_or(Error::NotFound)?.body;
        let pool = self.any_pool(engagement.pool).await?;
        let grounds = pool
            .pack
            .recusal
            .iter()
            .flat_map(|rules| &rules.grounds)
            .map(|ground| GroundQuestion {
                id: ground.id.clone(),
                label: ground.label.clone(),
                article: ground.citation.to_string(),
                relations: ground
                    .relations
                    .iter()
                    .map(|kind| kind.name.clone())
                    .collect(),
                text_required: ground.text_required,
            });
        let asks_tail = asks && self.tail(engagement.person).await?.is_some();
        Ok(Invitation {
            grounds: grounds.collect(),
            requester: self.organisation_name(task.requester).await?,
            name: self.profile(engagement.person).await?.name,
            engagement,
            task,
            pool,
            asks_tail,
        })
    }

    /// The account of a person, if they have one; messages are listed in it.
    pub(crate) async fn account_of(
        &self,
        change: &mut Change<'_>,
        person: PersonId,
    ) -> Result<Option<AccountId>> {
        let accounts =
            store::accounts::of_person::<serde_json::Value>(&mut **change, person).await?;
        Ok(accounts.first().map(|row| row.id))
    }

    pub(crate) fn token_hash(&self, token: &str) -> String {
        hex::encode(self.store.seals().keyed_hash(&["link"], token.as_bytes()))
    }

    pub(crate) async fn behind(&self, token: &str) -> Result<Engagement> {
        let mut read = self.store.read();
        let link = store::accounts::link::<Pointer>(&mut read, &self.token_hash(token)).await?;
        let link = link
            .filter(|link| link.purpose == PURPOSE && link.expires_at > self.clock.now())
            .ok_or(Error::NotFound)?;
        let row = store::engagements::find::<Engagement>(&mut read, link.body.engagement).await?;
        Ok(row.ok_or(Error::NotFound)?.body)
    }

    /// The context of somebody who holds a link: one person, without roles.
    pub(crate) async fn link_ctx(&self, person: PersonId, source: &str) -> Result<Ctx> {
        let actor = Actor {
            name: self.profile(person).await?.name,
            person: Some(person),
            ..Actor::system()
        };
        Ok(self.ctx(actor, source, ""))
    }

    /// Last four characters of the identity number, if it is on file.
    async fn tail(&self, person: PersonId) -> Result<Option<String>> {
        let private =
            store::persons::private(&mut self.store.read(), self.store.seals(), [person]).await?;
        let number = private
            .into_iter()
            .next()
            .and_then(|(_, private)| private.id_number);
        Ok(number.map(|number| {
            let text = number.reveal();
            text.chars()
                .skip(text.chars().count().saturating_sub(4))
                .collect()
        }))
    }

    /// The last four characters show that the phone is in the right hands; who has no identity number
    /// on file is known by the link alone.
    pub(crate) async fn check_tail(&self, person: PersonId, token: &str, tail: &str) -> Result<()> {
        let Some(expected) = self.tail(person).await? else {
            return Ok(());
        };
        if !self
            .attempts
            .allow(&format!("tail:{}", self.token_hash(token)), TRIES)
        {
            return Err(Error::TooMany(
                "证件号后四位输错次数过多，本链接已暂停答复。请联系通知中的联系人，以电话答复。"
                    .into(),
            ));
        }
        let typed = domain::text::compact(tail).to_uppercase();
        if typed != expected.to_uppercase() {
            return Err(Error::field(
                "id_tail",
                "身份证号后四位与登记的不符。请核对后重新输入，末位是字母时输入 X。",
            ));
        }
        self.attempts
            .forget(&format!("tail:{}", self.token_hash(token)));
        Ok(())
    }
}

/// What the form of the phone page says, as an answer.
///
/// # Errors
/// [`Error::Invalid`] when no answer was chosen.
pub fn answer_from(
    choice: &str,
    declared_none: bool,
    reason: Option<String>,
    declared: Vec<Declaration>,
) -> Result<Answer> {
    match choice {
        "accept" => Ok(Answer::Accept { declared_none }),
        "decline" => Ok(Answer::Decline { reason }),
        "recuse" => Ok(Answer::Recuse { declared }),
        _ => Err(Error::field(
            "answer",
            "还没有选择答复。请选择参加、不能参加或需要回避。",
        )),
    }
}
