use jiff::civil::{date, datetime};
use uuid::Uuid;

use super::*;
use crate::policy::library::shipped;
use crate::policy::pack::{LateObjection, Pack};

fn rules() -> PublicNotice {
    let text = shipped("jm-2022").expect("shipped").pack;
    let pack: Pack = crate::policy::check::check(text).expect("sound");
    pack.admission.public_notice.clone().expect("has notices")
}

fn by() -> By {
    By {
        account: Uuid::from_u128(1).into(),
        name: "经办甲".into(),
        at: "2022-06-10T01:00:00Z".parse().expect("a time"),
    }
}

fn one(taken: Taken) -> Objection {
    Objection {
        id: Uuid::from_u128(2).into(),
        pool: Uuid::from_u128(3).into(),
        number: "YY01-2022-0001".into(),
        posting: Uuid::from_u128(4).into(),
        posting_number: "GS01-2022-0001".into(),
        application: Uuid::from_u128(5).into(),
        person: "何申甲".into(),
        signature: Signature::Anonymous,
        filed: Filed::Online,
        received: datetime(2022, 6, 13, 23, 59, 59, 0),
        taken,
        state: State::Received,
    }
}

const FACT: &str = "2021 年 5 月的证书编号与发证机关登记的不一致。";

/// Covers: JM-7-4-b.
#[test]
fn the_last_second_of_the_last_day_is_in_time_and_the_next_is_a_tip_off() {
    let last = date(2022, 6, 13);
    let at = |time| admit(&rules(), last, time, false, FACT);
    assert_eq!(
        at(datetime(2022, 6, 13, 23, 59, 59, 0)),
        Ok(Taken::Objection)
    );
    assert_eq!(at(datetime(2022, 6, 14, 0, 0, 0, 0)), Ok(Taken::TipOff));
    let strict = PublicNotice {
        late: LateObjection::Refuse,
        ..rules()
    };
    let late = admit(&strict, last, datetime(2022, 6, 14, 0, 0, 0, 0), true, FACT);
    assert_eq!(late, Err(Refused::Late(last)));
}

#[test]
fn what_an_objection_must_say_is_the_packs() {
    let last = date(2022, 6, 13);
    let at = datetime(2022, 6, 7, 9, 0, 0, 0);
    assert_eq!(admit(&rules(), last, at, false, ""), Err(Refused::Nothing));
    assert_eq!(
        admit(&rules(), last, at, false, "不合适"),
        Err(Refused::NoFact)
    );
    let long = "字".repeat(FACT_MOST + 1);
    assert_eq!(
        admit(&rules(), last, at, true, &long),
        Err(Refused::TooLong(FACT_MOST + 1))
    );
    let named = PublicNotice {
        anonymous_objection: false,
        objection_needs_fact: false,
        ..rules()
    };
    assert_eq!(
        admit(&named, last, at, false, FACT),
        Err(Refused::Anonymous)
    );
    assert_eq!(
        admit(&named, last, at, true, "不合适"),
        Ok(Taken::Objection)
    );
}

#[test]
fn a_conclusion_rests_on_an_investigation_and_is_the_last_word() {
    let mut objection = one(Taken::Objection);
    let early = objection.decide(Outcome::Dismissed, "查无此事", by());
    assert_eq!(early, Err(Refused::NoFindings));
    assert_eq!(objection.investigate(" ", by()), Err(Refused::NoFindings));
    objection.investigate("向发证机关核对", by()).expect("open");
    objection.investigate("编号一致", by()).expect("still open");
    assert_eq!(
        objection.decide(Outcome::Dismissed, "　", by()),
        Err(Refused::NoReason)
    );
    objection
        .decide(Outcome::Dismissed, "证书编号一致", by())
        .expect("investigated");
    assert_eq!(objection.answer(), "经核查，不成立：证书编号一致");
    let again = objection.decide(Outcome::Upheld, "再想想", by());
    assert!(matches!(again, Err(Refused::Decided("不成立", _))));
    let again = objection.investigate("再查", by());
    assert!(matches!(again, Err(Refused::Decided("不成立", _))));
}

#[test]
fn only_what_came_in_time_counts_for_the_person() {
    let open = one(Taken::Objection).counted().expect("counts");
    assert_eq!(open.state, ObjectionState::Open);
    assert_eq!(open.on, date(2022, 6, 13));
    assert_eq!(one(Taken::TipOff).counted(), None);
}
