//! The record of one attempt: everything needed to replay it, in one document.

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::events::{Event, EventError, EventKind, Fill};
use crate::frame::Frame;
use crate::infeasible::Infeasible;
use crate::json::canonical;
use crate::replay::{Outcome, Replay, Seated};
use crate::seed::{Share, ShareMismatch, check_reveal, seed};
use crate::suite::{Digest, Ref, Suite};

/// A complete, consistent record. Only [`Draw::run`] and [`crate::verify`] make
/// one, so holding it means that it replays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub(crate) frame: Frame,
    /// In the order of the parties.
    pub(crate) commitments: Vec<Digest>,
    /// In the order of the parties.
    pub(crate) shares: Vec<Share>,
    pub(crate) beacon_value: Option<String>,
    pub(crate) seed: Digest,
    pub(crate) outcome: Outcome,
    pub(crate) events: Vec<Event>,
    pub(crate) record_digest: Digest,
}

/// Why a draw cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// A party of the header has not committed.
    #[error("{0} 尚未交密签。各方密签齐了才能揭示，请等待或作废本次抽取")]
    NoCommitment(String),
    /// A party of the header has not revealed.
    #[error("{0} 尚未揭示随机数。缺一方就不能抽取，请等待或作废本次抽取")]
    NoShare(String),
    /// Somebody who is not a party handed something in.
    #[error("{0} 不是本次抽取的密签方，其密签或随机数不能计入")]
    NotAParty(String),
    /// A share differs from what was committed to.
    #[error(transparent)]
    Reveal(#[from] ShareMismatch),
    /// The header names a beacon and no value of it is given.
    #[error("本次抽取约定混入公开随机源，但尚未填入其公布的值。请在公布后再抽取")]
    NoBeaconValue,
    /// A value is given and the header names no beacon.
    #[error("本次抽取没有约定公开随机源，不能填入公开随机值")]
    UnexpectedBeaconValue,
    /// The seats cannot all be filled.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

/// Runs draws.
#[derive(Clone, Copy, Debug)]
pub struct Draw;

impl Draw {
    /// Checks the reveal, makes the seed, fills the seats.
    ///
    /// # Errors
    /// If something is missing or does not match, or the seats cannot be filled.
    pub fn run(
        frame: Frame,
        commitments: &BTreeMap<String, Digest>,
        shares: &BTreeMap<String, Share>,
        beacon_value: Option<&str>,
    ) -> Result<Record, DrawError> {
        let header = frame.header();
        if let Some(stranger) = commitments
            .keys()
            .chain(shares.keys())
            .find(|party| !header.parties.contains(*party))
        {
            return Err(DrawError::NotAParty(stranger.clone()));
        }
        let mut ordered_commitments = Vec::new();
        for party in &header.parties {
            let committed = commitments
                .get(party)
                .ok_or_else(|| DrawError::NoCommitment(party.clone()))?;
            ordered_commitments.push(*committed);
        }
        let mut ordered_shares = Vec::new();
        for (party, committed) in header.parties.iter().zip(&ordered_commitments) {
            let share = shares
                .get(party)
                .ok_or_else(|| DrawError::NoShare(party.clone()))?;
            check_reveal(header.suite, frame.digest(), party, share, committed)?;
            ordered_shares.push(*share);
        }
        match (&header.beacon, beacon_value) {
            (Some(_), None | Some("")) => return Err(DrawError::NoBeaconValue),
            (None, Some(_)) => return Err(DrawError::UnexpectedBeaconValue),
            (Some(_), Some(_)) | (None, None) => {}
        }
        let seed = seed(header.suite, frame.digest(), &ordered_shares, beacon_value);
        let outcome = match Replay::draw(&frame, seed) {
            Some((_, outcome)) => outcome,
            None => return Err(DrawError::Infeasible(Infeasible::explain(&frame))),
        };
        let record_digest = result_link(header.suite, frame.digest(), seed, &outcome);
        Ok(Record {
            frame,
            commitments: ordered_commitments,
            shares: ordered_shares,
            beacon_value: beacon_value.map(str::to_owned),
            seed,
            outcome,
            events: Vec::new(),
            record_digest,
        })
    }
}

/// What stands for the record of an attempt that ended before its seed existed
/// (a share did not match or never came), as `previous` of the next attempt:
/// `H("event", frame_digest, canonical(void event))`.
///
/// # Errors
/// If `reason` or `at` is empty.
pub fn abandoned(frame: &Frame, reason: &str, at: &str) -> Result<Digest, EventError> {
    let event = Event::void(reason, at)?;
    Ok(event_link(frame.header().suite, frame.digest(), &event))
}

/// `link0`.
pub(crate) fn result_link(
    suite: Suite,
    frame_digest: Digest,
    seed: Digest,
    outcome: &Outcome,
) -> Digest {
    suite.tagged("result", &[&frame_digest.0, &seed.0, &canonical(outcome)])
}

/// `link_i`.
pub(crate) fn event_link(suite: Suite, before: Digest, event: &Event) -> Digest {
    suite.tagged("event", &[&before.0, &canonical(event)])
}

impl Record {
    /// The frame drawn from.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The seed, 32 bytes.
    pub fn seed(&self) -> Digest {
        self.seed
    }

    /// Party and commitment, in the order of the header.
    pub fn commitments(&self) -> impl Iterator<Item = (&str, Digest)> {
        let parties = self.frame.header().parties.iter().map(String::as_str);
        parties.zip(self.commitments.iter().copied())
    }

    /// Party and revealed share, in the order of the header.
    pub fn shares(&self) -> impl Iterator<Item = (&str, Share)> {
        let parties = self.frame.header().parties.iter().map(String::as_str);
        parties.zip(self.shares.iter().copied())
    }

    /// The public value that was mixed in.
    pub fn beacon_value(&self) -> Option<&str> {
        self.beacon_value.as_deref()
    }

    /// What the draw decided, before anything happened to it.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What happened since.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Whether the attempt was declared void.
    pub fn is_void(&self) -> bool {
        matches!(self.events.last(), Some(Event::Void { .. }))
    }

    /// `record_digest`: binds the frame, the seed, the result and every event.
    pub fn digest(&self) -> Digest {
        self.record_digest
    }

    /// Who holds which seat now, in the order of sitting down. Costs no hashing.
    pub fn present(&self) -> Vec<Seated> {
        let mut present = self.outcome.panel.clone();
        for event in &self.events {
            let Event::Left {
                reference,
                replacement,
                ..
            } = event
            else {
                continue;
            };
            let Some(place) = present.iter().position(|seat| seat.reference == *reference) else {
                continue;
            };
            let left = present.remove(place);
            present.extend(replacement.map(|reference| Seated {
                reference,
                group: left.group,
            }));
        }
        present
    }

    /// Enters a departure; returns who takes the seat, if anybody does. `at` is
    /// recorded as written. Hashes every candidate once.
    ///
    /// # Errors
    /// If the person holds no seat, `at` is empty, or the attempt is void.
    pub fn apply(
        &mut self,
        kind: EventKind,
        reference: Ref,
        at: &str,
        fill: Fill,
    ) -> Result<Option<Ref>, EventError> {
        let event = {
            let Some((mut replay, _)) = Replay::draw(&self.frame, self.seed) else {
                return Err(EventError::NotSeated(reference));
            };
            for event in &self.events {
                replay.enter(event)?;
            }
            replay.left(kind, reference, at, fill)?
        };
        let replacement = match &event {
            Event::Left { replacement, .. } => *replacement,
            Event::Void { .. } => None,
        };
        self.push(event);
        Ok(replacement)
    }

    /// Declares the attempt void, which ends the record.
    ///
    /// # Errors
    /// If it is void already, or `reason` or `at` is empty.
    pub fn void(&mut self, reason: &str, at: &str) -> Result<(), EventError> {
        if self.is_void() {
            return Err(EventError::Void);
        }
        self.push(Event::void(reason, at)?);
        Ok(())
    }

    fn push(&mut self, event: Event) {
        self.record_digest = event_link(self.frame.header().suite, self.record_digest, &event);
        self.events.push(event);
    }

    /// One line of JSON.
    pub fn to_json(&self) -> String {
        compact(self)
    }

    /// JSON over several lines, indented by one space, without a final line break.
    pub fn to_json_pretty(&self) -> String {
        let mut out = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
        match self.serialize(&mut serializer) {
            Ok(()) => String::from_utf8(out).unwrap_or_default(),
            // Writing plain text and integers to memory has no failing path.
            Err(_) => String::new(),
        }
    }
}

/// One line of JSON; the crate's own types always serialize.
pub(crate) fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parties = &self.frame.header().parties;
        let mut out = serializer.serialize_struct("Record", Frame::FIELDS + 8)?;
        self.frame.serialize_into(&mut out)?;
        out.serialize_field("frame_digest", &self.frame.digest())?;
        out.serialize_field("commitments", &ByParty(parties, &self.commitments))?;
        out.serialize_field("shares", &ByParty(parties, &self.shares))?;
        out.serialize_field("beacon_value", &self.beacon_value)?;
        out.serialize_field("seed", &self.seed)?;
        out.serialize_field("result", &self.outcome)?;
        out.serialize_field("events", &self.events)?;
        out.serialize_field("record_digest", &self.record_digest)?;
        out.end()
    }
}

struct ByParty<'a, T>(&'a [String], &'a [T]);

impl<T: Serialize> Serialize for ByParty<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(self.1.len()))?;
        for (party, value) in self.0.iter().zip(self.1) {
            out.serialize_entry(party, value)?;
        }
        out.end()
    }
}
