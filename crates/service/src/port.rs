//! The two things the outside gives: the time and chance. Tests give their own.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use rand::RngExt as _;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine, shifted by a fixed number of seconds (0 outside demonstrations).
#[derive(Debug, Default)]
pub struct SystemClock {
    shift: i64,
}

impl SystemClock {
    /// A clock that runs `seconds` ahead of the machine; a demonstration of an expired instrument
    /// runs behind it.
    pub const fn shifted(seconds: i64) -> Self {
        Self { shift: seconds }
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(jiff::SignedDuration::from_secs(self.shift))
            .unwrap_or(now)
    }
}

/// A clock that stands still until moved.
#[derive(Debug)]
pub struct StoppedClock {
    milliseconds: AtomicI64,
}

impl StoppedClock {
    /// Stands at this moment.
    pub fn at(now: Timestamp) -> Self {
        Self {
            milliseconds: AtomicI64::new(now.as_millisecond()),
        }
    }

    /// Moves to this moment, forwards or back.
    pub fn set(&self, now: Timestamp) {
        self.milliseconds
            .store(now.as_millisecond(), Ordering::SeqCst);
    }

    /// Moves on by this many seconds.
    pub fn advance(&self, seconds: i64) {
        self.milliseconds
            .fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.milliseconds.load(Ordering::SeqCst))
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Where chance comes from: identifiers, salts, tokens. Never the chance of a draw, which the
/// parties make on their own machines.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        rand::rng().fill(buffer);
    }
}

impl dyn Entropy {
    /// 32 fresh bytes.
    pub fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.fill(&mut secret);
        secret
    }

    /// A fresh UUIDv7 for this moment.
    pub fn uuid(&self, now: Timestamp) -> uuid::Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}
