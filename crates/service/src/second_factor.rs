//! 动态口令: six digits a device shows for thirty seconds, each good for one log-in.

use std::num::NonZeroU64;

use domain::actor::{Action, Grant, Role, Target};
use domain::event::{Event, EventKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::pools::Parameter;
use store::{LedgerId, Secret};
use totp_rs::{Builder, Totp};

use crate::accounts::{AccountBody, subject};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::sessions::SignedIn;

/// Whether an account is asked for one-time codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum SecondFactor {
    /// No.
    #[default]
    Off,
    /// A device was shown the secret and has not proved yet that it took it.
    Offered,
    /// Yes.
    On {
        /// Since when.
        since: Timestamp,
        /// The last thirty seconds whose code was used; that code and all before are void.
        last_step: Option<NonZeroU64>,
    },
}

impl SecondFactor {
    pub(crate) const fn is_on(self) -> bool {
        matches!(self, Self::On { .. })
    }
}

/// What a device needs to show codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret in base 32.
    pub secret: String,
    /// The `otpauth://` address.
    pub address: String,
}

/// Which roles have to use one-time codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorPolicy {
    /// Codes of the roles.
    pub roles: Vec<Role>,
}

impl SecondFactorPolicy {
    /// Does it ask somebody with these roles?
    pub fn asks(&self, grants: &[Grant]) -> bool {
        grants.iter().any(|grant| self.roles.contains(&grant.role))
    }
}

const KIND: &str = "security";
const KEY: &str = "second_factor";

fn codes(secret: &str) -> Result<Totp> {
    let secret =
        totp_rs::Secret::try_from_base32(secret).map_err(|e| Error::Internal(e.to_string()))?;
    Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|e| Error::Internal(e.to_string()))
}

/// The step of a right code that has not been used, with one step of tolerance for slow clocks.
fn accept(
    codes: &Totp,
    typed: &str,
    now: Timestamp,
    last: Option<NonZeroU64>,
) -> Option<NonZeroU64> {
    let typed: String = typed
        .chars()
        .map(domain::text::half_width)
        .filter(|c| !c.is_whitespace())
        .collect();
    let seconds = u64::try_from(now.as_second()).ok()?;
    let step = NonZeroU64::new(codes.check(&typed, seconds)?)?;
    (Some(step) > last).then_some(step)
}

impl Service {
    /// Begins to bind a device: a fresh secret, shown until a code of it was typed.
    ///
    /// # Errors
    /// Refused when codes are already asked for.
    pub async fn offer_second_factor(&self, session: &SignedIn) -> Result<Enrolment> {
        let id = session.account;
        let mut db = self.store.read();
        let row = store::accounts::find::<AccountBody>(&mut db, id)
            .await?
            .ok_or(Error::NotFound)?;
        if row.body.second_factor.is_on() {
            return Err(Error::state(
                "second_factor_on",
                "动态口令已经启用。换手机时请先关闭，再重新绑定",
            ));
        }
        let secret = match store::accounts::totp(&mut db, self.store.seals(), id).await? {
            Some(secret) => secret.reveal().to_owned(),
            None => {
                let mut bytes = [0; 20];
                self.entropy.fill(&mut bytes);
                let secret = totp_rs::Secret::from(bytes.to_vec()).to_base32();
                // Nothing is asked for until the device proves that it took the secret, so this leaves no trace.
                let mut tx = self.store.upkeep().await?;
                store::accounts::set_totp(&mut tx, id, Some(&Secret::new(&secret))).await?;
                tx.commit().await?;
                secret
            }
        };
        // Log-in names are letters, digits and . - _, so nothing needs escaping.
        let address = format!(
            "otpauth://totp/Linxuan:{}?secret={secret}&issuer=Linxuan",
            row.keys.login
        );
        Ok(Enrolment { secret, address })
    }

    /// Binds the device whose code was typed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the code is not of the secret shown.
    pub async fn enable_second_factor(&self, session: &SignedIn, code: &str) -> Result<()> {
        let id = session.account;
        let ctx = &session.ctx;
        let mut change = self.change(ctx, LedgerId::System).await?;
        let mut row = store::accounts::find::<AccountBody>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        let secret = store::accounts::totp(&mut *change, self.store.seals(), id).await?;
        let (SecondFactor::Off | SecondFactor::Offered, Some(secret)) =
            (row.body.second_factor, secret)
        else {
            return Err(Error::state(
                "second_factor_on",
                "动态口令已经启用，或还没有显示二维码。请刷新本页",
            ));
        };
        let codes = codes(secret.reveal())?;
        let step = accept(&codes, code, ctx.now, None).ok_or_else(|| {
            Error::field(
                "code",
                "这 6 位数字与密钥对不上，可能已经过期，或手机时间不准。请等下一组数字再填。",
            )
        })?;
        row.body.second_factor = SecondFactor::On {
            since: ctx.now,
            last_step: Some(step),
        };
        store::document::save(&mut change, &mut row).await?;
        change
            .record(Event::new(EventKind::TotpEnabled, subject(id)))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Stops asking for codes, unless a role requires them.
    ///
    /// # Errors
    /// Refused when a role requires them; [`Error::Invalid`] without a right code.
    pub async fn disable_second_factor(&self, session: &SignedIn, code: &str) -> Result<()> {
        let ctx = &session.ctx;
        if self.second_factor_policy().await?.asks(&ctx.actor.grants) {
            return Err(Error::state(
                "second_factor_required",
                "您的岗位必须使用动态口令，不能关闭。换手机请联系系统管理员重置",
            ));
        }
        self.check_code(session, code).await?;
        let id = session.account;
        let mut change = self.change(ctx, LedgerId::System).await?;
        let mut row = store::accounts::find::<AccountBody>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        row.body.second_factor = SecondFactor::Off;
        store::accounts::set_totp(&mut change, id, None).await?;
        store::document::save(&mut change, &mut row).await?;
        change
            .record(Event::new(EventKind::TotpDisabled, subject(id)))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Uses a code up. A code is good once, even when two requests bring it at the same moment.
    pub(crate) async fn check_code(&self, session: &SignedIn, typed: &str) -> Result<()> {
        let id = session.account;
        let wrong = || {
            Error::field(
                "code",
                "动态口令不对，或已经用过。请等手机上换下一组数字再填。",
            )
        };
        let mut tx = self.store.upkeep().await?;
        let mut row = store::accounts::find::<AccountBody>(&mut tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        let secret = store::accounts::totp(&mut tx, self.store.seals(), id).await?;
        let (SecondFactor::On { since, last_step }, Some(secret)) =
            (row.body.second_factor, secret)
        else {
            return Err(wrong());
        };
        let codes = codes(secret.reveal())?;
        let step = accept(&codes, typed, session.ctx.now, last_step).ok_or_else(wrong)?;
        row.body.second_factor = SecondFactor::On {
            since,
            last_step: Some(step),
        };
        match store::document::save(&mut tx, &mut row).await {
            Err(store::Error::Stale { .. }) => return Err(wrong()),
            other => other?,
        }
        tx.commit().await?;
        Ok(())
    }

    /// Which roles have to use one-time codes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn second_factor_policy(&self) -> Result<SecondFactorPolicy> {
        let stored =
            store::pools::parameter::<SecondFactorPolicy>(&mut self.store.read(), None, KIND, KEY)
                .await?;
        Ok(stored.map(|stored| stored.body).unwrap_or_default())
    }

    /// Says which roles have to use one-time codes; who has not bound a device does so at the next
    /// request.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn set_second_factor_policy(
        &self,
        ctx: &Ctx,
        policy: SecondFactorPolicy,
    ) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::GrantRoles, Target::SYSTEM)?;
        let known =
            store::pools::parameter::<SecondFactorPolicy>(&mut *change, None, KIND, KEY).await?;
        let version = known.map_or(0, |known| known.version);
        let roles = policy
            .roles
            .iter()
            .map(|role| role.code())
            .collect::<Vec<_>>()
            .join(",");
        let parameter = Parameter {
            key: KEY.to_owned(),
            version,
            body: policy,
        };
        store::pools::set_parameter(&mut change, None, KIND, &parameter).await?;
        let subject = domain::event::Subject::new("setting", KEY);
        change
            .record(Event::new(EventKind::ParameterChanged, subject).fact("roles", roles))
            .await?;
        change.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_once_and_for_a_minute() {
        let codes = codes("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("a secret");
        let at = |seconds| Timestamp::from_second(seconds).expect("in range");
        // RFC 6238, appendix B: at 59 s the last six digits are 287082.
        let step = accept(&codes, " ２８７ 082", at(59), None).expect("accepted");
        assert_eq!(step.get(), 1);
        assert_eq!(
            accept(&codes, "287082", at(60), Some(step)),
            None,
            "used up"
        );
        assert_eq!(accept(&codes, "287082", at(120), None), None, "too old");
        assert_eq!(accept(&codes, "287083", at(59), None), None);
        assert_eq!(accept(&codes, "", at(59), None), None);
    }
}
