//! 特约邀请函: the letter as it is sent and printed, and the page behind its link.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use documents::invitations::SpecialInvitation as Letter;
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::id::{MessageId, RecordId};
use domain::policy::checklist;
use domain::policy::pack::{Medium, Station};
use domain::policy::words::Word as _;
use domain::special_invitation::{Answer, Reply, SpecialInvitation, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Secret;
use store::accounts::Link;
use store::messages::Message;

use super::{KIND, find, needed_channel, target};
use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::service::Service;

/// Purpose of the link in the letter.
const PURPOSE: &str = "special_invitation";
/// Working days to answer unless the signer sets another day.
const REPLY_WORKDAYS: u16 = 10;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pointer {
    invitation: RecordId,
}

/// A letter as the invited person sees it.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The invitation.
    pub invitation: SpecialInvitation,
    /// The pool.
    pub pool: OpenPool,
    /// 专业领域
    pub specialty: String,
    /// Who signs the letter.
    pub sign: String,
    /// What is to be handed in.
    pub materials: Vec<String>,
    /// What follows after acceptance.
    pub then: String,
}

/// The last day to answer that is suggested.
pub(super) fn reply_by_default(today: Date, calendar: &Calendar) -> Date {
    calendar.ahead(today, REPLY_WORKDAYS).value
}

/// What follows after acceptance, in the pack's words: who decides, and for how long one is appointed.
pub(super) fn committee(pool: &OpenPool) -> String {
    let step = pool
        .pack
        .admission
        .steps
        .iter()
        .find(|step| step.station == Station::Committee);
    let body = step
        .and_then(|step| step.party.as_deref())
        .and_then(|party| pool.pack.party(party))
        .map(|party| party.body.clone().unwrap_or_else(|| party.label.clone()));
    match body {
        Some(body) => format!("资料收齐后提交{body}会议审定，审定通过后入库，参加随机抽取。"),
        None => "资料收齐后提交审定，审定通过后入库，参加随机抽取。".to_owned(),
    }
}

impl Service {
    /// Queues the letter over every channel the pack names for which an address is on file.
    pub(super) async fn send_letter(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        one: &SpecialInvitation,
        reply_by: Date,
    ) -> Result<()> {
        let secret = self.entropy.secret();
        let token = BASE64_URL_SAFE_NO_PAD.encode(&secret[..24]);
        let end = reply_by.tomorrow().unwrap_or(reply_by).to_zoned(shanghai());
        let end = end.map_or(ctx.now, |zoned| zoned.timestamp());
        let link = Link {
            purpose: PURPOSE.to_owned(),
            account: None,
            expires_at: end,
            used_at: None,
            body: Pointer { invitation: one.id },
        };
        store::accounts::add_link(change, &self.token_hash(&token), &link).await?;
        let address = format!("{}/m/s/{token}", self.settings.public_url);
        let due = reply_by.strftime("%-m月%-d日");
        let short = format!(
            "【{}】诚邀您作为专家入库，请于{due}前答复：{address}",
            pool.pool.name
        );
        let long = format!("{short}\n邀请理由：{}", one.reason);
        let private =
            store::persons::private(&mut **change, self.store.seals(), [one.person]).await?;
        let private = private.into_iter().next().map(|(_, private)| private);
        let channels: Vec<Medium> = pool
            .pack
            .notification
            .as_ref()
            .map(|rules| rules.channels.clone())
            .unwrap_or_default();
        for medium in channels {
            let recipient = match (medium, &private) {
                (Medium::Sms, Some(private)) => private.phone.clone(),
                (Medium::Email, Some(private)) => private.email.clone(),
                _ => None,
            };
            let Some(recipient) = recipient else { continue };
            let text = if medium == Medium::Sms { &short } else { &long };
            let message = Message {
                id: self.id::<MessageId>(ctx),
                pool: Some(one.pool),
                channel: medium.word().to_owned(),
                recipient,
                account: None,
                subject: "特约邀请函".to_owned(),
                content: Secret::new(text.as_str()),
                reference_kind: KIND.to_owned(),
                reference_id: one.id.to_string(),
                created_at: ctx.now,
                send_at: ctx.now,
                deadline: Some(end),
            };
            change.enqueue(&message).await?;
        }
        Ok(())
    }

    /// The letter behind a link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere or has run out.
    pub async fn invited(&self, token: &str) -> Result<Invited> {
        let id = self.invitation_behind(token).await?;
        let one = find(&mut self.store.read(), id).await?.body;
        let pool = self.any_pool(one.pool).await?;
        let (channel, rule) = needed_channel(&pool)?;
        let specialties = self.specialties_of(pool.id()).await?;
        let signer = pool.pack.party(&rule.sent_by);
        let sign = match signer.and_then(|party| party.body.clone()) {
            Some(body) => body,
            None => self.organisation_name(pool.pool.manager).await?,
        };
        Ok(Invited {
            specialty: Self::names_of(&specialties, &[one.specialty]).join(""),
            materials: checklist::items(&pool.pack, channel)
                .into_iter()
                .map(|item| item.label.clone())
                .collect(),
            then: committee(&pool),
            sign,
            invitation: one,
            pool,
        })
    }

    async fn invitation_behind(&self, token: &str) -> Result<RecordId> {
        let mut read = self.store.read();
        let link = store::accounts::link::<Pointer>(&mut read, &self.token_hash(token)).await?;
        let link =
            link.filter(|link| link.purpose == PURPOSE && link.expires_at > self.clock.now());
        Ok(link.ok_or(Error::NotFound)?.body.invitation)
    }

    /// The invited person answers by the link of the letter.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] when it was answered, withdrawn, or the time is up.
    pub async fn answer_special_invitation(
        &self,
        source: &str,
        token: &str,
        answer: Answer,
    ) -> Result<State> {
        let id = self.invitation_behind(token).await?;
        let seen = find(&mut self.store.read(), id).await?;
        let actor = Actor {
            name: seen.body.name.clone(),
            person: Some(seen.body.person),
            ..Actor::system()
        };
        let ctx = self.ctx(actor, source, "");
        let (mut change, mut row, _) = self.invitation_change(&ctx, id).await?;
        self.take_special_reply(&mut change, &ctx, &mut row, answer, Reply::Link)
            .await?;
        let state = row.body.state.clone();
        change.commit().await?;
        Ok(state)
    }

    /// 特约邀请函 on paper, once signed. Its link is not in it: only the person ever has that.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] before it is signed; [`Error::Document`].
    pub async fn print_special_invitation(&self, ctx: &Ctx, id: RecordId) -> Result<Printed> {
        let one = find(&mut self.store.read(), id).await?.body;
        self.readable(ctx, &one)?;
        let State::Sent { by, reply_by } = &one.state else {
            return Err(Error::state(
                "invitation.letter",
                format!(
                    "这份特约邀请现在是“{}”，没有可以打印的函件。函件在签发后、答复前打印。",
                    one.state.zh()
                ),
            ));
        };
        let pool = self.any_pool(one.pool).await?;
        ctx.actor
            .allow(domain::actor::Action::SendInvitation, target(&one))
            .or_else(|_| {
                ctx.actor
                    .allow(domain::actor::Action::NotifyExperts, target(&one))
            })?;
        let (channel, rule) = needed_channel(&pool)?;
        let specialties = self.specialties_of(pool.id()).await?;
        let title = &pool.pack.identity.title;
        let signer = pool.pack.party(&rule.sent_by);
        let office = self.organisation_name(pool.pool.manager).await?;
        let reason = one.reason.trim_end_matches(['。', '，', '；']);
        let marks = pool.standing(ctx.today()).banner().into_iter();
        let demonstration = pool.pool.demonstration.then(|| "演示".to_owned());
        let letter = Letter {
            head: None,
            number: Some(one.number.clone()),
            invitee: one.name.clone(),
            employer: Some(one.employer.clone()).filter(|name| name != "无"),
            pool: pool.pool.name.clone(),
            basis: format!("《{title}》{}", channel.citation),
            reason: format!("{reason}。"),
            specialty: Self::names_of(&specialties, &[one.specialty]).join(""),
            materials: checklist::items(&pool.pack, channel)
                .into_iter()
                .map(|item| item.label.clone())
                .collect(),
            reply_by: *reply_by,
            reply_to: office.clone(),
            then: committee(&pool),
            attachments: checklist::items(&pool.pack, channel)
                .into_iter()
                .filter_map(|item| pool.pack.form(item.form.as_deref()?))
                .map(|form| form.title.join(""))
                .chain([title.clone()])
                .collect(),
            contact: pool
                .pool
                .phone
                .clone()
                .map_or_else(|| office.clone(), |phone| format!("{office}，电话{phone}")),
            sign: signer
                .and_then(|party| party.body.clone())
                .filter(|_| !pool.pool.demonstration)
                .unwrap_or(office),
            on: by.at.to_zoned(shanghai()).date(),
            marks: marks.chain(demonstration).collect(),
        };
        let name = format!("特约邀请函-{}.pdf", one.number);
        self.print(letter.view(), ctx.now, name).await
    }
}
