//! How many decisions a second, with every finding, on one core:
//! `cargo run --release -p domain --example bench_decide`.
//!
//! Peers in the same run: the same rule written by hand in Rust without any explanation (the floor),
//! and one serialisation of the facts to JSON (what any service does per request anyway).

use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::policy::library::shipped;
use domain::policy::{Facts, Outcome, cases, check, decide};
use jiff::civil::{Date, date};

fn people() -> Vec<Facts> {
    let text = include_str!("../../../packs/dg-2021/cases/people.toml");
    let table: toml::Table = toml::from_str(text).expect("shipped");
    let mut people = Vec::new();
    for person in table["person"].as_table().expect("people").values() {
        let base = cases::facts(person.as_table().expect("facts").clone()).expect("facts");
        for year in 0..32_i16 {
            let mut facts = base.clone();
            facts.profile.born = Some(date(1945 + year, 3, 8));
            people.push(facts);
        }
    }
    people
}

/// The rule of 第四条 as a programmer would write it for this one city, with a bare yes or no.
fn by_hand(facts: &Facts, on: Date) -> bool {
    let profile = &facts.profile;
    let ticked = |leaf: &str, n| {
        facts
            .declared
            .get(leaf)
            .is_some_and(|ticks| ticks.complete(n))
    };
    let confirmed = |leaf: &str| facts.reviewed.get(leaf).copied().unwrap_or(false);
    let title = profile.titles.iter().filter_map(|title| {
        ["员级", "助理级", "中级", "副高级", "正高级"]
            .iter()
            .position(|rung| *rung == title.level)
    });
    let skill = profile.skills.iter().filter_map(|skill| {
        [
            "初级工",
            "中级工",
            "高级工",
            "技师",
            "高级技师",
            "特级技师",
            "首席技师",
        ]
        .iter()
        .position(|rung| *rung == skill.level)
    });
    let (title, skill) = (title.max().unwrap_or(0), skill.max().unwrap_or(0));
    let years = |related: bool| {
        let spans = profile
            .work
            .iter()
            .filter(|work| !related || work.tags.iter().any(|tag| tag == "related"))
            .map(|work| domain::period::Span {
                from: work.from,
                to: work.to,
            });
        domain::period::served(spans, on, domain::period::YearsMode::MergedSum).years()
    };
    let backbone = profile
        .employer
        .as_ref()
        .is_some_and(|e| e.kind.as_deref() == Some("企业"))
        && profile
            .flags
            .get("technical_backbone")
            .copied()
            .unwrap_or(false)
        && years(false) >= 10;
    let honour = profile
        .honours
        .iter()
        .any(|h| ["市级", "省级", "国家级"].contains(&h.level.as_str()));
    let qualified = ((title >= 2 || skill >= 3) && years(true) >= 3)
        || title >= 3
        || skill >= 4
        || honour
        || backbone;
    let young = profile.born.is_some_and(|born| {
        domain::period::AgeClock::default()
            .age(born, on)
            .is_some_and(|age| age < 70)
    });
    let clean = facts
        .registers
        .get("dishonesty")
        .is_some_and(|entries| !entries.iter().any(|entry| entry.in_force(on)));
    ticked("L1", 1)
        && confirmed("L1")
        && ticked("L2", 4)
        && qualified
        && young
        && ticked("HEALTH", 1)
        && !profile.task_kinds.is_empty()
        && confirmed("L5")
        && clean
}

/// Best of several rounds, per second.
fn rate(people: &[Facts], mut work: impl FnMut(&Facts)) -> f64 {
    let mut best = Duration::MAX;
    let mut rounds = 0;
    for _ in 0..7 {
        let start = Instant::now();
        rounds = 0;
        while start.elapsed() < Duration::from_millis(200) {
            people.iter().for_each(&mut work);
            rounds += 1;
        }
        best = best.min(start.elapsed() / rounds);
    }
    let _ = rounds;
    people.len() as f64 / best.as_secs_f64()
}

fn main() {
    let pack = check(shipped("dg-2021").expect("shipped").pack).expect("no problems");
    let people = people();
    let on = date(2021, 6, 15);
    for facts in &people {
        assert_eq!(
            decide(&pack, facts, on).outcome == Outcome::Met,
            by_hand(facts, on),
            "they differ"
        );
    }
    let decided = rate(&people, |facts| {
        black_box(decide(&pack, black_box(facts), on));
    });
    let explained = rate(&people, |facts| {
        black_box(decide(&pack, black_box(facts), on).explanation());
    });
    let hand = rate(&people, |facts| {
        black_box(by_hand(black_box(facts), on));
    });
    let json = rate(&people, |facts| {
        black_box(serde_json::to_string(black_box(facts)).expect("facts"));
    });
    println!("decisions/s, every finding       {decided:>12.0}");
    println!("decisions/s, with Chinese text   {explained:>12.0}");
    println!(
        "by hand, bare yes or no, /s      {hand:>12.0}  ({:.2} of it)",
        decided / hand
    );
    println!(
        "facts to JSON once, /s           {json:>12.0}  ({:.2} times)",
        decided / json
    );
}
