//! Replaying a record somebody else wrote.

use std::collections::BTreeMap;

use crate::events::{Event, EventError};
use crate::frame::{Frame, FrameError, FrameReadError};
use crate::infeasible::Infeasible;
use crate::json::{At, Fields, ReadError, parse};
use crate::record::{Record, event_link, result_link};
use crate::replay::{Outcome, Replay, Seated};
use crate::seed::{Share, ShareMismatch, check_reveal, seed};
use crate::suite::{Digest, Ref};

/// A record that was checked from the first byte to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The record.
    pub record: Record,
}

/// Where and why a record fails; the message says it in Chinese.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not a document of the protocol's shape.
    #[error("记录格式不符：{0}")]
    Read(#[from] ReadError),
    /// The list of people or the request breaks a rule of the protocol.
    #[error("候选范围不合规则：{0}")]
    Frame(#[from] FrameError),
    /// `frame_digest` is not the digest of the header and lists in the record.
    #[error(
        "候选范围指纹不符：记录写 {recorded}，按名单重算为 {computed}。名单、名额或规则在封存之后被改动过"
    )]
    FrameDigest {
        /// As written.
        recorded: Digest,
        /// As computed.
        computed: Digest,
    },
    /// `commitments` or `shares` does not list exactly the parties.
    #[error("{field} 中{trouble}“{party}”。密签与揭示应恰好各方一份")]
    Parties {
        /// Which object.
        field: &'static str,
        /// Missing or too many.
        trouble: &'static str,
        /// Who.
        party: String,
    },
    /// A share is not the one committed to.
    #[error("揭示与密签不符：{0}")]
    Reveal(#[from] ShareMismatch),
    /// `beacon_value` is there without a beacon, or missing or empty with one.
    #[error(
        "公开随机值不符：beacon 为空时 beacon_value 应为 null，约定了公开随机源时应为其公布的值"
    )]
    Beacon,
    /// `seed` does not follow from frame, shares and beacon.
    #[error("种子不符：记录写 {recorded}，按各方随机数重算为 {computed}。有随机数或种子被改动过")]
    Seed {
        /// As written.
        recorded: Digest,
        /// As computed.
        computed: Digest,
    },
    /// The seats cannot all be filled, so there was no draw to record.
    #[error("名额补不满，不应有抽取结果：{0}")]
    Infeasible(#[from] Infeasible),
    /// A seat is not held by the first in the order who could take it.
    #[error("第 {} 个席位不符：记录为{}，按抽签号应为{}。结果被改动过", seat + 1, seated(recorded), seated(expected))]
    Panel {
        /// Place in `result.panel`, from 0.
        seat: usize,
        /// As written; none if the list is too short.
        recorded: Option<Seated>,
        /// As replayed; none if the list is too long.
        expected: Option<Seated>,
    },
    /// The reserves of a group are not the next in the order.
    #[error("第 {} 组的候补不符：记录与按抽签号排出的不同。结果被改动过", group + 1)]
    Reserves {
        /// Index of the group.
        group: usize,
    },
    /// An event that could not happen.
    #[error("第 {} 个事项不成立：{error}", index + 1)]
    Event {
        /// Place in `events`, from 0.
        index: usize,
        /// Why not.
        error: EventError,
    },
    /// A seat went to somebody who was not next.
    #[error("第 {} 个事项的递补不符：记录为{}，按抽签号应为{}", index + 1, person(recorded), person(expected))]
    Replacement {
        /// Place in `events`, from 0.
        index: usize,
        /// As written.
        recorded: Option<Ref>,
        /// As replayed.
        expected: Option<Ref>,
    },
    /// `record_digest` does not bind what is in the record.
    #[error("记录指纹不符：记录写 {recorded}，重算为 {computed}。结果或事项被改动过")]
    RecordDigest {
        /// As written.
        recorded: Digest,
        /// As computed.
        computed: Digest,
    },
}

fn person(reference: &Option<Ref>) -> String {
    match reference {
        Some(reference) => format!(" {reference} "),
        None => "无人".to_owned(),
    }
}

fn seated(seat: &Option<Seated>) -> String {
    match seat {
        Some(seat) => format!(" {}（第 {} 组）", seat.reference, seat.group + 1),
        None => "无".to_owned(),
    }
}

impl From<FrameReadError> for VerifyError {
    fn from(error: FrameReadError) -> Self {
        match error {
            FrameReadError::Read(error) => Self::Read(error),
            FrameReadError::Frame(error) => Self::Frame(error),
        }
    }
}

/// Checks a record completely: shape, frame, digest, commitments, seed, panel,
/// reserves, every event, and the record digest. It does not say who signed it.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(bytes: &[u8]) -> Result<Verified, VerifyError> {
    let mut fields = At::root(parse(bytes)?).fields()?;
    let frame = Frame::read(&mut fields)?;
    let recorded = Recorded::read(&mut fields)?;
    fields.done()?;
    recorded.check(frame)
}

/// The fields after the frame, as written.
struct Recorded {
    frame_digest: Digest,
    commitments: BTreeMap<String, Digest>,
    shares: BTreeMap<String, Share>,
    beacon_value: Option<String>,
    seed: Digest,
    outcome: Outcome,
    events: Vec<Event>,
    record_digest: Digest,
}

impl Recorded {
    fn read(fields: &mut Fields) -> Result<Self, ReadError> {
        Ok(Self {
            frame_digest: fields.take("frame_digest")?.parsed()?,
            commitments: fields.take("commitments")?.fields()?.entries(At::parsed)?,
            shares: fields.take("shares")?.fields()?.entries(At::parsed)?,
            beacon_value: fields.take("beacon_value")?.optional(At::text)?,
            seed: fields.take("seed")?.parsed()?,
            outcome: Outcome::read(fields.take("result")?)?,
            events: fields.take("events")?.list(Event::read)?,
            record_digest: fields.take("record_digest")?.parsed()?,
        })
    }

    fn check(self, frame: Frame) -> Result<Verified, VerifyError> {
        let suite = frame.header().suite;
        let computed = frame.digest();
        if self.frame_digest != computed {
            return Err(VerifyError::FrameDigest {
                recorded: self.frame_digest,
                computed,
            });
        }
        let parties = &frame.header().parties;
        let commitments = in_order("commitments", parties, self.commitments)?;
        let shares = in_order("shares", parties, self.shares)?;
        for ((party, share), committed) in parties.iter().zip(&shares).zip(&commitments) {
            check_reveal(suite, computed, party, share, committed)?;
        }
        let beacon_fits = match &self.beacon_value {
            Some(value) => frame.header().beacon.is_some() && !value.is_empty(),
            None => frame.header().beacon.is_none(),
        };
        if !beacon_fits {
            return Err(VerifyError::Beacon);
        }
        let seed = seed(suite, computed, &shares, self.beacon_value.as_deref());
        if self.seed != seed {
            return Err(VerifyError::Seed {
                recorded: self.seed,
                computed: seed,
            });
        }
        let Some((mut replay, expected)) = Replay::draw(&frame, seed) else {
            return Err(VerifyError::Infeasible(Infeasible::explain(&frame)));
        };
        compare(&self.outcome, &expected)?;
        let mut link = result_link(suite, computed, seed, &expected);
        for (index, event) in self.events.iter().enumerate() {
            let expected = replay
                .enter(event)
                .map_err(|error| VerifyError::Event { index, error })?;
            if let Event::Left { replacement, .. } = event
                && *replacement != expected
            {
                return Err(VerifyError::Replacement {
                    index,
                    recorded: *replacement,
                    expected,
                });
            }
            link = event_link(suite, link, event);
        }
        drop(replay);
        if self.record_digest != link {
            return Err(VerifyError::RecordDigest {
                recorded: self.record_digest,
                computed: link,
            });
        }
        Ok(Verified {
            record: Record {
                frame,
                commitments,
                shares,
                beacon_value: self.beacon_value,
                seed,
                outcome: self.outcome,
                events: self.events,
                record_digest: link,
            },
        })
    }
}

fn in_order<T>(
    field: &'static str,
    parties: &[String],
    mut by_party: BTreeMap<String, T>,
) -> Result<Vec<T>, VerifyError> {
    let mut ordered = Vec::new();
    for party in parties {
        match by_party.remove(party) {
            Some(value) => ordered.push(value),
            None => {
                return Err(VerifyError::Parties {
                    field,
                    trouble: "缺少",
                    party: party.clone(),
                });
            }
        }
    }
    match by_party.into_keys().next() {
        Some(party) => Err(VerifyError::Parties {
            field,
            trouble: "多出",
            party,
        }),
        None => Ok(ordered),
    }
}

fn compare(recorded: &Outcome, expected: &Outcome) -> Result<(), VerifyError> {
    let seats = recorded.panel.len().max(expected.panel.len());
    for seat in 0..seats {
        let (recorded, expected) = (
            recorded.panel.get(seat).copied(),
            expected.panel.get(seat).copied(),
        );
        if recorded != expected {
            return Err(VerifyError::Panel {
                seat,
                recorded,
                expected,
            });
        }
    }
    let groups = recorded.reserves.len().max(expected.reserves.len());
    match (0..groups).find(|&group| recorded.reserves.get(group) != expected.reserves.get(group)) {
        Some(group) => Err(VerifyError::Reserves { group }),
        None => Ok(()),
    }
}
