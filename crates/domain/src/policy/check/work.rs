//! Ledger and recoveries.

use super::checker::Name;
use super::section::Section;
use crate::policy::pack::{LedgerRules, RecoveryRules};

pub(super) fn ledger(root: &Section<'_>) -> Option<LedgerRules> {
    root.section("ledger").map(|s| LedgerRules {
        fields: s.some_texts("fields"),
        by: s.name("by", Name::Party),
        unpaid_after: s.duration("unpaid_after"),
        citation: s.citation(),
    })
}

pub(super) fn recovery(root: &Section<'_>) -> Option<RecoveryRules> {
    root.section("recovery").map(|s| RecoveryRules {
        kinds: s.some_texts("kinds"),
        by: s.name("by", Name::Party),
        transfer: s.words("transfer"),
        citation: s.citation(),
    })
}
