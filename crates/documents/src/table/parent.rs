//! Starts the child, feeds it the file, relays what it reads, and says how it ended.

use std::io::{BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::error::{Break, TableError};
use super::frame::{self, Stream};
use super::limits::Limits;
use super::{CHILD_ARGUMENT, Choose, TableSink};

pub(super) fn read(
    program: &Path,
    bytes: &[u8],
    choose: Choose<'_>,
    limits: &Limits,
    sink: &mut dyn TableSink,
) -> Result<(), TableError> {
    let mut child = start(program, choose, limits).map_err(|error| TableError::NotStarted {
        detail: error.to_string(),
    })?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(TableError::NotStarted {
            detail: "no pipes".to_owned(),
        });
    };
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return Err(TableError::NotStarted {
            detail: "no process id".to_owned(),
        });
    };
    let late = AtomicBool::new(false);
    let (over, watch) = mpsc::channel::<()>();
    let stream = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A child that ends early closes the pipe; its own words say why.
            let _ = stdin.write_all(bytes);
        });
        let late = &late;
        scope.spawn(move || {
            if watch.recv_timeout(Duration::from_secs(limits.wall))
                == Err(RecvTimeoutError::Timeout)
            {
                late.store(true, Ordering::Relaxed);
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        let stream = frame::relay(BufReader::with_capacity(64 * 1024, stdout), sink);
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
    let status = collect(&mut child);
    match stream {
        Stream::Ended(outcome) => outcome,
        Stream::Refused(error) => Err(error),
        Stream::Broken if late.load(Ordering::Relaxed) => Err(TableError::BrokenOff(Break::Time)),
        Stream::Broken => Err(TableError::BrokenOff(ending(status))),
    }
}

fn start(program: &Path, choose: Choose<'_>, limits: &Limits) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    command
        .arg(CHILD_ARGUMENT)
        .arg(serde_json::to_string(limits)?);
    if let Choose::Named(name) = choose {
        command.arg(name);
    }
    command
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn collect(child: &mut Child) -> Option<ExitStatus> {
    child.wait().ok()
}

fn ending(status: Option<ExitStatus>) -> Break {
    const OUT_OF_PROCESSOR_TIME: i32 = Signal::XCPU.as_raw();
    match status.map(|status| (status.signal(), status.code())) {
        Some((Some(OUT_OF_PROCESSOR_TIME), _)) => Break::Time,
        Some((None, Some(0))) => Break::Answer,
        _ => Break::Crash,
    }
}
