//! `linxuan pack` as an official runs it: what it says and how it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Runs the program; exit code and what it printed.
fn pack(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linxuan"))
        .arg("pack")
        .args(arguments)
        .output()
        .unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

fn says(arguments: &[&str], code: i32, words: &[&str]) {
    let (ended, text) = pack(arguments);
    assert_eq!(ended, code, "{arguments:?}: {text}");
    for words in words {
        assert!(
            text.contains(words),
            "{arguments:?} should say {words}: {text}"
        );
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_shipped_pack_and_its_folder_are_the_same() {
    let folder = root("packs/dg-2021");
    says(&["list"], 0, &["dg-2021", "东人社发〔2021〕1号"]);
    assert_eq!(pack(&["check", "dg-2021"]), pack(&["check", path(&folder)]));
    says(&["check", "dg-2021"], 0, &["没有问题", "SM3"]);
    says(&["test", path(&folder)], 0, &["未通过 0 个"]);
    says(
        &["coverage", path(&folder)],
        0,
        &["第九条(一)", "未承载 0 处"],
    );
}

/// A changed rule fails its cases, and the comparison says what changed and for whom.
#[test]
fn a_changed_rule_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(root("packs/dg-2021/pack.toml")).unwrap();
    fs::write(
        folder.path().join("pack.toml"),
        good.replace("less_than = 70", "less_than = 65"),
    )
    .unwrap();
    fs::create_dir(folder.path().join("cases")).unwrap();
    for case in fs::read_dir(root("packs/dg-2021/cases")).unwrap() {
        let case = case.unwrap();
        fs::copy(
            case.path(),
            folder.path().join("cases").join(case.file_name()),
        )
        .unwrap();
    }
    says(&["check", path(folder.path())], 0, &[]);
    says(
        &["test", path(folder.path())],
        1,
        &["七十周岁生日前一日，符合", "结论应为"],
    );
    let people = root("packs/dg-2021/cases/people.toml");
    let arguments = [
        "compare",
        "dg-2021",
        path(folder.path()),
        "--facts",
        path(&people),
        "--on",
        "2038-01-01",
    ];
    says(
        &arguments,
        0,
        &[
            "70 → 65",
            "合格技师：符合 → 不符合",
            "第四条(四)",
            "2 人中，1 人结论不同",
        ],
    );
}

#[test]
fn mistakes_are_listed_with_line_and_hint() {
    let folder = tempfile::tempdir().unwrap();
    let bad = root("crates/domain/tests/golden/twenty_mistakes.toml");
    fs::copy(bad, folder.path().join("pack.toml")).unwrap();
    says(
        &["check", path(folder.path())],
        1,
        &["5:8 [unknown_word]", "是不是“expert_pool”", "共 22 个问题"],
    );
    let (_, json) = pack(&["check", path(folder.path()), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["problems"].as_array().unwrap().len(), 22);
    assert_eq!(json["problems"][0]["line"], 5);
}

#[test]
fn a_person_is_decided_on_with_articles() {
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("one.toml");
    let text = fs::read_to_string(root("packs/dg-2021/cases/people.toml")).unwrap();
    fs::write(&facts, &text).unwrap();
    let arguments = [
        "eval",
        "dg-2021",
        "--facts",
        path(&facts),
        "--on",
        "2021-06-15",
    ];
    says(
        &arguments,
        1,
        &[
            "【合格技师】",
            "依据 第四条(三)",
            "【无资历】",
            "不符合入库条件",
        ],
    );
    let alone = &text[..text.find("# 没有任何职称").unwrap()];
    fs::write(&facts, alone).unwrap();
    says(&arguments, 0, &["判断：符合入库条件"]);
    fs::write(&facts, alone.replace("born =", "birn =")).unwrap();
    says(&arguments, 2, &["合格技师", "profile.birn"]);
    says(
        &["eval", "dg-2021", "--facts", "no-such-file"],
        2,
        &["没有这个文件"],
    );
    says(&["check", "no-such-pack"], 2, &["linxuan pack list"]);
    says(&["chekc", "dg-2021"], 2, &[]);
}
