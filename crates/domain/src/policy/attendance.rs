//! How did somebody attend (CY 第十九条)?

use jiff::civil::DateTime;

use super::pack::{Attendance, AttendanceRules};

/// How somebody attended who came at a moment, or not at all.
pub fn arrival(rules: &AttendanceRules, starts: DateTime, arrived: Option<DateTime>) -> Attendance {
    let grace = jiff::SignedDuration::from_mins(i64::from(rules.grace_minutes));
    match arrived {
        None => Attendance::Absent,
        Some(arrived) if starts.duration_until(arrived) <= grace => Attendance::OnTime,
        Some(_) => Attendance::Late,
    }
}
