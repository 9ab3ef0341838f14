//! What the parameters of a pack with teams and money of their own switch, how a table of fees is
//! replaced, and what the checker says of teams and fees that do not fit.

use std::collections::BTreeMap;

use domain::half_day::{HalfDay, Slot};
use domain::money::Fen;
use domain::policy::appointment::Appointment;
use domain::policy::budget::{self, Amounts, Charge};
use domain::policy::fee::{self, Unpaid, Work};
use domain::policy::library::shipped;
use domain::policy::pack::{Field, Participation, Situation};
use domain::policy::source::Setting;
use domain::policy::{Facts, Outcome, Pack, Problem, check, check_with, decide, legal_status};
use jiff::civil::{Date, date};

const NEW_TABLE: &str = r#"
[[fee.revision]]
since = 2022-01-01
basis = "某发〔2021〕99号"

[[fee.revision.row]]
id = "school_on_site"
item = "labour"
when = [{ field = "team", one_of = ["school"] }, { field = "venue", one_of = ["线下"] }]
unit = "half_day"
amount = "350.00"

[budget]
"#;

fn text() -> &'static str {
    shipped("cy-2021").expect("shipped").pack
}

fn with(settings: &[(&str, &str)]) -> Pack {
    let settings: Vec<Setting> = settings
        .iter()
        .map(|(path, value)| Setting {
            path: (*path).to_owned(),
            value: (*value).to_owned(),
        })
        .collect();
    check_with(text(), &settings).expect("accepted")
}

fn yuan(text: &str) -> Fen {
    Fen::parse(text).expect("an amount")
}

/// So many half-days from a day on, two a day.
fn half_days(on: Date, count: usize) -> Vec<(HalfDay, u32)> {
    let days = on.series(jiff::Span::new().days(1));
    let halves = days
        .flat_map(|date| [Slot::Morning, Slot::Afternoon].map(|slot| (HalfDay { date, slot }, 1)));
    halves.take(count).collect()
}

fn work(team: &str, venue: &str, on: Date, count: usize) -> Work {
    Work {
        item: "labour".to_owned(),
        situation: Situation::EMPTY
            .with(Field::Team, team)
            .with(Field::Venue, venue),
        done: half_days(on, count),
        flags: BTreeMap::new(),
        participation: Participation::Completed,
    }
}

fn paid(pack: &Pack, work: &Work, chosen: Option<&str>) -> Result<String, Unpaid> {
    let rules = pack.fee.as_ref().expect("fees");
    let quote = fee::quote(rules, pack.identity.from, work)?;
    quote.settle(chosen.map(yuan)).map(Fen::plain)
}

/// A task is paid by the table in force on the day of the work, whenever it is settled.
///
/// Covers: CY-25-b.
#[test]
fn a_new_table_replaces_the_old_one_from_its_day_on() {
    let pack = check(&text().replacen("[budget]\n", NEW_TABLE, 1)).expect("well-formed");
    let on = |day| paid(&pack, &work("school", "线下", day, 1), None);
    assert_eq!(on(date(2021, 12, 31)), Ok("300.00".to_owned()));
    assert_eq!(on(date(2022, 1, 1)), Ok("350.00".to_owned()));
    // The new table replaces the whole old one: what it leaves out is not paid by the old figures.
    let other = work("exam", "线下", date(2022, 1, 1), 1);
    assert_eq!(paid(&pack, &other, None), Err(Unpaid::NoRow));
    let rules = pack.fee.as_ref().expect("fees");
    assert_eq!(rules.revisions[0].basis, "某发〔2021〕99号");
}

#[test]
fn a_range_proposes_what_the_pack_says_and_lets_choose_inside() {
    let project = work("project", "线下", date(2021, 6, 15), 2);
    for (pick, proposed) in [
        ("least", Ok("2000.00".to_owned())),
        ("most", Ok("3000.00".to_owned())),
        ("chosen", Err(Unpaid::NotChosen)),
    ] {
        let pack = with(&[("fee.pick", pick)]);
        assert_eq!(paid(&pack, &project, None), proposed, "{pick}");
        let chosen = paid(&pack, &project, Some("2500.00"));
        assert_eq!(chosen, Ok("2500.00".to_owned()), "{pick}");
        // A fixed rate needs nobody's choice.
        let fixed = paid(&pack, &work("exam", "线上", date(2021, 6, 15), 1), None);
        assert_eq!(fixed, Ok("200.00".to_owned()), "{pick}");
    }
}

#[test]
fn more_half_days_than_can_be_counted_are_refused_and_not_rounded() {
    let pack = with(&[]);
    let long = work("project", "线下", date(2021, 6, 15), 1000);
    assert!(paid(&pack, &long, None).is_ok(), "still fits");
    let rules = pack.fee.as_ref().expect("fees");
    let mut dear = rules.clone();
    dear.rows[0].to = Fen(i64::MAX);
    assert_eq!(
        fee::quote(&dear, pack.identity.from, &long),
        Err(Unpaid::Range)
    );
}

#[test]
fn no_two_steps_of_a_payment_in_a_row_are_one_hand() {
    assert_eq!(fee::repeated_hand(&["a", "b", "c"]), None);
    assert_eq!(fee::repeated_hand(&["a", "b", "a"]), None);
    assert_eq!(fee::repeated_hand(&["a", "a", "b"]), Some(1));
    assert_eq!(fee::repeated_hand(&["a", "b", "b"]), Some(2));
    assert_eq!(fee::repeated_hand::<&str>(&[]), None);
}

fn amounts(rows: &[(&str, &str, &str)]) -> Amounts {
    rows.iter()
        .map(|(holder, labour, management)| {
            let lines = BTreeMap::from([
                ("labour".to_owned(), yuan(labour)),
                ("management".to_owned(), yuan(management)),
            ]);
            ((*holder).to_owned(), lines)
        })
        .collect()
}

#[test]
fn the_share_of_management_follows_the_reading_chosen() {
    // 20 % of all, but 25 % of one department.
    let planned = amounts(&[
        ("section", "150.00", "50.00"),
        ("centre", "250.00", "50.00"),
    ]);
    let blocking = |pack: &Pack| -> Vec<String> {
        let rules = pack.budget.as_ref().expect("a budget");
        budget::plan(rules, &planned)
            .into_iter()
            .filter(domain::finding::Finding::blocks)
            .map(|finding| finding.code)
            .collect()
    };
    assert_eq!(blocking(&with(&[])), Vec::<String>::new());
    let each = ("budget.line.management.percent_of_total.over", "holder");
    assert_eq!(blocking(&with(&[each])), ["share.section"]);

    // 10 yuan of management against a plan of 500 is little, against 30 spent it is a third.
    let spent = amounts(&[("section", "20.00", "0.00")]);
    let charge = Charge {
        holder: "section".to_owned(),
        line: "management".to_owned(),
        amount: yuan("10.00"),
        purpose: Some("专家培训".to_owned()),
        for_task: false,
    };
    let codes = |pack: &Pack| -> Vec<String> {
        let rules = pack.budget.as_ref().expect("a budget");
        budget::charge(rules, &planned, &spent, &charge)
            .into_iter()
            .filter(domain::finding::Finding::blocks)
            .map(|finding| finding.code)
            .collect()
    };
    assert_eq!(codes(&with(&[])), Vec::<String>::new());
    let actual = ("budget.line.management.percent_of_total.base", "spent");
    assert_eq!(codes(&with(&[actual])), ["share"]);
}

/// Somebody with the basic conditions, 专科 and nothing else, applying or proposed for 直接特聘.
fn facts(education: &str, channel: &str, honour: Option<&str>) -> Facts {
    let honours = honour.map_or_else(String::new, |name| {
        format!("honours = [{{ name = \"{name}\", level = \"市级\" }}]\n")
    });
    let text = format!(
        r#"
filing = "signed"
declared = {{ C71 = [true, true, true], HEALTH = [true, true] }}
specialties = ["电工"]
notes = {{ C72 = "面谈" }}
situation = {{ channel = ["{channel}"] }}
reviewed = {{ C71 = true, C72 = true, KNOWN = false, GOV = false, OTHER = false, RENOWN = false, HOLDER = true, SIMILAR = false }}

[profile]
name = "苏禾"
flags = {{ in_city = true }}
employer = {{ name = "某学校", kind = "职业院校" }}
education = [{{ level = "{education}" }}]
work = [{{ from = "2019-03-01", employer = "某学校", tags = ["teaching"] }}]
{honours}"#
    );
    toml::from_str(&text).expect("facts")
}

fn outcome(pack: &Pack, facts: &Facts) -> Outcome {
    decide(pack, facts, date(2021, 6, 15)).outcome
}

/// 第八条(一): the three readings of its commas, by the person who has a degree and no title.
///
/// Covers: CY-8-1.
#[test]
fn the_commas_of_article_eight_are_read_as_the_authority_says() {
    let rule = |group: &str| {
        format!(
            "C71 & C72 & WORK & HEALTH & CITY & ({group} | KNOWN | GOV | OTHER) & (RENOWN | HOLDER | SIMILAR)"
        )
    };
    let degree = facts("专科", "apply", None);
    let mut title = degree.clone();
    title.profile.titles.push(domain::person::Title {
        name: "讲师".to_owned(),
        level: "中级".to_owned(),
        field: None,
        obtained: None,
        authority: None,
    });
    for (group, only_degree, with_title) in [
        ("EDU | TITLE | SKILL", Outcome::Met, Outcome::Met),
        ("EDU & (TITLE | SKILL)", Outcome::Unmet, Outcome::Met),
        ("EDU & TITLE | SKILL", Outcome::Unmet, Outcome::Met),
    ] {
        let pack = with(&[("eligibility.rule", &rule(group))]);
        assert_eq!(outcome(&pack, &degree), only_degree, "{group}");
        assert_eq!(outcome(&pack, &title), with_title, "{group}");
    }
}

#[test]
fn what_article_nine_waives_follows_the_reading_chosen() {
    let holder = facts("高中及以下", "direct", Some("市级优秀教师"));
    let path = "eligibility.relaxation.9.mode";
    for (mode, expected) in [
        ("automatic", Outcome::Met),
        ("discretion", Outcome::Discretion),
        ("never", Outcome::Unmet),
    ] {
        assert_eq!(outcome(&with(&[(path, mode)]), &holder), expected, "{mode}");
    }
    // What is waived by itself need not be known; what may be waived at discretion must have failed.
    let mut unknown = facts("高中及以下", "direct", Some("市级优秀教师"));
    unknown.filing = domain::policy::facts::Filing::Draft;
    unknown.profile.education.clear();
    assert_eq!(outcome(&with(&[]), &unknown), Outcome::Met);
    assert_eq!(
        outcome(&with(&[(path, "never")]), &unknown),
        Outcome::Undetermined
    );
}

#[test]
fn an_issued_pack_wears_no_badge_and_a_draft_may_be_closed_to_live_acts() {
    let standing = |settings: &[(&str, &str)]| {
        let standing = legal_status(&with(settings).identity, date(2024, 5, 10), None);
        (standing.banner(), standing.effect())
    };
    use domain::policy::pack::Consequence::{BlockNew, Warn};
    let badge = Some("征求意见稿".to_owned());
    assert_eq!(standing(&[]), (badge.clone(), Some(Warn)));
    assert_eq!(
        standing(&[("policy.on_draft", "block_new")]),
        (badge, Some(BlockNew))
    );
    assert_eq!(standing(&[("policy.status", "issued")]), (None, None));
}

#[test]
fn renewals_and_cards_follow_the_reading_chosen() {
    let term = |renewals| Appointment::Term {
        term: domain::expert::Term {
            from: date(2021, 3, 1),
            to: date(2024, 2, 29),
        },
        renewals,
    };
    for (times, most) in [("once", 1), ("twice", 2)] {
        let pack = with(&[("renewal.times", times)]);
        assert!(term(most - 1).renewable(&pack), "{times}");
        assert!(!term(most).renewable(&pack), "{times}");
    }
    let one_off = Appointment::OneOff {
        task: "T1".to_owned(),
        from: date(2021, 3, 1),
        closed: None,
    };
    let pack = with(&[("term.one_off.certificate", "false")]);
    assert!(one_off.allowed(&pack) && !one_off.certified(&pack, date(2021, 3, 1)));
    // A pack that knows no one-off appointments allows none and issues nothing for one.
    let dg = check(shipped("dg-2021").expect("shipped").pack).expect("well-formed");
    assert!(!one_off.allowed(&dg) && !one_off.certified(&dg, date(2021, 3, 1)));
    // A fixed term is exactly as long as the pack says.
    assert!(term(0).allowed(&dg));
    let shorter = Appointment::Term {
        term: domain::expert::Term {
            from: date(2021, 3, 1),
            to: date(2024, 2, 28),
        },
        renewals: 0,
    };
    assert!(!shorter.allowed(&dg) && shorter.allowed(&with(&[])));
}

/// One mistake in the pack is one problem that says so.
fn one(from: &str, to: &str, says: &str) {
    assert!(text().contains(from), "{from}");
    let problems = check(&text().replacen(from, to, 1)).expect_err(to);
    let shown: String = problems.iter().map(Problem::to_string).collect();
    assert_eq!(problems.len(), 1, "{to}: {shown}");
    assert!(shown.contains(says), "{to}: {shown}");
}

#[test]
fn a_team_within_a_part_of_a_team_is_reported() {
    let nested = text().replacen(
        "part_of = \"supervisor\"\nowner = \"testing\"",
        "part_of = \"school\"\nowner = \"testing\"",
        1,
    );
    let problems = check(&nested).expect_err("nested");
    let shown = problems[0].to_string();
    assert!(
        shown.contains("“鉴定、认定督导（考）员”套了两层以上"),
        "{shown}"
    );
}

#[test]
fn teams_and_fees_that_do_not_fit_are_reported() {
    one(
        "part_of = \"supervisor\"\nowner = \"testing\"",
        "part_of = \"supervisor\"",
        "没有写归谁管理",
    );
    one("owner = \"testing\"", "owner = \"testting\"", "testing");
    one(
        "teams = [\"licence\"]",
        "teams = [\"reviewer\"]",
        "下面还分队伍",
    );
    one("report = \"opinion\"", "report = \"opinoin\"", "opinion");
    one(
        "label = \"职建科\"\n",
        "label = \"职建科\"\nmembers = [\"centre\"]\n",
        "members 只写一层",
    );
    one(
        "how = [\"declared\", \"reviewed\"]\nelements = [\"遵守",
        "how = [\"declared\"]\nnote = true\nelements = [\"遵守",
        "要求审核说明",
    );
    one(
        "morning_until = \"12:30\"",
        "morning_until = \"十二点\"",
        "不是时刻",
    );
    one(
        "afternoon_until = \"18:00\"",
        "afternoon_until = \"12:00\"",
        "下午结束的时刻不晚于上午",
    );
    one("role = \"approver\"", "role = \"aprover\"", "approver");
    one("kinds = [\"23-1\"]", "kinds = [\"23-9\"]", "23-9");
    let later = NEW_TABLE.replace("2022-01-01", "2023-01-01");
    let twice = format!("{}{NEW_TABLE}", later.replace("[budget]\n", ""));
    one("[budget]\n", &twice, "没有按起始日期先后排列");
}
