//! The roster answers as the full facts do: the same people one by one and as a crowd, for random
//! pools and requests.

use std::collections::BTreeMap;

use domain::crowd::{self, Crowd};
use domain::expert::{Expert, Standing, Term};
use domain::frame::{self, Prospect, Question};
use domain::half_day::{HalfDay, Slot};
use domain::id::{ExpertId, PersonId, PoolId, RelationId, SpecialtyId};
use domain::organisation::OrganisationRef;
use domain::person::Profile;
use domain::policy::check;
use domain::policy::library::shipped;
use domain::policy::pack::Pack;
use domain::relation::{Other, Relation, Source};
use domain::relaxation;
use domain::roster::{self, Entry, Roster};
use domain::rotation::Rotation;
use domain::synthetic::{Cast, Place};
use domain::task::{Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue};
use jiff::civil::{Date, date};
use uuid::Uuid;

const TODAY: Date = date(2023, 6, 1);

/// A small reproducible generator.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }
}

fn pack() -> Pack {
    check(shipped("dg-2021").expect("shipped").pack).expect("no problems")
}

fn specialty(n: usize) -> SpecialtyId {
    SpecialtyId(Uuid::from_u128(0x5000 + n as u128))
}

fn standing(random: &mut Random) -> Standing {
    let from = date(2019 + random.below(5) as i16, 1 + random.below(12) as i8, 1);
    let to = from.saturating_add(jiff::Span::new().years(3));
    let term = Term { from, to };
    match random.below(12) {
        0 => Standing::Left {
            term,
            ground: "19-1".into(),
            on: date(2023, 5 + random.below(3) as i8, 20),
        },
        1 => Standing::Suspended {
            term,
            reason: "材料核实".into(),
            until: random.percent(50).then(|| date(2023, 6, 10)),
        },
        _ => Standing::Appointed { term },
    }
}

/// Everybody of a pool, by number from 1.
fn people(random: &mut Random, cast: &mut Cast, count: usize) -> Vec<Prospect> {
    (1..=count)
        .map(|number| {
            let profile = cast.person().profile;
            let id = Uuid::from_u128(number as u128);
            let mut specialties = vec![specialty(random.below(6))];
            if random.percent(40) {
                specialties.push(specialty(random.below(6)));
                specialties.dedup();
            }
            let expert = Expert {
                id: ExpertId(id),
                pool: PoolId(Uuid::nil()),
                person: PersonId(id),
                team: None,
                number: format!("DG{number:04}"),
                specialties,
                duties: random
                    .percent(50)
                    .then(|| "督导".to_owned())
                    .into_iter()
                    .collect(),
                standing: standing(random),
                channel: None,
                basis: None,
            };
            let relations = if random.percent(4) {
                let employer = &cast.employers()[random.below(cast.employers().len())];
                vec![Relation {
                    id: RelationId(id),
                    person: PersonId(id),
                    kind: "聘用".into(),
                    other: Other::Organisation {
                        organisation: OrganisationRef {
                            id: None,
                            name: employer.name.clone(),
                            credit_code: employer.credit_code.clone(),
                        },
                    },
                    from: None,
                    to: None,
                    source: Source::Declared,
                    note: None,
                    withdrawn: None,
                }]
            } else {
                Vec::new()
            };
            Prospect {
                relations,
                busy: random.percent(3).then(|| "其他任务".to_owned()),
                rotation: if random.percent(5) {
                    Rotation { streak: 0, rest: 1 }
                } else {
                    Rotation::default()
                },
                listed: random.percent(2).then(|| "失信联合惩戒名单".to_owned()),
                expert,
                profile,
            }
        })
        .collect()
}

fn entry(place: u32, prospect: &Prospect) -> Entry<'static> {
    Entry {
        place,
        name: prospect.profile.name.clone().into(),
        number: prospect.expert.number.clone().into(),
        card: roster::card(&prospect.expert, &prospect.profile).into(),
    }
}

fn organisation(profile: &Profile, random: &mut Random) -> Option<OrganisationRef> {
    if random.percent(50) {
        let employer = profile.employer.as_ref()?;
        return Some(OrganisationRef {
            id: employer.organisation,
            name: employer.name.clone(),
            credit_code: employer.credit_code.clone(),
        });
    }
    let work = profile.work.first()?;
    Some(OrganisationRef {
        id: None,
        name: work.employer.clone(),
        credit_code: work.credit_code.clone(),
    })
}

fn request(random: &mut Random, pool: &[Prospect]) -> Request {
    let mut reviewed = Vec::new();
    for _ in 0..random.below(3) {
        let of = &pool[random.below(pool.len())].profile;
        let Some(organisation) = organisation(of, random) else {
            continue;
        };
        let named = &pool[random.below(pool.len())].profile;
        reviewed.push(Reviewed {
            organisation,
            listed: random.percent(30),
            people: vec![ReviewedPerson {
                name: named.name.clone(),
                leads: random.percent(50),
            }],
            call: None,
        });
    }
    let levels = [
        Level::Any,
        Level::Title {
            rung: "中级".into(),
        },
        Level::Title {
            rung: "副高级".into(),
        },
        Level::Skill {
            rung: "技师".into(),
        },
        Level::Title {
            rung: "正高级".into(),
        },
    ];
    let demands = (0..1 + random.below(3))
        .map(|n| Demand {
            label: format!("第{n}组"),
            specialties: (0..1 + random.below(2))
                .map(|_| specialty(random.below(6)))
                .collect(),
            level: levels[random.below(levels.len())].clone(),
            duty: random.percent(20).then(|| "督导".to_owned()),
            seats: 1 + random.below(6) as u32,
            reserves: random.below(3) as u32,
        })
        .collect();
    let recusal = match organisation(&pool[random.below(pool.len())].profile, random) {
        Some(organisation) if random.percent(40) => RecusalDemand::Organisations {
            organisations: vec![organisation],
            reason: "有竞争关系".into(),
        },
        _ => RecusalDemand::Nobody,
    };
    Request {
        content: "评审".into(),
        scope: "职业技能".into(),
        kind: "review".into(),
        sub_kind: None,
        fields: BTreeMap::new(),
        half_days: vec![HalfDay {
            date: date(2023, 6, 12),
            slot: Slot::Morning,
        }],
        starts_at: None,
        place: "示例市".into(),
        venue: Venue::OnSite,
        reviewed,
        demands,
        per_employer: random.percent(50).then(|| 1 + random.below(2) as u32),
        recusal,
        mode: Mode::Random,
    }
}

fn asked(request: &Request, prospect: &Prospect) -> bool {
    let held = &prospect.expert.specialties;
    let mut wanted = request
        .demands
        .iter()
        .flat_map(|demand| &demand.specialties);
    wanted.any(|one| held.contains(one))
}

/// Is anything known of this person that no card says?
fn singled(prospect: &Prospect) -> bool {
    !prospect.relations.is_empty()
        || prospect.busy.is_some()
        || prospect.listed.is_some()
        || prospect.rotation.rests()
}

#[test]
fn a_roster_answers_every_request_as_the_full_facts_do() {
    let pack = pack();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut infeasible, mut alike, mut scope_of_all) = (0, 0, 0);
    for round in 0..24 {
        let mut cast = Cast::new(round, TODAY, Place::Invented);
        let size = [12, 60, 200][random.below(3)];
        let mut pool = people(&mut random, &mut cast, size);
        let mut roster = Roster::default();
        roster
            .entering()
            .enter(
                (1..)
                    .zip(&pool)
                    .map(|(place, prospect)| entry(place, prospect)),
            )
            .expect("own cards");
        // Some change afterwards, and their cards are entered again.
        for _ in 0..size / 6 {
            let place = random.below(size);
            pool[place].expert.standing = standing(&mut random);
            pool[place].profile = cast.person().profile;
            let number = u32::try_from(place + 1).expect("small");
            roster
                .entering()
                .enter([entry(number, &pool[place])])
                .expect("own card");
        }
        assert_eq!(roster.len(), size);
        for _ in 0..8 {
            let request = request(&mut random, &pool);
            let question = Question {
                pack: &pack,
                request: &request,
                today: TODAY,
                rest_waived: random.percent(30),
            };
            let apart = roster.apart(&question);
            let apart = (1..)
                .zip(&pool)
                .filter(|(number, prospect)| singled(prospect) || apart.contains(number))
                .map(|(number, prospect)| (number, prospect.clone()))
                .collect();
            let crowd = roster.crowd(&question, apart);
            let full = Crowd::of(pool.iter().filter(|p| asked(&request, p)).cloned());
            alike += crowd.kinds();
            scope_of_all += full.kinds();
            let (got, expected) = (crowd.place(&question), full.place(&question));
            assert_eq!(
                frame::funnel(crowd::counted(&got)),
                frame::funnel(crowd::counted(&expected)),
                "{request:?}"
            );
            assert_eq!(
                relaxation::candidates(&request, crowd::counted(&got)),
                relaxation::candidates(&request, crowd::counted(&expected))
            );
            let seatable = crowd::seatable(&pack, &request, &got);
            assert_eq!(seatable, crowd::seatable(&pack, &request, &expected));
            if seatable.is_err() {
                infeasible += 1;
                let fits = |request: &Request, placed: &[crowd::Placed]| {
                    crowd::seatable(&pack, request, placed).is_ok()
                };
                assert_eq!(
                    relaxation::relaxations(&question, &crowd, &got, &fits),
                    relaxation::relaxations(&question, &full, &expected, &fits)
                );
            }
        }
    }
    assert!(infeasible > 10, "both answers must occur: {infeasible}");
    assert!(
        alike < scope_of_all,
        "{alike} kinds of {scope_of_all} people"
    );
}

#[test]
fn whether_seats_can_be_filled_is_asked_of_the_draw_itself() {
    let pack = pack();
    let mut random = Random(77);
    for round in 0..40 {
        let mut cast = Cast::new(round, TODAY, Place::Invented);
        let pool = people(&mut random, &mut cast, 80);
        let request = request(&mut random, &pool);
        let question = Question {
            pack: &pack,
            request: &request,
            today: TODAY,
            rest_waived: false,
        };
        let scope: Vec<Prospect> = pool.into_iter().filter(|p| asked(&request, p)).collect();
        let places = relaxation::place_all(&question, &scope);
        let heading = domain::assembly::Heading {
            id: domain::id::DrawId(Uuid::nil()),
            number: "x",
            attempt: 1,
            previous: draw::Digest([0; 32]),
            rehearsal: true,
        };
        let (frame, _) =
            domain::assembly::assemble(&pack, &request, &heading, places, &[0; 32]).expect("frame");
        let placed = Crowd::of(scope).place(&question);
        assert_eq!(
            frame.feasibility().is_ok(),
            crowd::seatable(&pack, &request, &placed).is_ok()
        );
    }
}

#[test]
fn what_is_no_card_is_refused() {
    let mut roster = Roster::default();
    let entry = Entry {
        place: 1,
        name: "王伟".into(),
        number: "DG-1".into(),
        card: "王伟".into(),
    };
    assert!(roster.entering().enter([entry]).is_err());
    assert!(roster.is_empty());
}
