//! Whom a request could draw: people it cannot tell apart become one [`Prospect`] with a number.
//! Whoever may once have worked for a reviewed organisation is looked at one by one
//! ([`Roster::apart`]); so is everybody the caller knows more about (relations, other work, rests,
//! registers).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash};

use super::{Mix, Roster, Row, mark};
use crate::crowd::Crowd;
use crate::expert::Expert;
use crate::frame::{Prospect, Question};
use crate::id::{ExpertId, PersonId, PoolId, SpecialtyId};
use crate::organisation::OrganisationRef;
use crate::person::{Employer, Profile, Skill, Title};
use crate::rotation::Rotation;
use crate::task::RecusalDemand;

impl Roster {
    /// Numbers of those in scope who must be looked at one by one: they may have worked for a
    /// reviewed organisation. Whoever works for one now is excluded by that already, whatever came
    /// before.
    pub fn apart(&self, question: &Question<'_>) -> Vec<u32> {
        let reviewed = || {
            question
                .request
                .reviewed
                .iter()
                .map(|one| &one.organisation)
        };
        let marks: Vec<u32> = reviewed()
            .flat_map(|organisation| {
                std::iter::once(&organisation.name).chain(&organisation.credit_code)
            })
            .map(|text| mark(text))
            .collect();
        if marks.is_empty() {
            return Vec::new();
        }
        let wanted = Wanted::of(self, question);
        let same = question.pack.organisation_match();
        let works_there = |row: &Row| {
            let employer = self.employers.at(row.employer).organisation.as_ref();
            employer.is_some_and(|employer| reviewed().any(|other| other.is_same(employer, same)))
        };
        let mut apart: Vec<u32> = self
            .former
            .iter()
            .filter(|(mark, _)| marks.contains(mark))
            .map(|(_, place)| *place)
            .filter(|place| {
                let row = &self.rows[*place as usize];
                wanted.in_scope(row) && !works_there(row)
            })
            .collect();
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
        let mut places = Places::of(self, &wanted);
        let mut groups: Vec<Group> = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            while skipped.next_if(|skip| *skip < number).is_some() {}
            if skipped.peek() == Some(&number) {
                continue;
            }
            let Some(demands) = wanted.demands.get(row.specialties as usize).copied() else {
                continue;
            };
            if wanted.masks[demands as usize] == 0 {
                continue;
            }
            let alike = Alike {
                demands,
                grade: row.grade,
                standing: wanted.standings[row.standing as usize],
                employer: wanted.employers[row.employer as usize],
                name: match &wanted.names {
                    Some(names) => names[row.name as usize],
                    None => ANY_OTHER,
                },
            };
            let place = places.at(alike);
            if *place == NOWHERE {
                *place = u32::try_from(groups.len()).unwrap_or(NOWHERE);
                groups.push(Group {
                    row: *row,
                    people: 0,
                    employers: Vec::new(),
                });
            }
            let place = *place as usize;
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
        let employer = employer.and_then(|place| self.employers.at(place).organisation.clone());
        Prospect {
            expert: Expert {
                id: ExpertId(uuid::Uuid::nil()),
                pool: PoolId(uuid::Uuid::nil()),
                person: PersonId(uuid::Uuid::nil()),
                team: grade.team.clone(),
                number: String::new(),
                specialties: self.specialties.at(row.specialties).clone(),
                duties: grade.duties.clone(),
                standing: self.standings.at(row.standing).clone(),
                channel: None,
                basis: None,
            },
            profile: Profile {
                name: self.names.name(row.name).to_owned(),
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

/// An employer or a name the request does not speak of.
const ANY_OTHER: u32 = u32::MAX;

/// What a request makes of each shared value.
struct Wanted {
    /// By set of specialties: which of the masks is its own.
    demands: Vec<u32>,
    /// Sets of demands that somebody serves, a bit each.
    masks: Vec<u64>,
    /// By standing: which of the answers on the days that count is its own.
    standings: Vec<u32>,
    /// How many different answers there are.
    answers: u32,
    /// By employer: itself if the request speaks of it.
    employers: Vec<u32>,
    /// By name: itself if somebody reviewed bears it. Nothing when nobody does.
    names: Option<Vec<u32>>,
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
        let (demands, masks) = numbered(roster.specialties.values.iter().map(serves));
        let (standings, answers) = numbered(
            roster
                .standings
                .values
                .iter()
                .map(|standing| (standing.on(question.today).code(), standing.on(last).code())),
        );
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
            .map(|(place, employed)| match &employed.organisation {
                Some(employer) if spoken_of.iter().any(|other| other.is_same(employer, same)) => {
                    place
                }
                _ => ANY_OTHER,
            })
            .collect();
        let people = request.reviewed.iter().flat_map(|one| &one.people);
        let mut names: Option<Vec<u32>> = None;
        for place in people.filter_map(|person| roster.names.place(&person.name)) {
            let names = names.get_or_insert_with(|| vec![ANY_OTHER; roster.names.len()]);
            names[place as usize] = place;
        }
        Self {
            demands,
            masks,
            standings,
            answers: u32::try_from(answers.len()).unwrap_or(u32::MAX),
            employers,
            names,
        }
    }

    fn in_scope(&self, row: &Row) -> bool {
        self.masks[self.demands[row.specialties as usize] as usize] != 0
    }
}

/// Each value's number among the different ones, and these.
fn numbered<T: Copy + Eq + Hash>(values: impl Iterator<Item = T>) -> (Vec<u32>, Vec<T>) {
    let mut known: HashMap<T, u32> = HashMap::new();
    let mut different = Vec::new();
    let numbers = values.map(|value| {
        *known.entry(value).or_insert_with(|| {
            different.push(value);
            u32::try_from(different.len() - 1).unwrap_or(u32::MAX)
        })
    });
    (numbers.collect(), different)
}

/// Whoever agrees in this is one to the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Alike {
    demands: u32,
    grade: u32,
    standing: u32,
    employer: u32,
    name: u32,
}

/// No group yet.
const NOWHERE: u32 = u32::MAX;
/// Most places of the table: 16 MiB.
const TABLE: usize = 1 << 22;

/// Where each group is. Almost nobody is of an employer or has a name the request speaks of; the others
/// have a place in a table, so that a million of them cost no hashing.
struct Places {
    table: Vec<u32>,
    answers: usize,
    grades: usize,
    rare: HashMap<Alike, u32, BuildHasherDefault<Mix>>,
}

impl Places {
    fn of(roster: &Roster, wanted: &Wanted) -> Self {
        let (answers, grades) = (wanted.answers as usize, roster.grades.values.len());
        let size = wanted.masks.len().saturating_mul(answers * grades);
        Self {
            table: vec![NOWHERE; if size <= TABLE { size } else { 0 }],
            answers,
            grades,
            rare: HashMap::default(),
        }
    }

    fn at(&mut self, alike: Alike) -> &mut u32 {
        let place = (alike.demands as usize * self.answers + alike.standing as usize) * self.grades
            + alike.grade as usize;
        match self.table.get_mut(place) {
            Some(place) if alike.employer == ANY_OTHER && alike.name == ANY_OTHER => place,
            _ => self.rare.entry(alike).or_insert(NOWHERE),
        }
    }
}

struct Group {
    /// Any of them.
    row: Row,
    /// How many, beyond those counted by employer.
    people: u32,
    /// How many of each employer, where employers are capped.
    employers: Vec<(u32, u32)>,
}
