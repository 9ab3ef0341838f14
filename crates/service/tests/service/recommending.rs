//! 单位推荐 in the unit's own account, on both engines: it sees its own people and nobody else's, gives its
//! opinion in place of paper and seal, refuses with a reason, hands in what a person filled in for it.

use crate::bureau::{APPLICANTS, Bureau};
use domain::actor::{Actor, Grant, Role};
use domain::application::{Filed, State};
use domain::event::EventKind;
use domain::id::{OrganisationId, RecordId};
use domain::policy::library::shipped;
use domain::policy::pack::Station;
use service::accounts::NewAccount;
use service::applications::ApplicationQuery;
use service::applications::online::{Hand, Opening, Section};
use service::exports::MadeFile;
use service::papers::{PaperFile, Shown};
use service::roles::RoleIn;
use service::typed::Fields;
use service::{Ctx, Error, PageRequest, Service};
use store::ledger::EntryFilter;
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
        ("team", "school"),
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
        grants: vec![Grant::of_system(Role::SecurityAdmin)],
        ..Actor::system()
    };
    service
        .grant_role(
            &service.ctx(security, "test", ""),
            id,
            RoleIn::new(Role::Recommender, Some(1)),
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

/// The texts of a workbook or document, without its marks.
fn inside(bytes: &[u8], part: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a package");
    let mut file = zip.by_name(part).expect("its part");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut file, &mut text).expect("UTF-8");
    text
}

/// The form leaves masked, in full for a purpose and to whom it may, and the applicant's own in full; the
/// unit has its list, and everything goes into one zip.
async fn papers_of(bureau: &Bureau, own: (&str, RecordId), units: (&Ctx, &Ctx)) {
    let (service, desk) = (&bureau.service, &bureau.officer);
    let ((token, id), (unit, stranger)) = (own, units);
    let (name, number) = APPLICANTS[0];
    let docx = PaperFile::Docx;
    let text = |made: &MadeFile| inside(&made.bytes, "word/document.xml");

    let masked = service
        .application_form(desk, 1, id, docx, Shown::Masked)
        .await;
    let masked = text(&masked.expect("masked"));
    for words in [
        name,
        "汉族",
        "☑职业技能培训机构评审",
        "☑职业技能评价机构评估",
        "□国家职业标准、职业技能试题、课程标准开发评审",
        "担任考评组长三年。",
        "专业能力突出，同意推荐。",
        "市职业能力建设指导中心意见：",
        "盖　章",
    ] {
        assert!(masked.contains(words), "{words}");
    }
    assert!(!masked.contains(number) && !masked.contains("16400000001"));
    assert!(!masked.contains("表上没有的类型"));

    let unsaid = service
        .application_form(desk, 1, id, docx, Shown::Plain(" "))
        .await;
    assert_eq!(codes(unsaid), ["purpose"]);
    let plain = service
        .application_form(desk, 1, id, docx, Shown::Plain("归档"))
        .await;
    assert!(text(&plain.expect("plain")).contains(number));
    let theirs = service
        .application_form(unit, 1, id, docx, Shown::Plain("盖章"))
        .await;
    assert!(text(&theirs.expect("the unit's own")).contains(number));
    let strange = service
        .application_form(stranger, 1, id, docx, Shown::Masked)
        .await;
    assert!(matches!(strange, Err(Error::NotFound)));

    let mine = service
        .own_application_form(token, id, docx)
        .await
        .expect("my own");
    assert!(text(&mine).contains(number));
    let pdf = service
        .own_application_form(token, id, PaperFile::Pdf)
        .await;
    let pdf = pdf.expect("typeset");
    assert!(pdf.bytes.starts_with(b"%PDF") && pdf.name.ends_with("推荐表.pdf"));

    let approval = service
        .approval_sheet(desk, 1, id, docx)
        .await
        .expect("a sheet");
    let sheet = text(&approval);
    for words in [name, "专家入库审批表", "签名：", "专业能力突出，同意推荐。"]
    {
        assert!(sheet.contains(words), "{words}");
    }

    let list = service
        .recommendation_list(unit, 1, &[id], docx, Shown::Plain("盖章上报"))
        .await;
    let list = text(&list.expect("a list"));
    assert!(
        list.contains(number) && list.contains("示例市云岭分局（盖章）"),
        "{list}"
    );
    let nothing = service
        .recommendation_list(unit, 1, &[], docx, Shown::Masked)
        .await;
    assert_eq!(codes(nothing), ["application"]);

    let refused = service.bundle_applications(desk, 1, &[id], "").await;
    assert_eq!(codes(refused.map(|pieces| pieces.name)), ["purpose"]);
    let strange = service
        .bundle_applications(stranger, 1, &[id], "看看")
        .await;
    assert!(matches!(strange, Err(Error::NotFound)));
    let mut pieces = service
        .bundle_applications(desk, 1, &[id], "移交")
        .await
        .expect("a zip");
    let mut zip = Vec::new();
    while let Some(piece) = pieces.bytes.recv().await {
        zip.extend(piece.expect("whole"));
    }
    let archive = zip::ZipArchive::new(std::io::Cursor::new(&zip)).expect("a zip");
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.expect("a name").into_owned())
        .collect();
    assert!(names.iter().any(|one| one == "目录.xlsx"), "{names:?}");
    assert!(
        names
            .iter()
            .any(|one| one.starts_with("0001_") && one.ends_with("推荐表.pdf")),
        "{names:?}"
    );
    let filter = EntryFilter {
        object: Some(("application".to_owned(), id.to_string())),
        action: Some(EventKind::PlainValueRead.code().to_owned()),
        ..EntryFilter::default()
    };
    let read = store::ledger::list(&mut bureau.store.read(), &filter, 50).await;
    // In full by the desk and by the unit, the applicant's own twice, the list, the zip; nothing else.
    assert_eq!(read.expect("the ledger").len(), 6);
}

/// Covers: GZ-14-a, GZ-A-1.
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
                    ("particular.ethnicity", "汉族"),
                    ("particular.occupation", "职业技能评价"),
                    ("particular.services", "职业技能培训机构评审"),
                    ("particular.services", "职业技能评价机构评估"),
                    ("particular.services", "表上没有的类型"),
                    ("particular.experience", "担任考评组长三年。"),
                ],
            ),
            (
                Section::Classes,
                vec![("specialty", &specialty), ("duty", "技能评价专家组")],
            ),
            (
                Section::Records,
                vec![
                    ("education.0.level", "本科"),
                    ("title.0.name", "高级工程师"),
                ],
            ),
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
        papers_of(&bureau, (&token, id), (&unit, &stranger)).await;
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
