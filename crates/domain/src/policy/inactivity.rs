//! 连续若干年不接受委派: work was offered in each of so many years on end and none was accepted
//! (JM 第十二条(三); A-JM-6).

use jiff::civil::Date;

use super::counter::Occurred;
use super::pack::{NothingAccepted, Occurrence, PeriodCounting};
use crate::period;

/// The first day, up to `on`, by which the years of refusal were complete; `None` while they are not,
/// and again once something was accepted. `entered` is the first day in the pool: a renewal does not
/// start the count anew. Years in which nothing was offered prove nothing.
pub fn since(
    rule: NothingAccepted,
    entered: Date,
    occurred: &[Occurred],
    on: Date,
) -> Option<Date> {
    let dates = |what: &[Occurrence]| -> Vec<Date> {
        let counted = occurred
            .iter()
            .filter(|o| o.on <= on && what.contains(&o.what));
        counted.map(|o| o.on).collect()
    };
    let accepted = dates(ACCEPTED);
    let refused = dates(REFUSED);
    let complete = |day: &Date| {
        let years = (0..rule.periods).map(|back| year(rule.counting, *day, back));
        let within = |dates: &[Date], after: Date, until: Date| {
            dates
                .iter()
                .filter(|date| after < **date && **date <= until)
                .count()
        };
        let oldest = year(rule.counting, *day, rule.periods.saturating_sub(1)).0;
        entered <= earliest(rule.counting, oldest)
            && within(&accepted, oldest, *day) == 0
            && years.into_iter().all(|(after, until)| {
                u32::try_from(within(&refused, after, until))
                    .is_ok_and(|count| count >= rule.offers_each)
            })
    };
    let from = accepted
        .iter()
        .copied()
        .max()
        .map_or(entered, |day| day.max(entered));
    from.series(jiff::Span::new().days(1))
        .take_while(|day| *day <= on)
        .find(complete)
}

/// The last day on which somebody may have entered so that the years after `oldest` are whole. Two
/// years from an entry are over on its anniversary, as they are after an acceptance; whole calendar
/// years may begin with the entry.
fn earliest(counting: PeriodCounting, oldest: Date) -> Date {
    match counting {
        PeriodCounting::Rolling => oldest,
        PeriodCounting::CalendarYear => oldest.tomorrow().unwrap_or(oldest),
    }
}

/// What counts as accepting.
const ACCEPTED: &[Occurrence] = &[Occurrence::DispatchAccepted, Occurrence::Attended];

/// What counts as an offer not accepted; leave does as well, since nothing was done (A-JM-6).
const REFUSED: &[Occurrence] = &[
    Occurrence::DispatchRefused,
    Occurrence::DeclinedWithoutReason,
    Occurrence::NoAnswer,
    Occurrence::AbsentUnexcused,
    Occurrence::Excused,
];

/// The `back`-th year before a day: the day it begins after, and its last day.
fn year(counting: PeriodCounting, day: Date, back: u32) -> (Date, Date) {
    match counting {
        PeriodCounting::Rolling => (
            period::look_back(day, back.saturating_add(1).saturating_mul(12)),
            period::look_back(day, back.saturating_mul(12)),
        ),
        PeriodCounting::CalendarYear => {
            let back = i16::try_from(back).unwrap_or(i16::MAX);
            let year = day.year().saturating_sub(back).saturating_sub(1);
            let last = |year: i16| Date::new(year, 12, 31).unwrap_or(Date::MIN);
            (last(year.saturating_sub(1)), last(year))
        }
    }
}
