//! One module per command.

pub(crate) mod backup;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod draw;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod openapi;
pub(crate) mod pack;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod share;
pub(crate) mod user;
pub(crate) mod verify;

use serde_json::Value;

use crate::words;

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

/// The date here and now. Below this, time is an argument.
#[expect(
    clippy::disallowed_methods,
    reason = "a command that is not told a day means today"
)]
fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

/// Prints an answer: JSON for programs, text for people. A reader who stops reading (`| head`) is no
/// fault.
fn print(json: bool, value: &Value, text: &str) -> anyhow::Result<()> {
    use std::io::{ErrorKind, Write};
    let printed = if json {
        format!("{}\n", serde_json::to_string_pretty(value)?)
    } else {
        text.to_owned()
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(printed.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints a line. A reader who stops reading (`| head`) ends no command, and no server.
pub(crate) fn say(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    // There is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Why a command over the database did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// By a rule or by the state of things.
    Refused(String),
    /// It was asked for in a way that makes no sense.
    Usage(String),
    /// A defect, or the machine.
    Internal(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Self {
        Self::Internal(cause)
    }
}

impl From<service::Error> for Failure {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::Internal(why) => Self::Internal(anyhow::anyhow!(why)),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Says why a command did not do what was asked, and with which code the program ends.
pub(crate) fn ended(done: Result<(), Failure>) -> anyhow::Result<Ended> {
    match done {
        Ok(()) => Ok(Ended::Done),
        Err(Failure::Refused(sentence)) => {
            eprintln!("{}", words::told(&sentence));
            Ok(Ended::Refused)
        }
        Err(Failure::Usage(sentence)) => {
            eprintln!("{}", words::told(&sentence));
            Ok(Ended::Usage)
        }
        Err(Failure::Internal(cause)) => Err(cause),
    }
}
