//! A pool's experts as a request sees them, held compactly in memory: about forty bytes a person.
//!
//! Most facts a frame looks at are shared by many people: a standing, a set of specialties, a
//! level, an employer. Each is kept once, and people who share them all are one [`Prospect`] with a
//! number. Whoever bears the name of somebody reviewed, or once worked for a reviewed organisation,
//! is looked at one by one ([`Roster::apart`]); so is everybody the caller knows more about
//! (relations, other work, rests, registers).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::crowd::Crowd;
use crate::expert::{Expert, Standing};
use crate::frame::{Prospect, Question};
use crate::id::{ExpertId, PersonId, PoolId, SpecialtyId};
use crate::organisation::OrganisationRef;
use crate::person::{Employer, Profile, Skill, Title};
use crate::rotation::Rotation;
use crate::task::{RecusalDemand, Request};

/// Between the parts of a card. JSON escapes it, so no part holds it.
const PART: char = '\u{1f}';

/// Everything a frame looks at of one expert, as a line to be stored beside it.
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
        appointed @ Standing::Appointed { .. } => appointed,
    };
    let specialties: Vec<String> = expert.specialties.iter().map(ToString::to_string).collect();
    let grade = Grade {
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
        format!("{:08x}", mark(&profile.name)),
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
    let full = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (full ^ (full >> 32)) as u32
}

/// A card that this program did not write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a card: {0}")]
pub struct BadCard(String);

/// Duties and rungs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Grade {
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

#[derive(Debug, Clone, Copy)]
struct Row {
    standing: u32,
    specialties: u32,
    grade: u32,
    employer: u32,
    name: u32,
}

/// Nobody has this number.
const NOBODY: Row = Row {
    standing: u32::MAX,
    specialties: u32::MAX,
    grade: u32::MAX,
    employer: u32::MAX,
    name: 0,
};

/// A pool's experts by number, as a request sees them.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    rows: Vec<Row>,
    /// Marks of former employers, each with the row it is of.
    former: Vec<(u32, u32)>,
    standings: Shared<Standing>,
    specialties: Shared<Vec<SpecialtyId>>,
    grades: Shared<Grade>,
    employers: Shared<Option<OrganisationRef>>,
}

impl Roster {
    /// How many people are on it.
    pub fn len(&self) -> usize {
        let there = |row: &&Row| row.standing != NOBODY.standing;
        self.rows.iter().filter(there).count()
    }

    /// Is nobody on it?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Enters the cards of some people by their numbers, in place of what was known of them.
    ///
    /// # Errors
    /// [`BadCard`]; the cards before it are entered.
    pub fn enter<'c>(
        &mut self,
        cards: impl IntoIterator<Item = (u32, &'c str)>,
    ) -> Result<(), BadCard> {
        let mut again: Vec<u32> = Vec::new();
        let mut former: Vec<(u32, u32)> = Vec::new();
        for (number, card) in cards {
            let row = self
                .read(number, card, &mut former)
                .ok_or_else(|| BadCard(card.replace(PART, " ")))?;
            let place = number as usize;
            if place >= self.rows.len() {
                self.rows.resize(place + 1, NOBODY);
            }
            if self.rows[place].standing != NOBODY.standing {
                again.push(number);
            }
            self.rows[place] = row;
        }
        if !again.is_empty() {
            again.sort_unstable();
            self.former
                .retain(|(_, number)| again.binary_search(number).is_err());
        }
        self.former.append(&mut former);
        Ok(())
    }

    fn read(&mut self, number: u32, card: &str, former: &mut Vec<(u32, u32)>) -> Option<Row> {
        let mut parts = card.split(PART);
        let mut next = || parts.next();
        let row = Row {
            standing: self
                .standings
                .place(next()?, |text| serde_json::from_str(text).ok())?,
            specialties: self.specialties.place(next()?, |text| {
                text.split(',')
                    .filter(|id| !id.is_empty())
                    .map(|id| id.parse().ok())
                    .collect()
            })?,
            grade: self
                .grades
                .place(next()?, |text| serde_json::from_str(text).ok())?,
            employer: self
                .employers
                .place(next()?, |text| serde_json::from_str(text).ok())?,
            name: u32::from_str_radix(next()?, 16).ok()?,
        };
        for text in next()?.split(',').filter(|text| !text.is_empty()) {
            former.push((u32::from_str_radix(text, 16).ok()?, number));
        }
        next().is_none().then_some(row)
    }

    /// Numbers of those who must be looked at one by one for this request: they may bear the name
    /// of somebody reviewed, or may have worked for a reviewed organisation.
    pub fn apart(&self, request: &Request) -> Vec<u32> {
        let people = request
            .reviewed
            .iter()
            .flat_map(|reviewed| &reviewed.people)
            .map(|person| mark(&person.name));
        let names: Vec<u32> = people.collect();
        let places = request
            .reviewed
            .iter()
            .map(|reviewed| &reviewed.organisation)
            .flat_map(|organisation| {
                std::iter::once(&organisation.name).chain(&organisation.credit_code)
            })
            .map(|text| mark(text));
        let places: Vec<u32> = places.collect();
        let mut apart: Vec<u32> = Vec::new();
        if !places.is_empty() {
            let worked = self.former.iter().filter(|(mark, _)| places.contains(mark));
            apart.extend(worked.map(|(_, number)| *number));
        }
        if !names.is_empty() {
            let named = self.rows.iter().enumerate();
            let named = named.filter(|(_, row)| names.contains(&row.name));
            apart.extend(named.filter_map(|(number, _)| u32::try_from(number).ok()));
        }
        apart.sort_unstable();
        apart.dedup();
        apart
    }

    /// Everybody in scope of a question, people who are alike as one. `apart` are those looked at
    /// in full, by number.
    pub fn crowd(&self, question: &Question<'_>, mut apart: Vec<(u32, Prospect)>) -> Crowd {
        let request = question.request;
        let seats = request.seats() as usize;
        let wanted = Wanted::of(self, question);
        apart.sort_unstable_by_key(|(number, _)| *number);
        let mut skipped = apart.iter().map(|(number, _)| *number as usize).peekable();
        let mut places: HashMap<Alike, usize, BuildHasherDefault<Mix>> = HashMap::default();
        let mut groups: Vec<Group> = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            while skipped.next_if(|skip| *skip < number).is_some() {}
            if skipped.peek() == Some(&number) {
                continue;
            }
            let Some(demands) = wanted.demands.get(row.specialties as usize).copied() else {
                continue;
            };
            if demands == 0 {
                continue;
            }
            let alike = Alike {
                demands,
                grade: row.grade,
                standing: wanted.standings[row.standing as usize],
                employer: wanted.employers[row.employer as usize],
            };
            let place = *places.entry(alike).or_insert_with(|| {
                groups.push(Group {
                    row: *row,
                    people: 0,
                    employers: Vec::new(),
                });
                groups.len() - 1
            });
            let group = &mut groups[place];
            // With as many employers as seats one of them is always free, so the rest need none.
            if request.per_employer.is_none() || group.employers.len() >= seats {
                group.people += 1;
                continue;
            }
            let mut known = group.employers.iter_mut();
            match known.find(|(employer, _)| *employer == row.employer) {
                Some((_, people)) => *people += 1,
                None => group.employers.push((row.employer, 1)),
            }
        }
        let mut crowd = Crowd::default();
        for group in groups {
            let row = group.row;
            let matched = wanted.employers[row.employer as usize] != ANY_OTHER;
            if group.people > 0 {
                let employer = matched.then_some(row.employer);
                crowd.add(self.prospect(row, employer), group.people);
            }
            for (employer, people) in group.employers {
                crowd.add(self.prospect(row, Some(employer)), people);
            }
        }
        let asked = |prospect: &Prospect| {
            let held = &prospect.expert.specialties;
            let demands = &request.demands;
            demands.iter().any(|demand| question.in_field(demand, held))
        };
        for (_, prospect) in apart.into_iter().filter(|(_, prospect)| asked(prospect)) {
            crowd.add(prospect, 1);
        }
        crowd
    }

    /// Somebody like this.
    fn prospect(&self, row: Row, employer: Option<u32>) -> Prospect {
        let grade = self.grades.at(row.grade);
        let employer = employer.and_then(|place| self.employers.at(place).clone());
        Prospect {
            expert: Expert {
                id: ExpertId(uuid::Uuid::nil()),
                pool: PoolId(uuid::Uuid::nil()),
                person: PersonId(uuid::Uuid::nil()),
                number: String::new(),
                specialties: self.specialties.at(row.specialties).clone(),
                duties: grade.duties.clone(),
                standing: self.standings.at(row.standing).clone(),
                channel: None,
                basis: None,
            },
            profile: Profile {
                employer: employer.map(|employer| Employer {
                    organisation: employer.id,
                    name: employer.name,
                    credit_code: employer.credit_code,
                    kind: None,
                }),
                titles: grade
                    .titles
                    .iter()
                    .map(|level| Title {
                        name: String::new(),
                        level: level.clone(),
                        field: None,
                        obtained: None,
                        authority: None,
                    })
                    .collect(),
                skills: grade
                    .skills
                    .iter()
                    .map(|level| Skill {
                        occupation: String::new(),
                        level: level.clone(),
                        obtained: None,
                        certificate: None,
                    })
                    .collect(),
                ..Profile::default()
            },
            relations: Vec::new(),
            busy: None,
            rotation: Rotation::default(),
            listed: None,
        }
    }
}

/// An employer the request does not speak of.
const ANY_OTHER: u32 = u32::MAX;

/// What a request makes of each shared value.
struct Wanted {
    /// By set of specialties: the demands it serves, a bit each.
    demands: Vec<u64>,
    /// By standing: the first that answers the same on the days that count.
    standings: Vec<u32>,
    /// By employer: itself if the request speaks of it.
    employers: Vec<u32>,
}

impl Wanted {
    fn of(roster: &Roster, question: &Question<'_>) -> Self {
        let request = question.request;
        let serves = |held: &Vec<SpecialtyId>| {
            let demands = request.demands.iter().take(64).enumerate();
            demands
                .filter(|(_, demand)| question.in_field(demand, held))
                .fold(0_u64, |bits, (place, _)| bits | 1 << place)
        };
        let last = request.last_date().unwrap_or(question.today);
        let mut first = HashMap::new();
        let standings = (0..)
            .zip(&roster.standings.values)
            .map(|(place, standing)| {
                let answers = (standing.on(question.today).code(), standing.on(last).code());
                *first.entry(answers).or_insert(place)
            })
            .collect();
        let mut spoken_of: Vec<&OrganisationRef> = request
            .reviewed
            .iter()
            .map(|reviewed| &reviewed.organisation)
            .collect();
        if let RecusalDemand::Organisations { organisations, .. } = &request.recusal {
            spoken_of.extend(organisations);
        }
        let same = question.pack.organisation_match();
        let employers = (0..)
            .zip(&roster.employers.values)
            .map(|(place, employer)| match employer {
                Some(employer) if spoken_of.iter().any(|other| other.is_same(employer, same)) => {
                    place
                }
                _ => ANY_OTHER,
            })
            .collect();
        Self {
            demands: roster.specialties.values.iter().map(serves).collect(),
            standings,
            employers,
        }
    }
}

/// Whoever agrees in this is one to the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Alike {
    demands: u64,
    grade: u32,
    standing: u32,
    employer: u32,
}

struct Group {
    /// Any of them.
    row: Row,
    /// How many, beyond those counted by employer.
    people: u32,
    /// How many of each employer, where employers are capped.
    employers: Vec<(u32, u32)>,
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
