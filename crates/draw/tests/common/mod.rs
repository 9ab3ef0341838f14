//! Small random frames, and an oracle that knows nothing of flows: it tries
//! every way of seating people.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use std::collections::BTreeMap;

use draw::{
    Basis, Candidate, Cap, Digest, Draw, Excluded, Frame, Group, Header, Record, Ref, Share, Suite,
    commitment, ticket,
};

/// SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn reference(&mut self) -> Ref {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        Ref(bytes)
    }

    pub fn digest(&mut self) -> Digest {
        Suite::Sha256.hash(&self.next().to_be_bytes())
    }
}

pub fn header(suite: Suite, groups: &[(u32, u32)], caps: &[u32], parties: &[&str]) -> Header {
    let digest = suite.hash(b"basis");
    Header {
        suite,
        draw: "T-1".to_owned(),
        attempt: 1,
        previous: Digest::ZERO,
        rehearsal: false,
        basis: Basis {
            pack: "test".to_owned(),
            pack_digest: digest,
            request_digest: digest,
        },
        groups: groups
            .iter()
            .enumerate()
            .map(|(i, &(seats, reserves))| Group {
                id: format!("g{i}"),
                seats,
                reserves,
            })
            .collect(),
        caps: caps
            .iter()
            .enumerate()
            .map(|(i, &max)| Cap {
                id: format!("c{i}"),
                max,
            })
            .collect(),
        parties: parties.iter().map(|p| (*p).to_owned()).collect(),
        beacon: None,
    }
}

/// A frame of up to `most` people, up to four groups and two nested caps.
pub fn random_frame(dice: &mut Dice, most: u64, suite: Suite) -> Frame {
    let groups: Vec<(u32, u32)> = (0..1 + dice.below(4))
        .map(|_| (dice.below(3) as u32, dice.below(4) as u32))
        .collect();
    let caps: Vec<u32> = (0..dice.below(3)).map(|_| dice.below(4) as u32).collect();
    let parties: Vec<&str> = ["manager", "supervisor", "requester"]
        .into_iter()
        .take(1 + dice.below(3) as usize)
        .collect();
    let header = header(suite, &groups, &caps, &parties);
    let mut people: Vec<Ref> = (0..dice.below(most + 1))
        .map(|_| dice.reference())
        .collect();
    people.sort_unstable();
    let (mut candidates, mut excluded) = (Vec::new(), Vec::new());
    for reference in people {
        if dice.below(5) == 0 {
            let grounds = (0..1 + dice.below(2)).map(|i| format!("T-{i}")).collect();
            excluded.push(Excluded { reference, grounds });
            continue;
        }
        let mut sits: Vec<u32> = (0..groups.len() as u32)
            .filter(|_| dice.below(2) == 0)
            .collect();
        if sits.is_empty() {
            sits.push(dice.below(groups.len() as u64) as u32);
        }
        // Narrow tokens 0..6 lie in wide tokens 0..3 (or in none): they nest.
        let narrow = dice.below(6);
        let wide = [Some("w0"), Some("w1"), None][narrow as usize % 3].map(str::to_owned);
        let tokens = match (caps.len(), dice.below(5)) {
            (0, _) => vec![],
            (1, 0) => vec![None],
            (1, _) => vec![Some(format!("n{narrow}"))],
            (_, 0) => vec![None, wide],
            _ => vec![Some(format!("n{narrow}")), wide],
        };
        candidates.push(Candidate {
            reference,
            groups: sits,
            caps: tokens,
        });
    }
    Frame::new(header, candidates, excluded).unwrap()
}

/// Shares and commitments of everybody, then the draw.
pub fn run(frame: Frame, dice: &mut Dice) -> Result<Record, draw::DrawError> {
    let suite = frame.header().suite;
    let mut shares = BTreeMap::new();
    let mut commitments = BTreeMap::new();
    for party in &frame.header().parties {
        let share = Share(dice.digest().0);
        commitments.insert(
            party.clone(),
            commitment(suite, frame.digest(), party, &share),
        );
        shares.insert(party.clone(), share);
    }
    Draw::run(frame, &commitments, &shares, None)
}

/// The oracle's view of a frame: plain lists, no classes.
pub struct Oracle {
    pub people: Vec<Candidate>,
    pub seats: Vec<u64>,
    /// No number: no limit.
    pub limits: Vec<Option<u64>>,
}

impl Oracle {
    pub fn of(frame: &Frame) -> Self {
        Self {
            people: frame.candidates().collect(),
            seats: frame
                .header()
                .groups
                .iter()
                .map(|g| u64::from(g.seats))
                .collect(),
            limits: frame
                .header()
                .caps
                .iter()
                .map(|c| Some(u64::from(c.max)))
                .collect(),
        }
    }

    /// Whether `person` may join those `seated` without breaking a cap.
    pub fn within_caps(&self, seated: &[(usize, usize)], person: usize) -> bool {
        self.limits.iter().enumerate().all(|(cap, limit)| {
            let (Some(limit), Some(token)) = (limit, &self.people[person].caps[cap]) else {
                return true;
            };
            let same = seated
                .iter()
                .filter(|(other, _)| self.people[*other].caps[cap].as_ref() == Some(token))
                .count();
            (same as u64) < *limit
        })
    }

    /// Most seats filled in all, trying everything.
    pub fn most(&self, seated: &mut Vec<(usize, usize)>) -> u64 {
        let already = seated.len() as u64;
        let mut wanted = self.seats.clone();
        for (_, group) in seated.iter() {
            wanted[*group] -= 1;
        }
        let goal = already + wanted.iter().sum::<u64>();
        let mut best = already;
        self.search(0, &mut wanted, seated, goal, &mut best);
        best
    }

    /// Decides for each person in turn where he sits, if at all.
    fn search(
        &self,
        person: usize,
        wanted: &mut [u64],
        seated: &mut Vec<(usize, usize)>,
        goal: u64,
        best: &mut u64,
    ) {
        *best = (*best).max(seated.len() as u64);
        let left = (self.people.len() - person) as u64;
        if *best == goal || person == self.people.len() || seated.len() as u64 + left <= *best {
            return;
        }
        if !seated.iter().any(|(other, _)| *other == person) && self.within_caps(seated, person) {
            for group in &self.people[person].groups {
                let group = *group as usize;
                if wanted[group] > 0 {
                    wanted[group] -= 1;
                    seated.push((person, group));
                    self.search(person + 1, wanted, seated, goal, best);
                    seated.pop();
                    wanted[group] += 1;
                }
            }
        }
        self.search(person + 1, wanted, seated, goal, best);
    }

    pub fn wanted(&self) -> u64 {
        self.seats.iter().sum()
    }

    /// Indexes of the people by ticket, then reference.
    pub fn order(&self, suite: Suite, seed: Digest) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.people.len()).collect();
        order.sort_by_key(|&i| {
            (
                ticket(suite, seed, self.people[i].reference),
                self.people[i].reference,
            )
        });
        order
    }

    /// The panel, seat by seat, as the protocol words it.
    pub fn panel(&self, order: &[usize]) -> Option<Vec<(usize, usize)>> {
        let mut seated: Vec<(usize, usize)> = Vec::new();
        if self.most(&mut seated) < self.wanted() {
            return None;
        }
        for (group, &seats) in self.seats.iter().enumerate() {
            for _ in 0..seats {
                let next = order.iter().copied().find(|&person| {
                    if seated.iter().any(|(other, _)| *other == person)
                        || !self.people[person].groups.contains(&(group as u32))
                        || !self.within_caps(&seated, person)
                    {
                        return false;
                    }
                    let mut then = seated.clone();
                    then.push((person, group));
                    self.most(&mut then) == self.wanted()
                })?;
                seated.push((next, group));
            }
        }
        Some(seated)
    }
}

/// Canonical JSON, written apart from the crate's.
pub fn canonical(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        serde_json::Value::Object(fields) => {
            let sorted: BTreeMap<_, _> = fields.iter().collect();
            let fields: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| {
                    format!(
                        "{}:{}",
                        serde_json::Value::from(key.as_str()),
                        canonical(value)
                    )
                })
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        plain => plain.to_string(),
    }
}

/// Makes `record_digest` fit whatever result and events are written.
pub fn relink(record: &mut serde_json::Value) {
    let suite = Suite::named(record["suite"].as_str().unwrap()).unwrap();
    let digest = |name: &str| record[name].as_str().unwrap().parse::<Digest>().unwrap();
    let (frame, seed) = (digest("frame_digest"), digest("seed"));
    let mut link = suite.tagged(
        "result",
        &[&frame.0, &seed.0, canonical(&record["result"]).as_bytes()],
    );
    for event in record["events"].as_array().unwrap() {
        link = suite.tagged("event", &[&link.0, canonical(event).as_bytes()]);
    }
    record["record_digest"] = link.to_hex().into();
}

/// The published records: name and text.
pub fn vectors() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    assert!(found.len() >= 8);
    found
}

/// Every value in a document, by pointer.
pub fn places(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{index}"), found);
            }
        }
        serde_json::Value::Object(fields) => {
            for (key, item) in fields {
                places(item, &format!("{path}/{key}"), found);
            }
        }
        _ => {}
    }
    found.push(path.to_owned());
}
