//! Commands that need no database, run as a user runs them: what they print is compared with the
//! transcripts in `tests/cmd/`. `LINXUAN_BLESS=1` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::synthetic::{Cast, Place};
use jiff::civil::date;

const SHARES: [&str; 3] = [
    "manager=1111111111111111111111111111111111111111111111111111111111111111",
    "requester=2222222222222222222222222222222222222222222222222222222222222222",
    "supervisor=3333333333333333333333333333333333333333333333333333333333333333",
];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Runs the program in `folder`; exit code, then what it printed.
fn linxuan(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linxuan"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

/// Compares with a kept file, or keeps this as the file.
fn same(path: &Path, found: &str) {
    if std::env::var_os("LINXUAN_BLESS").is_some() {
        fs::write(path, found).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        found,
        kept,
        "{} differs; LINXUAN_BLESS=1 keeps the new text",
        path.display()
    );
}

fn transcript(name: &str, folder: &Path, arguments: &[&str]) {
    let (code, text) = linxuan(folder, arguments);
    let found = format!("$ linxuan {}\n{text}[{code}]\n", arguments.join(" "));
    same(
        &root("crates/linxuan/tests/cmd").join(format!("{name}.txt")),
        &found,
    );
}

/// The list in `examples/`: invented people with their trade as specialty.
fn roster() -> String {
    let mut text =
        "序号,姓名,性别,身份证号码,手机,工作单位,统一社会信用代码,职称,职业技能等级,职业、专业\n"
            .to_owned();
    let people = Cast::new(2021, date(2026, 11, 1), Place::Invented).people(160);
    for (number, person) in (1..).zip(people) {
        let profile = &person.profile;
        let employer = profile.employer.as_ref().unwrap();
        let trade = profile
            .expertise
            .as_deref()
            .unwrap()
            .split('、')
            .nth(1)
            .unwrap();
        let trade = trade.strip_suffix("职业技能评价").unwrap();
        let line = [
            number.to_string().as_str(),
            profile.name.as_str(),
            if person.identity.sex() == domain::person::Sex::Male {
                "男"
            } else {
                "女"
            },
            person.identity.expose(),
            person.mobile.expose(),
            employer.name.as_str(),
            employer.credit_code.as_deref().unwrap_or(""),
            profile
                .titles
                .first()
                .map_or("", |title| title.name.as_str()),
            profile
                .skills
                .first()
                .map_or("", |skill| skill.level.as_str()),
            trade,
        ]
        .join(",");
        text += &(line + "\n");
    }
    text
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("roster.csv"), roster()).unwrap();
    fs::copy(
        root("examples/request.toml"),
        folder.path().join("request.toml"),
    )
    .unwrap();
    folder
}

fn draw<'a>(shares: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "draw",
        "--pack",
        "dg-2021",
        "--roster",
        "roster.csv",
        "--request",
        "request.toml",
        "--on",
        "2026-11-22",
    ];
    for share in shares {
        arguments.extend(["--share", share]);
    }
    arguments.extend(more);
    arguments
}

#[test]
fn the_example_list_is_the_invented_one() {
    same(&root("examples/roster.csv"), &roster());
}

/// The same list, request, day and shares give the same record on every machine, and three
/// independent checkers accept it: this program, and the verifier written from the protocol's text.
#[test]
fn a_draw_is_repeatable_and_its_record_holds() {
    let folder = folder();
    let path = folder.path();
    transcript("freeze", path, &draw(&[], &["--freeze"]));
    transcript(
        "draw",
        path,
        &draw(
            &SHARES,
            &["--record", "record.json", "--annex", "annex.json"],
        ),
    );
    transcript("verify", path, &["verify", "record.json"]);
    same(
        &root("crates/linxuan/tests/cmd/record.json"),
        &fs::read_to_string(path.join("record.json")).unwrap(),
    );

    let python = Command::new("python3")
        .arg(root("crates/draw/tests/verify_lx1.py"))
        .arg(path.join("record.json"))
        .output()
        .unwrap();
    assert!(
        python.status.success(),
        "{}",
        String::from_utf8_lossy(&python.stdout)
    );

    let record = fs::read_to_string(path.join("record.json")).unwrap();
    let annex: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path.join("annex.json")).unwrap()).unwrap();
    for person in annex["people"].as_array().unwrap() {
        assert!(record.contains(person["ref"].as_str().unwrap()));
        assert!(
            !record.contains(person["name"].as_str().unwrap()),
            "a name stands in the record"
        );
    }
    // A kept record is never overwritten.
    assert_eq!(
        linxuan(path, &draw(&SHARES, &["--record", "record.json"])).0,
        2
    );
}

#[test]
fn any_change_of_a_record_is_refused() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(
        linxuan(path, &draw(&SHARES, &["--record", "record.json"])).0,
        0
    );
    let record = fs::read_to_string(path.join("record.json")).unwrap();
    let swapped = record.replace("\"rehearsal\":false", "\"rehearsal\":true");
    assert_ne!(swapped, record);
    fs::write(path.join("changed.json"), swapped).unwrap();
    let (code, text) = linxuan(path, &["verify", "changed.json"]);
    assert_eq!(code, 1);
    assert!(text.starts_with("无效：候选范围指纹不符"), "{text}");
    let (code, text) = linxuan(path, &["verify", "--json", "changed.json"]);
    assert_eq!(code, 1);
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["valid"], false);
}

#[test]
fn shares_made_on_one_machine_are_a_rehearsal_and_say_so() {
    let folder = folder();
    let path = folder.path();
    let (code, text) = linxuan(path, &draw(&SHARES[..2], &["--record", "record.json"]));
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("这是演练：纪检监督的随机数由这一台机器生成"),
        "{text}"
    );
    let record: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path.join("record.json")).unwrap()).unwrap();
    assert_eq!(record["rehearsal"], true);
    let (_, first) = linxuan(path, &draw(&[], &["--record", "a.json", "--json"]));
    let (_, second) = linxuan(path, &draw(&[], &["--record", "b.json", "--json"]));
    let seed =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["seed"].clone();
    assert_ne!(seed(&first), seed(&second));
}

#[test]
fn a_share_must_be_the_one_committed_to() {
    let folder = folder();
    let path = folder.path();
    let (_, frozen) = linxuan(path, &draw(&[], &["--freeze", "--json"]));
    let frozen: serde_json::Value = serde_json::from_str(&frozen).unwrap();
    let digest = frozen["frame_digest"].as_str().unwrap();
    let dice = "1234561234561234561234561234561234561234561234561234";
    let (code, made) = linxuan(
        path,
        &[
            "share",
            "from-dice",
            dice,
            "--frame-digest",
            digest,
            "--party",
            "manager",
            "--json",
        ],
    );
    assert_eq!(code, 0, "{made}");
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let share = format!("manager={}", made["share"].as_str().unwrap());
    let commitment = format!("manager={}", made["commitment"].as_str().unwrap());
    let shares = [share.as_str(), SHARES[1], SHARES[2]];
    let (code, text) = linxuan(
        path,
        &draw(
            &shares,
            &["--commitment", &commitment, "--record", "a.json"],
        ),
    );
    assert_eq!(code, 0, "{text}");
    let (code, text) = linxuan(
        path,
        &draw(
            &SHARES,
            &["--commitment", &commitment, "--record", "b.json"],
        ),
    );
    assert_eq!(code, 1);
    assert!(text.contains("库管理方揭示的随机数与其密签不符"), "{text}");
    assert!(!path.join("b.json").exists());
    assert_eq!(linxuan(path, &["share", "from-dice", "123"]).0, 1);
}

#[test]
fn too_few_is_answered_with_the_conflict_and_the_ways_out() {
    let folder = folder();
    let path = folder.path();
    let request = fs::read_to_string(path.join("request.toml")).unwrap();
    fs::write(
        path.join("request.toml"),
        request.replace("seats = 3", "seats = 30"),
    )
    .unwrap();
    transcript(
        "too-few",
        path,
        &draw(&SHARES, &["--record", "record.json"]),
    );
    assert!(!path.join("record.json").exists());
    fs::write(
        path.join("request.toml"),
        request.replace("\"电工\"", "\"炼金术\""),
    )
    .unwrap();
    transcript(
        "unknown-specialty",
        path,
        &draw(&SHARES, &["--record", "record.json"]),
    );
    fs::write(
        path.join("request.toml"),
        request.replace("2026-12-08", "2020-12-08"),
    )
    .unwrap();
    transcript(
        "wrong-request",
        path,
        &draw(&SHARES, &["--record", "record.json"]),
    );
}

/// Whoever draws is told where chance decides nothing and where nobody can step in, before and after.
#[test]
fn a_draw_of_everybody_or_with_too_few_reserves_says_so() {
    let folder = folder();
    let path = folder.path();
    let request = fs::read_to_string(path.join("request.toml")).unwrap();
    let (_, quiet) = linxuan(path, &draw(&[], &["--freeze"]));
    assert!(!quiet.contains("注意"), "{quiet}");
    let all = request
        .replace("seats = 3", "seats = 16")
        .replace("per_employer = 1", "per_employer = 99");
    fs::write(path.join("request.toml"), all).unwrap();
    for more in [&["--freeze"][..], &["--record", "record.json"]] {
        let (code, text) = linxuan(path, &draw(&SHARES[..0], more));
        assert_eq!(code, 0, "{text}");
        for said in [
            "注意：“机械组”可抽的 16 人正好等于名额，全部抽中，不算随机。",
            "注意：“机械组”要候补 2 人，只够 0 人",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
        assert!(!text.contains("注意：“电气组”"), "{text}");
    }
}

/// A workbook is read by a child process of the very program, and a list with errors is not drawn
/// from silently.
#[test]
fn rows_with_errors_stop_the_draw_unless_left_out() {
    let folder = folder();
    let path = folder.path();
    let mut list = roster();
    list += "161,林示例,女,44000019990101000,,云津市示例,,工程师,,车工\n";
    fs::write(path.join("roster.csv"), list).unwrap();
    let (code, text) = linxuan(path, &draw(&SHARES, &["--record", "record.json"]));
    assert_eq!(code, 1);
    assert!(
        text.contains("第 162 行") && text.contains("--leave-out-errors"),
        "{text}"
    );
    let (code, _) = linxuan(
        path,
        &draw(&SHARES, &["--record", "record.json", "--leave-out-errors"]),
    );
    assert_eq!(code, 0);
}

/// What the reader of command lines, the readers of files and the system say in English is said in
/// Chinese, with what to do.
#[test]
fn mistakes_are_named_in_the_language_of_the_office() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("broken.json"), "甲").unwrap();
    fs::write(path.join("short.toml"), "number = \"XQ-2026-0001\"\n").unwrap();
    fs::write(path.join("facts.toml"), "name = \n").unwrap();
    let with = |roster: &'static str, request: &'static str, more: &[&'static str]| {
        let mut arguments = vec!["draw", "--pack", "dg-2021", "--freeze"];
        arguments.extend(["--roster", roster, "--request", request]);
        arguments.extend(more);
        arguments
    };
    let sound = |more: &[&'static str]| with("roster.csv", "request.toml", more);
    for (arguments, code, words) in [
        (vec!["import", "--pool", "1"], 2, "--basis <文号>"),
        (vec!["import", "--pool", "一"], 2, "应为整数"),
        (vec!["export", "--form", "pdf"], 2, "可以写：xlsx、csv"),
        (vec!["serv"], 2, "没有 serv 这个命令"),
        (vec!["serve", "--listen", "8470"], 2, "127.0.0.1:8470"),
        (vec!["serve", "--quiet"], 2, "没有 --quiet 这个参数"),
        (vec!["demo", "--days", "5000"], 2, "应在 0 到 3660 之间"),
        (vec!["verify", "gone.json"], 3, "没有这个文件或目录"),
        (
            vec!["pack", "eval", "dg-2021", "--facts", "facts.toml"],
            2,
            "人员资料第 1 行读不懂",
        ),
        (sound(&["--on", "2026-13-01"]), 2, "日期应写成 2026-11-22"),
        (sound(&["--record", "a.json"]), 2, "不能与"),
        (
            with("broken.json", "request.toml", &[]),
            1,
            "名单第 1 行第 1 列读不懂：这里应有一个值",
        ),
        (
            with("roster.csv", "short.toml", &[]),
            1,
            "缺少 content 这一项",
        ),
        (
            with("roster.csv", "gone.toml", &[]),
            3,
            "没有这个文件或目录",
        ),
        (vec!["serve", "--help"], 0, "用法：linxuan serve"),
    ] {
        let (ended, text) = linxuan(path, &arguments);
        assert_eq!(ended, code, "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
        for english in [
            "expected", "missing", "required", "cannot", "error", "No such", "Usage", "invalid",
        ] {
            assert!(!text.contains(english), "{arguments:?}: {text}");
        }
    }
}

/// Where the keys are not beside the data, the sentence says which option names them.
#[test]
fn a_backup_is_not_restored_without_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = linxuan(folder.path(), &["restore", "backup", "--data", "empty"]);
    assert_eq!(code, 1, "{text}");
    for words in ["没有恢复", "备份不含密钥", "--keys"] {
        assert!(text.contains(words), "{text}");
    }
    assert!(!text.contains("已有数据"), "{text}");
}
