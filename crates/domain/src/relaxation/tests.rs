use jiff::civil::{Date, date};
use uuid::Uuid;

use super::{Relaxation, relaxations};
use crate::crowd::{self, Crowd};
use crate::expert::{Expert, Standing, Term};
use crate::frame::{Prospect, Question};
use crate::half_day::{HalfDay, Slot};
use crate::id::{ExpertId, PersonId, PoolId, SpecialtyId};
use crate::person::{Employer, Profile, Title};
use crate::policy::check::check;
use crate::policy::library::shipped;
use crate::rotation::Rotation;
use crate::task::{Demand, Level, Mode, RecusalDemand, Request, Venue};

const TODAY: Date = date(2026, 6, 1);

fn specialty(n: u128) -> SpecialtyId {
    SpecialtyId(Uuid::from_u128(0x5000 + n))
}

/// The n-th expert, of this employer, with this title, in this specialty.
fn prospect(n: u128, employer: u128, title: &str, of: u128) -> Prospect {
    let profile = Profile {
        name: format!("某{n}"),
        employer: Some(Employer {
            organisation: None,
            name: format!("示例市{employer}有限公司"),
            credit_code: None,
            kind: None,
        }),
        titles: vec![Title {
            name: String::new(),
            level: title.into(),
            field: None,
            obtained: None,
            authority: None,
        }],
        ..Profile::default()
    };
    let expert = Expert {
        id: ExpertId(Uuid::from_u128(n)),
        pool: PoolId(Uuid::nil()),
        person: PersonId(Uuid::from_u128(n)),
        team: None,
        number: format!("DG-{n:04}"),
        specialties: vec![specialty(of)],
        duties: Vec::new(),
        standing: Standing::Appointed {
            term: Term {
                from: date(2025, 1, 1),
                to: date(2028, 1, 1),
            },
        },
        channel: None,
        basis: None,
    };
    Prospect {
        expert,
        profile,
        relations: Vec::new(),
        busy: None,
        rotation: Rotation::default(),
        listed: None,
    }
}

fn demand(label: &str, of: u128, level: Level, seats: u32) -> Demand {
    Demand {
        label: label.into(),
        specialties: vec![specialty(of)],
        level,
        duty: None,
        seats,
        reserves: 0,
    }
}

fn request(demands: Vec<Demand>, per_employer: Option<u32>) -> Request {
    Request {
        content: "评审".into(),
        scope: "考核评价".into(),
        kind: "8-4".into(),
        sub_kind: None,
        fields: [].into(),
        half_days: vec![HalfDay {
            date: date(2026, 6, 10),
            slot: Slot::Morning,
        }],
        starts_at: None,
        place: "会议室".into(),
        venue: Venue::OnSite,
        reviewed: Vec::new(),
        demands,
        per_employer,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    }
}

fn offered(request: &Request, people: Vec<Prospect>) -> Vec<Relaxation> {
    let pack = check(shipped("dg-2021").expect("shipped").pack).expect("sound");
    let question = Question {
        pack: &pack,
        request,
        today: TODAY,
        rest_waived: false,
    };
    let crowd = Crowd::of(people);
    let base = crowd.place(&question);
    assert!(!crowd::is_seatable(&pack, request, &base));
    relaxations(&question, &crowd, &base, &|request, placed| {
        crowd::is_seatable(&pack, request, placed)
    })
}

/// Eighteen of twelve employers at the level asked, and fifteen of the same employers one rung below.
fn of_twelve_employers() -> Vec<Prospect> {
    let high = (0..18).map(|n| prospect(n, n % 12, "副高级", 1));
    let low = (0..15).map(|n| prospect(100 + n, n % 12, "中级", 1));
    high.chain(low).collect()
}

fn level() -> Level {
    Level::Title {
        rung: "副高级".into(),
    }
}

#[test]
fn seats_are_reduced_to_what_can_really_be_filled_and_what_binds_is_named() {
    let asked = request(vec![demand("评审组", 1, level(), 30)], Some(1));
    let offered = offered(&asked, of_twelve_employers());
    let fewer = offered
        .iter()
        .find(|one| one.change.contains("减为"))
        .expect("a reduction");
    assert_eq!(fewer.change, "“评审组”由 30 席减为 12 席");
    assert_eq!(
        (fewer.suffices, fewer.seats.as_slice(), fewer.cost.as_str()),
        (true, [12].as_slice(), "少用专家"),
        "six of the eighteen are left to chance"
    );
    let lower = offered
        .iter()
        .find(|one| one.change == "“评审组”的专业技术等级放宽到中级以上")
        .expect("the next rung");
    assert_eq!(
        (lower.candidates.as_slice(), lower.binds.as_deref()),
        ([33].as_slice(), Some("同一单位至多 1 人"))
    );
}

#[test]
fn two_changes_are_offered_together_where_none_alone_keeps_all_seats() {
    let asked = request(vec![demand("评审组", 1, level(), 30)], Some(1));
    let offered = offered(&asked, of_twelve_employers());
    assert_eq!(
        offered[0].change,
        "同一单位专家由至多 1 人放宽到 3 人，并且“评审组”的专业技术等级放宽到中级以上"
    );
    assert!(offered[0].suffices && offered[0].binds.is_none());
    assert_eq!(offered[0].seats, [30]);
    assert!(offered.is_sorted_by_key(|one| !one.suffices));
}

#[test]
fn nothing_is_combined_where_one_change_suffices() {
    let asked = request(vec![demand("评审组", 1, level(), 20)], None);
    let offered = offered(&asked, of_twelve_employers());
    assert!(offered[0].suffices);
    assert!(!offered.iter().any(|one| one.change.contains("并且")));
    let fewer = offered.last().expect("a reduction");
    assert_eq!(fewer.change, "“评审组”由 20 席减为 18 席");
    assert!(fewer.cost.contains("全部抽中"), "{}", fewer.cost);
}

#[test]
fn several_groups_that_are_short_are_reduced_together() {
    let people = (0..3)
        .map(|n| prospect(n, n, "中级", 1))
        .chain((10..12).map(|n| prospect(n, n, "中级", 2)));
    let demands = vec![
        demand("甲组", 1, Level::Any, 5),
        demand("乙组", 2, Level::Any, 4),
    ];
    let offered = offered(&request(demands, None), people.collect());
    let changes: Vec<&str> = offered.iter().map(|one| one.change.as_str()).collect();
    assert_eq!(changes, ["“甲组”由 5 席减为 3 席、“乙组”由 4 席减为 2 席"]);
    assert!(offered[0].suffices && offered[0].seats == [3, 2]);
}
