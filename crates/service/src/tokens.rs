//! 接口令牌: with a token a program uses the JSON interface for the account that issued it, for reading
//! and for the scopes named, until it expires, is revoked, or the account's password changes.

use std::collections::BTreeSet;

use domain::account::AccountStatus;
use domain::actor::{Scope, Within};
use domain::event::{Event, EventKind, Subject};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::LedgerId;

use crate::accounts::{self, AccountBody};
use crate::error::{Error, Problem, Result};
use crate::service::Service;
use crate::sessions::{Gate, Opened, SignedIn};

/// What every token begins with, so that one left in a file is recognised.
const MARK: &str = "lxt_";
/// Longest life of a token, in days.
pub const LONGEST: i64 = 365;
/// Tokens an account may have at once.
const MOST: usize = 20;
/// The use of a token is noted at most this often.
const NOTED: SignedDuration = SignedDuration::from_secs(60);
const DAY: i64 = 24;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TokenBody {
    label: String,
    scopes: BTreeSet<Scope>,
}

/// A token as wished.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What it is for.
    pub label: String,
    /// What it may do besides reading.
    pub scopes: BTreeSet<Scope>,
    /// Its life in days.
    pub days: i64,
}

/// A token in the list of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenLine {
    /// Names the token, without being able to use it.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// What it may do besides reading.
    pub scopes: BTreeSet<Scope>,
    /// Issued at.
    pub created_at: Timestamp,
    /// Last request.
    pub seen_at: Option<Timestamp>,
    /// Ends then.
    pub expires_at: Timestamp,
}

/// A fresh token. It is shown once; only its hash is stored.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// The token.
    pub token: String,
    /// As the list shows it from now on.
    pub line: TokenLine,
}

fn line(token: store::tokens::Token<TokenBody>) -> TokenLine {
    TokenLine {
        id: token.id,
        label: token.body.label,
        scopes: token.body.scopes,
        created_at: token.created_at,
        seen_at: token.seen_at,
        expires_at: token.expires_at,
    }
}

/// Tokens are the person's own business: no token makes, shows or revokes one.
fn by_log_in(session: &SignedIn) -> Result<()> {
    match session.opened {
        Opened::LogIn => Ok(()),
        Opened::Token => Err(Error::state(
            "token.needs_log_in",
            "令牌不能用来签发、查看或收回令牌。请本人登录后在“账号与安全”办理。",
        )),
    }
}

impl Service {
    /// One's own live tokens, newest first.
    ///
    /// # Errors
    /// [`Error::Refused`] for a token.
    pub async fn own_tokens(&self, session: &SignedIn) -> Result<Vec<TokenLine>> {
        by_log_in(session)?;
        let (account, now) = (session.account, session.ctx.now);
        let found =
            store::tokens::of_account::<TokenBody>(&mut self.store.read(), account, now).await?;
        Ok(found.into_iter().map(line).collect())
    }

    /// Issues a token for oneself.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything wrong, [`Error::Refused`] for a token.
    pub async fn issue_token(&self, session: &SignedIn, new: &NewToken) -> Result<IssuedToken> {
        let own = self.own_tokens(session).await?;
        let ctx = &session.ctx;
        let label = domain::text::tidy(&new.label);
        let mut problems = Vec::new();
        match label.chars().count() {
            0 => problems.push(Problem::new(
                "label",
                "没有写用途。请写明哪个系统使用，如“招聘网同步”，收回时才认得出。",
            )),
            count if count > 40 => problems.push(Problem::new(
                "label",
                format!("用途最多 40 个字，现在是 {count} 个。请精简。"),
            )),
            _ => {}
        }
        if !(1..=LONGEST).contains(&new.days) {
            problems.push(Problem::new(
                "days",
                format!(
                    "有效天数应在 1 到 {LONGEST} 之间，现在是 {}。令牌不能长期有效，到期前请换新。",
                    new.days
                ),
            ));
        }
        if own.len() >= MOST {
            problems.push(Problem::new(
                "",
                format!("一个账号最多同时有 {MOST} 个令牌。请先收回不用的。"),
            ));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let token = format!("{MARK}{}", self.token());
        let expires_at = ctx.now + SignedDuration::from_hours(new.days * DAY);
        let body = TokenBody {
            label: label.clone(),
            scopes: new.scopes.clone(),
        };
        let mut change = self.change(ctx, LedgerId::System).await?;
        store::tokens::issue(
            &mut change,
            &token,
            session.account,
            ctx.now,
            expires_at,
            &body,
        )
        .await?;
        let id = store::sessions::token_hash(&token);
        let scopes: Vec<_> = new.scopes.iter().map(|scope| scope.code()).collect();
        change
            .record(
                Event::new(EventKind::TokenIssued, Subject::new("token", &id))
                    .fact("account", session.account)
                    .fact("label", &label)
                    .fact("scopes", scopes.join(","))
                    .fact("expires", expires_at),
            )
            .await?;
        change.commit().await?;
        let line = TokenLine {
            id,
            label,
            scopes: body.scopes,
            created_at: ctx.now,
            seen_at: None,
            expires_at,
        };
        Ok(IssuedToken { token, line })
    }

    /// Revokes one of one's own tokens; its next request is refused.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is nobody's or somebody else's, [`Error::Refused`] for a token.
    pub async fn revoke_token(&self, session: &SignedIn, id: &str) -> Result<()> {
        by_log_in(session)?;
        let mut change = self.change(&session.ctx, LedgerId::System).await?;
        if !store::tokens::revoke(&mut change, session.account, id, session.ctx.now).await? {
            return Err(Error::NotFound);
        }
        change
            .record(
                Event::new(EventKind::TokenRevoked, Subject::new("token", id))
                    .fact("account", session.account),
            )
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Who a token acts for: rights and status are read afresh at every request. `None` when it is not
    /// a live token of an enabled account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authenticate_token(
        &self,
        token: &str,
        source: &str,
        request: &str,
    ) -> Result<Option<SignedIn>> {
        if !token.starts_with(MARK) {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut db = self.store.read();
        let Some(live) = store::tokens::live::<TokenBody>(&mut db, token, now).await? else {
            return Ok(None);
        };
        let Some(row) = store::accounts::find::<AccountBody>(&mut db, live.account).await? else {
            return Ok(None);
        };
        let roles = store::accounts::roles(&mut db, row.id).await?;
        let account = accounts::account(&row, self.grants(&roles).await?);
        let gate = match account.status {
            AccountStatus::Disabled => return Ok(None),
            AccountStatus::MustChangePassword => Gate::Password,
            _ if Self::is_password_due(&row, now) => Gate::Password,
            _ if !row.body.second_factor.is_on()
                && self.second_factor_policy().await?.asks(&account.grants) =>
            {
                Gate::Enrolment
            }
            _ => Gate::Open,
        };
        if live.seen_at.is_none_or(|seen| seen + NOTED < now) {
            let mut tx = self.store.upkeep().await?;
            store::tokens::touch(&mut tx, &live.id, now).await?;
            tx.commit().await?;
        }
        let mut actor = account.actor();
        actor.within = Within::Scopes(live.body.scopes);
        let mut ctx = self.ctx(actor, source, request);
        ctx.factors = "token".to_owned();
        Ok(Some(SignedIn {
            ctx,
            account: account.id,
            login: account.login,
            session: live.id,
            opened: Opened::Token,
            gate,
        }))
    }
}
