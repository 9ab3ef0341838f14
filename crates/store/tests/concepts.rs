//! The contract of every concept, on both engines.

use domain::half_day::{HalfDay, Slot};
use domain::id::*;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use store::accounts::{self, AccountFilter, AccountKeys, Link, RoleGrant};
use store::attachments::FileKeys;
use store::campaigns::{self, Answer, CampaignKeys};
use store::draws::{self, DrawKeys};
use store::engagements::{self, Busy, EngagementFilter, EngagementKeys, Hold};
use store::experts::{self, ExpertFilter, ExpertKeys, ExpertOrder};
use store::imports::{self, ImportKeys};
use store::messages::{self, Delivery, Message, MessageFilter, Try};
use store::misconduct::{self, MisconductFilter, MisconductKeys};
use store::organisations::{self, OrganisationFilter, OrganisationKeys};
use store::persons::{self, PersonKeys, Private};
use store::pools::{self, Parameter, PoolKeys, SpecialtyKeys};
use store::records::{self, RecordFilter, RecordKeys};
use store::registers::{self, RegisterEntry};
use store::relations::{self, RelationFilter, RelationKeys};
use store::rotations::{self, RotationKeys};
use store::sessions::{self, FilterKeys};
use store::tasks::{self, TaskFilter, TaskKeys};
use store::testing::{event, now, on_both};
use store::{
    Count, Direction, Error, LedgerId, PageRequest, SearchText, Secret, Store, Stored, WriteTx, attachments, document, jobs,
};
use uuid::Uuid;

fn id<T: From<Uuid>>() -> T {
    T::from(Uuid::now_v7())
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

async fn done(mut tx: WriteTx) {
    tx.append(&event("done", now())).await.unwrap();
    tx.commit().await.unwrap();
}

async fn pool(store: &Store) -> PoolId {
    let id = id();
    let mut tx = store.write(LedgerId::System).await.unwrap();
    let keys = PoolKeys { no: 0, name: "库".into(), pack: "p".into(), pack_digest: "0".into(), status: "active".into() };
    pools::insert(&mut tx, id, keys, "body".to_owned()).await.unwrap();
    done(tx).await;
    id
}

async fn organisation(tx: &mut WriteTx, name: &str, code: Option<&str>) -> OrganisationId {
    let keys = OrganisationKeys {
        name: name.into(),
        name_sort: name.into(),
        credit_code: code.map(str::to_owned),
        kind: "企业".into(),
    };
    let search = SearchText::new().name(name).word("csdw");
    organisations::insert(tx, id(), keys, &search, 1_i64).await.unwrap().id
}

async fn person(tx: &mut WriteTx, name: &str, number: Option<&str>) -> PersonId {
    let private = Private { id_number: number.map(Secret::new), phone: Some(Secret::new("16012345678")), ..Private::default() };
    let keys = PersonKeys { name: name.into(), name_sort: name.into() };
    persons::insert(tx, id(), keys, &private, 1_i64).await.unwrap().id
}

fn expert_keys(pool: PoolId, person: PersonId, name: &str) -> ExpertKeys {
    ExpertKeys {
        seq: 0,
        pool,
        person,
        number: None,
        number_sort: String::new(),
        status: "active".into(),
        term_from: Some(date(2026, 1, 1)),
        term_to: Some(date(2028, 12, 31)),
        name: name.into(),
        name_sort: name.into(),
        employer: "示例市机电有限公司".into(),
        employer_organisation: None,
        title_rank: 0,
        skill_rank: 0,
    }
}

async fn expert(tx: &mut WriteTx, pool: PoolId, name: &str) -> ExpertId {
    let person = person(tx, name, None).await;
    let search = SearchText::new().name(name).text("示例市机电有限公司");
    experts::insert(tx, id(), expert_keys(pool, person, name), &search, &[], 1_i64).await.unwrap().id
}

async fn task(tx: &mut WriteTx, pool: PoolId, number: &str, day: Date) -> TaskId {
    let requester = organisation(tx, "示例市技师学院", None).await;
    let keys = TaskKeys {
        pool,
        number: number.into(),
        requester,
        status: "filed".into(),
        work_from: day,
        work_to: day,
        title: format!("100%_评审 {number}"),
    };
    document::insert(tx, id(), keys, 1_i64).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_specialties_and_parameters() {
    on_both(|t| async move {
        let (one, two) = (pool(&t.store).await, pool(&t.store).await);
        let mut db = t.store.read();
        let all = pools::all::<String>(&mut db).await.unwrap();
        assert_eq!(all.iter().map(|p| (p.keys.no, p.id)).collect::<Vec<_>>(), [(1, one), (2, two)]);
        let mut tx = t.store.write(one).await.unwrap();
        for (position, name) in [(2, "焊接"), (1, "钳工")] {
            let keys = SpecialtyKeys { pool: one, name: name.into(), status: "active".into(), position };
            document::insert(&mut tx, id(), keys, 0_i64).await.unwrap();
        }
        pools::set_parameter(&mut tx, Some(one), "rule", &Parameter { key: "rest".into(), version: 0, body: 2_i64 })
            .await
            .unwrap();
        pools::set_parameter(&mut tx, None, "rule", &Parameter { key: "rest".into(), version: 0, body: 9_i64 }).await.unwrap();
        done(tx).await;
        let names: Vec<String> =
            pools::specialties::<i64>(&mut db, one).await.unwrap().into_iter().map(|s| s.keys.name).collect();
        assert_eq!(names, ["钳工", "焊接"]);
        assert!(pools::specialty_named::<i64>(&mut db, one, "焊接").await.unwrap().is_some());
        assert!(pools::specialty_named::<i64>(&mut db, two, "焊接").await.unwrap().is_none());

        let mut parameter = pools::parameter::<i64>(&mut db, Some(one), "rule", "rest").await.unwrap().unwrap();
        assert_eq!((parameter.version, parameter.body), (1, 2));
        parameter.body = 3;
        let mut tx = t.store.write(one).await.unwrap();
        pools::set_parameter(&mut tx, Some(one), "rule", &parameter).await.unwrap();
        assert!(matches!(
            pools::set_parameter(&mut tx, Some(one), "rule", &parameter).await,
            Err(Error::Stale { table: "parameter", .. })
        ));
        done(tx).await;
        assert_eq!(pools::parameters::<i64>(&mut db, Some(one), "rule").await.unwrap()[0].body, 3);
        assert_eq!(pools::parameter::<i64>(&mut db, None, "rule", "rest").await.unwrap().unwrap().body, 9);
        let mut tx = t.store.write(one).await.unwrap();
        pools::remove_parameter(&mut tx, Some(one), "rule", "rest").await.unwrap();
        done(tx).await;
        assert!(pools::parameter::<i64>(&mut db, Some(one), "rule", "rest").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_are_found_by_name_code_and_initials() {
    on_both(|t| async move {
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let one = organisation(&mut tx, "示例市云岭机电有限公司", Some("91440000000000000A")).await;
        let two = organisation(&mut tx, "示例市技师学院", None).await;
        organisation(&mut tx, "另一个技师学院", None).await;
        done(tx).await;
        let mut db = t.store.read();
        let found = |text: &str| {
            let (store, filter) = (t.store.clone(), OrganisationFilter { text: text.into(), kinds: vec![] });
            async move {
                let page = organisations::page::<i64>(&mut store.read(), &filter, &PageRequest::first(10)).await.unwrap();
                assert_eq!(organisations::count(&mut store.read(), &filter).await.unwrap(), Count::Exactly(page.items.len() as u64));
                page.items.into_iter().map(|o| o.id).collect::<Vec<_>>()
            }
        };
        assert_eq!(found("云岭").await, [one]);
        assert_eq!(found("示例 技师").await, [two]);
        assert_eq!(found("CSD").await.len(), 3);
        assert_eq!(found("没有").await, []);
        assert_eq!(organisations::by_credit_code::<i64>(&mut db, "91440000000000000A").await.unwrap().unwrap().id, one);
        assert_eq!(organisations::named::<i64>(&mut db, "示例市技师学院").await.unwrap()[0].id, two);

        let mut row = organisations::find::<i64>(&mut db, two).await.unwrap().unwrap();
        row.keys.name = "示例市职业学院".into();
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        organisations::save(&mut tx, &mut row, &SearchText::new().name("示例市职业学院")).await.unwrap();
        done(tx).await;
        assert_eq!(found("示例 技师").await, []);
        assert_eq!(found("职业").await, [two]);
        let mut tx = t.store.write(LedgerId::System).await.unwrap();
        let keys = OrganisationKeys { credit_code: Some("91440000000000000A".into()), ..row.keys.clone() };
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
    let canaries = ["440000199901019990", "16498765432", "canary@example.org", "示例路九百九十号", "草稿里的秘密", "短信正文之秘密", "留痕正文之秘密"];
    let one = pool(&t.store).await;
    let mut tx = t.store.write(one).await.unwrap();
    let private = Private {
        id_number: Some(Secret::new(canaries[0])),
        phone: Some(Secret::new(canaries[1])),
        email: Some(Secret::new(canaries[2])),
        address: Some(Secret::new(canaries[3])),
    };
    let keys = PersonKeys { name: "王芳".into(), name_sort: "wangfang".into() };
    persons::insert(&mut tx, id(), keys, &private, 1_i64).await.unwrap();
    sessions::save_draft(&mut tx, id(), "apply", canaries[4], now()).await.unwrap();
    tx.enqueue(&message(one, canaries[1], canaries[5])).await.unwrap();
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
                let plain = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
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
        document::insert(&mut tx, account, keys.clone(), 1_i64).await.unwrap();
        let grants = [
            RoleGrant { role: "auditor".into(), pool: None, unit: String::new() },
            RoleGrant { role: "officer".into(), pool: Some(one), unit: "A".into() },
        ];
        accounts::set_roles(&mut tx, account, &grants).await.unwrap();
        accounts::set_totp(&mut tx, account, Some(&Secret::new("JBSWY3DP"))).await.unwrap();
        done(tx).await;
        let mut db = t.store.read();
        assert_eq!(accounts::roles(&mut db, account).await.unwrap(), grants);
        assert_eq!(accounts::holders::<i64>(&mut db, Some(one), "officer").await.unwrap()[0].id, account);
        assert!(accounts::holders::<i64>(&mut db, None, "officer").await.unwrap().is_empty());
        assert_eq!(accounts::holders::<i64>(&mut db, None, "auditor").await.unwrap().len(), 1);
        assert_eq!(accounts::totp(&mut db, t.store.seals(), account).await.unwrap().unwrap().reveal(), "JBSWY3DP");
        assert_eq!(accounts::by_login::<i64>(&mut db, "zhang").await.unwrap().unwrap().id, account);
        assert_eq!(accounts::total(&mut db).await.unwrap(), 1);
        assert!(accounts::of_person::<i64>(&mut db, id()).await.unwrap().is_empty());
        for (filter, expected) in [
            (AccountFilter::default(), 1),
            (AccountFilter { name: Some("三".into()), ..Default::default() }, 1),
            (AccountFilter { name: Some("%".into()), ..Default::default() }, 0),
            (AccountFilter { role: Some("officer".into()), organisation: Some(unit), ..Default::default() }, 1),
            (AccountFilter { statuses: vec!["disabled".into()], ..Default::default() }, 0),
        ] {
            assert_eq!(accounts::count(&mut db, &filter).await.unwrap(), Count::Exactly(expected), "{filter:?}");
            let page = accounts::page::<i64>(&mut db, &filter, &PageRequest::first(5)).await.unwrap();
            assert_eq!(page.items.len() as u64, expected);
        }
        let mut tx = t.store.upkeep().await.unwrap();
        assert_eq!(accounts::set_attempts(&mut tx, account, None, true).await.unwrap(), 1);
        assert_eq!(accounts::set_attempts(&mut tx, account, Some(later(900)), true).await.unwrap(), 2);
        tx.commit().await.unwrap();
        let stored = accounts::find::<i64>(&mut db, account).await.unwrap().unwrap();
        assert_eq!((stored.keys.failed_attempts, stored.keys.locked_until, stored.version), (2, Some(later(900)), 1));
        let mut tx = t.store.upkeep().await.unwrap();
        assert_eq!(accounts::set_attempts(&mut tx, account, None, false).await.unwrap(), 0);
        assert!(matches!(document::insert(&mut tx, id(), keys, 1_i64).await, Err(Error::Duplicate)));
        drop(tx);

        let link = Link { purpose: "reset".into(), account: Some(account), expires_at: later(60), used_at: None, body: 7_i64 };
        let hash = sessions::token_hash("token");
        let mut tx = t.store.upkeep().await.unwrap();
        accounts::add_link(&mut tx, &hash, &link).await.unwrap();
        assert_eq!(accounts::link::<i64>(&mut tx, &hash).await.unwrap(), Some(link));
        assert!(!accounts::use_link(&mut tx, &hash, later(60)).await.unwrap(), "expired");
        assert!(accounts::use_link(&mut tx, &hash, later(59)).await.unwrap());
        assert!(!accounts::use_link(&mut tx, &hash, later(59)).await.unwrap(), "used once");
        assert_eq!(accounts::void_links(&mut tx, account, "reset", now()).await.unwrap(), 0);
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
        document::insert(&mut tx, account, keys, 0_i64).await.unwrap();
        for token in ["one", "two", "three"] {
            sessions::start(&mut tx, token, account, now(), later(3600), &"device").await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut db = t.store.read();
        let idle = SignedDuration::from_mins(30);
        let live = |token: &'static str, at: i64| {
            let store = t.store.clone();
            async move { sessions::live::<String>(&mut store.read(), token, later(at), idle).await.unwrap().is_some() }
        };
        assert!(live("one", 1799).await);
        assert!(!live("one", 1800).await, "idle");
        assert!(!live("other", 0).await);
        let hash = sessions::token_hash("one");
        let mut tx = t.store.upkeep().await.unwrap();
        sessions::touch(&mut tx, &hash, later(1700)).await.unwrap();
        sessions::touch(&mut tx, &hash, later(1000)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(live("one", 3400).await, "used meanwhile, and never used backwards");
        assert!(!live("one", 3600).await, "too old");
        assert_eq!(sessions::of_account::<String>(&mut db, account, later(10), idle).await.unwrap().len(), 3);
        let mut tx = t.store.upkeep().await.unwrap();
        sessions::revoke(&mut tx, &sessions::token_hash("two"), later(10)).await.unwrap();
        assert_eq!(sessions::revoke_all(&mut tx, account, Some(&hash), later(10)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(live("one", 1750).await && !live("two", 11).await && !live("three", 11).await);
        let mut tx = t.store.upkeep().await.unwrap();
        assert_eq!(sessions::sweep(&mut tx, later(20)).await.unwrap(), 2);
        sessions::save_draft(&mut tx, account, "apply", "a=1", now()).await.unwrap();
        sessions::save_draft(&mut tx, account, "apply", "a=2", later(1)).await.unwrap();
        let row: FilterId = id();
        let keys = FilterKeys { account, list: "experts".into(), name: "常用".into() };
        document::insert(&mut tx, row, keys, "q=焊").await.unwrap();
        tx.commit().await.unwrap();
        let draft = sessions::draft(&mut db, t.store.seals(), account, "apply").await.unwrap();
        assert_eq!(draft, Some((later(1), "a=2".to_owned())));
        assert_eq!(sessions::drafts(&mut db, account).await.unwrap(), [("apply".to_owned(), later(1))]);
        assert_eq!(sessions::filters::<String>(&mut db, account, "experts").await.unwrap()[0].body, "q=焊");
        let mut tx = t.store.upkeep().await.unwrap();
        sessions::discard_draft(&mut tx, account, "apply").await.unwrap();
        document::remove::<FilterKeys>(&mut tx, row, 1).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sessions::draft(&mut db, t.store.seals(), account, "apply").await.unwrap(), None);
    })
    .await;
}

async fn all_names(store: &Store, filter: &ExpertFilter, order: ExpertOrder, direction: Direction, step: u32) -> Vec<String> {
    let mut names = Vec::new();
    let mut request = PageRequest::first(step);
    loop {
        let page = experts::page::<i64>(&mut store.read(), filter, order, direction, &request).await.unwrap();
        assert!(page.items.len() <= step as usize);
        names.extend(page.items.into_iter().map(|expert| expert.keys.name));
        match page.next {
            Some(next) => request = PageRequest::after(Some(next), step),
            None => return names,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn experts_are_searched_filtered_paged_and_scanned() {
    on_both(|t| async move {
        let (one, two) = (pool(&t.store).await, pool(&t.store).await);
        let names = ["王伟", "王芳", "欧阳伟", "李娜", "\u{2ccb9}王"];
        let mut tx = t.store.write(one).await.unwrap();
        let mut specialties: Vec<SpecialtyId> = Vec::new();
        for name in ["焊接", "钳工"] {
            let keys = SpecialtyKeys { pool: one, name: name.into(), status: "active".into(), position: 1 };
            specialties.push(document::insert(&mut tx, id(), keys, 0_i64).await.unwrap().id);
        }
        let employer = organisation(&mut tx, "云岭机电", None).await;
        let mut seqs = Vec::new();
        for (n, name) in names.into_iter().enumerate() {
            let number = format!("44000019900101{n:04}");
            let person = person(&mut tx, name, Some(&number)).await;
            let mut keys = expert_keys(one, person, name);
            keys.name_sort = format!("{}", char::from(b'e' - n as u8));
            keys.number = (n > 0).then(|| format!("DG-{n:03}"));
            keys.status = if n == 3 { "suspended" } else { "active" }.into();
            keys.title_rank = n as i64;
            keys.skill_rank = 4 - n as i64;
            keys.employer_organisation = (n % 2 == 0).then_some(employer);
            keys.term_to = Some(date(2026 + n as i16, 12, 31));
            let search = SearchText::new().name(name).word("ww").word(if n == 2 { "ouyangwei" } else { "x" }).text("云岭机电");
            let own = &specialties[n % 2..=n % 2];
            seqs.push(experts::insert(&mut tx, id(), keys, &search, own, n as i64).await.unwrap().keys.seq);
        }
        done(tx).await;
        let mut tx = t.store.write(two).await.unwrap();
        expert(&mut tx, two, "王伟").await;
        done(tx).await;
        let mut db = t.store.read();
        let all = ExpertFilter::all(one);
        let text = |text: &str| ExpertFilter { text: text.into(), ..all.clone() };
        let seals = t.store.seals();
        let by_name = ["\u{2ccb9}王", "李娜", "欧阳伟", "王芳", "王伟"];
        for (filter, expected) in [
            (all.clone(), by_name.to_vec()),
            (text("王"), vec!["\u{2ccb9}王", "王芳", "王伟"]),
            (text("王伟"), vec!["王伟"]),
            (text("阳伟"), vec!["欧阳伟"]),
            (text("\u{2ccb9}"), vec!["\u{2ccb9}王"]),
            (text("ouyang"), vec!["欧阳伟"]),
            (text("OUYANGWEI 云岭"), vec!["欧阳伟"]),
            (text("w"), by_name.to_vec()),
            (text("云岭机电 王芳"), vec!["王芳"]),
            (text("岭"), vec![]),
            (text("' OR 1=1 --"), vec![]),
            (text("…"), by_name.to_vec()),
            (ExpertFilter { specialties: vec![specialties[0]], ..all.clone() }, vec!["\u{2ccb9}王", "欧阳伟", "王伟"]),
            (ExpertFilter { specialties: specialties.clone(), ..text("王") }, vec!["\u{2ccb9}王", "王芳", "王伟"]),
            (ExpertFilter { statuses: vec!["suspended".into()], ..all.clone() }, vec!["李娜"]),
            (ExpertFilter { title_at_least: Some(2), skill_at_least: Some(1), ..all.clone() }, vec!["李娜", "欧阳伟"]),
            (ExpertFilter { employer: Some(employer), ..text("王") }, vec!["\u{2ccb9}王", "王伟"]),
            (ExpertFilter { term_to: Some(date(2027, 12, 31)), ..all.clone() }, vec!["王芳", "王伟"]),
            (all.clone().id_tail(seals, &Secret::new("0002")), vec!["欧阳伟"]),
        ] {
            for step in [1, 2, 50] {
                let found = all_names(&t.store, &filter, ExpertOrder::Name, Direction::Ascending, step).await;
                assert_eq!(found, expected, "{filter:?} by {step}");
            }
            let count = experts::count(&mut db, &filter).await.unwrap();
            assert_eq!(count, Count::Exactly(expected.len() as u64));
        }
        let by_number = all_names(&t.store, &all, ExpertOrder::Number, Direction::Descending, 2).await;
        assert_eq!(by_number, ["\u{2ccb9}王", "李娜", "欧阳伟", "王芳", "王伟"]);
        assert_eq!(
            experts::by_status(&mut db, one).await.unwrap(),
            [("active".to_owned(), 4), ("suspended".to_owned(), 1)]
        );
        let counts = experts::by_specialty(&mut db, one).await.unwrap();
        assert_eq!(counts, [(specialties[0], 3), (specialties[1], 2)]);
        assert_eq!(experts::specialties(&mut db, &seqs).await.unwrap()[&seqs[1]], [specialties[1]]);
        assert_eq!(experts::by_number::<i64>(&mut db, one, "DG-002").await.unwrap().unwrap().keys.name, "欧阳伟");

        let mut scanned = Vec::new();
        experts::scan(&mut db, one, &specialties, &mut |candidate| {
            scanned.push(candidate.seq);
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(scanned, seqs);
        let mut whole = Vec::new();
        experts::scan_whole::<i64, i64>(&mut db, one, &specialties[..1], &mut |expert, profile| {
            whole.push((expert.body, profile));
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(whole, [(0, 1), (2, 1), (4, 1)]);

        // A renamed expert is found by the new name only.
        let mut renamed = experts::by_number::<i64>(&mut db, one, "DG-001").await.unwrap().unwrap();
        renamed.keys.name = "赵芳".into();
        let mut tx = t.store.write(one).await.unwrap();
        experts::save(&mut tx, &mut renamed, &SearchText::new().name("赵芳")).await.unwrap();
        done(tx).await;
        assert_eq!(all_names(&t.store, &text("赵"), ExpertOrder::Name, Direction::Ascending, 5).await, ["赵芳"]);
        assert!(all_names(&t.store, &text("王芳"), ExpertOrder::Name, Direction::Ascending, 5).await.is_empty());
        assert_eq!(experts::of_person::<i64>(&mut db, one, renamed.keys.person).await.unwrap().unwrap().id, renamed.id);
        assert_eq!(experts::all_of_person::<i64>(&mut db, renamed.keys.person).await.unwrap().len(), 1);
        // Nobody twice in one pool.
        let mut tx = t.store.write(one).await.unwrap();
        let again = expert_keys(one, renamed.keys.person, "赵芳");
        let twice = experts::insert(&mut tx, id(), again, &SearchText::new(), &[], 0_i64).await;
        assert!(matches!(twice, Err(Error::Duplicate)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_draws_and_their_sealed_annex() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let mut tasks_made = Vec::new();
        for n in 1..=7 {
            tasks_made.push(task(&mut tx, one, &format!("XQ-2026-{n:04}"), date(2026, 11, n)).await);
        }
        let draw: DrawId = id();
        let keys = DrawKeys { pool: one, task: tasks_made[0], attempt: 1, status: "committing".into(), opened_at: now() };
        document::insert(&mut tx, draw, keys.clone(), "frame").await.unwrap();
        draws::seal_annex(&mut tx, draw, b"names").await.unwrap();
        done(tx).await;
        let mut db = t.store.read();
        assert_eq!(tasks::last_number(&mut db, "XQ-2026-").await.unwrap().as_deref(), Some("XQ-2026-0007"));
        assert_eq!(tasks::last_number(&mut db, "XQ-2027-").await.unwrap(), None);
        assert_eq!(tasks::by_number::<i64>(&mut db, "XQ-2026-0003").await.unwrap().unwrap().id, tasks_made[2]);
        let filter = TaskFilter {
            pool: Some(one),
            statuses: vec!["filed".into()],
            from: Some(date(2026, 11, 2)),
            to: Some(date(2026, 11, 6)),
            title: Some("%_评".into()),
            ..Default::default()
        };
        assert_eq!(tasks::count(&mut db, &filter).await.unwrap(), Count::Exactly(5));
        for (direction, expected) in [(Direction::Ascending, [1, 2, 3, 4, 5]), (Direction::Descending, [5, 4, 3, 2, 1])] {
            let mut seen = Vec::new();
            let mut request = PageRequest::first(2);
            loop {
                let page = tasks::page::<i64>(&mut db, &filter, direction, &request).await.unwrap();
                seen.extend(page.items.iter().map(|task| tasks_made.iter().position(|id| *id == task.id).unwrap()));
                let Some(next) = page.next else { break };
                request.after = Some(next);
            }
            assert_eq!(seen, expected);
        }
        let mut tx = t.store.write(one).await.unwrap();
        assert!(matches!(document::insert(&mut tx, id(), keys, 0_i64).await, Err(Error::Duplicate)), "one attempt, one draw");
        drop(tx);
        assert_eq!(draws::of_task::<String>(&mut db, tasks_made[0]).await.unwrap()[0].body, "frame");
        assert_eq!(draws::open_annex(&mut db, t.store.seals(), draw).await.unwrap().unwrap(), b"names");
        assert_eq!(draws::open_annex(&mut db, t.store.seals(), id()).await.unwrap(), None);
        let filter = draws::DrawFilter { pool: Some(one), from: Some(now()), to: Some(now()), ..Default::default() };
        let page = draws::page::<String>(&mut db, &filter, Direction::Descending, &PageRequest::first(5)).await.unwrap();
        assert_eq!((page.items.len(), draws::count(&mut db, &filter).await.unwrap()), (1, Count::Exactly(1)));
        let mut row = draws::find::<String>(&mut db, draw).await.unwrap().unwrap();
        row.keys.status = "sealed".into();
        let mut tx = t.store.write(one).await.unwrap();
        document::save(&mut tx, &mut row).await.unwrap();
        done(tx).await;
        assert!(draws::open_annex(&mut db, t.store.seals(), draw).await.unwrap().is_some(), "a save leaves the annex");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_day_is_taken_once_whatever_the_pool() {
    on_both(|t| async move {
        let (one, two) = (pool(&t.store).await, pool(&t.store).await);
        let mut tx = t.store.write(one).await.unwrap();
        let somebody = person(&mut tx, "王伟", None).await;
        let first = expert(&mut tx, one, "李娜").await;
        let task = task(&mut tx, one, "XQ-1", date(2026, 11, 26)).await;
        let keys = EngagementKeys {
            pool: one,
            task,
            draw: None,
            expert: first,
            status: "invited".into(),
            answer_by: Some(later(60)),
        };
        let engagement: EngagementId = id();
        document::insert(&mut tx, engagement, keys, 1_i64).await.unwrap();
        let half_day = HalfDay { date: date(2026, 11, 26), slot: Slot::Morning };
        let take = |pool, reference: &str, hold| Busy { person: somebody, half_day, reference: reference.into(), pool, hold };
        engagements::take(&mut tx, &take(one, "e1", Hold::Exclusive)).await.unwrap();
        engagements::take(&mut tx, &take(one, "e2", Hold::Shared)).await.unwrap();
        done(tx).await;
        let mut tx = t.store.write(two).await.unwrap();
        let again = engagements::take(&mut tx, &take(two, "e3", Hold::Exclusive)).await;
        assert!(matches!(again, Err(Error::Duplicate)));
        drop(tx);
        let mut db = t.store.read();
        assert_eq!(engagements::busy(&mut db, &[half_day]).await.unwrap().len(), 2);
        let afternoon = HalfDay { slot: Slot::Afternoon, ..half_day };
        assert!(engagements::busy(&mut db, &[afternoon]).await.unwrap().is_empty());
        assert!(engagements::busy(&mut db, &[]).await.unwrap().is_empty());
        assert_eq!(engagements::busy_days(&mut db, somebody, half_day.date).await.unwrap()[0].half_day, half_day);
        let mut tx = t.store.write(two).await.unwrap();
        assert_eq!(engagements::release(&mut tx, "e1").await.unwrap(), 1);
        engagements::take(&mut tx, &take(two, "e3", Hold::Exclusive)).await.unwrap();
        done(tx).await;
        for (filter, expected) in [
            (EngagementFilter { task: Some(task), ..Default::default() }, 1),
            (EngagementFilter { experts: vec![first], statuses: vec!["invited".into()], ..Default::default() }, 1),
            (EngagementFilter { pool: Some(one), answer_by: Some(later(59)), ..Default::default() }, 0),
            (EngagementFilter { draw: Some(id()), ..Default::default() }, 0),
        ] {
            assert_eq!(engagements::all::<i64>(&mut db, &filter).await.unwrap().len(), expected);
            assert_eq!(engagements::count(&mut db, &filter).await.unwrap(), Count::Exactly(expected as u64));
            let page = engagements::page::<i64>(&mut db, &filter, Direction::Ascending, &PageRequest::first(9)).await.unwrap();
            assert_eq!(page.items.len(), expected);
        }
        assert!(engagements::find::<i64>(&mut db, engagement).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relations_rotations_misconduct_records_campaigns_and_imports() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let (first, second) = (expert(&mut tx, one, "王伟").await, expert(&mut tx, one, "李娜").await);
        let people: Vec<PersonId> =
            experts::find_all::<i64>(&mut tx, [first, second]).await.unwrap().iter().map(|e| e.keys.person).collect();
        let unit = organisation(&mut tx, "云岭机电", None).await;
        let keys = RelationKeys {
            person: people[0],
            organisation: Some(unit),
            other: None,
            kind: "employment".into(),
            from_day: None,
            to_day: Some(date(2024, 1, 1)),
            source: "declared".into(),
        };
        let relation: RelationId = id();
        document::insert(&mut tx, relation, keys, 1_i64).await.unwrap();
        let mut rotation = Stored {
            id: first,
            version: 0,
            keys: RotationKeys { pool: one, drawn_count: 1, last_drawn: Some(date(2026, 11, 1)) },
            body: 1_i64,
        };
        rotations::save(&mut tx, &mut rotation).await.unwrap();
        rotation.keys.drawn_count = 2;
        rotations::save(&mut tx, &mut rotation).await.unwrap();
        let misconduct: MisconductId = id();
        let keys = MisconductKeys {
            pool: one,
            expert: first,
            kind: "absence".into(),
            status: "proposed".into(),
            happened_on: date(2026, 11, 2),
        };
        document::insert(&mut tx, misconduct, keys, 1_i64).await.unwrap();
        let record: RecordId = id();
        let keys = RecordKeys {
            pool: one,
            kind: "appointment".into(),
            number: Some("PS-001".into()),
            status: "open".into(),
            parent: Some("cohort-1".into()),
            subject: Some(first.to_string()),
            due_on: Some(date(2026, 12, 1)),
            sort: "2026-11-22".into(),
            title: "聘任 王伟".into(),
        };
        document::insert(&mut tx, record, keys.clone(), 1_i64).await.unwrap();
        let campaign: CampaignId = id();
        let opens = CampaignKeys {
            pool: one,
            title: "2026 年更新".into(),
            status: "open".into(),
            opens_on: date(2026, 11, 1),
            closes_on: date(2026, 11, 30),
        };
        document::insert(&mut tx, campaign, opens, 1_i64).await.unwrap();
        for (expert, status) in [(first, "confirmed"), (second, "asked"), (first, "changed")] {
            let answer = Answer { campaign, expert, status: status.into(), answered_at: Some(now()), body: 1_i64 };
            campaigns::set_answer(&mut tx, &answer).await.unwrap();
        }
        let import: ImportId = id();
        let keys_of_import = ImportKeys { pool: one, status: "dry_run".into(), created_at: now(), file: Some(id()) };
        document::insert(&mut tx, import, keys_of_import, 1_i64).await.unwrap();
        done(tx).await;
        let mut tx = t.store.write(one).await.unwrap();
        assert!(matches!(document::insert(&mut tx, id::<RecordId>(), keys, 1_i64).await, Err(Error::Duplicate)));
        drop(tx);

        let mut db = t.store.read();
        assert!(records::find::<i64>(&mut db, record).await.unwrap().is_some());
        assert_eq!(relations::of_persons::<i64>(&mut db, people.clone()).await.unwrap()[0].id, relation);
        assert_eq!(relations::to_organisations::<i64>(&mut db, [unit]).await.unwrap().len(), 1);
        assert!(relations::find::<i64>(&mut db, relation).await.unwrap().is_some());
        let filter = RelationFilter {
            person: Some(people[0]),
            organisation: Some(unit),
            kinds: vec!["employment".into()],
            sources: vec!["declared".into()],
        };
        assert_eq!(relations::page::<i64>(&mut db, &filter, &PageRequest::first(5)).await.unwrap().items.len(), 1);
        assert_eq!(rotations::of_pool::<i64>(&mut db, one).await.unwrap()[&first].keys.drawn_count, 2);
        assert!(rotations::find::<i64>(&mut db, second).await.unwrap().is_none());
        assert_eq!(misconduct::of_expert::<i64>(&mut db, first).await.unwrap()[0].id, misconduct);
        let filter = MisconductFilter {
            pool: Some(one),
            expert: Some(first),
            kinds: vec!["absence".into()],
            statuses: vec!["proposed".into()],
            from: Some(date(2026, 1, 1)),
            to: Some(date(2026, 12, 31)),
        };
        assert_eq!(misconduct::page::<i64>(&mut db, &filter, &PageRequest::first(5)).await.unwrap().items.len(), 1);
        assert_eq!(misconduct::count(&mut db, &filter).await.unwrap(), Count::Exactly(1));
        assert!(misconduct::find::<i64>(&mut db, misconduct).await.unwrap().is_some());
        let filter = RecordFilter {
            pool: Some(one),
            kinds: vec!["appointment".into()],
            statuses: vec!["open".into()],
            parent: Some("cohort-1".into()),
            subject: Some(first.to_string()),
            due_on: Some(date(2026, 12, 1)),
            title: Some("聘任".into()),
        };
        assert_eq!(records::page::<i64>(&mut db, &filter, Direction::Descending, &PageRequest::first(5)).await.unwrap().items[0].id, record);
        assert_eq!(records::all::<i64>(&mut db, &filter).await.unwrap().len(), 1);
        assert_eq!(records::count(&mut db, &filter).await.unwrap(), Count::Exactly(1));
        assert_eq!(records::last_number(&mut db, one, "appointment", "PS-").await.unwrap().as_deref(), Some("PS-001"));
        assert!(records::by_number::<i64>(&mut db, one, "appointment", "PS-001").await.unwrap().is_some());
        assert_eq!(
            campaigns::by_status(&mut db, campaign).await.unwrap(),
            [("asked".to_owned(), 1), ("changed".to_owned(), 1)]
        );
        assert_eq!(campaigns::answer::<i64>(&mut db, campaign, first).await.unwrap().unwrap().status, "changed");
        assert_eq!(campaigns::answers::<i64>(&mut db, campaign, None, Some(first), 9).await.unwrap().len(), 1);
        assert_eq!(campaigns::answers::<i64>(&mut db, campaign, Some("changed"), None, 9).await.unwrap().len(), 1);
        assert!(campaigns::find::<i64>(&mut db, campaign).await.unwrap().is_some());
        assert_eq!(campaigns::page::<i64>(&mut db, one, &PageRequest::first(5)).await.unwrap().items.len(), 1);
        assert!(imports::find::<i64>(&mut db, import).await.unwrap().is_some());
        assert_eq!(imports::page::<i64>(&mut db, one, &PageRequest::first(5)).await.unwrap().items.len(), 1);
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
        experts::insert(&mut tx, id(), expert_keys(one, listed, "王伟"), &SearchText::new(), &[], 1_i64).await.unwrap();
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
            registers::add(&mut tx, &entry, (n == 1).then_some(&number)).await.unwrap();
            entries.push(entry);
        }
        done(tx).await;
        let mut db = t.store.read();
        let seals = t.store.seals();
        assert_eq!(registers::about::<i64>(&mut db, seals, &number).await.unwrap(), [entries[1].clone()]);
        assert_eq!(registers::persons_listed(&mut db, seals, one).await.unwrap(), [(listed, entries[1].id)]);
        let page = registers::page::<i64>(&mut db, "dishonest", &PageRequest::first(2)).await.unwrap();
        let rest = registers::page::<i64>(&mut db, "dishonest", &PageRequest::after(page.next, 2)).await.unwrap();
        assert_eq!((page.items.len(), rest.items.len(), rest.next), (2, 1, None));
        let mut tx = t.store.write(one).await.unwrap();
        assert!(registers::remove(&mut tx, entries[1].id).await.unwrap());
        assert!(!registers::remove(&mut tx, entries[1].id).await.unwrap());
        done(tx).await;
        assert_eq!(registers::find::<i64>(&mut db, entries[1].id).await.unwrap(), None);
        assert!(registers::persons_listed(&mut db, seals, one).await.unwrap().is_empty());
    })
    .await;
}

fn message(pool: PoolId, to: &str, content: &str) -> Message {
    Message {
        id: id(),
        pool: Some(pool),
        channel: "sms".into(),
        recipient: Secret::new(to),
        account: None,
        subject: "参加评审的邀请".into(),
        content: Secret::new(content),
        reference_kind: "engagement".into(),
        reference_id: "e1".into(),
        created_at: now(),
        send_at: later(10),
        deadline: Some(later(3600)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_leaves_once_with_its_change_and_again_when_the_sender_died() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        tx.enqueue(&message(one, "16000000000", "不会发出")).await.unwrap();
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
                let claimed = messages::claim(&mut tx, later(at), lease, 10).await.unwrap();
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
        let one_try = Try { at: later(71), outcome: "gateway 503".into() };
        messages::settle(&mut tx, sent.id, Delivery::Waiting, later(200), one_try).await.unwrap();
        tx.commit().await.unwrap();
        assert!(claim(199).await.is_empty());
        assert_eq!(claim(200).await.len(), 1);
        let mut tx = t.store.upkeep().await.unwrap();
        let last = Try { at: later(201), outcome: "ok".into() };
        messages::settle(&mut tx, sent.id, Delivery::Sent, later(201), last).await.unwrap();
        assert_eq!(messages::cancel(&mut tx, "engagement", "e1").await.unwrap(), 0, "too late");
        tx.commit().await.unwrap();
        assert!(claim(9999).await.is_empty());
        let filter = MessageFilter {
            pool: Some(one),
            channel: Some("sms".into()),
            reference: Some(("engagement".into(), "e1".into())),
            delivery: Some(Delivery::Sent),
            account: None,
        };
        let page = messages::page(&mut t.store.read(), t.store.seals(), &filter, &PageRequest::first(5)).await.unwrap();
        assert_eq!(page.items[0].log.len(), 2);
        assert_eq!((page.items[0].attempts, page.items[0].delivery), (3, Delivery::Sent));
        assert_eq!(messages::by_state(&mut t.store.read()).await.unwrap(), [("sent".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_done_by_one_and_taken_over_when_its_lease_ends() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        jobs::schedule(&mut tx, "answer_due", "e1", Some(one), later(10), &1_i64).await.unwrap();
        jobs::schedule(&mut tx, "answer_due", "e1", Some(one), later(20), &2_i64).await.unwrap();
        jobs::schedule(&mut tx, "other", "x", None, later(5), &3_i64).await.unwrap();
        done(tx).await;
        assert_eq!(jobs::next_due(&mut t.store.read()).await.unwrap(), Some(later(5)));
        assert_eq!(jobs::waiting::<i64>(&mut t.store.read(), 10).await.unwrap().len(), 2);
        let claim = |who: &'static str, at: i64| {
            let store = t.store.clone();
            async move {
                let mut tx = store.upkeep().await.unwrap();
                let lease = SignedDuration::from_secs(60);
                let jobs = jobs::claim::<i64>(&mut tx, &["answer_due"], who, later(at), lease, 10).await.unwrap();
                tx.commit().await.unwrap();
                jobs
            }
        };
        assert!(claim("a", 19).await.is_empty());
        let (left, right) = tokio::join!(claim("a", 20), claim("b", 20));
        assert_eq!(left.len() + right.len(), 1);
        let winner = if left.is_empty() { "b" } else { "a" };
        assert_eq!(left.into_iter().chain(right).next().unwrap().body, 2, "planned again, once");
        assert_eq!(claim("c", 80).await[0].attempts, 1, "after the lease");
        let mut tx = t.store.upkeep().await.unwrap();
        assert!(!jobs::finish(&mut tx, "answer_due", "e1", winner).await.unwrap(), "the lease was lost");
        assert!(jobs::put_back(&mut tx, "answer_due", "e1", "c", later(100), "busy").await.unwrap());
        tx.commit().await.unwrap();
        let job = claim("d", 100).await.remove(0);
        assert_eq!(job.last_error.as_deref(), Some("busy"));
        let mut tx = t.store.upkeep().await.unwrap();
        assert!(jobs::finish(&mut tx, "answer_due", "e1", "d").await.unwrap());
        assert!(!jobs::finish(&mut tx, "answer_due", "e1", "d").await.unwrap(), "done once");
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
        assert_eq!(t.store.files().put("聘书".into()).await.unwrap(), digest, "once");
        assert_eq!(t.store.files().bytes(&digest).await.unwrap(), "聘书".as_bytes());
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
        assert_eq!(attachments::of::<i64>(&mut db, "expert", "e1").await.unwrap()[0].id, file);
        assert!(attachments::find::<i64>(&mut db, file).await.unwrap().is_some());
        assert_eq!(attachments::digests(&mut db).await.unwrap(), [digest.clone()]);
        let path = t.config.data.join("files").join(&digest[..2]).join(&digest[2..]);
        std::fs::write(&path, "改过").unwrap();
        assert!(matches!(t.store.files().bytes(&digest).await, Err(Error::Damaged(_))));
        t.store.files().remove(&digest).await.unwrap();
        t.store.files().remove(&digest).await.unwrap();
        assert!(matches!(t.store.files().bytes(&digest).await, Err(Error::Io(_))));
    })
    .await;
}
