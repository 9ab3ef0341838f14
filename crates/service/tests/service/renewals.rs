//! 续聘 and the natural end of terms under four instruments, on both engines: who is listed and asked, who
//! decides, what stands in the way, what follows; and that an end is said once, however late.

use std::sync::Arc;

use crate::bureau::Bureau;
use domain::certificate::Standing as Says;
use domain::expert::{Standing, Status, Term};
use domain::id::{ExpertId, PersonId};
use domain::policy::library::{SHIPPED, shipped};
use domain::policy::pack::{Pack, RenewalNeed};
use domain::policy::source::Setting;
use domain::renewal::{Checked, LookedAt, Said, State};
use jiff::civil::{Date, date};
use service::experts::{ExpertQuery, Membership};
use service::port::SystemEntropy;
use service::renewals::{Decision, RenewalList, Verdict, View};
use service::{Ctx, Error, Packs, PageRequest, Reason, Service, Settings};
use store::messages::{Delivery, MessageFilter};
use store::testing::{TestStore, on_both};
use uuid::Uuid;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(1_000 + n))
}

fn expert(n: u128) -> ExpertId {
    ExpertId(Uuid::from_u128(101_000 + n))
}

fn pack(id: &str) -> Pack {
    domain::policy::check::check(shipped(id).expect("shipped").pack).expect("sound")
}

async fn open(engine: &TestStore, id: &str, experts: u32, to: Date) -> Bureau {
    Bureau::serving(engine, shipped(id).expect("shipped").pack, experts, to).await
}

async fn change(bureau: &Bureau, id: ExpertId, how: impl FnOnce(&mut Membership)) {
    bureau.change_member(id, how).await;
}

async fn member(bureau: &Bureau, id: ExpertId) -> Membership {
    let member = store::experts::find::<Membership>(&mut bureau.store.read(), id).await;
    member.expect("read").expect("there").body
}

fn set(bureau: &Bureau, at: &str) {
    bureau.clock.set(at.parse().expect("a time"));
}

async fn list(bureau: &Bureau, view: View) -> RenewalList {
    bureau
        .service
        .renewals(
            &bureau.now(&bureau.officer),
            1,
            view,
            &PageRequest::first(50),
        )
        .await
        .expect("listed")
}

async fn names(bureau: &Bureau, view: View) -> Vec<String> {
    let rows = list(bureau, view).await.rows;
    rows.into_iter().map(|row| row.name).collect()
}

async fn messages(bureau: &Bureau, with: &str) -> Vec<String> {
    let filter = MessageFilter {
        channel: Some("sms".into()),
        ..MessageFilter::default()
    };
    let (seals, page) = (bureau.store.seals(), PageRequest::first(200));
    let found = store::messages::page(&mut bureau.store.read(), seals, &filter, &page)
        .await
        .expect("read");
    let sent = found.items.into_iter();
    sent.filter(|queued| queued.delivery != Delivery::Cancelled)
        .map(|queued| queued.message.content.reveal().to_owned())
        .filter(|text| text.contains(with))
        .collect()
}

async fn happened(bureau: &Bureau, code: &str) -> usize {
    let all = bureau.ledger().await;
    all.iter().filter(|action| *action == code).count()
}

fn clear(registers: &[&str]) -> Vec<Checked> {
    let cleared = |register: &&str| Checked {
        what: LookedAt::Register,
        id: (*register).to_owned(),
        basis: "公开网站查询".into(),
    };
    registers.iter().map(cleared).collect()
}

fn renew<'a>(
    experts: &'a [ExpertId],
    given: &'a [RenewalNeed],
    checked: &'a [Checked],
    reason: &'a str,
) -> Decision<'a> {
    Decision {
        experts,
        verdict: Verdict::Renew,
        given,
        reason,
        checked,
        years: None,
        status_confirmed: true,
    }
}

fn refuse<'a>(experts: &'a [ExpertId], reason: &'a str) -> Decision<'a> {
    Decision {
        verdict: Verdict::Refuse,
        ..renew(experts, &[], &[], reason)
    }
}

async fn decide(
    bureau: &Bureau,
    who: &Ctx,
    decision: &Decision<'_>,
) -> Result<service::renewals::Decided, Error> {
    let who = bureau.now(who);
    bureau.service.decide_renewals(&who, 1, decision).await
}

fn reasons(refused: Result<service::renewals::Decided, Error>) -> Vec<Reason> {
    match refused {
        Err(Error::Refused(reasons)) => reasons,
        other => panic!("{other:?}"),
    }
}

fn codes(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|one| one.code.as_str()).collect()
}

/// Covers: JM-11-b, JM-11-c.
#[tokio::test]
async fn jiangmen_asks_decides_on_need_and_will_and_lets_the_rest_retire() {
    on_both(|engine| async move {
        let bureau = open(&engine, "jm-2022", 5, date(2026, 2, 28)).await;
        let service = &bureau.service;
        let officer = bureau.officer.clone();

        // Sixty days before the end, not a day earlier, and nobody twice.
        set(&bureau, "2025-12-29T02:00:00Z");
        assert!(names(&bureau, View::Ending).await.is_empty());
        let none = service.ask_for_willingness(&service.schedule()).await;
        assert_eq!(none.expect("nothing to do"), 0);
        set(&bureau, "2025-12-30T02:00:00Z");
        assert_eq!(list(&bureau, View::Ending).await.rows.len(), 5);
        let asked = service.ask_for_willingness(&service.schedule()).await;
        assert_eq!(asked.expect("asked"), 5);
        let again = service.ask_for_willingness(&service.schedule()).await;
        assert_eq!(again.expect("nothing to do"), 0);
        let sms = messages(&bureau, "/m/r/").await;
        assert_eq!(sms.len(), 5);
        assert!(sms.iter().all(|text| text.contains("2026年2月28日")));
        let inbox = service.inbox(&bureau.now(&officer), bureau.pool).await;
        let inbox = inbox.expect("an inbox");
        let todo = inbox.items.iter().find(|item| item.tag == "续聘");
        let facts = &todo.expect("waits").facts;
        assert!(facts.contains("5 人即将届满"), "{facts}");

        // By the link, in one's own space, through the desk; a no has its reason.
        let mut willing = None;
        for text in &sms {
            let token = text.rsplit('/').next().expect("a token");
            let one = service.renewal_by_link(token).await.expect("opens");
            if one.renewal.expert == expert(0) {
                willing = Some(token.to_owned());
            }
        }
        let token = willing.expect("sent");
        service
            .answer_renewal_by_link("192.0.2.1", &token, "", Said::Willing)
            .await
            .expect("answered");
        let own = bureau.expert(person(1));
        let own = bureau.now(&own);
        let asked = service.own_renewals(&own).await.expect("read");
        let id = asked[0].renewal.id;
        let silent = service
            .answer_renewal(&own, id, Said::Unwilling(" ".into()))
            .await;
        assert!(matches!(silent, Err(Error::Invalid(_))));
        let foreign = bureau.now(&bureau.expert(person(2)));
        let other = service.answer_renewal(&foreign, id, Said::Willing).await;
        assert!(matches!(other, Err(Error::NotFound)));
        service
            .answer_renewal(&own, id, Said::Unwilling("身体原因".into()))
            .await
            .expect("answered");
        let desk = bureau.now(&officer);
        let unfounded = service
            .record_willingness(&desk, 1, expert(3), Said::Willing, "")
            .await;
        assert!(matches!(unfounded, Err(Error::Invalid(_))));
        service
            .record_willingness(&desk, 1, expert(3), Said::Willing, "1月5日电话")
            .await
            .expect("recorded");
        assert_eq!(names(&bureau, View::Silent).await, ["专家002", "专家004"]);
        assert_eq!(names(&bureau, View::Unwilling).await, ["专家001"]);
        let early = service.remind_renewals(&desk, 1).await;
        assert!(matches!(early, Err(Error::Refused(_))), "asked today");
        set(&bureau, "2026-01-10T02:00:00Z");
        let desk = bureau.now(&officer);
        assert_eq!(
            service.remind_renewals(&desk, 1).await.expect("reminded"),
            2
        );

        // Need by the bureau, will by the expert, the record looked at again: each alone is not enough.
        let registers = clear(&["criminal", "dishonesty"]);
        let need = [RenewalNeed::Need];
        let both = [RenewalNeed::Need, RenewalNeed::Willing];
        let silent = reasons(
            decide(
                &bureau,
                &officer,
                &renew(&[expert(2)], &both, &registers, ""),
            )
            .await,
        );
        assert_eq!(
            codes(&silent),
            ["willing"],
            "the desk cannot say it is willing"
        );
        assert_eq!(silent[0].article, "第十一条");
        let unneeded =
            reasons(decide(&bureau, &officer, &renew(&[expert(0)], &[], &registers, "")).await);
        assert_eq!(codes(&unneeded), ["need"]);
        let unseen = reasons(decide(&bureau, &officer, &renew(&[expert(0)], &need, &[], "")).await);
        assert_eq!(codes(&unseen), ["P4A", "P4B"]);
        let chosen = [expert(0), expert(1)];
        let done = decide(
            &bureau,
            &officer,
            &renew(&chosen, &need, &registers, "工作需要"),
        )
        .await
        .expect("decided for one");
        assert_eq!(done.done, ["专家000"]);
        assert_eq!(done.refused[0].0, "专家001");
        assert!(done.refused[0].1[0].sentence.contains("身体原因"));
        let twice = reasons(
            decide(
                &bureau,
                &officer,
                &renew(&[expert(0)], &need, &registers, ""),
            )
            .await,
        );
        assert_eq!(
            codes(&twice)[0],
            "renewal.early",
            "the next term has begun to count"
        );

        // The new term starts the day after; the one before runs to its last day.
        let renewed = member(&bureau, expert(0)).await;
        let next = Term {
            from: date(2026, 3, 1),
            to: date(2028, 2, 29),
        };
        assert_eq!(renewed.renewed, [next]);
        for day in [date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29)] {
            assert_eq!(renewed.expert.standing.on(day), Status::Active, "{day}");
        }
        let visitor = service.visitor("192.0.2.1", "r");
        let view = service
            .renewal(&bureau.now(&officer), 1, expert(0))
            .await
            .expect("seen");
        let certificate = view.certificates.last().expect("issued");
        assert_eq!(certificate.term, next);
        assert_eq!(certificate.number, renewed.expert.number);
        let checked = service
            .check_certificate(&visitor, &certificate.code)
            .await
            .expect("known");
        assert_eq!(checked.standing, Says::NotYet);

        let unsaid = decide(&bureau, &officer, &refuse(&[expert(3)], " ")).await;
        assert!(matches!(unsaid, Err(Error::Invalid(_))), "{unsaid:?}");
        decide(&bureau, &officer, &refuse(&[expert(3)], "任用范围调整"))
            .await
            .expect("decided");
        let refused = list(&bureau, View::NotRenewed).await.rows;
        assert!(matches!(
            &refused[0].record.as_ref().expect("recorded").state,
            State::NotRenewed { reason, .. } if reason == "任用范围调整"
        ));
        let sheet = service
            .print_renewal(&bureau.now(&officer), 1, expert(3))
            .await
            .expect("printed");
        assert!(sheet.bytes.starts_with(b"%PDF"));
        let nameless = service
            .export_renewals(&bureau.now(&officer), 1, View::Ending, "")
            .await;
        assert!(matches!(nameless, Err(Error::Invalid(_))));
        let book = service
            .export_renewals(&bureau.now(&officer), 1, View::Ending, "上报审核")
            .await
            .expect("made");
        assert_eq!((book.count, &book.bytes[..2]), (4, &b"PK"[..]));

        // Midnight after the last day; two servers notice at once, and one of them a month later again.
        set(&bureau, "2026-02-28T15:59:59Z");
        let early = service.end_terms(&service.schedule()).await;
        assert_eq!(early.expect("nothing to do"), 0);
        set(&bureau, "2026-02-28T16:00:00Z");
        let packs = SHIPPED
            .iter()
            .map(|one| domain::policy::check::check(one.pack).expect("sound"));
        let second = Service::new(
            engine.store.clone(),
            Packs::new(packs),
            bureau.clock.clone(),
            Arc::new(SystemEntropy),
            Settings::default(),
        );
        let (ours, theirs) = (service.schedule(), second.schedule());
        let (first, other) = tokio::join!(service.end_terms(&ours), second.end_terms(&theirs));
        assert_eq!(first.expect("ended") + other.expect("ended"), 4);
        set(&bureau, "2026-04-01T02:00:00Z");
        let later = second.end_terms(&second.schedule()).await;
        assert_eq!(later.expect("nothing to do"), 0);
        assert_eq!(happened(&bureau, "expert.term_over").await, 4);
        assert_eq!(
            happened(&bureau, "expert.left").await,
            0,
            "nobody was put out"
        );
        let silent = member(&bureau, expert(2)).await;
        assert!(matches!(silent.expert.standing, Standing::Lapsed { .. }));
        let query = ExpertQuery {
            status: "expired".into(),
            ..ExpertQuery::default()
        };
        let lapsed = service
            .experts(&bureau.now(&officer), 1, &query, &PageRequest::first(50))
            .await
            .expect("listed");
        assert_eq!(lapsed.rows.len(), 4);

        // 自然退任: no second thoughts afterwards.
        let late = reasons(
            decide(
                &bureau,
                &officer,
                &renew(&[expert(3)], &need, &registers, ""),
            )
            .await,
        );
        assert_eq!(codes(&late), ["renewal.late"]);
        assert!(
            late[0].sentence.contains("自然退任"),
            "{}",
            late[0].sentence
        );
    })
    .await;
}

/// Covers: DG-7-4-b, DG-7-4-c.
#[tokio::test]
async fn dongguan_reviews_age_and_record_and_obeys_the_parameter() {
    on_both(|engine| async move {
        let bureau = open(&engine, "dg-2021", 3, date(2027, 2, 28)).await;
        let service = &bureau.service;
        let (officer, approver) = (bureau.officer.clone(), bureau.approver.clone());
        set(&bureau, "2027-01-10T02:00:00Z");
        assert_eq!(list(&bureau, View::Ending).await.rows.len(), 3);
        let pool = store::pools::find::<domain::pool::Pool>(&mut bureau.store.read(), bureau.pool)
            .await
            .expect("read")
            .expect("there");
        let setting = Setting {
            path: "renewal.remind".into(),
            value: "30日".into(),
        };
        service
            .set_pool_parameter(
                &bureau.now(&approver),
                1,
                pool.version,
                &setting,
                "云人社函〔2027〕1号",
            )
            .await
            .expect("set");
        let shorter = list(&bureau, View::Ending).await;
        assert!(shorter.rows.is_empty(), "thirty days, not sixty");
        assert_eq!(shorter.until, Some(date(2027, 2, 9)));
        set(&bureau, "2027-01-29T02:00:00Z");
        assert_eq!(list(&bureau, View::Ending).await.rows.len(), 3);

        // Seventy on the day of the decision, not of the entry; two of them, one exceptional.
        for (n, exceptional) in [(1, false), (2, true)] {
            let mut tx = bureau.store.write(bureau.pool).await.expect("door");
            let mut row = store::persons::find::<domain::person::Profile>(&mut tx, person(n))
                .await
                .expect("read")
                .expect("there");
            row.body.born = Some(date(1957, 1, 29));
            if exceptional {
                row.body.flags.insert("exceptional".into(), true);
            }
            store::document::save(&mut tx, &mut row)
                .await
                .expect("saved");
            let now = bureau.now(&officer).now;
            tx.append(&store::testing::event("test.person", now))
                .await
                .expect("recorded");
            tx.commit().await.expect("committed");
        }
        let passed = [RenewalNeed::ReviewPassed];
        let registers = clear(&["dishonesty"]);
        let all = [expert(0), expert(1), expert(2)];
        let unconfirmed = Decision {
            status_confirmed: false,
            ..renew(&all, &passed, &registers, "")
        };
        let old = reasons(decide(&bureau, &officer, &unconfirmed).await);
        assert_eq!(
            codes(&old),
            ["pack.confirm"],
            "the instrument is out of date"
        );
        let unreviewed =
            reasons(decide(&bureau, &officer, &renew(&all[..1], &[], &registers, "")).await);
        assert_eq!(codes(&unreviewed), ["review_passed"]);
        assert_eq!(unreviewed[0].article, "第七条(四)");
        let decided = decide(&bureau, &officer, &renew(&all, &passed, &registers, ""))
            .await
            .expect("decided");
        assert_eq!(decided.done, ["专家000", "专家002"]);
        let (name, why) = &decided.refused[0];
        assert_eq!((name.as_str(), codes(why)), ("专家001", vec!["AGE"]));
        assert!(why[0].sentence.contains("70"), "{}", why[0].sentence);
        let kept = member(&bureau, expert(0)).await;
        assert_eq!(kept.renewed[0].to, date(2030, 2, 28));

        // Another party's roles do not decide, and nobody unless somebody is chosen.
        let supervisor = decide(&bureau, &bureau.supervisor, &renew(&all, &passed, &[], "")).await;
        assert!(matches!(supervisor, Err(Error::Forbidden(_))));
        let nobody = decide(&bureau, &officer, &renew(&[], &passed, &[], "")).await;
        assert!(matches!(nobody, Err(Error::Invalid(_))));
    })
    .await;
}

/// Covers: CY-3-g, CY-13-b.
#[tokio::test]
async fn chaoyang_decides_after_the_end_on_the_record_of_work_and_the_card_follows() {
    on_both(|engine| async move {
        let bureau = open(&engine, "cy-2021", 2, date(2027, 2, 28)).await;
        let service = &bureau.service;
        let officer = bureau.officer.clone();
        set(&bureau, "2027-02-28T16:00:01Z");
        // Yesterday was the last day and nobody decided.
        let before = member(&bureau, expert(0)).await.expert.standing;
        assert_eq!(
            before.on(date(2027, 3, 1)),
            Status::Expired,
            "by the date alone"
        );
        service.end_terms(&service.schedule()).await.expect("ended");
        assert_eq!(names(&bureau, View::Over).await.len(), 2);
        let inbox = service.inbox(&bureau.now(&officer), bureau.pool).await;
        let inbox = inbox.expect("an inbox");
        let todo = inbox.items.iter().find(|item| item.tag == "续聘");
        assert!(todo.expect("waits").facts.contains("2 人已届满"));

        let view = service
            .renewal(&bureau.now(&officer), 1, expert(0))
            .await
            .expect("seen");
        let parts: Vec<&str> = view.dossier.iter().map(|part| part.label).collect();
        assert_eq!(parts, ["工作台账", "出勤", "评价", "不良行为记录"]);
        assert!(view.open);
        let seen = [RenewalNeed::WorkRecord];
        let unsaid = reasons(decide(&bureau, &officer, &renew(&[expert(0)], &seen, &[], "")).await);
        assert_eq!(codes(&unsaid), ["renewal.reason"]);
        let (one, other) = ([expert(0)], [expert(1)]);
        let two = Decision {
            years: Some(2),
            ..renew(&one, &seen, &[], "三年完成督导十二次")
        };
        decide(&bureau, &officer, &two).await.expect("decided");
        let kept = member(&bureau, expert(0)).await;
        assert_eq!(
            kept.renewed,
            [Term {
                from: date(2027, 3, 1),
                to: date(2029, 2, 28)
            }]
        );
        assert_eq!(kept.expert.standing.on(date(2027, 3, 1)), Status::Active);
        let long = Decision {
            years: Some(9),
            ..renew(&other, &seen, &[], "三年完成督导四次")
        };
        decide(&bureau, &officer, &long).await.expect("decided");
        let other = member(&bureau, expert(1)).await;
        assert_eq!(
            other.renewed[0].to,
            date(2030, 2, 28),
            "three years at most"
        );

        // Renewed again: linked with the certificate before, which stays what it was.
        set(&bureau, "2029-02-10T02:00:00Z");
        decide(
            &bureau,
            &officer,
            &renew(&[expert(0)], &seen, &[], "继续需要"),
        )
        .await
        .expect("decided");
        let view = service
            .renewal(&bureau.now(&officer), 1, expert(0))
            .await
            .expect("seen");
        let [first, second] = &view.certificates[..] else {
            panic!("{:?}", view.certificates);
        };
        assert_eq!(second.renews, Some(first.id));
        assert_eq!(second.term.from, date(2029, 3, 1));
        assert_ne!(first.number, second.number);
        assert_eq!(view.terms.len(), 3);

        // Dismissed today: the card counts no more from today on, and says nothing else about the person.
        let visitor = service.visitor("192.0.2.1", "r");
        let valid = service.check_certificate(&visitor, &first.code).await;
        assert_eq!(valid.expect("known").standing, Says::Valid);
        change(&bureau, expert(0), |member| {
            let standing = member.expert.standing.clone();
            let left = standing.leave("23-1".into(), date(2029, 2, 10));
            member.expert.standing = left.expect("allowed");
        })
        .await;
        let ended = service
            .check_certificate(&visitor, &first.code)
            .await
            .expect("known");
        assert_eq!(ended.standing, Says::Ended);
        assert_eq!(ended.ended_on, Some(date(2029, 2, 10)));
        set(&bureau, "2030-03-01T02:00:00Z");
        let visitor = service.visitor("192.0.2.1", "r");
        let code = service
            .renewal(&bureau.now(&officer), 1, expert(1))
            .await
            .expect("seen")
            .certificates[0]
            .code
            .clone();
        let over = service
            .check_certificate(&visitor, &code)
            .await
            .expect("known");
        assert_eq!(
            (over.standing, over.ended_on),
            (Says::Expired, Some(date(2030, 3, 1)))
        );
        let gone =
            reasons(decide(&bureau, &officer, &renew(&[expert(0)], &seen, &[], "再聘")).await);
        assert_eq!(codes(&gone), ["renewal.left"]);
    })
    .await;
}

/// Covers: GZ-15-a.
#[tokio::test]
async fn guangzhou_renews_into_the_next_cohort_once_it_is_open() {
    on_both(|engine| async move {
        let bureau = open(&engine, "gz-2022", 3, date(2027, 2, 28)).await;
        let service = &bureau.service;
        let officer = bureau.officer.clone();
        set(&bureau, "2024-03-01T02:00:00Z");
        service
            .open_cohort(&bureau.now(&officer), 1, Some(date(2024, 3, 1)))
            .await
            .expect("opened");
        set(&bureau, "2027-02-01T02:00:00Z");
        let passed = [RenewalNeed::ReviewPassed];
        let unseen =
            reasons(decide(&bureau, &officer, &renew(&[expert(0)], &passed, &[], "")).await);
        assert_eq!(
            codes(&unseen),
            ["G1"],
            "what needs a human eye is looked at again"
        );
        let confirmed = [Checked {
            what: LookedAt::Condition,
            id: "G1".into(),
            basis: "行业协会评价".into(),
        }];
        let closed = reasons(
            decide(
                &bureau,
                &officer,
                &renew(&[expert(0)], &passed, &confirmed, ""),
            )
            .await,
        );
        assert_eq!(codes(&closed), ["cohort.closed"]);
        service
            .open_cohort(&bureau.now(&officer), 1, None)
            .await
            .expect("the next one");
        // Above sixty-five binds 原则上: with a reason it may be.
        let mut tx = bureau.store.write(bureau.pool).await.expect("door");
        let mut row = store::persons::find::<domain::person::Profile>(&mut tx, person(1))
            .await
            .expect("read")
            .expect("there");
        row.body.born = Some(date(1960, 1, 1));
        store::document::save(&mut tx, &mut row)
            .await
            .expect("saved");
        let now = bureau.now(&officer).now;
        tx.append(&store::testing::event("test.person", now))
            .await
            .expect("recorded");
        tx.commit().await.expect("committed");
        let both = [expert(0), expert(1)];
        let decided = decide(&bureau, &officer, &renew(&both, &passed, &confirmed, ""))
            .await
            .expect("decided");
        assert_eq!(decided.done, ["专家000"]);
        assert_eq!(codes(&decided.refused[0].1), ["AGE65"]);
        let reasoned = renew(&both[1..], &passed, &confirmed, "紧缺职业，身体健康");
        decide(&bureau, &officer, &reasoned).await.expect("decided");
        for n in 0..2 {
            let next = member(&bureau, expert(n)).await.renewed;
            assert_eq!(
                next,
                [Term {
                    from: date(2027, 3, 1),
                    to: date(2030, 2, 28)
                }]
            );
        }
        let view = service
            .renewal(&bureau.now(&officer), 1, expert(0))
            .await
            .expect("seen");
        let shown = &view.certificates[0].shown;
        assert!(
            shown.contains(&("届别".into(), "第2届".into())),
            "{shown:?}"
        );
    })
    .await;
}

/// Covers: JM-11-c.
#[tokio::test]
async fn whoever_ran_out_is_not_drawn_whether_it_was_said_or_not() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 5).await;
        let service = &bureau.service;
        let over = Term {
            from: date(2021, 7, 1),
            to: date(2022, 6, 5),
        };
        for n in [1, 3] {
            change(&bureau, expert(n), |member| {
                member.expert.standing = Standing::Appointed { term: over };
            })
            .await;
        }
        for said in [false, true] {
            if said {
                let ended = service.end_terms(&service.schedule()).await;
                assert_eq!(ended.expect("ended"), 2);
            }
            let task = bureau.accepted(1).await;
            let draw = service
                .freeze_frame(&bureau.officer, task, false)
                .await
                .expect("frozen");
            let attempt = bureau.attempt(draw).await;
            let frame = draw::Frame::from_json(attempt.frame.as_bytes()).expect("a frame");
            assert_eq!(frame.len(), 3, "said: {said}");
        }
    })
    .await;
}

/// Covers: JM-14-a.
#[tokio::test]
async fn the_update_report_agrees_with_the_list_and_is_filed_once() {
    on_both(|engine| async move {
        let bureau = open(&engine, "jm-2022", 6, date(2026, 2, 28)).await;
        let service = &bureau.service;
        let officer = bureau.officer.clone();
        // In the second quarter of 2024 three joined and one left; one had joined and run out before.
        for n in [0, 1, 2] {
            change(&bureau, expert(n), |member| {
                member.expert.standing = Standing::Appointed {
                    term: Term {
                        from: date(2024, 4, 10),
                        to: date(2026, 4, 9),
                    },
                };
            })
            .await;
        }
        change(&bureau, expert(3), |member| {
            let standing = member.expert.standing.clone();
            let left = standing.leave("12-4".into(), date(2024, 6, 30));
            member.expert.standing = left.expect("allowed");
        })
        .await;
        change(&bureau, expert(4), |member| {
            member.expert.standing = Standing::Appointed {
                term: Term {
                    from: date(2022, 1, 1),
                    to: date(2023, 12, 31),
                },
            };
        })
        .await;
        set(&bureau, "2024-06-30T02:00:00Z");
        let running = service
            .update_report(&bureau.now(&officer), 1, Some(date(2024, 6, 30)))
            .await
            .expect("counted");
        assert!(!running.over);
        let early = service
            .file_update_report(&bureau.now(&officer), 1, Some(date(2024, 6, 30)))
            .await;
        assert!(matches!(early, Err(Error::Refused(_))));
        set(&bureau, "2024-07-01T02:00:00Z");
        let desk = bureau.now(&officer);
        let report = service
            .update_report(&desk, 1, None)
            .await
            .expect("counted");
        assert_eq!(
            (report.from, report.to),
            (date(2024, 4, 1), date(2024, 6, 30))
        );
        assert_eq!((report.joined, report.left, report.held), (3, 1, 4));
        assert_eq!(report.moved.len(), 4);
        let query = ExpertQuery {
            status: "active".into(),
            ..ExpertQuery::default()
        };
        let active = service
            .experts(&desk, 1, &query, &PageRequest::first(50))
            .await
            .expect("listed");
        assert_eq!(active.rows.len(), report.held, "the list says the same");

        let inbox = service.inbox(&desk, bureau.pool).await.expect("an inbox");
        let waits = |item: &&service::inbox::Item| item.path.starts_with("update-report");
        assert!(inbox.items.iter().any(|item| waits(&item)));
        service
            .file_update_report(&desk, 1, None)
            .await
            .expect("filed");
        let twice = service.file_update_report(&desk, 1, None).await;
        assert!(matches!(twice, Err(Error::Refused(_))));
        assert_eq!(happened(&bureau, "pool.reconciled").await, 1);
        let inbox = service.inbox(&desk, bureau.pool).await.expect("an inbox");
        assert!(!inbox.items.iter().any(|item| waits(&item)));
        let printed = service
            .print_update_report(&desk, 1, None)
            .await
            .expect("printed");
        assert!(printed.bytes.starts_with(b"%PDF"));
        let book = service
            .export_update_report(&desk, 1, None, "上报更新情况")
            .await
            .expect("made");
        assert_eq!((book.count, &book.bytes[..2]), (4, &b"PK"[..]));

        // A renewal is no new appointment of somebody who is there.
        change(&bureau, expert(5), |member| {
            let next = Term {
                from: date(2026, 3, 1),
                to: date(2028, 2, 29),
            };
            let standing = member.expert.standing.clone();
            member.expert.standing = standing.renew(next).expect("allowed");
            member.renewed.push(next);
        })
        .await;
        set(&bureau, "2026-04-10T02:00:00Z");
        let report = service
            .update_report(&bureau.now(&officer), 1, Some(date(2026, 4, 10)))
            .await
            .expect("counted");
        assert_eq!((report.joined, report.left, report.held), (0, 3, 1));
    })
    .await;
}

/// Covers: GZ-3-a.
#[tokio::test]
async fn no_task_is_shown_before_the_undertaking_of_the_appointment() {
    on_both(|engine| async move {
        // The instrument of Dongguan, whose tasks the fixture knows, with Guangzhou's undertaking.
        let gz = pack("gz-2022");
        let undertaking = gz
            .undertakings
            .iter()
            .find(|one| one.id == "service")
            .expect("第三条");
        let elements: Vec<String> = undertaking
            .elements
            .iter()
            .map(|element| format!("\"{element}\""))
            .collect();
        let text = format!(
            "{}\n[[undertaking]]\nid = \"service\"\nlabel = \"{}\"\nat = \"appointment\"\nby = \"expert\"\nelements = [{}]\nref = \"第三条\"\n",
            shipped("dg-2021").expect("shipped").pack,
            undertaking.label,
            elements.join(", ")
        );
        let bureau = Bureau::open_under(&engine, 6, &text).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(1, 5).await;
        let seat = service.seats(&bureau.officer, task).await.expect("seats")[0].clone();
        let engagement = &seat.engagement;
        let own = bureau.expert(engagement.person);
        let pledges = service.own_undertakings(&own).await.expect("read");
        assert_eq!(pledges.len(), 1);
        assert!(pledges[0].article.ends_with("第三条"));
        assert!(service.own_invitations(&own).await.expect("read").is_empty());
        let sms = messages(&bureau, "/m/i/").await;
        let token = sms[0].rsplit('/').next().expect("a token").to_owned();
        let hidden = service.invitation(&token).await;
        assert!(
            matches!(&hidden, Err(Error::Refused(why)) if why[0].code == "undertaking.open"),
            "{hidden:?}"
        );
        let messages = service
            .own_messages(&own, &PageRequest::first(10))
            .await
            .expect("read");
        assert!(
            messages
                .items
                .iter()
                .all(|one| !one.content.contains("焊接项目评审"))
        );
        let all = &undertaking.elements;
        let half = service
            .undertake(&own, engagement.expert, "service", &all[..1])
            .await;
        assert!(matches!(half, Err(Error::Invalid(_))), "{half:?}");
        let stranger = bureau.expert(person(77));
        let other = service
            .undertake(&stranger, engagement.expert, "service", all)
            .await;
        assert!(matches!(other, Err(Error::NotFound)));
        service
            .undertake(&own, engagement.expert, "service", all)
            .await
            .expect("given");
        assert_eq!(happened(&bureau, "undertaking.given").await, 1);
        assert_eq!(service.own_invitations(&own).await.expect("read").len(), 1);
        assert!(service.invitation(&token).await.is_ok());
        let twice = service
            .undertake(&own, engagement.expert, "service", all)
            .await;
        assert!(matches!(twice, Err(Error::Refused(_))));
    })
    .await;
}
