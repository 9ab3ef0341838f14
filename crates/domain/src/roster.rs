//! A pool's experts as lists and requests see them, held compactly in memory: about forty bytes a
//! person, and about a hundred for each different name.
//!
//! Most facts lists and frames look at are shared by many people: a standing, a set of specialties,
//! a level, an employer, a name. Each is kept once; a question is answered once for each, and only
//! then for the people. `list` cuts pages, `crowd` counts whom a request could draw.

mod crowd;
mod list;
mod names;
mod numbers;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hasher;

use jiff::civil::Date;

use self::names::Names;
use self::numbers::Numbers;
use crate::expert::{Expert, Standing};
use crate::id::SpecialtyId;
use crate::organisation::OrganisationRef;
use crate::person::Profile;
use crate::pinyin::SearchKeys;
use crate::search;

pub use list::{Filter, Last, Listed, Order};

/// Between the parts of a card. JSON escapes it, so no part holds it.
const PART: char = '\u{1f}';

/// Everything lists and frames look at of one expert, as a line to be stored beside it; but for name
/// and number, which are stored already.
pub fn card(expert: &Expert, profile: &Profile) -> String {
    // What is kept of a standing is what it answers, not why.
    let standing = match expert.standing.clone() {
        Standing::Suspended { term, until, .. } => Standing::Suspended {
            term,
            until,
            reason: String::new(),
        },
        Standing::Left { term, on, .. } => Standing::Left {
            term,
            on,
            ground: String::new(),
        },
        Standing::Lapsed { term, .. } => Standing::Lapsed {
            term,
            suspended: None,
        },
        appointed @ Standing::Appointed { .. } => appointed,
    };
    let specialties: Vec<String> = expert.specialties.iter().map(ToString::to_string).collect();
    let grade = Grade {
        team: expert.team.clone(),
        duties: expert.duties.clone(),
        titles: profile.titles.iter().map(|t| t.level.clone()).collect(),
        skills: profile.skills.iter().map(|s| s.level.clone()).collect(),
    };
    let employer = profile.employer.as_ref().map(|employer| OrganisationRef {
        id: employer.organisation,
        name: employer.name.clone(),
        credit_code: employer.credit_code.clone(),
    });
    let mut former: Vec<String> = profile
        .work
        .iter()
        .flat_map(|work| std::iter::once(&work.employer).chain(&work.credit_code))
        .map(|text| format!("{:08x}", mark(text)))
        .collect();
    former.sort_unstable();
    former.dedup();
    [
        json(&standing),
        specialties.join(","),
        json(&grade),
        json(&employer),
        former.join(","),
    ]
    .join("\u{1f}")
}

fn json(value: &impl serde::Serialize) -> String {
    // Plain structures of strings and dates cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// 32 bits of a text: enough to leave almost everybody else out, and whoever is not left out is
/// looked at in full.
fn mark(text: &str) -> u32 {
    let full = hash(text);
    (full ^ (full >> 32)) as u32
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// One expert as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'c> {
    /// Number inside the pool, from 1.
    pub place: u32,
    /// 姓名
    pub name: Cow<'c, str>,
    /// 专家编号, or nothing.
    pub number: Cow<'c, str>,
    /// What [`card`] wrote.
    pub card: Cow<'c, str>,
}

/// A card that this program did not write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a card: {0}")]
pub struct BadCard(String);

/// Team, duties and rungs: few pools have more than some thousands of these together.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Grade {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    duties: Vec<String>,
    titles: Vec<String>,
    skills: Vec<String>,
}

/// Values that many share, each kept once.
#[derive(Debug, Clone)]
struct Shared<T> {
    values: Vec<T>,
    known: HashMap<Box<str>, u32>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            known: HashMap::new(),
        }
    }
}

impl<T> Shared<T> {
    fn place(&mut self, text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<u32> {
        if let Some(place) = self.known.get(text) {
            return Some(*place);
        }
        let place = u32::try_from(self.values.len()).ok()?;
        self.values.push(read(text)?);
        self.known.insert(text.into(), place);
        Some(place)
    }

    fn at(&self, place: u32) -> &T {
        &self.values[place as usize]
    }
}

/// An employer, or none, with what finds it.
#[derive(Debug, Clone)]
struct Employed {
    organisation: Option<OrganisationRef>,
    form: String,
}

impl Employed {
    fn read(text: &str) -> Option<Self> {
        let organisation: Option<OrganisationRef> = serde_json::from_str(text).ok()?;
        let name = organisation.as_ref().map_or("", |one| one.name.as_str());
        let keys = SearchKeys::of_text(name);
        let initials = keys.initials.iter().take(2).map(String::as_str);
        let form = search::form(std::iter::once(name).chain(initials));
        Some(Self { organisation, form })
    }
}

#[derive(Debug, Clone, Copy)]
struct Row {
    standing: u32,
    specialties: u32,
    grade: u32,
    employer: u32,
    name: u32,
    number: u32,
}

/// Nobody stands at this place.
const NOBODY: Row = Row {
    standing: u32::MAX,
    specialties: u32::MAX,
    grade: u32::MAX,
    employer: u32::MAX,
    name: u32::MAX,
    number: u32::MAX,
};

impl Row {
    const fn is_somebody(&self) -> bool {
        self.standing != NOBODY.standing
    }
}

/// How many memberships there are in each group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All together.
    pub members: usize,
    /// By team; under `None` those of no team.
    pub teams: BTreeMap<Option<String>, usize>,
    /// By value of the duty axis; whoever has several is counted in each.
    pub duties: BTreeMap<String, usize>,
    /// By specialty; whoever has several is counted in each.
    pub specialties: BTreeMap<SpecialtyId, usize>,
}

/// A pool's experts by their number inside it.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    rows: Vec<Row>,
    people: usize,
    /// Marks of former employers, each with the row it is of.
    former: Vec<(u32, u32)>,
    standings: Shared<Standing>,
    specialties: Shared<Vec<SpecialtyId>>,
    grades: Shared<Grade>,
    employers: Shared<Employed>,
    names: Names,
    numbers: Numbers,
}

/// A roster into which people are being entered; it is in order again when this is dropped.
#[derive(Debug)]
pub struct Entering<'r> {
    roster: &'r mut Roster,
}

impl Drop for Entering<'_> {
    fn drop(&mut self) {
        self.roster.names.settle();
    }
}

impl Roster {
    /// How many people are on it.
    pub const fn len(&self) -> usize {
        self.people
    }

    /// Is nobody on it?
    pub const fn is_empty(&self) -> bool {
        self.people == 0
    }

    /// The places of those of whose standing this holds, in order. The question is asked once for each
    /// different standing, and nobody is looked at when it holds for none.
    pub fn standing(&self, holds: impl Fn(&Standing) -> bool) -> Vec<u32> {
        let answers: Vec<bool> = self.standings.values.iter().map(holds).collect();
        if !answers.contains(&true) {
            return Vec::new();
        }
        let held = |row: &Row| row.is_somebody() && answers[row.standing as usize];
        (0..)
            .zip(&self.rows)
            .filter(|(_, row)| held(row))
            .map(|(place, _)| place)
            .collect()
    }

    /// How many have a standing of which this holds.
    pub fn count(&self, holds: impl Fn(&Standing) -> bool) -> usize {
        self.standing(holds).len()
    }

    /// How many of those of whose standing this holds are in each group.
    pub fn tally(&self, holds: impl Fn(&Standing) -> bool) -> Tally {
        let answers: Vec<bool> = self.standings.values.iter().map(holds).collect();
        let mut grades = vec![0_usize; self.grades.values.len()];
        let mut classes = vec![0_usize; self.specialties.values.len()];
        for row in self.rows.iter().filter(|row| row.is_somebody()) {
            let counts = usize::from(answers[row.standing as usize]);
            grades[row.grade as usize] += counts;
            classes[row.specialties as usize] += counts;
        }
        let mut tally = Tally::default();
        for (grade, members) in self.grades.values.iter().zip(grades) {
            if members > 0 {
                tally.members += members;
                *tally.teams.entry(grade.team.clone()).or_insert(0) += members;
                for duty in &grade.duties {
                    *tally.duties.entry(duty.clone()).or_insert(0) += members;
                }
            }
        }
        for (specialties, members) in self.specialties.values.iter().zip(classes) {
            for specialty in specialties.iter().filter(|_| members > 0) {
                *tally.specialties.entry(*specialty).or_insert(0) += members;
            }
        }
        tally
    }

    /// The first day on which a term of those ends of whose standing this holds.
    pub fn first_end(&self, holds: impl Fn(&Standing) -> bool) -> Option<Date> {
        let ends: Vec<Option<Date>> = self
            .standings
            .values
            .iter()
            .map(|standing| holds(standing).then(|| standing.term().to))
            .collect();
        let rows = self.rows.iter().filter(|row| row.is_somebody());
        rows.filter_map(|row| ends[row.standing as usize]).min()
    }

    /// Of those of these teams of whose standing this holds: how many, and the soonest end of a term.
    pub fn ends_in(
        &self,
        teams: &BTreeSet<String>,
        holds: impl Fn(&Standing) -> bool,
    ) -> (usize, Option<Date>) {
        let within = |grade: &Grade| grade.team.as_ref().is_some_and(|team| teams.contains(team));
        let graded: Vec<bool> = self.grades.values.iter().map(within).collect();
        let found: Vec<Date> = self
            .standing(holds)
            .into_iter()
            .map(|place| self.rows[place as usize])
            .filter(|row| graded[row.grade as usize])
            .map(|row| self.standings.values[row.standing as usize].term().to)
            .collect();
        (found.len(), found.iter().min().copied())
    }

    /// Opens it for entries.
    pub const fn entering(&mut self) -> Entering<'_> {
        Entering { roster: self }
    }

    fn read(&mut self, entry: &Entry<'_>, former: &mut Vec<(u32, u32)>) -> Option<Row> {
        let parts: Vec<&str> = entry.card.split(PART).collect();
        // Cards of older versions hold a mark of the name before the former employers.
        let ([standing, specialties, grade, employer, once]
        | [standing, specialties, grade, employer, _, once]) = parts[..]
        else {
            return None;
        };
        let known = self.rows.get(entry.place as usize);
        let known = known.filter(|row| row.is_somebody()).map(|row| row.number);
        let number = match known {
            Some(begin) if self.numbers.at(begin) == entry.number => begin,
            _ => self.numbers.enter(&entry.number)?,
        };
        let row = Row {
            standing: self
                .standings
                .place(standing, |text| serde_json::from_str(text).ok())?,
            specialties: self.specialties.place(specialties, |text| {
                text.split(',')
                    .filter(|id| !id.is_empty())
                    .map(|id| id.parse().ok())
                    .collect()
            })?,
            grade: self
                .grades
                .place(grade, |text| serde_json::from_str(text).ok())?,
            employer: self.employers.place(employer, Employed::read)?,
            name: self.names.enter(&entry.name)?,
            number,
        };
        for text in once.split(',').filter(|text| !text.is_empty()) {
            former.push((u32::from_str_radix(text, 16).ok()?, entry.place));
        }
        Some(row)
    }
}

impl Entering<'_> {
    /// Enters some people, in place of what was known of them.
    ///
    /// # Errors
    /// [`BadCard`]; the entries before it are made.
    pub fn enter<'c>(
        &mut self,
        entries: impl IntoIterator<Item = Entry<'c>>,
    ) -> Result<(), BadCard> {
        let roster = &mut *self.roster;
        let mut again: Vec<u32> = Vec::new();
        let mut former: Vec<(u32, u32)> = Vec::new();
        for entry in entries {
            let row = roster
                .read(&entry, &mut former)
                .ok_or_else(|| BadCard(entry.card.replace(PART, " ")))?;
            let place = entry.place as usize;
            if place >= roster.rows.len() {
                roster.rows.resize(place + 1, NOBODY);
            }
            if roster.rows[place].is_somebody() {
                again.push(entry.place);
            } else {
                roster.people += 1;
            }
            roster.rows[place] = row;
        }
        if !again.is_empty() {
            again.sort_unstable();
            roster
                .former
                .retain(|(_, place)| again.binary_search(place).is_err());
        }
        roster.former.append(&mut former);
        Ok(())
    }
}

/// Mixes a few small numbers: a million look-ups must not cost a cryptographic hash each.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
