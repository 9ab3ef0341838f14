//! Packs are checked whole: every problem at once, and what is shipped has none.

use domain::policy::library::SHIPPED;
use domain::policy::{Problem, check};

fn printed(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect()
}

#[test]
fn every_shipped_pack_is_without_problems() {
    for shipped in SHIPPED {
        if let Err(problems) = check(shipped.pack) {
            panic!("{}:\n{}", shipped.id, printed(&problems));
        }
    }
}
