//! Backups while writing, restored on the same and on the other engine.

use domain::id::{FileId, PersonId, PoolId};
use store::attachments::FileKeys;
use store::backup::{backup, check, restore};
use store::persons::{self, PersonKeys, Private};
use store::pools::{self, PoolKeys};
use store::testing::{TestStore, empty_place, event, now};
use store::{Error, Kind, LedgerId, Secret, Store, StoreConfig, document, ledger};
use uuid::Uuid;

async fn fill(store: &Store) -> PoolId {
    let pool = PoolId(Uuid::now_v7());
    let mut tx = store.write(LedgerId::System).await.unwrap();
    let keys = PoolKeys {
        no: 0,
        name: "库".into(),
        pack: "p".into(),
        pack_digest: "0".into(),
        status: "active".into(),
    };
    pools::insert(
        &mut tx,
        pool,
        keys,
        "带\"引号\"、\n换行与\u{1}的内容".to_owned(),
    )
    .await
    .unwrap();
    tx.append(&event("pool.created", now())).await.unwrap();
    tx.commit().await.unwrap();
    for n in 0..30 {
        add_person(store, pool, n).await;
    }
    let digest = store.files().put(b"a scan".to_vec()).await.unwrap();
    let mut tx = store.upkeep().await.unwrap();
    let keys = FileKeys {
        pool: Some(pool),
        owner_kind: "pool".into(),
        owner_id: pool.to_string(),
        name: "扫描件".into(),
        media_type: "image/png".into(),
        size: 6,
        digest,
        state: "stored".into(),
        created_at: now(),
    };
    document::insert(&mut tx, FileId(Uuid::now_v7()), keys, 0_i64)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    pool
}

async fn add_person(store: &Store, pool: PoolId, n: u32) {
    let mut tx = store.write(pool).await.unwrap();
    let private = Private {
        id_number: Some(Secret::new(format!("44000019900101{n:04}"))),
        ..Private::default()
    };
    let keys = PersonKeys {
        name: format!("人{n}"),
        name_sort: format!("{n:05}"),
    };
    persons::insert(&mut tx, PersonId(Uuid::now_v7()), keys, &private, n)
        .await
        .unwrap();
    tx.append(&event("person.added", now())).await.unwrap();
    tx.commit().await.unwrap();
}

/// An empty place with a copy of the keys.
async fn place_like(t: &TestStore, kind: Kind, name: &str) -> StoreConfig {
    let folder = t.folder().join(name);
    std::fs::create_dir(&folder).unwrap();
    let config = empty_place(kind, &folder).await;
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(&t.config.keys)
        .arg(&config.keys)
        .status();
    assert!(copied.unwrap().success());
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_writing_restores_on_both_engines_and_proves_itself() {
    for from in [Kind::Sqlite, Kind::Postgres] {
        let t = TestStore::open(from).await;
        let pool = fill(&t.store).await;
        let writer = {
            let store = t.store.clone();
            tokio::spawn(async move {
                for n in 100..130 {
                    add_person(&store, pool, n).await;
                }
            })
        };
        let folder = t.folder().join("backup");
        let manifest = backup(&t.store, &folder, now()).await.unwrap();
        writer.await.unwrap();
        let persons = manifest.rows["person"];
        assert!((30..60).contains(&persons));
        let (_, entries, _) = &manifest
            .ledgers
            .iter()
            .find(|(id, _, _)| *id == pool.to_string())
            .unwrap();
        assert_eq!(
            *entries, persons,
            "people and their events are of one state"
        );
        assert!(
            matches!(backup(&t.store, &folder, now()).await, Err(Error::Io(_))),
            "never over an old one"
        );

        for to in [Kind::Sqlite, Kind::Postgres] {
            // The heads copied with the keys are newer than the backup, as after a disaster.
            let config = place_like(&t, to, &format!("{to:?}")).await;
            let restored = restore(&config, &folder).await.unwrap();
            assert_eq!(restored, manifest);
            let loss = persons < 60;
            let opened = Store::open(config.clone()).await;
            let store = if loss {
                assert!(matches!(
                    opened,
                    Err(Error::Ledger(ledger::LedgerError::RolledBack { .. }))
                ));
                let recovery = store::Recovery {
                    approved_by: ["甲", "乙", "丙"].map(str::to_owned).into(),
                    reason: "演练".into(),
                };
                Store::recover(config.clone(), &recovery).await.unwrap().0
            } else {
                opened.unwrap()
            };
            let row = pools::find::<String>(&mut store.read(), pool)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(row.body, "带\"引号\"、\n换行与\u{1}的内容");
            let number = Secret::new("440000199001010007");
            let found = persons::by_id_number::<u32>(&mut store.read(), store.seals(), &number)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(found.body, 7);
            assert_eq!(
                store.files().bytes(&manifest.files[0]).await.unwrap(),
                b"a scan"
            );
            add_person(&store, pool, 999).await;
            store.check_ledgers().await.unwrap();
            assert!(
                matches!(restore(&config, &folder).await, Err(Error::Backup(_))),
                "only into an empty place"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_write_the_same_state_to_the_same_bytes() {
    let t = TestStore::open(Kind::Sqlite).await;
    fill(&t.store).await;
    let first = backup(&t.store, &t.folder().join("one"), now())
        .await
        .unwrap();
    let config = place_like(&t, Kind::Postgres, "pg").await;
    restore(&config, &t.folder().join("one")).await.unwrap();
    let other = Store::open(config).await.unwrap();
    let second = backup(&other, &t.folder().join("two"), now())
        .await
        .unwrap();
    assert_eq!(first, second);
    let bytes = |name: &str| std::fs::read(t.folder().join(name).join("data.jsonl")).unwrap();
    assert_eq!(bytes("one"), bytes("two"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_backup_is_refused_before_anything_is_restored() {
    let t = TestStore::open(Kind::Sqlite).await;
    fill(&t.store).await;
    let folder = t.folder().join("backup");
    let manifest = backup(&t.store, &folder, now()).await.unwrap();
    let key = t.store.public_key().clone();
    let config = place_like(&t, Kind::Sqlite, "new").await;
    let file = manifest.files[0].clone();
    for (name, from, to) in [
        ("data.jsonl".to_owned(), "人7", "人8"),
        (
            "manifest.json".to_owned(),
            "\"person\": 30",
            "\"person\": 31",
        ),
        (
            format!("files/{}/{}", &file[..2], &file[2..]),
            "a scan",
            "a sham",
        ),
    ] {
        let path = folder.join(&name);
        let before = std::fs::read_to_string(&path).unwrap();
        assert!(before.contains(from), "{name}");
        std::fs::write(&path, before.replacen(from, to, 1)).unwrap();
        assert!(
            matches!(check(&folder, &key).await, Err(Error::Backup(_))),
            "{name}"
        );
        assert!(
            matches!(restore(&config, &folder).await, Err(Error::Backup(_))),
            "{name}"
        );
        std::fs::write(&path, before).unwrap();
    }
    std::fs::rename(&config.keys, config.keys.with_extension("away")).unwrap();
    assert!(matches!(
        restore(&config, &folder).await,
        Err(Error::Keys(store::keys::KeyError::NoneForBackup(_)))
    ));
    std::fs::rename(config.keys.with_extension("away"), &config.keys).unwrap();
    restore(&config, &folder).await.unwrap();
    Store::open(config).await.unwrap();
}
