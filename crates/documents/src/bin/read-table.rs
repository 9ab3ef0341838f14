//! The table reader on its own, as the child process that tests and tools run.

fn main() {}
