//! Everything a decision on one person looks at.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pack::{Situation, Standing};
use super::words::words;
use crate::person::Profile;

words! {
    /// Whether what is not stated may still come.
    Filing {
        /// The person signed the form: an empty list means there is nothing to list.
        Signed = "signed", "已签名提交";
        /// Not yet: an empty list means that nobody knows.
        Draft = "draft", "尚未提交";
    }
}

/// The facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// What is known of the person.
    pub profile: Profile,
    /// Whether the profile is complete.
    pub filing: Filing,
    /// What the person ticked, by leaf.
    pub declared: BTreeMap<String, Ticks>,
    /// What a reviewer confirmed or denied, by leaf.
    pub reviewed: BTreeMap<String, bool>,
    /// What a reviewer's confirmation rests on, in words, by leaf.
    pub notes: BTreeMap<String, String>,
    /// Registers looked up, with what they say of the person. A register that is not here was not
    /// looked up.
    pub registers: BTreeMap<String, Vec<Listing>>,
    /// Specialties applied for or assigned.
    pub specialties: Vec<String>,
    /// Channel, teams and other fields conditions ask for.
    pub situation: Situation,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            filing: Filing::Signed,
            declared: BTreeMap::new(),
            reviewed: BTreeMap::new(),
            notes: BTreeMap::new(),
            registers: BTreeMap::new(),
            specialties: Vec::new(),
            situation: Situation::EMPTY,
        }
    }
}

/// An entry of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// How the person stands to whoever is listed.
    pub standing: Standing,
    /// Who is listed.
    pub subject: String,
    /// Since when.
    pub from: Date,
    /// Removed on; `None` = still listed.
    #[serde(default)]
    pub to: Option<Date>,
    /// Where this was looked up.
    #[serde(default)]
    pub source: Option<String>,
}

impl Listing {
    /// Is the entry in force on this day? The day of removal no longer counts.
    pub fn in_force(&self, on: Date) -> bool {
        self.from <= on && self.to.is_none_or(|to| on < to)
    }
}

/// What a person ticked of a declared leaf: all of it at once, or element by element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticks {
    /// The whole.
    Whole(bool),
    /// Each element in the order of the pack.
    Each(Vec<bool>),
}

impl Ticks {
    /// Is everything ticked, given how many elements there are?
    pub fn complete(&self, elements: usize) -> bool {
        match self {
            Self::Whole(ticked) => *ticked,
            Self::Each(ticks) => ticks.len() >= elements.max(1) && ticks.iter().all(|tick| *tick),
        }
    }

    /// Which elements are not ticked.
    pub fn open(&self, elements: usize) -> Vec<usize> {
        let ticked = |place: usize| match self {
            Self::Whole(ticked) => *ticked,
            Self::Each(ticks) => ticks.get(place).copied().unwrap_or(false),
        };
        (0..elements).filter(|place| !ticked(*place)).collect()
    }
}

impl Serialize for Ticks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(ticked) => serializer.serialize_bool(*ticked),
            Self::Each(ticks) => ticks.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Ticks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TicksVisitor;
        impl<'de> Visitor<'de> for TicksVisitor {
            type Value = Ticks;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, or a list of them")
            }

            fn visit_bool<E: de::Error>(self, ticked: bool) -> Result<Ticks, E> {
                Ok(Ticks::Whole(ticked))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Ticks, A::Error> {
                let mut ticks = Vec::new();
                while let Some(tick) = seq.next_element()? {
                    ticks.push(tick);
                }
                Ok(Ticks::Each(ticks))
            }
        }
        deserializer.deserialize_any(TicksVisitor)
    }
}
