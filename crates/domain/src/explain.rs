//! How a refusal of typed input speaks: to machines by a code, to people by a sentence.

/// An error that a person caused by typing and can mend by typing again.
///
/// `Display` is for logs, in English, and never carries the value that was typed.
pub trait Explain: std::error::Error {
    /// Stable name of the kind of error, `field.reason`. Interfaces and error workbooks rely on it.
    fn code(&self) -> &'static str;

    /// What happened, why, and what to do, in Chinese. Personal values appear masked or not at all.
    fn sentence(&self) -> String;
}
