//! The outbox: messages committed with the change they tell of, delivered afterwards.

use domain::id::{AccountId, MessageId, PoolId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dialect;
use crate::door::WriteTx;
use crate::error::{Error, Result};
use crate::sealed::{Column, Seals, Secret, Shape};
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

const RECIPIENT: Column = Column {
    table: "message",
    name: "recipient",
    pad: 64,
    shape: Shape::Text,
};
const CONTENT: Column = Column {
    table: "message",
    name: "content",
    pad: 256,
    shape: Shape::Text,
};

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// To be sent at `next_at`.
    Waiting,
    /// Handed to the channel; if it is still so at `next_at`, the sender died and it is sent again.
    Sending,
    /// Accepted by the channel.
    Sent,
    /// Given up.
    Failed,
    /// Withdrawn before it was sent.
    Cancelled,
}

impl Delivery {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Delivery::Waiting => "waiting",
            Delivery::Sending => "sending",
            Delivery::Sent => "sent",
            Delivery::Failed => "failed",
            Delivery::Cancelled => "cancelled",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Delivery::Waiting,
            Delivery::Sending,
            Delivery::Sent,
            Delivery::Failed,
            Delivery::Cancelled,
        ]
        .into_iter()
        .find(|delivery| delivery.code() == code)
    }
}

/// A message to be queued.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// In which pool, if any.
    pub pool: Option<PoolId>,
    /// Channel: `log`, `sms`, `mail`, `wecom`, `in_app`.
    pub channel: String,
    /// Number or address. Sealed.
    pub recipient: Secret,
    /// The account it is for, for the in-app inbox.
    pub account: Option<AccountId>,
    /// Subject line; no personal data.
    pub subject: String,
    /// Text. Sealed.
    pub content: Secret,
    /// Kind of the object it is about.
    pub reference_kind: String,
    /// Id of that object.
    pub reference_id: String,
    /// Queued at.
    pub created_at: Timestamp,
    /// Not before.
    pub send_at: Timestamp,
    /// Not after; then it is given up.
    pub deadline: Option<Timestamp>,
}

/// One try at delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// What the channel said.
    pub outcome: String,
}

/// A queued message as it stands.
#[derive(Debug, Clone)]
pub struct Queued {
    /// What was queued.
    pub message: Message,
    /// Where it stands.
    pub delivery: Delivery,
    /// Tries so far.
    pub attempts: u32,
    /// What happened.
    pub log: Vec<Try>,
}

impl WriteTx {
    /// Queues a message; it leaves only if this transaction commits.
    pub async fn enqueue(&mut self, message: &Message) -> Result<()> {
        let row = message.id.to_string();
        let recipient = self.seals().seal(&RECIPIENT, &row, &message.recipient)?;
        let content = self.seals().seal(&CONTENT, &row, &message.content)?;
        self.execute(sql!(
            "INSERT INTO message (id, pool, channel, recipient, account, subject, content, reference_kind, \
             reference_id, state, attempts, created_at, next_at, deadline, log) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, $10, $11, $12, '[]')",
            message.id,
            message.pool,
            &message.channel,
            recipient,
            message.account,
            &message.subject,
            content,
            &message.reference_kind,
            &message.reference_id,
            message.created_at,
            message.send_at,
            message.deadline
        ))
        .await
        .map(drop)
    }
}

const COLUMNS: &str = "SELECT id, pool, channel, recipient, account, subject, content, reference_kind, reference_id, \
                       state, attempts, created_at, next_at, deadline, log FROM message";

fn read(seals: &Seals, row: &crate::Row) -> Result<Queued> {
    let id: MessageId = row.get(0)?;
    let name = id.to_string();
    let corrupt = |column, why: &str| Error::Corrupt {
        table: "message",
        column,
        why: why.to_owned(),
    };
    let (state, log): (String, String) = (row.get(9)?, row.get(14)?);
    Ok(Queued {
        message: Message {
            id,
            pool: row.get(1)?,
            channel: row.get(2)?,
            recipient: seals.open(&RECIPIENT, &name, &row.get::<Vec<u8>>(3)?)?,
            account: row.get(4)?,
            subject: row.get(5)?,
            content: seals.open(&CONTENT, &name, &row.get::<Vec<u8>>(6)?)?,
            reference_kind: row.get(7)?,
            reference_id: row.get(8)?,
            created_at: row.get(11)?,
            send_at: row.get(12)?,
            deadline: row.get(13)?,
        },
        delivery: Delivery::from_code(&state).ok_or_else(|| corrupt("state", &state))?,
        attempts: row.get(10)?,
        log: serde_json::from_str(&log).map_err(|cause| corrupt("log", &cause.to_string()))?,
    })
}

/// Claims up to `limit` messages that are due, for `lease`: nobody else gets them meanwhile, and
/// if the claimer dies they are due again. Use an upkeep transaction and commit before sending.
pub async fn claim(
    tx: &mut WriteTx,
    now: Timestamp,
    lease: SignedDuration,
    limit: u32,
) -> Result<Vec<Queued>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE state IN ('waiting', 'sending') AND next_at <= ")
        .bind(now);
    sql.push(" ORDER BY next_at, id LIMIT ")
        .bind(limit)
        .push(dialect::for_claim(tx.kind()));
    let rows = tx.rows(sql).await?;
    let claimed: Vec<Queued> = rows
        .iter()
        .map(|row| read(tx.seals(), row))
        .collect::<Result<_>>()?;
    for queued in &claimed {
        tx.execute(sql!(
            "UPDATE message SET state = 'sending', attempts = attempts + 1, next_at = $1 WHERE id = $2",
            now + lease,
            queued.message.id
        ))
        .await?;
    }
    Ok(claimed)
}

/// Writes down how the try that `claimed` began ended: sent, given up, or waiting until `next_at`.
/// `false` when the lease ran out and another server has taken the message over, or it was
/// withdrawn meanwhile; then nothing is written.
pub async fn settle(
    tx: &mut WriteTx,
    claimed: &Queued,
    delivery: Delivery,
    next_at: Timestamp,
    one: Try,
) -> Result<bool> {
    let mut log = claimed.log.clone();
    log.push(one);
    let log = crate::document::encode("message", &log)?;
    let rows = tx
        .execute(sql!(
            "UPDATE message SET state = $1, next_at = $2, log = $3 WHERE id = $4 AND state = 'sending' AND attempts = $5",
            delivery.code(),
            next_at,
            log,
            claimed.message.id,
            claimed.attempts + 1
        ))
        .await?;
    Ok(rows == 1)
}

/// Withdraws what has not been sent about an object. Returns how many.
pub async fn cancel(tx: &mut WriteTx, reference_kind: &str, reference_id: &str) -> Result<u64> {
    tx.execute(sql!(
        "UPDATE message SET state = 'cancelled' WHERE reference_kind = $1 AND reference_id = $2 AND state = 'waiting'",
        reference_kind,
        reference_id
    ))
    .await
}

/// Puts the messages in the program about one object into the list of an account that was opened
/// after they were written.
pub async fn assign(
    tx: &mut WriteTx,
    reference_kind: &str,
    reference_id: &str,
    account: AccountId,
) -> Result<u64> {
    tx.execute(sql!(
        "UPDATE message SET account = $1 WHERE reference_kind = $2 AND reference_id = $3 \
         AND channel = 'in_app' AND account IS NULL",
        account,
        reference_kind,
        reference_id
    ))
    .await
}

/// Which messages to list.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Of this pool.
    pub pool: Option<PoolId>,
    /// For this account.
    pub account: Option<AccountId>,
    /// Over this channel.
    pub channel: Option<String>,
    /// About this object: kind, id.
    pub reference: Option<(String, String)>,
    /// In this state.
    pub delivery: Option<Delivery>,
}

/// One page, newest first.
pub async fn page(
    db: &mut impl Db,
    seals: &Seals,
    filter: &MessageFilter,
    request: &crate::document::PageRequest,
) -> Result<crate::document::Page<Queued>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE 1 = 1");
    if let Some(pool) = filter.pool {
        sql.push(" AND pool = ").bind(pool);
    }
    if let Some(account) = filter.account {
        sql.push(" AND account = ").bind(account);
    }
    if let Some(channel) = &filter.channel {
        sql.push(" AND channel = ").bind(channel);
    }
    if let Some((kind, id)) = &filter.reference {
        sql.push(" AND reference_kind = ")
            .bind(kind)
            .push(" AND reference_id = ")
            .bind(id);
    }
    if let Some(delivery) = filter.delivery {
        sql.push(" AND state = ").bind(delivery.code());
    }
    if let Some(cursor) = &request.after {
        let (at, id) = crate::document::read_cursor(cursor)?;
        let at: i64 = at.parse().map_err(|_| Error::Cursor)?;
        sql.push(" AND (created_at, id) < (")
            .bind(at)
            .push(", ")
            .bind(id)
            .push(")");
    }
    let limit = request.rows();
    sql.push(" ORDER BY created_at DESC, id DESC LIMIT ")
        .bind(limit + 1);
    let mut items: Vec<Queued> = db
        .rows(sql)
        .await?
        .iter()
        .map(|row| read(seals, row))
        .collect::<Result<_>>()?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| {
        crate::document::write_cursor(
            &last.message.created_at.as_millisecond().to_string(),
            &last.message.id.to_string(),
        )
    });
    Ok(crate::document::Page { items, next })
}

/// How many messages are in each state.
pub async fn by_state(db: &mut impl Db) -> Result<Vec<(String, u64)>> {
    let rows = db
        .rows(sql!(
            "SELECT state, COUNT(*) FROM message GROUP BY state ORDER BY state"
        ))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}
