//! Each ground of each city: what it asks for, when the records raise it, when it takes effect by itself.

use super::{case, codes, denied, expert, meet, new, paper, status, told};
use crate::bureau::Bureau;
use crate::postings::{posted, schedule_at};
use domain::engagement::{Answered, Engagement, State as Seated};
use domain::exit::Opened;
use domain::expert::{Standing, Status, Term};
use domain::id::{AccountId, EngagementId, ExpertId, MisconductId, PersonId, TaskId};
use domain::meeting::Verdict;
use domain::policy::exit::RaisedHow;
use domain::policy::library::shipped;
use domain::task::{State as TaskState, Task};
use jiff::civil::{Date, date};
use service::PageRequest;
use service::exits::NewExit;
use service::experts::ExpertQuery;
use service::misconduct::Proposal;
use service::papers::PaperFile;
use store::document;
use store::engagements::EngagementKeys;
use store::tasks::TaskKeys;
use store::testing::on_both;
use uuid::Uuid;

/// Covers: DG-19-7, DG-18-0.
#[tokio::test]
async fn three_confirmed_records_are_needed_and_two_are_not_enough() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 2).await;
        let (service, officer, approver) = (&bureau.service, &bureau.officer, &bureau.approver);
        let id = expert(0);
        let propose = async |day: i8, confirm: bool| {
            let proposal = Proposal {
                expert: id,
                kind: "18-1".into(),
                on: date(2022, 6, day),
                task: None,
                evidence: "未按评审程序打分".into(),
                effect: None,
            };
            let record = service.propose_misconduct(officer, bureau.pool, proposal);
            let record = record.await.expect("proposed");
            if confirm {
                let done = service.decide_misconduct(approver, record, true, "").await;
                done.expect("confirmed");
            }
            record
        };
        propose(1, true).await;
        propose(2, true).await;
        let third = propose(3, false).await;
        let few = service
            .open_exit(officer, 1, id, &new("19-7", ""), Vec::new())
            .await;
        assert_eq!(codes(few), ["exit.not_reached"]);
        assert!(
            service
                .raised_exits(officer, 1)
                .await
                .expect("looked")
                .is_empty()
        );
        service
            .decide_misconduct(approver, third, true, "")
            .await
            .expect("confirmed");
        let raised = service.raised_exits(officer, 1).await.expect("looked");
        assert_eq!(raised.len(), 1);
        assert_eq!((raised[0].expert, raised[0].ground.as_str()), (id, "19-7"));
        let exit = service
            .open_exit(officer, 1, id, &new("19-7", ""), Vec::new())
            .await
            .expect("opened");
        let view = service.exit(officer, 1, exit).await.expect("seen");
        assert_eq!(view.misconduct.len(), 3);
        assert!(view.exit.raised.is_some_and(|words| words.contains("3 次")));
        // Whoever has an open case is on the list no more.
        let raised = service.raised_exits(officer, 1).await.expect("looked");
        assert!(raised.is_empty(), "{raised:?}");
    })
    .await;
}

/// Covers: DG-19-1, DG-19-2.
#[tokio::test]
async fn a_ground_of_health_stays_with_those_who_decide() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 8).await;
        let (service, officer, approver) = (&bureau.service, &bureau.officer, &bureau.approver);
        let (task, _) = bureau.unsealed(3, 7).await;
        let seats = service.seats(officer, task).await.expect("seats");
        let id = seats[0].engagement.expert;
        for ground in ["19-1", "19-2"] {
            let bare = service
                .open_exit(officer, 1, id, &new(ground, " "), Vec::new())
                .await;
            assert_eq!(codes(bare), ["reason"], "{ground}");
        }
        let exit = service
            .open_exit(officer, 1, id, &new("19-2", "体检不合格"), Vec::new())
            .await
            .expect("no paper is asked for");
        let asking = &bureau.asking;
        let page = PageRequest::first(5);
        denied(service.exits(asking, 1, None, &page).await);
        denied(service.exit(asking, 1, exit).await);
        denied(service.exit_letter(asking, 1, exit, PaperFile::Pdf).await);
        denied(service.raised_exits(asking, 1).await);
        service
            .take_exit_step(officer, 1, exit, "初核", "", "")
            .await
            .expect("checked");
        meet(&bureau, Verdict::Approved).await;
        service
            .take_exit_step(approver, 1, exit, "解聘", "", "")
            .await
            .expect("dismissed");

        let seats = service.seats(asking, task).await.expect("seats");
        let seat = seats.iter().find(|seat| seat.engagement.expert == id);
        let seen = format!("{:?}", seat.expect("a seat").engagement);
        let view = service.expert(officer, 1, id).await.expect("seen");
        let pool = service.pool_numbered(officer, 1).await.expect("the pool");
        let words = service::exits::left_words(&pool, &view.member.expert.standing);
        let words = words.expect("left");
        assert_eq!(words, "解聘（第十九条）");
        let told = told(&bureau).await;
        assert!(
            told.contains("不再担任本库专家：解聘（第十九条）"),
            "{told}"
        );
        for text in [&seen, &words, &told] {
            for secret in ["健康", "体检", "第十九条(二)"] {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
        }
    })
    .await;
}

/// Covers: DG-19-4.
#[tokio::test]
async fn a_penalty_is_named_with_its_paper_and_no_other_ground_has_a_kind() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 2).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let of = |ground: &str, kind: &str| NewExit {
            kind: kind.into(),
            ..new(ground, "见文书")
        };
        for kind in ["", "口头批评"] {
            let unnamed = service
                .open_exit(officer, 1, expert(0), &of("19-4", kind), paper())
                .await;
            assert_eq!(codes(unnamed), ["kind"], "{kind}");
        }
        let unproved = service
            .open_exit(officer, 1, expert(0), &of("19-4", "行政处罚"), Vec::new())
            .await;
        assert_eq!(codes(unproved), ["attachment"]);
        let exit = service
            .open_exit(officer, 1, expert(0), &of("19-4", "行政处罚"), paper())
            .await
            .expect("opened");
        let view = service.exit(officer, 1, exit).await.expect("seen");
        assert_eq!(view.exit.kind.as_deref(), Some("行政处罚"));
        let other = service
            .open_exit(officer, 1, expert(1), &of("19-1", "行政处罚"), Vec::new())
            .await
            .expect("opened");
        let view = service.exit(officer, 1, other).await.expect("seen");
        assert_eq!(view.exit.kind, None, "chosen before the ground was changed");
    })
    .await;
}

/// Covers: DG-19-6.
#[tokio::test]
async fn whose_fields_are_all_retired_is_raised_and_one_that_is_active_is_enough() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 1).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let id = expert(0);
        let early = service
            .open_exit(officer, 1, id, &new("19-6", ""), Vec::new())
            .await;
        assert_eq!(codes(early), ["exit.not_reached"]);
        let raised = service.raised_exits(officer, 1).await.expect("looked");
        assert!(raised.is_empty(), "{raised:?}");
        let listed = service.specialties(officer, 1).await.expect("listed");
        let version = listed[0].version;
        service
            .retire_specialty(officer, 1, bureau.specialty, version, "市场淘汰")
            .await
            .expect("retired");
        let raised = service.raised_exits(officer, 1).await.expect("looked");
        assert_eq!(raised.len(), 1, "{raised:?}");
        assert_eq!((raised[0].expert, raised[0].ground.as_str()), (id, "19-6"));
        service
            .open_exit(officer, 1, id, &new("19-6", ""), Vec::new())
            .await
            .expect("opened");
    })
    .await;
}

/// A breach of discipline under Jiangmen, not confirmed yet.
async fn alleged(bureau: &Bureau, expert: ExpertId) -> MisconductId {
    let officer = bureau.now(&bureau.officer);
    let proposal = Proposal {
        expert,
        kind: "9-1".into(),
        on: date(2024, 6, 1),
        task: None,
        evidence: "未经选派单独到培训点检查".into(),
        effect: None,
    };
    let record = bureau
        .service
        .propose_misconduct(&officer, bureau.pool, proposal);
    record.await.expect("proposed")
}

/// Covers: JM-12-1.
#[tokio::test]
async fn one_breach_found_true_is_put_up_for_decision_and_may_be_let_pass() {
    on_both(|engine| async move {
        let text = shipped("jm-2022").expect("shipped").pack;
        let bureau = Bureau::serving(&engine, text, 1, date(2026, 2, 28)).await;
        let at = "2024-06-03T02:00:00Z".parse().expect("a time");
        bureau.clock.set(at);
        let service = &bureau.service;
        let (officer, approver) = (bureau.now(&bureau.officer), bureau.now(&bureau.approver));
        let id = expert(0);
        let record = alleged(&bureau, id).await;
        let raised = service.raised_exits(&officer, 1).await.expect("looked");
        assert!(raised.is_empty(), "an allegation only: {raised:?}");
        let bare = service
            .open_exit(&officer, 1, id, &new("12-1", ""), Vec::new())
            .await;
        assert_eq!(codes(bare), ["attachment"], "no conclusion");
        let done = service.decide_misconduct(&approver, record, true, "").await;
        done.expect("confirmed");
        let raised = service.raised_exits(&officer, 1).await.expect("looked");
        assert_eq!(raised.len(), 1, "{raised:?}");
        assert_eq!(
            (raised[0].ground.as_str(), raised[0].how),
            ("12-1", RaisedHow::Proposal)
        );
        let ctx = service.ctx(domain::actor::Actor::system(), "schedule", "test");
        let left = service.leave_by_themselves(&ctx).await.expect("ran");
        assert_eq!(left, 0, "nobody goes by a proposal");
        let exit = service
            .open_exit(&officer, 1, id, &new("12-1", ""), paper())
            .await
            .expect("opened");
        for reason in [String::new(), "长".repeat(1001)] {
            let refused = service
                .refuse_exit(&approver, 1, exit, "终止任用", &reason)
                .await;
            assert_eq!(codes(refused), ["reason"]);
        }
        service
            .refuse_exit(&approver, 1, exit, "终止任用", "情节轻微，予以提醒")
            .await
            .expect("refused");
        assert_eq!(case(&bureau, exit).await.code(), "refused");
        assert_eq!(status(&bureau, id).await, Status::Active);
    })
    .await;
}

/// Covers: JM-12-1.
#[tokio::test]
async fn where_the_bureau_chose_so_a_breach_ends_the_appointment_by_itself() {
    on_both(|engine| async move {
        let text = shipped("jm-2022").expect("shipped").pack;
        let text = text.replacen("mode = \"propose\"", "mode = \"automatic\"", 1);
        let bureau = Bureau::serving(&engine, &text, 1, date(2026, 2, 28)).await;
        let at = "2024-06-03T02:00:00Z".parse().expect("a time");
        bureau.clock.set(at);
        let service = &bureau.service;
        let approver = bureau.now(&bureau.approver);
        let record = alleged(&bureau, expert(0)).await;
        let done = service.decide_misconduct(&approver, record, true, "").await;
        done.expect("confirmed");
        let ctx = service.ctx(domain::actor::Actor::system(), "schedule", "test");
        let left = service.leave_by_themselves(&ctx).await.expect("ran");
        assert_eq!(left, 1, "the record is the proof: nobody brings a paper");
        assert_eq!(status(&bureau, expert(0)).await, Status::Left);
        let page = PageRequest::first(5);
        let cases = service.exits(&approver, 1, Some("left"), &page).await;
        let cases = cases.expect("listed").items;
        assert!(
            matches!(&cases[..], [one] if matches!(one.opened, Opened::Automatic { .. })),
            "{cases:?}"
        );
    })
    .await;
}

/// Covers: GZ-17-c.
#[tokio::test]
async fn three_offers_and_none_attended_are_put_up_and_the_centre_decides_alone() {
    on_both(|engine| async move {
        let text = shipped("gz-2022").expect("shipped").pack;
        let bureau = Bureau::open_under(&engine, 2, text).await;
        let (service, officer, approver) = (&bureau.service, &bureau.officer, &bureau.approver);
        let id = expert(0);
        let ctx = service.ctx(domain::actor::Actor::system(), "schedule", "test");
        for day in [date(2021, 9, 1), date(2022, 1, 5)] {
            declined(&bureau, id, day).await;
        }
        let raised = service.raised_exits(officer, 1).await.expect("looked");
        assert!(raised.is_empty(), "two are too few: {raised:?}");
        declined(&bureau, id, date(2022, 5, 1)).await;
        // Three as well, but one of them longer ago than twelve months.
        for day in [date(2021, 5, 1), date(2022, 1, 6), date(2022, 5, 2)] {
            declined(&bureau, expert(1), day).await;
        }
        let raised = service.raised_exits(officer, 1).await.expect("looked");
        assert_eq!(raised.len(), 1, "{raised:?}");
        assert_eq!((raised[0].expert, raised[0].how), (id, RaisedHow::Proposal));
        let left = service.leave_by_themselves(&ctx).await.expect("ran");
        assert_eq!((left, status(&bureau, id).await), (0, Status::Active));
        let bare = service
            .open_exit(officer, 1, id, &new("17-3", ""), Vec::new())
            .await;
        assert_eq!(codes(bare), ["reason"]);
        let exit = service
            .open_exit(
                officer,
                1,
                id,
                &new("17-3", "十二个月内三次未参加"),
                Vec::new(),
            )
            .await
            .expect("opened");
        denied(
            service
                .take_exit_step(officer, 1, exit, "取消专家资格", "", "")
                .await,
        );
        service
            .take_exit_step(approver, 1, exit, "取消专家资格", "", "")
            .await
            .expect("decided");
        assert_eq!(status(&bureau, id).await, Status::Left);
    })
    .await;
}

/// An offer refused on a day, with a reason.
async fn declined(bureau: &Bureau, expert: ExpertId, day: Date) {
    let (id, task) = (EngagementId(Uuid::now_v7()), TaskId(Uuid::now_v7()));
    let at = day.at(12, 0, 0, 0).in_tz("Asia/Shanghai");
    let at = at.expect("a zone").timestamp();
    let state = Seated::Declined {
        at,
        reason: Some("出差".into()),
        answered: Answered::Expert,
    };
    let keys = EngagementKeys {
        pool: bureau.pool,
        task,
        draw: None,
        expert,
        status: state.code().to_owned(),
        answer_by: None,
    };
    let body = Engagement {
        id,
        pool: bureau.pool,
        task,
        draw: None,
        expert,
        person: PersonId(Uuid::from_u128(1_000)),
        demand: 0,
        round: 1,
        leave_asked: None,
        call: None,
        to_arrange: false,
        post: None,
        state,
    };
    let known = Task {
        id: task,
        pool: bureau.pool,
        number: format!("XQ-{day}-{expert}"),
        requester: bureau.requester,
        filed_by: AccountId(Uuid::now_v7()),
        filed_at: at,
        team: None,
        request: bureau.request(1),
        state: TaskState::Published { draw: None, at },
    };
    let task_keys = TaskKeys {
        pool: bureau.pool,
        number: known.number.clone(),
        requester: known.requester,
        status: known.state.code().to_owned(),
        work_from: day,
        work_to: day,
        team: String::new(),
        title: known.request.content.clone(),
    };
    let mut tx = bureau.store.write(bureau.pool).await.expect("door");
    document::insert(&mut tx, task, task_keys, &known)
        .await
        .expect("a task");
    document::insert(&mut tx, id, keys, &body)
        .await
        .expect("a seat");
    let now = bureau.now(&bureau.officer).now;
    tx.append(&store::testing::event("test.declined", now))
        .await
        .expect("recorded");
    tx.commit().await.expect("committed");
}

/// Covers: JM-12-2.
#[tokio::test]
async fn an_application_found_false_is_marked_so() {
    on_both(|engine| async move {
        let text = shipped("jm-2022").expect("shipped").pack;
        let bureau = Bureau::open_under(&engine, 0, text).await;
        let (service, officer, approver) = (&bureau.service, &bureau.officer, &bureau.approver);
        let application = bureau.waiting_for_posting(0).await;
        posted(&bureau, &[application]).await;
        schedule_at(&bureau, date(2022, 6, 14).at(9, 0, 0, 0)).await;
        let order = service::certificates::Order::default();
        service
            .issue_certificates(&bureau.now(officer), 1, order)
            .await
            .expect("appointed");
        let (query, page) = (ExpertQuery::default(), PageRequest::first(5));
        let experts = service
            .experts(&bureau.now(officer), 1, &query, &page)
            .await;
        let member = experts.expect("listed").rows[0].id;
        let (officer, approver) = (bureau.now(officer), bureau.now(approver));
        let bare = service
            .open_exit(&officer, 1, member, &new("12-2", ""), Vec::new())
            .await;
        assert_eq!(codes(bare), ["attachment"]);
        let exit = service
            .open_exit(&officer, 1, member, &new("12-2", ""), paper())
            .await
            .expect("opened");
        service
            .take_exit_step(&approver, 1, exit, "终止任用", "", "")
            .await
            .expect("ended");
        let view = service.application(&officer, 1, application).await;
        let mark = view.expect("seen").application.mark;
        assert_eq!(mark.as_deref(), Some("申报材料不实"));
        let held = service.certificates(&officer, 1, "", &page).await;
        let held = held.expect("listed").items;
        let ended = domain::certificate::Standing::Ended;
        assert_eq!(
            held[0].standing(officer.today()),
            ended,
            "on its own page too"
        );
        let code = held[0].code.clone();
        let visitor = service.visitor("192.0.2.1", "r");
        let checked = service.check_certificate(&visitor, &code).await;
        let standing = checked.expect("known").standing;
        assert_eq!(standing, ended);
    })
    .await;
}

/// Covers: JM-12-3.
#[tokio::test]
async fn two_years_of_refused_offers_end_the_appointment_once_and_by_themselves() {
    on_both(|engine| async move {
        let text = shipped("jm-2022").expect("shipped").pack;
        let bureau = Bureau::serving(&engine, text, 2, date(2026, 2, 28)).await;
        let service = &bureau.service;
        let entered = |member: &mut service::experts::Membership| {
            let term = Term {
                from: date(2021, 3, 1),
                to: date(2026, 2, 28),
            };
            member.expert.standing = Standing::Appointed { term };
        };
        bureau.change_member(expert(0), entered).await;
        bureau.change_member(expert(1), entered).await;
        let (first, second) = (date(2022, 7, 1), date(2023, 8, 1));
        for (n, day) in [(0, first), (0, second), (1, first)] {
            declined(&bureau, expert(n), day).await;
        }
        let run = async |at: &str| {
            bureau.clock.set(at.parse().expect("a time"));
            let ctx = service.ctx(domain::actor::Actor::system(), "schedule", "test");
            service.leave_by_themselves(&ctx).await.expect("ran")
        };
        assert_eq!(
            run("2023-07-31T15:59:59Z").await,
            0,
            "the last second before"
        );
        assert_eq!(run("2023-07-31T16:00:01Z").await, 1, "the day has come");
        assert_eq!(run("2023-08-02T02:00:00Z").await, 0, "once");
        let officer = bureau.now(&bureau.officer);
        let gone = service.expert(&officer, 1, expert(0)).await.expect("seen");
        assert_eq!(gone.status, Status::Left);
        let stays = service.expert(&officer, 1, expert(1)).await.expect("seen");
        assert_eq!(
            stays.status,
            Status::Active,
            "nothing was offered in one year"
        );
        let page = PageRequest::first(5);
        let cases = service.exits(&officer, 1, Some("left"), &page).await;
        let cases = cases.expect("listed").items;
        assert_eq!(cases.len(), 1);
        assert!(cases[0].raised.is_some(), "{:?}", cases[0]);
    })
    .await;
}
