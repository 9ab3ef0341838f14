//! Dates and times as they are written in documents.

use jiff::civil::{Date, DateTime};

/// Room for a date to be written by hand.
pub const BLANK_DATE: &str = "　　年　　月　　日";

/// 2026年11月22日
pub fn long(on: Date) -> String {
    format!("{}年{}月{}日", on.year(), on.month(), on.day())
}

/// 2026年11月22日, or room to write one.
pub fn long_or_blank(on: Option<Date>) -> String {
    on.map_or_else(|| BLANK_DATE.to_owned(), long)
}

/// 2026-11-22, as in the columns of a table.
pub fn short(on: Date) -> String {
    on.to_string()
}

/// 2026年11月
pub fn month(on: Date) -> String {
    format!("{}年{}月", on.year(), on.month())
}

/// 2026.11, for spans of time in narrow cells.
pub fn dotted_month(on: Date) -> String {
    format!("{}.{:02}", on.year(), on.month())
}

/// 2008.09—至今, 2008.09—2015.06
pub fn span(from: Option<Date>, to: Option<Date>, open_end: &str) -> String {
    match (from, to) {
        (None, None) => String::new(),
        (Some(from), None) => format!("{}{open_end}", dotted_month(from)),
        (None, Some(to)) => format!("—{}", dotted_month(to)),
        (Some(from), Some(to)) => format!("{}—{}", dotted_month(from), dotted_month(to)),
    }
}

/// 2026年11月22日09:30
pub fn long_time(at: DateTime) -> String {
    format!("{}{:02}:{:02}", long(at.date()), at.hour(), at.minute())
}

/// 2026-11-22 09:30
pub fn short_time(at: DateTime) -> String {
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn spans_name_their_open_end() {
        let (from, to) = (date(2008, 9, 1), date(2015, 6, 30));
        assert_eq!(span(Some(from), None, "—至今"), "2008.09—至今");
        assert_eq!(span(Some(from), Some(to), "至今"), "2008.09—2015.06");
        assert_eq!(span(None, None, "至今"), "");
    }
}
