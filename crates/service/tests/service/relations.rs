//! 回避关系 an expert takes back: what later frames look at, what earlier ones keep, what a clerk sees
//! and may answer, and which ledger tells of it.

use crate::bureau::Bureau;
use domain::id::{ExpertId, PersonId, PoolId, RelationId};
use domain::relation::Source;
use jiff::civil::date;
use service::frames::{Fate, FrameLine};
use service::pool_set_up::NewPool;
use service::relations::RelationDraft;
use service::{Ctx, Error};
use store::LedgerId;
use store::ledger::EntryFilter;
use store::testing::on_both;
use uuid::Uuid;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(1_000 + n))
}

fn expert(n: u128) -> ExpertId {
    ExpertId(Uuid::from_u128(101_000 + n))
}

fn adviser() -> RelationDraft {
    RelationDraft {
        kind: "顾问".into(),
        with: "organisation".into(),
        organisation: "受评单位".into(),
        from: "2022-01".into(),
        note: "受聘技术顾问".into(),
        ..RelationDraft::default()
    }
}

fn code(error: Error) -> String {
    match error {
        Error::Refused(reasons) => reasons[0].code.clone(),
        Error::Invalid(problems) => problems[0].field.clone(),
        other => panic!("{other:?}"),
    }
}

fn line(lines: &[FrameLine], of: ExpertId) -> &FrameLine {
    let found = lines.iter().find(|line| line.expert == of);
    found.expect("in scope")
}

#[tokio::test]
async fn what_an_expert_takes_back_keeps_no_later_frame_and_every_earlier_one() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 4).await;
        let service = &bureau.service;
        let own = bureau.expert(person(0));
        let id = service
            .declare_relation(&own, bureau.pool, &adviser())
            .await
            .expect("declared");
        let (_, before) = bureau.unsealed_on(1, 3, date(2022, 6, 20)).await;
        let frame = async |draw| {
            let lines = service.frame_lines(&bureau.supervisor, draw, "核查").await;
            lines.expect("unsealed")
        };
        let then = frame(before).await;
        assert_eq!(line(&then, expert(0)).fate, Fate::Excluded);
        let told = serde_json::to_string(&then).expect("json");
        assert!(told.contains("顾问") && told.contains("本人申报"), "{told}");

        // Only what he declared himself, once, with a reason, as he saw it.
        let officers = service
            .add_relation(&bureau.officer, 1, expert(0), &adviser())
            .await
            .expect("entered");
        let take_back = async |ctx: &Ctx, id: RelationId, version: i64, reason: &str| {
            service.withdraw_relation(ctx, id, version, reason).await
        };
        let foreign = take_back(&own, officers, 1, "填错").await;
        let sentence = foreign.as_ref().expect_err("not his").to_string();
        assert!(sentence.contains("来源：库管方登记"), "{sentence}");
        assert_eq!(code(foreign.expect_err("not his")), "relation.not_declared");
        let other = bureau.expert(person(1));
        let unknown = take_back(&other, id, 1, "填错").await;
        assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
        let nobody = take_back(&bureau.officer, id, 1, "填错").await;
        assert!(matches!(nobody, Err(Error::LoggedOut)), "{nobody:?}");
        for reason in ["", "\u{3000}", &"长".repeat(301)] {
            let wordless = take_back(&own, id, 1, reason).await;
            assert_eq!(code(wordless.expect_err("no reason")), "reason");
        }
        let stale = take_back(&own, id, 7, "填错").await;
        assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
        service
            .remove_relation(&bureau.officer, 1, expert(0), officers, 1, "重复登记")
            .await
            .expect("removed");
        assert!(
            !bureau
                .ledger()
                .await
                .contains(&"relation.withdrawn".to_owned())
        );

        take_back(&own, id, 1, " 填错单位 ")
            .await
            .expect("withdrawn");
        assert!(
            bureau
                .ledger()
                .await
                .contains(&"relation.withdrawn".to_owned())
        );
        let again = take_back(&own, id, 2, "填错").await;
        assert_eq!(code(again.expect_err("done")), "relation.withdrawn");

        // Nothing is erased: he and the clerk see it, and the earlier frame says what it said.
        for seen in [
            service.own_relations(&own).await.expect("own"),
            service
                .relations_of(&bureau.officer, 1, expert(0))
                .await
                .expect("on file"),
        ] {
            assert_eq!((seen.len(), seen[0].relation.source), (1, Source::Declared));
            let words = seen[0].withdrawal().expect("withdrawn");
            assert_eq!(words, "本人于 2022-06-06 撤回：填错单位");
        }
        let now = serde_json::to_string(&frame(before).await).expect("json");
        assert_eq!(now, told);

        // A later frame does not look at it.
        let (_, after) = bureau.unsealed_on(1, 4, date(2022, 6, 21)).await;
        let lines = frame(after).await;
        assert_ne!(line(&lines, expert(0)).fate, Fate::Excluded);

        // The clerk leaves it as it is, and may object with a fact of his own.
        let ended = service
            .end_relation(&bureau.officer, 1, expert(0), id, 2, "2022-06-01")
            .await;
        assert_eq!(code(ended.expect_err("kept")), "relation.withdrawn");
        let removed = service
            .remove_relation(&bureau.officer, 1, expert(0), id, 2, "误登记")
            .await;
        assert_eq!(code(removed.expect_err("kept")), "relation.withdrawn");
        service
            .add_relation(&bureau.officer, 1, expert(0), &adviser())
            .await
            .expect("entered");
        let (_, last) = bureau.unsealed_on(1, 5, date(2022, 6, 22)).await;
        let lines = frame(last).await;
        let excluded = line(&lines, expert(0));
        assert_eq!(excluded.fate, Fate::Excluded);
        let told = serde_json::to_string(excluded).expect("json");
        assert!(told.contains("库管方登记"), "{told}");
    })
    .await;
}

/// The ledger in which a declaration stands also says that it was taken back.
#[tokio::test]
async fn who_is_in_two_pools_takes_back_where_he_declared() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 2).await;
        let service = &bureau.service;
        let new = NewPool {
            name: "第二专家库".into(),
            pack: "dg-2021".into(),
            ..NewPool::default()
        };
        service
            .create_pool(&service.console(), Uuid::from_u128(10).into(), &new)
            .await
            .expect("a second pool");
        let pools = store::pools::all::<domain::pool::Pool>(&mut engine.store.read()).await;
        let pools = pools.expect("pools");
        let second = pools.iter().find(|pool| pool.id != bureau.pool);
        let second = second.expect("the second pool").id;
        let mut tx = engine.store.write(second).await.expect("door");
        let appointed = ExpertId(Uuid::from_u128(7));
        crate::bureau::insert_membership(&mut tx, second, bureau.specialty, 0, appointed).await;
        let event = store::testing::event("test.expert", bureau.officer.now);
        tx.append(&event).await.expect("recorded");
        tx.commit().await.expect("committed");

        let mut own = bureau.expert(person(0));
        let mut grant = own.actor.grants[0].clone();
        grant.pool = Some(second);
        own.actor.grants.push(grant);
        let withdrawn = async |pool: PoolId| {
            let filter = EntryFilter {
                ledger: Some(LedgerId::Pool(pool)),
                action: Some("relation.withdrawn".into()),
                ..EntryFilter::default()
            };
            let entries = store::ledger::list(&mut engine.store.read(), &filter, 10).await;
            entries.expect("read").len()
        };
        let both = [bureau.pool, second];
        for (declared, expected) in [(second, [0, 1]), (bureau.pool, [1, 1])] {
            let id = service
                .declare_relation(&own, declared, &adviser())
                .await
                .expect("declared");
            service
                .withdraw_relation(&own, id, 1, "填错单位")
                .await
                .expect("withdrawn");
            let found = [withdrawn(both[0]).await, withdrawn(both[1]).await];
            assert_eq!(found, expected);
        }
    })
    .await;
}
