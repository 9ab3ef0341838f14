//! 成批推荐 by summary table, on both engines: sound rows become drafts of the unit, rows with errors come
//! back in a workbook, one person is found across channels and pools.

use crate::registry::{Bureau, form, id_number};
use domain::actor::Role;
use domain::pool::{Specialty, SpecialtyStatus};
use service::applications::ApplicationQuery;
use service::{Ctx, Error, PageRequest};
use store::pools::SpecialtyKeys;
use store::testing::{TestStore, now, on_both};
use store::{LedgerId, document};

const HEAD: &str =
    "序号,姓名,性别,身份证号码,职业、专业,工作单位,职业资格等级/职称,获得荣誉,联系方式\n";

fn table(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut text = HEAD.to_owned();
    for (n, (name, born, specialty)) in rows.iter().enumerate() {
        let (n, number) = (n + 1, id_number(born, true));
        text.push_str(&format!(
            "{n},{name},男,{number},{specialty},示例市启明机电设备有限公司,高级工程师,,160{n:08}\n"
        ));
    }
    text.into_bytes()
}

/// So many pools, each with the specialty 焊接.
async fn open(test: &TestStore, pools: usize) -> Bureau {
    let bureau = Bureau::open(test, pools).await;
    for pool in &bureau.pools {
        let id = uuid::Uuid::now_v7().into();
        let body = Specialty {
            id,
            pool: *pool,
            name: "焊接".into(),
            occupation: None,
            status: SpecialtyStatus::Active,
        };
        let keys = SpecialtyKeys {
            pool: *pool,
            name: "焊接".into(),
            status: "active".into(),
            position: 1,
        };
        let door = LedgerId::Pool(*pool);
        let mut tx = test.store.write(door).await.expect("door");
        document::insert(&mut tx, id, keys, &body)
            .await
            .expect("saved");
        tx.append(&store::testing::event("test.specialty", now()))
            .await
            .expect("recorded");
        tx.commit().await.expect("committed");
    }
    bureau
}

/// Somebody who recommends for the unit that manages a pool, and somebody of no unit of theirs.
async fn unit(bureau: &Bureau, no: i64) -> Ctx {
    let place = usize::try_from(no).expect("small") - 1;
    let officer = bureau.ctx(Role::Officer, place);
    let pool = bureau
        .service
        .pool_numbered(&officer, no)
        .await
        .expect("pool");
    let mut ctx = bureau.ctx(Role::Recommender, place);
    ctx.actor.organisation = Some(pool.pool.manager);
    ctx
}

fn asked(channel: &str) -> service::typed::Fields {
    form(&[
        ("channel", channel),
        ("notice", "ZJ01-2026-0001"),
        ("notice_closes", "2099-12-31"),
    ])
}

async fn listed(bureau: &Bureau, who: &Ctx, no: i64) -> Vec<String> {
    let page = PageRequest::first(50);
    let query = ApplicationQuery::default();
    let found = bureau.service.applications(who, no, &query, &page).await;
    let items = found.expect("listed").items;
    items.into_iter().map(|one| one.name).collect()
}

/// Covers: DG-A2.
#[tokio::test]
async fn a_table_becomes_drafts_and_its_bad_rows_come_back() {
    on_both(async |test| {
        let bureau = open(&test, 1).await;
        let service = &bureau.service;
        let unit = unit(&bureau, 1).await;
        let file = table(&[
            ("甲一", "19800101", "焊接"),
            ("乙二", "19800102", "不知名专业"),
            ("丙三", "19990230", "焊接"),
            ("丁四", "19800104", "焊接"),
        ]);
        let single = service
            .enter_batch(&unit, 1, &asked("self_nominated"), file.clone())
            .await;
        assert!(matches!(single, Err(Error::Refused(_))), "{single:?}");
        let nothing = service
            .enter_batch(&unit, 1, &asked("by_employer"), Vec::new())
            .await;
        assert!(matches!(nothing, Err(Error::Invalid(_))), "{nothing:?}");
        let done = service
            .enter_batch(&unit, 1, &asked("by_employer"), file.clone())
            .await
            .expect("read");
        let names: Vec<&str> = done.entered.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["甲一", "丁四"]);
        assert_eq!(done.left_out, 2);
        let wrong = |row: u32| {
            let here = done.problems.iter().filter(|problem| problem.row == row);
            here.map(|problem| problem.sentence.clone())
                .collect::<Vec<_>>()
        };
        assert!(
            wrong(3).iter().any(|words| words.contains("不知名专业")),
            "{:?}",
            done.problems
        );
        assert!(!wrong(4).is_empty(), "no such day");

        // The drafts are the unit's, the workbook its uploader's.
        let mut mine = listed(&bureau, &unit, 1).await;
        mine.sort();
        assert_eq!(mine, ["丁四", "甲一"]);
        let view = service
            .application(&unit, 1, done.entered[0].id)
            .await
            .expect("seen");
        assert_eq!(view.application.recommender.as_deref(), Some("示例市第0局"));
        assert_eq!(view.application.specialties.len(), 1);
        assert!(view.masked.id_number.contains('*'));
        let workbook = done.workbook.expect("two rows stayed out");
        let made = service
            .batch_errors(&unit, 1, workbook)
            .await
            .expect("mine");
        assert!(made.bytes.starts_with(b"PK"));
        let officer = bureau.ctx(Role::Officer, 0);
        let theirs = service.batch_errors(&officer, 1, workbook).await.map(drop);
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");

        // The same table again enters nobody twice.
        let again = service
            .enter_batch(&unit, 1, &asked("by_employer"), file)
            .await
            .expect("read");
        assert_eq!(again.entered, []);
        assert_eq!(again.left_out, 4);
    })
    .await;
}

#[tokio::test]
async fn one_person_is_found_across_channels_and_pools() {
    on_both(async |test| {
        let bureau = open(&test, 2).await;
        let service = &bureau.service;
        let (first, second) = (unit(&bureau, 1).await, unit(&bureau, 2).await);
        let file = table(&[("甲一", "19800101", "焊接")]);
        let here = service
            .enter_batch(&first, 1, &asked("by_employer"), file.clone())
            .await
            .expect("read");
        // Another channel of the same pool: stopped, and the open one is named.
        let mut crossed = asked("cross_pool");
        crossed.push("source", "省职业技能专家库");
        let officer = bureau.ctx(Role::Officer, 0);
        let twice = service
            .enter_batch(&officer, 1, &crossed, file.clone())
            .await
            .expect("read");
        assert_eq!(twice.entered, []);
        let said = &twice.problems.last().expect("why").sentence;
        assert!(
            said.contains(&here.entered[0].number) && said.contains("单位推荐"),
            "{said}"
        );
        // Another pool: no bar, but whoever vets sees it.
        let there = service
            .enter_batch(&second, 2, &asked("by_employer"), file)
            .await
            .expect("read");
        assert_eq!(there.entered.len(), 1);
        let officer = bureau.ctx(Role::Officer, 1);
        let view = service
            .application(&officer, 2, there.entered[0].id)
            .await
            .expect("seen");
        assert_eq!(view.elsewhere.len(), 1, "{:?}", view.elsewhere);
        assert!(view.elsewhere[0].contains(&here.entered[0].number));
    })
    .await;
}
