//! Random draws that anybody can check: the protocol LX1.
//!
//! 1. The list of candidates and the request are frozen into a [`Frame`] and
//!    fingerprinted before chance exists.
//! 2. Every party commits to a secret [`Share`]; when all commitments are in, all
//!    shares are revealed. Together they make the seed: one honest party is enough
//!    for nobody to know or choose it.
//! 3. The seed gives every candidate one ticket, that of nobody else playing a part.
//! 4. Seats are filled in ticket order under groups and nested caps, never leaving
//!    a seat that could not be filled ([`Draw::run`]).
//! 5. Whoever leaves is replaced by the next in the same order ([`Record::apply`]).
//!
//! The [`Record`] carries all of it, and [`verify`] replays it from its bytes. The
//! crate does no I/O, reads no clock and rolls no dice: time and chance are arguments.
//! The text a stranger implements from is `docs/draw-protocol.md`.

mod chances;
mod classes;
mod events;
mod flow;
mod frame;
mod header;
mod infeasible;
mod json;
mod merkle;
mod order;
mod record;
mod replay;
mod seating;
mod seed;
mod selection;
mod shapes;
mod suite;
mod verify;

pub use chances::{Chances, ClassChance, Guess, Method};
pub use classes::GroupSet;
pub use events::{Event, EventError, EventKind, Fill};
pub use frame::{Frame, FrameError, FrameReadError};
pub use header::{Basis, Beacon, Candidate, Cap, Excluded, Group, Header};
pub use infeasible::{Change, Demand, Infeasible, Minimality, Relaxation};
pub use json::ReadError;
pub use merkle::TreeHash;
pub use order::ticket;
pub use record::{Draw, DrawError, Record, abandoned};
pub use replay::{Outcome, Seated};
pub use seed::{DiceError, FEWEST_THROWS, Share, ShareMismatch, check_reveal, commitment, seed};
pub use suite::{Digest, NotHex, Ref, Suite};
pub use verify::{Verified, VerifyError, verify};
