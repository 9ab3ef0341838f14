//! What requests with a key of their own (`Idempotency-Key`) were answered, so that a repetition gets
//! the same answer and does nothing again. Sealed: an answer may hold anything.

use domain::id::AccountId;
use jiff::Timestamp;

use crate::door::WriteTx;
use crate::error::{Error, Result};
use crate::sealed::{Column, Shape};
use crate::sql;
use crate::store::Db as _;

const ANSWER: Column = Column {
    table: "api_answer",
    name: "sealed",
    pad: 64,
    shape: Shape::Text,
};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: the key is now this request's.
    New,
    /// The same request is being answered, or its server died over it.
    Unanswered,
    /// The same request was answered so.
    Answered(Vec<u8>),
    /// The key belongs to another request.
    Other,
}

fn place(account: AccountId, key: &str) -> String {
    format!("{account}|{key}")
}

/// Takes a key for a request, or says what is known of it.
///
/// # Errors
/// When the store fails; [`Error::Duplicate`] never.
pub async fn take(
    tx: &mut WriteTx,
    account: AccountId,
    key: &str,
    request: &str,
    now: Timestamp,
) -> Result<Known> {
    let taken = tx
        .execute(sql!(
            "INSERT INTO api_answer (account, key, request, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account, key) DO NOTHING",
            account,
            key,
            request,
            now
        ))
        .await?;
    if taken > 0 {
        return Ok(Known::New);
    }
    let rows = tx
        .rows(sql!(
            "SELECT request, sealed FROM api_answer WHERE account = $1 AND key = $2",
            account,
            key
        ))
        .await?;
    let Some(row) = rows.first() else {
        return Err(Error::Conflict);
    };
    if row.get::<String>(0)? != request {
        return Ok(Known::Other);
    }
    Ok(match row.get::<Option<Vec<u8>>>(1)? {
        None => Known::Unanswered,
        Some(sealed) => Known::Answered(
            tx.seals()
                .open_bytes(&ANSWER, &place(account, key), &sealed)?
                .to_vec(),
        ),
    })
}

/// Keeps the answer of a request that holds its key.
pub async fn keep(tx: &mut WriteTx, account: AccountId, key: &str, answer: &[u8]) -> Result<()> {
    let sealed = tx
        .seals()
        .seal_bytes(&ANSWER, &place(account, key), answer)?;
    tx.execute(sql!(
        "UPDATE api_answer SET sealed = $1 WHERE account = $2 AND key = $3",
        sealed,
        account,
        key
    ))
    .await
    .map(drop)
}

/// Gives a key back: its request did nothing.
pub async fn release(tx: &mut WriteTx, account: AccountId, key: &str) -> Result<()> {
    tx.execute(sql!(
        "DELETE FROM api_answer WHERE account = $1 AND key = $2 AND sealed IS NULL",
        account,
        key
    ))
    .await
    .map(drop)
}

/// Forgets keys taken before a time.
pub async fn sweep(tx: &mut WriteTx, before: Timestamp) -> Result<u64> {
    tx.execute(sql!("DELETE FROM api_answer WHERE at < $1", before))
        .await
}
