//! The expression language: what is printed is read again, three-valued logic against an oracle, and
//! no text makes the parser do anything but answer.

use domain::finding::Verdict;
use domain::policy::expression::{Expression, FaultKind};
use proptest::prelude::*;

const IDS: [&str; 5] = ["A", "B2", "甲", "x-1", "L.3"];

fn expressions() -> impl Strategy<Value = Expression> {
    let leaf = (0..5_u16).prop_map(Expression::Leaf);
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| Expression::Not(Box::new(e))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::All),
            prop::collection::vec(inner, 2..4).prop_map(Expression::Any),
        ]
    })
}

fn verdicts() -> impl Strategy<Value = [Verdict; 5]> {
    prop::array::uniform5(prop_oneof![
        Just(Verdict::Met),
        Just(Verdict::Unmet),
        Just(Verdict::Undetermined),
        Just(Verdict::NotApplicable),
    ])
}

/// The expression without the leaves that do not apply; `None` when nothing is left.
fn pruned(expression: &Expression, verdicts: &[Verdict; 5]) -> Option<Expression> {
    let many = |parts: &[Expression]| -> Vec<Expression> {
        parts
            .iter()
            .filter_map(|part| pruned(part, verdicts))
            .collect()
    };
    match expression {
        Expression::Leaf(n) => {
            (verdicts[usize::from(*n)] != Verdict::NotApplicable).then(|| expression.clone())
        }
        Expression::Not(inner) => pruned(inner, verdicts).map(|e| Expression::Not(Box::new(e))),
        Expression::All(parts) => Some(many(parts))
            .filter(|p| !p.is_empty())
            .map(Expression::All),
        Expression::Any(parts) => Some(many(parts))
            .filter(|p| !p.is_empty())
            .map(Expression::Any),
    }
}

fn truth(expression: &Expression, values: &[bool; 5]) -> bool {
    match expression {
        Expression::Leaf(n) => values[usize::from(*n)],
        Expression::Not(inner) => !truth(inner, values),
        Expression::All(parts) => parts.iter().all(|part| truth(part, values)),
        Expression::Any(parts) => parts.iter().any(|part| truth(part, values)),
    }
}

/// Kleene by numbers: failing is 0, not known is 1, holding is 2; 且 is the least, 或 the greatest.
fn kleene(expression: &Expression, verdicts: &[Verdict; 5]) -> u8 {
    match expression {
        Expression::Leaf(n) => match verdicts[usize::from(*n)] {
            Verdict::Unmet => 0,
            Verdict::Undetermined => 1,
            Verdict::Met => 2,
            Verdict::NotApplicable => unreachable!("pruned"),
        },
        Expression::Not(inner) => 2 - kleene(inner, verdicts),
        Expression::All(parts) => parts
            .iter()
            .map(|p| kleene(p, verdicts))
            .min()
            .expect("some"),
        Expression::Any(parts) => parts
            .iter()
            .map(|p| kleene(p, verdicts))
            .max()
            .expect("some"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_again(expression in expressions()) {
        let text = expression.print(&IDS);
        prop_assert_eq!(Expression::parse(&text, &IDS), Ok(expression), "{}", text);
    }

    #[test]
    fn verdicts_agree_with_numbers(expression in expressions(), verdicts in verdicts()) {
        let found = expression.verdict(&|n| verdicts[usize::from(n)]);
        let expected = match pruned(&expression, &verdicts).map(|e| kleene(&e, &verdicts)) {
            None => Verdict::NotApplicable,
            Some(0) => Verdict::Unmet,
            Some(1) => Verdict::Undetermined,
            Some(_) => Verdict::Met,
        };
        prop_assert_eq!(found, expected);
    }

    /// A definite answer stays whatever the missing facts turn out to be.
    #[test]
    fn no_missing_fact_can_overturn_an_answer(expression in expressions(), verdicts in verdicts()) {
        let verdicts = verdicts.map(|v| if v == Verdict::NotApplicable { Verdict::Undetermined } else { v });
        let found = expression.verdict(&|n| verdicts[usize::from(n)]);
        if found == Verdict::Undetermined {
            return Ok(());
        }
        for bits in 0..32_u8 {
            let mut values = [false; 5];
            for (n, value) in values.iter_mut().enumerate() {
                *value = match verdicts[n] {
                    Verdict::Met => true,
                    Verdict::Unmet => false,
                    _ => bits & (1 << n) != 0,
                };
            }
            prop_assert_eq!(Verdict::of(truth(&expression, &values)), found);
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in "[A甲x1.&|!() \\-]{0,60}") {
        match Expression::parse(&text, &IDS) {
            Ok(expression) => {
                prop_assert_eq!(Expression::parse(&expression.print(&IDS), &IDS), Ok(expression));
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(text.get(fault.at.clone()).is_some(), "{:?} outside {:?}", fault, text);
                }
            }
        }
    }
}

fn fault(text: &str, at: usize, what: FaultKind) {
    let faults = Expression::parse(text, &IDS).expect_err(text);
    assert_eq!(
        (faults[0].at.start, &faults[0].what),
        (at, &what),
        "{text}: {faults:?}"
    );
}

#[test]
fn faults_name_the_place() {
    fault("A & ", 4, FaultKind::OperandMissing);
    fault("A B2", 2, FaultKind::OperatorMissing);
    fault("(A & B2", 0, FaultKind::Unclosed);
    fault("A)", 1, FaultKind::Unopened);
    fault("A & Q", 4, FaultKind::Unknown("Q".into()));
    fault("A + B2", 2, FaultKind::Sign('+'));
    fault("甲 & | A", 6, FaultKind::OperandMissing);
    fault("", 0, FaultKind::OperandMissing);
    let deep = format!("{}A{}", "(".repeat(70), ")".repeat(70));
    assert_eq!(
        Expression::parse(&deep, &IDS).expect_err("deep")[0].what,
        FaultKind::TooDeep
    );
}

#[test]
fn all_unknown_ids_are_named() {
    let faults = Expression::parse("Q & A | R", &IDS).expect_err("two unknown");
    assert_eq!(faults.len(), 2);
}

#[test]
fn and_binds_closer_than_or() {
    let parsed = Expression::parse("A | B2 & !甲", &IDS).expect("well-formed");
    let not = Expression::Not(Box::new(Expression::Leaf(2)));
    let both = Expression::All(vec![Expression::Leaf(1), not]);
    assert_eq!(parsed, Expression::Any(vec![Expression::Leaf(0), both]));
}
