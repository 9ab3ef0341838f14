//! 我要申报 over HTTP, without script and without account: from the public notice to the receipt, every
//! mistake kept where it was typed.

use crate::bureau::APPLICANTS;
use crate::desk::{Answer, Desk};
use axum::http::StatusCode;
use domain::actor::Role;
use service::PageRequest;
use service::solicitations::Wording;
use store::Kind;
use store::messages::MessageFilter;
use store::testing::TestStore;

const URLENCODED: &str = "application/x-www-form-urlencoded";

fn encoded(form: &[(&str, &str)]) -> Vec<u8> {
    let one = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{}={}", one(name), one(value)))
        .collect();
    pairs.join("&").into_bytes()
}

async fn get(desk: &Desk, path: &str) -> Answer {
    desk.send(None, "GET", path, "text/plain", Vec::new()).await
}

async fn shown(desk: &Desk, path: &str) -> String {
    let answer = get(desk, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

async fn post(desk: &Desk, path: &str, form: &[(&str, &str)]) -> Answer {
    desk.send(None, "POST", path, URLENCODED, encoded(form))
        .await
}

async fn done(desk: &Desk, path: &str, form: &[(&str, &str)]) -> String {
    let answer = post(desk, path, form).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{path}: {}",
        answer.body
    );
    answer.location
}

async fn refused(desk: &Desk, path: &str, form: &[(&str, &str)]) -> String {
    let answer = post(desk, path, form).await;
    let status = answer.status;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{path}: {}",
        answer.body
    );
    answer.body
}

async fn upload(desk: &Desk, path: &str, place: &str, name: &str, bytes: &str) -> Answer {
    let body = format!(
        "--line\r\nContent-Disposition: form-data; name=\"attachment_kind\"\r\n\r\n{place}\r\n\
         --line\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"{name}\"\r\n\r\n\
         {bytes}\r\n--line--\r\n"
    );
    let kind = "multipart/form-data; boundary=line";
    desk.send(None, "POST", path, kind, body.into_bytes()).await
}

/// A notice of the pool, open today.
async fn notice(desk: &Desk) -> String {
    let bureau = &desk.bureau;
    let service = &bureau.service;
    let outline = service
        .notice_outline(&bureau.officer, bureau.pool)
        .await
        .expect("the pack knows notices");
    let wording = Wording {
        opens_on: "2022-06-06".into(),
        closes_on: "2022-06-30".into(),
        ..outline.beginning
    };
    let id = service
        .draft_notice(&bureau.officer, bureau.pool, &wording)
        .await
        .expect("drafted");
    service
        .submit_notice(&bureau.officer, id)
        .await
        .expect("complete");
    service
        .approve_notice(&bureau.approver, id, true)
        .await
        .expect("approved");
    service
        .publish_notice(&bureau.officer, id)
        .await
        .expect("published");
    let view = service.notice(&bureau.officer, id).await.expect("there");
    view.notice.number.expect("approved")
}

async fn code(desk: &Desk) -> String {
    let found = store::messages::page(
        &mut desk.bureau.store.read(),
        desk.bureau.store.seals(),
        &MessageFilter::default(),
        &PageRequest::first(10),
    )
    .await
    .expect("read");
    let text = found.items[0].message.content.reveal().to_owned();
    let (_, rest) = text.split_once("验证码 ").expect("a code");
    rest.chars().take(6).collect()
}

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .expect("a hidden field");
    rest.split('"').next().unwrap_or_default()
}

#[tokio::test]
async fn anybody_applies_from_the_notice_to_the_receipt() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::open(&engine).await;
    let number = notice(&desk).await;
    let apply = format!("/public/notices/{number}/apply");
    assert!(
        shown(&desk, &format!("/public/notices/{number}"))
            .await
            .contains(&apply)
    );
    assert!(shown(&desk, &apply).await.contains("个人自荐"));

    let wrong = [("channel", "self_nominated"), ("contact", "1380013")];
    let again = refused(&desk, &apply, &wrong).await;
    assert!(again.contains("1380013"), "{again}");
    let opening = [("channel", "self_nominated"), ("contact", "164 0000 0001")];
    let sent = post(&desk, &apply, &opening).await;
    assert!(sent.body.contains("164****0001"), "{}", sent.body);
    let ticket = hidden(&sent.body, "ticket").to_owned();
    let code = code(&desk).await;
    let typed = [
        ("ticket", ticket.as_str()),
        ("code", "nonsense"),
        ("sent_to", ""),
    ];
    assert!(
        refused(&desk, "/public/applications/code", &typed)
            .await
            .contains("验证码不对")
    );
    let typed = [("ticket", ticket.as_str()), ("code", code.as_str())];
    let home = done(&desk, "/public/applications/code", &typed).await;

    // Nothing is asked before the privacy notice is agreed to.
    assert!(shown(&desk, &home).await.contains("个人信息处理告知"));
    assert!(
        refused(&desk, &home, &[])
            .await
            .contains("还没有确认个人信息处理告知")
    );
    let own = done(&desk, &home, &[("privacy", "yes")]).await;
    assert!(shown(&desk, &own).await.contains("没有填写"));

    // A 15-digit number: said beside the field, and everything typed is there again, also later.
    let person = format!("{own}/form/person");
    let bad = [
        ("name", APPLICANTS[0].0),
        ("id_number", "440000700101001"),
        ("post", "主任"),
    ];
    let again = refused(&desk, &person, &bad).await;
    assert!(
        again.contains("440000700101001") && again.contains("主任"),
        "{again}"
    );
    assert!(again.contains("已保存"));
    let later = shown(&desk, &person).await;
    assert!(later.contains("440000700101001") && later.contains("主任"));
    let good = [
        ("name", APPLICANTS[0].0),
        ("id_number", APPLICANTS[0].1),
        ("employer", "示例理工大学"),
        ("then", "next"),
    ];
    let next = done(&desk, &person, &good).await;
    assert_eq!(next, format!("{own}/form/classes"));
    let specialty = desk.bureau.specialty.to_string();
    let classes = [
        ("specialty", specialty.as_str()),
        ("task_kinds", "8-4"),
        ("then", "next"),
    ];
    let next = done(&desk, &next, &classes).await;
    // One more row of a table is asked for with a button, and keeps what stands there.
    let row = [("title.0.name", "高级工程师"), ("add", "title")];
    let more = post(&desk, &next, &row).await;
    assert_eq!(more.status, StatusCode::OK);
    assert!(more.body.contains("title.1.name") && more.body.contains("高级工程师"));
    let next = done(
        &desk,
        &next,
        &[("title.0.name", "高级工程师"), ("then", "next")],
    )
    .await;
    // An empty section may be left for later; without it nothing is handed in.
    let work = next.clone();
    let next = done(&desk, &work, &[("then", "next")]).await;
    let pledge = [
        ("declared", "L1"),
        ("declared", "L2"),
        ("declared", "HEALTH"),
        ("pledge", "yes"),
        ("then", "next"),
    ];
    let materials = done(&desk, &next, &pledge).await;
    assert_eq!(materials, format!("{own}/materials"));

    // A photo that is a script is not taken, whatever it is called.
    let files = format!("{own}/files");
    let script = "<script>alert(1)</script>";
    let sent = upload(&desk, &files, "identity", "照片.jpg", script).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.body.contains("不予接收") && !sent.body.contains(script));
    for place in ["form1", "certs/title_proof", "identity"] {
        let sent = upload(&desk, &files, place, "扫描件.pdf", "%PDF-1.4\n%%EOF\n").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    let list = shown(&desk, &materials).await;
    let (_, rest) = list.split_once(&format!("{files}/")).expect("a file");
    let file: String = rest
        .chars()
        .take_while(|c| *c != '"' && *c != '/')
        .collect();
    let opened = shown(&desk, &format!("{files}/{file}")).await;
    assert!(opened.starts_with("%PDF"));

    // Early: what lacks is named with its article; then the receipt.
    let early = refused(&desk, &format!("{own}/submit"), &[]).await;
    assert!(early.contains("第六条(一)1"), "{early}");
    let said = [
        ("opinion.form1", "yes"),
        ("sealed.form1", "yes"),
        ("valid_to.identity", "2030-01-01"),
    ];
    done(&desk, &materials, &said).await;
    let early = refused(&desk, &format!("{own}/submit"), &[]).await;
    assert!(early.contains("“工作经历”没有填写"), "{early}");
    let worked = [
        ("work.0.from", "2002-07"),
        ("work.0.employer", "示例理工大学"),
        ("work.0.tags", "related"),
    ];
    done(&desk, &work, &worked).await;
    done(&desk, &format!("{own}/submit"), &[]).await;
    let page = shown(&desk, &own).await;
    assert!(
        page.contains("受理回执") && page.contains("SQ01-2022-00001"),
        "{page}"
    );
    assert!(page.contains("2022年6月6日 09:00:00"), "{page}");
    assert!(!page.contains(APPLICANTS[0].1), "the number is masked");
    assert_eq!(get(&desk, &person).await.status, StatusCode::NOT_FOUND);

    // It waits at the bureau; a link of nobody's shows nothing.
    let inbox = desk.get(Role::Officer, "/p/1").await;
    assert!(inbox.contains("SQ01-2022-00001"), "{inbox}");
    let elsewhere = own.replacen(home.trim_start_matches("/m/a/"), "AAAA", 1);
    assert_eq!(get(&desk, &elsewhere).await.status, StatusCode::NOT_FOUND);
    let gone = post(&desk, "/public/applications", &[("contact", "16400000009")]).await;
    let known = post(&desk, "/public/applications", &[("contact", "16400000001")]).await;
    assert_eq!(gone.status, known.status);
}
