//! The published records, bit by bit.

mod common;

use std::collections::BTreeMap;

use common::vectors;
use draw::{Draw, Event, Frame, Record, verify};

/// Draws again from nothing but frame, shares and what was asked of each event.
fn again(record: &Record) -> Record {
    let frame = Frame::from_json(record.frame().to_json().as_bytes()).unwrap();
    let commitments: BTreeMap<_, _> = record
        .commitments()
        .map(|(party, digest)| (party.to_owned(), digest))
        .collect();
    let shares: BTreeMap<_, _> = record
        .shares()
        .map(|(party, share)| (party.to_owned(), share))
        .collect();
    let mut again = Draw::run(frame, &commitments, &shares, record.beacon_value()).unwrap();
    for event in record.events() {
        match event {
            Event::Left {
                kind,
                reference,
                at,
                fill,
                replacement,
            } => {
                assert_eq!(again.apply(*kind, *reference, at, *fill), Ok(*replacement));
            }
            Event::Void { reason, at } => again.void(reason, at).unwrap(),
        }
    }
    again
}

#[test]
fn every_vector_verifies_and_is_reproduced_byte_by_byte() {
    for (name, text) in vectors() {
        let verified = match verify(text.as_bytes()) {
            Ok(verified) => verified,
            Err(error) => panic!("{name}: {error}"),
        };
        let again = again(&verified.record);
        assert_eq!(again, verified.record, "{name}");
        assert_eq!(again.to_json_pretty(), text.trim_end(), "{name}");
        assert_eq!(
            verify(again.to_json().as_bytes()).unwrap().record,
            again,
            "{name}"
        );
    }
}
