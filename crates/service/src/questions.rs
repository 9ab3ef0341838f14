//! What one expert is asked or told: the same words over every channel an address is known for, with a
//! link of their own where there is something to answer.

use domain::id::{MessageId, PersonId, PoolId};
use domain::policy::pack::Medium;
use domain::policy::words::Word as _;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::accounts::Link;
use store::messages::Message;
use store::{Secret, accounts};

use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::Result;
use crate::service::Service;

/// A link that leads one expert to one question.
pub(crate) struct LinkTo<P> {
    /// Purpose of the link.
    pub(crate) purpose: &'static str,
    /// What it leads to.
    pub(crate) pointer: P,
    /// Its address before the token, e.g. `/m/u`.
    pub(crate) path: &'static str,
}

/// The words and whither they go.
pub(crate) struct Words<'a> {
    /// The pool.
    pub(crate) pool: PoolId,
    /// To whom.
    pub(crate) person: PersonId,
    /// The channels tried besides the messages in the program.
    pub(crate) channels: &'a [Medium],
    /// Subject of mails.
    pub(crate) subject: String,
    /// One sentence without its full stop.
    pub(crate) sentence: String,
    /// What only longer messages say.
    pub(crate) more: String,
    /// Kind and id of what it is about.
    pub(crate) about: (&'static str, String),
    /// After this moment it is sent and answered no more.
    pub(crate) until: Timestamp,
}

/// The last moment of a day, from which on nothing is taken: the midnight after it.
pub(crate) fn end_of(day: Date) -> Timestamp {
    let next = day.tomorrow().unwrap_or(day);
    next.to_zoned(shanghai())
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

impl Service {
    /// Queues a question with its link, or words without one.
    pub(crate) async fn put<P: Serialize>(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        words: Words<'_>,
        link: Option<LinkTo<P>>,
    ) -> Result<()> {
        let address = match link {
            None => None,
            Some(to) => {
                let token = self.token();
                let link = Link {
                    purpose: to.purpose.to_owned(),
                    account: None,
                    expires_at: words.until,
                    used_at: None,
                    body: to.pointer,
                };
                accounts::add_link(change, &self.token_hash(&token), &link).await?;
                Some(format!("{}{}/{token}", self.settings.public_url, to.path))
            }
        };
        let person = words.person;
        let private = store::persons::private(&mut **change, self.store.seals(), [person]).await?;
        let private = private.into_iter().next().map(|(_, private)| private);
        let account = self.account_of(change, person).await?;
        let short = match &address {
            Some(address) => format!("{}：{address}", words.sentence),
            None => format!("{}。", words.sentence),
        };
        let others = words.channels.iter().copied();
        let others = others.filter(|medium| *medium != Medium::InApp);
        for medium in others.chain([Medium::InApp]) {
            let recipient = match (medium, &private) {
                (Medium::Sms, Some(private)) => private.phone.clone(),
                (Medium::Email, Some(private)) => private.email.clone(),
                (Medium::InApp, _) => Some(Secret::new(person.to_string())),
                _ => None,
            };
            let Some(recipient) = recipient else { continue };
            let text = match medium {
                Medium::Sms => short.clone(),
                Medium::InApp => format!("{}。\n{}", words.sentence, words.more),
                _ => format!("{short}\n{}", words.more),
            };
            let (kind, id) = &words.about;
            let message = Message {
                id: self.id::<MessageId>(ctx),
                pool: Some(words.pool),
                channel: medium.word().to_owned(),
                recipient,
                account,
                subject: words.subject.clone(),
                content: Secret::new(text.trim_end().to_owned()),
                reference_kind: (*kind).to_owned(),
                reference_id: id.clone(),
                created_at: ctx.now,
                send_at: ctx.now,
                deadline: Some(words.until),
            };
            change.enqueue(&message).await?;
        }
        Ok(())
    }
}
