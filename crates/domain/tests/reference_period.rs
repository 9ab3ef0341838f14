//! Ages, years of work, look-backs, terms, half days, lengths and dates in Chinese text.

use domain::calendar::Calendar;
use domain::date_text::{LooseDate, formal, on_voucher, plain};
use domain::explain::Explain;
use domain::half_day::{Slot, SlotClock};
use domain::period::{
    AgeClock, AgeTurns, Duration, Exceeds, LeapBirthday, Served, Span, TermEnd, YearsMode,
    add_months, look_back, served, term_end,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const LAW: AgeClock = AgeClock {
    turns: AgeTurns::Birthday,
    leap_birthday: LeapBirthday::Mar1,
};

/// Covers: DG-4-4, GZ-11-6.
#[test]
fn ages_turn_on_the_birthday() {
    let born = date(1956, 11, 22);
    assert_eq!(
        LAW.age(born, date(2026, 11, 21)),
        Some(69),
        "未满 70 周岁 still holds"
    );
    assert_eq!(LAW.age(born, date(2026, 11, 22)), Some(70));
    let strict = AgeClock {
        turns: AgeTurns::DayAfter,
        ..LAW
    };
    assert_eq!(strict.age(born, date(2026, 11, 22)), Some(69));
    assert_eq!(strict.age(born, date(2026, 11, 23)), Some(70));
    assert_eq!(LAW.age(born, born), Some(0));
    assert_eq!(strict.age(born, born), Some(0));
    assert_eq!(LAW.age(born, date(1956, 11, 21)), None);

    let born = date(1961, 11, 22);
    let over = |on, exceeds| LAW.is_over(born, on, 65, exceeds);
    assert!(
        !over(date(2027, 11, 21), Exceeds::CompletedYears),
        "不超过 65 until the 66th birthday"
    );
    assert!(over(date(2027, 11, 22), Exceeds::CompletedYears));
    assert!(!over(date(2026, 11, 22), Exceeds::ExactDate));
    assert!(over(date(2026, 11, 23), Exceeds::ExactDate));
}

#[test]
fn leap_day_birthdays() {
    let born = date(1972, 2, 29);
    let feb = AgeClock {
        leap_birthday: LeapBirthday::Feb28,
        ..LAW
    };
    assert_eq!(LAW.turns_on(born, 54), date(2026, 3, 1));
    assert_eq!(feb.turns_on(born, 54), date(2026, 2, 28));
    assert_eq!(LAW.turns_on(born, 56), date(2028, 2, 29));
    assert_eq!(feb.turns_on(born, 56), date(2028, 2, 29));
    assert_eq!(
        (
            LAW.age(born, date(2026, 2, 28)),
            feb.age(born, date(2026, 2, 28))
        ),
        (Some(53), Some(54))
    );
}

fn span(from: Date, to: Option<Date>) -> Span {
    Span { from, to }
}

/// Covers: DG-4-3-a, GZ-11-2-b, GZ-11-2-c.
#[test]
fn years_of_work_merge_and_meet_anniversaries() {
    let open = span(date(2021, 3, 1), None);
    let years =
        |spans: &[Span], on| served(spans.iter().copied(), on, YearsMode::MergedSum).years();
    assert_eq!(years(&[open], date(2024, 2, 29)), 2);
    assert_eq!(
        years(&[open], date(2024, 3, 1)),
        3,
        "满 3 年 on the same month and day"
    );

    let closed = span(date(2015, 7, 1), Some(date(2018, 6, 30)));
    assert_eq!(years(&[closed], date(2026, 1, 1)), 3, "the last day counts");
    let overlapping = span(date(2016, 1, 1), Some(date(2018, 12, 31)));
    let both = served(
        [closed, overlapping],
        date(2026, 1, 1),
        YearsMode::MergedSum,
    );
    assert_eq!(
        both,
        Served {
            months: 42,
            days: 0
        }
    );
    assert_eq!(both.to_string(), "3 年 6 个月");
    let follows = span(date(2018, 7, 1), Some(date(2019, 6, 30)));
    assert_eq!(
        years(&[follows, closed], date(2026, 1, 1)),
        4,
        "next day: unbroken"
    );

    let unbroken = served([follows, closed], date(2026, 1, 1), YearsMode::Continuous);
    assert_eq!(
        unbroken.months, 48,
        "a job that begins the next day continues the one before"
    );

    let two_halves = [
        span(date(2010, 1, 1), Some(date(2011, 6, 30))),
        span(date(2013, 1, 1), Some(date(2014, 6, 30))),
    ];
    assert_eq!(years(&two_halves, date(2026, 1, 1)), 3);
    let continuous = served(two_halves, date(2026, 1, 1), YearsMode::Continuous);
    assert_eq!(continuous.months, 18);

    let scattered = [
        span(date(2020, 1, 1), Some(date(2020, 1, 20))),
        span(date(2021, 1, 1), Some(date(2021, 1, 20))),
    ];
    let total = served(scattered, date(2026, 1, 1), YearsMode::MergedSum);
    assert_eq!(
        total,
        Served {
            months: 1,
            days: 10
        },
        "left-over days join at 30 to the month"
    );
    let future = span(date(2030, 1, 1), None);
    assert_eq!(
        served([future], date(2026, 1, 1), YearsMode::MergedSum),
        Served::default()
    );
}

/// Covers: DG-10-2, DG-10-3.
#[test]
fn look_back_includes_both_ends() {
    assert_eq!(look_back(date(2026, 11, 22), 24), date(2024, 11, 22));
    assert_eq!(look_back(date(2024, 2, 29), 12), date(2023, 2, 28));
    assert_eq!(look_back(date(2026, 11, 22), u32::MAX), Date::MIN);
}

/// Covers: DG-7-4-b, GZ-15-a, JM-11-a, JM-15-a.
#[test]
fn terms_end_the_day_before_the_anniversary() {
    let end = |start, months| term_end(start, months, TermEnd::DayBeforeAnniversary);
    assert_eq!(end(date(2021, 3, 1), 36), date(2024, 2, 29));
    assert_eq!(
        end(date(2022, 2, 15), 60),
        date(2027, 2, 14),
        "the guideline's own dates"
    );
    assert_eq!(
        end(date(2024, 2, 29), 12),
        date(2025, 2, 28),
        "no 29 February: the month's last day"
    );
    assert_eq!(end(date(2024, 2, 29), 48), date(2028, 2, 28));
    assert_eq!(end(date(2026, 8, 31), 6), date(2027, 2, 28));
    assert_eq!(end(date(2026, 1, 1), 24), date(2027, 12, 31));
    assert_eq!(
        term_end(date(2021, 3, 1), 36, TermEnd::Anniversary),
        date(2024, 3, 1)
    );
    assert_eq!(
        term_end(date(2021, 3, 1), u32::MAX, TermEnd::Anniversary),
        Date::MAX
    );
}

/// Covers: CY-A-14, CY-25-a, JM-10-a.
#[test]
fn half_days() {
    let clock = SlotClock::default();
    let day = date(2026, 11, 26);
    let slots = |from: (i8, i8), until: (i8, i8)| -> Vec<&str> {
        let touched = clock.touched(day.at(from.0, from.1, 0, 0), day.at(until.0, until.1, 0, 0));
        touched.iter().map(|half| half.slot.label()).collect()
    };
    assert_eq!(slots((9, 0), (12, 30)), ["上午"]);
    assert_eq!(slots((9, 0), (12, 31)), ["上午", "下午"]);
    assert_eq!(slots((12, 30), (18, 0)), ["下午"]);
    assert_eq!(slots((9, 0), (21, 0)), ["上午", "下午", "晚间"]);
    assert_eq!(slots((19, 0), (21, 0)), ["晚间"]);
    assert_eq!(slots((9, 0), (9, 0)), Vec::<&str>::new());
    assert_eq!(slots((10, 0), (9, 0)), Vec::<&str>::new());
    let lenient = SlotClock {
        min_minutes: 30,
        ..clock
    };
    assert_eq!(
        lenient
            .touched(day.at(9, 0, 0, 0), day.at(12, 59, 0, 0))
            .len(),
        1
    );
    assert_eq!(
        lenient
            .touched(day.at(9, 0, 0, 0), day.at(13, 0, 0, 0))
            .len(),
        2
    );
    let night = clock.touched(day.at(20, 0, 0, 0), day.tomorrow().unwrap().at(9, 0, 0, 0));
    assert_eq!(night.len(), 2);
    assert_eq!(night[1].date, date(2026, 11, 27));
    assert_eq!(clock.of(day.at(12, 30, 0, 0)).slot, Slot::Morning);
    assert_eq!(clock.of(day.at(18, 0, 0, 0)).slot, Slot::Afternoon);
    assert_eq!(clock.of(day.at(18, 0, 1, 0)).slot, Slot::Evening);
    let endless = clock.touched(date(2000, 1, 1).at(0, 0, 0, 0), Date::MAX.at(0, 0, 0, 0));
    assert_eq!(endless.len(), 367 * 3);
}

#[test]
fn lengths_of_time() {
    for (text, length) in [
        ("24m", Duration::Months(24)),
        ("3y", Duration::Years(3)),
        ("7d", Duration::Days(7)),
        ("3wd", Duration::WorkingDays(3)),
        ("24h", Duration::Hours(24)),
    ] {
        assert_eq!(text.parse(), Ok(length));
        assert_eq!(length.to_string(), text);
        let json = serde_json::to_string(&length).unwrap();
        assert_eq!(serde_json::from_str::<Duration>(&json).unwrap(), length);
    }
    for text in ["", "3", "d", "-3d", "3 d", "3w", "70000d", "3D", "３d"] {
        assert!(text.parse::<Duration>().is_err(), "{text}");
    }
    let calendar = Calendar::built_in();
    let noon = date(2026, 2, 25).at(9, 0, 0, 0);
    let before = |length: &str| {
        length
            .parse::<Duration>()
            .unwrap()
            .before(noon, &calendar)
            .value
    };
    assert_eq!(before("3wd"), date(2026, 2, 13).at(9, 0, 0, 0));
    assert_eq!(before("24h"), date(2026, 2, 24).at(9, 0, 0, 0));
    assert_eq!(before("7d"), date(2026, 2, 18).at(9, 0, 0, 0));
    assert_eq!(before("24m"), date(2024, 2, 25).at(9, 0, 0, 0));
    let after = Duration::WorkingDays(300).after(noon, &calendar);
    assert_eq!(after.assumed_years, [2027].into());
    assert_eq!(Duration::WorkingDays(3).words(), "3 个工作日");
    assert_eq!(
        (
            Duration::Years(3).as_months(),
            Duration::Days(9).as_months()
        ),
        (Some(36), None)
    );
}

#[test]
fn dates_in_rosters() {
    for typed in [
        "20261122",
        "2026-11-22",
        "2026/11/22",
        "2026.11.22",
        "2026年11月22日",
        "２０２６－１１－２２",
        "2026 年 11 月 22 日",
        "2026年11月22号",
        "2026-11-22 00:00:00",
        "2026-11-22T08:30",
        "2026。11。22",
        "二〇二六年十一月二十二日",
        "二○二六年十一月二十二日",
        " 2026/11/22　",
    ] {
        assert_eq!(
            LooseDate::parse(typed),
            Ok(LooseDate::Day(date(2026, 11, 22))),
            "{typed}"
        );
    }
    for typed in [
        "2026年11月",
        "202611",
        "2026-11",
        "2026.11",
        "2026/11",
        "二〇二六年十一月",
    ] {
        let month = LooseDate::parse(typed).unwrap();
        assert_eq!(
            month,
            LooseDate::Month {
                year: 2026,
                month: 11
            },
            "{typed}"
        );
        assert_eq!(
            (month.first_day(), month.last_day()),
            (date(2026, 11, 1), date(2026, 11, 30))
        );
        assert_eq!(month.day(), None);
    }
    assert_eq!(
        LooseDate::parse("2026-1-2").unwrap().to_string(),
        "2026-01-02"
    );
    assert_eq!(
        LooseDate::parse("2026年1月").unwrap().to_string(),
        "2026-01"
    );
    for (typed, code) in [
        ("", "date.empty"),
        ("　", "date.empty"),
        ("至今", "date.form"),
        ("2026-11-22-1", "date.form"),
        ("2026--22", "date.form"),
        ("2026年", "date.year_only"),
        ("2026", "date.year_only"),
        ("26-11-22", "date.year_first"),
        ("22/11/2026", "date.year_first"),
        ("261122", "date.year_first"),
        ("0226-11-22", "date.year"),
        ("3026-11-22", "date.year"),
        ("2026-13-01", "date.month"),
        ("20260231", "date.day"),
        ("2026年2月29日", "date.day"),
        ("46348", "date.day_number"),
        ("二〇二六年十一十月", "date.form"),
    ] {
        let error = LooseDate::parse(typed).unwrap_err();
        assert_eq!(error.code(), code, "{typed}");
        assert!(error.sentence().ends_with('。'));
    }
}

#[test]
fn dates_in_documents() {
    for (day, words) in [
        (date(2026, 11, 22), "二〇二六年十一月二十二日"),
        (date(2026, 1, 1), "二〇二六年一月一日"),
        (date(2020, 10, 10), "二〇二〇年十月十日"),
        (date(2026, 12, 31), "二〇二六年十二月三十一日"),
        (date(2000, 2, 20), "二〇〇〇年二月二十日"),
        (date(1999, 9, 9), "一九九九年九月九日"),
        (date(2030, 10, 20), "二〇三〇年十月二十日"),
    ] {
        assert_eq!(formal(day), words);
    }
    for (day, words) in [
        (date(2026, 1, 15), "贰零贰陆年零壹月壹拾伍日"),
        (date(2026, 10, 20), "贰零贰陆年零壹拾月零贰拾日"),
        (date(2026, 11, 22), "贰零贰陆年壹拾壹月贰拾贰日"),
        (date(2026, 2, 10), "贰零贰陆年零贰月零壹拾日"),
        (date(2026, 12, 1), "贰零贰陆年壹拾贰月零壹日"),
        (date(2026, 3, 30), "贰零贰陆年叁月零叁拾日"),
    ] {
        assert_eq!(on_voucher(day), words);
    }
    assert_eq!(plain(date(2026, 11, 2)), "2026年11月2日");
}

fn any_date() -> impl Strategy<Value = Date> {
    (0_i64..73_000).prop_map(|n| {
        date(1900, 1, 1)
            .checked_add(jiff::Span::new().days(n))
            .unwrap()
    })
}

proptest! {
    /// Oracle: the largest number of years whose turning day has come.
    #[test]
    fn age_is_the_last_turning_day(born in any_date(), on in any_date(), after: bool, feb: bool) {
        let clock = AgeClock {
            turns: if after { AgeTurns::DayAfter } else { AgeTurns::Birthday },
            leap_birthday: if feb { LeapBirthday::Feb28 } else { LeapBirthday::Mar1 },
        };
        let oracle = (0..=300).filter(|years| clock.turns_on(born, *years) <= on).max();
        let expected = if born <= on { Some(oracle.unwrap_or(0)) } else { None };
        prop_assert_eq!(clock.age(born, on), expected);
    }

    /// Oracle: with one closed span, whole months are counted by trying each.
    #[test]
    fn served_counts_anniversaries(from in any_date(), length in 0_i64..20_000, on in any_date()) {
        let to = from.checked_add(jiff::Span::new().days(length)).unwrap();
        let got = served([Span { from, to: Some(to) }], on, YearsMode::MergedSum);
        let end = to.tomorrow().unwrap().min(on);
        let months = (1..1000).take_while(|n| add_months(from, *n) <= end).count();
        prop_assert_eq!(got.months as usize, if from < end { months } else { 0 });
        prop_assert!(got.days <= 30);
    }

    /// Merging never counts a day twice and never depends on order.
    #[test]
    fn served_ignores_order_and_repeats(starts in prop::collection::vec((0_i64..5000, 0_i64..900), 1..6)) {
        let spans: Vec<Span> = starts.iter().map(|(start, length)| {
            let from = date(2000, 1, 1).checked_add(jiff::Span::new().days(*start)).unwrap();
            Span { from, to: Some(from.checked_add(jiff::Span::new().days(*length)).unwrap()) }
        }).collect();
        let on = date(2030, 1, 1);
        let total = served(spans.iter().copied(), on, YearsMode::MergedSum);
        let doubled = spans.iter().rev().chain(&spans).copied();
        prop_assert_eq!(served(doubled, on, YearsMode::MergedSum), total);
        let part = served(spans.iter().copied(), on, YearsMode::Continuous);
        prop_assert!(part <= total);
    }

    #[test]
    fn terms_of_a_year_last_365_or_366_days(start in any_date()) {
        let end = term_end(start, 12, TermEnd::DayBeforeAnniversary);
        let days = start.until(end).unwrap().get_days() + 1;
        prop_assert!(days == 365 || days == 366, "{start} {end}");
    }

    #[test]
    fn dates_survive_every_form(day in any_date().prop_filter("in range", |d| d.year() < 2200)) {
        let expected = Ok(LooseDate::Day(day));
        prop_assert_eq!(LooseDate::parse(&plain(day)), expected.clone());
        prop_assert_eq!(LooseDate::parse(&formal(day)), expected.clone());
        prop_assert_eq!(LooseDate::parse(&day.to_string()), expected.clone());
        prop_assert_eq!(LooseDate::parse(&day.strftime("%Y%m%d").to_string()), expected);
    }

    #[test]
    fn date_text_never_panics(text in "[0-9年月日/. ○十二-]{0,14}", any in "\\PC{0,14}") {
        let _ = LooseDate::parse(&text);
        let _ = LooseDate::parse(&any);
    }
}
