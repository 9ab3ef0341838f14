//! The write door, migrations, keys and start-up, on both engines.

use domain::id::PoolId;
use store::pools::{self, PoolKeys};
use store::testing::{TestStore, event, now, on_both, tamper};
use store::{
    Db as _, Error, Kind, LedgerId, PageRequest, Sql, Store, WriteTx, document, ledger, tasks,
};
use uuid::Uuid;

async fn new_pool(store: &Store, name: &str) -> PoolId {
    let id = PoolId(Uuid::now_v7());
    let mut tx = store.write(LedgerId::System).await.unwrap();
    let keys = PoolKeys {
        no: 0,
        name: name.into(),
        pack: "dg-2021".into(),
        pack_digest: "00".into(),
        status: "active".into(),
    };
    pools::insert(&mut tx, id, keys, 0_i64).await.unwrap();
    tx.append(&event("pool.created", now())).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn add_one(mut tx: WriteTx, pool: PoolId) -> store::Result<()> {
    let mut row = pools::find::<i64>(&mut tx, pool).await?.unwrap();
    tokio::task::yield_now().await;
    row.body += 1;
    document::save(&mut tx, &mut row).await?;
    tx.append(&event("counted", now())).await?;
    tx.commit().await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_of_one_pool_lose_no_update() {
    on_both(|t| async move {
        let pool = new_pool(&t.store, "甲库").await;
        let second = t.again().await.unwrap();
        let writers: Vec<_> = (0..8)
            .map(|n| {
                // Half of them go through a second server on the same data.
                let store = if n % 2 == 0 {
                    t.store.clone()
                } else {
                    second.clone()
                };
                tokio::spawn(async move {
                    for _ in 0..20 {
                        add_one(store.write(pool).await.unwrap(), pool)
                            .await
                            .unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let row = pools::find::<i64>(&mut t.store.read(), pool)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((row.body, row.version), (160, 161));
        assert_eq!(
            ledger::size(&mut t.store.read(), pool.into())
                .await
                .unwrap(),
            160
        );
        t.store.check_ledgers().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pools_are_written_at_once_on_postgres() {
    let t = TestStore::open(Kind::Postgres).await;
    let (one, two) = (
        new_pool(&t.store, "甲库").await,
        new_pool(&t.store, "乙库").await,
    );
    let mut first = t.store.write(one).await.unwrap();
    first.append(&event("held open", now())).await.unwrap();
    add_one(t.store.write(two).await.unwrap(), two)
        .await
        .unwrap();
    first.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_leaves_nothing() {
    on_both(|t| async move {
        let pool = new_pool(&t.store, "甲库").await;
        let mut tx = t.store.write(pool).await.unwrap();
        let mut row = pools::find::<i64>(&mut tx, pool).await.unwrap().unwrap();
        row.body = 99;
        document::save(&mut tx, &mut row).await.unwrap();
        tx.append(&event("never", now())).await.unwrap();
        drop(tx);
        let row = pools::find::<i64>(&mut t.store.read(), pool)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.body, 0);
        assert_eq!(
            ledger::size(&mut t.store.read(), pool.into())
                .await
                .unwrap(),
            0
        );
        add_one(t.store.write(pool).await.unwrap(), pool)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_an_event_is_refused_and_undone() {
    on_both(|t| async move {
        let pool = new_pool(&t.store, "甲库").await;
        let mut tx = t.store.write(pool).await.unwrap();
        let mut row = pools::find::<i64>(&mut tx, pool).await.unwrap().unwrap();
        row.body = 99;
        document::save(&mut tx, &mut row).await.unwrap();
        assert!(matches!(tx.commit().await, Err(Error::Unrecorded)));
        let row = pools::find::<i64>(&mut t.store.read(), pool)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.body, 0);
        let mut upkeep = t.store.upkeep().await.unwrap();
        assert!(matches!(
            upkeep.append(&event("x", now())).await,
            Err(Error::Unrecorded)
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_save_and_a_duplicate_are_told_apart() {
    on_both(|t| async move {
        let pool = new_pool(&t.store, "甲库").await;
        let mut old = pools::find::<i64>(&mut t.store.read(), pool)
            .await
            .unwrap()
            .unwrap();
        add_one(t.store.write(pool).await.unwrap(), pool)
            .await
            .unwrap();
        let mut tx = t.store.write(pool).await.unwrap();
        assert!(matches!(
            document::save(&mut tx, &mut old).await,
            Err(Error::Stale { table: "pool", .. })
        ));
        drop(tx);
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let keys = old.keys.clone();
        assert!(matches!(
            document::insert(&mut tx, pool, keys, 0_i64).await,
            Err(Error::Duplicate)
        ));
        drop(tx);
        let no_pool = t.store.write(PoolId(Uuid::now_v7())).await;
        assert!(matches!(
            no_pool,
            Err(Error::Ledger(ledger::LedgerError::Unknown(_)))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_wait_for_a_writer() {
    on_both(|t| async move {
        let pool = new_pool(&t.store, "甲库").await;
        let mut tx = t.store.write(pool).await.unwrap();
        let mut row = pools::find::<i64>(&mut tx, pool).await.unwrap().unwrap();
        row.body = 7;
        document::save(&mut tx, &mut row).await.unwrap();
        let mut reader = t.store.read();
        let read = pools::find::<i64>(&mut reader, pool);
        let seen = tokio::time::timeout(std::time::Duration::from_secs(5), read)
            .await
            .expect("no waiting")
            .unwrap();
        assert_eq!(
            seen.unwrap().body,
            0,
            "and do not see what is not committed"
        );
        let mut snapshot = t.store.snapshot().await.unwrap();
        assert_eq!(
            pools::find::<i64>(&mut snapshot, pool)
                .await
                .unwrap()
                .unwrap()
                .body,
            0
        );
        tx.append(&event("x", now())).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            pools::find::<i64>(&mut snapshot, pool)
                .await
                .unwrap()
                .unwrap()
                .body,
            0,
            "a snapshot stays"
        );
        assert_eq!(
            pools::find::<i64>(&mut t.store.read(), pool)
                .await
                .unwrap()
                .unwrap()
                .body,
            7
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_handle_cannot_write() {
    let t = TestStore::open(Kind::Sqlite).await;
    let refused = t.store.read().rows(Sql::new("DELETE FROM pool")).await;
    assert!(
        matches!(refused, Err(Error::ReadOnly)),
        "{refused:?}",
        refused = refused.err()
    );
    let t = TestStore::open(Kind::Postgres).await;
    let refused = t
        .store
        .snapshot()
        .await
        .unwrap()
        .rows(Sql::new("DELETE FROM pool"))
        .await;
    assert!(matches!(refused, Err(Error::ReadOnly)));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_may_start_on_an_empty_database_at_once() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let folder = tempfile::tempdir().unwrap();
        let config = store::testing::empty_place(kind, folder.path()).await;
        let starts: Vec<_> = (0..4)
            .map(|_| tokio::spawn(Store::open(config.clone())))
            .collect();
        for start in starts {
            let store = start.await.unwrap().unwrap();
            new_pool(&store, "库").await;
        }
        let store = Store::open(config).await.unwrap();
        assert_eq!(pools::all::<i64>(&mut store.read()).await.unwrap().len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_refused_and_left_alone() {
    on_both(|t| async move {
        tamper(
            &t.store,
            "INSERT INTO schema_version (version, name, digest) VALUES (99, 'future', '')",
        )
        .await
        .unwrap();
        let refused = t.again().await.unwrap_err();
        assert!(matches!(
            refused,
            Error::NewerDatabase {
                found: 99,
                known: 3
            }
        ));
        assert!(refused.to_string().contains("请改用新版程序"));
        tamper(&t.store, "DELETE FROM schema_version WHERE version = 99")
            .await
            .unwrap();
        tamper(
            &t.store,
            "UPDATE schema_version SET digest = 'x' WHERE version = 1",
        )
        .await
        .unwrap();
        assert!(matches!(t.again().await, Err(Error::ForeignSchema(1))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_never_replaced_beside_data() {
    on_both(|t| async move {
        new_pool(&t.store, "甲库").await;
        let away = t.folder().join("away");
        std::fs::rename(&t.config.keys, &away).unwrap();
        let refused = t.again().await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Keys(store::keys::KeyError::Missing(_))
        ));
        assert!(!t.config.keys.exists(), "no new key was made");
        let stranger = TestStore::open(Kind::Sqlite).await;
        let copied = std::process::Command::new("cp")
            .arg("-a")
            .arg(&stranger.config.keys)
            .arg(&t.config.keys)
            .status();
        assert!(copied.unwrap().success());
        assert!(matches!(
            t.again().await,
            Err(Error::Keys(store::keys::KeyError::Foreign(_)))
        ));
        std::fs::remove_dir_all(&t.config.keys).unwrap();
        std::fs::rename(&away, &t.config.keys).unwrap();
        t.again().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_far_behind_the_ledger_is_refused_and_a_little_is_bridged() {
    on_both(|t| async move {
        let pool = new_pool(&t.store, "甲库").await;
        let at = |seconds: i64| now() + jiff::SignedDuration::from_secs(seconds);
        for seconds in [0, -200] {
            let mut tx = t.store.write(pool).await.unwrap();
            tx.append(&event("x", at(seconds))).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = t.store.write(pool).await.unwrap();
        let refused = tx.append(&event("x", at(-400))).await;
        assert!(matches!(
            refused,
            Err(Error::Ledger(ledger::LedgerError::ClockBehind(400)))
        ));
        drop(tx);
        let filter = ledger::EntryFilter {
            ledger: Some(pool.into()),
            ..Default::default()
        };
        let entries = ledger::list(&mut t.store.read(), &filter, 10)
            .await
            .unwrap();
        assert!(
            entries
                .iter()
                .all(|entry| entry.at == now().as_millisecond())
        );
    })
    .await;
}

/// SQLite with a bound on pages behaves as on a full disk: SQLITE_FULL at whatever write comes next.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_nothing_half_written_and_passes() {
    let t = TestStore::open(Kind::Sqlite).await;
    let pool = new_pool(&t.store, "甲库").await;
    let pages = |store: Store| async move {
        let rows = store
            .read()
            .rows(Sql::new("PRAGMA page_count"))
            .await
            .unwrap();
        rows[0].get::<i64>(0).unwrap()
    };
    let used = pages(t.store.clone()).await;
    let mut failures = 0;
    for room in 0..40 {
        tamper(
            &t.store,
            &format!("PRAGMA max_page_count = {}", used + room),
        )
        .await
        .unwrap();
        let before = ledger::size(&mut t.store.read(), pool.into())
            .await
            .unwrap();
        let attempt = async {
            let mut tx = t.store.write(pool).await?;
            let mut row = pools::find::<i64>(&mut tx, pool).await?.unwrap();
            row.body += 1;
            document::save(&mut tx, &mut row).await?;
            for _ in 0..30 {
                tx.append(&event("x", now())).await?;
            }
            tx.commit().await
        };
        let added = match attempt.await {
            Ok(_) => 30,
            Err(Error::DiskFull) => {
                failures += 1;
                0
            }
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(
            ledger::size(&mut t.store.read(), pool.into())
                .await
                .unwrap(),
            before + added
        );
        let row = pools::find::<i64>(&mut t.store.read(), pool)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            row.body as u64 * 30,
            before + added,
            "body and ledger move together"
        );
    }
    assert!(failures > 5, "the bound was felt {failures} times");
    tamper(&t.store, "PRAGMA max_page_count = 1073741823")
        .await
        .unwrap();
    add_one(t.store.write(pool).await.unwrap(), pool)
        .await
        .unwrap();
    t.store.check_ledgers().await.unwrap();
    t.again().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_in_a_folder_that_cannot_be_written_is_reported_as_such() {
    // An unreachable server and a file that is no database.
    let folder = tempfile::tempdir().unwrap();
    let mut config = store::StoreConfig::folder(folder.path().join("data"), now());
    config.database = Some("postgres://nobody@localhost/none?host=/nonexistent".into());
    assert!(matches!(
        Store::open(config.clone()).await,
        Err(Error::Unreachable(_))
    ));
    config.database = Some("not a url".into());
    assert!(matches!(
        Store::open(config.clone()).await,
        Err(Error::Setting(_))
    ));
    config.database = None;
    std::fs::create_dir_all(&config.data).unwrap();
    std::fs::write(
        config.data.join("linxuan.db"),
        "this is no database, but a text of some length\n".repeat(100),
    )
    .unwrap();
    assert!(matches!(Store::open(config).await, Err(Error::Damaged(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_cursor_is_refused() {
    on_both(|t| async move {
        let request = PageRequest::after(Some("%%%".into()), 10);
        let filter = tasks::TaskFilter::default();
        let page =
            tasks::page::<i64>(&mut t.store.read(), &filter, Default::default(), &request).await;
        assert!(matches!(page, Err(Error::Cursor)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_a_conflict_to_be_run_again() {
    let t = TestStore::open(Kind::Postgres).await;
    let (one, two) = (
        new_pool(&t.store, "甲库").await,
        new_pool(&t.store, "乙库").await,
    );
    let crossing = |first: PoolId,
                    second: PoolId,
                    store: Store,
                    meet: std::sync::Arc<tokio::sync::Barrier>| async move {
        // Rows of another pool's making, touched in opposite order behind two different doors.
        let mut tx = store.write(first).await?;
        let mut row = pools::find::<i64>(&mut tx, first).await?.unwrap();
        document::save(&mut tx, &mut row).await?;
        meet.wait().await;
        let mut row = pools::find::<i64>(&mut tx, second).await?.unwrap();
        document::save(&mut tx, &mut row).await?;
        tx.append(&event("x", now())).await?;
        tx.commit().await.map(drop)
    };
    let meet = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let left = tokio::spawn(crossing(one, two, t.store.clone(), meet.clone()));
    let right = tokio::spawn(crossing(two, one, t.store.clone(), meet));
    let mut results = [left.await.unwrap(), right.await.unwrap()];
    results.sort_by_key(|result| result.is_err());
    let [winner, loser] = results;
    winner.unwrap();
    let lost = loser.unwrap_err();
    assert!(
        matches!(lost, Error::Conflict) && lost.is_retryable(),
        "{lost:?}"
    );
    add_one(t.store.write(one).await.unwrap(), one)
        .await
        .unwrap();
    add_one(t.store.write(two).await.unwrap(), two)
        .await
        .unwrap();
}
