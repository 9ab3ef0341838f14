//! The child process that reads foreign files: a job for each kind of reading, one way to give up
//! whatever reading does not need, one parent that starts, feeds and watches it.
//!
//! The binary calls [`main`] before anything else. In the child it limits itself, reads the file
//! from standard input, writes frames to standard output and ends; it opens nothing else.

pub(crate) mod frame;
pub(crate) mod parent;

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{pages, table};

/// File descriptors the child may have open: the three it is born with and a few to spare.
const DESCRIPTORS: u64 = 16;

/// Where foreign files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Isolation {
    /// In a child process: `program __read-table …` or `program __draw-pages …`, which must call
    /// [`main`] first thing. A hostile file can then exhaust or abort only that process.
    Child {
        /// The executable to start.
        program: PathBuf,
    },
    /// In this process. Only for tests and for files we have written ourselves: a hostile file
    /// takes the process down.
    InProcess,
}

impl Isolation {
    /// A child that is this very program.
    ///
    /// # Errors
    /// When the operating system does not tell where this program is.
    pub fn of_this_program() -> io::Result<Self> {
        let program = std::env::current_exe()?;
        Ok(Self::Child { program })
    }
}

/// How a child ended that gave no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Break {
    /// Out of time, by the clock or by the processor.
    Time,
    /// Aborted or panicked: out of memory in most cases.
    Crash,
    /// Its answer made no sense.
    Answer,
}

/// If this process was started to read a foreign file, reads it and gives the code to exit with;
/// `None` means that the program should go on as usual. `arguments` are those of the process, its own
/// name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    let done = match arguments.next()?.to_str()? {
        table::CHILD_ARGUMENT => table::child(arguments),
        pages::CHILD_ARGUMENT => pages::child(arguments),
        _ => return None,
    };
    Some(if done.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A value as the argument of a child; [`argument`] reads it.
pub(crate) fn as_argument(value: &impl Serialize) -> OsString {
    // Without it the child does nothing.
    serde_json::to_string(value).unwrap_or_default().into()
}

/// The value a child was given as an argument.
pub(crate) fn argument<T: DeserializeOwned>(argument: Option<OsString>) -> io::Result<T> {
    let text = argument.as_ref().and_then(|argument| argument.to_str());
    let text = text.ok_or(io::ErrorKind::InvalidInput)?;
    serde_json::from_str(text).map_err(io::Error::from)
}

/// Gives up what reading a file does not need, for good: the limits are hard ones. `memory` is the
/// address space in bytes, `cpu` processor time in seconds.
pub(crate) fn restrain(memory: u64, cpu: u64) -> io::Result<()> {
    let hard = |resource, most, grace| {
        setrlimit(
            resource,
            Rlimit {
                current: Some(most),
                maximum: Some(most + grace),
            },
        )
        .map_err(io::Error::from)
    };
    hard(Resource::Core, 0, 0)?;
    hard(Resource::Fsize, 0, 0)?;
    hard(Resource::Nofile, DESCRIPTORS, 0)?;
    // At the soft limit the kernel sends SIGXCPU, which says what happened; a second later it kills.
    hard(Resource::Cpu, cpu, 1)?;
    hard(Resource::As, memory, 0)
}

/// What the parent feeds the child, one byte more than `most` at the longest.
pub(crate) fn fed(most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
