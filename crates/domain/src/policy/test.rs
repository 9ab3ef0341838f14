//! Running one typed test on the facts.

use jiff::civil::Date;

use super::evidence::{Evidence, Fact, Unit};
use super::facts::{Facts, Filing, Listing};
use super::pack::{
    Bound, Duration, Holding, Pack, Ranked, Record, Relation, Rung, Selection, Standing, Test,
};
use crate::finding::Verdict;
use crate::period::{self, Span};

type Outcome<'a> = (Verdict, Evidence<'a>);

/// What a test says of the facts on a day.
pub(super) fn run<'a>(pack: &'a Pack, facts: &'a Facts, on: Date, test: &'a Test) -> Outcome<'a> {
    match test {
        Test::Ladder {
            of,
            at_least,
            equivalents,
        } => ladder(pack, facts, *of, *at_least, *equivalents),
        Test::Age { bound } => age(pack, facts, on, *bound),
        Test::Years { tag, bound } => years(pack, facts, on, tag.as_deref(), *bound),
        Test::Held { among, names } => held(facts, *among, names),
        Test::Record {
            of,
            at_least,
            names,
        } => record(pack, facts, *of, *at_least, names),
        Test::Employer { one_of } => unit(facts, Unit::Employer, one_of),
        Test::Represents { one_of } => unit(facts, Unit::Represented, one_of),
        Test::Listed {
            register,
            as_,
            within,
        } => on_register(facts, on, register, as_, *within),
        Test::Stated { name } => match facts.profile.flags.get(name) {
            Some(holds) => (
                Verdict::Met,
                Evidence::Flag {
                    name,
                    holds: *holds,
                },
            ),
            None => absent(facts, Fact::Flag(name)),
        },
        Test::NotListed {
            register,
            as_,
            within,
        } => listed(facts, on, register, as_, *within),
        Test::Flag { name } => match facts.profile.flags.get(name) {
            Some(holds) => (
                Verdict::of(*holds),
                Evidence::Flag {
                    name,
                    holds: *holds,
                },
            ),
            None => absent(facts, Fact::Flag(name)),
        },
        Test::Selected { of, at_least } => {
            let count = selection(facts, *of).count();
            if count == 0 && facts.filing == Filing::Draft {
                return (
                    Verdict::Undetermined,
                    Evidence::Missing(Fact::Selection(*of)),
                );
            }
            let enough = u32::try_from(count).is_ok_and(|count| count >= *at_least);
            (
                Verdict::of(enough),
                Evidence::Selected {
                    of: *of,
                    count,
                    at_least: *at_least,
                },
            )
        }
        Test::OneOf { of, values } => {
            let value = selection(facts, *of).find(|chosen| values.iter().any(|v| v == chosen));
            if value.is_none() && selection(facts, *of).next().is_none() {
                return absent(facts, Fact::Selection(*of));
            }
            (
                Verdict::of(value.is_some()),
                Evidence::OneOf {
                    of: *of,
                    value,
                    accepted: values,
                },
            )
        }
        Test::All { of } => several(
            of.iter().map(|test| run(pack, facts, on, test)),
            Verdict::and,
        ),
        Test::Any { of } => several(
            of.iter().map(|test| run(pack, facts, on, test)),
            Verdict::or,
        ),
    }
}

/// Nothing stated: unmet once the form is signed, not known before.
fn absent<'a>(facts: &Facts, fact: Fact<'a>) -> Outcome<'a> {
    match facts.filing {
        Filing::Signed => (Verdict::Unmet, Evidence::None(fact)),
        Filing::Draft => (Verdict::Undetermined, Evidence::Missing(fact)),
    }
}

/// Joins verdicts; the evidence is that of the parts which made the verdict what it is.
fn several<'a>(
    parts: impl Iterator<Item = Outcome<'a>>,
    join: fn(Verdict, Verdict) -> Verdict,
) -> Outcome<'a> {
    let parts: Vec<Outcome<'a>> = parts.collect();
    let verdict = parts
        .iter()
        .fold(Verdict::NotApplicable, |so_far, (verdict, _)| {
            join(so_far, *verdict)
        });
    let mut deciding: Vec<Evidence<'a>> = parts
        .into_iter()
        .filter(|(part, _)| *part == verdict)
        .map(|(_, evidence)| evidence)
        .collect();
    let evidence = if deciding.len() == 1 {
        deciding.swap_remove(0)
    } else {
        Evidence::Several(deciding)
    };
    (verdict, evidence)
}

fn ladder<'a>(
    pack: &'a Pack,
    facts: &'a Facts,
    of: Ranked,
    needed: Rung,
    equivalents: bool,
) -> Outcome<'a> {
    let profile = &facts.profile;
    let mut best: Option<(Ranked, &'a str, &'a str, Rung)> = None;
    let mut strange = None;
    let mut reached = None;
    let mut look = |kind: Ranked, name: &'a str, level: &'a str| {
        if kind != of && !equivalents {
            return;
        }
        match pack.vocabulary.rung(kind.ladder(), level) {
            None => strange = Some((kind, level)),
            Some(rung) if pack.vocabulary.reaches(rung, needed) => {
                reached.get_or_insert((kind, name, level));
            }
            Some(rung) => {
                if kind == of && best.is_none_or(|(.., so_far)| so_far.rung < rung.rung) {
                    best = Some((kind, name, level, rung));
                }
            }
        }
    };
    for title in &profile.titles {
        look(Ranked::Title, &title.name, &title.level);
    }
    for skill in &profile.skills {
        look(Ranked::Skill, &skill.occupation, &skill.level);
    }
    for education in &profile.education {
        look(
            Ranked::Education,
            education.major.as_deref().unwrap_or(&education.level),
            &education.level,
        );
    }
    if let Some((of, name, level)) = reached {
        return (
            Verdict::Met,
            Evidence::Rank {
                of,
                name,
                level,
                needed,
            },
        );
    }
    if let Some((of, level)) = strange {
        return (Verdict::Undetermined, Evidence::StrangeRank { of, level });
    }
    match best {
        Some((of, name, level, _)) => (
            Verdict::Unmet,
            Evidence::Rank {
                of,
                name,
                level,
                needed,
            },
        ),
        None => absent(facts, Fact::Rank(of)),
    }
}

fn age<'a>(pack: &Pack, facts: &Facts, on: Date, bound: Bound) -> Outcome<'a> {
    let Some(born) = facts.profile.born else {
        return (Verdict::Undetermined, Evidence::Missing(Fact::Born));
    };
    let Some(age) = pack.clock.ages.age(born, on) else {
        return (Verdict::Undetermined, Evidence::NotBorn { born });
    };
    let age = u32::from(age);
    let over = |years: u32| {
        u16::try_from(years)
            .is_ok_and(|years| pack.clock.ages.is_over(born, on, years, pack.clock.exceeds))
    };
    let holds = match bound.relation {
        Relation::AtLeast => age >= bound.value,
        Relation::LessThan => age < bound.value,
        Relation::MoreThan => over(bound.value),
        Relation::AtMost => !over(bound.value),
    };
    (
        Verdict::of(holds),
        Evidence::Age {
            born,
            on,
            age,
            bound,
        },
    )
}

fn years<'a>(
    pack: &Pack,
    facts: &'a Facts,
    on: Date,
    tag: Option<&'a str>,
    bound: Bound,
) -> Outcome<'a> {
    let mut counted = facts
        .profile
        .work
        .iter()
        .filter(|work| tag.is_none_or(|tag| work.tags.iter().any(|t| t == tag)))
        .peekable();
    if facts.profile.work.is_empty() && facts.filing == Filing::Draft {
        return (Verdict::Undetermined, Evidence::Missing(Fact::Work(tag)));
    }
    let served = if counted.peek().is_none() {
        period::Served::default()
    } else {
        period::served(
            counted.map(|work| Span {
                from: work.from,
                to: work.to,
            }),
            on,
            pack.clock.years,
        )
    };
    // 满三年 is reached with three whole years; 超过三年 needs a day more.
    let holds = match bound.relation {
        Relation::AtLeast => served.years() >= bound.value,
        Relation::LessThan => served.years() < bound.value,
        Relation::MoreThan => exceeds(served, bound.value),
        Relation::AtMost => !exceeds(served, bound.value),
    };
    (Verdict::of(holds), Evidence::Years { tag, served, bound })
}

const fn exceeds(served: period::Served, years: u32) -> bool {
    let months = years.saturating_mul(12);
    served.months > months || (served.months == months && served.days > 0)
}

fn held<'a>(facts: &'a Facts, among: Holding, accepted: &'a [String]) -> Outcome<'a> {
    let profile = &facts.profile;
    let names: Vec<&'a str> = match among {
        Holding::Titles => profile
            .titles
            .iter()
            .map(|title| title.name.as_str())
            .collect(),
        Holding::Skills => profile
            .skills
            .iter()
            .map(|skill| skill.occupation.as_str())
            .collect(),
        Holding::Honours => profile
            .honours
            .iter()
            .map(|honour| honour.name.as_str())
            .collect(),
        Holding::Degrees => profile
            .education
            .iter()
            .filter_map(|e| e.degree.as_deref())
            .collect(),
        Holding::Post => profile.post.as_deref().into_iter().collect(),
        Holding::Credentials => profile
            .credentials
            .iter()
            .map(|credential| credential.name.as_str())
            .collect(),
    };
    if names.is_empty() {
        return absent(facts, Fact::Holding(among));
    }
    let name = names
        .into_iter()
        .find(|name| accepted.iter().any(|a| a == name));
    (
        Verdict::of(name.is_some()),
        Evidence::Held {
            among,
            name,
            accepted,
        },
    )
}

fn record<'a>(
    pack: &'a Pack,
    facts: &'a Facts,
    of: Record,
    needed: Rung,
    names: &[String],
) -> Outcome<'a> {
    let profile = &facts.profile;
    let ladder = pack.vocabulary.ladders.get(usize::from(needed.ladder));
    let mut best: Option<(&'a str, &'a str, u16)> = None;
    let mut unclear = None;
    let mut look = |name: &'a str, level: Option<&'a str>| {
        if !names.is_empty() && !names.iter().any(|accepted| accepted == name) {
            return;
        }
        let rung = level.and_then(|level| ladder.and_then(|ladder| ladder.rung(level)));
        match (level, rung) {
            (Some(level), Some(rung)) => {
                if best.is_none_or(|(.., so_far)| so_far < rung) {
                    best = Some((name, level, rung));
                }
            }
            _ => unclear = Some(()),
        }
    };
    match of {
        Record::Honours => {
            for honour in &profile.honours {
                look(&honour.name, Some(&honour.level));
            }
        }
        Record::Achievements => {
            for achievement in &profile.achievements {
                look(&achievement.name, achievement.level.as_deref());
            }
        }
        Record::Credentials => {
            for credential in &profile.credentials {
                look(&credential.name, credential.level.as_deref());
            }
        }
    }
    match best {
        Some((name, level, rung)) if rung >= needed.rung => (
            Verdict::Met,
            Evidence::Entry {
                of,
                name,
                level,
                needed,
            },
        ),
        _ if unclear.is_some() => (Verdict::Undetermined, Evidence::Missing(Fact::Record(of))),
        Some((name, level, _)) => (
            Verdict::Unmet,
            Evidence::Entry {
                of,
                name,
                level,
                needed,
            },
        ),
        None => absent(facts, Fact::Record(of)),
    }
}

/// The unit a person works for or speaks for; no accepted kind asks only that there is one.
fn unit<'a>(facts: &'a Facts, which: Unit, accepted: &'a [String]) -> Outcome<'a> {
    let unit = match which {
        Unit::Employer => &facts.profile.employer,
        Unit::Represented => &facts.profile.represents,
    };
    let Some(unit) = unit.as_ref().filter(|unit| !unit.name.trim().is_empty()) else {
        return absent(facts, Fact::Unit(which));
    };
    if accepted.is_empty() {
        let name = &unit.name;
        return (Verdict::Met, Evidence::Unit { which, name });
    }
    match &unit.kind {
        Some(kind) => (
            Verdict::of(accepted.iter().any(|a| a == kind)),
            Evidence::UnitKind {
                which,
                kind,
                accepted,
            },
        ),
        None => (
            Verdict::Undetermined,
            Evidence::Missing(Fact::UnitKind(which)),
        ),
    }
}

fn listed<'a>(
    facts: &'a Facts,
    on: Date,
    register: &'a str,
    standings: &[Standing],
    within: Option<Duration>,
) -> Outcome<'a> {
    let Some(entries) = facts.registers.get(register) else {
        return (
            Verdict::Undetermined,
            Evidence::Missing(Fact::Register(register)),
        );
    };
    let counts = |entry: &&Listing| {
        standings.contains(&entry.standing)
            && match within.and_then(Duration::as_months) {
                Some(months) => {
                    let since = period::look_back(on, months);
                    entry.from <= on && entry.to.is_none_or(|to| to >= since)
                }
                None => entry.in_force(on),
            }
    };
    let listing = entries.iter().find(counts);
    (
        Verdict::of(listing.is_none()),
        Evidence::Register { register, listing },
    )
}

/// Wanted on a register, where [`listed`] wants not to be: an entry counts when it began within the
/// time and still stands.
fn on_register<'a>(
    facts: &'a Facts,
    on: Date,
    register: &'a str,
    standings: &[Standing],
    within: Option<Duration>,
) -> Outcome<'a> {
    let Some(entries) = facts.registers.get(register) else {
        return (
            Verdict::Undetermined,
            Evidence::Missing(Fact::Register(register)),
        );
    };
    let since = within
        .and_then(Duration::as_months)
        .map(|months| period::look_back(on, months));
    let listing = entries.iter().find(|entry| {
        standings.contains(&entry.standing)
            && entry.in_force(on)
            && since.is_none_or(|since| entry.from >= since)
    });
    (
        Verdict::of(listing.is_some()),
        Evidence::Register { register, listing },
    )
}

fn selection(facts: &Facts, of: Selection) -> Box<dyn Iterator<Item = &str> + '_> {
    match of {
        Selection::TaskKinds => Box::new(facts.profile.task_kinds.iter().map(String::as_str)),
        Selection::Specialties => Box::new(facts.specialties.iter().map(String::as_str)),
        Selection::Teams => Box::new(facts.situation.values(super::pack::Field::Team)),
    }
}
