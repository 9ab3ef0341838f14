//! Starts a child, feeds it the file, relays what it reads, and says how it ended.

use std::ffi::OsString;
use std::io::{self, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::Break;
use super::frame::Stream;

/// A child to be started.
pub(crate) struct Errand<'a> {
    /// The executable.
    pub(crate) program: &'a Path,
    /// What it is to do.
    pub(crate) arguments: Vec<OsString>,
    /// What it is fed, piece by piece.
    pub(crate) pieces: &'a [&'a [u8]],
    /// How long it may take by the clock, seconds.
    pub(crate) wall: u64,
}

/// Why a child gave no answer of its own.
pub(crate) enum Failure {
    /// It could not be started, in the operating system's words. A fault of the installation.
    NotStarted(String),
    /// It ended without a whole answer.
    BrokenOff(Break),
}

/// Runs a child; `relay` reads what it says.
pub(crate) fn run<E: From<Failure>>(
    errand: &Errand<'_>,
    relay: impl FnOnce(BufReader<ChildStdout>) -> Stream<E>,
) -> Result<(), E> {
    let not_started = |detail: String| E::from(Failure::NotStarted(detail));
    let mut child = start(errand).map_err(|error| not_started(error.to_string()))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(not_started("no pipes".to_owned()));
    };
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return Err(not_started("no process id".to_owned()));
    };
    let late = AtomicBool::new(false);
    let (over, watch) = mpsc::channel::<()>();
    let stream = std::thread::scope(|scope| {
        scope.spawn(move || {
            for piece in errand.pieces {
                // A child that ends early closes the pipe; its own words say why.
                if stdin.write_all(piece).is_err() {
                    break;
                }
            }
        });
        let late = &late;
        scope.spawn(move || {
            if watch.recv_timeout(Duration::from_secs(errand.wall))
                == Err(RecvTimeoutError::Timeout)
            {
                late.store(true, Ordering::Relaxed);
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        let stream = relay(BufReader::with_capacity(64 * 1024, stdout));
        if matches!(stream, Stream::Refused(_)) {
            let _ = kill_process(pid, Signal::KILL);
        }
        // Waits without collecting the child, so its id stays its own until the watch is over.
        let _ = waitid(
            WaitId::Pid(pid),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        );
        drop(over);
        stream
    });
    let status = child.wait().ok();
    let broken_off = |how| Err(E::from(Failure::BrokenOff(how)));
    match stream {
        Stream::Ended(outcome) => outcome,
        Stream::Refused(error) => Err(error),
        Stream::Broken if late.load(Ordering::Relaxed) => broken_off(Break::Time),
        Stream::Broken => broken_off(ending(status)),
    }
}

fn start(errand: &Errand<'_>) -> io::Result<Child> {
    Command::new(errand.program)
        .args(&errand.arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn ending(status: Option<ExitStatus>) -> Break {
    const OUT_OF_PROCESSOR_TIME: i32 = Signal::XCPU.as_raw();
    match status.map(|status| (status.signal(), status.code())) {
        Some((Some(OUT_OF_PROCESSOR_TIME), _)) => Break::Time,
        Some((None, Some(0))) => Break::Answer,
        _ => Break::Crash,
    }
}
