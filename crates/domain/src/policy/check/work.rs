//! Reports, ledger, gatherings, recoveries.

use super::checker::Name;
use super::section::Section;
use crate::policy::pack::{GatheringRules, LedgerRules, RecoveryRules, ReportRules};

pub(super) fn reports(root: &Section<'_>) -> Vec<ReportRules> {
    root.sections("report")
        .iter()
        .map(|s| ReportRules {
            id: s.text("id"),
            label: s.text("label"),
            to: s.name("to", Name::Party),
            parts: s.some_texts("parts"),
            open: s.truth_or("open", false),
            not_applicable: s.truth_or("not_applicable", false),
            statement: s.text_opt("statement"),
            due: s.duration("due"),
            citation: s.citation(),
        })
        .collect()
}

pub(super) fn ledger(root: &Section<'_>) -> Option<LedgerRules> {
    root.section("ledger").map(|s| LedgerRules {
        fields: s.some_texts("fields"),
        by: s.name("by", Name::Party),
        unpaid_after: s.duration("unpaid_after"),
        citation: s.citation(),
    })
}

pub(super) fn gatherings(root: &Section<'_>) -> Vec<GatheringRules> {
    root.sections("gathering")
        .iter()
        .map(|s| GatheringRules {
            id: s.text("id"),
            label: s.text("label"),
            counts: s.word("counts"),
            by: s.name("by", Name::Party),
            topics: s.texts("topics"),
            open: s.truth_or("open", false),
            record: s.texts("record"),
            citation: s.citation(),
        })
        .collect()
}

pub(super) fn recovery(root: &Section<'_>) -> Option<RecoveryRules> {
    root.section("recovery").map(|s| RecoveryRules {
        kinds: s.some_texts("kinds"),
        by: s.name("by", Name::Party),
        transfer: s.words("transfer"),
        citation: s.citation(),
    })
}
