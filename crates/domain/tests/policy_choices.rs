//! The other choices a text leaves to its authority do what they say: each is set the way the
//! parameter page sets it, and changes the answer.

use std::sync::LazyLock;

use domain::calendar::Calendar;
use domain::half_day::{HalfDay, Slot};
use domain::policy::counter::Occurred;
use domain::policy::dispatch::{self, Sent};
use domain::policy::exit::{self, MemberFacts, RaisedHow};
use domain::policy::library::shipped;
use domain::policy::pack::{Force, Occurrence, Pack, PublicNotice};
use domain::policy::public_notice::{self, Receipt, last_day};
use domain::policy::solicitation::uncovered;
use domain::policy::source::Setting;
use domain::policy::{check, due, leave, pool_register, reset};
use jiff::civil::{Date, date};

static JM: LazyLock<Pack> = LazyLock::new(|| check(text()).expect("well-formed"));

fn text() -> &'static str {
    shipped("jm-2022").expect("shipped").pack
}

/// Jiangmen's pack with some parameters set.
fn set(settings: &[(&str, &str)]) -> Pack {
    let settings: Vec<Setting> = settings
        .iter()
        .map(|(path, value)| Setting {
            path: (*path).to_owned(),
            value: (*value).to_owned(),
        })
        .collect();
    reset(&JM, &settings).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Every parameter accepts each of its own choices, and the pack stays well-formed with it.
#[test]
fn every_choice_of_every_parameter_can_be_set() {
    for parameter in &JM.parameters {
        let range = parameter.range.into_iter().flat_map(|(a, b)| [a, b]);
        let ends = range.map(|number| number.to_string());
        for value in parameter.choices.iter().cloned().chain(ends) {
            let pack = set(&[(&parameter.path, &value)]);
            assert_eq!(
                pack.value_of(&parameter.path).as_deref(),
                Some(value.as_str())
            );
        }
    }
}

fn notice(pack: &Pack) -> &PublicNotice {
    pack.admission.public_notice.as_ref().expect("there")
}

#[test]
fn a_public_notice_ends_as_the_authority_says() {
    let calendar = Calendar::built_in();
    let last = |settings: &[(&str, &str)], published: Date| {
        last_day(notice(&set(settings)), published, &calendar).value
    };
    let (length, first) = ("public_notice.length", "public_notice.first_day_counts");
    let roll = ("public_notice.roll", "next_workday");
    let monday = date(2024, 5, 6);
    assert_eq!(last(&[], monday), date(2024, 5, 13));
    assert_eq!(last(&[(first, "true")], monday), date(2024, 5, 12));
    // 11 May is a Saturday worked for the May holiday.
    let working = (length, "7个工作日");
    assert_eq!(last(&[working], monday), date(2024, 5, 14));
    assert_eq!(last(&[working, (first, "true")], monday), date(2024, 5, 13));
    // A notice put up on a Sunday has no first working day to count.
    let sunday = date(2024, 5, 19);
    assert_eq!(last(&[working, (first, "true")], sunday), date(2024, 5, 28));
    assert_eq!(last(&[working], sunday), date(2024, 5, 28));
    // 4 October lies in a holiday that lasts until the 7th.
    let before_holiday = date(2024, 9, 27);
    assert_eq!(last(&[], before_holiday), date(2024, 10, 4));
    assert_eq!(last(&[roll], before_holiday), date(2024, 10, 8));
    assert_eq!(last(&[roll], monday), date(2024, 5, 13));
    // The days of a year without a notice are guessed, and the answer says so.
    let guessed = last_day(notice(&set(&[working])), date(2031, 5, 6), &calendar);
    assert!(guessed.caution().is_some());
}

#[test]
fn late_and_anonymous_objections_are_taken_as_the_authority_says() {
    let last = date(2024, 5, 13);
    let receive = |settings: &[(&str, &str)], on, signed| {
        public_notice::receive(notice(&set(settings)), last, on, signed, true)
    };
    let late = date(2024, 5, 14);
    assert_eq!(receive(&[], late, true), Receipt::TipOff);
    let refuse = ("public_notice.late", "refuse");
    assert_eq!(receive(&[refuse], late, true), Receipt::Refused);
    let signed_only = ("public_notice.anonymous_objection", "false");
    assert_eq!(receive(&[signed_only], last, false), Receipt::Anonymous);
    assert_eq!(receive(&[signed_only], last, true), Receipt::Admitted);
}

/// Covers: JM-9-7.
#[test]
fn three_clear_working_days_lie_one_day_further_back() {
    let calendar = Calendar::built_in();
    let latest = |count: &str| {
        let pack = set(&[("leave.lead_count", count)]);
        let rules = pack.leave.as_ref().expect("there");
        let work = date(2024, 6, 14);
        let found = leave::assess(rules, "工作冲突", date(2024, 6, 11), work, &calendar);
        (found.latest.map(|answer| answer.value), found.late)
    };
    assert_eq!(latest("subtract"), (Some(date(2024, 6, 11)), false));
    assert_eq!(latest("clear"), (Some(date(2024, 6, 10)), true));
}

#[test]
fn a_dispatch_is_warned_of_or_blocked_as_the_authority_says() {
    let alone = [Sent {
        trained: false,
        sent_before: false,
    }];
    let found = |settings: &[(&str, &str)], accompanied| {
        let findings = dispatch::review(&set(settings), &alone, accompanied);
        let codes: Vec<(String, Force, bool)> = findings
            .into_iter()
            .map(|finding| {
                let blocks = finding.blocks();
                (finding.code, finding.force, blocks)
            })
            .collect();
        codes
    };
    let of = |code: &str, force, blocks| (code.to_owned(), force, blocks);
    assert_eq!(
        found(&[], false),
        [
            of("team_size", Force::InPrinciple, true),
            of("training", Force::May, false)
        ]
    );
    let strict = [
        ("task.team_size.force", "may"),
        ("gathering.training.before_first_task", "must"),
        ("task.accompanied.needed", "true"),
    ];
    assert_eq!(
        found(&strict, false),
        [
            of("team_size", Force::May, false),
            of("accompanied", Force::Must, true),
            of("training", Force::Must, true)
        ]
    );
    assert_eq!(found(&strict, true).len(), 2);
}

fn member(entered: Date, occurred: &[(Date, Occurrence)]) -> MemberFacts {
    let occurred: Vec<Occurred> = occurred
        .iter()
        .map(|(on, what)| Occurred {
            on: *on,
            what: *what,
            task: None,
            kind: None,
        })
        .collect();
    MemberFacts {
        born: None,
        retires_on: None,
        flags: [].into(),
        entered,
        term: domain::expert::Term {
            from: entered,
            to: date(2026, 12, 31),
        },
        specialties: [].into(),
        occurred,
        registers: [].into(),
    }
}

/// Covers: JM-12-3.
#[test]
fn two_calendar_years_of_refusal_end_with_the_second() {
    let idle = "exit.ground.12-3.trigger.idle";
    let raised = |settings: &[(String, &str)], member: &MemberFacts, on| {
        let settings: Vec<(&str, &str)> = settings.iter().map(|(p, v)| (p.as_str(), *v)).collect();
        let pack = set(&settings);
        let raised = exit::raised(&pack, member, on);
        raised.first().map(|raised| raised.how)
    };
    let refused = Occurrence::DispatchRefused;
    let both = member(
        date(2022, 1, 1),
        &[(date(2022, 3, 1), refused), (date(2023, 11, 1), refused)],
    );
    let calendar = [(format!("{idle}.counting"), "calendar_year")];
    assert_eq!(raised(&calendar, &both, date(2023, 12, 31)), None);
    let automatic = Some(RaisedHow::Automatic);
    assert_eq!(raised(&calendar, &both, date(2024, 1, 1)), automatic);
    assert_eq!(raised(&[], &both, date(2023, 12, 31)), None);
    let propose = [(format!("{idle}.mode"), "propose")];
    let proposal = Some(RaisedHow::Proposal);
    let rolling = date(2024, 1, 1);
    assert_eq!(raised(&propose, &both, rolling), proposal);
    let twice = [(format!("{idle}.offers_each"), "2")];
    assert_eq!(raised(&twice, &both, rolling), None);
    let late = member(
        date(2022, 1, 2),
        &[(date(2022, 3, 1), refused), (date(2023, 11, 1), refused)],
    );
    assert_eq!(raised(&calendar, &late, date(2024, 1, 1)), None);
    assert_eq!(raised(&[], &late, date(2024, 1, 1)), None);
    assert_eq!(raised(&[], &late, date(2024, 1, 2)), automatic);
    let again = member(
        date(2022, 1, 1),
        &[
            (date(2022, 3, 1), refused),
            (date(2023, 11, 1), refused),
            (date(2024, 2, 1), Occurrence::DispatchAccepted),
        ],
    );
    assert_eq!(raised(&calendar, &again, date(2024, 6, 1)), None);
}

/// Covers: JM-12-1.
#[test]
fn a_confirmed_breach_may_be_made_to_end_the_appointment_by_itself() {
    let breach = member(
        date(2023, 1, 1),
        &[(date(2024, 6, 1), Occurrence::MisconductConfirmed)],
    );
    let pack = set(&[("exit.ground.12-1.trigger.breach.mode", "automatic")]);
    let raised = exit::raised(&pack, &breach, date(2024, 6, 1));
    assert_eq!(raised[0].how, RaisedHow::Automatic);
}

#[test]
fn class_hours_round_and_last_as_the_authority_says() {
    let hours = |settings: &[(&str, &str)], minutes| {
        let pack = set(settings);
        pack.fee
            .as_ref()
            .and_then(|fee| fee.class_hour)
            .map(|rule| rule.of(minutes))
    };
    let (up, sixty) = (
        ("fee.class_hour.rounding", "up"),
        ("fee.class_hour.minutes", "60"),
    );
    assert_eq!(hours(&[], 100), Some(2));
    assert_eq!(hours(&[up], 100), Some(3));
    assert_eq!(hours(&[sixty], 100), Some(1));
    assert_eq!(hours(&[up], 90), Some(2));
}

/// Covers: JM-7-1-b.
#[test]
fn one_medium_may_be_enough_and_the_last_year_may_count() {
    let any = set(&[("solicitation.media_needed", "any")]);
    let solicitation = any.admission.solicitation.as_ref().expect("there");
    assert!(uncovered(solicitation, &["官方网站".to_owned()]).is_empty());
    assert_eq!(uncovered(solicitation, &[]).len(), 3);
    let state = |pack: &Pack| {
        let standings = due::standings(pack, &[], date(2027, 12, 31));
        let found = standings
            .iter()
            .find(|s| s.obligation.id == "solicitation")
            .map(|s| s.state);
        found.expect("there")
    };
    assert_eq!(state(&JM), due::State::Spared);
    let counted = set(&[("obligation.solicitation.last_period", "due")]);
    assert_eq!(state(&counted), due::State::Missed);
}

#[test]
fn the_list_is_gone_through_as_often_as_the_authority_says() {
    let period = |every: &str| {
        let pack = set(&[("information.reconcile.every", every)]);
        let information = pack.information.as_ref();
        let rule = information
            .and_then(|i| i.reconcile.as_ref())
            .expect("there");
        let summary = pool_register::summary(rule.every, &[], date(2024, 8, 15));
        (summary.from, summary.to)
    };
    assert_eq!(period("month"), (date(2024, 8, 1), date(2024, 8, 31)));
    assert_eq!(period("quarter"), (date(2024, 7, 1), date(2024, 9, 30)));
    assert_eq!(period("half_year"), (date(2024, 7, 1), date(2024, 12, 31)));
    assert_eq!(period("year"), (date(2024, 1, 1), date(2024, 12, 31)));
}

#[test]
fn employment_may_be_made_to_count_for_two_years() {
    let look_back = |pack: &Pack| {
        let recusal = pack.recusal.as_ref().expect("there");
        let ground = recusal.ground("9-6").expect("there");
        ground.look_back.map(|look_back| look_back.months)
    };
    assert_eq!(look_back(&JM), None);
    let two_years = set(&[("recusal.ground.9-6.look_back", "24个月")]);
    assert_eq!(look_back(&two_years), Some(24));
}

/// A source of money may be a mere name, open to every payer.
#[test]
fn a_fund_without_a_condition_is_open_to_everybody() {
    use domain::policy::pack::Situation;
    let start = text().find("funds = [").expect("there");
    let end = start + text()[start..].find("\n]").expect("there") + 2;
    let plain = text().replace(&text()[start..end], "funds = [\"区财政资金\"]");
    let pack = check(&plain).expect("well-formed");
    let fee = pack.fee.as_ref().expect("there");
    let offered: Vec<&str> = fee
        .funds_for(&Situation::EMPTY)
        .map(|fund| fund.label.as_str())
        .collect();
    assert_eq!(offered, ["区财政资金"]);
}

/// What a row of another unit comes to, and a range that somebody has to choose from.
#[test]
fn days_tasks_and_ranges_are_not_class_hours() {
    use domain::policy::fee::{self, Unpaid, Work};
    use domain::policy::pack::{Field, Participation, Situation};
    let slot = |day, slot| {
        let date = date(2024, 6, day);
        (HalfDay { date, slot }, 1)
    };
    let mut work = Work {
        item: "labour".to_owned(),
        situation: Situation::EMPTY.with(Field::TaskKind, "8-1"),
        done: vec![
            slot(14, Slot::Morning),
            slot(14, Slot::Afternoon),
            slot(15, Slot::Morning),
            slot(15, Slot::Morning),
        ],
        flags: [].into(),
        participation: Participation::Completed,
    };
    let amount = |work: &Work, row: &str| {
        let lines = "unit = \"class_hour\"\namount = \"100.00\"\ncap_per_half_day = 4";
        let pack = check(&text().replace(lines, row)).expect("well-formed");
        let rules = pack.fee.as_ref().expect("there");
        let quote = fee::quote(rules, pack.identity.from, work)?;
        Ok((quote.units, quote.least.plain(), quote.most.plain()))
    };
    let fixed = |units, yuan: &str| Ok((units, yuan.to_owned(), yuan.to_owned()));
    let day = "unit = \"day\"\namount = \"100.00\"";
    assert_eq!(amount(&work, day), fixed(2, "200.00"));
    let task = "unit = \"task\"\namount = \"100.00\"";
    assert_eq!(amount(&work, task), fixed(1, "100.00"));
    // The same half-day twice is one half-day, unless the pack counts each.
    let half_day = "unit = \"half_day\"\namount = \"100.00\"";
    assert_eq!(amount(&work, half_day), fixed(3, "300.00"));
    let range = "unit = \"half_day\"\nfrom = \"100.00\"\nto = \"200.00\"";
    let between = (3, "300.00".to_owned(), "600.00".to_owned());
    assert_eq!(amount(&work, range), Ok(between));
    work.done.clear();
    assert_eq!(amount(&work, day), Err(Unpaid::NoWork));
}
