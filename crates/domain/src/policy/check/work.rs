//! Roles, undertakings, ledger and recoveries.

use super::checker::Name;
use super::section::Section;
use crate::policy::pack::{Apart, Force, LedgerRules, RecoveryRules, TaskRoles, Undertaking};
use crate::policy::problem::{Code, closest};

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

pub(super) fn roles(s: &Section<'_>) -> TaskRoles {
    let values = s.some_texts("values");
    let named = |s: &Section<'_>, key: &'static str| {
        let role = s.text(key);
        if !role.is_empty() && !values.contains(&role) {
            let hint = closest(&role, values.iter().map(String::as_str)).map_or_else(
                || format!("可以填：{}。", values.join("、")),
                |meant| format!("是不是“{meant}”？"),
            );
            let sentence = format!("“{role}”不是列出的分工。");
            s.report_at(key, Code::UnknownWord, sentence, hint);
        }
        role
    };
    let apart = s
        .sections("apart")
        .iter()
        .map(|s| Apart {
            one: named(s, "one"),
            other: named(s, "other"),
            force: s.word_or("force", Force::May),
        })
        .collect();
    TaskRoles {
        open: s.truth_or("open", false),
        apart,
        values,
    }
}

pub(super) fn undertakings(root: &Section<'_>) -> Vec<Undertaking> {
    root.sections("undertaking")
        .iter()
        .map(|s| Undertaking {
            id: s.text("id"),
            label: s.text("label"),
            at: s.word("at"),
            by: s.name("by", Name::Party),
            elements: s.some_texts("elements"),
            citation: s.citation(),
        })
        .collect()
}
