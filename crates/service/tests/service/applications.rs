//! 入库申请 from the desk to the list of those to be admitted, on both engines: each channel with its
//! materials, conditions with their evidence, correction, refusal, withdrawal, one person only once.

use crate::bureau::Bureau;
use domain::actor::Role;
use domain::application::State;
use domain::event::EventKind;
use domain::id::RecordId;
use domain::organisation::Organisation;
use domain::policy::pack::Station;
use jiff::civil::date;
use service::applications::{ApplicationQuery, Step};
use service::registers::EntryDraft;
use service::typed::Fields;
use service::{Ctx, Error, PageRequest};
use store::LedgerId;
use store::ledger::EntryFilter;
use store::messages::MessageFilter;
use store::testing::on_both;

const NUMBERS: [&str; 3] = [
    "440000197001010002",
    "440000197001010010",
    "440000197001010029",
];

const CODE: &str = "11440000000000001A";
const NAMES: [&str; 3] = ["何申甲", "何申乙", "何申丙"];

/// What a desk types for a sound applicant of a channel.
pub(crate) fn form(bureau: &Bureau, channel: &str, name: &str, number: &str) -> Fields {
    let mut fields = Fields::default();
    for (field, value) in [
        ("channel", channel),
        ("notice", "ZJ01-2022-0001"),
        ("notice_closes", "2022-06-30"),
        ("source", "省职业技能专家库"),
        ("recommender", "示例推荐单位"),
        ("name", name),
        ("id_number", number),
        ("mobile", "16400000001"),
        ("employer", "示例理工大学"),
        ("employer_kind", "本科院校"),
        ("title.0.name", "高级工程师"),
        ("title.0.obtained", "2015-06"),
        ("work.0.from", "2002-07"),
        ("work.0.to", "至今"),
        ("work.0.employer", "示例理工大学"),
        ("work.0.tags", "related"),
        ("task_kinds", "8-4"),
        ("specialty", bureau.specialty.to_string().as_str()),
        ("declared", "L1"),
        ("declared", "L2"),
        ("declared", "HEALTH"),
        ("pledge", "yes"),
        ("privacy", "yes"),
    ] {
        fields.push(field, value);
    }
    fields
}

/// Everything of the channel's list, on paper.
fn papers() -> Fields {
    let mut fields = Fields::default();
    for item in ["form1", "list2", "identity", "licence", "certs"] {
        fields.push(format!("given.{item}"), "yes");
        fields.push(format!("opinion.{item}"), "yes");
        fields.push(format!("sealed.{item}"), "yes");
    }
    fields.push("part.certs", "title_proof");
    fields.push("valid_to.identity", "2030-01-01");
    fields
}

fn checked() -> Fields {
    let mut fields = Fields::default();
    for (field, value) in [
        ("confirm.L1", "yes"),
        ("confirm.L5", "yes"),
        ("register.dishonesty", "clear"),
        ("register_source.dishonesty", "信用中国网站"),
    ] {
        fields.push(field, value);
    }
    fields
}

/// Entered by this actor with all papers, and handed in.
async fn submitted(bureau: &Bureau, ctx: &Ctx, channel: &str, n: usize) -> RecordId {
    let service = &bureau.service;
    let form = form(bureau, channel, NAMES[n], NUMBERS[n]);
    let id = service
        .enter_application(ctx, 1, &form)
        .await
        .expect("entered");
    service
        .record_materials(ctx, 1, id, &papers())
        .await
        .expect("papers");
    service
        .submit_application(ctx, 1, id)
        .await
        .expect("submitted");
    id
}

async fn stands(bureau: &Bureau, id: RecordId) -> State {
    let view = bureau.service.application(&bureau.officer, 1, id).await;
    view.expect("seen").application.state
}

fn sentences<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(reasons)) => reasons.into_iter().map(|one| one.code).collect(),
        Err(Error::Invalid(problems)) => problems.into_iter().map(|one| one.field).collect(),
        other => panic!("{other:?}"),
    }
}

async fn kinds(bureau: &Bureau, id: RecordId) -> Vec<String> {
    let filter = EntryFilter {
        object: Some(("application".into(), id.to_string())),
        ..EntryFilter::default()
    };
    let mut entries = store::ledger::list(&mut bureau.store.read(), &filter, 100)
        .await
        .expect("read");
    entries.reverse();
    entries.into_iter().map(|entry| entry.action).collect()
}

/// Covers: DG-4-0, DG-4-1, DG-5-0, DG-7-1.
#[tokio::test]
async fn a_self_nomination_is_vetted_with_every_condition_and_its_article() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let desk = &bureau.officer;
        let mut form = form(&bureau, "self_nominated", "申请甲", NUMBERS[0]);
        let id = service
            .enter_application(desk, 1, &form)
            .await
            .expect("entered");

        // Nothing was handed in yet: each item is named, with its article.
        let early = service.submit_application(desk, 1, id).await;
        assert_eq!(sentences(early), ["form1", "certs", "identity"]);
        service
            .record_materials(desk, 1, id, &papers())
            .await
            .expect("papers");

        // One declaration taken back stops it.
        form = Fields::from(
            form.pairs()
                .iter()
                .filter(|(_, value)| value != "L1")
                .cloned()
                .collect::<Vec<_>>(),
        );
        let version = service
            .application(desk, 1, id)
            .await
            .expect("seen")
            .version;
        service
            .change_application(desk, 1, id, version, &form)
            .await
            .expect("changed");
        assert_eq!(
            sentences(service.submit_application(desk, 1, id).await),
            ["L1"]
        );
        form.push("declared", "L1");
        let stale = service
            .change_application(desk, 1, id, version, &form)
            .await;
        assert!(matches!(stale, Err(Error::Stale)));
        service
            .change_application(desk, 1, id, version + 1, &form)
            .await
            .expect("changed");
        let state = service
            .submit_application(desk, 1, id)
            .await
            .expect("submitted");
        assert_eq!(state.station(), Some(Station::Vetting));

        // The vetting page has a line for every condition; what needs an eye blocks until it was seen.
        let view = service.application(desk, 1, id).await.expect("seen");
        let pool = service.pool_numbered(desk, 1).await.expect("pool");
        assert_eq!(view.conditions.len(), pool.pack.eligibility.leaves.len());
        let line = |code: &str| {
            view.conditions
                .iter()
                .find(|one| one.code == code)
                .expect("there")
        };
        assert_eq!(line("AGE").citation, "第四条(四)");
        assert_eq!(line("L1").confirm, Some(None));
        assert!(line("X20").register.is_some() && line("X20").blocks);
        let blocked = service.pass_application(desk, 1, id, "想通过").await;
        assert_eq!(sentences(blocked), ["L1", "L5", "X20"]);
        let mut unsourced = checked();
        unsourced.push("register_source.none", "");
        let unsourced = Fields::from(
            unsourced
                .pairs()
                .iter()
                .filter(|(name, _)| name != "register_source.dishonesty")
                .cloned()
                .collect::<Vec<_>>(),
        );
        let refused = service.check_application(desk, 1, id, &unsourced).await;
        assert_eq!(sentences(refused), ["register_source.dishonesty"]);
        service
            .check_application(desk, 1, id, &checked())
            .await
            .expect("checked");
        let mut denied = Fields::from(checked().pairs()[1..].to_vec());
        denied.push("confirm.L1", "no");
        service
            .check_application(desk, 1, id, &denied)
            .await
            .expect("checked");
        assert_eq!(
            sentences(service.pass_application(desk, 1, id, "").await),
            ["L1"]
        );
        service
            .check_application(desk, 1, id, &checked())
            .await
            .expect("checked");
        let state = service
            .pass_application(desk, 1, id, "")
            .await
            .expect("passed");
        assert_eq!(state.station(), Some(Station::Committee));

        // The committee is not the officer's to pass.
        let jumped = service.pass_application(desk, 1, id, "").await;
        assert_eq!(sentences(jumped), ["application.station"]);
        assert_eq!(
            kinds(&bureau, id).await,
            [
                EventKind::ApplicationEntered,
                EventKind::ApplicationMaterial,
                EventKind::ApplicationChanged,
                EventKind::ApplicationChanged,
                EventKind::ApplicationSubmitted,
                EventKind::ApplicationChecked,
                EventKind::ApplicationChecked,
                EventKind::ApplicationChecked,
                EventKind::ApplicationPassed,
            ]
            .map(EventKind::code)
        );
    })
    .await;
}

/// Covers: DG-5-0, DG-5-1, DG-7-1.
#[tokio::test]
async fn each_channel_takes_its_own_way() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let desk = &bureau.officer;
        for (n, (channel, station)) in [
            ("self_nominated", Station::Vetting),
            ("by_employer", Station::Vetting),
            ("cross_pool", Station::Committee),
        ]
        .into_iter()
        .enumerate()
        {
            let id = submitted(&bureau, desk, channel, n).await;
            assert_eq!(
                stands(&bureau, id).await.station(),
                Some(station),
                "{channel}"
            );
        }
        // A source pool is named, a notice is answered in time.
        let service = &bureau.service;
        let without = |channel: &str, field: &str| {
            let form = form(&bureau, channel, "申请乙", "440000198001010007");
            let kept = form.pairs().iter().filter(|(name, _)| name != field);
            Fields::from(kept.cloned().collect::<Vec<_>>())
        };
        let no_source = service
            .enter_application(desk, 1, &without("cross_pool", "source"))
            .await;
        assert_eq!(sentences(no_source), ["source"]);
        let no_notice = service
            .enter_application(desk, 1, &without("self_nominated", "notice"))
            .await;
        assert_eq!(sentences(no_notice), ["notice"]);
        let invited = service
            .enter_application(desk, 1, &without("invited", ""))
            .await;
        assert_eq!(sentences(invited), ["invitation"]);
        let mut late = without("self_nominated", "notice_closes");
        late.push("notice_closes", "2022-06-05");
        let id = service
            .enter_application(desk, 1, &late)
            .await
            .expect("a draft");
        service
            .record_materials(desk, 1, id, &papers())
            .await
            .expect("papers");
        assert_eq!(
            sentences(service.submit_application(desk, 1, id).await),
            ["open_notice"]
        );
    })
    .await;
}

#[tokio::test]
async fn one_person_has_one_application_whatever_the_channel() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let desk = &bureau.officer;
        let first = submitted(&bureau, desk, "self_nominated", 0).await;
        let again = form(&bureau, "cross_pool", "申请甲", NUMBERS[0]);
        let second = service.enter_application(desk, 1, &again).await;
        let Err(Error::Invalid(problems)) = second else {
            panic!("{second:?}");
        };
        assert!(
            problems[0].sentence.contains("SQ01-2022-00001"),
            "{problems:?}"
        );
        let wrong = form(&bureau, "cross_pool", "申请甲", "440000197001010004");
        assert_eq!(
            sentences(service.enter_application(desk, 1, &wrong).await),
            ["id_number"]
        );
        let reason = service.withdraw_application(desk, 1, first, " ").await;
        assert_eq!(sentences(reason), ["reason"]);
        service
            .withdraw_application(desk, 1, first, "改由单位推荐")
            .await
            .expect("withdrawn");
        let second = service
            .enter_application(desk, 1, &again)
            .await
            .expect("free again");
        let view = service.application(desk, 1, second).await.expect("seen");
        assert_eq!(
            view.elsewhere,
            ["示例专家库：入库申请 SQ01-2022-00001，已撤回"]
        );
        assert_eq!(view.application.number, "SQ01-2022-00002");
        assert!(view.masked.id_number.contains('*'), "{:?}", view.masked);
        let text = serde_json::to_string(&view).expect("json");
        assert!(!text.contains(NUMBERS[0]) && !text.contains("16400000001"));
    })
    .await;
}

#[tokio::test]
async fn a_return_tells_item_by_item_and_comes_back_to_vetting() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let desk = &bureau.officer;
        let id = submitted(&bureau, desk, "self_nominated", 0).await;
        let fix = |item: &str, reason: &str| vec![(item.to_owned(), reason.to_owned())];
        let until = Some(date(2022, 6, 20));
        let nothing = service
            .return_application(desk, 1, id, &Vec::new(), until)
            .await;
        assert_eq!(sentences(nothing), ["corrections"]);
        let foreign = service
            .return_application(desk, 1, id, &fix("list2", "缺"), until)
            .await;
        assert_eq!(sentences(foreign), ["corrections"], "not of this channel");
        let past = Some(date(2022, 6, 6));
        let past = service
            .return_application(desk, 1, id, &fix("identity", "已过期"), past)
            .await;
        assert_eq!(sentences(past), ["until"]);
        service
            .return_application(
                desk,
                1,
                id,
                &fix("identity", "证件已过期，请换新证件"),
                until,
            )
            .await
            .expect("returned");
        let view = service.application(desk, 1, id).await.expect("seen");
        assert_eq!(view.due, until);
        assert!(view.steps.contains(&Step::Edit) && !view.steps.contains(&Step::Pass));
        let filter = MessageFilter {
            channel: Some("sms".into()),
            ..MessageFilter::default()
        };
        let page = PageRequest::first(50);
        let sent = store::messages::page(
            &mut bureau.store.read(),
            bureau.store.seals(),
            &filter,
            &page,
        )
        .await
        .expect("read");
        let told = sent.items.iter().any(|one| {
            one.message
                .content
                .reveal()
                .contains("证件已过期，请换新证件")
        });
        assert!(told, "the applicant is told why");
        let waiting = service.inbox(desk, bureau.pool).await.expect("inbox");
        assert!(waiting.items.iter().any(|item| item.tag == "退回补正"));
        let state = service
            .submit_application(desk, 1, id)
            .await
            .expect("again");
        assert_eq!(state.station(), Some(Station::Vetting));
        service
            .refuse_application(desk, 1, id, "工作年限不足")
            .await
            .expect("refused");
        assert!(stands(&bureau, id).await.is_over());
        assert!(
            service
                .withdraw_application(desk, 1, id, "撤回")
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test]
async fn a_file_counts_as_handed_in_is_sealed_and_leaves_a_trace() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let desk = &bureau.officer;
        let form = form(&bureau, "self_nominated", "申请甲", NUMBERS[0]);
        let id = service
            .enter_application(desk, 1, &form)
            .await
            .expect("entered");
        let pdf = b"%PDF-1.4\n%%EOF\n".to_vec();
        let script = b"<script>alert(1)</script>".to_vec();
        let bad = service
            .add_material(desk, 1, id, "identity", "photo.jpg", script)
            .await;
        assert_eq!(sentences(bad), ["attachment"]);
        let nowhere = service
            .add_material(desk, 1, id, "list2", "名单.pdf", pdf.clone())
            .await;
        assert_eq!(sentences(nowhere), ["attachment_kind"]);
        let place = "certs/title_proof";
        let file = service
            .add_material(desk, 1, id, place, "职称证书.pdf", pdf.clone())
            .await
            .expect("kept");
        let view = service.application(desk, 1, id).await.expect("seen");
        assert_eq!(view.application.handed["certs"].parts, ["title_proof"]);
        let proof = view
            .conditions
            .iter()
            .find(|one| one.code == "T_SEN")
            .expect("there");
        assert_eq!(proof.evidence[0].id, file, "beside the condition it proves");
        let made = service
            .open_material(desk, 1, id, file)
            .await
            .expect("opened");
        assert_eq!((made.bytes, made.media_type), (pdf, "application/pdf"));
        let traces = kinds(&bureau, id).await;
        assert_eq!(
            traces.last().map(String::as_str),
            Some(EventKind::PlainValueRead.code())
        );
        service
            .remove_material(desk, 1, id, file)
            .await
            .expect("removed");
        let view = service.application(desk, 1, id).await.expect("seen");
        assert!(!view.application.handed["certs"].given);
    })
    .await;
}

#[tokio::test]
async fn a_recommending_unit_sees_and_enters_its_own_candidates_only() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let mut unit = bureau.as_role(Role::Recommender);
        unit.actor.organisation = Some(bureau.requester);
        let own = form(&bureau, "self_nominated", "申请甲", NUMBERS[0]);
        let wrong = service.enter_application(&unit, 1, &own).await;
        assert_eq!(sentences(wrong), ["application.submitter"]);
        let pool = service.pool_numbered(&unit, 1).await.expect("a pool");
        let offered = service::applications::open_channels(&pool, &unit.actor);
        let offered: Vec<&str> = offered.iter().map(|one| one.id.as_str()).collect();
        assert!(
            offered.contains(&"by_employer") && !offered.contains(&"self_nominated"),
            "nobody is asked to fill in what is refused: {offered:?}"
        );
        let id = submitted(&bureau, &unit, "by_employer", 0).await;
        let view = service.application(&unit, 1, id).await.expect("own");
        assert_eq!(
            view.application.recommender.as_deref(),
            Some("示例市云岭分局")
        );
        assert!(!view.steps.contains(&Step::Pass));
        let mut stranger = bureau.as_role(Role::Recommender);
        stranger.actor.organisation = Some(uuid::Uuid::from_u128(12).into());
        let seen = service.application(&stranger, 1, id).await;
        assert!(matches!(seen, Err(Error::NotFound)));
        let list = |ctx: Ctx| async move {
            let query = ApplicationQuery::default();
            let page = PageRequest::first(50);
            let found = service.applications(&ctx, 1, &query, &page).await;
            found.expect("listed").items.len()
        };
        assert_eq!((list(unit).await, list(stranger).await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn the_queue_goes_on_to_the_next_one_and_round() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let desk = &bureau.officer;
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(submitted(&bureau, desk, "self_nominated", n).await);
        }
        let next = |number: &'static str| async move {
            let found = service.next_application(desk, 1, "vetting", number).await;
            found.expect("queue")
        };
        assert_eq!(next("").await, Some(ids[0]));
        assert_eq!(next("SQ01-2022-00001").await, Some(ids[1]));
        assert_eq!(next("SQ01-2022-00003").await, Some(ids[0]));
        for id in &ids[1..] {
            service
                .check_application(desk, 1, *id, &checked())
                .await
                .expect("checked");
        }
        let batch = service
            .pass_applications(desk, 1, &ids)
            .await
            .expect("a batch");
        assert_eq!((batch.passed, batch.left_out.len()), (2, 1));
        assert!(batch.left_out[0].0.contains("SQ01-2022-00001"), "{batch:?}");
        service
            .check_application(desk, 1, ids[0], &checked())
            .await
            .expect("checked");
        service
            .pass_application(desk, 1, ids[0], "")
            .await
            .expect("passed");
        assert_eq!(next("").await, None);
    })
    .await;
}

/// Covers: DG-20-a.
#[tokio::test]
async fn whoever_is_listed_does_not_enter_and_recommends_nobody() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let desk = &bureau.officer;
        let listed = |name: &str, code: &str| EntryDraft {
            name: name.into(),
            code: code.into(),
            from: "2022-01-01".into(),
            source: "信用中国网站".into(),
            ..EntryDraft::default()
        };
        let entry = service
            .add_register_entry(desk, 1, &listed(NAMES[0], NUMBERS[0]))
            .await
            .expect("listed");
        let own = form(&bureau, "self_nominated", NAMES[0], NUMBERS[0]);
        let id = service
            .enter_application(desk, 1, &own)
            .await
            .expect("a draft");
        service
            .record_materials(desk, 1, id, &papers())
            .await
            .expect("papers");
        assert_eq!(
            sentences(service.submit_application(desk, 1, id).await),
            ["X20"]
        );
        service
            .remove_register_entry(desk, 1, entry, "信用修复")
            .await
            .expect("removed");
        service
            .submit_application(desk, 1, id)
            .await
            .expect("free again");

        let mut tx = bureau.store.write(LedgerId::System).await.expect("door");
        let mut unit = store::organisations::find::<Organisation>(&mut tx, bureau.requester)
            .await
            .expect("read")
            .expect("known");
        unit.body.credit_code = Some(CODE.into());
        unit.keys.credit_code = Some(CODE.into());
        store::document::save(&mut tx, &mut unit)
            .await
            .expect("saved");
        tx.append(&store::testing::event("test.unit", desk.now))
            .await
            .expect("recorded");
        tx.commit().await.expect("committed");
        service
            .add_register_entry(desk, 1, &listed("示例市云岭分局", CODE))
            .await
            .expect("listed");
        let mut recommender = bureau.as_role(Role::Recommender);
        recommender.actor.organisation = Some(bureau.requester);
        let candidate = form(&bureau, "by_employer", NAMES[1], NUMBERS[1]);
        let barred = service.enter_application(&recommender, 1, &candidate).await;
        assert_eq!(sentences(barred), ["application.recommender_listed"]);
    })
    .await;
}
