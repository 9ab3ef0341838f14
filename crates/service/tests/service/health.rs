//! Backups as a use case: the entry that tells of one is in it, what came later is missed, and what
//! could not be made is told as well.

use std::path::Path;

use crate::bureau::Bureau;
use domain::actor::Role;
use domain::id::FileId;
use service::Error;
use store::attachments::FileKeys;
use store::backup::restore;
use store::ledger::{EntryFilter, LedgerError};
use store::testing::{TestStore, empty_place, now, on_both};
use store::{Kind, LedgerId, Store, StoreConfig, document};
use uuid::Uuid;

/// Actions of the system's ledger.
async fn told(store: &Store) -> Vec<String> {
    let filter = EntryFilter {
        ledger: Some(LedgerId::System),
        ..EntryFilter::default()
    };
    let entries = store::ledger::list(&mut store.read(), &filter, 100).await;
    let entries = entries.expect("read").into_iter();
    entries.map(|entry| entry.action).collect()
}

fn times(told: &[String], action: &str) -> usize {
    told.iter().filter(|one| *one == action).count()
}

/// An empty place with a copy of the keys as they are now.
async fn place_like(engine: &TestStore, kind: Kind, name: &str) -> StoreConfig {
    let folder = engine.folder().join(name);
    std::fs::create_dir(&folder).expect("made");
    let config = empty_place(kind, &folder).await;
    let mut copy = std::process::Command::new("cp");
    copy.arg("-a").arg(&engine.config.keys).arg(&config.keys);
    assert!(copy.status().expect("cp runs").success());
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_holds_the_entry_that_tells_of_it_and_not_what_came_later() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 1).await;
        let service = &bureau.service;
        let folder = engine.folder().join("backup");
        let back_up = async |folder: &Path| service.back_up(&service.console(), folder).await;
        let refused = service
            .back_up(&bureau.as_role(Role::Officer), &folder)
            .await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
        back_up(&folder).await.expect("made");
        assert_eq!(times(&told(&engine.store).await, "system.backed_up"), 1);

        for kind in [Kind::Sqlite, Kind::Postgres] {
            let config = place_like(&engine, kind, &format!("{kind:?}")).await;
            restore(&config, &folder).await.expect("restored");
            let store = Store::open(config).await.expect("nothing is missing");
            assert_eq!(told(&store).await, told(&engine.store).await);
        }

        // A folder in use is refused before anything is written down.
        let again = back_up(&folder).await;
        assert!(again.is_err(), "{again:?}");
        assert_eq!(times(&told(&engine.store).await, "system.backed_up"), 1);

        // One entry more than the backup holds, in any ledger, is a loss that has to be answered for.
        let task = bureau.request(1);
        let filed = service.file_task(&bureau.asking, bureau.pool, task).await;
        filed.expect("filed");
        let config = place_like(&engine, Kind::Sqlite, "later").await;
        restore(&config, &folder).await.expect("restored");
        let opened = Store::open(config).await;
        assert!(
            matches!(
                opened,
                Err(store::Error::Ledger(LedgerError::RolledBack { .. }))
            ),
            "{opened:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_could_not_be_made_is_told() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 1).await;
        let service = &bureau.service;
        let mut tx = engine.store.upkeep().await.expect("door");
        let keys = FileKeys {
            pool: Some(bureau.pool),
            owner_kind: "pool".into(),
            owner_id: bureau.pool.to_string(),
            name: "丢失的扫描件".into(),
            media_type: "image/png".into(),
            size: 6,
            digest: "ab".repeat(32),
            state: "stored".into(),
            created_at: now(),
        };
        document::insert(&mut tx, FileId(Uuid::now_v7()), keys, 0_i64)
            .await
            .expect("saved");
        tx.commit().await.expect("committed");
        let folder = engine.folder().join("backup");
        let made = service.back_up(&service.console(), &folder).await;
        assert!(made.is_err(), "a file is missing: {made:?}");
        let told = told(&engine.store).await;
        assert_eq!(times(&told, "system.backed_up"), 1);
        assert_eq!(times(&told, "system.backup_failed"), 1);
        assert!(
            !folder.join("manifest.json").exists(),
            "what is there is no backup"
        );
    })
    .await;
}
