//! The reader of foreign files on its own: the child process of tests and tools that are not the real
//! binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    documents::worker::main(std::env::args_os()).unwrap_or_else(|| {
        eprintln!("started by other programs only");
        ExitCode::from(2)
    })
}
