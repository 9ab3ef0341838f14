//! Messages, jobs and files.

use crate::{done, id, later, message, pool};
use domain::id::FileId;
use jiff::SignedDuration;
use store::attachments::FileKeys;
use store::messages::{self, Delivery, MessageFilter, Try};
use store::testing::{now, on_both};
use store::{Error, PageRequest, attachments, document, jobs};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_leaves_once_with_its_change_and_again_when_the_sender_died() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        tx.enqueue(&message(one, "16000000000", "不会发出"))
            .await
            .unwrap();
        drop(tx);
        let sent = message(one, "16012345678", "请于今天 17:00 前答复");
        let mut tx = t.store.write(one).await.unwrap();
        tx.enqueue(&sent).await.unwrap();
        done(tx).await;
        let lease = SignedDuration::from_secs(60);
        let claim = |at: i64| {
            let store = t.store.clone();
            async move {
                let mut tx = store.upkeep().await.unwrap();
                let claimed = messages::claim(&mut tx, later(at), lease, 10)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                claimed
            }
        };
        assert!(claim(9).await.is_empty(), "not yet");
        // Two dispatchers at once: one of them gets it.
        let (left, right) = tokio::join!(claim(10), claim(10));
        assert_eq!(left.len() + right.len(), 1);
        let claimed = left.into_iter().chain(right).next().unwrap();
        assert_eq!(claimed.message.recipient.reveal(), "16012345678");
        assert_eq!(claimed.message.content.reveal(), "请于今天 17:00 前答复");
        assert!(claim(69).await.is_empty(), "under lease");
        let again = claim(70).await;
        assert_eq!(again[0].attempts, 1, "tried before");
        let mut tx = t.store.upkeep().await.unwrap();
        let one_try = Try {
            at: later(71),
            outcome: "gateway 503".into(),
        };
        // The first sender comes back too late: the message is another's by now.
        let late = messages::settle(
            &mut tx,
            &claimed,
            Delivery::Sent,
            later(71),
            one_try.clone(),
        );
        assert!(!late.await.unwrap());
        let settled = messages::settle(&mut tx, &again[0], Delivery::Waiting, later(200), one_try);
        assert!(settled.await.unwrap());
        tx.commit().await.unwrap();
        assert!(claim(199).await.is_empty());
        let third = claim(200).await;
        assert_eq!(third.len(), 1);
        let mut tx = t.store.upkeep().await.unwrap();
        let last = Try {
            at: later(201),
            outcome: "ok".into(),
        };
        let settled = messages::settle(&mut tx, &third[0], Delivery::Sent, later(201), last);
        assert!(settled.await.unwrap());
        assert_eq!(
            messages::cancel(&mut tx, "engagement", "e1").await.unwrap(),
            0,
            "too late"
        );
        tx.commit().await.unwrap();
        assert!(claim(9999).await.is_empty());
        let filter = MessageFilter {
            pool: Some(one),
            channel: Some("sms".into()),
            reference: Some(("engagement".into(), "e1".into())),
            delivery: Some(Delivery::Sent),
            account: None,
        };
        let page = messages::page(
            &mut t.store.read(),
            t.store.seals(),
            &filter,
            &PageRequest::first(5),
        )
        .await
        .unwrap();
        assert_eq!(page.items[0].log.len(), 2);
        assert_eq!(
            (page.items[0].attempts, page.items[0].delivery),
            (3, Delivery::Sent)
        );
        assert_eq!(
            messages::by_state(&mut t.store.read()).await.unwrap(),
            [("sent".to_owned(), 1)]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_done_by_one_and_taken_over_when_its_lease_ends() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        jobs::schedule(&mut tx, "answer_due", "e1", Some(one), later(10), &1_i64)
            .await
            .unwrap();
        jobs::schedule(&mut tx, "answer_due", "e1", Some(one), later(20), &2_i64)
            .await
            .unwrap();
        jobs::schedule(&mut tx, "other", "x", None, later(5), &3_i64)
            .await
            .unwrap();
        done(tx).await;
        assert_eq!(
            jobs::next_due(&mut t.store.read()).await.unwrap(),
            Some(later(5))
        );
        assert_eq!(
            jobs::waiting::<i64>(&mut t.store.read(), 10)
                .await
                .unwrap()
                .len(),
            2
        );
        let claim = |who: &'static str, at: i64| {
            let store = t.store.clone();
            async move {
                let mut tx = store.upkeep().await.unwrap();
                let lease = SignedDuration::from_secs(60);
                let jobs = jobs::claim::<i64>(&mut tx, &["answer_due"], who, later(at), lease, 10)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                jobs
            }
        };
        assert!(claim("a", 19).await.is_empty());
        let (left, right) = tokio::join!(claim("a", 20), claim("b", 20));
        assert_eq!(left.len() + right.len(), 1);
        let winner = if left.is_empty() { "b" } else { "a" };
        assert_eq!(
            left.into_iter().chain(right).next().unwrap().body,
            2,
            "planned again, once"
        );
        assert_eq!(claim("c", 80).await[0].attempts, 1, "after the lease");
        let mut tx = t.store.upkeep().await.unwrap();
        assert!(
            !jobs::finish(&mut tx, "answer_due", "e1", winner)
                .await
                .unwrap(),
            "the lease was lost"
        );
        assert!(
            jobs::put_back(&mut tx, "answer_due", "e1", "c", later(100), "busy")
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let job = claim("d", 100).await.remove(0);
        assert_eq!(job.last_error.as_deref(), Some("busy"));
        let mut tx = t.store.upkeep().await.unwrap();
        assert!(
            jobs::finish(&mut tx, "answer_due", "e1", "d")
                .await
                .unwrap()
        );
        assert!(
            !jobs::finish(&mut tx, "answer_due", "e1", "d")
                .await
                .unwrap(),
            "done once"
        );
        jobs::cancel(&mut tx, "other", "x").await.unwrap();
        tx.commit().await.unwrap();
        assert!(claim("e", 9999).await.is_empty());
        assert_eq!(jobs::next_due(&mut t.store.read()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_kept_by_content_and_checked_when_read() {
    on_both(|t| async move {
        let digest = t.store.files().put("聘书".into()).await.unwrap();
        assert_eq!(
            t.store.files().put("聘书".into()).await.unwrap(),
            digest,
            "once"
        );
        assert_eq!(
            t.store.files().bytes(&digest).await.unwrap(),
            "聘书".as_bytes()
        );
        let mut tx = t.store.upkeep().await.unwrap();
        let file: FileId = id();
        let keys = FileKeys {
            pool: None,
            owner_kind: "expert".into(),
            owner_id: "e1".into(),
            name: "聘书.pdf".into(),
            media_type: "application/pdf".into(),
            size: 6,
            digest: digest.clone(),
            state: "stored".into(),
            created_at: now(),
        };
        document::insert(&mut tx, file, keys, 0_i64).await.unwrap();
        tx.commit().await.unwrap();
        let mut db = t.store.read();
        assert_eq!(
            attachments::of::<i64>(&mut db, "expert", "e1")
                .await
                .unwrap()[0]
                .id,
            file
        );
        assert!(
            attachments::find::<i64>(&mut db, file)
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(
            attachments::digests(&mut db).await.unwrap(),
            std::slice::from_ref(&digest)
        );
        let path = t
            .config
            .data
            .join("files")
            .join(&digest[..2])
            .join(&digest[2..]);
        std::fs::write(&path, "改过").unwrap();
        assert!(matches!(
            t.store.files().bytes(&digest).await,
            Err(Error::Damaged(_))
        ));
        t.store.files().remove(&digest).await.unwrap();
        t.store.files().remove(&digest).await.unwrap();
        assert!(matches!(
            t.store.files().bytes(&digest).await,
            Err(Error::Io(_))
        ));
    })
    .await;
}
