//! One-time links. The token is in the link only; the store keeps its hash.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::id::AccountId;
use jiff::{SignedDuration, Timestamp};
use store::accounts::Link;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

/// Sets up the installation.
pub(crate) const SET_UP: &str = "set_up";
/// Sets the password of an account.
pub(crate) const PASSWORD: &str = "password";

/// How long a link may be used.
const LIFE: SignedDuration = SignedDuration::from_hours(72);

/// What is stored of a token or a log-in name.
pub(crate) fn hash(token: &str) -> String {
    store::sessions::token_hash(token)
}

impl Service {
    /// 256 fresh bits, as they stand in an address or a cookie.
    pub(crate) fn token(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.entropy.secret())
    }

    pub(crate) async fn add_link(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        purpose: &str,
        account: Option<AccountId>,
    ) -> Result<(String, Timestamp)> {
        let token = self.token();
        let expires_at = ctx.now + LIFE;
        let link = Link {
            purpose: purpose.to_owned(),
            account,
            expires_at,
            used_at: None,
            body: (),
        };
        store::accounts::add_link(change, &hash(&token), &link).await?;
        Ok((token, expires_at))
    }

    /// The link of a token, when it may still be used for this purpose.
    pub(crate) async fn usable_link(
        &self,
        db: &mut impl store::Db,
        token: &str,
        purpose: &str,
        now: Timestamp,
    ) -> Result<Link<()>> {
        store::accounts::link::<()>(db, &hash(token))
            .await?
            .filter(|link| {
                link.purpose == purpose && link.used_at.is_none() && link.expires_at > now
            })
            .ok_or(Error::NotFound)
    }
}
