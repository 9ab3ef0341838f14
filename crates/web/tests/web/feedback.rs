//! 意见反馈 over HTTP: anybody writes with mistakes kept, the office reads, reveals and answers, the writer
//! comes back with the code; a network that sends too much waits.

use crate::bureau::Bureau;
use crate::desk::{Answer, Desk, encode, stays};
use axum::http::StatusCode;
use domain::actor::Role;
use store::Kind;
use store::testing::TestStore;

const TEXT: &str = "评审等了两个小时才开始，建议提前通知。";
const PHONE: &str = "16400000002";

async fn public(desk: &Desk, path: &str) -> String {
    let answer = desk.send(None, "GET", path, "text/plain", Vec::new()).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

/// A form sent by somebody without a log-in.
async fn send(desk: &Desk, path: &str, fields: &[(&str, &str)]) -> Answer {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)));
    let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
    let kind = "application/x-www-form-urlencoded";
    desk.send(None, "POST", path, kind, body).await
}

/// What stands beside a word in a list of facts.
fn fact<'b>(body: &'b str, name: &str) -> &'b str {
    let (_, rest) = body
        .split_once(&format!("<dt>{name}</dt><dd>"))
        .expect("a fact");
    rest.split_once("</dd>").expect("closed").0
}

#[tokio::test]
async fn anybody_writes_to_the_office_and_reads_its_answer_with_the_code() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 0).await).await;
    let offices = public(&desk, "/public/feedback").await;
    assert!(offices.contains("/public/feedback/1") && offices.contains("示例市人社局"));
    let form = public(&desk, "/public/feedback/1?about=CQ01-2022-0001").await;
    assert!(form.contains("征集与申请") && form.contains("CQ01-2022-0001"));
    let nowhere = desk
        .send(None, "GET", "/public/feedback/2", "text/plain", Vec::new())
        .await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);

    // Without a topic and about nothing there is: both are said, and everything typed is still there.
    let typed = [
        ("text", TEXT),
        ("about", "CQ01-2022-0099"),
        ("contact", PHONE),
    ];
    let refused = send(&desk, "/public/feedback/1", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["没有选择主题", "没有编号为", TEXT, PHONE] {
        assert!(refused.body.contains(kept), "{kept}: {}", refused.body);
    }
    let typed = [("topic", "draw"), ("text", TEXT), ("contact", PHONE)];
    let taken = send(&desk, "/public/feedback/1", &typed).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
    let number = fact(&taken.body, "编号");
    let code = fact(&taken.body, "查询码");
    assert_eq!(number, "FK01-2022-0001");
    let slip = [("number", number), ("code", code)];
    let waiting = send(&desk, "/public/feedback", &slip).await;
    assert!(waiting.body.contains("等待答复"), "{}", waiting.body);
    let wrong = [("number", number), ("code", "AAAA")];
    let wrong = send(&desk, "/public/feedback", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

    // In the office: in the inbox, on the list, on a page of its own; who wrote it only for a purpose.
    let inbox = desk.get(Role::Officer, "/p/1").await;
    assert!(inbox.contains("/p/1/feedback/"), "{inbox}");
    let list = desk.get(Role::Officer, "/p/1/feedback").await;
    assert!(list.contains(number) && list.contains("待答复"));
    let (_, rest) = list
        .split_once("href=\"/p/1/feedback/")
        .expect("a link to it");
    let (id, _) = rest.split_once('"').expect("closed");
    let page = format!("/p/1/feedback/{id}");
    let shown = desk.get(Role::Officer, &page).await;
    assert!(shown.contains(TEXT) && !shown.contains(PHONE), "{shown}");
    desk.refused(Role::Officer, &format!("{page}/reveal"), &[])
        .await;
    let purpose = [("purpose", "向本人了解情况")];
    let read = desk
        .post(Role::Officer, &format!("{page}/reveal"), &purpose)
        .await;
    assert!(read.body.contains(PHONE), "{}", read.body);
    let readonly = desk.get(Role::Supervisor, &page).await;
    assert!(readonly.contains(TEXT) && !readonly.contains(&format!("{page}/answer")));
    let words = [("answer", "已改为提前一天通知。")];
    let answer = format!("{page}/answer");
    let denied = desk.post(Role::Supervisor, &answer, &words).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let unread = desk
        .send(
            Some(Role::Requester),
            "GET",
            "/p/1/feedback",
            "text/plain",
            Vec::new(),
        )
        .await;
    assert_eq!(unread.status, StatusCode::FORBIDDEN);

    // Answered, once, and read by whoever wrote it.
    let wordless = desk
        .refused(Role::Officer, &answer, &[("answer", "　")])
        .await;
    stays(&wordless, "answer", "　");
    assert!(!wordless.contains("id=\"reason-err\""), "{wordless}");
    let close = format!("{page}/close");
    let wordless = desk
        .refused(Role::Officer, &close, &[("reason", "　")])
        .await;
    stays(&wordless, "reason", "　");
    assert!(!wordless.contains("id=\"answer-err\""), "{wordless}");
    assert_eq!(desk.done(Role::Officer, &answer, &words).await, page);
    let again = desk.refused(Role::Officer, &answer, &words).await;
    assert!(again.contains("已答复"), "{again}");
    assert!(!desk.get(Role::Officer, "/p/1/feedback").await.contains(id));
    let answered = "/p/1/feedback?status=answered";
    assert!(desk.get(Role::Approver, answered).await.contains(id));
    let reply = send(&desk, "/public/feedback", &slip).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains(words[0].1), "{}", reply.body);

    // The same as data.
    let json = "application/json";
    let slip = serde_json::json!({ "number": number, "code": code }).to_string();
    let path = "/api/v1/public/feedback";
    let reply = desk.send(None, "POST", path, json, slip.into_bytes()).await;
    assert!(reply.body.contains(words[0].1), "{}", reply.body);
    let path = "/api/v1/pools/1/feedback?status=answered";
    assert!(desk.get(Role::Supervisor, path).await.contains(number));
    let sent = serde_json::json!({ "topic": "other", "text": TEXT }).to_string();
    let path = "/api/v1/public/feedback/1";
    let taken = desk.send(None, "POST", path, json, sent.into_bytes()).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.body);
    assert!(taken.body.contains("FK01-2022-0002"), "{}", taken.body);
}

#[tokio::test]
async fn a_public_page_leads_to_the_form_of_its_pool_with_its_number() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 8).await).await;
    let (_, draw) = desk.bureau.unsealed(2, 5).await;
    let number = desk.bureau.attempt(draw).await.number;
    let page = public(&desk, &format!("/public/draws/{draw}")).await;
    let link = format!("/public/feedback?about={number}");
    assert!(page.contains(&link), "{page}");
    let led = desk
        .send(None, "GET", &link, "text/plain", Vec::new())
        .await;
    assert_eq!(led.location, format!("/public/feedback/1?about={number}"));
    assert!(public(&desk, &led.location).await.contains(&number));
    // A number of nothing leads nowhere: choose for yourself.
    let offices = public(&desk, "/public/feedback?about=CQ01-2022-0099").await;
    assert!(offices.contains("/public/feedback/1"), "{offices}");
}

#[tokio::test]
async fn a_network_that_sends_too_much_waits_with_what_it_typed() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 0).await).await;
    let typed = [("topic", "other"), ("text", TEXT)];
    let mut sent = 0;
    let refused = loop {
        let answer = send(&desk, "/public/feedback/1", &typed).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        sent += 1;
        assert!(sent <= 30, "nobody stops a network");
    };
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("提交得太多") && refused.body.contains(TEXT));
    assert!(sent >= 20, "{sent}");
}

#[tokio::test]
async fn the_pages_say_that_an_instrument_is_out_of_force() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 0).await).await;
    let form = public(&desk, "/public/feedback/1").await;
    assert!(!form.contains("已过有效期"), "{form}");
    let later = "2024-06-03T01:00:00Z".parse().expect("a time");
    desk.bureau.clock.set(later);
    let form = public(&desk, "/public/feedback/1").await;
    assert!(form.contains("已过有效期"), "{form}");
    let typed = [("topic", "other"), ("text", TEXT)];
    let taken = send(&desk, "/public/feedback/1", &typed).await;
    assert!(taken.body.contains("已过有效期"), "{}", taken.body);
}
