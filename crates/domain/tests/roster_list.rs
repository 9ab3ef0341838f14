//! Lists from the roster are those of the plain facts: the same people, order, pages and totals for
//! random pools and conditions.

use std::collections::BTreeSet;

use domain::direction::Direction;
use domain::expert::{Expert, Standing, Status, Term};
use domain::id::{ExpertId, PersonId, PoolId, SpecialtyId};
use domain::person::{Employer, Profile, Skill, Title};
use domain::pinyin::{SearchKeys, sort_key};
use domain::roster::{self, Entry, Filter, Last, Order, Roster};
use jiff::civil::{Date, date};
use uuid::Uuid;

const TEAMS: [&str; 3] = ["teaching", "school", "exam"];
const DUTIES: [&str; 3] = ["督导", "考评", "命题"];
const TITLES: [&str; 3] = ["中级", "副高级", "正高级"];
const SKILLS: [&str; 2] = ["技师", "高级技师"];
const EMPLOYERS: [&str; 6] = [
    "示例市启明机电有限公司",
    "示例市云岭技师学院",
    "ABC示例（集团）",
    "甲 示例厂",
    "示例王府职业培训中心",
    "",
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

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.below(some.len())]
    }

    fn half(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// What is on file of one expert.
#[derive(Clone)]
struct Member {
    place: u32,
    expert: Expert,
    profile: Profile,
}

fn specialty(n: usize) -> SpecialtyId {
    SpecialtyId(Uuid::from_u128(0x5000 + n as u128))
}

fn day(random: &mut Random) -> Date {
    date(2023 + random.below(3) as i16, 1 + random.below(12) as i8, 1)
}

fn member(random: &mut Random, place: u32) -> Member {
    let surnames = ["王", "李", "欧阳", "曾", "单", "汪", "买·", "Ray"];
    let given = ["伟", "芳", "秀英", "伟伟", "\u{2ccb9}", "英", ""];
    let name = random.of(&surnames).to_owned() + random.of(&given);
    let from = day(random);
    let term = Term {
        from,
        to: from.saturating_add(jiff::Span::new().years(2)),
    };
    let standing = match random.below(4) {
        0 => Standing::Suspended {
            term,
            reason: "材料核实".into(),
            until: None,
        },
        1 => Standing::Left {
            term,
            ground: "19-1".into(),
            on: date(2024, 1, 1),
        },
        _ => Standing::Appointed { term },
    };
    let id = Uuid::from_u128(u128::from(place));
    let number = match random.below(5) {
        0 => String::new(),
        1 => format!("Z{}", random.below(999)),
        2 => format!("示编{}号", random.below(99)),
        _ => format!("DG-{place:05}"),
    };
    let employer = random.of(&EMPLOYERS);
    Member {
        place,
        expert: Expert {
            id: ExpertId(id),
            pool: PoolId(Uuid::nil()),
            person: PersonId(id),
            team: (random.below(3) > 0).then(|| random.of(&TEAMS).to_owned()),
            number,
            specialties: (0..random.below(3))
                .map(|_| specialty(random.below(4)))
                .collect(),
            duties: (0..random.below(3)).map(|n| DUTIES[n].to_owned()).collect(),
            standing,
            channel: None,
            basis: None,
        },
        profile: Profile {
            name,
            employer: (!employer.is_empty()).then(|| Employer {
                organisation: None,
                name: employer.to_owned(),
                credit_code: None,
                kind: None,
            }),
            titles: (0..random.below(3))
                .map(|_| Title {
                    name: String::new(),
                    level: random.of(&TITLES).to_owned(),
                    field: None,
                    obtained: None,
                    authority: None,
                })
                .collect(),
            skills: (0..random.below(2))
                .map(|_| Skill {
                    occupation: String::new(),
                    level: random.of(&SKILLS).to_owned(),
                    obtained: None,
                    certificate: None,
                })
                .collect(),
            ..Profile::default()
        },
    }
}

fn entry(member: &Member) -> Entry<'static> {
    Entry {
        place: member.place,
        name: member.profile.name.clone().into(),
        number: member.expert.number.clone().into(),
        card: roster::card(&member.expert, &member.profile).into(),
    }
}

/// Stretches of letters and digits, in lower case, and of other characters.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut latin = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        let separator = " -·（）…".contains(c);
        if separator || latin != c.is_ascii() {
            words.push(String::new());
        }
        latin = c.is_ascii();
        if !separator {
            words.last_mut().expect("never empty").push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What one stretch of typed text finds, said the long way.
fn finds(member: &Member, typed: &str) -> bool {
    let employer = member.profile.employer.as_ref();
    let employer = employer.map_or("", |employer| employer.name.as_str());
    let mut keys: Vec<String> = Vec::new();
    keys.extend(
        SearchKeys::of_name(&member.profile.name)
            .tokens()
            .map(str::to_owned),
    );
    keys.extend(SearchKeys::of_text(employer).initials.into_iter().take(2));
    let keys: Vec<String> = keys.iter().flat_map(|key| words(key)).collect();
    let mut stated = [words(employer), words(&member.expert.number)].concat();
    let name = words(&member.profile.name);
    if typed.is_ascii() {
        stated.extend(name.into_iter().chain(keys));
        return stated.iter().any(|word| word.starts_with(typed));
    }
    let letters: Vec<char> = typed.chars().collect();
    if letters.len() == 1 {
        return name.iter().any(|word| word.contains(typed)) || stated.iter().any(|w| w == typed);
    }
    stated.extend(name);
    letters.windows(2).all(|pair| {
        let pair: String = pair.iter().collect();
        stated.iter().any(|word| word.contains(&pair))
    })
}

fn passes(member: &Member, filter: &Filter) -> bool {
    let standing = &member.expert.standing;
    let of = |asked: &[String], held: Vec<&String>| {
        asked.is_empty() || held.iter().any(|level| asked.contains(level))
    };
    let titles = member.profile.titles.iter().map(|title| &title.level);
    let skills = member.profile.skills.iter().map(|skill| &skill.level);
    words(&filter.text).iter().all(|typed| finds(member, typed))
        && filter
            .specialty
            .is_none_or(|one| member.expert.specialties.contains(&one))
        && (filter.teams.is_empty()
            || filter
                .teams
                .contains(&member.expert.team.clone().unwrap_or_default()))
        && filter
            .duty
            .as_ref()
            .is_none_or(|duty| member.expert.duties.contains(duty))
        && of(&filter.titles, titles.collect())
        && of(&filter.skills, skills.collect())
        && filter
            .status
            .is_none_or(|(status, day)| standing.on(day) == status)
        && filter.term_to.is_none_or(|day| standing.term().to <= day)
        && filter.ends.is_none_or(|(from, to)| {
            let left = matches!(standing, Standing::Left { .. });
            !left && (from..=to).contains(&standing.term().to)
        })
        && filter
            .among
            .as_ref()
            .is_none_or(|some| some.contains(&member.place))
}

fn filter(random: &mut Random, size: usize) -> Filter {
    let texts = [
        "",
        "",
        "王",
        "伟",
        "秀英",
        "王伟",
        "w",
        "wang",
        "zeng",
        "ceng",
        "shan",
        "机电",
        "示例",
        "王 机电",
        "李 技师 dg",
        "DG-0001",
        "dg",
        "z",
        "z1",
        "编",
        "示编",
        "abc",
        "甲",
        "\u{2ccb9}",
        "ray",
        "买",
        "ouyang 云岭",
        "龘",
        "slsq",
        "市",
        "- …",
    ];
    let statuses = [
        Status::Active,
        Status::NotYet,
        Status::Expired,
        Status::Suspended,
        Status::Left,
    ];
    let mut one_in_four = |some: bool| some && random.below(4) == 0;
    let (a, b, c, d, e, f, g) = (
        one_in_four(true),
        one_in_four(true),
        one_in_four(true),
        one_in_four(true),
        one_in_four(true),
        one_in_four(true),
        one_in_four(true),
    );
    // Seldom, so that most lists still find somebody.
    let g = one_in_four(g);
    let (team, duty) = (one_in_four(true), one_in_four(true));
    Filter {
        text: random.of(&texts).to_owned(),
        specialty: a.then(|| specialty(random.below(5))),
        teams: if team {
            let mut teams = TEAMS[random.below(3)..].to_vec();
            teams.extend((random.below(3) == 0).then_some(""));
            teams.into_iter().map(str::to_owned).collect()
        } else {
            Vec::new()
        },
        duty: duty.then(|| random.of(&DUTIES).to_owned()),
        titles: if b {
            TITLES[random.below(3)..]
                .iter()
                .map(|t| (*t).to_owned())
                .collect()
        } else {
            Vec::new()
        },
        skills: if c {
            SKILLS[random.below(2)..]
                .iter()
                .map(|t| (*t).to_owned())
                .collect()
        } else {
            Vec::new()
        },
        status: d.then(|| (random.of(&statuses), day(random))),
        term_to: e.then(|| day(random)),
        ends: g.then(|| {
            let (one, other) = (day(random), day(random));
            (one.min(other), one.max(other))
        }),
        among: f.then(|| {
            (1..=u32::try_from(size).expect("small"))
                .filter(|_| random.half())
                .collect()
        }),
    }
}

fn sort(member: &Member, order: Order) -> (String, u32) {
    let key = match order {
        Order::Name(_) => sort_key(&member.profile.name),
        Order::Number(_) => member.expert.number.clone(),
    };
    (key, member.place)
}

#[test]
fn lists_are_those_of_the_plain_facts() {
    let mut random = Random(0x5eed_1157);
    let (mut found, mut empty, mut pages) = (0_u64, 0, 0);
    // The last pool is longer than what is kept while the first rows of a page are looked for.
    for (size, rounds) in [(0, 20), (1, 20), (7, 60), (60, 60), (300, 60), (1_600, 10)] {
        let mut pool: Vec<Member> = (1..=size)
            .map(|place| member(&mut random, place as u32))
            .collect();
        let mut roster = Roster::default();
        // Handed over in pieces, and some of them changed later.
        for some in pool.chunks(100) {
            let mut entering = roster.entering();
            entering.enter(some.iter().map(entry)).expect("own cards");
        }
        for _ in 0..size / 5 {
            let place = random.below(size);
            pool[place] = member(&mut random, place as u32 + 1);
            let changed = entry(&pool[place]);
            roster.entering().enter([changed]).expect("own card");
        }
        assert_eq!(roster.len(), size);
        for round in 0..rounds {
            let filter = filter(&mut random, size);
            for direction in [Direction::Ascending, Direction::Descending] {
                let order = match round % 2 {
                    0 => Order::Name(direction),
                    _ => Order::Number(direction),
                };
                let mut expected: Vec<&Member> =
                    pool.iter().filter(|one| passes(one, &filter)).collect();
                expected.sort_by_key(|one| sort(one, order));
                if direction == Direction::Descending {
                    expected.reverse();
                }
                let step = [1, 7, 50, 1_000][random.below(4)].max(size / 40);
                let (mut after, mut got) = (None, Vec::new());
                loop {
                    let page = roster.list(&filter, order, after.as_ref(), step);
                    assert_eq!(page.matching, expected.len() as u64, "{filter:?}");
                    assert!(page.numbers.len() <= step);
                    got.extend(page.numbers);
                    pages += 1;
                    match page.next {
                        Some(next) => after = Some(next),
                        None => break,
                    }
                }
                let expected: Vec<u32> = expected.iter().map(|one| one.place).collect();
                assert_eq!(got, expected, "{filter:?} {order:?} by {step}");
                found += u64::from(!got.is_empty());
                empty += u64::from(got.is_empty());
            }
        }
    }
    assert!(found > 150 && empty > 50, "{found} found, {empty} empty");
    assert!(pages > 500, "{pages}");
}

/// A page goes on after its last row even when that row has left the list meanwhile.
#[test]
fn a_page_goes_on_after_a_row_that_is_gone() {
    let mut random = Random(11);
    let pool: Vec<Member> = (1..=300).map(|place| member(&mut random, place)).collect();
    let mut roster = Roster::default();
    let entries = pool.iter().map(entry);
    roster.entering().enter(entries).expect("own cards");
    for direction in [Direction::Ascending, Direction::Descending] {
        for sort in [
            "",
            "a",
            "m\u{1}",
            "wang\u{1}wei\u{1}王五",
            "zz",
            "\u{10ffff}",
        ] {
            let last = Last {
                sort: sort.to_owned(),
                number: 150,
            };
            let order = Order::Name(direction);
            let page = roster.list(&Filter::default(), order, Some(&last), 1_000);
            let follows = |one: &&Member| {
                let key = sort_key(&one.profile.name);
                match direction {
                    Direction::Ascending => (key.as_str(), one.place) > (sort, 150),
                    Direction::Descending => (key.as_str(), one.place) < (sort, 150),
                }
            };
            let expected = pool.iter().filter(follows).count();
            assert_eq!(page.numbers.len(), expected, "{sort} {direction:?}");
        }
    }
}

#[test]
fn ends_of_some_teams_are_those_of_the_plain_facts() {
    let mut random = Random(17);
    let pool: Vec<Member> = (1..=300).map(|place| member(&mut random, place)).collect();
    let mut roster = Roster::default();
    let entries = pool.iter().map(entry);
    roster.entering().enter(entries).expect("own cards");
    let soon = |standing: &Standing| standing.term().to < date(2026, 6, 1);
    for teams in [vec![], vec!["exam"], vec!["exam", "school"]] {
        let teams = teams.into_iter().map(str::to_owned).collect();
        let within = |one: &&Member| {
            let team = one.expert.team.as_ref();
            team.is_some_and(|team| BTreeSet::contains(&teams, team)) && soon(&one.expert.standing)
        };
        let plain: Vec<Date> = pool
            .iter()
            .filter(within)
            .map(|one| one.expert.standing.term().to)
            .collect();
        let expected = (plain.len(), plain.iter().min().copied());
        assert_eq!(roster.ends_in(&teams, soon), expected, "{teams:?}");
    }
}
