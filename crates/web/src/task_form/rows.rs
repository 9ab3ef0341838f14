//! The rows of the form's lists: they come and go by its buttons.

use crate::form::FormState;

/// What the button meant.
pub(super) enum Acted {
    /// The rows changed, or only the chances were asked for.
    Rows(FormState),
    /// The request is to be filed.
    File(FormState),
}

pub(super) fn acted(form: FormState) -> Acted {
    let act = form.value("do").to_owned();
    if act == "file" {
        return Acted::File(form);
    }
    let (verb, rest) = act.split_once(':').unwrap_or((&act, ""));
    let mut pairs: Vec<(String, String)> = form
        .pairs()
        .iter()
        .filter(|(name, _)| name != "do")
        .cloned()
        .collect();
    match (verb, rest.split_once('.')) {
        ("add", _) => {
            let next = rows(&form, rest);
            let first = match rest {
                "half_days" => "date",
                "reviewed" => "name",
                _ => "label",
            };
            pairs.push((format!("{rest}.{next}.{first}"), String::new()));
        }
        ("drop", Some((list, index))) => {
            let gone = index.parse::<usize>().unwrap_or(usize::MAX);
            pairs = pairs
                .into_iter()
                .filter_map(|pair| without(pair, list, gone))
                .collect();
        }
        _ => {}
    }
    Acted::Rows(FormState::from(pairs))
}

/// A field after row `gone` of `list` was removed: later rows move up.
fn without((name, value): (String, String), list: &str, gone: usize) -> Option<(String, String)> {
    let Some((index, field)) = row_of(&name, list) else {
        return Some((name, value));
    };
    match index.cmp(&gone) {
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Less => Some((name, value)),
        std::cmp::Ordering::Greater => Some((format!("{list}.{}.{field}", index - 1), value)),
    }
}

fn row_of<'n>(name: &'n str, list: &str) -> Option<(usize, &'n str)> {
    let (index, field) = name
        .strip_prefix(list)?
        .strip_prefix('.')?
        .split_once('.')?;
    Some((index.parse().ok()?, field))
}

/// How many rows of a list were sent; never more than a request may have.
pub(super) fn rows(form: &FormState, list: &str) -> usize {
    let highest = form
        .pairs()
        .iter()
        .filter_map(|(name, _)| row_of(name, list))
        .map(|(index, _)| index + 1)
        .max();
    highest.unwrap_or(0).min(60)
}

pub(super) fn at(list: &str, index: usize, field: &str) -> String {
    format!("{list}.{index}.{field}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> FormState {
        FormState::from(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn rows_come_and_go_and_keep_what_was_typed() {
        let typed = [
            ("content", "评审"),
            ("demands.0.label", "甲"),
            ("demands.0.specialties", "a"),
            ("demands.1.label", "乙"),
            ("demands.1.specialties", "b"),
            ("demands.1.specialties", "c"),
        ];
        let mut more = typed.to_vec();
        more.push(("do", "add:demands"));
        let Acted::Rows(added) = acted(form(&more)) else {
            panic!("rows")
        };
        assert_eq!(rows(&added, "demands"), 3);
        assert_eq!(added.value("content"), "评审");
        let mut less = typed.to_vec();
        less.push(("do", "drop:demands.0"));
        let Acted::Rows(left) = acted(form(&less)) else {
            panic!("rows")
        };
        assert_eq!(rows(&left, "demands"), 1);
        assert_eq!(left.value("demands.0.label"), "乙");
        assert_eq!(
            left.values("demands.0.specialties").collect::<Vec<_>>(),
            ["b", "c"]
        );
    }
}
