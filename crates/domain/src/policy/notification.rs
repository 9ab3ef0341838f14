//! Is a notification complete and in time, and how did somebody attend (CY 第十八条, 第十九条)?

use jiff::civil::DateTime;

use super::pack::{Attendance, AttendanceRules, Force, NotificationRules, Solicitation};
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

/// Fields of a notification that are empty, in the order of the pack.
pub fn lacking<'p>(fields: &'p [String], given: &[&str]) -> Vec<&'p str> {
    fields
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

/// How somebody attended who came at a moment, or not at all.
pub fn arrival(rules: &AttendanceRules, starts: DateTime, arrived: Option<DateTime>) -> Attendance {
    let grace = jiff::SignedDuration::from_mins(i64::from(rules.grace_minutes));
    match arrived {
        None => Attendance::Absent,
        Some(arrived) if starts.duration_until(arrived) <= grace => Attendance::OnTime,
        Some(_) => Attendance::Late,
    }
}

/// What appointing so many meets where so many were planned; `None` = nothing (CY 第十条).
pub fn over_headcount(rules: &Solicitation, planned: u32, listed: u32) -> Option<Force> {
    let headcount = rules.headcount.as_ref()?;
    headcount.beyond.filter(|_| listed > planned)
}
