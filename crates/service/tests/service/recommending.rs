//! 单位推荐 in the unit's own account, on both engines: it sees its own people and nobody else's, gives its
//! opinion in place of paper and seal, refuses with a reason, hands in what a person filled in for it.

use crate::bureau::{APPLICANTS, Bureau};
use domain::actor::{Actor, Grant, Role};
use domain::application::{Filed, State};
use domain::id::{OrganisationId, RecordId};
use domain::policy::library::shipped;
use domain::policy::pack::Station;
use service::accounts::NewAccount;
use service::applications::ApplicationQuery;
use service::applications::online::{Hand, Opening, Section};
use service::typed::Fields;
use service::{Ctx, Error, PageRequest, Service};
use store::messages::MessageFilter;
use store::testing::{TestStore, on_both};
use uuid::Uuid;

async fn open(engine: &TestStore, pack: &str) -> Bureau {
    Bureau::open_under(engine, 0, shipped(pack).expect("shipped").pack).await
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    Fields::from(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>(),
    )
}

fn codes<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(reasons)) => reasons.into_iter().map(|one| one.code).collect(),
        Err(Error::Invalid(problems)) => problems.into_iter().map(|one| one.field).collect(),
        other => panic!("{other:?}"),
    }
}

async fn listed(bureau: &Bureau, who: &Ctx) -> Vec<RecordId> {
    let page = PageRequest::first(20);
    let query = ApplicationQuery::default();
    let found = bureau.service.applications(who, 1, &query, &page).await;
    found
        .expect("listed")
        .items
        .iter()
        .map(|one| one.id)
        .collect()
}

async fn waits(bureau: &Bureau, who: &Ctx) -> Vec<(&'static str, &'static str)> {
    let inbox = bureau.service.inbox(who, bureau.pool).await;
    let items = inbox.expect("an inbox").items;
    items.iter().map(|item| (item.tag, item.verb)).collect()
}

/// Chaoyang: somebody of the unit 示例市云岭分局 applied, without any paper of the unit.
async fn applied(bureau: &Bureau, n: usize) -> RecordId {
    let service = &bureau.service;
    let desk = &bureau.officer;
    let (name, number) = APPLICANTS[n];
    let specialty = bureau.specialty.to_string();
    let form = fields(&[
        ("channel", "apply"),
        ("notice", "ZJ01-2022-0001"),
        ("notice_closes", "2022-06-30"),
        ("name", name),
        ("id_number", number),
        ("mobile", "16400000001"),
        ("employer", "示例市云岭分局"),
        ("title.0.name", "高级工程师"),
        ("team", "supervisor"),
        ("flag.in_city", "yes"),
        ("work.0.from", "2005-01-01"),
        ("work.0.employer", "示例市云岭分局"),
        ("work.0.tags", "teaching"),
        ("specialty", &specialty),
        ("declared", "C71"),
        ("declared", "HEALTH"),
        ("pledge", "yes"),
        ("privacy", "yes"),
    ]);
    let id = service
        .enter_application(desk, 1, &form)
        .await
        .expect("entered");
    let papers = fields(&[
        ("given.identity", "yes"),
        ("given.education", "yes"),
        ("part.rank", "title_proof"),
        ("given.career", "yes"),
    ]);
    service
        .record_materials(desk, 1, id, &papers)
        .await
        .expect("papers");
    let state = service
        .submit_application(desk, 1, id)
        .await
        .expect("handed in");
    assert_eq!(state.station(), Some(Station::Recommendation));
    id
}

/// Covers: CY-12-a.
#[tokio::test]
async fn a_unit_recommends_its_own_in_its_own_account() {
    on_both(|engine| async move {
        let bureau = open(&engine, "cy-2021").await;
        let service = &bureau.service;
        let id = applied(&bureau, 0).await;
        let (unit, other) = (bureau.unit(11), bureau.unit(12));
        assert_eq!(listed(&bureau, &unit).await, [id]);
        assert_eq!(waits(&bureau, &unit).await, [("单位推荐", "推荐")]);
        assert_eq!(listed(&bureau, &other).await, []);
        assert_eq!(waits(&bureau, &other).await, []);
        let seen = service.application(&other, 1, id).await.map(drop);
        assert!(matches!(seen, Err(Error::NotFound)), "{seen:?}");
        let theirs = service.recommend_application(&other, 1, id, "同意").await;
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");

        // Without paper an officer has nothing to register, and a unit passes nobody silently.
        let early = service.pass_application(&bureau.officer, 1, id, "").await;
        assert_eq!(codes(early), ["application.recommendation"]);
        let silent = service.recommend_application(&unit, 1, id, " ").await;
        assert_eq!(codes(silent), ["opinion"]);
        let passed = service.pass_application(&unit, 1, id, "").await;
        assert!(matches!(passed, Err(Error::Forbidden(_))), "{passed:?}");
        let state = service
            .recommend_application(&unit, 1, id, "长期从事培训督导，同意推荐。")
            .await
            .expect("recommended");
        assert_eq!(state.station(), Some(Station::Vetting));
        let view = service
            .application(&bureau.officer, 1, id)
            .await
            .expect("seen");
        let said = view.application.recommendation.as_ref().expect("kept");
        assert_eq!(said.unit, "示例市云岭分局");
        // The account stands for the seal: nothing of the unit is lacking on paper.
        assert!(view.application.handed["form"].sealed);
        let lacking: Vec<&str> = view
            .in_the_way
            .iter()
            .map(|one| one.code.as_str())
            .collect();
        assert!(!lacking.contains(&"form"), "{lacking:?}");
        // What happens afterwards is not the unit's.
        let vetted = service.refuse_application(&unit, 1, id, "反悔").await;
        assert!(matches!(vetted, Err(Error::Forbidden(_))), "{vetted:?}");

        let second = applied(&bureau, 1).await;
        let wordless = service.refuse_application(&unit, 1, second, "").await;
        assert_eq!(codes(wordless), ["reason"]);
        service
            .refuse_application(&unit, 1, second, "本单位另有安排。")
            .await
            .expect("not recommended");
        let view = service
            .application(&bureau.officer, 1, second)
            .await
            .expect("seen");
        assert!(matches!(view.application.state, State::Refused { .. }));
    })
    .await;
}

/// Gives a unit an account by which it recommends.
async fn with_account(service: &Service, organisation: OrganisationId) {
    let new = NewAccount {
        login: "unit".into(),
        name: "推荐单位甲".into(),
        organisation: Some(organisation),
        ..NewAccount::default()
    };
    let (id, _) = service
        .create_account(&service.console(), &new)
        .await
        .expect("an account");
    let security = Actor {
        name: "安全管理员".into(),
        grants: vec![Grant {
            role: Role::SecurityAdmin,
            pool: None,
        }],
        ..Actor::system()
    };
    service
        .grant_role(
            &service.ctx(security, "test", ""),
            id,
            Role::Recommender,
            Some(1),
        )
        .await
        .expect("a role");
}

async fn link(bureau: &Bureau, phone: &str) -> String {
    let visitor = bureau.service.visitor("203.0.113.9", "test");
    let opening = Opening {
        pool: 1,
        channel: "recommended".into(),
        contact: phone.into(),
        ..Opening::default()
    };
    bureau
        .service
        .open_own_application(&visitor, &opening)
        .await
        .expect("on its way");
    let found = store::messages::page(
        &mut bureau.store.read(),
        bureau.store.seals(),
        &MessageFilter::default(),
        &PageRequest::first(20),
    )
    .await
    .expect("read");
    let mine = found
        .items
        .iter()
        .find(|one| one.message.recipient.reveal() == phone);
    let text = mine.expect("sent").message.content.reveal().to_owned();
    let (_, rest) = text.split_once("/m/a/").expect("a link");
    rest.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
}

/// Covers: GZ-14-a.
#[tokio::test]
async fn in_guangzhou_a_person_only_fills_in_for_a_unit_and_the_centre_selects_without_one() {
    on_both(|engine| async move {
        let bureau = open(&engine, "gz-2022").await;
        let service = &bureau.service;
        let desk = &bureau.officer;
        let pool = service.pool_numbered(desk, 1).await.expect("pool");
        let offered: Vec<(&str, Hand)> = Service::own_channels(&pool)
            .map(|(channel, hand)| (channel.id.as_str(), hand))
            .collect();
        assert_eq!(offered, [("recommended", Hand::FillsFor)]);

        let organisation: OrganisationId = Uuid::from_u128(11).into();
        with_account(service, organisation).await;
        let token = link(&bureau, "16400000001").await;
        let id = service
            .begin_own_application("phone", &token, true)
            .await
            .expect("begun");
        let (name, number) = APPLICANTS[0];
        let specialty = bureau.specialty.to_string();
        let sections: [(Section, Vec<(&str, &str)>); 4] = [
            (
                Section::Person,
                vec![
                    ("name", name),
                    ("id_number", number),
                    ("employer", "示例理工大学"),
                ],
            ),
            (
                Section::Classes,
                vec![("specialty", &specialty), ("duty", "技能评价专家组")],
            ),
            (Section::Records, vec![("title.0.name", "高级工程师")]),
            (
                Section::Declaration,
                vec![
                    ("declared", "G1"),
                    ("declared", "G5"),
                    ("declared", "HEALTH"),
                    ("pledge", "yes"),
                ],
            ),
        ];
        for (section, pairs) in &sections {
            let wrong = service
                .save_own_section("phone", &token, id, *section, &fields(pairs))
                .await;
            assert_eq!(wrong.expect("kept"), [], "{section:?}");
        }
        let alone = service.submit_own_application("phone", &token, id).await;
        assert_eq!(
            codes(alone),
            ["application.submitter"],
            "no application of one's own"
        );
        let nobody = service.hand_over_own_application("phone", &token, id).await;
        assert_eq!(codes(nobody), ["unit"]);
        let (unit, stranger) = (bureau.unit(11), bureau.unit(12));
        assert_eq!(listed(&bureau, &unit).await, [], "not handed over yet");
        let chosen = fields(&[("unit", &organisation.to_string())]);
        service
            .save_own_section("phone", &token, id, Section::Claim, &chosen)
            .await
            .expect("kept");
        let to = service
            .hand_over_own_application("phone", &token, id)
            .await
            .expect("handed over");
        assert_eq!(to, "示例市云岭分局");

        // Now it is the unit's: seen, completed, recommended and handed in by it alone.
        assert_eq!(listed(&bureau, &unit).await, [id]);
        assert_eq!(waits(&bureau, &unit).await, [("单位推荐", "核对并推荐")]);
        assert_eq!(listed(&bureau, &stranger).await, []);
        let papers = fields(&[
            ("given.photo", "yes"),
            ("part.certs", "title_proof"),
            ("not_held.certs", "education_proof"),
            ("not_held.certs", "qualification_proof"),
            ("not_held.certs", "skill_proof"),
            ("not_held.certs", "examiner_proof"),
        ]);
        service
            .record_materials(&unit, 1, id, &papers)
            .await
            .expect("papers");
        assert_eq!(
            codes(service.submit_application(&unit, 1, id).await),
            ["form"]
        );
        service
            .recommend_application(&unit, 1, id, "专业能力突出，同意推荐。")
            .await
            .expect("its opinion");
        let state = service
            .submit_application(&unit, 1, id)
            .await
            .expect("handed in");
        assert_eq!(state.station(), Some(Station::Vetting));
        let view = service.application(desk, 1, id).await.expect("seen");
        assert!(matches!(&view.application.filed, Filed::Unit { by, .. } if by.name == name));
        let late = service
            .save_own_section("phone", &token, id, Section::Person, &fields(&[]))
            .await;
        assert_eq!(codes(late), ["application.state"]);

        // On paper the channel names its unit too; the centre selects without one.
        let (name, number) = APPLICANTS[1];
        for (channel, expected) in [
            ("recommended", vec!["recommender"]),
            ("selected", Vec::new()),
        ] {
            let form = fields(&[
                ("channel", channel),
                ("name", name),
                ("id_number", number),
                ("mobile", "16400000002"),
                ("employer", "示例理工大学"),
                ("title.0.name", "高级工程师"),
                ("specialty", &specialty),
                ("declared", "G1"),
                ("declared", "G5"),
                ("declared", "HEALTH"),
                ("pledge", "yes"),
                ("privacy", "yes"),
            ]);
            let id = service
                .enter_application(desk, 1, &form)
                .await
                .expect("entered");
            let mut papers = papers.clone();
            for what in ["given", "opinion", "sealed"] {
                papers.push(format!("{what}.form"), "yes");
            }
            service
                .record_materials(desk, 1, id, &papers)
                .await
                .expect("papers");
            let outcome = service.submit_application(desk, 1, id).await;
            if expected.is_empty() {
                outcome.expect("no unit needed");
            } else {
                assert_eq!(codes(outcome), expected, "{channel}");
                let gone = service
                    .withdraw_application(desk, 1, id, "改由中心遴选")
                    .await;
                gone.expect("withdrawn");
            }
        }
    })
    .await;
}
