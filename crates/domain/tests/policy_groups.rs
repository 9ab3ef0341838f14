//! Requests and draws under a pack whose experts are sorted on two axes: occupation groups and groups
//! by kind of task.

use std::collections::BTreeMap;

use domain::expert::{Expert, Standing, Term};
use domain::frame::{Place, Prospect, Question};
use domain::half_day::{HalfDay, Slot};
use domain::id::{DrawId, ExpertId, PersonId, PoolId, SpecialtyId};
use domain::person::Profile;
use domain::policy::Pack;
use domain::policy::library::shipped;
use domain::request_check::problems;
use domain::rotation::Rotation;
use domain::task::{Demand, Level, Mode, RecusalDemand, Request, Venue};
use jiff::civil::{Date, date};
use uuid::Uuid;

const TODAY: Date = date(2023, 6, 1);
const CAR: SpecialtyId = SpecialtyId(Uuid::from_u128(1));
const LATHE: SpecialtyId = SpecialtyId(Uuid::from_u128(2));
const TRAINING: &str = "培训评审专家组";
const EVALUATION: &str = "技能评价专家组";
const METHOD: &str = "方式方法专家组";

fn pack() -> Pack {
    domain::policy::check(shipped("gz-2022").expect("shipped").pack).expect("checked elsewhere")
}

fn prospect(number: u128, specialties: &[SpecialtyId], duties: &[&str]) -> Prospect {
    let id = Uuid::from_u128(number);
    Prospect {
        expert: Expert {
            id: ExpertId(id),
            pool: PoolId(Uuid::nil()),
            person: PersonId(id),
            team: None,
            number: format!("GZ{number:04}"),
            specialties: specialties.to_vec(),
            duties: duties.iter().map(|duty| (*duty).to_owned()).collect(),
            standing: Standing::Appointed {
                term: Term {
                    from: date(2022, 5, 1),
                    to: date(2025, 4, 30),
                },
            },
            channel: None,
            basis: None,
        },
        profile: Profile::default(),
        relations: Vec::new(),
        busy: None,
        rotation: Rotation::default(),
        listed: None,
    }
}

fn demand(label: &str, specialties: &[SpecialtyId], duty: &str, seats: u32) -> Demand {
    Demand {
        label: label.to_owned(),
        specialties: specialties.to_vec(),
        level: Level::Any,
        duty: Some(duty.to_owned()),
        seats,
        reserves: 0,
    }
}

fn request(kind: &str, sub_kind: Option<&str>, demands: Vec<Demand>) -> Request {
    Request {
        content: "试题命题".to_owned(),
        scope: String::new(),
        kind: kind.to_owned(),
        sub_kind: sub_kind.map(str::to_owned),
        fields: BTreeMap::new(),
        half_days: vec![HalfDay {
            date: date(2023, 6, 12),
            slot: Slot::Morning,
        }],
        starts_at: None,
        place: "广州市".to_owned(),
        venue: Venue::OnSite,
        reviewed: Vec::new(),
        demands,
        per_employer: None,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    }
}

fn places(pack: &Pack, request: &Request, pool: &[Prospect]) -> Vec<Place> {
    let question = Question {
        pack,
        request,
        today: TODAY,
        rest_waived: false,
    };
    pool.iter().map(|one| question.place(one)).collect()
}

fn fields(request: &Request) -> Vec<String> {
    problems(&pack(), request, TODAY, |_| true)
        .into_iter()
        .map(|problem| problem.field)
        .collect()
}

/// Covers: GZ-6-a.
#[test]
fn setting_questions_for_an_occupation_calls_only_on_its_group() {
    let pack = pack();
    let pool = [
        prospect(1, &[CAR], &[EVALUATION]),
        prospect(2, &[LATHE], &[EVALUATION]),
        prospect(3, &[CAR], &[TRAINING]),
        prospect(4, &[], &[METHOD]),
    ];
    let request = request(
        "4-1",
        Some("试题开发"),
        vec![demand("命题", &[CAR], EVALUATION, 1)],
    );
    let places = places(&pack, &request, &pool);
    let candidates: Vec<bool> = places.iter().map(Place::is_candidate).collect();
    assert_eq!(candidates, [true, false, false, false]);
    assert_eq!(places[1].reasons[0].code, "specialty");
    assert_eq!(places[2].reasons[0].code, "duty");
    assert_eq!(places[2].reasons[0].fact, "“命题”需要技能评价专家组");
    assert_eq!(places[2].reasons[0].article, "第十九条");
}

/// Covers: GZ-9-a.
#[test]
fn groups_are_combined_in_one_draw_and_nobody_takes_two_seats() {
    let pack = pack();
    let pool = [
        prospect(1, &[], &[TRAINING, METHOD]),
        prospect(2, &[LATHE], &[TRAINING]),
        prospect(3, &[CAR], &[TRAINING, METHOD]),
        prospect(4, &[CAR], &[EVALUATION]),
    ];
    let request = request(
        "4-6",
        Some("新申办评审"),
        vec![
            demand("培训评审", &[], TRAINING, 2),
            demand("方式方法", &[], METHOD, 1),
        ],
    );
    let places = places(&pack, &request, &pool);
    let served: Vec<&[u32]> = places
        .iter()
        .map(|place| place.demands.as_slice())
        .collect();
    assert_eq!(served, [&[0, 1][..], &[0], &[0, 1], &[]]);
    let heading = domain::assembly::Heading {
        id: DrawId(Uuid::nil()),
        number: "x",
        attempt: 1,
        previous: draw::Digest([0; 32]),
        rehearsal: true,
    };
    let (frame, _) =
        domain::assembly::assemble(&pack, &request, &heading, places, &[0; 32]).expect("frame");
    for seed in 0..32 {
        let outcome = frame.outcome(draw::Digest([seed; 32])).expect("enough");
        let mut drawn: Vec<_> = outcome.panel.iter().map(|seat| seat.reference).collect();
        assert_eq!(drawn.len(), 3);
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 3, "three different people");
    }
}

/// Covers: GZ-4-1, GZ-4-6.
#[test]
fn a_request_names_what_its_kind_of_work_asks_for() {
    let demands = || vec![demand("一组", &[], EVALUATION, 1)];
    let questions = request("4-1", Some("试题开发"), demands());
    assert_eq!(
        fields(&questions),
        ["fields.occupation", "fields.occupation_level"]
    );
    let mut named = questions;
    named.fields = BTreeMap::from([
        ("occupation".to_owned(), "汽车维修工".to_owned()),
        ("occupation_level".to_owned(), "三级".to_owned()),
    ]);
    assert!(fields(&named).is_empty());
    let review = request("4-6", Some("项目变更评审"), demands());
    assert_eq!(fields(&review), ["fields.entruster", "reviewed"]);
    let strange = request("4-2", None, vec![demand("一组", &[], "督导", 1)]);
    assert_eq!(fields(&strange), ["demands.0.duty"]);
}

/// A pack that does ask for a specialty still does.
#[test]
fn where_a_specialty_is_asked_for_a_demand_without_one_serves_nobody() {
    let dg = domain::policy::check(shipped("dg-2021").expect("shipped").pack).expect("checked");
    let mut request = request("8-7", None, vec![demand("一组", &[], "督导", 1)]);
    let pool = [prospect(1, &[CAR], &["督导"])];
    assert!(!places(&dg, &request, &pool)[0].is_candidate());
    request.demands[0].specialties = vec![CAR];
    assert!(places(&dg, &request, &pool)[0].is_candidate());
}

fn of_team(number: u128, person: u128, team: Option<&str>) -> Prospect {
    let mut one = prospect(number, &[CAR], &[]);
    one.expert.person = PersonId(Uuid::from_u128(person));
    one.expert.team = team.map(str::to_owned);
    one
}

#[test]
fn work_of_a_team_is_for_its_members_and_everybody_else_is_told_why() {
    let pack = domain::policy::check(shipped("cy-2021").expect("shipped").pack).expect("sound");
    let pool = [
        of_team(1, 1, Some("school")),
        of_team(2, 2, Some("exam")),
        of_team(3, 1, Some("teaching")),
        of_team(4, 3, None),
    ];
    let mut demand = demand("督导", &[CAR], "", 1);
    demand.duty = None;
    let mut asked = request("16-1-1", None, vec![demand]);
    let found = places(&pack, &asked, &pool);
    let candidates: Vec<bool> = found.iter().map(Place::is_candidate).collect();
    assert_eq!(candidates, [true, false, false, false]);
    assert_eq!(found[1].reasons[0].code, "team");
    assert_eq!(
        found[1].reasons[0].fact,
        "不是培训机构督导员的成员：队伍不符"
    );
    assert!(
        found[1].reasons[0].article.starts_with("第十六条"),
        "{}",
        found[1].reasons[0].article
    );
    assert_eq!(
        found[3].reasons[0].fact,
        "队伍未定，不能按培训机构督导员选派"
    );
    // Two teams do this work; the task says which.
    asked.kind = "15-3".to_owned();
    asked
        .fields
        .insert("team".to_owned(), "teaching".to_owned());
    let found = places(&pack, &asked, &pool);
    let candidates: Vec<bool> = found.iter().map(Place::is_candidate).collect();
    assert_eq!(candidates, [false, false, true, false]);
    // In memory as in full.
    let mut roster = domain::roster::Roster::default();
    let entries = (1..).zip(&pool).map(|(place, one)| domain::roster::Entry {
        place,
        name: "王伟".into(),
        number: one.expert.number.clone().into(),
        card: domain::roster::card(&one.expert, &one.profile).into(),
    });
    roster.entering().enter(entries).expect("own cards");
    let question = Question {
        pack: &pack,
        request: &asked,
        today: TODAY,
        rest_waived: false,
    };
    let placed = roster.crowd(&question, Vec::new()).place(&question);
    let drawable: u32 = placed
        .iter()
        .filter(|one| one.place.is_candidate())
        .map(|one| one.people)
        .sum();
    assert_eq!(drawable, 1);
    let tally = roster.tally(|_| true);
    assert_eq!(tally.teams[&None], 1);
    assert_eq!(tally.teams[&Some("exam".to_owned())], 1);
}

#[test]
fn nobody_sits_twice_on_a_panel_whatever_teams_they_are_in() {
    let shipped = shipped("cy-2021").expect("shipped").pack;
    // Work that no team is named for.
    let text = shipped.replacen("teams = [\"licence\"]\n", "", 1);
    let pack = domain::policy::check(&text).expect("sound");
    let pool = [
        of_team(1, 1, Some("school")),
        of_team(2, 1, Some("exam")),
        of_team(3, 2, Some("exam")),
    ];
    let mut demand = demand("检查", &[CAR], "", 2);
    demand.duty = None;
    let asked = request("14-1", None, vec![demand]);
    let question = Question {
        pack: &pack,
        request: &asked,
        today: TODAY,
        rest_waived: false,
    };
    let places = domain::relaxation::place_all(&question, &pool);
    let candidates: Vec<bool> = places.iter().map(Place::is_candidate).collect();
    assert_eq!(candidates, [true, false, true]);
    assert!(places[1].reasons[0].fact.contains("一次只占一席"));
}
