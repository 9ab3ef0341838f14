//! 信息集中更新 and the expert's own space, on both engines.

use crate::bureau::Bureau;
use domain::campaign::{Answer, Change, Said};
use domain::id::{ExpertId, PersonId};
use domain::policy::due::State as Due;
use jiff::civil::date;
use service::relations::RelationDraft;
use service::{Error, PageRequest};
use store::messages::{Delivery, MessageFilter};
use store::testing::on_both;
use uuid::Uuid;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(1_000 + n))
}

fn expert(n: u128) -> ExpertId {
    ExpertId(Uuid::from_u128(101_000 + n))
}

fn moved() -> Said {
    Said::Changed(vec![Change {
        field: "工作单位".into(),
        now: "示例新单位".into(),
    }])
}

async fn messages(bureau: &Bureau, channel: &str) -> Vec<String> {
    let filter = MessageFilter {
        channel: Some(channel.into()),
        ..MessageFilter::default()
    };
    let seals = bureau.store.seals();
    let page = PageRequest::first(200);
    let found = store::messages::page(&mut bureau.store.read(), seals, &filter, &page)
        .await
        .expect("read");
    found
        .items
        .into_iter()
        .filter(|queued| queued.delivery != Delivery::Cancelled)
        .map(|queued| queued.message.content.reveal().to_owned())
        .collect()
}

/// Covers: DG-16-1-a, DG-16-1-b, DG-16-1-c.
#[tokio::test]
async fn a_campaign_asks_everybody_lists_the_silent_and_closes() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 5).await;
        let service = &bureau.service;
        let officer = &bureau.officer;
        let pool = bureau.pool;

        let duty = service.yearly_duty(officer, pool).await.expect("read");
        assert_eq!(duty.expect("the pack has one").state, Due::Due);
        let until = Some(date(2022, 7, 31));
        let forbidden = service
            .start_campaign(&bureau.approver, pool, until, false)
            .await;
        assert!(matches!(forbidden, Err(Error::Forbidden(_))));
        let past = service
            .start_campaign(officer, pool, Some(date(2022, 6, 6)), false)
            .await;
        assert!(matches!(past, Err(Error::Invalid(_))));
        let id = service
            .start_campaign(officer, pool, until, false)
            .await
            .expect("started");
        let running = service.start_campaign(officer, pool, until, true).await;
        assert!(matches!(running, Err(Error::Refused(_))), "one at a time");
        let sms = messages(&bureau, "sms").await;
        assert_eq!(sms.len(), 5, "every expert with a phone is asked");
        assert_eq!(messages(&bureau, "in_app").await.len(), 5);
        assert!(
            sms.iter()
                .all(|text| text.chars().count() <= 120 && text.contains("/m/u/"))
        );
        let again = service.continue_campaigns(&service.schedule()).await;
        assert_eq!(again.expect("idempotent"), 0, "nobody is asked twice");

        // By the link, in one's own space, and by nobody else.
        let token = sms[0].rsplit('/').next().expect("a token").to_owned();
        let asked = service.update_by_link(&token).await.expect("opens");
        assert!(
            asked
                .held
                .iter()
                .any(|(label, value)| label == "手机" && value.contains("****"))
        );
        service
            .answer_update_by_link("test", &token, "", Said::Unchanged)
            .await
            .expect("confirmed");
        let by_link = asked.expert;
        let others: Vec<u128> = (0..5).filter(|n| expert(*n) != by_link).collect();
        let own = bureau.expert(person(others[0]));
        let wordless = service
            .answer_update(&own, id, Said::Changed(Vec::new()))
            .await;
        assert!(matches!(wordless, Err(Error::Invalid(_))));
        service
            .answer_update(&own, id, moved())
            .await
            .expect("told");
        let nobody = bureau.expert(person(77));
        let outsider = service.answer_update(&nobody, id, Said::Unchanged).await;
        assert!(matches!(outsider, Err(Error::NotFound)));

        let line = service.campaign(officer, id).await.expect("read");
        assert_eq!(
            (line.asked, line.silent, line.unchanged, line.changed),
            (5, 3, 1, 1)
        );
        let silent = service
            .campaign_answers(officer, id, Some("silent"), None, 50)
            .await
            .expect("listed");
        assert_eq!(silent.len(), 3);
        let hidden = service.campaign(&bureau.asking, id).await;
        assert!(matches!(hidden, Err(Error::NotFound)));

        // The change is entered with what was done.
        let who = expert(others[0]);
        let blank = service.enter_update(officer, id, who, " ").await;
        assert!(matches!(blank, Err(Error::Invalid(_))));
        service
            .enter_update(officer, id, who, "已变更工作单位")
            .await
            .expect("entered");
        let twice = service.enter_update(officer, id, who, "再次").await;
        assert!(matches!(twice, Err(Error::Refused(_))));

        // Reminders go to the silent, once a day.
        let same_day = service.remind_campaign(officer, id).await;
        assert!(matches!(same_day, Err(Error::Refused(_))));
        bureau.clock.advance(86_400);
        let officer = &bureau.now(officer);
        assert_eq!(service.remind_campaign(officer, id).await.expect("sent"), 3);
        assert_eq!(messages(&bureau, "sms").await.len(), 8);
        assert!(service.remind_campaign(officer, id).await.is_err());

        let purposeless = service
            .export_campaign(officer, id, Some("silent"), "")
            .await;
        assert!(matches!(purposeless, Err(Error::Invalid(_))));
        let file = service
            .export_campaign(officer, id, Some("silent"), "电话催办")
            .await
            .expect("exported");
        assert_eq!(file.count, 3);
        assert!(file.bytes.starts_with(b"PK"));

        service.close_campaign(officer, id).await.expect("closed");
        let closed = service.close_campaign(officer, id).await;
        assert!(matches!(closed, Err(Error::Refused(_))));
        let late = service
            .answer_update(&bureau.expert(person(others[1])), id, Said::Unchanged)
            .await;
        assert!(matches!(late, Err(Error::Refused(_))));
        assert!(
            messages(&bureau, "sms").await.is_empty(),
            "what had not left is called off"
        );

        // Once a year; a second one only when the officer says so, and then it shows.
        let second = service.start_campaign(officer, pool, until, false).await;
        assert!(
            matches!(&second, Err(Error::Refused(reasons)) if reasons[0].article == "第十六条(一)"),
            "{second:?}"
        );
        let duty = service.yearly_duty(officer, pool).await.expect("read");
        assert_eq!(duty.expect("kept").state, Due::Kept);
        service
            .start_campaign(officer, pool, until, true)
            .await
            .expect("confirmed");
        let duty = service.yearly_duty(officer, pool).await.expect("read");
        assert_eq!(duty.expect("too often").state, Due::Exceeded);

        let ledger = bureau.ledger().await;
        for (action, times) in [
            ("campaign.started", 2),
            ("campaign.asked", 2),
            ("campaign.answered", 2),
            ("campaign.change_entered", 1),
            ("campaign.reminded", 1),
            ("campaign.closed", 1),
            ("access.exported", 1),
        ] {
            let count = ledger.iter().filter(|entry| *entry == action).count();
            assert_eq!(count, times, "{action}");
        }
    })
    .await;
}

/// Covers: DG-12-3, DG-13-2, DG-11-a.
#[tokio::test]
async fn an_expert_sees_what_is_held_who_opened_it_and_declares_relations() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 4).await;
        let service = &bureau.service;

        // The log-in is opened once, by whoever keeps the pool, and the link leads to a password.
        let forbidden = service
            .open_expert_account(&bureau.supervisor, 1, expert(0))
            .await;
        assert!(matches!(forbidden, Err(Error::Forbidden(_))));
        let link = service
            .open_expert_account(&bureau.officer, 1, expert(0))
            .await
            .expect("opened")
            .expect("a new account");
        assert_eq!(link.login, "dg20210000");
        let twice = service
            .open_expert_account(&bureau.officer, 1, expert(0))
            .await;
        assert!(matches!(twice, Err(Error::Refused(_))));
        let visitor = service.visitor("test", "test");
        let secret = link.address.rsplit('/').next().expect("a token");
        service
            .use_password_link(&visitor, secret, "Yun9-jin-shan", "Yun9-jin-shan")
            .await
            .expect("password set");
        let typed = service::sessions::Credentials {
            login: link.login.clone(),
            password: "Yun9-jin-shan".into(),
            network: "test".into(),
            agent: String::new(),
        };
        let started = service.log_in(&visitor, &typed).await.expect("logged in");
        let session = service
            .authenticate(&started.token, "test", "test")
            .await
            .expect("store")
            .expect("live");
        let own = &session.ctx;
        assert_eq!(own.actor.person, Some(person(0)));

        // What is held, masked; who opened it, with purpose.
        let record = service.own_record(own).await.expect("own");
        assert_eq!(record.len(), 1);
        let phone = record[0].held.iter().find(|(label, _)| label == "手机");
        assert_eq!(phone.expect("held").1, "154****0000");
        for wanted in [
            "出生日期",
            "学历学位",
            "工作经历",
            "主要业绩",
            "荣誉",
            "照片和附件",
        ] {
            let said = record[0].held.iter().any(|(label, _)| label == wanted);
            assert!(said, "{wanted} is not in {:?}", record[0].held);
        }
        assert!(service.own_readings(own).await.expect("none").is_empty());
        service
            .reveal_expert(&bureau.officer, 1, expert(0), "电话通知评审")
            .await
            .expect("opened");
        service
            .reveal_expert(&bureau.officer, 1, expert(1), "电话通知评审")
            .await
            .expect("somebody else's");
        let readings = service.own_readings(own).await.expect("own");
        assert_eq!(readings.len(), 1);
        assert_eq!(readings[0].purpose, "电话通知评审");

        // A relation declared today keeps the expert out of tomorrow's draw.
        let blank = service
            .declare_relation(own, bureau.pool, &RelationDraft::default())
            .await;
        assert!(matches!(blank, Err(Error::Invalid(_))));
        let draft = RelationDraft {
            kind: "顾问".into(),
            with: "organisation".into(),
            organisation: "受评单位".into(),
            from: "2022-01".into(),
            note: "受聘技术顾问".into(),
            ..RelationDraft::default()
        };
        let foreign = domain::id::PoolId(Uuid::from_u128(999));
        assert!(
            service
                .declare_relation(own, foreign, &draft)
                .await
                .is_err()
        );
        service
            .declare_relation(own, bureau.pool, &draft)
            .await
            .expect("declared");
        let relations = service.own_relations(own).await.expect("own");
        assert_eq!(relations[0].relation.source.zh(), "本人申报");
        let task = bureau.accepted(1).await;
        let found = service
            .task_feasibility(&bureau.officer, task)
            .await
            .expect("counted");
        assert_eq!((found.scope, found.drawable), (4, 3));

        // Messages are listed once there is an account.
        let id = service
            .start_campaign(&bureau.officer, bureau.pool, Some(date(2022, 7, 31)), false)
            .await
            .expect("started");
        let messages = service
            .own_messages(own, &PageRequest::first(20))
            .await
            .expect("own");
        assert_eq!(messages.items.len(), 1);
        assert_eq!(messages.items[0].subject, "2022年专家信息集中更新");
        let updates = service.own_updates(own).await.expect("own");
        assert_eq!((updates.len(), updates[0].campaign.id), (1, id));
        assert_eq!(updates[0].answer, Answer::Silent);
        assert!(!updates[0].asks_tail, "a log-in has shown who it is");
        let nobody = bureau.officer.clone();
        assert!(service.own_record(&nobody).await.is_err());

        // What the expert was called for, and what the rest rule did.
        let (task, _) = bureau.unsealed_on(3, 8, date(2022, 6, 20)).await;
        let seats = service.seats(&bureau.officer, task).await.expect("seats");
        let called = seats[0].engagement.expert;
        let seen = service
            .participations(&bureau.supervisor, 1, called)
            .await
            .expect("read");
        assert_eq!(
            (seen.calls.len(), seen.streak, seen.rests_next),
            (1, Some(1), false)
        );
        assert_eq!(seen.rule, Some(("第九条(一)".to_owned(), 2)));
        let refused = service.participations(&bureau.asking, 1, called).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        bureau.unsealed_on(3, 9, date(2022, 6, 21)).await;
        let seen = service
            .participations(&bureau.officer, 1, called)
            .await
            .expect("read");
        assert!(
            seen.rests_next,
            "three candidates for three seats: drawn twice"
        );
    })
    .await;
}

/// Where the pack says so, who is silent rests until an officer lifts it.
///
/// Covers: DG-16-1-a.
#[tokio::test]
async fn silence_suspends_only_where_the_pack_says_so() {
    on_both(|engine| async move {
        let shipped = domain::policy::library::shipped("dg-2021").expect("shipped");
        let text = shipped
            .pack
            .replace("non_response = \"list\"", "non_response = \"pause\"");
        assert_ne!(text, shipped.pack);
        let bureau = Bureau::open_under(&engine, 3, &text).await;
        let service = &bureau.service;
        let id = service
            .start_campaign(&bureau.officer, bureau.pool, Some(date(2022, 7, 31)), false)
            .await
            .expect("started");
        service
            .answer_update(&bureau.expert(person(0)), id, Said::Unchanged)
            .await
            .expect("confirmed");
        service
            .close_campaign(&bureau.officer, id)
            .await
            .expect("closed");
        let mut standing = Vec::new();
        for n in 0..3 {
            let view = service.expert(&bureau.officer, 1, expert(n)).await;
            standing.push(view.expect("known").status.code());
        }
        assert_eq!(standing, ["active", "suspended", "suspended"]);
        let ledger = bureau.ledger().await;
        let count = ledger
            .iter()
            .filter(|one| *one == "expert.suspended")
            .count();
        assert_eq!(count, 2);
    })
    .await;
}
