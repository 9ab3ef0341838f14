//! Fees and budgets.

use super::checker::Name;
use super::section::Section;
use crate::money::Fen;
use crate::policy::pack::{
    BudgetLine, BudgetRules, ClassHour, FeeItem, FeeRow, FeeRules, Fund, SameSlot, TaxBasis,
    UnitRounding, WhenEmpty,
};
use crate::policy::problem::Code;
use crate::policy::source::Value;

pub(super) fn fee(root: &Section<'_>) -> Option<FeeRules> {
    root.section("fee").map(|s| {
        let citation = s.citation();
        let rows: Vec<FeeRow> = s
            .sections("row")
            .iter()
            .map(|s| row(s, &citation))
            .collect();
        for (place, row) in rows.iter().enumerate() {
            let twin = rows
                .iter()
                .take(place)
                .any(|earlier| earlier.item == row.item && earlier.when == row.when);
            if twin {
                s.report_at(
                    "row",
                    Code::Duplicate,
                    format!("费用项目“{}”有两行适用同样的情形。", row.item),
                    "请只留一行，或用 when 区分。",
                );
            }
        }
        FeeRules {
            payer: s.name("payer", Name::Party),
            only_completed: s.truth_or("only_completed", true),
            items: s
                .sections("item")
                .iter()
                .map(|s| FeeItem {
                    id: s.text("id"),
                    label: s.text("label"),
                    citation: s.citation_or(&citation),
                })
                .collect(),
            rows,
            standard: s.text_opt("standard"),
            when_empty: s.word_or("when_empty", WhenEmpty::Block),
            tax: s.word_or("tax", TaxBasis::Unspecified),
            same_slot: s.word_or("same_slot", SameSlot::Once),
            excluded_flags: s.texts("excluded_flags"),
            funds: funds(&s),
            class_hour: s.section("class_hour").map(|s| ClassHour {
                minutes: s.whole("minutes", 1, 240),
                rounding: s.word_or("rounding", UnitRounding::Down),
            }),
            citation,
        }
    })
}

/// Sources of the money: names, or tables that say who may use which.
fn funds(s: &Section<'_>) -> Vec<Fund> {
    let tables = matches!(
        s.node_opt("funds").map(|node| &node.value),
        Some(Value::List(items)) if items.iter().any(|item| matches!(item.value, Value::Table(_)))
    );
    if tables {
        let sections = s.sections("funds");
        let fund = |s: &Section<'_>| Fund {
            label: s.text("label"),
            when: s.conditions("when"),
        };
        return sections.iter().map(fund).collect();
    }
    let free = |label| Fund {
        label,
        when: Vec::new(),
    };
    s.texts("funds").into_iter().map(free).collect()
}

fn row(s: &Section<'_>, around: &crate::policy::citation::Citation) -> FeeRow {
    let (from, to) = match (
        s.money_opt("amount"),
        s.money_opt("from"),
        s.money_opt("to"),
    ) {
        (Some(amount), None, None) => (amount, amount),
        (None, Some(from), Some(to)) if from <= to => (from, to),
        _ => {
            s.report(
                Code::Conflict,
                "费用应写 amount（固定），或 from 和 to（区间，先小后大）。".to_owned(),
                "",
            );
            (Fen::ZERO, Fen::ZERO)
        }
    };
    FeeRow {
        item: s.name("item", Name::FeeItem),
        when: s.conditions("when"),
        unit: s.word("unit"),
        from,
        to,
        cap_per_half_day: s.whole_opt("cap_per_half_day", 1, 100),
        citation: s.citation_or(around),
    }
}

pub(super) fn budget(root: &Section<'_>) -> Option<BudgetRules> {
    root.section("budget").map(|s| {
        let citation = s.citation();
        BudgetRules {
            when: s.conditions("when"),
            per: s.word("per"),
            lines: s
                .sections("line")
                .iter()
                .map(|s| BudgetLine {
                    id: s.text("id"),
                    label: s.text("label"),
                    percent_of_total: s.section("percent_of_total").map(|s| s.bound()),
                    citation: s.citation_or(&citation),
                })
                .collect(),
            floor: s.money_opt("floor"),
            per_head_at_most: s.money_opt("per_head_at_most"),
            purposes: s.texts("purposes"),
            citation,
        }
    })
}
