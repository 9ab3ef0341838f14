//! Pages of lists and their counts, as every list hands them on.

pub use store::{Count, Page, PageRequest};
