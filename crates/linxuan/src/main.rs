//! The `linxuan` program.
fn main() {}
