//! Ladders of ranks, what equals what between them, and lists of named values.

use serde::Serialize;

use crate::policy::citation::Citation;

/// Words an instrument uses for ranks and kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vocabulary {
    /// Ranks, lowest first, one ladder per id (`title`, `skill`, `admin`, `education`).
    pub ladders: Vec<Ladder>,
    /// Rungs of different ladders the text puts side by side (A-G-11).
    pub equivalences: Vec<Equivalence>,
    /// Named values.
    pub lists: Vec<List>,
    /// Registers kept by others that leaves look into.
    pub registers: Vec<Register>,
}

/// A register kept by others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Register {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Who keeps it, as far as the text says.
    pub kept_by: Option<String>,
    /// Where.
    pub citation: Citation,
}

/// One ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ladder {
    /// Id.
    pub id: String,
    /// What users call it.
    pub label: String,
    /// Rungs, lowest first.
    pub rungs: Vec<String>,
    /// Other spellings of a rung (高级 = 副高级), as (spelling, rung index).
    pub aliases: Vec<(String, u16)>,
}

impl Ladder {
    /// The index of a rung, by its name or an alias; higher is higher.
    pub fn rung(&self, name: &str) -> Option<u16> {
        let place = self.rungs.iter().position(|rung| rung == name);
        place
            .and_then(|place| u16::try_from(place).ok())
            .or_else(|| {
                self.aliases
                    .iter()
                    .find(|(alias, _)| alias == name)
                    .map(|(_, rung)| *rung)
            })
    }
}

/// A rung of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Rung {
    /// Index into [`Vocabulary::ladders`].
    pub ladder: u16,
    /// Index into [`Ladder::rungs`].
    pub rung: u16,
}

/// Two rungs the text puts side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Equivalence {
    /// One.
    pub a: Rung,
    /// The other.
    pub b: Rung,
    /// Where.
    pub citation: Citation,
}

/// A list of named values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct List {
    /// Id.
    pub id: String,
    /// What users call it.
    pub label: String,
    /// Values in the order of the text.
    pub values: Vec<String>,
    /// Closed by 等 or 其他: a further value 其他 with a text is offered (A-G-14).
    pub open: bool,
    /// Where.
    pub citation: Citation,
}

impl List {
    /// Every value a form offers: the text's, then 其他 when the list is open.
    pub fn offered(&self) -> impl Iterator<Item = &str> {
        let other = (self.open && !self.values.iter().any(|v| v == OTHER)).then_some(OTHER);
        self.values.iter().map(String::as_str).chain(other)
    }

    /// Does the list offer this value?
    pub fn offers(&self, value: &str) -> bool {
        self.offered().any(|offered| offered == value)
    }
}

/// The value an open list ends in.
pub const OTHER: &str = "其他";

impl Vocabulary {
    /// A ladder by id.
    pub fn ladder(&self, id: &str) -> Option<&Ladder> {
        self.ladders.iter().find(|ladder| ladder.id == id)
    }

    /// A list by id.
    pub fn list(&self, id: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.id == id)
    }

    /// A register by id.
    pub fn register(&self, id: &str) -> Option<&Register> {
        self.registers.iter().find(|register| register.id == id)
    }

    /// The name of a rung.
    pub fn name(&self, rung: Rung) -> &str {
        self.ladders
            .get(usize::from(rung.ladder))
            .and_then(|ladder| ladder.rungs.get(usize::from(rung.rung)))
            .map_or("", String::as_str)
    }

    /// A rung by ladder id and name or alias.
    pub fn rung(&self, ladder: &str, name: &str) -> Option<Rung> {
        let place = self
            .ladders
            .iter()
            .position(|candidate| candidate.id == ladder)?;
        let rung = self.ladders.get(place)?.rung(name)?;
        Some(Rung {
            ladder: u16::try_from(place).ok()?,
            rung,
        })
    }

    /// Is what a person holds at least what is asked, on the same ladder or through an equivalence?
    /// 高级技师 reaches 高级(职称) because the text pairs them; nothing is equal that the text does not
    /// pair (A-G-11).
    pub fn reaches(&self, held: Rung, asked: Rung) -> bool {
        if held.ladder == asked.ladder {
            return held.rung >= asked.rung;
        }
        self.equivalences.iter().any(|pair| {
            let crosses = |from: Rung, to: Rung| {
                held.ladder == from.ladder
                    && asked.ladder == to.ladder
                    && held.rung >= from.rung
                    && to.rung >= asked.rung
            };
            crosses(pair.a, pair.b) || crosses(pair.b, pair.a)
        })
    }
}
