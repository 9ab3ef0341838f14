//! One afternoon at a bureau, on both engines: file, accept, freeze, commit, reveal, unseal, invite,
//! answer, top up, void and draw again.

use crate::bureau::{Bureau, committed};
use domain::draw_process::{Party, State};
use domain::engagement::{Answer, Declaration, State as Seat};
use draw::{Share, verify};
use service::list::Count;
use service::misconduct::MisconductQuery;
use service::{Error, PageRequest};
use store::testing::{TestStore, on_both};

fn accept() -> Answer {
    Answer::Accept {
        declared_none: true,
    }
}

fn recuse(ground: &str, note: &str) -> Answer {
    Answer::Recuse {
        declared: vec![Declaration {
            ground: ground.into(),
            relation: None,
            note: note.into(),
        }],
    }
}

/// Covers: DG-9-1-b, DG-10-0-b, DG-11-b, DG-9-1-a, DG-10-0, DG-7-2-b.
#[tokio::test]
async fn an_afternoon_from_request_to_verified_record() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 12).await;
        let service = &bureau.service;
        let task = bureau.accepted(3).await;

        // Only the manager draws.
        let refused = service.freeze_frame(&bureau.asking, task, false).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
        let draw = service
            .freeze_frame(&bureau.officer, task, false)
            .await
            .expect("frozen");
        bureau.ceremony(draw, 7).await;

        // Drawn, and sealed to everybody: no seat exists, no name can be asked for.
        assert_eq!(bureau.attempt(draw).await.state.code(), "sealed");
        assert!(
            service
                .seats(&bureau.asking, task)
                .await
                .expect("own task")
                .is_empty()
        );
        let foreign = service.seats(&bureau.stranger(), task).await;
        assert!(matches!(foreign, Err(Error::NotFound)));

        // Two roles unseal; one person cannot.
        assert!(
            service
                .confirm_unsealing(&bureau.supervisor, draw)
                .await
                .is_err()
        );
        service
            .propose_unsealing(&bureau.officer, draw)
            .await
            .expect("proposed");
        let alone = service.confirm_unsealing(&bureau.officer, draw).await;
        assert!(matches!(alone, Err(Error::Forbidden(_))));
        service
            .confirm_unsealing(&bureau.supervisor, draw)
            .await
            .expect("unsealed");
        let seats = service
            .seats(&bureau.asking, task)
            .await
            .expect("published");
        assert_eq!(seats.len(), 3);

        // One accepts, one declines, one is recused: two new people, in the fixed order.
        let [a, b, c] = [0, 1, 2].map(|n| seats[n].engagement.clone());
        let as_expert = |e: &domain::engagement::Engagement| bureau.expert(e.person);
        let answer = Answer::Accept {
            declared_none: false,
        };
        let undeclared = service
            .answer_invitation(&as_expert(&a), a.id, answer)
            .await;
        assert!(matches!(undeclared, Err(Error::Invalid(_))));
        service
            .answer_invitation(&as_expert(&a), a.id, accept())
            .await
            .expect("accepted");
        let decline = Answer::Decline {
            reason: Some("出差".into()),
        };
        service
            .answer_invitation(&as_expert(&b), b.id, decline)
            .await
            .expect("declined");
        let wordless = service
            .answer_invitation(&as_expert(&c), c.id, recuse("10-7", " "))
            .await;
        assert!(matches!(wordless, Err(Error::Invalid(_))), "{wordless:?}");
        let answer = recuse("10-2", "现任该单位顾问");
        service
            .answer_invitation(&as_expert(&c), c.id, answer)
            .await
            .expect("recused");
        let seats = service.seats(&bureau.officer, task).await.expect("seats");
        assert_eq!(seats.len(), 5);
        let held = seats
            .iter()
            .filter(|seat| seat.engagement.state.holds_seat())
            .count();
        assert_eq!(held, 3);
        let mut people: Vec<_> = seats.iter().map(|seat| seat.engagement.expert).collect();
        people.sort_unstable();
        people.dedup();
        assert_eq!(people.len(), 5, "nobody who left is called again");

        // Anybody replays the record.
        let attempt = bureau.attempt(draw).await;
        let record = attempt.record().expect("drawn").to_owned();
        let verified = verify(record.as_bytes()).expect("the record holds").record;
        assert_eq!(verified.present().len(), 3);
        assert_eq!(verified.events().len(), 2);

        let ledger = bureau.ledger().await;
        for action in [
            "task.filed",
            "draw.frozen",
            "draw.committed",
            "draw.drawn",
            "draw.unsealed",
        ] {
            assert!(
                ledger.iter().any(|entry| entry == action),
                "{action} is on record"
            );
        }
    })
    .await;
}

/// A share that is not the one committed to voids the attempt; the next one is numbered and names
/// it. Covers: DG-9-1-b.
#[tokio::test]
async fn a_wrong_share_voids_and_a_second_attempt_is_numbered() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 6).await;
        let service = &bureau.service;
        let task = bureau.accepted(2).await;
        let draw = service
            .freeze_frame(&bureau.officer, task, false)
            .await
            .expect("frozen");
        let digest = bureau.attempt(draw).await.frame_digest;
        let early = Share([1; 32]).to_hex();
        let refused = service
            .reveal_share(&bureau.officer, draw, Party::Manager, &early)
            .await;
        assert!(
            matches!(refused, Err(Error::Refused(_))),
            "nobody reveals before all committed"
        );
        for party in Party::ALL {
            let commitment = committed(digest, party, 1).to_hex();
            let own = bureau.party(party);
            service
                .commit_share(own, draw, party, &commitment)
                .await
                .expect("committed");
            let again = service.commit_share(own, draw, party, &commitment).await;
            assert!(
                matches!(again, Err(Error::Refused(_))),
                "a commitment is not exchanged"
            );
        }
        let other = service
            .commit_share(&bureau.officer, draw, Party::Supervisor, "00")
            .await;
        assert!(matches!(
            other,
            Err(Error::Invalid(_) | Error::Forbidden(_))
        ));
        let wrong = Share([2; 32]).to_hex();
        let state = service
            .reveal_share(&bureau.asking, draw, Party::Requester, &wrong)
            .await;
        assert!(matches!(state, Ok(State::Void { .. })), "{state:?}");

        let second = service
            .freeze_frame(&bureau.officer, task, false)
            .await
            .expect("again");
        let attempt = bureau.attempt(second).await;
        assert_eq!(attempt.attempt, 2);
        let frame = draw::Frame::from_json(attempt.frame.as_bytes()).expect("a frame");
        assert_ne!(frame.header().previous, draw::Digest([0; 32]));
        bureau.ceremony(second, 3).await;
        assert_eq!(bureau.attempt(second).await.state.code(), "sealed");
        assert!(
            bureau
                .ledger()
                .await
                .iter()
                .any(|action| action == "draw.voided")
        );
    })
    .await;
}

/// Covers: DG-9-1-d.
#[tokio::test]
async fn too_few_is_refused_with_what_helps_and_nothing_is_written() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 4).await;
        let service = &bureau.service;
        let task = bureau.accepted(5).await;
        let refused = service.freeze_frame(&bureau.officer, task, false).await;
        let Err(Error::Refused(reasons)) = refused else {
            panic!("expected a refusal")
        };
        assert_eq!(reasons[0].code, "draw.too_few");
        assert!(
            reasons[0].article.starts_with("第九条"),
            "{}",
            reasons[0].article
        );
        assert!(
            reasons[0].sentence.contains("特约邀请"),
            "{}",
            reasons[0].sentence
        );
        let chances = service
            .task_feasibility(&bureau.asking, task)
            .await
            .expect("counted");
        assert!(!chances.enough);
        assert_eq!(chances.candidates, [4]);
        assert!(
            chances
                .relaxations
                .iter()
                .any(|relaxation| relaxation.suffices)
        );
        let view = service.task(&bureau.officer, task).await.expect("there");
        assert_eq!(view.task.state.code(), "accepted");
    })
    .await;
}

/// Two hits in a row rest once; the rest is waived only when too few are left, with a reason.
///
/// Covers: DG-9-1-c, DG-9-1-c2.
#[tokio::test]
async fn whoever_is_drawn_twice_in_a_row_rests_once() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let service = &bureau.service;
        // Everybody is drawn twice.
        for seed in [1, 2] {
            bureau.unsealed(3, seed).await;
        }
        let task = bureau.accepted(3).await;
        let chances = service
            .task_feasibility(&bureau.officer, task)
            .await
            .expect("counted");
        assert_eq!(chances.candidates, [0], "all three rest");
        assert!(
            chances
                .funnel
                .iter()
                .any(|step| step.code == "resting" && step.out == 3)
        );
        assert!(
            service
                .freeze_frame(&bureau.officer, task, false)
                .await
                .is_err()
        );
        let silent = service.waive_rest(&bureau.officer, task, "  ").await;
        assert!(matches!(silent, Err(Error::Invalid(_))));
        service
            .waive_rest(&bureau.officer, task, "仅有三名专家")
            .await
            .expect("waived");
        let draw = service
            .freeze_frame(&bureau.officer, task, false)
            .await
            .expect("frozen");
        assert_eq!(bureau.attempt(draw).await.candidates, [3]);
        assert!(
            bureau
                .ledger()
                .await
                .iter()
                .any(|action| action == "task.rest_waived")
        );

        let enough = bureau.accepted(1).await;
        let refused = service
            .waive_rest(&bureau.officer, enough, "想多用一次")
            .await;
        assert!(
            refused.is_err()
                || service
                    .task_feasibility(&bureau.officer, enough)
                    .await
                    .is_ok()
        );
    })
    .await;
}

/// Nobody answers in time: the next is called, once, however often it is tried.
///
/// Covers: DG-11-a, DG-11-b.
#[tokio::test]
async fn silence_until_the_deadline_calls_the_next_exactly_once() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 5).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(1, 9).await;
        assert_eq!(
            service
                .lapse_invitations(&service.schedule())
                .await
                .expect("ran"),
            0
        );
        bureau.clock.advance(24 * 3600);
        assert_eq!(
            service
                .lapse_invitations(&service.schedule())
                .await
                .expect("ran"),
            1
        );
        assert_eq!(
            service
                .lapse_invitations(&service.schedule())
                .await
                .expect("ran"),
            0
        );
        let seats = service
            .seats(&bureau.now(&bureau.officer), task)
            .await
            .expect("seats");
        let states: Vec<_> = seats
            .iter()
            .map(|seat| seat.engagement.state.code())
            .collect();
        assert_eq!(states, ["no_answer", "invited"]);
        assert!(matches!(seats[0].engagement.state, Seat::NoAnswer { .. }));
    })
    .await;
}

/// What a refusal names first.
fn code<T: std::fmt::Debug>(outcome: service::Result<T>) -> String {
    match outcome {
        Err(Error::Refused(reasons)) => reasons[0].code.clone(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn found() -> Declaration {
    Declaration {
        ground: "10-6".into(),
        relation: Some("股权".into()),
        note: "工商登记显示持股".into(),
    }
}

#[tokio::test]
async fn a_task_is_closed_when_its_work_is_over_and_then_nobody_of_it_changes() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 6).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(2, 4).await;
        let early = service.close_task(&bureau.officer, task).await;
        assert_eq!(code(early), "task.work_ahead");
        let seats = service.seats(&bureau.officer, task).await.expect("seats");
        let [first, second] = [0, 1].map(|n| seats[n].engagement.clone());
        service
            .answer_invitation(&bureau.expert(first.person), first.id, accept())
            .await
            .expect("accepted");

        // The day of work has passed, and nobody has looked after the second invitation since.
        bureau.clock.advance(16 * 24 * 3600);
        let [officer, asking] = [&bureau.officer, &bureau.asking].map(|ctx| bureau.now(ctx));
        let waiting = service.close_task(&officer, task).await;
        assert_eq!(code(waiting), "task.unanswered");
        let swept = service.lapse_invitations(&service.schedule()).await;
        assert_eq!(swept.expect("ran"), 1);
        let states = async || -> Vec<&'static str> {
            let seats = service.seats(&officer, task).await.expect("seats");
            let states = seats.iter().map(|seat| seat.engagement.state.code());
            states.collect()
        };
        assert_eq!(
            states().await,
            ["accepted", "no_answer"],
            "nobody is called for work that is over"
        );
        service.close_task(&officer, task).await.expect("closed");
        assert_eq!(code(service.close_task(&officer, task).await), "task.state");

        let expert = bureau.expert(first.person);
        let leave = service.ask_leave(&expert, first.id, "住院").await;
        assert_eq!(code(leave), "engagement.closed");
        let recused = recuse("10-2", "现任该单位顾问");
        let recused = service.answer_invitation(&expert, first.id, recused).await;
        assert_eq!(code(recused), "engagement.closed");
        let stopped = service.stop_expert(&asking, first.id, found()).await;
        assert_eq!(code(stopped), "engagement.closed");
        let call = service.record_call(&officer, second.id, accept()).await;
        assert_eq!(code(call), "engagement.closed");
        assert_eq!(states().await, ["accepted", "no_answer"]);
    })
    .await;
}

/// A task that was closed with an answer open: the deadline passes without effect.
#[tokio::test]
async fn nobody_of_a_closed_task_lapses_or_is_called() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 6).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(1, 4).await;
        let seats = service.seats(&bureau.officer, task).await.expect("seats");
        let seat = seats[0].engagement.clone();
        service
            .record_call(&bureau.officer, seat.id, accept())
            .await
            .expect("heard");
        bureau.close_anyhow(task).await;
        let confirmed = service.confirm_call(&bureau.approver, seat.id).await;
        assert_eq!(code(confirmed), "engagement.closed");
        bureau.clock.advance(24 * 3600);
        let swept = service.lapse_invitations(&service.schedule()).await;
        assert_eq!(swept.expect("ran"), 0);
        let officer = bureau.now(&bureau.officer);
        let seats = service.seats(&officer, task).await.expect("seats");
        assert_eq!(seats.len(), 1);
        assert_eq!(seats[0].engagement.state.code(), "invited");
    })
    .await;
}

/// The requester finds a ground the expert kept silent about.
///
/// Covers: DG-10-8, DG-18-3.
#[tokio::test]
async fn a_stopped_expert_is_replaced_and_a_record_is_proposed_for_decision() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 5).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(1, 4).await;
        let seat = service
            .seats(&bureau.asking, task)
            .await
            .expect("seats")
            .remove(0)
            .engagement;
        service
            .answer_invitation(&bureau.expert(seat.person), seat.id, accept())
            .await
            .expect("accepted");
        let foreign = service
            .stop_expert(&bureau.stranger(), seat.id, found())
            .await;
        assert!(matches!(foreign, Err(Error::Forbidden(_))));
        service
            .stop_expert(&bureau.asking, seat.id, found())
            .await
            .expect("stopped");
        let seats = service.seats(&bureau.asking, task).await.expect("seats");
        assert_eq!(seats.len(), 2);
        assert_eq!(seats[0].engagement.state.code(), "stopped");
        let (records, _) = service
            .misconduct(
                &bureau.approver,
                bureau.pool,
                &MisconductQuery::default(),
                &PageRequest::first(20),
            )
            .await
            .expect("list");
        assert_eq!(
            (records.items.len(), records.items[0].record.kind.as_str()),
            (1, "18-3")
        );
        assert_eq!(records.items[0].record.state.code(), "proposed");
        service
            .decide_misconduct(
                &bureau.approver,
                records.items[0].record.id,
                false,
                "已核实无关",
            )
            .await
            .expect("ok");
        let (records, _) = service
            .misconduct(
                &bureau.approver,
                bureau.pool,
                &MisconductQuery::default(),
                &PageRequest::first(20),
            )
            .await
            .expect("list");
        assert_eq!(records.items[0].record.state.code(), "rejected");

        // A requester's list is cut to its own requests before it is cut into pages.
        for (ctx, own) in [(&bureau.asking, 1), (&bureau.stranger(), 0)] {
            let (records, count) = service
                .misconduct(
                    ctx,
                    bureau.pool,
                    &MisconductQuery::default(),
                    &PageRequest::first(20),
                )
                .await
                .expect("list");
            assert_eq!(
                (records.items.len(), count),
                (own, Count::Exactly(own as u64))
            );
        }
    })
    .await;
}

/// Covers: DG-11-c, DG-11-d.
#[tokio::test]
async fn leave_in_writing_is_excused_and_the_manager_arranges_what_follows() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 5).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(1, 5).await;
        let seat = service
            .seats(&bureau.asking, task)
            .await
            .expect("seats")
            .remove(0)
            .engagement;
        let expert = bureau.expert(seat.person);
        service
            .answer_invitation(&expert, seat.id, accept())
            .await
            .expect("accepted");
        let blank = service.ask_leave(&expert, seat.id, "  ").await;
        assert!(matches!(blank, Err(Error::Invalid(_))));
        service
            .ask_leave(&expert, seat.id, "住院治疗")
            .await
            .expect("asked");
        service
            .accept_leave(&bureau.asking, seat.id)
            .await
            .expect("accepted");
        let arrange = service::engagements::FollowUp::TopUp;
        let wrong = service
            .arrange_follow_up(&bureau.asking, seat.id, arrange, "")
            .await;
        assert!(
            matches!(wrong, Err(Error::Forbidden(_))),
            "the manager arranges"
        );
        service
            .arrange_follow_up(&bureau.officer, seat.id, arrange, "")
            .await
            .expect("topped up");
        let seats = service.seats(&bureau.officer, task).await.expect("seats");
        let states: Vec<_> = seats
            .iter()
            .map(|seat| seat.engagement.state.code())
            .collect();
        assert_eq!(states, ["on_leave", "invited"]);
    })
    .await;
}

/// An answer by telephone counts only when two people heard it.
#[tokio::test]
async fn a_call_counts_when_a_second_person_confirms() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 5).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(1, 6).await;
        let seat = service
            .seats(&bureau.officer, task)
            .await
            .expect("seats")
            .remove(0)
            .engagement;
        let forged = service.record_call(&bureau.asking, seat.id, accept()).await;
        assert!(matches!(forged, Err(Error::Forbidden(_))));
        let undeclared = Answer::Accept {
            declared_none: false,
        };
        let refused = service
            .record_call(&bureau.officer, seat.id, undeclared)
            .await;
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "nobody accepts by telephone without the declaration: {refused:?}"
        );
        service
            .record_call(&bureau.officer, seat.id, accept())
            .await
            .expect("recorded");
        assert!(
            service
                .confirm_call(&bureau.officer, seat.id)
                .await
                .is_err(),
            "not the same person"
        );
        let state = service
            .confirm_call(&bureau.approver, seat.id)
            .await
            .expect("confirmed");
        assert_eq!(state.code(), "accepted");
    })
    .await;
}

/// Covers: DG-9-2-a, DG-9-2-b.
#[tokio::test]
async fn a_designation_needs_ground_words_and_consent() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let service = &bureau.service;
        let experts = [101_000_u128, 101_001]
            .map(|n| uuid::Uuid::from_u128(n).into())
            .to_vec();
        let mut request = bureau.request(2);
        request.mode = domain::task::Mode::Designated {
            ground: String::new(),
            why_not_random: String::new(),
            experts,
        };
        let refused = service
            .file_task(&bureau.asking, bureau.pool, request.clone())
            .await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("expected problems")
        };
        let fields: Vec<_> = problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect();
        assert_eq!(fields, ["ground", "why_not_random"]);
        if let domain::task::Mode::Designated {
            ground,
            why_not_random,
            ..
        } = &mut request.mode
        {
            *ground = "技术复杂".into();
            *why_not_random = "随机难以覆盖该特种工艺".into();
        }
        let task = service
            .file_task(&bureau.asking, bureau.pool, request.clone())
            .await
            .expect("filed");
        assert!(
            service.accept_task(&bureau.officer, task).await.is_err(),
            "consent, not acceptance"
        );
        let own = service
            .consent_designation(&bureau.asking, task, false)
            .await;
        assert!(matches!(own, Err(Error::Forbidden(_))));
        service
            .consent_designation(&bureau.approver, task, false)
            .await
            .expect("consented");
        assert_eq!(
            service
                .seats(&bureau.asking, task)
                .await
                .expect("seats")
                .len(),
            2
        );

        // Somebody outside the pool cannot be chosen.
        if let domain::task::Mode::Designated { experts, .. } = &mut request.mode {
            experts[0] = uuid::Uuid::from_u128(999).into();
        }
        request.half_days[0].date = jiff::civil::date(2022, 6, 21);
        let task = service
            .file_task(&bureau.asking, bureau.pool, request)
            .await
            .expect("filed");
        let refused = service
            .consent_designation(&bureau.approver, task, false)
            .await;
        let Err(Error::Refused(reasons)) = refused else {
            panic!("expected a refusal")
        };
        assert_eq!(reasons[0].code, "designation.outside");
        service
            .refuse_designation(&bureau.approver, task, "人选不在库")
            .await
            .expect("refused");
        let view = service.task(&bureau.asking, task).await.expect("there");
        assert_eq!(view.task.request.mode, domain::task::Mode::Random);
    })
    .await;
}

/// Covers: DG-22-a.
#[tokio::test]
async fn past_its_validity_a_draw_needs_explicit_confirmation() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 4).await;
        let service = &bureau.service;
        bureau
            .clock
            .set("2023-12-31T01:00:00Z".parse().expect("a time"));
        let mut request = bureau.request(1);
        request.half_days[0].date = jiff::civil::date(2024, 1, 10);
        let asking = bureau.now(&bureau.asking);
        let task = service
            .file_task(&asking, bureau.pool, request)
            .await
            .expect("filed");
        service
            .accept_task(&bureau.now(&bureau.officer), task)
            .await
            .expect("accepted");
        bureau
            .clock
            .set("2024-01-02T01:00:00Z".parse().expect("a time"));
        let officer = bureau.now(&bureau.officer);
        let refused = service.freeze_frame(&officer, task, false).await;
        let Err(Error::Refused(reasons)) = refused else {
            panic!("expected a warning")
        };
        assert_eq!(reasons[0].code, "pack.confirm");
        service
            .freeze_frame(&officer, task, true)
            .await
            .expect("confirmed");
    })
    .await;
}

/// Just as many people as seats leave nothing to chance; it is said where the pack wants it said.
///
/// Covers: DG-9-1-d.
#[tokio::test]
async fn as_many_people_as_seats_are_warned_of_where_the_pack_says_so() {
    on_both(|engine| async move {
        let text = domain::policy::library::shipped("dg-2021").expect("shipped");
        let silent = text
            .pack
            .replace("warn_when_equal = true", "warn_when_equal = false");
        for (text, warned) in [(text.pack, true), (silent.as_str(), false)] {
            let engine = TestStore::open(engine.store.kind()).await;
            let bureau = Bureau::open_under(&engine, 2, text).await;
            for (seats, warned) in [(2, warned), (1, false)] {
                let task = bureau.accepted(seats).await;
                let found = bureau.service.task_feasibility(&bureau.officer, task).await;
                let found = found.expect("counted");
                assert_eq!((found.drawable, found.enough), (2, true));
                assert_eq!(found.no_chance, warned, "{seats}");
            }
        }
    })
    .await;
}
