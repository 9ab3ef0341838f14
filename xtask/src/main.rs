//! Set-up and long checks.
fn main() {}
