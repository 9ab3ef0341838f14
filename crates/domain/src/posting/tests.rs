use jiff::civil::{date, datetime};
use uuid::Uuid;

use super::*;
use crate::policy::library::shipped;
use crate::policy::pack::Roll;

fn rules() -> PublicNotice {
    let text = shipped("jm-2022").expect("shipped").pack;
    let pack = crate::policy::check::check(text).expect("sound");
    pack.admission.public_notice.clone().expect("has notices")
}

fn by() -> By {
    By {
        account: Uuid::from_u128(1).into(),
        name: "经办甲".into(),
        at: "2022-06-06T01:00:00Z".parse().expect("a time"),
    }
}

fn listed(n: u128, cells: [&str; 3]) -> Listed {
    Listed {
        application: Uuid::from_u128(n).into(),
        number: format!("SQ01-2022-0000{n}"),
        cells: cells.map(str::to_owned).to_vec(),
    }
}

fn people() -> Vec<Listed> {
    vec![
        listed(1, ["何申甲", "示例理工大学", "高等院校、技师学院教职员"]),
        listed(2, ["何申乙", "示例技师学院", "技师、高级技师"]),
    ]
}

fn draft() -> Posting {
    Posting {
        id: Uuid::from_u128(9).into(),
        pool: Uuid::from_u128(3).into(),
        content: Content::new(
            "拟任用名单",
            "现予公示。\n欢迎监督。",
            "电话 0000-12345",
            people(),
        ),
        drafted: by(),
        state: State::Draft,
    }
}

fn post(posting: &mut Posting, rules: &PublicNotice, at: DateTime) -> Result<(), Refused> {
    let frame = Frame {
        number: "GS01-2022-0001".into(),
        basis: "《办法》第七条(四)".into(),
        signed: "示例市人社局".into(),
    };
    let people = posting.content.people.clone();
    posting.post(people, frame, rules, &Calendar::built_in(), by(), at)
}

const AT: DateTime = DateTime::constant(2022, 6, 6, 10, 0, 0, 0);

fn put_up(change: impl FnOnce(&mut Posting)) -> Posting {
    let mut posting = draft();
    change(&mut posting);
    post(&mut posting, &rules(), AT).expect("whole");
    posting
}

fn digest(posting: &Posting) -> String {
    posting.state.posted().expect("put up").digest.clone()
}

/// Covers: JM-7-4-a.
#[test]
fn seven_natural_days_do_not_count_the_first() {
    let posting = put_up(|_| {});
    let posted = posting.state.posted().expect("put up");
    assert_eq!(posted.last_day, date(2022, 6, 13));
    assert_eq!(days_left(posted.last_day, date(2022, 6, 6)), 8);
    assert_eq!(days_left(posted.last_day, date(2022, 6, 13)), 1);
    assert_eq!(days_left(posted.last_day, date(2022, 6, 14)), 0);
    // 2024-05-06 10:00: still shown at the end of the 13th, over at the first second of the 14th.
    let mut posting = draft();
    post(&mut posting, &rules(), datetime(2024, 5, 6, 10, 0, 0, 0)).expect("whole");
    let early = posting.close(Vec::new(), datetime(2024, 5, 13, 23, 59, 59, 0));
    assert_eq!(early, Err(Refused::NotOver(date(2024, 5, 13))));
    posting
        .close(Vec::new(), datetime(2024, 5, 14, 0, 0, 0, 0))
        .expect("over");
    assert_eq!(posting.state.code(), "over");
}

#[test]
fn a_last_day_off_work_moves_where_the_authority_says_so() {
    // Seven days after 2022-06-04 is Saturday the 11th.
    let rolling = PublicNotice {
        roll: Roll::NextWorkday,
        ..rules()
    };
    let mut posting = draft();
    post(&mut posting, &rolling, datetime(2022, 6, 4, 9, 0, 0, 0)).expect("whole");
    let last = posting.state.posted().expect("put up").last_day;
    assert_eq!(last, date(2022, 6, 13));
}

#[test]
fn the_digest_changes_with_any_byte_that_is_shown() {
    let before = put_up(|_| {});
    assert!(before.is_intact());
    assert_eq!(digest(&before).len(), 64);
    assert_eq!(
        digest(&before),
        digest(&put_up(|_| {})),
        "the same for the same"
    );
    let changes: [fn(&mut Posting); 7] = [
        |one| one.content.title.push('。'),
        |one| one.content.body.push('。'),
        |one| one.content.contact.push('9'),
        |one| one.content.people[0].cells[0].push('一'),
        |one| one.content.people[1].cells[2].clear(),
        |one| one.content.people.swap(0, 1),
        |one| drop(one.content.people.pop()),
    ];
    for change in changes {
        assert_ne!(digest(&before), digest(&put_up(change)));
        let mut altered = before.clone();
        change(&mut altered);
        assert!(!altered.is_intact());
    }
    // What is not shown is not covered: whose application it is stays inside.
    let text = before.text().expect("put up");
    assert!(!text.contains("SQ01"), "{text}");
    assert!(text.contains("1\t何申甲\t示例理工大学\t高等院校、技师学院教职员\n"));
}

#[test]
fn a_list_is_put_up_whole_or_not_at_all() {
    let refused = |change: fn(&mut Posting)| {
        let mut posting = draft();
        change(&mut posting);
        post(&mut posting, &rules(), AT)
    };
    assert_eq!(
        refused(|one| one.content.people.clear()),
        Err(Refused::Nobody)
    );
    assert_eq!(
        refused(|one| one.content.title.clear()),
        Err(Refused::NoTitle)
    );
    assert_eq!(
        refused(|one| one.content.contact.clear()),
        Err(Refused::NoContact)
    );
    let mut posting = put_up(|_| {});
    let again = post(&mut posting, &rules(), AT);
    assert!(matches!(
        again,
        Err(Refused::WrongState {
            now: "公示中", ..
        })
    ));
    let rewritten = posting.rewrite(Content::default());
    assert!(
        matches!(rewritten, Err(Refused::WrongState { .. })),
        "frozen"
    );
    let long = "字".repeat(TITLE_MOST + 1);
    let refused = draft().rewrite(Content::new(&long, "", "", Vec::new()));
    assert!(matches!(
        refused,
        Err(Refused::TooLong { field: "title", .. })
    ));
}

#[test]
fn what_was_put_up_can_be_taken_back_with_a_reason_until_it_is_over() {
    let mut posting = put_up(|_| {});
    assert_eq!(posting.withdraw(" ", by()), Err(Refused::NoReason));
    posting.withdraw("名单有误", by()).expect("put up");
    assert_eq!(posting.state.code(), "withdrawn");
    assert!(posting.state.standing().is_none() && posting.state.posted().is_some());
    let closed = posting.close(Vec::new(), datetime(2022, 7, 1, 0, 0, 0, 0));
    assert!(matches!(closed, Err(Refused::WrongState { .. })));
    let mut posting = put_up(|_| {});
    let left = vec![posting.content.people[0].application];
    posting
        .close(left, datetime(2022, 6, 14, 8, 0, 0, 0))
        .expect("over");
    assert_eq!(posting.state.code(), "held");
    let late = posting.withdraw("名单有误", by());
    assert!(matches!(late, Err(Refused::WrongState { .. })));
    posting
        .close(Vec::new(), datetime(2022, 6, 20, 8, 0, 0, 0))
        .expect("again");
    let State::Over { at, .. } = &posting.state else {
        panic!("{:?}", posting.state);
    };
    assert_eq!(
        *at,
        datetime(2022, 6, 14, 8, 0, 0, 0),
        "the end stays the end"
    );
}
