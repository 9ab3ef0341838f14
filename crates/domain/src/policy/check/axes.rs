//! Axes name values, fallbacks and suggestions that must be there.

use super::consistency::report;
use super::section::Section;
use crate::policy::pack::{Axis, Condition, Field, Rules};
use crate::policy::problem::{Code, closest};

pub(super) fn check(root: &Section<'_>, rules: &Rules) {
    for axis in &rules.pool.axes {
        fallback(root, rules, axis);
        template(root, axis);
        suggestion(root, rules, axis);
    }
    for leaf in &rules.eligibility.leaves {
        duties_named(root, rules, &format!("leaf.{}", leaf.id), &leaf.when);
    }
}

fn path(axis: &Axis) -> String {
    format!("pool.axis.{}", axis.id)
}

fn known_or(known: &[String], written: &str) -> String {
    closest(written, known.iter().map(String::as_str)).map_or_else(
        || format!("可以填：{}。", known.join("、")),
        |meant| format!("是不是“{meant}”？"),
    )
}

fn fallback(root: &Section<'_>, rules: &Rules, axis: &Axis) {
    let home = match &axis.fallback_axis {
        None => axis,
        Some(id) => match rules.axis(id) {
            Some(home) => home,
            None => return,
        },
    };
    match &axis.fallback {
        Some(value) if !home.values.is_empty() && !home.values.contains(value) => report(
            root,
            &path(axis),
            Code::UnknownWord,
            format!("归入的“{value}”不是分类维度“{}”的值。", home.label),
            &known_or(&home.values, value),
        ),
        None if axis.fallback_axis.is_some() => report(
            root,
            &path(axis),
            Code::MissingKey,
            "写了 fallback_axis，却没有写 fallback。".to_owned(),
            "请补上 fallback = …，写明归入哪一个值。",
        ),
        _ => {}
    }
}

fn template(root: &Section<'_>, axis: &Axis) {
    if let Some(name) = &axis.name_template
        && name.matches("{}").count() != 1
    {
        report(
            root,
            &path(axis),
            Code::OutOfRange,
            format!("名称格式“{name}”应当恰有一个 {{}}。"),
            "{} 是填写分类名称的位置，如 \"某市{}专业专家组\"。",
        );
    }
}

fn suggestion(root: &Section<'_>, rules: &Rules, axis: &Axis) {
    let Some(suggestion) = &axis.suggestion else {
        return;
    };
    let Some(list) = rules.vocabulary.list(&suggestion.list) else {
        return;
    };
    let at = path(axis);
    for pair in &suggestion.pairs {
        if !list.offers(&pair.ticked) {
            let sentence = format!("“{}”不在词表“{}”里。", pair.ticked, list.label);
            let hint = known_or(&list.values, &pair.ticked);
            report(root, &at, Code::UnknownWord, sentence, &hint);
        }
        if !axis.values.contains(&pair.value) {
            let sentence = format!("“{}”不是分类维度“{}”的值。", pair.value, axis.label);
            let hint = known_or(&axis.values, &pair.value);
            report(root, &at, Code::UnknownWord, sentence, &hint);
        }
    }
    for value in &list.values {
        let lines = suggestion.pairs.iter().filter(|p| p.ticked == *value);
        if lines.count() != 1 {
            let sentence = format!("词表“{}”的“{value}”应当恰好对应一个值。", list.label);
            let hint = "请为词表里的每一项写一行 { ticked, value }。";
            report(root, &at, Code::Conflict, sentence, hint);
        }
    }
}

/// Conditions on the duty name values the duty axis has.
fn duties_named(root: &Section<'_>, rules: &Rules, path: &str, conditions: &[Condition]) {
    let known: &[String] = rules.axis("duty").map_or(&[], |axis| &axis.values);
    let duties = conditions.iter().filter(|c| c.field == Field::Duty);
    for value in duties.flat_map(|condition| &condition.one_of) {
        if !known.contains(value) {
            report(
                root,
                path,
                Code::UnknownWord,
                format!("“{value}”不是分类维度 duty 的值。"),
                &known_or(known, value),
            );
        }
    }
}
