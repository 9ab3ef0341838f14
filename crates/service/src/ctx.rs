//! Who asks, when, and under which request: built once per request or command.

use domain::actor::Actor;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The context of one use case.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// When, by the server's clock.
    pub now: Timestamp,
    /// From where, for the log: an address, `cli` or `schedule`.
    pub source: String,
    /// How the session was authenticated, e.g. `password+totp`; empty outside sessions.
    pub factors: String,
    /// Identifier of the request, printed on error pages.
    pub request: String,
}

/// The time zone of every date the law speaks of.
pub fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(8)))
}

impl Ctx {
    /// The civil date in Shanghai.
    pub fn today(&self) -> Date {
        self.now.to_zoned(shanghai()).date()
    }

    /// The civil time in Shanghai.
    pub fn civil(&self) -> DateTime {
        self.now.to_zoned(shanghai()).datetime()
    }
}
