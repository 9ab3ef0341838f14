use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::guard::{Call, Case, Posting};
use super::*;
use crate::id::{AccountId, ExpertId};
use crate::person::{Employer, Sex, Title, Work};
use crate::policy::citation::Citation;
use crate::policy::library::shipped;
use crate::policy::pack::{Guard, Pack};
use crate::policy::public_notice::Candidate;
use crate::policy::words::Word as _;

fn pack() -> Pack {
    crate::policy::check(shipped("dg-2021").expect("shipped").pack).expect("sound")
}

fn by() -> By {
    By {
        account: AccountId(Uuid::from_u128(1)),
        name: "经办".into(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn hand(document: Option<&str>) -> Hand {
    Hand {
        by: by(),
        on: date(2022, 6, 6),
        document: document.map(str::to_owned),
    }
}

const ROUTE: [Station; 5] = [
    Station::Submit,
    Station::Vetting,
    Station::Committee,
    Station::Classify,
    Station::Certificate,
];

/// Every state there is, one of each kind and station.
fn states() -> Vec<State> {
    let at = |station| State::At {
        station,
        since: Timestamp::UNIX_EPOCH,
        passed: Vec::new(),
    };
    let mut all = vec![State::Draft];
    all.extend(
        Station::ALL
            .iter()
            .copied()
            .filter(|one| *one != Station::Submit)
            .map(at),
    );
    all.extend([
        State::Returned {
            from: Station::Vetting,
            by: by(),
            corrections: Vec::new(),
            until: None,
            passed: Vec::new(),
        },
        at(Station::Vetting)
            .reject(hand(None), "不符")
            .expect("at a station"),
        State::Draft.withdraw(by(), "不再申请").expect("open"),
        at(Station::Certificate)
            .appoint(hand(None), ExpertId(Uuid::from_u128(9)), "DG20220001")
            .expect("last station"),
    ]);
    all
}

type Event = (&'static str, fn(State) -> Result<State, Refused>);

const EVENTS: [Event; 6] = [
    ("submit", |state| state.submit(&ROUTE, hand(None), &[])),
    ("pass", |state| {
        state.pass(&ROUTE, hand(Some("纪要1")), &[], None)
    }),
    ("return", |state| {
        let one = Correction {
            item: "form1".into(),
            label: "申请表".into(),
            reason: "缺少盖章".into(),
        };
        state.give_back(hand(None), vec![one], Some(date(2022, 6, 20)))
    }),
    ("reject", |state| {
        state.reject(hand(Some("纪要1")), "不符合条件")
    }),
    ("withdraw", |state| state.withdraw(by(), "不再申请")),
    ("appoint", |state| {
        state.appoint(hand(None), ExpertId(Uuid::from_u128(9)), "DG20220001")
    }),
];

/// Covers: DG-7-1, DG-7-2-a.
#[test]
fn every_state_takes_exactly_its_events() {
    let mut table = String::new();
    for state in states() {
        let taken: Vec<String> = EVENTS
            .iter()
            .filter_map(|(name, event)| {
                let next = event(state.clone()).ok()?;
                Some(format!("{name}>{}", next.code()))
            })
            .collect();
        table.push_str(&format!("{}: {}\n", state.code(), taken.join(" ")));
    }
    let expected = "\
draft: submit>vetting withdraw>withdrawn
recommendation: pass>certificate return>returned reject>refused withdraw>withdrawn
vetting: pass>committee return>returned reject>refused withdraw>withdrawn
committee: pass>classify return>returned reject>refused withdraw>withdrawn
approval: pass>certificate return>returned reject>refused withdraw>withdrawn
public_notice: pass>certificate return>returned reject>refused withdraw>withdrawn
classify: pass>certificate return>returned reject>refused withdraw>withdrawn
certificate: return>returned reject>refused withdraw>withdrawn appoint>appointed
returned: submit>vetting reject>refused withdraw>withdrawn
refused: 
withdrawn: 
appointed: 
";
    assert_eq!(table, expected);
}

/// Covers: DG-7-2-b.
#[test]
fn the_committee_says_nothing_without_minutes() {
    let state = State::At {
        station: Station::Committee,
        since: Timestamp::UNIX_EPOCH,
        passed: Vec::new(),
    };
    let passed = state.clone().pass(&ROUTE, hand(None), &[], None);
    assert_eq!(passed, Err(Refused::NoMinutes));
    assert_eq!(
        state.clone().reject(hand(None), "不符合条件"),
        Err(Refused::NoMinutes)
    );
    let passed = state.pass(&ROUTE, hand(Some("纪要〔2022〕3号")), &[], None);
    let passed = passed.expect("with minutes");
    assert_eq!(
        passed.passed()[0].document.as_deref(),
        Some("纪要〔2022〕3号")
    );
}

fn finding(force: Force, verdict: Verdict) -> Finding {
    Finding {
        code: "X".into(),
        force,
        verdict,
        citation: pack().eligibility.citation.clone(),
        facts: Vec::new(),
        sentence: "条件不符合。".into(),
    }
}

#[test]
fn a_must_blocks_and_a_principle_needs_a_reason() {
    let vetting = || State::At {
        station: Station::Vetting,
        since: Timestamp::UNIX_EPOCH,
        passed: Vec::new(),
    };
    for verdict in [Verdict::Unmet, Verdict::Undetermined] {
        let must = [finding(Force::Must, verdict)];
        let forced = vetting().pass(&ROUTE, hand(None), &must, Some("特殊人才"));
        assert!(
            matches!(forced, Err(Refused::Blocked(_))),
            "no reason lifts a must"
        );
        let soft = [finding(Force::InPrinciple, verdict)];
        let silent = vetting().pass(&ROUTE, hand(None), &soft, Some(" "));
        assert!(matches!(silent, Err(Refused::NeedsReason(_))));
        let reasoned = vetting().pass(&ROUTE, hand(None), &soft, Some("特殊人才"));
        let reasoned = reasoned.expect("reasoned");
        assert_eq!(reasoned.passed()[0].discretion.as_deref(), Some("特殊人才"));
    }
    let advice = [finding(Force::May, Verdict::Unmet)];
    assert!(vetting().pass(&ROUTE, hand(None), &advice, None).is_ok());
}

#[test]
fn a_return_names_its_items_and_comes_back_where_it_came_from() {
    let at = State::At {
        station: Station::Vetting,
        since: Timestamp::UNIX_EPOCH,
        passed: Vec::new(),
    };
    let one = |reason: &str| {
        vec![Correction {
            item: "identity".into(),
            label: "身份证件".into(),
            reason: reason.into(),
        }]
    };
    assert_eq!(
        at.clone().give_back(hand(None), Vec::new(), None),
        Err(Refused::NothingToCorrect)
    );
    assert_eq!(
        at.clone().give_back(hand(None), one(" "), None),
        Err(Refused::NoReason)
    );
    let today = date(2022, 6, 6);
    assert_eq!(
        at.clone().give_back(hand(None), one("已过期"), Some(today)),
        Err(Refused::NoTime(today))
    );
    let returned = at.give_back(hand(None), one("已过期"), Some(date(2022, 6, 7)));
    let again = returned
        .expect("with items")
        .submit(&ROUTE, hand(None), &[]);
    assert_eq!(again.expect("put right").station(), Some(Station::Vetting));
}

proptest! {
    /// Whatever is done in whatever order, an appointment has passed every station of its route, each
    /// once and in order, the committee with minutes; and what is over stays over.
    #[test]
    fn nobody_is_appointed_past_a_station(events in prop::collection::vec(0..EVENTS.len(), 0..40)) {
        let mut state = State::Draft;
        for event in events {
            let over = state.is_over();
            match EVENTS[event].1(state.clone()) {
                Ok(next) => {
                    prop_assert!(!over);
                    state = next;
                }
                Err(_) => continue,
            }
            if let State::Appointed { passed, .. } = &state {
                let stations: Vec<Station> = passed.iter().map(|one| one.station).collect();
                prop_assert_eq!(&stations[..], &ROUTE[..]);
                prop_assert!(passed[2].document.is_some());
            }
        }
    }
}

/// A senior engineer whose papers are all there.
pub(super) fn sound(pack: &Pack, channel: &str) -> Application {
    let given = |parts: &[&str]| HandedIn {
        given: true,
        opinion: true,
        sealed: true,
        valid_to: Some(date(2030, 1, 1)),
        parts: parts.iter().map(|part| (*part).to_owned()).collect(),
        not_held: Vec::new(),
        waived: None,
    };
    let confirmed = Confirmed {
        holds: true,
        note: None,
        by: by(),
    };
    let channel = pack.admission.channel(channel).expect("known");
    Application {
        profile: Profile {
            name: "测试甲".into(),
            sex: Some(Sex::Female),
            born: Some(date(1970, 1, 1)),
            employer: Some(Employer {
                organisation: None,
                name: "示例职业技术学院".into(),
                credit_code: None,
                kind: Some("高职院校".into()),
            }),
            titles: vec![Title {
                name: "高级工程师".into(),
                level: "副高级".into(),
                field: None,
                obtained: Some(date(2010, 1, 1)),
                authority: None,
            }],
            work: vec![Work {
                from: date(1995, 1, 1),
                to: None,
                employer: "示例职业技术学院".into(),
                credit_code: None,
                industry: None,
                duty: None,
                post: None,
                tags: vec!["related".into()],
            }],
            task_kinds: vec!["8-4".into()],
            ..Profile::default()
        },
        specialties: vec![SpecialtyId(Uuid::from_u128(5))],
        declared: ["L1", "L2", "HEALTH"]
            .map(|leaf| (leaf.to_owned(), Ticks::Whole(true)))
            .into(),
        handed: crate::policy::checklist::items(pack, channel)
            .into_iter()
            .map(|item| (item.id.clone(), given(&["title_proof"])))
            .collect(),
        review: Review {
            confirmed: ["L1", "L5"]
                .map(|leaf| (leaf.to_owned(), confirmed.clone()))
                .into(),
            looked_up: BTreeMap::from([(
                "dishonesty".to_owned(),
                LookedUp {
                    listed: false,
                    source: "信用中国".into(),
                    on: date(2022, 6, 1),
                    by: by(),
                },
            )]),
            ..Review::default()
        },
        ..Application::draft(
            (RecordId(Uuid::from_u128(1)), PoolId(Uuid::from_u128(2))),
            "SQ01-2022-0001".into(),
            &channel.id,
            Filed::Online,
            date(2022, 6, 1),
        )
    }
}

fn found(application: &Application, guard: Guard, call: Call) -> Vec<(String, Verdict, Citation)> {
    let pack = pack();
    let facts = application.facts(BTreeMap::new());
    let case = Case {
        pack: &pack,
        channel: pack.admission.channel(&application.channel).expect("known"),
        application,
        facts: &facts,
        posting: &Posting::Listed {
            number: "GS01-2022-0001".into(),
            until: date(2022, 6, 1),
            stands: Candidate::Clear,
        },
        call: &call,
    };
    case.findings(guard, date(2022, 6, 6))
        .into_iter()
        .filter(Finding::blocks)
        .map(|finding| (finding.code, finding.verdict, finding.citation))
        .collect()
}

fn codes(application: &Application, guard: Guard) -> Vec<String> {
    let found = found(application, guard, Call::NotNeeded);
    found.into_iter().map(|(code, ..)| code).collect()
}

#[test]
fn a_sound_application_passes_every_guard() {
    let pack = pack();
    for channel in &pack.admission.channels {
        let application = sound(&pack, &channel.id);
        for guard in Guard::ALL {
            assert_eq!(
                codes(&application, *guard),
                [""; 0],
                "{} {guard:?}",
                channel.id
            );
        }
    }
}

/// Covers: DG-4-1, DG-4-2, DG-4-5.
#[test]
fn what_is_not_ticked_stops_the_submission() {
    let pack = pack();
    let mut application = sound(&pack, "self_nominated");
    application.declared.remove("L1");
    application
        .declared
        .insert("L2".into(), Ticks::Each(vec![true, true, false, true]));
    assert_eq!(codes(&application, Guard::DeclaredLeaves), ["L1", "L2"]);
    assert_eq!(codes(&application, Guard::ComputedLeaves), [""; 0]);
    application.profile.task_kinds.clear();
    assert_eq!(codes(&application, Guard::ComputedLeaves), ["L5"]);
}

/// Covers: DG-4-4, DG-20-a.
#[test]
fn age_and_register_are_hard_at_the_day_of_the_decision() {
    let pack = pack();
    let mut application = sound(&pack, "self_nominated");
    application.profile.born = Some(date(1952, 6, 6));
    assert_eq!(codes(&application, Guard::ComputedLeaves), ["AGE"]);
    application.profile.born = Some(date(1952, 6, 7));
    assert_eq!(codes(&application, Guard::Eligible), [""; 0]);
    let looked = application
        .review
        .looked_up
        .get_mut("dishonesty")
        .expect("looked up");
    looked.listed = true;
    assert_eq!(codes(&application, Guard::Eligible), ["X20"]);
    application.review.looked_up.clear();
    assert_eq!(
        codes(&application, Guard::Eligible),
        ["X20"],
        "nobody looked"
    );
    assert_eq!(
        codes(&application, Guard::ComputedLeaves),
        [""; 0],
        "the applicant cannot look it up"
    );
}

/// Covers: DG-6-0.
#[test]
fn each_channel_asks_for_its_own_materials() {
    let pack = pack();
    let asked = |channel: &str| {
        let mut application = sound(&pack, channel);
        application.handed.clear();
        codes(&application, Guard::MaterialsComplete)
    };
    assert_eq!(asked("self_nominated"), ["form1", "certs", "identity"]);
    assert_eq!(
        asked("by_employer"),
        ["form1", "list2", "certs", "identity", "licence"]
    );
    assert_eq!(asked("cross_pool"), ["form1", "list2", "certs", "identity"]);
    assert_eq!(asked("invited"), ["form1", "certs", "identity"]);
}

#[test]
fn only_an_open_notice_lets_a_public_call_in() {
    let pack = pack();
    let public = sound(&pack, "self_nominated");
    let closed = || Call::Closed {
        number: "ZJ01-2022-0001".into(),
        on: date(2022, 5, 31),
    };
    assert_eq!(found(&public, Guard::OpenNotice, Call::Nowhere).len(), 1);
    assert_eq!(found(&public, Guard::OpenNotice, closed()).len(), 1);
    let open = Call::Open {
        number: "ZJ01-2022-0001".into(),
    };
    assert!(found(&public, Guard::OpenNotice, open).is_empty());
    let invited = sound(&pack, "invited");
    assert!(found(&invited, Guard::OpenNotice, closed()).is_empty());
}

/// Covers: DG-7-3.
#[test]
fn nobody_enters_unclassified() {
    let pack = pack();
    let mut application = sound(&pack, "self_nominated");
    application.specialties.clear();
    assert_eq!(codes(&application, Guard::Classified), ["specialty"]);
}

#[test]
fn vetting_concludes_on_the_conditions_too() {
    let pack = pack();
    let mut application = sound(&pack, "self_nominated");
    application.review.confirmed.insert(
        "L1".into(),
        Confirmed {
            holds: false,
            note: None,
            by: by(),
        },
    );
    let facts = application.facts(BTreeMap::new());
    let case = Case {
        pack: &pack,
        channel: pack.admission.channel("self_nominated").expect("known"),
        application: &application,
        facts: &facts,
        posting: &Posting::NotYet,
        call: &Call::NotNeeded,
    };
    let findings = case.before(Station::Vetting, date(2022, 6, 6));
    assert!(fails(&findings));
    let at = State::At {
        station: Station::Vetting,
        since: Timestamp::UNIX_EPOCH,
        passed: Vec::new(),
    };
    let passed = at.pass(&ROUTE, hand(None), &findings, Some("想通过"));
    assert!(matches!(passed, Err(Refused::Blocked(_))), "{passed:?}");
}
