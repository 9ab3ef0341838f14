//! The contract of every concept, on both engines. Here is what the tests share.

mod delivery;
mod departments;
mod expert_lists;
mod people;
mod requesters;
mod work;

use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, TaskId};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use store::experts::{self, ExpertKeys};
use store::messages::Message;
use store::organisations::{self, OrganisationKeys};
use store::persons::{self, PersonKeys, Private};
use store::pools::{self, PoolKeys};
use store::tasks::TaskKeys;
use store::testing::{event, now};
use store::{LedgerId, SearchText, Secret, Store, WriteTx, document};
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
    let keys = PoolKeys {
        no: 0,
        name: "库".into(),
        pack: "p".into(),
        pack_digest: "0".into(),
        status: "active".into(),
    };
    pools::insert(&mut tx, id, keys, "body".to_owned())
        .await
        .unwrap();
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
    let search = SearchText::new().text(name).word("csdw");
    organisations::insert(tx, id(), keys, &search, 1_i64)
        .await
        .unwrap()
        .id
}

async fn person(tx: &mut WriteTx, name: &str, number: Option<&str>) -> PersonId {
    let private = Private {
        id_number: number.map(Secret::new),
        phone: Some(Secret::new("16012345678")),
        ..Private::default()
    };
    let keys = PersonKeys {
        name: name.into(),
        name_sort: name.into(),
    };
    persons::insert(tx, id(), keys, &private, 1_i64)
        .await
        .unwrap()
        .id
}

fn expert_keys(pool: PoolId, person: PersonId, name: &str) -> ExpertKeys {
    ExpertKeys {
        seq: 0,
        pool,
        person,
        team: String::new(),
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
        card: name.into(),
    }
}

async fn expert(tx: &mut WriteTx, pool: PoolId, name: &str) -> ExpertId {
    let person = person(tx, name, None).await;
    experts::insert(tx, id(), expert_keys(pool, person, name), &[], 1_i64)
        .await
        .unwrap()
        .id
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
        team: String::new(),
        title: format!("100%_评审 {number}"),
    };
    document::insert(tx, id(), keys, 1_i64).await.unwrap().id
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
