//! Decisions: the shipped rule against one written by hand, and what other cities' texts need that
//! Dongguan's does not: 原则上, 适当放宽, conditions that apply to some only, not-conditions.

use std::sync::LazyLock;

use domain::finding::Verdict;
use domain::person::{Employer, Honour, Profile, Skill, Title, Work};
use domain::policy::facts::{Filing, Listing, Ticks};
use domain::policy::library::shipped;
use domain::policy::pack::{Field, Situation, Standing};
use domain::policy::{Facts, Outcome, Pack, check, decide};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

static DG: LazyLock<Pack> = LazyLock::new(|| pack(dg()));

const ON: Date = date(2021, 6, 15);

fn dg() -> &'static str {
    shipped("dg-2021").expect("shipped").pack
}

fn pack(text: &str) -> Pack {
    check(text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Everybody declared, reviewed and looked up.
fn facts(profile: Profile) -> Facts {
    Facts {
        profile,
        filing: Filing::Signed,
        declared: ["L1", "L2", "HEALTH"]
            .map(|leaf| (leaf.to_owned(), Ticks::Whole(true)))
            .into(),
        reviewed: ["L1", "L5"].map(|leaf| (leaf.to_owned(), true)).into(),
        registers: [("dishonesty".to_owned(), Vec::new())].into(),
        ..Facts::default()
    }
}

fn senior(born: Date) -> Profile {
    let title = |level: &str| Title {
        name: "某职称".into(),
        level: level.into(),
        field: None,
        obtained: None,
        authority: None,
    };
    Profile {
        born: Some(born),
        titles: vec![title("副高级")],
        task_kinds: vec!["8-1".into()],
        ..Profile::default()
    }
}

fn people() -> impl Strategy<Value = Facts> {
    let levels =
        prop::sample::subsequence(vec!["员级", "助理级", "中级", "副高级", "正高级"], 0..=2);
    let skills = prop::sample::subsequence(vec!["高级工", "技师", "高级技师", "特级技师"], 0..=2);
    let honours = prop::sample::subsequence(vec!["镇街", "区县", "市级", "国家级"], 0..=2);
    let work = prop::option::of((0..4600_i32, any::<bool>()));
    let about = (
        any::<bool>(),
        any::<Option<bool>>(),
        0..30_000_i32,
        0..3_usize,
        any::<bool>(),
    );
    (levels, skills, honours, work, about).prop_map(|(levels, skills, honours, work, about)| {
        let (enterprise, backbone, days, kinds, listed) = about;
        let mut facts = facts(Profile {
            born: Some(ON.checked_sub(days.days()).expect("in range")),
            employer: Some(Employer {
                organisation: None,
                name: "某单位".into(),
                credit_code: None,
                kind: Some(if enterprise { "企业" } else { "技工院校" }.into()),
            }),
            titles: levels
                .into_iter()
                .map(|level| Title {
                    name: "某职称".into(),
                    level: level.into(),
                    field: None,
                    obtained: None,
                    authority: None,
                })
                .collect(),
            skills: skills
                .into_iter()
                .map(|level| Skill {
                    occupation: "焊工".into(),
                    level: level.into(),
                    obtained: None,
                    certificate: None,
                })
                .collect(),
            honours: honours
                .into_iter()
                .map(|level| Honour {
                    name: "某荣誉".into(),
                    level: level.into(),
                    awarded: None,
                    by: None,
                })
                .collect(),
            work: work
                .into_iter()
                .map(|(days, related)| Work {
                    from: ON.checked_sub(days.days()).expect("in range"),
                    to: None,
                    employer: "某单位".into(),
                    credit_code: None,
                    industry: None,
                    duty: None,
                    post: None,
                    tags: if related {
                        vec!["related".into()]
                    } else {
                        Vec::new()
                    },
                })
                .collect(),
            flags: backbone
                .map(|holds| ("technical_backbone".to_owned(), holds))
                .into_iter()
                .collect(),
            task_kinds: vec!["8-1".to_owned(); kinds],
            ..Profile::default()
        });
        if listed {
            let listing = Listing {
                standing: Standing::PersonInCharge,
                subject: "某公司".into(),
                from: date(2020, 1, 1),
                to: None,
                source: None,
            };
            facts.registers.insert("dishonesty".into(), vec![listing]);
        }
        facts
    })
}

/// 第四条 and 第二十条 by hand, with days counted by comparing dates and nothing of the engine.
fn by_hand(facts: &Facts) -> bool {
    let p = &facts.profile;
    let since = |years: i16| date(ON.year() - years, ON.month(), ON.day());
    let worked = |years, related: bool| {
        p.work
            .iter()
            .any(|w| w.from <= since(years) && (!related || w.tags == ["related"]))
    };
    let title = |names: &[&str]| p.titles.iter().any(|t| names.contains(&t.level.as_str()));
    let skill = |names: &[&str]| p.skills.iter().any(|s| names.contains(&s.level.as_str()));
    let middle = title(&["中级", "副高级", "正高级"]) || skill(&["技师", "高级技师", "特级技师"]);
    let high = title(&["副高级", "正高级"]) || skill(&["高级技师", "特级技师"]);
    let honoured = p
        .honours
        .iter()
        .any(|h| ["市级", "国家级"].contains(&h.level.as_str()));
    let backbone = p
        .employer
        .as_ref()
        .is_some_and(|e| e.kind.as_deref() == Some("企业"))
        && p.flags.get("technical_backbone") == Some(&true)
        && worked(10, false);
    (middle && worked(3, true) || high || honoured || backbone)
        && p.born.is_some_and(|born| born > since(70))
        && !p.task_kinds.is_empty()
        && facts.registers["dishonesty"].is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_shipped_rule_is_the_rule_by_hand(facts in people()) {
        let decision = decide(&DG, &facts, ON);
        prop_assert_eq!(decision.outcome == Outcome::Met, by_hand(&facts), "{}", decision.explanation());
        // A refusal names what stands in the way, an approval names nothing.
        prop_assert_eq!(decision.blocking().is_empty(), decision.outcome == Outcome::Met);
        prop_assert!(decision.outcome != Outcome::Met || decision.branches().next().is_some());
    }
}

#[test]
fn in_principle_calls_for_a_decision_and_advice_for_nothing() {
    let old = facts(senior(date(1940, 1, 1)));
    let outcome = |force: &str| {
        let line = "test = { type = \"age\", less_than = 70 }";
        let text = dg().replace(line, &format!("{line}\nforce = \"{force}\""));
        decide(&pack(&text), &old, ON).outcome
    };
    assert_eq!(outcome("must"), Outcome::Unmet);
    assert_eq!(outcome("in_principle"), Outcome::Discretion);
    assert_eq!(outcome("may"), Outcome::Met);
}

/// A ground of relaxation lets exactly the leaves it names pass.
#[test]
fn a_relaxation_lets_the_named_leaves_pass() {
    let relaxed = |mode: &str| {
        let entry = format!(
            "[[eligibility.relaxation]]\nid = \"R1\"\nlabel = \"获奖\"\ngrounds = \"HON\"\nrelaxes = [\"AGE\"]\nmode = \"{mode}\"\nref = \"第四条\"\n\n[[channel]]"
        );
        pack(&dg().replacen("[[channel]]", &entry, 1))
    };
    let mut old = facts(senior(date(1940, 1, 1)));
    assert_eq!(
        decide(&relaxed("discretion"), &old, ON).outcome,
        Outcome::Unmet,
        "no ground"
    );
    let honour = Honour {
        name: "某奖".into(),
        level: "省级".into(),
        awarded: None,
        by: None,
    };
    old.profile.honours.push(honour);
    let (discretion, automatic) = (relaxed("discretion"), relaxed("automatic"));
    let decision = decide(&discretion, &old, ON);
    assert_eq!(decision.outcome, Outcome::Discretion);
    assert_eq!(decision.relaxation.map(|r| r.id.as_str()), Some("R1"));
    assert!(decision.explanation().contains("可放宽 第四条：获奖"));
    assert_eq!(decide(&automatic, &old, ON).outcome, Outcome::Met);
    old.declared.insert("HEALTH".into(), Ticks::Whole(false));
    assert_eq!(
        decide(&automatic, &old, ON).outcome,
        Outcome::Unmet,
        "health is not relaxed"
    );
}

/// GZ 第十一条: a threshold of one group does not bind the others.
#[test]
fn a_condition_that_does_not_apply_is_neutral() {
    let line = "test = { type = \"age\", less_than = 70 }";
    let when = format!("{line}\nwhen = [{{ field = \"team\", one_of = [\"技能评价\"] }}]");
    let pack = pack(&dg().replace(line, &when));
    let mut old = facts(senior(date(1940, 1, 1)));
    let decided = |facts: &Facts| {
        let decision = decide(&pack, facts, ON);
        (
            decision.outcome,
            decision.leaf("AGE").expect("there").verdict,
        )
    };
    old.situation = Situation::EMPTY.with(Field::Team, "方式方法");
    assert_eq!(decided(&old), (Outcome::Met, Verdict::NotApplicable));
    old.situation = Situation::EMPTY.with(Field::Team, "技能评价");
    assert_eq!(decided(&old), (Outcome::Unmet, Verdict::Unmet));
    old.situation = Situation::EMPTY;
    assert_eq!(
        decided(&old),
        (Outcome::Undetermined, Verdict::Undetermined)
    );
}

/// A condition asked for by its contrary blocks when it holds, and says so.
#[test]
fn a_negated_condition_blocks_when_it_holds() {
    let leaf = "[[leaf]]\nid = \"OFFICIAL\"\nlabel = \"公务员\"\nhow = [\"computed\"]\ntest = { type = \"flag\", name = \"civil_servant\" }\nref = \"第四条\"\n\n[eligibility]";
    let text = dg()
        .replacen("[eligibility]", leaf, 1)
        .replace("L5 & X20\"", "L5 & X20 & !OFFICIAL\"");
    let pack = pack(&text);
    let mut person = facts(senior(date(1970, 1, 1)));
    assert_eq!(
        decide(&pack, &person, ON).outcome,
        Outcome::Met,
        "signed and not stated"
    );
    person.profile.flags.insert("civil_servant".into(), true);
    let decision = decide(&pack, &person, ON);
    assert_eq!(decision.outcome, Outcome::Unmet);
    let blocking: Vec<&str> = decision
        .blocking()
        .iter()
        .map(|found| found.leaf.id.as_str())
        .collect();
    assert_eq!(blocking, ["OFFICIAL"]);
    assert_eq!(
        decision.blocking()[0].finding(&pack).verdict,
        Verdict::Unmet
    );
}

#[test]
fn findings_stand_on_their_own() {
    let pack = pack(dg());
    let person = facts(senior(date(1951, 6, 15)));
    let decision = decide(&pack, &person, ON);
    let finding = decision.leaf("AGE").expect("there").finding(&pack);
    let json = serde_json::to_value(&finding).expect("plain");
    assert_eq!(json["code"], "AGE");
    assert_eq!(json["verdict"], "unmet");
    assert_eq!(json["citation"]["place"]["article"], 4);
    assert_eq!(json["facts"][0]["name"], "出生日期");
    assert_eq!(finding.citation.to_string(), "第四条(四)");
    assert_eq!(
        finding.sentence,
        "未满 70 周岁：1951年6月15日 出生，2021年6月15日 满 70 周岁，要求未满 70 周岁。"
    );
}
