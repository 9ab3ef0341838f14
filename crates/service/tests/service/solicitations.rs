//! 征集公告 from the draft to the last second, on both engines: what a pack asks for, two persons, the
//! public page, what is taken while it is open, the yearly number.

use crate::bureau::{APPLICANTS, Bureau};
use domain::actor::Role;
use domain::id::RecordId;
use domain::policy::due::State as Due;
use domain::policy::library::shipped;
use domain::solicitation::Standing;
use service::certificates::Order;
use service::results::Told;
use service::solicitations::{Appearance, Step, Wording};
use service::{Ctx, Error, PageRequest};
use store::testing::on_both;

const DAY: i64 = 24 * 3600;

/// A draft with everything the Dongguan pack asks for, open from tomorrow, 2022-06-07, to 06-20.
async fn wording(bureau: &Bureau) -> Wording {
    let outline = bureau
        .service
        .notice_outline(&bureau.officer, bureau.pool)
        .await
        .expect("the pack knows notices");
    Wording {
        opens_on: "2022-06-07".into(),
        closes_on: "2022年6月20日".into(),
        ..outline.beginning
    }
}

async fn drafted(bureau: &Bureau, wording: &Wording) -> RecordId {
    let officer = bureau.now(&bureau.officer);
    let drafted = bureau
        .service
        .draft_notice(&officer, bureau.pool, wording)
        .await;
    drafted.expect("drafted")
}

/// Drafted, handed in, approved and published, now.
async fn published(bureau: &Bureau, wording: &Wording) -> RecordId {
    let id = drafted(bureau, wording).await;
    let service = &bureau.service;
    let (officer, approver) = (bureau.now(&bureau.officer), bureau.now(&bureau.approver));
    service.submit_notice(&officer, id).await.expect("complete");
    service
        .approve_notice(&approver, id, true)
        .await
        .expect("another person");
    service.publish_notice(&officer, id).await.expect("in time");
    id
}

fn fields(refused: &Result<(), Error>) -> Vec<&str> {
    let Err(Error::Invalid(problems)) = refused else {
        panic!("expected problems, got {refused:?}");
    };
    problems.iter().map(|one| one.field.as_str()).collect()
}

async fn waiting(bureau: &Bureau, who: &Ctx) -> Vec<(&'static str, &'static str)> {
    let now = bureau.now(who);
    let inbox = bureau.service.inbox(&now, bureau.pool).await;
    let items = inbox.expect("an inbox").items;
    items.iter().map(|item| (item.tag, item.verb)).collect()
}

/// Covers: DG-5-1.
#[tokio::test]
async fn a_notice_opens_its_channels_from_its_first_to_its_last_second() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let open = |channel: &'static str| {
            let now = bureau.now(&bureau.officer).now;
            service.open_notice(bureau.pool, channel, now)
        };
        let shut = |answer: &Result<_, Error>| match answer {
            Err(Error::Refused(reasons)) => reasons[0].article.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(shut(&open("self_nominated").await.map(drop)), "第五条(一)");
        assert_eq!(open("invited").await.expect("needs none"), None);
        assert!(matches!(open("nowhere").await, Err(Error::NotFound)));

        // A draft may lack everything, keeps what is typed, and is complete when handed in.
        let bare = Wording {
            title: "　专家 征集 ".into(),
            closes_at: "25:00".into(),
            ..Wording::default()
        };
        let refused = service
            .draft_notice(&bureau.officer, bureau.pool, &bare)
            .await
            .map(drop);
        assert_eq!(fields(&refused), ["closes_at"]);
        let bare = Wording {
            closes_at: String::new(),
            ..bare
        };
        let id = drafted(&bureau, &bare).await;
        let refused = service.submit_notice(&bureau.officer, id).await;
        assert_eq!(
            fields(&refused),
            [
                "opens_on",
                "closes_on",
                "paragraph.0",
                "channels",
                "contact"
            ]
        );
        let mut full = wording(&bureau).await;
        assert!(full.paragraphs["入库条件"].contains("未满 70 周岁"));
        assert!(full.paragraphs["入库条件"].contains("具备下列情形之一"));
        full.channels = vec!["self_nominated".into(), "invited".into()];
        let view = service.notice(&bureau.officer, id).await.expect("there");
        service
            .rewrite_notice(&bureau.officer, id, view.version, &full)
            .await
            .expect("a draft");
        let stale = service
            .rewrite_notice(&bureau.officer, id, view.version, &full)
            .await;
        assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
        let view = service.notice(&bureau.officer, id).await.expect("there");
        assert_eq!(
            view.notice.content.channels,
            ["self_nominated"],
            "an invitation needs no notice"
        );
        assert_eq!(view.steps, [Step::Edit, Step::Submit, Step::Withdraw]);
        assert_eq!(view.notice.number, None);

        // Two persons, each at their turn.
        let early = service.publish_notice(&bureau.officer, id).await;
        assert!(matches!(early, Err(Error::Refused(_))));
        service
            .submit_notice(&bureau.officer, id)
            .await
            .expect("complete");
        assert_eq!(
            waiting(&bureau, &bureau.approver).await,
            [("征集公告", "审批")]
        );
        let own = service.approve_notice(&bureau.officer, id, true).await;
        assert!(matches!(own, Err(Error::Forbidden(_))));
        let blank = service.return_notice(&bureau.approver, id, " ").await;
        assert_eq!(fields(&blank), ["reason"]);
        service
            .return_notice(&bureau.approver, id, "请写明咨询电话")
            .await
            .expect("waits");
        assert_eq!(
            waiting(&bureau, &bureau.officer).await,
            [("征集公告", "修改")]
        );
        service
            .submit_notice(&bureau.officer, id)
            .await
            .expect("complete");
        service
            .approve_notice(&bureau.approver, id, true)
            .await
            .expect("another person");
        assert_eq!(
            waiting(&bureau, &bureau.officer).await,
            [("征集公告", "发布")]
        );
        let unseen = service.published_notice(&id.to_string()).await;
        assert!(matches!(unseen, Err(Error::NotFound)), "not published yet");
        service
            .publish_notice(&bureau.officer, id)
            .await
            .expect("in time");
        assert!(waiting(&bureau, &bureau.officer).await.is_empty());

        // Ahead, open to the last second, closed.
        let shown = service
            .published_notice("zj01-2022-0001")
            .await
            .expect("anybody may read it");
        assert_eq!(shown.line.standing, Standing::Ahead);
        assert_eq!(shown.channels[0].materials.len(), 3);
        assert_eq!(
            shown.channels[0].materials[0]
                .form
                .as_ref()
                .map(|form| form.0.as_str()),
            Some("annex1")
        );
        assert_eq!(shut(&open("self_nominated").await.map(drop)), "第五条(一)");
        // 09:00 on 06-06 to 00:00 on 06-07.
        bureau.clock.advance(15 * 3600 - 1);
        assert!(open("self_nominated").await.is_err());
        bureau.clock.advance(1);
        let found = open("self_nominated").await.expect("open");
        assert_eq!(found.map(|notice| notice.id), Some(id));
        assert!(
            open("by_employer").await.is_err(),
            "not opened by this notice"
        );
        bureau.clock.advance(14 * DAY - 1);
        assert!(
            open("self_nominated").await.is_ok(),
            "the last second counts"
        );
        assert_eq!(service.current_notices().await.expect("read").len(), 1);
        bureau.clock.advance(1);
        assert!(open("self_nominated").await.is_err());
        assert!(service.current_notices().await.expect("read").is_empty());
        let past = service
            .published_notices(&PageRequest::first(10))
            .await
            .expect("read");
        assert_eq!(past.items[0].standing, Standing::Closed);

        let ledger = bureau.ledger().await;
        let own: Vec<&str> = ledger
            .iter()
            .rev()
            .filter_map(|action| action.strip_prefix("solicitation."))
            .collect();
        assert_eq!(
            own,
            [
                "drafted",
                "changed",
                "submitted",
                "returned",
                "submitted",
                "approved",
                "published"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn without_public_notice_the_result_tells_numbers_and_no_names() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let mut words = wording(&bureau).await;
        words.opens_on = "2022-06-06".into();
        published(&bureau, &words).await;
        let people = [
            bureau.applied("self_nominated", 0, None).await,
            bureau.applied("self_nominated", 1, None).await,
        ];
        bureau.classified(&people).await;
        let later = bureau.applied("self_nominated", 2, None).await;
        service
            .issue_certificates(&bureau.officer, 1, Order::default())
            .await
            .expect("they wait");
        let listed = || async {
            let found = service.results(&PageRequest::first(10)).await;
            found.expect("read").items
        };
        assert!(listed().await.is_empty(), "the window is open");
        bureau.clock.advance(15 * DAY);
        let lines = listed().await;
        assert_eq!(lines.len(), 1);
        assert_eq!(
            (lines[0].number.as_str(), lines[0].appointed),
            ("ZJ01-2022-0001", 2)
        );
        let one = service.public_result("zj01-2022-0001").await;
        let one = one.expect("anybody may read it");
        let Told::Notice { applied, .. } = &one.told else {
            panic!("{one:?}");
        };
        assert_eq!(*applied, 3, "{later} is still at work");
        let told = serde_json::to_string(&one).expect("written");
        assert!(APPLICANTS.iter().all(|(name, _)| !told.contains(name)));
        let unknown = service.public_result("ZJ01-2022-0009").await;
        assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_notice_closes_its_channels_and_stays_to_be_read() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let mut words = wording(&bureau).await;
        words.opens_on = "2022-06-06".into();
        let id = published(&bureau, &words).await;
        let now = bureau.now(&bureau.officer);
        assert!(
            service
                .open_notice(bureau.pool, "by_employer", now.now)
                .await
                .is_ok()
        );
        let blank = service.withdraw_notice(&now, id, "").await;
        assert_eq!(fields(&blank), ["reason"]);
        for outsider in [&bureau.supervisor, &bureau.approver] {
            let refused = service.withdraw_notice(outsider, id, "错").await;
            assert!(matches!(refused, Err(Error::Forbidden(_))));
        }
        let stranger = service.withdraw_notice(&bureau.asking, id, "错").await;
        assert!(matches!(stranger, Err(Error::NotFound)), "{stranger:?}");
        service
            .withdraw_notice(&now, id, "附件有误，另行发布")
            .await
            .expect("published");
        assert!(
            service
                .open_notice(bureau.pool, "by_employer", now.now)
                .await
                .is_err()
        );
        let shown = service
            .published_notice(&id.to_string())
            .await
            .expect("stays");
        assert_eq!(shown.withdrawn.as_deref(), Some("附件有误，另行发布"));
        let printed = service
            .print_published_notice("ZJ01-2022-0001")
            .await
            .expect("printed");
        assert!(printed.bytes.starts_with(b"%PDF"));
        // Numbers go on; a draft nobody published is never public.
        let next = published(&bureau, &words).await;
        let view = service.notice(&now, next).await.expect("there");
        assert_eq!(view.notice.number.as_deref(), Some("ZJ01-2022-0002"));
        let draft = drafted(&bureau, &words).await;
        service
            .withdraw_notice(&now, draft, "不发了")
            .await
            .expect("a draft");
        let unseen = service.published_notice(&draft.to_string()).await;
        assert!(matches!(unseen, Err(Error::NotFound)));
        let all = service
            .notices(&now, bureau.pool, &[], "")
            .await
            .expect("read");
        assert_eq!(all.len(), 3);
    })
    .await;
}

/// Two a year in three media, approved by this party, numbers by specialty and three headings more:
/// the keys a pack may use, in a text that has none of its own.
fn demanding(approver: &str) -> String {
    let text = shipped("dg-2021").expect("shipped").pack;
    let asked = r#"fields = ["标题", "征集开始时间", "征集截止时间", "入库条件", "联系方式"]"#;
    assert!(text.contains(asked));
    let text = text.replacen(
        asked,
        &format!(
            r#"fields = ["拟聘人数", "聘用条件", "行业", "专业", "工种"]
media = ["微信公众号", "官方网站", "新闻媒体"]
approved_by = "{approver}"
headcount = {{ label = "拟聘人数", per = "specialty", beyond = "in_principle" }}"#
        ),
        1,
    );
    format!(
        r#"{text}
[[obligation]]
id = "notices"
label = "公开征集"
counts = "notice.published"
at_least = 2
per = "calendar_year"
ref = "第五条(一)"
reminder = [{{ from = "06-30", at_least = 1 }}, {{ from = "11-01", at_least = 2 }}]
"#
    )
}

/// Covers: CY-10-a, JM-7-1-a.
#[tokio::test]
async fn the_pack_says_what_a_notice_says_and_who_approves_it() {
    on_both(|engine| async move {
        let bureau = Bureau::open_under(&engine, 0, &demanding("committee")).await;
        let service = &bureau.service;
        let outline = service
            .notice_outline(&bureau.officer, bureau.pool)
            .await
            .expect("known");
        assert_eq!(outline.headings, ["聘用条件", "行业", "专业", "工种"]);
        assert_eq!(outline.headcount.as_deref(), Some("拟聘人数"));
        assert_eq!(outline.wanted[0].label, "焊接");
        let mut words = wording(&bureau).await;
        let id = drafted(&bureau, &words).await;
        let refused = service.submit_notice(&bureau.officer, id).await;
        assert_eq!(
            fields(&refused),
            ["wanted.0", "paragraph.1", "paragraph.2", "paragraph.3"]
        );
        complete(&mut words, &outline.wanted[0].key, "很多");
        let refused = service
            .draft_notice(&bureau.officer, bureau.pool, &words)
            .await
            .map(drop);
        assert_eq!(fields(&refused), ["wanted.0"]);
        complete(&mut words, &outline.wanted[0].key, "１０");
        let view = service.notice(&bureau.officer, id).await.expect("there");
        service
            .rewrite_notice(&bureau.officer, id, view.version, &words)
            .await
            .expect("a draft");
        service
            .submit_notice(&bureau.officer, id)
            .await
            .expect("complete");
        let other = service.approve_notice(&bureau.approver, id, true).await;
        assert!(
            matches!(&other, Err(Error::Refused(reasons)) if reasons[0].code == "solicitation.party"),
            "the pack names another party: {other:?}"
        );
        let view = service.notice(&bureau.approver, id).await.expect("there");
        assert!(view.steps.is_empty(), "{:?}", view.steps);
    })
    .await;
}

fn complete(words: &mut Wording, key: &str, number: &str) {
    for heading in ["行业", "专业", "工种"] {
        words.paragraphs.insert(heading.into(), "制造业".into());
    }
    words.wanted.insert(key.to_owned(), number.to_owned());
}

/// Covers: JM-7-1-b.
#[tokio::test]
async fn two_a_year_are_counted_and_missing_media_are_shown() {
    on_both(|engine| async move {
        let bureau = Bureau::open_under(&engine, 0, &demanding("bureau")).await;
        let service = &bureau.service;
        let duty = async || {
            let now = bureau.now(&bureau.officer);
            let duty = service.notice_duty(&now, bureau.pool).await;
            duty.expect("read").expect("the pack asks for two")
        };
        let mut words = wording(&bureau).await;
        complete(&mut words, &bureau.specialty.to_string(), "10");
        let first = duty().await;
        assert_eq!(
            (first.count, first.state, first.behind),
            (0, Due::Due, None)
        );
        // None by 30 June: whoever drafts is reminded.
        bureau.clock.advance(24 * DAY);
        assert_eq!(duty().await.behind.map(|(_, least)| least), Some(1));
        assert_eq!(
            waiting(&bureau, &bureau.officer).await,
            [("年度应办", "起草")]
        );
        assert!(waiting(&bureau, &bureau.approver).await.is_empty());

        words.opens_on = "2022-07-01".into();
        words.closes_on = "2022-07-31".into();
        let id = published(&bureau, &words).await;
        let shown = service
            .published_notice(&id.to_string())
            .await
            .expect("public");
        assert_eq!(shown.wanted, [("焊接".to_owned(), 10)]);
        assert!(waiting(&bureau, &bureau.officer).await.is_empty());
        let now = bureau.now(&bureau.officer);
        let mut appearance = Appearance {
            medium: "新闻媒体".into(),
            address: "示例日报 2022年6月30日 3 版".into(),
            on: "2022-07-01".into(),
            ..Appearance::default()
        };
        let ahead = service.record_appearance(&now, id, &appearance).await;
        assert_eq!(fields(&ahead), ["on"], "it has not happened yet");
        appearance.on = "2022-06-30".into();
        service
            .record_appearance(&now, id, &appearance)
            .await
            .expect("the day it was approved");
        let twice = service.record_appearance(&now, id, &appearance).await;
        assert_eq!(fields(&twice), ["address"]);
        let counted = duty().await;
        assert_eq!((counted.count, counted.state), (1, Due::Due));
        assert_eq!(counted.notices[0].uncovered, ["微信公众号", "官方网站"]);

        // 1 November: a second one is missed; on 31 December it still counts, on 1 January no more.
        bureau.clock.advance(124 * DAY);
        assert_eq!(duty().await.behind.map(|(_, least)| least), Some(2));
        bureau.clock.advance(60 * DAY);
        assert_eq!(
            bureau.now(&bureau.officer).today().to_string(),
            "2022-12-31"
        );
        assert_eq!(duty().await.state, Due::Missed);
        words.opens_on = "2022-12-31".into();
        words.closes_on = "2023-01-31".into();
        published(&bureau, &words).await;
        let kept = duty().await;
        assert_eq!((kept.count, kept.state, kept.behind), (2, Due::Kept, None));
        bureau.clock.advance(DAY);
        let next = duty().await;
        assert_eq!((next.count, next.state), (0, Due::Due));
    })
    .await;
}

/// Only the bureau calls for experts: whoever merely uses the pool neither drafts nor publishes.
#[tokio::test]
async fn whoever_only_uses_the_pool_publishes_nothing() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let words = wording(&bureau).await;
        let id = drafted(&bureau, &words).await;
        let secretary = bureau.as_role(Role::Secretary);
        for other in [
            &bureau.asking,
            &bureau.supervisor,
            &bureau.approver,
            &secretary,
        ] {
            let refused = service.draft_notice(other, bureau.pool, &words).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
            let refused = service.publish_notice(other, id).await;
            assert!(
                matches!(refused, Err(Error::Forbidden(_) | Error::NotFound)),
                "{refused:?}"
            );
        }
        let list = service.notices(&bureau.asking, bureau.pool, &[], "").await;
        assert!(matches!(list, Err(Error::Forbidden(_))));
    })
    .await;
}
