//! Text search in Chinese, without a dictionary: names and employers are found by neighbouring
//! characters, everything in letters or digits by the beginning of a word.
//!
//! A text to be found is written in a [`form`] once; a [`Term`] of a question is looked for in it.

/// A stretch of text between separators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Latin letters and digits, lower case, at most 40.
    Word(String),
    /// Everything else that is not a separator.
    Characters(Vec<char>),
}

/// Longest run of Latin letters and digits that is told apart.
const LONGEST_WORD: usize = 40;
/// Terms of one question. More narrow nothing a person would notice.
pub const MOST_TERMS: usize = 16;

/// Cuts a text at its separators. Full-width letters and digits are ordinary ones.
pub fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut word = String::new();
    let mut characters = Vec::new();
    // A blank at the end closes the last run.
    for c in text.chars().map(narrow).chain([' ']) {
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        } else if !word.is_empty() {
            word.truncate(LONGEST_WORD);
            runs.push(Run::Word(std::mem::take(&mut word)));
        }
        if !c.is_ascii() && !is_separator(c) {
            characters.push(c);
        } else if !characters.is_empty() {
            runs.push(Run::Characters(std::mem::take(&mut characters)));
        }
    }
    runs
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// Blanks and punctuation. Private-use characters are kept: old systems hold rare names in them.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3020}'
            | '\u{30fb}' | '\u{fe00}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff5f}'..='\u{ff65}')
}

/// Texts as terms are looked for in them: every run between two blanks.
pub fn form<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut form = String::from(" ");
    for run in texts.into_iter().flat_map(runs) {
        match run {
            Run::Word(word) => form.push_str(&word),
            Run::Characters(characters) => form.extend(characters),
        }
        form.push(' ');
    }
    form
}

/// One thing a question asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A word beginning so; a blank before it.
    Word(String),
    /// A character typed alone; a blank before and after it.
    Character(String),
    /// Two neighbouring characters.
    Pair(String),
}

impl Term {
    /// Does a person's name hold it? Any of its characters is enough.
    pub fn in_name(&self, form: &str) -> bool {
        match self {
            Term::Word(text) | Term::Pair(text) => form.contains(text.as_str()),
            Term::Character(text) => form.contains(text.trim_matches(' ')),
        }
    }

    /// Does running text hold it? A single character must stand alone there: half of all employers
    /// have a 市 somewhere.
    pub fn in_text(&self, form: &str) -> bool {
        let (Term::Word(text) | Term::Character(text) | Term::Pair(text)) = self;
        form.contains(text.as_str())
    }

    /// [`Term::in_text`] of a text that has no form yet. Quick for numbers, which are letters and
    /// digits.
    pub fn in_plain(&self, text: &str) -> bool {
        if !text.is_ascii() {
            return self.in_text(&form([text]));
        }
        let Term::Word(asked) = self else {
            return false;
        };
        let (asked, text) = (&asked.as_bytes()[1..], text.as_bytes());
        let mut inside = false;
        text.iter().enumerate().any(|(at, byte)| {
            let begins = !std::mem::replace(&mut inside, byte.is_ascii_alphanumeric()) && inside;
            begins
                && byte.eq_ignore_ascii_case(&asked[0])
                && text[at..]
                    .get(..asked.len())
                    .is_some_and(|beginning| beginning.eq_ignore_ascii_case(asked))
        })
    }

    /// The first letter or digit of the word asked for; characters have none.
    pub fn first(&self) -> Option<u8> {
        match self {
            Term::Word(asked) => asked.as_bytes().get(1).copied(),
            Term::Character(_) | Term::Pair(_) => None,
        }
    }
}

/// What typed text asks for: all of these, at most [`MOST_TERMS`]. Nothing when it holds no letter.
pub fn terms(typed: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for run in runs(typed) {
        match run {
            Run::Word(word) => terms.push(Term::Word(format!(" {word}"))),
            Run::Characters(characters) => match characters.as_slice() {
                [alone] => terms.push(Term::Character(format!(" {alone} "))),
                several => terms.extend(
                    several
                        .windows(2)
                        .map(|pair| Term::Pair(pair.iter().collect())),
                ),
            },
        }
    }
    terms.truncate(MOST_TERMS);
    terms
}
