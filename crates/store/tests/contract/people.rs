//! Organisations, persons, accounts, sessions and registers.

use crate::{done, expert, expert_keys, id, later, message, organisation, person, pool};
use domain::id::{AccountId, FilterId};
use jiff::SignedDuration;
use jiff::civil::date;
use store::accounts::{self, AccountFilter, AccountKeys, Link, RoleGrant};
use store::experts::{self};
use store::organisations::{self, OrganisationFilter, OrganisationKeys};
use store::persons::{self, PersonKeys, Private};
use store::registers::{self, RegisterEntry};
use store::sessions::{self, FilterKeys};
use store::testing::{event, now, on_both};
use store::{Count, Error, LedgerId, PageRequest, SearchText, Secret, document};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn organisations_are_found_by_name_code_and_initials() {
    on_both(|t| async move {
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let one = organisation(
            &mut tx,
            "示例市云岭机电有限公司",
            Some("91440000000000000A"),
        )
        .await;
        let two = organisation(&mut tx, "示例市技师学院", None).await;
        organisation(&mut tx, "另一个技师学院", None).await;
        done(tx).await;
        let mut db = t.store.read();
        let found = |text: &str| {
            let (store, filter) = (
                t.store.clone(),
                OrganisationFilter {
                    text: text.into(),
                    kinds: vec![],
                },
            );
            async move {
                let page =
                    organisations::page::<i64>(&mut store.read(), &filter, &PageRequest::first(10))
                        .await
                        .unwrap();
                assert_eq!(
                    organisations::count(&mut store.read(), &filter)
                        .await
                        .unwrap(),
                    Count::Exactly(page.items.len() as u64)
                );
                page.items.into_iter().map(|o| o.id).collect::<Vec<_>>()
            }
        };
        assert_eq!(found("云岭").await, [one]);
        assert_eq!(found("示例 技师").await, [two]);
        assert_eq!(found("CSD").await.len(), 3);
        assert_eq!(found("没有").await, []);
        assert_eq!(
            organisations::by_credit_code::<i64>(&mut db, "91440000000000000A")
                .await
                .unwrap()
                .unwrap()
                .id,
            one
        );
        assert_eq!(
            organisations::named::<i64>(&mut db, "示例市技师学院")
                .await
                .unwrap()[0]
                .id,
            two
        );

        let mut row = organisations::find::<i64>(&mut db, two)
            .await
            .unwrap()
            .unwrap();
        row.keys.name = "示例市职业学院".into();
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        organisations::save(&mut tx, &mut row, &SearchText::new().text("示例市职业学院"))
            .await
            .unwrap();
        done(tx).await;
        assert_eq!(found("示例 技师").await, []);
        assert_eq!(found("职业").await, [two]);
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let keys = OrganisationKeys {
            credit_code: Some("91440000000000000A".into()),
            ..row.keys.clone()
        };
        let taken = organisations::insert(&mut tx, id(), keys, &SearchText::new(), 1_i64).await;
        assert!(matches!(taken, Err(Error::Duplicate)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_identifies_a_person_is_sealed_found_blindly_and_unique() {
    on_both(|t| async move {
        let seals = t.store.seals();
        let number = "440000199001010007";
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let one = person(&mut tx, "张伟", Some(number)).await;
        let two = person(&mut tx, "李娜", None).await;
        done(tx).await;
        let mut db = t.store.read();
        let found = persons::by_id_number::<i64>(&mut db, seals, &Secret::new(" 440000 19900101 0007")).await.unwrap();
        assert_eq!(found.unwrap().id, one);
        assert_eq!(persons::by_phone::<i64>(&mut db, seals, &Secret::new("+86 160-1234-5678")).await.unwrap().len(), 2);
        assert_eq!(persons::named::<i64>(&mut db, "李娜").await.unwrap()[0].id, two);
        let opened = persons::private(&mut db, seals, [one, two]).await.unwrap();
        assert_eq!(opened[0].1.id_number.as_ref().unwrap().reveal(), number);
        assert_eq!(opened[1].1.id_number, None);

        let mut row = persons::find::<i64>(&mut db, two).await.unwrap().unwrap();
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let same = Private { id_number: Some(Secret::new(number)), ..Private::default() };
        assert!(matches!(persons::save_with_private(&mut tx, &mut row, &same).await, Err(Error::Duplicate)));
        drop(tx);
        // A save that does not touch what is sealed leaves it.
        let mut row = persons::find::<i64>(&mut db, one).await.unwrap().unwrap();
        row.body = 5;
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        persons::save(&mut tx, &mut row).await.unwrap();
        done(tx).await;
        assert_eq!(persons::private(&mut db, seals, [one]).await.unwrap()[0].1.id_number.as_ref().unwrap().reveal(), number);
        // A ciphertext moved by an administrator does not open.
        let moved = "UPDATE person SET id_number = (SELECT id_number FROM person WHERE name = '张伟') WHERE name = '李娜'";
        store::testing::tamper(&t.store, moved).await.unwrap();
        assert!(matches!(persons::private(&mut db, seals, [two]).await, Err(Error::Keys(_))));
    })
    .await;
}

/// The canaries of T-CANARY: none of them may be in any file of the data folder.
#[tokio::test(flavor = "multi_thread")]
async fn no_sealed_value_reaches_the_disk_in_clear() {
    let t = store::testing::TestStore::open(store::Kind::Sqlite).await;
    let canaries = [
        "440000199901019990",
        "16498765432",
        "canary@example.org",
        "示例路九百九十号",
        "草稿里的秘密",
        "短信正文之秘密",
        "留痕正文之秘密",
    ];
    let one = pool(&t.store).await;
    let mut tx = t.store.write(one).await.unwrap();
    let private = Private {
        id_number: Some(Secret::new(canaries[0])),
        phone: Some(Secret::new(canaries[1])),
        email: Some(Secret::new(canaries[2])),
        address: Some(Secret::new(canaries[3])),
    };
    let keys = PersonKeys {
        name: "王芳".into(),
        name_sort: "wangfang".into(),
    };
    persons::insert(&mut tx, id(), keys, &private, 1_i64)
        .await
        .unwrap();
    sessions::save_draft(&mut tx, id(), "apply", canaries[4], now())
        .await
        .unwrap();
    tx.enqueue(&message(one, canaries[1], canaries[5]))
        .await
        .unwrap();
    let mut secret = event("x", now());
    secret.body = serde_json::json!({ "text": canaries[6] });
    tx.append(&secret).await.unwrap();
    tx.commit().await.unwrap();
    t.store.close().await;
    let mut read = 0;
    for file in std::fs::read_dir(&t.config.data).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            read += bytes.len();
            for canary in canaries {
                let plain = bytes
                    .windows(canary.len())
                    .any(|window| window == canary.as_bytes());
                assert!(!plain, "{canary} in {}", path.display());
            }
        }
    }
    assert!(read > 100_000, "the database was read");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_roles_links_and_codes() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let account: AccountId = id();
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let unit = organisation(&mut tx, "示例市人社局", None).await;
        let keys = AccountKeys {
            login: "zhang".into(),
            name: "张三".into(),
            organisation: Some(unit),
            person: None,
            status: "active".into(),
            password: None,
            failed_attempts: 0,
            locked_until: None,
        };
        document::insert(&mut tx, account, keys.clone(), 1_i64)
            .await
            .unwrap();
        let grants = [
            RoleGrant {
                role: "auditor".into(),
                pool: None,
                unit: String::new(),
            },
            RoleGrant {
                role: "officer".into(),
                pool: Some(one),
                unit: "A".into(),
            },
        ];
        accounts::set_roles(&mut tx, account, &grants)
            .await
            .unwrap();
        accounts::set_totp(&mut tx, account, Some(&Secret::new("JBSWY3DP")))
            .await
            .unwrap();
        done(tx).await;
        let mut db = t.store.read();
        assert_eq!(accounts::roles(&mut db, account).await.unwrap(), grants);
        assert_eq!(
            accounts::holders::<i64>(&mut db, Some(one), "officer")
                .await
                .unwrap()[0]
                .id,
            account
        );
        assert!(
            accounts::holders::<i64>(&mut db, None, "officer")
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            accounts::holders::<i64>(&mut db, None, "auditor")
                .await
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            accounts::totp(&mut db, t.store.seals(), account)
                .await
                .unwrap()
                .unwrap()
                .reveal(),
            "JBSWY3DP"
        );
        assert_eq!(
            accounts::by_login::<i64>(&mut db, "zhang")
                .await
                .unwrap()
                .unwrap()
                .id,
            account
        );
        assert_eq!(accounts::total(&mut db).await.unwrap(), 1);
        assert!(
            accounts::of_person::<i64>(&mut db, id())
                .await
                .unwrap()
                .is_empty()
        );
        for (filter, expected) in [
            (AccountFilter::default(), 1),
            (
                AccountFilter {
                    name: Some("三".into()),
                    ..Default::default()
                },
                1,
            ),
            (
                AccountFilter {
                    name: Some("%".into()),
                    ..Default::default()
                },
                0,
            ),
            (
                AccountFilter {
                    role: Some("officer".into()),
                    organisation: Some(unit),
                    ..Default::default()
                },
                1,
            ),
            (
                AccountFilter {
                    statuses: vec!["disabled".into()],
                    ..Default::default()
                },
                0,
            ),
        ] {
            assert_eq!(
                accounts::count(&mut db, &filter).await.unwrap(),
                Count::Exactly(expected),
                "{filter:?}"
            );
            let page = accounts::page::<i64>(&mut db, &filter, &PageRequest::first(5))
                .await
                .unwrap();
            assert_eq!(page.items.len() as u64, expected);
        }
        let mut tx = t.store.upkeep().await.unwrap();
        assert_eq!(
            accounts::set_attempts(&mut tx, account, None, true)
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            accounts::set_attempts(&mut tx, account, Some(later(900)), true)
                .await
                .unwrap(),
            2
        );
        tx.commit().await.unwrap();
        let stored = accounts::find::<i64>(&mut db, account)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (
                stored.keys.failed_attempts,
                stored.keys.locked_until,
                stored.version
            ),
            (2, Some(later(900)), 1)
        );
        let mut tx = t.store.upkeep().await.unwrap();
        assert_eq!(
            accounts::set_attempts(&mut tx, account, None, false)
                .await
                .unwrap(),
            0
        );
        assert!(matches!(
            document::insert(&mut tx, id(), keys, 1_i64).await,
            Err(Error::Duplicate)
        ));
        drop(tx);

        let link = Link {
            purpose: "reset".into(),
            account: Some(account),
            expires_at: later(60),
            used_at: None,
            body: 7_i64,
        };
        let hash = sessions::token_hash("token");
        let mut tx = t.store.upkeep().await.unwrap();
        accounts::add_link(&mut tx, &hash, &link).await.unwrap();
        assert_eq!(
            accounts::link::<i64>(&mut tx, &hash).await.unwrap(),
            Some(link)
        );
        assert!(
            !accounts::use_link(&mut tx, &hash, later(60)).await.unwrap(),
            "expired"
        );
        assert!(accounts::use_link(&mut tx, &hash, later(59)).await.unwrap());
        assert!(
            !accounts::use_link(&mut tx, &hash, later(59)).await.unwrap(),
            "used once"
        );
        assert_eq!(
            accounts::void_links(&mut tx, account, "reset", now())
                .await
                .unwrap(),
            0
        );
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_idleness_age_and_revocation() {
    on_both(|t| async move {
        let account: AccountId = id();
        let keys = AccountKeys {
            login: "zhang".into(),
            name: "张三".into(),
            organisation: None,
            person: None,
            status: "active".into(),
            password: None,
            failed_attempts: 0,
            locked_until: None,
        };
        let mut tx = t.store.upkeep().await.unwrap();
        document::insert(&mut tx, account, keys, 0_i64)
            .await
            .unwrap();
        for token in ["one", "two", "three"] {
            sessions::start(&mut tx, token, account, now(), later(3600), &"device")
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let mut db = t.store.read();
        let idle = SignedDuration::from_mins(30);
        let live = |token: &'static str, at: i64| {
            let store = t.store.clone();
            async move {
                sessions::live::<String>(&mut store.read(), token, later(at), idle)
                    .await
                    .unwrap()
                    .is_some()
            }
        };
        assert!(live("one", 1799).await);
        assert!(!live("one", 1800).await, "idle");
        assert!(!live("other", 0).await);
        let hash = sessions::token_hash("one");
        let mut tx = t.store.upkeep().await.unwrap();
        sessions::touch(&mut tx, &hash, later(1700)).await.unwrap();
        sessions::touch(&mut tx, &hash, later(1000)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(
            live("one", 3400).await,
            "used meanwhile, and never used backwards"
        );
        assert!(!live("one", 3600).await, "too old");
        assert_eq!(
            sessions::of_account::<String>(&mut db, account, later(10), idle)
                .await
                .unwrap()
                .len(),
            3
        );
        let mut tx = t.store.upkeep().await.unwrap();
        sessions::revoke(&mut tx, &sessions::token_hash("two"), later(10))
            .await
            .unwrap();
        assert_eq!(
            sessions::revoke_all(&mut tx, account, Some(&hash), later(10))
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();
        assert!(live("one", 1750).await && !live("two", 11).await && !live("three", 11).await);
        let mut tx = t.store.upkeep().await.unwrap();
        assert_eq!(sessions::sweep(&mut tx, later(20)).await.unwrap(), 2);
        sessions::save_draft(&mut tx, account, "apply", "a=1", now())
            .await
            .unwrap();
        sessions::save_draft(&mut tx, account, "apply", "a=2", later(1))
            .await
            .unwrap();
        let row: FilterId = id();
        let keys = FilterKeys {
            account,
            list: "experts".into(),
            name: "常用".into(),
        };
        document::insert(&mut tx, row, keys, "q=焊").await.unwrap();
        tx.commit().await.unwrap();
        let draft = sessions::draft(&mut db, t.store.seals(), account, "apply")
            .await
            .unwrap();
        assert_eq!(draft, Some((later(1), "a=2".to_owned())));
        assert_eq!(
            sessions::drafts(&mut db, account).await.unwrap(),
            [("apply".to_owned(), later(1))]
        );
        assert_eq!(
            sessions::filters::<String>(&mut db, account, "experts")
                .await
                .unwrap()[0]
                .body,
            "q=焊"
        );
        let mut tx = t.store.upkeep().await.unwrap();
        sessions::discard_draft(&mut tx, account, "apply")
            .await
            .unwrap();
        document::remove::<FilterKeys>(&mut tx, row, 1)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            sessions::draft(&mut db, t.store.seals(), account, "apply")
                .await
                .unwrap(),
            None
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_are_searched_by_what_they_do_not_store() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let number = Secret::new("440000199001010007");
        let mut tx = t.store.write(one).await.unwrap();
        let listed = person(&mut tx, "王伟", Some(number.reveal())).await;
        experts::insert(&mut tx, id(), expert_keys(one, listed, "王伟"), &[], 1_i64)
            .await
            .unwrap();
        expert(&mut tx, one, "李娜").await;
        let mut entries = Vec::new();
        for (n, name) in ["甲", "乙", "丙"].into_iter().enumerate() {
            let entry = RegisterEntry {
                id: Uuid::now_v7(),
                register: "dishonest".into(),
                name: name.into(),
                from_day: Some(date(2026, 1, 1)),
                to_day: None,
                source: "信用网".into(),
                body: n as i64,
            };
            registers::add(&mut tx, &entry, (n == 1).then_some(&number))
                .await
                .unwrap();
            entries.push(entry);
        }
        done(tx).await;
        let mut db = t.store.read();
        let seals = t.store.seals();
        assert_eq!(
            registers::about::<i64>(&mut db, seals, &number)
                .await
                .unwrap(),
            [entries[1].clone()]
        );
        assert_eq!(
            registers::persons_listed(&mut db, one).await.unwrap(),
            [(listed, entries[1].id)]
        );
        let page = registers::page::<i64>(&mut db, "dishonest", &PageRequest::first(2))
            .await
            .unwrap();
        let rest = registers::page::<i64>(&mut db, "dishonest", &PageRequest::after(page.next, 2))
            .await
            .unwrap();
        assert_eq!(
            (page.items.len(), rest.items.len(), rest.next),
            (2, 1, None)
        );
        let mut tx = t.store.write(one).await.unwrap();
        assert!(registers::remove(&mut tx, entries[1].id).await.unwrap());
        assert!(!registers::remove(&mut tx, entries[1].id).await.unwrap());
        done(tx).await;
        assert_eq!(
            registers::find::<i64>(&mut db, entries[1].id)
                .await
                .unwrap(),
            None
        );
        assert!(
            registers::persons_listed(&mut db, one)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}
