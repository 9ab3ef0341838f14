//! Invented people hold together, repeat with their seed and resemble nobody.

use std::collections::BTreeSet;

use domain::credit_code::CreditCode;
use domain::identity::IdentityNumber;
use domain::occupation;
use domain::period::AgeClock;
use domain::person_name::PersonName;
use domain::pinyin::SearchKeys;
use domain::skill_level::SkillLevel;
use domain::synthetic::{Cast, Person, Place};
use domain::title;
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 11, 22);

fn cast(seed: u64) -> Cast {
    Cast::new(seed, TODAY, Place::Invented)
}

#[test]
fn the_same_seed_gives_the_same_people() {
    let people = |seed| -> Vec<String> {
        cast(seed)
            .people(50)
            .iter()
            .map(|person| format!("{person:?}{}", person.identity.expose()))
            .collect()
    };
    assert_eq!(people(7), people(7));
    assert_ne!(people(7), people(8));
}

fn check(person: &Person) {
    let profile = &person.profile;
    assert_eq!(profile.born, Some(person.identity.born()));
    assert_eq!(profile.sex, Some(person.identity.sex()));
    assert_eq!(
        IdentityNumber::parse_on(person.identity.expose(), TODAY).as_ref(),
        Ok(&person.identity)
    );
    assert_eq!(
        PersonName::parse(&profile.name).unwrap().as_str(),
        profile.name
    );
    // Numbers of nobody.
    assert_eq!(&person.identity.expose()[2..6], "0000");
    assert!(matches!(&person.identity.expose()[14..17], "000" | "999"));
    assert!(["154", "160", "163", "164"].contains(&&person.mobile.expose()[..3]));
    assert!(
        person.email.expose().ends_with("@example.com")
            || person.email.expose().ends_with("@example.org")
    );
    assert!(
        person.bank_card.expose().starts_with("620000") && person.bank_card.doubts().is_empty()
    );
    // Work follows on without a gap and is not of the future.
    assert!(profile.work[0].to.unwrap().tomorrow().unwrap() == profile.work[1].from);
    assert!(profile.work[1].from <= TODAY && profile.work[1].to.is_none());
    for title in &profile.titles {
        assert_eq!(
            title::read(&title.name).unwrap().level.label(),
            title.level,
            "{title:?}"
        );
        assert!(title.obtained <= Some(TODAY));
    }
    for skill in &profile.skills {
        assert!(SkillLevel::parse(&skill.level).is_ok());
        assert!(
            !occupation::named(&skill.occupation).is_empty(),
            "{}",
            skill.occupation
        );
    }
    assert!(!SearchKeys::of_name(&profile.name).full.is_empty());
}

#[test]
fn people_hold_together() {
    let people = cast(1).people(400);
    people.iter().for_each(check);
    let ages: Vec<u16> = people
        .iter()
        .filter_map(|person| AgeClock::default().age(person.profile.born?, TODAY))
        .collect();
    assert!(
        ages.iter().all(|age| (35..=68).contains(age)),
        "{:?}",
        (ages.iter().min(), ages.iter().max())
    );
    // Enough of each kind for a demonstration: with and without title, skill, honours.
    let share =
        |fits: &dyn Fn(&Person) -> bool| people.iter().filter(|person| fits(person)).count();
    assert!((200..=280).contains(&share(
        &|person| person.identity.sex() == domain::person::Sex::Male
    )));
    assert!(share(&|person| person.profile.titles.is_empty()) > 20);
    assert!(share(&|person| person.profile.skills.is_empty()) > 20);
    assert!(share(&|person| !person.profile.honours.is_empty()) > 60);
}

#[test]
fn numbers_do_not_repeat() {
    let mut cast = cast(3);
    let people: Vec<Person> = cast
        .edge_cases()
        .into_iter()
        .chain(cast.people(3000))
        .collect();
    let distinct =
        |key: &dyn Fn(&Person) -> String| people.iter().map(key).collect::<BTreeSet<_>>().len();
    assert_eq!(
        distinct(&|person| person.identity.expose().to_owned()),
        people.len()
    );
    assert_eq!(
        distinct(&|person| person.mobile.expose()[3..].to_owned()),
        people.len()
    );
    assert_eq!(
        distinct(&|person| person.email.expose().to_owned()),
        people.len()
    );
    assert_eq!(
        distinct(&|person| person.bank_card.expose().to_owned()),
        people.len()
    );
}

#[test]
fn organisations_are_distinct_and_say_that_they_are_invented() {
    for place in [Place::Invented, Place::Example("东莞市示例")] {
        let cast = Cast::new(5, TODAY, place);
        let names: BTreeSet<&str> = cast
            .employers()
            .iter()
            .map(|employer| employer.name.as_str())
            .collect();
        assert_eq!(names.len(), cast.employers().len());
        let mut codes = BTreeSet::new();
        for employer in cast.employers() {
            assert!(employer.name.starts_with("云津市") || employer.name.contains("示例"));
            let code = employer.credit_code.as_deref().unwrap();
            assert!(CreditCode::parse(code).is_ok() && code[8..].starts_with("XDEM"));
            assert!(codes.insert(code));
        }
        assert!(
            cast.employers()
                .iter()
                .any(|employer| employer.kind.as_deref() == Some("企业"))
        );
        assert!(
            cast.employers()
                .iter()
                .any(|employer| employer.kind.as_deref() == Some("技工院校"))
        );
    }
}

#[test]
fn edge_cases_are_what_they_say() {
    let people = cast(9).edge_cases();
    people.iter().for_each(check);
    let names: Vec<&str> = people
        .iter()
        .map(|person| person.profile.name.as_str())
        .collect();
    let lengths: BTreeSet<usize> = names.iter().map(|name| name.chars().count()).collect();
    assert!(
        lengths.contains(&1) && lengths.contains(&4) && lengths.iter().any(|length| *length >= 15)
    );
    assert!(names.iter().any(|name| name.contains('·')));
    assert!(
        names
            .iter()
            .any(|name| name.chars().any(|c| u32::from(c) > 0xFFFF))
    );
    let twins = people.iter().enumerate().any(|(place, one)| {
        people[..place].iter().any(|other| {
            (&one.profile.name, one.profile.born) == (&other.profile.name, other.profile.born)
        })
    });
    assert!(twins, "same name and birthday");
    let age = |name: &str| {
        let person = people
            .iter()
            .find(|person| person.profile.name == name)
            .unwrap();
        AgeClock::default().age(person.profile.born.unwrap(), TODAY)
    };
    assert_eq!((age("曾古稀"), age("曾将稀")), (Some(70), Some(69)));
}
