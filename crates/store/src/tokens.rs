//! Tokens of programs: like sessions, only the hash is stored.

use domain::id::AccountId;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document;
use crate::door::WriteTx;
use crate::error::Result;
use crate::sessions::token_hash;
use crate::sql;
use crate::store::Db;

/// A token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<B> {
    /// Hash of the token; names it in lists.
    pub id: String,
    /// Whose.
    pub account: AccountId,
    /// Issued at.
    pub created_at: Timestamp,
    /// Last request.
    pub seen_at: Option<Timestamp>,
    /// Ends then.
    pub expires_at: Timestamp,
    /// What it is called and what it may do.
    pub body: B,
}

/// Stores a token under its hash.
pub async fn issue<B: Serialize>(
    tx: &mut WriteTx,
    token: &str,
    account: AccountId,
    now: Timestamp,
    expires_at: Timestamp,
    body: &B,
) -> Result<()> {
    tx.execute(sql!(
        "INSERT INTO api_token (id, account, created_at, expires_at, body) VALUES ($1, $2, $3, $4, $5)",
        token_hash(token),
        account,
        now,
        expires_at,
        document::encode("api_token", body)?
    ))
    .await
    .map(drop)
}

/// The live token: not revoked, not expired.
pub async fn live<B: DeserializeOwned>(
    db: &mut impl Db,
    token: &str,
    now: Timestamp,
) -> Result<Option<Token<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT id, account, created_at, seen_at, expires_at, body FROM api_token \
             WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2",
            token_hash(token),
            now
        ))
        .await?;
    rows.first().map(read).transpose()
}

/// The live tokens of an account, newest first.
pub async fn of_account<B: DeserializeOwned>(
    db: &mut impl Db,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Token<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT id, account, created_at, seen_at, expires_at, body FROM api_token \
             WHERE account = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id",
            account,
            now
        ))
        .await?;
    rows.iter().map(read).collect()
}

fn read<B: DeserializeOwned>(row: &crate::Row) -> Result<Token<B>> {
    let body: String = row.get(5)?;
    Ok(Token {
        id: row.get(0)?,
        account: row.get(1)?,
        created_at: row.get(2)?,
        seen_at: row.get(3)?,
        expires_at: row.get(4)?,
        body: document::decode("api_token", &body)?,
    })
}

/// Notes that a token was used. Worth doing once a minute, not at every request.
pub async fn touch(tx: &mut WriteTx, id: &str, now: Timestamp) -> Result<()> {
    tx.execute(sql!(
        "UPDATE api_token SET seen_at = $1 WHERE id = $2",
        now,
        id
    ))
    .await
    .map(drop)
}

/// Ends one token of an account; returns whether there was one.
pub async fn revoke(
    tx: &mut WriteTx,
    account: AccountId,
    id: &str,
    now: Timestamp,
) -> Result<bool> {
    let ended = tx
        .execute(sql!(
            "UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND account = $3 AND revoked_at IS NULL",
            now,
            id,
            account
        ))
        .await?;
    Ok(ended > 0)
}

/// Ends every token of an account.
pub async fn revoke_all(tx: &mut WriteTx, account: AccountId, now: Timestamp) -> Result<u64> {
    tx.execute(sql!(
        "UPDATE api_token SET revoked_at = $1 WHERE account = $2 AND revoked_at IS NULL",
        now,
        account
    ))
    .await
}

/// Removes tokens that ended before a time.
pub async fn sweep(tx: &mut WriteTx, before: Timestamp) -> Result<u64> {
    tx.execute(sql!(
        "DELETE FROM api_token WHERE expires_at < $1 OR revoked_at < $1",
        before
    ))
    .await
}
