//! Accounts, what they may do, and the links that set them up.

use domain::id::{AccountId, OrganisationId, PersonId, PoolId};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{
    self, ByText, Count, Direction, Page, PageRequest, Select, Stored, document,
};
use crate::door::WriteTx;
use crate::error::Result;
use crate::sealed::{Column, Seals, Secret, Shape};
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

const TOTP: Column = Column {
    table: "account",
    name: "totp",
    pad: 64,
    shape: Shape::Text,
};

document! {
    /// Index columns of an account.
    AccountKeys in "account" by AccountId {
        /// Log-in name, normalised by the caller, unique.
        login: String,
        /// Name shown.
        name: String,
        /// Works for.
        organisation: Option<OrganisationId>,
        /// The expert behind, if it is one.
        person: Option<PersonId>,
        /// Status code.
        status: String,
        /// Stored form of the password; `None` before it is set.
        password: Option<String>,
        /// Wrong tries since the last right one.
        failed_attempts: i64,
        /// No try is looked at before.
        locked_until: Option<Timestamp>,
    }
}

/// A stored account.
pub type Account<B> = Stored<AccountKeys, B>;

/// One role in one scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleGrant {
    /// Role code.
    pub role: String,
    /// In this pool; `None` = in the system.
    pub pool: Option<PoolId>,
    /// Within this unit (its code), empty = all.
    pub unit: String,
}

/// Adds an account with [`document::insert`]; this sets its roles.
pub async fn set_roles(tx: &mut WriteTx, account: AccountId, grants: &[RoleGrant]) -> Result<()> {
    tx.execute(sql!("DELETE FROM account_role WHERE account = $1", account))
        .await?;
    for grant in grants {
        tx.execute(sql!(
            "INSERT INTO account_role (account, role, pool, unit) VALUES ($1, $2, $3, $4)",
            account,
            &grant.role,
            grant.pool.map(|pool| pool.to_string()).unwrap_or_default(),
            &grant.unit
        ))
        .await?;
    }
    Ok(())
}

/// The roles of an account.
pub async fn roles(db: &mut impl Db, account: AccountId) -> Result<Vec<RoleGrant>> {
    let rows = db
        .rows(sql!("SELECT role, pool, unit FROM account_role WHERE account = $1 ORDER BY pool, role, unit", account))
        .await?;
    rows.iter().map(read_grant).collect()
}

fn read_grant(row: &crate::Row) -> Result<RoleGrant> {
    let pool: String = row.get(1)?;
    Ok(RoleGrant {
        role: row.get(0)?,
        pool: pool.parse().ok(),
        unit: row.get(2)?,
    })
}

/// The accounts that hold a role in a pool (`None` = in the system).
pub async fn holders<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: Option<PoolId>,
    role: &str,
) -> Result<Vec<Account<B>>> {
    let pool = pool.map(|pool| pool.to_string()).unwrap_or_default();
    let select = Select::<AccountKeys>::new().also(|sql| {
        sql.push("t.id IN (SELECT account FROM account_role WHERE pool = ")
            .bind(pool)
            .push(" AND role = ");
        sql.bind(role).push(")");
    });
    select.all_by(db, "login").await
}

/// How many accounts there are at all.
pub async fn total(db: &mut impl Db) -> Result<u64> {
    db.rows(sql!("SELECT COUNT(*) FROM account"))
        .await?
        .first()
        .map_or(Ok(0), |row| row.get(0))
}

/// The account with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: AccountId,
) -> Result<Option<Account<B>>> {
    document::find(db, id).await
}

/// The account with this log-in name.
pub async fn by_login<B: DeserializeOwned>(
    db: &mut impl Db,
    login: &str,
) -> Result<Option<Account<B>>> {
    Select::<AccountKeys>::new()
        .equal("login", login)
        .first(db)
        .await
}

/// The accounts of a person.
pub async fn of_person<B: DeserializeOwned>(
    db: &mut impl Db,
    person: PersonId,
) -> Result<Vec<Account<B>>> {
    Select::<AccountKeys>::new()
        .equal("person", person)
        .all(db)
        .await
}

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Part of the name shown.
    pub name: Option<String>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Any of these status codes.
    pub statuses: Vec<String>,
    /// With this role in any scope.
    pub role: Option<String>,
}

impl AccountFilter {
    fn select(&self) -> Select<AccountKeys> {
        let select = Select::<AccountKeys>::new()
            .holds_if("name", self.name.as_deref())
            .equal_if("organisation", self.organisation)
            .one_of_if("status", &self.statuses);
        match &self.role {
            Some(role) => select.also(|sql| {
                sql.push("t.id IN (SELECT account FROM account_role WHERE role = ")
                    .bind(role)
                    .push(")");
            }),
            None => select,
        }
    }
}

/// One page by log-in name.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &AccountFilter,
    request: &PageRequest,
) -> Result<Page<Account<B>>> {
    filter
        .select()
        .page::<ByText, B>(db, "login", Direction::Ascending, request)
        .await
}

/// How many match.
pub async fn count(db: &mut impl Db, filter: &AccountFilter) -> Result<Count> {
    filter.select().count(db).await
}

/// Stores or removes the secret of the one-time codes.
pub async fn set_totp(tx: &mut WriteTx, account: AccountId, secret: Option<&Secret>) -> Result<()> {
    let sealed = secret
        .map(|secret| tx.seals().seal(&TOTP, &account.to_string(), secret))
        .transpose()?;
    tx.execute(sql!(
        "UPDATE account SET totp = $1 WHERE id = $2",
        sealed,
        account
    ))
    .await
    .map(drop)
}

/// The secret of the one-time codes.
pub async fn totp(db: &mut impl Db, seals: &Seals, account: AccountId) -> Result<Option<Secret>> {
    let rows = db
        .rows(sql!("SELECT totp FROM account WHERE id = $1", account))
        .await?;
    let sealed: Option<Vec<u8>> = rows.first().map_or(Ok(None), |row| row.get(0))?;
    Ok(sealed
        .map(|sealed| seals.open(&TOTP, &account.to_string(), &sealed))
        .transpose()?)
}

/// Counts a wrong try, or with `None` forgets them; independent of the row's version, so that a
/// guess cannot make an officer's edit stale. Returns the tries so far.
pub async fn set_attempts(
    tx: &mut WriteTx,
    account: AccountId,
    locked_until: Option<Timestamp>,
    failed: bool,
) -> Result<i64> {
    let mut sql = Sql::new("UPDATE account SET failed_attempts = ");
    sql.push(if failed { "failed_attempts + 1" } else { "0" })
        .push(", locked_until = ")
        .bind(locked_until);
    sql.push(" WHERE id = ").bind(account);
    tx.execute(sql).await?;
    let rows = tx
        .rows(sql!(
            "SELECT failed_attempts FROM account WHERE id = $1",
            account
        ))
        .await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// A one-time link: set-up, password reset, an expert's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<B> {
    /// What it is for.
    pub purpose: String,
    /// For whom.
    pub account: Option<AccountId>,
    /// Void from then on.
    pub expires_at: Timestamp,
    /// Used then.
    pub used_at: Option<Timestamp>,
    /// What it opens.
    pub body: B,
}

/// Stores a link under the hash of its token; the token itself is never stored.
pub async fn add_link<B: Serialize>(
    tx: &mut WriteTx,
    token_hash: &str,
    link: &Link<B>,
) -> Result<()> {
    tx.execute(sql!(
        "INSERT INTO setup_link (id, purpose, account, expires_at, used_at, body) VALUES ($1, $2, $3, $4, $5, $6)",
        token_hash,
        &link.purpose,
        link.account,
        link.expires_at,
        link.used_at,
        document::encode("setup_link", &link.body)?
    ))
    .await
    .map(drop)
}

/// The link with this token hash.
pub async fn link<B: DeserializeOwned>(
    db: &mut impl Db,
    token_hash: &str,
) -> Result<Option<Link<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT purpose, account, expires_at, used_at, body FROM setup_link WHERE id = $1",
            token_hash
        ))
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let body: String = row.get(4)?;
    Ok(Some(Link {
        purpose: row.get(0)?,
        account: row.get(1)?,
        expires_at: row.get(2)?,
        used_at: row.get(3)?,
        body: document::decode("setup_link", &body)?,
    }))
}

/// Uses a link up. `false` when it was used, or void, before `now`.
pub async fn use_link(tx: &mut WriteTx, token_hash: &str, now: Timestamp) -> Result<bool> {
    let used = tx
        .execute(sql!(
            "UPDATE setup_link SET used_at = $1 WHERE id = $2 AND used_at IS NULL AND expires_at > $1",
            now,
            token_hash
        ))
        .await?;
    Ok(used == 1)
}

/// Makes all unused links of an account for a purpose void.
pub async fn void_links(
    tx: &mut WriteTx,
    account: AccountId,
    purpose: &str,
    now: Timestamp,
) -> Result<u64> {
    tx.execute(sql!(
        "UPDATE setup_link SET used_at = $1 WHERE account = $2 AND purpose = $3 AND used_at IS NULL",
        now,
        account,
        purpose
    ))
    .await
}

/// Makes all unused links for a purpose void, whosever they are.
pub async fn void_links_of(tx: &mut WriteTx, purpose: &str, now: Timestamp) -> Result<u64> {
    tx.execute(sql!(
        "UPDATE setup_link SET used_at = $1 WHERE purpose = $2 AND used_at IS NULL",
        now,
        purpose
    ))
    .await
}
