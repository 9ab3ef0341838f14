//! Is a notification complete and in time (CY 第十八条)?

use jiff::civil::DateTime;

use super::pack::{Force, NotificationRules};
use super::words::words;
use crate::calendar::Calendar;

words! {
    /// How far ahead of the work a notification goes out.
    Timing {
        /// With the lead the pack asks for, or it asks for none.
        InTime = "in_time", "按时";
        /// Before the work, but with less lead.
        Short = "short", "提前时间不足";
        /// The work has begun: this is no notice in advance.
        TooLate = "too_late", "工作已经开始";
    }
}

/// Fields that are empty, in the order of the pack.
pub fn lacking<'p>(rules: &'p NotificationRules, given: &[&str]) -> Vec<&'p str> {
    rules
        .fields
        .iter()
        .map(String::as_str)
        .filter(|field| !given.contains(field))
        .collect()
}

/// How far ahead, and how strongly the pack minds.
pub fn timing(
    rules: &NotificationRules,
    sent: DateTime,
    starts: DateTime,
    calendar: &Calendar,
) -> (Timing, Force) {
    if sent >= starts {
        return (Timing::TooLate, Force::Must);
    }
    match rules.lead {
        Some((lead, force)) if sent > lead.before(starts, calendar).value => (Timing::Short, force),
        Some((_, force)) => (Timing::InTime, force),
        None => (Timing::InTime, Force::May),
    }
}
