//! What only the whole pack shows: parts that name each other but do not fit.

use super::axes;
use super::checker::Checker;
use super::section::Section;
use crate::policy::pack::{
    Admission, Evaluated, Evaluator, Ladder, RaisedBy, Record, Rules, Station, Test,
};
use crate::policy::problem::{Code, closest};
use crate::policy::source::{Node, Setting, Value};
use crate::policy::words::Word;

pub(super) fn check(checker: &Checker<'_>, rules: &Rules) {
    let root = checker.root();
    stations(&root, &rules.admission);
    duties(&root, rules);
    axes::check(&root, rules);
    leaves(&root, rules);
    raised(&root, rules);
    parameters(checker, &root, rules);
    if let Some(rest) = &rules.draw.rest {
        for mode in rest
            .modes
            .iter()
            .filter(|mode| !rules.draw.modes.contains(mode))
        {
            let sentence = format!("暂停规则计入“{}”，但抽取方式里没有它。", mode.zh());
            report(
                &root,
                "draw.rest.modes",
                Code::Conflict,
                sentence,
                "请核对 draw.modes。",
            );
        }
    }
    root.quiet();
}

pub(super) fn report(root: &Section<'_>, path: &str, code: Code, sentence: String, hint: &str) {
    let at = root
        .checker
        .source
        .at_path(path)
        .map_or(0, |node| node.at.start);
    root.checker.report(at, code, sentence, hint);
}

/// Every station of a channel has its step, and no station has two.
fn stations(root: &Section<'_>, admission: &Admission) {
    for channel in &admission.channels {
        for station in &channel.stations {
            if admission.step(*station).is_none() {
                let sentence = format!(
                    "渠道“{}”有“{}”环节，却没有对应的 [[step]]。",
                    channel.label,
                    station.zh()
                );
                report(
                    root,
                    &format!("channel.{}", channel.id),
                    Code::MissingKey,
                    sentence,
                    "请补上这一环节，或从 stations 中删去。",
                );
            }
        }
        if channel.stations.contains(&Station::PublicNotice) && admission.public_notice.is_none() {
            let sentence = format!(
                "渠道“{}”有公示环节，却没有 [public_notice]。",
                channel.label
            );
            report(
                root,
                &format!("channel.{}", channel.id),
                Code::MissingKey,
                sentence,
                "请补上公示的天数和内容。",
            );
        }
    }
    for (place, step) in admission.steps.iter().enumerate() {
        if admission
            .steps
            .iter()
            .take(place)
            .any(|earlier| earlier.station == step.station)
        {
            let sentence = format!("“{}”环节定义了两次。", step.station.zh());
            report(root, "step", Code::Duplicate, sentence, "请只留一个。");
        }
    }
}

/// Duties named by kinds of work and evaluations are values of the axis `duty`.
fn duties(root: &Section<'_>, rules: &Rules) {
    let known: &[String] = rules.axis("duty").map_or(&[], |axis| &axis.values);
    let check = |path: &str, duty: &str| {
        if !known.iter().any(|value| value == duty) {
            let hint = closest(duty, known.iter().map(String::as_str)).map_or_else(
                || "请在分类维度 duty 的 values 中补上它。".to_owned(),
                |meant| format!("是不是“{meant}”？"),
            );
            report(
                root,
                path,
                Code::UnknownName,
                format!("职责“{duty}”没有定义。"),
                &hint,
            );
        }
    };
    for kind in &rules.tasks.kinds {
        for duty in kind.sub_kinds.iter().filter_map(|sub| sub.duty.as_deref()) {
            check(&format!("task_kind.{}", kind.id), duty);
        }
    }
    for evaluation in &rules.evaluations {
        let path = format!("evaluation.{}", evaluation.id);
        if let Evaluator::Duty(duty) = &evaluation.from {
            check(&path, duty);
        }
        if let Evaluated::Duty(duty) = &evaluation.of {
            check(&path, duty);
        }
    }
}

/// Tests ask for rungs of the ladder they read and for values there are.
fn leaves(root: &Section<'_>, rules: &Rules) {
    for leaf in &rules.eligibility.leaves {
        if let Some(test) = &leaf.test {
            test_fits(root, rules, &format!("leaf.{}", leaf.id), test);
        }
    }
}

fn test_fits(root: &Section<'_>, rules: &Rules, path: &str, test: &Test) {
    let ladder_of = |rung: crate::policy::pack::Rung| {
        rules
            .vocabulary
            .ladders
            .get(usize::from(rung.ladder))
            .map_or("", |ladder: &Ladder| &ladder.id)
    };
    match test {
        Test::Ladder { of, at_least, .. } => {
            let wanted = of.ladder();
            if ladder_of(*at_least) != wanted {
                let sentence = format!("“{}”要用 {wanted} 等级里的级别来比。", of.zh());
                report(
                    root,
                    path,
                    Code::Conflict,
                    sentence,
                    "请核对 of 与 at_least。",
                );
            }
        }
        Test::Record {
            of: Record::Honours | Record::Achievements | Record::Credentials,
            at_least,
            ..
        } if ladder_of(*at_least) != "admin" => {
            let sentence = "荣誉、业绩和证书的级别要用 admin 等级里的级别来比。".to_owned();
            report(root, path, Code::Conflict, sentence, "请写成 \"admin:…\"。");
        }
        Test::Employer { one_of } | Test::Represents { one_of } => {
            let Some(list) = rules.vocabulary.list("employer_kind") else {
                return;
            };
            for kind in one_of.iter().filter(|kind| !list.offers(kind)) {
                let hint = closest(kind, list.offered()).map_or_else(
                    || format!("可以填：{}。", list.values.join("、")),
                    |meant| format!("是不是“{meant}”？"),
                );
                report(
                    root,
                    path,
                    Code::UnknownWord,
                    format!("“{kind}”不在词表“{}”里。", list.label),
                    &hint,
                );
            }
        }
        Test::All { of } | Test::Any { of } => {
            for inner in of {
                test_fits(root, rules, path, inner);
            }
        }
        _ => {}
    }
}

/// A kind raised by a counter has one, and a counter raises something.
fn raised(root: &Section<'_>, rules: &Rules) {
    for kind in rules.conduct.iter().flat_map(|conduct| &conduct.kinds) {
        let by_counter = kind.raised_by == Some(RaisedBy::Counter);
        if by_counter != kind.counter.is_some() {
            let sentence = format!("“{}”的计数规则不完整。", kind.label);
            report(
                root,
                &format!("conduct.kind.{}", kind.id),
                Code::Conflict,
                sentence,
                "由计数产生的，写 raised_by = \"counter\" 并给出 counter；否则两者都不写。",
            );
        }
    }
}

/// Every parameter points at a value of this pack, and the pack's own value is one it accepts.
fn parameters(checker: &Checker<'_>, root: &Section<'_>, rules: &Rules) {
    for (place, parameter) in rules.parameters.iter().enumerate() {
        let at = match checker.source.at_path("parameter").map(|node| &node.value) {
            Some(Value::List(items)) => items.get(place).map_or(0, |node| node.at.start),
            _ => 0,
        };
        let written = match checker.source.at_path(&parameter.path) {
            Some(Node {
                value: Value::Text(text),
                ..
            }) => text.clone(),
            Some(Node {
                value: Value::Whole(number),
                ..
            }) => number.to_string(),
            Some(Node {
                value: Value::Truth(truth),
                ..
            }) => truth.to_string(),
            Some(node) => {
                let sentence = format!(
                    "参数“{}”指向的是{}，只有文字、整数和是否值可以调整。",
                    parameter.path,
                    node.kind()
                );
                root.checker.report(at, Code::Conflict, sentence, "");
                continue;
            }
            None => {
                let sentence = format!("参数“{}”指向的值不在本文件中。", parameter.path);
                root.checker.report(
                    at,
                    Code::UnknownName,
                    sentence,
                    "路径由键名和 id 用点连成，如 draw.rest.streak、leaf.AGE.test.less_than。",
                );
                continue;
            }
        };
        let setting = Setting {
            path: parameter.path.clone(),
            value: written.clone(),
        };
        let value_at = checker
            .source
            .at_path(&parameter.path)
            .map(|node| node.at.start);
        if rules.accepts(&setting).is_err() && !value_at.is_some_and(|at| checker.reported_at(at)) {
            let sentence = format!(
                "参数“{}”现在的值“{written}”不在它自己允许的范围内。",
                parameter.path
            );
            root.checker
                .report(at, Code::Conflict, sentence, "请核对 choices 或 range。");
        }
    }
}
