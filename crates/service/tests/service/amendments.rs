//! 信息变更申请, on both engines: an expert asks, proves, takes back; the office approves or refuses; what
//! was held stays in the ledger, and recusal looks at what is held now.

use crate::bureau::Bureau;
use domain::amendment::{Matter, State};
use domain::event::EventKind;
use domain::id::ExpertId;
use service::experts::ExpertQuery;
use service::typed::Fields;
use service::{Ctx, Error, PageRequest};
use store::LedgerId;
use store::ledger::{self, EntryFilter};
use store::messages::MessageFilter;
use store::testing::on_both;

const PDF: &[u8] = b"%PDF-1.7 proof\n%%EOF\n";

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in pairs {
        fields.push(*name, *value);
    }
    fields
}

async fn somebody(bureau: &Bureau) -> (ExpertId, Ctx) {
    let officer = &bureau.officer;
    let query = ExpertQuery::default();
    let page = PageRequest::first(1);
    let found = bureau.service.experts(officer, 1, &query, &page).await;
    let id = found.expect("listed").rows[0].id;
    let view = bureau.service.expert(officer, 1, id).await.expect("seen");
    (id, bureau.expert(view.member.expert.person))
}

fn codes<T: std::fmt::Debug>(answer: Result<T, Error>) -> Vec<String> {
    match answer {
        Err(Error::Refused(reasons)) => reasons.into_iter().map(|one| one.code).collect(),
        Err(Error::Invalid(problems)) => problems.into_iter().map(|one| one.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// Covers: DG-13-3.
#[tokio::test]
async fn a_new_employer_counts_once_the_office_agrees_and_the_old_one_stays_on_file() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let (id, expert) = somebody(&bureau).await;
        let held = async || {
            let view = service.expert(officer, 1, id).await.expect("seen");
            let employer = view.person.profile.employer.expect("an employer");
            (employer.name, view.masked.phone)
        };
        let (old, _) = held().await;

        let nothing = fields(&[("reason", "调动")]);
        let nothing = service.ask_amendment(&expert, bureau.pool, &nothing).await;
        assert_eq!(codes(nothing), ["employer"]);
        let wrong = fields(&[("mobile", "12345"), ("reason", "换号")]);
        let wrong = service.ask_amendment(&expert, bureau.pool, &wrong).await;
        assert_eq!(codes(wrong), ["mobile"]);

        let asked = fields(&[
            ("employer", "示例市第二技师学院"),
            ("mobile", "16400000077"),
            ("reason", "2022年5月调动工作"),
        ]);
        let request = service
            .ask_amendment(&expert, bureau.pool, &asked)
            .await
            .expect("asked");
        let again = service.ask_amendment(&expert, bureau.pool, &asked).await;
        assert_eq!(codes(again), ["amendment.waiting"]);
        let own = service.own_amendments(&expert).await.expect("mine");
        assert_eq!(own[0].amendment.state.zh(), "待审核");
        assert_eq!(own[0].amendment.matters, [Matter::Employer, Matter::Mobile]);
        assert_eq!(held().await.0, old, "nothing is changed by asking");

        // Another expert cannot touch it.
        let stranger = bureau.expert(domain::id::PersonId(uuid::Uuid::from_u128(9)));
        let theirs = service.withdraw_amendment(&stranger, request).await;
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");

        let view = service.amendment(officer, 1, request).await.expect("seen");
        let employer = view.changes.iter().find(|one| one.label.contains("单位"));
        let employer = employer.expect("the employer differs");
        assert_eq!(
            (
                employer.before.contains(&old),
                employer.after.contains("第二技师学院")
            ),
            (true, true),
            "{:?}",
            view.changes
        );
        let phone = view.changes.iter().find(|one| one.label == "手机");
        assert!(
            !phone
                .expect("the phone differs")
                .after
                .contains("16400000077")
        );
        assert!(view.may_decide && view.needs_proof.is_empty());

        let bare = service.approve_amendment(officer, 1, request, " ").await;
        assert_eq!(codes(bare), ["note"]);
        let supervisor = &bureau.supervisor;
        let denied = service
            .approve_amendment(supervisor, 1, request, "看过")
            .await;
        assert!(matches!(denied, Err(Error::Forbidden(_))), "{denied:?}");
        service
            .approve_amendment(officer, 1, request, "已核对调动文件原件")
            .await
            .expect("approved");
        let (now, phone) = held().await;
        assert_eq!(now, "示例市第二技师学院");
        assert!(phone.ends_with("77"), "{phone}");
        let once = service.approve_amendment(officer, 1, request, "再来").await;
        assert_eq!(codes(once), ["amendment.state"]);

        // The ledger holds before and after.
        let place = LedgerId::Pool(bureau.pool);
        let filter = EntryFilter {
            ledger: Some(place),
            action: Some(EventKind::ExpertChanged.code().to_owned()),
            ..EntryFilter::default()
        };
        let mut read = bureau.store.read();
        let entries = ledger::list(&mut read, &filter, 10).await.expect("listed");
        let told = ledger::body(&bureau.store, &mut read, place, entries[0].seq).await;
        let told = told.expect("read").expect("kept").json;
        let told = String::from_utf8_lossy(&told);
        assert!(
            told.contains(&old) && told.contains("第二技师学院"),
            "{told}"
        );
        let ledger = bureau.ledger().await;
        for kind in [EventKind::AmendmentAsked, EventKind::AmendmentApproved] {
            assert!(ledger.contains(&kind.code().to_owned()), "{}", kind.code());
        }
        let filter = MessageFilter {
            channel: Some("in_app".to_owned()),
            ..MessageFilter::default()
        };
        let page = PageRequest::first(10);
        let sent = store::messages::page(&mut read, bureau.store.seals(), &filter, &page).await;
        let sent = sent.expect("listed").items;
        assert!(
            sent.iter()
                .any(|one| one.message.content.reveal().contains("资料已变更"))
        );
    })
    .await;
}

/// Covers: DG-16-1-b.
#[tokio::test]
async fn a_title_is_not_changed_without_proof() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let (id, expert) = somebody(&bureau).await;
        let unknown = fields(&[("title.0.name", "大师"), ("reason", "新评")]);
        let unknown = service.ask_amendment(&expert, bureau.pool, &unknown).await;
        assert_eq!(codes(unknown), ["title.0.name"]);
        let nameless = fields(&[("title.0.obtained", "2022-03"), ("reason", "新评")]);
        let nameless = service.ask_amendment(&expert, bureau.pool, &nameless).await;
        assert!(codes(nameless).contains(&"title.0.name".to_owned()));
        let asked = fields(&[
            ("title.0.name", "正高级工程师"),
            ("title.0.obtained", "2022-03"),
            ("reason", "2022年3月新评"),
        ]);
        let request = service
            .ask_amendment(&expert, bureau.pool, &asked)
            .await
            .expect("asked");
        let bare = service
            .approve_amendment(officer, 1, request, "已核对")
            .await;
        assert_eq!(codes(bare), ["amendment.proof"]);

        let script = b"<html><script>".to_vec();
        let script = service.prove_amendment(&expert, request, "照片.jpg", script);
        assert_eq!(codes(script.await), ["attachment"]);
        service
            .prove_amendment(&expert, request, "职称证.pdf", PDF.to_vec())
            .await
            .expect("proved");
        let view = service.amendment(officer, 1, request).await.expect("seen");
        assert_eq!(view.needs_proof, [Matter::Title]);
        let opened = service
            .open_amendment_file(officer, 1, request, view.files[0].id)
            .await
            .expect("opened");
        assert_eq!(opened.bytes, PDF);
        let readings = service.own_readings(&expert).await.expect("mine");
        assert!(
            readings.iter().any(|one| one.what == "变更证明材料"),
            "{readings:?}"
        );
        service
            .approve_amendment(officer, 1, request, "已核对职称证原件")
            .await
            .expect("approved");
        let view = service.expert(officer, 1, id).await.expect("seen");
        let titles = view.person.profile.titles;
        assert_eq!(titles.last().expect("a title").level, "正高级");
        let kept = service.attachments(officer, 1, id).await.expect("listed");
        assert_eq!(
            kept[0].name, "职称证.pdf",
            "the proof stays with the expert"
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_skill_level_and_degree_come_to_those_held() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let (id, expert) = somebody(&bureau).await;
        let held = async || {
            let view = service.expert(officer, 1, id).await.expect("seen");
            view.person.profile
        };
        let before = held().await;
        let bare = fields(&[("skill.0.level", "高级技师"), ("reason", "新评")]);
        let bare = service.ask_amendment(&expert, bureau.pool, &bare).await;
        assert_eq!(codes(bare), ["skill.0.occupation"]);
        let asked = fields(&[
            ("skill.0.occupation", "焊工"),
            ("skill.0.level", "高级技师"),
            ("skill.0.obtained", "2022-03"),
            ("education.0.level", "研究生"),
            ("education.0.school", "示例大学"),
            ("reason", "2022年取得"),
        ]);
        let request = service
            .ask_amendment(&expert, bureau.pool, &asked)
            .await
            .expect("asked");
        let view = service.amendment(officer, 1, request).await.expect("seen");
        assert_eq!(view.amendment.matters, [Matter::Skill, Matter::Education]);
        service
            .approve_amendment(officer, 1, request, "已核对证书原件")
            .await
            .expect("approved");
        let after = held().await;
        assert_eq!(after.skills.len(), before.skills.len() + 1);
        assert_eq!(after.skills.last().expect("one more").level, "高级技师");
        assert_eq!(after.education.len(), before.education.len() + 1);
        assert_eq!(after.titles, before.titles);
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_or_taken_back_changes_nothing() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 3).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let (id, expert) = somebody(&bureau).await;
        let before = service.expert(officer, 1, id).await.expect("seen").person;
        let asked = fields(&[("post", "院长"), ("reason", "任命")]);
        let ask = async || {
            let asked = service.ask_amendment(&expert, bureau.pool, &asked).await;
            asked.expect("asked")
        };
        let taken_back = ask().await;
        service
            .withdraw_amendment(&expert, taken_back)
            .await
            .expect("withdrawn");
        let late = service.approve_amendment(officer, 1, taken_back, "已核对").await;
        assert_eq!(codes(late), ["amendment.state"]);
        let late = service.prove_amendment(&expert, taken_back, "任命.pdf", PDF.to_vec());
        assert_eq!(codes(late.await), ["amendment.state"]);

        let refused = ask().await;
        let waiting = service.amendments(officer, 1, true, &PageRequest::first(10)).await;
        assert_eq!(waiting.expect("listed").items.len(), 1);
        let why = service.refuse_amendment(officer, 1, refused, "").await;
        assert_eq!(codes(why), ["reason"]);
        service
            .refuse_amendment(officer, 1, refused, "没有任命文件")
            .await
            .expect("refused");
        let own = service.own_amendments(&expert).await.expect("mine");
        assert!(
            matches!(&own[0].amendment.state, State::Refused { reason, .. } if reason == "没有任命文件")
        );
        let after = service.expert(officer, 1, id).await.expect("seen").person;
        assert_eq!(before, after);
        let all = service.amendments(officer, 1, false, &PageRequest::first(10)).await;
        let numbers: Vec<String> = all.expect("listed").items.into_iter().map(|one| one.number).collect();
        assert_eq!(numbers, ["BG01-2022-0002", "BG01-2022-0001"]);
    })
    .await;
}
