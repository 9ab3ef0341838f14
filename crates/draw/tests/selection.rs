//! What the draw decides, against an oracle that tries everything.

mod common;

use common::{Dice, Oracle, header, random_frame, run};
use draw::{Candidate, Chances, EventKind, Fill, Frame, Guess, Method, Ref, Suite, ticket};

fn simple(people: u128, seats: u32) -> Frame {
    let candidates = (0..people)
        .map(|i| Candidate {
            reference: Ref(i.to_be_bytes()),
            groups: vec![0],
            caps: vec![],
        })
        .collect();
    Frame::new(
        header(Suite::Sm3, &[(seats, 2)], &[], &["p"]),
        candidates,
        vec![],
    )
    .unwrap()
}

#[test]
fn panels_and_reserves_are_those_of_the_oracle() {
    let mut dice = Dice(1);
    let (mut drawn, mut refused) = (0, 0);
    for _ in 0..3000 {
        let frame = random_frame(&mut dice, 11, Suite::Sm3);
        let seed = dice.digest();
        let oracle = Oracle::of(&frame);
        let order = oracle.order(Suite::Sm3, seed);
        let expected = oracle.panel(&order);
        let Ok(outcome) = frame.outcome(seed) else {
            assert_eq!(expected, None);
            assert!(frame.feasibility().is_err());
            refused += 1;
            continue;
        };
        assert!(frame.feasibility().is_ok());
        let expected = expected.unwrap();
        let found: Vec<(Ref, usize)> = outcome
            .panel
            .iter()
            .map(|s| (s.reference, s.group as usize))
            .collect();
        let by_reference: Vec<(Ref, usize)> = expected
            .iter()
            .map(|&(p, g)| (oracle.people[p].reference, g))
            .collect();
        assert_eq!(found, by_reference);
        for (group, reserves) in outcome.reserves.iter().enumerate() {
            let next: Vec<Ref> = order
                .iter()
                .filter(|&&p| {
                    oracle.people[p].groups.contains(&(group as u32))
                        && !expected.iter().any(|(e, _)| *e == p)
                })
                .map(|&p| oracle.people[p].reference)
                .take(frame.header().groups[group].reserves as usize)
                .collect();
            assert_eq!(*reserves, next);
        }
        drawn += 1;
    }
    assert!(
        drawn > 500 && refused > 500,
        "{drawn} drawn, {refused} refused"
    );
}

#[test]
fn whoever_leaves_is_replaced_by_the_next_in_the_same_order() {
    let mut dice = Dice(2);
    let mut replaced = 0;
    for round in 0..600 {
        let frame = random_frame(&mut dice, 14, Suite::Sha256);
        let oracle = Oracle::of(&frame);
        let Ok(mut record) = run(frame, &mut dice) else {
            continue;
        };
        let order = oracle.order(Suite::Sha256, record.seed());
        let index = |r: Ref| oracle.people.iter().position(|p| p.reference == r).unwrap();
        let mut present: Vec<(usize, usize)> = record
            .outcome()
            .panel
            .iter()
            .map(|s| (index(s.reference), s.group as usize))
            .collect();
        let mut called: Vec<usize> = present.iter().map(|(p, _)| *p).collect();
        while !present.is_empty() && record.events().len() < 8 {
            let (person, group) = present.remove(dice.below(present.len() as u64) as usize);
            let fill = if dice.below(4) == 0 {
                Fill::Close
            } else {
                Fill::Next
            };
            let kind = EventKind::ALL[dice.below(6) as usize];
            let expected = order
                .iter()
                .copied()
                .find(|&p| {
                    !called.contains(&p)
                        && oracle.people[p].groups.contains(&(group as u32))
                        && oracle.within_caps(&present, p)
                })
                .filter(|_| fill == Fill::Next);
            let reference = oracle.people[person].reference;
            let found = record
                .apply(kind, reference, "2026-11-02T09:00:00+08:00", fill)
                .unwrap();
            assert_eq!(
                found,
                expected.map(|p| oracle.people[p].reference),
                "round {round}"
            );
            assert!(
                record.apply(kind, reference, "t", fill).is_err(),
                "who left cannot leave again"
            );
            if let Some(next) = expected {
                present.push((next, group));
                called.push(next);
                replaced += 1;
            }
            let now: Vec<(usize, usize)> = record
                .present()
                .iter()
                .map(|s| (index(s.reference), s.group as usize))
                .collect();
            assert_eq!(now, present);
        }
        let excluded: Vec<Ref> = record
            .frame()
            .excluded()
            .iter()
            .map(|e| e.reference)
            .collect();
        assert!(
            called
                .iter()
                .all(|p| !excluded.contains(&oracle.people[*p].reference))
        );
        assert_eq!(
            draw::verify(record.to_json().as_bytes()).unwrap().record,
            record
        );
    }
    assert!(replaced > 200, "{replaced}");
}

/// In a draw without groups to juggle, declines walk down one fixed list: the
/// order is that of the tickets, whatever happens.
#[test]
fn declines_never_change_the_order() {
    let mut dice = Dice(3);
    for _ in 0..20 {
        let frame = simple(30, 3);
        let mut expected: Vec<Ref> = frame.refs().to_vec();
        let mut record = run(frame, &mut dice).unwrap();
        let seed = record.seed();
        expected.sort_by_key(|r| ticket(Suite::Sm3, seed, *r));
        let mut called: Vec<Ref> = record.present().iter().map(|s| s.reference).collect();
        loop {
            let present = record.present();
            if present.is_empty() {
                break;
            }
            let who = present[dice.below(present.len() as u64) as usize].reference;
            called.extend(
                record
                    .apply(EventKind::Declined, who, "t", Fill::Next)
                    .unwrap(),
            );
        }
        assert_eq!(called, expected);
        assert!(record.void("重来", "t").is_ok() && record.is_void());
        assert!(record.void("重来", "t").is_err());
        assert!(
            record
                .apply(EventKind::Declined, called[0], "t", Fill::Next)
                .is_err()
        );
    }
}

#[test]
fn a_ticket_depends_on_nobody_else() {
    let mut dice = Dice(4);
    let small = simple(10, 2);
    let large = simple(500, 2);
    let seed = dice.digest();
    let order = |frame: &Frame| {
        let mut record = frame
            .outcome(seed)
            .unwrap()
            .panel
            .iter()
            .map(|s| s.reference)
            .collect::<Vec<_>>();
        record.extend(&frame.outcome(seed).unwrap().reserves[0]);
        record
    };
    // Whoever of the small list comes first in the large one also does so in the small one.
    let among_small: Vec<Ref> = order(&large)
        .into_iter()
        .filter(|r| small.refs().contains(r))
        .collect();
    assert!(order(&small).starts_with(&among_small));
    let own = ticket(Suite::Sm3, seed, small.refs()[3]);
    assert_eq!(
        own,
        Suite::Sm3.hash(&[b"T".as_slice(), &seed.0, &small.refs()[3].0].concat())
    );
}

#[test]
fn without_groups_and_caps_every_panel_is_equally_likely() {
    // 12 over 3 = 220 panels; 220,000 draws.
    let frame = simple(12, 3);
    let mut counts = std::collections::HashMap::new();
    let draws = 220_000u32;
    for i in 0..draws {
        let outcome = frame.outcome(Suite::Sha256.hash(&i.to_be_bytes())).unwrap();
        let mut panel: Vec<Ref> = outcome.panel.iter().map(|s| s.reference).collect();
        panel.sort_unstable();
        *counts.entry(panel).or_insert(0u32) += 1;
    }
    assert_eq!(counts.len(), 220);
    let expected = f64::from(draws) / 220.0;
    let chi2: f64 = counts
        .values()
        .map(|&n| (f64::from(n) - expected).powi(2) / expected)
        .sum();
    // 219 degrees of freedom: mean 219, standard deviation 20.9.
    assert!((130.0..310.0).contains(&chi2), "{chi2}");
}

/// Somebody fit for both groups takes one seat only.
///
/// Covers: GZ-9-a.
#[test]
fn two_groups_in_one_draw_seat_distinct_people() {
    let person = |i: u8, groups: &[u32]| Candidate {
        reference: Ref([i; 16]),
        groups: groups.to_vec(),
        caps: vec![],
    };
    let head = header(Suite::Sm3, &[(2, 0), (1, 0)], &[], &["p"]);
    let people = vec![
        person(1, &[0]),
        person(2, &[0, 1]),
        person(3, &[0, 1]),
        person(4, &[1]),
    ];
    let frame = Frame::new(head, people, vec![]).unwrap();
    for i in 0..200u32 {
        let panel = frame
            .outcome(Suite::Sm3.hash(&i.to_be_bytes()))
            .unwrap()
            .panel;
        let distinct: std::collections::HashSet<Ref> = panel.iter().map(|s| s.reference).collect();
        assert_eq!(distinct.len(), 3);
        assert_eq!(panel.iter().map(|s| s.group).collect::<Vec<_>>(), [0, 0, 1]);
        assert!(
            panel
                .iter()
                .all(|s| frame.groups_of(s.reference).contains(s.group as usize))
        );
    }
}

/// Two equal employers, each of whom must keep a place for his only lecturer: who
/// is passed over because a colleague sits says nothing about the other employer.
#[test]
fn equal_employers_stop_being_equal_when_somebody_sits() {
    let mut people = Vec::new();
    for (employer, first) in [("e", 1), ("f", 4)] {
        for (i, group) in [(0, 0), (1, 0), (2, 1)] {
            people.push(Candidate {
                reference: Ref([first + i; 16]),
                groups: vec![group],
                caps: vec![Some(employer.to_owned())],
            });
        }
    }
    let head = header(Suite::Sm3, &[(2, 0), (2, 0)], &[2], &["p"]);
    let frame = Frame::new(head, people, vec![]).unwrap();
    let oracle = Oracle::of(&frame);
    for i in 0..200u32 {
        let seed = Suite::Sm3.hash(&i.to_be_bytes());
        let expected = oracle.panel(&oracle.order(Suite::Sm3, seed)).unwrap();
        let found = frame.outcome(seed).unwrap().panel;
        let found: Vec<Ref> = found.iter().map(|s| s.reference).collect();
        let expected: Vec<Ref> = expected
            .iter()
            .map(|(p, _)| oracle.people[*p].reference)
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn exact_chances_and_guess() {
    let frame = simple(12, 3);
    let chances = Chances::of(&frame, Suite::Sm3.hash(b""), 10).unwrap();
    assert_eq!(chances.method, Method::Exact);
    assert_eq!(chances.range(), Some((0.25, 0.25)));
    assert!((chances.guess.bits() - 220f64.log2()).abs() < 1e-9);
    assert!((chances.guess.probability() - 1.0 / 220.0).abs() < 1e-12);
    assert_eq!(chances.of_candidate(&frame, Ref([9; 16])), None);
    assert!(Chances::of(&simple(2, 3), Suite::Sm3.hash(b""), 10).is_err());
}

#[test]
fn simulated_chances_agree_with_real_draws() {
    let mut dice = Dice(5);
    let mut compared = 0;
    while compared < 12 {
        let frame = random_frame(&mut dice, 14, Suite::Sm3);
        let Ok(chances) = Chances::of(&frame, dice.digest(), 20_000) else {
            continue;
        };
        if chances.method == Method::Exact {
            continue;
        }
        let draws = 4000;
        let mut counts = std::collections::HashMap::new();
        let mut panels = std::collections::HashMap::new();
        for _ in 0..draws {
            let mut panel = frame.outcome(dice.digest()).unwrap().panel;
            for seat in &panel {
                *counts.entry(seat.reference).or_insert(0u32) += 1;
            }
            panel.sort_by_key(|s| (s.group, s.reference));
            let panel: Vec<(Ref, u32)> = panel.iter().map(|s| (s.reference, s.group)).collect();
            *panels.entry(panel).or_insert(0u32) += 1;
        }
        let mut sum = 0.0;
        for reference in frame.refs() {
            let class = chances.of_candidate(&frame, *reference).unwrap();
            let seen = f64::from(counts.get(reference).copied().unwrap_or(0)) / f64::from(draws);
            let error = (class.error.powi(2)
                + class.chance * (1.0 - class.chance) / f64::from(draws))
            .sqrt();
            assert!(
                (seen - class.chance).abs() < 5.0 * error + 1e-3,
                "{seen} {class:?}"
            );
            sum += class.chance;
        }
        let seats: u32 = frame.header().groups.iter().map(|g| g.seats).sum();
        assert!((sum - f64::from(seats)).abs() < 1e-6);
        let Guess::AtLeast { bits } = chances.guess else {
            panic!("simulated, so not exact")
        };
        // The likeliest panel really seen is not much likelier than the bound says.
        let likeliest = f64::from(*panels.values().max().unwrap()) / f64::from(draws);
        assert!(
            likeliest <= (-bits).exp2() + 5.0 * (likeliest / f64::from(draws)).sqrt(),
            "{likeliest} {bits}"
        );
        compared += 1;
    }
}
