//! Log-in sessions, and what an account leaves lying about: drafts and saved filters.

use domain::id::{AccountId, FilterId};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sm3::{Digest as _, Sm3};

use crate::document::{self, Select, Stored, document};
use crate::door::WriteTx;
use crate::error::Result;
use crate::sealed::{Column, Seals, Shape};
use crate::sql;
use crate::store::Db;

/// A session as stored; the token of its cookie is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session<B> {
    /// Hash of the token; names the session in lists of devices.
    pub id: String,
    /// Whose.
    pub account: AccountId,
    /// Logged in at.
    pub created_at: Timestamp,
    /// Last request.
    pub seen_at: Timestamp,
    /// Ends then at the latest.
    pub expires_at: Timestamp,
    /// Factors, device, address.
    pub body: B,
}

/// What is stored of a token: its SM3 in lower hex. Tokens are random, so no key is needed.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sm3::digest(token))
}

/// Stores a session under the hash of its token.
pub async fn start<B: Serialize>(
    tx: &mut WriteTx,
    token: &str,
    account: AccountId,
    now: Timestamp,
    expires_at: Timestamp,
    body: &B,
) -> Result<()> {
    tx.execute(sql!(
        "INSERT INTO session (id, account, created_at, seen_at, expires_at, revoked_at, body) \
         VALUES ($1, $2, $3, $3, $4, NULL, $5)",
        token_hash(token),
        account,
        now,
        expires_at,
        document::encode("session", body)?
    ))
    .await
    .map(drop)
}

/// The live session of a token: not revoked, not expired, used within `idle`.
pub async fn live<B: DeserializeOwned>(
    db: &mut impl Db,
    token: &str,
    now: Timestamp,
    idle: SignedDuration,
) -> Result<Option<Session<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT id, account, created_at, seen_at, expires_at, body FROM session \
             WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2 AND seen_at > $3",
            token_hash(token),
            now,
            now - idle
        ))
        .await?;
    rows.first().map(read).transpose()
}

/// The live sessions of an account, newest first.
pub async fn of_account<B: DeserializeOwned>(
    db: &mut impl Db,
    account: AccountId,
    now: Timestamp,
    idle: SignedDuration,
) -> Result<Vec<Session<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT id, account, created_at, seen_at, expires_at, body FROM session \
             WHERE account = $1 AND revoked_at IS NULL AND expires_at > $2 AND seen_at > $3 \
             ORDER BY created_at DESC, id",
            account,
            now,
            now - idle
        ))
        .await?;
    rows.iter().map(read).collect()
}

fn read<B: DeserializeOwned>(row: &crate::Row) -> Result<Session<B>> {
    let body: String = row.get(5)?;
    Ok(Session {
        id: row.get(0)?,
        account: row.get(1)?,
        created_at: row.get(2)?,
        seen_at: row.get(3)?,
        expires_at: row.get(4)?,
        body: document::decode("session", &body)?,
    })
}

/// Notes that a session was used. Worth doing once a minute, not at every request.
pub async fn touch(tx: &mut WriteTx, id: &str, now: Timestamp) -> Result<()> {
    tx.execute(sql!(
        "UPDATE session SET seen_at = $1 WHERE id = $2 AND seen_at < $1",
        now,
        id
    ))
    .await
    .map(drop)
}

/// Ends one session.
pub async fn revoke(tx: &mut WriteTx, id: &str, now: Timestamp) -> Result<()> {
    tx.execute(sql!(
        "UPDATE session SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
        now,
        id
    ))
    .await
    .map(drop)
}

/// Ends every session of an account, except possibly one. Returns how many.
pub async fn revoke_all(
    tx: &mut WriteTx,
    account: AccountId,
    except: Option<&str>,
    now: Timestamp,
) -> Result<u64> {
    tx.execute(sql!(
        "UPDATE session SET revoked_at = $1 WHERE account = $2 AND id <> $3 AND revoked_at IS NULL",
        now,
        account,
        except.unwrap_or_default()
    ))
    .await
}

/// Removes sessions that ended before a time.
pub async fn sweep(tx: &mut WriteTx, before: Timestamp) -> Result<u64> {
    tx.execute(sql!(
        "DELETE FROM session WHERE expires_at < $1 OR revoked_at < $1",
        before
    ))
    .await
}

const DRAFT: Column = Column {
    table: "draft",
    name: "sealed",
    pad: 256,
    shape: Shape::Text,
};

fn draft_row(account: AccountId, form: &str) -> String {
    format!("{account}|{form}")
}

/// Keeps what an account typed into a form. Sealed, since anything may have been typed.
pub async fn save_draft(
    tx: &mut WriteTx,
    account: AccountId,
    form: &str,
    fields: &str,
    now: Timestamp,
) -> Result<()> {
    let sealed = tx
        .seals()
        .seal_bytes(&DRAFT, &draft_row(account, form), fields.as_bytes())?;
    discard_draft(tx, account, form).await?;
    tx.execute(sql!(
        "INSERT INTO draft (account, form, saved_at, sealed) VALUES ($1, $2, $3, $4)",
        account,
        form,
        now,
        sealed
    ))
    .await
    .map(drop)
}

/// What was typed into a form, and when.
pub async fn draft(
    db: &mut impl Db,
    seals: &Seals,
    account: AccountId,
    form: &str,
) -> Result<Option<(Timestamp, String)>> {
    let rows = db
        .rows(sql!(
            "SELECT saved_at, sealed FROM draft WHERE account = $1 AND form = $2",
            account,
            form
        ))
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let opened = seals.open(&DRAFT, &draft_row(account, form), &row.get::<Vec<u8>>(1)?)?;
    Ok(Some((row.get(0)?, opened.reveal().to_owned())))
}

/// The drafts of an account: form and time, newest first.
pub async fn drafts(db: &mut impl Db, account: AccountId) -> Result<Vec<(String, Timestamp)>> {
    let rows = db
        .rows(sql!(
            "SELECT form, saved_at FROM draft WHERE account = $1 ORDER BY saved_at DESC, form",
            account
        ))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Forgets a draft.
pub async fn discard_draft(tx: &mut WriteTx, account: AccountId, form: &str) -> Result<()> {
    tx.execute(sql!(
        "DELETE FROM draft WHERE account = $1 AND form = $2",
        account,
        form
    ))
    .await
    .map(drop)
}

document! {
    /// Index columns of a saved list filter. Added, saved and removed with [`document`]'s functions.
    FilterKeys in "saved_filter" by FilterId {
        /// Whose.
        account: AccountId,
        /// Of which list.
        list: String,
        /// Name, unique per account and list.
        name: String,
    }
}

/// The saved filters of an account for a list, by name.
pub async fn filters<B: DeserializeOwned>(
    db: &mut impl Db,
    account: AccountId,
    list: &str,
) -> Result<Vec<Stored<FilterKeys, B>>> {
    Select::<FilterKeys>::new()
        .equal("account", account)
        .equal("list", list)
        .all_by(db, "name")
        .await
}
