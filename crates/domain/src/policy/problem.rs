//! What is wrong in a pack: where, which kind, in Chinese, and what was probably meant.

use std::fmt;

use serde::Serialize;

use super::words::{Word, words};

words! {
    /// Kinds of problem. Stable: scripts may rely on them.
    Code {
        /// Not TOML.
        Syntax = "syntax", "写法错误";
        /// A key nobody reads.
        UnknownKey = "unknown_key", "多余的键";
        /// A key that must be there.
        MissingKey = "missing_key", "缺少的键";
        /// A value of the wrong kind.
        WrongType = "wrong_type", "值的种类不对";
        /// A word outside the vocabulary.
        UnknownWord = "unknown_word", "词表之外的词";
        /// A name nobody defined.
        UnknownName = "unknown_name", "没有定义的名称";
        /// A name defined twice.
        Duplicate = "duplicate", "重复";
        /// No citation, or one the text does not have.
        Citation = "citation", "条文引用不对";
        /// A number, length of time or amount out of bounds.
        OutOfRange = "out_of_range", "超出范围";
        /// An expression that cannot be read.
        Expression = "expression", "条件式错误";
        /// Two values that cannot stand together.
        Conflict = "conflict", "互相矛盾";
        /// A value the engine has no procedure for.
        Unsupported = "unsupported", "本程序办不到";
        /// A parameter that cannot be set so.
        Setting = "setting", "参数不能这样设";
    }
}

/// One problem of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Kind.
    pub code: Code,
    /// What is wrong and why, in Chinese.
    pub sentence: String,
    /// What was probably meant, or what to write.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem at a byte of a text.
    pub fn new(text: &str, at: usize, code: Code, sentence: String, hint: Option<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |place| place + 1);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            line: number(before.matches('\n').count() + 1),
            column: number(
                before
                    .get(line_start..)
                    .map_or(0, |line| line.chars().count())
                    + 1,
            ),
            code,
            sentence,
            hint,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{} [{}] {}",
            self.line,
            self.column,
            self.code.word(),
            self.sentence
        )?;
        match &self.hint {
            Some(hint) => write!(f, " {hint}"),
            None => Ok(()),
        }
    }
}

/// The candidate nearest to what was written, if any is near enough to have been meant.
pub fn closest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let length = written.chars().count();
    candidates
        .into_iter()
        .map(|candidate| (distance(written, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1 + length.min(candidate.chars().count()) / 3 && *distance < length.max(2)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, changes and swaps of neighbours between two texts.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_and_column_count_characters() {
        let problem = Problem::new(
            "一\n二三四",
            "一\n二三".len(),
            Code::Syntax,
            String::new(),
            None,
        );
        assert_eq!((problem.line, problem.column), (2, 3));
    }

    #[test]
    fn the_nearest_word_is_offered_and_a_far_one_is_not() {
        let words = ["streak", "sequence", "force"];
        assert_eq!(closest("straek", words), Some("streak"));
        assert_eq!(closest("sequense", words), Some("sequence"));
        assert_eq!(closest("banana", words), None);
        assert_eq!(closest("中技", ["中级", "高级技师"]), Some("中级"));
    }
}
