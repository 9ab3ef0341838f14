//! The one boolean language of a pack: ids joined by `&` (且), `|` (或), `!` (非) and parentheses.
//! `!` binds closest, then `&`, then `|`.

use std::ops::Range;

use serde::Serialize;

use crate::finding::Verdict;

/// A parsed expression. Numbers index the list of names it was parsed against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// One leaf.
    Leaf(u16),
    /// 不得
    Not(Box<Expression>),
    /// 且
    All(Vec<Expression>),
    /// 或
    Any(Vec<Expression>),
}

/// What is wrong in an expression, and where (byte offsets into the text).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: Range<usize>,
    /// What.
    pub what: FaultKind,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// An id nobody defined.
    Unknown(String),
    /// An id, `!` or `(` is missing here.
    OperandMissing,
    /// `&` or `|` is missing before this.
    OperatorMissing,
    /// This parenthesis is never closed.
    Unclosed,
    /// This parenthesis was never opened.
    Unopened,
    /// A sign the language does not have.
    Sign(char),
    /// Nested too deeply.
    TooDeep,
}

/// Parentheses and negations one expression may nest.
pub const DEPTH: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'t> {
    Id(&'t str),
    And,
    Or,
    Not,
    Open,
    Close,
}

impl Expression {
    /// Parses a text against the ids there are. Unknown ids are all reported; of faults in the form
    /// the first is, since those after it mean nothing.
    ///
    /// # Errors
    /// Every fault found, at least one.
    pub fn parse(text: &str, ids: &[&str]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let tokens = tokens(text, &mut faults);
        let mut parser = Parser {
            tokens: &tokens,
            next: 0,
            end: text.len(),
            ids,
            unknown: Vec::new(),
        };
        let parsed = parser
            .any(0)
            .and_then(|parsed| match parser.tokens.get(parser.next) {
                None => Ok(parsed),
                Some((Token::Close, at)) => Err(Fault {
                    at: at.clone(),
                    what: FaultKind::Unopened,
                }),
                Some((_, at)) => Err(Fault {
                    at: at.clone(),
                    what: FaultKind::OperatorMissing,
                }),
            });
        faults.append(&mut parser.unknown);
        match parsed {
            Ok(parsed) if faults.is_empty() => Ok(parsed),
            Ok(_) => Err(faults),
            Err(fault) => {
                faults.push(fault);
                Err(faults)
            }
        }
    }

    /// The verdict, given each leaf's. Three-valued after Kleene; a leaf that does not apply is
    /// neutral: it neither carries nor breaks anything, as if it were not written.
    pub fn verdict(&self, leaf: &impl Fn(u16) -> Verdict) -> Verdict {
        match self {
            Self::Leaf(number) => leaf(*number),
            Self::Not(inner) => inner.verdict(leaf).not(),
            Self::All(parts) => parts.iter().fold(Verdict::NotApplicable, |so_far, part| {
                if so_far == Verdict::Unmet {
                    so_far
                } else {
                    so_far.and(part.verdict(leaf))
                }
            }),
            Self::Any(parts) => parts.iter().fold(Verdict::NotApplicable, |so_far, part| {
                if so_far == Verdict::Met {
                    so_far
                } else {
                    so_far.or(part.verdict(leaf))
                }
            }),
        }
    }

    /// The parts all of which are needed: the operands of the outermost `&`, or the whole.
    pub fn conjuncts(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            whole => std::slice::from_ref(whole),
        }
    }

    /// Calls `visit` with every leaf and whether it stands under an odd number of `!`.
    pub fn leaves(&self, visit: &mut impl FnMut(u16, bool)) {
        self.visit(false, visit);
    }

    fn visit(&self, negated: bool, visit: &mut impl FnMut(u16, bool)) {
        match self {
            Self::Leaf(number) => visit(*number, negated),
            Self::Not(inner) => inner.visit(!negated, visit),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.visit(negated, visit);
                }
            }
        }
    }

    /// Prints with the fewest parentheses; parsing that again gives the same expression.
    pub fn print(&self, ids: &[&str]) -> String {
        let mut text = String::new();
        self.write(ids, 0, &mut text);
        text
    }

    fn write(&self, ids: &[&str], around: u8, text: &mut String) {
        let (own, parts, sign) = match self {
            Self::Leaf(number) => {
                text.push_str(ids.get(usize::from(*number)).copied().unwrap_or("?"));
                return;
            }
            Self::Not(inner) => {
                text.push('!');
                inner.write(ids, 3, text);
                return;
            }
            Self::All(parts) => (2, parts, " & "),
            Self::Any(parts) => (1, parts, " | "),
        };
        // A chain directly inside the same kind of chain keeps its parentheses: it is a node of its own.
        let wrap = own <= around;
        if wrap {
            text.push('(');
        }
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                text.push_str(sign);
            }
            part.write(ids, own, text);
        }
        if wrap {
            text.push(')');
        }
    }
}

fn tokens<'t>(text: &'t str, faults: &mut Vec<Fault>) -> Vec<(Token<'t>, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        let end = start + c.len_utf8();
        let token = match c {
            c if c.is_whitespace() => continue,
            '&' => Token::And,
            '|' => Token::Or,
            '!' => Token::Not,
            '(' | '（' => Token::Open,
            ')' | '）' => Token::Close,
            c if in_id(c) => {
                let mut end = end;
                while let Some((at, c)) = rest.next_if(|(_, c)| in_id(*c)) {
                    end = at + c.len_utf8();
                }
                tokens.push((Token::Id(&text[start..end]), start..end));
                continue;
            }
            c => {
                faults.push(Fault {
                    at: start..end,
                    what: FaultKind::Sign(c),
                });
                continue;
            }
        };
        tokens.push((token, start..end));
    }
    tokens
}

/// May this sign stand in an id?
pub fn in_id(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || c == '.'
}

struct Parser<'p> {
    tokens: &'p [(Token<'p>, Range<usize>)],
    next: usize,
    end: usize,
    ids: &'p [&'p str],
    unknown: Vec<Fault>,
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Result<Expression, Fault> {
        self.chain(depth, &Token::Or)
    }

    fn chain(&mut self, depth: usize, sign: &Token<'_>) -> Result<Expression, Fault> {
        let mut parts = Vec::new();
        loop {
            parts.push(match sign {
                Token::Or => self.chain(depth, &Token::And)?,
                _ => self.operand(depth)?,
            });
            if self
                .tokens
                .get(self.next)
                .is_none_or(|(token, _)| token != sign)
            {
                break;
            }
            self.next += 1;
        }
        Ok(match (parts.len(), sign) {
            (1, _) => parts.swap_remove(0),
            (_, Token::Or) => Expression::Any(parts),
            _ => Expression::All(parts),
        })
    }

    fn operand(&mut self, depth: usize) -> Result<Expression, Fault> {
        let Some((token, at)) = self.tokens.get(self.next) else {
            return Err(Fault {
                at: self.end..self.end,
                what: FaultKind::OperandMissing,
            });
        };
        if depth >= DEPTH {
            return Err(Fault {
                at: at.clone(),
                what: FaultKind::TooDeep,
            });
        }
        self.next += 1;
        match token {
            Token::Id(id) => {
                let place = self.ids.iter().position(|known| known == id);
                let number = place.and_then(|place| u16::try_from(place).ok());
                Ok(Expression::Leaf(number.unwrap_or_else(|| {
                    let what = FaultKind::Unknown((*id).to_owned());
                    self.unknown.push(Fault {
                        at: at.clone(),
                        what,
                    });
                    0
                })))
            }
            Token::Not => Ok(Expression::Not(Box::new(self.operand(depth + 1)?))),
            Token::Open => {
                let inner = self.any(depth + 1)?;
                match self.tokens.get(self.next) {
                    Some((Token::Close, _)) => {
                        self.next += 1;
                        Ok(inner)
                    }
                    Some((_, at)) => Err(Fault {
                        at: at.clone(),
                        what: FaultKind::OperatorMissing,
                    }),
                    None => Err(Fault {
                        at: at.clone(),
                        what: FaultKind::Unclosed,
                    }),
                }
            }
            Token::And | Token::Or | Token::Close => Err(Fault {
                at: at.clone(),
                what: FaultKind::OperandMissing,
            }),
        }
    }
}
