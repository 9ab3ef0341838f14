//! Gatherings.

use super::checker::Name;
use super::section::Section;
use crate::policy::pack::{Force, Gathering, Invites};

pub(super) fn gatherings(root: &Section<'_>) -> Vec<Gathering> {
    root.sections("gathering")
        .iter()
        .map(|s| Gathering {
            id: s.text("id"),
            label: s.text("label"),
            by: s.name("by", Name::Party),
            invites: s.word_or("invites", Invites::Everybody),
            counts: s.word_opt("counts"),
            agenda: s.texts("agenda"),
            open: s.truth_or("open", false),
            record: s.texts("record"),
            follow_up: s.texts("follow_up"),
            before_first_task: s.word_opt::<Force>("before_first_task"),
            citation: s.citation(),
        })
        .collect()
}
