//! A box forgotten or a purpose not written: the page comes back with what is missing said beside it, and
//! nothing is lost.

use std::time::Duration;

use crate::bureau::Bureau;
use crate::desk::Desk;
use axum::http::StatusCode;
use domain::actor::Role;
use domain::id::ExpertId;
use domain::policy::library::shipped;
use store::Kind;
use store::testing::TestStore;

const HEAD: &str = "序号,姓名,性别,身份证号码,职业、专业,工作单位,职业资格等级/职称,联系方式\n";
const SOUND: &str =
    "1,甲一,男,440000198001019992,焊接,示例市启明机电设备有限公司,高级工程师,16000000001\n";
/// No such day was ever.
const WRONG: &str =
    "2,乙二,男,440000199902309991,焊接,示例市启明机电设备有限公司,工程师,16000000002\n";

/// Uploads a roster; the path of its preview.
async fn upload(desk: &Desk, rows: &[&str]) -> String {
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = format!(
        "{}{}--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"roster.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{HEAD}{}\r\n--b--\r\n",
        part("basis", "示例委纪要〔2022〕3号"),
        part("basis_on", "2022-03-01"),
        rows.concat()
    );
    let kind = "multipart/form-data; boundary=b";
    let answer = desk
        .send(
            Some(Role::Officer),
            "POST",
            "/p/1/imports/new",
            kind,
            body.into_bytes(),
        )
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location
}

/// The preview once it is there; until then the page says how far it is, and asks again by itself.
async fn preview(desk: &Desk, path: &str) -> String {
    for _ in 0..500 {
        let page = desk.get(Role::Officer, path).await;
        assert!(!page.contains("预检没有完成"), "{page}");
        if !page.contains("data-poll") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not read in five seconds");
}

#[tokio::test]
async fn rows_with_errors_are_left_out_by_a_tick_on_the_same_page() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::open(&engine).await;
    let path = upload(&desk, &[SOUND, WRONG]).await;
    let page = preview(&desk, &path).await;
    assert!(page.contains("导入 1 行"), "{page}");
    let confirm = format!("{path}/confirm");
    let again = desk.refused(Role::Officer, &confirm, &[]).await;
    for words in [
        "href=\"#leave_out\"",
        "id=\"leave_out-err\"",
        "有 1 行存在错误，没有导入任何内容",
        "导入 1 行",
    ] {
        assert!(again.contains(words), "{words}: {again}");
    }
    let done = desk
        .done(Role::Officer, &confirm, &[("leave_out", "yes")])
        .await;
    assert!(
        desk.get(Role::Officer, &done)
            .await
            .contains("已导入 1 人。")
    );
}

#[tokio::test]
async fn a_roster_without_a_good_row_offers_nothing_to_import() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::open(&engine).await;
    let path = upload(&desk, &[WRONG]).await;
    let page = preview(&desk, &path).await;
    assert!(page.contains("没有可以导入的行"), "{page}");
    assert!(page.contains(&format!("{path}/errors")), "{page}");
    assert!(!page.contains(&format!("{path}/confirm")), "{page}");
}

#[tokio::test]
async fn an_instrument_past_its_validity_is_confirmed_on_the_page_of_the_request() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let text = shipped("dg-2021").expect("shipped").pack;
    let expired = text.replace("to = 2023-12-31", "to = 2022-05-31");
    let desk = Desk::of(Bureau::open_under(&engine, 8, &expired).await).await;
    let task = format!("/p/1/tasks/{}", desk.bureau.accepted(2).await);
    let freeze = format!("{task}/freeze");
    let again = desk.refused(Role::Officer, &freeze, &[]).await;
    for words in [
        "href=\"#status_confirmed\"",
        "id=\"status_confirmed-err\"",
        "如仍按此办法办理，请确认后再提交",
        "封存候选名单",
    ] {
        assert!(again.contains(words), "{words}: {again}");
    }
    let draw = desk
        .done(Role::Officer, &freeze, &[("status_confirmed", "yes")])
        .await;
    assert!(draw.starts_with("/p/1/draws/"), "{draw}");
}

#[tokio::test]
async fn a_purpose_is_asked_for_on_the_page_it_was_left_out_on() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 1).await).await;
    let expert: ExpertId = uuid::Uuid::from_u128(101_000).into();
    for act in ["reveal", "paper/docx"] {
        let path = format!("/p/1/experts/{expert}/{act}");
        let again = desk
            .refused(Role::Officer, &path, &[("purpose", " ")])
            .await;
        for words in ["id=\"purpose-err\"", "没有填写用途", "证件与联系方式"] {
            assert!(again.contains(words), "{path} {words}: {again}");
        }
    }
}
