//! Does a plan keep the shares the pack sets, and may a charge be made (CY 第五条, 第二十四条,
//! 第二十六条)? Every amount in fen, every ratio by multiplication.

use std::collections::BTreeMap;

use super::pack::{BudgetLine, BudgetRules, Force, Relation, Share, ShareBase, ShareOver};
use crate::finding::Finding;
use crate::money::Fen;

/// Amounts by holder and line. Packs with one budget use one holder of any name.
pub type Amounts = BTreeMap<String, BTreeMap<String, Fen>>;

/// One charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Whose budget.
    pub holder: String,
    /// Which line.
    pub line: String,
    /// How much.
    pub amount: Fen,
    /// For what, where it is for no task.
    pub purpose: Option<String>,
    /// It names a task and the person paid.
    pub for_task: bool,
}

/// What is wrong with a plan, or only to be told. Nothing: it may be saved.
pub fn plan(rules: &BudgetRules, planned: &Amounts) -> Vec<Finding> {
    let mut found = Vec::new();
    for line in &rules.lines {
        if let Some(share) = &line.percent_of_total {
            shares(rules, line, share, planned, planned, &mut found);
        }
    }
    for holder in planned.keys() {
        found.extend(stranger(rules, holder));
    }
    found
}

/// What is wrong with a charge, given what is planned and what was spent before.
pub fn charge(
    rules: &BudgetRules,
    planned: &Amounts,
    spent: &Amounts,
    charge: &Charge,
) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(stranger(rules, &charge.holder));
    let Some(line) = rules.lines.iter().find(|line| line.id == charge.line) else {
        let sentence = format!("预算中没有“{}”这一项。请改选。", charge.line);
        found.push(Finding::unmet("line", &rules.citation, sentence));
        return found;
    };
    if line.per_task && !charge.for_task {
        let sentence = format!("“{}”的支出没有写明任务和专家。请补充。", line.label);
        found.push(Finding::unmet("task", &line.citation, sentence));
    }
    let named = charge
        .purpose
        .as_ref()
        .is_some_and(|purpose| line.purposes.contains(purpose));
    if !line.purposes.is_empty() && !named {
        let sentence = format!(
            "“{}”只能用于{}。请选择用途，不属于这些用途的不能支出。",
            line.label,
            line.purposes.join("、")
        );
        found.push(Finding::unmet("purpose", &line.citation, sentence));
    }
    let mut after = spent.clone();
    let sum = after
        .entry(charge.holder.clone())
        .or_default()
        .entry(charge.line.clone())
        .or_default();
    let total = sum.plus(charge.amount).unwrap_or(Fen(i64::MAX));
    *sum = total;
    let room = of(planned, &charge.holder, &charge.line);
    if total > room {
        let sentence = format!(
            "“{}”预算 {} 元，连同本次共支出 {} 元，余额不足。请核对金额或先调整预算。",
            line.label,
            room.plain(),
            total.plain()
        );
        found.push(Finding::unmet("remaining", &line.citation, sentence));
    }
    if let Some(share) = &line.percent_of_total {
        let whole = match share.base {
            ShareBase::Planned => planned,
            ShareBase::Spent => &after,
        };
        shares(rules, line, share, &after, whole, &mut found);
    }
    found
}

/// A holder the pack does not know.
fn stranger(rules: &BudgetRules, holder: &str) -> Option<Finding> {
    (!rules.held_by.is_empty() && !rules.held_by.iter().any(|known| known == holder)).then(|| {
        let sentence = "只能使用本部门的预算。请改用本部门的预算。".to_owned();
        Finding::unmet("holder", &rules.citation, sentence)
    })
}

fn shares(
    rules: &BudgetRules,
    line: &BudgetLine,
    share: &Share,
    part: &Amounts,
    whole: &Amounts,
    found: &mut Vec<Finding>,
) {
    let mut over = |code: String, force: Force, part: i128, whole: i128, whose: &str| {
        if keeps(share, part, whole) {
            return;
        }
        let sentence = format!(
            "{whose}“{}”占总额的比例应{} {}%，现为 {} 元占 {} 元。请调整。",
            line.label,
            super::words::Word::zh(share.bound.relation),
            share.bound.value,
            Fen(i64::try_from(part).unwrap_or(i64::MAX)).plain(),
            Fen(i64::try_from(whole).unwrap_or(i64::MAX)).plain()
        );
        found.push(Finding {
            force,
            ..Finding::unmet(&code, &line.citation, sentence)
        });
    };
    let each = match share.over {
        ShareOver::Whole => Force::May,
        ShareOver::Holder => Force::Must,
    };
    if share.over == ShareOver::Whole {
        let lines = |amounts: &Amounts| -> i128 {
            let of_line = |lines: &BTreeMap<String, Fen>| lines.get(&line.id).map_or(0, |f| f.0);
            amounts
                .values()
                .map(|lines| i128::from(of_line(lines)))
                .sum()
        };
        let all = whole.values().map(total).sum();
        over("share".to_owned(), Force::Must, lines(part), all, "");
    }
    for holder in &rules.held_by {
        let own = part.get(holder).and_then(|lines| lines.get(&line.id));
        let all = whole.get(holder).map_or(0, total);
        let own = own.map_or(0, |fen| i128::from(fen.0));
        over(format!("share.{holder}"), each, own, all, "本部门的");
    }
}

/// Part × 100 against whole × hundredths: no division, no rounding.
fn keeps(share: &Share, part: i128, whole: i128) -> bool {
    let (part, limit) = (part * 100, whole * i128::from(share.bound.value));
    match share.bound.relation {
        Relation::AtLeast => part >= limit,
        Relation::MoreThan => part > limit,
        Relation::AtMost => part <= limit,
        Relation::LessThan => part < limit,
    }
}

fn total(lines: &BTreeMap<String, Fen>) -> i128 {
    lines.values().map(|fen| i128::from(fen.0)).sum()
}

fn of(amounts: &Amounts, holder: &str, line: &str) -> Fen {
    amounts
        .get(holder)
        .and_then(|lines| lines.get(line))
        .copied()
        .unwrap_or(Fen::ZERO)
}
