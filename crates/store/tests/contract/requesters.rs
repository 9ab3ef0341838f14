//! Lists a requester sees: cut to what its own requests are about before they are cut into pages.

use crate::{done, expert, id, pool, task};
use domain::id::{OrganisationId, TaskId};
use jiff::civil::date;
use store::misconduct::{self, MisconductFilter, MisconductKeys};
use store::records::{self, RecordFilter, RecordKeys};
use store::testing::{on_both, tamper};
use store::{Count, Db, Direction, PageRequest, document, tasks};

/// Rows of each list: five of every seven are somebody else's or nobody's.
const ROWS: u64 = 70;
/// Of these, so many are of one requester.
const OWN: u64 = 20;
/// Rows of a page.
const PAGE: u32 = 8;

async fn requester(db: &mut impl Db, task: TaskId) -> OrganisationId {
    let row = tasks::find::<i64>(db, task).await.unwrap();
    row.unwrap().keys.requester
}

/// The sizes of all pages, one after the other.
macro_rules! page_sizes {
    (|$request:ident| $page:expr) => {{
        let (mut sizes, mut after) = (Vec::new(), None);
        loop {
            let $request = PageRequest::after(after, PAGE);
            let page = $page;
            sizes.push(page.items.len());
            after = page.next;
            if after.is_none() {
                break sizes;
            }
        }
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_requesters_list_are_full_and_the_count_is_its_own() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let whom = expert(&mut tx, one, "王伟").await;
        let own = task(&mut tx, one, "XQ-1", date(2026, 11, 1)).await;
        let foreign = task(&mut tx, one, "XQ-2", date(2026, 11, 2)).await;
        for n in 0..ROWS {
            let task = match n % 7 {
                1 | 4 => Some(own),
                0 => None,
                _ => Some(foreign),
            };
            let keys = MisconductKeys {
                pool: one,
                expert: whom,
                kind: "absence".into(),
                status: "proposed".into(),
                happened_on: date(2026, 11, 2),
                task,
            };
            document::insert::<MisconductKeys, _>(&mut tx, id(), keys, n)
                .await
                .unwrap();
            let keys = RecordKeys {
                pool: one,
                kind: "special_invitation".into(),
                number: Some(format!("YQ-{n:03}")),
                status: "sent".into(),
                parent: task.map(|task| task.to_string()),
                subject: None,
                team: String::new(),
                due_on: None,
                sort: format!("YQ-{n:03}"),
                title: String::new(),
            };
            document::insert::<RecordKeys, _>(&mut tx, id(), keys, n)
                .await
                .unwrap();
        }
        done(tx).await;

        let mut db = t.store.read();
        let asking = requester(&mut db, own).await;
        assert_ne!(asking, requester(&mut db, foreign).await);
        let filter = MisconductFilter {
            pool: Some(one),
            requester: Some(asking),
            ..MisconductFilter::default()
        };
        let sizes = page_sizes!(|request| {
            misconduct::page::<u64>(&mut db, &filter, &request)
                .await
                .unwrap()
        });
        assert_eq!(sizes, [8, 8, 4]);
        let count = misconduct::count(&mut db, &filter).await.unwrap();
        assert_eq!(count, Count::Exactly(OWN));

        let filter = RecordFilter {
            pool: Some(one),
            requester: Some(asking),
            ..RecordFilter::default()
        };
        let sizes = page_sizes!(|request| {
            records::page::<u64>(&mut db, &filter, Direction::Descending, &request)
                .await
                .unwrap()
        });
        assert_eq!(sizes, [8, 8, 4]);
        let count = records::count(&mut db, &filter).await.unwrap();
        assert_eq!(count, Count::Exactly(OWN));

        // Nobody's requester has nothing; without one, everything is there.
        for (requester, expected) in [(Some(id()), 0), (None, ROWS)] {
            let filter = MisconductFilter {
                requester,
                ..MisconductFilter::default()
            };
            let count = misconduct::count(&mut db, &filter).await.unwrap();
            assert_eq!(count, Count::Exactly(expected));
        }
    })
    .await;
}

/// A database from before records of misconduct named their task in a column.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_learns_the_task_of_each_record_from_its_body() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let whom = expert(&mut tx, one, "王伟").await;
        let own = task(&mut tx, one, "XQ-1", date(2026, 11, 1)).await;
        for body in [
            serde_json::json!({ "task": own }),
            serde_json::json!({ "task": null }),
            serde_json::json!({}),
        ] {
            let keys = MisconductKeys {
                pool: one,
                expert: whom,
                kind: "absence".into(),
                status: "proposed".into(),
                happened_on: date(2026, 11, 2),
                task: None,
            };
            document::insert::<MisconductKeys, _>(&mut tx, id(), keys, body)
                .await
                .unwrap();
        }
        done(tx).await;
        tamper(
            &t.store,
            "ALTER TABLE misconduct DROP COLUMN task; \
             DROP INDEX expert_member; \
             ALTER TABLE expert DROP COLUMN team; \
             ALTER TABLE record DROP COLUMN team; \
             ALTER TABLE task DROP COLUMN team; \
             ALTER TABLE expert ADD COLUMN grams TEXT NOT NULL DEFAULT ''; \
             DELETE FROM schema_version WHERE version >= 3;",
        )
        .await
        .unwrap();

        let migrated = t.again().await.unwrap();
        let mut db = migrated.read();
        let filter = MisconductFilter {
            requester: Some(requester(&mut db, own).await),
            ..MisconductFilter::default()
        };
        let page = PageRequest::first(9);
        let found = misconduct::page::<serde_json::Value>(&mut db, &filter, &page).await;
        let found = found.unwrap().items;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].keys.task, Some(own));
        let all = MisconductFilter::default();
        let count = misconduct::count(&mut db, &all).await.unwrap();
        assert_eq!(count, Count::Exactly(3));
    })
    .await;
}
