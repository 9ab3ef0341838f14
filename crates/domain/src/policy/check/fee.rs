//! Fees and budgets.

use super::checker::Name;
use super::section::Section;
use crate::half_day::SlotClock;
use crate::money::Fen;
use crate::policy::citation::Citation;
use crate::policy::pack::{
    BudgetLine, BudgetRules, ClassHour, FeeItem, FeePick, FeeRevision, FeeRow, FeeRules, Fund,
    HalfDayRule, Otherwise, PayStep, SameSlot, Share, ShareBase, ShareOver, TaxBasis, UnitRounding,
    WhenEmpty,
};
use crate::policy::problem::Code;
use crate::policy::source::Value;

pub(super) fn fee(root: &Section<'_>) -> Option<FeeRules> {
    root.section("fee").map(|s| {
        let citation = s.citation();
        let rows = rows(&s, &citation);
        let revisions = revisions(&s, &citation);
        FeeRules {
            payer: s.name("payer", Name::Party),
            when: s.conditions("when"),
            otherwise: s.word_or("otherwise", Otherwise::WithReason),
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
            warned_flags: s.texts("warned_flags"),
            pick: s.word_or("pick", FeePick::Least),
            half_day: s.section("half_day").map(|s| half_day(&s)),
            steps: s
                .sections("step")
                .iter()
                .map(|s| PayStep {
                    label: s.text("label"),
                    by: s.name("by", Name::Party),
                    role: super::identity::role_opt(s, "role"),
                })
                .collect(),
            checks: s.words("checks"),
            revisions,
            funds: funds(&s),
            class_hour: s.section("class_hour").map(|s| ClassHour {
                minutes: s.whole("minutes", 1, 240),
                rounding: s.word_or("rounding", UnitRounding::Down),
            }),
            citation,
        }
    })
}

/// A table: no two rows of one item for the same situation.
fn rows(s: &Section<'_>, citation: &Citation) -> Vec<FeeRow> {
    let rows: Vec<FeeRow> = s.sections("row").iter().map(|s| row(s, citation)).collect();
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
    rows
}

fn revisions(s: &Section<'_>, citation: &Citation) -> Vec<FeeRevision> {
    let mut revisions: Vec<FeeRevision> = Vec::new();
    for section in s.sections("revision") {
        let revision = FeeRevision {
            since: section.date("since"),
            basis: section.text("basis"),
            rows: rows(&section, citation),
        };
        if revisions
            .last()
            .is_some_and(|earlier| earlier.since >= revision.since)
        {
            section.report_at(
                "since",
                Code::Conflict,
                "费用标准的调整没有按起始日期先后排列。".to_owned(),
                "请按 since 从早到晚排列，不要重复。",
            );
        }
        revisions.push(revision);
    }
    revisions
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

fn half_day(s: &Section<'_>) -> HalfDayRule {
    let usual = SlotClock::default();
    let clock = SlotClock {
        morning_until: s.time_or("morning_until", usual.morning_until),
        afternoon_until: s.time_or("afternoon_until", usual.afternoon_until),
        min_minutes: s
            .whole_opt("min_minutes", 1, 240)
            .and_then(|minutes| u16::try_from(minutes).ok())
            .unwrap_or(usual.min_minutes),
    };
    if clock.morning_until >= clock.afternoon_until {
        s.report_at(
            "afternoon_until",
            Code::Conflict,
            "下午结束的时刻不晚于上午结束的时刻。".to_owned(),
            "请核对 morning_until 与 afternoon_until。",
        );
    }
    HalfDayRule {
        clock,
        per_day: s.whole_opt("per_day", 1, 3),
    }
}

fn row(s: &Section<'_>, around: &Citation) -> FeeRow {
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
        id: s.text_opt("id"),
        label: s.text_opt("label"),
        item: s.name("item", Name::FeeItem),
        when: s.conditions("when"),
        unit: s.word("unit"),
        from,
        to,
        cap_per_half_day: s.whole_opt("cap_per_half_day", 1, 100),
        basis: s.text_opt("basis"),
        citation: s.citation_or(around),
    }
}

pub(super) fn budget(root: &Section<'_>) -> Option<BudgetRules> {
    root.section("budget").map(|s| {
        let citation = s.citation();
        BudgetRules {
            when: s.conditions("when"),
            per: s.word("per"),
            held_by: s.name_list("held_by", Name::Party),
            lines: s
                .sections("line")
                .iter()
                .map(|s| BudgetLine {
                    id: s.text("id"),
                    label: s.text("label"),
                    percent_of_total: s.section("percent_of_total").map(|s| Share {
                        bound: s.bound(),
                        over: s.word_or("over", ShareOver::Whole),
                        base: s.word_or("base", ShareBase::Planned),
                    }),
                    purposes: s.texts("purposes"),
                    per_task: s.truth_or("per_task", false),
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
