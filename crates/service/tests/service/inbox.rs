//! What waits for whom, as an afternoon goes on; and what the ledger shows of it to whom.

use crate::bureau::Bureau;
use domain::event::EventKind;
use service::ledger::LedgerFilter;
use service::{Ctx, Error};
use store::ledger::{Trust, verify};
use store::testing::on_both;

async fn tags(bureau: &Bureau, who: &Ctx) -> Vec<&'static str> {
    let inbox = bureau
        .service
        .inbox(who, bureau.pool)
        .await
        .expect("an inbox");
    inbox.items.iter().map(|item| item.tag).collect()
}

/// Covers: DG-9-1-b.
#[tokio::test]
async fn each_step_waits_for_the_one_who_takes_it() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 8).await;
        let service = &bureau.service;
        assert!(tags(&bureau, &bureau.officer).await.is_empty());
        let filed = service
            .file_task(&bureau.asking, bureau.pool, bureau.request(2))
            .await;
        let task = filed.expect("filed");
        assert_eq!(tags(&bureau, &bureau.officer).await, ["需求受理"]);
        assert!(tags(&bureau, &bureau.asking).await.is_empty());
        service
            .return_task(&bureau.officer, task, "请写明地点")
            .await
            .expect("returned");
        assert_eq!(tags(&bureau, &bureau.asking).await, ["退回修改"]);
        assert!(
            tags(&bureau, &bureau.stranger()).await.is_empty(),
            "another unit's request"
        );
        assert!(tags(&bureau, &bureau.officer).await.is_empty());

        let (task, _) = bureau.unsealed(2, 5).await;
        let seats = service.seats(&bureau.officer, task).await.expect("seats");
        assert_eq!(seats.len(), 2);
        assert_eq!(tags(&bureau, &bureau.officer).await, ["催办答复"]);

        let next = bureau.accepted(2).await;
        assert!(tags(&bureau, &bureau.officer).await.contains(&"待抽取"));
        let draw = service
            .freeze_frame(&bureau.officer, next, false)
            .await
            .expect("frozen");
        assert_eq!(tags(&bureau, &bureau.supervisor).await, ["交密签"]);
        assert!(tags(&bureau, &bureau.asking).await.contains(&"交密签"));
        bureau.ceremony(draw, 9).await;
        assert!(tags(&bureau, &bureau.supervisor).await.is_empty());
        assert!(tags(&bureau, &bureau.officer).await.contains(&"提请启封"));
        service
            .propose_unsealing(&bureau.officer, draw)
            .await
            .expect("proposed");
        assert_eq!(tags(&bureau, &bureau.supervisor).await, ["同意启封"]);
        service
            .propose_void(&bureau.officer, draw, "名单有误")
            .await
            .expect("proposed");
        assert_eq!(tags(&bureau, &bureau.approver).await, ["确认作废"]);

        // What is due earlier stands higher, and what is overdue highest.
        bureau.clock.advance(15 * 24 * 3600);
        let late = bureau.now(&bureau.officer);
        let inbox = service.inbox(&late, bureau.pool).await.expect("an inbox");
        assert_eq!(inbox.items[0].urgency, service::inbox::Urgency::Overdue);
        assert!(
            inbox
                .items
                .is_sorted_by_key(|item| (item.urgency, item.due.is_none(), item.due))
        );
        assert!(inbox.figures.len() <= 4);
    })
    .await;
}

#[tokio::test]
async fn a_ledger_is_read_by_those_who_watch_and_its_bundle_holds() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 8).await;
        let service = &bureau.service;
        bureau.unsealed(2, 5).await;
        let all = LedgerFilter::default();
        for nobody in [&bureau.officer, &bureau.asking] {
            let refused = service.pool_ledger(nobody, bureau.pool, &all).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))));
            let refused = service.ledger_bundle(nobody, bureau.pool).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))));
        }
        let page = service
            .pool_ledger(&bureau.supervisor, bureau.pool, &all)
            .await
            .expect("read");
        assert!(page.lines.is_sorted_by(|a, b| a.seq > b.seq));
        let code = page.code.expect("signed");
        let drawn = LedgerFilter {
            kind: Some(EventKind::Drawn),
            ..LedgerFilter::default()
        };
        let drawn = service
            .pool_ledger(&bureau.approver, bureau.pool, &drawn)
            .await
            .expect("read");
        assert_eq!(drawn.lines.len(), 1);
        assert_eq!(drawn.lines[0].words, "抽取完成");
        assert!(
            drawn.lines[0]
                .facts
                .iter()
                .any(|(name, _)| name == "record_digest")
        );
        let before = LedgerFilter {
            until: Some(jiff::civil::date(2022, 6, 5)),
            ..LedgerFilter::default()
        };
        let before = service
            .pool_ledger(&bureau.approver, bureau.pool, &before)
            .await
            .expect("read");
        assert!(before.lines.is_empty());

        let bundle = service
            .ledger_bundle(&bureau.supervisor, bureau.pool)
            .await
            .expect("a bundle");
        let text = String::from_utf8(bundle.clone()).expect("text");
        assert!(!text.contains("专家00"), "no expert is named");
        let trust = Trust {
            codes: vec![code.parse().expect("a code")],
            ..Trust::default()
        };
        let verified = verify(bundle.as_slice(), &trust, &mut |_, _| {}).expect("it holds");
        assert_eq!(
            (verified.size, verified.witnesses),
            (page.lines[0].seq + 1, 1)
        );
        let cut = text
            .replacen("\"draw.drawn\"", "\"draw.voided\"", 1)
            .replacen("draw.drawn", "draw.voided", 1);
        assert!(verify(cut.as_bytes(), &trust, &mut |_, _| {}).is_err());
    })
    .await;
}
