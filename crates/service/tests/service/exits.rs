//! Leaving the pool before the term ends, on both engines: by the steps of each pack, through the meeting
//! where there is one, with everything that follows from it.

mod grounds;

use crate::bureau::Bureau;
use domain::actor::{Grant, Remit, Role};
use domain::engagement::State as Seated;
use domain::exit::State;
use domain::expert::Status;
use domain::id::{ExpertId, RecordId, TaskId};
use domain::meeting::{Matter, Minutes, PersonResult, Verdict};
use domain::policy::library::shipped;
use jiff::civil::date;
use service::engagements::FollowUp;
use service::exits::NewExit;
use service::misconduct::Proposal;
use service::objections::Upload;
use service::papers::PaperFile;
use service::{Ctx, Error, PageRequest};
use store::messages::MessageFilter;
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

fn outside<T: std::fmt::Debug>(answer: Result<T, Error>) {
    assert!(matches!(answer, Err(Error::OutsideRemit(_))), "{answer:?}");
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

/// Covers: DG-19-0, DG-19-3.
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
        assert_eq!(view.citation, "第十九条");
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
        let early = Minutes {
            on: date(2022, 6, 5),
            ..minutes(Verdict::Approved)
        };
        let early = service.hold_meeting(&secretary, 1, meeting, early).await;
        assert_eq!(codes(early), ["met_on"], "before the check");
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

/// Covers: CY-23-b, CY-5-a.
#[tokio::test]
async fn a_department_knows_of_its_own_teams_and_puts_nobody_else_out() {
    on_both(|engine| async move {
        let text = shipped("cy-2021").expect("shipped").pack;
        let bureau = Bureau::open_under(&engine, 2, text).await;
        let (service, officer, approver) = (&bureau.service, &bureau.officer, &bureau.approver);
        for (n, team) in [(0, "project"), (1, "exam")] {
            let of_team = |member: &mut service::experts::Membership| {
                member.expert.team = Some(team.to_owned());
            };
            bureau.change_member(expert(n), of_team).await;
            let proposal = Proposal {
                expert: expert(n),
                kind: "23-2".into(),
                on: date(2022, 6, 1),
                task: None,
                evidence: "两次评审没有出具意见".into(),
                effect: None,
            };
            let record = service.propose_misconduct(officer, bureau.pool, proposal);
            let record = record.await.expect("proposed");
            let done = service.decide_misconduct(approver, record, true, "").await;
            done.expect("confirmed");
        }
        let of_section = |role: Role| {
            let mut ctx = bureau.as_role(role);
            ctx.actor.grants = vec![Grant {
                remit: Remit::Teams(["project".to_owned()].into()),
                ..Grant::whole(role, bureau.pool)
            }];
            ctx
        };
        let (clerk, head) = (of_section(Role::Officer), of_section(Role::Approver));
        let raised = service.raised_exits(officer, 1).await.expect("looked");
        assert_eq!(raised.len(), 2, "{raised:?}");
        let raised = service.raised_exits(&clerk, 1).await.expect("looked");
        assert_eq!(raised.len(), 1, "{raised:?}");
        assert_eq!(raised[0].expert, expert(0));

        let typed = new("23-2", "两次评审没有出具意见");
        outside(
            service
                .open_exit(&clerk, 1, expert(1), &typed, paper())
                .await,
        );
        outside(service.exit_form(&clerk, 1, expert(1)).await);
        let own = service
            .open_exit(&clerk, 1, expert(0), &typed, paper())
            .await
            .expect("opened");
        let other = service
            .open_exit(officer, 1, expert(1), &typed, paper())
            .await
            .expect("opened");
        let page = PageRequest::first(5);
        let listed = service.exits(&clerk, 1, None, &page).await;
        let listed = listed.expect("listed").items;
        assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [own]);
        let waiting = service.inbox(&head, bureau.pool).await.expect("inbox");
        let confirm = "负责人确认取消资格";
        let waiting = waiting.items.iter();
        let waiting = waiting.filter(|item| item.title.contains(confirm));
        assert_eq!(waiting.count(), 1);
        outside(service.exit(&clerk, 1, other).await);
        outside(service.exit_letter(&clerk, 1, other, PaperFile::Pdf).await);
        outside(service.withdraw_exit(&clerk, 1, other, "不办了").await);
        outside(
            service
                .add_exit_document(&clerk, 1, other, paper().remove(0))
                .await,
        );
        outside(
            service
                .take_exit_step(&head, 1, other, confirm, "", "")
                .await,
        );
        service
            .take_exit_step(&head, 1, own, confirm, "", "")
            .await
            .expect("confirmed");
        assert_eq!(status(&bureau, expert(0)).await, Status::Left);
        assert_eq!(status(&bureau, expert(1)).await, Status::Active);
    })
    .await;
}
