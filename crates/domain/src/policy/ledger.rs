//! What the ledger reminds of (CY 第二十一条).

use jiff::civil::{Date, Time};

use super::pack::LedgerRules;
use crate::calendar::Calendar;

/// Is work done on a day and not paid listed on another?
pub fn unpaid(
    rules: &LedgerRules,
    done: Date,
    paid: Option<Date>,
    on: Date,
    calendar: &Calendar,
) -> bool {
    let until = rules
        .unpaid_after
        .after(done.to_datetime(Time::midnight()), calendar);
    paid.is_none_or(|paid| paid > on) && on > until.value.date()
}
