//! Certificates in numbers: a batch that is interrupted goes on where it stopped, prints everybody once and
//! is taken away as one zip; a photo stands where the instrument shows one.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};
use std::sync::Arc;

use crate::bureau::Bureau;
use domain::certificate::Standing;
use domain::id::RecordId;
use domain::policy::library::shipped;
use service::certificates::{Issuance, Order};
use service::experts::Membership;
use service::port::SystemEntropy;
use service::{Error, Packs, PageRequest, Service, Settings};
use store::testing::on_both;

/// What a restarted program is: nothing kept but the store.
fn restarted(bureau: &Bureau, text: &str) -> Service {
    let pack = domain::policy::check::check(text).expect("the pack is sound");
    Service::new(
        bureau.store.clone(),
        Packs::new([pack]),
        bureau.clock.clone(),
        Arc::new(SystemEntropy),
        Settings::default(),
    )
}

async fn seen(bureau: &Bureau, batch: RecordId) -> Issuance {
    let officer = &bureau.officer;
    bureau
        .service
        .issuance(officer, 1, batch)
        .await
        .expect("seen")
}

async fn zip_of(bureau: &Bureau, batch: RecordId) -> zip::ZipArchive<Cursor<Vec<u8>>> {
    let made = bureau
        .service
        .bundle_certificates(&bureau.officer, 1, batch);
    let mut made = made.await.expect("made");
    assert!(made.name.ends_with(".zip"), "{}", made.name);
    let mut whole = Vec::new();
    while let Some(piece) = made.bytes.recv().await {
        whole.extend(piece.expect("a piece"));
    }
    zip::ZipArchive::new(Cursor::new(whole)).expect("a zip")
}

#[tokio::test]
async fn an_interrupted_batch_goes_on_and_prints_everybody_once() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let text = shipped("dg-2021").expect("shipped").pack;
        let people = 23;
        let mut ids = Vec::new();
        for n in 0..people {
            ids.push(bureau.applied("self_nominated", n, None).await);
        }
        bureau.classified(&ids).await;
        let batch = bureau
            .service
            .issue_certificates(&bureau.officer, 1, Order::default())
            .await
            .expect("begun");
        let begun = seen(&bureau, batch).await;
        assert_eq!((begun.done.len(), begun.left.len(), begun.printed), (20, 3, 0));
        let early = bureau.service.bundle_certificates(&bureau.officer, 1, batch).await;
        assert!(
            matches!(&early, Err(Error::Refused(reasons)) if reasons[0].code == "certificate.printing"),
            "{early:?}"
        );

        // The program ends here; two others take the work up at once.
        let (one, other) = (restarted(&bureau, text), restarted(&bureau, text));
        for _ in 0..6 {
            let (one_ctx, other_ctx) = (one.schedule(), other.schedule());
            let (a, b) = tokio::join!(
                one.continue_issuances(&one_ctx),
                other.continue_issuances(&other_ctx)
            );
            // Whoever comes second may find the batch changed under it, and tries again.
            assert!(a.is_ok() || b.is_ok(), "{a:?} {b:?}");
        }
        let done = seen(&bureau, batch).await;
        assert!(done.is_done() && done.refused.is_empty(), "{done:?}");
        assert_eq!((done.done.len(), done.printed), (people, people));

        let listed = bureau
            .service
            .certificates(&bureau.officer, 1, "", &PageRequest::first(100))
            .await
            .expect("listed")
            .items;
        let numbers: BTreeSet<String> = listed.iter().map(|one| one.number.clone()).collect();
        let expected = (1..=people).map(|n| format!("DG2022{n:04}"));
        assert_eq!(numbers, expected.collect());
        assert_eq!(listed.len(), people);

        // One revoked since: its page says so, the others are as they were printed.
        bureau
            .service
            .revoke_certificate(&bureau.officer, 1, done.done[4], "信息有误")
            .await
            .expect("revoked");
        let mut zip = zip_of(&bureau, batch).await;
        let names: Vec<String> = (0..zip.len()).map(|n| zip.by_index(n).expect("a file").name().expect("a name").into_owned()).collect();
        assert_eq!(names.len(), people + 1);
        assert!(names.contains(&"目录.xlsx".to_owned()));
        for place in 1..=people {
            let begin = format!("{place:04}_聘书-DG2022{place:04}-");
            let name = names.iter().find(|name| name.starts_with(&begin));
            let mut bytes = Vec::new();
            zip.by_name(name.expect(&begin))
                .expect("a file")
                .read_to_end(&mut bytes)
                .expect("read");
            assert!(bytes.starts_with(b"%PDF"), "{begin}");
        }
        // Nothing is left to do, and doing it again changes nothing.
        assert_eq!(one.continue_issuances(&one.schedule()).await.expect("rest"), 0);
        assert_eq!(seen(&bureau, batch).await.printed, people);
    })
    .await;
}

#[tokio::test]
async fn holders_have_their_own_certificate_in_hand_and_nobody_elses() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let ids = [
            bureau.applied("self_nominated", 0, None).await,
            bureau.applied("self_nominated", 1, None).await,
        ];
        bureau.classified(&ids).await;
        service
            .issue_certificates(&bureau.officer, 1, Order::default())
            .await
            .expect("begun");
        let listed = service
            .certificates(&bureau.officer, 1, "", &PageRequest::first(10))
            .await
            .expect("listed")
            .items;
        let mut holders = Vec::new();
        for one in &listed {
            let mut read = bureau.store.read();
            let member = store::experts::find::<Membership>(&mut read, one.expert).await;
            let member = member.expect("read").expect("there");
            holders.push(bureau.expert(member.keys.person));
        }
        let own = service.own_record(&holders[0]).await.expect("read");
        let held = &own[0].certificates;
        assert_eq!((held.len(), &held[0].number), (1, &listed[0].number));
        assert_eq!(held[0].code.replace('-', ""), listed[0].code);
        assert_eq!(held[0].standing, Standing::Valid);
        let consent = own[0]
            .held
            .iter()
            .find(|(label, _)| label == "个人信息处理告知");
        let (_, consent) = consent.expect("agreed to when applying");
        assert!(consent.starts_with("2022年6月6日，版本 "), "{consent}");
        let printed = service
            .print_own_certificate(&holders[0], listed[0].id)
            .await
            .expect("one's own");
        assert!(printed.bytes.starts_with(b"%PDF"));
        let other = service
            .print_own_certificate(&holders[1], listed[0].id)
            .await;
        assert!(matches!(other, Err(Error::NotFound)), "{other:?}");
        let readings = service.own_readings(&holders[0]).await.expect("read");
        assert_eq!(readings[0].purpose, "本人下载");
        assert!(
            service
                .own_readings(&holders[1])
                .await
                .expect("read")
                .is_empty()
        );

        // The message says what it is called, its number, its term, its code.
        let (seals, page) = (bureau.store.seals(), PageRequest::first(50));
        let filter = store::messages::MessageFilter {
            channel: Some("sms".into()),
            ..store::messages::MessageFilter::default()
        };
        let sent = store::messages::page(&mut bureau.store.read(), seals, &filter, &page)
            .await
            .expect("read");
        let wanted = format!(
            "聘书编号 {}，聘期 {} 至 {}，核验码 {}。",
            held[0].number, held[0].from, held[0].to, held[0].code
        );
        let texts = sent.items.iter().map(|one| one.message.content.reveal());
        assert_eq!(texts.filter(|text| text.contains(&wanted)).count(), 1);
    })
    .await;
}

fn portrait() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(300, 420, image::Rgb([180, 150, 130]))
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("written");
    png.into_inner()
}

#[tokio::test]
async fn a_photo_stands_where_the_instrument_shows_one() {
    on_both(|engine| async move {
        let text = shipped("dg-2021").expect("shipped").pack;
        let rule = text.split("\n[certificate]\n").nth(1).expect("a rule");
        let fields = rule
            .lines()
            .find(|line| line.starts_with("fields"))
            .expect("fields");
        let shown = text.replacen(fields, &fields.replacen('[', "[\"照片\", ", 1), 1);
        let bureau = Bureau::open_under(&engine, 0, &shown).await;
        let (service, officer) = (&bureau.service, &bureau.officer);
        let id = bureau.applied("self_nominated", 0, None).await;
        bureau.classified(&[id]).await;
        let batch = service
            .issue_certificates(officer, 1, Order::default())
            .await
            .expect("issued");
        let certificate = seen(&bureau, batch).await.done[0];
        let drawn = |bytes: &[u8]| bytes.windows(9).any(|part| part == b"DCTDecode");
        let print = async || {
            let printed = service.print_certificates(officer, 1, &[certificate]).await;
            printed.expect("printed").bytes
        };
        assert!(!drawn(&print().await), "nobody gave a photo");
        let expert = service
            .certificate(officer, 1, certificate)
            .await
            .expect("seen")
            .expert;
        let attach = async |bytes: Vec<u8>| {
            bureau.clock.advance(1);
            let now = bureau.now(officer);
            let added = service.add_attachment(&now, 1, expert, "照片", "照片.png", bytes);
            added.await.expect("attached");
        };
        attach(portrait()).await;
        assert!(drawn(&print().await), "the photo is printed");
        // The newest counts; one that cannot be read leaves its place empty and stops nothing.
        attach(portrait()[..120].to_vec()).await;
        assert!(!drawn(&print().await));
    })
    .await;
}
