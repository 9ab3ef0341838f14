//! 消息发送: what was queued with a change leaves here, at least once and normally exactly once. A
//! message is claimed under a lease by one server, tried, and settled; what fails is tried again,
//! later and later, until its deadline.

mod mail;
mod sms;

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::{Action, Target};
use domain::event::{Event, EventKind, Subject};
use domain::id::{PersonId, PoolId};
use domain::policy::pack::Medium;
use domain::policy::words::Word as _;
use domain::text;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::LedgerId;
use store::document::{Page, PageRequest};
use store::messages::{self, MessageFilter, Queued, Try};

pub use mail::{Mail, Security};
pub use sms::Sms;
pub use store::messages::Delivery;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

/// How messages leave. A channel that is not set up takes nothing outside: the message is written
/// down, and its log says so.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Channels {
    /// 邮件, over SMTP.
    pub mail: Option<Mail>,
    /// 短信, over a vendor's HTTP interface.
    pub sms: Option<Sms>,
}

/// Longer than all tries of one round together, so that nobody else sends the same message.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// Messages of one round.
const ROUND: u32 = 20;
/// The longest a channel may take over one message.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
/// Minutes until the next try, after each failure.
const BACKOFF: [i64; 7] = [1, 2, 5, 15, 30, 60, 180];

/// What is written down where a channel is not set up: the message goes nowhere.
const UNCONNECTED: &str = "没有接通这个渠道，只作记录，未发到对方";

/// What a channel did with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handed {
    /// Took it; the answer, for the log.
    Accepted(String),
    /// Did not take it now.
    Later(String),
    /// Will never take it.
    Never(String),
}

/// A message as the officers' list shows it. The text is not shown: it holds a personal link.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Stable code of the channel.
    pub channel: String,
    /// The word users see.
    pub channel_zh: &'static str,
    /// Who reads it, of a message in the program; else the number or address, masked.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// Where it stands.
    pub delivery: Delivery,
    /// What happened, oldest first.
    pub log: Vec<Try>,
    /// What it is about: kind, id.
    pub reference: (String, String),
    /// Queued.
    pub created_at: Timestamp,
    /// The next try, while there is one.
    pub next_at: Option<Timestamp>,
    /// Not after.
    pub deadline: Option<Timestamp>,
}

impl MessageRow {
    /// It was written down and went nowhere, because its channel is not set up.
    pub fn only_recorded(&self) -> bool {
        let last = self.log.last();
        self.delivery == Delivery::Sent && last.is_some_and(|last| last.outcome == UNCONNECTED)
    }
}

/// The word for a channel.
pub fn channel_zh(code: &str) -> &'static str {
    match code {
        "sms" => "短信",
        "email" => "邮件",
        "in_app" => "站内消息",
        "phone" => "电话",
        _ => "记录",
    }
}

/// The word for a delivery state.
pub const fn delivery_zh(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Waiting => "待发送",
        Delivery::Sending => "发送中",
        Delivery::Sent => "已发出",
        Delivery::Failed => "未发出",
        Delivery::Cancelled => "已撤回",
    }
}

impl Service {
    /// Tries every message that is due, one round; returns how many left. Scheduled work.
    ///
    /// # Errors
    /// When the store fails. A channel that fails is no error: the message waits.
    pub async fn deliver_messages(&self, ctx: &Ctx) -> Result<u32> {
        let mut tx = self.store.upkeep().await?;
        let claimed = messages::claim(&mut tx, ctx.now, LEASE, ROUND).await?;
        tx.commit().await?;
        let mut left = 0;
        for queued in claimed {
            let overdue = queued
                .message
                .deadline
                .is_some_and(|deadline| deadline < ctx.now);
            let handed = if overdue {
                Handed::Never("已过时限，不再发送".to_owned())
            } else {
                self.hand_over(&queued).await
            };
            left += u32::from(matches!(handed, Handed::Accepted(_)));
            self.settle(ctx, &queued, handed).await?;
        }
        Ok(left)
    }

    async fn hand_over(&self, queued: &Queued) -> Handed {
        let message = &queued.message;
        let channels = &self.settings.channels;
        let unconnected = || {
            tracing::info!(message = %message.id, channel = message.channel, "message written down only");
            Handed::Accepted(UNCONNECTED.to_owned())
        };
        if message.channel == "in_app" {
            return Handed::Accepted("已放入站内消息".to_owned());
        }
        if self.settings.demonstration {
            return unconnected();
        }
        match (message.channel.as_str(), &channels.mail, &channels.sms) {
            ("email", Some(mail), _) => mail.send(message).await,
            ("sms", _, Some(sms)) => sms.send(message).await,
            _ => unconnected(),
        }
    }

    async fn settle(&self, ctx: &Ctx, queued: &Queued, handed: Handed) -> Result<()> {
        let message = &queued.message;
        let tried = usize::try_from(queued.attempts).unwrap_or(usize::MAX);
        let one = |outcome: &str| Try {
            at: ctx.now,
            outcome: outcome.chars().take(300).collect(),
        };
        let (delivery, outcome) = match &handed {
            Handed::Accepted(outcome) => (Delivery::Sent, outcome),
            Handed::Never(outcome) => (Delivery::Failed, outcome),
            Handed::Later(outcome) => {
                let wait = BACKOFF
                    .get(tried)
                    .map(|minutes| SignedDuration::from_mins(*minutes));
                let next = wait.map(|wait| ctx.now + wait);
                let in_time =
                    |next: &Timestamp| message.deadline.is_none_or(|deadline| *next <= deadline);
                if let Some(next) = next.filter(in_time) {
                    let mut tx = self.store.upkeep().await?;
                    messages::settle(&mut tx, queued, Delivery::Waiting, next, one(outcome))
                        .await?;
                    tx.commit().await?;
                    return Ok(());
                }
                (Delivery::Failed, outcome)
            }
        };
        let kind = if delivery == Delivery::Sent {
            EventKind::MessageSent
        } else {
            EventKind::MessageFailed
        };
        let ledger = message.pool.map_or(LedgerId::System, LedgerId::Pool);
        let mut change = self.change(ctx, ledger).await?;
        // Taken over by another server, or withdrawn: then what happened is not ours to write down.
        if !messages::settle(&mut change, queued, delivery, ctx.now, one(outcome)).await? {
            return Ok(());
        }
        change
            .record(
                Event::new(kind, Subject::new("message", message.id))
                    .fact("channel", &message.channel)
                    .fact("tries", tried + 1)
                    .fact(
                        "about",
                        format!("{}:{}", message.reference_kind, message.reference_id),
                    ),
            )
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Messages of a pool, newest first.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn messages(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        delivery: Option<Delivery>,
        page: &PageRequest,
    ) -> Result<Page<MessageRow>> {
        ctx.actor.allow(Action::NotifyExperts, Target::pool(pool))?;
        let filter = MessageFilter {
            pool: Some(pool),
            delivery,
            ..MessageFilter::default()
        };
        let found =
            messages::page(&mut self.store.read(), self.store.seals(), &filter, page).await?;
        let names = self.readers(&found.items).await?;
        Ok(Page {
            items: found
                .items
                .into_iter()
                .map(|queued| row(queued, &names))
                .collect(),
            next: found.next,
        })
    }

    /// The names of those who read messages in the program, by what stands for them in a message.
    async fn readers(&self, items: &[Queued]) -> Result<BTreeMap<String, String>> {
        let inside = || {
            let messages = items.iter().map(|queued| &queued.message);
            messages.filter(|message| message.channel == Medium::InApp.word())
        };
        let people: BTreeSet<PersonId> = inside()
            .filter_map(|message| message.recipient.reveal().parse().ok())
            .collect();
        let mut read = self.store.read();
        let known = store::persons::find_all::<serde_json::Value>(&mut read, people).await?;
        let named = known
            .into_iter()
            .map(|person| (person.id.to_string(), person.keys.name));
        let mut names: BTreeMap<String, String> = named.collect();
        for message in inside() {
            let reader = message.recipient.reveal();
            if let (false, Some(account)) = (names.contains_key(reader), message.account) {
                let row = store::accounts::find::<serde_json::Value>(&mut read, account).await?;
                names.extend(row.map(|row| (reader.to_owned(), row.keys.name)));
            }
        }
        Ok(names)
    }
}

fn row(queued: Queued, names: &BTreeMap<String, String>) -> MessageRow {
    let message = queued.message;
    let waits = matches!(queued.delivery, Delivery::Waiting | Delivery::Sending);
    MessageRow {
        channel_zh: channel_zh(&message.channel),
        recipient: names
            .get(message.recipient.reveal())
            .cloned()
            .unwrap_or_else(|| masked(&message.channel, message.recipient.reveal())),
        channel: message.channel,
        subject: message.subject,
        delivery: queued.delivery,
        log: queued.log,
        reference: (message.reference_kind, message.reference_id),
        created_at: message.created_at,
        next_at: waits.then_some(message.send_at),
        deadline: message.deadline,
    }
}

fn masked(channel: &str, recipient: &str) -> String {
    use domain::contact::{Email, Mobile};
    match channel {
        "sms" => {
            Mobile::parse(recipient).map_or_else(|_| "****".to_owned(), |number| number.masked())
        }
        "email" => {
            Email::parse(recipient).map_or_else(|_| "****".to_owned(), |address| address.masked())
        }
        _ => "本人".to_owned(),
    }
}

/// One line without control characters, as subject lines and gateways want it.
pub(crate) fn one_line(words: &str) -> String {
    text::tidy(&words.replace(['\r', '\n'], " "))
}
