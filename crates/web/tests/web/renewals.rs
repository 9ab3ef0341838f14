//! 续聘 over HTTP: the list and one expert on the desk, the refusal with its article, the decision, the
//! question on the phone with its mistakes kept; the undertaking before a task; the report of a period.

use crate::bureau::Bureau;
use crate::desk::{Answer, Desk, stays};
use axum::http::StatusCode;
use domain::actor::Role;
use domain::policy::library::shipped;
use jiff::civil::date;
use service::PageRequest;
use store::Kind;
use store::messages::MessageFilter;
use store::testing::TestStore;

/// The path of a link that was sent, with what the message says before it.
async fn links(bureau: &Bureau, kind: &str) -> Vec<String> {
    let filter = MessageFilter {
        channel: Some("sms".into()),
        ..MessageFilter::default()
    };
    let (seals, page) = (bureau.store.seals(), PageRequest::first(50));
    let found = store::messages::page(&mut bureau.store.read(), seals, &filter, &page)
        .await
        .expect("read");
    let texts = found.items.iter().map(|one| one.message.content.reveal());
    texts
        .filter_map(|text| text.find(kind).map(|at| text[at..].to_owned()))
        .collect()
}

async fn anybody(desk: &Desk, method: &str, path: &str, form: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    desk.send(None, method, path, kind, form.as_bytes().to_vec())
        .await
}

/// Covers: JM-11-b.
#[tokio::test]
async fn a_term_about_to_end_from_the_question_to_the_next_certificate() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let text = shipped("jm-2022").expect("shipped").pack;
    let bureau = Bureau::serving(&engine, text, 3, date(2026, 2, 28)).await;
    bureau
        .clock
        .set("2026-01-12T02:00:00Z".parse().expect("a time"));
    let service = bureau.service.clone();
    let asked = service.ask_for_willingness(&service.schedule()).await;
    assert_eq!(asked.expect("asked"), 3);
    let desk = Desk::of(bureau).await;
    let list = desk.get(Role::Officer, "/p/1/renewals").await;
    for words in ["专家000", "剩 47 天", "第十一条", "未答复", "工作需要"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let read = desk.get(Role::Supervisor, "/p/1/renewals").await;
    assert!(read.contains("专家000") && !read.contains("续聘所选"));

    // On the phone: nothing is pre-selected, a no without words comes back with what was typed.
    let paths = links(&desk.bureau, "/m/r/").await;
    let page = anybody(&desk, "GET", &paths[0], "").await.body;
    assert!(
        page.contains("2026年2月28日") && !page.contains("checked"),
        "{page}"
    );
    let blank = anybody(&desk, "POST", &paths[0], "").await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let short = anybody(&desk, "POST", &paths[0], "answer=unwilling").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        short.body.contains("value=\"unwilling\" checked"),
        "{}",
        short.body
    );
    for path in &paths {
        let done = anybody(&desk, "POST", path, "answer=willing").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    }
    let again = anybody(&desk, "GET", &paths[0], "").await.body;
    assert!(again.contains("您已答复愿意"), "{again}");
    let unknown = anybody(&desk, "GET", "/m/r/nothing", "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    // At the desk: without what the text asks for it is refused with the article, in words.
    let one = format!("/p/1/renewals/{}", uuid::Uuid::from_u128(101_000));
    let shown = desk.get(Role::Officer, &one).await;
    assert!(shown.contains("2026-03-01 至 2028-02-29"), "{shown}");
    let unneeded = desk
        .refused(Role::Officer, &one, &[("verdict", "renew")])
        .await;
    assert!(unneeded.contains("没有确认工作需要"), "{unneeded}");
    let unsaid = [("verdict", "refuse"), ("reason", "　")];
    let unsaid = desk.refused(Role::Officer, &one, &unsaid).await;
    stays(&unsaid, "reason", "　");
    // What the expert is said to have said has its own reason on the same page.
    let will = [
        ("answer", "unwilling"),
        ("will_reason", "　"),
        ("basis", "1月12日电话"),
    ];
    let unsaid = desk
        .refused(Role::Officer, &format!("{one}/will"), &will)
        .await;
    stays(&unsaid, "will_reason", "　");
    for words in ["value=\"unwilling\" checked", "value=\"1月12日电话\""] {
        assert!(unsaid.contains(words), "{words}: {unsaid}");
    }
    assert!(!unsaid.contains("id=\"reason-err\""), "{unsaid}");
    let sound = [
        ("verdict", "renew"),
        ("given", "need"),
        ("register", "criminal"),
        ("basis.criminal", "公安机关证明"),
        ("register", "dishonesty"),
        ("basis.dishonesty", "信用中国网站"),
    ];
    desk.done(Role::Approver, &one, &sound).await;
    let shown = desk.get(Role::Officer, &one).await;
    assert!(shown.contains("已续聘"), "{shown}");

    // Two more at once, one of them not wanted after all.
    let ids = [1, 2].map(|n| uuid::Uuid::from_u128(101_000 + n).to_string());
    let mut both = sound.to_vec();
    both.extend(ids.iter().map(|id| ("expert", id.as_str())));
    let refused = [("verdict", "refuse"), ("expert", &ids[1])];
    let unsaid = desk.refused(Role::Officer, "/p/1/renewals", &refused).await;
    assert!(unsaid.contains("没有写明理由"), "{unsaid}");
    let ticked = format!("value=\"{}\" aria-label=\"选择 专家002\" checked", ids[1]);
    assert!(
        unsaid.contains(&ticked) && unsaid.matches(" checked").count() == 1,
        "whoever was chosen still is: {unsaid}"
    );
    let purpose = [("view", "ending"), ("purpose", "　")];
    let unused = desk
        .refused(Role::Officer, "/p/1/renewals/export", &purpose)
        .await;
    stays(&unused, "purpose", "　");
    let decided = desk.post(Role::Officer, "/p/1/renewals", &both).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
    assert!(
        decided.body.contains("专家001、专家002"),
        "{}",
        decided.body
    );
    let sheet = desk.get(Role::Officer, &format!("{one}/sheet.pdf")).await;
    assert!(sheet.starts_with("%PDF"));

    let expert = format!("/p/1/experts/{}", uuid::Uuid::from_u128(101_000));
    let record = desk.get(Role::Officer, &expert).await;
    assert!(
        record.contains("2024-03-01 至 2026-02-28；2026-03-01 至 2028-02-29"),
        "{record}"
    );

    // JM 第十四条, on a page.
    let report = desk.get(Role::Officer, "/p/1/update-report").await;
    assert!(report.contains("2025-10-01 至 2025-12-31"), "{report}");
    let filed = [("day", "2025-10-01")];
    desk.done(Role::Officer, "/p/1/update-report", &filed).await;
    let wrong = desk
        .post(Role::Officer, "/p/1/update-report", &[("day", "上月")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Covers: GZ-3-a.
#[tokio::test]
async fn what_is_undertaken_comes_before_the_task() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let text = format!(
        "{}\n[[undertaking]]\nid = \"service\"\nlabel = \"受聘承诺\"\nat = \"appointment\"\nby = \"expert\"\nelements = [\"认真履职\", \"公正\"]\nref = \"第三条\"\n",
        shipped("dg-2021").expect("shipped").pack
    );
    let desk = Desk::of(Bureau::open_under(&engine, 6, &text).await).await;
    desk.bureau.unsealed(1, 5).await;
    let path = links(&desk.bureau, "/m/i/").await.remove(0);
    let first = anybody(&desk, "GET", &path, "").await.body;
    assert!(
        first.contains("受聘承诺") && !first.contains("焊接项目评审"),
        "{first}"
    );
    let give = format!("{path}/undertaking");
    let half = anybody(
        &desk,
        "POST",
        &give,
        "id=service&element=%E5%85%AC%E6%AD%A3",
    )
    .await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(half.body.contains("认真履职"), "{}", half.body);
    let whole =
        "id=service&element=%E5%85%AC%E6%AD%A3&element=%E8%AE%A4%E7%9C%9F%E5%B1%A5%E8%81%8C";
    let given = anybody(&desk, "POST", &give, whole).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.body);
    let task = anybody(&desk, "GET", &path, "").await.body;
    assert!(task.contains("焊接项目评审"), "{task}");
}
