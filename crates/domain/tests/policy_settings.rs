//! Values an authority may switch do what their words say: the same people and days under the pack as
//! it stands and as it is set.

use std::collections::BTreeMap;

use domain::expert::{Status, Term};
use domain::finding::Verdict;
use domain::person::{Honour, Profile, Skill, Title};
use domain::policy::decide::Outcome;
use domain::policy::facts::{Facts, Listing, Ticks};
use domain::policy::library::shipped;
use domain::policy::pack::{Field, Situation, Standing};
use domain::policy::payable::{Payable, payable};
use domain::policy::source::Setting;
use domain::policy::{Pack, check_with, checklist, cohort, decide, due, exception, post};
use jiff::civil::{Date, date};

const DAY: Date = date(2023, 6, 1);

fn set(path: &str, value: &str) -> Pack {
    let settings = [Setting {
        path: path.to_owned(),
        value: value.to_owned(),
    }];
    check_with(shipped("gz-2022").expect("shipped").pack, &settings).expect("may be set")
}

fn plain() -> Pack {
    check_with(shipped("gz-2022").expect("shipped").pack, &[]).expect("checked elsewhere")
}

/// Everything in order, but no title and only 高级工.
fn senior_worker() -> Facts {
    let yes = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), true)).collect();
    Facts {
        profile: Profile {
            name: "苏禾".to_owned(),
            born: Some(date(1980, 11, 20)),
            skills: vec![Skill {
                occupation: "汽车维修工".to_owned(),
                level: "高级工".to_owned(),
                obtained: None,
                certificate: None,
            }],
            ..Profile::default()
        },
        declared: ["G1", "G5", "HEALTH"]
            .map(|id| (id.to_owned(), Ticks::Whole(true)))
            .into(),
        reviewed: yes(&["G1", "RELATED", "G3", "G4"]),
        notes: BTreeMap::from([("G1".to_owned(), "行业协会证明".to_owned())]),
        situation: Situation::EMPTY.with(Field::Duty, "方式方法专家组"),
        ..Facts::default()
    }
}

fn technician() -> Facts {
    let mut facts = senior_worker();
    facts.profile.skills[0].level = "技师".to_owned();
    facts
}

fn outcome(pack: &Pack, facts: &Facts, on: Date) -> Outcome {
    decide(pack, facts, on).outcome
}

#[test]
fn the_soft_age_can_be_made_hard_and_begin_on_the_day_after_the_birthday() {
    let mut facts = technician();
    facts.profile.born = Some(date(1959, 6, 15));
    let soft = plain();
    assert_eq!(outcome(&soft, &facts, date(2025, 6, 14)), Outcome::Met);
    assert_eq!(
        outcome(&soft, &facts, date(2025, 6, 15)),
        Outcome::Discretion
    );
    let hard = set("leaf.AGE65.force", "must");
    assert_eq!(outcome(&hard, &facts, date(2025, 6, 14)), Outcome::Met);
    assert_eq!(outcome(&hard, &facts, date(2025, 6, 15)), Outcome::Unmet);
    let exact = set("clock.exceeds", "exact_date");
    assert_eq!(outcome(&exact, &facts, date(2024, 6, 15)), Outcome::Met);
    assert_eq!(
        outcome(&exact, &facts, date(2024, 6, 16)),
        Outcome::Discretion
    );
}

#[test]
fn a_relaxation_can_be_made_to_need_no_discretion() {
    let mut facts = senior_worker();
    facts.profile.honours = vec![Honour {
        name: "广州市技术能手".to_owned(),
        level: "市级".to_owned(),
        awarded: None,
        by: None,
    }];
    assert_eq!(outcome(&plain(), &facts, DAY), Outcome::Discretion);
    let automatic = set("eligibility.relaxation.7-3.mode", "automatic");
    assert_eq!(outcome(&automatic, &facts, DAY), Outcome::Met);
    let decision = decide(&automatic, &facts, DAY);
    assert!(exception::needed(&decision).is_empty());
    assert_eq!(decision.relaxation.map(|r| r.id.as_str()), Some("7-3"));
}

#[test]
fn how_long_an_occupation_is_new_can_be_set() {
    let mut facts = senior_worker();
    let listing = Listing {
        standing: Standing::Specialty,
        subject: "汽车维修工".to_owned(),
        from: date(2019, 6, 1),
        to: None,
        source: None,
    };
    facts
        .registers
        .insert("new_occupation".to_owned(), vec![listing]);
    assert_eq!(outcome(&plain(), &facts, DAY), Outcome::Discretion);
    let three = set("leaf.R2.test.within", "3年");
    assert_eq!(outcome(&three, &facts, DAY), Outcome::Unmet);
}

#[test]
fn supplements_can_have_a_full_term_of_their_own() {
    let opened = Term {
        from: date(2022, 5, 1),
        to: date(2025, 4, 30),
    };
    let last = date(2025, 4, 30);
    let ends = |pack: &Pack| cohort::supplement(pack, opened, last, None, "急用");
    let with_cohort = ends(&plain());
    assert_eq!(with_cohort.term.to, last);
    assert_eq!(with_cohort.findings.len(), 1, "little is left");
    let full = ends(&set("term.cohort.supplement_end", "full_length"));
    assert_eq!(full.term.to, date(2028, 4, 29));
    assert!(full.findings.is_empty());
}

#[test]
fn a_leader_can_be_standing_and_the_other_way_can_waive_membership() {
    let mut facts = technician();
    facts
        .profile
        .flags
        .insert("superior_pool_expert".to_owned(), true);
    facts.reviewed.insert("R5X".to_owned(), true);
    facts
        .notes
        .insert("R5X".to_owned(), "参加省级题库开发六年".to_owned());
    let may = |pack: &Pack| {
        let leader = &pack.eligibility.posts[0];
        let held = post::judge(pack, leader, &facts, Status::Left, 0, DAY);
        held.basis.is_some()
    };
    assert!(!may(&plain()));
    assert!(may(&set(
        "post.leader.alternative.superior.waives",
        "membership"
    )));
    assert!(!post::outlives_task(&plain().eligibility.posts[0]));
    let standing = set("post.leader.per", "standing");
    assert!(post::outlives_task(&standing.eligibility.posts[0]));
}

#[test]
fn an_expert_who_meets_the_conditions_needs_no_membership_to_be_named_by_them_but_to_lead() {
    let mut facts = technician();
    facts.profile.titles = vec![Title {
        name: "高级讲师".to_owned(),
        level: "副高级".to_owned(),
        field: None,
        obtained: None,
        authority: None,
    }];
    for leaf in ["P1", "P_RELATED", "P3"] {
        facts.reviewed.insert(leaf.to_owned(), true);
    }
    let pack = plain();
    let leader = &pack.eligibility.posts[0];
    let held = post::judge(&pack, leader, &facts, Status::Active, 0, DAY);
    assert_eq!(held.basis, Some(post::Basis::Conditions));
    let gone = post::judge(&pack, leader, &facts, Status::Suspended, 0, DAY);
    assert_eq!(gone.basis, None);
    assert_eq!(
        gone.findings[0].sentence,
        "专家组组长须是在聘专家，此人暂停抽取。"
    );
}

#[test]
fn certificates_and_evidence_can_be_made_obligatory() {
    let lacking = |pack: &Pack| -> Vec<(String, bool)> {
        let channel = pack.admission.channel("selected").expect("there");
        let findings = checklist::review(pack, channel, &BTreeMap::new(), &[], DAY);
        findings
            .into_iter()
            .filter(|finding| finding.verdict == Verdict::Unmet)
            .map(|finding| (finding.code.clone(), finding.blocks()))
            .collect()
    };
    let has = |lacking: &[(String, bool)], item: &str, blocks: bool| {
        lacking.contains(&(item.to_owned(), blocks))
    };
    let usual = lacking(&plain());
    assert!(has(&usual, "achievements", false) && has(&usual, "certs", true));
    let must = lacking(&set("materials.B.item.achievements.force", "must"));
    assert!(has(&must, "achievements", true));
}

#[test]
fn other_work_can_be_left_unpaid_and_meetings_be_due_twice_a_year() {
    let situation = Situation::EMPTY
        .with(Field::RequesterKind, "区人社部门")
        .with(Field::SubKind, "学术交流");
    let fee = |pack: &Pack| payable(pack.fee.as_ref().expect("there"), &situation);
    assert_eq!(fee(&plain()), Payable::WithReason);
    assert_eq!(fee(&set("fee.otherwise", "never")), Payable::Never);

    let group = ["汽车维修工".to_owned()];
    let done = [due::GroupDone {
        what: domain::policy::pack::ObligationCount::Group,
        group: group[0].clone(),
        on: date(2023, 3, 5),
    }];
    let state = |pack: &Pack| {
        let standings = due::of_groups(pack, "specialty", &group, &done, date(2023, 12, 31));
        standings[0].1.state
    };
    assert_eq!(state(&plain()), due::State::Kept);
    let twice = set("obligation.group_meeting.per", "half_year");
    assert_eq!(state(&twice), due::State::Missed);
    // What each group owes is no duty of the pool as a whole.
    assert!(due::standings(&plain(), &[], DAY).is_empty());
}
