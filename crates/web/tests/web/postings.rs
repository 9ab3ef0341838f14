//! 公示 and 异议 over HTTP: the list is drafted, put up and read by anybody; an objection is filed with its
//! mistakes kept, acknowledged, looked up, investigated and decided.

use crate::bureau::{APPLICANTS, Bureau};
use crate::desk::{Answer, Desk, stays};
use axum::http::StatusCode;
use domain::actor::Role;
use domain::policy::library::shipped;
use store::Kind;
use store::testing::TestStore;

/// A form with files, as browsers send it.
fn multipart(fields: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--line--\r\n");
    let kind = "multipart/form-data; boundary=line".to_owned();
    (kind, body.into_bytes())
}

async fn public(desk: &Desk, path: &str) -> String {
    let answer = desk.send(None, "GET", path, "text/plain", Vec::new()).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

async fn object(desk: &Desk, path: &str, fields: &[(&str, &str)]) -> Answer {
    let (kind, body) = multipart(fields);
    desk.send(None, "POST", path, &kind, body).await
}

/// Covers: JM-7-4-a, JM-7-4-b.
#[tokio::test]
async fn anybody_reads_the_list_and_may_object_to_it() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let text = shipped("jm-2022").expect("shipped").pack;
    let desk = Desk::of(Bureau::open_under(&engine, 0, text).await).await;
    let ids = [
        desk.bureau.waiting_for_posting(0).await,
        desk.bureau.waiting_for_posting(1).await,
    ];
    let blank = desk.get(Role::Officer, "/p/1/postings/new").await;
    assert!(blank.contains(APPLICANTS[0].0) && blank.contains(APPLICANTS[1].0));
    let chosen = ids.map(|id| id.to_string());
    let draft = [
        ("title", "拟任用名单公示"),
        ("contact", "职业能力建设科，电话 0000-12345"),
        ("application", &chosen[0]),
        ("application", &chosen[1]),
    ];
    let page = desk.done(Role::Officer, "/p/1/postings/new", &draft).await;
    desk.done(Role::Officer, &format!("{page}/post"), &[]).await;
    let shown = desk.get(Role::Supervisor, &page).await;
    assert!(shown.contains("GS01-2022-0001"), "{shown}");

    // On the desk two forms stand together: what is wrong with one leaves the other blank.
    let withdraw = format!("{page}/withdraw");
    let unsaid = desk
        .refused(Role::Officer, &withdraw, &[("reason", "　")])
        .await;
    stays(&unsaid, "reason", "　");
    assert!(!unsaid.contains("id=\"fact-err\""), "{unsaid}");
    let short = [("person", "1"), ("fact", "不实")];
    let short = desk
        .refused(Role::Officer, &format!("{page}/objections"), &short)
        .await;
    stays(&short, "fact", "不实");
    assert!(!short.contains("id=\"reason-err\""), "{short}");

    let home = public(&desk, "/public").await;
    for way in [
        "/public/postings/GS01-2022-0001",
        "/public/guide/1",
        "/public/results",
        "/public/certificates",
        "/public/draws",
        "/public/feedback",
    ] {
        assert!(home.contains(&format!("href=\"{way}\"")), "{way}: {home}");
    }
    let results = public(&desk, "/public/results").await;
    assert!(results.contains("还没有结果"), "nobody is appointed yet");
    let listed = public(&desk, "/public/postings").await;
    assert!(listed.contains("GS01-2022-0001"));
    let list = public(&desk, "/public/postings/GS01-2022-0001").await;
    for (name, identity) in &APPLICANTS[..2] {
        assert!(list.contains(name) && !list.contains(identity));
    }
    assert!(!list.contains("16400000001"), "no phone is shown");
    let pdf = public(&desk, "/public/postings/GS01-2022-0001/list.pdf").await;
    assert!(pdf.starts_with("%PDF"));

    // Too short to be checked: said so, and what was typed is still there.
    let form = "/public/postings/GS01-2022-0001/objection";
    assert!(public(&desk, form).await.contains(APPLICANTS[0].0));
    let short = object(&desk, form, &[("person", "1"), ("fact", "不实")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.body.contains("不实"), "{}", short.body);
    let fact = "申报表所填的在职时间与学校公布的不一致。";
    let filed = object(&desk, form, &[("person", "1"), ("fact", fact)]).await;
    assert!(
        filed.status.is_success() || filed.status == StatusCode::SEE_OTHER,
        "{}: {}",
        filed.status,
        filed.body
    );

    let seen = desk.get(Role::Officer, &page).await;
    let (_, rest) = seen.split_once("/p/1/objections/").expect("listed");
    let id: String = rest
        .chars()
        .take_while(|c| c.is_ascii_hexdigit() || *c == '-')
        .collect();
    let objection = format!("/p/1/objections/{id}");
    assert!(desk.get(Role::Approver, &objection).await.contains(fact));

    // Each of its forms keeps its own words.
    let blank = async |act: &str, form: &[(&str, &str)]| {
        let path = format!("{objection}/{act}");
        desk.refused(Role::Officer, &path, form).await
    };
    let wordless = blank("investigate", &[("findings", "　")]).await;
    stays(&wordless, "findings", "　");
    let findings = [("findings", "已向学校核对。")];
    let path = format!("{objection}/investigate");
    desk.done(Role::Officer, &path, &findings).await;
    let unsaid = blank("decide", &[("outcome", "dismissed"), ("reason", "　")]).await;
    stays(&unsaid, "reason", "　");
    for words in [
        "value=\"dismissed\" checked",
        ">\n已向学校核对。</textarea>",
    ] {
        assert!(unsaid.contains(words), "{words}: {unsaid}");
    }
    let unchosen = blank("decide", &[("reason", "与事实不符")]).await;
    assert!(
        unchosen.contains("<a href=\"#outcome\">") && unchosen.contains("与事实不符"),
        "{unchosen}"
    );
    let unread = desk
        .send(
            Some(Role::Requester),
            "GET",
            &objection,
            "text/plain",
            Vec::new(),
        )
        .await;
    assert_eq!(unread.status, StatusCode::FORBIDDEN);
}
