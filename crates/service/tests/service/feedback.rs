//! 意见反馈, on both engines: what anybody writes, who reads and answers it, and what its writer finds with
//! the code.

use crate::bureau::Bureau;
use domain::actor::{Action, Remit, Role};
use domain::feedback::{State, TEXT_MOST, Thing, Topic};
use domain::id::RecordId;
use service::certificates::Order;
use service::feedback::{Acknowledged, Letter};
use service::{Error, PageRequest};
use store::ledger::EntryFilter;
use store::messages::{MessageFilter, Queued};
use store::records::RecordFilter;
use store::testing::on_both;

const TEXT: &str = "6 月的评审等了两个小时才开始，\n建议提前通知专家到场时间。";
const PHONE: &str = "16400000002";

fn letter() -> Letter {
    Letter {
        topic: "draw".into(),
        text: TEXT.into(),
        ..Letter::default()
    }
}

fn signed() -> Letter {
    Letter {
        name: "陈测试".into(),
        contact: PHONE.into(),
        ..letter()
    }
}

async fn send(bureau: &Bureau, letter: &Letter) -> Result<Acknowledged, Error> {
    let visitor = bureau.service.visitor("192.0.2.7", "test");
    bureau.service.send_feedback(&visitor, 1, letter).await
}

/// The newest message of the pool.
async fn newest(bureau: &Bureau) -> RecordId {
    let page = PageRequest::first(10);
    let found = bureau
        .service
        .feedback(&bureau.officer, 1, &[], &page)
        .await;
    found.expect("listed").items[0].id
}

fn fields(refused: Result<impl std::fmt::Debug, Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(problems)) => problems.into_iter().map(|one| one.field).collect(),
        Err(Error::Refused(reasons)) => reasons.into_iter().map(|one| one.code).collect(),
        other => panic!("{other:?}"),
    }
}

async fn waits(bureau: &Bureau, who: &service::Ctx) -> bool {
    let inbox = bureau.service.inbox(who, bureau.pool).await;
    let items = inbox.expect("an inbox").items;
    items.iter().any(|item| item.tag == "意见反馈")
}

async fn told(bureau: &Bureau, id: RecordId) -> Vec<Queued> {
    let filter = MessageFilter {
        reference: Some(("feedback".into(), id.to_string())),
        ..MessageFilter::default()
    };
    let (seals, page) = (bureau.store.seals(), PageRequest::first(10));
    store::messages::page(&mut bureau.store.read(), seals, &filter, &page)
        .await
        .expect("read")
        .items
}

async fn events(bureau: &Bureau, id: RecordId) -> Vec<String> {
    let filter = EntryFilter {
        object: Some(("feedback".into(), id.to_string())),
        ..EntryFilter::default()
    };
    let entries = store::ledger::list(&mut bureau.store.read(), &filter, 100)
        .await
        .expect("read");
    let mut actions: Vec<String> = entries.into_iter().map(|one| one.action).collect();
    actions.sort();
    actions
}

#[tokio::test]
async fn a_message_is_acknowledged_answered_and_read_with_its_code() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        assert!(!waits(&bureau, &bureau.officer).await);
        let first = send(&bureau, &signed()).await.expect("taken");
        assert_eq!(first.number, "FK01-2022-0001");
        let second = send(&bureau, &letter()).await.expect("taken");
        assert_eq!(second.number, "FK01-2022-0002");
        assert_ne!(first.code, second.code);
        for (who, waiting) in [
            (&bureau.officer, true),
            (&bureau.approver, true),
            (&bureau.supervisor, false),
            (&bureau.asking, false),
        ] {
            assert_eq!(waits(&bureau, who).await, waiting);
        }

        // Before an answer: received, and no more. Number and code belong together.
        let reply = service.feedback_reply(&first.number, &first.code).await;
        let reply = reply.expect("known");
        assert_eq!((reply.status, reply.replied), ("待答复", None));
        let typed = first.code.replace('-', "").to_lowercase();
        let again = service.feedback_reply("fk01-2022-0001", &typed).await;
        assert_eq!(again.expect("known").number, first.number);
        let wrong = service.feedback_reply(&first.number, &second.code).await;
        assert!(matches!(wrong, Err(Error::NotFound)));

        // The supervisor reads and does not answer.
        let page = PageRequest::first(10);
        let open = service
            .feedback(&bureau.supervisor, 1, &["open"], &page)
            .await
            .expect("listed")
            .items;
        let numbers: Vec<&str> = open.iter().map(|one| one.number.as_str()).collect();
        assert_eq!(numbers, ["FK01-2022-0002", "FK01-2022-0001"]);
        let id = open[1].id;
        let view = service.feedback_message(&bureau.supervisor, 1, id).await;
        let view = view.expect("reads");
        assert_eq!(
            (view.text.as_str(), view.feedback.topic),
            (TEXT, Topic::Draw)
        );
        assert!(!view.may_answer && !view.may_reveal);
        let denied = service
            .answer_feedback(&bureau.supervisor, 1, id, "已阅")
            .await;
        assert!(matches!(denied, Err(Error::Forbidden(_))));

        // Answered by somebody named, once; the writer is told that there is an answer.
        let officer = bureau.now(&bureau.officer);
        let empty = service.answer_feedback(&officer, 1, id, " \n").await;
        assert_eq!(fields(empty), ["answer"]);
        let answer = "已改为提前一天通知到场时间。";
        service
            .answer_feedback(&officer, 1, id, answer)
            .await
            .expect("open");
        let view = service.feedback_message(&officer, 1, id).await;
        let State::Answered { by, text } = view.expect("seen").feedback.state else {
            panic!("answered");
        };
        assert_eq!((by.name.as_str(), by.at), ("库管方经办甲", officer.now));
        assert_eq!(text, answer);
        let reply = service.feedback_reply(&first.number, &first.code).await;
        let reply = reply.expect("known");
        assert_eq!((reply.status, reply.answer.as_str()), ("已答复", answer));
        assert_eq!(reply.replied, Some(officer.now));
        let sent = told(&bureau, id).await;
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].message.channel, "sms");
        assert_eq!(sent[0].message.recipient.reveal(), PHONE);
        let words = sent[0].message.content.reveal();
        assert!(
            words.contains(&first.number) && !words.contains(answer),
            "{words}"
        );
        let twice = service.answer_feedback(&officer, 1, id, "再答").await;
        assert_eq!(fields(twice), ["feedback.state"]);
        assert_eq!(
            events(&bureau, id).await,
            ["feedback.answered", "feedback.received"]
        );
    })
    .await;
}

#[tokio::test]
async fn one_closed_says_why_and_leaves_the_inbox() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let sent = send(&bureau, &letter()).await.expect("taken");
        let id = newest(&bureau).await;
        let approver = bureau.now(&bureau.approver);
        let unreasoned = service.close_feedback(&approver, 1, id, "　").await;
        assert_eq!(fields(unreasoned), ["reason"]);
        service
            .close_feedback(&approver, 1, id, "与前一份内容相同")
            .await
            .expect("open");
        assert!(!waits(&bureau, &bureau.officer).await);
        let reply = service.feedback_reply(&sent.number, &sent.code).await;
        let reply = reply.expect("known");
        assert_eq!(reply.status, "已关闭");
        assert_eq!(reply.answer, "不作答复，理由：与前一份内容相同。");
        let late = service.answer_feedback(&approver, 1, id, "答复").await;
        assert_eq!(fields(late), ["feedback.state"]);
        assert!(told(&bureau, id).await.is_empty(), "nobody left a contact");
        assert_eq!(
            events(&bureau, id).await,
            ["feedback.closed", "feedback.received"]
        );
        let page = PageRequest::first(10);
        for (statuses, count) in [(&["open"], 0), (&["answered"], 0), (&["closed"], 1)] {
            let found = service.feedback(&approver, 1, statuses, &page).await;
            assert_eq!(found.expect("listed").items.len(), count, "{statuses:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_nothing_is_kept() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let before = bureau.ledger().await.len();
        let wrong = Letter {
            topic: "praise".into(),
            text: " \n".into(),
            about: "CQ01-2022-0099".into(),
            name: "字".repeat(41),
            contact: "字".repeat(101),
        };
        assert_eq!(
            fields(send(&bureau, &wrong).await),
            ["topic", "text", "name", "contact", "about"]
        );
        let long = Letter {
            text: "字".repeat(TEXT_MOST + 1),
            ..letter()
        };
        assert_eq!(fields(send(&bureau, &long).await), ["text"]);
        let most = Letter {
            text: "字".repeat(TEXT_MOST),
            ..letter()
        };
        let visitor = bureau.service.visitor("192.0.2.7", "test");
        let nowhere = bureau.service.send_feedback(&visitor, 2, &most).await;
        assert!(matches!(nowhere, Err(Error::NotFound)));
        assert_eq!(bureau.ledger().await.len(), before);
        send(&bureau, &most).await.expect("just not too long");
    })
    .await;
}

#[tokio::test]
async fn who_wrote_is_sealed_shown_masked_and_read_for_a_purpose() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        send(&bureau, &signed()).await.expect("taken");
        let id = newest(&bureau).await;
        let filter = RecordFilter {
            kinds: vec!["feedback".into()],
            ..RecordFilter::default()
        };
        let rows =
            store::records::all::<serde_json::Value>(&mut bureau.store.read(), &filter).await;
        let stored = rows.expect("read")[0].body.to_string();
        for plain in ["陈测试", PHONE, "两个小时"] {
            assert!(!stored.contains(plain), "{stored}");
        }
        let officer = bureau.now(&bureau.officer);
        let view = service.feedback_message(&officer, 1, id).await;
        let view = view.expect("seen");
        assert!(view.may_answer && view.may_reveal);
        let (name, contact) = view.writer.expect("signed");
        assert_eq!((name.as_str(), contact.as_str()), ("陈＊＊", "164****0002"));
        let aimless = service.reveal_feedback_writer(&officer, 1, id, " ").await;
        assert_eq!(fields(aimless), ["purpose"]);
        let supervisor = bureau.now(&bureau.supervisor);
        let denied = service
            .reveal_feedback_writer(&supervisor, 1, id, "了解情况")
            .await;
        assert!(matches!(denied, Err(Error::Forbidden(_))));
        let plain = service
            .reveal_feedback_writer(&officer, 1, id, "向本人了解情况")
            .await
            .expect("with a purpose");
        assert_eq!(
            (plain.name.as_str(), plain.contact.as_str()),
            ("陈测试", PHONE)
        );
        assert_eq!(
            events(&bureau, id).await,
            ["access.plain_value_read", "feedback.received"]
        );

        // A name alone is enough, and so is nothing; then there is nobody to read.
        let named = Letter {
            contact: String::new(),
            ..signed()
        };
        send(&bureau, &named).await.expect("taken");
        let view = service.feedback_message(&officer, 1, newest(&bureau).await);
        let writer = view.await.expect("seen").writer.expect("named");
        assert_eq!((writer.0.as_str(), writer.1.as_str()), ("陈＊＊", ""));
        send(&bureau, &letter()).await.expect("taken");
        let anonymous = newest(&bureau).await;
        let view = service.feedback_message(&officer, 1, anonymous).await;
        let view = view.expect("seen");
        assert!(view.writer.is_none() && !view.may_reveal);
        let nobody = service
            .reveal_feedback_writer(&officer, 1, anonymous, "了解情况")
            .await;
        assert!(matches!(nobody, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_message_may_name_what_has_a_public_number() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 8).await;
        let service = &bureau.service;
        let (_, draw) = bureau.unsealed(2, 5).await;
        let number = bureau.attempt(draw).await.number;
        let application = bureau.applied("self_nominated", 0, None).await;
        bureau.classified(&[application]).await;
        let order = Order {
            chosen: &[application],
            ..Order::default()
        };
        service
            .issue_certificates(&bureau.officer, 1, order)
            .await
            .expect("issued");
        let page = PageRequest::first(10);
        let issued = service.certificates(&bureau.officer, 1, "", &page).await;
        let certificate = issued.expect("listed").items[0].number.clone();
        for (typed, thing, number) in [
            (number.to_lowercase(), Thing::Draw, number.clone()),
            (
                format!(" {} ", certificate.to_lowercase()),
                Thing::Certificate,
                certificate.clone(),
            ),
        ] {
            let naming = Letter {
                about: typed,
                ..letter()
            };
            send(&bureau, &naming).await.expect("public");
            let id = newest(&bureau).await;
            let view = service.feedback_message(&bureau.officer, 1, id).await;
            let about = view.expect("seen").feedback.about.expect("named");
            assert_eq!((about.thing, about.number), (thing, number));
        }
        // An application has a number as well, which is nobody else's business.
        let view = service.application(&bureau.officer, 1, application).await;
        let private = Letter {
            about: view.expect("seen").application.number,
            ..letter()
        };
        assert_eq!(fields(send(&bureau, &private).await), ["about"]);
    })
    .await;
}

/// What the public wrote belongs to the pool as a whole.
#[tokio::test]
async fn others_of_the_pool_and_whoever_answers_for_a_part_of_it_do_not_read_it() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        send(&bureau, &letter()).await.expect("taken");
        let id = newest(&bureau).await;
        let mut section = bureau.now(&bureau.officer);
        section.actor.grants[0].remit = Remit::Teams(["project".to_owned()].into());
        let mut others: Vec<service::Ctx> = [
            Role::Requester,
            Role::Secretary,
            Role::Finance,
            Role::Recommender,
            Role::Expert,
        ]
        .map(|role| bureau.as_role(role))
        .into();
        others.push(section);
        for other in others {
            let denied = service.feedback_message(&other, 1, id).await;
            let Err(Error::Forbidden(denied)) = denied else {
                panic!("{:?}: {denied:?}", other.actor.grants);
            };
            assert_eq!(denied.action, Action::ReadFeedback);
            assert!(!waits(&bureau, &other).await);
        }
    })
    .await;
}
