//! 特约邀请 from the shortage to the draw, on both engines: proposed, signed by whom the pack names,
//! answered, decided, entered, drawn with everybody else.

use crate::bureau::Bureau;
use domain::actor::Role;
use domain::half_day::Slot;
use domain::id::{RecordId, TaskId};
use domain::special_invitation::{Answer, State, Verdict};
use jiff::civil::date;
use service::list::Count;
use service::shortage::Way;
use service::special_invitations::{Proposal, Step};
use service::typed::Fields;
use service::{Error, PageRequest};
use store::messages::MessageFilter;
use store::testing::on_both;

/// A request that two experts cannot fill.
async fn short(bureau: &Bureau) -> TaskId {
    let mut request = bureau.request(3);
    request.demands[0].reserves = 0;
    request.half_days[0].slot = Slot::Afternoon;
    let task = bureau
        .service
        .file_task(&bureau.asking, bureau.pool, request)
        .await
        .expect("filed");
    bureau
        .service
        .accept_task(&bureau.officer, task)
        .await
        .expect("accepted");
    task
}

fn proposal(bureau: &Bureau, task: Option<TaskId>, name: &str, phone: &str) -> Proposal {
    Proposal {
        task,
        name: name.into(),
        employer: "示例理工大学".into(),
        phone: phone.into(),
        email: String::new(),
        specialty: bureau.specialty.to_string(),
        reason: "焊接专业在库专家不足以随机抽取".into(),
        fitness: "正高级工程师，从事焊接工艺研究二十年".into(),
    }
}

async fn proposed(bureau: &Bureau, task: TaskId, name: &str, phone: &str) -> RecordId {
    let proposal = proposal(bureau, Some(task), name, phone);
    bureau
        .service
        .propose_special_invitation(&bureau.asking, bureau.pool, &proposal)
        .await
        .expect("proposed")
}

/// The token in the latest letter sent.
async fn token(bureau: &Bureau) -> String {
    let filter = MessageFilter {
        channel: Some("sms".into()),
        ..MessageFilter::default()
    };
    let seals = bureau.store.seals();
    let page = PageRequest::first(50);
    let found = store::messages::page(&mut bureau.store.read(), seals, &filter, &page)
        .await
        .expect("read");
    let letters = found.items.iter();
    let text = letters
        .map(|queued| queued.message.content.reveal().to_owned())
        .find(|text| text.contains("/m/s/"))
        .expect("a letter");
    text.rsplit('/').next().expect("a token").to_owned()
}

/// What an officer types to enter the invited person.
fn entry(bureau: &Bureau, invitation: RecordId, name: &str, id_number: &str) -> Fields {
    let mut fields = Fields::default();
    for (field, value) in [
        ("invitation", invitation.to_string().as_str()),
        ("name", name),
        ("id_number", id_number),
        ("employer", "示例理工大学"),
        ("title.0.name", "高级工程师"),
        ("title.0.obtained", "2015-06"),
        ("work.0.from", "2002-07"),
        ("work.0.to", "至今"),
        ("work.0.employer", "示例理工大学"),
        ("work.0.tags", "related"),
        ("task_kinds", "8-4"),
        ("basis", "改过的纪要"),
        ("basis_on", "2022-06-01"),
        ("specialty", bureau.specialty.to_string().as_str()),
    ] {
        fields.push(field, value);
    }
    fields
}

/// Covers: DG-9-1-d, DG-5-3, DG-7-1, DG-7-2-a, DG-7-2-b, DG-7-3.
#[tokio::test]
async fn a_shortage_leads_by_invitation_and_committee_to_a_random_draw() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 2).await;
        let service = &bureau.service;
        let secretary = bureau.as_role(Role::Secretary);
        let task = short(&bureau).await;

        // What may be done is exactly what the text offers, each with its article.
        let shortage = service
            .shortage(&bureau.asking, task)
            .await
            .expect("read")
            .expect("two for three seats");
        assert_eq!((shortage.missing, shortage.article.as_str()), (1, "第九条(一)"));
        let mine: Vec<_> = shortage
            .steps
            .iter()
            .filter(|step| step.mine)
            .map(|step| (step.way, step.article.as_str()))
            .collect();
        assert_eq!(
            mine,
            [(Way::Invite, "第九条(一)"), (Way::Designate, "第九条(二)")]
        );
        let frozen = service.freeze_frame(&bureau.officer, task, false).await;
        assert!(matches!(frozen, Err(Error::Refused(_))), "{frozen:?}");

        // A stranger's task is no task, a supervisor does not propose, a blank form says everything.
        let good = proposal(&bureau, Some(task), "受邀人甲", "15400000801");
        let foreign = service
            .propose_special_invitation(&bureau.stranger(), bureau.pool, &good)
            .await;
        assert!(matches!(foreign, Err(Error::NotFound)));
        let watching = service
            .propose_special_invitation(&bureau.supervisor, bureau.pool, &good)
            .await;
        assert!(matches!(watching, Err(Error::Forbidden(_))));
        let blank = Proposal {
            task: Some(task),
            ..Proposal::default()
        };
        let refused = service
            .propose_special_invitation(&bureau.asking, bureau.pool, &blank)
            .await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("expected problems, got {refused:?}");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(
            fields,
            ["name", "employer", "reason", "fitness", "phone", "specialty"]
        );
        let inside = proposal(&bureau, Some(task), "专家000", "15400000000");
        let refused = service
            .propose_special_invitation(&bureau.asking, bureau.pool, &inside)
            .await;
        assert!(
            matches!(&refused, Err(Error::Invalid(found)) if found[0].sentence.contains("已是本库专家")),
            "who is in the pool is drawn, not invited: {refused:?}"
        );

        let id = proposed(&bureau, task, "受邀人甲", "15400000801").await;
        let twice = service
            .propose_special_invitation(&bureau.asking, bureau.pool, &good)
            .await;
        assert!(matches!(twice, Err(Error::Invalid(_))), "one at a time");

        // The letter is the bureau's: the officer prepares, the approver signs.
        let unsigned = service
            .send_special_invitation(&bureau.officer, id, None, false)
            .await;
        assert!(
            matches!(&unsigned, Err(Error::Refused(reasons)) if reasons[0].article == "第五条(三)"),
            "{unsigned:?}"
        );
        let forbidden = service
            .send_special_invitation(&bureau.asking, id, None, false)
            .await;
        assert!(matches!(forbidden, Err(Error::Forbidden(_))));
        let received = ["form1", "certs", "identity"].map(str::to_owned);
        let early = service
            .receive_special_materials(&bureau.officer, id, &received)
            .await;
        assert!(matches!(early, Err(Error::Refused(_))), "not before acceptance");
        service
            .send_special_invitation(&bureau.approver, id, Some(date(2022, 6, 17)), false)
            .await
            .expect("signed");
        let again = service
            .send_special_invitation(&bureau.approver, id, None, false)
            .await;
        assert!(matches!(again, Err(Error::Refused(_))), "signed once");
        let letter = service
            .print_special_invitation(&bureau.officer, id)
            .await
            .expect("printed");
        assert!(letter.bytes.starts_with(b"%PDF"));

        // The invited person answers by the link.
        let token = token(&bureau).await;
        let opened = service.invited(&token).await.expect("the link opens");
        assert_eq!(opened.materials.len(), 3);
        let state = service
            .answer_special_invitation("test", &token, Answer::Accept)
            .await
            .expect("accepted");
        assert_eq!(state.code(), "accepted");
        let changed = service
            .answer_special_invitation("test", &token, Answer::Decline { reason: None })
            .await;
        assert!(matches!(changed, Err(Error::Refused(_))), "answered once");

        // The committee decides on complete materials, by minutes with a number.
        let met = Some(date(2022, 6, 6));
        let incomplete = service
            .decide_special_invitation(&secretary, id, Verdict::Approved, "纪要7", met)
            .await;
        assert!(matches!(incomplete, Err(Error::Refused(_))), "{incomplete:?}");
        service
            .receive_special_materials(&bureau.officer, id, &received)
            .await
            .expect("received");
        let officer = service
            .decide_special_invitation(&bureau.officer, id, Verdict::Approved, "纪要7", met)
            .await;
        assert!(matches!(officer, Err(Error::Forbidden(_))));
        let nameless = service
            .decide_special_invitation(&secretary, id, Verdict::Approved, " ", met)
            .await;
        assert!(matches!(nameless, Err(Error::Invalid(_))));
        let number = "440000197503019998";
        let too_soon = service
            .add_expert(&bureau.officer, 1, &entry(&bureau, id, "受邀人甲", number))
            .await;
        assert!(matches!(too_soon, Err(Error::Refused(_))), "not before the meeting");
        service
            .decide_special_invitation(&secretary, id, Verdict::Approved, "示例委纪要〔2022〕7号", met)
            .await
            .expect("approved");

        // Without a specialty nobody enters; what the minutes say goes before the form.
        let mut unclassified = Fields::default();
        for (name, value) in entry(&bureau, id, "受邀人甲", number).pairs() {
            if name != "specialty" {
                unclassified.push(name.clone(), value.clone());
            }
        }
        let refused = service
            .add_expert(&bureau.officer, 1, &unclassified)
            .await;
        assert!(
            matches!(&refused, Err(Error::Invalid(found)) if found.iter().any(|p| p.field == "specialty"))
        );
        let expert = service
            .add_expert(&bureau.officer, 1, &entry(&bureau, id, "受邀人甲", number))
            .await
            .expect("entered");
        let view = service.expert(&bureau.officer, 1, expert).await.expect("known");
        assert_eq!(view.member.expert.channel.as_deref(), Some("invited"));
        assert_eq!(
            view.member.expert.basis.as_deref(),
            Some("示例委纪要〔2022〕7号")
        );
        assert_eq!(view.masked.phone, "154****0801", "the sealed phone came along");
        let second = service
            .add_expert(&bureau.officer, 1, &entry(&bureau, id, "受邀人甲", number))
            .await;
        assert!(matches!(second, Err(Error::Refused(_))), "enters once");

        // And is drawn like everybody else, and marked.
        assert_eq!(service.shortage(&bureau.asking, task).await.expect("read"), None);
        let draw = bureau.drawn(task, 9).await;
        let seats = service.seats(&bureau.asking, task).await.expect("seats");
        let marked: Vec<_> = seats
            .iter()
            .filter_map(|seat| Some((seat.name.as_str(), seat.invited.as_deref()?)))
            .collect();
        assert_eq!(marked, [("受邀人甲", "特约邀请")]);
        let public = service
            .published_draw(&draw.to_string())
            .await
            .expect("public");
        assert_eq!(public.invited, 1);

        let ledger = bureau.ledger().await;
        for action in [
            "invitation.proposed",
            "invitation.sent",
            "invitation.answered",
            "invitation.materials",
            "invitation.decided",
            "invitation.entered",
            "expert.added",
        ] {
            let count = ledger.iter().filter(|entry| *entry == action).count();
            assert_eq!(count, 1, "{action} is on record once");
        }
    })
    .await;
}

/// Covers: DG-5-3, DG-7-2-a, DG-9-1-d.
#[tokio::test]
async fn invitations_end_without_entry_and_nobody_invites_without_need() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 2).await;
        let service = &bureau.service;
        let secretary = bureau.as_role(Role::Secretary);
        let task = short(&bureau).await;

        // With enough people to draw from there is nothing to invite for.
        let enough = bureau.accepted(1).await;
        let needless = proposal(&bureau, Some(enough), "受邀人戊", "15400000805");
        let refused = service
            .propose_special_invitation(&bureau.asking, bureau.pool, &needless)
            .await;
        assert!(
            matches!(&refused, Err(Error::Refused(reasons)) if reasons[0].code == "invitation.no_shortage"),
            "{refused:?}"
        );
        let for_all = proposal(&bureau, None, "受邀人戊", "15400000805");
        let aimless = service
            .propose_special_invitation(&bureau.asking, bureau.pool, &for_all)
            .await;
        assert!(matches!(aimless, Err(Error::Invalid(_))), "a requester names its request");
        service
            .propose_special_invitation(&bureau.officer, bureau.pool, &for_all)
            .await
            .expect("the manager may ask for the pool as a whole");

        let refused = proposed(&bureau, task, "受邀人乙", "15400000802").await;
        let wordless = service
            .refuse_special_invitation(&bureau.approver, refused, " ")
            .await;
        assert!(matches!(wordless, Err(Error::Invalid(_))));
        service
            .refuse_special_invitation(&bureau.approver, refused, "已有更合适的人选")
            .await
            .expect("refused");

        let withdrawn = proposed(&bureau, task, "受邀人丙", "15400000803").await;
        let foreign = service
            .withdraw_special_invitation(&bureau.stranger(), withdrawn, "不需要")
            .await;
        assert!(matches!(foreign, Err(Error::Forbidden(_))));
        service
            .withdraw_special_invitation(&bureau.asking, withdrawn, "工作改期")
            .await
            .expect("withdrawn");

        // Silence lapses; a letter on paper may still come in.
        let silent = proposed(&bureau, task, "受邀人丁", "15400000804").await;
        service
            .send_special_invitation(&bureau.approver, silent, Some(date(2022, 6, 10)), false)
            .await
            .expect("signed");
        let link = token(&bureau).await;
        bureau.clock.advance(6 * 86_400);
        let schedule = service.schedule();
        assert_eq!(service.lapse_special_invitations(&schedule).await.expect("done"), 1);
        assert_eq!(service.lapse_special_invitations(&schedule).await.expect("done"), 0);
        assert!(matches!(service.invited(&link).await, Err(Error::NotFound)));
        let officer = bureau.now(&bureau.officer);
        let unkept = service
            .record_special_reply(&officer, silent, Answer::Accept, " ")
            .await;
        assert!(matches!(unkept, Err(Error::Invalid(_))));
        service
            .record_special_reply(&officer, silent, Answer::Accept, "6月9日回函，存档号 3")
            .await
            .expect("on paper");

        // Not approved: the case is closed and nobody enters by it.
        let received = ["form1", "certs", "identity"].map(str::to_owned);
        service
            .receive_special_materials(&officer, silent, &received)
            .await
            .expect("received");
        let secretary = bureau.now(&secretary);
        let turned_down = Verdict::NotApproved {
            reason: "专业不符".into(),
        };
        service
            .decide_special_invitation(
                &secretary,
                silent,
                turned_down,
                "示例委纪要〔2022〕8号",
                Some(date(2022, 6, 12)),
            )
            .await
            .expect("decided");
        let fields = entry(&bureau, silent, "受邀人丁", "440000197503019998");
        let entered = service.add_expert(&officer, 1, &fields).await;
        assert!(matches!(entered, Err(Error::Refused(_))), "{entered:?}");

        // The requester sees its own, another requester none; nobody has a step left.
        let page = PageRequest::first(20);
        let (own, count) = service
            .special_invitations(&bureau.asking, bureau.pool, &[], &page)
            .await
            .expect("own");
        let states: Vec<_> = own
            .items
            .iter()
            .map(|line| line.invitation.state.code())
            .collect();
        assert_eq!(states, ["not_approved", "withdrawn", "refused"], "not the manager's");
        assert_eq!(count, Count::Exactly(3));
        let (pages, _) = service
            .special_invitations(&bureau.asking, bureau.pool, &[], &PageRequest::first(2))
            .await
            .expect("own");
        assert_eq!(
            (pages.items.len(), pages.next.is_some()),
            (2, true),
            "full, whatever others have"
        );
        let (foreign, none) = service
            .special_invitations(&bureau.stranger(), bureau.pool, &[], &page)
            .await
            .expect("none");
        assert!(foreign.items.is_empty() && foreign.next.is_none());
        assert_eq!(none, Count::Exactly(0));
        let hidden = service.special_invitation(&bureau.stranger(), silent).await;
        assert!(matches!(hidden, Err(Error::NotFound)));
        let view = service
            .special_invitation(&officer, silent)
            .await
            .expect("known");
        assert!(matches!(view.invitation.state, State::NotApproved { .. }));
        assert_eq!(view.steps, [] as [Step; 0]);

    })
    .await;
}

/// After a failed top-up the requester is offered what the text allows, with articles.
///
/// Covers: DG-9-1-d, DG-11-b.
#[tokio::test]
async fn a_used_up_draw_offers_the_ways_of_the_text() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let service = &bureau.service;
        let (task, _) = bureau.unsealed(2, 4).await;
        assert_eq!(
            service.shortage(&bureau.asking, task).await.expect("read"),
            None
        );
        for _ in 0..2 {
            let seats = service.seats(&bureau.officer, task).await.expect("seats");
            let seat = seats
                .iter()
                .find(|seat| seat.engagement.state.holds_seat())
                .expect("somebody");
            let answer = domain::engagement::Answer::Decline {
                reason: Some("出差".into()),
            };
            service
                .answer_invitation(
                    &bureau.expert(seat.engagement.person),
                    seat.engagement.id,
                    answer,
                )
                .await
                .expect("declined");
        }
        let shortage = service
            .shortage(&bureau.asking, task)
            .await
            .expect("read")
            .expect("used up");
        assert!(shortage.after_draw);
        assert_eq!(
            (shortage.missing, shortage.by_demand.as_slice()),
            (1, &[1][..])
        );
        let ways: Vec<_> = shortage
            .steps
            .iter()
            .map(|step| (step.way, step.article.as_str(), step.mine))
            .collect();
        assert_eq!(
            ways,
            [
                (Way::Invite, "第九条(一)", true),
                (Way::DrawAgain, "第九条(一)", true),
                (Way::Designate, "第九条(二)", true),
            ]
        );
    })
    .await;
}
