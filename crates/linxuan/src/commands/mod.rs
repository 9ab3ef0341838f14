//! One module per command.

pub(crate) mod draw;
pub(crate) mod pack;
pub(crate) mod share;
pub(crate) mod verify;

use serde_json::Value;

/// How a command ended, as its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// 0
    Done,
    /// 1: the answer is no, and says why.
    Refused,
    /// 2: the command was not understood.
    Usage,
}

impl From<Ended> for std::process::ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(match ended {
            Ended::Done => 0,
            Ended::Refused => 1,
            Ended::Usage => 2,
        })
    }
}

/// Prints an answer: JSON for programs, text for people.
fn print(json: bool, value: &Value, text: &str) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(value)?);
    } else {
        print!("{text}");
    }
    Ok(())
}
