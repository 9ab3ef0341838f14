//! Working days against the State Council's notices, and against a second calendar.

mod common;

use chinese_holiday::{Ymd, chinese_holiday};
use domain::calendar::{Calendar, CalendarError, Holiday, HolidayNotice};
use domain::explain::Explain;
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

fn weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Every day of 2021 to 2026 against the published table; days not listed follow the week.
#[test]
fn every_day_of_six_years() {
    let calendar = Calendar::built_in();
    let listed: std::collections::HashMap<Date, bool> =
        common::rows(include_str!("data/workdays.csv"))
            .iter()
            .map(|row| (row["date"].parse().unwrap(), row["is_workday"] == "1"))
            .collect();
    assert_eq!(listed.len(), 218);
    let mut per_year = std::collections::BTreeMap::<i16, u32>::new();
    let days = date(2021, 1, 1).series(jiff::Span::new().days(1));
    for day in days.take_while(|day| day.year() <= 2026) {
        let expected = listed.get(&day).copied().unwrap_or(!weekend(day));
        let answer = calendar.is_workday(day);
        assert_eq!(answer.value, expected, "{day}");
        assert!(answer.assumed_years.is_empty());
        *per_year.entry(day.year()).or_default() += u32::from(answer.value);
    }
    assert_eq!(
        per_year.into_values().collect::<Vec<_>>(),
        [250, 249, 249, 251, 248, 248]
    );
}

/// The crate is an independent reading of the same notices; it refuses days after 2026-12-25.
#[test]
fn agrees_with_another_calendar() {
    let calendar = Calendar::built_in();
    let days = date(2021, 1, 1).series(jiff::Span::new().days(1));
    for day in days.take_while(|day| *day <= date(2026, 12, 25)) {
        let (year, month, dom) = (day.year() as u16, day.month() as u8, day.day() as u8);
        let works = chinese_holiday(Ymd::new(year, month, dom)).is_workday();
        assert_eq!(calendar.is_workday(day).value, works, "{day}");
    }
}

#[test]
fn counting_vectors() {
    let calendar = Calendar::built_in();
    for (start, days, end) in [
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2025-09-27", 3, "2025-09-30"),
        ("2024-02-08", 3, "2024-02-19"),
        ("2026-01-01", 1, "2026-01-04"),
        ("2026-11-20", 5, "2026-11-27"),
        ("2025-12-31", 2, "2026-01-05"),
        ("2021-04-30", 1, "2021-05-06"),
    ] {
        let (start, end): (Date, Date) = (start.parse().unwrap(), end.parse().unwrap());
        let answer = calendar.ahead(start, days);
        assert_eq!(answer.value, end, "{start} +{days}");
        assert_eq!(answer.caution(), None);
        assert_eq!(calendar.count(start, end).value, u32::from(days));
        if calendar.is_workday(start).value {
            assert_eq!(calendar.back(end, days).value, start, "{end} -{days}");
        }
    }
}

/// Covers: JM-9-7.
#[test]
fn three_working_days_before_a_task_after_spring_festival() {
    let calendar = Calendar::built_in();
    // 2026-02-25 is the second working day after the holiday; 14 February was a make-up Saturday.
    assert_eq!(calendar.back(date(2026, 2, 25), 3).value, date(2026, 2, 13));
}

#[test]
fn a_year_without_notice_is_named() {
    let calendar = Calendar::built_in();
    let answer = calendar.ahead(date(2026, 12, 30), 3);
    assert_eq!(
        answer.value,
        date(2027, 1, 4),
        "1 January 2027 is a Friday and counts as worked"
    );
    assert_eq!(answer.assumed_years, [2027].into());
    let caution = answer.caution().unwrap();
    assert!(
        caution.contains("2027 年") && caution.contains("周一至周五"),
        "{caution}"
    );
    assert_eq!(
        calendar.is_workday(date(2020, 1, 1)).assumed_years,
        [2020].into()
    );
}

#[test]
fn a_registered_notice_counts() {
    let mut calendar = Calendar::built_in();
    let notice = HolidayNotice {
        year: 2027,
        document: "示例〔2026〕1号".into(),
        holidays: vec![Holiday {
            name: "元旦".into(),
            from: date(2027, 1, 1),
            to: date(2027, 1, 3),
            make_up: vec![date(2026, 12, 27)],
        }],
    };
    let json = serde_json::to_string(&notice).unwrap();
    calendar
        .register(serde_json::from_str(&json).unwrap())
        .unwrap();
    let answer = calendar.ahead(date(2026, 12, 25), 5);
    assert_eq!(answer.value, date(2026, 12, 31), "27 December is made up");
    assert!(answer.assumed_years.is_empty());
    assert_eq!(
        calendar.ahead(date(2026, 12, 31), 1).value,
        date(2027, 1, 4)
    );
    assert_eq!(calendar.holiday(date(2027, 1, 1)), Some("元旦"));
    assert_eq!(calendar.made_up_for(date(2026, 12, 27)), Some("元旦"));

    // A corrected notice replaces the first one entirely, its December day included.
    let corrected = HolidayNotice::parse_all("2027 示例〔2026〕2号\n元旦 0101-0103\n").unwrap();
    for notice in corrected {
        calendar.register(notice).unwrap();
    }
    assert!(!calendar.is_workday(date(2026, 12, 27)).value);
    assert_eq!(calendar.notices().count(), 7);
}

#[test]
fn wrong_notices_are_refused() {
    let refused = |text: &str| {
        let mut calendar = Calendar::built_in();
        let before = calendar.clone();
        let error = match HolidayNotice::parse_all(text) {
            Ok(notices) => notices.into_iter().find_map(|n| calendar.register(n).err()),
            Err(error) => Some(error),
        };
        assert_eq!(calendar, before);
        error.expect("refused")
    };
    assert_eq!(refused("2027 x\n"), CalendarError::Empty { year: 2027 });
    assert_eq!(refused("春节 0101\n"), CalendarError::Line { line: 1 });
    assert_eq!(
        refused("2027 x\n春节 0230\n"),
        CalendarError::Line { line: 2 }
    );
    assert_eq!(refused("2027 x\n春节 0101-二\n").code(), "calendar.line");
    assert_eq!(
        refused("2027 x\n春节 20280201\n").code(),
        "calendar.outside_year"
    );
    assert_eq!(
        refused("2027 x\n春节 0210-0201\n").code(),
        "calendar.length"
    );
    assert_eq!(
        refused("2027 x\n春节 0201-0228\n").code(),
        "calendar.length"
    );
    assert_eq!(
        refused("2027 x\n春节 0205-0211 +0212\n").code(),
        "calendar.make_up_on_weekday"
    );
    assert_eq!(
        refused("2027 x\n春节 0205-0211 +0206\n").code(),
        "calendar.contradiction"
    );
}

#[test]
fn roll_keeps_working_days() {
    let calendar = Calendar::built_in();
    assert_eq!(calendar.roll(date(2026, 2, 14)).value, date(2026, 2, 14));
    assert_eq!(calendar.roll(date(2026, 2, 15)).value, date(2026, 2, 24));
    assert_eq!(calendar.roll(Date::MAX).assumed_years, [9999].into());
}

proptest! {
    /// Oracle: list the working days one by one.
    #[test]
    fn ahead_back_and_count_agree(offset in 0_i64..2100, count in 0_u16..60) {
        let calendar = Calendar::built_in();
        let start = date(2021, 1, 1).checked_add(jiff::Span::new().days(offset)).unwrap();
        let listed: Vec<Date> = start.tomorrow().unwrap().series(jiff::Span::new().days(1))
            .filter(|day| calendar.is_workday(*day).value)
            .take(usize::from(count))
            .collect();
        let end = calendar.ahead(start, count).value;
        prop_assert_eq!(end, listed.last().copied().unwrap_or(start));
        prop_assert_eq!(calendar.count(start, end).value, u32::from(count));
        if calendar.is_workday(start).value {
            prop_assert_eq!(calendar.back(end, count).value, start);
        }
    }
}
