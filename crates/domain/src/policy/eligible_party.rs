//! Which organisations may not take part as a party: those on a register a leaf bars them by
//! (DG 第二十条: a listed unit neither recommends nor uses experts).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::evidence::{Evidence, Fact};
use super::facts::Listing;
use super::pack::{Pack, Standing, Test};
use crate::finding::{Finding, Verdict};

/// What bars an organisation from being this party on a day. A register not looked up bars as well,
/// with `undetermined`.
pub fn barred(
    pack: &Pack,
    party: &str,
    registers: &BTreeMap<String, Vec<Listing>>,
    on: Date,
) -> Vec<Finding> {
    let concerned = pack
        .eligibility
        .leaves
        .iter()
        .filter(|leaf| leaf.bars.iter().any(|p| p == party));
    concerned
        .filter_map(|leaf| {
            let Some(Test::NotListed { register, .. }) = &leaf.test else {
                return None;
            };
            let (verdict, evidence) = match registers.get(register) {
                None => (
                    Verdict::Undetermined,
                    Evidence::Missing(Fact::Register(register)),
                ),
                Some(entries) => {
                    let listing = entries
                        .iter()
                        .find(|entry| entry.standing == Standing::Self_ && entry.in_force(on))?;
                    (
                        Verdict::Unmet,
                        Evidence::Register {
                            register,
                            listing: Some(listing),
                        },
                    )
                }
            };
            Some(Finding {
                code: leaf.id.clone(),
                force: leaf.force,
                verdict,
                citation: leaf.citation.clone(),
                facts: evidence.facts(pack),
                sentence: format!("{}。", evidence.words(pack)),
            })
        })
        .collect()
}
