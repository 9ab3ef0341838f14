//! Ticketing and selecting against hashing alone, in one run on one core:
//! `cargo run --release -p draw --example bench_tickets [candidates]`.
//!
//! Prints, for each kind of frame, the median of several interleaved runs, the
//! ratio, and the peak memory beyond the frame (Linux: resident set, sampled).

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use draw::{Basis, Candidate, Cap, Digest, Frame, Group, Header, Ref, Suite, ticket};

const ROUNDS: usize = 9;

/// A frame to measure.
struct Case {
    name: &'static str,
    /// Employers, if they are capped.
    employers: Option<u64>,
    /// One candidate in this many may sit in the fourth group.
    rare: u64,
}

const CASES: [Case; 5] = [
    Case {
        name: "four quotas",
        employers: None,
        rare: 4,
    },
    Case {
        name: "four quotas, one of 20 people",
        employers: None,
        rare: 50_000,
    },
    Case {
        name: "four quotas, 50,000 employers capped",
        employers: Some(50_000),
        rare: 4,
    },
    Case {
        name: "four quotas, capped, one of 20 people",
        employers: Some(50_000),
        rare: 50_000,
    },
    Case {
        name: "four quotas, everybody his own employer",
        employers: Some(u64::MAX),
        rare: 4,
    },
];

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    if let Some(case) = arguments
        .next()
        .and_then(|text| CASES.get(text.parse::<usize>().ok()?))
    {
        measure(case, count);
        return Ok(());
    }
    println!("{count} candidates, 5 seats in four groups, SM3, one core, median of {ROUNDS}");
    for case in 0..CASES.len() {
        // A process of its own, so that no case is measured in memory another one left behind.
        let mut alone = std::process::Command::new(std::env::current_exe()?);
        alone.args([count.to_string(), case.to_string()]).status()?;
    }
    Ok(())
}

fn measure(case: &Case, count: u64) {
    let frame = match frame(case, count) {
        Ok(frame) => frame,
        Err(error) => return println!("{}: {error}", case.name),
    };
    let peak = peak(&frame, count);
    let mut alone = Vec::new();
    let mut whole = Vec::new();
    for round in 0..ROUNDS {
        let seed = Suite::Sm3.hash(&round.to_be_bytes());
        let start = Instant::now();
        for reference in frame.refs() {
            black_box(ticket(Suite::Sm3, seed, *reference));
        }
        alone.push(start.elapsed());
        let start = Instant::now();
        match frame.outcome(seed) {
            Ok(outcome) => drop(black_box(outcome)),
            Err(error) => return println!("{}: {error}", case.name),
        }
        whole.push(start.elapsed());
    }
    let (alone, whole) = (median(alone), median(whole));
    println!(
        "{:42} hashing alone {:6.1} ms, whole draw {:6.1} ms, ratio {:.2}, peak beyond the frame {peak}",
        case.name,
        alone.as_secs_f64() * 1e3,
        whole.as_secs_f64() * 1e3,
        whole.as_secs_f64() / alone.as_secs_f64(),
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Peak resident memory of one draw, per candidate, sampled from a second thread.
fn peak(frame: &Frame, count: u64) -> String {
    // Freed memory that the allocator keeps would hide what the draw takes: use it up.
    let large: Vec<Vec<u8>> = (0..96).map(|_| vec![1; 1 << 20]).collect();
    let small: Vec<Vec<u8>> = (0..400_000).map(|size| vec![1; size % 128]).collect();
    black_box((&large, &small));
    let Some(before) = resident() else {
        return "not measured".to_owned();
    };
    let done = AtomicBool::new(false);
    let highest = std::thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut highest = 0;
            while !done.load(Ordering::Relaxed) {
                highest = highest.max(resident().unwrap_or(0));
                std::thread::sleep(Duration::from_micros(300));
            }
            highest
        });
        black_box(frame.outcome(Suite::Sm3.hash(b"memory")).is_ok());
        done.store(true, Ordering::Relaxed);
        sampler.join().unwrap_or(0)
    });
    let bytes = highest.saturating_sub(before) * 1024;
    format!("{:.1} bytes a candidate", bytes as f64 / count as f64)
}

/// Resident memory in KiB (Linux).
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let value = text.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    value.trim().trim_end_matches(" kB").parse().ok()
}

fn frame(case: &Case, count: u64) -> Result<Frame, draw::FrameError> {
    let mut mixer = Mixer(count);
    let mut refs: Vec<Ref> = (0..count)
        .map(|_| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&mixer.next().to_be_bytes());
            bytes[8..].copy_from_slice(&mixer.next().to_be_bytes());
            Ref(bytes)
        })
        .collect();
    refs.sort_unstable();
    refs.dedup();
    let candidates = refs
        .into_iter()
        .zip(0..)
        .map(|(reference, index)| {
            let dice = mixer.next();
            let mut groups: Vec<u32> = (0..3).filter(|group| dice >> group & 1 == 1).collect();
            if mixer.next().is_multiple_of(case.rare) {
                groups.push(3);
            }
            if groups.is_empty() {
                groups.push(0);
            }
            let caps = match case.employers {
                None => vec![],
                Some(u64::MAX) => vec![Some(format!("{index:x}"))],
                Some(employers) => vec![Some(format!("{:x}", mixer.next() % employers))],
            };
            Candidate {
                reference,
                groups,
                caps,
            }
        })
        .collect();
    Frame::new(header(case), candidates, Vec::new())
}

fn header(case: &Case) -> Header {
    let digest = Suite::Sm3.hash(b"bench");
    Header {
        suite: Suite::Sm3,
        draw: "BENCH".to_owned(),
        attempt: 1,
        previous: Digest::ZERO,
        rehearsal: true,
        basis: Basis {
            pack: "bench".to_owned(),
            pack_digest: digest,
            request_digest: digest,
        },
        groups: [2, 1, 1, 1]
            .into_iter()
            .zip('a'..)
            .map(|(seats, id)| Group {
                id: id.to_string(),
                seats,
                reserves: 3,
            })
            .collect(),
        caps: case
            .employers
            .map(|_| Cap {
                id: "employer".to_owned(),
                max: 1,
            })
            .into_iter()
            .collect(),
        parties: vec!["bench".to_owned()],
        beacon: None,
    }
}

/// SplitMix64, for test data only.
struct Mixer(u64);

impl Mixer {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
