//! 承诺: what a person undertakes, and on which occasion.

use serde::Serialize;

use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// On which occasion something is undertaken.
    UndertakenAt {
        /// Before the form is submitted.
        Submission = "submission", "提交时";
        /// Before the first task is seen after an appointment.
        Appointment = "appointment", "受聘后首次使用前";
    }
}

/// One undertaking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undertaking {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// On which occasion.
    pub at: UndertakenAt,
    /// Party that undertakes it.
    pub by: String,
    /// What is undertaken, ticked one by one.
    pub elements: Vec<String>,
    /// Where.
    pub citation: Citation,
}
