//! Packs are checked whole: every problem at once, each where it stands and with what was meant.

use domain::policy::library::{SHIPPED, shipped};
use domain::policy::source::Setting;
use domain::policy::{Problem, check, check_with};

fn printed(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect()
}

#[test]
fn every_shipped_pack_is_without_problems() {
    for shipped in SHIPPED {
        if let Err(problems) = check(shipped.pack) {
            panic!("{}:\n{}", shipped.id, printed(&problems));
        }
    }
}

/// A pack with more than twenty mistakes, and the list an official sees.
#[test]
fn every_mistake_is_reported_at_once() {
    let problems =
        check(include_str!("golden/twenty_mistakes.toml")).expect_err("it is full of mistakes");
    let golden = include_str!("golden/twenty_mistakes.txt");
    assert_eq!(
        printed(&problems),
        golden,
        "the list changed; review it and update tests/golden"
    );
    assert!(problems.len() >= 20, "only {}", problems.len());
}

/// One mistake in a good pack is one problem, on the line where it was made.
fn one(from: &str, to: &str, code: &str, hint: &str) {
    one_in("dg-2021", from, to, code, hint);
}

fn one_in(id: &str, from: &str, to: &str, code: &str, hint: &str) {
    let good = shipped(id).expect("shipped").pack;
    assert!(good.contains(from), "{from}");
    let line = good[..good.find(from).expect("there")]
        .matches('\n')
        .count()
        + 1;
    let problems = check(&good.replacen(from, to, 1)).expect_err(to);
    let shown = printed(&problems);
    assert_eq!(problems.len(), 1, "{to}:\n{shown}");
    assert!(
        shown.contains(code) && shown.contains(hint),
        "{to}:\n{shown}"
    );
    let near = usize::try_from(problems[0].line)
        .expect("small")
        .abs_diff(line);
    // What only the whole pack shows is reported at the head of the part it is about.
    let room = if ["conflict", "unknown_name"].contains(&code) {
        10
    } else {
        1
    };
    assert!(
        near <= room,
        "{to}: line {line}, reported at {}",
        problems[0].line
    );
}

/// Steps of leaving that could not be told apart, or would be taken without their meeting, and a request
/// that asks for what no form offers.
#[test]
fn leaving_can_be_carried_out_as_it_is_written() {
    one(
        "by = \"bureau\"\nlabel = \"解聘\"",
        "by = \"bureau\"\nlabel = \"初核\"",
        "duplicate",
        "不同的名称",
    );
    one(
        "own = true\n",
        "own = true\nkinds = [\"退休\", \"转岗\"]\n",
        "conflict",
        "own = true",
    );
    one_in(
        "cy-2021",
        "opens = true\n",
        "opens = true\nminutes = true\n",
        "conflict",
        "minutes",
    );
}

#[test]
fn one_mistake_is_one_problem_with_what_was_meant() {
    one(
        "streak = 2",
        "streka = 2\nstreak = 2",
        "unknown_key",
        "streak",
    );
    one(
        "executor = \"manager\"",
        "executor = \"manger\"",
        "unknown_name",
        "manager",
    );
    one(
        "age_turns = \"birthday\"",
        "age_turns = \"brithday\"",
        "unknown_word",
        "birthday",
    );
    one(
        "less_than = 70",
        "less_then = 70, less_than = 70",
        "unknown_key",
        "less_than",
    );
    one("less_than = 70", "less_than = \"70\"", "wrong_type", "整数");
    one("years = 3\n", "years = 300\n", "out_of_range", "50");
    one(
        "answer_within = \"24小时\"",
        "answer_within = \"24时\"",
        "out_of_range",
        "小时",
    );
    one(
        "ref = \"第二十一条\" }",
        "ref = \"第三十一条\" }",
        "citation",
        "是不是",
    );
    one("L1 & L2 & ((", "L1 & L22 & ((", "expression", "L2");
    one(
        "L1 & L2 & ((",
        "L1 & & L2 & ((",
        "expression",
        "两边都要有条件",
    );
    one(
        "at_least = \"skill:技师\"",
        "at_least = \"skill:技士\"",
        "unknown_word",
        "skill:技师",
    );
    one(
        "raised_by = \"recusal_stop\"",
        "raised_by = \"counter\"",
        "conflict",
        "counter",
    );
    one(
        "duty = \"督导\" }",
        "duty = \"督道\" }",
        "unknown_name",
        "督导",
    );
    one(
        "path = \"draw.rest.force\"",
        "path = \"draw.rest.forces\"",
        "unknown_name",
        "draw.rest",
    );
    for (key, hint) in [
        ("use_invitees_directly = false", "不经抽取直接使用"),
        ("pool_only = true", "库外人员"),
        ("specialty_match = true", "其他领域专家"),
        ("declare_before_confirming = true", "略去这一步"),
    ] {
        let (name, value) = key.split_once(" = ").expect("a key");
        let other = if value == "true" { "false" } else { "true" };
        one(key, &format!("{name} = {other}"), "unsupported", hint);
        one(key, &format!("{name} = 1"), "wrong_type", "true 或 false");
    }
    for (key, other, hint) in [
        ("sequence = \"candidate\"", "pool", "全库"),
        ("hit = \"drawn\"", "attended", "到场"),
        ("round = \"request\"", "round", "按轮"),
        ("consent = \"names\"", "mode", "只同意方式"),
    ] {
        let (name, _) = key.split_once(" = ").expect("a key");
        one(key, &format!("{name} = \"{other}\""), "unsupported", hint);
        one(key, &format!("{name} = \"x\""), "unknown_word", "x");
    }
    one(
        "width = 172 },\n  { width = 69 }",
        "width = 182 },\n  { width = 69 }",
        "conflict",
        "1000",
    );
}

#[test]
fn what_jiangmen_says_is_checked_like_everything_else() {
    let jm = |from: &str, to: &str, code: &str, hint: &str| one_in("jm-2022", from, to, code, hint);
    jm(
        "length = \"7日\"",
        "length = \"7小时\"",
        "out_of_range",
        "5个工作日",
    );
    jm(
        "roll = \"none\"",
        "roll = \"next_day\"",
        "unknown_word",
        "next_workday",
    );
    jm(
        "lead_kinds = [\"工作冲突\"]",
        "lead_kinds = [\"工作冲涂\"]",
        "unknown_word",
        "工作冲突",
    );
    jm(
        "proof_kinds = [\"疾病或不可抗力\"]",
        "proof_kinds = [\"疾病\"]",
        "unknown_word",
        "kinds",
    );
    jm(
        "restricted = [\"举报\"]",
        "restricted = [\"举告\"]",
        "unknown_word",
        "举报",
    );
    jm(
        "late_suggests = \"9-7\"",
        "late_suggests = \"9-77\"",
        "unknown_name",
        "9-7",
    );
    jm(
        "one_of = [\"单位代表\"]",
        "one_of = [\"单位代理\"]",
        "unknown_word",
        "单位代表",
    );
    jm(
        "list = \"institution_kind\"",
        "list = \"institution_kinds\"",
        "unknown_name",
        "institution_kind",
    );
    jm(
        "required = [\"evaluation_mode\"]",
        "required = [\"evaluation_mod\"]",
        "unknown_name",
        "evaluation_mode",
    );
    jm(
        "at_least = \"admin:省级\"",
        "at_least = \"title:高级\"",
        "conflict",
        "admin",
    );
    jm(
        "recheck = [\"R5\", \"R8\"]",
        "recheck = [\"R5\", \"R88\"]",
        "unknown_name",
        "R8",
    );
    jm(
        "problems_to = \"bureau\"",
        "problems_to = \"bureaux\"",
        "unknown_name",
        "bureau",
    );
    jm(
        "invites = \"chosen\"",
        "invites = \"choosen\"",
        "unknown_word",
        "chosen",
    );
    jm(
        "counting = \"rolling\"",
        "counting = \"roling\"",
        "unknown_word",
        "rolling",
    );
    jm(
        "{ label = \"省级促进",
        "{ labl = \"x\", label = \"省级促进",
        "unknown_key",
        "label",
    );
    jm(
        "ref = \"文末\" },",
        "ref = \"附件1\" },",
        "citation",
        "条号",
    );
}

#[test]
fn broken_toml_is_a_problem_like_any_other() {
    let problems = check("schema = 1\n[policy\nid = \"x\"\n").expect_err("no TOML");
    assert!(printed(&problems).contains("2:"), "{}", printed(&problems));
}

#[test]
fn the_digest_sees_values_and_nothing_else() {
    let good = shipped("dg-2021").expect("shipped").pack;
    let digest = |text: &str| check(text).expect("well-formed").digest();
    assert_eq!(digest(good), digest(&format!("# a comment\n{good}\n\n")));
    assert_eq!(
        digest(good),
        digest(&good.replace("streak = 2\nuses = 1", "uses = 1\nstreak = 2"))
    );
    assert_ne!(
        digest(good),
        digest(&good.replace("streak = 2", "streak = 3"))
    );
}

/// Covers: DG-21-a.
#[test]
fn only_listed_parameters_can_be_set_and_only_to_what_they_accept() {
    let good = shipped("dg-2021").expect("shipped").pack;
    let set = |path: &str, value: &str| {
        check_with(
            good,
            &[Setting {
                path: path.into(),
                value: value.into(),
            }],
        )
    };
    let pack = set("attendance.grace_minutes", "10").expect("may be set");
    assert_eq!(pack.attendance.as_ref().expect("there").grace_minutes, 10);
    assert_ne!(pack.digest(), check(good).expect("well-formed").digest());
    assert!(set("attendance.grace_minutes", "61").is_err());
    assert!(set("attendance.grace_minutes", "ten").is_err());
    assert!(set("term.years", "5").is_err(), "the text says three years");
    assert!(
        set("leaf.AGE.test.less_than", "75").is_err(),
        "the text says seventy"
    );
}
