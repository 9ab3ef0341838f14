//! 账号: who may log in. The system administrator makes accounts and never knows a password; each
//! person sets their own through a one-time link.

use domain::account::{Account, AccountStatus};
use domain::actor::{Action, Grant, Role, Target};
use domain::event::{Event, EventKind, Subject};
use domain::id::{AccountId, OrganisationId, PersonId};
use domain::organisation::Organisation;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::accounts::{AccountFilter, AccountKeys};
use store::{LedgerId, PageRequest, Stored};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::second_factor::SecondFactor;
use crate::service::Service;
use crate::{links, password};

/// What an account keeps besides its index columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountBody {
    /// When the password was last set.
    #[serde(default)]
    pub(crate) password_set: Option<Timestamp>,
    /// Stored forms of earlier passwords, newest first.
    #[serde(default)]
    pub(crate) former: Vec<String>,
    /// The one-time codes.
    #[serde(default)]
    pub(crate) second_factor: SecondFactor,
    /// When the account was made.
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    /// The last log-in.
    #[serde(default)]
    pub(crate) seen_at: Option<Timestamp>,
}

/// A stored account.
pub(crate) type AccountRow = Stored<AccountKeys, AccountBody>;

/// Earlier passwords that may not come back.
const FORMER: usize = 3;
/// A password is changed after this many days.
pub const PASSWORD_DAYS: i64 = 180;

/// What is typed to make an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct NewAccount {
    /// Log-in name.
    pub login: String,
    /// Name as printed in the ledger.
    pub name: String,
    /// The organisation it belongs to; `None`: the one called `unit`, or that of whoever makes the account.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Full name of the organisation, taken into the register when it is not there yet.
    #[serde(default)]
    pub unit: String,
    /// The expert behind, if it is one's.
    #[serde(default)]
    pub person: Option<PersonId>,
}

/// An account in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountLine {
    /// Identifier.
    pub id: AccountId,
    /// Log-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// The organisation's name, or empty.
    pub organisation: String,
    /// Whether it may be used.
    pub status: AccountStatus,
    /// Roles with their pools.
    pub grants: Vec<GrantLine>,
    /// Has a password been set?
    pub password: bool,
    /// Are one-time codes asked for?
    pub second_factor: bool,
    /// Wrong tries since the last right one, from anywhere.
    pub wrong_tries: i64,
    /// A network was made to wait until then.
    pub locked_until: Option<Timestamp>,
    /// Last log-in.
    pub seen_at: Option<Timestamp>,
}

/// A role with the pool it counts in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantLine {
    /// The role.
    pub role: Role,
    /// Number of the pool; `None` for roles of the system.
    pub pool: Option<i64>,
    /// Name of the pool, or empty.
    pub pool_name: String,
    /// The party of the pack for whose teams alone the role counts, or empty.
    pub party: String,
    /// What the pack calls it, or empty.
    pub party_name: String,
}

/// A link that works once, to be handed to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneTimeLink {
    /// Log-in name it is for.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// The link.
    pub address: String,
    /// Void from then on.
    pub expires_at: Timestamp,
}

/// A log-in name in its one spelling: half-width, lower case, without blanks around.
pub fn login_name(typed: &str) -> String {
    typed
        .trim()
        .chars()
        .map(domain::text::half_width)
        .collect::<String>()
        .to_lowercase()
}

/// What is wrong with a new account, all at once.
pub(crate) fn problems(
    login_field: &str,
    login: &str,
    name_field: &str,
    name: &str,
) -> Vec<Problem> {
    let mut found = Vec::new();
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if !(3..=32).contains(&login.len()) || !login.chars().all(allowed) {
        found.push(Problem::new(
            login_field,
            "账号应为 3 至 32 个小写字母、数字或 . - _，现在填的不是这样。请改用工号或拼音。",
        ));
    }
    let length = name.trim().chars().count();
    if !(2..=30).contains(&length) {
        found.push(Problem::new(
            name_field,
            format!("姓名应为 2 至 30 个字，现在是 {length} 个。请填写本人姓名。"),
        ));
    }
    found
}

/// The domain's account of a row and its roles.
pub(crate) fn account(row: &AccountRow, grants: Vec<Grant>) -> Account {
    Account {
        id: row.id,
        login: row.keys.login.clone(),
        name: row.keys.name.clone(),
        organisation: row.keys.organisation,
        person: row.keys.person,
        // A status no program wrote is not one to log in with.
        status: AccountStatus::from_code(&row.keys.status).unwrap_or(AccountStatus::Disabled),
        grants,
    }
}

pub(crate) fn subject(id: AccountId) -> Subject {
    Subject::new("account", id)
}

impl Service {
    /// One page of accounts by log-in name, and the cursor of the next. Open to whoever manages
    /// accounts or grants roles.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn accounts(
        &self,
        ctx: &Ctx,
        name: Option<String>,
        after: Option<String>,
    ) -> Result<(Vec<AccountLine>, Option<String>)> {
        ctx.actor
            .allow(Action::ManageAccounts, Target::SYSTEM)
            .or_else(|_| ctx.actor.allow(Action::GrantRoles, Target::SYSTEM))?;
        let mut db = self.store.read();
        let filter = AccountFilter {
            name,
            ..AccountFilter::default()
        };
        let page =
            store::accounts::page::<AccountBody>(&mut db, &filter, &PageRequest::after(after, 50))
                .await?;
        let mut lines = Vec::with_capacity(page.items.len());
        for row in &page.items {
            lines.push(self.account_line(ctx, row).await?);
        }
        Ok((lines, page.next))
    }

    /// One account.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn account(&self, ctx: &Ctx, id: AccountId) -> Result<AccountLine> {
        if ctx.actor.account != Some(id) {
            ctx.actor
                .allow(Action::ManageAccounts, Target::SYSTEM)
                .or_else(|_| ctx.actor.allow(Action::GrantRoles, Target::SYSTEM))?;
        }
        let row = store::accounts::find::<AccountBody>(&mut self.store.read(), id)
            .await?
            .ok_or(Error::NotFound)?;
        self.account_line(ctx, &row).await
    }

    /// The account with this log-in name, for the command line.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn account_by_login(&self, ctx: &Ctx, login: &str) -> Result<AccountLine> {
        ctx.actor.allow(Action::ManageAccounts, Target::SYSTEM)?;
        let row =
            store::accounts::by_login::<AccountBody>(&mut self.store.read(), &login_name(login))
                .await?;
        self.account_line(ctx, &row.ok_or(Error::NotFound)?).await
    }

    async fn account_line(&self, ctx: &Ctx, row: &AccountRow) -> Result<AccountLine> {
        let mut db = self.store.read();
        let roles = store::accounts::roles(&mut db, row.id).await?;
        let known = account(row, Vec::new());
        let organisation = match known.organisation {
            Some(id) => store::organisations::find::<Organisation>(&mut db, id).await?,
            None => None,
        };
        let mut lines = Vec::new();
        for grant in &roles {
            let Some(role) = Role::from_code(&grant.role) else {
                continue;
            };
            let pool = match grant.pool {
                Some(id) => Some(self.any_pool(id).await?),
                None => None,
            };
            let party = pool.as_ref().map(|pool| pool.pack.party_label(&grant.unit));
            lines.push(GrantLine {
                role,
                party_name: party.unwrap_or_default().to_owned(),
                party: grant.unit.clone(),
                pool: pool.as_ref().map(|pool| pool.no),
                pool_name: pool.map(|pool| pool.pool.name).unwrap_or_default(),
            });
        }
        Ok(AccountLine {
            id: known.id,
            login: known.login,
            name: known.name,
            organisation: organisation.map(|row| row.keys.name).unwrap_or_default(),
            status: known.status,
            grants: lines,
            password: row.keys.password.is_some(),
            second_factor: row.body.second_factor.is_on(),
            wrong_tries: row.keys.failed_attempts,
            locked_until: row.keys.locked_until.filter(|until| *until > ctx.now),
            seen_at: row.body.seen_at,
        })
    }

    /// Makes an account without password; its person sets one through the link returned.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create_account(
        &self,
        ctx: &Ctx,
        new: &NewAccount,
    ) -> Result<(AccountId, OneTimeLink)> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::ManageAccounts, Target::SYSTEM)?;
        let login = login_name(&new.login);
        let mut found = problems("login", &login, "new_name", &new.name);
        if !new.unit.trim().is_empty() && !(4..=60).contains(&new.unit.trim().chars().count()) {
            found.push(Problem::new(
                "unit",
                "单位全称应为 4 至 60 个字。请按公章填写；本单位的可以不填。",
            ));
        }
        if store::accounts::by_login::<AccountBody>(&mut *change, &login)
            .await?
            .is_some()
        {
            found.push(Problem::new(
                "login",
                "这个账号已有人使用。请换一个，例如在后面加工号。",
            ));
        }
        if let Some(organisation) = new.organisation
            && store::organisations::find::<Organisation>(&mut *change, organisation)
                .await?
                .is_none()
        {
            found.push(Problem::new(
                "organisation",
                "没有这个单位。请先登记单位，再建账号。",
            ));
        }
        if !found.is_empty() {
            return Err(Error::Invalid(found));
        }
        let mut new = new.clone();
        if new.organisation.is_none() {
            new.organisation = match new.unit.trim() {
                "" => ctx.actor.organisation,
                unit => Some(self.organisation_named(&mut change, ctx, unit).await?),
            };
        }
        let id = self.add_account(&mut change, ctx, &new).await?;
        let link = self.password_link(&mut change, ctx, id).await?;
        change.commit().await?;
        Ok((id, link))
    }

    /// Adds a checked account inside a change of the system ledger.
    pub(crate) async fn add_account(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        new: &NewAccount,
    ) -> Result<AccountId> {
        let id: AccountId = self.id(ctx);
        let keys = AccountKeys {
            login: login_name(&new.login),
            name: new.name.trim().to_owned(),
            organisation: new.organisation,
            person: new.person,
            status: AccountStatus::Active.code().to_owned(),
            password: None,
            failed_attempts: 0,
            locked_until: None,
        };
        let body = AccountBody {
            created_at: Some(ctx.now),
            ..AccountBody::default()
        };
        let detail = serde_json::json!({ "login": keys.login, "name": keys.name });
        store::document::insert(change, id, keys, body).await?;
        change
            .record(Event::new(EventKind::AccountCreated, subject(id)).detail(detail))
            .await?;
        Ok(id)
    }

    /// A fresh one-time link to set the password; earlier ones for this account become void.
    pub(crate) async fn password_link(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        id: AccountId,
    ) -> Result<OneTimeLink> {
        let row = store::accounts::find::<AccountBody>(&mut **change, id)
            .await?
            .ok_or(Error::NotFound)?;
        store::accounts::void_links(change, id, links::PASSWORD, ctx.now).await?;
        let (token, expires_at) = self
            .add_link(change, ctx, links::PASSWORD, Some(id))
            .await?;
        Ok(OneTimeLink {
            login: row.keys.login,
            name: row.keys.name,
            address: format!("{}/link/{token}", self.settings.public_url),
            expires_at,
        })
    }

    /// Resets an account: its password stops working, its sessions end, and a link to set a new
    /// one is returned. `second_factor`: the device is lost too.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn reset_account(
        &self,
        ctx: &Ctx,
        id: AccountId,
        device: Device,
    ) -> Result<OneTimeLink> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::ManageAccounts, Target::SYSTEM)?;
        let mut row = store::accounts::find::<AccountBody>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        row.keys.password = None;
        if device == Device::Lost && row.body.second_factor.is_on() {
            row.body.second_factor = SecondFactor::Off;
            store::accounts::set_totp(&mut change, id, None).await?;
            change
                .record(Event::new(EventKind::TotpDisabled, subject(id)))
                .await?;
        }
        store::document::save(&mut change, &mut row).await?;
        store::sessions::revoke_all(&mut change, id, None, ctx.now).await?;
        store::tokens::revoke_all(&mut change, id, ctx.now).await?;
        store::tries::forgive(&mut change, &links::hash(&row.keys.login)).await?;
        store::accounts::set_attempts(&mut change, id, None, false).await?;
        change
            .record(Event::new(EventKind::PasswordReset, subject(id)))
            .await?;
        let link = self.password_link(&mut change, ctx, id).await?;
        change.commit().await?;
        Ok(link)
    }

    /// Disables an account; its sessions end with the same commit.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], refused for one's own account.
    pub async fn disable_account(&self, ctx: &Ctx, id: AccountId) -> Result<()> {
        self.switch_account(ctx, id, AccountStatus::Disabled).await
    }

    /// Enables an account again.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn enable_account(&self, ctx: &Ctx, id: AccountId) -> Result<()> {
        self.switch_account(ctx, id, AccountStatus::Active).await
    }

    async fn switch_account(&self, ctx: &Ctx, id: AccountId, to: AccountStatus) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::ManageAccounts, Target::SYSTEM)?;
        let mut row = store::accounts::find::<AccountBody>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        if ctx.actor.account == Some(id) {
            return Err(Error::state(
                "own_account",
                "不能停用或启用本人的账号，以免系统没有人管理。请由另一名系统管理员办理",
            ));
        }
        if row.keys.status == to.code() {
            return Ok(());
        }
        row.keys.status = to.code().to_owned();
        store::document::save(&mut change, &mut row).await?;
        let kind = match to {
            AccountStatus::Disabled => {
                store::sessions::revoke_all(&mut change, id, None, ctx.now).await?;
                store::tokens::revoke_all(&mut change, id, ctx.now).await?;
                store::accounts::void_links(&mut change, id, links::PASSWORD, ctx.now).await?;
                EventKind::AccountDisabled
            }
            AccountStatus::Active | AccountStatus::MustChangePassword => EventKind::AccountEnabled,
        };
        change.record(Event::new(kind, subject(id))).await?;
        change.commit().await?;
        Ok(())
    }

    /// Lets every network try again at once at this account.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn unlock_account(&self, ctx: &Ctx, id: AccountId) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::ManageAccounts, Target::SYSTEM)?;
        let row = store::accounts::find::<AccountBody>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        store::tries::forgive(&mut change, &links::hash(&row.keys.login)).await?;
        store::accounts::set_attempts(&mut change, id, None, false).await?;
        change
            .record(Event::new(EventKind::AccountEnabled, subject(id)).fact("unlocked", "yes"))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Writes a new password into a row: checked, hashed, remembered among the former ones.
    pub(crate) async fn set_password(
        &self,
        ctx: &Ctx,
        row: &mut AccountRow,
        new: &str,
        again: &str,
    ) -> Result<()> {
        let mut found = password::problems("password", new, &row.keys.login);
        if new != again {
            found.push(Problem::new(
                "password_again",
                "两次输入的新密码不一样。请重新输入第二遍。",
            ));
        }
        if found.is_empty() {
            let known = row.keys.password.iter().chain(&row.body.former);
            for stored in known.cloned().collect::<Vec<_>>() {
                if self.password_matches(new, Some(stored)).await? {
                    found.push(Problem::new(
                        "password",
                        "新密码与最近用过的相同。请换一个没有用过的。",
                    ));
                    break;
                }
            }
        }
        if !found.is_empty() {
            return Err(Error::Invalid(found));
        }
        let hashed = self.password_hash(new).await?;
        if let Some(old) = row.keys.password.replace(hashed) {
            row.body.former.insert(0, old);
            row.body.former.truncate(FORMER);
        }
        row.body.password_set = Some(ctx.now);
        row.keys.status = AccountStatus::Active.code().to_owned();
        Ok(())
    }

    /// Is the password so old that it has to be changed?
    pub(crate) fn is_password_due(row: &AccountRow, now: Timestamp) -> bool {
        let age = SignedDuration::from_hours(24 * PASSWORD_DAYS);
        row.keys.password.is_some() && row.body.password_set.is_some_and(|set| set + age < now)
    }
}

/// What is known of the device that shows one-time codes when an account is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// Still in its owner's hands; codes are asked for as before.
    #[default]
    Kept,
    /// Lost or replaced; codes are no longer asked for until a new one is bound.
    Lost,
}
