//! The golden cases guard the pack: whatever number, yes-or-no, length of time, word or list entry of
//! a rule is changed, either the checker refuses or some case fails.

use std::collections::BTreeMap;

use domain::policy::cases::Cases;
use domain::policy::check::check_source;
use domain::policy::library::{SHIPPED, shipped};
use domain::policy::source::{Node, Setting, Source, Value};
use domain::policy::{check, checklist, reset};

/// Parts that state no rule: our paraphrases of the articles, and the list of what may be adjusted,
/// whose values in force are guarded where they stand.
const NO_RULE: &[&str] = &["article", "parameter", "schema"];

/// Keys whose value is a name, a wording or a place on paper: proofread, not calculated.
const WORDING: &[&str] = &[
    "id",
    "label",
    "text",
    "title",
    "ref",
    "about",
    "hint",
    "width",
    "span",
    "label_span",
    "landscape",
    "kept_by",
    "name",
    "alias",
    "produces",
    "agenda_heading",
    "group",
    "body",
    "jurisdiction",
    "column",
    "row",
    "cell",
    "above",
    "note",
    "signature",
    "register",
    "document",
];

/// One way to spoil a pack, as the path of child numbers to the spoiled node and what becomes of it.
struct Mutant {
    path: Vec<usize>,
    shown: String,
    becomes: Change,
}

enum Change {
    Value(Value),
    Without(usize),
}

struct Spoiler<'s> {
    /// Every text under each key, to swap one for another.
    texts: BTreeMap<&'s str, Vec<&'s str>>,
    mutants: Vec<Mutant>,
}

impl<'s> Spoiler<'s> {
    fn collect(&mut self, node: &'s Node, key: &'s str) {
        match &node.value {
            Value::Text(text) => {
                let texts = self.texts.entry(key).or_default();
                if !texts.contains(&text.as_str()) {
                    texts.push(text);
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.collect(item, key)),
            Value::Table(entries) => {
                entries
                    .iter()
                    .for_each(|entry| self.collect(&entry.node, &entry.key));
            }
            _ => {}
        }
    }

    fn spoil(&mut self, node: &Node, key: &str, path: &[usize], shown: &str) {
        let mut push = |becomes, how: String| {
            let shown = format!("{shown} {how}");
            self.mutants.push(Mutant {
                path: path.to_vec(),
                shown,
                becomes,
            });
        };
        match &node.value {
            Value::Whole(number) => {
                push(
                    Change::Value(Value::Whole(number + 1)),
                    format!("= {}", number + 1),
                );
            }
            Value::Truth(truth) => {
                push(Change::Value(Value::Truth(!truth)), format!("= {}", !truth))
            }
            Value::Text(text) => {
                let digits =
                    text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let unit = &text[digits..];
                if ["年", "个月", "日", "个工作日", "小时"].contains(&unit) {
                    let count: u32 = text[..digits].parse().expect("digits");
                    let more = format!("{}{unit}", count + 1);
                    push(
                        Change::Value(Value::Text(more.clone())),
                        format!("= {more}"),
                    );
                } else {
                    let others = self.texts.get(key).cloned().unwrap_or_default();
                    for other in others.into_iter().filter(|other| other != text).take(2) {
                        let shown = format!("{shown} = {other}");
                        let becomes = Change::Value(Value::Text(other.to_owned()));
                        self.mutants.push(Mutant {
                            path: path.to_vec(),
                            shown,
                            becomes,
                        });
                    }
                }
            }
            Value::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    push(
                        Change::Without(place),
                        format!("without entry {}", place + 1),
                    );
                    let _ = item;
                }
                for (place, item) in items.iter().enumerate() {
                    let name = item.id().map_or_else(|| place.to_string(), str::to_owned);
                    if matches!(item.value, Value::Table(_)) {
                        self.spoil(
                            item,
                            key,
                            &[path, &[place]].concat(),
                            &format!("{shown}.{name}"),
                        );
                    }
                }
            }
            Value::Table(entries) => {
                for (place, entry) in entries.iter().enumerate() {
                    let top = path.is_empty();
                    if WORDING.contains(&entry.key.as_str())
                        || top && NO_RULE.contains(&entry.key.as_str())
                    {
                        continue;
                    }
                    let below = if top {
                        entry.key.clone()
                    } else {
                        format!("{shown}.{}", entry.key)
                    };
                    self.spoil(&entry.node, &entry.key, &[path, &[place]].concat(), &below);
                }
            }
            Value::Date(_) | Value::Foreign(_) => {}
        }
    }
}

fn node_at<'n>(node: &'n mut Node, path: &[usize]) -> &'n mut Node {
    path.iter().fold(node, |node, place| match &mut node.value {
        Value::List(items) => &mut items[*place],
        Value::Table(entries) => &mut entries[*place].node,
        _ => unreachable!("paths end at leaves"),
    })
}

/// How many changes the checker refused, how many a case noticed, and which nobody did.
fn tried<'m>(
    source: &Source,
    cases: &Cases,
    mutants: &'m [Mutant],
) -> (usize, usize, Vec<&'m str>) {
    let (mut refused, mut failed, mut unnoticed) = (0, 0, Vec::new());
    for mutant in mutants {
        let mut spoiled = source.clone();
        let node = node_at(&mut spoiled.root, &mutant.path);
        match (&mutant.becomes, &mut node.value) {
            (Change::Value(value), old) => *old = value.clone(),
            (Change::Without(place), Value::List(items)) => {
                items.remove(*place);
            }
            _ => unreachable!("only lists lose entries"),
        }
        match check_source(&spoiled) {
            Err(_) => refused += 1,
            Ok(pack) if cases.run(&pack).iter().any(|report| !report.passed()) => failed += 1,
            Ok(_) => unnoticed.push(mutant.shown.as_str()),
        }
    }
    (refused, failed, unnoticed)
}

#[test]
fn nothing_dg_says_can_be_changed_unnoticed() {
    nothing_goes_unnoticed("dg-2021");
}

#[test]
fn nothing_cy_says_can_be_changed_unnoticed() {
    nothing_goes_unnoticed("cy-2021");
}

#[test]
fn nothing_gz_says_can_be_changed_unnoticed() {
    nothing_goes_unnoticed("gz-2022");
}

#[test]
fn nothing_jm_says_can_be_changed_unnoticed() {
    nothing_goes_unnoticed("jm-2022");
}

fn nothing_goes_unnoticed(id: &str) {
    let shipped = shipped(id).expect("shipped");
    let source = Source::parse(shipped.pack).expect("TOML");
    let cases = Cases::read(shipped.cases).expect("readable");
    let mut spoiler = Spoiler {
        texts: BTreeMap::new(),
        mutants: Vec::new(),
    };
    spoiler.collect(&source.root, "");
    spoiler.spoil(&source.root, "", &[], "");
    // Both cores share the work: every change is a whole check and a whole run of the cases.
    let halves = spoiler.mutants.chunks(spoiler.mutants.len().div_ceil(2));
    let outcomes: Vec<(usize, usize, Vec<&str>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = halves
            .map(|half| scope.spawn(|| tried(&source, &cases, half)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    let refused: usize = outcomes.iter().map(|outcome| outcome.0).sum();
    let failed: usize = outcomes.iter().map(|outcome| outcome.1).sum();
    let unnoticed: Vec<&str> = outcomes.into_iter().flat_map(|outcome| outcome.2).collect();
    println!(
        "{}: {} changes, {refused} refused by the checker, {failed} noticed by a case",
        shipped.id,
        spoiler.mutants.len()
    );
    assert!(
        spoiler.mutants.len() > 500,
        "only {} changes tried",
        spoiler.mutants.len()
    );
    assert!(
        unnoticed.is_empty(),
        "{}: {} changes no case notices: {unnoticed:#?}",
        shipped.id,
        unnoticed.len()
    );
}

/// A value in force that the authority may switch is noticed as well when it is switched: every other
/// choice fails some case.
#[test]
fn no_parameter_can_be_switched_unnoticed() {
    let mut unnoticed = Vec::new();
    for shipped in SHIPPED {
        let pack = check(shipped.pack).expect("checked elsewhere");
        let cases = Cases::read(shipped.cases).expect("readable");
        for parameter in &pack.parameters {
            let own = pack.value_of(&parameter.path);
            for choice in parameter
                .choices
                .iter()
                .filter(|c| own.as_ref() != Some(*c))
            {
                let setting = Setting {
                    path: parameter.path.clone(),
                    value: choice.clone(),
                };
                let switched = reset(&pack, &[setting]).expect("a choice of its own");
                if cases.run(&switched).iter().all(|report| report.passed()) {
                    unnoticed.push(format!("{}: {} = {choice}", shipped.id, parameter.path));
                }
            }
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}

/// The spoiler itself works: a case that asserts nothing would be noticed.
#[test]
fn without_cases_everything_goes_unnoticed() {
    let dg = shipped("dg-2021").expect("shipped");
    let none = Cases::read(&[]).expect("nothing to read");
    let pack =
        check(&dg.pack.replace("less_than = 70", "less_than = 71")).expect("still well-formed");
    assert!(none.run(&pack).is_empty());
    let all = Cases::read(dg.cases).expect("readable");
    assert!(all.run(&pack).iter().any(|report| !report.passed()));
    let channel = pack.admission.channel("invited").expect("there");
    assert_eq!(checklist::items(&pack, channel).len(), 3);
}
