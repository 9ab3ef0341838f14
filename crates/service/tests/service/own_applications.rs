//! 我要申报, on both engines: a phone or mailbox instead of an account, a form in sections that loses
//! nothing, exactly the materials asked for, in time to the second, a receipt, correction, withdrawal;
//! and nothing of it to be seen by anybody else.

use crate::bureau::{APPLICANTS, Bureau};
use domain::actor::Role;
use domain::application::State;
use domain::id::RecordId;
use domain::policy::library::shipped;
use domain::policy::pack::Station;
use jiff::civil::date;
use service::applications::ApplicationQuery;
use service::applications::online::{Asked, Opening, Section};
use service::solicitations::Wording;
use service::typed::Fields;
use service::{Error, PageRequest};
use store::messages::MessageFilter;
use store::testing::on_both;

const PHONE: &str = "16400000001";
const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

fn fields(pairs: &[(&str, &str)]) -> Fields {
    Fields::from(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>(),
    )
}

async fn open(engine: &store::testing::TestStore, pack: &str) -> Bureau {
    let bureau = Bureau::open_under(engine, 0, shipped(pack).expect("shipped").pack).await;
    at(&bureau, "2022-06-06T02:00:00Z");
    bureau
}

fn at(bureau: &Bureau, instant: &str) {
    bureau.clock.set(instant.parse().expect("a time"));
}

/// A published notice, open from today to the end of 2022-06-30, asking for these materials besides.
async fn notice(bureau: &Bureau, materials: &str) -> String {
    let service = &bureau.service;
    let (officer, approver) = (bureau.now(&bureau.officer), bureau.now(&bureau.approver));
    let outline = service
        .notice_outline(&officer, bureau.pool)
        .await
        .expect("the pack knows notices");
    let wording = Wording {
        opens_on: "2022-06-06".into(),
        closes_on: "2022-06-30".into(),
        materials: materials.into(),
        paragraphs: outline
            .headings
            .iter()
            .map(|heading| (heading.clone(), "见附件。".to_owned()))
            .collect(),
        wanted: outline
            .wanted
            .iter()
            .map(|row| (row.key.clone(), "5".to_owned()))
            .collect(),
        ..outline.beginning
    };
    let id = service
        .draft_notice(&officer, bureau.pool, &wording)
        .await
        .expect("drafted");
    service.submit_notice(&officer, id).await.expect("complete");
    service
        .approve_notice(&approver, id, true)
        .await
        .expect("another person");
    service.publish_notice(&officer, id).await.expect("in time");
    let view = service.notice(&officer, id).await.expect("there");
    view.notice.content.channels.len();
    view.notice.number.expect("approved")
}

async fn asked(
    bureau: &Bureau,
    channel: &str,
    notice: &str,
    contact: &str,
) -> Result<Asked, Error> {
    let visitor = bureau.service.visitor("203.0.113.9", "test");
    let opening = Opening {
        pool: 1,
        notice: notice.into(),
        channel: channel.into(),
        contact: contact.into(),
    };
    bureau
        .service
        .open_own_application(&visitor, &opening)
        .await
}

/// The last message about something to a phone or mailbox.
async fn message(bureau: &Bureau, contact: &str, subject: &str) -> String {
    let found = store::messages::page(
        &mut bureau.store.read(),
        bureau.store.seals(),
        &MessageFilter::default(),
        &PageRequest::first(50),
    )
    .await
    .expect("read");
    let mut mine: Vec<_> = found
        .items
        .iter()
        .map(|one| &one.message)
        .filter(|one| one.recipient.reveal() == contact && one.subject == subject)
        .collect();
    mine.sort_by_key(|one| one.created_at);
    let last = mine.last().expect("something was sent");
    last.content.reveal().to_owned()
}

/// What the last link was sent with.
async fn linked(bureau: &Bureau, contact: &str) -> String {
    message(bureau, contact, "专家申报的链接和验证码").await
}

fn token_in(message: &str) -> String {
    let (_, rest) = message.split_once("/m/a/").expect("a link");
    rest.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
}

fn code_in(message: &str) -> String {
    let (_, rest) = message.split_once("验证码 ").expect("a code");
    rest.chars().take(6).collect()
}

/// A link of somebody who wants to apply by a channel.
async fn link(bureau: &Bureau, channel: &str, notice: &str, contact: &str) -> String {
    asked(bureau, channel, notice, contact)
        .await
        .expect("on its way");
    token_in(&linked(bureau, contact).await)
}

struct Own<'b> {
    bureau: &'b Bureau,
    token: String,
    id: RecordId,
}

impl<'b> Own<'b> {
    async fn begin(bureau: &'b Bureau, token: String) -> Self {
        let begun = bureau.service.begin_own_application("phone", &token, true);
        let id = begun.await.expect("begun");
        Self { bureau, token, id }
    }

    /// What is wrong with a section just saved, by field.
    async fn save(&self, section: Section, pairs: &[(&str, &str)]) -> Vec<String> {
        let service = &self.bureau.service;
        let typed = fields(pairs);
        let saved = service.save_own_section("phone", &self.token, self.id, section, &typed);
        let problems = saved.await.expect("kept");
        problems.into_iter().map(|one| one.field).collect()
    }

    async fn upload(&self, place: &str) {
        let service = &self.bureau.service;
        let file = (place, "扫描件.pdf", PDF.to_vec());
        let added = service.add_own_material("phone", &self.token, self.id, file);
        added
            .await
            .unwrap_or_else(|error| panic!("{place}: {error}"));
    }

    async fn submit(&self) -> Result<service::applications::online::Receipt, Error> {
        let service = &self.bureau.service;
        service
            .submit_own_application("phone", &self.token, self.id)
            .await
    }

    async fn state(&self) -> State {
        let own = self.bureau.service.own_application(&self.token, self.id);
        own.await.expect("seen").view.application.state
    }
}

fn codes<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(reasons)) => reasons.into_iter().map(|one| one.code).collect(),
        Err(Error::Invalid(problems)) => problems.into_iter().map(|one| one.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// A sound form of Dongguan's, all but the materials.
async fn filled(own: &Own<'_>, n: usize) {
    let (name, number) = APPLICANTS[n];
    let person = [
        ("name", name),
        ("id_number", number),
        ("employer", "示例理工大学"),
        ("employer_kind", "本科院校"),
    ];
    assert_eq!(own.save(Section::Person, &person).await, [""; 0]);
    let specialty = own.bureau.specialty.to_string();
    let classes = [("specialty", specialty.as_str()), ("task_kinds", "8-4")];
    assert_eq!(own.save(Section::Classes, &classes).await, [""; 0]);
    let records = [
        ("title.0.name", "高级工程师"),
        ("title.0.obtained", "2015-06"),
    ];
    assert_eq!(own.save(Section::Records, &records).await, [""; 0]);
    let work = [
        ("work.0.from", "2002-07"),
        ("work.0.employer", "示例理工大学"),
        ("work.0.tags", "related"),
    ];
    assert_eq!(own.save(Section::Work, &work).await, [""; 0]);
    let pledge = [
        ("declared", "L1"),
        ("declared", "L2"),
        ("declared", "HEALTH"),
        ("pledge", "yes"),
    ];
    assert_eq!(own.save(Section::Declaration, &pledge).await, [""; 0]);
}

async fn materials(own: &Own<'_>) {
    for place in ["form1", "certs/title_proof", "identity"] {
        own.upload(place).await;
    }
    let said = fields(&[
        ("opinion.form1", "yes"),
        ("sealed.form1", "yes"),
        ("valid_to.identity", "2030-01-01"),
    ]);
    own.bureau
        .service
        .describe_own_materials("phone", &own.token, own.id, &said)
        .await
        .expect("said");
}

/// Covers: DG-5-1, JM-7-2-d.
#[tokio::test]
async fn a_form_is_filled_in_section_by_section_and_put_right_item_by_item() {
    on_both(|engine| async move {
        let bureau = open(&engine, "dg-2021").await;
        let service = &bureau.service;
        let notice = notice(&bureau, "").await;
        let own = Own::begin(
            &bureau,
            link(&bureau, "self_nominated", &notice, PHONE).await,
        )
        .await;

        // Begun twice is begun once; what is begun shows to nobody else.
        let again = service
            .begin_own_application("phone", &own.token, true)
            .await;
        assert_eq!(again.expect("the same"), own.id);
        let page = PageRequest::first(10);
        let officer = bureau.now(&bureau.officer);
        let listed = service
            .applications(&officer, 1, &ApplicationQuery::default(), &page)
            .await;
        assert!(listed.expect("listed").items.is_empty());
        let seen = service.application(&officer, 1, own.id).await;
        assert!(matches!(seen, Err(Error::NotFound)), "{seen:?}");

        // Bad input: a 15-digit number, a birthday that fails its check digit. Nothing typed is lost, and
        // the other section stands.
        for bad in ["440000700101001", "440000197001010001"] {
            let person = [("name", "何申甲"), ("id_number", bad), ("post", "主任")];
            assert_eq!(
                own.save(Section::Person, &person).await,
                ["id_number"],
                "{bad}"
            );
            let classes = [("task_kinds", "8-4")];
            assert_eq!(own.save(Section::Classes, &classes).await, [""; 0]);
            let shown = service
                .own_application(&own.token, own.id)
                .await
                .expect("seen");
            assert_eq!(shown.form.text("id_number"), bad);
            assert_eq!(shown.form.text("post"), "主任");
            assert_eq!(shown.form.text("task_kinds"), "8-4");
        }
        assert_eq!(codes(own.submit().await), ["id_number"]);
        filled(&own, 0).await;
        let shown = service
            .own_application(&own.token, own.id)
            .await
            .expect("seen");
        assert_eq!(shown.problems, []);
        assert_eq!(shown.form.text("id_number"), "", "sealed, shown masked");
        assert!(shown.view.masked.id_number.contains('*'));

        // Exactly the channel's materials, and nothing that could run.
        assert_eq!(codes(own.submit().await), ["form1", "certs", "identity"]);
        for script in ["<svg onload=alert(1)>", "<script>alert(1)</script>"] {
            let file = ("identity", "照片.jpg", script.as_bytes().to_vec());
            let sent = service
                .add_own_material("phone", &own.token, own.id, file)
                .await;
            assert_eq!(codes(sent), ["attachment"], "{script}");
        }
        let file = ("elsewhere", "x.pdf", PDF.to_vec());
        let sent = service
            .add_own_material("phone", &own.token, own.id, file)
            .await;
        assert_eq!(codes(sent), ["attachment_kind"]);
        materials(&own).await;

        // What the form itself lacks is named like a material that is missing.
        assert_eq!(own.save(Section::Work, &[]).await, [""; 0]);
        assert_eq!(codes(own.submit().await), ["work"]);
        filled(&own, 0).await;
        let receipt = own.submit().await.expect("handed in");
        assert_eq!(receipt.number, "SQ01-2022-00001");
        assert_eq!(receipt.at.to_string(), "2022-06-06T10:00:00");
        assert_eq!(receipt.recipient, "东莞市人力资源和社会保障局");
        let told = message(&bureau, PHONE, "入库申请已收到").await;
        assert!(
            told.contains("SQ01-2022-00001") && told.contains("2022年6月6日 10:00:00"),
            "{told}"
        );

        // What was agreed to is kept with its version.
        let view = service
            .application(&officer, 1, own.id)
            .await
            .expect("seen now");
        let one = &view.application;
        assert!(
            one.pledge
                .as_ref()
                .is_some_and(|agreed| agreed.version.len() == 64)
        );
        assert!(one.privacy.is_some());
        // Handed in, it is not the applicant's to change.
        let late = service
            .save_own_section(
                "phone",
                &own.token,
                own.id,
                Section::Person,
                &fields(&[("name", "乙")]),
            )
            .await;
        assert_eq!(codes(late), ["application.state"]);

        // Returned item by item, put right, back where it came from.
        let wrong = vec![("identity".to_owned(), "照片不清楚，请重新拍摄。".to_owned())];
        service
            .return_application(&officer, 1, own.id, &wrong, Some(date(2022, 6, 20)))
            .await
            .expect("returned");
        let told = message(&bureau, PHONE, "入库申请退回补正").await;
        assert!(told.contains("照片不清楚"), "{told}");
        let State::Returned { corrections, .. } = own.state().await else {
            panic!("returned");
        };
        assert_eq!(corrections[0].reason, "照片不清楚，请重新拍摄。");
        assert_eq!(
            own.save(
                Section::Person,
                &[("name", "何申甲"), ("employer", "示例理工大学")]
            )
            .await,
            [""; 0]
        );
        own.submit().await.expect("again");
        assert_eq!(own.state().await.station(), Some(Station::Vetting));
        let view = service
            .application(&officer, 1, own.id)
            .await
            .expect("seen");
        assert!(
            view.masked.id_number.contains('*'),
            "kept though it was not typed again"
        );

        // Withdrawn with a reason, and over.
        let silent = service
            .withdraw_own_application("phone", &own.token, own.id, " ")
            .await;
        assert_eq!(codes(silent), ["reason"]);
        service
            .withdraw_own_application("phone", &own.token, own.id, "工作变动")
            .await
            .expect("withdrawn");
        assert_eq!(codes(own.submit().await), ["application.state"]);
    })
    .await;
}

/// Covers: JM-7-2-a.
#[tokio::test]
async fn the_last_second_of_the_window_is_in_time_and_the_next_is_not() {
    on_both(|engine| async move {
        let bureau = open(&engine, "dg-2021").await;
        let notice = notice(&bureau, "").await;
        let mut both = Vec::new();
        for (n, phone) in ["16400000001", "16400000002"].into_iter().enumerate() {
            let token = link(&bureau, "self_nominated", &notice, phone).await;
            let own = Own::begin(&bureau, token).await;
            filled(&own, n).await;
            materials(&own).await;
            both.push(own);
        }
        let third = link(&bureau, "self_nominated", &notice, "16400000003").await;
        at(&bureau, "2022-06-30T15:59:59Z");
        both[0].submit().await.expect("23:59:59 of the last day");
        at(&bureau, "2022-06-30T16:00:00Z");
        assert_eq!(codes(both[1].submit().await), ["open_notice"]);
        assert_eq!(both[1].state().await.code(), "draft", "nothing is lost");
        let begun = bureau
            .service
            .begin_own_application("phone", &third, true)
            .await;
        assert_eq!(codes(begun), ["open_notice"]);
        let opening = asked(&bureau, "self_nominated", &notice, "16400000004").await;
        assert_eq!(codes(opening), ["open_notice"]);
        // Put right after the window: it came in time.
        let officer = bureau.now(&bureau.officer);
        let wrong = vec![("profile".to_owned(), "请补写职务。".to_owned())];
        bureau
            .service
            .return_application(&officer, 1, both[0].id, &wrong, None)
            .await
            .expect("returned");
        both[0].submit().await.expect("put right");
    })
    .await;
}

/// Covers: JM-7-2-c, JM-7-2-d.
#[tokio::test]
async fn each_notice_has_its_own_list_and_the_bureau_alone_receives() {
    on_both(|engine| async move {
        let bureau = open(&engine, "jm-2022").await;
        let service = &bureau.service;
        let three = notice(&bureau, "近期免冠照片\n业绩证明\n单位同意函").await;
        let four = notice(
            &bureau,
            "近期免冠照片\n业绩证明\n单位同意函\n无犯罪记录证明",
        )
        .await;
        let lists = [(three, "16400000001", 3), (four, "16400000002", 4)];
        for (n, (notice, phone, count)) in lists.into_iter().enumerate() {
            let own = Own::begin(&bureau, link(&bureau, "applied", &notice, phone).await).await;
            let (name, number) = APPLICANTS[n];
            let category = [
                ("category", "高等院校、技师学院教职员"),
                ("member_kind", "个人"),
            ];
            assert_eq!(own.save(Section::Claim, &category).await, [""; 0]);
            let person = [
                ("name", name),
                ("id_number", number),
                ("employer", "示例理工大学"),
                ("employer_kind", "高等院校"),
            ];
            assert_eq!(own.save(Section::Person, &person).await, [""; 0]);
            let specialty = bureau.specialty.to_string();
            own.save(Section::Classes, &[("specialty", &specialty)])
                .await;
            let pledge = [
                ("declared", "P1"),
                ("declared", "P2"),
                ("declared", "P4A"),
                ("declared", "P4B"),
                ("pledge", "yes"),
            ];
            assert_eq!(own.save(Section::Declaration, &pledge).await, [""; 0]);
            for place in [
                "application",
                "commitment",
                "range/staff_proof",
                "qualification",
            ] {
                own.upload(place).await;
            }
            let lacking = codes(own.submit().await);
            assert_eq!(lacking.len(), count, "{lacking:?}");
            for item in &lacking[1..] {
                own.upload(item).await;
            }
            assert_eq!(
                codes(own.submit().await),
                lacking[..1],
                "one short is not enough"
            );
            own.upload(&lacking[0]).await;
            let receipt = own.submit().await.expect("handed in");
            assert_eq!(receipt.recipient, "江门市人力资源和社会保障局");

            // It waits at the bureau, and nowhere else.
            for (who, waits) in [(&bureau.officer, true), (&bureau.asking, false)] {
                let inbox = service.inbox(&bureau.now(who), bureau.pool).await;
                let items = inbox.expect("an inbox").items;
                let here = items
                    .iter()
                    .any(|one| one.path.ends_with(&own.id.to_string()));
                assert_eq!(here, waits, "{}", who.actor.name);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_what_was_begun_with_it_and_a_code_is_not_guessed() {
    on_both(|engine| async move {
        let bureau = open(&engine, "dg-2021").await;
        let service = &bureau.service;
        let notice = notice(&bureau, "").await;
        let mine = Own::begin(
            &bureau,
            link(&bureau, "self_nominated", &notice, PHONE).await,
        )
        .await;
        let other = link(&bureau, "self_nominated", &notice, "he@example.cn").await;
        for token in [other.as_str(), "", "nonsense"] {
            let seen = service.own_application(token, mine.id).await.map(drop);
            assert!(matches!(seen, Err(Error::NotFound)), "{token}: {seen:?}");
        }
        let unread = service.begin_own_application("phone", &other, false).await;
        assert_eq!(codes(unread), ["privacy"]);

        // A stranger's phone and one with an application get the same answer.
        at(&bureau, "2022-06-06T02:01:00Z");
        let visitor = bureau.service.visitor("203.0.113.9", "test");
        let nobody = service.find_own_applications(&visitor, "16400000009").await;
        let known = service.find_own_applications(&visitor, PHONE).await;
        let (nobody, known) = (nobody.expect("the same"), known.expect("the same"));
        assert_eq!(nobody.ticket.len(), known.ticket.len());
        assert_eq!(nobody.sent_to, "164****0009");
        let code = code_in(&linked(&bureau, PHONE).await);
        let crossed = service
            .enter_contact_code(&visitor, &nobody.ticket, &code)
            .await;
        assert_eq!(codes(crossed), ["code"], "a code belongs to its ticket");
        let token = service
            .enter_contact_code(&visitor, &known.ticket, &code)
            .await
            .expect("the right one");
        let all = service.own_applications(&token).await.expect("mine");
        assert_eq!(all.applications.len(), 1);
        let used = service
            .enter_contact_code(&visitor, &known.ticket, &code)
            .await;
        assert_eq!(codes(used), ["code"], "once");

        // Five wrong codes close a ticket even to the right one.
        at(&bureau, "2022-06-06T02:02:00Z");
        let visitor = bureau.service.visitor("203.0.113.9", "test");
        let again = service
            .find_own_applications(&visitor, PHONE)
            .await
            .expect("sent");
        let code = code_in(&linked(&bureau, PHONE).await);
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for _ in 0..5 {
            let guessed = service
                .enter_contact_code(&visitor, &again.ticket, wrong)
                .await;
            assert_eq!(codes(guessed), ["code"]);
        }
        let right = service
            .enter_contact_code(&visitor, &again.ticket, &code)
            .await;
        let Err(Error::Invalid(problems)) = right else {
            panic!("{right:?}");
        };
        assert!(problems[0].sentence.contains("作废"), "{problems:?}");
        // A phone is not flooded, whoever asks from wherever.
        let mut refused = 0;
        for n in 0..6 {
            let elsewhere = bureau.service.visitor(format!("198.51.100.{n}"), "test");
            let sent = service.find_own_applications(&elsewhere, PHONE).await;
            refused += u32::from(sent.is_err());
        }
        assert!(refused >= 3, "{refused}");

        // A link runs out.
        at(&bureau, "2022-07-07T02:00:00Z");
        let old = service.own_applications(&mine.token).await.map(drop);
        assert!(matches!(old, Err(Error::NotFound)), "{old:?}");
    })
    .await;
}

#[tokio::test]
async fn one_person_is_found_across_channels_and_learns_nothing_of_the_other_application() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let notice = notice(&bureau, "").await;
        // On paper by the employer's channel first.
        bureau.applied("by_employer", 0, None).await;
        let own = Own::begin(
            &bureau,
            link(&bureau, "self_nominated", &notice, PHONE).await,
        )
        .await;
        filled(&own, 0).await;
        materials(&own).await;
        let refused = own.submit().await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(problems[0].field, "id_number");
        assert!(!problems[0].sentence.contains("SQ01"), "{problems:?}");
        assert!(
            !problems[0].sentence.contains(APPLICANTS[0].0),
            "{problems:?}"
        );
        // Another person's draft begun with somebody's number holds nobody up.
        let desk = bureau.applied("self_nominated", 1, None).await;
        let view = bureau
            .service
            .application(&bureau.as_role(Role::Supervisor), 1, desk)
            .await;
        assert!(view.expect("seen").elsewhere.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_card_and_a_represented_unit_can_be_stated_where_conditions_ask_for_them() {
    on_both(|engine| async move {
        let bureau = open(&engine, "jm-2022").await;
        let service = &bureau.service;
        let notice = notice(&bureau, "").await;
        let own = Own::begin(&bureau, link(&bureau, "applied", &notice, PHONE).await).await;
        let person = [
            ("name", APPLICANTS[0].0),
            ("id_number", APPLICANTS[0].1),
            ("employer", "示例理工大学"),
        ];
        let missing = async || -> Vec<String> {
            let seen = service.own_application(&own.token, own.id).await;
            let lacking = seen.expect("seen").view.in_the_way;
            let conditions = lacking.into_iter().map(|one| one.code);
            conditions.filter(|code| code.starts_with('R')).collect()
        };
        let assessor = [("category", "考评员、督导员"), ("member_kind", "个人")];
        assert_eq!(own.save(Section::Claim, &assessor).await, [""; 0]);
        assert_eq!(own.save(Section::Person, &person).await, [""; 0]);
        assert!(missing().await.contains(&"R4A".to_owned()));
        let nameless = [("credential.0.number", "K-1")];
        assert_eq!(
            own.save(Section::Records, &nameless).await,
            ["credential.0.name"]
        );
        let card = [("credential.0.name", "国家职业资格考评员")];
        assert_eq!(own.save(Section::Records, &card).await, [""; 0]);
        assert_eq!(missing().await, [""; 0]);
        // A representative names the unit.
        let speaks = [("category", "考评员、督导员"), ("member_kind", "单位代表")];
        assert_eq!(own.save(Section::Claim, &speaks).await, [""; 0]);
        assert_eq!(missing().await, ["REP"]);
        let person: Vec<(&str, &str)> = person
            .into_iter()
            .chain([("represents", "示例职业培训学校")])
            .collect();
        assert_eq!(own.save(Section::Person, &person).await, [""; 0]);
        assert_eq!(missing().await, [""; 0]);
    })
    .await;
}
