//! Counting tries of a secret in memory: a slow guess is stopped by the log-in lock, a fast one here.

use std::collections::HashMap;
use std::sync::Mutex;

/// Tries by name. Bounded: when full, all are forgotten.
#[derive(Debug, Default)]
pub struct Attempts {
    tries: Mutex<HashMap<String, u32>>,
}

/// Names remembered at once.
const MOST: usize = 100_000;

impl Attempts {
    /// Counts one try; `false` once more than `most` were made.
    pub fn allow(&self, name: &str, most: u32) -> bool {
        let mut tries = self
            .tries
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if tries.len() >= MOST {
            tries.clear();
        }
        let count = tries.entry(name.to_owned()).or_insert(0);
        *count += 1;
        *count <= most
    }

    /// The secret was right.
    pub fn forget(&self, name: &str) {
        let mut tries = self
            .tries
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        tries.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_name_by_itself() {
        let attempts = Attempts::default();
        assert!((0..3).all(|_| attempts.allow("a", 3)));
        assert!(!attempts.allow("a", 3));
        assert!(attempts.allow("b", 3));
        attempts.forget("a");
        assert!(attempts.allow("a", 3));
    }
}
