//! 信息变更申请 in the office: what is missing stands at the act that was sent.

use crate::bureau::Bureau;
use crate::desk::{Desk, stays};
use domain::actor::Role;
use domain::id::PersonId;
use service::typed::Fields;
use store::Kind;
use store::testing::TestStore;
use uuid::Uuid;

#[tokio::test]
async fn a_refused_decision_keeps_its_words() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 1).await).await;
    let expert = desk.bureau.expert(PersonId(Uuid::from_u128(1_000)));
    let mut asked = Fields::default();
    for (name, value) in [("mobile", "16400000077"), ("reason", "2022年5月换号")] {
        asked.push(name, value);
    }
    let service = &desk.bureau.service;
    let asked = service.ask_amendment(&expert, desk.bureau.pool, &asked);
    let page = format!("/p/1/amendments/{}", asked.await.expect("asked"));
    for (act, field, other) in [("approve", "note", "reason"), ("refuse", "reason", "note")] {
        let path = format!("{page}/{act}");
        let again = desk.refused(Role::Officer, &path, &[(field, "　")]).await;
        stays(&again, field, "　");
        let blank = format!("id=\"{other}\" name=\"{other}\" type=\"text\" value=\"\"");
        assert!(again.contains(&blank), "{act}: {again}");
        assert!(!again.contains(&format!("id=\"{other}-err\"")), "{again}");
    }
}
