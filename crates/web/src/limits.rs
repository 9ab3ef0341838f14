//! How often one network may ask: token buckets in memory, one per network and kind of request.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Kinds of requests that are counted apart.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// Any request. A whole bureau may sit behind one address.
    Any,
    /// A password, code or one-time link is tried.
    Secret,
    /// Somebody without a log-in sends something that people have to read.
    Filing,
    /// Published records are looked up by number.
    Lookup,
}

impl Kind {
    /// Requests at once, and requests a second in the long run.
    const fn bounds(self) -> (f64, f64) {
        match self {
            Self::Any => (600.0, 60.0),
            Self::Secret => (30.0, 0.5),
            Self::Filing => (20.0, 0.05),
            Self::Lookup => (60.0, 2.0),
        }
    }
}

/// Entries kept before full buckets are forgotten.
const KEPT: usize = 20_000;

struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// All buckets.
#[derive(Default)]
pub struct Limits {
    buckets: Mutex<HashMap<(Kind, String), Bucket>>,
}

impl Limits {
    /// Takes one token of this network.
    ///
    /// # Errors
    /// How long to wait when there is none.
    pub fn take(&self, kind: Kind, network: &str) -> Result<(), Duration> {
        self.take_at(kind, network, Instant::now())
    }

    /// Takes one token for what somebody without a log-in sends by a form.
    ///
    /// # Errors
    /// What stands above the form, in which everything typed is kept.
    pub fn filing(&self, network: &str) -> Result<(), service::Error> {
        self.take(Kind::Filing, network).map_err(|wait| {
            let seconds = wait.as_secs() + 1;
            service::Error::field(
                "",
                format!(
                    "这一网络刚才提交得太多，这一份没有收下。请过 {seconds} 秒再提交，填写的内容还在下面。"
                ),
            )
        })
    }

    fn take_at(&self, kind: Kind, network: &str, now: Instant) -> Result<(), Duration> {
        let (most, rate) = kind.bounds();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > KEPT {
            buckets.retain(|(kind, _), bucket| {
                let (most, rate) = kind.bounds();
                bucket.tokens + now.duration_since(bucket.filled).as_secs_f64() * rate < most
            });
        }
        let bucket = buckets.entry((kind, network.to_owned())).or_insert(Bucket {
            tokens: most,
            filled: now,
        });
        let gained = now.duration_since(bucket.filled).as_secs_f64() * rate;
        bucket.tokens = (bucket.tokens + gained).min(most);
        bucket.filled = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Ok(())
        } else {
            Err(Duration::from_secs_f64((1.0 - bucket.tokens) / rate))
        }
    }
}

/// The network of an address: /24 of IPv4, /56 of IPv6, so that one subscriber is one network.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{:x}::/56", d & 0xff00)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_waits_and_fills_again() {
        let limits = Limits::default();
        let start = Instant::now();
        for _ in 0..30 {
            assert_eq!(limits.take_at(Kind::Secret, "a", start), Ok(()));
        }
        let wait = limits.take_at(Kind::Secret, "a", start).expect_err("empty");
        assert_eq!(wait, Duration::from_secs(2));
        assert_eq!(
            limits.take_at(Kind::Secret, "b", start),
            Ok(()),
            "networks are counted apart"
        );
        assert_eq!(
            limits.take_at(Kind::Any, "a", start),
            Ok(()),
            "kinds are counted apart"
        );
        assert_eq!(limits.take_at(Kind::Secret, "a", start + wait), Ok(()));
    }

    #[test]
    fn one_subscriber_is_one_network() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("192.0.2.7"), of("192.0.2.250"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.8"));
        assert_ne!(of("192.0.2.7"), of("192.0.3.7"));
        assert_eq!(of("2001:db8:1:2a00::1"), of("2001:db8:1:2aff:9::2"));
        assert_ne!(of("2001:db8:1:2a00::1"), of("2001:db8:1:2b00::1"));
    }
}
