//! Tampering with a ledger, in its export and in the database: everything is found, and the place
//! is named.

use domain::id::PoolId;
use store::ledger::{self, Failure, LedgerError, Line, Trust, verify, write_bundle};
use store::pools::{self, PoolKeys};
use store::testing::{TestStore, event, now, on_both, tamper};
use store::{Error, Kind, LedgerId, Recovery, Store};
use uuid::Uuid;

async fn pool_with(store: &Store, entries: u64) -> PoolId {
    let id = PoolId(Uuid::now_v7());
    let mut tx = store.write(LedgerId::System).await.unwrap();
    let keys = PoolKeys {
        no: 0,
        name: format!("{id}"),
        pack: "p".into(),
        pack_digest: "0".into(),
        status: "active".into(),
    };
    pools::insert(&mut tx, id, keys, 0_i64).await.unwrap();
    tx.append(&event("pool.created", now())).await.unwrap();
    tx.commit().await.unwrap();
    append(store, id, entries).await;
    id
}

/// Appends in commits of one, two, three … entries.
async fn append(store: &Store, pool: PoolId, entries: u64) {
    let (mut done, mut step) = (0, 1);
    while done < entries {
        let mut tx = store.write(pool).await.unwrap();
        for _ in 0..step.min(entries - done) {
            tx.append(&event(&format!("step.{done}"), now()))
                .await
                .unwrap();
            done += 1;
        }
        tx.commit().await.unwrap();
        step += 1;
    }
}

async fn bundle(store: &Store, ledger: LedgerId) -> String {
    let mut out = Vec::new();
    write_bundle(store, ledger, 1, &mut |_, _| true, &mut out)
        .await
        .unwrap();
    String::from_utf8(out).unwrap()
}

fn check(text: &str, trust: &Trust) -> Result<ledger::Verified, Failure> {
    verify(text.as_bytes(), trust, &mut |_, _| {})
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Places of the entry, body and checkpoint lines.
fn places(lines: &[String], kind: &str) -> Vec<usize> {
    let beginning = format!("{{\"{kind}\":");
    (0..lines.len())
        .filter(|n| lines[*n].starts_with(&beginning))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_verifies_alone_and_both_engines_agree_on_its_form() {
    on_both(|t| async move {
        let pool = pool_with(&t.store, 23).await;
        let text = bundle(&t.store, pool.into()).await;
        let mut seen = Vec::new();
        let verified = verify(text.as_bytes(), &Trust::default(), &mut |entry, body| {
            let body: serde_json::Value = serde_json::from_slice(&body.unwrap().json).unwrap();
            assert_eq!(body["note"], entry.action);
            seen.push(entry.seq);
        })
        .unwrap();
        assert_eq!(seen, (0..23).collect::<Vec<_>>());
        assert_eq!((verified.size, verified.bodies), (23, 23));
        assert_eq!(
            verified.root,
            ledger::root_at(&mut t.store.read(), pool.into(), 23)
                .await
                .unwrap()
        );
        assert!(
            !text.contains("note\":\"step.3\"") || text.contains("\\\"note\\\""),
            "bodies are shown only as bodies"
        );

        let mut closed = Vec::new();
        write_bundle(&t.store, pool.into(), 8, &mut |_, _| false, &mut closed)
            .await
            .unwrap();
        let closed = String::from_utf8(closed).unwrap();
        let verified = check(&closed, &Trust::default()).unwrap();
        assert_eq!((verified.size, verified.bodies), (23, 0));
        assert!(
            places(&lines(&closed), "checkpoint").len() < places(&lines(&text), "checkpoint").len()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_proof_from_stored_subtrees_holds() {
    on_both(|t| async move {
        let pool = pool_with(&t.store, 21).await;
        let mut db = t.store.read();
        let filter = ledger::EntryFilter {
            ledger: Some(pool.into()),
            ..Default::default()
        };
        let mut entries = ledger::list(&mut db, &filter, 100).await.unwrap();
        entries.reverse();
        for size in [1, 2, 7, 16, 21] {
            let root = ledger::root_at(&mut db, pool.into(), size).await.unwrap();
            for seq in 0..size {
                let proof = ledger::inclusion_proof(&mut db, pool.into(), seq, size)
                    .await
                    .unwrap();
                let leaf = ledger::leaf(&entries[seq as usize].to_bytes());
                assert!(ledger::is_included(&leaf, seq, size, &root, &proof));
            }
            for old in 1..=size {
                let old_root = ledger::root_at(&mut db, pool.into(), old).await.unwrap();
                let proof = ledger::consistency_proof(&mut db, pool.into(), old, size)
                    .await
                    .unwrap();
                assert!(ledger::is_consistent(old, &old_root, size, &root, &proof));
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_bundle_is_found() {
    let t = TestStore::open(Kind::Sqlite).await;
    let pool = pool_with(&t.store, 20).await;
    let other = pool_with(&t.store, 20).await;
    let text = bundle(&t.store, pool.into()).await;
    let foreign = lines(&bundle(&t.store, other.into()).await);
    let whole = lines(&text);
    let trust = Trust::default();
    check(&text, &trust).unwrap();
    let (entries, bodies, notes) = (
        places(&whole, "entry"),
        places(&whole, "body"),
        places(&whole, "checkpoint"),
    );
    let mut tried = 0;
    let mut found = |changed: String, what: &str| {
        assert_ne!(changed, text, "{what} changes nothing");
        tried += 1;
        check(&changed, &trust)
            .err()
            .unwrap_or_else(|| panic!("{what} was not found"))
    };

    // Flip and zero: through the whole file, so close that every kind of field is hit many times.
    for at in (0..text.len()).step_by(23) {
        for byte in [text.as_bytes()[at] ^ 1, text.as_bytes()[at] ^ 0x20, 0] {
            let mut changed = text.clone().into_bytes();
            changed[at] = byte;
            // What is not UTF-8 any more cannot be read as lines at all.
            if let Ok(changed) = String::from_utf8(changed) {
                found(changed, &format!("byte {at} set to {byte:#x}"));
            }
        }
    }
    for line in 0..whole.len() {
        let mut changed = whole.clone();
        changed.remove(line);
        found(joined(&changed), &format!("line {line} deleted"));
        let mut changed = whole.clone();
        changed.insert(line, whole[line].clone());
        found(joined(&changed), &format!("line {line} doubled"));
        let mut changed = whole.clone();
        changed.truncate(line);
        found(joined(&changed), &format!("cut before line {line}"));
        for other in (line + 1..whole.len()).step_by(3) {
            if whole[line] != whole[other] {
                let mut changed = whole.clone();
                changed.swap(line, other);
                found(
                    joined(&changed),
                    &format!("lines {line} and {other} swapped"),
                );
            }
        }
    }
    // The place is named.
    for (n, at) in entries.iter().enumerate() {
        let mut changed = whole.clone();
        changed[*at] = changed[*at].replace("step.", "stop.");
        assert_eq!(
            found(joined(&changed), "an entry edited"),
            Failure::Leaf { seq: n as u64 }
        );
        let mut changed = whole.clone();
        changed[bodies[n]] = changed[bodies[n]].replace("step.", "stop.");
        assert_eq!(
            found(joined(&changed), "a body edited"),
            Failure::Body { seq: n as u64 }
        );
        let mut changed = whole.clone();
        changed.remove(*at);
        changed.remove(*at);
        let expected = n as u64;
        let failure = found(joined(&changed), "an entry deleted with its body");
        let named = match failure {
            Failure::Order {
                expected: e,
                found: f,
            } => (e, f) == (expected, expected + 1),
            Failure::Root { from, size } => from <= expected && expected < size,
            _ => false,
        };
        assert!(named, "{n}: {failure:?}");
    }
    // A body moved to another entry, with its number rewritten.
    let mut changed = whole.clone();
    changed[bodies[4]] = whole[bodies[5]].replace("\"seq\":5", "\"seq\":4");
    assert_eq!(
        found(joined(&changed), "a body moved"),
        Failure::Body { seq: 4 }
    );
    // An entry of another pool's ledger.
    let mut changed = whole.clone();
    let alien = places(&foreign, "entry")[3];
    changed[entries[3]] = foreign[alien].clone();
    assert_eq!(
        found(joined(&changed), "a foreign entry"),
        Failure::OtherLedger { seq: 3 }
    );
    // A checkpoint of another ledger.
    let mut changed = whole.clone();
    changed[notes[2]] = foreign[places(&foreign, "checkpoint")[2]].clone();
    assert!(matches!(
        found(joined(&changed), "a foreign checkpoint"),
        Failure::Signature { .. }
    ));
    assert!(tried > 2_000, "{tried} changes tried");
}

/// Rewrites entry `seq` and everything derived from it, as somebody without the key can.
fn rechained(text: &str, seq: usize) -> String {
    let mut changed = lines(text);
    let at = places(&changed, "entry")[seq];
    let Line::Entry { text, .. } = serde_json::from_str(&changed[at]).unwrap() else {
        panic!("an entry")
    };
    let text = text.replace("step.", "stop.");
    let leaf = hex::encode(ledger::leaf(text.as_bytes()));
    changed[at] = serde_json::to_string(&Line::Entry { leaf, text }).unwrap();
    joined(&changed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rechained_history_needs_the_key_and_with_the_key_fails_an_old_sheet() {
    let t = TestStore::open(Kind::Sqlite).await;
    let pool = pool_with(&t.store, 20).await;
    let text = bundle(&t.store, pool.into()).await;
    for seq in 0..20 {
        let failure = check(&rechained(&text, seq), &Trust::default()).unwrap_err();
        let Failure::Root { from, size } = failure else {
            panic!("{failure:?}")
        };
        assert!((from..size).contains(&(seq as u64)));
    }
    // A whole second history under a key of its own: only somebody with a sheet or the fingerprint
    // of the right key can tell.
    let sheet = ledger::latest_checkpoint(&mut t.store.read(), pool.into())
        .await
        .unwrap()
        .unwrap();
    let codes = vec![sheet.checkpoint.code()];
    assert_eq!(
        check(
            &text,
            &Trust {
                codes: codes.clone(),
                ..Trust::default()
            }
        )
        .unwrap()
        .witnesses,
        1
    );
    let forger = TestStore::open(Kind::Sqlite).await;
    let forged = bundle(&forger.store, pool_with(&forger.store, 20).await.into()).await;
    assert!(check(&forged, &Trust::default()).is_ok());
    let by_code = check(
        &forged,
        &Trust {
            codes: codes.clone(),
            ..Trust::default()
        },
    );
    assert_eq!(by_code, Err(Failure::Witness { size: 20 }));
    let fingerprints = vec![t.store.public_key().fingerprint()];
    let by_key = check(
        &forged,
        &Trust {
            fingerprints,
            ..Trust::default()
        },
    );
    assert_eq!(by_key, Err(Failure::UntrustedKey));
    let short = pool_with(&t.store, 9).await;
    let short = bundle(&t.store, short.into()).await;
    let by_size = check(
        &short,
        &Trust {
            codes,
            ..Trust::default()
        },
    );
    assert_eq!(
        by_size,
        Err(Failure::Truncated {
            known: 20,
            found: 9
        })
    );
    let kept = Trust {
        checkpoints: vec![sheet.note.clone()],
        ..Trust::default()
    };
    assert_eq!(check(&text, &kept).unwrap().witnesses, 1);
    let altered = Trust {
        checkpoints: vec![sheet.note.replace("\n20\n", "\n19\n")],
        ..Trust::default()
    };
    assert_eq!(check(&text, &altered), Err(Failure::Signature { size: 19 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_refuses_to_change_ledger_rows() {
    on_both(|t| async move {
        pool_with(&t.store, 3).await;
        for table in [
            "ledger_entry",
            "ledger_node",
            "ledger_checkpoint",
            "ledger_key",
        ] {
            let column = if table == "ledger_key" {
                "name"
            } else {
                "ledger"
            };
            for act in [
                format!("UPDATE {table} SET {column} = 'x'"),
                format!("DELETE FROM {table}"),
            ] {
                assert!(
                    matches!(tamper(&t.store, &act).await, Err(Error::Immutable)),
                    "{act}"
                );
            }
        }
        for act in [
            "UPDATE ledger SET size = 0",
            "DELETE FROM ledger",
            "UPDATE ledger_body SET seq = seq + 100",
        ] {
            assert!(
                matches!(tamper(&t.store, act).await, Err(Error::Immutable)),
                "{act}"
            );
        }
        if t.store.kind() == Kind::Postgres {
            assert!(matches!(
                tamper(&t.store, "TRUNCATE ledger_node").await,
                Err(Error::Immutable)
            ));
        }
    })
    .await;
}

/// An administrator without triggers in the way.
async fn force(store: &Store, script: &str) {
    let lifted = match store.kind() {
        Kind::Sqlite => [
            "ledger_entry_no_UPDATE",
            "ledger_entry_no_DELETE",
            "ledger_node_no_UPDATE",
            "ledger_checkpoint_no_UPDATE",
            "ledger_checkpoint_no_DELETE",
            "ledger_body_fixed",
            "ledger_grows",
        ]
        .map(|trigger| format!("DROP TRIGGER IF EXISTS {trigger};"))
        .concat(),
        Kind::Postgres => [
            "ledger_entry",
            "ledger_node",
            "ledger_checkpoint",
            "ledger_body",
            "ledger",
        ]
        .map(|table| format!("ALTER TABLE {table} DISABLE TRIGGER USER;"))
        .concat(),
    };
    tamper(store, &format!("{lifted}{script}")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_changed_behind_the_triggers_are_found() {
    for script in [
        "UPDATE ledger_entry SET action = 'x' WHERE seq = 5",
        "UPDATE ledger_entry SET actor = 'x' WHERE seq = 5",
        "UPDATE ledger_entry SET object_id = 'x' WHERE seq = 5",
        "UPDATE ledger_entry SET at = at + 1 WHERE seq = 5",
        "UPDATE ledger_entry SET leaf = entry WHERE seq = 5",
        "UPDATE ledger_entry SET entry = leaf WHERE seq = 5",
        "UPDATE ledger_entry SET seq = 99 WHERE seq = 5",
        "DELETE FROM ledger_entry WHERE seq = 8",
        "DELETE FROM ledger_entry WHERE seq = 5",
        "UPDATE ledger_node SET hash = (SELECT hash FROM ledger_node WHERE level = 2 AND position = 0) WHERE level = 1 AND position = 1",
        "UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint WHERE size = 3) WHERE size = 6",
        "DELETE FROM ledger_checkpoint WHERE size = 9",
        "UPDATE ledger_body SET sealed = (SELECT sealed FROM ledger_body b WHERE b.seq = 4 AND b.ledger = ledger_body.ledger) WHERE seq = 5",
        "UPDATE ledger SET size = size - 1 WHERE size = 9",
        "UPDATE ledger SET last_at = last_at + 1 WHERE size = 9",
    ] {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let t = TestStore::open(kind).await;
            pool_with(&t.store, 9).await;
            t.store.check_ledgers().await.unwrap();
            force(&t.store, script).await;
            assert!(t.store.check_ledgers().await.is_err(), "{kind:?}: {script}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_body_leaves_the_proof_whole() {
    on_both(|t| async move {
        let pool = pool_with(&t.store, 9).await;
        let mut tx = t.store.write(pool).await.unwrap();
        ledger::erase_body(&mut tx, pool.into(), 4).await.unwrap();
        tx.append(&event("body.erased", now())).await.unwrap();
        tx.commit().await.unwrap();
        assert!(
            ledger::body(&t.store, &mut t.store.read(), pool.into(), 4)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            ledger::body(&t.store, &mut t.store.read(), pool.into(), 3)
                .await
                .unwrap()
                .is_some()
        );
        t.store.check_ledgers().await.unwrap();
        assert_eq!(
            check(&bundle(&t.store, pool.into()).await, &Trust::default())
                .unwrap()
                .bodies,
            9
        );
    })
    .await;
}

/// Copies the data folder of a SQLite store as an administrator would.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    let _ = std::fs::remove_dir_all(to);
    assert!(
        std::process::Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(to)
            .status()
            .unwrap()
            .success()
    );
}

fn three() -> Recovery {
    Recovery {
        approved_by: vec!["甲".into(), "乙".into(), "丙".into()],
        reason: "磁盘损坏，只有昨天的备份".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_is_refused_and_recovered_only_by_three_for_all_to_see() {
    let t = TestStore::open(Kind::Sqlite).await;
    let pool = pool_with(&t.store, 5).await;
    t.store.close().await;
    let old = t.folder().join("old");
    copy(&t.config.data, &old);
    let newer = t.again().await.unwrap();
    append(&newer, pool, 4).await;
    newer.close().await;
    copy(&old, &t.config.data);

    let refused = t.again().await.unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Ledger(LedgerError::RolledBack {
                head: 9,
                found: 5,
                ..
            })
        ),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("缺 4 条留痕"));
    let two = Recovery {
        approved_by: vec!["甲".into(), "乙".into(), "乙 ".into()],
        reason: "x".into(),
    };
    assert!(matches!(
        Store::recover(t.config.clone(), &two).await,
        Err(Error::Ledger(LedgerError::Unapproved))
    ));
    assert!(t.again().await.is_err());

    let (store, recovered) = Store::recover(t.config.clone(), &three()).await.unwrap();
    assert_eq!(recovered, [LedgerId::Pool(pool)]);
    let body = ledger::body(&store, &mut store.read(), pool.into(), 5)
        .await
        .unwrap()
        .unwrap();
    assert!(
        String::from_utf8(body.json).unwrap().contains("\\n9\\n"),
        "the lost head is kept for ever"
    );
    store.close().await;
    let store = t.again().await.unwrap();
    append(&store, pool, 1).await;
    store.check_ledgers().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_after_a_copy_is_refused() {
    let t = TestStore::open(Kind::Sqlite).await;
    let pool = pool_with(&t.store, 5).await;
    t.store.close().await;
    let (old, keys) = (t.folder().join("old"), t.folder().join("old-keys"));
    copy(&t.config.data, &old);
    copy(&t.config.keys, &keys);
    let one = t.again().await.unwrap();
    append(&one, pool, 3).await;
    one.close().await;
    // The copy lives on beside it with a copy of the keys, then takes its place.
    let mut beside = t.config.clone();
    (beside.data, beside.keys) = (old.clone(), keys);
    let two = Store::open(beside).await.unwrap();
    append(&two, pool, 6).await;
    two.close().await;
    copy(&old, &t.config.data);
    let refused = t.again().await.unwrap_err();
    assert!(
        matches!(refused, Error::Ledger(LedgerError::Forked { size: 8, .. })),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_notices_that_its_database_was_exchanged() {
    on_both(|t| async move {
        let pool = pool_with(&t.store, 5).await;
        force(&t.store, "DELETE FROM ledger_entry WHERE seq = 4; DELETE FROM ledger_checkpoint WHERE size > 3;").await;
        force(
            &t.store,
            "UPDATE ledger SET size = 3, frontier = (SELECT frontier FROM ledger WHERE id = 'system') WHERE size = 5",
        )
        .await;
        assert!(t.store.write(pool).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_forged_head_is_refused() {
    on_both(|t| async move {
        let pool = pool_with(&t.store, 5).await;
        let head = t.config.keys.join("heads").join(format!("{pool}.head"));
        let note = std::fs::read_to_string(&head).unwrap();
        std::fs::write(&head, note.replace("\n5\n", "\n4\n")).unwrap();
        assert!(matches!(
            t.again().await,
            Err(Error::Ledger(LedgerError::ForgedHead(_)))
        ));
        std::fs::remove_file(&head).unwrap();
        assert!(matches!(
            t.again().await,
            Err(Error::Ledger(LedgerError::MissingHead(_)))
        ));
        std::fs::write(&head, note).unwrap();
        t.again().await.unwrap();
    })
    .await;
}

/// A head that cannot be written blocks the next write, not the one that is already durable.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_cannot_be_written_stops_further_writes_until_it_can() {
    on_both(|t| async move {
        let pool = pool_with(&t.store, 2).await;
        let heads = t.config.keys.join("heads");
        let away = t.folder().join("heads-away");
        let mut tx = t.store.write(pool).await.unwrap();
        tx.append(&event("durable", now())).await.unwrap();
        std::fs::rename(&heads, &away).unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(
            t.store.write(pool).await,
            Err(Error::Ledger(LedgerError::Head(_)))
        ));
        std::fs::rename(&away, &heads).unwrap();
        append(&t.store, pool, 1).await;
        t.store.check_ledgers().await.unwrap();
        t.again().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_ran_ahead_is_put_right_only_by_three_for_all_to_see() {
    on_both(|t| async move {
        let pool = pool_with(&t.store, 2).await;
        let mut tx = t.store.write(pool).await.unwrap();
        let next_year = now() + jiff::SignedDuration::from_hours(365 * 24);
        tx.append(&event("x", next_year)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = t.store.write(pool).await.unwrap();
        let refused = tx.append(&event("x", now())).await.unwrap_err();
        assert!(
            refused.to_string().contains("--recover-ledger"),
            "{refused}"
        );
        drop(tx);

        let (store, recovered) = Store::recover(t.config.clone(), &three()).await.unwrap();
        assert_eq!(recovered, [LedgerId::Pool(pool)]);
        append(&store, pool, 3).await;
        store.check_ledgers().await.unwrap();
        let filter = ledger::EntryFilter {
            ledger: Some(pool.into()),
            ..Default::default()
        };
        let entries = ledger::list(&mut store.read(), &filter, 10).await.unwrap();
        let steps: Vec<(&str, bool)> = entries
            .iter()
            .rev()
            .map(|entry| (entry.action.as_str(), entry.at > now().as_millisecond()))
            .collect();
        assert_eq!(
            steps[2..],
            [
                ("x", true),
                ("ledger.recovered", false),
                ("step.0", false),
                ("step.1", false),
                ("step.2", false)
            ]
        );
        let (_, again) = Store::recover(t.config.clone(), &three()).await.unwrap();
        assert!(again.is_empty(), "once is enough");
    })
    .await;
}
