//! From the application to the certificate under other instruments than Dongguan's: the same program,
//! another pack.

use crate::bureau::Bureau;
use domain::actor::Role;
use domain::application::State;
use domain::id::RecordId;
use domain::meeting::{Minutes, Opinion, PersonResult, Verdict};
use domain::policy::library::shipped;
use domain::policy::pack::{How, Pack, Station};
use domain::policy::words::Word as _;
use jiff::civil::date;
use service::certificates::Order;
use service::typed::Fields;
use service::{Ctx, Error, PageRequest};
use store::testing::on_both;

async fn open(engine: &store::testing::TestStore, pack: &str) -> Bureau {
    let bureau = Bureau::open_under(engine, 0, shipped(pack).expect("shipped").pack).await;
    // The desk keeps the clock's day: certificates start terms.
    bureau
        .clock
        .set("2022-06-06T02:00:00Z".parse().expect("a time"));
    bureau
}

fn pack(id: &str) -> Pack {
    domain::policy::check::check(shipped(id).expect("shipped").pack).expect("sound")
}

/// An application by a channel with everything its list asks for.
async fn handed_in(
    bureau: &Bureau,
    pack: &Pack,
    desk: &Ctx,
    channel: &str,
    n: usize,
    more: &[(&str, &str)],
) -> RecordId {
    let service = &bureau.service;
    let (name, number) = crate::bureau::APPLICANTS[n];
    let mut form = Fields::default();
    for (field, value) in [
        ("channel", channel),
        ("notice", "ZJ01-2022-0001"),
        ("notice_closes", "2022-06-30"),
        ("name", name),
        ("id_number", number),
        ("mobile", "16400000001"),
        ("employer", "示例理工大学"),
        ("title.0.name", "高级工程师"),
        ("education.0.level", "本科"),
        ("pledge", "yes"),
        ("privacy", "yes"),
    ]
    .iter()
    .chain(more)
    {
        form.push(*field, *value);
    }
    form.push("specialty", bureau.specialty.to_string());
    for leaf in &pack.eligibility.leaves {
        if leaf.how.contains(&How::Declared) {
            form.push("declared", leaf.id.as_str());
        }
    }
    let id = service
        .enter_application(&bureau.now(desk), 1, &form)
        .await
        .expect("entered");
    let list = pack.admission.channel(channel).expect("known");
    let mut papers = Fields::default();
    for item in domain::policy::checklist::items(pack, list) {
        for what in ["given", "opinion", "sealed"] {
            papers.push(format!("{what}.{}", item.id), "yes");
        }
        for part in &item.parts {
            let field = if part.id == "title_proof" || part.id == "honour_proof" {
                "part"
            } else {
                "not_held"
            };
            papers.push(format!("{field}.{}", item.id), part.id.as_str());
        }
        papers.push(format!("valid_to.{}", item.id), "2030-01-01");
    }
    service
        .record_materials(&bureau.now(desk), 1, id, &papers)
        .await
        .expect("papers");
    service
        .submit_application(&bureau.now(desk), 1, id)
        .await
        .expect("submitted");
    id
}

/// Every condition a reviewer has to confirm, confirmed with what it rests on.
async fn confirmed(bureau: &Bureau, pack: &Pack, id: RecordId) {
    let mut checked = Fields::default();
    for leaf in &pack.eligibility.leaves {
        if leaf.how.contains(&How::Reviewed) {
            checked.push(format!("confirm.{}", leaf.id), "yes");
            checked.push(format!("note.{}", leaf.id), "查阅证明材料原件");
        }
    }
    for register in &pack.vocabulary.registers {
        checked.push(format!("register.{}", register.id), "clear");
        checked.push(format!("register_source.{}", register.id), "公开网站");
    }
    bureau
        .service
        .check_application(&bureau.now(&bureau.officer), 1, id, &checked)
        .await
        .expect("checked");
}

async fn state(bureau: &Bureau, id: RecordId) -> State {
    let view = bureau
        .service
        .application(&bureau.now(&bureau.officer), 1, id)
        .await
        .expect("seen");
    view.application.state
}

async fn pass(bureau: &Bureau, role: Role, id: RecordId) -> Result<State, Error> {
    let who = bureau.as_role(role);
    bureau
        .service
        .pass_application(&bureau.now(&who), 1, id, "")
        .await
}

/// Covers: GZ-15-a, GZ-15-b, GZ-16-a.
#[tokio::test]
async fn guangzhou_appoints_by_cohort_and_a_supplement_ends_with_it() {
    on_both(|engine| async move {
        let bureau = open(&engine, "gz-2022").await;
        let pack = pack("gz-2022");
        let service = &bureau.service;
        let officer = bureau.officer.clone();
        let group = "技能评价专家组";
        let evaluating = [
            ("duty", group),
            ("work.0.from", "2010-01-01"),
            ("work.0.employer", "示例理工大学"),
            ("work.0.tags", "evaluation"),
        ];
        let id = handed_in(&bureau, &pack, &officer, "selected", 0, &evaluating).await;
        confirmed(&bureau, &pack, id).await;
        pass(&bureau, Role::Officer, id).await.expect("vetted");
        let groups = [group.to_owned()];
        service
            .classify_application(&bureau.now(&officer), 1, id, &[bureau.specialty], &groups)
            .await
            .expect("classified");
        let none = service
            .issue_certificates(&bureau.now(&officer), 1, Order::default())
            .await;
        assert!(
            matches!(&none, Err(Error::Refused(why)) if why[0].code == "cohort.closed"),
            "{none:?}"
        );
        let missing = service.open_cohort(&bureau.now(&officer), 1, None).await;
        assert!(matches!(missing, Err(Error::Invalid(_))));
        service
            .open_cohort(&bureau.now(&officer), 1, Some(date(2022, 6, 6)))
            .await
            .expect("opened");
        service
            .issue_certificates(&bureau.now(&officer), 1, Order::default())
            .await
            .expect("issued");
        assert!(matches!(state(&bureau, id).await, State::Appointed { .. }));

        // A year later somebody joins: only with a need, and only to the end of the cohort.
        bureau
            .clock
            .set("2023-06-06T02:00:00Z".parse().expect("a time"));
        let late = handed_in(&bureau, &pack, &officer, "selected", 1, &evaluating).await;
        confirmed(&bureau, &pack, late).await;
        pass(&bureau, Role::Officer, late).await.expect("vetted");
        service
            .classify_application(&bureau.now(&officer), 1, late, &[bureau.specialty], &groups)
            .await
            .expect("classified");
        let silent = service
            .issue_certificates(&bureau.now(&officer), 1, Order::default())
            .await;
        assert!(
            matches!(&silent, Err(Error::Refused(why)) if why[0].code == "reason"),
            "{silent:?}"
        );
        let order = Order {
            need: "新增职业开考，现有专家不足",
            ..Order::default()
        };
        service
            .issue_certificates(&bureau.now(&officer), 1, order)
            .await
            .expect("issued");
        let found = service
            .certificates(&bureau.now(&officer), 1, "", &PageRequest::after(None, 10))
            .await
            .expect("listed")
            .items;
        let terms: Vec<_> = found
            .iter()
            .map(|one| (one.term.from, one.term.to))
            .collect();
        assert!(
            terms.contains(&(date(2022, 6, 6), date(2025, 6, 5))),
            "{terms:?}"
        );
        assert!(
            terms.contains(&(date(2023, 6, 6), date(2025, 6, 5))),
            "{terms:?}"
        );
        let shown = &found[0].shown;
        assert!(
            shown.contains(&("届别".into(), "第1届".into())),
            "{shown:?}"
        );
        assert!(
            shown.contains(&("专家组".into(), group.into())),
            "{shown:?}"
        );

        // The next cohort follows without a gap.
        service
            .open_cohort(&bureau.now(&officer), 1, None)
            .await
            .expect("opened");
        let cohorts = service
            .cohorts(&bureau.now(&officer), 1)
            .await
            .expect("listed")
            .expect("by cohort");
        assert_eq!(cohorts.all[1].term.from, date(2025, 6, 6));
        let ahead = service.open_cohort(&bureau.now(&officer), 1, None).await;
        assert!(matches!(ahead, Err(Error::Refused(_))), "{ahead:?}");
    })
    .await;
}

/// Covers: CY-11-a, CY-12-d, CY-13-a.
#[tokio::test]
async fn chaoyang_appoints_directly_or_after_a_joint_review() {
    on_both(|engine| async move {
        let bureau = open(&engine, "cy-2021").await;
        let pack = pack("cy-2021");
        let service = &bureau.service;
        let officer = bureau.officer.clone();
        let team = ("team", "school");
        let in_city = ("flag.in_city", "yes");
        let worked = [
            team,
            in_city,
            ("work.0.from", "2005-01-01"),
            ("work.0.employer", "示例理工大学"),
            ("work.0.tags", "teaching"),
        ];
        let applied = handed_in(&bureau, &pack, &officer, "apply", 0, &worked).await;
        assert_eq!(
            state(&bureau, applied).await.station(),
            Some(Station::Recommendation)
        );
        confirmed(&bureau, &pack, applied).await;
        for (station, role) in [
            (Station::Recommendation, Role::Officer),
            (Station::Vetting, Role::Officer),
        ] {
            assert_eq!(state(&bureau, applied).await.station(), Some(station));
            let who = bureau.now(&bureau.as_role(role));
            let inbox = service.inbox(&who, bureau.pool).await.expect("read");
            let mut items = inbox.items.iter();
            let item = items.find(|item| item.path.ends_with(&applied.to_string()));
            let tag = item.map(|item| item.tag);
            assert_eq!(tag, Some(station.zh()), "it is called by its station");
            pass(&bureau, role, applied).await.expect("passed");
        }
        let secretary = bureau.as_role(Role::Secretary);
        let day = date(2022, 6, 6);
        let meeting = service
            .call_meeting(&bureau.now(&secretary), 1, Some(day), "二楼会议室")
            .await
            .expect("called");
        let minutes = Minutes {
            number: "评审〔2022〕1号".into(),
            on: day,
            attendees: vec!["职建科".into(), "职建中心".into()],
            opinions: Opinion::read("职建科：同意\n职建中心：同意"),
            results: vec![PersonResult {
                record: applied,
                verdict: Verdict::Approved,
                recused: Vec::new(),
                votes: None,
            }],
        };
        service
            .hold_meeting(&bureau.now(&secretary), 1, meeting, minutes)
            .await
            .expect("held");
        assert_eq!(
            state(&bureau, applied).await.station(),
            Some(Station::Approval)
        );
        pass(&bureau, Role::Approver, applied)
            .await
            .expect("approved");

        let honoured = [
            team,
            in_city,
            ("honour.0.name", "全国技术能手"),
            ("honour.0.level", "国家级"),
            ("work.0.from", "2005-01-01"),
            ("work.0.employer", "示例理工大学"),
            ("work.0.tags", "teaching"),
        ];
        let direct = handed_in(&bureau, &pack, &officer, "direct", 1, &honoured).await;
        confirmed(&bureau, &pack, direct).await;
        assert_eq!(
            state(&bureau, direct).await.station(),
            Some(Station::Approval)
        );
        pass(&bureau, Role::Approver, direct)
            .await
            .expect("approved");
        let order = Order {
            status_confirmed: true,
            ..Order::default()
        };
        service
            .issue_certificates(&bureau.now(&officer), 1, order)
            .await
            .expect("issued");
        for id in [applied, direct] {
            assert!(matches!(state(&bureau, id).await, State::Appointed { .. }));
        }
        let cards = service
            .certificates(&bureau.now(&officer), 1, "", &PageRequest::after(None, 10))
            .await
            .expect("listed")
            .items;
        assert_eq!(cards[0].title, "专项工作证");
        assert!(
            cards[0].shown.iter().any(|(name, _)| name == "队伍"),
            "{:?}",
            cards[0].shown
        );
        let ids: Vec<_> = cards.iter().map(|one| one.id).collect();
        let printed = service
            .print_certificates(&bureau.now(&officer), 1, &ids)
            .await
            .expect("printed");
        assert!(printed.bytes.starts_with(b"%PDF"));
        let words = crate::bureau::words_of(&printed.bytes);
        assert!(words.contains("征求意见稿"), "{words}");
    })
    .await;
}
