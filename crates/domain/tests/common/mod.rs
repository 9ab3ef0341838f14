//! Vectors of the reference tests: CSV files with a head line.

use std::collections::HashMap;

/// Rows of a CSV text by column name.
pub(crate) fn rows(csv: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader
        .deserialize()
        .map(|row| row.expect("well-formed CSV"))
        .collect()
}
