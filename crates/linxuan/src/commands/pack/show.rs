//! What the pack commands print: Chinese for people, JSON for machines.

use std::fmt::Write as _;

use domain::policy::cases::{CaseError, Report};
use domain::policy::compare::{Change, Shift};
use domain::policy::coverage::Carried;
use domain::policy::library::SHIPPED;
use domain::policy::{Decision, Outcome, Pack, Problem, Word, check, legal_status};
use serde_json::{Value, json};

use super::folder::Folder;
use crate::commands::{Ended, print};

pub(super) fn list(json: bool) -> anyhow::Result<Ended> {
    let today = crate::commands::today();
    let (mut rows, mut text) = (Vec::new(), String::new());
    for shipped in SHIPPED {
        let pack = check(shipped.pack).map_err(|problems| {
            anyhow::anyhow!(
                "随程序提供的规则包 {} 有 {} 个问题",
                shipped.id,
                problems.len()
            )
        })?;
        let standing = legal_status(&pack.identity, today, None);
        let banner = standing.banner().unwrap_or_else(|| "现行有效".to_owned());
        writeln!(
            text,
            "{}\t{}\t{}\t{banner}",
            pack.id(),
            pack.identity.document.as_deref().unwrap_or("无文号"),
            pack.identity.title
        )?;
        rows.push(json!({
            "id": pack.id(), "title": pack.identity.title, "document": pack.identity.document,
            "digest": pack.digest(), "standing": standing,
        }));
    }
    print(json, &rows.into(), &text)?;
    Ok(Ended::Done)
}

pub(super) fn checked(pack: &Pack, json: bool) -> anyhow::Result<Ended> {
    let text = format!(
        "没有问题：{}\n规则包指纹 SM3 {}\n",
        pack.identity.title,
        pack.digest()
    );
    print(
        json,
        &json!({ "id": pack.id(), "digest": pack.digest(), "problems": [] }),
        &text,
    )?;
    Ok(Ended::Done)
}

pub(crate) fn problems(folder: &Folder, problems: &[Problem], json: bool) -> anyhow::Result<Ended> {
    let mut text = String::new();
    for problem in problems {
        writeln!(text, "{}:{problem}", folder.file)?;
    }
    writeln!(text, "共 {} 个问题。改正后请再检查一次。", problems.len())?;
    print(
        json,
        &json!({ "file": folder.file, "problems": problems }),
        &text,
    )?;
    Ok(Ended::Refused)
}

pub(super) fn unreadable(errors: &[CaseError], json: bool) -> anyhow::Result<Ended> {
    let mut text = String::new();
    for error in errors {
        writeln!(
            text,
            "cases/{}:{} 案例读不懂：{}",
            error.file, error.line, error.message
        )?;
    }
    let rows: Vec<Value> = errors
        .iter()
        .map(|error| json!({ "file": error.file, "line": error.line, "message": error.message }))
        .collect();
    print(json, &json!({ "errors": rows }), &text)?;
    Ok(Ended::Refused)
}

pub(super) fn reports(reports: &[Report], json: bool) -> anyhow::Result<Ended> {
    let failed = reports.iter().filter(|report| !report.passed()).count();
    let mut text = String::new();
    for report in reports.iter().filter(|report| !report.passed()) {
        writeln!(
            text,
            "未通过 cases/{} [{}] {}",
            report.file, report.kind, report.name
        )?;
        for failure in &report.failures {
            writeln!(text, "    {failure}")?;
        }
    }
    writeln!(
        text,
        "案例 {} 个，通过 {} 个，未通过 {failed} 个。",
        reports.len(),
        reports.len() - failed
    )?;
    print(json, &serde_json::to_value(reports)?, &text)?;
    Ok(if failed == 0 && !reports.is_empty() {
        Ended::Done
    } else {
        Ended::Refused
    })
}

pub(super) fn coverage(rows: &[Carried], json: bool) -> anyhow::Result<Ended> {
    let mut text = String::new();
    for row in rows {
        let indent = "  ".repeat(row.depth);
        writeln!(text, "{indent}{} {}", row.citation, row.about)?;
        for carrier in &row.rules {
            writeln!(text, "{indent}    {}：{}", carrier.part, carrier.label)?;
        }
        for case in &row.cases {
            writeln!(text, "{indent}    案例：{case}")?;
        }
        if !row.accounted_for() {
            writeln!(text, "{indent}    ！没有规则、表格或案例承载")?;
        } else if row.rules.is_empty() && row.cases.is_empty() {
            writeln!(text, "{indent}    仅在页面和文书中载明")?;
        }
    }
    let missing = rows.iter().filter(|row| !row.accounted_for()).count();
    writeln!(text, "条、项共 {} 处，未承载 {missing} 处。", rows.len())?;
    print(json, &serde_json::to_value(rows)?, &text)?;
    Ok(if missing == 0 && !rows.is_empty() {
        Ended::Done
    } else {
        Ended::Refused
    })
}

pub(super) fn compared(
    changes: &[Change],
    shifts: &[Shift],
    people: usize,
    json: bool,
) -> anyhow::Result<Ended> {
    let mut text = String::new();
    let shown = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or_else(|| "（无）".to_owned(), Value::to_string)
    };
    for change in changes {
        writeln!(
            text,
            "{}：{} → {}",
            change.path,
            shown(&change.from),
            shown(&change.to)
        )?;
    }
    writeln!(text, "共 {} 处不同。", changes.len())?;
    for shift in shifts {
        writeln!(
            text,
            "{}：{} → {}",
            shift.name,
            shift.before.zh(),
            shift.after.zh()
        )?;
        for reason in &shift.reasons {
            writeln!(text, "    {reason}")?;
        }
    }
    if people > 0 {
        writeln!(text, "{people} 人中，{} 人结论不同。", shifts.len())?;
    }
    print(
        json,
        &json!({ "changes": changes, "people": people, "shifts": shifts }),
        &text,
    )?;
    Ok(Ended::Done)
}

pub(super) fn decisions(decisions: &[(&str, Decision<'_>)], json: bool) -> anyhow::Result<Ended> {
    let (mut rows, mut text) = (Vec::new(), String::new());
    for (name, decision) in decisions {
        if decisions.len() > 1 {
            writeln!(text, "【{name}】")?;
        }
        text.push_str(&decision.explanation());
        let branches: Vec<_> = decision
            .branches()
            .map(|branch| json!({ "id": branch.id, "label": branch.label, "citation": branch.citation }))
            .collect();
        rows.push(json!({
            "person": name,
            "pack": decision.pack.id(),
            "digest": decision.pack.digest(),
            "on": decision.on,
            "outcome": decision.outcome,
            "branches": branches,
            "relaxation": decision.relaxation.map(|relaxation| &relaxation.id),
            "blocking": decision.blocking().iter().map(|found| &found.leaf.id).collect::<Vec<_>>(),
            "findings": decision.findings(),
        }));
    }
    print(json, &rows.into(), &text)?;
    let all = decisions
        .iter()
        .all(|(_, decision)| decision.outcome == Outcome::Met);
    Ok(if all { Ended::Done } else { Ended::Refused })
}

pub(super) fn wrong_facts(sentence: &str, json: bool) -> anyhow::Result<Ended> {
    if json {
        say!("{}", json!({ "error": sentence }));
    } else {
        eprintln!("{sentence}");
    }
    Ok(Ended::Usage)
}
