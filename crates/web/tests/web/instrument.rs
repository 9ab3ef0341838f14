//! What the pages of a pool say of its instrument: the badge of a draft, aims, departments to ask.

use crate::bureau::Bureau;
use crate::desk::Desk;
use domain::actor::Role;
use domain::policy::library::shipped;
use service::solicitations::Wording;
use store::Kind;
use store::testing::TestStore;

const BADGE: &str = "征求意见稿";
const BANNER: &str = "<b>征求意见稿：</b>";

async fn under(engine: &TestStore, pack: &str) -> Desk {
    let text = shipped(pack).expect("shipped").pack;
    Desk::of(Bureau::open_under(engine, 0, text).await).await
}

/// Every address of the pool that needs no object, for whoever may read it.
async fn pages(desk: &Desk) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for route in web::routes::all().table() {
        let reads = route.method == axum::http::Method::GET && route.path.starts_with("/p/{no}");
        if !reads || route.path.matches('{').count() != 1 {
            continue;
        }
        let path = route.path.replace("{no}", "1");
        let answer = desk
            .send(Some(Role::Officer), "GET", &path, "text/html", Vec::new())
            .await;
        if answer.status.is_success() && answer.body.contains("<main") {
            found.push((path, answer.body));
        }
    }
    found
}

/// Covers: CY-0-b.
#[tokio::test]
async fn a_draft_says_so_on_every_page_and_print_until_it_is_issued() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = under(&engine, "cy-2021").await;
    let shown = pages(&desk).await;
    assert!(shown.len() > 12, "{} pages", shown.len());
    for (path, body) in &shown {
        assert!(body.contains(BANNER), "{path}");
    }

    // What leaves the house: the notice and its print.
    let bureau = &desk.bureau;
    let (service, pool) = (&bureau.service, bureau.pool);
    let outline = service
        .notice_outline(&bureau.officer, pool)
        .await
        .expect("an outline");
    let words = Wording {
        opens_on: "2022-06-06".into(),
        closes_on: "2022-06-30".into(),
        wanted: outline
            .wanted
            .iter()
            .map(|row| (row.key.clone(), "3".to_owned()))
            .collect(),
        ..outline.beginning
    };
    let id = service
        .draft_notice(&bureau.officer, pool, &words)
        .await
        .expect("drafted");
    service
        .submit_notice(&bureau.officer, id)
        .await
        .expect("submitted");
    service
        .approve_notice(&bureau.approver, id, true)
        .await
        .expect("approved");
    service
        .publish_notice(&bureau.officer, id)
        .await
        .expect("published");
    let public = "/public/notices/ZJ01-2022-0001";
    let get = |path: String| {
        let desk = &desk;
        async move {
            let answer = desk.send(None, "GET", &path, "text/html", Vec::new()).await;
            assert!(answer.status.is_success(), "{path}");
            answer.body
        }
    };
    let page = get(public.to_owned()).await;
    assert!(page.contains(BADGE), "the public notice");
    assert!(page.contains("促进朝阳区职业培训专业化建设"), "its purpose");
    let print = service
        .print_published_notice("ZJ01-2022-0001")
        .await
        .expect("printed");
    assert!(
        crate::bureau::words_of(&print.bytes).contains(BADGE),
        "the print"
    );

    // Issued: the badge goes, and who said so is on record.
    let foreign = desk
        .post(Role::Requester, "/p/1/instrument/extension", &[])
        .await;
    assert_eq!(foreign.status, axum::http::StatusCode::FORBIDDEN);
    let version = version(&desk.get(Role::Approver, "/p/1/instrument").await);
    let document = [
        ("version", version.as_str()),
        ("document", "朝人社发〔2022〕1号"),
        ("issued", "2022-06-01"),
    ];
    desk.done(Role::Approver, "/p/1/instrument/extension", &document)
        .await;
    for (path, body) in pages(&desk).await {
        assert!(!body.contains(BANNER), "{path}");
    }
    assert!(!get(public.to_owned()).await.contains(BADGE));
    assert!(
        bureau
            .ledger()
            .await
            .contains(&"pool.extension_registered".to_owned())
    );
}

fn version(page: &str) -> String {
    let (_, rest) = page
        .split_once("name=\"version\" value=\"")
        .expect("a form with the version");
    rest.split('"').next().expect("closed").to_owned()
}

/// Covers: CY-1-a.
#[tokio::test]
async fn the_aims_of_the_instrument_are_on_its_page() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = under(&engine, "cy-2021").await;
    let page = desk.get(Role::Requester, "/p/1/instrument").await;
    for words in [
        "促进朝阳区职业培训专业化建设、规范化管理、质量化发展和安全化运营",
        "第一条",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

/// Covers: GZ-0-c, JM-15-b.
#[tokio::test]
async fn departments_to_ask_are_named_with_their_telephone_and_nobody_by_name() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = under(&engine, "gz-2022").await;
    let guide = desk
        .send(None, "GET", "/public/guide/1", "text/html", Vec::new())
        .await;
    for page in [desk.get(Role::Officer, "/p/1/instrument").await, guide.body] {
        assert!(page.contains("开发部 83830178"), "{page}");
    }
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = under(&engine, "jm-2022").await;
    let page = desk.get(Role::Officer, "/p/1/instrument").await;
    for words in [
        "市市场监管局 3168665",
        "市教育局 3503950",
        "市人力资源和社会保障局 3935235",
    ] {
        assert!(page.contains(words), "{words}");
    }
}
