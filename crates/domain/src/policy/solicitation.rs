//! Is a notice calling for applications complete, has it appeared where it must, and are more appointed
//! than it planned (CY 第十条, JM 第七条(一))?

use super::pack::{Force, MediaNeeded, Solicitation};

/// Fields that are empty, in the order of the pack. With any, the notice is not published.
pub fn lacking<'p>(rules: &'p Solicitation, given: &[&str]) -> Vec<&'p str> {
    rules
        .fields
        .iter()
        .map(String::as_str)
        .filter(|field| !given.contains(field))
        .collect()
}

/// Media in which a notice still has to appear, given those it appeared in.
pub fn uncovered<'p>(rules: &'p Solicitation, published: &[String]) -> Vec<&'p str> {
    let there = |medium: &&String| published.contains(medium);
    let enough = rules.media_needed == MediaNeeded::Any && rules.media.iter().any(|m| there(&m));
    let open = rules.media.iter().filter(|m| !there(m) && !enough);
    open.map(String::as_str).collect()
}

/// What appointing so many meets where so many were planned; `None` = nothing (CY 第十条).
pub fn over_headcount(rules: &Solicitation, planned: u32, listed: u32) -> Option<Force> {
    let headcount = rules.headcount.as_ref()?;
    headcount.beyond.filter(|_| listed > planned)
}
