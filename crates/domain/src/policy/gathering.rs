//! Meetings and trainings: who is invited, and what a record still lacks (CY 第二十条, JM 第十三条).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::{Gathering, Invites};
use crate::expert::Term;

/// An expert as far as invitations ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitee {
    /// Current or last term.
    pub term: Term,
    /// Left before its end.
    #[serde(default)]
    pub left: bool,
    /// Names of specialties.
    #[serde(default)]
    pub specialties: Vec<String>,
}

/// Something said at a gathering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Kind (信息, 意见, 建议).
    pub kind: String,
    /// Who follows it up.
    #[serde(default)]
    pub owner: Option<String>,
}

/// Places in the list of those invited on a day. A chosen gathering invites who has one of the chosen
/// specialties; a plenary asks nobody's specialty.
pub fn invited(
    gathering: &Gathering,
    experts: &[Invitee],
    chosen: &[String],
    on: Date,
) -> Vec<usize> {
    let asked = |expert: &Invitee| {
        let matches = || expert.specialties.iter().any(|name| chosen.contains(name));
        expert.term.covers(on)
            && !expert.left
            && (gathering.invites == Invites::Everybody || matches())
    };
    let places = experts
        .iter()
        .enumerate()
        .filter(|(_, expert)| asked(expert));
    places.map(|(place, _)| place).collect()
}

/// May the record be closed, given the parts of the agenda that say something? Where the agenda is
/// open, a topic of one's own will do.
pub fn may_close(gathering: &Gathering, filled: &[String]) -> bool {
    let counts = |part: &String| gathering.open || gathering.agenda.contains(part);
    gathering.agenda.is_empty() || filled.iter().any(counts)
}

/// Places in the list of contributions that still need somebody to follow them up.
pub fn open(gathering: &Gathering, contributions: &[Contribution]) -> Vec<usize> {
    let needs = |c: &Contribution| gathering.follow_up.contains(&c.kind) && c.owner.is_none();
    let places = contributions.iter().enumerate().filter(|(_, c)| needs(c));
    places.map(|(place, _)| place).collect()
}
