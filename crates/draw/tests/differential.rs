//! This crate against `verify_lx1.py`, which was written from the protocol's text.

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::{Dice, canonical, places, random_frame, relink, run, vectors};
use draw::{EventKind, Fill, Record, Suite, verify};
use serde_json::Value;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_lx1.py");

/// One verdict of the Python program per line.
fn python(lines: &[String]) -> Vec<String> {
    let mut child = Command::new("python3")
        .args([SCRIPT, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is in PATH");
    let mut input = child.stdin.take().unwrap();
    let text = lines.join("\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// A draw that lived a little.
fn record(dice: &mut Dice, suite: Suite) -> Record {
    loop {
        let frame = random_frame(dice, 10, suite);
        let Ok(mut record) = run(frame, dice) else {
            continue;
        };
        for _ in 0..dice.below(4) {
            let present = record.present();
            if present.is_empty() {
                break;
            }
            let who = present[dice.below(present.len() as u64) as usize].reference;
            let fill = if dice.below(4) == 0 {
                Fill::Close
            } else {
                Fill::Next
            };
            let kind = EventKind::ALL[dice.below(6) as usize];
            record
                .apply(kind, who, "2026-11-02T09:00:00+08:00", fill)
                .unwrap();
        }
        if dice.below(5) == 0 {
            record
                .void("揭示与密签不符\u{1}\"\\", "2026-11-03T09:00:00+08:00")
                .unwrap();
        }
        return record;
    }
}

/// The record with one value exchanged for another that occurs in it.
fn tampered(record: &Value, dice: &mut Dice) -> Value {
    let mut all = Vec::new();
    places(record, "", &mut all);
    loop {
        let to = &all[dice.below(all.len() as u64) as usize];
        let from = &all[dice.below(all.len() as u64) as usize];
        let new = record.pointer(from).cloned().unwrap();
        let mut changed = record.clone();
        let place = changed.pointer_mut(to).unwrap();
        if *place == new {
            continue;
        }
        *place = new;
        return changed;
    }
}

/// A wrong result or event under a digest that fits it.
fn forged(record: &Value, dice: &mut Dice) -> Option<Value> {
    let mut changed = record.clone();
    let candidates = record["candidates"].as_array()?;
    let other = candidates.get(dice.below(candidates.len().max(1) as u64) as usize)?["ref"].clone();
    let panel = record["result"]["panel"].as_array()?.len() as u64;
    let events = record["events"].as_array()?.len() as u64;
    let place = match dice.below(3) {
        0 if panel > 0 => format!("/result/panel/{}/ref", dice.below(panel)),
        1 if events > 0 => format!("/events/{}/replacement", dice.below(events)),
        2 if events > 0 => format!("/events/{}/ref", dice.below(events)),
        _ => return None,
    };
    *changed.pointer_mut(&place)? = other;
    relink(&mut changed);
    (changed != *record).then_some(changed)
}

#[test]
fn both_verifiers_agree_on_vectors_and_random_records() {
    let mut dice = Dice(2026);
    let mut lines: Vec<String> = Vec::new();
    // Whether a record must hold, must not, or (a forgery may hit on another true record) whatever.
    let mut sound: Vec<Option<bool>> = Vec::new();
    for (_, text) in vectors() {
        lines.push(canonical(&serde_json::from_str(&text).unwrap()));
        sound.push(Some(true));
    }
    for round in 0..1050 {
        let suite = if round % 4 == 0 {
            Suite::Sm3
        } else {
            Suite::Sha256
        };
        let record = record(&mut dice, suite);
        let value: Value = serde_json::from_str(&record.to_json()).unwrap();
        lines.push(record.to_json());
        sound.push(Some(true));
        lines.push(canonical(&tampered(&value, &mut dice)));
        sound.push(Some(false));
        if let Some(forged) = forged(&value, &mut dice) {
            lines.push(canonical(&forged));
            sound.push(None);
        }
    }
    let half = lines.len() / 2;
    let (first, second) = lines.split_at(half);
    let verdicts = std::thread::scope(|scope| {
        let other = scope.spawn(|| python(second));
        let mut verdicts = python(first);
        verdicts.extend(other.join().unwrap());
        verdicts
    });
    assert_eq!(verdicts.len(), lines.len());
    let mut forgeries_rejected = 0;
    for ((line, sound), theirs) in lines.iter().zip(&sound).zip(&verdicts) {
        let ours = verify(line.as_bytes());
        if let Some(sound) = sound {
            assert_eq!(ours.is_ok(), *sound, "{line}\n{:?}", ours.err());
        } else {
            forgeries_rejected += u32::from(ours.is_err());
        }
        assert_eq!(
            theirs == "valid",
            ours.is_ok(),
            "{theirs}\n{:?}\n{line}",
            ours.err()
        );
    }
    assert!(forgeries_rejected > 200, "{forgeries_rejected}");
}
