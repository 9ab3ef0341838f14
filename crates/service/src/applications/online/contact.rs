//! 证明手机或邮箱是本人的: a link and a code are sent to it; whoever comes back with one of them has it.
//! Whether anything was ever begun with it is told to nobody else.

use domain::contact::{Email, Mobile};
use domain::event::{Event, EventKind, Subject};
use domain::explain::Explain as _;
use domain::id::{MessageId, PoolId, RecordId};
use domain::policy::pack::Medium;
use domain::policy::words::Word as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::accounts::Link;
use store::messages::Message;
use store::records::RecordFilter;
use store::sealed::{Column, Shape};
use store::{LedgerId, Secret};

use super::{HOLDER, Wanted, hand};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::links;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::solicitations;

/// Purpose of the links.
const LINK: &str = "applicant";
/// Purpose of the codes.
const CODE: &str = "applicant_code";
/// How long a link leads to its applications; the phone or mailbox makes a new one.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long a code may be typed.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Digits of a code: guesses are counted and stopped after a few.
const DIGITS: u32 = 6;

/// The phone or mailbox a link was sent to.
const ADDRESS: Column = Column {
    table: "setup_link",
    name: "contact",
    pad: 128,
    shape: Shape::Text,
};

/// What somebody who wants to apply says first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Opening {
    /// Number of the pool.
    pub pool: i64,
    /// Number of the notice, for channels that need one.
    pub notice: String,
    /// Id of the channel.
    pub channel: String,
    /// Phone or mailbox.
    pub contact: String,
}

/// A link and a code are on their way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Goes back with the code.
    pub ticket: String,
    /// Where they were sent, masked.
    pub sent_to: String,
    /// The code itself, in a demonstration only: nothing leaves there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
}

/// What a link proves, and what was wanted when it was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Proof {
    /// Under which the address is sealed.
    id: String,
    /// The phone or mailbox, sealed, hex.
    address: String,
    /// Its keyed hash, hex.
    pub(super) index: String,
    /// What is to be begun.
    pub(super) wanted: Option<Wanted>,
}

/// A phone or a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Contact {
    Phone(Mobile),
    Mailbox(Email),
}

impl Contact {
    fn parse(typed: &str) -> Result<Self, Problem> {
        let text = domain::text::compact(typed);
        if text.is_empty() {
            return Err(Problem::new(
                "contact",
                "没有填写手机或电子邮箱。链接和验证码要发到那里，请填写。",
            ));
        }
        if text.contains('@') || text.contains('＠') {
            return Email::parse(&text)
                .map(Self::Mailbox)
                .map_err(|error| Problem::new("contact", error.sentence()));
        }
        Mobile::parse(&text)
            .map(Self::Phone)
            .map_err(|error| Problem::new("contact", error.sentence()))
    }

    pub(super) fn expose(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.expose(),
            Self::Mailbox(mailbox) => mailbox.expose(),
        }
    }

    pub(super) fn masked(&self) -> String {
        match self {
            Self::Phone(phone) => phone.masked(),
            Self::Mailbox(mailbox) => mailbox.masked(),
        }
    }

    const fn medium(&self) -> Medium {
        match self {
            Self::Phone(_) => Medium::Sms,
            Self::Mailbox(_) => Medium::Email,
        }
    }
}

impl Service {
    fn contact_index(&self, contact: &Contact) -> String {
        let text = contact.expose().to_lowercase();
        let seals = self.store.seals();
        hex::encode(seals.keyed_hash(&["applicant", "contact"], text.as_bytes()))
    }

    /// 我要申报: sends a link and a code to the phone or mailbox given.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a pool or channel that does not exist or is not for applicants;
    /// [`Error::Refused`] with the article when no notice is open; [`Error::Invalid`].
    pub async fn open_own_application(&self, ctx: &Ctx, typed: &Opening) -> Result<Asked> {
        let pool = self.public_pool(typed.pool).await?;
        let channel = pool.pack.admission.channel(&typed.channel);
        let channel = channel.filter(|channel| hand(&pool.pack, channel).is_some());
        let channel = channel.ok_or(Error::NotFound)?;
        let notice = if channel.needs_notice {
            let number = typed.notice.trim().to_ascii_uppercase();
            let notice =
                solicitations::numbered(&mut self.store.read(), pool.id(), &number).await?;
            let at = solicitations::civil(ctx.now);
            if !notice.is_some_and(|notice| notice.takes(&channel.id, at)) {
                return Err(Error::Refused(vec![Reason::law(
                    "open_notice",
                    &channel.citation,
                    "这份征集公告现在不受理申报：还没有开始，或已经截止、撤回。请留意下一次征集。",
                )]));
            }
            Some(number)
        } else {
            None
        };
        let contact = Contact::parse(&typed.contact).map_err(|one| Error::Invalid(vec![one]))?;
        self.take_contact_try(ctx, &contact).await?;
        let wanted = Wanted {
            pool: pool.id(),
            channel: channel.id.clone(),
            notice,
        };
        self.send_link(ctx, &pool, &contact, Some(wanted)).await
    }

    /// 继续填报、查询进度: sends a new link to a phone or mailbox with which something was begun. The
    /// answer is the same when nothing was.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no phone or mailbox, and after too many messages.
    pub async fn find_own_applications(&self, ctx: &Ctx, typed: &str) -> Result<Asked> {
        let contact = Contact::parse(typed).map_err(|one| Error::Invalid(vec![one]))?;
        self.take_contact_try(ctx, &contact).await?;
        let index = self.contact_index(&contact);
        match self.begun_with(&index).await?.first() {
            Some((pool, _)) => {
                let pool = self.any_pool(*pool).await?;
                self.send_link(ctx, &pool, &contact, None).await
            }
            None => Ok(Asked {
                ticket: self.token(),
                sent_to: contact.masked(),
                shown: None,
            }),
        }
    }

    /// Pool and id of everything begun with a phone or mailbox, newest first.
    pub(super) async fn begun_with(&self, index: &str) -> Result<Vec<(PoolId, RecordId)>> {
        let filter = RecordFilter {
            kinds: vec![HOLDER.to_owned()],
            subject: Some(index.to_owned()),
            ..RecordFilter::default()
        };
        let rows = store::records::all::<super::Holder>(&mut self.store.read(), &filter).await?;
        let mut found: Vec<_> = rows
            .into_iter()
            .map(|row| (row.keys.pool, row.body.application))
            .collect();
        found.sort_by_key(|(_, id)| std::cmp::Reverse(*id));
        Ok(found)
    }

    /// A phone gets so many messages and then none for a while, whoever asks from wherever.
    async fn take_contact_try(&self, ctx: &Ctx, contact: &Contact) -> Result<()> {
        let name = links::hash(&format!("applicant:{}", self.contact_index(contact)));
        match self.take_try(ctx, &name, "").await? {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::field(
                "contact",
                "发往这个手机或邮箱的验证码太多，暂停 15 分钟。请稍后再试，已收到的链接仍然有效。",
            )),
        }
    }

    async fn send_link(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        contact: &Contact,
        wanted: Option<Wanted>,
    ) -> Result<Asked> {
        let id: RecordId = self.id(ctx);
        let sealed = self
            .store
            .seals()
            .seal(&ADDRESS, &id.to_string(), &Secret::new(contact.expose()))
            .map_err(store::Error::from)?;
        let proof = Proof {
            id: id.to_string(),
            address: hex::encode(sealed),
            index: self.contact_index(contact),
            wanted,
        };
        let (token, ticket, code) = (self.token(), self.token(), self.digits());
        let mut change = self.change(ctx, pool.id()).await?;
        let until = ctx.now + LINK_LIFE;
        self.keep_link(&mut change, &token, LINK, until, &proof)
            .await?;
        let typed = format!("{ticket}:{code}");
        self.keep_link(&mut change, &typed, CODE, ctx.now + CODE_LIFE, &proof)
            .await?;
        let address = format!("{}/m/a/{token}", self.settings.public_url);
        let message = Message {
            id: self.id::<MessageId>(ctx),
            pool: Some(pool.id()),
            channel: contact.medium().word().to_owned(),
            recipient: Secret::new(contact.expose()),
            account: None,
            subject: "专家申报的链接和验证码".to_owned(),
            content: Secret::new(format!(
                "【{}】申报专家的验证码 {code}，15 分钟内有效。也可直接打开：{address}（30 天内有效，请勿转发）",
                pool.pool.name
            )),
            reference_kind: HOLDER.to_owned(),
            reference_id: id.to_string(),
            created_at: ctx.now,
            send_at: ctx.now,
            deadline: Some(ctx.now + LINK_LIFE),
        };
        change.enqueue(&message).await?;
        let linked = Event::new(EventKind::ApplicantLinked, Subject::new(HOLDER, id))
            .fact("channel", contact.medium().word());
        change.record(linked).await?;
        change.commit().await?;
        Ok(Asked {
            ticket,
            sent_to: contact.masked(),
            shown: self.settings.demonstration.then_some(code),
        })
    }

    async fn keep_link(
        &self,
        change: &mut Change<'_>,
        secret: &str,
        purpose: &str,
        expires_at: Timestamp,
        proof: &Proof,
    ) -> Result<()> {
        let link = Link {
            purpose: purpose.to_owned(),
            account: None,
            expires_at,
            used_at: None,
            body: proof.clone(),
        };
        store::accounts::add_link(change, &self.token_hash(secret), &link).await?;
        Ok(())
    }

    /// The token of a fresh link, for whoever types the code that was sent. A few wrong digits close the
    /// ticket.
    ///
    /// # Errors
    /// [`Error::Invalid`], which never says whether anything was sent at all.
    pub async fn enter_contact_code(&self, ctx: &Ctx, ticket: &str, code: &str) -> Result<String> {
        let name = links::hash(&format!("ticket:{ticket}"));
        if self.take_try(ctx, &name, "").await?.is_err() {
            return Err(Error::field(
                "code",
                "验证码连续 5 次不对，这一次的验证码作废。请返回重新获取。",
            ));
        }
        let code = domain::text::compact(code);
        let hash = self.token_hash(&format!("{}:{code}", ticket.trim()));
        let found = store::accounts::link::<Proof>(&mut self.store.read(), &hash).await?;
        let found = found.filter(|link| link.purpose == CODE);
        let mut change = self.change(ctx, LedgerId::System).await?;
        let Some(link) = found else {
            return Err(wrong_code());
        };
        if !store::accounts::use_link(&mut change, &hash, ctx.now).await? {
            return Err(wrong_code());
        }
        let token = self.token();
        let until = ctx.now + LINK_LIFE;
        self.keep_link(&mut change, &token, LINK, until, &link.body)
            .await?;
        store::tries::forget(&mut change, &name, "").await?;
        let entered = Event::new(
            EventKind::ApplicantLinked,
            Subject::new(HOLDER, &link.body.id),
        )
        .fact("by", "code");
        change.record(entered).await?;
        change.commit().await?;
        Ok(token)
    }

    /// What a link proves.
    pub(super) async fn proof(&self, token: &str) -> Result<Proof> {
        let hash = self.token_hash(token);
        let link = store::accounts::link::<Proof>(&mut self.store.read(), &hash).await?;
        let now = self.clock.now();
        let link = link.filter(|link| link.purpose == LINK && link.expires_at > now);
        Ok(link.ok_or(Error::NotFound)?.body)
    }

    /// The phone or mailbox of a proof.
    pub(super) fn contact_of(&self, proof: &Proof) -> Result<Contact> {
        let broken = || Error::Internal("申请人的联系方式读不出来".to_owned());
        let sealed = hex::decode(&proof.address).map_err(|_| broken())?;
        let text = self
            .store
            .seals()
            .open(&ADDRESS, &proof.id, &sealed)
            .map_err(store::Error::from)?;
        Contact::parse(text.reveal()).map_err(|_| broken())
    }

    /// Digits of chance.
    fn digits(&self) -> String {
        let secret = self.entropy.secret();
        // Bytes above 249 would make the first digits likelier.
        secret
            .iter()
            .filter(|byte| **byte < 250)
            .take(DIGITS as usize)
            .map(|byte| char::from(b'0' + byte % 10))
            .collect()
    }

    /// A pool by its number, for everybody.
    pub(super) async fn public_pool(&self, no: i64) -> Result<OpenPool> {
        let rows = store::pools::all::<domain::pool::Pool>(&mut self.store.read()).await?;
        let row = rows.into_iter().find(|row| row.keys.no == no);
        self.any_pool(row.ok_or(Error::NotFound)?.id).await
    }
}

fn wrong_code() -> Error {
    Error::field(
        "code",
        "验证码不对，或已过 15 分钟。请核对短信或邮件中最新的一条；没有收到的，请返回核对手机或邮箱后重新获取。",
    )
}
