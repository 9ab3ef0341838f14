//! A department with a role for its own teams alone: granted on a page, and what the pages are then.

use axum::http::StatusCode;
use domain::actor::Role;
use domain::id::ExpertId;
use domain::policy::library::shipped;
use store::Kind;
use store::testing::TestStore;

use crate::bureau::Bureau;
use crate::desk::Desk;

const OWN: u128 = 101_000;
const FOREIGN: u128 = 101_001;

fn member(n: u128) -> ExpertId {
    uuid::Uuid::from_u128(n).into()
}

/// Covers: CY-5-a, CY-5-b.
#[tokio::test]
async fn a_department_is_granted_its_own_teams_and_opens_nothing_else() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let pack = shipped("cy-2021").expect("shipped").pack;
    let bureau = Bureau::open_under(&engine, 2, pack).await;
    for (n, team) in [(OWN, "project"), (FOREIGN, "teaching")] {
        let of_team = |one: &mut service::experts::Membership| {
            one.expert.team = Some(team.to_owned());
        };
        bureau.change_member(member(n), of_team).await;
    }
    let desk = Desk::of(bureau).await.with(Role::SecurityAdmin).await;
    let service = &desk.bureau.service;
    let account = service
        .account_by_login(&service.console(), "officer")
        .await;
    let roles = format!("/settings/roles/{}", account.expect("known").id);
    let page = desk.get(Role::SecurityAdmin, &roles).await;
    assert!(
        page.contains("职建科（示例专家库：项目评审专家）"),
        "{page}"
    );

    // What does not go together is said in words, and changes nothing.
    let grant = format!("{roles}/grant");
    for (role, pool, party, said) in [
        ("officer", "1", "elsewhere", "不是分管队伍的部门"),
        ("officer", "1", "finance", "不是分管队伍的部门"),
        ("finance", "1", "section", "职建科在本库的岗位是"),
        ("auditor", "", "section", "管整个系统的岗位不分部门"),
    ] {
        let form = [("role", role), ("pool", pool), ("party", party)];
        let again = desk.refused(Role::SecurityAdmin, &grant, &form).await;
        assert!(again.contains(said), "{role} for {party}: {again}");
    }
    let whole = [("role", "officer"), ("pool", "1"), ("party", "")];
    let withdraw = format!("{roles}/withdraw");
    desk.done(Role::SecurityAdmin, &withdraw, &whole).await;
    let section = [("role", "officer"), ("pool", "1"), ("party", "section")];
    desk.done(Role::SecurityAdmin, &grant, &section).await;
    let page = desk.get(Role::SecurityAdmin, &roles).await;
    assert!(page.contains("只管职建科的队伍"), "{page}");

    let list = desk.get(Role::Officer, "/p/1/experts").await;
    let (own, foreign) = (member(OWN).to_string(), member(FOREIGN).to_string());
    assert!(list.contains(&own) && !list.contains(&foreign), "{list}");
    assert!(list.contains("/p/1/applications") && !list.contains("/p/1/campaigns"));
    desk.get(Role::Officer, &format!("/p/1/experts/{own}"))
        .await;
    for path in [
        format!("/p/1/experts/{foreign}"),
        format!("/p/1/experts/{foreign}/edit"),
        format!("/api/v1/pools/1/experts/{foreign}"),
    ] {
        let answer = desk
            .send(Some(Role::Officer), "GET", &path, "text/plain", Vec::new())
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        for words in ["师资培养讲师", "职建中心", "第五条"] {
            assert!(answer.body.contains(words), "{path}: {}", answer.body);
        }
    }
    for whole in ["/p/1/campaigns", "/p/1/feedback"] {
        let answer = desk
            .send(Some(Role::Officer), "GET", whole, "text/plain", Vec::new())
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{whole}");
    }
    for path in [
        "",
        "/notices",
        "/notices/new",
        "/imports",
        "/applications",
        "/certificates",
        "/amendments",
        "/renewals",
        "/specialties",
        "/organisations",
        "/tasks",
        "/misconduct",
        "/instrument",
    ] {
        desk.get(Role::Officer, &format!("/p/1{path}")).await;
    }

    // Withdrawn, it is gone with the next request.
    desk.done(Role::SecurityAdmin, &withdraw, &section).await;
    let answer = desk
        .send(
            Some(Role::Officer),
            "GET",
            "/p/1/experts",
            "text/plain",
            Vec::new(),
        )
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
