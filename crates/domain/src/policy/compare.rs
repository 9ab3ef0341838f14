//! What would change if one pack replaced another: which values, and who would gain or lose standing.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::decide::{Outcome, decide};
use super::facts::Facts;
use super::pack::Pack;

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where: names and ids joined by dots.
    pub path: String,
    /// In the first pack; `None` = not there.
    pub from: Option<Value>,
    /// In the second pack; `None` = not there.
    pub to: Option<Value>,
}

/// Every value that differs, in the order of the rules. Citations and the list of articles are left
/// out: another text numbers its articles otherwise.
pub fn changes(a: &Pack, b: &Pack) -> Vec<Change> {
    let mut changes = Vec::new();
    if let (Ok(a), Ok(b)) = (serde_json::to_value(&**a), serde_json::to_value(&**b)) {
        differ("", Some(&a), Some(&b), &mut changes);
    }
    changes
}

fn differ(path: &str, a: Option<&Value>, b: Option<&Value>, changes: &mut Vec<Change>) {
    let below = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match (a, b) {
        _ if a == b => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let keys = one
                .keys()
                .chain(other.keys().filter(|key| !one.contains_key(*key)));
            for key in keys.filter(|key| !key.ends_with("citation") && *key != "articles") {
                differ(&below(key), one.get(key), other.get(key), changes);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if named(one) && named(other) => {
            let find =
                |items: &[Value], id: &Value| items.iter().find(|item| item["id"] == *id).cloned();
            for item in one {
                let id = &item["id"];
                let key = below(id.as_str().unwrap_or_default());
                differ(&key, Some(item), find(other, id).as_ref(), changes);
            }
            for item in other.iter().filter(|item| find(one, &item["id"]).is_none()) {
                differ(
                    &below(item["id"].as_str().unwrap_or_default()),
                    None,
                    Some(item),
                    changes,
                );
            }
        }
        _ => changes.push(Change {
            path: path.to_owned(),
            from: a.cloned(),
            to: b.cloned(),
        }),
    }
}

fn named(items: &[Value]) -> bool {
    items.iter().all(|item| item["id"].is_string())
}

/// A person whose answer differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// Who.
    pub name: String,
    /// Under the first pack.
    pub before: Outcome,
    /// Under the second pack.
    pub after: Outcome,
    /// Why, in Chinese, with articles: what stands in the way under the pack that says no.
    pub reasons: Vec<String>,
}

/// Everybody whose answer differs on a day.
pub fn shifts(a: &Pack, b: &Pack, people: &[(String, Facts)], on: Date) -> Vec<Shift> {
    people
        .iter()
        .filter_map(|(name, facts)| {
            let (before, after) = (decide(a, facts, on), decide(b, facts, on));
            if before.outcome == after.outcome {
                return None;
            }
            let refusing = if after.outcome == Outcome::Met {
                &before
            } else {
                &after
            };
            let reasons = refusing
                .blocking()
                .into_iter()
                .map(|found| format!("{}：{}", found.leaf.citation, found.sentence(refusing.pack)))
                .collect();
            Some(Shift {
                name: name.clone(),
                before: before.outcome,
                after: after.outcome,
                reasons,
            })
        })
        .collect()
}
