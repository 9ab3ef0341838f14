//! 报酬: which work is paid for, and what must be typed in where the text gives no figures
//! (GZ 第十八条).

use serde::{Deserialize, Serialize};

use super::pack::{FeeRules, Force, Otherwise, Situation, WhenEmpty};
use super::words::words;
use crate::finding::{FactUsed, Finding, Verdict};

words! {
    /// Is this work paid for?
    Payable {
        /// It is.
        Due = "due", "给付";
        /// Only when somebody says why.
        WithReason = "with_reason", "写明理由方可给付";
        /// It is not.
        Never = "never", "不给付";
    }
    /// What may be lacking before a payment.
    Lack {
        /// The work.
        Completed = "completed", "完成情况";
        /// 金额
        Amount = "amount", "金额";
        /// 依据
        Basis = "basis", "金额的依据";
        /// 理由
        Reason = "reason", "给付的理由";
        /// Not paid for at all.
        NotPaid = "not_paid", "可以给付的工作";
    }
}

/// A payment as typed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Payment {
    /// The work is done, with evidence.
    pub completed: bool,
    /// An amount is given. The engine proposes none where the pack has no figures.
    pub amount: bool,
    /// The document the amount rests on.
    pub basis: String,
    /// Why it is paid although the pack does not list the work.
    pub reason: String,
}

/// Is work in this situation paid for?
pub fn payable(rules: &FeeRules, situation: &Situation) -> Payable {
    if rules.when.is_empty() || situation.meets(&rules.when) == Some(true) {
        return Payable::Due;
    }
    match rules.otherwise {
        Otherwise::WithReason => Payable::WithReason,
        Otherwise::Never => Payable::Never,
    }
}

/// What is lacking before a payment is made.
pub fn lacking(rules: &FeeRules, situation: &Situation, payment: &Payment) -> Vec<Finding> {
    let blank = |text: &str| text.trim().is_empty();
    let payable = payable(rules, situation);
    if payable == Payable::Never {
        return vec![finding(rules, Lack::NotPaid)];
    }
    let typed_in = rules.rows.is_empty() && rules.when_empty == WhenEmpty::ManualWithBasis;
    let mut lacks = Vec::new();
    let mut need = |lack: Lack, missing: bool| {
        if missing {
            lacks.push(finding(rules, lack));
        }
    };
    need(Lack::Completed, rules.only_completed && !payment.completed);
    need(Lack::Amount, typed_in && !payment.amount);
    need(Lack::Basis, typed_in && blank(&payment.basis));
    need(
        Lack::Reason,
        payable == Payable::WithReason && blank(&payment.reason),
    );
    lacks
}

fn finding(rules: &FeeRules, lack: Lack) -> Finding {
    use super::words::Word;
    let sentence = match lack {
        Lack::NotPaid => "这项工作不在给付报酬的范围内，不能结算。请核对工作类别。".to_owned(),
        Lack::Completed => "工作没有完成的记录，不能给付报酬。请先登记完成情况。".to_owned(),
        Lack::Reason => "这项工作不在列明的给付范围内，须写明给付的理由。请补写。".to_owned(),
        lack => format!("没有填写{}。办法没有规定金额，请据实录入。", lack.zh()),
    };
    Finding {
        code: lack.word().to_owned(),
        force: Force::Must,
        verdict: Verdict::Unmet,
        citation: rules.citation.clone(),
        facts: vec![FactUsed {
            name: lack.zh().to_owned(),
            value: None,
        }],
        sentence,
    }
}
