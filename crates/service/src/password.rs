//! Passwords: what one must be like, and how it is kept (Argon2id, then keyed with a pepper that
//! lives outside the database, so that a stolen table cannot be guessed against).

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;

use crate::error::{Error, Problem, Result};
use crate::port::Entropy;

/// Memory in KiB, passes and lanes of Argon2id; stored with each hash, so they may be raised.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A stored form that no password has, made with the same costs: what is checked when there is no account.
pub(crate) const NOBODYS: &str =
    "argon2id$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Shortest and longest password, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;

/// Words nobody may build a password on.
const COMMON: &[&str] = &[
    "password", "12345678", "qwerty", "admin", "linxuan", "zhuanjia", "88888888", "66666666",
];

/// What is wrong with a new password for this log-in name, all at once.
pub fn problems(field: &str, password: &str, login: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    let length = password.chars().count();
    if !LENGTH.contains(&length) {
        found.push(Problem::new(
            field,
            format!(
                "密码应为 {} 至 {} 个字符，现在是 {length} 个。请重新设置。",
                LENGTH.start(),
                LENGTH.end()
            ),
        ));
    }
    let classes = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    let classes = classes.into_iter().filter(|present| *present).count();
    if classes < 3 {
        found.push(Problem::new(
            field,
            format!("密码须含大写字母、小写字母、数字、其他字符中的三类，现在只有 {classes} 类。请补足。"),
        ));
    }
    let lower = password.to_lowercase();
    let common = COMMON.iter().any(|word| lower.contains(word));
    if common || (login.len() >= 4 && lower.contains(&login.to_lowercase())) {
        found.push(Problem::new(
            field,
            "密码含有账号名或常见密码，容易被猜中。请换一个与本人和系统无关的密码。",
        ));
    }
    found
}

/// The stored form of a password.
///
/// # Errors
/// [`Error::Internal`] when the hash function refuses its parameters.
pub fn hash(password: &str, pepper: &[u8], entropy: &dyn Entropy) -> Result<String> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let inner = derive(password, &salt, MEMORY, PASSES, LANES)?;
    let outer = keyed(&inner, pepper)?;
    Ok(format!(
        "argon2id$m={MEMORY},t={PASSES},p={LANES}${}${}",
        BASE64_STANDARD_NO_PAD.encode(salt),
        BASE64_STANDARD_NO_PAD.encode(outer)
    ))
}

/// Does this password match the stored form? An unreadable stored form matches nothing.
pub fn matches(password: &str, stored: &str, pepper: &[u8]) -> bool {
    let check = || -> Option<bool> {
        let mut parts = stored.split('$');
        if parts.next()? != "argon2id" {
            return None;
        }
        let mut costs = parts
            .next()?
            .split(',')
            .filter_map(|cost| cost.split_once('='));
        let mut cost = |name: &str| {
            costs
                .next()
                .filter(|(n, _)| *n == name)
                .and_then(|(_, v)| v.parse::<u32>().ok())
        };
        let (memory, passes, lanes) = (cost("m")?, cost("t")?, cost("p")?);
        let salt = BASE64_STANDARD_NO_PAD.decode(parts.next()?).ok()?;
        let outer = BASE64_STANDARD_NO_PAD.decode(parts.next()?).ok()?;
        let inner = derive(password, &salt, memory, passes, lanes).ok()?;
        let mut mac = Hmac::<Sm3>::new_from_slice(pepper).ok()?;
        mac.update(&inner);
        Some(mac.verify_slice(&outer).is_ok())
    };
    check().unwrap_or(false)
}

fn derive(password: &str, salt: &[u8], memory: u32, passes: u32, lanes: u32) -> Result<[u8; 32]> {
    let internal = |why: String| Error::Internal(why);
    let params =
        Params::new(memory, passes, lanes, Some(32)).map_err(|e| internal(e.to_string()))?;
    let mut out = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut out)
        .map_err(|e| internal(e.to_string()))?;
    Ok(out)
}

fn keyed(inner: &[u8], pepper: &[u8]) -> Result<Vec<u8>> {
    let mut mac =
        Hmac::<Sm3>::new_from_slice(pepper).map_err(|e| Error::Internal(e.to_string()))?;
    mac.update(inner);
    Ok(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::SystemEntropy;

    #[test]
    fn a_password_matches_only_itself_and_its_pepper() {
        let stored = hash("云津-Pool-2026", b"pepper", &SystemEntropy).expect("hashes");
        assert!(matches("云津-Pool-2026", &stored, b"pepper"));
        assert!(!matches("云津-Pool-2027", &stored, b"pepper"));
        assert!(!matches("云津-Pool-2026", &stored, b"other"));
        assert!(!matches("云津-Pool-2026", "argon2id$garbage", b"pepper"));
        assert!(!matches("", "", b"pepper"));
    }

    #[test]
    fn nobodys_password_costs_what_anybodys_costs() {
        let costs = |stored: &str| stored.split('$').nth(1).map(str::to_owned);
        let real = hash("云津-Pool-2026", b"pepper", &SystemEntropy).expect("hashes");
        assert_eq!(costs(NOBODYS), costs(&real));
        for (nobodys, reals) in NOBODYS.split('$').zip(real.split('$')) {
            assert_eq!(nobodys.len(), reals.len());
        }
        assert!(
            NOBODYS
                .split('$')
                .skip(2)
                .all(|part| BASE64_STANDARD_NO_PAD.decode(part).is_ok())
        );
    }

    #[test]
    fn every_weakness_is_named_at_once() {
        assert_eq!(problems("password", "abc", "officer").len(), 2);
        assert_eq!(problems("password", "Officer-2026!", "officer").len(), 1);
        assert!(problems("password", "Yun9-jin-shan", "officer").is_empty());
    }
}
