use jiff::civil::{date, datetime};
use uuid::Uuid;

use super::*;
use crate::id::AccountId;
use crate::policy::library::shipped;
use crate::policy::pack::{MediaNeeded, ObligationCount, Pack};
use crate::policy::{check, due};

const NOW: DateTime = datetime(2026, 6, 10, 9, 0, 0, 0);

fn pack(more: &str) -> Pack {
    let text = shipped("dg-2021").expect("shipped").pack;
    check::check(&format!("{text}\n{more}")).expect("sound")
}

fn rules() -> Solicitation {
    pack("").admission.solicitation.clone().expect("has one")
}

fn by(n: u128) -> By {
    By {
        account: AccountId(Uuid::from_u128(n)),
        name: format!("某{n}"),
        at: "2026-06-01T01:00:00Z".parse().expect("a time"),
    }
}

fn draft() -> Notice {
    let window = Window::days(date(2026, 6, 10), date(2026, 6, 30));
    Notice {
        id: RecordId(Uuid::from_u128(9)),
        pool: PoolId(Uuid::from_u128(8)),
        number: None,
        content: Content {
            title: "公开征集专家的公告".into(),
            paragraphs: vec![Paragraph {
                label: "入库条件".into(),
                text: "见办法第四条".into(),
            }],
            materials: Vec::new(),
            channels: vec!["self_nominated".into()],
            opens: Some(window.opens),
            closes: Some(window.closes),
            contact: "某科".into(),
            ..Content::default()
        },
        article: "第五条(一)".into(),
        drafted: by(1),
        publications: Vec::new(),
        state: State::Draft { returned: None },
    }
}

fn approved() -> Notice {
    let mut notice = draft();
    notice.submit(by(1), &rules()).expect("complete");
    notice.approve(by(2), &rules()).expect("another person");
    notice
}

fn published(at: DateTime) -> Notice {
    let mut notice = approved();
    notice.publish(by(1), at, &rules()).expect("in time");
    notice
}

#[test]
fn a_draft_is_approved_by_another_person_and_only_then_published() {
    let rules = rules();
    let mut notice = draft();
    assert!(notice.publish(by(1), NOW, &rules).is_err());
    assert!(notice.approve(by(2), &rules).is_err(), "not handed in");
    notice.content.contact.clear();
    assert_eq!(
        notice.submit(by(1), &rules),
        Err(Refused::Incomplete(vec![Lack::Contact]))
    );
    notice.content.contact = "某科".into();
    // Handed in by a colleague: neither of the two approves.
    notice.submit(by(3), &rules).expect("complete");
    assert_eq!(notice.approve(by(1), &rules), Err(Refused::SamePerson));
    assert_eq!(notice.approve(by(3), &rules), Err(Refused::SamePerson));
    let content = notice.content.clone();
    assert!(notice.rewrite(content.clone()).is_err(), "out of hand");
    assert_eq!(notice.send_back(" ", by(2)), Err(Refused::NoReason));
    notice.send_back("标题不对", by(2)).expect("waits");
    assert_eq!(notice.state.zh(), "退回修改");
    notice.rewrite(content).expect("a draft again");
    notice.submit(by(1), &rules).expect("complete");
    notice.approve(by(2), &rules).expect("another person");
    assert_eq!(notice.standing(NOW), Standing::Unpublished);
    notice.publish(by(1), NOW, &rules).expect("approved");
    assert_eq!(notice.standing(NOW), Standing::Open);
    assert!(notice.publish(by(1), NOW, &rules).is_err(), "once");
    assert!(notice.send_back("晚了", by(2)).is_err());
}

#[test]
fn nothing_is_published_for_a_time_that_is_over() {
    let last = datetime(2026, 6, 30, 23, 59, 59, 0);
    assert!(approved().publish(by(1), last, &rules()).is_ok());
    let over = datetime(2026, 7, 1, 0, 0, 0, 0);
    assert_eq!(
        approved().publish(by(1), over, &rules()),
        Err(Refused::WindowOver)
    );
}

/// Covers: DG-5-1.
#[test]
fn a_channel_that_needs_a_notice_is_open_with_one_and_shut_without() {
    let pack = pack("");
    let channel = |id| pack.admission.channel(id).expect("has it");
    let notice = published(NOW);
    let open = [&notice];
    let own = channel("self_nominated");
    let closed = admits(&pack.admission, own, &[], NOW).expect_err("no notice");
    assert_eq!(closed.article, "第五条(一)");
    assert!(closed.to_string().contains("个人自荐"));
    assert_eq!(admits(&pack.admission, own, &open, NOW), Ok(()));
    // A notice for self-nomination is none for employers.
    assert!(admits(&pack.admission, channel("by_employer"), &open, NOW).is_err());
    assert_eq!(
        admits(&pack.admission, channel("invited"), &[], NOW),
        Ok(())
    );
    let late = datetime(2026, 7, 1, 0, 0, 0, 0);
    assert!(admits(&pack.admission, own, &open, late).is_err());
    let early = datetime(2026, 6, 9, 23, 59, 59, 0);
    let ahead = published(early);
    assert_eq!(ahead.standing(early), Standing::Ahead);
    assert!(admits(&pack.admission, own, &[&ahead], early).is_err());
    let mut withdrawn = published(NOW);
    withdrawn.withdraw("重复发布", by(2)).expect("published");
    assert!(admits(&pack.admission, own, &[&withdrawn], NOW).is_err());
    let text = shipped("dg-2021").expect("shipped").pack;
    let standing = text.replace("[solicitation]\n", "[solicitation]\nstanding = true\n");
    let lenient = check::check(&standing).expect("sound");
    assert_eq!(admits(&lenient.admission, own, &[], NOW), Ok(()));
}

#[test]
fn appearances_are_real_and_entered_once() {
    let mut notice = published(NOW);
    let approved = datetime(2026, 6, 1, 9, 0, 0, 0);
    let on = |at| Publication {
        medium: "新闻媒体".into(),
        address: "某报 6 月 10 日 3 版".into(),
        at,
        by: by(1),
    };
    let mut enter = |one: Publication| notice.appear(one, approved, NOW);
    assert!(matches!(
        enter(on(datetime(2026, 6, 10, 9, 0, 1, 0))),
        Err(Refused::NotYet(_))
    ));
    assert!(matches!(
        enter(on(datetime(2026, 6, 1, 8, 59, 59, 0))),
        Err(Refused::BeforeApproval(_))
    ));
    let mut nowhere = on(NOW);
    nowhere.address = " ".into();
    assert_eq!(enter(nowhere), Err(Refused::NoAddress));
    enter(on(approved)).expect("it happened");
    assert_eq!(enter(on(NOW)), Err(Refused::Twice));
    assert_eq!(notice.first_published(), Some(approved));
    let mut rules = rules();
    rules.media = vec!["微信公众号".into(), "新闻媒体".into()];
    assert_eq!(notice.uncovered(&rules), ["微信公众号"]);
    rules.media_needed = MediaNeeded::Any;
    assert!(notice.uncovered(&rules).is_empty(), "one is enough");
    notice.withdraw("发错", by(1)).expect("published");
    assert_eq!(notice.counts_on(), None);
}

/// Two a year, as JM 第七条(一) asks for.
const TWO_A_YEAR: &str = r#"
[[obligation]]
id = "notices"
label = "公开征集"
counts = "notice.published"
at_least = 2
per = "calendar_year"
last_period = "exempt"
ref = "第五条(一)"
reminder = [{ from = "06-30", at_least = 1 }, { from = "11-01", at_least = 2 }]
"#;

/// Covers: JM-7-1-b.
#[test]
fn notices_count_in_the_calendar_year_of_their_first_publication() {
    let pack = pack(TWO_A_YEAR);
    let on = |done: &[Date], on: Date| {
        let done: Vec<_> = done
            .iter()
            .map(|day| (ObligationCount::Notice, *day))
            .collect();
        let found = due::standings(&pack, &done, on);
        let one = found
            .iter()
            .find(|one| one.obligation.id == "notices")
            .expect("has one");
        (one.count, one.state, one.behind.map(|r| r.at_least))
    };
    use due::State::{Due, Kept, Missed, Spared};
    let spring = date(2022, 3, 1);
    let end = date(2022, 12, 31);
    assert_eq!(on(&[], date(2022, 6, 29)), (0, Due, None));
    assert_eq!(on(&[], date(2022, 6, 30)), (0, Due, Some(1)));
    assert_eq!(on(&[spring], date(2022, 10, 31)), (1, Due, None));
    assert_eq!(on(&[spring], date(2022, 11, 1)), (1, Due, Some(2)));
    assert_eq!(on(&[spring], end), (1, Missed, Some(2)));
    assert_eq!(on(&[spring, end], end), (2, Kept, None));
    let new_year = date(2023, 1, 1);
    assert_eq!(on(&[spring, new_year], end), (1, Missed, Some(2)));
    assert_eq!(on(&[spring, new_year], new_year), (1, Due, None));
    // The shipped text ends with 2023; had it ended a day earlier, that year would ask for none.
    let text = shipped("dg-2021").expect("shipped").pack;
    let short = text.replace("to = 2023-12-31", "to = 2023-12-30");
    let short = check::check(&format!("{short}\n{TWO_A_YEAR}")).expect("sound");
    let state = |on| {
        let found = due::standings(&short, &[], on);
        found.last().map(|one| (one.state, one.behind.is_some()))
    };
    assert_eq!(state(date(2023, 12, 30)), Some((Spared, false)));
    assert_eq!(state(end), Some((Missed, true)));
}
