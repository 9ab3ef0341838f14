//! Leaving the pool before the term ends, on both engines: by the steps of each pack, through the meeting
//! where there is one, with everything that follows from it.

use crate::bureau::Bureau;
use crate::postings::{posted, schedule_at};
use domain::actor::Role;
use domain::engagement::{Answered, Engagement, State as Seated};
use domain::exit::{Opened, State};
use domain::expert::{Standing, Status, Term};
use domain::id::{AccountId, EngagementId, ExpertId, MisconductId, PersonId, RecordId, TaskId};
use domain::meeting::{Matter, Minutes, PersonResult, Verdict};
use domain::policy::exit::RaisedHow;
use domain::policy::library::shipped;
use domain::task::{State as TaskState, Task};
use jiff::civil::{Date, date};
use service::engagements::FollowUp;
use service::exits::NewExit;
use service::experts::ExpertQuery;
use service::misconduct::Proposal;
use service::objections::Upload;
use service::papers::PaperFile;
use service::{Ctx, Error, PageRequest};
use store::document;
use store::engagements::EngagementKeys;
use store::messages::MessageFilter;
use store::tasks::TaskKeys;
use store::testing::on_both;
use uuid::Uuid;

fn paper() -> Vec<Upload> {
    vec![Upload {
        name: "书面申请.pdf".into(),
        bytes: b"%PDF-1.7 application\n%%EOF\n".to_vec(),
    }]
}

fn new(ground: &str, reason: &str) -> NewExit {
    NewExit {
        ground: ground.into(),
        reason: reason.into(),
        ..NewExit::default()
    }
}

fn codes<T: std::fmt::Debug>(answer: Result<T, Error>) -> Vec<String> {
    match answer {
        Err(Error::Refused(reasons)) => reasons.into_iter().map(|one| one.code).collect(),
        Err(Error::Invalid(problems)) => problems.into_iter().map(|one| one.field).collect(),
        other => panic!("{other:?}"),
    }
}

fn denied<T: std::fmt::Debug>(answer: Result<T, Error>) {
    assert!(matches!(answer, Err(Error::Forbidden(_))), "{answer:?}");
}

/// The n-th expert of the bureau.
fn expert(n: u128) -> ExpertId {
    ExpertId(Uuid::from_u128(101_000 + n))
}

async fn status(bureau: &Bureau, id: ExpertId) -> Status {
    let officer = bureau.now(&bureau.officer);
    let view = bureau.service.expert(&officer, 1, id).await;
    view.expect("seen").status
}

async fn case(bureau: &Bureau, id: RecordId) -> State {
    let view = bureau.service.exit(&bureau.officer, 1, id).await;
    view.expect("seen").exit.state
}

async fn own(bureau: &Bureau, id: ExpertId) -> Ctx {
    let view = bureau.service.expert(&bureau.officer, 1, id).await;
    bureau.expert(view.expect("seen").member.expert.person)
}

/// Every short message so far.
async fn told(bureau: &Bureau) -> String {
    let filter = MessageFilter {
        channel: Some("sms".to_owned()),
        ..MessageFilter::default()
    };
    let page = PageRequest::first(20);
    let mut read = bureau.store.read();
    let told = store::messages::page(&mut read, bureau.store.seals(), &filter, &page).await;
    let told = told.expect("listed").items.into_iter();
    told.map(|one| one.message.content.reveal().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A meeting on whoever waits, with one verdict on all.
async fn meet(bureau: &Bureau, verdict: Verdict) -> RecordId {
    let secretary = bureau.as_role(Role::Secretary);
    let service = &bureau.service;
    let on = bureau.now(&secretary).today();
    let meeting = service
        .call_meeting(&secretary, 1, Some(on), "三楼会议室")
        .await
        .expect("called");
    let view = service.meeting(&secretary, 1, meeting).await.expect("seen");
    let results = view.agenda.iter().map(|line| PersonResult {
        record: line.item.record,
        verdict: verdict.clone(),
        recused: Vec::new(),
        votes: None,
    });
    let minutes = Minutes {
        number: "标委纪〔2022〕9号".into(),
        on,
        attendees: vec!["委员甲".into(), "委员乙".into()],
        opinions: Vec::new(),
        results: results.collect(),
    };
    service
        .hold_meeting(&secretary, 1, meeting, minutes)
        .await
        .expect("held");
    meeting
}

/// Covers: DG-19-0, DG-19-3, DG-19-8.
#[tokio::test]
async fn a_dismissal_takes_the_check_the_meeting_and_the_bureau_in_this_order() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 6).await;
        let (service, officer, approver) = (&bureau.service, &bureau.officer, &bureau.approver);
        let id = expert(0);

        let bare = service
            .open_exit(officer, 1, id, &new("19-3", ""), Vec::new())
            .await;
        assert_eq!(codes(bare), ["attachment"]);
        let unknown = service
            .open_exit(officer, 1, id, &new("99-9", ""), paper())
            .await;
        assert_eq!(codes(unknown), ["ground"]);
        let torn = vec![Upload {
            name: "书面申请.pdf".into(),
            bytes: b"<script>alert(1)</script>".to_vec(),
        }];
        let torn = service
            .open_exit(officer, 1, id, &new("19-3", ""), torn)
            .await;
        assert_eq!(codes(torn), ["attachment"]);
        denied(
            service
                .open_exit(&bureau.asking, 1, id, &new("19-3", ""), paper())
                .await,
        );
        let exit = service
            .open_exit(officer, 1, id, &new("19-3", ""), paper())
            .await
            .expect("opened");
        let twice = service
            .open_exit(officer, 1, id, &new("19-1", "调离"), Vec::new())
            .await;
        assert_eq!(codes(twice), ["exit.open"]);
        let page = PageRequest::first(10);
        let listed = service.exits(officer, 1, Some("open"), &page).await;
        assert_eq!(listed.expect("listed").items.len(), 1);

        // Nothing is skipped: neither the check nor the meeting.
        let early = service
            .take_exit_step(approver, 1, exit, "解聘", "", "")
            .await;
        assert_eq!(codes(early), ["exit.state"]);
        let waiting = service.inbox(officer, bureau.pool).await.expect("inbox");
        assert!(waiting.items.iter().any(|item| item.title.contains("初核")));
        service
            .take_exit_step(officer, 1, exit, "初核", "材料齐全", "")
            .await
            .expect("checked");
        let skipped = service
            .take_exit_step(approver, 1, exit, "解聘", "", "")
            .await;
        assert_eq!(codes(skipped), ["exit.meeting"]);

        let secretary = bureau.as_role(Role::Secretary);
        let meeting = service
            .call_meeting(&secretary, 1, Some(date(2022, 6, 6)), "三楼会议室")
            .await
            .expect("called");
        let view = service.meeting(&secretary, 1, meeting).await.expect("seen");
        let item = &view.agenda[0].item;
        assert_eq!(
            (item.matter, item.record, item.heading.as_str()),
            (Matter::Exit, exit, "拟解聘名单")
        );
        assert_eq!(item.employer, "示例单位0");
        let minutes = |verdict| Minutes {
            number: "标委纪〔2022〕9号".into(),
            on: date(2022, 6, 6),
            attendees: vec!["委员甲".into(), "委员乙".into()],
            opinions: Vec::new(),
            results: vec![PersonResult {
                record: exit,
                verdict,
                recused: vec!["委员乙".into()],
                votes: None,
            }],
        };
        let unnamed = Minutes {
            number: " ".into(),
            ..minutes(Verdict::Approved)
        };
        let unnamed = service.hold_meeting(&secretary, 1, meeting, unnamed).await;
        assert_eq!(codes(unnamed), ["minutes"]);
        let silent = minutes(Verdict::NotApproved {
            reason: String::new(),
        });
        let silent = service.hold_meeting(&secretary, 1, meeting, silent).await;
        assert_eq!(codes(silent), ["results"]);
        service
            .hold_meeting(&secretary, 1, meeting, minutes(Verdict::Approved))
            .await
            .expect("held");
        let decided = case(&bureau, exit).await;
        let paper = decided.taken()[1].document.clone();
        assert_eq!(paper.as_deref(), Some("标委纪〔2022〕9号"));
        assert_eq!(status(&bureau, id).await, Status::Active, "not yet");

        // The last word is the bureau's, not the desk's.
        denied(
            service
                .take_exit_step(officer, 1, exit, "解聘", "", "")
                .await,
        );
        service
            .take_exit_step(approver, 1, exit, "解聘", "", "示人社函〔2022〕5号")
            .await
            .expect("dismissed");
        assert_eq!(status(&bureau, id).await, Status::Left);
        let view = service.expert(officer, 1, id).await.expect("seen");
        let pool = service.pool_numbered(officer, 1).await.expect("the pool");
        let words = service::exits::left_words(&pool, &view.member.expert.standing);
        assert_eq!(
            words.as_deref(),
            Some("解聘（本人主动书面申请，第十九条(三)）")
        );
        let again = service
            .take_exit_step(approver, 1, exit, "解聘", "", "")
            .await;
        assert_eq!(codes(again), ["exit.state"]);
        let back = service
            .open_exit(officer, 1, id, &new("19-1", "调离"), Vec::new())
            .await;
        assert_eq!(codes(back), ["exit.left"]);

        for file in [PaperFile::Pdf, PaperFile::Docx] {
            let letter = service.exit_letter(officer, 1, exit, file).await;
            let letter = letter.expect("made");
            assert!(letter.name.starts_with("解聘通知书-TC01-2022-0001."));
            assert!(letter.bytes.len() > 2_000);
        }
        let told = told(&bureau).await;
        for words in ["不再担任", "不作任何补偿或者赔偿", "陈述意见"] {
            assert!(told.contains(words), "{words}: {told}");
        }

        let ledger = bureau.ledger().await;
        for kind in [
            "exit.opened",
            "exit.document",
            "exit.step_taken",
            "meeting.held",
            "expert.left",
        ] {
            assert!(ledger.iter().any(|one| one == kind), "{kind}");
        }
    })
    .await;
}

/// Covers: DG-19-0.
#[tokio::test]
async fn whom_the_meeting_keeps_stays_and_hears_why_and_may_speak_before() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let id = expert(1);
        let me = own(&bureau, id).await;
        let exit = service
            .open_exit(officer, 1, id, &new("19-1", "已调离本行业"), Vec::new())
            .await
            .expect("opened");
        let (cases, asking) = service.own_exits(&me).await.expect("mine");
        assert!(cases[0].may_state && !cases[0].may_withdraw && asking.is_empty());
        let empty = service.state_on_exit(&me, exit, "  ").await;
        assert_eq!(codes(empty), ["statement"]);
        service
            .state_on_exit(&me, exit, "仍在一线从事焊接教学")
            .await
            .expect("said");
        let stranger = own(&bureau, expert(2)).await;
        let theirs = service.state_on_exit(&stranger, exit, "无关").await;
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");
        let mine = service.withdraw_own_exit(&me, exit, "不办了").await;
        assert!(matches!(mine, Err(Error::NotFound)), "{mine:?}");

        service
            .take_exit_step(officer, 1, exit, "初核", "", "")
            .await
            .expect("checked");
        let view = service.exit(officer, 1, exit).await.expect("seen");
        let said = view.exit.statement.expect("a statement").text;
        assert_eq!(said, "仍在一线从事焊接教学");
        let next = view.next.expect("a step");
        assert!(next.by_meeting && !next.may);
        let reason = "仍适宜继续担任".to_owned();
        meet(&bureau, Verdict::NotApproved { reason }).await;
        let state = case(&bureau, exit).await;
        assert!(
            matches!(&state, State::Refused { no, .. } if no.opinion == "仍适宜继续担任"),
            "{state:?}"
        );
        assert_eq!(status(&bureau, id).await, Status::Active);
        let late = service.state_on_exit(&me, exit, "补充").await;
        assert_eq!(codes(late), ["exit.state"]);
        // Deferred: it waits for the next meeting.
        let again = service
            .open_exit(officer, 1, id, &new("19-2", "健康原因"), Vec::new())
            .await
            .expect("opened anew");
        service
            .take_exit_step(officer, 1, again, "初核", "", "")
            .await
            .expect("checked");
        meet(&bureau, Verdict::Deferred).await;
        assert_eq!(case(&bureau, again).await.taken().len(), 1);
        let bare = service.withdraw_exit(officer, 1, again, " ").await;
        assert_eq!(codes(bare), ["reason"]);
        service
            .withdraw_exit(officer, 1, again, "本人已康复")
            .await
            .expect("withdrawn");
        assert_eq!(case(&bureau, again).await.code(), "withdrawn");
    })
    .await;
}

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
    tx.append(&store::testing::event("test.declined", at))
        .await
        .expect("recorded");
    tx.commit().await.expect("committed");
}

async fn seat_of(bureau: &Bureau, task: TaskId, id: ExpertId) -> service::engagements::Seat {
    let seats = bureau.service.seats(&bureau.officer, task).await;
    let seat = seats
        .expect("seats")
        .into_iter()
        .find(|seat| seat.engagement.expert == id);
    seat.expect("a seat")
}

/// Covers: JM-12-0, JM-12-5.
#[tokio::test]
async fn work_that_is_not_over_goes_to_others_and_the_next_draw_passes_by() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 8).await;
        let (service, officer, approver) = (&bureau.service, &bureau.officer, &bureau.approver);
        let (task, draw) = bureau.unsealed(3, 7).await;
        let seats = service.seats(officer, task).await.expect("seats");
        let id = seats[0].engagement.expert;
        let exit = service
            .open_exit(officer, 1, id, &new("19-1", "调离本行业"), Vec::new())
            .await
            .expect("opened");
        service
            .take_exit_step(officer, 1, exit, "初核", "", "")
            .await
            .expect("checked");
        meet(&bureau, Verdict::Approved).await;
        service
            .take_exit_step(approver, 1, exit, "解聘", "", "")
            .await
            .expect("dismissed");
        let seat = seat_of(&bureau, task, id).await.engagement;
        assert!(
            matches!(&seat.state, Seated::Left { exit, .. } if exit == "TC01-2022-0001"),
            "{:?}",
            seat.state
        );
        let inbox = service.inbox(officer, bureau.pool).await.expect("inbox");
        assert!(
            inbox
                .items
                .iter()
                .any(|item| item.facts.contains("1 个名额空出"))
        );
        service
            .arrange_follow_up(officer, seat.id, FollowUp::TopUp, "")
            .await
            .expect("arranged");
        let attempt = bureau.attempt(draw).await;
        let record = attempt.record().expect("a record").to_owned();
        assert!(record.contains("\"ineligible\""), "{record}");
        draw::verify(record.as_bytes()).expect("it replays");
        let held = service.seats(officer, task).await.expect("seats");
        let held = held
            .iter()
            .filter(|seat| seat.engagement.state.holds_seat());
        assert_eq!(held.count(), 3, "the seat is filled again");

        // The frame of the next draw does not know the person.
        let next = bureau.accepted(2).await;
        let draw = service
            .freeze_frame(officer, next, false)
            .await
            .expect("frozen");
        let attempt = bureau.attempt(draw).await;
        assert_eq!((attempt.scope, attempt.candidates), (8, vec![7]));
    })
    .await;
}

/// Somebody drawn who leaves before the names are unsealed is passed over, and the record shows it.
#[tokio::test]
async fn whoever_left_between_the_draw_and_its_unsealing_is_passed_over() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 6).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let task = bureau.accepted(3).await;
        let draw = service
            .freeze_frame(officer, task, false)
            .await
            .expect("frozen");
        bureau.ceremony(draw, 5).await;
        // All but three leave: at least one of them, or of the reserves, was drawn.
        for n in 0..3 {
            bureau
                .change_member(expert(n), |member| {
                    let standing = member.expert.standing.clone();
                    let left = standing.leave("19-1".into(), date(2022, 6, 6));
                    member.expert.standing = left.expect("allowed");
                })
                .await;
        }
        service
            .propose_unsealing(officer, draw)
            .await
            .expect("proposed");
        service
            .confirm_unsealing(&bureau.supervisor, draw)
            .await
            .expect("unsealed");
        let seats = service.seats(officer, task).await.expect("seats");
        for seat in &seats {
            let left = (0..3).any(|n| seat.engagement.expert == expert(n));
            let state = &seat.engagement.state;
            assert_eq!(left, matches!(state, Seated::Left { .. }), "{state:?}");
            assert_eq!(!left, matches!(state, Seated::Invited { .. }), "{state:?}");
        }
        let invited = seats
            .iter()
            .filter(|seat| seat.engagement.state.holds_seat());
        assert_eq!(invited.count(), 3, "whoever stayed was called in order");
        let attempt = bureau.attempt(draw).await;
        let record = attempt.record().expect("a record").to_owned();
        let verified = draw::verify(record.as_bytes()).expect("it replays").record;
        assert_eq!(verified.events().len(), seats.len() - 3);
    })
    .await;
}

/// Covers: JM-12-0, JM-12-4, JM-12-5.
#[tokio::test]
async fn under_jiangmen_the_bureau_alone_decides_and_everybody_may_ask_to_leave() {
    on_both(|engine| async move {
        let text = shipped("jm-2022").expect("shipped").pack;
        let bureau = Bureau::serving(&engine, text, 3, date(2026, 2, 28)).await;
        bureau
            .clock
            .set("2024-06-03T02:00:00Z".parse().expect("a time"));
        let officer = bureau.now(&bureau.officer);
        let approver = bureau.now(&bureau.approver);
        let service = &bureau.service;
        let bare = service
            .open_exit(&officer, 1, expert(0), &new("12-5", ""), Vec::new())
            .await;
        assert_eq!(codes(bare), ["reason"]);
        let exit = service
            .open_exit(
                &officer,
                1,
                expert(0),
                &new("12-5", "监督任务调整"),
                Vec::new(),
            )
            .await
            .expect("opened");
        denied(
            service
                .take_exit_step(&officer, 1, exit, "终止任用", "", "")
                .await,
        );
        let no_meeting = service
            .call_meeting(
                &bureau.as_role(Role::Secretary),
                1,
                Some(date(2024, 6, 3)),
                "会议室",
            )
            .await;
        assert_eq!(codes(no_meeting), ["meeting.none"]);
        service
            .take_exit_step(&approver, 1, exit, "终止任用", "", "")
            .await
            .expect("ended");
        assert_eq!(status(&bureau, expert(0)).await, Status::Left);

        // 本人提出退任: no paper is asked for, and it can be taken back until it is decided.
        let person = service.expert(&officer, 1, expert(1)).await.expect("seen");
        let me = bureau.now(&bureau.expert(person.member.expert.person));
        let (_, asking) = service.own_exits(&me).await.expect("mine");
        assert_eq!(asking[0].ground.id, "12-4");
        assert_eq!(asking[0].ground.document, None);
        let asked = service
            .ask_to_leave(&me, expert(1), "", Vec::new())
            .await
            .expect("asked");
        let foreign = service.ask_to_leave(&me, expert(2), "", Vec::new()).await;
        assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
        service
            .withdraw_own_exit(&me, asked, "改变主意")
            .await
            .expect("taken back");
        let asked = service
            .ask_to_leave(&me, expert(1), "年事已高", Vec::new())
            .await
            .expect("asked again");
        service
            .take_exit_step(&approver, 1, asked, "终止任用", "", "")
            .await
            .expect("accepted");
        let view = service.expert(&officer, 1, expert(1)).await.expect("seen");
        let pool = service.pool_numbered(&officer, 1).await.expect("the pool");
        let words = service::exits::left_words(&pool, &view.member.expert.standing);
        let words = words.expect("left");
        assert!(words.starts_with("本人退任"), "{words}");
    })
    .await;
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
