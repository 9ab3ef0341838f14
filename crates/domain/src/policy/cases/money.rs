//! Cases on money: fees, half-days, budgets, money got back, liabilities.

use std::collections::BTreeMap;

use super::reading::{Day, Moment, typed, yuan};
use super::{Scene, case, differs};
use crate::half_day::{HalfDay, Slot};
use crate::money::Fen;
use crate::period::Span;
use crate::policy::budget::{self, Amounts, Charge};
use crate::policy::fee::{self, Work};
use crate::policy::pack::{Field, Force, Participation, Situation};
use crate::policy::payable::{self, Payment};
use crate::policy::recovery::{self, Liability};
use crate::policy::words::Word;

/// Work of one half-day, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Worked {
    on: Day,
    slot: Slot,
    units: u32,
}

/// When a flag held, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    from: Day,
    #[serde(default)]
    to: Option<Day>,
}

case! {
    /// 劳务费
    FeeCase = "fee" {
        /// Item.
        item: String,
        /// Team, venue, kind of task and other fields rows ask for.
        #[serde(default)]
        situation: BTreeMap<Field, Vec<String>>,
        /// When flags of the person held.
        #[serde(default)]
        flags: BTreeMap<String, Vec<Held>>,
        /// What was done.
        work: Vec<Worked>,
        /// Where the person's part stands; done if absent.
        #[serde(default)]
        participation: Option<Participation>,
        /// Amount chosen.
        #[serde(default)]
        amount: Option<String>,
        /// Amount proposed.
        #[serde(default)]
        proposes: Option<String>,
        /// Least and greatest amount.
        #[serde(default)]
        between: Option<(String, String)>,
        /// Amount paid.
        #[serde(default)]
        pays: Option<String>,
        /// Words of the refusal.
        #[serde(default)]
        refused: Option<String>,
        /// Document the row rests on besides.
        #[serde(default)]
        basis: Option<String>,
        /// Class hours in so many minutes, as `[minutes, hours]`.
        #[serde(default)]
        hours: Option<(u32, u32)>,
    }
}

impl FeeCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.fee else {
            return vec!["规则包没有费用规则。".to_owned()];
        };
        let chosen = match self.amount.as_deref().map(yuan).transpose() {
            Ok(chosen) => chosen,
            Err(error) => return vec![error],
        };
        let mut failures = Vec::new();
        let quote = fee::quote(rules, scene.pack.identity.from, &self.done());
        if let Ok(quote) = &quote {
            if let Some(expected) = &self.proposes {
                let found = quote.proposed.map(Fen::plain).unwrap_or_default();
                failures.extend(differs("建议金额", &found, expected));
            }
            if let Some(expected) = &self.between {
                let found = (quote.least.plain(), quote.most.plain());
                failures.extend(differs("金额上下限", &found, expected));
            }
            if let Some(expected) = &self.basis {
                let found = quote.row.basis.clone().unwrap_or_default();
                failures.extend(differs("依据", &found, expected));
            }
        }
        match (quote.and_then(|quote| quote.settle(chosen)), &self.refused) {
            (Ok(amount), None) => {
                if let Some(expected) = &self.pays {
                    failures.extend(differs("支付金额", &amount.plain(), expected));
                }
            }
            (Ok(amount), Some(_)) => {
                failures.push(format!("应不予支付，实付 {}。", amount.plain()))
            }
            (Err(why), Some(words)) => {
                if !why.to_string().contains(words.as_str()) {
                    failures.push(format!("说明中应有“{words}”，实为：{why}"));
                }
            }
            (Err(why), None) => failures.push(format!("应予支付，实为：{why}")),
        }
        if let Some((minutes, hours)) = self.hours {
            let found = rules.class_hour.map(|rule| rule.of(minutes));
            failures.extend(differs("学时", &found, &Some(hours)));
        }
        failures
    }

    fn done(&self) -> Work {
        let half_day = |worked: &Worked| {
            let (date, slot) = (worked.on.0, worked.slot);
            (HalfDay { date, slot }, worked.units)
        };
        let span = |held: &Held| Span {
            from: held.from.0,
            to: held.to.map(|day| day.0),
        };
        let flags = self.flags.iter();
        let flags = flags.map(|(flag, held)| (flag.clone(), held.iter().map(span).collect()));
        Work {
            item: self.item.clone(),
            situation: situation(&self.situation),
            done: self.work.iter().map(half_day).collect(),
            flags: flags.collect(),
            participation: self.participation.unwrap_or(Participation::Completed),
        }
    }
}

fn situation(fields: &BTreeMap<Field, Vec<String>>) -> Situation {
    let values = fields
        .iter()
        .flat_map(|(field, values)| values.iter().map(move |value| (*field, value)));
    values.fold(Situation::EMPTY, |situation, (field, value)| {
        situation.with(field, value)
    })
}

case! {
    /// 资金来源
    FundCase = "fund" {
        /// Who pays.
        #[serde(default)]
        situation: BTreeMap<Field, Vec<String>>,
        /// Sources they may draw on.
        offered: Vec<String>,
    }
}

impl FundCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.fee else {
            return vec!["规则包没有劳务费规则。".to_owned()];
        };
        let situation = situation(&self.situation);
        let found: Vec<String> = rules
            .funds_for(&situation)
            .map(|fund| fund.label.clone())
            .collect();
        differs("可用的资金来源", &found, &self.offered)
            .into_iter()
            .collect()
    }
}

case! {
    /// 报酬
    PaymentCase = "payment" {
        /// The work.
        situation: BTreeMap<Field, Vec<String>>,
        /// What is typed in.
        #[serde(default)]
        payment: toml::Table,
        /// `due`, `with_reason`, `never`.
        payable: String,
        /// What is lacking before it is paid.
        #[serde(default)]
        lacking: Vec<String>,
    }
}

impl PaymentCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.fee else {
            return vec!["规则包没有报酬的规定。".to_owned()];
        };
        let payment: Payment = match typed(self.payment.clone()) {
            Ok(payment) => payment,
            Err(error) => return vec![error],
        };
        let situation = situation(&self.situation);
        let mut failures = Vec::new();
        let payable = payable::payable(rules, &situation);
        failures.extend(differs("是否给付", &payable.word(), &self.payable.as_str()));
        let found: Vec<String> = payable::lacking(rules, &situation, &payment)
            .iter()
            .map(|finding| finding.code.clone())
            .collect();
        failures.extend(differs("给付还缺", &found, &self.lacking));
        failures
    }
}

/// When somebody was there.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Present {
    from: Moment,
    until: Moment,
}

case! {
    /// 半天
    HalfDaysCase = "half_days" {
        /// When somebody was there.
        present: Vec<Present>,
        /// Half-days worked, as 2024-05-10 上午.
        worked: Vec<String>,
        /// Those of them that need a reason.
        #[serde(default)]
        beyond: Vec<String>,
    }
}

impl HalfDaysCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let present: Vec<_> = self.present.iter().map(|p| (p.from.0, p.until.0)).collect();
        let rules = scene.pack.fee.as_ref();
        let Some(found) = rules.and_then(|rules| fee::half_days(rules, &present)) else {
            return vec!["规则包没有规定半天怎样划分。".to_owned()];
        };
        let words = |halves: &[HalfDay]| -> Vec<String> {
            let word = |half: &HalfDay| format!("{} {}", half.date, half.slot.label());
            halves.iter().map(word).collect()
        };
        let mut failures = Vec::new();
        failures.extend(differs("半天", &words(&found.worked), &self.worked));
        failures.extend(differs(
            "须说明理由的半天",
            &words(&found.beyond),
            &self.beyond,
        ));
        failures
    }
}

/// A charge, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Spending {
    holder: String,
    line: String,
    amount: String,
    #[serde(default)]
    purpose: Option<String>,
    #[serde(default)]
    for_task: bool,
}

case! {
    /// 预算
    BudgetCase = "budget" {
        /// What is planned, by holder and line.
        planned: BTreeMap<String, BTreeMap<String, String>>,
        /// What was spent before.
        #[serde(default)]
        spent: BTreeMap<String, BTreeMap<String, String>>,
        /// The charge; absent: the plan itself is checked.
        #[serde(default)]
        charge: Option<Spending>,
        /// What stands in the way, by code.
        refused: Vec<String>,
        /// What is only told.
        #[serde(default)]
        told: Vec<String>,
    }
}

impl BudgetCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        self.found(scene).unwrap_or_else(|error| vec![error])
    }

    fn found(&self, scene: &Scene<'_>) -> Result<Vec<String>, String> {
        let rules = scene.pack.budget.as_ref().ok_or("规则包没有预算规则。")?;
        let (planned, spent) = (amounts(&self.planned)?, amounts(&self.spent)?);
        let found = match &self.charge {
            None => budget::plan(rules, &planned),
            Some(one) => {
                let charge = Charge {
                    holder: one.holder.clone(),
                    line: one.line.clone(),
                    amount: yuan(&one.amount)?,
                    purpose: one.purpose.clone(),
                    for_task: one.for_task,
                };
                budget::charge(rules, &planned, &spent, &charge)
            }
        };
        let of = |told: bool| -> Vec<String> {
            found
                .iter()
                .filter(|finding| (finding.force == Force::May) == told)
                .map(|finding| finding.code.clone())
                .collect()
        };
        let mut failures = Vec::new();
        failures.extend(differs("不予办理的原因", &of(false), &self.refused));
        failures.extend(differs("提示", &of(true), &self.told));
        Ok(failures)
    }
}

fn amounts(written: &BTreeMap<String, BTreeMap<String, String>>) -> Result<Amounts, String> {
    let lines = |lines: &BTreeMap<String, String>| {
        lines
            .iter()
            .map(|(line, amount)| Ok((line.clone(), yuan(amount)?)))
            .collect::<Result<BTreeMap<String, Fen>, String>>()
    };
    written
        .iter()
        .map(|(holder, own)| Ok((holder.clone(), lines(own)?)))
        .collect()
}

case! {
    /// 追回资金
    RecoveryCase = "recovery" {
        /// What is owed.
        owed: String,
        /// What was got back, in time.
        recovered: Vec<String>,
        /// What is left; absent: an entry is refused.
        #[serde(default)]
        left: Option<String>,
        /// Number of the entry refused, from 1.
        #[serde(default)]
        refused: Option<usize>,
    }
}

impl RecoveryCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        if scene.pack.recovery.is_none() {
            return vec!["规则包没有追回资金的规则。".to_owned()];
        }
        let amounts = yuan(&self.owed).and_then(|owed| {
            let recovered: Result<Vec<Fen>, String> =
                self.recovered.iter().map(|text| yuan(text)).collect();
            Ok((owed, recovered?))
        });
        let (owed, recovered) = match amounts {
            Ok(amounts) => amounts,
            Err(error) => return vec![error],
        };
        let (left, refused) = match recovery::outstanding(owed, &recovered) {
            Ok(left) => (Some(left.plain()), None),
            Err(too_much) => (None, Some(too_much.number)),
        };
        let mut failures = Vec::new();
        failures.extend(differs("尚未追回", &left, &self.left));
        failures.extend(differs("不受理的一笔", &refused, &self.refused));
        failures
    }
}

/// Matters besides misconduct that end in a record of liability.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Matter {
    /// Money to be got back.
    Recovery,
    /// An exit handed over to other authorities.
    Exit,
}

case! {
    /// 追究责任的记录
    LiabilityCase = "liability" {
        /// Kind of misconduct whose case it is.
        #[serde(default)]
        kind: Option<String>,
        /// Or another matter.
        #[serde(default)]
        of: Option<Matter>,
        /// What the record says.
        #[serde(default)]
        record: toml::Table,
        /// What it must still say before the case is closed.
        open: Vec<String>,
    }
}

impl LiabilityCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let record: Liability = match typed(self.record.clone()) {
            Ok(record) => record,
            Err(error) => return vec![error],
        };
        let asked = match (&self.kind, self.of) {
            (Some(kind), None) => {
                let conduct = scene.pack.conduct.as_ref();
                let kind = conduct.and_then(|conduct| conduct.kind(kind));
                kind.map(|kind| &kind.liability)
            }
            (None, Some(Matter::Recovery)) => {
                scene.pack.recovery.as_ref().map(|rules| &rules.transfer)
            }
            (None, Some(Matter::Exit)) => {
                let exit = scene.pack.exit.as_ref();
                let transfer = exit.and_then(|exit| exit.transfer.as_ref());
                transfer.map(|transfer| &transfer.needs)
            }
            _ => return vec!["请写明 kind 或 of，只写其一。".to_owned()],
        };
        let Some(asked) = asked else {
            return vec!["规则包没有这一种情形。".to_owned()];
        };
        let found: Vec<String> = record
            .open(asked)
            .into_iter()
            .map(|field| field.word().to_owned())
            .collect();
        differs("还须写明", &found, &self.open)
            .into_iter()
            .collect()
    }
}
