//! Pages of a pool's experts: whoever meets every condition, in the order of names or numbers.

use std::cmp::Reverse;

use jiff::civil::Date;

use super::{Employed, Grade, Roster, Row};
use crate::direction::Direction;
use crate::expert::{Standing, Status};
use crate::id::SpecialtyId;
use crate::search::{self, Term};

/// Which experts to list. Conditions left empty do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Typed text: name, pinyin, initials, employer, number.
    pub text: String,
    /// In this specialty.
    pub specialty: Option<SpecialtyId>,
    /// Member of one of these teams; an empty name stands for no team.
    pub teams: Vec<String>,
    /// Serving in this value of the duty axis.
    pub duty: Option<String>,
    /// Holding a title of one of these levels.
    pub titles: Vec<String>,
    /// Holding a skill of one of these levels.
    pub skills: Vec<String>,
    /// Of this status on this day.
    pub status: Option<(Status, Date)>,
    /// Whose term ends on or before this day.
    pub term_to: Option<Date>,
    /// In the pool until a day from the first to the last of these two; nobody who left it.
    pub ends: Option<(Date, Date)>,
    /// Only these numbers inside the pool.
    pub among: Option<Vec<u32>>,
}

/// How a list is ordered. Equals follow their number inside the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By the sort key of the name.
    Name(Direction),
    /// By 专家编号; those without one come first.
    Number(Direction),
}

/// The last row of a page: where the next begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// What the order compares.
    pub sort: String,
    /// Number inside the pool.
    pub number: u32,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Numbers inside the pool, in order.
    pub numbers: Vec<u32>,
    /// The last of them, if more follow.
    pub next: Option<Last>,
    /// How many meet the conditions, on this page or another.
    pub matching: u64,
}

impl Roster {
    /// At most `most` of those who pass, after the last row of the page before.
    pub fn list(&self, filter: &Filter, order: Order, after: Option<&Last>, most: usize) -> Listed {
        let mut matching = 0;
        let rows = Sieve::of(self, filter);
        let rows = rows.passing().inspect(|_| matching += 1);
        let mut numbers = match order {
            Order::Name(direction) => {
                let keys = rows.map(|(number, row)| (self.names.rank(row.name), number));
                // Numbers begin at 1, so that nobody of the next rank stands at 0.
                let after = after.map(|last| match self.names.rank_of_key(&last.sort) {
                    Ok(rank) => (rank, last.number),
                    Err(next) => (next, 0),
                });
                let page = page(keys, direction, after, most + 1);
                page.into_iter().map(|(_, number)| number).collect()
            }
            Order::Number(direction) => {
                let keys = rows.map(|(number, row)| (self.numbers.at(row.number), number));
                let after = after.map(|last| (last.sort.as_str(), last.number));
                let page = page(keys, direction, after, most + 1);
                page.into_iter()
                    .map(|(_, number)| number)
                    .collect::<Vec<u32>>()
            }
        };
        let more = numbers.len() > most;
        numbers.truncate(most);
        let last = |number: &u32| {
            let row = self.rows[*number as usize];
            let sort = match order {
                Order::Name(_) => self.names.key(row.name),
                Order::Number(_) => self.numbers.at(row.number),
            };
            Last {
                sort: sort.to_owned(),
                number: *number,
            }
        };
        Listed {
            next: numbers.last().filter(|_| more).map(last),
            numbers,
            matching,
        }
    }
}

/// The first keys after a place, in order.
fn page<K: Ord + Copy>(
    keys: impl Iterator<Item = K>,
    direction: Direction,
    after: Option<K>,
    most: usize,
) -> Vec<K> {
    match direction {
        Direction::Ascending => smallest(
            keys.filter(|key| after.is_none_or(|after| after < *key)),
            most,
        ),
        Direction::Descending => {
            let keys = keys.filter(|key| after.is_none_or(|after| *key < after));
            let page = smallest(keys.map(Reverse), most);
            page.into_iter().map(|Reverse(key)| key).collect()
        }
    }
}

/// The smallest keys in order. Never holds many more than it gives.
fn smallest<K: Ord + Copy>(keys: impl Iterator<Item = K>, most: usize) -> Vec<K> {
    let room = most * 4 + 1024;
    let mut kept: Vec<K> = Vec::new();
    let mut bound: Option<K> = None;
    for key in keys {
        if bound.is_some_and(|bound| bound < key) {
            continue;
        }
        kept.push(key);
        if kept.len() == room {
            kept.select_nth_unstable(most);
            kept.truncate(most);
            bound = kept.iter().max().copied();
        }
    }
    kept.sort_unstable();
    kept.truncate(most);
    kept
}

/// What each shared value answers to the conditions. An empty list says that nothing is asked of
/// that kind of value.
struct Sieve<'r> {
    roster: &'r Roster,
    standings: Vec<bool>,
    specialties: Vec<bool>,
    grades: Vec<bool>,
    terms: Vec<Term>,
    /// A bit for each term.
    all: u16,
    /// By name: the terms it holds, a bit each.
    names: Vec<u16>,
    /// By employer: the terms it holds, a bit each.
    employers: Vec<u16>,
    /// Terms that some number may hold, a bit each.
    numbers: u16,
    /// A term of digits, and where numbers hold it.
    digits: Option<(usize, Vec<u32>)>,
    /// By place: asked for at all?
    among: Vec<bool>,
}

impl<'r> Sieve<'r> {
    fn of(roster: &'r Roster, filter: &Filter) -> Self {
        let terms = search::terms(&filter.text);
        let held = |holds: &dyn Fn(&Term) -> bool| {
            let bits = terms.iter().enumerate();
            bits.filter(|(_, term)| holds(term))
                .fold(0_u16, |bits, (place, _)| bits | 1 << place)
        };
        let numbers = held(&|term| roster.numbers.may_hold(term));
        let (mut names, mut employers) = (Vec::new(), Vec::new());
        if !terms.is_empty() {
            let forms = roster.names.forms();
            names.extend(forms.map(|form| held(&|term| term.in_name(form))));
            let employed = roster.employers.values.iter();
            employers
                .extend(employed.map(|Employed { form, .. }| held(&|term| term.in_text(form))));
        }
        let mut among = Vec::new();
        if let Some(places) = &filter.among {
            among.resize(roster.rows.len(), false);
            for place in places {
                if let Some(asked) = among.get_mut(*place as usize) {
                    *asked = true;
                }
            }
        }
        let of_levels = |grade: &Grade| {
            let one_of = |asked: &[String], held: &[String]| {
                asked.is_empty() || held.iter().any(|level| asked.contains(level))
            };
            let team = grade.team.as_deref().unwrap_or_default();
            one_of(&filter.titles, &grade.titles)
                && one_of(&filter.skills, &grade.skills)
                && (filter.teams.is_empty() || filter.teams.iter().any(|asked| asked == team))
                && filter
                    .duty
                    .as_ref()
                    .is_none_or(|asked| grade.duties.contains(asked))
        };
        let levels = !filter.titles.is_empty()
            || !filter.skills.is_empty()
            || !filter.teams.is_empty()
            || filter.duty.is_some();
        let days = filter.status.is_some() || filter.term_to.is_some() || filter.ends.is_some();
        let ends = |standing: &Standing| {
            let last = standing.term().to;
            filter.ends.is_none_or(|(from, to)| {
                !matches!(standing, Standing::Left { .. }) && from <= last && last <= to
            })
        };
        Self {
            roster,
            standings: answers(days, &roster.standings.values, |standing| {
                filter
                    .status
                    .is_none_or(|(status, day)| standing.on(day) == status)
                    && filter.term_to.is_none_or(|day| standing.term().to <= day)
                    && ends(standing)
            }),
            specialties: answers(
                filter.specialty.is_some(),
                &roster.specialties.values,
                |held| filter.specialty.is_none_or(|asked| held.contains(&asked)),
            ),
            grades: answers(levels, &roster.grades.values, of_levels),
            all: held(&|_| true),
            digits: terms
                .iter()
                .enumerate()
                .filter(|(place, _)| numbers & 1 << place != 0)
                .find_map(|(place, term)| Some((place, roster.numbers.places(term)?))),
            terms,
            names,
            employers,
            numbers,
            among,
        }
    }

    /// Everybody who passes, by number inside the pool.
    fn passing(&self) -> impl Iterator<Item = (u32, &'r Row)> {
        (0..)
            .zip(&self.roster.rows)
            .filter(|(place, row)| row.is_somebody() && self.passes(*place, row))
    }

    fn passes(&self, place: u32, row: &Row) -> bool {
        let holds = |answers: &[bool], place: u32| answers.is_empty() || answers[place as usize];
        holds(&self.among, place)
            && holds(&self.standings, row.standing)
            && holds(&self.specialties, row.specialties)
            && holds(&self.grades, row.grade)
            && (self.terms.is_empty() || self.finds(row))
    }

    /// Is each term in the name, the employer or the number?
    fn finds(&self, row: &Row) -> bool {
        let held = self.names[row.name as usize] | self.employers[row.employer as usize];
        let missing = !held & self.all;
        missing & !self.numbers == 0 && (missing == 0 || self.in_number(row, missing))
    }

    /// Are these terms in the number? The last first: what is typed of a number ends in what tells
    /// it from others.
    fn in_number(&self, row: &Row, missing: u16) -> bool {
        let numbers = &self.roster.numbers;
        if let Some((place, found)) = &self.digits
            && missing & 1 << place != 0
            && !numbers.holds(row.number, found)
        {
            return false;
        }
        let number = numbers.at(row.number);
        let mut terms = self.terms.iter().enumerate().rev();
        terms.all(|(place, term)| missing & 1 << place == 0 || term.in_plain(number))
    }
}

fn answers<T>(asked: bool, values: &[T], answer: impl Fn(&T) -> bool) -> Vec<bool> {
    if asked {
        values.iter().map(answer).collect()
    } else {
        Vec::new()
    }
}
