//! 职业(工种): the classification of 2022, searchable by name, former name, work type, code, pinyin.

use std::sync::LazyLock;

use crate::pinyin::SearchKeys;
use crate::text;

const OCCUPATIONS: &str = include_str!("../data/occupations.txt");
const ALIASES: &str = include_str!("../data/occupation_aliases.txt");

/// One occupation (职业).
#[derive(Debug, PartialEq, Eq)]
pub struct Occupation {
    /// Code, e.g. 6-18-01-01.
    pub code: &'static str,
    /// Whether the code can be relied on.
    pub numbering: Numbering,
    /// Name, e.g. 车工.
    pub name: &'static str,
    /// 工种, for searching; spelling not verified.
    pub work_types: Vec<&'static str>,
    /// [`text::match_key`] of the name, then of each work type.
    match_keys: Vec<String>,
    keys: SearchKeys,
}

/// How sure the code of an occupation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Numbering {
    /// The published copies agree.
    Agreed,
    /// They disagree in this minor group: match by name.
    Disputed,
}

/// How a text came to mean an occupation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By its name.
    Name,
    /// By its code.
    Code,
    /// By one of its work types.
    WorkType(&'static str),
    /// By a former or everyday name, with where it comes from.
    Alias(&'static str),
}

/// An occupation and how it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The occupation.
    pub occupation: &'static Occupation,
    /// By what.
    pub via: Via,
}

struct Alias {
    name: &'static str,
    code: &'static str,
    origin: &'static str,
}

static TABLE: LazyLock<Vec<Occupation>> = LazyLock::new(|| {
    lines(OCCUPATIONS)
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (code, numbering) = match cells.next()? {
                code if code.starts_with('?') => (&code[1..], Numbering::Disputed),
                code => (code, Numbering::Agreed),
            };
            let name = cells.next()?;
            let work_types = cells.next().unwrap_or_default().split(' ');
            let work_types: Vec<_> = work_types
                .filter(|work_type| !work_type.is_empty())
                .collect();
            Some(Occupation {
                code,
                numbering,
                name,
                match_keys: std::iter::once(name)
                    .chain(work_types.iter().copied())
                    .map(text::match_key)
                    .collect(),
                work_types,
                keys: SearchKeys::of_text(name),
            })
        })
        .collect()
});

static ALIAS_TABLE: LazyLock<Vec<Alias>> = LazyLock::new(|| {
    lines(ALIASES)
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some(Alias {
                name: cells.next()?,
                code: cells.next()?,
                origin: cells.next()?,
            })
        })
        .collect()
});

fn lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// Every occupation, by code.
pub fn all() -> &'static [Occupation] {
    &TABLE
}

/// The occupation of a code.
pub fn by_code(code: &str) -> Option<&'static Occupation> {
    let code = text::compact(code);
    TABLE.iter().find(|occupation| occupation.code == code)
}

/// What a name or code on a certificate may mean, surest first: the name itself, then a former
/// name, then a work type. 钳工 gives three; an empty answer means unknown.
///
/// A code carried over from the 2015 edition is read as a code of 2022: prefer the name.
pub fn named(typed: &str) -> Vec<Found> {
    let key = text::match_key(typed);
    if key.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Found> = TABLE
        .iter()
        .filter(|occupation| occupation.match_keys.first() == Some(&key))
        .map(|occupation| Found {
            occupation,
            via: Via::Name,
        })
        .collect();
    found.extend(by_code(typed).map(|occupation| Found {
        occupation,
        via: Via::Code,
    }));
    for alias in ALIAS_TABLE
        .iter()
        .filter(|alias| text::match_key(alias.name) == key)
    {
        let via = Via::Alias(alias.origin);
        found.extend(by_code(alias.code).map(|occupation| Found { occupation, via }));
    }
    for occupation in TABLE.iter() {
        let place = occupation
            .match_keys
            .iter()
            .skip(1)
            .position(|work_type| *work_type == key);
        let work_type = place.and_then(|place| occupation.work_types.get(place));
        found.extend(work_type.map(|name| Found {
            occupation,
            via: Via::WorkType(name),
        }));
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|found| seen.insert((found.occupation.code, found.occupation.name)));
    found
}

/// Whether a text speaks of an occupation: it stands in the name of one or of a work type, or has such a
/// name in it. 车工, 数控车工, 育婴师 do; 神级 does not.
pub fn is_spoken_of(text: &str) -> bool {
    let key = text::match_key(text);
    let meets =
        |name: &str| name.contains(&key) || (name.chars().count() > 1 && key.contains(name));
    !key.is_empty()
        && (TABLE
            .iter()
            .flat_map(|occupation| &occupation.match_keys)
            .any(|name| meets(name))
            || ALIAS_TABLE
                .iter()
                .any(|alias| meets(&text::match_key(alias.name))))
}

/// The `limit` likeliest occupations for something half typed: exact meanings first, then names
/// that begin with it, contain it, codes and pinyin that begin with it, work types that contain it.
pub fn search(typed: &str, limit: usize) -> Vec<Found> {
    let key = text::match_key(typed);
    if key.is_empty() {
        return Vec::new();
    }
    let code = text::compact(typed);
    let is_code = code.starts_with(|c: char| c.is_ascii_digit());
    let mut ranked: Vec<(usize, Found)> =
        named(typed).into_iter().map(|found| (0, found)).collect();
    for alias in ALIAS_TABLE.iter().filter(|alias| alias.name.contains(&key)) {
        let via = Via::Alias(alias.origin);
        ranked.extend(by_code(alias.code).map(|occupation| (3, Found { occupation, via })));
    }
    for occupation in TABLE.iter() {
        let name = occupation.name;
        let work_type = || {
            occupation
                .work_types
                .iter()
                .find(|work_type| work_type.contains(&key))
        };
        let (rank, via) = if name.starts_with(&key) {
            (1, Via::Name)
        } else if name.contains(&key) {
            (2, Via::Name)
        } else if is_code && occupation.code.starts_with(&code) {
            (4, Via::Code)
        } else if occupation.keys.matches(&key) {
            (5, Via::Name)
        } else if let Some(work_type) = work_type() {
            (6, Via::WorkType(work_type))
        } else {
            continue;
        };
        ranked.push((rank, Found { occupation, via }));
    }
    ranked.sort_by_key(|(rank, found)| (*rank, found.occupation.code));
    let mut seen = std::collections::BTreeSet::new();
    ranked.retain(|(_, found)| seen.insert((found.occupation.code, found.occupation.name)));
    ranked
        .into_iter()
        .take(limit)
        .map(|(_, found)| found)
        .collect()
}
