//! Requests that cannot be met: the explanation against an oracle that tries everything.

mod common;

use common::{Dice, Oracle, header, random_frame};
use draw::{Candidate, Change, Demand, Frame, FrameError, Minimality, Ref, Suite};

impl Oracle {
    /// The same people under a part of the demands.
    fn only(&self, set: &[usize]) -> Self {
        Self {
            people: self.people.clone(),
            seats: self
                .seats
                .iter()
                .enumerate()
                .map(|(g, s)| if set.contains(&g) { *s } else { 0 })
                .collect(),
            limits: self
                .limits
                .iter()
                .enumerate()
                .map(|(c, l)| l.filter(|_| set.contains(&(self.seats.len() + c))))
                .collect(),
        }
    }

    fn holds(&self) -> bool {
        self.most(&mut Vec::new()) == self.wanted()
    }
}

fn index(demand: &Demand, groups: usize) -> usize {
    match demand {
        Demand::Seats { group, .. } => *group,
        Demand::Cap { cap, .. } => groups + cap,
    }
}

#[test]
fn the_conflict_is_smallest_and_the_relaxations_give_what_they_say() {
    let mut dice = Dice(11);
    let mut explained = 0;
    let mut with_caps = 0;
    while explained < 700 {
        let frame = random_frame(&mut dice, 8, Suite::Sm3);
        let oracle = Oracle::of(&frame);
        let Err(infeasible) = frame.feasibility() else {
            assert!(oracle.holds());
            continue;
        };
        explained += 1;
        assert_eq!(
            (infeasible.wanted, infeasible.most),
            (oracle.wanted(), oracle.most(&mut Vec::new()))
        );
        let groups = oracle.seats.len();
        let found: Vec<usize> = infeasible
            .conflict
            .iter()
            .map(|d| index(d, groups))
            .collect();
        with_caps += u32::from(found.iter().any(|d| *d >= groups));
        let alone = oracle.only(&found);
        assert_eq!(infeasible.conflict_wanted, alone.wanted());
        assert_eq!(infeasible.conflict_most, alone.most(&mut Vec::new()));
        assert!(!alone.holds());
        assert_eq!(infeasible.minimality, Minimality::Smallest);
        let demands = groups + oracle.limits.len();
        for bits in 0u32..1 << demands {
            if (bits.count_ones() as usize) < found.len() {
                let set: Vec<usize> = (0..demands).filter(|d| bits >> d & 1 == 1).collect();
                assert!(
                    oracle.only(&set).holds(),
                    "{set:?} is smaller than {found:?}"
                );
            }
        }
        assert!(
            infeasible
                .relaxations
                .last()
                .is_some_and(draw::Relaxation::suffices)
        );
        for relaxation in &infeasible.relaxations {
            let mut then = Oracle::of(&frame);
            match &relaxation.change {
                Change::FewerSeats { group, from, to } => {
                    assert_eq!(then.seats[*group], u64::from(*from));
                    then.seats[*group] = u64::from(*to) + 1;
                    assert!(
                        to < from && (*to + 1 == *from || !then.holds()),
                        "one more would do"
                    );
                    then.seats[*group] = u64::from(*to);
                }
                Change::RaiseCap { cap, to, .. } => {
                    then.limits[*cap] = Some(u64::from(*to) - 1);
                    assert!(!then.holds(), "one less would do");
                    then.limits[*cap] = Some(u64::from(*to));
                }
                Change::DropCap { cap } => then.limits[*cap] = None,
                Change::FillWhatIsPossible { seats } => {
                    then.seats = seats.iter().map(|s| u64::from(*s)).collect();
                    assert_eq!(then.wanted(), infeasible.most);
                }
            }
            assert_eq!(relaxation.wanted, then.wanted());
            assert_eq!(relaxation.most, then.most(&mut Vec::new()));
            assert_eq!(relaxation.suffices(), then.holds());
        }
    }
    assert!(with_caps > 100, "{with_caps}");
}

fn person(i: u8, groups: &[u32], caps: &[Option<&str>]) -> Candidate {
    let caps = caps.iter().map(|t| t.map(str::to_owned)).collect();
    Candidate {
        reference: Ref([i; 16]),
        groups: groups.to_vec(),
        caps,
    }
}

#[test]
fn crossing_caps_are_refused_with_the_reason() {
    let head = header(Suite::Sm3, &[(1, 0)], &[1, 1], &["p"]);
    let people = vec![
        person(1, &[0], &[Some("e"), Some("x")]),
        person(2, &[0], &[Some("e"), Some("y")]),
    ];
    let error = Frame::new(head.clone(), people, vec![]).unwrap_err();
    let FrameError::CrossingCaps {
        narrow,
        wide,
        token,
        one,
        other,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!(
        (narrow.as_str(), wide.as_str(), token.as_str()),
        ("c0", "c1", "e")
    );
    assert_eq!((*one, *other), (Ref([1; 16]), Ref([2; 16])));
    assert!(error.to_string().contains("交叉"));
    // One has a wider token and the other none: that crosses too.
    let people = vec![
        person(1, &[0], &[Some("e"), None]),
        person(2, &[0], &[Some("e"), Some("y")]),
    ];
    assert!(matches!(
        Frame::new(head.clone(), people, vec![]),
        Err(FrameError::CrossingCaps { .. })
    ));
    // The same wider token under two narrow ones nests.
    let people = vec![
        person(1, &[0], &[Some("e"), Some("x")]),
        person(2, &[0], &[Some("f"), Some("x")]),
    ];
    assert!(Frame::new(head, people, vec![]).is_ok());
}

#[test]
fn huge_requests_are_answered_not_panicked_on() {
    for power in 0..=32 {
        let seats = u32::try_from((1u64 << power) - 1).unwrap();
        let groups = vec![(seats, seats); 64];
        let caps = [seats; 16];
        let head = header(Suite::Sm3, &groups, &caps, &["p"]);
        let all: Vec<u32> = (0..64).collect();
        let tokens = [Some("t"); 16];
        let people = (0..20).map(|i| person(i, &all, &tokens)).collect();
        let frame = Frame::new(head, people, vec![]).unwrap();
        match frame.feasibility() {
            Ok(()) => assert_eq!(seats, 0),
            Err(infeasible) => {
                assert_eq!(infeasible.wanted, u64::from(seats) * 64);
                assert_eq!(infeasible.most, u64::from(seats).min(20));
            }
        }
        assert_eq!(frame.outcome(draw::Digest::ZERO).is_ok(), seats == 0);
    }
}

#[test]
fn empty_and_degenerate_frames() {
    let frame = |groups: &[(u32, u32)], people| {
        Frame::new(header(Suite::Sm3, groups, &[], &["p"]), people, vec![])
    };
    let outcome = |frame: Frame| frame.outcome(draw::Digest::ZERO);
    let empty = outcome(frame(&[], vec![]).unwrap()).unwrap();
    assert!(empty.panel.is_empty() && empty.reserves.is_empty());
    assert_eq!(
        outcome(frame(&[(0, 3)], vec![person(1, &[0], &[])]).unwrap())
            .unwrap()
            .reserves,
        [[Ref([1; 16])]]
    );
    assert!(outcome(frame(&[(1, 0)], vec![]).unwrap()).is_err());
    assert!(matches!(
        frame(&[(1, 0)], vec![person(1, &[1], &[])]),
        Err(FrameError::UnknownGroup { .. })
    ));
    for groups in [&[][..], &[0, 0], &[1, 0]] {
        let made = frame(&[(1, 0), (1, 0)], vec![person(1, groups, &[])]);
        assert!(matches!(made, Err(FrameError::Groups { .. })), "{groups:?}");
    }
    let twice = vec![person(1, &[0], &[]), person(1, &[0], &[])];
    assert!(matches!(
        frame(&[(1, 0)], twice),
        Err(FrameError::NotSorted { .. })
    ));
    assert!(matches!(
        frame(&[(1, 0)], vec![person(1, &[0], &[None])]),
        Err(FrameError::Caps { .. })
    ));
    let most = vec![(0, 0); 65];
    assert!(matches!(
        frame(&most, vec![]),
        Err(FrameError::TooMany { .. })
    ));
    assert!(matches!(
        Frame::new(header(Suite::Sm3, &[], &[], &[]), vec![], vec![]),
        Err(FrameError::NoParty)
    ));
    let again = header(Suite::Sm3, &[], &[], &["p", "p"]);
    assert!(matches!(
        Frame::new(again, vec![], vec![]),
        Err(FrameError::RepeatedName { .. })
    ));
}
