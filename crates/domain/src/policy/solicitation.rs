//! Is a notice calling for applications complete, and are more appointed than it planned (CY 第十条)?

use super::pack::{Force, Solicitation};

/// Fields that are empty, in the order of the pack. With any, the notice is not published.
pub fn lacking<'p>(rules: &'p Solicitation, given: &[&str]) -> Vec<&'p str> {
    rules
        .fields
        .iter()
        .map(String::as_str)
        .filter(|field| !given.contains(field))
        .collect()
}

/// What appointing so many meets where so many were planned; `None` = nothing (CY 第十条).
pub fn over_headcount(rules: &Solicitation, planned: u32, listed: u32) -> Option<Force> {
    let headcount = rules.headcount.as_ref()?;
    headcount.beyond.filter(|_| listed > planned)
}
