//! 公示 and 异议, on both engines: the list and its seven days, what anybody may say and until when, whom
//! it holds up, and that everybody else goes on exactly once.

use crate::bureau::{APPLICANTS, Bureau};
use domain::actor::Role;
use domain::application::State;
use domain::id::RecordId;
use domain::objection::{Outcome, Taken};
use domain::policy::library::shipped;
use domain::policy::pack::Station;
use domain::posting::State as Stands;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use service::objections::{Statement, Upload};
use service::postings::{Draft, Standing, Step};
use service::results::Told;
use service::{Error, PageRequest};
use store::ledger::EntryFilter;
use store::testing::{TestStore, on_both};

const RANGE: &str = "高等院校、技师学院教职员";
const EMPLOYER: &str = "示例理工大学";
const FACT: &str = "申报表所填的在职时间与学校公布的不一致。";

async fn open(engine: &TestStore) -> Bureau {
    let text = shipped("jm-2022").expect("shipped").pack;
    Bureau::open_under(engine, 0, text).await
}

/// With these lines of the pack's public notice written otherwise.
async fn open_with(engine: &TestStore, changes: &[(&str, &str)]) -> Bureau {
    let mut text = shipped("jm-2022").expect("shipped").pack.to_owned();
    for (line, other) in changes {
        assert!(text.contains(line), "{line}");
        text = text.replacen(line, other, 1);
    }
    Bureau::open_under(engine, 0, &text).await
}

fn shanghai(at: DateTime) -> Timestamp {
    at.in_tz("Asia/Shanghai").expect("a zone").timestamp()
}

fn draft(applications: &[RecordId]) -> Draft {
    Draft {
        title: "社会监督专家拟任用名单公示".into(),
        body: "现将拟任用名单予以公示。".into(),
        contact: "示例市人社局职业能力建设科，电话 0000-12345".into(),
        applications: applications.to_vec(),
    }
}

/// A list of these, put up now; its number.
pub(crate) async fn posted(bureau: &Bureau, applications: &[RecordId]) -> (RecordId, String) {
    let service = &bureau.service;
    let officer = bureau.now(&bureau.officer);
    let id = service
        .draft_posting(&officer, 1, &draft(applications))
        .await
        .expect("drafted");
    service
        .post_posting(&officer, 1, id, false)
        .await
        .expect("put up");
    let view = service.posting(&officer, 1, id).await.expect("seen");
    let number = view.posting.state.posted().expect("put up").number.clone();
    (id, number)
}

fn against(row: usize) -> Statement {
    Statement {
        person: row.to_string(),
        fact: FACT.into(),
        ..Statement::default()
    }
}

async fn file(
    bureau: &Bureau,
    number: &str,
    statement: &Statement,
) -> Result<service::objections::Acknowledged, Error> {
    let visitor = bureau.service.visitor("192.0.2.7", "test");
    bureau
        .service
        .file_objection(&visitor, number, statement, Vec::new())
        .await
}

async fn stands(bureau: &Bureau, id: RecordId) -> State {
    let view = bureau.service.application(&bureau.officer, 1, id).await;
    view.expect("seen").application.state
}

async fn station(bureau: &Bureau, id: RecordId) -> Option<Station> {
    stands(bureau, id).await.station()
}

/// The schedule, at this moment of Shanghai; how many passed.
pub(crate) async fn schedule_at(bureau: &Bureau, at: DateTime) -> usize {
    bureau.clock.set(shanghai(at));
    let ctx = bureau.service.schedule();
    bureau
        .service
        .close_postings(&ctx)
        .await
        .expect("scheduled")
}

async fn objection_id(bureau: &Bureau, n: usize) -> RecordId {
    let found = bureau
        .service
        .objections(&bureau.officer, 1, &[], &PageRequest::first(50))
        .await
        .expect("listed");
    found.items.iter().rev().nth(n).expect("there").id
}

async fn decided(bureau: &Bureau, id: RecordId, outcome: Outcome) {
    let approver = bureau.now(&bureau.approver);
    bureau
        .service
        .investigate_objection(&approver, 1, id, "向学校人事处核对在职记录")
        .await
        .expect("open");
    bureau
        .service
        .decide_objection(&approver, 1, id, outcome, "在职时间已核对")
        .await
        .expect("investigated");
}

async fn passes(bureau: &Bureau, id: RecordId) -> usize {
    let filter = EntryFilter {
        object: Some(("application".into(), id.to_string())),
        ..EntryFilter::default()
    };
    let entries = store::ledger::list(&mut bureau.store.read(), &filter, 100)
        .await
        .expect("read");
    let passed = |entry: &&store::ledger::Entry| entry.action == "application.passed";
    entries.iter().filter(passed).count()
}

const LAST: Date = date(2022, 6, 13);

fn field(refused: Result<impl std::fmt::Debug, Error>) -> String {
    match refused {
        Err(Error::Invalid(problems)) => problems[0].field.clone(),
        Err(Error::Refused(reasons)) => reasons[0].code.clone(),
        other => panic!("{other:?}"),
    }
}

/// Covers: JM-7-4-a, JM-7-5-a.
#[tokio::test]
async fn seven_days_after_the_day_of_posting_everybody_goes_on_to_the_certificate() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let service = &bureau.service;
        let people = [
            bureau.waiting_for_posting(0).await,
            bureau.waiting_for_posting(1).await,
        ];
        let inbox = service.inbox(&bureau.officer, bureau.pool).await;
        let tags: Vec<&str> = inbox
            .expect("read")
            .items
            .iter()
            .map(|one| one.tag)
            .collect();
        assert!(tags.contains(&"名单公示"), "{tags:?}");
        let (id, number) = posted(&bureau, &people).await;
        assert_eq!(number, "GS01-2022-0001");
        let again = service
            .draft_posting(&bureau.officer, 1, &draft(&people))
            .await;
        assert_eq!(field(again), "application", "on a list already");
        let view = service.posting(&bureau.officer, 1, id).await.expect("seen");
        assert_eq!(view.posting.state.posted().expect("up").last_day, LAST);
        assert_eq!(view.people[0].stands, "公示期未满");
        let page = service
            .application(&bureau.officer, 1, people[0])
            .await
            .expect("seen");
        assert!(!page.steps.contains(&service::applications::Step::Pass));

        // The last second of the seventh day is still too early, for the schedule and for the clerk.
        assert_eq!(schedule_at(&bureau, LAST.at(23, 59, 59, 0)).await, 0);
        assert_eq!(
            station(&bureau, people[0]).await,
            Some(Station::PublicNotice)
        );
        let officer = bureau.now(&bureau.officer);
        let early = service
            .issue_certificates(
                &officer,
                1,
                service::certificates::Order {
                    chosen: &people,
                    ..service::certificates::Order::default()
                },
            )
            .await;
        assert!(matches!(early, Err(Error::Refused(_))), "nobody waits");
        let midnight = date(2022, 6, 14).at(0, 0, 0, 0);
        schedule_at(&bureau, midnight).await;
        for person in people {
            let state = stands(&bureau, person).await;
            assert_eq!(state.station(), Some(Station::Certificate));
            let passed = state.passed().last().expect("passed").clone();
            assert_eq!(passed.document.as_deref(), Some("GS01-2022-0001"));
            assert_eq!(passed.on, LAST);
        }
        let view = service.posting(&bureau.officer, 1, id).await.expect("seen");
        assert_eq!(view.posting.state.code(), "over");
        let officer = bureau.now(&bureau.officer);
        let batch = service
            .issue_certificates(
                &officer,
                1,
                service::certificates::Order {
                    chosen: &people,
                    ..service::certificates::Order::default()
                },
            )
            .await
            .expect("they wait");
        let batch = service.issuance(&officer, 1, batch).await.expect("seen");
        assert_eq!((batch.done.len(), batch.refused.len()), (2, 0), "{batch:?}");
    })
    .await;
}

#[tokio::test]
async fn the_result_names_those_of_the_list_who_were_appointed_and_nobody_else() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let service = &bureau.service;
        let people = [
            bureau.waiting_for_posting(0).await,
            bureau.waiting_for_posting(1).await,
        ];
        let (_, number) = posted(&bureau, &people).await;
        assert_eq!(service.current_postings().await.expect("read").len(), 1);
        file(&bureau, &number, &against(1)).await.expect("in time");
        schedule_at(&bureau, date(2022, 6, 14).at(9, 0, 0, 0)).await;
        assert!(service.current_postings().await.expect("read").is_empty());
        let early = service.public_result(&number).await;
        assert!(matches!(early, Err(Error::NotFound)), "{early:?}");
        service
            .issue_certificates(
                &bureau.now(&bureau.officer),
                1,
                service::certificates::Order::default(),
            )
            .await
            .expect("the second waits");
        let one = service.public_result(&number).await.expect("public");
        assert_eq!(one.line.appointed, 1);
        let posting = service.public_posting(&number).await.expect("public");
        let Told::Posting {
            listed,
            columns,
            rows,
            ..
        } = &one.told
        else {
            panic!("{one:?}");
        };
        assert_eq!((*listed, columns), (2, &posting.columns));
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].cells, posting.rows[1]);
        assert_eq!(rows[0].on, date(2022, 6, 14));
        let told = serde_json::to_string(&one).expect("written");
        assert!(!told.contains(APPLICANTS[0].0), "the objection is open");
        let lines = service.results(&PageRequest::first(10)).await;
        assert_eq!(lines.expect("read").items, [one.line]);
    })
    .await;
}

/// Covers: JM-7-4-b.
#[tokio::test]
async fn the_last_second_is_in_time_and_one_second_later_is_a_tip_off() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let people = [
            bureau.waiting_for_posting(0).await,
            bureau.waiting_for_posting(1).await,
        ];
        let (_, number) = posted(&bureau, &people).await;
        bureau.clock.set(shanghai(LAST.at(23, 59, 59, 0)));
        let filed = file(&bureau, &number, &against(1)).await.expect("in time");
        assert_eq!(
            (filed.taken, filed.number.as_str()),
            (Taken::Objection, "YY01-2022-0001")
        );
        bureau.clock.set(shanghai(date(2022, 6, 14).at(0, 0, 0, 0)));
        let late = file(&bureau, &number, &against(2)).await.expect("taken");
        assert_eq!(late.taken, Taken::TipOff);

        // The first holds up its person, the second nobody.
        schedule_at(&bureau, date(2022, 6, 14).at(9, 0, 0, 0)).await;
        assert_eq!(
            station(&bureau, people[0]).await,
            Some(Station::PublicNotice)
        );
        assert_eq!(
            station(&bureau, people[1]).await,
            Some(Station::Certificate)
        );
        // Whoever filed it looks it up by number and code, and by nothing less.
        let service = &bureau.service;
        let answer = service.objection_answer(&filed.number, &filed.code).await;
        assert_eq!(answer.expect("known").status, "已收到，待核查");
        let wrong = service.objection_answer(&filed.number, &late.code).await;
        assert!(matches!(wrong, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_pack_may_refuse_what_is_late_and_what_is_not_signed() {
    on_both(|engine| async move {
        let bureau = open_with(
            &engine,
            &[
                ("anonymous_objection = true", "anonymous_objection = false"),
                ("late = \"tip_off\"", "late = \"refuse\""),
            ],
        )
        .await;
        let people = [bureau.waiting_for_posting(0).await];
        let (_, number) = posted(&bureau, &people).await;
        assert_eq!(field(file(&bureau, &number, &against(1)).await), "name");
        let unreachable = Statement {
            name: "陈测试".into(),
            ..against(1)
        };
        assert_eq!(field(file(&bureau, &number, &unreachable).await), "contact");
        let signed = Statement {
            contact: "16400000002".into(),
            ..unreachable
        };
        let filed = file(&bureau, &number, &signed).await.expect("signed");
        bureau.clock.set(shanghai(date(2022, 6, 14).at(0, 0, 0, 0)));
        assert_eq!(
            field(file(&bureau, &number, &signed).await),
            "objection.late"
        );

        // Who it was is sealed, shown masked, and read with a purpose that is recorded.
        let service = &bureau.service;
        let id = objection_id(&bureau, 0).await;
        let officer = bureau.now(&bureau.officer);
        let view = service.objection(&officer, 1, id).await.expect("seen");
        assert_eq!(view.objection.number, filed.number);
        assert_eq!(view.fact, FACT);
        let (name, contact) = view.objector.expect("signed");
        assert_eq!(name, "陈＊＊");
        assert!(!contact.contains("16400000002"), "{contact}");
        let aimless = service.reveal_objector(&officer, 1, id, " ").await;
        assert_eq!(field(aimless), "purpose");
        let supervisor = bureau.now(&bureau.supervisor);
        let view = service.objection(&supervisor, 1, id).await.expect("reads");
        assert!(!view.may_decide && !view.may_reveal);
        let denied = service.reveal_objector(&supervisor, 1, id, "核查").await;
        assert!(matches!(denied, Err(Error::Forbidden(_))));
        let plain = service
            .reveal_objector(&officer, 1, id, "向本人了解情况")
            .await
            .expect("with a purpose");
        assert_eq!(
            (plain.name.as_str(), plain.contact.as_str()),
            ("陈测试", "16400000002")
        );
        let filter = EntryFilter {
            object: Some(("objection".into(), id.to_string())),
            ..EntryFilter::default()
        };
        let entries = store::ledger::list(&mut bureau.store.read(), &filter, 100)
            .await
            .expect("read");
        let read = entries
            .iter()
            .filter(|one| one.action == "access.plain_value_read");
        assert_eq!(read.count(), 1);
        // Others of the pool do not read objections at all.
        for role in [Role::Requester, Role::Secretary, Role::Finance] {
            let other = bureau.as_role(role);
            let denied = service.objection(&other, 1, id).await;
            assert!(matches!(denied, Err(Error::Forbidden(_))), "{role:?}");
        }
    })
    .await;
}

/// Covers: JM-7-4-b, JM-7-5-a.
#[tokio::test]
async fn an_open_objection_holds_one_person_until_it_is_dismissed() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let service = &bureau.service;
        let people = [
            bureau.waiting_for_posting(0).await,
            bureau.waiting_for_posting(1).await,
        ];
        let (id, number) = posted(&bureau, &people).await;
        assert_eq!(field(file(&bureau, &number, &against(3)).await), "person");
        let vague = Statement {
            fact: "不合适".into(),
            ..against(1)
        };
        assert_eq!(field(file(&bureau, &number, &vague).await), "fact");
        bureau.clock.set(shanghai(LAST.at(12, 0, 0, 0)));
        file(&bureau, &number, &against(1)).await.expect("in time");
        schedule_at(&bureau, date(2022, 6, 14).at(8, 0, 0, 0)).await;
        assert_eq!(
            station(&bureau, people[0]).await,
            Some(Station::PublicNotice)
        );
        assert_eq!(
            station(&bureau, people[1]).await,
            Some(Station::Certificate)
        );
        let view = service.posting(&bureau.officer, 1, id).await.expect("seen");
        assert_eq!(view.posting.state.code(), "held");
        let officer = bureau.now(&bureau.officer);
        let inbox = service.inbox(&officer, bureau.pool).await.expect("read");
        assert!(inbox.items.iter().any(|one| one.tag == "异议核查"));

        // No conclusion without an investigation.
        let objection = objection_id(&bureau, 0).await;
        let rash = service
            .decide_objection(&officer, 1, objection, Outcome::Dismissed, "查无此事")
            .await;
        assert_eq!(field(rash), "findings");
        decided(&bureau, objection, Outcome::Dismissed).await;
        assert_eq!(
            station(&bureau, people[0]).await,
            Some(Station::Certificate)
        );
        let view = service.posting(&officer, 1, id).await.expect("seen");
        assert_eq!(view.posting.state.code(), "over");
        schedule_at(&bureau, date(2022, 6, 20).at(8, 0, 0, 0)).await;
        assert_eq!(passes(&bureau, people[0]).await, 2, "vetting and notice");
    })
    .await;
}

/// Covers: JM-7-5-a.
#[tokio::test]
async fn an_upheld_objection_refuses_and_a_withdrawn_application_goes_nowhere() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let service = &bureau.service;
        let people = [
            bureau.waiting_for_posting(0).await,
            bureau.waiting_for_posting(1).await,
            bureau.waiting_for_posting(2).await,
        ];
        let (id, number) = posted(&bureau, &people).await;
        file(&bureau, &number, &against(1)).await.expect("in time");
        file(&bureau, &number, &against(2)).await.expect("in time");
        decided(&bureau, objection_id(&bureau, 0).await, Outcome::Upheld).await;
        let State::Refused {
            at,
            reason,
            document,
            ..
        } = stands(&bureau, people[0]).await
        else {
            panic!("an upheld objection refuses at once");
        };
        assert_eq!(at, Station::PublicNotice);
        assert!(reason.contains("在职时间已核对"), "{reason}");
        assert_eq!(document.as_deref(), Some(number.as_str()));
        service
            .withdraw_application(&bureau.officer, 1, people[1], "本人不再申请")
            .await
            .expect("before the end");

        // Neither goes on, and neither keeps the list open; upholding against the withdrawn changes
        // nothing for them.
        schedule_at(&bureau, date(2022, 6, 14).at(8, 0, 0, 0)).await;
        decided(&bureau, objection_id(&bureau, 1).await, Outcome::Upheld).await;
        assert!(matches!(
            stands(&bureau, people[0]).await,
            State::Refused { .. }
        ));
        assert!(matches!(
            stands(&bureau, people[1]).await,
            State::Withdrawn { .. }
        ));
        assert_eq!(
            station(&bureau, people[2]).await,
            Some(Station::Certificate)
        );
        let view = service.posting(&bureau.officer, 1, id).await.expect("seen");
        assert_eq!(view.posting.state.code(), "over");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_slept_a_month_passes_each_once() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let people = [
            bureau.waiting_for_posting(0).await,
            bureau.waiting_for_posting(1).await,
        ];
        posted(&bureau, &people).await;
        let later = date(2022, 7, 14).at(3, 0, 0, 0);
        schedule_at(&bureau, later).await;
        schedule_at(&bureau, later).await;
        bureau
            .service
            .run_schedule(&bureau.service.schedule())
            .await;
        for person in people {
            assert_eq!(station(&bureau, person).await, Some(Station::Certificate));
            assert_eq!(passes(&bureau, person).await, 2, "vetting and notice");
        }
        let filter = EntryFilter::default();
        let entries = store::ledger::list(&mut bureau.store.read(), &filter, 500)
            .await
            .expect("read");
        let over = entries.iter().filter(|one| one.action == "posting.over");
        assert_eq!(over.count(), 1);
    })
    .await;
}

/// Covers: JM-7-4-a.
#[tokio::test]
async fn everybody_sees_the_columns_and_nothing_else() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let service = &bureau.service;
        let people = [bureau.waiting_for_posting(0).await];
        let officer = &bureau.officer;
        let id = service
            .draft_posting(officer, 1, &draft(&people))
            .await
            .expect("drafted");
        let unseen = service.public_posting("GS01-2022-0001").await;
        assert!(
            matches!(unseen, Err(Error::NotFound)),
            "a draft is nobody's"
        );
        service
            .post_posting(officer, 1, id, false)
            .await
            .expect("put up");
        let shown = service
            .public_posting("gs01-2022-0001")
            .await
            .expect("put up");
        assert_eq!(shown.columns, ["姓名", "单位", "任用范围"]);
        assert_eq!(shown.rows, [[APPLICANTS[0].0, EMPLOYER, RANGE]]);
        assert_eq!(
            (shown.line.standing, shown.line.days_left),
            (Standing::Open, 8)
        );
        let json = serde_json::to_string(&shown).expect("json");
        let text = service
            .public_posting_text("GS01-2022-0001")
            .await
            .expect("text");
        for said in [&json, &text] {
            for secret in [
                APPLICANTS[0].1,
                "16400000001",
                "SQ01",
                &people[0].to_string(),
                "1970",
            ] {
                assert!(!said.contains(secret), "{secret} in {said}");
            }
        }
        // The digest is of that text, byte by byte.
        let digest = draw::Suite::Sm3.hash(text.as_bytes()).to_hex();
        assert_eq!(digest, shown.digest);
        let pdf = service
            .print_public_posting("GS01-2022-0001")
            .await
            .expect("typeset");
        assert!(pdf.bytes.starts_with(b"%PDF-"));

        // Taken back: the reason stands there, the names do not; those on it wait for another list.
        let view = service.posting(officer, 1, id).await.expect("seen");
        assert_eq!(view.steps, [Step::Record, Step::Withdraw]);
        let unreasoned = service.withdraw_posting(officer, 1, id, "").await;
        assert_eq!(field(unreasoned), "reason");
        service
            .withdraw_posting(officer, 1, id, "单位名称有误")
            .await
            .expect("up");
        let shown = service
            .public_posting("GS01-2022-0001")
            .await
            .expect("known");
        assert!(shown.rows.is_empty());
        assert_eq!(shown.withdrawn.as_deref(), Some("单位名称有误"));
        assert_eq!(
            field(file(&bureau, "GS01-2022-0001", &against(1)).await),
            "objection.withdrawn"
        );
        schedule_at(&bureau, date(2022, 6, 20).at(8, 0, 0, 0)).await;
        assert_eq!(
            station(&bureau, people[0]).await,
            Some(Station::PublicNotice)
        );
        let (second, number) = posted(&bureau, &people).await;
        assert_eq!(number, "GS01-2022-0002");
        let view = service.posting(officer, 1, second).await.expect("seen");
        assert!(matches!(view.posting.state, Stands::Posted { .. }));
    })
    .await;
}

#[tokio::test]
async fn files_come_sealed_and_what_came_by_letter_counts_from_its_day() {
    on_both(|engine| async move {
        let bureau = open(&engine).await;
        let service = &bureau.service;
        let people = [bureau.waiting_for_posting(0).await];
        let (id, number) = posted(&bureau, &people).await;
        let visitor = service.visitor("192.0.2.7", "test");
        let upload = |bytes: &[u8]| Upload {
            name: "证据.pdf".into(),
            bytes: bytes.to_vec(),
        };
        let script = service
            .file_objection(&visitor, &number, &against(1), vec![upload(b"<script>")])
            .await;
        assert_eq!(field(script), "attachment");
        let many = vec![upload(b"%PDF-1.4\n%%EOF"); 6];
        let many = service
            .file_objection(&visitor, &number, &against(1), many)
            .await;
        assert_eq!(field(many), "attachment");
        let filed = service
            .file_objection(
                &visitor,
                &number,
                &against(1),
                vec![upload(b"%PDF-1.4 x\n%%EOF")],
            )
            .await
            .expect("taken");
        assert_eq!(filed.files, 1);
        let objection = objection_id(&bureau, 0).await;
        let view = service
            .objection(&bureau.officer, 1, objection)
            .await
            .expect("seen");
        let made = service
            .open_objection_file(&bureau.officer, 1, objection, view.files[0].id)
            .await
            .expect("opened");
        assert_eq!(made.bytes, b"%PDF-1.4 x\n%%EOF");

        // A letter of the last day, entered two days later, is in time; one of the next day is not.
        bureau.clock.set(shanghai(date(2022, 6, 15).at(9, 0, 0, 0)));
        let officer = bureau.now(&bureau.officer);
        let letter = |day: &'static str| {
            let (service, officer) = (service.clone(), officer.clone());
            async move {
                service
                    .record_objection(&officer, 1, id, &against(1), day)
                    .await
            }
        };
        assert_eq!(
            letter("2022-06-13").await.expect("taken").taken,
            Taken::Objection
        );
        assert_eq!(
            letter("2022-06-14").await.expect("taken").taken,
            Taken::TipOff
        );
        assert_eq!(field(letter("2022-06-16").await), "received_on");
        assert_eq!(field(letter("2022-06-05").await), "received_on");
    })
    .await;
}
