//! Whom of a million a request could draw, on one core:
//! `cargo run --release -p domain --example bench_crowd`.
//!
//! Peer in the same run: one pass over a million plain rows that only counts who holds the specialties
//! asked for.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::crowd;
use domain::expert::{Expert, Standing, Term};
use domain::frame::{self, Question};
use domain::half_day::{HalfDay, Slot};
use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, SpecialtyId};
use domain::organisation::OrganisationRef;
use domain::person::{Employer, Profile, Skill, Title};
use domain::policy::check;
use domain::policy::library::shipped;
use domain::policy::pack::Pack;
use domain::relaxation;
use domain::roster::{self, Entry, Roster};
use domain::task::{Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue};
use jiff::civil::{Date, date};
use uuid::Uuid;

const PEOPLE: u32 = 1_000_000;
const SPECIALTIES: usize = 120;
const EMPLOYERS: usize = 5_000;
const ROUNDS: usize = 20;
const TODAY: Date = date(2026, 6, 1);
const TITLES: [&str; 5] = ["员级", "助理级", "中级", "副高级", "正高级"];
const SKILLS: [&str; 7] = [
    "初级工",
    "中级工",
    "高级工",
    "技师",
    "高级技师",
    "特级技师",
    "首席技师",
];

/// A small reproducible generator.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

fn specialty(n: usize) -> SpecialtyId {
    SpecialtyId(Uuid::from_u128(0x5000 + n as u128))
}

fn employer(n: usize) -> OrganisationRef {
    OrganisationRef {
        id: Some(OrganisationId(Uuid::from_u128(0x9000 + n as u128))),
        name: format!("示例市{n}有限公司"),
        credit_code: None,
    }
}

fn somebody(random: &mut Random, number: u32) -> (Expert, Profile) {
    let from = date(2024 + random.below(2) as i16, 1 + random.below(12) as i8, 1);
    let term = Term {
        from,
        to: from.saturating_add(jiff::Span::new().years(3)),
    };
    let standing = match random.below(100) {
        0..92 => Standing::Appointed { term },
        92..95 => Standing::Suspended {
            term,
            reason: "材料核实".into(),
            until: None,
        },
        _ => Standing::Left {
            term,
            ground: "19-1".into(),
            on: date(2026, 1, 9),
        },
    };
    let mut specialties = vec![specialty(random.below(SPECIALTIES))];
    if random.below(2) == 0 {
        specialties.push(specialty(random.below(SPECIALTIES)));
    }
    let works = employer(random.below(EMPLOYERS));
    let title = TITLES[..random.below(TITLES.len() + 1)].last();
    // The highest rungs are rare.
    let skill = (0..SKILLS.len()).find(|_| random.below(5) < 2).unwrap_or(0);
    let skill = SKILLS[..skill].last();
    let profile = Profile {
        name: format!("某{}", random.below(60_000)),
        employer: Some(Employer {
            organisation: works.id,
            name: works.name,
            credit_code: None,
            kind: None,
        }),
        titles: title
            .into_iter()
            .map(|level| Title {
                name: String::new(),
                level: (*level).into(),
                field: None,
                obtained: None,
                authority: None,
            })
            .collect(),
        skills: skill
            .into_iter()
            .map(|level| Skill {
                occupation: String::new(),
                level: (*level).into(),
                obtained: None,
                certificate: None,
            })
            .collect(),
        ..Profile::default()
    };
    let expert = Expert {
        id: ExpertId(Uuid::nil()),
        pool: PoolId(Uuid::nil()),
        person: PersonId(Uuid::nil()),
        team: None,
        number: format!("DG-{number:07}"),
        specialties,
        duties: Vec::new(),
        standing,
        channel: None,
        basis: None,
    };
    (expert, profile)
}

fn pool() -> Roster {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut roster = Roster::default();
    for from in (0..PEOPLE).step_by(10_000) {
        let entries: Vec<Entry<'static>> = (from..(from + 10_000).min(PEOPLE))
            .map(|number| {
                let (expert, profile) = somebody(&mut random, number);
                Entry {
                    place: number + 1,
                    card: roster::card(&expert, &profile).into(),
                    name: profile.name.into(),
                    number: expert.number.into(),
                }
            })
            .collect();
        roster.entering().enter(entries).expect("own cards");
    }
    roster
}

fn request(demands: Vec<Demand>, per_employer: Option<u32>) -> Request {
    Request {
        content: "压力测试".into(),
        scope: "考核评价".into(),
        kind: "8-4".into(),
        sub_kind: None,
        fields: BTreeMap::new(),
        half_days: vec![HalfDay {
            date: date(2026, 6, 10),
            slot: Slot::Morning,
        }],
        starts_at: None,
        place: "示例镇".into(),
        venue: Venue::OnSite,
        reviewed: vec![Reviewed {
            organisation: employer(7),
            listed: false,
            people: vec![ReviewedPerson {
                name: "某7".into(),
                leads: true,
            }],
            call: None,
        }],
        demands,
        per_employer,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    }
}

fn requests() -> Vec<(&'static str, Request)> {
    let demand = |label: &str, of: std::ops::Range<usize>, level, seats| Demand {
        label: label.into(),
        specialties: of.map(specialty).collect(),
        level,
        duty: None,
        seats,
        reserves: 2,
    };
    let title = |rung: &str| Level::Title { rung: rung.into() };
    let top = Level::Skill {
        rung: "首席技师".into(),
    };
    let four = (0..4).map(|n| {
        demand(
            &format!("第{}组", n + 1),
            n * 30..(n + 1) * 30,
            title("中级"),
            3,
        )
    });
    vec![
        (
            "one specialty",
            request(vec![demand("组", 3..4, title("中级"), 3)], None),
        ),
        (
            "everybody, one of an employer",
            request(vec![demand("组", 0..SPECIALTIES, Level::Any, 5)], Some(1)),
        ),
        ("four groups, everybody", request(four.collect(), None)),
        (
            "too few, with relaxations",
            request(vec![demand("组", 3..4, top, 99)], Some(1)),
        ),
    ]
}

/// What a page shows of a request's chances; how many kinds of people there were.
fn chances(pack: &Pack, roster: &Roster, request: &Request) -> usize {
    let question = Question {
        pack,
        request,
        today: TODAY,
        rest_waived: false,
    };
    let crowd = roster.crowd(&question, Vec::new());
    let placed = crowd.place(&question);
    black_box(frame::funnel(crowd::counted(&placed)));
    if crowd::seatable(pack, request, &placed).is_err() {
        black_box(relaxation::relaxations(
            &question,
            &crowd,
            &placed,
            &|request, placed| crowd::is_seatable(pack, request, placed),
        ));
    }
    crowd.kinds()
}

/// The median of some rounds.
fn timed(mut work: impl FnMut() -> usize) -> (Duration, usize) {
    let mut kinds = 0;
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            kinds = work();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[ROUNDS / 2], kinds)
}

fn main() {
    let pack = check(shipped("dg-2021").expect("shipped").pack).expect("sound");
    let begun = Instant::now();
    let roster = pool();
    println!(
        "{} people entered in {:.1} s",
        roster.len(),
        begun.elapsed().as_secs_f64()
    );
    let mut random = Random(1);
    let rows: Vec<[u16; 2]> = (0..PEOPLE)
        .map(|_| {
            [
                random.below(SPECIALTIES) as u16,
                random.below(SPECIALTIES) as u16,
            ]
        })
        .collect();
    let (peer, _) = timed(|| {
        black_box(&rows)
            .iter()
            .filter(|row| row.iter().any(|one| *one < 30))
            .count()
    });
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "peer: one pass over plain rows                {:>8.2} ms",
        millis(peer)
    );
    for (name, request) in requests() {
        let (time, kinds) = timed(|| chances(&pack, &roster, &request));
        println!(
            "{name:<44} {:>8.2} ms  {:>6.1} × the peer  {kinds} kinds",
            millis(time),
            time.as_secs_f64() / peer.as_secs_f64()
        );
    }
}
