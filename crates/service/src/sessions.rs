//! Log-in, what a session may reach, and its end.

use domain::account::AccountStatus;
use domain::actor::{Action, Target};
use domain::event::{Event, EventKind, Subject};
use domain::id::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::LedgerId;
use store::tries::Allowance;

use crate::accounts::{self, AccountBody, login_name, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::{links, password};

/// A session ends after so long without a request.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A session ends after so long in any case.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// Wrong tries in a row of one network at one name, and the wait after them.
pub const ALLOWANCE: Allowance = Allowance {
    tries: 5,
    wait: SignedDuration::from_mins(15),
};
/// The use of a session is noted at most this often.
const NOTED: SignedDuration = SignedDuration::from_secs(60);

/// What a session still has to do before it may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Nothing.
    Open,
    /// Enter a one-time code.
    Code,
    /// Change the password.
    Password,
    /// Bind a device for one-time codes.
    Enrolment,
}

impl Gate {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Code => "code",
            Self::Password => "password",
            Self::Enrolment => "enrolment",
        }
    }

    /// What has to be done, in words.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Open => "继续",
            Self::Code => "输入动态口令",
            Self::Password => "修改密码",
            Self::Enrolment => "绑定动态口令",
        }
    }
}

/// What is kept of a session besides its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionBody {
    /// How far the log-in came.
    stage: Stage,
    /// From where.
    source: String,
    /// The browser, as it names itself.
    agent: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// The password was right; a code is still to come.
    AwaitingCode,
    /// By password.
    Password,
    /// By password and one-time code.
    PasswordAndCode,
}

impl Stage {
    const fn factors(self) -> &'static str {
        match self {
            Self::AwaitingCode | Self::Password => "password",
            Self::PasswordAndCode => "password+totp",
        }
    }
}

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The context of everything done in this request.
    pub ctx: Ctx,
    /// The account.
    pub account: AccountId,
    /// Its log-in name.
    pub login: String,
    /// Names the session or the token, without being able to open it.
    pub session: String,
    /// How it was opened.
    pub opened: Opened,
    /// What is still to be done.
    pub gate: Gate,
}

/// What a request shows to say whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    /// The cookie of a log-in: the person is here.
    LogIn,
    /// A token of a program.
    Token,
}

/// What somebody typed to log in, and from where.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Log-in name.
    pub login: String,
    /// Password.
    pub password: String,
    /// The network, by which tries are counted.
    pub network: String,
    /// The browser, as it names itself.
    pub agent: String,
}

/// A fresh session: the token for the cookie, and what is still to be done.
#[derive(Debug, Clone)]
pub struct Started {
    /// The token; only its hash is stored.
    pub token: String,
    /// What is still to be done.
    pub gate: Gate,
}

/// A session in the list of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionLine {
    /// Names the session.
    pub id: String,
    /// Logged in at.
    pub created_at: Timestamp,
    /// Last request.
    pub seen_at: Timestamp,
    /// From where.
    pub source: String,
    /// The browser.
    pub agent: String,
    /// How it was authenticated.
    pub factors: &'static str,
    /// Is it the one that asks?
    pub here: bool,
}

/// One sentence for everything that can be wrong, so that nobody learns which accounts exist.
const REFUSED: &str =
    "账号或密码不对，没有登录。连续 5 次不对，要等 15 分钟；忘记密码请联系系统管理员重置。";
const WAIT: &str = "连续 5 次没有输对，为防止他人试探密码，这个网络暂停登录该账号 15 分钟。请稍后再试，或联系系统管理员重置密码。";

impl Service {
    /// Logs in. An unknown account, a wrong password and a disabled account take the same time and
    /// get the same answer.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`].
    pub async fn log_in(&self, ctx: &Ctx, typed: &Credentials) -> Result<Started> {
        let login = login_name(&typed.login);
        let name = links::hash(&login);
        // Counted before the password is looked at, so that parallel guesses cannot outrun the count.
        let Ok(tries) = self.take_try(ctx, &name, &typed.network).await? else {
            return Err(Error::Unauthenticated(WAIT.to_owned()));
        };
        let row = store::accounts::by_login::<AccountBody>(&mut self.store.read(), &login).await?;
        let stored = row.as_ref().and_then(|row| row.keys.password.clone());
        let right = self.password_matches(&typed.password, stored).await?;
        match row {
            Some(row) if right && row.keys.status != AccountStatus::Disabled.code() => {
                self.start_session(ctx, &row, typed, &name).await
            }
            row => self.refuse_log_in(ctx, row.map(|row| row.id), tries).await,
        }
    }

    /// Takes one try at a name from a network: its number, or until when there is none left.
    pub(crate) async fn take_try(
        &self,
        ctx: &Ctx,
        name: &str,
        network: &str,
    ) -> Result<std::result::Result<i64, Timestamp>> {
        let mut lost = 0;
        loop {
            let mut tx = self.store.upkeep().await?;
            match store::tries::take(&mut tx, name, network, ctx.now, ALLOWANCE).await {
                Ok(taken) => {
                    tx.commit().await?;
                    return Ok(taken);
                }
                // Another first try of the same network came at the same moment.
                Err(store::Error::Duplicate | store::Error::Conflict) if lost < 20 => lost += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn refuse_log_in(
        &self,
        ctx: &Ctx,
        account: Option<AccountId>,
        tries: i64,
    ) -> Result<Started> {
        let locked = (tries >= ALLOWANCE.tries).then(|| ctx.now + ALLOWANCE.wait);
        let mut change = self.change(ctx, LedgerId::System).await?;
        let kind = if locked.is_some() {
            EventKind::AccountLocked
        } else {
            EventKind::LogInRefused
        };
        // What was typed as a name may be a password typed into the wrong field: it is not kept.
        let about = account.map_or_else(|| Subject::new("account", "unknown"), subject);
        if let Some(id) = account {
            store::accounts::set_attempts(&mut change, id, locked, true).await?;
        }
        change
            .record(Event::new(kind, about).fact("try", tries))
            .await?;
        change.commit().await?;
        Err(Error::Unauthenticated(
            if locked.is_some() { WAIT } else { REFUSED }.to_owned(),
        ))
    }

    async fn start_session(
        &self,
        ctx: &Ctx,
        row: &accounts::AccountRow,
        typed: &Credentials,
        name: &str,
    ) -> Result<Started> {
        let coded = row.body.second_factor.is_on();
        let stage = if coded {
            Stage::AwaitingCode
        } else {
            Stage::Password
        };
        let body = SessionBody {
            stage,
            source: ctx.source.clone(),
            agent: typed.agent.clone(),
        };
        let mut own = ctx.clone();
        own.actor = accounts::account(row, Vec::new()).actor();
        own.factors = stage.factors().to_owned();
        let mut change = self.change(&own, LedgerId::System).await?;
        // The account may have been disabled or reset while the password was being checked.
        let mut now = store::accounts::find::<AccountBody>(&mut *change, row.id)
            .await?
            .ok_or(Error::NotFound)?;
        if now.keys.status == AccountStatus::Disabled.code()
            || now.keys.password != row.keys.password
        {
            drop(change);
            return self.refuse_log_in(ctx, Some(row.id), 1).await;
        }
        let token = self.token();
        store::tries::forget(&mut change, name, &typed.network).await?;
        store::sessions::start(
            &mut change,
            &token,
            row.id,
            own.now,
            own.now + ABSOLUTE,
            &body,
        )
        .await?;
        if !coded {
            now.body.seen_at = Some(own.now);
            now.keys.failed_attempts = 0;
            now.keys.locked_until = None;
            store::document::save(&mut change, &mut now).await?;
        }
        change
            .record(Event::new(EventKind::LoggedIn, subject(row.id)).fact("stage", stage.factors()))
            .await?;
        change.commit().await?;
        let gate = if coded { Gate::Code } else { Gate::Open };
        Ok(Started { token, gate })
    }

    /// The second step: a session that waits for a code becomes a complete one under a new token.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong or used code, [`Error::Unauthenticated`] after too many.
    pub async fn enter_code(
        &self,
        session: &SignedIn,
        code: &str,
        network: &str,
        agent: &str,
    ) -> Result<Started> {
        let ctx = &session.ctx;
        let name = links::hash(&format!("code:{}", session.login));
        if self.take_try(ctx, &name, network).await?.is_err() {
            return Err(Error::field(
                "code",
                "动态口令连续 5 次不对，暂停 15 分钟。请稍后再试，或联系系统管理员重置。",
            ));
        }
        self.check_code(session, code).await?;
        let mut own = ctx.clone();
        own.factors = Stage::PasswordAndCode.factors().to_owned();
        let mut change = self.change(&own, LedgerId::System).await?;
        let token = self.token();
        let body = SessionBody {
            stage: Stage::PasswordAndCode,
            source: ctx.source.clone(),
            agent: agent.to_owned(),
        };
        store::tries::forget(&mut change, &name, network).await?;
        store::sessions::revoke(&mut change, &session.session, ctx.now).await?;
        store::sessions::start(
            &mut change,
            &token,
            session.account,
            ctx.now,
            ctx.now + ABSOLUTE,
            &body,
        )
        .await?;
        change
            .record(
                Event::new(EventKind::LoggedIn, subject(session.account))
                    .fact("stage", body.stage.factors()),
            )
            .await?;
        change.commit().await?;
        Ok(Started {
            token,
            gate: Gate::Open,
        })
    }

    /// Who a token belongs to: rights and status are read afresh at every request, so what was
    /// withdrawn is gone at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authenticate(
        &self,
        token: &str,
        source: &str,
        request: &str,
    ) -> Result<Option<SignedIn>> {
        let now = self.clock.now();
        let mut db = self.store.read();
        let Some(session) = store::sessions::live::<SessionBody>(&mut db, token, now, IDLE).await?
        else {
            return Ok(None);
        };
        let Some(row) = store::accounts::find::<AccountBody>(&mut db, session.account).await?
        else {
            return Ok(None);
        };
        let roles = store::accounts::roles(&mut db, row.id).await?;
        let account = accounts::account(&row, self.grants(&roles).await?);
        let gate = match (session.body.stage, account.status) {
            (_, AccountStatus::Disabled) => return Ok(None),
            (Stage::AwaitingCode, _) => Gate::Code,
            (_, AccountStatus::MustChangePassword) => Gate::Password,
            _ if Self::is_password_due(&row, now) => Gate::Password,
            _ if !row.body.second_factor.is_on()
                && self.second_factor_policy().await?.asks(&account.grants) =>
            {
                Gate::Enrolment
            }
            _ => Gate::Open,
        };
        if session.seen_at + NOTED < now {
            // Reading goes on while nothing can be written; the session only ends sooner.
            if let Err(cause) = self.note_use(&session.id, now).await {
                tracing::warn!(%cause, "use of a session not noted");
            }
        }
        let mut ctx = self.ctx(account.actor(), source, request);
        ctx.factors = session.body.stage.factors().to_owned();
        Ok(Some(SignedIn {
            ctx,
            account: account.id,
            login: account.login,
            session: session.id,
            opened: Opened::LogIn,
            gate,
        }))
    }

    async fn note_use(&self, session: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.store.upkeep().await?;
        store::sessions::touch(&mut tx, session, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Logs out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log_out(&self, session: &SignedIn) -> Result<()> {
        let mut tx = self.store.upkeep().await?;
        store::sessions::revoke(&mut tx, &session.session, session.ctx.now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes one's own password; every other session ends.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub async fn change_password(
        &self,
        session: &SignedIn,
        current: &str,
        new: &str,
        again: &str,
    ) -> Result<()> {
        let ctx = &session.ctx;
        let id = session.account;
        let name = links::hash(&session.login);
        if self.take_try(ctx, &name, &session.session).await?.is_err() {
            return Err(Error::field(
                "current",
                "现在的密码连续 5 次不对，暂停 15 分钟。请稍后再试。",
            ));
        }
        let mut row = store::accounts::find::<AccountBody>(&mut self.store.read(), id)
            .await?
            .ok_or(Error::NotFound)?;
        if !self
            .password_matches(current, row.keys.password.clone())
            .await?
        {
            return Err(Error::field(
                "current",
                "现在的密码不对，没有修改。请重新输入；忘记了请联系系统管理员重置。",
            ));
        }
        self.set_password(ctx, &mut row, new, again).await?;
        let mut change = self.change(ctx, LedgerId::System).await?;
        store::tries::forget(&mut change, &name, &session.session).await?;
        store::document::save(&mut change, &mut row).await?;
        store::sessions::revoke_all(&mut change, id, Some(&session.session), ctx.now).await?;
        store::tokens::revoke_all(&mut change, id, ctx.now).await?;
        change
            .record(Event::new(EventKind::PasswordChanged, subject(id)))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// One's own live sessions, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn own_sessions(&self, session: &SignedIn) -> Result<Vec<SessionLine>> {
        self.sessions_of(session.account, session.ctx.now, Some(&session.session))
            .await
    }

    /// The live sessions of an account.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn sessions(&self, ctx: &Ctx, id: AccountId) -> Result<Vec<SessionLine>> {
        ctx.actor.allow(Action::ManageAccounts, Target::SYSTEM)?;
        self.sessions_of(id, ctx.now, None).await
    }

    async fn sessions_of(
        &self,
        id: AccountId,
        now: Timestamp,
        here: Option<&str>,
    ) -> Result<Vec<SessionLine>> {
        let found =
            store::sessions::of_account::<SessionBody>(&mut self.store.read(), id, now, IDLE)
                .await?;
        let line = |session: store::sessions::Session<SessionBody>| SessionLine {
            here: here == Some(session.id.as_str()),
            id: session.id,
            created_at: session.created_at,
            seen_at: session.seen_at,
            source: session.body.source,
            agent: session.body.agent,
            factors: session.body.stage.factors(),
        };
        Ok(found.into_iter().map(line).collect())
    }

    /// Ends one of one's own sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is nobody's or somebody else's.
    pub async fn end_own_session(&self, session: &SignedIn, which: &str) -> Result<()> {
        let own = self.own_sessions(session).await?;
        if !own.iter().any(|line| line.id == which) {
            return Err(Error::NotFound);
        }
        let mut change = self.change(&session.ctx, LedgerId::System).await?;
        store::sessions::revoke(&mut change, which, session.ctx.now).await?;
        record_revoked(&mut change, session.account).await?;
        change.commit().await?;
        Ok(())
    }

    /// Ends every session of an account.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn end_sessions(&self, ctx: &Ctx, id: AccountId) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::ManageAccounts, Target::SYSTEM)?;
        store::accounts::find::<AccountBody>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        store::sessions::revoke_all(&mut change, id, None, ctx.now).await?;
        store::tokens::revoke_all(&mut change, id, ctx.now).await?;
        record_revoked(&mut change, id).await?;
        change.commit().await?;
        Ok(())
    }

    fn pepper(&self) -> Vec<u8> {
        self.store.seals().keyed_hash(&["pepper"], b"password")
    }

    /// Does a password match a stored form? Without one the same work is done for nothing, so that
    /// the time tells nobody whether there is an account.
    pub(crate) async fn password_matches(
        &self,
        typed: &str,
        stored: Option<String>,
    ) -> Result<bool> {
        let (typed, pepper) = (typed.to_owned(), self.pepper());
        self.hashing(move || {
            let matched = password::matches(
                &typed,
                stored.as_deref().unwrap_or(password::NOBODYS),
                &pepper,
            );
            stored.is_some() && matched
        })
        .await
    }

    pub(crate) async fn password_hash(&self, password: &str) -> Result<String> {
        let (password, pepper, entropy) =
            (password.to_owned(), self.pepper(), self.entropy.clone());
        self.hashing(move || password::hash(&password, &pepper, &*entropy))
            .await?
    }

    /// Runs one hash outside the request threads, and only a few at once: each takes 19 MiB.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let failed = |why: String| Error::Internal(why);
        let _permit = self
            .hashers
            .acquire()
            .await
            .map_err(|e| failed(e.to_string()))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| failed(e.to_string()))
    }
}

async fn record_revoked(change: &mut Change<'_>, id: AccountId) -> Result<()> {
    change
        .record(Event::new(EventKind::SessionsRevoked, subject(id)))
        .await
        .map(drop)
}
