//! The child process that parses uploaded workbooks.
//!
//! The binary calls [`main`] before anything else. In the child it limits itself, reads the file
//! from standard input, writes the table to standard output and ends; it opens nothing else.

use std::ffi::OsString;
use std::io::{self, BufWriter, Read};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::table::{CHILD_ARGUMENT, Choose, FrameSink, Limits, TableError, read_xlsx};

/// File descriptors the child may have open: the three it is born with and a few to spare.
const DESCRIPTORS: u64 = 16;

/// If this process was started to read a table, reads it and gives the code to exit with; `None`
/// means that the program should go on as usual. `arguments` are those of the process, its own name
/// first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()?.to_str() != Some(CHILD_ARGUMENT) {
        return None;
    }
    let limits = arguments
        .next()
        .and_then(|limits| serde_json::from_str(limits.to_str()?).ok());
    let sheet = arguments.next().and_then(|name| name.into_string().ok());
    let done = limits.is_some_and(|limits| run(&limits, sheet.as_deref()).is_ok());
    Some(if done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run(limits: &Limits, sheet: Option<&str>) -> io::Result<()> {
    restrain(limits)?;
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(limits.upload + 1)
        .read_to_end(&mut bytes)?;
    let mut sink = FrameSink::new(BufWriter::with_capacity(64 * 1024, io::stdout().lock()));
    let choose = sheet.map_or(Choose::First, Choose::Named);
    let outcome = if bytes.len() as u64 > limits.upload {
        Err(TableError::TooLarge {
            limit: limits.upload,
        })
    } else {
        read_xlsx(&bytes, choose, limits, &mut sink)
    };
    sink.finish(&outcome)
}

/// Gives up what reading a table does not need, for good: the limits are hard ones.
fn restrain(limits: &Limits) -> io::Result<()> {
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
    hard(Resource::Cpu, limits.cpu, 1)?;
    hard(Resource::As, limits.memory, 0)
}
