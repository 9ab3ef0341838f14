//! The arrows between the crates are those of ARCHITECTURE.md and no others; the pure crates depend
//! on nothing that could fetch, wait or roll dice.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const ARROWS: &[(&str, &[&str])] = &[
    ("draw", &[]),
    ("domain", &["draw"]),
    ("store", &["domain"]),
    ("documents", &["domain"]),
    ("service", &["documents", "domain", "draw", "store"]),
    ("web", &["domain", "service"]),
    (
        "linxuan",
        &["documents", "domain", "draw", "service", "store", "web"],
    ),
    ("xtask", &[]),
];

const IMPURE: &[&str] = &[
    "tokio",
    "sqlx",
    "rand",
    "axum",
    "object_store",
    "hyper-util",
    "rustix",
    "tempfile",
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let out = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let normal = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter();
            let names = normal
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| dependency["name"].as_str().expect("a name").to_owned());
            (
                package["name"].as_str().expect("a name").to_owned(),
                names.collect(),
            )
        })
        .collect()
}

#[test]
fn the_arrows_are_those_of_the_map() {
    let all = dependencies();
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        all.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        ours
    );
    for (name, allowed) in ARROWS {
        let found: BTreeSet<&str> = all[*name]
            .iter()
            .map(String::as_str)
            .filter(|dep| ours.contains(dep))
            .collect();
        let unexpected: Vec<_> = found
            .difference(&allowed.iter().copied().collect())
            .copied()
            .collect();
        assert!(
            unexpected.is_empty(),
            "{name} may not depend on {unexpected:?}"
        );
    }
}

#[test]
fn the_pure_crates_stay_pure() {
    let all = dependencies();
    for name in ["draw", "domain"] {
        for impure in IMPURE {
            assert!(
                !all[name].contains(*impure),
                "{name} must not depend on {impure}"
            );
        }
    }
}
