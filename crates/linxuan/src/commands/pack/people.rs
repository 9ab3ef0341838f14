//! People from a file: one set of facts, or many under `person`.

use std::fs;
use std::path::Path;

use domain::policy::Facts;
use domain::policy::cases::facts;

use super::CannotRead;
use crate::words;

/// Reads a TOML or JSON file. The inner error is what is wrong with the facts, in Chinese.
pub(super) fn read(path: &Path) -> anyhow::Result<Result<Vec<(String, Facts)>, String>> {
    let text = fs::read_to_string(path).map_err(|error| CannotRead::file(path, &error))?;
    let json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let table = if json {
        serde_json::from_str::<toml::Table>(&text).map_err(|error| words::json(&error))
    } else {
        toml::from_str::<toml::Table>(&text).map_err(|error| words::toml(&text, &error))
    };
    let table = table.map_err(|wrong| format!("人员资料{wrong}。请改正后再试。"));
    Ok(table.and_then(people))
}

/// The facts of one person; what a reader says of them is put into Chinese.
fn one(table: toml::Table) -> Result<Facts, String> {
    facts(table).map_err(|error| match error.split_once('：') {
        Some((what, wrong)) => format!("{what}：{}。请改正后再试。", words::fault(wrong)),
        None => error,
    })
}

fn people(mut table: toml::Table) -> Result<Vec<(String, Facts)>, String> {
    match table.remove("person") {
        None => {
            let facts = one(table)?;
            let name = if facts.profile.name.is_empty() {
                "本人"
            } else {
                &facts.profile.name
            };
            Ok(vec![(name.to_owned(), facts)])
        }
        Some(toml::Value::Table(people)) if table.is_empty() => people
            .into_iter()
            .map(|(name, person)| match person {
                toml::Value::Table(person) => one(person)
                    .map(|facts| (name.clone(), facts))
                    .map_err(|error| format!("{name}：{error}")),
                _ => Err(format!("“{name}”应是一张表（[person.{name}]）。")),
            })
            .collect(),
        Some(_) => Err("文件里既有 [person.…] 又有别的内容，请只留一种写法。".to_owned()),
    }
}
