//! Search and sort keys of names: full pinyin and initials, with the readings surnames have.

use std::sync::LazyLock;

use pinyin::{ToPinyin, ToPinyinMulti};

use crate::text;

/// At most this many full readings of one name are kept.
const MOST: usize = 16;

const SURNAMES: &str = include_str!("../data/surnames.txt");

/// A surname with its readings, each a list of syllables; the first reading sorts.
struct Surname {
    name: &'static str,
    readings: Vec<Vec<&'static str>>,
}

static TABLE: LazyLock<Vec<Surname>> = LazyLock::new(|| {
    let lines = SURNAMES.lines().filter(|line| !line.starts_with('#'));
    let mut table: Vec<Surname> = lines
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?;
            Some(Surname {
                name,
                readings: words.map(|word| word.split('-').collect()).collect(),
            })
        })
        .collect();
    // Compound surnames first: 欧阳 before 欧.
    table.sort_by_key(|surname| std::cmp::Reverse(surname.name.len()));
    table
});

/// Under what a name can be found by keyboard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchKeys {
    /// Full pinyin without blanks, likeliest first, at most 16: 曾光 gives `zengguang`, `cengguang`.
    /// ü is written v, yu and u.
    pub full: Vec<String>,
    /// Initials, likeliest first: `zg`, `cg`.
    pub initials: Vec<String>,
}

impl SearchKeys {
    /// The keys of a person's name.
    pub fn of_name(name: &str) -> Self {
        Self::of_syllables(&name_readings(name))
    }

    /// The keys of another text (an organisation, an occupation): no surname in front.
    pub fn of_text(text: &str) -> Self {
        Self::of_syllables(&units(text).iter().map(Unit::readings).collect::<Vec<_>>())
    }

    fn of_syllables(syllables: &[Vec<String>]) -> Self {
        let full = combine(syllables, str::to_owned);
        let initials = combine(syllables, |syllable| syllable.chars().take(1).collect());
        Self { full, initials }
    }

    /// All keys, for one column of search tokens.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.full.iter().chain(&self.initials).map(String::as_str)
    }

    /// Whether a typed key begins one of the full readings or the initials.
    pub fn matches(&self, typed: &str) -> bool {
        let typed = query(typed);
        !typed.is_empty() && self.tokens().any(|key| key.starts_with(&typed))
    }
}

/// The key by which a list of names sorts: syllable by syllable in the surname's reading, then by
/// the characters themselves, so that equal readings stay together. 区 stands under O, 单 under S.
pub fn sort_key(name: &str) -> String {
    let first = |readings: &Vec<String>| readings.first().cloned().unwrap_or_default();
    let mut key: Vec<String> = name_readings(name).iter().map(first).collect();
    key.push(text::tidy(name));
    // U+0001 sorts before every letter: the syllable li stands before lin.
    key.join("\u{1}")
}

/// The letter under which a name stands in an index: A to Z, or `#`.
pub fn index_letter(name: &str) -> char {
    match sort_key(name).chars().next() {
        Some(c) if c.is_ascii_alphabetic() => c.to_ascii_uppercase(),
        _ => '#',
    }
}

/// What somebody typed as pinyin: lower case, ü as v, blanks and apostrophes dropped. Empty when it
/// contains anything but Latin letters.
pub fn query(typed: &str) -> String {
    let plain = text::tidy(typed).to_lowercase().replace('ü', "v");
    let letters: String = plain.chars().filter(|c| !" '’-·".contains(*c)).collect();
    if letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        letters
    } else {
        String::new()
    }
}

/// A Chinese character, or a word in Latin letters or digits.
enum Unit {
    Han(char),
    Word(String),
}

impl Unit {
    fn default_reading(&self) -> String {
        match self {
            Self::Han(c) => c
                .to_pinyin()
                .map_or_else(|| c.to_string(), |p| p.plain().replace('ü', "v")),
            Self::Word(word) => word.clone(),
        }
    }

    /// Every reading, the commonest first, ü in each spelling.
    fn readings(&self) -> Vec<String> {
        let mut readings = vec![self.default_reading()];
        if let Self::Han(c) = self {
            let all = c.to_pinyin_multi().into_iter().flatten();
            for reading in c.to_pinyin().into_iter().chain(all) {
                spell(reading.plain(), &mut readings);
            }
        }
        readings
    }
}

/// Adds each spelling of a syllable that is not there yet.
fn spell(syllable: &str, readings: &mut Vec<String>) {
    for u in ["v", "yu", "u"] {
        let spelling = syllable.replace('ü', u);
        if !readings.contains(&spelling) {
            readings.push(spelling);
        }
    }
}

fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut word = String::new();
    for c in text::tidy(text).chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() && !text::is_han(c) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            units.push(Unit::Word(std::mem::take(&mut word)));
        }
        if text::is_han(c) {
            units.push(Unit::Han(c));
        }
    }
    units.extend((!word.is_empty()).then_some(Unit::Word(word)));
    units
}

/// The readings of each syllable of a name. A compound surname gives its syllables one by one, in
/// all their readings; cross-overs between two readings do no harm in searching.
fn name_readings(name: &str) -> Vec<Vec<String>> {
    let tidy = text::tidy(name);
    let surname = TABLE.iter().find(|surname| {
        // Alone, 单于 may be a short name; a compound surname needs a given name after it.
        tidy.strip_prefix(surname.name).is_some_and(|given| {
            surname.name.chars().count() == 1 || given.chars().next().is_some_and(text::is_han)
        })
    });
    let mut syllables: Vec<Vec<String>> = units(&tidy).iter().map(Unit::readings).collect();
    let Some(surname) = surname else {
        return syllables;
    };
    for (place, known) in syllables
        .iter_mut()
        .enumerate()
        .take(surname.name.chars().count())
    {
        let mut readings = Vec::new();
        for reading in &surname.readings {
            readings.extend(reading.get(place).map(|syllable| (*syllable).to_owned()));
        }
        for reading in known.iter() {
            spell(reading, &mut readings);
        }
        readings.dedup();
        *known = readings;
    }
    syllables
}

/// Every way to read the syllables one after another, the likeliest kept when there are too many.
fn combine(syllables: &[Vec<String>], part: impl Fn(&str) -> String) -> Vec<String> {
    let mut keys = vec![String::new()];
    for readings in syllables {
        let mut longer: Vec<String> = Vec::new();
        for reading in readings {
            for key in &keys {
                let key = format!("{key}{}", part(reading));
                if longer.len() < MOST && !longer.contains(&key) {
                    longer.push(key);
                }
            }
        }
        keys = longer;
    }
    keys.retain(|key| !key.is_empty());
    keys
}
